/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "model/mgr-model-registry.h"

#include "base/mgr-owner-context-private.h"
#include "model/mgr-model-registry-private.h"

/**
 * SECTION:mgr-model-registry
 * @title: MgrModelRegistry
 * @short_description: models that share a budget
 *
 * A registry holds models by name. It gives those that have no component its own,
 * unloads what nobody has used for #MgrModelRegistry:idle-timeout, and where one that is
 * to be loaded does not fit into the budget of its component, lets others of the same
 * component go for it: first those that are %MGR_SAFETY_SAFE, of these the ones with the
 * lowest priority, of these the ones whose load costs least for the time since they were
 * used. It lets none go where all together would not do, and none that is in use or
 * %MGR_SAFETY_PROTECTED.
 *
 * It is a #GListModel of #MgrModel, which changes in the owner's context and is to be read
 * there. Its functions may be called from any thread.
 */

#define IDLE_TIMEOUT_DEFAULT (300 * G_TIME_SPAN_SECOND)
#define NAME_LENGTH_MAX 255

enum
{
  PROP_COMPONENT = 1,
  PROP_CLOCK,
  PROP_IDLE_TIMEOUT,
  N_PROPS
};

static GParamSpec *props[N_PROPS];

static void mgr_model_registry_list_init (GListModelInterface *iface);

/**
 * MgrModelRegistry:
 *
 * Models that share a budget.
 *
 * Since: 1.0
 */
G_DEFINE_FINAL_TYPE_WITH_CODE (MgrModelRegistry, mgr_model_registry, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      mgr_model_registry_list_init))

static GType
mgr_model_registry_get_item_type (GListModel *list)
{
  return MGR_TYPE_MODEL;
}

static guint
mgr_model_registry_get_n_items (GListModel *list)
{
  return g_list_model_get_n_items (G_LIST_MODEL (MGR_MODEL_REGISTRY (list)->shown));
}

static gpointer
mgr_model_registry_get_item (GListModel *list,
                             guint       position)
{
  return g_list_model_get_item (G_LIST_MODEL (MGR_MODEL_REGISTRY (list)->shown), position);
}

static void
mgr_model_registry_list_init (GListModelInterface *iface)
{
  iface->get_item_type = mgr_model_registry_get_item_type;
  iface->get_n_items = mgr_model_registry_get_n_items;
  iface->get_item = mgr_model_registry_get_item;
}

static void
shown_changed_cb (GListModel       *shown,
                  guint             position,
                  guint             removed,
                  guint             added,
                  MgrModelRegistry *self)
{
  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
}

