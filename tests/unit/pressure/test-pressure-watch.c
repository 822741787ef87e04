/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-test-support.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define PAUSE (G_TIME_SPAN_SECOND / 2)

typedef struct
{
  MgrManualClock *clock;   /* (owned) */
  char *directory;         /* (owned) */
  char *path;              /* (owned): of the FIFO or socket */
  MgrPressureWatch *watch; /* (owned) (nullable) */
  guint heard;
  guint ended;
  int listener;            /* -1: none */
  int peer;                /* the other end; -1: none */
} Fixture;

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  fixture->clock = mgr_manual_clock_new (G_TIME_SPAN_HOUR);
  fixture->directory = g_dir_make_tmp ("libmgr-watch-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->path = g_build_filename (fixture->directory, "told", NULL);
  fixture->listener = -1;
  fixture->peer = -1;
}

static void
drop_fd (int *fd)
{
  if (*fd >= 0)
    g_assert_true (g_close (g_steal_fd (fd), NULL));
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  unused)
{
  g_clear_object (&fixture->watch);
  drop_fd (&fixture->listener);
  drop_fd (&fixture->peer);
  g_unlink (fixture->path);
  g_assert_cmpint (g_rmdir (fixture->directory), ==, 0);
  g_free (fixture->path);
  g_free (fixture->directory);
  g_object_unref (fixture->clock);
}

static void
heard_cb (MgrPressureWatch *watch,
          gpointer          user_data)
{
  Fixture *fixture = user_data;

  fixture->heard++;
}

static void
ended_cb (MgrPressureWatch *watch,
          GParamSpec       *pspec,
          gpointer          user_data)
{
  Fixture *fixture = user_data;

  g_assert_false (mgr_pressure_watch_get_active (watch));
  fixture->ended++;
}

static void
fixture_watch (Fixture    *fixture,
               const char *data)
{
  g_autoptr (GBytes) bytes = data != NULL ? g_bytes_new (data, strlen (data)) : NULL;
  g_autoptr (GError) error = NULL;

  fixture->watch = mgr_pressure_watch_new (fixture->path, bytes, MGR_CLOCK (fixture->clock), &error);
  g_assert_no_error (error);
  g_assert_true (mgr_pressure_watch_get_active (fixture->watch));
  g_assert_cmpstr (mgr_pressure_watch_get_path (fixture->watch), ==, fixture->path);
  g_signal_connect (fixture->watch, "pressure", G_CALLBACK (heard_cb), fixture);
  g_signal_connect (fixture->watch, "notify::active", G_CALLBACK (ended_cb), fixture);
}

static void
fixture_watch_fifo (Fixture    *fixture,
                    const char *data)
{
  g_assert_cmpint (mkfifo (fixture->path, 0600), ==, 0);
  fixture_watch (fixture, data);
  fixture->peer = g_open (fixture->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  g_assert_cmpint (fixture->peer, >=, 0);
}

static void
fixture_listen (Fixture *fixture)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };

  g_assert_cmpuint (g_strlcpy (address.sun_path, fixture->path, sizeof address.sun_path), <,
                    sizeof address.sun_path);
  fixture->listener = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (fixture->listener, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (fixture->listener, 1), ==, 0);
}

static void
fixture_watch_socket (Fixture    *fixture,
                      const char *data)
{
  fixture_listen (fixture);
  fixture_watch (fixture, data);
  fixture->peer = accept4 (fixture->listener, NULL, NULL, SOCK_CLOEXEC);
  g_assert_cmpint (fixture->peer, >=, 0);
}

static void
fixture_tell (Fixture *fixture)
{
  g_assert_cmpint (write (fixture->peer, "!", 1), ==, 1);
}

static void
later (Fixture *fixture,
       gint64   delta)
{
  mgr_manual_clock_advance (fixture->clock, delta);
  mgr_test_settle ();
}

static void
assert_heard (Fixture *fixture,
              guint    times)
{
  mgr_test_settle ();
  g_assert_cmpuint (fixture->heard, ==, times);
}

