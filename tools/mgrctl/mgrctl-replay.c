/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-print.h"
#include "mgrctl-sample.h"
#include "trace-run.h"

#include <stdio.h>
#include <string.h>

#define LEVEL_WIDTH 9

static gboolean all_samples;

const GOptionEntry mgrctl_replay_entries[] = {
  { "samples", 0, 0, G_OPTION_ARG_NONE, &all_samples,
    "Print every sample, as a table of comma-separated values", NULL },
  { NULL, }
};

static void
print_json (const TraceRun *run,
            guint           index)
{
  MgrPressureSample *sample = trace_run_get_sample (run, index);
  g_autoptr (GVariant) dict = mgrctl_sample_to_dict (sample);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "before",
                                 level_get_nick (trace_run_get_before (run, index)));
  mgrctl_json_add_dict (object, dict);
  mgrctl_print_json (object);
}

static void
print_csv_text (const char *text)
{
  putchar ('"');
  for (const char *p = text; *p != '\0'; p++)
    printf (*p == '"' ? "\"\"" : "%c", *p);
  putchar ('"');
}

static void
print_csv_head (void)
{
  printf ("time,level,usage,available,limit,swap,stall,time-to-exhaustion,source,reason\n");
}

static void
print_csv (MgrPressureSample *sample)
{
  char usage[G_ASCII_DTOSTR_BUF_SIZE];
  char stall[G_ASCII_DTOSTR_BUF_SIZE];
  gint64 left = sample_get_time_left (sample);
  const char *source = mgr_pressure_sample_get_source (sample);

  g_ascii_formatd (usage, sizeof (usage), "%.6f", mgr_pressure_sample_get_usage (sample));
  g_ascii_formatd (stall, sizeof (stall), "%.6f", mgr_pressure_sample_get_stall (sample));

  printf ("%" G_GINT64_FORMAT ",%s,%s,%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT ",%"
          G_GUINT64_FORMAT ",%s,",
          mgr_pressure_sample_get_time (sample),
          level_get_nick (mgr_pressure_sample_get_level (sample)), usage,
          mgr_pressure_sample_get_available (sample), mgr_pressure_sample_get_limit (sample),
          mgr_pressure_sample_get_swap (sample), stall);
  if (left < MGR_TIME_NEVER)
    printf ("%" G_GINT64_FORMAT, left);
  printf (",%s,", source != NULL ? source : "");
  print_csv_text (mgr_pressure_sample_get_reason (sample));
  printf ("\n");
}

static void
print_head (const MgrctlOptions *options)
{
  g_autofree char *head = NULL;
  g_autofree char *faint = NULL;

  head = g_strdup_printf ("%10s  %-*s    %-*s %7s %11s %11s %7s %8s  %s",
                          "TIME", LEVEL_WIDTH, "LEVEL", LEVEL_WIDTH, "", "USED", "AVAILABLE",
                          "SWAP", "STALL", "LEFT", "WHY");
  faint = mgrctl_paint (options, MGRCTL_STYLE_FAINT, head);
  printf ("%s\n", faint);
}

static void
print_level (const MgrctlOptions *options,
             MgrPressureLevel     level)
{
  const char *nick = level_get_nick (level);
  g_autofree char *padded = mgrctl_pad (nick, LEVEL_WIDTH);
  g_autofree char *painted = mgrctl_paint (options, mgrctl_style_of_level (nick), padded);

  printf ("%s", painted);
}

static void
print_decision (const MgrctlOptions *options,
                const TraceRun      *run,
                guint                index)
{
  MgrPressureSample *sample = trace_run_get_sample (run, index);
  g_autofree char *available = mgr_size_format (mgr_pressure_sample_get_available (sample));
  g_autofree char *swap = mgr_size_format (mgr_pressure_sample_get_swap (sample));
  g_autofree char *reason = mgrctl_printable (mgr_pressure_sample_get_reason (sample));
  gint64 left = sample_get_time_left (sample);
  g_autofree char *left_text = NULL;

  left_text = left < MGR_TIME_NEVER
                ? g_strdup_printf ("%.1f s", (double) left / G_TIME_SPAN_SECOND) : g_strdup ("-");

  printf ("%8.3f s  ", (double) mgr_pressure_sample_get_time (sample) / G_TIME_SPAN_SECOND);
  print_level (options, trace_run_get_before (run, index));
  printf (" %s ", g_get_charset (NULL) ? "→" : ">");
  print_level (options, mgr_pressure_sample_get_level (sample));
  printf (" %5.1f %% %11s %11s %5.1f %% %8s  %s\n",
          100 * mgr_pressure_sample_get_usage (sample), available, swap,
          100 * mgr_pressure_sample_get_stall (sample), left_text, reason);
}

static void
print_run (const MgrctlOptions *options,
           const TraceRun      *run)
{
  guint n_printed = 0;

  if (all_samples && !options->json)
    print_csv_head ();

  for (guint i = 0; i < run->samples->len; i++)
    {
      MgrPressureSample *sample = trace_run_get_sample (run, i);

      if (!all_samples && mgr_pressure_sample_get_level (sample) == trace_run_get_before (run, i))
        continue;

      if (options->json)
        print_json (run, i);
      else if (all_samples)
        print_csv (sample);
      else
        {
          if (n_printed == 0)
            print_head (options);
          print_decision (options, run, i);
        }
      n_printed++;
    }

  if (n_printed == 0)
    mgrctl_print_error ("The level stays normal for all the %.1f s of “%s”",
                        (double) mgr_pressure_trace_get_duration (run->trace) / G_TIME_SPAN_SECOND,
                        mgr_pressure_trace_get_name (run->trace));
}

MgrctlExit
mgrctl_replay (const MgrctlOptions *options)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrPressureTrace) trace = NULL;
  g_autoptr (TraceRun) run = NULL;

  trace = trace_load (options->arguments[0], &error);
  if (trace == NULL)
    {
      mgrctl_print_error ("%s", error->message);
      return MGRCTL_EXIT_USAGE;
    }

  run = trace_run_new (trace, 0);
  print_run (options, run);
  return MGRCTL_EXIT_OK;
}
