/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-manager-private.h"

#include "mgr-enum-types.h"
#include "pressure/mgr-gpu-finder-private.h"
#include "pressure/mgr-process-source.h"

/* As much as a cleanup takes by far, and little beside what a program holds that wants
 * to be managed. */
#define DEFAULT_EMERGENCY_RESERVE (G_GUINT64_CONSTANT (4) << 20)

/**
 * SECTION:mgr-manager
 * @title: MgrManager
 * @short_description: keeps a program inside the memory it has
 *
 * A manager joins the parts: components with budgets to which allocations are
 * charged, a monitor that senses pressure, and a cleaner that takes memory back
 * from what the program registered. When pressure rises it cleans by itself:
 * lightly at medium, moderately at high, aggressively at critical, and all that
 * is not protected in an emergency. Where the service manager says by
 * `MEMORY_PRESSURE_WATCH` where it tells of pressure, the first manager of a
 * program listens there too (see #MgrPressureWatch) and cleans at least
 * moderately whenever it is told.
 *
 * Whether memory is short or not, it maintains resources from time to time, see
 * mgr_manager_maintain(), and says what phases of the program did to memory, see
 * mgr_manager_begin_phase(). When there is no memory at all there is
 * mgr_manager_declare_emergency().
 *
 * A program usually has one, mgr_manager_get_default(), but may have any number.
 * All functions may be called from any thread. Signals come in the #GMainContext
 * that was the thread default where the manager was made.
 */

/**
 * MgrManager:
 *
 * The memory manager of a program, or of a part of one.
 *
 * Since: 1.0
 */
G_DEFINE_FINAL_TYPE (MgrManager, mgr_manager, G_TYPE_OBJECT)

typedef enum
{
  PROP_TOTAL_BUDGET = 1,
  PROP_TOTAL_BUDGET_SHARE,
  PROP_CLOCK,
  PROP_PROC_PATH,
  PROP_CGROUP_PATH,
  PROP_CONFIG,
  PROP_JOURNAL,
  PROP_JOURNAL_PATH,
  PROP_ROOT,
  PROP_COMPONENTS,
  PROP_POOLS,
  PROP_CACHES,
  PROP_MODELS,
  PROP_LIMITS,
  PROP_MONITOR,
  PROP_CLEANER,
  PROP_LEVEL,
  PROP_TRACK_PROCESS,
  PROP_AUTOMATIC_CLEANUP,
} MgrManagerProperty;

static GParamSpec *props[PROP_AUTOMATIC_CLEANUP + 1] = { NULL, };

enum
{
  SIGNAL_PRESSURE_CHANGED,
  SIGNAL_CLEANUP_STARTED,
  SIGNAL_CLEANUP_FINISHED,
  SIGNAL_ALLOCATION_REFUSED,
  SIGNAL_EMERGENCY,
  N_SIGNALS
};

static guint signals[N_SIGNALS] = { 0, };

static void
pressure_changed_cb (MgrPressureMonitor *monitor,
                     MgrPressureLevel    level,
                     MgrPressureSample  *sample,
                     gpointer            user_data)
{
  g_autoptr (MgrManager) self = g_object_ref (MGR_MANAGER (user_data));

  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_LEVEL]);
  g_signal_emit (self, signals[SIGNAL_PRESSURE_CHANGED], 0, level, sample);
  if (level == MGR_PRESSURE_LEVEL_EMERGENCY)
    g_signal_emit (self, signals[SIGNAL_EMERGENCY], 0, sample);
}

static void
cleanup_started_cb (MgrCleaner         *cleaner,
                    MgrCleanupStrategy  strategy,
                    gpointer            user_data)
{
  g_signal_emit (user_data, signals[SIGNAL_CLEANUP_STARTED], 0, strategy);
}

static void
cleanup_finished_cb (MgrCleaner       *cleaner,
                     MgrCleanupReport *report,
                     gpointer          user_data)
{
  g_signal_emit (user_data, signals[SIGNAL_CLEANUP_FINISHED], 0, report);
}

