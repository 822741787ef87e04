/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "ledger/mgr-waiter-private.h"

#include "base/mgr-size.h"
#include "ledger/mgr-refusal-private.h"
#include "ledger/mgr-room-watch-private.h"

struct _MgrWaiterTicket
{
  gint over; /* atomic */
};

typedef struct
{
  gatomicrefcount ref_count;
  MgrLedger *ledger;       /* (owned) */
  MgrComponent *component; /* (owned) */
  MgrRequest request;
  guint64 serial;
  GTask *task;             /* (owned) */
  GSource *timeout;        /* (owned) (nullable) */
  gint64 timeout_us;
  gulong cancelled_id;     /* 0: not connected */
  MgrWaiterTicket *ticket; /* (owned) (nullable) */
  gboolean queued;         /* guarded by the ledger's tree_lock */
} MgrWaiter;

/* A waiter taken out of the queue with what becomes of it, to be told once no
 * lock is held. */
typedef struct
{
  MgrWaiter *waiter;         /* (owned) */
  MgrAllocation *allocation; /* (owned) (nullable) */
} Served;

MgrWaiterTicket *
mgr_waiter_ticket_new (void)
{
  return g_atomic_rc_box_new0 (MgrWaiterTicket);
}

MgrWaiterTicket *
mgr_waiter_ticket_ref (MgrWaiterTicket *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
mgr_waiter_ticket_unref (MgrWaiterTicket *self)
{
  g_atomic_rc_box_release (self);
}

gboolean
mgr_waiter_ticket_is_valid (MgrWaiterTicket *self)
{
  return !g_atomic_int_get (&self->over);
}

static MgrWaiter *
waiter_ref (MgrWaiter *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

static void
waiter_unref (gpointer data)
{
  MgrWaiter *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  mgr_request_clear (&self->request);
  g_clear_pointer (&self->timeout, g_source_unref);
  g_clear_object (&self->task);
  g_clear_pointer (&self->ticket, mgr_waiter_ticket_unref);
  g_clear_object (&self->component);
  g_clear_pointer (&self->ledger, mgr_ledger_unref);
  g_free (self);
}

static int
waiter_compare (gconstpointer a,
                gconstpointer b,
                gpointer      user_data)
{
  const MgrWaiter *first = a;
  const MgrWaiter *second = b;

  if (first->request.priority != second->request.priority)
    return first->request.priority > second->request.priority ? -1 : 1;

  return first->serial < second->serial ? -1 : 1;
}

/* With the tree_lock held. Returns whether it was still waiting; then the caller
 * has the queue's reference and says what becomes of it. */
static gboolean
waiter_dequeue_locked (MgrWaiter *self)
{
  if (!self->queued)
    return FALSE;

  self->queued = FALSE;
  g_queue_remove (&self->ledger->waiters, self);
  g_atomic_int_add (&self->ledger->n_waiters, -1);
  return TRUE;
}

static gboolean
waiter_dequeue (MgrWaiter *self)
{
  gboolean dequeued;

  g_mutex_lock (&self->ledger->tree_lock);
  dequeued = waiter_dequeue_locked (self);
  g_mutex_unlock (&self->ledger->tree_lock);

  return dequeued;
}

/* What a waiter is still to be told. */
typedef struct
{
  GTask *task;               /* (owned) */
  MgrAllocation *allocation; /* (owned) (nullable) */
  GError *error;             /* (owned) (nullable) */
} Outcome;

static gboolean
outcome_tell_cb (gpointer user_data)
{
  Outcome *outcome = user_data;

  if (outcome->allocation != NULL)
    g_task_return_pointer (outcome->task, g_steal_pointer (&outcome->allocation),
                           (GDestroyNotify) mgr_allocation_unref);
  else
    g_task_return_error (outcome->task, g_steal_pointer (&outcome->error));

  return G_SOURCE_REMOVE;
}

static void
outcome_free (gpointer data)
{
  Outcome *outcome = data;

  g_clear_pointer (&outcome->allocation, mgr_allocation_unref);
  g_clear_error (&outcome->error);
  g_object_unref (outcome->task);
  g_free (outcome);
}

/* Never calls back at once, as a task may that returns where its context runs: whoever
 * releases memory may hold a lock. */
static void
outcome_post (GTask         *task,
              MgrAllocation *allocation,
              GError        *error)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  Outcome *outcome = g_new0 (Outcome, 1);

  outcome->task = g_object_ref (task);
  outcome->allocation = allocation;
  outcome->error = error;

  g_source_set_priority (source, g_task_get_priority (task));
  g_source_set_callback (source, outcome_tell_cb, outcome, outcome_free);
  g_source_set_static_name (source, "[libmgr] allocation waited for");
  g_source_attach (source, g_task_get_context (task));
}

/* Ends what could still end the wait, then hands over. Takes @allocation. */
static void
waiter_finish (MgrWaiter     *self,
               MgrAllocation *allocation,
               GError        *error)
{
  GCancellable *cancellable = g_task_get_cancellable (self->task);

  if (self->ticket != NULL)
    g_atomic_int_set (&self->ticket->over, TRUE);
  if (self->timeout != NULL)
    g_source_destroy (self->timeout);
  if (self->cancelled_id != 0)
    g_signal_handler_disconnect (cancellable, self->cancelled_id);

  outcome_post (self->task, allocation, error);
  waiter_unref (self);
}

static void
waiter_cancelled_cb (GCancellable *cancellable,
                     gpointer      user_data)
{
  MgrWaiter *self = user_data;
  GError *error;

  if (!waiter_dequeue (self))
    return;

  error = g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                       "Waiting for memory of “%s” was cancelled",
                       mgr_component_display_path (self->component));
  waiter_finish (self, NULL, error);
}

