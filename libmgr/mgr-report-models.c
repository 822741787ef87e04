/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-report-models-private.h"

#include "base/mgr-variant-private.h"
#include "mgr-enum-types.h"
#include "model/mgr-model-private.h"

static void
report_model_clear (gpointer data)
{
  MgrReportModel *self = data;

  g_free (self->name);
  g_free (self->component);
  g_strfreev (self->advice);
  mgr_model_statistics_unref (self->statistics);
}

static void
report_model_init (MgrReportModel *self,
                   MgrModel       *model)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  MgrModelView view;

  mgr_model_look (model, &view);
  mgr_model_advise (model, builder);
  *self = (MgrReportModel) {
    .name = g_strdup (mgr_model_get_name (model)),
    .loaded = view.loaded,
    .pinned = view.loaded && view.pinned,
    .safety = view.safety,
    .priority = view.priority,
    .unused_for = view.last_use >= 0 ? MAX (view.now - view.last_use, 0) : -1,
    .advice = g_strv_builder_end (builder),
    .statistics = mgr_model_get_statistics (model),
  };
  if (view.component != NULL)
    self->component = g_strdup (mgr_component_get_path (view.component));
}

GArray *
mgr_report_models_new (void)
{
  GArray *models = g_array_new (FALSE, TRUE, sizeof (MgrReportModel));

  g_array_set_clear_func (models, report_model_clear);
  return models;
}

void
mgr_report_models_add (GArray           *models,
                       MgrModelRegistry *registry)
{
  g_autoptr (GPtrArray) registered = mgr_model_registry_copy (registry);

  for (guint i = 0; i < registered->len; i++)
    {
      MgrReportModel entry;

      report_model_init (&entry, g_ptr_array_index (registered, i));
      g_array_append_val (models, entry);
    }
}

static GVariant *
report_model_to_variant (const MgrReportModel *self)
{
  g_autoptr (GVariant) figures =
    g_variant_ref_sink (mgr_model_statistics_to_variant (self->statistics));
  GVariantDict dict;

  g_variant_dict_init (&dict, figures);
  g_variant_dict_insert_value (&dict, "name", mgr_variant_new_text (self->name));
  if (self->component != NULL)
    g_variant_dict_insert_value (&dict, "component", mgr_variant_new_text (self->component));
  g_variant_dict_insert (&dict, "loaded", "b", self->loaded);
  g_variant_dict_insert (&dict, "pinned", "b", self->pinned);
  g_variant_dict_insert (&dict, "safety", "s",
                         mgr_enum_get_nick (MGR_TYPE_SAFETY, (int) self->safety));
  g_variant_dict_insert (&dict, "priority", "u", self->priority);
  g_variant_dict_insert (&dict, "unused-for", "x", self->unused_for);
  g_variant_dict_insert_value (&dict, "advice",
                               g_variant_new_strv ((const char *const *) self->advice, -1));
  return g_variant_dict_end (&dict);
}

GVariant *
mgr_report_models_to_variant (GArray *models)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < models->len; i++)
    g_variant_builder_add_value (
      &builder, report_model_to_variant (&g_array_index (models, MgrReportModel, i)));

  return g_variant_builder_end (&builder);
}
