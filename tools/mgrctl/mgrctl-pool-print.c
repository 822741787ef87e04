/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-pool-print.h"

#include "mgrctl-print-line.h"
#include "mgrctl-print.h"

#include <mgr.h>

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Of a picture, where the output is no terminal, and at most, as no reader follows a line
 * beyond that. */
#define USUAL_WIDTH 80
#define WIDTH_MAX 200
#define WIDTH_MIN 20

#define LABEL_WIDTH 14

/* The sum of shares of a cell may miss 1 by a rounding. */
#define WHOLE 0.9999999

guint
mgrctl_pool_count_cells (void)
{
  struct winsize size;
  guint width = USUAL_WIDTH;

  if (ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    width = CLAMP (size.ws_col, WIDTH_MIN, WIDTH_MAX);

  /* The frame, and one column that stays free, as some terminals wrap in the last one. */
  return width - 3;
}

/* How full a cell is, in so many steps. What is in use is never shown as free, nor what is
 * free as in use. */
static const char *
find_glyph (double share)
{
  static const char *const eighths[] = { " ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
  static const char *const ascii[] = { " ", ".", ":", "+", "#" };
  gboolean utf8 = g_get_charset (NULL);
  int last = (int) (utf8 ? G_N_ELEMENTS (eighths) : G_N_ELEMENTS (ascii)) - 1;
  int step = CLAMP ((int) (share * last + 0.5), 1, last - 1);

  if (share <= 0)
    step = 0;
  else if (share >= WHOLE)
    step = last;

  return utf8 ? eighths[step] : ascii[step];
}

/* Returns: (transfer full) */
static char *
draw_cells (const PoolPicture *picture)
{
  GString *line = g_string_new (NULL);

  for (gsize i = 0; i < picture->n_cells; i++)
    g_string_append (line, find_glyph (picture->cells[i]));

  return g_string_free (line, FALSE);
}

static void
print_picture (const MgrctlOptions *options,
               const PoolEntry     *entry,
               const PoolPicture   *picture)
{
  const char *edge = g_get_charset (NULL) ? "│" : "|";
  g_autofree char *cells = draw_cells (picture);
  g_autofree char *painted = mgrctl_paint (options, MGRCTL_STYLE_GOOD, cells);
  g_autofree char *start = mgr_size_format (0);
  g_autofree char *end = mgr_size_format (entry->capacity);
  g_autofree char *scale = NULL;
  g_autofree char *faint_scale = NULL;
  g_autofree char *faint_edge = mgrctl_paint (options, MGRCTL_STYLE_FAINT, edge);

  scale = g_strdup_printf (" %s%*s", start, (int) (picture->n_cells - strlen (start)), end);
  faint_scale = mgrctl_paint (options, MGRCTL_STYLE_FAINT, scale);
  printf ("\n%s%s%s\n%s\n", faint_edge, painted, faint_edge, faint_scale);
}

static void
print_pieces (const MgrctlOptions *options,
              const PoolEntry     *entry)
{
  g_autofree char *largest = mgr_size_format (entry->largest_free);
  g_autofree char *percent = g_strdup_printf ("%.1f %%", 100 * entry->fragmentation);
  g_autofree char *remark = g_strdup_printf ("the largest free piece is %s", largest);

  mgrctl_print_line (options, LABEL_WIDTH, "fragmentation", percent,
                     entry->available > 0 ? remark : "");
}

static void
print_counts (const MgrctlOptions *options,
              const PoolEntry     *entry)
{
  g_autofree char *count = g_strdup_printf ("%" G_GUINT64_FORMAT, entry->allocation_count);
  g_autofree char *evicted = g_strdup_printf ("%" G_GUINT64_FORMAT, entry->evicted_count);
  g_autofree char *evicted_size = mgr_size_format (entry->evicted_bytes);
  g_autofree char *counts = NULL;
  g_autofree char *sizes = NULL;

  counts = g_strdup_printf ("of %" G_GUINT64_FORMAT " ever, and %" G_GUINT64_FORMAT " refused",
                            entry->total_count, entry->refused_count);
  sizes = g_strdup_printf ("which held %s", evicted_size);
  mgrctl_print_line (options, LABEL_WIDTH, "blocks", count, counts);
  mgrctl_print_line (options, LABEL_WIDTH, "evicted", evicted,
                     entry->evicted_count > 0 ? sizes : "");
  mgrctl_print_size (options, LABEL_WIDTH, "trimmed", entry->trimmed_bytes, "");
}

static void
print_head (const MgrctlOptions *options,
            const PoolEntry     *entry)
{
  g_autofree char *name = mgrctl_printable (entry->name);
  g_autofree char *kind = mgrctl_printable (entry->kind);
  g_autofree char *component = mgrctl_charged_to (entry->component);
  g_autofree char *strong_name = mgrctl_paint (options, MGRCTL_STYLE_STRONG, name);

  printf ("%s: %s pool, %s%s\n", strong_name, kind, component, entry->active ? "" : ", stopped");
}

void
mgrctl_pool_print (const MgrctlOptions *options,
                   const PoolEntry     *entry,
                   const PoolPicture   *picture)
{
  print_head (options, entry);
  mgrctl_print_size (options, LABEL_WIDTH, "capacity", entry->capacity, "");
  mgrctl_print_share (options, LABEL_WIDTH, "used", entry->used, entry->capacity);
  mgrctl_print_share (options, LABEL_WIDTH, "peak", entry->peak, entry->capacity);
  mgrctl_print_share (options, LABEL_WIDTH, "held", entry->charged, entry->capacity);
  mgrctl_print_size (options, LABEL_WIDTH, "available", entry->available, "");
  print_pieces (options, entry);
  print_counts (options, entry);
  print_picture (options, entry, picture);
}

static void
print_row (const MgrctlOptions *options,
           const PoolEntry     *entry,
           int                  name_width,
           int                  kind_width)
{
  g_autofree char *name = mgrctl_printable (entry->name);
  g_autofree char *padded_name = mgrctl_pad (name, name_width);
  g_autofree char *kind = mgrctl_printable (entry->kind);
  g_autofree char *padded_kind = mgrctl_pad (kind, kind_width);
  g_autofree char *used = mgr_size_format (entry->used);
  g_autofree char *capacity = mgr_size_format (entry->capacity);
  g_autofree char *percent = mgrctl_percent (entry->used, entry->capacity);
  g_autofree char *bar = mgrctl_bar (options, entry->used, entry->capacity);
  g_autofree char *held = mgr_size_format (entry->charged);

  printf ("%s  %s %11s %11s %6s  %s %11s %5.0f %% %9" G_GUINT64_FORMAT "%s\n",
          padded_name, padded_kind, used, capacity, percent, bar, held,
          100 * entry->fragmentation, entry->allocation_count,
          entry->active ? "" : "  stopped");
}

void
mgrctl_pools_print (const MgrctlOptions *options,
                    GPtrArray           *entries)
{
  int name_width = (int) strlen ("POOL");
  int kind_width = (int) strlen ("KIND");
  g_autofree char *head = NULL;
  g_autofree char *faint_head = NULL;

  for (guint i = 0; i < entries->len; i++)
    {
      const PoolEntry *entry = g_ptr_array_index (entries, i);
      g_autofree char *name = mgrctl_printable (entry->name);
      g_autofree char *kind = mgrctl_printable (entry->kind);

      name_width = MAX (name_width, mgrctl_count_columns (name));
      kind_width = MAX (kind_width, mgrctl_count_columns (kind));
    }

  head = g_strdup_printf ("%-*s  %-*s %11s %11s %6s  %-20s %11s %7s %9s", name_width, "POOL",
                          kind_width, "KIND", "USED", "CAPACITY", "", "", "HELD", "FRAGM.",
                          "BLOCKS");
  faint_head = mgrctl_paint (options, MGRCTL_STYLE_FAINT, head);
  printf ("%s\n", faint_head);
  for (guint i = 0; i < entries->len; i++)
    print_row (options, g_ptr_array_index (entries, i), name_width, kind_width);
}
