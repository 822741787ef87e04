/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mgr-fake-tree.h"

#include <mgr.h>

#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

struct _MgrFakeTree
{
  char *root;          /* (owned) */
  char *proc;          /* (owned) */
  char *v2_mount;      /* (owned) */
  GString *membership; /* (owned) */
  GString *mounts;     /* (owned) */
};

static void
remove_recursively (const char *path)
{
  if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    {
      g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
      const char *name;

      while ((name = g_dir_read_name (dir)) != NULL)
        {
          g_autofree char *child = g_build_filename (path, name, NULL);

          remove_recursively (child);
        }
    }

  g_assert_cmpint (g_remove (path), ==, 0);
}

void
mgr_fake_tree_write (MgrFakeTree *self,
                     const char  *path,
                     const char  *contents)
{
  g_autofree char *full = g_build_filename (self->root, path, NULL);
  g_autofree char *directory = g_path_get_dirname (full);
  gssize length = (gssize) strlen (contents);
  gssize written;
  int fd;

  g_assert_cmpint (g_mkdir_with_parents (directory, 0700), ==, 0);
  fd = g_open (full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  g_assert_cmpint (fd, >=, 0);
  written = write (fd, contents, (gsize) length);
  g_assert_cmpint (written, ==, length);
  g_assert_true (g_close (fd, NULL));
}

void
mgr_fake_tree_remove (MgrFakeTree *self,
                      const char  *path)
{
  g_autofree char *full = g_build_filename (self->root, path, NULL);

  remove_recursively (full);
}

void
mgr_fake_tree_break (MgrFakeTree *self,
                     const char  *path)
{
  g_autofree char *full = g_build_filename (self->root, path, NULL);

  if (g_file_test (full, G_FILE_TEST_EXISTS))
    remove_recursively (full);
  g_assert_cmpint (g_mkdir_with_parents (full, 0700), ==, 0);
}

/* The value of `key=…` among @words, or @fallback. */
static const char *
word_get (char       **words,
          const char  *key,
          const char  *fallback)
{
  gsize length = strlen (key);

  for (guint i = 0; words[i] != NULL; i++)
    {
      if (g_str_has_prefix (words[i], key) && words[i][length] == '=')
        return words[i] + length + 1;
    }

  return fallback;
}

/* What is no size, as “max”, goes into the file as it is. */
static char *
word_get_bytes (char       **words,
                const char  *key,
                const char  *fallback)
{
  const char *text = word_get (words, key, fallback);
  guint64 bytes = 0;

  if (!mgr_size_parse (text, &bytes, NULL))
    return g_strdup (text);

  return g_strdup_printf ("%" G_GUINT64_FORMAT, bytes);
}

static void
write_bytes (MgrFakeTree  *self,
             const char   *directory,
             const char   *name,
             char        **words,
             const char   *key,
             const char   *fallback)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);
  g_autofree char *bytes = word_get_bytes (words, key, fallback);
  g_autofree char *contents = g_strconcat (bytes, "\n", NULL);

  mgr_fake_tree_write (self, path, contents);
}

static void
write_stat (MgrFakeTree         *self,
            const char          *directory,
            char               **words,
            const char * const  *keys)
{
  g_autofree char *path = g_build_filename (directory, "memory.stat", NULL);
  g_autoptr (GString) text = g_string_new ("anon 4096\n");

  for (guint i = 0; keys[i] != NULL; i++)
    {
      g_autofree char *bytes = word_get_bytes (words, keys[i], "0");

      g_string_append_printf (text, "%s %s\n", keys[i], bytes);
    }

  mgr_fake_tree_write (self, path, text->str);
}

static void
describe_group_v2 (MgrFakeTree  *self,
                   const char   *name,
                   char        **words)
{
  static const char *const keys[] = {
    "file", "shmem", "inactive_file", "active_file", "slab_reclaimable", NULL,
  };
  g_autofree char *directory = g_build_filename (self->v2_mount, name, NULL);

  write_bytes (self, directory, "memory.current", words, "current", "0");
  write_bytes (self, directory, "memory.max", words, "max", "max");
  write_bytes (self, directory, "memory.high", words, "high", "max");
  write_bytes (self, directory, "memory.low", words, "low", "0");
  write_bytes (self, directory, "memory.min", words, "min", "0");
  write_stat (self, directory, words, keys);
  if (word_get (words, "swap-max", NULL) != NULL)
    {
      write_bytes (self, directory, "memory.swap.max", words, "swap-max", "max");
      write_bytes (self, directory, "memory.swap.current", words, "swap-current", "0");
    }
}

