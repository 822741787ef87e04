/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-trace.h"
#include "mgr-fake-tree.h"

#define MS G_TIME_SPAN_MILLISECOND
#define KIB G_GUINT64_CONSTANT (1024)

/* When the recording begins, on the clock of the tests. */
#define START (100 * G_TIME_SPAN_SECOND)

typedef struct
{
  MgrPressureTrace *trace;   /* (owned) */
  MgrManualClock *clock;     /* (owned) */
  MgrPressureSource *source; /* (owned) */
} Fixture;

static void
fixture_set_up (Fixture       *fixture,
                MgrReplayPart  part,
                const char    *description)
{
  fixture->trace = mgr_fake_trace_new (description);
  fixture->clock = mgr_manual_clock_new (START);
  fixture->source = mgr_replay_source_new (fixture->trace, part, MGR_CLOCK (fixture->clock), -1);
}

static void
fixture_clear (Fixture *fixture)
{
  g_clear_object (&fixture->source);
  g_clear_object (&fixture->clock);
  g_clear_pointer (&fixture->trace, mgr_pressure_trace_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, fixture_clear)

static void
later (Fixture *fixture,
       gint64   delta)
{
  mgr_manual_clock_advance (fixture->clock, delta);
}

static void
assert_memory (Fixture          *fixture,
               MgrPressureScope  scope,
               guint64           used,
               guint64           available,
               guint64           limit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrPressureReading) reading = mgr_pressure_source_read (fixture->source, &error);

  g_assert_no_error (error);
  g_assert_cmpint (mgr_pressure_reading_get_scope (reading), ==, scope);
  g_assert_cmpuint (mgr_pressure_reading_get_used (reading), ==, used);
  g_assert_cmpuint (mgr_pressure_reading_get_available (reading), ==, available);
  g_assert_cmpuint (mgr_pressure_reading_get_limit (reading), ==, limit);
  g_assert_cmpfloat (mgr_pressure_reading_get_stall (reading), ==, 0.0);
}

static void
assert_stall (Fixture          *fixture,
              MgrPressureScope  scope,
              double            stall)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrPressureReading) reading = mgr_pressure_source_read (fixture->source, &error);

  g_assert_no_error (error);
  g_assert_cmpint (mgr_pressure_reading_get_scope (reading), ==, scope);
  g_assert_cmpuint (mgr_pressure_reading_get_limit (reading), ==, 0);
  g_assert_cmpfloat_with_epsilon (mgr_pressure_reading_get_stall (reading), stall, 0.00001);
}

static void
assert_failure (Fixture    *fixture,
                MgrError    code,
                const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrPressureReading) reading = mgr_pressure_source_read (fixture->source, &error);

  g_assert_null (reading);
  g_assert_error (error, MGR_ERROR, (int) code);
  g_assert_nonnull (strstr (error->message, part));
}

static void
test_names (void)
{
  static const char *const names[] = { "meminfo", "swap", "cgroup", "psi", "psi-group" };
  g_autoptr (MgrPressureTrace) trace = mgr_fake_trace_new ("t_ms=0");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (MgrPressureSource) source = mgr_replay_source_new (trace, i, NULL, 7);
      g_autoptr (MgrPressureTrace) again = NULL;
      g_autoptr (MgrClock) clock = NULL;
      MgrReplayPart part = MGR_REPLAY_PART_MEMINFO;
      gint64 start = 0;

      g_object_get (source, "trace", &again, "part", &part, "clock", &clock, "start", &start, NULL);
      g_assert_cmpstr (mgr_pressure_source_get_name (source), ==, names[i]);
      g_assert_true (mgr_pressure_source_is_thread_safe (source));
      g_assert_true (MGR_PRESSURE_SOURCE_GET_IFACE (source)->prompt);
      g_assert_true (again == trace);
      g_assert_true (clock == mgr_clock_get_default ());
      g_assert_cmpuint (part, ==, i);
      g_assert_cmpint (start, ==, 7);
    }
}

