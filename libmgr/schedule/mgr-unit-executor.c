/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-unit-executor.h"

#include "base/mgr-error.h"
#include "schedule/mgr-spawn-private.h"
#include "schedule/mgr-task-attempt-private.h"
#include "schedule/mgr-unit-private.h"

#include <signal.h>

/**
 * SECTION:mgr-unit-executor
 * @title: MgrUnitExecutor
 * @short_description: runs commands as units of systemd
 *
 * Runs tasks that are commands as transient services of the systemd that a D-Bus
 * connection leads to: that of the user on the session bus, that of the machine on the
 * system bus. systemd makes the cgroup, holds the service to its grant (`MemoryMax`, no
 * swap), ends all of it together, and writes its output to the journal of the machine
 * unless #MgrTask:output-path takes it. Where this program may make no cgroups itself, that
 * is the way to a limit that the kernel keeps.
 *
 * A service has the environment and the directory that a command would have, and nothing
 * else of this program. If systemd goes away, its tasks end with %MGR_TASK_REASON_LOST.
 *
 * It is used in the context in which its scheduler was made, and works there.
 */

/* systemd says what changes, but not how much memory a service holds. */
#define LOOK_INTERVAL_MS 500

#define USUAL_GRACE (5 * G_TIME_SPAN_SECOND)

/**
 * MgrUnitExecutor:
 *
 * Runs commands as units of systemd.
 *
 * Since: 1.0
 */
struct _MgrUnitExecutor
{
  GObject parent_instance;

  GDBusConnection *connection; /* (owned) */
  gint64 grace;                /* µs */
  GPtrArray *runs;             /* (owned) (element-type Run) */
  guint watch_id;              /* 0: nothing was started yet */
};

/* A unit of an attempt. */
typedef struct
{
  grefcount ref_count;
  MgrUnitExecutor *executor; /* (owned) */
  MgrTaskAttempt *attempt;   /* (owned) (nullable) once its end was told */
  char *name;                /* (owned) */
  char *path;                /* (owned) (nullable) until systemd tells */
  guint changed_id;          /* 0: nothing is listened to */
  guint look_id;             /* 0: nobody looks */
  guint n_asked;             /* answers that are to come, of which the last counts */
  gboolean stops;            /* it was asked to end before it was there */
  MgrUnitState state;
} Run;

typedef enum
{
  PROP_CONNECTION = 1,
  PROP_GRACE,
} MgrUnitExecutorProperty;

static GParamSpec *props[PROP_GRACE + 1];

static void mgr_unit_executor_executor_init (MgrExecutorInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrUnitExecutor, mgr_unit_executor, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_EXECUTOR,
                                                      mgr_unit_executor_executor_init))

/**
 * mgr_unit_executor_new:
 * @connection: to the bus on which systemd is
 *
 * Makes an executor of units, “units”.
 *
 * Returns: (transfer full): an executor
 *
 * Since: 1.0
 */
MgrExecutor *
mgr_unit_executor_new (GDBusConnection *connection)
{
  g_return_val_if_fail (G_IS_DBUS_CONNECTION (connection), NULL);

  return g_object_new (MGR_TYPE_UNIT_EXECUTOR, "connection", connection, NULL);
}

static Run *
run_ref (Run *run)
{
  g_ref_count_inc (&run->ref_count);
  return run;
}

static void
run_unref (Run *run)
{
  if (!g_ref_count_dec (&run->ref_count))
    return;

  g_clear_pointer (&run->attempt, mgr_task_attempt_unref);
  g_object_unref (run->executor);
  g_free (run->name);
  g_free (run->path);
  g_free (run->state.result);
  g_free (run);
}

static void
run_call (Run                 *run,
          const char          *path,
          const char          *interface,
          const char          *method,
          GVariant            *arguments,
          GAsyncReadyCallback  callback)
{
  g_dbus_connection_call (run->executor->connection, MGR_SYSTEMD_NAME, path, interface, method,
                          arguments, NULL, G_DBUS_CALL_FLAGS_NONE, -1, NULL, callback,
                          callback != NULL ? run_ref (run) : NULL);
}

