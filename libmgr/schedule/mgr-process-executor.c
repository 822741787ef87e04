/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-process-executor-private.h"

#include "schedule/mgr-process-run-private.h"
#include "schedule/mgr-task-attempt-private.h"
#include "schedule/mgr-task-cgroup-private.h"

#include <glib/gstdio.h>
#include <signal.h>

/**
 * SECTION:mgr-process-executor
 * @title: MgrProcessExecutor
 * @short_description: runs commands as processes
 *
 * Runs tasks that are commands as processes of this machine, each in a memory cgroup of its
 * own, v2 or v1, where this program may make one. The kernel then holds it to its grant, and
 * what takes more ends with %MGR_TASK_REASON_OOM and harms nobody else. Without cgroups
 * what a command and its descendants have in memory is looked at ten times a second, and
 * it is killed if that is more than its grant.
 *
 * The scheduler of a manager has one, “processes”, that was made so; a program that wants
 * another, as one with a state directory, gives it a name and tasks that name.
 *
 * A command leads a process group. What it writes is the result of its
 * task, a string, unless #MgrTask:output-path takes it: the last 64 KiB, or #MgrProcessExecutor:kept-output.
 * It finds `MEMORY_PRESSURE_WATCH` in its environment, as #MgrPressureNotifier describes.
 * When it is to end it gets `SIGTERM`, and `SIGKILL` after #MgrProcessExecutor:grace. Once
 * it has ended, whatever it left behind is killed, daemons included: they hold memory that
 * nobody granted.
 *
 * With #MgrProcessExecutor:state-directory commands survive the end of this program. A
 * program that is started anew submits its tasks again; those of the same name, command,
 * environment, directory, input and output as one that still runs are watched further and
 * not run twice, those that ended meanwhile end as that did, and where that cannot be told,
 * with %MGR_TASK_REASON_LOST.
 *
 * Its functions may be called from any thread. It works in a thread of its own, and needs no
 * main loop but for the notifications of pressure.
 */

/* What takes too much is to be gone within a second. */
#define LOOK_INTERVAL (100 * G_TIME_SPAN_MILLISECOND)

/* Many commands run for a moment only, and are to be seen all the same. */
#define FIRST_LOOK (10 * G_TIME_SPAN_MILLISECOND)

#define USUAL_GRACE (5 * G_TIME_SPAN_SECOND)
#define USUAL_KEPT_OUTPUT 65536

#define USUAL_NAME "processes"

typedef enum
{
  PROP_NAME = 1,
  PROP_MONITOR,
  PROP_PROC_PATH,
  PROP_CGROUP_PATH,
  PROP_STATE_DIRECTORY,
  PROP_GRACE,
  PROP_KEPT_OUTPUT,
  PROP_USES_CGROUPS,
  PROP_FOREGROUND,
} MgrProcessExecutorProperty;

static GParamSpec *props[PROP_FOREGROUND + 1];

static void mgr_process_executor_executor_init (MgrExecutorInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrProcessExecutor, mgr_process_executor, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_EXECUTOR,
                                                      mgr_process_executor_executor_init))

/**
 * MgrProcessExecutor:
 *
 * Runs commands as processes of this machine.
 *
 * Since: 1.0
 */

/**
 * mgr_process_executor_new:
 * @monitor: (nullable): whose pressure the commands are told of, %NULL for none
 *
 * Makes an executor of processes.
 *
 * Returns: (transfer full): an executor
 *
 * Since: 1.0
 */
MgrExecutor *
mgr_process_executor_new (MgrPressureMonitor *monitor)
{
  g_return_val_if_fail (monitor == NULL || MGR_IS_PRESSURE_MONITOR (monitor), NULL);

  return g_object_new (MGR_TYPE_PROCESS_EXECUTOR, "monitor", monitor, NULL);
}

static const char *
mgr_process_executor_get_name (MgrExecutor *executor)
{
  return MGR_PROCESS_EXECUTOR (executor)->name;
}