static void
test_meminfo (void)
{
  g_auto (Fixture) fixture = { NULL };

  fixture_set_up (&fixture, MGR_REPLAY_PART_MEMINFO,
                  "t_ms=0 mem_total_kb=1000 mem_avail_kb=600\n"
                  "t_ms=1000 mem_avail_kb=250\n"
                  "t_ms=2000 mem_avail_kb=2000\n");

  assert_memory (&fixture, MGR_PRESSURE_SCOPE_MACHINE, 400 * KIB, 600 * KIB, 1000 * KIB);
  later (&fixture, 999 * MS);
  assert_memory (&fixture, MGR_PRESSURE_SCOPE_MACHINE, 400 * KIB, 600 * KIB, 1000 * KIB);
  later (&fixture, MS);
  assert_memory (&fixture, MGR_PRESSURE_SCOPE_MACHINE, 750 * KIB, 250 * KIB, 1000 * KIB);
  later (&fixture, 1000 * MS);
  assert_memory (&fixture, MGR_PRESSURE_SCOPE_MACHINE, 0, 1000 * KIB, 1000 * KIB);

  g_test_message ("the last row holds");
  later (&fixture, G_TIME_SPAN_HOUR);
  assert_memory (&fixture, MGR_PRESSURE_SCOPE_MACHINE, 0, 1000 * KIB, 1000 * KIB);
}

static void
test_start (void)
{
  g_autoptr (MgrPressureSource) source = NULL;
  g_auto (Fixture) fixture = { NULL };

  g_test_summary ("Before the recording begins its first row holds");

  fixture_set_up (&fixture, MGR_REPLAY_PART_MEMINFO,
                  "t_ms=0 mem_total_kb=1000 mem_avail_kb=600\n"
                  "t_ms=1000 mem_avail_kb=250\n");
  g_object_unref (fixture.source);
  fixture.source = mgr_replay_source_new (fixture.trace, MGR_REPLAY_PART_MEMINFO,
                                          MGR_CLOCK (fixture.clock), START + 500 * MS);

  assert_memory (&fixture, MGR_PRESSURE_SCOPE_MACHINE, 400 * KIB, 600 * KIB, 1000 * KIB);
  later (&fixture, 1400 * MS);
  assert_memory (&fixture, MGR_PRESSURE_SCOPE_MACHINE, 400 * KIB, 600 * KIB, 1000 * KIB);
  later (&fixture, 100 * MS);
  assert_memory (&fixture, MGR_PRESSURE_SCOPE_MACHINE, 750 * KIB, 250 * KIB, 1000 * KIB);
}

static void
test_swap (void)
{
  g_auto (Fixture) fixture = { NULL };

  fixture_set_up (&fixture, MGR_REPLAY_PART_SWAP,
                  "t_ms=0 cg_swap=0 cg_swap_max=-1\n"
                  "t_ms=1000 swap_total_kb=800 swap_free_kb=300\n"
                  "t_ms=2000 cg_swap_max=204800 cg_swap=102400\n"
                  "t_ms=3000 cg_swap_max=10240\n"
                  "t_ms=4000 cg_swap_max=0\n"
                  "t_ms=5000 cg_swap=-1\n"
                  "t_ms=6000 swap_free_kb=-1\n");

  assert_memory (&fixture, MGR_PRESSURE_SCOPE_SWAP, 0, 0, 0);
  later (&fixture, 1000 * MS);
  assert_memory (&fixture, MGR_PRESSURE_SCOPE_SWAP, 500 * KIB, 300 * KIB, 800 * KIB);

  g_test_message ("the group may have less");
  later (&fixture, 1000 * MS);
  assert_memory (&fixture, MGR_PRESSURE_SCOPE_SWAP, 100 * KIB, 100 * KIB, 200 * KIB);
  later (&fixture, 1000 * MS);
  assert_memory (&fixture, MGR_PRESSURE_SCOPE_SWAP, 100 * KIB, 0, 10 * KIB);
  later (&fixture, 1000 * MS);
  assert_memory (&fixture, MGR_PRESSURE_SCOPE_SWAP, 100 * KIB, 0, 0);

  later (&fixture, 1000 * MS);
  assert_memory (&fixture, MGR_PRESSURE_SCOPE_SWAP, 500 * KIB, 300 * KIB, 800 * KIB);
  later (&fixture, 1000 * MS);
  assert_failure (&fixture, MGR_ERROR_NOT_AVAILABLE, "The trace “fake” knows no swap_free_kb at 6.0 s");
}