static void
mgr_model_registry_get_property (GObject    *object,
                                 guint       id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  MgrModelRegistry *self = MGR_MODEL_REGISTRY (object);

  if (id == PROP_COMPONENT)
    g_value_set_object (value, self->component);
  else if (id == PROP_CLOCK)
    g_value_set_object (value, self->clock);
  else if (id == PROP_IDLE_TIMEOUT)
    g_value_set_int64 (value, mgr_model_registry_get_idle_timeout (self));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
mgr_model_registry_set_property (GObject      *object,
                                 guint         id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  MgrModelRegistry *self = MGR_MODEL_REGISTRY (object);

  if (id == PROP_COMPONENT)
    self->component = g_value_dup_object (value);
  else if (id == PROP_CLOCK)
    self->clock = g_value_dup_object (value);
  else if (id == PROP_IDLE_TIMEOUT)
    mgr_model_registry_set_idle_timeout (self, g_value_get_int64 (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
mgr_model_registry_constructed (GObject *object)
{
  MgrModelRegistry *self = MGR_MODEL_REGISTRY (object);

  G_OBJECT_CLASS (mgr_model_registry_parent_class)->constructed (object);

  if (self->clock == NULL)
    self->clock = g_object_ref (mgr_clock_get_default ());
  mgr_model_registry_timer_set_up (self);
}

static void
mgr_model_registry_dispose (GObject *object)
{
  MgrModelRegistry *self = MGR_MODEL_REGISTRY (object);
  g_autoptr (GPtrArray) models = mgr_model_registry_copy (self);

  g_source_destroy (self->timer);
  for (guint i = 0; i < models->len; i++)
    mgr_model_leave_home (g_ptr_array_index (models, i));

  G_OBJECT_CLASS (mgr_model_registry_parent_class)->dispose (object);
}

static void
mgr_model_registry_finalize (GObject *object)
{
  MgrModelRegistry *self = MGR_MODEL_REGISTRY (object);

  g_source_unref (self->timer);
  g_ptr_array_unref (self->models);
  g_object_unref (self->shown);
  g_clear_object (&self->component);
  g_object_unref (self->clock);
  g_main_context_unref (self->context);
  g_thread_unref (self->thread);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgr_model_registry_parent_class)->finalize (object);
}

static void
mgr_model_registry_class_init (MgrModelRegistryClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = mgr_model_registry_get_property;
  object_class->set_property = mgr_model_registry_set_property;
  object_class->constructed = mgr_model_registry_constructed;
  object_class->dispose = mgr_model_registry_dispose;
  object_class->finalize = mgr_model_registry_finalize;

  /**
   * MgrModelRegistry:component:
   *
   * The component that models without one of their own are charged to, or %NULL.
   *
   * Since: 1.0
   */
  props[PROP_COMPONENT] = g_param_spec_object ("component", NULL, NULL, MGR_TYPE_COMPONENT,
                                               flags | G_PARAM_CONSTRUCT_ONLY);

  /**
   * MgrModelRegistry:clock:
   *
   * The clock that the registry waits by; the system's if none is given. Its models should
   * have the same.
   *
   * Since: 1.0
   */
  props[PROP_CLOCK] = g_param_spec_object ("clock", NULL, NULL, MGR_TYPE_CLOCK,
                                           flags | G_PARAM_CONSTRUCT_ONLY);

  /**
   * MgrModelRegistry:idle-timeout:
   *
   * For how long a model that is %MGR_SAFETY_SAFE stays loaded that nobody uses, in
   * microseconds; 0 for ever.
   *
   * Since: 1.0
   */
  props[PROP_IDLE_TIMEOUT] = g_param_spec_int64 ("idle-timeout", NULL, NULL, 0, G_MAXINT64,
                                                 IDLE_TIMEOUT_DEFAULT, flags);

  g_object_class_install_properties (object_class, N_PROPS, props);
}

static void
mgr_model_registry_init (MgrModelRegistry *self)
{
  g_mutex_init (&self->lock);
  self->context = g_main_context_ref_thread_default ();
  self->thread = g_thread_ref (g_thread_self ());
  self->models = g_ptr_array_new_with_free_func (g_object_unref);
  self->shown = g_list_store_new (MGR_TYPE_MODEL);
  self->idle_timeout = IDLE_TIMEOUT_DEFAULT;
  g_signal_connect_object (self->shown, "items-changed", G_CALLBACK (shown_changed_cb), self, 0);
}

/**
 * mgr_model_registry_new:
 * @component: (nullable): the component that models without one are charged to, or %NULL
 *
 * Makes an empty registry, which lives in the main context that is the thread default of
 * the caller.
 *
 * Returns: (transfer full): the registry
 *
 * Since: 1.0
 */
MgrModelRegistry *
mgr_model_registry_new (MgrComponent *component)
{
  g_return_val_if_fail (component == NULL || MGR_IS_COMPONENT (component), NULL);

  return g_object_new (MGR_TYPE_MODEL_REGISTRY, "component", component, NULL);
}

/**
 * mgr_model_registry_get_component:
 * @self: a registry
 *
 * Gets the component that models without one are charged to. May be called from any
 * thread.
 *
 * Returns: (transfer none) (nullable): the component
 *
 * Since: 1.0
 */
MgrComponent *
mgr_model_registry_get_component (MgrModelRegistry *self)
{
  g_return_val_if_fail (MGR_IS_MODEL_REGISTRY (self), NULL);

  return self->component;
}

GPtrArray *
mgr_model_registry_copy (MgrModelRegistry *self)
{
  GPtrArray *models = g_ptr_array_new_with_free_func (g_object_unref);

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->models->len; i++)
    g_ptr_array_add (models, g_object_ref (g_ptr_array_index (self->models, i)));
  g_mutex_unlock (&self->lock);

  return models;
}

/* New models come at the end, so where the two lists differ one has left the list that is
 * shown, or that has ended. */
static void
update_shown_cb (gpointer object,
                 gpointer user_data)
{
  MgrModelRegistry *self = MGR_MODEL_REGISTRY (object);
  g_autoptr (GPtrArray) models = mgr_model_registry_copy (self);
  guint position = 0;

  while (position < models->len || position < g_list_model_get_n_items (G_LIST_MODEL (self->shown)))
    {
      g_autoptr (MgrModel) shown = g_list_model_get_item (G_LIST_MODEL (self->shown), position);

      if (shown == NULL)
        g_list_store_append (self->shown, g_ptr_array_index (models, position));
      else if (position >= models->len || shown != g_ptr_array_index (models, position))
        {
          g_list_store_remove (self->shown, position);
          continue;
        }
      position++;
    }
}

/* Having acquired the context keeps the thread that iterates it, if that is not the one
 * that made the registry, from changing the list at the same time. */
static void
registry_update_shown (MgrModelRegistry *self)
{
  gboolean is_owner = g_thread_self () == self->thread || g_main_context_is_owner (self->context);

  if (is_owner && g_main_context_acquire (self->context))
    {
      update_shown_cb (self, NULL);
      g_main_context_release (self->context);
    }
  else
    {
      mgr_owner_context_post (self->context, self, update_shown_cb, NULL, NULL);
    }
}

static gboolean
check_name (const char  *name,
            GError     **error)
{
  g_autofree char *shown = NULL;

  if (*name != '\0' && strlen (name) <= NAME_LENGTH_MAX && strchr (name, '/') == NULL
      && g_utf8_validate (name, -1, NULL))
    return TRUE;

  shown = g_utf8_make_valid (name, -1);
  g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
               "“%s” cannot name a model: use 1 to %d bytes of UTF-8 without “/”",
               shown, NAME_LENGTH_MAX);
  return FALSE;
}

/* With the lock held. Returns (nullable) */
static MgrModel *
registry_find_locked (MgrModelRegistry *self,
                      const char       *name)
{
  for (guint i = 0; i < self->models->len; i++)
    {
      MgrModel *model = g_ptr_array_index (self->models, i);

      if (g_str_equal (mgr_model_get_name (model), name))
        return model;
    }

  return NULL;
}

static gboolean
registry_take_in (MgrModelRegistry  *self,
                  MgrModel          *model,
                  GError           **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  const char *name = mgr_model_get_name (model);

  if (registry_find_locked (self, name) != NULL)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_EXISTS,
                   "There is a model “%s” already: unregister it first, or choose another name",
                   name);
      return FALSE;
    }

  if (!mgr_model_enter_home (model, self))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_BUSY,
                   "Model “%s” is in another registry: unregister it there first", name);
      return FALSE;
    }

  g_ptr_array_add (self->models, g_object_ref (model));
  return TRUE;
}

