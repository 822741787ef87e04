/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

/* Random registries and sequences of requests, against the rules said in plain words.
 * MGR_TEST_REGISTRIES says how many; the seed is printed, and --seed takes it. */

#define N_REGISTRIES 20000
#define MAX_RESOURCES 8
#define MAX_REQUESTS 4

typedef struct
{
  MgrResource *resource; /* (owned) (nullable) once it was unregistered */
  char name[32];
  MgrSafety safety;
  gboolean by_hand;
  guint priority;
  guint64 size;
  guint64 limit;
  guint64 boast; /* what it claims beyond what it held */
  gboolean pinned;
  gboolean vetoes;
  gboolean was_asked;
} Model;

typedef struct
{
  MgrCleaner *cleaner; /* (owned) */
  GRand *rand;         /* (unowned) */
  Model models[MAX_RESOURCES];
  guint n;
} Registry;

static gboolean
toss (Registry *registry,
      gint      one_in)
{
  return g_rand_int_range (registry->rand, 0, one_in) == 0;
}

static guint64
free_all_cb (MgrResource *resource,
             guint64      target,
             gpointer     user_data)
{
  Model *model = user_data;
  guint64 size = model->size;

  g_assert_false (model->was_asked);
  model->was_asked = TRUE;
  model->size = 0;
  return size + model->boast;
}

static gboolean
veto_cb (MgrResource      *resource,
         MgrPressureLevel  level,
         gpointer          user_data)
{
  const Model *model = user_data;

  return model->vetoes;
}

static void
model_register (Registry *registry,
                Model    *model)
{
  static const char *const prefixes[] = { "temp", "batch", "_cache", "best", "table", "index" };
  static const MgrSafety safeties[] = {
    MGR_SAFETY_SAFE, MGR_SAFETY_SAFE, MGR_SAFETY_SAFE, MGR_SAFETY_PROTECTED,
    MGR_SAFETY_CAUTIOUS, MGR_SAFETY_CAUTIOUS,
  };
  gsize prefix = (gsize) g_rand_int_range (registry->rand, 0, G_N_ELEMENTS (prefixes));

  g_snprintf (model->name, sizeof model->name, "%s_%d", prefixes[prefix],
              (int) (model - registry->models));
  model->safety = safeties[prefix];
  model->size = (guint64) g_rand_int_range (registry->rand, 0, 20);
  model->boast = toss (registry, 4) ? (guint64) g_rand_int_range (registry->rand, 1, 100) : 0;
  model->priority = MGR_PRIORITY_DEFAULT;
  model->resource = mgr_resource_new (model->name, model->size);
  g_signal_connect (model->resource, "reclaim", G_CALLBACK (free_all_cb), model);
  g_signal_connect (model->resource, "query-veto", G_CALLBACK (veto_cb), model);
  g_assert_true (mgr_cleaner_register (registry->cleaner, model->resource, NULL));
}

/* Returns whether a plan that was made before may no longer hold for it. */
static gboolean
model_change (Registry *registry,
              Model    *model)
{
  MgrSafety safety = (MgrSafety) g_rand_int_range (registry->rand, 0, 3);
  gboolean changes = safety != model->safety || !model->by_hand;

  switch (g_rand_int_range (registry->rand, 0, 7))
    {
    case 0:
      model->safety = safety;
      model->by_hand = TRUE;
      mgr_resource_set_safety (model->resource, model->safety);
      return changes;
    case 1:
      model->size = (guint64) g_rand_int_range (registry->rand, 0, 20);
      mgr_resource_set_size (model->resource, model->size);
      return TRUE;
    case 2:
      if (model->pinned)
        g_assert_true (mgr_resource_end_access (model->resource, NULL));
      else
        g_assert_true (mgr_resource_begin_access (model->resource, NULL));
      model->pinned = !model->pinned;
      return model->pinned;
    case 3:
      model->vetoes = !model->vetoes;
      return model->vetoes;
    case 4:
      g_assert_true (mgr_cleaner_unregister (registry->cleaner, model->resource));
      if (model->pinned)
        g_assert_true (mgr_resource_end_access (model->resource, NULL));
      g_clear_object (&model->resource);
      return TRUE;
    case 5:
      model->priority = (guint) g_rand_int_range (registry->rand, 1, 11);
      mgr_resource_set_priority (model->resource, model->priority);
      return FALSE;
    default:
      model->limit = (guint64) g_rand_int_range (registry->rand, 0, 20);
      mgr_resource_set_limit (model->resource, model->limit);
      return FALSE;
    }
}

static void
registry_init (Registry *registry,
               MgrClock *clock,
               GRand    *rand)
{
  *registry = (Registry) { .rand = rand };
  registry->cleaner = mgr_cleaner_new (clock, "/nonexistent");
  g_assert_true (mgr_protection_rules_add (mgr_cleaner_get_rules (registry->cleaner), "best_*",
                                           MGR_SAFETY_PROTECTED, NULL));
  registry->n = (guint) g_rand_int_range (rand, 0, MAX_RESOURCES + 1);
  for (guint i = 0; i < registry->n; i++)
    model_register (registry, &registry->models[i]);
}