static void
manager_set_up_pressure (MgrManager *self)
{
  g_autoptr (MgrPressureSource) own = mgr_budget_source_new (self->root, FALSE, self->proc_path);
  g_autoptr (MgrPressureSource) process =
    mgr_process_source_new (self->proc_path, self->cgroup_path);

  self->monitor = mgr_pressure_monitor_new (self->clock);
  self->own_budget = MGR_BUDGET_SOURCE (g_object_ref (own));
  mgr_pressure_monitor_add_source (self->monitor, own);
  mgr_pressure_monitor_add_source (self->monitor, process);
  mgr_pressure_monitor_add_system_sources (self->monitor, self->proc_path, self->cgroup_path);
  mgr_pressure_monitor_set_limits (self->monitor, self->limits);

  /* Where another machine is shown, the devices of this one are none of it. */
  if (self->proc_path == NULL)
    mgr_gpu_finder_start (self->monitor);
}

static void
mgr_manager_constructed (GObject *object)
{
  MgrManager *self = MGR_MANAGER (object);

  G_OBJECT_CLASS (mgr_manager_parent_class)->constructed (object);

  if (self->clock == NULL)
    self->clock = g_object_ref (mgr_clock_get_default ());

  self->context = g_main_context_ref_thread_default ();
  mgr_manager_find_config (self);
  self->memory = mgr_process_memory_new (self->proc_path);
  mgr_manager_set_up_budget (self);
  self->cleaner = g_object_new (MGR_TYPE_CLEANER,
                                "clock", self->clock,
                                "proc-path", self->proc_path,
                                "root", self->root,
                                NULL);
  self->arbiter = mgr_arbiter_new (self->cleaner);
  self->pools = mgr_member_list_new (self->cleaner, MGR_TYPE_POOL, "pool");
  self->caches = mgr_member_list_new (self->cleaner, MGR_TYPE_CACHE, "cache");
  mgr_manager_set_up_models (self);
  mgr_manager_set_up_heap (self);
  manager_set_up_pressure (self);

  mgr_manager_open_journal (self);

  /* What is given back at once goes before anybody hears of the level. */
  mgr_manager_set_up_emergency (self);

  /* Handlers of the program hear of a level before the cleanup that it causes. */
  g_signal_connect (self->monitor, "pressure-changed", G_CALLBACK (pressure_changed_cb), self);
  self->trigger = mgr_cleanup_trigger_new (self->clock, self->monitor, self->cleaner);
  mgr_recorder_set_trigger (self->recorder, self->trigger);
  g_signal_connect (self->cleaner, "cleanup-started", G_CALLBACK (cleanup_started_cb), self);
  g_signal_connect (self->cleaner, "cleanup-finished", G_CALLBACK (cleanup_finished_cb), self);
  mgr_manager_watch_environment (self);
  mgr_manager_set_up_upkeep (self);
  mgr_manager_set_up_scheduler (self);
  mgr_manager_apply_config (self);
  mgr_pressure_monitor_start (self->monitor);
}

static void
mgr_manager_dispose (GObject *object)
{
  MgrManager *self = MGR_MANAGER (object);

  mgr_manager_unwatch_environment (self);
  mgr_manager_close_scheduler (self);
  g_clear_pointer (&self->emergency, mgr_emergency_signal_free);
  g_clear_pointer (&self->recorder, mgr_recorder_free);
  if (self->arbiter != NULL)
    mgr_arbiter_close (self->arbiter);
  g_clear_pointer (&self->trigger, mgr_cleanup_trigger_free);
  mgr_manager_stop_upkeep (self);
  if (self->monitor != NULL)
    {
      mgr_pressure_monitor_stop (self->monitor);
      g_signal_handlers_disconnect_by_data (self->monitor, self);
    }
  if (self->cleaner != NULL)
    g_signal_handlers_disconnect_by_data (self->cleaner, self);
  if (self->pools != NULL)
    mgr_member_list_clear (self->pools);
  if (self->caches != NULL)
    mgr_member_list_clear (self->caches);
  mgr_manager_stop_models (self);

  g_clear_object (&self->own_budget);
  g_clear_object (&self->monitor);
  g_clear_object (&self->heap);
  g_clear_object (&self->cleaner);
  g_clear_object (&self->limits);
  g_clear_object (&self->root);
  if (self->ledger != NULL)
    mgr_ledger_close (self->ledger);
  g_clear_pointer (&self->ledger, mgr_ledger_unref);

  G_OBJECT_CLASS (mgr_manager_parent_class)->dispose (object);
}

