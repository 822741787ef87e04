/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "mgrctl.h"

#include <mgr.h>

G_BEGIN_DECLS

/* What a sample says, under the names that it has on the bus.
 *
 * Returns: (transfer full): a{sv} */
GVariant        *mgrctl_sample_to_dict   (MgrPressureSample   *sample);

MgrPressureLevel mgrctl_sample_get_level (GVariant            *dict);

/* A line for people, without a line feed: the time, the level, and as much as @width
 * columns hold of what @dict has.
 *
 * Returns: (transfer full): the line */
char            *mgrctl_sample_to_line   (const MgrctlOptions *options,
                                          GVariant            *dict,
                                          int                  width);

G_END_DECLS
