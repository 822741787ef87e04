/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The keys under which a store may have an old value, because it was out of reach when
 * it was to have a new one or none: they are not to be found until they have been
 * removed. Where there are too many, all keys are stale. Whoever has it locks it. */
typedef struct _MgrStaleKeys MgrStaleKeys;

MgrStaleKeys *mgr_stale_keys_new      (guint         capacity);
void          mgr_stale_keys_free     (MgrStaleKeys *self);

void          mgr_stale_keys_add      (MgrStaleKeys *self,
                                       GBytes       *key);
void          mgr_stale_keys_add_all  (MgrStaleKeys *self);

gboolean      mgr_stale_keys_contains (MgrStaleKeys *self,
                                       GBytes       *key);
gboolean      mgr_stale_keys_is_empty (MgrStaleKeys *self);
gboolean      mgr_stale_keys_has_all  (MgrStaleKeys *self);

/* @serial: (out): tells this time from later ones, for mgr_stale_keys_settle()
 *
 * Returns: (transfer full) (element-type GBytes): the keys to remove, at most @limit;
 *   none where all are stale */
GPtrArray    *mgr_stale_keys_list     (MgrStaleKeys *self,
                                       guint         limit,
                                       guint64      *serial);

/* @keys have been removed, or all for %NULL; but what was added after @serial stays. */
void          mgr_stale_keys_settle   (MgrStaleKeys *self,
                                       GPtrArray    *keys,
                                       guint64       serial);

G_END_DECLS
