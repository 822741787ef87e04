/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The scenario in C; scenario.py and scenario.js in tests/bindings say the same,
 * line by line. */

#include <mgr.h>

#include <locale.h>
#include <math.h>
#include <string.h>

#define KIB G_GUINT64_CONSTANT (1024)

static const char *
nick_of (GType type,
         int   value)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);

  return g_enum_get_value (klass, value)->value_nick;
}

/* Says how large the allocation is, or how the error reads. Takes @error. */
static MgrAllocation *
attempt (const char    *what,
         MgrAllocation *allocation,
         GError        *error)
{
  if (allocation != NULL)
    g_print ("%s: %" G_GUINT64_FORMAT " bytes\n", what, mgr_allocation_get_size (allocation));
  else
    g_print ("%s: %s: %s\n", what, nick_of (MGR_TYPE_ERROR, error->code), error->message);

  g_clear_error (&error);
  return allocation;
}

static void
attempt_allocate (MgrManager *manager,
                  const char *what,
                  const char *path,
                  guint64     size,
                  guint       priority)
{
  GError *error = NULL;
  MgrAllocation *allocation =
    mgr_manager_allocate (manager, path, size, NULL, priority, NULL, &error);

  g_assert_null (attempt (what, allocation, error));
}

static MgrAllocation *
allocate (MgrManager *manager,
          const char *path,
          guint64     size,
          const char *description)
{
  g_autoptr (GError) error = NULL;
  MgrAllocation *allocation =
    mgr_manager_allocate (manager, path, size, description, MGR_PRIORITY_DEFAULT, NULL, &error);

  g_assert_no_error (error);
  return allocation;
}

static void
release (MgrAllocation *allocation)
{
  g_autoptr (GError) error = NULL;

  mgr_allocation_release (allocation, &error);
  g_assert_no_error (error);
  mgr_allocation_unref (allocation);
}

static void
show_component (MgrComponent *component)
{
  g_print ("%s: budget %" G_GUINT64_FORMAT ", used %" G_GUINT64_FORMAT "\n",
           mgr_component_get_path (component),
           mgr_component_get_budget (component),
           mgr_component_get_used (component));
}

static void
show_components (GListModel *components)
{
  for (guint i = 0; i < g_list_model_get_n_items (components); i++)
    {
      g_autoptr (MgrComponent) component = g_list_model_get_item (components, i);

      show_component (component);
      show_components (mgr_component_get_children (component));
    }
}

static MgrComponent *
add_component (MgrManager   *manager,
               const char   *name,
               guint64       budget,
               MgrComponent *parent)
{
  g_autoptr (GError) error = NULL;
  MgrComponent *component = mgr_manager_add_component (manager, name, budget, parent, &error);

  g_assert_no_error (error);
  return component;
}

static void
play_tree (MgrManager *manager)
{
  MgrComponent *models;
  MgrComponent *cache;

  g_print ("# tree\n");
  models = add_component (manager, "ml-models", 600 * KIB, NULL);
  add_component (manager, "bert", 400 * KIB, models);
  cache = add_component (manager, "cache", 0, NULL);
  g_assert_true (mgr_component_set_budget_share (cache, 0.25, NULL));
  show_components (mgr_manager_get_components (manager));
}

static void
play_release (MgrManager    *manager,
              MgrAllocation *allocation)
{
  g_autoptr (GError) error = NULL;
  MgrAllocation *by_id = allocate (manager, "cache", 10, NULL);
  guint64 id = mgr_allocation_keep (by_id);

  mgr_allocation_unref (by_id);
  g_assert_true (mgr_manager_deallocate (manager, id, NULL));
  g_assert_true (mgr_allocation_release (allocation, NULL));
  g_assert_false (mgr_allocation_release (allocation, &error));
  g_print ("released again: %s\n", nick_of (MGR_TYPE_ERROR, error->code));
  show_components (mgr_manager_get_components (manager));
}

