/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <mgr.h>

/* An object that knows whether it has been disposed of, and can do something then. */
typedef struct _Probe Probe;
typedef GObjectClass ProbeClass;

struct _Probe
{
  GObject parent_instance;

  gint disposed;                    /* atomic */
  void (*on_dispose) (Probe *self); /* (nullable) */
  gpointer data;                    /* (unowned): for on_dispose */
};

static GType probe_get_type (void);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Probe, g_object_unref)

G_DEFINE_TYPE (Probe, probe, G_TYPE_OBJECT)

static void
probe_dispose (GObject *object)
{
  Probe *self = (Probe *) object;

  g_atomic_int_set (&self->disposed, TRUE);
  if (self->on_dispose != NULL)
    self->on_dispose (self);
  G_OBJECT_CLASS (probe_parent_class)->dispose (object);
}

static void
probe_class_init (ProbeClass *klass)
{
  klass->dispose = probe_dispose;
}

static void
probe_init (Probe *self)
{
}

static inline Probe *
probe_new (void)
{
  return g_object_new (probe_get_type (), NULL);
}

static inline gboolean
probe_is_whole (gpointer probe)
{
  return !g_atomic_int_get (&((Probe *) probe)->disposed);
}
