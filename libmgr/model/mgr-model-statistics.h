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

#define MGR_TYPE_MODEL_STATISTICS (mgr_model_statistics_get_type ())

typedef struct _MgrModelStatistics MgrModelStatistics;

MGR_AVAILABLE_IN_1_0
GType               mgr_model_statistics_get_type            (void) G_GNUC_CONST;

MGR_AVAILABLE_IN_1_0
MgrModelStatistics *mgr_model_statistics_ref                 (MgrModelStatistics *self);

MGR_AVAILABLE_IN_1_0
void                mgr_model_statistics_unref               (MgrModelStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_model_statistics_get_declared_size   (MgrModelStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_model_statistics_get_resident_size   (MgrModelStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_model_statistics_get_ledger_size     (MgrModelStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_model_statistics_get_size            (MgrModelStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_model_statistics_get_charged         (MgrModelStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_model_statistics_get_n_uses          (MgrModelStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_model_statistics_get_n_hits          (MgrModelStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_model_statistics_get_n_joins         (MgrModelStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_model_statistics_get_n_found_again   (MgrModelStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_model_statistics_get_n_loads         (MgrModelStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_model_statistics_get_n_failures      (MgrModelStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_model_statistics_get_n_unloads       (MgrModelStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_model_statistics_get_n_dropped       (MgrModelStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_model_statistics_get_n_active        (MgrModelStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_model_statistics_get_n_recent_uses   (MgrModelStatistics *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_model_statistics_get_n_recent_loads  (MgrModelStatistics *self);

MGR_AVAILABLE_IN_1_0
gint64              mgr_model_statistics_get_load_time       (MgrModelStatistics *self);

MGR_AVAILABLE_IN_1_0
gint64              mgr_model_statistics_get_total_load_time (MgrModelStatistics *self);

MGR_AVAILABLE_IN_1_0
gint64              mgr_model_statistics_get_last_use        (MgrModelStatistics *self);

MGR_AVAILABLE_IN_1_0
GVariant           *mgr_model_statistics_to_variant          (MgrModelStatistics *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrModelStatistics, mgr_model_statistics_unref)

G_END_DECLS
