/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-scheduler-private.h"

#include "base/mgr-size.h"
#include "base/mgr-variant-private.h"
#include "journal/mgr-journal-private.h"
#include "mgr-enum-types.h"

/* What is decided about tasks is written down, each with what it came of. Of what is
 * alike, by what happened and the name of the task, ever fewer are. */

#define PREEMPTION_RULE \
  "who takes more than it was granted first, then who can be run again, of those the youngest; " \
  "asked, then cancelled, then killed"

#define ADMISSION_RULE \
  "its grant fits into the budgets beside what the others were granted or take, and into what is " \
  "free by measure; pressure is not too high for its priority"

void
mgr_scheduler_set_journal (MgrScheduler *self,
                           MgrJournal   *journal)
{
  g_set_object (&self->journal, journal);
}

/* How often it has happened, or 0 if this time is not written down. */
static guint64
scheduler_count (MgrScheduler *self,
                 const char   *event,
                 const char   *name)
{
  if (self->journal == NULL)
    return 0;

  g_string_assign (self->count_key, event);
  g_string_append_c (self->count_key, '/');
  g_string_append (self->count_key, name);
  return mgr_journal_tally_count (self->tally, self->count_key->str);
}

static void
details_init (GVariantDict *details,
              const char   *event,
              MgrTask      *task)
{
  g_variant_dict_init (details, NULL);
  g_variant_dict_insert (details, "event", "s", event);
  if (task == NULL)
    return;

  g_variant_dict_insert (details, "task", "t", task->item.id);
  g_variant_dict_insert_value (details, "name", mgr_variant_new_text (task->name));
  g_variant_dict_insert (details, "grant", "t", task->item.grant);
  g_variant_dict_insert (details, "measured", "t", task->item.measured);
  g_variant_dict_insert (details, "attempt", "u", (guint) task->n_attempts);
  if (task->component != NULL)
    g_variant_dict_insert_value (details, "component", mgr_variant_new_text (task->component));
}

/* Each entry about a task comes of the one before. */
static void
scheduler_add (MgrScheduler       *self,
               MgrTask            *task,
               MgrJournalSeverity  severity,
               const char         *summary,
               GVariantDict       *details,
               guint64             cause)
{
  guint64 before = task->run != NULL ? task->run->entry : 0;
  guint64 id = mgr_journal_add (self->journal, MGR_JOURNAL_KIND_TASK, severity, summary,
                                g_variant_dict_end (details), cause != 0 ? cause : before);

  if (task->run != NULL)
    task->run->entry = id;
}

void
mgr_scheduler_record_start (MgrScheduler *self,
                            MgrTask      *task)
{
  guint64 count = scheduler_count (self, "start", task->name);
  gint64 waited = task->item.started - task->item.submitted;
  g_autofree char *again = NULL;
  g_autofree char *grant = NULL;
  g_autofree char *room = NULL;
  g_autofree char *summary = NULL;
  GVariantDict details;

  if (count == 0)
    return;

  again = mgr_journal_count_text (count, "start");
  grant = mgr_size_format (task->item.grant);
  room = mgr_size_format (mgr_schedule_share_get_room (mgr_schedule_core_get_whole (self->core)));
  summary = g_strdup_printf ("Task “%s” was admitted with %s after %.1f s%s; %u run, and %s of the "
                             "budget are left", task->name, grant,
                             (double) waited / G_TIME_SPAN_SECOND, again,
                             mgr_schedule_core_get_running (self->core), room);
  details_init (&details, "start", task);
  g_variant_dict_insert (&details, "waited", "x", waited);
  g_variant_dict_insert (&details, "rule", "s", ADMISSION_RULE);
  scheduler_add (self, task, MGR_JOURNAL_SEVERITY_INFO, summary, &details, 0);
}

void
mgr_scheduler_record_refusal (MgrScheduler *self,
                              MgrTask      *task,
                              const GError *error)
{
  guint64 count = scheduler_count (self, "refusal", task->name);
  g_autofree char *again = mgr_journal_count_text (count, "time");
  g_autofree char *summary = NULL;
  GVariantDict details;

  if (count == 0)
    return;

  summary = g_strconcat (error->message, again, NULL);
  details_init (&details, "refusal", task);
  mgr_journal_add (self->journal, MGR_JOURNAL_KIND_TASK, MGR_JOURNAL_SEVERITY_WARNING, summary,
                   g_variant_dict_end (&details), 0);
}

static guint64
journal_get_last_level (MgrJournal *journal)
{
  g_autoptr (GPtrArray) entries = mgr_journal_list (journal, MGR_JOURNAL_KIND_LEVEL, 1);

  return entries->len > 0 ? mgr_journal_entry_get_id (g_ptr_array_index (entries, 0)) : 0;
}

static const char *
step_to_text (MgrScheduleStep step)
{
  return step == MGR_SCHEDULE_ASK    ? "was asked to make room"
         : step == MGR_SCHEDULE_KILL ? "is killed to make room"
                                     : "is cancelled to make room";
}

