/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-emergency-reserve-private.h"
#include "mgr-mapped-block.h"
#include "mgr-release-list-private.h"
#include "mgr-test-support.h"
#include "base/mgr-process-memory-private.h"

#include <signal.h>

#define MIB (G_GUINT64_CONSTANT (1) << 20)
#define PAUSE (G_USEC_PER_SEC / 2)

/* A manager on a clock that stands still. */
typedef struct
{
  MgrManualClock *clock;   /* (owned) */
  MgrManager *manager;     /* (owned) */
  MgrComponent *component; /* (unowned) */
  GString *log;            /* (owned) */
  guint cleanups;
} Fixture;

static void
emergency_cb (MgrManager        *manager,
              MgrPressureSample *sample,
              gpointer           user_data)
{
  g_string_append (((Fixture *) user_data)->log, "emergency! ");
}

static void
finished_cb (MgrManager       *manager,
             MgrCleanupReport *report,
             gpointer          user_data)
{
  Fixture *fixture = user_data;
  g_autofree char *cleaned =
    g_strjoinv ("+", (char **) mgr_cleanup_report_get_cleaned (report));

  g_string_append_printf (fixture->log, "[%s] ", cleaned);
  fixture->cleanups++;
}

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
  fixture->component = mgr_manager_add_component (fixture->manager, "c", 0, NULL, NULL);
  g_signal_connect (fixture->manager, "emergency", G_CALLBACK (emergency_cb), fixture);
  g_signal_connect (fixture->manager, "cleanup-finished", G_CALLBACK (finished_cb), fixture);
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  data)
{
  g_clear_object (&fixture->manager);
  g_string_free (fixture->log, TRUE);
  g_object_unref (fixture->clock);
}

static void
assert_log (Fixture    *fixture,
            const char *expected)
{
  mgr_test_settle ();
  g_assert_cmpstr (fixture->log->str, ==, expected);
  g_string_truncate (fixture->log, 0);
}

static MgrResource *
fixture_register (Fixture        *fixture,
                  MgrMappedBlock *block,
                  MgrSafety       safety)
{
  g_autoptr (MgrResource) resource = mgr_resource_new_for_reclaimer (NULL, MGR_RECLAIMER (block));

  mgr_resource_set_safety (resource, safety);
  mgr_resource_set_size (resource, mgr_mapped_block_get_held (block));
  g_assert_true (mgr_manager_register_resource (fixture->manager, resource, NULL));
  return resource;
}

static void
notified_cb (GObject    *object,
             GParamSpec *pspec,
             gpointer    user_data)
{
  (*(guint *) user_data)++;
}

static void
test_at_once (Fixture       *fixture,
              gconstpointer  data)
{
  g_autoptr (MgrMappedBlock) safe = mgr_mapped_block_new ("temp_safe", 2 * MIB, FALSE);
  g_autoptr (MgrMappedBlock) cautious = mgr_mapped_block_new ("features", MIB, FALSE);
  g_autoptr (MgrMappedBlock) named = mgr_mapped_block_new ("results", MIB, FALSE);
  MgrResource *resource = fixture_register (fixture, safe, MGR_SAFETY_SAFE);
  g_autoptr (GPtrArray) records = NULL;
  guint notified = 0;

  fixture_register (fixture, cautious, MGR_SAFETY_CAUTIOUS);
  fixture_register (fixture, named, MGR_SAFETY_PROTECTED);
  g_signal_connect (resource, "notify::size", G_CALLBACK (notified_cb), &notified);

  g_assert_cmpuint (mgr_manager_declare_emergency (fixture->manager), ==, 2 * MIB);
  g_assert_cmpuint (mgr_mapped_block_get_held (safe), ==, 0);
  g_assert_cmpuint (mgr_mapped_block_get_held (cautious), ==, MIB);
  g_assert_cmpuint (mgr_resource_get_size (resource), ==, 0);
  g_assert_cmpuint (notified, ==, 0);

  assert_log (fixture, "emergency! [features] ");
  g_assert_cmpuint (notified, ==, 1);
  g_assert_cmpuint (mgr_mapped_block_get_held (named), ==, MIB);
  records = mgr_cleaner_list_records (mgr_manager_get_cleaner (fixture->manager));
  g_assert_cmpuint (records->len, ==, 2);
  g_assert_cmpstr (mgr_reclaim_record_get_name (records->pdata[1]), ==, "temp_safe");
  g_assert_cmpstr (mgr_reclaim_record_get_reason (records->pdata[1]), ==, "emergency");
  g_assert_cmpuint (mgr_reclaim_record_get_size (records->pdata[1]), ==, 2 * MIB);
}

