/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "journal/mgr-journal-private.h"

#include "base/mgr-error.h"
#include "base/mgr-owner-context-private.h"
#include "journal/mgr-journal-ring-private.h"
#include "journal/mgr-journal-store-private.h"
#include "journal/mgr-journal-writer-private.h"

/**
 * SECTION:mgr-journal
 * @title: MgrJournal
 * @short_description: what was decided, and why
 *
 * A journal keeps the last things that happened: requests that were refused, changes
 * of the pressure, cleanups with their plans and their results. Each entry says what
 * led to it, so that mgr_journal_explain() can tell the whole story of a level, of the
 * cleanup that it caused, and of what that gave back.
 *
 * The details of an entry are figures by name. Three names mean the same in all kinds,
 * and their texts are told by mgr_journal_explain(): `rule`, by which it was decided;
 * `holders`, who held most at that time; and `remedy`, what would have changed it. What
 * comes of a cleanup has the `flags` (as) that it was asked for with, and lists of resources,
 * `steps`, `kept`, `protected` and `cleaned`, each an aa{sv} with the keys `name` and `reason`
 * (s), `error` (s) if there was one, and `expected` or `claimed` (t), as in
 * mgr_cleanup_step_to_variant(). Where there are too many, `steps-left-out` (u) and the like
 * say how many are not listed. These are told by mgr_journal_explain() as well.
 *
 * With a path the entries are kept in an SQLite database as well, and are there again
 * after a restart. One journal at a time has a file. A thread of its own writes it, so
 * that nobody who adds an entry waits for a disk; only making the journal does, and
 * mgr_journal_flush(). At most as many entries as are kept in memory wait for it. Where the file cannot be had or written, a warning says so once,
 * with what helps, and the journal goes on in memory: what is in the file stays there,
 * and a damaged one is set aside as `PATH.corrupt`.
 *
 * All functions may be called from any thread.
 */

/* Some days of a quiet program, and a megabyte or two at most in practice. */
#define CAPACITY 1000
#define CAPACITY_MAX 100000

/**
 * MgrJournal:
 *
 * What was decided, and why.
 *
 * Since: 1.0
 */
struct _MgrJournal
{
  GObject parent_instance;

  MgrClock *clock;          /* (owned), never changes */
  char *path;               /* (owned) (nullable), never changes */
  guint capacity;           /* never changes */
  GMainContext *context;    /* (owned), never changes */
  MgrJournalWriter *writer; /* (owned) (nullable), never changes: without a path there is none */

  GMutex lock;
  MgrJournalRing *ring;     /* (owned), guarded by lock */
  guint64 last_id;          /* guarded by lock */
  gboolean announcing;      /* guarded by lock: the signal is on its way */
};

G_DEFINE_FINAL_TYPE (MgrJournal, mgr_journal, G_TYPE_OBJECT)

typedef enum
{
  PROP_CLOCK = 1,
  PROP_PATH,
  PROP_CAPACITY,
} MgrJournalProperty;

static GParamSpec *props[PROP_CAPACITY + 1] = { NULL, };

static guint signal_added;

static GPrivate innermost_scope = G_PRIVATE_INIT (NULL);

static void
journal_take_entries (MgrJournal *self,
                      GPtrArray  *entries)
{
  for (guint i = 0; i < entries->len; i++)
    {
      MgrJournalEntry *entry = g_ptr_array_index (entries, i);

      mgr_journal_ring_push (self->ring, mgr_journal_entry_ref (entry));
      self->last_id = entry->id;
    }
}

static void
mgr_journal_constructed (GObject *object)
{
  MgrJournal *self = MGR_JOURNAL (object);
  g_autoptr (GPtrArray) entries = NULL;

  G_OBJECT_CLASS (mgr_journal_parent_class)->constructed (object);

  if (self->clock == NULL)
    self->clock = g_object_ref (mgr_clock_get_default ());
  self->context = g_main_context_ref_thread_default ();
  self->ring = mgr_journal_ring_new (self->capacity);
  if (self->path == NULL)
    return;

  self->writer = mgr_journal_writer_new (self->path, self->capacity, &entries);
  journal_take_entries (self, entries);
}

