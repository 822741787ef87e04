/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-spill-rows-private.h"

#include <string.h>

/* So many entries that were read are remembered before the file is told of it. */
#define TOUCHED_MAX 256

/* Pages that a value may need besides those for its bytes: in the trees of the tables
 * and of their indices, which may have to grow by a page each. */
#define SPARE_PAGES 8

/* Ends the use of a statement: SQLITE_OK for one that has come to an end or to a row. */
static int
finish (sqlite3_stmt *prepared,
        int           status)
{
  sqlite3_reset (prepared);
  sqlite3_clear_bindings (prepared);
  return status == SQLITE_ROW || status == SQLITE_DONE ? SQLITE_OK : status;
}

/* An empty blob must not become NULL. */
static void
bind_bytes (sqlite3_stmt *prepared,
            int           parameter,
            GBytes       *bytes)
{
  gsize size = 0;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  sqlite3_bind_blob64 (prepared, parameter, size > 0 ? data : "", size, SQLITE_STATIC);
}

/* Runs a statement with up to two numbers, and gives the first column of its first row. */
static int
run_with_numbers (MgrSpillDatabase  *self,
                  MgrSpillStatement  statement,
                  gint64             first,
                  gint64             second,
                  gint64            *result)
{
  sqlite3_stmt *prepared = NULL;
  int status = mgr_spill_database_prepare (self, statement, &prepared);

  if (status != SQLITE_OK)
    return status;

  if (sqlite3_bind_parameter_count (prepared) > 0)
    sqlite3_bind_int64 (prepared, 1, first);
  if (sqlite3_bind_parameter_count (prepared) > 1)
    sqlite3_bind_int64 (prepared, 2, second);
  status = sqlite3_step (prepared);
  if (result != NULL)
    *result = status == SQLITE_ROW ? sqlite3_column_int64 (prepared, 0) : 0;
  return finish (prepared, status);
}

/* Reading */

static int
tell_touched (MgrSpillDatabase *self,
              gint64           *last_used)
{
  int status = run_with_numbers (self, MGR_SPILL_LAST_USED, 0, 0, last_used);

  for (guint i = 0; status == SQLITE_OK && i < self->touched->len; i++)
    status = run_with_numbers (self, MGR_SPILL_TOUCH, ++*last_used,
                               g_array_index (self->touched, gint64, i), NULL);

  return status;
}

void
mgr_spill_database_flush (MgrSpillDatabase *self)
{
  gint64 last_used = 0;

  if (self->touched->len == 0 || mgr_spill_database_run (self, "BEGIN IMMEDIATE") != SQLITE_OK)
    return;

  if (tell_touched (self, &last_used) != SQLITE_OK
      || mgr_spill_database_run (self, "COMMIT") != SQLITE_OK)
    mgr_spill_database_run (self, "ROLLBACK");
  g_array_set_size (self->touched, 0);
}

/* A word at a time, as fast as memory is read. */
static guint64
add_to_sum (guint64       sum,
            gconstpointer data,
            gsize         size)
{
  const guint64 factor = G_GUINT64_CONSTANT (0x9e3779b97f4a7c15);

  sum = (sum ^ size) * factor;
  for (gsize i = 0; i < size; i += sizeof (guint64))
    {
      guint64 word = 0;

      memcpy (&word, (const char *) data + i, MIN (sizeof word, size - i));
      sum = (sum ^ GUINT64_FROM_LE (word)) * factor;
      sum ^= sum >> 32;
    }

  return sum;
}

/* SQLite sees when its own structure is damaged, but not when what it keeps is, or when
 * it belongs to something else. */
static gint64
get_sum (GBytes        *key,
         gconstpointer  value,
         gsize          size)
{
  gsize key_size = 0;
  gconstpointer key_data = g_bytes_get_data (key, &key_size);

  return (gint64) add_to_sum (add_to_sum (1, key_data, key_size), value, size);
}

/* Nothing is left of a value whose time is up. Where the clock went back since it was
 * stored, it is as good as new. */
static gboolean
find_left (gint64  stored,
           gint64  ttl,
           gint64  now,
           gint64 *left)
{
  gint64 age = now > stored ? now - stored : 0;

  *left = ttl > 0 ? ttl - age : 0;
  return ttl == 0 || age < ttl;
}

static MgrSpillResult
read_row (MgrSpillDatabase  *self,
          sqlite3_stmt      *row,
          GBytes            *key,
          gint64             now,
          GBytes           **value,
          gint64            *ttl,
          GError           **error)
{
  gint64 id = sqlite3_column_int64 (row, 0);
  gconstpointer data;
  gsize size;

  if (!find_left (sqlite3_column_int64 (row, 1), sqlite3_column_int64 (row, 2), now, ttl))
    return MGR_SPILL_NOTHING;

  data = sqlite3_column_blob (row, 4);
  size = (gsize) sqlite3_column_bytes (row, 4);
  if (get_sum (key, data, size) != sqlite3_column_int64 (row, 3))
    return mgr_spill_database_fail (self, SQLITE_CORRUPT, error);

  *value = g_bytes_new (data, size);
  g_array_append_val (self->touched, id);
  return MGR_SPILL_DONE;
}

