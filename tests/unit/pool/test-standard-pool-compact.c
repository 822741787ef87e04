/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "standard-pool-fixture.h"

#define BLOCKS 64

/* A pool of blocks of which every other one is free. */
static void
make_holes (Fixture              *fixture,
            MgrStandardPoolFlags  flags,
            guint64              *ids)
{
  fixture_start (fixture, 10 * MIB, BLOCKS * KIB, flags);
  for (guint i = 0; i < BLOCKS; i++)
    ids[i] = take_block (fixture->pool, KIB, 5);
  for (guint i = 0; i < BLOCKS; i += 2)
    free_block (fixture->pool, ids[i]);
}

static void
mark (MgrStandardPool *pool,
      guint64          id)
{
  g_autofree guint64 *words = g_new (guint64, KIB / sizeof (guint64));

  for (guint i = 0; i < KIB / sizeof (guint64); i++)
    words[i] = id + i;
  g_assert_true (mgr_standard_pool_write (pool, id, 0, (const guint8 *) words, KIB, NULL));
}

static void
assert_marked (MgrStandardPool *pool,
               guint64          id)
{
  g_autoptr (GBytes) bytes = mgr_standard_pool_read (pool, id, 0, KIB, NULL);
  const guint64 *words = g_bytes_get_data (bytes, NULL);

  for (guint i = 0; i < KIB / sizeof (guint64); i++)
    g_assert_cmpuint (words[i], ==, id + i);
}

static double
fragmentation (Fixture *fixture)
{
  return mgr_pool_get_fragmentation (MGR_POOL (fixture->pool));
}

static void
test_joins_what_is_free (void)
{
  g_auto (Fixture) fixture = { 0 };
  guint64 ids[BLOCKS];

  make_holes (&fixture, MGR_STANDARD_POOL_FLAGS_NONE, ids);
  for (guint i = 1; i < BLOCKS; i += 2)
    mark (fixture.pool, ids[i]);
  g_assert_cmpfloat (fragmentation (&fixture), >, 0.9);
  g_free (refuse_block (fixture.pool, 2 * KIB, 1, 5, MGR_ERROR_NO_BUDGET));

  g_assert_false (mgr_standard_pool_compact (fixture.pool, -1));
  g_assert_cmpfloat (fragmentation (&fixture), ==, 0);
  for (guint i = 1; i < BLOCKS; i += 2)
    assert_marked (fixture.pool, ids[i]);
  take_block (fixture.pool, BLOCKS / 2 * KIB, 5);
}

typedef struct
{
  GHashTable *offsets; /* (element-type guint64 guint64), of blocks by their ids */
  guint n_moves;
} Follower;

static void
moved_cb (MgrStandardPool *pool,
          guint64          id,
          guint64          old_offset,
          guint64          new_offset,
          Follower        *follower)
{
  guint64 *offset = g_hash_table_lookup (follower->offsets, &id);

  g_assert_nonnull (offset);
  g_assert_cmpuint (*offset, ==, old_offset);
  g_assert_cmpuint (new_offset, <, old_offset);
  *offset = new_offset;
  follower->n_moves++;
}

static void
follow (Follower        *follower,
        MgrStandardPool *pool)
{
  g_autoptr (GPtrArray) blocks = mgr_standard_pool_list_blocks (pool, NULL, 0, 0);

  follower->offsets = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, g_free);
  for (guint i = 0; i < blocks->len; i++)
    {
      guint64 id = mgr_block_get_id (g_ptr_array_index (blocks, i));
      guint64 offset = mgr_block_get_offset (g_ptr_array_index (blocks, i));

      g_hash_table_insert (follower->offsets, g_memdup2 (&id, sizeof id),
                           g_memdup2 (&offset, sizeof offset));
    }
  g_signal_connect (pool, "block-moved", G_CALLBACK (moved_cb), follower);
}

