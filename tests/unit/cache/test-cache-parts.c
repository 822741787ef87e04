/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "cache/mgr-cache-holder-private.h"
#include "cache/mgr-cache-index-private.h"
#include "cache/mgr-cache-key-private.h"
#include "cache/mgr-cache-lock-private.h"
#include "cache/mgr-cache-memory-private.h"
#include "cache/mgr-cache-nodes-private.h"
#include "cache/mgr-cache-sketch-private.h"

#include <string.h>

static void
test_nodes_never_move (void)
{
  g_autofree MgrCacheNode **places = g_new (MgrCacheNode *, 20001);
  MgrCacheNodes nodes;

  mgr_cache_nodes_init (&nodes, 100);
  for (guint32 i = 1; i <= 20000; i++)
    {
      guint32 id = mgr_cache_nodes_take (&nodes);

      g_assert_cmpuint (id, ==, i);
      places[id] = mgr_cache_nodes_get (&nodes, id);
      places[id]->hash = id;
    }
  for (guint32 id = 1; id <= 20000; id++)
    {
      g_assert_true (mgr_cache_nodes_get (&nodes, id) == places[id]);
      g_assert_cmpuint (places[id]->hash, ==, id);
    }

  mgr_cache_nodes_clear (&nodes);
}

static void
test_nodes_are_used_again (void)
{
  MgrCacheNodes nodes;
  guint32 first, second;

  mgr_cache_nodes_init (&nodes, 0);
  first = mgr_cache_nodes_take (&nodes);
  second = mgr_cache_nodes_take (&nodes);
  mgr_cache_nodes_get (&nodes, first)->stamp = 7;
  mgr_cache_nodes_get (&nodes, first)->queue = MGR_CACHE_QUEUE_WINDOW;
  mgr_cache_nodes_put (&nodes, first, mgr_cache_nodes_get (&nodes, first));
  mgr_cache_nodes_put (&nodes, second, mgr_cache_nodes_get (&nodes, second));

  g_assert_cmpuint (mgr_cache_nodes_take (&nodes), ==, second);
  g_assert_cmpuint (mgr_cache_nodes_take (&nodes), ==, first);
  g_assert_cmpuint (mgr_cache_nodes_get (&nodes, first)->chain, ==, 0);
  g_assert_cmpuint (mgr_cache_nodes_get (&nodes, first)->stamp, ==, 0);
  g_assert_cmpuint (mgr_cache_nodes_get (&nodes, first)->queue, ==, MGR_CACHE_QUEUE_NONE);
  g_assert_cmpuint (mgr_cache_nodes_take (&nodes), ==, 3);

  mgr_cache_nodes_clear (&nodes);
}

static void
test_nodes_are_released (void)
{
  MgrCacheNodes nodes;

  mgr_cache_nodes_init (&nodes, 0);
  for (guint i = 0; i < 50000; i++)
    mgr_cache_nodes_get (&nodes, mgr_cache_nodes_take (&nodes))->queue = MGR_CACHE_QUEUE_HEAP;

  mgr_cache_nodes_release (&nodes, 3);
  g_assert_cmpuint (mgr_cache_nodes_get (&nodes, 2)->queue, ==, MGR_CACHE_QUEUE_HEAP);
  for (guint32 id = 3; id <= 50000; id++)
    g_assert_cmpuint (mgr_cache_nodes_get (&nodes, id)->queue, ==, MGR_CACHE_QUEUE_NONE);
  g_assert_cmpuint (mgr_cache_nodes_take (&nodes), ==, 3);

  mgr_cache_nodes_clear (&nodes);
}