static gboolean
waiter_timeout_cb (gpointer user_data)
{
  MgrWaiter *self = user_data;
  g_autofree char *size = NULL;
  GError *error;

  if (!waiter_dequeue (self))
    return G_SOURCE_REMOVE;

  size = mgr_size_format (self->request.size);
  error = g_error_new (MGR_ERROR, MGR_ERROR_TIMED_OUT,
                       "%s for “%s” did not fit within %.3f s: release memory, "
                       "raise the budget, or wait longer",
                       size, mgr_component_display_path (self->component),
                       (double) self->timeout_us / G_USEC_PER_SEC);
  waiter_finish (self, NULL, error);
  return G_SOURCE_REMOVE;
}

static gboolean
waiter_is_behind (MgrWaiter *self,
                  GPtrArray *obstacles)
{
  for (MgrComponent *level = self->component; level != NULL; level = level->parent)
    {
      if (g_ptr_array_find (obstacles, level, NULL))
        return TRUE;
    }

  return FALSE;
}

/* With the tree_lock held. */
static GArray *
waiters_take_served (MgrLedger *ledger)
{
  g_autoptr (GPtrArray) obstacles = g_ptr_array_new ();
  GArray *served = g_array_new (FALSE, FALSE, sizeof (Served));
  GList *next;

  for (GList *link = ledger->waiters.head; link != NULL; link = next)
    {
      MgrWaiter *waiter = link->data;
      MgrComponent *obstacle = NULL;
      MgrAllocation *allocation;

      next = link->next;
      if (waiter_is_behind (waiter, obstacles))
        continue;

      allocation = mgr_allocation_new_locked (waiter->component, &waiter->request, &obstacle);
      if (allocation != NULL)
        {
          Served entry = { waiter, allocation };

          waiter_dequeue_locked (waiter);
          g_array_append_val (served, entry);
        }
      else if (obstacle != NULL)
        {
          g_ptr_array_add (obstacles, obstacle);
        }
    }

  return served;
}

void
mgr_waiters_serve (MgrLedger *ledger)
{
  g_autoptr (GArray) served = NULL;

  g_mutex_lock (&ledger->tree_lock);
  served = waiters_take_served (ledger);
  g_mutex_unlock (&ledger->tree_lock);

  for (guint i = 0; i < served->len; i++)
    {
      Served *entry = &g_array_index (served, Served, i);

      waiter_finish (entry->waiter, entry->allocation, NULL);
    }

  mgr_room_watches_tell (ledger);
}

