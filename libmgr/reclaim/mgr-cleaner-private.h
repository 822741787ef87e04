/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "base/mgr-process-memory-private.h"
#include "journal/mgr-journal-private.h"
#include "journal/mgr-journal-tally-private.h"
#include "reclaim/mgr-cleaner.h"
#include "reclaim/mgr-heap-reclaimer.h"
#include "reclaim/mgr-pss-verifier-private.h"
#include "reclaim/mgr-resource-registry-private.h"
#include "reclaim/mgr-score-table-private.h"

G_BEGIN_DECLS

/* Over all cleanups that have ended, whoever asked for them. */
typedef struct
{
  guint64 cleanups;
  guint64 claimed;
  gint64 ledger;
  gint64 returned;
} MgrCleanerTotals;

struct _MgrCleaner
{
  GObject parent_instance;

  guint64 id;                    /* unlike that of any other cleaner, never changes */
  MgrClock *clock;               /* (owned), never changes */
  char *proc_path;               /* (owned), never changes */
  MgrComponent *root;            /* (owned) (nullable), never changes */
  MgrProcessMemory *memory;      /* (owned), never changes */
  MgrHeapReclaimer *heap;        /* (owned), never changes */
  GMainContext *context;         /* (owned), never changes */
  MgrProtectionRules *rules;     /* (owned), never changes */
  MgrResourceRegistry *registry; /* (owned), never changes */
  MgrScoreTable *scores;         /* (owned), never changes */
  MgrPssVerifier *verifier;      /* (owned), never changes */
  gint64 owner_deadline;         /* set before the first cleanup */
  MgrJournal *journal;           /* (owned) (nullable), set before the first cleanup */
  MgrJournalTally *tally;        /* (owned), never changes: of restores and refusals */

  gint busy;  /* atomic: 1 while a cleanup runs */
  gint level; /* atomic: MgrPressureLevel */

  GMutex lock;
  MgrCleanerTotals totals; /* guarded by lock */
  guint64 last_cause;      /* guarded by lock: what the last cleanup came of, in the journal */
  guint64 n_of_cause;      /* guarded by lock: so many cleanups came of that */
  MgrCleanupReport *last;  /* (owned) (nullable), guarded by lock */
};

/* Returns (transfer full) (nullable): of the cleanup that ended last */
MgrCleanupReport *mgr_cleaner_dup_last_report    (MgrCleaner         *self);

MgrCleanerTotals  mgr_cleaner_get_totals         (MgrCleaner         *self);

/* How long to wait at most for a resource whose owner is another thread, in real
 * microseconds; the time box of the cleanup may leave less. */
void              mgr_cleaner_set_owner_deadline (MgrCleaner         *self,
                                                  gint64              deadline);

/* How short memory is, for those who are asked: a cleaner does not know. */
void              mgr_cleaner_set_level          (MgrCleaner         *self,
                                                  MgrPressureLevel    level);
MgrPressureLevel  mgr_cleaner_get_level          (MgrCleaner         *self);

/* What trims the heap after a cleanup. */
MgrHeapReclaimer *mgr_cleaner_get_heap           (MgrCleaner         *self);

/* Has the process measured, for a cleanup that may come. */
void              mgr_cleaner_prepare            (MgrCleaner         *self);

/* Among the files of this class. */
gboolean          mgr_cleaner_check_arguments    (MgrCleanupStrategy   strategy,
                                                  MgrCleanupFlags      flags,
                                                  GError             **error);
MgrCleanupPlan   *mgr_cleaner_make_plan          (MgrCleaner          *self,
                                                  MgrCleanupStrategy   strategy,
                                                  MgrCleanupFlags      flags,
                                                  const guint64       *target);
void              mgr_cleaner_warn_of_flags      (MgrCleanupFlags      flags);

/* Cleans SAFE resources that may be asked in the calling thread, and waits for nobody:
 * another cleanup may be held up by a handler that does not return. */
void              mgr_cleaner_clean_here         (MgrCleaner         *self,
                                                  MgrCleanupStrategy  strategy);

/* Says in the owner's context that a cleanup has begun or ended. */
void              mgr_cleaner_post_started       (MgrCleaner         *self,
                                                  MgrCleanupStrategy  strategy);
void              mgr_cleaner_post_finished      (MgrCleaner         *self,
                                                  MgrCleanupReport   *report);

/* Where to write down what is planned and done. */
void              mgr_cleaner_set_journal        (MgrCleaner         *self,
                                                  MgrJournal         *journal);

/* Returns the number of the entry, or 0: this one is not written down, nor is its
 * report. Of many cleanups with the same cause ever fewer are. */
guint64           mgr_cleaner_record_plan        (MgrCleaner         *self,
                                                  MgrCleanupPlan     *plan);
void              mgr_cleaner_record_report      (MgrCleaner         *self,
                                                  MgrCleanupReport   *report,
                                                  guint64             planned);

/* Writes down by which @error @plan was not executed. Of many that are alike ever fewer
 * are. */
void              mgr_cleaner_record_refusal     (MgrCleaner         *self,
                                                  MgrCleanupPlan     *plan,
                                                  const GError       *error);

/* Writes down that @name was brought back, or by @error why not; @story says what
 * @record, if there is one, knows of it. Of many that are alike ever fewer are. */
void              mgr_cleaner_record_restore     (MgrCleaner         *self,
                                                  const char         *name,
                                                  MgrReclaimRecord   *record,
                                                  const char         *story,
                                                  const GError       *error);

MgrResourceRegistry *mgr_cleaner_get_registry (MgrCleaner *self);

/* By its clock. */
gint64               mgr_cleaner_get_time     (MgrCleaner *self);

G_END_DECLS
