/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-object-slots-private.h"

G_STATIC_ASSERT (MGR_OBJECT_FIRST_CHUNK * ((1u << MGR_OBJECT_CHUNKS) - 1) >= MGR_OBJECT_SLOTS_MAX);

static MgrObjectSlot *
slots_append (MgrObjectSlots *self)
{
  guint number = ++self->n_slots;
  guint chunk = mgr_object_slots_get_chunk (number);
  MgrObjectSlot *slot;

  g_assert (number <= MGR_OBJECT_SLOTS_MAX);
  if (self->chunks[chunk] == NULL)
    __atomic_store_n (&self->chunks[chunk],
                      g_new0 (MgrObjectSlot, MGR_OBJECT_FIRST_CHUNK << chunk), __ATOMIC_RELEASE);

  slot = mgr_object_slots_get (self, number);
  slot->number = number;
  return slot;
}

MgrObjectSlot *
mgr_object_slots_add (MgrObjectSlots *self)
{
  MgrObjectSlot *slot;

  if (self->vacant == 0)
    return slots_append (self);

  slot = mgr_object_slots_get (self, self->vacant);
  self->vacant = __atomic_load_n (&slot->next, __ATOMIC_RELAXED);
  return slot;
}

void
mgr_object_slots_remove (MgrObjectSlots *self,
                         MgrObjectSlot  *slot)
{
  __atomic_store_n (&slot->next, self->vacant, __ATOMIC_RELAXED);
  self->vacant = slot->number;
}

void
mgr_object_slots_clear (MgrObjectSlots *self)
{
  for (guint i = 0; i < MGR_OBJECT_CHUNKS; i++)
    g_free (self->chunks[i]);
}
