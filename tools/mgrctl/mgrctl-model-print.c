/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-model-print.h"

#include "mgrctl-print-line.h"
#include "mgrctl-print.h"

#include <mgr.h>

#include <stdio.h>
#include <string.h>

#define LABEL_WIDTH 14

/* In the largest unit of which there are at least two. Returns: (transfer full) */
static char *
format_time (gint64 time)
{
  if (time < 0)
    return g_strdup ("never");
  if (time >= 2 * G_TIME_SPAN_DAY)
    return g_strdup_printf ("%" G_GINT64_FORMAT " d", time / G_TIME_SPAN_DAY);
  if (time >= 2 * G_TIME_SPAN_HOUR)
    return g_strdup_printf ("%" G_GINT64_FORMAT " h", time / G_TIME_SPAN_HOUR);
  if (time >= 2 * G_TIME_SPAN_MINUTE)
    return g_strdup_printf ("%" G_GINT64_FORMAT " min", time / G_TIME_SPAN_MINUTE);

  return g_strdup_printf ("%.1f s", (double) time / G_TIME_SPAN_SECOND);
}

static const char *
find_state (const ModelEntry *entry)
{
  if (!entry->loaded)
    return "unloaded";

  return entry->pinned ? "in use" : "loaded";
}

static MgrctlStyle
find_style (const ModelEntry *entry)
{
  if (!entry->loaded)
    return MGRCTL_STYLE_FAINT;

  return entry->pinned ? MGRCTL_STYLE_GOOD : MGRCTL_STYLE_PLAIN;
}

static void
print_sizes (const MgrctlOptions *options,
             const ModelEntry    *entry)
{
  g_autofree char *declared = mgr_size_format (entry->declared_size);
  g_autofree char *resident = mgr_size_format (entry->resident_size);
  g_autofree char *ledger = mgr_size_format (entry->ledger_size);
  g_autofree char *remark = g_strdup_printf ("declared %s; measured %s in the process, %s in the "
                                             "ledger", declared, resident, ledger);

  mgrctl_print_size (options, LABEL_WIDTH, "size", entry->size, remark);
  mgrctl_print_size (options, LABEL_WIDTH, "charged", entry->charged, "");
}

static void
print_counts (const MgrctlOptions *options,
              const ModelEntry    *entry)
{
  g_autofree char *uses = NULL;
  g_autofree char *hits = NULL;
  g_autofree char *loads = NULL;

  uses = g_strdup_printf ("%" G_GUINT64_FORMAT " in the last hour, %" G_GUINT64_FORMAT " now",
                          entry->n_recent_uses, entry->n_active);
  hits = g_strdup_printf ("and %" G_GUINT64_FORMAT " shared a load, %" G_GUINT64_FORMAT
                          " found what others had kept", entry->n_joins, entry->n_found_again);
  loads = g_strdup_printf ("%" G_GUINT64_FORMAT " in the last hour, and %" G_GUINT64_FORMAT
                           " failed", entry->n_recent_loads, entry->n_failures);
  mgrctl_print_count (options, LABEL_WIDTH, "uses", entry->n_uses, uses);
  mgrctl_print_count (options, LABEL_WIDTH, "hits", entry->n_hits, hits);
  mgrctl_print_count (options, LABEL_WIDTH, "loads", entry->n_loads, loads);
  mgrctl_print_count (options, LABEL_WIDTH, "unloads", entry->n_unloads, "");
}

static void
print_times (const MgrctlOptions *options,
             const ModelEntry    *entry)
{
  g_autofree char *last = format_time (entry->load_time);
  g_autofree char *total = format_time (entry->total_load_time);
  g_autofree char *unused = format_time (entry->unused_for);
  g_autofree char *remark = g_strdup_printf ("%s for all loads", total);

  mgrctl_print_line (options, LABEL_WIDTH, "reload", entry->n_loads > 0 ? last : "-",
                     entry->n_loads > 0 ? remark : "");
  mgrctl_print_line (options, LABEL_WIDTH, "last use", unused,
                     entry->unused_for >= 0 ? "ago" : "");
}

