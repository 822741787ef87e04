/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-pressure-notifier.h"

#include "base/mgr-owner-context-private.h"
#include "mgr-enum-types.h"
#include "pressure/mgr-level-now-private.h"
#include "pressure/mgr-notifier-channel-private.h"

#include <glib-unix.h>

/**
 * SECTION:mgr-pressure-notifier
 * @title: MgrPressureNotifier
 * @short_description: tells child processes of pressure
 *
 * A program that starts others can tell them when to give memory back, by the
 * [protocol of systemd](https://systemd.io/MEMORY_PRESSURE/) that many programs know
 * already: those on sd-event, and those with a #MgrManager or a #MgrPressureWatch. It
 * makes a notifier in a directory of its own, and sets
 * mgr_pressure_notifier_get_environment() for the child:
 *
 * |[<!-- language="C" -->
 * g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (0);
 * const char * const *environment = mgr_pressure_notifier_get_environment (notifier);
 *
 * for (guint i = 0; environment[i] != NULL; i++)
 *   {
 *     g_auto (GStrv) parts = g_strsplit (environment[i], "=", 2);
 *
 *     g_subprocess_launcher_setenv (launcher, parts[0], parts[1], TRUE);
 *   }
 * ]|
 *
 * When the monitor's level rises to #MgrPressureNotifier:threshold or above, and
 * further, the children are told; and again every 5 seconds while the usage stays
 * there. A child that has not yet read the last notification gets no other, and
 * nothing ever waits for one.
 *
 * A FIFO is read by one child, so that each needs a notifier of its own; a socket
 * serves up to 256 at a time. The file is removed when the notifier ends.
 *
 * All functions may be called from any thread. What comes from other processes is
 * handled in the main context that was the thread default when the notifier was made,
 * so that has to be iterated.
 */

/* A child had time to show what it gave back, and a leak has not gone far. */
#define REPEAT_INTERVAL (5 * G_TIME_SPAN_SECOND)

/* Where no file can be opened, one may be closed by then. */
#define DOOR_PAUSE G_TIME_SPAN_SECOND

/**
 * MgrPressureNotifier:
 *
 * Tells child processes of pressure.
 *
 * Since: 1.0
 */
struct _MgrPressureNotifier
{
  GObject parent_instance;

  MgrPressureMonitor *monitor; /* (owned) */
  char *directory;             /* (owned) */
  MgrPressureChannel kind;
  MgrClock *clock;             /* (owned) */
  GMainContext *owner;         /* (owned) */
  GStrv environment;           /* (owned) */
  int threshold;               /* atomic: a MgrPressureLevel */
  gulong changed_id;

  MgrNotifierChannel *channel; /* (owned), of the owner's context, as what follows */
  MgrPressureLevel told;       /* NORMAL: nothing since the level was under the threshold */
  GSource *repeat;             /* (owned) (nullable), while the level is held */
  GSource *door;               /* (owned) (nullable): of a socket, or of a pause after it failed */
};

typedef enum
{
  PROP_MONITOR = 1,
  PROP_DIRECTORY,
  PROP_CHANNEL,
  PROP_PATH,
  PROP_ENVIRONMENT,
  PROP_THRESHOLD,
} MgrPressureNotifierProperty;

static GParamSpec *props[PROP_THRESHOLD + 1] = { NULL, };

static void mgr_pressure_notifier_initable_iface_init (GInitableIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrPressureNotifier, mgr_pressure_notifier, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE,
                                                      mgr_pressure_notifier_initable_iface_init))

static void
notifier_drop_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

/* Takes over @source, in place of the one at @place. */
static void
notifier_wait_for (MgrPressureNotifier  *self,
                   GSource             **place,
                   GSource              *source,
                   GSourceFunc           callback)
{
  notifier_drop_source (place);
  *place = source;
  g_source_set_callback (source, callback, mgr_weak_box_new (self), mgr_weak_box_free);
  g_source_set_static_name (source, "[libmgr] pressure notifier");
  g_source_attach (source, self->owner);
}

static GSource *
notifier_create_timer (MgrPressureNotifier *self,
                       gint64               interval)
{
  return mgr_clock_create_timer (self->clock, mgr_clock_get_time (self->clock) + interval);
}

static gboolean
repeat_cb (gpointer user_data)
{
  g_autoptr (MgrPressureNotifier) self = g_weak_ref_get (user_data);

  if (self == NULL)
    return G_SOURCE_REMOVE;

  if (mgr_level_now (self->monitor) >= mgr_pressure_notifier_get_threshold (self))
    mgr_notifier_channel_tell (self->channel);
  notifier_wait_for (self, &self->repeat, notifier_create_timer (self, REPEAT_INTERVAL), repeat_cb);
  return G_SOURCE_REMOVE;
}

