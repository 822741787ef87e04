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

#define MGR_TYPE_CACHE_RECORD (mgr_cache_record_get_type ())

typedef struct _MgrCacheRecord MgrCacheRecord;

MGR_AVAILABLE_IN_1_0
GType mgr_cache_record_get_type (void) G_GNUC_CONST;

MGR_AVAILABLE_IN_1_0
MgrCacheRecord *mgr_cache_record_ref (MgrCacheRecord *self);

MGR_AVAILABLE_IN_1_0
void mgr_cache_record_unref (MgrCacheRecord *self);

MGR_AVAILABLE_IN_1_0
void mgr_cache_record_get_key (MgrCacheRecord *self,
                               GValue         *key);

MGR_AVAILABLE_IN_1_0
void mgr_cache_record_get_value (MgrCacheRecord *self,
                                 GValue         *value);

MGR_AVAILABLE_IN_1_0
guint64 mgr_cache_record_get_size (MgrCacheRecord *self);

MGR_AVAILABLE_IN_1_0
gint64 mgr_cache_record_get_age (MgrCacheRecord *self);

MGR_AVAILABLE_IN_1_0
gint64 mgr_cache_record_get_idle (MgrCacheRecord *self);

MGR_AVAILABLE_IN_1_0
guint mgr_cache_record_get_uses (MgrCacheRecord *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrCacheRecord, mgr_cache_record_unref)

G_END_DECLS
