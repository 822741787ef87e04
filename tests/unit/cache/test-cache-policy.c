/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "cache/mgr-cache-key-private.h"
#include "cache/mgr-cache-policy-private.h"

/* A policy with the nodes that a cache would give it, and a table of what is there. */
typedef struct
{
  MgrCacheNodes nodes;
  MgrCachePolicy policy;
  GHashTable *ids;  /* (owned): node by key */
  GHashTable *keys; /* (owned): key by node */
  guint64 hits;
  guint64 requests;
} Bed;

static Bed *
bed_new (MgrCacheAim aim,
         guint64     max_entries,
         guint64     max_weight)
{
  Bed *bed = g_new0 (Bed, 1);

  mgr_cache_nodes_init (&bed->nodes, max_entries);
  mgr_cache_policy_init (&bed->policy, aim, &bed->nodes, max_entries, max_weight);
  bed->ids = g_hash_table_new (NULL, NULL);
  bed->keys = g_hash_table_new (NULL, NULL);
  return bed;
}

static void
bed_free (Bed *bed)
{
  mgr_cache_policy_clear (&bed->policy);
  mgr_cache_nodes_clear (&bed->nodes);
  g_hash_table_unref (bed->ids);
  g_hash_table_unref (bed->keys);
  g_free (bed);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Bed, bed_free)

static guint32
bed_find (Bed   *bed,
          guint  key)
{
  return GPOINTER_TO_UINT (g_hash_table_lookup (bed->ids, GUINT_TO_POINTER (key + 1)));
}

static void
bed_forget (Bed     *bed,
            guint32  id)
{
  gpointer key = g_hash_table_lookup (bed->keys, GUINT_TO_POINTER (id));

  g_assert_nonnull (key);
  g_assert_true (g_hash_table_remove (bed->ids, key));
  g_assert_true (g_hash_table_remove (bed->keys, GUINT_TO_POINTER (id)));
  mgr_cache_nodes_put (&bed->nodes, id, mgr_cache_nodes_get (&bed->nodes, id));
}

static void
bed_make_room (Bed *bed)
{
  while (mgr_cache_policy_is_over (&bed->policy))
    {
      guint32 id = mgr_cache_policy_pick (&bed->policy);

      if (id == 0)
        break;
      bed_forget (bed, id);
    }
}

static void
bed_insert (Bed     *bed,
            guint    key,
            guint64  weight,
            double   cost)
{
  guint32 id = mgr_cache_nodes_take (&bed->nodes);
  MgrCacheNode *node = mgr_cache_nodes_get (&bed->nodes, id);

  node->hash = (guint32) mgr_cache_key_mix (key + 1);
  mgr_cache_node_set_weight (node, weight);
  g_hash_table_insert (bed->ids, GUINT_TO_POINTER (key + 1), GUINT_TO_POINTER (id));
  g_hash_table_insert (bed->keys, GUINT_TO_POINTER (id), GUINT_TO_POINTER (key + 1));
  mgr_cache_policy_insert (&bed->policy, id, cost);
  bed_make_room (bed);
}

/* Returns: whether it was a hit */
static gboolean
bed_request (Bed     *bed,
             guint    key,
             guint64  weight,
             double   cost)
{
  guint32 id = bed_find (bed, key);

  bed->requests++;
  bed->hits += id != 0;
  if (id != 0)
    mgr_cache_policy_hit (&bed->policy, id);
  else
    bed_insert (bed, key, weight, cost);

  return id != 0;
}

static double
bed_ratio (const Bed *bed)
{
  return (double) bed->hits / (double) bed->requests;
}

/* How many nodes are in the ring of @queue; adds what they weigh. */
static guint
count_ring (Bed           *bed,
            MgrCacheQueue  queue,
            guint64       *weight)
{
  guint32 head = bed->policy.evictor.segments.heads[queue];
  guint32 before = head;
  guint n = 0;

  for (guint32 id = mgr_cache_nodes_get (&bed->nodes, head)->next; id != head;
       id = mgr_cache_nodes_get (&bed->nodes, id)->next)
    {
      const MgrCacheNode *node = mgr_cache_nodes_get (&bed->nodes, id);

      g_assert_cmpuint (node->queue, ==, queue);
      g_assert_cmpuint (node->prev, ==, before);
      g_assert_true (g_hash_table_contains (bed->keys, GUINT_TO_POINTER (id)));
      *weight += mgr_cache_node_get_weight (node);
      before = id;
      n++;
    }

  g_assert_cmpuint (mgr_cache_nodes_get (&bed->nodes, head)->prev, ==, before);
  return n;
}

