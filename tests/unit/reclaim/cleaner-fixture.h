/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <mgr.h>

/* The handlers of these tests write down who was asked for how much. */
typedef struct
{
  MgrManualClock *clock;
  MgrCleaner *cleaner;
  GString *asked;
} Fixture;

static inline void
fixture_set_up (Fixture       *fixture,
                gconstpointer  data)
{
  fixture->clock = mgr_manual_clock_new (1000);
  fixture->cleaner = mgr_cleaner_new (MGR_CLOCK (fixture->clock), NULL);
  fixture->asked = g_string_new ("");
}

static inline void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  data)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;

  g_assert_finalize_object (fixture->cleaner);
  g_assert_finalize_object (fixture->clock);
  g_string_free (fixture->asked, TRUE);
}

static inline guint64
free_all_cb (MgrResource *resource,
             guint64      target,
             gpointer     user_data)
{
  Fixture *fixture = user_data;

  g_string_append_printf (fixture->asked, "%s:%" G_GUINT64_FORMAT " ",
                          mgr_resource_get_name (resource), target);
  return mgr_resource_get_size (resource);
}

/* Returns a resource that the cleaner alone keeps. */
static inline MgrResource *
fixture_add (Fixture    *fixture,
             const char *name,
             guint64     size,
             GCallback   reclaim)
{
  g_autoptr (MgrResource) resource = mgr_resource_new (name, size);
  g_autoptr (GError) error = NULL;
  gboolean registered;

  if (reclaim != NULL)
    g_signal_connect (resource, "reclaim", reclaim, fixture);
  registered = mgr_cleaner_register (fixture->cleaner, resource, &error);
  g_assert_no_error (error);
  g_assert_true (registered);

  return resource;
}

static inline MgrCleanupPlan *
fixture_plan (Fixture            *fixture,
              MgrCleanupStrategy  strategy,
              MgrCleanupFlags     flags)
{
  g_autoptr (GError) error = NULL;
  MgrCleanupPlan *plan = mgr_cleaner_plan (fixture->cleaner, strategy, flags, &error);

  g_assert_no_error (error);
  g_assert_nonnull (plan);
  return plan;
}

static inline MgrCleanupReport *
fixture_cleanup (Fixture            *fixture,
                 MgrCleanupStrategy  strategy,
                 gboolean            force)
{
  g_autoptr (GError) error = NULL;
  MgrCleanupReport *report =
    mgr_cleaner_cleanup (fixture->cleaner, strategy, force, TRUE, &error);

  g_assert_no_error (error);
  g_assert_nonnull (report);
  return report;
}

static inline void
assert_names (const char *const *names,
              const char        *expected)
{
  g_autofree char *joined = g_strjoinv (" ", (char **) names);

  g_assert_cmpstr (joined, ==, expected);
}

/* Takes @steps. */
static inline void
assert_steps (GPtrArray  *steps,
              const char *expected)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < steps->len; i++)
    g_string_append_printf (names, "%s%s", i > 0 ? " " : "",
                            mgr_cleanup_step_get_name (g_ptr_array_index (steps, i)));

  g_assert_cmpstr (names->str, ==, expected);
  g_ptr_array_unref (steps);
}

/* Takes @steps. Returns (transfer full) the one of that name. */
static inline MgrCleanupStep *
find_step (GPtrArray  *steps,
           const char *name)
{
  MgrCleanupStep *found = NULL;

  for (guint i = 0; i < steps->len; i++)
    {
      MgrCleanupStep *step = g_ptr_array_index (steps, i);

      if (g_str_equal (mgr_cleanup_step_get_name (step), name))
        found = mgr_cleanup_step_ref (step);
    }

  g_assert_nonnull (found);
  g_ptr_array_unref (steps);
  return found;
}

static inline void
assert_reason (GPtrArray  *steps,
               const char *name,
               const char *reason)
{
  g_autoptr (MgrCleanupStep) step = find_step (steps, name);

  g_assert_cmpstr (mgr_cleanup_step_get_reason (step), ==, reason);
}
