/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mgr-offset-model.h"

#include "pool/mgr-offset-allocator-private.h"

#define UNIT 64
#define RUNS 200
#define STEPS 400

static MgrOffsetBlock
take (MgrOffsetAllocator *allocator,
      guint64             size)
{
  MgrOffsetBlock block = mgr_offset_allocator_take (allocator, size, 1, allocator);

  g_assert_cmpuint (block, !=, 0);
  return block;
}

static void
assert_place (MgrOffsetAllocator *allocator,
              MgrOffsetBlock      block,
              guint64             offset,
              guint64             length)
{
  g_assert_cmpuint (mgr_offset_allocator_get_offset (allocator, block), ==, offset);
  g_assert_cmpuint (mgr_offset_allocator_get_length (allocator, block), ==, length);
}

static void
assert_free (MgrOffsetAllocator *allocator,
             guint64             all,
             guint64             largest)
{
  g_assert_true (mgr_offset_allocator_is_sound (allocator));
  g_assert_cmpuint (mgr_offset_allocator_get_free (allocator), ==, all);
  g_assert_cmpuint (mgr_offset_allocator_get_largest_free (allocator), ==, largest);
}

static void
test_sizes_are_rounded (void)
{
  g_autoptr (MgrOffsetAllocator) allocator = mgr_offset_allocator_new (10 * UNIT + 63, UNIT);

  g_assert_cmpuint (mgr_offset_allocator_get_size (allocator), ==, 10 * UNIT);
  g_assert_cmpuint (mgr_offset_allocator_get_unit (allocator), ==, UNIT);
  assert_place (allocator, take (allocator, 1), 0, UNIT);
  assert_place (allocator, take (allocator, UNIT), UNIT, UNIT);
  assert_place (allocator, take (allocator, UNIT + 1), 2 * UNIT, 2 * UNIT);
  assert_free (allocator, 6 * UNIT, 6 * UNIT);
  g_assert_cmpuint (mgr_offset_allocator_get_count (allocator), ==, 3);
}

static void
test_neighbours_merge (void)
{
  g_autoptr (MgrOffsetAllocator) allocator = mgr_offset_allocator_new (8 * UNIT, UNIT);
  MgrOffsetBlock blocks[4];

  for (guint i = 0; i < G_N_ELEMENTS (blocks); i++)
    blocks[i] = take (allocator, 2 * UNIT);
  assert_free (allocator, 0, 0);

  mgr_offset_allocator_give (allocator, blocks[0]);
  mgr_offset_allocator_give (allocator, blocks[2]);
  assert_free (allocator, 4 * UNIT, 2 * UNIT);
  mgr_offset_allocator_give (allocator, blocks[1]);
  assert_free (allocator, 6 * UNIT, 6 * UNIT);
  mgr_offset_allocator_give (allocator, blocks[3]);
  assert_free (allocator, 8 * UNIT, 8 * UNIT);
  g_assert_cmpuint (mgr_offset_allocator_get_first (allocator), ==,
                    mgr_offset_allocator_get_last (allocator));
}

static void
test_alignment (void)
{
  g_autoptr (MgrOffsetAllocator) allocator = mgr_offset_allocator_new (64 * UNIT, UNIT);
  MgrOffsetBlock aligned;

  take (allocator, UNIT);
  aligned = mgr_offset_allocator_take (allocator, UNIT, 16 * UNIT, allocator);
  assert_place (allocator, aligned, 16 * UNIT, UNIT);

  /* The gap before it is of use to others. */
  assert_place (allocator, take (allocator, 15 * UNIT), UNIT, 15 * UNIT);
  assert_free (allocator, 47 * UNIT, 47 * UNIT);
  g_assert_cmpuint (mgr_offset_allocator_take (allocator, UNIT, G_GUINT64_CONSTANT (1) << 63,
                                               allocator), ==, 0);
  assert_free (allocator, 47 * UNIT, 47 * UNIT);
}

/* Where the usual way, which asks for a little more than is needed, finds nothing. */
static void
test_last_room_is_found (void)
{
  g_autoptr (MgrOffsetAllocator) allocator = mgr_offset_allocator_new (1027 * UNIT, UNIT);
  MgrOffsetBlock all;

  all = take (allocator, 1027 * UNIT);
  mgr_offset_allocator_give (allocator, all);
  take (allocator, 1025 * UNIT);
  assert_free (allocator, 2 * UNIT, 2 * UNIT);
  g_assert_cmpuint (mgr_offset_allocator_take (allocator, 2 * UNIT, 2 * UNIT, allocator), ==, 0);
  assert_place (allocator, mgr_offset_allocator_take (allocator, UNIT, 2 * UNIT, allocator),
                1026 * UNIT, UNIT);
  assert_free (allocator, UNIT, UNIT);
}