static void
registry_clear (Registry *registry)
{
  for (guint i = 0; i < registry->n; i++)
    {
      Model *model = &registry->models[i];

      if (model->resource != NULL && model->pinned)
        g_assert_true (mgr_resource_end_access (model->resource, NULL));
      g_clear_object (&model->resource);
    }

  g_object_unref (registry->cleaner);
}

static void
registry_change_some (Registry *registry)
{
  for (guint i = 0; i < registry->n; i++)
    {
      if (registry->models[i].resource != NULL && toss (registry, 2))
        model_change (registry, &registry->models[i]);
    }
}

static gboolean
may_take (const Model     *model,
          MgrCleanupFlags  flags)
{
  gboolean force = (flags & MGR_CLEANUP_FLAGS_FORCE) != 0;
  gboolean unsafe = force && (flags & MGR_CLEANUP_FLAGS_UNSAFE) != 0;
  gboolean allow = unsafe && (flags & MGR_CLEANUP_FLAGS_ALLOW_PROTECTED) != 0;

  if (model->safety == MGR_SAFETY_SAFE)
    return TRUE;
  if (model->safety == MGR_SAFETY_CAUTIOUS)
    return force;

  return model->by_hand ? allow : unsafe;
}

static gboolean
is_eligible (const Model     *model,
             MgrCleanupFlags  flags)
{
  return model->resource != NULL && may_take (model, flags)
         && !model->pinned && !model->vetoes && model->size > 0;
}

static MgrCleanupStep *
find_step (GPtrArray   *steps,
           const Model *model)
{
  for (guint i = 0; i < steps->len; i++)
    {
      MgrCleanupStep *step = g_ptr_array_index (steps, i);

      if (g_str_equal (mgr_cleanup_step_get_name (step), model->name))
        return step;
    }

  return NULL;
}

static int
get_rank (const Model *model)
{
  static const int ranks[] = {
    [MGR_SAFETY_SAFE] = 0, [MGR_SAFETY_CAUTIOUS] = 1, [MGR_SAFETY_PROTECTED] = 2,
  };

  return ranks[model->safety];
}

/* Whether the first has to have its turn before the second, for all that was said. */
static gboolean
comes_before (const Model *first,
              const Model *second)
{
  gboolean first_over = first->limit > 0 && first->size > first->limit;
  gboolean second_over = second->limit > 0 && second->size > second->limit;

  if (get_rank (first) != get_rank (second))
    return get_rank (first) < get_rank (second);
  if (first_over != second_over)
    return first_over;

  return first->priority < second->priority;
}

static void
check_order (Registry  *registry,
             GPtrArray *steps,
             GPtrArray *kept)
{
  for (guint i = 0; i < registry->n; i++)
    {
      const Model *first = &registry->models[i];
      MgrCleanupStep *step = find_step (steps, first);
      guint place = 0;

      for (guint j = 0; j < registry->n && step != NULL; j++)
        {
          const Model *second = &registry->models[j];
          MgrCleanupStep *other = find_step (steps, second);
          guint other_place = 0;

          if (other == NULL || !comes_before (first, second))
            continue;

          g_assert_true (g_ptr_array_find (steps, step, &place));
          g_assert_true (g_ptr_array_find (steps, other, &other_place));
          g_assert_cmpuint (place, <, other_place);
        }
    }

  /* Nobody who had to come first was left out for somebody who comes later. */
  for (guint i = 0; i < registry->n; i++)
    {
      const Model *out = &registry->models[i];
      MgrCleanupStep *step = find_step (kept, out);

      for (guint j = 0; j < registry->n && step != NULL; j++)
        {
          if (g_str_equal (mgr_cleanup_step_get_reason (step), "target met")
              && find_step (steps, &registry->models[j]) != NULL)
            g_assert_false (comes_before (out, &registry->models[j]));
        }
    }
}

static void
check_target (Registry           *registry,
              MgrCleanupPlan     *plan,
              MgrCleanupStrategy  strategy,
              MgrCleanupFlags     flags)
{
  static const guint64 percents[] = { 25, 50, 100, 100 };
  guint64 total = 0;

  for (guint i = 0; i < registry->n; i++)
    total += is_eligible (&registry->models[i], flags) ? registry->models[i].size : 0;

  g_assert_cmpuint (mgr_cleanup_plan_get_target (plan), ==,
                    (total * percents[strategy] + 99) / 100);
  g_assert_cmpuint (mgr_cleanup_plan_get_expected (plan), >=, mgr_cleanup_plan_get_target (plan));
}

