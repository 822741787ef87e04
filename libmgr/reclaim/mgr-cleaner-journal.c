/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-cleaner-private.h"

#include "base/mgr-duration-private.h"
#include "base/mgr-size.h"
#include "base/mgr-variant-private.h"
#include "ledger/mgr-holders-private.h"
#include "mgr-enum-types.h"
#include "reclaim/mgr-cleanup-limits-private.h"
#include "reclaim/mgr-cleanup-report-private.h"
#include "reclaim/mgr-cleanup-step-private.h"
#include "reclaim/mgr-reclaim-record-private.h"

/* What an entry of the journal says of a cleanup. */

/* A program may have thousands of resources. */
#define NAMES_WRITTEN 16

void
mgr_cleaner_set_journal (MgrCleaner *self,
                         MgrJournal *journal)
{
  g_set_object (&self->journal, journal);
}

/* Which cleanup in a row it is with this cause, or 0 if that is not written down: while
 * a level is held one comes twice a second. */
static guint64
cleaner_count_cause (MgrCleaner *self)
{
  guint64 cause = mgr_journal_get_cause (self->journal);
  guint64 count;

  if (cause == 0)
    return 1;

  g_mutex_lock (&self->lock);
  self->n_of_cause = cause == self->last_cause ? self->n_of_cause + 1 : 1;
  self->last_cause = cause;
  count = self->n_of_cause;
  g_mutex_unlock (&self->lock);

  return mgr_journal_is_written (count) ? count : 0;
}

static void
add_names (GVariantDict *dict,
           const char   *key,
           GPtrArray    *steps)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; i < MIN (steps->len, NAMES_WRITTEN); i++)
    {
      MgrCleanupStep *step = g_ptr_array_index (steps, i);

      g_variant_builder_add_value (&builder, mgr_variant_new_text (step->name));
    }
  g_variant_dict_insert_value (dict, key, g_variant_builder_end (&builder));
}

static char *
describe_rule (MgrCleanupPlan *plan)
{
  const MgrCleanupLimits *limits = mgr_cleanup_limits_get (plan->strategy);
  g_autofree char *box = mgr_duration_format (limits->box);

  return g_strdup_printf ("%s is %u %% of what may be cleaned, within %s; %s%s",
                          mgr_enum_get_nick (MGR_TYPE_CLEANUP_STRATEGY, (int) plan->strategy),
                          (guint) limits->percent, box,
                          (plan->flags & MGR_CLEANUP_FLAGS_FORCE) != 0
                            ? "it is forced, so CAUTIOUS things may go after SAFE ones"
                            : "only SAFE things may go",
                          plan->here
                            ? "; the owner's main loop is blocked, so only what any thread may ask"
                            : "");
}

static char *
summarize_plan (MgrCleanupPlan *plan,
                guint64         count)
{
  const char *strategy = mgr_enum_get_nick (MGR_TYPE_CLEANUP_STRATEGY, (int) plan->strategy);
  g_autofree char *expected = mgr_size_format (plan->expected);
  g_autofree char *again = mgr_journal_count_text (count, "in a row");

  if (plan->steps->len == 0)
    return g_strdup_printf ("A cleanup, %s, found nothing that may go%s", strategy, again);

  return g_strdup_printf ("A cleanup, %s, is to ask %u of %u for %s%s", strategy, plan->steps->len,
                          plan->steps->len + plan->kept->len + plan->protected->len, expected, again);
}

static GVariant *
plan_get_details (MgrCleaner     *self,
                  MgrCleanupPlan *plan)
{
  g_autofree char *rule = describe_rule (plan);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "strategy", "s",
                         mgr_enum_get_nick (MGR_TYPE_CLEANUP_STRATEGY, (int) plan->strategy));
  g_variant_dict_insert (&dict, "force", "b", (plan->flags & MGR_CLEANUP_FLAGS_FORCE) != 0);
  g_variant_dict_insert (&dict, "target", "t", plan->target);
  g_variant_dict_insert (&dict, "expected", "t", plan->expected);
  g_variant_dict_insert (&dict, "rule", "s", rule);
  add_names (&dict, "steps", plan->steps);
  add_names (&dict, "kept", plan->kept);
  add_names (&dict, "protected", plan->protected);
  if (self->root != NULL)
    {
      g_autofree char *holders = mgr_holders_dup (self->root);

      g_variant_dict_insert_value (&dict, "holders", mgr_variant_new_text (holders));
    }

  return g_variant_dict_end (&dict);
}

guint64
mgr_cleaner_record_plan (MgrCleaner     *self,
                         MgrCleanupPlan *plan)
{
  g_autofree char *summary = NULL;
  guint64 count;

  count = self->journal != NULL ? cleaner_count_cause (self) : 0;
  if (count == 0)
    return 0;

  summary = summarize_plan (plan, count);
  return mgr_journal_add (self->journal, MGR_JOURNAL_KIND_PLAN, MGR_JOURNAL_SEVERITY_INFO, summary,
                          plan_get_details (self, plan), 0);
}

/* With a sign where it is negative: other threads took more than was given back. */
static char *
format_difference (gint64 bytes)
{
  g_autofree char *size = mgr_size_format ((guint64) ABS (bytes));

  return g_strconcat (bytes < 0 ? "-" : "", size, NULL);
}

