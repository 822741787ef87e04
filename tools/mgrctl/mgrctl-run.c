/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-follow.h"
#include "mgrctl-lease.h"
#include "mgrctl-print.h"
#include "mgrctl-target.h"

#include <mgr.h>

#include <glib-unix.h>

/* As env(1) and nice(1) have it: mgrctl itself failed, or there is no such command. The
 * statuses below are those of the command. */
#define EXIT_RUN_FAILED 125
#define EXIT_NO_COMMAND 127
#define EXIT_INTERRUPTED 130

#define REPORT_INTERVAL_MS 500

#define FOREGROUND "foreground"

static char *memory;
static char *priority;
static char *executor_name;
static char *directory;
static gboolean local;
static gboolean quiet;
static char *proc_path;
static char *cgroup_path;

const GOptionEntry mgrctl_run_entries[] = {
  { "memory", 0, 0, G_OPTION_ARG_STRING, &memory,
    "How much memory it may take, such as 2G", "SIZE" },
  { "priority", 0, 0, G_OPTION_ARG_STRING, &priority,
    "How much it matters: critical, high, normal (the default), low or deferred", "PRIORITY" },
  { "executor", 0, 0, G_OPTION_ARG_STRING, &executor_name,
    "Where it runs: processes (the default), units or slurm", "EXECUTOR" },
  { "directory", 0, 0, G_OPTION_ARG_FILENAME, &directory,
    "With slurm: a folder for its output, which the nodes see too", "FOLDER" },
  { "local", 0, 0, G_OPTION_ARG_NONE, &local,
    "Ask no program for its turn, but go by the memory of this machine", NULL },
  { "quiet", 0, 0, G_OPTION_ARG_NONE, &quiet, "Print no summary", NULL },
  { "proc-path", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &proc_path, NULL, NULL },
  { "cgroup-path", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &cgroup_path, NULL, NULL },
  { NULL, }
};

typedef struct
{
  const MgrctlOptions *options; /* (unowned) */
  guint64 bytes;                /* what it may take */
  MgrTaskPriority priority;
  MgrManager *manager;          /* (owned) (nullable) */
  MgrTask *task;                /* (owned) (nullable) */
  MgrctlLease *lease;           /* (owned) (nullable): no program granted it */
  MgrctlFollow *output;         /* (owned) (nullable): it writes to what is there */
  GCancellable *cancellable;    /* (owned): the user wants no more */
  gboolean waited;              /* for its task */
  gint64 asked;                 /* µs */
  gint64 started;               /* µs; 0: it never was */
  gint64 ended;                 /* µs */
} Run;

static void
run_clear (Run *run)
{
  g_clear_pointer (&run->lease, mgrctl_lease_release);
  g_clear_pointer (&run->output, mgrctl_follow_free);
  g_clear_object (&run->task);
  g_clear_object (&run->manager);
  g_clear_object (&run->cancellable);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static gboolean
parse_request (Run     *run,
               GError **error)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (MGR_TYPE_TASK_PRIORITY);
  const GEnumValue *value;

  if (memory == NULL)
    {
      g_set_error_literal (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                           "Say how much memory the command may take, as in “--memory 2G”");
      return FALSE;
    }
  if (!mgr_size_parse (memory, &run->bytes, error))
    return FALSE;

  value = g_enum_get_value_by_nick (klass, priority != NULL ? priority : "normal");
  if (run->bytes == 0 || value == NULL)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   value == NULL ? "There is no priority “%s”: use critical, high, normal, low or "
                                   "deferred"
                                 : "No command runs in %s of memory: ask for more",
                   value == NULL ? priority : memory);
      return FALSE;
    }

  run->priority = (MgrTaskPriority) value->value;
  return TRUE;
}

/* All that this machine, or the cgroup of this process, has. */
static void
run_make_manager (Run *run)
{
  g_autoptr (MgrMemoryLimits) limits = mgr_memory_limits_new (proc_path, cgroup_path);

  mgr_memory_limits_refresh (limits, NULL);
  run->manager = g_object_new (MGR_TYPE_MANAGER,
                               "total-budget", mgr_memory_limits_get_limit (limits),
                               "proc-path", proc_path, "cgroup-path", cgroup_path, NULL);
}

static gboolean
runs_elsewhere (void)
{
  return g_strcmp0 (executor_name, "slurm") == 0;
}

/* What an earlier command left on the cluster is no business of this one. */
static MgrExecutor *
make_slurm_executor (void)
{
  return g_object_new (MGR_TYPE_SLURM_EXECUTOR, "directory", directory, "recovery", FALSE, NULL);
}