static void
mgr_manager_finalize (GObject *object)
{
  MgrManager *self = MGR_MANAGER (object);

  mgr_manager_clear_upkeep (self);
  g_clear_pointer (&self->arbiter, mgr_arbiter_unref);
  g_clear_object (&self->pools);
  g_clear_object (&self->caches);
  mgr_manager_clear_models (self);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_pointer (&self->memory, mgr_process_memory_free);
  g_clear_object (&self->journal);
  g_clear_object (&self->clock);
  g_free (self->journal_path);
  g_free (self->proc_path);
  g_free (self->cgroup_path);
  g_clear_pointer (&self->config, mgr_config_unref);

  G_OBJECT_CLASS (mgr_manager_parent_class)->finalize (object);
}

/* Returns (transfer none) */
static gpointer
manager_get_part (MgrManager *self,
                  guint       property_id)
{
  if (property_id == PROP_ROOT)
    return self->root;
  if (property_id == PROP_COMPONENTS)
    return mgr_manager_get_components (self);
  if (property_id == PROP_POOLS)
    return mgr_manager_get_pools (self);
  if (property_id == PROP_CACHES)
    return mgr_manager_get_caches (self);
  if (property_id == PROP_MODELS)
    return self->models;
  if (property_id == PROP_LIMITS)
    return self->limits;

  return property_id == PROP_MONITOR ? (gpointer) self->monitor : self->cleaner;
}

