/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-budget-source.h"

#include "base/mgr-owner-context-private.h"
#include "base/mgr-process-memory-private.h"
#include "ledger/mgr-component-private.h"

/**
 * SECTION:mgr-budget-source
 * @title: MgrBudgetSource
 * @short_description: how short memory is in a budget
 *
 * It compares what is charged to a component with its budget, without what a #MgrScheduler
 * has granted to tasks: that is theirs to take, and to have all of it granted is no sign of
 * pressure. What they take beyond it counts. Not all that a program takes is charged; with #MgrBudgetSource:track-process the anonymous memory
 * of the whole process (RssAnon and VmSwap of /proc/self/status: what the program
 * itself controls, without files and shared memory) counts where that is more. Where
 * that file cannot be read, a message says so once and what is charged counts alone.
 */

/**
 * MgrBudgetSource:
 *
 * A #MgrPressureSource called “budget”.
 *
 * Since: 1.0
 */
struct _MgrBudgetSource
{
  GObject parent_instance;

  MgrComponent *component;  /* (owned) */
  char *proc_path;          /* (owned) */
  GMainContext *owner;      /* (owned) */
  int track_process;        /* atomic */
  int complained;           /* atomic */
  MgrProcessMemory *memory; /* (owned) */
};

typedef enum
{
  PROP_COMPONENT = 1,
  PROP_TRACK_PROCESS,
  PROP_PROC_PATH,
} MgrBudgetSourceProperty;

static GParamSpec *props[PROP_PROC_PATH + 1] = { NULL, };

static void mgr_budget_source_iface_init (MgrPressureSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrBudgetSource, mgr_budget_source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_PRESSURE_SOURCE,
                                                      mgr_budget_source_iface_init))

static const char *
mgr_budget_source_get_name (MgrPressureSource *source)
{
  return "budget";
}

/* Without /proc the budget still guards what is charged, which is better than
 * nothing; somebody has to hear of it all the same. */
static guint64
budget_source_get_process (MgrBudgetSource *self)
{
  g_autoptr (GError) error = NULL;
  guint64 process = 0;

  if (mgr_process_memory_read_anonymous (self->memory, &process, &error))
    return process;

  if (g_atomic_int_compare_and_exchange (&self->complained, FALSE, TRUE))
    g_message ("Only what is charged counts against the budget, not the whole process: %s",
               error->message);
  return 0;
}

static MgrPressureReading *
mgr_budget_source_read (MgrPressureSource  *source,
                        GError            **error)
{
  MgrBudgetSource *self = MGR_BUDGET_SOURCE (source);
  guint64 budget = mgr_component_get_budget (self->component);
  guint64 used = mgr_component_get_used (self->component);

  used = (guint64) MAX ((gint64) used - mgr_component_get_promised (self->component), 0);
  if (g_atomic_int_get (&self->track_process))
    used = MAX (used, budget_source_get_process (self));

  return mgr_pressure_reading_new (used, budget > used ? budget - used : 0, budget, 0.0);
}

static gboolean
mgr_budget_source_is_thread_safe (MgrPressureSource *source)
{
  return TRUE;
}

static void
mgr_budget_source_iface_init (MgrPressureSourceInterface *iface)
{
  iface->get_name = mgr_budget_source_get_name;
  iface->read = mgr_budget_source_read;
  iface->is_thread_safe = mgr_budget_source_is_thread_safe;
  iface->prompt = TRUE;
}

