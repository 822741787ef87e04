/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-spill-store.h"

#include "base/mgr-clock.h"
#include "base/mgr-owner-context-private.h"
#include "cache/mgr-backoff-private.h"
#include "cache/mgr-cache-store-statistics-private.h"
#include "cache/mgr-spill-database-private.h"
#include "cache/mgr-stale-keys-private.h"

#include <glib/gstdio.h>
#include <unistd.h>

/**
 * SECTION:mgr-spill-store
 * @title: MgrSpillStore
 * @short_description: a second tier on a disk
 *
 * A spill store keeps what a cache had to let go in a file, so that the cache outgrows
 * the process, and finds it again after a restart. The file, an SQLite database called
 * `libmgr-spill.db` in the folder given, takes at most #MgrSpillStore:max-bytes; beside it
 * there is a log of a megabyte or so while it is open. What was used least recently
 * goes first. Several processes may share a folder.
 *
 * Nothing that happens to the file is more than a miss. A folder that vanishes or is not
 * writable, a full disk, a file of something else: the call that comes across it fails
 * with a #GError that says what helps, those after it miss, and it is tried again after a
 * second, and less and less often up to once a minute. A damaged file is renamed to
 * `libmgr-spill.db.corrupt`, in place of what was called so before, and a new one is begun.
 *
 * All functions may be called from any thread.
 */

#define FILE_NAME "libmgr-spill.db"

#define MAX_BYTES (G_GUINT64_CONSTANT (1) << 30)

#define RETRY_FIRST G_USEC_PER_SEC
#define RETRY_LONGEST (60 * G_USEC_PER_SEC)

#define STALE_KEYS_MAX 10000

/* A problem is told once, and then what it concerns is left alone for a while. */
typedef struct
{
  char *text; /* (owned) (nullable) */
  MgrBackoff backoff;
} Trouble;

/**
 * MgrSpillStore:
 *
 * A second tier on a disk.
 *
 * Since: 1.0
 */
struct _MgrSpillStore
{
  GObject parent_instance;

  char *directory;       /* (owned) (nullable), never changes */
  char *path;            /* (owned) (nullable), never changes */
  MgrClock *clock;       /* (owned) (nullable), never changes */
  GMainContext *context; /* (owned), never changes */

  GMutex lock;
  guint64 max_bytes;             /* guarded by lock, as all below */
  MgrSpillDatabase *database;    /* (owned) (nullable) */
  pid_t pid;                     /* whose database it is */
  gboolean was_opened;
  Trouble reach;                 /* nothing can be had */
  Trouble change;                /* what is there can be read */
  MgrStaleKeys *stale;           /* (owned) */
  MgrCacheStoreFigures figures;
};

typedef enum
{
  PROP_DIRECTORY = 1,
  PROP_MAX_BYTES,
  PROP_CLOCK,
} MgrSpillStoreProperty;

static GParamSpec *props[PROP_CLOCK + 1] = { NULL, };

static void mgr_spill_store_iface_init (MgrCacheStoreInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrSpillStore, mgr_spill_store, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_CACHE_STORE, mgr_spill_store_iface_init))

/* By which values expire: it has to mean the same after a restart. */
static gint64
get_time (MgrSpillStore *self)
{
  return self->clock != NULL ? mgr_clock_get_time (self->clock) : g_get_real_time ();
}

static gint64
get_retry_time (MgrSpillStore *self)
{
  return self->clock != NULL ? mgr_clock_get_time (self->clock) : g_get_monotonic_time ();
}

/* Takes @problem, and gives it to the caller unless it was told before. */
static void
trouble_note (Trouble  *trouble,
              gint64    now,
              GError   *problem,
              GError  **error)
{
  gboolean is_new = g_strcmp0 (trouble->text, problem->message) != 0;

  mgr_backoff_fail (&trouble->backoff, now, RETRY_FIRST, RETRY_LONGEST);
  g_free (trouble->text);
  trouble->text = g_strdup (problem->message);
  if (is_new)
    g_propagate_error (error, problem);
  else
    g_error_free (problem);
}

static void
trouble_clear (Trouble *trouble)
{
  g_clear_pointer (&trouble->text, g_free);
  trouble->backoff.delay = 0;
}

/* With the lock held, as all that follows up to the interface. */

static void
store_set_aside (MgrSpillStore *self)
{
  static const char *const suffixes[] = { "", "-wal", "-shm" };

  for (gsize i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *from = g_strconcat (self->path, suffixes[i], NULL);
      g_autofree char *to = g_strconcat (self->path, ".corrupt", suffixes[i], NULL);

      g_unlink (to);
      g_rename (from, to);
    }
}