static void
test_node_weights (void)
{
  static const guint64 weights[] = { 1, G_MAXUINT32, G_GUINT64_CONSTANT (1) << 32, MGR_CACHE_MAX_WEIGHT };
  MgrCacheNode node = { .stamp = 9, .queue = 3 };

  for (gsize i = 0; i < G_N_ELEMENTS (weights); i++)
    {
      mgr_cache_node_set_weight (&node, weights[i]);
      g_assert_cmpuint (mgr_cache_node_get_weight (&node), ==, weights[i]);
    }
  g_assert_cmpuint (node.stamp, ==, 9);
  g_assert_cmpuint (node.queue, ==, 3);
}

static gboolean
index_has (const MgrCacheIndex *index,
           const MgrCacheNodes *nodes,
           guint32              wanted)
{
  guint32 id = mgr_cache_index_first (index, mgr_cache_nodes_get (nodes, wanted)->hash);

  while (id != 0 && id != wanted)
    id = mgr_cache_nodes_get (nodes, id)->chain;

  return id == wanted;
}

/* Each hash belongs to ten nodes, so chains are long and all collide. */
static void
test_index_with_collisions (void)
{
  MgrCacheNodes nodes;
  MgrCacheIndex index;

  mgr_cache_nodes_init (&nodes, 0);
  mgr_cache_index_init (&index);
  for (guint i = 0; i < 5000; i++)
    {
      guint32 id = mgr_cache_nodes_take (&nodes);
      MgrCacheNode *node = mgr_cache_nodes_get (&nodes, id);

      node->hash = (i / 10) * 0x01000193u;
      mgr_cache_index_link (&index, &nodes, id, node);
    }
  for (guint32 id = 1; id <= 5000; id++)
    g_assert_true (index_has (&index, &nodes, id));
  for (guint32 id = 1; id <= 5000; id += 2)
    mgr_cache_index_unlink (&index, &nodes, id, mgr_cache_nodes_get (&nodes, id));
  for (guint32 id = 1; id <= 5000; id++)
    g_assert_true (index_has (&index, &nodes, id) == (id % 2 == 0));

  g_assert_cmpuint (index.n_nodes, ==, 2500);
  g_assert_cmpuint (mgr_cache_index_get_n_buckets (&index), >=, 2500);
  mgr_cache_index_clear (&index);
  mgr_cache_nodes_clear (&nodes);
}

static void
fill_index (MgrCacheIndex *index,
            MgrCacheNodes *nodes,
            guint32        n)
{
  for (guint32 i = 0; i < n; i++)
    {
      guint32 id = mgr_cache_nodes_take (nodes);
      MgrCacheNode *node = mgr_cache_nodes_get (nodes, id);

      node->hash = (guint32) mgr_cache_key_mix (id);
      mgr_cache_index_link (index, nodes, id, node);
    }
}

/* Empty, it is as small as a new one, and what it once had serves again: nothing is taken anew,
 * and nothing of what was there is found. */
static void
test_index_shrinks (void)
{
  MgrCacheNodes nodes;
  MgrCacheIndex index;
  gsize table = 0;
  gsize small;

  mgr_cache_nodes_init (&nodes, 0);
  mgr_cache_index_init (&index);
  small = mgr_cache_index_get_size (&index);
  for (guint round = 0; round < 3; round++)
    {
      fill_index (&index, &nodes, 20000);
      g_assert_cmpuint (mgr_cache_index_get_size (&index), >=, 20000 * sizeof (guint32));
      for (guint32 id = 1; id <= 20000; id++)
        g_assert_true (index_has (&index, &nodes, id));
      if (round > 0)
        g_assert_cmpuint (index.table, ==, table);

      table = index.table;
      for (guint32 id = 1; id <= 20000; id++)
        mgr_cache_index_unlink (&index, &nodes, id, mgr_cache_nodes_get (&nodes, id));
      mgr_cache_index_shrink (&index);
      mgr_cache_nodes_release (&nodes, 1);
      g_assert_cmpuint (mgr_cache_index_get_size (&index), ==, small);
      g_assert_cmpuint (mgr_cache_index_first (&index, (guint32) mgr_cache_key_mix (7)), ==, 0);
    }

  mgr_cache_index_clear (&index);
  mgr_cache_nodes_clear (&nodes);
}