static void
test_in_use (Fixture       *fixture,
             gconstpointer  data)
{
  g_autoptr (MgrMappedBlock) block = mgr_mapped_block_new ("temp_safe", MIB, TRUE);
  MgrResource *resource = fixture_register (fixture, block, MGR_SAFETY_SAFE);

  g_assert_true (mgr_resource_begin_access (resource, NULL));
  g_assert_cmpuint (mgr_manager_declare_emergency (fixture->manager), ==, 0);
  assert_log (fixture, "emergency! [] ");
  g_assert_cmpuint (mgr_mapped_block_get_held (block), ==, MIB);
  g_assert_true (mgr_resource_end_access (resource, NULL));

  mgr_manual_clock_advance (fixture->clock, PAUSE);
  g_assert_cmpuint (mgr_manager_declare_emergency (fixture->manager), ==, MIB);
}

/* Objects as long as somebody says so. */
static gboolean
veto_cb (MgrResource      *resource,
         MgrPressureLevel  level,
         gpointer          user_data)
{
  return *(gboolean *) user_data;
}

static void
test_veto (Fixture       *fixture,
           gconstpointer  data)
{
  g_autoptr (MgrMappedBlock) block = mgr_mapped_block_new ("temp_safe", MIB, TRUE);
  g_autoptr (MgrResource) resource = mgr_resource_new_for_reclaimer (NULL, MGR_RECLAIMER (block));
  gboolean objects = TRUE;

  g_test_summary ("What somebody may object to is for the cleanup, which asks");

  mgr_resource_set_safety (resource, MGR_SAFETY_SAFE);
  g_signal_connect (resource, "query-veto", G_CALLBACK (veto_cb), &objects);
  g_assert_true (mgr_manager_register_resource (fixture->manager, resource, NULL));

  g_assert_cmpuint (mgr_manager_declare_emergency (fixture->manager), ==, 0);
  assert_log (fixture, "emergency! [] ");
  g_assert_cmpuint (mgr_mapped_block_get_held (block), ==, MIB);

  objects = FALSE;
  mgr_manual_clock_advance (fixture->clock, PAUSE);
  g_assert_cmpuint (mgr_manager_declare_emergency (fixture->manager), ==, 0);
  g_assert_cmpuint (mgr_mapped_block_get_held (block), ==, MIB);
  assert_log (fixture, "emergency! [temp_safe] ");
  g_assert_cmpuint (mgr_mapped_block_get_held (block), ==, 0);
}

static void
test_veto_later (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autoptr (MgrMappedBlock) block = mgr_mapped_block_new ("temp_safe", MIB, TRUE);
  MgrResource *resource = fixture_register (fixture, block, MGR_SAFETY_SAFE);
  MgrCleaner *cleaner = mgr_manager_get_cleaner (fixture->manager);
  g_autoptr (MgrCleanupPlan) plan = NULL;
  gboolean objects = TRUE;

  g_test_summary ("A handler that comes or goes later is known after a turn of the loop, or a plan");

  g_signal_connect (resource, "query-veto", G_CALLBACK (veto_cb), &objects);
  mgr_test_settle ();
  g_assert_cmpuint (mgr_manager_declare_emergency (fixture->manager), ==, 0);
  assert_log (fixture, "emergency! [] ");
  g_assert_cmpuint (mgr_mapped_block_get_held (block), ==, MIB);

  g_signal_handlers_disconnect_by_func (resource, veto_cb, &objects);
  plan = mgr_cleaner_plan (cleaner, MGR_CLEANUP_STRATEGY_LIGHT, MGR_CLEANUP_FLAGS_NONE, NULL);
  mgr_manual_clock_advance (fixture->clock, PAUSE);
  g_assert_cmpuint (mgr_manager_declare_emergency (fixture->manager), ==, MIB);
}

