/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-print.h"
#include "plot-figure.h"

static char *output;

const GOptionEntry mgrctl_plot_entries[] = {
  { "output", 0, 0, G_OPTION_ARG_FILENAME, &output, "Write the picture to this file", "FILE" },
  { NULL, }
};

/* Whoever draws a recording of his own may have no labels for it: then a kill is what
 * the trace itself tells of. */
static gboolean
find_label (TraceLabel       *label,
            MgrPressureTrace *trace,
            const char       *path)
{
  gint64 kill = trace_find_kill (trace);

  if (trace_label_read (label, trace, path, NULL))
    return TRUE;

  *label = (TraceLabel) { .kind = TRACE_KIND_OOM, .harm = kill, .harm_end = kill };
  return kill >= 0;
}

MgrctlExit
mgrctl_plot (const MgrctlOptions *options)
{
  const char *path = options->arguments[0];
  g_autoptr (MgrPressureTrace) trace = NULL;
  g_autoptr (TraceRun) run = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *picture = NULL;
  TraceLabel label;

  if (output == NULL)
    {
      mgrctl_print_error ("Say with “--output” where the picture goes");
      return MGRCTL_EXIT_USAGE;
    }

  trace = trace_load (path, &error);
  if (trace == NULL)
    {
      mgrctl_print_error ("%s", error->message);
      return MGRCTL_EXIT_USAGE;
    }

  run = trace_run_new (trace, 0);
  picture = plot_figure_draw (run, find_label (&label, trace, path) ? &label : NULL);
  if (!g_file_set_contents (output, picture, -1, &error))
    {
      mgrctl_print_error ("The picture cannot be written: %s", error->message);
      return MGRCTL_EXIT_FAILED;
    }

  return MGRCTL_EXIT_OK;
}
