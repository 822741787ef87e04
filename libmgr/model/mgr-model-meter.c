/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "model/mgr-model-meter-private.h"

#include "base/mgr-process-memory-private.h"

static GMutex meter_lock;
static guint n_loading;     /* guarded by meter_lock */
static guint64 last_serial; /* guarded by meter_lock */

static gboolean
read_anonymous (guint64 *out_bytes)
{
  static gsize once = 0;

  if (g_once_init_enter (&once))
    g_once_init_leave (&once, (gsize) mgr_process_memory_new (NULL));

  return mgr_process_memory_read_anonymous ((MgrProcessMemory *) once, out_bytes, NULL);
}

void
mgr_model_meter_begin (MgrModelMeter *self,
                       MgrComponent  *component)
{
  *self = (MgrModelMeter) { .component = component };

  g_mutex_lock (&meter_lock);
  self->alone = n_loading == 0;
  n_loading++;
  self->serial = ++last_serial;
  g_mutex_unlock (&meter_lock);

  self->readable = read_anonymous (&self->resident);
  if (component != NULL)
    self->ledger = mgr_component_get_used (component);
}

gboolean
mgr_model_meter_end (MgrModelMeter *self,
                     guint64       *out_resident,
                     guint64       *out_ledger)
{
  guint64 resident = 0;
  guint64 ledger = self->component != NULL ? mgr_component_get_used (self->component) : 0;
  gboolean alone;

  self->readable = self->readable && read_anonymous (&resident);

  g_mutex_lock (&meter_lock);
  alone = self->alone && self->serial == last_serial;
  n_loading--;
  g_mutex_unlock (&meter_lock);

  *out_resident = resident - MIN (self->resident, resident);
  *out_ledger = ledger - MIN (self->ledger, ledger);
  return alone && self->readable;
}