static void
play_allocate (MgrManager *manager)
{
  const char *const tags[] = { "float32", "shared", NULL };
  g_autofree char *joined = NULL;
  GError *error = NULL;
  g_autoptr (MgrAllocation) allocation = NULL;

  g_print ("# allocate\n");
  allocation = mgr_manager_allocate (manager, "ml-models/bert", 100 * KIB, "weights", 8, tags,
                                     &error);
  attempt ("weights", allocation, error);
  joined = g_strjoinv (" ", (char **) mgr_allocation_get_tags (allocation));
  g_print ("%s, “%s”, priority %u, tags %s\n",
           mgr_component_get_path (mgr_allocation_get_component (allocation)),
           mgr_allocation_get_description (allocation),
           mgr_allocation_get_priority (allocation), joined);

  attempt_allocate (manager, "too much now", "ml-models/bert", 301 * KIB, 5);
  attempt_allocate (manager, "too much for ever", "ml-models/bert", 401 * KIB, 5);
  attempt_allocate (manager, "nothing", "cache", 0, 5);
  attempt_allocate (manager, "nowhere", "ml-models/gpt", 1, 5);
  attempt_allocate (manager, "out of range", "cache", 1, 11);
  show_components (mgr_manager_get_components (manager));
  play_release (manager, allocation);
}

static MgrAllocation *
attempt_adaptive (MgrManager *manager,
                  const char *what)
{
  GError *error = NULL;
  MgrAllocation *allocation =
    mgr_manager_allocate_adaptive (manager, "ml-models/bert", 200 * KIB, NULL, 5, NULL,
                                   10 * KIB, &error);

  return attempt (what, allocation, error);
}

static void
play_adaptive (MgrManager *manager)
{
  MgrAllocation *holder;
  MgrAllocation *adaptive;
  MgrAllocation *fallback;
  g_autoptr (GPtrArray) listed = NULL;
  GError *error = NULL;

  g_print ("# adaptive and fallback\n");
  holder = allocate (manager, "ml-models/bert", 300 * KIB, "holder");
  adaptive = attempt_adaptive (manager, "adaptive");
  g_assert_null (attempt_adaptive (manager, "adaptive in vain"));
  release (adaptive);

  fallback = mgr_manager_allocate_with_fallback (manager, "ml-models/bert", 200 * KIB, 50 * KIB,
                                                 NULL, 5, NULL, &error);
  attempt ("fallback", fallback, error);
  listed = mgr_manager_list_allocations (manager, "ml-models", NULL, 0, 0, NULL);
  g_print ("listed:");
  for (guint i = 0; i < listed->len; i++)
    g_print (" %" G_GUINT64_FORMAT, mgr_allocation_get_size (g_ptr_array_index (listed, i)));
  g_print ("\n");

  release (fallback);
  release (holder);
}

typedef struct
{
  const char *name;
  GCancellable *cancellable; /* (owned) */
  MgrAllocation *allocation; /* (owned) (nullable) */
  gboolean is_done;
} Waiter;

static void
waiter_finished_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  Waiter *waiter = user_data;
  g_autoptr (GError) error = NULL;

  waiter->allocation = mgr_manager_allocate_finish (MGR_MANAGER (source), result, &error);
  if (waiter->allocation != NULL)
    g_print ("%s got %" G_GUINT64_FORMAT " bytes\n", waiter->name,
             mgr_allocation_get_size (waiter->allocation));
  else
    g_print ("%s %s\n", waiter->name,
             g_error_matches (error, MGR_ERROR, MGR_ERROR_TIMED_OUT) ? "timed out"
                                                                     : "was cancelled");
  waiter->is_done = TRUE;
}

static void
waiter_start (Waiter     *waiter,
              MgrManager *manager,
              const char *name,
              guint       priority,
              gint64      timeout)
{
  *waiter = (Waiter) { .name = name, .cancellable = g_cancellable_new () };
  mgr_manager_allocate_async (manager, "cache", 100 * KIB, name, priority, NULL, timeout,
                              waiter->cancellable, waiter_finished_cb, waiter);
}

