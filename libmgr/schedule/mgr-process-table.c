/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-process-table-private.h"

#include "pressure/mgr-proc-file-private.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

/* Fields of /proc/PID/stat after the name, proc_pid_stat(5). */
#define FIELD_STATE 0
#define FIELD_PARENT 1
#define FIELD_GROUP 2
#define FIELD_START 19

typedef struct
{
  pid_t parent;
  pid_t group;
  guint64 start;  /* ticks since the machine started */
} Entry;

struct _MgrProcessTable
{
  char *proc_path;     /* (owned) */
  GHashTable *entries; /* (owned) (element-type pid_t Entry) */
};

static char *
read_of (MgrProcessTable *self,
         pid_t            pid,
         const char      *name,
         gsize           *length)
{
  g_autofree char *number = g_strdup_printf ("%d", (int) pid);
  g_autofree char *path = g_build_filename (self->proc_path, number, name, NULL);
  char *text = NULL;

  return g_file_get_contents (path, &text, length, NULL) ? text : NULL;
}

/* What has ended and was not reaped yet holds nothing. */
static gboolean
entry_read (MgrProcessTable *self,
            pid_t            pid,
            Entry           *entry)
{
  g_autofree char *text = read_of (self, pid, "stat", NULL);
  const char *rest = text != NULL ? strrchr (text, ')') : NULL;
  g_auto (GStrv) fields = NULL;

  if (rest == NULL || rest[1] == '\0')
    return FALSE;

  fields = g_strsplit (rest + 2, " ", FIELD_START + 2);
  if (g_strv_length (fields) <= FIELD_START || strchr ("ZX", fields[FIELD_STATE][0]) != NULL)
    return FALSE;

  entry->parent = (pid_t) g_ascii_strtoll (fields[FIELD_PARENT], NULL, 10);
  entry->group = (pid_t) g_ascii_strtoll (fields[FIELD_GROUP], NULL, 10);
  entry->start = g_ascii_strtoull (fields[FIELD_START], NULL, 10);
  return TRUE;
}

MgrProcessTable *
mgr_process_table_read (const char *proc_path)
{
  MgrProcessTable *self = g_new0 (MgrProcessTable, 1);
  g_autoptr (GDir) directory = NULL;
  const char *name;

  self->proc_path = g_strdup (proc_path != NULL ? proc_path : MGR_DEFAULT_PROC_PATH);
  self->entries = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  directory = g_dir_open (self->proc_path, 0, NULL);
  while (directory != NULL && (name = g_dir_read_name (directory)) != NULL)
    {
      pid_t pid = (pid_t) g_ascii_strtoll (name, NULL, 10);
      Entry entry;

      if (pid > 0 && entry_read (self, pid, &entry))
        g_hash_table_insert (self->entries, GINT_TO_POINTER (pid),
                             g_memdup2 (&entry, sizeof entry));
    }

  return self;
}

void
mgr_process_table_free (MgrProcessTable *self)
{
  g_hash_table_unref (self->entries);
  g_free (self->proc_path);
  g_free (self);
}

GHashTable *
mgr_process_members_new (void)
{
  return g_hash_table_new_full (NULL, NULL, NULL, g_free);
}

static gboolean
add_member (GHashTable *members,
            gpointer    pid,
            guint64     start)
{
  if (g_hash_table_contains (members, pid))
    return FALSE;

  g_hash_table_insert (members, pid, g_memdup2 (&start, sizeof start));
  return TRUE;
}

/* A number may have gone to another process. */
static gboolean
is_gone_cb (gpointer pid,
            gpointer start,
            gpointer table)
{
  return mgr_process_table_get_start (table, GPOINTER_TO_INT (pid)) != *(guint64 *) start;
}

/* The kernel's own processes are of the group 0. */
static gboolean
belongs (const Entry *entry,
         gpointer     pid,
         pid_t        root,
         GHashTable  *members)
{
  return (root > 0 && (GPOINTER_TO_INT (pid) == root || entry->group == root))
         || g_hash_table_contains (members, GINT_TO_POINTER (entry->parent));
}

