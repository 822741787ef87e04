/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* For LD_PRELOAD: in the program time passes a hundred times as fast. What a program
 * does over minutes, without offering a clock of its own, is so tested in a second. */

#include <errno.h>
#include <poll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define FACTOR 100
#define NANOSECONDS 1000000000LL

static long long start;

static long long
real_time (void)
{
  struct timespec now;

  syscall (SYS_clock_gettime, CLOCK_MONOTONIC, &now);
  return now.tv_sec * NANOSECONDS + now.tv_nsec;
}

__attribute__ ((constructor)) static void
begin (void)
{
  start = real_time ();
}

int
clock_gettime (clockid_t        id,
               struct timespec *now)
{
  long long time;

  if (id != CLOCK_MONOTONIC)
    return (int) syscall (SYS_clock_gettime, id, now);

  time = start + (real_time () - start) * FACTOR;
  now->tv_sec = time / NANOSECONDS;
  now->tv_nsec = time % NANOSECONDS;
  return 0;
}

/* What waits has to wait less. Rounded up: nobody is woken too early, to look again
 * and again until it is time. */
int
poll (struct pollfd *fds,
      nfds_t         n_fds,
      int            timeout)
{
  if (timeout > 0)
    timeout = (timeout + FACTOR - 1) / FACTOR;

  return (int) syscall (SYS_poll, fds, n_fds, timeout);
}
