/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cleaner-fixture.h"
#include "mgr-canceller.h"
#include "mgr-test-support.h"
#include "reclaim/mgr-cleaner-private.h"

#define MIB ((guint64) 1 << 20)
#define N_ROUNDS 3000

/* A cleanup in the background, and what came of it. */
typedef struct
{
  Fixture base;
  GCancellable *cancellable; /* (owned) */
  MgrCleanupReport *report;  /* (owned) (nullable) */
  GError *error;             /* (owned) (nullable) */
  GThread *ended_in;
  gboolean is_done;
  MgrCleanupReport *told;    /* (owned) (nullable) by the signal */
  guint slices;
  guint turns;               /* of the other things that the loop has to do */
} Background;

static void
background_set_up (Background    *fixture,
                   gconstpointer  data)
{
  fixture_set_up (&fixture->base, NULL);
  fixture->cancellable = g_cancellable_new ();
}

static void
background_tear_down (Background    *fixture,
                      gconstpointer  data)
{
  g_object_unref (fixture->cancellable);
  g_clear_pointer (&fixture->report, mgr_cleanup_report_unref);
  g_clear_pointer (&fixture->told, mgr_cleanup_report_unref);
  g_clear_error (&fixture->error);
  fixture_tear_down (&fixture->base, NULL);
}

static void
finished_cb (MgrCleaner       *cleaner,
             MgrCleanupReport *report,
             gpointer          user_data)
{
  Background *fixture = user_data;

  g_clear_pointer (&fixture->told, mgr_cleanup_report_unref);
  fixture->told = mgr_cleanup_report_ref (report);
}

static void
ended_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  Background *fixture = user_data;

  fixture->report = mgr_cleaner_cleanup_finish (MGR_CLEANER (source), result, &fixture->error);
  fixture->ended_in = g_thread_self ();
  fixture->is_done = TRUE;
}

static void
background_start (Background         *fixture,
                  MgrCleanupStrategy  strategy)
{
  mgr_cleaner_cleanup_async (fixture->base.cleaner, strategy, MGR_CLEANUP_FLAGS_NONE,
                             fixture->cancellable, ended_cb, fixture);
}

/* Gives what it is asked for, at a rate of a GiB per second. */
static guint64
slice_cb (MgrResource *resource,
          guint64      target,
          gpointer     user_data)
{
  Background *fixture = user_data;

  fixture->slices++;
  mgr_manual_clock_advance (fixture->base.clock, (gint64) (target >> 10));
  return target;
}

static gboolean
turn_cb (gpointer user_data)
{
  Background *fixture = user_data;

  fixture->turns++;
  return G_SOURCE_CONTINUE;
}

static void
test_slices (Background    *fixture,
             gconstpointer  data)
{
  guint id = g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, turn_cb, fixture, NULL);
  g_autoptr (MgrCleanupStep) step = NULL;

  g_test_summary ("What is wanted is asked for in slices, and the loop has its turn between");

  fixture_add (&fixture->base, "temp_a", 64 * MIB, G_CALLBACK (slice_cb));
  background_start (fixture, MGR_CLEANUP_STRATEGY_MODERATE);
  g_assert_cmpuint (fixture->slices, ==, 0);
  mgr_test_iterate_until (&fixture->is_done);
  g_source_remove (id);
  g_assert_no_error (fixture->error);

  g_assert_cmpuint (mgr_cleanup_report_get_claimed (fixture->report), ==, 32 * MIB);
  g_assert_cmpuint (fixture->slices, >=, 32 * MIB / (512 << 10));
  g_assert_cmpuint (fixture->turns, >=, fixture->slices);
  step = find_step (mgr_cleanup_report_get_steps (fixture->report), "temp_a");
  g_assert_cmpuint (mgr_cleanup_step_get_claimed (step), ==, 32 * MIB);
  g_assert_cmpint (mgr_cleanup_step_get_duration (step), >, 32 * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpint (mgr_cleanup_step_get_duration (step), <, 33 * G_TIME_SPAN_MILLISECOND);
  g_assert_cmpstr (mgr_cleanup_step_get_reason (step), ==, "SAFE");
}

