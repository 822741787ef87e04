/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-report-private.h"

#include "mgr-enum-types.h"

/**
 * SECTION:mgr-report
 * @title: MgrReport
 * @short_description: what a manager knows, at one moment
 *
 * A report does not change. Its figures have the same names here, on D-Bus and
 * in JSON.
 */

/**
 * MgrReport:
 *
 * The state of a manager, from mgr_manager_get_report().
 *
 * Since: 1.0
 */
G_DEFINE_BOXED_TYPE (MgrReport, mgr_report, mgr_report_ref, mgr_report_unref)

static void
report_component_clear (gpointer data)
{
  MgrReportComponent *component = data;

  g_free (component->path);
}

MgrReport *
mgr_report_new (void)
{
  MgrReport *self = g_new0 (MgrReport, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->components = g_array_new (FALSE, TRUE, sizeof (MgrReportComponent));
  g_array_set_clear_func (self->components, report_component_clear);
  return self;
}

/**
 * mgr_report_ref:
 * @self: a report
 *
 * Takes another reference. May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrReport *
mgr_report_ref (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_report_unref:
 * @self: (transfer full): a report
 *
 * Drops a reference. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_report_unref (MgrReport *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_array_unref (self->components);
  g_free (self);
}

/**
 * mgr_report_get_level:
 * @self: a report
 *
 * Gets how short memory is.
 *
 * Returns: the level
 *
 * Since: 1.0
 */
MgrPressureLevel
mgr_report_get_level (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, MGR_PRESSURE_LEVEL_NORMAL);

  return self->level;
}

/**
 * mgr_report_get_budget:
 * @self: a report
 *
 * Gets what all components together may use.
 *
 * Returns: the total budget in bytes; 0 for none
 *
 * Since: 1.0
 */
guint64
mgr_report_get_budget (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->budget;
}

/**
 * mgr_report_get_used:
 * @self: a report
 *
 * Gets what all components together have in use.
 *
 * Returns: the use in bytes
 *
 * Since: 1.0
 */
guint64
mgr_report_get_used (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->used;
}

/**
 * mgr_report_get_peak:
 * @self: a report
 *
 * Gets the most that was in use at one time.
 *
 * Returns: the peak in bytes
 *
 * Since: 1.0
 */
guint64
mgr_report_get_peak (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->peak;
}

/**
 * mgr_report_get_process:
 * @self: a report
 *
 * Gets the anonymous memory of the process, charged or not: resident and swapped.
 *
 * Returns: the memory in bytes; 0 where the kernel does not tell
 *
 * Since: 1.0
 */
guint64
mgr_report_get_process (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->process;
}

/**
 * mgr_report_get_allocations:
 * @self: a report
 *
 * Gets how many allocations are held.
 *
 * Returns: the number of allocations
 *
 * Since: 1.0
 */
guint64
mgr_report_get_allocations (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->allocations;
}

/**
 * mgr_report_get_refused:
 * @self: a report
 *
 * Gets how many requests were refused.
 *
 * Returns: the number of refusals
 *
 * Since: 1.0
 */
guint64
mgr_report_get_refused (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->refused;
}

/**
 * mgr_report_get_cleanups:
 * @self: a report
 *
 * Gets how many cleanups there were.
 *
 * Returns: the number of cleanups
 *
 * Since: 1.0
 */
guint64
mgr_report_get_cleanups (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->cleanups;
}

/**
 * mgr_report_get_freed:
 * @self: a report
 *
 * Gets what all cleanups said they freed.
 *
 * Returns: the sum in bytes
 *
 * Since: 1.0
 */
guint64
mgr_report_get_freed (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->freed;
}

/**
 * mgr_report_get_returned:
 * @self: a report
 *
 * Gets what all cleanups really gave back to the system, by measure.
 *
 * Returns: the sum in bytes; negative where the process grew meanwhile
 *
 * Since: 1.0
 */
gint64
mgr_report_get_returned (MgrReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->returned;
}

static const char *
level_nick (MgrPressureLevel level)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (MGR_TYPE_PRESSURE_LEVEL);

  return g_enum_get_value (klass, (int) level)->value_nick;
}

static GVariant *
report_components_to_variant (MgrReport *self)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < self->components->len; i++)
    {
      MgrReportComponent *component = &g_array_index (self->components, MgrReportComponent, i);

      g_variant_builder_open (&builder, G_VARIANT_TYPE_VARDICT);
      g_variant_builder_add (&builder, "{sv}", "path", g_variant_new_string (component->path));
      g_variant_builder_add (&builder, "{sv}", "budget", g_variant_new_uint64 (component->budget));
      g_variant_builder_add (&builder, "{sv}", "used", g_variant_new_uint64 (component->used));
      g_variant_builder_add (&builder, "{sv}", "peak", g_variant_new_uint64 (component->peak));
      g_variant_builder_add (&builder, "{sv}", "allocations",
                             g_variant_new_uint64 (component->allocations));
      g_variant_builder_add (&builder, "{sv}", "refused",
                             g_variant_new_uint64 (component->refused));
      g_variant_builder_close (&builder);
    }

  return g_variant_builder_end (&builder);
}

/**
 * mgr_report_to_variant:
 * @self: a report
 *
 * Writes the report as a dictionary of type `a{sv}`, for D-Bus and JSON: `level`
 * (s), `returned` (x), `components` (aa{sv}) and the other figures (t) under the
 * names they have here.
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
  g_variant_dict_insert (&dict, "level", "s", level_nick (self->level));
  g_variant_dict_insert (&dict, "budget", "t", self->budget);
  g_variant_dict_insert (&dict, "used", "t", self->used);
  g_variant_dict_insert (&dict, "peak", "t", self->peak);
  g_variant_dict_insert (&dict, "process", "t", self->process);
  g_variant_dict_insert (&dict, "allocations", "t", self->allocations);
  g_variant_dict_insert (&dict, "refused", "t", self->refused);
  g_variant_dict_insert (&dict, "cleanups", "t", self->cleanups);
  g_variant_dict_insert (&dict, "freed", "t", self->freed);
  g_variant_dict_insert (&dict, "returned", "x", self->returned);
  g_variant_dict_insert_value (&dict, "components", report_components_to_variant (self));
  return g_variant_dict_end (&dict);
}
