/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "base/mgr-error.h"

G_BEGIN_DECLS

/* Reads the number that @text begins with, and finds what follows it and the spaces
 * after it: its unit. Neither signs nor exponents are read. */
gboolean mgr_number_split    (const char  *text,
                              double      *out_number,
                              const char **out_unit);

/* Reads a time such as `500 ms` or `1.5 min`; a number alone is seconds. */
gboolean mgr_duration_parse  (const char  *text,
                              gint64      *out_duration,
                              GError     **error);

/* Writes microseconds in the largest unit of which they are a multiple: `90 s`. */
char    *mgr_duration_format (gint64       duration);

G_END_DECLS
