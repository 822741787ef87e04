/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-test-support.h"

#define MIB (G_GUINT64_CONSTANT (1) << 20)
#define DEFAULT_INTERVAL (5 * G_TIME_SPAN_MINUTE)

/* A manager on a clock that stands still, or that handlers move. */
typedef struct
{
  MgrManualClock *clock; /* (owned) */
  MgrManager *manager;   /* (owned) (nullable) */
  GString *log;          /* (owned) */
  gint64 effort;         /* how long each maintenance takes, in microseconds */
} Fixture;

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  data)
{
  fixture->clock = mgr_manual_clock_new (G_USEC_PER_SEC);
  fixture->log = g_string_new (NULL);
  fixture->manager = g_object_new (MGR_TYPE_MANAGER,
                                   "total-budget", 100 * MIB,
                                   "clock", fixture->clock,
                                   "proc-path", "/nonexistent",
                                   "cgroup-path", "/nonexistent",
                                   NULL);
  mgr_pressure_monitor_stop (mgr_manager_get_monitor (fixture->manager));
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  data)
{
  g_clear_object (&fixture->manager);
  g_string_free (fixture->log, TRUE);
  g_object_unref (fixture->clock);
}

static guint64
maintain_cb (MgrResource *resource,
             gpointer     user_data)
{
  Fixture *fixture = user_data;

  g_string_append_printf (fixture->log, "%s ", mgr_resource_get_name (resource));
  mgr_manual_clock_advance (fixture->clock, fixture->effort);
  return 1024;
}

static guint64
reclaim_cb (MgrResource *resource,
            guint64      target,
            gpointer     user_data)
{
  Fixture *fixture = user_data;

  g_string_append_printf (fixture->log, "-%" G_GUINT64_FORMAT " ", target);
  return target;
}

static MgrResource *
fixture_add (Fixture    *fixture,
             const char *name,
             gint64      interval)
{
  g_autoptr (MgrResource) resource = mgr_resource_new (name, 10 * MIB);

  mgr_resource_set_safety (resource, MGR_SAFETY_SAFE);
  mgr_resource_set_maintenance_interval (resource, interval);
  g_signal_connect (resource, "maintain", G_CALLBACK (maintain_cb), fixture);
  g_assert_true (mgr_manager_register_resource (fixture->manager, resource, NULL));
  mgr_test_settle ();
  return resource;
}

static void
assert_log (Fixture    *fixture,
            const char *expected)
{
  mgr_test_settle ();
  g_assert_cmpstr (fixture->log->str, ==, expected);
  g_string_truncate (fixture->log, 0);
}

static void
assert_later (Fixture    *fixture,
              gint64      delta,
              const char *expected)
{
  mgr_manual_clock_advance (fixture->clock, delta);
  assert_log (fixture, expected);
}

static void
test_by_hand (Fixture       *fixture,
              gconstpointer  data)
{
  MgrResource *first = fixture_add (fixture, "temp_a", 0);
  MgrResource *cautious = fixture_add (fixture, "features", 0);
  MgrResource *protected = fixture_add (fixture, "results", 0);
  MgrResource *pinned = fixture_add (fixture, "temp_pinned", 0);

  mgr_resource_set_safety (cautious, MGR_SAFETY_CAUTIOUS);
  mgr_resource_set_safety (protected, MGR_SAFETY_PROTECTED);
  g_assert_true (mgr_resource_begin_access (pinned, NULL));
  g_assert_cmpuint (mgr_manager_maintain (fixture->manager), ==, 1024);
  assert_log (fixture, "temp_a ");
  g_assert_cmpuint (mgr_resource_get_size (first), ==, 10 * MIB - 1024);
  g_assert_true (mgr_resource_end_access (pinned, NULL));
  g_assert_cmpuint (mgr_manager_maintain (fixture->manager), ==, 2048);
  assert_log (fixture, "temp_a temp_pinned ");
}

