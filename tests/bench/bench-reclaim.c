/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "bench.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MIB (G_GUINT64_CONSTANT (1) << 20)
#define SEED 20260101

/* A reclaimer whose figures the benchmark decides. */
#define BENCH_TYPE_RECLAIMER (bench_reclaimer_get_type ())
G_DECLARE_FINAL_TYPE (BenchReclaimer, bench_reclaimer, BENCH, RECLAIMER, GObject)

typedef struct _Process Process;

struct _BenchReclaimer
{
  GObject parent_instance;

  Process *process;    /* (unowned) (nullable) */
  guint64 held;        /* bytes */
  gint64 cost;         /* µs for all of it */
  double delivers;     /* of what it claims, the part that leaves the process */
  gboolean takes_back; /* all of it, at once */
};

/* What the process is, by a /proc of its own and a clock that stands still. */
struct _Process
{
  MgrManualClock *clock; /* (owned) */
  char *proc;            /* (owned) */
  char *statm;           /* (owned) */
  guint64 resident;      /* bytes */
  gint64 worked;         /* µs */
  guint64 kept;          /* bytes that left and stayed away */
};

static void
process_write (Process *process)
{
  g_autofree char *text =
    g_strdup_printf ("0 %" G_GUINT64_FORMAT " 0 0 0 0 0\n",
                     process->resident / (guint64) sysconf (_SC_PAGESIZE));
  FILE *file = fopen (process->statm, "w");

  g_assert (file != NULL);
  fputs (text, file);
  fclose (file);
}

static Process *
process_new (void)
{
  Process *process = g_new0 (Process, 1);
  g_autofree char *self = NULL;

  process->clock = mgr_manual_clock_new (G_USEC_PER_SEC);
  process->proc = g_dir_make_tmp ("mgr-bench-XXXXXX", NULL);
  self = g_build_filename (process->proc, "self", NULL);
  process->statm = g_build_filename (self, "statm", NULL);
  g_assert (g_mkdir (self, 0700) == 0);
  process->resident = 64 * 1024 * MIB;
  process_write (process);
  return process;
}

static void
process_free (Process *process)
{
  g_autofree char *self = g_path_get_dirname (process->statm);

  g_remove (process->statm);
  g_rmdir (self);
  g_rmdir (process->proc);
  g_free (process->statm);
  g_free (process->proc);
  g_object_unref (process->clock);
  g_free (process);
}

static MgrReclaimEstimate *
bench_reclaimer_estimate (MgrReclaimer *reclaimer)
{
  return mgr_reclaim_estimate_new (BENCH_RECLAIMER (reclaimer)->held, FALSE, 0, 0);
}

/* Gives all it holds, and does to the process what its figures say. */
static void
bench_reclaimer_play (BenchReclaimer *self)
{
  Process *process = self->process;
  guint64 leaves = (guint64) (self->delivers * (double) self->held);

  process->worked += self->cost;
  process->kept += self->takes_back ? 0 : leaves;
  process->resident -= leaves;
}

static guint64
bench_reclaimer_reclaim (MgrReclaimer      *reclaimer,
                         guint64            target,
                         MgrPressureLevel   level,
                         gint64             deadline,
                         GError           **error)
{
  BenchReclaimer *self = BENCH_RECLAIMER (reclaimer);
  guint64 claimed = self->held;

  if (self->process == NULL)
    return 0;

  bench_reclaimer_play (self);
  process_write (self->process);
  mgr_manual_clock_advance (self->process->clock, self->cost);
  self->held = 0;
  return claimed;
}

static gboolean
bench_reclaimer_is_thread_safe (MgrReclaimer *reclaimer)
{
  return TRUE;
}

static void
bench_reclaimer_iface_init (MgrReclaimerInterface *iface)
{
  iface->estimate = bench_reclaimer_estimate;
  iface->reclaim = bench_reclaimer_reclaim;
  iface->is_thread_safe = bench_reclaimer_is_thread_safe;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (BenchReclaimer, bench_reclaimer, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_RECLAIMER,
                                                      bench_reclaimer_iface_init))

static void
bench_reclaimer_class_init (BenchReclaimerClass *klass)
{
}

static void
bench_reclaimer_init (BenchReclaimer *self)
{
}

static MgrResource *
register_reclaimer (MgrCleaner     *cleaner,
                    BenchReclaimer *reclaimer,
                    guint           index)
{
  g_autofree char *name = g_strdup_printf ("temp_%u", index);
  MgrResource *resource = mgr_resource_new_for_reclaimer (name, MGR_RECLAIMER (reclaimer));

  g_assert (mgr_cleaner_register (cleaner, resource, NULL));
  return resource;
}

