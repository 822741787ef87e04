/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-entries.h"

#include "mgrctl-print.h"

#include <stdio.h>

/* As much as a program answers at once. */
#define PAGE_MAX 1000

static MgrctlEntries *
open_file (const MgrctlOptions *options,
           const char          *path,
           MgrctlExit          *out_exit)
{
  g_autoptr (GError) error = NULL;
  MgrctlEntries *self;
  MgrJournal *journal;

  if (options->session || options->address != NULL || options->program != NULL)
    {
      *out_exit = MGRCTL_EXIT_USAGE;
      mgrctl_print_error ("“--file” asks no program: leave out “--session”, “--address” and “--program”");
      return NULL;
    }

  journal = mgr_journal_new_from_file (path, &error);
  if (journal == NULL)
    {
      *out_exit = g_error_matches (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE)
                    ? MGRCTL_EXIT_NOT_AVAILABLE : MGRCTL_EXIT_FAILED;
      mgrctl_print_error ("%s", error->message);
      return NULL;
    }

  self = g_new0 (MgrctlEntries, 1);
  self->journal = journal;
  return self;
}

MgrctlEntries *
mgrctl_entries_open (const MgrctlOptions *options,
                     const char          *path,
                     MgrctlExit          *out_exit)
{
  MgrctlEntries *self;
  MgrctlTarget *target;

  if (path != NULL)
    return open_file (options, path, out_exit);

  target = mgrctl_target_open (options, out_exit);
  if (target == NULL)
    return NULL;

  self = g_new0 (MgrctlEntries, 1);
  self->target = target;
  return self;
}

void
mgrctl_entries_free (MgrctlEntries *self)
{
  g_clear_pointer (&self->target, mgrctl_target_free);
  g_clear_object (&self->journal);
  g_free (self);
}

static GVariant *
journal_to_variant (MgrJournal     *journal,
                    MgrJournalKind  kind,
                    guint           limit)
{
  g_autoptr (GPtrArray) entries = mgr_journal_list (journal, kind, limit);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < entries->len; i++)
    g_variant_builder_add_value (&builder,
                                 mgr_journal_entry_to_variant (g_ptr_array_index (entries, i)));

  return g_variant_ref_sink (g_variant_builder_end (&builder));
}

GVariant *
mgrctl_entries_list (MgrctlEntries   *self,
                     MgrJournalKind   kind,
                     guint            limit,
                     GError         **error)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (MGR_TYPE_JOURNAL_KIND);
  g_autoptr (GVariant) reply = NULL;

  if (self->journal != NULL)
    return journal_to_variant (self->journal, kind, limit);

  reply = mgrctl_target_call (self->target, MGRCTL_MANAGER_PATH, MGRCTL_MANAGER_INTERFACE,
                              "ListJournal",
                              g_variant_new ("(su)", g_enum_get_value (klass, (int) kind)->value_nick,
                                             MIN (limit, PAGE_MAX)),
                              "(aa{sv})", error);
  return reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
}

char *
mgrctl_entries_explain (MgrctlEntries  *self,
                        guint64         id,
                        GError        **error)
{
  g_autoptr (GVariant) reply = NULL;
  char *story = NULL;

  if (self->journal != NULL)
    return mgr_journal_explain (self->journal, id, error);

  reply = mgrctl_target_call (self->target, MGRCTL_MANAGER_PATH, MGRCTL_MANAGER_INTERFACE,
                              "Explain", g_variant_new ("(t)", id), "(s)", error);
  if (reply != NULL)
    g_variant_get (reply, "(s)", &story);
  return story;
}

guint64
mgrctl_entry_get_id (GVariant *entry)
{
  guint64 id = 0;

  g_variant_lookup (entry, "id", "t", &id);
  return id;
}

static char *
format_time (gint64 time)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (time / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;

  return local != NULL ? g_date_time_format (local, "%Y-%m-%d %H:%M:%S") : g_strdup ("-");
}

static MgrctlStyle
style_of_severity (const char *severity)
{
  if (g_str_equal (severity, "critical"))
    return MGRCTL_STYLE_BAD;

  return g_str_equal (severity, "warning") ? MGRCTL_STYLE_WARNING : MGRCTL_STYLE_PLAIN;
}

static void
print_line (const MgrctlOptions *options,
            GVariant            *entry)
{
  gint64 time = 0;
  guint64 cause = 0;
  const char *kind = "";
  const char *severity = "";
  const char *summary = "";
  g_autofree char *shown_time = NULL;
  g_autofree char *faint_time = NULL;
  g_autofree char *padded = NULL;
  g_autofree char *painted = NULL;
  g_autofree char *printable = NULL;
  g_autofree char *because = NULL;

  g_variant_lookup (entry, "time", "x", &time);
  g_variant_lookup (entry, "cause", "t", &cause);
  g_variant_lookup (entry, "kind", "&s", &kind);
  g_variant_lookup (entry, "severity", "&s", &severity);
  g_variant_lookup (entry, "summary", "&s", &summary);
  shown_time = format_time (time);
  faint_time = mgrctl_paint (options, MGRCTL_STYLE_FAINT, shown_time);
  padded = mgrctl_pad (kind, 9);
  painted = mgrctl_paint (options, style_of_severity (severity), padded);
  printable = mgrctl_printable (summary);
  because = cause != 0 ? g_strdup_printf (" (because of #%" G_GUINT64_FORMAT ")", cause) : g_strdup ("");

  printf ("%s  %5" G_GUINT64_FORMAT "  %s  %s%s\n", faint_time, mgrctl_entry_get_id (entry), painted,
          printable, because);
  fflush (stdout);
}

void
mgrctl_entry_print (const MgrctlOptions *options,
                    GVariant            *entry)
{
  JsonObject *object;

  if (!options->json)
    {
      print_line (options, entry);
      return;
    }

  object = json_object_new ();
  mgrctl_json_add_dict (object, entry);
  mgrctl_print_json (object);
}