static char *
summarize_report (MgrCleanupReport *report)
{
  g_autofree char *claimed = mgr_size_format (report->claimed);
  g_autofree char *ledger = format_difference (report->ledger);
  g_autofree char *returned = format_difference (report->returned);
  g_autofree char *took = g_strdup_printf ("%.1f", (double) report->duration / G_TIME_SPAN_MILLISECOND);

  return g_strdup_printf ("%u were cleaned in %s ms: %s claimed, %s off the ledger, "
                          "%s returned", g_strv_length (report->cleaned), took,
                          claimed, ledger, returned);
}

/* What a cleanup may take that is allowed more, or "" where that is nothing. */
static char *
describe_remedy (MgrCleanupReport *report)
{
  guint64 more = 0;
  g_autofree char *size = NULL;

  if ((report->flags & MGR_CLEANUP_FLAGS_FORCE) != 0 || report->claimed >= report->target)
    return g_strdup ("");

  for (guint i = 0; i < report->steps->len; i++)
    {
      MgrCleanupStep *step = g_ptr_array_index (report->steps, i);

      if (step->safety == MGR_SAFETY_CAUTIOUS)
        more += MIN (step->expected, G_MAXUINT64 - more);
    }

  size = mgr_size_format (more);
  return more > 0 ? g_strdup_printf ("A forced cleanup could take %s more of CAUTIOUS things", size)
                  : g_strdup ("");
}

static void
add_strv (GVariantDict *dict,
          const char   *key,
          char        **names)
{
  g_autofree const char **first = g_new0 (const char *, NAMES_WRITTEN + 1);

  for (guint i = 0; i < NAMES_WRITTEN && names[i] != NULL; i++)
    first[i] = names[i];
  g_variant_dict_insert_value (dict, key, mgr_variant_new_names (first));
}

static GVariant *
report_get_details (MgrCleanupReport *report)
{
  g_autofree char *remedy = describe_remedy (report);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "strategy", "s",
                         mgr_enum_get_nick (MGR_TYPE_CLEANUP_STRATEGY, (int) report->strategy));
  g_variant_dict_insert (&dict, "target", "t", report->target);
  g_variant_dict_insert (&dict, "expected", "t", report->expected);
  g_variant_dict_insert (&dict, "claimed", "t", report->claimed);
  g_variant_dict_insert (&dict, "ledger", "x", report->ledger);
  g_variant_dict_insert (&dict, "returned", "x", report->returned);
  g_variant_dict_insert (&dict, "heap-trimmed", "t", report->heap_trimmed);
  g_variant_dict_insert (&dict, "duration", "x", report->duration);
  add_strv (&dict, "cleaned", report->cleaned);
  add_strv (&dict, "kept", report->kept);
  if (*remedy != '\0')
    g_variant_dict_insert (&dict, "remedy", "s", remedy);

  return g_variant_dict_end (&dict);
}

void
mgr_cleaner_record_report (MgrCleaner       *self,
                           MgrCleanupReport *report,
                           guint64           planned)
{
  g_autofree char *summary = NULL;

  if (planned == 0)
    return;

  summary = summarize_report (report);
  mgr_journal_add (self->journal, MGR_JOURNAL_KIND_REPORT, MGR_JOURNAL_SEVERITY_INFO, summary,
                   report_get_details (report), planned);
}

static GVariant *
restore_get_details (const char       *name,
                     MgrReclaimRecord *record,
                     const GError     *error)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "name", mgr_variant_new_text (name));
  g_variant_dict_insert (&dict, "restored", "b", error == NULL);
  if (error != NULL)
    g_variant_dict_insert (&dict, "error", "s", mgr_enum_get_nick (MGR_TYPE_ERROR, error->code));
  if (g_error_matches (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE))
    g_variant_dict_insert (&dict, "remedy", "s", "a registered resource of this name with a "
                           "handler of “rebuild”");
  if (record != NULL)
    {
      g_variant_dict_insert (&dict, "size", "t", record->size);
      g_variant_dict_insert (&dict, "cleaned", "x", record->time);
      g_variant_dict_insert (&dict, "lossy", "b", record->lossy);
      g_variant_dict_insert_value (&dict, "reason", mgr_variant_new_text (record->reason));
    }

  return g_variant_dict_end (&dict);
}

/* Which time it is that @name is brought back, or fails to be for the same reason; 0 if
 * that is not written down. */
static guint64
cleaner_count_restore (MgrCleaner   *self,
                       const char   *name,
                       const GError *error)
{
  g_autofree char *key = g_strdup_printf ("%d %s", error != NULL ? error->code : -1, name);

  return self->journal != NULL ? mgr_journal_tally_count (self->restores, key) : 0;
}

void
mgr_cleaner_record_restore (MgrCleaner       *self,
                            const char       *name,
                            MgrReclaimRecord *record,
                            const char       *story,
                            const GError     *error)
{
  guint64 count = cleaner_count_restore (self, name, error);
  g_autofree char *summary = NULL;
  g_autofree char *again = NULL;

  if (count == 0)
    return;

  again = mgr_journal_count_text (count, "time");
  if (error != NULL)
    summary = g_strconcat (error->message, again, NULL);
  else
    summary = g_strdup_printf ("“%s” was brought back: %s%s", name, story, again);

  mgr_journal_add (self->journal, MGR_JOURNAL_KIND_RESTORE,
                   error != NULL ? MGR_JOURNAL_SEVERITY_WARNING : MGR_JOURNAL_SEVERITY_INFO, summary,
                   restore_get_details (name, record, error), record != NULL ? record->cause : 0);
}