static void
run_call_manager (Run                 *run,
                  const char          *method,
                  GVariant            *arguments,
                  GAsyncReadyCallback  callback)
{
  run_call (run, MGR_SYSTEMD_PATH, MGR_SYSTEMD_MANAGER, method, arguments, callback);
}

/* systemd forgets a unit once nobody refers to it, and one that failed once it is told. */
static void
run_let_go (Run *run)
{
  if (run->changed_id != 0)
    g_dbus_connection_signal_unsubscribe (run->executor->connection, run->changed_id);
  if (run->look_id != 0)
    g_source_remove (run->look_id);
  run->changed_id = 0;
  run->look_id = 0;
  if (run->path == NULL)
    return;

  run_call_manager (run, "ResetFailedUnit", g_variant_new ("(s)", run->name), NULL);
  run_call_manager (run, "UnrefUnit", g_variant_new ("(s)", run->name), NULL);
}

static void
run_finish (Run           *run,
            MgrTaskReason  reason,
            const GError  *error)
{
  g_autoptr (MgrUnitExecutor) keep_alive = g_object_ref (run->executor);
  g_autoptr (MgrTaskAttempt) attempt = g_steal_pointer (&run->attempt);
  int exit_status = run->state.exit_status;

  if (attempt == NULL)
    return;

  run_let_go (run);
  g_ptr_array_remove_fast (keep_alive->runs, run);
  mgr_task_attempt_report_finished (attempt, reason, exit_status, error);
}

static void
run_end (Run *run)
{
  g_autoptr (GError) error = NULL;

  if (run->state.reason == MGR_TASK_REASON_ERROR)
    g_set_error (&error, MGR_ERROR, MGR_ERROR_FAILED,
                 "The unit “%s” of task “%s” ended with exit status %d (%s): see its journal",
                 run->name, run->attempt->task->name, run->state.exit_status, run->state.result);
  run_finish (run, run->state.reason, error);
}

static void
run_fail (Run          *run,
          const GError *cause)
{
  g_autoptr (GError) error = NULL;

  if (run->attempt == NULL)
    return;

  error = g_error_new (MGR_ERROR, MGR_ERROR_NOT_AVAILABLE,
                       "systemd does not run task “%s”: %s", run->attempt->task->name,
                       cause->message);
  run_finish (run, MGR_TASK_REASON_ERROR, error);
}

/* Who has ended and forgot is no longer there to be asked. */
static void
properties_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  Run *run = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) properties = NULL;

  reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  run->n_asked--;
  if (run->attempt == NULL)
    {
      run_unref (run);
      return;
    }

  if (reply == NULL)
    {
      run_finish (run, MGR_TASK_REASON_LOST, NULL);
    }
  else
    {
      g_variant_get (reply, "(@a{sv})", &properties);
      mgr_unit_state_update (&run->state, properties);
      if (run->state.memory > 0)
        mgr_task_attempt_report_measured (run->attempt, run->state.memory);
      if (run->state.ended && run->n_asked == 0)
        run_end (run);
    }
  run_unref (run);
}

/* The service first: what the unit says last is whether that was its end. */
static void
run_ask (Run *run)
{
  run->n_asked += 2;
  run_call (run, run->path, "org.freedesktop.DBus.Properties", "GetAll",
            g_variant_new ("(s)", MGR_SYSTEMD_SERVICE), properties_cb);
  run_call (run, run->path, "org.freedesktop.DBus.Properties", "GetAll",
            g_variant_new ("(s)", MGR_SYSTEMD_UNIT), properties_cb);
}

static void
changed_cb (GDBusConnection *connection,
            const char      *sender,
            const char      *path,
            const char      *interface,
            const char      *signal_name,
            GVariant        *parameters,
            gpointer         user_data)
{
  run_ask (user_data);
}

static gboolean
look_cb (gpointer user_data)
{
  Run *run = user_data;

  if (run->n_asked == 0)
    run_ask (run);
  return G_SOURCE_CONTINUE;
}

