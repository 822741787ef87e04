/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "ledger/mgr-charge-private.h"

static guint64
charge_shrinkage (MgrComponent *component,
                  guint64       size)
{
  guint64 before = MAX (component->committed, component->guaranteed);
  guint64 after = MAX (component->committed - size, component->guaranteed);

  return before - after;
}

/* By how much the parent sees a component grow when it commits @size more. */
static guint64
charge_growth (MgrComponent *component,
               guint64       size)
{
  guint64 before = MAX (component->committed, component->guaranteed);
  guint64 after = MAX (component->committed + size, component->guaranteed);

  return after - before;
}

void
mgr_charge_uncommit (MgrComponent *component,
                     guint64       size)
{
  for (MgrComponent *level = component; level != NULL && size > 0; level = level->parent)
    {
      guint64 next = charge_shrinkage (level, size);

      level->committed -= size;
      size = next;
    }
}

void
mgr_charge_unclaim (MgrComponent *component,
                    guint64       size)
{
  if (size == 0)
    return;

  mgr_charge_uncommit (component, size);
  for (MgrComponent *level = component; level != NULL; level = level->parent)
    level->claimed -= size;
}

void
mgr_charge_drain_one (MgrComponent *component)
{
  guint64 stock;

  g_mutex_lock (&component->lock);
  stock = component->stock;
  component->stock = 0;
  g_mutex_unlock (&component->lock);

  mgr_charge_unclaim (component, stock);
}

void
mgr_charge_drain (MgrLedger *ledger)
{
  MgrComponent *component = g_atomic_pointer_exchange (&ledger->stocked, NULL);

  while (component != NULL)
    {
      MgrComponent *next;
      guint64 stock;

      g_mutex_lock (&component->lock);
      next = component->next_stocked;
      component->next_stocked = NULL;
      component->stocked = FALSE;
      stock = component->stock;
      component->stock = 0;
      g_mutex_unlock (&component->lock);

      mgr_charge_unclaim (component, stock);
      component = next;
    }
}

static void
charge_push_stocked (MgrComponent *component)
{
  MgrLedger *ledger = component->ledger;
  MgrComponent *head;

  component->stocked = TRUE;
  do
    {
      head = g_atomic_pointer_get (&ledger->stocked);
      component->next_stocked = head;
    }
  while (!g_atomic_pointer_compare_and_exchange (&ledger->stocked, head, component));
}

void
mgr_charge_stock (MgrComponent *component,
                  guint64       size)
{
  component->stock += size;
  if (!component->stocked)
    charge_push_stocked (component);
}

MgrComponent *
mgr_charge_find_obstacle (MgrComponent *component,
                          guint64       size)
{
  guint64 commit = size;

  for (MgrComponent *level = component; level != NULL; level = level->parent)
    {
      if (level->committed > level->limit || commit > level->limit - level->committed)
        return level;

      commit = charge_growth (level, commit);
      if (commit == 0)
        return NULL;
    }

  return NULL;
}

static gboolean
charge_makes_peak (MgrComponent *component,
                   guint64       size)
{
  for (MgrComponent *level = component; level != NULL; level = level->parent)
    {
      if (level->claimed + size > level->recent_peak)
        return TRUE;
    }

  return FALSE;
}

static void
charge_commit_levels (MgrComponent *component,
                      guint64       size)
{
  for (MgrComponent *level = component; level != NULL && size > 0; level = level->parent)
    {
      guint64 next = charge_growth (level, size);

      level->committed += size;
      size = next;
    }
}

MgrComponent *
mgr_charge_commit (MgrComponent *component,
                   guint64       size)
{
  MgrComponent *obstacle = mgr_charge_find_obstacle (component, size);

  if (obstacle == NULL)
    charge_commit_levels (component, size);

  return obstacle;
}

MgrComponent *
mgr_charge_claim (MgrComponent *component,
                  guint64       size)
{
  MgrComponent *obstacle = mgr_charge_find_obstacle (component, size);

  if (obstacle != NULL || charge_makes_peak (component, size))
    {
      mgr_charge_drain (component->ledger);
      obstacle = mgr_charge_find_obstacle (component, size);
    }

  if (obstacle != NULL)
    return obstacle;

  charge_commit_levels (component, size);
  for (MgrComponent *level = component; level != NULL; level = level->parent)
    {
      level->claimed += size;
      level->recent_peak = MAX (level->recent_peak, level->claimed);
      level->peak = MAX (level->peak, level->claimed);
    }

  return NULL;
}

guint64
mgr_charge_room (MgrComponent *component)
{
  guint64 room = G_MAXUINT64;
  guint64 free_ride = 0;

  mgr_charge_drain (component->ledger);

  /* Up to its own guarantee, a level costs those above it nothing. */
  for (MgrComponent *level = component; level != NULL; level = level->parent)
    {
      guint64 left = level->limit - MIN (level->committed, level->limit);

      room = MIN (room, left > G_MAXUINT64 - free_ride ? G_MAXUINT64 : left + free_ride);
      if (level->guaranteed > level->committed)
        free_ride += level->guaranteed - level->committed;
    }

  return room;
}

static guint64
charge_lack (MgrComponent *level,
             guint64       size)
{
  guint64 over = level->committed - MIN (level->limit, level->committed);
  guint64 left = level->limit - MIN (level->limit, level->committed);

  if (size <= left)
    return 0;

  return size - left > G_MAXUINT64 - over ? G_MAXUINT64 : size - left + over;
}

GArray *
mgr_charge_lacks (MgrComponent *component,
                  guint64       size)
{
  GArray *lacks = g_array_new (FALSE, FALSE, sizeof (MgrChargeLack));

  mgr_charge_drain (component->ledger);
  for (MgrComponent *level = component; level != NULL && size > 0; level = level->parent)
    {
      MgrChargeLack lack = { level, charge_lack (level, size) };

      if (lack.bytes > 0)
        g_array_append_val (lacks, lack);
      size = charge_growth (level, size);
    }

  return lacks;
}
