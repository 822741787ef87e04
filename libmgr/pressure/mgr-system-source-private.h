/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-system-files-private.h"
#include "pressure/mgr-system-source.h"

G_BEGIN_DECLS

/* All are there once the source is constructed, and stay its own. */
MgrClock       *mgr_system_source_get_clock       (MgrSystemSource *self);
const char     *mgr_system_source_get_proc_path   (MgrSystemSource *self);
const char     *mgr_system_source_get_cgroup_path (MgrSystemSource *self);
MgrSystemFiles *mgr_system_source_get_files       (MgrSystemSource *self);

G_END_DECLS
