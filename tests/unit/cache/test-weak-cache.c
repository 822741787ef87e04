/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "probe.h"
#include "mgr-test-support.h"

#include <malloc.h>
#include <string.h>

static void
assert_gets (MgrWeakCache *cache,
             const char   *key,
             gpointer      expected)
{
  g_autoptr (GObject) found = mgr_weak_cache_get_string (cache, key);

  g_assert_true (found == expected);
}

static gboolean
has (MgrWeakCache *cache,
     const char   *key)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_STRING);
  g_value_set_string (&value, key);
  return mgr_weak_cache_contains (cache, &value, NULL);
}

static gboolean
remove_key (MgrWeakCache *cache,
            const char   *key)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_STRING);
  g_value_set_string (&value, key);
  return mgr_weak_cache_remove (cache, &value, NULL);
}

static MgrWeakCache *
cache_new (void)
{
  return mgr_weak_cache_new (MGR_CACHE_KEY_TYPE_STRING);
}

static void
put (MgrWeakCache *cache,
     const char   *key,
     gpointer      object)
{
  mgr_weak_cache_put_string (cache, key, object);
}

/* What the cache says of the objects that have left, a line each. */
typedef struct
{
  GString *lines;        /* (owned) */
  GMainContext *context; /* (unowned): in which it has to be told */
} Log;

static void
removed_cb (MgrWeakCache *cache,
            const GValue *key,
            MgrCacheCause cause,
            gpointer      user_data)
{
  Log *log = user_data;
  g_autofree char *text = g_strdup_value_contents (key);
  g_autofree char *nick = g_enum_to_string (MGR_TYPE_CACHE_CAUSE, (int) cause);

  g_assert_true (g_main_context_is_owner (log->context));
  g_string_append_printf (log->lines, "%s %s\n", text, nick + strlen ("MGR_CACHE_CAUSE_"));
}

static void
log_connect (Log          *log,
             MgrWeakCache *cache)
{
  log->lines = g_string_new (NULL);
  log->context = g_main_context_default ();
  g_signal_connect (cache, "removed", G_CALLBACK (removed_cb), log);
}

/* And forgets it. */
static void
log_expect (Log        *log,
            const char *expected)
{
  mgr_test_settle ();
  g_assert_cmpstr (log->lines->str, ==, expected);
  g_string_truncate (log->lines, 0);
}

static void
test_put_and_get (void)
{
  g_autoptr (MgrWeakCache) cache = cache_new ();
  Probe *first = probe_new ();
  Probe *second = probe_new ();
  g_autoptr (MgrWeakCacheStatistics) statistics = NULL;

  assert_gets (cache, "a", NULL);
  put (cache, "a", first);
  put (cache, "a", first);
  put (cache, "b", second);
  assert_gets (cache, "a", first);
  assert_gets (cache, "b", second);
  g_assert_cmpuint (G_OBJECT (first)->ref_count, ==, 1);
  g_assert_cmpuint (mgr_weak_cache_get_n_entries (cache), ==, 2);

  put (cache, "a", second);
  assert_gets (cache, "a", second);
  g_assert_true (remove_key (cache, "b"));
  g_assert_false (remove_key (cache, "b"));
  g_assert_false (has (cache, "b"));
  g_assert_true (has (cache, "a"));
  g_object_unref (second);
  assert_gets (cache, "a", NULL);
  g_object_unref (first);

  statistics = mgr_weak_cache_get_statistics (cache);
  g_assert_cmpuint (mgr_weak_cache_statistics_get_hits (statistics), ==, 3);
  g_assert_cmpuint (mgr_weak_cache_statistics_get_misses (statistics), ==, 2);
  g_assert_cmpfloat (mgr_weak_cache_statistics_get_hit_ratio (statistics), ==, 0.6);
  g_assert_cmpuint (mgr_weak_cache_statistics_get_collected (statistics), ==, 1);
  g_assert_cmpuint (mgr_weak_cache_statistics_get_removed (statistics), ==, 1);
  g_assert_cmpuint (mgr_weak_cache_statistics_get_replaced (statistics), ==, 1);
  g_assert_cmpuint (mgr_weak_cache_statistics_get_entries (statistics), ==, 0);
}

