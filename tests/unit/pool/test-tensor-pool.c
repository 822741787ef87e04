/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tensor-fixture.h"

#include "mgr-fake-tree.h"

static void
assert_pool (TensorFixture *fixture,
             guint64        used,
             guint64        charged)
{
  g_assert_cmpuint (mgr_pool_get_used (MGR_POOL (fixture->pool)), ==, used);
  g_assert_cmpuint (mgr_pool_get_charged (MGR_POOL (fixture->pool)), ==, charged);
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, charged);
}

/* Asks for @size bytes in vain: everything stays as it was. Returns the message. */
static char *
refuse (TensorFixture *fixture,
        guint64        size,
        MgrError       code)
{
  guint64 used = mgr_pool_get_used (MGR_POOL (fixture->pool));
  guint64 charged = mgr_pool_get_charged (MGR_POOL (fixture->pool));
  gint64 shape = (gint64) size;
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_tensor_pool_allocate_tensor (fixture->pool, &shape, 1, MGR_DATA_TYPE_UINT8,
                                                  "too much", &error));
  g_assert_error (error, MGR_ERROR, (int) code);
  assert_pool (fixture, used, charged);
  return g_strdup (error->message);
}

static void
test_charges_segments (TensorFixture *fixture,
                       gconstpointer  unused)
{
  g_autoptr (MgrTensor) first = NULL;
  g_autoptr (MgrTensor) second = NULL;

  g_test_summary ("A segment is charged when it is reserved, and a tensor takes part of it");

  assert_pool (fixture, 0, 0);
  first = tensor_new (fixture->pool, 1);
  assert_pool (fixture, 64, 4 * MIB);
  second = tensor_new (fixture->pool, 17);
  assert_pool (fixture, 64 + 128, 4 * MIB);
  g_assert_cmpuint (mgr_tensor_get_offset (second), ==, 64);
}

static void
test_grows_by_segments (TensorFixture *fixture,
                        gconstpointer  unused)
{
  MgrTensor *tensors[4];

  for (guint i = 0; i < 4; i++)
    {
      tensors[i] = tensor_new_of (fixture->pool, 3 * MIB);
      assert_pool (fixture, (i + 1) * 3 * MIB, (i + 1) * 4 * MIB);
    }
  g_free (refuse (fixture, 3 * MIB, MGR_ERROR_NO_BUDGET));

  for (guint i = 0; i < 4; i++)
    tensor_release (tensors[i]);
  assert_pool (fixture, 0, 16 * MIB);
}

static void
test_large_tensor_has_its_own (TensorFixture *fixture,
                               gconstpointer  unused)
{
  g_autoptr (MgrTensor) large = tensor_new_of (fixture->pool, 9 * MIB + 4);
  g_autoptr (MgrTensor) small = tensor_new (fixture->pool, 1);
  g_autoptr (MgrTensor) rest = NULL;

  /* In whole pages. */
  assert_pool (fixture, 9 * MIB + 64 + 64, 9 * MIB + 4096);

  /* The last segment is as large as the capacity leaves it. */
  rest = tensor_new_of (fixture->pool, 5 * MIB);
  assert_pool (fixture, 14 * MIB + 64 + 64, 14 * MIB + 4096);
  g_free (refuse (fixture, 2 * MIB, MGR_ERROR_NO_BUDGET));
}

static void
test_idle_segments_make_way (TensorFixture *fixture,
                             gconstpointer  unused)
{
  MgrTensor *small[4];
  g_autoptr (MgrTensor) large = NULL;

  g_test_summary ("Segments without a tensor are no obstacle for one that is larger");

  for (guint i = 0; i < 4; i++)
    small[i] = tensor_new_of (fixture->pool, 4 * MIB);
  for (guint i = 0; i < 4; i++)
    tensor_release (small[i]);
  assert_pool (fixture, 0, 16 * MIB);

  large = tensor_new_of (fixture->pool, 15 * MIB);
  assert_pool (fixture, 15 * MIB, 15 * MIB);
}

