/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <mgr.h>

/* Values and keys for tests of MgrCache. */

static inline void
value_set_string (GValue     *value,
                  const char *text)
{
  g_value_init (value, G_TYPE_STRING);
  g_value_set_string (value, text);
}

/* Puts a number under a number, as so many bytes. */
static inline gboolean
put_number (MgrCache  *cache,
            gint64     key,
            guint64    size,
            GError   **error)
{
  g_autoptr (MgrCacheTerms) terms = mgr_cache_terms_new ();
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_INT64);
  g_value_set_int64 (&value, key);
  mgr_cache_terms_set_size (terms, size);
  return mgr_cache_put_int64 (cache, key, &value, terms, error);
}

static inline gboolean
has_number (MgrCache *cache,
            gint64    key)
{
  g_auto (GValue) value = G_VALUE_INIT;

  if (!mgr_cache_get_int64 (cache, key, &value))
    return FALSE;

  g_assert_cmpint (g_value_get_int64 (&value), ==, key);
  return TRUE;
}

static inline gboolean
put_text (MgrCache      *cache,
          const char    *key,
          const char    *text,
          MgrCacheTerms *terms)
{
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;
  gboolean put;

  value_set_string (&value, text);
  put = mgr_cache_put_string (cache, key, &value, terms, &error);
  g_assert_no_error (error);
  return put;
}

/* @text: (nullable): if it is to be missing */
static inline void
assert_text (MgrCache   *cache,
             const char *key,
             const char *text)
{
  g_auto (GValue) value = G_VALUE_INIT;
  gboolean found = mgr_cache_get_string (cache, key, &value);

  g_assert_cmpint (found, ==, text != NULL);
  if (found)
    g_assert_cmpstr (g_value_get_string (&value), ==, text);
}
