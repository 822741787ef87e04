/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-weak-table-private.h"

#define N_CAUSES (MGR_CACHE_CAUSE_COLLECTED + 1)

struct _MgrWeakTable
{
  gatomicrefcount ref_count; /* of the owner, and of each entry */
  GSource *announcer;        /* (owned), never changes */

  GMutex lock;
  GCond returned;            /* an entry has one borrower less */
  GHashTable *entries;       /* (owned) (element-type MgrKey Entry): each under its own key; guarded by lock, as all below */
  MgrWeakWantedFunc wanted;  /* (nullable): NULL once closed */
  gpointer user_data;        /* (unowned) */
  GArray *removals;          /* (owned) (element-type MgrWeakRemoval) */
  guint64 n_removed[N_CAUSES];
};

/* An object under its key. It is shared by the table, the object's weak notification, and
 * whoever borrows it. */
typedef struct
{
  MgrKey key;          /* (owned), never changes; first, to be found by it */
  gatomicrefcount ref_count;
  MgrWeakTable *table; /* (owned), never changes */
  GWeakRef alive;      /* empty from the moment on when the object is sure to go */

  GObject *object;     /* (unowned) (nullable): NULL once it has been disposed of; guarded by the table's lock, as all below */
  guint n_borrowers;   /* how many threads are about to take a reference */
  GObject *kept;       /* (owned) (nullable): for them, where nothing tells any more that the object goes */
  gboolean inside;     /* whether it is in the table */
} Entry;

static void
removal_clear (gpointer data)
{
  mgr_key_clear (&((MgrWeakRemoval *) data)->key);
}

static GArray *
removals_new (void)
{
  GArray *removals = g_array_new (FALSE, FALSE, sizeof (MgrWeakRemoval));

  g_array_set_clear_func (removals, removal_clear);
  return removals;
}

