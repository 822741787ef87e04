/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Three models in a budget for two: who was not used for longest goes for the third. */

#include <mgr.h>

#include <locale.h>
#include <string.h>

#define MIB ((guint64) 1 << 20)
#define MODEL_SIZE (16 * MIB)

static GObject *
load_cb (MgrModel *model,
         gpointer  user_data)
{
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);

  g_print ("loading %s\n", mgr_model_get_name (model));
  g_object_set_data_full (object, "weights", memset (g_malloc (MODEL_SIZE), 1, MODEL_SIZE),
                          g_free);
  return object;
}

static void
add_model (MgrModelRegistry *models,
           const char       *name)
{
  g_autoptr (MgrModel) model = mgr_model_new (name, NULL, MODEL_SIZE);

  g_signal_connect (model, "load", G_CALLBACK (load_cb), NULL);
  mgr_model_registry_register (models, model, NULL);
}

static void
use_model (MgrModelRegistry *models,
           const char       *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrModelUse) use = mgr_model_registry_use (models, name, &error);

  if (use == NULL)
    g_error ("%s", error->message);

  g_print ("using %s\n", name);
  mgr_model_use_end (use, NULL);
  g_usleep (G_TIME_SPAN_MILLISECOND);
}

int
main (void)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (256 * MIB);
  MgrComponent *budget = mgr_manager_add_component (manager, "models", 40 * MIB, NULL, NULL);
  g_autoptr (MgrModelRegistry) models = mgr_model_registry_new (budget);
  const char *const names[] = { "german", "french", "english" };
  const char *const uses[] = { "german", "french", "german", "english", "german" };

  setlocale (LC_ALL, "");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    add_model (models, names[i]);
  for (guint i = 0; i < G_N_ELEMENTS (uses); i++)
    use_model (models, uses[i]);

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autoptr (MgrModel) model = mgr_model_registry_lookup (models, names[i]);
      g_autoptr (MgrModelStatistics) statistics = mgr_model_get_statistics (model);

      g_print ("%s: %s, loaded %" G_GUINT64_FORMAT " times\n", names[i],
               mgr_model_is_loaded (model) ? "there" : "gone",
               mgr_model_statistics_get_n_loads (statistics));
    }

  return 0;
}
