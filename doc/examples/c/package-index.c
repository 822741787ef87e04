/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* How many dependencies stay in their section: the Python example in small. Records
 * are split when they are asked for, and cached as long as the budget allows.
 *
 * Usage: package-index [FILE [BUDGET]] */

#include <mgr.h>

#include <locale.h>

#define LARGEST_BATCH 64

typedef struct
{
  char **lines;              /* (owned) */
  MgrAllocation *allocation; /* (owned) (nullable): not cached */
} Record;

typedef struct
{
  MgrManager *manager;     /* all these: (unowned) */
  MgrComponent *component;
  MgrResource *resource;
  GMainLoop *loop;
  GPtrArray *stanzas;      /* (element-type char): where each begins, and the end */
  GHashTable *rows;        /* (element-type utf8 guint): by name of the package */
  GHashTable *cache;       /* (element-type guint Record): by row */
  guint row, batch, hits, cleanups, within, across;
} Job;

static void
record_clear (Record *record)
{
  g_clear_pointer (&record->allocation, mgr_allocation_unref);
  g_strfreev (record->lines);
}

static void
record_release (Record *record)
{
  g_rc_box_release_full (record, (GDestroyNotify) record_clear);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Record, record_release)

static const char *
record_get (Record     *record,
            const char *field)
{
  for (char **line = record->lines; *line != NULL; line++)
    if (g_str_has_prefix (*line, field))
      return *line + strlen (field);

  return "";
}

static void
job_make_room (Job *job)
{
  g_autoptr (MgrCleanupReport) report = NULL;

  mgr_resource_set_size (job->resource, mgr_component_get_used (job->component));
  report = mgr_manager_cleanup (job->manager, MGR_CLEANUP_STRATEGY_MODERATE, FALSE, TRUE, NULL);
}

/* What is refused is not cached, but makes room for the next. */
static Record *
job_get_record (Job   *job,
                guint  row)
{
  const char *stanza = g_ptr_array_index (job->stanzas, row);
  const char *end = g_ptr_array_index (job->stanzas, row + 1);
  g_autofree char *text = NULL;
  Record *record = g_hash_table_lookup (job->cache, GUINT_TO_POINTER (row));

  if (record != NULL)
    {
      job->hits++;
      return g_rc_box_acquire (record);
    }

  text = g_strndup (stanza, (gsize) (end - stanza));
  record = g_rc_box_new0 (Record);
  record->lines = g_strsplit (text, "\n", -1);
  record->allocation = mgr_component_allocate_static (job->component, (guint64) (end - stanza),
                                                      "a record", MGR_PRIORITY_DEFAULT, NULL);
  if (record->allocation != NULL)
    g_hash_table_insert (job->cache, GUINT_TO_POINTER (row), g_rc_box_acquire (record));
  else
    job_make_room (job);

  return record;
}

static void
job_join (Job   *job,
          guint  row)
{
  g_autoptr (Record) record = job_get_record (job, row);
  g_auto (GStrv) names = g_strsplit (record_get (record, "Depends: "), ", ", -1);

  for (char **name = names; *name != NULL; name++)
    {
      g_autoptr (Record) needed = NULL;
      gpointer target;

      (*name)[strcspn (*name, " :|")] = '\0';
      if (!g_hash_table_lookup_extended (job->rows, *name, NULL, &target))
        continue;

      needed = job_get_record (job, GPOINTER_TO_UINT (target));
      if (g_str_equal (record_get (record, "Section: "), record_get (needed, "Section: ")))
        job->within++;
      else
        job->across++;
    }
}

/* A batch whenever the main loop has nothing more urgent to do. */
static gboolean
step_cb (gpointer user_data)
{
  Job *job = user_data;
  guint rows = job->stanzas->len - 1;
  guint end = MIN (job->row + job->batch, rows);
  g_autoptr (MgrPressureSample) sample = NULL;

  while (job->row < end)
    job_join (job, job->row++);

  mgr_resource_set_size (job->resource, mgr_component_get_used (job->component));
  sample = mgr_pressure_monitor_sample (mgr_manager_get_monitor (job->manager));
  if (end == rows)
    g_main_loop_quit (job->loop);

  return end < rows;
}

static void
pressure_changed_cb (MgrManager        *manager,
                     MgrPressureLevel   level,
                     MgrPressureSample *sample,
                     Job               *job)
{
  job->batch = LARGEST_BATCH >> level;
  g_print ("%.0f %% used: batches of %u\n", 100 * mgr_pressure_sample_get_usage (sample),
           job->batch);
}

/* Drops all but what somebody works with, who holds a reference. */
static guint64
reclaim_cb (MgrResource *resource,
            guint64      target,
            Job         *job)
{
  guint64 before = mgr_component_get_used (job->component);

  g_hash_table_remove_all (job->cache);
  job->cleanups++;
  return before - mgr_component_get_used (job->component);
}

static void
job_index (Job        *job,
           const char *text,
           const char *end)
{
  while (text < end && g_str_has_prefix (text, "Package: "))
    {
      const char *next = g_strstr_len (text, end - text, "\n\n");
      const char *name = text + strlen ("Package: ");

      g_hash_table_insert (job->rows, g_strndup (name, strcspn (name, "\n")),
                           GUINT_TO_POINTER (job->stanzas->len));
      g_ptr_array_add (job->stanzas, (gpointer) text);
      text = next != NULL ? next + 2 : end;
    }
  g_ptr_array_add (job->stanzas, (gpointer) end);
}

int
main (int    argc,
      char **argv)
{
  guint64 budget = 0;
  g_autoptr (GError) error = NULL;
  g_autoptr (GMappedFile) file = NULL;
  g_autoptr (MgrManager) manager = NULL;
  g_autoptr (MgrResource) resource = mgr_resource_new ("_cache_records", 0);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (GPtrArray) stanzas = g_ptr_array_new ();
  g_autoptr (GHashTable) rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) cache =
    g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) record_release);
  Job job = { NULL, NULL, resource, loop, stanzas, rows, cache, .batch = LARGEST_BATCH };

  setlocale (LC_ALL, "");
  file = g_mapped_file_new (argc > 1 ? argv[1] : "/var/lib/dpkg/status", FALSE, &error);
  if (file == NULL || !mgr_size_parse (argc > 2 ? argv[2] : "128 KiB", &budget, &error))
    {
      g_printerr ("package-index: %s\n", error->message);
      return 1;
    }

  job_index (&job, g_mapped_file_get_contents (file),
             g_mapped_file_get_contents (file) + g_mapped_file_get_length (file));
  manager = job.manager = mgr_manager_new (budget);
  job.component = mgr_manager_add_component (manager, "cache", 0, NULL, NULL);
  g_signal_connect (manager, "pressure-changed", G_CALLBACK (pressure_changed_cb), &job);
  g_signal_connect (resource, "reclaim", G_CALLBACK (reclaim_cb), &job);
  mgr_manager_register_resource (manager, resource, NULL);
  g_idle_add (step_cb, &job);
  g_main_loop_run (loop);

  g_print ("%u packages: %u dependencies stay in their section, %u leave it\n"
           "the cache answered %u times and was emptied %u times\n",
           stanzas->len - 1, job.within, job.across, job.hits, job.cleanups);
  return 0;
}
