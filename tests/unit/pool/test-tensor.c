/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tensor-fixture.h"

#include "pool/mgr-dlpack-private.h"

static void
assert_array (const gint64 *values,
              gsize         n_values,
              gint64        first,
              gint64        second,
              gint64        third)
{
  g_assert_cmpuint (n_values, ==, 3);
  g_assert_cmpint (values[0], ==, first);
  g_assert_cmpint (values[1], ==, second);
  g_assert_cmpint (values[2], ==, third);
}

static void
test_describes_itself (TensorFixture *fixture,
                       gconstpointer  unused)
{
  const gint64 shape[] = { 2, 3, 4 };
  g_autoptr (MgrTensor) tensor =
    mgr_tensor_pool_allocate_tensor (fixture->pool, shape, 3, MGR_DATA_TYPE_COMPLEX64, "spectrum",
                                     NULL);
  const gint64 *values;
  gsize n = 0;

  values = mgr_tensor_get_shape (tensor, &n);
  assert_array (values, n, 2, 3, 4);
  values = mgr_tensor_get_strides (tensor, &n);
  assert_array (values, n, 96, 32, 8);
  g_assert_cmpint (mgr_tensor_get_dtype (tensor), ==, MGR_DATA_TYPE_COMPLEX64);
  g_assert_cmpuint (mgr_tensor_get_nbytes (tensor), ==, 192);
  g_assert_cmpstr (mgr_tensor_get_description (tensor), ==, "spectrum");
  g_assert_cmpint (mgr_tensor_get_device (tensor), ==, MGR_TENSOR_DEVICE_CPU);
  g_assert_true (mgr_tensor_is_writable (tensor));
  g_assert_false (mgr_tensor_is_released (tensor));
  g_assert_cmpuint ((gsize) mgr_tensor_get_data (tensor, NULL) % 64, ==, 0);
}

static void
test_single_number (TensorFixture *fixture,
                    gconstpointer  unused)
{
  g_autoptr (MgrTensor) tensor =
    mgr_tensor_pool_allocate_tensor (fixture->pool, NULL, 0, MGR_DATA_TYPE_FLOAT64, NULL, NULL);
  gsize n = 99;

  mgr_tensor_get_shape (tensor, &n);
  g_assert_cmpuint (n, ==, 0);
  g_assert_cmpuint (mgr_tensor_get_nbytes (tensor), ==, 8);
  g_assert_cmpstr (mgr_tensor_get_description (tensor), ==, "");
  *(double *) mgr_tensor_get_data (tensor, NULL) = 2.5;
}

static void
test_use_after_release (TensorFixture *fixture,
                        gconstpointer  unused)
{
  g_autoptr (MgrTensor) tensor = tensor_new (fixture->pool, 100);
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GBytes) bytes = g_bytes_new_static ("1234", 4);
  GError *error = NULL;

  g_assert_true (mgr_tensor_release (tensor, NULL));
  g_assert_true (mgr_tensor_is_released (tensor));
  g_assert_false (mgr_tensor_is_writable (tensor));
  g_assert_cmpuint (mgr_tensor_get_nbytes (tensor), ==, 400);
  g_assert_cmpuint (mgr_pool_get_used (MGR_POOL (fixture->pool)), ==, 0);

#define ASSERT_STALE(call) \
  G_STMT_START { \
    g_assert_false (call); \
    g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND); \
    g_assert_nonnull (strstr (error->message, "“test” of 100 float32 was released")); \
    g_clear_error (&error); \
  } G_STMT_END

  ASSERT_STALE (mgr_tensor_get_data (tensor, &error));
  ASSERT_STALE (mgr_tensor_new_view (tensor, &error));
  ASSERT_STALE (mgr_tensor_get_bytes (tensor, &error));
  ASSERT_STALE (mgr_tensor_read (tensor, 0, 4, &error));
  ASSERT_STALE (mgr_tensor_write (tensor, 0, bytes, &error));
  ASSERT_STALE (mgr_tensor_export (tensor, fds, &error));
  ASSERT_STALE (mgr_tensor_export_dlpack (tensor, FALSE, &error));

#undef ASSERT_STALE

  g_assert_false (mgr_tensor_release (tensor, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_DOUBLE_RELEASE);
  g_clear_error (&error);
}

