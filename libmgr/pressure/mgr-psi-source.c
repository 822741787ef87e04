/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-psi-source.h"

#include "pressure/mgr-cgroup-tree-private.h"
#include "pressure/mgr-proc-file-private.h"

/**
 * SECTION:mgr-psi-source
 * @title: MgrPsiSource
 * @short_description: how much of the time tasks wait for memory
 *
 * It polls the counter `total` of the line `some` in the pressure file of this
 * process's cgroup where there is one, else of the whole machine. Stall says
 * nothing of how much memory is used: a full machine that idles shows none. So a
 * reading of this source has a stall and no limit.
 */

/* Each read of a pressure file consumes the update that would have fired other
 * programs' triggers on it: at 10 ms they starve, at 250 ms they do not. */
#define READ_INTERVAL (250 * G_TIME_SPAN_MILLISECOND)

/* No task can wait longer than time passes. A counter that grew faster than
 * this many times has been exchanged for another, and says nothing. */
#define CREDIBLE_STALL 2

/**
 * MgrPsiSource:
 *
 * A #MgrPressureSource called “psi”.
 *
 * Since: 1.0
 */
struct _MgrPsiSource
{
  GObject parent_instance;

  MgrClock *clock;     /* (owned) */
  char *proc_path;     /* (owned) */
  char *cgroup_path;   /* (owned) (nullable) */

  GMutex lock;         /* guards what follows */
  MgrCgroupTree *tree; /* (owned) */
  char *directory;     /* (owned) (nullable): of own_file; NULL: there is none */
  MgrProcFile *own_file;    /* (owned) (nullable) */
  MgrProcFile *system_file; /* (owned) */
  MgrProcFile *last_file;   /* (unowned) (nullable): where last_total comes from */
  guint64 last_total;  /* µs */
  gint64 last_time;    /* µs, or G_MAXINT64: never read */
  double stall;        /* at last_time */
  GError *error;       /* (owned) (nullable): of the read at last_time */
};

typedef enum
{
  PROP_CLOCK = 1,
  PROP_PROC_PATH,
  PROP_CGROUP_PATH,
} MgrPsiSourceProperty;

static GParamSpec *props[PROP_CGROUP_PATH + 1] = { NULL, };

static void mgr_psi_source_iface_init (MgrPressureSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrPsiSource, mgr_psi_source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_PRESSURE_SOURCE,
                                                      mgr_psi_source_iface_init))

static const char *
mgr_psi_source_get_name (MgrPressureSource *source)
{
  return "psi";
}

static void
psi_source_find_own_file (MgrPsiSource *self)
{
  gboolean changed = FALSE;
  const char *directory = NULL;

  if (mgr_cgroup_tree_update (self->tree, &changed, NULL))
    directory = mgr_cgroup_tree_get_unified_dir (self->tree);

  if (g_strcmp0 (directory, self->directory) == 0)
    return;

  if (self->last_file == self->own_file)
    self->last_file = NULL;
  g_clear_pointer (&self->own_file, mgr_proc_file_free);
  g_free (self->directory);
  self->directory = g_strdup (directory);
  if (directory != NULL)
    self->own_file = mgr_proc_file_new (directory, "memory.pressure");
}

static gboolean
read_total (MgrProcFile  *file,
            guint64      *out_total,
            GError      **error)
{
  const char *text = mgr_proc_file_read (file, error);

  if (text == NULL)
    return FALSE;

  if (!mgr_proc_text_stall (text, out_total))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
                   "The file “%s” has no usable line “some … total=”",
                   mgr_proc_file_get_path (file));
      return FALSE;
    }

  return TRUE;
}

/* Returns the file that was read, or NULL. The own group's file may be absent, or
 * refuse to be read where the kernel keeps no account for groups. */
static MgrProcFile *
psi_source_read_total (MgrPsiSource  *self,
                       guint64       *out_total,
                       GError       **error)
{
  psi_source_find_own_file (self);

  if (self->own_file != NULL && read_total (self->own_file, out_total, NULL))
    return self->own_file;

  return read_total (self->system_file, out_total, error) ? self->system_file : NULL;
}

static void
psi_source_poll (MgrPsiSource *self,
                 gint64        now)
{
  guint64 total = 0;
  MgrProcFile *file;
  gint64 elapsed;

  g_clear_error (&self->error);
  file = psi_source_read_total (self, &total, &self->error);
  elapsed = self->last_time < now ? now - self->last_time : 0;
  self->stall = 0.0;

  /* The first total of a file counts since the machine started. */
  if (file != NULL && file == self->last_file && elapsed > 0 && total > self->last_total)
    {
      guint64 grown = total - self->last_total;

      if (grown / CREDIBLE_STALL > (guint64) elapsed)
        g_set_error (&self->error, MGR_ERROR, MGR_ERROR_FAILED,
                     "The file “%s” tells of %" G_GUINT64_FORMAT " µs of stall within %"
                     G_GINT64_FORMAT " µs, which is not believed",
                     mgr_proc_file_get_path (file), grown, elapsed);
      else
        self->stall = (double) grown / (double) elapsed;
    }

  self->last_file = file;
  self->last_total = total;
  self->last_time = now;
}

