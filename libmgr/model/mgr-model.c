/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "model/mgr-model.h"

#include "base/mgr-owner-context-private.h"
#include "mgr-enum-types.h"
#include "model/mgr-model-private.h"

/**
 * SECTION:mgr-model
 * @title: MgrModel
 * @short_description: something large that is loaded when it is needed
 *
 * A trained model, a dictionary, an index: it takes seconds to load and much memory to
 * keep, and a program that has several seldom needs all at a time. A #MgrModel knows how
 * to load one. The first mgr_model_use() does, later ones find it in memory, and those
 * that come meanwhile share the one load. Where nobody uses it, it may be unloaded: by
 * its #MgrModelRegistry after a while, to make room for another, or by a cleanup.
 *
 * #MgrModel::load loads, #MgrModel::discard gets rid of what needs more than the last
 * reference; both may be connected to, or implemented by a subclass. What is loaded is a
 * #GObject; anything else travels in one.
 *
 * What a model takes is declared, and measured when it is loaded alone: by how much the
 * anonymous memory of the process has grown, and by how much the charge of its component
 * has. The larger figure counts, and what the loader did not charge there itself is
 * charged. mgr_model_get_statistics() tells all.
 *
 * After an object was let go its model remembers it weakly: where somebody else has kept
 * it, the next use finds it again without a load, unless there is an unloader.
 *
 * All functions may be called from any thread. Loaders and unloaders are called, and
 * objects let go, where the model was made, unless it is #MgrModel:thread-safe: then the
 * loader runs in a thread of its own, and objects are let go in any.
 */

/* Larger models take minutes to come over a network; nobody waits longer for nothing. */
#define LOAD_TIMEOUT_DEFAULT (5 * G_TIME_SPAN_MINUTE)

static GParamSpec *props[MGR_MODEL_PROP_LOADED + 1];
static guint signals[MGR_MODEL_SIGNAL_UNLOADED + 1];

/**
 * MgrModel:
 *
 * Something large that is loaded when it is needed.
 *
 * Since: 1.0
 */

/**
 * MgrModelClass:
 * @load: loads it (transfer full), or fails; asked where no handler of #MgrModel::load
 *    gave an object
 * @discard: gets rid of what the object holds beyond its last reference
 *
 * What a kind of model may implement. Both are called without a lock, in the owner's
 * context, or in any thread if the model is #MgrModel:thread-safe.
 *
 * Since: 1.0
 */
G_DEFINE_TYPE_WITH_CODE (MgrModel, mgr_model, G_TYPE_OBJECT,
                         G_ADD_PRIVATE (MgrModel)
                         G_IMPLEMENT_INTERFACE (MGR_TYPE_RECLAIMER, mgr_model_reclaimer_init))

/**
 * MgrModelClass::load:
 * @self: a model
 * @error: return location for a #GError
 *
 * Loads the model, or fails.
 *
 * Returns: (transfer full): the object
 *
 * Since: 1.0
 */

MgrModelPrivate *
mgr_model_get_private (MgrModel *self)
{
  return mgr_model_get_instance_private (self);
}

gboolean
mgr_model_is_owner (MgrModel *self)
{
  MgrModelPrivate *priv = mgr_model_get_private (self);

  return priv->thread == g_thread_self () || g_main_context_is_owner (priv->context);
}

GObject *
mgr_model_call_load (MgrModel  *self,
                     GError   **error)
{
  GObject *object = NULL;

  if (g_signal_has_handler_pending (self, signals[MGR_MODEL_SIGNAL_LOAD], 0, FALSE))
    g_signal_emit (self, signals[MGR_MODEL_SIGNAL_LOAD], 0, &object);

  return object != NULL ? object : MGR_MODEL_GET_CLASS (self)->load (self, error);
}

gboolean
mgr_model_has_unloader (MgrModel *self)
{
  return MGR_MODEL_GET_CLASS (self)->discard != NULL
         || g_signal_has_handler_pending (self, signals[MGR_MODEL_SIGNAL_UNLOAD], 0, FALSE);
}

void
mgr_model_call_unload (MgrModel *self,
                       GObject  *object)
{
  MgrModelClass *klass = MGR_MODEL_GET_CLASS (self);

  g_signal_emit (self, signals[MGR_MODEL_SIGNAL_UNLOAD], 0, object);
  if (klass->discard != NULL)
    klass->discard (self, object);
}

static void
announce_cb (gpointer object,
             gpointer user_data)
{
  g_object_notify_by_pspec (object, props[MGR_MODEL_PROP_LOADED]);
  g_signal_emit (object, signals[GPOINTER_TO_INT (user_data)], 0);
}

