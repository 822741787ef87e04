/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The last prices of many symbols in a small pool: those that nobody looks at give way. */

#include <mgr.h>

#define KIB ((guint64) 1 << 10)
#define N_PRICES 1000
#define N_SYMBOLS 40

static guint64 blocks[N_SYMBOLS]; /* 0 for those that have gone */
static guint evicted;

static gboolean
evict_cb (MgrStandardPool *pool,
          MgrBlock        *block,
          gpointer         user_data)
{
  for (guint i = 0; i < N_SYMBOLS; i++)
    {
      if (blocks[i] == mgr_block_get_id (block))
        blocks[i] = 0;
    }
  evicted++;
  return FALSE;
}

static void
add_symbol (MgrStandardPool *pool,
            guint            symbol)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrBlockView) view = NULL;
  double *prices;

  blocks[symbol] = mgr_standard_pool_allocate (pool, N_PRICES * sizeof (double), NULL,
                                               MGR_PRIORITY_DEFAULT, NULL, &error);
  if (blocks[symbol] == 0)
    g_error ("%s", error->message);

  /* Nobody moves or evicts the block as long as the view is held. */
  view = mgr_standard_pool_view (pool, blocks[symbol], &error);
  if (view == NULL)
    g_error ("%s", error->message);
  prices = mgr_block_view_get_data (view);
  for (guint i = 0; i < N_PRICES; i++)
    prices[i] = symbol + i;
}

static double
get_last_price (MgrStandardPool *pool,
                guint            symbol)
{
  g_autoptr (MgrBlockView) view = mgr_standard_pool_view (pool, blocks[symbol], NULL);
  const double *prices = mgr_block_view_get_data (view);

  return prices[N_PRICES - 1];
}

int
main (void)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (64 * KIB * KIB);
  g_autoptr (MgrStandardPool) pool = NULL;
  g_autoptr (MgrPoolStatistics) statistics = NULL;
  g_autoptr (GError) error = NULL;
  guint kept = 0;

  pool = mgr_standard_pool_new (mgr_manager_add_component (manager, "trading-data", 0, NULL, NULL),
                                "prices", 128 * KIB, MGR_STANDARD_POOL_FLAGS_EVICT, &error);
  if (pool == NULL)
    g_error ("%s", error->message);
  g_signal_connect (pool, "evict", G_CALLBACK (evict_cb), NULL);

  for (guint symbol = 0; symbol < N_SYMBOLS; symbol++)
    {
      add_symbol (pool, symbol);
      mgr_standard_pool_touch (pool, blocks[0], NULL);
    }
  for (guint symbol = 0; symbol < N_SYMBOLS; symbol++)
    kept += blocks[symbol] != 0;

  statistics = mgr_pool_get_statistics (MGR_POOL (pool));
  g_print ("%u symbols are kept, %u gave way\n", kept, evicted);
  g_print ("the first one was always of use: its last price is %.0f\n", get_last_price (pool, 0));
  g_print ("used %" G_GUINT64_FORMAT " KiB of %" G_GUINT64_FORMAT "\n",
           mgr_pool_statistics_get_used (statistics) / KIB,
           mgr_pool_statistics_get_capacity (statistics) / KIB);
  return 0;
}
