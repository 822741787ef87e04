/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-tree.h"

#include <math.h>

#define MIB (G_GUINT64_CONSTANT (1024) * 1024)

static void
assert_reading (MgrPressureSource *source,
                guint64            used,
                guint64            available,
                guint64            limit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrPressureReading) reading = mgr_pressure_source_read (source, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (mgr_pressure_reading_get_used (reading), ==, used * MIB);
  g_assert_cmpuint (mgr_pressure_reading_get_available (reading), ==, available * MIB);
  g_assert_cmpuint (mgr_pressure_reading_get_limit (reading), ==, limit * MIB);
}

static void
assert_failure (MgrPressureSource *source,
                MgrError           code,
                const char        *part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrPressureReading) reading = mgr_pressure_source_read (source, &error);

  g_assert_null (reading);
  g_assert_error (error, MGR_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, part));
}

static void
test_reading (void)
{
  g_autoptr (MgrPressureReading) half = mgr_pressure_reading_new (50, 50, 100, 0.25);
  g_autoptr (MgrPressureReading) over = mgr_pressure_reading_new (300, 0, 100, 7.0);
  g_autoptr (MgrPressureReading) none = mgr_pressure_reading_new (50, 0, 0, (double) NAN);
  g_autoptr (MgrPressureReading) again = mgr_pressure_reading_ref (half);

  g_assert_cmpfloat (mgr_pressure_reading_get_usage (again), ==, 0.5);
  g_assert_cmpfloat (mgr_pressure_reading_get_stall (again), ==, 0.25);
  g_assert_cmpfloat (mgr_pressure_reading_get_usage (over), ==, 1.0);
  g_assert_cmpfloat (mgr_pressure_reading_get_stall (over), ==, 1.0);
  g_assert_cmpfloat (mgr_pressure_reading_get_usage (none), ==, 0.0);
  g_assert_cmpfloat (mgr_pressure_reading_get_stall (none), ==, 0.0);
}

static void
test_meminfo (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("host total=1000M available=250M\n");
  g_autoptr (MgrPressureSource) source = mgr_meminfo_source_new (mgr_fake_tree_get_proc (tree));

  g_test_summary ("low-memory-monitor's fault: page cache is not used memory");

  g_assert_cmpstr (mgr_pressure_source_get_name (source), ==, "meminfo");
  assert_reading (source, 750, 250, 1000);

  mgr_fake_tree_describe (tree, "host total=1000M available=2000M\n");
  assert_reading (source, 0, 1000, 1000);
}

static void
test_meminfo_faults (void)
{
  static const char *const texts[] = {
    "", "MemTotal: 100 kB\n", "MemTotal: 0 kB\nMemAvailable: 0 kB\n",
    "MemAvailable: 10 kB\n", "MemTotal: 100 kB\nMemAvailable: 1", "\x7f" "ELF",
    "MemTotal: 99999999999999999999 kB\nMemAvailable: 10 kB\n",
  };
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("");
  g_autoptr (MgrPressureSource) source = mgr_meminfo_source_new (mgr_fake_tree_get_proc (tree));

  assert_failure (source, MGR_ERROR_NOT_AVAILABLE, "meminfo");

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      mgr_fake_tree_write (tree, "proc/meminfo", texts[i]);
      assert_failure (source, MGR_ERROR_FAILED, "proc/meminfo");
    }
}

static void
test_user_memory (void)
{
  g_autoptr (MgrFakeTree) tree =
    mgr_fake_tree_new ("host total=1000M available=200M anon=300M\n");
  g_autoptr (MgrPressureSource) source =
    g_object_new (MGR_TYPE_MEMINFO_SOURCE, "user-memory", TRUE,
                  "proc-path", mgr_fake_tree_get_proc (tree), NULL);
  gboolean user_memory = FALSE;

  g_test_summary ("A host filled by tmpfs and huge pages: what programs can have is the limit");

  g_object_get (source, "user-memory", &user_memory, NULL);
  g_assert_true (user_memory);
  assert_reading (source, 300, 200, 500);
  mgr_fake_tree_describe (tree, "host total=1000M available=0 anon=500M\n");
  assert_reading (source, 500, 0, 500);

  mgr_fake_tree_describe (tree, "host total=1000M available=200M anon=1001M\n");
  assert_failure (source, MGR_ERROR_FAILED, "AnonPages");
  mgr_fake_tree_write (tree, "proc/meminfo", "MemTotal: 1000 kB\nMemAvailable: 10 kB\n");
  assert_failure (source, MGR_ERROR_FAILED, "AnonPages");
}

