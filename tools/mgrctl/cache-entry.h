/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Why entries left, in the order in which they are shown. */
#define CACHE_ENTRY_N_CAUSES 6

extern const char *const cache_entry_causes[CACHE_ENTRY_N_CAUSES];

/* A cache of a program, as its report tells of it. */
typedef struct
{
  char *name;      /* (owned) */
  char *component; /* (owned) (nullable): nobody is charged */

  guint64 max_bytes; /* 0: no bound, as below */
  guint64 max_entries;
  guint64 entries;
  guint64 bytes;
  guint64 hits;
  guint64 misses;
  double hit_ratio;
  guint64 loads;
  guint64 load_failures;
  gint64 load_time;    /* µs, as below */
  guint64 joins;
  guint64 stale;
  guint64 recalled;
  gint64 eviction_age;
  guint64 removed[CACHE_ENTRY_N_CAUSES];
  guint64 removed_bytes[CACHE_ENTRY_N_CAUSES];
} CacheEntry;

/* What it would be good for at other sizes, from 0 to twice the present one. */
typedef struct
{
  double *ratios; /* (owned) (array length=n_ratios) (nullable) */
  gsize n_ratios; /* 0: too little was asked for to tell */
} CacheCurve;

CacheEntry *cache_entry_new    (GVariant   *dict);
void        cache_entry_free   (CacheEntry *self);

void        cache_curve_clear  (CacheCurve *self);

/* The size that point @i of a curve is about, as a part of the present one. */
double      cache_curve_fraction (const CacheCurve *self,
                                  gsize             i);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CacheEntry, cache_entry_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CacheCurve, cache_curve_clear)

G_END_DECLS