/* Returns: (transfer full) (nullable) */
static MgrExecutor *
make_executor (Run     *run,
               GError **error)
{
  if (executor_name == NULL || g_str_equal (executor_name, "processes"))
    return g_object_new (MGR_TYPE_PROCESS_EXECUTOR, "name", FOREGROUND, "foreground", TRUE,
                         "monitor", mgr_manager_get_monitor (run->manager), NULL);
  if (g_str_equal (executor_name, "units"))
    {
      g_autoptr (GDBusConnection) connection = mgrctl_connect (run->options, error);

      return connection != NULL ? mgr_unit_executor_new (connection) : NULL;
    }
  if (runs_elsewhere ())
    return make_slurm_executor ();

  g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND,
               "There is no executor “%s”: use processes, units or slurm", executor_name);
  return NULL;
}

/* What it writes comes through a file that both sides see. */
static gboolean
run_follow_output (Run          *run,
                   MgrExecutor  *executor,
                   GError      **error)
{
  g_autofree char *folder = NULL;

  if (!runs_elsewhere ())
    return TRUE;

  g_object_get (executor, "directory", &folder, NULL);
  run->output = mgrctl_follow_new (folder, error);
  if (run->output == NULL)
    return FALSE;

  g_object_set (run->task, "output-path", mgrctl_follow_get_path (run->output), NULL);
  mgrctl_follow_start (run->output);
  return TRUE;
}

/* A command that takes more is not run a second time, as nobody knows what it has done. */
static gboolean
run_make_task (Run         *run,
               MgrExecutor *executor,
               GError     **error)
{
  const char *const *argv = run->options->arguments;
  g_autofree char *name = g_path_get_basename (argv[0]);
  g_autofree char *shown = g_filename_display_name (name);

  run->task = mgr_task_new_command (shown, argv);
  g_object_set (run->task, "memory", run->bytes, "priority", run->priority,
                "preemptible", FALSE, "executor", mgr_executor_get_name (executor), NULL);
  return run_follow_output (run, executor, error);
}

static gboolean
interrupted_cb (gpointer user_data)
{
  Run *run = user_data;

  g_cancellable_cancel (run->cancellable);
  if (run->task != NULL)
    mgr_scheduler_cancel (mgr_manager_get_scheduler (run->manager), run->task, NULL);
  return G_SOURCE_CONTINUE;
}

static void
lease_ending_cb (gpointer user_data)
{
  g_printerr ("mgrctl: The program asks for the memory back: the command is ended\n");
  interrupted_cb (user_data);
}

static void
state_changed_cb (MgrTask      *task,
                  MgrTaskState  state,
                  gpointer      user_data)
{
  Run *run = user_data;

  if (state == MGR_TASK_STATE_RUNNING && run->started == 0)
    run->started = g_get_monotonic_time ();
}

static void
say_why (const char *why)
{
  g_autofree char *printable = mgrctl_printable (why);

  g_printerr ("mgrctl: %s\n", printable);
}

static gboolean
say_why_cb (gpointer user_data)
{
  Run *run = user_data;
  g_autofree char *why = NULL;

  if (mgr_task_get_state (run->task) != MGR_TASK_STATE_WAITING || quiet)
    return G_SOURCE_REMOVE;

  why = mgr_scheduler_explain (mgr_manager_get_scheduler (run->manager), run->task);
  say_why (why);
  return G_SOURCE_REMOVE;
}

static gboolean
report_cb (gpointer user_data)
{
  Run *run = user_data;

  mgrctl_lease_report (run->lease, mgr_task_get_peak (run->task));
  return G_SOURCE_CONTINUE;
}

static void
waited_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Run *run = user_data;

  mgr_task_wait_finish (MGR_TASK (source), result, NULL);
  run->ended = g_get_monotonic_time ();
  run->waited = TRUE;
}

static void
run_wait (Run *run)
{
  guint why_id = g_timeout_add (MGRCTL_SAY_WHY_AFTER_MS, say_why_cb, run);
  guint report_id = 0;

  if (run->lease != NULL)
    {
      mgrctl_lease_watch (run->lease, lease_ending_cb, run);
      report_id = g_timeout_add (REPORT_INTERVAL_MS, report_cb, run);
    }
  mgr_task_wait_async (run->task, NULL, waited_cb, run);
  while (!run->waited)
    g_main_context_iteration (NULL, TRUE);

  if (g_main_context_find_source_by_id (NULL, why_id) != NULL)
    g_source_remove (why_id);
  if (report_id != 0)
    g_source_remove (report_id);
}

static gint64
run_get_wait (Run *run)
{
  gint64 until = run->started > 0 ? run->started : run->ended;

  return until - run->asked;
}

