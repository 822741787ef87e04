/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mgr-fake-pool.h"
#include "mgr-test-support.h"

#define ROUNDS 2000

/* Writes down what the pool said, and that it said it in its owner's thread. */
typedef struct
{
  GThread *thread;
  GString *said;
} Log;

static void
say (Log        *log,
     const char *format,
     ...) G_GNUC_PRINTF (2, 3);

static void
say (Log        *log,
     const char *format,
     ...)
{
  va_list args;

  g_assert_true (g_thread_self () == log->thread);
  va_start (args, format);
  g_string_append_vprintf (log->said, format, args);
  va_end (args);
}

static void
high_water_cb (MgrPool *pool,
               guint64  used,
               Log     *log)
{
  say (log, "high:%" G_GUINT64_FORMAT " ", used);
}

static void
low_water_cb (MgrPool *pool,
              guint64  used,
              Log     *log)
{
  say (log, "low:%" G_GUINT64_FORMAT " ", used);
}

static void
notify_cb (MgrPool    *pool,
           GParamSpec *pspec,
           Log        *log)
{
  say (log, "%s ", pspec->name);
}

static MgrPool *
pool_new (Log *log)
{
  g_autoptr (GError) error = NULL;
  MgrPool *pool = mgr_fake_pool_new ("ticks", NULL, 1000, &error);

  g_assert_no_error (error);
  log->thread = g_thread_self ();
  log->said = g_string_new (NULL);
  g_signal_connect (pool, "high-water", G_CALLBACK (high_water_cb), log);
  g_signal_connect (pool, "low-water", G_CALLBACK (low_water_cb), log);
  return pool;
}

static void
take_bytes (MgrPool *pool,
            guint64  size)
{
  g_autoptr (GError) error = NULL;
  gboolean taken = mgr_fake_pool_take (pool, size, &error);

  g_assert_no_error (error);
  g_assert_true (taken);
}

/* What was said since. */
static void
assert_said (Log        *log,
             const char *expected)
{
  g_assert_cmpstr (log->said->str, ==, "");
  mgr_test_settle ();
  g_assert_cmpstr (log->said->str, ==, expected);
  g_string_truncate (log->said, 0);
}

static void
log_clear (Log     *log,
           MgrPool *pool)
{
  g_signal_handlers_disconnect_by_data (pool, log);
  g_string_free (log->said, TRUE);
  mgr_test_settle ();
}

static void
test_waters (void)
{
  Log log;
  g_autoptr (MgrPool) pool = pool_new (&log);

  take_bytes (pool, 899);
  assert_said (&log, "");
  take_bytes (pool, 1);
  assert_said (&log, "high:900 ");

  g_test_message ("Between the lines nothing is said");
  mgr_fake_pool_give (pool, 200);
  take_bytes (pool, 300);
  assert_said (&log, "");
  mgr_fake_pool_give (pool, 300);
  mgr_fake_pool_give (pool, 1);
  assert_said (&log, "low:699 ");
  log_clear (&log, pool);
}

static void
test_waters_to_and_fro (void)
{
  Log log;
  g_autoptr (MgrPool) pool = pool_new (&log);

  for (guint i = 0; i < 10; i++)
    {
      take_bytes (pool, 950 + i);
      mgr_fake_pool_give (pool, 950 + i);
    }
  assert_said (&log, "high:959 low:0 ");

  take_bytes (pool, 1000);
  mgr_fake_pool_give (pool, 500);
  take_bytes (pool, 450);
  assert_said (&log, "low:500 high:950 ");
  log_clear (&log, pool);
}

static void
test_waters_move (void)
{
  Log log;
  g_autoptr (MgrPool) pool = pool_new (&log);
  g_autoptr (GError) error = NULL;

  take_bytes (pool, 500);
  g_assert_true (mgr_pool_set_waters (pool, 0.2, 0.4, &error));
  assert_said (&log, "high:500 ");
  g_assert_true (mgr_pool_set_waters (pool, 0.6, 1, &error));
  assert_said (&log, "low:500 ");

  g_test_message ("They keep their shares of another capacity");
  g_assert_true (mgr_pool_set_capacity (pool, 500, &error));
  assert_said (&log, "high:500 ");

  g_test_message ("None are said while there are none");
  g_assert_true (mgr_pool_set_waters (pool, 0.5, 0, &error));
  g_assert_no_error (error);
  mgr_fake_pool_give (pool, 500);
  assert_said (&log, "");
  log_clear (&log, pool);
}

