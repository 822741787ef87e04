/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-schedule-core-private.h"

#include "schedule/mgr-schedule-order-private.h"

/* So many behind the first are looked at for back-filling: a pass over a long queue must
 * not hold up the program, and who stands further back is hardly next. */
#define MAX_LOOKED_AT 128

struct _MgrScheduleCore
{
  GSequence *queue;            /* (owned) (element-type MgrScheduleItem), by key */
  GPtrArray *shares;           /* (owned) (element-type MgrScheduleShare) */
  MgrScheduleShare whole;
  MgrScheduleStrategy strategy;
  gint64 bound;                /* µs */
  guint64 n_backfilled;
  guint pass;                  /* the number of the last look through the queue */
  MgrScheduleReadyFunc ready;
  gpointer user_data;          /* (unowned) */
};

MgrScheduleCore *
mgr_schedule_core_new (guint64              budget,
                       MgrScheduleReadyFunc ready,
                       gpointer             user_data)
{
  MgrScheduleCore *self = g_new0 (MgrScheduleCore, 1);

  self->queue = g_sequence_new (NULL);
  self->shares = g_ptr_array_new ();
  mgr_schedule_share_init (&self->whole, budget);
  self->strategy = MGR_SCHEDULE_STRATEGY_PRIORITY;
  self->bound = MGR_SCHEDULE_AGEING_BOUND;
  self->ready = ready;
  self->user_data = user_data;
  return self;
}

void
mgr_schedule_core_free (MgrScheduleCore *self)
{
  g_clear_pointer (&self->queue, g_sequence_free);
  g_clear_pointer (&self->shares, g_ptr_array_unref);
  mgr_schedule_share_clear (&self->whole);
  g_free (self);
}

MgrScheduleShare *
mgr_schedule_core_get_whole (MgrScheduleCore *self)
{
  return &self->whole;
}

void
mgr_schedule_core_add_share (MgrScheduleCore  *self,
                             MgrScheduleShare *share)
{
  g_ptr_array_add (self->shares, share);
}

void
mgr_schedule_core_remove_share (MgrScheduleCore  *self,
                                MgrScheduleShare *share)
{
  g_ptr_array_remove_fast (self->shares, share);
}

guint
mgr_schedule_core_get_waiting (MgrScheduleCore *self)
{
  return (guint) g_sequence_get_length (self->queue);
}

guint
mgr_schedule_core_get_running (MgrScheduleCore *self)
{
  return self->whole.running->len;
}

guint64
mgr_schedule_core_get_backfilled (MgrScheduleCore *self)
{
  return self->n_backfilled;
}

/* Among equal keys, g_sequence_insert_sorted() keeps the order of coming. */
static int
compare_keys (gconstpointer a,
              gconstpointer b,
              gpointer      user_data G_GNUC_UNUSED)
{
  const MgrScheduleItem *item_a = a;
  const MgrScheduleItem *item_b = b;

  return (item_a->key > item_b->key) - (item_a->key < item_b->key);
}

static void
core_set_key (MgrScheduleCore *self,
              MgrScheduleItem *item)
{
  item->key = mgr_schedule_order_get_key (item, self->strategy, self->whole.budget, item->lag,
                                          self->bound);
}

static void
core_sort (MgrScheduleCore *self)
{
  for (GSequenceIter *iter = g_sequence_get_begin_iter (self->queue);
       !g_sequence_iter_is_end (iter); iter = g_sequence_iter_next (iter))
    core_set_key (self, g_sequence_get (iter));

  g_sequence_sort (self->queue, compare_keys, NULL);
}

void
mgr_schedule_core_set_strategy (MgrScheduleCore     *self,
                                MgrScheduleStrategy  strategy)
{
  if (self->strategy == strategy)
    return;

  self->strategy = strategy;
  core_sort (self);
}

void
mgr_schedule_core_set_bound (MgrScheduleCore *self,
                             gint64           bound)
{
  self->bound = bound;
  core_sort (self);
}

/* What the share that was promised least was promised. Who has nothing to do does not
 * count, and once nobody has, all begin anew. */
static gint64
core_get_floor (MgrScheduleCore *self)
{
  gint64 floor = G_MAXINT64;

  for (guint i = 0; i < self->shares->len; i++)
    {
      const MgrScheduleShare *share = g_ptr_array_index (self->shares, i);

      if (!mgr_schedule_share_is_idle (share))
        floor = MIN (floor, share->served);
    }

  if (floor < G_MAXINT64)
    return floor;

  for (guint i = 0; i < self->shares->len; i++)
    ((MgrScheduleShare *) g_ptr_array_index (self->shares, i))->served = 0;
  return 0;
}

void
mgr_schedule_core_add (MgrScheduleCore *self,
                       MgrScheduleItem *item)
{
  gint64 floor = core_get_floor (self);

  item->lag = mgr_schedule_share_enter (item->share, item, self->whole.budget, floor);
  core_set_key (self, item);
  item->place = g_sequence_insert_sorted (self->queue, item, compare_keys, NULL);
}

void
mgr_schedule_core_remove (MgrScheduleCore *self,
                          MgrScheduleItem *item)
{
  g_clear_pointer (&item->place, g_sequence_remove);
  mgr_schedule_share_leave (item->share);
  if (self->whole.head == item)
    mgr_schedule_share_forget (&self->whole);
  if (item->share->head == item)
    mgr_schedule_share_forget (item->share);
}

void
mgr_schedule_core_set_grant (MgrScheduleCore *self,
                             MgrScheduleItem *item,
                             guint64          grant)
{
  item->grant = grant;
  core_set_key (self, item);
  g_sequence_sort_changed (item->place, compare_keys, NULL);
}

