/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "reclaim/mgr-resource.h"

#include <gio/gio.h>

G_BEGIN_DECLS

/* A list of resources, each in it once, from which any goes as quickly as the last one:
 * a #GListStore alone would look for it. One thread at a time. */
typedef struct _MgrResourceList MgrResourceList;

MgrResourceList *mgr_resource_list_new       (void);
void             mgr_resource_list_free      (MgrResourceList *self);

/* Returns (transfer none): what it holds, for others to look at; a #GListStore, over
 * which languages know to go. */
GListModel      *mgr_resource_list_get_model (MgrResourceList *self);

void             mgr_resource_list_append    (MgrResourceList *self,
                                              MgrResource     *resource);

/* %FALSE: it was not in it. */
gboolean         mgr_resource_list_remove    (MgrResourceList *self,
                                              MgrResource     *resource);

G_END_DECLS
