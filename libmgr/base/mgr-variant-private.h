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

/* All nicks of @type for people, as in “light, moderate or aggressive”.
 * Returns (transfer full). */
char       *mgr_enum_list_nicks    (GType               type);

/* A bus carries UTF-8 alone, and names and errors may be any text. */
GVariant   *mgr_variant_new_text   (const char         *text);

GVariant   *mgr_variant_new_names  (const char * const *names);

/* The nicks of all that is set in @flags, as a list. */
GVariant   *mgr_variant_new_flags  (GType               type,
                                    guint               flags);

/* UTF-8 whatever @text was, and of at most @bytes: an ellipsis stands for what is missing.
 * Returns (transfer full). */
char       *mgr_text_cut           (const char         *text,
                                    gsize               bytes);

G_END_DECLS
