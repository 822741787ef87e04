/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-resource-group.h"

#include "base/mgr-owner-context-private.h"
#include "reclaim/mgr-resource-group-private.h"

/**
 * SECTION:mgr-resource-group
 * @title: MgrResourceGroup
 * @short_description: the parts of one object, each a resource
 *
 * Some objects hold many things that come and go: the attributes of a model, the
 * tables of a session. A group makes a #MgrResource of each, called by the name of the
 * group, a dot, and the name of the item: “model.temp_rows”. The rules see the name of
 * the item alone, except those that have a dot in their pattern, see
 * #MgrProtectionRules. Plans, reports, pins, records and mgr_cleaner_restore() then
 * work for each item.
 *
 * A program adds items by hand, with mgr_resource_group_add(), or says at
 * #MgrResourceGroup::list-items what there is, whenever a plan wants to know; items
 * that are new are added, those that are not listed any more are dropped. What a
 * cleanup takes is let go at #MgrResourceGroup::drop-item.
 *
 * In Python and JavaScript `manager.watch(object)` makes a group of the attributes of
 * an object, classifies them by their names, and cleans by deleting them.
 *
 * A group keeps nothing of what it speaks of alive. All functions may be called from
 * any thread; signals fire in the #GMainContext that was the thread default when the
 * group was made.
 */

/**
 * MgrResourceGroup:
 *
 * The parts of one object, each a resource.
 *
 * Since: 1.0
 */
G_DEFINE_FINAL_TYPE (MgrResourceGroup, mgr_resource_group, G_TYPE_OBJECT)

typedef enum
{
  PROP_NAME = 1,
  PROP_OBJECT,
  PROP_MINIMUM_SIZE,
} MgrResourceGroupProperty;

static GParamSpec *props[PROP_MINIMUM_SIZE + 1];

typedef enum
{
  SIGNAL_LIST_ITEMS,
  SIGNAL_ITEM_SIZE,
  SIGNAL_DROP_ITEM,
  SIGNAL_ITEM_ADDED,
} MgrResourceGroupSignal;

static guint signals[SIGNAL_ITEM_ADDED + 1];

gboolean
mgr_resource_group_is_owner (MgrResourceGroup *self)
{
  return self->thread == g_thread_self () || g_main_context_is_owner (self->context);
}

gboolean
mgr_resource_group_lists_items (MgrResourceGroup *self)
{
  return g_signal_has_handler_pending (self, signals[SIGNAL_LIST_ITEMS], 0, FALSE);
}

gboolean
mgr_resource_group_measures_items (MgrResourceGroup *self)
{
  return g_signal_has_handler_pending (self, signals[SIGNAL_ITEM_SIZE], 0, FALSE);
}

char **
mgr_resource_group_emit_list_items (MgrResourceGroup *self)
{
  char **names = NULL;

  g_signal_emit (self, signals[SIGNAL_LIST_ITEMS], 0, &names);
  return names;
}

guint64
mgr_resource_group_emit_item_size (MgrResourceGroup *self,
                                   const char       *item)
{
  guint64 size = 0;

  g_signal_emit (self, signals[SIGNAL_ITEM_SIZE], 0, item, &size);
  return size;
}

guint64
mgr_resource_group_emit_drop_item (MgrResourceGroup *self,
                                   const char       *item)
{
  guint64 freed = 0;

  g_signal_emit (self, signals[SIGNAL_DROP_ITEM], 0, item, &freed);
  return freed;
}

void
mgr_resource_group_emit_item_added (MgrResourceGroup *self,
                                    const char       *item,
                                    MgrResource      *resource)
{
  g_signal_emit (self, signals[SIGNAL_ITEM_ADDED], 0, item, resource);
}

static void
object_lost_cb (gpointer     holder,
             MgrLifeline *lifeline)
{
  MgrResourceGroup *self = holder;

  /* As for a resource: what handlers hold is let go later. */
  mgr_owner_context_unref (self->context, g_object_ref (self));
  mgr_resource_group_unregister (self);
}