/* What to do about a problem with the file, of which @error tells. */
static void
store_note (MgrSpillStore   *self,
            MgrSpillResult   result,
            Trouble         *trouble,
            GError          *problem,
            GError         **error)
{
  self->figures.failures++;
  if (result == MGR_SPILL_DAMAGED)
    {
      g_clear_pointer (&self->database, mgr_spill_database_close);
      store_set_aside (self);
      g_prefix_error (&problem, "It was damaged, and is now “%s.corrupt”: ", self->path);
      g_propagate_error (error, problem);
      return;
    }

  trouble_note (trouble, get_retry_time (self), problem, error);
}

static MgrSpillResult
open_file (MgrSpillStore  *self,
           GError        **error)
{
  if (self->path == NULL)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "Values cannot be kept: the spill store has no folder. Name one when you make it");
      return MGR_SPILL_FAILED;
    }

  /* A folder that was there and no longer is may be on a disk that was taken away. */
  if (!self->was_opened)
    g_mkdir (self->directory, 0700);

  return mgr_spill_database_open (self->path, &self->database, error);
}

static gboolean
store_open (MgrSpillStore  *self,
            GError        **error)
{
  GError *problem = NULL;
  MgrSpillResult result;

  if (!mgr_backoff_is_over (&self->reach.backoff, get_retry_time (self)))
    return FALSE;

  result = open_file (self, &problem);
  if (result != MGR_SPILL_DONE)
    {
      store_note (self, result, &self->reach, problem, error);
      return FALSE;
    }

  self->pid = getpid ();
  self->was_opened = TRUE;
  self->figures.connects++;
  trouble_clear (&self->reach);
  return TRUE;
}

/* Whether there is a file to ask. A process that was forked needs its own connection,
 * and what is in a file that was deleted nobody else will find. */
static gboolean
store_reach (MgrSpillStore  *self,
             GError        **error)
{
  if (self->database != NULL && self->pid != getpid ())
    g_clear_pointer (&self->database, mgr_spill_database_abandon);
  if (self->database != NULL && !mgr_spill_database_is_there (self->database))
    g_clear_pointer (&self->database, mgr_spill_database_close);

  return self->database != NULL || store_open (self, error);
}

/* Stores, removes, or clears for neither @key nor @value; and removes what is stale. */
static MgrSpillResult
store_change (MgrSpillStore  *self,
              GBytes         *key,
              GBytes         *value,
              gint64          ttl,
              GError        **error)
{
  g_autoptr (GPtrArray) old_keys = NULL;
  MgrSpillCounts counts = { 0 };
  GError *problem = NULL;
  MgrSpillResult result;
  guint64 serial;

  if (!store_reach (self, error)
      || !mgr_backoff_is_over (&self->change.backoff, get_retry_time (self)))
    return MGR_SPILL_FAILED;

  old_keys = mgr_stale_keys_list (self->stale, G_MAXUINT, &serial);
  if (key == NULL || mgr_stale_keys_has_all (self->stale))
    g_clear_pointer (&old_keys, g_ptr_array_unref);

  result = mgr_spill_database_change (self->database, old_keys, key, value, ttl, get_time (self),
                                      self->max_bytes, &counts, &problem);
  if (result == MGR_SPILL_FAILED || result == MGR_SPILL_DAMAGED)
    {
      store_note (self, result, &self->change, problem, error);
      return result;
    }

  mgr_stale_keys_settle (self->stale, old_keys, serial);
  self->figures.evicted += counts.evicted;
  self->figures.expired += counts.expired;
  trouble_clear (&self->change);
  return result;
}

/* The interface */

static GBytes *
mgr_spill_store_load (MgrCacheStore  *store,
                      GBytes         *key,
                      gint64         *ttl,
                      GCancellable   *cancellable,
                      GError        **error)
{
  MgrSpillStore *self = MGR_SPILL_STORE (store);
  MgrSpillResult result = MGR_SPILL_NOTHING;
  GError *problem = NULL;
  GBytes *value = NULL;

  g_mutex_lock (&self->lock);
  if (!mgr_stale_keys_contains (self->stale, key) && store_reach (self, error))
    result = mgr_spill_database_load (self->database, key, get_time (self), &value, ttl, &problem);
  if (result == MGR_SPILL_FAILED || result == MGR_SPILL_DAMAGED)
    store_note (self, result, &self->reach, problem, error);

  if (value != NULL)
    self->figures.hits++;
  else
    self->figures.misses++;
  g_mutex_unlock (&self->lock);

  return value;
}

