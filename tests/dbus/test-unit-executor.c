/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "base/mgr-clock.h"
#include "schedule/mgr-scheduler-private.h"
#include "schedule/mgr-unit-private.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

/* Against a peer that answers as systemd does, on a bus of its own: what it is told is
 * looked at, and each unit goes the way that the test says. */

#define MIB (G_GUINT64_CONSTANT (1) << 20)
#define UNIT_PATH "/org/freedesktop/systemd1/unit/one"
#define PROPERTIES "org.freedesktop.DBus.Properties"

static const char manager_xml[] =
  "<node><interface name='org.freedesktop.systemd1.Manager'>"
  "<method name='Subscribe'/>"
  "<method name='StartTransientUnit'><arg type='s' direction='in'/><arg type='s' direction='in'/>"
  "<arg type='a(sv)' direction='in'/><arg type='a(sa(sv))' direction='in'/>"
  "<arg type='o' direction='out'/></method>"
  "<method name='GetUnit'><arg type='s' direction='in'/><arg type='o' direction='out'/></method>"
  "<method name='StopUnit'><arg type='s' direction='in'/><arg type='s' direction='in'/>"
  "<arg type='o' direction='out'/></method>"
  "<method name='KillUnit'><arg type='s' direction='in'/><arg type='s' direction='in'/>"
  "<arg type='i' direction='in'/></method>"
  "<method name='ResetFailedUnit'><arg type='s' direction='in'/></method>"
  "<method name='UnrefUnit'><arg type='s' direction='in'/></method>"
  "</interface></node>";

/* Interfaces that are answered by hand: GDBus has its own GetAll otherwise. */
static const char unit_xml[] =
  "<node><interface name='org.freedesktop.systemd1.Unit'>"
  "<property name='ActiveState' type='s' access='read'/>"
  "<property name='Job' type='(uo)' access='read'/></interface>"
  "<interface name='org.freedesktop.systemd1.Service'>"
  "<property name='Result' type='s' access='read'/>"
  "<property name='ExecMainCode' type='i' access='read'/>"
  "<property name='ExecMainStatus' type='i' access='read'/>"
  "<property name='MemoryCurrent' type='t' access='read'/></interface></node>";

typedef struct
{
  GTestDBus *bus;              /* (owned) */
  GDBusConnection *server;     /* (owned) */
  GDBusConnection *client;     /* (owned) */
  GDBusNodeInfo *manager_info; /* (owned) */
  GDBusNodeInfo *unit_info;    /* (owned) */
  guint owner_id;
  MgrManager *manager;         /* (owned) */
  MgrScheduler *scheduler;     /* (owned) */
  MgrTask *task;               /* (owned) */

  GString *log;                /* (owned): what was asked */
  GVariant *described;         /* (owned) (nullable): a(sv) of the unit */
  const char *refusal;         /* (nullable): a D-Bus error in place of a unit */
  const char *active;
  const char *result;
  guint job;
  int code;
  int status;
  guint64 memory;
} Fixture;

static void
manager_called (GDBusConnection       *connection,
                const char            *sender,
                const char            *path,
                const char            *interface,
                const char            *method,
                GVariant              *arguments,
                GDBusMethodInvocation *invocation,
                gpointer               user_data)
{
  Fixture *fixture = user_data;

  g_string_append_printf (fixture->log, "%s ", method);
  if (g_str_equal (method, "StartTransientUnit"))
    {
      if (fixture->refusal != NULL)
        {
          g_dbus_method_invocation_return_dbus_error (invocation, fixture->refusal, "Not today");
          return;
        }
      g_clear_pointer (&fixture->described, g_variant_unref);
      fixture->described = g_variant_get_child_value (arguments, 2);
      g_dbus_method_invocation_return_value (invocation, g_variant_new ("(o)", "/job/1"));
    }
  else if (g_str_equal (method, "GetUnit"))
    {
      g_dbus_method_invocation_return_value (invocation, g_variant_new ("(o)", UNIT_PATH));
    }
  else if (g_str_equal (method, "StopUnit"))
    {
      g_dbus_method_invocation_return_value (invocation, g_variant_new ("(o)", "/job/2"));
    }
  else
    {
      g_dbus_method_invocation_return_value (invocation, NULL);
    }
}

