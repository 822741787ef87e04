/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-memory-limits.h"

#include "base/mgr-owner-context-private.h"
#include "base/mgr-size.h"
#include "pressure/mgr-limit-findings-private.h"
#include "pressure/mgr-memory-limits-private.h"

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
 * which comes with the construction. A #MgrPressureMonitor that is given the limits
 * refreshes them with each sample. All functions may be called from any thread;
 * signals and notifications come in the main context that was the thread default
 * when the object was made.
 */

/* A figure and the rule that gave it, as it was found last. */
typedef struct
{
  guint64 bytes;    /* or MGR_NO_LIMIT: none is known */
  const char *rule; /* (unowned) (nullable): static */
  char *place;      /* (owned) (nullable) */
} Figure;

typedef enum
{
  FIGURE_LIMIT,
  FIGURE_SOFT_LIMIT,
  FIGURE_HEADROOM,
  FIGURE_SWAP,
} FigureId;

#define N_FIGURES (FIGURE_SWAP + 1)

static const char *const figure_names[N_FIGURES] = { "Limit", "Soft limit", "Headroom", "Swap" };

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

  char *proc_path;       /* (owned) */
  char *cgroup_path;     /* (owned) (nullable) */
  GMainContext *owner;   /* (owned) */
  GWeakRef follower;
  MgrLimitsFollowFunc follow; /* (nullable): nobody follows */

  MgrSystemFiles *files; /* (owned) */
  MgrProcFile *status;   /* (owned), guarded by the lock of the files */
  MgrProcFile *rlimits;  /* (owned) (nullable): the kernel is asked; guarded by the same */

  GMutex lock;           /* guards what follows; taken after that of the files */
  Figure figures[N_FIGURES];
  guint64 swap_limit;    /* bytes, or MGR_NO_LIMIT */
  char *notes;           /* (owned) (nullable) */
  guint serial;          /* of the last change of a limit */
};

typedef enum
{
  PROP_PROC_PATH = 1,
  PROP_CGROUP_PATH,
  PROP_LIMIT,
  PROP_SOFT_LIMIT,
  PROP_HEADROOM,
  PROP_SWAP,
} MgrMemoryLimitsProperty;

static GParamSpec *props[PROP_SWAP + 1] = { NULL, };

typedef enum
{
  SIGNAL_LIMITS_CHANGED,
} MgrMemoryLimitsSignal;

static guint signals[SIGNAL_LIMITS_CHANGED + 1] = { 0, };

G_DEFINE_FINAL_TYPE (MgrMemoryLimits, mgr_memory_limits, G_TYPE_OBJECT)

static guint
figure_property (FigureId id)
{
  return PROP_LIMIT + (guint) id;
}

/* Returns whether the figure is another. */
static gboolean
figure_update (Figure         *figure,
               const MgrBound *bound)
{
  gboolean changed = figure->bytes != bound->bytes;

  figure->bytes = bound->bytes;
  figure->rule = bound->rule;
  if (g_strcmp0 (figure->place, bound->place) != 0)
    {
      g_free (figure->place);
      figure->place = g_strdup (bound->place);
    }

  return changed;
}

static void
explain_figure (GString      *text,
                const char   *name,
                const Figure *figure)
{
  g_autofree char *size = mgr_size_format (figure->bytes);
  g_autofree char *place = NULL;

  if (figure->bytes == MGR_NO_LIMIT)
    {
      g_string_append_printf (text, "%s: none\n", name);
      return;
    }

  /* A cgroup may have any name. */
  place = g_filename_display_name (figure->place);
  g_string_append_printf (text, "%s: %s, %s of %s\n", name, size, figure->rule, place);
}

/* What happened in a refresh, as bits of figures, and whether it is a limit. */
typedef struct
{
  guint figures;
  gboolean limits;
} Changes;

static void
changed_cb (gpointer object,
            gpointer user_data)
{
  const Changes *changes = user_data;

  g_object_freeze_notify (object);
  for (FigureId id = FIGURE_LIMIT; id < N_FIGURES; id++)
    {
      if (changes->figures & (1u << id))
        g_object_notify_by_pspec (object, props[figure_property (id)]);
    }
  g_object_thaw_notify (object);

  if (changes->limits)
    g_signal_emit (object, signals[SIGNAL_LIMITS_CHANGED], 0);
}

