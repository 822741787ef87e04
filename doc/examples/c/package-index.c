/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Streams a package index, keeps parsed records in a cache that may not exceed a
 * budget, and adds up what each section installs.
 *
 *   package-index [FILE]     # /var/lib/dpkg/status by default */

#include <mgr.h>

#include <locale.h>

#define KIB ((guint64) 1 << 10)

#define BUDGET (512 * KIB)
#define BATCH_LARGEST 64
#define BATCH_SMALLEST 8

/* Records that were charged together, and go together. */
typedef struct
{
  GPtrArray *records;    /* (owned) (element-type GHashTable) */
  MgrAllocation *charge; /* (owned) */
} Batch;

typedef struct
{
  MgrManager *manager;   /* (owned) */
  MgrResource *cache;    /* (owned), SAFE: stands for the batches */
  GQueue batches;        /* (element-type Batch), oldest first */
  GHashTable *results;   /* (owned) (element-type utf8 utf8): section to KiB */
  guint batch_size;
  guint dropped;
} Pipeline;

static void
batch_free (Batch *batch)
{
  g_ptr_array_unref (batch->records);
  mgr_allocation_unref (batch->charge);
  g_free (batch);
}

/* The oldest batches go first, until enough is freed. */
static guint64
drop_batches_cb (MgrResource *cache,
                 guint64      target,
                 gpointer     user_data)
{
  Pipeline *self = user_data;
  guint64 freed = 0;

  while (freed < target && !g_queue_is_empty (&self->batches))
    {
      Batch *batch = g_queue_pop_head (&self->batches);

      freed += mgr_allocation_get_size (batch->charge);
      self->dropped += batch->records->len;
      batch_free (batch);
    }

  return freed;
}

static void
pressure_changed_cb (MgrManager        *manager,
                     MgrPressureLevel   level,
                     MgrPressureSample  *sample,
                     gpointer            user_data)
{
  Pipeline *self = user_data;

  self->batch_size = level >= MGR_PRESSURE_LEVEL_MEDIUM ? BATCH_SMALLEST : BATCH_LARGEST;
  g_print ("pressure level %d at %.0f %%: batches of %u\n", level,
           100 * mgr_pressure_sample_get_usage (sample), self->batch_size);
}

static GHashTable *
parse_record (const char *text)
{
  GHashTable *record = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  for (char **line = lines; *line != NULL; line++)
    {
      char *colon = strchr (*line, ':');

      if (colon != NULL && **line != ' ')
        g_hash_table_insert (record, g_strndup (*line, (gsize) (colon - *line)),
                             g_strstrip (g_strdup (colon + 1)));
    }

  return record;
}

static void
pipeline_add_result (Pipeline   *self,
                     GHashTable *record)
{
  const char *section = g_hash_table_lookup (record, "Section");
  const char *size = g_hash_table_lookup (record, "Installed-Size");
  guint64 sum;

  if (section == NULL || size == NULL)
    return;

  sum = GPOINTER_TO_SIZE (g_hash_table_lookup (self->results, section));
  sum += g_ascii_strtoull (size, NULL, 10);
  g_hash_table_insert (self->results, g_strdup (section), GSIZE_TO_POINTER (sum));
}

/* A batch that does not fit makes older ones go; if it still does not, it is
 * simply not cached. */
static void
pipeline_cache (Pipeline  *self,
                GPtrArray *records,
                guint64    size)
{
  g_autoptr (MgrCleanupReport) report = NULL;
  MgrAllocation *charge = mgr_manager_allocate (self->manager, "cache", size, "records", 5, NULL, NULL);
  Batch *batch;

  if (charge == NULL)
    {
      report = mgr_manager_cleanup (self->manager, MGR_CLEANUP_STRATEGY_MODERATE, FALSE, TRUE, NULL);
      charge = mgr_manager_allocate (self->manager, "cache", size, "records", 5, NULL, NULL);
    }
  if (charge == NULL)
    return;

  batch = g_new (Batch, 1);
  batch->records = g_ptr_array_ref (records);
  batch->charge = charge;
  g_queue_push_tail (&self->batches, batch);
  mgr_resource_set_size (self->cache, mgr_resource_get_size (self->cache) + size);
}

static void
pipeline_run (Pipeline *self,
              char    **texts)
{
  while (*texts != NULL)
    {
      g_autoptr (GPtrArray) records =
        g_ptr_array_new_with_free_func ((GDestroyNotify) g_hash_table_unref);
      guint64 size = 0;

      for (; *texts != NULL && records->len < self->batch_size; texts++)
        {
          size += strlen (*texts) + 1;
          g_ptr_array_add (records, parse_record (*texts));
          pipeline_add_result (self, g_ptr_array_index (records, records->len - 1));
        }

      pipeline_cache (self, records, size);
      while (g_main_context_iteration (NULL, FALSE))
        continue;
    }
}

static void
pipeline_print (Pipeline *self)
{
  g_autoptr (MgrReport) report = mgr_manager_get_report (self->manager);
  g_autoptr (GList) sections = g_list_sort (g_hash_table_get_keys (self->results),
                                            (GCompareFunc) strcmp);

  for (GList *link = sections; link != NULL; link = link->next)
    g_print ("%-24s %10" G_GSIZE_FORMAT " KiB\n", (char *) link->data,
             GPOINTER_TO_SIZE (g_hash_table_lookup (self->results, link->data)));
  g_print ("peak %" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " bytes, %" G_GUINT64_FORMAT
           " cleanups, %u records dropped from the cache\n",
           mgr_report_get_peak (report), mgr_report_get_budget (report),
           mgr_report_get_cleanups (report), self->dropped);
}

int
main (int    argc,
      char **argv)
{
  Pipeline self = { .batch_size = BATCH_LARGEST, .batches = G_QUEUE_INIT };
  g_autofree char *text = NULL;
  g_auto (GStrv) texts = NULL;
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  if (!g_file_get_contents (argc > 1 ? argv[1] : "/var/lib/dpkg/status", &text, NULL, &error))
    {
      g_printerr ("%s\n", error->message);
      return EXIT_FAILURE;
    }

  self.manager = mgr_manager_new (BUDGET);
  self.cache = mgr_resource_new ("_cache_records", 0);
  self.results = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  mgr_manager_add_component (self.manager, "cache", 0, NULL, NULL);
  g_signal_connect (self.cache, "reclaim", G_CALLBACK (drop_batches_cb), &self);
  g_signal_connect (self.manager, "pressure-changed", G_CALLBACK (pressure_changed_cb), &self);
  mgr_manager_register_resource (self.manager, self.cache, NULL);

  texts = g_strsplit (text, "\n\n", -1);
  pipeline_run (&self, texts);
  pipeline_print (&self);

  g_queue_clear_full (&self.batches, (GDestroyNotify) batch_free);
  g_hash_table_unref (self.results);
  g_object_unref (self.cache);
  g_object_unref (self.manager);
  return EXIT_SUCCESS;
}