/* Whatever the pages, what is given back is zero, and what lies beside it is as it was. */
static void
test_memory_is_released (void)
{
  static const struct
  {
    gsize begin;
    gsize end;
  } ranges[] = { { 0, 64 }, { 64, 4096 }, { 128, 3 * 4096 + 64 }, { 4096, 8 * 4096 }, { 64, 64 } };
  gsize size = 10 * 4096;
  guint8 *memory = g_aligned_alloc0 (1, size, MGR_CACHE_LINE);

  for (guint i = 0; i < G_N_ELEMENTS (ranges); i++)
    {
      memset (memory, 7, size);
      mgr_cache_memory_release (memory + ranges[i].begin, memory + ranges[i].end);
      for (gsize at = 0; at < size; at++)
        g_assert_cmpuint (memory[at], ==, at >= ranges[i].begin && at < ranges[i].end ? 0 : 7);
    }

  g_aligned_free (memory);
}

#define LINKED 20000

/* As a part of a cache: who reads has the lock, who links takes it to grow alone. */
typedef struct
{
  MgrCacheNodes nodes;
  MgrCacheIndex index;
  MgrCacheLock lock;
  guint32 linked; /* atomic: nodes up to this one are in the index */
} Stripe;

static gpointer
link_cb (gpointer user_data)
{
  Stripe *stripe = user_data;

  for (guint32 i = 1; i <= LINKED; i++)
    {
      guint32 id = mgr_cache_nodes_take (&stripe->nodes);
      MgrCacheNode *node = mgr_cache_nodes_get (&stripe->nodes, id);
      gboolean grows = mgr_cache_index_is_full (&stripe->index);

      node->hash = (guint32) mgr_cache_key_mix (id);
      if (grows)
        mgr_cache_lock_take (&stripe->lock);
      mgr_cache_index_link (&stripe->index, &stripe->nodes, id, node);
      if (grows)
        mgr_cache_lock_give (&stripe->lock);
      __atomic_store_n (&stripe->linked, id, __ATOMIC_RELEASE);
    }

  return NULL;
}

static void
test_index_is_read_while_linked (void)
{
  Stripe stripe = { .linked = 0 };
  guint32 linked = 0;
  GThread *thread;

  mgr_cache_nodes_init (&stripe.nodes, 0);
  mgr_cache_index_init (&stripe.index);
  thread = g_thread_new ("links", link_cb, &stripe);
  while (linked < LINKED)
    {
      linked = __atomic_load_n (&stripe.linked, __ATOMIC_ACQUIRE);
      for (guint32 id = linked; id > 0; id /= 2)
        {
          mgr_cache_lock_take (&stripe.lock);
          g_assert_true (index_has (&stripe.index, &stripe.nodes, id));
          mgr_cache_lock_give (&stripe.lock);
        }
    }

  g_thread_join (thread);
  mgr_cache_index_clear (&stripe.index);
  mgr_cache_nodes_clear (&stripe.nodes);
}

static gpointer
drop_holders_cb (gpointer user_data)
{
  GPtrArray *holders = user_data;

  g_ptr_array_set_size (holders, 0);
  return NULL;
}

/* What is let go of serves the next one, and nothing of the former is left in it; what
 * another thread let go of is gone with that. */
