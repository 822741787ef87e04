/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache/mgr-spill-database-private.h"

#include <sqlite3.h>
#include <sys/types.h>

G_BEGIN_DECLS

/* What both halves of MgrSpillDatabase share: mgr-spill-database.c opens files,
 * mgr-spill-rows.c reads and changes what is in them. */

/* So many expired entries go in passing. */
#define MGR_SPILL_BATCH 64

typedef enum
{
  MGR_SPILL_LOAD,
  MGR_SPILL_FIND,
  MGR_SPILL_TOUCH,
  MGR_SPILL_INSERT_ENTRY,
  MGR_SPILL_INSERT_CONTENT,
  MGR_SPILL_DELETE_ENTRY,
  MGR_SPILL_DELETE_CONTENT,
  MGR_SPILL_OLDEST,
  MGR_SPILL_EXPIRED,
  MGR_SPILL_LAST_USED,
  MGR_SPILL_BYTES,
  MGR_SPILL_FILE_BYTES,
  MGR_SPILL_COUNT,
  MGR_SPILL_N_STATEMENTS,
} MgrSpillStatement;

struct _MgrSpillDatabase
{
  char *path;        /* (owned) */
  sqlite3 *handle;   /* (owned) */
  sqlite3_stmt *statements[MGR_SPILL_N_STATEMENTS]; /* (owned) (nullable): made when first needed */
  GArray *touched;   /* (owned) (element-type gint64): ids, in the order of their use */
  dev_t device;
  ino_t inode;
};

/* Sets @error by a status of SQLite. */
MgrSpillResult mgr_spill_database_fail    (MgrSpillDatabase   *self,
                                           int                 status,
                                           GError            **error);

/* Returns a status of SQLite, as do those below. */
int            mgr_spill_database_prepare (MgrSpillDatabase   *self,
                                           MgrSpillStatement   statement,
                                           sqlite3_stmt      **prepared);

int            mgr_spill_database_run     (MgrSpillDatabase   *self,
                                           const char         *statements);

/* Tells the file what was read since the last time; a loss is none but of order. */
void           mgr_spill_database_flush   (MgrSpillDatabase   *self);

G_END_DECLS