static void
mgr_journal_finalize (GObject *object)
{
  MgrJournal *self = MGR_JOURNAL (object);

  g_clear_pointer (&self->writer, mgr_journal_writer_free);
  g_clear_pointer (&self->ring, mgr_journal_ring_free);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_object (&self->clock);
  g_free (self->path);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgr_journal_parent_class)->finalize (object);
}

static void
mgr_journal_get_property (GObject    *object,
                          guint       property_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  MgrJournal *self = MGR_JOURNAL (object);

  switch ((MgrJournalProperty) property_id)
    {
    case PROP_CLOCK:
      g_value_set_object (value, self->clock);
      break;
    case PROP_PATH:
      g_value_set_string (value, self->path);
      break;
    case PROP_CAPACITY:
      g_value_set_uint (value, self->capacity);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
mgr_journal_set_property (GObject      *object,
                          guint         property_id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  MgrJournal *self = MGR_JOURNAL (object);

  switch ((MgrJournalProperty) property_id)
    {
    case PROP_CLOCK:
      self->clock = g_value_dup_object (value);
      break;
    case PROP_PATH:
      self->path = g_value_dup_string (value);
      break;
    case PROP_CAPACITY:
      self->capacity = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, property_id, pspec);
      break;
    }
}

static void
mgr_journal_class_init (MgrJournalClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS;

  object_class->constructed = mgr_journal_constructed;
  object_class->finalize = mgr_journal_finalize;
  object_class->get_property = mgr_journal_get_property;
  object_class->set_property = mgr_journal_set_property;

  /**
   * MgrJournal:clock:
   *
   * The clock of mgr_journal_entry_get_monotonic_time(); %NULL for the system's.
   *
   * Since: 1.0
   */
  props[PROP_CLOCK] = g_param_spec_object ("clock", NULL, NULL, MGR_TYPE_CLOCK, flags);

  /**
   * MgrJournal:path:
   *
   * The file in which entries are kept across restarts; %NULL for none.
   *
   * Since: 1.0
   */
  props[PROP_PATH] = g_param_spec_string ("path", NULL, NULL, NULL, flags);

  /**
   * MgrJournal:capacity:
   *
   * How many entries are kept in memory; the oldest go first. A file keeps ten times
   * as many, and no more than 16 MiB.
   *
   * Since: 1.0
   */
  props[PROP_CAPACITY] =
    g_param_spec_uint ("capacity", NULL, NULL, 1, CAPACITY_MAX, CAPACITY, flags);

  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);

  /**
   * MgrJournal::added:
   * @self: the journal
   * @id: the number of the newest entry
   *
   * Emitted in the context that was the thread default when the journal was made, once
   * for all entries that were added since it was emitted last.
   *
   * Since: 1.0
   */
  signal_added = g_signal_new ("added", MGR_TYPE_JOURNAL, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 1, G_TYPE_UINT64);
}

static void
mgr_journal_init (MgrJournal *self)
{
  g_mutex_init (&self->lock);
}

/**
 * mgr_journal_new:
 * @clock: (nullable): the clock to measure by, or %NULL for the system's
 * @path: (nullable) (type filename): the file to keep the entries in, or %NULL for none
 *
 * Makes a journal, with the entries that the file has. A manager has one already, see
 * mgr_manager_get_journal().
 *
 * Returns: (transfer full): the journal
 *
 * Since: 1.0
 */
MgrJournal *
mgr_journal_new (MgrClock   *clock,
                 const char *path)
{
  g_return_val_if_fail (clock == NULL || MGR_IS_CLOCK (clock), NULL);

  return g_object_new (MGR_TYPE_JOURNAL, "clock", clock, "path", path, NULL);
}

/**
 * mgr_journal_new_from_file:
 * @path: (type filename): the file of a journal
 * @error: return location for a #GError
 *
 * Reads the file of a journal, of a program that runs or that has ended, and leaves it
 * as it is. What is added to the new journal is kept in memory alone.
 *
 * Fails with %MGR_ERROR_NOT_FOUND where there is no such file, with
 * %MGR_ERROR_NOT_AVAILABLE where libmgr was built without SQLite or is older than the
 * file, and with %MGR_ERROR_FAILED where it cannot be read.
 *
 * Returns: (transfer full): the journal
 *
 * Since: 1.0
 */
