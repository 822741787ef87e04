/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-source.h"
#include "mgr-fake-tree.h"
#include "mgr-test-support.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* How long a child may take that does next to nothing. */
#define CHILD_LIFE (20 * G_TIME_SPAN_SECOND)

#ifdef __SANITIZE_THREAD__
#define CHILD_HAS_THREADS FALSE
#else
#define CHILD_HAS_THREADS TRUE
#endif

typedef void (*ChildFunc) (gpointer data);

/* Runs @func in a child that has only this thread, and then ends it. */
static void
assert_child_ends (ChildFunc func,
                   gpointer  data)
{
  gint64 deadline = g_get_monotonic_time () + CHILD_LIFE;
  int status = 0;
  pid_t child;

  fflush (NULL);
  child = fork ();
  g_assert_cmpint (child, >=, 0);
  if (child == 0)
    {
      func (data);
      _exit (0);
    }

  while (waitpid (child, &status, WNOHANG) == 0)
    {
      if (g_get_monotonic_time () > deadline)
        {
          kill (child, SIGKILL);
          g_error ("The child hangs");
        }
      g_usleep (500);
    }
  g_assert_cmpint (status, ==, 0);
}

static void
unref_cb (gpointer data)
{
  g_object_unref (data);
}

/* LeakSanitizer would look for leaks at the exit, by way of threads that are not there. */
static void
exit_cb (gpointer data)
{
#ifndef __SANITIZE_ADDRESS__
  exit (0);
#endif
}

static void
use_monitor_cb (gpointer data)
{
  gboolean running = FALSE;

  mgr_pressure_monitor_start (data);
  g_object_get (data, "running", &running, NULL);
  mgr_pressure_monitor_stop (data);
  mgr_pressure_monitor_start (data);
  g_object_unref (data);
}

static void
start_cb (gpointer data)
{
  mgr_pressure_monitor_start (data);
  mgr_pressure_monitor_stop (data);
  g_object_unref (data);
}

/* A child inherits the locks of GLib itself as they are, which nobody can mend; so no
 * thread but this one may be up to anything unless the test says what. */
static void
wait_for_quiet (MgrFakeSource *source)
{
  guint reads = 0;

  mgr_fake_source_wait (source, 1);
  while (mgr_fake_source_get_reads (source) != reads)
    {
      reads = mgr_fake_source_get_reads (source);
      g_usleep (20 * G_TIME_SPAN_MILLISECOND);
    }
}

static void
test_fork_manager (void)
{
  g_autoptr (MgrManager) manager = g_object_new (MGR_TYPE_MANAGER,
                                                 "total-budget", G_GUINT64_CONSTANT (1) << 30,
                                                 "proc-path", "/nonexistent",
                                                 NULL);
  MgrPressureMonitor *monitor = mgr_manager_get_monitor (manager);
  g_autoptr (MgrFakeSource) source = mgr_fake_source_new ("source");

  g_test_summary ("The child of a fork may let go of a manager, or just end");

  mgr_pressure_monitor_add_source (monitor, MGR_PRESSURE_SOURCE (source));
  mgr_pressure_monitor_set_interval (monitor, G_TIME_SPAN_DAY);
  wait_for_quiet (source);

  assert_child_ends (unref_cb, manager);
  assert_child_ends (exit_cb, manager);
}

static void
test_fork_while_reading (void)
{
  g_autoptr (MgrPressureMonitor) monitor = mgr_pressure_monitor_new (NULL);
  g_autoptr (MgrFakeSource) prompt = mgr_fake_source_new ("prompt");
  g_autoptr (MgrFakeSource) foreign = mgr_fake_source_new_foreign ("foreign");

  g_test_summary ("In the child nobody waits for a reading that was under way in the parent");

  mgr_pressure_monitor_add_source (monitor, MGR_PRESSURE_SOURCE (foreign));
  mgr_pressure_monitor_add_source (monitor, MGR_PRESSURE_SOURCE (prompt));
  mgr_fake_source_answer (foreign, MGR_FAKE_ANSWER_NEVER);
  mgr_fake_source_answer (prompt, MGR_FAKE_ANSWER_NEVER);
  mgr_pressure_monitor_start (monitor);
  mgr_fake_source_wait (foreign, 1);
  wait_for_quiet (prompt);

  assert_child_ends (unref_cb, monitor);
  assert_child_ends (use_monitor_cb, monitor);
  mgr_fake_source_answer (foreign, MGR_FAKE_ANSWER_READING);
  mgr_fake_source_answer (prompt, MGR_FAKE_ANSWER_READING);
}