/* Who follows the signal knows where each block lies. */
static void
assert_followed (Follower        *follower,
                 MgrStandardPool *pool)
{
  g_autoptr (GPtrArray) blocks = mgr_standard_pool_list_blocks (pool, NULL, 0, 0);

  for (guint i = 0; i < blocks->len; i++)
    {
      MgrBlock *block = g_ptr_array_index (blocks, i);
      guint64 id = mgr_block_get_id (block);
      guint64 *offset = g_hash_table_lookup (follower->offsets, &id);

      g_assert_nonnull (offset);
      g_assert_cmpuint (*offset, ==, mgr_block_get_offset (block));
    }
}

static void
test_tells_of_moves (void)
{
  g_auto (Fixture) fixture = { 0 };
  Follower follower = { 0 };
  guint64 ids[BLOCKS];

  make_holes (&fixture, MGR_STANDARD_POOL_FLAGS_NONE, ids);
  follow (&follower, fixture.pool);
  mgr_standard_pool_compact (fixture.pool, -1);
  g_assert_cmpuint (follower.n_moves, >=, BLOCKS / 4);
  assert_followed (&follower, fixture.pool);
  g_hash_table_unref (follower.offsets);
}

static gpointer
compact_cb (gpointer user_data)
{
  mgr_standard_pool_compact (user_data, -1);
  return NULL;
}

static void
test_tells_the_owner (void)
{
  g_auto (Fixture) fixture = { 0 };
  Follower follower = { 0 };
  guint64 ids[BLOCKS];

  make_holes (&fixture, MGR_STANDARD_POOL_FLAGS_NONE, ids);
  follow (&follower, fixture.pool);
  g_thread_join (g_thread_new ("compacts", compact_cb, fixture.pool));
  g_assert_cmpfloat (fragmentation (&fixture), ==, 0);
  g_assert_cmpuint (follower.n_moves, ==, 0);
  mgr_test_settle ();
  assert_followed (&follower, fixture.pool);
  g_hash_table_unref (follower.offsets);
}

static void
test_pinned_stay (void)
{
  g_auto (Fixture) fixture = { 0 };
  guint64 ids[BLOCKS];
  guint64 offset;

  make_holes (&fixture, MGR_STANDARD_POOL_FLAGS_NONE, ids);
  offset = block_offset (fixture.pool, ids[31]);
  g_assert_true (mgr_standard_pool_pin (fixture.pool, ids[31], NULL));
  g_assert_false (mgr_standard_pool_compact (fixture.pool, -1));
  g_assert_cmpuint (block_offset (fixture.pool, ids[31]), ==, offset);
  /* It lies amid the others, in the half that is full now. */
  g_assert_cmpfloat (fragmentation (&fixture), ==, 0);

  g_assert_true (mgr_standard_pool_unpin (fixture.pool, ids[31], NULL));
  g_assert_true (mgr_standard_pool_pin (fixture.pool, ids[1], NULL));
  for (guint i = 3; i < BLOCKS; i += 2)
    free_block (fixture.pool, ids[i]);
  g_assert_false (mgr_standard_pool_compact (fixture.pool, -1));
  g_assert_true (mgr_standard_pool_unpin (fixture.pool, ids[1], NULL));
}

