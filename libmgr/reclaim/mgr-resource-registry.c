/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-resource-registry-private.h"

#include "base/mgr-owner-context-private.h"
#include "reclaim/mgr-cleanup-candidate-private.h"
#include "reclaim/mgr-protection-rules-private.h"
#include "reclaim/mgr-resource-private.h"

struct _MgrResourceRegistry
{
  GObject parent_instance;

  MgrProtectionRules *rules; /* (owned) */
  GMainContext *context;     /* (owned) */
  GThread *thread;           /* (owned) */
  GListStore *list;          /* (owned) touched only by whoever has acquired context */

  GMutex lock;
  GHashTable *entries; /* (owned) (element-type utf8 Entry), guarded by lock */
  GQueue changes;      /* (element-type Change) not in the list yet, guarded by lock */
  guint64 last_serial; /* guarded by lock */
};

typedef struct
{
  MgrResource *resource; /* (owned) */
  guint64 serial;        /* counts registrations */
  guint64 rules_serial;  /* the state of the rules it was classified by */
} Entry;

typedef struct
{
  MgrResource *resource; /* (owned) */
  gboolean added;
} Change;

G_DEFINE_FINAL_TYPE (MgrResourceRegistry, mgr_resource_registry, G_TYPE_OBJECT)

static void
entry_free (gpointer data)
{
  Entry *entry = data;

  g_object_unref (entry->resource);
  g_free (entry);
}

static void
change_free (Change *change)
{
  g_object_unref (change->resource);
  g_free (change);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Change, change_free)

static void
mgr_resource_registry_finalize (GObject *object)
{
  MgrResourceRegistry *self = MGR_RESOURCE_REGISTRY (object);

  g_hash_table_unref (self->entries);
  g_queue_clear_full (&self->changes, (GDestroyNotify) change_free);
  g_object_unref (self->list);
  g_object_unref (self->rules);
  g_main_context_unref (self->context);
  g_thread_unref (self->thread);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgr_resource_registry_parent_class)->finalize (object);
}

static void
mgr_resource_registry_class_init (MgrResourceRegistryClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mgr_resource_registry_finalize;
}

static void
mgr_resource_registry_init (MgrResourceRegistry *self)
{
  g_mutex_init (&self->lock);
  g_queue_init (&self->changes);
  self->context = g_main_context_ref_thread_default ();
  self->thread = g_thread_ref (g_thread_self ());
  self->list = g_list_store_new (MGR_TYPE_RESOURCE);
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_free);
}

MgrResourceRegistry *
mgr_resource_registry_new (MgrProtectionRules *rules)
{
  MgrResourceRegistry *self = g_object_new (MGR_TYPE_RESOURCE_REGISTRY, NULL);

  self->rules = g_object_ref (rules);
  return self;
}

GListModel *
mgr_resource_registry_get_list (MgrResourceRegistry *self)
{
  return G_LIST_MODEL (self->list);
}

static void
registry_apply_change (MgrResourceRegistry *self,
                       const Change        *change)
{
  guint position;

  if (change->added)
    g_list_store_append (self->list, change->resource);
  else if (g_list_store_find (self->list, change->resource, &position))
    g_list_store_remove (self->list, position);
}

static Change *
registry_next_change (MgrResourceRegistry *self)
{
  Change *change;

  g_mutex_lock (&self->lock);
  change = g_queue_pop_head (&self->changes);
  g_mutex_unlock (&self->lock);

  return change;
}

static void
apply_changes_cb (gpointer object,
                  gpointer user_data)
{
  MgrResourceRegistry *self = MGR_RESOURCE_REGISTRY (object);

  while (TRUE)
    {
      g_autoptr (Change) change = registry_next_change (self);

      if (change == NULL)
        return;

      registry_apply_change (self, change);
    }
}

/* Having acquired the context keeps the thread that iterates it, if that is not
 * the one that made the registry, from changing the list at the same time. */
static void
registry_update_list (MgrResourceRegistry *self)
{
  gboolean is_owner = g_thread_self () == self->thread || g_main_context_is_owner (self->context);

  if (is_owner && g_main_context_acquire (self->context))
    {
      apply_changes_cb (self, NULL);
      g_main_context_release (self->context);
    }
  else
    {
      mgr_owner_context_post (self->context, self, apply_changes_cb, NULL, NULL);
    }
}

static void
registry_push_change (MgrResourceRegistry *self,
                      MgrResource         *resource,
                      gboolean             added)
{
  Change *change = g_new (Change, 1);

  change->resource = g_object_ref (resource);
  change->added = added;
  g_queue_push_tail (&self->changes, change);
}

