/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "base/mgr-enums.h"
#include "base/mgr-error.h"
#include "reclaim/mgr-protection-rule.h"

G_BEGIN_DECLS

#define MGR_TYPE_PROTECTION_RULES (mgr_protection_rules_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_FINAL_TYPE (MgrProtectionRules, mgr_protection_rules, MGR, PROTECTION_RULES, GObject)

MGR_AVAILABLE_IN_1_0
MgrProtectionRules *mgr_protection_rules_new        (void);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_protection_rules_add        (MgrProtectionRules  *self,
                                                     const char          *pattern,
                                                     MgrSafety            safety,
                                                     GError             **error);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_protection_rules_insert     (MgrProtectionRules  *self,
                                                     guint                position,
                                                     const char          *pattern,
                                                     MgrSafety            safety,
                                                     GError             **error);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_protection_rules_remove     (MgrProtectionRules  *self,
                                                     guint                position,
                                                     GError             **error);

MGR_AVAILABLE_IN_1_0
void                mgr_protection_rules_clear      (MgrProtectionRules  *self);

MGR_AVAILABLE_IN_1_0
GPtrArray          *mgr_protection_rules_list_rules (MgrProtectionRules  *self);

MGR_AVAILABLE_IN_1_0
MgrProtectionRule  *mgr_protection_rules_lookup     (MgrProtectionRules  *self,
                                                     const char          *name);

MGR_AVAILABLE_IN_1_0
MgrSafety           mgr_protection_rules_classify   (MgrProtectionRules  *self,
                                                     const char          *name);

G_END_DECLS
