/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-task-cgroup-private.h"

#include "base/mgr-error.h"
#include "pressure/mgr-cgroup-tree-private.h"
#include "pressure/mgr-proc-file-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct _MgrTaskCgroup
{
  char *directory; /* (owned) */
  guint version;
};

/* Returns 0 or an errno. The kernel makes the files: one that is not there is not made. */
static int
write_file (const char *directory,
            const char *name,
            const char *text)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  int fd = open (path, O_WRONLY | O_CLOEXEC | O_NOCTTY | O_TRUNC);
  int result = 0;

  if (fd < 0)
    return errno;

  if (write (fd, text, strlen (text)) < 0)
    result = errno;
  g_close (fd, NULL);
  return result;
}

static char *
read_file (const char *directory,
           const char *name)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? text : NULL;
}

static gboolean
read_number (MgrTaskCgroup *self,
             const char    *name,
             guint64       *value)
{
  g_autofree char *text = read_file (self->directory, name);

  return text != NULL && mgr_proc_text_amount (text, value);
}

/* 0 where the file does not tell. */
static guint64
read_entry (MgrTaskCgroup *self,
            const char    *name,
            const char    *key)
{
  g_autofree char *text = read_file (self->directory, name);
  guint64 value = 0;

  return text != NULL && mgr_proc_text_lookup (text, key, &value) ? value : 0;
}

/* On v2 a group gets its memory files from the one above it. */
static gboolean
gives_memory (const char *directory)
{
  g_autofree char *controllers = read_file (directory, "cgroup.subtree_control");

  if (controllers != NULL && strstr (controllers, "memory") != NULL)
    return TRUE;

  return write_file (directory, "cgroup.subtree_control", "+memory") == 0;
}

static gboolean
is_place (const char *directory,
          guint       version)
{
  g_autofree char *entrance = g_build_filename (directory, "cgroup.procs", NULL);

  return access (directory, W_OK) == 0 && access (entrance, W_OK) == 0
         && (version == 1 || gives_memory (directory));
}

/* On v2 the own group has processes and so, unless it is the root, none below it may be
 * limited: the group above it is the one that a user manager delegates. */
char *
mgr_task_cgroup_find_place (const char  *proc_path,
                            const char  *cgroup_path,
                            guint       *version,
                            GError     **error)
{
  g_autoptr (MgrCgroupTree) tree = mgr_cgroup_tree_new (proc_path != NULL ? proc_path
                                                          : MGR_DEFAULT_PROC_PATH, cgroup_path);
  const char *const *directories;
  gboolean changed;

  if (!mgr_cgroup_tree_update (tree, &changed, error))
    return NULL;

  *version = mgr_cgroup_tree_get_version (tree);
  directories = mgr_cgroup_tree_get_memory_dirs (tree);
  for (guint i = 0; directories[i] != NULL && i < *version; i++)
    if (is_place (directories[i], *version))
      return g_strdup (directories[i]);

  g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE,
               "No memory cgroup can be made %s%s: run in a service with Delegate=memory",
               directories[0] != NULL ? "in " : "here", directories[0] != NULL ? directories[0] : "");
  return NULL;
}

MgrTaskCgroup *
mgr_task_cgroup_open (const char *directory,
                      guint       version)
{
  MgrTaskCgroup *self = g_new0 (MgrTaskCgroup, 1);

  self->directory = g_strdup (directory);
  self->version = version;
  return self;
}

MgrTaskCgroup *
mgr_task_cgroup_new (const char  *place,
                     const char  *name,
                     guint        version,
                     GError     **error)
{
  g_autofree char *directory = g_build_filename (place, name, NULL);

  if (g_mkdir (directory, 0755) != 0 && errno != EEXIST)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE, "No cgroup “%s” can be made: %s",
                   directory, g_strerror (errno));
      return NULL;
    }

  return mgr_task_cgroup_open (directory, version);
}

