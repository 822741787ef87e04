/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-memory-limits.h"

#include <sys/types.h>

G_BEGIN_DECLS

typedef struct _MgrCuda MgrCuda;

/* Memory that processes share by a file descriptor. It is reserved whole when it is
 * made, and sealed so that nobody can change its size: whoever maps it never faults.
 * Everything but the reference count and the page lock is constant. */
typedef struct
{
  int ref_count;        /* atomic; of an imported one guarded by the table's lock */
  int fd;
  guint8 *data;         /* (owned), mapped */
  guint64 size;         /* bytes */
  gboolean writable;    /* for this process */
  gboolean is_imported;
  dev_t device;         /* with inode: which one it is, if imported */
  ino_t inode;
  MgrCuda *cuda;        /* (owned) (nullable): whoever page-locked it, atomic; changed by
                         * one thread at a time */
} MgrMemorySegment;

/* Reserves @size bytes, a multiple of the page size. With @read_only others can map it
 * for reading alone. The error is MGR_ERROR_INFEASIBLE for more than this process may
 * ever have, MGR_ERROR_NO_BUDGET for more than there is now. */
MgrMemorySegment *mgr_memory_segment_new    (const char       *name,
                                             guint64           size,
                                             gboolean          read_only,
                                             MgrMemoryLimits  *limits,
                                             GError          **error) G_GNUC_WARN_UNUSED_RESULT;

/* Maps what another process has made, once however often it is imported: for writing
 * where the seals and @fd allow it. @fd stays the caller's. What is no memfd of at least
 * @size bytes, sealed against both shrinking and growing, is MGR_ERROR_INVALID_ARGUMENT. */
MgrMemorySegment *mgr_memory_segment_import (int               fd,
                                             guint64           size,
                                             GError          **error) G_GNUC_WARN_UNUSED_RESULT;

MgrMemorySegment *mgr_memory_segment_ref    (MgrMemorySegment *self);
void              mgr_memory_segment_unref  (MgrMemorySegment *self);

/* The size in which the system gives memory. */
guint64           mgr_memory_page_size      (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrMemorySegment, mgr_memory_segment_unref)

G_END_DECLS
