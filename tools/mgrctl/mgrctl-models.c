/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-members.h"
#include "mgrctl-model-print.h"
#include "mgrctl-print.h"

static void
show_all (const MgrctlOptions *options,
          MgrctlTarget        *target,
          GVariant            *models)
{
  g_autoptr (GPtrArray) entries =
    g_ptr_array_new_with_free_func ((GDestroyNotify) model_entry_free);
  GVariantIter iter;
  GVariant *dict;

  g_variant_iter_init (&iter, models);
  while (g_variant_iter_loop (&iter, "@a{sv}", &dict))
    g_ptr_array_add (entries, model_entry_new (dict));

  if (options->json)
    mgrctl_members_print_json (target, "models", models);
  else if (entries->len > 0)
    mgrctl_models_print (options, entries);
  else
    mgrctl_print_error ("“%s” has no models", mgrctl_target_get_program (target));
}

static void
show_one (const MgrctlOptions *options,
          MgrctlTarget        *target,
          GVariant            *dict)
{
  g_autoptr (ModelEntry) entry = model_entry_new (dict);
  JsonObject *object;
  JsonObject *model;

  if (!options->json)
    {
      mgrctl_model_print (options, entry);
      return;
    }

  object = mgrctl_members_make_json (target);
  model = json_object_new ();
  mgrctl_json_add_dict (model, dict);
  json_object_set_object_member (object, "model", model);
  mgrctl_print_json (object);
}

MgrctlExit
mgrctl_models (const MgrctlOptions *options)
{
  const char *name = options->arguments[0];
  MgrctlExit exit_status = MGRCTL_EXIT_OK;
  g_autoptr (MgrctlTarget) target = mgrctl_target_open (options, &exit_status);
  g_autoptr (GVariant) models = NULL;
  g_autoptr (GVariant) model = NULL;
  g_autoptr (GError) error = NULL;

  if (target == NULL)
    return exit_status;

  models = mgrctl_members_get (target, "models", &error);
  if (models == NULL)
    return mgrctl_target_fail (error);

  if (name == NULL)
    {
      show_all (options, target, models);
      return MGRCTL_EXIT_OK;
    }

  model = mgrctl_members_find (models, name);
  if (model == NULL)
    return mgrctl_members_complain (models, "model", name);

  show_one (options, target, model);
  return MGRCTL_EXIT_OK;
}
