/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-schedule-share-private.h"

void
mgr_schedule_share_init (MgrScheduleShare *self,
                         guint64           budget)
{
  *self = (MgrScheduleShare) {
    .budget = budget,
    .running = g_ptr_array_new (),
    .queue = g_sequence_new (NULL),
  };
}

void
mgr_schedule_share_clear (MgrScheduleShare *self)
{
  g_clear_pointer (&self->running, g_ptr_array_unref);
  g_clear_pointer (&self->queue, g_sequence_free);
}

guint64
mgr_schedule_share_get_room (const MgrScheduleShare *self)
{
  return self->budget > self->committed ? self->budget - self->committed : 0;
}

gboolean
mgr_schedule_share_is_idle (const MgrScheduleShare *self)
{
  return self->running->len == 0 && g_sequence_is_empty (self->queue);
}

void
mgr_schedule_share_serve (MgrScheduleShare      *self,
                          const MgrScheduleItem *item,
                          guint64                total,
                          gint64                 duration)
{
  guint64 budget = MAX (MIN (self->budget, total), 1);

  self->served += MIN ((double) mgr_schedule_item_get_need (item) / (double) budget, 1)
                  * (double) duration;
}

static guint64
item_get_unused (const MgrScheduleItem *item)
{
  guint64 need = mgr_schedule_item_get_need (item);

  return need > item->measured ? need - item->measured : 0;
}

/* What was granted, less what is taken beyond it, which nobody was promised. */
static gint64
get_promise (guint64 need,
             guint64 measured)
{
  return (gint64) need - (gint64) (measured > need ? measured - need : 0);
}

static gint64
item_get_promise (const MgrScheduleItem *item)
{
  return get_promise (mgr_schedule_item_get_need (item), item->measured);
}

void
mgr_schedule_share_start (MgrScheduleShare *self,
                          MgrScheduleItem  *item)
{
  g_ptr_array_add (self->running, item);
  self->committed += mgr_schedule_item_get_weight (item);
  self->unused += item_get_unused (item);
  self->promised += item_get_promise (item);
}

void
mgr_schedule_share_end (MgrScheduleShare *self,
                        MgrScheduleItem  *item)
{
  g_ptr_array_remove_fast (self->running, item);
  self->committed -= mgr_schedule_item_get_weight (item);
  self->unused -= item_get_unused (item);
  self->promised -= item_get_promise (item);
}

/* Before the item itself is changed. */
void
mgr_schedule_share_measure (MgrScheduleShare      *self,
                            const MgrScheduleItem *item,
                            guint64                bytes)
{
  self->committed += MAX (item->grant, bytes) - mgr_schedule_item_get_weight (item);
  self->unused += (item->grant > bytes ? item->grant - bytes : 0) - item_get_unused (item);
  self->promised += get_promise (item->grant, bytes) - item_get_promise (item);
}

static int
compare_ends (gconstpointer a,
              gconstpointer b)
{
  gint64 end_a = mgr_schedule_item_get_end (*(const MgrScheduleItem *const *) a);
  gint64 end_b = mgr_schedule_item_get_end (*(const MgrScheduleItem *const *) b);

  return (end_a > end_b) - (end_a < end_b);
}

/* What began while the head waited and may run for ever must not count as room to come,
 * or the head could wait for ever. */
static gboolean
share_expects_end (const MgrScheduleShare *self,
                   const MgrScheduleItem  *item)
{
  return item->duration > 0 || item->started < self->head_since;
}

static void
share_look_ahead (MgrScheduleShare *self,
                  guint64           room,
                  gint64            now)
{
  g_autoptr (GPtrArray) running = g_ptr_array_copy (self->running, NULL, NULL);

  self->shadow = G_MAXINT64;
  self->beside = 0;

  g_ptr_array_sort (running, compare_ends);
  for (guint i = 0; i < running->len && room < self->head->grant; i++)
    {
      const MgrScheduleItem *item = g_ptr_array_index (running, i);

      if (!share_expects_end (self, item))
        continue;
      room += mgr_schedule_item_get_weight (item);
      self->shadow = MAX (mgr_schedule_item_get_end (item), now);
    }

  if (room >= self->head->grant)
    self->beside = room - self->head->grant;
  else
    self->shadow = G_MAXINT64;
}

void
mgr_schedule_share_reserve (MgrScheduleShare      *self,
                            const MgrScheduleItem *head,
                            guint64                room,
                            guint64                coming,
                            guint                  pass,
                            gint64                 now)
{
  if (self->head != NULL && self->pass == pass)
    return;
  if (head->grant > room && head->grant - room > coming)
    return;

  if (self->head != head)
    self->head_since = now;
  self->head = head;
  self->pass = pass;
  share_look_ahead (self, room, now);
}

void
mgr_schedule_share_forget (MgrScheduleShare *self)
{
  self->head = NULL;
}

gboolean
mgr_schedule_share_allows (const MgrScheduleShare *self,
                           const MgrScheduleItem  *item,
                           guint                   pass,
                           gint64                  now)
{
  if (self->head == NULL || self->pass != pass || self->head == item)
    return TRUE;

  if (item->duration > 0 && self->shadow != G_MAXINT64 && now + item->duration <= self->shadow)
    return TRUE;

  return mgr_schedule_item_get_need (item) <= self->beside;
}
