/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The tags of the entries of one cache. Entries of a tag share one MgrCacheTag; who
 * invalidates it marks that, and those that come later share another. So to invalidate
 * costs the same for one entry and for a million. May be used by any thread. */
typedef struct _MgrCacheTags MgrCacheTags;
typedef struct _MgrCacheTag MgrCacheTag;

MgrCacheTags *mgr_cache_tags_new        (void);
/* After all its tags. */
void          mgr_cache_tags_free       (MgrCacheTags      *self);

/* Returns: (transfer full) */
MgrCacheTag  *mgr_cache_tags_get        (MgrCacheTags      *self,
                                         const char        *name);
/* Returns: whether any entry had it */
gboolean      mgr_cache_tags_invalidate (MgrCacheTags      *self,
                                         const char        *name);

void          mgr_cache_tag_unref       (MgrCacheTag       *tag);
gboolean      mgr_cache_tag_is_valid    (const MgrCacheTag *tag);

G_END_DECLS
