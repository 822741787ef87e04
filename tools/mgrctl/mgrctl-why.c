/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-entries.h"
#include "mgrctl-print.h"

#include <stdio.h>

static char *file;

const GOptionEntry mgrctl_why_entries[] = {
  { "file", 0, 0, G_OPTION_ARG_FILENAME, &file, "Read a file in place of asking a program", "FILE" },
  { NULL, }
};

/* The number of the last entry of a kind; 0 for none. */
static gboolean
find_last (MgrctlEntries   *entries,
           MgrJournalKind   kind,
           guint64         *id,
           GError         **error)
{
  g_autoptr (GVariant) list = mgrctl_entries_list (entries, kind, 1, error);

  if (list == NULL)
    return FALSE;

  if (g_variant_n_children (list) > 0)
    {
      g_autoptr (GVariant) entry = g_variant_get_child_value (list, 0);

      *id = MAX (*id, mgrctl_entry_get_id (entry));
    }
  return TRUE;
}

/* What people wonder about: the last time that something was refused, that the level
 * changed, or that there was an emergency. */
static gboolean
choose_entry (MgrctlEntries  *entries,
              guint64        *id,
              GError        **error)
{
  return find_last (entries, MGR_JOURNAL_KIND_REFUSAL, id, error)
         && find_last (entries, MGR_JOURNAL_KIND_LEVEL, id, error)
         && find_last (entries, MGR_JOURNAL_KIND_EMERGENCY, id, error);
}

static gboolean
parse_id (const char *text,
          guint64    *id)
{
  if (*text == '#')
    text++;

  return g_ascii_string_to_unsigned (text, 10, 1, G_MAXUINT64, id, NULL);
}

static void
print_story (const MgrctlOptions *options,
             guint64              id,
             const char          *story)
{
  g_auto (GStrv) lines = g_strsplit (story, "\n", -1);
  JsonObject *object;

  if (options->json)
    {
      object = json_object_new ();
      json_object_set_int_member (object, "id", (gint64) id);
      json_object_set_string_member (object, "story", story);
      mgrctl_print_json (object);
      return;
    }

  for (gsize i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *printable = mgrctl_printable (lines[i]);

      printf ("%s\n", printable);
    }
}

MgrctlExit
mgrctl_why (const MgrctlOptions *options)
{
  MgrctlExit exit_status = MGRCTL_EXIT_OK;
  g_autoptr (MgrctlEntries) entries = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *story = NULL;
  guint64 id = 0;

  if (options->arguments[0] != NULL && !parse_id (options->arguments[0], &id))
    {
      mgrctl_print_error ("“%s” is no number of an entry: “mgrctl journal” shows them",
                          options->arguments[0]);
      return MGRCTL_EXIT_USAGE;
    }

  entries = mgrctl_entries_open (options, file, &exit_status);
  if (entries == NULL)
    return exit_status;

  if (id == 0 && !choose_entry (entries, &id, &error))
    return mgrctl_target_fail (error);

  if (id == 0)
    {
      mgrctl_print_error ("Nothing was refused so far, the level has not changed, and there was "
                          "no emergency");
      return MGRCTL_EXIT_OK;
    }

  story = mgrctl_entries_explain (entries, id, &error);
  if (story == NULL)
    return mgrctl_target_fail (error);

  print_story (options, id, story);
  return MGRCTL_EXIT_OK;
}
