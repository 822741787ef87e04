/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tensor-fixture.h"

#include "mgr-fake-cuda.h"
#include "pool/mgr-dlpack-private.h"

#include <dlfcn.h>

/* The fake is kept loaded, so that its state lasts. */
typedef struct
{
  TensorFixture tensors;
  void *library;   /* (owned) */
  FakeCuda *state; /* (unowned) */
} Fixture;

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  unused)
{
  fixture->library = dlopen (g_getenv ("FAKE_CUDA_PATH"), RTLD_NOW);
  g_assert_nonnull (fixture->library);
  fixture->state = dlsym (fixture->library, FAKE_CUDA_STATE);
  g_assert_nonnull (fixture->state);
  tensor_fixture_set_up (&fixture->tensors, NULL);
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  unused)
{
  tensor_fixture_tear_down (&fixture->tensors, NULL);
  g_assert_cmpint (fixture->state->n_contexts, ==, 0);
  g_assert_cmpint (fixture->state->n_current, ==, 0);
  g_assert_cmpuint (fixture->state->n_registered, ==, 0);
  memset (fixture->state, 0, sizeof *fixture->state);
  dlclose (fixture->library);
}

static void
assert_locked (Fixture *fixture,
               gboolean locked,
               guint64  bytes)
{
  gboolean page_locked = !locked;

  g_object_get (fixture->tensors.pool, "page-locked", &page_locked, NULL);
  g_assert_cmpint (page_locked, ==, locked);
  g_assert_cmpuint (fixture->state->registered, ==, bytes);
}

static void
set_locked (Fixture  *fixture,
            gboolean  locked)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (mgr_tensor_pool_set_page_locked (fixture->tensors.pool, locked, &error));
  g_assert_no_error (error);
}