static void
test_slices_grow (Background    *fixture,
                  gconstpointer  data)
{
  guint slices;

  g_test_summary ("The worse it is, the larger the slices");

  fixture_add (&fixture->base, "temp_a", 64 * MIB, G_CALLBACK (slice_cb));
  background_start (fixture, MGR_CLEANUP_STRATEGY_MODERATE);
  mgr_test_iterate_until (&fixture->is_done);
  slices = fixture->slices;

  fixture->is_done = FALSE;
  fixture->slices = 0;
  g_clear_pointer (&fixture->report, mgr_cleanup_report_unref);
  background_start (fixture, MGR_CLEANUP_STRATEGY_EMERGENCY);
  mgr_test_iterate_until (&fixture->is_done);
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (fixture->report), ==, 32 * MIB);
  g_assert_cmpuint (fixture->slices, <, slices / 4);
}

static void
test_whole (Background    *fixture,
            gconstpointer  data)
{
  g_test_summary ("What can only give all it has is asked once; the next ones go on");

  fixture_add (&fixture->base, "temp_a", 64 * MIB, G_CALLBACK (free_all_cb));
  fixture_add (&fixture->base, "temp_b", 32 * MIB, G_CALLBACK (free_all_cb));
  background_start (fixture, MGR_CLEANUP_STRATEGY_AGGRESSIVE);
  mgr_test_iterate_until (&fixture->is_done);
  assert_names (mgr_cleanup_report_get_cleaned (fixture->report), "temp_a temp_b");
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (fixture->report), ==, 96 * MIB);
}

static guint64
boast_cb (MgrResource *resource,
          guint64      target,
          gpointer     user_data)
{
  Background *fixture = user_data;

  fixture->slices++;
  return 100 * MIB;
}

static void
test_claims_too_much (Background    *fixture,
                      gconstpointer  data)
{
  MgrResource *liar = NULL;

  g_test_summary ("Who claims more than it held keeps nobody else from being asked");

  liar = fixture_add (&fixture->base, "temp_liar", 2 * MIB, G_CALLBACK (boast_cb));
  mgr_resource_set_priority (liar, 1);
  fixture_add (&fixture->base, "temp_honest", 30 * MIB, G_CALLBACK (slice_cb));
  background_start (fixture, MGR_CLEANUP_STRATEGY_AGGRESSIVE);
  mgr_test_iterate_until (&fixture->is_done);
  assert_names (mgr_cleanup_report_get_cleaned (fixture->report), "temp_liar temp_honest");
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (fixture->report), ==, 32 * MIB);
  assert_reason (mgr_cleanup_report_get_steps (fixture->report), "temp_liar",
                 "claimed 100.0 MiB, more than the 2.0 MiB that it held");
}

static guint64
cancel_cb (MgrResource *resource,
           guint64      target,
           gpointer     user_data)
{
  Background *fixture = user_data;

  if (++fixture->slices == 3)
    g_cancellable_cancel (fixture->cancellable);
  return 10;
}

static void
test_cancelled (Background    *fixture,
                gconstpointer  data)
{
  g_test_summary ("Who cancels hears so; all hear what had been cleaned until then");

  g_signal_connect (fixture->base.cleaner, "cleanup-finished", G_CALLBACK (finished_cb), fixture);
  fixture_add (&fixture->base, "temp_a", 64 * MIB, G_CALLBACK (cancel_cb));
  fixture_add (&fixture->base, "temp_b", 32 * MIB, G_CALLBACK (cancel_cb));
  background_start (fixture, MGR_CLEANUP_STRATEGY_AGGRESSIVE);
  mgr_test_iterate_until (&fixture->is_done);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (fixture->report);

  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (fixture->slices, ==, 3);
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (fixture->told), ==, 30);
  assert_reason (mgr_cleanup_report_get_steps (fixture->told), "temp_b",
                 "the cleanup was cancelled");
}

static void
test_cancelled_before (Background    *fixture,
                       gconstpointer  data)
{
  g_signal_connect (fixture->base.cleaner, "cleanup-finished", G_CALLBACK (finished_cb), fixture);
  fixture_add (&fixture->base, "temp_a", 64 * MIB, G_CALLBACK (cancel_cb));
  g_cancellable_cancel (fixture->cancellable);
  background_start (fixture, MGR_CLEANUP_STRATEGY_AGGRESSIVE);
  mgr_test_iterate_until (&fixture->is_done);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (fixture->slices, ==, 0);
  g_assert_null (fixture->told);
}

