/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "../ledger/ledger-fixture.h"
#include "mgr-test-support.h"
#include "pool/mgr-object-pool-private.h"

/* What the pools of these tests hold: it knows its number, and that it was used. */
#define TYPE_THING (thing_get_type ())
G_DECLARE_FINAL_TYPE (Thing, thing, THING, THING, GObject)

struct _Thing
{
  GObject parent_instance;
  guint number;
  guint uses;
  gboolean dirty;
};

G_DEFINE_FINAL_TYPE (Thing, thing, G_TYPE_OBJECT)

/* atomic: that were made, and that are there */
static int n_made;
static int n_things;

static void
thing_finalize (GObject *object)
{
  g_atomic_int_add (&n_things, -1);
  G_OBJECT_CLASS (thing_parent_class)->finalize (object);
}

static void
thing_class_init (ThingClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = thing_finalize;
}

static void
thing_init (Thing *self)
{
  self->number = (guint) g_atomic_int_add (&n_made, 1);
  g_atomic_int_inc (&n_things);
}

#define THING_SIZE 100

typedef struct
{
  ScopedLedger *ledger;
  MgrComponent *component; /* (unowned), kept by the ledger */
  MgrManualClock *clock;
  MgrObjectPool *pool;
  guint n_asked;           /* how often create was */
  gboolean fails;          /* create does */
} Fixture;

static inline GObject *
create_thing_cb (MgrObjectPool *pool,
                 gpointer       user_data)
{
  Fixture *fixture = user_data;

  fixture->n_asked++;
  if (fixture->fails)
    {
      g_assert_true (mgr_object_pool_fail_create (pool, "there is no thing today"));
      return NULL;
    }

  return g_object_new (TYPE_THING, NULL);
}

static inline MgrObjectPool *
make_pool (Fixture    *fixture,
           const char *name,
           guint       max)
{
  g_autoptr (GError) error = NULL;
  MgrObjectPool *pool = g_initable_new (MGR_TYPE_OBJECT_POOL, NULL, &error,
                                        "name", name,
                                        "component", fixture->component,
                                        "clock", fixture->clock,
                                        "max", max,
                                        "object-size", (guint64) THING_SIZE,
                                        NULL);

  g_assert_no_error (error);
  g_signal_connect (pool, "create", G_CALLBACK (create_thing_cb), fixture);
  return pool;
}

static inline void
fixture_set_up (Fixture       *fixture,
                gconstpointer  data)
{
  g_atomic_int_set (&n_made, 0);
  g_atomic_int_set (&n_things, 0);
  fixture->clock = mgr_manual_clock_new (0);
  fixture->ledger = scoped_ledger_new (10000);
  fixture->component = add (fixture->ledger, "pools", 5000, NULL);
  fixture->pool = make_pool (fixture, "things", 4);
}

static inline void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  data)
{
  mgr_test_settle ();
  if (fixture->pool != NULL)
    g_assert_finalize_object (fixture->pool);
  mgr_test_settle ();
  g_assert_cmpint (g_atomic_int_get (&n_things), ==, 0);
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 0);
  g_object_unref (fixture->clock);
  scoped_ledger_free (fixture->ledger);
}

static inline MgrLease *
acquire (MgrObjectPool *pool)
{
  g_autoptr (GError) error = NULL;
  MgrLease *lease = mgr_object_pool_acquire (pool, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (lease);
  return lease;
}

static inline Thing *
thing_of (MgrLease *lease)
{
  return THING_THING (mgr_lease_get_object (lease));
}

/* Takes @lease. */
static inline void
give_back (MgrLease *lease)
{
  g_autoptr (GError) error = NULL;
  gboolean released = mgr_lease_release (lease, &error);

  g_assert_no_error (error);
  g_assert_true (released);
  mgr_lease_unref (lease);
}

static inline void
assert_counts (MgrObjectPool *pool,
               guint          n_objects,
               guint          n_free,
               guint          n_leased)
{
  MgrComponent *component = mgr_pool_get_component (MGR_POOL (pool));

  g_assert_cmpuint (mgr_object_pool_get_n_objects (pool), ==, n_objects);
  g_assert_cmpuint (mgr_object_pool_get_n_free (pool), ==, n_free);
  g_assert_cmpuint (mgr_pool_get_allocation_count (MGR_POOL (pool)), ==, n_leased);
  g_assert_cmpuint (mgr_pool_get_used (MGR_POOL (pool)), ==, n_leased * THING_SIZE);
  g_assert_cmpuint (mgr_pool_get_charged (MGR_POOL (pool)), ==, n_objects * THING_SIZE);
  g_assert_cmpuint (mgr_component_get_used (component), ==, n_objects * THING_SIZE);
}

#define ADD(path, test) \
  g_test_add (path, Fixture, NULL, fixture_set_up, test, fixture_tear_down)
