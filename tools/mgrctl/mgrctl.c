/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl.h"

#include "mgrctl-print.h"

#include <locale.h>

static const MgrctlVerb verbs[] = {
  { "status", "Show the memory of a program", NULL, mgrctl_status },
  { "components", "Show who holds it: the budget tree", NULL, mgrctl_components },
  { "watch", "Print a line for each change of pressure and each cleanup",
    mgrctl_watch_entries, mgrctl_watch },
  { "cleanup", "Clean what may be cleaned", mgrctl_cleanup_entries, mgrctl_cleanup },
  { "list", "List the programs that can be asked", NULL, mgrctl_list },
  { "config", "Show the configuration that programs read here, or check it",
    mgrctl_config_entries, mgrctl_config },
  { NULL, }
};

static MgrctlOptions options;

static const GOptionEntry global_entries[] = {
  { "session", 0, 0, G_OPTION_ARG_NONE, &options.session,
    "Ask on the session bus (the default)", NULL },
  { "address", 0, 0, G_OPTION_ARG_STRING, &options.address,
    "Ask on the bus, or the program, at a D-Bus address", "ADDRESS" },
  { "program", 0, 0, G_OPTION_ARG_STRING, &options.program,
    "Ask this program, where there are several", "NAME|PID" },
  { "json", 0, 0, G_OPTION_ARG_NONE, &options.json,
    "Print JSON: indented on a terminal, else an object a line", NULL },
  { "no-color", 0, 0, G_OPTION_ARG_NONE, &options.no_color,
    "Print without colors", NULL },
  { "version", 0, 0, G_OPTION_ARG_NONE, &options.version,
    "Print the version", NULL },
  { NULL, }
};

static char *
describe_verbs (void)
{
  GString *text = g_string_new ("Asks programs about the memory they hold.\n\nCommands:");

  for (const MgrctlVerb *verb = verbs; verb->name != NULL; verb++)
    g_string_append_printf (text, "\n  %-12s %s", verb->name, verb->summary);

  return g_string_free (text, FALSE);
}

static MgrctlExit
print_version (void)
{
  g_print ("mgrctl %s\n", MGR_PACKAGE_VERSION);
  return MGRCTL_EXIT_OK;
}

static MgrctlExit
complain_about_usage (const char *message)
{
  mgrctl_print_error ("%s", message);
  g_printerr ("Try “mgrctl --help”.\n");
  return MGRCTL_EXIT_USAGE;
}

/* The options before the verb: parsing ends at the first word that is none. */
static gboolean
parse_global (int      *argc,
              char   ***argv,
              GError  **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("COMMAND");
  g_autofree char *summary = describe_verbs ();

  g_option_context_set_strict_posix (context, TRUE);
  g_option_context_set_summary (context, summary);
  g_option_context_set_description (context, "“mgrctl COMMAND --help” tells more. See mgrctl(1).");
  g_option_context_add_main_entries (context, global_entries, NULL);

  return g_option_context_parse (context, argc, argv, error);
}

static gboolean
parse_verb (const MgrctlVerb  *verb,
            int               *argc,
            char            ***argv,
            GError           **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autofree char *name = g_strdup_printf ("mgrctl %s", verb->name);

  /* The help calls the program so. */
  g_set_prgname (name);
  g_option_context_set_summary (context, verb->summary);
  if (verb->entries != NULL)
    g_option_context_add_main_entries (context, verb->entries, NULL);
  g_option_context_add_main_entries (context, global_entries, NULL);

  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;

  if (*argc > 1)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                   "“%s” takes no “%s”", verb->name, (*argv)[1]);
      return FALSE;
    }

  return TRUE;
}

static const MgrctlVerb *
find_verb (const char  *name,
           GError     **error)
{
  if (name == NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "Say what to do, such as “status”");
      return NULL;
    }

  for (const MgrctlVerb *verb = verbs; verb->name != NULL; verb++)
    {
      if (g_str_equal (verb->name, name))
        return verb;
    }

  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "There is no command “%s”", name);
  return NULL;
}

int
main (int    argc,
      char **argv)
{
  const MgrctlVerb *verb;
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");

  if (argc > 1 && g_str_equal (argv[1], "--complete"))
    {
      mgrctl_complete (verbs, global_entries, (const char * const *) argv + 2);
      return MGRCTL_EXIT_OK;
    }

  if (!parse_global (&argc, &argv, &error))
    return complain_about_usage (error->message);

  if (options.version)
    return print_version ();

  verb = find_verb (argv[1], &error);
  if (verb == NULL)
    return complain_about_usage (error->message);

  argc--;
  argv++;
  if (!parse_verb (verb, &argc, &argv, &error))
    return complain_about_usage (error->message);

  if (options.version)
    return print_version ();

  if (options.session && options.address != NULL)
    return complain_about_usage ("“--session” and “--address” exclude each other");

  return verb->run (&options);
}