static void
test_whole_capacity (TensorFixture *fixture,
                     gconstpointer  unused)
{
  g_autoptr (MgrTensor) tensor = tensor_new_of (fixture->pool, 16 * MIB);
  g_autofree char *text = NULL;

  memset (mgr_tensor_get_data (tensor, NULL), 1, 16 * MIB);
  text = refuse (fixture, 1, MGR_ERROR_NO_BUDGET);
  g_assert_nonnull (strstr (text, "pool “tensors”"));
}

static void
test_more_than_capacity (TensorFixture *fixture,
                         gconstpointer  unused)
{
  g_autofree char *text = refuse (fixture, 16 * MIB + 1, MGR_ERROR_INFEASIBLE);

  g_assert_nonnull (strstr (text, "can never fit into pool “tensors”"));
  g_free (refuse (fixture, G_MAXINT64, MGR_ERROR_INFEASIBLE));
}

static void
test_more_than_budget (TensorFixture *fixture,
                       gconstpointer  unused)
{
  g_autoptr (MgrTensor) held = tensor_new (fixture->pool, 1);
  g_autofree char *text = NULL;
  g_autoptr (MgrTensor) fits = NULL;

  g_assert_true (mgr_component_set_budget (fixture->component, 7 * MIB, NULL));
  text = refuse (fixture, 6 * MIB, MGR_ERROR_NO_BUDGET);
  g_assert_nonnull (strstr (text, "Pool “tensors”: "));
  g_assert_nonnull (strstr (text, "models"));
  fits = tensor_new_of (fixture->pool, 3 * MIB);
}

static void
test_little_budget (TensorFixture *fixture,
                    gconstpointer  unused)
{
  g_autoptr (MgrTensor) tiny = NULL;
  g_autoptr (MgrTensor) again = NULL;
  g_autofree char *text = NULL;

  g_test_summary ("A budget that is smaller than a segment makes segments smaller");

  g_assert_true (mgr_component_set_budget (fixture->component, 3 * MIB + 100, NULL));
  tiny = tensor_new (fixture->pool, 10);
  assert_pool (fixture, 64, 3 * MIB);
  again = tensor_new_of (fixture->pool, 2 * MIB);
  assert_pool (fixture, 64 + 2 * MIB, 3 * MIB);

  /* It is told of what was asked for, not of what would have been taken. */
  text = refuse (fixture, MIB + 1, MGR_ERROR_NO_BUDGET);
  g_assert_true (g_str_has_prefix (text, "A tensor of 1.0 MiB needs a segment of "));
  g_assert_nonnull (strstr (text, "1.0 MiB for “models” does not fit"));
  g_assert_cmpuint (mgr_component_get_refused_count (fixture->component), ==, 1);
}

static void
test_rest_of_budget (TensorFixture *fixture,
                     gconstpointer  unused)
{
  g_autoptr (MgrTensor) first = tensor_new_of (fixture->pool, 4 * MIB);
  g_autoptr (MgrTensor) second = NULL;
  g_autoptr (MgrTensor) third = NULL;

  g_assert_true (mgr_component_set_budget (fixture->component, 6 * MIB, NULL));
  second = tensor_new_of (fixture->pool, MIB);
  assert_pool (fixture, 5 * MIB, 6 * MIB);
  third = tensor_new_of (fixture->pool, MIB);
  assert_pool (fixture, 6 * MIB, 6 * MIB);
  g_free (refuse (fixture, 1, MGR_ERROR_NO_BUDGET));
  g_free (refuse (fixture, 6 * MIB + 1, MGR_ERROR_INFEASIBLE));
}

static void
test_idle_segments_make_way_in_budget (TensorFixture *fixture,
                                       gconstpointer  unused)
{
  MgrTensor *first = tensor_new_of (fixture->pool, 4 * MIB);
  g_autoptr (MgrTensor) large = NULL;

  g_test_summary ("What is held for nothing is no reason to refuse");

  tensor_release (first);
  g_assert_true (mgr_component_set_budget (fixture->component, 7 * MIB, NULL));
  large = tensor_new_of (fixture->pool, 6 * MIB);
  assert_pool (fixture, 6 * MIB, 6 * MIB);
}

