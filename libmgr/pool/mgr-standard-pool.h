/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "base/mgr-enums.h"
#include "pool/mgr-block-view.h"
#include "pool/mgr-block.h"
#include "pool/mgr-pool.h"

G_BEGIN_DECLS

#define MGR_TYPE_STANDARD_POOL (mgr_standard_pool_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrStandardPool, mgr_standard_pool, MGR, STANDARD_POOL, MgrPool)

MGR_AVAILABLE_IN_1_0
MgrStandardPool *mgr_standard_pool_new              (MgrComponent          *component,
                                                     const char            *name,
                                                     guint64                capacity,
                                                     MgrStandardPoolFlags   flags,
                                                     GError               **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
MgrStandardPoolFlags
                 mgr_standard_pool_get_flags        (MgrStandardPool       *self);
MGR_AVAILABLE_IN_1_0
guint64          mgr_standard_pool_get_max_capacity (MgrStandardPool       *self);

MGR_AVAILABLE_IN_1_0
guint64          mgr_standard_pool_allocate         (MgrStandardPool       *self,
                                                     guint64                size,
                                                     const char            *description,
                                                     guint                  priority,
                                                     const char * const    *tags,
                                                     GError               **error) G_GNUC_WARN_UNUSED_RESULT;
MGR_AVAILABLE_IN_1_0
guint64          mgr_standard_pool_allocate_aligned (MgrStandardPool       *self,
                                                     guint64                size,
                                                     guint64                alignment,
                                                     const char            *description,
                                                     guint                  priority,
                                                     const char * const    *tags,
                                                     GError               **error) G_GNUC_WARN_UNUSED_RESULT;
MGR_AVAILABLE_IN_1_0
gboolean         mgr_standard_pool_free             (MgrStandardPool       *self,
                                                     guint64                id,
                                                     GError               **error);

MGR_AVAILABLE_IN_1_0
gboolean         mgr_standard_pool_pin              (MgrStandardPool       *self,
                                                     guint64                id,
                                                     GError               **error);
MGR_AVAILABLE_IN_1_0
gboolean         mgr_standard_pool_unpin            (MgrStandardPool       *self,
                                                     guint64                id,
                                                     GError               **error);
MGR_AVAILABLE_IN_1_0
gboolean         mgr_standard_pool_touch            (MgrStandardPool       *self,
                                                     guint64                id,
                                                     GError               **error);

MGR_AVAILABLE_IN_1_0
gpointer         mgr_standard_pool_get_data         (MgrStandardPool       *self,
                                                     guint64                id,
                                                     GError               **error);
MGR_AVAILABLE_IN_1_0
MgrBlockView    *mgr_standard_pool_view             (MgrStandardPool       *self,
                                                     guint64                id,
                                                     GError               **error) G_GNUC_WARN_UNUSED_RESULT;
MGR_AVAILABLE_IN_1_0
GBytes          *mgr_standard_pool_read             (MgrStandardPool       *self,
                                                     guint64                id,
                                                     guint64                offset,
                                                     guint64                size,
                                                     GError               **error) G_GNUC_WARN_UNUSED_RESULT;
MGR_AVAILABLE_IN_1_0
gboolean         mgr_standard_pool_write            (MgrStandardPool       *self,
                                                     guint64                id,
                                                     guint64                offset,
                                                     const guint8          *data,
                                                     gsize                  size,
                                                     GError               **error);

MGR_AVAILABLE_IN_1_0
MgrBlock        *mgr_standard_pool_lookup           (MgrStandardPool       *self,
                                                     guint64                id,
                                                     GError               **error) G_GNUC_WARN_UNUSED_RESULT;
MGR_AVAILABLE_IN_1_0
GPtrArray       *mgr_standard_pool_list_blocks      (MgrStandardPool       *self,
                                                     const char            *tag,
                                                     guint                  offset,
                                                     guint                  limit) G_GNUC_WARN_UNUSED_RESULT;
MGR_AVAILABLE_IN_1_0
guint           *mgr_standard_pool_get_histogram    (MgrStandardPool       *self,
                                                     gsize                 *length) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
gboolean         mgr_standard_pool_compact          (MgrStandardPool       *self,
                                                     gint64                 budget);

G_END_DECLS
