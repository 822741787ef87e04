/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-replay-source.h"

#include "mgr-enum-types.h"
#include "pressure/mgr-cgroup-reclaimable-private.h"
#include "pressure/mgr-pressure-trace-private.h"
#include "pressure/mgr-psi-source-private.h"
#include "pressure/mgr-stall-share-private.h"

/**
 * SECTION:mgr-replay-source
 * @title: MgrReplaySource
 * @short_description: how short memory was in a recorded run
 *
 * It says at every moment what the real source would have said at that moment of the
 * recording, under the same name and of the same scope. After the end of the
 * recording the last row holds. See mgr_pressure_trace_add_sources().
 *
 * A trace tells of one cgroup and not of its ancestors, and nothing of the slab
 * caches of the group, so these do not count.
 */

/**
 * MgrReplaySource:
 *
 * A #MgrPressureSource that plays one part of a #MgrPressureTrace.
 *
 * Since: 1.0
 */
struct _MgrReplaySource
{
  GObject parent_instance;

  MgrPressureTrace *trace; /* (owned) */
  MgrReplayPart part;
  MgrClock *clock;         /* (owned) */
  gint64 start;            /* µs on the clock */

  GMutex lock;             /* guards what follows, which is for stalls only */
  gboolean has_total;      /* whether the trace knew it at last_time */
  guint64 last_total;      /* µs */
  gint64 last_time;        /* µs on the clock, or G_MAXINT64: never read */
  double stall;            /* at last_time */
  GError *error;           /* (owned) (nullable): of the read at last_time */
};

typedef enum
{
  PROP_TRACE = 1,
  PROP_PART,
  PROP_CLOCK,
  PROP_START,
} MgrReplaySourceProperty;

static GParamSpec *props[PROP_START + 1] = { NULL, };

static void mgr_replay_source_iface_init (MgrPressureSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrReplaySource, mgr_replay_source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_PRESSURE_SOURCE,
                                                      mgr_replay_source_iface_init))

static const char *
mgr_replay_source_get_name (MgrPressureSource *source)
{
  switch (MGR_REPLAY_SOURCE (source)->part)
    {
    case MGR_REPLAY_PART_MEMINFO:
      return "meminfo";
    case MGR_REPLAY_PART_SWAP:
      return "swap";
    case MGR_REPLAY_PART_CGROUP:
      return "cgroup";
    case MGR_REPLAY_PART_PSI:
      return "psi";
    case MGR_REPLAY_PART_PSI_GROUP:
      return "psi-group";
    default:
      g_return_val_if_reached (NULL);
    }
}

/* Requires @column to be known; KiB where @unit is 1024. */
static guint64
replay_get_bytes (MgrReplaySource *self,
                  MgrTraceColumn   column,
                  gint64           time,
                  guint64          unit)
{
  return (guint64) mgr_pressure_trace_value_at (self->trace, column, time) * unit;
}

static gboolean
replay_require (MgrReplaySource  *self,
                MgrTraceColumn    column,
                gint64            time,
                GError          **error)
{
  if (mgr_pressure_trace_knows (self->trace, column, time))
    return TRUE;

  g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE,
               "The trace “%s” knows no %s at %.1f s: it was not there when it was recorded",
               mgr_pressure_trace_get_name (self->trace), mgr_trace_column_get_name (column),
               (double) time / G_TIME_SPAN_SECOND);
  return FALSE;
}

static guint64
replay_get_available (MgrReplaySource *self,
                      gint64           time)
{
  return MIN (replay_get_bytes (self, MGR_TRACE_MEM_AVAIL_KB, time, 1024),
              replay_get_bytes (self, MGR_TRACE_MEM_TOTAL_KB, time, 1024));
}

