/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-memory-limits.h"

#include "base/mgr-owner-context-private.h"
#include "base/mgr-size.h"
#include "pressure/mgr-cgroup-memory-private.h"
#include "pressure/mgr-meminfo-private.h"
#include "pressure/mgr-proc-file-private.h"

#include <string.h>

/**
 * SECTION:mgr-memory-limits
 * @title: MgrMemoryLimits
 * @short_description: how much memory this process may have
 *
 * The limit is the least of what stands in the way: the memory of the machine,
 * the limits of the cgroup and its visible ancestors (v1, v2 or a mixture), and
 * the resource limits RLIMIT_AS and RLIMIT_DATA. Each figure can be explained with
 * mgr_memory_limits_explain().
 *
 * The figures are those of the last mgr_memory_limits_refresh(), the first of
 * which comes with the construction. All functions may be called from any thread;
 * `notify` is emitted in the main context that was the thread default when the
 * object was made.
 */

/* A figure and the rule that gave it. */
typedef struct
{
  guint64 bytes; /* or MGR_NO_LIMIT */
  char *rule;    /* (owned) (nullable) */
} Bound;

typedef struct
{
  Bound limit;
  Bound soft_limit;
  Bound headroom;
  GString *notes; /* (owned): sentences about what could not be seen */
} Findings;

/**
 * MgrMemoryLimits:
 *
 * What limits the memory of this process.
 *
 * Since: 1.0
 */
struct _MgrMemoryLimits
{
  GObject parent_instance;

  char *proc_path;         /* (owned) */
  char *cgroup_path;       /* (owned) (nullable) */
  GMainContext *owner;     /* (owned) */

  GMutex lock;             /* guards what follows */
  MgrCgroupMemory *cgroup; /* (owned) */
  MgrProcFile *meminfo;    /* (owned) */
  MgrProcFile *rlimits;    /* (owned) */
  MgrProcFile *status;     /* (owned) */
  guint64 limit;
  guint64 soft_limit;
  guint64 headroom;
  char *explanation;       /* (owned) */
};

typedef enum
{
  PROP_PROC_PATH = 1,
  PROP_CGROUP_PATH,
  PROP_LIMIT,
  PROP_SOFT_LIMIT,
  PROP_HEADROOM,
} MgrMemoryLimitsProperty;

static GParamSpec *props[PROP_HEADROOM + 1] = { NULL, };

G_DEFINE_FINAL_TYPE (MgrMemoryLimits, mgr_memory_limits, G_TYPE_OBJECT)

static void
bound_lower (Bound      *bound,
             guint64     bytes,
             const char *rule,
             const char *place)
{
  g_autofree char *shown = NULL;

  if (bytes >= bound->bytes)
    return;

  /* A cgroup may have any name. */
  shown = g_filename_display_name (place);
  bound->bytes = bytes;
  g_free (bound->rule);
  bound->rule = g_strdup_printf ("%s of %s", rule, shown);
}

static guint64
bound_get (const Bound *bound)
{
  return bound->bytes != MGR_NO_LIMIT ? bound->bytes : 0;
}

static void
findings_init (Findings *findings)
{
  *findings = (Findings) {
    .limit = { MGR_NO_LIMIT, NULL },
    .soft_limit = { MGR_NO_LIMIT, NULL },
    .headroom = { MGR_NO_LIMIT, NULL },
    .notes = g_string_new (NULL),
  };
}

