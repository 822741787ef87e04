/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-schedule-core-private.h"

#include "schedule/mgr-schedule-order-private.h"

/* So many of all are looked at, and of each queue no more than some: a pass over long ones
 * must not hold up the program, nor a flood in one hide what waits in another. */
#define MAX_LOOKED_AT 256
#define MAX_OF_A_QUEUE 128

/* One part of so many of those stands further back: others in each pass, so that whoever
 * fits is found in time though many before it do not. */
#define FURTHER_BACK 4

/* What a task of unknown length counts for until it ends. */
#define USUAL_DURATION (1 * G_USEC_PER_SEC)

struct _MgrScheduleCore
{
  GPtrArray *shares;           /* (owned) (element-type MgrScheduleShare) */
  MgrScheduleShare whole;
  MgrScheduleStrategy strategy;
  gint64 bound;                /* µs */
  guint64 last_id;
  guint64 n_backfilled;
  MgrScheduleVerdict beyond;   /* in the last pass */
  guint n_waiting;
  guint pass;                  /* the number of the last look through the queues */
  GPtrArray *looked_at;        /* (owned) (element-type MgrScheduleShare): a heap, by who is
                                * next in each; none of them is at its end */
  guint of_a_queue;            /* so many are looked at, in this pass */
  MgrScheduleReadyFunc ready;
  gpointer user_data;          /* (unowned) */
};

