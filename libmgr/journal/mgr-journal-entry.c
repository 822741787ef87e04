/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "journal/mgr-journal-entry-private.h"

#include "base/mgr-variant-private.h"
#include "mgr-enum-types.h"

/**
 * SECTION:mgr-journal-entry
 * @title: MgrJournalEntry
 * @short_description: one thing that happened, and why
 *
 * An entry says in one sentence what happened, and in its details with which figures,
 * by which rule, and what would have changed it. Where another entry led to it, that
 * one is its cause.
 *
 * An entry never changes and may be read from any thread.
 */

/**
 * MgrJournalEntry:
 *
 * An entry of a #MgrJournal.
 *
 * Since: 1.0
 */
G_DEFINE_BOXED_TYPE (MgrJournalEntry, mgr_journal_entry,
                     mgr_journal_entry_ref, mgr_journal_entry_unref)

static int
enum_from_nick (GType       type,
                const char *nick,
                int         otherwise)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);
  GEnumValue *found = g_enum_get_value_by_nick (klass, nick);

  return found != NULL ? found->value : otherwise;
}

const char *
mgr_journal_kind_to_nick (MgrJournalKind kind)
{
  return mgr_enum_get_nick (MGR_TYPE_JOURNAL_KIND, (int) kind);
}

MgrJournalKind
mgr_journal_kind_from_nick (const char *nick)
{
  return (MgrJournalKind) enum_from_nick (MGR_TYPE_JOURNAL_KIND, nick, MGR_JOURNAL_KIND_OTHER);
}

const char *
mgr_journal_severity_to_nick (MgrJournalSeverity severity)
{
  return mgr_enum_get_nick (MGR_TYPE_JOURNAL_SEVERITY, (int) severity);
}

MgrJournalSeverity
mgr_journal_severity_from_nick (const char *nick)
{
  return (MgrJournalSeverity) enum_from_nick (MGR_TYPE_JOURNAL_SEVERITY, nick,
                                              MGR_JOURNAL_SEVERITY_INFO);
}

static GBytes *
details_cut (GVariant *details)
{
  g_autoptr (GVariant) given = NULL;
  g_autoptr (GVariant) kept = NULL;
  GVariantDict dict;

  if (details != NULL)
    given = g_variant_ref_sink (details);
  if (given != NULL && g_variant_get_size (given) <= MGR_JOURNAL_DETAILS_MAX)
    {
      kept = g_variant_get_normal_form (given);
      return g_variant_get_data_as_bytes (kept);
    }

  g_variant_dict_init (&dict, NULL);
  if (given != NULL)
    g_variant_dict_insert (&dict, "too-large", "t", (guint64) g_variant_get_size (given));
  kept = g_variant_ref_sink (g_variant_dict_end (&dict));
  return g_variant_get_data_as_bytes (kept);
}

