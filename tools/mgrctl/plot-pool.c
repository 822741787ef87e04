/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "plot-pool.h"

#include "mgrctl-print.h"
#include "svg-writer.h"

#include <mgr.h>

/* Pixels. The width is that of a page of text, for which the letters are set. */
#define WIDTH 800
#define LEFT 84
#define RIGHT 16
#define TITLE_LINE 26
#define FACTS_LINE 46
#define MAP_TOP 62
#define CELL_HEIGHT 14
#define CELL_GAP 1
#define MAP_WIDTH (WIDTH - LEFT - RIGHT)
#define MAP_HEIGHT (PLOT_POOL_ROWS * CELL_HEIGHT)
#define SCALE_LINE (MAP_TOP + MAP_HEIGHT + 18)
#define BARS_TOP (SCALE_LINE + 34)
#define BAR_HEIGHT 18
#define BAR_PITCH 28
#define WATER_LINE (BARS_TOP + 2 * BAR_PITCH + 8)
#define HEIGHT (WATER_LINE + 40)

/* Shares of a cell are told apart in so many steps of colour. */
#define N_STEPS 8
#define WHOLE 0.9999999

/* Letters as in the figures of runs; a cell is the darker the more of it is in use. */
#define STYLE \
  "svg { font-family: Cantarell, 'DejaVu Sans', sans-serif; font-size: 13px }\n" \
  "text { fill: #241f31 }\n" \
  ".title { font-size: 17px; font-weight: bold }\n" \
  ".mark { font-size: 12px; fill: #5e5c64 }\n" \
  ".free { fill: #eeecec }\n" \
  ".held { fill: #99c1f1 }\n" \
  ".cell { fill: #1a5fb4 }\n" \
  ".s1 { opacity: 0.20 } .s2 { opacity: 0.31 } .s3 { opacity: 0.42 } .s4 { opacity: 0.53 }\n" \
  ".s5 { opacity: 0.64 } .s6 { opacity: 0.75 } .s7 { opacity: 0.86 }\n" \
  ".peak { stroke: #241f31; stroke-width: 1.5 }\n" \
  ".water { stroke: #c64600; stroke-width: 1.5; stroke-dasharray: 4 3 }\n" \
  "@media (prefers-color-scheme: dark) {\n" \
  "text { fill: #f6f5f4 }\n" \
  ".mark { fill: #c0bfbc }\n" \
  ".free { fill: #3d3846 }\n" \
  ".held { fill: #2a4a72 }\n" \
  ".cell { fill: #78aeed }\n" \
  ".peak { stroke: #f6f5f4 }\n" \
  ".water { stroke: #ffa348 }\n" \
  "}\n"

static int
find_step (double share)
{
  if (share <= 0)
    return 0;

  return share >= WHOLE ? N_STEPS : CLAMP ((int) (share * N_STEPS + 0.5), 1, N_STEPS - 1);
}

static void
draw_cell (SvgWriter *svg,
           int        step,
           double     x,
           double     y,
           double     width)
{
  g_autofree char *class = NULL;

  if (step == 0)
    class = g_strdup ("free");
  else
    class = step == N_STEPS ? g_strdup ("cell") : g_strdup_printf ("cell s%d", step);

  svg_writer_rect (svg, class, x, y, width, CELL_HEIGHT - CELL_GAP);
}

/* One row, in which neighbours that look the same are one rectangle. */
static void
draw_row (SvgWriter         *svg,
          const PoolPicture *picture,
          gsize              row)
{
  const double pitch = (double) MAP_WIDTH / PLOT_POOL_COLUMNS;
  gsize first = row * PLOT_POOL_COLUMNS;
  gsize end = MIN (first + PLOT_POOL_COLUMNS, picture->n_cells);
  double y = MAP_TOP + (double) row * CELL_HEIGHT;
  gsize start = first;

  for (gsize i = first; i < end; i++)
    {
      int step = find_step (picture->cells[i]);

      if (i + 1 < end && find_step (picture->cells[i + 1]) == step)
        continue;

      draw_cell (svg, step, LEFT + (double) (start - first) * pitch, y,
                 (double) (i + 1 - start) * pitch);
      start = i + 1;
    }
}

/* What lies where: each row says at which byte it begins. */
static void
draw_map (SvgWriter         *svg,
          const PoolEntry   *entry,
          const PoolPicture *picture)
{
  for (gsize row = 0; row < PLOT_POOL_ROWS; row++)
    {
      guint64 offset = (guint64) ((double) entry->capacity * (double) row / PLOT_POOL_ROWS);
      g_autofree char *text = mgr_size_format (offset);

      draw_row (svg, picture, row);
      if (row % 4 == 0)
        svg_writer_text (svg, "mark", "end", LEFT - 8,
                         MAP_TOP + (double) row * CELL_HEIGHT + CELL_HEIGHT - 3, text);
    }
}