typedef struct
{
  const char *name;
  const char *description;
  guint64 used;      /* MiB, as all of them */
  guint64 available;
  guint64 limit;
} Case;

static const Case cases[] = {
  { "v2",
    "host total=16G available=8G\n"
    "v2 /a\n"
    "group /a max=1000M current=500M inactive_file=100M active_file=40M slab_reclaimable=20M\n",
    370, 630, 1000 },

  { "v1",
    "host total=16G available=8G\n"
    "v1 /a\n"
    "group1 /a limit=1000M usage=500M total_inactive_file=100M total_active_file=40M\n",
    380, 620, 1000 },

  { "hybrid",
    "host total=16G available=8G\n"
    "v1 /a\n"
    "v2 /b\n"
    "group1 /a limit=1000M usage=500M\n"
    "group /b max=10M current=9M\n",
    500, 500, 1000 },

  /* Envoy's fault: the container's cache counted, and the host's size. */
  { "page-cache-is-not-used",
    "host total=16G available=8G\n"
    "v2 /a\n"
    "group /a max=1000M current=990M file=800M inactive_file=800M\n",
    190, 810, 1000 },

  { "shared-memory-is-used",
    "host total=16G available=8G\n"
    "v2 /a\n"
    "group /a max=1000M current=990M file=800M shmem=800M inactive_file=0\n",
    990, 10, 1000 },

  { "container-not-host",
    "host total=64G available=60G\n"
    "v2 /a\n"
    "group /a max=300M current=201M\n",
    201, 99, 300 },

  { "fullest-ancestor",
    "host total=64G available=60G\n"
    "v2 /a/b/c\n"
    "group /a max=10G current=1G\n"
    "group /a/b max=10000M current=9900M\n"
    "group /a/b/c max=100M current=50M\n",
    9900, 50, 10000 },

  { "soft-limit",
    "host total=16G available=8G\n"
    "v2 /a\n"
    "group /a max=1000M high=500M current=400M\n",
    400, 100, 500 },

  { "low-and-min-are-no-limits",
    "host total=16G available=8G\n"
    "v2 /a\n"
    "group /a low=100M min=100M max=1000M current=400M\n",
    400, 600, 1000 },

  { "limit-below-use",
    "host total=16G available=8G\n"
    "v2 /a\n"
    "group /a max=100M current=400M\n",
    400, 0, 100 },

  { "less-available-on-the-host",
    "host total=16G available=10M\n"
    "v2 /a\n"
    "group /a max=1000M current=400M\n",
    400, 10, 1000 },

  { "no-limit",
    "host total=16G available=8G\n"
    "v2 /a\n"
    "group /a current=400M\n",
    0, 0, 0 },

  { "no-host-figures",
    "v2 /a\n"
    "group /a max=1000M current=400M\n",
    400, 600, 1000 },

  { "more-reclaimable-than-there-is",
    "host total=16G available=8G\n"
    "v2 /a\n"
    "group /a max=1000M current=400M inactive_file=900M active_file=18446744073709551615\n",
    0, 1000, 1000 },
};

static void
test_cgroup_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new (c->description);
  g_autoptr (MgrPressureSource) source =
    mgr_cgroup_source_new (mgr_fake_tree_get_proc (tree), mgr_fake_tree_get_root (tree));

  g_assert_cmpstr (mgr_pressure_source_get_name (source), ==, "cgroup");
  assert_reading (source, c->used, c->available, c->limit);
  assert_reading (source, c->used, c->available, c->limit);
}

