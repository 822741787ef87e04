/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-test-support.h"
#include "reclaim/mgr-heap-reclaimer-private.h"

#include <stdlib.h>
#include <time.h>

/* Cases of other projects' suites, restated. */

#define MIB (G_GUINT64_CONSTANT (1) << 20)

typedef struct
{
  MgrManualClock *clock; /* (owned) */
  MgrManager *manager;   /* (owned) */
  MgrComponent *store;   /* (unowned) */
  GQueue rows;           /* (element-type MgrAllocation) a MiB each */
  GString *log;          /* (owned) */
  guint asked;
} Spill;

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
spill_set_up (Spill         *spill,
              gconstpointer  data)
{
  spill->clock = mgr_manual_clock_new (G_USEC_PER_SEC);
  spill->manager = g_object_new (MGR_TYPE_MANAGER,
                                 "total-budget", 100 * MIB,
                                 "clock", spill->clock,
                                 "proc-path", "/nonexistent",
                                 NULL);
  spill->store = mgr_manager_add_component (spill->manager, "store", 0, NULL, NULL);
  spill->log = g_string_new (NULL);
  g_queue_init (&spill->rows);
  mgr_pressure_monitor_stop (mgr_manager_get_monitor (spill->manager));
}

static void
spill_tear_down (Spill         *spill,
                 gconstpointer  data)
{
  g_queue_clear_full (&spill->rows, (GDestroyNotify) mgr_allocation_unref);
  settle ();
  g_object_unref (spill->manager);
  g_object_unref (spill->clock);
  g_string_free (spill->log, TRUE);
}

static void
spill_add_row (Spill *spill)
{
  MgrAllocation *row = mgr_component_allocate (spill->store, MIB, "row", 5, NULL, NULL);

  g_assert_nonnull (row);
  g_queue_push_tail (&spill->rows, row);
}

/* Two samples in a row make a level. */
static void
spill_sense (Spill *spill)
{
  for (guint i = 0; i < 2; i++)
    {
      mgr_pressure_sample_unref (
        mgr_pressure_monitor_sample (mgr_manager_get_monitor (spill->manager)));
      mgr_manual_clock_advance (spill->clock, 1);
    }
  settle ();
}

static guint64
spill_rows_cb (MgrResource *resource,
               guint64      target,
               gpointer     user_data)
{
  Spill *spill = user_data;
  guint64 freed = 0;

  spill->asked++;
  while (freed < target && !g_queue_is_empty (&spill->rows))
    {
      mgr_allocation_unref (g_queue_pop_head (&spill->rows));
      freed += MIB;
    }

  return freed;
}

static void
spill_to_watermark_cb (MgrManager        *manager,
                       MgrPressureLevel   level,
                       MgrPressureSample *sample,
                       gpointer           user_data)
{
  Spill *spill = user_data;
  guint64 used = mgr_component_get_used (mgr_manager_get_root (manager));
  MgrCleaner *cleaner = mgr_manager_get_cleaner (manager);
  g_autoptr (MgrCleanupPlan) plan = NULL;
  g_autoptr (MgrCleanupReport) report = NULL;

  if (level < MGR_PRESSURE_LEVEL_LOW || used <= 60 * MIB)
    return;

  plan = mgr_cleaner_plan_bytes (cleaner, used - 60 * MIB, MGR_CLEANUP_STRATEGY_MODERATE,
                                 MGR_CLEANUP_FLAGS_NONE, NULL);
  report = mgr_cleaner_execute (cleaner, plan, NULL);
  g_string_append_printf (spill->log, "%" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT " ",
                          used / MIB,
                          mgr_component_get_used (mgr_manager_get_root (manager)) / MIB);
  g_assert_cmpint (mgr_cleanup_report_get_ledger (report), ==, (gint64) (used - 60 * MIB));
}

static void
test_spill (Spill         *spill,
            gconstpointer  data)
{
  g_autoptr (MgrResource) resource = mgr_resource_new ("temp_rows", 0);

  g_test_summary ("Spill starts at 70 % and stops at 60 % exactly");

  g_signal_connect (resource, "reclaim", G_CALLBACK (spill_rows_cb), spill);
  g_signal_connect (spill->manager, "pressure-changed", G_CALLBACK (spill_to_watermark_cb), spill);
  g_assert_true (mgr_manager_register_resource (spill->manager, resource, NULL));

  for (guint percent = 1; percent <= 70; percent++)
    {
      g_assert_cmpstr (spill->log->str, ==, "");
      spill_add_row (spill);
      mgr_resource_set_size (resource, percent * MIB);
      spill_sense (spill);
    }

  g_assert_cmpstr (spill->log->str, ==, "70 to 60 ");
  g_assert_cmpuint (g_queue_get_length (&spill->rows), ==, 60);
  g_assert_cmpuint (mgr_resource_get_size (resource), ==, 60 * MIB);
  g_assert_cmpuint (spill->asked, ==, 1);
}

