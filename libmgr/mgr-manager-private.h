/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "base/mgr-owner-context-private.h"
#include "base/mgr-process-memory-private.h"
#include "ledger/mgr-allocation-private.h"
#include "mgr-arbiter-private.h"
#include "mgr-cleanup-trigger-private.h"
#include "mgr-emergency-reserve-private.h"
#include "mgr-emergency-signal-private.h"
#include "mgr-maintenance-private.h"
#include "mgr-manager.h"
#include "mgr-member-list-private.h"
#include "mgr-phase-stack-private.h"
#include "mgr-recorder-private.h"
#include "mgr-release-list-private.h"
#include "pressure/mgr-budget-source.h"
#include "pressure/mgr-pressure-watch.h"
#include "schedule/mgr-scheduler.h"

G_BEGIN_DECLS

struct _MgrManager
{
  GObject parent_instance;

  MgrClock *clock;             /* (owned) */
  char *proc_path;             /* (owned) (nullable) */
  char *cgroup_path;           /* (owned) (nullable) */
  char *journal_path;          /* (owned) (nullable) */
  MgrConfig *config;           /* (owned) */
  GMainContext *context;       /* (owned) */
  guint64 requested_budget;    /* 0: requested_share of what the limits allow */
  double requested_share;      /* 0: what config says, or DEFAULT_SHARE */

  MgrProcessMemory *memory;    /* (owned) */
  MgrLedger *ledger;           /* (owned) */
  MgrComponent *root;          /* (owned) */
  MgrMemoryLimits *limits;     /* (owned) */
  MgrPressureMonitor *monitor; /* (owned) */
  MgrBudgetSource *own_budget; /* (owned) */
  MgrCleaner *cleaner;         /* (owned) */
  MgrJournal *journal;         /* (owned) */
  MgrRecorder *recorder;       /* (owned) (nullable) once disposed of */
  MgrResource *heap;           /* (owned) (nullable) */
  MgrCleanupTrigger *trigger;  /* (owned) */
  MgrEmergencySignal *emergency; /* (owned) */
  MgrEmergencyReserve *reserve;  /* (owned) */
  MgrReleaseList *release_list;  /* (owned) of what the cleaner knows */
  MgrPressureWatch *watch;     /* (owned) (nullable): nobody tells this manager */
  MgrArbiter *arbiter;         /* (owned) */
  MgrMemberList *pools;        /* (owned) (element-type MgrPool) */
  MgrMemberList *caches;       /* (owned) (element-type MgrCache) */
  MgrModelRegistry *models;    /* (owned) */
  GPtrArray *model_resources;  /* (owned) (element-type MgrResource), for each that the list of
                                * models shows, in its order; the owner's */
  MgrPhaseStack *phases;       /* (owned) */
  int cleanup_after_phase;     /* atomic */
  MgrMaintenance *maintenance; /* (owned) */
  MgrScheduler *scheduler;     /* (owned) (nullable) once disposed of */
};

/* What the program did not set in code: first where to look, then how much there is
 * to use, by which the ledger is made, then how the parts work. */
void    mgr_manager_find_config   (MgrManager *self);
void    mgr_manager_set_up_budget (MgrManager *self);
void    mgr_manager_apply_config  (MgrManager *self);

/* What belongs to the journal: its properties, and the journal itself, before anybody
 * else listens to what it tells of. */
void mgr_manager_describe_journal (GParamSpec **journal,
                                   GParamSpec **journal_path);
void mgr_manager_open_journal     (MgrManager  *self);

/* Of the property pools. */
GParamSpec *mgr_manager_describe_pools (void);

/* Of the property caches. */
GParamSpec *mgr_manager_describe_caches (void);

/* Models: the property; the registry, once there is a cleaner; its end. */
GParamSpec *mgr_manager_describe_models (void);
void        mgr_manager_set_up_models   (MgrManager *self);
void        mgr_manager_stop_models     (MgrManager *self);
void        mgr_manager_clear_models    (MgrManager *self);

/* What runs tasks. */
void mgr_manager_set_up_scheduler (MgrManager *self);
void mgr_manager_close_scheduler  (MgrManager *self);

/* Registers what malloc holds free, if the C library tells. */
void mgr_manager_set_up_heap (MgrManager *self);

/* As mgr_allocation_new(), after others made room if they have to and may be asked; what
 * came of that is in @outcome, which is all 0 before. */
MgrAllocation *mgr_manager_allocate_arbitrated (MgrManager         *self,
                                                MgrComponent       *component,
                                                MgrRequest         *request,
                                                MgrArbiterOutcome  *outcome,
                                                GError            **error);

/* Writes down, and says in the owner's context, that @error refused @size to @component,
 * and by @outcome why others made no room. */
void mgr_manager_post_refused (MgrManager              *self,
                               MgrComponent            *component,
                               guint64                  size,
                               const GError            *error,
                               const MgrArbiterOutcome *outcome);

/* Who makes room for whom: the properties, from the id %MGR_MANAGER_ARBITRATION_PROPERTIES
 * on. %FALSE: not one of those. */
#define MGR_MANAGER_ARBITRATION_PROPERTIES 50

void     mgr_manager_install_arbitration      (MgrManagerClass *klass);
gboolean mgr_manager_get_arbitration_property (MgrManager      *self,
                                               guint            property_id,
                                               GValue          *value);
gboolean mgr_manager_set_arbitration_property (MgrManager      *self,
                                               guint            property_id,
                                               const GValue    *value);

/* What a manager does by itself beside answering to pressure: its properties and
 * signals, from the id %MGR_MANAGER_UPKEEP_PROPERTIES on. %FALSE: not one of those. */
#define MGR_MANAGER_UPKEEP_PROPERTIES 100

void     mgr_manager_install_upkeep       (MgrManagerClass *klass);
void     mgr_manager_set_up_upkeep        (MgrManager      *self);
void     mgr_manager_stop_upkeep          (MgrManager      *self);
void     mgr_manager_clear_upkeep         (MgrManager      *self);
gboolean mgr_manager_get_upkeep_property  (MgrManager      *self,
                                           guint            property_id,
                                           GValue          *value);
gboolean mgr_manager_set_upkeep_property  (MgrManager      *self,
                                           guint            property_id,
                                           const GValue    *value);

/* Cleans in the monitor's thread while the owner's loop is blocked. */
void mgr_manager_watch_owner (MgrManager *self);

/* Listens to who tells this process of pressure, unless another manager does. */
void mgr_manager_watch_environment   (MgrManager *self);
void mgr_manager_unwatch_environment (MgrManager *self);

void     mgr_manager_set_up_emergency (MgrManager *self);

/* The halves of an emergency; @object is a manager. The first takes no memory, and
 * may run in any thread; it returns the bytes that it gave back. The second says that
 * there is an emergency and cleans, and returns whether it could. */
guint64  mgr_manager_release_now      (gpointer    object);
gboolean mgr_manager_handle_emergency (gpointer    object);

G_END_DECLS
