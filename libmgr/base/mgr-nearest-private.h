/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* How many letters have to be added, dropped, changed or swapped with their
 * neighbour to make one word of the other. */
guint       mgr_nearest_distance (const char         *a,
                                  const char         *b);

/* The one of @candidates that @word was probably meant to be, %NULL if it is like
 * none of them. */
const char *mgr_nearest_find     (const char         *word,
                                  const char * const *candidates);

G_END_DECLS
