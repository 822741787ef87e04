/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-source.h"
#include "mgr-test-support.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gunixinputstream.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define REPEAT (5 * G_TIME_SPAN_SECOND)
#define DWELL (16 * G_TIME_SPAN_SECOND)

typedef struct
{
  MgrManualClock *clock;         /* (owned) */
  MgrPressureMonitor *monitor;   /* (owned) */
  MgrFakeSource *source;         /* (owned) */
  char *directory;               /* (owned) */
  MgrPressureNotifier *notifier; /* (owned) (nullable) */
} Fixture;

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  channel)
{
  g_autoptr (GError) error = NULL;

  fixture->clock = mgr_manual_clock_new (G_TIME_SPAN_HOUR);
  fixture->monitor = mgr_pressure_monitor_new (MGR_CLOCK (fixture->clock));
  fixture->source = mgr_fake_source_new ("source");
  mgr_fake_source_set (fixture->source, 10, 100, 0.0);
  mgr_pressure_monitor_add_source (fixture->monitor, MGR_PRESSURE_SOURCE (fixture->source));
  fixture->directory = g_dir_make_tmp ("libmgr-notifier-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->notifier = mgr_pressure_notifier_new (fixture->monitor, fixture->directory,
                                                 (MgrPressureChannel) GPOINTER_TO_INT (channel),
                                                 &error);
  g_assert_no_error (error);
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  channel)
{
  g_clear_object (&fixture->notifier);

  g_test_message ("Nothing is left behind");
  g_assert_cmpint (g_rmdir (fixture->directory), ==, 0);
  g_free (fixture->directory);
  g_object_unref (fixture->source);
  g_object_unref (fixture->monitor);
  g_object_unref (fixture->clock);
}

/* Takes samples until the level is that of @percent, without dispatching anything. */
static void
fixture_use (Fixture *fixture,
             guint    percent)
{
  mgr_fake_source_set (fixture->source, percent, 100, 0.0);
  for (guint i = 0; i < 2; i++)
    {
      mgr_pressure_sample_unref (mgr_pressure_monitor_sample (fixture->monitor));
      mgr_manual_clock_advance (fixture->clock, 1);
    }
}

static void
fixture_settle_at (Fixture *fixture,
                   guint    percent)
{
  fixture_use (fixture, percent);
  mgr_test_settle ();
}

/* Lets the level fall to that of @percent. */
static void
fixture_relax (Fixture *fixture,
               guint    percent)
{
  fixture_use (fixture, percent);
  mgr_manual_clock_advance (fixture->clock, DWELL);
  fixture_settle_at (fixture, percent);
}

static void
later (Fixture *fixture,
       gint64   delta)
{
  mgr_manual_clock_advance (fixture->clock, delta);
  mgr_test_settle ();
}

static int
connect_socket (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

  g_assert_cmpuint (g_strlcpy (address.sun_path, path, sizeof address.sun_path), <,
                    sizeof address.sun_path);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  return fd;
}

/* The end of a child, of either kind. */
static int
fixture_open (Fixture *fixture)
{
  const char *path = mgr_pressure_notifier_get_path (fixture->notifier);
  struct stat status;
  int fd;

  g_assert_cmpint (stat (path, &status), ==, 0);
  g_assert_cmpuint (status.st_mode & 0777, ==, 0600);
  if (S_ISSOCK (status.st_mode))
    fd = connect_socket (path);
  else
    fd = g_open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  mgr_test_settle ();
  return fd;
}

/* How many bytes have come; -1: the end. */
static int
take (int fd)
{
  char buffer[256];
  gssize n = read (fd, buffer, sizeof buffer);

  if (n < 0)
    g_assert_cmpint (errno, ==, EAGAIN);
  return n == 0 ? -1 : (int) MAX (n, 0);
}

static void
test_environment (Fixture       *fixture,
                  gconstpointer  channel)
{
  const char *path = mgr_pressure_notifier_get_path (fixture->notifier);
  g_autofree char *expected = g_strconcat ("MEMORY_PRESSURE_WATCH=", path, NULL);
  const char * const *environment = mgr_pressure_notifier_get_environment (fixture->notifier);

  g_assert_true (g_str_has_prefix (path, fixture->directory));
  g_assert_cmpstr (environment[0], ==, expected);
  g_assert_cmpstr (environment[1], ==, "MEMORY_PRESSURE_WRITE=");
  g_assert_null (environment[2]);
}

