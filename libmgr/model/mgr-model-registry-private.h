/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/mgr-model-private.h"

G_BEGIN_DECLS

/* What the files of MgrModelRegistry share. */
struct _MgrModelRegistry
{
  GObject parent_instance;

  /* Never change */
  MgrComponent *component; /* (owned) (nullable) */
  MgrClock *clock;         /* (owned) */
  GMainContext *context;   /* (owned) */
  GThread *thread;         /* (owned) */
  GSource *timer;          /* (owned) of clock, waits in context */

  GListStore *shown;       /* (owned) touched only by whoever has acquired context */

  GMutex lock;
  GPtrArray *models;       /* (owned) (element-type MgrModel), guarded by lock */
  gint64 idle_timeout;     /* µs, guarded by lock */
};

void mgr_model_registry_timer_set_up        (MgrModelRegistry *self);

/* In the owner's context. */
void mgr_model_registry_notify_idle_timeout (MgrModelRegistry *self);

G_END_DECLS