void
mgr_scheduler_record_preemption (MgrScheduler    *self,
                                 MgrTask         *task,
                                 MgrScheduleStep  step,
                                 gint64           now)
{
  guint64 count = scheduler_count (self, step_to_text (step), task->name);
  g_autofree char *again = mgr_journal_count_text (count, "time");
  g_autofree char *grant = NULL;
  g_autofree char *measured = NULL;
  g_autofree char *summary = NULL;
  GVariantDict details;

  if (count == 0)
    return;

  grant = mgr_size_format (task->item.grant);
  measured = mgr_size_format (task->item.measured);
  summary = g_strdup_printf ("Task “%s”, granted %s and holding %s, %s%s: pressure is %s for %.1f s",
                             task->name, grant, measured, step_to_text (step), again,
                             mgr_enum_get_nick (MGR_TYPE_PRESSURE_LEVEL, (int) self->level),
                             (double) (now - self->level_since) / G_TIME_SPAN_SECOND);
  details_init (&details, "preemption", task);
  g_variant_dict_insert (&details, "rule", "s", PREEMPTION_RULE);
  scheduler_add (self, task, MGR_JOURNAL_SEVERITY_WARNING, summary, &details,
                 journal_get_last_level (self->journal));
}

void
mgr_scheduler_record_oom (MgrScheduler *self,
                          MgrTask      *task,
                          guint64       grant,
                          gboolean      again)
{
  guint64 count = scheduler_count (self, "oom", task->name);
  g_autofree char *which = mgr_journal_count_text (count, "time");
  g_autofree char *had = NULL;
  g_autofree char *next = NULL;
  g_autofree char *peak = NULL;
  g_autofree char *summary = NULL;
  GVariantDict details;

  if (count == 0)
    return;

  had = mgr_size_format (grant);
  peak = mgr_size_format (task->run->peak);
  next = mgr_size_format (task->item.grant);
  summary = g_strdup_printf ("Task “%s” ran out of its memory%s: granted %s, seen to hold %s; %s%s",
                             task->name, which, had, peak,
                             again ? "it is run again with "
                             : task->preemptible ? "there is no more for it"
                                                 : "it may not be run again",
                             again ? next : "");
  details_init (&details, "oom", task);
  g_variant_dict_insert (&details, "peak", "t", task->run->peak);
  g_variant_dict_insert (&details, "before", "t", grant);
  scheduler_add (self, task, MGR_JOURNAL_SEVERITY_WARNING, summary, &details, 0);
}

void
mgr_scheduler_record_misdeclared (MgrScheduler *self,
                                  MgrTask      *task,
                                  guint64       used)
{
  g_autofree char *declared = mgr_size_format (task->memory);
  g_autofree char *bytes = mgr_size_format (used);
  g_autofree char *summary = NULL;
  GVariantDict details;

  if (self->journal == NULL)
    return;

  summary = g_strdup_printf ("Task “%s” declared %s, used %s: the next is granted what is learned",
                             task->name, declared, bytes);
  details_init (&details, "misdeclared", task);
  g_variant_dict_insert (&details, "declared", "t", task->memory);
  g_variant_dict_insert (&details, "used", "t", used);
  scheduler_add (self, task, MGR_JOURNAL_SEVERITY_INFO, summary, &details, 0);
}

void
mgr_scheduler_record_end (MgrScheduler *self,
                          MgrTask      *task)
{
  guint64 count;
  g_autofree char *again = NULL;
  g_autofree char *summary = NULL;
  GVariantDict details;

  if (task->reason == MGR_TASK_REASON_DONE)
    return;

  count = scheduler_count (self, "end", task->name);
  if (count == 0)
    return;

  again = mgr_journal_count_text (count, "time");
  summary = g_strconcat (task->run->error->message, again, NULL);
  details_init (&details, "end", task);
  g_variant_dict_insert (&details, "reason", "s",
                         mgr_enum_get_nick (MGR_TYPE_TASK_REASON, task->reason));
  scheduler_add (self, task,
                 task->reason == MGR_TASK_REASON_CANCELLED ? MGR_JOURNAL_SEVERITY_INFO
                                                           : MGR_JOURNAL_SEVERITY_WARNING,
                 summary, &details, 0);
}

void
mgr_scheduler_record_move (MgrScheduler *self,
                           MgrTask      *task,
                           const char   *executor,
                           const char   *why)
{
  guint64 count = scheduler_count (self, "move", task->name);
  g_autofree char *again = mgr_journal_count_text (count, "time");
  g_autofree char *summary = NULL;
  GVariantDict details;

  if (count == 0)
    return;

  summary = g_strdup_printf ("Task “%s” goes to “%s”%s: %s", task->name, executor, again, why);
  details_init (&details, "move", task);
  g_variant_dict_insert_value (&details, "executor", mgr_variant_new_text (executor));
  scheduler_add (self, task, MGR_JOURNAL_SEVERITY_INFO, summary, &details, 0);
}

guint64
mgr_scheduler_record (MgrScheduler       *self,
                      const char         *event,
                      MgrJournalSeverity  severity,
                      guint64             cause,
                      const char         *format,
                      ...)
{
  g_autofree char *summary = NULL;
  GVariantDict details;
  va_list args;

  if (scheduler_count (self, event, "") == 0)
    return 0;

  va_start (args, format);
  summary = g_strdup_vprintf (format, args);
  va_end (args);
  details_init (&details, event, NULL);
  return mgr_journal_add (self->journal, MGR_JOURNAL_KIND_TASK, severity, summary,
                          g_variant_dict_end (&details), cause);
}