static guint
count_heap (Bed     *bed,
            guint64 *weight)
{
  const MgrCacheDensity *density = &bed->policy.evictor.density;

  for (guint32 i = 0; i < density->n_ids; i++)
    {
      const MgrCacheNode *node = mgr_cache_nodes_get (&bed->nodes, density->ids[i]);

      g_assert_cmpuint (node->queue, ==, MGR_CACHE_QUEUE_HEAP);
      g_assert_cmpuint (node->prev, ==, i);
      g_assert_true (g_hash_table_contains (bed->keys, GUINT_TO_POINTER (density->ids[i])));
      if (i > 0)
        g_assert_cmpfloat (density->priorities[(i - 1) / 2], <=, density->priorities[i]);
      *weight += mgr_cache_node_get_weight (node);
    }

  return density->n_ids;
}

static guint
count_pinned (Bed     *bed,
              guint64 *weight)
{
  GHashTableIter iter;
  gpointer id;
  guint n = 0;

  g_hash_table_iter_init (&iter, bed->keys);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    {
      const MgrCacheNode *node = mgr_cache_nodes_get (&bed->nodes, GPOINTER_TO_UINT (id));

      if (node->queue != MGR_CACHE_QUEUE_PINNED)
        continue;
      *weight += mgr_cache_node_get_weight (node);
      n++;
    }

  return n;
}

/* Each node is in exactly one queue, and all sums are right. */
static void
bed_check (Bed *bed)
{
  const MgrCacheEvictor *evictor = &bed->policy.evictor;
  guint64 weight = 0;
  guint n = count_heap (bed, &weight) + count_pinned (bed, &weight);

  for (guint queue = MGR_CACHE_QUEUE_WINDOW; queue <= MGR_CACHE_QUEUE_LIMBO; queue++)
    {
      guint64 in_ring = 0;
      guint n_in_ring = count_ring (bed, queue, &in_ring);

      g_assert_cmpuint (evictor->segments.sizes[queue], ==,
                        evictor->max_weight > 0 ? in_ring : n_in_ring);
      weight += in_ring;
      n += n_in_ring;
    }

  g_assert_cmpuint (n, ==, g_hash_table_size (bed->keys));
  g_assert_cmpuint (evictor->n_entries, ==, n);
  g_assert_cmpuint (evictor->weight, ==, weight);
}

static void
bed_check_bounds (Bed *bed)
{
  const MgrCacheEvictor *evictor = &bed->policy.evictor;

  if (evictor->max_entries > 0)
    g_assert_cmpuint (evictor->n_entries, <=, evictor->max_entries);
  if (evictor->max_weight > 0)
    g_assert_cmpuint (evictor->weight, <=, evictor->max_weight);
}

/* Some keys more often than others, and what is asked for drifts. */
static guint
random_key (guint i)
{
  guint n = (guint) g_test_rand_int_range (1, 2000);

  return (guint) g_test_rand_int_range (0, (gint32) n) + i / 50;
}

typedef struct
{
  MgrCacheAim aim;
  guint64 max_entries;
  guint64 max_weight;
} Setting;

static void
do_something (Bed   *bed,
              guint  i)
{
  guint key = random_key (i);
  guint32 id = bed_find (bed, key);
  guint64 weight = (guint64) g_test_rand_int_range (1, 100);

  switch (id != 0 ? g_test_rand_int_range (0, 20) : 0)
    {
    case 1:
      mgr_cache_policy_remove (&bed->policy, id);
      bed_forget (bed, id);
      break;
    case 2:
      mgr_cache_policy_replace (&bed->policy, id, weight, 2.0);
      bed_make_room (bed);
      break;
    default:
      bed_request (bed, key, weight, g_test_rand_double_range (0.1, 10.0));
    }
}

static void
test_invariants (gconstpointer data)
{
  const Setting *setting = data;
  g_autoptr (Bed) bed = bed_new (setting->aim, setting->max_entries, setting->max_weight);

  for (guint i = 0; i < 30000; i++)
    {
      do_something (bed, i);
      bed_check_bounds (bed);
      if (i % 500 == 0)
        bed_check (bed);
    }

  bed_check (bed);
  g_assert_cmpuint (bed->hits, >, 0);
}

