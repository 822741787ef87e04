/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* How values are written for a second tier: a byte that says what it is, and the value. */

/* Whether it is of a type that mgr_cache_codec_write() writes. It takes no time. */
gboolean mgr_cache_codec_knows      (const GValue *value);

/* Returns: (transfer full) (nullable): %NULL for what is neither a string, nor #GBytes, nor
 *   a #GVariant */
GBytes  *mgr_cache_codec_write      (const GValue *value);

/* What somebody else has written.
 *
 * Returns: (transfer full) */
GBytes  *mgr_cache_codec_wrap       (GBytes       *written);

/* Returns: (transfer full) (nullable): what mgr_cache_codec_wrap() was given; %NULL for
 *   anything else */
GBytes  *mgr_cache_codec_unwrap     (GBytes       *stored);

/* @value: not initialised
 *
 * Returns: whether it is what mgr_cache_codec_write() wrote; a store may hold anything */
gboolean mgr_cache_codec_read       (GBytes       *stored,
                                     GValue       *value);

G_END_DECLS
