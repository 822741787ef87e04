/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "service/mgr-program-name-private.h"

static const char *const interpreters[] = { "python", "gjs", "node", "perl", "ruby" };

static gboolean
is_interpreter (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (interpreters); i++)
    {
      if (g_str_has_prefix (name, interpreters[i]))
        return TRUE;
    }

  return FALSE;
}

char *
mgr_program_name_from_argv (const char *const *argv)
{
  g_autofree char *name = argv[0] != NULL ? g_path_get_basename (argv[0]) : g_strdup ("");

  if (!is_interpreter (name))
    return g_steal_pointer (&name);

  for (const char *const *argument = argv + 1; *argument != NULL; argument++)
    {
      /* `-c` and `-m` are followed by a program that has no file of its own. */
      if (g_str_equal (*argument, "-c") || g_str_equal (*argument, "-m"))
        break;
      if (**argument != '-')
        return g_path_get_basename (*argument);
    }

  return g_steal_pointer (&name);
}

/* The arguments stand one after the other, each with its terminator. */
static char **
read_argv (void)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autofree char *text = NULL;
  gsize length = 0;

  if (!g_file_get_contents ("/proc/self/cmdline", &text, &length, NULL))
    return g_strv_builder_end (builder);

  for (gsize start = 0; start < length; start += strlen (text + start) + 1)
    g_strv_builder_add (builder, text + start);

  return g_strv_builder_end (builder);
}

char *
mgr_program_name_get (void)
{
  g_auto (GStrv) argv = NULL;
  g_autofree char *name = NULL;

  if (g_get_prgname () != NULL)
    return g_utf8_make_valid (g_get_prgname (), -1);

  argv = read_argv ();
  name = mgr_program_name_from_argv ((const char *const *) argv);
  return g_utf8_make_valid (name, -1);
}
