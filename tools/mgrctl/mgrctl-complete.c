/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-target.h"

#include <mgr.h>

#include <stdio.h>
#include <string.h>

static void
offer (const char *candidate,
       const char *prefix)
{
  if (g_str_has_prefix (candidate, prefix))
    printf ("%s\n", candidate);
}

static const GOptionEntry *
find_entry (const GOptionEntry *entries,
            const char         *word)
{
  if (!g_str_has_prefix (word, "--"))
    return NULL;

  for (const GOptionEntry *entry = entries; entry != NULL && entry->long_name != NULL; entry++)
    {
      if (g_str_equal (entry->long_name, word + strlen ("--")))
        return entry;
    }

  return NULL;
}

static gboolean
takes_value (const GOptionEntry *global_entries,
             const MgrctlVerb   *verb,
             const char         *word)
{
  const GOptionEntry *entry = find_entry (global_entries, word);

  if (entry == NULL && verb != NULL)
    entry = find_entry (verb->entries, word);

  return entry != NULL && entry->arg != G_OPTION_ARG_NONE;
}

static void
offer_entries (const GOptionEntry *entries,
               const char         *prefix)
{
  for (const GOptionEntry *entry = entries; entry != NULL && entry->long_name != NULL; entry++)
    {
      g_autofree char *option = g_strconcat ("--", entry->long_name, NULL);

      /* What takes the words that are no options has no name. */
      if (*entry->long_name != '\0')
        offer (option, prefix);
    }
}

static void
offer_programs (const char *prefix)
{
  const MgrctlOptions options = { 0 };
  g_autoptr (GDBusConnection) connection = mgrctl_connect (&options, NULL);
  g_autoptr (GPtrArray) targets = NULL;

  if (connection != NULL)
    targets = mgrctl_list_targets (connection, NULL);

  for (guint i = 0; targets != NULL && i < targets->len; i++)
    {
      MgrctlTarget *target = g_ptr_array_index (targets, i);
      g_autofree char *pid = g_strdup_printf ("%u", mgrctl_target_get_pid (target));

      offer (pid, prefix);
      offer (mgrctl_target_get_program (target), prefix);
    }
}

static void
offer_strategies (const char *prefix)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (MGR_TYPE_CLEANUP_STRATEGY);

  for (guint i = 0; i < klass->n_values; i++)
    offer (klass->values[i].value_nick, prefix);
}

static const MgrctlVerb *
find_verb (const MgrctlVerb *verbs,
           const char       *word)
{
  for (const MgrctlVerb *verb = verbs; verb->name != NULL; verb++)
    {
      if (g_str_equal (verb->name, word))
        return verb;
    }

  return NULL;
}

void
mgrctl_complete (const MgrctlVerb   *verbs,
                 const GOptionEntry *global_entries,
                 const char * const *words)
{
  const MgrctlVerb *verb = NULL;
  const char *value_of = NULL;
  const char *prefix = "";

  for (gsize i = 0; words[i] != NULL; i++)
    {
      prefix = words[i];
      if (words[i + 1] == NULL)
        break;

      if (value_of != NULL)
        value_of = NULL;
      else if (takes_value (global_entries, verb, words[i]))
        value_of = words[i];
      else if (verb == NULL)
        verb = find_verb (verbs, words[i]);
    }

  if (g_strcmp0 (value_of, "--program") == 0)
    offer_programs (prefix);
  else if (g_strcmp0 (value_of, "--strategy") == 0)
    offer_strategies (prefix);
  else if (value_of == NULL && (verb != NULL || *prefix == '-'))
    {
      if (verb != NULL)
        offer_entries (verb->entries, prefix);
      offer_entries (global_entries, prefix);
    }
  else if (value_of == NULL)
    {
      for (; verbs->name != NULL; verbs++)
        offer (verbs->name, prefix);
    }
}
