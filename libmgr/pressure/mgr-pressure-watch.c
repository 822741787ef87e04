/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-pressure-watch.h"

#include "base/mgr-owner-context-private.h"
#include "pressure/mgr-watch-target-private.h"

#include <glib-unix.h>
#include <stdlib.h>
#include <string.h>

/**
 * SECTION:mgr-pressure-watch
 * @title: MgrPressureWatch
 * @short_description: hears when somebody else tells of pressure
 *
 * A service manager, or a parent process, sees pressure too, and may tell its
 * children by the [protocol of systemd](https://systemd.io/MEMORY_PRESSURE/): the
 * environment variable `MEMORY_PRESSURE_WATCH` holds the path of what to listen to,
 * and `MEMORY_PRESSURE_WRITE`, where set, what to write there first, in base64. What
 * stands at the path decides the rest:
 *
 * - one of the kernel's pressure files, as the memory.pressure of a cgroup: what is
 *   written says how much stall in how short a time counts. An event is passed on
 *   only if the stall has grown that far since the last one, for the first event of
 *   a file may count all stall since the machine started;
 * - a FIFO, or a stream socket to connect to: whatever is sent tells of pressure,
 *   and is thrown away.
 *
 * A #MgrManager listens to the environment by itself. Programs without one make a
 * watch and connect to #MgrPressureWatch::pressure. #MgrPressureNotifier is the
 * other side.
 *
 * All functions may be called from any thread. Signals and notifications come only
 * in the main context that was the thread default when the watch was made.
 */

#define WATCH_VARIABLE "MEMORY_PRESSURE_WATCH"
#define WRITE_VARIABLE "MEMORY_PRESSURE_WRITE"

/* Says that pressure is none of the process's business. */
#define SWITCHED_OFF "/dev/null"

/* However often somebody tells, more than two cleanups a second help nobody. While
 * this lasts nothing is waited for, so what comes faster costs nothing. */
#define PAUSE (G_USEC_PER_SEC / 2)

/* A trigger is 30 bytes. */
#define MAXIMUM_REQUEST 4096

/**
 * MgrPressureWatch:
 *
 * Hears when somebody else tells of pressure.
 *
 * Since: 1.0
 */
struct _MgrPressureWatch
{
  GObject parent_instance;

  char *path;             /* (owned) */
  GBytes *request;        /* (owned) (nullable): nothing is written */
  MgrClock *clock;        /* (owned) */
  GMainContext *owner;    /* (owned) */
  int active;             /* atomic */

  MgrWatchTarget *target; /* (owned) (nullable), of the owner's context, as what follows */
  GSource *source;        /* (owned) (nullable): of the target, or of the pause after it */
};

typedef enum
{
  PROP_PATH = 1,
  PROP_REQUEST,
  PROP_CLOCK,
  PROP_ACTIVE,
} MgrPressureWatchProperty;

static GParamSpec *props[PROP_ACTIVE + 1] = { NULL, };

typedef enum
{
  SIGNAL_PRESSURE,
} MgrPressureWatchSignal;

static guint signals[SIGNAL_PRESSURE + 1] = { 0, };

static void mgr_pressure_watch_initable_iface_init (GInitableIface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrPressureWatch, mgr_pressure_watch, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_INITABLE,
                                                      mgr_pressure_watch_initable_iface_init))

static void
watch_drop_source (MgrPressureWatch *self)
{
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
}

/* Takes over @source. */
static void
watch_wait_for (MgrPressureWatch *self,
                GSource          *source,
                GSourceFunc       callback)
{
  watch_drop_source (self);
  self->source = source;
  g_source_set_callback (source, callback, mgr_weak_box_new (self), mgr_weak_box_free);
  g_source_set_static_name (source, "[libmgr] pressure watch");
  g_source_attach (source, self->owner);
}

static void watch_listen (MgrPressureWatch *self);

static gboolean
pause_over_cb (gpointer user_data)
{
  g_autoptr (MgrPressureWatch) self = g_weak_ref_get (user_data);

  if (self != NULL)
    watch_listen (self);

  return G_SOURCE_REMOVE;
}

static gboolean
ready_cb (int          fd,
          GIOCondition condition,
          gpointer     user_data)
{
  g_autoptr (MgrPressureWatch) self = g_weak_ref_get (user_data);
  gboolean pressure;
  gboolean gone = FALSE;

  if (self == NULL)
    return G_SOURCE_REMOVE;

  pressure = mgr_watch_target_take (self->target, condition, &gone);
  if (gone)
    {
      watch_drop_source (self);
      g_clear_pointer (&self->target, mgr_watch_target_free);
      g_atomic_int_set (&self->active, FALSE);
    }
  else
    watch_wait_for (self, mgr_clock_create_timer (self->clock,
                                                  mgr_clock_get_time (self->clock) + PAUSE),
                    pause_over_cb);

  if (pressure)
    g_signal_emit (self, signals[SIGNAL_PRESSURE], 0);
  if (gone)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ACTIVE]);

  return G_SOURCE_REMOVE;
}