/* The decision */

#define N_PLANNED 10000
#define PLAN_ROUNDS 51

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  double difference = *(const double *) a - *(const double *) b;

  return (difference > 0) - (difference < 0);
}

/* A plan waits for nobody: the time that others have the processor is not its own. */
static double
get_processor_time (void)
{
  struct timespec used;

  g_assert (clock_gettime (CLOCK_THREAD_CPUTIME_ID, &used) == 0);
  return (double) used.tv_sec * 1e3 + (double) used.tv_nsec / 1e6;
}

static double
time_plan (MgrCleaner *cleaner)
{
  double start = get_processor_time ();
  g_autoptr (MgrCleanupPlan) plan =
    mgr_cleaner_plan (cleaner, MGR_CLEANUP_STRATEGY_MODERATE, MGR_CLEANUP_FLAGS_FORCE, NULL);
  double milliseconds = get_processor_time () - start;

  g_assert (mgr_cleanup_plan_get_expected (plan) > 0);
  return milliseconds;
}

static void
bench_plan (Bench *bench)
{
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, "/nonexistent");
  g_autoptr (GPtrArray) held = g_ptr_array_new_with_free_func (g_object_unref);
  double times[PLAN_ROUNDS];

  for (guint i = 0; i < N_PLANNED; i++)
    {
      BenchReclaimer *reclaimer = g_object_new (BENCH_TYPE_RECLAIMER, NULL);

      reclaimer->held = 1 + (i * 7919) % 100003;
      g_ptr_array_add (held, reclaimer);
      g_ptr_array_add (held, register_reclaimer (cleaner, reclaimer, i));
    }
  while (g_main_context_iteration (NULL, FALSE))
    continue;

  for (guint i = 0; i < PLAN_ROUNDS; i++)
    times[i] = time_plan (cleaner);
  qsort (times, PLAN_ROUNDS, sizeof *times, compare_doubles);
  bench_limit (bench, "a plan for 10,000 reclaimers", "ms", times[PLAN_ROUNDS / 2], 5);
}

/* The main loop */

#define N_ENTRIES 1000000
#define ENTRY_SIZE 1000

typedef struct _Entry Entry;

struct _Entry
{
  guint id;
  GList link;
  char payload[ENTRY_SIZE - sizeof (guint) - sizeof (GList)];
};

typedef struct
{
  GHashTable *table; /* (owned) (element-type guint Entry) */
  GQueue lru;        /* (element-type Entry) the least recently used first */
  gint64 last_turn;
  gint64 gap;
  gboolean is_done;
  gint64 returned;
} Cache;

static Cache *
cache_new (guint n_entries)
{
  Cache *cache = g_new0 (Cache, 1);

  cache->table = g_hash_table_new_full (NULL, NULL, NULL, free);
  for (guint i = 0; i < n_entries; i++)
    {
      Entry *entry = malloc (sizeof (Entry));

      memset (entry, 1, sizeof *entry);
      entry->id = i;
      entry->link = (GList) { .data = entry };
      g_queue_push_tail_link (&cache->lru, &entry->link);
      g_hash_table_insert (cache->table, GUINT_TO_POINTER (i), entry);
    }

  return cache;
}

static guint64
evict_cb (MgrResource *resource,
          guint64      target,
          gpointer     user_data)
{
  Cache *cache = user_data;
  guint64 freed = 0;

  while (freed < target && cache->lru.length > 0)
    {
      Entry *entry = cache->lru.head->data;

      g_queue_unlink (&cache->lru, &entry->link);
      g_hash_table_remove (cache->table, GUINT_TO_POINTER (entry->id));
      freed += ENTRY_SIZE;
    }

  return freed;
}

static gboolean
turn_cb (gpointer user_data)
{
  Cache *cache = user_data;
  gint64 now = g_get_monotonic_time ();

  cache->gap = MAX (cache->gap, now - cache->last_turn);
  cache->last_turn = now;
  return G_SOURCE_CONTINUE;
}

static void
ended_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  Cache *cache = user_data;
  g_autoptr (MgrCleanupReport) report =
    mgr_cleaner_cleanup_finish (MGR_CLEANER (source), result, NULL);

  cache->returned = mgr_cleanup_report_get_returned (report);
  cache->is_done = TRUE;
}

