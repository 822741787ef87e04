/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-tree.h"
#include "mgr-test-cgroup.h"
#include "pressure/mgr-psi-trigger-private.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define MILLISECOND G_TIME_SPAN_MILLISECOND
#define SECOND G_TIME_SPAN_SECOND

/* What a fake trigger asks for. */
#define STALL (100 * MILLISECOND)

/* In the place of the kernel: a connection, of which the trigger has one end. Its
 * POLLPRI is out-of-band data; that it is reset stands for a group that is gone. */
typedef struct
{
  const char *refused; /* (unowned) (nullable): a part of paths that cannot be armed */
  guint attempts;
  guint armed;
  int fd;              /* the trigger's end */
  int peer;            /* (owned): -1 for none */
} FakeKernel;

static FakeKernel kernel;

static void
connect_pair (int *fd,
              int *peer)
{
  struct sockaddr_in address = {
    .sin_family = AF_INET,
    .sin_addr.s_addr = htonl (INADDR_LOOPBACK),
  };
  socklen_t length = sizeof address;
  int listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (listener, >=, 0);
  g_assert_cmpint (bind (listener, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (listener, 1), ==, 0);
  g_assert_cmpint (getsockname (listener, (struct sockaddr *) &address, &length), ==, 0);

  *peer = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (connect (*peer, (struct sockaddr *) &address, sizeof address), ==, 0);
  *fd = accept4 (listener, NULL, NULL, SOCK_CLOEXEC);
  g_assert_cmpint (*fd, >=, 0);
  g_close (listener, NULL);
}

static int
fake_arm (const char *path,
          guint64    *out_stall)
{
  kernel.attempts++;
  *out_stall = STALL;
  if (kernel.refused != NULL && strstr (path, kernel.refused) != NULL)
    return -1;

  if (kernel.peer >= 0)
    g_close (kernel.peer, NULL);
  connect_pair (&kernel.fd, &kernel.peer);
  kernel.armed++;
  return kernel.fd;
}

typedef struct
{
  MgrFakeTree *tree;       /* (owned) */
  MgrManualClock *clock;   /* (owned) */
  MgrSystemSource *source; /* (owned) */
  MgrPsiTrigger *trigger;  /* (owned) (nullable) */
  guint woken;
} Fixture;

static void
woken_cb (gpointer user_data)
{
  Fixture *fixture = user_data;

  fixture->woken++;
}

static void
fixture_make_trigger (Fixture       *fixture,
                      MgrPsiArmFunc  arm)
{
  fixture->trigger = mgr_psi_trigger_new (fixture->source, arm, woken_cb, fixture);
}

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  description)
{
  MgrPressureSource *source;

  kernel = (FakeKernel) { .fd = -1, .peer = -1 };
  fixture->tree = mgr_fake_tree_new (description);
  fixture->clock = mgr_manual_clock_new (G_TIME_SPAN_HOUR);
  source = mgr_psi_source_new (MGR_CLOCK (fixture->clock),
                               mgr_fake_tree_get_proc (fixture->tree),
                               mgr_fake_tree_get_root (fixture->tree));
  fixture->source = MGR_SYSTEM_SOURCE (source);
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  description)
{
  g_clear_pointer (&fixture->trigger, mgr_psi_trigger_free);
  g_object_unref (fixture->source);
  g_object_unref (fixture->clock);
  mgr_fake_tree_free (fixture->tree);
  if (kernel.peer >= 0)
    g_close (kernel.peer, NULL);
}

/* Runs what is ready, and how often something was. */
static guint
drain (void)
{
  guint count = 0;

  for (guint i = 0; i < 1000; i++)
    count += g_main_context_iteration (NULL, FALSE) ? 1 : 0;

  return count;
}

/* The kernel tells once: what it told is gone when it was seen. */
static void
fire (void)
{
  char byte;

  g_assert_cmpint (send (kernel.peer, "!", 1, MSG_OOB), ==, 1);
  g_assert_true (g_main_context_iteration (NULL, TRUE));
  recv (kernel.fd, &byte, 1, MSG_OOB);
}

static void
reset (void)
{
  const struct linger at_once = { 1, 0 };

  g_assert_cmpint (setsockopt (kernel.peer, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), ==, 0);
  g_close (g_steal_fd (&kernel.peer), NULL);
}

