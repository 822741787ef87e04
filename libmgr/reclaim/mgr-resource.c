/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-resource.h"

#include "base/mgr-owner-context-private.h"
#include "ledger/mgr-allocation.h"
#include "mgr-enum-types.h"
#include "reclaim/mgr-resource-group-private.h"
#include "reclaim/mgr-resource-private.h"

/**
 * SECTION:mgr-resource
 * @title: MgrResource
 * @short_description: a named thing that can give memory back
 *
 * A program makes one for each thing that holds much memory and can let go of
 * some: a cache, a table of intermediate results, a model that can be loaded
 * again. It says how much it holds (#MgrResource:size, or #MgrResource::measure),
 * what a cleanup may do with it (#MgrResource:safety), and frees memory when
 * #MgrResource::reclaim asks. Register it with mgr_cleaner_register() or
 * mgr_manager_register_resource().
 *
 * Whoever works on what it holds says so with mgr_resource_begin_access(): until
 * mgr_resource_end_access() no cleanup touches it. #MgrResource::query-veto lets the
 * owner say “not now” at the last moment. What was taken may be brought back by
 * #MgrResource::rebuild, see mgr_cleaner_restore().
 *
 * To be registered keeps a resource, but none of what it speaks of: with
 * mgr_resource_bind_object() it leaves by itself when an object of the program's goes.
 *
 * A resource is a #MgrReclaimer that is not thread-safe, and it can stand for any
 * other one, see mgr_resource_new_for_reclaimer().
 *
 * All functions may be called from any thread. Signals fire in the #GMainContext
 * that was the thread default when the resource was made; where a cleanup is
 * called in the thread that made the resource, they fire directly. No lock is held
 * meanwhile.
 */

static GParamSpec *props[MGR_RESOURCE_PROP_MAINTENANCE_INTERVAL + 1];

static guint signals[MGR_RESOURCE_SIGNAL_MAINTAIN + 1];

/**
 * MgrResource:
 *
 * A named thing that can give memory back.
 *
 * Since: 1.0
 */
G_DEFINE_FINAL_TYPE_WITH_CODE (MgrResource, mgr_resource, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_RECLAIMER,
                                                      mgr_resource_reclaimer_init))

static void
notify_cb (gpointer object,
           gpointer user_data)
{
  g_object_notify_by_pspec (G_OBJECT (object), user_data);
}

void
mgr_resource_notify (MgrResource         *self,
                     MgrResourceProperty  property)
{
  if (mgr_resource_is_owner (self))
    g_object_notify_by_pspec (G_OBJECT (self), props[property]);
  else
    mgr_owner_context_post (self->context, self, notify_cb, props[property], NULL);
}

gboolean
mgr_resource_has_handler (MgrResource       *self,
                          MgrResourceSignal  signal)
{
  return g_signal_has_handler_pending (self, signals[signal], 0, FALSE);
}

guint64
mgr_resource_emit_sum (MgrResource       *self,
                       MgrResourceSignal  signal)
{
  guint64 sum = 0;

  g_signal_emit (self, signals[signal], 0, &sum);
  return sum;
}

guint64
mgr_resource_emit_reclaim (MgrResource *self,
                           guint64      target)
{
  guint64 freed = 0;

  g_signal_emit (self, signals[MGR_RESOURCE_SIGNAL_RECLAIM], 0, target, &freed);
  return freed;
}

gboolean
mgr_resource_emit_query_veto (MgrResource      *self,
                              MgrPressureLevel  level)
{
  gboolean veto = FALSE;

  g_signal_emit (self, signals[MGR_RESOURCE_SIGNAL_QUERY_VETO], 0, level, &veto);
  return veto;
}

void
mgr_resource_emit_reclaimed (MgrResource      *self,
                             MgrReclaimRecord *record)
{
  g_signal_emit (self, signals[MGR_RESOURCE_SIGNAL_RECLAIMED], 0, record);
}

