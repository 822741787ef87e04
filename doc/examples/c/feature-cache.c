/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A cache of features that shrinks while a table of the same program grows, and grows again. */

#include <mgr.h>

#include <locale.h>

#define KIB ((guint64) 1 << 10)
#define QUOTA (8192 * KIB)
#define ROOM (4096 * KIB)
#define ROWS (256 * KIB)
#define N_TEXTS 2000
#define N_FEATURES 1024
#define REQUESTS 2000

static const struct
{
  const char *name;
  double kept;
} levels[] = {
  [MGR_PRESSURE_LEVEL_NORMAL] = { "normal", 1.0 },
  [MGR_PRESSURE_LEVEL_LOW] = { "low", 1.0 },
  [MGR_PRESSURE_LEVEL_MEDIUM] = { "medium", 0.75 },
  [MGR_PRESSURE_LEVEL_HIGH] = { "high", 0.5 },
  [MGR_PRESSURE_LEVEL_CRITICAL] = { "critical", 0.25 },
  [MGR_PRESSURE_LEVEL_EMERGENCY] = { "emergency", 0.125 },
};

typedef struct
{
  MgrComponent *table;         /* (unowned), kept by the manager */
  GPtrArray *rows;             /* (owned) (element-type MgrAllocation) */
  MgrCache *cache;             /* (unowned) */
  MgrManualClock *clock;       /* (unowned) */
  MgrPressureMonitor *monitor; /* (unowned) */
  guint64 wanted;              /* the last of the numbers that say which text is */
} Program;

/* How far the table has grown. Did the features count too, giving way would look like room. */
#define TABLE_TYPE_SOURCE (table_source_get_type ())
G_DECLARE_FINAL_TYPE (TableSource, table_source, TABLE, SOURCE, GObject)

struct _TableSource
{
  GObject parent_instance;

  MgrComponent *table; /* (unowned) */
};

static const char *
table_source_get_name (MgrPressureSource *source)
{
  return "table";
}

static MgrPressureReading *
table_source_read (MgrPressureSource  *source,
                   GError            **error)
{
  guint64 used = mgr_component_get_used (TABLE_SOURCE (source)->table);

  return mgr_pressure_reading_new (used, QUOTA - used, QUOTA, 0.0);
}

static void
table_source_iface_init (MgrPressureSourceInterface *iface)
{
  iface->get_name = table_source_get_name;
  iface->read = table_source_read;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TableSource, table_source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_PRESSURE_SOURCE,
                                                      table_source_iface_init))

static void
table_source_class_init (TableSourceClass *klass)
{
}

static void
table_source_init (TableSource *self)
{
}

static void
pressure_changed_cb (MgrPressureMonitor *monitor,
                     MgrPressureLevel    level,
                     MgrPressureSample  *sample,
                     MgrCache           *cache)
{
  mgr_cache_set_bounds (cache, (guint64) ((double) ROOM * levels[level].kept), 0);
  g_print ("%s: room for %" G_GUINT64_FORMAT " KiB of features\n", levels[level].name,
           mgr_cache_get_max_bytes (cache) / KIB);
}

/* How often which pairs of letters are in a text. */
static gboolean
compute_cb (MgrCache      *cache,
            const GValue  *key,
            MgrCacheTerms *terms,
            GCancellable  *cancellable,
            gpointer       user_data,
            GError       **error)
{
  g_autofree char *text = g_strdup_printf ("text number %" G_GINT64_FORMAT " of %d",
                                           g_value_get_int64 (key), N_TEXTS);
  guint32 *counts = g_new0 (guint32, N_FEATURES);
  g_auto (GValue) value = G_VALUE_INIT;

  for (const char *letter = text; letter[1] != '\0'; letter++)
    counts[(31 * (guchar) letter[0] + (guchar) letter[1]) % N_FEATURES]++;

  g_value_init (&value, G_TYPE_BYTES);
  g_value_take_boxed (&value, g_bytes_new_take (counts, N_FEATURES * sizeof (guint32)));
  mgr_cache_terms_set_value (terms, &value);
  return TRUE;
}

