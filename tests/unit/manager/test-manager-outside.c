/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-test-support.h"

#include <fcntl.h>
#include <glib-unix.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <sys/stat.h>

#define MIB (G_GUINT64_CONSTANT (1) << 20)
#define PAUSE (G_USEC_PER_SEC / 2)

/* A manager on a clock that stands still, and a FIFO in a private directory. */
typedef struct
{
  MgrManualClock *clock; /* (owned) */
  MgrManager *manager;   /* (owned) (nullable) */
  GString *log;          /* (owned) */
  guint cleanups;
  char *directory;       /* (owned) */
  char *fifo;            /* (owned) */
  int sender;            /* the writing end of the FIFO; -1: nobody reads it */
} Fixture;

static void
finished_cb (MgrManager       *manager,
             MgrCleanupReport *report,
             gpointer          user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GEnumClass) klass = g_type_class_ref (MGR_TYPE_CLEANUP_STRATEGY);
  int strategy = (int) mgr_cleanup_report_get_strategy (report);
  g_autofree char *cleaned =
    g_strjoinv ("+", (char **) mgr_cleanup_report_get_cleaned (report));

  g_string_append_printf (fixture->log, "[%s %s] ", g_enum_get_value (klass, strategy)->value_nick,
                          cleaned);
  fixture->cleanups++;
}

static void
emergency_cb (MgrManager        *manager,
              MgrPressureSample *sample,
              gpointer           user_data)
{
  Fixture *fixture = user_data;

  g_assert_nonnull (sample);
  g_string_append (fixture->log, "emergency! ");
}

static MgrManager *
fixture_create_manager (Fixture *fixture)
{
  MgrManager *manager = g_object_new (MGR_TYPE_MANAGER,
                                      "total-budget", 100 * MIB,
                                      "clock", fixture->clock,
                                      "proc-path", "/nonexistent",
                                      NULL);

  g_signal_connect (manager, "cleanup-finished", G_CALLBACK (finished_cb), fixture);
  g_signal_connect (manager, "emergency", G_CALLBACK (emergency_cb), fixture);

  /* Samples are taken by the test alone. */
  mgr_pressure_monitor_stop (mgr_manager_get_monitor (manager));
  return manager;
}

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  unused)
{
  fixture->clock = mgr_manual_clock_new (G_USEC_PER_SEC);
  fixture->log = g_string_new (NULL);
  fixture->directory = g_dir_make_tmp ("libmgr-outside-XXXXXX", NULL);
  fixture->fifo = g_build_filename (fixture->directory, "told", NULL);
  fixture->sender = -1;
  g_assert_cmpint (mkfifo (fixture->fifo, 0600), ==, 0);
  g_setenv ("MEMORY_PRESSURE_WATCH", fixture->fifo, TRUE);
  fixture->manager = fixture_create_manager (fixture);
  fixture->sender = g_open (fixture->fifo, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
}

static gboolean
signal_came_cb (gpointer came)
{
  *(gboolean *) came = TRUE;
  return G_SOURCE_REMOVE;
}

/* GLib keeps a signal that nobody has heard of for the next who listens, which would be
 * the next test. It tells of all that came before when it tells of this one. */
static void
hear_of_all_signals (void)
{
  gboolean came = FALSE;

  g_unix_signal_add (SIGUSR2, signal_came_cb, &came);
  raise (SIGUSR2);
  while (!came)
    g_main_context_iteration (NULL, TRUE);
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  unused)
{
  g_clear_object (&fixture->manager);
  hear_of_all_signals ();
  if (fixture->sender >= 0)
    g_close (fixture->sender, NULL);
  g_unlink (fixture->fifo);
  g_assert_cmpint (g_rmdir (fixture->directory), ==, 0);
  g_free (fixture->fifo);
  g_free (fixture->directory);
  g_string_free (fixture->log, TRUE);
  g_object_unref (fixture->clock);
  g_unsetenv ("MEMORY_PRESSURE_WATCH");
}

static guint64
reclaim_cb (MgrResource *resource,
            guint64      target,
            gpointer     user_data)
{
  return mgr_resource_get_size (resource);
}

static MgrResource *
fixture_add_resource (Fixture    *fixture,
                      const char *name,
                      guint64     size,
                      MgrSafety   safety)
{
  g_autoptr (MgrResource) resource = mgr_resource_new (name, size);

  mgr_resource_set_safety (resource, safety);
  g_signal_connect (resource, "reclaim", G_CALLBACK (reclaim_cb), NULL);
  g_assert_true (mgr_manager_register_resource (fixture->manager, resource, NULL));
  return resource;
}

static void
fixture_add_resources (Fixture *fixture)
{
  fixture_add_resource (fixture, "results", MIB, MGR_SAFETY_PROTECTED);
  fixture_add_resource (fixture, "features", MIB, MGR_SAFETY_CAUTIOUS);
  fixture_add_resource (fixture, "temp_a", 2 * MIB, MGR_SAFETY_SAFE);
  fixture_add_resource (fixture, "temp_b", MIB, MGR_SAFETY_SAFE);
}

static void
assert_log (Fixture    *fixture,
            const char *expected)
{
  mgr_test_settle ();
  g_assert_cmpstr (fixture->log->str, ==, expected);
  g_string_truncate (fixture->log, 0);
}

/* A signal passes through a thread of GLib's, so it has to be waited for. */
static void
fixture_wait_for_cleanups (Fixture *fixture,
                           guint    cleanups)
{
  while (fixture->cleanups < cleanups)
    g_main_context_iteration (NULL, TRUE);
}

static void
later (Fixture *fixture,
       gint64   delta)
{
  mgr_manual_clock_advance (fixture->clock, delta);
  mgr_test_settle ();
}

static void
fixture_use_signal (Fixture *fixture,
                    int      signum)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (mgr_manager_set_emergency_signal (fixture->manager, signum, &error));
  g_assert_no_error (error);
  g_assert_cmpint (mgr_manager_get_emergency_signal (fixture->manager), ==, signum);
}