static void
test_pause (Fixture       *fixture,
            gconstpointer  data)
{
  g_autoptr (MgrMappedBlock) first = mgr_mapped_block_new ("temp_a", MIB, TRUE);
  g_autoptr (MgrMappedBlock) second = NULL;

  fixture_register (fixture, first, MGR_SAFETY_SAFE);
  g_assert_cmpuint (mgr_manager_declare_emergency (fixture->manager), ==, MIB);
  g_assert_cmpuint (mgr_manager_declare_emergency (fixture->manager), ==, 0);
  assert_log (fixture, "emergency! [] ");

  second = mgr_mapped_block_new ("temp_b", MIB, TRUE);
  fixture_register (fixture, second, MGR_SAFETY_SAFE);
  for (guint i = 0; i < 10; i++)
    g_assert_cmpuint (mgr_manager_declare_emergency (fixture->manager), ==, 0);
  mgr_manual_clock_advance (fixture->clock, PAUSE - 1);
  assert_log (fixture, "");
  g_assert_cmpuint (mgr_mapped_block_get_held (second), ==, MIB);

  g_test_message ("The last of them is not forgotten, and gives back before it cleans");
  mgr_manual_clock_advance (fixture->clock, 1);
  assert_log (fixture, "emergency! [] ");
  g_assert_cmpuint (mgr_mapped_block_get_held (second), ==, 0);
  mgr_manual_clock_advance (fixture->clock, 10 * PAUSE);
  assert_log (fixture, "");
}

static void
test_flood (Fixture       *fixture,
            gconstpointer  data)
{
  g_test_summary ("100,000 signals within a second make at most three cleanups, the one at its end "
                  "included");

  g_assert_true (mgr_manager_set_emergency_signal (fixture->manager, SIGUSR1, NULL));
  for (guint i = 0; i < 100; i++)
    {
      for (guint j = 0; j < 1000; j++)
        raise (SIGUSR1);
      mgr_test_settle ();
      mgr_manual_clock_advance (fixture->clock, 10 * G_TIME_SPAN_MILLISECOND);
    }

  while (fixture->cleanups == 0)
    {
      mgr_test_settle ();
      mgr_manual_clock_advance (fixture->clock, 1);
    }
  g_test_message ("%u cleanups", fixture->cleanups);
  g_assert_cmpuint (fixture->cleanups, <=, 3);
}

static gpointer
declare_thread (gpointer manager)
{
  return GSIZE_TO_POINTER ((gsize) mgr_manager_declare_emergency (manager));
}

static void
test_blocked_owner (Fixture       *fixture,
                    gconstpointer  data)
{
  g_autoptr (MgrMappedBlock) block = mgr_mapped_block_new ("temp_safe", MIB, FALSE);
  GThread *thread;
  gsize bytes;

  g_test_summary ("Another thread gives back while the owner's loop does not turn");

  fixture_register (fixture, block, MGR_SAFETY_SAFE);
  mgr_manager_set_emergency_reserve (fixture->manager, MIB);
  thread = g_thread_new ("declare", declare_thread, fixture->manager);
  bytes = GPOINTER_TO_SIZE (g_thread_join (thread));
  g_assert_cmpuint (bytes, ==, 2 * MIB);
  g_assert_true (mgr_mapped_block_get_releaser (block) == thread);
  g_assert_cmpstr (fixture->log->str, ==, "");
  assert_log (fixture, "emergency! [] ");
}