/* A clock that stops whoever asks it next, apart from the thread of the test. A monitor
 * asks it with its lock held. */
typedef struct
{
  MgrClock parent_instance;

  GThread *test;  /* (unowned) */
  GMutex lock;    /* guards what follows */
  GCond changed;
  guint to_stop;  /* that many calls from now */
  gboolean stops;
} TrapClock;

typedef MgrClockClass TrapClockClass;

static GType trap_clock_get_type (void);

G_DEFINE_FINAL_TYPE (TrapClock, trap_clock, MGR_TYPE_CLOCK)

static gint64
trap_clock_get_time (MgrClock *clock)
{
  TrapClock *self = (TrapClock *) clock;

  g_mutex_lock (&self->lock);
  if (g_thread_self () != self->test && self->to_stop > 0 && --self->to_stop == 0)
    {
      self->stops = TRUE;
      g_cond_broadcast (&self->changed);
      while (self->stops)
        g_cond_wait (&self->changed, &self->lock);
    }
  g_mutex_unlock (&self->lock);

  return g_get_monotonic_time ();
}

static void
trap_clock_finalize (GObject *object)
{
  TrapClock *self = (TrapClock *) object;

  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (trap_clock_parent_class)->finalize (object);
}

static void
trap_clock_class_init (TrapClockClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = trap_clock_finalize;
  klass->get_time = trap_clock_get_time;
}

static void
trap_clock_init (TrapClock *self)
{
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->test = g_thread_self ();
}

static void
trap_clock_catch (TrapClock *self,
                  guint      calls)
{
  g_mutex_lock (&self->lock);
  self->to_stop = calls;
  while (!self->stops)
    g_cond_wait (&self->changed, &self->lock);
  g_mutex_unlock (&self->lock);
}

static void
trap_clock_release (TrapClock *self)
{
  g_mutex_lock (&self->lock);
  self->stops = FALSE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

static void
test_fork_while_locked (void)
{
  TrapClock *clock = g_object_new (trap_clock_get_type (), NULL);
  g_autoptr (MgrPressureMonitor) monitor = mgr_pressure_monitor_new (MGR_CLOCK (clock));

  g_test_summary ("In the child nobody waits for a lock, whatever the monitor's thread is doing");

  mgr_pressure_monitor_set_interval (monitor, G_TIME_SPAN_MILLISECOND);
  mgr_pressure_monitor_start (monitor);
  for (guint calls = 1; calls <= 8; calls++)
    {
      trap_clock_catch (clock, calls);
      g_usleep (G_TIME_SPAN_MILLISECOND);
      assert_child_ends (unref_cb, monitor);
      assert_child_ends (use_monitor_cb, monitor);
      trap_clock_release (clock);
    }

  mgr_pressure_monitor_stop (monitor);
  g_object_unref (clock);
}

static void
test_fork_before_start (void)
{
  g_autoptr (MgrPressureMonitor) monitor = mgr_pressure_monitor_new (NULL);

  g_test_summary ("A monitor that did not run in the parent may run in the child, as in a daemon");

  if (!CHILD_HAS_THREADS)
    {
      g_test_skip ("ThreadSanitizer allows no new thread in a child of threads");
      return;
    }

  mgr_test_wait_threads ("mgr-source");
  assert_child_ends (start_cb, monitor);
}

/* A meminfo of 1 GiB, always of the same length, so that it can be written in place. */
static void
write_meminfo (int   fd,
               guint percent_used)
{
  g_autofree char *text = g_strdup_printf ("MemTotal:       %8u kB\nMemAvailable:   %8u kB\n"
                                           "SwapTotal:             0 kB\nSwapFree:              0 kB\n",
                                           1u << 20, (100 - percent_used) * ((1u << 20) / 100));
  gssize length = (gssize) strlen (text);
  gssize written = pwrite (fd, text, (gsize) length, 0);

  g_assert_cmpint (written, ==, length);
}

static void
limit_descriptors (rlim_t n)
{
  struct rlimit limit = { 0, };

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  limit.rlim_cur = MIN (n, limit.rlim_max);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);
}