static void
test_tells (Fixture       *fixture,
            gconstpointer  channel)
{
  int fd = fixture_open (fixture);

  fixture_settle_at (fixture, 75);
  g_assert_cmpint (take (fd), ==, 0);

  g_test_message ("Medium, and once for each level above");
  fixture_settle_at (fixture, 81);
  g_assert_cmpint (take (fd), ==, 1);
  fixture_settle_at (fixture, 82);
  g_assert_cmpint (take (fd), ==, 0);
  fixture_settle_at (fixture, 91);
  g_assert_cmpint (take (fd), ==, 1);

  g_test_message ("Falling is no news");
  fixture_relax (fixture, 78);
  g_assert_cmpint (mgr_pressure_monitor_get_level (fixture->monitor), ==, MGR_PRESSURE_LEVEL_MEDIUM);
  take (fd);
  fixture_settle_at (fixture, 91);
  g_assert_cmpint (take (fd), ==, 1);

  g_test_message ("After it had passed, medium is news again");
  fixture_relax (fixture, 10);
  take (fd);
  fixture_settle_at (fixture, 81);
  g_assert_cmpint (take (fd), ==, 1);
  g_close (fd, NULL);
}

static void
test_repeats (Fixture       *fixture,
              gconstpointer  channel)
{
  int fd = fixture_open (fixture);

  fixture_settle_at (fixture, 81);
  g_assert_cmpint (take (fd), ==, 1);
  for (guint i = 0; i < 3; i++)
    {
      later (fixture, REPEAT - 1);
      g_assert_cmpint (take (fd), ==, 0);
      later (fixture, 1);
      g_assert_cmpint (take (fd), ==, 1);
    }

  g_test_message ("The level is still held, but usage is gone");
  fixture_use (fixture, 10);
  later (fixture, REPEAT);
  g_assert_cmpint (mgr_pressure_monitor_get_level (fixture->monitor), ==, MGR_PRESSURE_LEVEL_MEDIUM);
  g_assert_cmpint (take (fd), ==, 0);
  fixture_use (fixture, 81);
  later (fixture, REPEAT);
  g_assert_cmpint (take (fd), ==, 1);

  fixture_relax (fixture, 10);
  take (fd);
  later (fixture, 10 * REPEAT);
  g_assert_cmpint (take (fd), ==, 0);
  g_close (fd, NULL);
}

static void
test_slow_child (Fixture       *fixture,
                 gconstpointer  channel)
{
  int fd = fixture_open (fixture);

  g_test_summary ("Who does not read is told once, not once for each time");

  fixture_settle_at (fixture, 81);
  for (guint i = 0; i < 100; i++)
    later (fixture, REPEAT);
  g_assert_cmpint (take (fd), ==, 1);
  later (fixture, REPEAT);
  g_assert_cmpint (take (fd), ==, 1);
  g_close (fd, NULL);
}

static void
test_child_comes_late (Fixture       *fixture,
                       gconstpointer  channel)
{
  int fd;

  fixture_settle_at (fixture, 81);
  fd = fixture_open (fixture);
  g_assert_cmpint (take (fd), ==, 1);
  g_close (fd, NULL);
}

static void
test_child_comes_after_it (Fixture       *fixture,
                           gconstpointer  channel)
{
  int fd;

  g_test_summary ("What has passed before anybody read it is not told of");

  fixture_settle_at (fixture, 81);
  fixture_relax (fixture, 10);
  fd = fixture_open (fixture);
  g_assert_cmpint (take (fd), ==, 0);
  g_close (fd, NULL);
}

static void
test_children_die (Fixture       *fixture,
                   gconstpointer  channel)
{
  int fd;

  for (guint i = 0; i < 600; i++)
    g_close (fixture_open (fixture), NULL);

  fixture_settle_at (fixture, 81);
  later (fixture, 10 * REPEAT);

  fd = fixture_open (fixture);
  take (fd);
  later (fixture, REPEAT);
  g_assert_cmpint (take (fd), ==, 1);
  g_close (fd, NULL);
}

static void
test_end (Fixture       *fixture,
          gconstpointer  channel)
{
  g_autofree char *path = g_strdup (mgr_pressure_notifier_get_path (fixture->notifier));
  int fd = fixture_open (fixture);

  g_clear_object (&fixture->notifier);
  g_assert_cmpint (take (fd), ==, -1);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  fixture_settle_at (fixture, 97);
  g_close (fd, NULL);
}