static gboolean
sum_accumulator (GSignalInvocationHint *hint,
                 GValue                *accumulated,
                 const GValue          *answer,
                 gpointer               user_data)
{
  guint64 sum = g_value_get_uint64 (accumulated);
  guint64 more = g_value_get_uint64 (answer);

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
    case MGR_RESOURCE_PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case MGR_RESOURCE_PROP_SIZE:
      g_value_set_uint64 (value, mgr_resource_get_size (self));
      break;
    case MGR_RESOURCE_PROP_SAFETY:
      g_value_set_enum (value, mgr_resource_get_safety (self));
      break;
    case MGR_RESOURCE_PROP_SAFETY_SET:
      g_value_set_boolean (value, mgr_resource_get_safety_set (self));
      break;
    case MGR_RESOURCE_PROP_PRIORITY:
      g_value_set_uint (value, mgr_resource_get_priority (self));
      break;
    case MGR_RESOURCE_PROP_LIMIT:
      g_value_set_uint64 (value, mgr_resource_get_limit (self));
      break;
    case MGR_RESOURCE_PROP_LOSSY:
      g_value_set_boolean (value, mgr_resource_get_lossy (self));
      break;
    case MGR_RESOURCE_PROP_REBUILD_COST:
      g_value_set_int64 (value, mgr_resource_get_rebuild_cost (self));
      break;
    case MGR_RESOURCE_PROP_WALK_COST:
      g_value_set_int64 (value, mgr_resource_get_walk_cost (self));
      break;
    case MGR_RESOURCE_PROP_COMPONENT:
      g_value_take_object (value, mgr_resource_get_component (self));
      break;
    case MGR_RESOURCE_PROP_RECLAIMER:
      g_value_take_object (value, mgr_resource_get_reclaimer (self));
      break;
    case MGR_RESOURCE_PROP_MAINTENANCE_INTERVAL:
      g_value_set_int64 (value, mgr_resource_get_maintenance_interval (self));
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
    case MGR_RESOURCE_PROP_NAME:
      self->name = g_value_dup_string (value);
      break;
    case MGR_RESOURCE_PROP_SIZE:
      mgr_resource_set_size (self, g_value_get_uint64 (value));
      break;
    case MGR_RESOURCE_PROP_SAFETY:
      mgr_resource_set_safety (self, g_value_get_enum (value));
      break;
    case MGR_RESOURCE_PROP_PRIORITY:
      mgr_resource_set_priority (self, g_value_get_uint (value));
      break;
    case MGR_RESOURCE_PROP_LIMIT:
      mgr_resource_set_limit (self, g_value_get_uint64 (value));
      break;
    case MGR_RESOURCE_PROP_LOSSY:
      mgr_resource_set_lossy (self, g_value_get_boolean (value));
      break;
    case MGR_RESOURCE_PROP_REBUILD_COST:
      mgr_resource_set_rebuild_cost (self, g_value_get_int64 (value));
      break;
    case MGR_RESOURCE_PROP_WALK_COST:
      mgr_resource_set_walk_cost (self, g_value_get_int64 (value));
      break;
    case MGR_RESOURCE_PROP_COMPONENT:
      mgr_resource_set_component (self, g_value_get_object (value));
      break;
    case MGR_RESOURCE_PROP_RECLAIMER:
      if (g_value_get_object (value) != NULL)
        mgr_resource_set_reclaimer (self, g_value_get_object (value));
      break;
    case MGR_RESOURCE_PROP_MAINTENANCE_INTERVAL:
      mgr_resource_set_maintenance_interval (self, g_value_get_int64 (value));
      break;
    case MGR_RESOURCE_PROP_SAFETY_SET:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_resource_finalize (GObject *object)
{
  MgrResource *self = MGR_RESOURCE (object);

  g_clear_pointer (&self->lifeline, mgr_lifeline_cut);
  g_clear_pointer (&self->reclaimer, mgr_lifeline_cut);
  g_clear_object (&self->component);
  g_weak_ref_clear (&self->group);
  g_ptr_array_unref (self->homes);
  g_free (self->name);
  g_free (self->item);
  g_main_context_unref (self->context);
  g_thread_unref (self->thread);
  g_cond_clear (&self->left);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgr_resource_parent_class)->finalize (object);
}

