/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib-object.h>

#include "base/mgr-version-macros.h"

G_BEGIN_DECLS

#define MGR_TYPE_CACHE_TERMS (mgr_cache_terms_get_type ())

typedef struct _MgrCacheTerms MgrCacheTerms;

MGR_AVAILABLE_IN_1_0
GType mgr_cache_terms_get_type (void) G_GNUC_CONST;

MGR_AVAILABLE_IN_1_0
MgrCacheTerms *mgr_cache_terms_new (void) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
MgrCacheTerms *mgr_cache_terms_ref (MgrCacheTerms *self);

MGR_AVAILABLE_IN_1_0
void mgr_cache_terms_unref (MgrCacheTerms *self);

MGR_AVAILABLE_IN_1_0
void mgr_cache_terms_set_size (MgrCacheTerms *self,
                               guint64        size);

MGR_AVAILABLE_IN_1_0
void mgr_cache_terms_set_cost (MgrCacheTerms *self,
                               gint64         cost);

MGR_AVAILABLE_IN_1_0
void mgr_cache_terms_set_ttl (MgrCacheTerms *self,
                              gint64         ttl);

MGR_AVAILABLE_IN_1_0
void mgr_cache_terms_set_idle_ttl (MgrCacheTerms *self,
                                   gint64         idle_ttl);

MGR_AVAILABLE_IN_1_0
void mgr_cache_terms_set_pinned (MgrCacheTerms *self,
                                 gboolean       pinned);

MGR_AVAILABLE_IN_1_0
void mgr_cache_terms_add_tag (MgrCacheTerms *self,
                              const char    *tag);

MGR_AVAILABLE_IN_1_0
void mgr_cache_terms_assign (MgrCacheTerms *self,
                             MgrCacheTerms *other);

MGR_AVAILABLE_IN_1_0
void mgr_cache_terms_set_value (MgrCacheTerms *self,
                                const GValue  *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrCacheTerms, mgr_cache_terms_unref)

G_END_DECLS
