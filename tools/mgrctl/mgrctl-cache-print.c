/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-cache-print.h"

#include "mgrctl-print-line.h"
#include "mgrctl-print.h"

#include <mgr.h>

#include <stdio.h>
#include <string.h>

/* Lines of the picture of a curve. */
#define ROWS 8

#define LABEL_WIDTH 16

/* Of each cause. */
static const char *const labels[CACHE_ENTRY_N_CAUSES] = {
  "gone for room", "under pressure", "expired", "removed", "replaced", "collected",
};

/* Returns: (transfer full) */
static char *
format_bound (const CacheEntry *entry)
{
  g_autofree char *bytes = mgr_size_format (entry->max_bytes);

  if (entry->max_bytes > 0 && entry->max_entries > 0)
    return g_strdup_printf ("of at most %s and %" G_GUINT64_FORMAT " entries", bytes,
                            entry->max_entries);
  if (entry->max_bytes > 0)
    return g_strdup_printf ("of at most %s", bytes);
  if (entry->max_entries > 0)
    return g_strdup_printf ("of at most %" G_GUINT64_FORMAT " entries", entry->max_entries);

  return g_strdup ("without a bound");
}

static void
print_head (const MgrctlOptions *options,
            const CacheEntry    *entry)
{
  g_autofree char *name = mgrctl_printable (entry->name);
  g_autofree char *strong_name = mgrctl_paint (options, MGRCTL_STYLE_STRONG, name);
  g_autofree char *bound = format_bound (entry);
  g_autofree char *component = mgrctl_charged_to (entry->component);

  printf ("%s: cache %s, %s\n", strong_name, bound, component);
}

static void
print_requests (const MgrctlOptions *options,
                const CacheEntry    *entry)
{
  g_autofree char *ratio = g_strdup_printf ("%.1f %%", 100 * entry->hit_ratio);
  g_autofree char *asked = g_strdup_printf ("%" G_GUINT64_FORMAT " hits, %" G_GUINT64_FORMAT " misses",
                                            entry->hits, entry->misses);
  guint64 loads = entry->loads + entry->load_failures;
  g_autofree char *remark =
    g_strdup_printf ("%" G_GUINT64_FORMAT " failed, %.1f ms each", entry->load_failures,
                     loads > 0 ? (double) entry->load_time / (double) loads / 1000 : 0.0);

  mgrctl_print_line (options, LABEL_WIDTH, "hit ratio", ratio, asked);
  mgrctl_print_count (options, LABEL_WIDTH, "loads", loads, loads > 0 ? remark : "");
  mgrctl_print_count (options, LABEL_WIDTH, "joined", entry->joins, "");
  mgrctl_print_count (options, LABEL_WIDTH, "stale", entry->stale, "");
  mgrctl_print_count (options, LABEL_WIDTH, "recalled", entry->recalled, "");
}

static void
print_removals (const MgrctlOptions *options,
                const CacheEntry    *entry)
{
  g_autofree char *age = g_strdup_printf ("%.1f s", (double) entry->eviction_age / G_USEC_PER_SEC);

  for (gsize i = 0; i < CACHE_ENTRY_N_CAUSES; i++)
    {
      g_autofree char *size = mgr_size_format (entry->removed_bytes[i]);
      g_autofree char *held = g_strdup_printf ("which held %s", size);

      mgrctl_print_count (options, LABEL_WIDTH, labels[i], entry->removed[i],
                          entry->removed[i] > 0 ? held : "");
    }
  mgrctl_print_line (options, LABEL_WIDTH, "eviction age", age, "");
}

/* How much of a cell that ends at @row, from below, is under @ratio. */
static const char *
find_glyph (double ratio,
            int    row)
{
  static const char *const eighths[] = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
  static const char *const ascii[] = { " ", ".", ":", "+", "#" };
  gboolean utf8 = g_get_charset (NULL);
  int last = (int) (utf8 ? G_N_ELEMENTS (eighths) : G_N_ELEMENTS (ascii)) - 1;
  int step = CLAMP ((int) ((ratio * ROWS - row) * last + 0.5), 0, last);

  return utf8 ? eighths[step] : ascii[step];
}