static void
test_invalid (Background    *fixture,
              gconstpointer  data)
{
  background_start (fixture, (MgrCleanupStrategy) 9);
  mgr_test_iterate_until (&fixture->is_done);
  g_assert_error (fixture->error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
}

static guint64
one_byte_cb (MgrResource *resource,
             guint64      target,
             gpointer     user_data)
{
  Background *fixture = user_data;

  fixture->slices++;
  return 1;
}

static void
test_short_answers (Background    *fixture,
                    gconstpointer  data)
{
  g_test_summary ("One that gives a byte at a time is not asked a million times");

  fixture_add (&fixture->base, "temp_a", 64 * MIB, G_CALLBACK (one_byte_cb));
  fixture_add (&fixture->base, "temp_b", MIB, G_CALLBACK (free_all_cb));
  background_start (fixture, MGR_CLEANUP_STRATEGY_AGGRESSIVE);
  mgr_test_iterate_until (&fixture->is_done);
  g_assert_cmpuint (fixture->slices, ==, 64);
  assert_names (mgr_cleanup_report_get_cleaned (fixture->report), "temp_a temp_b");
}

static guint64
second_of_work_cb (MgrResource *resource,
                   guint64      target,
                   gpointer     user_data)
{
  Background *fixture = user_data;

  fixture->slices++;
  mgr_manual_clock_advance (fixture->base.clock, G_USEC_PER_SEC);
  return 1;
}

static void
test_box (Background    *fixture,
          gconstpointer  data)
{
  g_test_summary ("After 5 s of work no other resource is asked");

  for (guint i = 0; i < 8; i++)
    {
      g_autofree char *name = g_strdup_printf ("temp_%u", i);

      fixture_add (&fixture->base, name, 1, G_CALLBACK (second_of_work_cb));
    }
  background_start (fixture, MGR_CLEANUP_STRATEGY_AGGRESSIVE);
  mgr_test_iterate_until (&fixture->is_done);
  g_assert_cmpuint (fixture->slices, ==, 5);
  assert_reason (mgr_cleanup_report_get_steps (fixture->report), "temp_7", "time was up");
}

static guint64
iterate_cb (MgrResource *resource,
            guint64      target,
            gpointer     user_data)
{
  Background *fixture = user_data;

  fixture->slices++;
  for (guint i = 0; i < 5; i++)
    g_main_context_iteration (NULL, FALSE);
  return 1;
}

static void
test_iterates (Background    *fixture,
               gconstpointer  data)
{
  Background other = { .base = fixture->base, .cancellable = fixture->cancellable };

  g_test_summary ("A handler that iterates the loop is not asked again inside of itself");

  fixture_add (&fixture->base, "temp_a", 1, G_CALLBACK (iterate_cb));
  fixture_add (&fixture->base, "temp_b", 1, G_CALLBACK (iterate_cb));
  background_start (fixture, MGR_CLEANUP_STRATEGY_AGGRESSIVE);
  background_start (&other, MGR_CLEANUP_STRATEGY_AGGRESSIVE);
  mgr_test_iterate_until (&fixture->is_done);
  mgr_test_iterate_until (&other.is_done);
  g_assert_cmpuint (fixture->slices, ==, 2);
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (fixture->report)
                    + mgr_cleanup_report_get_claimed (other.report), ==, 2);
  g_clear_pointer (&other.report, mgr_cleanup_report_unref);
}

static guint64
once_cb (MgrResource *resource,
         guint64      target,
         gpointer     user_data)
{
  Background *fixture = user_data;

  fixture->slices++;
  return fixture->slices < 100 ? MIN (target, mgr_resource_get_size (resource)) : 0;
}

static void
test_beside_another (Background    *fixture,
                     gconstpointer  data)
{
  g_autoptr (MgrCleanupReport) report = NULL;

  g_test_summary ("Between two slices a cleanup that cannot wait finds the cleaner free");

  fixture_add (&fixture->base, "temp_a", 64 * MIB, G_CALLBACK (once_cb));
  background_start (fixture, MGR_CLEANUP_STRATEGY_MODERATE);
  while (fixture->slices < 2)
    g_main_context_iteration (NULL, TRUE);

  report = fixture_cleanup (&fixture->base, MGR_CLEANUP_STRATEGY_EMERGENCY, FALSE);
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (report), >, 50 * MIB);
  mgr_test_iterate_until (&fixture->is_done);
  g_assert_no_error (fixture->error);
}

static guint64
drop_cleaner_cb (MgrResource *resource,
                 guint64      target,
                 gpointer     user_data)
{
  Background *fixture = user_data;

  g_clear_object (&fixture->base.cleaner);
  return 1;
}