static gboolean
signal_is_caught (int signum)
{
  struct sigaction action;

  g_assert_cmpint (sigaction (signum, NULL, &action), ==, 0);
  return action.sa_handler != SIG_DFL;
}

static void
test_emergency (Fixture       *fixture,
                gconstpointer  unused)
{
  g_test_summary ("All that is not PROTECTED goes, at a level of normal and without automatic cleanup");

  fixture_add_resources (fixture);
  mgr_manager_set_automatic_cleanup (fixture->manager, FALSE);
  g_assert_cmpint (mgr_manager_get_emergency_signal (fixture->manager), ==, 0);
  g_assert_false (signal_is_caught (SIGUSR1));

  fixture_use_signal (fixture, SIGUSR1);
  raise (SIGUSR1);
  fixture_wait_for_cleanups (fixture, 1);
  assert_log (fixture, "emergency! [emergency temp_a+temp_b+features] ");
  g_assert_cmpint (mgr_manager_get_level (fixture->manager), ==, MGR_PRESSURE_LEVEL_NORMAL);
}

static void
test_emergency_other_signals (Fixture       *fixture,
                              gconstpointer  unused)
{
  static const int signums[] = { SIGHUP, SIGUSR2, SIGUSR1 };

  for (guint i = 0; i < G_N_ELEMENTS (signums); i++)
    {
      fixture_use_signal (fixture, signums[i]);
      raise (signums[i]);
      fixture_wait_for_cleanups (fixture, i + 1);
      later (fixture, PAUSE);
    }

  g_test_message ("The one before is given up, and ends processes again");
  g_assert_false (signal_is_caught (SIGUSR2));
  g_assert_true (signal_is_caught (SIGUSR1));
  fixture_use_signal (fixture, 0);
  g_assert_false (signal_is_caught (SIGUSR1));

  g_assert_true (mgr_manager_set_emergency_signal (fixture->manager, -1, NULL));
  g_assert_cmpint (mgr_manager_get_emergency_signal (fixture->manager), ==, SIGUSR1);
  g_clear_object (&fixture->manager);
  g_assert_false (signal_is_caught (SIGUSR1));
}

