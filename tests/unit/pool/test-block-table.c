/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "pool/mgr-block-table-private.h"

#define ID_BITS (MGR_BLOCK_INDEX_BITS + MGR_BLOCK_GENERATION_BITS)
#define NEXT (G_GUINT64_CONSTANT (1) << MGR_BLOCK_INDEX_BITS)

static void
test_finds_by_id (void)
{
  int owner;
  MgrBlockChunk *chunk = mgr_block_table_adopt (&owner);

  for (guint i = 0; i < MGR_BLOCKS_PER_CHUNK; i++)
    {
      gpointer found = NULL;

      g_assert_cmpuint (chunk->slots[i].id, >, 0);
      g_assert_cmpuint (chunk->slots[i].id, <, G_GUINT64_CONSTANT (1) << 53);
      g_assert_true (mgr_block_table_find (chunk->slots[i].id, &found) == &chunk->slots[i]);
      g_assert_true (found == &owner);
    }
  mgr_block_table_return (chunk);
}

static void
test_no_such_id (void)
{
  const guint64 bad[] = { G_MAXUINT64, G_GUINT64_CONSTANT (1) << 53, NEXT - 1, 2 * NEXT - 1 };
  gpointer found = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_null (mgr_block_table_find (bad[i], &found));
}

static void
test_fate (void)
{
  int owner;
  MgrBlockChunk *chunk = mgr_block_table_adopt (&owner);
  MgrBlockSlot *slot = &chunk->slots[5];
  guint64 first = slot->id;

  g_assert_cmpint (mgr_block_slot_get_fate (slot, first), ==, MGR_BLOCK_NEVER);
  g_assert_true (mgr_block_slot_retire (slot, FALSE));
  g_assert_cmpuint (slot->id, ==, first + NEXT);
  g_assert_cmpint (mgr_block_slot_get_fate (slot, first), ==, MGR_BLOCK_FREED);
  mgr_block_slot_retire (slot, TRUE);
  g_assert_cmpint (mgr_block_slot_get_fate (slot, first), ==, MGR_BLOCK_FREED);
  g_assert_cmpint (mgr_block_slot_get_fate (slot, first + NEXT), ==, MGR_BLOCK_EVICTED);
  g_assert_cmpint (mgr_block_slot_get_fate (slot, first - NEXT), ==, MGR_BLOCK_NEVER);
  g_assert_cmpint (mgr_block_slot_get_fate (slot, first + 2 * NEXT), ==, MGR_BLOCK_NEVER);
  mgr_block_table_return (chunk);
}

/* Those of whom it is not known any more are not called freed where one was evicted. */
static void
test_fate_long_ago (void)
{
  int owner;
  MgrBlockChunk *chunk = mgr_block_table_adopt (&owner);
  MgrBlockSlot *slot = &chunk->slots[6];
  guint64 first = slot->id;

  for (guint i = 0; i < 100; i++)
    mgr_block_slot_retire (slot, FALSE);
  for (guint64 i = 0; i < 100; i++)
    g_assert_cmpint (mgr_block_slot_get_fate (slot, first + i * NEXT), ==, MGR_BLOCK_FREED);

  mgr_block_slot_retire (slot, TRUE);
  for (guint i = 0; i < 63; i++)
    {
      g_assert_cmpint (mgr_block_slot_get_fate (slot, first + 100 * NEXT), ==, MGR_BLOCK_EVICTED);
      mgr_block_slot_retire (slot, FALSE);
    }
  g_assert_cmpint (mgr_block_slot_get_fate (slot, first + 100 * NEXT), ==, MGR_BLOCK_EVICTED);
  g_assert_cmpint (mgr_block_slot_get_fate (slot, first + 99 * NEXT), ==, MGR_BLOCK_FREED);

  mgr_block_slot_retire (slot, FALSE);
  g_assert_cmpint (mgr_block_slot_get_fate (slot, first + 101 * NEXT), ==, MGR_BLOCK_FREED);
  g_assert_cmpint (mgr_block_slot_get_fate (slot, first + 100 * NEXT), ==, MGR_BLOCK_GONE);
  g_assert_cmpint (mgr_block_slot_get_fate (slot, first), ==, MGR_BLOCK_GONE);
  mgr_block_table_return (chunk);

  /* The next owner begins anew. */
  g_assert_true (mgr_block_table_adopt (&owner) == chunk);
  first = slot->id;
  for (guint i = 0; i < 100; i++)
    mgr_block_slot_retire (slot, FALSE);
  g_assert_cmpint (mgr_block_slot_get_fate (slot, first), ==, MGR_BLOCK_FREED);
  mgr_block_table_return (chunk);
}

/* Who takes a chunk over knows nothing of the ids of those before, although one of its
 * slots was used much more than the others. */
static void
test_next_owner (void)
{
  int owners[2];
  gpointer found = NULL;
  MgrBlockChunk *chunk = mgr_block_table_adopt (&owners[0]);
  guint64 busy = chunk->slots[0].id;
  guint64 idle = chunk->slots[1].id;

  for (guint i = 0; i < 100; i++)
    mgr_block_slot_retire (&chunk->slots[0], FALSE);
  mgr_block_table_return (chunk);
  g_assert_nonnull (mgr_block_table_find (busy, &found));
  g_assert_null (found);

  g_assert_true (mgr_block_table_adopt (&owners[1]) == chunk);
  for (guint i = 0; i < 100; i++)
    {
      g_assert_cmpint (mgr_block_slot_get_fate (&chunk->slots[0], busy + i * NEXT), ==,
                       MGR_BLOCK_NEVER);
      g_assert_cmpint (mgr_block_slot_get_fate (&chunk->slots[1], idle + i * NEXT), ==,
                       MGR_BLOCK_NEVER);
    }
  g_assert_cmpuint (chunk->slots[0].id, >=, busy + 100 * NEXT);
  g_assert_cmpuint (chunk->slots[1].id, >=, busy + 100 * NEXT);
  mgr_block_table_return (chunk);
}

/* Better a few bytes lost in years than an id that is used twice. */
static void
test_ids_are_used_up (void)
{
  int owner;
  gpointer found = NULL;
  MgrBlockChunk *chunk = mgr_block_table_adopt (&owner);
  MgrBlockChunk *other;
  guint64 last;

  chunk->slots[3].id += (G_GUINT64_CONSTANT (1) << ID_BITS) - 2 * NEXT
                        - (chunk->slots[3].id & ~(NEXT - 1));
  g_assert_true (mgr_block_slot_retire (&chunk->slots[3], FALSE));
  last = chunk->slots[3].id;
  g_assert_true (mgr_block_table_find (last, &found) == &chunk->slots[3]);
  g_assert_false (mgr_block_slot_retire (&chunk->slots[3], FALSE));
  g_assert_cmpint (mgr_block_slot_get_fate (&chunk->slots[3], last), ==, MGR_BLOCK_FREED);

  /* Nobody gets it any more. */
  mgr_block_table_return (chunk);
  other = mgr_block_table_adopt (&owner);
  g_assert_true (other != chunk);
  mgr_block_table_return (other);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pool/block-table/finds-by-id", test_finds_by_id);
  g_test_add_func ("/pool/block-table/no-such-id", test_no_such_id);
  g_test_add_func ("/pool/block-table/fate", test_fate);
  g_test_add_func ("/pool/block-table/fate-long-ago", test_fate_long_ago);
  g_test_add_func ("/pool/block-table/next-owner", test_next_owner);
  g_test_add_func ("/pool/block-table/ids-are-used-up", test_ids_are_used_up);

  return g_test_run ();
}
