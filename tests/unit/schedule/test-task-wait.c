/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-canceller.h"
#include "mgr-test-support.h"
#include "schedule/mgr-task-private.h"

/* Who waits for a task no longer waits, in whichever thread and at whichever time that is
 * said. */

#define N_ROUNDS 3000
#define MIB (G_GUINT64_CONSTANT (1) << 20)

typedef struct
{
  MgrManager *manager;     /* (owned) */
  MgrScheduler *scheduler; /* (unowned) */
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  user_data)
{
  fixture->manager = mgr_manager_new (1000 * MIB);
  fixture->scheduler = mgr_manager_get_scheduler (fixture->manager);
  mgr_pressure_monitor_stop (mgr_manager_get_monitor (fixture->manager));
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  user_data)
{
  g_clear_object (&fixture->manager);
  mgr_test_settle ();
}

static gboolean
sleep_func (MgrTask       *task,
            GCancellable  *cancellable,
            gpointer       user_data,
            GError       **error)
{
  GPollFD poll_fd;

  if (g_cancellable_make_pollfd (cancellable, &poll_fd))
    g_poll (&poll_fd, 1, -1);
  g_cancellable_release_fd (cancellable);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

static gboolean
count_func (MgrTask       *task,
            GCancellable  *cancellable,
            gpointer       user_data,
            GError       **error)
{
  g_atomic_int_inc ((int *) user_data);
  return TRUE;
}

static MgrTask *
submit_new (Fixture     *fixture,
            MgrTaskFunc  func,
            gpointer     user_data)
{
  MgrTask *task = mgr_task_new ("waited for", func, user_data, NULL);

  g_object_set (task, "memory", MIB, NULL);
  g_assert_true (mgr_scheduler_submit (fixture->scheduler, task, NULL));
  return task;
}

static void
end_task (Fixture *fixture,
          MgrTask *task)
{
  mgr_scheduler_cancel (fixture->scheduler, task, NULL);
  mgr_task_wait (task, NULL, NULL);
}

static void
waited_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_assert_null (*(GAsyncResult **) user_data);
  *(GAsyncResult **) user_data = g_object_ref (result);
}

