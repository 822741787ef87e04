/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "service/mgr-exported-manager-private.h"

#include "service/mgr-bus-access-private.h"
#include "service/mgr-bus-values-private.h"
#include "service/mgr-program-name-private.h"

#include <unistd.h>

/* A manager on the bus: its figures, its methods and its signals. */
struct _MgrExportedManager
{
  MgrBusManager1Skeleton parent_instance;

  GWeakRef manager;     /* (element-type MgrManager) */
  MgrComponent *root;   /* (owned): the figures, which outlive the manager */
  MgrBusAccess *access; /* (owned) */
};

static void manager1_iface_init (MgrBusManager1Iface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrExportedManager, mgr_exported_manager,
                               MGR_BUS_TYPE_MANAGER1_SKELETON,
                               G_IMPLEMENT_INTERFACE (MGR_BUS_TYPE_MANAGER1, manager1_iface_init))

typedef enum
{
  PROP_USED = 1,
  PROP_PEAK,
  PROP_USAGE,
} MgrExportedManagerProperty;

/* One page of ListAllocations: what a bus carries in some 20 ms. */
#define PAGE_MAX 1000

static void
mgr_exported_manager_get_property (GObject    *object,
                                   guint       property_id,
                                   GValue     *value,
                                   GParamSpec *pspec)
{
  MgrExportedManager *self = MGR_EXPORTED_MANAGER (object);
  guint64 budget;

  switch ((MgrExportedManagerProperty) property_id)
    {
    case PROP_USED:
      g_value_set_uint64 (value, mgr_component_get_used (self->root));
      break;
    case PROP_PEAK:
      g_value_set_uint64 (value, mgr_component_get_peak (self->root));
      break;
    case PROP_USAGE:
      budget = mgr_component_get_budget (self->root);
      if (budget > 0)
        g_value_set_double (value, (double) mgr_component_get_used (self->root) / (double) budget);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

/* Overridden properties stay writable in GObject, but nothing writes figures. */
static void
mgr_exported_manager_set_property (GObject      *object,
                                   guint         property_id,
                                   const GValue *value,
                                   GParamSpec   *pspec)
{
  G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
}

static void
mgr_exported_manager_dispose (GObject *object)
{
  MgrExportedManager *self = MGR_EXPORTED_MANAGER (object);

  g_weak_ref_set (&self->manager, NULL);
  g_clear_object (&self->root);
  g_clear_object (&self->access);

  G_OBJECT_CLASS (mgr_exported_manager_parent_class)->dispose (object);
}

static void
mgr_exported_manager_finalize (GObject *object)
{
  MgrExportedManager *self = MGR_EXPORTED_MANAGER (object);

  g_weak_ref_clear (&self->manager);

  G_OBJECT_CLASS (mgr_exported_manager_parent_class)->finalize (object);
}

static void
mgr_exported_manager_class_init (MgrExportedManagerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mgr_exported_manager_get_property;
  object_class->set_property = mgr_exported_manager_set_property;
  object_class->dispose = mgr_exported_manager_dispose;
  object_class->finalize = mgr_exported_manager_finalize;

  g_object_class_override_property (object_class, PROP_USED, "used");
  g_object_class_override_property (object_class, PROP_PEAK, "peak");
  g_object_class_override_property (object_class, PROP_USAGE, "usage");
}

static void
mgr_exported_manager_init (MgrExportedManager *self)
{
  g_weak_ref_init (&self->manager, NULL);
  self->access = mgr_bus_access_new ();
}

/* Methods */

/* The manager, or NULL after the call has been answered that it is gone. */
static MgrManager *
exported_manager_get (MgrExportedManager    *self,
                      GDBusMethodInvocation *invocation)
{
  MgrManager *manager = g_weak_ref_get (&self->manager);

  if (manager == NULL)
    g_dbus_method_invocation_return_error (invocation, MGR_ERROR, MGR_ERROR_CLOSED,
                                           "The manager is gone: its program has let go of it");
  return manager;
}

static gboolean
handle_get_report (MgrBusManager1        *object,
                   GDBusMethodInvocation *invocation)
{
  g_autoptr (MgrManager) manager = exported_manager_get (MGR_EXPORTED_MANAGER (object), invocation);
  g_autoptr (MgrReport) report = NULL;

  if (manager == NULL)
    return G_DBUS_METHOD_INVOCATION_HANDLED;

  report = mgr_manager_get_report (manager);
  mgr_bus_manager1_complete_get_report (object, invocation, mgr_report_to_variant (report));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static const char *
null_if_empty (const char *text)
{
  return *text != '\0' ? text : NULL;
}

/* Answers that a limit is out of range, if it is. */
static gboolean
check_limit (GDBusMethodInvocation *invocation,
             guint                  limit)
{
  if (limit >= 1 && limit <= PAGE_MAX)
    return TRUE;

  g_dbus_method_invocation_return_error (invocation, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                                         "The limit %u is out of range: "
                                         "ask for pages of 1 to %u rows", limit, PAGE_MAX);
  return FALSE;
}

static gboolean
handle_list_allocations (MgrBusManager1        *object,
                         GDBusMethodInvocation *invocation,
                         const char            *component,
                         const char            *tag,
                         guint                  offset,
                         guint                  limit)
{
  g_autoptr (MgrManager) manager = NULL;
  g_autoptr (GPtrArray) allocations = NULL;
  GError *error = NULL;

  if (!check_limit (invocation, limit))
    return G_DBUS_METHOD_INVOCATION_HANDLED;

  manager = exported_manager_get (MGR_EXPORTED_MANAGER (object), invocation);
  if (manager == NULL)
    return G_DBUS_METHOD_INVOCATION_HANDLED;

  /* One more than asked for tells whether there are further ones. */
  allocations = mgr_manager_list_allocations (manager, null_if_empty (component),
                                              null_if_empty (tag), offset, limit + 1, &error);
  if (allocations == NULL)
    {
      g_dbus_method_invocation_take_error (invocation, error);
      return G_DBUS_METHOD_INVOCATION_HANDLED;
    }

  mgr_bus_manager1_complete_list_allocations (object, invocation,
                                              mgr_bus_rows_to_variant (allocations, limit),
                                              allocations->len > limit);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_list_journal (MgrBusManager1        *object,
                     GDBusMethodInvocation *invocation,
                     const char            *kind,
                     guint                  limit)
{
  g_autoptr (MgrManager) manager = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  MgrJournalKind parsed;
  GError *error = NULL;

  if (!check_limit (invocation, limit))
    return G_DBUS_METHOD_INVOCATION_HANDLED;

  if (!mgr_bus_journal_kind_parse (kind, &parsed, &error))
    {
      g_dbus_method_invocation_take_error (invocation, error);
      return G_DBUS_METHOD_INVOCATION_HANDLED;
    }

  manager = exported_manager_get (MGR_EXPORTED_MANAGER (object), invocation);
  if (manager == NULL)
    return G_DBUS_METHOD_INVOCATION_HANDLED;

  entries = mgr_journal_list (mgr_manager_get_journal (manager), parsed, limit);
  mgr_bus_manager1_complete_list_journal (object, invocation, mgr_bus_entries_to_variant (entries));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_explain (MgrBusManager1        *object,
                GDBusMethodInvocation *invocation,
                guint64                id)
{
  g_autoptr (MgrManager) manager = exported_manager_get (MGR_EXPORTED_MANAGER (object), invocation);
  g_autofree char *story = NULL;
  GError *error = NULL;

  if (manager == NULL)
    return G_DBUS_METHOD_INVOCATION_HANDLED;

  story = mgr_journal_explain (mgr_manager_get_journal (manager), id, &error);
  if (story == NULL)
    g_dbus_method_invocation_take_error (invocation, error);
  else
    mgr_bus_manager1_complete_explain (object, invocation, story);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

typedef struct
{
  MgrBusManager1 *object;            /* (owned) */
  GDBusMethodInvocation *invocation; /* (owned) until answered */
  MgrCleanupStrategy strategy;
  gboolean force;
  gboolean dry_run;
} CleanupCall;

static void
cleanup_call_free (CleanupCall *call)
{
  g_clear_object (&call->invocation);
  g_object_unref (call->object);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CleanupCall, cleanup_call_free)

/* Returns the report, or the plan where nothing is to be touched, floating. */
static GVariant *
cleanup_call_run (CleanupCall  *call,
                  MgrManager   *manager,
                  GError      **error)
{
  MgrCleanupFlags flags = call->force ? MGR_CLEANUP_FLAGS_FORCE : MGR_CLEANUP_FLAGS_NONE;
  g_autoptr (MgrCleanupPlan) plan = NULL;
  g_autoptr (MgrCleanupReport) report = NULL;

  if (call->dry_run)
    {
      plan = mgr_cleaner_plan (mgr_manager_get_cleaner (manager), call->strategy, flags, error);
      return plan != NULL ? mgr_cleanup_plan_to_variant (plan) : NULL;
    }

  report = mgr_manager_cleanup (manager, call->strategy, call->force, TRUE, error);
  return report != NULL ? mgr_cleanup_report_to_variant (report) : NULL;
}

static void
cleanup_allowed_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  g_autoptr (CleanupCall) call = user_data;
  g_autoptr (MgrManager) manager = NULL;
  GVariant *report;
  GError *error = NULL;

  if (!mgr_bus_access_check_finish (MGR_BUS_ACCESS (source), result, &error))
    {
      g_dbus_method_invocation_take_error (g_steal_pointer (&call->invocation), error);
      return;
    }

  manager = g_weak_ref_get (&MGR_EXPORTED_MANAGER (call->object)->manager);
  if (manager == NULL)
    {
      g_dbus_method_invocation_return_error (g_steal_pointer (&call->invocation),
                                             MGR_ERROR, MGR_ERROR_CLOSED,
                                             "The manager went before the cleanup began");
      return;
    }

  report = cleanup_call_run (call, manager, &error);
  if (report == NULL)
    g_dbus_method_invocation_take_error (g_steal_pointer (&call->invocation), error);
  else
    mgr_bus_manager1_complete_cleanup (call->object, g_steal_pointer (&call->invocation),
                                       report);
}

static gboolean
handle_cleanup (MgrBusManager1        *object,
                GDBusMethodInvocation *invocation,
                const char            *strategy,
                gboolean               force,
                gboolean               dry_run)
{
  MgrExportedManager *self = MGR_EXPORTED_MANAGER (object);
  MgrCleanupStrategy parsed;
  CleanupCall *call;
  GError *error = NULL;

  if (!mgr_bus_strategy_parse (strategy, &parsed, &error))
    {
      g_dbus_method_invocation_take_error (invocation, error);
      return G_DBUS_METHOD_INVOCATION_HANDLED;
    }

  call = g_new0 (CleanupCall, 1);
  call->object = g_object_ref (object);
  call->invocation = invocation;
  call->strategy = parsed;
  call->force = force;
  call->dry_run = dry_run;

  mgr_bus_access_check_async (self->access, invocation, cleanup_allowed_cb, call);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
manager1_iface_init (MgrBusManager1Iface *iface)
{
  iface->handle_get_report = handle_get_report;
  iface->handle_list_allocations = handle_list_allocations;
  iface->handle_cleanup = handle_cleanup;
  iface->handle_list_journal = handle_list_journal;
  iface->handle_explain = handle_explain;
}

/* Signals */

static void
pressure_changed_cb (MgrManager        *manager,
                     MgrPressureLevel   level,
                     MgrPressureSample *sample,
                     gpointer           user_data)
{
  /* Whoever hears the signal and then reads the property finds the same level. */
  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (user_data));
  mgr_bus_manager1_emit_pressure_changed (user_data, mgr_bus_level_to_nick (level),
                                          mgr_bus_sample_to_variant (sample));
}

static void
cleanup_finished_cb (MgrManager       *manager,
                     MgrCleanupReport *report,
                     gpointer          user_data)
{
  mgr_bus_manager1_emit_cleanup_finished (user_data, mgr_cleanup_report_to_variant (report));
}

static void
journal_added_cb (MgrJournal *journal,
                  guint64     id,
                  gpointer    user_data)
{
  mgr_bus_manager1_emit_journal_added (user_data, id);
}

static gboolean
level_to_nick (GBinding     *binding,
               const GValue *from_value,
               GValue       *to_value,
               gpointer      user_data)
{
  g_value_set_static_string (to_value, mgr_bus_level_to_nick (g_value_get_enum (from_value)));
  return TRUE;
}

MgrExportedManager *
mgr_exported_manager_new (MgrManager *manager)
{
  MgrExportedManager *self = g_object_new (MGR_TYPE_EXPORTED_MANAGER, NULL);
  MgrBusManager1 *skeleton = MGR_BUS_MANAGER1 (self);
  g_autofree char *program = mgr_program_name_get ();

  g_weak_ref_set (&self->manager, manager);
  self->root = g_object_ref (mgr_manager_get_root (manager));

  mgr_bus_manager1_set_program (skeleton, program);
  mgr_bus_manager1_set_pid (skeleton, (guint) getpid ());
  g_object_bind_property (self->root, "budget", self, "total-budget", G_BINDING_SYNC_CREATE);
  g_object_bind_property (manager, "automatic-cleanup", self, "automatic-cleanup",
                          G_BINDING_SYNC_CREATE);
  g_object_bind_property_full (manager, "level", self, "level", G_BINDING_SYNC_CREATE,
                               level_to_nick, NULL, NULL, NULL);
  g_signal_connect_object (manager, "pressure-changed", G_CALLBACK (pressure_changed_cb), self, 0);
  g_signal_connect_object (manager, "cleanup-finished", G_CALLBACK (cleanup_finished_cb), self, 0);
  g_signal_connect_object (mgr_manager_get_journal (manager), "added",
                           G_CALLBACK (journal_added_cb), self, 0);

  /* Nobody can have seen other values than these, so nothing is to be announced. */
  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (self));
  return self;
}