static void
watch_listen (MgrPressureWatch *self)
{
  watch_wait_for (self, g_unix_fd_source_new (mgr_watch_target_get_fd (self->target),
                                              mgr_watch_target_get_condition (self->target)),
                  G_SOURCE_FUNC (ready_cb));
}

/* What would lead elsewhere after somebody else's renaming is no path to trust. */
static gboolean
path_is_normal (const char *path)
{
  g_autofree char *canonical = NULL;

  if (path == NULL || !g_path_is_absolute (path) || g_str_has_prefix (path, "//"))
    return FALSE;

  canonical = g_canonicalize_filename (path, "/");
  return strcmp (canonical, path) == 0;
}

static gboolean
mgr_pressure_watch_initable_init (GInitable     *initable,
                                  GCancellable  *cancellable,
                                  GError       **error)
{
  MgrPressureWatch *self = MGR_PRESSURE_WATCH (initable);
  g_autofree char *shown = g_filename_display_name (self->path != NULL ? self->path : "");

  if (self->target != NULL)
    return TRUE;

  if (!path_is_normal (self->path))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "The path “%s” of who tells of pressure has to begin with a slash, and to hold "
                   "neither “.” nor “..” nor two slashes in a row", shown);
      return FALSE;
    }

  if (self->request != NULL && g_bytes_get_size (self->request) > MAXIMUM_REQUEST)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "%" G_GSIZE_FORMAT " bytes are to be written to “%s”: give at most %d",
                   g_bytes_get_size (self->request), shown, MAXIMUM_REQUEST);
      return FALSE;
    }

  self->target = mgr_watch_target_open (self->path, self->request, error);
  if (self->target == NULL)
    return FALSE;

  g_atomic_int_set (&self->active, TRUE);
  watch_listen (self);
  return TRUE;
}

static void
mgr_pressure_watch_initable_iface_init (GInitableIface *iface)
{
  iface->init = mgr_pressure_watch_initable_init;
}

