/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Runs a command on a node, and writes what it takes and how it ends into a small file:
 *
 *     mgr-job STATUS-FILE COMMAND [ARGUMENT…]
 *
 * It ends as the command does. It needs no library but the C one, as nodes may have no
 * other. */

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Often enough to see a peak before Slurm does, seldom enough to cost nothing. */
#define INTERVAL_NS 500000000L

/* As a shell says that a command is not there, or cannot be run. */
#define EXIT_NOT_FOUND 127
#define EXIT_NOT_RUN 126

#define MAX_PATH 4096
#define MAX_DEPTH 64

typedef unsigned long long Bytes;

static const char *status_path;
static Bytes page_size;

/* Renamed when it is whole, so that nobody reads half of it. */
static void
write_status (Bytes rss,
              Bytes peak,
              int   exit_status,
              int   signal_number)
{
  char part[MAX_PATH];
  FILE *file;

  if (snprintf (part, sizeof part, "%s.part", status_path) >= (int) sizeof part)
    return;
  file = fopen (part, "we");
  if (file == NULL)
    return;

  fprintf (file, "{\"rss\": %llu, \"peak\": %llu, \"exit\": %d, \"signal\": %d}\n", rss, peak,
           exit_status, signal_number);
  if (fclose (file) == 0)
    rename (part, status_path);
  else
    remove (part);
}

static Bytes
read_rss (long pid)
{
  char path[64];
  Bytes pages = 0;
  FILE *file;

  snprintf (path, sizeof path, "/proc/%ld/statm", pid);
  file = fopen (path, "re");
  if (file == NULL)
    return 0;
  if (fscanf (file, "%*u %llu", &pages) != 1)
    pages = 0;
  fclose (file);
  return pages * page_size;
}

/* Pages that processes share count in each: it is an upper bound, as Slurm's own. */
static Bytes
sum_rss (long pid,
         int  depth)
{
  char path[64];
  Bytes sum = read_rss (pid);
  FILE *file;
  long child;

  snprintf (path, sizeof path, "/proc/%ld/task/%ld/children", pid, pid);
  file = depth < MAX_DEPTH ? fopen (path, "re") : NULL;
  if (file == NULL)
    return sum;
  while (fscanf (file, "%ld", &child) == 1)
    sum += sum_rss (child, depth + 1);
  fclose (file);
  return sum;
}

static Bytes
max (Bytes a,
     Bytes b)
{
  return a > b ? a : b;
}

static void
run_command (char **argv)
{
  sigset_t none;

  sigemptyset (&none);
  sigprocmask (SIG_SETMASK, &none, NULL);
  execvp (argv[0], argv);
  fprintf (stderr, "mgr-job: %s: %s\n", argv[0], strerror (errno));
  _exit (errno == ENOENT ? EXIT_NOT_FOUND : EXIT_NOT_RUN);
}

/* What Slurm tells the job is for the command. */
static void
pass_on (int   signal_number,
         pid_t pid)
{
  if (signal_number == SIGTERM || signal_number == SIGINT || signal_number == SIGHUP
      || signal_number == SIGUSR1 || signal_number == SIGUSR2 || signal_number == SIGCONT)
    kill (pid, signal_number);
}

/* Returns the status of the command. */
static int
watch (pid_t           pid,
       const sigset_t *signals,
       Bytes          *peak)
{
  const struct timespec interval = { 0, INTERVAL_NS };
  int status = 0;

  while (waitpid (pid, &status, WNOHANG) == 0)
    {
      Bytes rss = sum_rss (pid, 0);

      *peak = max (*peak, rss);
      write_status (rss, *peak, -1, 0);
      pass_on (sigtimedwait (signals, NULL, &interval), pid);
    }

  return status;
}

/* Ends as the command did, so that Slurm sees it too. */
static int
end_as (int status)
{
  if (!WIFSIGNALED (status))
    return WEXITSTATUS (status);

  prctl (PR_SET_DUMPABLE, 0);
  signal (WTERMSIG (status), SIG_DFL);
  raise (WTERMSIG (status));
  return 128 + WTERMSIG (status);
}

int
main (int    argc,
      char **argv)
{
  struct rusage usage;
  sigset_t signals;
  Bytes peak = 0;
  pid_t pid;
  int status;

  if (argc < 3)
    {
      fprintf (stderr, "Usage: mgr-job STATUS-FILE COMMAND [ARGUMENT…]\n");
      return 2;
    }

  status_path = argv[1];
  page_size = (Bytes) sysconf (_SC_PAGESIZE);
  sigfillset (&signals);
  sigprocmask (SIG_SETMASK, &signals, NULL);
  pid = fork ();
  if (pid == 0)
    run_command (argv + 2);
  if (pid < 0)
    {
      fprintf (stderr, "mgr-job: no process for %s: %s\n", argv[2], strerror (errno));
      return EXIT_NOT_RUN;
    }

  status = watch (pid, &signals, &peak);
  if (getrusage (RUSAGE_CHILDREN, &usage) == 0)
    peak = max (peak, (Bytes) usage.ru_maxrss * 1024);
  write_status (0, peak, WIFSIGNALED (status) ? 128 + WTERMSIG (status) : WEXITSTATUS (status),
                WIFSIGNALED (status) ? WTERMSIG (status) : 0);
  sigemptyset (&signals);
  sigprocmask (SIG_SETMASK, &signals, NULL);
  return end_as (status);
}
