/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-entries.h"
#include "mgrctl-loop.h"
#include "mgrctl-print.h"

#define COUNT 20

static char *file;
static char *kind;
static int count = COUNT;
static gboolean follow;

const GOptionEntry mgrctl_journal_entries[] = {
  { "kind", 0, 0, G_OPTION_ARG_STRING, &kind, "Show entries of this kind alone", "KIND" },
  { "count", 0, 0, G_OPTION_ARG_INT, &count, "Show so many, up to 1000 (20)", "N" },
  { "follow", 0, 0, G_OPTION_ARG_NONE, &follow, "Go on with new ones until interrupted", NULL },
  { "file", 0, 0, G_OPTION_ARG_FILENAME, &file, "Read a file in place of asking a program", "FILE" },
  { NULL, }
};

typedef struct
{
  const MgrctlOptions *options; /* (unowned) */
  MgrctlEntries *entries;       /* (unowned) */
  MgrJournalKind kind;
  guint64 last_id;              /* up to which everything was printed */
  GMainLoop *loop;              /* (unowned) */
  MgrctlExit exit_status;
} Follow;

static gboolean
check_usage (MgrJournalKind *out_kind)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (MGR_TYPE_JOURNAL_KIND);
  GEnumValue *value = g_enum_get_value_by_nick (klass, kind != NULL ? kind : "any");
  g_autofree char *kinds = mgrctl_nicks (MGR_TYPE_JOURNAL_KIND);

  if (value == NULL)
    mgrctl_print_error ("There is no kind “%s”: use %s", kind, kinds);
  else if (count < 1 || count > 1000)
    mgrctl_print_error ("“--count” is a number from 1 to 1000");
  else if (follow && file != NULL)
    mgrctl_print_error ("“--follow” asks a program: leave out “--file”");
  else
    {
      *out_kind = (MgrJournalKind) value->value;
      return TRUE;
    }

  return FALSE;
}

/* Prints what is new, the oldest first. */
static gboolean
print_new (Follow  *self,
           guint    limit,
           GError **error)
{
  g_autoptr (GVariant) list = mgrctl_entries_list (self->entries, self->kind, limit, error);

  if (list == NULL)
    return FALSE;

  for (gsize i = g_variant_n_children (list); i > 0; i--)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (list, i - 1);

      if (mgrctl_entry_get_id (entry) <= self->last_id)
        continue;

      mgrctl_entry_print (self->options, entry);
      self->last_id = mgrctl_entry_get_id (entry);
    }

  return TRUE;
}

static void
lose (Follow *self)
{
  mgrctl_print_error ("“%s” has ended, or left the bus",
                      mgrctl_target_get_program (self->entries->target));
  self->exit_status = MGRCTL_EXIT_UNREACHABLE;
  g_main_loop_quit (self->loop);
}

static void
added_cb (GDBusConnection *connection,
          const char      *sender,
          const char      *object_path,
          const char      *interface,
          const char      *signal,
          GVariant        *parameters,
          gpointer         user_data)
{
  Follow *self = user_data;
  g_autoptr (GError) error = NULL;

  if (print_new (self, G_MAXUINT, &error))
    return;

  self->exit_status = mgrctl_target_fail (error);
  g_main_loop_quit (self->loop);
}

static void
closed_cb (GDBusConnection *connection,
           gboolean         remote_peer_vanished,
           GError          *error,
           gpointer         user_data)
{
  lose (user_data);
}

static void
vanished_cb (GDBusConnection *connection,
             const char      *name,
             gpointer         user_data)
{
  lose (user_data);
}

static void
follow_run (Follow *self)
{
  MgrctlTarget *target = self->entries->target;
  guint name_id = 0;

  if (target->bus_name != NULL)
    name_id = g_bus_watch_name_on_connection (target->connection, target->bus_name,
                                              G_BUS_NAME_WATCHER_FLAGS_NONE,
                                              NULL, vanished_cb, self, NULL);
  g_signal_connect (target->connection, "closed", G_CALLBACK (closed_cb), self);
  g_main_loop_run (self->loop);
  g_signal_handlers_disconnect_by_data (target->connection, self);
  if (name_id != 0)
    g_bus_unwatch_name (name_id);
}

static void
follow_program (Follow *self)
{
  MgrctlTarget *target = self->entries->target;
  g_autoptr (GMainLoop) loop = mgrctl_loop_new ();
  g_autoptr (GError) error = NULL;
  guint signal_id;

  self->loop = loop;
  signal_id = g_dbus_connection_signal_subscribe (target->connection, target->bus_name,
                                                  MGRCTL_MANAGER_INTERFACE, "JournalAdded",
                                                  MGRCTL_MANAGER_PATH, NULL,
                                                  G_DBUS_SIGNAL_FLAGS_NONE, added_cb, self, NULL);

  /* After subscribing, so that nothing falls in between. */
  if (print_new (self, (guint) count, &error))
    follow_run (self);
  else
    self->exit_status = mgrctl_target_fail (error);

  g_dbus_connection_signal_unsubscribe (target->connection, signal_id);
}

MgrctlExit
mgrctl_journal (const MgrctlOptions *options)
{
  Follow self = { .options = options, .exit_status = MGRCTL_EXIT_OK };
  g_autoptr (MgrctlEntries) entries = NULL;
  g_autoptr (GError) error = NULL;

  if (!check_usage (&self.kind))
    return MGRCTL_EXIT_USAGE;

  entries = mgrctl_entries_open (options, file, &self.exit_status);
  if (entries == NULL)
    return self.exit_status;

  self.entries = entries;
  if (follow)
    follow_program (&self);
  else if (!print_new (&self, (guint) count, &error))
    self.exit_status = mgrctl_target_fail (error);

  return self.exit_status;
}
