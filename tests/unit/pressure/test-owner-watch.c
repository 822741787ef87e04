/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-source.h"
#include "pressure/mgr-pressure-monitor-private.h"

#define LIMIT G_TIME_SPAN_SECOND

typedef struct
{
  MgrManualClock *clock; /* (owned) */
  GMainContext *context; /* (owned) (nullable) */
  MgrOwnerWatch *watch;  /* (owned) (nullable) */
  GObject *object;       /* (owned) */
  guint calls;
  gint64 blocked_for;    /* µs, of the last call */
} Fixture;

static void
blocked_cb (gint64   blocked_for,
            gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->calls++;
  fixture->blocked_for = blocked_for;
}

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  unused)
{
  fixture->clock = mgr_manual_clock_new (0);
  fixture->context = g_main_context_new ();
  fixture->watch = mgr_owner_watch_new (MGR_CLOCK (fixture->clock), fixture->context);
  fixture->object = g_object_new (G_TYPE_OBJECT, NULL);
  mgr_owner_watch_set_func (fixture->watch, blocked_cb, fixture, NULL);
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  unused)
{
  g_clear_pointer (&fixture->watch, mgr_owner_watch_free);
  g_clear_pointer (&fixture->context, g_main_context_unref);
  g_clear_object (&fixture->object);
  g_clear_object (&fixture->clock);
}

/* Looks after @delta µs; how often the function was called so far. */
static guint
look_after (Fixture *fixture,
            gint64   delta)
{
  mgr_manual_clock_advance (fixture->clock, delta);
  mgr_owner_watch_look (fixture->watch, fixture->object, TRUE);
  return fixture->calls;
}

static void
turn (Fixture *fixture)
{
  while (g_main_context_iteration (fixture->context, FALSE))
    continue;
}

static void
test_blocked (Fixture       *fixture,
              gconstpointer  unused)
{
  g_test_summary ("Called once the limit is passed, and once a limit while it lasts");

  g_assert_cmpuint (look_after (fixture, 0), ==, 0);
  g_assert_cmpuint (look_after (fixture, LIMIT), ==, 0);
  g_assert_cmpuint (look_after (fixture, 1), ==, 1);
  g_assert_cmpint (fixture->blocked_for, ==, LIMIT + 1);
  g_assert_cmpuint (look_after (fixture, LIMIT - 1), ==, 1);
  g_assert_cmpuint (look_after (fixture, 1), ==, 2);
  g_assert_cmpuint (look_after (fixture, 10 * LIMIT), ==, 3);
  g_assert_cmpint (fixture->blocked_for, ==, 12 * LIMIT + 1);
}

static void
test_turns (Fixture       *fixture,
            gconstpointer  unused)
{
  g_test_summary ("Never called while the loop turns, however seldom somebody looks");

  for (guint i = 0; i < 10; i++)
    {
      g_assert_cmpuint (look_after (fixture, 100 * LIMIT), ==, 0);
      turn (fixture);
    }
}

static void
test_turns_again (Fixture       *fixture,
                  gconstpointer  unused)
{
  look_after (fixture, 0);
  g_assert_cmpuint (look_after (fixture, 2 * LIMIT), ==, 1);
  turn (fixture);
  g_assert_cmpuint (look_after (fixture, 2 * LIMIT), ==, 1);
  g_assert_cmpuint (look_after (fixture, LIMIT), ==, 1);
  g_assert_cmpuint (look_after (fixture, 1), ==, 2);
}

static void
test_matters (Fixture       *fixture,
              gconstpointer  unused)
{
  g_test_summary ("Where it does not matter nothing is posted and nothing is called");

  for (guint i = 0; i < 5; i++)
    {
      mgr_manual_clock_advance (fixture->clock, 2 * LIMIT);
      mgr_owner_watch_look (fixture->watch, fixture->object, FALSE);
    }
  g_assert_cmpuint (fixture->calls, ==, 0);
  g_assert_false (g_main_context_pending (fixture->context));
}

static void
test_one_ping (Fixture       *fixture,
               gconstpointer  unused)
{
  g_test_summary ("However long it lasts, one ping waits");

  for (guint i = 0; i < 100; i++)
    look_after (fixture, LIMIT);
  g_assert_true (g_main_context_iteration (fixture->context, FALSE));
  g_assert_false (g_main_context_pending (fixture->context));
}