static void
test_cgroup (void)
{
  g_auto (Fixture) fixture = { NULL };

  fixture_set_up (&fixture, MGR_REPLAY_PART_CGROUP,
                  "t_ms=0 cg_current=5000\n"
                  "t_ms=1000 cg_max=10000\n"
                  "t_ms=2000 cg_file=1400 cg_inactive_file=1000\n"
                  "t_ms=3000 cg_high=8000\n"
                  "t_ms=4000 cg_max=-1\n"
                  "t_ms=5000 cg_file=900\n"
                  "t_ms=6000 cg_current=20000\n"
                  "t_ms=7000 cg_current=100\n"
                  "t_ms=8000 mem_avail_kb=2\n"
                  "t_ms=9000 cg_current=-1\n");

  g_test_message ("no limit");
  assert_memory (&fixture, MGR_PRESSURE_SCOPE_GROUP, 0, 0, 0);
  g_test_message ("memory.max");
  later (&fixture, 1000 * MS);
  assert_memory (&fixture, MGR_PRESSURE_SCOPE_GROUP, 5000, 5000, 10000);
  g_test_message ("cold files and half of the warm ones");
  later (&fixture, 1000 * MS);
  assert_memory (&fixture, MGR_PRESSURE_SCOPE_GROUP, 3800, 6200, 10000);
  g_test_message ("memory.high below memory.max, and alone");
  later (&fixture, 1000 * MS);
  assert_memory (&fixture, MGR_PRESSURE_SCOPE_GROUP, 3800, 4200, 8000);
  later (&fixture, 1000 * MS);
  assert_memory (&fixture, MGR_PRESSURE_SCOPE_GROUP, 3800, 4200, 8000);
  g_test_message ("more inactive files than files");
  later (&fixture, 1000 * MS);
  assert_memory (&fixture, MGR_PRESSURE_SCOPE_GROUP, 4000, 4000, 8000);
  g_test_message ("above the limit");
  later (&fixture, 1000 * MS);
  assert_memory (&fixture, MGR_PRESSURE_SCOPE_GROUP, 19000, 0, 8000);
  g_test_message ("more reclaimable than there is");
  later (&fixture, 1000 * MS);
  assert_memory (&fixture, MGR_PRESSURE_SCOPE_GROUP, 0, 8000, 8000);
  g_test_message ("the machine has less");
  later (&fixture, 1000 * MS);
  assert_memory (&fixture, MGR_PRESSURE_SCOPE_GROUP, 0, 2048, 8000);
  g_test_message ("no memory controller");
  later (&fixture, 1000 * MS);
  assert_failure (&fixture, MGR_ERROR_NOT_AVAILABLE, "no cg_current at 9.0 s");
}

static void
test_stall (void)
{
  g_auto (Fixture) fixture = { NULL };

  fixture_set_up (&fixture, MGR_REPLAY_PART_PSI,
                  "t_ms=0 psi_some_us=700000 cg_some_us=0\n"
                  "t_ms=1000 psi_some_us=900000 cg_some_us=1000000\n"
                  "t_ms=2000 psi_some_us=900000 cg_some_us=2000000\n");

  g_test_message ("the first total counts since the machine started");
  assert_stall (&fixture, MGR_PRESSURE_SCOPE_MACHINE, 0.0);
  g_test_message ("on the line between two rows");
  later (&fixture, 250 * MS);
  assert_stall (&fixture, MGR_PRESSURE_SCOPE_MACHINE, 0.2);
  g_test_message ("sooner than 250 ms the last share holds");
  later (&fixture, 249 * MS);
  assert_stall (&fixture, MGR_PRESSURE_SCOPE_MACHINE, 0.2);
  g_test_message ("from 250 to 1250 ms, of which 750 stalled by 20 %%");
  later (&fixture, 751 * MS);
  assert_stall (&fixture, MGR_PRESSURE_SCOPE_MACHINE, 0.15);
  later (&fixture, 250 * MS);
  assert_stall (&fixture, MGR_PRESSURE_SCOPE_MACHINE, 0.0);
  g_test_message ("a clock that goes back starts anew");
  later (&fixture, -1000 * MS);
  assert_stall (&fixture, MGR_PRESSURE_SCOPE_MACHINE, 0.0);
  later (&fixture, 500 * MS);
  assert_stall (&fixture, MGR_PRESSURE_SCOPE_MACHINE, 0.2);
  g_test_message ("nothing moves after the end");
  later (&fixture, G_TIME_SPAN_HOUR);
  assert_stall (&fixture, MGR_PRESSURE_SCOPE_MACHINE, 0.0);
}

