/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-flights-private.h"

#include "base/mgr-error.h"

struct _MgrFlights
{
  GBoxedCopyFunc value_ref;
  GBoxedFreeFunc value_unref;

  GMutex lock;
  GCond changed;
  GHashTable *flights; /* (owned) (element-type MgrKey MgrFlight): guarded by lock */
  guint n_flights;     /* atomic: of that table, changed with the lock held */
};

struct _MgrFlight
{
  MgrKey key;                /* (owned), never changes; first, to be found by it */
  gatomicrefcount ref_count; /* of each who wants it */
  MgrFlights *flights;       /* (unowned), never changes: whoever wants it has them */
  GThread *loader;           /* (unowned), never changes: only to be compared */
  GCancellable *load;        /* (owned), never changes: of the load */
  GCancellable *own;         /* (owned) (nullable), never changes: of the loader */
  gulong own_handler;        /* 0 for none; the loader's alone */

  MgrFlight *awaited;        /* (unowned) (nullable): what its loader waits for; guarded by the lock, as all below */
  guint n_wanting;           /* those who have not cancelled */
  gboolean landed;
  gboolean superseded;
  gpointer value;            /* (owned) (nullable) */
  GError *error;             /* (owned) (nullable) */
};

MgrFlights *
mgr_flights_new (GBoxedCopyFunc value_ref,
                 GBoxedFreeFunc value_unref)
{
  MgrFlights *self = g_new0 (MgrFlights, 1);

  self->value_ref = value_ref;
  self->value_unref = value_unref;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->flights = g_hash_table_new (mgr_key_hash, mgr_key_equal);
  return self;
}

void
mgr_flights_free (MgrFlights *self)
{
  g_hash_table_unref (self->flights);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static void
flight_unref (MgrFlight *flight)
{
  if (!g_atomic_ref_count_dec (&flight->ref_count))
    return;

  mgr_key_clear (&flight->key);
  g_clear_object (&flight->load);
  g_clear_object (&flight->own);
  g_clear_pointer (&flight->value, flight->flights->value_unref);
  g_clear_error (&flight->error);
  g_free (flight);
}

/* Somebody no longer wants it; the last one ends the load. */
static void
flight_leave (MgrFlight *flight)
{
  gboolean was_last;

  g_mutex_lock (&flight->flights->lock);
  was_last = --flight->n_wanting == 0 && !flight->landed;
  g_mutex_unlock (&flight->flights->lock);

  if (was_last)
    g_cancellable_cancel (flight->load);
}

static void
loader_cancelled_cb (GCancellable *cancellable,
                     gpointer      data)
{
  flight_leave (data);
}

static MgrFlight *
flight_new (MgrFlights   *flights,
            const MgrKey *key,
            GCancellable *cancellable)
{
  MgrFlight *flight = g_new0 (MgrFlight, 1);

  g_atomic_ref_count_init (&flight->ref_count);
  flight->flights = flights;
  mgr_key_copy (&flight->key, key);
  flight->loader = g_thread_self ();
  flight->load = g_cancellable_new ();
  flight->own = cancellable != NULL ? g_object_ref (cancellable) : NULL;
  flight->n_wanting = 1;
  return flight;
}

/* With the lock held: whether whoever loads it waits, perhaps through others, for this
 * thread. */
static gboolean
flight_waits_for_me (MgrFlight *flight)
{
  for (; flight != NULL; flight = flight->awaited)
    {
      if (flight->loader == g_thread_self ())
        return TRUE;
    }

  return FALSE;
}

/* With the lock held: what this thread loads has to wait for @awaited. */
static void
flights_set_awaited (MgrFlights *self,
                     MgrFlight  *awaited)
{
  GHashTableIter iter;
  gpointer flight;

  g_hash_table_iter_init (&iter, self->flights);
  while (g_hash_table_iter_next (&iter, &flight, NULL))
    {
      if (((MgrFlight *) flight)->loader == g_thread_self ())
        ((MgrFlight *) flight)->awaited = awaited;
    }
}

/* With the lock held. */
static void
flights_remember (MgrFlights *self,
                  MgrFlight  *flight)
{
  g_hash_table_add (self->flights, flight);
  __atomic_fetch_add (&self->n_flights, 1, __ATOMIC_SEQ_CST);
}

static void
set_would_deadlock (GError **error)
{
  g_set_error_literal (error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK,
                       "The value is being loaded already, by whoever asks for it now: a loader "
                       "must not ask for what it loads, nor for what waits for that");
}

MgrFlight *
mgr_flights_board (MgrFlights    *self,
                   const MgrKey  *key,
                   GCancellable  *cancellable,
                   gboolean      *loads,
                   GError       **error)
{
  MgrFlight *flight;

  g_mutex_lock (&self->lock);
  flight = g_hash_table_lookup (self->flights, key);
  *loads = flight == NULL;
  if (flight == NULL)
    {
      flight = flight_new (self, key, cancellable);
      flights_remember (self, flight);
    }
  else if (flight_waits_for_me (flight))
    {
      flight = NULL;
    }
  else
    {
      g_atomic_ref_count_inc (&flight->ref_count);
      flight->n_wanting++;
      /* Already now: of two who are about to wait for each other the second has to know. */
      flights_set_awaited (self, flight);
    }
  g_mutex_unlock (&self->lock);

  if (flight == NULL)
    set_would_deadlock (error);
  else if (*loads && cancellable != NULL)
    flight->own_handler = g_cancellable_connect (cancellable, G_CALLBACK (loader_cancelled_cb),
                                                 flight, NULL);
  return flight;
}

MgrFlight *
mgr_flights_begin (MgrFlights   *self,
                   const MgrKey *key,
                   GCancellable *cancellable)
{
  MgrFlight *flight = NULL;

  g_mutex_lock (&self->lock);
  if (g_hash_table_lookup (self->flights, key) == NULL)
    {
      flight = flight_new (self, key, cancellable);
      flights_remember (self, flight);
    }
  g_mutex_unlock (&self->lock);

  if (flight != NULL && cancellable != NULL)
    flight->own_handler = g_cancellable_connect (cancellable, G_CALLBACK (loader_cancelled_cb),
                                                 flight, NULL);
  return flight;
}

GCancellable *
mgr_flight_get_cancellable (MgrFlight *flight)
{
  return flight->load;
}

gboolean
mgr_flights_is_superseded (MgrFlights *self,
                           MgrFlight  *flight)
{
  gboolean superseded;

  g_mutex_lock (&self->lock);
  superseded = flight->superseded;
  g_mutex_unlock (&self->lock);

  return superseded;
}

/* With the lock held. Another may have taken off under its key since. */
static void
flights_forget (MgrFlights *self,
                MgrFlight  *flight)
{
  if (g_hash_table_lookup (self->flights, &flight->key) != flight)
    return;

  g_hash_table_remove (self->flights, &flight->key);
  __atomic_fetch_sub (&self->n_flights, 1, __ATOMIC_SEQ_CST);
}

gboolean
mgr_flights_land (MgrFlights   *self,
                  MgrFlight    *flight,
                  gpointer      value,
                  const GError *error)
{
  gboolean superseded;

  if (flight->own_handler != 0)
    g_cancellable_disconnect (flight->own, flight->own_handler);

  g_mutex_lock (&self->lock);
  flights_forget (self, flight);
  flight->value = value != NULL ? self->value_ref (value) : NULL;
  flight->error = error != NULL ? g_error_copy (error) : NULL;
  flight->landed = TRUE;
  superseded = flight->superseded;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);

  flight_unref (flight);
  return !superseded;
}

