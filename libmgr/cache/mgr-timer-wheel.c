/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-timer-wheel-private.h"

/* Times are counted in ticks of 2^TICK_BITS µs. A level has 64 slots, so that a word
 * tells which of them are empty, and a slot of it is as long as the level below. */
#define TICK_BITS 6
#define SLOT_BITS 6
#define N_SLOTS (1 << SLOT_BITS)
#define N_LEVELS 8

/* Far off, and no sum of two of them overflows. */
#define TIME_MAX (G_GINT64_CONSTANT (1) << 61)

#define NO_TICK G_MAXUINT64

struct _MgrTimerWheel
{
  gint64 last_now; /* by the caller's clock */
  gint64 time;     /* µs: goes on as the caller's clock does, but never back */
  guint64 tick;    /* slots that begin up to here have been emptied */

  guint64 used[N_LEVELS];
  MgrTimerLink slots[N_LEVELS][N_SLOTS];
  MgrTimerLink moving; /* out of a slot that was reached, on the way to lower levels */
  MgrTimerLink due;
};

static void
ring_init (MgrTimerLink *head)
{
  head->next = head;
  head->prev = head;
}

static gboolean
ring_is_empty (const MgrTimerLink *head)
{
  return head->next == head;
}

static void
ring_append (MgrTimerLink *head,
             MgrTimerLink *link)
{
  link->prev = head->prev;
  link->next = head;
  head->prev->next = link;
  head->prev = link;
}

/* Appends all of @from to @head, however many there are. */
static void
ring_splice (MgrTimerLink *head,
             MgrTimerLink *from)
{
  if (ring_is_empty (from))
    return;

  from->next->prev = head->prev;
  from->prev->next = head;
  head->prev->next = from->next;
  head->prev = from->prev;
  ring_init (from);
}

static void
wheel_unlink (MgrTimerWheel *self,
              MgrTimerLink  *link)
{
  MgrTimerLink *neighbour = link->next;
  MgrTimerLink *first = &self->slots[0][0];

  link->prev->next = link->next;
  link->next->prev = link->prev;
  link->next = NULL;
  link->prev = NULL;

  /* What is alone now is the head of a ring, perhaps that of a slot. */
  if (ring_is_empty (neighbour) && neighbour >= first && neighbour < first + N_LEVELS * N_SLOTS)
    self->used[(neighbour - first) / N_SLOTS] &= ~(G_GUINT64_CONSTANT (1) << ((neighbour - first) % N_SLOTS));
}

static MgrTimerNode *
wheel_pop (MgrTimerWheel *self,
           MgrTimerLink  *head)
{
  MgrTimerLink *link = head->next;

  wheel_unlink (self, link);
  return (MgrTimerNode *) link;
}

static gint64
wheel_time_at (MgrTimerWheel *self,
               gint64         now)
{
  guint64 passed = now > self->last_now ? (guint64) now - (guint64) self->last_now : 0;

  return self->time + (gint64) MIN (passed, (guint64) (TIME_MAX - self->time));
}

static void
wheel_tell_time (MgrTimerWheel *self,
                 gint64         now)
{
  self->time = wheel_time_at (self, now);
  self->last_now = now;
}

/* The lowest level whose slots reach so far. The node's slot there is not the one that
 * is being emptied: it begins later, or a whole turn later. */
static void
wheel_place (MgrTimerWheel *self,
             MgrTimerNode  *node)
{
  guint64 due = ((guint64) node->deadline + (1 << TICK_BITS) - 1) >> TICK_BITS;
  guint64 farthest = self->tick + (G_GUINT64_CONSTANT (1) << (N_LEVELS * SLOT_BITS)) - 1;
  guint level;
  guint slot;

  if (due <= self->tick)
    {
      ring_append (&self->due, &node->link);
      return;
    }

  due = MIN (due, farthest);
  level = (guint) (g_bit_storage (due - self->tick) - 1) / SLOT_BITS;
  slot = (due >> (level * SLOT_BITS)) & (N_SLOTS - 1);
  ring_append (&self->slots[level][slot], &node->link);
  self->used[level] |= G_GUINT64_CONSTANT (1) << slot;
}