/* What happens alike with a FIFO and a socket; @data says with which. */
static void
test_hears (Fixture       *fixture,
            gconstpointer  socket)
{
  if (socket != NULL)
    fixture_watch_socket (fixture, NULL);
  else
    fixture_watch_fifo (fixture, NULL);

  assert_heard (fixture, 0);
  fixture_tell (fixture);
  assert_heard (fixture, 1);
  assert_heard (fixture, 1);
  later (fixture, PAUSE);
  fixture_tell (fixture);
  assert_heard (fixture, 2);
  g_assert_cmpuint (fixture->ended, ==, 0);
}

static void
test_at_most_twice_a_second (Fixture       *fixture,
                             gconstpointer  socket)
{
  if (socket != NULL)
    fixture_watch_socket (fixture, NULL);
  else
    fixture_watch_fifo (fixture, NULL);

  for (guint i = 0; i < 1000; i++)
    {
      fixture_tell (fixture);
      later (fixture, 10 * G_TIME_SPAN_MILLISECOND);
    }

  g_test_message ("10 s: one at once, then one for each pause");
  g_assert_cmpuint (fixture->heard, ==, 20);
  later (fixture, PAUSE);
  g_assert_cmpuint (fixture->heard, ==, 21);
  later (fixture, PAUSE);
  g_assert_cmpuint (fixture->heard, ==, 21);
}

static void
test_more_than_is_read (Fixture       *fixture,
                        gconstpointer  socket)
{
  char block[4096] = { 0 };
  gsize sent = 0;

  if (socket != NULL)
    fixture_watch_socket (fixture, NULL);
  else
    fixture_watch_fifo (fixture, NULL);

  g_assert_cmpint (fcntl (fixture->peer, F_SETFL, O_NONBLOCK), ==, 0);
  while (write (fixture->peer, block, sizeof block) > 0)
    sent += sizeof block;
  g_test_message ("%" G_GSIZE_FORMAT " bytes were sent", sent);

  assert_heard (fixture, 1);
  for (guint i = 0; i < 20; i++)
    later (fixture, PAUSE);
  g_assert_cmpuint (fixture->heard, >=, 1);
  g_assert_cmpuint (fixture->heard, <=, sent / (16 * 4096) + 1);
}

static void
test_handler_drops_the_watch_cb (MgrPressureWatch *watch,
                                 gpointer          user_data)
{
  Fixture *fixture = user_data;

  g_clear_object (&fixture->watch);
}

static void
test_handler_drops_the_watch (Fixture       *fixture,
                              gconstpointer  socket)
{
  if (socket != NULL)
    fixture_watch_socket (fixture, NULL);
  else
    fixture_watch_fifo (fixture, NULL);

  g_signal_connect (fixture->watch, "pressure", G_CALLBACK (test_handler_drops_the_watch_cb),
                    fixture);
  fixture_tell (fixture);
  mgr_test_settle ();
  g_assert_null (fixture->watch);
}

static gpointer
unref_thread (gpointer object)
{
  g_object_unref (object);
  return NULL;
}

static void
test_dropped_in_another_thread (Fixture       *fixture,
                                gconstpointer  socket)
{
  if (socket != NULL)
    fixture_watch_socket (fixture, NULL);
  else
    fixture_watch_fifo (fixture, NULL);

  fixture_tell (fixture);
  g_thread_join (g_thread_new ("unref", unref_thread, g_steal_pointer (&fixture->watch)));
  mgr_test_settle ();
  g_assert_cmpuint (fixture->heard, ==, 0);
}

