/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cache-hits.h"

#include "cache-trace.h"
#include "cache/mgr-cache-private.h"

#include <math.h>
#include <stdlib.h>

/* In points of hundred: at least so much more than these on the average, and at no point
 * so much less. */
#define ABOVE_CAFFEINE 1.0
#define ABOVE_S3_FIFO 2.0
#define BELOW_CAFFEINE 2.0
#define BELOW_LRU 3.0
#define SIZED_ABOVE_CAFFEINE 5.0

#define LOSS_ERROR 1.5
#define LOSSES_OFF 1

typedef struct
{
  double hits;   /* of the requests, in percent */
  double weight; /* of the bytes asked for, in percent */
} Hits;

/* A table of the folder: names, then lines of a trace's name, a size and ratios. */
typedef struct
{
  GStrv names;      /* (owned) */
  GPtrArray *lines; /* (owned) (element-type GStrv) */
} Table;

static void
table_free (Table *self)
{
  g_strfreev (self->names);
  g_ptr_array_unref (self->lines);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Table, table_free)

static void
fail (const GError *error)
{
  g_printerr ("tools/bench: %s\n", error->message);
  exit (EXIT_FAILURE);
}

static Table *
table_load (const char *folder,
            const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  Table *self;

  if (!g_file_get_contents (path, &text, NULL, &error))
    fail (error);

  self = g_new0 (Table, 1);
  self->lines = g_ptr_array_new_with_free_func ((GDestroyNotify) g_strfreev);
  lines = g_strsplit (g_strchomp (text), "\n", -1);
  self->names = g_strsplit (lines[0], "\t", -1);
  for (guint i = 1; lines[i] != NULL; i++)
    g_ptr_array_add (self->lines, g_strsplit (lines[i], "\t", -1));

  return self;
}

/* In percent. */
static double
table_get (Table      *self,
           guint       line,
           const char *name)
{
  GStrv cells = g_ptr_array_index (self->lines, line);

  for (guint i = 0; self->names[i] != NULL; i++)
    {
      if (g_str_equal (self->names[i], name))
        return 100.0 * g_ascii_strtod (cells[i], NULL);
    }

  g_printerr ("tools/bench: the table of hits has no column “%s”\n", name);
  exit (EXIT_FAILURE);
}

/* The trace of a line; the same as that of the line before where it can be. */
static const CacheTrace *
load_trace (CacheTrace **trace,
            char       **loaded,
            const char  *folder,
            const char  *name)
{
  g_autoptr (GError) error = NULL;

  if (g_strcmp0 (*loaded, name) == 0)
    return *trace;

  g_clear_pointer (trace, cache_trace_free);
  g_free (*loaded);
  *loaded = g_strdup (name);
  *trace = cache_trace_load (folder, name, &error);
  if (*trace == NULL)
    fail (error);

  return *trace;
}

/* What a cache of programs adds to the size of a number. */
#define MANAGED_ENTRY (MGR_CACHE_ENTRY_SIZE + sizeof (MgrCacheHolder))

static MgrCache *
managed_new (MgrCacheObjective objective,
             guint64           max_entries,
             guint64           max_bytes)
{
  return g_object_new (MGR_TYPE_CACHE,
                       "key-type", MGR_CACHE_KEY_TYPE_INT64,
                       "objective", objective,
                       "max-entries", max_entries,
                       "max-bytes", max_bytes,
                       NULL);
}

/* One request: whether it is a hit. An entry takes just what the trace says, unless that is
 * less than the cache needs; what is too heavy for the cache is not kept. */
static gboolean
request_one (MgrCache           *cache,
             const CacheRequest *request,
             MgrCacheTerms      *terms)
{
  GValue value = G_VALUE_INIT;

  if (mgr_cache_get_int64 (cache, request->key, &value))
    return TRUE;

  g_value_init (&value, G_TYPE_INT64);
  mgr_cache_terms_set_size (terms, MAX (request->weight, MANAGED_ENTRY + 1) - MANAGED_ENTRY);
  mgr_cache_put_int64 (cache, request->key, &value, terms, NULL);
  return FALSE;
}

/* One cold pass; @cache is let go. */
static Hits
run_trace (const CacheTrace *trace,
           MgrCache         *cache,
           double           *foreseen)
{
  g_autoptr (MgrCacheTerms) terms = mgr_cache_terms_new ();
  guint64 hits = 0, weight = 0, asked = 0;
  double half = 0.0, same = 0.0;

  /* From the first request on. */
  if (foreseen != NULL)
    mgr_cache_predict (cache, 1.0, &same);
  for (gsize i = 0; i < trace->n_requests; i++)
    {
      const CacheRequest *request = &trace->requests[i];
      gboolean hit = request_one (cache, request, terms);

      hits += hit;
      weight += hit ? request->weight : 0;
      asked += request->weight;
    }

  if (foreseen != NULL && mgr_cache_predict (cache, 1.0, &same) && mgr_cache_predict (cache, 0.5, &half))
    *foreseen = 100.0 * (same - half);
  g_object_unref (cache);
  return (Hits) {
    .hits = 100.0 * (double) hits / (double) trace->n_requests,
    .weight = 100.0 * (double) weight / (double) asked,
  };
}

