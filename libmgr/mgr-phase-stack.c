/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-phase-stack-private.h"

#include "base/mgr-error.h"
#include "ledger/mgr-component-private.h"

struct _MgrPhaseStack
{
  MgrComponent *root; /* (owned) */

  GMutex lock;        /* taken before the locks of the ledger */
  GPtrArray *open;    /* (owned) (element-type MgrPhase) in order of their begin,
                       * guarded by lock */
};

void
mgr_phase_free (MgrPhase *phase)
{
  g_free (phase->name);
  mgr_report_unref (phase->before);
  g_free (phase);
}

MgrPhaseStack *
mgr_phase_stack_new (MgrComponent *root)
{
  MgrPhaseStack *self = g_new0 (MgrPhaseStack, 1);

  g_mutex_init (&self->lock);
  self->root = g_object_ref (root);
  self->open = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_phase_free);
  return self;
}

void
mgr_phase_stack_free (MgrPhaseStack *self)
{
  g_ptr_array_unref (self->open);
  g_object_unref (self->root);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* With the lock held: what the ledger reached since the last begin or end counts for
 * all that were open meanwhile. */
static void
phase_stack_note_peak (MgrPhaseStack *self)
{
  guint64 peak = mgr_component_take_recent_peak (self->root);

  for (guint i = 0; i < self->open->len; i++)
    {
      MgrPhase *phase = g_ptr_array_index (self->open, i);

      phase->peak = MAX (phase->peak, peak);
    }
}

void
mgr_phase_stack_begin (MgrPhaseStack *self,
                       const char    *name,
                       gint64         time,
                       MgrReport     *before,
                       guint64        entry)
{
  MgrPhase *phase = g_new0 (MgrPhase, 1);

  phase->name = g_strdup (name);
  phase->time = time;
  phase->before = mgr_report_ref (before);
  phase->entry = entry;

  g_mutex_lock (&self->lock);
  phase_stack_note_peak (self);
  g_ptr_array_add (self->open, phase);
  g_mutex_unlock (&self->lock);
}

/* With the lock held. */
static MgrPhase *
phase_stack_take (MgrPhaseStack *self,
                  const char    *name)
{
  for (guint i = self->open->len; i-- > 0;)
    {
      MgrPhase *phase = g_ptr_array_index (self->open, i);

      if (g_str_equal (phase->name, name))
        return g_ptr_array_steal_index (self->open, i);
    }

  return NULL;
}

/* With the lock held. */
static char *
phase_stack_list (MgrPhaseStack *self)
{
  GString *names = g_string_new (NULL);

  for (guint i = 0; i < self->open->len; i++)
    {
      MgrPhase *phase = g_ptr_array_index (self->open, i);

      g_string_append_printf (names, "%s“%s”", i > 0 ? ", " : "", phase->name);
    }

  return g_string_free (names, FALSE);
}

static void
phase_stack_set_error (const char  *name,
                       const char  *open,
                       GError     **error)
{
  if (*open != '\0')
    g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND,
                 "There is no phase “%s” to end: those that have begun are %s", name, open);
  else
    g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND,
                 "There is no phase “%s” to end: none has begun", name);
}

MgrPhase *
mgr_phase_stack_end (MgrPhaseStack  *self,
                     const char     *name,
                     GError        **error)
{
  g_autofree char *open = NULL;
  MgrPhase *phase;

  g_mutex_lock (&self->lock);
  phase_stack_note_peak (self);
  phase = phase_stack_take (self, name);
  if (phase == NULL)
    open = phase_stack_list (self);
  g_mutex_unlock (&self->lock);

  if (phase == NULL)
    phase_stack_set_error (name, open, error);
  return phase;
}