static void
mgr_manager_get_property (GObject    *object,
                          guint       property_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  MgrManager *self = MGR_MANAGER (object);

  switch ((MgrManagerProperty) property_id)
    {
    case PROP_TOTAL_BUDGET:
      g_value_set_uint64 (value, mgr_manager_get_total_budget (self));
      break;
    case PROP_TOTAL_BUDGET_SHARE:
      g_value_set_double (value, mgr_manager_get_total_budget_share (self));
      break;
    case PROP_CLOCK:
      g_value_set_object (value, self->clock);
      break;
    case PROP_PROC_PATH:
      g_value_set_string (value, self->proc_path);
      break;
    case PROP_CGROUP_PATH:
      g_value_set_string (value, self->cgroup_path);
      break;
    case PROP_CONFIG:
      g_value_set_boxed (value, self->config);
      break;
    case PROP_JOURNAL:
      g_value_set_object (value, self->journal);
      break;
    case PROP_JOURNAL_PATH:
      g_value_set_string (value, self->journal_path);
      break;
    case PROP_ROOT:
    case PROP_COMPONENTS:
    case PROP_POOLS:
    case PROP_CACHES:
    case PROP_MODELS:
    case PROP_LIMITS:
    case PROP_MONITOR:
    case PROP_CLEANER:
      g_value_set_object (value, manager_get_part (self, property_id));
      break;
    case PROP_LEVEL:
      g_value_set_enum (value, mgr_manager_get_level (self));
      break;
    case PROP_TRACK_PROCESS:
      g_value_set_boolean (value, mgr_manager_get_track_process (self));
      break;
    case PROP_AUTOMATIC_CLEANUP:
      g_value_set_boolean (value, mgr_manager_get_automatic_cleanup (self));
      break;
    default:
      if (!mgr_manager_get_arbitration_property (self, property_id, value)
          && !mgr_manager_get_upkeep_property (self, property_id, value))
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
mgr_manager_set_property (GObject      *object,
                          guint         property_id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  MgrManager *self = MGR_MANAGER (object);

  switch ((MgrManagerProperty) property_id)
    {
    case PROP_TOTAL_BUDGET:
      self->requested_budget = g_value_get_uint64 (value);
      break;
    case PROP_TOTAL_BUDGET_SHARE:
      self->requested_share = g_value_get_double (value);
      break;
    case PROP_CLOCK:
      self->clock = g_value_dup_object (value);
      break;
    case PROP_PROC_PATH:
      self->proc_path = g_value_dup_string (value);
      break;
    case PROP_CGROUP_PATH:
      self->cgroup_path = g_value_dup_string (value);
      break;
    case PROP_CONFIG:
      self->config = g_value_dup_boxed (value);
      break;
    case PROP_TRACK_PROCESS:
      mgr_manager_set_track_process (self, g_value_get_boolean (value));
      break;
    case PROP_AUTOMATIC_CLEANUP:
      mgr_manager_set_automatic_cleanup (self, g_value_get_boolean (value));
      break;
    case PROP_JOURNAL_PATH:
      self->journal_path = g_value_dup_string (value);
      break;
    case PROP_JOURNAL:
    case PROP_ROOT:
    case PROP_COMPONENTS:
    case PROP_POOLS:
    case PROP_CACHES:
    case PROP_MODELS:
    case PROP_LIMITS:
    case PROP_MONITOR:
    case PROP_CLEANER:
    case PROP_LEVEL:
    default:
      if (!mgr_manager_set_arbitration_property (self, property_id, value)
          && !mgr_manager_set_upkeep_property (self, property_id, value))
        G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
install_budget_properties (GParamFlags flags)
{
  /**
   * MgrManager:total-budget:
   *
   * What all components together may use, in bytes. 0 at construction:
   * #MgrManager:total-budget-share, or the `total-budget` of #MgrManager:config, or
   * what #MgrMemoryLimits finds, less a system buffer of 5 %.
   *
   * Since: 1.0
   */
  props[PROP_TOTAL_BUDGET] =
    g_param_spec_uint64 ("total-budget", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * MgrManager:total-budget-share:
   *
   * What all components together may use, as a share of what #MgrMemoryLimits finds,
   * above 0 to 1. The budget follows the limits as long as the manager lives, even
   * below what is in use: then #MgrComponent::over-budget is emitted, and new requests
   * are refused. 0 where #MgrManager:total-budget is a number of bytes that stays; at
   * construction: what #MgrManager:config says, or 0.95.
   *
   * Since: 1.0
   */
  props[PROP_TOTAL_BUDGET_SHARE] =
    g_param_spec_double ("total-budget-share", NULL, NULL, 0, 1, 0, flags);
}

static void
install_construct_properties (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  install_budget_properties (flags);

  /**
   * MgrManager:clock:
   *
   * The clock to wait and measure by; %NULL for the system's monotonic one.
   *
   * Since: 1.0
   */
  props[PROP_CLOCK] = g_param_spec_object ("clock", NULL, NULL, MGR_TYPE_CLOCK, flags);

  /**
   * MgrManager:proc-path:
   *
   * Where the kernel shows processes; %NULL for what #MgrManager:config says, or
   * `/proc`.
   *
   * Since: 1.0
   */
  props[PROP_PROC_PATH] = g_param_spec_string ("proc-path", NULL, NULL, NULL, flags);

  /**
   * MgrManager:cgroup-path:
   *
   * The folder that stands for `/` where cgroups are mounted; %NULL for what
   * #MgrManager:config says, or `/`.
   *
   * Since: 1.0
   */
  props[PROP_CGROUP_PATH] = g_param_spec_string ("cgroup-path", NULL, NULL, NULL, flags);

  /**
   * MgrManager:config:
   *
   * What holds where the program says nothing; %NULL at construction for what
   * mgr_config_new() reads. Something wrong in that is warned of and left out.
   *
   * Since: 1.0
   */
  props[PROP_CONFIG] = g_param_spec_boxed ("config", NULL, NULL, MGR_TYPE_CONFIG, flags);
}

static void
install_part_properties (void)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  /**
   * MgrManager:root:
   *
   * The component above all others; its budget is the total budget.
   *
   * Since: 1.0
   */
  props[PROP_ROOT] = g_param_spec_object ("root", NULL, NULL, MGR_TYPE_COMPONENT, flags);

  /**
   * MgrManager:components:
   *
   * The components directly below the root.
   *
   * Since: 1.0
   */
  props[PROP_COMPONENTS] = g_param_spec_object ("components", NULL, NULL, G_TYPE_LIST_MODEL, flags);

  /**
   * MgrManager:limits:
   *
   * The memory that this process may have.
   *
   * Since: 1.0
   */
  props[PROP_LIMITS] = g_param_spec_object ("limits", NULL, NULL, MGR_TYPE_MEMORY_LIMITS, flags);

  /**
   * MgrManager:monitor:
   *
   * What senses pressure.
   *
   * Since: 1.0
   */
  props[PROP_MONITOR] =
    g_param_spec_object ("monitor", NULL, NULL, MGR_TYPE_PRESSURE_MONITOR, flags);

  /**
   * MgrManager:cleaner:
   *
   * What takes memory back.
   *
   * Since: 1.0
   */
  props[PROP_CLEANER] = g_param_spec_object ("cleaner", NULL, NULL, MGR_TYPE_CLEANER, flags);
}

static void
install_state_properties (void)
{
  const GParamFlags flags = G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * MgrManager:level:
   *
   * How short memory is.
   *
   * Since: 1.0
   */
  props[PROP_LEVEL] =
    g_param_spec_enum ("level", NULL, NULL, MGR_TYPE_PRESSURE_LEVEL, MGR_PRESSURE_LEVEL_NORMAL,
                       flags | G_PARAM_READABLE);

  /**
   * MgrManager:track-process:
   *
   * Whether the anonymous memory of the whole process counts against the total
   * budget where it is more than what is charged. Off by default, except for
   * mgr_manager_get_default(), unless #MgrManager:config says otherwise.
   *
   * Since: 1.0
   */
  props[PROP_TRACK_PROCESS] =
    g_param_spec_boolean ("track-process", NULL, NULL, FALSE, flags | G_PARAM_READWRITE);

  /**
   * MgrManager:automatic-cleanup:
   *
   * Whether rising pressure cleans by itself. It does, unless #MgrManager:config
   * says otherwise.
   *
   * Since: 1.0
   */
  props[PROP_AUTOMATIC_CLEANUP] =
    g_param_spec_boolean ("automatic-cleanup", NULL, NULL, TRUE, flags | G_PARAM_READWRITE);
}

static void
install_pressure_signals (GType type)
{
  /**
   * MgrManager::pressure-changed:
   * @self: the manager
   * @level: the new level
   * @sample: what was seen
   *
   * Emitted in the owner's context when the level rises or falls.
   *
   * Since: 1.0
   */
  signals[SIGNAL_PRESSURE_CHANGED] =
    g_signal_new ("pressure-changed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 2, MGR_TYPE_PRESSURE_LEVEL, MGR_TYPE_PRESSURE_SAMPLE);

  /**
   * MgrManager::emergency:
   * @self: the manager
   * @sample: what was seen
   *
   * Emitted in the owner's context when pressure rises to
   * %MGR_PRESSURE_LEVEL_EMERGENCY, or #MgrManager:emergency-signal has come, at
   * whatever level; before the cleanup.
   *
   * Since: 1.0
   */
  signals[SIGNAL_EMERGENCY] =
    g_signal_new ("emergency", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, MGR_TYPE_PRESSURE_SAMPLE);
}

static void
install_work_signals (GType type)
{
  /**
   * MgrManager::cleanup-started:
   * @self: the manager
   * @strategy: how far it will go
   *
   * Emitted in the owner's context when a cleanup begins.
   *
   * Since: 1.0
   */
  signals[SIGNAL_CLEANUP_STARTED] =
    g_signal_new ("cleanup-started", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, MGR_TYPE_CLEANUP_STRATEGY);

  /**
   * MgrManager::cleanup-finished:
   * @self: the manager
   * @report: what was cleaned, what was kept, and what came back
   *
   * Emitted in the owner's context when a cleanup has ended.
   *
   * Since: 1.0
   */
  signals[SIGNAL_CLEANUP_FINISHED] =
    g_signal_new ("cleanup-finished", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, MGR_TYPE_CLEANUP_REPORT);

  /**
   * MgrManager::allocation-refused:
   * @self: the manager
   * @component: the path of the component asked
   * @size: the bytes asked for
   * @message: why, who holds most, and what would have helped
   *
   * Emitted in the owner's context when a request through the manager was refused.
   *
   * Since: 1.0
   */
  signals[SIGNAL_ALLOCATION_REFUSED] =
    g_signal_new ("allocation-refused", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 3, G_TYPE_STRING, G_TYPE_UINT64, G_TYPE_STRING);
}

static void
mgr_manager_class_init (MgrManagerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = mgr_manager_constructed;
  object_class->dispose = mgr_manager_dispose;
  object_class->finalize = mgr_manager_finalize;
  object_class->get_property = mgr_manager_get_property;
  object_class->set_property = mgr_manager_set_property;

  install_construct_properties ();
  install_part_properties ();
  install_state_properties ();
  props[PROP_POOLS] = mgr_manager_describe_pools ();
  props[PROP_CACHES] = mgr_manager_describe_caches ();
  props[PROP_MODELS] = mgr_manager_describe_models ();
  mgr_manager_describe_journal (&props[PROP_JOURNAL], &props[PROP_JOURNAL_PATH]);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
  install_pressure_signals (G_TYPE_FROM_CLASS (klass));
  install_work_signals (G_TYPE_FROM_CLASS (klass));
  mgr_manager_install_arbitration (klass);
  mgr_manager_install_upkeep (klass);
}

static void
mgr_manager_init (MgrManager *self)
{
}

/**
 * mgr_manager_new:
 * @total_budget: what all components together may use, in bytes; 0 for what the
 *    configuration says, or what #MgrMemoryLimits finds, less a system buffer of 5 %
 *
 * Makes a manager. What else can be set comes from the environment and from files,
 * as #MgrConfig describes.
 *
 * Returns: (transfer full): the manager
 *
 * Since: 1.0
 */
MgrManager *
mgr_manager_new (guint64 total_budget)
{
  return g_object_new (MGR_TYPE_MANAGER, "total-budget", total_budget, NULL);
}

/**
 * mgr_manager_get_default:
 *
 * Gets the manager of this process. It is made on the first call, whose thread
 * is its owner. Its total budget is what #MgrMemoryLimits finds, less 5 %, and it
 * counts the memory of the whole process, unless the configuration says otherwise.
 * Its #MgrManager:emergency-reserve is 4 MiB.
 *
 * Returns: (transfer none): the manager
 *
 * Since: 1.0
 */
MgrManager *
mgr_manager_get_default (void)
{
  static gsize instance = 0;

  if (g_once_init_enter (&instance))
    {
      MgrManager *manager = mgr_manager_new (0);

      if (!mgr_config_is_set (manager->config, "track-process"))
        mgr_manager_set_track_process (manager, TRUE);
      if (!mgr_config_is_set (manager->config, "emergency-reserve"))
        mgr_manager_set_emergency_reserve (manager, DEFAULT_EMERGENCY_RESERVE);
      g_once_init_leave (&instance, (gsize) manager);
    }

  return MGR_MANAGER ((gpointer) instance);
}

/**
 * mgr_manager_get_track_process:
 * @self: a manager
 *
 * Whether the memory of the whole process counts against the total budget.
 *
 * Returns: %TRUE if it does
 *
 * Since: 1.0
 */
gboolean
mgr_manager_get_track_process (MgrManager *self)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), FALSE);

  return mgr_budget_source_get_track_process (self->own_budget);
}

static void
manager_notify_cb (gpointer object,
                   gpointer user_data)
{
  g_object_notify_by_pspec (object, user_data);
}

/**
 * mgr_manager_set_track_process:
 * @self: a manager
 * @track_process: whether to count it
 *
 * Sets whether the anonymous memory of the whole process, charged or not, counts
 * against the total budget when pressure is sensed.
 *
 * Since: 1.0
 */
void
mgr_manager_set_track_process (MgrManager *self,
                               gboolean    track_process)
{
  g_return_if_fail (MGR_IS_MANAGER (self));

  if (mgr_manager_get_track_process (self) == !!track_process)
    return;

  mgr_budget_source_set_track_process (self->own_budget, track_process);
  mgr_owner_context_post (self->context, self, manager_notify_cb, props[PROP_TRACK_PROCESS], NULL);
}