static void
assert_path (Fixture    *fixture,
             const char *suffix)
{
  const char *path = mgr_psi_trigger_get_path (fixture->trigger);

  if (suffix == NULL)
    g_assert_null (path);
  else
    g_assert_true (path != NULL && g_str_has_suffix (path, suffix));
}

static void
test_own_group_first (Fixture       *fixture,
                      gconstpointer  unused)
{
  fixture_make_trigger (fixture, fake_arm);
  assert_path (fixture, NULL);
  mgr_psi_trigger_check (fixture->trigger);
  assert_path (fixture, "sys/fs/cgroup/a/memory.pressure");
  mgr_psi_trigger_check (fixture->trigger);
  g_assert_cmpuint (kernel.attempts, ==, 1);
}

static void
test_machine_else (Fixture       *fixture,
                   gconstpointer  unused)
{
  kernel.refused = "memory.pressure";
  fixture_make_trigger (fixture, fake_arm);
  mgr_psi_trigger_check (fixture->trigger);
  assert_path (fixture, "proc/pressure/memory");
}

static void
test_first_event_is_spurious (Fixture       *fixture,
                              gconstpointer  unused)
{
  g_test_summary ("An event counts only if the total has grown by as much as it tells of");

  fixture_make_trigger (fixture, fake_arm);
  mgr_psi_trigger_check (fixture->trigger);
  fire ();
  g_assert_cmpuint (fixture->woken, ==, 0);

  mgr_manual_clock_advance (fixture->clock, 2 * SECOND);
  mgr_fake_tree_describe (fixture->tree, "stall /a total=5100000\n");
  fire ();
  g_assert_cmpuint (fixture->woken, ==, 1);

  mgr_manual_clock_advance (fixture->clock, 2 * SECOND);
  mgr_fake_tree_describe (fixture->tree, "stall /a total=5199999\n");
  fire ();
  g_assert_cmpuint (fixture->woken, ==, 1);

  mgr_manual_clock_advance (fixture->clock, 2 * SECOND);
  mgr_fake_tree_describe (fixture->tree, "stall /a total=5200000\n");
  fire ();
  g_assert_cmpuint (fixture->woken, ==, 2);
  assert_path (fixture, "a/memory.pressure");
}

static void
test_total_back (Fixture       *fixture,
                 gconstpointer  unused)
{
  g_test_summary ("A counter that was exchanged is a new beginning");

  fixture_make_trigger (fixture, fake_arm);
  mgr_psi_trigger_check (fixture->trigger);
  mgr_fake_tree_describe (fixture->tree, "stall /a total=7\n");
  fire ();
  mgr_manual_clock_advance (fixture->clock, 2 * SECOND);
  mgr_fake_tree_describe (fixture->tree, "stall /a total=99999\n");
  fire ();
  g_assert_cmpuint (fixture->woken, ==, 0);
  mgr_manual_clock_advance (fixture->clock, 2 * SECOND);
  mgr_fake_tree_describe (fixture->tree, "stall /a total=100007\n");
  fire ();
  g_assert_cmpuint (fixture->woken, ==, 1);
}

static void
test_dead_descriptor (Fixture       *fixture,
                      gconstpointer  unused)
{
  g_test_summary ("A descriptor that died is dropped at once, and tried again later and later");

  fixture_make_trigger (fixture, fake_arm);
  mgr_psi_trigger_check (fixture->trigger);
  reset ();
  g_assert_true (g_main_context_iteration (NULL, TRUE));
  assert_path (fixture, NULL);
  g_assert_cmpuint (fixture->woken, ==, 1);
  g_assert_cmpuint (drain (), ==, 0);
  g_assert_cmpint (fcntl (kernel.fd, F_GETFD), ==, -1);

  mgr_psi_trigger_check (fixture->trigger);
  g_assert_cmpuint (kernel.armed, ==, 1);
  mgr_manual_clock_advance (fixture->clock, SECOND);
  mgr_psi_trigger_check (fixture->trigger);
  g_assert_cmpuint (kernel.armed, ==, 2);

  reset ();
  g_assert_true (g_main_context_iteration (NULL, TRUE));
  mgr_manual_clock_advance (fixture->clock, 2 * SECOND - 1);
  mgr_psi_trigger_check (fixture->trigger);
  g_assert_cmpuint (kernel.armed, ==, 2);
  mgr_manual_clock_advance (fixture->clock, 1);
  mgr_psi_trigger_check (fixture->trigger);
  g_assert_cmpuint (kernel.armed, ==, 3);
}