static MgrPressureReading *
replay_read_meminfo (MgrReplaySource *self,
                     gint64           time)
{
  guint64 total = replay_get_bytes (self, MGR_TRACE_MEM_TOTAL_KB, time, 1024);
  guint64 available = replay_get_available (self, time);

  return mgr_pressure_reading_new_for_scope (MGR_PRESSURE_SCOPE_MACHINE,
                                             total - available, available, total, 0.0);
}

/* The group may have less of the swap space: what leaves least counts. */
static void
replay_cap_swap (MgrReplaySource *self,
                 gint64           time,
                 guint64         *used,
                 guint64         *available,
                 guint64         *limit)
{
  guint64 group_limit;
  guint64 group_used;
  guint64 group_available;

  if (*limit == 0 ||
      !mgr_pressure_trace_knows (self->trace, MGR_TRACE_CG_SWAP_MAX, time) ||
      !mgr_pressure_trace_knows (self->trace, MGR_TRACE_CG_SWAP, time))
    return;

  group_limit = replay_get_bytes (self, MGR_TRACE_CG_SWAP_MAX, time, 1);
  group_used = replay_get_bytes (self, MGR_TRACE_CG_SWAP, time, 1);
  group_available = group_limit > group_used ? group_limit - group_used : 0;
  if (group_available > *available || (group_available == *available && group_limit >= *limit))
    return;

  *used = group_used;
  *available = group_available;
  *limit = group_limit;
}

static MgrPressureReading *
replay_read_swap (MgrReplaySource  *self,
                  gint64            time,
                  GError          **error)
{
  guint64 limit;
  guint64 available;
  guint64 used;

  if (!replay_require (self, MGR_TRACE_SWAP_TOTAL_KB, time, error) ||
      !replay_require (self, MGR_TRACE_SWAP_FREE_KB, time, error))
    return NULL;

  limit = replay_get_bytes (self, MGR_TRACE_SWAP_TOTAL_KB, time, 1024);
  available = MIN (replay_get_bytes (self, MGR_TRACE_SWAP_FREE_KB, time, 1024), limit);
  used = limit - available;
  replay_cap_swap (self, time, &used, &available, &limit);

  return mgr_pressure_reading_new_for_scope (MGR_PRESSURE_SCOPE_SWAP, used, available, limit, 0.0);
}

/* A limit of 0 would let no process into the group: like -1, it is none. */
static guint64
replay_get_limit (MgrReplaySource *self,
                  MgrTraceColumn   column,
                  gint64           time)
{
  double limit = mgr_pressure_trace_value_at (self->trace, column, time);

  return limit > 0 ? (guint64) limit : G_MAXUINT64;
}

static MgrPressureReading *
replay_read_cgroup (MgrReplaySource  *self,
                    gint64            time,
                    GError          **error)
{
  guint64 limit = MIN (replay_get_limit (self, MGR_TRACE_CG_MAX, time),
                       replay_get_limit (self, MGR_TRACE_CG_HIGH, time));
  guint64 current;
  guint64 file;
  guint64 inactive;
  guint64 used;

  if (!replay_require (self, MGR_TRACE_CG_CURRENT, time, error) ||
      !replay_require (self, MGR_TRACE_CG_FILE, time, error) ||
      !replay_require (self, MGR_TRACE_CG_INACTIVE_FILE, time, error))
    return NULL;

  if (limit == G_MAXUINT64)
    return mgr_pressure_reading_new_for_scope (MGR_PRESSURE_SCOPE_GROUP, 0, 0, 0, 0.0);

  current = replay_get_bytes (self, MGR_TRACE_CG_CURRENT, time, 1);
  file = replay_get_bytes (self, MGR_TRACE_CG_FILE, time, 1);
  inactive = replay_get_bytes (self, MGR_TRACE_CG_INACTIVE_FILE, time, 1);
  used = current - mgr_cgroup_reclaimable (current, inactive,
                                           file > inactive ? file - inactive : 0, 0);

  return mgr_pressure_reading_new_for_scope (MGR_PRESSURE_SCOPE_GROUP, used,
                                             MIN (limit > used ? limit - used : 0,
                                                  replay_get_available (self, time)),
                                             limit, 0.0);
}

