/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "service/mgr-bus-values-private.h"

#include "base/mgr-error.h"
#include "base/mgr-variant-private.h"
#include "journal/mgr-journal.h"
#include "ledger/mgr-component.h"
#include "mgr-enum-types.h"

void
mgr_bus_path_append (GString    *object_path,
                     const char *element)
{
  for (const char *byte = element; *byte != '\0'; byte++)
    {
      if (g_ascii_isalnum (*byte))
        g_string_append_c (object_path, *byte);
      else
        g_string_append_printf (object_path, "_%02x", (guint) (guchar) *byte);
    }
}

const char *
mgr_bus_level_to_nick (MgrPressureLevel level)
{
  return mgr_enum_get_nick (MGR_TYPE_PRESSURE_LEVEL, (int) level);
}

gboolean
mgr_bus_journal_kind_parse (const char      *nick,
                            MgrJournalKind  *out_kind,
                            GError         **error)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (MGR_TYPE_JOURNAL_KIND);
  GEnumValue *value = g_enum_get_value_by_nick (klass, *nick != '\0' ? nick : "any");

  if (value == NULL)
    {
      g_autofree char *kinds = mgr_enum_list_nicks (MGR_TYPE_JOURNAL_KIND);

      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "There is no kind “%s” of journal entries: use %s", nick, kinds);
      return FALSE;
    }

  *out_kind = (MgrJournalKind) value->value;
  return TRUE;
}

GVariant *
mgr_bus_entries_to_variant (GPtrArray *entries)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < entries->len; i++)
    g_variant_builder_add_value (&builder,
                                 mgr_journal_entry_to_variant (g_ptr_array_index (entries, i)));

  return g_variant_builder_end (&builder);
}

gboolean
mgr_bus_strategy_parse (const char          *nick,
                        MgrCleanupStrategy  *out_strategy,
                        GError             **error)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (MGR_TYPE_CLEANUP_STRATEGY);
  GEnumValue *value = g_enum_get_value_by_nick (klass, nick);

  if (value == NULL)
    {
      g_autofree char *strategies = mgr_enum_list_nicks (MGR_TYPE_CLEANUP_STRATEGY);

      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "There is no cleanup strategy “%s”: use %s", nick, strategies);
      return FALSE;
    }

  *out_strategy = (MgrCleanupStrategy) value->value;
  return TRUE;
}

static void
dict_insert_names (GVariantDict       *dict,
                   const char         *key,
                   const char * const *names)
{
  g_variant_dict_insert_value (dict, key, g_variant_new_strv (names, -1));
}

static void
dict_insert_forecast (GVariantDict        *dict,
                      MgrPressureForecast *forecast)
{
  gint64 time = mgr_pressure_forecast_get_time_to_exhaustion (forecast);

  if (time == MGR_TIME_NEVER)
    return;

  g_variant_dict_insert (dict, "time-to-exhaustion", "x", time);
  g_variant_dict_insert (dict, "earliest", "x", mgr_pressure_forecast_get_earliest (forecast));
  g_variant_dict_insert (dict, "latest", "x", mgr_pressure_forecast_get_latest (forecast));
}

GVariant *
mgr_bus_sample_to_variant (MgrPressureSample *sample)
{
  MgrPressureForecast *forecast = mgr_pressure_sample_get_forecast (sample);
  const char *source = mgr_pressure_sample_get_source (sample);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "level", "s",
                         mgr_bus_level_to_nick (mgr_pressure_sample_get_level (sample)));
  g_variant_dict_insert (&dict, "usage", "d", mgr_pressure_sample_get_usage (sample));
  g_variant_dict_insert (&dict, "stall", "d", mgr_pressure_sample_get_stall (sample));
  g_variant_dict_insert (&dict, "available", "t", mgr_pressure_sample_get_available (sample));
  g_variant_dict_insert (&dict, "limit", "t", mgr_pressure_sample_get_limit (sample));
  g_variant_dict_insert (&dict, "swap", "t", mgr_pressure_sample_get_swap (sample));
  g_variant_dict_insert (&dict, "source", "s", source != NULL ? source : "");
  g_variant_dict_insert (&dict, "reason", "s", mgr_pressure_sample_get_reason (sample));
  if (forecast != NULL)
    dict_insert_forecast (&dict, forecast);
  dict_insert_names (&dict, "missing", mgr_pressure_sample_get_missing (sample));
  g_variant_dict_insert (&dict, "time", "x", mgr_pressure_sample_get_time (sample));

  return g_variant_dict_end (&dict);
}

static void
builder_add_row (GVariantBuilder *builder,
                 MgrAllocation   *allocation)
{
  MgrComponent *component = mgr_allocation_get_component (allocation);
  const char *description = mgr_allocation_get_description (allocation);

  /* The bus carries UTF-8 alone, and a description may be any text. */
  g_autofree char *text = g_utf8_make_valid (description != NULL ? description : "", -1);

  g_variant_builder_add (builder, "(tsstu^asx)",
                         mgr_allocation_get_id (allocation),
                         mgr_component_get_path (component),
                         text,
                         mgr_allocation_get_size (allocation),
                         mgr_allocation_get_priority (allocation),
                         mgr_allocation_get_tags (allocation),
                         mgr_allocation_get_created (allocation));
}

GVariant *
mgr_bus_rows_to_variant (GPtrArray *allocations,
                         guint      limit)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(tsstuasx)"));
  for (guint i = 0; i < MIN (allocations->len, limit); i++)
    builder_add_row (&builder, g_ptr_array_index (allocations, i));

  return g_variant_builder_end (&builder);
}
