/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "service/mgr-exported-model-private.h"

#include "base/mgr-variant-private.h"
#include "mgr-enum-types.h"
#include "model/mgr-model-private.h"
#include "service/mgr-bus-values-private.h"
#include "service/mgr-exported-component-private.h"

/* A model on the bus. What is announced when it changes is kept by the generated parent
 * class; the figures are read from the model when asked. */
struct _MgrExportedModel
{
  MgrBusModel1Skeleton parent_instance;

  MgrModel *model; /* (owned) */
};

static void model1_iface_init (MgrBusModel1Iface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrExportedModel, mgr_exported_model, MGR_BUS_TYPE_MODEL1_SKELETON,
                               G_IMPLEMENT_INTERFACE (MGR_BUS_TYPE_MODEL1, model1_iface_init))

typedef enum
{
  PROP_SIZE = 1,
  PROP_PINNED,
} MgrExportedModelProperty;

static void
mgr_exported_model_get_property (GObject    *object,
                                 guint       property_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  MgrExportedModel *self = MGR_EXPORTED_MODEL (object);

  switch ((MgrExportedModelProperty) property_id)
    {
    case PROP_SIZE:
      g_value_set_uint64 (value, mgr_model_get_size (self->model));
      break;
    case PROP_PINNED:
      g_value_set_boolean (value, mgr_model_is_pinned (self->model));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

/* Overridden properties stay writable in GObject, but nothing writes figures. */
static void
mgr_exported_model_set_property (GObject      *object,
                                 guint         property_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
}

static void
mgr_exported_model_finalize (GObject *object)
{
  g_clear_object (&MGR_EXPORTED_MODEL (object)->model);

  G_OBJECT_CLASS (mgr_exported_model_parent_class)->finalize (object);
}

static void
mgr_exported_model_class_init (MgrExportedModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mgr_exported_model_get_property;
  object_class->set_property = mgr_exported_model_set_property;
  object_class->finalize = mgr_exported_model_finalize;

  g_object_class_override_property (object_class, PROP_SIZE, "size");
  g_object_class_override_property (object_class, PROP_PINNED, "pinned");
}

static void
mgr_exported_model_init (MgrExportedModel *self)
{
}

static gboolean
handle_get_statistics (MgrBusModel1          *object,
                       GDBusMethodInvocation *invocation)
{
  MgrExportedModel *self = MGR_EXPORTED_MODEL (object);
  g_autoptr (MgrModelStatistics) statistics = mgr_model_get_statistics (self->model);

  mgr_bus_model1_complete_get_statistics (object, invocation,
                                          mgr_model_statistics_to_variant (statistics));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_get_advice (MgrBusModel1          *object,
                   GDBusMethodInvocation *invocation)
{
  MgrExportedModel *self = MGR_EXPORTED_MODEL (object);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) advice = NULL;

  mgr_model_advise (self->model, builder);
  advice = g_strv_builder_end (builder);
  mgr_bus_model1_complete_get_advice (object, invocation, (const char *const *) advice);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
model1_iface_init (MgrBusModel1Iface *iface)
{
  iface->handle_get_statistics = handle_get_statistics;
  iface->handle_get_advice = handle_get_advice;
}

/* Returns: (transfer full) */
static char *
make_object_path (const char *name)
{
  GString *object_path = g_string_new (MGR_BUS_BASE_PATH "/Model/");

  mgr_bus_path_append (object_path, name);
  return g_string_free (object_path, FALSE);
}

static gboolean
safety_to_text_cb (GBinding     *binding,
                   const GValue *from,
                   GValue       *to,
                   gpointer      user_data)
{
  g_value_set_string (to, mgr_enum_get_nick (MGR_TYPE_SAFETY, g_value_get_enum (from)));
  return TRUE;
}

/* Returns: (transfer full) */
static MgrExportedModel *
exported_model_new (MgrModel *model)
{
  static const char *const announced[] = { "loaded", "priority", "load-timeout", "declared-size" };
  MgrExportedModel *self = g_object_new (MGR_TYPE_EXPORTED_MODEL, NULL);
  MgrBusModel1 *skeleton = MGR_BUS_MODEL1 (self);
  g_autofree char *component =
    mgr_exported_component_charged_path (mgr_model_get_component (model));

  self->model = g_object_ref (model);
  mgr_bus_model1_set_name (skeleton, mgr_model_get_name (model));
  mgr_bus_model1_set_component (skeleton, component);
  for (gsize i = 0; i < G_N_ELEMENTS (announced); i++)
    g_object_bind_property (model, announced[i], self, announced[i], G_BINDING_SYNC_CREATE);
  g_object_bind_property_full (model, "safety", self, "safety", G_BINDING_SYNC_CREATE,
                               safety_to_text_cb, NULL, NULL, NULL);

  /* Nobody can have seen other values than these, so nothing is to be announced. */
  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (self));
  return self;
}

GDBusObjectSkeleton *
mgr_exported_model_new_object (gpointer model)
{
  g_autoptr (MgrExportedModel) exported = exported_model_new (model);
  g_autofree char *path = make_object_path (mgr_model_get_name (model));
  MgrBusObjectSkeleton *object = mgr_bus_object_skeleton_new (path);

  mgr_bus_object_skeleton_set_model1 (object, MGR_BUS_MODEL1 (exported));
  return G_DBUS_OBJECT_SKELETON (object);
}