static void
print_row (const MgrctlOptions *options,
           const CacheCurve    *curve,
           int                  row)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autofree char *label = NULL;
  g_autofree char *faint_label = NULL;
  g_autofree char *painted = NULL;

  for (gsize i = 0; i < curve->n_ratios; i++)
    g_string_append (line, find_glyph (curve->ratios[i], row));

  label = g_strdup (row == ROWS - 1 ? "100 %" : row == 0 ? "  0 %" : "     ");
  faint_label = mgrctl_paint (options, MGRCTL_STYLE_FAINT, label);
  painted = mgrctl_paint (options, MGRCTL_STYLE_GOOD, g_strchomp (line->str));
  printf ("  %s %s\n", faint_label, painted);
}

/* The hit ratio against the size, the present one in the middle. */
static void
print_curve (const MgrctlOptions *options,
             const CacheEntry    *entry,
             const CacheCurve    *curve)
{
  g_autofree char *now = mgr_size_format (entry->bytes);
  g_autofree char *twice = mgr_size_format (2 * entry->bytes);
  int middle = (int) (curve->n_ratios + strlen (now)) / 2;
  g_autofree char *scale = NULL;
  g_autofree char *faint_scale = NULL;

  if (curve->n_ratios == 0)
    {
      printf ("\n  Too little was asked for to tell what another size would be good for\n");
      return;
    }
  if (entry->bytes == 0)
    {
      printf ("\n  Nothing is in it of which another size could be told\n");
      return;
    }

  printf ("\n");
  for (int row = ROWS - 1; row >= 0; row--)
    print_row (options, curve, row);

  scale = g_strdup_printf ("        0 B%*s%*s", middle - 3, now, (int) curve->n_ratios - middle, twice);
  faint_scale = mgrctl_paint (options, MGRCTL_STYLE_FAINT, scale);
  printf ("%s\n", faint_scale);
}

void
mgrctl_cache_print (const MgrctlOptions *options,
                    const CacheEntry    *entry,
                    const CacheCurve    *curve)
{
  g_autofree char *size = mgr_size_format (entry->bytes);

  print_head (options, entry);
  mgrctl_print_count (options, LABEL_WIDTH, "entries", entry->entries, "");
  mgrctl_print_line (options, LABEL_WIDTH, "size", size, "");
  print_requests (options, entry);
  print_removals (options, entry);
  print_curve (options, entry, curve);
}

static void
print_entry (const MgrctlOptions *options,
             const CacheEntry    *entry,
             int                  name_width)
{
  g_autofree char *name = mgrctl_printable (entry->name);
  g_autofree char *padded_name = mgrctl_pad (name, name_width);
  g_autofree char *size = mgr_size_format (entry->bytes);
  g_autofree char *bound = entry->max_bytes > 0 ? mgr_size_format (entry->max_bytes) : g_strdup ("-");
  guint64 evicted = entry->removed[0] + entry->removed[1];

  printf ("%s  %10" G_GUINT64_FORMAT " %11s %11s %7.1f %% %10" G_GUINT64_FORMAT
          " %10" G_GUINT64_FORMAT "\n", padded_name, entry->entries, size, bound,
          100 * entry->hit_ratio, entry->loads, evicted);
}

void
mgrctl_caches_print (const MgrctlOptions *options,
                     GPtrArray           *entries)
{
  int name_width = (int) strlen ("CACHE");
  g_autofree char *head = NULL;
  g_autofree char *faint_head = NULL;

  for (guint i = 0; i < entries->len; i++)
    {
      const CacheEntry *entry = g_ptr_array_index (entries, i);
      g_autofree char *name = mgrctl_printable (entry->name);

      name_width = MAX (name_width, mgrctl_count_columns (name));
    }

  head = g_strdup_printf ("%-*s  %10s %11s %11s %9s %10s %10s", name_width, "CACHE", "ENTRIES",
                          "SIZE", "BOUND", "HIT RATIO", "LOADS", "EVICTED");
  faint_head = mgrctl_paint (options, MGRCTL_STYLE_FAINT, head);
  printf ("%s\n", faint_head);
  for (guint i = 0; i < entries->len; i++)
    print_entry (options, g_ptr_array_index (entries, i), name_width);
}
