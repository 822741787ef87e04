/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib.h>

G_BEGIN_DECLS

/* What a recorded trace may hold: a column each, called as the value is here in
 * lower case without its prefix. Sizes of the machine are in KiB, those of the group
 * in bytes, totals in µs; -1 stands for what there was not. */
typedef enum
{
  MGR_TRACE_T_MS,
  MGR_TRACE_MEM_TOTAL_KB,
  MGR_TRACE_MEM_FREE_KB,
  MGR_TRACE_MEM_AVAIL_KB,
  MGR_TRACE_BUFFERS_KB,
  MGR_TRACE_CACHED_KB,
  MGR_TRACE_SWAP_TOTAL_KB,
  MGR_TRACE_SWAP_FREE_KB,
  MGR_TRACE_ANON_KB,
  MGR_TRACE_SHMEM_KB,
  MGR_TRACE_ACTIVE_FILE_KB,
  MGR_TRACE_INACTIVE_FILE_KB,
  MGR_TRACE_SRECLAIMABLE_KB,
  MGR_TRACE_PSI_SOME_US,
  MGR_TRACE_PSI_FULL_US,
  MGR_TRACE_PSI_SOME_AVG10,
  MGR_TRACE_PSI_FULL_AVG10,
  MGR_TRACE_PSI_SOME_AVG60,
  MGR_TRACE_PSI_FULL_AVG60,
  MGR_TRACE_IO_SOME_US,
  MGR_TRACE_IO_FULL_US,
  MGR_TRACE_PGSCAN_KSWAPD,
  MGR_TRACE_PGSCAN_DIRECT,
  MGR_TRACE_PGSTEAL_KSWAPD,
  MGR_TRACE_PGSTEAL_DIRECT,
  MGR_TRACE_ALLOCSTALL,
  MGR_TRACE_PGMAJFAULT,
  MGR_TRACE_REFAULT_ANON,
  MGR_TRACE_REFAULT_FILE,
  MGR_TRACE_PSWPIN,
  MGR_TRACE_PSWPOUT,
  MGR_TRACE_OOM_KILL,
  MGR_TRACE_CG_CURRENT,
  MGR_TRACE_CG_HIGH,
  MGR_TRACE_CG_MAX,
  MGR_TRACE_CG_SWAP,
  MGR_TRACE_CG_SWAP_MAX,
  MGR_TRACE_CG_SOME_US,
  MGR_TRACE_CG_FULL_US,
  MGR_TRACE_CG_SOME_AVG10,
  MGR_TRACE_CG_FULL_AVG10,
  MGR_TRACE_CG_EV_HIGH,
  MGR_TRACE_CG_EV_MAX,
  MGR_TRACE_CG_EV_OOM,
  MGR_TRACE_CG_EV_OOM_KILL,
  MGR_TRACE_CG_ANON,
  MGR_TRACE_CG_FILE,
  MGR_TRACE_CG_INACTIVE_FILE,
  MGR_TRACE_CG_REFAULT_ANON,
  MGR_TRACE_CG_REFAULT_FILE,
  MGR_TRACE_CG_PGSCAN,
  MGR_TRACE_CG_PGSTEAL,
  MGR_TRACE_CG_PGMAJFAULT,
} MgrTraceColumn;

#define MGR_N_TRACE_COLUMNS (MGR_TRACE_CG_PGMAJFAULT + 1)

/* The figures of a trace, column by column. */
typedef struct
{
  GArray *times;                        /* (owned) (element-type gint64): µs, never going back */
  GArray *columns[MGR_N_TRACE_COLUMNS]; /* (owned) (nullable) (element-type double): as long */
} MgrTraceTable;

const char *mgr_trace_column_get_name (MgrTraceColumn  column);

void        mgr_trace_table_clear     (MgrTraceTable  *self);

/* Reads @text, which it changes: a line of names, then lines of values. @path is for
 * the error, which is MGR_ERROR_INVALID_ARGUMENT. On success there is a row at least. */
gboolean    mgr_trace_table_parse     (MgrTraceTable  *self,
                                       const char     *path,
                                       char           *text,
                                       GError        **error);

G_END_DECLS
