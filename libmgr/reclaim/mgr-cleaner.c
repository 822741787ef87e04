/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-cleaner.h"

#include "base/mgr-owner-context-private.h"
#include "mgr-enum-types.h"
#include "reclaim/mgr-anonymous-rss-private.h"
#include "reclaim/mgr-cleaner-private.h"
#include "reclaim/mgr-cleanup-plan-private.h"
#include "reclaim/mgr-cleanup-report-private.h"
#include "reclaim/mgr-reclaim-private.h"
#include "reclaim/mgr-resource-registry-private.h"

#ifdef __GLIBC__
#include <malloc.h>
#endif

/**
 * SECTION:mgr-cleaner
 * @title: MgrCleaner
 * @short_description: asks resources to give memory back, within limits
 *
 * A cleaner keeps the registered resources, and mgr_cleaner_cleanup() asks them
 * for memory one after the other: those that are %MGR_SAFETY_SAFE first, then,
 * only if it is forced, the %MGR_SAFETY_CAUTIOUS ones; within a class those over
 * their limit first, then the lowest priority, then the largest. %MGR_SAFETY_PROTECTED ones are never asked,
 * whatever is forced. mgr_cleaner_preview() says beforehand what would be done.
 *
 * How far a cleanup goes depends on the strategy:
 *
 * - %MGR_CLEANUP_STRATEGY_LIGHT: a quarter of what it may clean, within 5 ms.
 *
 * - %MGR_CLEANUP_STRATEGY_MODERATE: half of what it may clean, within 20 ms.
 *
 * - %MGR_CLEANUP_STRATEGY_AGGRESSIVE: all it may clean, within 100 ms; then the
 *   heap is trimmed.
 *
 * - %MGR_CLEANUP_STRATEGY_EMERGENCY: all it may clean, within 5 s; then the heap is
 *   trimmed.
 *
 * No further resource is asked once the target is met or the time is up. Each is
 * asked in the thread it belongs to, see #MgrResource; one that belongs to
 * another thread is waited for as long as the time box allows and kept if it
 * does not answer.
 *
 * All functions may be called from any thread; one cleanup runs at a time.
 * Signals fire in the #GMainContext that was the thread default when the cleaner
 * was made, and the list of mgr_cleaner_get_resources() changes there.
 */

/* Everything that waits has a deadline. */
#define OWNER_DEADLINE (5 * G_TIME_SPAN_SECOND)

/**
 * MgrCleaner:
 *
 * Asks resources to give memory back.
 *
 * Since: 1.0
 */
struct _MgrCleaner
{
  GObject parent_instance;

  MgrClock *clock;               /* (owned), never changes */
  char *proc_path;               /* (owned), never changes */
  char *statm_path;              /* (owned), never changes */
  GMainContext *context;         /* (owned), never changes */
  MgrProtectionRules *rules;     /* (owned), never changes */
  MgrResourceRegistry *registry; /* (owned), never changes */
  gint64 owner_deadline;         /* set before the first cleanup */

  gint busy; /* atomic: 1 while a cleanup runs */

  GMutex lock;
  MgrCleanerTotals totals; /* guarded by lock */
};

typedef enum
{
  PROP_CLOCK = 1,
  PROP_PROC_PATH,
  PROP_RULES,
  PROP_RESOURCES,
} MgrCleanerProperty;

static GParamSpec *props[PROP_RESOURCES + 1];

typedef enum
{
  SIGNAL_CLEANUP_STARTED,
  SIGNAL_CLEANUP_FINISHED,
} MgrCleanerSignal;

static guint signals[SIGNAL_CLEANUP_FINISHED + 1];

G_DEFINE_FINAL_TYPE (MgrCleaner, mgr_cleaner, G_TYPE_OBJECT)