static void
describe_group_v1 (MgrFakeTree  *self,
                   const char   *name,
                   char        **words)
{
  static const char *const keys[] = {
    "cache", "inactive_file", "active_file", "hierarchical_memory_limit",
    "total_cache", "total_inactive_file", "total_active_file", NULL,
  };
  g_autofree char *directory = g_build_filename ("sys/fs/cgroup/memory", name, NULL);
  g_autofree char *limit = word_get_bytes (words, "limit", "9223372036854771712");
  g_autofree char *hierarchical = g_strconcat ("hierarchical_memory_limit=", limit, NULL);
  g_autoptr (GStrvBuilder) all = g_strv_builder_new ();
  g_auto (GStrv) all_words = NULL;

  g_strv_builder_addv (all, (const char **) words);
  g_strv_builder_add (all, hierarchical);
  all_words = g_strv_builder_end (all);

  write_bytes (self, directory, "memory.usage_in_bytes", words, "usage", "0");
  write_bytes (self, directory, "memory.limit_in_bytes", words, "limit", "9223372036854771712");
  write_stat (self, directory, all_words, keys);
  if (word_get (words, "memsw", NULL) != NULL)
    {
      write_bytes (self, directory, "memory.memsw.limit_in_bytes", words, "memsw", "max");
      write_bytes (self, directory, "memory.memsw.usage_in_bytes", words, "memsw-usage", "0");
    }
}

static void
describe_membership (MgrFakeTree *self,
                     const char  *version,
                     const char  *path,
                     const char  *mounted)
{
  gboolean v1 = strcmp (version, "v1") == 0;
  g_autofree char *mount_directory = NULL;

  if (v1)
    {
      g_free (self->v2_mount);
      self->v2_mount = g_strdup ("sys/fs/cgroup/unified");
    }

  g_string_append_printf (self->membership, "%s:%s\n", v1 ? "4:hugetlb,memory" : "0:", path);
  g_string_append_printf (self->mounts,
                          "35 31 0:32 %s /%s rw,relatime shared:9 master:1 - %s none rw%s\n",
                          mounted, v1 ? "sys/fs/cgroup/memory" : self->v2_mount,
                          v1 ? "cgroup" : "cgroup2", v1 ? ",hugetlb,memory" : "");
  mgr_fake_tree_write (self, "proc/self/cgroup", self->membership->str);
  mgr_fake_tree_write (self, "proc/self/mountinfo", self->mounts->str);

  mount_directory = g_build_filename (self->root, v1 ? "sys/fs/cgroup/memory" : self->v2_mount,
                                      NULL);
  g_assert_cmpint (g_mkdir_with_parents (mount_directory, 0700), ==, 0);
}

static guint64
word_get_kib (char       **words,
              const char  *key)
{
  guint64 bytes = 0;

  g_assert_true (mgr_size_parse (word_get (words, key, "0"), &bytes, NULL));
  return bytes / 1024;
}

static void
describe_host (MgrFakeTree  *self,
               char        **words)
{
  g_autofree char *text = NULL;

  /* MemFree is small on purpose: who takes it for what is available is found out. */
  text = g_strdup_printf ("MemTotal:       %8" G_GUINT64_FORMAT " kB\n"
                          "MemFree:              64 kB\n"
                          "MemAvailable:   %8" G_GUINT64_FORMAT " kB\n"
                          "Buffers:            1024 kB\n"
                          "SwapTotal:      %8" G_GUINT64_FORMAT " kB\n"
                          "SwapFree:       %8" G_GUINT64_FORMAT " kB\n"
                          "AnonPages:      %8" G_GUINT64_FORMAT " kB\n",
                          word_get_kib (words, "total"), word_get_kib (words, "available"),
                          word_get_kib (words, "swap"), word_get_kib (words, "swap-free"),
                          word_get_kib (words, "anon"));
  mgr_fake_tree_write (self, "proc/meminfo", text);
}

static void
describe_stall (MgrFakeTree  *self,
                const char   *place,
                char        **words)
{
  g_autofree char *path = NULL;
  g_autofree char *text = NULL;

  path = strcmp (place, "-") == 0
           ? g_strdup ("proc/pressure/memory")
           : g_build_filename (self->v2_mount, place, "memory.pressure", NULL);
  text = g_strdup_printf ("some avg10=0.00 avg60=0.00 avg300=0.00 total=%s\n"
                          "full avg10=0.00 avg60=0.00 avg300=0.00 total=7\n",
                          word_get (words, "total", "0"));
  mgr_fake_tree_write (self, path, text);
}