static void
test_threshold (Fixture       *fixture,
                gconstpointer  channel)
{
  int fd = fixture_open (fixture);
  MgrPressureLevel threshold = MGR_PRESSURE_LEVEL_NORMAL;
  guint notified = 0;

  g_signal_connect_swapped (fixture->notifier, "notify::threshold",
                            G_CALLBACK (g_atomic_int_inc), &notified);
  g_assert_cmpint (mgr_pressure_notifier_get_threshold (fixture->notifier), ==,
                   MGR_PRESSURE_LEVEL_MEDIUM);
  mgr_pressure_notifier_set_threshold (fixture->notifier, MGR_PRESSURE_LEVEL_CRITICAL);
  fixture_settle_at (fixture, 86);
  g_assert_cmpint (take (fd), ==, 0);

  g_test_message ("Lowered below the level that there is");
  g_object_set (fixture->notifier, "threshold", MGR_PRESSURE_LEVEL_HIGH, NULL);
  g_object_get (fixture->notifier, "threshold", &threshold, NULL);
  g_assert_cmpint (threshold, ==, MGR_PRESSURE_LEVEL_HIGH);
  mgr_test_settle ();
  g_assert_cmpint (take (fd), ==, 1);
  g_assert_cmpuint (notified, ==, 2);

  mgr_pressure_notifier_set_threshold (fixture->notifier, MGR_PRESSURE_LEVEL_HIGH);
  mgr_test_settle ();
  g_assert_cmpuint (notified, ==, 2);
  g_close (fd, NULL);
}

static void
test_told_when_made (Fixture       *fixture,
                     gconstpointer  channel)
{
  MgrPressureNotifier *old = g_steal_pointer (&fixture->notifier);
  int fd;

  g_test_summary ("There is pressure already when the notifier is made");

  fixture_settle_at (fixture, 81);
  fixture->notifier = mgr_pressure_notifier_new (fixture->monitor, fixture->directory,
                                                 (MgrPressureChannel) GPOINTER_TO_INT (channel),
                                                 NULL);
  g_assert_cmpstr (mgr_pressure_notifier_get_path (old), !=,
                   mgr_pressure_notifier_get_path (fixture->notifier));
  g_object_unref (old);
  fd = fixture_open (fixture);
  g_assert_cmpint (take (fd), ==, 1);
  g_close (fd, NULL);
}

static gpointer
sense_thread (gpointer user_data)
{
  fixture_use (user_data, 97);
  return NULL;
}

static gpointer
unref_thread (gpointer object)
{
  g_object_unref (object);
  return NULL;
}

static void
test_dropped_in_another_thread (Fixture       *fixture,
                                gconstpointer  channel)
{
  GThread *sense = g_thread_new ("sense", sense_thread, fixture);
  GThread *unref = g_thread_new ("unref", unref_thread, g_steal_pointer (&fixture->notifier));

  mgr_test_settle ();
  g_thread_join (sense);
  g_thread_join (unref);
  mgr_test_settle ();
}

static void
test_other_context (Fixture       *fixture,
                    gconstpointer  channel)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  int fd;

  g_test_summary ("A notifier in another context than its monitor tells from its own");

  g_clear_object (&fixture->notifier);
  g_main_context_push_thread_default (context);
  fixture->notifier = mgr_pressure_notifier_new (fixture->monitor, fixture->directory,
                                                 (MgrPressureChannel) GPOINTER_TO_INT (channel),
                                                 NULL);
  g_main_context_pop_thread_default (context);
  fd = fixture_open (fixture);
  fixture_settle_at (fixture, 81);
  g_assert_cmpint (take (fd), ==, 0);

  while (g_main_context_iteration (context, FALSE))
    continue;
  g_assert_cmpint (take (fd), ==, 1);
  g_close (fd, NULL);
}

static void
test_fork (Fixture       *fixture,
           gconstpointer  channel)
{
  int status = 0;
  pid_t child;

  g_test_summary ("A child that was forked and ends does not take the file with it");

  child = fork ();
  if (child == 0)
    {
      g_object_run_dispose (G_OBJECT (fixture->notifier));
      _exit (0);
    }

  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
  g_assert_true (g_file_test (mgr_pressure_notifier_get_path (fixture->notifier),
                              G_FILE_TEST_EXISTS));
}

static void
heard_cb (MgrPressureWatch *watch,
          gpointer          user_data)
{
  guint *heard = user_data;

  (*heard)++;
}