static void
mgr_cleaner_get_property (GObject    *object,
                          guint       id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  MgrCleaner *self = MGR_CLEANER (object);

  switch ((MgrCleanerProperty) id)
    {
    case PROP_CLOCK:
      g_value_set_object (value, self->clock);
      break;
    case PROP_PROC_PATH:
      g_value_set_string (value, self->proc_path);
      break;
    case PROP_RULES:
      g_value_set_object (value, self->rules);
      break;
    case PROP_RESOURCES:
      g_value_set_object (value, mgr_cleaner_get_resources (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_cleaner_set_property (GObject      *object,
                          guint         id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  MgrCleaner *self = MGR_CLEANER (object);

  switch ((MgrCleanerProperty) id)
    {
    case PROP_CLOCK:
      self->clock = g_value_dup_object (value);
      break;
    case PROP_PROC_PATH:
      self->proc_path = g_value_dup_string (value);
      break;
    case PROP_RULES:
    case PROP_RESOURCES:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_cleaner_constructed (GObject *object)
{
  MgrCleaner *self = MGR_CLEANER (object);

  G_OBJECT_CLASS (mgr_cleaner_parent_class)->constructed (object);

  if (self->clock == NULL)
    self->clock = g_object_ref (mgr_clock_get_default ());
  if (self->proc_path == NULL)
    self->proc_path = g_strdup ("/proc");
  self->statm_path = g_build_filename (self->proc_path, "self", "statm", NULL);
}

static void
mgr_cleaner_finalize (GObject *object)
{
  MgrCleaner *self = MGR_CLEANER (object);

  g_object_unref (self->registry);
  g_object_unref (self->rules);
  g_object_unref (self->clock);
  g_main_context_unref (self->context);
  g_free (self->proc_path);
  g_free (self->statm_path);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgr_cleaner_parent_class)->finalize (object);
}

static void
cleaner_install_signals (GType type)
{
  /**
   * MgrCleaner::cleanup-started:
   * @self: the cleaner
   * @strategy: how far it goes
   *
   * A cleanup has begun. Fires in the main context of the cleaner, so perhaps
   * after the cleanup has ended.
   *
   * Since: 1.0
   */
  signals[SIGNAL_CLEANUP_STARTED] =
    g_signal_new ("cleanup-started", type, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, MGR_TYPE_CLEANUP_STRATEGY);

  /**
   * MgrCleaner::cleanup-finished:
   * @self: the cleaner
   * @report: what it did
   *
   * A cleanup has ended. Fires in the main context of the cleaner.
   *
   * Since: 1.0
   */
  signals[SIGNAL_CLEANUP_FINISHED] =
    g_signal_new ("cleanup-finished", type, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, MGR_TYPE_CLEANUP_REPORT);
}

static void
mgr_cleaner_class_init (MgrCleanerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  const GParamFlags construct = readable | G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY;

  object_class->get_property = mgr_cleaner_get_property;
  object_class->set_property = mgr_cleaner_set_property;
  object_class->constructed = mgr_cleaner_constructed;
  object_class->finalize = mgr_cleaner_finalize;

  /**
   * MgrCleaner:clock:
   *
   * The clock of the time boxes and reports; the system's if none is given.
   *
   * Since: 1.0
   */
  props[PROP_CLOCK] = g_param_spec_object ("clock", NULL, NULL, MGR_TYPE_CLOCK, construct);

  /**
   * MgrCleaner:proc-path:
   *
   * Where to read how large the process is; `/proc` if none is given.
   *
   * Since: 1.0
   */
  props[PROP_PROC_PATH] = g_param_spec_string ("proc-path", NULL, NULL, NULL, construct);

  /**
   * MgrCleaner:rules:
   *
   * The rules that classify resources by their names.
   *
   * Since: 1.0
   */
  props[PROP_RULES] =
    g_param_spec_object ("rules", NULL, NULL, MGR_TYPE_PROTECTION_RULES, readable);

  /**
   * MgrCleaner:resources:
   *
   * The registered resources, in the order of registration.
   *
   * Since: 1.0
   */
  props[PROP_RESOURCES] =
    g_param_spec_object ("resources", NULL, NULL, G_TYPE_LIST_MODEL, readable);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
  cleaner_install_signals (G_TYPE_FROM_CLASS (klass));
}

static void
mgr_cleaner_init (MgrCleaner *self)
{
  g_mutex_init (&self->lock);
  self->context = g_main_context_ref_thread_default ();
  self->rules = mgr_protection_rules_new ();
  self->registry = mgr_resource_registry_new (self->rules);
  self->owner_deadline = OWNER_DEADLINE;
}

/**
 * mgr_cleaner_new:
 * @clock: (nullable): the clock to go by, or %NULL for the system's
 * @proc_path: (nullable): where to read how large the process is, or %NULL for
 *    `/proc`
 *
 * Makes a cleaner without resources. A manager has one already, see
 * mgr_manager_get_cleaner().
 *
 * Returns: (transfer full): the cleaner
 *
 * Since: 1.0
 */
MgrCleaner *
mgr_cleaner_new (MgrClock   *clock,
                 const char *proc_path)
{
  g_return_val_if_fail (clock == NULL || MGR_IS_CLOCK (clock), NULL);

  return g_object_new (MGR_TYPE_CLEANER, "clock", clock, "proc-path", proc_path, NULL);
}

/**
 * mgr_cleaner_get_rules:
 * @self: a cleaner
 *
 * Gets the rules that classify resources by their names. May be called from any
 * thread.
 *
 * Returns: (transfer none): the rules
 *
 * Since: 1.0
 */
MgrProtectionRules *
mgr_cleaner_get_rules (MgrCleaner *self)
{
  g_return_val_if_fail (MGR_IS_CLEANER (self), NULL);

  return self->rules;
}

/**
 * mgr_cleaner_get_resources:
 * @self: a cleaner
 *
 * Gets the registered resources, a list of #MgrResource. It changes in the main
 * context of the cleaner, and is to be read there: what another thread registers
 * appears once that context is iterated.
 *
 * Returns: (transfer none): the list
 *
 * Since: 1.0
 */
GListModel *
mgr_cleaner_get_resources (MgrCleaner *self)
{
  g_return_val_if_fail (MGR_IS_CLEANER (self), NULL);

  return mgr_resource_registry_get_list (self->registry);
}

/**
 * mgr_cleaner_register:
 * @self: a cleaner
 * @resource: what to clean from now on
 * @error: return location for a #GError
 *
 * Registers a resource and keeps a reference to it. Unless its safety was set by
 * hand, the rules set it. Nothing is called back.
 *
 * Fails with %MGR_ERROR_EXISTS where the resource or another one of its name is
 * registered, and with %MGR_ERROR_INVALID_ARGUMENT where it has no name. May be
 * called from any thread, a handler of #MgrResource::reclaim too.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_cleaner_register (MgrCleaner   *self,
                      MgrResource  *resource,
                      GError      **error)
{
  g_return_val_if_fail (MGR_IS_CLEANER (self), FALSE);
  g_return_val_if_fail (MGR_IS_RESOURCE (resource), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return mgr_resource_registry_add (self->registry, resource, error);
}

/**
 * mgr_cleaner_unregister:
 * @self: a cleaner
 * @resource: a resource
 *
 * Forgets a resource. A cleanup that is running does not ask it any more. May be
 * called from any thread, a handler of #MgrResource::reclaim too.
 *
 * Returns: %TRUE if it was registered
 *
 * Since: 1.0
 */
gboolean
mgr_cleaner_unregister (MgrCleaner  *self,
                        MgrResource *resource)
{
  g_return_val_if_fail (MGR_IS_CLEANER (self), FALSE);
  g_return_val_if_fail (MGR_IS_RESOURCE (resource), FALSE);

  return mgr_resource_registry_remove (self->registry, resource);
}

static void
add_name (GPtrArray            *names,
          const MgrCleanupStep *step)
{
  g_ptr_array_add (names, g_strdup (mgr_resource_get_name (step->resource)));
}

static GPtrArray *
names_of (GPtrArray *steps)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < steps->len; i++)
    add_name (names, g_ptr_array_index (steps, i));

  return names;
}

static char **
names_steal (GPtrArray *names)
{
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_steal (names, NULL);
}

static MgrCleanupPlan *
cleaner_plan (MgrCleaner         *self,
              MgrCleanupStrategy  strategy,
              gboolean            force)
{
  g_autoptr (GPtrArray) snapshot =
    mgr_resource_registry_snapshot (self->registry, mgr_clock_get_time (self->clock));

  return mgr_cleanup_plan_new (snapshot, strategy, force);
}

static MgrCleanupReport *
report_from_plan (const MgrCleanupPlan *plan,
                  GPtrArray            *cleaned,
                  GPtrArray            *kept)
{
  g_autoptr (GPtrArray) protected = names_of (plan->protected);
  MgrCleanupReport *report = mgr_cleanup_report_new ();

  report->cleaned = names_steal (cleaned);
  report->kept = names_steal (kept);
  report->protected = names_steal (protected);
  return report;
}

/**
 * mgr_cleaner_preview:
 * @self: a cleaner
 * @strategy: how far to go
 * @force: whether %MGR_SAFETY_CAUTIOUS resources may be cleaned too
 * @safe_mode: as for mgr_cleaner_cleanup()
 *
 * Says what a cleanup would do if every resource freed what it holds and the time
 * sufficed. Nothing is touched. May be called from any thread, a handler of
 * #MgrResource::reclaim too.
 *
 * Returns: (transfer full): the report of a dry run
 *
 * Since: 1.0
 */
MgrCleanupReport *
mgr_cleaner_preview (MgrCleaner         *self,
                     MgrCleanupStrategy  strategy,
                     gboolean            force,
                     gboolean            safe_mode)
{
  g_autoptr (MgrCleanupPlan) plan = NULL;
  g_autoptr (GPtrArray) cleaned = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) kept = NULL;
  MgrCleanupReport *report;
  guint64 freed = 0;

  g_return_val_if_fail (MGR_IS_CLEANER (self), NULL);
  g_return_val_if_fail ((guint) strategy <= MGR_CLEANUP_STRATEGY_EMERGENCY, NULL);

  plan = cleaner_plan (self, strategy, force);
  kept = names_of (plan->barred);
  for (guint i = 0; i < plan->steps->len; i++)
    {
      const MgrCleanupStep *step = g_ptr_array_index (plan->steps, i);

      add_name (freed < plan->target ? cleaned : kept, step);
      if (freed < plan->target)
        freed += MIN (step->size, G_MAXUINT64 - freed);
    }

  report = report_from_plan (plan, cleaned, kept);
  report->strategy = strategy;
  report->dry_run = TRUE;
  report->freed = freed;
  report->time = mgr_clock_get_time (self->clock);
  return report;
}

/* Returns %FALSE once the time box is spent, else how long a step may take. */
static gboolean
cleaner_time_left (MgrCleaner *self,
                   gint64      end,
                   gint64     *out_left)
{
  *out_left = MIN (end - mgr_clock_get_time (self->clock), self->owner_deadline);
  return *out_left > 0;
}

static MgrCleanupReport *
cleaner_execute (MgrCleaner           *self,
                 const MgrCleanupPlan *plan,
                 MgrReclaimRequest    *request,
                 gint64                end)
{
  g_autoptr (GPtrArray) cleaned = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) kept = names_of (plan->barred);
  MgrCleanupReport *report;
  guint64 freed = 0;
  gint64 left;

  for (guint i = 0; i < plan->steps->len; i++)
    {
      const MgrCleanupStep *step = g_ptr_array_index (plan->steps, i);
      guint64 more = 0;

      if (!mgr_resource_registry_contains (self->registry, step->resource))
        continue;

      if (freed < plan->target && cleaner_time_left (self, end, &left))
        {
          request->target = MIN (step->size, plan->target - freed);
          request->deadline = g_get_monotonic_time () + left;
          more = mgr_reclaim_call (step->resource, request, NULL);
        }
      add_name (more > 0 ? cleaned : kept, step);
      freed += MIN (more, G_MAXUINT64 - freed);
    }

  report = report_from_plan (plan, cleaned, kept);
  report->freed = freed;
  return report;
}

static void
heap_trim (void)
{
#ifdef __GLIBC__
  malloc_trim (0);
#endif
}

static MgrCleanupReport *
cleaner_run (MgrCleaner         *self,
             MgrCleanupStrategy  strategy,
             gboolean            force)
{
  const MgrCleanupLimits *limits = mgr_cleanup_limits_get (strategy);
  g_autoptr (MgrCleanupPlan) plan = cleaner_plan (self, strategy, force);
  gint64 start = mgr_clock_get_time (self->clock);
  g_auto (MgrReclaimRequest) request = { 0 };
  MgrCleanupReport *report;
  guint64 before = 0;
  guint64 after = 0;
  gboolean measured = mgr_anonymous_rss_read (self->statm_path, &before);

  mgr_reclaim_request_init (&request, strategy,
                            force ? MGR_CLEANUP_FLAGS_FORCE : MGR_CLEANUP_FLAGS_NONE,
                            MGR_PRESSURE_LEVEL_NORMAL, start,
                            mgr_resource_registry_get_records (self->registry));
  report = cleaner_execute (self, plan, &request, start + limits->box);
  if (limits->trim)
    heap_trim ();
  measured = measured && mgr_anonymous_rss_read (self->statm_path, &after);

  report->strategy = strategy;
  report->returned = measured ? (gint64) (before - after) : 0;
  report->time = start;
  report->duration = mgr_clock_get_time (self->clock) - start;
  return report;
}

static void
cleaner_count (MgrCleaner             *self,
               const MgrCleanupReport *report)
{
  g_mutex_lock (&self->lock);
  self->totals.cleanups++;
  self->totals.freed += MIN (report->freed, G_MAXUINT64 - self->totals.freed);
  self->totals.returned += report->returned;
  g_mutex_unlock (&self->lock);
}

static void
emit_started_cb (gpointer object,
                 gpointer user_data)
{
  g_signal_emit (object, signals[SIGNAL_CLEANUP_STARTED], 0,
                 (MgrCleanupStrategy) GPOINTER_TO_INT (user_data));
}

static void
emit_finished_cb (gpointer object,
                  gpointer user_data)
{
  g_signal_emit (object, signals[SIGNAL_CLEANUP_FINISHED], 0, user_data);
}

void
mgr_cleaner_publish (MgrCleaner       *self,
                     MgrCleanupReport *report)
{
  cleaner_count (self, report);
  mgr_owner_context_post (self->context, self, emit_finished_cb,
                          mgr_cleanup_report_ref (report),
                          (GDestroyNotify) mgr_cleanup_report_unref);
}

static gboolean
cleaner_begin (MgrCleaner          *self,
               MgrCleanupStrategy   strategy,
               GError             **error)
{
  if ((guint) strategy > MGR_CLEANUP_STRATEGY_EMERGENCY)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "There is no cleanup strategy %d: "
                   "use LIGHT, MODERATE, AGGRESSIVE or EMERGENCY", (int) strategy);
      return FALSE;
    }

  if (mgr_reclaim_in_progress ())
    {
      g_set_error_literal (error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK,
                           "A cleanup was asked for inside a “reclaim” handler, which is part of "
                           "one: free what the resource holds and return");
      return FALSE;
    }

  if (!g_atomic_int_compare_and_exchange (&self->busy, 0, 1))
    {
      g_set_error_literal (error, MGR_ERROR, MGR_ERROR_BUSY,
                           "A cleanup is running in another thread: "
                           "wait for “cleanup-finished” before asking for another one");
      return FALSE;
    }

  return TRUE;
}

