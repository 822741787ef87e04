/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-lease-why.h"

#include <mgr.h>

#define SCHEDULER_PATH MGRCTL_BASE_PATH "/Scheduler"
#define SCHEDULER_INTERFACE "org.libmgr.Scheduler1"
#define TASK_PATH MGRCTL_BASE_PATH "/Task/"
#define TASK_INTERFACE "org.libmgr.Task1"

/* As many tasks as a program lists at once. */
#define PAGE 1000

struct _MgrctlLeaseWhy
{
  MgrctlTarget *target;      /* (unowned) */
  const char *name;          /* (unowned) */
  guint64 bytes;
  MgrctlLeaseWhyFunc func;
  gint64 asked;              /* µs */
  guint source_id;           /* 0: the time has come */
  GCancellable *cancellable; /* (owned) */
};

/* Whatever else it does, it has not granted the lease. */
static void
why_say (MgrctlLeaseWhy *self,
         const char     *told)
{
  g_autofree char *size = mgr_size_format (self->bytes);
  g_autofree char *plain = g_strdup_printf ("The command waits until “%s” has %s for it",
                                            mgrctl_target_get_program (self->target), size);

  self->func (told != NULL ? told : plain);
}

static void
why_call (MgrctlLeaseWhy      *self,
          const char          *path,
          const char          *interface,
          const char          *method,
          GVariant            *arguments,
          const char          *reply_type,
          GAsyncReadyCallback  callback)
{
  g_dbus_connection_call (self->target->connection, self->target->bus_name, path, interface, method,
                          arguments, G_VARIANT_TYPE (reply_type), G_DBUS_CALL_FLAGS_NO_AUTO_START,
                          -1, self->cancellable, callback, self);
}

/* Returns: (transfer full) (nullable): the answer. @gone: (out): nobody waits for it. */
static GVariant *
take_answer (GObject      *source,
             GAsyncResult *result,
             gboolean     *gone)
{
  g_autoptr (GError) error = NULL;
  GVariant *reply = g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  *gone = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  return reply;
}

static void
explained_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  gboolean gone;
  g_autoptr (GVariant) reply = take_answer (source, result, &gone);
  const char *told = NULL;

  if (gone)
    return;

  if (reply != NULL)
    g_variant_get (reply, "(&s)", &told);
  why_say (user_data, told);
}

static guint64
get_distance (MgrctlLeaseWhy *self,
              GVariant       *task)
{
  gint64 submitted = 0;

  g_variant_lookup (task, "submitted", "x", &submitted);
  return (guint64) ABS (submitted - self->asked);
}

/* Another may wait for as much for a command of the same name: of those the one counts that
 * was asked for when this one was. Returns 0 where there is none. */
static guint64
find_task (MgrctlLeaseWhy *self,
           GVariant       *tasks)
{
  guint64 nearest = G_MAXUINT64;
  guint64 found = 0;

  for (gsize i = 0; i < g_variant_n_children (tasks); i++)
    {
      g_autoptr (GVariant) task = g_variant_get_child_value (tasks, i);
      guint64 distance = get_distance (self, task);
      const char *name = NULL;
      guint64 bytes = 0;

      g_variant_lookup (task, "name", "&s", &name);
      g_variant_lookup (task, "memory", "t", &bytes);
      if (g_strcmp0 (name, self->name) == 0 && bytes == self->bytes && distance < nearest
          && g_variant_lookup (task, "id", "t", &found))
        nearest = distance;
    }

  return found;
}

static void
listed_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  MgrctlLeaseWhy *self = user_data;
  gboolean gone;
  g_autoptr (GVariant) reply = take_answer (source, result, &gone);
  g_autoptr (GVariant) tasks = NULL;
  g_autofree char *path = NULL;
  guint64 id = 0;

  if (gone)
    return;

  if (reply != NULL)
    {
      tasks = g_variant_get_child_value (reply, 0);
      id = find_task (self, tasks);
    }
  if (id == 0)
    {
      why_say (self, NULL);
      return;
    }

  path = g_strdup_printf (TASK_PATH "%" G_GUINT64_FORMAT, id);
  why_call (self, path, TASK_INTERFACE, "Explain", NULL, "(s)", explained_cb);
}

static gboolean
time_cb (gpointer user_data)
{
  MgrctlLeaseWhy *self = user_data;

  self->source_id = 0;
  why_call (self, SCHEDULER_PATH, SCHEDULER_INTERFACE, "ListTasks",
            g_variant_new ("(suu)", "waiting", 0, PAGE), "(aa{sv}b)", listed_cb);
  return G_SOURCE_REMOVE;
}

MgrctlLeaseWhy *
mgrctl_lease_why_new (MgrctlTarget       *target,
                      const char         *name,
                      guint64             bytes,
                      MgrctlLeaseWhyFunc  func)
{
  MgrctlLeaseWhy *self = g_new0 (MgrctlLeaseWhy, 1);

  self->target = target;
  self->name = name;
  self->bytes = bytes;
  self->func = func;
  self->asked = g_get_monotonic_time ();
  self->cancellable = g_cancellable_new ();
  self->source_id = g_timeout_add (MGRCTL_SAY_WHY_AFTER_MS, time_cb, self);
  return self;
}

void
mgrctl_lease_why_free (MgrctlLeaseWhy *self)
{
  g_cancellable_cancel (self->cancellable);
  if (self->source_id != 0)
    g_source_remove (self->source_id);
  g_object_unref (self->cancellable);
  g_free (self);
}
