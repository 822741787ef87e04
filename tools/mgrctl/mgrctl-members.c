/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-members.h"

#include "mgrctl-print.h"

GVariant *
mgrctl_members_get (MgrctlTarget  *target,
                    const char    *key,
                    GError       **error)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) report = NULL;
  GVariant *members;

  reply = mgrctl_target_call (target, MGRCTL_MANAGER_PATH, MGRCTL_MANAGER_INTERFACE, "GetReport",
                              NULL, "(a{sv})", error);
  if (reply == NULL)
    return NULL;

  report = g_variant_get_child_value (reply, 0);
  members = g_variant_lookup_value (report, key, G_VARIANT_TYPE ("aa{sv}"));

  /* A program with an older library has none. */
  return members != NULL
           ? members
           : g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE_VARDICT, NULL, 0));
}

GVariant *
mgrctl_members_find (GVariant   *members,
                     const char *name)
{
  for (gsize i = 0; i < g_variant_n_children (members); i++)
    {
      g_autoptr (GVariant) dict = g_variant_get_child_value (members, i);
      const char *found = NULL;

      if (g_variant_lookup (dict, "name", "&s", &found) && g_str_equal (found, name))
        return g_steal_pointer (&dict);
    }

  return NULL;
}

MgrctlExit
mgrctl_members_complain (GVariant   *members,
                         const char *kind,
                         const char *name)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *list = NULL;

  for (gsize i = 0; i < g_variant_n_children (members); i++)
    {
      g_autoptr (GVariant) dict = g_variant_get_child_value (members, i);
      char *other = NULL;

      if (g_variant_lookup (dict, "name", "s", &other))
        g_ptr_array_add (names, other);
    }
  g_ptr_array_add (names, NULL);

  list = mgrctl_names ((const char *const *) names->pdata);
  if (names->len > 1)
    mgrctl_print_error ("There is no %s “%s”, but %s", kind, name, list);
  else
    mgrctl_print_error ("There is no %s “%s”, nor any other", kind, name);
  return MGRCTL_EXIT_FAILED;
}

JsonObject *
mgrctl_members_make_json (MgrctlTarget *target)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "program", mgrctl_target_get_program (target));
  json_object_set_int_member (object, "pid", mgrctl_target_get_pid (target));
  return object;
}

void
mgrctl_members_print_json (MgrctlTarget *target,
                           const char   *key,
                           GVariant     *members)
{
  JsonObject *object = mgrctl_members_make_json (target);
  JsonArray *array = json_array_new ();
  GVariantIter iter;
  GVariant *dict;

  g_variant_iter_init (&iter, members);
  while (g_variant_iter_loop (&iter, "@a{sv}", &dict))
    {
      JsonObject *member = json_object_new ();

      mgrctl_json_add_dict (member, dict);
      json_array_add_object_element (array, member);
    }

  json_object_set_array_member (object, key, array);
  mgrctl_print_json (object);
}
