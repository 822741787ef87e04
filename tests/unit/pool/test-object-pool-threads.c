/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "object-pool-fixture.h"

#define THREADS 8
#define ROUNDS 3000
#define MOST 4

typedef enum
{
  RELEASE,
  RELEASE_TO_POOL,
  DROP,
  TRY,
  N_WAYS,
} Way;

typedef struct
{
  MgrObjectPool *pool;  /* (unowned) */
  gboolean thread_safe; /* handlers of the pool are called in any thread */
  GThread *owner;
  int n_in_use;         /* atomic */
  int n_leases;         /* atomic: that were ever had */
  int n_dropped;        /* atomic */
  int n_running;        /* atomic: threads */
} Crowd;

static GObject *
create_any_cb (MgrObjectPool *pool,
               gpointer       user_data)
{
  Crowd *crowd = user_data;

  g_assert_true (crowd->thread_safe || crowd->owner == g_thread_self ());
  return g_object_new (TYPE_THING, NULL);
}

static gboolean
reset_any_cb (MgrObjectPool *pool,
              GObject       *object,
              gpointer       user_data)
{
  Crowd *crowd = user_data;

  g_assert_true (crowd->thread_safe || crowd->owner == g_thread_self ());
  g_assert_true (THING_THING (object)->dirty);
  THING_THING (object)->dirty = FALSE;
  return THING_THING (object)->uses % 50 != 0;
}

/* What any thread may call is implemented, not connected to: GLib counts who runs a
 * closure without a lock. */
#define TYPE_CROWD_POOL (crowd_pool_get_type ())
G_DECLARE_FINAL_TYPE (CrowdPool, crowd_pool, CROWD, POOL, MgrObjectPool)

struct _CrowdPool
{
  MgrObjectPool parent_instance;
  Crowd *crowd; /* (unowned) */
};

G_DEFINE_FINAL_TYPE (CrowdPool, crowd_pool, MGR_TYPE_OBJECT_POOL)

static GObject *
crowd_pool_create (MgrObjectPool  *pool,
                   GError        **error)
{
  return create_any_cb (pool, CROWD_POOL (pool)->crowd);
}

static gboolean
crowd_pool_reset (MgrObjectPool *pool,
                  GObject       *object)
{
  return reset_any_cb (pool, object, CROWD_POOL (pool)->crowd);
}

static void
crowd_pool_class_init (CrowdPoolClass *klass)
{
  MGR_OBJECT_POOL_CLASS (klass)->create = crowd_pool_create;
  MGR_OBJECT_POOL_CLASS (klass)->reset = crowd_pool_reset;
}

static void
crowd_pool_init (CrowdPool *self)
{
}

static MgrObjectPool *
make_crowd_pool (Fixture  *fixture,
                 Crowd    *crowd,
                 gboolean  resets)
{
  g_autoptr (GError) error = NULL;
  GType type = crowd->thread_safe ? TYPE_CROWD_POOL : MGR_TYPE_OBJECT_POOL;
  MgrObjectPool *pool =
    g_initable_new (type, NULL, &error, "name", "crowd", "max", MOST,
                    "component", fixture->component, "object-size", (guint64) THING_SIZE,
                    "thread-safe", crowd->thread_safe, NULL);

  g_assert_no_error (error);
  if (crowd->thread_safe)
    CROWD_POOL (pool)->crowd = crowd;
  else
    g_signal_connect (pool, "create", G_CALLBACK (create_any_cb), crowd);
  if (resets && !crowd->thread_safe)
    g_signal_connect (pool, "reset", G_CALLBACK (reset_any_cb), crowd);
  mgr_object_pool_set_resets (pool, resets);
  crowd->pool = pool;
  crowd->owner = g_thread_self ();
  return pool;
}

/* The object is this thread's alone: what is not atomic shows it if not. */
static void
use (Crowd    *crowd,
     MgrLease *lease)
{
  Thing *thing = thing_of (lease);

  g_assert_cmpint (g_atomic_int_add (&crowd->n_in_use, 1), <, MOST);
  g_assert_false (thing->dirty);
  thing->dirty = TRUE;
  thing->uses++;
  g_atomic_int_inc (&crowd->n_leases);
  g_atomic_int_add (&crowd->n_in_use, -1);
}

static void
let_go (Crowd    *crowd,
        MgrLease *lease,
        Way       way)
{
  if (!mgr_object_pool_get_resets (crowd->pool))
    thing_of (lease)->dirty = FALSE;

  if (way == DROP)
    {
      g_atomic_int_inc (&crowd->n_dropped);
      mgr_lease_unref (lease);
    }
  else if (way == RELEASE_TO_POOL)
    {
      g_assert_true (mgr_object_pool_release (crowd->pool, lease, NULL));
    }
  else
    {
      give_back (lease);
    }
}

