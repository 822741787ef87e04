/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-nvml.h"
#include "mgr-test-support.h"

#include <dlfcn.h>

#define GIB (G_GUINT64_CONSTANT (1) << 30)

/* The fake is kept loaded, so that its state lasts: 80 GiB a device, of which 64, 32 and
 * 16 are free. */
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
  mgr_test_wait_threads ("mgr-source");
  mgr_test_wait_threads ("mgr-gpu-finder");
  g_assert_cmpint (g_atomic_int_get (&fixture->state->n_open), ==, 0);
  *fixture->state = fixture->before;
  dlclose (fixture->library);
}

static MgrGpuMemory *
new_memory (guint   device,
            guint64 budget)
{
  g_autoptr (GError) error = NULL;
  MgrGpuMemory *memory = mgr_gpu_memory_new (device, budget, &error);

  g_assert_no_error (error);
  return memory;
}

static MgrAllocation *
charge (MgrComponent *component,
        guint64       size)
{
  g_autoptr (GError) error = NULL;
  MgrAllocation *allocation = mgr_component_allocate (component, size, "test", 5, NULL, &error);

  g_assert_no_error (error);
  return allocation;
}

static void
assert_refused (MgrComponent *component,
                guint64       size,
                int           code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_component_allocate (component, size, "test", 5, NULL, &error));
  g_assert_error (error, MGR_ERROR, code);
}

static void
assert_read (MgrGpuMemory *memory,
             guint64       available,
             guint64       limit)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrPressureReading) reading =
    mgr_pressure_source_read (MGR_PRESSURE_SOURCE (memory), &error);

  g_assert_no_error (error);
  g_assert_cmpuint (mgr_pressure_reading_get_available (reading), ==, available);
  g_assert_cmpuint (mgr_pressure_reading_get_used (reading), ==, limit - available);
  g_assert_cmpuint (mgr_pressure_reading_get_limit (reading), ==, limit);
  g_assert_cmpint (mgr_pressure_reading_get_scope (reading), ==, MGR_PRESSURE_SCOPE_DEVICE);
}

static void
test_list (Fixture       *fixture,
           gconstpointer  unused)
{
  g_autoptr (GPtrArray) devices = mgr_gpu_device_list ();

  g_assert_cmpuint (devices->len, ==, 3);
  for (guint i = 0; i < devices->len; i++)
    {
      g_autoptr (MgrGpuDevice) device = mgr_gpu_device_ref (g_ptr_array_index (devices, i));
      g_autofree char *name = g_strdup_printf ("Fake %u", i);

      g_assert_cmpuint (mgr_gpu_device_get_index (device), ==, i);
      g_assert_cmpstr (mgr_gpu_device_get_name (device), ==, name);
      g_assert_cmpuint (mgr_gpu_device_get_total (device), ==, 80 * GIB);
      g_assert_cmpuint (mgr_gpu_device_get_available (device), ==, 64 * GIB >> i);
    }
}

static void
test_list_of_none (Fixture       *fixture,
                   gconstpointer  unused)
{
  g_autoptr (GPtrArray) no_driver = NULL;
  g_autoptr (GPtrArray) no_answer = NULL;
  g_autoptr (GPtrArray) no_memory = NULL;

  g_test_summary ("No GPU is a normal state");

  fixture->state->init_result = 9;
  no_driver = mgr_gpu_device_list ();
  g_assert_cmpuint (no_driver->len, ==, 0);
  fixture->state->init_result = 0;
  fixture->state->count_result = 999;
  fixture->state->n_devices = 0;
  no_answer = mgr_gpu_device_list ();
  g_assert_cmpuint (no_answer->len, ==, 0);
  *fixture->state = fixture->before;
  fixture->state->total = 0;
  no_memory = mgr_gpu_device_list ();
  g_assert_cmpuint (no_memory->len, ==, 0);
}

static void
test_nameless (Fixture       *fixture,
               gconstpointer  unused)
{
  g_autoptr (GPtrArray) devices = NULL;

  fixture->state->name_result = 3;
  devices = mgr_gpu_device_list ();
  g_assert_cmpstr (mgr_gpu_device_get_name (g_ptr_array_index (devices, 0)), ==, "");
}

static void
test_own_books (Fixture       *fixture,
                gconstpointer  unused)
{
  g_autoptr (MgrGpuMemory) memory = new_memory (1, 20 * GIB);
  MgrComponent *component = mgr_gpu_memory_get_component (memory);
  MgrComponent *part = mgr_gpu_memory_add_component (memory, "weights", 8 * GIB, NULL);
  g_autoptr (MgrAllocation) held = charge (part, 6 * GIB);

  g_assert_cmpuint (mgr_gpu_memory_get_device (memory), ==, 1);
  g_assert_cmpuint (mgr_gpu_memory_get_total (memory), ==, 80 * GIB);
  g_assert_cmpstr (mgr_component_get_path (component), ==, "gpu1");
  g_assert_cmpstr (mgr_component_get_path (part), ==, "gpu1/weights");
  g_assert_cmpuint (mgr_component_get_budget (component), ==, 20 * GIB);
  g_assert_cmpuint (mgr_component_get_used (component), ==, 6 * GIB);
  assert_refused (part, 3 * GIB, MGR_ERROR_NO_BUDGET);
  assert_refused (component, 21 * GIB, MGR_ERROR_INFEASIBLE);
}