static void
test_emergency_bad_signals (Fixture       *fixture,
                            gconstpointer  unused)
{
  static const int signums[] = { -2, SIGINT, SIGTERM, SIGKILL, SIGSEGV, SIGCHLD, SIGWINCH, 64, 999 };

  fixture_use_signal (fixture, SIGUSR2);
  for (guint i = 0; i < G_N_ELEMENTS (signums); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (mgr_manager_set_emergency_signal (fixture->manager, signums[i], &error));
      g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, "SIGUSR1 (10)"));
      g_assert_cmpint (mgr_manager_get_emergency_signal (fixture->manager), ==, SIGUSR2);
    }
  g_assert_true (signal_is_caught (SIGUSR2));
}

static void
test_emergency_configured (Fixture       *fixture,
                           gconstpointer  unused)
{
  static const struct
  {
    const char *name;
    int signum;
  } signals[] = {
    { "none", 0 }, { "SIGUSR1", SIGUSR1 }, { "SIGUSR2", SIGUSR2 }, { "SIGHUP", SIGHUP },
  };

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      g_autofree char *text = g_strdup_printf ("[libmgr]\nemergency-signal=%s\n", signals[i].name);
      g_autoptr (MgrConfig) config = mgr_config_new_from_data (text, strlen (text), "test", NULL);
      g_autoptr (MgrManager) manager =
        g_object_new (MGR_TYPE_MANAGER, "config", config, "proc-path", "/nonexistent", NULL);

      g_assert_cmpint (mgr_manager_get_emergency_signal (manager), ==, signals[i].signum);
      g_assert_true (signals[i].signum == 0 || signal_is_caught (signals[i].signum));
    }
}

static void
notified_cb (MgrManager *manager,
             GParamSpec *pspec,
             gpointer    user_data)
{
  Fixture *fixture = user_data;
  int signum = -1;

  g_object_get (manager, "emergency-signal", &signum, NULL);
  g_string_append_printf (fixture->log, "%d ", signum);
}

static gpointer
set_signal_thread (gpointer manager)
{
  g_assert_true (mgr_manager_set_emergency_signal (manager, SIGUSR1, NULL));
  return NULL;
}

static void
test_emergency_property (Fixture       *fixture,
                         gconstpointer  unused)
{
  g_signal_connect (fixture->manager, "notify::emergency-signal", G_CALLBACK (notified_cb), fixture);
  g_thread_join (g_thread_new ("set", set_signal_thread, fixture->manager));
  g_assert_cmpstr (fixture->log->str, ==, "");
  assert_log (fixture, "10 ");
  fixture_use_signal (fixture, SIGUSR1);
  assert_log (fixture, "");
  fixture_use_signal (fixture, 0);
  assert_log (fixture, "0 ");

  g_test_message ("Set in another thread, it is still handled in the owner's");
  g_thread_join (g_thread_new ("set", set_signal_thread, fixture->manager));
  raise (SIGUSR1);
  fixture_wait_for_cleanups (fixture, 1);
}

static void
test_emergency_flood (Fixture       *fixture,
                      gconstpointer  unused)
{
  guint before;

  g_test_summary ("5000 signals in ten seconds are at most 21 cleanups, and the last is not forgotten");

  fixture_use_signal (fixture, SIGUSR1);
  for (guint i = 0; i < 1000; i++)
    {
      for (guint j = 0; j < 5; j++)
        raise (SIGUSR1);
      later (fixture, 10 * G_TIME_SPAN_MILLISECOND);
    }

  g_test_message ("%u cleanups", fixture->cleanups);
  g_assert_cmpuint (fixture->cleanups, >=, 2);
  g_assert_cmpuint (fixture->cleanups, <=, 21);

  before = fixture->cleanups;
  raise (SIGUSR1);
  while (fixture->cleanups == before)
    {
      later (fixture, PAUSE);
      g_usleep (50);
    }
}