static void
mgr_budget_source_get_property (GObject    *object,
                                guint       id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  MgrBudgetSource *self = MGR_BUDGET_SOURCE (object);

  switch ((MgrBudgetSourceProperty) id)
    {
    case PROP_COMPONENT:
      g_value_set_object (value, self->component);
      break;
    case PROP_TRACK_PROCESS:
      g_value_set_boolean (value, mgr_budget_source_get_track_process (self));
      break;
    case PROP_PROC_PATH:
      g_value_set_string (value, self->proc_path);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_budget_source_set_property (GObject      *object,
                                guint         id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  MgrBudgetSource *self = MGR_BUDGET_SOURCE (object);

  switch ((MgrBudgetSourceProperty) id)
    {
    case PROP_COMPONENT:
      self->component = g_value_dup_object (value);
      break;
    case PROP_TRACK_PROCESS:
      mgr_budget_source_set_track_process (self, g_value_get_boolean (value));
      break;
    case PROP_PROC_PATH:
      self->proc_path = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
mgr_budget_source_constructed (GObject *object)
{
  MgrBudgetSource *self = MGR_BUDGET_SOURCE (object);

  G_OBJECT_CLASS (mgr_budget_source_parent_class)->constructed (object);

  g_assert (self->component != NULL);

  if (self->proc_path == NULL)
    self->proc_path = g_strdup ("/proc");
  self->memory = mgr_process_memory_new (self->proc_path);
}

static void
mgr_budget_source_finalize (GObject *object)
{
  MgrBudgetSource *self = MGR_BUDGET_SOURCE (object);

  g_clear_pointer (&self->memory, mgr_process_memory_free);
  g_clear_pointer (&self->owner, g_main_context_unref);
  g_clear_object (&self->component);
  g_free (self->proc_path);

  G_OBJECT_CLASS (mgr_budget_source_parent_class)->finalize (object);
}

static void
mgr_budget_source_class_init (MgrBudgetSourceClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mgr_budget_source_get_property;
  object_class->set_property = mgr_budget_source_set_property;
  object_class->constructed = mgr_budget_source_constructed;
  object_class->finalize = mgr_budget_source_finalize;

  /**
   * MgrBudgetSource:component:
   *
   * The component whose budget counts.
   *
   * Since: 1.0
   */
  props[PROP_COMPONENT] =
    g_param_spec_object ("component", NULL, NULL, MGR_TYPE_COMPONENT,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * MgrBudgetSource:track-process:
   *
   * Whether the anonymous memory of the whole process counts where it is more than
   * what is charged.
   *
   * Since: 1.0
   */
  props[PROP_TRACK_PROCESS] =
    g_param_spec_boolean ("track-process", NULL, NULL, FALSE,
                          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  /**
   * MgrBudgetSource:proc-path:
   *
   * The directory that stands for /proc.
   *
   * Since: 1.0
   */
  props[PROP_PROC_PATH] =
    g_param_spec_string ("proc-path", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
mgr_budget_source_init (MgrBudgetSource *self)
{
  self->owner = g_main_context_ref_thread_default ();
}

/**
 * mgr_budget_source_new:
 * @component: a component
 * @track_process: whether to count the whole process where that is more than what
 *    is charged
 * @proc_path: (nullable): the directory that stands for /proc, or %NULL for /proc
 *
 * Makes a source for the budget of @component. A budget of 0 is no limit. May be
 * called from any thread.
 *
 * Returns: (transfer full) (type MgrBudgetSource): the source
 *
 * Since: 1.0
 */
MgrPressureSource *
mgr_budget_source_new (MgrComponent *component,
                       gboolean      track_process,
                       const char   *proc_path)
{
  g_return_val_if_fail (MGR_IS_COMPONENT (component), NULL);

  return g_object_new (MGR_TYPE_BUDGET_SOURCE,
                       "component", component,
                       "track-process", track_process,
                       "proc-path", proc_path,
                       NULL);
}

/**
 * mgr_budget_source_get_track_process:
 * @self: a budget source
 *
 * Gets #MgrBudgetSource:track-process. May be called from any thread.
 *
 * Returns: %TRUE if the whole process counts
 *
 * Since: 1.0
 */
gboolean
mgr_budget_source_get_track_process (MgrBudgetSource *self)
{
  g_return_val_if_fail (MGR_IS_BUDGET_SOURCE (self), FALSE);

  return g_atomic_int_get (&self->track_process);
}

static void
notify_track_process_cb (gpointer object,
                         gpointer user_data)
{
  g_object_notify_by_pspec (object, props[PROP_TRACK_PROCESS]);
}

/**
 * mgr_budget_source_set_track_process:
 * @self: a budget source
 * @track_process: whether to count the whole process where that is more
 *
 * Sets #MgrBudgetSource:track-process, from the next reading on. May be called from
 * any thread; the notification comes in the main context that was the thread default
 * when the source was made.
 *
 * Since: 1.0
 */
void
mgr_budget_source_set_track_process (MgrBudgetSource *self,
                                     gboolean         track_process)
{
  gboolean wanted = !!track_process;

  g_return_if_fail (MGR_IS_BUDGET_SOURCE (self));

  if (g_atomic_int_compare_and_exchange (&self->track_process, !wanted, wanted))
    mgr_owner_context_post (self->owner, self, notify_track_process_cb, NULL, NULL);
}
