/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "base/mgr-clock.h"
#include "base/mgr-config.h"
#include "base/mgr-enums.h"
#include "base/mgr-error.h"
#include "cache/mgr-cache.h"
#include "journal/mgr-journal.h"
#include "ledger/mgr-allocation.h"
#include "ledger/mgr-component.h"
#include "mgr-phase-report.h"
#include "mgr-report.h"
#include "model/mgr-model-registry.h"
#include "pool/mgr-pool.h"
#include "pressure/mgr-gpu-memory.h"
#include "schedule/mgr-scheduler.h"
#include "pressure/mgr-memory-limits.h"
#include "pressure/mgr-pressure-monitor.h"
#include "reclaim/mgr-cleaner.h"

G_BEGIN_DECLS

#define MGR_TYPE_MANAGER (mgr_manager_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrManager, mgr_manager, MGR, MANAGER, GObject)

MGR_AVAILABLE_IN_1_0
MgrManager         *mgr_manager_new                    (guint64               total_budget);

MGR_AVAILABLE_IN_1_0
MgrManager         *mgr_manager_get_default            (void);

/* Parts */

MGR_AVAILABLE_IN_1_0
MgrComponent       *mgr_manager_get_root               (MgrManager           *self);

MGR_AVAILABLE_IN_1_0
MgrPressureMonitor *mgr_manager_get_monitor            (MgrManager           *self);

MGR_AVAILABLE_IN_1_0
MgrCleaner         *mgr_manager_get_cleaner            (MgrManager           *self);

MGR_AVAILABLE_IN_1_0
MgrMemoryLimits    *mgr_manager_get_limits             (MgrManager           *self);

MGR_AVAILABLE_IN_1_0
MgrConfig          *mgr_manager_get_config             (MgrManager           *self);

MGR_AVAILABLE_IN_1_0
MgrJournal         *mgr_manager_get_journal            (MgrManager           *self);

/* Components */

MGR_AVAILABLE_IN_1_0
GListModel         *mgr_manager_get_components         (MgrManager           *self);

MGR_AVAILABLE_IN_1_0
MgrComponent       *mgr_manager_add_component          (MgrManager           *self,
                                                        const char           *name,
                                                        guint64               budget,
                                                        MgrComponent         *parent,
                                                        GError              **error);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_manager_add_classic_components (MgrManager           *self,
                                                        GError              **error);

MGR_AVAILABLE_IN_1_0
MgrComponent       *mgr_manager_lookup_component       (MgrManager           *self,
                                                        const char           *path);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_manager_remove_component       (MgrManager           *self,
                                                        MgrComponent         *component,
                                                        GError              **error);

/* Allocations */

