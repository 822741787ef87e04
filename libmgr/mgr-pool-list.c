/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-pool-list-private.h"

#include "base/mgr-owner-context-private.h"
#include "pool/mgr-pool-private.h"
#include "reclaim/mgr-resource-private.h"

struct _MgrPoolList
{
  GObject parent_instance;

  MgrCleaner *cleaner;   /* (owned) */
  GMainContext *context; /* (owned) */
  GThread *thread;       /* (owned) */
  GListStore *model;     /* (owned) touched only by whoever has acquired context */

  GMutex lock;
  GPtrArray *entries;    /* (owned) (element-type Entry), guarded by lock */
};

typedef struct
{
  MgrPool *pool;         /* (owned) */
  MgrResource *resource; /* (owned) that stands for it */
} Entry;

G_DEFINE_FINAL_TYPE (MgrPoolList, mgr_pool_list, G_TYPE_OBJECT)

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_object_unref (entry->resource);
  g_object_unref (entry->pool);
  g_free (entry);
}

static void
mgr_pool_list_finalize (GObject *object)
{
  MgrPoolList *self = MGR_POOL_LIST (object);

  g_ptr_array_unref (self->entries);
  g_object_unref (self->model);
  g_object_unref (self->cleaner);
  g_main_context_unref (self->context);
  g_thread_unref (self->thread);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgr_pool_list_parent_class)->finalize (object);
}

static void
mgr_pool_list_class_init (MgrPoolListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mgr_pool_list_finalize;
}

static void
mgr_pool_list_init (MgrPoolList *self)
{
  g_mutex_init (&self->lock);
  self->context = g_main_context_ref_thread_default ();
  self->thread = g_thread_ref (g_thread_self ());
  self->model = g_list_store_new (MGR_TYPE_POOL);
  self->entries = g_ptr_array_new_with_free_func (entry_free);
}

MgrPoolList *
mgr_pool_list_new (MgrCleaner *cleaner)
{
  MgrPoolList *self = g_object_new (MGR_TYPE_POOL_LIST, NULL);

  self->cleaner = g_object_ref (cleaner);
  return self;
}

GListModel *
mgr_pool_list_get_model (MgrPoolList *self)
{
  return G_LIST_MODEL (self->model);
}

GPtrArray *
mgr_pool_list_copy (MgrPoolList *self)
{
  GPtrArray *pools = g_ptr_array_new_with_free_func (g_object_unref);

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (self->entries, i);

      g_ptr_array_add (pools, g_object_ref (entry->pool));
    }
  g_mutex_unlock (&self->lock);

  return pools;
}

/* New pools come at the end, so where the two lists differ one has left the model, or the
 * model has ended. */
static void
update_model_cb (gpointer object,
                 gpointer user_data)
{
  MgrPoolList *self = MGR_POOL_LIST (object);
  g_autoptr (GPtrArray) pools = mgr_pool_list_copy (self);
  guint position = 0;

  while (position < pools->len || position < g_list_model_get_n_items (G_LIST_MODEL (self->model)))
    {
      g_autoptr (MgrPool) shown = g_list_model_get_item (G_LIST_MODEL (self->model), position);

      if (shown == NULL)
        g_list_store_append (self->model, g_ptr_array_index (pools, position));
      else if (position >= pools->len || shown != g_ptr_array_index (pools, position))
        {
          g_list_store_remove (self->model, position);
          continue;
        }
      position++;
    }
}

/* Having acquired the context keeps the thread that iterates it, if that is not the one
 * that made the list, from changing the model at the same time. */
static void
list_update_model (MgrPoolList *self)
{
  gboolean is_owner = g_thread_self () == self->thread || g_main_context_is_owner (self->context);

  if (is_owner && g_main_context_acquire (self->context))
    {
      update_model_cb (self, NULL);
      g_main_context_release (self->context);
    }
  else
    {
      mgr_owner_context_post (self->context, self, update_model_cb, NULL, NULL);
    }
}