static const Case swap_cases[] = {
  { "none", "host total=16G available=8G\n", 0, 0, 0 },

  { "none-whatever-the-group-may",
    "host total=16G available=8G\n"
    "v2 /a\n"
    "group /a swap-max=1G swap-current=0\n",
    0, 0, 0 },

  { "host", "host total=16G available=8G swap=1000M swap-free=300M\n", 700, 300, 1000 },

  { "host-where-the-group-may-all",
    "host total=16G available=8G swap=1000M swap-free=300M\n"
    "v2 /a\n"
    "group /a swap-max=max swap-current=20M\n",
    700, 300, 1000 },

  { "host-without-accounts",
    "host total=16G available=8G swap=1000M swap-free=300M\n"
    "v2 /a\n"
    "group /a max=1G current=1M\n",
    700, 300, 1000 },

  { "v2",
    "host total=16G available=8G swap=1000M swap-free=900M\n"
    "v2 /a\n"
    "group /a swap-max=500M swap-current=100M\n",
    100, 400, 500 },

  { "v2-ancestor",
    "host total=16G available=8G swap=1000M swap-free=900M\n"
    "v2 /a/b\n"
    "group /a swap-max=800M swap-current=700M\n"
    "group /a/b swap-max=500M swap-current=100M\n",
    700, 100, 800 },

  { "v2-forbidden",
    "host total=16G available=8G swap=1000M swap-free=900M\n"
    "v2 /a\n"
    "group /a swap-max=0 swap-current=0\n",
    0, 0, 0 },

  { "v2-forbidden-on-a-full-host",
    "host total=16G available=8G swap=1000M swap-free=0\n"
    "v2 /a\n"
    "group /a swap-max=0 swap-current=0\n",
    0, 0, 0 },

  { "v2-limit-below-use",
    "host total=16G available=8G swap=1000M swap-free=900M\n"
    "v2 /a\n"
    "group /a swap-max=50M swap-current=100M\n",
    100, 0, 50 },

  { "v1",
    "host total=16G available=8G swap=1000M swap-free=900M\n"
    "v1 /a\n"
    "group1 /a limit=1000M usage=400M memsw=1200M memsw-usage=450M\n",
    50, 150, 200 },

  { "v1-no-more-than-memory",
    "host total=16G available=8G swap=1000M swap-free=900M\n"
    "v1 /a\n"
    "group1 /a limit=1000M usage=400M memsw=1000M memsw-usage=400M\n",
    0, 0, 0 },

  { "v1-no-limit",
    "host total=16G available=8G swap=1000M swap-free=900M\n"
    "v1 /a\n"
    "group1 /a usage=400M memsw=9223372036854771712 memsw-usage=400M\n",
    100, 900, 1000 },

  { "v1-minus-one",
    "host total=16G available=8G swap=1000M swap-free=900M\n"
    "v1 /a\n"
    "group1 /a limit=-1 usage=400M memsw=-1 memsw-usage=400M\n",
    100, 900, 1000 },

  { "v1-without-accounts",
    "host total=16G available=8G swap=1000M swap-free=900M\n"
    "v1 /a\n"
    "group1 /a limit=1000M usage=400M\n",
    100, 900, 1000 },

  { "more-free-than-there-is",
    "host total=16G available=8G swap=1000M swap-free=2000M\n",
    0, 1000, 1000 },
};

static void
test_swap_case (gconstpointer data)
{
  const Case *c = data;
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new (c->description);
  g_autoptr (MgrPressureSource) source =
    mgr_swap_source_new (mgr_fake_tree_get_proc (tree), mgr_fake_tree_get_root (tree));
  g_autoptr (MgrPressureReading) reading = mgr_pressure_source_read (source, NULL);

  g_assert_cmpstr (mgr_pressure_source_get_name (source), ==, "swap");
  g_assert_cmpint (mgr_pressure_reading_get_scope (reading), ==, MGR_PRESSURE_SCOPE_SWAP);
  assert_reading (source, c->used, c->available, c->limit);
}