static void
test_state_is_notified (void)
{
  Log log;
  g_autoptr (MgrPool) pool = pool_new (&log);
  g_autoptr (GError) error = NULL;

  g_signal_connect (pool, "notify", G_CALLBACK (notify_cb), &log);
  mgr_pool_set_flushing (pool, TRUE);
  mgr_pool_set_flushing (pool, TRUE);
  mgr_pool_set_active (pool, TRUE, &error);
  mgr_pool_set_active (pool, FALSE, &error);
  mgr_pool_set_capacity (pool, 1000, &error);
  mgr_pool_set_capacity (pool, 900, &error);
  mgr_pool_set_waters (pool, 0.1, 0.2, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (log.said->str, ==, "flushing active capacity low-water high-water ");
  log_clear (&log, pool);
}

static gpointer
set_flushing_thread (gpointer data)
{
  mgr_pool_set_flushing (data, TRUE);
  return NULL;
}

static void
test_state_is_notified_where_the_owner_is (void)
{
  Log log;
  g_autoptr (MgrPool) pool = pool_new (&log);

  g_signal_connect (pool, "notify::flushing", G_CALLBACK (notify_cb), &log);
  g_thread_join (g_thread_new ("flusher", set_flushing_thread, pool));
  assert_said (&log, "flushing ");
  log_clear (&log, pool);
}

static void
used_notified_cb (MgrPool    *pool,
                  GParamSpec *pspec,
                  gboolean   *done)
{
  g_assert_cmpuint (mgr_pool_get_used (pool), ==, 100);
  *done = TRUE;
}

static void
test_figures_are_notified_once (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrPool) pool = mgr_fake_pool_new ("ticks", NULL, 1000, &error);
  gboolean done = FALSE;

  g_assert_no_error (error);
  g_signal_connect (pool, "notify::used", G_CALLBACK (used_notified_cb), &done);
  for (guint i = 0; i < 100; i++)
    take_bytes (pool, 1);
  g_assert_false (done);
  mgr_test_iterate_until (&done);

  g_test_message ("And not again before something changes");
  done = FALSE;
  mgr_test_settle ();
  g_assert_false (done);
}

static gpointer
take_and_give_thread (gpointer data)
{
  for (guint i = 0; i < ROUNDS; i++)
    {
      if (mgr_fake_pool_take (data, 400, NULL))
        mgr_fake_pool_give (data, 400);
      if (i % 100 == 0)
        mgr_pool_trim (data, 50);
    }

  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (1000);
  g_autoptr (GError) error = NULL;
  MgrComponent *component = mgr_manager_add_component (manager, "pools", 900, NULL, &error);
  MgrPool *pool = mgr_fake_pool_new ("ticks", component, 1000, &error);
  GThread *threads[3];

  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("taker", take_and_give_thread, pool);
  for (guint i = 0; i < ROUNDS / 10; i++)
    {
      g_autoptr (MgrPoolStatistics) statistics = mgr_pool_get_statistics (pool);

      g_assert_cmpuint (mgr_pool_statistics_get_charged (statistics), >=,
                        mgr_pool_statistics_get_used (statistics));
      mgr_pool_set_waters (pool, 0.1, 0.5, NULL);
      mgr_pool_set_capacity (pool, i % 2 == 0 ? 1000 : 2000, NULL);
      mgr_pool_set_flushing (pool, i % 7 == 0);
      g_main_context_iteration (NULL, FALSE);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);

  g_assert_cmpuint (mgr_pool_get_used (pool), ==, 0);
  mgr_pool_trim (pool, G_MAXUINT64);
  g_assert_cmpuint (mgr_component_get_used (component), ==, 0);
  mgr_test_settle ();
  g_assert_finalize_object (pool);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pool-changes/waters", test_waters);
  g_test_add_func ("/pool-changes/waters-to-and-fro", test_waters_to_and_fro);
  g_test_add_func ("/pool-changes/waters-move", test_waters_move);
  g_test_add_func ("/pool-changes/state-is-notified", test_state_is_notified);
  g_test_add_func ("/pool-changes/state-is-notified-where-the-owner-is",
                   test_state_is_notified_where_the_owner_is);
  g_test_add_func ("/pool-changes/figures-are-notified-once", test_figures_are_notified_once);
  g_test_add_func ("/pool-changes/threads", test_threads);

  return g_test_run ();
}