static void
mgr_resource_class_init (MgrResourceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  const GParamFlags writable = readable | G_PARAM_WRITABLE | G_PARAM_EXPLICIT_NOTIFY;
  const GParamFlags construct = readable | G_PARAM_WRITABLE | G_PARAM_CONSTRUCT_ONLY;

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
  props[MGR_RESOURCE_PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, construct);

  /**
   * MgrResource:size:
   *
   * How many bytes it holds, as far as is known: what was set or measured last. A
   * resource of size 0 has nothing to give and is not asked.
   *
   * Since: 1.0
   */
  props[MGR_RESOURCE_PROP_SIZE] =
    g_param_spec_uint64 ("size", NULL, NULL, 0, G_MAXUINT64, 0, writable);

  /**
   * MgrResource:safety:
   *
   * What a cleanup may do with it. Setting it wins over all rules; as long as
   * nobody does, the rules of the cleaner decide by the name.
   *
   * Since: 1.0
   */
  props[MGR_RESOURCE_PROP_SAFETY] =
    g_param_spec_enum ("safety", NULL, NULL,
                       MGR_TYPE_SAFETY, MGR_SAFETY_CAUTIOUS, writable);

  /**
   * MgrResource:safety-set:
   *
   * Whether #MgrResource:safety was set by hand.
   *
   * Since: 1.0
   */
  props[MGR_RESOURCE_PROP_SAFETY_SET] =
    g_param_spec_boolean ("safety-set", NULL, NULL, FALSE, readable);

  /**
   * MgrResource:priority:
   *
   * How much it is worth keeping, 1 to 10: of two resources of the same safety
   * the one of lower priority is cleaned first.
   *
   * Since: 1.0
   */
  props[MGR_RESOURCE_PROP_PRIORITY] =
    g_param_spec_uint ("priority", NULL, NULL,
                       MGR_PRIORITY_MIN, MGR_PRIORITY_MAX, MGR_PRIORITY_DEFAULT, writable);

  /**
   * MgrResource:limit:
   *
   * How many bytes it ought to hold at most; 0 for no limit. Of the resources of the
   * same safety, those over their limit are cleaned first. Being over it frees
   * nothing by itself; maintenance brings a SAFE one back to its limit, see
   * mgr_manager_maintain().
   *
   * Since: 1.0
   */
  props[MGR_RESOURCE_PROP_LIMIT] =
    g_param_spec_uint64 ("limit", NULL, NULL, 0, G_MAXUINT64, 0, writable);

  /**
   * MgrResource:lossy:
   *
   * Whether what it gives back has to be made again when it is wanted, which is
   * supposed of it unless it says otherwise. For that of a #MgrReclaimer: what its
   * last estimate said.
   *
   * Since: 1.0
   */
  props[MGR_RESOURCE_PROP_LOSSY] =
    g_param_spec_boolean ("lossy", NULL, NULL, TRUE, writable);

  /**
   * MgrResource:rebuild-cost:
   *
   * How long it takes to make all of it again, in microseconds; 0 if that is not
   * known. For that of a #MgrReclaimer: what its last estimate said.
   *
   * Since: 1.0
   */
  props[MGR_RESOURCE_PROP_REBUILD_COST] =
    g_param_spec_int64 ("rebuild-cost", NULL, NULL, 0, G_MAXINT64, 0, writable);

  /**
   * MgrResource:walk-cost:
   *
   * How long it takes to find out what may go, in microseconds; 0 if that is not
   * known. For that of a #MgrReclaimer: what its last estimate said.
   *
   * Since: 1.0
   */
  props[MGR_RESOURCE_PROP_WALK_COST] =
    g_param_spec_int64 ("walk-cost", NULL, NULL, 0, G_MAXINT64, 0, writable);

  /**
   * MgrResource:component:
   *
   * The component whose memory it holds, or %NULL if that is not known.
   *
   * Since: 1.0
   */
  props[MGR_RESOURCE_PROP_COMPONENT] =
    g_param_spec_object ("component", NULL, NULL, MGR_TYPE_COMPONENT, writable);

  /**
   * MgrResource:reclaimer:
   *
   * What it stands for, or %NULL: see mgr_resource_new_for_reclaimer(). It is not
   * kept alive.
   *
   * Since: 1.0
   */
  props[MGR_RESOURCE_PROP_RECLAIMER] =
    g_param_spec_object ("reclaimer", NULL, NULL, MGR_TYPE_RECLAIMER, construct);

  /**
   * MgrResource:maintenance-interval:
   *
   * How long after one maintenance the next one comes by itself, in microseconds; 0
   * for #MgrManager:maintenance-interval.
   *
   * Since: 1.0
   */
  props[MGR_RESOURCE_PROP_MAINTENANCE_INTERVAL] =
    g_param_spec_int64 ("maintenance-interval", NULL, NULL, 0, G_MAXINT64, 0, writable);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);

  /**
   * MgrResource::reclaim:
   * @self: the resource
   * @target: how many bytes are wanted; more or less may be freed
   *
   * Asks to free memory. A handler lets go of what it can and says how much that
   * was, in bytes; 0 keeps the resource as it is, and mgr_resource_fail() says why it
   * could not. The answers of several handlers are summed up. #MgrResource:size is
   * lowered by the sum, unless a handler set it.
   *
   * No lock is held meanwhile: a handler may register and unregister resources
   * and drop its references. A cleanup asked for from here fails with
   * %MGR_ERROR_WOULD_DEADLOCK. The object of mgr_resource_bind_object() is kept alive
   * until the last handler has returned.
   *
   * Fires in the thread that made the resource where the cleanup was asked for
   * there, else in the main context of that thread.
   *
   * Returns: the bytes that were freed
   *
   * Since: 1.0
   */
  signals[MGR_RESOURCE_SIGNAL_RECLAIM] =
    g_signal_new ("reclaim", type, G_SIGNAL_RUN_LAST,
                  0, sum_accumulator, NULL, NULL,
                  G_TYPE_UINT64, 1, G_TYPE_UINT64);

  /**
   * MgrResource::measure:
   * @self: the resource
   *
   * Asks how many bytes it holds now. It comes when a plan or a report wants to know
   * and the last answer is older than a second by the clock of the cleaner, or
   * something was taken since. The answers of several handlers are summed up and set
   * #MgrResource:size. Where nothing is connected, what the program set last counts.
   *
   * Fires as #MgrResource::reclaim does. A plan waits for another thread a few
   * milliseconds only; an answer that comes later counts for the next one.
   *
   * Returns: the size in bytes
   *
   * Since: 1.0
   */
  signals[MGR_RESOURCE_SIGNAL_MEASURE] =
    g_signal_new ("measure", type, G_SIGNAL_RUN_LAST,
                  0, sum_accumulator, NULL, NULL,
                  G_TYPE_UINT64, 0);

  /**
   * MgrResource::query-veto:
   * @self: the resource
   * @level: how short memory is
   *
   * Asks the owner whether it objects to a cleanup now. It comes when a plan is made,
   * and again just before #MgrResource::reclaim would: what says %TRUE then is kept,
   * even where the cleanup is forced. The first handler that objects decides.
   *
   * The first half of an emergency can ask nobody, and leaves alone what something is
   * connected to; the cleanup that follows asks. It knows of what was connected before
   * the resource was registered, or by the time the owner's main loop turned after
   * that, and of later changes once a plan was made. See
   * mgr_manager_declare_emergency().
   *
   * Fires as #MgrResource::reclaim does.
   *
   * Returns: %TRUE to keep the resource as it is
   *
   * Since: 1.0
   */
  signals[MGR_RESOURCE_SIGNAL_QUERY_VETO] =
    g_signal_new ("query-veto", type, G_SIGNAL_RUN_LAST,
                  0, g_signal_accumulator_true_handled, NULL, NULL,
                  G_TYPE_BOOLEAN, 1, MGR_TYPE_PRESSURE_LEVEL);

  /**
   * MgrResource::rebuild:
   * @self: the resource
   *
   * Asks to bring back what cleanups took, because somebody called
   * mgr_cleaner_restore(). It does not come where #MgrResource::measure, or the group of
   * an item, says that the program has made again what was taken. A handler says how
   * many bytes came back; 0 says that it could not, and mgr_resource_fail() why.
   * #MgrResource:size is raised by the sum of the answers, unless a
   * handler set it. Meanwhile the resource is pinned.
   *
   * Fires in the thread that made the resource where the restore was asked for
   * there, else in the main context of that thread.
   *
   * Returns: the bytes that came back
   *
   * Since: 1.0
   */
  signals[MGR_RESOURCE_SIGNAL_REBUILD] =
    g_signal_new ("rebuild", type, G_SIGNAL_RUN_LAST,
                  0, sum_accumulator, NULL, NULL,
                  G_TYPE_UINT64, 0);

  /**
   * MgrResource::reclaimed:
   * @self: the resource
   * @record: what was taken
   *
   * It gave memory back. Fires in the main context of the thread that made the
   * resource: right after #MgrResource::reclaim, with the same restrictions.
   *
   * Since: 1.0
   */
  signals[MGR_RESOURCE_SIGNAL_RECLAIMED] =
    g_signal_new ("reclaimed", type, G_SIGNAL_RUN_LAST,
                  0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, MGR_TYPE_RECLAIM_RECORD);

  /**
   * MgrResource::maintain:
   * @self: the resource
   *
   * Asks to let go of what is of no use any more: entries that have expired, a model
   * that nobody has used for long. It comes from time to time, whether memory is short
   * or not, as long as the resource is SAFE and not in use; see
   * mgr_manager_maintain(). A handler says how many bytes it freed; the answers of
   * several are summed up and taken off #MgrResource:size, unless a handler set it.
   *
   * Fires as #MgrResource::reclaim does, with the same restrictions. What takes longer
   * than half a millisecond is better done in parts, the next one with the next
   * maintenance.
   *
   * Returns: the bytes that were freed
   *
   * Since: 1.0
   */
  signals[MGR_RESOURCE_SIGNAL_MAINTAIN] =
    g_signal_new ("maintain", type, G_SIGNAL_RUN_LAST,
                  0, sum_accumulator, NULL, NULL,
                  G_TYPE_UINT64, 0);
}

