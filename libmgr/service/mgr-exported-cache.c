/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "service/mgr-exported-cache-private.h"

#include "base/mgr-error.h"
#include "base/mgr-variant-private.h"
#include "mgr-enum-types.h"
#include "service/mgr-bus-values-private.h"
#include "service/mgr-exported-component-private.h"

/* More are no help to whoever draws a curve. */
#define FRACTIONS_MAX 256
#define FRACTION_LARGEST 2.0

/* A cache on the bus. What is announced when it changes is kept by the generated parent
 * class; the figures are read from the cache when asked. */
struct _MgrExportedCache
{
  MgrBusCache1Skeleton parent_instance;

  MgrCache *cache; /* (owned) */
};

static void cache1_iface_init (MgrBusCache1Iface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrExportedCache, mgr_exported_cache, MGR_BUS_TYPE_CACHE1_SKELETON,
                               G_IMPLEMENT_INTERFACE (MGR_BUS_TYPE_CACHE1, cache1_iface_init))

typedef enum
{
  PROP_ENTRIES = 1,
  PROP_BYTES,
  PROP_HIT_RATIO,
} MgrExportedCacheProperty;

static void
mgr_exported_cache_get_property (GObject    *object,
                                 guint       property_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  MgrExportedCache *self = MGR_EXPORTED_CACHE (object);
  g_autoptr (MgrCacheStatistics) statistics = mgr_cache_get_statistics (self->cache);

  switch ((MgrExportedCacheProperty) property_id)
    {
    case PROP_ENTRIES:
      g_value_set_uint64 (value, mgr_cache_statistics_get_entries (statistics));
      break;
    case PROP_BYTES:
      g_value_set_uint64 (value, mgr_cache_statistics_get_bytes (statistics));
      break;
    case PROP_HIT_RATIO:
      g_value_set_double (value, mgr_cache_statistics_get_hit_ratio (statistics));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

/* Overridden properties stay writable in GObject, but nothing writes figures. */
static void
mgr_exported_cache_set_property (GObject      *object,
                                 guint         property_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
}

static void
mgr_exported_cache_finalize (GObject *object)
{
  g_clear_object (&MGR_EXPORTED_CACHE (object)->cache);

  G_OBJECT_CLASS (mgr_exported_cache_parent_class)->finalize (object);
}

static void
mgr_exported_cache_class_init (MgrExportedCacheClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = mgr_exported_cache_get_property;
  object_class->set_property = mgr_exported_cache_set_property;
  object_class->finalize = mgr_exported_cache_finalize;

  g_object_class_override_property (object_class, PROP_ENTRIES, "entries");
  g_object_class_override_property (object_class, PROP_BYTES, "bytes");
  g_object_class_override_property (object_class, PROP_HIT_RATIO, "hit-ratio");
}

static void
mgr_exported_cache_init (MgrExportedCache *self)
{
}

static gboolean
handle_get_statistics (MgrBusCache1          *object,
                       GDBusMethodInvocation *invocation)
{
  MgrExportedCache *self = MGR_EXPORTED_CACHE (object);
  g_autoptr (MgrCacheStatistics) statistics = mgr_cache_get_statistics (self->cache);

  mgr_bus_cache1_complete_get_statistics (object, invocation,
                                          mgr_cache_statistics_to_variant (statistics));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
check_fractions (const double  *fractions,
                 gsize          n_fractions,
                 GError       **error)
{
  gboolean fit = n_fractions <= FRACTIONS_MAX;

  /* What is no number fails this too. */
  for (gsize i = 0; i < n_fractions; i++)
    fit = fit && fractions[i] >= 0.0 && fractions[i] <= FRACTION_LARGEST;

  if (!fit)
    g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                 "The hit ratio cannot be predicted: ask for at most %u sizes, each as a part of "
                 "the present one from 0 to 2", FRACTIONS_MAX);
  return fit;
}

static gboolean
handle_predict (MgrBusCache1          *object,
                GDBusMethodInvocation *invocation,
                GVariant              *fractions)
{
  MgrExportedCache *self = MGR_EXPORTED_CACHE (object);
  g_autoptr (GArray) ratios = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GError) error = NULL;
  const double *wanted;
  gsize n_wanted;

  wanted = g_variant_get_fixed_array (fractions, &n_wanted, sizeof (double));
  if (!check_fractions (wanted, n_wanted, &error))
    {
      g_dbus_method_invocation_return_gerror (invocation, error);
      return G_DBUS_METHOD_INVOCATION_HANDLED;
    }

  for (gsize i = 0; i < n_wanted; i++)
    {
      double ratio;

      if (!mgr_cache_predict (self->cache, wanted[i], &ratio))
        break;
      g_array_append_val (ratios, ratio);
    }

  /* All of them or none: it may have been cleared in between. */
  if (ratios->len < n_wanted)
    g_array_set_size (ratios, 0);
  mgr_bus_cache1_complete_predict (object, invocation,
                                   g_variant_new_fixed_array (G_VARIANT_TYPE_DOUBLE, ratios->data,
                                                              ratios->len, sizeof (double)));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static void
cache1_iface_init (MgrBusCache1Iface *iface)
{
  iface->handle_get_statistics = handle_get_statistics;
  iface->handle_predict = handle_predict;
}

/* Returns: (transfer full) */
static char *
make_object_path (const char *name)
{
  GString *object_path = g_string_new (MGR_BUS_BASE_PATH "/Cache/");

  mgr_bus_path_append (object_path, name);
  return g_string_free (object_path, FALSE);
}

/* Returns: (transfer full) */
static MgrExportedCache *
exported_cache_new (MgrCache *cache)
{
  static const char *const announced[] = { "max-bytes", "max-entries", "resist-pressure" };
  MgrExportedCache *self = g_object_new (MGR_TYPE_EXPORTED_CACHE, NULL);
  MgrBusCache1 *skeleton = MGR_BUS_CACHE1 (self);
  g_autofree char *component =
    mgr_exported_component_charged_path (mgr_cache_get_component (cache));
  MgrCacheObjective objective;

  self->cache = g_object_ref (cache);
  g_object_get (cache, "objective", &objective, NULL);
  mgr_bus_cache1_set_name (skeleton, mgr_cache_get_name (cache));
  mgr_bus_cache1_set_component (skeleton, component);
  mgr_bus_cache1_set_key_type (skeleton, mgr_enum_get_nick (MGR_TYPE_CACHE_KEY_TYPE,
                                                            (int) mgr_cache_get_key_type (cache)));
  mgr_bus_cache1_set_objective (skeleton,
                                mgr_enum_get_nick (MGR_TYPE_CACHE_OBJECTIVE, (int) objective));
  for (gsize i = 0; i < G_N_ELEMENTS (announced); i++)
    g_object_bind_property (cache, announced[i], self, announced[i], G_BINDING_SYNC_CREATE);

  /* Nobody can have seen other values than these, so nothing is to be announced. */
  g_dbus_interface_skeleton_flush (G_DBUS_INTERFACE_SKELETON (self));
  return self;
}

GDBusObjectSkeleton *
mgr_exported_cache_new_object (gpointer cache)
{
  g_autoptr (MgrExportedCache) exported = exported_cache_new (cache);
  g_autofree char *path = make_object_path (mgr_cache_get_name (cache));
  MgrBusObjectSkeleton *object = mgr_bus_object_skeleton_new (path);

  mgr_bus_object_skeleton_set_cache1 (object, MGR_BUS_CACHE1 (exported));
  return G_DBUS_OBJECT_SKELETON (object);
}