static void
test_last_reference (void)
{
  Background fixture = { .base.cleaner = mgr_cleaner_new (NULL, NULL) };
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_a", 10);
  gpointer weak = fixture.base.cleaner;

  g_test_summary ("A handler drops the last reference to the cleaner");

  g_object_add_weak_pointer (weak, &weak);
  g_signal_connect (resource, "reclaim", G_CALLBACK (drop_cleaner_cb), &fixture);
  g_assert_true (mgr_cleaner_register (fixture.base.cleaner, resource, NULL));
  background_start (&fixture, MGR_CLEANUP_STRATEGY_AGGRESSIVE);
  mgr_test_iterate_until (&fixture.is_done);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_null (weak);
  g_clear_pointer (&fixture.report, mgr_cleanup_report_unref);
}

/* A thread with a resource of its own. */
typedef struct
{
  GThread *thread;       /* (owned) */
  GMainContext *context; /* (owned) */
  MgrResource *resource; /* (owned) */
  GThread *ran_in;
  gint made;             /* atomic */
  gint serving;          /* atomic */
  gint stop;             /* atomic */
} Owner;

static guint64
owner_cb (MgrResource *resource,
          guint64      target,
          gpointer     user_data)
{
  Owner *owner = user_data;

  owner->ran_in = g_thread_self ();
  return MIN (target, MIB);
}

static gpointer
owner_thread (gpointer user_data)
{
  Owner *owner = user_data;

  g_main_context_push_thread_default (owner->context);
  owner->resource = mgr_resource_new ("temp_far", 8 * MIB);
  g_signal_connect (owner->resource, "reclaim", G_CALLBACK (owner_cb), owner);
  g_atomic_int_set (&owner->made, TRUE);

  while (!g_atomic_int_get (&owner->stop))
    {
      if (g_atomic_int_get (&owner->serving))
        g_main_context_iteration (owner->context, FALSE);
      g_thread_yield ();
    }

  g_main_context_pop_thread_default (owner->context);
  return NULL;
}

static void
owner_start (Owner      *owner,
             Background *fixture,
             gboolean    serving)
{
  owner->context = g_main_context_new ();
  owner->serving = serving;
  owner->thread = g_thread_new ("owner", owner_thread, owner);
  while (!g_atomic_int_get (&owner->made))
    g_thread_yield ();
  g_assert_true (mgr_cleaner_register (fixture->base.cleaner, owner->resource, NULL));
}

static void
owner_stop (Owner *owner)
{
  g_atomic_int_set (&owner->stop, TRUE);
  g_thread_join (owner->thread);
  g_object_unref (owner->resource);
  g_main_context_unref (owner->context);
}

static gpointer
start_thread (gpointer user_data)
{
  Background *fixture = user_data;

  background_start (fixture, MGR_CLEANUP_STRATEGY_EMERGENCY);
  return NULL;
}

static void
test_other_owner (Background    *fixture,
                  gconstpointer  data)
{
  Owner owner = { NULL, };
  guint id = g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, turn_cb, fixture, NULL);

  g_test_summary ("An owner in another thread is asked there, and the loop goes on meanwhile");

  owner_start (&owner, fixture, FALSE);
  background_start (fixture, MGR_CLEANUP_STRATEGY_EMERGENCY);
  while (fixture->turns < 50)
    g_main_context_iteration (NULL, TRUE);
  g_assert_false (fixture->is_done);

  g_atomic_int_set (&owner.serving, TRUE);
  mgr_test_iterate_until (&fixture->is_done);
  g_source_remove (id);
  g_assert_true (owner.ran_in == owner.thread);
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (fixture->report), ==, 8 * MIB);
  owner_stop (&owner);
}

static void
test_other_owner_silent (Background    *fixture,
                         gconstpointer  data)
{
  Owner owner = { NULL, };

  g_test_summary ("An owner that does not answer is given up, and the next ones are asked");

  mgr_cleaner_set_owner_deadline (fixture->base.cleaner, 20 * G_TIME_SPAN_MILLISECOND);
  owner_start (&owner, fixture, FALSE);
  fixture_add (&fixture->base, "temp_near", MIB, G_CALLBACK (free_all_cb));
  background_start (fixture, MGR_CLEANUP_STRATEGY_EMERGENCY);
  mgr_test_iterate_until (&fixture->is_done);
  assert_names (mgr_cleanup_report_get_cleaned (fixture->report), "temp_near");
  assert_reason (mgr_cleanup_report_get_steps (fixture->report), "temp_far",
                 "its owner did not answer in time");
  owner_stop (&owner);
  g_assert_null (owner.ran_in);
}

