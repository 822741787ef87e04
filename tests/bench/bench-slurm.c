/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "bench.h"

#include <glib/gstdio.h>

#include <string.h>
#include <sys/wait.h>

/* With a Slurm of this machine alone, of a controller and two nodes. */

#define MIB (G_GUINT64_CONSTANT (1) << 20)
#define N_JOBS 50

/* How often both ask after their jobs. */
#define POLL_INTERVAL (200 * G_TIME_SPAN_MILLISECOND)

#define SCRIPT "tests/support/slurm-cluster"
#define SKIPPED 77

typedef struct
{
  char *folder;            /* (owned): of the cluster */
  char *records;           /* (owned) */
  MgrManager *manager;     /* (owned) */
  MgrScheduler *scheduler; /* (unowned) */
} Cluster;

static int
run (const char *const  *argv,
     char              **output)
{
  g_autofree char *complaint = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, output,
                     &complaint, &status, &error))
    g_error ("%s does not run: %s", argv[0], error->message);
  if (status != 0 && WEXITSTATUS (status) != SKIPPED)
    g_error ("%s failed: %s", argv[0], complaint);
  return WEXITSTATUS (status);
}

static int
cluster_control (Cluster     *self,
                 const char  *verb,
                 char       **output)
{
  const char *argv[] = { SCRIPT, verb, self->folder, NULL };

  return run (argv, output);
}

static void
cluster_start (Cluster    *self,
               const char *program)
{
  g_autofree char *output = NULL;
  g_autofree char *folder = g_path_get_dirname (program);
  g_autofree char *wrapper = g_build_filename (folder, "..", "..", "tools", "mgr-job", "mgr-job",
                                               NULL);
  g_autofree char *path = g_canonicalize_filename (wrapper, NULL);
  g_autoptr (MgrExecutor) executor = NULL;
  char *newline;

  g_chmod (self->folder, 0755);
  cluster_control (self, "start", &output);
  newline = strchr (output, '\n');
  *newline = '\0';
  g_setenv ("SLURM_CONF", strchr (output, '=') + 1, TRUE);

  self->records = g_build_filename (self->folder, "records", NULL);
  self->manager = mgr_manager_new (1000 * MIB);
  self->scheduler = mgr_manager_get_scheduler (self->manager);
  executor = g_object_new (MGR_TYPE_SLURM_EXECUTOR, "directory", self->records, "wrapper", path,
                           "poll-interval", (gint64) POLL_INTERVAL, NULL);
  g_assert (mgr_scheduler_add_executor (self->scheduler, executor, NULL));
}

static void
cluster_clear (Cluster *self)
{
  const char *argv[] = { "rm", "-rf", self->folder, NULL };

  g_clear_object (&self->manager);
  cluster_control (self, "stop", NULL);
  run (argv, NULL);
  g_free (self->records);
  g_free (self->folder);
}

static MgrTask *
cluster_submit (Cluster    *self,
                guint64     memory,
                const char *command)
{
  const char *const argv[] = { "/bin/sh", "-c", command, NULL };
  MgrTask *task = mgr_task_new_command ("work", argv);

  g_object_set (task, "memory", memory, "executor", "slurm", NULL);
  if (!mgr_scheduler_submit (self->scheduler, task, NULL))
    g_error ("The task was not taken");
  return task;
}

static void
submit_by_us (gpointer user_data,
              guint64  n)
{
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint64 i = 0; i < n; i++)
    g_ptr_array_add (tasks, cluster_submit (user_data, 20 * MIB, "exit 0"));
  for (guint i = 0; i < tasks->len; i++)
    if (!mgr_task_wait (g_ptr_array_index (tasks, i), NULL, NULL))
      g_error ("A job failed");
}

static gboolean
has_jobs (const char *name)
{
  g_autofree char *option = g_strdup_printf ("--name=%s", name);
  const char *const argv[] = { "squeue", "--me", "--noheader", option, NULL };
  g_autofree char *output = NULL;

  run (argv, &output);
  return *output != '\0';
}

static void
submit_barely (gpointer user_data,
               guint64  n)
{
  const char *const argv[] = { "sbatch", "--parsable", "--mem=20M", "--job-name=bare",
                               "--output=/dev/null", "--wrap=exit 0", NULL };

  for (guint64 i = 0; i < n; i++)
    {
      g_autofree char *id = NULL;

      run (argv, &id);
    }
  while (has_jobs ("bare"))
    g_usleep (POLL_INTERVAL);
}

static void
bench_jobs (Bench   *bench,
            Cluster *cluster)
{
  const BenchCase bench_case = {
    .name = "50 empty jobs, from the first submission to the last end",
    .peer = "sbatch and squeue",
    .ours = submit_by_us,
    .ours_data = cluster,
    .theirs = submit_barely,
    .theirs_data = cluster,
    .n = N_JOBS,
    .goal = 1.2,
  };

  bench_compare (bench, &bench_case);
}

/* Takes 300 MiB, and holds them until Slurm has seen it. */
#define HOG \
  "exec /usr/bin/python3 -c 'import time; x = bytearray(b\"x\" * (300 << 20)); time.sleep(3)'"

/* Whether it ran just once and said so. */
static gboolean
ran_once (Cluster *self,
          guint    i)
{
  g_autofree char *path = g_strdup_printf ("%s/ran-%u", self->folder, i);
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) && g_str_equal (text, "x\n");
}

/* The first takes too much, and the controller is restarted while they run. */
static void
bench_trouble (Bench   *bench,
               Cluster *cluster)
{
  g_autoptr (GPtrArray) tasks = g_ptr_array_new_with_free_func (g_object_unref);
  guint n_wrong = 0;

  g_ptr_array_add (tasks, cluster_submit (cluster, 50 * MIB, HOG));
  for (guint i = 1; i < N_JOBS; i++)
    {
      g_autofree char *command = g_strdup_printf ("echo x >> '%s/ran-%u'; sleep 0.2",
                                                  cluster->folder, i);

      g_ptr_array_add (tasks, cluster_submit (cluster, 20 * MIB, command));
    }
  mgr_task_wait (g_ptr_array_index (tasks, 4), NULL, NULL);
  cluster_control (cluster, "restart-controller", NULL);
  for (guint i = 0; i < tasks->len; i++)
    {
      MgrTask *task = g_ptr_array_index (tasks, i);

      mgr_task_wait (task, NULL, NULL);
      n_wrong += mgr_task_get_reason (task) != MGR_TASK_REASON_DONE
                 || mgr_task_get_attempt (task) != (i == 0 ? 2 : 1)
                 || (i > 0 && !ran_once (cluster, i));
    }
  bench_limit (bench, "50 jobs, one over its memory, the controller restarted: lost or run twice",
               "jobs", n_wrong, 0);
}

int
main (int    argc,
      char **argv)
{
  Bench *bench = bench_new ("slurm", &argc, &argv);
  Cluster cluster = { .folder = g_dir_make_tmp ("mgr-cluster-XXXXXX", NULL) };

  if (cluster_control (&cluster, "check", NULL) == SKIPPED)
    {
      g_printerr ("The packages of Slurm are not installed: not measured\n");
      g_rmdir (cluster.folder);
      return bench_finish (bench);
    }

  cluster_start (&cluster, argv[0]);
  bench_jobs (bench, &cluster);
  bench_trouble (bench, &cluster);
  cluster_clear (&cluster);

  return bench_finish (bench);
}
