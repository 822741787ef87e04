/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "bench-scheduler-spawn.h"
#include "schedule/mgr-spawn-private.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define LARGE ((gsize) 1 << 30)
#define N_SPAWNS 50

static void
spawn_cb (gpointer user_data,
          guint64  n)
{
  static const char *const argv[] = { "/bin/true", NULL };
  const MgrSpawnRequest request = { argv, NULL, NULL, -1, -1, -1, TRUE };

  for (guint64 i = 0; i < n; i++)
    {
      g_auto (MgrChild) child = MGR_CHILD_NONE;

      g_assert (mgr_spawn (&request, &child, NULL));
      g_assert (mgr_child_reap (&child) == 0);
    }
}

/* The parent that stays small: it starts as many as it is told. */
static void
serve (int fd)
{
  guint64 n;

  while (read (fd, &n, sizeof n) == sizeof n)
    {
      spawn_cb (NULL, n);
      g_assert (write (fd, &n, sizeof n) == sizeof n);
    }
  _exit (0);
}

static void
ask_cb (gpointer user_data,
        guint64  n)
{
  int fd = GPOINTER_TO_INT (user_data);

  g_assert (write (fd, &n, sizeof n) == sizeof n);
  g_assert (read (fd, &n, sizeof n) == sizeof n);
}

void
bench_spawn (Bench *bench)
{
  int fds[2];
  pid_t small;
  char *large;

  g_assert (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) == 0);
  small = fork ();
  g_assert (small >= 0);
  if (small == 0)
    {
      close (fds[0]);
      serve (fds[1]);
    }
  close (fds[1]);

  large = mmap (NULL, LARGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  g_assert (large != MAP_FAILED);
  memset (large, 1, LARGE);
  bench_compare (bench, &(BenchCase) {
    .name = "a process from a parent of 1 GiB", .peer = "a process from a small parent",
    .ours = spawn_cb,
    .theirs = ask_cb, .theirs_data = GINT_TO_POINTER (fds[0]),
    .n = bench_is_quick (bench) ? N_SPAWNS / 5 : N_SPAWNS, .goal = 2 });

  munmap (large, LARGE);
  close (fds[0]);
  waitpid (small, NULL, 0);
}
