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

/* What can be completed, and how far the words before have come. */
typedef struct
{
  const MgrctlVerb *verbs;
  const GOptionEntry *bus_entries;
  const GOptionEntry *global_entries;
  const MgrctlVerb *verb; /* (nullable): not said yet */
  const char *value_of;   /* (nullable): the option whose value comes next */
  guint n_arguments;      /* words after the verb */
} Completion;

static const GOptionEntry *
find_entry (const GOptionEntry *entries,
            const char         *word)
{
  for (const GOptionEntry *entry = entries; entry != NULL && entry->long_name != NULL; entry++)
    {
      if (g_str_equal (entry->long_name, word + strlen ("--")))
        return entry;
    }

  return NULL;
}

static gboolean
takes_value (const Completion *self,
             const char       *word)
{
  const GOptionEntry *entry = NULL;

  if (!g_str_has_prefix (word, "--"))
    return FALSE;

  entry = find_entry (self->global_entries, word);
  if (entry == NULL)
    entry = find_entry (self->bus_entries, word);
  if (entry == NULL && self->verb != NULL)
    entry = find_entry (self->verb->entries, word);

  return entry != NULL && entry->arg != G_OPTION_ARG_NONE;
}

static void
offer_entries (const GOptionEntry *entries,
               const char         *prefix)
{
  for (const GOptionEntry *entry = entries; entry != NULL && entry->long_name != NULL; entry++)
    {
      g_autofree char *option = g_strconcat ("--", entry->long_name, NULL);

      if (!(entry->flags & G_OPTION_FLAG_HIDDEN))
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
offer_nicks (GType       type,
             const char *prefix)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);

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

static void
offer_values (const char *option,
              const char *prefix)
{
  if (g_str_equal (option, "--program"))
    offer_programs (prefix);
  else if (g_str_equal (option, "--strategy"))
    offer_nicks (MGR_TYPE_CLEANUP_STRATEGY, prefix);
  else if (g_str_equal (option, "--kind"))
    offer_nicks (MGR_TYPE_JOURNAL_KIND, prefix);
  else if (g_str_equal (option, "--priority"))
    offer_nicks (MGR_TYPE_TASK_PRIORITY, prefix);
  else if (g_str_equal (option, "--wait"))
    offer_nicks (MGR_TYPE_PRESSURE_LEVEL, prefix);
}

static void
offer_options (const Completion *self,
               const char       *prefix)
{
  if (self->verb != NULL)
    offer_entries (self->verb->entries, prefix);
  if (self->verb == NULL || !self->verb->local)
    offer_entries (self->bus_entries, prefix);
  offer_entries (self->global_entries, prefix);
}

static void
offer_words (const Completion *self,
             const char       *prefix)
{
  if (self->value_of != NULL)
    offer_values (self->value_of, prefix);
  else if (*prefix == '-' || (self->verb != NULL && self->verb->arguments == NULL))
    offer_options (self, prefix);
  else if (self->verb == NULL)
    {
      for (const MgrctlVerb *verb = self->verbs; verb->name != NULL; verb++)
        offer (verb->name, prefix);
    }
  else if (self->verb->choices != NULL && self->n_arguments == 0)
    {
      for (guint i = 0; self->verb->choices[i] != NULL; i++)
        offer (self->verb->choices[i], prefix);
    }
}

void
mgrctl_complete (const MgrctlVerb   *verbs,
                 const GOptionEntry *bus_entries,
                 const GOptionEntry *global_entries,
                 const char * const *words)
{
  Completion self = {
    .verbs = verbs,
    .bus_entries = bus_entries,
    .global_entries = global_entries,
  };
  const char *prefix = "";

  for (gsize i = 0; words[i] != NULL; i++)
    {
      prefix = words[i];
      if (words[i + 1] == NULL)
        break;

      if (self.value_of != NULL)
        self.value_of = NULL;
      else if (takes_value (&self, words[i]))
        self.value_of = words[i];
      else if (self.verb == NULL)
        self.verb = find_verb (verbs, words[i]);
      else if (*words[i] != '-')
        self.n_arguments++;
    }

  offer_words (&self, prefix);
}
