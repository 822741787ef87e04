/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "journal/mgr-journal-ring-private.h"

#include <mgr.h>

static MgrJournalEntry *
make_entry (guint64        id,
            MgrJournalKind kind)
{
  return mgr_journal_entry_new (id, 0, 0, kind, MGR_JOURNAL_SEVERITY_INFO, "entry", NULL, 0);
}

/* The ids of what is listed, as “3 2 1”. */
static char *
list_ids (MgrJournalRing *ring,
          MgrJournalKind  kind,
          guint           limit)
{
  g_autoptr (GPtrArray) entries = mgr_journal_ring_list (ring, kind, limit);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < entries->len; i++)
    g_string_append_printf (text, "%s%" G_GUINT64_FORMAT, i > 0 ? " " : "",
                            mgr_journal_entry_get_id (g_ptr_array_index (entries, i)));

  return g_string_free (text, FALSE);
}

static void
assert_ids (MgrJournalRing *ring,
            MgrJournalKind  kind,
            guint           limit,
            const char     *expected)
{
  g_autofree char *ids = list_ids (ring, kind, limit);

  g_assert_cmpstr (ids, ==, expected);
}

static void
test_empty (void)
{
  MgrJournalRing *ring = mgr_journal_ring_new (3);

  assert_ids (ring, MGR_JOURNAL_KIND_ANY, 0, "");
  g_assert_null (mgr_journal_ring_lookup (ring, 1));
  mgr_journal_ring_free (ring);
}

static void
test_bound (void)
{
  MgrJournalRing *ring = mgr_journal_ring_new (3);

  for (guint64 id = 1; id <= 8; id++)
    {
      mgr_journal_ring_push (ring, make_entry (id, MGR_JOURNAL_KIND_OTHER));
      g_assert_nonnull (mgr_journal_ring_lookup (ring, id));
      g_assert_true ((mgr_journal_ring_lookup (ring, 1) != NULL) == (id <= 3));
    }

  assert_ids (ring, MGR_JOURNAL_KIND_ANY, 0, "8 7 6");
  assert_ids (ring, MGR_JOURNAL_KIND_ANY, 2, "8 7");
  assert_ids (ring, MGR_JOURNAL_KIND_ANY, 99, "8 7 6");
  mgr_journal_ring_free (ring);
}

static void
test_of_one (void)
{
  MgrJournalRing *ring = mgr_journal_ring_new (1);

  mgr_journal_ring_push (ring, make_entry (5, MGR_JOURNAL_KIND_OTHER));
  mgr_journal_ring_push (ring, make_entry (9, MGR_JOURNAL_KIND_OTHER));
  assert_ids (ring, MGR_JOURNAL_KIND_ANY, 0, "9");
  g_assert_null (mgr_journal_ring_lookup (ring, 5));
  mgr_journal_ring_free (ring);
}

static void
test_kinds (void)
{
  MgrJournalRing *ring = mgr_journal_ring_new (10);

  mgr_journal_ring_push (ring, make_entry (1, MGR_JOURNAL_KIND_LEVEL));
  mgr_journal_ring_push (ring, make_entry (2, MGR_JOURNAL_KIND_PLAN));
  mgr_journal_ring_push (ring, make_entry (3, MGR_JOURNAL_KIND_LEVEL));
  assert_ids (ring, MGR_JOURNAL_KIND_LEVEL, 0, "3 1");
  assert_ids (ring, MGR_JOURNAL_KIND_LEVEL, 1, "3");
  assert_ids (ring, MGR_JOURNAL_KIND_REFUSAL, 0, "");
  mgr_journal_ring_free (ring);
}

static void
test_ids_with_gaps (void)
{
  MgrJournalRing *ring = mgr_journal_ring_new (4);
  const guint64 ids[] = { 2, 3, 5, 8, 13, 21 };

  for (gsize i = 0; i < G_N_ELEMENTS (ids); i++)
    mgr_journal_ring_push (ring, make_entry (ids[i], MGR_JOURNAL_KIND_OTHER));

  for (guint64 id = 0; id <= 22; id++)
    {
      MgrJournalEntry *entry = mgr_journal_ring_lookup (ring, id);

      if (id == 5 || id == 8 || id == 13 || id == 21)
        g_assert_cmpuint (mgr_journal_entry_get_id (entry), ==, id);
      else
        g_assert_null (entry);
    }
  mgr_journal_ring_free (ring);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/journal/ring/empty", test_empty);
  g_test_add_func ("/journal/ring/bound", test_bound);
  g_test_add_func ("/journal/ring/of-one", test_of_one);
  g_test_add_func ("/journal/ring/kinds", test_kinds);
  g_test_add_func ("/journal/ring/ids-with-gaps", test_ids_with_gaps);

  return g_test_run ();
}
