/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache/mgr-cache-core-private.h"

#include <glib-object.h>

G_BEGIN_DECLS

/* Values that are in a #GValue itself, with nothing to copy or to free elsewhere. The core
 * keeps their bits; the note says of which type they are and when they came. */

#define MGR_CACHE_NUMBER_TYPE_BITS 8

/* Whether pointers have room for them. */
#define MGR_CACHE_KEEPS_NUMBERS (sizeof (gpointer) >= sizeof (guint64))

static inline gboolean
mgr_cache_value_is_number (const GValue *value)
{
  return G_VALUE_TYPE (value) >= G_TYPE_CHAR && G_VALUE_TYPE (value) <= G_TYPE_DOUBLE;
}

/* @now: µs by the clock of the cache */
static inline MgrCacheValue
mgr_cache_number_new (const GValue *value,
                      gint64        now)
{
  guint64 type = G_VALUE_TYPE (value) >> G_TYPE_FUNDAMENTAL_SHIFT;

  return (MgrCacheValue) {
    .data = (gpointer) (gsize) value->data[0].v_uint64,
    .note = (gint64) (((guint64) now << MGR_CACHE_NUMBER_TYPE_BITS) & G_MAXINT64) | (gint64) type,
  };
}

static inline gint64
mgr_cache_number_get_time (MgrCacheValue number)
{
  return number.note >> MGR_CACHE_NUMBER_TYPE_BITS;
}

/* @value: not initialised */
static inline void
mgr_cache_number_read (MgrCacheValue  number,
                       GValue        *value)
{
  GType type = (GType) number.note & ((1 << MGR_CACHE_NUMBER_TYPE_BITS) - 1);

  *value = (GValue) {
    .g_type = G_TYPE_MAKE_FUNDAMENTAL (type),
    .data[0].v_uint64 = (gsize) number.data,
  };
}

G_END_DECLS
