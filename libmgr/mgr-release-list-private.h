/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The reclaimers of a list, kept such that they can be asked when there is no memory,
 * and by any thread. It follows the list in the context where that changes. */
typedef struct _MgrReleaseList MgrReleaseList;

typedef struct
{
  guint64 bytes;  /* given back */
  guint n_givers; /* reclaimers that gave some */
} MgrReleaseSum;

MgrReleaseList *mgr_release_list_new         (GListModel     *reclaimers);
void            mgr_release_list_free        (MgrReleaseList *self);

/* Calls mgr_reclaimer_release_now() of each. Any thread; no lock is held meanwhile,
 * and no memory taken. */
MgrReleaseSum   mgr_release_list_release_now (MgrReleaseList *self);

/* What was given back since this was asked last. Any thread. */
MgrReleaseSum   mgr_release_list_take_sum    (MgrReleaseList *self);

/* Any thread. Returns: (transfer full) (element-type GObject): those of now */
GPtrArray      *mgr_release_list_get_all     (MgrReleaseList *self);

G_END_DECLS
