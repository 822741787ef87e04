/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "base/mgr-library-private.h"

#include <dlfcn.h>

#define MATHEMATICS "libm.so.6"

static void
test_found (void)
{
  g_autoptr (GError) error = NULL;
  double (*root) (double) = NULL;
  const MgrLibrarySymbol symbols[] = { { "sqrt", (gpointer *) &root } };
  gpointer library = mgr_library_open (MATHEMATICS, "Mathematics", symbols, 1, &error);

  g_assert_no_error (error);
  g_assert_nonnull (library);
  g_assert_cmpfloat (root (9), ==, 3);
  dlclose (library);
}

static void
test_no_library (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_library_open ("libnone.so.7", "The driver", NULL, 0, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
  g_assert_true (g_str_has_prefix (error->message, "The driver cannot be loaded: libnone.so.7"));

  g_test_message ("The text of the failure is not kept for the next who asks");
  g_assert_null (dlerror ());
}

static void
test_no_symbol (void)
{
  g_autoptr (GError) error = NULL;
  gpointer root = NULL;
  gpointer none = NULL;
  const MgrLibrarySymbol symbols[] = { { "sqrt", &root }, { "no_such_thing", &none } };

  g_assert_null (mgr_library_open (MATHEMATICS, "Mathematics", symbols, 2, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
  g_assert_nonnull (strstr (error->message, "“" MATHEMATICS "” has no no_such_thing"));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/base/library/found", test_found);
  g_test_add_func ("/base/library/no-library", test_no_library);
  g_test_add_func ("/base/library/no-symbol", test_no_symbol);

  return g_test_run ();
}
