/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cache/mgr-stale-keys-private.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrStaleKeys, mgr_stale_keys_free)

static GBytes *
make_key (guint number)
{
  return g_bytes_new (&number, sizeof number);
}

static void
add (MgrStaleKeys *keys,
     guint         number)
{
  g_autoptr (GBytes) key = make_key (number);

  mgr_stale_keys_add (keys, key);
}

static gboolean
has (MgrStaleKeys *keys,
     guint         number)
{
  g_autoptr (GBytes) key = make_key (number);

  return mgr_stale_keys_contains (keys, key);
}

static void
test_settle (void)
{
  g_autoptr (MgrStaleKeys) keys = mgr_stale_keys_new (10);
  g_autoptr (GPtrArray) listed = NULL;
  guint64 serial = 0;

  g_assert_true (mgr_stale_keys_is_empty (keys));
  add (keys, 1);
  add (keys, 2);
  add (keys, 1);
  g_assert_true (has (keys, 1));
  g_assert_false (has (keys, 3));

  listed = mgr_stale_keys_list (keys, G_MAXUINT, &serial);
  g_assert_cmpuint (listed->len, ==, 2);
  mgr_stale_keys_settle (keys, listed, serial);
  g_assert_true (mgr_stale_keys_is_empty (keys));
}

/* What became stale again while it was being removed still is. */
static void
test_added_meanwhile (void)
{
  g_autoptr (MgrStaleKeys) keys = mgr_stale_keys_new (10);
  g_autoptr (GPtrArray) listed = NULL;
  guint64 serial = 0;

  add (keys, 1);
  add (keys, 2);
  listed = mgr_stale_keys_list (keys, G_MAXUINT, &serial);
  add (keys, 2);
  add (keys, 3);
  mgr_stale_keys_settle (keys, listed, serial);
  g_assert_false (has (keys, 1));
  g_assert_true (has (keys, 2));
  g_assert_true (has (keys, 3));

  g_ptr_array_unref (mgr_stale_keys_list (keys, 0, &serial));
  mgr_stale_keys_settle (keys, NULL, serial);
  g_assert_true (mgr_stale_keys_is_empty (keys));
}

static void
test_limit (void)
{
  g_autoptr (MgrStaleKeys) keys = mgr_stale_keys_new (10);
  guint64 serial = 0;

  for (guint i = 0; i < 10; i++)
    add (keys, i);
  for (guint left = 10; left > 0; left -= 2)
    {
      g_autoptr (GPtrArray) listed = mgr_stale_keys_list (keys, 2, &serial);

      g_assert_cmpuint (listed->len, ==, 2);
      mgr_stale_keys_settle (keys, listed, serial);
    }
  g_assert_true (mgr_stale_keys_is_empty (keys));
}

static void
test_too_many (void)
{
  g_autoptr (MgrStaleKeys) keys = mgr_stale_keys_new (10);
  g_autoptr (GPtrArray) listed = NULL;
  guint64 serial = 0;

  for (guint i = 0; i < 11; i++)
    add (keys, i);
  g_assert_true (mgr_stale_keys_has_all (keys));
  g_assert_true (has (keys, 4711));

  listed = mgr_stale_keys_list (keys, G_MAXUINT, &serial);
  g_assert_cmpuint (listed->len, ==, 0);
  add (keys, 1);
  mgr_stale_keys_settle (keys, NULL, serial);
  g_assert_true (has (keys, 4711));

  g_ptr_array_unref (mgr_stale_keys_list (keys, 0, &serial));
  mgr_stale_keys_settle (keys, NULL, serial);
  g_assert_true (mgr_stale_keys_is_empty (keys));
  g_assert_false (has (keys, 1));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cache/stale-keys/settle", test_settle);
  g_test_add_func ("/cache/stale-keys/added-meanwhile", test_added_meanwhile);
  g_test_add_func ("/cache/stale-keys/limit", test_limit);
  g_test_add_func ("/cache/stale-keys/too-many", test_too_many);

  return g_test_run ();
}