static void
test_fifo_writers_come_and_go (Fixture       *fixture,
                               gconstpointer  unused)
{
  g_test_summary ("Each `echo > fifo` is a notification; its end is not the end of the watch");

  g_assert_cmpint (mkfifo (fixture->path, 0600), ==, 0);
  fixture_watch (fixture, NULL);

  for (guint i = 1; i <= 5; i++)
    {
      fixture->peer = g_open (fixture->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
      g_assert_cmpint (fixture->peer, >=, 0);
      fixture_tell (fixture);
      drop_fd (&fixture->peer);
      assert_heard (fixture, i);
      later (fixture, PAUSE);
    }

  g_test_message ("Who opens it and says nothing is not heard");
  fixture->peer = g_open (fixture->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  drop_fd (&fixture->peer);
  assert_heard (fixture, 5);
  g_assert_true (mgr_pressure_watch_get_active (fixture->watch));
}

static void
test_fifo_removed (Fixture       *fixture,
                   gconstpointer  unused)
{
  g_test_summary ("The last word of a sender is heard, then it is over, and nothing spins");

  fixture_watch_fifo (fixture, NULL);
  g_assert_cmpint (g_unlink (fixture->path), ==, 0);
  fixture_tell (fixture);
  drop_fd (&fixture->peer);
  assert_heard (fixture, 1);
  g_assert_cmpuint (fixture->ended, ==, 1);
  later (fixture, PAUSE);
  g_assert_cmpuint (fixture->heard, ==, 1);
  g_assert_cmpuint (fixture->ended, ==, 1);
}

static void
test_fifo_made_anew (Fixture       *fixture,
                     gconstpointer  unused)
{
  fixture_watch_fifo (fixture, NULL);
  g_assert_cmpint (g_unlink (fixture->path), ==, 0);
  g_assert_cmpint (mkfifo (fixture->path, 0600), ==, 0);
  drop_fd (&fixture->peer);
  assert_heard (fixture, 0);
  g_assert_true (mgr_pressure_watch_get_active (fixture->watch));

  later (fixture, PAUSE);
  fixture->peer = g_open (fixture->path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  fixture_tell (fixture);
  assert_heard (fixture, 1);
}

static void
test_fifo_becomes_something_else (Fixture       *fixture,
                                  gconstpointer  unused)
{
  fixture_watch_fifo (fixture, NULL);
  g_assert_cmpint (g_unlink (fixture->path), ==, 0);
  g_assert_true (g_file_set_contents (fixture->path, "", 0, NULL));
  drop_fd (&fixture->peer);
  assert_heard (fixture, 0);
  g_assert_cmpuint (fixture->ended, ==, 1);
}

static void
test_fifo_own_words (Fixture       *fixture,
                     gconstpointer  unused)
{
  g_test_summary ("What the watch itself writes into a FIFO comes back, and is no notification");

  fixture_watch_fifo (fixture, "subscribe");
  assert_heard (fixture, 0);
  later (fixture, PAUSE);
  fixture_tell (fixture);
  assert_heard (fixture, 1);
}

static void
test_fifo_own_words_and_others (Fixture       *fixture,
                                gconstpointer  unused)
{
  fixture_watch_fifo (fixture, "subscribe");
  fixture_tell (fixture);
  assert_heard (fixture, 1);
}

static void
test_fifo_own_words_taken (Fixture       *fixture,
                           gconstpointer  unused)
{
  char buffer[16];
  int reader;

  fixture_watch_fifo (fixture, "subscribe");
  reader = g_open (fixture->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  g_assert_cmpint (read (reader, buffer, sizeof buffer), ==, 9);
  drop_fd (&reader);
  g_assert_cmpint (memcmp (buffer, "subscribe", 9), ==, 0);

  fixture_tell (fixture);
  assert_heard (fixture, 1);
}

static void
test_socket_is_written_to (Fixture       *fixture,
                           gconstpointer  unused)
{
  char buffer[64];

  fixture_watch_socket (fixture, "some 200000 2000000");
  g_assert_cmpint (read (fixture->peer, buffer, sizeof buffer), ==, 19);
  g_assert_cmpint (memcmp (buffer, "some 200000 2000000", 19), ==, 0);
}

static void
test_socket_closed (Fixture       *fixture,
                    gconstpointer  unused)
{
  fixture_watch_socket (fixture, NULL);
  fixture_tell (fixture);
  drop_fd (&fixture->peer);
  assert_heard (fixture, 1);
  g_assert_cmpuint (fixture->ended, ==, 1);
  later (fixture, PAUSE);
  g_assert_cmpuint (fixture->heard, ==, 1);
}

static void
test_socket_reset (Fixture       *fixture,
                   gconstpointer  unused)
{
  g_test_summary ("Closed while there is something unread, which is an error, not an end");

  fixture_watch_socket (fixture, "unread");
  drop_fd (&fixture->peer);
  assert_heard (fixture, 0);
  g_assert_cmpuint (fixture->ended, ==, 1);
}

/* Watches @path with @data and expects a failure whose text holds @part. */
static void
assert_refused (const char *path,
                const char *data,
                MgrError    code,
                const char *part)
{
  g_autoptr (GBytes) bytes = data != NULL ? g_bytes_new (data, strlen (data)) : NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrPressureWatch) watch = mgr_pressure_watch_new (path, bytes, NULL, &error);

  g_assert_null (watch);
  g_assert_error (error, MGR_ERROR, (int) code);
  g_test_message ("%s", error->message);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_nonnull (strstr (error->message, part));
}

static void
test_bad_paths (Fixture       *fixture,
                gconstpointer  unused)
{
  static const char *const paths[] = {
    "", "told", "./told", "../told", "//proc/pressure/memory", "/proc//pressure/memory",
    "/proc/./pressure/memory", "/proc/pressure/../pressure/memory", "/proc/pressure/memory/",
  };

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    assert_refused (paths[i], NULL, MGR_ERROR_INVALID_ARGUMENT, "slash");

  assert_refused ("told\xff", NULL, MGR_ERROR_INVALID_ARGUMENT, "slash");
  assert_refused (fixture->path, NULL, MGR_ERROR_NOT_AVAILABLE, "No such file");
  assert_refused ("/\xff/told", NULL, MGR_ERROR_NOT_AVAILABLE, "No such file");
  assert_refused ("/dev/zero", NULL, MGR_ERROR_INVALID_ARGUMENT, "FIFO");
  assert_refused (fixture->directory, NULL, MGR_ERROR_INVALID_ARGUMENT, "FIFO");
}

static void
test_bad_file (Fixture       *fixture,
               gconstpointer  unused)
{
  static const char contents[] = "some avg10=0.00 avg60=0.00 avg300=0.00 total=1\n";
  g_autofree char *after = NULL;

  g_test_summary ("A file of somebody else's is never written to");

  g_assert_true (g_file_set_contents (fixture->path, contents, -1, NULL));
  assert_refused (fixture->path, NULL, MGR_ERROR_INVALID_ARGUMENT, "some 200000 2000000");
  assert_refused (fixture->path, "some 200000 2000000", MGR_ERROR_INVALID_ARGUMENT, "kernel's");
  g_assert_true (g_file_get_contents (fixture->path, &after, NULL, NULL));
  g_assert_cmpstr (after, ==, contents);
}

static void
test_bad_socket (Fixture       *fixture,
                 gconstpointer  unused)
{
  g_autofree char *name = g_strnfill (110, 'x');
  g_autofree char *long_path = g_build_filename (fixture->directory, name, NULL);
  g_autoptr (MgrPressureWatch) first = NULL;
  g_autoptr (MgrPressureWatch) second = NULL;

  fixture_listen (fixture);
  g_assert_cmpint (g_rename (fixture->path, long_path), ==, 0);
  assert_refused (long_path, NULL, MGR_ERROR_INVALID_ARGUMENT, "107");
  g_assert_cmpint (g_rename (long_path, fixture->path), ==, 0);

  g_test_message ("Nobody lets anybody in, and nobody waits for that");
  first = mgr_pressure_watch_new (fixture->path, NULL, NULL, NULL);
  second = mgr_pressure_watch_new (fixture->path, NULL, NULL, NULL);
  g_assert_nonnull (second);
  assert_refused (fixture->path, NULL, MGR_ERROR_NOT_AVAILABLE, "connected");

  drop_fd (&fixture->listener);
  assert_refused (fixture->path, NULL, MGR_ERROR_NOT_AVAILABLE, "refused");
}

static void
test_too_much_data (Fixture       *fixture,
                    gconstpointer  unused)
{
  g_autofree char *data = g_strnfill (4097, 'x');

  g_assert_cmpint (mkfifo (fixture->path, 0600), ==, 0);
  assert_refused (fixture->path, data, MGR_ERROR_INVALID_ARGUMENT, "4096");
}

/* Returns NULL and skips the test where the machine does not offer it. */
static MgrPressureWatch *
watch_pressure_file (const char *path)
{
  g_autoptr (GBytes) data = g_bytes_new_static ("some 2000000 2000000", 20);
  g_autoptr (GError) error = NULL;
  MgrPressureWatch *watch = mgr_pressure_watch_new (path, data, NULL, &error);

  if (g_error_matches (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE))
    g_test_skip (error->message);
  else
    g_assert_no_error (error);
  return watch;
}

static void
test_pressure_file (Fixture       *fixture,
                    gconstpointer  unused)
{
  g_test_summary ("The kernel's own file: nothing is heard while no task waits for memory all the time");

  fixture->watch = watch_pressure_file ("/proc/pressure/memory");
  if (fixture->watch == NULL)
    return;

  g_signal_connect (fixture->watch, "pressure", G_CALLBACK (heard_cb), fixture);
  assert_heard (fixture, 0);
  g_assert_true (mgr_pressure_watch_get_active (fixture->watch));

  assert_refused ("/proc/pressure/memory", NULL, MGR_ERROR_INVALID_ARGUMENT, "some 200000");
  assert_refused ("/proc/pressure/memory", "much", MGR_ERROR_INVALID_ARGUMENT, "much");
  assert_refused ("/proc/meminfo", "some 1 2", MGR_ERROR_INVALID_ARGUMENT, "no pressure file");
  g_test_message ("The kernel takes windows up to 10 s");
  assert_refused ("/proc/pressure/memory", "some 1 10000001", MGR_ERROR_FAILED, "10 s");
}

static char *
make_cgroup (void)
{
  g_autofree char *mounts = NULL;
  g_auto (GStrv) lines = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/mounts", &mounts, NULL, NULL));
  lines = g_strsplit (mounts, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], " ", -1);
      g_autofree char *name = g_strdup_printf ("libmgr-test-%d", (int) getpid ());

      if (g_strv_length (words) < 3 || strcmp (words[2], "cgroup2") != 0)
        continue;

      g_free (mounts);
      mounts = g_build_filename (words[1], name, NULL);
      return g_mkdir (mounts, 0700) == 0 ? g_steal_pointer (&mounts) : NULL;
    }

  return NULL;
}

static void
test_cgroup_removed (Fixture       *fixture,
                     gconstpointer  unused)
{
  g_autofree char *group = make_cgroup ();
  g_autofree char *path = NULL;

  g_test_summary ("The file of a removed cgroup is always ready; it is dropped, and nothing spins");

  if (group == NULL)
    {
      g_test_skip ("This user may not make a cgroup of version 2");
      return;
    }

  path = g_build_filename (group, "memory.pressure", NULL);
  fixture->watch = watch_pressure_file (path);
  g_assert_cmpint (g_rmdir (group), ==, 0);
  if (fixture->watch == NULL)
    return;

  g_signal_connect (fixture->watch, "notify::active", G_CALLBACK (ended_cb), fixture);
  while (fixture->ended == 0)
    g_main_context_iteration (NULL, TRUE);
  assert_heard (fixture, 0);
  g_assert_cmpuint (fixture->ended, ==, 1);
}

static void
assert_environment (const char *path,
                    const char *data,
                    MgrError    code,
                    const char *part)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrPressureWatch) watch = NULL;

  g_unsetenv ("MEMORY_PRESSURE_WATCH");
  g_unsetenv ("MEMORY_PRESSURE_WRITE");
  if (path != NULL)
    g_setenv ("MEMORY_PRESSURE_WATCH", path, TRUE);
  if (data != NULL)
    g_setenv ("MEMORY_PRESSURE_WRITE", data, TRUE);

  watch = mgr_pressure_watch_new_from_environment (NULL, &error);
  g_assert_null (watch);
  g_assert_error (error, MGR_ERROR, (int) code);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_nonnull (strstr (error->message, part));
}

