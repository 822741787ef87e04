/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-scheduler-private.h"

#include "base/mgr-owner-context-private.h"
#include "ledger/mgr-component-private.h"
#include "mgr-enum-types.h"

/**
 * SECTION:mgr-scheduler
 * @title: MgrScheduler
 * @short_description: runs tasks when their memory is there
 *
 * The scheduler of a manager, mgr_manager_get_scheduler(), takes tasks and starts each once
 * what it was granted fits: into the budgets of its component and of all, beside what the
 * others were granted or take, whichever is more; into what is free by measure, less what
 * was granted and is not taken yet, with some headroom left; and if pressure is not too
 * high for its priority. So a program never promises memory that it does not have.
 *
 * The first in the order that does not fit has room kept for it. Others are let past it
 * only where they end before there will be room, or fit beside it. None is overtaken by
 * what comes later than #MgrScheduler:ageing-bound, under any strategy. Where even the end
 * of all tasks would not let it start, as others hold what it needs, no room is kept, and
 * smaller ones go before it.
 *
 * Functions may be called from any thread, signals are emitted in the context that was the
 * thread default when the manager was made.
 */

#define STALL_TIME (30 * G_TIME_SPAN_SECOND)
#define SPILL_WAIT (5 * G_TIME_SPAN_MINUTE)

/* So many tasks that are finished can still be looked up. */
#define N_FINISHED_KEPT 256

typedef enum
{
  PROP_STRATEGY = 1,
  PROP_AGEING_BOUND,
  PROP_HEADROOM,
  PROP_PAUSED,
  PROP_PREEMPTION,
  PROP_LEARNING,
  PROP_SPILL_POLICY,
  PROP_SPILL_WAIT,
  PROP_STALL_TIME,
  PROP_ADAPTIVE,
  PROP_ACTIVE_STRATEGY,
  PROP_ESTIMATES_PATH,
} MgrSchedulerProperty;

static GParamSpec *props[PROP_ESTIMATES_PATH + 1];

