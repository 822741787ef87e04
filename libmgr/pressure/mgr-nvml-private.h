/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib.h>

G_BEGIN_DECLS

#define MGR_DEFAULT_NVML "libnvidia-ml.so.1"

/* NVIDIA's management library, as far as it tells of memory. It is loaded only when
 * asked for, since most machines have none; any call may take long. */
typedef struct _MgrNvml MgrNvml;

/* The error is MGR_ERROR_NOT_AVAILABLE. */
MgrNvml *mgr_nvml_open        (const char  *library,
                               GError     **error);
void     mgr_nvml_close       (MgrNvml     *self);

gboolean mgr_nvml_count       (MgrNvml     *self,
                               guint       *out_n_devices,
                               GError     **error);

/* The error is MGR_ERROR_NOT_AVAILABLE where there is no such device, or it has no
 * memory of its own. */
gboolean mgr_nvml_read_memory (MgrNvml     *self,
                               guint        device,
                               guint64     *out_total,
                               guint64     *out_free,
                               GError     **error);

/* Returns: (transfer full): empty if it has none */
char    *mgr_nvml_read_name   (MgrNvml     *self,
                               guint        device) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrNvml, mgr_nvml_close)

G_END_DECLS
