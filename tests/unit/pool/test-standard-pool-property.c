/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Random requests, releases, pins, compactions, evictions and changes of size, beside a
 * list of what must be there. */

#include "standard-pool-fixture.h"

#define WORLDS 24
#define STEPS 5000
#define HELD_MAX 300
#define LARGEST (16 * KIB)

typedef struct
{
  guint64 id;
  guint64 size;
  guint64 alignment;
  guint priority;
  guint pins;
} Held;

typedef struct
{
  GRand *random;
  Fixture fixture;
  MgrStandardPool *pool; /* (unowned) */
  gboolean is_virtual;
  Held held[HELD_MAX];
  guint n_held;
  guint64 used;
  guint64 peak;
  guint64 total;
  guint64 refused;
  guint64 evicted;
  guint moved;
} World;

static guint
pick (World *world,
      guint  end)
{
  return (guint) g_rand_int_range (world->random, 0, (gint32) end);
}

/* What each block holds: words that follow from its id. */
static void
write_words (World *world,
             Held  *held)
{
  g_autofree guint64 *words = NULL;

  if (world->is_virtual)
    return;

  words = g_malloc (held->size);
  for (guint64 i = 0; i < held->size / 8; i++)
    words[i] = held->id * 31 + i;
  g_assert_true (mgr_standard_pool_write (world->pool, held->id, 0, (const guint8 *) words,
                                          held->size, NULL));
}

static void
check_words (World *world,
             Held  *held)
{
  g_autoptr (GBytes) bytes = NULL;
  const guint64 *words;

  if (world->is_virtual)
    return;

  bytes = mgr_standard_pool_read (world->pool, held->id, 0, held->size, NULL);
  words = g_bytes_get_data (bytes, NULL);
  for (guint64 i = 0; i < held->size / 8; i++)
    g_assert_cmpuint (words[i], ==, held->id * 31 + i);
}

static void
world_forget (World *world,
              guint  index)
{
  world->used -= world->held[index].size;
  world->held[index] = world->held[--world->n_held];
}

/* What has gone since is what may have gone for a request of @priority. */
static void
world_find_evicted (World *world,
                    guint  priority)
{
  for (guint i = world->n_held; i-- > 0;)
    {
      if (has_block (world->pool, world->held[i].id))
        continue;
      g_assert_cmpuint (world->held[i].pins, ==, 0);
      g_assert_cmpuint (world->held[i].priority, <=, priority);
      world_forget (world, i);
      world->evicted++;
    }
}

static void
step_allocate (World *world)
{
  guint64 size = 1 + pick (world, pick (world, 4) == 0 ? LARGEST : KIB);
  guint priority = 1 + pick (world, 10);
  guint64 alignment = pick (world, 4) == 0 ? (guint64) 1 << pick (world, 13) : 1;
  guint64 unit = world->is_virtual ? 1 : 64;
  guint64 id;
  Held *held;

  if (world->n_held == HELD_MAX)
    return;

  id = mgr_standard_pool_allocate_aligned (world->pool, size, alignment, NULL, priority, NULL,
                                           NULL);
  world_find_evicted (world, priority);
  if (id == 0)
    {
      world->refused++;
      return;
    }

  held = &world->held[world->n_held++];
  *held = (Held) { id, (size + unit - 1) / unit * unit, alignment, priority, 0 };
  world->used += held->size;
  world->peak = MAX (world->peak, world->used);
  world->total++;
  write_words (world, held);
}

static void
step_free (World *world)
{
  guint index = pick (world, world->n_held);
  Held *held = &world->held[index];
  gboolean freed;

  check_words (world, held);
  freed = mgr_standard_pool_free (world->pool, held->id, NULL);
  g_assert_true (freed == (held->pins == 0));
  if (freed)
    world_forget (world, index);
}

static void
step_pin (World *world)
{
  Held *held = &world->held[pick (world, world->n_held)];

  if (held->pins > 0 && pick (world, 3) > 0)
    {
      g_assert_true (mgr_standard_pool_unpin (world->pool, held->id, NULL));
      held->pins--;
      return;
    }

  /* Not so many that there is nothing left to move. */
  if (pick (world, 4) == 0)
    {
      g_assert_true (mgr_standard_pool_pin (world->pool, held->id, NULL));
      held->pins++;
    }
}

static void
step_resize (World *world)
{
  guint64 capacity = (64 + pick (world, 512)) * KIB;
  gboolean done = mgr_pool_set_capacity (MGR_POOL (world->pool), capacity, NULL);

  if (done)
    g_assert_cmpuint (mgr_pool_get_capacity (MGR_POOL (world->pool)), ==, capacity);
  if (world->used > capacity)
    g_assert_false (done);
}

static void
world_step (World *world)
{
  guint what = pick (world, 100);

  if (what < 55 || world->n_held == 0)
    step_allocate (world);
  else if (what < 80)
    step_free (world);
  else if (what < 90)
    step_pin (world);
  else if (what < 93)
    g_assert_true (mgr_standard_pool_touch (world->pool,
                                            world->held[pick (world, world->n_held)].id, NULL));
  else if (what < 95)
    mgr_standard_pool_compact (world->pool, pick (world, 50) - 1);
  else if (what < 97)
    mgr_pool_trim (MGR_POOL (world->pool), pick (world, MIB));
  else if (what < 98)
    step_resize (world);
  else
    mgr_test_settle ();
}