static void
mgr_resource_group_get_property (GObject    *object,
                                 guint       id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  MgrResourceGroup *self = MGR_RESOURCE_GROUP (object);

  switch ((MgrResourceGroupProperty) id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_OBJECT:
      g_value_take_object (value, mgr_resource_group_get_object (self));
      break;
    case PROP_MINIMUM_SIZE:
      g_value_set_uint64 (value, mgr_resource_group_get_minimum_size (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_resource_group_set_property (GObject      *object,
                                 guint         id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  MgrResourceGroup *self = MGR_RESOURCE_GROUP (object);

  switch ((MgrResourceGroupProperty) id)
    {
    case PROP_NAME:
      self->name = g_value_dup_string (value);
      break;
    case PROP_OBJECT:
      if (g_value_get_object (value) != NULL)
        self->lifeline = mgr_lifeline_new (g_value_get_object (value), object, object_lost_cb);
      break;
    case PROP_MINIMUM_SIZE:
      mgr_resource_group_set_minimum_size (self, g_value_get_uint64 (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_resource_group_finalize (GObject *object)
{
  MgrResourceGroup *self = MGR_RESOURCE_GROUP (object);

  g_clear_pointer (&self->lifeline, mgr_lifeline_cut);
  g_hash_table_unref (self->items);
  g_weak_ref_clear (&self->registry);
  g_main_context_unref (self->context);
  g_thread_unref (self->thread);
  g_mutex_clear (&self->lock);
  g_free (self->name);

  G_OBJECT_CLASS (mgr_resource_group_parent_class)->finalize (object);
}

static void
mgr_resource_group_class_init (MgrResourceGroupClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  const GParamFlags writable = readable | G_PARAM_WRITABLE | G_PARAM_EXPLICIT_NOTIFY;
  const GParamFlags construct = readable | G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY;

  object_class->get_property = mgr_resource_group_get_property;
  object_class->set_property = mgr_resource_group_set_property;
  object_class->finalize = mgr_resource_group_finalize;

  /**
   * MgrResourceGroup:name:
   *
   * What the names of its resources begin with.
   *
   * Since: 1.0
   */
  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, construct);

  /**
   * MgrResourceGroup:object:
   *
   * The object whose parts these are, or %NULL. It is not kept alive, except while a
   * handler runs; when it goes, the group leaves its cleaner.
   *
   * Since: 1.0
   */
  props[PROP_OBJECT] = g_param_spec_object ("object", NULL, NULL, G_TYPE_OBJECT, construct);

  /**
   * MgrResourceGroup:minimum-size:
   *
   * How many bytes an item has to hold to be worth a step: where
   * #MgrResourceGroup::item-size says less, it counts as 0, so that no cleanup takes
   * it. 0 to count all.
   *
   * Since: 1.0
   */
  props[PROP_MINIMUM_SIZE] =
    g_param_spec_uint64 ("minimum-size", NULL, NULL, 0, G_MAXUINT64, 0, writable);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);

  /**
   * MgrResourceGroup::list-items:
   * @self: the group
   *
   * Asks what items there are now. It comes when a plan or a report wants to know, and
   * at mgr_resource_group_update(). The first handler answers. Where nothing is
   * connected, there are those that the program added.
   *
   * Fires in the main context of the group. A plan in another thread waits a few
   * milliseconds; an answer that comes later counts for the next one.
   *
   * Returns: (transfer full) (nullable) (array zero-terminated=1): their names
   *
   * Since: 1.0
   */
  signals[SIGNAL_LIST_ITEMS] =
    g_signal_new ("list-items", type, G_SIGNAL_RUN_LAST,
                  0, g_signal_accumulator_first_wins, NULL, NULL,
                  G_TYPE_STRV, 0);

  /**
   * MgrResourceGroup::item-size:
   * @self: the group
   * @item: the name of an item
   *
   * Asks how many bytes an item holds, as #MgrResource::measure does. The first handler
   * answers. Where nothing is connected, what the program said last counts.
   *
   * Fires in the main context of the group.
   *
   * Returns: the size in bytes; 0 where there is no such item any more
   *
   * Since: 1.0
   */
  signals[SIGNAL_ITEM_SIZE] =
    g_signal_new ("item-size", type, G_SIGNAL_RUN_LAST,
                  0, g_signal_accumulator_first_wins, NULL, NULL,
                  G_TYPE_UINT64, 1, G_TYPE_STRING);

  /**
   * MgrResourceGroup::drop-item:
   * @self: the group
   * @item: the name of an item
   *
   * Asks to let go of an item, as #MgrResource::reclaim does and with the same
   * restrictions. The first handler answers.
   *
   * Fires in the main context of the group.
   *
   * Returns: the bytes that were freed; 0 keeps it
   *
   * Since: 1.0
   */
  signals[SIGNAL_DROP_ITEM] =
    g_signal_new ("drop-item", type, G_SIGNAL_RUN_LAST,
                  0, g_signal_accumulator_first_wins, NULL, NULL,
                  G_TYPE_UINT64, 1, G_TYPE_STRING);

  /**
   * MgrResourceGroup::item-added:
   * @self: the group
   * @item: the name of an item
   * @resource: what stands for it
   *
   * There is a new item. A handler may set its safety, its priority or its limit, and
   * connect to #MgrResource::rebuild.
   *
   * Fires in the main context of the group: before a cleanup can take it if
   * #MgrResourceGroup::list-items named it, and after it was registered if another
   * thread added it.
   *
   * Since: 1.0
   */
  signals[SIGNAL_ITEM_ADDED] =
    g_signal_new ("item-added", type, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 2, G_TYPE_STRING, MGR_TYPE_RESOURCE);
}

static void
mgr_resource_group_init (MgrResourceGroup *self)
{
  g_mutex_init (&self->lock);
  g_weak_ref_init (&self->registry, NULL);
  self->context = g_main_context_ref_thread_default ();
  self->thread = g_thread_ref (g_thread_self ());
  self->items = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                       mgr_resource_group_item_free);
}

/**
 * mgr_resource_group_new:
 * @name: what to call it; unique within a cleaner
 * @object: (nullable): the object whose parts these are, or %NULL
 *
 * Makes a group without items. Register it with mgr_cleaner_register_group() or
 * mgr_manager_register_group().
 *
 * Returns: (transfer full): the group
 *
 * Since: 1.0
 */
MgrResourceGroup *
mgr_resource_group_new (const char *name,
                        GObject    *object)
{
  g_return_val_if_fail (name != NULL && *name != '\0', NULL);
  g_return_val_if_fail (object == NULL || G_IS_OBJECT (object), NULL);

  return g_object_new (MGR_TYPE_RESOURCE_GROUP, "name", name, "object", object, NULL);
}

/**
 * mgr_resource_group_get_name:
 * @self: a group
 *
 * Gets #MgrResourceGroup:name. May be called from any thread.
 *
 * Returns: (transfer none): the name
 *
 * Since: 1.0
 */
const char *
mgr_resource_group_get_name (MgrResourceGroup *self)
{
  g_return_val_if_fail (MGR_IS_RESOURCE_GROUP (self), NULL);

  return self->name;
}

/**
 * mgr_resource_group_get_object:
 * @self: a group
 *
 * Gets #MgrResourceGroup:object. May be called from any thread.
 *
 * Returns: (transfer full) (nullable): the object, or %NULL if there is none, or none
 *    any more
 *
 * Since: 1.0
 */
GObject *
mgr_resource_group_get_object (MgrResourceGroup *self)
{
  g_return_val_if_fail (MGR_IS_RESOURCE_GROUP (self), NULL);

  return self->lifeline != NULL ? mgr_lifeline_dup_object (self->lifeline) : NULL;
}

/**
 * mgr_resource_group_get_minimum_size:
 * @self: a group
 *
 * Gets #MgrResourceGroup:minimum-size. May be called from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_resource_group_get_minimum_size (MgrResourceGroup *self)
{
  guint64 minimum_size;

  g_return_val_if_fail (MGR_IS_RESOURCE_GROUP (self), 0);

  g_mutex_lock (&self->lock);
  minimum_size = self->minimum_size;
  g_mutex_unlock (&self->lock);

  return minimum_size;
}

static void
notify_minimum_size_cb (gpointer object,
                        gpointer user_data)
{
  g_object_notify_by_pspec (object, props[PROP_MINIMUM_SIZE]);
}

/**
 * mgr_resource_group_set_minimum_size:
 * @self: a group
 * @minimum_size: how many bytes an item has to hold to be worth a step
 *
 * Sets #MgrResourceGroup:minimum-size. It counts from the next measure of an item on.
 * May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_resource_group_set_minimum_size (MgrResourceGroup *self,
                                     guint64           minimum_size)
{
  gboolean changed;

  g_return_if_fail (MGR_IS_RESOURCE_GROUP (self));

  g_mutex_lock (&self->lock);
  changed = self->minimum_size != minimum_size;
  self->minimum_size = minimum_size;
  g_mutex_unlock (&self->lock);

  if (!changed)
    return;
  if (mgr_resource_group_is_owner (self))
    notify_minimum_size_cb (self, NULL);
  else
    mgr_owner_context_post (self->context, self, notify_minimum_size_cb, NULL, NULL);
}
