/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib-object.h>

#include "base/mgr-enums.h"

G_BEGIN_DECLS

#define MGR_TYPE_PROTECTION_RULE (mgr_protection_rule_get_type ())

typedef struct _MgrProtectionRule MgrProtectionRule;

MGR_AVAILABLE_IN_1_0
GType              mgr_protection_rule_get_type    (void) G_GNUC_CONST;

MGR_AVAILABLE_IN_1_0
MgrProtectionRule *mgr_protection_rule_ref         (MgrProtectionRule *self);

MGR_AVAILABLE_IN_1_0
void               mgr_protection_rule_unref       (MgrProtectionRule *self);

MGR_AVAILABLE_IN_1_0
const char        *mgr_protection_rule_get_pattern (MgrProtectionRule *self);

MGR_AVAILABLE_IN_1_0
MgrSafety          mgr_protection_rule_get_safety  (MgrProtectionRule *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrProtectionRule, mgr_protection_rule_unref)

G_END_DECLS
