/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-resource-registry-private.h"

#include "base/mgr-owner-context-private.h"
#include "reclaim/mgr-cleanup-candidate-private.h"
#include "reclaim/mgr-protection-rules-private.h"
#include "reclaim/mgr-resource-group-private.h"
#include "reclaim/mgr-resource-list-private.h"
#include "reclaim/mgr-resource-private.h"

/* A program that is cleaned twice a second is understood for minutes; in memory they
 * are some hundred KB at most. */
#define RECORD_CAPACITY 1000

/* How long a plan waits for owners in other threads to say what there is, all of them
 * together: no longer than the shortest of the time boxes. */
#define SURVEY_DEADLINE (5 * G_TIME_SPAN_MILLISECOND)

struct _MgrResourceRegistry
{
  GObject parent_instance;

  MgrProtectionRules *rules; /* (owned) */
  GMainContext *context;     /* (owned) */
  GThread *thread;           /* (owned) */
  MgrResourceList *list;     /* (owned) touched only by whoever has acquired context */
  MgrRecordRing *records;    /* (owned) */
  GWeakRef *self;            /* (owned) to the registry, an atomic box that resources share:
                              * GLib looks through all weak references to drop one */

  GMutex lock;
  GHashTable *entries; /* (owned) (element-type utf8 Entry), guarded by lock */
  GPtrArray *groups;   /* (owned) (element-type MgrResourceGroup), guarded by lock */
  GQueue changes;      /* (element-type Change) not in the list yet, guarded by lock */
  guint64 last_serial; /* guarded by lock */
};

typedef struct
{
  MgrResource *resource;   /* (owned) */
  guint64 serial;          /* counts registrations */
  guint64 rules_serial;    /* the state of the rules it was classified by */
  MgrProtectionRule *rule; /* (owned) (nullable) that classified it */
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
  g_clear_pointer (&entry->rule, mgr_protection_rule_unref);
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

  g_ptr_array_unref (self->groups);
  g_hash_table_unref (self->entries);
  mgr_resource_home_release (self->self);
  mgr_record_ring_unref (self->records);
  g_queue_clear_full (&self->changes, (GDestroyNotify) change_free);
  mgr_resource_list_free (self->list);
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
  self->list = mgr_resource_list_new ();
  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, entry_free);
  self->groups = g_ptr_array_new_with_free_func (g_object_unref);
  self->records = mgr_record_ring_new (RECORD_CAPACITY);
  self->self = g_atomic_rc_box_new (GWeakRef);
  g_weak_ref_init (self->self, self);
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
  return mgr_resource_list_get_model (self->list);
}

MgrRecordRing *
mgr_resource_registry_get_records (MgrResourceRegistry *self)
{
  return self->records;
}

static void
registry_apply_change (MgrResourceRegistry *self,
                       const Change        *change)
{
  if (change->added)
    mgr_resource_list_append (self->list, change->resource);
  else
    mgr_resource_list_remove (self->list, change->resource);
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
                 guint64              rules_serial,
                 MgrProtectionRule   *rule)
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
  entry->rule = rule != NULL ? mgr_protection_rule_ref (rule) : NULL;
  g_hash_table_insert (self->entries, (gpointer) name, entry);
  registry_push_change (self, resource, TRUE);
  return TRUE;
}

/* Returns (transfer full) (nullable): the rule that decided. */
static MgrProtectionRule *
registry_classify_one (MgrResourceRegistry *self,
                       MgrResource         *resource)
{
  MgrProtectionRule *rule =
    mgr_protection_rules_lookup_item (self->rules,
                                      mgr_resource_get_name (resource),
                                      mgr_resource_get_item (resource));

  mgr_resource_classify (resource, rule != NULL ? mgr_protection_rule_get_safety (rule)
                                                : MGR_SAFETY_CAUTIOUS);
  return rule;
}

