/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "journal/mgr-journal-private.h"

#include "journal/mgr-journal-entry-private.h"

#include <time.h>

/* A page of a terminal: whoever wants more asks about one of those named. */
#define CAUSES_TOLD 40
#define EFFECTS_TOLD 40

static MgrJournalEntry *
entries_find (GPtrArray *entries,
              guint64    id)
{
  guint low = 0;
  guint high = entries->len;

  while (low < high)
    {
      guint middle = low + (high - low) / 2;
      MgrJournalEntry *entry = g_ptr_array_index (entries, middle);

      if (entry->id == id)
        return entry;
      if (entry->id < id)
        low = middle + 1;
      else
        high = middle;
    }

  return NULL;
}

static char *
format_time (gint64 time)
{
  time_t seconds = (time_t) (time / G_USEC_PER_SEC);
  struct tm local;
  char text[64];

  if (localtime_r (&seconds, &local) == NULL
      || strftime (text, sizeof text, "%Y-%m-%d %H:%M:%S", &local) == 0)
    return g_strdup ("unknown time");

  return g_strdup (text);
}

static char *
format_delay (const MgrJournalEntry *cause,
              const MgrJournalEntry *entry)
{
  gint64 delay = entry->monotonic - cause->monotonic;

  /* The monotonic clock may have begun anew in between. */
  if (delay < 0)
    delay = MAX (entry->time - cause->time, 0);

  if (delay < G_USEC_PER_SEC)
    return g_strdup_printf ("%.1f ms later", (double) delay / G_TIME_SPAN_MILLISECOND);

  return g_strdup_printf ("%.1f s later", (double) delay / G_USEC_PER_SEC);
}

static void
tell_head (GString         *text,
           MgrJournalEntry *cause,
           MgrJournalEntry *entry)
{
  g_autofree char *when = cause != NULL ? format_delay (cause, entry) : format_time (entry->time);

  g_string_append_printf (text, "#%" G_GUINT64_FORMAT " %s, %s", entry->id,
                          mgr_journal_kind_to_nick (entry->kind), when);
  if (cause != NULL)
    g_string_append_printf (text, ", because of #%" G_GUINT64_FORMAT, cause->id);
  else if (entry->cause != 0)
    g_string_append_printf (text, ", because of #%" G_GUINT64_FORMAT ", which is no longer kept",
                            entry->cause);
  g_string_append_printf (text, ": %s\n", entry->summary);
}

/* What others add may use the same names for something else. */
static gboolean
is_of_cleanup (const MgrJournalEntry *entry)
{
  return entry->kind == MGR_JOURNAL_KIND_PLAN || entry->kind == MGR_JOURNAL_KIND_REPORT
         || entry->kind == MGR_JOURNAL_KIND_REFUSAL;
}

static void
tell_text (GString    *text,
           GVariant   *details,
           const char *key,
           const char *label)
{
  const char *detail = NULL;

  if (g_variant_lookup (details, key, "&s", &detail) && *detail != '\0')
    g_string_append_printf (text, "  %s: %s\n", label, detail);
}

static void
tell_entry (GString         *text,
            MgrJournalEntry *cause,
            MgrJournalEntry *entry)
{
  g_autoptr (GVariant) details = mgr_journal_entry_get_details (entry);

  tell_head (text, cause, entry);
  tell_text (text, details, "rule", "Rule");
  if (is_of_cleanup (entry))
    mgr_journal_tell_steps (text, details);
  tell_text (text, details, "holders", "Largest holders");
  tell_text (text, details, "remedy", "What would help");
}

static MgrJournalEntry *
entries_find_cause (GPtrArray             *entries,
                    const MgrJournalEntry *entry)
{
  return entry->cause != 0 ? entries_find (entries, entry->cause) : NULL;
}

/* From the first cause to @entry. A cause is always older, so the chain ends. */
static void
tell_causes (GString         *text,
             GPtrArray       *entries,
             MgrJournalEntry *entry)
{
  g_autoptr (GPtrArray) chain = g_ptr_array_new ();

  for (MgrJournalEntry *link = entry; link != NULL && chain->len < CAUSES_TOLD;
       link = entries_find_cause (entries, link))
    g_ptr_array_add (chain, link);

  for (guint i = chain->len; i > 0; i--)
    {
      MgrJournalEntry *link = g_ptr_array_index (chain, i - 1);

      tell_entry (text, entries_find_cause (entries, link), link);
    }
}

/* What came of @entry: a cause is always older, so one pass finds all. */
static void
tell_effects (GString         *text,
              GPtrArray       *entries,
              MgrJournalEntry *entry)
{
  g_autoptr (GHashTable) told = g_hash_table_new (g_int64_hash, g_int64_equal);
  guint n_effects = 0;

  g_hash_table_add (told, &entry->id);
  for (guint i = 0; i < entries->len; i++)
    {
      MgrJournalEntry *effect = g_ptr_array_index (entries, i);

      if (effect->cause == 0 || !g_hash_table_contains (told, &effect->cause))
        continue;

      g_hash_table_add (told, &effect->id);
      if (++n_effects <= EFFECTS_TOLD)
        tell_entry (text, entries_find (entries, effect->cause), effect);
    }

  if (n_effects > EFFECTS_TOLD)
    g_string_append_printf (text, "and %u more that came of it\n", n_effects - EFFECTS_TOLD);
}

char *
mgr_journal_tell (GPtrArray       *entries,
                  MgrJournalEntry *entry)
{
  GString *text = g_string_new (NULL);

  tell_causes (text, entries, entry);
  tell_effects (text, entries, entry);
  g_string_truncate (text, text->len - 1);
  return g_string_free (text, FALSE);
}
