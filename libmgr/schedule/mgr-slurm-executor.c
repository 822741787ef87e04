/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-slurm-executor.h"

#include "base/mgr-clock.h"
#include "schedule/mgr-slurm-rest-private.h"
#include "schedule/mgr-slurm-worker-private.h"

/**
 * SECTION:mgr-slurm-executor
 * @title: MgrSlurmExecutor
 * @short_description: runs commands on a cluster, by Slurm
 *
 * Each attempt is a job of Slurm, which is given what the attempt was granted as its limit
 * of memory. Slurm is spoken to by its programs, in a thread of its own: one squeue asks
 * after all jobs at once. A small program on the node writes what the command takes and
 * how it ends into a file, in a directory that this machine and the nodes share.
 *
 * What a job writes is the result of its task, a string, unless #MgrTask:output-path takes
 * it: the last 64 KiB.
 *
 * A job goes on when this program ends before it. Where a task is submitted again with the
 * same name, command, environment, directory and paths, the job that a program which is
 * gone left for it is taken over in place of a new one.
 *
 * Slurm takes only commands: a function that names this executor is refused.
 */

#define POLL_INTERVAL G_TIME_SPAN_SECOND
#define PATIENCE G_TIME_SPAN_MINUTE

/**
 * MgrSlurmExecutor:
 *
 * Runs commands on a cluster.
 *
 * Since: 1.0
 */
struct _MgrSlurmExecutor
{
  GObject parent_instance;

  char *directory;          /* (owned) */
  char *program_directory;  /* (owned) (nullable) */
  char *partition;          /* (owned) (nullable) */
  char **options;           /* (owned) (nullable) */
  char *rest_socket;        /* (owned) (nullable) */
  char *wrapper;            /* (owned) */
  gint64 poll_interval;     /* µs */
  gint64 patience;          /* µs */
  guint max_jobs;           /* 0 for any number */
  gboolean recovers;
  MgrSlurmWorker *worker;   /* (owned) (nullable): until it is disposed */
};

typedef enum
{
  PROP_DIRECTORY = 1,
  PROP_PROGRAM_DIRECTORY,
  PROP_PARTITION,
  PROP_OPTIONS,
  PROP_REST_SOCKET,
  PROP_WRAPPER,
  PROP_POLL_INTERVAL,
  PROP_PATIENCE,
  PROP_MAX_JOBS,
  PROP_RECOVERY,
} MgrSlurmExecutorProperty;

static GParamSpec *props[PROP_RECOVERY + 1];

static void mgr_slurm_executor_executor_init (MgrExecutorInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrSlurmExecutor, mgr_slurm_executor, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_EXECUTOR,
                                                      mgr_slurm_executor_executor_init))

/**
 * mgr_slurm_executor_new:
 * @directory: (nullable): where what is known of jobs is kept, %NULL for one in the user's
 *    state directory
 *
 * Makes an executor, “slurm”. Whether there is a Slurm is found out with the first
 * attempt; where there is none, that fails with %MGR_ERROR_NOT_AVAILABLE.
 *
 * Returns: (transfer full): an executor
 *
 * Since: 1.0
 */
MgrExecutor *
mgr_slurm_executor_new (const char *directory)
{
  return g_object_new (MGR_TYPE_SLURM_EXECUTOR, "directory", directory, NULL);
}

/**
 * mgr_slurm_executor_list_left:
 * @self: an executor
 *
 * Lists the jobs in #MgrSlurmExecutor:directory that were left by programs that are gone,
 * and that no task has taken over yet. May be called from any thread.
 *
 * Returns: (transfer full) (array zero-terminated=1): the numbers that Slurm gave them
 *
 * Since: 1.0
 */
char **
mgr_slurm_executor_list_left (MgrSlurmExecutor *self)
{
  g_return_val_if_fail (MGR_IS_SLURM_EXECUTOR (self), NULL);

  return mgr_slurm_files_list_left (self->directory);
}