static void
test_swap_faults (void)
{
  static const char *const contents[] = { "", "lots\n", "10", "\x7f" "ELF", "-5\n" };
  g_autoptr (MgrFakeTree) tree =
    mgr_fake_tree_new ("host total=16G available=8G swap=1000M swap-free=900M\n"
                       "v2 /a\n"
                       "group /a swap-max=500M swap-current=100M\n");
  g_autoptr (MgrPressureSource) source =
    mgr_swap_source_new (mgr_fake_tree_get_proc (tree), mgr_fake_tree_get_root (tree));

  for (guint i = 0; i < G_N_ELEMENTS (contents); i++)
    {
      mgr_fake_tree_write (tree, "sys/fs/cgroup/a/memory.swap.max", contents[i]);
      assert_failure (source, MGR_ERROR_FAILED, "memory.swap.max");
    }

  mgr_fake_tree_write (tree, "sys/fs/cgroup/a/memory.swap.max", "max\n");
  mgr_fake_tree_write (tree, "sys/fs/cgroup/a/memory.swap.current", "max\n");
  assert_failure (source, MGR_ERROR_FAILED, "memory.swap.current");

  mgr_fake_tree_write (tree, "proc/meminfo", "MemTotal: 9 kB\nMemAvailable: 1 kB\n");
  assert_failure (source, MGR_ERROR_FAILED, "SwapTotal");
  mgr_fake_tree_write (tree, "proc/meminfo",
                       "MemTotal: 9 kB\nMemAvailable: 1 kB\nSwapTotal: 5 kB\nSwapFree: 1");
  assert_failure (source, MGR_ERROR_FAILED, "SwapTotal and SwapFree");
}

static void
test_swap_v1_faults (void)
{
  g_autoptr (MgrFakeTree) tree =
    mgr_fake_tree_new ("host total=16G available=8G swap=1000M swap-free=900M\n"
                       "v1 /a\n"
                       "group1 /a limit=1000M usage=400M memsw=1200M memsw-usage=450M\n");
  g_autoptr (MgrPressureSource) source =
    mgr_swap_source_new (mgr_fake_tree_get_proc (tree), mgr_fake_tree_get_root (tree));

  mgr_fake_tree_write (tree, "sys/fs/cgroup/memory/a/memory.limit_in_bytes", "10");
  assert_failure (source, MGR_ERROR_FAILED, "memory.limit_in_bytes");
  mgr_fake_tree_write (tree, "sys/fs/cgroup/memory/a/memory.memsw.usage_in_bytes", "");
  assert_failure (source, MGR_ERROR_FAILED, "memory.memsw.usage_in_bytes");
}

static void
test_cgroup_changes (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("host total=16G available=8G\n"
                                                    "v2 /a\n"
                                                    "group /a max=1000M current=400M\n"
                                                    "group /b max=500M current=100M\n");
  g_autoptr (MgrPressureSource) source =
    mgr_cgroup_source_new (mgr_fake_tree_get_proc (tree), mgr_fake_tree_get_root (tree));

  g_test_summary ("A changed limit, a move and a removed group are seen by the next reading");

  assert_reading (source, 400, 600, 1000);
  mgr_fake_tree_describe (tree, "group /a max=450M current=400M\n");
  assert_reading (source, 400, 50, 450);

  mgr_fake_tree_write (tree, "proc/self/cgroup", "0::/b\n");
  mgr_fake_tree_remove (tree, "sys/fs/cgroup/a");
  assert_reading (source, 100, 400, 500);

  mgr_fake_tree_write (tree, "proc/self/cgroup", "0::/gone\n");
  assert_failure (source, MGR_ERROR_NOT_AVAILABLE, "no memory files");
}

