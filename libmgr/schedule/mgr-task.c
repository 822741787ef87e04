/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-task-private.h"

#include "base/mgr-owner-context-private.h"
#include "ledger/mgr-allocation.h"
#include "mgr-enum-types.h"
#include "schedule/mgr-scheduler-private.h"

/**
 * SECTION:mgr-task
 * @title: MgrTask
 * @short_description: work that runs when its memory is there
 *
 * A task says what it does, how much memory it takes and how much it matters. It is
 * either a function of the program or a command, which any executor can run.
 * mgr_scheduler_submit() makes it wait for its turn.
 *
 * All that is asked of a task is set before it is submitted: later the setters do nothing
 * but warn. Other functions may be called from any thread, signals are emitted in the
 * context that was the thread default when the task was made.
 */

typedef enum
{
  PROP_NAME = 1,
  PROP_COMPONENT,
  PROP_MEMORY,
  PROP_PRIORITY,
  PROP_RANK,
  PROP_TAGS,
  PROP_EXPECTED_DURATION,
  PROP_TIMEOUT,
  PROP_DEADLINE,
  PROP_MAX_RETRIES,
  PROP_PREEMPTIBLE,
  PROP_IN_OWNER,
  PROP_EXECUTOR,
  PROP_ARGV,
  PROP_ENVIRONMENT,
  PROP_DIRECTORY,
  PROP_STDIN_PATH,
  PROP_OUTPUT_PATH,
  PROP_STATE,
  PROP_REASON,
  PROP_PROGRESS,
} MgrTaskProperty;

static GParamSpec *props[PROP_PROGRESS + 1];