static gboolean
mgr_spill_store_store (MgrCacheStore  *store,
                       GBytes         *key,
                       GBytes         *value,
                       gint64          ttl,
                       GCancellable   *cancellable,
                       GError        **error)
{
  MgrSpillStore *self = MGR_SPILL_STORE (store);
  MgrSpillResult result;

  g_mutex_lock (&self->lock);
  result = store_change (self, key, value, ttl, error);
  if (result == MGR_SPILL_DONE)
    {
      self->figures.stored++;
    }
  else
    {
      self->figures.refused++;
      if (result != MGR_SPILL_NOTHING)
        mgr_stale_keys_add (self->stale, key);
    }
  g_mutex_unlock (&self->lock);

  return result == MGR_SPILL_DONE;
}

static gboolean
mgr_spill_store_remove (MgrCacheStore  *store,
                        GBytes         *key,
                        GCancellable   *cancellable,
                        GError        **error)
{
  MgrSpillStore *self = MGR_SPILL_STORE (store);
  gboolean removed;

  g_mutex_lock (&self->lock);
  removed = store_change (self, key, NULL, 0, error) == MGR_SPILL_DONE;
  if (!removed)
    mgr_stale_keys_add (self->stale, key);
  g_mutex_unlock (&self->lock);

  return removed;
}

static gboolean
mgr_spill_store_clear (MgrCacheStore  *store,
                       GCancellable   *cancellable,
                       GError        **error)
{
  MgrSpillStore *self = MGR_SPILL_STORE (store);
  gboolean cleared;

  g_mutex_lock (&self->lock);
  cleared = store_change (self, NULL, NULL, 0, error) == MGR_SPILL_DONE;
  if (!cleared)
    mgr_stale_keys_add_all (self->stale);
  g_mutex_unlock (&self->lock);

  return cleared;
}

static MgrCacheStoreStatistics *
mgr_spill_store_get_statistics (MgrCacheStore *store)
{
  MgrSpillStore *self = MGR_SPILL_STORE (store);
  MgrCacheStoreFigures figures;
  g_autoptr (GError) problem = NULL;

  g_mutex_lock (&self->lock);
  figures = self->figures;
  if (self->database != NULL && self->pid == getpid ())
    mgr_spill_database_count (self->database, &figures.entries, &figures.bytes, &problem);
  g_mutex_unlock (&self->lock);

  if (problem != NULL)
    g_debug ("The statistics of a spill store lack what is in it: %s", problem->message);
  return mgr_cache_store_statistics_new_from_figures (&figures);
}

static char *
mgr_spill_store_dup_problem (MgrCacheStore *store)
{
  MgrSpillStore *self = MGR_SPILL_STORE (store);
  char *text;

  g_mutex_lock (&self->lock);
  text = g_strdup (self->reach.text != NULL ? self->reach.text : self->change.text);
  g_mutex_unlock (&self->lock);

  return text;
}

static void
mgr_spill_store_iface_init (MgrCacheStoreInterface *iface)
{
  iface->load = mgr_spill_store_load;
  iface->store = mgr_spill_store_store;
  iface->remove = mgr_spill_store_remove;
  iface->clear = mgr_spill_store_clear;
  iface->get_statistics = mgr_spill_store_get_statistics;
  iface->dup_problem = mgr_spill_store_dup_problem;
}

/* The object */

static void
mgr_spill_store_constructed (GObject *object)
{
  MgrSpillStore *self = MGR_SPILL_STORE (object);

  G_OBJECT_CLASS (mgr_spill_store_parent_class)->constructed (object);

  self->context = g_main_context_ref_thread_default ();
  if (self->directory != NULL)
    self->path = g_build_filename (self->directory, FILE_NAME, NULL);
}

static void
mgr_spill_store_finalize (GObject *object)
{
  MgrSpillStore *self = MGR_SPILL_STORE (object);

  if (self->database != NULL && self->pid != getpid ())
    g_clear_pointer (&self->database, mgr_spill_database_abandon);
  g_clear_pointer (&self->database, mgr_spill_database_close);
  mgr_stale_keys_free (self->stale);
  trouble_clear (&self->reach);
  trouble_clear (&self->change);
  g_clear_object (&self->clock);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_free (self->directory);
  g_free (self->path);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgr_spill_store_parent_class)->finalize (object);
}