MgrSpillResult
mgr_spill_database_load (MgrSpillDatabase  *self,
                         GBytes            *key,
                         gint64             now,
                         GBytes           **value,
                         gint64            *ttl,
                         GError           **error)
{
  MgrSpillResult result = MGR_SPILL_NOTHING;
  sqlite3_stmt *row = NULL;
  int status = mgr_spill_database_prepare (self, MGR_SPILL_LOAD, &row);

  if (status == SQLITE_OK)
    {
      bind_bytes (row, 1, key);
      status = sqlite3_step (row);
      if (status == SQLITE_ROW)
        result = read_row (self, row, key, now, value, ttl, error);
      status = finish (row, status);
    }
  if (self->touched->len >= TOUCHED_MAX)
    mgr_spill_database_flush (self);

  return status == SQLITE_OK ? result : mgr_spill_database_fail (self, status, error);
}

/* Changing: all of these run inside a transaction, and return a status of SQLite. */

static int
delete_id (MgrSpillDatabase *self,
           gint64            id)
{
  int status = run_with_numbers (self, MGR_SPILL_DELETE_ENTRY, id, 0, NULL);

  return status == SQLITE_OK ? run_with_numbers (self, MGR_SPILL_DELETE_CONTENT, id, 0, NULL) : status;
}

static int
delete_key (MgrSpillDatabase *self,
            GBytes           *key)
{
  sqlite3_stmt *row = NULL;
  gint64 id = 0;
  int status = mgr_spill_database_prepare (self, MGR_SPILL_FIND, &row);

  if (status != SQLITE_OK)
    return status;

  bind_bytes (row, 1, key);
  status = sqlite3_step (row);
  if (status == SQLITE_ROW)
    id = sqlite3_column_int64 (row, 0);
  status = finish (row, status);
  return status == SQLITE_OK && id != 0 ? delete_id (self, id) : status;
}

static int
delete_expired (MgrSpillDatabase *self,
                gint64            now,
                guint64          *n_expired)
{
  gint64 ids[MGR_SPILL_BATCH];
  guint n_ids = 0;
  sqlite3_stmt *row = NULL;
  int status = mgr_spill_database_prepare (self, MGR_SPILL_EXPIRED, &row);

  if (status != SQLITE_OK)
    return status;

  sqlite3_bind_int64 (row, 1, now);
  while (n_ids < MGR_SPILL_BATCH && (status = sqlite3_step (row)) == SQLITE_ROW)
    ids[n_ids++] = sqlite3_column_int64 (row, 0);
  status = finish (row, status);

  for (guint i = 0; status == SQLITE_OK && i < n_ids; i++)
    status = delete_id (self, ids[i]);
  *n_expired += n_ids;
  return status;
}

static int
delete_old (MgrSpillDatabase *self,
            GPtrArray        *old_keys)
{
  int status = SQLITE_OK;

  if (old_keys == NULL)
    return mgr_spill_database_run (self, "DELETE FROM entries; DELETE FROM contents");

  for (guint i = 0; status == SQLITE_OK && i < old_keys->len; i++)
    status = delete_key (self, old_keys->pdata[i]);

  return status;
}

static int
measure (MgrSpillDatabase *self,
         guint64          *bytes,
         guint64          *page)
{
  sqlite3_stmt *row = NULL;
  int status = mgr_spill_database_prepare (self, MGR_SPILL_BYTES, &row);

  if (status != SQLITE_OK)
    return status;

  status = sqlite3_step (row);
  *bytes = (guint64) sqlite3_column_int64 (row, 0);
  *page = (guint64) sqlite3_column_int64 (row, 1);
  return finish (row, status);
}

/* Evicts until there is room for @needed bytes; nothing where there never would be.
 * @fits: (out): whether there is */
static int
make_room (MgrSpillDatabase *self,
           guint64           needed,
           guint64           max_bytes,
           guint64          *n_evicted,
           gboolean         *fits)
{
  guint64 bytes = 0;
  guint64 page = 0;
  gint64 oldest = -1;
  int status = measure (self, &bytes, &page);
  guint64 wanted = needed > 0 ? needed + SPARE_PAGES * page : 0;

  while (status == SQLITE_OK && oldest != 0 && wanted <= max_bytes && bytes > max_bytes - wanted)
    {
      status = run_with_numbers (self, MGR_SPILL_OLDEST, 0, 0, &oldest);
      if (status != SQLITE_OK || oldest == 0)
        break;

      status = delete_id (self, oldest);
      *n_evicted += 1;
      if (status == SQLITE_OK)
        status = measure (self, &bytes, &page);
    }

  *fits = wanted <= max_bytes && bytes <= max_bytes - wanted;
  return status;
}