static void
test_little_machine (TensorFixture *fixture,
                     gconstpointer  unused)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("host total=8M available=3M\n");
  g_autoptr (MgrMemoryLimits) limits =
    mgr_memory_limits_new (mgr_fake_tree_get_proc (tree), mgr_fake_tree_get_root (tree));
  g_autoptr (MgrTensor) tensor = NULL;

  g_test_summary ("Where the machine has no segment left it may still have what is needed");

  g_object_unref (fixture->pool);
  fixture->pool = g_initable_new (MGR_TYPE_TENSOR_POOL, NULL, NULL,
                                  "component", fixture->component, "name", "tensors",
                                  "capacity", 16 * MIB, "segment-size", 4 * MIB,
                                  "limits", limits, NULL);
  tensor = tensor_new_of (fixture->pool, MIB);
  assert_pool (fixture, MIB, 2 * MIB);
}

static void
test_more_than_machine (TensorFixture *fixture,
                        gconstpointer  unused)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("host total=8M available=5M\n");
  g_autoptr (MgrMemoryLimits) limits =
    mgr_memory_limits_new (mgr_fake_tree_get_proc (tree), mgr_fake_tree_get_root (tree));
  g_autofree char *text = NULL;
  g_autoptr (MgrTensor) fits = NULL;

  g_test_summary ("It is refused when it is reserved, and nothing is charged");

  g_object_unref (fixture->pool);
  fixture->pool = g_initable_new (MGR_TYPE_TENSOR_POOL, NULL, NULL,
                                  "component", fixture->component, "name", "tensors",
                                  "capacity", 16 * MIB, "segment-size", 4 * MIB,
                                  "limits", limits, NULL);
  text = refuse (fixture, 6 * MIB, MGR_ERROR_NO_BUDGET);
  g_assert_nonnull (strstr (text, "is left now"));
  g_free (refuse (fixture, 9 * MIB, MGR_ERROR_INFEASIBLE));
  assert_pool (fixture, 0, 0);
  fits = tensor_new_of (fixture->pool, 4 * MIB);
}

static void
test_trim (TensorFixture *fixture,
           gconstpointer  unused)
{
  MgrPool *pool = MGR_POOL (fixture->pool);
  MgrTensor *first = tensor_new_of (fixture->pool, 4 * MIB);
  MgrTensor *second = tensor_new_of (fixture->pool, 4 * MIB);
  g_autoptr (MgrTensor) third = tensor_new_of (fixture->pool, 4 * MIB);
  g_autoptr (MgrReclaimEstimate) estimate = NULL;

  g_assert_cmpuint (mgr_pool_trim (pool, G_MAXUINT64), ==, 0);
  tensor_floats (third)[MIB / 4] = 3;
  tensor_release (first);
  tensor_release (second);
  estimate = mgr_reclaimer_estimate (MGR_RECLAIMER (pool));
  g_assert_cmpuint (mgr_reclaim_estimate_get_bytes (estimate), ==, 8 * MIB);
  g_assert_false (mgr_reclaim_estimate_get_lossy (estimate));

  g_assert_cmpuint (mgr_pool_trim (pool, 1), ==, 4 * MIB);
  assert_pool (fixture, 4 * MIB, 8 * MIB);
  g_assert_cmpuint (mgr_reclaimer_reclaim (MGR_RECLAIMER (pool), G_MAXUINT64,
                                           MGR_PRESSURE_LEVEL_HIGH, 0, NULL), ==, 4 * MIB);
  assert_pool (fixture, 4 * MIB, 4 * MIB);
  g_assert_cmpfloat (tensor_floats (third)[MIB / 4], ==, 3);
}