static void
notifier_consider (MgrPressureNotifier *self)
{
  MgrPressureLevel level;

  if (self->channel == NULL)
    return;

  level = mgr_pressure_monitor_get_level (self->monitor);
  if (level < mgr_pressure_notifier_get_threshold (self))
    {
      notifier_drop_source (&self->repeat);
      mgr_notifier_channel_retract (self->channel);
      self->told = MGR_PRESSURE_LEVEL_NORMAL;
      return;
    }

  if (level > self->told)
    mgr_notifier_channel_tell (self->channel);
  self->told = level;
  if (self->repeat == NULL)
    notifier_wait_for (self, &self->repeat, notifier_create_timer (self, REPEAT_INTERVAL),
                       repeat_cb);
}

static void
consider_cb (gpointer object,
             gpointer user_data)
{
  notifier_consider (object);
}

/* In the context of the monitor's owner. */
static void
pressure_changed_cb (MgrPressureMonitor *monitor,
                     MgrPressureLevel    level,
                     MgrPressureSample  *sample,
                     gpointer            user_data)
{
  g_autoptr (MgrPressureNotifier) self = g_weak_ref_get (user_data);

  if (self != NULL)
    mgr_owner_context_post (self->owner, self, consider_cb, NULL, NULL);
}

static void notifier_open_door (MgrPressureNotifier *self);

static gboolean
door_pause_over_cb (gpointer user_data)
{
  g_autoptr (MgrPressureNotifier) self = g_weak_ref_get (user_data);

  if (self != NULL)
    notifier_open_door (self);

  return G_SOURCE_REMOVE;
}

static gboolean
knock_cb (int          fd,
          GIOCondition condition,
          gpointer     user_data)
{
  g_autoptr (MgrPressureNotifier) self = g_weak_ref_get (user_data);

  if (self == NULL)
    return G_SOURCE_REMOVE;

  if (mgr_notifier_channel_let_in (self->channel, self->told != MGR_PRESSURE_LEVEL_NORMAL))
    return G_SOURCE_CONTINUE;

  notifier_wait_for (self, &self->door, notifier_create_timer (self, DOOR_PAUSE),
                     door_pause_over_cb);
  return G_SOURCE_REMOVE;
}

static void
notifier_open_door (MgrPressureNotifier *self)
{
  int fd = mgr_notifier_channel_get_door (self->channel);

  if (fd >= 0)
    notifier_wait_for (self, &self->door, g_unix_fd_source_new (fd, G_IO_IN),
                       G_SOURCE_FUNC (knock_cb));
}

static void
weak_box_closed_cb (gpointer  data,
                    GClosure *closure)
{
  mgr_weak_box_free (data);
}

static gboolean
mgr_pressure_notifier_initable_init (GInitable     *initable,
                                     GCancellable  *cancellable,
                                     GError       **error)
{
  MgrPressureNotifier *self = MGR_PRESSURE_NOTIFIER (initable);
  g_autofree char *directory = NULL;
  const char *path;

  if (self->channel != NULL)
    return TRUE;

  if (self->monitor == NULL || self->directory == NULL)
    {
      g_set_error_literal (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                           "A pressure notifier needs a monitor and a directory");
      return FALSE;
    }

  directory = g_canonicalize_filename (self->directory, NULL);
  self->channel = mgr_notifier_channel_open (self->kind, directory, error);
  if (self->channel == NULL)
    return FALSE;

  path = mgr_notifier_channel_get_path (self->channel);
  self->environment = g_new0 (char *, 3);
  self->environment[0] = g_strconcat ("MEMORY_PRESSURE_WATCH=", path, NULL);

  /* A child must not inherit what this process was to write elsewhere. */
  self->environment[1] = g_strdup ("MEMORY_PRESSURE_WRITE=");

  g_object_get (self->monitor, "clock", &self->clock, NULL);
  self->changed_id = g_signal_connect_data (self->monitor, "pressure-changed",
                                            G_CALLBACK (pressure_changed_cb),
                                            mgr_weak_box_new (self), weak_box_closed_cb, 0);
  notifier_open_door (self);
  mgr_owner_context_post (self->owner, self, consider_cb, NULL, NULL);
  return TRUE;
}

static void
mgr_pressure_notifier_initable_iface_init (GInitableIface *iface)
{
  iface->init = mgr_pressure_notifier_initable_init;
}

