/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bench.h"

#include "cache-figures.h"
#include "cache-hits.h"
#include "cache-peers.h"

#include <stdlib.h>

/* One cache, and how far its requests have come. */
typedef struct
{
  const CachePeer *peer;
  const CacheTrace *trace;
  gpointer cache;
  gsize position;
} Load;

static void
load_run (Load    *load,
          gsize    position,
          guint64  n)
{
  const CacheTrace *trace = load->trace;

  for (guint64 done = 0; done < n;)
    {
      gsize count = MIN (n - done, trace->n_requests - position);

      load->peer->run (load->cache, trace->requests + position, count);
      done += count;
      position = (position + count) % trace->n_requests;
    }
}

static void
one_thread_cb (gpointer user_data,
               guint64  n)
{
  Load *load = user_data;

  load_run (load, load->position, n);
  load->position = (load->position + n) % load->trace->n_requests;
}

typedef struct
{
  Load *load;
  gsize position;
  guint64 n;
} Share;

static gpointer
share_cb (gpointer user_data)
{
  Share *share = user_data;

  load_run (share->load, share->position, share->n);
  return NULL;
}

/* Both from different places, half as far apart as can be. */
static void
two_threads_cb (gpointer user_data,
                guint64  n)
{
  Load *load = user_data;
  gsize n_requests = load->trace->n_requests;
  Share share = { load, (load->position + n_requests / 2) % n_requests, n / 2 };
  GThread *thread = g_thread_new ("share", share_cb, &share);

  load_run (load, load->position, n - n / 2);
  g_thread_join (thread);
  load->position = (load->position + n / 2) % n_requests;
}

static Load
load_new (const CachePeer  *peer,
          const CacheTrace *trace,
          gsize             n_entries)
{
  return (Load) { peer, trace, peer->create (n_entries), 0 };
}

static void
load_clear (Load *load)
{
  load->peer->destroy (load->cache);
}

typedef struct
{
  const char *trace;
  gsize n_entries;
} Point;

static const Point points[] = { { "oltp", 2000 }, { "orm-busy", 15269 } };

typedef struct
{
  const CachePeer *peer;
  double one_thread; /* ours / theirs, at most; 0 for no goal */
  double two_threads;
} Rival;

static const Rival rivals[] = {
  { &cache_peer_glib, 1 / 1.5, 0.5 },
#ifdef HAVE_CPP
  { &cache_peer_list, 0.0, 0.0 },
#endif
#ifdef HAVE_ROCKSDB
  { &cache_peer_rocksdb_lru, 1.0, 0.0 },
  { &cache_peer_rocksdb_clock, 1.0, 0.0 },
#endif
};

/* What needs two processors is of the best rounds. */
static void
bench_threads (Bench       *bench,
               const Point *point,
               Load        *ours,
               BenchFunc    func,
               const char  *peer,
               Load        *theirs,
               BenchFunc    their_func,
               double       goal)
{
  gboolean two = func == two_threads_cb;
  g_autofree char *name = g_strdup_printf ("%s/%" G_GSIZE_FORMAT ", %s, %s", point->trace,
                                           point->n_entries, ours->peer->name,
                                           two ? "two threads" : "one thread");

  bench_compare (bench, &(BenchCase) {
    .name = name,
    .peer = peer,
    .ours = func, .ours_data = ours,
    .theirs = their_func, .theirs_data = theirs,
    .n = 1000000, .best = two, .goal = goal,
  });
}

static CacheTrace *
load_or_exit (const char *folder,
              const char *name)
{
  g_autoptr (GError) error = NULL;
  CacheTrace *trace = cache_trace_load (folder, name, &error);

  if (trace == NULL)
    {
      g_printerr ("tools/bench: %s\n", error->message);
      exit (EXIT_FAILURE);
    }

  return trace;
}

static void
bench_point (Bench           *bench,
             const Point     *point,
             const CachePeer *subject,
             const char      *folder)
{
  g_autoptr (CacheTrace) trace = load_or_exit (folder, point->trace);
  Load ours = load_new (subject, trace, point->n_entries);

  for (guint i = 0; i < G_N_ELEMENTS (rivals); i++)
    {
      Load theirs = load_new (rivals[i].peer, trace, point->n_entries);

      bench_threads (bench, point, &ours, one_thread_cb, rivals[i].peer->name, &theirs,
                     one_thread_cb, rivals[i].one_thread);
      bench_threads (bench, point, &ours, two_threads_cb, rivals[i].peer->name, &theirs,
                     two_threads_cb, rivals[i].two_threads);
      load_clear (&theirs);
    }

  bench_threads (bench, point, &ours, two_threads_cb, "one thread, as many in all", &ours,
                 one_thread_cb, 1 / 0.9);
  load_clear (&ours);
}

static int
run_hits (int          *argc,
          char       ***argv,
          const char   *folder)
{
  gboolean sized = g_strv_contains ((const char *const *) *argv, "--sized");
  Bench *bench = bench_new (sized ? "cache-hits-sized" : "cache-hits", argc, argv);

  if (sized)
    {
      cache_hits_run_sized (bench, folder);
      return bench_finish (bench);
    }

  cache_hits_run (bench, folder);
  bench_finish (bench);
  bench = bench_new ("cache-losses", argc, argv);
  cache_losses_run (bench, folder);
  return bench_finish (bench);
}

int
main (int    argc,
      char **argv)
{
  const char *folder = g_getenv ("MGR_CACHE_TRACES");
  Bench *bench;

  if (folder == NULL)
    {
      g_printerr ("tools/bench: cache is skipped: it needs traces, in the folder that "
                  "--traces or MGR_CACHE_TRACES names\n");
      return EXIT_SUCCESS;
    }

  if (g_strv_contains ((const char *const *) argv, "--hits") ||
      g_strv_contains ((const char *const *) argv, "--sized"))
    return run_hits (&argc, &argv, folder);

  bench = bench_new ("cache", &argc, &argv);
  cache_figures_run (bench);
  for (guint i = 0; i < G_N_ELEMENTS (points); i++)
    {
      bench_point (bench, &points[i], &cache_peer_managed, folder);
      bench_point (bench, &points[i], &cache_peer_ours, folder);
    }
  bench_run_script (bench, "bench-cache-python");
  bench_run_script (bench, "bench-cache-gjs");
  return bench_finish (bench);
}
