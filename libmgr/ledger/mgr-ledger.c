/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "ledger/mgr-ledger-private.h"

#include "base/mgr-owner-context-private.h"
#include "ledger/mgr-charge-private.h"
#include "ledger/mgr-slot-table-private.h"
#include "ledger/mgr-waiter-private.h"

#include <time.h>

/* Four notifications a second are enough for eyes and dashboards, and cost a
 * busy program next to nothing. */
#define NOTIFY_INTERVAL (G_USEC_PER_SEC / 4)

static gboolean ledger_notify_cb (gpointer user_data);

static gboolean
notify_source_dispatch (GSource     *source,
                        GSourceFunc  callback,
                        gpointer     user_data)
{
  g_source_set_ready_time (source, -1);
  return callback (user_data);
}

static GSourceFuncs notify_source_funcs = {
  .dispatch = notify_source_dispatch,
};

static GSource *
ledger_create_notifier (MgrLedger *self)
{
  GSource *source = g_source_new (&notify_source_funcs, sizeof (GSource));

  g_source_set_callback (source, ledger_notify_cb, mgr_ledger_ref (self),
                         (GDestroyNotify) mgr_ledger_unref);
  g_source_set_static_name (source, "[libmgr] ledger changes");
  g_source_attach (source, self->context);
  return source;
}

static MgrLedger *
ledger_alloc (MgrClock *clock)
{
  MgrLedger *self = g_new0 (MgrLedger, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->clock = g_object_ref (clock);
  self->coarse_clock = clock == mgr_clock_get_default ();
  self->context = g_main_context_ref_thread_default ();
  self->owner_thread = g_thread_self ();
  self->by_path = g_hash_table_new (g_str_hash, g_str_equal);
  self->retired = g_ptr_array_new_with_free_func (g_object_unref);
  g_mutex_init (&self->tree_lock);
  g_queue_init (&self->waiters);
  return self;
}

MgrLedger *
mgr_ledger_new (MgrClock *clock,
                guint64   budget)
{
  MgrLedger *self = ledger_alloc (clock);

  self->root = mgr_component_new (self, NULL, "total", budget);
  g_hash_table_insert (self->by_path, self->root->path, self->root);
  self->notify_source = ledger_create_notifier (self);
  return self;
}

MgrLedger *
mgr_ledger_get_nowhere (void)
{
  static gsize instance = 0;

  if (g_once_init_enter (&instance))
    {
      MgrLedger *self = ledger_alloc (mgr_clock_get_default ());

      self->closed = TRUE;
      self->notify_armed = TRUE;
      g_once_init_leave (&instance, (gsize) self);
    }

  return (MgrLedger *) instance;
}

MgrLedger *
mgr_ledger_ref (MgrLedger *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
mgr_ledger_unref (MgrLedger *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  mgr_slot_table_free (self);
  g_clear_pointer (&self->retired, g_ptr_array_unref);
  g_clear_pointer (&self->by_path, g_hash_table_unref);
  g_clear_pointer (&self->notify_source, g_source_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_object (&self->clock);
  g_mutex_clear (&self->tree_lock);
  g_free (self);
}

gint64
mgr_ledger_now (MgrLedger *self)
{
  struct timespec now;

  if (!self->coarse_clock)
    return mgr_clock_get_time (self->clock);

  /* A fifth of the cost of the exact clock, which nobody needs here. */
  clock_gettime (CLOCK_MONOTONIC_COARSE, &now);
  return (gint64) now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

void
mgr_ledger_arm (MgrLedger *self)
{
  if (g_atomic_int_compare_and_exchange (&self->notify_armed, FALSE, TRUE))
    g_source_set_ready_time (self->notify_source, g_get_monotonic_time () + NOTIFY_INTERVAL);
}

static void
ledger_collect (MgrComponent *component,
                GPtrArray    *components)
{
  g_ptr_array_add (components, g_object_ref (component));
  for (guint i = 0; i < component->children->len; i++)
    ledger_collect (g_ptr_array_index (component->children, i), components);
}

GPtrArray *
mgr_ledger_list (MgrLedger *self)
{
  GPtrArray *components = g_ptr_array_new_with_free_func (g_object_unref);

  g_mutex_lock (&self->tree_lock);
  if (self->root != NULL)
    ledger_collect (self->root, components);
  g_mutex_unlock (&self->tree_lock);

  return components;
}

static gboolean
ledger_notify_cb (gpointer user_data)
{
  MgrLedger *self = user_data;
  g_autoptr (GPtrArray) components = NULL;

  /* Before the figures are read: what changes later arms it anew. */
  g_atomic_int_set (&self->notify_armed, FALSE);
  components = mgr_ledger_list (self);
  for (guint i = 0; i < components->len; i++)
    {
      MgrComponent *component = g_ptr_array_index (components, i);
      guint64 used = mgr_component_get_used (component);

      if (used == component->notified)
        continue;

      component->notified = used;
      mgr_component_notify_usage (component);
    }

  return G_SOURCE_CONTINUE;
}

static gboolean
component_has_handles (MgrComponent *self)
{
  gboolean has;

  g_mutex_lock (&self->lock);
  has = self->n_handles > 0;
  g_mutex_unlock (&self->lock);

  return has;
}

static gboolean
component_tree_has_handles (MgrComponent *self)
{
  if (component_has_handles (self))
    return TRUE;

  for (guint i = 0; i < self->children->len; i++)
    {
      if (component_tree_has_handles (g_ptr_array_index (self->children, i)))
        return TRUE;
    }

  return FALSE;
}

static void
component_unlink (MgrComponent *self)
{
  self->parent = NULL;
  g_ptr_array_set_size (self->children, 0);
}

/* With the tree_lock held: moves what may go to @gone. */
static void
ledger_take_unused (MgrLedger *self,
                    GPtrArray *gone)
{
  for (guint i = self->retired->len; i-- > 0;)
    {
      MgrComponent *component = g_ptr_array_index (self->retired, i);

      if (component_has_handles (component))
        continue;

      mgr_slot_table_reclaim (component);
      g_ptr_array_add (gone, g_object_ref (component));
      g_ptr_array_remove_index_fast (self->retired, i);
    }

  if (self->closed && self->root != NULL && !component_tree_has_handles (self->root))
    {
      g_hash_table_remove_all (self->by_path);
      ledger_collect (self->root, gone);
      for (guint i = 0; i < gone->len; i++)
        component_unlink (g_ptr_array_index (gone, i));
      g_clear_object (&self->root);
    }
}

void
mgr_ledger_sweep (MgrLedger *self)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (g_object_unref);

  g_mutex_lock (&self->tree_lock);
  ledger_take_unused (self, gone);
  g_mutex_unlock (&self->tree_lock);
}

static void
component_detach_tree (MgrComponent *self)
{
  g_mutex_lock (&self->lock);
  self->detached = TRUE;
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < self->children->len; i++)
    component_detach_tree (g_ptr_array_index (self->children, i));
}

void
mgr_ledger_close (MgrLedger *self)
{
  g_mutex_lock (&self->tree_lock);
  if (!self->closed)
    {
      self->closed = TRUE;
      component_detach_tree (self->root);
      mgr_charge_drain (self);
    }
  g_mutex_unlock (&self->tree_lock);

  mgr_waiters_cancel (self, NULL, MGR_ERROR_CLOSED, "its manager is gone");
  g_source_destroy (self->notify_source);
  mgr_ledger_sweep (self);
}
