/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-resource.h"

#include "base/mgr-owner-context-private.h"
#include "ledger/mgr-allocation.h"
#include "mgr-enum-types.h"
#include "reclaim/mgr-cleanup-limits-private.h"
#include "reclaim/mgr-resource-private.h"

/**
 * SECTION:mgr-resource
 * @title: MgrResource
 * @short_description: a named thing that can give memory back
 *
 * A program makes one for each thing that holds much memory and can let go of
 * some: a cache, a table of intermediate results, a model that can be loaded
 * again. It says how much it holds (#MgrResource:size), what a cleanup may do
 * with it (#MgrResource:safety), and frees memory when #MgrResource::reclaim
 * asks. Register it with mgr_cleaner_register() or
 * mgr_manager_register_resource().
 *
 * All functions may be called from any thread. Signals fire in the #GMainContext
 * that was the thread default when the resource was made; where a cleanup is
 * called in the thread that made the resource, `reclaim` fires directly.
 */

/**
 * MgrResource:
 *
 * A named thing that can give memory back.
 *
 * Since: 1.0
 */
struct _MgrResource
{
  GObject parent_instance;

  char *name;            /* (owned) (nullable), never changes */
  GMainContext *context; /* (owned), never changes */
  GThread *thread;       /* (owned) made it, never changes */

  GMutex lock;
  guint64 size;        /* guarded by lock */
  guint64 size_serial; /* grows when the program sets the size, guarded by lock */
  MgrSafety safety;    /* guarded by lock */
  gboolean safety_set; /* guarded by lock */
  guint priority;      /* guarded by lock */
};

typedef enum
{
  PROP_NAME = 1,
  PROP_SIZE,
  PROP_SAFETY,
  PROP_SAFETY_SET,
  PROP_PRIORITY,
} MgrResourceProperty;

static GParamSpec *props[PROP_PRIORITY + 1];

static guint signal_reclaim;

G_DEFINE_FINAL_TYPE (MgrResource, mgr_resource, G_TYPE_OBJECT)

static void
notify_cb (gpointer object,
           gpointer user_data)
{
  g_object_notify_by_pspec (G_OBJECT (object), user_data);
}

static void
resource_notify (MgrResource         *self,
                 MgrResourceProperty  property)
{
  if (mgr_resource_is_owner (self))
    g_object_notify_by_pspec (G_OBJECT (self), props[property]);
  else
    mgr_owner_context_post (self->context, self, notify_cb, props[property], NULL);
}

static gboolean
sum_freed_accumulator (GSignalInvocationHint *hint,
                       GValue                *accumulated,
                       const GValue          *freed,
                       gpointer               user_data)
{
  guint64 sum = g_value_get_uint64 (accumulated);
  guint64 more = g_value_get_uint64 (freed);

  g_value_set_uint64 (accumulated, sum + MIN (more, G_MAXUINT64 - sum));
  return TRUE;
}