static void
test_cgroup_faults (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("v2 /a\n"
                                                    "group /a max=1000M current=400M\n");
  g_autoptr (MgrFakeTree) empty = mgr_fake_tree_new ("");
  g_autoptr (MgrPressureSource) source =
    mgr_cgroup_source_new (mgr_fake_tree_get_proc (tree), mgr_fake_tree_get_root (tree));
  g_autoptr (MgrPressureSource) absent =
    mgr_cgroup_source_new (mgr_fake_tree_get_proc (empty), mgr_fake_tree_get_root (empty));

  assert_failure (absent, MGR_ERROR_NOT_AVAILABLE, "self/cgroup");

  mgr_fake_tree_write (tree, "sys/fs/cgroup/a/memory.stat", "inactive_file 1\n");
  assert_failure (source, MGR_ERROR_FAILED, "active_file");
  mgr_fake_tree_break (tree, "sys/fs/cgroup/a/memory.stat");
  assert_failure (source, MGR_ERROR_FAILED, "memory.stat");
}

typedef struct
{
  GObject parent_instance;
} SilentSource;

typedef GObjectClass SilentSourceClass;

static GType silent_source_get_type (void);

static void
silent_source_iface_init (MgrPressureSourceInterface *iface)
{
}

G_DEFINE_FINAL_TYPE_WITH_CODE (SilentSource, silent_source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_PRESSURE_SOURCE,
                                                      silent_source_iface_init))

static void
silent_source_class_init (SilentSourceClass *klass)
{
}

static void
silent_source_init (SilentSource *self)
{
}

static void
test_silent_source (void)
{
  g_autoptr (MgrPressureSource) source = g_object_new (silent_source_get_type (), NULL);

  g_test_summary ("A class that implements nothing has a name and fails properly");

  g_assert_cmpstr (mgr_pressure_source_get_name (source), ==, "SilentSource");
  assert_failure (source, MGR_ERROR_FAILED, "neither a reading nor an error");
}

static void
assert_path_property (MgrPressureSource *source,
                      const char        *name,
                      const char        *expected)
{
  g_autofree char *path = NULL;

  g_object_get (source, name, &path, NULL);
  g_assert_cmpstr (path, ==, expected);
}

static void
test_properties (void)
{
  g_autoptr (MgrManualClock) clock = mgr_manual_clock_new (0);
  g_autoptr (MgrPressureSource) meminfo = mgr_meminfo_source_new ("/some/proc");
  g_autoptr (MgrPressureSource) cgroup = mgr_cgroup_source_new ("/some/proc", "/some/root");
  g_autoptr (MgrPressureSource) psi = mgr_psi_source_new (MGR_CLOCK (clock), "/some/proc", NULL);
  g_autoptr (MgrPressureSource) plain = mgr_cgroup_source_new (NULL, NULL);
  g_autoptr (MgrPressureSource) group =
    mgr_psi_source_new_for_scope (MGR_PRESSURE_SCOPE_GROUP, NULL, NULL, NULL);
  g_autoptr (MgrClock) used = NULL;
  g_autoptr (MgrClock) default_clock = NULL;
  MgrPressureScope scope = MGR_PRESSURE_SCOPE_MACHINE;

  assert_path_property (meminfo, "proc-path", "/some/proc");
  assert_path_property (cgroup, "proc-path", "/some/proc");
  assert_path_property (cgroup, "cgroup-path", "/some/root");
  assert_path_property (psi, "proc-path", "/some/proc");
  assert_path_property (psi, "cgroup-path", NULL);
  assert_path_property (plain, "proc-path", "/proc");
  assert_path_property (plain, "cgroup-path", NULL);

  g_object_get (psi, "clock", &used, NULL);
  g_assert_true (used == MGR_CLOCK (clock));
  g_object_get (group, "clock", &default_clock, "scope", &scope, NULL);
  g_assert_true (default_clock == mgr_clock_get_default ());
  g_assert_cmpint (scope, ==, MGR_PRESSURE_SCOPE_GROUP);
}