static void
bench_gap (Bench *bench)
{
  guint n_entries = bench_is_quick (bench) ? N_ENTRIES / 10 : N_ENTRIES;
  Cache *cache = cache_new (n_entries);
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, NULL);
  g_autoptr (MgrResource) resource =
    mgr_resource_new ("_cache_entries", (guint64) n_entries * ENTRY_SIZE);
  guint timer = g_timeout_add (1, turn_cb, cache);

  g_signal_connect (resource, "reclaim", G_CALLBACK (evict_cb), cache);
  g_assert (mgr_cleaner_register (cleaner, resource, NULL));
  cache->last_turn = g_get_monotonic_time ();
  mgr_cleaner_cleanup_async (cleaner, MGR_CLEANUP_STRATEGY_AGGRESSIVE, MGR_CLEANUP_FLAGS_NONE,
                             NULL, ended_cb, cache);
  while (!cache->is_done)
    g_main_context_iteration (NULL, TRUE);
  turn_cb (cache);
  g_source_remove (timer);

  g_assert (g_hash_table_size (cache->table) == 0);
  bench_limit (bench, "the loop's longest gap, 1 GB in 1,000,000 entries", "ms",
               (double) cache->gap / 1000, 20);
  bench_limit (bench, "of that GB, what did not return", "%",
               100 - 100.0 * (double) cache->returned / ((double) n_entries * ENTRY_SIZE), 50);
  g_hash_table_unref (cache->table);
  g_free (cache);
}

/* The heap */

#define BLOCK_SIZE 500
#define N_BLOCKS 434000
#define GOING_PERCENT 83

static guint64
read_smaps (void)
{
  g_autofree char *text = NULL;
  const char *line = NULL;

  if (g_file_get_contents ("/proc/self/smaps_rollup", &text, NULL, NULL))
    line = strstr (text, "\nAnonymous:");

  return line != NULL ? 1024 * g_ascii_strtoull (line + strlen ("\nAnonymous:"), NULL, 10) : 0;
}

typedef struct
{
  char *blocks[N_BLOCKS]; /* (owned) (nullable) */
  GRand *rand;            /* (owned) */
} Scattered;

static guint64
scatter_cb (MgrResource *resource,
            guint64      target,
            gpointer     user_data)
{
  Scattered *scattered = user_data;
  guint64 freed = 0;

  for (guint i = 0; i < N_BLOCKS; i++)
    {
      if (g_rand_int_range (scattered->rand, 0, 100) >= GOING_PERCENT)
        continue;

      free (g_steal_pointer (&scattered->blocks[i]));
      freed += BLOCK_SIZE;
    }

  return freed;
}

static void
bench_heap (Bench *bench)
{
  Scattered *scattered = g_new0 (Scattered, 1);
  g_autoptr (MgrCleaner) cleaner = mgr_cleaner_new (NULL, NULL);
  g_autoptr (MgrResource) resource = mgr_resource_new ("_cache_blocks", 180 * 1000 * 1000);
  g_autoptr (MgrCleanupReport) report = NULL;
  double before;
  double fell;
  double returned;
  double trimmed;

  scattered->rand = g_rand_new_with_seed (SEED);
  for (guint i = 0; i < N_BLOCKS; i++)
    scattered->blocks[i] = memset (malloc (BLOCK_SIZE), 1, BLOCK_SIZE);
  g_signal_connect (resource, "reclaim", G_CALLBACK (scatter_cb), scattered);
  g_assert (mgr_cleaner_register (cleaner, resource, NULL));

  before = (double) read_smaps ();
  report = mgr_cleaner_cleanup (cleaner, MGR_CLEANUP_STRATEGY_AGGRESSIVE, FALSE, TRUE, NULL);
  fell = before - (double) read_smaps ();
  returned = (double) mgr_cleanup_report_get_returned (report);
  trimmed = (double) mgr_cleanup_report_get_heap_trimmed (report);

  bench_limit (bench, "180 MB freed scattered: returned before the trim", "MB",
               ABS (returned - trimmed) / 1e6, 2);
  bench_limit (bench, "the same: still missing after the trim, of 180 MB", "MB",
               180 - returned / 1e6, 150);
  bench_limit (bench, "the same: the report against smaps, off by", "%",
               100 * ABS (returned - fell) / MAX (fell, 1), 10);

  for (guint i = 0; i < N_BLOCKS; i++)
    free (scattered->blocks[i]);
  g_rand_free (scattered->rand);
  g_free (scattered);
}

/* The order */

#define N_RECLAIMERS 20
#define N_CYCLES 40
#define HELD (16 * MIB)
#define WANTED (N_RECLAIMERS * HELD / 4)

typedef struct
{
  Process *process;                         /* (owned) */
  BenchReclaimer *reclaimers[N_RECLAIMERS]; /* (owned) */
} Zoo;