static void
print_json_summary (Run        *run,
                    const char *reason)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) node = json_node_alloc ();
  g_autofree char *text = NULL;

  json_object_set_string_member (object, "reason", reason);
  json_object_set_int_member (object, "exit-status", mgr_task_get_exit_status (run->task));
  json_object_set_int_member (object, "granted", (gint64) run->bytes);
  json_object_set_int_member (object, "peak", (gint64) mgr_task_get_peak (run->task));
  json_object_set_int_member (object, "waited", run_get_wait (run));
  json_object_set_int_member (object, "ran", run->started > 0 ? run->ended - run->started : 0);
  json_node_init_object (node, object);
  text = json_to_string (node, FALSE);
  g_printerr ("%s\n", text);
}

/* The standard output belongs to the command. */
static void
print_summary (Run        *run,
               const char *reason)
{
  g_autofree char *granted = mgr_size_format (run->bytes);
  guint64 bytes = mgr_task_get_peak (run->task);
  g_autofree char *peak = bytes > 0 ? mgr_size_format (bytes) : g_strdup ("nothing measured");

  if (run->options->json)
    print_json_summary (run, reason);
  else
    g_printerr ("mgrctl: %s: took %s of %s, waited %.1f s, ran %.1f s\n", reason, peak, granted,
                (double) run_get_wait (run) / G_USEC_PER_SEC,
                run->started > 0 ? (double) (run->ended - run->started) / G_USEC_PER_SEC : 0.0);
}

/* A job that was cancelled may have no status, which is 0 as well. */
static int
run_get_exit_status (Run          *run,
                     const GError *error)
{
  int status = mgr_task_get_exit_status (run->task);

  if (status > 0 || mgr_task_get_reason (run->task) == MGR_TASK_REASON_DONE)
    return status;
  if (g_error_matches (error, MGR_ERROR, MGR_ERROR_NOT_FOUND))
    return EXIT_NO_COMMAND;

  return g_cancellable_is_cancelled (run->cancellable) ? EXIT_INTERRUPTED : EXIT_RUN_FAILED;
}

/* How it ended, in words and as the status. */
static int
run_tell (Run *run)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (MGR_TYPE_TASK_REASON);
  MgrTaskReason reason = mgr_task_get_reason (run->task);
  g_autoptr (GError) error = NULL;

  mgr_task_get_result (run->task, NULL, &error);
  if (reason == MGR_TASK_REASON_OOM || mgr_task_get_exit_status (run->task) < 0)
    mgrctl_print_error ("%s", error->message);
  if (!quiet)
    print_summary (run, g_enum_get_value (klass, (int) reason)->value_nick);
  return run_get_exit_status (run, error);
}

static gboolean
run_submit (Run     *run,
            GError **error)
{
  MgrScheduler *scheduler = mgr_manager_get_scheduler (run->manager);
  g_autoptr (MgrExecutor) executor = make_executor (run, error);

  if (executor == NULL || !mgr_scheduler_add_executor (scheduler, executor, error)
      || !run_make_task (run, executor, error))
    return FALSE;

  g_signal_connect (run->task, "state-changed", G_CALLBACK (state_changed_cb), run);
  return mgr_scheduler_submit (scheduler, run->task, error);
}

/* Its turn is that of the program that shares its memory with it, where there is one;
 * elsewhere it takes nothing of that. */
static gboolean
run_take_turn (Run     *run,
               GError **error)
{
  g_autoptr (GError) refused = NULL;

  if (local || runs_elsewhere ())
    return TRUE;

  run->lease = mgrctl_lease_acquire (run->options, run->options->arguments[0], run->bytes,
                                     priority, quiet ? NULL : say_why, run->cancellable, &refused);
  if (refused == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&refused));
  return FALSE;
}

MgrctlExit
mgrctl_run (const MgrctlOptions *options)
{
  g_auto (Run) run = { .options = options, .asked = g_get_monotonic_time () };
  g_autoptr (GError) error = NULL;

  if (!parse_request (&run, &error))
    {
      mgrctl_print_error ("%s", error->message);
      return MGRCTL_EXIT_USAGE;
    }

  run.cancellable = g_cancellable_new ();
  g_unix_signal_add (SIGINT, interrupted_cb, &run);
  g_unix_signal_add (SIGTERM, interrupted_cb, &run);
  g_unix_signal_add (SIGHUP, interrupted_cb, &run);
  run_make_manager (&run);
  if (!run_take_turn (&run, &error) || !run_submit (&run, &error))
    {
      mgrctl_print_error ("%s", error->message);
      return (MgrctlExit) (g_cancellable_is_cancelled (run.cancellable) ? EXIT_INTERRUPTED
                                                                       : EXIT_RUN_FAILED);
    }

  run_wait (&run);
  g_clear_pointer (&run.output, mgrctl_follow_free);
  return (MgrctlExit) run_tell (&run);
}