static GVariant *
get_property (GDBusConnection  *connection,
              const char       *sender,
              const char       *path,
              const char       *interface,
              const char       *name,
              GError          **error,
              gpointer          user_data)
{
  Fixture *fixture = user_data;

  if (g_str_equal (name, "ActiveState"))
    return g_variant_new_string (fixture->active);
  if (g_str_equal (name, "Job"))
    return g_variant_new ("(uo)", fixture->job, "/");
  if (g_str_equal (name, "Result"))
    return g_variant_new_string (fixture->result);
  if (g_str_equal (name, "ExecMainCode"))
    return g_variant_new_int32 (fixture->code);
  if (g_str_equal (name, "ExecMainStatus"))
    return g_variant_new_int32 (fixture->status);

  return g_variant_new_uint64 (fixture->memory);
}

static const GDBusInterfaceVTable manager_vtable = { .method_call = manager_called };
static const GDBusInterfaceVTable unit_vtable = { .get_property = get_property };

static GDBusConnection *
connect_to (GTestDBus *bus)
{
  g_autoptr (GError) error = NULL;
  GDBusConnection *connection;

  connection = g_dbus_connection_new_for_address_sync (g_test_dbus_get_bus_address (bus),
                                                       G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT
                                                       | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                                       NULL, NULL, &error);
  g_assert_no_error (error);
  return connection;
}

static void
export (Fixture                    *fixture,
        const char                 *path,
        GDBusInterfaceInfo         *info,
        const GDBusInterfaceVTable *vtable)
{
  g_autoptr (GError) error = NULL;

  g_dbus_connection_register_object (fixture->server, path, info, vtable, fixture, NULL, &error);
  g_assert_no_error (error);
}

static void
acquired_cb (GDBusConnection *connection,
             const char      *name,
             gpointer         user_data)
{
  *(gboolean *) user_data = TRUE;
}

static void
make_systemd (Fixture *fixture)
{
  gboolean acquired = FALSE;

  fixture->manager_info = g_dbus_node_info_new_for_xml (manager_xml, NULL);
  fixture->unit_info = g_dbus_node_info_new_for_xml (unit_xml, NULL);
  export (fixture, MGR_SYSTEMD_PATH, fixture->manager_info->interfaces[0], &manager_vtable);
  export (fixture, UNIT_PATH, fixture->unit_info->interfaces[0], &unit_vtable);
  export (fixture, UNIT_PATH, fixture->unit_info->interfaces[1], &unit_vtable);
  fixture->owner_id = g_bus_own_name_on_connection (fixture->server, MGR_SYSTEMD_NAME,
                                                    G_BUS_NAME_OWNER_FLAGS_NONE, acquired_cb, NULL,
                                                    &acquired, NULL);
  while (!acquired)
    g_main_context_iteration (NULL, TRUE);
}

static void
set_up (Fixture       *fixture,
        gconstpointer  user_data)
{
  const char *argv[] = { "sh", "-c", "true", NULL };
  g_autoptr (MgrExecutor) executor = NULL;

  fixture->bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_test_dbus_up (fixture->bus);
  fixture->server = connect_to (fixture->bus);
  fixture->client = connect_to (fixture->bus);
  fixture->log = g_string_new (NULL);
  fixture->active = "active";
  fixture->result = "success";
  make_systemd (fixture);

  fixture->manager = mgr_manager_new (1000 * MIB);
  fixture->scheduler = mgr_scheduler_new (mgr_manager_get_root (fixture->manager), NULL, NULL,
                                          mgr_clock_get_default ());
  executor = mgr_unit_executor_new (fixture->client);
  g_assert_true (mgr_scheduler_add_executor (fixture->scheduler, executor, NULL));
  fixture->task = mgr_task_new_command ("unit", argv);
  g_object_set (fixture->task, "memory", 64 * MIB, NULL);
}