#define N_THREADS 4
#define N_CALLS 500

static gpointer
declare_often_thread (gpointer data)
{
  Fixture *fixture = data;

  for (guint i = 0; i < N_CALLS; i++)
    {
      mgr_manager_declare_emergency (fixture->manager);
      mgr_manual_clock_advance (fixture->clock, PAUSE / N_CALLS);
    }

  return NULL;
}

static void
test_threads (Fixture       *fixture,
              gconstpointer  data)
{
  GThread *threads[N_THREADS];

  g_test_summary ("Threads declare emergencies while resources come and go");

  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("declare", declare_often_thread, fixture);
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *name = g_strdup_printf ("temp_%u", i);
      g_autoptr (MgrMappedBlock) block = mgr_mapped_block_new (name, 4096, TRUE);
      MgrResource *resource = fixture_register (fixture, block, MGR_SAFETY_SAFE);

      g_main_context_iteration (NULL, FALSE);
      g_assert_true (mgr_manager_unregister_resource (fixture->manager, resource));
    }
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);

  mgr_manual_clock_advance (fixture->clock, PAUSE);
  mgr_test_settle ();
  g_assert_cmpuint (fixture->cleanups, >=, 1);
  g_assert_cmpuint (fixture->cleanups, <=, N_THREADS + 2);
}

static void
drop_manager_cb (MgrManager        *manager,
                 MgrPressureSample *sample,
                 gpointer           user_data)
{
  Fixture *fixture = user_data;

  g_clear_object (&fixture->manager);
}

static void
test_handler_drops_the_manager (Fixture       *fixture,
                                gconstpointer  data)
{
  g_signal_connect (fixture->manager, "emergency", G_CALLBACK (drop_manager_cb), fixture);
  mgr_manager_declare_emergency (fixture->manager);
  mgr_test_settle ();
  g_assert_null (fixture->manager);
}

/* Two samples in a row make a level. */
static void
fixture_sense (Fixture *fixture)
{
  for (guint i = 0; i < 2; i++)
    {
      mgr_pressure_sample_unref (
        mgr_pressure_monitor_sample (mgr_manager_get_monitor (fixture->manager)));
      mgr_manual_clock_advance (fixture->clock, G_USEC_PER_SEC);
    }
  mgr_test_settle ();
}

static void
test_reserve (Fixture       *fixture,
              gconstpointer  data)
{
  guint64 reserve = 1;
  guint notified = 0;

  g_signal_connect (fixture->manager, "notify::emergency-reserve", G_CALLBACK (notified_cb),
                    &notified);
  g_object_get (fixture->manager, "emergency-reserve", &reserve, NULL);
  g_assert_cmpuint (reserve, ==, 0);
  g_object_set (fixture->manager, "emergency-reserve", 2 * MIB, NULL);
  mgr_manager_set_emergency_reserve (fixture->manager, 2 * MIB);
  mgr_test_settle ();
  g_assert_cmpuint (notified, ==, 1);
  g_assert_cmpuint (mgr_manager_get_emergency_reserve (fixture->manager), ==, 2 * MIB);

  g_assert_cmpuint (mgr_manager_declare_emergency (fixture->manager), ==, 2 * MIB);
  assert_log (fixture, "emergency! [] ");

  g_test_message ("Nothing is scarce, so it is there again");
  mgr_manual_clock_advance (fixture->clock, PAUSE);
  g_assert_cmpuint (mgr_manager_declare_emergency (fixture->manager), ==, 2 * MIB);
}

