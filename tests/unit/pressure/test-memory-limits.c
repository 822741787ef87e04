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

  { "lxcfs",
    "host total=512M available=300M\n"
    "v2 /\n",
    512, 0, 300, "Limit: 512.0 MiB, MemTotal of " },

  { "soft-limit-of-an-ancestor",
    "host total=16G available=8G\n"
    "v2 /a/b\n"
    "group /a high=600M current=500M\n"
    "group /a/b max=1G current=100M\n",
    1024, 600, 100, "Headroom: 100.0 MiB, the room left in the cgroup of " },

  { "limit-of-zero",
    "host total=16G available=8G\n"
    "v2 /a\n"
    "group /a max=0 current=300M\n",
    16384, 0, 8192, "MemTotal" },

  { "limit-of-minus-one",
    "host total=16G available=8G\n"
    "v2 /a\n"
    "group /a max=-1 high=-1 current=300M\n",
    16384, 0, 8192, "MemTotal" },

  { "limit-beyond-all-memory",
    "host total=16G available=8G\n"
    "v2 /a\n"
    "group /a max=18446744073709551615 current=300M\n",
    16384, 0, 8192, "MemTotal" },

  { "rlimit-unlimited-in-numbers",
    "host total=16G available=8G\n"
    "rlimits as=18446744073709551615 data=9223372036854775807\n",
    16384, 0, 8192, "MemTotal" },

  { "rlimit-below-use",
    "host total=16G available=8G\n"
    "rlimits as=100M\n"
    "status VmSize=700M VmData=100M\n",
    100, 0, 0, "Headroom: 0 B, RLIMIT_AS of this process" },

  { "rlimit-without-use",
    "host total=16G available=8G\n"
    "rlimits as=1G\n",
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
test_explains_each (void)
{
  g_autoptr (MgrFakeTree) tree =
    mgr_fake_tree_new ("host total=16G available=8G swap=4G swap-free=3G\n"
                       "v2 /a/b\n"
                       "group /a max=2G high=1500M current=1400M\n"
                       "group /a/b max=3G current=100M swap-max=1G swap-current=200M\n"
                       "rlimits as=1G\n"
                       "status VmSize=100M\n");
  g_autoptr (MgrMemoryLimits) limits = limits_of (tree);
  const char *root = mgr_fake_tree_get_root (tree);
  g_autofree char *text = mgr_memory_limits_explain (limits);
  g_autofree char *expected =
    g_strdup_printf ("Limit: 1.0 GiB, RLIMIT_AS of this process\n"
                     "Soft limit: 1.5 GiB, memory.high of %s/sys/fs/cgroup/a\n"
                     "Headroom: 100.0 MiB, the room left in the cgroup of %s/sys/fs/cgroup/a\n"
                     "Swap: 824.0 MiB, memory.swap.max of %s/sys/fs/cgroup/a/b\n",
                     root, root, root);

  g_test_summary ("Each of the four figures says which rule gave it");

  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpuint (mgr_memory_limits_get_swap (limits), ==, 824 * MIB);
}

static void
test_swap (void)
{
  g_autoptr (MgrFakeTree) tree =
    mgr_fake_tree_new ("host total=16G available=8G swap=4G swap-free=3G\n"
                       "v1 /a\n"
                       "group1 /a limit=1G usage=300M memsw=1500M memsw-usage=350M\n");
  g_autoptr (MgrMemoryLimits) limits = limits_of (tree);

  g_assert_cmpuint (mgr_memory_limits_get_swap (limits), ==, 426 * MIB);
  assert_explains (limits, "Swap: 426.0 MiB, memory.memsw.limit_in_bytes of ");

  mgr_fake_tree_describe (tree, "host total=16G available=8G swap=4G swap-free=100M\n");
  g_assert_true (mgr_memory_limits_refresh (limits, NULL));
  assert_explains (limits, "Swap: 100.0 MiB, SwapFree of ");

  mgr_fake_tree_describe (tree, "host total=16G available=8G\n");
  g_assert_true (mgr_memory_limits_refresh (limits, NULL));
  g_assert_cmpuint (mgr_memory_limits_get_swap (limits), ==, 0);
  assert_explains (limits, "Swap: 0 B, SwapFree of ");

  mgr_fake_tree_write (tree, "proc/meminfo", "MemTotal: 99 kB\nMemAvailable: 9 kB\n");
  g_assert_true (mgr_memory_limits_refresh (limits, NULL));
  g_assert_cmpuint (mgr_memory_limits_get_swap (limits), ==, 0);
  assert_explains (limits, "Swap: none\n");
  assert_explains (limits, "no usable SwapTotal");
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

/* Opens, but cannot be read. */
static const char unreadable[] = "unreadable";

typedef struct
{
  const char *path;
  const char *contents; /* NULL: removed */
} Fault;

static void
assert_fault (const char  *description,
              const Fault *fault)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new (description);
  g_autoptr (MgrMemoryLimits) limits = NULL;

  if (fault->contents == unreadable)
    mgr_fake_tree_break (tree, fault->path);
  else if (fault->contents != NULL)
    mgr_fake_tree_write (tree, fault->path, fault->contents);
  else
    mgr_fake_tree_remove (tree, fault->path);

  limits = limits_of (tree);
  g_assert_cmpuint (mgr_memory_limits_get_limit (limits), ==, 16 * GIB);
  g_assert_cmpuint (mgr_memory_limits_get_headroom (limits), ==, 8 * GIB);
  assert_explains (limits, fault->path);
}

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
    { "sys/fs/cgroup/a/memory.max", unreadable },
    { "sys/fs/cgroup/a/memory.high", unreadable },
    { "sys/fs/cgroup/a/memory.current", unreadable },
    { "sys/fs/cgroup/a/memory.stat", unreadable },
    { "proc/self/cgroup", unreadable },
    { "proc/self/mountinfo", unreadable },
    { "proc/self/cgroup", NULL },
    { "proc/self/mountinfo", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    assert_fault ("host total=16G available=8G\n"
                  "v2 /a\n"
                  "group /a max=1G current=100M\n",
                  &faults[i]);
}

static void
test_v1_faults (void)
{
  static const Fault faults[] = {
    { "sys/fs/cgroup/memory/a/memory.usage_in_bytes", "" },
    { "sys/fs/cgroup/memory/a/memory.usage_in_bytes", "-1\n" },
    { "sys/fs/cgroup/memory/a/memory.usage_in_bytes", unreadable },
    { "sys/fs/cgroup/memory/a/memory.stat", NULL },
    { "sys/fs/cgroup/memory/a/memory.stat", unreadable },
    { "sys/fs/cgroup/memory/a/memory.stat",
      "inactive_file 1\nactive_file 1\nhierarchical_memory_limit 1048576\n" },
    { "sys/fs/cgroup/memory/a/memory.stat", "total_inactive_file 1\ntotal_active_file 1\n" },
    { "sys/fs/cgroup/memory/a/memory.stat",
      "total_inactive_file 1\ntotal_active_file 1\nhierarchical_memory_limit 10485" },
  };

  g_test_summary ("v1 keys have the prefix total_, and what was cut off does not count");

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    assert_fault ("host total=16G available=8G\n"
                  "v1 /a\n"
                  "group1 /a limit=1G usage=100M\n",
                  &faults[i]);
}

/* The host's share goes, and is named; the cgroup's stays. */
static void
test_host_faults (void)
{
  static const Fault faults[] = {
    { "proc/meminfo", "" },
    { "proc/meminfo", "MemTotal: 16 kB\n" },
    { "proc/meminfo", "MemTotal: 16 kB\nMemAvailable: 1" },
    { "proc/meminfo", "MemTotal: 0 kB\nMemAvailable: 0 kB\n" },
    { "proc/meminfo", "MemTotal: 99999999999999999999 kB\nMemAvailable: 1 kB\n" },
    { "proc/meminfo", unreadable },
    { "proc/meminfo", NULL },
    { "proc/self/limits", unreadable },
    { "proc/self/limits", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (faults); i++)
    {
      g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("host total=16G available=8G\n"
                                                        "v2 /a\n"
                                                        "group /a max=1G current=100M\n"
                                                        "rlimits as=unlimited\n");
      g_autoptr (MgrMemoryLimits) limits = NULL;

      if (faults[i].contents == unreadable)
        mgr_fake_tree_break (tree, faults[i].path);
      else if (faults[i].contents != NULL)
        mgr_fake_tree_write (tree, faults[i].path, faults[i].contents);
      else
        mgr_fake_tree_remove (tree, faults[i].path);

      limits = limits_of (tree);
      g_assert_cmpuint (mgr_memory_limits_get_limit (limits), ==, GIB);
      g_assert_cmpuint (mgr_memory_limits_get_headroom (limits), ==, 924 * MIB);
      assert_explains (limits, faults[i].path);
    }
}

static void
test_without_limits (void)
{
  static const struct
  {
    const char *description;
    const char *unreadable;
  } machines[] = {
    { "v2 /a\ngroup /a current=100M\n", "sys/fs/cgroup/a/memory.stat" },
    { "v1 /a/b\ngroup1 /a usage=100M\ngroup1 /a/b usage=100M\n",
      "sys/fs/cgroup/memory/a/memory.stat" },
  };

  g_test_summary ("Where nothing limits a group, what it would cost to look closer is saved");

  for (guint i = 0; i < G_N_ELEMENTS (machines); i++)
    {
      g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new (machines[i].description);
      g_autoptr (MgrMemoryLimits) limits = NULL;
      g_autofree char *text = NULL;

      mgr_fake_tree_describe (tree, "host total=16G available=8G\n");
      mgr_fake_tree_break (tree, machines[i].unreadable);
      limits = limits_of (tree);
      g_assert_cmpuint (mgr_memory_limits_get_limit (limits), ==, 16 * GIB);
      text = mgr_memory_limits_explain (limits);
      g_assert_null (strstr (text, "memory.stat"));
    }
}

static void
test_garbage_rlimits (void)
{
  static const char *const texts[] = {
    "", "Max address space", "Max address space     lots  unlimited  bytes\n",
    "Max address space     12", "Max address space     99999999999999999999 1 bytes\n",
    "\x7f" "ELF",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("host total=16G available=8G\n");
      g_autoptr (MgrMemoryLimits) limits = NULL;

      mgr_fake_tree_write (tree, "proc/self/limits", texts[i]);
      limits = limits_of (tree);
      g_assert_cmpuint (mgr_memory_limits_get_limit (limits), ==, 16 * GIB);
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
test_properties (void)
{
  g_autoptr (MgrFakeTree) tree =
    mgr_fake_tree_new ("host total=16G available=8G swap=2G swap-free=1G\n");
  g_autoptr (MgrMemoryLimits) limits = limits_of (tree);
  g_autofree char *proc = NULL;
  g_autofree char *root = NULL;
  guint64 limit = 0;
  guint64 soft_limit = 7;
  guint64 headroom = 0;
  guint64 swap = 0;

  g_object_get (limits, "proc-path", &proc, "cgroup-path", &root, "limit", &limit,
                "soft-limit", &soft_limit, "headroom", &headroom, "swap", &swap, NULL);
  g_assert_cmpstr (proc, ==, mgr_fake_tree_get_proc (tree));
  g_assert_cmpstr (root, ==, mgr_fake_tree_get_root (tree));
  g_assert_cmpuint (limit, ==, 16 * GIB);
  g_assert_cmpuint (soft_limit, ==, 0);
  g_assert_cmpuint (headroom, ==, 8 * GIB);
  g_assert_cmpuint (swap, ==, GIB);
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
  g_test_add_func ("/pressure/memory-limits/explains-each", test_explains_each);
  g_test_add_func ("/pressure/memory-limits/swap", test_swap);
  g_test_add_func ("/pressure/memory-limits/faults", test_faults);
  g_test_add_func ("/pressure/memory-limits/v1-faults", test_v1_faults);
  g_test_add_func ("/pressure/memory-limits/host-faults", test_host_faults);
  g_test_add_func ("/pressure/memory-limits/without-limits", test_without_limits);
  g_test_add_func ("/pressure/memory-limits/garbage-rlimits", test_garbage_rlimits);
  g_test_add_func ("/pressure/memory-limits/garbage-proc", test_garbage_proc);
  g_test_add_func ("/pressure/memory-limits/escaped-mount-point", test_escaped_mount_point);
  g_test_add_func ("/pressure/memory-limits/properties", test_properties);
  g_test_add_func ("/pressure/memory-limits/this-machine", test_this_machine);

  return g_test_run ();
}