static gboolean
second_passes_cb (gpointer user_data)
{
  Background *fixture = user_data;

  mgr_manual_clock_advance (fixture->base.clock, G_USEC_PER_SEC);
  return G_SOURCE_CONTINUE;
}

static void
test_waiting_is_no_work (Background    *fixture,
                         gconstpointer  data)
{
  Owner owner = { NULL, };
  guint id = g_idle_add (second_passes_cb, fixture);

  g_test_summary ("However long an owner keeps silent, that uses up no time of the others");

  mgr_cleaner_set_owner_deadline (fixture->base.cleaner, 20 * G_TIME_SPAN_MILLISECOND);
  owner_start (&owner, fixture, FALSE);
  mgr_resource_set_priority (owner.resource, 1);
  fixture_add (&fixture->base, "temp_near", MIB, G_CALLBACK (free_all_cb));
  background_start (fixture, MGR_CLEANUP_STRATEGY_AGGRESSIVE);
  mgr_test_iterate_until (&fixture->is_done);
  g_source_remove (id);
  assert_names (mgr_cleanup_report_get_cleaned (fixture->report), "temp_near");
  assert_reason (mgr_cleanup_report_get_steps (fixture->report), "temp_far",
                 "its owner did not answer in time");
  owner_stop (&owner);
}

static void
test_silent_lately (Background    *fixture,
                    gconstpointer  data)
{
  Owner owner = { NULL, };
  gint64 start = g_get_monotonic_time ();

  g_test_summary ("Who kept silent lately does not hold the others up");

  owner_start (&owner, fixture, FALSE);
  mgr_resource_set_priority (owner.resource, 1);
  fixture_add (&fixture->base, "temp_near", MIB, G_CALLBACK (free_all_cb));
  mgr_score_table_note_silence (fixture->base.cleaner->scores, "temp_far",
                                mgr_cleaner_get_time (fixture->base.cleaner),
                                10 * G_TIME_SPAN_SECOND);
  background_start (fixture, MGR_CLEANUP_STRATEGY_AGGRESSIVE);
  mgr_test_iterate_until (&fixture->is_done);
  g_assert_cmpint (g_get_monotonic_time () - start, <, G_TIME_SPAN_SECOND);
  assert_names (mgr_cleanup_report_get_cleaned (fixture->report), "temp_near");
  assert_reason (mgr_cleanup_report_get_steps (fixture->report), "temp_far",
                 "its owner did not answer in time");
  owner_stop (&owner);
}

typedef struct
{
  Fixture *fixture; /* (unowned) */
  guint slices;     /* read after it has ended */
  gint made;        /* atomic */
  gint stop;        /* atomic */
} Dawdler;

static guint64
dawdle_cb (MgrResource *resource,
           guint64      target,
           gpointer     user_data)
{
  Dawdler *dawdler = user_data;

  dawdler->slices++;
  mgr_manual_clock_advance (dawdler->fixture->clock, G_USEC_PER_SEC);
  return target;
}

static gpointer
dawdle_thread (gpointer user_data)
{
  Dawdler *dawdler = user_data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (MgrResource) resource = NULL;

  g_main_context_push_thread_default (context);
  resource = mgr_resource_new ("temp_far", 8 * MIB);
  mgr_resource_set_priority (resource, 1);
  g_signal_connect (resource, "reclaim", G_CALLBACK (dawdle_cb), dawdler);
  g_assert_true (mgr_cleaner_register (dawdler->fixture->cleaner, resource, NULL));
  g_atomic_int_set (&dawdler->made, TRUE);
  while (!g_atomic_int_get (&dawdler->stop))
    {
      if (!g_main_context_iteration (context, FALSE))
        g_thread_yield ();
    }
  g_main_context_pop_thread_default (context);

  return NULL;
}

static void
test_other_owner_dawdles (Background    *fixture,
                          gconstpointer  data)
{
  Dawdler dawdler = { .fixture = &fixture->base };
  GThread *thread = g_thread_new ("dawdle", dawdle_thread, &dawdler);

  g_test_summary ("An owner in another thread that takes a second for each slice does not keep "
                  "the others waiting for all of them");

  while (!g_atomic_int_get (&dawdler.made))
    g_thread_yield ();
  fixture_add (&fixture->base, "temp_near", MIB, G_CALLBACK (free_all_cb));
  background_start (fixture, MGR_CLEANUP_STRATEGY_AGGRESSIVE);
  mgr_test_iterate_until (&fixture->is_done);
  g_atomic_int_set (&dawdler.stop, TRUE);
  g_thread_join (thread);
  g_assert_cmpuint (dawdler.slices, ==, 3);
  assert_names (mgr_cleanup_report_get_cleaned (fixture->report), "temp_far temp_near");
}

