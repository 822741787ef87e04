/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "reclaim/mgr-lifeline-private.h"
#include "reclaim/mgr-reclaim-private.h"
#include "reclaim/mgr-resource-group.h"
#include "reclaim/mgr-resource.h"

G_BEGIN_DECLS

typedef enum
{
  MGR_RESOURCE_PROP_NAME = 1,
  MGR_RESOURCE_PROP_SIZE,
  MGR_RESOURCE_PROP_SAFETY,
  MGR_RESOURCE_PROP_SAFETY_SET,
  MGR_RESOURCE_PROP_PRIORITY,
  MGR_RESOURCE_PROP_LIMIT,
  MGR_RESOURCE_PROP_LOSSY,
  MGR_RESOURCE_PROP_REBUILD_COST,
  MGR_RESOURCE_PROP_WALK_COST,
  MGR_RESOURCE_PROP_COMPONENT,
  MGR_RESOURCE_PROP_RECLAIMER,
  MGR_RESOURCE_PROP_MAINTENANCE_INTERVAL,
} MgrResourceProperty;

typedef enum
{
  MGR_RESOURCE_SIGNAL_RECLAIM,
  MGR_RESOURCE_SIGNAL_MEASURE,
  MGR_RESOURCE_SIGNAL_QUERY_VETO,
  MGR_RESOURCE_SIGNAL_REBUILD,
  MGR_RESOURCE_SIGNAL_RECLAIMED,
  MGR_RESOURCE_SIGNAL_MAINTAIN,
} MgrResourceSignal;

/* A measured size is good for this long: what asks for it in a row, a plan, its
 * cleanup and a report of it, does not walk large things each time. By the clock of
 * the cleaner, in microseconds. */
#define MGR_RESOURCE_MEASURE_INTERVAL G_USEC_PER_SEC

/* Everything that waits has a deadline: an access for a handler, a restore for the
 * owner to begin. In microseconds. */
#define MGR_RESOURCE_DEADLINE (5 * G_TIME_SPAN_SECOND)

struct _MgrResource
{
  GObject parent_instance;

  /* Never change */
  char *name;             /* (owned) (nullable) */
  char *item;             /* (owned) (nullable) its name within a group */
  GWeakRef group;         /* the MgrResourceGroup of that */
  GMainContext *context;  /* (owned) */
  GThread *thread;        /* (owned) of the owner */
  MgrLifeline *reclaimer; /* (owned) (nullable) to the MgrReclaimer it stands for */
  gboolean reclaimer_is_thread_safe;
  gboolean reclaimer_is_heap;
  gint64 deadline;        /* µs */

  GMutex lock;
  GCond left; /* with lock: reclaiming has become FALSE */

  /* Guarded by lock */
  guint64 size;
  guint64 size_serial;     /* grows when the program sets the size */
  guint64 missing;         /* what cleanups took and nobody has put back since */
  gboolean dropped;        /* it is an item, and nothing was left of that */
  guint64 limit;           /* 0: none */
  gint64 measured;         /* when, by the clock of the cleaner; G_MININT64: never */
  gboolean measuring;      /* a measure is under way, or waits for the owner */
  MgrSafety safety;
  gboolean safety_set;
  guint priority;
  guint accesses;          /* begun and not ended */
  gboolean reclaiming;     /* its handlers run now */
  gboolean may_veto;       /* something was connected to `query-veto` when that was looked
                            * at last */
  guint64 released;        /* in emergencies, and not told of yet */
  gboolean lossy;
  gint64 rebuild_cost;     /* µs */
  gint64 walk_cost;        /* µs */
  gint64 maintenance_interval; /* µs; 0: that of the manager */
  gboolean warned;         /* of a maintenance that failed */
  gint64 warning_time;     /* of the last such warning, by the clock of the cleaner */
  MgrComponent *component; /* (owned) (nullable) */
  MgrLifeline *lifeline;   /* (owned) (nullable) to the bound object */
  gboolean orphaned;       /* the bound object or the reclaimer is gone */
  GPtrArray *homes;        /* (owned) (element-type GWeakRef) of the registries it is in */
};

/* One of @group, called @name and by the rules @item, that lives where the group
 * does. */
MgrResource  *mgr_resource_new_item        (const char               *name,
                                            const char               *item,
                                            MgrResourceGroup         *group);

