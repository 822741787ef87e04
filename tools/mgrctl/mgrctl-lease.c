/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-lease.h"

#include <mgr.h>

#define SCHEDULER_PATH MGRCTL_BASE_PATH "/Scheduler"
#define SCHEDULER_INTERFACE "org.libmgr.Scheduler1"

struct _MgrctlLease
{
  GDBusConnection *connection; /* (owned) */
  char *bus_name;              /* (owned) (nullable) */
  guint64 id;
  gint64 wait;                 /* µs */
  guint ending_id;             /* 0: nobody listens */
  MgrctlLeaseEndingFunc func;
  gpointer user_data;
};

/* Waits in the main context, so that signals of the user are heard. */
typedef struct
{
  GVariant *reply; /* (owned) (nullable) */
  GError *error;   /* (owned) (nullable) */
  gboolean done;
} Answer;

static void
answer_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Answer *answer = user_data;

  answer->reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result,
                                                 &answer->error);
  answer->done = TRUE;
}

static GVariant *
describe_request (const char *name,
                  guint64     bytes,
                  const char *priority)
{
  GVariantBuilder options;

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  if (priority != NULL)
    g_variant_builder_add (&options, "{sv}", "priority", g_variant_new_string (priority));
  return g_variant_new ("(st@a{sv})", name, bytes, g_variant_builder_end (&options));
}

/* Programs without a scheduler on the bus are as good as none. */
static gboolean
has_no_scheduler (const GError *error)
{
  return g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD)
         || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_OBJECT)
         || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_INTERFACE);
}

static gboolean
is_named (const MgrctlOptions *options)
{
  return options->program != NULL || options->address != NULL;
}

/* Unasked, only a single program is one whose turn it is clear to wait for. */
static MgrctlTarget *
find_target (const MgrctlOptions  *options,
             GError              **error)
{
  MgrctlExit exit_status = MGRCTL_EXIT_OK;
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (GPtrArray) targets = NULL;
  MgrctlTarget *target;

  if (is_named (options))
    {
      target = mgrctl_target_open (options, &exit_status);
      if (target == NULL)
        g_set_error_literal (error, MGR_ERROR, MGR_ERROR_NOT_FOUND,
                             "There is nobody to wait for a turn with");
      return target;
    }

  connection = mgrctl_connect (options, NULL);
  targets = connection != NULL ? mgrctl_list_targets (connection, NULL) : NULL;
  return targets != NULL && targets->len == 1 ? g_ptr_array_steal_index (targets, 0) : NULL;
}

static MgrctlLease *
lease_new (MgrctlTarget *target,
           guint64       id,
           gint64        wait)
{
  MgrctlLease *self = g_new0 (MgrctlLease, 1);

  self->connection = g_object_ref (target->connection);
  self->bus_name = g_strdup (target->bus_name);
  self->id = id;
  self->wait = wait;
  return self;
}

static void
wait_for_answer (MgrctlTarget *target,
                 GVariant     *request,
                 GCancellable *cancellable,
                 Answer       *answer)
{
  g_dbus_connection_call (target->connection, target->bus_name, SCHEDULER_PATH,
                          SCHEDULER_INTERFACE, "Acquire", request, G_VARIANT_TYPE ("(t)"),
                          G_DBUS_CALL_FLAGS_NO_AUTO_START, G_MAXINT, cancellable, answer_cb,
                          answer);
  while (!answer->done)
    g_main_context_iteration (NULL, TRUE);
}

MgrctlLease *
mgrctl_lease_acquire (const MgrctlOptions  *options,
                      const char           *name,
                      guint64               bytes,
                      const char           *priority,
                      MgrctlLeaseWhyFunc    why,
                      GCancellable         *cancellable,
                      GError              **error)
{
  g_autoptr (MgrctlTarget) target = find_target (options, error);
  g_autoptr (MgrctlLeaseWhy) says = NULL;
  gint64 begin = g_get_monotonic_time ();
  g_autoptr (GVariant) reply = NULL;
  Answer answer = { NULL, };
  guint64 id;

  if (target == NULL)
    return NULL;

  if (why != NULL)
    says = mgrctl_lease_why_new (target, name, bytes, why);
  wait_for_answer (target, describe_request (name, bytes, priority), cancellable, &answer);

  reply = answer.reply;
  if (reply == NULL)
    {
      if (is_named (options) || !has_no_scheduler (answer.error))
        {
          g_dbus_error_strip_remote_error (answer.error);
          g_propagate_error (error, answer.error);
        }
      else
        {
          g_error_free (answer.error);
        }
      return NULL;
    }

  g_variant_get (reply, "(t)", &id);
  return lease_new (target, id, g_get_monotonic_time () - begin);
}

static void
ending_cb (GDBusConnection *connection,
           const char      *sender,
           const char      *path,
           const char      *interface,
           const char      *signal_name,
           GVariant        *parameters,
           gpointer         user_data)
{
  MgrctlLease *self = user_data;
  guint64 id;

  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(t)")))
    return;

  g_variant_get (parameters, "(t)", &id);
  if (id == self->id)
    self->func (self->user_data);
}

void
mgrctl_lease_watch (MgrctlLease           *self,
                    MgrctlLeaseEndingFunc  func,
                    gpointer               user_data)
{
  self->func = func;
  self->user_data = user_data;
  self->ending_id =
    g_dbus_connection_signal_subscribe (self->connection, self->bus_name, SCHEDULER_INTERFACE,
                                        "LeaseEnding", SCHEDULER_PATH, NULL,
                                        G_DBUS_SIGNAL_FLAGS_NONE, ending_cb, self, NULL);
}

gint64
mgrctl_lease_get_wait (MgrctlLease *self)
{
  return self->wait;
}

static void
lease_call (MgrctlLease *self,
            const char  *method,
            GVariant    *arguments)
{
  g_dbus_connection_call (self->connection, self->bus_name, SCHEDULER_PATH, SCHEDULER_INTERFACE,
                          method, arguments, NULL, G_DBUS_CALL_FLAGS_NO_AUTO_START, -1, NULL,
                          NULL, NULL);
}

void
mgrctl_lease_report (MgrctlLease *self,
                     guint64      bytes)
{
  lease_call (self, "ReportMemory", g_variant_new ("(tt)", self->id, bytes));
}

void
mgrctl_lease_release (MgrctlLease *self)
{
  if (self->ending_id != 0)
    g_dbus_connection_signal_unsubscribe (self->connection, self->ending_id);
  lease_call (self, "Release", g_variant_new ("(t)", self->id));
  g_dbus_connection_flush_sync (self->connection, NULL, NULL);
  g_object_unref (self->connection);
  g_free (self->bus_name);
  g_free (self);
}
