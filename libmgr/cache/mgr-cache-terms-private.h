/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache/mgr-cache-terms.h"

G_BEGIN_DECLS

/* See the setters. */
struct _MgrCacheTerms
{
  gatomicrefcount ref_count;
  guint64 size;      /* bytes, if it is given */
  gint64 cost;       /* µs, 0 if not given */
  gint64 ttl;        /* µs, negative for that of the cache */
  gint64 idle_ttl;   /* µs, negative for that of the cache */
  gboolean has_size;
  gboolean pinned;
  GPtrArray *tags;   /* (owned) (nullable) (element-type utf8) */
  GValue value;      /* (owned): what a loader gave */
};

G_END_DECLS