static void
test_reserve_and_pressure (Fixture       *fixture,
                           gconstpointer  data)
{
  g_autoptr (MgrAllocation) most =
    mgr_component_allocate (fixture->component, 97 * MIB, NULL, 5, NULL, NULL);

  mgr_manager_set_emergency_reserve (fixture->manager, 2 * MIB);
  mgr_manager_set_automatic_cleanup (fixture->manager, FALSE);
  fixture_sense (fixture);
  g_assert_cmpint (mgr_manager_get_level (fixture->manager), ==, MGR_PRESSURE_LEVEL_EMERGENCY);
  g_assert_cmpuint (mgr_manager_declare_emergency (fixture->manager), ==, 0);
  assert_log (fixture, "emergency! emergency! [] ");

  g_test_message ("It comes back with the level");
  g_clear_pointer (&most, mgr_allocation_unref);
  for (guint i = 0; i < 60; i++)
    fixture_sense (fixture);
  g_assert_cmpint (mgr_manager_get_level (fixture->manager), ==, MGR_PRESSURE_LEVEL_NORMAL);
  g_assert_cmpuint (mgr_manager_declare_emergency (fixture->manager), ==, 2 * MIB);
}

static void
test_reserve_block (void)
{
  MgrEmergencyReserve *reserve = mgr_emergency_reserve_new ();
  g_autoptr (MgrProcessMemory) memory = mgr_process_memory_new (NULL);
  guint64 before = 0;
  guint64 with = 0;
  guint64 after = 0;

  g_assert_true (mgr_process_memory_read_resident (memory, &before, NULL));
  mgr_emergency_reserve_set_size (reserve, 8 * MIB - 1);
  g_assert_cmpuint (mgr_emergency_reserve_get_size (reserve), ==, 8 * MIB - 1);
  g_assert_cmpuint (mgr_emergency_reserve_get_held (reserve), ==, 8 * MIB);
  g_assert_true (mgr_process_memory_read_resident (memory, &with, NULL));
  g_assert_cmpuint (with, >=, before + 8 * MIB);

  g_assert_cmpuint (mgr_emergency_reserve_give_up (reserve), ==, 8 * MIB);
  g_assert_true (mgr_process_memory_read_resident (memory, &after, NULL));
  g_assert_cmpuint (after, <=, with - 8 * MIB);
  g_assert_cmpuint (mgr_emergency_reserve_give_up (reserve), ==, 0);

  g_test_message ("Given up, it does not come back by another size");
  mgr_emergency_reserve_set_size (reserve, MIB);
  g_assert_cmpuint (mgr_emergency_reserve_get_held (reserve), ==, 0);
  g_assert_true (mgr_emergency_reserve_restore (reserve));
  g_assert_cmpuint (mgr_emergency_reserve_get_held (reserve), ==, MIB);
  mgr_emergency_reserve_set_size (reserve, 2 * MIB);
  g_assert_cmpuint (mgr_emergency_reserve_get_held (reserve), ==, 2 * MIB);
  mgr_emergency_reserve_set_size (reserve, 0);
  g_assert_cmpuint (mgr_emergency_reserve_get_held (reserve), ==, 0);
  g_assert_true (mgr_emergency_reserve_restore (reserve));
  mgr_emergency_reserve_free (reserve);
}

static void
test_reserve_too_large (void)
{
  MgrEmergencyReserve *reserve = mgr_emergency_reserve_new ();

  mgr_emergency_reserve_set_size (reserve, G_MAXUINT64 / 4);
  g_assert_cmpuint (mgr_emergency_reserve_get_held (reserve), ==, 0);
  g_assert_false (mgr_emergency_reserve_restore (reserve));
  mgr_emergency_reserve_set_size (reserve, G_MAXUINT64);
  g_assert_false (mgr_emergency_reserve_restore (reserve));
  g_assert_cmpuint (mgr_emergency_reserve_give_up (reserve), ==, 0);
  mgr_emergency_reserve_free (reserve);
}

/* A reclaimer that changes the list it is asked from. */
#define TEST_TYPE_TRAITOR (test_traitor_get_type ())
G_DECLARE_FINAL_TYPE (TestTraitor, test_traitor, TEST, TRAITOR, GObject)

