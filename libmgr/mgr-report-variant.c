/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-report-private.h"

#include "base/mgr-variant-private.h"
#include "mgr-enum-types.h"

static void
insert_number (GVariantBuilder *builder,
               const char      *key,
               guint64          value)
{
  g_variant_builder_add (builder, "{sv}", key, g_variant_new_uint64 (value));
}

static void
insert_text (GVariantBuilder *builder,
             const char      *key,
             const char      *text)
{
  g_variant_builder_add (builder, "{sv}", key, mgr_variant_new_text (text));
}

static GVariant *
components_to_variant (MgrReport *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < self->components->len; i++)
    {
      MgrReportComponent *component = &g_array_index (self->components, MgrReportComponent, i);

      g_variant_builder_open (&builder, G_VARIANT_TYPE_VARDICT);
      insert_text (&builder, "path", component->path);
      insert_number (&builder, "budget", component->budget);
      insert_number (&builder, "guaranteed", component->guaranteed);
      insert_number (&builder, "used", component->used);
      g_variant_builder_add (&builder, "{sv}", "share", g_variant_new_double (component->share));
      insert_number (&builder, "peak", component->peak);
      insert_number (&builder, "allocations", component->allocations);
      insert_number (&builder, "refused", component->refused);
      g_variant_builder_close (&builder);
    }

  return g_variant_builder_end (&builder);
}

static GVariant *
holders_to_variant (MgrReport *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < self->holders->len; i++)
    {
      MgrReportHolders *holders = &g_array_index (self->holders, MgrReportHolders, i);

      g_variant_builder_open (&builder, G_VARIANT_TYPE_VARDICT);
      insert_text (&builder, "kind", holders->kind);
      insert_number (&builder, "count", holders->count);
      insert_number (&builder, "size", holders->size);
      g_variant_builder_close (&builder);
    }

  return g_variant_builder_end (&builder);
}

static GVariant *
largest_to_variant (MgrReport *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < self->largest->len; i++)
    {
      MgrReportObject *object = &g_array_index (self->largest, MgrReportObject, i);

      g_variant_builder_open (&builder, G_VARIANT_TYPE_VARDICT);
      insert_text (&builder, "name", object->name);
      insert_text (&builder, "kind", object->kind);
      insert_number (&builder, "size", object->size);
      insert_text (&builder, "safety", mgr_enum_get_nick (MGR_TYPE_SAFETY, (int) object->safety));
      if (object->component != NULL)
        insert_text (&builder, "component", object->component);
      g_variant_builder_close (&builder);
    }

  return g_variant_builder_end (&builder);
}

static GVariant *
pool_to_variant (const MgrReportPool *pool)
{
  g_autoptr (GVariant) figures =
    g_variant_ref_sink (mgr_pool_statistics_to_variant (pool->statistics));
  GVariantDict dict;

  g_variant_dict_init (&dict, figures);
  g_variant_dict_insert_value (&dict, "name", mgr_variant_new_text (pool->name));
  g_variant_dict_insert (&dict, "kind", "s", pool->kind);
  g_variant_dict_insert (&dict, "active", "b", pool->active);
  if (pool->component != NULL)
    g_variant_dict_insert_value (&dict, "component", mgr_variant_new_text (pool->component));
  return g_variant_dict_end (&dict);
}

static GVariant *
pools_to_variant (MgrReport *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < self->pools->len; i++)
    g_variant_builder_add_value (&builder,
                                 pool_to_variant (&g_array_index (self->pools, MgrReportPool, i)));

  return g_variant_builder_end (&builder);
}

static GVariant *
cache_to_variant (const MgrReportCache *cache)
{
  g_autoptr (GVariant) figures =
    g_variant_ref_sink (mgr_cache_statistics_to_variant (cache->statistics));
  GVariantDict dict;

  g_variant_dict_init (&dict, figures);
  g_variant_dict_insert_value (&dict, "name", mgr_variant_new_text (cache->name));
  g_variant_dict_insert (&dict, "max-bytes", "t", cache->max_bytes);
  g_variant_dict_insert (&dict, "max-entries", "t", cache->max_entries);
  if (cache->component != NULL)
    g_variant_dict_insert_value (&dict, "component", mgr_variant_new_text (cache->component));
  return g_variant_dict_end (&dict);
}

static GVariant *
caches_to_variant (MgrReport *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < self->caches->len; i++)
    g_variant_builder_add_value (&builder,
                                 cache_to_variant (&g_array_index (self->caches, MgrReportCache, i)));

  return g_variant_builder_end (&builder);
}