MgrJournalEntry *
mgr_journal_entry_new (guint64             id,
                       gint64              time,
                       gint64              monotonic,
                       MgrJournalKind      kind,
                       MgrJournalSeverity  severity,
                       const char         *summary,
                       GVariant           *details,
                       guint64             cause)
{
  MgrJournalEntry *self = g_new0 (MgrJournalEntry, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->id = id;
  self->time = time;
  self->monotonic = monotonic;
  self->kind = kind;
  self->severity = severity;
  self->summary = mgr_text_cut (summary, MGR_JOURNAL_SUMMARY_MAX);
  self->details = details_cut (details);
  self->cause = cause < id ? cause : 0;
  return self;
}

/**
 * mgr_journal_entry_ref:
 * @self: an entry
 *
 * Takes a reference. May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrJournalEntry *
mgr_journal_entry_ref (MgrJournalEntry *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_journal_entry_unref:
 * @self: (transfer full): an entry
 *
 * Drops a reference; the last one frees the entry. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_journal_entry_unref (MgrJournalEntry *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_bytes_unref (self->details);
  g_free (self->summary);
  g_free (self);
}

/**
 * mgr_journal_entry_get_id:
 * @self: an entry
 *
 * Gets the number of the entry. Numbers grow, also over restarts of a program that
 * keeps its journal in a file. May be called from any thread.
 *
 * Returns: the number, from 1
 *
 * Since: 1.0
 */
guint64
mgr_journal_entry_get_id (MgrJournalEntry *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->id;
}

/**
 * mgr_journal_entry_get_time:
 * @self: an entry
 *
 * Gets when it happened, by the clock on the wall: for people, since that clock may be
 * set back. May be called from any thread.
 *
 * Returns: microseconds since 1970, UTC
 *
 * Since: 1.0
 */
gint64
mgr_journal_entry_get_time (MgrJournalEntry *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->time;
}

/**
 * mgr_journal_entry_get_monotonic_time:
 * @self: an entry
 *
 * Gets when it happened, by the clock of the journal: to compare the times of two
 * entries of one run. May be called from any thread.
 *
 * Returns: microseconds
 *
 * Since: 1.0
 */
gint64
mgr_journal_entry_get_monotonic_time (MgrJournalEntry *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->monotonic;
}

/**
 * mgr_journal_entry_get_kind:
 * @self: an entry
 *
 * Gets what the entry is about. May be called from any thread.
 *
 * Returns: the kind
 *
 * Since: 1.0
 */
MgrJournalKind
mgr_journal_entry_get_kind (MgrJournalEntry *self)
{
  g_return_val_if_fail (self != NULL, MGR_JOURNAL_KIND_OTHER);

  return self->kind;
}

/**
 * mgr_journal_entry_get_severity:
 * @self: an entry
 *
 * Gets how much the entry matters. May be called from any thread.
 *
 * Returns: the severity
 *
 * Since: 1.0
 */
MgrJournalSeverity
mgr_journal_entry_get_severity (MgrJournalEntry *self)
{
  g_return_val_if_fail (self != NULL, MGR_JOURNAL_SEVERITY_INFO);

  return self->severity;
}

/**
 * mgr_journal_entry_get_summary:
 * @self: an entry
 *
 * Gets what happened, in one sentence. May be called from any thread.
 *
 * Returns: (transfer none): the sentence
 *
 * Since: 1.0
 */
const char *
mgr_journal_entry_get_summary (MgrJournalEntry *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->summary;
}

static GVariant *
entry_make_details (MgrJournalEntry *self)
{
  return g_variant_new_from_bytes (G_VARIANT_TYPE_VARDICT, self->details, TRUE);
}

/**
 * mgr_journal_entry_get_details:
 * @self: an entry
 *
 * Gets the figures behind it, a dictionary of the type a{sv}. Which keys there are
 * depends on the kind; #MgrJournal tells of those that all kinds share. May be called
 * from any thread.
 *
 * Returns: (transfer full): the details
 *
 * Since: 1.0
 */
GVariant *
mgr_journal_entry_get_details (MgrJournalEntry *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return g_variant_ref_sink (entry_make_details (self));
}

/**
 * mgr_journal_entry_get_cause:
 * @self: an entry
 *
 * Gets the number of the entry that led to this one. The journal may have forgotten
 * that one since. May be called from any thread.
 *
 * Returns: the number, or 0 for none
 *
 * Since: 1.0
 */
guint64
mgr_journal_entry_get_cause (MgrJournalEntry *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->cause;
}

/**
 * mgr_journal_entry_to_variant:
 * @self: an entry
 *
 * Gets all of it as a dictionary, under the names that the other languages, D-Bus and
 * the command line use: `id` (t), `time` and `monotonic-time` (x, microseconds), `kind`
 * and `severity` (s), `summary` (s), `details` (a{sv}) and, where there is one, `cause`
 * (t). May be called from any thread.
 *
 * Returns: (transfer floating): a{sv}
 *
 * Since: 1.0
 */
GVariant *
mgr_journal_entry_to_variant (MgrJournalEntry *self)
{
  GVariantDict dict;

  g_return_val_if_fail (self != NULL, NULL);

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "id", "t", self->id);
  g_variant_dict_insert (&dict, "time", "x", self->time);
  g_variant_dict_insert (&dict, "monotonic-time", "x", self->monotonic);
  g_variant_dict_insert (&dict, "kind", "s", mgr_journal_kind_to_nick (self->kind));
  g_variant_dict_insert (&dict, "severity", "s", mgr_journal_severity_to_nick (self->severity));
  g_variant_dict_insert (&dict, "summary", "s", self->summary);
  g_variant_dict_insert_value (&dict, "details", entry_make_details (self));
  if (self->cause != 0)
    g_variant_dict_insert (&dict, "cause", "t", self->cause);

  return g_variant_dict_end (&dict);
}
