/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-tree.h"

#define MIB (G_GUINT64_CONSTANT (1024) * 1024)
#define GIB (1024 * MIB)

static MgrMemoryLimits *
limits_of (MgrFakeTree *tree)
{
  return mgr_memory_limits_new (mgr_fake_tree_get_proc (tree), mgr_fake_tree_get_root (tree));
}

static void
assert_explains (MgrMemoryLimits *limits,
                 const char      *part)
{
  g_autofree char *text = mgr_memory_limits_explain (limits);

  g_assert_true (g_utf8_validate (text, -1, NULL));
  if (strstr (text, part) == NULL)
    g_error ("“%s” is not in:\n%s", part, text);
}

typedef struct
{
  const char *name;
  const char *description;
  guint64 limit;      /* MiB, as all of them */
  guint64 soft_limit;
  guint64 headroom;
  const char *explains;
} Case;

static const Case cases[] = {
  { "host",
    "host total=16G available=8G\n",
    16384, 0, 8192, "Limit: 16.0 GiB, MemTotal of " },

  { "v2",
    "host total=16G available=8G\n"
    "v2 /a\n"
    "group /a max=1G high=800M current=300M inactive_file=100M active_file=40M"
    " slab_reclaimable=20M\n",
    1024, 800, 630, "Soft limit: 800.0 MiB, memory.high of " },

  { "v1",
    "host total=16G available=8G\n"
    "v1 /a\n"
    "group1 /a limit=1G usage=300M total_inactive_file=100M total_active_file=40M"
    " inactive_file=7M active_file=7M\n",
    1024, 0, 844, "hierarchical_memory_limit of " },

  { "v1-no-limit",
    "host total=16G available=8G\n"
    "v1 /a\n"
    "group1 /a limit=9223372036854771712 usage=300M\n",
    16384, 0, 8192, "MemTotal" },

  { "v1-parent-shared",
    "host total=16G available=8G\n"
    "v1 /a/b\n"
    "group1 /a limit=1G usage=900M\n"
    "group1 /a/b limit=1G usage=100M\n",
    1024, 0, 124, "/a\n" },

  { "hybrid-memory-on-v1",
    "host total=16G available=8G\n"
    "v1 /a\n"
    "v2 /b\n"
    "group1 /a limit=1G usage=300M\n"
    "group /b max=5M\n",
    1024, 0, 724, "sys/fs/cgroup/memory/a" },

  { "hybrid-memory-on-v2",
    "host total=16G available=8G\n"
    "v2 /b\n"
    "group /b max=500M current=100M\n",
    500, 0, 400, "sys/fs/cgroup/b" },

  { "tightest-in-the-middle",
    "host total=16G available=8G\n"
    "v2 /a/b/c\n"
    "group /a max=4G current=1G\n"
    "group /a/b max=512M high=max current=400M\n"
    "group /a/b/c max=2G high=900M current=100M\n",
    512, 900, 112, "memory.max of " },

  { "tightest-headroom-in-a-wider-ancestor",
    "host total=16G available=8G\n"
    "v2 /a/b\n"
    "group /a max=4G current=4000M\n"
    "group /a/b max=1G current=100M\n",
    1024, 0, 96, "Headroom: 96.0 MiB, the room left in the cgroup of " },

  { "low-and-min-are-no-limits",
    "host total=16G available=8G\n"
    "v2 /a\n"
    "group /a low=100M min=50M max=1G current=200M\n",
    1024, 0, 824, "memory.max" },

  { "everything-max",
    "host total=16G available=8G\n"
    "v2 /a\n"
    "group /a current=200M low=100M\n",
    16384, 0, 8192, "MemTotal" },

  { "bind-mounted-root",
    "host total=16G available=8G\n"
    "v2 /docker/1234/app root=/docker/1234\n"
    "group / max=2G current=100M\n"
    "group /app max=1G current=100M\n",
    1024, 0, 924, "cannot be seen from here" },

  { "bind-mounted-root-is-own-group",
    "host total=16G available=8G\n"
    "v1 /docker/1234 root=/docker/1234\n"
    "group1 / limit=1G usage=100M\n",
    1024, 0, 924, "hierarchical_memory_limit" },

  { "namespaced-root",
    "host total=16G available=8G\n"
    "v2 /\n"
    "group / max=1G current=100M\n",
    1024, 0, 924, "cannot be seen from here" },

  { "mounted-above-the-namespace",
    "host total=16G available=8G\n"
    "v2 / root=/../..\n"
    "group / max=3G current=1G\n",
    3072, 0, 2048, "cannot be seen from here" },

  { "real-root",
    "host total=16G available=8G\n"
    "v2 /\n",
    16384, 0, 8192, "MemTotal" },

  { "another-groups-mount",
    "host total=16G available=8G\n"
    "v2 /mine root=/theirs\n"
    "group / max=1G current=100M\n"
    "group /mine max=1G current=100M\n",
    16384, 0, 8192, "No mount shows the memory cgroup" },

  { "limit-below-use",
    "host total=16G available=8G\n"
    "v2 /a\n"
    "group /a max=100M current=300M\n",
    100, 0, 0, "Headroom: 0 B" },

  { "host-less-than-cgroup",
    "host total=2G available=100M\n"
    "v2 /a\n"
    "group /a max=4G current=300M\n",
    2048, 0, 100, "Headroom: 100.0 MiB, MemAvailable" },

  { "address-space",
    "host total=16G available=8G\n"
    "rlimits as=1G data=2G\n"
    "status VmSize=700M VmData=100M\n",
    1024, 0, 324, "RLIMIT_AS of this process" },

  { "data",
    "host total=16G available=8G\n"
    "rlimits data=500M\n"
    "status VmSize=900M VmData=200M\n",
    500, 0, 300, "RLIMIT_DATA of this process" },

  { "use-unknown",
    "host total=16G available=8G\n"
    "rlimits as=1G data=2G\n",
    1024, 0, 1024, "Headroom: 1.0 GiB, RLIMIT_AS of this process" },

  { "name-not-in-utf-8",
    "host total=16G available=8G\n"
    "v2 /a\xff\n"
    "group /a\xff max=1G high=800M current=300M\n",
    1024, 800, 500, "a\xef\xbf\xbd" },

  { "name-not-in-utf-8-without-controller",
    "host total=16G available=8G\n"
    "v2 /\xff root=/\xff\n"
    "stall / total=0\n",
    16384, 0, 8192, "enable the memory controller" },

  { "controller-not-enabled",
    "host total=16G available=8G\n"
    "v2 /a/b\n"
    "stall /a/b total=0\n",
    16384, 0, 8192, "enable the memory controller" },
};