MgrScheduleCore *
mgr_schedule_core_new (guint64              budget,
                       MgrScheduleReadyFunc ready,
                       gpointer             user_data)
{
  MgrScheduleCore *self = g_new0 (MgrScheduleCore, 1);

  self->shares = g_ptr_array_new ();
  self->looked_at = g_ptr_array_new ();
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
  g_clear_pointer (&self->shares, g_ptr_array_unref);
  g_clear_pointer (&self->looked_at, g_ptr_array_unref);
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
  return self->n_waiting;
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

static int
compare_keys (gconstpointer a,
              gconstpointer b,
              gpointer      user_data G_GNUC_UNUSED)
{
  const MgrScheduleItem *item_a = a;
  const MgrScheduleItem *item_b = b;

  if (item_a->key != item_b->key)
    return item_a->key < item_b->key ? -1 : 1;

  return (item_a->id > item_b->id) - (item_a->id < item_b->id);
}

static void
core_set_key (MgrScheduleCore *self,
              MgrScheduleItem *item)
{
  item->key = mgr_schedule_order_get_key (item, self->strategy, self->whole.budget,
                                          self->bound / 2);
}

static void
core_sort_share (MgrScheduleCore  *self,
                 MgrScheduleShare *share)
{
  for (GSequenceIter *iter = g_sequence_get_begin_iter (share->queue);
       !g_sequence_iter_is_end (iter); iter = g_sequence_iter_next (iter))
    core_set_key (self, g_sequence_get (iter));

  g_sequence_sort (share->queue, compare_keys, NULL);
}

static void
core_sort (MgrScheduleCore *self)
{
  for (guint i = 0; i < self->shares->len; i++)
    core_sort_share (self, g_ptr_array_index (self->shares, i));
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

/* How much the least served share was served. Who has nothing to do does not count, and
 * once nobody has, all begin anew. */
static double
core_get_floor (MgrScheduleCore *self)
{
  double floor = G_MAXDOUBLE;

  for (guint i = 0; i < self->shares->len; i++)
    {
      const MgrScheduleShare *share = g_ptr_array_index (self->shares, i);

      if (!mgr_schedule_share_is_idle (share))
        floor = MIN (floor, share->served);
    }

  if (floor < G_MAXDOUBLE)
    return floor;

  for (guint i = 0; i < self->shares->len; i++)
    ((MgrScheduleShare *) g_ptr_array_index (self->shares, i))->served = 0;
  return 0;
}

/* Most come after all that wait, which is found out at once. */
static GSequenceIter *
queue_insert (GSequence       *queue,
              MgrScheduleItem *item)
{
  GSequenceIter *end = g_sequence_get_end_iter (queue);

  if (g_sequence_is_empty (queue)
      || compare_keys (g_sequence_get (g_sequence_iter_prev (end)), item, NULL) < 0)
    return g_sequence_append (queue, item);

  return g_sequence_insert_sorted (queue, item, compare_keys, NULL);
}

/* Time in which a share asked for nothing is no credit. */
void
mgr_schedule_core_add (MgrScheduleCore *self,
                       MgrScheduleItem *item)
{
  MgrScheduleShare *share = item->share;

  if (mgr_schedule_share_is_idle (share))
    share->served = MAX (core_get_floor (self), share->served);

  if (item->id == 0)
    item->id = ++self->last_id;
  core_set_key (self, item);
  item->place = queue_insert (share->queue, item);
  self->n_waiting++;
}

void
mgr_schedule_core_remove (MgrScheduleCore *self,
                          MgrScheduleItem *item)
{
  g_clear_pointer (&item->place, g_sequence_remove);
  self->n_waiting--;
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
  guint64 need = mgr_schedule_item_get_need (item);

  if (!item->elsewhere && moment->level > mgr_schedule_core_get_gate (item->priority))
    return MGR_SCHEDULE_PRESSURE;
  if (!self->ready (item, self->user_data))
    return MGR_SCHEDULE_NOT_READY;
  if (need > mgr_schedule_share_get_room (&self->whole))
    return MGR_SCHEDULE_NO_BUDGET;
  if (need > mgr_schedule_share_get_room (item->share))
    return MGR_SCHEDULE_NO_SHARE;
  if (need > core_get_free (self, moment))
    return MGR_SCHEDULE_NO_MEMORY;
  return MGR_SCHEDULE_FITS;
}

const MgrScheduleItem *
mgr_schedule_core_find_head (MgrScheduleCore       *self,
                             const MgrScheduleItem *item,
                             gint64                 now)
{
  if (!mgr_schedule_share_allows (&self->whole, item, self->pass, now))
    return self->whole.head;
  if (!mgr_schedule_share_allows (item->share, item, self->pass, now))
    return item->share->head;

  return NULL;
}

MgrScheduleVerdict
mgr_schedule_core_judge (MgrScheduleCore         *self,
                         const MgrScheduleItem   *item,
                         const MgrScheduleMoment *moment)
{
  MgrScheduleVerdict verdict = core_find_obstacle (self, item, moment);

  if (verdict == MGR_SCHEDULE_FITS
      && mgr_schedule_core_find_head (self, item, moment->now) != NULL)
    return MGR_SCHEDULE_RESERVED;

  return verdict;
}

/* What the budgets give now to whom @verdict keeps from starting, and what the end of all
 * that run would add to that. */
static guint64
core_get_room (MgrScheduleCore         *self,
               const MgrScheduleItem   *item,
               MgrScheduleVerdict       verdict,
               const MgrScheduleMoment *moment,
               guint64                 *coming)
{
  const MgrScheduleShare *own = item->share;

  if (verdict != MGR_SCHEDULE_NO_SHARE)
    {
      *coming = self->whole.committed;
      return MIN (mgr_schedule_share_get_room (&self->whole), core_get_free (self, moment));
    }

  *coming = own->committed;
  for (guint i = 0; own->branch != NULL && i < self->shares->len; i++)
    {
      const MgrScheduleShare *share = g_ptr_array_index (self->shares, i);

      if (share != own && share->branch == own->branch)
        *coming += share->committed;
    }
  return mgr_schedule_share_get_room (own);
}

gboolean
mgr_schedule_core_is_beyond (MgrScheduleCore         *self,
                             const MgrScheduleItem   *item,
                             MgrScheduleVerdict       verdict,
                             const MgrScheduleMoment *moment)
{
  guint64 room;
  guint64 coming;

  if (verdict == MGR_SCHEDULE_PRESSURE)
    return self->whole.committed == 0;
  if (verdict != MGR_SCHEDULE_NO_BUDGET && verdict != MGR_SCHEDULE_NO_SHARE
      && verdict != MGR_SCHEDULE_NO_MEMORY)
    return FALSE;

  room = core_get_room (self, item, verdict, moment, &coming);
  return item->grant > room && item->grant - room > coming;
}

MgrScheduleVerdict
mgr_schedule_core_get_beyond (MgrScheduleCore *self)
{
  return self->beyond;
}

/* Keeps room for the first that lacks it, in the share where it lacks. */
static void
core_reserve (MgrScheduleCore         *self,
              const MgrScheduleItem   *item,
              MgrScheduleVerdict       verdict,
              const MgrScheduleMoment *moment)
{
  MgrScheduleShare *share = verdict == MGR_SCHEDULE_NO_SHARE ? item->share : &self->whole;
  guint64 room;
  guint64 coming;

  if (verdict != MGR_SCHEDULE_NO_BUDGET && verdict != MGR_SCHEDULE_NO_SHARE
      && verdict != MGR_SCHEDULE_NO_MEMORY)
    return;
  if (share->head != NULL && share->pass == self->pass)
    return;

  room = core_get_room (self, item, verdict, moment, &coming);
  mgr_schedule_share_reserve (share, item, room, coming, self->pass, moment->now);
}

static gint64
item_get_expected (const MgrScheduleItem *item)
{
  return item->duration > 0 ? item->duration : USUAL_DURATION;
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
  mgr_schedule_share_serve (item->share, item, self->whole.budget, item_get_expected (item));
}

/* Whether the next of @a goes before that of @b. */
static gboolean
goes_before (const MgrScheduleShare *a,
             const MgrScheduleShare *b)
{
  const MgrScheduleItem *item_a = g_sequence_get (a->cursor);
  const MgrScheduleItem *item_b = g_sequence_get (b->cursor);
  double key_a = (double) item_a->key + a->lag;
  double key_b = (double) item_b->key + b->lag;

  return key_a < key_b || (key_a == key_b && item_a->id < item_b->id);
}

/* Puts what is at @place of the heap where it belongs below that. */
static void
heap_sink (GPtrArray *heap,
           guint      place)
{
  for (guint child; (child = 2 * place + 1) < heap->len; place = child)
    {
      gpointer share = heap->pdata[place];

      if (child + 1 < heap->len && goes_before (heap->pdata[child + 1], heap->pdata[child]))
        child++;
      if (!goes_before (heap->pdata[child], share))
        return;
      heap->pdata[place] = heap->pdata[child];
      heap->pdata[child] = share;
    }
}

/* Goes to the first of every queue. Half the bound is for the order within a share, half
 * for that between them. */
static void
core_begin_pass (MgrScheduleCore *self)
{
  double floor = core_get_floor (self);
  GPtrArray *heap = self->looked_at;

  self->pass++;
  g_ptr_array_set_size (heap, 0);
  for (guint i = 0; i < self->shares->len; i++)
    {
      MgrScheduleShare *share = g_ptr_array_index (self->shares, i);

      if (g_sequence_is_empty (share->queue))
        continue;
      share->lag = CLAMP (share->served - floor, 0, (double) self->bound / 2);
      share->cursor = g_sequence_get_begin_iter (share->queue);
      share->n_looked = 0;
      g_ptr_array_add (heap, share);
    }

  for (guint i = heap->len / 2; i > 0; i--)
    heap_sink (heap, i - 1);
  self->of_a_queue = CLAMP (MAX_LOOKED_AT / MAX (heap->len, 1), 2, MAX_OF_A_QUEUE);
}

/* Who is next in the order of their keys. Returns: (nullable) */
static MgrScheduleItem *
core_get_next (MgrScheduleCore *self)
{
  const MgrScheduleShare *share = self->looked_at->len > 0 ? self->looked_at->pdata[0] : NULL;

  return share != NULL ? g_sequence_get (share->cursor) : NULL;
}

/* Goes to the next of a queue, or, behind those that are always looked at, to where the
 * pass before has ended. Returns whether there is one. */
static gboolean
share_look_on (MgrScheduleShare *share,
               guint             most)
{
  guint n_first = most - MAX (most / FURTHER_BACK, 1);

  share->n_looked++;
  if (share->n_looked == n_first)
    {
      if (share->further < n_first
          || share->further >= (guint) g_sequence_get_length (share->queue))
        share->further = n_first;
      share->cursor = g_sequence_get_iter_at_pos (share->queue, (gint) share->further);
      share->further += most - n_first;
    }
  else
    {
      share->cursor = g_sequence_iter_next (share->cursor);
    }

  return share->n_looked < most && !g_sequence_iter_is_end (share->cursor);
}

/* Behind who was next, or behind all of that queue. */
static void
core_look_on (MgrScheduleCore *self,
              gboolean         skip)
{
  if (skip || !share_look_on (self->looked_at->pdata[0], self->of_a_queue))
    g_ptr_array_remove_index_fast (self->looked_at, 0);

  heap_sink (self->looked_at, 0);
}

MgrScheduleItem *
mgr_schedule_core_take (MgrScheduleCore          *self,
                        const MgrScheduleMoment  *moment,
                        MgrScheduleVerdict       *verdict,
                        MgrScheduleItem         **first)
{
  MgrScheduleItem *item;
  gboolean found_ready = FALSE;

  *verdict = MGR_SCHEDULE_EMPTY;
  *first = NULL;
  self->beyond = MGR_SCHEDULE_EMPTY;
  core_begin_pass (self);

  for (guint i = 0; (item = core_get_next (self)) != NULL; i++)
    {
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
      if (found != MGR_SCHEDULE_NOT_READY && !found_ready)
        {
          found_ready = TRUE;
          if (mgr_schedule_core_is_beyond (self, item, found, moment))
            self->beyond = found;
        }
      core_reserve (self, item, found, moment);
      core_look_on (self, found == MGR_SCHEDULE_NOT_READY);
    }

  return NULL;
}

void
mgr_schedule_core_measure (MgrScheduleCore *self,
                           MgrScheduleItem *item,
                           guint64          bytes)
{
  if (item->elsewhere)
    return;

  mgr_schedule_share_measure (&self->whole, item, bytes);
  mgr_schedule_share_measure (item->share, item, bytes);
  item->measured = bytes;
}

void
mgr_schedule_core_end (MgrScheduleCore *self,
                       MgrScheduleItem *item,
                       gint64           now)
{
  mgr_schedule_share_end (&self->whole, item);
  mgr_schedule_share_end (item->share, item);
  mgr_schedule_share_serve (item->share, item, self->whole.budget,
                            now - item->started - item_get_expected (item));
  item->running = FALSE;
}