static void
mgr_spill_store_get_property (GObject    *object,
                              guint       property_id,
                              GValue     *value,
                              GParamSpec *pspec)
{
  MgrSpillStore *self = MGR_SPILL_STORE (object);

  switch ((MgrSpillStoreProperty) property_id)
    {
    case PROP_DIRECTORY:
      g_value_set_string (value, self->directory);
      break;
    case PROP_MAX_BYTES:
      g_value_set_uint64 (value, mgr_spill_store_get_max_bytes (self));
      break;
    case PROP_CLOCK:
      g_value_set_object (value, self->clock);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
mgr_spill_store_set_property (GObject      *object,
                              guint         property_id,
                              const GValue *value,
                              GParamSpec   *pspec)
{
  MgrSpillStore *self = MGR_SPILL_STORE (object);

  switch ((MgrSpillStoreProperty) property_id)
    {
    case PROP_DIRECTORY:
      self->directory = g_value_dup_string (value);
      break;
    case PROP_MAX_BYTES:
      mgr_spill_store_set_max_bytes (self, g_value_get_uint64 (value));
      break;
    case PROP_CLOCK:
      self->clock = g_value_dup_object (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
mgr_spill_store_class_init (MgrSpillStoreClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->constructed = mgr_spill_store_constructed;
  object_class->finalize = mgr_spill_store_finalize;
  object_class->get_property = mgr_spill_store_get_property;
  object_class->set_property = mgr_spill_store_set_property;

  /**
   * MgrSpillStore:directory:
   *
   * The folder of the file. Its last component is made, for this user alone, where it is
   * not there when the store is first used. Without a folder nothing is kept.
   *
   * Since: 1.0
   */
  props[PROP_DIRECTORY] =
    g_param_spec_string ("directory", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  /**
   * MgrSpillStore:max-bytes:
   *
   * How large the file may be, in bytes. Where it is larger, that is mended by the next
   * change of what is in it.
   *
   * Since: 1.0
   */
  props[PROP_MAX_BYTES] =
    g_param_spec_uint64 ("max-bytes", NULL, NULL, 0, G_MAXINT64, MAX_BYTES,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT | G_PARAM_EXPLICIT_NOTIFY
                         | G_PARAM_STATIC_STRINGS);

  /**
   * MgrSpillStore:clock:
   *
   * The clock by which values expire; %NULL for the time of day, which goes on while the
   * machine is off.
   *
   * Since: 1.0
   */
  props[PROP_CLOCK] =
    g_param_spec_object ("clock", NULL, NULL, MGR_TYPE_CLOCK,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
}

static void
mgr_spill_store_init (MgrSpillStore *self)
{
  g_mutex_init (&self->lock);
  self->stale = mgr_stale_keys_new (STALE_KEYS_MAX);
}

/**
 * mgr_spill_store_new:
 * @directory: (type filename): the folder of the file
 * @max_bytes: how large the file may be, in bytes
 *
 * Makes a second tier on a disk. The disk is not touched before the store is used. May
 * be called from any thread.
 *
 * Returns: (transfer full): the store
 *
 * Since: 1.0
 */
MgrSpillStore *
mgr_spill_store_new (const char *directory,
                     guint64     max_bytes)
{
  g_return_val_if_fail (directory != NULL, NULL);
  g_return_val_if_fail (max_bytes <= G_MAXINT64, NULL);

  return g_object_new (MGR_TYPE_SPILL_STORE, "directory", directory, "max-bytes", max_bytes, NULL);
}

/**
 * mgr_spill_store_get_directory:
 * @self: a spill store
 *
 * Gets the folder of the file. May be called from any thread.
 *
 * Returns: (type filename) (nullable): the folder; %NULL if it has none
 *
 * Since: 1.0
 */
const char *
mgr_spill_store_get_directory (MgrSpillStore *self)
{
  g_return_val_if_fail (MGR_IS_SPILL_STORE (self), NULL);

  return self->directory;
}

/**
 * mgr_spill_store_get_max_bytes:
 * @self: a spill store
 *
 * Gets how large the file may be. May be called from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_spill_store_get_max_bytes (MgrSpillStore *self)
{
  guint64 max_bytes;

  g_return_val_if_fail (MGR_IS_SPILL_STORE (self), 0);

  g_mutex_lock (&self->lock);
  max_bytes = self->max_bytes;
  g_mutex_unlock (&self->lock);

  return max_bytes;
}

static void
notify_max_bytes_cb (gpointer object,
                     gpointer user_data)
{
  g_object_notify_by_pspec (object, props[PROP_MAX_BYTES]);
}

/**
 * mgr_spill_store_set_max_bytes:
 * @self: a spill store
 * @max_bytes: bytes
 *
 * Sets how large the file may be; see #MgrSpillStore:max-bytes. May be called from any
 * thread; the notification comes in the context that was the thread default when the
 * store was made.
 *
 * Since: 1.0
 */
void
mgr_spill_store_set_max_bytes (MgrSpillStore *self,
                               guint64        max_bytes)
{
  gboolean changes;

  g_return_if_fail (MGR_IS_SPILL_STORE (self));
  g_return_if_fail (max_bytes <= G_MAXINT64);

  g_mutex_lock (&self->lock);
  changes = self->max_bytes != max_bytes;
  self->max_bytes = max_bytes;
  g_mutex_unlock (&self->lock);

  if (changes && self->context != NULL)
    mgr_owner_context_post (self->context, self, notify_max_bytes_cb, NULL, NULL);
}