static void
mgr_resource_get_property (GObject    *object,
                           guint       id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  MgrResource *self = MGR_RESOURCE (object);

  switch ((MgrResourceProperty) id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_SIZE:
      g_value_set_uint64 (value, mgr_resource_get_size (self));
      break;
    case PROP_SAFETY:
      g_value_set_enum (value, mgr_resource_get_safety (self));
      break;
    case PROP_SAFETY_SET:
      g_value_set_boolean (value, mgr_resource_get_safety_set (self));
      break;
    case PROP_PRIORITY:
      g_value_set_uint (value, mgr_resource_get_priority (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_resource_set_property (GObject      *object,
                           guint         id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  MgrResource *self = MGR_RESOURCE (object);

  switch ((MgrResourceProperty) id)
    {
    case PROP_NAME:
      self->name = g_value_dup_string (value);
      break;
    case PROP_SIZE:
      mgr_resource_set_size (self, g_value_get_uint64 (value));
      break;
    case PROP_SAFETY:
      mgr_resource_set_safety (self, g_value_get_enum (value));
      break;
    case PROP_PRIORITY:
      mgr_resource_set_priority (self, g_value_get_uint (value));
      break;
    case PROP_SAFETY_SET:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_resource_finalize (GObject *object)
{
  MgrResource *self = MGR_RESOURCE (object);

  g_free (self->name);
  g_main_context_unref (self->context);
  g_thread_unref (self->thread);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgr_resource_parent_class)->finalize (object);
}

static void
mgr_resource_class_init (MgrResourceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  const GParamFlags writable = readable | G_PARAM_WRITABLE | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = mgr_resource_get_property;
  object_class->set_property = mgr_resource_set_property;
  object_class->finalize = mgr_resource_finalize;

  /**
   * MgrResource:name:
   *
   * What the rules, reports and people call it.
   *
   * Since: 1.0
   */
  props[PROP_NAME] =
    g_param_spec_string ("name", NULL, NULL, NULL,
                         readable | G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY);

  /**
   * MgrResource:size:
   *
   * How many bytes it holds. A resource of size 0 has nothing to give and is
   * not asked.
   *
   * Since: 1.0
   */
  props[PROP_SIZE] =
    g_param_spec_uint64 ("size", NULL, NULL, 0, G_MAXUINT64, 0, writable);

  /**
   * MgrResource:safety:
   *
   * What a cleanup may do with it. Setting it wins over all rules; as long as
   * nobody does, the rules of the cleaner decide by the name.
   *
   * Since: 1.0
   */
  props[PROP_SAFETY] =
    g_param_spec_enum ("safety", NULL, NULL,
                       MGR_TYPE_SAFETY, MGR_SAFETY_CAUTIOUS, writable);

  /**
   * MgrResource:safety-set:
   *
   * Whether #MgrResource:safety was set by hand.
   *
   * Since: 1.0
   */
  props[PROP_SAFETY_SET] =
    g_param_spec_boolean ("safety-set", NULL, NULL, FALSE, readable);

  /**
   * MgrResource:priority:
   *
   * How much it is worth keeping, 1 to 10: of two resources of the same safety
   * the one of lower priority is cleaned first.
   *
   * Since: 1.0
   */
  props[PROP_PRIORITY] =
    g_param_spec_uint ("priority", NULL, NULL,
                       MGR_PRIORITY_MIN, MGR_PRIORITY_MAX, MGR_PRIORITY_DEFAULT, writable);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);

  /**
   * MgrResource::reclaim:
   * @self: the resource
   * @target: how many bytes are wanted; more or less may be freed
   *
   * Asks to free memory. A handler lets go of what it can and says how much that
   * was, in bytes; 0 keeps the resource as it is. The answers of several handlers
   * are summed up. #MgrResource:size is lowered by the sum, unless a handler set
   * it.
   *
   * No lock is held meanwhile: a handler may register and unregister resources
   * and drop its references. A cleanup asked for from here fails with
   * %MGR_ERROR_WOULD_DEADLOCK.
   *
   * Fires in the thread that made the resource where the cleanup was asked for
   * there, else in the main context of that thread.
   *
   * Returns: the bytes that were freed
   *
   * Since: 1.0
   */
  signal_reclaim =
    g_signal_new ("reclaim", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                  0, sum_freed_accumulator, NULL, NULL,
                  G_TYPE_UINT64, 1, G_TYPE_UINT64);
}

static void
mgr_resource_init (MgrResource *self)
{
  g_mutex_init (&self->lock);
  self->context = g_main_context_ref_thread_default ();
  self->thread = g_thread_ref (g_thread_self ());
  self->safety = MGR_SAFETY_CAUTIOUS;
  self->priority = MGR_PRIORITY_DEFAULT;
}

/**
 * mgr_resource_new:
 * @name: what to call it; unique within a cleaner
 * @size: how many bytes it holds
 *
 * Makes a resource. It does nothing until it is registered and something is
 * connected to #MgrResource::reclaim.
 *
 * Returns: (transfer full): the resource
 *
 * Since: 1.0
 */
MgrResource *
mgr_resource_new (const char *name,
                  guint64     size)
{
  g_return_val_if_fail (name != NULL && *name != '\0', NULL);

  return g_object_new (MGR_TYPE_RESOURCE, "name", name, "size", size, NULL);
}

/**
 * mgr_resource_get_name:
 * @self: a resource
 *
 * Gets #MgrResource:name. May be called from any thread.
 *
 * Returns: (transfer none): the name
 *
 * Since: 1.0
 */
const char *
mgr_resource_get_name (MgrResource *self)
{
  g_return_val_if_fail (MGR_IS_RESOURCE (self), NULL);

  return self->name;
}

/**
 * mgr_resource_get_size:
 * @self: a resource
 *
 * Gets #MgrResource:size. May be called from any thread.
 *
 * Returns: the size in bytes
 *
 * Since: 1.0
 */
guint64
mgr_resource_get_size (MgrResource *self)
{
  guint64 size;

  g_return_val_if_fail (MGR_IS_RESOURCE (self), 0);

  g_mutex_lock (&self->lock);
  size = self->size;
  g_mutex_unlock (&self->lock);

  return size;
}

/**
 * mgr_resource_set_size:
 * @self: a resource
 * @size: how many bytes it holds now
 *
 * Sets #MgrResource:size. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_resource_set_size (MgrResource *self,
                       guint64      size)
{
  gboolean changed;

  g_return_if_fail (MGR_IS_RESOURCE (self));

  g_mutex_lock (&self->lock);
  changed = self->size != size;
  self->size = size;
  self->size_serial++;
  g_mutex_unlock (&self->lock);

  if (changed)
    resource_notify (self, PROP_SIZE);
}

/**
 * mgr_resource_get_safety:
 * @self: a resource
 *
 * Gets #MgrResource:safety. May be called from any thread.
 *
 * Returns: what a cleanup may do with it
 *
 * Since: 1.0
 */
MgrSafety
mgr_resource_get_safety (MgrResource *self)
{
  MgrSafety safety;

  g_return_val_if_fail (MGR_IS_RESOURCE (self), MGR_SAFETY_PROTECTED);

  g_mutex_lock (&self->lock);
  safety = self->safety;
  g_mutex_unlock (&self->lock);

  return safety;
}

/**
 * mgr_resource_set_safety:
 * @self: a resource
 * @safety: what a cleanup may do with it
 *
 * Sets #MgrResource:safety by hand: rules no longer change it. Where a cleanup is
 * running, a resource made %MGR_SAFETY_PROTECTED before its turn is kept. May be
 * called from any thread.
 *
 * Since: 1.0
 */
void
mgr_resource_set_safety (MgrResource *self,
                         MgrSafety    safety)
{
  gboolean changed;
  gboolean first;

  g_return_if_fail (MGR_IS_RESOURCE (self));
  g_return_if_fail ((guint) safety <= MGR_SAFETY_CAUTIOUS);

  g_mutex_lock (&self->lock);
  changed = self->safety != safety;
  first = !self->safety_set;
  self->safety = safety;
  self->safety_set = TRUE;
  g_mutex_unlock (&self->lock);

  if (changed)
    resource_notify (self, PROP_SAFETY);
  if (first)
    resource_notify (self, PROP_SAFETY_SET);
}

/**
 * mgr_resource_get_safety_set:
 * @self: a resource
 *
 * Gets #MgrResource:safety-set. May be called from any thread.
 *
 * Returns: %TRUE if the safety was set by hand
 *
 * Since: 1.0
 */
gboolean
mgr_resource_get_safety_set (MgrResource *self)
{
  gboolean safety_set;

  g_return_val_if_fail (MGR_IS_RESOURCE (self), FALSE);

  g_mutex_lock (&self->lock);
  safety_set = self->safety_set;
  g_mutex_unlock (&self->lock);

  return safety_set;
}

/**
 * mgr_resource_get_priority:
 * @self: a resource
 *
 * Gets #MgrResource:priority. May be called from any thread.
 *
 * Returns: the priority, 1 to 10
 *
 * Since: 1.0
 */
guint
mgr_resource_get_priority (MgrResource *self)
{
  guint priority;

  g_return_val_if_fail (MGR_IS_RESOURCE (self), MGR_PRIORITY_DEFAULT);

  g_mutex_lock (&self->lock);
  priority = self->priority;
  g_mutex_unlock (&self->lock);

  return priority;
}

/**
 * mgr_resource_set_priority:
 * @self: a resource
 * @priority: how much it is worth keeping, 1 to 10
 *
 * Sets #MgrResource:priority. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_resource_set_priority (MgrResource *self,
                           guint        priority)
{
  gboolean changed;

  g_return_if_fail (MGR_IS_RESOURCE (self));
  g_return_if_fail (priority >= MGR_PRIORITY_MIN && priority <= MGR_PRIORITY_MAX);

  g_mutex_lock (&self->lock);
  changed = self->priority != priority;
  self->priority = priority;
  g_mutex_unlock (&self->lock);

  if (changed)
    resource_notify (self, PROP_PRIORITY);
}

void
mgr_resource_get_state (MgrResource      *self,
                        MgrResourceState *out_state)
{
  g_mutex_lock (&self->lock);
  out_state->size = self->size;
  out_state->size_serial = self->size_serial;
  out_state->safety = self->safety;
  out_state->safety_set = self->safety_set;
  out_state->priority = self->priority;
  g_mutex_unlock (&self->lock);
}

void
mgr_resource_classify (MgrResource *self,
                       MgrSafety    safety)
{
  gboolean changed;

  g_mutex_lock (&self->lock);
  changed = !self->safety_set && self->safety != safety;
  if (changed)
    self->safety = safety;
  g_mutex_unlock (&self->lock);

  if (changed)
    resource_notify (self, PROP_SAFETY);
}

gboolean
mgr_resource_can_reclaim (MgrResource *self)
{
  return g_signal_has_handler_pending (self, signal_reclaim, 0, FALSE);
}

gboolean
mgr_resource_is_owner (MgrResource *self)
{
  return self->thread == g_thread_self () || g_main_context_is_owner (self->context);
}

GMainContext *
mgr_resource_get_context (MgrResource *self)
{
  return self->context;
}

static void
resource_take_off (MgrResource *self,
                   guint64      freed,
                   guint64      serial)
{
  gboolean changed;

  g_mutex_lock (&self->lock);
  changed = self->size_serial == serial && self->size > 0 && freed > 0;
  if (changed)
    self->size -= MIN (self->size, freed);
  g_mutex_unlock (&self->lock);

  if (changed)
    resource_notify (self, PROP_SIZE);
}

guint64
mgr_resource_reclaim (MgrResource     *self,
                      guint64          target,
                      MgrCleanupFlags  flags)
{
  guint64 freed = 0;
  gboolean allowed;
  guint64 serial;

  g_mutex_lock (&self->lock);
  allowed = mgr_cleanup_flags_allow (flags, self->safety, self->safety_set);
  serial = self->size_serial;
  g_mutex_unlock (&self->lock);

  if (!allowed)
    return 0;

  g_signal_emit (self, signal_reclaim, 0, target, &freed);
  resource_take_off (self, freed, serial);

  return freed;
}
