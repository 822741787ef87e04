/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib-object.h>

#include "base/mgr-enums.h"

G_BEGIN_DECLS

#define MGR_TYPE_JOURNAL_ENTRY (mgr_journal_entry_get_type ())

typedef struct _MgrJournalEntry MgrJournalEntry;

MGR_AVAILABLE_IN_1_0
GType               mgr_journal_entry_get_type           (void) G_GNUC_CONST;

MGR_AVAILABLE_IN_1_0
MgrJournalEntry    *mgr_journal_entry_ref                (MgrJournalEntry *self);

MGR_AVAILABLE_IN_1_0
void                mgr_journal_entry_unref              (MgrJournalEntry *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_journal_entry_get_id             (MgrJournalEntry *self);

MGR_AVAILABLE_IN_1_0
gint64              mgr_journal_entry_get_time           (MgrJournalEntry *self);

MGR_AVAILABLE_IN_1_0
gint64              mgr_journal_entry_get_monotonic_time (MgrJournalEntry *self);

MGR_AVAILABLE_IN_1_0
MgrJournalKind      mgr_journal_entry_get_kind           (MgrJournalEntry *self);

MGR_AVAILABLE_IN_1_0
MgrJournalSeverity  mgr_journal_entry_get_severity       (MgrJournalEntry *self);

MGR_AVAILABLE_IN_1_0
const char         *mgr_journal_entry_get_summary        (MgrJournalEntry *self);

MGR_AVAILABLE_IN_1_0
GVariant           *mgr_journal_entry_get_details        (MgrJournalEntry *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_journal_entry_get_cause          (MgrJournalEntry *self);

MGR_AVAILABLE_IN_1_0
GVariant           *mgr_journal_entry_to_variant         (MgrJournalEntry *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrJournalEntry, mgr_journal_entry_unref)

G_END_DECLS