static void
test_environment_refused (Fixture       *fixture,
                          gconstpointer  unused)
{
  assert_environment (NULL, NULL, MGR_ERROR_NOT_AVAILABLE, "not set");
  assert_environment (NULL, "c29tZQ==", MGR_ERROR_NOT_AVAILABLE, "not set");
  assert_environment ("", NULL, MGR_ERROR_NOT_AVAILABLE, "not set");
  assert_environment ("/dev/null", NULL, MGR_ERROR_NOT_AVAILABLE, "/dev/null");
  assert_environment ("/dev/../dev/null", NULL, MGR_ERROR_INVALID_ARGUMENT, "..");
  assert_environment ("told", NULL, MGR_ERROR_INVALID_ARGUMENT, "told");
  assert_environment (fixture->path, "c29t*ZQ==", MGR_ERROR_INVALID_ARGUMENT, "base64");
  assert_environment (fixture->path, "c29tZQ", MGR_ERROR_INVALID_ARGUMENT, "base64");
  assert_environment (fixture->path, "c29\xff", MGR_ERROR_INVALID_ARGUMENT, "base64");
  assert_environment (fixture->path, NULL, MGR_ERROR_NOT_AVAILABLE, fixture->path);
}

static void
test_environment (Fixture       *fixture,
                  gconstpointer  unused)
{
  g_autoptr (GBytes) request = NULL;
  g_autoptr (MgrClock) clock = NULL;
  g_autofree char *path = NULL;
  gboolean active = FALSE;
  char buffer[64];

  fixture_listen (fixture);
  g_setenv ("MEMORY_PRESSURE_WATCH", fixture->path, TRUE);
  g_setenv ("MEMORY_PRESSURE_WRITE", "c29tZSAyMDAwMDAgMjAwMDAwMAA=", TRUE);
  fixture->watch = mgr_pressure_watch_new_from_environment (MGR_CLOCK (fixture->clock), NULL);
  g_assert_nonnull (fixture->watch);

  fixture->peer = accept4 (fixture->listener, NULL, NULL, SOCK_CLOEXEC);
  g_assert_cmpint (read (fixture->peer, buffer, sizeof buffer), ==, 20);
  g_assert_cmpstr (buffer, ==, "some 200000 2000000");

  g_object_get (fixture->watch, "path", &path, "request", &request, "clock", &clock, "active", &active,
                NULL);
  g_assert_cmpstr (path, ==, fixture->path);
  g_assert_cmpuint (g_bytes_get_size (request), ==, 20);
  g_assert_true (clock == MGR_CLOCK (fixture->clock));
  g_assert_true (active);
}

