/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-cleaner.h"

#include "base/mgr-owner-context-private.h"
#include "mgr-enum-types.h"
#include "reclaim/mgr-cleaner-private.h"
#include "reclaim/mgr-cleanup-report-private.h"

/**
 * SECTION:mgr-cleaner
 * @title: MgrCleaner
 * @short_description: asks resources to give memory back, within limits
 *
 * A cleaner keeps the registered resources, and mgr_cleaner_cleanup() asks them
 * for memory one after the other: those that are %MGR_SAFETY_SAFE first, then,
 * only if it is forced, the %MGR_SAFETY_CAUTIOUS ones; %MGR_SAFETY_PROTECTED ones
 * only if it is unsafe besides, see #MgrCleanupFlags. Within a class those over their
 * limit come first, then those of the lowest priority, then those that are expected
 * to give most per millisecond: by what came of asking them before, less what they
 * soon took again, and by their sizes and costs as long as nothing is known.
 * mgr_cleaner_plan() says beforehand what would be done.
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
 * asked in the thread it belongs to, see #MgrResource. An owner in another thread that
 * does not answer is waited for a quarter of the time, all of them together half of it,
 * and no more than 500 ms inside of a main loop; what belongs to it is kept, and for 30 s
 * it is waited for only 5 ms. One that has begun has half of the time that is left.
 *
 * mgr_cleaner_cleanup_async() does the same beside the work of a main loop, in slices
 * that it does not notice.
 *
 * What freed pieces leave in the heap is noticed by measure: where more than half of
 * what was claimed, and at least a MiB, did not leave the process, the heap holds it
 * and there is time, it is trimmed whatever the strategy.
 *
 * All functions may be called from any thread; one cleanup runs at a time, but for
 * those in the background, which take turns.
 * Signals fire in the #GMainContext that was the thread default when the cleaner
 * was made, and the list of mgr_cleaner_get_resources() changes there.
 */

/* Everything that waits has a deadline. */
#define OWNER_DEADLINE (5 * G_TIME_SPAN_SECOND)

typedef enum
{
  PROP_CLOCK = 1,
  PROP_PROC_PATH,
  PROP_ROOT,
  PROP_RULES,
  PROP_RESOURCES,
} MgrCleanerProperty;

static GParamSpec *props[PROP_RESOURCES + 1];

typedef enum
{
  SIGNAL_CLEANUP_STARTED,
  SIGNAL_CLEANUP_FINISHED,
  SIGNAL_CLEANUP_VERIFIED,
} MgrCleanerSignal;

static guint signals[SIGNAL_CLEANUP_VERIFIED + 1];

/**
 * MgrCleaner:
 *
 * Asks resources to give memory back.
 *
 * Since: 1.0
 */
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
    case PROP_ROOT:
      g_value_set_object (value, self->root);
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
    case PROP_ROOT:
      self->root = g_value_dup_object (value);
      break;
    case PROP_RULES:
    case PROP_RESOURCES:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
emit_verified (GObject          *owner,
               MgrCleanupReport *report)
{
  g_signal_emit (owner, signals[SIGNAL_CLEANUP_VERIFIED], 0, report);
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
  self->memory = mgr_process_memory_new (self->proc_path);
  self->heap = mgr_heap_reclaimer_new (self->proc_path);
  self->verifier = mgr_pss_verifier_new (self->proc_path, object, emit_verified);
}

static void
mgr_cleaner_finalize (GObject *object)
{
  MgrCleaner *self = MGR_CLEANER (object);

  g_clear_pointer (&self->last, mgr_cleanup_report_unref);
  g_object_unref (self->verifier);
  mgr_score_table_free (self->scores);
  mgr_journal_tally_free (self->tally);
  g_object_unref (self->registry);
  g_object_unref (self->rules);
  g_clear_object (&self->journal);
  g_object_unref (self->heap);
  mgr_process_memory_free (self->memory);
  g_clear_object (&self->root);
  g_object_unref (self->clock);
  g_main_context_unref (self->context);
  g_free (self->proc_path);
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

  /**
   * MgrCleaner::cleanup-verified:
   * @self: the cleaner
   * @report: what it did, with what the process was before and after
   *
   * What a cleanup did has been measured once more, as exactly as the kernel can, in
   * a thread of its own: @report is that of #MgrCleaner::cleanup-finished, with
   * mgr_cleanup_report_get_pss_after() and, if the process was measured within 5 s
   * before, mgr_cleanup_report_get_pss_before(). That takes 15 ms of a core
   * for each GiB and at most one hundredth of a core, so that cleanups which follow
   * one another closely, in a large process, may never be verified; nor are they where
   * the kernel has no /proc/self/smaps_rollup.
   *
   * Fires in the main context of the cleaner.
   *
   * Since: 1.0
   */
  signals[SIGNAL_CLEANUP_VERIFIED] =
    g_signal_new ("cleanup-verified", type, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, MGR_TYPE_CLEANUP_REPORT);
}

