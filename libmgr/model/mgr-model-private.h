/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/mgr-model-registry.h"
#include "model/mgr-model-statistics-private.h"
#include "model/mgr-recent-count-private.h"
#include "reclaim/mgr-reclaimer.h"

G_BEGIN_DECLS

typedef enum
{
  MGR_MODEL_PROP_NAME = 1,
  MGR_MODEL_PROP_COMPONENT,
  MGR_MODEL_PROP_CLOCK,
  MGR_MODEL_PROP_THREAD_SAFE,
  MGR_MODEL_PROP_DECLARED_SIZE,
  MGR_MODEL_PROP_SAFETY,
  MGR_MODEL_PROP_PRIORITY,
  MGR_MODEL_PROP_LOAD_TIMEOUT,
  MGR_MODEL_PROP_LOADED,
} MgrModelProperty;

typedef enum
{
  MGR_MODEL_SIGNAL_LOAD,
  MGR_MODEL_SIGNAL_UNLOAD,
  MGR_MODEL_SIGNAL_LOADED,
  MGR_MODEL_SIGNAL_UNLOADED,
} MgrModelSignal;

/* One load, and who waits for its end. */
typedef struct _MgrModelFlight MgrModelFlight;

struct _MgrModelFlight
{
  gatomicrefcount ref_count;
  MgrModel *model;        /* (owned) */
  GPtrArray *path;        /* (owned) (element-type MgrModel) (unowned), the models whose
                           * loaders led to this one, and this one last */

  /* Guarded by the lock of the model */
  gboolean begun;
  gboolean done;
  guint n_waiters;        /* threads that wait */
  GPtrArray *tasks;       /* (owned) (element-type MgrModelTask), that wait */
  GObject *object;        /* (unowned) (nullable), of a load that is done */
  GError *error;          /* (owned) (nullable), of a load that is done */
};

typedef struct
{
  /* Never change */
  char *name;              /* (owned), a GRefString */
  MgrClock *clock;         /* (owned) */
  GMainContext *context;   /* (owned), where signals are emitted */
  GThread *thread;         /* (owned), the one the model was made in */
  gboolean thread_safe;
  GWeakRef home;           /* to the registry, set under lock */
  GWeakRef last;           /* to the object, after it was let go too */

  GMutex lock;
  GCond changed;           /* with lock: a flight is done, or the object is let go */

  /* Guarded by lock */
  MgrComponent *component; /* (owned) (nullable), stays once it is set */
  MgrSafety safety;
  guint priority;
  gint64 load_timeout;     /* µs */
  GObject *object;         /* (owned) (nullable) */
  GThread *unloading;      /* (unowned) (nullable), the thread that lets the object go */
  MgrModelFlight *flight;  /* (owned) (nullable) */
  MgrAllocation *charge;   /* (owned) (nullable), changed only by the flight or who unloads */
  MgrModelFigures figures;
  MgrRecentCount uses;
  MgrRecentCount loads;
} MgrModelPrivate;

MgrModelPrivate *mgr_model_get_private      (MgrModel            *self);

gboolean         mgr_model_is_owner         (MgrModel            *self);
GObject         *mgr_model_call_load        (MgrModel            *self,
                                             GError             **error);
void             mgr_model_call_unload      (MgrModel            *self,
                                             GObject             *object);
gboolean         mgr_model_has_unloader     (MgrModel            *self);

void             mgr_model_notify           (MgrModel            *self,
                                             MgrModelProperty     property);

/* Says in the owner's context that the object came, or went: at once if this is it. */
void             mgr_model_announce         (MgrModel            *self,
                                             MgrModelSignal       signal);

/* Whether a loader or unloader of @self runs in this thread, or led to what does. */
gboolean         mgr_model_is_inside        (MgrModel            *self);

/* Whether it is the last of them. */
gboolean         mgr_model_is_innermost     (MgrModel            *self);

/* Begin and end code of others that is called for @path; they nest. */
GPtrArray       *mgr_model_enter            (GPtrArray           *path);
void             mgr_model_leave            (GPtrArray           *outer);

/* The path of a load of @self that this thread asks for. Returns (transfer full) */
GPtrArray       *mgr_model_make_path        (MgrModel            *self);