/* A reclaimer on a disk that is full. */
#define TEST_TYPE_FULL_DISK (test_full_disk_get_type ())
G_DECLARE_FINAL_TYPE (TestFullDisk, test_full_disk, TEST, FULL_DISK, GObject)

struct _TestFullDisk
{
  GObject parent_instance;
  guint asked;
};

static MgrReclaimEstimate *
test_full_disk_estimate (MgrReclaimer *reclaimer)
{
  return mgr_reclaim_estimate_new (10 * MIB, FALSE, 0, 0);
}

static guint64
test_full_disk_reclaim (MgrReclaimer      *reclaimer,
                        guint64            target,
                        MgrPressureLevel   level,
                        gint64             deadline,
                        GError           **error)
{
  TEST_FULL_DISK (reclaimer)->asked++;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "No space left on device");
  return 0;
}

static void
test_full_disk_iface_init (MgrReclaimerInterface *iface)
{
  iface->estimate = test_full_disk_estimate;
  iface->reclaim = test_full_disk_reclaim;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestFullDisk, test_full_disk, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_RECLAIMER,
                                                      test_full_disk_iface_init))

static void
test_full_disk_class_init (TestFullDiskClass *klass)
{
}

static void
test_full_disk_init (TestFullDisk *self)
{
}

static void
count_messages_cb (const char     *domain,
                   GLogLevelFlags  level,
                   const char     *message,
                   gpointer        user_data)
{
  g_assert_nonnull (strstr (message, "No space left on device"));
  (*(guint *) user_data)++;
}

static void
test_failing_step (Spill         *spill,
                   gconstpointer  data)
{
  g_autoptr (TestFullDisk) disk = g_object_new (TEST_TYPE_FULL_DISK, NULL);
  g_autoptr (MgrResource) resource =
    mgr_resource_new_for_reclaimer ("temp_spill", MGR_RECLAIMER (disk));
  guint messages = 0;
  guint handler;

  g_test_summary ("A step that fails (disk full) warns once per 300 s and never loops");

  g_assert_true (mgr_manager_register_resource (spill->manager, resource, NULL));
  handler = g_log_set_handler (G_LOG_DOMAIN, G_LOG_LEVEL_MESSAGE, count_messages_cb, &messages);
  for (guint i = 0; i < 92; i++)
    spill_add_row (spill);
  spill_sense (spill);
  g_assert_cmpuint (disk->asked, ==, 1);
  g_assert_cmpuint (messages, ==, 1);

  for (guint i = 0; i < 2 * 299; i++)
    {
      mgr_manual_clock_advance (spill->clock, G_USEC_PER_SEC / 2);
      settle ();
    }
  g_assert_cmpuint (messages, ==, 1);
  g_assert_cmpuint (disk->asked, >, 300);
  g_assert_cmpuint (disk->asked, <=, 1 + 2 * 299);

  for (guint i = 0; i < 2 * 2; i++)
    {
      mgr_manual_clock_advance (spill->clock, G_USEC_PER_SEC / 2);
      settle ();
    }
  g_assert_cmpuint (messages, ==, 2);
  g_log_remove_handler (G_LOG_DOMAIN, handler);
}

/* A million entries of a kilobyte, least recently used first, in a table. */
#if defined (__SANITIZE_ADDRESS__) || defined (__SANITIZE_THREAD__)
#define N_ENTRIES 100000
#define IS_TRIMMED FALSE
#else
#define N_ENTRIES 1000000
#define IS_TRIMMED mgr_heap_reclaimer_is_available ()
#endif
#define ENTRY_SIZE 1000
#define SPARE_MEMORY (3 * 1024 * MIB)

typedef struct _Entry Entry;

struct _Entry
{
  guint id;
  GList link; /* in the order of use */
  char payload[ENTRY_SIZE - sizeof (guint) - sizeof (GList)];
};

typedef struct
{
  GHashTable *table; /* (owned) (element-type guint Entry) */
  GQueue lru;        /* (element-type Entry) */
  gint64 last_turn;  /* µs of this thread's work, when the loop had its turn last */
  gint64 gap;        /* the longest */
  guint turns;
  gboolean is_done;
  MgrCleanupReport *report; /* (owned) */
} Cache;

