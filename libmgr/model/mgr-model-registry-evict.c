/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-owner-context-private.h"
#include "model/mgr-model-registry-private.h"

/* Who has to go, and when. */

/* A load that took no time, or a use just now, is not worth nothing. */
#define LOAD_TIME_MIN G_TIME_SPAN_MILLISECOND
#define IDLE_MIN G_TIME_SPAN_MILLISECOND

typedef struct
{
  MgrModel *model; /* (unowned) */
  MgrModelView view;
} Candidate;

static gint64
view_get_idle (const MgrModelView *view)
{
  return MAX (view->now - view->last_use, 0);
}

/* What it costs to have it loaded again, for the time that nobody wanted it. */
static double
view_get_price (const MgrModelView *view)
{
  return (double) MAX (view->load_time, LOAD_TIME_MIN)
         / (double) MAX (view_get_idle (view), IDLE_MIN);
}

static int
candidate_compare (gconstpointer a,
                   gconstpointer b)
{
  const MgrModelView *left = &((const Candidate *) a)->view;
  const MgrModelView *right = &((const Candidate *) b)->view;
  double difference;

  if (left->safety != right->safety)
    return left->safety == MGR_SAFETY_SAFE ? -1 : 1;
  if (left->priority != right->priority)
    return left->priority < right->priority ? -1 : 1;

  difference = view_get_price (left) - view_get_price (right);
  return (difference > 0) - (difference < 0);
}

/* Returns (transfer full) (element-type Candidate): who may go for @wanted, the first to
 * go first. */
static GArray *
list_candidates (GPtrArray    *models,
                 MgrModel     *wanted,
                 MgrComponent *component,
                 guint64      *out_bytes)
{
  GArray *candidates = g_array_new (FALSE, FALSE, sizeof (Candidate));

  *out_bytes = 0;
  for (guint i = 0; i < models->len; i++)
    {
      Candidate candidate = { .model = g_ptr_array_index (models, i) };

      mgr_model_look (candidate.model, &candidate.view);
      if (candidate.model == wanted || !candidate.view.loaded || candidate.view.pinned
          || candidate.view.component != component
          || candidate.view.safety == MGR_SAFETY_PROTECTED)
        continue;

      *out_bytes += MIN (candidate.view.charged, G_MAXUINT64 - *out_bytes);
      g_array_append_val (candidates, candidate);
    }

  g_array_sort (candidates, candidate_compare);
  return candidates;
}

gboolean
mgr_model_registry_make_room (MgrModelRegistry *self,
                              MgrModel         *model,
                              guint64           bytes)
{
  g_autoptr (GPtrArray) models = mgr_model_registry_copy (self);
  MgrComponent *component = mgr_model_get_component (model);
  guint64 available = mgr_component_get_available (component);
  guint64 evictable;
  g_autoptr (GArray) candidates = list_candidates (models, model, component, &evictable);

  if (bytes > available && bytes - available > evictable)
    return FALSE;

  for (guint i = 0; i < candidates->len; i++)
    {
      const Candidate *candidate = &g_array_index (candidates, Candidate, i);

      if (mgr_model_try_unload (candidate->model, candidate->view.last_use, TRUE, NULL, NULL))
        return TRUE;
    }

  return FALSE;
}

/* When the model is to go by itself, by the clock of the registry. */
static gint64
model_get_due (MgrModel *model,
               gint64    now,
               gint64    idle_timeout)
{
  MgrModelView view;
  gint64 left;

  mgr_model_look (model, &view);
  if (idle_timeout == 0 || !view.loaded || view.pinned || view.safety != MGR_SAFETY_SAFE)
    return G_MAXINT64;

  left = MAX (idle_timeout - view_get_idle (&view), 0);
  return now + MIN (left, G_MAXINT64 - now);
}

/* The timer may wait for an earlier time than is needed any more, but never a later. */
static void
registry_set_timer (MgrModelRegistry *self)
{
  g_autoptr (GPtrArray) models = mgr_model_registry_copy (self);
  gint64 idle_timeout = mgr_model_registry_get_idle_timeout (self);
  gint64 now = mgr_clock_get_time (self->clock);
  gint64 due = G_MAXINT64;

  for (guint i = 0; i < models->len; i++)
    due = MIN (due, model_get_due (g_ptr_array_index (models, i), now, idle_timeout));

  if (!g_source_is_destroyed (self->timer))
    mgr_clock_set_timer (self->clock, self->timer, due);
}