static void
test_whole_device (Fixture       *fixture,
                   gconstpointer  unused)
{
  g_autoptr (MgrGpuMemory) memory = new_memory (0, 0);
  MgrComponent *component = NULL;
  guint64 budget = 99;
  guint64 total = 0;

  g_object_get (memory, "component", &component, "budget", &budget, "total", &total, NULL);
  g_assert_cmpuint (budget, ==, 0);
  g_assert_cmpuint (total, ==, 80 * GIB);
  g_assert_cmpuint (mgr_component_get_budget (component), ==, 80 * GIB);
  assert_refused (component, 81 * GIB, MGR_ERROR_INFEASIBLE);
  g_object_unref (component);
}

static void
test_pressure (Fixture       *fixture,
               gconstpointer  unused)
{
  g_autoptr (MgrGpuMemory) memory = new_memory (1, 40 * GIB);
  MgrPressureSource *source = MGR_PRESSURE_SOURCE (memory);
  MgrComponent *component = mgr_gpu_memory_get_component (memory);
  g_autoptr (MgrAllocation) held = NULL;

  g_test_summary ("What is left of the budget, or of the device where that is less");

  g_assert_cmpstr (mgr_pressure_source_get_name (source), ==, "gpu1-budget");
  g_assert_true (mgr_pressure_source_is_thread_safe (source));
  assert_read (memory, 32 * GIB, 40 * GIB);
  held = charge (component, 30 * GIB);
  assert_read (memory, 10 * GIB, 40 * GIB);
  g_assert_true (mgr_component_set_budget (component, 31 * GIB, NULL));
  assert_read (memory, GIB, 31 * GIB);
  fixture->state->free = 0;
  assert_read (memory, 0, 31 * GIB);
}

static void
test_driver_restarts (Fixture       *fixture,
                      gconstpointer  unused)
{
  g_autoptr (MgrGpuMemory) memory = new_memory (0, GIB);
  g_autoptr (GError) error = NULL;

  fixture->state->memory_result = 15;
  g_assert_null (mgr_pressure_source_read (MGR_PRESSURE_SOURCE (memory), &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
  fixture->state->memory_result = 0;
  assert_read (memory, GIB, GIB);
}

static void
assert_new_fails (guint       device,
                  guint64     budget,
                  int         code,
                  const char *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_gpu_memory_new (device, budget, &error));
  g_assert_error (error, MGR_ERROR, code);
  g_assert_nonnull (strstr (error->message, text));
}

static void
test_bad_input (Fixture       *fixture,
                gconstpointer  unused)
{
  g_autoptr (MgrGpuMemory) memory = new_memory (0, GIB);
  g_autoptr (GError) error = NULL;

  assert_new_fails (3, 0, MGR_ERROR_NOT_AVAILABLE, "GPU 3");
  assert_new_fails (G_MAXUINT, 0, MGR_ERROR_NOT_AVAILABLE, "GPU");
  assert_new_fails (0, 81 * GIB, MGR_ERROR_INFEASIBLE, "81.0 GiB for GPU 0: it has 80.0 GiB");
  g_assert_null (mgr_gpu_memory_add_component (memory, "a/b", 0, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  fixture->state->init_result = 9;
  assert_new_fails (0, 0, MGR_ERROR_NOT_AVAILABLE, "Some other failure");
}

static void
test_books_outlive_memory (Fixture       *fixture,
                           gconstpointer  unused)
{
  MgrGpuMemory *memory = new_memory (0, GIB);
  g_autoptr (MgrComponent) component = g_object_ref (mgr_gpu_memory_get_component (memory));
  g_autoptr (MgrAllocation) held = charge (component, 10);

  g_object_unref (memory);
  assert_refused (component, 1, MGR_ERROR_CLOSED);
  g_assert_cmpuint (mgr_allocation_get_size (held), ==, 10);
}

static void
test_manager (Fixture       *fixture,
              gconstpointer  unused)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (GIB);
  MgrPressureMonitor *monitor = mgr_manager_get_monitor (manager);
  g_autoptr (MgrGpuMemory) memory = NULL;
  g_autoptr (MgrAllocation) held = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("The device's memory is not the manager's, and its monitor watches it");

  memory = mgr_manager_add_gpu (manager, 2, 8 * GIB, &error);
  g_assert_no_error (error);
  held = charge (mgr_gpu_memory_get_component (memory), 8 * GIB);
  g_assert_cmpuint (mgr_component_get_used (mgr_manager_get_root (manager)), ==, 0);
  g_assert_true (mgr_pressure_monitor_remove_source (monitor, MGR_PRESSURE_SOURCE (memory)));

  g_assert_null (mgr_manager_add_gpu (manager, 9, 0, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) \
  g_test_add ("/pressure/gpu-memory/" name, Fixture, NULL, \
              fixture_set_up, func, fixture_tear_down)

  ADD ("list", test_list);
  ADD ("list-of-none", test_list_of_none);
  ADD ("nameless", test_nameless);
  ADD ("own-books", test_own_books);
  ADD ("whole-device", test_whole_device);
  ADD ("pressure", test_pressure);
  ADD ("driver-restarts", test_driver_restarts);
  ADD ("bad-input", test_bad_input);
  ADD ("books-outlive-memory", test_books_outlive_memory);
  ADD ("manager", test_manager);

#undef ADD

  return g_test_run ();
}