static Cache *
cache_new (void)
{
  Cache *cache = g_new0 (Cache, 1);

  cache->table = g_hash_table_new_full (NULL, NULL, NULL, free);
  for (guint i = 0; i < N_ENTRIES; i++)
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

static void
cache_free (Cache *cache)
{
  g_hash_table_unref (cache->table);
  g_clear_pointer (&cache->report, mgr_cleanup_report_unref);
  g_free (cache);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Cache, cache_free)

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

/* What this thread worked: that others had the processor is no gap of its loop. */
static gint64
get_work (void)
{
  struct timespec used;

  g_assert_cmpint (clock_gettime (CLOCK_THREAD_CPUTIME_ID, &used), ==, 0);
  return used.tv_sec * G_USEC_PER_SEC + used.tv_nsec / 1000;
}

static gboolean
turn_cb (gpointer user_data)
{
  Cache *cache = user_data;
  gint64 now = get_work ();

  cache->gap = MAX (cache->gap, now - cache->last_turn);
  cache->last_turn = now;
  cache->turns++;
  return G_SOURCE_CONTINUE;
}

static void
ended_cb (GObject      *source,
          GAsyncResult *result,
          gpointer      user_data)
{
  Cache *cache = user_data;
  g_autoptr (GError) error = NULL;

  cache->report = mgr_cleaner_cleanup_finish (MGR_CLEANER (source), result, &error);
  g_assert_no_error (error);
  cache->is_done = TRUE;
}

static guint64
get_available (void)
{
  g_autofree char *text = NULL;
  guint64 kilobytes = 0;
  const char *line;

  if (!g_file_get_contents ("/proc/meminfo", &text, NULL, NULL))
    return 0;

  line = strstr (text, "MemAvailable:");
  kilobytes = line != NULL ? g_ascii_strtoull (line + strlen ("MemAvailable:"), NULL, 10) : 0;
  return kilobytes * 1024;
}

static void
test_no_gap (void)
{
  g_autoptr (MgrCleaner) cleaner = NULL;
  g_autoptr (MgrResource) resource = NULL;
  g_autoptr (Cache) cache = NULL;
  guint timer;

  g_test_summary ("The main loop has no gap over 50 ms while 1 GB is reclaimed");

  if (get_available () < SPARE_MEMORY)
    {
      g_test_skip ("it takes a machine with 3 GiB to spare");
      return;
    }

  cache = cache_new ();
  cleaner = mgr_cleaner_new (NULL, NULL);
  resource = mgr_resource_new ("_cache_entries", (guint64) N_ENTRIES * ENTRY_SIZE);
  g_signal_connect (resource, "reclaim", G_CALLBACK (evict_cb), cache);
  g_assert_true (mgr_cleaner_register (cleaner, resource, NULL));

  timer = g_timeout_add (1, turn_cb, cache);
  cache->last_turn = get_work ();
  mgr_cleaner_cleanup_async (cleaner, MGR_CLEANUP_STRATEGY_AGGRESSIVE, MGR_CLEANUP_FLAGS_NONE,
                             NULL, ended_cb, cache);
  mgr_test_iterate_until (&cache->is_done);
  turn_cb (cache);
  g_source_remove (timer);

  g_test_message ("%u turns, longest gap %" G_GINT64_FORMAT " µs, returned %" G_GINT64_FORMAT,
                  cache->turns, cache->gap, mgr_cleanup_report_get_returned (cache->report));
  g_assert_cmpuint (mgr_cleanup_report_get_claimed (cache->report), ==,
                    (guint64) N_ENTRIES * ENTRY_SIZE);
  g_assert_cmpuint (g_hash_table_size (cache->table), ==, 0);
  g_assert_cmpuint (cache->turns, >, 2);
  g_assert_cmpint (cache->gap, <, 50 * G_TIME_SPAN_MILLISECOND);

  /* What the entries leave is one large piece: trimmed in passing, it returns. */
  if (IS_TRIMMED)
    g_assert_cmpint (mgr_cleanup_report_get_returned (cache->report), >,
                     (gint64) N_ENTRIES * ENTRY_SIZE / 2);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) \
  g_test_add ("/cases/cleanup/" name, Spill, NULL, spill_set_up, func, spill_tear_down)

  ADD ("spill-starts-at-70-percent-and-stops-at-60-percent-exactly", test_spill);
  ADD ("a-step-that-fails-warns-once-per-300-s-and-never-loops", test_failing_step);
  g_test_add_func ("/cases/cleanup/no-gap-over-50-ms-while-1-gb-is-reclaimed", test_no_gap);

#undef ADD

  return g_test_run ();
}
