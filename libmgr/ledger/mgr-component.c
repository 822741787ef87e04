/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "ledger/mgr-component-private.h"

#include "base/mgr-owner-context-private.h"
#include "ledger/mgr-allocation-private.h"
#include "ledger/mgr-charge-private.h"

/**
 * SECTION:mgr-component
 * @title: MgrComponent
 * @short_description: a part of a program, and its budget
 *
 * Components form a tree. A charge to a component is taken at every level up to
 * the root or at none, so a parent has always used what its children have, and
 * no level ever exceeds its budget. mgr_manager_add_component() makes them.
 *
 * All functions may be called from any thread. Signals and notifications come in
 * the #GMainContext that was the thread default where the manager was made;
 * `notify::used` and its like are gathered to four a second.
 */

/**
 * MgrComponent:
 *
 * A node of the budget tree.
 *
 * Since: 1.0
 */
G_DEFINE_FINAL_TYPE (MgrComponent, mgr_component, G_TYPE_OBJECT)

typedef enum
{
  PROP_NAME = 1,
  PROP_PATH,
  PROP_PARENT,
  PROP_CHILDREN,
  PROP_BUDGET,
  PROP_BUDGET_SHARE,
  PROP_GUARANTEED,
  PROP_PRIORITY,
  PROP_USED,
  PROP_PEAK,
  PROP_AVAILABLE,
  PROP_ALLOCATION_COUNT,
  PROP_REFUSED_COUNT,
} MgrComponentProperty;

static GParamSpec *props[PROP_REFUSED_COUNT + 1] = { NULL, };

enum
{
  SIGNAL_OVER_BUDGET,
  N_SIGNALS
};

static guint signals[N_SIGNALS] = { 0, };

/* Reads one figure under the lock that guards it. */
#define COMPONENT_READ(self, field) \
  G_STMT_START { \
    g_mutex_lock (&(self)->ledger->tree_lock); \
    value = (self)->field; \
    g_mutex_unlock (&(self)->ledger->tree_lock); \
  } G_STMT_END