void
mgr_waiters_cancel (MgrLedger    *ledger,
                    MgrComponent *component,
                    MgrError      code,
                    const char   *reason)
{
  g_autoptr (GPtrArray) cancelled = g_ptr_array_new ();
  GList *next;

  g_mutex_lock (&ledger->tree_lock);
  for (GList *link = ledger->waiters.head; link != NULL; link = next)
    {
      MgrWaiter *waiter = link->data;

      next = link->next;
      if ((component == NULL || waiter->component == component) && waiter_dequeue_locked (waiter))
        g_ptr_array_add (cancelled, waiter);
    }
  g_mutex_unlock (&ledger->tree_lock);

  for (guint i = 0; i < cancelled->len; i++)
    {
      MgrWaiter *waiter = g_ptr_array_index (cancelled, i);

      waiter_finish (waiter, NULL,
                     g_error_new (MGR_ERROR, (int) code, "Waiting for memory of “%s”: %s",
                                  mgr_component_display_path (waiter->component), reason));
    }
}

/* Both hold a reference, since either may fire while the other, or a release in
 * another thread, just ends the wait. */
static void
waiter_watch (MgrWaiter *self,
              gint64     timeout)
{
  GCancellable *cancellable = g_task_get_cancellable (self->task);

  if (timeout > 0)
    {
      MgrClock *clock = self->ledger->clock;
      gint64 now = mgr_clock_get_time (clock);

      self->timeout_us = timeout;
      self->timeout = mgr_clock_create_timer (clock, timeout > G_MAXINT64 - now ? G_MAXINT64 : now + timeout);
      g_source_set_callback (self->timeout, waiter_timeout_cb, waiter_ref (self), waiter_unref);
      g_source_set_static_name (self->timeout, "[libmgr] allocation timeout");
      g_source_attach (self->timeout, g_task_get_context (self->task));
    }

  if (cancellable != NULL)
    self->cancelled_id = g_signal_connect_data (cancellable, "cancelled",
                                                G_CALLBACK (waiter_cancelled_cb),
                                                waiter_ref (self),
                                                (GClosureNotify) (void (*) (void)) waiter_unref, 0);
}

/* With the tree_lock held: an error, or %NULL when it may wait. */
static GError *
waiter_enqueue_locked (MgrWaiter *self)
{
  MgrLedger *ledger = self->ledger;
  GError *error = NULL;

  if (self->component->detached)
    mgr_refusal_set_detached (self->component, &error);
  else if (mgr_refusal_is_infeasible (self->component, self->request.size))
    mgr_refusal_set_error (self->component, NULL, self->request.size, &error);

  if (error != NULL)
    return error;

  self->serial = ledger->waiter_serial++;
  self->queued = TRUE;
  g_queue_insert_sorted (&ledger->waiters, self, waiter_compare, NULL);
  /* From here on releases look for waiters; what was released before is seen by
   * the first mgr_waiters_serve(). */
  g_atomic_int_inc (&ledger->n_waiters);
  return NULL;
}

void
mgr_waiter_start (MgrComponent    *component,
                  MgrRequest      *request,
                  gint64           timeout,
                  GTask           *task,
                  MgrWaiterTicket *ticket)
{
  g_autoptr (MgrLedger) ledger = mgr_ledger_ref (component->ledger);
  MgrWaiter *self = g_new0 (MgrWaiter, 1);
  MgrWaiter *pinned;
  GError *error;

  g_atomic_ref_count_init (&self->ref_count);
  self->ledger = mgr_ledger_ref (ledger);
  self->component = g_object_ref (component);
  self->request = *request;
  request->text = NULL;
  self->task = g_object_ref (task);
  self->ticket = ticket != NULL ? mgr_waiter_ticket_ref (ticket) : NULL;
  waiter_watch (self, timeout);

  pinned = waiter_ref (self);
  g_mutex_lock (&ledger->tree_lock);
  error = waiter_enqueue_locked (self);
  g_mutex_unlock (&ledger->tree_lock);

  if (error != NULL)
    waiter_finish (self, NULL, error);
  else if (g_cancellable_is_cancelled (g_task_get_cancellable (task)))
    waiter_cancelled_cb (g_task_get_cancellable (task), pinned);
  else
    mgr_waiters_serve (ledger);

  waiter_unref (pinned);
}
