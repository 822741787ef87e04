/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "base/mgr-error.h"
#include "reclaim/mgr-protection-rule.h"
#include "reclaim/mgr-rule-name-private.h"

G_BEGIN_DECLS

/* Returns (transfer full), or %NULL with %MGR_ERROR_INVALID_ARGUMENT naming what is
 * wrong. */
MgrProtectionRule *mgr_protection_rule_new     (const char         *pattern,
                                                MgrSafety           safety,
                                                GError            **error);

/* @item is the name within a group, or %NULL. */
gboolean           mgr_protection_rule_matches (MgrProtectionRule  *self,
                                                MgrRuleName        *name,
                                                MgrRuleName        *item);

G_END_DECLS