/* Each of another yield: from 5 to 500 ms for the same 16 MiB, of which all, half or
 * nothing leaves the process, and which some take again at once. */
static Zoo *
zoo_new (GRand *rand)
{
  static const double parts[] = { 1, 1, 1, 0.5, 0 };
  Zoo *zoo = g_new0 (Zoo, 1);

  zoo->process = process_new ();
  for (guint i = 0; i < N_RECLAIMERS; i++)
    {
      BenchReclaimer *reclaimer = g_object_new (BENCH_TYPE_RECLAIMER, NULL);
      double exponent = g_rand_double_range (rand, 0, 2);

      reclaimer->process = zoo->process;
      reclaimer->cost = (gint64) (5 * G_TIME_SPAN_MILLISECOND * __builtin_pow (10, exponent));
      reclaimer->delivers = parts[g_rand_int_range (rand, 0, G_N_ELEMENTS (parts))];
      reclaimer->takes_back = g_rand_int_range (rand, 0, 5) == 0;
      zoo->reclaimers[i] = reclaimer;
    }

  return zoo;
}

static void
zoo_free (Zoo *zoo)
{
  for (guint i = 0; i < N_RECLAIMERS; i++)
    g_object_unref (zoo->reclaimers[i]);
  process_free (zoo->process);
  g_free (zoo);
}

static void
zoo_begin_cycle (Zoo *zoo)
{
  zoo->process->resident = 64 * 1024 * MIB;
  process_write (zoo->process);
  for (guint i = 0; i < N_RECLAIMERS; i++)
    zoo->reclaimers[i]->held = HELD;
}

static double
yield_of (const BenchReclaimer *reclaimer)
{
  return reclaimer->takes_back ? 0 : reclaimer->delivers / (double) reclaimer->cost;
}

static int
compare_yields (gconstpointer a,
                gconstpointer b)
{
  double left = yield_of (*(BenchReclaimer *const *) a);
  double right = yield_of (*(BenchReclaimer *const *) b);

  return (left < right) - (left > right);
}

/* What a byte costs that leaves and stays away, in µs per MiB. */
static double
zoo_get_cost (Zoo *zoo)
{
  return (double) zoo->process->worked * (double) MIB / MAX ((double) zoo->process->kept, 1);
}

static void
zoo_reset (Zoo *zoo)
{
  zoo->process->worked = 0;
  zoo->process->kept = 0;
}

static void
shuffle (BenchReclaimer **order,
         GRand           *rand)
{
  for (guint i = N_RECLAIMERS - 1; i > 0; i--)
    {
      guint other = (guint) g_rand_int_range (rand, 0, (gint) i + 1);
      BenchReclaimer *held = order[i];

      order[i] = order[other];
      order[other] = held;
    }
}

/* Without a cleaner, in an order that is the best there is, or another one each time. */
static double
zoo_play_order (Zoo   *zoo,
                GRand *rand)
{
  BenchReclaimer *order[N_RECLAIMERS];

  memcpy (order, zoo->reclaimers, sizeof order);
  qsort (order, N_RECLAIMERS, sizeof *order, compare_yields);
  zoo_reset (zoo);
  for (guint cycle = 0; cycle < N_CYCLES; cycle++)
    {
      guint64 claimed = 0;

      zoo_begin_cycle (zoo);
      if (rand != NULL)
        shuffle (order, rand);
      for (guint i = 0; claimed < WANTED; i++)
        {
          bench_reclaimer_play (order[i]);
          claimed += HELD;
        }
    }

  return zoo_get_cost (zoo);
}

static char *
get_order (MgrCleanupPlan *plan)
{
  g_autoptr (GPtrArray) steps = mgr_cleanup_plan_get_steps (plan);
  GString *order = g_string_new (NULL);

  for (guint i = 0; i < steps->len; i++)
    g_string_append_printf (order, "%s ",
                            mgr_cleanup_step_get_name (g_ptr_array_index (steps, i)));

  return g_string_free (order, FALSE);
}