static void
test_limit (Fixture       *fixture,
            gconstpointer  unused)
{
  mgr_owner_watch_set_limit (fixture->watch, 5);
  look_after (fixture, 0);
  g_assert_cmpuint (look_after (fixture, 5), ==, 0);
  g_assert_cmpuint (look_after (fixture, 1), ==, 1);
  g_assert_cmpuint (look_after (fixture, 5), ==, 2);
}

static void
test_no_func (Fixture       *fixture,
              gconstpointer  unused)
{
  mgr_owner_watch_set_func (fixture->watch, NULL, NULL, NULL);
  look_after (fixture, 0);
  g_assert_cmpuint (look_after (fixture, 10 * LIMIT), ==, 0);

  mgr_owner_watch_set_func (fixture->watch, blocked_cb, fixture, NULL);
  g_assert_cmpuint (look_after (fixture, 0), ==, 1);
}

typedef struct
{
  MgrOwnerWatch *watch; /* (unowned) */
  guint calls;
  gboolean freed;
} Replacing;

static void
replace_cb (gint64   blocked_for,
            gpointer user_data)
{
  Replacing *replacing = user_data;

  mgr_owner_watch_set_func (replacing->watch, NULL, NULL, NULL);
  g_assert_false (replacing->freed);
  replacing->calls++;
}

static void
freed_cb (gpointer data)
{
  Replacing *replacing = data;

  g_assert_false (replacing->freed);
  replacing->freed = TRUE;
}

static void
test_replaced_within (Fixture       *fixture,
                      gconstpointer  unused)
{
  Replacing replacing = { fixture->watch, 0, FALSE };

  g_test_summary ("A function that replaces itself keeps its data until it has ended");

  mgr_owner_watch_set_func (fixture->watch, replace_cb, &replacing, freed_cb);
  look_after (fixture, 0);
  look_after (fixture, 2 * LIMIT);
  g_assert_true (replacing.freed);
  look_after (fixture, 2 * LIMIT);
  g_assert_cmpuint (replacing.calls, ==, 1);
}

static void
test_freed_with_watch (Fixture       *fixture,
                       gconstpointer  unused)
{
  Replacing replacing = { fixture->watch, 0, FALSE };

  mgr_owner_watch_set_func (fixture->watch, replace_cb, &replacing, freed_cb);
  g_clear_pointer (&fixture->watch, mgr_owner_watch_free);
  g_assert_true (replacing.freed);
}

static gboolean
never_cb (gpointer user_data)
{
  g_assert_not_reached ();
}

static void
test_context_ends (Fixture       *fixture,
                   gconstpointer  unused)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  Replacing replacing = { NULL, 0, FALSE };

  g_test_summary ("A ping that nobody dispatches keeps no context alive");

  g_source_set_callback (source, never_cb, &replacing, freed_cb);
  g_source_attach (source, fixture->context);
  look_after (fixture, 0);
  g_clear_pointer (&fixture->watch, mgr_owner_watch_free);
  g_assert_false (replacing.freed);
  g_clear_pointer (&fixture->context, g_main_context_unref);
  g_assert_true (replacing.freed);
}

/* A monitor that runs, and what it calls. */
typedef struct
{
  MgrPressureMonitor *monitor; /* (owned) */
  MgrFakeSource *source;       /* (owned) */
  GThread *owner;              /* (unowned) */
  int calls;                   /* atomic */
} Watched;

static void
watched_blocked_cb (gint64   blocked_for,
                    gpointer user_data)
{
  Watched *watched = user_data;

  g_assert_true (g_thread_self () != watched->owner);
  g_assert_cmpint (blocked_for, >, 0);
  g_atomic_int_inc (&watched->calls);

  /* No lock is held: anything may be called. */
  g_assert_cmpint (mgr_pressure_monitor_get_level (watched->monitor),
                   >=, MGR_PRESSURE_LEVEL_CRITICAL);
}

static void
watched_init (Watched  *watched,
              MgrClock *clock,
              guint64   percent)
{
  watched->monitor = mgr_pressure_monitor_new (clock);
  watched->source = mgr_fake_source_new ("source");
  watched->owner = g_thread_self ();
  mgr_fake_source_set (watched->source, percent, 100, 0.0);
  mgr_pressure_monitor_add_source (watched->monitor, MGR_PRESSURE_SOURCE (watched->source));
  mgr_pressure_monitor_set_blocked_func (watched->monitor, watched_blocked_cb, watched, NULL);
}