static void
mgr_pressure_watch_get_property (GObject    *object,
                                 guint       id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  MgrPressureWatch *self = MGR_PRESSURE_WATCH (object);

  switch ((MgrPressureWatchProperty) id)
    {
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_REQUEST:
      g_value_set_boxed (value, self->request);
      break;
    case PROP_CLOCK:
      g_value_set_object (value, self->clock);
      break;
    case PROP_ACTIVE:
      g_value_set_boolean (value, mgr_pressure_watch_get_active (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_pressure_watch_set_property (GObject      *object,
                                 guint         id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  MgrPressureWatch *self = MGR_PRESSURE_WATCH (object);

  switch ((MgrPressureWatchProperty) id)
    {
    case PROP_PATH:
      self->path = g_value_dup_string (value);
      break;
    case PROP_REQUEST:
      self->request = g_value_dup_boxed (value);
      break;
    case PROP_CLOCK:
      self->clock = g_value_dup_object (value);
      break;
    case PROP_ACTIVE:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_pressure_watch_constructed (GObject *object)
{
  MgrPressureWatch *self = MGR_PRESSURE_WATCH (object);

  G_OBJECT_CLASS (mgr_pressure_watch_parent_class)->constructed (object);

  if (self->clock == NULL)
    self->clock = g_object_ref (mgr_clock_get_default ());
}

static void
mgr_pressure_watch_dispose (GObject *object)
{
  watch_drop_source (MGR_PRESSURE_WATCH (object));

  G_OBJECT_CLASS (mgr_pressure_watch_parent_class)->dispose (object);
}

static void
mgr_pressure_watch_finalize (GObject *object)
{
  MgrPressureWatch *self = MGR_PRESSURE_WATCH (object);

  g_clear_pointer (&self->target, mgr_watch_target_free);
  g_clear_pointer (&self->owner, g_main_context_unref);
  g_clear_pointer (&self->request, g_bytes_unref);
  g_clear_object (&self->clock);
  g_free (self->path);

  G_OBJECT_CLASS (mgr_pressure_watch_parent_class)->finalize (object);
}

static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  /**
   * MgrPressureWatch:path:
   *
   * What is listened to: an absolute path without “.”, “..” and doubled slashes.
   *
   * Since: 1.0
   */
  props[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, flags);

  /**
   * MgrPressureWatch:request:
   *
   * What is written there first, or %NULL for nothing.
   *
   * Since: 1.0
   */
  props[PROP_REQUEST] = g_param_spec_boxed ("request", NULL, NULL, G_TYPE_BYTES, flags);

  /**
   * MgrPressureWatch:clock:
   *
   * The clock by which #MgrPressureWatch::pressure comes at most twice a second.
   *
   * Since: 1.0
   */
  props[PROP_CLOCK] = g_param_spec_object ("clock", NULL, NULL, MGR_TYPE_CLOCK, flags);

  /**
   * MgrPressureWatch:active:
   *
   * Whether anything may still come. It ends when the sender has closed the socket
   * or removed the FIFO, or the cgroup is gone.
   *
   * Since: 1.0
   */
  props[PROP_ACTIVE] =
    g_param_spec_boolean ("active", NULL, NULL, FALSE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
mgr_pressure_watch_class_init (MgrPressureWatchClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mgr_pressure_watch_get_property;
  object_class->set_property = mgr_pressure_watch_set_property;
  object_class->constructed = mgr_pressure_watch_constructed;
  object_class->dispose = mgr_pressure_watch_dispose;
  object_class->finalize = mgr_pressure_watch_finalize;

  install_properties (object_class);

  /**
   * MgrPressureWatch::pressure:
   * @self: the watch
   *
   * Somebody has told of pressure, once or more often: give back what can be given.
   * It is emitted at most twice a second, in the main context that was the thread
   * default when the watch was made.
   *
   * Since: 1.0
   */
  signals[SIGNAL_PRESSURE] =
    g_signal_new ("pressure", MGR_TYPE_PRESSURE_WATCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 0);
}

static void
mgr_pressure_watch_init (MgrPressureWatch *self)
{
  self->owner = g_main_context_ref_thread_default ();
}

/**
 * mgr_pressure_watch_new:
 * @path: what to listen to: an absolute path without “.”, “..” and doubled slashes
 * @request: (nullable): what to write there first, at most 4096 bytes, or %NULL for
 *    nothing; a pressure file needs it
 * @clock: (nullable): the clock to go by, or %NULL for the default one
 * @error: return location for a #GError
 *
 * Listens at @path from now on. The error is %MGR_ERROR_NOT_AVAILABLE where there is
 * nothing at @path or it may not be opened, %MGR_ERROR_INVALID_ARGUMENT where @path
 * or @request cannot be what they should, else %MGR_ERROR_FAILED. May be called from any
 * thread; nothing in it waits.
 *
 * Returns: (transfer full): the watch, or %NULL on error
 *
 * Since: 1.0
 */
MgrPressureWatch *
mgr_pressure_watch_new (const char  *path,
                        GBytes      *request,
                        MgrClock    *clock,
                        GError     **error)
{
  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (clock == NULL || MGR_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_initable_new (MGR_TYPE_PRESSURE_WATCH, NULL, error,
                         "path", path,
                         "request", request,
                         "clock", clock,
                         NULL);
}

/* GLib skips what is no base64; here that would mean something else than was asked. */
static gboolean
parse_request (const char  *text,
               GBytes     **out_request,
               GError     **error)
{
  gsize size = 0;
  g_autofree guchar *data = g_base64_decode (text, &size);
  g_autofree char *again = g_base64_encode (data, size);

  if (strcmp (again, text) != 0)
    {
      g_autofree char *shown = g_strescape (text, NULL);

      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "The environment variable " WRITE_VARIABLE " is no base64: “%.60s”", shown);
      return FALSE;
    }

  *out_request = size > 0 ? g_bytes_new_take (g_steal_pointer (&data), size) : NULL;
  return TRUE;
}

/**
 * mgr_pressure_watch_new_from_environment:
 * @clock: (nullable): the clock to go by, or %NULL for the default one
 * @error: return location for a #GError
 *
 * Listens where the environment variables `MEMORY_PRESSURE_WATCH` and
 * `MEMORY_PRESSURE_WRITE` say. Where the first is not set, or is `/dev/null`, which
 * switches it off, the error is %MGR_ERROR_NOT_AVAILABLE; others are as those of
 * mgr_pressure_watch_new(). A set-user-id program takes neither variable from its
 * caller. May be called from any thread.
 *
 * Returns: (transfer full): the watch, or %NULL on error
 *
 * Since: 1.0
 */
MgrPressureWatch *
mgr_pressure_watch_new_from_environment (MgrClock  *clock,
                                         GError   **error)
{
  g_autofree char *path = g_strdup (secure_getenv (WATCH_VARIABLE));
  g_autofree char *text = g_strdup (secure_getenv (WRITE_VARIABLE));
  g_autoptr (GBytes) request = NULL;

  g_return_val_if_fail (clock == NULL || MGR_IS_CLOCK (clock), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (path == NULL || *path == '\0' || strcmp (path, SWITCHED_OFF) == 0)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE,
                   "The environment variable " WATCH_VARIABLE " %s",
                   path == NULL || *path == '\0' ? "is not set" : "is " SWITCHED_OFF);
      return NULL;
    }

  if (text != NULL && !parse_request (text, &request, error))
    return NULL;

  return mgr_pressure_watch_new (path, request, clock, error);
}

/**
 * mgr_pressure_watch_get_path:
 * @self: a watch
 *
 * Gets what is listened to. May be called from any thread.
 *
 * Returns: the path
 *
 * Since: 1.0
 */
const char *
mgr_pressure_watch_get_path (MgrPressureWatch *self)
{
  g_return_val_if_fail (MGR_IS_PRESSURE_WATCH (self), NULL);

  return self->path;
}

/**
 * mgr_pressure_watch_get_active:
 * @self: a watch
 *
 * Gets #MgrPressureWatch:active. May be called from any thread.
 *
 * Returns: whether anything may still come
 *
 * Since: 1.0
 */
gboolean
mgr_pressure_watch_get_active (MgrPressureWatch *self)
{
  g_return_val_if_fail (MGR_IS_PRESSURE_WATCH (self), FALSE);

  return g_atomic_int_get (&self->active);
}
