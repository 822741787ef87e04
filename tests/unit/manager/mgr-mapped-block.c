/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mgr-mapped-block.h"

#include <string.h>
#include <sys/mman.h>

struct _MgrMappedBlock
{
  GObject parent_instance;

  char *name;        /* (owned) */
  gboolean thread_safe;

  GMutex lock;       /* guards what follows */
  gpointer block;    /* (owned) (nullable) */
  gsize size;
  GThread *releaser; /* (unowned) (nullable) */
};

static guint64
mapped_block_unmap (MgrMappedBlock *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  gsize size = self->size;

  if (size == 0)
    return 0;

  munmap (self->block, size);
  self->block = NULL;
  self->size = 0;
  self->releaser = g_thread_self ();
  return size;
}

static const char *
mapped_block_get_name (MgrReclaimer *reclaimer)
{
  return MGR_MAPPED_BLOCK (reclaimer)->name;
}

static MgrReclaimEstimate *
mapped_block_estimate (MgrReclaimer *reclaimer)
{
  return mgr_reclaim_estimate_new (mgr_mapped_block_get_held (MGR_MAPPED_BLOCK (reclaimer)),
                                   TRUE, 0, 0);
}

static guint64
mapped_block_reclaim (MgrReclaimer      *reclaimer,
                      guint64            target,
                      MgrPressureLevel   level,
                      gint64             deadline,
                      GError           **error)
{
  return mapped_block_unmap (MGR_MAPPED_BLOCK (reclaimer));
}

static gboolean
mapped_block_is_thread_safe (MgrReclaimer *reclaimer)
{
  return MGR_MAPPED_BLOCK (reclaimer)->thread_safe;
}

static guint64
mapped_block_release_now (MgrReclaimer *reclaimer)
{
  return mapped_block_unmap (MGR_MAPPED_BLOCK (reclaimer));
}

static void
mapped_block_reclaimer_init (MgrReclaimerInterface *iface)
{
  iface->get_name = mapped_block_get_name;
  iface->estimate = mapped_block_estimate;
  iface->reclaim = mapped_block_reclaim;
  iface->is_thread_safe = mapped_block_is_thread_safe;
  iface->release_now = mapped_block_release_now;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrMappedBlock, mgr_mapped_block, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_RECLAIMER,
                                                      mapped_block_reclaimer_init))

static void
mgr_mapped_block_finalize (GObject *object)
{
  MgrMappedBlock *self = MGR_MAPPED_BLOCK (object);

  mapped_block_unmap (self);
  g_mutex_clear (&self->lock);
  g_free (self->name);

  G_OBJECT_CLASS (mgr_mapped_block_parent_class)->finalize (object);
}

static void
mgr_mapped_block_class_init (MgrMappedBlockClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mgr_mapped_block_finalize;
}

static void
mgr_mapped_block_init (MgrMappedBlock *self)
{
  g_mutex_init (&self->lock);
}

MgrMappedBlock *
mgr_mapped_block_new (const char *name,
                      gsize       size,
                      gboolean    thread_safe)
{
  MgrMappedBlock *self = g_object_new (MGR_TYPE_MAPPED_BLOCK, NULL);

  self->name = g_strdup (name);
  self->thread_safe = thread_safe;
  self->size = size;
  self->block = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  g_assert_true (self->block != MAP_FAILED);
  memset (self->block, 1, size);
  return self;
}

gsize
mgr_mapped_block_get_held (MgrMappedBlock *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->size;
}

GThread *
mgr_mapped_block_get_releaser (MgrMappedBlock *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->releaser;
}
