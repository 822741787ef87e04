/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-memory-private.h"

#include <sys/mman.h>
#include <unistd.h>

/* Word by word, since who looks at it meanwhile reads words. */
static void
make_zero (char *begin,
           char *end)
{
  for (guint32 *word = (gpointer) begin; word < (guint32 *) (gpointer) end; word++)
    __atomic_store_n (word, 0, __ATOMIC_RELEASE);
}

void
mgr_cache_memory_release (gpointer begin,
                          gpointer end)
{
  gsize page = (gsize) sysconf (_SC_PAGESIZE);
  char *first = (char *) (((gsize) begin + page - 1) / page * page);
  char *last = (char *) ((gsize) end / page * page);

  if (first >= last || madvise (first, (gsize) (last - first), MADV_DONTNEED) != 0)
    {
      make_zero (begin, end);
      return;
    }

  make_zero (begin, first);
  make_zero (last, end);
}
