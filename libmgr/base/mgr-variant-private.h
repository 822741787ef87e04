/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* What the dictionaries of reports are made of. What returns a GVariant returns a
 * floating one. */

/* The nick of @value, as JSON and D-Bus have it. */
const char *mgr_enum_get_nick      (GType               type,
                                    int                 value);

/* A bus carries UTF-8 alone, and names and errors may be any text. */
GVariant   *mgr_variant_new_text   (const char         *text);

GVariant   *mgr_variant_new_names  (const char * const *names);

G_END_DECLS
