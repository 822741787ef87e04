/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "base/mgr-clock.h"
#include "journal/mgr-journal-entry.h"

G_BEGIN_DECLS

#define MGR_TYPE_JOURNAL (mgr_journal_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrJournal, mgr_journal, MGR, JOURNAL, GObject)

MGR_AVAILABLE_IN_1_0
MgrJournal      *mgr_journal_new           (MgrClock            *clock,
                                            const char          *path);

MGR_AVAILABLE_IN_1_0
MgrJournal      *mgr_journal_new_from_file (const char          *path,
                                            GError             **error);

/* Entries */

MGR_AVAILABLE_IN_1_0
guint64          mgr_journal_add           (MgrJournal          *self,
                                            MgrJournalKind       kind,
                                            MgrJournalSeverity   severity,
                                            const char          *summary,
                                            GVariant            *details,
                                            guint64              cause);

MGR_AVAILABLE_IN_1_0
MgrJournalEntry *mgr_journal_lookup        (MgrJournal          *self,
                                            guint64              id);

MGR_AVAILABLE_IN_1_0
GPtrArray       *mgr_journal_list          (MgrJournal          *self,
                                            MgrJournalKind       kind,
                                            guint                limit);

MGR_AVAILABLE_IN_1_0
char            *mgr_journal_explain       (MgrJournal          *self,
                                            guint64              id,
                                            GError             **error);

/* The file */

MGR_AVAILABLE_IN_1_0
guint            mgr_journal_get_capacity  (MgrJournal          *self);

MGR_AVAILABLE_IN_1_0
const char      *mgr_journal_get_path      (MgrJournal          *self);

MGR_AVAILABLE_IN_1_0
char            *mgr_journal_dup_problem   (MgrJournal          *self);

MGR_AVAILABLE_IN_1_0
gboolean         mgr_journal_flush         (MgrJournal          *self,
                                            GError             **error);

G_END_DECLS