static void
run_add_look (Run *run)
{
  g_autoptr (GSource) source = g_timeout_source_new (LOOK_INTERVAL_MS);

  g_source_set_callback (source, look_cb, run_ref (run), (GDestroyNotify) run_unref);
  run->look_id = g_source_attach (source, g_main_context_get_thread_default ());
}

static void
unit_cb (GObject      *source,
         GAsyncResult *result,
         gpointer      user_data)
{
  Run *run = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;

  reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  if (reply == NULL)
    {
      run_fail (run, error);
    }
  else if (run->attempt != NULL)
    {
      g_variant_get (reply, "(o)", &run->path);
      run->changed_id =
        g_dbus_connection_signal_subscribe (run->executor->connection, MGR_SYSTEMD_NAME,
                                            "org.freedesktop.DBus.Properties",
                                            "PropertiesChanged", run->path, NULL,
                                            G_DBUS_SIGNAL_FLAGS_NONE, changed_cb, run_ref (run),
                                            (GDestroyNotify) run_unref);
      run_add_look (run);
      run_ask (run);
      if (run->stops)
        run_call_manager (run, "StopUnit", g_variant_new ("(ss)", run->name, "replace"), NULL);
    }
  run_unref (run);
}

static void
started_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  Run *run = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;

  reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);
  if (reply == NULL)
    run_fail (run, error);
  else
    run_call_manager (run, "GetUnit", g_variant_new ("(s)", run->name), unit_cb);
  run_unref (run);
}

/* All that it ran is known to nobody any more, whether it goes on or not. */
static void
vanished_cb (GDBusConnection *connection,
             const char      *name,
             gpointer         user_data)
{
  MgrUnitExecutor *self = user_data;
  g_autoptr (MgrUnitExecutor) keep_alive = g_object_ref (self);
  g_autoptr (GPtrArray) runs = g_ptr_array_new_with_free_func ((GDestroyNotify) run_unref);

  for (guint i = 0; i < self->runs->len; i++)
    g_ptr_array_add (runs, run_ref (g_ptr_array_index (self->runs, i)));
  for (guint i = 0; i < runs->len; i++)
    run_finish (g_ptr_array_index (runs, i), MGR_TASK_REASON_LOST, NULL);
}

/* systemd sends no signals before somebody asks for them. */
static void
executor_listen (MgrUnitExecutor *self)
{
  if (self->watch_id != 0)
    return;

  self->watch_id = g_bus_watch_name_on_connection (self->connection, MGR_SYSTEMD_NAME,
                                                   G_BUS_NAME_WATCHER_FLAGS_NONE, NULL,
                                                   vanished_cb, self, NULL);
  g_dbus_connection_call (self->connection, MGR_SYSTEMD_NAME, MGR_SYSTEMD_PATH,
                          MGR_SYSTEMD_MANAGER, "Subscribe", NULL, NULL, G_DBUS_CALL_FLAGS_NONE,
                          -1, NULL, NULL, NULL);
}

static const char *
mgr_unit_executor_get_name (MgrExecutor *executor)
{
  return "units";
}

static MgrExecutorFlags
mgr_unit_executor_get_flags (MgrExecutor *executor)
{
  return MGR_EXECUTOR_COMMANDS | MGR_EXECUTOR_MEASURES | MGR_EXECUTOR_LIMITS | MGR_EXECUTOR_KILLS;
}

static gboolean
mgr_unit_executor_start (MgrExecutor     *executor,
                         MgrTaskAttempt  *attempt,
                         GError         **error)
{
  MgrUnitExecutor *self = MGR_UNIT_EXECUTOR (executor);
  const MgrTaskSetup *setup = attempt->task->setup;
  g_autofree char *program = NULL;
  g_autofree char *id = NULL;
  Run *run;

  program = mgr_spawn_find_program (setup->argv[0], (const char * const *) setup->environment,
                                    setup->directory, error);
  if (program == NULL)
    return FALSE;

  executor_listen (self);
  id = g_uuid_string_random ();
  run = g_new0 (Run, 1);
  g_ref_count_init (&run->ref_count);
  run->executor = g_object_ref (self);
  run->attempt = mgr_task_attempt_ref (attempt);
  run->name = g_strdup_printf ("libmgr-%s.service", id);
  run->state.exit_status = -1;
  mgr_task_attempt_set_data (attempt, run_ref (run), (GDestroyNotify) run_unref);
  g_ptr_array_add (self->runs, run);
  run_call_manager (run, "StartTransientUnit",
                    mgr_unit_describe (run->name, attempt->task, program, attempt->grant,
                                       self->grace),
                    started_cb);
  return TRUE;
}