/* With the lock held. Returns (nullable) */
static Entry *
list_find_locked (MgrPoolList *self,
                  const char  *name,
                  guint       *out_position)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);

      if (g_str_equal (mgr_pool_get_name (entry->pool), name))
        {
          *out_position = i;
          return entry;
        }
    }

  return NULL;
}

MgrPool *
mgr_pool_list_lookup (MgrPoolList *self,
                      const char  *name)
{
  MgrPool *pool = NULL;
  Entry *entry;
  guint position;

  g_mutex_lock (&self->lock);
  entry = list_find_locked (self, name, &position);
  if (entry != NULL)
    pool = g_object_ref (entry->pool);
  g_mutex_unlock (&self->lock);

  return pool;
}

/* What a pool gives back it holds free, or was told that it may take: so it is SAFE. Where
 * it has to ask anybody it is asked where it lives. */
static MgrResource *
resource_new_for_pool (MgrPool *pool)
{
  MgrResource *resource = mgr_resource_new_for_reclaimer (NULL, MGR_RECLAIMER (pool));

  mgr_resource_set_owner (resource, mgr_pool_get_context (pool), mgr_pool_get_thread (pool));
  mgr_resource_set_component (resource, mgr_pool_get_component (pool));
  mgr_resource_set_safety (resource, MGR_SAFETY_SAFE);
  return resource;
}

/* Takes @entry. The list has one name only once. */
static gboolean
list_insert (MgrPoolList *self,
             Entry       *entry)
{
  guint position;
  gboolean taken;

  g_mutex_lock (&self->lock);
  taken = list_find_locked (self, mgr_pool_get_name (entry->pool), &position) != NULL;
  if (!taken)
    g_ptr_array_add (self->entries, entry);
  g_mutex_unlock (&self->lock);

  if (taken)
    entry_free (entry);
  return !taken;
}

static void
list_take_out (MgrPoolList *self,
               MgrPool     *pool,
               Entry      **out_entry)
{
  guint position;
  Entry *entry;

  *out_entry = NULL;
  g_mutex_lock (&self->lock);
  entry = list_find_locked (self, mgr_pool_get_name (pool), &position);
  if (entry != NULL && entry->pool == pool)
    *out_entry = g_ptr_array_steal_index (self->entries, position);
  g_mutex_unlock (&self->lock);
}

gboolean
mgr_pool_list_remove (MgrPoolList *self,
                      MgrPool     *pool)
{
  Entry *entry;

  list_take_out (self, pool, &entry);
  if (entry == NULL)
    return FALSE;

  mgr_cleaner_unregister (self->cleaner, entry->resource);
  list_update_model (self);
  entry_free (entry);
  return TRUE;
}

gboolean
mgr_pool_list_add (MgrPoolList  *self,
                   MgrPool      *pool,
                   GError      **error)
{
  g_autoptr (MgrResource) resource = resource_new_for_pool (pool);
  Entry *entry = g_new (Entry, 1);
  Entry *taken_back;

  entry->pool = g_object_ref (pool);
  entry->resource = g_object_ref (resource);
  if (!list_insert (self, entry))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_EXISTS,
                   "There is a pool “%s” already: remove it first, or choose another name",
                   mgr_pool_get_name (pool));
      return FALSE;
    }

  if (!mgr_cleaner_register (self->cleaner, resource, error))
    {
      g_prefix_error (error, "Pool “%s” cannot be cleaned: ", mgr_pool_get_name (pool));
      list_take_out (self, pool, &taken_back);
      g_clear_pointer (&taken_back, entry_free);
      return FALSE;
    }

  list_update_model (self);
  return TRUE;
}

void
mgr_pool_list_clear (MgrPoolList *self)
{
  g_autoptr (GPtrArray) pools = mgr_pool_list_copy (self);

  for (guint i = 0; i < pools->len; i++)
    mgr_pool_list_remove (self, g_ptr_array_index (pools, i));
}
