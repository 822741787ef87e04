/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib.h>

G_BEGIN_DECLS

/* What a pressure file was asked to tell of, and whether an event is just that. The
 * kernel's first event may count all stall since the machine started. */
typedef struct
{
  gboolean full;      /* of the line “full”, not “some” */
  guint64 threshold;  /* µs of stall */
  guint64 last_total; /* µs, when an event was last accepted */
} MgrPsiRequest;

/* Reads “some 200000 2000000” and its like, with or without a NUL at the end. */
gboolean mgr_psi_request_parse  (MgrPsiRequest  *self,
                                 GBytes         *data,
                                 GError        **error);

/* Finds the total of the request's line in the text of a pressure file. */
gboolean mgr_psi_request_lookup (MgrPsiRequest  *self,
                                 const char     *text,
                                 guint64        *out_total);

/* Whether the stall has grown as far as was asked for since the last time it had. */
gboolean mgr_psi_request_accept (MgrPsiRequest  *self,
                                 guint64         total);

G_END_DECLS