static void
assert_given_up (MgrTask      *task,
                 GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (mgr_task_wait_finish (task, result, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
test_cancelled_before (Fixture       *fixture,
                       gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = submit_new (fixture, sleep_func, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;

  g_cancellable_cancel (cancellable);
  mgr_task_wait_async (task, cancellable, waited_cb, &result);
  g_assert_null (result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  assert_given_up (task, result);
  g_assert_cmpint (mgr_task_get_state (task), !=, MGR_TASK_STATE_FINISHED);
  end_task (fixture, task);
}

/* It is told in a turn of its own, not within the cancellation, and once. */
static void
test_cancelled_meanwhile (Fixture       *fixture,
                          gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = submit_new (fixture, sleep_func, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GAsyncResult) other = NULL;

  mgr_task_wait_async (task, cancellable, waited_cb, &result);
  mgr_task_wait_async (task, NULL, waited_cb, &other);
  g_cancellable_cancel (cancellable);
  g_assert_null (result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  assert_given_up (task, result);
  g_assert_null (other);
  end_task (fixture, task);
  while (other == NULL)
    g_main_context_iteration (NULL, TRUE);
}

/* Nothing of the waiter is left at the cancellable. */
static void
test_lets_go (Fixture       *fixture,
              gconstpointer  user_data)
{
  int counter = 0;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (MgrTask) task = submit_new (fixture, count_func, &counter);

  mgr_task_wait_async (task, cancellable, waited_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  g_assert_true (mgr_task_wait_finish (task, result, NULL));
  g_assert_false (g_signal_has_handler_pending (cancellable,
                                                g_signal_lookup ("cancelled", G_TYPE_CANCELLABLE),
                                                0, TRUE));
}

static void
end_task_cb (GCancellable *cancellable,
             gpointer      user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (MgrTask) task = g_object_ref (g_object_get_data (G_OBJECT (cancellable), "task"));

  end_task (fixture, task);
}

/* Who hears of the cancellation as well may end the task, and wait for its end. */
static void
test_ended_within (Fixture       *fixture,
                   gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = submit_new (fixture, sleep_func, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GAsyncResult) result = NULL;

  g_object_set_data (G_OBJECT (cancellable), "task", task);
  g_cancellable_connect (cancellable, G_CALLBACK (end_task_cb), fixture, NULL);
  mgr_task_wait_async (task, cancellable, waited_cb, &result);
  g_cancellable_cancel (cancellable);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  assert_given_up (task, result);
}

typedef struct
{
  MgrCanceller canceller;
  gboolean ended;
} Ending;

static void
ended_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  Ending *ending = user_data;

  mgr_canceller_cancel (&ending->canceller, g_task_get_cancellable (G_TASK (result)));
  ending->ended = TRUE;
}

/* One thread gives up, while another has just been told of the end. */
static void
test_cancelled_at_the_end (Fixture       *fixture,
                           gconstpointer  user_data)
{
  Ending ending;
  int counter = 0;

  /* What is kept of those that ended has its full size then. */
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autoptr (MgrTask) task = submit_new (fixture, count_func, &counter);

      g_assert_true (mgr_task_wait (task, NULL, NULL));
    }

  mgr_test_settle ();
  mgr_canceller_start (&ending.canceller);
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autoptr (MgrTask) task = submit_new (fixture, count_func, &counter);
      g_autoptr (GCancellable) cancellable = mgr_canceller_new_cancellable (&ending.canceller);

      ending.ended = FALSE;
      mgr_task_wait_async (task, cancellable, ended_cb, &ending);
      mgr_test_iterate_until (&ending.ended);
    }

  mgr_canceller_stop (&ending.canceller, N_ROUNDS);
  g_assert_cmpint (g_atomic_int_get (&counter), ==, 2 * N_ROUNDS);
}

/* It ends by itself so that a test fails and does not hang. */
static gboolean
nap_func (MgrTask       *task,
          GCancellable  *cancellable,
          gpointer       user_data,
          GError       **error)
{
  GPollFD poll_fd;

  if (g_cancellable_make_pollfd (cancellable, &poll_fd))
    g_poll (&poll_fd, 1, 5000);
  g_cancellable_release_fd (cancellable);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

static void
finished_cb (MgrScheduler *scheduler,
             MgrTask      *task,
             gpointer      user_data)
{
  (*(guint *) user_data)++;
}

/* Whoever blocks the owner's thread keeps the time of what it waits for, in which nothing
 * of the program is called. */
static void
test_owner_keeps_time (Fixture       *fixture,
                       gconstpointer  user_data)
{
  g_autoptr (MgrTask) limited = mgr_task_new ("limited", nap_func, NULL, NULL);
  g_autoptr (MgrTask) dated = mgr_task_new ("dated", nap_func, NULL, NULL);
  g_autoptr (GError) error = NULL;
  guint n_finished = 0;

  g_signal_connect (fixture->scheduler, "task-finished", G_CALLBACK (finished_cb), &n_finished);
  g_object_set (limited, "memory", MIB, "timeout", (gint64) 20000, NULL);
  g_object_set (dated, "memory", MIB, "deadline", g_get_monotonic_time () + 20000, NULL);
  g_assert_true (mgr_scheduler_submit (fixture->scheduler, limited, NULL));
  g_assert_true (mgr_scheduler_submit (fixture->scheduler, dated, NULL));

  g_assert_false (mgr_task_wait (limited, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_TIMED_OUT);
  g_clear_error (&error);
  g_assert_false (mgr_task_wait (dated, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_TIMED_OUT);
  g_assert_cmpuint (n_finished, ==, 0);
  mgr_test_settle ();
  g_assert_cmpuint (n_finished, ==, 2);
}

/* Waits that are shorter than the time between two looks put none off. */
static void
test_owner_waits_shortly (Fixture       *fixture,
                          gconstpointer  user_data)
{
  g_autoptr (MgrTask) limited = mgr_task_new ("limited", nap_func, NULL, NULL);
  gint64 begun = g_get_monotonic_time ();
  int counter = 0;

  g_object_set (limited, "memory", MIB, "timeout", (gint64) 20000, NULL);
  g_assert_true (mgr_scheduler_submit (fixture->scheduler, limited, NULL));
  while (mgr_task_get_state (limited) != MGR_TASK_STATE_FINISHED)
    {
      g_autoptr (MgrTask) task = submit_new (fixture, count_func, &counter);

      g_assert_true (mgr_task_wait (task, NULL, NULL));
      g_usleep (1000);
    }

  g_assert_cmpint (mgr_task_get_reason (limited), ==, MGR_TASK_REASON_TIMEOUT);
  g_assert_cmpint (g_get_monotonic_time () - begun, <, 4 * G_USEC_PER_SEC);
}

static gpointer
asking_copy (gpointer boxed)
{
  mgr_task_get_state (boxed);
  return g_object_ref (boxed);
}

static void
asking_free (gpointer boxed)
{
  mgr_task_get_state (boxed);
  g_object_unref (boxed);
}

typedef MgrTask Asking;

static GType asking_get_type (void);
G_DEFINE_BOXED_TYPE (Asking, asking, asking_copy, asking_free)

static gboolean
result_func (MgrTask       *task,
             GCancellable  *cancellable,
             gpointer       user_data,
             GError       **error)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, asking_get_type ());
  g_value_set_boxed (&value, user_data);
  mgr_task_set_result (task, &value);
  mgr_task_set_result (task, &value);
  return TRUE;
}

/* A result that asks its task as it is copied or freed. */
static void
test_result_asks (Fixture       *fixture,
                  gconstpointer  user_data)
{
  g_autoptr (MgrTask) other = mgr_task_new ("asked", count_func, NULL, NULL);
  g_auto (GValue) result = G_VALUE_INIT;
  MgrTask *task = mgr_task_new ("asks", result_func, NULL, NULL);

  g_object_set (task, "memory", MIB, NULL);
  task->user_data = task;
  g_assert_true (mgr_scheduler_submit (fixture->scheduler, task, NULL));
  g_assert_true (mgr_task_wait (task, NULL, NULL));
  g_assert_true (mgr_task_get_result (task, &result, NULL));
  g_assert_true (g_value_get_boxed (&result) == task);
  g_value_unset (&result);

  /* Its own result holds it: that is taken away. */
  g_value_init (&result, asking_get_type ());
  g_value_set_boxed (&result, other);
  mgr_task_set_result (task, &result);
  g_object_unref (task);
}

static void
test_not_submitted (Fixture       *fixture,
                    gconstpointer  user_data)
{
  g_autoptr (MgrTask) task = mgr_task_new ("forgotten", count_func, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_false (mgr_task_wait (task, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "“forgotten” was not submitted"));
  g_assert_cmpint (mgr_task_get_state (task), ==, MGR_TASK_STATE_NEW);
}

static gpointer
release_thread (gpointer data)
{
  g_usleep (20000);
  mgr_allocation_unref (data);
  return NULL;
}

/* What others give back starts what the owner waits for. */
static void
test_owner_starts_what_fits (Fixture       *fixture,
                             gconstpointer  user_data)
{
  MgrComponent *root = mgr_manager_get_root (fixture->manager);
  MgrAllocation *room = mgr_component_allocate (root, 900 * MIB, NULL, 5, NULL, NULL);
  g_autoptr (MgrTask) task = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;
  GThread *thread;
  int counter = 0;

  task = mgr_task_new ("large", count_func, &counter, NULL);
  g_object_set (task, "memory", 500 * MIB, NULL);
  g_assert_true (mgr_scheduler_submit (fixture->scheduler, task, NULL));
  g_assert_cmpint (mgr_task_get_state (task), ==, MGR_TASK_STATE_WAITING);

  thread = g_thread_new ("releases", release_thread, room);
  mgr_task_wait (task, cancellable, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_atomic_int_get (&counter), ==, 1);
  g_thread_join (thread);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(path, func) g_test_add (path, Fixture, NULL, set_up, func, tear_down)
  ADD ("/schedule/task-wait/cancelled-before", test_cancelled_before);
  ADD ("/schedule/task-wait/cancelled-meanwhile", test_cancelled_meanwhile);
  ADD ("/schedule/task-wait/lets-go", test_lets_go);
  ADD ("/schedule/task-wait/ended-within", test_ended_within);
  ADD ("/schedule/task-wait/cancelled-at-the-end", test_cancelled_at_the_end);
  ADD ("/schedule/task-wait/result-asks", test_result_asks);
  ADD ("/schedule/task-wait/not-submitted", test_not_submitted);
  ADD ("/schedule/task-wait/owner-keeps-time", test_owner_keeps_time);
  ADD ("/schedule/task-wait/owner-waits-shortly", test_owner_waits_shortly);
  ADD ("/schedule/task-wait/owner-starts-what-fits", test_owner_starts_what_fits);
#undef ADD

  return g_test_run ();
}
