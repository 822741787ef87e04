/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "model/mgr-model-use.h"

#include "base/mgr-owner-context-private.h"
#include "model/mgr-model-private.h"

/**
 * SECTION:mgr-model-use
 * @title: MgrModelUse
 * @short_description: a model that is in use, and therefore stays
 *
 * A use is what mgr_model_use() gives: as long as there is one, its model is neither
 * unloaded nor cleaned. mgr_model_use_get_object() gives what was loaded,
 * mgr_model_use_end() ends the use. It is reference-counted, and keeps
 * its model until then.
 *
 * A use whose last reference goes before it was ended ends as well, but is counted in
 * mgr_model_statistics_get_n_dropped(): in a language that collects garbage that may be
 * much later.
 *
 * References may be taken and dropped, and uses ended, in any thread.
 */

/**
 * MgrModelUse:
 *
 * A model that is in use, and therefore stays.
 *
 * Since: 1.0
 */
struct _MgrModelUse
{
  gatomicrefcount ref_count;
  char *name;      /* (owned), a GRefString: of the model */
  MgrModel *model; /* (owned) (nullable) until the use has ended */
  GObject *object; /* (unowned) (nullable) atomic: kept by the model until then */
};

G_DEFINE_BOXED_TYPE (MgrModelUse, mgr_model_use, mgr_model_use_ref, mgr_model_use_unref)

MgrModelUse *
mgr_model_use_new (MgrModel *model,
                   GObject  *object)
{
  MgrModelUse *self = g_new (MgrModelUse, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->name = g_ref_string_acquire (mgr_model_get_private (model)->name);
  self->model = g_object_ref (model);
  self->object = object;
  return self;
}

/* Whether the calling thread is the one that ends the use. */
static gboolean
use_claim (MgrModelUse *self)
{
  return g_atomic_pointer_exchange (&self->object, NULL) != NULL;
}

/* What the handlers of the model hold is let go where they belong; and not at once where
 * the use was dropped, since a garbage collector may be at work. */
static void
use_let_go_of_model (MgrModelUse *self,
                     gboolean     dropped)
{
  MgrModel *model = g_steal_pointer (&self->model);

  mgr_model_unpin (model, dropped);
  if (!dropped && mgr_model_is_owner (model))
    g_object_unref (model);
  else
    mgr_owner_context_unref (mgr_model_get_private (model)->context, model);
}

/**
 * mgr_model_use_ref:
 * @self: a use
 *
 * Takes another reference. May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrModelUse *
mgr_model_use_ref (MgrModelUse *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_model_use_unref:
 * @self: (transfer full): a use
 *
 * Drops a reference. Where the last one goes before mgr_model_use_end(), the use ends all
 * the same, and is counted. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_model_use_unref (MgrModelUse *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  if (use_claim (self))
    use_let_go_of_model (self, TRUE);
  g_ref_string_release (self->name);
  g_free (self);
}

/**
 * mgr_model_use_get_object:
 * @self: a use
 *
 * Gets what was loaded. Who takes a reference of its own keeps the memory when the model
 * is unloaded. May be called from any thread.
 *
 * Returns: (transfer none) (nullable): the object, or %NULL once the use has ended
 *
 * Since: 1.0
 */
GObject *
mgr_model_use_get_object (MgrModelUse *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_atomic_pointer_get (&self->object);
}

/**
 * mgr_model_use_is_ended:
 * @self: a use
 *
 * Asks whether the use is over. May be called from any thread.
 *
 * Returns: %TRUE after mgr_model_use_end()
 *
 * Since: 1.0
 */
gboolean
mgr_model_use_is_ended (MgrModelUse *self)
{
  g_return_val_if_fail (self != NULL, TRUE);

  return mgr_model_use_get_object (self) == NULL;
}

/**
 * mgr_model_use_end:
 * @self: a use
 * @error: return location for a #GError
 *
 * Ends the use: if there is no other, the model may be unloaded from now on. To end it
 * twice is %MGR_ERROR_DOUBLE_RELEASE and changes nothing. May be called from any thread,
 * and never waits.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_model_use_end (MgrModelUse  *self,
                   GError      **error)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (use_claim (self))
    {
      use_let_go_of_model (self, FALSE);
      return TRUE;
    }

  g_set_error (error, MGR_ERROR, MGR_ERROR_DOUBLE_RELEASE,
               "A use of model “%s” was ended before: end each one once", self->name);
  return FALSE;
}
