/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Requests of a real program, as a folder of traces has them: NAME.tr.xz holds one a
 * line, “key” or “key size time”. */
typedef struct
{
  guint32 key;    /* counted from 0 in the order of first use */
  guint32 weight; /* 1 where the trace has no sizes */
} CacheRequest;

typedef struct
{
  CacheRequest *requests; /* (owned) */
  gsize n_requests;
  guint32 n_keys;
} CacheTrace;

/* Where a name ends in “-sized” and the folder has no such file, its keys are given sizes
 * by the folder's mksized.py. */
CacheTrace *cache_trace_load (const char  *folder,
                              const char  *name,
                              GError     **error);
void        cache_trace_free (CacheTrace  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CacheTrace, cache_trace_free)

G_END_DECLS