/* A block keeps its alignment wherever it is moved. */
static void
test_alignment_is_kept (void)
{
  g_auto (Fixture) fixture = { 0 };
  guint64 ids[BLOCKS];
  guint64 first;

  fixture_start (&fixture, 10 * MIB, MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  first = take_block (fixture.pool, 10 * KIB, 5);
  for (guint i = 0; i < BLOCKS; i++)
    {
      ids[i] = mgr_standard_pool_allocate_aligned (fixture.pool, 100 + 64 * i,
                                                   (guint64) 1 << (i % 13), NULL, 5, NULL, NULL);
      g_assert_cmpuint (ids[i], !=, 0);
    }
  free_block (fixture.pool, first);
  for (guint i = 0; i < BLOCKS; i += 3)
    free_block (fixture.pool, ids[i]);
  mgr_standard_pool_compact (fixture.pool, -1);
  for (guint i = 0; i < BLOCKS; i++)
    {
      if (i % 3 != 0)
        g_assert_cmpuint (block_offset (fixture.pool, ids[i]) % ((guint64) 1 << (i % 13)), ==, 0);
    }
}

static void
test_goes_on_in_steps (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autofree guint64 *ids = g_new (guint64, 4096);
  guint steps = 1;

  fixture_start (&fixture, 100 * MIB, 16 * MIB, MGR_STANDARD_POOL_FLAGS_NONE);
  for (guint i = 0; i < 4096; i++)
    ids[i] = take_block (fixture.pool, 4 * KIB, 5);
  for (guint i = 0; i < 4096; i += 2)
    free_block (fixture.pool, ids[i]);

  while (mgr_standard_pool_compact (fixture.pool, 0))
    steps++;
  /* 4 MiB have to be moved at least. */
  g_assert_cmpuint (steps, >=, 16);
  g_assert_cmpfloat (fragmentation (&fixture), <=, 0.01);
}

static void
test_makes_room_by_itself (void)
{
  g_auto (Fixture) fixture = { 0 };
  guint64 ids[BLOCKS];

  make_holes (&fixture, MGR_STANDARD_POOL_FLAGS_COMPACT, ids);
  for (guint i = 1; i < BLOCKS; i += 2)
    mark (fixture.pool, ids[i]);
  take_block (fixture.pool, BLOCKS / 4 * KIB, 5);
  take_block (fixture.pool, BLOCKS / 4 * KIB, 5);
  g_assert_cmpuint (mgr_pool_get_available (MGR_POOL (fixture.pool)), ==, 0);
  for (guint i = 1; i < BLOCKS; i += 2)
    assert_marked (fixture.pool, ids[i]);
}

/* Rather than to evict anybody. */
static void
test_moves_before_it_evicts (void)
{
  g_auto (Fixture) fixture = { 0 };
  guint64 ids[BLOCKS];

  make_holes (&fixture, MGR_STANDARD_POOL_FLAGS_COMPACT | MGR_STANDARD_POOL_FLAGS_EVICT, ids);
  take_block (fixture.pool, BLOCKS / 2 * KIB, 5);
  for (guint i = 1; i < BLOCKS; i += 2)
    g_assert_true (has_block (fixture.pool, ids[i]));
  take_block (fixture.pool, KIB, 5);
  g_assert_false (has_block (fixture.pool, ids[1]));
}

static void
test_while_idle (void)
{
  g_auto (Fixture) fixture = { 0 };
  guint64 ids[BLOCKS];

  make_holes (&fixture, MGR_STANDARD_POOL_FLAGS_COMPACT, ids);
  g_assert_cmpfloat (fragmentation (&fixture), >, 0.9);
  mgr_test_settle ();
  g_assert_cmpfloat (fragmentation (&fixture), <=, 0.05);

  /* Where pins are in the way it rests, and does not try for ever. */
  for (guint i = 1; i < BLOCKS; i += 4)
    free_block (fixture.pool, ids[i]);
  for (guint i = 3; i < BLOCKS; i += 4)
    g_assert_true (mgr_standard_pool_pin (fixture.pool, ids[i], NULL));
  free_block (fixture.pool, take_block (fixture.pool, KIB, 5));
  mgr_test_settle ();
  for (guint i = 3; i < BLOCKS; i += 4)
    g_assert_true (mgr_standard_pool_unpin (fixture.pool, ids[i], NULL));
}

static void
test_pool_goes_before_it_is_idle (void)
{
  g_auto (Fixture) fixture = { 0 };
  guint64 ids[BLOCKS];

  make_holes (&fixture, MGR_STANDARD_POOL_FLAGS_COMPACT, ids);
  g_assert_finalize_object (fixture.pool);
  mgr_test_settle ();
  fixture.pool = make_pool (&fixture, MIB, MGR_STANDARD_POOL_FLAGS_NONE, NULL);
}

/* What a virtual pool deals out: bytes of a file, say, that the handler copies. */
typedef struct
{
  guint8 bytes[BLOCKS * 16];
  guint n_moves;
} Device;

static void
copy_cb (MgrStandardPool *pool,
         guint64          id,
         guint64          old_offset,
         guint64          new_offset,
         Device          *device)
{
  g_autoptr (GError) error = NULL;
  guint64 size;
  g_autoptr (MgrBlock) block = mgr_standard_pool_lookup (pool, id, NULL);

  size = mgr_block_get_size (block);
  g_assert_cmpuint (mgr_block_get_offset (block), ==, old_offset);
  memmove (device->bytes + new_offset, device->bytes + old_offset, size);
  device->n_moves++;

  /* In the middle of a move the block is neither here nor there. */
  g_assert_false (mgr_standard_pool_pin (pool, id, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_BUSY);
  g_clear_error (&error);
  g_assert_false (mgr_standard_pool_free (pool, id, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_BUSY);
  g_assert_false (mgr_standard_pool_compact (pool, -1));
}

static void
test_virtual (void)
{
  g_auto (Fixture) fixture = { 0 };
  g_autofree Device *device = g_new0 (Device, 1);
  guint64 ids[BLOCKS];

  fixture_start (&fixture, 10000, sizeof device->bytes, MGR_STANDARD_POOL_FLAGS_VIRTUAL);
  for (guint i = 0; i < BLOCKS; i++)
    {
      ids[i] = take_block (fixture.pool, 8 + i % 9, 5);
      memset (device->bytes + block_offset (fixture.pool, ids[i]), (int) i + 1, 8 + i % 9);
    }
  for (guint i = 0; i < BLOCKS; i += 3)
    free_block (fixture.pool, ids[i]);

  /* Without anybody to copy nothing is moved, nor by a thread that is not the owner. */
  g_assert_false (mgr_standard_pool_compact (fixture.pool, -1));
  g_assert_cmpfloat (fragmentation (&fixture), >, 0.2);
  g_signal_connect (fixture.pool, "block-moved", G_CALLBACK (copy_cb), device);
  g_thread_join (g_thread_new ("compacts", compact_cb, fixture.pool));
  g_assert_cmpuint (device->n_moves, ==, 0);

  g_assert_false (mgr_standard_pool_compact (fixture.pool, -1));
  g_assert_cmpuint (device->n_moves, >, 0);
  g_assert_cmpfloat (fragmentation (&fixture), <=, 0.01);
  for (guint i = 0; i < BLOCKS; i++)
    {
      guint64 offset;

      if (i % 3 == 0)
        continue;
      offset = block_offset (fixture.pool, ids[i]);
      for (guint k = 0; k < 8 + i % 9; k++)
        g_assert_cmpuint (device->bytes[offset + k], ==, i + 1);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pool/standard/compact/joins-what-is-free", test_joins_what_is_free);
  g_test_add_func ("/pool/standard/compact/tells-of-moves", test_tells_of_moves);
  g_test_add_func ("/pool/standard/compact/tells-the-owner", test_tells_the_owner);
  g_test_add_func ("/pool/standard/compact/pinned-stay", test_pinned_stay);
  g_test_add_func ("/pool/standard/compact/alignment-is-kept", test_alignment_is_kept);
  g_test_add_func ("/pool/standard/compact/goes-on-in-steps", test_goes_on_in_steps);
  g_test_add_func ("/pool/standard/compact/makes-room-by-itself", test_makes_room_by_itself);
  g_test_add_func ("/pool/standard/compact/moves-before-it-evicts", test_moves_before_it_evicts);
  g_test_add_func ("/pool/standard/compact/while-idle", test_while_idle);
  g_test_add_func ("/pool/standard/compact/pool-goes-before-it-is-idle",
                   test_pool_goes_before_it_is_idle);
  g_test_add_func ("/pool/standard/compact/virtual", test_virtual);

  return g_test_run ();
}
