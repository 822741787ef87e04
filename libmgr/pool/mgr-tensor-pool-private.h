/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "pool/mgr-cuda-private.h"
#include "pool/mgr-memory-segment-private.h"
#include "pool/mgr-offset-allocator-private.h"
#include "pool/mgr-pool-private.h"
#include "pool/mgr-tensor-pool.h"
#include "pool/mgr-tensor-private.h"

G_BEGIN_DECLS

#define MGR_TENSOR_POOL_MANY_LEASES 16

/* One piece of shared memory, and who has which part of it. */
typedef struct
{
  MgrMemorySegment *memory;  /* (owned) */
  MgrOffsetAllocator *space; /* (owned), guarded by the lock of the pool */
} MgrTensorSegment;

struct _MgrTensorPool
{
  MgrPool parent_instance;

  /* Constant once constructed */
  guint64 segment_size;
  guint64 alignment;
  gboolean read_only;
  char *cuda_library;         /* (owned) */
  MgrMemoryLimits *limits;    /* (owned) */

  /* Taken before lock: segments are made one at a time, without keeping those waiting
   * who need none. */
  GMutex grow_lock;
  MgrCuda *cuda;              /* (owned) (nullable): pages are not locked; atomic, changed
                               * under grow_lock */

  /* Guards what follows */
  GMutex lock;
  guint64 capacity;
  guint64 reserved;           /* bytes of all segments, also of one in the making */
  MgrPoolGauge gauge;
  GPtrArray *segments;        /* (owned) (element-type MgrTensorSegment) */
  GHashTable *leases;         /* (owned) (element-type MgrTensorLease) (owned) */
  guint many_leases;          /* with so many it is time to look which are over */
  guint64 leaks;
};

/* A part of a segment that tensors and other processes hold. */
typedef struct
{
  MgrTensorBlock parent;
  MgrTensorPool *pool;        /* (unowned): one reference for all its blocks */
  MgrTensorSegment *segment;  /* (unowned), which stays while there is a block in it */
  MgrOffsetBlock place;
} MgrTensorPoolBlock;

/* Segments */

void             mgr_tensor_segment_free          (MgrTensorSegment    *self);

/* With the lock held: a block of @size bytes out of the segments there are. */
MgrTensorPoolBlock *mgr_tensor_pool_take          (MgrTensorPool       *self,
                                                   guint64              size,
                                                   const char          *description);
/* With the grow_lock held: the same out of a segment that is made for it. */
MgrTensorPoolBlock *mgr_tensor_pool_grow_and_take (MgrTensorPool       *self,
                                                   guint64              size,
                                                   const char          *description,
                                                   GError             **error);
/* With the grow_lock held: adds a segment of @size bytes. */
gboolean         mgr_tensor_pool_grow             (MgrTensorPool       *self,
                                                   guint64              size,
                                                   GError             **error);
/* With the lock held: takes segments without a block out of the pool, of @target bytes
 * together or all that there are.
 * Returns: (transfer full) (element-type MgrTensorSegment) */
GPtrArray       *mgr_tensor_pool_detach_free      (MgrTensorPool       *self,
                                                   guint64              target);
/* Without the lock: gives back to the system what was detached; returns the bytes. */
guint64          mgr_tensor_pool_drop             (MgrTensorPool       *self,
                                                   GPtrArray           *detached);
/* With the lock held: bytes of the segments without a block. */
guint64          mgr_tensor_pool_get_idle         (MgrTensorPool       *self);
/* With the lock held: the most that one request can get. */
guint64          mgr_tensor_pool_get_largest_free (MgrTensorPool       *self);

/* In the owner's context. */
void             mgr_tensor_pool_notify_page_locked (MgrTensorPool      *self);

/* Leases */

/* A descriptor for another process, -1 on failure. */
int              mgr_tensor_pool_lease            (MgrTensorBlock      *block,
                                                   GError             **error);
/* Without the lock: gives back what was leased to those who are gone, which the owner's
 * main loop does as well. */
void             mgr_tensor_pool_collect_leases   (MgrTensorPool       *self);

G_END_DECLS
