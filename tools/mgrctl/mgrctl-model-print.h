/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "mgrctl.h"
#include "model-entry.h"

G_BEGIN_DECLS

/* A line for each of them (element-type ModelEntry), with a head, and what could be set
 * better. */
void mgrctl_models_print (const MgrctlOptions *options,
                          GPtrArray           *entries);

/* All that is known of one. */
void mgrctl_model_print  (const MgrctlOptions *options,
                          const ModelEntry    *entry);

G_END_DECLS
