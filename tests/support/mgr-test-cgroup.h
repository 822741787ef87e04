/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* A real, empty group in the v2 hierarchy of this machine, and a /proc in a private
 * directory that says this process is in it. */
typedef struct _MgrTestCgroup MgrTestCgroup;

/* %NULL where none can be made. */
MgrTestCgroup *mgr_test_cgroup_new      (void);

/* Both go, the group too if it is still there. */
void           mgr_test_cgroup_free     (MgrTestCgroup *self);

/* For the property proc-path; cgroup-path is %NULL. */
const char    *mgr_test_cgroup_get_proc (MgrTestCgroup *self);

/* Removes the group; the /proc still names it. */
void           mgr_test_cgroup_remove   (MgrTestCgroup *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrTestCgroup, mgr_test_cgroup_free)
