/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-target.h"

#include "mgrctl-print.h"

#include <mgr.h>

#define PROGRAM_PREFIX "org.libmgr.Program."

/* A program that has not answered in so many milliseconds is stuck. */
#define CALL_TIMEOUT 10000

static MgrctlTarget *
target_new (GDBusConnection *connection,
            const char      *bus_name)
{
  MgrctlTarget *self = g_new0 (MgrctlTarget, 1);

  self->connection = g_object_ref (connection);
  self->bus_name = g_strdup (bus_name);
  return self;
}

void
mgrctl_target_free (MgrctlTarget *self)
{
  g_clear_pointer (&self->properties, g_variant_unref);
  g_free (self->bus_name);
  g_object_unref (self->connection);
  g_free (self);
}

GVariant *
mgrctl_target_call (MgrctlTarget  *self,
                    const char    *object_path,
                    const char    *interface,
                    const char    *method,
                    GVariant      *arguments,
                    const char    *reply_type,
                    GError       **error)
{
  return g_dbus_connection_call_sync (self->connection, self->bus_name, object_path,
                                      interface, method, arguments,
                                      G_VARIANT_TYPE (reply_type), G_DBUS_CALL_FLAGS_NO_AUTO_START,
                                      CALL_TIMEOUT, NULL, error);
}

gboolean
mgrctl_target_reload (MgrctlTarget  *self,
                      GError       **error)
{
  g_autoptr (GVariant) reply = NULL;

  reply = mgrctl_target_call (self, MGRCTL_MANAGER_PATH, "org.freedesktop.DBus.Properties", "GetAll",
                              g_variant_new ("(s)", MGRCTL_MANAGER_INTERFACE), "(a{sv})", error);
  if (reply == NULL)
    return FALSE;

  g_clear_pointer (&self->properties, g_variant_unref);
  self->properties = g_variant_get_child_value (reply, 0);
  return TRUE;
}

char *
mgrctl_target_make_path (const char *base,
                         const char *name)
{
  GString *path = g_string_new (base);

  g_string_append_c (path, '/');
  for (const char *byte = name; *byte != '\0'; byte++)
    {
      if (g_ascii_isalnum (*byte))
        g_string_append_c (path, *byte);
      else
        g_string_append_printf (path, "_%02x", (guint) (guchar) *byte);
    }

  return g_string_free (path, FALSE);
}

const char *
mgrctl_target_get_program (MgrctlTarget *self)
{
  const char *program = "";

  g_variant_lookup (self->properties, "Program", "&s", &program);
  return program;
}

guint
mgrctl_target_get_pid (MgrctlTarget *self)
{
  guint pid = 0;

  g_variant_lookup (self->properties, "Pid", "u", &pid);
  return pid;
}

static gboolean
is_unreachable (const GError *error)
{
  static const int codes[] = {
    G_DBUS_ERROR_SERVICE_UNKNOWN, G_DBUS_ERROR_NAME_HAS_NO_OWNER, G_DBUS_ERROR_NO_REPLY,
    G_DBUS_ERROR_DISCONNECTED, G_DBUS_ERROR_NO_SERVER, G_DBUS_ERROR_TIMEOUT,
    G_DBUS_ERROR_UNKNOWN_OBJECT, G_DBUS_ERROR_UNKNOWN_METHOD, G_DBUS_ERROR_UNKNOWN_INTERFACE,
  };

  if (error->domain == G_IO_ERROR)
    return error->code != G_IO_ERROR_DBUS_ERROR;

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    {
      if (g_error_matches (error, G_DBUS_ERROR, codes[i]))
        return TRUE;
    }

  return g_error_matches (error, MGR_ERROR, MGR_ERROR_CLOSED);
}

MgrctlExit
mgrctl_target_fail (const GError *error)
{
  g_autoptr (GError) shown = g_error_copy (error);

  g_dbus_error_strip_remote_error (shown);
  mgrctl_print_error ("%s", shown->message);
  return is_unreachable (error) ? MGRCTL_EXIT_UNREACHABLE : MGRCTL_EXIT_FAILED;
}

GDBusConnection *
mgrctl_connect (const MgrctlOptions  *options,
                GError              **error)
{
  const GDBusConnectionFlags flags = G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT;
  g_autoptr (GDBusConnection) bus = NULL;
  g_autoptr (GError) local_error = NULL;
  g_autofree char *address = g_strdup (options->address);

  /* From now on the errors of programs are known by their names on the bus. */
  mgr_error_quark ();

  if (address == NULL)
    address = g_dbus_address_get_for_bus_sync (G_BUS_TYPE_SESSION, NULL, error);
  if (address == NULL)
    return NULL;

  bus = g_dbus_connection_new_for_address_sync (address,
                                                flags | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                                NULL, NULL, &local_error);
  if (bus != NULL)
    return g_steal_pointer (&bus);

  /* What does not know the greeting of a bus is a program that listens by itself. */
  if (g_error_matches (local_error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD))
    return g_dbus_connection_new_for_address_sync (address, flags, NULL, NULL, error);

  g_propagate_error (error, g_steal_pointer (&local_error));
  return NULL;
}