/* No two blocks share a byte, each is as it should be, and all figures are exact. */
static void
world_compare (World *world)
{
  g_autoptr (GPtrArray) blocks = mgr_standard_pool_list_blocks (world->pool, NULL, 0, 0);
  g_autoptr (MgrPoolStatistics) statistics = mgr_pool_get_statistics (MGR_POOL (world->pool));
  guint64 end = 0;

  g_assert_cmpuint (blocks->len, ==, world->n_held);
  for (guint i = 0; i < blocks->len; i++)
    {
      MgrBlock *block = g_ptr_array_index (blocks, i);

      g_assert_cmpuint (mgr_block_get_offset (block), >=, end);
      end = mgr_block_get_offset (block) + mgr_block_get_size (block);
    }
  g_assert_cmpuint (end, <=, mgr_pool_get_capacity (MGR_POOL (world->pool)));
  for (guint i = 0; i < world->n_held; i++)
    {
      g_autoptr (MgrBlock) block = mgr_standard_pool_lookup (world->pool, world->held[i].id, NULL);

      g_assert_cmpuint (mgr_block_get_size (block), ==, world->held[i].size);
      g_assert_cmpuint (mgr_block_get_offset (block) % world->held[i].alignment, ==, 0);
      g_assert_true (mgr_block_get_pinned (block) == (world->held[i].pins > 0));
      check_words (world, &world->held[i]);
    }

  g_assert_cmpuint (mgr_pool_statistics_get_used (statistics), ==, world->used);
  g_assert_cmpuint (mgr_pool_statistics_get_peak (statistics), ==, world->peak);
  g_assert_cmpuint (mgr_pool_statistics_get_allocation_count (statistics), ==, world->n_held);
  g_assert_cmpuint (mgr_pool_statistics_get_total_count (statistics), ==, world->total);
  g_assert_cmpuint (mgr_pool_statistics_get_refused_count (statistics), ==, world->refused);
  g_assert_cmpuint (mgr_pool_statistics_get_evicted_count (statistics), ==, world->evicted);
  g_assert_cmpuint (mgr_component_get_used (world->fixture.component), ==,
                    mgr_pool_statistics_get_charged (statistics));
  if (world->is_virtual)
    g_assert_cmpuint (mgr_pool_statistics_get_charged (statistics), ==, world->used);
}

static void
moved_cb (MgrStandardPool *pool,
          guint64          id,
          guint64          old_offset,
          guint64          new_offset,
          World           *world)
{
  g_assert_cmpuint (new_offset, <, old_offset);
  world->moved++;
}

static gboolean
keep_cb (MgrStandardPool *pool,
         MgrBlock        *block,
         World           *world)
{
  g_assert_false (mgr_block_get_pinned (block));
  return mgr_block_get_id (block) % 5 == 0;
}

static guint32
first_seed (void)
{
  const char *text = g_getenv ("MGR_TEST_SEED");

  return text != NULL ? (guint32) g_ascii_strtoull (text, NULL, 10) : 1;
}

static void
play (MgrStandardPoolFlags  flags,
      guint32               seed,
      World                *world)
{
  *world = (World) { .random = g_rand_new_with_seed (seed) };
  /* Of every other world the budget is in the way too. */
  fixture_start (&world->fixture, seed % 2 == 0 ? 640 * KIB : 10 * MIB, 512 * KIB, flags);
  world->pool = world->fixture.pool;
  world->is_virtual = (flags & MGR_STANDARD_POOL_FLAGS_VIRTUAL) != 0;
  g_signal_connect (world->pool, "block-moved", G_CALLBACK (moved_cb), world);
  if (seed % 3 == 0)
    g_signal_connect (world->pool, "evict", G_CALLBACK (keep_cb), world);

  for (guint step = 0; step < STEPS; step++)
    {
      world_step (world);
      if (step % 29 == 0)
        world_compare (world);
    }

  world_compare (world);
  fixture_clear (&world->fixture);
  g_rand_free (world->random);
}

static void
test_against_list (void)
{
  g_autofree World *world = g_new0 (World, 1);
  guint64 refused = 0;
  guint64 evicted = 0;
  guint moved = 0;

  for (guint i = 0; i < WORLDS; i++)
    {
      guint32 seed = first_seed () + i;

      /* All flags in all ways, but for huge pages. */
      g_test_message ("seed %u", seed);
      play ((MgrStandardPoolFlags) (i % 2) * MGR_STANDARD_POOL_FLAGS_VIRTUAL
            | (MgrStandardPoolFlags) (i / 2 % 2) * MGR_STANDARD_POOL_FLAGS_EVICT
            | (MgrStandardPoolFlags) (i / 4 % 2) * MGR_STANDARD_POOL_FLAGS_COMPACT, seed, world);
      refused += world->refused;
      evicted += world->evicted;
      moved += world->moved;
    }

  g_test_message ("%" G_GUINT64_FORMAT " refused, %" G_GUINT64_FORMAT " evicted, %u moved",
                  refused, evicted, moved);
  g_assert_cmpuint (refused, >, WORLDS * 10);
  g_assert_cmpuint (evicted, >, WORLDS * 10);
  g_assert_cmpuint (moved, >, WORLDS * 10);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pool/standard/property/against-list", test_against_list);

  return g_test_run ();
}