static void
use_up_descriptors (void)
{
  limit_descriptors (128);
  while (open ("/dev/null", O_RDONLY | O_CLOEXEC) >= 0)
    continue;
  g_assert_cmpint (errno, ==, EMFILE);
}

static void
changed_cb (MgrManager        *manager,
            MgrPressureLevel   level,
            MgrPressureSample *sample,
            gpointer           user_data)
{
  *(MgrPressureLevel *) user_data = level;
}

static void
wait_for_level (MgrPressureLevel *level,
                MgrPressureLevel  wanted)
{
  while (*level != wanted)
    g_main_context_iteration (NULL, TRUE);
}

/* Samples until none is missing. Who samples while the monitor's thread does may miss
 * what that one is reading. */
static void
wait_for_all (MgrManager *manager)
{
  guint n_missing = 1;

  while (n_missing > 0)
    {
      g_autoptr (MgrPressureSample) sample =
        mgr_pressure_monitor_sample (mgr_manager_get_monitor (manager));

      n_missing = g_strv_length ((GStrv) mgr_pressure_sample_get_missing (sample));
    }
}

/* In a process of its own, since nothing can be opened here any more. */
static void
play_without_descriptors (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("host total=1G available=1G\n"
                                                    "v2 /a\n"
                                                    "group /a max=2G current=10M\n"
                                                    "stall /a total=0\n"
                                                    "stall - total=0\n"
                                                    "status RssAnon=1M VmSwap=0\n");
  g_autoptr (MgrManager) manager = NULL;
  g_autofree char *path = g_build_filename (mgr_fake_tree_get_proc (tree), "meminfo", NULL);
  int meminfo = g_open (path, O_RDWR | O_CLOEXEC | O_TRUNC, 0);
  MgrPressureLevel level = MGR_PRESSURE_LEVEL_NORMAL;

  g_assert_cmpint (meminfo, >=, 0);
  write_meminfo (meminfo, 10);
  manager = g_object_new (MGR_TYPE_MANAGER,
                          "total-budget", G_GUINT64_CONSTANT (1) << 40,
                          "proc-path", mgr_fake_tree_get_proc (tree),
                          "cgroup-path", mgr_fake_tree_get_root (tree),
                          NULL);
  g_signal_connect (manager, "pressure-changed", G_CALLBACK (changed_cb), &level);
  mgr_pressure_monitor_set_interval (mgr_manager_get_monitor (manager), G_TIME_SPAN_MILLISECOND);
  wait_for_all (manager);

  use_up_descriptors ();
  write_meminfo (meminfo, 82);
  wait_for_level (&level, MGR_PRESSURE_LEVEL_MEDIUM);
  write_meminfo (meminfo, 97);
  wait_for_level (&level, MGR_PRESSURE_LEVEL_EMERGENCY);
  wait_for_all (manager);

  /* So that the tree can be removed. */
  limit_descriptors (1024);
  close (meminfo);
}

static void
test_without_descriptors (void)
{
  g_test_summary ("What was opened at the start is kept: levels change without another descriptor");

  if (g_test_subprocess ())
    {
      play_without_descriptors ();
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/manager/process/fork-manager", test_fork_manager);
  g_test_add_func ("/manager/process/fork-while-reading", test_fork_while_reading);
  g_test_add_func ("/manager/process/fork-while-locked", test_fork_while_locked);
  g_test_add_func ("/manager/process/fork-before-start", test_fork_before_start);
  g_test_add_func ("/manager/process/without-descriptors", test_without_descriptors);

  return g_test_run ();
}