/* With the lock held: what the model counts for. */
guint64          mgr_model_get_size_locked  (MgrModel            *self);

/* With the lock held: counts a use, which keeps the object. */
void             mgr_model_pin_locked       (MgrModel            *self);
void             mgr_model_unpin            (MgrModel            *self,
                                             gboolean             dropped);

/* Takes the pin of mgr_model_pin_locked(). */
MgrModelUse     *mgr_model_use_new          (MgrModel            *self,
                                             GObject             *object);

/* Loads */

void             mgr_model_flight_unref     (MgrModelFlight      *flight);

/* With the lock held: the flight that is there, or a new one, which is to be started then.
 * Returns (transfer full) */
MgrModelFlight  *mgr_model_join_locked      (MgrModel            *self,
                                             gboolean            *out_first);

/* Runs the load where it has to run, without waiting for it unless that is @here. */
void             mgr_model_flight_start     (MgrModelFlight      *flight,
                                             gboolean             here);

/* Runs the load in this thread, unless it has begun. */
void             mgr_model_flight_run       (MgrModelFlight      *flight);

/* With the lock held: who waits without a thread. Returns (transfer full) */
GPtrArray       *mgr_model_flight_steal_tasks_locked (MgrModelFlight *flight);

/* Takes @tasks; gives each its answer. */
void             mgr_model_answer_tasks     (MgrModelFlight      *flight,
                                             GPtrArray           *tasks);

/* Charges @bytes instead of what was charged before, or what the model is known to take;
 * others of its registry may have to go for that. By who loads. */
gboolean         mgr_model_charge           (MgrModel            *self,
                                             guint64              bytes,
                                             GError             **error);
gboolean         mgr_model_admit            (MgrModel            *self,
                                             GError             **error);
void             mgr_model_drop_charge      (MgrModel            *self);

/* The time an owner has to let an object go when it is asked from another thread. */
#define MGR_MODEL_UNLOAD_DEADLINE (5 * G_TIME_SPAN_SECOND)

/* Lets the object go if it was not used since @unused_since, which is G_MAXINT64 for any
 * time. Where another thread has to do it, waits for that until the deadline if @wait.
 * @out_bytes is what it counted for, 0 if it was not loaded. %FALSE where it is in use. */
gboolean         mgr_model_try_unload       (MgrModel            *self,
                                             gint64               unused_since,
                                             gboolean             wait,
                                             guint64             *out_bytes,
                                             GError             **error);

/* While the model goes away. */
void             mgr_model_unload_at_end    (MgrModel            *self);

/* What a registry has to know to choose, all of one moment. */
typedef struct
{
  gboolean loaded;
  gboolean pinned;
  MgrSafety safety;
  guint priority;
  MgrComponent *component; /* (unowned) (nullable), kept by the model */
  guint64 size;            /* bytes */
  guint64 charged;         /* bytes */
  gint64 load_time;        /* µs */
  gint64 last_use;         /* by the clock of the model */
  gint64 now;              /* by the same clock */
} MgrModelView;

void             mgr_model_look             (MgrModel            *self,
                                             MgrModelView        *out_view);

/* Sets the component of a model that has none. */
void             mgr_model_adopt            (MgrModel            *self,
                                             MgrComponent        *component);

/* %FALSE: it has one. */
gboolean         mgr_model_enter_home       (MgrModel            *self,
                                             MgrModelRegistry    *registry);
void             mgr_model_leave_home       (MgrModel            *self);

void             mgr_model_reclaimer_init   (MgrReclaimerInterface *iface);

/* The registry */

/* Unloads one other model so that @model may be charged with @bytes more. %FALSE: there
 * is none that may go, or all together would not do. */
gboolean         mgr_model_registry_make_room (MgrModelRegistry  *self,
                                               MgrModel          *model,
                                               guint64            bytes);

/* A model is no longer in use; any thread. */
void             mgr_model_registry_note_idle (MgrModelRegistry  *self);

/* Adds what could be set better for one model. */
void             mgr_model_advise           (MgrModel            *self,
                                             GStrvBuilder        *builder);

/* Returns (transfer full) (element-type MgrModel) */
GPtrArray       *mgr_model_registry_copy    (MgrModelRegistry    *self);

G_END_DECLS