/**
 * mgr_cleaner_cleanup:
 * @self: a cleaner
 * @strategy: how far to go
 * @force: whether %MGR_SAFETY_CAUTIOUS resources may be cleaned too
 * @safe_mode: whether a forced cleanup goes without the warning; no flag ever
 *    lets a %MGR_SAFETY_PROTECTED resource be cleaned
 * @error: return location for a #GError
 *
 * Asks the resources for memory until the target of @strategy is met or its time
 * is up. With @force and without @safe_mode a message in the log says once per
 * call that more than temporary things are given up.
 *
 * Fails with %MGR_ERROR_WOULD_DEADLOCK inside a handler of #MgrResource::reclaim,
 * with %MGR_ERROR_BUSY while another thread runs a cleanup, and with
 * %MGR_ERROR_INVALID_ARGUMENT where @strategy is none. May be called from any
 * thread.
 *
 * Returns: (transfer full): what was done
 *
 * Since: 1.0
 */
MgrCleanupReport *
mgr_cleaner_cleanup (MgrCleaner          *self,
                     MgrCleanupStrategy   strategy,
                     gboolean             force,
                     gboolean             safe_mode,
                     GError             **error)
{
  g_autoptr (MgrCleaner) keep_alive = NULL;
  MgrCleanupReport *report;

  g_return_val_if_fail (MGR_IS_CLEANER (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!cleaner_begin (self, strategy, error))
    return NULL;

  keep_alive = g_object_ref (self);
  if (force && !safe_mode)
    g_message ("Safe mode is off: this cleanup takes all but the PROTECTED resources");

  mgr_owner_context_post (self->context, self, emit_started_cb, GINT_TO_POINTER (strategy), NULL);
  report = cleaner_run (self, strategy, force);
  g_atomic_int_set (&self->busy, 0);
  mgr_cleaner_publish (self, report);

  return report;
}

MgrCleanerTotals
mgr_cleaner_get_totals (MgrCleaner *self)
{
  MgrCleanerTotals totals;

  g_mutex_lock (&self->lock);
  totals = self->totals;
  g_mutex_unlock (&self->lock);

  return totals;
}

void
mgr_cleaner_set_owner_deadline (MgrCleaner *self,
                                gint64      deadline)
{
  self->owner_deadline = deadline;
}

MgrResourceRegistry *
mgr_cleaner_get_registry (MgrCleaner *self)
{
  return self->registry;
}

gint64
mgr_cleaner_get_time (MgrCleaner *self)
{
  return mgr_clock_get_time (self->clock);
}