static const char *
mgr_slurm_executor_get_name (MgrExecutor *executor)
{
  return "slurm";
}

static MgrExecutorFlags
mgr_slurm_executor_get_flags (MgrExecutor *executor)
{
  return MGR_EXECUTOR_COMMANDS | MGR_EXECUTOR_MEASURES | MGR_EXECUTOR_LIMITS
         | MGR_EXECUTOR_KILLS | MGR_EXECUTOR_REMOTE | MGR_EXECUTOR_SURVIVES
         | MGR_EXECUTOR_THREAD_SAFE;
}

static guint
mgr_slurm_executor_get_slots (MgrExecutor *executor)
{
  return MGR_SLURM_EXECUTOR (executor)->max_jobs;
}

static gboolean
mgr_slurm_executor_start (MgrExecutor     *executor,
                          MgrTaskAttempt  *attempt,
                          GError         **error)
{
  MgrSlurmExecutor *self = MGR_SLURM_EXECUTOR (executor);

  if (self->worker == NULL)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_CLOSED, "The executor was disposed");
      return FALSE;
    }

#ifndef HAVE_SLURM_REST
  if (self->rest_socket != NULL)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE,
                   "This libmgr was built without slurmrestd (-Dslurm_rest=enabled): leave the "
                   "property “rest-socket” alone, and the programs of Slurm are used");
      return FALSE;
    }
#endif

  mgr_slurm_worker_start (self->worker, attempt);
  return TRUE;
}

static void
slurm_executor_end (MgrSlurmExecutor *self,
                    MgrTaskAttempt   *attempt,
                    gboolean          kill)
{
  if (self->worker != NULL)
    mgr_slurm_worker_stop (self->worker, attempt, kill);
}

static void
mgr_slurm_executor_stop (MgrExecutor    *executor,
                         MgrTaskAttempt *attempt)
{
  slurm_executor_end (MGR_SLURM_EXECUTOR (executor), attempt, FALSE);
}

static void
mgr_slurm_executor_kill (MgrExecutor    *executor,
                         MgrTaskAttempt *attempt)
{
  slurm_executor_end (MGR_SLURM_EXECUTOR (executor), attempt, TRUE);
}

static void
mgr_slurm_executor_executor_init (MgrExecutorInterface *iface)
{
  iface->get_name = mgr_slurm_executor_get_name;
  iface->get_flags = mgr_slurm_executor_get_flags;
  iface->get_slots = mgr_slurm_executor_get_slots;
  iface->start = mgr_slurm_executor_start;
  iface->stop = mgr_slurm_executor_stop;
  iface->kill = mgr_slurm_executor_kill;
}