static void
draw_scale (SvgWriter *svg)
{
  const double y = SCALE_LINE;
  double x = LEFT;

  svg_writer_text (svg, "mark", "start", x, y, "a cell is free");
  x += svg_text_width ("a cell is free", 12) + 8;
  for (int step = 0; step <= N_STEPS; step++)
    {
      draw_cell (svg, step, x, y - CELL_HEIGHT + 3, 18);
      x += 19;
    }
  svg_writer_text (svg, "mark", "start", x + 7, y, "in use");
}

static double
find_x (const PoolEntry *entry,
        guint64          bytes)
{
  return LEFT + MAP_WIDTH * MIN ((double) bytes / (double) MAX (entry->capacity, 1), 1);
}

/* A bar of @bytes out of the capacity, and what it means at its left. The figures
 * themselves stand above the map. */
static void
draw_bar (SvgWriter       *svg,
          const PoolEntry *entry,
          const char      *class,
          const char      *name,
          guint64          bytes,
          double           y)
{
  svg_writer_text (svg, "mark", "end", LEFT - 8, y + BAR_HEIGHT - 5, name);
  svg_writer_rect (svg, "free", LEFT, y, MAP_WIDTH, BAR_HEIGHT);
  svg_writer_rect (svg, class, LEFT, y, find_x (entry, bytes) - LEFT, BAR_HEIGHT);
}

static void
draw_water (SvgWriter *svg,
            double     share)
{
  double x = LEFT + MAP_WIDTH * share;

  if (share > 0)
    svg_writer_line (svg, "water", x, BARS_TOP - 4, x, WATER_LINE);
}

static void
draw_waters (SvgWriter         *svg,
             const PoolPicture *picture)
{
  g_autofree char *text = NULL;

  if (picture->high_water <= 0)
    return;

  draw_water (svg, picture->low_water);
  draw_water (svg, picture->high_water);
  text = g_strdup_printf ("water lines at %.0f %% and %.0f %%",
                          100 * picture->low_water, 100 * picture->high_water);
  svg_writer_text (svg, "mark", "end", WIDTH - RIGHT, WATER_LINE + 16, text);
}

/* The most that was used, over the bar of what is used. */
static void
draw_peak (SvgWriter       *svg,
           const PoolEntry *entry)
{
  const double half = svg_text_width ("peak", 12) / 2;
  double x = find_x (entry, entry->peak);

  svg_writer_text (svg, "mark", "middle", CLAMP (x, LEFT + half, WIDTH - RIGHT - half),
                   BARS_TOP - 7, "peak");
  svg_writer_line (svg, "peak", x, BARS_TOP - 4, x, BARS_TOP + BAR_HEIGHT + 3);
}

static void
draw_bars (SvgWriter         *svg,
           const PoolEntry   *entry,
           const PoolPicture *picture)
{
  draw_bar (svg, entry, "cell", "used", entry->used, BARS_TOP);
  draw_peak (svg, entry);
  draw_bar (svg, entry, "held", "held", entry->charged, BARS_TOP + BAR_PITCH);
  draw_waters (svg, picture);
}

/* Returns: (transfer full): the figures in a line */
static char *
describe (const PoolEntry *entry)
{
  g_autofree char *used = mgr_size_format (entry->used);
  g_autofree char *capacity = mgr_size_format (entry->capacity);
  g_autofree char *peak = mgr_size_format (entry->peak);
  g_autofree char *held = mgr_size_format (entry->charged);

  return g_strdup_printf ("%s of %s used in %" G_GUINT64_FORMAT " %s, %s at the peak; %s held; "
                          "fragmentation %.1f %%", used, capacity, entry->allocation_count,
                          entry->allocation_count == 1 ? "block" : "blocks", peak, held,
                          100 * entry->fragmentation);
}

char *
plot_pool_draw (const char        *program,
                const PoolEntry   *entry,
                const PoolPicture *picture)
{
  g_autofree char *name = mgrctl_printable (entry->name);
  g_autofree char *shown_program = mgrctl_printable (program);
  g_autofree char *origin = g_strdup_printf ("%s pool of %s", entry->kind, shown_program);
  g_autofree char *facts = describe (entry);
  g_autofree char *label = g_strdup_printf ("%s: %s", name, facts);
  g_autoptr (SvgWriter) svg = svg_writer_new (WIDTH, HEIGHT, label, STYLE);

  svg_writer_text (svg, "title", "start", LEFT, TITLE_LINE, name);
  svg_writer_text (svg, "origin", "end", WIDTH - RIGHT, TITLE_LINE, origin);
  svg_writer_text (svg, "mark", "start", LEFT, FACTS_LINE, facts);
  draw_map (svg, entry, picture);
  draw_scale (svg);
  draw_bars (svg, entry, picture);
  return svg_writer_finish (svg);
}