static void
test_never_in_the_way (void)
{
  g_autoptr (MgrPressureSource) meminfo = mgr_meminfo_source_new (NULL);
  g_autoptr (MgrPressureSource) cgroup = mgr_cgroup_source_new (NULL, NULL);
  g_autoptr (MgrPressureSource) swap = mgr_swap_source_new (NULL, NULL);
  g_autoptr (MgrPressureSource) psi = mgr_psi_source_new (NULL, NULL, NULL);
  MgrPressureSource *sources[] = { meminfo, cgroup, swap, psi };

  g_test_summary ("What reads the kernel's files may be read anywhere, and answers at once");

  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    {
      g_assert_true (MGR_IS_SYSTEM_SOURCE (sources[i]));
      g_assert_true (mgr_pressure_source_is_thread_safe (sources[i]));
      g_assert_true (MGR_PRESSURE_SOURCE_GET_IFACE (sources[i])->prompt);
    }

  g_assert_true (G_TYPE_IS_ABSTRACT (MGR_TYPE_SYSTEM_SOURCE));
}

static void
test_this_machine (void)
{
  g_autoptr (MgrPressureSource) meminfo = mgr_meminfo_source_new (NULL);
  g_autoptr (MgrPressureSource) cgroup = mgr_cgroup_source_new (NULL, NULL);
  g_autoptr (MgrPressureSource) swap = mgr_swap_source_new (NULL, NULL);
  g_autoptr (MgrPressureSource) psi = mgr_psi_source_new (NULL, NULL, NULL);
  g_autoptr (MgrPressureSource) psi_group =
    mgr_psi_source_new_for_scope (MGR_PRESSURE_SCOPE_GROUP, NULL, NULL, NULL);
  MgrPressureSource *sources[] = { meminfo, cgroup, swap, psi, psi_group };

  g_test_summary ("Each source reads something sane here, or says what is missing");

  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MgrPressureReading) reading = mgr_pressure_source_read (sources[i], &error);

      g_assert_true ((reading != NULL) == (error == NULL));
      if (error != NULL)
        {
          g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
          g_test_message ("%s", error->message);
          continue;
        }

      g_assert_cmpfloat (mgr_pressure_reading_get_usage (reading), <=, 1.0);
      g_assert_cmpfloat (mgr_pressure_reading_get_stall (reading), <=, 1.0);
      if (mgr_pressure_reading_get_limit (reading) > 0)
        g_assert_cmpuint (mgr_pressure_reading_get_available (reading), <=,
                          mgr_pressure_reading_get_limit (reading));
    }
}

static void
add_cases (const char    *prefix,
           const Case    *all,
           gsize          n_cases,
           GTestDataFunc  func)
{
  for (gsize i = 0; i < n_cases; i++)
    {
      g_autofree char *path = g_strconcat (prefix, all[i].name, NULL);

      g_test_add_data_func (path, &all[i], func);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pressure/reading", test_reading);
  g_test_add_func ("/pressure/meminfo/figures", test_meminfo);
  g_test_add_func ("/pressure/meminfo/faults", test_meminfo_faults);
  g_test_add_func ("/pressure/meminfo/user-memory", test_user_memory);

  add_cases ("/pressure/cgroup/", cases, G_N_ELEMENTS (cases), test_cgroup_case);
  add_cases ("/pressure/swap/", swap_cases, G_N_ELEMENTS (swap_cases), test_swap_case);
  g_test_add_func ("/pressure/swap/faults", test_swap_faults);
  g_test_add_func ("/pressure/swap/v1-faults", test_swap_v1_faults);
  g_test_add_func ("/pressure/cgroup/changes", test_cgroup_changes);
  g_test_add_func ("/pressure/cgroup/faults", test_cgroup_faults);
  g_test_add_func ("/pressure/source/silent", test_silent_source);
  g_test_add_func ("/pressure/source/properties", test_properties);
  g_test_add_func ("/pressure/source/never-in-the-way", test_never_in_the_way);
  g_test_add_func ("/pressure/source/this-machine", test_this_machine);

  return g_test_run ();
}
