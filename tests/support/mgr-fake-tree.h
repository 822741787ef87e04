/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* A /proc and cgroup tree in a private directory, made of a description, one thing a
 * line:
 *
 *   host total=16G available=8G         proc/meminfo; swap=, swap-free= and anon= are 0 by
 *                                       default
 *   v1 /a/b root=/a                     this process is in the v1 memory cgroup /a/b,
 *                                       of which /a is mounted (default: /)
 *   v2 /a/b root=/a                     the same on v2
 *   group1 /b limit=1G usage=300M …     the files of a v1 group, by its directory below
 *                                       the mount point; other keys go to memory.stat.
 *                                       memsw= and memsw-usage= make the files for swap
 *   group /b max=1G current=300M …      the same on v2; swap-max= and swap-current= make
 *                                       the files for swap
 *   stall /b total=1000                 memory.pressure of a v2 group
 *   stall - total=1000                  proc/pressure/memory
 *   rlimits as=1G data=2G               proc/self/limits
 *   status VmSize=100M RssAnon=10M …    proc/self/status
 *   statm resident=60M shared=10M       proc/self/statm (these figures unless told)
 *
 * v1 is mounted on /sys/fs/cgroup/memory. v2 is on /sys/fs/cgroup, or where v1 comes
 * first, as in a hybrid set-up, on /sys/fs/cgroup/unified. */
typedef struct _MgrFakeTree MgrFakeTree;

MgrFakeTree *mgr_fake_tree_new      (const char  *description);
void         mgr_fake_tree_free     (MgrFakeTree *self);

/* For the properties proc-path and cgroup-path. */
const char  *mgr_fake_tree_get_proc (MgrFakeTree *self);
const char  *mgr_fake_tree_get_root (MgrFakeTree *self);

/* Adds to the description, or writes the same files anew, in place as the kernel
 * does: who keeps them open sees it. */
void         mgr_fake_tree_describe (MgrFakeTree *self,
                                     const char  *description);

/* Writes or removes a file, by its path from the root of the tree. */
void         mgr_fake_tree_write    (MgrFakeTree *self,
                                     const char  *path,
                                     const char  *contents);
void         mgr_fake_tree_remove   (MgrFakeTree *self,
                                     const char  *path);

/* Puts something in place of a file that opens and fails when it is read, as a
 * pressure file does with EOPNOTSUPP. */
void         mgr_fake_tree_break    (MgrFakeTree *self,
                                     const char  *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrFakeTree, mgr_fake_tree_free)