static void
mgr_unit_executor_stop (MgrExecutor    *executor,
                        MgrTaskAttempt *attempt)
{
  Run *run = mgr_task_attempt_get_data (attempt);

  if (run == NULL || run->attempt == NULL)
    return;

  run->stops = TRUE;
  if (run->path != NULL)
    run_call_manager (run, "StopUnit", g_variant_new ("(ss)", run->name, "replace"), NULL);
}

static void
mgr_unit_executor_kill (MgrExecutor    *executor,
                        MgrTaskAttempt *attempt)
{
  Run *run = mgr_task_attempt_get_data (attempt);

  if (run != NULL && run->attempt != NULL)
    run_call_manager (run, "KillUnit", g_variant_new ("(ssi)", run->name, "all", SIGKILL), NULL);
}

static void
mgr_unit_executor_executor_init (MgrExecutorInterface *iface)
{
  iface->get_name = mgr_unit_executor_get_name;
  iface->get_flags = mgr_unit_executor_get_flags;
  iface->start = mgr_unit_executor_start;
  iface->stop = mgr_unit_executor_stop;
  iface->kill = mgr_unit_executor_kill;
}

static void
mgr_unit_executor_set_property (GObject      *object,
                                guint         prop_id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  MgrUnitExecutor *self = MGR_UNIT_EXECUTOR (object);

  switch ((MgrUnitExecutorProperty) prop_id)
    {
    case PROP_CONNECTION:
      self->connection = g_value_dup_object (value);
      break;
    case PROP_GRACE:
      self->grace = g_value_get_int64 (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
mgr_unit_executor_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  MgrUnitExecutor *self = MGR_UNIT_EXECUTOR (object);

  switch ((MgrUnitExecutorProperty) prop_id)
    {
    case PROP_CONNECTION:
      g_value_set_object (value, self->connection);
      break;
    case PROP_GRACE:
      g_value_set_int64 (value, self->grace);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
mgr_unit_executor_dispose (GObject *object)
{
  MgrUnitExecutor *self = MGR_UNIT_EXECUTOR (object);

  if (self->watch_id != 0)
    g_bus_unwatch_name (self->watch_id);
  self->watch_id = 0;
  g_clear_object (&self->connection);

  G_OBJECT_CLASS (mgr_unit_executor_parent_class)->dispose (object);
}

static void
mgr_unit_executor_finalize (GObject *object)
{
  g_ptr_array_unref (MGR_UNIT_EXECUTOR (object)->runs);

  G_OBJECT_CLASS (mgr_unit_executor_parent_class)->finalize (object);
}

static void
mgr_unit_executor_class_init (MgrUnitExecutorClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = mgr_unit_executor_dispose;
  object_class->finalize = mgr_unit_executor_finalize;
  object_class->set_property = mgr_unit_executor_set_property;
  object_class->get_property = mgr_unit_executor_get_property;

  /**
   * MgrUnitExecutor:connection:
   *
   * To the bus on which systemd is.
   *
   * Since: 1.0
   */
  props[PROP_CONNECTION] =
    g_param_spec_object ("connection", NULL, NULL, G_TYPE_DBUS_CONNECTION, flags);

  /**
   * MgrUnitExecutor:grace:
   *
   * How long a command has between `SIGTERM` and `SIGKILL`, in microseconds.
   *
   * Since: 1.0
   */
  props[PROP_GRACE] =
    g_param_spec_int64 ("grace", NULL, NULL, 0, G_MAXINT64, USUAL_GRACE, flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
mgr_unit_executor_init (MgrUnitExecutor *self)
{
  self->runs = g_ptr_array_new_with_free_func ((GDestroyNotify) run_unref);
}