static MgrExecutorFlags
mgr_process_executor_get_flags (MgrExecutor *executor)
{
  MgrExecutorFlags flags = MGR_EXECUTOR_COMMANDS | MGR_EXECUTOR_MEASURES | MGR_EXECUTOR_LIMITS
                           | MGR_EXECUTOR_KILLS | MGR_EXECUTOR_THREAD_SAFE;

  if (MGR_PROCESS_EXECUTOR (executor)->state_directory != NULL)
    flags |= MGR_EXECUTOR_SURVIVES;
  return flags;
}

static gboolean
look_cb (gpointer user_data)
{
  MgrProcessExecutor *self = user_data;
  g_autoptr (MgrProcessExecutor) keep_alive = g_object_ref (self);
  g_autoptr (MgrProcessTable) table = NULL;

  g_source_set_ready_time (self->look, g_get_monotonic_time () + LOOK_INTERVAL);
  for (guint i = 0; i < self->runs->len; i++)
    mgr_process_run_look (g_ptr_array_index (self->runs, i), &table);
  return G_SOURCE_CONTINUE;
}

static gboolean
look_dispatch (GSource     *source,
               GSourceFunc  callback,
               gpointer     user_data)
{
  return callback (user_data);
}

static GSourceFuncs look_funcs = { .dispatch = look_dispatch };

void
mgr_process_executor_add_run (MgrProcessExecutor *self,
                              gpointer            run)
{
  g_ptr_array_add (self->runs, run);
  if (self->look == NULL)
    {
      self->look = g_source_new (&look_funcs, sizeof (GSource));
      g_source_set_callback (self->look, look_cb, self, NULL);
      g_source_set_static_name (self->look, "[libmgr] processes");
      g_source_attach (self->look, self->context);
    }
  g_source_set_ready_time (self->look, g_get_monotonic_time () + FIRST_LOOK);
}

void
mgr_process_executor_remove_run (MgrProcessExecutor *self,
                                 gpointer            run)
{
  g_ptr_array_remove_fast (self->runs, run);
  if (self->runs->len > 0)
    return;

  g_source_destroy (self->look);
  g_clear_pointer (&self->look, g_source_unref);
}

typedef struct
{
  GMainContext *context; /* (owned) */
  GMainLoop *loop;       /* (owned) */
} Worker;

static gpointer
worker_thread (gpointer data)
{
  Worker *worker = data;

  g_main_context_push_thread_default (worker->context);
  g_main_loop_run (worker->loop);
  g_main_context_pop_thread_default (worker->context);
  g_main_loop_unref (worker->loop);
  g_main_context_unref (worker->context);
  g_free (worker);
  return NULL;
}

/* Its context is the executor's, so that it needs nobody's loop to answer. */
static void
executor_make_notifier (MgrProcessExecutor *self)
{
  g_autoptr (GError) error = NULL;

  if (self->monitor == NULL)
    return;

  self->notifier_directory = g_dir_make_tmp ("libmgr-XXXXXX", &error);
  if (self->notifier_directory != NULL)
    self->notifier = mgr_pressure_notifier_new (self->monitor, self->notifier_directory,
                                                MGR_PRESSURE_CHANNEL_SOCKET, &error);
  if (self->notifier == NULL)
    g_warning ("Commands will not be told of pressure: %s", error->message);
}

static void
executor_find_place (MgrProcessExecutor *self)
{
  g_autoptr (GError) error = NULL;

  if (!self->uses_cgroups)
    return;

  self->place = mgr_task_cgroup_find_place (self->proc_path, self->cgroup_path, &self->version,
                                            &error);
  if (self->place == NULL)
    g_debug ("Tasks are watched: %s", error->message);
}

static void
executor_set_up (MgrProcessExecutor *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  Worker *worker;

  if (self->context != NULL)
    return;

  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  executor_find_place (self);
  g_main_context_push_thread_default (self->context);
  executor_make_notifier (self);
  g_main_context_pop_thread_default (self->context);

  worker = g_new0 (Worker, 1);
  worker->context = g_main_context_ref (self->context);
  worker->loop = g_main_loop_ref (self->loop);
  self->thread = g_thread_new ("mgr-processes", worker_thread, worker);
}