static void
assert_lock_fails (MgrTensorPool *pool,
                   const char    *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (mgr_tensor_pool_set_page_locked (pool, TRUE, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
  if (strstr (error->message, text) == NULL)
    g_error ("“%s” does not say “%s”", error->message, text);
  g_assert_false (mgr_tensor_pool_get_page_locked (pool));
}

static void
count_cb (MgrTensorPool *pool,
          GParamSpec    *pspec,
          guint         *count)
{
  (*count)++;
}

static void
test_whole_segments (Fixture       *fixture,
                     gconstpointer  unused)
{
  g_autoptr (MgrTensor) before = tensor_new (fixture->tensors.pool, 1);
  g_autoptr (MgrTensor) after = NULL;
  guint count = 0;

  g_test_summary ("Those there are, and those to come, in all contexts");

  g_signal_connect (fixture->tensors.pool, "notify::page-locked", G_CALLBACK (count_cb), &count);
  set_locked (fixture, TRUE);
  set_locked (fixture, TRUE);
  assert_locked (fixture, TRUE, 4 * MIB);
  g_assert_cmpuint (fixture->state->flags, ==, 1);
  after = tensor_new_of (fixture->tensors.pool, 5 * MIB);
  assert_locked (fixture, TRUE, 9 * MIB);

  set_locked (fixture, FALSE);
  set_locked (fixture, FALSE);
  assert_locked (fixture, FALSE, 0);
  g_assert_cmpint (fixture->state->n_contexts, ==, 0);
  mgr_test_settle ();
  g_assert_cmpuint (count, ==, 2);
}

static void
test_device (Fixture       *fixture,
             gconstpointer  unused)
{
  g_autoptr (MgrTensor) tensor = tensor_new (fixture->tensors.pool, 1);
  MgrDlManagedTensor *managed;

  g_assert_cmpint (mgr_tensor_get_device (tensor), ==, MGR_TENSOR_DEVICE_CPU);
  set_locked (fixture, TRUE);
  g_assert_cmpint (mgr_tensor_get_device (tensor), ==, MGR_TENSOR_DEVICE_CUDA_HOST);
  managed = mgr_tensor_export_dlpack (tensor, FALSE, NULL);
  g_assert_cmpint (managed->tensor.device.device_type, ==, 3);
  g_assert_cmpint (managed->tensor.device.device_id, ==, 0);
  managed->deleter (managed);
  set_locked (fixture, FALSE);
  g_assert_cmpint (mgr_tensor_get_device (tensor), ==, MGR_TENSOR_DEVICE_CPU);
}

static void
test_elsewhere (Fixture       *fixture,
                gconstpointer  unused)
{
  g_autoptr (MgrTensor) tensor = tensor_new (fixture->tensors.pool, 1);
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GVariant) exported = mgr_tensor_export (tensor, fds, NULL);
  g_autoptr (MgrTensor) imported = mgr_tensor_new_from_export (exported, fds, NULL);

  g_test_summary ("What another process has locked is not locked in this one");

  set_locked (fixture, TRUE);
  g_assert_cmpint (mgr_tensor_get_device (imported), ==, MGR_TENSOR_DEVICE_CPU);
}

static void
test_unlocked_before_given_back (Fixture       *fixture,
                                 gconstpointer  unused)
{
  MgrPool *pool = MGR_POOL (fixture->tensors.pool);

  set_locked (fixture, TRUE);
  tensor_release (tensor_new (fixture->tensors.pool, 1));
  assert_locked (fixture, TRUE, 4 * MIB);
  g_assert_cmpuint (mgr_pool_trim (pool, G_MAXUINT64), ==, 4 * MIB);
  assert_locked (fixture, TRUE, 0);

  tensor_release (tensor_new (fixture->tensors.pool, 1));
  mgr_pool_set_active (pool, FALSE, NULL);
  assert_locked (fixture, TRUE, 0);
}

static void
test_pool_goes_while_locked (Fixture       *fixture,
                             gconstpointer  unused)
{
  MgrTensor *tensor = tensor_new (fixture->tensors.pool, 1);

  set_locked (fixture, TRUE);
  g_object_unref (g_steal_pointer (&fixture->tensors.pool));
  g_assert_cmpint (mgr_tensor_get_device (tensor), ==, MGR_TENSOR_DEVICE_CUDA_HOST);
  tensor_release (tensor);
}

static void
test_limit_of_locked_memory (Fixture       *fixture,
                             gconstpointer  unused)
{
  g_autoptr (MgrTensor) first = tensor_new_of (fixture->tensors.pool, 4 * MIB);
  g_autoptr (MgrTensor) second = tensor_new_of (fixture->tensors.pool, 4 * MIB);
  g_autoptr (GError) error = NULL;
  const gint64 large = (gint64) (4 * MIB);

  g_test_summary ("All or nothing, and a segment that cannot be locked is not made");

  fixture->state->register_result = 2;
  fixture->state->allowed = 1;
  assert_lock_fails (fixture->tensors.pool, "page-locking 4.0 MiB: out of memory (2)");
  assert_locked (fixture, FALSE, 0);
  g_assert_cmpint (mgr_tensor_get_device (first), ==, MGR_TENSOR_DEVICE_CPU);

  fixture->state->allowed = 2;
  set_locked (fixture, TRUE);
  g_assert_null (mgr_tensor_pool_allocate_tensor (fixture->tensors.pool, &large, 1,
                                                  MGR_DATA_TYPE_UINT8, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
  g_assert_cmpuint (mgr_pool_get_charged (MGR_POOL (fixture->tensors.pool)), ==, 8 * MIB);
  assert_locked (fixture, TRUE, 8 * MIB);
}

static void
test_driver_fails (Fixture       *fixture,
                   gconstpointer  unused)
{
  g_autoptr (MgrTensor) tensor = tensor_new (fixture->tensors.pool, 1);

  fixture->state->init_result = 100;
  assert_lock_fails (fixture->tensors.pool, "failed at its start: a failure that it has no name for "
                                            "(100)");
  fixture->state->init_result = 0;
  fixture->state->device_result = 101;
  assert_lock_fails (fixture->tensors.pool, "finding a GPU");
  fixture->state->device_result = 0;
  fixture->state->retain_result = 46;
  assert_lock_fails (fixture->tensors.pool, "opening the GPU");
  fixture->state->retain_result = 0;
  fixture->state->push_result = 201;
  assert_lock_fails (fixture->tensors.pool, "using the GPU");
  fixture->state->push_result = 0;
  set_locked (fixture, TRUE);
}

static MgrTensorPool *
pool_with_library (const char *library)
{
  return g_initable_new (MGR_TYPE_TENSOR_POOL, NULL, NULL, "name", "gpu", "capacity", MIB,
                         "cuda-library", library, NULL);
}

static void
test_no_driver (Fixture       *fixture,
                gconstpointer  unused)
{
  g_autoptr (MgrTensorPool) none = pool_with_library ("/nonexistent/libcuda.so.1");
  g_autoptr (MgrTensorPool) old = pool_with_library (g_getenv ("FAKE_CUDA_PARTIAL_PATH"));
  g_autofree char *library = NULL;

  g_test_summary ("No driver is a normal state: nothing else needs one");

  assert_lock_fails (none, "/nonexistent/libcuda.so.1");
  tensor_release (tensor_new (none, 1));
  assert_lock_fails (old, "cuMemHostRegister_v2");
  g_object_get (fixture->tensors.pool, "cuda-library", &library, NULL);
  g_assert_cmpstr (library, ==, "libcuda.so.1");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) \
  g_test_add ("/pool/tensor-cuda/" name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)

  ADD ("whole-segments", test_whole_segments);
  ADD ("device", test_device);
  ADD ("elsewhere", test_elsewhere);
  ADD ("unlocked-before-given-back", test_unlocked_before_given_back);
  ADD ("pool-goes-while-locked", test_pool_goes_while_locked);
  ADD ("limit-of-locked-memory", test_limit_of_locked_memory);
  ADD ("driver-fails", test_driver_fails);
  ADD ("no-driver", test_no_driver);

#undef ADD

  return g_test_run ();
}