static void
describe_rlimits (MgrFakeTree  *self,
                  char        **words)
{
  g_autofree char *space = word_get_bytes (words, "as", "unlimited");
  g_autofree char *data = word_get_bytes (words, "data", "unlimited");
  g_autofree char *text = NULL;

  text = g_strdup_printf ("%-25s %-20s %-20s %-10s\n"
                          "%-25s %-20s %-20s %-10s\n"
                          "%-25s %-20s %-20s %-10s\n",
                          "Limit", "Soft Limit", "Hard Limit", "Units",
                          "Max data size", data, "unlimited", "bytes",
                          "Max address space", space, "unlimited", "bytes");
  mgr_fake_tree_write (self, "proc/self/limits", text);
}

static void
describe_status (MgrFakeTree  *self,
                 char        **words)
{
  static const char *const keys[] = { "VmSize", "VmData", "RssAnon", "RssFile", "VmSwap" };
  g_autoptr (GString) text = g_string_new ("Name:\tfake\n");

  for (guint i = 0; i < G_N_ELEMENTS (keys); i++)
    {
      if (word_get (words, keys[i], NULL) != NULL)
        g_string_append_printf (text, "%s:\t%8" G_GUINT64_FORMAT " kB\n",
                                keys[i], word_get_kib (words, keys[i]));
    }

  mgr_fake_tree_write (self, "proc/self/status", text->str);
}

static void
describe_statm (MgrFakeTree  *self,
                char        **words)
{
  guint64 page = (guint64) sysconf (_SC_PAGESIZE) / 1024;
  g_autofree char *text =
    g_strdup_printf ("%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " 1 0 9 0\n",
                     2 * word_get_kib (words, "resident") / page,
                     word_get_kib (words, "resident") / page,
                     word_get_kib (words, "shared") / page);

  mgr_fake_tree_write (self, "proc/self/statm", text);
}

static void
describe_line (MgrFakeTree *self,
               const char  *line)
{
  g_auto (GStrv) words = g_strsplit (line, " ", -1);
  const char *what = words[0];

  if (strcmp (what, "host") == 0)
    describe_host (self, words);
  else if (strcmp (what, "v1") == 0 || strcmp (what, "v2") == 0)
    describe_membership (self, what, words[1], word_get (words, "root", "/"));
  else if (strcmp (what, "group1") == 0)
    describe_group_v1 (self, words[1], words);
  else if (strcmp (what, "group") == 0)
    describe_group_v2 (self, words[1], words);
  else if (strcmp (what, "stall") == 0)
    describe_stall (self, words[1], words);
  else if (strcmp (what, "rlimits") == 0)
    describe_rlimits (self, words);
  else if (strcmp (what, "status") == 0)
    describe_status (self, words);
  else if (strcmp (what, "statm") == 0)
    describe_statm (self, words);
  else
    g_error ("“%s” describes no part of a tree", line);
}

void
mgr_fake_tree_describe (MgrFakeTree *self,
                        const char  *description)
{
  g_auto (GStrv) lines = g_strsplit (description, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (lines[i][0] != '\0')
        describe_line (self, lines[i]);
    }
}

MgrFakeTree *
mgr_fake_tree_new (const char *description)
{
  g_autoptr (GError) error = NULL;
  MgrFakeTree *self = g_new0 (MgrFakeTree, 1);

  self->root = g_dir_make_tmp ("libmgr-tree-XXXXXX", &error);
  g_assert_no_error (error);
  self->proc = g_build_filename (self->root, "proc", NULL);
  self->v2_mount = g_strdup ("sys/fs/cgroup");
  self->membership = g_string_new ("12:pids:/elsewhere\n1:name=systemd:/init.scope\n");
  self->mounts = g_string_new ("23 28 0:21 / /sys rw,nosuid shared:7 - sysfs sysfs rw\n"
                               "36 31 0:33 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n");

  mgr_fake_tree_describe (self, "statm resident=60M shared=10M");
  mgr_fake_tree_describe (self, description);
  return self;
}

void
mgr_fake_tree_free (MgrFakeTree *self)
{
  remove_recursively (self->root);
  g_free (self->root);
  g_free (self->proc);
  g_free (self->v2_mount);
  g_string_free (self->membership, TRUE);
  g_string_free (self->mounts, TRUE);
  g_free (self);
}

const char *
mgr_fake_tree_get_proc (MgrFakeTree *self)
{
  return self->proc;
}

const char *
mgr_fake_tree_get_root (MgrFakeTree *self)
{
  return self->root;
}