static void
mgr_slurm_executor_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  MgrSlurmExecutor *self = MGR_SLURM_EXECUTOR (object);

  switch ((MgrSlurmExecutorProperty) prop_id)
    {
    case PROP_DIRECTORY:
      self->directory = g_value_dup_string (value);
      break;
    case PROP_PROGRAM_DIRECTORY:
      self->program_directory = g_value_dup_string (value);
      break;
    case PROP_PARTITION:
      self->partition = g_value_dup_string (value);
      break;
    case PROP_OPTIONS:
      self->options = g_value_dup_boxed (value);
      break;
    case PROP_REST_SOCKET:
      self->rest_socket = g_value_dup_string (value);
      break;
    case PROP_WRAPPER:
      self->wrapper = g_value_dup_string (value);
      break;
    case PROP_POLL_INTERVAL:
      self->poll_interval = g_value_get_int64 (value);
      break;
    case PROP_PATIENCE:
      self->patience = g_value_get_int64 (value);
      break;
    case PROP_MAX_JOBS:
      self->max_jobs = g_value_get_uint (value);
      break;
    case PROP_RECOVERY:
      self->recovers = g_value_get_boolean (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
mgr_slurm_executor_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  MgrSlurmExecutor *self = MGR_SLURM_EXECUTOR (object);

  switch ((MgrSlurmExecutorProperty) prop_id)
    {
    case PROP_DIRECTORY:
      g_value_set_string (value, self->directory);
      break;
    case PROP_PROGRAM_DIRECTORY:
      g_value_set_string (value, self->program_directory);
      break;
    case PROP_PARTITION:
      g_value_set_string (value, self->partition);
      break;
    case PROP_OPTIONS:
      g_value_set_boxed (value, self->options);
      break;
    case PROP_REST_SOCKET:
      g_value_set_string (value, self->rest_socket);
      break;
    case PROP_WRAPPER:
      g_value_set_string (value, self->wrapper);
      break;
    case PROP_POLL_INTERVAL:
      g_value_set_int64 (value, self->poll_interval);
      break;
    case PROP_PATIENCE:
      g_value_set_int64 (value, self->patience);
      break;
    case PROP_MAX_JOBS:
      g_value_set_uint (value, self->max_jobs);
      break;
    case PROP_RECOVERY:
      g_value_set_boolean (value, self->recovers);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static MgrSlurmPort *
slurm_executor_make_port (MgrSlurmExecutor *self)
{
#ifdef HAVE_SLURM_REST
  if (self->rest_socket != NULL)
    return mgr_slurm_rest_new (self->rest_socket, self->partition);
#endif

  return mgr_slurm_commands_new (self->program_directory, self->partition,
                                 (const char * const *) self->options);
}

static void
mgr_slurm_executor_constructed (GObject *object)
{
  MgrSlurmExecutor *self = MGR_SLURM_EXECUTOR (object);
  MgrSlurmSettings *settings = g_new0 (MgrSlurmSettings, 1);
  g_autofree char *chosen = self->directory != NULL
                              ? g_canonicalize_filename (self->directory, NULL)
                              : g_build_filename (g_get_user_state_dir (), "libmgr", "slurm", NULL);

  g_free (self->directory);
  self->directory = g_steal_pointer (&chosen);
  if (self->wrapper == NULL)
    self->wrapper = g_strdup (MGR_LIBEXECDIR "/mgr-job");

  settings->folder = g_strdup (self->directory);
  settings->wrapper = g_strdup (self->wrapper);
  settings->port = slurm_executor_make_port (self);
  settings->clock = g_object_ref (mgr_clock_get_default ());
  settings->poll_interval = self->poll_interval;
  settings->patience = self->patience;
  settings->recovers = self->recovers;
  self->worker = mgr_slurm_worker_new (settings);

  G_OBJECT_CLASS (mgr_slurm_executor_parent_class)->constructed (object);
}

static void
mgr_slurm_executor_dispose (GObject *object)
{
  MgrSlurmExecutor *self = MGR_SLURM_EXECUTOR (object);

  g_clear_pointer (&self->worker, mgr_slurm_worker_free);

  G_OBJECT_CLASS (mgr_slurm_executor_parent_class)->dispose (object);
}

static void
mgr_slurm_executor_finalize (GObject *object)
{
  MgrSlurmExecutor *self = MGR_SLURM_EXECUTOR (object);

  g_free (self->directory);
  g_free (self->program_directory);
  g_free (self->partition);
  g_strfreev (self->options);
  g_free (self->rest_socket);
  g_free (self->wrapper);

  G_OBJECT_CLASS (mgr_slurm_executor_parent_class)->finalize (object);
}

static void
install_place_properties (void)
{
  const GParamFlags flags =
    G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  /**
   * MgrSlurmExecutor:directory:
   *
   * Where what is known of jobs is kept, with what they say while they run. It has to be
   * on a file system that the nodes share.
   *
   * Since: 1.0
   */
  props[PROP_DIRECTORY] = g_param_spec_string ("directory", NULL, NULL, NULL, flags);

  /**
   * MgrSlurmExecutor:program-directory:
   *
   * Where sbatch, squeue and scancel are; %NULL for the first of the PATH.
   *
   * Since: 1.0
   */
  props[PROP_PROGRAM_DIRECTORY] = g_param_spec_string ("program-directory", NULL, NULL, NULL,
                                                       flags);

  /**
   * MgrSlurmExecutor:rest-socket:
   *
   * The unix socket of a slurmrestd that is to be spoken to, with local authentication;
   * %NULL to use the programs of Slurm. Jobs are then those of the user that slurmrestd
   * runs as, and #MgrSlurmExecutor:options does not count.
   *
   * Since: 1.0
   */
  props[PROP_REST_SOCKET] = g_param_spec_string ("rest-socket", NULL, NULL, NULL, flags);

  /**
   * MgrSlurmExecutor:wrapper:
   *
   * Where nodes have the program that measures a command. A node that lacks it runs the
   * command all the same, and only the peak is not known then.
   *
   * Since: 1.0
   */
  props[PROP_WRAPPER] = g_param_spec_string ("wrapper", NULL, NULL, NULL, flags);
}

static void
install_job_properties (void)
{
  const GParamFlags flags =
    G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  /**
   * MgrSlurmExecutor:partition:
   *
   * The partition that jobs go to; %NULL for the one that the cluster prefers.
   *
   * Since: 1.0
   */
  props[PROP_PARTITION] = g_param_spec_string ("partition", NULL, NULL, NULL, flags);

  /**
   * MgrSlurmExecutor:options:
   *
   * More options of sbatch, for all jobs, as “--account=NAME”.
   *
   * Since: 1.0
   */
  props[PROP_OPTIONS] = g_param_spec_boxed ("options", NULL, NULL, G_TYPE_STRV, flags);
}

static void
install_time_properties (void)
{
  const GParamFlags flags =
    G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  /**
   * MgrSlurmExecutor:poll-interval:
   *
   * How many microseconds pass between two questions after all jobs: a second by default.
   * While nothing changes they become five times as many.
   *
   * Since: 1.0
   */
  props[PROP_POLL_INTERVAL] = g_param_spec_int64 ("poll-interval", NULL, NULL, 1, G_MAXINT64 / 8,
                                                  POLL_INTERVAL, flags);

  /**
   * MgrSlurmExecutor:patience:
   *
   * For how many microseconds an attempt waits for a Slurm that cannot be reached, or
   * whose queue is full while none of our own jobs is in it: a minute by default. Jobs
   * that Slurm has taken go on for as long as they like.
   *
   * Since: 1.0
   */
  props[PROP_PATIENCE] = g_param_spec_int64 ("patience", NULL, NULL, 0, G_MAXINT64, PATIENCE,
                                             flags);

  /**
   * MgrSlurmExecutor:max-jobs:
   *
   * How many jobs are in the queue at once; 0 for as many as there are tasks.
   *
   * Since: 1.0
   */
  props[PROP_MAX_JOBS] = g_param_spec_uint ("max-jobs", NULL, NULL, 0, G_MAXINT, 0, flags);

  /**
   * MgrSlurmExecutor:recovery:
   *
   * Whether jobs that another program left are taken over by tasks that do the same. A job
   * that has ended meanwhile counts too: its task ends as the job did.
   *
   * Since: 1.0
   */
  props[PROP_RECOVERY] = g_param_spec_boolean ("recovery", NULL, NULL, TRUE, flags);
}

static void
mgr_slurm_executor_class_init (MgrSlurmExecutorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = mgr_slurm_executor_constructed;
  object_class->dispose = mgr_slurm_executor_dispose;
  object_class->finalize = mgr_slurm_executor_finalize;
  object_class->set_property = mgr_slurm_executor_set_property;
  object_class->get_property = mgr_slurm_executor_get_property;

  install_place_properties ();
  install_job_properties ();
  install_time_properties ();
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
mgr_slurm_executor_init (MgrSlurmExecutor *self)
{
}