static void
waiter_end (Waiter *waiter)
{
  while (!waiter->is_done)
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&waiter->cancellable);
}

static void
play_async (MgrManager     *manager,
            MgrManualClock *clock)
{
  MgrAllocation *holder;
  Waiter low;
  Waiter high;
  Waiter cancelled;
  Waiter late;

  g_print ("# async\n");
  holder = allocate (manager, "cache", 200 * KIB, "holder");
  waiter_start (&low, manager, "low", 2, 0);
  waiter_start (&high, manager, "high", 9, 0);
  waiter_start (&cancelled, manager, "cancelled", 1, 0);
  waiter_start (&late, manager, "late", 1, 1000);

  g_cancellable_cancel (cancelled.cancellable);
  waiter_end (&cancelled);
  mgr_manual_clock_advance (clock, 1000);
  waiter_end (&late);
  release (holder);
  waiter_end (&low);
  waiter_end (&high);
  release (low.allocation);
  release (high.allocation);
}

static void
pressure_changed_cb (MgrManager        *manager,
                     MgrPressureLevel   level,
                     MgrPressureSample *sample,
                     gpointer           user_data)
{
  guint *seen = user_data;

  (*seen)++;
  g_print ("level %s at %.0f %%\n", nick_of (MGR_TYPE_PRESSURE_LEVEL, (int) level),
           round (mgr_pressure_sample_get_usage (sample) * 100));
}

static void
play_pressure (MgrManager *manager)
{
  const guint64 sizes[] = { 870 * KIB, 90 * KIB };
  guint seen = 0;
  gulong id;

  g_print ("# pressure\n");
  id = g_signal_connect (manager, "pressure-changed", G_CALLBACK (pressure_changed_cb), &seen);
  add_component (manager, "data", 0, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      MgrAllocation *allocation = allocate (manager, "data", sizes[i], NULL);
      guint before = seen;

      mgr_allocation_keep (allocation);
      mgr_allocation_unref (allocation);
      mgr_pressure_sample_unref (mgr_pressure_monitor_sample (mgr_manager_get_monitor (manager)));
      mgr_pressure_sample_unref (mgr_pressure_monitor_sample (mgr_manager_get_monitor (manager)));
      while (seen == before)
        g_main_context_iteration (NULL, TRUE);
    }

  g_signal_handler_disconnect (manager, id);
}

static void
show_cleanup (MgrCleanupReport *report)
{
  g_autofree char *cleaned = g_strjoinv (" ", (char **) mgr_cleanup_report_get_cleaned (report));
  g_autofree char *kept = g_strjoinv (" ", (char **) mgr_cleanup_report_get_kept (report));
  g_autofree char *protected =
    g_strjoinv (" ", (char **) mgr_cleanup_report_get_protected (report));

  g_print ("%s claimed %" G_GUINT64_FORMAT ", cleaned [%s], kept [%s], protected [%s]\n",
           nick_of (MGR_TYPE_CLEANUP_STRATEGY, (int) mgr_cleanup_report_get_strategy (report)),
           mgr_cleanup_report_get_claimed (report), cleaned, kept, protected);
  mgr_cleanup_report_unref (report);
}

static void
show_steps (const char *label,
            GPtrArray  *steps)
{
  g_print ("%s\n", label);
  for (guint i = 0; i < steps->len; i++)
    {
      MgrCleanupStep *step = g_ptr_array_index (steps, i);

      g_print ("  %s, %" G_GUINT64_FORMAT ": %s\n", mgr_cleanup_step_get_name (step),
               mgr_cleanup_step_get_expected (step), mgr_cleanup_step_get_reason (step));
    }

  g_ptr_array_unref (steps);
}

