/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-pool-core-private.h"

/**
 * mgr_pool_get_statistics:
 * @self: a pool
 *
 * Gets all figures at one moment, so that they fit each other. May be called from any
 * thread.
 *
 * Returns: (transfer full): the figures
 *
 * Since: 1.0
 */
MgrPoolStatistics *
mgr_pool_get_statistics (MgrPool *self)
{
  const MgrPoolGauge nothing = { 0 };
  MgrPoolClass *klass;

  g_return_val_if_fail (MGR_IS_POOL (self), NULL);

  klass = MGR_POOL_GET_CLASS (self);
  if (klass->get_statistics != NULL)
    return klass->get_statistics (self);

  return mgr_pool_make_statistics (self, &nothing, mgr_pool_get_capacity (self));
}

/**
 * mgr_pool_get_charged:
 * @self: a pool
 *
 * Gets what the pool holds from the system, and what its component is charged for. May be
 * called from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_pool_get_charged (MgrPool *self)
{
  g_autoptr (MgrPoolStatistics) statistics = NULL;

  g_return_val_if_fail (MGR_IS_POOL (self), 0);

  statistics = mgr_pool_get_statistics (self);
  return mgr_pool_statistics_get_charged (statistics);
}

/**
 * mgr_pool_get_used:
 * @self: a pool
 *
 * Gets what is handed out, each block rounded up to its alignment. May be called from any
 * thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_pool_get_used (MgrPool *self)
{
  g_autoptr (MgrPoolStatistics) statistics = NULL;

  g_return_val_if_fail (MGR_IS_POOL (self), 0);

  statistics = mgr_pool_get_statistics (self);
  return mgr_pool_statistics_get_used (statistics);
}

/**
 * mgr_pool_get_peak:
 * @self: a pool
 *
 * Gets the most that was handed out at one time. May be called from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_pool_get_peak (MgrPool *self)
{
  g_autoptr (MgrPoolStatistics) statistics = NULL;

  g_return_val_if_fail (MGR_IS_POOL (self), 0);

  statistics = mgr_pool_get_statistics (self);
  return mgr_pool_statistics_get_peak (statistics);
}

/**
 * mgr_pool_get_available:
 * @self: a pool
 *
 * Gets the capacity less what is used. May be called from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_pool_get_available (MgrPool *self)
{
  g_autoptr (MgrPoolStatistics) statistics = NULL;

  g_return_val_if_fail (MGR_IS_POOL (self), 0);

  statistics = mgr_pool_get_statistics (self);
  return mgr_pool_statistics_get_available (statistics);
}

/**
 * mgr_pool_get_fragmentation:
 * @self: a pool
 *
 * Gets which share of what is available one request cannot get. May be called from any
 * thread.
 *
 * Returns: the share, from 0 (all in one piece) to 1
 *
 * Since: 1.0
 */
double
mgr_pool_get_fragmentation (MgrPool *self)
{
  g_autoptr (MgrPoolStatistics) statistics = NULL;

  g_return_val_if_fail (MGR_IS_POOL (self), 0);

  statistics = mgr_pool_get_statistics (self);
  return mgr_pool_statistics_get_fragmentation (statistics);
}

/**
 * mgr_pool_get_allocation_count:
 * @self: a pool
 *
 * Gets how many blocks are handed out. May be called from any thread.
 *
 * Returns: the number of blocks
 *
 * Since: 1.0
 */
guint64
mgr_pool_get_allocation_count (MgrPool *self)
{
  g_autoptr (MgrPoolStatistics) statistics = NULL;

  g_return_val_if_fail (MGR_IS_POOL (self), 0);

  statistics = mgr_pool_get_statistics (self);
  return mgr_pool_statistics_get_allocation_count (statistics);
}

/* What of [@offset, @end) lies in the cell that begins at @start, in cells. */
static double
cell_overlap (double start,
              double offset,
              double end)
{
  return MAX (MIN (end, start + 1) - MAX (offset, start), 0);
}

void
mgr_pool_cells_add (double  *cells,
                    guint    n_cells,
                    guint64  extent,
                    guint64  offset,
                    guint64  size)
{
  double scale = (double) n_cells / (double) MAX (extent, 1);
  double start = (double) offset * scale;
  double end = start + (double) size * scale;

  for (guint i = (guint) MIN (start, n_cells); i < n_cells && i < end; i++)
    cells[i] += cell_overlap (i, start, end);
}

static void
pool_draw_used (MgrPool *self,
                double  *cells,
                guint    n_cells)
{
  g_autoptr (MgrPoolStatistics) statistics = mgr_pool_get_statistics (self);

  mgr_pool_cells_add (cells, n_cells, mgr_pool_statistics_get_capacity (statistics), 0,
                      mgr_pool_statistics_get_used (statistics));
}

/**
 * mgr_pool_get_occupancy:
 * @self: a pool
 * @n_cells: how many cells, 1 to %MGR_POOL_CELLS_MAX
 * @length: (out): how many there are
 *
 * Gets a picture of where the pool is in use: its capacity in so many equal cells, from
 * its start to its end. May be called from any thread.
 *
 * Returns: (transfer full) (array length=length): the share of each cell that is in use,
 *    from 0 to 1
 *
 * Since: 1.0
 */
double *
mgr_pool_get_occupancy (MgrPool *self,
                        guint    n_cells,
                        gsize   *length)
{
  MgrPoolClass *klass;
  double *cells;

  g_return_val_if_fail (length != NULL, NULL);
  *length = 0;
  g_return_val_if_fail (MGR_IS_POOL (self), NULL);
  g_return_val_if_fail (n_cells > 0 && n_cells <= MGR_POOL_CELLS_MAX, NULL);

  klass = MGR_POOL_GET_CLASS (self);
  cells = g_new0 (double, n_cells);
  if (klass->draw != NULL)
    klass->draw (self, cells, n_cells);
  else
    pool_draw_used (self, cells, n_cells);

  /* Sums of shares may miss 1 by a rounding. */
  for (guint i = 0; i < n_cells; i++)
    cells[i] = CLAMP (cells[i], 0, 1);

  *length = n_cells;
  return cells;
}

/**
 * mgr_pool_trim:
 * @self: a pool
 * @target: how many bytes are wanted, or %G_MAXUINT64 for all there are
 *
 * Gives free memory back to the system, and its charge to the component. Nothing is lost;
 * what is in use stays. It may give more than was wanted, as memory comes in pages. May be
 * called from any thread.
 *
 * Returns: how many bytes were given back
 *
 * Since: 1.0
 */
guint64
mgr_pool_trim (MgrPool *self,
               guint64  target)
{
  MgrPoolClass *klass;

  g_return_val_if_fail (MGR_IS_POOL (self), 0);

  klass = MGR_POOL_GET_CLASS (self);
  return klass->trim != NULL && target > 0 ? klass->trim (self, target) : 0;
}
