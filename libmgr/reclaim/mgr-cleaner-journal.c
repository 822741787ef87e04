/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-cleaner-private.h"

#include "base/mgr-size.h"
#include "base/mgr-variant-private.h"
#include "mgr-enum-types.h"
#include "reclaim/mgr-cleanup-details-private.h"
#include "reclaim/mgr-cleanup-limits-private.h"
#include "reclaim/mgr-cleanup-report-private.h"
#include "reclaim/mgr-cleanup-step-private.h"
#include "reclaim/mgr-reclaim-record-private.h"

/* What an entry of the journal says of a cleanup. */

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

/* As in “aggressive, forced and unsafe”. */
static char *
describe_kind (MgrCleanupPlan *plan)
{
  const char *strategy = mgr_enum_get_nick (MGR_TYPE_CLEANUP_STRATEGY, (int) plan->strategy);

  if ((plan->flags & MGR_CLEANUP_FLAGS_FORCE) == 0)
    return g_strdup (strategy);
  if ((plan->flags & MGR_CLEANUP_FLAGS_UNSAFE) == 0)
    return g_strdup_printf ("%s, forced", strategy);
  if ((plan->flags & MGR_CLEANUP_FLAGS_ALLOW_PROTECTED) == 0)
    return g_strdup_printf ("%s, forced and unsafe", strategy);

  return g_strdup_printf ("%s, forced, unsafe and with PROTECTED allowed", strategy);
}

static char *
summarize_plan (MgrCleanupPlan *plan,
                guint64         count)
{
  g_autofree char *kind = describe_kind (plan);
  g_autofree char *expected = mgr_size_format (plan->expected);
  g_autofree char *again = mgr_journal_count_text (count, "in a row");

  if (plan->steps->len == 0)
    return g_strdup_printf ("A cleanup, %s, found nothing that may go%s", kind, again);

  return g_strdup_printf ("A cleanup, %s, is to ask %u of %u for %s%s", kind, plan->steps->len,
                          plan->steps->len + plan->kept->len + plan->protected->len, expected, again);
}

/* More than temporary things are given up. */
static gboolean
plan_is_unsafe (MgrCleanupPlan *plan)
{
  return mgr_cleanup_flags_allow (plan->flags, MGR_SAFETY_PROTECTED, FALSE);
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
  return mgr_journal_add (self->journal, MGR_JOURNAL_KIND_PLAN,
                          plan_is_unsafe (plan) ? MGR_JOURNAL_SEVERITY_WARNING
                                                : MGR_JOURNAL_SEVERITY_INFO,
                          summary, mgr_cleanup_plan_get_details (plan, self->root), 0);
}

/* Which time it is that a plan is refused for the same reason; 0 if that is not written
 * down. */
static guint64
cleaner_count_refusal (MgrCleaner   *self,
                       const GError *error)
{
  g_autofree char *key = g_strdup_printf ("execute %d", error->code);

  return self->journal != NULL ? mgr_journal_tally_count (self->tally, key) : 0;
}

void
mgr_cleaner_record_refusal (MgrCleaner     *self,
                            MgrCleanupPlan *plan,
                            const GError   *error)
{
  guint64 count = cleaner_count_refusal (self, error);
  g_autofree char *kind = NULL;
  g_autofree char *again = NULL;
  g_autofree char *summary = NULL;

  if (count == 0)
    return;

  kind = describe_kind (plan);
  again = mgr_journal_count_text (count, "time");
  summary = g_strdup_printf ("A plan of a cleanup, %s, was not executed%s. %s", kind, again,
                             error->message);
  mgr_journal_add (self->journal, MGR_JOURNAL_KIND_REFUSAL, MGR_JOURNAL_SEVERITY_WARNING, summary,
                   mgr_cleanup_refusal_get_details (plan, self->root, error), 0);
}

/* With a sign where it is negative: other threads took more than was given back. */
static char *
format_difference (gint64 bytes)
{
  g_autofree char *size = mgr_size_format ((guint64) ABS (bytes));

  return g_strconcat (bytes < 0 ? "-" : "", size, NULL);
}

static guint
report_count_failures (MgrCleanupReport *report)
{
  guint count = 0;

  for (guint i = 0; i < report->steps->len; i++)
    {
      const MgrCleanupStep *step = g_ptr_array_index (report->steps, i);

      if (step->error != NULL && g_str_equal (step->reason, MGR_REASON_FAILED))
        count++;
    }

  return count;
}

static char *
summarize_report (MgrCleanupReport *report,
                  guint             n_failures)
{
  g_autofree char *claimed = mgr_size_format (report->claimed);
  g_autofree char *ledger = format_difference (report->ledger);
  g_autofree char *returned = format_difference (report->returned);
  g_autofree char *took = g_strdup_printf ("%.1f", (double) report->duration / G_TIME_SPAN_MILLISECOND);
  g_autofree char *failures = n_failures > 0 ? g_strdup_printf (", and %u failed", n_failures)
                                             : g_strdup ("");

  return g_strdup_printf ("%u were cleaned in %s ms%s: %s claimed, %s off the ledger, "
                          "%s returned", g_strv_length (report->cleaned), took, failures,
                          claimed, ledger, returned);
}

void
mgr_cleaner_record_report (MgrCleaner       *self,
                           MgrCleanupReport *report,
                           guint64           planned)
{
  g_autofree char *summary = NULL;
  guint n_failures;

  if (planned == 0)
    return;

  n_failures = report_count_failures (report);
  summary = summarize_report (report, n_failures);
  mgr_journal_add (self->journal, MGR_JOURNAL_KIND_REPORT,
                   n_failures > 0 ? MGR_JOURNAL_SEVERITY_WARNING : MGR_JOURNAL_SEVERITY_INFO,
                   summary, mgr_cleanup_report_get_details (report), planned);
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

  return self->journal != NULL ? mgr_journal_tally_count (self->tally, key) : 0;
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