/* Bounds go up and down, and from entries to bytes and back, while it is used. */
static void
test_bounds_change (gconstpointer data)
{
  const Setting *setting = data;
  g_autoptr (Bed) bed = bed_new (setting->aim, 100, 0);

  for (guint round = 0; round < 60; round++)
    {
      guint64 max_entries = round % 3 == 0 ? 0 : (guint64) g_test_rand_int_range (1, 600);
      guint64 max_weight = round % 3 == 1 ? 0 : (guint64) g_test_rand_int_range (100, 20000);

      mgr_cache_policy_bound (&bed->policy, max_entries, max_weight);
      bed_make_room (bed);
      bed_check_bounds (bed);
      bed_check (bed);
      for (guint i = 0; i < 500; i++)
        do_something (bed, i);
      bed_check_bounds (bed);
      bed_check (bed);
    }
}

static void
test_pins (gconstpointer data)
{
  const Setting *setting = data;
  /* With room for those that are pinned, and one more at least. */
  guint64 max_entries = setting->max_entries > 0 ? MAX (setting->max_entries, 6) : 0;
  g_autoptr (Bed) bed = bed_new (setting->aim, max_entries, setting->max_weight);
  guint64 pinned_weight = 0;

  for (guint key = 0; key < 5; key++)
    {
      bed_insert (bed, key, 10, 1.0);
      mgr_cache_policy_pin (&bed->policy, bed_find (bed, key));
      mgr_cache_policy_pin (&bed->policy, bed_find (bed, key));
    }
  for (guint i = 0; i < 20000; i++)
    bed_request (bed, 100 + random_key (i), 10, 1.0);
  mgr_cache_policy_replace (&bed->policy, bed_find (bed, 3), 20, 1.0);
  bed_make_room (bed);

  bed_check (bed);
  g_assert_cmpuint (count_pinned (bed, &pinned_weight), ==, 5);
  g_assert_cmpuint (pinned_weight, ==, 60);

  /* What is pinned stays when the bound leaves it no room, and goes when it is let go. */
  mgr_cache_policy_bound (&bed->policy, 2, 0);
  bed_make_room (bed);
  g_assert_cmpuint (bed->policy.evictor.n_entries, ==, 5);
  g_assert_cmpuint (mgr_cache_policy_pick (&bed->policy), ==, 0);
  for (guint key = 0; key < 5; key++)
    mgr_cache_policy_unpin (&bed->policy, bed_find (bed, key));
  mgr_cache_policy_unpin (&bed->policy, bed_find (bed, 0));
  bed_make_room (bed);
  bed_check (bed);
  g_assert_cmpuint (bed->policy.evictor.n_entries, ==, 2);
}

/* As a list would have it: what was used least recently goes first. Uses that follow each
 * other within an epoch, a 16th of the cache, are one. */
static void
test_plain_lru (void)
{
  g_autoptr (Bed) bed = bed_new (MGR_CACHE_AIM_RECENT, 160, 0);

  for (guint key = 0; key < 160; key++)
    bed_request (bed, key, 1, 1.0);
  for (guint key = 0; key < 80; key++)
    g_assert_true (bed_request (bed, key, 1, 1.0));
  for (guint key = 1000; key < 1080; key++)
    g_assert_false (bed_request (bed, key, 1, 1.0));
  for (guint key = 0; key < 80; key++)
    g_assert_cmpuint (bed_find (bed, key), !=, 0);
  for (guint key = 80; key < 160; key++)
    g_assert_cmpuint (bed_find (bed, key), ==, 0);
}

/* A loop that is larger than the cache, of which LRU would find nothing. */
static void
test_loops_are_kept_in_part (void)
{
  g_autoptr (Bed) bed = bed_new (MGR_CACHE_AIM_REQUESTS, 500, 0);
  g_autoptr (Bed) recent = bed_new (MGR_CACHE_AIM_RECENT, 500, 0);

  for (guint i = 0; i < 100000; i++)
    {
      bed_request (bed, i % 1000, 1, 1.0);
      bed_request (recent, i % 1000, 1, 1.0);
    }

  g_assert_cmpfloat (bed_ratio (bed), >, 0.45);
  g_assert_cmpuint (recent->hits, ==, 0);
}

/* What is asked for again soon and never later needs a window. */
static void
test_window_follows_recency (void)
{
  g_autoptr (Bed) bed = bed_new (MGR_CACHE_AIM_REQUESTS, 500, 0);

  for (guint i = 0; i < 200000; i++)
    bed_request (bed, i % 2 == 0 || i < 400 ? i : i - 399, 1, 1.0);

  g_assert_cmpfloat (bed->policy.evictor.segments.window, >, 0.8);
  g_assert_cmpfloat (bed_ratio (bed), >, 0.45);
}

