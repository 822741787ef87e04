/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pool/mgr-memory-segment-private.h"
#include "pool/mgr-tensor.h"

G_BEGIN_DECLS

/* A tensor is described for other processes as an a{sv}:
 *
 *   version      u   MGR_TENSOR_EXPORT_VERSION
 *   shape        ax
 *   dtype        s   by name
 *   description  s
 *   offset       t   bytes from the start of the segment
 *   segment      h   a sealed memfd
 *   lease        h   the end of a pipe
 */
#define MGR_TENSOR_EXPORT_VERSION 1

typedef struct _MgrTensorBlock MgrTensorBlock;

/* What the two kinds of block do: those of a pool, and those of another process. */
typedef struct
{
  /* The last reference is gone. */
  void (*free)  (MgrTensorBlock  *self);
  /* Returns a file descriptor which, while any process has it, keeps the block from
   * being used again; -1 on failure. */
  int  (*lease) (MgrTensorBlock  *self,
                 GError         **error);
  /* A handle went without having been released. (nullable) */
  void (*leak)  (MgrTensorBlock  *self);
} MgrTensorBlockClass;

/* Memory of a segment, which tensors and other processes hold together. It never
 * changes, and goes back where it came from with the last of them. */
struct _MgrTensorBlock
{
  const MgrTensorBlockClass *klass; /* (unowned) static */
  gatomicrefcount ref_count;
  MgrMemorySegment *segment;        /* (owned) by the kinds */
  guint64 offset;
  char *description;                /* (owned) a ref string */
};

static inline MgrTensorBlock *
mgr_tensor_block_ref (MgrTensorBlock *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

static inline void
mgr_tensor_block_unref (MgrTensorBlock *self)
{
  if (g_atomic_ref_count_dec (&self->ref_count))
    self->klass->free (self);
}

/* Everything but ref_count and block is constant. */
struct _MgrTensor
{
  gatomicrefcount ref_count;
  MgrTensorBlock *block; /* (owned) (nullable) once released, atomic */
  char *description;     /* (owned) a ref string */
  guint64 offset;
  guint64 nbytes;
  MgrDataType dtype;
  gboolean is_view;      /* goes unnoticed without having been released */
  guint n_dimensions;
  gint64 extents[];      /* the shape, then the strides */
};

/* Takes @block. The shape was measured before, @nbytes is what it measured. */
MgrTensor *mgr_tensor_new    (MgrTensorBlock  *block,
                              const gint64    *shape,
                              gsize            n_dimensions,
                              MgrDataType      dtype,
                              guint64          nbytes) G_GNUC_WARN_UNUSED_RESULT;

/* The block, for the length of the call: only what holds it beyond that refs it.
 * Returns: (transfer none) (nullable): %NULL with an error once it is released */
MgrTensorBlock *mgr_tensor_get_block (MgrTensor  *self,
                                      GError    **error);

G_END_DECLS