/* With the lock held: what an earlier run of this program left. */
static GPtrArray *
executor_get_survivors (MgrProcessExecutor *self)
{
  if (self->survivors == NULL && self->state_directory != NULL)
    self->survivors = mgr_process_records_load (self->state_directory);

  return self->survivors;
}

/* Returns: (transfer full) (nullable) */
static MgrProcessRecord *
executor_take_survivor (MgrProcessExecutor *self,
                        MgrTask            *task)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  GPtrArray *survivors = executor_get_survivors (self);

  for (guint i = 0; survivors != NULL && i < survivors->len; i++)
    if (mgr_process_record_matches (g_ptr_array_index (survivors, i), task))
      return g_ptr_array_steal_index_fast (survivors, i);

  return NULL;
}

static gboolean
mgr_process_executor_start (MgrExecutor     *executor,
                            MgrTaskAttempt  *attempt,
                            GError         **error)
{
  MgrProcessExecutor *self = MGR_PROCESS_EXECUTOR (executor);
  MgrProcessRecord *record;

  executor_set_up (self);
  record = executor_take_survivor (self, attempt->task);
  if (record == NULL)
    return mgr_process_run_start (self, attempt, error);

  mgr_process_run_adopt (self, attempt, record);
  return TRUE;
}

static void
mgr_process_executor_stop (MgrExecutor    *executor,
                           MgrTaskAttempt *attempt)
{
  mgr_process_run_stop (attempt);
}

static void
mgr_process_executor_kill (MgrExecutor    *executor,
                           MgrTaskAttempt *attempt)
{
  mgr_process_run_kill (attempt);
}

/**
 * mgr_process_executor_get_survivors:
 * @self: an executor
 *
 * Gets the names of the tasks that an earlier run of this program left in
 * #MgrProcessExecutor:state-directory and that nobody has submitted again, whether they
 * still run or have ended. May be called from any thread.
 *
 * Returns: (transfer full) (array zero-terminated=1): names
 *
 * Since: 1.0
 */
char **
mgr_process_executor_get_survivors (MgrProcessExecutor *self)
{
  g_autoptr (GMutexLocker) locker = NULL;
  g_autoptr (GStrvBuilder) builder = NULL;
  GPtrArray *survivors;

  g_return_val_if_fail (MGR_IS_PROCESS_EXECUTOR (self), NULL);

  locker = g_mutex_locker_new (&self->lock);
  builder = g_strv_builder_new ();
  survivors = executor_get_survivors (self);
  for (guint i = 0; survivors != NULL && i < survivors->len; i++)
    g_strv_builder_add (builder, ((MgrProcessRecord *) g_ptr_array_index (survivors, i))->name);

  return g_strv_builder_end (builder);
}

static void
end_survivor (MgrProcessExecutor *self,
              MgrProcessRecord   *record)
{
  g_autoptr (MgrProcessTable) table = mgr_process_table_read (self->proc_path);
  g_autoptr (GHashTable) members = mgr_process_members_new ();
  g_autoptr (MgrTaskCgroup) group = NULL;

  mgr_process_table_find_marked (table, record->mark, members);
  mgr_process_table_signal (table, members, SIGKILL);
  if (record->group != NULL)
    {
      group = mgr_task_cgroup_open (record->group, record->version);
      mgr_task_cgroup_kill (group);
      mgr_task_cgroup_remove (group);
    }
  mgr_process_record_remove (record);
}

/**
 * mgr_process_executor_end_survivors:
 * @self: an executor
 *
 * Kills what mgr_process_executor_get_survivors() tells of where it still runs, and
 * forgets it. A program that means to run everything anew does so before it submits.
 * May be called from any thread.
 *
 * Returns: how many there were
 *
 * Since: 1.0
 */