/* What comes by once drives out little of what is used often (158 of 200 and more stay;
 * with the least recently used going first, none). */
static void
test_scans_do_no_harm (void)
{
  g_autoptr (Bed) bed = bed_new (MGR_CACHE_AIM_REQUESTS, 300, 0);
  guint kept = 0;

  for (guint i = 0; i < 20000; i++)
    bed_request (bed, (guint) g_test_rand_int_range (0, 200), 1, 1.0);
  for (guint i = 0; i < 5000; i++)
    bed_request (bed, 10000 + i, 1, 1.0);
  for (guint key = 0; key < 200; key++)
    kept += bed_find (bed, key) != 0;

  g_assert_cmpuint (kept, >, 140);
}

/* Where light ones are asked for more often by their weight, and heavy ones more often
 * each, the one aim has the light ones stay, and the other the heavy ones. */
static void
test_aims_differ (void)
{
  g_autoptr (Bed) requests = bed_new (MGR_CACHE_AIM_REQUESTS, 0, 20000);
  g_autoptr (Bed) bytes = bed_new (MGR_CACHE_AIM_BYTES, 0, 20000);
  guint64 of_requests = 0, of_bytes = 0;

  for (guint i = 0; i < 100000; i++)
    {
      gboolean light = g_test_rand_bit ();
      guint key = (guint) (light ? g_test_rand_int_range (0, 1000) : g_test_rand_int_range (1000, 1040));
      guint64 weight = light ? 20 : 1000;

      of_requests += bed_request (requests, key, weight, 1.0) ? weight : 0;
      of_bytes += bed_request (bytes, key, weight, 1.0) ? weight : 0;
    }

  g_assert_cmpfloat (bed_ratio (requests), >, 1.1 * bed_ratio (bytes));
  g_assert_cmpuint (of_bytes, >, of_requests * 11 / 10);
}

/* Where a byte of each is asked for as often there is nothing to gain for those who aim at
 * bytes, and little to lose: a heavy entry, of one part in fifty of the cache, leaves a gap
 * that light ones would fill. */
static void
test_bytes_lose_nothing (void)
{
  g_autoptr (Bed) requests = bed_new (MGR_CACHE_AIM_REQUESTS, 0, 10000);
  g_autoptr (Bed) bytes = bed_new (MGR_CACHE_AIM_BYTES, 0, 10000);
  guint64 of_requests = 0, of_bytes = 0;

  for (guint i = 0; i < 60000; i++)
    {
      guint key = (guint) g_test_rand_int_range (0, 100);
      guint64 weight = key < 50 ? 20 : 200;

      of_requests += bed_request (requests, key, weight, 1.0) ? weight : 0;
      of_bytes += bed_request (bytes, key, weight, 1.0) ? weight : 0;
    }

  g_assert_cmpuint (of_bytes, >=, of_requests * 97 / 100);
}

static void
test_cost_counts (void)
{
  g_autoptr (Bed) bed = bed_new (MGR_CACHE_AIM_COST, 50, 0);
  guint dear = 0;

  for (guint i = 0; i < 30000; i++)
    {
      guint key = (guint) g_test_rand_int_range (0, 100);

      bed_request (bed, key, 1, key < 40 ? 100.0 : 1.0);
    }
  for (guint key = 0; key < 40; key++)
    dear += bed_find (bed, key) != 0;

  g_assert_cmpuint (dear, ==, 40);
}

static void
test_loops_of_differing_weights (void)
{
  g_autoptr (Bed) bed = bed_new (MGR_CACHE_AIM_REQUESTS, 0, 50000);

  for (guint i = 0; i < 200000; i++)
    bed_request (bed, i % 1000, 100 + i % 7, 1.0);

  bed_check (bed);
  g_assert_cmpint (bed->policy.evictor.order, ==, MGR_CACHE_ORDER_SEGMENTS);
  g_assert_cmpfloat (bed_ratio (bed), >, 0.4);
}

static void
request_evenly (Bed   *bed,
                guint  first_key,
                guint  n_keys,
                guint  n_requests)
{
  for (guint i = 0; i < n_requests; i++)
    bed_request (bed, first_key + (guint) g_test_rand_int_range (0, (gint32) n_keys), 1, 1.0);
}

/* Of 4000 keys that are asked for alike, any 2000 bring half of the hits; wherever the
 * hashes of the few that are watched may be. */