static void
settle (Fixture *fixture)
{
  g_assert_true (g_dbus_connection_flush_sync (fixture->client, NULL, NULL));
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  user_data)
{
  mgr_scheduler_close (fixture->scheduler);
  settle (fixture);
  g_assert_cmpuint (mgr_component_get_used (mgr_manager_get_root (fixture->manager)), ==, 0);
  g_clear_object (&fixture->task);
  g_clear_object (&fixture->scheduler);
  g_clear_object (&fixture->manager);
  settle (fixture);
  if (fixture->owner_id != 0)
    g_bus_unown_name (fixture->owner_id);
  g_clear_pointer (&fixture->described, g_variant_unref);
  g_dbus_connection_close_sync (fixture->client, NULL, NULL);
  g_dbus_connection_close_sync (fixture->server, NULL, NULL);
  g_clear_object (&fixture->client);
  g_clear_object (&fixture->server);
  g_clear_pointer (&fixture->manager_info, g_dbus_node_info_unref);
  g_clear_pointer (&fixture->unit_info, g_dbus_node_info_unref);
  g_test_dbus_down (fixture->bus);
  g_clear_object (&fixture->bus);
  g_string_free (fixture->log, TRUE);
}

static void
submit (Fixture *fixture)
{
  g_autoptr (GError) error = NULL;

  mgr_scheduler_submit (fixture->scheduler, fixture->task, &error);
  g_assert_no_error (error);
}

static void
wait_for_call (Fixture    *fixture,
               const char *method)
{
  while (strstr (fixture->log->str, method) == NULL)
    g_main_context_iteration (NULL, TRUE);
}

static void
wait_for_end (Fixture *fixture)
{
  while (mgr_task_get_state (fixture->task) != MGR_TASK_STATE_FINISHED)
    g_main_context_iteration (NULL, TRUE);
}

/* Says that something is another now, as systemd does. */
static void
say_changed (Fixture *fixture)
{
  GVariantBuilder changed;
  g_autoptr (GError) error = NULL;

  g_variant_builder_init (&changed, G_VARIANT_TYPE_VARDICT);
  g_dbus_connection_emit_signal (fixture->server, NULL, UNIT_PATH, PROPERTIES, "PropertiesChanged",
                                 g_variant_new ("(sa{sv}as)", MGR_SYSTEMD_UNIT, &changed, NULL),
                                 &error);
  g_assert_no_error (error);
}

static void
end_unit (Fixture    *fixture,
          const char *active,
          const char *result,
          int         code,
          int         status)
{
  fixture->active = active;
  fixture->result = result;
  fixture->code = code;
  fixture->status = status;
  say_changed (fixture);
}

static void
start (Fixture *fixture)
{
  submit (fixture);
  wait_for_call (fixture, "GetUnit");
}