static MgrPressureReading *
mgr_psi_source_read (MgrPressureSource  *source,
                     GError            **error)
{
  MgrPsiSource *self = MGR_PSI_SOURCE (source);
  gint64 now = mgr_clock_get_time (self->clock);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  if (now < self->last_time || now - self->last_time >= READ_INTERVAL)
    psi_source_poll (self, now);

  if (self->error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->error));
      return NULL;
    }

  return mgr_pressure_reading_new_for_scope (self->last_file == self->own_file
                                               ? MGR_PRESSURE_SCOPE_GROUP
                                               : MGR_PRESSURE_SCOPE_MACHINE,
                                             0, 0, 0, self->stall);
}

static gboolean
mgr_psi_source_is_thread_safe (MgrPressureSource *source)
{
  return TRUE;
}

static void
mgr_psi_source_iface_init (MgrPressureSourceInterface *iface)
{
  iface->get_name = mgr_psi_source_get_name;
  iface->read = mgr_psi_source_read;
  iface->is_thread_safe = mgr_psi_source_is_thread_safe;
  iface->prompt = TRUE;
}

static void
mgr_psi_source_get_property (GObject    *object,
                             guint       id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  MgrPsiSource *self = MGR_PSI_SOURCE (object);

  switch ((MgrPsiSourceProperty) id)
    {
    case PROP_CLOCK:
      g_value_set_object (value, self->clock);
      break;
    case PROP_PROC_PATH:
      g_value_set_string (value, self->proc_path);
      break;
    case PROP_CGROUP_PATH:
      g_value_set_string (value, self->cgroup_path);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_psi_source_set_property (GObject      *object,
                             guint         id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  MgrPsiSource *self = MGR_PSI_SOURCE (object);

  switch ((MgrPsiSourceProperty) id)
    {
    case PROP_CLOCK:
      self->clock = g_value_dup_object (value);
      break;
    case PROP_PROC_PATH:
      self->proc_path = g_value_dup_string (value);
      break;
    case PROP_CGROUP_PATH:
      self->cgroup_path = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_psi_source_constructed (GObject *object)
{
  MgrPsiSource *self = MGR_PSI_SOURCE (object);

  G_OBJECT_CLASS (mgr_psi_source_parent_class)->constructed (object);

  if (self->clock == NULL)
    self->clock = g_object_ref (mgr_clock_get_default ());
  if (self->proc_path == NULL)
    self->proc_path = g_strdup (MGR_DEFAULT_PROC_PATH);
  self->tree = mgr_cgroup_tree_new (self->proc_path, self->cgroup_path);
  self->system_file = mgr_proc_file_new (self->proc_path, "pressure/memory");
}

static void
mgr_psi_source_finalize (GObject *object)
{
  MgrPsiSource *self = MGR_PSI_SOURCE (object);

  g_clear_pointer (&self->own_file, mgr_proc_file_free);
  g_clear_pointer (&self->system_file, mgr_proc_file_free);
  g_clear_pointer (&self->tree, mgr_cgroup_tree_free);
  g_clear_object (&self->clock);
  g_clear_error (&self->error);
  g_free (self->directory);
  g_free (self->proc_path);
  g_free (self->cgroup_path);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgr_psi_source_parent_class)->finalize (object);
}

static void
mgr_psi_source_class_init (MgrPsiSourceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mgr_psi_source_get_property;
  object_class->set_property = mgr_psi_source_set_property;
  object_class->constructed = mgr_psi_source_constructed;
  object_class->finalize = mgr_psi_source_finalize;

  /**
   * MgrPsiSource:clock:
   *
   * The clock by which the stall is a share of the time that passed.
   *
   * Since: 1.0
   */
  props[PROP_CLOCK] =
    g_param_spec_object ("clock", NULL, NULL, MGR_TYPE_CLOCK,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * MgrPsiSource:proc-path:
   *
   * The directory that stands for /proc.
   *
   * Since: 1.0
   */
  props[PROP_PROC_PATH] =
    g_param_spec_string ("proc-path", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * MgrPsiSource:cgroup-path:
   *
   * A directory under which the mount points that mountinfo names are looked for,
   * or %NULL for the root directory.
   *
   * Since: 1.0
   */
  props[PROP_CGROUP_PATH] =
    g_param_spec_string ("cgroup-path", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
mgr_psi_source_init (MgrPsiSource *self)
{
  g_mutex_init (&self->lock);
  self->last_time = G_MAXINT64;
}

/**
 * mgr_psi_source_new:
 * @clock: (nullable): the clock to measure by, or %NULL for the default one
 * @proc_path: (nullable): the directory that stands for /proc, or %NULL for /proc
 * @cgroup_path: (nullable): a directory under which the mount points of the
 *    cgroups are looked for, or %NULL for the root directory
 *
 * Makes a source for stalls. Its first reading tells of none, since there is no
 * interval yet; after that the pressure file is read at most every 250 ms, and a
 * reading asked for sooner repeats the last one. May be called from any thread.
 *
 * Returns: (transfer full) (type MgrPsiSource): the source
 *
 * Since: 1.0
 */
MgrPressureSource *
mgr_psi_source_new (MgrClock   *clock,
                    const char *proc_path,
                    const char *cgroup_path)
{
  return g_object_new (MGR_TYPE_PSI_SOURCE,
                       "clock", clock,
                       "proc-path", proc_path,
                       "cgroup-path", cgroup_path,
                       NULL);
}
