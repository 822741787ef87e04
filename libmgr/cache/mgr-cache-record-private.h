/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache/mgr-cache-record.h"

G_BEGIN_DECLS

/* See the getters. */
struct _MgrCacheRecord
{
  gatomicrefcount ref_count;
  GValue key;   /* (owned) */
  GValue value; /* (owned) */
  guint64 size;
  gint64 age;
  gint64 idle;
  guint uses;
};

/* Returns: (transfer full): with nothing in it yet, which nobody else may see */
MgrCacheRecord *mgr_cache_record_new (void);

G_END_DECLS
