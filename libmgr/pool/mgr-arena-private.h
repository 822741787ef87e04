/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Memory of the process that lies in one piece and never moves. It is taken from the
 * system in granules when they are first used, and given back in granules. Which are
 * held is known here; what they may cost is the caller's affair. It has no lock. */
typedef struct _MgrArena MgrArena;

/* Where blocks may begin at multiples of: offsets are aligned as addresses are. */
#define MGR_ARENA_ALIGNMENT ((guint64) 2 << 20)

/* @size bytes that can be used, and addresses for @largest. Where @largest is 0 it takes
 * what the system has to spare, for growth. Huge pages are asked for; a system that has
 * none gives usual ones. %MGR_ERROR_INFEASIBLE where there are not so many addresses. */
MgrArena *mgr_arena_new          (guint64     size,
                                  guint64     largest,
                                  gboolean    huge_pages,
                                  GError    **error) G_GNUC_WARN_UNUSED_RESULT;
void      mgr_arena_free         (MgrArena   *self);

/* What is cut off is no longer held. %MGR_ERROR_INFEASIBLE beyond the addresses. */
gboolean  mgr_arena_resize       (MgrArena   *self,
                                  guint64     size,
                                  GError    **error);

guint8   *mgr_arena_get_data     (MgrArena   *self);
guint64   mgr_arena_get_granule  (MgrArena   *self);
/* The most that it can be resized to. */
guint64   mgr_arena_get_largest  (MgrArena   *self);
/* Bytes in granules that are held. */
guint64   mgr_arena_get_held     (MgrArena   *self);

/* How many bytes more are held once the range is. */
guint64   mgr_arena_get_missing  (MgrArena   *self,
                                  guint64     offset,
                                  guint64     size);
void      mgr_arena_hold         (MgrArena   *self,
                                  guint64     offset,
                                  guint64     size);

/* Bytes of the granules that are held and lie wholly within a range of which nothing is
 * in use. */
guint64   mgr_arena_get_loose    (MgrArena   *self,
                                  guint64     offset,
                                  guint64     size);
/* Gives those back to the system, from the end on until it is @target bytes or more;
 * returns how many. What was in them is gone. */
guint64   mgr_arena_release      (MgrArena   *self,
                                  guint64     offset,
                                  guint64     size,
                                  guint64     target);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrArena, mgr_arena_free)

G_END_DECLS
