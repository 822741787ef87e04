/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A pool of a program, as its report tells of it. */
typedef struct
{
  char *name;      /* (owned) */
  char *kind;      /* (owned) */
  char *component; /* (owned) (nullable): nobody is charged */
  gboolean active;

  guint64 capacity;
  guint64 charged;
  guint64 used;
  guint64 peak;
  guint64 available;
  guint64 largest_free;
  double fragmentation;
  guint64 allocation_count;
  guint64 total_count;
  guint64 refused_count;
  guint64 evicted_count;
  guint64 evicted_bytes;
  guint64 trimmed_bytes;
} PoolEntry;

/* What is in use of it, and where. */
typedef struct
{
  double low_water;  /* shares of the capacity; 0: none */
  double high_water;
  double *cells;     /* (owned) (array length=n_cells): shares in use, from start to end */
  gsize n_cells;
} PoolPicture;

PoolEntry *pool_entry_new     (GVariant    *dict);
void       pool_entry_free    (PoolEntry   *self);

void       pool_picture_clear (PoolPicture *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (PoolEntry, pool_entry_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (PoolPicture, pool_picture_clear)

G_END_DECLS