static gboolean
registry_insert (MgrResourceRegistry *self,
                 MgrResource         *resource,
                 guint64              rules_serial)
{
  const char *name = mgr_resource_get_name (resource);
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  Entry *entry;

  if (g_hash_table_contains (self->entries, name))
    return FALSE;

  entry = g_new (Entry, 1);
  entry->resource = g_object_ref (resource);
  entry->serial = ++self->last_serial;
  entry->rules_serial = rules_serial;
  g_hash_table_insert (self->entries, (gpointer) name, entry);
  registry_push_change (self, resource, TRUE);
  return TRUE;
}

gboolean
mgr_resource_registry_add (MgrResourceRegistry  *self,
                           MgrResource          *resource,
                           GError              **error)
{
  const char *name = mgr_resource_get_name (resource);
  guint64 rules_serial = mgr_protection_rules_get_serial (self->rules);

  if (name == NULL || *name == '\0')
    {
      g_set_error_literal (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                           "A resource without a name cannot be registered: "
                           "give it one when it is made");
      return FALSE;
    }

  mgr_resource_classify (resource, mgr_protection_rules_classify (self->rules, name));
  if (!registry_insert (self, resource, rules_serial))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_EXISTS,
                   "A resource “%s” is registered already: unregister it first, "
                   "or choose another name", name);
      return FALSE;
    }

  registry_update_list (self);
  return TRUE;
}

static Entry *
registry_lookup (MgrResourceRegistry *self,
                 MgrResource         *resource)
{
  const char *name = mgr_resource_get_name (resource);
  Entry *entry = name != NULL ? g_hash_table_lookup (self->entries, name) : NULL;

  return entry != NULL && entry->resource == resource ? entry : NULL;
}

gboolean
mgr_resource_registry_remove (MgrResourceRegistry *self,
                              MgrResource         *resource)
{
  gboolean found;

  g_mutex_lock (&self->lock);
  found = registry_lookup (self, resource) != NULL;
  if (found)
    {
      /* The change keeps the resource, and so the key, beyond the entry. */
      registry_push_change (self, resource, FALSE);
      g_hash_table_remove (self->entries, mgr_resource_get_name (resource));
    }
  g_mutex_unlock (&self->lock);

  if (found)
    registry_update_list (self);
  return found;
}

gboolean
mgr_resource_registry_contains (MgrResourceRegistry *self,
                                MgrResource         *resource)
{
  gboolean found;

  g_mutex_lock (&self->lock);
  found = registry_lookup (self, resource) != NULL;
  g_mutex_unlock (&self->lock);

  return found;
}

MgrResource *
mgr_resource_registry_lookup (MgrResourceRegistry *self,
                              const char          *name,
                              guint64              serial)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  const Entry *entry = g_hash_table_lookup (self->entries, name);

  return entry != NULL && entry->serial == serial ? g_object_ref (entry->resource) : NULL;
}

static GPtrArray *
registry_collect (MgrResourceRegistry *self,
                  guint64              rules_serial,
                  GPtrArray           *stale)
{
  GPtrArray *candidates = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer value;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Entry *entry = value;

      g_ptr_array_add (candidates, mgr_cleanup_candidate_new (entry->resource, entry->serial));
      if (entry->rules_serial != rules_serial)
        g_ptr_array_add (stale, g_object_ref (entry->resource));
    }
  g_mutex_unlock (&self->lock);

  return candidates;
}

static void
registry_classify (MgrResourceRegistry *self,
                   GPtrArray           *stale,
                   guint64              rules_serial)
{
  for (guint i = 0; i < stale->len; i++)
    {
      MgrResource *resource = g_ptr_array_index (stale, i);
      const char *name = mgr_resource_get_name (resource);

      mgr_resource_classify (resource, mgr_protection_rules_classify (self->rules, name));
    }

  /* Only now: a plan made meanwhile by another thread has to see to it too. */
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < stale->len; i++)
    {
      Entry *entry = registry_lookup (self, g_ptr_array_index (stale, i));

      if (entry != NULL)
        entry->rules_serial = rules_serial;
    }
  g_mutex_unlock (&self->lock);
}

GPtrArray *
mgr_resource_registry_snapshot (MgrResourceRegistry *self)
{
  guint64 rules_serial = mgr_protection_rules_get_serial (self->rules);
  g_autoptr (GPtrArray) stale = g_ptr_array_new_with_free_func (g_object_unref);
  GPtrArray *candidates = registry_collect (self, rules_serial, stale);

  if (stale->len > 0)
    registry_classify (self, stale, rules_serial);

  return candidates;
}
