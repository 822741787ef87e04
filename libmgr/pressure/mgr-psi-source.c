/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-psi-source.h"

#include "mgr-enum-types.h"
#include "pressure/mgr-psi-source-private.h"
#include "pressure/mgr-stall-share-private.h"
#include "pressure/mgr-system-source-private.h"

/**
 * SECTION:mgr-psi-source
 * @title: MgrPsiSource
 * @short_description: how much of the time tasks wait for memory
 *
 * It polls the counter `total` of the line `some` in a pressure file: that of this
 * process's cgroup on v2, or that of the whole machine. Stall says nothing of how
 * much memory is used: a full machine that idles shows none. So a reading of this
 * source has a stall and no limit.
 *
 * A machine under pressure and a group under pressure are two things, and a group
 * whose stall cannot be seen is not given the machine's: where the kernel keeps no
 * account for groups, the source of the scope %MGR_PRESSURE_SCOPE_GROUP fails with
 * %MGR_ERROR_NOT_AVAILABLE.
 */

/**
 * MgrPsiSource:
 *
 * A #MgrPressureSource called “psi”, or “psi-group” where its scope is
 * %MGR_PRESSURE_SCOPE_GROUP.
 *
 * Since: 1.0
 */
struct _MgrPsiSource
{
  MgrSystemSource parent_instance;

  MgrPressureScope scope;

  /* Guarded by the lock of the files */
  char *directory;    /* (owned) (nullable): of file, where it is the group's */
  MgrProcFile *file;  /* (owned) (nullable) */
  gboolean has_total; /* last_total was read from file */
  guint64 last_total; /* µs */
  gint64 last_time;   /* µs, or G_MAXINT64: never read */
  double stall;       /* at last_time */
  GError *error;      /* (owned) (nullable): of the read at last_time */
};

typedef enum
{
  PROP_SCOPE = 1,
} MgrPsiSourceProperty;

static GParamSpec *props[PROP_SCOPE + 1] = { NULL, };

G_DEFINE_FINAL_TYPE (MgrPsiSource, mgr_psi_source, MGR_TYPE_SYSTEM_SOURCE)

static const char *
mgr_psi_source_source_name (MgrSystemSource *source)
{
  return MGR_PSI_SOURCE (source)->scope == MGR_PRESSURE_SCOPE_GROUP ? "psi-group" : "psi";
}

static void
psi_source_set_file (MgrPsiSource *self,
                     const char   *directory,
                     const char   *name)
{
  if (self->file != NULL && g_strcmp0 (directory, self->directory) == 0)
    return;

  g_clear_pointer (&self->file, mgr_proc_file_free);
  g_free (self->directory);
  self->directory = g_strdup (directory);
  self->file = mgr_proc_file_new (directory, name);
  self->has_total = FALSE;
}

static gboolean
psi_source_find_file (MgrPsiSource  *self,
                      GError       **error)
{
  MgrSystemSource *source = MGR_SYSTEM_SOURCE (self);
  const char *directory;

  if (self->scope == MGR_PRESSURE_SCOPE_MACHINE)
    {
      psi_source_set_file (self, mgr_system_source_get_proc_path (source), "pressure/memory");
      return TRUE;
    }

  directory = mgr_system_files_find_unified_dir (mgr_system_source_get_files (source), error);
  if (directory == NULL)
    return FALSE;

  psi_source_set_file (self, directory, "memory.pressure");
  return TRUE;
}

gboolean
mgr_psi_read_total (MgrProcFile  *file,
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
                   mgr_proc_file_get_display_path (file));
      return FALSE;
    }

  return TRUE;
}

/* Takes the growth of the counter as a share of the time in which it grew. */
static gboolean
psi_source_take_growth (MgrPsiSource  *self,
                        guint64        total,
                        gint64         elapsed,
                        GError       **error)
{
  if (!mgr_stall_share (self->last_total, total, elapsed, &self->stall))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
                   "The file “%s” tells of %" G_GUINT64_FORMAT " µs of stall within %"
                   G_GINT64_FORMAT " µs, which is not believed",
                   mgr_proc_file_get_display_path (self->file),
                   total - self->last_total, elapsed);
      return FALSE;
    }

  return TRUE;
}