static void
test_intervals (Fixture       *fixture,
                gconstpointer  data)
{
  MgrResource *own = fixture_add (fixture, "temp_own", 10 * G_USEC_PER_SEC);

  fixture_add (fixture, "temp_common", 0);
  assert_later (fixture, 10 * G_USEC_PER_SEC - 1, "");
  assert_later (fixture, 1, "temp_own ");
  assert_later (fixture, 10 * G_USEC_PER_SEC, "temp_own ");

  g_test_message ("Another interval counts from now on");
  mgr_resource_set_maintenance_interval (own, 0);
  assert_log (fixture, "");
  assert_later (fixture, DEFAULT_INTERVAL - 20 * G_USEC_PER_SEC, "temp_common ");
  assert_later (fixture, 20 * G_USEC_PER_SEC, "temp_own ");
  mgr_manager_set_maintenance_interval (fixture->manager, G_USEC_PER_SEC);
  assert_log (fixture, "");
  assert_later (fixture, G_USEC_PER_SEC, "temp_own temp_common ");

  g_test_message ("Many intervals at once are one");
  assert_later (fixture, 50 * G_USEC_PER_SEC, "temp_own temp_common ");
  mgr_manager_set_maintenance_interval (fixture->manager, 0);
  assert_later (fixture, G_TIME_SPAN_DAY, "");
}

static void
test_very_long (Fixture       *fixture,
                gconstpointer  data)
{
  fixture_add (fixture, "temp_a", G_MAXINT64);
  mgr_manager_set_maintenance_interval (fixture->manager, G_MAXINT64 - 1);
  assert_later (fixture, G_TIME_SPAN_DAY, "");
  g_assert_cmpint (mgr_manager_get_maintenance_interval (fixture->manager), ==, G_MAXINT64 - 1);
}

static void
test_slices (Fixture       *fixture,
             gconstpointer  data)
{
  g_test_summary ("No more than half a millisecond is spent before the loop has its turn");

  for (guint i = 0; i < 5; i++)
    {
      g_autofree char *name = g_strdup_printf ("temp_%u", i);

      fixture_add (fixture, name, 0);
    }

  fixture->effort = 300;
  mgr_manual_clock_advance (fixture->clock, DEFAULT_INTERVAL);
  while (fixture->log->len == 0)
    g_main_context_iteration (NULL, FALSE);
  g_assert_cmpstr (fixture->log->str, ==, "temp_0 temp_1 ");
  g_main_context_iteration (NULL, FALSE);
  g_assert_cmpstr (fixture->log->str, ==, "temp_0 temp_1 temp_2 temp_3 ");
  assert_log (fixture, "temp_0 temp_1 temp_2 temp_3 temp_4 ");
}

static void
test_limit (Fixture       *fixture,
            gconstpointer  data)
{
  MgrResource *resource = fixture_add (fixture, "temp_a", 0);
  g_autoptr (GPtrArray) records = NULL;

  g_signal_connect (resource, "reclaim", G_CALLBACK (reclaim_cb), fixture);
  mgr_resource_set_limit (resource, 10 * MIB - 1024);
  g_assert_cmpuint (mgr_manager_maintain (fixture->manager), ==, 1024);
  assert_log (fixture, "temp_a ");

  mgr_resource_set_limit (resource, 9 * MIB);
  g_assert_cmpuint (mgr_manager_maintain (fixture->manager), ==, MIB - 1024);
  assert_log (fixture, "temp_a -1046528 ");
  g_assert_cmpuint (mgr_resource_get_size (resource), ==, 9 * MIB);
  records = mgr_cleaner_list_records (mgr_manager_get_cleaner (fixture->manager));
  g_assert_cmpuint (records->len, ==, 2);
  g_assert_cmpstr (mgr_reclaim_record_get_reason (records->pdata[0]), ==,
                   "maintenance, over its limit of 9.0 MiB");
  g_assert_cmpstr (mgr_reclaim_record_get_reason (records->pdata[1]), ==,
                   "maintenance, over its limit of 10.0 MiB");
}

static gboolean
object_cb (MgrResource      *resource,
           MgrPressureLevel  level,
           gpointer          user_data)
{
  g_assert_cmpint (level, ==, MGR_PRESSURE_LEVEL_NORMAL);
  return TRUE;
}