static void
test_estimates (void)
{
  g_autoptr (Bed) bed = bed_new (MGR_CACHE_AIM_REQUESTS, 2000, 0);
  guint first_key = (guint) g_test_rand_int_range (0, 1000000);
  MgrCacheEstimate estimate;

  g_assert_false (mgr_cache_policy_estimate (&bed->policy, &estimate));
  request_evenly (bed, first_key, 4000, 400000);
  g_assert_true (mgr_cache_policy_estimate (&bed->policy, &estimate));

  g_assert_cmpfloat_with_epsilon (estimate.half, 0.25, 0.03);
  g_assert_cmpfloat_with_epsilon (estimate.same, 0.5, 0.04);
  g_assert_cmpfloat_with_epsilon (estimate.twice, 1.0, 0.04);
}

/* A loop, and among it keys that come twice, with others in between. */
static guint
mixed_key (guint i)
{
  guint n = i / 4;

  if (i % 4 != 3)
    return (i - n) % 1200;

  return 10000 + (n % 2 == 0 ? n : n > 200 ? n - 201 : n);
}

static void
test_half_has_a_window_of_its_own (void)
{
  g_autoptr (Bed) bed = bed_new (MGR_CACHE_AIM_REQUESTS, 2000, 0);
  g_autoptr (Bed) half = bed_new (MGR_CACHE_AIM_REQUESTS, 1000, 0);
  MgrCacheEstimate estimate;

  mgr_cache_policy_estimate (&bed->policy, &estimate);
  for (guint i = 0; i < 200000; i++)
    {
      bed_request (bed, mixed_key (i), 1, 1.0);
      bed_request (half, mixed_key (i), 1, 1.0);
    }

  g_test_message ("All of it is recent enough for the whole, and a part of the loop fits half of it");
  g_assert_true (mgr_cache_policy_estimate (&bed->policy, &estimate));
  g_assert_cmpfloat (bed->policy.evictor.segments.window, >, half->policy.evictor.segments.window);
  g_assert_cmpfloat_with_epsilon (estimate.same, bed_ratio (bed), 0.02);
  /* With the window of the whole it would be 0.48. */
  g_assert_cmpfloat_with_epsilon (estimate.half, bed_ratio (half), 0.06);
}

/* Who begins to ask late has to wait as well, but no longer: what is in the cache is in the
 * shadows from the beginning. */
static void
test_estimates_of_a_warm_cache (gconstpointer data)
{
  MgrCacheAim aim = GPOINTER_TO_UINT (data);
  g_autoptr (Bed) bed = bed_new (aim, 2000, 0);
  MgrCacheEstimate estimate;

  request_evenly (bed, 0, 1900, 200000);
  g_assert_false (mgr_cache_policy_estimate (&bed->policy, &estimate));
  request_evenly (bed, 0, 1900, 2000);
  g_assert_false (mgr_cache_policy_estimate (&bed->policy, &estimate));
  request_evenly (bed, 0, 1900, 12000);
  g_assert_true (mgr_cache_policy_estimate (&bed->policy, &estimate));

  g_assert_cmpfloat (estimate.same, ==, 1.0);
  g_assert_cmpfloat (estimate.twice, ==, 1.0);
  g_assert_cmpfloat_with_epsilon (estimate.half, 1000.0 / 1900.0, 0.1);
}

/* What shadows see of the cache, in its unit. */
static void
check_watched (Bed *bed)
{
  const MgrCachePolicy *policy = &bed->policy;
  guint64 watched = 0;
  GHashTableIter iter;
  gpointer id;

  g_hash_table_iter_init (&iter, bed->keys);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    {
      const MgrCacheNode *node = mgr_cache_nodes_get (&bed->nodes, GPOINTER_TO_UINT (id));

      if (node->stamp & MGR_CACHE_STAMP_WATCHED)
        watched += policy->evictor.max_weight > 0 ? mgr_cache_node_get_weight (node) : 1;
    }

  g_assert_cmpuint (policy->watched, ==, watched);
}

/* While the cache grows fewer keys are watched, and when it shrinks more again. */
static void
test_watched (gconstpointer data)
{
  const Setting *setting = data;
  g_autoptr (Bed) bed = bed_new (setting->aim, setting->max_entries, setting->max_weight);

  for (guint round = 0; round < 20; round++)
    {
      for (guint i = 0; i < 2000; i++)
        do_something (bed, i);
      check_watched (bed);

      mgr_cache_policy_bound (&bed->policy, round % 3 == 0 ? 0 : 100u << (round % 5),
                              round % 3 == 1 ? 0 : 5000u << (round % 5));
      bed_make_room (bed);
      check_watched (bed);
    }
}

