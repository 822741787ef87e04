/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The file of a spill store: an SQLite database of keys and values. Several processes may
 * have it open. One thread at a time may use it. */
typedef struct _MgrSpillDatabase MgrSpillDatabase;

typedef enum
{
  MGR_SPILL_DONE,
  MGR_SPILL_NOTHING, /* there is no such value, or it is too large; not an error */
  MGR_SPILL_FAILED,  /* with an error, for now */
  MGR_SPILL_DAMAGED, /* with an error, and for good: the file is of no use */
} MgrSpillResult;

/* What a call counts, for the statistics of the store. */
typedef struct
{
  guint64 evicted;
  guint64 expired;
} MgrSpillCounts;

/* Makes the file where it is not there. Errors name it and what helps. */
MgrSpillResult mgr_spill_database_open     (const char        *path,
                                            MgrSpillDatabase **database,
                                            GError           **error);
void           mgr_spill_database_close    (MgrSpillDatabase  *self);

/* Frees it without a touch of the file, in a child process; what SQLite holds is lost. */
void           mgr_spill_database_abandon  (MgrSpillDatabase  *self);

/* Whether the file is still the one that was opened. */
gboolean       mgr_spill_database_is_there (MgrSpillDatabase  *self);

/* @now: µs since 1970, here and below
 * @value: (out) (transfer full)
 * @ttl: (out): what is left, in µs, or 0 for no end */
MgrSpillResult mgr_spill_database_load     (MgrSpillDatabase  *self,
                                            GBytes            *key,
                                            gint64             now,
                                            GBytes           **value,
                                            gint64            *ttl,
                                            GError           **error);

/* Removes @old_keys, or all for %NULL; then, unless @key is %NULL, what is there under
 * @key; then as much of what was used least recently as there must not be for the file
 * to have at most @max_bytes, with @value if that is given. All of it or nothing.
 *
 * @old_keys: (element-type GBytes) (nullable)
 * @key: (nullable)
 * @value: (nullable) */
MgrSpillResult mgr_spill_database_change   (MgrSpillDatabase  *self,
                                            GPtrArray         *old_keys,
                                            GBytes            *key,
                                            GBytes            *value,
                                            gint64             ttl,
                                            gint64             now,
                                            guint64            max_bytes,
                                            MgrSpillCounts    *counts,
                                            GError           **error);

/* @bytes: (out): those of the file that are in use */
MgrSpillResult mgr_spill_database_count    (MgrSpillDatabase  *self,
                                            guint64           *entries,
                                            guint64           *bytes,
                                            GError           **error);

G_END_DECLS