static void
test_view_keeps_memory (TensorFixture *fixture,
                        gconstpointer  unused)
{
  MgrPool *pool = MGR_POOL (fixture->pool);
  MgrTensor *tensor = tensor_new (fixture->pool, 100);
  MgrTensor *view = mgr_tensor_new_view (tensor, NULL);
  g_autoptr (MgrTensor) other = NULL;

  g_test_summary ("What somebody looks at is not given to somebody else");

  g_assert_true (tensor_floats (view) == tensor_floats (tensor));
  tensor_floats (tensor)[99] = 5;
  tensor_release (tensor);
  g_assert_cmpuint (mgr_pool_get_used (pool), ==, 448);

  other = tensor_new (fixture->pool, 100);
  g_assert_true (tensor_floats (view) != tensor_floats (other));
  g_assert_cmpfloat (tensor_floats (view)[99], ==, 5);
  mgr_tensor_unref (view);
  g_assert_cmpuint (mgr_pool_get_used (pool), ==, 448);
  g_assert_cmpuint (mgr_tensor_pool_get_leak_count (fixture->pool), ==, 0);
}

static void
test_bytes_keep_memory (TensorFixture *fixture,
                        gconstpointer  unused)
{
  MgrTensor *tensor = tensor_new (fixture->pool, 100);
  GBytes *bytes = mgr_tensor_get_bytes (tensor, NULL);
  const float *seen = g_bytes_get_data (bytes, NULL);

  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 400);
  tensor_floats (tensor)[7] = 3;
  g_assert_cmpfloat (seen[7], ==, 3);
  tensor_release (tensor);
  g_assert_cmpuint (mgr_pool_get_used (MGR_POOL (fixture->pool)), ==, 448);
  g_bytes_unref (bytes);
  g_assert_cmpuint (mgr_pool_get_used (MGR_POOL (fixture->pool)), ==, 0);
}

static void
test_read_and_write (TensorFixture *fixture,
                     gconstpointer  unused)
{
  g_autoptr (MgrTensor) tensor = tensor_new (fixture->pool, 4);
  g_autoptr (GError) error = NULL;
  const float numbers[] = { 1, 2 };
  g_autoptr (GBytes) given = g_bytes_new (numbers, sizeof numbers);
  g_autoptr (GBytes) nothing = g_bytes_new (NULL, 0);
  g_autoptr (GBytes) own = NULL;
  g_autoptr (GBytes) copy = NULL;

  g_assert_true (mgr_tensor_write (tensor, 0, given, &error));
  g_assert_true (mgr_tensor_write (tensor, 8, given, &error));
  g_assert_true (mgr_tensor_write (tensor, 16, nothing, &error));
  g_assert_no_error (error);
  g_assert_cmpfloat (tensor_floats (tensor)[3], ==, 2);

  copy = mgr_tensor_read (tensor, 8, 8, &error);
  g_assert_true (g_bytes_equal (copy, given));
  tensor_floats (tensor)[2] = 9;
  g_assert_true (g_bytes_equal (copy, given));

  /* Of itself. */
  own = mgr_tensor_get_bytes (tensor, NULL);
  g_assert_true (mgr_tensor_write (tensor, 0, own, &error));
  g_assert_cmpfloat (tensor_floats (tensor)[2], ==, 9);
}

static void
assert_out_of_range (MgrTensor *tensor,
                     guint64    offset,
                     guint64    size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = mgr_tensor_read (tensor, offset, size, &error);

  g_assert_null (bytes);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
}