static void
test_always_ready (Fixture       *fixture,
                   gconstpointer  unused)
{
  g_test_summary ("What is ready more often than the kernel promises is dropped as well");

  fixture_make_trigger (fixture, fake_arm);
  mgr_psi_trigger_check (fixture->trigger);
  g_assert_cmpint (send (kernel.peer, "!", 1, MSG_OOB), ==, 1);
  g_assert_true (g_main_context_iteration (NULL, TRUE));
  g_assert_cmpuint (drain (), ==, 1);
  assert_path (fixture, NULL);
}

static void
test_file_is_gone (Fixture       *fixture,
                   gconstpointer  unused)
{
  fixture_make_trigger (fixture, fake_arm);
  mgr_psi_trigger_check (fixture->trigger);
  mgr_fake_tree_write (fixture->tree, "sys/fs/cgroup/a/memory.pressure", "");
  fire ();
  assert_path (fixture, NULL);
  g_assert_cmpuint (drain (), ==, 0);
}

static void
test_moved (Fixture       *fixture,
            gconstpointer  unused)
{
  g_test_summary ("In another group it is armed there at once, however long it was to wait");

  fixture_make_trigger (fixture, fake_arm);
  mgr_psi_trigger_check (fixture->trigger);
  reset ();
  g_assert_true (g_main_context_iteration (NULL, TRUE));

  mgr_fake_tree_write (fixture->tree, "proc/self/cgroup", "0::/b\n");
  mgr_psi_trigger_check (fixture->trigger);
  assert_path (fixture, "b/memory.pressure");

  mgr_fake_tree_write (fixture->tree, "proc/self/cgroup", "0::/a\n");
  mgr_psi_trigger_check (fixture->trigger);
  assert_path (fixture, "a/memory.pressure");
  g_assert_cmpuint (drain (), ==, 0);
}

static void
test_not_permitted (Fixture       *fixture,
                    gconstpointer  unused)
{
  g_test_summary ("Where neither file can be armed it is tried seldom, up to once a minute");

  kernel.refused = "";
  fixture_make_trigger (fixture, fake_arm);
  mgr_psi_trigger_check (fixture->trigger);
  mgr_psi_trigger_check (fixture->trigger);
  g_assert_cmpuint (kernel.attempts, ==, 2);

  for (guint i = 0; i < 3600; i++)
    {
      mgr_manual_clock_advance (fixture->clock, SECOND);
      mgr_psi_trigger_check (fixture->trigger);
    }
  g_assert_cmpuint (kernel.attempts, >=, 2 * 60);
  g_assert_cmpuint (kernel.attempts, <=, 2 * 66);
  g_assert_cmpuint (fixture->woken, ==, 0);
}

static void
test_clock_back (Fixture       *fixture,
                 gconstpointer  unused)
{
  kernel.refused = "";
  fixture_make_trigger (fixture, fake_arm);
  mgr_psi_trigger_check (fixture->trigger);
  mgr_manual_clock_advance (fixture->clock, -30 * G_TIME_SPAN_MINUTE);
  kernel.refused = NULL;
  mgr_psi_trigger_check (fixture->trigger);
  assert_path (fixture, "a/memory.pressure");
}

static void
test_foreign_files (Fixture       *fixture,
                    gconstpointer  unused)
{
  g_autofree char *path = g_build_filename (mgr_fake_tree_get_proc (fixture->tree),
                                            "pressure/memory", NULL);
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;

  g_test_summary ("What is no file of the kernel's is neither written to nor watched");

  g_assert_true (g_file_get_contents (path, &before, NULL, NULL));
  fixture_make_trigger (fixture, mgr_psi_trigger_arm);
  mgr_psi_trigger_check (fixture->trigger);
  assert_path (fixture, NULL);
  g_assert_true (g_file_get_contents (path, &after, NULL, NULL));
  g_assert_cmpstr (before, ==, after);
}