GPtrArray *
mgrctl_list_targets (GDBusConnection  *connection,
                     GError          **error)
{
  g_autoptr (GPtrArray) targets = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariantIter) names = NULL;
  const char *name;

  reply = g_dbus_connection_call_sync (connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus", "ListNames", NULL,
                                       G_VARIANT_TYPE ("(as)"), G_DBUS_CALL_FLAGS_NONE,
                                       CALL_TIMEOUT, NULL, error);
  if (reply == NULL)
    return NULL;

  targets = g_ptr_array_new_with_free_func ((GDestroyNotify) mgrctl_target_free);
  g_variant_get (reply, "(as)", &names);
  while (g_variant_iter_next (names, "&s", &name))
    {
      g_autoptr (MgrctlTarget) target = NULL;

      if (!g_str_has_prefix (name, PROGRAM_PREFIX))
        continue;

      /* One that went meanwhile, or answers nothing, is not there. */
      target = target_new (connection, name);
      if (mgrctl_target_reload (target, NULL))
        g_ptr_array_add (targets, g_steal_pointer (&target));
    }

  return g_steal_pointer (&targets);
}

static gboolean
target_matches (MgrctlTarget *self,
                const char   *program)
{
  guint64 pid = 0;

  if (program == NULL || g_strcmp0 (self->bus_name, program) == 0)
    return TRUE;
  if (g_ascii_string_to_unsigned (program, 10, 1, G_MAXUINT, &pid, NULL)
      && pid == mgrctl_target_get_pid (self))
    return TRUE;

  return g_str_equal (mgrctl_target_get_program (self), program);
}

static void
print_choice (GPtrArray *targets)
{
  for (guint i = 0; i < targets->len; i++)
    {
      MgrctlTarget *target = g_ptr_array_index (targets, i);
      g_autofree char *program = mgrctl_printable (mgrctl_target_get_program (target));

      g_printerr ("  %-8u %s\n", mgrctl_target_get_pid (target), program);
    }
}

static MgrctlTarget *
choose_target (GPtrArray           *targets,
               const MgrctlOptions *options,
               MgrctlExit          *out_exit)
{
  g_autoptr (GPtrArray) matching = g_ptr_array_new ();
  guint index = 0;

  for (guint i = 0; i < targets->len; i++)
    {
      if (target_matches (g_ptr_array_index (targets, i), options->program))
        g_ptr_array_add (matching, g_ptr_array_index (targets, i));
    }

  if (matching->len == 1 && g_ptr_array_find (targets, matching->pdata[0], &index))
    return g_ptr_array_steal_index (targets, index);

  *out_exit = MGRCTL_EXIT_UNREACHABLE;
  if (targets->len == 0)
    mgrctl_print_error ("No program on this bus shows its memory. Start one that calls "
                        "mgr_manager_export_on_session(), or name its bus with “--address”");
  else if (matching->len == 0)
    {
      mgrctl_print_error ("There is no program “%s”. There are:", options->program);
      print_choice (targets);
    }
  else
    {
      *out_exit = MGRCTL_EXIT_USAGE;
      mgrctl_print_error ("There are several programs: name one with “--program PID”");
      print_choice (matching);
    }

  return NULL;
}

/* A connection that leads to one program. */
static MgrctlTarget *
open_peer (GDBusConnection *connection,
           MgrctlExit      *out_exit)
{
  g_autoptr (MgrctlTarget) self = target_new (connection, NULL);
  g_autoptr (GError) error = NULL;

  if (!mgrctl_target_reload (self, &error))
    {
      *out_exit = mgrctl_target_fail (error);
      return NULL;
    }

  return g_steal_pointer (&self);
}

MgrctlTarget *
mgrctl_target_open (const MgrctlOptions *options,
                    MgrctlExit          *out_exit)
{
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (GPtrArray) targets = NULL;
  g_autoptr (GError) error = NULL;

  connection = mgrctl_connect (options, &error);
  if (connection == NULL)
    {
      mgrctl_print_error ("No bus to ask on: %s. Set DBUS_SESSION_BUS_ADDRESS, "
                          "or name the bus with “--address”", error->message);
      *out_exit = MGRCTL_EXIT_UNREACHABLE;
      return NULL;
    }

  if (g_dbus_connection_get_unique_name (connection) == NULL)
    return open_peer (connection, out_exit);

  targets = mgrctl_list_targets (connection, &error);
  if (targets == NULL)
    {
      *out_exit = mgrctl_target_fail (error);
      return NULL;
    }

  return choose_target (targets, options, out_exit);
}
