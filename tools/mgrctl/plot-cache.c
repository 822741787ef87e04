/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "plot-cache.h"

#include "mgrctl-print.h"
#include "plot-style.h"
#include "svg-writer.h"

#include <mgr.h>

/* Pixels. */
#define WIDTH 800
#define LEFT 64
#define RIGHT 24
#define TITLE_LINE 26
#define FACTS_LINE 46
#define TOP 66
#define PLOT_WIDTH (WIDTH - LEFT - RIGHT)
#define PLOT_HEIGHT 240
#define BOTTOM (TOP + PLOT_HEIGHT)
#define SCALE_LINE (BOTTOM + 18)
#define HEIGHT (SCALE_LINE + 22)

/* The axes have a line for each of so many parts. */
#define N_PARTS 4

static double
find_x (double fraction)
{
  return LEFT + PLOT_WIDTH * fraction / 2.0;
}

static double
find_y (double ratio)
{
  return BOTTOM - PLOT_HEIGHT * ratio;
}

static void
draw_axes (SvgWriter        *svg,
           const CacheEntry *entry)
{
  for (guint i = 0; i <= N_PARTS; i++)
    {
      double ratio = (double) i / N_PARTS;
      double fraction = 2.0 * ratio;
      g_autofree char *percent = g_strdup_printf ("%.0f %%", 100 * ratio);
      g_autofree char *size = mgr_size_format ((guint64) ((double) entry->bytes * fraction));

      svg_writer_line (svg, "grid", LEFT, find_y (ratio), WIDTH - RIGHT, find_y (ratio));
      svg_writer_text (svg, "mark", "end", LEFT - 8, find_y (ratio) + 4, percent);
      svg_writer_text (svg, "mark", i < N_PARTS ? "middle" : "end",
                       i < N_PARTS ? find_x (fraction) : WIDTH - RIGHT, SCALE_LINE, size);
    }
  svg_writer_line (svg, "axis", LEFT, BOTTOM, WIDTH - RIGHT, BOTTOM);
}

static void
draw_curve (SvgWriter        *svg,
            const CacheCurve *curve)
{
  svg_writer_path_begin (svg, "line room");
  for (gsize i = 0; i < curve->n_ratios; i++)
    {
      double x = find_x (cache_curve_fraction (curve, i));
      double y = find_y (curve->ratios[i]);

      if (i == 0)
        svg_writer_move_to (svg, x, y);
      else
        svg_writer_line_to (svg, x, y);
    }
  svg_writer_path_end (svg);

  svg_writer_line (svg, "warning", find_x (1.0), TOP, find_x (1.0), BOTTOM);
  svg_writer_text (svg, "mark", "start", find_x (1.0) + 6, TOP + 12, "now");
}

/* Returns: (transfer full): the figures in a line */
static char *
describe (const CacheEntry *entry)
{
  g_autofree char *size = mgr_size_format (entry->bytes);

  return g_strdup_printf ("%s in %" G_GUINT64_FORMAT " %s; %.1f %% of %" G_GUINT64_FORMAT
                          " requests found there", size, entry->entries,
                          entry->entries == 1 ? "entry" : "entries", 100 * entry->hit_ratio,
                          entry->hits + entry->misses);
}

char *
plot_cache_draw (const char       *program,
                 const CacheEntry *entry,
                 const CacheCurve *curve)
{
  g_autofree char *name = mgrctl_printable (entry->name);
  g_autofree char *shown_program = mgrctl_printable (program);
  g_autofree char *origin = g_strdup_printf ("cache of %s", shown_program);
  g_autofree char *facts = describe (entry);
  g_autofree char *label = g_strdup_printf ("%s: %s", name, facts);
  g_autoptr (SvgWriter) svg = svg_writer_new (WIDTH, HEIGHT, label, PLOT_STYLE);

  svg_writer_text (svg, "title", "start", LEFT, TITLE_LINE, name);
  svg_writer_text (svg, "origin", "end", WIDTH - RIGHT, TITLE_LINE, origin);
  svg_writer_text (svg, "mark", "start", LEFT, FACTS_LINE, facts);
  draw_axes (svg, entry);
  if (curve->n_ratios > 0)
    draw_curve (svg, curve);
  else
    svg_writer_text (svg, "mark", "middle", find_x (1.0), find_y (0.5),
                     "too little was asked for to tell more");
  return svg_writer_finish (svg);
}