static void
table_unref (MgrWeakTable *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_hash_table_unref (self->entries);
  g_array_unref (self->removals);
  g_source_unref (self->announcer);
  g_cond_clear (&self->returned);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static Entry *
entry_ref (Entry *entry)
{
  g_atomic_ref_count_inc (&entry->ref_count);
  return entry;
}

static void
entry_unref (Entry *entry)
{
  if (!g_atomic_ref_count_dec (&entry->ref_count))
    return;

  g_weak_ref_clear (&entry->alive);
  mgr_key_clear (&entry->key);
  table_unref (entry->table);
  g_free (entry);
}

/* With the lock held. */
static void
table_note_removal (MgrWeakTable  *self,
                    Entry         *entry,
                    MgrCacheCause  cause)
{
  MgrWeakRemoval removal = { .cause = cause };

  entry->inside = FALSE;
  self->n_removed[cause]++;
  if (self->wanted == NULL || !self->wanted (self->user_data))
    return;

  mgr_key_copy (&removal.key, &entry->key);
  g_array_append_val (self->removals, removal);
  if (self->removals->len == 1)
    g_source_set_ready_time (self->announcer, 0);
}

/* The object has been disposed of, and its memory goes as soon as this returns: whoever
 * is about to take a reference is waited for. They find out that it is no longer what it
 * was, and let go of it first: an object that lived on for them would end beneath who
 * disposes of it, since GLib looks at it once more after that. */
static void
object_gone_cb (gpointer  data,
                GObject  *where)
{
  Entry *entry = data;
  MgrWeakTable *self = entry->table;
  gboolean was_inside;

  g_mutex_lock (&self->lock);
  entry->object = NULL;
  was_inside = entry->inside;
  if (was_inside)
    {
      g_hash_table_steal (self->entries, entry);
      table_note_removal (self, entry, MGR_CACHE_CAUSE_COLLECTED);
    }
  while (entry->n_borrowers > 0)
    g_cond_wait (&self->returned, &self->lock);
  g_mutex_unlock (&self->lock);

  if (was_inside)
    entry_unref (entry);
  entry_unref (entry);
}

/* With the lock held, which is let go of, and a reference to @entry.
 *
 * g_weak_ref_get() alone would do, but for this: it takes a reference with a lock held that
 * is the same for all of the process. If it is the second reference, a language that has
 * the first is told, and waits for a lock of its own; whoever has that may in turn wait
 * for the one of the process. Therefore the reference is taken first, and looked after
 * then: while there are two, nobody can begin to dispose of the object.
 *
 * Returns: (transfer full) (nullable) */
static GObject *
entry_take (Entry *entry)
{
  MgrWeakTable *self = entry->table;
  GObject *object = entry->object;
  g_autoptr (GObject) kept = NULL;
  GObject *alive;

  if (object == NULL)
    {
      g_mutex_unlock (&self->lock);
      return NULL;
    }

  entry->n_borrowers++;
  g_mutex_unlock (&self->lock);
  g_object_ref (object);
  alive = g_weak_ref_get (&entry->alive);
  /* Never the last one: it is held here, or by who disposes of it and waits. */
  g_object_unref (object);

  g_mutex_lock (&self->lock);
  if (--entry->n_borrowers == 0)
    {
      kept = g_steal_pointer (&entry->kept);
      g_cond_broadcast (&self->returned);
    }
  g_mutex_unlock (&self->lock);

  return alive;
}

/* Takes the table's reference to an entry that has left the table. An object that is just
 * going tells so itself. */
static void
entry_detach (Entry *entry)
{
  MgrWeakTable *self = entry->table;
  g_autoptr (GObject) object = NULL;
  gboolean tells = FALSE;

  g_mutex_lock (&self->lock);
  object = entry_take (entry);
  if (object != NULL)
    {
      g_mutex_lock (&self->lock);
      tells = entry->object != NULL;
      if (tells && entry->n_borrowers > 0)
        entry->kept = g_object_ref (object);
      g_mutex_unlock (&self->lock);
    }

  if (tells)
    {
      g_object_weak_unref (object, object_gone_cb, entry);
      entry_unref (entry);
    }
  entry_unref (entry);
}

static Entry *
entry_new (MgrWeakTable *table,
           const MgrKey *key,
           GObject      *object)
{
  Entry *entry = g_new0 (Entry, 1);

  g_atomic_ref_count_init (&entry->ref_count);
  g_atomic_ref_count_inc (&table->ref_count);
  entry->table = table;
  mgr_key_copy (&entry->key, key);
  entry->object = object;
  g_weak_ref_init (&entry->alive, object);
  g_object_weak_ref (object, object_gone_cb, entry_ref (entry));
  return entry;
}

MgrWeakTable *
mgr_weak_table_new (GSource           *announcer,
                    MgrWeakWantedFunc  wanted,
                    gpointer           user_data)
{
  MgrWeakTable *self = g_new0 (MgrWeakTable, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->announcer = announcer;
  self->wanted = wanted;
  self->user_data = user_data;
  g_mutex_init (&self->lock);
  g_cond_init (&self->returned);
  self->entries = g_hash_table_new (mgr_key_hash, mgr_key_equal);
  self->removals = removals_new ();
  return self;
}

void
mgr_weak_table_close (MgrWeakTable *self)
{
  g_mutex_lock (&self->lock);
  self->wanted = NULL;
  g_mutex_unlock (&self->lock);

  mgr_weak_table_clear (self);
  g_source_destroy (self->announcer);
  table_unref (self);
}

GObject *
mgr_weak_table_get (MgrWeakTable *self,
                    const MgrKey *key)
{
  GObject *object;
  Entry *entry;

  g_mutex_lock (&self->lock);
  entry = g_hash_table_lookup (self->entries, key);
  if (entry == NULL)
    {
      g_mutex_unlock (&self->lock);
      return NULL;
    }

  entry_ref (entry);
  object = entry_take (entry);
  entry_unref (entry);
  return object;
}

gboolean
mgr_weak_table_has (MgrWeakTable *self,
                    const MgrKey *key)
{
  gboolean has;

  g_mutex_lock (&self->lock);
  has = g_hash_table_contains (self->entries, key);
  g_mutex_unlock (&self->lock);

  return has;
}

/* With the lock held.
 *
 * Returns: (transfer full) (nullable): what was there, to be detached */
static Entry *
table_insert (MgrWeakTable *self,
              Entry        *entry)
{
  Entry *old = g_hash_table_lookup (self->entries, &entry->key);

  if (old != NULL)
    {
      g_hash_table_steal (self->entries, old);
      table_note_removal (self, old, MGR_CACHE_CAUSE_REPLACED);
    }

  entry->inside = TRUE;
  g_hash_table_add (self->entries, entry_ref (entry));
  return old;
}

void
mgr_weak_table_put (MgrWeakTable *self,
                    const MgrKey *key,
                    GObject      *object)
{
  Entry *entry = entry_new (self, key, object);
  Entry *old;
  gboolean inserted = FALSE;

  g_mutex_lock (&self->lock);
  old = g_hash_table_lookup (self->entries, key);
  /* It may have been disposed of by hand. */
  if (entry->object != NULL && (old == NULL || old->object != object))
    {
      old = table_insert (self, entry);
      inserted = TRUE;
    }
  g_mutex_unlock (&self->lock);

  if (!inserted)
    {
      entry_detach (entry);
      return;
    }

  if (old != NULL)
    entry_detach (old);
  entry_unref (entry);
}

gboolean
mgr_weak_table_remove (MgrWeakTable *self,
                       const MgrKey *key,
                       GObject      *only)
{
  Entry *entry;
  gboolean removes;

  g_mutex_lock (&self->lock);
  entry = g_hash_table_lookup (self->entries, key);
  removes = entry != NULL && (only == NULL || entry->object == only);
  if (removes)
    {
      g_hash_table_steal (self->entries, entry);
      table_note_removal (self, entry, MGR_CACHE_CAUSE_EXPLICIT);
    }
  g_mutex_unlock (&self->lock);

  if (removes)
    entry_detach (entry);
  return removes;
}

void
mgr_weak_table_clear (MgrWeakTable *self)
{
  g_autoptr (GPtrArray) left = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer entry;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, &entry, NULL))
    {
      g_hash_table_iter_steal (&iter);
      table_note_removal (self, entry, MGR_CACHE_CAUSE_EXPLICIT);
      g_ptr_array_add (left, entry);
    }
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < left->len; i++)
    entry_detach (left->pdata[i]);
}

guint
mgr_weak_table_count (MgrWeakTable *self,
                      guint64      *n_collected,
                      guint64      *n_removed,
                      guint64      *n_replaced)
{
  guint n_entries;

  g_mutex_lock (&self->lock);
  n_entries = g_hash_table_size (self->entries);
  *n_collected = self->n_removed[MGR_CACHE_CAUSE_COLLECTED];
  *n_removed = self->n_removed[MGR_CACHE_CAUSE_EXPLICIT];
  *n_replaced = self->n_removed[MGR_CACHE_CAUSE_REPLACED];
  g_mutex_unlock (&self->lock);

  return n_entries;
}

GArray *
mgr_weak_table_take_removals (MgrWeakTable *self)
{
  GArray *empty = removals_new ();
  GArray *removals;

  g_mutex_lock (&self->lock);
  removals = self->removals;
  self->removals = empty;
  g_mutex_unlock (&self->lock);

  return removals;
}