static void
test_fifo (Fixture       *fixture,
           gconstpointer  unused)
{
  g_autofree char *path = g_build_filename (mgr_fake_tree_get_root (fixture->tree),
                                            "sys/fs/cgroup/a/memory.pressure", NULL);
  guint64 stall = 0;

  g_test_summary ("A FIFO neither holds anything up nor is ever ready");

  mgr_fake_tree_remove (fixture->tree, "sys/fs/cgroup/a/memory.pressure");
  mgr_fake_tree_remove (fixture->tree, "proc/pressure/memory");
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);

  fixture_make_trigger (fixture, mgr_psi_trigger_arm);
  mgr_psi_trigger_check (fixture->trigger);
  assert_path (fixture, NULL);
  g_assert_cmpint (mgr_psi_trigger_arm (path, &stall), ==, -1);
  g_assert_cmpuint (drain (), ==, 0);
}

static void
test_absent (Fixture       *fixture,
             gconstpointer  unused)
{
  fixture_make_trigger (fixture, fake_arm);
  mgr_psi_trigger_check (fixture->trigger);
  assert_path (fixture, NULL);
  g_assert_cmpuint (kernel.attempts, ==, 0);
}

static void
test_this_machine (void)
{
  g_autoptr (MgrPressureSource) source = mgr_psi_source_new (NULL, NULL, NULL);
  Fixture fixture = { .source = MGR_SYSTEM_SOURCE (source) };

  fixture_make_trigger (&fixture, mgr_psi_trigger_arm);
  mgr_psi_trigger_check (fixture.trigger);
  if (mgr_psi_trigger_get_path (fixture.trigger) == NULL)
    g_test_skip ("The kernel does not let itself be asked here");

  /* The first event, if there is one, comes at once and is spurious. */
  g_assert_cmpuint (drain (), <=, 2);
  mgr_psi_trigger_free (fixture.trigger);
}

static void
test_removed_group (void)
{
  g_autoptr (MgrTestCgroup) group = mgr_test_cgroup_new ();
  g_autoptr (MgrPressureSource) source = NULL;
  Fixture fixture = { 0 };

  g_test_summary ("A real group is removed: the kernel's descriptor, ready for ever, is dropped");

  if (group == NULL)
    {
      g_test_skip ("No group can be made in a v2 hierarchy here");
      return;
    }

  source = mgr_psi_source_new (NULL, mgr_test_cgroup_get_proc (group), NULL);
  fixture.source = MGR_SYSTEM_SOURCE (source);
  fixture_make_trigger (&fixture, mgr_psi_trigger_arm);
  mgr_psi_trigger_check (fixture.trigger);
  if (mgr_psi_trigger_get_path (fixture.trigger) == NULL)
    {
      g_test_skip ("The kernel does not let itself be asked here");
    }
  else
    {
      mgr_test_cgroup_remove (group);
      g_assert_true (g_main_context_iteration (NULL, TRUE));
      assert_path (&fixture, NULL);
      g_assert_cmpuint (fixture.woken, ==, 1);
      g_assert_cmpuint (drain (), ==, 0);
      mgr_psi_trigger_check (fixture.trigger);
      assert_path (&fixture, NULL);
    }

  mgr_psi_trigger_free (fixture.trigger);
}

int
main (int    argc,
      char **argv)
{
  static const char groups[] =
    "v2 /a\nstall /a total=5000000\nstall /b total=0\nstall - total=9000000\n";

  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) \
  g_test_add ("/pressure/psi-trigger/" name, Fixture, groups, fixture_set_up, func, \
              fixture_tear_down)

  ADD ("own-group-first", test_own_group_first);
  ADD ("machine-else", test_machine_else);
  ADD ("first-event-is-spurious", test_first_event_is_spurious);
  ADD ("total-back", test_total_back);
  ADD ("dead-descriptor", test_dead_descriptor);
  ADD ("always-ready", test_always_ready);
  ADD ("file-is-gone", test_file_is_gone);
  ADD ("moved", test_moved);
  ADD ("not-permitted", test_not_permitted);
  ADD ("clock-back", test_clock_back);
  ADD ("foreign-files", test_foreign_files);
  ADD ("fifo", test_fifo);

#undef ADD

  g_test_add ("/pressure/psi-trigger/absent", Fixture, "", fixture_set_up, test_absent,
              fixture_tear_down);
  g_test_add_func ("/pressure/psi-trigger/this-machine", test_this_machine);
  g_test_add_func ("/pressure/psi-trigger/removed-group", test_removed_group);

  return g_test_run ();
}
