/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-emergency-reserve-private.h"

#include <sys/mman.h>
#include <unistd.h>

struct _MgrEmergencyReserve
{
  GMutex lock;        /* guards what follows */
  guint64 size;       /* what it shall hold; 0: nothing */
  gpointer block;     /* (owned) (nullable): a mapping of its own, so that giving it
                       * back touches neither malloc nor what lies beside it */
  guint64 block_size; /* in whole pages */
  guint64 given;      /* bytes that were given up, and not told of yet */
};

MgrEmergencyReserve *
mgr_emergency_reserve_new (void)
{
  MgrEmergencyReserve *self = g_new0 (MgrEmergencyReserve, 1);

  g_mutex_init (&self->lock);
  return self;
}

/* With the lock held. */
static guint64
reserve_unmap (MgrEmergencyReserve *self)
{
  guint64 size = self->block_size;

  if (self->block == NULL)
    return 0;

  munmap (self->block, size);
  self->block = NULL;
  self->block_size = 0;
  return size;
}

void
mgr_emergency_reserve_free (MgrEmergencyReserve *self)
{
  reserve_unmap (self);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* Touches every page: one that the kernel has only promised gives nothing back. */
static void
touch_pages (guint8  *block,
             guint64  size,
             guint64  page)
{
  for (guint64 at = 0; at < size; at += page)
    ((volatile guint8 *) block)[at] = 1;
}

/* With the lock held. */
static gboolean
reserve_map (MgrEmergencyReserve *self)
{
  guint64 page = (guint64) sysconf (_SC_PAGESIZE);
  guint64 size = self->size / page * page + (self->size % page > 0 ? page : 0);
  gpointer block;

  if (self->size == 0 || (self->block != NULL && self->block_size == size))
    return TRUE;

  reserve_unmap (self);
  if (size < self->size)
    return FALSE;

  block = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED)
    return FALSE;

  touch_pages (block, size, page);
  self->block = block;
  self->block_size = size;
  return TRUE;
}

guint64
mgr_emergency_reserve_get_size (MgrEmergencyReserve *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->size;
}

void
mgr_emergency_reserve_set_size (MgrEmergencyReserve *self,
                                guint64              size)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  gboolean given_up = self->size > 0 && self->block == NULL;

  self->size = size;
  if (size == 0)
    reserve_unmap (self);
  else if (!given_up)
    reserve_map (self);
}

guint64
mgr_emergency_reserve_give_up (MgrEmergencyReserve *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  guint64 size = reserve_unmap (self);

  self->given += size;
  return size;
}

guint64
mgr_emergency_reserve_take_given (MgrEmergencyReserve *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  guint64 given = self->given;

  self->given = 0;
  return given;
}

gboolean
mgr_emergency_reserve_restore (MgrEmergencyReserve *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return reserve_map (self);
}

guint64
mgr_emergency_reserve_get_held (MgrEmergencyReserve *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->block_size;
}
