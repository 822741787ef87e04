/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mgr-memory-monitor.h"

/* What GIO looks for in a file called libgiomgr.so. */
G_MODULE_EXPORT void   g_io_mgr_load   (GIOModule *module);
G_MODULE_EXPORT void   g_io_mgr_unload (GIOModule *module);
G_MODULE_EXPORT char **g_io_mgr_query  (void);

/* GLib's own are at 30 (its daemon) and 40 (the portal). Both hear of the machine
 * alone, and of nothing where their service does not run. */
#define PRIORITY 50

void
g_io_mgr_load (GIOModule *module)
{
  /* Types of libmgr cannot be unloaded, so it has to stay. */
  g_type_module_use (G_TYPE_MODULE (module));

  mgr_memory_monitor_register (G_TYPE_MODULE (module));
  g_io_extension_point_implement (G_MEMORY_MONITOR_EXTENSION_POINT_NAME,
                                  MGR_TYPE_MEMORY_MONITOR, "mgr", PRIORITY);
}

void
g_io_mgr_unload (GIOModule *module)
{
}

char **
g_io_mgr_query (void)
{
  const char *const points[] = { G_MEMORY_MONITOR_EXTENSION_POINT_NAME, NULL };

  return g_strdupv ((char **) points);
}