static void
test_own_watch (Fixture       *fixture,
                gconstpointer  channel)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrPressureWatch) watch = NULL;
  guint heard = 0;

  watch = mgr_pressure_watch_new (mgr_pressure_notifier_get_path (fixture->notifier), NULL,
                                  MGR_CLOCK (fixture->clock), &error);
  g_assert_no_error (error);
  g_signal_connect (watch, "pressure", G_CALLBACK (heard_cb), &heard);

  fixture_settle_at (fixture, 81);
  g_assert_cmpuint (heard, ==, 1);
  for (guint i = 2; i < 5; i++)
    {
      later (fixture, REPEAT);
      g_assert_cmpuint (heard, ==, i);
    }

  g_clear_object (&fixture->notifier);
  later (fixture, REPEAT);
  g_assert_false (mgr_pressure_watch_get_active (watch));
}

/* Reads a line without blocking the main context that tells the child. */
static void
line_cb (GObject      *stream,
         GAsyncResult *result,
         gpointer      user_data)
{
  char **line = user_data;

  *line = g_data_input_stream_read_line_finish (G_DATA_INPUT_STREAM (stream), result, NULL, NULL);
  g_assert_nonnull (*line);
}

static void
assert_line (GDataInputStream *lines,
             const char       *expected)
{
  g_autofree char *line = NULL;

  g_data_input_stream_read_line_async (lines, G_PRIORITY_DEFAULT, NULL, line_cb, &line);
  while (line == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (line, ==, expected);
}

/* Returns what the child says. A GSubprocess would be shorter, but waiting for it is
 * a data race within GLib 2.74. */
static GDataInputStream *
fixture_spawn (Fixture *fixture,
               GPid    *out_pid)
{
  const char * const *added = mgr_pressure_notifier_get_environment (fixture->notifier);
  char *argv[] = { (char *) g_getenv ("PRESSURE_CHILD"), NULL };
  g_auto (GStrv) environment = g_get_environ ();
  g_autoptr (GInputStream) output = NULL;
  g_autoptr (GError) error = NULL;
  int fd = -1;

  /* What the parent was told is not what the child is told. */
  environment = g_environ_setenv (environment, "MEMORY_PRESSURE_WRITE", "c29tZQ==", TRUE);
  for (guint i = 0; added[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (added[i], "=", 2);

      environment = g_environ_setenv (environment, parts[0], parts[1], TRUE);
    }

  g_spawn_async_with_pipes (NULL, argv, environment, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                            out_pid, NULL, &fd, NULL, &error);
  g_assert_no_error (error);
  output = g_unix_input_stream_new (fd, TRUE);
  return g_data_input_stream_new (output);
}

static void
test_real_child (Fixture       *fixture,
                 gconstpointer  channel)
{
  GPid pid = 0;
  g_autoptr (GDataInputStream) lines = fixture_spawn (fixture, &pid);
  int status = -1;

  assert_line (lines, "ready");
  fixture_use (fixture, 81);
  assert_line (lines, "pressure");
  fixture_use (fixture, 97);
  assert_line (lines, "pressure");
  mgr_manual_clock_advance (fixture->clock, REPEAT);
  assert_line (lines, "pressure");
  g_clear_object (&fixture->notifier);
  assert_line (lines, "end");
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_cmpint (status, ==, 0);
}

static void
test_many_clients (Fixture       *fixture,
                   gconstpointer  channel)
{
  int fds[256];

  g_test_summary ("A socket serves 256 at a time; the next one waits until another has gone");

  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    fds[i] = fixture_open (fixture);
  fixture_settle_at (fixture, 81);
  for (guint i = 0; i < G_N_ELEMENTS (fds) - 1; i++)
    g_assert_cmpint (take (fds[i]), ==, 1);

  g_close (fds[0], NULL);
  fds[0] = fixture_open (fixture);
  g_assert_cmpint (take (fds[0]), ==, 0);
  later (fixture, G_TIME_SPAN_SECOND);
  g_assert_cmpint (take (fds[0]), ==, 1);

  for (guint i = 0; i < G_N_ELEMENTS (fds); i++)
    g_close (fds[i], NULL);
}

static void
test_talkative_client (Fixture       *fixture,
                       gconstpointer  channel)
{
  char block[4096] = { 0 };
  int fd = fixture_open (fixture);
  gsize sent = 0;

  g_test_summary ("What a client sends is not read, and costs nothing but the kernel's buffer");

  while (send (fd, block, sizeof block, MSG_NOSIGNAL) > 0)
    sent += sizeof block;
  g_assert_cmpuint (sent, >, 0);
  fixture_settle_at (fixture, 81);
  g_assert_cmpint (take (fd), ==, 1);
  g_close (fd, NULL);
}

static void
assert_refused (Fixture            *fixture,
                const char         *directory,
                MgrPressureChannel  channel,
                MgrError            code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrPressureNotifier) notifier =
    mgr_pressure_notifier_new (fixture->monitor, directory, channel, &error);

  g_assert_null (notifier);
  g_assert_error (error, MGR_ERROR, (int) code);
  g_test_message ("%s", error->message);
  g_assert_nonnull (strstr (error->message, "give a directory"));
}

/* The system's clock with waits a hundred times as short: other than a manual clock's,
 * its timers need no file. */
#define HASTY_TYPE_CLOCK (hasty_clock_get_type ())
G_DECLARE_FINAL_TYPE (HastyClock, hasty_clock, HASTY, CLOCK, MgrClock)

struct _HastyClock
{
  MgrClock parent_instance;
};

G_DEFINE_FINAL_TYPE (HastyClock, hasty_clock, MGR_TYPE_CLOCK)

static GSource *
hasty_clock_create_timer (MgrClock *clock,
                          gint64    due)
{
  gint64 now = mgr_clock_get_time (clock);

  return MGR_CLOCK_CLASS (hasty_clock_parent_class)->create_timer (clock, now + (due - now) / 100);
}

static void
hasty_clock_class_init (HastyClockClass *klass)
{
  MGR_CLOCK_CLASS (klass)->create_timer = hasty_clock_create_timer;
}

static void
hasty_clock_init (HastyClock *self)
{
}

static void
test_no_files_left (Fixture       *fixture,
                    gconstpointer  channel)
{
  g_autoptr (MgrClock) clock = g_object_new (HASTY_TYPE_CLOCK, NULL);
  g_autoptr (MgrPressureMonitor) monitor = mgr_pressure_monitor_new (clock);
  g_autoptr (MgrPressureNotifier) notifier = NULL;
  struct rlimit before;
  struct rlimit none;
  int fd;

  g_test_summary ("Where no file can be opened the door is shut for a while, and nothing spins");

  mgr_fake_source_set (fixture->source, 97, 100, 0.0);
  mgr_pressure_monitor_add_source (monitor, MGR_PRESSURE_SOURCE (fixture->source));
  mgr_pressure_sample_unref (mgr_pressure_monitor_sample (monitor));
  notifier = mgr_pressure_notifier_new (monitor, fixture->directory, MGR_PRESSURE_CHANNEL_SOCKET,
                                        NULL);
  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
  fd = connect_socket (mgr_pressure_notifier_get_path (notifier));

  /* The lowest number that was free, so all below it are taken. */
  none = before;
  none.rlim_cur = (rlim_t) fd + 1;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
  mgr_test_settle ();
  g_assert_cmpint (take (fd), ==, 0);

  g_test_message ("Nor can another notifier be made, and it leaves no file behind");
  assert_refused (fixture, fixture->directory, MGR_PRESSURE_CHANNEL_FIFO, MGR_ERROR_FAILED);
  assert_refused (fixture, fixture->directory, MGR_PRESSURE_CHANNEL_SOCKET, MGR_ERROR_FAILED);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);

  while (take (fd) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_close (fd, NULL);
}

static void
test_bad_directory (Fixture       *fixture,
                    gconstpointer  channel)
{
  g_autofree char *name = g_strnfill (100, 'x');
  g_autofree char *deep = g_build_filename (fixture->directory, name, NULL);

  for (guint i = 0; i < 2; i++)
    {
      assert_refused (fixture, "/nonexistent", i, MGR_ERROR_NOT_FOUND);
      assert_refused (fixture, "/dev/null", i, MGR_ERROR_NOT_FOUND);
    }

  g_assert_cmpint (g_mkdir (deep, 0700), ==, 0);
  assert_refused (fixture, deep, MGR_PRESSURE_CHANNEL_SOCKET, MGR_ERROR_INVALID_ARGUMENT);
  g_assert_cmpint (g_rmdir (deep), ==, 0);

  if (geteuid () == 0)
    return;

  g_assert_cmpint (g_mkdir (deep, 0500), ==, 0);
  assert_refused (fixture, deep, MGR_PRESSURE_CHANNEL_FIFO, MGR_ERROR_NOT_AVAILABLE);
  g_assert_cmpint (g_rmdir (deep), ==, 0);
}

static void
test_relative_directory (Fixture       *fixture,
                         gconstpointer  channel)
{
  g_autofree char *before = g_get_current_dir ();
  g_autoptr (MgrPressureNotifier) notifier = NULL;

  g_assert_cmpint (g_chdir (fixture->directory), ==, 0);
  notifier = mgr_pressure_notifier_new (fixture->monitor, ".", MGR_PRESSURE_CHANNEL_FIFO, NULL);
  g_assert_nonnull (notifier);
  g_assert_true (g_str_has_prefix (mgr_pressure_notifier_get_path (notifier), fixture->directory));
  g_assert_cmpint (g_chdir (before), ==, 0);
}

static void
test_half_made (Fixture       *fixture,
                gconstpointer  channel)
{
  g_autoptr (MgrPressureNotifier) notifier = g_object_new (MGR_TYPE_PRESSURE_NOTIFIER, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Bindings can make one without initialising it");

  g_assert_null (mgr_pressure_notifier_get_path (notifier));
  g_assert_null (mgr_pressure_notifier_get_environment (notifier));
  mgr_pressure_notifier_set_threshold (notifier, MGR_PRESSURE_LEVEL_HIGH);
  mgr_test_settle ();
  g_assert_false (g_initable_init (G_INITABLE (notifier), NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
}

static void
test_left_behind (Fixture       *fixture,
                  gconstpointer  channel)
{
  const char *path = mgr_pressure_notifier_get_path (fixture->notifier);
  int last = (int) g_ascii_strtoll (strrchr (path, '-') + 1, NULL, 10);
  g_autofree char *next = g_strdup_printf ("%s/memory-pressure-%d-%d", fixture->directory,
                                           (int) getpid (), last + 1);
  g_autoptr (MgrPressureNotifier) notifier = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A file that a killed process of the same id left behind is passed over");

  g_assert_true (g_file_set_contents (next, "", 0, NULL));
  notifier = mgr_pressure_notifier_new (fixture->monitor, fixture->directory,
                                        (MgrPressureChannel) GPOINTER_TO_INT (channel), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (mgr_pressure_notifier_get_path (notifier), !=, next);
  g_assert_true (g_file_test (next, G_FILE_TEST_IS_REGULAR));
  g_assert_cmpint (g_unlink (next), ==, 0);
}

#define ADD(prefix, name, channel, func) \
  g_test_add ("/pressure/notifier/" prefix name, Fixture, \
              GINT_TO_POINTER (MGR_PRESSURE_CHANNEL_ ## channel), \
              fixture_set_up, func, fixture_tear_down)
#define ADD_BOTH(name, func) \
  ADD ("fifo/", name, FIFO, func); \
  ADD ("socket/", name, SOCKET, func)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD_BOTH ("environment", test_environment);
  ADD_BOTH ("tells", test_tells);
  ADD_BOTH ("repeats", test_repeats);
  ADD_BOTH ("slow-child", test_slow_child);
  ADD_BOTH ("child-comes-late", test_child_comes_late);
  ADD_BOTH ("child-comes-after-it", test_child_comes_after_it);
  ADD_BOTH ("children-die", test_children_die);
  ADD_BOTH ("end", test_end);
  ADD_BOTH ("threshold", test_threshold);
  ADD_BOTH ("told-when-made", test_told_when_made);
  ADD_BOTH ("dropped-in-another-thread", test_dropped_in_another_thread);
  ADD_BOTH ("other-context", test_other_context);
  ADD_BOTH ("fork", test_fork);
  ADD_BOTH ("own-watch", test_own_watch);
  ADD_BOTH ("real-child", test_real_child);
  ADD_BOTH ("left-behind", test_left_behind);
  ADD ("", "many-clients", SOCKET, test_many_clients);
  ADD ("", "talkative-client", SOCKET, test_talkative_client);
  ADD ("", "no-files-left", SOCKET, test_no_files_left);
  ADD ("", "bad-directory", FIFO, test_bad_directory);
  ADD ("", "relative-directory", FIFO, test_relative_directory);
  ADD ("", "half-made", FIFO, test_half_made);

  return g_test_run ();
}