enum
{
  SIGNAL_TASK_FINISHED,
  SIGNAL_STALLED,
  SIGNAL_MISDECLARED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/**
 * MgrScheduler:
 *
 * Runs tasks when their memory is there.
 *
 * Since: 1.0
 */
G_DEFINE_FINAL_TYPE (MgrScheduler, mgr_scheduler, G_TYPE_OBJECT)

static gboolean
ready_cb (const MgrScheduleItem *item,
          gpointer               user_data)
{
  MgrScheduler *self = user_data;
  const MgrTask *task = mgr_task_of_item ((MgrScheduleItem *) item);
  const MgrSchedulerPlace *place = g_ptr_array_index (self->places, task->place);

  return mgr_scheduler_place_is_free (place);
}

static void
part_free (gpointer data)
{
  MgrSchedulerPart *part = data;

  mgr_schedule_share_clear (&part->share);
  g_clear_object (&part->component);
  g_free (part);
}

MgrScheduler *
mgr_scheduler_new (MgrComponent       *root,
                   MgrPressureMonitor *monitor,
                   MgrMemoryLimits    *limits,
                   MgrClock           *clock)
{
  MgrScheduler *self = g_object_new (MGR_TYPE_SCHEDULER, NULL);

  self->root = g_object_ref (root);
  self->monitor = monitor != NULL ? g_object_ref (monitor) : NULL;
  self->limits = limits != NULL ? g_object_ref (limits) : NULL;
  self->clock = g_object_ref (clock);
  self->watch = mgr_scheduler_watch_new (self);
  return self;
}

void
mgr_scheduler_set_cleaning (MgrScheduler         *self,
                            MgrSchedulerTrimFunc  trim,
                            MgrSchedulerRoomFunc  make_room,
                            gpointer              user_data)
{
  self->trim = trim;
  self->make_room = make_room;
  self->cleaning_data = user_data;
}

void
mgr_scheduler_emit_finished (MgrScheduler *self,
                             MgrTask      *task)
{
  g_signal_emit (self, signals[SIGNAL_TASK_FINISHED], 0, task);
}

void
mgr_scheduler_say_stalled (MgrScheduler *self,
                           const char   *evidence)
{
  g_signal_emit (self, signals[SIGNAL_STALLED], 0, evidence);
}

typedef struct
{
  MgrTask *task;  /* (owned) */
  guint64 used;
} Misdeclared;

static void
misdeclared_free (gpointer data)
{
  Misdeclared *misdeclared = data;

  g_object_unref (misdeclared->task);
  g_free (misdeclared);
}

static void
misdeclared_cb (gpointer object,
                gpointer user_data)
{
  Misdeclared *misdeclared = user_data;

  g_signal_emit (object, signals[SIGNAL_MISDECLARED], 0, misdeclared->task, misdeclared->used);
}

void
mgr_scheduler_say_misdeclared (MgrScheduler *self,
                               MgrTask      *task,
                               guint64       used)
{
  Misdeclared *misdeclared = g_new0 (Misdeclared, 1);

  misdeclared->task = g_object_ref (task);
  misdeclared->used = used;
  mgr_owner_context_post (self->context, self, misdeclared_cb, misdeclared, misdeclared_free);
}

static void
notify_cb (gpointer object,
           gpointer user_data)
{
  g_object_notify_by_pspec (object, props[GPOINTER_TO_INT (user_data)]);
}

static void
scheduler_notify (MgrScheduler         *self,
                  MgrSchedulerProperty  property)
{
  mgr_owner_context_post (self->context, self, notify_cb, GINT_TO_POINTER (property), NULL);
}

void
mgr_scheduler_say_active (MgrScheduler *self)
{
  scheduler_notify (self, PROP_ACTIVE_STRATEGY);
}

static void
scheduler_set_paused (MgrScheduler *self,
                      gboolean      paused)
{
  gboolean changed;

  g_mutex_lock (&self->lock);
  changed = self->paused != paused;
  self->paused = paused;
  g_mutex_unlock (&self->lock);

  if (changed)
    scheduler_notify (self, PROP_PAUSED);
  if (!paused)
    mgr_scheduler_dispatch (self);
}

/**
 * mgr_scheduler_pause:
 * @self: a scheduler
 *
 * Starts nothing more; what runs goes on. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_scheduler_pause (MgrScheduler *self)
{
  g_return_if_fail (MGR_IS_SCHEDULER (self));

  scheduler_set_paused (self, TRUE);
}

/**
 * mgr_scheduler_resume:
 * @self: a scheduler
 *
 * Starts tasks again. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_scheduler_resume (MgrScheduler *self)
{
  g_return_if_fail (MGR_IS_SCHEDULER (self));

  scheduler_set_paused (self, FALSE);
}

/**
 * mgr_scheduler_get_paused:
 * @self: a scheduler
 *
 * Gets #MgrScheduler:paused. May be called from any thread.
 *
 * Returns: whether it starts nothing
 *
 * Since: 1.0
 */
gboolean
mgr_scheduler_get_paused (MgrScheduler *self)
{
  g_autoptr (GMutexLocker) locker = NULL;

  g_return_val_if_fail (MGR_IS_SCHEDULER (self), FALSE);

  locker = g_mutex_locker_new (&self->lock);
  return self->paused;
}

/**
 * mgr_scheduler_get_tasks:
 * @self: a scheduler
 *
 * Gets the tasks that wait and run, and the last that are finished, in the order of their
 * submission. The list changes in the owner's context and is to be read there.
 *
 * Returns: (transfer none): a list of #MgrTask
 *
 * Since: 1.0
 */
GListModel *
mgr_scheduler_get_tasks (MgrScheduler *self)
{
  g_return_val_if_fail (MGR_IS_SCHEDULER (self), NULL);

  return G_LIST_MODEL (self->list);
}

/**
 * mgr_scheduler_lookup:
 * @self: a scheduler
 * @id: the number of a task
 *
 * Looks a task up in mgr_scheduler_get_tasks(). In the owner's context only.
 *
 * Returns: (transfer full) (nullable): the task, or %NULL
 *
 * Since: 1.0
 */
MgrTask *
mgr_scheduler_lookup (MgrScheduler *self,
                      guint64       id)
{
  g_return_val_if_fail (MGR_IS_SCHEDULER (self), NULL);

  return mgr_task_list_lookup (self->list, id);
}

guint64
mgr_scheduler_get_grant_of (MgrTask *task)
{
  g_autoptr (MgrScheduler) scheduler = mgr_task_ref_scheduler (task);
  g_autoptr (GMutexLocker) locker = NULL;

  if (scheduler == NULL)
    return mgr_task_get_state (task) == MGR_TASK_STATE_NEW ? task->memory : task->item.grant;

  locker = g_mutex_locker_new (&scheduler->lock);
  return task->item.grant;
}

/**
 * mgr_scheduler_get_statistics:
 * @self: a scheduler
 *
 * Gets how much was done, and how long it waited. May be called from any thread.
 *
 * Returns: (transfer full): statistics
 *
 * Since: 1.0
 */
MgrSchedulerStatistics *
mgr_scheduler_get_statistics (MgrScheduler *self)
{
  g_autoptr (GMutexLocker) locker = NULL;
  MgrSchedulerFigures figures;
  gint64 now;

  g_return_val_if_fail (MGR_IS_SCHEDULER (self), NULL);

  now = mgr_clock_get_time (self->clock);
  locker = g_mutex_locker_new (&self->lock);
  figures = self->figures;
  figures.time = now;
  figures.running = mgr_schedule_core_get_running (self->core);
  figures.waiting = (guint) self->n_unfinished - figures.running;
  figures.backfilled = mgr_schedule_core_get_backfilled (self->core);
  figures.reserved = mgr_schedule_core_get_whole (self->core)->committed;
  return mgr_scheduler_statistics_new (&figures, &self->waits);
}

/* With the lock held. */
static void
scheduler_set (MgrScheduler         *self,
               MgrSchedulerProperty  property,
               const GValue         *value)
{

  switch (property)
    {
    case PROP_STRATEGY:
      self->strategy = g_value_get_enum (value);
      break;
    case PROP_ADAPTIVE:
      self->adaptive = g_value_get_boolean (value);
      break;
    case PROP_AGEING_BOUND:
      self->ageing_bound = g_value_get_int64 (value);
      mgr_schedule_core_set_bound (self->core, self->ageing_bound);
      break;
    case PROP_HEADROOM:
      self->headroom = g_value_get_uint64 (value);
      break;
    case PROP_PREEMPTION:
      self->preempts = g_value_get_boolean (value);
      break;
    case PROP_LEARNING:
      self->learns = g_value_get_boolean (value);
      break;
    case PROP_SPILL_POLICY:
      self->spill = g_value_get_enum (value);
      break;
    case PROP_SPILL_WAIT:
      self->spill_wait = g_value_get_int64 (value);
      break;
    case PROP_STALL_TIME:
      self->stall_time = g_value_get_int64 (value);
      break;
    case PROP_PAUSED:
    case PROP_ACTIVE_STRATEGY:
    case PROP_ESTIMATES_PATH:
    default:
      g_assert_not_reached ();
    }
}

static void
mgr_scheduler_set_property (GObject      *object,
                            guint         prop_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  MgrScheduler *self = MGR_SCHEDULER (object);
  gboolean changed;

  switch ((MgrSchedulerProperty) prop_id)
    {
    case PROP_PAUSED:
      scheduler_set_paused (self, g_value_get_boolean (value));
      break;
    case PROP_STRATEGY:
    case PROP_AGEING_BOUND:
    case PROP_HEADROOM:
    case PROP_PREEMPTION:
    case PROP_LEARNING:
    case PROP_SPILL_POLICY:
    case PROP_SPILL_WAIT:
    case PROP_STALL_TIME:
    case PROP_ADAPTIVE:
      g_mutex_lock (&self->lock);
      scheduler_set (self, (MgrSchedulerProperty) prop_id, value);
      changed = mgr_scheduler_choose_strategy (self);
      g_mutex_unlock (&self->lock);
      scheduler_notify (self, (MgrSchedulerProperty) prop_id);
      if (changed)
        mgr_scheduler_say_active (self);
      break;
    case PROP_ESTIMATES_PATH:
      mgr_scheduler_set_estimates_path (self, g_value_get_string (value));
      scheduler_notify (self, PROP_ESTIMATES_PATH);
      break;
    case PROP_ACTIVE_STRATEGY:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
mgr_scheduler_get_property (GObject    *object,
                            guint       prop_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  MgrScheduler *self = MGR_SCHEDULER (object);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  switch ((MgrSchedulerProperty) prop_id)
    {
    case PROP_STRATEGY:
      g_value_set_enum (value, self->strategy);
      break;
    case PROP_AGEING_BOUND:
      g_value_set_int64 (value, self->ageing_bound);
      break;
    case PROP_HEADROOM:
      g_value_set_uint64 (value, self->headroom);
      break;
    case PROP_PAUSED:
      g_value_set_boolean (value, self->paused);
      break;
    case PROP_PREEMPTION:
      g_value_set_boolean (value, self->preempts);
      break;
    case PROP_LEARNING:
      g_value_set_boolean (value, self->learns);
      break;
    case PROP_SPILL_POLICY:
      g_value_set_enum (value, self->spill);
      break;
    case PROP_SPILL_WAIT:
      g_value_set_int64 (value, self->spill_wait);
      break;
    case PROP_STALL_TIME:
      g_value_set_int64 (value, self->stall_time);
      break;
    case PROP_ADAPTIVE:
      g_value_set_boolean (value, self->adaptive);
      break;
    case PROP_ACTIVE_STRATEGY:
      g_value_set_enum (value, self->active);
      break;
    case PROP_ESTIMATES_PATH:
      g_value_set_string (value, self->estimates_path);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
mgr_scheduler_dispose (GObject *object)
{
  MgrScheduler *self = MGR_SCHEDULER (object);

  if (self->watch != NULL)
    g_source_destroy (self->watch);

  G_OBJECT_CLASS (mgr_scheduler_parent_class)->dispose (object);
}

static void
mgr_scheduler_finalize (GObject *object)
{
  MgrScheduler *self = MGR_SCHEDULER (object);

  g_clear_pointer (&self->watch, g_source_unref);
  g_clear_pointer (&self->core, mgr_schedule_core_free);
  g_clear_pointer (&self->parts, g_ptr_array_unref);
  g_clear_pointer (&self->places, g_ptr_array_unref);
  g_clear_pointer (&self->came, g_ptr_array_unref);
  g_clear_pointer (&self->ended, g_ptr_array_unref);
  g_clear_pointer (&self->to_answer, g_ptr_array_unref);
  g_clear_pointer (&self->dated, g_hash_table_unref);
  g_clear_pointer (&self->pending, g_hash_table_unref);
  g_clear_pointer (&self->file, mgr_estimate_file_free);
  g_clear_pointer (&self->estimates_path, g_free);
  g_clear_pointer (&self->estimates, mgr_task_estimates_free);
  g_string_free (self->key, TRUE);
  g_string_free (self->count_key, TRUE);
  g_clear_pointer (&self->tally, mgr_journal_tally_free);
  g_clear_object (&self->journal);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_object (&self->list);
  g_clear_object (&self->root);
  g_clear_object (&self->monitor);
  g_clear_object (&self->limits);
  g_clear_object (&self->clock);
  g_cond_clear (&self->kept);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgr_scheduler_parent_class)->finalize (object);
}

static void
install_order_properties (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * MgrScheduler:strategy:
   *
   * In which order tasks are considered, as long as #MgrScheduler:adaptive does not choose
   * another.
   *
   * Since: 1.0
   */
  props[PROP_STRATEGY] = g_param_spec_enum ("strategy", NULL, NULL, MGR_TYPE_SCHEDULE_STRATEGY,
                                            MGR_SCHEDULE_STRATEGY_PRIORITY, flags);

  /**
   * MgrScheduler:ageing-bound:
   *
   * In microseconds: no task is overtaken by one that comes so much later, an hour by
   * default.
   *
   * Since: 1.0
   */
  props[PROP_AGEING_BOUND] = g_param_spec_int64 ("ageing-bound", NULL, NULL, 0, G_MAXINT64,
                                                 MGR_SCHEDULE_AGEING_BOUND, flags);

  /**
   * MgrScheduler:headroom:
   *
   * How many bytes of what is free by measure no task is given.
   *
   * Since: 1.0
   */
  props[PROP_HEADROOM] = g_param_spec_uint64 ("headroom", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * MgrScheduler:paused:
   *
   * Whether no task is started.
   *
   * Since: 1.0
   */
  props[PROP_PAUSED] = g_param_spec_boolean ("paused", NULL, NULL, FALSE, flags);
}

static void
install_rule_properties (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * MgrScheduler:preemption:
   *
   * Whether tasks are asked to make room, cancelled or killed while pressure is high.
   *
   * Since: 1.0
   */
  props[PROP_PREEMPTION] = g_param_spec_boolean ("preemption", NULL, NULL, TRUE, flags);

  /**
   * MgrScheduler:learning:
   *
   * Whether what earlier tasks of the same name took decides what the next is granted,
   * from the fifth on.
   *
   * Since: 1.0
   */
  props[PROP_LEARNING] = g_param_spec_boolean ("learning", NULL, NULL, TRUE, flags);

  /**
   * MgrScheduler:spill-policy:
   *
   * When a command goes to a remote executor.
   *
   * Since: 1.0
   */
  props[PROP_SPILL_POLICY] = g_param_spec_enum ("spill-policy", NULL, NULL, MGR_TYPE_SPILL_POLICY,
                                                MGR_SPILL_INFEASIBLE, flags);

  /**
   * MgrScheduler:spill-wait:
   *
   * After how many microseconds a command that waits goes to a remote executor that has a
   * place for it, with %MGR_SPILL_SLOW: 5 minutes by default.
   *
   * Since: 1.0
   */
  props[PROP_SPILL_WAIT] = g_param_spec_int64 ("spill-wait", NULL, NULL, 0, G_MAXINT64,
                                               SPILL_WAIT, flags);

  /**
   * MgrScheduler:stall-time:
   *
   * For how many microseconds tasks may wait though nothing of theirs is in the way before
   * it is cleaned, then #MgrScheduler::stalled is said, and then, once none runs, the first
   * is started all the same.
   *
   * Since: 1.0
   */
  props[PROP_STALL_TIME] = g_param_spec_int64 ("stall-time", NULL, NULL, 0, G_MAXINT64,
                                               STALL_TIME, flags);
}

static void
install_strategy_properties (void)
{
  /**
   * MgrScheduler:adaptive:
   *
   * Whether a medium or higher level of pressure chooses the strategy: by deadline where
   * tasks have one, else smallest first, which gets the most done in little room. The
   * journal says so.
   *
   * Since: 1.0
   */
  props[PROP_ADAPTIVE] =
    g_param_spec_boolean ("adaptive", NULL, NULL, FALSE,
                          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * MgrScheduler:active-strategy:
   *
   * In which order tasks are considered now.
   *
   * Since: 1.0
   */
  props[PROP_ACTIVE_STRATEGY] =
    g_param_spec_enum ("active-strategy", NULL, NULL, MGR_TYPE_SCHEDULE_STRATEGY,
                       MGR_SCHEDULE_STRATEGY_PRIORITY, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * MgrScheduler:estimates-path:
   *
   * The SQLite file in which what was learned of tasks is kept across restarts, which
   * programs may share; %NULL for memory alone. Setting it waits for the disk, and reads
   * the file. One that cannot be used is warned of, and tasks go on without.
   *
   * Since: 1.0
   */
  props[PROP_ESTIMATES_PATH] =
    g_param_spec_string ("estimates-path", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
}

static void
install_signals (void)
{
  /**
   * MgrScheduler::task-finished:
   * @self: the scheduler
   * @task: a task that will not run again
   *
   * Says that a task is finished; #MgrTask:reason says how.
   *
   * Since: 1.0
   */
  signals[SIGNAL_TASK_FINISHED] =
    g_signal_new ("task-finished", MGR_TYPE_SCHEDULER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, MGR_TYPE_TASK);

  /**
   * MgrScheduler::stalled:
   * @self: the scheduler
   * @evidence: what was found, for people
   *
   * Says that tasks wait, that the first could not start either if all that run had ended,
   * and that a cleanup did not help. It will be started all the same where the budgets allow
   * it, and no other beside it.
   *
   * Since: 1.0
   */
  signals[SIGNAL_STALLED] =
    g_signal_new ("stalled", MGR_TYPE_SCHEDULER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, G_TYPE_STRING);

  /**
   * MgrScheduler::misdeclared:
   * @self: the scheduler
   * @task: the task by which it was noticed
   * @used: bytes, the 95th percentile of what tasks of its name, tag and size took
   *
   * Says once of each kind of task that it takes half of what was declared, or less, or a
   * quarter more.
   *
   * Since: 1.0
   */
  signals[SIGNAL_MISDECLARED] =
    g_signal_new ("misdeclared", MGR_TYPE_SCHEDULER, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 2, MGR_TYPE_TASK, G_TYPE_UINT64);
}

static void
mgr_scheduler_class_init (MgrSchedulerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mgr_scheduler_dispose;
  object_class->finalize = mgr_scheduler_finalize;
  object_class->set_property = mgr_scheduler_set_property;
  object_class->get_property = mgr_scheduler_get_property;

  install_order_properties ();
  install_rule_properties ();
  install_strategy_properties ();
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
  install_signals ();
}

static void
mgr_scheduler_init (MgrScheduler *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->kept);
  self->context = g_main_context_ref_thread_default ();
  self->thread = g_thread_self ();
  self->list = mgr_task_list_new (N_FINISHED_KEPT);
  self->core = mgr_schedule_core_new (MGR_BUDGET_NONE, ready_cb, self);
  self->parts = g_ptr_array_new_with_free_func (part_free);
  self->places = g_ptr_array_new_with_free_func (mgr_scheduler_place_free);
  self->came = g_ptr_array_new_with_free_func (g_object_unref);
  self->ended = g_ptr_array_new_with_free_func (g_object_unref);
  self->to_answer = g_ptr_array_new_with_free_func (g_object_unref);
  self->dated = g_hash_table_new (NULL, NULL);
  self->pending = g_hash_table_new (NULL, NULL);
  self->estimates = mgr_task_estimates_new ();
  self->key = g_string_new (NULL);
  self->count_key = g_string_new (NULL);
  self->tally = mgr_journal_tally_new ();
  self->strategy = MGR_SCHEDULE_STRATEGY_PRIORITY;
  self->ageing_bound = MGR_SCHEDULE_AGEING_BOUND;
  self->spill = MGR_SPILL_INFEASIBLE;
  self->spill_wait = SPILL_WAIT;
  self->stall_time = STALL_TIME;
  self->preempts = TRUE;
  self->learns = TRUE;
}
