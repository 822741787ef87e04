/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The scenario of tensors in C; scenario-tensor.py and scenario-tensor.js say the same,
 * line by line. */

#include <mgr.h>

#include <locale.h>
#include <unistd.h>

#define MIB ((gint64) 1 << 20)

/* Says how the error reads if there is one, and frees it. */
static void
report (const char *what,
        GError     *error)
{
  g_autoptr (GEnumClass) codes = g_type_class_ref (MGR_TYPE_ERROR);

  if (error == NULL)
    {
      g_print ("%s: done\n", what);
      return;
    }

  g_print ("%s: %s: %s\n", what, g_enum_get_value (codes, error->code)->value_nick, error->message);
  g_error_free (error);
}

static void
show (MgrTensorPool *pool,
      MgrComponent  *component)
{
  MgrPool *base = MGR_POOL (pool);
  /* First: it gives back what nobody holds any more. */
  guint leases = mgr_tensor_pool_get_lease_count (pool);

  g_print ("used %" G_GUINT64_FORMAT ", charged %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT
           " tensors, %u leases, component %" G_GUINT64_FORMAT "\n",
           mgr_pool_get_used (base), mgr_pool_get_charged (base),
           mgr_pool_get_allocation_count (base), leases, mgr_component_get_used (component));
}

static char *
join (const gint64 *values,
      gsize         n_values)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < n_values; i++)
    g_string_append_printf (text, "%s%" G_GINT64_FORMAT, i > 0 ? " " : "", values[i]);
  return g_string_free (text, FALSE);
}

static void
describe (MgrTensor *tensor)
{
  gsize n = 0;
  const gint64 *extents = mgr_tensor_get_shape (tensor, &n);
  g_autofree char *shape = join (extents, n);
  g_autofree char *strides = NULL;

  extents = mgr_tensor_get_strides (tensor, &n);
  strides = join (extents, n);
  g_print ("“%s”: shape %s, strides %s, %s, %" G_GUINT64_FORMAT " bytes at %" G_GUINT64_FORMAT
           ", %s\n",
           mgr_tensor_get_description (tensor), shape, strides,
           mgr_data_type_get_name (mgr_tensor_get_dtype (tensor)), mgr_tensor_get_nbytes (tensor),
           mgr_tensor_get_offset (tensor),
           mgr_tensor_is_writable (tensor) ? "writable" : "read-only");
}

static void
show_sum (MgrTensor *tensor)
{
  const float *numbers = mgr_tensor_get_data (tensor, NULL);
  double sum = 0;

  for (guint i = 0; i < 6; i++)
    sum += numbers[i];
  g_print ("sum %g\n", sum);
}

static MgrTensor *
play_tensors (MgrTensorPool *pool,
              MgrComponent  *component)
{
  const gint64 shape[] = { 2, 3 };
  MgrTensor *tensor =
    mgr_tensor_pool_allocate_tensor (pool, shape, 2, MGR_DATA_TYPE_FLOAT32, "weights", NULL);
  g_autoptr (MgrTensor) second = NULL;
  float *numbers = mgr_tensor_get_data (tensor, NULL);

  g_print ("# tensors\n");
  describe (tensor);
  for (guint i = 0; i < 6; i++)
    numbers[i] = i * 0.5f;
  show_sum (tensor);
  second = mgr_tensor_pool_allocate_tensor (pool, (const gint64[]) { 1 }, 1,
                                            MGR_DATA_TYPE_COMPLEX128, NULL, NULL);
  describe (second);
  show (pool, component);
  mgr_tensor_release (second, NULL);
  return tensor;
}

static void
attempt_tensor (MgrTensorPool *pool,
                const char    *what,
                const gint64  *shape,
                gsize          n_dimensions,
                MgrDataType    dtype)
{
  GError *error = NULL;
  g_autoptr (MgrTensor) tensor =
    mgr_tensor_pool_allocate_tensor (pool, shape, n_dimensions, dtype, NULL, &error);

  report (what, error);
}