void
mgr_process_table_collect (MgrProcessTable *self,
                           pid_t            root,
                           GHashTable      *members)
{
  gboolean added = TRUE;

  g_hash_table_foreach_remove (members, is_gone_cb, self);
  while (added)
    {
      GHashTableIter iter;
      gpointer pid;
      gpointer entry;

      added = FALSE;
      g_hash_table_iter_init (&iter, self->entries);
      while (g_hash_table_iter_next (&iter, &pid, &entry))
        if (belongs (entry, pid, root, members))
          added |= add_member (members, pid, ((Entry *) entry)->start);
    }
}

static gboolean
is_marked (MgrProcessTable *self,
           pid_t            pid,
           const char      *variable)
{
  gsize length = 0;
  g_autofree char *environment = read_of (self, pid, "environ", &length);
  const char *end = environment + length;

  for (const char *one = environment; one != NULL && one < end; one += strlen (one) + 1)
    if (g_str_equal (one, variable))
      return TRUE;

  return FALSE;
}

void
mgr_process_table_find_marked (MgrProcessTable *self,
                               const char      *variable,
                               GHashTable      *members)
{
  GHashTableIter iter;
  gpointer pid;
  gpointer entry;

  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &pid, &entry))
    if (is_marked (self, GPOINTER_TO_INT (pid), variable))
      add_member (members, pid, ((Entry *) entry)->start);
}

pid_t
mgr_process_table_find_leader (MgrProcessTable *self,
                               GHashTable      *members)
{
  GHashTableIter iter;
  gpointer pid;
  pid_t leader = 0;

  g_hash_table_iter_init (&iter, members);
  while (g_hash_table_iter_next (&iter, &pid, NULL))
    {
      const Entry *entry = g_hash_table_lookup (self->entries, pid);

      if (entry != NULL && entry->group == GPOINTER_TO_INT (pid)
          && (leader == 0 || entry->start < mgr_process_table_get_start (self, leader)))
        leader = GPOINTER_TO_INT (pid);
    }

  return leader;
}

guint64
mgr_process_table_get_start (MgrProcessTable *self,
                             pid_t            pid)
{
  const Entry *entry = g_hash_table_lookup (self->entries, GINT_TO_POINTER (pid));

  return entry != NULL ? entry->start : 0;
}

guint64
mgr_process_read_start (const char *proc_path,
                        pid_t       pid)
{
  MgrProcessTable table = { .proc_path = (char *) proc_path };
  Entry entry;

  if (proc_path == NULL)
    table.proc_path = (char *) MGR_DEFAULT_PROC_PATH;
  return entry_read (&table, pid, &entry) ? entry.start : 0;
}

static guint64
read_resident (MgrProcessTable *self,
               pid_t            pid)
{
  g_autofree char *text = read_of (self, pid, "statm", NULL);
  g_auto (GStrv) fields = g_strsplit (text != NULL ? text : "", " ", -1);
  guint64 resident;
  guint64 shared;

  if (g_strv_length (fields) < 3)
    return 0;

  resident = g_ascii_strtoull (fields[1], NULL, 10);
  shared = g_ascii_strtoull (fields[2], NULL, 10);
  return (resident - MIN (shared, resident)) * (guint64) sysconf (_SC_PAGESIZE);
}

static guint64
read_proportional (MgrProcessTable *self,
                   pid_t            pid)
{
  g_autofree char *text = read_of (self, pid, "smaps_rollup", NULL);
  guint64 bytes;

  if (text != NULL && mgr_proc_text_lookup (text, "Pss_Anon", &bytes))
    return bytes;

  return read_resident (self, pid);
}

guint64
mgr_process_table_measure (MgrProcessTable *self,
                           GHashTable      *members,
                           gboolean         exact)
{
  GHashTableIter iter;
  gpointer pid;
  guint64 bytes = 0;

  g_hash_table_iter_init (&iter, members);
  while (g_hash_table_iter_next (&iter, &pid, NULL))
    bytes += exact ? read_proportional (self, GPOINTER_TO_INT (pid))
                   : read_resident (self, GPOINTER_TO_INT (pid));
  return bytes;
}

void
mgr_process_table_signal (MgrProcessTable *self,
                          GHashTable      *members,
                          int              signal_number)
{
  GHashTableIter iter;
  gpointer pid;
  gpointer start;

  g_hash_table_iter_init (&iter, members);
  while (g_hash_table_iter_next (&iter, &pid, &start))
    {
      Entry now;

      if (entry_read (self, GPOINTER_TO_INT (pid), &now) && now.start == *(guint64 *) start)
        kill (GPOINTER_TO_INT (pid), signal_number);
    }
}
