/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Deals out a space of offsets, in two-level segregated lists of what is free. What
 * it knows of the blocks lies outside of the space, so that one allocator serves
 * memory, files, devices, and spaces that hold nothing at all. Taking and giving
 * cost the same however many blocks there are. It has no lock. */
typedef struct _MgrOffsetAllocator MgrOffsetAllocator;

/* A block or a hole; 0 for none. That of a block stays the same until it is given
 * back, also when it moves; that of a hole holds until something is taken or given. */
typedef guint32 MgrOffsetBlock;

/* One for each power of two bytes that a hole may have at least. */
#define MGR_OFFSET_BINS 64

/* All sizes are rounded to @unit, a power of two; @size down, those of blocks up. */
MgrOffsetAllocator *mgr_offset_allocator_new  (guint64             size,
                                               guint64             unit) G_GNUC_WARN_UNUSED_RESULT;
void                mgr_offset_allocator_free (MgrOffsetAllocator *self);

/* Takes @size bytes, 1 at least, at a multiple of @alignment, a power of two. Finds
 * room if there is any: where the usual way fails, it looks at every hole that may do.
 * Returns 0 where nothing fits. */
MgrOffsetBlock mgr_offset_allocator_take (MgrOffsetAllocator *self,
                                          guint64             size,
                                          guint64             alignment,
                                          gpointer            user_data);
/* Makes a block of @size bytes from @offset on, which lie within @hole, and bears its
 * name from then on. */
void           mgr_offset_allocator_take_at (MgrOffsetAllocator *self,
                                             MgrOffsetBlock      hole,
                                             guint64             offset,
                                             guint64             size,
                                             gpointer            user_data);
void           mgr_offset_allocator_give (MgrOffsetAllocator *self,
                                          MgrOffsetBlock      block);

/* Adds to the space at its end, or cuts off there: %FALSE, and nothing has changed,
 * where a block is in the way or the space would be too large. */
gboolean       mgr_offset_allocator_resize (MgrOffsetAllocator *self,
                                            guint64             size);

/* Moves a block as far into the hole right before it as its alignment lets it, so that
 * the hole comes to lie behind it. Returns the new offset, which may be the old one. */
guint64        mgr_offset_allocator_slide (MgrOffsetAllocator *self,
                                           MgrOffsetBlock      block,
                                           guint64             alignment);

/* Makes a hole a block that lies where the hole was. */
void           mgr_offset_allocator_claim (MgrOffsetAllocator *self,
                                           MgrOffsetBlock      hole,
                                           gpointer            user_data);

guint64        mgr_offset_allocator_get_size         (MgrOffsetAllocator *self);
guint64        mgr_offset_allocator_get_unit         (MgrOffsetAllocator *self);
guint64        mgr_offset_allocator_get_free         (MgrOffsetAllocator *self);
/* Looks at the holes of the largest class alone. */
guint64        mgr_offset_allocator_get_largest_free (MgrOffsetAllocator *self);
/* How many blocks are taken. */
guint          mgr_offset_allocator_get_count        (MgrOffsetAllocator *self);
/* How many holes of 2^n bytes or more there are, but less than 2^(n+1), in bin n. */
void           mgr_offset_allocator_get_histogram    (MgrOffsetAllocator *self,
                                                      guint               bins[MGR_OFFSET_BINS]);

/* Blocks and holes in the order of their offsets; 0 at the end. */
MgrOffsetBlock mgr_offset_allocator_get_first  (MgrOffsetAllocator *self);
MgrOffsetBlock mgr_offset_allocator_get_last   (MgrOffsetAllocator *self);
MgrOffsetBlock mgr_offset_allocator_get_next   (MgrOffsetAllocator *self,
                                                MgrOffsetBlock      block);
MgrOffsetBlock mgr_offset_allocator_get_previous (MgrOffsetAllocator *self,
                                                  MgrOffsetBlock      block);

gboolean       mgr_offset_allocator_is_hole    (MgrOffsetAllocator *self,
                                                MgrOffsetBlock      block);
guint64        mgr_offset_allocator_get_offset (MgrOffsetAllocator *self,
                                                MgrOffsetBlock      block);
guint64        mgr_offset_allocator_get_length (MgrOffsetAllocator *self,
                                                MgrOffsetBlock      block);
/* %NULL for a hole. */
gpointer       mgr_offset_allocator_get_data   (MgrOffsetAllocator *self,
                                                MgrOffsetBlock      block);
void           mgr_offset_allocator_set_data   (MgrOffsetAllocator *self,
                                                MgrOffsetBlock      block,
                                                gpointer            user_data);

/* For tests: whether every list, map and sum is as it should be. */
gboolean       mgr_offset_allocator_is_sound   (MgrOffsetAllocator *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrOffsetAllocator, mgr_offset_allocator_free)

G_END_DECLS