static void
test_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new (c->description);
  g_autoptr (MgrMemoryLimits) limits = limits_of (tree);
  g_autoptr (GError) error = NULL;

  g_assert_true (mgr_memory_limits_refresh (limits, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (mgr_memory_limits_get_limit (limits), ==, c->limit * MIB);
  g_assert_cmpuint (mgr_memory_limits_get_soft_limit (limits), ==, c->soft_limit * MIB);
  g_assert_cmpuint (mgr_memory_limits_get_headroom (limits), ==, c->headroom * MIB);
  assert_explains (limits, c->explains);
}

static void
test_nothing_there (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("");
  g_autoptr (MgrMemoryLimits) limits = limits_of (tree);
  g_autoptr (GError) error = NULL;

  g_assert_false (mgr_memory_limits_refresh (limits, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
  g_assert_nonnull (strstr (error->message, "meminfo"));
  g_assert_cmpuint (mgr_memory_limits_get_limit (limits), ==, 0);
  g_assert_cmpuint (mgr_memory_limits_get_headroom (limits), ==, 0);
  assert_explains (limits, "Limit: none");
}

typedef struct
{
  const char *path;
  const char *contents; /* NULL: removed */
} Fault;

/* Each fault takes the cgroup's share away and is named; the host's stays. */
static void
test_faults (void)
{
  static const Fault faults[] = {
    { "sys/fs/cgroup/a/memory.max", "" },
    { "sys/fs/cgroup/a/memory.max", "10" },
    { "sys/fs/cgroup/a/memory.max", "lots\n" },
    { "sys/fs/cgroup/a/memory.max", "\x01\x02\xff\xfe" },
    { "sys/fs/cgroup/a/memory.max", NULL },
    { "sys/fs/cgroup/a/memory.high", "-5\n" },
    { "sys/fs/cgroup/a/memory.current", "99999999999999999999\n" },
    { "sys/fs/cgroup/a/memory.current", "max\n" },
    { "sys/fs/cgroup/a/memory.stat", NULL },
    { "sys/fs/cgroup/a/memory.stat", "" },
    { "sys/fs/cgroup/a/memory.stat", "inactive_file 10\nactive_f" },
    { "sys/fs/cgroup/a/memory.stat", "active_file 4096\n" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("host total=16G available=8G\n"
                                                        "v2 /a\n"
                                                        "group /a max=1G current=100M\n");
      g_autoptr (MgrMemoryLimits) limits = NULL;

      if (faults[i].contents != NULL)
        mgr_fake_tree_write (tree, faults[i].path, faults[i].contents);
      else
        mgr_fake_tree_remove (tree, faults[i].path);

      limits = limits_of (tree);
      g_assert_cmpuint (mgr_memory_limits_get_limit (limits), ==, 16 * GIB);
      g_assert_cmpuint (mgr_memory_limits_get_headroom (limits), ==, 8 * GIB);
      assert_explains (limits, faults[i].path);
    }
}

static void
test_garbage_proc (void)
{
  static const char *const texts[] = {
    "", "\n\n\n", "0::", "0::nowhere\n", ":::::::\n", "4:memory\n", "\x7f" "ELF\x02\x01\x01",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("host total=16G available=8G\n"
                                                        "v2 /a\n"
                                                        "group /a max=1G current=100M\n");
      g_autoptr (MgrMemoryLimits) limits = NULL;

      mgr_fake_tree_write (tree, i % 2 ? "proc/self/cgroup" : "proc/self/mountinfo", texts[i]);
      limits = limits_of (tree);
      g_assert_cmpuint (mgr_memory_limits_get_limit (limits), ==, 16 * GIB);
      assert_explains (limits, "No mount shows the memory cgroup");
    }
}

static void
test_escaped_mount_point (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("host total=16G available=8G\n"
                                                    "v2 /a\n");
  g_autoptr (MgrMemoryLimits) limits = NULL;

  mgr_fake_tree_write (tree, "proc/self/mountinfo",
                       "1 2 0:3 / /my\\040groups rw - cgroup2 none rw\n");
  mgr_fake_tree_write (tree, "my groups/a/memory.current", "1048576\n");
  mgr_fake_tree_write (tree, "my groups/a/memory.max", "2097152\n");
  mgr_fake_tree_write (tree, "my groups/a/memory.high", "max\n");
  mgr_fake_tree_write (tree, "my groups/a/memory.stat", "inactive_file 0\nactive_file 0\n");

  limits = limits_of (tree);
  g_assert_cmpuint (mgr_memory_limits_get_limit (limits), ==, 2 * MIB);
}

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          gpointer    user_data)
{
  guint *count = user_data;

  (*count)++;
}

static void
test_changes (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("host total=16G available=8G\n"
                                                    "v2 /a\n"
                                                    "group /a max=1G current=100M\n"
                                                    "group /b max=2G current=500M\n");
  g_autoptr (MgrMemoryLimits) limits = limits_of (tree);
  guint n_limit = 0;
  guint n_soft_limit = 0;

  g_test_summary ("A changed limit and a change of the cgroup show at the next refresh");

  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_signal_connect (limits, "notify::limit", G_CALLBACK (count_cb), &n_limit);
  g_signal_connect (limits, "notify::soft-limit", G_CALLBACK (count_cb), &n_soft_limit);

  mgr_fake_tree_describe (tree, "group /a max=200M current=100M\n");
  g_assert_true (mgr_memory_limits_refresh (limits, NULL));
  g_assert_cmpuint (mgr_memory_limits_get_limit (limits), ==, 200 * MIB);
  g_assert_cmpuint (n_limit, ==, 0);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (n_limit, ==, 1);

  mgr_fake_tree_write (tree, "proc/self/cgroup", "0::/b\n");
  mgr_fake_tree_remove (tree, "sys/fs/cgroup/a");
  g_assert_true (mgr_memory_limits_refresh (limits, NULL));
  g_assert_cmpuint (mgr_memory_limits_get_limit (limits), ==, 2048 * MIB);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (n_limit, ==, 2);
  g_assert_cmpuint (n_soft_limit, ==, 0);
}

static void
test_properties (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("host total=16G available=8G\n");
  g_autoptr (MgrMemoryLimits) limits = limits_of (tree);
  g_autofree char *proc = NULL;
  g_autofree char *root = NULL;
  guint64 limit = 0;
  guint64 soft_limit = 7;
  guint64 headroom = 0;

  g_object_get (limits, "proc-path", &proc, "cgroup-path", &root, "limit", &limit,
                "soft-limit", &soft_limit, "headroom", &headroom, NULL);
  g_assert_cmpstr (proc, ==, mgr_fake_tree_get_proc (tree));
  g_assert_cmpstr (root, ==, mgr_fake_tree_get_root (tree));
  g_assert_cmpuint (limit, ==, 16 * GIB);
  g_assert_cmpuint (soft_limit, ==, 0);
  g_assert_cmpuint (headroom, ==, 8 * GIB);
}

static void
test_this_machine (void)
{
  g_autoptr (MgrMemoryLimits) limits = mgr_memory_limits_new (NULL, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = mgr_memory_limits_explain (limits);

  g_assert_true (mgr_memory_limits_refresh (limits, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (mgr_memory_limits_get_limit (limits), >=, MIB);
  g_assert_cmpuint (mgr_memory_limits_get_headroom (limits), <=,
                    mgr_memory_limits_get_limit (limits));
  g_test_message ("%s", text);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/pressure/memory-limits/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_case);
    }

  g_test_add_func ("/pressure/memory-limits/nothing-there", test_nothing_there);
  g_test_add_func ("/pressure/memory-limits/faults", test_faults);
  g_test_add_func ("/pressure/memory-limits/garbage-proc", test_garbage_proc);
  g_test_add_func ("/pressure/memory-limits/escaped-mount-point", test_escaped_mount_point);
  g_test_add_func ("/pressure/memory-limits/changes", test_changes);
  g_test_add_func ("/pressure/memory-limits/properties", test_properties);
  g_test_add_func ("/pressure/memory-limits/this-machine", test_this_machine);

  return g_test_run ();
}