static void
test_done (Fixture       *fixture,
           gconstpointer  user_data)
{
  fixture->memory = 40 * MIB;
  start (fixture);
  while (mgr_task_get_peak (fixture->task) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (mgr_task_get_peak (fixture->task), ==, 40 * MIB);
  g_assert_cmpint (mgr_task_get_state (fixture->task), ==, MGR_TASK_STATE_RUNNING);

  end_unit (fixture, "inactive", "success", CLD_EXITED, 0);
  wait_for_end (fixture);
  g_assert_cmpint (mgr_task_get_reason (fixture->task), ==, MGR_TASK_REASON_DONE);
  g_assert_cmpint (mgr_task_get_exit_status (fixture->task), ==, 0);
  wait_for_call (fixture, "UnrefUnit");
  g_assert_cmpstr (fixture->log->str, ==,
                   "Subscribe StartTransientUnit GetUnit ResetFailedUnit UnrefUnit ");
}

/* It is inactive before its job is done, and has not ended then. */
static void
test_not_begun (Fixture       *fixture,
                gconstpointer  user_data)
{
  fixture->active = "inactive";
  fixture->job = 1;
  fixture->memory = 1;
  start (fixture);
  while (mgr_task_get_peak (fixture->task) == 0)
    g_main_context_iteration (NULL, TRUE);
  settle (fixture);
  g_assert_cmpint (mgr_task_get_state (fixture->task), ==, MGR_TASK_STATE_RUNNING);

  fixture->job = 0;
  end_unit (fixture, "inactive", "success", CLD_EXITED, 0);
  wait_for_end (fixture);
}

static char *
find_property (Fixture    *fixture,
               const char *name)
{
  GVariantIter iter;
  const char *key;
  GVariant *value;
  char *text = NULL;

  g_variant_iter_init (&iter, fixture->described);
  while (g_variant_iter_loop (&iter, "(&sv)", &key, &value))
    if (g_str_equal (key, name))
      {
        g_free (text);
        text = g_variant_print (value, FALSE);
      }

  return text;
}

static void
expect_property (Fixture    *fixture,
                 const char *name,
                 const char *expected)
{
  g_autofree char *text = find_property (fixture, name);

  g_assert_cmpstr (text, ==, expected);
}

static void
test_described (Fixture       *fixture,
                gconstpointer  user_data)
{
  const char *environment[] = { "PATH=/bin", "A=b", NULL };

  g_object_set (fixture->task, "environment", environment, "directory", "/tmp",
                "stdin-path", "/in", "output-path", "/out", NULL);
  start (fixture);
  expect_property (fixture, "Description", "'unit'");
  expect_property (fixture, "ExecStart", "[('/bin/sh', ['sh', '-c', 'true'], false)]");
  expect_property (fixture, "Environment", "['PATH=/bin', 'A=b']");
  expect_property (fixture, "WorkingDirectory", "'/tmp'");
  expect_property (fixture, "StandardInputFile", "'/in'");
  expect_property (fixture, "StandardOutputFileToTruncate", "'/out'");
  expect_property (fixture, "MemoryMax", "67108864");
  expect_property (fixture, "MemorySwapMax", "0");
  expect_property (fixture, "OOMPolicy", "'kill'");
  expect_property (fixture, "TimeoutStopUSec", "5000000");
  expect_property (fixture, "AddRef", "true");
  end_unit (fixture, "inactive", "success", CLD_EXITED, 0);
  wait_for_end (fixture);
}

static void
test_fails (Fixture       *fixture,
            gconstpointer  user_data)
{
  g_autoptr (GError) error = NULL;

  start (fixture);
  end_unit (fixture, "failed", "exit-code", CLD_EXITED, 3);
  wait_for_end (fixture);
  g_assert_cmpint (mgr_task_get_reason (fixture->task), ==, MGR_TASK_REASON_ERROR);
  g_assert_cmpint (mgr_task_get_exit_status (fixture->task), ==, 3);
  g_assert_false (mgr_task_get_result (fixture->task, NULL, &error));
  g_assert_nonnull (strstr (error->message, "exit status 3 (exit-code)"));
}

static void
test_signal (Fixture       *fixture,
             gconstpointer  user_data)
{
  start (fixture);
  end_unit (fixture, "failed", "signal", CLD_KILLED, SIGSEGV);
  wait_for_end (fixture);
  g_assert_cmpint (mgr_task_get_exit_status (fixture->task), ==, 128 + SIGSEGV);
}

/* Tried again with more, as often as that fits. */
static void
test_oom (Fixture       *fixture,
          gconstpointer  user_data)
{
  start (fixture);
  g_string_truncate (fixture->log, 0);
  end_unit (fixture, "failed", "oom-kill", CLD_KILLED, SIGKILL);
  while (mgr_task_get_attempt (fixture->task) < 2)
    g_main_context_iteration (NULL, TRUE);
  fixture->active = "active";
  wait_for_call (fixture, "GetUnit");
  expect_property (fixture, "MemoryMax", "134217728");
  end_unit (fixture, "inactive", "success", CLD_EXITED, 0);
  wait_for_end (fixture);
  g_assert_cmpint (mgr_task_get_reason (fixture->task), ==, MGR_TASK_REASON_DONE);
}

static void
test_cancel (Fixture       *fixture,
             gconstpointer  user_data)
{
  start (fixture);
  settle (fixture);
  g_assert_true (mgr_scheduler_cancel (fixture->scheduler, fixture->task, NULL));
  wait_for_call (fixture, "StopUnit");
  end_unit (fixture, "failed", "signal", CLD_KILLED, SIGTERM);
  wait_for_end (fixture);
  g_assert_cmpint (mgr_task_get_reason (fixture->task), ==, MGR_TASK_REASON_CANCELLED);
}

/* Before systemd has answered. */
static void
test_cancel_early (Fixture       *fixture,
                   gconstpointer  user_data)
{
  submit (fixture);
  while (mgr_task_get_state (fixture->task) != MGR_TASK_STATE_RUNNING)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (mgr_scheduler_cancel (fixture->scheduler, fixture->task, NULL));
  while (mgr_task_get_state (fixture->task) != MGR_TASK_STATE_FINISHED
         && strstr (fixture->log->str, "StopUnit") == NULL)
    g_main_context_iteration (NULL, TRUE);
  end_unit (fixture, "failed", "signal", CLD_KILLED, SIGTERM);
  wait_for_end (fixture);
  g_assert_cmpint (mgr_task_get_reason (fixture->task), ==, MGR_TASK_REASON_CANCELLED);
}

static void
test_refused (Fixture       *fixture,
              gconstpointer  user_data)
{
  g_autoptr (GError) error = NULL;

  fixture->refusal = "org.freedesktop.DBus.Error.AccessDenied";
  submit (fixture);
  wait_for_end (fixture);
  g_assert_cmpint (mgr_task_get_reason (fixture->task), ==, MGR_TASK_REASON_ERROR);
  g_assert_false (mgr_task_get_result (fixture->task, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
  g_assert_nonnull (strstr (error->message, "Not today"));
}

static void
test_absent (Fixture       *fixture,
             gconstpointer  user_data)
{
  g_autoptr (GError) error = NULL;

  g_bus_unown_name (fixture->owner_id);
  fixture->owner_id = 0;
  settle (fixture);
  submit (fixture);
  wait_for_end (fixture);
  g_assert_cmpint (mgr_task_get_reason (fixture->task), !=, MGR_TASK_REASON_DONE);
  g_assert_false (mgr_task_get_result (fixture->task, NULL, &error));
}

static void
test_vanishes (Fixture       *fixture,
               gconstpointer  user_data)
{
  start (fixture);
  settle (fixture);
  g_bus_unown_name (fixture->owner_id);
  fixture->owner_id = 0;
  wait_for_end (fixture);
  g_assert_cmpint (mgr_task_get_reason (fixture->task), ==, MGR_TASK_REASON_LOST);
}

static void
test_not_there (Fixture       *fixture,
                gconstpointer  user_data)
{
  const char *argv[] = { "no-such-program-anywhere", NULL };
  g_autoptr (MgrTask) task = mgr_task_new_command ("absent", argv);
  g_autoptr (GError) error = NULL;

  g_assert_true (mgr_scheduler_submit (fixture->scheduler, task, NULL));
  while (mgr_task_get_state (task) != MGR_TASK_STATE_FINISHED)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (mgr_task_get_result (task, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND);
  g_assert_cmpstr (fixture->log->str, ==, "");
}

static void
add (const char *path,
     void      (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, set_up, test, tear_down);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add ("/unit-executor/done", test_done);
  add ("/unit-executor/not-begun", test_not_begun);
  add ("/unit-executor/described", test_described);
  add ("/unit-executor/fails", test_fails);
  add ("/unit-executor/signal", test_signal);
  add ("/unit-executor/oom", test_oom);
  add ("/unit-executor/cancel", test_cancel);
  add ("/unit-executor/cancel-early", test_cancel_early);
  add ("/unit-executor/refused", test_refused);
  add ("/unit-executor/absent", test_absent);
  add ("/unit-executor/vanishes", test_vanishes);
  add ("/unit-executor/not-there", test_not_there);

  return g_test_run ();
}