static void
test_nothing_fits (void)
{
  g_autoptr (MgrOffsetAllocator) allocator = mgr_offset_allocator_new (4 * UNIT, UNIT);
  g_autoptr (MgrOffsetAllocator) empty = mgr_offset_allocator_new (UNIT - 1, UNIT);
  const guint64 sizes[] = { 0, 4 * UNIT + 1, G_MAXUINT64, G_MAXUINT64 - UNIT, G_MAXINT64 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    g_assert_cmpuint (mgr_offset_allocator_take (allocator, sizes[i], 1, allocator), ==, 0);
  assert_free (allocator, 4 * UNIT, 4 * UNIT);

  g_assert_cmpuint (mgr_offset_allocator_take (empty, 1, 1, empty), ==, 0);
  assert_free (empty, 0, 0);
}

static void
test_grows_and_shrinks (void)
{
  g_autoptr (MgrOffsetAllocator) allocator = mgr_offset_allocator_new (4 * UNIT, UNIT);
  MgrOffsetBlock low = take (allocator, UNIT);
  MgrOffsetBlock high = take (allocator, 3 * UNIT);

  g_assert_false (mgr_offset_allocator_resize (allocator, 3 * UNIT));
  assert_free (allocator, 0, 0);
  g_assert_true (mgr_offset_allocator_resize (allocator, 6 * UNIT));
  assert_free (allocator, 2 * UNIT, 2 * UNIT);

  mgr_offset_allocator_give (allocator, high);
  assert_free (allocator, 5 * UNIT, 5 * UNIT);
  g_assert_true (mgr_offset_allocator_resize (allocator, UNIT));
  assert_free (allocator, 0, 0);
  g_assert_false (mgr_offset_allocator_resize (allocator, 0));

  mgr_offset_allocator_give (allocator, low);
  g_assert_true (mgr_offset_allocator_resize (allocator, 0));
  assert_free (allocator, 0, 0);
}

static void
test_largest_spaces (void)
{
  const guint64 end = -(guint64) UNIT;
  g_autoptr (MgrOffsetAllocator) allocator = mgr_offset_allocator_new (G_MAXUINT64, UNIT);
  g_autoptr (MgrOffsetAllocator) bytes = mgr_offset_allocator_new (1, 1);

  assert_free (allocator, end, end);
  assert_place (allocator, take (allocator, end), 0, end);
  assert_free (allocator, 0, 0);

  g_assert_false (mgr_offset_allocator_resize (bytes, G_GUINT64_CONSTANT (1) << 58));
  assert_free (bytes, 1, 1);
}

static void
test_slides (void)
{
  g_autoptr (MgrOffsetAllocator) allocator = mgr_offset_allocator_new (10 * UNIT, UNIT);
  MgrOffsetBlock first = take (allocator, 2 * UNIT);
  MgrOffsetBlock second = take (allocator, 5 * UNIT);

  mgr_offset_allocator_give (allocator, first);
  g_assert_cmpuint (mgr_offset_allocator_slide (allocator, second, 1), ==, 0);
  assert_place (allocator, second, 0, 5 * UNIT);
  g_assert_true (mgr_offset_allocator_get_data (allocator, second) == allocator);
  assert_free (allocator, 5 * UNIT, 5 * UNIT);
}

static void
test_slides_aligned (void)
{
  g_autoptr (MgrOffsetAllocator) allocator = mgr_offset_allocator_new (16 * UNIT, UNIT);
  MgrOffsetBlock hole;
  MgrOffsetBlock block;

  take (allocator, UNIT);
  hole = take (allocator, 7 * UNIT);
  block = mgr_offset_allocator_take (allocator, 2 * UNIT, 4 * UNIT, allocator);
  mgr_offset_allocator_give (allocator, hole);

  g_assert_cmpuint (mgr_offset_allocator_slide (allocator, block, 4 * UNIT), ==, 4 * UNIT);
  assert_free (allocator, 13 * UNIT, 10 * UNIT);
  g_assert_cmpuint (mgr_offset_allocator_slide (allocator, block, 4 * UNIT), ==, 4 * UNIT);
  assert_free (allocator, 13 * UNIT, 10 * UNIT);
}

static void
test_takes_at (void)
{
  g_autoptr (MgrOffsetAllocator) allocator = mgr_offset_allocator_new (20 * UNIT, UNIT);
  MgrOffsetBlock first = take (allocator, 10 * UNIT);
  MgrOffsetBlock last;

  take (allocator, UNIT);
  mgr_offset_allocator_give (allocator, first);
  mgr_offset_allocator_take_at (allocator, first, 3 * UNIT, 2 * UNIT, allocator);
  assert_place (allocator, first, 3 * UNIT, 2 * UNIT);
  assert_free (allocator, 17 * UNIT, 9 * UNIT);

  last = mgr_offset_allocator_get_last (allocator);
  mgr_offset_allocator_take_at (allocator, last, 11 * UNIT, 9 * UNIT, allocator);
  assert_place (allocator, last, 11 * UNIT, 9 * UNIT);
  assert_free (allocator, 8 * UNIT, 5 * UNIT);
}

static void
test_claims (void)
{
  g_autoptr (MgrOffsetAllocator) allocator = mgr_offset_allocator_new (10 * UNIT, UNIT);
  MgrOffsetBlock first = take (allocator, 3 * UNIT);
  MgrOffsetBlock hole;

  take (allocator, UNIT);
  mgr_offset_allocator_give (allocator, first);
  hole = mgr_offset_allocator_get_first (allocator);
  g_assert_true (mgr_offset_allocator_is_hole (allocator, hole));
  g_assert_null (mgr_offset_allocator_get_data (allocator, hole));

  mgr_offset_allocator_claim (allocator, hole, allocator);
  assert_place (allocator, hole, 0, 3 * UNIT);
  assert_free (allocator, 6 * UNIT, 6 * UNIT);
  mgr_offset_allocator_give (allocator, hole);
  assert_free (allocator, 9 * UNIT, 6 * UNIT);
}

static void
test_histogram (void)
{
  g_autoptr (MgrOffsetAllocator) allocator = mgr_offset_allocator_new (16 * UNIT, UNIT);
  MgrOffsetBlock single = take (allocator, UNIT);
  MgrOffsetBlock triple;
  guint bins[MGR_OFFSET_BINS];

  take (allocator, UNIT);
  triple = take (allocator, 3 * UNIT);
  take (allocator, UNIT);
  mgr_offset_allocator_give (allocator, single);
  mgr_offset_allocator_give (allocator, triple);

  mgr_offset_allocator_get_histogram (allocator, bins);
  for (guint i = 0; i < MGR_OFFSET_BINS; i++)
    {
      /* Holes of 1, 3 and 10 times 64 bytes. */
      guint expected = i == 6 || i == 7 || i == 9;

      g_assert_cmpuint (bins[i], ==, expected);
    }
}

static guint32
first_seed (void)
{
  const char *text = g_getenv ("MGR_TEST_SEED");

  return text != NULL ? (guint32) g_ascii_strtoull (text, NULL, 10) : 1;
}

static void
test_against_model (void)
{
  MgrOffsetModelCounts counts = { 0 };

  for (guint run = 0; run < RUNS; run++)
    {
      guint32 seed = first_seed () + run;
      g_autoptr (GRand) random = g_rand_new_with_seed (seed);
      guint8 data[4 * STEPS];

      g_test_message ("seed %u", seed);
      for (gsize i = 0; i < sizeof data; i++)
        data[i] = (guint8) g_rand_int_range (random, 0, 256);
      mgr_offset_model_run (data, sizeof data, &counts);
    }

  g_test_message ("%u taken, %u refused, %u given, %u resized, %u slid, %u claimed", counts.taken,
                  counts.refused, counts.given, counts.resized, counts.slid, counts.claimed);
  g_assert_cmpuint (counts.taken, >, RUNS * STEPS / 10);
  g_assert_cmpuint (counts.refused, >, RUNS);
  g_assert_cmpuint (counts.given, >, RUNS * STEPS / 10);
  g_assert_cmpuint (counts.resized, >, RUNS);
  g_assert_cmpuint (counts.slid, >, RUNS);
  g_assert_cmpuint (counts.claimed, >, RUNS);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pool/offset-allocator/sizes-are-rounded", test_sizes_are_rounded);
  g_test_add_func ("/pool/offset-allocator/neighbours-merge", test_neighbours_merge);
  g_test_add_func ("/pool/offset-allocator/alignment", test_alignment);
  g_test_add_func ("/pool/offset-allocator/last-room-is-found", test_last_room_is_found);
  g_test_add_func ("/pool/offset-allocator/nothing-fits", test_nothing_fits);
  g_test_add_func ("/pool/offset-allocator/grows-and-shrinks", test_grows_and_shrinks);
  g_test_add_func ("/pool/offset-allocator/largest-spaces", test_largest_spaces);
  g_test_add_func ("/pool/offset-allocator/slides", test_slides);
  g_test_add_func ("/pool/offset-allocator/slides-aligned", test_slides_aligned);
  g_test_add_func ("/pool/offset-allocator/takes-at", test_takes_at);
  g_test_add_func ("/pool/offset-allocator/claims", test_claims);
  g_test_add_func ("/pool/offset-allocator/histogram", test_histogram);
  g_test_add_func ("/pool/offset-allocator/against-model", test_against_model);

  return g_test_run ();
}