static gboolean
psi_source_poll (MgrPsiSource  *self,
                 gint64         now,
                 GError       **error)
{
  gint64 elapsed = self->last_time < now ? now - self->last_time : 0;
  gboolean success = TRUE;
  guint64 total = 0;

  self->stall = 0.0;
  self->last_time = now;

  if (!psi_source_find_file (self, error) || !mgr_psi_read_total (self->file, &total, error))
    {
      self->has_total = FALSE;
      return FALSE;
    }

  /* The first total of a file counts since the machine started. */
  if (self->has_total)
    success = psi_source_take_growth (self, total, elapsed, error);

  self->has_total = TRUE;
  self->last_total = total;
  return success;
}

static MgrPressureReading *
mgr_psi_source_measure (MgrSystemSource  *source,
                        gint64            now,
                        GError          **error)
{
  MgrPsiSource *self = MGR_PSI_SOURCE (source);

  if (now < self->last_time || now - self->last_time >= MGR_PSI_READ_INTERVAL)
    {
      g_clear_error (&self->error);
      psi_source_poll (self, now, &self->error);
    }

  if (self->error != NULL)
    {
      g_propagate_error (error, g_error_copy (self->error));
      return NULL;
    }

  return mgr_pressure_reading_new_for_scope (self->scope, 0, 0, 0, self->stall);
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
    case PROP_SCOPE:
      g_value_set_enum (value, (int) self->scope);
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
    case PROP_SCOPE:
      self->scope = (MgrPressureScope) g_value_get_enum (value);
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

  if (self->scope != MGR_PRESSURE_SCOPE_GROUP && self->scope != MGR_PRESSURE_SCOPE_MACHINE)
    {
      g_critical ("The kernel tells of no stall of the scope %d: "
                  "a MgrPsiSource is of the group or of the machine", (int) self->scope);
      self->scope = MGR_PRESSURE_SCOPE_MACHINE;
    }
}

static void
mgr_psi_source_finalize (GObject *object)
{
  MgrPsiSource *self = MGR_PSI_SOURCE (object);

  g_clear_pointer (&self->file, mgr_proc_file_free);
  g_clear_error (&self->error);
  g_free (self->directory);

  G_OBJECT_CLASS (mgr_psi_source_parent_class)->finalize (object);
}

static void
mgr_psi_source_class_init (MgrPsiSourceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  MgrSystemSourceClass *source_class = MGR_SYSTEM_SOURCE_CLASS (klass);

  object_class->get_property = mgr_psi_source_get_property;
  object_class->set_property = mgr_psi_source_set_property;
  object_class->constructed = mgr_psi_source_constructed;
  object_class->finalize = mgr_psi_source_finalize;
  source_class->source_name = mgr_psi_source_source_name;
  source_class->measure = mgr_psi_source_measure;

  /**
   * MgrPsiSource:scope:
   *
   * Whose stall it is: %MGR_PRESSURE_SCOPE_GROUP or %MGR_PRESSURE_SCOPE_MACHINE.
   *
   * Since: 1.0
   */
  props[PROP_SCOPE] =
    g_param_spec_enum ("scope", NULL, NULL,
                       MGR_TYPE_PRESSURE_SCOPE, MGR_PRESSURE_SCOPE_MACHINE,
                       G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
mgr_psi_source_init (MgrPsiSource *self)
{
  self->last_time = G_MAXINT64;
}

/**
 * mgr_psi_source_new:
 * @clock: (nullable): the clock to measure by, or %NULL for the default one
 * @proc_path: (nullable): the directory that stands for /proc, or %NULL for /proc
 * @cgroup_path: (nullable): a directory under which the mount points of the
 *    cgroups are looked for, or %NULL for the root directory
 *
 * Makes a source for stalls on the whole machine, as
 * mgr_psi_source_new_for_scope() does. May be called from any thread.
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
  return mgr_psi_source_new_for_scope (MGR_PRESSURE_SCOPE_MACHINE, clock, proc_path, cgroup_path);
}

/**
 * mgr_psi_source_new_for_scope:
 * @scope: whose stall: %MGR_PRESSURE_SCOPE_GROUP or %MGR_PRESSURE_SCOPE_MACHINE
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
mgr_psi_source_new_for_scope (MgrPressureScope  scope,
                              MgrClock         *clock,
                              const char       *proc_path,
                              const char       *cgroup_path)
{
  return g_object_new (MGR_TYPE_PSI_SOURCE,
                       "scope", scope,
                       "clock", clock,
                       "proc-path", proc_path,
                       "cgroup-path", cgroup_path,
                       NULL);
}
