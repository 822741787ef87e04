/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "reclaim/mgr-protection-rules.h"

G_BEGIN_DECLS

/* A number that differs whenever the rules do, so that names need not be matched
 * anew for every plan. */
guint64 mgr_protection_rules_get_serial (MgrProtectionRules *self);

G_END_DECLS