static gpointer
crowd_cb (gpointer user_data)
{
  Crowd *crowd = user_data;

  for (guint i = 0; i < ROUNDS; i++)
    {
      Way way = (Way) (i % N_WAYS);
      MgrLease *lease = way == TRY ? mgr_object_pool_try_acquire (crowd->pool, NULL)
                                   : acquire (crowd->pool);

      if (lease == NULL)
        continue;
      use (crowd, lease);
      let_go (crowd, lease, way);
    }

  g_atomic_int_add (&crowd->n_running, -1);
  g_main_context_wakeup (NULL);
  return NULL;
}

/* Changes what can be changed meanwhile. */
static void
meddle (Crowd *crowd,
        guint  round)
{
  g_autoptr (MgrPoolStatistics) statistics = mgr_pool_get_statistics (MGR_POOL (crowd->pool));

  g_assert_cmpuint (mgr_pool_statistics_get_used (statistics), <=, MOST * THING_SIZE);
  g_assert_cmpuint (mgr_object_pool_get_n_objects (crowd->pool), <=, MOST);
  if (round % 3 == 0)
    mgr_pool_trim (MGR_POOL (crowd->pool), THING_SIZE);
  if (round % 7 == 0)
    mgr_object_pool_set_limits (crowd->pool, round % 2, MOST - round % 2, NULL);
}

static void
run_crowd (Crowd *crowd)
{
  GThread *threads[THREADS];

  crowd->n_running = THREADS;
  for (guint i = 0; i < THREADS; i++)
    threads[i] = g_thread_new ("crowd", crowd_cb, crowd);
  for (guint round = 0; g_atomic_int_get (&crowd->n_running) > 0; round++)
    {
      g_main_context_iteration (NULL, FALSE);
      meddle (crowd, round);
      g_thread_yield ();
    }
  for (guint i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);
  mgr_test_settle ();
}

static void
assert_at_rest (Crowd *crowd)
{
  MgrObjectPool *pool = crowd->pool;
  g_autoptr (MgrPoolStatistics) statistics = mgr_pool_get_statistics (MGR_POOL (pool));

  g_assert_cmpuint (mgr_object_pool_get_n_objects (pool), ==, mgr_object_pool_get_n_free (pool));
  g_assert_cmpuint (mgr_object_pool_get_n_waiting (pool), ==, 0);
  g_assert_cmpuint (mgr_object_pool_get_n_leaked (pool), ==, (guint) crowd->n_dropped);
  g_assert_cmpuint (mgr_object_pool_get_n_created (pool), ==, (guint) g_atomic_int_get (&n_made));
  g_assert_cmpuint (mgr_pool_statistics_get_used (statistics), ==, 0);
  g_assert_cmpuint (mgr_pool_statistics_get_total_count (statistics), ==, (guint) crowd->n_leases);
  g_assert_cmpuint (mgr_pool_statistics_get_peak (statistics), <=, MOST * THING_SIZE);
  g_assert_cmpint (g_atomic_int_get (&n_things), ==, (int) mgr_object_pool_get_n_objects (pool));
}

static void
crowd_a_pool (Fixture  *fixture,
              gboolean  thread_safe,
              gboolean  resets)
{
  Crowd crowd = { .thread_safe = thread_safe };
  g_autoptr (MgrObjectPool) pool = make_crowd_pool (fixture, &crowd, resets);

  run_crowd (&crowd);
  assert_at_rest (&crowd);
}

static void
test_plain (Fixture       *fixture,
            gconstpointer  data)
{
  crowd_a_pool (fixture, FALSE, FALSE);
}

static void
test_resets (Fixture       *fixture,
             gconstpointer  data)
{
  crowd_a_pool (fixture, FALSE, TRUE);
}

static void
test_thread_safe (Fixture       *fixture,
                  gconstpointer  data)
{
  crowd_a_pool (fixture, TRUE, FALSE);
}

static void
test_thread_safe_resets (Fixture       *fixture,
                         gconstpointer  data)
{
  crowd_a_pool (fixture, TRUE, TRUE);
}

/* Stopping and starting, and who still comes */