static void
test_stall_faults (void)
{
  g_auto (Fixture) fixture = { NULL };

  fixture_set_up (&fixture, MGR_REPLAY_PART_PSI_GROUP,
                  "t_ms=0 cg_some_us=-1\n"
                  "t_ms=1000 cg_some_us=5000000\n"
                  "t_ms=2000 cg_some_us=5100000\n"
                  "t_ms=3000 cg_some_us=9000000\n"
                  "t_ms=4000 cg_some_us=100\n"
                  "t_ms=5000 cg_some_us=500100\n");

  assert_failure (&fixture, MGR_ERROR_NOT_AVAILABLE, "knows no cg_some_us at 0.0 s");
  g_test_message ("what came before it was known is no stall");
  later (&fixture, 1000 * MS);
  assert_stall (&fixture, MGR_PRESSURE_SCOPE_GROUP, 0.0);
  later (&fixture, 1000 * MS);
  assert_stall (&fixture, MGR_PRESSURE_SCOPE_GROUP, 0.1);
  later (&fixture, 1000 * MS);
  assert_failure (&fixture, MGR_ERROR_FAILED, "more stall until 3.0 s than time passed");
  later (&fixture, 1000 * MS);
  assert_stall (&fixture, MGR_PRESSURE_SCOPE_GROUP, 0.0);
  later (&fixture, 1000 * MS);
  assert_stall (&fixture, MGR_PRESSURE_SCOPE_GROUP, 0.5);
}

static void
assert_same (MgrPressureSource *replayed,
             MgrPressureSource *real)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrPressureReading) a = mgr_pressure_source_read (replayed, &error);
  g_autoptr (MgrPressureReading) b = NULL;

  g_assert_no_error (error);
  b = mgr_pressure_source_read (real, &error);
  g_assert_no_error (error);

  g_assert_cmpstr (mgr_pressure_source_get_name (replayed), ==, mgr_pressure_source_get_name (real));
  g_assert_cmpint (mgr_pressure_reading_get_scope (a), ==, mgr_pressure_reading_get_scope (b));
  g_assert_cmpuint (mgr_pressure_reading_get_used (a), ==, mgr_pressure_reading_get_used (b));
  g_assert_cmpuint (mgr_pressure_reading_get_available (a), ==, mgr_pressure_reading_get_available (b));
  g_assert_cmpuint (mgr_pressure_reading_get_limit (a), ==, mgr_pressure_reading_get_limit (b));
  g_assert_cmpfloat (mgr_pressure_reading_get_stall (a), ==, mgr_pressure_reading_get_stall (b));
}

/* What the kernel shows at each moment, once as its files and once as a row. */
static const struct
{
  const char *tree;
  const char *row;
} moments[] = {
  { "host total=1000K available=600K\n"
    "group /a max=800K high=700K current=500K inactive_file=100K active_file=51K\n"
    "stall - total=10000\n"
    "stall /a total=500\n",
    "t_ms=0 mem_total_kb=1000 mem_avail_kb=600 cg_max=819200 cg_high=716800 cg_current=512000 "
    "cg_inactive_file=102400 cg_file=154624 psi_some_us=10000 cg_some_us=500 "
    "cg_swap=0 cg_swap_max=-1" },

  { "host total=1000K available=20K swap=400K swap-free=300K\n"
    "group /a max=800K high=max current=780K inactive_file=1K active_file=3K "
    "swap-max=max swap-current=50K\n"
    "stall - total=70000\n"
    "stall /a total=500\n",
    "t_ms=250 mem_avail_kb=20 swap_total_kb=400 swap_free_kb=300 cg_high=-1 cg_current=798720 "
    "cg_inactive_file=1024 cg_file=4096 psi_some_us=70000 cg_swap=51200" },

  { "host total=1000K available=990K swap=400K swap-free=300K\n"
    "group /a max=max high=max current=10K inactive_file=0 active_file=0 "
    "swap-max=900K swap-current=700K\n"
    "stall - total=320000\n"
    "stall /a total=100500\n",
    "t_ms=500 mem_avail_kb=990 cg_max=-1 cg_current=10240 cg_inactive_file=0 cg_file=0 "
    "psi_some_us=320000 cg_some_us=100500 cg_swap=716800 cg_swap_max=921600" },

  { "host total=1000K available=990K swap=400K swap-free=10K\n"
    "group /a max=max high=max current=10K inactive_file=0 active_file=0 "
    "swap-max=20K swap-current=60K\n"
    "stall /a total=100\n",
    "t_ms=750 swap_free_kb=10 cg_swap=61440 cg_swap_max=20480 cg_some_us=100" },
};

