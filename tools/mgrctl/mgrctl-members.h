/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "mgrctl-target.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* What a program has of one kind, such as pools: a list of its report, aa{sv}, each with a
 * name. */

/* Returns: (transfer full) (nullable): the list under @key, such as “pools” */
GVariant   *mgrctl_members_get        (MgrctlTarget  *target,
                                       const char    *key,
                                       GError       **error);

/* Returns: (transfer full) (nullable): the dictionary of the one called @name */
GVariant   *mgrctl_members_find       (GVariant      *members,
                                       const char    *name);

/* Says that there is none called @name, but others; @kind is such as “pool”. Returns the
 * status to exit with. */
MgrctlExit  mgrctl_members_complain   (GVariant      *members,
                                       const char    *kind,
                                       const char    *name);

/* Returns: (transfer full): an object that says which program it is of */
JsonObject *mgrctl_members_make_json  (MgrctlTarget  *target);

void        mgrctl_members_print_json (MgrctlTarget  *target,
                                       const char    *key,
                                       GVariant      *members);

G_END_DECLS
