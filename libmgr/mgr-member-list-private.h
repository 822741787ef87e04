/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "reclaim/mgr-cleaner.h"

G_BEGIN_DECLS

/* The pools or the caches of a manager by name, for any thread, and a list of them that
 * changes only in the context of the thread that made it. Each is with the cleaner too, as
 * a resource of the same name. */
#define MGR_TYPE_MEMBER_LIST (mgr_member_list_get_type ())

G_DECLARE_FINAL_TYPE (MgrMemberList, mgr_member_list, MGR, MEMBER_LIST, GObject)

/* @noun: static: what a member is called in errors */
MgrMemberList *mgr_member_list_new       (MgrCleaner     *cleaner,
                                          GType           type,
                                          const char     *noun);

/* Lets go of all members, and the cleaner of them. */
void           mgr_member_list_clear     (MgrMemberList  *self);

/* @resource: stands for @member with the cleaner, and says its name */
gboolean       mgr_member_list_add       (MgrMemberList  *self,
                                          gpointer        member,
                                          MgrResource    *resource,
                                          GError        **error);

gboolean       mgr_member_list_remove    (MgrMemberList  *self,
                                          gpointer        member);

/* Returns (transfer full) (nullable) */
gpointer       mgr_member_list_lookup    (MgrMemberList  *self,
                                          const char     *name);

/* Returns (transfer full) (element-type GObject): all, in the order they were added. */
GPtrArray     *mgr_member_list_copy      (MgrMemberList  *self);

/* Returns (transfer none) */
GListModel    *mgr_member_list_get_model (MgrMemberList  *self);

G_END_DECLS
