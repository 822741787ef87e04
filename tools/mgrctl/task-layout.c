/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "task-layout.h"

typedef struct
{
  gint64 time;
  gboolean is_end;
  TaskEntry *entry; /* (unowned) */
} Event;

static int
compare_events (gconstpointer a,
                gconstpointer b)
{
  const Event *left = a;
  const Event *right = b;

  if (left->time != right->time)
    return left->time < right->time ? -1 : 1;

  /* What ends makes room for what starts at the same time. */
  return right->is_end - left->is_end;
}

static gboolean
is_shown (const TaskEntry *entry)
{
  return !entry->elsewhere && entry->started > 0 && entry->ended > entry->started
         && task_entry_get_height (entry) > 0;
}

/* Returns: (transfer full) (element-type Event) */
static GArray *
list_events (GPtrArray *entries)
{
  GArray *events = g_array_new (FALSE, FALSE, sizeof (Event));

  for (guint i = 0; i < entries->len; i++)
    {
      TaskEntry *entry = g_ptr_array_index (entries, i);
      Event both[] = { { entry->started, FALSE, entry }, { entry->ended, TRUE, entry } };

      if (is_shown (entry))
        g_array_append_vals (events, both, G_N_ELEMENTS (both));
    }

  g_array_sort (events, compare_events);
  return events;
}

static double
get_base (GPtrArray *running,
          guint      index)
{
  const TaskEntry *entry = g_ptr_array_index (running, index);

  return g_array_index (entry->steps, TaskStep, entry->steps->len - 1).base;
}

static double
get_end (GPtrArray *running,
         guint      index)
{
  return get_base (running, index) + task_entry_get_height (g_ptr_array_index (running, index));
}

/* The first of @running, which are in the order of their places, above which there is
 * room; @running->len where it is above all. */
static guint
find_gap (GPtrArray *running,
          double     height,
          double    *out_base)
{
  guint i;

  *out_base = 0;
  for (i = 0; i < running->len && get_base (running, i) - *out_base < height; i++)
    *out_base = get_end (running, i);

  return i;
}

static void
add_step (TaskEntry *entry,
          gint64     time,
          double     base)
{
  TaskStep step = { time, base };

  g_array_append_val (entry->steps, step);
}

/* Returns: where they end */
static double
move_together (GPtrArray *running,
               gint64     time)
{
  double base = 0;

  for (guint i = 0; i < running->len; i++)
    {
      if (get_base (running, i) > base)
        add_step (g_ptr_array_index (running, i), time, base);
      base = get_end (running, i);
    }

  return base;
}

static void
place (GPtrArray *running,
       TaskEntry *entry,
       double     limit)
{
  double height = task_entry_get_height (entry);
  double base;
  guint index = find_gap (running, height, &base);

  if (base + height > limit)
    {
      base = move_together (running, entry->started);
      index = running->len;
    }

  add_step (entry, entry->started, base);
  g_ptr_array_insert (running, (int) index, entry);
}

double
task_layout_place (GPtrArray *entries,
                   double     limit)
{
  g_autoptr (GArray) events = list_events (entries);
  g_autoptr (GPtrArray) running = g_ptr_array_new ();
  double sum = 0;
  double most = 0;

  for (guint i = 0; i < events->len; i++)
    {
      const Event *event = &g_array_index (events, Event, i);
      double height = task_entry_get_height (event->entry);

      if (event->is_end)
        g_ptr_array_remove (running, event->entry);
      else
        place (running, event->entry, limit);
      sum += event->is_end ? -height : height;
      most = MAX (most, sum);
    }

  return most;
}