static void
test_cancelled_while_waiting (Background    *fixture,
                              gconstpointer  data)
{
  Owner owner = { NULL, };

  owner_start (&owner, fixture, FALSE);
  background_start (fixture, MGR_CLEANUP_STRATEGY_EMERGENCY);
  for (guint i = 0; i < 10; i++)
    g_main_context_iteration (NULL, FALSE);
  g_cancellable_cancel (fixture->cancellable);
  mgr_test_iterate_until (&fixture->is_done);
  g_assert_error (fixture->error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  owner_stop (&owner);
  g_assert_null (owner.ran_in);
}

static void
test_from_another_thread (Background    *fixture,
                          gconstpointer  data)
{
  g_test_summary ("Whoever asks, the slices are dispatched where the cleaner lives");

  fixture_add (&fixture->base, "temp_a", 8 * MIB, G_CALLBACK (slice_cb));
  g_thread_join (g_thread_new ("ask", start_thread, fixture));
  mgr_test_iterate_until (&fixture->is_done);
  g_assert_true (fixture->ended_in == g_thread_self ());
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (fixture->report), ==, 8 * MIB);
}

typedef struct
{
  MgrCanceller canceller;
  gboolean is_done;
} Late;

/* This comes within the last turn: what is cancelled is let go right after. */
static void
ended_late_cb (GObject      *source,
               GAsyncResult *result,
               gpointer      user_data)
{
  Late *late = user_data;

  mgr_canceller_cancel (&late->canceller, g_task_get_cancellable (G_TASK (result)));
  late->is_done = TRUE;
}

static void
test_cancelled_at_the_end (void)
{
  g_autoptr (MgrCleaner) cleaner = NULL;
  Late late;

  /* Nothing is measured there, so that no report waits for that. */
  cleaner = g_object_new (MGR_TYPE_CLEANER, "proc-path", "/dev/null", NULL);

  /* The journal has its full size then. */
  for (guint i = 0; i < N_ROUNDS; i++)
    mgr_cleanup_report_unref (mgr_cleaner_cleanup (cleaner, MGR_CLEANUP_STRATEGY_LIGHT, FALSE,
                                                   TRUE, NULL));

  mgr_test_settle ();
  mgr_canceller_start (&late.canceller);
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autoptr (GCancellable) cancellable = mgr_canceller_new_cancellable (&late.canceller);

      late.is_done = FALSE;
      mgr_cleaner_cleanup_async (cleaner, MGR_CLEANUP_STRATEGY_LIGHT, MGR_CLEANUP_FLAGS_NONE,
                                 cancellable, ended_late_cb, &late);
      mgr_test_iterate_until (&late.is_done);
    }
  mgr_canceller_stop (&late.canceller, N_ROUNDS);
  mgr_test_settle ();
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) \
  g_test_add ("/reclaim/cleaner-background/" name, Background, NULL, background_set_up, func, \
              background_tear_down)

  ADD ("slices", test_slices);
  ADD ("slices-grow", test_slices_grow);
  ADD ("whole", test_whole);
  ADD ("claims-too-much", test_claims_too_much);
  ADD ("cancelled", test_cancelled);
  ADD ("cancelled-before", test_cancelled_before);
  ADD ("invalid", test_invalid);
  ADD ("short-answers", test_short_answers);
  ADD ("box", test_box);
  ADD ("iterates", test_iterates);
  ADD ("beside-another", test_beside_another);
  g_test_add_func ("/reclaim/cleaner-background/last-reference", test_last_reference);
  ADD ("other-owner", test_other_owner);
  ADD ("other-owner-silent", test_other_owner_silent);
  ADD ("waiting-is-no-work", test_waiting_is_no_work);
  ADD ("silent-lately", test_silent_lately);
  ADD ("other-owner-dawdles", test_other_owner_dawdles);
  ADD ("cancelled-while-waiting", test_cancelled_while_waiting);
  g_test_add_func ("/reclaim/cleaner-background/cancelled-at-the-end", test_cancelled_at_the_end);
  ADD ("from-another-thread", test_from_another_thread);

#undef ADD

  return g_test_run ();
}