/* Gets the features of a text: a few texts are wanted much more often than the rest. */
static void
ask (Program *program)
{
  g_autoptr (GError) error = NULL;
  g_auto (GValue) key = G_VALUE_INIT;
  g_auto (GValue) value = G_VALUE_INIT;
  double share;

  program->wanted = (program->wanted * 1103515245 + 12345) & 0x7fffffff;
  share = (double) program->wanted / 0x80000000;
  g_value_init (&key, G_TYPE_INT64);
  g_value_set_int64 (&key, (gint64) (N_TEXTS * share * share * share));
  if (!mgr_cache_get_or_load (program->cache, &key, compute_cb, NULL, NULL, &value, &error))
    g_error ("%s", error->message);
}

static void
grow (Program *program)
{
  g_autoptr (GError) error = NULL;
  MgrAllocation *rows = mgr_component_allocate (program->table, ROWS, "rows",
                                                MGR_PRIORITY_DEFAULT, NULL, &error);

  if (rows == NULL)
    g_error ("%s", error->message);
  g_ptr_array_add (program->rows, rows);
}

static void
show (Program            *program,
      const char         *what,
      MgrCacheStatistics *before)
{
  g_autoptr (MgrCacheStatistics) after = mgr_cache_get_statistics (program->cache);
  guint64 hits = mgr_cache_statistics_get_hits (after) - mgr_cache_statistics_get_hits (before);
  guint64 misses =
    mgr_cache_statistics_get_misses (after) - mgr_cache_statistics_get_misses (before);

  g_print ("%s: %.0f%% hits, %" G_GUINT64_FORMAT " KiB of features, %" G_GUINT64_FORMAT
           " KiB of the table\n",
           what, 100.0 * (double) hits / (double) (hits + misses),
           mgr_cache_get_n_bytes (program->cache) / KIB,
           mgr_component_get_used (program->table) / KIB);
}

static void
work (Program    *program,
      const char *what,
      guint       n_rounds,
      gboolean    grows)
{
  g_autoptr (MgrCacheStatistics) before = mgr_cache_get_statistics (program->cache);

  for (guint i = 0; i < n_rounds; i++)
    {
      if (grows)
        grow (program);
      for (guint request = 0; request < REQUESTS / n_rounds; request++)
        ask (program);
      mgr_manual_clock_advance (program->clock, G_USEC_PER_SEC);
      mgr_pressure_sample_unref (mgr_pressure_monitor_sample (program->monitor));
      g_main_context_iteration (NULL, FALSE);
    }

  show (program, what, before);
}

int
main (void)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (64 * 1024 * KIB);
  g_autoptr (MgrManualClock) clock = mgr_manual_clock_new (0);
  g_autoptr (MgrPressureMonitor) monitor = mgr_pressure_monitor_new (MGR_CLOCK (clock));
  g_autoptr (TableSource) source = g_object_new (TABLE_TYPE_SOURCE, NULL);
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_allocation_unref);
  g_autoptr (MgrCache) cache = g_object_new (
    MGR_TYPE_CACHE, "name", "features", "key-type", MGR_CACHE_KEY_TYPE_INT64, "max-bytes", ROOM,
    "component", mgr_manager_add_component (manager, "features", ROOM, NULL, NULL), NULL);
  Program program = {
    .table = mgr_manager_add_component (manager, "table", QUOTA, NULL, NULL),
    .rows = rows,
    .cache = cache,
    .clock = clock,
    .monitor = monitor,
    .wanted = 1,
  };

  setlocale (LC_ALL, "");
  source->table = program.table;
  mgr_pressure_monitor_add_source (monitor, MGR_PRESSURE_SOURCE (source));
  g_signal_connect (monitor, "pressure-changed", G_CALLBACK (pressure_changed_cb), cache);

  work (&program, "at first", 20, FALSE);
  work (&program, "calm", 20, FALSE);
  work (&program, "the table grows", 31, TRUE);
  work (&program, "the table is large", 20, FALSE);
  g_ptr_array_set_size (rows, 0);
  work (&program, "the table is gone", 20, FALSE);
  work (&program, "calm again", 20, FALSE);
  return 0;
}