static void
test_environment_writes_nothing (Fixture       *fixture,
                                 gconstpointer  unused)
{
  fixture_listen (fixture);
  g_setenv ("MEMORY_PRESSURE_WATCH", fixture->path, TRUE);
  g_setenv ("MEMORY_PRESSURE_WRITE", "", TRUE);
  fixture->watch = mgr_pressure_watch_new_from_environment (MGR_CLOCK (fixture->clock), NULL);
  g_assert_nonnull (fixture->watch);

  fixture->peer = accept4 (fixture->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
  g_assert_cmpint (read (fixture->peer, &(char) { 0 }, 1), ==, -1);
  g_assert_cmpint (errno, ==, EAGAIN);
}

#define ADD(name, func) \
  g_test_add ("/pressure/watch/" name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)
#define ADD_BOTH(name, func) \
  ADD ("fifo/" name, func); \
  g_test_add ("/pressure/watch/socket/" name, Fixture, "socket", \
              fixture_set_up, func, fixture_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD_BOTH ("hears", test_hears);
  ADD_BOTH ("at-most-twice-a-second", test_at_most_twice_a_second);
  ADD_BOTH ("more-than-is-read", test_more_than_is_read);
  ADD_BOTH ("handler-drops-the-watch", test_handler_drops_the_watch);
  ADD_BOTH ("dropped-in-another-thread", test_dropped_in_another_thread);
  ADD ("fifo/writers-come-and-go", test_fifo_writers_come_and_go);
  ADD ("fifo/removed", test_fifo_removed);
  ADD ("fifo/made-anew", test_fifo_made_anew);
  ADD ("fifo/becomes-something-else", test_fifo_becomes_something_else);
  ADD ("fifo/own-words", test_fifo_own_words);
  ADD ("fifo/own-words-and-others", test_fifo_own_words_and_others);
  ADD ("fifo/own-words-taken", test_fifo_own_words_taken);
  ADD ("socket/is-written-to", test_socket_is_written_to);
  ADD ("socket/closed", test_socket_closed);
  ADD ("socket/reset", test_socket_reset);
  ADD ("bad-paths", test_bad_paths);
  ADD ("bad-file", test_bad_file);
  ADD ("bad-socket", test_bad_socket);
  ADD ("too-much-data", test_too_much_data);
  ADD ("pressure-file", test_pressure_file);
  ADD ("cgroup-removed", test_cgroup_removed);
  ADD ("environment", test_environment);
  ADD ("environment-writes-nothing", test_environment_writes_nothing);
  ADD ("environment-refused", test_environment_refused);

  return g_test_run ();
}