static void
test_veto (Fixture       *fixture,
           gconstpointer  data)
{
  MgrResource *resource = fixture_add (fixture, "temp_a", 0);

  g_signal_connect (resource, "query-veto", G_CALLBACK (object_cb), NULL);
  g_assert_cmpuint (mgr_manager_maintain (fixture->manager), ==, 0);
  assert_log (fixture, "");
}

static guint64
nested_cb (MgrResource *resource,
           gpointer     user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_cmpuint (mgr_manager_maintain (fixture->manager), ==, 0);
  g_assert_null (mgr_manager_cleanup (fixture->manager, MGR_CLEANUP_STRATEGY_LIGHT, FALSE, TRUE,
                                      &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK);
  return G_MAXUINT64;
}

static void
test_nested (Fixture       *fixture,
             gconstpointer  data)
{
  MgrResource *resource = fixture_add (fixture, "temp_a", 0);

  g_test_summary ("A handler asks for more, and claims more than there is");

  g_signal_connect (resource, "maintain", G_CALLBACK (nested_cb), fixture);
  g_assert_cmpuint (mgr_manager_maintain (fixture->manager), ==, G_MAXUINT64);
  g_assert_cmpuint (mgr_resource_get_size (resource), ==, 0);
}

static guint64
unregister_cb (MgrResource *resource,
               gpointer     user_data)
{
  Fixture *fixture = user_data;
  GListModel *all = mgr_cleaner_get_resources (mgr_manager_get_cleaner (fixture->manager));

  while (g_list_model_get_n_items (all) > 0)
    {
      g_autoptr (MgrResource) other = g_list_model_get_item (all, 0);

      g_assert_true (mgr_manager_unregister_resource (fixture->manager, other));
    }
  return 0;
}

static void
test_unregistered_while_it_waits (Fixture       *fixture,
                                  gconstpointer  data)
{
  g_autoptr (MgrResource) first = g_object_ref (fixture_add (fixture, "temp_a", 0));

  fixture_add (fixture, "temp_b", 0);
  g_signal_connect (first, "maintain", G_CALLBACK (unregister_cb), fixture);
  assert_later (fixture, DEFAULT_INTERVAL, "temp_a ");
  assert_later (fixture, DEFAULT_INTERVAL, "");
}

static guint64
drop_manager_cb (MgrResource *resource,
                 gpointer     user_data)
{
  Fixture *fixture = user_data;

  g_clear_object (&fixture->manager);
  return 1;
}

static void
test_handler_drops_the_manager (Fixture       *fixture,
                                gconstpointer  data)
{
  MgrResource *resource = fixture_add (fixture, "temp_a", 0);

  fixture_add (fixture, "temp_b", 0);
  g_signal_connect (resource, "maintain", G_CALLBACK (drop_manager_cb), fixture);
  assert_later (fixture, DEFAULT_INTERVAL, "temp_a ");
  g_assert_null (fixture->manager);
  assert_later (fixture, DEFAULT_INTERVAL, "");
}

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          gpointer    user_data)
{
  (*(guint *) user_data)++;
}

static void
test_property (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 1);
  guint notified = 0;
  gint64 interval = 0;

  g_signal_connect (fixture->manager, "notify::maintenance-interval", G_CALLBACK (count_cb),
                    &notified);
  g_signal_connect (resource, "notify::maintenance-interval", G_CALLBACK (count_cb), &notified);
  g_object_get (fixture->manager, "maintenance-interval", &interval, NULL);
  g_assert_cmpint (interval, ==, DEFAULT_INTERVAL);
  g_object_set (fixture->manager, "maintenance-interval", G_USEC_PER_SEC, NULL);
  mgr_manager_set_maintenance_interval (fixture->manager, G_USEC_PER_SEC);
  g_object_set (resource, "maintenance-interval", (gint64) 7, NULL);
  mgr_resource_set_maintenance_interval (resource, 7);
  g_object_get (resource, "maintenance-interval", &interval, NULL);
  g_assert_cmpint (interval, ==, 7);
  mgr_test_settle ();
  g_assert_cmpuint (notified, ==, 2);
}