/* What a policy costs does not grow with what it has seen. */
static void
test_size_is_bounded (void)
{
  g_autoptr (Bed) bed = bed_new (MGR_CACHE_AIM_REQUESTS, 5000, 0);

  for (guint i = 0; i < 200000; i++)
    bed_request (bed, i, 1, 1.0);

  g_assert_cmpuint (mgr_cache_policy_get_size (&bed->policy), <, 5000 * 12 + 72 * 1024);
}

static const struct
{
  const char *name;
  Setting setting;
} settings[] = {
  { "requests-entries", { MGR_CACHE_AIM_REQUESTS, 300, 0 } },
  { "requests-bytes", { MGR_CACHE_AIM_REQUESTS, 0, 15000 } },
  { "requests-both", { MGR_CACHE_AIM_REQUESTS, 300, 15000 } },
  { "requests-few", { MGR_CACHE_AIM_REQUESTS, 1, 0 } },
  { "bytes", { MGR_CACHE_AIM_BYTES, 0, 15000 } },
  { "cost", { MGR_CACHE_AIM_COST, 300, 0 } },
  { "cost-bytes", { MGR_CACHE_AIM_COST, 0, 15000 } },
  { "recent", { MGR_CACHE_AIM_RECENT, 300, 0 } },
  { "recent-bytes", { MGR_CACHE_AIM_RECENT, 0, 15000 } },
};

/* Also those few that are used over and over, while nothing else moves. */
static void
test_few_are_counted (void)
{
  g_autoptr (Bed) bed = bed_new (MGR_CACHE_AIM_REQUESTS, 400, 0);

  for (guint key = 0; key < 400; key++)
    bed_request (bed, key, 1, 1.0);
  for (guint i = 0; i < 8000; i++)
    g_assert_true (bed_request (bed, i % 5, 1, 1.0));
  for (guint key = 0; key < 5; key++)
    {
      const MgrCacheNode *node = mgr_cache_nodes_get (&bed->nodes, bed_find (bed, key));

      g_assert_cmpuint (mgr_cache_sketch_get (&bed->policy.sketch, node->hash), >=, 8);
    }
}

static void
add_for_all (const char    *what,
             GTestDataFunc  func)
{
  for (gsize i = 0; i < G_N_ELEMENTS (settings); i++)
    {
      g_autofree char *path = g_strdup_printf ("/cache/policy/%s/%s", what, settings[i].name);

      g_test_add_data_func (path, &settings[i].setting, func);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_for_all ("invariants", test_invariants);
  add_for_all ("bounds-change", test_bounds_change);
  add_for_all ("pins", test_pins);
  add_for_all ("watched", test_watched);
  g_test_add_func ("/cache/policy/plain-lru", test_plain_lru);
  g_test_add_func ("/cache/policy/loops-are-kept-in-part", test_loops_are_kept_in_part);
  g_test_add_func ("/cache/policy/window-follows-recency", test_window_follows_recency);
  g_test_add_func ("/cache/policy/scans-do-no-harm", test_scans_do_no_harm);
  g_test_add_func ("/cache/policy/aims-differ", test_aims_differ);
  g_test_add_func ("/cache/policy/bytes-lose-nothing", test_bytes_lose_nothing);
  g_test_add_func ("/cache/policy/cost-counts", test_cost_counts);
  g_test_add_func ("/cache/policy/loops-of-differing-weights", test_loops_of_differing_weights);
  g_test_add_func ("/cache/policy/few-are-counted", test_few_are_counted);
  g_test_add_func ("/cache/policy/estimates", test_estimates);
  g_test_add_func ("/cache/policy/half-has-a-window-of-its-own", test_half_has_a_window_of_its_own);
  g_test_add_data_func ("/cache/policy/estimates-of-a-warm-cache/requests",
                        GUINT_TO_POINTER (MGR_CACHE_AIM_REQUESTS), test_estimates_of_a_warm_cache);
  g_test_add_data_func ("/cache/policy/estimates-of-a-warm-cache/recent",
                        GUINT_TO_POINTER (MGR_CACHE_AIM_RECENT), test_estimates_of_a_warm_cache);
  g_test_add_func ("/cache/policy/size-is-bounded", test_size_is_bounded);

  return g_test_run ();
}
