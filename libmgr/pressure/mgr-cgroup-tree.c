/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-cgroup-tree-private.h"

#include "base/mgr-error.h"
#include "pressure/mgr-proc-file-private.h"

#include <string.h>

/* Fields of a line of mountinfo, proc_pid_mountinfo(5). */
#define MOUNT_FIELD_ROOT 3
#define MOUNT_FIELD_POINT 4
#define MOUNT_FIELD_OPTIONAL 6

struct _MgrCgroupTree
{
  char *cgroup_path;       /* (owned) (nullable) */
  MgrProcFile *membership; /* (owned) self/cgroup */
  MgrProcFile *mounts;     /* (owned) self/mountinfo */

  guint generation;
  char *last_membership;   /* (owned) (nullable): none yet */
  guint version;
  gboolean has_root;
  gboolean in_root;
  GStrv memory_dirs;       /* (owned) (nullable): none visible */
  GStrv unified_dirs;      /* (owned) (nullable): none visible */
};

/* A place where a cgroup hierarchy, or a part of it, is mounted. */
typedef struct
{
  char *root;        /* (owned) the group that is mounted */
  char *point;       /* (owned) the directory it is mounted on */
  char *type;        /* (owned) `cgroup` or `cgroup2` */
  GStrv controllers; /* (owned) the options of the superblock */
} CgroupMount;

static void
cgroup_mount_free (CgroupMount *mount)
{
  g_free (mount->root);
  g_free (mount->point);
  g_free (mount->type);
  g_strfreev (mount->controllers);
  g_free (mount);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CgroupMount, cgroup_mount_free)

MgrCgroupTree *
mgr_cgroup_tree_new (const char *proc_path,
                     const char *cgroup_path)
{
  MgrCgroupTree *self = g_new0 (MgrCgroupTree, 1);

  self->cgroup_path = g_strdup (cgroup_path);
  self->membership = mgr_proc_file_new (proc_path, "self/cgroup");
  self->mounts = mgr_proc_file_new (proc_path, "self/mountinfo");
  return self;
}

static void
cgroup_tree_clear (MgrCgroupTree *self)
{
  self->generation++;
  g_clear_pointer (&self->last_membership, g_free);
  g_clear_pointer (&self->memory_dirs, g_strfreev);
  g_clear_pointer (&self->unified_dirs, g_strfreev);
  self->version = 0;
  self->has_root = FALSE;
  self->in_root = FALSE;
}

void
mgr_cgroup_tree_free (MgrCgroupTree *self)
{
  cgroup_tree_clear (self);
  mgr_proc_file_free (self->membership);
  mgr_proc_file_free (self->mounts);
  g_free (self->cgroup_path);
  g_free (self);
}

/* The kernel writes white space and backslashes in paths as a backslash and three
 * octal digits, and nothing else in another way. */
static char *
unescape_path (const char *field)
{
  GString *path = g_string_new (NULL);

  while (*field != '\0')
    {
      if (field[0] == '\\' && strspn (field + 1, "01234567") >= 3)
        {
          g_string_append_c (path, (char) ((field[1] - '0') << 6 | (field[2] - '0') << 3 |
                                           (field[3] - '0')));
          field += 4;
        }
      else
        {
          g_string_append_c (path, *field++);
        }
    }

  return g_string_free (path, FALSE);
}

/* A line is `36 35 98:0 /root /point rw,noatime shared:1 - cgroup2 none rw`, with
 * any number of optional fields before the dash. */
static CgroupMount *
cgroup_mount_parse (const char *line)
{
  g_auto (GStrv) fields = g_strsplit (line, " ", -1);
  guint n_fields = g_strv_length (fields);
  guint dash = MOUNT_FIELD_OPTIONAL;
  g_autoptr (CgroupMount) mount = NULL;

  while (dash < n_fields && strcmp (fields[dash], "-") != 0)
    dash++;

  if (dash + 3 >= n_fields || !g_str_has_prefix (fields[dash + 1], "cgroup") ||
      fields[MOUNT_FIELD_ROOT][0] != '/')
    return NULL;

  mount = g_new0 (CgroupMount, 1);
  mount->root = unescape_path (fields[MOUNT_FIELD_ROOT]);
  mount->point = unescape_path (fields[MOUNT_FIELD_POINT]);
  mount->type = g_strdup (fields[dash + 1]);
  mount->controllers = g_strsplit (fields[dash + 3], ",", -1);
  return g_steal_pointer (&mount);
}

static GPtrArray *
cgroup_mounts_parse (const char *text)
{
  GPtrArray *mounts = g_ptr_array_new_with_free_func ((GDestroyNotify) cgroup_mount_free);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      CgroupMount *mount = cgroup_mount_parse (lines[i]);

      if (mount != NULL)
        g_ptr_array_add (mounts, mount);
    }

  return mounts;
}

/* Finds the group on v2 (`0::PATH`) or, with @controller, the one on the v1
 * hierarchy that has it (`4:memory:PATH`). */
static char *
find_membership (const char *text,
                 const char *controller)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[i], ":", 3);
      g_auto (GStrv) controllers = NULL;

      if (g_strv_length (fields) != 3 || fields[2][0] != '/')
        continue;

      controllers = g_strsplit (fields[1], ",", -1);
      if (controller == NULL ? strcmp (fields[0], "0") == 0 && fields[1][0] == '\0'
                             : g_strv_contains ((const char * const *) controllers, controller))
        return g_strdup (fields[2]);
    }

  return NULL;
}