/* Remembers whether a cleanup left nothing of what it stands for in its group. */
void          mgr_resource_set_dropped     (MgrResource              *self,
                                            gboolean                  dropped);

/* Before anybody else sees the resource: it lives there, and not where it was made. */
void          mgr_resource_set_owner       (MgrResource              *self,
                                            GMainContext             *context,
                                            GThread                  *thread);

/* Before anybody else sees the resource: other than %MGR_RESOURCE_DEADLINE. */
void          mgr_resource_set_deadline    (MgrResource              *self,
                                            gint64                    deadline);

/* Its name within a group, or %NULL. */
const char   *mgr_resource_get_item        (MgrResource              *self);

/* What a plan asks a resource for, all at one moment. */
typedef struct
{
  guint64 size;
  guint64 size_serial; /* grows when the program sets the size */
  guint64 limit;       /* 0: none */
  MgrSafety safety;
  gboolean safety_set;
  guint priority;
  gboolean pinned;
  gboolean is_heap;    /* it stands for an MgrHeapReclaimer */
  gboolean lossy;
  gint64 rebuild_cost; /* µs */
  gint64 walk_cost;    /* µs */
} MgrResourceState;

void          mgr_resource_get_state       (MgrResource              *self,
                                            MgrResourceState         *out_state);

/* Whether a cleanup with @flags may take it, going by its safety alone. */
gboolean      mgr_resource_allows          (MgrResource              *self,
                                            MgrCleanupFlags           flags);

/* Sets the safety that the rules found, unless it was set by hand. */
void          mgr_resource_classify        (MgrResource              *self,
                                            MgrSafety                 safety);

/* Whether anything would answer a `reclaim`, or a `rebuild`. */
gboolean      mgr_resource_can_reclaim     (MgrResource              *self);
gboolean      mgr_resource_can_rebuild     (MgrResource              *self);

/* Whether the calling thread may emit this resource's signals. */
gboolean      mgr_resource_is_owner        (MgrResource              *self);

/* Whether it may be asked in any thread: it stands for a reclaimer that may, and
 * nobody listens who may not. */
gboolean      mgr_resource_is_thread_safe  (MgrResource              *self);

GMainContext *mgr_resource_get_context     (MgrResource              *self);

/* What cleanups took and nobody has put back since, in bytes. */
guint64       mgr_resource_get_missing     (MgrResource              *self);

/* Asks `measure`, or the estimate of the reclaimer, where the resource lives, unless
 * an answer is younger than %MGR_RESOURCE_MEASURE_INTERVAL at @now. Waits for the
 * owner until @deadline of g_get_monotonic_time(); an answer that comes later counts
 * for the next one who asks, and until then nobody waits again. */
void          mgr_resource_measure         (MgrResource              *self,
                                            gint64                    now,
                                            gint64                    deadline);

/* Asks `query-veto` where the resource lives. Waits for the owner until @deadline of
 * g_get_monotonic_time(); who does not answer has not objected, nor has who is not
 * asked, inside a handler: before anything is taken they are asked again. */
gboolean      mgr_resource_query_veto      (MgrResource              *self,
                                            MgrPressureLevel          level,
                                            gint64                    deadline);

/* Takes memory back in the calling thread, which has to be the owner unless the
 * resource is thread-safe: asks once more whether it may, by flags, pins and veto,
 * then `reclaim`. Takes what was freed off the size, and records it. Returns what
 * the handlers say, however much it held, which is in @out_held unless that is %NULL;
 * 0 with an error says why they were not asked. */
guint64       mgr_resource_reclaim         (MgrResource              *self,
                                            const MgrReclaimRequest  *request,
                                            guint64                  *out_held,
                                            GError                  **error);

/* Whether there is anything to maintain: somebody listens, or there is a limit. */
gboolean      mgr_resource_can_maintain    (MgrResource              *self);

/* Maintains it in the calling thread, as mgr_resource_reclaim() reclaims: `maintain`,
 * then, where it holds more than its limit still, `reclaim` down to that. The target of
 * @request does not count. */
guint64       mgr_resource_maintain        (MgrResource              *self,
                                            const MgrReclaimRequest  *request,
                                            GError                  **error);