static void
mgr_pressure_notifier_get_property (GObject    *object,
                                    guint       id,
                                    GValue     *value,
                                    GParamSpec *pspec)
{
  MgrPressureNotifier *self = MGR_PRESSURE_NOTIFIER (object);

  switch ((MgrPressureNotifierProperty) id)
    {
    case PROP_MONITOR:
      g_value_set_object (value, self->monitor);
      break;
    case PROP_DIRECTORY:
      g_value_set_string (value, self->directory);
      break;
    case PROP_CHANNEL:
      g_value_set_enum (value, (int) self->kind);
      break;
    case PROP_PATH:
      g_value_set_string (value, mgr_pressure_notifier_get_path (self));
      break;
    case PROP_ENVIRONMENT:
      g_value_set_boxed (value, self->environment);
      break;
    case PROP_THRESHOLD:
      g_value_set_enum (value, (int) mgr_pressure_notifier_get_threshold (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_pressure_notifier_set_property (GObject      *object,
                                    guint         id,
                                    const GValue *value,
                                    GParamSpec   *pspec)
{
  MgrPressureNotifier *self = MGR_PRESSURE_NOTIFIER (object);

  switch ((MgrPressureNotifierProperty) id)
    {
    case PROP_MONITOR:
      self->monitor = g_value_dup_object (value);
      break;
    case PROP_DIRECTORY:
      self->directory = g_value_dup_string (value);
      break;
    case PROP_CHANNEL:
      self->kind = (MgrPressureChannel) g_value_get_enum (value);
      break;
    case PROP_THRESHOLD:
      mgr_pressure_notifier_set_threshold (self, (MgrPressureLevel) g_value_get_enum (value));
      break;
    case PROP_PATH:
    case PROP_ENVIRONMENT:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_pressure_notifier_dispose (GObject *object)
{
  MgrPressureNotifier *self = MGR_PRESSURE_NOTIFIER (object);

  if (self->monitor != NULL)
    g_clear_signal_handler (&self->changed_id, self->monitor);
  notifier_drop_source (&self->repeat);
  notifier_drop_source (&self->door);
  g_clear_pointer (&self->channel, mgr_notifier_channel_free);
  g_clear_object (&self->monitor);

  G_OBJECT_CLASS (mgr_pressure_notifier_parent_class)->dispose (object);
}

static void
mgr_pressure_notifier_finalize (GObject *object)
{
  MgrPressureNotifier *self = MGR_PRESSURE_NOTIFIER (object);

  g_clear_pointer (&self->owner, g_main_context_unref);
  g_clear_object (&self->clock);
  g_strfreev (self->environment);
  g_free (self->directory);

  G_OBJECT_CLASS (mgr_pressure_notifier_parent_class)->finalize (object);
}

static void
install_construct_properties (void)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  /**
   * MgrPressureNotifier:monitor:
   *
   * Whose levels are told of.
   *
   * Since: 1.0
   */
  props[PROP_MONITOR] =
    g_param_spec_object ("monitor", NULL, NULL, MGR_TYPE_PRESSURE_MONITOR, flags);

  /**
   * MgrPressureNotifier:directory:
   *
   * Where the FIFO or socket is made: a directory that is there. Only processes of
   * the same user may open what is in it.
   *
   * Since: 1.0
   */
  props[PROP_DIRECTORY] = g_param_spec_string ("directory", NULL, NULL, NULL, flags);

  /**
   * MgrPressureNotifier:channel:
   *
   * Whether it is a FIFO or a socket.
   *
   * Since: 1.0
   */
  props[PROP_CHANNEL] =
    g_param_spec_enum ("channel", NULL, NULL, MGR_TYPE_PRESSURE_CHANNEL,
                       MGR_PRESSURE_CHANNEL_FIFO, flags);
}

static void
install_state_properties (void)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  /**
   * MgrPressureNotifier:path:
   *
   * The FIFO or socket.
   *
   * Since: 1.0
   */
  props[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, flags);

  /**
   * MgrPressureNotifier:environment:
   *
   * What to set for the child, as “NAME=VALUE”.
   *
   * Since: 1.0
   */
  props[PROP_ENVIRONMENT] = g_param_spec_boxed ("environment", NULL, NULL, G_TYPE_STRV, flags);

  /**
   * MgrPressureNotifier:threshold:
   *
   * The level from which on the children are told.
   *
   * Since: 1.0
   */
  props[PROP_THRESHOLD] =
    g_param_spec_enum ("threshold", NULL, NULL,
                       MGR_TYPE_PRESSURE_LEVEL, MGR_PRESSURE_LEVEL_MEDIUM,
                       flags | G_PARAM_WRITABLE | G_PARAM_EXPLICIT_NOTIFY);
}

static void
mgr_pressure_notifier_class_init (MgrPressureNotifierClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mgr_pressure_notifier_get_property;
  object_class->set_property = mgr_pressure_notifier_set_property;
  object_class->dispose = mgr_pressure_notifier_dispose;
  object_class->finalize = mgr_pressure_notifier_finalize;

  install_construct_properties ();
  install_state_properties ();
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
mgr_pressure_notifier_init (MgrPressureNotifier *self)
{
  self->owner = g_main_context_ref_thread_default ();
  self->threshold = MGR_PRESSURE_LEVEL_MEDIUM;
}

/**
 * mgr_pressure_notifier_new:
 * @monitor: whose levels to tell of
 * @directory: where to make the FIFO or socket: a directory that is there, and that
 *    others cannot write to
 * @channel: which of them
 * @error: return location for a #GError
 *
 * Makes a FIFO or a socket in @directory and tells of pressure through it from now on;
 * at once, if there is pressure. The error is %MGR_ERROR_NOT_FOUND where @directory is
 * not there, %MGR_ERROR_NOT_AVAILABLE where it may not be written to,
 * %MGR_ERROR_INVALID_ARGUMENT where its path is too long for a socket, else
 * %MGR_ERROR_FAILED. May be called from any thread.
 *
 * Returns: (transfer full): the notifier, or %NULL on error
 *
 * Since: 1.0
 */
MgrPressureNotifier *
mgr_pressure_notifier_new (MgrPressureMonitor  *monitor,
                           const char          *directory,
                           MgrPressureChannel   channel,
                           GError             **error)
{
  g_return_val_if_fail (MGR_IS_PRESSURE_MONITOR (monitor), NULL);
  g_return_val_if_fail (directory != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_initable_new (MGR_TYPE_PRESSURE_NOTIFIER, NULL, error,
                         "monitor", monitor,
                         "directory", directory,
                         "channel", channel,
                         NULL);
}

/**
 * mgr_pressure_notifier_get_path:
 * @self: a notifier
 *
 * Gets the FIFO or socket. May be called from any thread.
 *
 * Returns: the path
 *
 * Since: 1.0
 */
const char *
mgr_pressure_notifier_get_path (MgrPressureNotifier *self)
{
  g_return_val_if_fail (MGR_IS_PRESSURE_NOTIFIER (self), NULL);

  return self->channel != NULL ? mgr_notifier_channel_get_path (self->channel) : NULL;
}

/**
 * mgr_pressure_notifier_get_environment:
 * @self: a notifier
 *
 * Gets what to set in the environment of a child: `MEMORY_PRESSURE_WATCH`, and an
 * empty `MEMORY_PRESSURE_WRITE`, since nothing is to be written. May be called from
 * any thread.
 *
 * Returns: (array zero-terminated=1): strings as “NAME=VALUE”
 *
 * Since: 1.0
 */
const char * const *
mgr_pressure_notifier_get_environment (MgrPressureNotifier *self)
{
  g_return_val_if_fail (MGR_IS_PRESSURE_NOTIFIER (self), NULL);

  return (const char * const *) self->environment;
}

/**
 * mgr_pressure_notifier_get_threshold:
 * @self: a notifier
 *
 * Gets #MgrPressureNotifier:threshold. May be called from any thread.
 *
 * Returns: the level from which on the children are told
 *
 * Since: 1.0
 */
MgrPressureLevel
mgr_pressure_notifier_get_threshold (MgrPressureNotifier *self)
{
  g_return_val_if_fail (MGR_IS_PRESSURE_NOTIFIER (self), MGR_PRESSURE_LEVEL_NORMAL);

  return (MgrPressureLevel) g_atomic_int_get (&self->threshold);
}

static void
threshold_changed_cb (gpointer object,
                      gpointer user_data)
{
  notifier_consider (MGR_PRESSURE_NOTIFIER (object));
  g_object_notify_by_pspec (object, props[PROP_THRESHOLD]);
}

/**
 * mgr_pressure_notifier_set_threshold:
 * @self: a notifier
 * @threshold: low, medium, high, critical or emergency
 *
 * Sets #MgrPressureNotifier:threshold. Where the level is there already the children
 * are told. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_pressure_notifier_set_threshold (MgrPressureNotifier *self,
                                     MgrPressureLevel     threshold)
{
  g_return_if_fail (MGR_IS_PRESSURE_NOTIFIER (self));
  g_return_if_fail (threshold > MGR_PRESSURE_LEVEL_NORMAL
                    && threshold <= MGR_PRESSURE_LEVEL_EMERGENCY);

  if (mgr_pressure_notifier_get_threshold (self) == threshold)
    return;

  g_atomic_int_set (&self->threshold, (int) threshold);
  mgr_owner_context_post (self->owner, self, threshold_changed_cb, NULL, NULL);
}