static MgrCleanupPlan *
make_plan (MgrCleaner *cleaner)
{
  MgrCleanupPlan *plan = mgr_cleaner_plan (cleaner, MGR_CLEANUP_STRATEGY_MODERATE,
                                           MGR_CLEANUP_FLAGS_NONE, NULL);

  g_print ("plan to free %" G_GUINT64_FORMAT ", expecting %" G_GUINT64_FORMAT "\n",
           mgr_cleanup_plan_get_target (plan), mgr_cleanup_plan_get_expected (plan));
  show_steps ("asks", mgr_cleanup_plan_get_steps (plan));
  show_steps ("keeps", mgr_cleanup_plan_get_kept (plan));
  show_steps ("protects", mgr_cleanup_plan_get_protected (plan));
  return plan;
}

static void
show_stale (MgrCleaner     *cleaner,
            MgrCleanupPlan *plan)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_cleaner_execute (cleaner, plan, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_STALE_PLAN);
  g_print ("%s\n", error->message);
}

static guint64
reclaim_cb (MgrResource *resource,
            guint64      target,
            gpointer     user_data)
{
  g_print ("reclaim %s: %" G_GUINT64_FORMAT "\n", mgr_resource_get_name (resource), target);
  return mgr_resource_get_size (resource);
}

static void
register_resource (MgrManager *manager,
                   const char *name,
                   guint64     size)
{
  g_autoptr (MgrResource) resource = mgr_resource_new (name, size);

  g_signal_connect (resource, "reclaim", G_CALLBACK (reclaim_cb), NULL);
  g_assert_true (mgr_manager_register_resource (manager, resource, NULL));
  if (g_str_equal (name, "weights"))
    mgr_resource_set_safety (resource, MGR_SAFETY_PROTECTED);
}

static void
play_cleanup (MgrManager *manager)
{
  MgrCleaner *cleaner = mgr_manager_get_cleaner (manager);
  g_autoptr (MgrCleanupPlan) plan = NULL;

  g_print ("# cleanup\n");
  register_resource (manager, "temp_rows", 300);
  register_resource (manager, "_cache_prices", 100);
  register_resource (manager, "table", 500);
  register_resource (manager, "weights", 900);

  plan = make_plan (cleaner);
  show_cleanup (mgr_cleaner_execute (cleaner, plan, NULL));
  show_stale (cleaner, plan);
  show_cleanup (mgr_manager_cleanup (manager, MGR_CLEANUP_STRATEGY_EMERGENCY, TRUE, TRUE, NULL));
}

static void
play_report (MgrManager *manager)
{
  g_autoptr (MgrReport) report = mgr_manager_get_report (manager);

  g_print ("# report\n");
  while (mgr_report_get_cleanups (report) < 2)
    {
      g_main_context_iteration (NULL, TRUE);
      mgr_report_unref (report);
      report = mgr_manager_get_report (manager);
    }

  g_print ("level %s, budget %" G_GUINT64_FORMAT ", used %" G_GUINT64_FORMAT
           ", refused %" G_GUINT64_FORMAT ", cleanups %" G_GUINT64_FORMAT
           ", claimed %" G_GUINT64_FORMAT "\n",
           nick_of (MGR_TYPE_PRESSURE_LEVEL, (int) mgr_report_get_level (report)),
           mgr_report_get_budget (report), mgr_report_get_used (report),
           mgr_report_get_refused (report), mgr_report_get_cleanups (report),
           mgr_report_get_claimed (report));
}

static guint64
add_with_detail (MgrJournal         *journal,
                 MgrJournalKind      kind,
                 MgrJournalSeverity  severity,
                 const char         *summary,
                 const char         *key,
                 GVariant           *value,
                 guint64             cause)
{
  GVariantDict details;

  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert_value (&details, key, value);
  return mgr_journal_add (journal, kind, severity, summary, g_variant_dict_end (&details), cause);
}

