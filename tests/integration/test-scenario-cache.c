/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A cache in C; scenario-cache.py and scenario-cache.js say the same, line by line. */

#include <mgr.h>

#include <locale.h>
#include <string.h>

#define N_CAUSES (MGR_CACHE_CAUSE_COLLECTED + 1)

static const char *
nick_of (GType type,
         int   value)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);

  return g_enum_get_value (klass, value)->value_nick;
}

static const char *
yes (gboolean answer)
{
  return answer ? "yes" : "no";
}

/* @value: not initialised */
static void
page_init (GValue *value,
           char    letter,
           gsize   size)
{
  g_value_init (value, G_TYPE_BYTES);
  g_value_take_boxed (value, g_bytes_new_take (g_strnfill (size, letter), size));
}

static void
show (MgrCache   *cache,
      const char *key)
{
  g_auto (GValue) value = G_VALUE_INIT;

  if (mgr_cache_get_string (cache, key, &value))
    g_print ("%s: %" G_GSIZE_FORMAT " bytes\n", key, g_bytes_get_size (g_value_get_boxed (&value)));
  else
    g_print ("%s: nothing\n", key);
}

static void
put (MgrCache      *cache,
     const char    *key,
     char           letter,
     gsize          size,
     MgrCacheTerms *terms)
{
  g_autoptr (GError) error = NULL;
  g_auto (GValue) value = G_VALUE_INIT;

  page_init (&value, letter, size);
  mgr_cache_put_string (cache, key, &value, terms, &error);
  g_assert_no_error (error);
}

static void
attempt (MgrCache      *cache,
         const char    *what,
         const GValue  *key,
         gsize          size,
         MgrCacheTerms *terms)
{
  g_autoptr (GError) error = NULL;
  g_auto (GValue) value = G_VALUE_INIT;

  page_init (&value, 'd', size);
  mgr_cache_put (cache, key, &value, terms, &error);
  g_print ("%s: %s\n", what, error != NULL ? nick_of (MGR_TYPE_ERROR, error->code) : "done");
}

static void
play_refusals (MgrCache *cache)
{
  g_autoptr (MgrCacheTerms) no_size = mgr_cache_terms_new ();
  g_auto (GValue) text = G_VALUE_INIT;
  g_auto (GValue) number = G_VALUE_INIT;

  g_value_init (&text, G_TYPE_STRING);
  g_value_set_static_string (&text, "d");
  g_value_init (&number, G_TYPE_INT);
  g_value_set_int (&number, 1);
  mgr_cache_terms_set_size (no_size, 0);

  attempt (cache, "too large", &text, 1 << 20, NULL);
  attempt (cache, "no size", &text, 1, no_size);
  attempt (cache, "no key", &number, 1, NULL);
}

static void
show_statistics (MgrCache *cache)
{
  g_autoptr (MgrCacheStatistics) statistics = mgr_cache_get_statistics (cache);

  g_print ("hits %" G_GUINT64_FORMAT ", misses %" G_GUINT64_FORMAT ", ratio %.2f, expired %"
           G_GUINT64_FORMAT "\n",
           mgr_cache_statistics_get_hits (statistics), mgr_cache_statistics_get_misses (statistics),
           mgr_cache_statistics_get_hit_ratio (statistics),
           mgr_cache_statistics_get_removed (statistics, MGR_CACHE_CAUSE_EXPIRED));
}

static void
play_writing (MgrCache       *cache,
              MgrManualClock *clock)
{
  g_autoptr (MgrCacheTerms) second = mgr_cache_terms_new ();
  g_autoptr (MgrCacheTerms) site = mgr_cache_terms_new ();
  g_autoptr (MgrCacheTerms) texts = mgr_cache_terms_new ();

  mgr_cache_terms_set_ttl (second, G_USEC_PER_SEC);
  mgr_cache_terms_add_tag (site, "site");
  mgr_cache_terms_add_tag (texts, "site");
  mgr_cache_terms_add_tag (texts, "texts");

  g_print ("# written\n");
  put (cache, "a", 'a', 1000, second);
  put (cache, "b", 'b', 2000, texts);
  put (cache, "c", 'c', 3000, site);
  put (cache, "a", 'A', 1500, second);
  play_refusals (cache);
  show (cache, "a");
  show (cache, "b");
  show (cache, "c");
  show (cache, "d");

  g_print ("# a second later\n");
  mgr_manual_clock_advance (clock, G_USEC_PER_SEC);
  show (cache, "a");
  g_print ("invalidated: %s, ", yes (mgr_cache_invalidate (cache, "texts")));
  g_print ("%s\n", yes (mgr_cache_invalidate (cache, "images")));
  show (cache, "b");
  show (cache, "c");
  show_statistics (cache);
}

static gboolean
load_cb (MgrCache      *cache,
         const GValue  *key,
         MgrCacheTerms *terms,
         GCancellable  *cancellable,
         gpointer       n_loads,
         GError       **error)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_atomic_int_inc ((gint *) n_loads);
  page_init (&value, *g_value_get_string (key), 500);
  mgr_cache_terms_set_value (terms, &value);
  return TRUE;
}

