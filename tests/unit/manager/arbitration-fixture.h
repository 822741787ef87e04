/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <mgr.h>

/* A manager of 1000 bytes that arbitrates, and a log of who was asked for how much. */
typedef struct
{
  MgrManualClock *clock;
  MgrManager *manager;
  GString *asked;
} Fixture;

/* A resource whose bytes are charged. */
typedef struct
{
  Fixture *fixture;
  MgrResource *resource; /* (owned) */
  GPtrArray *blocks;     /* (owned) (element-type MgrAllocation) */
  guint64 overshoot;     /* bytes given beyond what is asked for */
  guint64 claim;         /* what it says instead of the truth; 0: the truth */
  guint most;            /* blocks it gives at a time */
} Holder;

static inline void
fixture_set_up (Fixture       *fixture,
                gconstpointer  data)
{
  fixture->clock = mgr_manual_clock_new (1000);
  fixture->manager = g_object_new (MGR_TYPE_MANAGER,
                                   "total-budget", (guint64) 1000,
                                   "clock", fixture->clock,
                                   "automatic-cleanup", FALSE,
                                   "arbitration", MGR_ARBITRATION_ALWAYS,
                                   NULL);
  fixture->asked = g_string_new ("");
}

static inline void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  data)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;

  g_assert_finalize_object (fixture->manager);
  g_object_unref (fixture->clock);
  g_string_free (fixture->asked, TRUE);
}

/* Returns (transfer none) */
static inline MgrComponent *
fixture_add (Fixture    *fixture,
             const char *name,
             guint64     budget,
             guint       priority,
             guint64     guaranteed)
{
  g_autoptr (GError) error = NULL;
  MgrComponent *component = mgr_manager_add_component (fixture->manager, name, budget, NULL, &error);

  g_assert_no_error (error);
  mgr_component_set_priority (component, priority);
  mgr_component_set_guaranteed (component, guaranteed, &error);
  g_assert_no_error (error);
  return component;
}

static inline guint64
holder_give_cb (MgrResource *resource,
                guint64      target,
                gpointer     user_data)
{
  Holder *holder = user_data;
  guint64 freed = 0;

  g_string_append_printf (holder->fixture->asked, "%s:%" G_GUINT64_FORMAT " ",
                          mgr_resource_get_name (resource), target);
  for (guint i = 0; holder->blocks->len > 0 && i < holder->most
                    && freed < target + holder->overshoot; i++)
    {
      MgrAllocation *block = g_ptr_array_index (holder->blocks, holder->blocks->len - 1);

      freed += mgr_allocation_get_size (block);
      g_ptr_array_set_size (holder->blocks, holder->blocks->len - 1);
    }

  return holder->claim > 0 ? holder->claim : freed;
}

static inline void
holder_fill (Holder       *holder,
             MgrComponent *component,
             guint         n_blocks,
             guint64       size)
{
  for (guint i = 0; i < n_blocks; i++)
    {
      MgrAllocation *block = mgr_component_allocate (component, size, NULL, 5, NULL, NULL);

      g_assert_nonnull (block);
      g_ptr_array_add (holder->blocks, block);
    }
  mgr_resource_set_size (holder->resource, n_blocks * size);
}

static inline Holder *
holder_new (Fixture      *fixture,
            const char   *name,
            MgrComponent *component,
            guint         n_blocks,
            guint64       size)
{
  Holder *holder = g_new0 (Holder, 1);
  g_autoptr (GError) error = NULL;

  holder->fixture = fixture;
  holder->most = G_MAXUINT;
  holder->blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_allocation_unref);
  holder->resource = mgr_resource_new (name, 0);
  mgr_resource_set_safety (holder->resource, MGR_SAFETY_SAFE);
  mgr_resource_set_component (holder->resource, component);
  holder_fill (holder, component, n_blocks, size);
  g_signal_connect (holder->resource, "reclaim", G_CALLBACK (holder_give_cb), holder);
  mgr_manager_register_resource (fixture->manager, holder->resource, &error);
  g_assert_no_error (error);
  return holder;
}

static inline void
holder_free (Holder *holder)
{
  mgr_manager_unregister_resource (holder->fixture->manager, holder->resource);
  g_signal_handlers_disconnect_by_data (holder->resource, holder);
  g_object_unref (holder->resource);
  g_ptr_array_unref (holder->blocks);
  g_free (holder);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Holder, holder_free)

static inline MgrAllocation *
take (Fixture    *fixture,
      const char *component,
      guint64     size)
{
  g_autoptr (GError) error = NULL;
  MgrAllocation *allocation =
    mgr_manager_allocate (fixture->manager, component, size, "test", 5, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (allocation);
  g_assert_cmpuint (mgr_allocation_get_size (allocation), ==, size);
  return allocation;
}

/* Returns (transfer full): the text of the refusal. */
static inline char *
assert_refused (Fixture    *fixture,
                const char *component,
                guint64     size,
                int         code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrComponent) target =
    mgr_manager_lookup_component (fixture->manager, component);
  guint64 refused = mgr_component_get_refused_count (target);
  MgrAllocation *allocation =
    mgr_manager_allocate (fixture->manager, component, size, "test", 5, NULL, &error);

  g_assert_error (error, MGR_ERROR, code);
  g_assert_null (allocation);
  g_assert_cmpuint (mgr_component_get_refused_count (target), ==, refused + 1);
  return g_strdup (error->message);
}

/* The same for one of several threads: others are refused meanwhile. */
static inline char *
assert_refused_text (Fixture    *fixture,
                     const char *component,
                     guint64     size)
{
  g_autoptr (GError) error = NULL;
  MgrAllocation *allocation =
    mgr_manager_allocate (fixture->manager, component, size, "test", 5, NULL, &error);

  g_assert_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET);
  g_assert_null (allocation);
  return g_strdup (error->message);
}

static inline void
assert_asked (Fixture    *fixture,
              const char *expected)
{
  g_assert_cmpstr (fixture->asked->str, ==, expected);
  g_string_truncate (fixture->asked, 0);
}

static inline guint64
total_used (Fixture *fixture)
{
  return mgr_component_get_used (mgr_manager_get_root (fixture->manager));
}
