/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache/mgr-key-private.h"

G_BEGIN_DECLS

/* Objects by key, which are not kept alive, and leave when they go, in whatever thread
 * that is. All functions may be called from any thread, and hold no lock while an object
 * is disposed of or a language is told of a reference. */
typedef struct _MgrWeakTable MgrWeakTable;

/* Something that has left. */
typedef struct
{
  MgrKey key; /* (owned) */
  MgrCacheCause cause;
} MgrWeakRemoval;

/* Asks whether somebody wants to know what leaves; called with a lock held. */
typedef gboolean (*MgrWeakWantedFunc) (gpointer user_data);

/* @announcer: (transfer full): a source that becomes ready when something has left
 * @user_data: for @wanted, until mgr_weak_table_close() */
MgrWeakTable *mgr_weak_table_new    (GSource           *announcer,
                                     MgrWeakWantedFunc  wanted,
                                     gpointer           user_data);

/* Empties it, and lets go of it; those of its objects that are just going may keep it
 * for a moment longer. Nobody else may use it any more. */
void          mgr_weak_table_close  (MgrWeakTable      *self);

/* Returns: (transfer full) (nullable) */
GObject      *mgr_weak_table_get    (MgrWeakTable      *self,
                                     const MgrKey      *key);

gboolean      mgr_weak_table_has    (MgrWeakTable      *self,
                                     const MgrKey      *key);

/* Puts @object in place of what is there. */
void          mgr_weak_table_put    (MgrWeakTable      *self,
                                     const MgrKey      *key,
                                     GObject           *object);

/* @only: (nullable): the object that is to leave; another one stays */
gboolean      mgr_weak_table_remove (MgrWeakTable      *self,
                                     const MgrKey      *key,
                                     GObject           *only);

void          mgr_weak_table_clear  (MgrWeakTable      *self);

guint         mgr_weak_table_count  (MgrWeakTable      *self,
                                     guint64           *n_collected,
                                     guint64           *n_removed,
                                     guint64           *n_replaced);

/* Returns: (transfer full) (element-type MgrWeakRemoval): what has left, oldest first */
GArray       *mgr_weak_table_take_removals (MgrWeakTable *self);

G_END_DECLS
