/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "base/mgr-enums.h"

G_BEGIN_DECLS

/* A key of any type. What it points to belongs to somebody else, unless it came from
 * mgr_key_copy(). */
typedef struct
{
  MgrCacheKeyType type;
  union
  {
    const char *string;
    gint64 number;
    GBytes *bytes;
  } as;
} MgrKey;

static inline MgrKey
mgr_key_of_string (const char *string)
{
  return (MgrKey) { .type = MGR_CACHE_KEY_TYPE_STRING, .as.string = string };
}

static inline MgrKey
mgr_key_of_int64 (gint64 number)
{
  return (MgrKey) { .type = MGR_CACHE_KEY_TYPE_INT64, .as.number = number };
}

static inline MgrKey
mgr_key_of_bytes (GBytes *bytes)
{
  return (MgrKey) { .type = MGR_CACHE_KEY_TYPE_BYTES, .as.bytes = bytes };
}

/* Fails with MGR_ERROR_INVALID_ARGUMENT unless @value is of type @type, or of one that
 * languages without it have in its place, and says the same. */
gboolean mgr_key_read   (MgrKey           *self,
                         MgrCacheKeyType   type,
                         const GValue     *value,
                         GError          **error);

/* @value: not initialised yet */
void     mgr_key_write  (const MgrKey     *self,
                         GValue           *value);

void     mgr_key_copy   (MgrKey           *self,
                         const MgrKey     *other);
void     mgr_key_clear  (MgrKey           *self);

/* For a GHashTable. */
guint    mgr_key_hash   (gconstpointer     self);
gboolean mgr_key_equal  (gconstpointer     self,
                         gconstpointer     other);

G_END_DECLS