static gboolean
is_above_namespace (const char *path)
{
  return g_str_has_prefix (path, "/..") && (path[3] == '\0' || path[3] == '/');
}

static gboolean
is_only_above_namespace (const char *path)
{
  while (is_above_namespace (path))
    path += strlen ("/..");

  return *path == '\0';
}

/* Where @path lies under a mount of @root. Both are relative to the root of this
 * process's cgroup namespace, so that a mount of a group further up shows as
 * `/..`: an ancestor of ours for certain, though our name below it is unknown. */
static const char *
map_path (const char *root,
          const char *path)
{
  gsize length = strcmp (root, "/") == 0 ? 0 : strlen (root);

  if (strncmp (path, root, length) == 0 && (path[length] == '/' || path[length] == '\0') &&
      !is_above_namespace (path + length))
    return path + length;

  if (is_only_above_namespace (root))
    return "";

  return NULL;
}

/* Lists @relative and its parents below @top as far as they exist, @top last. */
static GStrv
list_directories (const char *top,
                  const char *relative)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *rest = g_strdup (relative);

  while (TRUE)
    {
      g_autofree char *directory = NULL;
      char *slash;

      while (g_str_has_suffix (rest, "/"))
        rest[strlen (rest) - 1] = '\0';

      directory = g_strconcat (top, rest, NULL);
      if (g_file_test (directory, G_FILE_TEST_IS_DIR))
        g_strv_builder_add (builder, directory);

      slash = strrchr (rest, '/');
      if (slash == NULL)
        break;
      *slash = '\0';
    }

  return g_strv_builder_end (builder);
}

static gboolean
cgroup_mount_serves (CgroupMount *mount,
                     const char  *controller)
{
  if (controller == NULL)
    return strcmp (mount->type, "cgroup2") == 0;

  return strcmp (mount->type, "cgroup") == 0 &&
         g_strv_contains ((const char * const *) mount->controllers, controller);
}

/* Of several mounts the one that shows most ancestors is the best: it names the
 * most directories. Sets has_root and in_root by it. */
static GStrv
find_directories (MgrCgroupTree *self,
                  GPtrArray     *mounts,
                  const char    *controller,
                  const char    *path)
{
  g_auto (GStrv) best = NULL;

  for (guint i = 0; i < mounts->len; i++)
    {
      CgroupMount *mount = g_ptr_array_index (mounts, i);
      const char *relative = map_path (mount->root, path);
      g_autofree char *top = NULL;
      g_auto (GStrv) found = NULL;

      if (relative == NULL || !cgroup_mount_serves (mount, controller))
        continue;

      top = g_build_filename (self->cgroup_path != NULL ? self->cgroup_path : "/",
                              mount->point, NULL);
      found = list_directories (top, relative);
      if (g_strv_length (found) == 0 ||
          (best != NULL && g_strv_length (found) <= g_strv_length (best)))
        continue;

      g_strfreev (best);
      best = g_steal_pointer (&found);
      self->has_root = strcmp (mount->root, "/") == 0;
      self->in_root = self->has_root && strcmp (path, "/") == 0;
    }

  return g_steal_pointer (&best);
}

static void
cgroup_tree_resolve (MgrCgroupTree *self,
                     const char    *membership,
                     const char    *mounts_text)
{
  g_autoptr (GPtrArray) mounts = cgroup_mounts_parse (mounts_text);
  g_autofree char *v1_path = find_membership (membership, "memory");
  g_autofree char *v2_path = find_membership (membership, NULL);

  cgroup_tree_clear (self);
  self->last_membership = g_strdup (membership);

  if (v2_path != NULL)
    self->unified_dirs = find_directories (self, mounts, NULL, v2_path);

  if (v1_path != NULL)
    {
      self->memory_dirs = find_directories (self, mounts, "memory", v1_path);
      self->version = self->memory_dirs != NULL ? 1 : 0;
    }
  else if (self->unified_dirs != NULL)
    {
      self->memory_dirs = g_strdupv (self->unified_dirs);
      self->version = 2;
    }
}

gboolean
mgr_cgroup_tree_update (MgrCgroupTree  *self,
                        gboolean       *out_changed,
                        GError        **error)
{
  const char *membership = mgr_proc_file_read (self->membership, error);
  const char *mounts;

  *out_changed = FALSE;
  if (membership != NULL && g_strcmp0 (membership, self->last_membership) == 0)
    return TRUE;

  *out_changed = TRUE;
  mounts = membership != NULL ? mgr_proc_file_read (self->mounts, error) : NULL;
  if (mounts == NULL)
    {
      cgroup_tree_clear (self);
      return FALSE;
    }

  cgroup_tree_resolve (self, membership, mounts);
  return TRUE;
}

guint
mgr_cgroup_tree_get_generation (MgrCgroupTree *self)
{
  return self->generation;
}

guint
mgr_cgroup_tree_get_version (MgrCgroupTree *self)
{
  return self->version;
}

const char * const *
mgr_cgroup_tree_get_memory_dirs (MgrCgroupTree *self)
{
  static const char *const none[] = { NULL };

  return self->memory_dirs != NULL ? (const char * const *) self->memory_dirs : none;
}

gboolean
mgr_cgroup_tree_has_root (MgrCgroupTree *self)
{
  return self->has_root;
}

gboolean
mgr_cgroup_tree_is_in_root (MgrCgroupTree *self)
{
  return self->in_root;
}

const char *
mgr_cgroup_tree_get_unified_dir (MgrCgroupTree *self)
{
  return self->unified_dirs != NULL ? self->unified_dirs[0] : NULL;
}
