/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "service/mgr-exported-pool-private.h"

#include "base/mgr-error.h"
#include "pool/mgr-pool-private.h"
#include "service/mgr-bus-values-private.h"
#include "service/mgr-exported-component-private.h"

/* A pool on the bus. What is announced when it changes is kept by the generated parent
 * class; the figures are read from the pool when asked. */
struct _MgrExportedPool
{
  MgrBusPool1Skeleton parent_instance;

  MgrPool *pool; /* (owned) */
};

static void pool1_iface_init (MgrBusPool1Iface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrExportedPool, mgr_exported_pool, MGR_BUS_TYPE_POOL1_SKELETON,
                               G_IMPLEMENT_INTERFACE (MGR_BUS_TYPE_POOL1, pool1_iface_init))

typedef enum
{
  PROP_USED = 1,
  PROP_PEAK,
  PROP_CHARGED,
  PROP_FRAGMENTATION,
  PROP_ALLOCATION_COUNT,
} MgrExportedPoolProperty;

static void
mgr_exported_pool_get_property (GObject    *object,
                                guint       property_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  MgrExportedPool *self = MGR_EXPORTED_POOL (object);

  switch ((MgrExportedPoolProperty) property_id)
    {
    case PROP_USED:
      g_value_set_uint64 (value, mgr_pool_get_used (self->pool));
      break;
    case PROP_PEAK:
      g_value_set_uint64 (value, mgr_pool_get_peak (self->pool));
      break;
    case PROP_CHARGED:
      g_value_set_uint64 (value, mgr_pool_get_charged (self->pool));
      break;
    case PROP_FRAGMENTATION:
      g_value_set_double (value, mgr_pool_get_fragmentation (self->pool));
      break;
    case PROP_ALLOCATION_COUNT:
      g_value_set_uint64 (value, mgr_pool_get_allocation_count (self->pool));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

/* Overridden properties stay writable in GObject, but nothing writes figures. */
static void
mgr_exported_pool_set_property (GObject      *object,
                                guint         property_id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
}

static void
mgr_exported_pool_finalize (GObject *object)
{
  g_clear_object (&MGR_EXPORTED_POOL (object)->pool);

  G_OBJECT_CLASS (mgr_exported_pool_parent_class)->finalize (object);
}

static void
mgr_exported_pool_class_init (MgrExportedPoolClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mgr_exported_pool_get_property;
  object_class->set_property = mgr_exported_pool_set_property;
  object_class->finalize = mgr_exported_pool_finalize;

  g_object_class_override_property (object_class, PROP_USED, "used");
  g_object_class_override_property (object_class, PROP_PEAK, "peak");
  g_object_class_override_property (object_class, PROP_CHARGED, "charged");
  g_object_class_override_property (object_class, PROP_FRAGMENTATION, "fragmentation");
  g_object_class_override_property (object_class, PROP_ALLOCATION_COUNT, "allocation-count");
}

static void
mgr_exported_pool_init (MgrExportedPool *self)
{
}

static gboolean
handle_get_statistics (MgrBusPool1           *object,
                       GDBusMethodInvocation *invocation)
{
  MgrExportedPool *self = MGR_EXPORTED_POOL (object);
  g_autoptr (MgrPoolStatistics) statistics = mgr_pool_get_statistics (self->pool);

  mgr_bus_pool1_complete_get_statistics (object, invocation,
                                         mgr_pool_statistics_to_variant (statistics));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_get_occupancy (MgrBusPool1           *object,
                      GDBusMethodInvocation *invocation,
                      guint                  n_cells)
{
  MgrExportedPool *self = MGR_EXPORTED_POOL (object);
  g_autofree double *cells = NULL;
  gsize length;

  if (n_cells < 1 || n_cells > MGR_POOL_CELLS_MAX)
    {
      g_dbus_method_invocation_return_error (invocation, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                                             "The number of cells, %u, is out of range: ask for "
                                             "1 to %u", n_cells, MGR_POOL_CELLS_MAX);
      return G_DBUS_METHOD_INVOCATION_HANDLED;
    }

  cells = mgr_pool_get_occupancy (self->pool, n_cells, &length);
  mgr_bus_pool1_complete_get_occupancy (object, invocation,
                                        g_variant_new_fixed_array (G_VARIANT_TYPE_DOUBLE, cells,
                                                                   length, sizeof (double)));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
pool1_iface_init (MgrBusPool1Iface *iface)
{
  iface->handle_get_statistics = handle_get_statistics;
  iface->handle_get_occupancy = handle_get_occupancy;
}

/* Returns: (transfer full) */
static char *
make_object_path (const char *name)
{
  GString *object_path = g_string_new (MGR_BUS_BASE_PATH "/Pool/");

  mgr_bus_path_append (object_path, name);
  return g_string_free (object_path, FALSE);
}

/* Returns: (transfer full) */
static MgrExportedPool *
exported_pool_new (MgrPool *pool)
{
  static const char *const announced[] = {
    "active", "flushing", "capacity", "low-water", "high-water",
  };
  MgrExportedPool *self = g_object_new (MGR_TYPE_EXPORTED_POOL, NULL);
  MgrBusPool1 *skeleton = MGR_BUS_POOL1 (self);
  g_autofree char *kind = mgr_pool_dup_kind (pool);
  g_autofree char *component = mgr_exported_component_charged_path (mgr_pool_get_component (pool));

  self->pool = g_object_ref (pool);
  mgr_bus_pool1_set_name (skeleton, mgr_pool_get_name (pool));
  mgr_bus_pool1_set_kind (skeleton, kind);
  mgr_bus_pool1_set_component (skeleton, component);
  for (gsize i = 0; i < G_N_ELEMENTS (announced); i++)
    g_object_bind_property (pool, announced[i], self, announced[i], G_BINDING_SYNC_CREATE);

  /* Nobody can have seen other values than these, so nothing is to be announced. */
  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (self));
  return self;
}

GDBusObjectSkeleton *
mgr_exported_pool_new_object (gpointer pool)
{
  g_autoptr (MgrExportedPool) exported = exported_pool_new (pool);
  g_autofree char *path = make_object_path (mgr_pool_get_name (pool));
  MgrBusObjectSkeleton *object = mgr_bus_object_skeleton_new (path);

  mgr_bus_object_skeleton_set_pool1 (object, MGR_BUS_POOL1 (exported));
  return G_DBUS_OBJECT_SKELETON (object);
}
