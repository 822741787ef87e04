/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-process-record-private.h"

#include "pressure/mgr-proc-file-private.h"

#include <glib/gstdio.h>
#include <string.h>

#define RECORD_SUFFIX ".task"
#define GROUP "Task"

static char *
find_exit_path (const char *path)
{
  g_autofree char *base = g_strndup (path, strlen (path) - strlen (RECORD_SUFFIX));

  return g_strconcat (base, ".exit", NULL);
}

MgrProcessRecord *
mgr_process_record_new (const char *directory,
                        const char *id,
                        MgrTask    *task)
{
  g_autofree char *file = g_strconcat (id, RECORD_SUFFIX, NULL);
  MgrProcessRecord *self = g_new0 (MgrProcessRecord, 1);

  self->path = g_build_filename (directory, file, NULL);
  self->exit_path = find_exit_path (self->path);
  self->name = g_strdup (task->name);
  self->identity = mgr_task_get_identity (task);
  self->mark = g_strconcat ("LIBMGR_TASK=", id, NULL);
  return self;
}

void
mgr_process_record_free (MgrProcessRecord *self)
{
  g_free (self->path);
  g_free (self->name);
  g_free (self->identity);
  g_free (self->mark);
  g_free (self->group);
  g_free (self->exit_path);
  g_free (self);
}

gboolean
mgr_process_record_save (MgrProcessRecord  *self,
                         GError           **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  g_key_file_set_string (file, GROUP, "Name", self->name);
  g_key_file_set_string (file, GROUP, "Identity", self->identity);
  g_key_file_set_string (file, GROUP, "Mark", self->mark);
  g_key_file_set_integer (file, GROUP, "Version", (int) self->version);
  if (self->group != NULL)
    g_key_file_set_string (file, GROUP, "Group", self->group);

  return g_key_file_save_to_file (file, self->path, error);
}

void
mgr_process_record_remove (MgrProcessRecord *self)
{
  g_unlink (self->path);
  g_unlink (self->exit_path);
}

/* A file that was damaged tells nothing that could be relied on. */
static MgrProcessRecord *
record_load (const char *path)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autoptr (MgrProcessRecord) self = NULL;

  if (!g_key_file_load_from_file (file, path, G_KEY_FILE_NONE, NULL))
    return NULL;

  self = g_new0 (MgrProcessRecord, 1);
  self->path = g_strdup (path);
  self->exit_path = find_exit_path (path);
  self->name = g_key_file_get_string (file, GROUP, "Name", NULL);
  self->identity = g_key_file_get_string (file, GROUP, "Identity", NULL);
  self->mark = g_key_file_get_string (file, GROUP, "Mark", NULL);
  self->version = (guint) g_key_file_get_integer (file, GROUP, "Version", NULL);
  self->group = g_key_file_get_string (file, GROUP, "Group", NULL);
  if (self->name == NULL || self->mark == NULL)
    return NULL;

  return g_steal_pointer (&self);
}

GPtrArray *
mgr_process_records_load (const char *directory)
{
  GPtrArray *records = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_process_record_free);
  g_autoptr (GDir) files = g_dir_open (directory, 0, NULL);
  const char *name;

  while (files != NULL && (name = g_dir_read_name (files)) != NULL)
    {
      g_autofree char *path = g_build_filename (directory, name, NULL);
      MgrProcessRecord *record = g_str_has_suffix (name, RECORD_SUFFIX) ? record_load (path) : NULL;

      if (record != NULL)
        g_ptr_array_add (records, record);
    }

  return records;
}

gboolean
mgr_process_record_matches (MgrProcessRecord *self,
                            MgrTask          *task)
{
  g_autofree char *identity = mgr_task_get_identity (task);

  return g_strcmp0 (self->identity, identity) == 0;
}

gboolean
mgr_process_record_find (MgrProcessRecord *self,
                         const char       *proc_path,
                         pid_t            *pid,
                         guint64          *start)
{
  g_autoptr (MgrProcessTable) table = mgr_process_table_read (proc_path);
  g_autoptr (GHashTable) members = mgr_process_members_new ();

  mgr_process_table_find_marked (table, self->mark, members);
  *pid = mgr_process_table_find_leader (table, members);
  *start = mgr_process_table_get_start (table, *pid);
  return *pid != 0;
}

/* Without its line feed the status was cut off. */
gboolean
mgr_process_record_read_exit (MgrProcessRecord *self,
                              int              *exit_status)
{
  g_autofree char *text = NULL;
  const char *end;
  guint64 status;

  if (!g_file_get_contents (self->exit_path, &text, NULL, NULL)
      || !mgr_proc_text_number (text, &end, &status) || *end != '\n' || status > 255)
    return FALSE;

  *exit_status = (int) status;
  return TRUE;
}
