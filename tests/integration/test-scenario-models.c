/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Models in C; scenario-models.py and scenario-models.js say the same, line by line. */

#include <mgr.h>

#include <locale.h>

#define MIB ((guint64) 1 << 20)

static const struct
{
  const char *name;
  gint64 load_seconds;
} declared[] = {
  { "german", 20 },
  { "french", 1 },
  { "english", 1 },
};

static const char *
nick_of (int code)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (MGR_TYPE_ERROR);

  return g_enum_get_value (klass, code)->value_nick;
}

/* Returns: (transfer full) */
static MgrManualClock *
dup_clock (gpointer object)
{
  MgrManualClock *clock;

  g_object_get (object, "clock", &clock, NULL);
  return clock;
}

static void
wait (MgrModelRegistry *models,
      gint64            seconds)
{
  g_autoptr (MgrManualClock) clock = dup_clock (models);

  mgr_manual_clock_advance (clock, seconds * G_USEC_PER_SEC);
}

static GObject *
load_cb (MgrModel *model,
         gpointer  load_seconds)
{
  g_autoptr (MgrManualClock) clock = dup_clock (model);
  GObject *words = g_object_new (G_TYPE_OBJECT, NULL);

  g_print ("loading %s\n", mgr_model_get_name (model));
  mgr_manual_clock_advance (clock, *(const gint64 *) load_seconds * G_USEC_PER_SEC);
  g_object_set_data (words, "words", GUINT_TO_POINTER (1000));
  return words;
}

static void
discard_cb (MgrModel *model,
            GObject  *words,
            gpointer  user_data)
{
  g_print ("%s goes\n", mgr_model_get_name (model));
}

static void
add (MgrModelRegistry *models,
     MgrManualClock   *clock,
     guint             which)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrModel) model = g_object_new (MGR_TYPE_MODEL,
                                             "name", declared[which].name,
                                             "declared-size", 100 * MIB,
                                             "clock", clock,
                                             NULL);

  g_signal_connect (model, "load", G_CALLBACK (load_cb),
                    (gpointer) &declared[which].load_seconds);
  g_signal_connect (model, "discard", G_CALLBACK (discard_cb), NULL);
  mgr_model_registry_register (models, model, &error);
  g_assert_no_error (error);
}

static void
use (MgrModelRegistry *models,
     const char       *name)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrModelUse) use = mgr_model_registry_use (models, name, &error);

  if (use != NULL)
    g_print ("%s: %u words\n", name,
             GPOINTER_TO_UINT (g_object_get_data (mgr_model_use_get_object (use), "words")));
  else
    g_print ("%s: %s\n", name, nick_of (error->code));

  if (use != NULL)
    mgr_model_use_end (use, NULL);
  wait (models, 1);
}

static void
show (MgrModelRegistry *models)
{
  g_autoptr (GPtrArray) loaded = g_ptr_array_new ();
  g_autofree char *text = NULL;

  while (g_main_context_iteration (NULL, FALSE))
    ;
  for (guint i = 0; i < G_N_ELEMENTS (declared); i++)
    {
      g_autoptr (MgrModel) model = g_list_model_get_item (G_LIST_MODEL (models), i);

      if (mgr_model_is_loaded (model))
        g_ptr_array_add (loaded, (gpointer) mgr_model_get_name (model));
    }

  g_ptr_array_add (loaded, NULL);
  text = g_strjoinv (" ", (char **) loaded->pdata);
  g_print ("loaded: %s, %" G_GUINT64_FORMAT " MiB are charged\n", text,
           mgr_component_get_used (mgr_model_registry_get_component (models)) / MIB);
}

static void
play_room (MgrModelRegistry *models)
{
  g_print ("# two have room\n");
  use (models, "german");
  use (models, "german");
  use (models, "french");
  show (models);

  g_print ("# what is soon loaded again goes\n");
  use (models, "english");
  show (models);

  g_print ("# what was not used for long goes\n");
  wait (models, 60);
  use (models, "english");
  use (models, "french");
  show (models);
}

static void
play_pins (MgrModelRegistry *models)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrModel) english = mgr_model_registry_lookup (models, "english");
  g_autoptr (MgrModelUse) use_of_english = mgr_model_use (english, NULL);
  g_autoptr (MgrModelUse) use_of_french = mgr_model_registry_use (models, "french", NULL);

  g_print ("# what is in use stays\n");
  use (models, "german");
  mgr_model_use_end (use_of_french, NULL);
  if (!mgr_model_unload (english, &error))
    g_print ("unload: %s\n", nick_of (error->code));
  use (models, "german");
  show (models);
  mgr_model_use_end (use_of_english, NULL);
}

static void
play_idle (MgrModelRegistry *models)
{
  g_autoptr (MgrModel) english = mgr_model_registry_lookup (models, "english");

  g_print ("# who nobody uses goes, but no CAUTIOUS one until it is told to\n");
  mgr_model_set_safety (english, MGR_SAFETY_CAUTIOUS);
  wait (models, 298);
  show (models);
  wait (models, 1);
  show (models);
  mgr_model_unload (english, NULL);
  show (models);
}

static void
show_statistics (MgrModel *model)
{
  g_autoptr (MgrModelStatistics) statistics = mgr_model_get_statistics (model);

  g_print ("%s: uses %" G_GUINT64_FORMAT ", hits %" G_GUINT64_FORMAT ", loads %" G_GUINT64_FORMAT
           " in %" G_GINT64_FORMAT " s, failures %" G_GUINT64_FORMAT ", unloads %"
           G_GUINT64_FORMAT "\n",
           mgr_model_get_name (model),
           mgr_model_statistics_get_n_uses (statistics),
           mgr_model_statistics_get_n_hits (statistics),
           mgr_model_statistics_get_n_loads (statistics),
           mgr_model_statistics_get_total_load_time (statistics) / G_USEC_PER_SEC,
           mgr_model_statistics_get_n_failures (statistics),
           mgr_model_statistics_get_n_unloads (statistics));
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (1024 * MIB);
  g_autoptr (MgrManualClock) clock = mgr_manual_clock_new (0);
  MgrComponent *component = mgr_manager_add_component (manager, "models", 250 * MIB, NULL, NULL);
  g_autoptr (MgrModelRegistry) models = g_object_new (MGR_TYPE_MODEL_REGISTRY,
                                                      "component", component,
                                                      "clock", clock,
                                                      NULL);

  setlocale (LC_ALL, "");
  for (guint i = 0; i < G_N_ELEMENTS (declared); i++)
    add (models, clock, i);
  play_room (models);
  play_pins (models);
  play_idle (models);

  g_print ("# statistics\n");
  for (guint i = 0; i < G_N_ELEMENTS (declared); i++)
    {
      g_autoptr (MgrModel) model = g_list_model_get_item (G_LIST_MODEL (models), i);

      show_statistics (model);
    }

  return 0;
}