static void
test_reserve (TensorFixture *fixture,
              gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (mgr_tensor_pool_reserve (fixture->pool, 10 * MIB - 1, &error));
  g_assert_no_error (error);
  assert_pool (fixture, 0, 10 * MIB);
  g_assert_true (mgr_tensor_pool_reserve (fixture->pool, 3 * MIB, &error));
  g_assert_true (mgr_tensor_pool_reserve (fixture->pool, 0, &error));
  assert_pool (fixture, 0, 10 * MIB);
  g_assert_true (mgr_tensor_pool_reserve (fixture->pool, 16 * MIB, &error));
  assert_pool (fixture, 0, 16 * MIB);

  g_assert_false (mgr_tensor_pool_reserve (fixture->pool, 16 * MIB + 1, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
  g_clear_error (&error);
  g_assert_false (mgr_tensor_pool_reserve (fixture->pool, G_MAXUINT64, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
}

static void
test_capacity_changes (TensorFixture *fixture,
                       gconstpointer  unused)
{
  MgrPool *pool = MGR_POOL (fixture->pool);
  MgrTensor *first = tensor_new_of (fixture->pool, 4 * MIB);
  g_autoptr (MgrTensor) second = tensor_new_of (fixture->pool, 4 * MIB);
  g_autoptr (MgrTensor) third = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_false (mgr_pool_set_capacity (pool, 7 * MIB, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_BUSY);
  g_clear_error (&error);
  assert_pool (fixture, 8 * MIB, 8 * MIB);

  tensor_release (first);
  g_assert_true (mgr_pool_set_capacity (pool, 7 * MIB, &error));
  assert_pool (fixture, 4 * MIB, 4 * MIB);
  g_free (refuse (fixture, 4 * MIB, MGR_ERROR_NO_BUDGET));

  g_assert_true (mgr_pool_set_capacity (pool, 12 * MIB, &error));
  third = tensor_new_of (fixture->pool, 8 * MIB);
  g_assert_false (mgr_pool_set_capacity (pool, 100, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
}

static void
test_statistics (TensorFixture *fixture,
                 gconstpointer  unused)
{
  MgrTensor *first = tensor_new_of (fixture->pool, 2 * MIB);
  g_autoptr (MgrTensor) second = tensor_new_of (fixture->pool, 2 * MIB);
  g_autoptr (MgrTensor) third = tensor_new_of (fixture->pool, 12 * MIB);
  g_autoptr (MgrPoolStatistics) statistics = NULL;
  g_autofree double *cells = NULL;
  gsize n_cells = 0;

  tensor_release (first);
  first = tensor_new_of (fixture->pool, MIB);
  g_free (refuse (fixture, 2 * MIB, MGR_ERROR_NO_BUDGET));
  statistics = mgr_pool_get_statistics (MGR_POOL (fixture->pool));
  g_assert_cmpuint (mgr_pool_statistics_get_capacity (statistics), ==, 16 * MIB);
  g_assert_cmpuint (mgr_pool_statistics_get_used (statistics), ==, 15 * MIB);
  g_assert_cmpuint (mgr_pool_statistics_get_peak (statistics), ==, 16 * MIB);
  g_assert_cmpuint (mgr_pool_statistics_get_largest_free (statistics), ==, MIB);
  g_assert_cmpfloat (mgr_pool_statistics_get_fragmentation (statistics), ==, 0);
  g_assert_cmpuint (mgr_pool_statistics_get_allocation_count (statistics), ==, 3);
  g_assert_cmpuint (mgr_pool_statistics_get_total_count (statistics), ==, 4);
  g_assert_cmpuint (mgr_pool_statistics_get_refused_count (statistics), ==, 1);

  cells = mgr_pool_get_occupancy (MGR_POOL (fixture->pool), 16, &n_cells);
  g_assert_cmpuint (n_cells, ==, 16);
  for (guint i = 0; i < 16; i++)
    g_assert_cmpfloat (cells[i], ==, i == 1 ? 0 : 1);
  tensor_release (first);
}

static void
water_cb (MgrPool    *pool,
          guint64     used,
          const char *text)
{
  GString *log = g_object_get_data (G_OBJECT (pool), "log");

  g_string_append_printf (log, "%s %" G_GUINT64_FORMAT "; ", text, used / MIB);
}

static void
test_waters (TensorFixture *fixture,
             gconstpointer  unused)
{
  g_autoptr (GString) log = g_string_new (NULL);
  MgrTensor *tensor;

  g_object_set_data (G_OBJECT (fixture->pool), "log", log);
  g_signal_connect (fixture->pool, "high-water", G_CALLBACK (water_cb), (gpointer) "high");
  g_signal_connect (fixture->pool, "low-water", G_CALLBACK (water_cb), (gpointer) "low");
  tensor = tensor_new_of (fixture->pool, 15 * MIB);
  tensor_release (tensor);
  mgr_test_settle ();
  g_assert_cmpstr (log->str, ==, "high 15; low 0; ");
}

static void
test_inactive (TensorFixture *fixture,
               gconstpointer  unused)
{
  MgrPool *pool = MGR_POOL (fixture->pool);
  MgrTensor *kept = tensor_new_of (fixture->pool, 4 * MIB);
  g_autoptr (GError) error = NULL;

  tensor_release (tensor_new_of (fixture->pool, 4 * MIB));
  assert_pool (fixture, 4 * MIB, 8 * MIB);

  g_assert_true (mgr_pool_set_active (pool, FALSE, NULL));
  assert_pool (fixture, 4 * MIB, 4 * MIB);
  g_free (refuse (fixture, 1, MGR_ERROR_CLOSED));
  g_assert_false (mgr_tensor_pool_reserve (fixture->pool, 8 * MIB, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_CLOSED);

  tensor_release (kept);
  assert_pool (fixture, 0, 0);
  g_assert_true (mgr_pool_set_active (pool, TRUE, NULL));
  tensor_release (tensor_new (fixture->pool, 1));
}

static void
test_flushing (TensorFixture *fixture,
               gconstpointer  unused)
{
  g_autoptr (MgrTensor) kept = tensor_new (fixture->pool, 1);

  mgr_pool_set_flushing (MGR_POOL (fixture->pool), TRUE);
  g_free (refuse (fixture, 1, MGR_ERROR_CLOSED));
  tensor_floats (kept)[0] = 1;
  mgr_pool_set_flushing (MGR_POOL (fixture->pool), FALSE);
  tensor_release (tensor_new (fixture->pool, 1));
}

static void
test_use_after_pool (TensorFixture *fixture,
                     gconstpointer  unused)
{
  MgrTensor *tensor = tensor_new_of (fixture->pool, 4 * MIB);
  gpointer watched = fixture->pool;

  g_test_summary ("A tensor holds its memory, and the charge for it, when the pool is let go of");

  g_object_add_weak_pointer (G_OBJECT (fixture->pool), &watched);
  g_object_unref (g_steal_pointer (&fixture->pool));
  tensor_floats (tensor)[0] = 1;
  tensor_floats (tensor)[MIB - 1] = 2;
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 4 * MIB);
  tensor_release (tensor);
  g_assert_null (watched);
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 0);
}

static void
test_use_after_disposal (TensorFixture *fixture,
                         gconstpointer  unused)
{
  MgrTensor *tensor = tensor_new_of (fixture->pool, 4 * MIB);

  g_object_run_dispose (G_OBJECT (fixture->pool));
  g_free (refuse (fixture, 1, MGR_ERROR_CLOSED));
  tensor_floats (tensor)[MIB - 1] = 2;
  assert_pool (fixture, 4 * MIB, 4 * MIB);
  tensor_release (tensor);
  assert_pool (fixture, 0, 0);
}

static void
assert_charged_pages (MgrTensorPool *pool,
                      guint64        charged)
{
  g_assert_cmpuint (mgr_pool_get_charged (MGR_POOL (pool)), ==, charged);
  g_assert_cmpuint (charged % 4096, ==, 0);
}

static void
test_odd_segment_size (TensorFixture *fixture,
                       gconstpointer  unused)
{
  g_autoptr (MgrTensorPool) pool = NULL;
  MgrTensor *tensor;

  g_test_summary ("Whole pages are taken and charged");

  pool = g_initable_new (MGR_TYPE_TENSOR_POOL, NULL, NULL, "component", fixture->component,
                         "name", "odd", "capacity", MIB + 5, "segment-size", (guint64) 5000, NULL);
  tensor = tensor_new (pool, 1);
  assert_charged_pages (pool, 4096);
  tensor_release (tensor);
  tensor = tensor_new_of (pool, MIB);
  assert_charged_pages (pool, MIB);
  tensor_release (tensor);
}

static void
test_longest_name (TensorFixture *fixture,
                   gconstpointer  unused)
{
  g_autofree char *name = g_strnfill (255, 'n');
  g_autoptr (MgrTensorPool) pool = mgr_tensor_pool_new (NULL, name, MIB, NULL);

  tensor_release (tensor_new (pool, 1));
}

/* Bad input */

static void
assert_bad_shape (TensorFixture *fixture,
                  const gint64  *shape,
                  gsize          n_dimensions,
                  const char    *text)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_tensor_pool_allocate_tensor (fixture->pool, shape, n_dimensions,
                                                  MGR_DATA_TYPE_FLOAT32, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, text));
  assert_pool (fixture, 0, 0);
}

static void
test_bad_shape (TensorFixture *fixture,
                gconstpointer  unused)
{
  gint64 many[33];

  for (guint i = 0; i < G_N_ELEMENTS (many); i++)
    many[i] = 1;

  assert_bad_shape (fixture, (const gint64[]) { 3, 0 }, 2, "3 × 0 float32: dimension 1");
  assert_bad_shape (fixture, (const gint64[]) { -1, 3 }, 2, "-1 × 3 float32: dimension 0");
  assert_bad_shape (fixture, (const gint64[]) { G_MININT64 }, 1, "dimension 0");
  assert_bad_shape (fixture, (const gint64[]) { G_MAXINT64 }, 1, "more bytes than can be counted");
  assert_bad_shape (fixture, (const gint64[]) { (gint64) 1 << 32, (gint64) 1 << 32 }, 2,
                    "more bytes than can be counted");
  assert_bad_shape (fixture, (const gint64[]) { (gint64) 1 << 31, (gint64) 1 << 31, 0 }, 3, "float32");
  assert_bad_shape (fixture, many, 33, "33 dimensions: there may be 32");
}

static void
test_bad_dtype (TensorFixture *fixture,
                gconstpointer  unused)
{
  const gint64 shape[] = { 3 };
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_tensor_pool_allocate_tensor (fixture->pool, shape, 1, (MgrDataType) 99, NULL,
                                                  &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "99"));
}

static void
assert_bad_pool (TensorFixture *fixture,
                 const char    *property,
                 guint64        value,
                 const char    *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrTensorPool) pool = tensor_pool_new (fixture->component, property, value, &error);

  g_assert_null (pool);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, text));
}

