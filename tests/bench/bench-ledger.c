/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "bench.h"

/* What a program would write by itself: a hash table of slices under a mutex. */
typedef struct
{
  guint64 id;
  guint64 size;
  const char *description;
} PeerNode;

typedef struct
{
  GMutex lock;
  GHashTable *table;
  guint64 next_id;
  guint64 used;
} Peer;

typedef struct
{
  MgrManager *manager;
  MgrComponent *leaf;
  MgrComponent *other;
  Peer peer;
} Ledger;

static const char *const two_tags[] = { "options", "real-time", NULL };

static void
peer_node_free (gpointer data)
{
  g_slice_free (PeerNode, data);
}

static Ledger *
ledger_new (void)
{
  Ledger *self = g_new0 (Ledger, 1);
  MgrComponent *middle;

  self->manager = mgr_manager_new (G_GUINT64_CONSTANT (1) << 50);
  middle = mgr_manager_add_component (self->manager, "middle", 0, NULL, NULL);
  self->leaf = mgr_manager_add_component (self->manager, "leaf", 0, middle, NULL);
  self->other = mgr_manager_add_component (self->manager, "other", 0, middle, NULL);
  g_mutex_init (&self->peer.lock);
  self->peer.table = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, peer_node_free);
  return self;
}

static void
ledger_free (Ledger *self)
{
  g_hash_table_unref (self->peer.table);
  g_mutex_clear (&self->peer.lock);
  g_object_unref (self->manager);
  g_free (self);
}

static void
static_cb (gpointer user_data,
           guint64  n)
{
  Ledger *self = user_data;

  for (guint64 i = 0; i < n; i++)
    mgr_allocation_unref (mgr_component_allocate_static (self->leaf, 4096, "static", 5, NULL));
}

static void
tagged_cb (gpointer user_data,
           guint64  n)
{
  Ledger *self = user_data;

  for (guint64 i = 0; i < n; i++)
    mgr_allocation_unref (mgr_component_allocate (self->leaf, 4096, "SPY options chain", 5,
                                                  two_tags, NULL));
}

static guint64
peer_insert (Peer *peer)
{
  PeerNode *node = g_slice_new (PeerNode);

  g_mutex_lock (&peer->lock);
  node->id = ++peer->next_id;
  node->size = 4096;
  node->description = "static";
  peer->used += node->size;
  g_hash_table_insert (peer->table, &node->id, node);
  g_mutex_unlock (&peer->lock);

  return node->id;
}

static void
peer_cb (gpointer user_data,
         guint64  n)
{
  Ledger *self = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      guint64 id = peer_insert (&self->peer);

      g_mutex_lock (&self->peer.lock);
      self->peer.used -= 4096;
      g_hash_table_remove (self->peer.table, &id);
      g_mutex_unlock (&self->peer.lock);
    }
}

typedef struct
{
  MgrComponent *component;
  guint64 n;
} Share;

static gpointer
share_cb (gpointer user_data)
{
  Share *share = user_data;

  for (guint64 i = 0; i < share->n; i++)
    mgr_allocation_unref (mgr_component_allocate_static (share->component, 4096, "static", 5, NULL));

  return NULL;
}

static void
two_threads_cb (gpointer user_data,
                guint64  n)
{
  Ledger *self = user_data;
  Share shares[] = { { self->leaf, n / 2 }, { self->other, n - n / 2 } };
  GThread *thread = g_thread_new ("share", share_cb, &shares[0]);

  share_cb (&shares[1]);
  g_thread_join (thread);
}

static void
one_thread_cb (gpointer user_data,
               guint64  n)
{
  Ledger *self = user_data;
  Share share = { self->leaf, n };

  g_thread_join (g_thread_new ("share", share_cb, &share));
}

static MgrAllocation **
hold (Ledger *self,
      guint   count)
{
  MgrAllocation **held = g_new (MgrAllocation *, count);

  for (guint i = 0; i < count; i++)
    held[i] = mgr_component_allocate_static (self->leaf, 4096, "held", 5, NULL);

  return held;
}

static void
let_go (MgrAllocation **held,
        guint           count)
{
  for (guint i = 0; i < count; i++)
    mgr_allocation_unref (held[i]);
  g_free (held);
}

/* Ten live allocations against a million: two ledgers, so that the rounds can
 * take turns. */
static void
bench_flat (Bench *bench)
{
  const guint many = 1000000;
  Ledger *few = ledger_new ();
  Ledger *full = ledger_new ();
  MgrAllocation **few_held = hold (few, 10);
  MgrAllocation **full_held = hold (full, many);

  bench_compare (bench, &(BenchCase) {
    .name = "allocate + release, 1,000,000 live",
    .peer = "the same, 10 live",
    .ours = static_cb, .ours_data = full,
    .theirs = static_cb, .theirs_data = few,
    .n = 2000000, .goal = 1.3,
  });

  let_go (few_held, 10);
  let_go (full_held, many);
  ledger_free (few);
  ledger_free (full);
}

int
main (int    argc,
      char **argv)
{
  Bench *bench = bench_new ("ledger", &argc, &argv);
  Ledger *ledger = ledger_new ();

  bench_compare (bench, &(BenchCase) {
    .name = "allocate + release, static description",
    .peer = "mutex + GHashTable + g_slice",
    .ours = static_cb, .ours_data = ledger,
    .theirs = peer_cb, .theirs_data = ledger,
    .n = 2000000, .goal = 1.0,
  });
  bench_compare (bench, &(BenchCase) {
    .name = "allocate + release, copied description, two tags",
    .peer = "mutex + GHashTable + g_slice",
    .ours = tagged_cb, .ours_data = ledger,
    .theirs = peer_cb, .theirs_data = ledger,
    .n = 2000000, .goal = 2.0,
  });
  bench_flat (bench);
  bench_compare (bench, &(BenchCase) {
    .name = "two threads on two components",
    .peer = "one thread, as many in all",
    .ours = two_threads_cb, .ours_data = ledger,
    .theirs = one_thread_cb, .theirs_data = ledger,
    .n = 4000000, .goal = 1 / 1.5, .best = TRUE,
  });
  ledger_free (ledger);
  bench_run_script (bench, "bench-ledger-python");
  bench_run_script (bench, "bench-ledger-gjs");

  return bench_finish (bench);
}