static void
mgr_resource_init (MgrResource *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->left);
  g_weak_ref_init (&self->group, NULL);
  self->context = g_main_context_ref_thread_default ();
  self->thread = g_thread_ref (g_thread_self ());
  self->homes = mgr_resource_homes_new ();
  self->safety = MGR_SAFETY_CAUTIOUS;
  self->priority = MGR_PRIORITY_DEFAULT;
  self->lossy = TRUE;
  self->measured = G_MININT64;
  self->deadline = MGR_RESOURCE_DEADLINE;
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
 * mgr_resource_new_for_reclaimer:
 * @name: (nullable): what to call it, unique within a cleaner; %NULL for the name
 *    that the reclaimer gives itself
 * @reclaimer: what it stands for
 *
 * Makes a resource whose size is what the reclaimer estimates, and that forwards
 * requests for memory to it: that way a cleaner knows it. The resource does not keep
 * the reclaimer alive, and leaves its cleaner when that goes.
 *
 * It is asked where the resource is made, or, if mgr_reclaimer_is_thread_safe() says
 * so now, in any thread, as long as nothing is connected to #MgrResource::reclaim,
 * #MgrResource::measure and #MgrResource::query-veto.
 *
 * Returns: (transfer full): the resource
 *
 * Since: 1.0
 */
