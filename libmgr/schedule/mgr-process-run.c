/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-process-run-private.h"

#include "base/mgr-size.h"
#include "pressure/mgr-proc-file-private.h"
#include "schedule/mgr-process-launch-private.h"
#include "schedule/mgr-task-attempt-private.h"

#include <signal.h>
#include <string.h>

/* How often it is looked whether those who were killed are gone, and for how long: one
 * that is stuck in the kernel must not hold up its task for ever. */
#define SWEEP_INTERVAL (5 * G_TIME_SPAN_MILLISECOND)
#define SWEEP_TIME (2 * G_TIME_SPAN_SECOND)

#define SIGNAL_STATUS 128
#define KILLED_STATUS (SIGNAL_STATUS + SIGKILL)

struct _MgrProcessRun
{
  gatomicrefcount ref_count;

  MgrProcessExecutor *executor; /* (owned) */
  MgrTaskAttempt *attempt;      /* (owned) (nullable) once its end was told */
  MgrProcessLaunch launch;      /* of the thread of the executor from here on */
  guint64 limit;                /* bytes; 0 for none */
  guint64 machine_ooms;         /* of the whole machine, when it was started */
  guint64 start;                /* of a process that is none of this program's children */
  guint64 peak;                 /* bytes */
  GHashTable *members;          /* (owned) (element-type pid_t guint64): without a group */
  GSource *end;                 /* (owned) (nullable): once it has ended, to sweep */
  GSource *grace;               /* (owned) (nullable), from when it was asked to end */
  gint64 swept_since;           /* µs */
  int exit_status;
  guint8 adopted : 1;
  guint8 over : 1;              /* it was killed for what it took */
  guint8 stopped : 1;           /* it was asked to end */
  guint8 lost : 1;
};

static void
drop_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

static MgrProcessRun *
run_ref (MgrProcessRun *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
mgr_process_run_unref (MgrProcessRun *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->attempt, mgr_task_attempt_unref);
  mgr_process_launch_clear (&self->launch);
  g_hash_table_unref (self->members);
  g_object_unref (self->executor);
  g_free (self);
}