static gboolean
fail_cb (MgrCache      *cache,
         const GValue  *key,
         MgrCacheTerms *terms,
         GCancellable  *cancellable,
         gpointer       data,
         GError       **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "There is none");
  return FALSE;
}

static void
loaded_cb (GObject      *cache,
           GAsyncResult *result,
           gpointer      n_ended)
{
  g_autoptr (GError) error = NULL;
  g_auto (GValue) value = G_VALUE_INIT;

  mgr_cache_get_or_load_finish (MGR_CACHE (cache), result, &value, &error);
  g_assert_no_error (error);
  ++*(guint *) n_ended;
}

static void
play_loading (MgrCache *cache)
{
  g_autoptr (GError) error = NULL;
  g_auto (GValue) key = G_VALUE_INIT;
  g_auto (GValue) value = G_VALUE_INIT;
  guint n_ended = 0;
  gint n_loads = 0;

  g_print ("# loaded\n");
  g_value_init (&key, G_TYPE_STRING);
  g_value_set_static_string (&key, "e");
  for (guint i = 0; i < 3; i++)
    mgr_cache_get_or_load_async (cache, &key, load_cb, &n_loads, NULL, NULL, loaded_cb, &n_ended);
  while (n_ended < 3)
    g_main_context_iteration (NULL, TRUE);
  show (cache, "e");
  g_print ("loads: %d\n", n_loads);

  g_value_set_static_string (&key, "f");
  if (!mgr_cache_get_or_load (cache, &key, fail_cb, NULL, NULL, &value, &error))
    g_print ("f: failed\n");
  show (cache, "f");
}

static void
removed_cb (MgrCache      *cache,
            const GValue  *key,
            const GValue  *value,
            MgrCacheCause  cause,
            GPtrArray    **seen)
{
  g_ptr_array_add (seen[cause], g_value_dup_string (key));
}

static int
compare_texts (gconstpointer left,
               gconstpointer right)
{
  return strcmp (*(const char *const *) left, *(const char *const *) right);
}

static void
show_removed (MgrCacheCause  cause,
              GPtrArray     *keys)
{
  g_autofree char *text = NULL;

  g_ptr_array_sort (keys, compare_texts);
  g_ptr_array_add (keys, NULL);
  text = g_strjoinv (" ", (char **) keys->pdata);
  g_print ("%s: %s\n", nick_of (MGR_TYPE_CACHE_CAUSE, (int) cause), text);
}

static void
play_end (MgrCache   *cache,
          GPtrArray **seen)
{
  g_autoptr (MgrCacheTerms) pinned = mgr_cache_terms_new ();
  g_autoptr (GPtrArray) left = NULL;
  g_auto (GValue) key = G_VALUE_INIT;

  g_print ("# removed\n");
  mgr_cache_terms_set_pinned (pinned, TRUE);
  put (cache, "g", 'g', 100, pinned);
  g_print ("trimmed: %s\n", yes (mgr_cache_trim (cache, 1 << 20) > 3500));
  left = mgr_cache_list (cache);
  g_assert_cmpuint (left->len, ==, 1);
  mgr_cache_record_get_key (g_ptr_array_index (left, 0), &key);
  g_print ("left: %s\n", g_value_get_string (&key));
  g_print ("removed: %s, ", yes (mgr_cache_remove (cache, &key, NULL)));
  g_print ("%s\n", yes (mgr_cache_remove (cache, &key, NULL)));

  while (g_main_context_iteration (NULL, FALSE))
    ;
  for (guint i = 0; i < N_CAUSES; i++)
    show_removed (i, seen[i]);
  g_print ("entries %" G_GUINT64_FORMAT ", bytes %" G_GUINT64_FORMAT "\n",
           mgr_cache_get_n_entries (cache), mgr_cache_get_n_bytes (cache));
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (MgrManualClock) clock = mgr_manual_clock_new (G_USEC_PER_SEC);
  g_autoptr (MgrCache) cache = g_object_new (MGR_TYPE_CACHE,
                                             "name", "pages",
                                             "max-bytes", (guint64) 100000,
                                             "clock", clock,
                                             NULL);
  GPtrArray *seen[N_CAUSES]; /* (owned) (element-type utf8) */

  setlocale (LC_ALL, "");
  for (guint i = 0; i < N_CAUSES; i++)
    seen[i] = g_ptr_array_new_with_free_func (g_free);
  g_signal_connect (cache, "removed", G_CALLBACK (removed_cb), seen);

  play_writing (cache, clock);
  play_loading (cache);
  play_end (cache, seen);

  g_signal_handlers_disconnect_by_data (cache, seen);
  for (guint i = 0; i < N_CAUSES; i++)
    g_ptr_array_unref (seen[i]);
  return 0;
}
