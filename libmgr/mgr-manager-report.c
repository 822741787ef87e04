/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-manager-private.h"
#include "mgr-report-private.h"
#include "model/mgr-model-private.h"
#include "pool/mgr-pool-private.h"
#include "reclaim/mgr-cleaner-private.h"

/* More are no help to whoever looks for what to shrink. */
#define LARGEST_COUNT 10

static void
report_add_component (MgrReport    *report,
                      MgrComponent *component)
{
  MgrReportComponent entry = {
    .path = g_strdup (mgr_component_get_path (component)),
    .budget = mgr_component_get_budget (component),
    .guaranteed = mgr_component_get_guaranteed (component),
    .used = mgr_component_get_used (component),
    .peak = mgr_component_get_peak (component),
    .allocations = mgr_component_get_allocation_count (component),
    .refused = mgr_component_get_refused_count (component),
  };

  if (report->used > 0)
    entry.share = MIN ((double) entry.used / (double) report->used, 1);
  report->refused += entry.refused;
  g_array_append_val (report->components, entry);
}

static int
compare_sizes (gconstpointer a,
               gconstpointer b)
{
  const MgrReportObject *left = a;
  const MgrReportObject *right = b;

  if (left->size != right->size)
    return left->size > right->size ? -1 : 1;

  return strcmp (left->name, right->name);
}

static void
report_add_object (MgrReport   *report,
                   MgrResource *resource,
                   const char  *kind,
                   guint64      size)
{
  g_autoptr (MgrComponent) component = mgr_resource_get_component (resource);
  MgrReportObject object = {
    .name = g_strdup (mgr_resource_get_name (resource)),
    .kind = kind,
    .size = size,
    .safety = mgr_resource_get_safety (resource),
  };

  if (component != NULL)
    object.component = g_strdup (mgr_component_get_path (component));
  g_array_append_val (report->largest, object);
}

static void
holders_add (MgrReportHolders *holders,
             guint64           size)
{
  holders->count++;
  holders->size += MIN (size, G_MAXUINT64 - holders->size);
}

typedef enum
{
  HOLDER_RESOURCE,
  HOLDER_POOL,
  HOLDER_CACHE,
  HOLDER_MODEL,
} Holder;

/* A pool, a cache or a model holds more than what it could give back. */
static Holder
find_holder (MgrResource *resource,
             guint64     *size)
{
  g_autoptr (MgrReclaimer) reclaimer = mgr_resource_get_reclaimer (resource);
  MgrModelView view;

  if (MGR_IS_POOL (reclaimer))
    {
      *size = mgr_pool_get_charged (MGR_POOL (reclaimer));
      return HOLDER_POOL;
    }

  if (MGR_IS_CACHE (reclaimer))
    {
      *size = mgr_cache_get_n_bytes (MGR_CACHE (reclaimer));
      return HOLDER_CACHE;
    }

  if (MGR_IS_MODEL (reclaimer))
    {
      mgr_model_look (MGR_MODEL (reclaimer), &view);
      *size = view.loaded ? view.size : 0;
      return HOLDER_MODEL;
    }

  *size = mgr_resource_get_size (resource);
  return HOLDER_RESOURCE;
}

/* What malloc holds free is nobody's object, and holds nothing. */
static void
report_add_resources (MgrReport  *report,
                      MgrManager *self)
{
  g_autoptr (GPtrArray) resources =
    mgr_resource_registry_list (mgr_cleaner_get_registry (self->cleaner));
  MgrReportHolders holders[] = {
    [HOLDER_RESOURCE] = { .kind = "resource" },
    [HOLDER_POOL] = { .kind = "pool" },
    [HOLDER_CACHE] = { .kind = "cache" },
    [HOLDER_MODEL] = { .kind = "model" },
  };

  for (guint i = 0; i < resources->len; i++)
    {
      MgrResource *resource = g_ptr_array_index (resources, i);
      guint64 size;
      Holder holder;

      if (resource == self->heap)
        continue;

      holder = find_holder (resource, &size);
      holders_add (&holders[holder], size);
      report_add_object (report, resource, holders[holder].kind, size);
    }

  for (gsize i = 0; i < G_N_ELEMENTS (holders); i++)
    {
      if (holders[i].count > 0)
        g_array_append_val (report->holders, holders[i]);
    }
  g_array_sort (report->largest, compare_sizes);
  if (report->largest->len > LARGEST_COUNT)
    g_array_set_size (report->largest, LARGEST_COUNT);
}