static void
mgr_cleaner_class_init (MgrCleanerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  const GParamFlags construct = readable | G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY;

  /* The first GTask makes GLib's own thread, which needs a file descriptor: by the time
   * that a cleanup is wanted there may be none. */
  g_type_ensure (G_TYPE_TASK);

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
   * MgrCleaner:root:
   *
   * The component whose use falls when something is released; a cleaner without one
   * reports nothing of the ledger. That of a manager has the manager's root.
   *
   * Since: 1.0
   */
  props[PROP_ROOT] = g_param_spec_object ("root", NULL, NULL, MGR_TYPE_COMPONENT, construct);

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
  static gint last_id; /* atomic */

  self->id = 1 + (guint) g_atomic_int_add (&last_id, 1);
  g_mutex_init (&self->lock);
  self->context = g_main_context_ref_thread_default ();
  self->rules = mgr_protection_rules_new ();
  self->registry = mgr_resource_registry_new (self->rules);
  self->scores = mgr_score_table_new ();
  self->tally = mgr_journal_tally_new ();
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
emit_started_cb (gpointer object,
                 gpointer user_data)
{
  g_signal_emit (object, signals[SIGNAL_CLEANUP_STARTED], 0,
                 (MgrCleanupStrategy) GPOINTER_TO_INT (user_data));
}

void
mgr_cleaner_post_started (MgrCleaner         *self,
                          MgrCleanupStrategy  strategy)
{
  mgr_owner_context_post (self->context, self, emit_started_cb, GINT_TO_POINTER (strategy), NULL);
}

static void
emit_finished_cb (gpointer object,
                  gpointer user_data)
{
  g_signal_emit (object, signals[SIGNAL_CLEANUP_FINISHED], 0, user_data);
}

void
mgr_cleaner_post_finished (MgrCleaner       *self,
                           MgrCleanupReport *report)
{
  g_autoptr (MgrCleanupReport) before = NULL;

  g_mutex_lock (&self->lock);
  before = g_steal_pointer (&self->last);
  self->last = mgr_cleanup_report_ref (report);
  self->totals.cleanups++;
  self->totals.claimed += MIN (report->claimed, G_MAXUINT64 - self->totals.claimed);
  self->totals.ledger += report->ledger;
  self->totals.returned += report->returned;
  g_mutex_unlock (&self->lock);

  mgr_owner_context_post (self->context, self, emit_finished_cb,
                          mgr_cleanup_report_ref (report),
                          (GDestroyNotify) mgr_cleanup_report_unref);
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

MgrCleanupReport *
mgr_cleaner_dup_last_report (MgrCleaner *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->last != NULL ? mgr_cleanup_report_ref (self->last) : NULL;
}

void
mgr_cleaner_set_owner_deadline (MgrCleaner *self,
                                gint64      deadline)
{
  self->owner_deadline = deadline;
}

void
mgr_cleaner_set_level (MgrCleaner       *self,
                       MgrPressureLevel  level)
{
  g_atomic_int_set (&self->level, (gint) level);
}

MgrPressureLevel
mgr_cleaner_get_level (MgrCleaner *self)
{
  return (MgrPressureLevel) g_atomic_int_get (&self->level);
}

void
mgr_cleaner_prepare (MgrCleaner *self)
{
  mgr_pss_verifier_prepare (self->verifier);
}

MgrHeapReclaimer *
mgr_cleaner_get_heap (MgrCleaner *self)
{
  return self->heap;
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
