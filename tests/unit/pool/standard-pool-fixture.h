/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "../ledger/ledger-fixture.h"
#include "mgr-test-support.h"

#define KIB ((guint64) 1 << 10)
#define MIB ((guint64) 1 << 20)

/* What a pool of memory takes from the system at a time. */
#define GRANULE (64 * KIB)

static const char *const no_tags[] = { NULL };

/* A pool of a component, by a clock that stands still. */
typedef struct
{
  ScopedLedger *ledger;
  MgrComponent *component; /* (unowned), kept by the ledger */
  MgrManualClock *clock;
  MgrStandardPool *pool;
} Fixture;

static inline MgrStandardPool *
make_pool (Fixture              *fixture,
           guint64               capacity,
           MgrStandardPoolFlags  flags,
           GError              **error)
{
  return g_initable_new (MGR_TYPE_STANDARD_POOL, NULL, error,
                         "component", fixture->component, "name", "ticks",
                         "capacity", capacity, "flags", flags,
                         "clock", fixture->clock, NULL);
}

static inline void
fixture_start (Fixture              *fixture,
               guint64               budget,
               guint64               capacity,
               MgrStandardPoolFlags  flags)
{
  g_autoptr (GError) error = NULL;

  fixture->ledger = scoped_ledger_new (budget);
  fixture->component = add (fixture->ledger, "market", 0, NULL);
  fixture->clock = mgr_manual_clock_new (1000);
  fixture->pool = make_pool (fixture, capacity, flags, &error);
  g_assert_no_error (error);
  g_assert_nonnull (fixture->pool);
}

static inline void
fixture_clear (Fixture *fixture)
{
  g_assert_finalize_object (fixture->pool);
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 0);
  g_assert_finalize_object (fixture->clock);
  scoped_ledger_free (fixture->ledger);
  mgr_test_settle ();
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

static inline guint64
take_block (MgrStandardPool *pool,
            guint64          size,
            guint            priority)
{
  g_autoptr (GError) error = NULL;
  guint64 id = mgr_standard_pool_allocate (pool, size, NULL, priority, NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (id, !=, 0);
  return id;
}

static inline void
free_block (MgrStandardPool *pool,
            guint64          id)
{
  g_autoptr (GError) error = NULL;
  gboolean freed = mgr_standard_pool_free (pool, id, &error);

  g_assert_no_error (error);
  g_assert_true (freed);
}

static inline guint64
block_offset (MgrStandardPool *pool,
              guint64          id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrBlock) block = mgr_standard_pool_lookup (pool, id, &error);

  g_assert_no_error (error);
  return mgr_block_get_offset (block);
}

static inline gboolean
has_block (MgrStandardPool *pool,
           guint64          id)
{
  g_autoptr (MgrBlock) block = mgr_standard_pool_lookup (pool, id, NULL);

  return block != NULL;
}

/* Fails a request, and asserts that nothing but the count of refusals has changed.
 * Returns (transfer full): the text of the error */
static inline char *
refuse_block (MgrStandardPool *pool,
              guint64          size,
              guint64          alignment,
              guint            priority,
              int              code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrPoolStatistics) before = mgr_pool_get_statistics (MGR_POOL (pool));
  g_autoptr (MgrPoolStatistics) after = NULL;
  guint64 id = mgr_standard_pool_allocate_aligned (pool, size, alignment, "x", priority, no_tags,
                                                   &error);

  g_assert_error (error, MGR_ERROR, code);
  g_assert_cmpuint (id, ==, 0);
  after = mgr_pool_get_statistics (MGR_POOL (pool));
  g_assert_cmpuint (mgr_pool_statistics_get_used (after), ==, mgr_pool_statistics_get_used (before));
  g_assert_cmpuint (mgr_pool_statistics_get_allocation_count (after), ==,
                    mgr_pool_statistics_get_allocation_count (before));
  g_assert_cmpuint (mgr_pool_statistics_get_charged (after), <=,
                    mgr_pool_statistics_get_charged (before));
  return g_strdup (error->message);
}

static inline void
assert_bytes (MgrStandardPool *pool,
              guint64          used,
              guint64          charged)
{
  g_autoptr (MgrPoolStatistics) statistics = mgr_pool_get_statistics (MGR_POOL (pool));
  MgrComponent *component = mgr_pool_get_component (MGR_POOL (pool));

  g_assert_cmpuint (mgr_pool_statistics_get_used (statistics), ==, used);
  g_assert_cmpuint (mgr_pool_statistics_get_charged (statistics), ==, charged);
  if (component != NULL)
    g_assert_cmpuint (mgr_component_get_used (component), ==, charged);
}