void
mgr_task_cgroup_free (MgrTaskCgroup *self)
{
  g_free (self->directory);
  g_free (self);
}

const char *
mgr_task_cgroup_get_directory (MgrTaskCgroup *self)
{
  return self->directory;
}

guint
mgr_task_cgroup_get_version (MgrTaskCgroup *self)
{
  return self->version;
}

char *
mgr_task_cgroup_get_entrance (MgrTaskCgroup *self)
{
  return g_build_filename (self->directory, "cgroup.procs", NULL);
}

/* What a kernel without an account of swap lacks is no fault. */
gboolean
mgr_task_cgroup_set_limit (MgrTaskCgroup  *self,
                           guint64         bytes,
                           GError        **error)
{
  g_autofree char *text = g_strdup_printf ("%" G_GUINT64_FORMAT, bytes);
  int result = write_file (self->directory,
                           self->version == 1 ? "memory.limit_in_bytes" : "memory.max", text);

  if (result != 0)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE, "The cgroup “%s” takes no limit: %s",
                   self->directory, g_strerror (result));
      return FALSE;
    }

  if (self->version == 1)
    {
      write_file (self->directory, "memory.memsw.limit_in_bytes", text);
    }
  else
    {
      write_file (self->directory, "memory.swap.max", "0");
      write_file (self->directory, "memory.oom.group", "1");
    }
  return TRUE;
}

static guint64
read_file_pages (MgrTaskCgroup *self)
{
  gboolean v1 = self->version == 1;

  return read_entry (self, "memory.stat", v1 ? "total_inactive_file" : "inactive_file")
         + read_entry (self, "memory.stat", v1 ? "total_active_file" : "active_file");
}

gboolean
mgr_task_cgroup_read_used (MgrTaskCgroup *self,
                           guint64       *bytes)
{
  guint64 current;
  guint64 files;

  if (!read_number (self, self->version == 1 ? "memory.usage_in_bytes" : "memory.current",
                    &current))
    return FALSE;

  files = read_file_pages (self);
  *bytes = current - MIN (files, current);
  return TRUE;
}

/* The kernel keeps the most of all pages alone; those of files are still there when the
 * processes have gone. */
guint64
mgr_task_cgroup_read_peak (MgrTaskCgroup *self)
{
  guint64 peak;
  guint64 files = read_file_pages (self);

  if (!read_number (self, self->version == 1 ? "memory.max_usage_in_bytes" : "memory.peak", &peak))
    return 0;

  return peak - MIN (files, peak);
}

guint64
mgr_task_cgroup_read_ooms (MgrTaskCgroup *self)
{
  return read_entry (self, self->version == 1 ? "memory.oom_control" : "memory.events", "oom_kill");
}

/* The kernel keeps the numbers in a file that is read at once, as they are few. */
static GStrv
read_members (MgrTaskCgroup *self)
{
  g_autofree char *text = read_file (self->directory, "cgroup.procs");

  return g_strsplit (text != NULL ? g_strchomp (text) : "", "\n", -1);
}

gboolean
mgr_task_cgroup_is_empty (MgrTaskCgroup *self)
{
  g_auto (GStrv) members = read_members (self);

  return members[0] == NULL;
}

void
mgr_task_cgroup_kill (MgrTaskCgroup *self)
{
  g_auto (GStrv) members = NULL;

  if (self->version == 2 && write_file (self->directory, "cgroup.kill", "1") == 0)
    return;

  members = read_members (self);
  for (guint i = 0; members[i] != NULL; i++)
    {
      pid_t pid = (pid_t) g_ascii_strtoll (members[i], NULL, 10);

      /* 0 is a process that this one cannot see, and would be the own group. */
      if (pid > 1 && pid != getpid ())
        kill (pid, SIGKILL);
    }
}

gboolean
mgr_task_cgroup_remove (MgrTaskCgroup *self)
{
  return rmdir (self->directory) == 0 || errno == ENOENT;
}