static void
test_holders_serve_again (void)
{
  g_autoptr (GPtrArray) holders = g_ptr_array_new_with_free_func (mgr_cache_holder_unref);
  g_auto (GValue) text = G_VALUE_INIT;
  g_auto (GValue) number = G_VALUE_INIT;
  MgrCacheHolder *holder;
  gsize place;

  g_value_init (&text, G_TYPE_STRING);
  g_value_set_string (&text, "a text of its own");
  g_value_init (&number, G_TYPE_INT);
  g_value_set_int (&number, 7);

  holder = mgr_cache_holder_new (&text, 1, g_new0 (MgrCacheLease, 1));
  holder->uses = 3;
  holder->ticket = 4;
  place = (gsize) holder;
  mgr_cache_holder_unref (holder);

  holder = mgr_cache_holder_new (&number, 2, NULL);
  g_assert_cmpuint ((gsize) holder, ==, place);
  g_assert_cmpint (g_value_get_int (&holder->value), ==, 7);
  g_assert_cmpint (holder->created, ==, 2);
  g_assert_cmpuint (holder->uses, ==, 0);
  g_assert_cmpuint (holder->ticket, ==, 0);
  g_assert_null (holder->lease);

  g_ptr_array_add (holders, holder);
  for (guint i = 0; i < 10; i++)
    g_ptr_array_add (holders, mgr_cache_holder_new (&text, 3, NULL));
  g_thread_join (g_thread_new ("drops", drop_holders_cb, holders));
  g_assert_cmpuint (holders->len, ==, 0);
}

static void
test_sketch_counts (void)
{
  MgrCacheSketch sketch;

  mgr_cache_sketch_init (&sketch, 0);
  for (guint i = 1; i <= 40; i++)
    {
      mgr_cache_sketch_add (&sketch, 0x12345678);
      g_assert_cmpuint (mgr_cache_sketch_get (&sketch, 0x12345678), ==, MIN (i, 15));
    }
  g_assert_cmpuint (mgr_cache_sketch_get (&sketch, 0x9abcdef0), ==, 0);
  /* What could not be counted is no reason to forget. */
  g_assert_cmpuint (sketch.n_additions, ==, 15);

  mgr_cache_sketch_clear (&sketch);
}

/* A sketch may count too much, where keys meet, but never too little, and seldom. */
static void
test_sketch_tells_keys_apart (void)
{
  MgrCacheSketch sketch;
  guint n_wrong = 0;

  mgr_cache_sketch_init (&sketch, 10000);
  mgr_cache_sketch_reserve (&sketch, 10000);
  while ((guint64) sketch.n_blocks * MGR_CACHE_SKETCH_KEYS_OF_FEW < 10000)
    mgr_cache_sketch_reserve (&sketch, 10000);

  for (guint i = 0; i < 10000; i++)
    {
      for (guint use = 0; use < i % 4; use++)
        mgr_cache_sketch_add (&sketch, (guint32) mgr_cache_key_mix (i));
    }
  for (guint i = 0; i < 10000; i++)
    {
      guint uses = mgr_cache_sketch_get (&sketch, (guint32) mgr_cache_key_mix (i));

      g_assert_cmpuint (uses, >=, i % 4);
      n_wrong += uses > i % 4;
    }

  g_assert_cmpuint (n_wrong, <, 100);
  mgr_cache_sketch_clear (&sketch);
}

static void
test_sketch_halves (void)
{
  MgrCacheSketch sketch;
  guint limit;

  mgr_cache_sketch_init (&sketch, 0);
  limit = sketch.n_blocks * MGR_CACHE_SKETCH_KEYS * 10;
  for (guint i = 0; i < 12; i++)
    mgr_cache_sketch_add (&sketch, 42);
  for (guint i = 0; sketch.n_additions > 0 && sketch.n_additions + 1 < limit; i++)
    mgr_cache_sketch_add (&sketch, (guint32) mgr_cache_key_mix (i));

  g_assert_cmpuint (mgr_cache_sketch_get (&sketch, 42), >=, 12);
  for (guint i = 1; sketch.n_additions > limit / 2; i++)
    mgr_cache_sketch_add (&sketch, (guint32) mgr_cache_key_mix (1000000 + i));
  g_assert_cmpuint (mgr_cache_sketch_get (&sketch, 42), <=, 8);
  g_assert_cmpuint (mgr_cache_sketch_get (&sketch, 42), >=, 6);

  mgr_cache_sketch_clear (&sketch);
}