/* A thread with a main loop of its own, and a resource that lives there. */
typedef struct
{
  Fixture *fixture;
  GMainLoop *loop;       /* (owned) */
  MgrResource *resource; /* (owned) */
  GThread *asked_in;     /* atomic */
  gint ready;            /* atomic */
} Elsewhere;

static guint64
maintain_elsewhere_cb (MgrResource *resource,
                       gpointer     user_data)
{
  Elsewhere *elsewhere = user_data;

  g_atomic_pointer_set (&elsewhere->asked_in, g_thread_self ());
  return 512;
}

static gpointer
elsewhere_thread (gpointer data)
{
  Elsewhere *elsewhere = data;
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  elsewhere->loop = g_main_loop_new (context, FALSE);
  elsewhere->resource = mgr_resource_new ("temp_there", MIB);
  mgr_resource_set_safety (elsewhere->resource, MGR_SAFETY_SAFE);
  g_signal_connect (elsewhere->resource, "maintain", G_CALLBACK (maintain_elsewhere_cb), elsewhere);
  g_assert_true (mgr_manager_register_resource (elsewhere->fixture->manager, elsewhere->resource,
                                                NULL));
  g_atomic_int_set (&elsewhere->ready, TRUE);
  g_main_loop_run (elsewhere->loop);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
test_elsewhere (Fixture       *fixture,
                gconstpointer  data)
{
  Elsewhere elsewhere = { .fixture = fixture };
  GThread *thread = g_thread_new ("elsewhere", elsewhere_thread, &elsewhere);

  while (!g_atomic_int_get (&elsewhere.ready))
    g_thread_yield ();
  mgr_test_settle ();
  g_assert_cmpuint (mgr_manager_maintain (fixture->manager), ==, 512);
  g_assert_true (g_atomic_pointer_get (&elsewhere.asked_in) == thread);

  g_atomic_pointer_set (&elsewhere.asked_in, NULL);
  mgr_manual_clock_advance (fixture->clock, DEFAULT_INTERVAL);
  while (g_atomic_pointer_get (&elsewhere.asked_in) == NULL)
    {
      g_main_context_iteration (NULL, FALSE);
      g_thread_yield ();
    }
  g_assert_true (g_atomic_pointer_get (&elsewhere.asked_in) == thread);

  g_test_message ("An interval set there is heard of here");
  g_atomic_pointer_set (&elsewhere.asked_in, NULL);
  mgr_resource_set_maintenance_interval (elsewhere.resource, 1);
  while (g_atomic_pointer_get (&elsewhere.asked_in) == NULL)
    {
      mgr_manual_clock_advance (fixture->clock, 1);
      g_main_context_iteration (NULL, FALSE);
      g_thread_yield ();
    }

  g_main_loop_quit (elsewhere.loop);
  g_thread_join (thread);
  g_main_loop_unref (elsewhere.loop);
  g_assert_true (mgr_manager_unregister_resource (fixture->manager, elsewhere.resource));
  mgr_test_settle ();
  g_object_unref (elsewhere.resource);
}

static void
add_test (const char *path,
          void (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, fixture_set_up, test, fixture_tear_down);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_test ("/manager/maintain/by-hand", test_by_hand);
  add_test ("/manager/maintain/intervals", test_intervals);
  add_test ("/manager/maintain/very-long", test_very_long);
  add_test ("/manager/maintain/slices", test_slices);
  add_test ("/manager/maintain/limit", test_limit);
  add_test ("/manager/maintain/veto", test_veto);
  add_test ("/manager/maintain/nested", test_nested);
  add_test ("/manager/maintain/unregistered-while-it-waits", test_unregistered_while_it_waits);
  add_test ("/manager/maintain/handler-drops-the-manager", test_handler_drops_the_manager);
  add_test ("/manager/maintain/property", test_property);
  add_test ("/manager/maintain/elsewhere", test_elsewhere);

  return g_test_run ();
}
