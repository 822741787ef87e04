/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-manager-private.h"

#include "model/mgr-model-private.h"
#include "reclaim/mgr-resource-private.h"

GParamSpec *
mgr_manager_describe_models (void)
{
  /**
   * MgrManager:models:
   *
   * The models of the program.
   *
   * Since: 1.0
   */
  return g_param_spec_object ("models", NULL, NULL, MGR_TYPE_MODEL_REGISTRY,
                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
}

/**
 * mgr_manager_get_models:
 * @self: a manager
 *
 * Gets the registry of the manager's models. What is registered there is cleaned as a
 * resource of the same name and component, in mgr_cleaner_get_resources(), as
 * #MgrModel:safety and #MgrModel:priority say. May be called from any thread.
 *
 * Returns: (transfer none): the registry
 *
 * Since: 1.0
 */
MgrModelRegistry *
mgr_manager_get_models (MgrManager *self)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), NULL);

  return self->models;
}

static MgrResource *
resource_new_for_model (MgrModel *model)
{
  MgrModelPrivate *priv = mgr_model_get_private (model);
  MgrResource *resource = mgr_resource_new_for_reclaimer (NULL, MGR_RECLAIMER (model));

  mgr_resource_set_owner (resource, priv->context, priv->thread);
  mgr_resource_set_component (resource, mgr_model_get_component (model));
  g_object_bind_property (model, "safety", resource, "safety", G_BINDING_SYNC_CREATE);
  g_object_bind_property (model, "priority", resource, "priority", G_BINDING_SYNC_CREATE);
  return resource;
}

/* In the list as in the registry, also where its name is another's in the cleaner. */
static void
manager_add_model (MgrManager *self,
                   guint       position)
{
  g_autoptr (MgrModel) model = g_list_model_get_item (G_LIST_MODEL (self->models), position);
  MgrResource *resource = resource_new_for_model (model);
  g_autoptr (GError) error = NULL;

  g_ptr_array_insert (self->model_resources, (int) position, resource);
  if (!mgr_cleaner_register (self->cleaner, resource, &error))
    g_warning ("Model “%s” cannot be cleaned: %s", mgr_model_get_name (model), error->message);
}

static void
models_changed_cb (GListModel *models,
                   guint       position,
                   guint       removed,
                   guint       added,
                   MgrManager *self)
{
  for (guint i = 0; i < removed; i++)
    {
      mgr_cleaner_unregister (self->cleaner, self->model_resources->pdata[position]);
      g_ptr_array_remove_index (self->model_resources, position);
    }

  for (guint i = 0; i < added; i++)
    manager_add_model (self, position + i);
}

void
mgr_manager_set_up_models (MgrManager *self)
{
  self->model_resources = g_ptr_array_new_with_free_func (g_object_unref);
  self->models = g_object_new (MGR_TYPE_MODEL_REGISTRY, "clock", self->clock, NULL);
  g_signal_connect (self->models, "items-changed", G_CALLBACK (models_changed_cb), self);
}

void
mgr_manager_stop_models (MgrManager *self)
{
  if (self->models == NULL)
    return;

  g_signal_handlers_disconnect_by_data (self->models, self);
  for (guint i = 0; i < self->model_resources->len; i++)
    mgr_cleaner_unregister (self->cleaner, self->model_resources->pdata[i]);
  g_ptr_array_set_size (self->model_resources, 0);
}

void
mgr_manager_clear_models (MgrManager *self)
{
  g_clear_pointer (&self->model_resources, g_ptr_array_unref);
  g_clear_object (&self->models);
}