guint
mgr_process_executor_end_survivors (MgrProcessExecutor *self)
{
  g_autoptr (GPtrArray) survivors = NULL;

  g_return_val_if_fail (MGR_IS_PROCESS_EXECUTOR (self), 0);

  g_mutex_lock (&self->lock);
  survivors = executor_get_survivors (self) != NULL ? g_steal_pointer (&self->survivors) : NULL;
  if (survivors != NULL)
    self->survivors = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_process_record_free);
  g_mutex_unlock (&self->lock);

  for (guint i = 0; survivors != NULL && i < survivors->len; i++)
    end_survivor (self, g_ptr_array_index (survivors, i));
  return survivors != NULL ? survivors->len : 0;
}

static void
mgr_process_executor_executor_init (MgrExecutorInterface *iface)
{
  iface->get_name = mgr_process_executor_get_name;
  iface->get_flags = mgr_process_executor_get_flags;
  iface->start = mgr_process_executor_start;
  iface->stop = mgr_process_executor_stop;
  iface->kill = mgr_process_executor_kill;
}

static void
mgr_process_executor_set_property (GObject      *object,
                                   guint         prop_id,
                                   const GValue *value,
                                   GParamSpec   *pspec)
{
  MgrProcessExecutor *self = MGR_PROCESS_EXECUTOR (object);

  switch ((MgrProcessExecutorProperty) prop_id)
    {
    case PROP_NAME:
      self->name = g_value_dup_string (value);
      if (self->name == NULL)
        self->name = g_strdup (USUAL_NAME);
      break;
    case PROP_MONITOR:
      self->monitor = g_value_dup_object (value);
      break;
    case PROP_PROC_PATH:
      self->proc_path = g_value_dup_string (value);
      break;
    case PROP_CGROUP_PATH:
      self->cgroup_path = g_value_dup_string (value);
      break;
    case PROP_STATE_DIRECTORY:
      self->state_directory = g_value_dup_string (value);
      break;
    case PROP_GRACE:
      self->grace = g_value_get_int64 (value);
      break;
    case PROP_KEPT_OUTPUT:
      self->kept_output = g_value_get_uint64 (value);
      break;
    case PROP_USES_CGROUPS:
      self->uses_cgroups = g_value_get_boolean (value);
      break;
    case PROP_FOREGROUND:
      self->foreground = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
mgr_process_executor_get_property (GObject    *object,
                                   guint       prop_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  MgrProcessExecutor *self = MGR_PROCESS_EXECUTOR (object);

  switch ((MgrProcessExecutorProperty) prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_MONITOR:
      g_value_set_object (value, self->monitor);
      break;
    case PROP_PROC_PATH:
      g_value_set_string (value, self->proc_path);
      break;
    case PROP_CGROUP_PATH:
      g_value_set_string (value, self->cgroup_path);
      break;
    case PROP_STATE_DIRECTORY:
      g_value_set_string (value, self->state_directory);
      break;
    case PROP_GRACE:
      g_value_set_int64 (value, self->grace);
      break;
    case PROP_KEPT_OUTPUT:
      g_value_set_uint64 (value, self->kept_output);
      break;
    case PROP_USES_CGROUPS:
      g_value_set_boolean (value, self->uses_cgroups);
      break;
    case PROP_FOREGROUND:
      g_value_set_boolean (value, self->foreground);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static gboolean
quit_cb (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

/* The last reference may go in the thread, which must not wait for itself. An idle source
 * also ends a loop that has not begun. */
static void
executor_end_thread (MgrProcessExecutor *self)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_callback (source, quit_cb, g_main_loop_ref (self->loop),
                         (GDestroyNotify) g_main_loop_unref);
  g_source_attach (source, self->context);
  if (self->thread == g_thread_self ())
    g_thread_unref (self->thread);
  else
    g_thread_join (self->thread);
}

static void
mgr_process_executor_finalize (GObject *object)
{
  MgrProcessExecutor *self = MGR_PROCESS_EXECUTOR (object);

  g_clear_object (&self->notifier);
  if (self->thread != NULL)
    executor_end_thread (self);
  if (self->notifier_directory != NULL)
    g_rmdir (self->notifier_directory);
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_pointer (&self->survivors, g_ptr_array_unref);
  g_ptr_array_unref (self->runs);
  g_clear_object (&self->monitor);
  g_free (self->notifier_directory);
  g_free (self->name);
  g_free (self->place);
  g_free (self->proc_path);
  g_free (self->cgroup_path);
  g_free (self->state_directory);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgr_process_executor_parent_class)->finalize (object);
}

static void
mgr_process_executor_class_init (MgrProcessExecutorClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = mgr_process_executor_finalize;
  object_class->set_property = mgr_process_executor_set_property;
  object_class->get_property = mgr_process_executor_get_property;

  /**
   * MgrProcessExecutor:name:
   *
   * By what #MgrTask:executor finds it.
   *
   * Since: 1.0
   */
  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, USUAL_NAME, flags);

  /**
   * MgrProcessExecutor:monitor:
   *
   * Whose pressure the commands are told of, %NULL for none.
   *
   * Since: 1.0
   */
  props[PROP_MONITOR] =
    g_param_spec_object ("monitor", NULL, NULL, MGR_TYPE_PRESSURE_MONITOR, flags);

  /**
   * MgrProcessExecutor:proc-path:
   *
   * What to read in place of `/proc`; %NULL for that.
   *
   * Since: 1.0
   */
  props[PROP_PROC_PATH] = g_param_spec_string ("proc-path", NULL, NULL, NULL, flags);

  /**
   * MgrProcessExecutor:cgroup-path:
   *
   * A directory under which the cgroup hierarchies are looked for; %NULL for the root.
   *
   * Since: 1.0
   */
  props[PROP_CGROUP_PATH] = g_param_spec_string ("cgroup-path", NULL, NULL, NULL, flags);

  /**
   * MgrProcessExecutor:state-directory:
   *
   * Where it is written down what runs, so that it is found again after this program was
   * started anew; made when it is needed. With %NULL nothing is. The output of commands
   * without #MgrTask:output-path is dropped then, as there may be nobody to take it.
   *
   * Since: 1.0
   */
  props[PROP_STATE_DIRECTORY] = g_param_spec_string ("state-directory", NULL, NULL, NULL, flags);

  /**
   * MgrProcessExecutor:grace:
   *
   * How long a command has between `SIGTERM` and `SIGKILL`, in microseconds.
   *
   * Since: 1.0
   */
  props[PROP_GRACE] =
    g_param_spec_int64 ("grace", NULL, NULL, 0, G_MAXINT64 / 2, USUAL_GRACE, flags);

  /**
   * MgrProcessExecutor:kept-output:
   *
   * How much of the end of a command's output is kept, in bytes.
   *
   * Since: 1.0
   */
  props[PROP_KEPT_OUTPUT] =
    g_param_spec_uint64 ("kept-output", NULL, NULL, 0, G_MAXUINT32, USUAL_KEPT_OUTPUT, flags);

  /**
   * MgrProcessExecutor:uses-cgroups:
   *
   * Whether commands get cgroups of their own where they can be made.
   *
   * Since: 1.0
   */
  props[PROP_USES_CGROUPS] = g_param_spec_boolean ("uses-cgroups", NULL, NULL, TRUE, flags);

  /**
   * MgrProcessExecutor:foreground:
   *
   * Whether commands have the standard files and the process group of this program, so
   * that its terminal is theirs too. Their output is not kept then.
   *
   * Since: 1.0
   */
  props[PROP_FOREGROUND] = g_param_spec_boolean ("foreground", NULL, NULL, FALSE, flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
mgr_process_executor_init (MgrProcessExecutor *self)
{
  g_mutex_init (&self->lock);
  self->runs = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_process_run_unref);
}