static void
play_bad_input (MgrTensorPool *pool,
                MgrComponent  *component)
{
  g_autoptr (GVariant) nothing = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  const gint64 large = (gint64) 1 << 40;
  g_autoptr (MgrTensorPool) little = NULL;
  g_autoptr (MgrTensor) none = NULL;
  GError *error = NULL;
  MgrDataType type;

#define ATTEMPT(what, dtype, ...) \
  attempt_tensor (pool, what, (const gint64[]) { __VA_ARGS__ }, \
                  sizeof ((const gint64[]) { __VA_ARGS__ }) / sizeof (gint64), dtype)

  g_print ("# bad input\n");
  ATTEMPT ("empty", MGR_DATA_TYPE_FLOAT32, 3, 0);
  ATTEMPT ("negative", MGR_DATA_TYPE_FLOAT32, -1);
  ATTEMPT ("overflowing", MGR_DATA_TYPE_FLOAT32, large, large);
  mgr_data_type_from_name ("flaot32", &type, &error);
  report ("type", g_steal_pointer (&error));
  ATTEMPT ("too much for ever", MGR_DATA_TYPE_INT8, 7 * MIB);
  ATTEMPT ("too much now", MGR_DATA_TYPE_INT8, 6 * MIB);
  little = mgr_tensor_pool_new (component, "little", 1, &error);
  report ("no pool", g_steal_pointer (&error));
  none = mgr_tensor_new_from_export (nothing, NULL, &error);
  report ("no tensor", g_steal_pointer (&error));
  show (pool, component);

#undef ATTEMPT
}

static void
play_sharing (MgrTensorPool *pool,
              MgrComponent  *component,
              MgrTensor     *tensor)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GVariant) exported = mgr_tensor_export (tensor, fds, NULL);
  g_autoptr (MgrTensor) imported = mgr_tensor_new_from_export (exported, fds, NULL);
  g_autoptr (GBytes) bytes = NULL;
  GError *error = NULL;

  g_print ("# sharing\n");
  describe (imported);
  g_clear_object (&fds);
  show (pool, component);
  *(float *) mgr_tensor_get_data (tensor, NULL) = 2;
  mgr_tensor_release (tensor, NULL);
  bytes = mgr_tensor_read (tensor, 0, 4, &error);
  report ("stale", g_steal_pointer (&error));
  mgr_tensor_release (tensor, &error);
  report ("again", g_steal_pointer (&error));
  show_sum (imported);
  show (pool, component);
  mgr_tensor_release (imported, NULL);
  show (pool, component);
}

static void
play_end (MgrTensorPool *pool,
          MgrComponent  *component)
{
  g_print ("# end\n");
  g_print ("trimmed %" G_GUINT64_FORMAT "\n", mgr_pool_trim (MGR_POOL (pool), 16 * MIB));
  show (pool, component);
  mgr_pool_set_active (MGR_POOL (pool), FALSE, NULL);
  attempt_tensor (pool, "inactive", (const gint64[]) { 1 }, 1, MGR_DATA_TYPE_INT8);
  g_print ("leaks %" G_GUINT64_FORMAT "\n", mgr_tensor_pool_get_leak_count (pool));
}

int
main (void)
{
  g_autoptr (MgrManager) manager = g_object_new (MGR_TYPE_MANAGER,
                                                 "total-budget", (guint64) (64 * MIB),
                                                 "proc-path", "/nonexistent",
                                                 "cgroup-path", "/nonexistent",
                                                 NULL);
  MgrComponent *component = mgr_manager_add_component (manager, "models", 8 * MIB, NULL, NULL);
  g_autoptr (MgrTensorPool) pool = mgr_tensor_pool_new (component, "weights", 6 * MIB, NULL);
  g_autoptr (MgrTensor) tensor = NULL;

  setlocale (LC_ALL, "");
  tensor = play_tensors (pool, component);
  play_bad_input (pool, component);
  play_sharing (pool, component, tensor);
  play_end (pool, component);

  return 0;
}