static void
test_removed (void)
{
  g_autoptr (MgrWeakCache) cache = cache_new ();
  g_autoptr (Probe) kept = probe_new ();
  Probe *other = probe_new ();
  Log log;

  /* Nobody listens yet. */
  put (cache, "early", other);
  remove_key (cache, "early");
  log_connect (&log, cache);

  put (cache, "a", other);
  put (cache, "b", kept);
  put (cache, "c", kept);
  put (cache, "c", other);
  remove_key (cache, "b");
  g_assert_cmpstr (log.lines->str, ==, "");
  g_object_unref (other);
  put (cache, "d", kept);
  mgr_weak_cache_clear (cache);
  g_assert_cmpstr (log.lines->str, ==, "");

  mgr_test_settle ();
  g_assert_true (g_str_has_prefix (log.lines->str, "\"c\" REPLACED\n\"b\" EXPLICIT\n"));
  g_assert_nonnull (strstr (log.lines->str, "\"a\" COLLECTED\n"));
  g_assert_nonnull (strstr (log.lines->str, "\"c\" COLLECTED\n"));
  g_assert_true (g_str_has_suffix (log.lines->str, "\"d\" EXPLICIT\n"));
  g_string_truncate (log.lines, 0);

  log_expect (&log, "");
  g_signal_handlers_disconnect_by_data (cache, &log);
  put (cache, "a", kept);
  remove_key (cache, "a");
  mgr_test_settle ();
  log_expect (&log, "");
  g_string_free (log.lines, TRUE);
}

static void
change_cb (MgrWeakCache *cache,
           const GValue *key,
           MgrCacheCause cause,
           gpointer      object)
{
  put (cache, g_value_get_string (key), object);
  g_signal_handlers_disconnect_by_func (cache, change_cb, object);
}

/* A handler may do anything to the cache, and let go of it. */
static void
test_removed_handler_changes (void)
{
  MgrWeakCache *cache = cache_new ();
  g_autoptr (Probe) kept = probe_new ();

  g_signal_connect (cache, "removed", G_CALLBACK (change_cb), kept);
  put (cache, "a", kept);
  remove_key (cache, "a");
  mgr_test_settle ();
  assert_gets (cache, "a", kept);

  g_signal_connect_swapped (cache, "removed", G_CALLBACK (g_object_unref), cache);
  remove_key (cache, "a");
  mgr_test_settle ();
}

static gpointer
drop_cb (gpointer object)
{
  g_object_unref (object);
  return NULL;
}

static void
test_collected_in_thread (void)
{
  g_autoptr (MgrWeakCache) cache = cache_new ();
  Probe *object = probe_new ();
  Log log;

  log_connect (&log, cache);
  put (cache, "a", object);
  g_thread_join (g_thread_new ("drop", drop_cb, object));
  assert_gets (cache, "a", NULL);
  g_assert_cmpstr (log.lines->str, ==, "");
  log_expect (&log, "\"a\" COLLECTED\n");
  g_string_free (log.lines, TRUE);
}

static void
test_who_goes_first (void)
{
  MgrWeakCache *cache = cache_new ();
  Probe *object = probe_new ();

  put (cache, "a", object);
  g_object_unref (cache);
  g_assert_cmpuint (G_OBJECT (object)->ref_count, ==, 1);
  g_object_unref (object);

  cache = cache_new ();
  object = probe_new ();
  put (cache, "a", object);
  put (cache, "b", object);
  g_object_unref (object);
  g_assert_cmpuint (mgr_weak_cache_get_n_entries (cache), ==, 0);
  g_object_unref (cache);
}

static void
test_two_caches (void)
{
  g_autoptr (MgrWeakCache) first = cache_new ();
  g_autoptr (MgrWeakCache) second = cache_new ();
  Probe *object = probe_new ();

  put (first, "a", object);
  put (second, "a", object);
  mgr_weak_cache_clear (first);
  assert_gets (first, "a", NULL);
  assert_gets (second, "a", object);
  g_object_unref (object);
  assert_gets (second, "a", NULL);
}

static void
put_and_remove (MgrWeakCache *cache,
                Probe        *object)
{
  for (guint i = 0; i < 20000; i++)
    {
      put (cache, "a", object);
      put (cache, i % 2 == 0 ? "b" : "c", object);
      remove_key (cache, "a");
      remove_key (cache, "b");
    }
}

/* Put and removed any number of times, an object does not remember it. */
static void
test_no_traces_on_object (void)
{
  g_autoptr (MgrWeakCache) cache = cache_new ();
  g_autoptr (Probe) object = probe_new ();
  gsize before;

  put_and_remove (cache, object);
  before = mallinfo2 ().uordblks;
  put_and_remove (cache, object);
  g_assert_cmpuint (mallinfo2 ().uordblks, <, before + 10000);
  g_assert_cmpuint (G_OBJECT (object)->ref_count, ==, 1);
}