static void
waiter_cancelled_cb (GCancellable *cancellable,
                     gpointer      data)
{
  MgrFlights *self = data;

  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* With the lock held: waits for the flight to land, or for nothing more. Returns: whether
 * the time is up */
static gboolean
flight_await (MgrFlights   *self,
              MgrFlight    *flight,
              gint64        timeout,
              GCancellable *cancellable)
{
  gint64 end = g_get_monotonic_time () + timeout;
  gboolean late = FALSE;

  while (!flight->landed && !late && !g_cancellable_is_cancelled (cancellable))
    {
      if (timeout > 0)
        late = !g_cond_wait_until (&self->changed, &self->lock, end);
      else
        g_cond_wait (&self->changed, &self->lock);
    }
  flights_set_awaited (self, NULL);

  late = late && !flight->landed;
  if (late)
    {
      flight->superseded = TRUE;
      flights_forget (self, flight);
    }
  return late;
}

static void
set_timed_out (gint64   timeout,
               GError **error)
{
  g_set_error (error, MGR_ERROR, MGR_ERROR_TIMED_OUT,
               "What was asked for is being loaded for more than %" G_GINT64_FORMAT " ms: ask "
               "again, which loads it anew, or allow more time", timeout / 1000);
}

gpointer
mgr_flights_wait (MgrFlights    *self,
                  MgrFlight     *flight,
                  gint64         timeout,
                  GCancellable  *cancellable,
                  GError       **error)
{
  gulong handler = 0;
  gpointer value = NULL;
  gboolean landed;
  gboolean late;

  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (waiter_cancelled_cb), self, NULL);

  g_mutex_lock (&self->lock);
  late = flight_await (self, flight, timeout, cancellable);
  landed = flight->landed;
  g_mutex_unlock (&self->lock);

  g_cancellable_disconnect (cancellable, handler);
  if (late)
    {
      g_cancellable_cancel (flight->load);
      set_timed_out (timeout, error);
    }
  else if (!landed)
    {
      flight_leave (flight);
      g_cancellable_set_error_if_cancelled (cancellable, error);
    }
  else if (flight->error != NULL)
    {
      g_propagate_error (error, g_error_copy (flight->error));
    }
  else
    {
      value = self->value_ref (flight->value);
    }

  flight_unref (flight);
  return value;
}

gboolean
mgr_flights_are_any (MgrFlights *self)
{
  return __atomic_load_n (&self->n_flights, __ATOMIC_RELAXED) > 0;
}

void
mgr_flights_supersede (MgrFlights   *self,
                       const MgrKey *key)
{
  GHashTableIter iter;
  gpointer flight;

  /* A write, so that who takes off after it sees all that its caller did before. */
  if (__atomic_fetch_add (&self->n_flights, 0, __ATOMIC_SEQ_CST) == 0)
    return;

  g_mutex_lock (&self->lock);
  if (key != NULL)
    {
      flight = g_hash_table_lookup (self->flights, key);
      if (flight != NULL)
        ((MgrFlight *) flight)->superseded = TRUE;
    }
  else
    {
      g_hash_table_iter_init (&iter, self->flights);
      while (g_hash_table_iter_next (&iter, &flight, NULL))
        ((MgrFlight *) flight)->superseded = TRUE;
    }
  g_mutex_unlock (&self->lock);
}