static void
test_out_of_range (TensorFixture *fixture,
                   gconstpointer  unused)
{
  g_autoptr (MgrTensor) tensor = tensor_new (fixture->pool, 4);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("12345", 5);
  g_autoptr (GError) error = NULL;

  assert_out_of_range (tensor, 0, 17);
  assert_out_of_range (tensor, 17, 0);
  assert_out_of_range (tensor, 16, 1);
  assert_out_of_range (tensor, G_MAXUINT64, 2);
  assert_out_of_range (tensor, 2, G_MAXUINT64);

  memset (mgr_tensor_get_data (tensor, NULL), 0, 16);
  g_assert_false (mgr_tensor_write (tensor, 12, bytes, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_assert_cmpfloat (tensor_floats (tensor)[3], ==, 0);
}

static void
test_leaks_are_counted (TensorFixture *fixture,
                        gconstpointer  unused)
{
  guint64 leaks = 99;

  g_test_summary ("What went without a release is counted, and its memory is back all the same");

  tensor_release (tensor_new (fixture->pool, 1));
  g_assert_cmpuint (mgr_tensor_pool_get_leak_count (fixture->pool), ==, 0);

  for (guint i = 0; i < 3; i++)
    {
      MgrTensor *tensor = tensor_new (fixture->pool, 1);

      mgr_tensor_unref (mgr_tensor_ref (tensor));
      mgr_tensor_unref (tensor);
    }
  g_object_get (fixture->pool, "leak-count", &leaks, NULL);
  g_assert_cmpuint (leaks, ==, 3);
  g_assert_cmpuint (mgr_pool_get_used (MGR_POOL (fixture->pool)), ==, 0);
}

static void
test_boxed (TensorFixture *fixture,
            gconstpointer  unused)
{
  g_auto (GValue) value = G_VALUE_INIT;
  MgrTensor *tensor = tensor_new (fixture->pool, 1);

  g_value_init (&value, MGR_TYPE_TENSOR);
  g_value_take_boxed (&value, tensor);
  g_assert_true (g_value_get_boxed (&value) == tensor);
}

static void
assert_dlpack (const MgrDlTensor *described,
               gpointer           data)
{
  g_assert_true (described->data == data);
  g_assert_cmpuint (described->byte_offset, ==, 0);
  g_assert_cmpint (described->device.device_type, ==, 1);
  g_assert_cmpint (described->device.device_id, ==, 0);
  g_assert_cmpint (described->dtype.code, ==, 4);
  g_assert_cmpint (described->dtype.bits, ==, 16);
  g_assert_cmpint (described->dtype.lanes, ==, 1);
  assert_array (described->shape, (gsize) described->ndim, 2, 3, 4);
  assert_array (described->strides, (gsize) described->ndim, 12, 4, 1);
}

static void
test_dlpack (TensorFixture *fixture,
             gconstpointer  unused)
{
  const gint64 shape[] = { 2, 3, 4 };
  MgrTensor *tensor = mgr_tensor_pool_allocate_tensor (fixture->pool, shape, 3,
                                                       MGR_DATA_TYPE_BFLOAT16, NULL, NULL);
  gpointer data = mgr_tensor_get_data (tensor, NULL);
  MgrDlManagedTensor *plain = mgr_tensor_export_dlpack (tensor, FALSE, NULL);
  MgrDlManagedTensorVersioned *versioned = mgr_tensor_export_dlpack (tensor, TRUE, NULL);

  g_test_summary ("Another library may hold the memory longer than this one");

  tensor_release (tensor);
  assert_dlpack (&plain->tensor, data);
  assert_dlpack (&versioned->tensor, data);
  g_assert_cmpuint (versioned->version.major, ==, 1);
  g_assert_cmpuint (versioned->flags, ==, 0);

  plain->deleter (plain);
  g_assert_cmpuint (mgr_pool_get_used (MGR_POOL (fixture->pool)), ==, 64);
  versioned->deleter (versioned);
  g_assert_cmpuint (mgr_pool_get_used (MGR_POOL (fixture->pool)), ==, 0);
  g_assert_cmpuint (mgr_tensor_pool_get_leak_count (fixture->pool), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  TENSOR_ADD ("/pool/tensor/describes-itself", test_describes_itself);
  TENSOR_ADD ("/pool/tensor/single-number", test_single_number);
  TENSOR_ADD ("/pool/tensor/use-after-release", test_use_after_release);
  TENSOR_ADD ("/pool/tensor/view-keeps-memory", test_view_keeps_memory);
  TENSOR_ADD ("/pool/tensor/bytes-keep-memory", test_bytes_keep_memory);
  TENSOR_ADD ("/pool/tensor/read-and-write", test_read_and_write);
  TENSOR_ADD ("/pool/tensor/out-of-range", test_out_of_range);
  TENSOR_ADD ("/pool/tensor/leaks-are-counted", test_leaks_are_counted);
  TENSOR_ADD ("/pool/tensor/boxed", test_boxed);
  TENSOR_ADD ("/pool/tensor/dlpack", test_dlpack);

  return g_test_run ();
}