static GVariant *
limits_to_variant (const MgrReportLimits *limits)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  insert_number (&builder, "limit", limits->limit);
  insert_number (&builder, "soft-limit", limits->soft_limit);
  insert_number (&builder, "headroom", limits->headroom);
  insert_number (&builder, "swap", limits->swap);
  insert_text (&builder, "explanation", limits->explanation != NULL ? limits->explanation : "");
  return g_variant_builder_end (&builder);
}

static void
insert_figures (GVariantDict *dict,
                MgrReport    *self)
{
  g_variant_dict_insert (dict, "budget", "t", self->budget);
  g_variant_dict_insert (dict, "used", "t", self->used);
  g_variant_dict_insert (dict, "peak", "t", self->peak);
  g_variant_dict_insert (dict, "process", "t", self->process);
  g_variant_dict_insert (dict, "unmanaged", "x", mgr_report_get_unmanaged (self));
  g_variant_dict_insert (dict, "allocations", "t", self->allocations);
  g_variant_dict_insert (dict, "refused", "t", self->refused);
  g_variant_dict_insert (dict, "cleanups", "t", self->cleanups);
  g_variant_dict_insert (dict, "claimed", "t", self->claimed);
  g_variant_dict_insert (dict, "ledger", "x", self->ledger);
  g_variant_dict_insert (dict, "returned", "x", self->returned);
}

/**
 * mgr_report_to_variant:
 * @self: a report
 *
 * Writes the report as a dictionary of type `a{sv}`, for D-Bus and JSON: `status` (s),
 * `level` (s), `ledger`, `returned` and `unmanaged` (x), and the other figures (t) under the names
 * they have here; besides
 *
 * - `limits` (a{sv}): `limit`, `soft-limit`, `headroom` and `swap` (t), and
 *   `explanation` (s), which says whose they are;
 *
 * - `components` (aa{sv}): `path` (s), `budget`, `guaranteed`, `used`, `peak`,
 *   `allocations` and `refused` (t), and `share` (d), its part of all that is in use;
 *
 * - `holders` (aa{sv}), what holds memory by kind: `kind` (s), which is `resource`,
 *   `pool`, `cache` or `model`, `count` and `size` (t);
 *
 * - `largest` (aa{sv}), the ten largest of these: `name`, `kind` and `safety` (s), `size`
 *   (t), and `component` (s), if it has one;
 *
 * - `pools` (aa{sv}): `name` and `kind` (s), such as `standard`, `active` (b), `component`
 *   (s), if it has one, and all of mgr_pool_statistics_to_variant();
 *
 * - `caches` (aa{sv}): `name` (s), `max-bytes` and `max-entries` (t), 0 for no bound,
 *   `component` (s), if it has one, and all of mgr_cache_statistics_to_variant();
 *
 * - `models` (aa{sv}): `name` and `safety` (s), `component` (s), if it has one, `loaded` and
 *   `pinned` (b), `priority` (u), `unused-for` (x), in microseconds, or -1 if it was never
 *   used, `advice` (as), what could be set better, and all of
 *   mgr_model_statistics_to_variant();
 *
 * - `last-cleanup` (a{sv}), if there was one: see mgr_cleanup_report_to_variant().
 *
 * Returns: (transfer floating): the dictionary
 *
 * Since: 1.0
 */
GVariant *
mgr_report_to_variant (MgrReport *self)
{
  GVariantDict dict;

  g_return_val_if_fail (self != NULL, NULL);

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "status", "s",
                         mgr_enum_get_nick (MGR_TYPE_MEMORY_STATUS,
                                           (int) mgr_report_get_status (self)));
  g_variant_dict_insert (&dict, "level", "s",
                         mgr_enum_get_nick (MGR_TYPE_PRESSURE_LEVEL, (int) self->level));
  insert_figures (&dict, self);
  g_variant_dict_insert_value (&dict, "limits", limits_to_variant (&self->limits));
  g_variant_dict_insert_value (&dict, "components", components_to_variant (self));
  g_variant_dict_insert_value (&dict, "holders", holders_to_variant (self));
  g_variant_dict_insert_value (&dict, "largest", largest_to_variant (self));
  g_variant_dict_insert_value (&dict, "pools", pools_to_variant (self));
  g_variant_dict_insert_value (&dict, "caches", caches_to_variant (self));
  g_variant_dict_insert_value (&dict, "models", mgr_report_models_to_variant (self->models));
  if (self->last_cleanup != NULL)
    g_variant_dict_insert_value (&dict, "last-cleanup",
                                 mgr_cleanup_report_to_variant (self->last_cleanup));
  return g_variant_dict_end (&dict);
}
