/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "reclaim/mgr-protection-rules.h"

G_BEGIN_DECLS

/* A number that differs whenever the rules do, so that names need not be matched
 * anew for every plan. */
guint64            mgr_protection_rules_get_serial    (MgrProtectionRules *self);

/* As mgr_protection_rules_lookup(), for what is called @item within a group, or for
 * what is in none if that is %NULL. Returns (transfer full) (nullable) */
MgrProtectionRule *mgr_protection_rules_lookup_item   (MgrProtectionRules *self,
                                                       const char         *name,
                                                       const char         *item);

MgrSafety          mgr_protection_rules_classify_item (MgrProtectionRules *self,
                                                       const char         *name,
                                                       const char         *item);

G_END_DECLS
