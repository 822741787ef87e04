/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#define N_TYPES (MGR_DATA_TYPE_COMPLEX128 + 1)

static void
test_every_type (void)
{
  static const struct
  {
    const char *name;
    gsize size;
    const char *typestr; /* behind the byte order */
    guint dlpack_code;
  } known[N_TYPES] = {
    { "bool", 1, "b1", 6 },
    { "int8", 1, "i1", 0 },
    { "int16", 2, "i2", 0 },
    { "int32", 4, "i4", 0 },
    { "int64", 8, "i8", 0 },
    { "uint8", 1, "u1", 1 },
    { "uint16", 2, "u2", 1 },
    { "uint32", 4, "u4", 1 },
    { "uint64", 8, "u8", 1 },
    { "float16", 2, "f2", 2 },
    { "bfloat16", 2, "V2", 4 },
    { "float32", 4, "f4", 2 },
    { "float64", 8, "f8", 2 },
    { "complex64", 8, "c8", 5 },
    { "complex128", 16, "c16", 5 },
  };

  for (guint i = 0; i < N_TYPES; i++)
    {
      g_autoptr (GError) error = NULL;
      MgrDataType type = MGR_DATA_TYPE_BOOL;

      g_assert_true (mgr_data_type_from_name (known[i].name, &type, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (type, ==, i);
      g_assert_cmpstr (mgr_data_type_get_name (type), ==, known[i].name);
      g_assert_cmpuint (mgr_data_type_get_size (type), ==, known[i].size);
      g_assert_cmpstr (mgr_data_type_get_typestr (type) + 1, ==, known[i].typestr);
      g_assert_cmpuint (mgr_data_type_get_dlpack_code (type), ==, known[i].dlpack_code);
    }
}

/* A name that is not of the machine's byte order would be read backwards by NumPy. */
static void
test_byte_order (void)
{
  const char order = G_BYTE_ORDER == G_LITTLE_ENDIAN ? '<' : '>';

  for (guint i = 0; i < N_TYPES; i++)
    {
      gboolean has_order = mgr_data_type_get_size (i) > 1 && i != MGR_DATA_TYPE_BFLOAT16;

      g_assert_cmpint (mgr_data_type_get_typestr (i)[0], ==, has_order ? order : '|');
    }
}

static void
assert_unknown (const char *name,
                const char *text)
{
  g_autoptr (GError) error = NULL;
  MgrDataType type = MGR_DATA_TYPE_INT16;

  g_assert_false (mgr_data_type_from_name (name, &type, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, text));
  g_assert_cmpuint (type, ==, MGR_DATA_TYPE_INT16);
}

static void
test_unknown_dtype (void)
{
  assert_unknown ("flaot32", "did you mean “float32”?");
  assert_unknown ("object", "complex128");
  assert_unknown ("", "float64");
  assert_unknown ("FLOAT32\xff", "there");
}

static void
test_no_type (void)
{
  for (guint i = N_TYPES; i < N_TYPES + 3; i++)
    {
      g_assert_cmpuint (mgr_data_type_get_size (i), ==, 0);
      g_assert_null (mgr_data_type_get_name (i));
      g_assert_null (mgr_data_type_get_typestr (i));
    }
  g_assert_cmpuint (mgr_data_type_get_size ((MgrDataType) -1), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pool/data-type/every-type", test_every_type);
  g_test_add_func ("/pool/data-type/byte-order", test_byte_order);
  g_test_add_func ("/pool/data-type/unknown-dtype", test_unknown_dtype);
  g_test_add_func ("/pool/data-type/no-type", test_no_type);

  return g_test_run ();
}