void
mgr_model_announce (MgrModel       *self,
                    MgrModelSignal  signal)
{
  if (mgr_model_is_owner (self))
    announce_cb (self, GINT_TO_POINTER (signal));
  else
    mgr_owner_context_post (mgr_model_get_private (self)->context, self, announce_cb,
                            GINT_TO_POINTER (signal), NULL);
}

static void
notify_cb (gpointer object,
           gpointer user_data)
{
  g_object_notify_by_pspec (object, user_data);
}

void
mgr_model_notify (MgrModel         *self,
                  MgrModelProperty  property)
{
  if (mgr_model_is_owner (self))
    g_object_notify_by_pspec (G_OBJECT (self), props[property]);
  else
    mgr_owner_context_post (mgr_model_get_private (self)->context, self, notify_cb,
                            props[property], NULL);
}

static GObject *
mgr_model_real_load (MgrModel  *self,
                     GError   **error)
{
  g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
               "nothing loads it: connect to “load”, or implement it");
  return NULL;
}

static void
mgr_model_get_property (GObject    *object,
                        guint       id,
                        GValue     *value,
                        GParamSpec *pspec)
{
  MgrModel *self = MGR_MODEL (object);

  switch ((MgrModelProperty) id)
    {
    case MGR_MODEL_PROP_NAME:
      g_value_set_string (value, mgr_model_get_name (self));
      break;
    case MGR_MODEL_PROP_COMPONENT:
      g_value_set_object (value, mgr_model_get_component (self));
      break;
    case MGR_MODEL_PROP_CLOCK:
      g_value_set_object (value, mgr_model_get_private (self)->clock);
      break;
    case MGR_MODEL_PROP_THREAD_SAFE:
      g_value_set_boolean (value, mgr_model_get_thread_safe (self));
      break;
    case MGR_MODEL_PROP_DECLARED_SIZE:
      g_value_set_uint64 (value, mgr_model_get_declared_size (self));
      break;
    case MGR_MODEL_PROP_SAFETY:
      g_value_set_enum (value, (int) mgr_model_get_safety (self));
      break;
    case MGR_MODEL_PROP_PRIORITY:
      g_value_set_uint (value, mgr_model_get_priority (self));
      break;
    case MGR_MODEL_PROP_LOAD_TIMEOUT:
      g_value_set_int64 (value, mgr_model_get_load_timeout (self));
      break;
    case MGR_MODEL_PROP_LOADED:
      g_value_set_boolean (value, mgr_model_is_loaded (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_model_set_property (GObject      *object,
                        guint         id,
                        const GValue *value,
                        GParamSpec   *pspec)
{
  MgrModel *self = MGR_MODEL (object);
  MgrModelPrivate *priv = mgr_model_get_private (self);
  const char *name;

  switch ((MgrModelProperty) id)
    {
    case MGR_MODEL_PROP_NAME:
      name = g_value_get_string (value);
      priv->name = g_ref_string_new (name != NULL ? name : "");
      break;
    case MGR_MODEL_PROP_COMPONENT:
      priv->component = g_value_dup_object (value);
      break;
    case MGR_MODEL_PROP_CLOCK:
      priv->clock = g_value_dup_object (value);
      break;
    case MGR_MODEL_PROP_THREAD_SAFE:
      priv->thread_safe = g_value_get_boolean (value);
      break;
    case MGR_MODEL_PROP_DECLARED_SIZE:
      mgr_model_set_declared_size (self, g_value_get_uint64 (value));
      break;
    case MGR_MODEL_PROP_SAFETY:
      mgr_model_set_safety (self, (MgrSafety) g_value_get_enum (value));
      break;
    case MGR_MODEL_PROP_PRIORITY:
      mgr_model_set_priority (self, g_value_get_uint (value));
      break;
    case MGR_MODEL_PROP_LOAD_TIMEOUT:
      mgr_model_set_load_timeout (self, g_value_get_int64 (value));
      break;
    case MGR_MODEL_PROP_LOADED:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_model_constructed (GObject *object)
{
  MgrModelPrivate *priv = mgr_model_get_private (MGR_MODEL (object));

  G_OBJECT_CLASS (mgr_model_parent_class)->constructed (object);

  if (priv->clock == NULL)
    priv->clock = g_object_ref (mgr_clock_get_default ());
}

/* Uses and loads keep the model, so there is neither. */
static void
mgr_model_dispose (GObject *object)
{
  mgr_model_unload_at_end (MGR_MODEL (object));

  G_OBJECT_CLASS (mgr_model_parent_class)->dispose (object);
}

static void
mgr_model_finalize (GObject *object)
{
  MgrModelPrivate *priv = mgr_model_get_private (MGR_MODEL (object));

  g_clear_pointer (&priv->charge, mgr_allocation_unref);
  g_clear_object (&priv->object);
  g_clear_object (&priv->component);
  g_clear_object (&priv->clock);
  g_weak_ref_clear (&priv->home);
  g_weak_ref_clear (&priv->last);
  g_main_context_unref (priv->context);
  g_thread_unref (priv->thread);
  g_cond_clear (&priv->changed);
  g_mutex_clear (&priv->lock);
  g_ref_string_release (priv->name);

  G_OBJECT_CLASS (mgr_model_parent_class)->finalize (object);
}

static void
install_identity_properties (void)
{
  const GParamFlags flags =
    G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * MgrModel:name:
   *
   * The name that reports and errors call the model by: 1 to 255 bytes without “/”, and
   * unique within its registry.
   *
   * Since: 1.0
   */
  props[MGR_MODEL_PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);

  /**
   * MgrModel:component:
   *
   * The component that is charged while the model is loaded. One without is given that of
   * the first registry that has one; %NULL for a model that nobody is charged for.
   *
   * Since: 1.0
   */
  props[MGR_MODEL_PROP_COMPONENT] =
    g_param_spec_object ("component", NULL, NULL, MGR_TYPE_COMPONENT, flags);

  /**
   * MgrModel:clock:
   *
   * The clock by which loads are measured and uses remembered; the system's if none is
   * given.
   *
   * Since: 1.0
   */
  props[MGR_MODEL_PROP_CLOCK] = g_param_spec_object ("clock", NULL, NULL, MGR_TYPE_CLOCK, flags);

  /**
   * MgrModel:thread-safe:
   *
   * Whether the loader and the unloader may be called in any thread: then a load never
   * takes the main loop's time.
   *
   * Since: 1.0
   */
  props[MGR_MODEL_PROP_THREAD_SAFE] =
    g_param_spec_boolean ("thread-safe", NULL, NULL, FALSE, flags);
}

static void
install_treatment_properties (void)
{
  const GParamFlags flags =
    G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  /**
   * MgrModel:declared-size:
   *
   * What the model is expected to take when it is loaded, in bytes; 0 where that is not
   * known. Where more is measured, that counts.
   *
   * Since: 1.0
   */
  props[MGR_MODEL_PROP_DECLARED_SIZE] =
    g_param_spec_uint64 ("declared-size", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * MgrModel:safety:
   *
   * Who may unload the model while it is not in use: %MGR_SAFETY_SAFE lets go after a
   * while by itself, for another model, and in cleanups; %MGR_SAFETY_CAUTIOUS for another
   * model where the SAFE ones do not do, and when a cleanup is forced;
   * %MGR_SAFETY_PROTECTED only when it is asked to by mgr_model_unload().
   *
   * Since: 1.0
   */
  props[MGR_MODEL_PROP_SAFETY] =
    g_param_spec_enum ("safety", NULL, NULL, MGR_TYPE_SAFETY, MGR_SAFETY_SAFE, flags);

  /**
   * MgrModel:priority:
   *
   * How much it matters that the model stays loaded, from %MGR_PRIORITY_MIN to
   * %MGR_PRIORITY_MAX.
   *
   * Since: 1.0
   */
  props[MGR_MODEL_PROP_PRIORITY] =
    g_param_spec_uint ("priority", NULL, NULL, MGR_PRIORITY_MIN, MGR_PRIORITY_MAX,
                       MGR_PRIORITY_DEFAULT, flags);

  /**
   * MgrModel:load-timeout:
   *
   * How long a use waits for a load that does not end, in microseconds. What is loaded
   * later than that is kept for the next use.
   *
   * Since: 1.0
   */
  props[MGR_MODEL_PROP_LOAD_TIMEOUT] =
    g_param_spec_int64 ("load-timeout", NULL, NULL, 1, G_MAXINT64, LOAD_TIMEOUT_DEFAULT, flags);

  /**
   * MgrModel:loaded:
   *
   * Whether the object is in memory.
   *
   * Since: 1.0
   */
  props[MGR_MODEL_PROP_LOADED] =
    g_param_spec_boolean ("loaded", NULL, NULL, FALSE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
}

static void
install_handler_signals (MgrModelClass *klass)
{
  /**
   * MgrModel::load:
   * @self: the model
   *
   * Emitted when the model is to be loaded: in the owner's context, or, if the model is
   * #MgrModel:thread-safe, in a thread of its own. The first handler that gives an object
   * ends the emission. One that cannot says why with mgr_model_fail_load(), and gives
   * %NULL.
   *
   * Returns: (transfer full) (nullable): what was loaded
   *
   * Since: 1.0
   */
  signals[MGR_MODEL_SIGNAL_LOAD] =
    g_signal_new ("load", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                  0, g_signal_accumulator_first_wins, NULL, NULL, G_TYPE_OBJECT, 0);

  /**
   * MgrModel::discard:
   * @self: the model
   * @object: what was loaded
   *
   * Emitted before the model lets go of the object: in the owner's context, or, if the
   * model is #MgrModel:thread-safe, in any thread.
   *
   * Since: 1.0
   */
  signals[MGR_MODEL_SIGNAL_UNLOAD] =
    g_signal_new ("discard", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_OBJECT);
}

static void
install_news_signals (MgrModelClass *klass)
{
  /**
   * MgrModel::loaded:
   * @self: the model
   *
   * Emitted in the owner's context after the object was loaded, or found again.
   *
   * Since: 1.0
   */
  signals[MGR_MODEL_SIGNAL_LOADED] =
    g_signal_new ("loaded", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL, G_TYPE_NONE, 0);

  /**
   * MgrModel::unloaded:
   * @self: the model
   *
   * Emitted in the owner's context after the object was let go.
   *
   * Since: 1.0
   */
  signals[MGR_MODEL_SIGNAL_UNLOADED] =
    g_signal_new ("unloaded", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
mgr_model_class_init (MgrModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mgr_model_get_property;
  object_class->set_property = mgr_model_set_property;
  object_class->constructed = mgr_model_constructed;
  object_class->dispose = mgr_model_dispose;
  object_class->finalize = mgr_model_finalize;
  klass->load = mgr_model_real_load;

  install_identity_properties ();
  install_treatment_properties ();
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
  install_handler_signals (klass);
  install_news_signals (klass);
}

static void
mgr_model_init (MgrModel *self)
{
  MgrModelPrivate *priv = mgr_model_get_private (self);

  g_mutex_init (&priv->lock);
  g_cond_init (&priv->changed);
  g_weak_ref_init (&priv->home, NULL);
  g_weak_ref_init (&priv->last, NULL);
  priv->context = g_main_context_ref_thread_default ();
  priv->thread = g_thread_ref (g_thread_self ());
  priv->figures.last_use = -1;
}

/**
 * mgr_model_new:
 * @name: what to call it
 * @component: (nullable): the component to charge, or %NULL
 * @declared_size: what it is expected to take, in bytes, or 0
 *
 * Makes a model that is loaded by handlers of #MgrModel::load, in the main context that is
 * the thread default of the caller. May be called from any thread.
 *
 * Returns: (transfer full): the model, not loaded
 *
 * Since: 1.0
 */
MgrModel *
mgr_model_new (const char   *name,
               MgrComponent *component,
               guint64       declared_size)
{
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (component == NULL || MGR_IS_COMPONENT (component), NULL);

  return g_object_new (MGR_TYPE_MODEL,
                       "name", name,
                       "component", component,
                       "declared-size", declared_size,
                       NULL);
}

/**
 * mgr_model_get_name:
 * @self: a model
 *
 * Gets the name that reports and errors call the model by. May be called from any thread.
 *
 * Returns: the name
 *
 * Since: 1.0
 */
const char *
mgr_model_get_name (MgrModel *self)
{
  g_return_val_if_fail (MGR_IS_MODEL (self), NULL);

  return mgr_model_get_private (self)->name;
}

/**
 * mgr_model_get_component:
 * @self: a model
 *
 * Gets the component that is charged. May be called from any thread.
 *
 * Returns: (transfer none) (nullable): the component; %NULL where nobody is charged
 *
 * Since: 1.0
 */
MgrComponent *
mgr_model_get_component (MgrModel *self)
{
  MgrModelPrivate *priv;
  MgrComponent *component;

  g_return_val_if_fail (MGR_IS_MODEL (self), NULL);

  priv = mgr_model_get_private (self);
  g_mutex_lock (&priv->lock);
  component = priv->component;
  g_mutex_unlock (&priv->lock);

  return component;
}

/**
 * mgr_model_get_thread_safe:
 * @self: a model
 *
 * Gets whether loader and unloader may be called in any thread. May be called from any
 * thread.
 *
 * Returns: %TRUE if they may
 *
 * Since: 1.0
 */
gboolean
mgr_model_get_thread_safe (MgrModel *self)
{
  g_return_val_if_fail (MGR_IS_MODEL (self), FALSE);

  return mgr_model_get_private (self)->thread_safe;
}
