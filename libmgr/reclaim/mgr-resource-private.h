/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "reclaim/mgr-resource.h"

G_BEGIN_DECLS

/* What a resource is at one moment. */
typedef struct
{
  guint64 size;
  guint64 size_serial; /* counts how often the program set the size */
  MgrSafety safety;
  gboolean safety_set;
  guint priority;
} MgrResourceState;

void          mgr_resource_get_state      (MgrResource      *self,
                                           MgrResourceState *out_state);

/* Sets the safety that the rules found, unless it was set by hand. */
void          mgr_resource_classify       (MgrResource   *self,
                                           MgrSafety      safety);

/* Whether anything would answer a `reclaim`. */
gboolean      mgr_resource_can_reclaim    (MgrResource   *self);

/* Whether the calling thread may emit this resource's signals. */
gboolean      mgr_resource_is_owner       (MgrResource   *self);

GMainContext *mgr_resource_get_context    (MgrResource   *self);

/* Emits `reclaim` in the calling thread, which has to be the owner, and takes
 * what was freed off the size. Asks again whether @flags allow it: the safety
 * may have been raised since the plan was made. */
guint64       mgr_resource_reclaim        (MgrResource     *self,
                                           guint64          target,
                                           MgrCleanupFlags  flags);

G_END_DECLS
