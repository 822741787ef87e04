/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-size.h"
#include "pool/mgr-pool-core-private.h"

/* By which the allocations of pools are found in the ledger. */
static const char *const charge_tags[] = { "pool", NULL };

/* With the charge_lock held. */
static gboolean
pool_resize_charge (MgrPoolPrivate  *priv,
                    guint64          bytes,
                    GError         **error)
{
  /* Whoever released it by its id took nothing from the pool but the charge. */
  if (priv->charge != NULL && mgr_allocation_is_released (priv->charge))
    g_clear_pointer (&priv->charge, mgr_allocation_unref);

  if (bytes == 0)
    g_clear_pointer (&priv->charge, mgr_allocation_unref);
  else if (priv->charge != NULL)
    return mgr_allocation_resize (priv->charge, bytes, error);
  else
    priv->charge = mgr_component_allocate (priv->component, bytes, priv->name,
                                           MGR_PRIORITY_DEFAULT, charge_tags, error);

  return bytes == 0 || priv->charge != NULL;
}

gboolean
mgr_pool_charge (MgrPool  *self,
                 guint64   bytes,
                 GError  **error)
{
  MgrPoolPrivate *priv = mgr_pool_get_private (self);
  g_autoptr (GError) local_error = NULL;
  gboolean charged = TRUE;

  g_mutex_lock (&priv->charge_lock);
  if (priv->component != NULL && bytes != priv->charged)
    charged = pool_resize_charge (priv, bytes, &local_error) || bytes < priv->charged;
  if (charged)
    priv->charged = bytes;
  g_mutex_unlock (&priv->charge_lock);

  if (charged)
    {
      mgr_pool_changed (self);
      return TRUE;
    }

  g_propagate_prefixed_error (error, g_steal_pointer (&local_error), "Pool “%s”: ", priv->name);
  return FALSE;
}

MgrRoomWatch *
mgr_pool_watch_room (MgrPool        *self,
                     guint64         bytes,
                     MgrRoomFunc     func,
                     gpointer        user_data,
                     GDestroyNotify  destroy)
{
  MgrPoolPrivate *priv = mgr_pool_get_private (self);
  guint64 held = 0;

  g_mutex_lock (&priv->charge_lock);
  if (priv->charge != NULL && !mgr_allocation_is_released (priv->charge))
    held = priv->charged;
  g_mutex_unlock (&priv->charge_lock);

  return mgr_room_watch_new (priv->component, bytes - MIN (held, bytes), func, user_data, destroy);
}

void
mgr_pool_drop_charge (MgrPool *self)
{
  MgrPoolPrivate *priv = mgr_pool_get_private (self);

  g_mutex_lock (&priv->charge_lock);
  g_clear_pointer (&priv->charge, mgr_allocation_unref);
  priv->charged = 0;
  g_mutex_unlock (&priv->charge_lock);
}

MgrPoolStatistics *
mgr_pool_make_statistics (MgrPool            *self,
                          const MgrPoolGauge *gauge,
                          guint64             largest_free)
{
  MgrPoolPrivate *priv = mgr_pool_get_private (self);
  MgrPoolFigures figures = {
    .used = gauge->used,
    .peak = gauge->peak,
    .largest_free = largest_free,
    .allocation_count = gauge->count,
    .total_count = gauge->total,
    .refused_count = gauge->refused,
    .evicted_count = gauge->evicted,
    .evicted_bytes = gauge->evicted_bytes,
    .trimmed_bytes = gauge->trimmed_bytes,
  };

  figures.capacity = mgr_pool_get_capacity (self);
  g_mutex_lock (&priv->charge_lock);
  figures.charged = priv->charged;
  g_mutex_unlock (&priv->charge_lock);

  return mgr_pool_statistics_new (&figures);
}

static void
pool_set_infeasible (MgrPool  *self,
                     guint64   size,
                     guint64   capacity,
                     GError  **error)
{
  g_autofree char *asked = mgr_size_format (size);
  g_autofree char *whole = mgr_size_format (capacity);

  g_set_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE,
               "%s can never fit into pool “%s”: its whole capacity is %s "
               "(%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " bytes). "
               "Ask for less, or raise the capacity",
               asked, mgr_pool_get_name (self), whole, size, capacity);
}

/* What would help: bytes that are free, but in pieces, or more of them. A capacity that
 * reads like the one there is says nothing, so it is given to the byte as well. */
static char *
pool_suggest (guint64 size,
              guint64 available,
              guint64 used)
{
  guint64 wanted = used + MIN (size, G_MAXUINT64 - used);
  g_autofree char *missing = NULL;
  g_autofree char *capacity = NULL;

  if (available >= size)
    return g_strdup ("It would fit once the free pieces are joined, or blocks between them "
                     "are released");

  missing = mgr_size_format (size - available);
  capacity = mgr_size_format (wanted);
  return g_strdup_printf ("It would fit after %s more are released, or with a capacity of %s "
                          "(%" G_GUINT64_FORMAT " bytes)", missing, capacity, wanted);
}

void
mgr_pool_set_full (MgrPool  *self,
                   guint64   size,
                   guint64   largest_free,
                   GError  **error)
{
  g_autoptr (MgrPoolStatistics) statistics = mgr_pool_get_statistics (self);
  guint64 capacity = mgr_pool_statistics_get_capacity (statistics);
  guint64 used = mgr_pool_statistics_get_used (statistics);
  guint64 available = mgr_pool_statistics_get_available (statistics);
  g_autofree char *asked = mgr_size_format (size);
  g_autofree char *used_text = mgr_size_format (used);
  g_autofree char *whole = mgr_size_format (capacity);
  g_autofree char *piece = mgr_size_format (largest_free);
  g_autofree char *help = NULL;

  if (size > capacity)
    {
      pool_set_infeasible (self, size, capacity, error);
      return;
    }

  help = pool_suggest (size, available, used);
  g_set_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET,
               "%s does not fit into pool “%s”: it has used %s of its capacity of %s, and "
               "its largest free piece is %s. %s",
               asked, mgr_pool_get_name (self), used_text, whole, piece, help);
}