static void
test_sketch_grows_without_forgetting (void)
{
  g_autofree guint *before = g_new (guint, 1000);
  MgrCacheSketch sketch;

  mgr_cache_sketch_init (&sketch, 0);
  for (guint i = 0; i < 1000; i++)
    mgr_cache_sketch_add (&sketch, (guint32) mgr_cache_key_mix (i % 300));
  for (guint i = 0; i < 1000; i++)
    before[i] = mgr_cache_sketch_get (&sketch, (guint32) mgr_cache_key_mix (i));
  for (guint n = 0; n < 5; n++)
    mgr_cache_sketch_double (&sketch);
  for (guint i = 0; i < 1000; i++)
    g_assert_cmpuint (mgr_cache_sketch_get (&sketch, (guint32) mgr_cache_key_mix (i)), ==, before[i]);

  mgr_cache_sketch_clear (&sketch);
}

static void
assert_sketch_size (guint64 n_keys,
                    guint64 most)
{
  guint density = mgr_cache_sketch_density (n_keys);
  MgrCacheSketch sketch;

  mgr_cache_sketch_init (&sketch, n_keys);
  g_assert_cmpuint (sketch.n_blocks, <, 32);
  for (guint64 n = 0; n <= n_keys; n += MAX (n_keys / 100, 1))
    mgr_cache_sketch_reserve (&sketch, n);
  mgr_cache_sketch_reserve (&sketch, n_keys);
  g_assert_cmpuint (sketch.n_blocks * density, >=, n_keys);
  g_assert_cmpuint (sketch.n_blocks * density, <=, most);
  mgr_cache_sketch_clear (&sketch);
}

/* However many there may be, in the end there are hardly more counters than needed. */
static void
test_sketch_is_no_larger_than_needed (void)
{
  assert_sketch_size (1, 128);
  assert_sketch_size (1000, 1100);
  assert_sketch_size (1000000, 1070000);
  assert_sketch_size (1100000, 1180000);
}

static void
test_keys (void)
{
  g_autoptr (GBytes) bytes = g_bytes_new_static ("ab\0c", 4);
  g_autoptr (GBytes) same = g_bytes_new ("ab\0c", 4);
  g_autoptr (GBytes) shorter = g_bytes_new_static ("ab", 2);
  MgrCacheKey key = mgr_cache_key_bytes (5, bytes);
  MgrCacheKeyData data = mgr_cache_key_copy (&key);
  MgrCacheKey equal = mgr_cache_key_bytes (5, same);
  MgrCacheKey other = mgr_cache_key_bytes (5, shorter);

  g_assert_true (mgr_cache_key_equals (&equal, data));
  g_assert_cmpuint (equal.hash, ==, key.hash);
  g_assert_false (mgr_cache_key_equals (&other, data));
  g_assert_cmpuint (other.hash, !=, key.hash);
  mgr_cache_key_data_free (MGR_CACHE_KEY_TYPE_BYTES, data);

  key = mgr_cache_key_string (5, "");
  data = mgr_cache_key_copy (&key);
  g_assert_cmpstr (data.text, ==, "");
  g_assert_true (mgr_cache_key_equals (&key, data));
  mgr_cache_key_data_free (MGR_CACHE_KEY_TYPE_STRING, data);

  key = mgr_cache_key_int64 (5, G_MININT64);
  data = mgr_cache_key_copy (&key);
  g_assert_true (mgr_cache_key_equals (&key, data));
  g_assert_cmpuint (mgr_cache_key_int64 (6, G_MININT64).hash, !=, key.hash);
}

