/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "mgrctl-target.h"

#include <mgr.h>

G_BEGIN_DECLS

/* A journal: of a program that runs, or of a file. */
typedef struct
{
  MgrctlTarget *target; /* (owned) (nullable): NULL for a file */
  MgrJournal *journal;  /* (owned) (nullable): NULL for a program */
} MgrctlEntries;

/* @path: (nullable): a file, or %NULL for the program that the options name. Otherwise
 * says what is wrong, and with which status to exit is in @out_exit. */
MgrctlEntries *mgrctl_entries_open    (const MgrctlOptions  *options,
                                       const char           *path,
                                       MgrctlExit           *out_exit);
void           mgrctl_entries_free    (MgrctlEntries        *self);

/* Returns: (transfer full) (nullable): aa{sv}, the newest first */
GVariant      *mgrctl_entries_list    (MgrctlEntries        *self,
                                       MgrJournalKind        kind,
                                       guint                 limit,
                                       GError              **error);

/* Returns: (transfer full) (nullable): lines */
char          *mgrctl_entries_explain (MgrctlEntries        *self,
                                       guint64               id,
                                       GError              **error);

/* A line for an entry a{sv}, or an object of JSON. */
void           mgrctl_entry_print     (const MgrctlOptions  *options,
                                       GVariant             *entry);

guint64        mgrctl_entry_get_id    (GVariant             *entry);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrctlEntries, mgrctl_entries_free)

G_END_DECLS