/* The same where the resource lives, without waiting for it if that is another
 * thread. Returns what was freed here and now. */
guint64       mgr_resource_post_maintain   (MgrResource              *self,
                                            const MgrReclaimRequest  *request);

/* The same, and waits until the deadline of @request. */
guint64       mgr_resource_call_maintain   (MgrResource              *self,
                                            const MgrReclaimRequest  *request);

/* Whether somebody may object to a cleanup, which is noted for an emergency besides. */
gboolean      mgr_resource_may_veto        (MgrResource              *self);

/* Notes for an emergency what cannot be asked in one. */
void          mgr_resource_prepare_release (MgrResource              *self);

/* Has what it stands for give back at once what it can without taking any memory, and
 * takes none itself; where the resource is SAFE, not in use, and nobody may object. Its
 * owner is not asked: that would take memory. Any thread. Returns the bytes that were given back. */
guint64       mgr_resource_release_now     (MgrResource              *self);

/* Tells of that afterwards, at @time of the cleaner's clock; @cause is the entry of the
 * journal that led to it, or 0. */
void          mgr_resource_settle_release  (MgrResource              *self,
                                            gint64                    time,
                                            guint64                   cause,
                                            MgrRecordRing            *records);

/* Asks `rebuild` where the resource lives and waits for its end. Fails with
 * %MGR_ERROR_EXISTS where the program has made again by itself what was taken. */
gboolean      mgr_resource_rebuild         (MgrResource              *self,
                                            GError                  **error);

/* What the handlers of a resource may use, kept alive while they run. */
typedef struct
{
  GObject *object;         /* (owned) (nullable) bound */
  MgrReclaimer *reclaimer; /* (owned) (nullable) */
} MgrResourceHold;

/* %FALSE where something that it must not outlive is gone: no handler may run. */
gboolean      mgr_resource_hold            (MgrResource              *self,
                                            MgrResourceHold          *hold);
void          mgr_resource_hold_clear      (MgrResourceHold          *hold);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MgrResourceHold, mgr_resource_hold_clear)

/* Ties a new resource to what it stands for. */
void          mgr_resource_set_reclaimer   (MgrResource              *self,
                                            MgrReclaimer             *reclaimer);

/* Remembers that it is in a registry, or no longer. %FALSE: it is an orphan. @home is a
 * weak reference to the registry in an atomic box, of which it takes a share. */
gboolean      mgr_resource_join            (MgrResource              *self,
                                            GWeakRef                 *home);
void          mgr_resource_leave           (MgrResource              *self,
                                            GWeakRef                 *home);
void          mgr_resource_home_release    (gpointer                  home);

/* Handlers of a resource that run in this thread, between enter and leave. */
typedef struct _MgrResourceInside MgrResourceInside;

struct _MgrResourceInside
{
  MgrResource *resource;    /* (unowned) */
  char *failure;            /* (owned) (nullable): why a handler could not */
  MgrResourceInside *outer; /* (unowned) (nullable) */
};

void          mgr_resource_inside_enter    (MgrResourceInside        *self,
                                            MgrResource              *resource);

/* Returns (transfer full) (nullable): what a handler told mgr_resource_fail(). */
char         *mgr_resource_inside_leave    (MgrResourceInside        *self);

/* Among the files of this class. */
void          mgr_resource_reclaimer_init  (MgrReclaimerInterface    *iface);
GPtrArray    *mgr_resource_homes_new       (void);
void          mgr_resource_notify          (MgrResource              *self,
                                            MgrResourceProperty       property);
gboolean      mgr_resource_has_handler     (MgrResource              *self,
                                            MgrResourceSignal         signal);
guint64       mgr_resource_emit_sum        (MgrResource              *self,
                                            MgrResourceSignal         signal);
guint64       mgr_resource_emit_reclaim    (MgrResource              *self,
                                            guint64                   target);
gboolean      mgr_resource_emit_query_veto (MgrResource              *self,
                                            MgrPressureLevel          level);
void          mgr_resource_emit_reclaimed  (MgrResource              *self,
                                            MgrReclaimRecord         *record);
void          mgr_resource_set_size_locked (MgrResource              *self,
                                            guint64                   size);
void          mgr_resource_measure_here    (MgrResource              *self,
                                            gint64                    now);

G_END_DECLS