static gboolean
registry_check (MgrResource  *resource,
                GError      **error)
{
  const char *name = mgr_resource_get_name (resource);
  g_auto (MgrResourceHold) hold = { NULL, NULL };

  if (name == NULL || *name == '\0')
    {
      g_set_error_literal (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                           "A resource without a name cannot be registered: "
                           "give it one when it is made");
      return FALSE;
    }

  if (!mgr_resource_hold (resource, &hold))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_CLOSED,
                   "The resource “%s” cannot be registered: the object that it belongs to is "
                   "gone", name);
      return FALSE;
    }

  return TRUE;
}

gboolean
mgr_resource_registry_add (MgrResourceRegistry  *self,
                           MgrResource          *resource,
                           GError              **error)
{
  guint64 rules_serial = mgr_protection_rules_get_serial (self->rules);
  g_autoptr (MgrProtectionRule) rule = NULL;

  if (!registry_check (resource, error))
    return FALSE;

  rule = registry_classify_one (self, resource);
  if (!registry_insert (self, resource, rules_serial, rule))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_EXISTS,
                   "A resource “%s” is registered already: unregister it first, "
                   "or choose another name", mgr_resource_get_name (resource));
      return FALSE;
    }

  /* What it belongs to went in between, in another thread. */
  if (!mgr_resource_join (resource, self->self))
    {
      mgr_resource_registry_remove (self, resource);
      return registry_check (resource, error);
    }

  mgr_resource_prepare_release (resource);
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
    {
      mgr_resource_leave (resource, self->self);
      registry_update_list (self);
    }
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
                              const char          *name)
{
  MgrResource *resource;
  const Entry *entry;

  g_mutex_lock (&self->lock);
  entry = g_hash_table_lookup (self->entries, name);
  resource = entry != NULL ? g_object_ref (entry->resource) : NULL;
  g_mutex_unlock (&self->lock);

  return resource;
}

MgrResource *
mgr_resource_registry_lookup_serial (MgrResourceRegistry *self,
                                     const char          *name,
                                     guint64              serial)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  const Entry *entry = g_hash_table_lookup (self->entries, name);

  return entry != NULL && entry->serial == serial ? g_object_ref (entry->resource) : NULL;
}

GPtrArray *
mgr_resource_registry_list (MgrResourceRegistry *self)
{
  GPtrArray *resources = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer value;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    g_ptr_array_add (resources, g_object_ref (((const Entry *) value)->resource));
  g_mutex_unlock (&self->lock);

  return resources;
}

char **
mgr_resource_registry_list_names (MgrResourceRegistry *self)
{
  GPtrArray *names = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer name;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_ptr_array_add (names, g_strdup (name));
  g_mutex_unlock (&self->lock);

  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (names, FALSE);
}

/* With the lock held. */
static gboolean
registry_has_group (MgrResourceRegistry *self,
                    const char          *name)
{
  for (guint i = 0; i < self->groups->len; i++)
    {
      MgrResourceGroup *group = g_ptr_array_index (self->groups, i);

      if (g_str_equal (mgr_resource_group_get_name (group), name))
        return TRUE;
    }

  return FALSE;
}

static gboolean
registry_insert_group (MgrResourceRegistry *self,
                       MgrResourceGroup    *group)
{
  gboolean inserts;

  g_mutex_lock (&self->lock);
  inserts = !registry_has_group (self, mgr_resource_group_get_name (group));
  if (inserts)
    g_ptr_array_add (self->groups, g_object_ref (group));
  g_mutex_unlock (&self->lock);

  return inserts;
}

/* The reference that the registry held is dropped without the lock. */
static gboolean
registry_take_group (MgrResourceRegistry *self,
                     MgrResourceGroup    *group)
{
  g_autoptr (MgrResourceGroup) held = NULL;
  guint index;

  g_mutex_lock (&self->lock);
  if (g_ptr_array_find (self->groups, group, &index))
    held = g_ptr_array_steal_index (self->groups, index);
  g_mutex_unlock (&self->lock);

  return held != NULL;
}

