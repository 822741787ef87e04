/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-nvml.h"
#include "mgr-fake-source.h"
#include "mgr-test-support.h"

#include <dlfcn.h>

#define GIB (G_GUINT64_CONSTANT (1) << 30)

/* The fake is kept loaded, so that its state lasts. */
typedef struct
{
  void *library;   /* (owned) */
  FakeNvml *state; /* (unowned) */
  FakeNvml before;
} Fixture;

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  unused)
{
  fixture->library = dlopen (g_getenv ("FAKE_NVML_PATH"), RTLD_NOW);
  g_assert_nonnull (fixture->library);
  fixture->state = dlsym (fixture->library, FAKE_NVML_STATE);
  g_assert_nonnull (fixture->state);
  fixture->before = *fixture->state;
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  unused)
{
  g_atomic_int_set (&fixture->state->hangs, FALSE);
  mgr_test_wait_threads ("mgr-source");
  mgr_test_wait_threads ("mgr-gpu-finder");
  g_assert_cmpint (g_atomic_int_get (&fixture->state->n_open), ==, 0);
  *fixture->state = fixture->before;
  dlclose (fixture->library);
}

static MgrPressureSource *
new_source (guint       device,
            const char *library)
{
  return g_object_new (MGR_TYPE_GPU_SOURCE, "device", device, "library", library, NULL);
}

static MgrPressureSource *
new_fake_source (guint device)
{
  return new_source (device, g_getenv ("FAKE_NVML_PATH"));
}

static void
assert_read (MgrPressureSource *source,
             guint64            used,
             guint64            limit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrPressureReading) reading = mgr_pressure_source_read (source, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (mgr_pressure_reading_get_used (reading), ==, used);
  g_assert_cmpuint (mgr_pressure_reading_get_available (reading), ==, limit - used);
  g_assert_cmpuint (mgr_pressure_reading_get_limit (reading), ==, limit);
  g_assert_cmpint (mgr_pressure_reading_get_scope (reading), ==, MGR_PRESSURE_SCOPE_DEVICE);
}

static void
assert_read_fails (MgrPressureSource *source,
                   int                code,
                   const char        *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrPressureReading) reading = mgr_pressure_source_read (source, &error);

  g_assert_null (reading);
  g_assert_error (error, MGR_ERROR, code);
  g_assert_nonnull (strstr (error->message, text));
}

static void
test_devices (Fixture       *fixture,
              gconstpointer  unused)
{
  g_assert_cmpuint (mgr_gpu_source_count_devices (), ==, 3);

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (MgrPressureSource) source = new_fake_source (i);
      g_autofree char *name = g_strdup_printf ("gpu%u", i);
      guint device = 99;

      g_assert_cmpstr (mgr_pressure_source_get_name (source), ==, name);
      g_assert_true (mgr_pressure_source_is_thread_safe (source));
      g_object_get (source, "device", &device, NULL);
      g_assert_cmpuint (device, ==, i);
      assert_read (source, 80 * GIB - (64 * GIB >> i), 80 * GIB);
    }
}

static void
test_found_by_name (Fixture       *fixture,
                    gconstpointer  unused)
{
  g_autoptr (MgrPressureSource) source = mgr_gpu_source_new (1);
  g_autofree char *library = NULL;

  g_object_get (source, "library", &library, NULL);
  g_assert_cmpstr (library, ==, "libnvidia-ml.so.1");
  assert_read (source, 48 * GIB, 80 * GIB);
}

static void
test_opened_once (Fixture       *fixture,
                  gconstpointer  unused)
{
  g_autoptr (MgrPressureSource) source = new_fake_source (0);

  g_assert_cmpint (fixture->state->n_open, ==, 0);
  for (guint i = 0; i < 3; i++)
    {
      assert_read (source, 16 * GIB, 80 * GIB);
      g_assert_cmpint (fixture->state->n_open, ==, 1);
    }
}

static void
test_no_such_device (Fixture       *fixture,
                     gconstpointer  unused)
{
  g_autoptr (MgrPressureSource) source = new_fake_source (3);

  assert_read_fails (source, MGR_ERROR_NOT_AVAILABLE, "GPU 3");
  fixture->state->n_devices = 4;
  assert_read (source, 72 * GIB, 80 * GIB);
}

static void
test_no_library (Fixture       *fixture,
                 gconstpointer  unused)
{
  g_autoptr (MgrPressureSource) source = new_source (0, "/nonexistent/libnvidia-ml.so.1");

  assert_read_fails (source, MGR_ERROR_NOT_AVAILABLE, "/nonexistent/libnvidia-ml.so.1");
}

static void
test_missing_symbol (Fixture       *fixture,
                     gconstpointer  unused)
{
  g_autoptr (MgrPressureSource) source = new_source (0, g_getenv ("FAKE_NVML_PARTIAL_PATH"));

  assert_read_fails (source, MGR_ERROR_NOT_AVAILABLE, "nvmlDeviceGetMemoryInfo");
}

static void
test_no_driver (Fixture       *fixture,
                gconstpointer  unused)
{
  g_autoptr (MgrPressureSource) source = new_fake_source (0);

  g_test_summary ("A library without a driver counts nothing; one whose driver comes is heard");

  fixture->state->init_result = 9;
  g_assert_cmpuint (mgr_gpu_source_count_devices (), ==, 0);
  assert_read_fails (source, MGR_ERROR_NOT_AVAILABLE, "Some other failure");

  fixture->state->init_result = 0;
  fixture->state->count_result = 999;
  g_assert_cmpuint (mgr_gpu_source_count_devices (), ==, 0);
  assert_read (source, 16 * GIB, 80 * GIB);
}

