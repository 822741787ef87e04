/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pool/mgr-memory-segment-private.h"

G_BEGIN_DECLS

#define MGR_DEFAULT_CUDA "libcuda.so.1"

/* NVIDIA's driver, as far as it page-locks memory of this process. It is loaded only
 * when asked for, since most machines have none; any call may take long. The error is
 * MGR_ERROR_NOT_AVAILABLE. */
MgrCuda  *mgr_cuda_open         (const char        *library,
                                 GError           **error);
MgrCuda  *mgr_cuda_ref          (MgrCuda           *self);
void      mgr_cuda_unref        (MgrCuda           *self);

/* For all GPUs. It stays so until it is unlocked or the segment goes; a second lock does
 * nothing. One thread at a time for each segment. */
gboolean  mgr_cuda_lock_pages   (MgrCuda           *self,
                                 MgrMemorySegment  *segment,
                                 GError           **error);
void      mgr_cuda_unlock_pages (MgrMemorySegment  *segment);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrCuda, mgr_cuda_unref)

G_END_DECLS
