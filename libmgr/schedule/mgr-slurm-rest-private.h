/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "schedule/mgr-slurm-port-private.h"

G_BEGIN_DECLS

/* The versions that are understood. */
#define MGR_SLURM_REST_OLDEST 38
#define MGR_SLURM_REST_NEWEST 41

/* By slurmrestd, which listens on the unix socket @socket. */
MgrSlurmPort   *mgr_slurm_rest_new          (const char             *socket,
                                             const char             *partition) G_GNUC_WARN_UNUSED_RESULT;

/* Its words, in JSON. */

/* Returns: the newest version it offers that is understood, or 0 */
guint           mgr_slurm_rest_find_version (const char             *text);
char           *mgr_slurm_rest_write_job    (const MgrSlurmRequest  *request,
                                             guint                   version,
                                             const char             *partition) G_GNUC_WARN_UNUSED_RESULT;
/* Returns: (transfer full) (nullable) */
char           *mgr_slurm_rest_parse_job_id (const char             *text) G_GNUC_WARN_UNUSED_RESULT;
/* Returns: (transfer full) (nullable) (element-type MgrSlurmRow): %NULL where it is no list */
GPtrArray      *mgr_slurm_rest_parse_rows   (const char             *text) G_GNUC_WARN_UNUSED_RESULT;
MgrSlurmOutcome mgr_slurm_rest_classify     (const char             *deed,
                                             const char             *text,
                                             GError                **error);

G_END_DECLS
