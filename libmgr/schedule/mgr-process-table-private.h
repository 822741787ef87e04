/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib.h>

#include <sys/types.h>

G_BEGIN_DECLS

/* The processes of this machine at one moment, for those who have no cgroup to look at. */
typedef struct _MgrProcessTable MgrProcessTable;

/* @proc_path is %NULL for /proc. */
MgrProcessTable *mgr_process_table_read     (const char       *proc_path) G_GNUC_WARN_UNUSED_RESULT;
void             mgr_process_table_free     (MgrProcessTable  *self);

/* Adds to @members, of process numbers by when they started, who belongs to @root: who is
 * in its process group where it leads one, who descends from it, or from who belonged
 * before. Those that are gone are removed. @root is 0 where it is gone too. */
void             mgr_process_table_collect  (MgrProcessTable  *self,
                                             pid_t             root,
                                             GHashTable       *members);

/* Adds whoever has @variable in its environment: what a daemon cannot shake off. */
void             mgr_process_table_find_marked (MgrProcessTable *self,
                                             const char       *variable,
                                             GHashTable       *members);

/* The first of @members that leads a process group; 0 if none does. */
pid_t            mgr_process_table_find_leader (MgrProcessTable *self,
                                             GHashTable       *members);

/* When @pid started, in ticks since the machine did; 0 where it is not there, or ended. */
guint64          mgr_process_table_get_start (MgrProcessTable *self,
                                             pid_t             pid);

/* The same without a table. */
guint64          mgr_process_read_start     (const char       *proc_path,
                                             pid_t             pid);

/* Bytes that @members have to themselves in memory. What they share with each other
 * counts several times, unless @exact, which takes long. */
guint64          mgr_process_table_measure  (MgrProcessTable  *self,
                                             GHashTable       *members,
                                             gboolean          exact);

/* Sends @signal_number to @members, each of which is looked at anew. */
void             mgr_process_table_signal   (MgrProcessTable  *self,
                                             GHashTable       *members,
                                             int               signal_number);

GHashTable      *mgr_process_members_new    (void) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrProcessTable, mgr_process_table_free)

G_END_DECLS
