/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "cache/mgr-flights-private.h"

/* Two threads, each of which loads something, and wants what the other one loads. */
typedef struct
{
  MgrFlights *flights;
  GMutex lock;
  GCond changed;
  guint step; /* guarded by lock */
} Pair;

static void
pair_reach (Pair  *self,
            guint  step)
{
  g_mutex_lock (&self->lock);
  self->step = step;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
pair_wait (Pair  *self,
           guint  step)
{
  g_mutex_lock (&self->lock);
  while (self->step < step)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

static MgrFlight *
pair_board (Pair        *self,
            const char  *name,
            gboolean     loads,
            GError     **error)
{
  MgrKey key = mgr_key_of_string (name);
  gboolean has_to_load;
  MgrFlight *flight = mgr_flights_board (self->flights, &key, NULL, &has_to_load, error);

  g_assert_cmpint (has_to_load, ==, loads);
  return flight;
}

static gpointer
second_cb (gpointer data)
{
  Pair *self = data;
  MgrFlight *second = pair_board (self, "second", TRUE, NULL);
  g_autoptr (GObject) value = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (GError) error = NULL;

  pair_reach (self, 1);
  pair_wait (self, 2);
  g_assert_null (pair_board (self, "first", FALSE, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK);
  g_assert_true (mgr_flights_land (self->flights, second, value, NULL));

  return NULL;
}

/* Who is about to wait, and does not yet, counts as one who waits. */
static void
test_about_to_wait (void)
{
  Pair self = { .flights = mgr_flights_new ((GBoxedCopyFunc) g_object_ref, g_object_unref) };
  g_autoptr (GObject) value = NULL;
  MgrFlight *first, *second;
  GThread *thread;

  g_mutex_init (&self.lock);
  g_cond_init (&self.changed);
  first = pair_board (&self, "first", TRUE, NULL);
  thread = g_thread_new ("second", second_cb, &self);
  pair_wait (&self, 1);
  second = pair_board (&self, "second", FALSE, NULL);
  g_assert_nonnull (second);
  pair_reach (&self, 2);
  g_thread_join (thread);

  value = mgr_flights_wait (self.flights, second, 0, NULL, NULL);
  g_assert_nonnull (value);
  g_assert_true (mgr_flights_land (self.flights, first, value, NULL));

  g_cond_clear (&self.changed);
  g_mutex_clear (&self.lock);
  mgr_flights_free (self.flights);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/flights/about-to-wait", test_about_to_wait);

  return g_test_run ();
}
