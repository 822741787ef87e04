/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-maintenance-private.h"

#include "reclaim/mgr-cleaner-private.h"
#include "reclaim/mgr-resource-private.h"

/* Of the main loop's time, so much at once: far below what anybody feels. */
#define SLICE 500

#define NEVER G_MAXINT64

/* A resource, at the place that it has in the list. Of thousands any goes as quickly as
 * the last one. */
typedef struct
{
  MgrResource *resource; /* (owned) */
  gulong notify_id;
  gint64 interval;       /* by which due was reckoned; 0: none */
  gint64 due;
} Entry;

struct _MgrMaintenance
{
  MgrClock *clock;       /* (owned) */
  MgrCleaner *cleaner;   /* (owned) */
  GMainContext *context; /* (owned) */
  GSource *timer;        /* (owned), attached all the time; any thread may set it */

  GMutex lock;
  gint64 interval;       /* guarded by lock */

  /* In the context only */
  gulong changed_id;
  GSequence *entries;    /* (owned) (element-type Entry) */
  GQueue queue;          /* (element-type MgrResource) (owned) that are due */
  GHashTable *queued;    /* (owned) (element-type MgrResource), the same, to be found */
  GSource *slices;       /* (owned) (nullable), while there is a queue */
};

static void
maintenance_clear (gpointer data)
{
  MgrMaintenance *self = data;

  g_clear_pointer (&self->timer, g_source_unref);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_object (&self->cleaner);
  g_clear_object (&self->clock);
  g_mutex_clear (&self->lock);
}

static void
maintenance_release (gpointer data)
{
  g_atomic_rc_box_release_full (data, maintenance_clear);
}

static void
closure_release (gpointer  data,
                 GClosure *closure)
{
  maintenance_release (data);
}

static void
maintenance_look_again (MgrMaintenance *self)
{
  mgr_clock_set_timer (self->clock, self->timer, mgr_clock_get_time (self->clock));
}

/* In whatever context the resource lives. */
static void
interval_changed_cb (MgrResource *resource,
                     GParamSpec  *pspec,
                     gpointer     user_data)
{
  maintenance_look_again (user_data);
}

static Entry *
entry_new (MgrMaintenance *self,
           MgrResource    *resource)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->resource = g_object_ref (resource);
  entry->due = NEVER;
  entry->notify_id = g_signal_connect_data (resource, "notify::maintenance-interval",
                                            G_CALLBACK (interval_changed_cb),
                                            g_atomic_rc_box_acquire (self), closure_release,
                                            (GConnectFlags) 0);
  return entry;
}

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_signal_handler_disconnect (entry->resource, entry->notify_id);
  g_object_unref (entry->resource);
  g_free (entry);
}

static void
changed_cb (GListModel *resources,
            guint       position,
            guint       removed,
            guint       added,
            gpointer    user_data)
{
  MgrMaintenance *self = user_data;
  GSequenceIter *iter = g_sequence_get_iter_at_pos (self->entries, (int) position);

  for (guint i = 0; i < removed; i++)
    {
      GSequenceIter *next = g_sequence_iter_next (iter);

      g_sequence_remove (iter);
      iter = next;
    }
  for (guint i = 0; i < added; i++)
    {
      g_autoptr (MgrResource) resource = g_list_model_get_item (resources, position + i);

      g_sequence_insert_before (iter, entry_new (self, resource));
    }
  if (added > 0)
    maintenance_look_again (self);
}

static void
request_init (MgrReclaimRequest *request,
              MgrCleaner        *cleaner,
              gint64             time,
              gint64             deadline)
{
  *request = (MgrReclaimRequest) { .level = MGR_PRESSURE_LEVEL_NORMAL };
  request->time = time;
  request->deadline = deadline;
  request->reason = g_ref_string_new_intern ("maintenance");
  request->records = mgr_record_ring_ref (
    mgr_resource_registry_get_records (mgr_cleaner_get_registry (cleaner)));
}

/* Whoever was unregistered while it waited is left alone. */
static void
maintenance_serve_one (MgrMaintenance *self)
{
  g_autoptr (MgrResource) resource = g_queue_pop_head (&self->queue);
  g_auto (MgrReclaimRequest) request = { 0 };
  gint64 now = g_get_monotonic_time ();

  g_hash_table_remove (self->queued, resource);
  if (!mgr_resource_registry_contains (mgr_cleaner_get_registry (self->cleaner), resource))
    return;

  request_init (&request, self->cleaner, mgr_clock_get_time (self->clock), now + SLICE);
  mgr_resource_post_maintain (resource, &request);
}

