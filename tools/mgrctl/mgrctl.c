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
  { "pools", "Show its pools, or one of them with a picture of what is in use",
    mgrctl_pools_entries, mgrctl_pools, .arguments = "[NAME]", .max_arguments = 1 },
  { "caches", "Show its caches, or one of them with what another size would be good for",
    mgrctl_caches_entries, mgrctl_caches, .arguments = "[NAME]", .max_arguments = 1 },
  { "models", "Show its models, or one of them, and what could be set better",
    NULL, mgrctl_models, .arguments = "[NAME]", .max_arguments = 1 },
  { "tasks", "Show what its scheduler runs, and what waits for memory",
    mgrctl_tasks_entries, mgrctl_tasks },
  { "task", "Show one of them, and why it waits or how it ended", NULL, mgrctl_task,
    .arguments = "ID", .min_arguments = 1, .max_arguments = 1 },
  { "watch", "Print a line for each change of pressure and each cleanup",
    mgrctl_watch_entries, mgrctl_watch },
  { "cleanup", "Clean what may be cleaned", mgrctl_cleanup_entries, mgrctl_cleanup },
  { "journal", "Show what was decided: refusals, levels, cleanups, limits",
    mgrctl_journal_entries, mgrctl_journal },
  { "why", "Tell what led to the last refusal or level, or to an entry of the journal",
    mgrctl_why_entries, mgrctl_why, .arguments = "[ID]", .max_arguments = 1 },
  { "run", "Run a command once its memory is there, and no further than that",
    mgrctl_run_entries, mgrctl_run, .command = TRUE,
    .arguments = "COMMAND [ARGUMENT…]", .min_arguments = 1, .max_arguments = G_MAXUINT },
  { "list", "List the programs that can be asked", NULL, mgrctl_list },
  { "config", "Show the configuration that programs read here, or check it",
    NULL, mgrctl_config, .local = TRUE,
    .arguments = "[check [FILE]]", .max_arguments = 2, .choices = mgrctl_config_choices },
  { "pressure", "Show how short memory is on this machine, again and again",
    mgrctl_pressure_entries, mgrctl_pressure },
  { "record", "Record the memory of this machine as a table of figures",
    mgrctl_record_entries, mgrctl_record, .local = TRUE,
    .arguments = "FILE", .min_arguments = 1, .max_arguments = 1 },
  { "replay", "Show what libmgr would have said of a recorded run",
    mgrctl_replay_entries, mgrctl_replay, .local = TRUE,
    .arguments = "FILE", .min_arguments = 1, .max_arguments = 1 },
  { "score", "Compare that, run by run, with the rules that others go by",
    NULL, mgrctl_score, .local = TRUE,
    .arguments = "FILE…", .min_arguments = 1, .max_arguments = G_MAXUINT },
  { "plot", "Draw a recorded run, and what libmgr would have said of it",
    mgrctl_plot_entries, mgrctl_plot, .local = TRUE,
    .arguments = "FILE", .min_arguments = 1, .max_arguments = 1 },
  { "selftest", "Make tasks wait for memory, and time how soon that is seen",
    mgrctl_selftest_entries, mgrctl_selftest, .local = TRUE,
    .arguments = "SUBJECT", .min_arguments = 1, .max_arguments = 1,
    .choices = mgrctl_selftest_choices },
  { "doctor", "Say what is missing on this machine, and how to mend it",
    mgrctl_doctor_entries, mgrctl_doctor, .local = TRUE },
  { NULL, }
};

static MgrctlOptions options;

static const GOptionEntry bus_entries[] = {
  { "session", 0, 0, G_OPTION_ARG_NONE, &options.session,
    "Ask on the session bus (the default)", NULL },
  { "address", 0, 0, G_OPTION_ARG_STRING, &options.address,
    "Ask on the bus, or the program, at a D-Bus address", "ADDRESS" },
  { "program", 0, 0, G_OPTION_ARG_STRING, &options.program,
    "Ask this program, where there are several", "NAME|PID" },
  { NULL, }
};

static const GOptionEntry global_entries[] = {
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
  GString *text = g_string_new ("Asks programs about the memory they hold, and looks at "
                                "the memory of this machine.\n\nCommands:");

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
  g_option_context_add_main_entries (context, bus_entries, NULL);
  g_option_context_add_main_entries (context, global_entries, NULL);

  return g_option_context_parse (context, argc, argv, error);
}

static gboolean
check_choice (const MgrctlVerb  *verb,
              const char        *argument,
              GError           **error)
{
  g_autofree char *choices = NULL;

  if (verb->choices == NULL || g_strv_contains (verb->choices, argument))
    return TRUE;

  choices = g_strjoinv (", ", (GStrv) verb->choices);
  g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
               "“%s” knows no “%s”, but %s", verb->name, argument, choices);
  return FALSE;
}

/* Takes the words after the verb, of which @words is the first. */
static gboolean
parse_arguments (const MgrctlVerb    *verb,
                 const char * const  *words,
                 GError             **error)
{
  guint n_words;

  /* GOptionContext leaves it where a word after it begins with a dash. */
  if (g_strcmp0 (words[0], "--") == 0)
    words++;

  n_words = g_strv_length ((GStrv) words);
  if (n_words < verb->min_arguments)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                   "“%s” needs %s", verb->name, verb->arguments);
      return FALSE;
    }

  if (n_words > verb->max_arguments)
    {
      g_autofree char *takes = NULL;

      if (verb->arguments != NULL)
        takes = g_strdup_printf ("%s, and ", verb->arguments);
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "“%s” takes %sno “%s”",
                   verb->name, takes != NULL ? takes : "", words[verb->max_arguments]);
      return FALSE;
    }

  if (n_words > 0 && !check_choice (verb, words[0], error))
    return FALSE;

  options.arguments = words;
  return TRUE;
}

static gboolean
check_bus_options (const MgrctlVerb  *verb,
                   GError           **error)
{
  if (options.session && options.address != NULL)
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                   "“--session” and “--address” exclude each other");
      return FALSE;
    }

  if (verb->local && (options.session || options.address != NULL || options.program != NULL))
    {
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED,
                   "“%s” is about this machine: leave out “--session”, “--address” and “--program”",
                   verb->name);
      return FALSE;
    }

  return TRUE;
}

static gboolean
parse_verb (const MgrctlVerb  *verb,
            int               *argc,
            char            ***argv,
            GError           **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new (verb->arguments);
  g_autofree char *name = g_strdup_printf ("mgrctl %s", verb->name);

  /* The help calls the program so. */
  g_set_prgname (name);
  g_option_context_set_strict_posix (context, verb->command);
  g_option_context_set_summary (context, verb->summary);
  if (verb->entries != NULL)
    g_option_context_add_main_entries (context, verb->entries, NULL);
  if (!verb->local)
    g_option_context_add_main_entries (context, bus_entries, NULL);
  g_option_context_add_main_entries (context, global_entries, NULL);

  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;

  return options.version ||
         (parse_arguments (verb, (const char * const *) *argv + 1, error) &&
          check_bus_options (verb, error));
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
      mgrctl_complete (verbs, bus_entries, global_entries, (const char * const *) argv + 2);
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

  return verb->run (&options);
}
