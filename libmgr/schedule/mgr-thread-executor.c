/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-thread-executor.h"

#include "schedule/mgr-task-attempt-private.h"

/**
 * SECTION:mgr-thread-executor
 * @title: MgrThreadExecutor
 * @short_description: runs functions in threads
 *
 * Runs tasks that are functions in a pool of threads. A function shares the memory of the
 * program with all else in it, so that nothing holds it to its grant: only it can say how
 * much it holds, by mgr_task_report_memory(), and it goes on where that is more. That counts
 * in the budgets, and is learned.
 *
 * It cannot be ended by force. It is asked to end by its cancellable, when it is cancelled or
 * its time is up, and by mgr_task_should_yield() then, and when pressure rises and it is its
 * turn to make room.
 *
 * A scheduler has one, “threads”, with a thread for each processor.
 */

/**
 * MgrThreadExecutor:
 *
 * Runs functions in threads.
 *
 * Since: 1.0
 */
struct _MgrThreadExecutor
{
  GObject parent_instance;

  guint n_threads;
  GThreadPool *pool;  /* (owned) (nullable): made with the first attempt */
  GMutex lock;        /* guards pool while it is made */
};

typedef enum
{
  PROP_N_THREADS = 1,
} MgrThreadExecutorProperty;

static GParamSpec *props[PROP_N_THREADS + 1];

static void mgr_thread_executor_executor_init (MgrExecutorInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrThreadExecutor, mgr_thread_executor, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_EXECUTOR,
                                                      mgr_thread_executor_executor_init))

/**
 * mgr_thread_executor_new:
 * @n_threads: how many run at once, 0 for one for each processor
 *
 * Makes an executor of threads.
 *
 * Returns: (transfer full): an executor
 *
 * Since: 1.0
 */
MgrExecutor *
mgr_thread_executor_new (guint n_threads)
{
  return g_object_new (MGR_TYPE_THREAD_EXECUTOR, "n-threads", n_threads, NULL);
}

static const char *
mgr_thread_executor_get_name (MgrExecutor *executor)
{
  return "threads";
}

static MgrExecutorFlags
mgr_thread_executor_get_flags (MgrExecutor *executor)
{
  return MGR_EXECUTOR_CLOSURES | MGR_EXECUTOR_THREAD_SAFE;
}

static guint
mgr_thread_executor_get_slots (MgrExecutor *executor)
{
  return MGR_THREAD_EXECUTOR (executor)->n_threads;
}

static void
thread_cb (gpointer data,
           gpointer user_data)
{
  g_autoptr (MgrTaskAttempt) attempt = data;

  mgr_task_attempt_run (attempt);
}

static GThreadPool *
thread_executor_get_pool (MgrThreadExecutor  *self,
                          GError            **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (self->pool == NULL)
    self->pool = g_thread_pool_new (thread_cb, NULL, (int) self->n_threads, FALSE, error);

  return self->pool;
}

static gboolean
mgr_thread_executor_start (MgrExecutor     *executor,
                           MgrTaskAttempt  *attempt,
                           GError         **error)
{
  GThreadPool *pool = thread_executor_get_pool (MGR_THREAD_EXECUTOR (executor), error);

  if (pool == NULL)
    return FALSE;

  /* Without a thread for it now, it is taken by the next that is free. */
  g_thread_pool_push (pool, mgr_task_attempt_ref (attempt), NULL);
  return TRUE;
}

static void
mgr_thread_executor_executor_init (MgrExecutorInterface *iface)
{
  iface->get_name = mgr_thread_executor_get_name;
  iface->get_flags = mgr_thread_executor_get_flags;
  iface->get_slots = mgr_thread_executor_get_slots;
  iface->start = mgr_thread_executor_start;
}

static void
mgr_thread_executor_set_property (GObject      *object,
                                  guint         prop_id,
                                  const GValue *value,
                                  GParamSpec   *pspec)
{
  MgrThreadExecutor *self = MGR_THREAD_EXECUTOR (object);

  switch ((MgrThreadExecutorProperty) prop_id)
    {
    case PROP_N_THREADS:
      self->n_threads = g_value_get_uint (value);
      if (self->n_threads == 0)
        self->n_threads = g_get_num_processors ();
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
mgr_thread_executor_get_property (GObject    *object,
                                  guint       prop_id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  switch ((MgrThreadExecutorProperty) prop_id)
    {
    case PROP_N_THREADS:
      g_value_set_uint (value, MGR_THREAD_EXECUTOR (object)->n_threads);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
mgr_thread_executor_finalize (GObject *object)
{
  MgrThreadExecutor *self = MGR_THREAD_EXECUTOR (object);

  /* The last reference may go in one of the threads, which must not wait for itself. */
  if (self->pool != NULL)
    g_thread_pool_free (self->pool, FALSE, FALSE);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgr_thread_executor_parent_class)->finalize (object);
}

static void
mgr_thread_executor_class_init (MgrThreadExecutorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = mgr_thread_executor_finalize;
  object_class->set_property = mgr_thread_executor_set_property;
  object_class->get_property = mgr_thread_executor_get_property;

  /**
   * MgrThreadExecutor:n-threads:
   *
   * How many attempts run at once.
   *
   * Since: 1.0
   */
  props[PROP_N_THREADS] =
    g_param_spec_uint ("n-threads", NULL, NULL, 0, G_MAXINT, 0,
                       G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
mgr_thread_executor_init (MgrThreadExecutor *self)
{
  g_mutex_init (&self->lock);
}