static MgrProcessRun *
run_new (MgrProcessExecutor *executor,
         MgrTaskAttempt     *attempt)
{
  MgrProcessRun *self = g_new0 (MgrProcessRun, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->executor = g_object_ref (executor);
  self->attempt = mgr_task_attempt_ref (attempt);
  self->launch.child.pidfd = -1;
  self->limit = attempt->grant;
  self->members = mgr_process_members_new ();
  return self;
}

/* What the kernel ended on this machine for want of memory. */
static guint64
read_machine_ooms (MgrProcessExecutor *executor)
{
  g_autoptr (MgrProcFile) file = mgr_proc_file_new (executor->proc_path != NULL
                                                      ? executor->proc_path
                                                      : MGR_DEFAULT_PROC_PATH, "vmstat");
  const char *text = mgr_proc_file_read (file, NULL);
  guint64 ooms;

  return text != NULL && mgr_proc_text_lookup (text, "oom_kill", &ooms) ? ooms : 0;
}

/* The number of a process that this program cannot reap may have gone to another. */
static gboolean
run_is_there (MgrProcessRun *self)
{
  pid_t pid = self->launch.child.pid;

  return pid > 0 && (!self->adopted
                     || mgr_process_read_start (self->executor->proc_path, pid) == self->start);
}

static void
run_signal (MgrProcessRun *self,
            int            signal_number)
{
  pid_t pid = self->launch.child.pid;

  if (!run_is_there (self))
    return;
  if (self->executor->foreground)
    kill (pid, signal_number);
  else
    kill (-pid, signal_number);
}

static void
run_kill_members (MgrProcessRun   *self,
                  MgrProcessTable *table)
{
  if (self->launch.group != NULL)
    mgr_task_cgroup_kill (self->launch.group);
  else
    mgr_process_table_signal (table, self->members, SIGKILL);
}

static void
run_kill (MgrProcessRun *self)
{
  g_autoptr (MgrProcessTable) table = NULL;

  if (self->launch.group == NULL)
    {
      table = mgr_process_table_read (self->executor->proc_path);
      mgr_process_table_collect (table, self->launch.child.pid, self->members);
    }
  run_kill_members (self, table);
  run_signal (self, SIGKILL);
}

static void
run_measure_group (MgrProcessRun *self)
{
  guint64 used;

  if (mgr_task_cgroup_read_used (self->launch.group, &used))
    {
      self->peak = MAX (self->peak, used);
      mgr_task_attempt_report_measured (self->attempt, used);
    }
  if (!self->over && mgr_task_cgroup_read_ooms (self->launch.group) > 0)
    {
      /* What is left of it after the kernel took a part works no more as it should. */
      self->over = TRUE;
      run_kill (self);
    }
}

static void
run_measure_members (MgrProcessRun    *self,
                     MgrProcessTable **table)
{
  guint64 used;

  if (*table == NULL)
    *table = mgr_process_table_read (self->executor->proc_path);
  mgr_process_table_collect (*table, self->launch.child.pid, self->members);
  used = mgr_process_table_measure (*table, self->members, FALSE);
  if (self->limit > 0 && used > self->limit)
    used = mgr_process_table_measure (*table, self->members, TRUE);

  self->peak = MAX (self->peak, used);
  mgr_task_attempt_report_measured (self->attempt, used);
  if (self->limit > 0 && used > self->limit && !self->over)
    {
      self->over = TRUE;
      run_kill (self);
    }
}

static void run_ended (MgrProcessRun *self);

void
mgr_process_run_look (MgrProcessRun    *self,
                      MgrProcessTable **table)
{
  if (self->swept_since > 0)
    return;

  if (!run_is_there (self))
    run_ended (self);
  else if (self->launch.group != NULL)
    run_measure_group (self);
  else
    run_measure_members (self, table);
}

static MgrTaskReason
run_judge (MgrProcessRun *self)
{
  gboolean killed = self->exit_status == KILLED_STATUS && !self->stopped;

  if (self->lost)
    return MGR_TASK_REASON_LOST;
  if (self->exit_status == 0)
    return self->stopped ? MGR_TASK_REASON_CANCELLED : MGR_TASK_REASON_DONE;
  if (self->over)
    return MGR_TASK_REASON_OOM;
  if (killed && self->launch.group == NULL
      && read_machine_ooms (self->executor) > self->machine_ooms)
    return MGR_TASK_REASON_OOM;

  return MGR_TASK_REASON_ERROR;
}

/* The last line that is not empty says most of the time what went wrong. */
static char *
find_last_line (char *text)
{
  char *line = strrchr (g_strchomp (text), '\n');

  return line != NULL ? line + 1 : text;
}

static GError *
run_explain (MgrProcessRun *self,
             MgrTaskReason  reason,
             char          *output)
{
  const char *name = self->attempt->task->name;
  g_autofree char *copy = g_strdup (output != NULL ? output : "");
  const char *line = find_last_line (copy);
  const char *colon = *line != '\0' ? ": " : "";

  if (reason == MGR_TASK_REASON_LOST)
    return g_error_new (MGR_ERROR, MGR_ERROR_FAILED,
                        "The command of task “%s” ended while nobody watched, and did not say "
                        "how: it is run again where the task has retries left", name);
  if (reason != MGR_TASK_REASON_ERROR)
    return NULL;
  if (self->exit_status > SIGNAL_STATUS)
    return g_error_new (MGR_ERROR, MGR_ERROR_FAILED,
                        "The command of task “%s” was ended by signal %d (%s)%s%s", name,
                        self->exit_status - SIGNAL_STATUS,
                        g_strsignal (self->exit_status - SIGNAL_STATUS), colon, line);

  return g_error_new (MGR_ERROR, MGR_ERROR_FAILED,
                      "The command of task “%s” ended with exit status %d%s%s", name,
                      self->exit_status, colon, line);
}

static char *
run_take_output (MgrProcessRun *self)
{
  g_auto (GValue) value = G_VALUE_INIT;
  char *text;

  if (self->launch.output == NULL)
    return NULL;

  mgr_output_tail_close (self->launch.output);
  text = mgr_output_tail_get_text (self->launch.output);
  g_value_init (&value, G_TYPE_STRING);
  g_value_set_string (&value, text);
  mgr_task_set_result (self->attempt->task, &value);
  return text;
}

/* The last of an attempt. What was kept of it goes before its end is told. */
static void
run_finish (MgrProcessRun *self)
{
  g_autofree char *output = run_take_output (self);
  MgrTaskReason reason = run_judge (self);
  g_autoptr (GError) error = run_explain (self, reason, output);
  g_autoptr (MgrTaskAttempt) attempt = NULL;

  drop_source (&self->end);
  drop_source (&self->grace);
  if (self->launch.group != NULL)
    {
      self->peak = MAX (self->peak, mgr_task_cgroup_read_peak (self->launch.group));
      if (!mgr_task_cgroup_remove (self->launch.group))
        g_debug ("The cgroup “%s” stays, as there are processes in it that do not end",
                 mgr_task_cgroup_get_directory (self->launch.group));
    }
  if (self->launch.record != NULL)
    mgr_process_record_remove (self->launch.record);

  mgr_task_attempt_report_measured (self->attempt, self->peak);
  attempt = g_steal_pointer (&self->attempt);
  mgr_process_executor_remove_run (self->executor, self);
  mgr_task_attempt_report_finished (attempt, reason, self->exit_status, error);
}

/* Kills what is left of it. Returns: whether nothing is */
static gboolean
run_sweep (MgrProcessRun *self)
{
  g_autoptr (MgrProcessTable) table = NULL;

  if (self->launch.group != NULL)
    {
      if (mgr_task_cgroup_is_empty (self->launch.group))
        return TRUE;
      run_kill_members (self, NULL);
      return FALSE;
    }

  table = mgr_process_table_read (self->executor->proc_path);
  mgr_process_table_collect (table, 0, self->members);
  mgr_process_table_find_marked (table, self->launch.mark, self->members);
  run_kill_members (self, table);
  return g_hash_table_size (self->members) == 0;
}

static gboolean
sweep_cb (gpointer user_data)
{
  g_autoptr (MgrProcessExecutor) keep_alive = NULL;
  MgrProcessRun *self = user_data;

  keep_alive = g_object_ref (self->executor);
  if (run_sweep (self) || g_get_monotonic_time () - self->swept_since > SWEEP_TIME)
    run_finish (self);
  else
    g_source_set_ready_time (self->end, g_get_monotonic_time () + SWEEP_INTERVAL);
  return G_SOURCE_CONTINUE;
}

static gboolean
timer_dispatch (GSource     *source,
                GSourceFunc  callback,
                gpointer     user_data)
{
  return callback (user_data);
}

static GSourceFuncs timer_funcs = { .dispatch = timer_dispatch };

static GSource *
run_add_timer (MgrProcessRun *self,
               gint64         due,
               GSourceFunc    callback)
{
  GSource *source = g_source_new (&timer_funcs, sizeof (GSource));

  g_source_set_ready_time (source, due);
  g_source_set_callback (source, callback, run_ref (self),
                         (GDestroyNotify) mgr_process_run_unref);
  g_source_set_static_name (source, "[libmgr] process");
  g_source_attach (source, self->executor->context);
  return source;
}

/* Its process is gone, or a zombie at most: the number is still its own. */
static void
run_ended (MgrProcessRun *self)
{
  if (self->launch.group != NULL && mgr_task_cgroup_read_ooms (self->launch.group) > 0)
    self->over = TRUE;
  if (!self->executor->foreground && !self->adopted)
    run_signal (self, SIGKILL);

  if (self->adopted)
    self->lost = !mgr_process_record_read_exit (self->launch.record, &self->exit_status);
  else
    self->exit_status = mgr_child_reap (&self->launch.child);
  if (self->lost || self->exit_status < 0)
    {
      self->lost = TRUE;
      self->exit_status = -1;
    }

  /* It did without what the kernel took of it, and has not done what it was to do. */
  if (self->over && self->exit_status == 0)
    self->exit_status = KILLED_STATUS;

  drop_source (&self->end);
  self->swept_since = g_get_monotonic_time ();
  self->end = run_add_timer (self, 0, sweep_cb);
}

static gboolean
ended_cb (gpointer user_data)
{
  run_ended (user_data);
  return G_SOURCE_REMOVE;
}

static gboolean
grace_over_cb (gpointer user_data)
{
  MgrProcessRun *self = user_data;

  g_source_set_ready_time (self->grace, -1);
  if (self->swept_since == 0)
    run_kill (self);
  return G_SOURCE_CONTINUE;
}

static void
run_stop (MgrProcessRun *self)
{
  if (self->stopped || self->swept_since > 0)
    return;

  self->stopped = TRUE;
  run_signal (self, SIGTERM);
  self->grace = run_add_timer (self, g_get_monotonic_time () + self->executor->grace,
                               grace_over_cb);
}

static gboolean
stop_cb (gpointer user_data)
{
  run_stop (user_data);
  return G_SOURCE_REMOVE;
}

static gboolean
kill_cb (gpointer user_data)
{
  MgrProcessRun *self = user_data;

  self->stopped = TRUE;
  if (self->swept_since == 0)
    run_kill (self);
  return G_SOURCE_REMOVE;
}

static void
run_post (MgrProcessRun *self,
          GSourceFunc    func)
{
  g_main_context_invoke_full (self->executor->context, G_PRIORITY_DEFAULT, func, run_ref (self),
                              (GDestroyNotify) mgr_process_run_unref);
}

void
mgr_process_run_stop (MgrTaskAttempt *attempt)
{
  MgrProcessRun *self = mgr_task_attempt_get_data (attempt);

  if (self != NULL)
    run_post (self, stop_cb);
}

void
mgr_process_run_kill (MgrTaskAttempt *attempt)
{
  MgrProcessRun *self = mgr_task_attempt_get_data (attempt);

  if (self != NULL)
    run_post (self, kill_cb);
}

static gboolean
begin_cb (gpointer user_data)
{
  MgrProcessRun *self = user_data;

  mgr_process_executor_add_run (self->executor, run_ref (self));
  if (self->launch.output != NULL)
    mgr_output_tail_attach (self->launch.output, self->executor->context);
  if (self->adopted)
    {
      if (!mgr_process_record_find (self->launch.record, self->executor->proc_path,
                                    &self->launch.child.pid, &self->start))
        run_ended (self);
    }
  else
    {
      self->end = mgr_child_create_source (&self->launch.child);
      g_source_set_callback (self->end, ended_cb, run_ref (self),
                             (GDestroyNotify) mgr_process_run_unref);
      g_source_attach (self->end, self->executor->context);
    }

  /* Asked to end before there was anything to ask. */
  if (g_cancellable_is_cancelled (self->attempt->cancellable))
    run_stop (self);
  return G_SOURCE_REMOVE;
}

static void
run_begin (MgrProcessRun *self)
{
  mgr_task_attempt_set_data (self->attempt, run_ref (self),
                             (GDestroyNotify) mgr_process_run_unref);
  run_post (self, begin_cb);
}

gboolean
mgr_process_run_start (MgrProcessExecutor  *executor,
                       MgrTaskAttempt      *attempt,
                       GError             **error)
{
  MgrProcessRun *self = run_new (executor, attempt);
  gboolean started;

  self->machine_ooms = executor->place == NULL ? read_machine_ooms (executor) : 0;
  started = mgr_process_launch (executor, attempt->task, self->limit, &self->launch, error);
  if (started)
    run_begin (self);
  mgr_process_run_unref (self);
  return started;
}

void
mgr_process_run_adopt (MgrProcessExecutor *executor,
                       MgrTaskAttempt     *attempt,
                       MgrProcessRecord   *record)
{
  MgrProcessRun *self = run_new (executor, attempt);

  self->adopted = TRUE;
  self->machine_ooms = G_MAXUINT64;
  self->launch.mark = g_strdup (record->mark);
  if (record->group != NULL && g_file_test (record->group, G_FILE_TEST_IS_DIR))
    self->launch.group = mgr_task_cgroup_open (record->group, record->version);
  self->launch.record = record;
  run_begin (self);
  mgr_process_run_unref (self);
}