/* While it is disposed of */

static void
touch_cache (Probe *self)
{
  MgrWeakCache *cache = self->data;

  assert_gets (cache, "self", NULL);
  put (cache, "late", self);
  remove_key (cache, "self");
  g_assert_cmpuint (mgr_weak_cache_get_n_entries (cache), <=, 2);
}

static void
test_dispose_touches_cache (void)
{
  g_autoptr (MgrWeakCache) cache = cache_new ();
  Probe *object = probe_new ();

  object->on_dispose = touch_cache;
  object->data = cache;
  put (cache, "self", object);
  g_object_unref (object);
  g_assert_cmpuint (mgr_weak_cache_get_n_entries (cache), ==, 0);
}

static void
drop_cache (Probe *self)
{
  g_clear_object (&self->data);
}

static void
test_dispose_drops_cache (void)
{
  MgrWeakCache *cache = cache_new ();
  Probe *object = probe_new ();

  object->on_dispose = drop_cache;
  object->data = cache;
  put (cache, "self", object);
  g_object_unref (object);
}

/* Rises from the dead: whoever wants it to be found puts it again. */
static void
resurrect (Probe *self)
{
  self->on_dispose = NULL;
  g_object_ref (self);
}

static void
test_dispose_resurrects (void)
{
  g_autoptr (MgrWeakCache) cache = cache_new ();
  Probe *object = probe_new ();

  object->on_dispose = resurrect;
  put (cache, "a", object);
  g_object_unref (object);
  g_assert_cmpuint (G_OBJECT (object)->ref_count, ==, 1);
  assert_gets (cache, "a", NULL);
  put (cache, "a", object);
  assert_gets (cache, "a", object);
  g_object_unref (object);
  assert_gets (cache, "a", NULL);
}

static void
test_disposed_by_hand (void)
{
  g_autoptr (MgrWeakCache) cache = cache_new ();
  g_autoptr (Probe) object = probe_new ();

  put (cache, "a", object);
  g_object_run_dispose (G_OBJECT (object));
  assert_gets (cache, "a", NULL);
  g_assert_cmpuint (mgr_weak_cache_get_n_entries (cache), ==, 0);
}

/* Keys */

static void
set_key (GValue     *value,
         GType       type,
         const char *text)
{
  g_auto (GValue) string = G_VALUE_INIT;

  if (G_IS_VALUE (value))
    g_value_unset (value);
  g_value_init (value, type);
  if (type == G_TYPE_BYTES)
    g_value_take_boxed (value, g_bytes_new (text, strlen (text)));
  else if (type == G_TYPE_STRING)
    g_value_set_string (value, text);
  else if (type == G_TYPE_INT)
    g_value_set_int (value, atoi (text));
  else if (type == G_TYPE_INT64)
    g_value_set_int64 (value, g_ascii_strtoll (text, NULL, 10));
  else if (type == G_TYPE_UINT64)
    g_value_set_uint64 (value, g_ascii_strtoull (text, NULL, 10));
  else if (type == G_TYPE_DOUBLE)
    g_value_set_double (value, g_ascii_strtod (text, NULL));
  else
    g_value_set_boolean (value, TRUE);
}

static void
assert_key (MgrWeakCache *cache,
            GType         type,
            const char   *text,
            gboolean      good)
{
  g_auto (GValue) key = G_VALUE_INIT;
  g_autoptr (Probe) object = probe_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GObject) found = NULL;

  set_key (&key, type, text);
  g_assert_cmpint (mgr_weak_cache_put (cache, &key, G_OBJECT (object), &error), ==, good);
  if (!good)
    {
      g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, g_type_name (type)));
      g_assert_null (mgr_weak_cache_get (cache, &key, NULL));
      g_assert_false (mgr_weak_cache_contains (cache, &key, NULL));
      g_assert_false (mgr_weak_cache_remove (cache, &key, NULL));
      return;
    }

  found = mgr_weak_cache_get (cache, &key, &error);
  g_assert_no_error (error);
  g_assert_true (found == G_OBJECT (object));
  g_assert_true (mgr_weak_cache_contains (cache, &key, NULL));
  g_assert_true (mgr_weak_cache_remove (cache, &key, NULL));
}