void
cache_hits_run (Bench      *bench,
                const char *folder)
{
  static const char *const columns[] = {
    "libmgr", "LRU", "S3-FIFO", "Caffeine 3.2.4", "more than Caffeine", NULL,
  };
  g_autoptr (Table) table = table_load (folder, "hit-ratios.tsv");
  g_autofree char *loaded = NULL;
  CacheTrace *trace = NULL;
  double sums[5] = { 0.0, };
  guint n = table->lines->len;

  bench_set_columns (bench, columns);
  for (guint line = 0; line < n; line++)
    {
      GStrv cells = g_ptr_array_index (table->lines, line);
      MgrCache *cache = managed_new (MGR_CACHE_OBJECTIVE_REQUESTS,
                                     g_ascii_strtoull (cells[1], NULL, 10), 0);
      g_autofree char *name = g_strconcat (cells[0], "/", cells[1], NULL);
      Hits ours = run_trace (load_trace (&trace, &loaded, folder, cells[0]), cache, NULL);
      double lru = table_get (table, line, "lru");
      double caffeine = table_get (table, line, "caffeine-3.2.4");
      const double values[] = { ours.hits, lru, table_get (table, line, "s3-fifo"), caffeine,
                                ours.hits - caffeine };

      for (guint i = 0; i < G_N_ELEMENTS (values); i++)
        sums[i] += values[i] / n;
      bench_add_values (bench, name, values,
                        ours.hits >= caffeine - BELOW_CAFFEINE && ours.hits >= lru - BELOW_LRU);
    }

  bench_add_values (bench, "mean", sums,
                    sums[4] >= ABOVE_CAFFEINE && sums[0] - sums[2] >= ABOVE_S3_FIFO);
  g_clear_pointer (&trace, cache_trace_free);
}

void
cache_hits_run_sized (Bench      *bench,
                      const char *folder)
{
  static const char *const columns[] = {
    "requests", "Caffeine's", "more", "bytes", "Caffeine's bytes", "more bytes", NULL,
  };
  g_autoptr (Table) table = table_load (folder, "hit-ratios-sized.tsv");
  g_autofree char *loaded = NULL;
  CacheTrace *trace = NULL;
  double sums[6] = { 0.0, };
  guint n = table->lines->len;

  bench_set_columns (bench, columns);
  for (guint line = 0; line < n; line++)
    {
      GStrv cells = g_ptr_array_index (table->lines, line);
      guint64 bound = g_ascii_strtoull (cells[1], NULL, 10);
      MgrCache *requests = managed_new (MGR_CACHE_OBJECTIVE_REQUESTS, 0, bound);
      MgrCache *bytes = managed_new (MGR_CACHE_OBJECTIVE_BYTES, 0, bound);
      const CacheTrace *requested = load_trace (&trace, &loaded, folder, cells[0]);
      g_autofree char *name = g_strconcat (cells[0], "/", cells[1], NULL);
      double hits = run_trace (requested, requests, NULL).hits;
      double weight = run_trace (requested, bytes, NULL).weight;
      double caffeine = table_get (table, line, "caffeine-3.2.4 requests");
      double caffeine_weight = table_get (table, line, "caffeine-3.2.4 bytes");
      const double values[] = { hits, caffeine, hits - caffeine,
                                weight, caffeine_weight, weight - caffeine_weight };

      for (guint i = 0; i < G_N_ELEMENTS (values); i++)
        sums[i] += values[i] / n;
      bench_add_values (bench, name, values, TRUE);
    }

  bench_add_values (bench, "mean", sums, sums[2] >= SIZED_ABOVE_CAFFEINE && sums[5] >= 0.0);
  g_clear_pointer (&trace, cache_trace_free);
}

void
cache_losses_run (Bench      *bench,
                  const char *folder)
{
  static const char *const columns[] = { "foreseen", "lost", "error", NULL };
  static const struct
  {
    const char *name;
    guint64 entries;
  } points[] = {
    { "oltp", 2000 }, { "p3", 38128 }, { "orm-busy", 15269 }, { "web12", 688 },
    { "cp-w106", 13758 }, { "corda", 4523 },
  };
  guint n_off = 0;

  bench_set_columns (bench, columns);
  for (guint i = 0; i < G_N_ELEMENTS (points); i++)
    {
      MgrCache *whole = managed_new (MGR_CACHE_OBJECTIVE_REQUESTS, points[i].entries, 0);
      MgrCache *half = managed_new (MGR_CACHE_OBJECTIVE_REQUESTS, points[i].entries / 2, 0);
      g_autofree char *name = g_strdup_printf ("%s/%" G_GUINT64_FORMAT, points[i].name,
                                               points[i].entries);
      g_autoptr (GError) error = NULL;
      g_autoptr (CacheTrace) trace = cache_trace_load (folder, points[i].name, &error);
      double foreseen = NAN;
      double lost;

      if (trace == NULL)
        fail (error);

      lost = run_trace (trace, whole, &foreseen).hits - run_trace (trace, half, NULL).hits;
      n_off += !(fabs (foreseen - lost) <= LOSS_ERROR);
      bench_add_values (bench, name, (double[]) { foreseen, lost, foreseen - lost }, TRUE);
    }

  bench_add_values (bench, "more than 1.5 off", (double[]) { NAN, NAN, n_off },
                    n_off <= LOSSES_OFF);
}