static void
test_bad_alignment (TensorFixture *fixture,
                    gconstpointer  unused)
{
  assert_bad_pool (fixture, "alignment", 0, "power of two");
  assert_bad_pool (fixture, "alignment", 3, "to 3 bytes");
  assert_bad_pool (fixture, "alignment", 8, "from 16 to 4096");
  assert_bad_pool (fixture, "alignment", 48, "power of two");
  assert_bad_pool (fixture, "alignment", 8192, "from 16 to 4096");
  assert_bad_pool (fixture, "alignment", G_MAXUINT64, "power of two");
}

static void
test_alignment (TensorFixture *fixture,
                gconstpointer  unused)
{
  g_autoptr (MgrTensorPool) pool = tensor_pool_new (fixture->component, "alignment", 4096, NULL);
  MgrTensor *first = tensor_new (pool, 1);
  MgrTensor *second = tensor_new (pool, 1);

  g_assert_cmpuint (mgr_tensor_get_offset (second), ==, 4096);
  g_assert_cmpuint (mgr_pool_get_used (MGR_POOL (pool)), ==, 8192);
  tensor_release (first);
  tensor_release (second);
}

static void
test_bad_capacity (TensorFixture *fixture,
                   gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_tensor_pool_new (NULL, "little", 4095, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_null (mgr_tensor_pool_new (NULL, "much", (guint64) 1 << 63, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "less than 8.0 EiB"));
  g_clear_error (&error);
  g_assert_null (mgr_tensor_pool_new (NULL, "more", G_MAXUINT64, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
}

static void
test_charges_nobody (TensorFixture *fixture,
                     gconstpointer  unused)
{
  g_autoptr (MgrTensorPool) pool = mgr_tensor_pool_new (NULL, "free", MIB, NULL);
  g_autoptr (MgrTensor) tensor = tensor_new (pool, 1);

  g_assert_cmpuint (mgr_pool_get_charged (MGR_POOL (pool)), ==, MIB);
  assert_pool (fixture, 0, 0);
}

/* Against a model: no two tensors overlap, and the figures are exact. */
static void
test_property (TensorFixture *fixture,
               gconstpointer  unused)
{
  MgrTensor *live[48] = { NULL, };
  guint64 used = 0;

  for (guint step = 0; step < 20000; step++)
    {
      guint i = (guint) g_test_rand_int_range (0, G_N_ELEMENTS (live));

      if (live[i] == NULL)
        {
          gint64 n = g_test_rand_int_range (1, g_test_rand_bit () ? 100 : 200000);

          live[i] = mgr_tensor_pool_allocate_tensor (fixture->pool, &n, 1, MGR_DATA_TYPE_UINT8, NULL,
                                                     NULL);
          if (live[i] == NULL)
            continue;
          used += ((guint64) n + 63) & ~(guint64) 63;
          memset (mgr_tensor_get_data (live[i], NULL), (int) i, (gsize) n);
        }
      else
        {
          const guint8 *bytes = mgr_tensor_get_data (live[i], NULL);
          guint64 n = mgr_tensor_get_nbytes (live[i]);

          g_assert_cmpuint (bytes[0], ==, i);
          g_assert_cmpuint (bytes[n / 2], ==, i);
          g_assert_cmpuint (bytes[n - 1], ==, i);
          used -= (n + 63) & ~(guint64) 63;
          tensor_release (g_steal_pointer (&live[i]));
        }
      if (step % 1000 == 0)
        mgr_pool_trim (MGR_POOL (fixture->pool), G_MAXUINT64);
      g_assert_cmpuint (mgr_pool_get_used (MGR_POOL (fixture->pool)), ==, used);
    }

  for (guint i = 0; i < G_N_ELEMENTS (live); i++)
    g_clear_pointer (&live[i], mgr_tensor_unref);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) TENSOR_ADD ("/pool/tensor-pool/" name, func)

  ADD ("charges-segments", test_charges_segments);
  ADD ("grows-by-segments", test_grows_by_segments);
  ADD ("large-tensor-has-its-own", test_large_tensor_has_its_own);
  ADD ("idle-segments-make-way", test_idle_segments_make_way);
  ADD ("whole-capacity", test_whole_capacity);
  ADD ("more-than-capacity", test_more_than_capacity);
  ADD ("more-than-budget", test_more_than_budget);
  ADD ("little-budget", test_little_budget);
  ADD ("rest-of-budget", test_rest_of_budget);
  ADD ("idle-segments-make-way-in-budget", test_idle_segments_make_way_in_budget);
  ADD ("little-machine", test_little_machine);
  ADD ("more-than-machine", test_more_than_machine);
  ADD ("trim", test_trim);
  ADD ("reserve", test_reserve);
  ADD ("capacity-changes", test_capacity_changes);
  ADD ("statistics", test_statistics);
  ADD ("waters", test_waters);
  ADD ("inactive", test_inactive);
  ADD ("flushing", test_flushing);
  ADD ("use-after-pool", test_use_after_pool);
  ADD ("use-after-disposal", test_use_after_disposal);
  ADD ("odd-segment-size", test_odd_segment_size);
  ADD ("longest-name", test_longest_name);
  ADD ("bad-shape", test_bad_shape);
  ADD ("bad-dtype", test_bad_dtype);
  ADD ("bad-alignment", test_bad_alignment);
  ADD ("alignment", test_alignment);
  ADD ("bad-capacity", test_bad_capacity);
  ADD ("charges-nobody", test_charges_nobody);
  ADD ("property", test_property);

#undef ADD

  return g_test_run ();
}