MgrPressureLevel
mgr_schedule_core_get_gate (MgrTaskPriority priority)
{
  switch (priority)
    {
    case MGR_TASK_PRIORITY_CRITICAL:
      return MGR_PRESSURE_LEVEL_CRITICAL;
    case MGR_TASK_PRIORITY_HIGH:
      return MGR_PRESSURE_LEVEL_HIGH;
    case MGR_TASK_PRIORITY_NORMAL:
      return MGR_PRESSURE_LEVEL_MEDIUM;
    case MGR_TASK_PRIORITY_LOW:
      return MGR_PRESSURE_LEVEL_LOW;
    case MGR_TASK_PRIORITY_DEFERRED:
    default:
      return MGR_PRESSURE_LEVEL_NORMAL;
    }
}

/* What is free by measure, less what was promised and is not taken yet. */
static guint64
core_get_free (MgrScheduleCore         *self,
               const MgrScheduleMoment *moment)
{
  guint64 kept;

  if (moment->available == G_MAXUINT64)
    return G_MAXUINT64;

  kept = moment->headroom + self->whole.unused;
  return moment->available > kept ? moment->available - kept : 0;
}

/* A task that asks for nothing needs no room. */
static MgrScheduleVerdict
core_find_obstacle (MgrScheduleCore         *self,
                    const MgrScheduleItem   *item,
                    const MgrScheduleMoment *moment)
{
  if (moment->level > mgr_schedule_core_get_gate (item->priority))
    return MGR_SCHEDULE_PRESSURE;
  if (!self->ready (item, self->user_data))
    return MGR_SCHEDULE_NOT_READY;
  if (item->grant > mgr_schedule_share_get_room (&self->whole))
    return MGR_SCHEDULE_NO_BUDGET;
  if (item->grant > mgr_schedule_share_get_room (item->share))
    return MGR_SCHEDULE_NO_SHARE;
  if (item->grant > core_get_free (self, moment))
    return MGR_SCHEDULE_NO_MEMORY;
  return MGR_SCHEDULE_FITS;
}

MgrScheduleVerdict
mgr_schedule_core_judge (MgrScheduleCore         *self,
                         const MgrScheduleItem   *item,
                         const MgrScheduleMoment *moment)
{
  MgrScheduleVerdict verdict = core_find_obstacle (self, item, moment);

  if (verdict == MGR_SCHEDULE_FITS
      && !(mgr_schedule_share_allows (&self->whole, item, self->pass, moment->now)
           && mgr_schedule_share_allows (item->share, item, self->pass, moment->now)))
    return MGR_SCHEDULE_RESERVED;

  return verdict;
}

/* Keeps room for the first that lacks it, in the share where it lacks. */
static void
core_reserve (MgrScheduleCore         *self,
              const MgrScheduleItem   *item,
              MgrScheduleVerdict       verdict,
              const MgrScheduleMoment *moment)
{
  guint64 room;

  if (verdict == MGR_SCHEDULE_NO_SHARE)
    {
      room = mgr_schedule_share_get_room (item->share);
      mgr_schedule_share_reserve (item->share, item, room, self->pass, moment->now);
    }
  else if (verdict == MGR_SCHEDULE_NO_BUDGET || verdict == MGR_SCHEDULE_NO_MEMORY)
    {
      room = mgr_schedule_share_get_room (&self->whole);
      room = MIN (room, core_get_free (self, moment));
      mgr_schedule_share_reserve (&self->whole, item, room, self->pass, moment->now);
    }
}

static void
core_start (MgrScheduleCore *self,
            MgrScheduleItem *item,
            gint64           now)
{
  mgr_schedule_core_remove (self, item);
  item->started = now;
  item->measured = 0;
  item->running = TRUE;
  item->asked = FALSE;
  mgr_schedule_share_start (&self->whole, item);
  mgr_schedule_share_start (item->share, item);
}

MgrScheduleItem *
mgr_schedule_core_take (MgrScheduleCore          *self,
                        const MgrScheduleMoment  *moment,
                        MgrScheduleVerdict       *verdict,
                        MgrScheduleItem         **first)
{
  GSequenceIter *iter = g_sequence_get_begin_iter (self->queue);

  *verdict = MGR_SCHEDULE_EMPTY;
  *first = NULL;
  self->pass++;

  for (guint i = 0; i < MAX_LOOKED_AT && !g_sequence_iter_is_end (iter); i++)
    {
      MgrScheduleItem *item = g_sequence_get (iter);
      MgrScheduleVerdict found = mgr_schedule_core_judge (self, item, moment);

      if (i == 0)
        {
          *verdict = found;
          *first = item;
        }
      if (found == MGR_SCHEDULE_FITS)
        {
          self->n_backfilled += i > 0;
          core_start (self, item, moment->now);
          return item;
        }
      core_reserve (self, item, found, moment);
      iter = g_sequence_iter_next (iter);
    }

  return NULL;
}

void
mgr_schedule_core_measure (MgrScheduleCore *self,
                           MgrScheduleItem *item,
                           guint64          bytes)
{
  mgr_schedule_share_measure (&self->whole, item, bytes);
  mgr_schedule_share_measure (item->share, item, bytes);
  item->measured = bytes;
}

void
mgr_schedule_core_end (MgrScheduleCore *self,
                       MgrScheduleItem *item)
{
  mgr_schedule_share_end (&self->whole, item);
  mgr_schedule_share_end (item->share, item);
  item->running = FALSE;
}
