/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-groups.h"

#include "mgrctl-file.h"

#include <string.h>

/* Fields of a line of mountinfo, proc_pid_mountinfo(5). */
#define MOUNT_FIELD_ROOT 3
#define MOUNT_FIELD_POINT 4
#define MOUNT_FIELD_OPTIONAL 6

/* What each of them has, and the other has not. */
#define V1_FILE "memory.usage_in_bytes"
#define V2_FILE "cgroup.controllers"

void
mgrctl_groups_free (MgrctlGroups *self)
{
  g_free (self->memory);
  g_free (self->unified);
  g_free (self);
}

/* The group on v2, `0::PATH`, or the one of the v1 hierarchy that has the memory
 * controller, `4:hugetlb,memory:PATH`. */
static char *
find_membership (const char *text,
                 guint       version)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[i], ":", 3);
      g_auto (GStrv) controllers = NULL;

      if (g_strv_length (fields) != 3)
        continue;

      controllers = g_strsplit (fields[1], ",", -1);
      if (version == 2 ? g_str_equal (fields[0], "0") && *fields[1] == '\0'
                       : g_strv_contains ((const char * const *) controllers, "memory"))
        return g_strdup (fields[2]);
    }

  return NULL;
}

static gboolean
mount_serves (const char *type,
              const char *options,
              guint       version)
{
  g_auto (GStrv) words = NULL;

  if (version == 2)
    return g_str_equal (type, "cgroup2");

  words = g_strsplit (options, ",", -1);
  return g_str_equal (type, "cgroup") && g_strv_contains ((const char * const *) words, "memory");
}

/* Splits `36 35 98:0 /root /point rw,noatime shared:1 - cgroup2 none rw`, with any
 * number of optional fields before the dash. */
static gboolean
parse_mount (const char  *line,
             guint        version,
             char       **out_root,
             char       **out_point)
{
  g_auto (GStrv) fields = g_strsplit (line, " ", -1);
  guint n_fields = g_strv_length (fields);
  guint dash = MOUNT_FIELD_OPTIONAL;

  while (dash < n_fields && !g_str_equal (fields[dash], "-"))
    dash++;

  if (dash + 3 >= n_fields || !mount_serves (fields[dash + 1], fields[dash + 3], version))
    return FALSE;

  *out_root = g_strcompress (fields[MOUNT_FIELD_ROOT]);
  *out_point = g_strcompress (fields[MOUNT_FIELD_POINT]);
  return TRUE;
}

/* Beside or above the root of this process's cgroup namespace. */
static gboolean
is_outside_namespace (const char *path)
{
  return g_str_has_prefix (path, "/..") && (path[3] == '/' || path[3] == '\0');
}

/* A mount of @root shows @path below it, or, where it is of a group further up, an
 * ancestor of it. */
static const char *
map_path (const char *root,
          const char *path)
{
  gsize length = g_str_equal (root, "/") ? 0 : strlen (root);

  if (g_str_equal (path, root))
    return "";
  if (strncmp (path, root, length) == 0 && path[length] == '/' &&
      !is_outside_namespace (path + length))
    return path + length;

  return is_outside_namespace (root) ? "" : NULL;
}

static char *
find_nearest (const char *top,
              const char *relative,
              gboolean   *out_exact)
{
  g_autofree char *rest = g_strdup (relative);

  *out_exact = TRUE;
  while (TRUE)
    {
      g_autofree char *directory = g_build_filename (top, rest, NULL);
      char *slash = strrchr (rest, '/');

      if (g_file_test (directory, G_FILE_TEST_IS_DIR))
        return g_steal_pointer (&directory);
      if (slash == NULL)
        return NULL;

      *slash = '\0';
      *out_exact = FALSE;
    }
}

static char *
find_directory (const char *mounts,
                const char *cgroup_path,
                const char *path,
                guint       version,
                gboolean   *out_exact)
{
  g_auto (GStrv) lines = g_strsplit (mounts, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *root = NULL;
      g_autofree char *point = NULL;
      g_autofree char *top = NULL;
      const char *relative;

      if (!parse_mount (lines[i], version, &root, &point))
        continue;

      relative = map_path (root, path);
      if (relative == NULL)
        continue;

      top = g_build_filename (cgroup_path != NULL ? cgroup_path : "/", point, NULL);
      return find_nearest (top, relative, out_exact);
    }

  return NULL;
}

MgrctlGroups *
mgrctl_groups_find (const char *proc_path,
                    const char *cgroup_path,
                    const char *process)
{
  MgrctlGroups *self = g_new0 (MgrctlGroups, 1);
  g_autofree char *name = g_build_filename (process, "cgroup", NULL);
  g_autofree char *membership = mgrctl_file_get (proc_path, name, NULL);
  g_autofree char *mounts = mgrctl_file_get (proc_path, "self/mountinfo", NULL);
  g_autofree char *v1_path = NULL;
  g_autofree char *v2_path = NULL;

  if (membership == NULL || mounts == NULL)
    return self;

  v1_path = find_membership (membership, 1);
  v2_path = find_membership (membership, 2);
  if (v2_path != NULL)
    self->unified = find_directory (mounts, cgroup_path, v2_path, 2, &self->exact);

  if (v1_path != NULL)
    {
      self->memory = find_directory (mounts, cgroup_path, v1_path, 1, &self->exact);
      self->version = self->memory != NULL ? 1 : 0;
    }
  else if (self->unified != NULL)
    {
      self->memory = g_strdup (self->unified);
      self->version = 2;
    }

  return self;
}

static gboolean
has_file (const char *directory,
          const char *name)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static gboolean
groups_take (MgrctlGroups  *self,
             const char    *directory,
             GError       **error)
{
  gboolean v1 = has_file (directory, V1_FILE);
  char **place = v1 ? &self->memory : &self->unified;

  if (!v1 && !has_file (directory, V2_FILE))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                   "“%s” is no cgroup: it has neither “" V1_FILE "” nor “" V2_FILE "”", directory);
      return FALSE;
    }

  if (*place != NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS,
                   "“%s” and “%s” are both cgroups v%u: name one of them",
                   *place, directory, v1 ? 1 : 2);
      return FALSE;
    }

  *place = g_strdup (directory);
  return TRUE;
}

MgrctlGroups *
mgrctl_groups_name (const char * const  *directories,
                    GError             **error)
{
  g_autoptr (MgrctlGroups) self = g_new0 (MgrctlGroups, 1);

  for (guint i = 0; directories[i] != NULL; i++)
    {
      if (!groups_take (self, directories[i], error))
        return NULL;
    }

  self->version = self->memory != NULL ? 1 : 2;
  self->exact = TRUE;
  if (self->memory == NULL)
    self->memory = g_strdup (self->unified);

  return g_steal_pointer (&self);
}