static void
print_advice (const MgrctlOptions *options,
              char               **advice)
{
  for (guint i = 0; advice[i] != NULL; i++)
    {
      g_autofree char *text = mgrctl_printable (advice[i]);
      g_autofree char *painted = mgrctl_paint (options, MGRCTL_STYLE_WARNING, text);

      printf ("%s\n", painted);
    }
}

static void
print_head (const MgrctlOptions *options,
            const ModelEntry    *entry)
{
  g_autofree char *name = mgrctl_printable (entry->name);
  g_autofree char *strong_name = mgrctl_paint (options, MGRCTL_STYLE_STRONG, name);
  g_autofree char *component = mgrctl_charged_to (entry->component);

  printf ("%s: %s, %s\n", strong_name, find_state (entry), component);
}

void
mgrctl_model_print (const MgrctlOptions *options,
                    const ModelEntry    *entry)
{
  g_autofree char *safety = mgrctl_printable (entry->safety);

  print_head (options, entry);
  print_sizes (options, entry);
  print_counts (options, entry);
  print_times (options, entry);
  mgrctl_print_line (options, LABEL_WIDTH, "safety", safety, "");
  mgrctl_print_count (options, LABEL_WIDTH, "priority", entry->priority, "");
  if (entry->advice[0] != NULL)
    printf ("\n");
  print_advice (options, entry->advice);
}

static void
print_row (const MgrctlOptions *options,
           const ModelEntry    *entry,
           int                  name_width)
{
  g_autofree char *name = mgrctl_printable (entry->name);
  g_autofree char *padded_name = mgrctl_pad (name, name_width);
  g_autofree char *state = mgrctl_pad (find_state (entry), 8);
  g_autofree char *painted_state = mgrctl_paint (options, find_style (entry), state);
  g_autofree char *size = mgr_size_format (entry->size);
  g_autofree char *reload = format_time (entry->n_loads > 0 ? entry->load_time : -1);
  g_autofree char *unused = format_time (entry->unused_for);
  g_autofree char *safety = mgrctl_printable (entry->safety);

  printf ("%s  %s %11s %7" G_GUINT64_FORMAT " %7" G_GUINT64_FORMAT " %9s %9s  %-9s %8u\n",
          padded_name, painted_state, size, entry->n_recent_uses, entry->n_recent_loads,
          reload, unused, safety, entry->priority);
}

static void
print_table (const MgrctlOptions *options,
             GPtrArray           *entries)
{
  int name_width = (int) strlen ("MODEL");
  g_autofree char *head = NULL;
  g_autofree char *faint_head = NULL;

  for (guint i = 0; i < entries->len; i++)
    {
      const ModelEntry *entry = g_ptr_array_index (entries, i);
      g_autofree char *name = mgrctl_printable (entry->name);

      name_width = MAX (name_width, mgrctl_count_columns (name));
    }

  head = g_strdup_printf ("%-*s  %-8s %11s %7s %7s %9s %9s  %-9s %8s", name_width, "MODEL",
                          "STATE", "SIZE", "USES/H", "LOADS/H", "RELOAD", "UNUSED", "SAFETY",
                          "PRIORITY");
  faint_head = mgrctl_paint (options, MGRCTL_STYLE_FAINT, head);
  printf ("%s\n", faint_head);
  for (guint i = 0; i < entries->len; i++)
    print_row (options, g_ptr_array_index (entries, i), name_width);
}

void
mgrctl_models_print (const MgrctlOptions *options,
                     GPtrArray           *entries)
{
  gboolean advised = FALSE;

  print_table (options, entries);
  for (guint i = 0; i < entries->len; i++)
    {
      const ModelEntry *entry = g_ptr_array_index (entries, i);

      if (!advised && entry->advice[0] != NULL)
        printf ("\n");
      advised = advised || entry->advice[0] != NULL;
      print_advice (options, entry->advice);
    }
}