MgrResource *
mgr_resource_new_for_reclaimer (const char   *name,
                                MgrReclaimer *reclaimer)
{
  g_return_val_if_fail (name == NULL || *name != '\0', NULL);
  g_return_val_if_fail (MGR_IS_RECLAIMER (reclaimer), NULL);

  return g_object_new (MGR_TYPE_RESOURCE,
                       "name", name != NULL ? name : mgr_reclaimer_get_name (reclaimer),
                       "reclaimer", reclaimer,
                       NULL);
}

MgrResource *
mgr_resource_new_item (const char       *name,
                       const char       *item,
                       MgrResourceGroup *group)
{
  MgrResource *self = mgr_resource_new (name, 0);

  self->item = g_strdup (item);
  g_weak_ref_set (&self->group, group);
  mgr_resource_set_owner (self, group->context, group->thread);
  return self;
}

void
mgr_resource_set_owner (MgrResource  *self,
                        GMainContext *context,
                        GThread      *thread)
{
  g_main_context_unref (self->context);
  self->context = g_main_context_ref (context);
  g_thread_unref (self->thread);
  self->thread = g_thread_ref (thread);
}

void
mgr_resource_set_deadline (MgrResource *self,
                           gint64       deadline)
{
  self->deadline = deadline;
}

const char *
mgr_resource_get_item (MgrResource *self)
{
  return self->item;
}

gboolean
mgr_resource_is_owner (MgrResource *self)
{
  return self->thread == g_thread_self () || g_main_context_is_owner (self->context);
}

gboolean
mgr_resource_is_thread_safe (MgrResource *self)
{
  return self->reclaimer_is_thread_safe
         && !mgr_resource_has_handler (self, MGR_RESOURCE_SIGNAL_RECLAIM)
         && !mgr_resource_has_handler (self, MGR_RESOURCE_SIGNAL_MEASURE)
         && !mgr_resource_has_handler (self, MGR_RESOURCE_SIGNAL_QUERY_VETO);
}

GMainContext *
mgr_resource_get_context (MgrResource *self)
{
  return self->context;
}