MGR_AVAILABLE_IN_1_0
MgrAllocation      *mgr_manager_allocate               (MgrManager           *self,
                                                        const char           *component,
                                                        guint64               size,
                                                        const char           *description,
                                                        guint                 priority,
                                                        const char * const   *tags,
                                                        GError              **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
MgrAllocation      *mgr_manager_allocate_adaptive      (MgrManager           *self,
                                                        const char           *component,
                                                        guint64               size,
                                                        const char           *description,
                                                        guint                 priority,
                                                        const char * const   *tags,
                                                        guint64               minimum,
                                                        GError              **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
MgrAllocation      *mgr_manager_allocate_with_fallback (MgrManager           *self,
                                                        const char           *component,
                                                        guint64               primary,
                                                        guint64               fallback,
                                                        const char           *description,
                                                        guint                 priority,
                                                        const char * const   *tags,
                                                        GError              **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
void                mgr_manager_allocate_async         (MgrManager           *self,
                                                        const char           *component,
                                                        guint64               size,
                                                        const char           *description,
                                                        guint                 priority,
                                                        const char * const   *tags,
                                                        gint64                timeout,
                                                        GCancellable         *cancellable,
                                                        GAsyncReadyCallback   callback,
                                                        gpointer              user_data);

MGR_AVAILABLE_IN_1_0
MgrAllocation      *mgr_manager_allocate_finish        (MgrManager           *self,
                                                        GAsyncResult         *result,
                                                        GError              **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
MgrArbitration      mgr_manager_get_arbitration        (MgrManager           *self);

MGR_AVAILABLE_IN_1_0
void                mgr_manager_set_arbitration        (MgrManager           *self,
                                                        MgrArbitration        arbitration);

MGR_AVAILABLE_IN_1_0
gint64              mgr_manager_get_arbitration_deadline (MgrManager         *self);

MGR_AVAILABLE_IN_1_0
void                mgr_manager_set_arbitration_deadline (MgrManager         *self,
                                                          gint64              deadline);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_manager_deallocate             (MgrManager           *self,
                                                        guint64               id,
                                                        GError              **error);

MGR_AVAILABLE_IN_1_0
GPtrArray          *mgr_manager_list_allocations       (MgrManager           *self,
                                                        const char           *component,
                                                        const char           *tag,
                                                        guint                 offset,
                                                        guint                 limit,
                                                        GError              **error);

/* Pools */

MGR_AVAILABLE_IN_1_0
GListModel         *mgr_manager_get_pools              (MgrManager           *self);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_manager_add_pool               (MgrManager           *self,
                                                        MgrPool              *pool,
                                                        GError              **error);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_manager_remove_pool            (MgrManager           *self,
                                                        MgrPool              *pool);

MGR_AVAILABLE_IN_1_0
MgrPool            *mgr_manager_lookup_pool            (MgrManager           *self,
                                                        const char           *name);

/* Caches */

MGR_AVAILABLE_IN_1_0
GListModel         *mgr_manager_get_caches             (MgrManager           *self);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_manager_add_cache              (MgrManager           *self,
                                                        MgrCache             *cache,
                                                        GError              **error);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_manager_remove_cache           (MgrManager           *self,
                                                        MgrCache             *cache);

MGR_AVAILABLE_IN_1_0
MgrCache           *mgr_manager_lookup_cache           (MgrManager           *self,
                                                        const char           *name);

/* Models */

MGR_AVAILABLE_IN_1_0
MgrModelRegistry   *mgr_manager_get_models             (MgrManager           *self);

/* Devices */

MGR_AVAILABLE_IN_1_0
MgrGpuMemory       *mgr_manager_add_gpu                (MgrManager           *self,
                                                        guint                 device,
                                                        guint64               budget,
                                                        GError              **error) G_GNUC_WARN_UNUSED_RESULT;

/* Cleanup */

MGR_AVAILABLE_IN_1_0
gboolean            mgr_manager_register_resource      (MgrManager           *self,
                                                        MgrResource          *resource,
                                                        GError              **error);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_manager_unregister_resource    (MgrManager           *self,
                                                        MgrResource          *resource);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_manager_register_group         (MgrManager           *self,
                                                        MgrResourceGroup     *group,
                                                        GError              **error);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_manager_unregister_group       (MgrManager           *self,
                                                        MgrResourceGroup     *group);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_manager_restore                (MgrManager           *self,
                                                        const char           *name,
                                                        GError              **error);

MGR_AVAILABLE_IN_1_0
MgrCleanupReport   *mgr_manager_cleanup                (MgrManager           *self,
                                                        MgrCleanupStrategy    strategy,
                                                        gboolean              force,
                                                        gboolean              safe_mode,
                                                        GError              **error);

/* Phases */

MGR_AVAILABLE_IN_1_0
void                mgr_manager_begin_phase            (MgrManager           *self,
                                                        const char           *name);

MGR_AVAILABLE_IN_1_0
MgrPhaseReport     *mgr_manager_end_phase              (MgrManager           *self,
                                                        const char           *name,
                                                        GError              **error);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_manager_get_cleanup_after_phase (MgrManager          *self);

MGR_AVAILABLE_IN_1_0
void                mgr_manager_set_cleanup_after_phase (MgrManager          *self,
                                                         gboolean             cleanup_after_phase);

/* Maintenance */

MGR_AVAILABLE_IN_1_0
guint64             mgr_manager_maintain               (MgrManager           *self);

MGR_AVAILABLE_IN_1_0
gint64              mgr_manager_get_maintenance_interval (MgrManager         *self);

MGR_AVAILABLE_IN_1_0
void                mgr_manager_set_maintenance_interval (MgrManager         *self,
                                                          gint64              maintenance_interval);

/* Emergencies */

MGR_AVAILABLE_IN_1_0
guint64             mgr_manager_declare_emergency      (MgrManager           *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_manager_get_emergency_reserve  (MgrManager           *self);

MGR_AVAILABLE_IN_1_0
void                mgr_manager_set_emergency_reserve  (MgrManager           *self,
                                                        guint64               emergency_reserve);

/* What there is to know */

MGR_AVAILABLE_IN_1_0
guint64             mgr_manager_get_total_budget       (MgrManager           *self);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_manager_set_total_budget       (MgrManager           *self,
                                                        guint64               total_budget,
                                                        GError              **error);

MGR_AVAILABLE_IN_1_0
double              mgr_manager_get_total_budget_share (MgrManager           *self);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_manager_set_total_budget_share (MgrManager           *self,
                                                        double                share,
                                                        GError              **error);

MGR_AVAILABLE_IN_1_0
MgrPressureLevel    mgr_manager_get_level              (MgrManager           *self);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_manager_get_track_process      (MgrManager           *self);

MGR_AVAILABLE_IN_1_0
void                mgr_manager_set_track_process      (MgrManager           *self,
                                                        gboolean              track_process);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_manager_get_automatic_cleanup  (MgrManager           *self);

MGR_AVAILABLE_IN_1_0
void                mgr_manager_set_automatic_cleanup  (MgrManager           *self,
                                                        gboolean              automatic_cleanup);

MGR_AVAILABLE_IN_1_0
int                 mgr_manager_get_emergency_signal   (MgrManager           *self);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_manager_set_emergency_signal   (MgrManager           *self,
                                                        int                   signum,
                                                        GError              **error);

MGR_AVAILABLE_IN_1_0
MgrReport          *mgr_manager_get_report             (MgrManager           *self);

/* Tasks */

MGR_AVAILABLE_IN_1_0
MgrScheduler       *mgr_manager_get_scheduler          (MgrManager           *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_manager_suggest_batch_size     (MgrManager           *self,
                                                        guint64               initial,
                                                        guint64               bytes_per_item);

G_END_DECLS