static void
test_keys (void)
{
  static const struct
  {
    const char *text;
    GType type;
    gboolean string, int64, bytes;
  } cases[] = {
    { "a", G_TYPE_STRING, TRUE, FALSE, FALSE },
    { "", G_TYPE_STRING, TRUE, FALSE, FALSE },
    { NULL, G_TYPE_STRING, FALSE, FALSE, FALSE },
    { "-7", G_TYPE_INT, FALSE, TRUE, FALSE },
    { "-9223372036854775808", G_TYPE_INT64, FALSE, TRUE, FALSE },
    { "9223372036854775807", G_TYPE_UINT64, FALSE, TRUE, FALSE },
    { "9223372036854775808", G_TYPE_UINT64, FALSE, FALSE, FALSE },
    { "4503599627370497", G_TYPE_DOUBLE, FALSE, TRUE, FALSE },
    { "-9223372036854775808", G_TYPE_DOUBLE, FALSE, TRUE, FALSE },
    { "9223372036854775808", G_TYPE_DOUBLE, FALSE, FALSE, FALSE },
    { "0.5", G_TYPE_DOUBLE, FALSE, FALSE, FALSE },
    { "nan", G_TYPE_DOUBLE, FALSE, FALSE, FALSE },
    { "1", G_TYPE_BOOLEAN, FALSE, FALSE, FALSE },
  };
  g_autoptr (MgrWeakCache) strings = cache_new ();
  g_autoptr (MgrWeakCache) numbers = mgr_weak_cache_new (MGR_CACHE_KEY_TYPE_INT64);
  g_autoptr (MgrWeakCache) bytes = mgr_weak_cache_new (MGR_CACHE_KEY_TYPE_BYTES);

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      assert_key (strings, cases[i].type, cases[i].text, cases[i].string);
      assert_key (numbers, cases[i].type, cases[i].text, cases[i].int64);
      assert_key (bytes, cases[i].type, cases[i].text, cases[i].bytes);
    }
  assert_key (bytes, G_TYPE_BYTES, "a", TRUE);
  assert_key (bytes, G_TYPE_BYTES, "", TRUE);
  assert_key (strings, G_TYPE_BYTES, "a", FALSE);
  assert_key (numbers, G_TYPE_BYTES, "1", FALSE);
}

static void
test_keys_of_one_type (void)
{
  g_autoptr (MgrWeakCache) numbers = mgr_weak_cache_new (MGR_CACHE_KEY_TYPE_INT64);
  g_autoptr (MgrWeakCache) bytes = mgr_weak_cache_new (MGR_CACHE_KEY_TYPE_BYTES);
  g_autoptr (Probe) object = probe_new ();
  g_autoptr (GBytes) key = g_bytes_new ("a\0b", 3);
  g_autoptr (GBytes) other = g_bytes_new ("a\0c", 3);

  mgr_weak_cache_put_int64 (numbers, G_MININT64, G_OBJECT (object));
  mgr_weak_cache_put_bytes (bytes, key, G_OBJECT (object));
  g_assert_true (mgr_weak_cache_get_int64 (numbers, G_MININT64) == G_OBJECT (object));
  g_assert_null (mgr_weak_cache_get_int64 (numbers, 0));
  g_assert_true (mgr_weak_cache_get_bytes (bytes, key) == G_OBJECT (object));
  g_assert_null (mgr_weak_cache_get_bytes (bytes, other));
  g_assert_cmpint (mgr_weak_cache_get_key_type (numbers), ==, MGR_CACHE_KEY_TYPE_INT64);
  g_object_unref (object);
  g_object_unref (object);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cache/weak-cache/put-and-get", test_put_and_get);
  g_test_add_func ("/cache/weak-cache/removed", test_removed);
  g_test_add_func ("/cache/weak-cache/removed-handler-changes", test_removed_handler_changes);
  g_test_add_func ("/cache/weak-cache/collected-in-thread", test_collected_in_thread);
  g_test_add_func ("/cache/weak-cache/who-goes-first", test_who_goes_first);
  g_test_add_func ("/cache/weak-cache/two-caches", test_two_caches);
  g_test_add_func ("/cache/weak-cache/no-traces-on-object", test_no_traces_on_object);
  g_test_add_func ("/cache/weak-cache/dispose-touches-cache", test_dispose_touches_cache);
  g_test_add_func ("/cache/weak-cache/dispose-drops-cache", test_dispose_drops_cache);
  g_test_add_func ("/cache/weak-cache/dispose-resurrects", test_dispose_resurrects);
  g_test_add_func ("/cache/weak-cache/disposed-by-hand", test_disposed_by_hand);
  g_test_add_func ("/cache/weak-cache/keys", test_keys);
  g_test_add_func ("/cache/weak-cache/keys-of-one-type", test_keys_of_one_type);

  return g_test_run ();
}