static gboolean
memory_limits_has_listener (MgrMemoryLimits *self,
                            FigureId         id)
{
  guint notify_id = g_signal_lookup ("notify", G_TYPE_OBJECT);

  return g_signal_has_handler_pending (self, notify_id, 0, FALSE) ||
         g_signal_has_handler_pending (self, notify_id,
                                       g_param_spec_get_name_quark (props[figure_property (id)]),
                                       FALSE);
}

/* What is left changes all the time: nobody is woken who does not listen. */
static void
memory_limits_post (MgrMemoryLimits *self,
                    Changes          changes)
{
  const guint volatile_figures = 1u << FIGURE_HEADROOM | 1u << FIGURE_SWAP;

  if ((changes.figures & ~volatile_figures) == 0 && !changes.limits &&
      !memory_limits_has_listener (self, FIGURE_HEADROOM) &&
      !memory_limits_has_listener (self, FIGURE_SWAP))
    return;

  mgr_owner_context_post (self->owner, self, changed_cb,
                          g_memdup2 (&changes, sizeof changes), g_free);
}

/* With both locks held. */
static Changes
memory_limits_update (MgrMemoryLimits        *self,
                      const MgrLimitFindings *findings)
{
  const MgrBound *bounds[N_FIGURES] = {
    &findings->limit, &findings->soft_limit, &findings->headroom, &findings->swap,
  };
  Changes changes = { 0, findings->swap_limit != self->swap_limit };

  for (FigureId id = FIGURE_LIMIT; id < N_FIGURES; id++)
    {
      if (figure_update (&self->figures[id], bounds[id]))
        changes.figures |= 1u << id;
    }

  changes.limits = changes.limits ||
                   (changes.figures & (1u << FIGURE_LIMIT | 1u << FIGURE_SOFT_LIMIT)) != 0;
  self->swap_limit = findings->swap_limit;
  if (g_strcmp0 (self->notes, findings->notes->str) != 0)
    {
      g_free (self->notes);
      self->notes = g_strdup (findings->notes->str);
    }
  if (changes.limits)
    self->serial++;

  return changes;
}

static Changes
memory_limits_look (MgrMemoryLimits *self)
{
  g_auto (MgrLimitFindings) findings;
  Changes changes;

  mgr_system_files_lock (self->files);
  mgr_limit_findings_collect (&findings, self->files, self->rlimits, self->status);

  g_mutex_lock (&self->lock);
  changes = memory_limits_update (self, &findings);
  g_mutex_unlock (&self->lock);
  mgr_system_files_unlock (self->files);

  return changes;
}

static void
memory_limits_tell_follower (MgrMemoryLimits *self,
                             guint64          limit)
{
  g_autoptr (GObject) follower = self->follow != NULL ? g_weak_ref_get (&self->follower) : NULL;

  if (follower != NULL)
    self->follow (follower, limit);
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
    case PROP_SWAP:
      g_value_set_uint64 (value, mgr_memory_limits_get_swap (self));
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
    case PROP_SWAP:
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
  self->files = mgr_system_files_get (self->proc_path, self->cgroup_path);
  if (strcmp (self->proc_path, MGR_DEFAULT_PROC_PATH) != 0)
    self->rlimits = mgr_proc_file_new (self->proc_path, "self/limits");
  self->status = mgr_proc_file_new (self->proc_path, "self/status");

  /* What is found first is no change; that nothing is known shows in the figures. */
  memory_limits_look (self);
}

static void
mgr_memory_limits_finalize (GObject *object)
{
  MgrMemoryLimits *self = MGR_MEMORY_LIMITS (object);

  for (FigureId id = FIGURE_LIMIT; id < N_FIGURES; id++)
    g_free (self->figures[id].place);
  g_clear_pointer (&self->files, mgr_system_files_unref);
  g_clear_pointer (&self->rlimits, mgr_proc_file_free);
  g_clear_pointer (&self->status, mgr_proc_file_free);
  g_clear_pointer (&self->owner, g_main_context_unref);
  g_weak_ref_clear (&self->follower);
  g_free (self->notes);
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

  /**
   * MgrMemoryLimits:swap:
   *
   * How much swap space this process may still use, in bytes. It comes on top of
   * #MgrMemoryLimits:headroom.
   *
   * Since: 1.0
   */
  props[PROP_SWAP] =
    g_param_spec_uint64 ("swap", NULL, NULL, 0, G_MAXUINT64, 0, figure_flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);

  /**
   * MgrMemoryLimits::limits-changed:
   * @self: the limits
   *
   * A refresh has found the limit, the soft limit or the limit of swap space to be
   * another, or the first: it is emitted once for all that changed at a time, after
   * the notifications, in the main context that was the thread default when @self was
   * made. Headroom and free swap space change all the time, and count for
   * nothing here.
   *
   * Since: 1.0
   */
  signals[SIGNAL_LIMITS_CHANGED] =
    g_signal_new ("limits-changed", MGR_TYPE_MEMORY_LIMITS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                  G_TYPE_NONE, 0);
}