static void
test_like_the_real (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("v2 /a\n");
  g_autoptr (MgrManualClock) clock = mgr_manual_clock_new (START);
  const char *proc = mgr_fake_tree_get_proc (tree);
  const char *root = mgr_fake_tree_get_root (tree);
  g_autoptr (GString) rows = g_string_new (NULL);
  g_autoptr (MgrPressureTrace) trace = NULL;
  g_autoptr (GPtrArray) real = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) replayed = g_ptr_array_new_with_free_func (g_object_unref);

  g_test_summary ("The same moments as files and as rows: the same readings");

  g_ptr_array_add (real, mgr_meminfo_source_new (proc));
  g_ptr_array_add (real, mgr_swap_source_new (proc, root));
  g_ptr_array_add (real, mgr_cgroup_source_new (proc, root));
  g_ptr_array_add (real, mgr_psi_source_new (MGR_CLOCK (clock), proc, root));
  g_ptr_array_add (real, mgr_psi_source_new_for_scope (MGR_PRESSURE_SCOPE_GROUP,
                                                       MGR_CLOCK (clock), proc, root));

  for (guint i = 0; i < G_N_ELEMENTS (moments); i++)
    g_string_append_printf (rows, "%s\n", moments[i].row);
  trace = mgr_fake_trace_new (rows->str);
  for (guint part = 0; part < real->len; part++)
    g_ptr_array_add (replayed, mgr_replay_source_new (trace, part, MGR_CLOCK (clock), -1));

  for (guint i = 0; i < G_N_ELEMENTS (moments); i++)
    {
      mgr_fake_tree_describe (tree, moments[i].tree);
      for (guint part = 0; part < real->len; part++)
        assert_same (g_ptr_array_index (replayed, part), g_ptr_array_index (real, part));
      mgr_manual_clock_advance (clock, 250 * MS);
    }
}

static void
test_monitor (void)
{
  g_autoptr (MgrManualClock) clock = mgr_manual_clock_new (START);
  g_autoptr (MgrPressureMonitor) monitor = mgr_pressure_monitor_new (MGR_CLOCK (clock));
  g_autoptr (MgrPressureTrace) trace = NULL;
  g_autoptr (MgrPressureSample) before = NULL;
  g_autoptr (MgrPressureSample) after = NULL;

  g_test_summary ("All parts play together, from the present time of the clock");

  trace = mgr_fake_trace_new ("t_ms=0 cg_some_us=-1\n"
                              "t_ms=1000 mem_avail_kb=10000 psi_some_us=300000\n");
  mgr_pressure_trace_add_sources (trace, monitor);

  before = mgr_pressure_monitor_sample (monitor);
  g_assert_cmpint (mgr_pressure_sample_get_time (before), ==, START);
  g_assert_cmpfloat (mgr_pressure_sample_get_usage (before), ==, 0.5);
  g_assert_cmpstr (mgr_pressure_sample_get_source (before), ==, "meminfo");
  g_assert_cmpstr (mgr_pressure_sample_get_missing (before)[0], ==, "psi-group");
  g_assert_null (mgr_pressure_sample_get_missing (before)[1]);

  mgr_manual_clock_advance (clock, mgr_pressure_trace_get_duration (trace));
  after = mgr_pressure_monitor_sample (monitor);
  g_assert_cmpuint (mgr_pressure_sample_get_available (after), ==, 10000 * KIB);
  g_assert_cmpfloat_with_epsilon (mgr_pressure_sample_get_stall (after), 0.3, 0.00001);
}

static gpointer
read_cb (gpointer source)
{
  for (guint i = 0; i < 2000; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (MgrPressureReading) reading = mgr_pressure_source_read (source, &error);

      g_assert_no_error (error);
      g_assert_cmpfloat (mgr_pressure_reading_get_stall (reading), <=, 0.50001);
    }

  return NULL;
}

static void
test_threads (void)
{
  g_auto (Fixture) fixture = { NULL };
  GThread *threads[4];

  g_test_summary ("A trace and its sources are read by several threads at once");

  fixture_set_up (&fixture, MGR_REPLAY_PART_PSI,
                  "t_ms=0 psi_some_us=0\n"
                  "t_ms=1000000 psi_some_us=500000000\n");
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("reader", read_cb, fixture.source);
  for (guint i = 0; i < 2000; i++)
    later (&fixture, 250 * MS);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/replay-source/names", test_names);
  g_test_add_func ("/replay-source/meminfo", test_meminfo);
  g_test_add_func ("/replay-source/start", test_start);
  g_test_add_func ("/replay-source/swap", test_swap);
  g_test_add_func ("/replay-source/cgroup", test_cgroup);
  g_test_add_func ("/replay-source/stall", test_stall);
  g_test_add_func ("/replay-source/stall-faults", test_stall_faults);
  g_test_add_func ("/replay-source/like-the-real", test_like_the_real);
  g_test_add_func ("/replay-source/monitor", test_monitor);
  g_test_add_func ("/replay-source/threads", test_threads);

  return g_test_run ();
}
