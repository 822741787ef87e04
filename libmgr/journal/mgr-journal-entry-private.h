/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "journal/mgr-journal-entry.h"

G_BEGIN_DECLS

/* So many bytes of a summary are kept, and details of at most so many bytes: with them
 * the number of entries bounds the memory that a journal takes. */
#define MGR_JOURNAL_SUMMARY_MAX 2048
#define MGR_JOURNAL_DETAILS_MAX 8192

/* Past it a number is no longer exact in JavaScript and JSON. */
#define MGR_JOURNAL_ID_MAX (G_GUINT64_CONSTANT (1) << 53)

/* Whoever makes an entry fills it in before anybody else sees it; from then on it
 * never changes. */
struct _MgrJournalEntry
{
  gatomicrefcount ref_count;

  guint64 id;
  gint64 time;       /* µs since 1970 */
  gint64 monotonic;  /* µs of the journal's clock */
  MgrJournalKind kind;
  MgrJournalSeverity severity;
  char *summary;     /* (owned) */
  GBytes *details;   /* (owned): a{sv}, out of which each reader makes a value of its own:
                      * a GVariant is written when it is read for the first time */
  guint64 cause;     /* 0 for none, else less than id */
};

/* Takes @details if they are floating; what is too long is cut, and a cause that is
 * not before the entry is dropped. */
MgrJournalEntry *mgr_journal_entry_new (guint64             id,
                                        gint64              time,
                                        gint64              monotonic,
                                        MgrJournalKind      kind,
                                        MgrJournalSeverity  severity,
                                        const char         *summary,
                                        GVariant           *details,
                                        guint64             cause);

/* The words for an enum and back; one that is unknown is OTHER, or INFO. */
const char        *mgr_journal_kind_to_nick       (MgrJournalKind      kind);
MgrJournalKind     mgr_journal_kind_from_nick     (const char         *nick);
const char        *mgr_journal_severity_to_nick   (MgrJournalSeverity  severity);
MgrJournalSeverity mgr_journal_severity_from_nick (const char         *nick);

G_END_DECLS