static void
report_add_pools (MgrReport  *report,
                  MgrManager *self)
{
  g_autoptr (GPtrArray) pools = mgr_member_list_copy (self->pools);

  for (guint i = 0; i < pools->len; i++)
    {
      MgrPool *pool = g_ptr_array_index (pools, i);
      MgrComponent *component = mgr_pool_get_component (pool);
      MgrReportPool entry = {
        .name = g_strdup (mgr_pool_get_name (pool)),
        .kind = mgr_pool_dup_kind (pool),
        .active = mgr_pool_get_active (pool),
        .statistics = mgr_pool_get_statistics (pool),
      };

      if (component != NULL)
        entry.component = g_strdup (mgr_component_get_path (component));
      g_array_append_val (report->pools, entry);
    }
}

static void
report_add_caches (MgrReport  *report,
                   MgrManager *self)
{
  g_autoptr (GPtrArray) caches = mgr_member_list_copy (self->caches);

  for (guint i = 0; i < caches->len; i++)
    {
      MgrCache *cache = g_ptr_array_index (caches, i);
      MgrComponent *component = mgr_cache_get_component (cache);
      MgrReportCache entry = {
        .name = g_strdup (mgr_cache_get_name (cache)),
        .max_bytes = mgr_cache_get_max_bytes (cache),
        .max_entries = mgr_cache_get_max_entries (cache),
        .statistics = mgr_cache_get_statistics (cache),
      };

      if (component != NULL)
        entry.component = g_strdup (mgr_component_get_path (component));
      g_array_append_val (report->caches, entry);
    }
}

static void
report_set_limits (MgrReport       *report,
                   MgrMemoryLimits *limits)
{
  g_autoptr (GError) error = NULL;

  if (!mgr_memory_limits_refresh (limits, &error))
    g_debug ("A report without limits: %s", error->message);

  report->limits.limit = mgr_memory_limits_get_limit (limits);
  report->limits.soft_limit = mgr_memory_limits_get_soft_limit (limits);
  report->limits.headroom = mgr_memory_limits_get_headroom (limits);
  report->limits.swap = mgr_memory_limits_get_swap (limits);
  report->limits.explanation = mgr_memory_limits_explain (limits);
}

static void
report_set_cleanups (MgrReport  *report,
                     MgrCleaner *cleaner)
{
  MgrCleanerTotals totals = mgr_cleaner_get_totals (cleaner);

  report->cleanups = totals.cleanups;
  report->claimed = totals.claimed;
  report->ledger = totals.ledger;
  report->returned = totals.returned;
  report->last_cleanup = mgr_cleaner_dup_last_report (cleaner);
}

/**
 * mgr_manager_get_report:
 * @self: a manager
 *
 * Gets what the manager knows now. Each figure is exact at the moment it is read, but
 * for sizes of resources, which are as they were set or measured last. May be called
 * from any thread; it reads the limits anew, which takes about as long as a sample.
 *
 * Returns: (transfer full): the report
 *
 * Since: 1.0
 */
MgrReport *
mgr_manager_get_report (MgrManager *self)
{
  g_autoptr (GPtrArray) components = NULL;
  MgrReport *report;

  g_return_val_if_fail (MGR_IS_MANAGER (self), NULL);

  report = mgr_report_new ();
  report->level = mgr_manager_get_level (self);
  report->budget = mgr_manager_get_total_budget (self);
  report->used = mgr_component_get_used (self->root);
  report->peak = mgr_component_get_peak (self->root);
  report->allocations = mgr_component_get_allocation_count (self->root);
  report->refused = mgr_component_get_refused_count (self->root);
  mgr_process_memory_read_anonymous (self->memory, &report->process, NULL);

  components = mgr_ledger_list (self->ledger);
  for (guint i = 1; i < components->len; i++)
    report_add_component (report, g_ptr_array_index (components, i));

  report_add_resources (report, self);
  report_add_pools (report, self);
  report_add_caches (report, self);
  mgr_report_models_add (report->models, self->models);
  report_set_limits (report, self->limits);
  report_set_cleanups (report, self->cleaner);
  return report;
}