static void
play_journal (MgrManager *manager)
{
  MgrJournal *journal = mgr_manager_get_journal (manager);
  g_autoptr (GPtrArray) entries = NULL;
  g_autofree char *story = NULL;
  guint64 first;

  g_print ("# journal\n");
  first = add_with_detail (journal, MGR_JOURNAL_KIND_PHASE, MGR_JOURNAL_SEVERITY_INFO,
                           "The training began", "rows", g_variant_new_int64 (1000), 0);
  add_with_detail (journal, MGR_JOURNAL_KIND_OTHER, MGR_JOURNAL_SEVERITY_WARNING,
                   "It forgot a row", "rule", g_variant_new_string ("too long"), first);
  entries = mgr_journal_list (journal, MGR_JOURNAL_KIND_ANY, 0);
  for (guint i = entries->len; i > 0; i--)
    {
      MgrJournalEntry *entry = g_ptr_array_index (entries, i - 1);

      g_print ("%" G_GUINT64_FORMAT " %s %s %" G_GUINT64_FORMAT ": %s\n",
               mgr_journal_entry_get_id (entry),
               nick_of (MGR_TYPE_JOURNAL_KIND, (int) mgr_journal_entry_get_kind (entry)),
               nick_of (MGR_TYPE_JOURNAL_SEVERITY, (int) mgr_journal_entry_get_severity (entry)),
               mgr_journal_entry_get_cause (entry), mgr_journal_entry_get_summary (entry));
    }

  story = mgr_journal_explain (journal, first, NULL);
  g_print ("%s\n", strchr (story, '\n') + 1);
}

static guint64
measure_cb (MgrResource *resource,
            gpointer     user_data)
{
  return 300;
}

static gboolean
veto_cb (MgrResource      *resource,
         MgrPressureLevel  level,
         gpointer          user_data)
{
  return TRUE;
}

static guint64
rebuild_cb (MgrResource *resource,
            gpointer     user_data)
{
  g_print ("rebuild %s\n", mgr_resource_get_name (resource));
  return 45;
}

static MgrResource *
register_another (MgrManager *manager,
                  const char *name,
                  guint64     size)
{
  g_autoptr (MgrResource) resource = mgr_resource_new (name, size);

  g_signal_connect (resource, "reclaim", G_CALLBACK (reclaim_cb), NULL);
  g_assert_true (mgr_manager_register_resource (manager, resource, NULL));
  return resource; /* the manager keeps it */
}

/* What is measured, over its limit, objected to and in use. */
static MgrResource *
register_more (MgrManager *manager)
{
  MgrResource *over;

  g_signal_connect (register_another (manager, "temp_measured", 0),
                    "measure", G_CALLBACK (measure_cb), NULL);
  over = register_another (manager, "temp_over", 50);
  mgr_resource_set_limit (over, 40);
  g_signal_connect (over, "rebuild", G_CALLBACK (rebuild_cb), NULL);
  g_signal_connect (register_another (manager, "temp_vetoed", 200),
                    "query-veto", G_CALLBACK (veto_cb), NULL);
  return register_another (manager, "temp_pinned", 100);
}

static void
show_records (MgrManager *manager)
{
  g_autoptr (GPtrArray) records =
    mgr_cleaner_list_records (mgr_manager_get_cleaner (manager));

  for (guint i = 0; i < records->len; i++)
    {
      MgrReclaimRecord *record = g_ptr_array_index (records, i);

      g_print ("%s, %s: %" G_GUINT64_FORMAT " bytes, %s, %s\n",
               mgr_reclaim_record_get_name (record),
               nick_of (MGR_TYPE_SAFETY, (int) mgr_reclaim_record_get_safety (record)),
               mgr_reclaim_record_get_size (record),
               mgr_reclaim_record_get_reason (record),
               mgr_reclaim_record_get_can_restore (record) ? "can be restored" : "is lost");
    }
}

static void
attempt_restore (MgrManager *manager,
                 const char *name)
{
  g_autoptr (GError) error = NULL;

  if (mgr_manager_restore (manager, name, &error))
    g_print ("restored %s\n", name);
  else
    g_print ("%s: %s\n", nick_of (MGR_TYPE_ERROR, error->code), error->message);
}