/* Some take back what they gave at once, the others after a minute. */
static char *
zoo_play_cycle (Zoo        *zoo,
                MgrCleaner *cleaner)
{
  g_autoptr (MgrCleanupPlan) plan = NULL;
  g_autoptr (MgrCleanupPlan) noticed = NULL;
  g_autoptr (MgrCleanupReport) report = NULL;

  zoo_begin_cycle (zoo);
  plan = mgr_cleaner_plan_bytes (cleaner, WANTED, MGR_CLEANUP_STRATEGY_EMERGENCY,
                                 MGR_CLEANUP_FLAGS_NONE, NULL);
  report = mgr_cleaner_execute (cleaner, plan, NULL);

  for (guint i = 0; i < N_RECLAIMERS; i++)
    {
      if (zoo->reclaimers[i]->takes_back)
        zoo->reclaimers[i]->held = HELD;
    }
  mgr_manual_clock_advance (zoo->process->clock, 2 * G_USEC_PER_SEC);
  noticed = mgr_cleaner_plan (cleaner, MGR_CLEANUP_STRATEGY_LIGHT, MGR_CLEANUP_FLAGS_NONE, NULL);
  mgr_manual_clock_advance (zoo->process->clock, G_TIME_SPAN_MINUTE);
  while (g_main_context_iteration (NULL, FALSE))
    continue;

  return get_order (plan);
}

/* Returns after how many cycles the order did not change any more. */
static guint
zoo_play_cleaner (Zoo    *zoo,
                  double *out_cost)
{
  g_autoptr (MgrCleaner) cleaner =
    mgr_cleaner_new (MGR_CLOCK (zoo->process->clock), zoo->process->proc);
  g_autoptr (GPtrArray) resources = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *last = NULL;
  guint settled = 0;

  for (guint i = 0; i < N_RECLAIMERS; i++)
    g_ptr_array_add (resources, register_reclaimer (cleaner, zoo->reclaimers[i], i));

  zoo_reset (zoo);
  for (guint cycle = 0; cycle < N_CYCLES; cycle++)
    {
      g_autofree char *order = zoo_play_cycle (zoo, cleaner);

      if (g_strcmp0 (order, last) != 0)
        settled = cycle;
      g_free (last);
      last = g_steal_pointer (&order);
    }

  *out_cost = zoo_get_cost (zoo);
  return settled;
}

#define N_ZOOS 25

static void
bench_order (Bench *bench)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (SEED);
  guint n_zoos = bench_is_quick (bench) ? N_ZOOS / 5 : N_ZOOS;
  double settled[N_ZOOS];
  double wasted = 0;
  double wasted_by_chance = 0;

  for (guint i = 0; i < n_zoos; i++)
    {
      Zoo *zoo = zoo_new (rand);
      double best = zoo_play_order (zoo, NULL);
      double chance = zoo_play_order (zoo, rand);
      double ours = 0;

      settled[i] = zoo_play_cleaner (zoo, &ours);
      wasted += ours - best;
      wasted_by_chance += chance - best;
      zoo_free (zoo);
    }

  qsort (settled, n_zoos, sizeof *settled, compare_doubles);
  bench_limit (bench, "20 reclaimers: cycles until their order stays", "cycles",
               settled[n_zoos / 2], 5);
  bench_limit (bench, "the same: work wasted, of what a random order wastes", "of it",
               wasted / wasted_by_chance, 0.5);
}

#define N_UNREGISTERED 100000

/* In the order of their registration, and then in the opposite one: neither end of any
 * list is favoured. */
static double
unregister_all (MgrManager *manager,
                gboolean    forwards)
{
  g_autoptr (GPtrArray) resources = g_ptr_array_new_with_free_func (g_object_unref);
  gint64 start;

  for (guint i = 0; i < N_UNREGISTERED; i++)
    {
      g_autofree char *name = g_strdup_printf ("temp_%u", i);
      MgrResource *resource = mgr_resource_new (name, 1);

      g_assert (mgr_manager_register_resource (manager, resource, NULL));
      g_ptr_array_add (resources, resource);
    }

  start = g_get_monotonic_time ();
  for (guint i = 0; i < N_UNREGISTERED; i++)
    mgr_manager_unregister_resource (
      manager, g_ptr_array_index (resources, forwards ? i : N_UNREGISTERED - 1 - i));

  return (double) (g_get_monotonic_time () - start) / G_TIME_SPAN_MILLISECOND;
}

static void
bench_unregister (Bench *bench)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (MIB);
  double first;
  double last;

  mgr_pressure_monitor_stop (mgr_manager_get_monitor (manager));
  first = unregister_all (manager, TRUE);
  last = unregister_all (manager, FALSE);
  bench_limit (bench, "to unregister 100,000 resources of a manager", "ms", MAX (first, last), 1000);
}

int
main (int    argc,
      char **argv)
{
  Bench *bench = bench_new ("reclaim", &argc, &argv);

  bench_plan (bench);
  bench_order (bench);
  bench_heap (bench);
  bench_gap (bench);
  bench_unregister (bench);

  return bench_finish (bench);
}