static guint64
ask_again_cb (MgrResource *resource,
              guint64      target,
              gpointer     user_data)
{
  Fixture *fixture = user_data;
  gsize before = fixture->log->len;

  /* Only the first time: later ones would do the same. */
  if (fixture->cleanups > 0)
    return 1;

  mgr_manual_clock_advance (fixture->clock, PAUSE);
  raise (SIGUSR1);
  while (fixture->log->len == before)
    g_main_context_iteration (NULL, TRUE);
  return 1;
}

static void
test_emergency_during_a_cleanup (Fixture       *fixture,
                                 gconstpointer  unused)
{
  g_autoptr (MgrCleanupReport) report = NULL;
  MgrResource *resource = fixture_add_resource (fixture, "temp_a", 2 * MIB, MGR_SAFETY_SAFE);

  g_test_summary ("What could not be cleaned because a cleanup was going on is cleaned after it");

  g_signal_handlers_disconnect_by_func (resource, reclaim_cb, NULL);
  g_signal_connect (resource, "reclaim", G_CALLBACK (ask_again_cb), fixture);
  fixture_use_signal (fixture, SIGUSR1);
  report = mgr_manager_cleanup (fixture->manager, MGR_CLEANUP_STRATEGY_LIGHT, FALSE, TRUE, NULL);
  g_assert_nonnull (report);
  assert_log (fixture, "emergency! [light temp_a] ");

  mgr_manual_clock_advance (fixture->clock, PAUSE);
  fixture_wait_for_cleanups (fixture, 2);
  assert_log (fixture, "emergency! [emergency temp_a] ");
  later (fixture, 10 * PAUSE);
  assert_log (fixture, "");
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
test_emergency_handler_drops_the_manager (Fixture       *fixture,
                                          gconstpointer  unused)
{
  fixture_use_signal (fixture, SIGUSR1);
  g_signal_connect (fixture->manager, "emergency", G_CALLBACK (drop_manager_cb), fixture);
  raise (SIGUSR1);
  while (fixture->manager != NULL)
    g_main_context_iteration (NULL, TRUE);
  later (fixture, PAUSE);
}

static void
test_emergency_two_managers (Fixture       *fixture,
                             gconstpointer  unused)
{
  g_autoptr (MgrManager) other = fixture_create_manager (fixture);

  fixture_use_signal (fixture, SIGUSR1);
  g_assert_true (mgr_manager_set_emergency_signal (other, SIGUSR1, NULL));
  raise (SIGUSR1);
  fixture_wait_for_cleanups (fixture, 2);

  g_clear_object (&other);
  later (fixture, PAUSE);
  raise (SIGUSR1);
  fixture_wait_for_cleanups (fixture, 3);
}

static void
fixture_tell (Fixture *fixture)
{
  g_assert_cmpint (write (fixture->sender, "!", 1), ==, 1);
}

static void
test_told (Fixture       *fixture,
           gconstpointer  unused)
{
  g_test_summary ("Being told of pressure cleans moderately, and nothing CAUTIOUS");

  fixture_add_resources (fixture);
  g_assert_cmpint (fixture->sender, >=, 0);
  fixture_tell (fixture);
  assert_log (fixture, "[moderate temp_a] ");

  g_test_message ("At most twice a second");
  fixture_tell (fixture);
  fixture_tell (fixture);
  later (fixture, PAUSE - 1);
  assert_log (fixture, "");
  later (fixture, 1);
  assert_log (fixture, "[moderate temp_b] ");
  later (fixture, 10 * PAUSE);
  assert_log (fixture, "");
}

static void
test_told_at_critical (Fixture       *fixture,
                       gconstpointer  unused)
{
  MgrComponent *component = mgr_manager_add_component (fixture->manager, "c", 0, NULL, NULL);
  g_autoptr (MgrAllocation) allocation =
    mgr_component_allocate (component, 92 * MIB, NULL, 5, NULL, NULL);

  g_test_summary ("Where memory is shorter than the sender can know, the cleanup goes further");

  fixture_add_resources (fixture);
  fixture_tell (fixture);
  assert_log (fixture, "[aggressive temp_a+temp_b] ");
}

static void
test_told_without_automatic_cleanup (Fixture       *fixture,
                                     gconstpointer  unused)
{
  fixture_add_resources (fixture);
  mgr_manager_set_automatic_cleanup (fixture->manager, FALSE);
  fixture_tell (fixture);
  assert_log (fixture, "");
}

static void
test_told_second_manager (Fixture       *fixture,
                          gconstpointer  unused)
{
  g_autoptr (MgrManager) second = fixture_create_manager (fixture);

  g_test_summary ("One manager of a process listens, since a FIFO has one reader");

  fixture_tell (fixture);
  assert_log (fixture, "[moderate ] ");
  later (fixture, PAUSE);

  g_clear_object (&fixture->manager);
  g_clear_object (&second);
  fixture->manager = fixture_create_manager (fixture);
  fixture_tell (fixture);
  assert_log (fixture, "[moderate ] ");
}

static void
test_told_nothing (Fixture       *fixture,
                   gconstpointer  unused)
{
  static const char *const paths[] = { "/dev/null", "", "/nonexistent/told" };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_clear_object (&fixture->manager);
      g_setenv ("MEMORY_PRESSURE_WATCH", paths[i], TRUE);
      fixture->manager = fixture_create_manager (fixture);
      mgr_test_settle ();
    }
}

