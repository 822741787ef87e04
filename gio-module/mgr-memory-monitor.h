/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A GMemoryMonitor whose warnings come from a MgrPressureMonitor of its own, in the
 * main context that was the thread default when it was made. */
#define MGR_TYPE_MEMORY_MONITOR (mgr_memory_monitor_get_type ())
G_DECLARE_FINAL_TYPE (MgrMemoryMonitor, mgr_memory_monitor, MGR, MEMORY_MONITOR, GObject)

void mgr_memory_monitor_register (GTypeModule *module);

G_END_DECLS