MgrJournal *
mgr_journal_new_from_file (const char  *path,
                           GError     **error)
{
  g_autoptr (GPtrArray) entries = NULL;
  MgrJournal *self;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  entries = mgr_journal_store_read_file (path, error);
  if (entries == NULL)
    return NULL;

  self = g_object_new (MGR_TYPE_JOURNAL, "capacity", CLAMP (entries->len, CAPACITY, CAPACITY_MAX), NULL);
  journal_take_entries (self, entries);
  return self;
}

static void
emit_added_cb (gpointer object,
               gpointer user_data)
{
  MgrJournal *self = object;
  guint64 last_id;

  g_mutex_lock (&self->lock);
  self->announcing = FALSE;
  last_id = self->last_id;
  g_mutex_unlock (&self->lock);

  g_signal_emit (self, signal_added, 0, last_id);
}

/**
 * mgr_journal_add:
 * @self: a journal
 * @kind: what it is about; not %MGR_JOURNAL_KIND_ANY
 * @severity: how much it matters
 * @summary: what happened, in one sentence; at most 2 KiB are kept
 * @details: (nullable): the figures behind it, an a{sv}; taken if floating. More than
 *    8 KiB are not kept
 * @cause: the number of the entry that led to it, or 0
 *
 * Adds an entry, and forgets the oldest where there are too many. It waits for no disk.
 *
 * Returns: the number of the entry
 *
 * Since: 1.0
 */
guint64
mgr_journal_add (MgrJournal         *self,
                 MgrJournalKind      kind,
                 MgrJournalSeverity  severity,
                 const char         *summary,
                 GVariant           *details,
                 guint64             cause)
{
  MgrJournalEntry *entry;
  gboolean announce;
  guint64 id;

  g_return_val_if_fail (MGR_IS_JOURNAL (self), 0);
  g_return_val_if_fail (kind > MGR_JOURNAL_KIND_ANY && kind <= MGR_JOURNAL_KIND_OTHER, 0);
  g_return_val_if_fail ((guint) severity <= MGR_JOURNAL_SEVERITY_CRITICAL, 0);
  g_return_val_if_fail (summary != NULL, 0);
  g_return_val_if_fail (details == NULL
                        || g_variant_is_of_type (details, G_VARIANT_TYPE_VARDICT), 0);

  if (cause == 0)
    cause = mgr_journal_get_cause (self);

  g_mutex_lock (&self->lock);
  id = ++self->last_id;
  entry = mgr_journal_entry_new (id, g_get_real_time (), mgr_clock_get_time (self->clock),
                                 kind, severity, summary, details, cause);
  if (self->writer != NULL)
    mgr_journal_writer_push (self->writer, entry);
  mgr_journal_ring_push (self->ring, entry);
  announce = !self->announcing;
  self->announcing = TRUE;
  g_mutex_unlock (&self->lock);

  if (announce)
    mgr_owner_context_post (self->context, self, emit_added_cb, NULL, NULL);

  return id;
}

/**
 * mgr_journal_lookup:
 * @self: a journal
 * @id: the number of an entry
 *
 * Finds an entry.
 *
 * Returns: (transfer full) (nullable): the entry, or %NULL if there is none of that
 *   number, or no longer
 *
 * Since: 1.0
 */
MgrJournalEntry *
mgr_journal_lookup (MgrJournal *self,
                    guint64     id)
{
  MgrJournalEntry *entry;

  g_return_val_if_fail (MGR_IS_JOURNAL (self), NULL);

  g_mutex_lock (&self->lock);
  entry = mgr_journal_ring_lookup (self->ring, id);
  if (entry != NULL)
    mgr_journal_entry_ref (entry);
  g_mutex_unlock (&self->lock);

  return entry;
}

/**
 * mgr_journal_list:
 * @self: a journal
 * @kind: what the entries are about; %MGR_JOURNAL_KIND_ANY for all
 * @limit: how many at most; 0 for any number
 *
 * Lists entries, the newest first.
 *
 * Returns: (transfer container) (element-type MgrJournalEntry): the entries
 *
 * Since: 1.0
 */
