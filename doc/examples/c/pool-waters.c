/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A pool of quotes that is told when it is nearly full, and lets the older ones go before
 * anybody is refused. */

#include <mgr.h>

#define KIB ((guint64) 1 << 10)
#define N_QUOTES 40

typedef struct
{
  MgrStandardPool *pool; /* (owned) */
  GQueue ids;            /* the oldest first, (element-type guint64) owned */
} Quotes;

static void
drop_oldest (Quotes *quotes)
{
  g_autofree guint64 *id = g_queue_pop_head (&quotes->ids);

  mgr_standard_pool_free (quotes->pool, *id, NULL);
}

static void
high_water_cb (MgrPool *pool,
               guint64  used,
               Quotes  *quotes)
{
  g_print ("high water at %" G_GUINT64_FORMAT " KiB: the older ones go\n", used / KIB);
  while (mgr_pool_get_used (pool) > mgr_pool_get_capacity (pool) / 4)
    drop_oldest (quotes);
}

static void
low_water_cb (MgrPool *pool,
              guint64  used,
              Quotes  *quotes)
{
  g_print ("low water at %" G_GUINT64_FORMAT " KiB\n", used / KIB);
}

static gboolean
add_quote (Quotes  *quotes,
           GError **error)
{
  guint64 id = mgr_standard_pool_allocate (quotes->pool, 64 * KIB, "quotes",
                                           MGR_PRIORITY_DEFAULT, NULL, error);

  if (id == 0)
    return FALSE;

  g_queue_push_tail (&quotes->ids, g_memdup2 (&id, sizeof (id)));
  return TRUE;
}

int
main (void)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (64 * KIB * KIB);
  g_autoptr (MgrPoolStatistics) statistics = NULL;
  g_autoptr (GError) error = NULL;
  MgrComponent *component =
    mgr_manager_add_component (manager, "trading-data", 0, NULL, NULL);
  Quotes quotes = { NULL, G_QUEUE_INIT };

  quotes.pool = mgr_standard_pool_new (component, "quotes", KIB * KIB,
                                       MGR_STANDARD_POOL_FLAGS_VIRTUAL, &error);
  if (quotes.pool == NULL || !mgr_pool_set_waters (MGR_POOL (quotes.pool), 0.5, 0.75, &error)
      || !mgr_manager_add_pool (manager, MGR_POOL (quotes.pool), &error))
    g_error ("%s", error->message);

  g_signal_connect (quotes.pool, "high-water", G_CALLBACK (high_water_cb), &quotes);
  g_signal_connect (quotes.pool, "low-water", G_CALLBACK (low_water_cb), &quotes);
  for (guint i = 0; i < N_QUOTES && add_quote (&quotes, &error); i++)
    {
      while (g_main_context_iteration (NULL, FALSE))
        continue;
    }

  statistics = mgr_pool_get_statistics (MGR_POOL (quotes.pool));
  g_print ("%" G_GUINT64_FORMAT " quotes, %" G_GUINT64_FORMAT " KiB at most, "
           "%" G_GUINT64_FORMAT " refused\n",
           mgr_pool_statistics_get_total_count (statistics),
           mgr_pool_statistics_get_peak (statistics) / KIB,
           mgr_pool_statistics_get_refused_count (statistics));

  g_queue_clear_full (&quotes.ids, g_free);
  g_object_unref (quotes.pool);
  return error == NULL ? 0 : 1;
}