static void
check_plan (Registry           *registry,
            MgrCleanupPlan     *plan,
            MgrCleanupStrategy  strategy,
            MgrCleanupFlags     flags)
{
  g_autoptr (GPtrArray) steps = mgr_cleanup_plan_get_steps (plan);
  g_autoptr (GPtrArray) protected = mgr_cleanup_plan_get_protected (plan);
  g_autoptr (GPtrArray) kept = mgr_cleanup_plan_get_kept (plan);

  for (guint i = 0; i < registry->n; i++)
    {
      const Model *model = &registry->models[i];
      gboolean in_steps = find_step (steps, model) != NULL;
      gboolean in_protected = find_step (protected, model) != NULL;
      gboolean in_kept = find_step (kept, model) != NULL;

      g_assert_cmpint (in_steps + in_protected + in_kept, ==, model->resource != NULL);
      g_assert_false (in_steps && !is_eligible (model, flags));
      g_assert_false (in_steps && model->pinned);
      if (model->resource != NULL)
        g_assert_cmpint (in_protected, ==, (model->safety == MGR_SAFETY_PROTECTED
                                            && !may_take (model, flags)));
    }

  check_target (registry, plan, strategy, flags);
  check_order (registry, steps, kept);
}

/* Returns whether a step of the plan was changed. */
static gboolean
change_between (Registry       *registry,
                MgrCleanupPlan *plan)
{
  g_autoptr (GPtrArray) steps = mgr_cleanup_plan_get_steps (plan);
  Model *model = &registry->models[g_rand_int_range (registry->rand, 0, (gint) registry->n)];
  gboolean is_step = find_step (steps, model) != NULL;

  return model->resource != NULL && model_change (registry, model) && is_step;
}

static void
check_untouched (Registry *registry)
{
  for (guint i = 0; i < registry->n; i++)
    g_assert_false (registry->models[i].was_asked);
}

static void
check_report (Registry         *registry,
              MgrCleanupPlan   *plan,
              MgrCleanupReport *report)
{
  g_autoptr (GPtrArray) steps = mgr_cleanup_plan_get_steps (plan);
  const char *const *cleaned = mgr_cleanup_report_get_cleaned (report);

  g_assert_cmpuint (g_strv_length ((char **) cleaned), ==, steps->len);
  for (guint i = 0; i < steps->len; i++)
    g_assert_cmpstr (cleaned[i], ==, mgr_cleanup_step_get_name (g_ptr_array_index (steps, i)));

  for (guint i = 0; i < registry->n; i++)
    {
      Model *model = &registry->models[i];

      g_assert_cmpint (model->was_asked, ==, find_step (steps, model) != NULL);
      model->was_asked = FALSE;
    }

  g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), ==,
                    mgr_cleanup_plan_get_expected (plan));
}

static void
play_request (Registry *registry)
{
  /* Trimming the heap each time would be all that this test does. */
  gint last = toss (registry, 100) ? 4 : 2;
  MgrCleanupStrategy strategy =
    (MgrCleanupStrategy) g_rand_int_range (registry->rand, 0, last);
  MgrCleanupFlags flags = (MgrCleanupFlags) g_rand_int_range (registry->rand, 0, 8);
  g_autoptr (MgrCleanupPlan) plan = mgr_cleaner_plan (registry->cleaner, strategy, flags, NULL);
  g_autoptr (MgrCleanupReport) report = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_stale;

  check_plan (registry, plan, strategy, flags);
  check_untouched (registry);

  is_stale = registry->n > 0 && toss (registry, 3) && change_between (registry, plan);
  report = mgr_cleaner_execute (registry->cleaner, plan, &error);
  if (is_stale)
    {
      g_assert_error (error, MGR_ERROR, MGR_ERROR_STALE_PLAN);
      check_untouched (registry);
      return;
    }

  g_assert_no_error (error);
  check_report (registry, plan, report);
}

static guint
get_n_registries (void)
{
  const char *wanted = g_getenv ("MGR_TEST_REGISTRIES");

  return wanted != NULL ? (guint) g_ascii_strtoull (wanted, NULL, 10) : N_REGISTRIES;
}

static void
ignore_cb (const char     *domain,
           GLogLevelFlags  level,
           const char     *message,
           gpointer        user_data)
{
}

static void
test_random (void)
{
  guint32 seed = (guint32) g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (MgrManualClock) clock = mgr_manual_clock_new (0);
  guint handler = g_log_set_handler (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, ignore_cb, NULL);
  guint n = get_n_registries ();

  g_test_summary ("No PROTECTED or pinned object is in any plan unless the flags say so, and the "
                  "plan is what happens, whatever anybody claims, or it fails");
  g_test_message ("%u registries, seed %u", n, seed);

  for (guint i = 0; i < n; i++)
    {
      Registry registry;
      gint n_requests = g_rand_int_range (rand, 1, MAX_REQUESTS + 1);

      registry_init (&registry, MGR_CLOCK (clock), rand);
      for (gint request = 0; request < n_requests; request++)
        {
          registry_change_some (&registry);
          play_request (&registry);
        }
      registry_clear (&registry);
      while (g_main_context_iteration (NULL, FALSE))
        continue;
    }

  g_log_remove_handler (G_LOG_DOMAIN, handler);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cases/protection/random-registries", test_random);

  return g_test_run ();
}
