/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Memory of whole pages that is mapped twice, side by side, so that what runs over its
 * end goes on at its start. It is reserved when it is made: a limit is an error there,
 * and no signal later. The compiler may take the two views for different memory: what
 * is written through one is read through the other only after a barrier. */
typedef struct
{
  gatomicrefcount ref_count;
  guint8 *data;  /* (owned): 2 * size bytes */
  gsize size;
  int fd;        /* (owned) */
} MgrMirrorMap;

/* @size in whole pages; as it is, where it is more than can be mapped. */
guint64       mgr_mirror_map_round   (guint64        size);

MgrMirrorMap *mgr_mirror_map_new     (gsize          size,
                                      GError       **error);
MgrMirrorMap *mgr_mirror_map_ref     (MgrMirrorMap  *self);
void          mgr_mirror_map_unref   (MgrMirrorMap  *self);

/* The same memory with another end, beside @self. A smaller one leaves the memory behind
 * its end to @self, until that is cut. */
MgrMirrorMap *mgr_mirror_map_resize  (MgrMirrorMap  *self,
                                      gsize          size,
                                      GError       **error);
/* Gives back what lies behind the first @size bytes, whoever else has it mapped: there
 * it reads as zeros, and is no longer reserved. */
void          mgr_mirror_map_cut     (MgrMirrorMap  *self,
                                      gsize          size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrMirrorMap, mgr_mirror_map_unref)

G_END_DECLS