GPtrArray *
mgr_journal_list (MgrJournal     *self,
                  MgrJournalKind  kind,
                  guint           limit)
{
  GPtrArray *entries;

  g_return_val_if_fail (MGR_IS_JOURNAL (self), NULL);
  g_return_val_if_fail ((guint) kind <= MGR_JOURNAL_KIND_OTHER, NULL);

  g_mutex_lock (&self->lock);
  entries = mgr_journal_ring_list (self->ring, kind, limit);
  g_mutex_unlock (&self->lock);

  return entries;
}

/**
 * mgr_journal_explain:
 * @self: a journal
 * @id: the number of an entry
 * @error: return location for a #GError
 *
 * Tells the story of an entry, a line for each sentence: what led to it, from the first
 * cause on, then the entry itself, then what came of it. Of each it says by which rule
 * it was decided, who held most, and what would have helped, where the entry knows.
 * Times are those of the local time zone.
 *
 * Fails with %MGR_ERROR_NOT_FOUND if there is no such entry, or no longer.
 *
 * Returns: (transfer full): the story
 *
 * Since: 1.0
 */
char *
mgr_journal_explain (MgrJournal  *self,
                     guint64      id,
                     GError     **error)
{
  g_autoptr (GPtrArray) entries = NULL;
  g_autoptr (MgrJournalEntry) entry = NULL;

  g_return_val_if_fail (MGR_IS_JOURNAL (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  entry = mgr_journal_lookup (self, id);
  if (entry == NULL)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND,
                   "There is no entry #%" G_GUINT64_FORMAT " in the journal, or no longer: "
                   "the last %u are kept. Name one that is listed", id, self->capacity);
      return NULL;
    }

  g_mutex_lock (&self->lock);
  entries = mgr_journal_ring_copy (self->ring);
  g_mutex_unlock (&self->lock);

  return mgr_journal_tell (entries, entry);
}

/**
 * mgr_journal_get_capacity:
 * @self: a journal
 *
 * Gets how many entries are kept in memory.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint
mgr_journal_get_capacity (MgrJournal *self)
{
  g_return_val_if_fail (MGR_IS_JOURNAL (self), 0);

  return self->capacity;
}

/**
 * mgr_journal_get_path:
 * @self: a journal
 *
 * Gets the file in which entries are kept across restarts.
 *
 * Returns: (transfer none) (nullable) (type filename): the path, or %NULL for none
 *
 * Since: 1.0
 */
const char *
mgr_journal_get_path (MgrJournal *self)
{
  g_return_val_if_fail (MGR_IS_JOURNAL (self), NULL);

  return self->path;
}

/**
 * mgr_journal_dup_problem:
 * @self: a journal
 *
 * Gets what keeps the entries from their file now, and what helps.
 *
 * Returns: (transfer full) (nullable): a sentence or two, or %NULL where all is well or
 *   there is no file
 *
 * Since: 1.0
 */
char *
mgr_journal_dup_problem (MgrJournal *self)
{
  g_return_val_if_fail (MGR_IS_JOURNAL (self), NULL);

  return self->writer != NULL ? mgr_journal_writer_dup_problem (self->writer) : NULL;
}

/**
 * mgr_journal_flush:
 * @self: a journal
 * @error: return location for a #GError
 *
 * Waits until all that was added is in the file; it may take as long as the disk does.
 * What was added is also written by itself, a moment later, when the journal goes, and
 * when the program ends by itself.
 *
 * Fails with %MGR_ERROR_FAILED as mgr_journal_dup_problem() says; nothing is lost by
 * that. Without a file there is nothing to do.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_journal_flush (MgrJournal  *self,
                   GError     **error)
{
  g_return_val_if_fail (MGR_IS_JOURNAL (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return self->writer == NULL || mgr_journal_writer_flush (self->writer, G_MAXINT64, error);
}

void
mgr_journal_scope_open (MgrJournalScope *scope,
                        MgrJournal      *journal,
                        guint64          cause)
{
  scope->journal = journal;
  scope->cause = cause;
  scope->outer = g_private_get (&innermost_scope);
  g_private_set (&innermost_scope, scope);
}

void
mgr_journal_scope_close (MgrJournalScope *scope)
{
  g_private_set (&innermost_scope, scope->outer);
}

guint64
mgr_journal_get_cause (MgrJournal *self)
{
  for (MgrJournalScope *scope = g_private_get (&innermost_scope); scope != NULL; scope = scope->outer)
    {
      if (scope->journal == self)
        return scope->cause;
    }

  return 0;
}