static void
mgr_component_get_property (GObject    *object,
                            guint       property_id,
                            GValue     *value,
                            GParamSpec *pspec)
{
  MgrComponent *self = MGR_COMPONENT (object);

  switch ((MgrComponentProperty) property_id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_PARENT:
      g_value_set_object (value, mgr_component_get_parent (self));
      break;
    case PROP_CHILDREN:
      g_value_set_object (value, self->view);
      break;
    case PROP_BUDGET:
      g_value_set_uint64 (value, mgr_component_get_budget (self));
      break;
    case PROP_BUDGET_SHARE:
      g_value_set_double (value, mgr_component_get_budget_share (self));
      break;
    case PROP_GUARANTEED:
      g_value_set_uint64 (value, mgr_component_get_guaranteed (self));
      break;
    case PROP_PRIORITY:
      g_value_set_uint (value, mgr_component_get_priority (self));
      break;
    case PROP_USED:
      g_value_set_uint64 (value, mgr_component_get_used (self));
      break;
    case PROP_PEAK:
      g_value_set_uint64 (value, mgr_component_get_peak (self));
      break;
    case PROP_AVAILABLE:
      g_value_set_uint64 (value, mgr_component_get_available (self));
      break;
    case PROP_ALLOCATION_COUNT:
      g_value_set_uint64 (value, mgr_component_get_allocation_count (self));
      break;
    case PROP_REFUSED_COUNT:
      g_value_set_uint64 (value, mgr_component_get_refused_count (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
mgr_component_set_property (GObject      *object,
                            guint         property_id,
                            const GValue *value,
                            GParamSpec   *pspec)
{
  if (property_id == PROP_PRIORITY)
    mgr_component_set_priority (MGR_COMPONENT (object), g_value_get_uint (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
}

static void
mgr_component_finalize (GObject *object)
{
  MgrComponent *self = MGR_COMPONENT (object);

  g_clear_object (&self->view);
  g_clear_pointer (&self->children, g_ptr_array_unref);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->path, g_free);
  g_mutex_clear (&self->lock);
  g_clear_pointer (&self->ledger, mgr_ledger_unref);

  G_OBJECT_CLASS (mgr_component_parent_class)->finalize (object);
}

static void
install_identity_properties (void)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  /**
   * MgrComponent:name:
   *
   * The name, unique among its siblings.
   *
   * Since: 1.0
   */
  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);

  /**
   * MgrComponent:path:
   *
   * The names from the root down, such as `ml-models/bert`. Empty for the root.
   *
   * Since: 1.0
   */
  props[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, flags);

  /**
   * MgrComponent:parent:
   *
   * The component one level up; %NULL for the root.
   *
   * Since: 1.0
   */
  props[PROP_PARENT] = g_param_spec_object ("parent", NULL, NULL, MGR_TYPE_COMPONENT, flags);

  /**
   * MgrComponent:children:
   *
   * The components one level down, as #MgrComponent. It changes in the owner's
   * context and is to be read there.
   *
   * Since: 1.0
   */
  props[PROP_CHILDREN] = g_param_spec_object ("children", NULL, NULL, G_TYPE_LIST_MODEL, flags);
}

static void
install_budget_properties (void)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * MgrComponent:budget:
   *
   * What may be used, in bytes; 0 where only the levels above limit it.
   *
   * Since: 1.0
   */
  props[PROP_BUDGET] = g_param_spec_uint64 ("budget", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * MgrComponent:budget-share:
   *
   * The budget as a share of the parent's, above 0 to 1, which it then follows;
   * 0 where the budget is a number of bytes. That of a root is a share of what the
   * process may have, see #MgrManager:total-budget-share.
   *
   * Since: 1.0
   */
  props[PROP_BUDGET_SHARE] = g_param_spec_double ("budget-share", NULL, NULL, 0, 1, 0, flags);

  /**
   * MgrComponent:guaranteed:
   *
   * The bytes that others leave for this component.
   *
   * Since: 1.0
   */
  props[PROP_GUARANTEED] =
    g_param_spec_uint64 ("guaranteed", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * MgrComponent:priority:
   *
   * The priority among components, 1 (gives way first) to 10.
   *
   * Since: 1.0
   */
  props[PROP_PRIORITY] =
    g_param_spec_uint ("priority", NULL, NULL, MGR_PRIORITY_MIN, MGR_PRIORITY_MAX,
                       MGR_PRIORITY_DEFAULT, flags | G_PARAM_WRITABLE);
}

static void
install_usage_properties (void)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * MgrComponent:used:
   *
   * The bytes in use by this component and all below it.
   *
   * Since: 1.0
   */
  props[PROP_USED] = g_param_spec_uint64 ("used", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * MgrComponent:peak:
   *
   * The most bytes that were in use at one time.
   *
   * Since: 1.0
   */
  props[PROP_PEAK] = g_param_spec_uint64 ("peak", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * MgrComponent:available:
   *
   * The bytes that could be allocated now, given every level's budget.
   *
   * Since: 1.0
   */
  props[PROP_AVAILABLE] = g_param_spec_uint64 ("available", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * MgrComponent:allocation-count:
   *
   * How many allocations this component and all below it hold.
   *
   * Since: 1.0
   */
  props[PROP_ALLOCATION_COUNT] =
    g_param_spec_uint64 ("allocation-count", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * MgrComponent:refused-count:
   *
   * How many requests to this very component were refused.
   *
   * Since: 1.0
   */
  props[PROP_REFUSED_COUNT] =
    g_param_spec_uint64 ("refused-count", NULL, NULL, 0, G_MAXUINT64, 0, flags);
}

static void
mgr_component_class_init (MgrComponentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mgr_component_get_property;
  object_class->set_property = mgr_component_set_property;
  object_class->finalize = mgr_component_finalize;

  install_identity_properties ();
  install_budget_properties ();
  install_usage_properties ();
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);

  /**
   * MgrComponent::over-budget:
   * @self: the component
   * @excess: by how many bytes it exceeds its budget
   *
   * Emitted in the owner's context when a budget that follows its parent's fell
   * below what is in use. New charges are refused until enough is released.
   *
   * Since: 1.0
   */
  signals[SIGNAL_OVER_BUDGET] =
    g_signal_new ("over-budget", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_UINT64);
}

static void
mgr_component_init (MgrComponent *self)
{
  g_mutex_init (&self->lock);
  self->children = g_ptr_array_new_with_free_func (g_object_unref);
  self->view = g_list_store_new (MGR_TYPE_COMPONENT);
  self->priority = MGR_PRIORITY_DEFAULT;
  self->limit = MGR_BUDGET_NONE;

  /* One made by hand and not by a manager belongs nowhere and refuses all. */
  self->ledger = mgr_ledger_ref (mgr_ledger_get_nowhere ());
  self->detached = TRUE;
}

MgrComponent *
mgr_component_new (MgrLedger    *ledger,
                   MgrComponent *parent,
                   const char   *name,
                   guint64       budget)
{
  MgrComponent *self = g_object_new (MGR_TYPE_COMPONENT, NULL);

  mgr_ledger_unref (self->ledger);
  self->ledger = mgr_ledger_ref (ledger);
  self->detached = FALSE;
  self->parent = parent;
  self->name = g_strdup (name);
  self->limit = budget > 0 ? budget : MGR_BUDGET_NONE;

  if (parent == NULL)
    self->path = g_strdup ("");
  else if (parent->path[0] == '\0')
    self->path = g_strdup (name);
  else
    self->path = g_strconcat (parent->path, "/", name, NULL);

  return self;
}

static guint64
component_sum_direct (MgrComponent *self)
{
  guint64 sum;

  g_mutex_lock (&self->lock);
  sum = self->direct;
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < self->children->len; i++)
    sum += component_sum_direct (g_ptr_array_index (self->children, i));

  return sum;
}

guint64
mgr_component_used_locked (MgrComponent *self)
{
  if (self->detached)
    return component_sum_direct (self);

  mgr_charge_drain (self->ledger);
  return self->claimed;
}

const char *
mgr_component_display_path (MgrComponent *self)
{
  if (self->path == NULL)
    return "(none)";

  return self->path[0] != '\0' ? self->path : "total";
}

/**
 * mgr_component_get_name:
 * @self: a component
 *
 * Gets the name, unique among its siblings.
 *
 * Returns: the name
 *
 * Since: 1.0
 */
const char *
mgr_component_get_name (MgrComponent *self)
{
  g_return_val_if_fail (MGR_IS_COMPONENT (self), NULL);

  return self->name;
}

/**
 * mgr_component_get_path:
 * @self: a component
 *
 * Gets the names from the root down, such as `ml-models/bert`.
 *
 * Returns: the path, empty for the root
 *
 * Since: 1.0
 */
const char *
mgr_component_get_path (MgrComponent *self)
{
  g_return_val_if_fail (MGR_IS_COMPONENT (self), NULL);

  return self->path;
}

/**
 * mgr_component_get_parent:
 * @self: a component
 *
 * Gets the component one level up. It is there as long as @self is in the tree.
 *
 * Returns: (transfer none) (nullable): the parent, or %NULL for the root
 *
 * Since: 1.0
 */
MgrComponent *
mgr_component_get_parent (MgrComponent *self)
{
  MgrComponent *value;

  g_return_val_if_fail (MGR_IS_COMPONENT (self), NULL);

  COMPONENT_READ (self, parent);
  return value;
}

/**
 * mgr_component_get_children:
 * @self: a component
 *
 * Gets the components one level down. The list changes in the owner's context
 * and is to be read there.
 *
 * Returns: (transfer none): a list of #MgrComponent
 *
 * Since: 1.0
 */
GListModel *
mgr_component_get_children (MgrComponent *self)
{
  g_return_val_if_fail (MGR_IS_COMPONENT (self), NULL);

  return G_LIST_MODEL (self->view);
}

/**
 * mgr_component_get_budget:
 * @self: a component
 *
 * Gets what may be used.
 *
 * Returns: the budget in bytes; 0 where only the levels above limit it
 *
 * Since: 1.0
 */
guint64
mgr_component_get_budget (MgrComponent *self)
{
  guint64 value;

  g_return_val_if_fail (MGR_IS_COMPONENT (self), 0);

  COMPONENT_READ (self, limit);
  return value != MGR_BUDGET_NONE ? value : 0;
}

guint64
mgr_component_get_limit (MgrComponent  *self,
                         MgrComponent **narrowest)
{
  guint64 limit = MGR_BUDGET_NONE;
  MgrComponent *found = NULL;

  g_mutex_lock (&self->ledger->tree_lock);
  for (MgrComponent *level = self; level != NULL; level = level->parent)
    if (level->limit < limit)
      {
        limit = level->limit;
        found = level;
      }
  if (narrowest != NULL)
    *narrowest = found != NULL ? g_object_ref (found) : NULL;
  g_mutex_unlock (&self->ledger->tree_lock);

  return limit;
}

/**
 * mgr_component_get_budget_share:
 * @self: a component
 *
 * Gets #MgrComponent:budget-share.
 *
 * Returns: the share, above 0 to 1; 0 where the budget is a number of bytes
 *
 * Since: 1.0
 */
double
mgr_component_get_budget_share (MgrComponent *self)
{
  double value;

  g_return_val_if_fail (MGR_IS_COMPONENT (self), 0);

  COMPONENT_READ (self, share);
  return value;
}

/**
 * mgr_component_get_guaranteed:
 * @self: a component
 *
 * Gets what others leave for this component.
 *
 * Returns: the guarantee in bytes
 *
 * Since: 1.0
 */
guint64
mgr_component_get_guaranteed (MgrComponent *self)
{
  guint64 value;

  g_return_val_if_fail (MGR_IS_COMPONENT (self), 0);

  COMPONENT_READ (self, guaranteed);
  return value;
}

/**
 * mgr_component_get_priority:
 * @self: a component
 *
 * Gets the priority among components.
 *
 * Returns: 1 (gives way first) to 10
 *
 * Since: 1.0
 */
guint
mgr_component_get_priority (MgrComponent *self)
{
  guint value;

  g_return_val_if_fail (MGR_IS_COMPONENT (self), 0);

  COMPONENT_READ (self, priority);
  return value;
}

static void
component_notify_priority_cb (gpointer object,
                              gpointer user_data)
{
  g_object_notify_by_pspec (object, props[PROP_PRIORITY]);
}

/**
 * mgr_component_set_priority:
 * @self: a component
 * @priority: 1 (gives way first) to 10
 *
 * Sets the priority among components.
 *
 * Since: 1.0
 */
void
mgr_component_set_priority (MgrComponent *self,
                            guint         priority)
{
  gboolean changed;

  g_return_if_fail (MGR_IS_COMPONENT (self));
  g_return_if_fail (priority >= MGR_PRIORITY_MIN && priority <= MGR_PRIORITY_MAX);

  g_mutex_lock (&self->ledger->tree_lock);
  changed = self->priority != priority;
  self->priority = priority;
  g_mutex_unlock (&self->ledger->tree_lock);

  if (changed)
    mgr_owner_context_post (self->ledger->context, self, component_notify_priority_cb, NULL, NULL);
}

/**
 * mgr_component_get_used:
 * @self: a component
 *
 * Gets what this component and all below it have in use. The figure is exact.
 *
 * Returns: the use in bytes
 *
 * Since: 1.0
 */
guint64
mgr_component_get_used (MgrComponent *self)
{
  guint64 used;

  g_return_val_if_fail (MGR_IS_COMPONENT (self), 0);

  g_mutex_lock (&self->ledger->tree_lock);
  used = mgr_component_used_locked (self);
  g_mutex_unlock (&self->ledger->tree_lock);

  return used;
}

/**
 * mgr_component_get_peak:
 * @self: a component
 *
 * Gets the most that was in use at one time. The figure is exact.
 *
 * Returns: the peak in bytes
 *
 * Since: 1.0
 */
guint64
mgr_component_get_peak (MgrComponent *self)
{
  guint64 value;

  g_return_val_if_fail (MGR_IS_COMPONENT (self), 0);

  COMPONENT_READ (self, peak);
  return value;
}

void
mgr_component_set_promised (MgrComponent *self,
                            gint64        bytes)
{
  __atomic_store_n (&self->promised, bytes, __ATOMIC_RELAXED);
}

gint64
mgr_component_get_promised (MgrComponent *self)
{
  return __atomic_load_n (&self->promised, __ATOMIC_RELAXED);
}

guint64
mgr_component_take_recent_peak (MgrComponent *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->ledger->tree_lock);
  guint64 recent = self->recent_peak;

  mgr_charge_drain (self->ledger);
  self->recent_peak = self->claimed;
  return recent;
}

/**
 * mgr_component_get_available:
 * @self: a component
 *
 * Gets what could be allocated now, given the budgets of all levels and what is
 * guaranteed to others. Another thread may be faster.
 *
 * Returns: the bytes available
 *
 * Since: 1.0
 */
guint64
mgr_component_get_available (MgrComponent *self)
{
  guint64 available;

  g_return_val_if_fail (MGR_IS_COMPONENT (self), 0);

  g_mutex_lock (&self->ledger->tree_lock);
  available = self->detached ? 0 : mgr_charge_room (self);
  g_mutex_unlock (&self->ledger->tree_lock);

  return available;
}

static guint64
component_count_live (MgrComponent *self)
{
  guint64 count;

  g_mutex_lock (&self->lock);
  count = self->n_live;
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < self->children->len; i++)
    count += component_count_live (g_ptr_array_index (self->children, i));

  return count;
}

/**
 * mgr_component_get_allocation_count:
 * @self: a component
 *
 * Gets how many allocations this component and all below it hold.
 *
 * Returns: the number of allocations
 *
 * Since: 1.0
 */
guint64
mgr_component_get_allocation_count (MgrComponent *self)
{
  guint64 count;

  g_return_val_if_fail (MGR_IS_COMPONENT (self), 0);

  g_mutex_lock (&self->ledger->tree_lock);
  count = component_count_live (self);
  g_mutex_unlock (&self->ledger->tree_lock);

  return count;
}

/**
 * mgr_component_get_refused_count:
 * @self: a component
 *
 * Gets how many requests to this very component were refused.
 *
 * Returns: the number of refusals
 *
 * Since: 1.0
 */
guint64
mgr_component_get_refused_count (MgrComponent *self)
{
  guint64 value;

  g_return_val_if_fail (MGR_IS_COMPONENT (self), 0);

  COMPONENT_READ (self, refused);
  return value;
}

void
mgr_component_emit_over_budget (MgrComponent *self,
                                guint64       excess)
{
  g_signal_emit (self, signals[SIGNAL_OVER_BUDGET], 0, excess);
}

void
mgr_component_notify_budget (MgrComponent *self)
{
  g_object_freeze_notify (G_OBJECT (self));
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_BUDGET]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_BUDGET_SHARE]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_GUARANTEED]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_AVAILABLE]);
  g_object_thaw_notify (G_OBJECT (self));
}

void
mgr_component_notify_usage (MgrComponent *self)
{
  g_object_freeze_notify (G_OBJECT (self));
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_USED]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_PEAK]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_AVAILABLE]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ALLOCATION_COUNT]);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_REFUSED_COUNT]);
  g_object_thaw_notify (G_OBJECT (self));
}
