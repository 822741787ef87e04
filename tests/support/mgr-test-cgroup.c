/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mgr-test-cgroup.h"

#include "mgr-fake-tree.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

struct _MgrTestCgroup
{
  MgrFakeTree *tree; /* (owned) */
  char *directory;   /* (owned) */
};

/* Where the whole v2 hierarchy is mounted, or NULL. */
static char *
find_mount_point (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents ("/proc/self/mountinfo", &text, NULL, NULL))
    return NULL;

  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) fields = g_strsplit (lines[i], " ", -1);

      if (strstr (lines[i], " - cgroup2 ") != NULL && strcmp (fields[3], "/") == 0)
        return g_strdup (fields[4]);
    }

  return NULL;
}

MgrTestCgroup *
mgr_test_cgroup_new (void)
{
  g_autofree char *mount_point = find_mount_point ();
  g_autofree char *name = g_strdup_printf ("libmgr-test-%d", getpid ());
  g_autofree char *directory = NULL;
  g_autofree char *membership = NULL;
  g_autofree char *mounts = NULL;
  MgrTestCgroup *self;

  if (mount_point == NULL)
    return NULL;

  directory = g_build_filename (mount_point, name, NULL);
  if (g_mkdir (directory, 0700) != 0)
    return NULL;

  self = g_new0 (MgrTestCgroup, 1);
  self->directory = g_steal_pointer (&directory);
  self->tree = mgr_fake_tree_new ("host total=16G available=8G\n");
  membership = g_strdup_printf ("0::/%s\n", name);
  mounts = g_strdup_printf ("1 2 0:3 / %s rw - cgroup2 none rw\n", mount_point);
  mgr_fake_tree_write (self->tree, "proc/self/cgroup", membership);
  mgr_fake_tree_write (self->tree, "proc/self/mountinfo", mounts);
  return self;
}

void
mgr_test_cgroup_free (MgrTestCgroup *self)
{
  g_rmdir (self->directory);
  mgr_fake_tree_free (self->tree);
  g_free (self->directory);
  g_free (self);
}

const char *
mgr_test_cgroup_get_proc (MgrTestCgroup *self)
{
  return mgr_fake_tree_get_proc (self->tree);
}

void
mgr_test_cgroup_remove (MgrTestCgroup *self)
{
  g_assert_cmpint (g_rmdir (self->directory), ==, 0);
}