static gboolean
timer_cb (gpointer user_data)
{
  g_autoptr (MgrModelRegistry) self = g_weak_ref_get (user_data);

  if (self == NULL)
    return G_SOURCE_REMOVE;

  mgr_model_registry_unload_unused (self, mgr_model_registry_get_idle_timeout (self));
  registry_set_timer (self);
  return G_SOURCE_CONTINUE;
}

void
mgr_model_registry_timer_set_up (MgrModelRegistry *self)
{
  self->timer = mgr_clock_create_timer (self->clock, G_MAXINT64);
  g_source_set_callback (self->timer, timer_cb, mgr_weak_box_new (self), mgr_weak_box_free);
  g_source_set_static_name (self->timer, "[libmgr] idle models");
  g_source_attach (self->timer, self->context);
}

void
mgr_model_registry_note_idle (MgrModelRegistry *self)
{
  registry_set_timer (self);
}

/**
 * mgr_model_registry_get_idle_timeout:
 * @self: a registry
 *
 * Gets for how long a model stays loaded that nobody uses. May be called from any thread.
 *
 * Returns: microseconds; 0 for ever
 *
 * Since: 1.0
 */
gint64
mgr_model_registry_get_idle_timeout (MgrModelRegistry *self)
{
  gint64 idle_timeout;

  g_return_val_if_fail (MGR_IS_MODEL_REGISTRY (self), 0);

  g_mutex_lock (&self->lock);
  idle_timeout = self->idle_timeout;
  g_mutex_unlock (&self->lock);

  return idle_timeout;
}

/**
 * mgr_model_registry_set_idle_timeout:
 * @self: a registry
 * @idle_timeout: microseconds, or 0 for ever
 *
 * Says for how long a model that is %MGR_SAFETY_SAFE stays loaded that nobody uses. May be
 * called from any thread.
 *
 * Since: 1.0
 */
void
mgr_model_registry_set_idle_timeout (MgrModelRegistry *self,
                                     gint64            idle_timeout)
{
  gboolean changes;

  g_return_if_fail (MGR_IS_MODEL_REGISTRY (self));
  g_return_if_fail (idle_timeout >= 0);

  g_mutex_lock (&self->lock);
  changes = self->idle_timeout != idle_timeout;
  self->idle_timeout = idle_timeout;
  g_mutex_unlock (&self->lock);

  if (!changes)
    return;

  registry_set_timer (self);
  mgr_model_registry_notify_idle_timeout (self);
}

/**
 * mgr_model_registry_unload_unused:
 * @self: a registry
 * @idle_time: for how long nobody may have used them, in microseconds; 0 for just now
 *
 * Unloads the models that are %MGR_SAFETY_SAFE and that nobody has used for @idle_time. Of
 * those that live in another thread it is asked, without waiting for it. May be called from
 * any thread.
 *
 * Returns: how many were unloaded, or asked to be
 *
 * Since: 1.0
 */
guint
mgr_model_registry_unload_unused (MgrModelRegistry *self,
                                  gint64            idle_time)
{
  g_autoptr (GPtrArray) models = NULL;
  guint n_unloaded = 0;

  g_return_val_if_fail (MGR_IS_MODEL_REGISTRY (self), 0);
  g_return_val_if_fail (idle_time >= 0, 0);

  models = mgr_model_registry_copy (self);
  for (guint i = 0; i < models->len; i++)
    {
      MgrModel *model = g_ptr_array_index (models, i);
      MgrModelView view;

      mgr_model_look (model, &view);
      if (view.loaded && !view.pinned && view.safety == MGR_SAFETY_SAFE
          && view_get_idle (&view) >= idle_time
          && mgr_model_try_unload (model, view.last_use, FALSE, NULL, NULL))
        n_unloaded++;
    }

  return n_unloaded;
}
