/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "reclaim/mgr-lifeline-private.h"
#include "reclaim/mgr-resource-group.h"
#include "reclaim/mgr-resource-registry-private.h"

G_BEGIN_DECLS

struct _MgrResourceGroup
{
  GObject parent_instance;

  /* Never change */
  char *name;            /* (owned) */
  GMainContext *context; /* (owned) */
  GThread *thread;       /* (owned) of the owner */
  MgrLifeline *lifeline; /* (owned) (nullable) to the object */

  GMutex lock;

  /* Guarded by lock */
  GHashTable *items;     /* (owned) (element-type utf8 MgrResourceGroupItem) */
  guint64 last_serial;
  guint64 minimum_size;
  GWeakRef registry;     /* the one it is registered with */
  gboolean updating;     /* an update is under way, or waits for the owner */
};

typedef struct
{
  MgrResource *resource; /* (owned) */
  guint64 serial;        /* in which order they were added */
  gboolean listed;       /* it came from `list-items`, and goes when that does not name it */
} MgrResourceGroupItem;

/* Registers all resources of the group, or none, and from then on each that is added. */
gboolean mgr_resource_group_attach  (MgrResourceGroup     *self,
                                     MgrResourceRegistry  *registry,
                                     GError              **error);

/* Unregisters them. */
void     mgr_resource_group_detach  (MgrResourceGroup     *self);

/* As mgr_resource_group_update(), but waits for an owner in another thread until
 * @deadline of g_get_monotonic_time(), once: until that has answered nobody waits
 * again. */
void     mgr_resource_group_refresh (MgrResourceGroup     *self,
                                     gint64                deadline);

/* Between the files of this class. */
gboolean   mgr_resource_group_is_owner         (MgrResourceGroup  *self);
gboolean   mgr_resource_group_lists_items      (MgrResourceGroup  *self);
gboolean   mgr_resource_group_measures_items   (MgrResourceGroup  *self);
char     **mgr_resource_group_emit_list_items  (MgrResourceGroup  *self);
guint64    mgr_resource_group_emit_item_size   (MgrResourceGroup  *self,
                                                const char        *item);
guint64    mgr_resource_group_emit_drop_item   (MgrResourceGroup  *self,
                                                const char        *item);
void       mgr_resource_group_emit_item_added  (MgrResourceGroup  *self,
                                                const char        *item,
                                                MgrResource       *resource);
/* How much an item holds now, be it less than is worth a step; 0 where nobody says. To be
 * called where the group lives. */
guint64    mgr_resource_group_get_part         (MgrResourceGroup  *self,
                                                const char        *item);
gboolean   mgr_resource_group_add_listed       (MgrResourceGroup  *self,
                                                const char        *item,
                                                GError           **error);
void       mgr_resource_group_item_free        (gpointer           data);

G_END_DECLS
