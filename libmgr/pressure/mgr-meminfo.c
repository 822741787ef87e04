/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-meminfo-private.h"

#include "base/mgr-error.h"

static guint64
lookup_optional (const char *text,
                 const char *key)
{
  guint64 bytes = 0;

  return mgr_proc_text_lookup (text, key, &bytes) ? bytes : MGR_NO_LIMIT;
}

gboolean
mgr_meminfo_read (MgrProcFile  *file,
                  MgrMeminfo   *meminfo,
                  GError      **error)
{
  const char *text = mgr_proc_file_read (file, error);
  guint64 total = 0;
  guint64 available = 0;

  if (text == NULL)
    return FALSE;

  if (!mgr_proc_text_lookup (text, "MemTotal", &total) || total == 0)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
                   "The file “%s” has no usable MemTotal", mgr_proc_file_get_display_path (file));
      return FALSE;
    }

  /* MemFree is no stand-in: the page cache would count as used. */
  if (!mgr_proc_text_lookup (text, "MemAvailable", &available))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
                   "The file “%s” has no usable MemAvailable",
                   mgr_proc_file_get_display_path (file));
      return FALSE;
    }

  meminfo->total = total;
  meminfo->available = MIN (available, total);
  meminfo->anonymous = lookup_optional (text, "AnonPages");
  meminfo->swap_free = lookup_optional (text, "SwapFree");
  meminfo->swap_total = meminfo->swap_free != MGR_NO_LIMIT
                          ? lookup_optional (text, "SwapTotal") : MGR_NO_LIMIT;
  meminfo->swap_free = MIN (meminfo->swap_free, meminfo->swap_total);
  return TRUE;
}