static void
play_resources (MgrManager *manager)
{
  const char *const names[] = { "temp_over", "temp_over", "temp_measured", "temp_measure" };
  MgrResource *pinned;
  g_autoptr (GError) error = NULL;

  g_print ("# resources\n");
  pinned = register_more (manager);

  g_assert_true (mgr_resource_begin_access (pinned, NULL));
  show_cleanup (mgr_manager_cleanup (manager, MGR_CLEANUP_STRATEGY_EMERGENCY, TRUE, TRUE, NULL));
  g_assert_true (mgr_resource_end_access (pinned, NULL));
  g_assert_false (mgr_resource_end_access (pinned, &error));
  g_print ("ended again: %s\n", nick_of (MGR_TYPE_ERROR, error->code));
  show_cleanup (mgr_manager_cleanup (manager, MGR_CLEANUP_STRATEGY_LIGHT, FALSE, TRUE, NULL));

  show_records (manager);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    attempt_restore (manager, names[i]);
}

static void
show_rules (GPtrArray *rules)
{
  for (guint i = 0; i < rules->len; i++)
    {
      MgrProtectionRule *rule = g_ptr_array_index (rules, i);

      g_print ("%s%s:%s", i > 0 ? " " : "", mgr_protection_rule_get_pattern (rule),
               nick_of (MGR_TYPE_SAFETY, (int) mgr_protection_rule_get_safety (rule)));
    }

  g_print ("\n");
  g_ptr_array_unref (rules);
}

static guint
count_rules (MgrProtectionRules *rules)
{
  g_autoptr (GPtrArray) list = mgr_protection_rules_list_rules (rules);

  return list->len;
}

static void
play_rules (MgrManager *manager)
{
  MgrProtectionRules *rules = mgr_cleaner_get_rules (mgr_manager_get_cleaner (manager));
  g_autoptr (GError) error = NULL;

  g_print ("# rules\n");
  show_rules (mgr_protection_rules_list_rules (rules));
  g_assert_true (mgr_protection_rules_insert (rules, 0, "temp_keep_*", MGR_SAFETY_PROTECTED,
                                              NULL));
  while (count_rules (rules) > 2)
    g_assert_true (mgr_protection_rules_remove (rules, 1, NULL));
  show_rules (mgr_protection_rules_list_rules (rules));
  g_assert_false (mgr_protection_rules_insert (rules, 3, "beyond", MGR_SAFETY_SAFE, &error));
  g_print ("%s: %s\n", nick_of (MGR_TYPE_ERROR, error->code), error->message);
}

/* Parts of a program's object, and what is left of them. */
typedef struct
{
  const char *name;
  guint64 size;
} Part;

static Part parts[] = { { "table", 30 }, { "temp_rows", 70 }, { "weights", 90 } };

static Part *
find_part (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      if (g_str_equal (parts[i].name, name))
        return &parts[i];
    }

  g_assert_not_reached ();
}

static char **
list_parts_cb (MgrResourceGroup *group,
               gpointer          user_data)
{
  GPtrArray *names = g_ptr_array_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      if (parts[i].size > 0)
        g_ptr_array_add (names, g_strdup (parts[i].name));
    }

  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}

static guint64
part_size_cb (MgrResourceGroup *group,
              const char       *item,
              gpointer          user_data)
{
  return find_part (item)->size;
}

static guint64
drop_part_cb (MgrResourceGroup *group,
              const char       *item,
              gpointer          user_data)
{
  Part *part = find_part (item);
  guint64 size = part->size;

  g_print ("drop %s\n", item);
  part->size = 0;
  return size;
}