/* Texts that differ in their first, a middle or the last byte, at every length. */
static void
test_hashes_of_texts_differ (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  char text[41];
  guint n = 0;

  for (guint length = 1; length <= 40; length++)
    {
      memset (text, 'a', length);
      text[length] = '\0';
      for (guint place = 0; place < length; place++)
        {
          text[place] = 'b';
          g_hash_table_add (seen, GUINT_TO_POINTER (mgr_cache_key_string (3, text).hash));
          text[place] = 'a';
          n++;
        }
    }

  g_assert_cmpuint (g_hash_table_size (seen), ==, n);
}

#define LOCK_THREADS 4
#define LOCK_ROUNDS 20000

typedef struct
{
  MgrCacheLock lock;
  guint counted; /* guarded by lock */
} Counter;

static gpointer
count_cb (gpointer user_data)
{
  Counter *counter = user_data;

  for (guint i = 0; i < LOCK_ROUNDS; i++)
    {
      mgr_cache_lock_take (&counter->lock);
      counter->counted++;
      mgr_cache_lock_give (&counter->lock);
    }

  return NULL;
}

static void
test_lock_excludes (void)
{
  GThread *threads[LOCK_THREADS];
  Counter counter = { { 0 }, 0 };

  for (guint i = 0; i < LOCK_THREADS; i++)
    threads[i] = g_thread_new ("count", count_cb, &counter);
  for (guint i = 0; i < LOCK_THREADS; i++)
    g_thread_join (threads[i]);

  g_assert_cmpuint (counter.counted, ==, LOCK_THREADS * LOCK_ROUNDS);
  g_assert_true (mgr_cache_lock_try (&counter.lock));
  g_assert_false (mgr_cache_lock_try (&counter.lock));
  mgr_cache_lock_give (&counter.lock);
}

static gpointer
wait_cb (gpointer user_data)
{
  Counter *counter = user_data;

  mgr_cache_lock_take (&counter->lock);
  counter->counted++;
  mgr_cache_lock_give (&counter->lock);
  return NULL;
}

/* A holder that does not run is waited for without a processor's whole time. */
static void
test_lock_sleeps (void)
{
  Counter counter = { { 0 }, 0 };
  GThread *thread;

  mgr_cache_lock_take (&counter.lock);
  thread = g_thread_new ("wait", wait_cb, &counter);
  g_usleep (20000);
  g_assert_cmpuint (counter.counted, ==, 0);
  mgr_cache_lock_give (&counter.lock);
  g_thread_join (thread);
  g_assert_cmpuint (counter.counted, ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cache/nodes/never-move", test_nodes_never_move);
  g_test_add_func ("/cache/nodes/are-used-again", test_nodes_are_used_again);
  g_test_add_func ("/cache/nodes/are-released", test_nodes_are_released);
  g_test_add_func ("/cache/nodes/weights", test_node_weights);
  g_test_add_func ("/cache/index/collisions", test_index_with_collisions);
  g_test_add_func ("/cache/index/read-while-linked", test_index_is_read_while_linked);
  g_test_add_func ("/cache/index/shrinks", test_index_shrinks);
  g_test_add_func ("/cache/memory/is-released", test_memory_is_released);
  g_test_add_func ("/cache/holders/serve-again", test_holders_serve_again);
  g_test_add_func ("/cache/sketch/counts", test_sketch_counts);
  g_test_add_func ("/cache/sketch/tells-keys-apart", test_sketch_tells_keys_apart);
  g_test_add_func ("/cache/sketch/halves", test_sketch_halves);
  g_test_add_func ("/cache/sketch/grows-without-forgetting", test_sketch_grows_without_forgetting);
  g_test_add_func ("/cache/sketch/is-no-larger-than-needed", test_sketch_is_no_larger_than_needed);
  g_test_add_func ("/cache/key/kinds", test_keys);
  g_test_add_func ("/cache/key/hashes-of-texts-differ", test_hashes_of_texts_differ);
  g_test_add_func ("/cache/lock/excludes", test_lock_excludes);
  g_test_add_func ("/cache/lock/sleeps", test_lock_sleeps);

  return g_test_run ();
}
