/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-record-ring-private.h"

struct _MgrRecordRing
{
  gatomicrefcount ref_count;
  guint capacity;

  GMutex lock;
  guint newest;                /* guarded by lock */
  MgrReclaimRecord *records[]; /* (owned) (nullable) capacity of them, guarded by lock */
};

MgrRecordRing *
mgr_record_ring_new (guint capacity)
{
  MgrRecordRing *ring =
    g_malloc0 (sizeof (MgrRecordRing) + capacity * sizeof (MgrReclaimRecord *));

  g_atomic_ref_count_init (&ring->ref_count);
  g_mutex_init (&ring->lock);
  ring->capacity = capacity;
  return ring;
}

MgrRecordRing *
mgr_record_ring_ref (MgrRecordRing *ring)
{
  g_atomic_ref_count_inc (&ring->ref_count);
  return ring;
}

void
mgr_record_ring_unref (MgrRecordRing *ring)
{
  if (!g_atomic_ref_count_dec (&ring->ref_count))
    return;

  for (guint i = 0; i < ring->capacity; i++)
    g_clear_pointer (&ring->records[i], mgr_reclaim_record_unref);
  g_mutex_clear (&ring->lock);
  g_free (ring);
}

void
mgr_record_ring_add (MgrRecordRing    *ring,
                     MgrReclaimRecord *record)
{
  g_autoptr (MgrReclaimRecord) oldest = NULL;

  g_mutex_lock (&ring->lock);
  ring->newest = (ring->newest + 1) % ring->capacity;
  oldest = ring->records[ring->newest];
  ring->records[ring->newest] = mgr_reclaim_record_ref (record);
  g_mutex_unlock (&ring->lock);
}

/* With the lock held: the record that @age newer ones came after, or %NULL. */
static MgrReclaimRecord *
ring_peek (MgrRecordRing *ring,
           guint          age)
{
  return ring->records[(ring->newest + ring->capacity - age) % ring->capacity];
}

GPtrArray *
mgr_record_ring_list (MgrRecordRing *ring)
{
  GPtrArray *list =
    g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_reclaim_record_unref);

  g_mutex_lock (&ring->lock);
  for (guint age = 0; age < ring->capacity && ring_peek (ring, age) != NULL; age++)
    g_ptr_array_add (list, mgr_reclaim_record_ref (ring_peek (ring, age)));
  g_mutex_unlock (&ring->lock);

  return list;
}

MgrReclaimRecord *
mgr_record_ring_lookup (MgrRecordRing *ring,
                        const char    *name)
{
  MgrReclaimRecord *found = NULL;

  g_mutex_lock (&ring->lock);
  for (guint age = 0; age < ring->capacity && ring_peek (ring, age) != NULL; age++)
    {
      MgrReclaimRecord *record = ring_peek (ring, age);

      if (g_str_equal (mgr_reclaim_record_get_name (record), name))
        {
          found = mgr_reclaim_record_ref (record);
          break;
        }
    }
  g_mutex_unlock (&ring->lock);

  return found;
}