/* When the next slot with something in it begins. */
static guint64
wheel_find_event (MgrTimerWheel *self)
{
  guint64 event = NO_TICK;

  for (guint level = 0; level < N_LEVELS; level++)
    {
      guint64 position = self->tick >> (level * SLOT_BITS);
      guint first = (position + 1) & (N_SLOTS - 1);
      guint64 used = self->used[level];
      guint distance;

      if (used == 0)
        continue;

      used = first == 0 ? used : used >> first | used << (N_SLOTS - first);
      distance = 1 + (guint) __builtin_ctzll (used);
      event = MIN (event, (position + distance) << (level * SLOT_BITS));
    }

  return event;
}

static void
wheel_reach (MgrTimerWheel *self,
             guint64        tick)
{
  self->tick = tick;
  for (guint level = 0; level < N_LEVELS; level++)
    {
      guint slot = (tick >> (level * SLOT_BITS)) & (N_SLOTS - 1);

      ring_splice (level == 0 ? &self->due : &self->moving, &self->slots[level][slot]);
      self->used[level] &= ~(G_GUINT64_CONSTANT (1) << slot);
      /* Slots of higher levels begin only where one of this level's turns ends. */
      if (slot != 0)
        break;
    }
}

MgrTimerWheel *
mgr_timer_wheel_new (gint64 now)
{
  MgrTimerWheel *self = g_new0 (MgrTimerWheel, 1);

  for (guint level = 0; level < N_LEVELS; level++)
    {
      for (guint slot = 0; slot < N_SLOTS; slot++)
        ring_init (&self->slots[level][slot]);
    }
  ring_init (&self->moving);
  ring_init (&self->due);

  self->last_now = now;
  self->time = CLAMP (now, 0, TIME_MAX);
  self->tick = (guint64) self->time >> TICK_BITS;
  return self;
}

void
mgr_timer_wheel_free (MgrTimerWheel *self)
{
  g_free (self);
}

void
mgr_timer_wheel_schedule (MgrTimerWheel *self,
                          MgrTimerNode  *node,
                          gint64         now,
                          gint64         deadline)
{
  guint64 left = deadline > now ? (guint64) deadline - (guint64) now : 0;

  mgr_timer_wheel_cancel (self, node);
  wheel_tell_time (self, now);
  __atomic_store_n (&node->deadline, self->time + (gint64) MIN (left, (guint64) TIME_MAX),
                    __ATOMIC_RELEASE);
  wheel_place (self, node);
}

void
mgr_timer_wheel_cancel (MgrTimerWheel *self,
                        MgrTimerNode  *node)
{
  if (mgr_timer_node_is_scheduled (node))
    wheel_unlink (self, &node->link);
}

/* Moves on to @target as far as @max_work allows, and says whether it came there. What
 * is due on the way is appended to @tail. */
static gboolean
wheel_work (MgrTimerWheel  *self,
            guint64         target,
            guint           max_work,
            MgrTimerLink  **tail)
{
  for (guint work = 0; work < max_work; work++)
    {
      guint64 event;

      if (!ring_is_empty (&self->moving))
        {
          wheel_place (self, wheel_pop (self, &self->moving));
          continue;
        }
      if (!ring_is_empty (&self->due))
        {
          MgrTimerNode *node = wheel_pop (self, &self->due);

          *tail = &node->link;
          tail = &node->link.next;
          continue;
        }

      event = wheel_find_event (self);
      if (event > target)
        {
          self->tick = MAX (self->tick, target);
          return TRUE;
        }
      wheel_reach (self, event);
    }

  return FALSE;
}

MgrTimerNode *
mgr_timer_wheel_advance (MgrTimerWheel *self,
                         gint64         now,
                         guint          max_work,
                         gboolean      *more)
{
  MgrTimerLink *chain = NULL;

  wheel_tell_time (self, now);
  *more = !wheel_work (self, (guint64) self->time >> TICK_BITS, max_work, &chain);
  return (MgrTimerNode *) chain;
}

gint64
mgr_timer_wheel_get_next (MgrTimerWheel *self,
                          gint64         now)
{
  gint64 time = wheel_time_at (self, now);
  guint64 event;
  gint64 left;

  if (!ring_is_empty (&self->moving) || !ring_is_empty (&self->due))
    return now;

  event = wheel_find_event (self);
  if (event == NO_TICK)
    return G_MAXINT64;

  left = MAX ((gint64) (event << TICK_BITS) - time, 0);
  return now > G_MAXINT64 - left ? G_MAXINT64 : now + left;
}
