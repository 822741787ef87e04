/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-core-private.h"

MgrCacheRemoval *
mgr_cache_removals_append_far (MgrCacheRemovals *removals)
{
  guint i = removals->n - MGR_CACHE_REMOVALS_INLINE;

  if (removals->rest == NULL)
    removals->rest = g_array_new (FALSE, FALSE, sizeof (MgrCacheRemoval));
  g_array_set_size (removals->rest, i + 1);
  removals->n++;
  return &g_array_index (removals->rest, MgrCacheRemoval, i);
}

void
mgr_cache_removals_clear_all (MgrCacheRemovals *removals,
                              MgrCacheKeyType   key_type,
                              GDestroyNotify    free_value)
{
  for (guint i = 0; i < removals->n; i++)
    {
      MgrCacheRemoval *removal = mgr_cache_removals_get (removals, i);

      if (key_type != MGR_CACHE_KEY_TYPE_INT64)
        mgr_cache_key_data_free (key_type, removal->key);
      if (free_value != NULL && removal->value.note == 0)
        free_value (removal->value.data);
    }

  removals->n = 0;
  g_clear_pointer (&removals->rest, g_array_unref);
}