static void
play_group (MgrManager *manager)
{
  g_autoptr (MgrResourceGroup) group = mgr_resource_group_new ("model", NULL);
  g_autoptr (GPtrArray) resources = NULL;
  g_auto (GStrv) left = NULL;
  g_autofree char *joined = NULL;

  g_print ("# group\n");
  g_signal_connect (group, "list-items", G_CALLBACK (list_parts_cb), NULL);
  g_signal_connect (group, "item-size", G_CALLBACK (part_size_cb), NULL);
  g_signal_connect (group, "drop-item", G_CALLBACK (drop_part_cb), NULL);
  g_assert_true (mgr_manager_register_group (manager, group, NULL));
  resources = mgr_resource_group_list_resources (group);
  for (guint i = 0; i < resources->len; i++)
    {
      MgrResource *resource = g_ptr_array_index (resources, i);

      g_print ("%s: %s\n", mgr_resource_get_name (resource),
               nick_of (MGR_TYPE_SAFETY, (int) mgr_resource_get_safety (resource)));
    }

  show_cleanup (mgr_manager_cleanup (manager, MGR_CLEANUP_STRATEGY_EMERGENCY, TRUE, TRUE, NULL));
  left = list_parts_cb (group, NULL);
  joined = g_strjoinv (" ", left);
  g_print ("left: %s\n", joined);
}

static guint64
give_way_cb (MgrResource *resource,
             guint64      target,
             gpointer     user_data)
{
  MgrAllocation **rows = user_data;

  g_print ("rows give way for %" G_GUINT64_FORMAT "\n", target);
  g_clear_pointer (rows, mgr_allocation_unref);
  return 60 * KIB;
}

static void
play_upkeep (void)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (100 * KIB);
  MgrComponent *component = mgr_manager_add_component (manager, "c", 0, NULL, NULL);
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_rows", 60 * KIB);
  MgrAllocation *rows = mgr_component_allocate (component, 60 * KIB, "rows", 5, NULL, NULL);
  g_autoptr (MgrAllocation) weights = NULL;
  g_autoptr (MgrPhaseReport) report = NULL;

  g_print ("# upkeep\n");
  mgr_pressure_monitor_stop (mgr_manager_get_monitor (manager));
  mgr_manager_set_arbitration (manager, MGR_ARBITRATION_ALWAYS);
  mgr_manager_set_cleanup_after_phase (manager, FALSE);
  mgr_resource_set_component (resource, component);
  g_signal_connect (resource, "reclaim", G_CALLBACK (give_way_cb), &rows);
  g_assert_true (mgr_manager_register_resource (manager, resource, NULL));

  mgr_manager_begin_phase (manager, "training");
  weights = mgr_manager_allocate (manager, "c", 80 * KIB, "weights", 5, NULL, NULL);
  report = mgr_manager_end_phase (manager, "training", NULL);
  g_print ("training: %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT ", %s\n",
           mgr_phase_report_get_used_before (report), mgr_phase_report_get_used_after (report),
           mgr_phase_report_get_alert (report));

  mgr_manager_set_emergency_reserve (manager, 64 * KIB);
  g_print ("emergency: %" G_GUINT64_FORMAT "\n", mgr_manager_declare_emergency (manager));
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (MgrManualClock) clock = mgr_manual_clock_new (0);
  g_autoptr (MgrManager) manager = g_object_new (MGR_TYPE_MANAGER,
                                                 "total-budget", 1024 * KIB,
                                                 "clock", clock,
                                                 "proc-path", "/nonexistent",
                                                 "cgroup-path", "/nonexistent",
                                                 NULL);

  setlocale (LC_ALL, "");
  mgr_manager_set_automatic_cleanup (manager, FALSE);
  mgr_pressure_monitor_stop (mgr_manager_get_monitor (manager));

  play_tree (manager);
  play_allocate (manager);
  play_adaptive (manager);
  play_async (manager, clock);
  play_pressure (manager);
  play_cleanup (manager);
  play_report (manager);
  play_resources (manager);
  play_group (manager);
  play_rules (manager);
  play_journal (manager);
  play_upkeep ();

  return 0;
}