struct _TestTraitor
{
  GObject parent_instance;
  GListStore *store; /* (unowned) */
};

static guint64
traitor_release_now (MgrReclaimer *reclaimer)
{
  TestTraitor *self = TEST_TRAITOR (reclaimer);

  g_list_store_remove_all (self->store);
  return 1;
}

static void
traitor_reclaimer_init (MgrReclaimerInterface *iface)
{
  iface->release_now = traitor_release_now;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestTraitor, test_traitor, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_RECLAIMER, traitor_reclaimer_init))

static void
test_traitor_class_init (TestTraitorClass *klass)
{
}

static void
test_traitor_init (TestTraitor *self)
{
}

static void
store_add_traitor (GListStore *store)
{
  g_autoptr (TestTraitor) traitor = g_object_new (TEST_TYPE_TRAITOR, NULL);

  traitor->store = store;
  g_list_store_append (store, traitor);
}

static void
test_list_changes_while_it_is_read (void)
{
  g_autoptr (GListStore) store = g_list_store_new (G_TYPE_OBJECT);
  MgrReleaseList *list;
  MgrReleaseSum sum;

  store_add_traitor (store);
  list = mgr_release_list_new (G_LIST_MODEL (store));
  store_add_traitor (store);
  store_add_traitor (store);

  sum = mgr_release_list_release_now (list);
  g_assert_cmpuint (sum.bytes, ==, 3);
  g_assert_cmpuint (sum.n_givers, ==, 3);
  sum = mgr_release_list_release_now (list);
  g_assert_cmpuint (sum.n_givers, ==, 0);
  mgr_release_list_free (list);
}

static void
test_list_follows (void)
{
  g_autoptr (GListStore) store = g_list_store_new (G_TYPE_OBJECT);
  MgrReleaseList *list = mgr_release_list_new (G_LIST_MODEL (store));
  g_autoptr (GObject) last = NULL;
  g_autoptr (GPtrArray) all = NULL;

  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (GObject) other = g_object_new (G_TYPE_OBJECT, NULL);

      g_list_store_insert (store, 0, other);
    }
  last = g_list_model_get_item (G_LIST_MODEL (store), 2);
  g_list_store_remove (store, 0);
  all = mgr_release_list_get_all (list);
  g_assert_cmpuint (all->len, ==, 2);
  g_assert_true (g_ptr_array_index (all, 1) == last);

  g_test_message ("What is no reclaimer gives nothing");
  g_assert_cmpuint (mgr_release_list_release_now (list).n_givers, ==, 0);
  g_list_store_remove_all (store);
  g_clear_pointer (&all, g_ptr_array_unref);
  all = mgr_release_list_get_all (list);
  g_assert_cmpuint (all->len, ==, 0);
  mgr_release_list_free (list);
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

  add_test ("/manager/emergency/at-once", test_at_once);
  add_test ("/manager/emergency/in-use", test_in_use);
  add_test ("/manager/emergency/veto", test_veto);
  add_test ("/manager/emergency/veto-later", test_veto_later);
  add_test ("/manager/emergency/pause", test_pause);
  add_test ("/manager/emergency/flood", test_flood);
  add_test ("/manager/emergency/blocked-owner", test_blocked_owner);
  add_test ("/manager/emergency/threads", test_threads);
  add_test ("/manager/emergency/handler-drops-the-manager", test_handler_drops_the_manager);
  add_test ("/manager/emergency/reserve", test_reserve);
  add_test ("/manager/emergency/reserve-and-pressure", test_reserve_and_pressure);
  g_test_add_func ("/manager/emergency/reserve-block", test_reserve_block);
  g_test_add_func ("/manager/emergency/reserve-too-large", test_reserve_too_large);
  g_test_add_func ("/manager/emergency/list-follows", test_list_follows);
  g_test_add_func ("/manager/emergency/list-changes-while-it-is-read",
                   test_list_changes_while_it_is_read);

  return g_test_run ();
}