/* As MgrPsiSource polls the pressure file. */
static void
replay_poll (MgrReplaySource *self,
             MgrTraceColumn   column,
             gint64           now)
{
  gint64 elapsed = self->has_total && self->last_time < now ? now - self->last_time : 0;
  guint64 total = 0;

  g_clear_error (&self->error);
  self->stall = 0.0;

  self->has_total = replay_require (self, column, now - self->start, &self->error);
  if (self->has_total)
    total = (guint64) MAX (mgr_pressure_trace_interpolate_at (self->trace, column,
                                                              now - self->start), 0.0);

  if (self->has_total && !mgr_stall_share (self->last_total, total, elapsed, &self->stall))
    g_set_error (&self->error, MGR_ERROR, MGR_ERROR_FAILED,
                 "The trace “%s” tells of more stall until %.1f s than time passed, "
                 "which is not believed", mgr_pressure_trace_get_name (self->trace),
                 (double) (now - self->start) / G_TIME_SPAN_SECOND);

  self->last_total = total;
  self->last_time = now;
}

static MgrPressureReading *
replay_read_stall (MgrReplaySource   *self,
                   MgrTraceColumn     column,
                   MgrPressureScope   scope,
                   gint64             now,
                   GError           **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (now < self->last_time || now - self->last_time >= MGR_PSI_READ_INTERVAL)
    replay_poll (self, column, now);

  if (self->error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->error));
      return NULL;
    }

  return mgr_pressure_reading_new_for_scope (scope, 0, 0, 0, self->stall);
}

static MgrPressureReading *
mgr_replay_source_read (MgrPressureSource  *source,
                        GError            **error)
{
  MgrReplaySource *self = MGR_REPLAY_SOURCE (source);
  gint64 now = mgr_clock_get_time (self->clock);

  switch (self->part)
    {
    case MGR_REPLAY_PART_MEMINFO:
      return replay_read_meminfo (self, now - self->start);
    case MGR_REPLAY_PART_SWAP:
      return replay_read_swap (self, now - self->start, error);
    case MGR_REPLAY_PART_CGROUP:
      return replay_read_cgroup (self, now - self->start, error);
    case MGR_REPLAY_PART_PSI:
      return replay_read_stall (self, MGR_TRACE_PSI_SOME_US, MGR_PRESSURE_SCOPE_MACHINE,
                                now, error);
    case MGR_REPLAY_PART_PSI_GROUP:
      return replay_read_stall (self, MGR_TRACE_CG_SOME_US, MGR_PRESSURE_SCOPE_GROUP,
                                now, error);
    default:
      g_return_val_if_reached (NULL);
    }
}

static gboolean
mgr_replay_source_is_thread_safe (MgrPressureSource *source)
{
  return TRUE;
}

static void
mgr_replay_source_iface_init (MgrPressureSourceInterface *iface)
{
  iface->get_name = mgr_replay_source_get_name;
  iface->read = mgr_replay_source_read;
  iface->is_thread_safe = mgr_replay_source_is_thread_safe;
  iface->prompt = TRUE;
}

