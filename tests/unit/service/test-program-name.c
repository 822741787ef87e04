/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "service/mgr-program-name-private.h"

static void
test_from_argv (void)
{
  static const struct
  {
    const char *argv[5];
    const char *name;
  } cases[] = {
    { { NULL }, "" },
    { { "/usr/bin/trader", "--live", NULL }, "trader" },
    { { "/usr/bin/python3", "/srv/train.py", "--epochs=3", NULL }, "train.py" },
    { { "python3", "-u", "train.py", NULL }, "train.py" },
    { { "python3", "-m", "http.server", NULL }, "python3" },
    { { "python3", NULL }, "python3" },
    { { "gjs", "-m", "main.js", NULL }, "gjs" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = mgr_program_name_from_argv (cases[i].argv);

      g_assert_cmpstr (name, ==, cases[i].name);
    }
}

static void
test_of_this_program (void)
{
  g_autofree char *known = NULL;

  g_set_prgname ("known to GLib");
  known = mgr_program_name_get ();
  g_assert_cmpstr (known, ==, "known to GLib");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/service/program-name/from-argv", test_from_argv);
  g_test_add_func ("/service/program-name/of-this-program", test_of_this_program);

  return g_test_run ();
}
