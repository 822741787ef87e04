/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-member-list-private.h"

#include "base/mgr-owner-context-private.h"
#include "reclaim/mgr-resource.h"

struct _MgrMemberList
{
  GObject parent_instance;

  MgrCleaner *cleaner;   /* (owned) */
  const char *noun;      /* static: what a member is called */
  GMainContext *context; /* (owned) */
  GThread *thread;       /* (owned) */
  GListStore *model;     /* (owned) touched only by whoever has acquired context */

  GMutex lock;
  GPtrArray *entries;    /* (owned) (element-type Entry), guarded by lock */
};

typedef struct
{
  GObject *member;       /* (owned) */
  MgrResource *resource; /* (owned) that stands for it */
} Entry;

G_DEFINE_FINAL_TYPE (MgrMemberList, mgr_member_list, G_TYPE_OBJECT)

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_object_unref (entry->resource);
  g_object_unref (entry->member);
  g_free (entry);
}

static void
mgr_member_list_finalize (GObject *object)
{
  MgrMemberList *self = MGR_MEMBER_LIST (object);

  g_ptr_array_unref (self->entries);
  g_clear_object (&self->model);
  g_object_unref (self->cleaner);
  g_main_context_unref (self->context);
  g_thread_unref (self->thread);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgr_member_list_parent_class)->finalize (object);
}

static void
mgr_member_list_class_init (MgrMemberListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mgr_member_list_finalize;
}

static void
mgr_member_list_init (MgrMemberList *self)
{
  g_mutex_init (&self->lock);
  self->context = g_main_context_ref_thread_default ();
  self->thread = g_thread_ref (g_thread_self ());
  self->entries = g_ptr_array_new_with_free_func (entry_free);
}

MgrMemberList *
mgr_member_list_new (MgrCleaner *cleaner,
                     GType       type,
                     const char *noun)
{
  MgrMemberList *self = g_object_new (MGR_TYPE_MEMBER_LIST, NULL);

  self->cleaner = g_object_ref (cleaner);
  self->noun = noun;
  self->model = g_list_store_new (type);
  return self;
}

GListModel *
mgr_member_list_get_model (MgrMemberList *self)
{
  return G_LIST_MODEL (self->model);
}

GPtrArray *
mgr_member_list_copy (MgrMemberList *self)
{
  GPtrArray *members = g_ptr_array_new_with_free_func (g_object_unref);

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->entries->len; i++)
    {
      const Entry *entry = g_ptr_array_index (self->entries, i);

      g_ptr_array_add (members, g_object_ref (entry->member));
    }
  g_mutex_unlock (&self->lock);

  return members;
}

/* New members come at the end, so where the two lists differ one has left the model, or the
 * model has ended. */
static void
update_model_cb (gpointer object,
                 gpointer user_data)
{
  MgrMemberList *self = MGR_MEMBER_LIST (object);
  g_autoptr (GPtrArray) members = mgr_member_list_copy (self);
  guint position = 0;

  while (position < members->len || position < g_list_model_get_n_items (G_LIST_MODEL (self->model)))
    {
      g_autoptr (GObject) shown = g_list_model_get_item (G_LIST_MODEL (self->model), position);

      if (shown == NULL)
        g_list_store_append (self->model, g_ptr_array_index (members, position));
      else if (position >= members->len || shown != g_ptr_array_index (members, position))
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
list_update_model (MgrMemberList *self)
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
list_find_locked (MgrMemberList *self,
                  const char    *name)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      Entry *entry = g_ptr_array_index (self->entries, i);

      if (g_str_equal (mgr_resource_get_name (entry->resource), name))
        return entry;
    }

  return NULL;
}

gpointer
mgr_member_list_lookup (MgrMemberList *self,
                        const char    *name)
{
  gpointer member = NULL;
  Entry *entry;

  g_mutex_lock (&self->lock);
  entry = list_find_locked (self, name);
  if (entry != NULL)
    member = g_object_ref (entry->member);
  g_mutex_unlock (&self->lock);

  return member;
}

/* Takes @entry. The list has one name only once. */
static gboolean
list_insert (MgrMemberList *self,
             Entry         *entry)
{
  gboolean taken;

  g_mutex_lock (&self->lock);
  taken = list_find_locked (self, mgr_resource_get_name (entry->resource)) != NULL;
  if (!taken)
    g_ptr_array_add (self->entries, entry);
  g_mutex_unlock (&self->lock);

  if (taken)
    entry_free (entry);
  return !taken;
}

/* Returns: (transfer full) (nullable) */
static Entry *
list_take_out (MgrMemberList *self,
               gconstpointer  member)
{
  Entry *taken = NULL;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->entries->len && taken == NULL; i++)
    {
      const Entry *entry = g_ptr_array_index (self->entries, i);

      if (entry->member == member)
        taken = g_ptr_array_steal_index (self->entries, i);
    }
  g_mutex_unlock (&self->lock);

  return taken;
}

gboolean
mgr_member_list_remove (MgrMemberList *self,
                        gpointer       member)
{
  Entry *entry = list_take_out (self, member);

  if (entry == NULL)
    return FALSE;

  mgr_cleaner_unregister (self->cleaner, entry->resource);
  list_update_model (self);
  entry_free (entry);
  return TRUE;
}

gboolean
mgr_member_list_add (MgrMemberList  *self,
                     gpointer        member,
                     MgrResource    *resource,
                     GError        **error)
{
  const char *name = mgr_resource_get_name (resource);
  Entry *entry = g_new (Entry, 1);

  entry->member = g_object_ref (member);
  entry->resource = g_object_ref (resource);
  if (!list_insert (self, entry))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_EXISTS,
                   "There is a %s “%s” already: remove it first, or choose another name",
                   self->noun, name);
      return FALSE;
    }

  if (!mgr_cleaner_register (self->cleaner, resource, error))
    {
      g_prefix_error (error, "The %s “%s” cannot be cleaned: ", self->noun, name);
      entry = list_take_out (self, member);
      g_clear_pointer (&entry, entry_free);
      return FALSE;
    }

  list_update_model (self);
  return TRUE;
}

void
mgr_member_list_clear (MgrMemberList *self)
{
  g_autoptr (GPtrArray) members = mgr_member_list_copy (self);

  for (guint i = 0; i < members->len; i++)
    mgr_member_list_remove (self, g_ptr_array_index (members, i));
}