static void
mgr_replay_source_get_property (GObject    *object,
                                guint       id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  MgrReplaySource *self = MGR_REPLAY_SOURCE (object);

  switch ((MgrReplaySourceProperty) id)
    {
    case PROP_TRACE:
      g_value_set_boxed (value, self->trace);
      break;
    case PROP_PART:
      g_value_set_enum (value, self->part);
      break;
    case PROP_CLOCK:
      g_value_set_object (value, self->clock);
      break;
    case PROP_START:
      g_value_set_int64 (value, self->start);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_replay_source_set_property (GObject      *object,
                                guint         id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  MgrReplaySource *self = MGR_REPLAY_SOURCE (object);

  switch ((MgrReplaySourceProperty) id)
    {
    case PROP_TRACE:
      self->trace = g_value_dup_boxed (value);
      break;
    case PROP_PART:
      self->part = (MgrReplayPart) g_value_get_enum (value);
      break;
    case PROP_CLOCK:
      self->clock = g_value_dup_object (value);
      break;
    case PROP_START:
      self->start = g_value_get_int64 (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_replay_source_constructed (GObject *object)
{
  MgrReplaySource *self = MGR_REPLAY_SOURCE (object);

  G_OBJECT_CLASS (mgr_replay_source_parent_class)->constructed (object);

  g_assert (self->trace != NULL);

  if (self->clock == NULL)
    self->clock = g_object_ref (mgr_clock_get_default ());
  if (self->start < 0)
    self->start = mgr_clock_get_time (self->clock);
}

static void
mgr_replay_source_finalize (GObject *object)
{
  MgrReplaySource *self = MGR_REPLAY_SOURCE (object);

  g_clear_pointer (&self->trace, mgr_pressure_trace_unref);
  g_clear_object (&self->clock);
  g_clear_error (&self->error);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgr_replay_source_parent_class)->finalize (object);
}

static void
mgr_replay_source_class_init (MgrReplaySourceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mgr_replay_source_get_property;
  object_class->set_property = mgr_replay_source_set_property;
  object_class->constructed = mgr_replay_source_constructed;
  object_class->finalize = mgr_replay_source_finalize;

  /**
   * MgrReplaySource:trace:
   *
   * What is played.
   *
   * Since: 1.0
   */
  props[PROP_TRACE] =
    g_param_spec_boxed ("trace", NULL, NULL, MGR_TYPE_PRESSURE_TRACE,
                        G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * MgrReplaySource:part:
   *
   * What of it is played.
   *
   * Since: 1.0
   */
  props[PROP_PART] =
    g_param_spec_enum ("part", NULL, NULL, MGR_TYPE_REPLAY_PART, MGR_REPLAY_PART_MEMINFO,
                       G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * MgrReplaySource:clock:
   *
   * The clock by which it is played.
   *
   * Since: 1.0
   */
  props[PROP_CLOCK] =
    g_param_spec_object ("clock", NULL, NULL, MGR_TYPE_CLOCK,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * MgrReplaySource:start:
   *
   * When the recording begins, in microseconds on the clock; without it, or with -1,
   * the moment in which the source is made.
   *
   * Since: 1.0
   */
  props[PROP_START] =
    g_param_spec_int64 ("start", NULL, NULL, -1, G_MAXINT64, -1,
                        G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
mgr_replay_source_init (MgrReplaySource *self)
{
  g_mutex_init (&self->lock);
  self->last_time = G_MAXINT64;
}

/**
 * mgr_replay_source_new:
 * @trace: a trace
 * @part: what of it to play
 * @clock: (nullable): the clock to play it by, or %NULL for the default one
 * @start: when the recording begins, in microseconds on @clock; -1 for now
 *
 * Makes a source that plays one part of a recorded run. Where something was not
 * there when the trace was recorded, a reading fails with %MGR_ERROR_NOT_AVAILABLE.
 * Stalls are measured as #MgrPsiSource does: the first reading tells of none, and a
 * reading less than 250 ms after another repeats it. May be called from any thread.
 *
 * Returns: (transfer full) (type MgrReplaySource): the source
 *
 * Since: 1.0
 */
MgrPressureSource *
mgr_replay_source_new (MgrPressureTrace *trace,
                       MgrReplayPart     part,
                       MgrClock         *clock,
                       gint64            start)
{
  g_return_val_if_fail (trace != NULL, NULL);
  g_return_val_if_fail (clock == NULL || MGR_IS_CLOCK (clock), NULL);

  return g_object_new (MGR_TYPE_REPLAY_SOURCE,
                       "trace", trace,
                       "part", part,
                       "clock", clock,
                       "start", start,
                       NULL);
}
