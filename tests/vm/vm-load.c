/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Usage: vm-load NAME TIME WORK ARGUMENT…
 *
 * Puts memory to use in a child process, for a time unless that is 0, and prints a
 * line of JSON when the child begins and when it has ended. Sizes are MiB, times
 * seconds.
 *
 *   leak RATE WORKING-SET      takes memory, and uses some all the time
 *   hold SIZE                  takes memory within 10 s and keeps it
 *   saw LOW HIGH PERIOD TIMES  goes up and down
 *   read FILE TIMES            fills the page cache
 */

#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MIB ((gsize) 1 << 20)
#define PAGE 4096

/* The time between two steps of a workload. */
#define STEP 0.02

/* Half of each page is noise, so that swap in memory saves about half of it. */
#define NOISE (PAGE / 2)

/* How many pages a working set is touched at in each step. */
#define TOUCHES 200

/* More than any machine for tests has. */
#define EVERYTHING (64 * 1024 * MIB)

#define HOLD_RISE 10.0
#define READ_SIZE (256 * 1024)

#define FOREVER 1e9

typedef struct
{
  const char *name;
  int n_arguments;
  void (*run) (char **arguments);
} Work;

static guint64 noise = G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

static double
get_time (void)
{
  return (double) g_get_monotonic_time () / G_USEC_PER_SEC;
}

static void
pause_for (double seconds)
{
  g_usleep ((gulong) (seconds * G_USEC_PER_SEC));
}

static guint64
next_noise (void)
{
  noise ^= noise << 13;
  noise ^= noise >> 7;
  noise ^= noise << 17;
  return noise;
}

static char *
reserve (gsize size)
{
  char *memory = mmap (NULL, size, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

  if (memory == MAP_FAILED)
    g_error ("%" G_GSIZE_FORMAT " bytes cannot be reserved", size);

  /* Large pages would make steps of 2 MiB. */
  madvise (memory, size, MADV_NOHUGEPAGE);
  return memory;
}

static void
fill (char  *memory,
      gsize  from,
      gsize  to)
{
  for (gsize page = from; page < to; page += PAGE)
    {
      guint64 *words = (guint64 *) (gpointer) (memory + page);

      for (gsize i = 0; i < NOISE / sizeof *words; i++)
        words[i] = next_noise ();
    }
}

static void
touch (char  *memory,
       gsize  size)
{
  for (guint i = 0; i < TOUCHES && size > 0; i++)
    memory[next_noise () % size / PAGE * PAGE]++;
}

static gsize
to_size (const char *text)
{
  return (gsize) (g_ascii_strtod (text, NULL) * MIB) / PAGE * PAGE;
}

static void
leak (char **arguments)
{
  double rate = g_ascii_strtod (arguments[0], NULL) * MIB;
  gsize set_size = to_size (arguments[1]);
  char *memory = reserve (EVERYTHING);
  char *set = reserve (set_size + PAGE);
  double begun;
  gsize used = 0;

  fill (set, 0, set_size);
  for (begun = get_time (); used < EVERYTHING; pause_for (STEP))
    {
      gsize wanted = (gsize) ((get_time () - begun) * rate) / PAGE * PAGE;

      fill (memory, used, wanted);
      used = MAX (used, wanted);
      touch (set, set_size);
    }
}

/* Fills memory from @used to @size within @duration seconds. */
static void
rise (char   *memory,
      gsize   used,
      gsize   size,
      double  duration)
{
  double begun = get_time ();
  gsize first = used;

  while (used < size)
    {
      double share = MIN ((get_time () - begun) / duration, 1.0);
      gsize wanted = first + (gsize) ((double) (size - first) * share) / PAGE * PAGE;

      fill (memory, used, wanted);
      used = MAX (used, wanted);
      pause_for (STEP);
    }
}

static void
hold (char **arguments)
{
  gsize size = to_size (arguments[0]);

  rise (reserve (size), 0, size, HOLD_RISE);
  pause ();
}

static void
saw (char **arguments)
{
  gsize low = to_size (arguments[0]);
  gsize high = to_size (arguments[1]);
  double period = g_ascii_strtod (arguments[2], NULL);
  int times = atoi (arguments[3]);
  char *memory = reserve (high);

  fill (memory, 0, low);
  for (int i = 0; i < times; i++)
    {
      rise (memory, low, high, period / 2);
      pause_for (period / 4);
      madvise (memory + low, high - low, MADV_DONTNEED);
      pause_for (period / 4);
    }
}

static void
read_file (char **arguments)
{
  g_autofree char *buffer = g_malloc (READ_SIZE);

  for (int i = 0; i < atoi (arguments[1]); i++)
    {
      int fd = open (arguments[0], O_RDONLY | O_CLOEXEC);

      if (fd < 0)
        g_error ("“%s” cannot be opened", arguments[0]);
      while (read (fd, buffer, READ_SIZE) > 0)
        ;
      close (fd);
    }
}

static const Work works[] = {
  { "leak", 2, leak },
  { "hold", 1, hold },
  { "saw", 4, saw },
  { "read", 2, read_file },
};

static const Work *
find_work (int    argc,
           char **argv)
{
  for (gsize i = 0; i < G_N_ELEMENTS (works) && argc > 3; i++)
    {
      if (strcmp (argv[3], works[i].name) == 0 && argc - 4 == works[i].n_arguments)
        return &works[i];
    }

  return NULL;
}

static void
print_event (const char *name,
             const char *event)
{
  printf ("{\"from\": \"%s\", \"event\": \"%s\", \"time\": %" G_GINT64_FORMAT "}\n",
          name, event, g_get_monotonic_time ());
  fflush (stdout);
}

/* The one to be killed, if anybody is. */
static void
become_victim (void)
{
  int fd = open ("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

  if (fd < 0 || write (fd, "1000", 4) != 4)
    g_error ("oom_score_adj cannot be written");
  close (fd);
}

static void
run_child (const Work  *work,
           char       **arguments)
{
  /* Whatever becomes of the parent. */
  prctl (PR_SET_PDEATHSIG, SIGKILL);
  become_victim ();
  work->run (arguments);
  _exit (0);
}

/* Waits for the child, at most for a time unless that is 0, and ends it then. */
static const char *
wait_for_child (pid_t  child,
                double seconds)
{
  struct timespec time = { (time_t) seconds, 0 };
  sigset_t signals;
  gboolean stopped;
  int status = 0;

  sigemptyset (&signals);
  sigaddset (&signals, SIGCHLD);
  stopped = sigtimedwait (&signals, NULL, &time) < 0;
  if (stopped)
    kill (child, SIGKILL);

  waitpid (child, &status, 0);
  if (stopped)
    return "stopped";

  return WIFSIGNALED (status) ? "killed" : "ended";
}

int
main (int    argc,
      char **argv)
{
  const Work *work = find_work (argc, argv);
  sigset_t signals;
  double seconds;
  pid_t child;

  if (work == NULL)
    {
      fprintf (stderr, "Usage: vm-load NAME TIME WORK ARGUMENT…\n");
      return 2;
    }

  /* Blocked from the beginning on, so that the end of the child is not missed. */
  sigemptyset (&signals);
  sigaddset (&signals, SIGCHLD);
  sigprocmask (SIG_BLOCK, &signals, NULL);

  seconds = g_ascii_strtod (argv[2], NULL);
  print_event (argv[1], "begun");
  child = fork ();
  if (child == 0)
    run_child (work, argv + 4);

  print_event (argv[1], wait_for_child (child, seconds > 0 ? seconds : FOREVER));
  return 0;
}