static void
watched_clear (Watched *watched)
{
  mgr_pressure_monitor_stop (watched->monitor);
  g_clear_object (&watched->monitor);
  g_clear_object (&watched->source);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
test_monitor_blocked (void)
{
  Watched watched = { NULL, };

  g_test_summary ("A main loop that is really blocked is noticed by the real clock, again and again");

  watched_init (&watched, NULL, 92);
  mgr_pressure_monitor_set_blocked_limit (watched.monitor, 10 * G_TIME_SPAN_MILLISECOND);
  mgr_pressure_monitor_set_interval (watched.monitor, G_TIME_SPAN_MILLISECOND);
  mgr_pressure_monitor_start (watched.monitor);
  while (g_atomic_int_get (&watched.calls) < 3)
    g_usleep (100);

  watched_clear (&watched);
}

/* Takes @n samples half a second apart; turns the loop meanwhile, or not. */
static void
take_samples (Watched        *watched,
              MgrManualClock *clock,
              guint           n,
              gboolean        turning)
{
  guint reads = mgr_fake_source_get_reads (watched->source) + n;

  while (mgr_fake_source_get_reads (watched->source) < reads)
    {
      if (turning)
        g_main_context_iteration (NULL, FALSE);
      mgr_manual_clock_advance (clock, LIMIT / 2);
      g_usleep (50);
    }
}

static void
test_monitor_turns (void)
{
  g_autoptr (MgrManualClock) clock = mgr_manual_clock_new (0);
  Watched watched = { NULL, };

  g_test_summary ("While the loop turns nothing is called; once it stops, something is");

  watched_init (&watched, MGR_CLOCK (clock), 97);
  mgr_pressure_monitor_start (watched.monitor);
  take_samples (&watched, clock, 20, TRUE);
  g_assert_cmpint (g_atomic_int_get (&watched.calls), ==, 0);
  take_samples (&watched, clock, 6, FALSE);
  g_assert_cmpint (g_atomic_int_get (&watched.calls), >=, 1);
  watched_clear (&watched);
}

static void
test_monitor_below_critical (void)
{
  g_autoptr (MgrManualClock) clock = mgr_manual_clock_new (0);
  Watched watched = { NULL, };

  watched_init (&watched, MGR_CLOCK (clock), 89);
  mgr_pressure_monitor_start (watched.monitor);
  take_samples (&watched, clock, 20, FALSE);
  g_assert_cmpint (mgr_pressure_monitor_get_level (watched.monitor), ==, MGR_PRESSURE_LEVEL_HIGH);
  g_assert_cmpint (g_atomic_int_get (&watched.calls), ==, 0);
  watched_clear (&watched);
}

static void
stop_cb (gint64   blocked_for,
         gpointer user_data)
{
  Watched *watched = user_data;

  mgr_pressure_monitor_stop (watched->monitor);
  g_atomic_int_inc (&watched->calls);
}

static void
test_monitor_stopped_within (void)
{
  Watched watched = { NULL, };

  watched_init (&watched, NULL, 97);
  mgr_pressure_monitor_set_blocked_func (watched.monitor, stop_cb, &watched, NULL);
  mgr_pressure_monitor_set_blocked_limit (watched.monitor, G_TIME_SPAN_MILLISECOND);
  mgr_pressure_monitor_set_interval (watched.monitor, G_TIME_SPAN_MILLISECOND);
  mgr_pressure_monitor_start (watched.monitor);
  while (g_atomic_int_get (&watched.calls) == 0)
    g_usleep (100);

  watched_clear (&watched);
  g_assert_cmpint (watched.calls, ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) \
  g_test_add ("/pressure/owner-watch/" name, Fixture, NULL, \
              fixture_set_up, func, fixture_tear_down)

  ADD ("blocked", test_blocked);
  ADD ("turns", test_turns);
  ADD ("turns-again", test_turns_again);
  ADD ("matters", test_matters);
  ADD ("one-ping", test_one_ping);
  ADD ("limit", test_limit);
  ADD ("no-func", test_no_func);
  ADD ("replaced-within", test_replaced_within);
  ADD ("freed-with-watch", test_freed_with_watch);
  ADD ("context-ends", test_context_ends);

#undef ADD

  g_test_add_func ("/pressure/owner-watch/monitor/blocked", test_monitor_blocked);
  g_test_add_func ("/pressure/owner-watch/monitor/turns", test_monitor_turns);
  g_test_add_func ("/pressure/owner-watch/monitor/below-critical", test_monitor_below_critical);
  g_test_add_func ("/pressure/owner-watch/monitor/stopped-within", test_monitor_stopped_within);

  return g_test_run ();
}