/**
 * mgr_model_registry_register:
 * @self: a registry
 * @model: a model
 * @error: return location for a #GError
 *
 * Takes a model in, and keeps it until mgr_model_registry_unregister(). One that has no
 * component is given that of the registry, unless it is loaded already. A name that
 * another model has is %MGR_ERROR_EXISTS; one that cannot be a name,
 * %MGR_ERROR_INVALID_ARGUMENT; a model of another registry, %MGR_ERROR_BUSY. May be called
 * from any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_model_registry_register (MgrModelRegistry  *self,
                             MgrModel          *model,
                             GError           **error)
{
  g_return_val_if_fail (MGR_IS_MODEL_REGISTRY (self), FALSE);
  g_return_val_if_fail (MGR_IS_MODEL (model), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!check_name (mgr_model_get_name (model), error) || !registry_take_in (self, model, error))
    return FALSE;

  if (self->component != NULL)
    mgr_model_adopt (model, self->component);
  registry_update_shown (self);
  mgr_model_registry_note_idle (self);
  return TRUE;
}

/**
 * mgr_model_registry_unregister:
 * @self: a registry
 * @model: a model
 *
 * Lets go of a model. The model itself goes on, and keeps its component. May be called
 * from any thread.
 *
 * Returns: %TRUE if it was registered here
 *
 * Since: 1.0
 */
gboolean
mgr_model_registry_unregister (MgrModelRegistry *self,
                               MgrModel         *model)
{
  g_autoptr (MgrModel) left = NULL;
  guint position;

  g_return_val_if_fail (MGR_IS_MODEL_REGISTRY (self), FALSE);
  g_return_val_if_fail (MGR_IS_MODEL (model), FALSE);

  g_mutex_lock (&self->lock);
  if (g_ptr_array_find (self->models, model, &position))
    {
      left = g_ptr_array_steal_index (self->models, position);
      mgr_model_leave_home (model);
    }
  g_mutex_unlock (&self->lock);

  if (left != NULL)
    registry_update_shown (self);
  return left != NULL;
}

/**
 * mgr_model_registry_lookup:
 * @self: a registry
 * @name: the name of a model
 *
 * Finds a model by its name. May be called from any thread.
 *
 * Returns: (transfer full) (nullable): the model, or %NULL
 *
 * Since: 1.0
 */
MgrModel *
mgr_model_registry_lookup (MgrModelRegistry *self,
                           const char       *name)
{
  MgrModel *model;

  g_return_val_if_fail (MGR_IS_MODEL_REGISTRY (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  g_mutex_lock (&self->lock);
  model = registry_find_locked (self, name);
  if (model != NULL)
    g_object_ref (model);
  g_mutex_unlock (&self->lock);

  return model;
}

/**
 * mgr_model_registry_use:
 * @self: a registry
 * @name: the name of a model
 * @error: return location for a #GError
 *
 * As mgr_model_use(), by name. A name that no model has is %MGR_ERROR_NOT_FOUND. May be
 * called from any thread.
 *
 * Returns: (transfer full): the use
 *
 * Since: 1.0
 */
MgrModelUse *
mgr_model_registry_use (MgrModelRegistry  *self,
                        const char        *name,
                        GError           **error)
{
  g_autoptr (MgrModel) model = NULL;

  g_return_val_if_fail (MGR_IS_MODEL_REGISTRY (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  model = mgr_model_registry_lookup (self, name);
  if (model != NULL)
    return mgr_model_use (model, error);

  g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND,
               "There is no model “%s”: register it first", name);
  return NULL;
}

static void
notify_idle_timeout_cb (gpointer object,
                        gpointer user_data)
{
  g_object_notify_by_pspec (object, props[PROP_IDLE_TIMEOUT]);
}

void
mgr_model_registry_notify_idle_timeout (MgrModelRegistry *self)
{
  if (g_thread_self () == self->thread || g_main_context_is_owner (self->context))
    notify_idle_timeout_cb (self, NULL);
  else
    mgr_owner_context_post (self->context, self, notify_idle_timeout_cb, NULL, NULL);
}