static int
insert (MgrSpillDatabase *self,
        GBytes           *key,
        GBytes           *value,
        gint64            ttl,
        gint64            now,
        gint64            used)
{
  gsize size = 0;
  gconstpointer data = g_bytes_get_data (value, &size);
  sqlite3_stmt *row = NULL;
  int status = mgr_spill_database_prepare (self, MGR_SPILL_INSERT_ENTRY, &row);

  if (status != SQLITE_OK)
    return status;

  bind_bytes (row, 1, key);
  sqlite3_bind_int64 (row, 2, now);
  sqlite3_bind_int64 (row, 3, ttl);
  sqlite3_bind_int64 (row, 4, ttl == 0 ? 0 : now > G_MAXINT64 - ttl ? G_MAXINT64 : now + ttl);
  sqlite3_bind_int64 (row, 5, used);
  sqlite3_bind_int64 (row, 6, get_sum (key, data, size));
  status = finish (row, sqlite3_step (row));
  if (status == SQLITE_OK)
    status = mgr_spill_database_prepare (self, MGR_SPILL_INSERT_CONTENT, &row);
  if (status != SQLITE_OK)
    return status;

  bind_bytes (row, 1, value);
  return finish (row, sqlite3_step (row));
}

/* What is too large for SQLite itself would be an error there. */
static gboolean
is_possible (GBytes  *key,
             GBytes  *value,
             guint64  max_bytes)
{
  return value != NULL && g_bytes_get_size (value) <= G_MAXINT32 / 2
         && g_bytes_get_size (key) <= G_MAXINT16 && g_bytes_get_size (value) <= max_bytes;
}

static int
change (MgrSpillDatabase *self,
        GPtrArray        *old_keys,
        GBytes           *key,
        GBytes           *value,
        gint64            ttl,
        gint64            now,
        guint64           max_bytes,
        MgrSpillCounts   *counts,
        gboolean         *kept)
{
  gboolean possible = is_possible (key, value, max_bytes);
  /* The key is there twice: in its table and in an index. */
  guint64 needed = possible ? g_bytes_get_size (value) + 2 * g_bytes_get_size (key) : 0;
  gboolean fits = FALSE;
  gint64 last_used = 0;
  int status = tell_touched (self, &last_used);

  if (status == SQLITE_OK)
    status = delete_old (self, old_keys);
  if (status == SQLITE_OK && key != NULL)
    status = delete_key (self, key);
  if (status == SQLITE_OK)
    status = delete_expired (self, now, &counts->expired);
  if (status == SQLITE_OK)
    status = make_room (self, needed, max_bytes, &counts->evicted, &fits);

  *kept = possible && fits;
  return status == SQLITE_OK && *kept ? insert (self, key, value, ttl, now, last_used + 1) : status;
}

/* Gives back to the disk what the file has above its bound, as after that was lowered. */
static void
shrink (MgrSpillDatabase *self,
        guint64           max_bytes)
{
  gint64 bytes = 0;

  if (run_with_numbers (self, MGR_SPILL_FILE_BYTES, 0, 0, &bytes) == SQLITE_OK
      && (guint64) bytes > max_bytes)
    mgr_spill_database_run (self, "PRAGMA incremental_vacuum");
}

MgrSpillResult
mgr_spill_database_change (MgrSpillDatabase  *self,
                           GPtrArray         *old_keys,
                           GBytes            *key,
                           GBytes            *value,
                           gint64             ttl,
                           gint64             now,
                           guint64            max_bytes,
                           MgrSpillCounts    *counts,
                           GError           **error)
{
  gboolean kept = FALSE;
  int status = mgr_spill_database_run (self, "BEGIN IMMEDIATE");

  if (status != SQLITE_OK)
    return mgr_spill_database_fail (self, status, error);

  status = change (self, old_keys, key, value, ttl, now, max_bytes, counts, &kept);
  if (status == SQLITE_OK)
    status = mgr_spill_database_run (self, "COMMIT");
  if (status != SQLITE_OK)
    {
      MgrSpillResult result = mgr_spill_database_fail (self, status, error);

      mgr_spill_database_run (self, "ROLLBACK");
      return result;
    }

  g_array_set_size (self->touched, 0);
  shrink (self, max_bytes);
  return kept || value == NULL ? MGR_SPILL_DONE : MGR_SPILL_NOTHING;
}

MgrSpillResult
mgr_spill_database_count (MgrSpillDatabase  *self,
                          guint64           *entries,
                          guint64           *bytes,
                          GError           **error)
{
  gint64 n_entries = 0;
  guint64 page = 0;
  int status = run_with_numbers (self, MGR_SPILL_COUNT, 0, 0, &n_entries);

  *entries = (guint64) n_entries;
  if (status == SQLITE_OK)
    status = measure (self, bytes, &page);

  return status == SQLITE_OK ? MGR_SPILL_DONE : mgr_spill_database_fail (self, status, error);
}