static void
findings_clear (Findings *findings)
{
  g_free (findings->limit.rule);
  g_free (findings->soft_limit.rule);
  g_free (findings->headroom.rule);
  g_string_free (findings->notes, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Findings, findings_clear)

static void
findings_note (Findings   *findings,
               const char *note)
{
  g_string_append_printf (findings->notes, "%s.\n", note);
}

static void
find_host (MgrMemoryLimits *self,
           Findings        *findings)
{
  g_autoptr (GError) error = NULL;
  const char *path = mgr_proc_file_get_path (self->meminfo);
  guint64 total = 0;
  guint64 available = 0;

  if (!mgr_meminfo_read (self->meminfo, &total, &available, &error))
    {
      findings_note (findings, error->message);
      return;
    }

  bound_lower (&findings->limit, total, "MemTotal", path);
  bound_lower (&findings->headroom, available, "MemAvailable", path);
}

static void
find_cgroup (MgrMemoryLimits *self,
             Findings        *findings)
{
  g_autoptr (GError) error = NULL;
  MgrCgroupSummary summary;
  gboolean v1;

  if (!mgr_cgroup_memory_read (self->cgroup, &summary, &error))
    {
      findings_note (findings, error->message);
      return;
    }

  v1 = mgr_cgroup_memory_get_version (self->cgroup) == 1;
  bound_lower (&findings->limit, summary.limit,
               v1 ? "hierarchical_memory_limit" : "memory.max", summary.limit_directory);
  bound_lower (&findings->soft_limit, summary.soft_limit, "memory.high",
               summary.soft_limit_directory);
  bound_lower (&findings->headroom, summary.headroom, "the room left in the cgroup",
               summary.headroom_directory);

  if (!summary.sees_root)
    findings_note (findings, "Limits above the topmost visible cgroup cannot be seen from here");
}

/* Lines of /proc/self/limits: `Max data size    SOFT    HARD    bytes`. */
static guint64
parse_rlimit (const char *text,
              const char *name)
{
  const char *line = strstr (text, name);
  const char *end = NULL;
  guint64 value = 0;

  if (line == NULL)
    return MGR_NO_LIMIT;

  line += strlen (name);
  line += strspn (line, " ");
  if (!mgr_proc_text_number (line, &end, &value) || *end != ' ')
    return MGR_NO_LIMIT;

  return mgr_limit_normalize (value);
}

static void
find_rlimit (Findings   *findings,
             const char *limits,
             const char *status,
             const char *limit_name,
             const char *use_name,
             const char *name)
{
  guint64 limit = parse_rlimit (limits, limit_name);
  guint64 used = 0;

  if (limit == MGR_NO_LIMIT)
    return;

  /* Where the use cannot be seen, no more than the limit is left for certain. */
  if (status == NULL || !mgr_proc_text_lookup (status, use_name, &used))
    used = 0;

  bound_lower (&findings->limit, limit, name, "this process");
  bound_lower (&findings->headroom, limit > used ? limit - used : 0, name, "this process");
}

static void
find_rlimits (MgrMemoryLimits *self,
              Findings        *findings)
{
  g_autoptr (GError) error = NULL;
  const char *limits = mgr_proc_file_read (self->rlimits, &error);
  const char *status;

  if (limits == NULL)
    {
      findings_note (findings, error->message);
      return;
    }

  status = mgr_proc_file_read (self->status, NULL);
  find_rlimit (findings, limits, status, "Max address space", "VmSize", "RLIMIT_AS");
  find_rlimit (findings, limits, status, "Max data size", "VmData", "RLIMIT_DATA");
}

static void
explain_bound (GString     *text,
               const char  *name,
               const Bound *bound)
{
  g_autofree char *size = mgr_size_format (bound->bytes);

  if (bound->bytes == MGR_NO_LIMIT)
    g_string_append_printf (text, "%s: none\n", name);
  else
    g_string_append_printf (text, "%s: %s, %s\n", name, size, bound->rule);
}

static char *
explain_findings (const Findings *findings)
{
  g_autoptr (GString) text = g_string_new (NULL);

  explain_bound (text, "Limit", &findings->limit);
  explain_bound (text, "Soft limit", &findings->soft_limit);
  explain_bound (text, "Headroom", &findings->headroom);
  g_string_append (text, findings->notes->str);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
notify_cb (gpointer object,
           gpointer user_data)
{
  guint changed = GPOINTER_TO_UINT (user_data);

  g_object_freeze_notify (object);
  for (guint id = PROP_LIMIT; id <= PROP_HEADROOM; id++)
    {
      if (changed & (1u << id))
        g_object_notify_by_pspec (object, props[id]);
    }
  g_object_thaw_notify (object);
}

static guint
update_figure (guint64                 *figure,
               const Bound             *bound,
               MgrMemoryLimitsProperty  id)
{
  guint64 bytes = bound_get (bound);

  if (*figure == bytes)
    return 0;

  *figure = bytes;
  return 1u << id;
}

static gboolean
memory_limits_refresh (MgrMemoryLimits  *self,
                       GError          **error)
{
  g_auto (Findings) findings;
  guint changed = 0;

  findings_init (&findings);

  g_mutex_lock (&self->lock);
  find_host (self, &findings);
  find_cgroup (self, &findings);
  find_rlimits (self, &findings);
  changed |= update_figure (&self->limit, &findings.limit, PROP_LIMIT);
  changed |= update_figure (&self->soft_limit, &findings.soft_limit, PROP_SOFT_LIMIT);
  changed |= update_figure (&self->headroom, &findings.headroom, PROP_HEADROOM);
  g_free (self->explanation);
  self->explanation = explain_findings (&findings);
  g_mutex_unlock (&self->lock);

  if (changed != 0)
    mgr_owner_context_post (self->owner, self, notify_cb, GUINT_TO_POINTER (changed), NULL);

  if (findings.limit.bytes != MGR_NO_LIMIT)
    return TRUE;

  g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE,
               "Nothing tells how much memory this process may have. %s", findings.notes->str);
  return FALSE;
}

static void
mgr_memory_limits_get_property (GObject    *object,
                                guint       id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  MgrMemoryLimits *self = MGR_MEMORY_LIMITS (object);

  switch ((MgrMemoryLimitsProperty) id)
    {
    case PROP_PROC_PATH:
      g_value_set_string (value, self->proc_path);
      break;
    case PROP_CGROUP_PATH:
      g_value_set_string (value, self->cgroup_path);
      break;
    case PROP_LIMIT:
      g_value_set_uint64 (value, mgr_memory_limits_get_limit (self));
      break;
    case PROP_SOFT_LIMIT:
      g_value_set_uint64 (value, mgr_memory_limits_get_soft_limit (self));
      break;
    case PROP_HEADROOM:
      g_value_set_uint64 (value, mgr_memory_limits_get_headroom (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_memory_limits_set_property (GObject      *object,
                                guint         id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  MgrMemoryLimits *self = MGR_MEMORY_LIMITS (object);

  switch ((MgrMemoryLimitsProperty) id)
    {
    case PROP_PROC_PATH:
      self->proc_path = g_value_dup_string (value);
      break;
    case PROP_CGROUP_PATH:
      self->cgroup_path = g_value_dup_string (value);
      break;
    case PROP_LIMIT:
    case PROP_SOFT_LIMIT:
    case PROP_HEADROOM:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_memory_limits_constructed (GObject *object)
{
  MgrMemoryLimits *self = MGR_MEMORY_LIMITS (object);

  G_OBJECT_CLASS (mgr_memory_limits_parent_class)->constructed (object);

  if (self->proc_path == NULL)
    self->proc_path = g_strdup (MGR_DEFAULT_PROC_PATH);
  self->cgroup = mgr_cgroup_memory_new (self->proc_path, self->cgroup_path);
  self->meminfo = mgr_proc_file_new (self->proc_path, "meminfo");
  self->rlimits = mgr_proc_file_new (self->proc_path, "self/limits");
  self->status = mgr_proc_file_new (self->proc_path, "self/status");

  /* That nothing is known shows in the figures. */
  (void) memory_limits_refresh (self, NULL);
}

static void
mgr_memory_limits_finalize (GObject *object)
{
  MgrMemoryLimits *self = MGR_MEMORY_LIMITS (object);

  g_clear_pointer (&self->cgroup, mgr_cgroup_memory_free);
  g_clear_pointer (&self->meminfo, mgr_proc_file_free);
  g_clear_pointer (&self->rlimits, mgr_proc_file_free);
  g_clear_pointer (&self->status, mgr_proc_file_free);
  g_clear_pointer (&self->owner, g_main_context_unref);
  g_free (self->explanation);
  g_free (self->proc_path);
  g_free (self->cgroup_path);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgr_memory_limits_parent_class)->finalize (object);
}

static void
mgr_memory_limits_class_init (MgrMemoryLimitsClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GParamFlags figure_flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->get_property = mgr_memory_limits_get_property;
  object_class->set_property = mgr_memory_limits_set_property;
  object_class->constructed = mgr_memory_limits_constructed;
  object_class->finalize = mgr_memory_limits_finalize;

  /**
   * MgrMemoryLimits:proc-path:
   *
   * The directory that stands for /proc.
   *
   * Since: 1.0
   */
  props[PROP_PROC_PATH] =
    g_param_spec_string ("proc-path", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * MgrMemoryLimits:cgroup-path:
   *
   * A directory under which the mount points that mountinfo names are looked for,
   * or %NULL for the root directory.
   *
   * Since: 1.0
   */
  props[PROP_CGROUP_PATH] =
    g_param_spec_string ("cgroup-path", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * MgrMemoryLimits:limit:
   *
   * The most memory this process may have, in bytes; 0 if that is unknown.
   *
   * Since: 1.0
   */
  props[PROP_LIMIT] =
    g_param_spec_uint64 ("limit", NULL, NULL, 0, G_MAXUINT64, 0, figure_flags);

  /**
   * MgrMemoryLimits:soft-limit:
   *
   * The memory from which on this process is throttled, in bytes; 0 if there is no
   * such limit.
   *
   * Since: 1.0
   */
  props[PROP_SOFT_LIMIT] =
    g_param_spec_uint64 ("soft-limit", NULL, NULL, 0, G_MAXUINT64, 0, figure_flags);

  /**
   * MgrMemoryLimits:headroom:
   *
   * What this process can still take before it is throttled or killed, in bytes.
   *
   * Since: 1.0
   */
  props[PROP_HEADROOM] =
    g_param_spec_uint64 ("headroom", NULL, NULL, 0, G_MAXUINT64, 0, figure_flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
mgr_memory_limits_init (MgrMemoryLimits *self)
{
  g_mutex_init (&self->lock);
  self->owner = g_main_context_ref_thread_default ();
}

/**
 * mgr_memory_limits_new:
 * @proc_path: (nullable): the directory that stands for /proc, or %NULL for /proc
 * @cgroup_path: (nullable): a directory under which the mount points of the
 *    cgroups are looked for, or %NULL for the root directory
 *
 * Finds the limits of this process. May be called from any thread.
 *
 * Returns: (transfer full): the limits
 *
 * Since: 1.0
 */
MgrMemoryLimits *
mgr_memory_limits_new (const char *proc_path,
                       const char *cgroup_path)
{
  return g_object_new (MGR_TYPE_MEMORY_LIMITS,
                       "proc-path", proc_path,
                       "cgroup-path", cgroup_path,
                       NULL);
}

/**
 * mgr_memory_limits_refresh:
 * @self: memory limits
 * @error: return location for a #GError
 *
 * Looks at everything again. What cannot be read is left out and named by
 * mgr_memory_limits_explain(); only if nothing at all gives a limit this fails,
 * with %MGR_ERROR_NOT_AVAILABLE, and the figures are 0. May be called from any
 * thread.
 *
 * Returns: %TRUE if there is a limit
 *
 * Since: 1.0
 */
gboolean
mgr_memory_limits_refresh (MgrMemoryLimits  *self,
                           GError          **error)
{
  g_return_val_if_fail (MGR_IS_MEMORY_LIMITS (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return memory_limits_refresh (self, error);
}

static guint64
memory_limits_get_figure (MgrMemoryLimits *self,
                          const guint64   *figure)
{
  guint64 bytes;

  g_mutex_lock (&self->lock);
  bytes = *figure;
  g_mutex_unlock (&self->lock);

  return bytes;
}

/**
 * mgr_memory_limits_get_limit:
 * @self: memory limits
 *
 * Gets #MgrMemoryLimits:limit: the least of MemTotal, the hard limits of the
 * visible cgroups, RLIMIT_AS and RLIMIT_DATA. May be called from any thread.
 *
 * Returns: bytes, or 0 if nothing is known
 *
 * Since: 1.0
 */
guint64
mgr_memory_limits_get_limit (MgrMemoryLimits *self)
{
  g_return_val_if_fail (MGR_IS_MEMORY_LIMITS (self), 0);

  return memory_limits_get_figure (self, &self->limit);
}

/**
 * mgr_memory_limits_get_soft_limit:
 * @self: memory limits
 *
 * Gets #MgrMemoryLimits:soft-limit: the least memory.high of the visible cgroups.
 * May be called from any thread.
 *
 * Returns: bytes, or 0 if there is none
 *
 * Since: 1.0
 */
guint64
mgr_memory_limits_get_soft_limit (MgrMemoryLimits *self)
{
  g_return_val_if_fail (MGR_IS_MEMORY_LIMITS (self), 0);

  return memory_limits_get_figure (self, &self->soft_limit);
}

/**
 * mgr_memory_limits_get_headroom:
 * @self: memory limits
 *
 * Gets #MgrMemoryLimits:headroom: the least of MemAvailable, of the room that each
 * visible cgroup has under its hard and soft limit (limit - current + what the
 * kernel gives back unasked), and of what RLIMIT_AS and RLIMIT_DATA leave. It means
 * something only where mgr_memory_limits_get_limit() is not 0. May be called from
 * any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_memory_limits_get_headroom (MgrMemoryLimits *self)
{
  g_return_val_if_fail (MGR_IS_MEMORY_LIMITS (self), 0);

  return memory_limits_get_figure (self, &self->headroom);
}

/**
 * mgr_memory_limits_explain:
 * @self: memory limits
 *
 * Tells which rule gave each figure, and what could not be seen, in lines for
 * people to read. May be called from any thread.
 *
 * Returns: (transfer full): the text
 *
 * Since: 1.0
 */
char *
mgr_memory_limits_explain (MgrMemoryLimits *self)
{
  char *explanation;

  g_return_val_if_fail (MGR_IS_MEMORY_LIMITS (self), NULL);

  g_mutex_lock (&self->lock);
  explanation = g_strdup (self->explanation);
  g_mutex_unlock (&self->lock);

  return explanation;
}