static void
log_cb (const char     *domain,
        GLogLevelFlags  level,
        const char     *message,
        gpointer        user_data)
{
  if ((level & G_LOG_LEVEL_MASK) != G_LOG_LEVEL_DEBUG)
    g_ptr_array_add (user_data, g_strdup (message));
}

static void
test_told_nonsense (Fixture       *fixture,
                    gconstpointer  unused)
{
  g_autoptr (GPtrArray) messages = g_ptr_array_new_with_free_func (g_free);
  GLogFunc before = g_log_set_default_handler (log_cb, messages);

  g_test_summary ("An environment that cannot be right is said once, and everything else works");

  g_setenv ("MEMORY_PRESSURE_WATCH", "../told", TRUE);
  for (guint i = 0; i < 3; i++)
    {
      g_clear_object (&fixture->manager);
      fixture->manager = fixture_create_manager (fixture);
    }
  g_log_set_default_handler (before, NULL);
  g_assert_cmpuint (messages->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (messages, 0), "“../told”"));

  fixture_use_signal (fixture, SIGUSR1);
  raise (SIGUSR1);
  fixture_wait_for_cleanups (fixture, 1);
}

#define ADD(name, func) \
  g_test_add ("/manager/outside/" name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("emergency", test_emergency);
  ADD ("emergency/other-signals", test_emergency_other_signals);
  ADD ("emergency/bad-signals", test_emergency_bad_signals);
  ADD ("emergency/configured", test_emergency_configured);
  ADD ("emergency/property", test_emergency_property);
  ADD ("emergency/flood", test_emergency_flood);
  ADD ("emergency/during-a-cleanup", test_emergency_during_a_cleanup);
  ADD ("emergency/handler-drops-the-manager", test_emergency_handler_drops_the_manager);
  ADD ("emergency/two-managers", test_emergency_two_managers);
  ADD ("told", test_told);
  ADD ("told/at-critical", test_told_at_critical);
  ADD ("told/without-automatic-cleanup", test_told_without_automatic_cleanup);
  ADD ("told/second-manager", test_told_second_manager);
  ADD ("told/nothing", test_told_nothing);
  ADD ("told/nonsense", test_told_nonsense);

  return g_test_run ();
}