enum
{
  SIGNAL_STATE_CHANGED,
  SIGNAL_PROGRESS,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/**
 * MgrTask:
 *
 * Work that runs when its memory is there.
 *
 * Since: 1.0
 */
G_DEFINE_FINAL_TYPE (MgrTask, mgr_task, G_TYPE_OBJECT)

MgrTaskSetup *
mgr_task_get_setup (MgrTask *self)
{
  if (self->setup == NULL)
    self->setup = g_new0 (MgrTaskSetup, 1);

  return self->setup;
}

MgrTaskRun *
mgr_task_get_run (MgrTask *self)
{
  if (self->run == NULL)
    {
      self->run = g_new0 (MgrTaskRun, 1);
      self->run->exit_status = -1;
    }

  return self->run;
}

static void
setup_free (MgrTaskSetup *setup)
{
  if (setup == NULL)
    return;

  g_free (setup->executor);
  g_strfreev (setup->tags);
  g_strfreev (setup->argv);
  g_strfreev (setup->environment);
  g_free (setup->directory);
  g_free (setup->stdin_path);
  g_free (setup->output_path);
  g_clear_pointer (&setup->dependencies, g_ptr_array_unref);
  g_clear_pointer (&setup->dependents, g_ptr_array_unref);
  g_free (setup);
}

static void
run_free (MgrTaskRun *run)
{
  if (run == NULL)
    return;

  g_assert (run->attempt == NULL && run->waiters == NULL);
  g_clear_pointer (&run->result, mgr_task_result_unref);
  g_clear_error (&run->error);
  g_free (run->message);
  g_free (run);
}

static void
say_state_cb (gpointer object,
              gpointer user_data)
{
  MgrTask *self = MGR_TASK (object);

  g_signal_emit (self, signals[SIGNAL_STATE_CHANGED], 0, GPOINTER_TO_INT (user_data));
  g_object_notify_by_pspec (object, props[PROP_STATE]);
  if (GPOINTER_TO_INT (user_data) == MGR_TASK_STATE_FINISHED)
    g_object_notify_by_pspec (object, props[PROP_REASON]);
}

/* Of a task that nobody listens to, nothing is said: it would cost as much as the rest.
 * Whether anybody listens to anything of it is asked, as that is found out fastest. */
void
mgr_task_say_state (MgrTask *self)
{
  if (g_signal_handler_find (self, G_SIGNAL_MATCH_UNBLOCKED, 0, 0, NULL, NULL, NULL) == 0)
    return;

  mgr_owner_context_post (self->context, self, say_state_cb,
                          GINT_TO_POINTER (mgr_task_get_state (self)), NULL);
}

static void
say_progress_cb (gpointer object,
                 gpointer user_data)
{
  MgrTask *self = MGR_TASK (object);
  g_autofree char *message = NULL;
  double progress;

  g_mutex_lock (&self->lock);
  progress = mgr_task_get_run (self)->progress;
  message = g_strdup (self->run->message);
  g_mutex_unlock (&self->lock);

  g_signal_emit (self, signals[SIGNAL_PROGRESS], 0, progress, message);
  g_object_notify_by_pspec (object, props[PROP_PROGRESS]);
}

void
mgr_task_say_progress (MgrTask *self)
{
  mgr_owner_context_post (self->context, self, say_progress_cb, NULL, NULL);
}

/* What can only be set before it is submitted. Returns whether it can still be set. */
static gboolean
task_can_change (MgrTask    *self,
                 GParamSpec *pspec)
{
  gboolean is_new;

  g_mutex_lock (&self->lock);
  is_new = self->state == MGR_TASK_STATE_NEW;
  g_mutex_unlock (&self->lock);

  if (!is_new)
    g_warning ("Task “%s” was submitted: its %s can no longer be set", self->name, pspec->name);
  return is_new;
}

static void
set_strv (char         ***field,
          const GValue   *value)
{
  g_strfreev (*field);
  *field = g_value_dup_boxed (value);
}

static void
set_string (char         **field,
            const GValue  *value)
{
  g_free (*field);
  *field = g_value_dup_string (value);
}

static void
set_name (MgrTask    *self,
          const char *name)
{
  self->name = g_ref_string_new_intern (name != NULL ? name : "");
}

static void
set_component (MgrTask    *self,
               const char *component)
{
  g_clear_pointer (&self->component, g_ref_string_release);
  if (component != NULL && *component != '\0')
    self->component = g_ref_string_new_intern (component);
}

static void
set_setup_property (MgrTask         *self,
                    MgrTaskProperty  property,
                    const GValue    *value)
{
  MgrTaskSetup *setup = mgr_task_get_setup (self);

  switch ((guint) property)
    {
    case PROP_TAGS:
      set_strv (&setup->tags, value);
      break;
    case PROP_TIMEOUT:
      setup->timeout = g_value_get_int64 (value);
      break;
    case PROP_EXECUTOR:
      set_string (&setup->executor, value);
      break;
    case PROP_ARGV:
      set_strv (&setup->argv, value);
      break;
    case PROP_ENVIRONMENT:
      set_strv (&setup->environment, value);
      break;
    case PROP_DIRECTORY:
      set_string (&setup->directory, value);
      break;
    case PROP_STDIN_PATH:
      set_string (&setup->stdin_path, value);
      break;
    case PROP_OUTPUT_PATH:
      set_string (&setup->output_path, value);
      break;
    default:
      g_assert_not_reached ();
    }
}

/* The default of a property that only some tasks have needs no room. */
static gboolean
is_default (GParamSpec   *pspec,
            const GValue *value)
{
  return g_param_value_defaults (pspec, (GValue *) value);
}

static void
mgr_task_set_property (GObject      *object,
                       guint         prop_id,
                       const GValue *value,
                       GParamSpec   *pspec)
{
  MgrTask *self = MGR_TASK (object);

  if (!task_can_change (self, pspec))
    return;

  switch ((MgrTaskProperty) prop_id)
    {
    case PROP_NAME:
      set_name (self, g_value_get_string (value));
      break;
    case PROP_COMPONENT:
      set_component (self, g_value_get_string (value));
      break;
    case PROP_MEMORY:
      self->memory = g_value_get_uint64 (value);
      break;
    case PROP_PRIORITY:
      self->item.priority = (guint8) g_value_get_enum (value);
      break;
    case PROP_RANK:
      self->item.rank = (guint8) g_value_get_uint (value);
      break;
    case PROP_EXPECTED_DURATION:
      self->item.duration = g_value_get_int64 (value);
      break;
    case PROP_DEADLINE:
      self->item.deadline = g_value_get_int64 (value);
      break;
    case PROP_MAX_RETRIES:
      self->max_retries = (guint16) g_value_get_uint (value);
      break;
    case PROP_PREEMPTIBLE:
      self->preemptible = g_value_get_boolean (value);
      break;
    case PROP_IN_OWNER:
      self->in_owner = g_value_get_boolean (value);
      break;
    case PROP_TAGS:
    case PROP_TIMEOUT:
    case PROP_EXECUTOR:
    case PROP_ARGV:
    case PROP_ENVIRONMENT:
    case PROP_DIRECTORY:
    case PROP_STDIN_PATH:
    case PROP_OUTPUT_PATH:
      if (self->setup != NULL || !is_default (pspec, value))
        set_setup_property (self, (MgrTaskProperty) prop_id, value);
      break;
    case PROP_STATE:
    case PROP_REASON:
    case PROP_PROGRESS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
get_setup_property (MgrTask         *self,
                    MgrTaskProperty  property,
                    GValue          *value)
{
  static const MgrTaskSetup nothing;
  const MgrTaskSetup *setup = self->setup != NULL ? self->setup : &nothing;

  switch ((guint) property)
    {
    case PROP_TAGS:
      g_value_set_boxed (value, setup->tags);
      break;
    case PROP_TIMEOUT:
      g_value_set_int64 (value, setup->timeout);
      break;
    case PROP_EXECUTOR:
      g_value_set_string (value, setup->executor);
      break;
    case PROP_ARGV:
      g_value_set_boxed (value, setup->argv);
      break;
    case PROP_ENVIRONMENT:
      g_value_set_boxed (value, setup->environment);
      break;
    case PROP_DIRECTORY:
      g_value_set_string (value, setup->directory);
      break;
    case PROP_STDIN_PATH:
      g_value_set_string (value, setup->stdin_path);
      break;
    case PROP_OUTPUT_PATH:
      g_value_set_string (value, setup->output_path);
      break;
    default:
      g_assert_not_reached ();
    }
}

static double
task_get_progress (MgrTask *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->run != NULL ? self->run->progress : 0;
}

static void
mgr_task_get_property (GObject    *object,
                       guint       prop_id,
                       GValue     *value,
                       GParamSpec *pspec)
{
  MgrTask *self = MGR_TASK (object);

  switch ((MgrTaskProperty) prop_id)
    {
    case PROP_NAME:
      g_value_set_string (value, self->name);
      break;
    case PROP_COMPONENT:
      g_value_set_string (value, self->component != NULL ? self->component : "");
      break;
    case PROP_MEMORY:
      g_value_set_uint64 (value, self->memory);
      break;
    case PROP_PRIORITY:
      g_value_set_enum (value, self->item.priority);
      break;
    case PROP_RANK:
      g_value_set_uint (value, self->item.rank);
      break;
    case PROP_EXPECTED_DURATION:
      g_value_set_int64 (value, self->item.duration);
      break;
    case PROP_DEADLINE:
      g_value_set_int64 (value, self->item.deadline);
      break;
    case PROP_MAX_RETRIES:
      g_value_set_uint (value, self->max_retries);
      break;
    case PROP_PREEMPTIBLE:
      g_value_set_boolean (value, self->preemptible);
      break;
    case PROP_IN_OWNER:
      g_value_set_boolean (value, self->in_owner);
      break;
    case PROP_STATE:
      g_value_set_enum (value, mgr_task_get_state (self));
      break;
    case PROP_REASON:
      g_value_set_enum (value, mgr_task_get_reason (self));
      break;
    case PROP_PROGRESS:
      g_value_set_double (value, task_get_progress (self));
      break;
    case PROP_TAGS:
    case PROP_TIMEOUT:
    case PROP_EXECUTOR:
    case PROP_ARGV:
    case PROP_ENVIRONMENT:
    case PROP_DIRECTORY:
    case PROP_STDIN_PATH:
    case PROP_OUTPUT_PATH:
      get_setup_property (self, (MgrTaskProperty) prop_id, value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static gboolean
destroy_cb (gpointer user_data)
{
  return G_SOURCE_REMOVE;
}

/* The last reference may go in any thread, and not every language can free there what it
 * gave to a function that is called in the owner's context alone. */
static void
task_destroy_data (MgrTask *self)
{
  g_autoptr (GSource) source = NULL;

  if (self->destroy == NULL)
    return;

  if (!self->in_owner || g_main_context_is_owner (self->context))
    {
      self->destroy (self->user_data);
      return;
    }

  source = g_idle_source_new ();
  g_source_set_callback (source, destroy_cb, self->user_data, self->destroy);
  g_source_set_static_name (source, "[libmgr] task data");
  g_source_attach (source, self->context);
}

static void
mgr_task_finalize (GObject *object)
{
  MgrTask *self = MGR_TASK (object);

  task_destroy_data (self);
  g_clear_pointer (&self->name, g_ref_string_release);
  g_clear_pointer (&self->component, g_ref_string_release);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_pointer (&self->setup, setup_free);
  g_clear_pointer (&self->run, run_free);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgr_task_parent_class)->finalize (object);
}

static void
install_setup_properties (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  /**
   * MgrTask:tags:
   *
   * Words to find it by. The name and the first of them are the key of what is learned.
   *
   * Since: 1.0
   */
  props[PROP_TAGS] = g_param_spec_boxed ("tags", NULL, NULL, G_TYPE_STRV, flags);

  /**
   * MgrTask:timeout:
   *
   * For how many microseconds an attempt may run, 0 for as long as it takes. Then it is
   * cancelled, and killed ten seconds later where the executor can.
   *
   * Since: 1.0
   */
  props[PROP_TIMEOUT] = g_param_spec_int64 ("timeout", NULL, NULL, 0, G_MAXINT64, 0, flags);

  /**
   * MgrTask:executor:
   *
   * The name of the executor that is to run it; %NULL for the one that fits.
   *
   * Since: 1.0
   */
  props[PROP_EXECUTOR] = g_param_spec_string ("executor", NULL, NULL, NULL, flags);
}

static void
install_command_properties (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  /**
   * MgrTask:argv:
   *
   * Of a command: the program and its arguments.
   *
   * Since: 1.0
   */
  props[PROP_ARGV] = g_param_spec_boxed ("argv", NULL, NULL, G_TYPE_STRV, flags);

  /**
   * MgrTask:environment:
   *
   * Of a command: its whole environment as NAME=VALUE, %NULL for that of this program.
   *
   * Since: 1.0
   */
  props[PROP_ENVIRONMENT] = g_param_spec_boxed ("environment", NULL, NULL, G_TYPE_STRV, flags);

  /**
   * MgrTask:directory:
   *
   * Of a command: the directory it runs in, %NULL for that of this program.
   *
   * Since: 1.0
   */
  props[PROP_DIRECTORY] = g_param_spec_string ("directory", NULL, NULL, NULL, flags);

  /**
   * MgrTask:stdin-path:
   *
   * Of a command: the file it reads as its standard input, %NULL for an empty one.
   *
   * Since: 1.0
   */
  props[PROP_STDIN_PATH] = g_param_spec_string ("stdin-path", NULL, NULL, NULL, flags);

  /**
   * MgrTask:output-path:
   *
   * Of a command: the file that its standard output and error are written to; where it is
   * %NULL, the last of them is kept in memory.
   *
   * Since: 1.0
   */
  props[PROP_OUTPUT_PATH] = g_param_spec_string ("output-path", NULL, NULL, NULL, flags);
}

static void
install_request_properties (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  /**
   * MgrTask:name:
   *
   * What it is called. Tasks of one name are taken for the same kind of work.
   *
   * Since: 1.0
   */
  props[PROP_NAME] = g_param_spec_string ("name", NULL, NULL, "",
                                          flags | G_PARAM_CONSTRUCT_ONLY);

  /**
   * MgrTask:component:
   *
   * The path of the component that its memory is charged to; empty for the root.
   *
   * Since: 1.0
   */
  props[PROP_COMPONENT] = g_param_spec_string ("component", NULL, NULL, "", flags);

  /**
   * MgrTask:memory:
   *
   * How many bytes it takes at most: so much is reserved while it runs. 0 to have it
   * learned from earlier runs.
   *
   * Since: 1.0
   */
  props[PROP_MEMORY] = g_param_spec_uint64 ("memory", NULL, NULL, 0, G_MAXUINT64, 0, flags);

  /**
   * MgrTask:priority:
   *
   * How much it matters.
   *
   * Since: 1.0
   */
  props[PROP_PRIORITY] = g_param_spec_enum ("priority", NULL, NULL, MGR_TYPE_TASK_PRIORITY,
                                            MGR_TASK_PRIORITY_NORMAL, flags);

  /**
   * MgrTask:rank:
   *
   * How much it matters among those of its priority, 1 to 10.
   *
   * Since: 1.0
   */
  props[PROP_RANK] = g_param_spec_uint ("rank", NULL, NULL, MGR_PRIORITY_MIN, MGR_PRIORITY_MAX,
                                        MGR_PRIORITY_DEFAULT, flags);
}

static void
install_time_properties (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  /**
   * MgrTask:expected-duration:
   *
   * How long an attempt takes, in microseconds; 0 where nobody knows. Others are let past
   * a task that waits for room only where they end before there will be room for it.
   *
   * Since: 1.0
   */
  props[PROP_EXPECTED_DURATION] = g_param_spec_int64 ("expected-duration", NULL, NULL, 0,
                                                      G_MAXINT64, 0, flags);

  /**
   * MgrTask:deadline:
   *
   * By when it has to be done, in microseconds of the clock of the manager: a task that
   * waits or runs beyond it, or is submitted after it, ends with %MGR_TASK_REASON_TIMEOUT.
   *
   * Since: 1.0
   */
  props[PROP_DEADLINE] = g_param_spec_int64 ("deadline", NULL, NULL, 0, G_MAXINT64, G_MAXINT64,
                                             flags);
}

static void
install_rule_properties (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS;

  /**
   * MgrTask:max-retries:
   *
   * How often it is run again after it failed by itself. Want of memory and making room
   * do not count.
   *
   * Since: 1.0
   */
  props[PROP_MAX_RETRIES] = g_param_spec_uint ("max-retries", NULL, NULL, 0, G_MAXUINT16, 0,
                                               flags);

  /**
   * MgrTask:preemptible:
   *
   * Whether it may be stopped and begun again where memory is short, and be begun again
   * with more where it took more than it was granted.
   *
   * Since: 1.0
   */
  props[PROP_PREEMPTIBLE] = g_param_spec_boolean ("preemptible", NULL, NULL, TRUE, flags);

  /**
   * MgrTask:in-owner:
   *
   * Whether its function runs in the context in which the task was made, and not in a
   * thread, as that of a JavaScript program must.
   *
   * Since: 1.0
   */
  props[PROP_IN_OWNER] = g_param_spec_boolean ("in-owner", NULL, NULL, FALSE, flags);
}

static void
install_state_properties (void)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  /**
   * MgrTask:state:
   *
   * Where it stands.
   *
   * Since: 1.0
   */
  props[PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, MGR_TYPE_TASK_STATE,
                                         MGR_TASK_STATE_NEW, flags);

  /**
   * MgrTask:reason:
   *
   * How it ended; of one that waits again, how its last attempt ended.
   *
   * Since: 1.0
   */
  props[PROP_REASON] = g_param_spec_enum ("reason", NULL, NULL, MGR_TYPE_TASK_REASON,
                                          MGR_TASK_REASON_NONE, flags);

  /**
   * MgrTask:progress:
   *
   * How far it is, 0 to 1, as it says itself.
   *
   * Since: 1.0
   */
  props[PROP_PROGRESS] = g_param_spec_double ("progress", NULL, NULL, 0, 1, 0, flags);
}

static void
install_signals (void)
{
  /**
   * MgrTask::state-changed:
   * @self: the task
   * @state: where it stands now
   *
   * Says each change of #MgrTask:state, in the context in which the task was made.
   *
   * Since: 1.0
   */
  signals[SIGNAL_STATE_CHANGED] =
    g_signal_new ("state-changed", MGR_TYPE_TASK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 1, MGR_TYPE_TASK_STATE);

  /**
   * MgrTask::progress:
   * @self: the task
   * @progress: 0 to 1
   * @message: (nullable): what it does
   *
   * Says what mgr_task_set_progress() was told, in the context in which the task was made.
   *
   * Since: 1.0
   */
  signals[SIGNAL_PROGRESS] =
    g_signal_new ("progress", MGR_TYPE_TASK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 2, G_TYPE_DOUBLE, G_TYPE_STRING);
}

static void
mgr_task_class_init (MgrTaskClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = mgr_task_finalize;
  object_class->set_property = mgr_task_set_property;
  object_class->get_property = mgr_task_get_property;

  install_setup_properties ();
  install_command_properties ();
  install_request_properties ();
  install_time_properties ();
  install_rule_properties ();
  install_state_properties ();
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
  install_signals ();
}

static void
mgr_task_init (MgrTask *self)
{
  g_mutex_init (&self->lock);
  self->context = g_main_context_ref_thread_default ();
  self->item.priority = MGR_TASK_PRIORITY_NORMAL;
  self->item.rank = MGR_PRIORITY_DEFAULT;
  self->item.deadline = G_MAXINT64;
  self->preemptible = TRUE;
}
