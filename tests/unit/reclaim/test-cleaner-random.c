/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

/* 100,000 registries of a handful of resources each, against the rules said in
 * plain words. */

#define N_REGISTRIES 100000
#define MAX_RESOURCES 6

typedef struct
{
  char name[32];
  MgrSafety safety;
  guint64 size;
  gboolean was_asked;
} Model;

typedef struct
{
  Model models[MAX_RESOURCES];
  guint n;
} Registry;

static guint64
free_all_cb (MgrResource *resource,
             guint64      target,
             gpointer     user_data)
{
  Model *model = user_data;

  model->was_asked = TRUE;
  return model->size;
}

static void
registry_fill (Registry   *registry,
               MgrCleaner *cleaner,
               GRand      *rand)
{
  static const char *const prefixes[] = { "temp", "batch", "_cache", "intermediate", "model" };

  registry->n = (guint) g_rand_int_range (rand, 0, MAX_RESOURCES + 1);
  for (guint i = 0; i < registry->n; i++)
    {
      Model *model = &registry->models[i];
      gsize prefix = (gsize) g_rand_int_range (rand, 0, G_N_ELEMENTS (prefixes));
      g_autoptr (MgrResource) resource = NULL;

      g_snprintf (model->name, sizeof model->name, "%s_%u", prefixes[prefix], i);
      model->safety = prefix < 4 ? MGR_SAFETY_SAFE : MGR_SAFETY_CAUTIOUS;
      model->size = (guint64) g_rand_int_range (rand, 0, 20);
      model->was_asked = FALSE;
      resource = mgr_resource_new (model->name, model->size);
      g_signal_connect (resource, "reclaim", G_CALLBACK (free_all_cb), model);

      if (g_rand_boolean (rand))
        {
          model->safety = (MgrSafety) g_rand_int_range (rand, 0, 3);
          mgr_resource_set_safety (resource, model->safety);
        }
      mgr_resource_set_priority (resource, (guint) g_rand_int_range (rand, 1, 11));
      g_assert_true (mgr_cleaner_register (cleaner, resource, NULL));
    }
}

static void
registry_check (const Registry   *registry,
                MgrCleanupReport *report,
                gboolean          force)
{
  const char *const *cleaned = mgr_cleanup_report_get_cleaned (report);
  const char *const *protected = mgr_cleanup_report_get_protected (report);
  const char *const *kept = mgr_cleanup_report_get_kept (report);
  guint64 freed = 0;

  for (guint i = 0; i < registry->n; i++)
    {
      const Model *model = &registry->models[i];
      gboolean is_protected = model->safety == MGR_SAFETY_PROTECTED;
      gboolean is_cleaned = g_strv_contains (cleaned, model->name);

      g_assert_cmpint (g_strv_contains (protected, model->name), ==, is_protected);
      g_assert_cmpint (is_cleaned, ==, model->was_asked);
      g_assert_cmpint (g_strv_contains (kept, model->name), ==, !is_protected && !is_cleaned);
      g_assert_false (is_cleaned && is_protected);
      g_assert_false (is_cleaned && model->safety == MGR_SAFETY_CAUTIOUS && !force);
      freed += is_cleaned ? model->size : 0;
    }

  g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), ==, freed);
}

static void
check_once (MgrClock *clock,
            GRand    *rand)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (clock, "/nonexistent");
  /* Trimming the heap 50,000 times would be all that this test does. */
  MgrCleanupStrategy strategy = (MgrCleanupStrategy) g_rand_int_range (rand, 0, 2);
  gboolean force = g_rand_boolean (rand);
  Registry registry;
  g_autoptr (MgrCleanupPlan) plan = NULL;
  g_autoptr (MgrCleanupReport) report = NULL;

  if (g_rand_int_range (rand, 0, 100) == 0)
    strategy = (MgrCleanupStrategy) g_rand_int_range (rand, 2, 4);

  registry_fill (&registry, cleaner, rand);
  plan = mgr_cleaner_plan (cleaner, strategy, force ? MGR_CLEANUP_FLAGS_FORCE : 0, NULL);
  for (guint i = 0; i < registry.n; i++)
    g_assert_false (registry.models[i].was_asked);

  report = mgr_cleaner_cleanup (cleaner, strategy, force, TRUE, NULL);
  registry_check (&registry, report, force);

  g_assert_cmpuint (mgr_cleanup_plan_get_expected (plan), ==,
                    mgr_cleanup_report_get_claimed (report));
}

static void
test_random (void)
{
  guint32 seed = g_test_rand_int () & G_MAXINT32;
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (MgrManualClock) clock = mgr_manual_clock_new (0);

  g_test_summary ("No PROTECTED resource is in any plan, and the preview is what happens");
  g_test_message ("seed %u", seed);

  for (guint i = 0; i < N_REGISTRIES; i++)
    {
      check_once (MGR_CLOCK (clock), rand);
      while (g_main_context_iteration (NULL, FALSE))
        continue;
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/reclaim/cleaner/random", test_random);

  return g_test_run ();
}
