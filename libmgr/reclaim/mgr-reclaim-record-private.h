/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "reclaim/mgr-reclaim-record.h"

G_BEGIN_DECLS

/* Whoever makes a record fills it in before anybody else sees it; from then on it
 * never changes. */
struct _MgrReclaimRecord
{
  gatomicrefcount ref_count;

  char *name;   /* (owned) */
  char *reason; /* (owned) */
  MgrSafety safety;
  guint64 size;
  gint64 time;
  gboolean lossy;
  gboolean can_restore;
  guint64 cause; /* the entry of the journal that led to it, or 0 */
};

MgrReclaimRecord *mgr_reclaim_record_new (const char *name,
                                          const char *reason);

G_END_DECLS