static void
mgr_memory_limits_init (MgrMemoryLimits *self)
{
  g_mutex_init (&self->lock);
  g_weak_ref_init (&self->follower, NULL);
  self->owner = g_main_context_ref_thread_default ();
  self->swap_limit = MGR_NO_LIMIT;
  for (FigureId id = FIGURE_LIMIT; id < N_FIGURES; id++)
    self->figures[id].bytes = MGR_NO_LIMIT;
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
 * Looks at everything again; #MgrMemoryLimits::limits-changed tells of a limit that
 * is another than before. What cannot be read is left out and named by
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
  guint64 limit;
  Changes changes;

  g_return_val_if_fail (MGR_IS_MEMORY_LIMITS (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  changes = memory_limits_look (self);
  if (changes.figures != 0 || changes.limits)
    memory_limits_post (self, changes);

  limit = mgr_memory_limits_get_limit (self);
  if (limit > 0)
    {
      memory_limits_tell_follower (self, limit);
      return TRUE;
    }

  g_mutex_lock (&self->lock);
  g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE,
               "Nothing tells how much memory this process may have. %s", self->notes);
  g_mutex_unlock (&self->lock);
  return FALSE;
}

void
mgr_memory_limits_set_follower (MgrMemoryLimits     *self,
                                GObject             *follower,
                                MgrLimitsFollowFunc  func)
{
  g_weak_ref_set (&self->follower, follower);
  self->follow = func;
}

guint
mgr_memory_limits_get_serial (MgrMemoryLimits *self)
{
  guint serial;

  g_mutex_lock (&self->lock);
  serial = self->serial;
  g_mutex_unlock (&self->lock);

  return serial;
}

/* 0 stands for none in the public figures. */
static guint64
memory_limits_get_figure (MgrMemoryLimits *self,
                          FigureId         id)
{
  guint64 bytes;

  g_mutex_lock (&self->lock);
  bytes = self->figures[id].bytes;
  g_mutex_unlock (&self->lock);

  return bytes != MGR_NO_LIMIT ? bytes : 0;
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

  return memory_limits_get_figure (self, FIGURE_LIMIT);
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

  return memory_limits_get_figure (self, FIGURE_SOFT_LIMIT);
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

  return memory_limits_get_figure (self, FIGURE_HEADROOM);
}

/**
 * mgr_memory_limits_get_swap:
 * @self: memory limits
 *
 * Gets #MgrMemoryLimits:swap: the least of SwapFree and of what each visible cgroup
 * may still use (memory.swap.max - memory.swap.current on v2; on v1 the same of
 * memory.memsw less memory). May be called from any thread.
 *
 * Returns: bytes; 0 where there is none, or none is allowed
 *
 * Since: 1.0
 */
guint64
mgr_memory_limits_get_swap (MgrMemoryLimits *self)
{
  g_return_val_if_fail (MGR_IS_MEMORY_LIMITS (self), 0);

  return memory_limits_get_figure (self, FIGURE_SWAP);
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
  g_autoptr (GString) text = NULL;

  g_return_val_if_fail (MGR_IS_MEMORY_LIMITS (self), NULL);

  text = g_string_new (NULL);
  g_mutex_lock (&self->lock);
  for (FigureId id = FIGURE_LIMIT; id < N_FIGURES; id++)
    explain_figure (text, figure_names[id], &self->figures[id]);
  g_string_append (text, self->notes);
  g_mutex_unlock (&self->lock);

  return g_string_free (g_steal_pointer (&text), FALSE);
}
