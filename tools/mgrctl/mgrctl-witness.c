/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-witness.h"

struct _MgrctlWitness
{
  GObject parent_instance;

  MgrPressureSource *source; /* (owned) */
  double stall;

  GMutex lock;               /* guards what follows */
  GCond changed;
  gint64 seen;               /* µs, or -1: not yet */
  guint quiet;               /* answers in a row without a stall */
};

static void mgrctl_witness_iface_init (MgrPressureSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrctlWitness, mgrctl_witness, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_PRESSURE_SOURCE,
                                                      mgrctl_witness_iface_init))

static const char *
mgrctl_witness_get_name (MgrPressureSource *source)
{
  return mgr_pressure_source_get_name (MGRCTL_WITNESS (source)->source);
}

static void
witness_note (MgrctlWitness *self,
              double         stall)
{
  g_mutex_lock (&self->lock);
  self->quiet = stall < self->stall ? self->quiet + 1 : 0;
  if (stall >= self->stall && self->seen < 0)
    self->seen = g_get_monotonic_time ();
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static MgrPressureReading *
mgrctl_witness_read (MgrPressureSource  *source,
                     GError            **error)
{
  MgrctlWitness *self = MGRCTL_WITNESS (source);
  MgrPressureReading *reading = mgr_pressure_source_read (self->source, error);

  if (reading != NULL)
    witness_note (self, mgr_pressure_reading_get_stall (reading));

  return reading;
}

static gboolean
mgrctl_witness_is_thread_safe (MgrPressureSource *source)
{
  return mgr_pressure_source_is_thread_safe (MGRCTL_WITNESS (source)->source);
}

static void
mgrctl_witness_iface_init (MgrPressureSourceInterface *iface)
{
  iface->get_name = mgrctl_witness_get_name;
  iface->read = mgrctl_witness_read;
  iface->is_thread_safe = mgrctl_witness_is_thread_safe;
}

static void
mgrctl_witness_finalize (GObject *object)
{
  MgrctlWitness *self = MGRCTL_WITNESS (object);

  g_clear_object (&self->source);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgrctl_witness_parent_class)->finalize (object);
}

static void
mgrctl_witness_class_init (MgrctlWitnessClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mgrctl_witness_finalize;
}

static void
mgrctl_witness_init (MgrctlWitness *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->seen = -1;
}

MgrctlWitness *
mgrctl_witness_new (MgrPressureSource *source,
                    double             stall)
{
  MgrctlWitness *self = g_object_new (MGRCTL_TYPE_WITNESS, NULL);

  self->source = g_object_ref (source);
  self->stall = stall;
  return self;
}

void
mgrctl_witness_reset (MgrctlWitness *self)
{
  g_mutex_lock (&self->lock);
  self->seen = -1;
  self->quiet = 0;
  g_mutex_unlock (&self->lock);
}

gint64
mgrctl_witness_wait (MgrctlWitness *self,
                     gint64         deadline)
{
  gint64 seen;

  g_mutex_lock (&self->lock);
  while (self->seen < 0 && g_cond_wait_until (&self->changed, &self->lock, deadline))
    ;
  seen = self->seen;
  g_mutex_unlock (&self->lock);

  return seen;
}

gboolean
mgrctl_witness_wait_quiet (MgrctlWitness *self,
                           guint          answers,
                           gint64         deadline)
{
  gboolean quiet;

  g_mutex_lock (&self->lock);
  while (self->quiet < answers && g_cond_wait_until (&self->changed, &self->lock, deadline))
    ;
  quiet = self->quiet >= answers;
  g_mutex_unlock (&self->lock);

  return quiet;
}
