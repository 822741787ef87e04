/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "service/mgr-exported-component-private.h"

#include "service/mgr-bus-values-private.h"

/* A component on the bus. What is announced when it changes is kept by the
 * generated parent class, which gathers a dispatch's changes into one
 * PropertiesChanged; the counters are read from the component when asked. */
struct _MgrExportedComponent
{
  MgrBusComponent1Skeleton parent_instance;

  MgrComponent *component; /* (owned) */
};

G_DEFINE_FINAL_TYPE (MgrExportedComponent, mgr_exported_component, MGR_BUS_TYPE_COMPONENT1_SKELETON)

typedef enum
{
  PROP_USED = 1,
  PROP_PEAK,
  PROP_ALLOCATION_COUNT,
  PROP_REFUSED_COUNT,
} MgrExportedComponentProperty;

static void
mgr_exported_component_get_property (GObject    *object,
                                     guint       property_id,
                                     GValue     *value,
                                     GParamSpec *pspec)
{
  MgrExportedComponent *self = MGR_EXPORTED_COMPONENT (object);

  switch ((MgrExportedComponentProperty) property_id)
    {
    case PROP_USED:
      g_value_set_uint64 (value, mgr_component_get_used (self->component));
      break;
    case PROP_PEAK:
      g_value_set_uint64 (value, mgr_component_get_peak (self->component));
      break;
    case PROP_ALLOCATION_COUNT:
      g_value_set_uint64 (value, mgr_component_get_allocation_count (self->component));
      break;
    case PROP_REFUSED_COUNT:
      g_value_set_uint64 (value, mgr_component_get_refused_count (self->component));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

/* Overridden properties stay writable in GObject, but nothing writes counters. */
static void
mgr_exported_component_set_property (GObject      *object,
                                     guint         property_id,
                                     const GValue *value,
                                     GParamSpec   *pspec)
{
  G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
}

static void
mgr_exported_component_dispose (GObject *object)
{
  MgrExportedComponent *self = MGR_EXPORTED_COMPONENT (object);

  g_clear_object (&self->component);

  G_OBJECT_CLASS (mgr_exported_component_parent_class)->dispose (object);
}

static void
mgr_exported_component_class_init (MgrExportedComponentClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mgr_exported_component_get_property;
  object_class->set_property = mgr_exported_component_set_property;
  object_class->dispose = mgr_exported_component_dispose;

  g_object_class_override_property (object_class, PROP_USED, "used");
  g_object_class_override_property (object_class, PROP_PEAK, "peak");
  g_object_class_override_property (object_class, PROP_ALLOCATION_COUNT, "allocation-count");
  g_object_class_override_property (object_class, PROP_REFUSED_COUNT, "refused-count");
}

static void
mgr_exported_component_init (MgrExportedComponent *self)
{
}

char *
mgr_exported_component_object_path (const char *path)
{
  g_auto (GStrv) elements = NULL;
  GString *object_path;

  if (*path == '\0')
    return g_strdup (MGR_BUS_MANAGER_PATH);

  elements = g_strsplit (path, "/", -1);
  object_path = g_string_new (MGR_BUS_BASE_PATH "/Component");
  for (gsize i = 0; elements[i] != NULL; i++)
    {
      g_string_append_c (object_path, '/');
      mgr_bus_path_append (object_path, elements[i]);
    }

  return g_string_free (object_path, FALSE);
}

char *
mgr_exported_component_charged_path (MgrComponent *component)
{
  if (component == NULL)
    return g_strdup ("/");

  return mgr_exported_component_object_path (mgr_component_get_path (component));
}

MgrExportedComponent *
mgr_exported_component_new (MgrComponent *component)
{
  MgrExportedComponent *self = g_object_new (MGR_TYPE_EXPORTED_COMPONENT, NULL);
  MgrBusComponent1 *skeleton = MGR_BUS_COMPONENT1 (self);
  MgrComponent *parent = mgr_component_get_parent (component);
  g_autofree char *parent_path = NULL;

  self->component = g_object_ref (component);

  parent_path = mgr_exported_component_object_path (parent != NULL ? mgr_component_get_path (parent) : "");
  mgr_bus_component1_set_name (skeleton, mgr_component_get_name (component));
  mgr_bus_component1_set_path (skeleton, mgr_component_get_path (component));
  mgr_bus_component1_set_parent (skeleton, parent_path);
  g_object_bind_property (component, "budget", self, "budget", G_BINDING_SYNC_CREATE);
  g_object_bind_property (component, "guaranteed", self, "guaranteed", G_BINDING_SYNC_CREATE);
  g_object_bind_property (component, "priority", self, "priority", G_BINDING_SYNC_CREATE);

  /* Nobody can have seen other values than these, so nothing is to be announced. */
  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (self));
  return self;
}