static gpointer
insist_cb (gpointer user_data)
{
  Crowd *crowd = user_data;

  for (guint i = 0; i < ROUNDS; i++)
    {
      g_autoptr (GError) error = NULL;
      MgrLease *lease = mgr_object_pool_acquire (crowd->pool, NULL, &error);

      if (lease == NULL)
        {
          g_assert_error (error, MGR_ERROR, MGR_ERROR_CLOSED);
          continue;
        }
      use (crowd, lease);
      let_go (crowd, lease, (Way) (i % 2));
    }

  g_atomic_int_add (&crowd->n_running, -1);
  return NULL;
}

static void
test_stopped_meanwhile (Fixture       *fixture,
                        gconstpointer  data)
{
  Crowd crowd = { .thread_safe = TRUE, .n_running = THREADS };
  g_autoptr (MgrObjectPool) pool = make_crowd_pool (fixture, &crowd, FALSE);
  GThread *threads[THREADS];

  g_test_summary ("A pool that is stopped and flushed again and again keeps nothing that it stopped");

  for (guint i = 0; i < THREADS; i++)
    threads[i] = g_thread_new ("insist", insist_cb, &crowd);
  for (guint i = 0; g_atomic_int_get (&crowd.n_running) > 0; i++)
    {
      g_assert_true (mgr_pool_set_active (MGR_POOL (pool), i % 2 == 1, NULL));
      mgr_pool_set_flushing (MGR_POOL (pool), i % 8 == 1);
      g_thread_yield ();
    }
  for (guint i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);

  g_assert_true (mgr_pool_set_active (MGR_POOL (pool), FALSE, NULL));
  mgr_test_settle ();
  assert_counts (pool, 0, 0, 0);
  g_assert_cmpint (g_atomic_int_get (&n_things), ==, 0);
}

/* A lease that several threads have, and that outlives the pool */

static gpointer
end_cb (gpointer user_data)
{
  MgrLease *lease = user_data;
  gboolean ended = mgr_lease_release (lease, NULL);

  mgr_lease_unref (lease);
  return GUINT_TO_POINTER (ended);
}

static void
test_one_ends_it (Fixture       *fixture,
                  gconstpointer  data)
{
  g_test_summary ("Of all who release one lease one does it, also where the pool goes meanwhile");

  for (guint round = 0; round < 200; round++)
    {
      MgrObjectPool *pool = make_pool (fixture, "short", 2);
      MgrLease *lease = acquire (pool);
      GThread *threads[THREADS];
      guint n_ended = 0;

      for (guint i = 0; i < THREADS; i++)
        threads[i] = g_thread_new ("end", end_cb, mgr_lease_ref (lease));
      mgr_lease_unref (lease);
      g_object_unref (pool);
      for (guint i = 0; i < THREADS; i++)
        n_ended += GPOINTER_TO_UINT (g_thread_join (threads[i]));
      g_assert_cmpuint (n_ended, <=, 1);
      mgr_test_settle ();
      g_assert_cmpint (g_atomic_int_get (&n_things), ==, 0);
    }
}

/* Without blocking, and in no thread of ours */

static void
leased_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  Crowd *crowd = user_data;
  g_autoptr (GError) error = NULL;
  MgrLease *lease = mgr_object_pool_acquire_finish (MGR_OBJECT_POOL (source), result, &error);

  g_assert_no_error (error);
  use (crowd, lease);
  let_go (crowd, lease, RELEASE);
  crowd->n_running--;
}

static void
test_async_in_threads (Fixture       *fixture,
                       gconstpointer  data)
{
  Crowd crowd = { .thread_safe = TRUE, .n_running = 100 };
  g_autoptr (MgrObjectPool) pool = make_crowd_pool (fixture, &crowd, FALSE);

  g_test_summary ("What any thread may make is made in none that has a main loop to see to");

  for (guint i = 0; i < 100; i++)
    mgr_object_pool_acquire_async (pool, NULL, leased_cb, &crowd);
  while (crowd.n_running > 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (crowd.n_leases, ==, 100);
  g_assert_cmpuint (mgr_object_pool_get_n_created (pool), <=, MOST);
  assert_at_rest (&crowd);

  /* The threads of the library let go of the pool soon after. */
  while (G_OBJECT (pool)->ref_count > 1)
    g_thread_yield ();
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/pool/object-threads/plain", test_plain);
  ADD ("/pool/object-threads/resets", test_resets);
  ADD ("/pool/object-threads/thread-safe", test_thread_safe);
  ADD ("/pool/object-threads/thread-safe-resets", test_thread_safe_resets);
  ADD ("/pool/object-threads/stopped-meanwhile", test_stopped_meanwhile);
  ADD ("/pool/object-threads/one-ends-it", test_one_ends_it);
  ADD ("/pool/object-threads/async-in-threads", test_async_in_threads);

  return g_test_run ();
}