gboolean
mgr_resource_registry_add_group (MgrResourceRegistry  *self,
                                 MgrResourceGroup     *group,
                                 GError              **error)
{
  if (!registry_insert_group (self, group))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_EXISTS,
                   "A group “%s” is registered already: unregister it first, "
                   "or choose another name", mgr_resource_group_get_name (group));
      return FALSE;
    }

  if (!mgr_resource_group_attach (group, self, error))
    {
      registry_take_group (self, group);
      return FALSE;
    }

  mgr_resource_group_refresh (group, 0);
  return TRUE;
}

gboolean
mgr_resource_registry_remove_group (MgrResourceRegistry *self,
                                    MgrResourceGroup    *group)
{
  g_autoptr (MgrResourceGroup) keep_alive = g_object_ref (group);

  if (!registry_take_group (self, group))
    return FALSE;

  mgr_resource_group_detach (group);
  return TRUE;
}

static void
registry_refresh_groups (MgrResourceRegistry *self,
                         gint64               deadline)
{
  g_autoptr (GPtrArray) groups = NULL;

  g_mutex_lock (&self->lock);
  if (self->groups->len > 0)
    groups = g_ptr_array_copy (self->groups, (GCopyFunc) (void *) g_object_ref, NULL);
  g_mutex_unlock (&self->lock);

  for (guint i = 0; groups != NULL && i < groups->len; i++)
    mgr_resource_group_refresh (g_ptr_array_index (groups, i), deadline);
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

      g_ptr_array_add (candidates, mgr_cleanup_candidate_new (entry->resource, entry->serial,
                                                              entry->rule));
      if (entry->rules_serial != rules_serial)
        g_ptr_array_add (stale, g_object_ref (entry->resource));
    }
  g_mutex_unlock (&self->lock);

  return candidates;
}

static void
registry_note_rule (MgrResourceRegistry *self,
                    MgrResource         *resource,
                    guint64              rules_serial,
                    MgrProtectionRule   *rule)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  Entry *entry = registry_lookup (self, resource);

  if (entry == NULL)
    return;

  entry->rules_serial = rules_serial;
  g_clear_pointer (&entry->rule, mgr_protection_rule_unref);
  entry->rule = rule != NULL ? mgr_protection_rule_ref (rule) : NULL;
}

/* An entry is noted only when it is done: a plan made meanwhile by another thread has
 * to see to it too. */
static void
registry_classify (MgrResourceRegistry *self,
                   GPtrArray           *stale,
                   guint64              rules_serial)
{
  for (guint i = 0; i < stale->len; i++)
    {
      MgrResource *resource = g_ptr_array_index (stale, i);
      g_autoptr (MgrProtectionRule) rule = registry_classify_one (self, resource);

      registry_note_rule (self, resource, rules_serial, rule);
    }
}

static void
free_candidates (GPtrArray *candidates)
{
  g_ptr_array_set_free_func (candidates, (GDestroyNotify) mgr_cleanup_candidate_free);
  g_ptr_array_unref (candidates);
}

GPtrArray *
mgr_resource_registry_snapshot (MgrResourceRegistry *self,
                                gint64               now,
                                gboolean             here)
{
  gint64 deadline = g_get_monotonic_time () + SURVEY_DEADLINE;
  guint64 rules_serial = mgr_protection_rules_get_serial (self->rules);
  g_autoptr (GPtrArray) stale = g_ptr_array_new_with_free_func (g_object_unref);
  GPtrArray *candidates;

  if (!here)
    registry_refresh_groups (self, deadline);
  candidates = registry_collect (self, rules_serial, stale);
  if (stale->len > 0)
    {
      registry_classify (self, stale, rules_serial);
      free_candidates (candidates);
      candidates = registry_collect (self, rules_serial, stale);
    }

  for (guint i = 0; i < candidates->len; i++)
    {
      MgrCleanupCandidate *candidate = g_ptr_array_index (candidates, i);

      candidate->out_of_reach = here && !mgr_reclaim_may_ask (candidate->resource);
      if (!candidate->out_of_reach)
        mgr_resource_measure (candidate->resource, now, deadline);
    }

  return candidates;
}
