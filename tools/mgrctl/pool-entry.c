/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool-entry.h"

PoolEntry *
pool_entry_new (GVariant *dict)
{
  PoolEntry *self = g_new0 (PoolEntry, 1);

  if (!g_variant_lookup (dict, "name", "s", &self->name))
    self->name = g_strdup ("");
  if (!g_variant_lookup (dict, "kind", "s", &self->kind))
    self->kind = g_strdup ("");
  g_variant_lookup (dict, "component", "s", &self->component);
  g_variant_lookup (dict, "active", "b", &self->active);
  g_variant_lookup (dict, "capacity", "t", &self->capacity);
  g_variant_lookup (dict, "charged", "t", &self->charged);
  g_variant_lookup (dict, "used", "t", &self->used);
  g_variant_lookup (dict, "peak", "t", &self->peak);
  g_variant_lookup (dict, "available", "t", &self->available);
  g_variant_lookup (dict, "largest-free", "t", &self->largest_free);
  g_variant_lookup (dict, "fragmentation", "d", &self->fragmentation);
  g_variant_lookup (dict, "allocation-count", "t", &self->allocation_count);
  g_variant_lookup (dict, "total-count", "t", &self->total_count);
  g_variant_lookup (dict, "refused-count", "t", &self->refused_count);
  g_variant_lookup (dict, "evicted-count", "t", &self->evicted_count);
  g_variant_lookup (dict, "evicted-bytes", "t", &self->evicted_bytes);
  g_variant_lookup (dict, "trimmed-bytes", "t", &self->trimmed_bytes);
  return self;
}

void
pool_entry_free (PoolEntry *self)
{
  g_free (self->name);
  g_free (self->kind);
  g_free (self->component);
  g_free (self);
}

void
pool_picture_clear (PoolPicture *self)
{
  g_clear_pointer (&self->cells, g_free);
  self->n_cells = 0;
}
