/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "reclaim/mgr-reclaim-record-private.h"
#include "reclaim/mgr-record-ring-private.h"

static void
add (MgrRecordRing *ring,
     const char    *name,
     guint64        size)
{
  g_autoptr (MgrReclaimRecord) record = mgr_reclaim_record_new (name, "test");

  record->size = size;
  mgr_record_ring_add (ring, record);
}

static char *
show (MgrRecordRing *ring)
{
  g_autoptr (GPtrArray) list = mgr_record_ring_list (ring);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < list->len; i++)
    {
      MgrReclaimRecord *record = g_ptr_array_index (list, i);

      g_string_append_printf (text, "%s%s:%" G_GUINT64_FORMAT, i > 0 ? " " : "",
                              mgr_reclaim_record_get_name (record),
                              mgr_reclaim_record_get_size (record));
    }

  return g_string_free (text, FALSE);
}

static void
assert_shows (MgrRecordRing *ring,
              const char    *expected)
{
  g_autofree char *shown = show (ring);

  g_assert_cmpstr (shown, ==, expected);
}

static void
test_order (void)
{
  g_autoptr (MgrRecordRing) ring = mgr_record_ring_new (3);

  g_test_summary ("Newest first, and never more than fit");

  assert_shows (ring, "");
  add (ring, "a", 1);
  assert_shows (ring, "a:1");
  add (ring, "b", 2);
  add (ring, "a", 3);
  assert_shows (ring, "a:3 b:2 a:1");
  add (ring, "c", 4);
  assert_shows (ring, "c:4 a:3 b:2");
  for (guint64 i = 0; i < 100; i++)
    add (ring, "d", i);
  assert_shows (ring, "d:99 d:98 d:97");
}

static void
test_lookup (void)
{
  g_autoptr (MgrRecordRing) ring = mgr_record_ring_new (3);
  g_autoptr (MgrReclaimRecord) found = NULL;

  g_assert_null (mgr_record_ring_lookup (ring, "a"));
  add (ring, "a", 1);
  add (ring, "b", 2);
  add (ring, "a", 3);
  g_assert_null (mgr_record_ring_lookup (ring, "c"));
  found = mgr_record_ring_lookup (ring, "a");
  g_assert_cmpuint (mgr_reclaim_record_get_size (found), ==, 3);
}

static void
test_list_is_a_snapshot (void)
{
  g_autoptr (MgrRecordRing) ring = mgr_record_ring_new (1);
  g_autoptr (GPtrArray) list = NULL;

  add (ring, "a", 1);
  list = mgr_record_ring_list (ring);
  add (ring, "b", 2);
  g_assert_cmpuint (list->len, ==, 1);
  g_assert_cmpstr (mgr_reclaim_record_get_name (g_ptr_array_index (list, 0)), ==, "a");
}

static void
test_record_boxed (void)
{
  g_autoptr (MgrReclaimRecord) record = mgr_reclaim_record_new ("temp_a", "light cleanup");
  g_auto (GValue) value = G_VALUE_INIT;
  g_autoptr (MgrReclaimRecord) copy = NULL;

  record->safety = MGR_SAFETY_SAFE;
  record->size = 10;
  record->time = 20;
  record->lossy = TRUE;
  record->can_restore = TRUE;

  g_value_init (&value, MGR_TYPE_RECLAIM_RECORD);
  g_value_set_boxed (&value, record);
  copy = g_value_dup_boxed (&value);
  g_assert_true (copy == record);
  g_assert_cmpstr (mgr_reclaim_record_get_name (copy), ==, "temp_a");
  g_assert_cmpstr (mgr_reclaim_record_get_reason (copy), ==, "light cleanup");
  g_assert_cmpint (mgr_reclaim_record_get_safety (copy), ==, MGR_SAFETY_SAFE);
  g_assert_cmpuint (mgr_reclaim_record_get_size (copy), ==, 10);
  g_assert_cmpint (mgr_reclaim_record_get_time (copy), ==, 20);
  g_assert_true (mgr_reclaim_record_get_lossy (copy));
  g_assert_true (mgr_reclaim_record_get_can_restore (copy));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/reclaim/record-ring/order", test_order);
  g_test_add_func ("/reclaim/record-ring/lookup", test_lookup);
  g_test_add_func ("/reclaim/record-ring/list-is-a-snapshot", test_list_is_a_snapshot);
  g_test_add_func ("/reclaim/record-ring/record-boxed", test_record_boxed);

  return g_test_run ();
}