static gboolean
slice_cb (gpointer user_data)
{
  MgrMaintenance *self = g_atomic_rc_box_acquire ((MgrMaintenance *) user_data);
  gint64 start = mgr_clock_get_time (self->clock);
  gboolean goes_on;

  /* A handler may drop the manager, which empties the queue. */
  while (!g_queue_is_empty (&self->queue) && mgr_clock_get_time (self->clock) - start < SLICE)
    maintenance_serve_one (self);

  goes_on = !g_queue_is_empty (&self->queue);
  if (!goes_on)
    g_clear_pointer (&self->slices, g_source_unref);
  maintenance_release (self);
  return goes_on ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
maintenance_start_slices (MgrMaintenance *self)
{
  if (self->slices != NULL || g_queue_is_empty (&self->queue))
    return;

  self->slices = g_idle_source_new ();
  g_source_set_callback (self->slices, slice_cb, g_atomic_rc_box_acquire (self),
                         maintenance_release);
  g_source_set_static_name (self->slices, "[libmgr] maintenance");
  g_source_attach (self->slices, self->context);
}

static void
maintenance_enqueue (MgrMaintenance *self,
                     MgrResource    *resource)
{
  if (mgr_resource_get_safety (resource) == MGR_SAFETY_SAFE
      && mgr_resource_can_maintain (resource)
      && g_hash_table_add (self->queued, resource))
    g_queue_push_tail (&self->queue, g_object_ref (resource));
}

/* Reckons anew where the interval is another one. Returns when it is due next. */
static gint64
maintenance_look_at (MgrMaintenance *self,
                     Entry          *entry,
                     gint64          common,
                     gint64          now)
{
  gint64 own = mgr_resource_get_maintenance_interval (entry->resource);
  gint64 interval = own > 0 ? own : common;
  gboolean is_due = interval == entry->interval && entry->due <= now;

  if (is_due)
    maintenance_enqueue (self, entry->resource);
  if (is_due || interval != entry->interval)
    entry->due = interval > 0 && interval < NEVER - now ? now + interval : NEVER;

  entry->interval = interval;
  return entry->due;
}

static gboolean
timer_cb (gpointer user_data)
{
  MgrMaintenance *self = user_data;
  gint64 common = mgr_maintenance_get_interval (self);
  gint64 now = mgr_clock_get_time (self->clock);
  gint64 next = NEVER;

  for (GSequenceIter *iter = g_sequence_get_begin_iter (self->entries);
       !g_sequence_iter_is_end (iter); iter = g_sequence_iter_next (iter))
    next = MIN (next, maintenance_look_at (self, g_sequence_get (iter), common, now));

  if (next < NEVER)
    mgr_clock_set_timer (self->clock, self->timer, next);
  maintenance_start_slices (self);
  return G_SOURCE_CONTINUE;
}

MgrMaintenance *
mgr_maintenance_new (MgrClock   *clock,
                     MgrCleaner *cleaner)
{
  MgrMaintenance *self = g_atomic_rc_box_new0 (MgrMaintenance);
  GListModel *resources = mgr_cleaner_get_resources (cleaner);

  g_mutex_init (&self->lock);
  g_queue_init (&self->queue);
  self->clock = g_object_ref (clock);
  self->cleaner = g_object_ref (cleaner);
  self->context = g_main_context_ref_thread_default ();
  self->entries = g_sequence_new (entry_free);
  self->queued = g_hash_table_new (NULL, NULL);
  self->timer = mgr_clock_create_timer (clock, NEVER);
  g_source_set_callback (self->timer, timer_cb, g_atomic_rc_box_acquire (self),
                         maintenance_release);
  g_source_set_priority (self->timer, G_PRIORITY_DEFAULT_IDLE);
  g_source_set_static_name (self->timer, "[libmgr] maintenance timer");
  g_source_attach (self->timer, self->context);
  self->changed_id = g_signal_connect (resources, "items-changed", G_CALLBACK (changed_cb), self);
  changed_cb (resources, 0, 0, g_list_model_get_n_items (resources), self);
  return self;
}

void
mgr_maintenance_free (MgrMaintenance *self)
{
  g_clear_signal_handler (&self->changed_id, mgr_cleaner_get_resources (self->cleaner));
  g_source_destroy (self->timer);
  if (self->slices != NULL)
    g_source_destroy (self->slices);
  g_clear_pointer (&self->slices, g_source_unref);
  g_queue_clear_full (&self->queue, g_object_unref);
  g_clear_pointer (&self->queued, g_hash_table_unref);
  g_clear_pointer (&self->entries, g_sequence_free);
  maintenance_release (self);
}

gint64
mgr_maintenance_get_interval (MgrMaintenance *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->interval;
}

void
mgr_maintenance_set_interval (MgrMaintenance *self,
                              gint64          interval)
{
  g_mutex_lock (&self->lock);
  self->interval = interval;
  g_mutex_unlock (&self->lock);

  maintenance_look_again (self);
}

guint64
mgr_maintenance_run (MgrClock   *clock,
                     MgrCleaner *cleaner,
                     GPtrArray  *resources,
                     gint64      deadline)
{
  g_auto (MgrReclaimRequest) request = { 0 };
  guint64 freed = 0;

  request_init (&request, cleaner, mgr_clock_get_time (clock), deadline);
  for (guint i = 0; i < resources->len; i++)
    {
      MgrResource *resource = g_ptr_array_index (resources, i);
      guint64 more = 0;

      if (mgr_resource_get_safety (resource) == MGR_SAFETY_SAFE
          && mgr_resource_can_maintain (resource))
        more = mgr_resource_call_maintain (resource, &request);
      freed += MIN (more, G_MAXUINT64 - freed);
    }

  return freed;
}
