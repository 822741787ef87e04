/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <mgr.h>

#include <glib/gstdio.h>
#include <string.h>

#define SECOND ((gint64) G_USEC_PER_SEC)
#define MIB ((guint64) 1 << 20)

/* What tests of stores say of keys and values: texts. None of these calls may fail. */

static inline GBytes *
bytes_of (const char *text)
{
  return g_bytes_new (text, strlen (text));
}

static inline gboolean
try_store (MgrCacheStore  *store,
           const char     *key,
           const char     *value,
           gint64          ttl,
           GError        **error)
{
  g_autoptr (GBytes) key_bytes = bytes_of (key);
  g_autoptr (GBytes) value_bytes = bytes_of (value);

  return mgr_cache_store_store (store, key_bytes, value_bytes, ttl, NULL, error);
}

static inline gboolean
store_text (MgrCacheStore *store,
            const char    *key,
            const char    *value,
            gint64         ttl)
{
  g_autoptr (GError) error = NULL;
  gboolean stored = try_store (store, key, value, ttl, &error);

  g_assert_no_error (error);
  return stored;
}

static inline char *
try_load (MgrCacheStore  *store,
          const char     *key,
          gint64         *ttl,
          GError        **error)
{
  g_autoptr (GBytes) key_bytes = bytes_of (key);
  g_autoptr (GBytes) value = mgr_cache_store_load (store, key_bytes, ttl, NULL, error);

  if (value == NULL)
    return NULL;
  if (g_bytes_get_size (value) == 0)
    return g_strdup ("");
  return g_strndup (g_bytes_get_data (value, NULL), g_bytes_get_size (value));
}

static inline char *
load_text (MgrCacheStore *store,
           const char    *key,
           gint64        *ttl)
{
  g_autoptr (GError) error = NULL;
  char *text = try_load (store, key, ttl, &error);

  g_assert_no_error (error);
  return text;
}

/* %NULL for @expected: nothing is there. */
static inline void
assert_loads (MgrCacheStore *store,
              const char    *key,
              const char    *expected)
{
  g_autofree char *text = load_text (store, key, NULL);

  g_assert_cmpstr (text, ==, expected);
}

static inline gboolean
try_remove (MgrCacheStore  *store,
            const char     *key,
            GError        **error)
{
  g_autoptr (GBytes) key_bytes = bytes_of (key);

  return mgr_cache_store_remove (store, key_bytes, NULL, error);
}

static inline gboolean
remove_key (MgrCacheStore *store,
            const char    *key)
{
  g_autoptr (GError) error = NULL;
  gboolean removed = try_remove (store, key, &error);

  g_assert_no_error (error);
  return removed;
}

static inline gboolean
clear (MgrCacheStore *store)
{
  g_autoptr (GError) error = NULL;
  gboolean cleared = mgr_cache_store_clear (store, NULL, &error);

  g_assert_no_error (error);
  return cleared;
}

static inline guint64
get_figure (MgrCacheStore *store,
            const char    *name)
{
  g_autoptr (MgrCacheStoreStatistics) statistics = mgr_cache_store_get_statistics (store);
  g_autoptr (GVariant) figures = g_variant_ref_sink (mgr_cache_store_statistics_to_variant (statistics));
  guint64 figure = 0;

  g_assert_true (g_variant_lookup (figures, name, "t", &figure));
  return figure;
}

/* %NULL for @part: there is no problem. */
static inline void
assert_problem (MgrCacheStore *store,
                const char    *part)
{
  g_autofree char *problem = mgr_cache_store_dup_problem (store);

  if (part == NULL)
    g_assert_null (problem);
  else if (problem == NULL || strstr (problem, part) == NULL)
    g_error ("The problem is “%s”, and nothing of “%s”", problem, part);
}