static void
test_driver_restarts (Fixture       *fixture,
                      gconstpointer  unused)
{
  g_autoptr (MgrPressureSource) source = new_fake_source (0);

  assert_read (source, 16 * GIB, 80 * GIB);
  fixture->state->memory_result = 15;
  assert_read_fails (source, MGR_ERROR_FAILED, "GPU 0: Some other failure");
  g_assert_cmpint (fixture->state->n_open, ==, 0);

  fixture->state->memory_result = 0;
  assert_read (source, 16 * GIB, 80 * GIB);
}

static void
test_odd_figures (Fixture       *fixture,
                  gconstpointer  unused)
{
  g_autoptr (MgrPressureSource) source = new_fake_source (0);

  fixture->state->free = 100 * GIB;
  assert_read (source, 0, 80 * GIB);
  fixture->state->total = 0;
  assert_read_fails (source, MGR_ERROR_NOT_AVAILABLE, "GPU 0");
  fixture->state->memory_result = 3;
  assert_read_fails (source, MGR_ERROR_NOT_AVAILABLE, "GPU 0");
}

static gboolean
sample_misses (MgrPressureMonitor *monitor,
               const char         *name)
{
  g_autoptr (MgrPressureSample) sample = mgr_pressure_monitor_sample (monitor);

  return g_strv_contains (mgr_pressure_sample_get_missing (sample), name);
}

static void
test_hangs (Fixture       *fixture,
            gconstpointer  unused)
{
  g_autoptr (MgrPressureMonitor) monitor = mgr_pressure_monitor_new (NULL);
  g_autoptr (MgrPressureSource) source = new_fake_source (0);
  g_autoptr (MgrFakeSource) other = mgr_fake_source_new ("other");

  g_test_summary ("A driver that does not answer is missing, asked once, and heard when it answers");

  mgr_pressure_monitor_add_source (monitor, source);
  mgr_pressure_monitor_add_source (monitor, MGR_PRESSURE_SOURCE (other));
  g_atomic_int_set (&fixture->state->hangs, TRUE);
  for (guint i = 0; i < 5; i++)
    g_assert_true (sample_misses (monitor, "gpu0"));
  g_assert_cmpint (g_atomic_int_get (&fixture->state->n_reads), ==, 1);
  g_assert_cmpuint (mgr_fake_source_get_reads (other), ==, 5);

  g_atomic_int_set (&fixture->state->hangs, FALSE);
  while (sample_misses (monitor, "gpu0"))
    g_usleep (100);
}

static void
test_removed_while_hanging (Fixture       *fixture,
                            gconstpointer  unused)
{
  MgrPressureMonitor *monitor = mgr_pressure_monitor_new (NULL);
  MgrPressureSource *source = new_fake_source (0);

  mgr_pressure_monitor_add_source (monitor, source);
  g_atomic_int_set (&fixture->state->hangs, TRUE);
  g_assert_true (sample_misses (monitor, "gpu0"));
  g_assert_true (mgr_pressure_monitor_remove_source (monitor, source));
  g_object_unref (source);
  g_object_unref (monitor);
  g_assert_cmpint (g_atomic_int_get (&fixture->state->n_open), ==, 1);
}

static void
test_manager (Fixture       *fixture,
              gconstpointer  unused)
{
  g_autoptr (MgrManager) manager = NULL;
  MgrPressureMonitor *monitor;
  gboolean found = FALSE;

  g_test_summary ("A manager finds the devices by itself");

  fixture->state->total = GIB;
  fixture->state->free = 1;
  manager = mgr_manager_new (G_GUINT64_CONSTANT (1) << 50);
  mgr_manager_set_automatic_cleanup (manager, FALSE);
  monitor = mgr_manager_get_monitor (manager);
  while (!found)
    {
      g_autoptr (MgrPressureSample) sample = mgr_pressure_monitor_sample (monitor);
      const char *source = mgr_pressure_sample_get_source (sample);

      found = source != NULL && g_str_has_prefix (source, "gpu");
      g_usleep (100);
    }
}

static void
test_manager_elsewhere (Fixture       *fixture,
                        gconstpointer  unused)
{
  g_autoptr (MgrManager) manager = g_object_new (MGR_TYPE_MANAGER,
                                                 "total-budget", GIB,
                                                 "proc-path", "/nonexistent",
                                                 NULL);

  g_test_summary ("Where another /proc stands for a machine, nobody looks for devices of this one");

  g_assert_cmpuint (mgr_test_count_threads ("mgr-gpu-finder"), ==, 0);
  g_assert_cmpint (g_atomic_int_get (&fixture->state->n_reads), ==, 0);
}

static void
test_manager_ends_at_once (Fixture       *fixture,
                           gconstpointer  unused)
{
  for (guint i = 0; i < 20; i++)
    g_object_unref (mgr_manager_new (GIB));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) \
  g_test_add ("/pressure/gpu-source/" name, Fixture, NULL, \
              fixture_set_up, func, fixture_tear_down)

  ADD ("devices", test_devices);
  ADD ("found-by-name", test_found_by_name);
  ADD ("opened-once", test_opened_once);
  ADD ("no-such-device", test_no_such_device);
  ADD ("no-library", test_no_library);
  ADD ("missing-symbol", test_missing_symbol);
  ADD ("no-driver", test_no_driver);
  ADD ("driver-restarts", test_driver_restarts);
  ADD ("odd-figures", test_odd_figures);
  ADD ("hangs", test_hangs);
  ADD ("removed-while-hanging", test_removed_while_hanging);
  ADD ("manager", test_manager);
  ADD ("manager-elsewhere", test_manager_elsewhere);
  ADD ("manager-ends-at-once", test_manager_ends_at_once);

#undef ADD

  return g_test_run ();
}
