/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "base/mgr-enums.h"
#include "base/mgr-error.h"
#include "ledger/mgr-component.h"
#include "pool/mgr-pool-statistics.h"
#include "reclaim/mgr-reclaim-estimate.h"

G_BEGIN_DECLS

/**
 * MGR_POOL_CELLS_MAX:
 *
 * The most cells that mgr_pool_get_occupancy() gives.
 *
 * Since: 1.0
 */
#define MGR_POOL_CELLS_MAX 4096

#define MGR_TYPE_POOL (mgr_pool_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_DERIVABLE_TYPE (MgrPool, mgr_pool, MGR, POOL, GObject)

struct _MgrPoolClass
{
  /*< private >*/
  GObjectClass parent_class;

  /*< public >*/
  gboolean             (*start)          (MgrPool           *self,
                                          GError           **error);
  void                 (*stop)           (MgrPool           *self);
  void                 (*flush)          (MgrPool           *self,
                                          gboolean           flushing);
  gboolean             (*resize)         (MgrPool           *self,
                                          guint64            capacity,
                                          GError           **error);
  void                 (*place_waters)   (MgrPool           *self,
                                          guint64            low_at,
                                          guint64            high_at);
  guint64              (*trim)           (MgrPool           *self,
                                          guint64            target);
  MgrPoolStatistics  * (*get_statistics) (MgrPool           *self);
  void                 (*draw)           (MgrPool           *self,
                                          double            *cells,
                                          guint              n_cells);
  MgrReclaimEstimate * (*estimate)       (MgrPool           *self);
  guint64              (*reclaim)        (MgrPool           *self,
                                          guint64            target,
                                          MgrPressureLevel   level,
                                          gint64             deadline);
  gboolean             (*is_thread_safe) (MgrPool           *self);
  guint64              (*round_capacity) (MgrPool           *self,
                                          guint64            capacity);

  /*< private >*/
  gpointer padding[5];
};

MGR_AVAILABLE_IN_1_0
const char        *mgr_pool_get_name             (MgrPool            *self);
MGR_AVAILABLE_IN_1_0
MgrComponent      *mgr_pool_get_component        (MgrPool            *self);

MGR_AVAILABLE_IN_1_0
guint64            mgr_pool_get_capacity         (MgrPool            *self);
MGR_AVAILABLE_IN_1_0
gboolean           mgr_pool_set_capacity         (MgrPool            *self,
                                                  guint64             capacity,
                                                  GError            **error);
MGR_AVAILABLE_IN_1_0
guint64            mgr_pool_get_charged          (MgrPool            *self);
MGR_AVAILABLE_IN_1_0
guint64            mgr_pool_get_used             (MgrPool            *self);
MGR_AVAILABLE_IN_1_0
guint64            mgr_pool_get_peak             (MgrPool            *self);
MGR_AVAILABLE_IN_1_0
guint64            mgr_pool_get_available        (MgrPool            *self);
MGR_AVAILABLE_IN_1_0
double             mgr_pool_get_fragmentation    (MgrPool            *self);
MGR_AVAILABLE_IN_1_0
guint64            mgr_pool_get_allocation_count (MgrPool            *self);
MGR_AVAILABLE_IN_1_0
MgrPoolStatistics *mgr_pool_get_statistics       (MgrPool            *self) G_GNUC_WARN_UNUSED_RESULT;
MGR_AVAILABLE_IN_1_0
double            *mgr_pool_get_occupancy        (MgrPool            *self,
                                                  guint               n_cells,
                                                  gsize              *length) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
double             mgr_pool_get_low_water        (MgrPool            *self);
MGR_AVAILABLE_IN_1_0
double             mgr_pool_get_high_water       (MgrPool            *self);
MGR_AVAILABLE_IN_1_0
gboolean           mgr_pool_set_waters           (MgrPool            *self,
                                                  double              low,
                                                  double              high,
                                                  GError            **error);

MGR_AVAILABLE_IN_1_0
guint64            mgr_pool_trim                 (MgrPool            *self,
                                                  guint64             target);
MGR_AVAILABLE_IN_1_0
gboolean           mgr_pool_get_active           (MgrPool            *self);
MGR_AVAILABLE_IN_1_0
gboolean           mgr_pool_set_active           (MgrPool            *self,
                                                  gboolean            active,
                                                  GError            **error);
MGR_AVAILABLE_IN_1_0
gboolean           mgr_pool_get_flushing         (MgrPool            *self);
MGR_AVAILABLE_IN_1_0
void               mgr_pool_set_flushing         (MgrPool            *self,
                                                  gboolean            flushing);

G_END_DECLS
