/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The scenario of the standard pool in C; scenario-pool-standard.py and .js in
 * tests/bindings say the same, line by line. */

#include <mgr.h>

#include <locale.h>

#define KIB G_GUINT64_CONSTANT (1024)

/* Says how it went. Takes @error. */
static void
tell (const char *what,
      gboolean    done,
      GError     *error)
{
  g_autoptr (GEnumClass) codes = g_type_class_ref (MGR_TYPE_ERROR);

  g_assert_true (done == (error == NULL));
  g_print ("%s: %s\n", what,
           done ? "done" : g_enum_get_value (codes, error->code)->value_nick);
  g_clear_error (&error);
}

static guint64
take (MgrStandardPool *pool,
      guint64          size,
      const char      *description,
      guint            priority)
{
  g_autoptr (GError) error = NULL;
  guint64 id = mgr_standard_pool_allocate (pool, size, description, priority, NULL, &error);

  g_assert_no_error (error);
  return id;
}

static void
attempt_take (const char      *what,
              MgrStandardPool *pool,
              guint64          size,
              const char      *description,
              guint            priority)
{
  GError *error = NULL;
  guint64 id = mgr_standard_pool_allocate (pool, size, description, priority, NULL, &error);

  tell (what, id != 0, error);
}

static void
attempt_free (const char      *what,
              MgrStandardPool *pool,
              guint64          id)
{
  GError *error = NULL;
  gboolean freed = mgr_standard_pool_free (pool, id, &error);

  tell (what, freed, error);
}

static void
show (MgrStandardPool *pool)
{
  g_autoptr (MgrPoolStatistics) statistics = mgr_pool_get_statistics (MGR_POOL (pool));
  g_autoptr (GPtrArray) blocks = mgr_standard_pool_list_blocks (pool, NULL, 0, 0);

  g_print ("used %" G_GUINT64_FORMAT ", charged %" G_GUINT64_FORMAT ", blocks %" G_GUINT64_FORMAT
           ", largest free %" G_GUINT64_FORMAT "\n",
           mgr_pool_statistics_get_used (statistics),
           mgr_pool_statistics_get_charged (statistics),
           mgr_pool_statistics_get_allocation_count (statistics),
           mgr_pool_statistics_get_largest_free (statistics));
  for (guint i = 0; i < blocks->len; i++)
    {
      MgrBlock *block = g_ptr_array_index (blocks, i);

      g_print ("  %s at %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT " bytes, priority %u%s\n",
               mgr_block_get_description (block), mgr_block_get_offset (block),
               mgr_block_get_size (block), mgr_block_get_priority (block),
               mgr_block_get_pinned (block) ? ", pinned" : "");
    }
}

static void
show_tagged (MgrStandardPool *pool,
             const char      *tag)
{
  g_autoptr (GPtrArray) blocks = mgr_standard_pool_list_blocks (pool, tag, 0, 0);

  g_print ("tagged:");
  for (guint i = 0; i < blocks->len; i++)
    g_print (" %s", mgr_block_get_description (g_ptr_array_index (blocks, i)));
  g_print ("\n");
}

static void
read_and_write (MgrStandardPool *pool,
                guint64          quotes)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) beyond = NULL;
  GError *error = NULL;

  mgr_standard_pool_write (pool, quotes, 0, (const guint8 *) "1 2 3", 5, NULL);
  bytes = mgr_standard_pool_read (pool, quotes, 2, 3, NULL);
  g_print ("read: %.3s\n", (const char *) g_bytes_get_data (bytes, NULL));
  beyond = mgr_standard_pool_read (pool, quotes, 100 * KIB, 1, &error);
  tell ("read beyond", beyond != NULL, error);
}

static void
play_blocks (MgrStandardPool *pool,
             guint64         *quotes,
             guint64         *book)
{
  const char *const tags[] = { "SPY", NULL };
  GError *error = NULL;
  guint64 trades;
  gboolean pinned;

  g_print ("# blocks\n");
  *quotes = mgr_standard_pool_allocate (pool, 100 * KIB, "quotes", 5, tags, NULL);
  trades = mgr_standard_pool_allocate_aligned (pool, 10 * KIB, 4 * KIB, "trades", 3, NULL, NULL);
  *book = take (pool, 50 * KIB, "book", 5);
  show (pool);
  show_tagged (pool, "SPY");

  read_and_write (pool, *quotes);
  mgr_standard_pool_pin (pool, *quotes, NULL);
  attempt_free ("free what is pinned", pool, *quotes);
  mgr_standard_pool_unpin (pool, *quotes, NULL);
  mgr_standard_pool_free (pool, trades, NULL);
  attempt_free ("free twice", pool, trades);
  pinned = mgr_standard_pool_pin (pool, trades, &error);
  tell ("use after free", pinned, error);
  show (pool);
}

static void
moved_cb (MgrStandardPool *pool,
          guint64          id,
          guint64          old_offset,
          guint64          new_offset,
          gpointer         user_data)
{
  g_autoptr (MgrBlock) block = mgr_standard_pool_lookup (pool, id, NULL);

  g_print ("%s moved from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT "\n",
           mgr_block_get_description (block), old_offset, new_offset);
}

static void
play_compact (MgrStandardPool *pool,
              guint64          quotes)
{
  gboolean more;

  g_print ("# compact\n");
  g_signal_connect (pool, "block-moved", G_CALLBACK (moved_cb), NULL);
  mgr_standard_pool_free (pool, quotes, NULL);
  more = mgr_standard_pool_compact (pool, -1);
  g_print ("more to do: %s\n", more ? "yes" : "no");
  show (pool);
}

static gboolean
evict_cb (MgrStandardPool *pool,
          MgrBlock        *block,
          guint64         *kept)
{
  g_print ("asked for %s\n", mgr_block_get_description (block));
  return mgr_block_get_id (block) == *kept;
}

static void
play_evict (MgrStandardPool *pool,
            guint64          book)
{
  GError *error = NULL;
  g_autoptr (MgrBlock) block = NULL;
  guint64 ticks;

  g_print ("# evict\n");
  ticks = take (pool, 128 * KIB, "ticks", 2);
  g_signal_connect (pool, "evict", G_CALLBACK (evict_cb), &book);
  attempt_take ("not for less", pool, 150 * KIB, "less", 1);
  attempt_take ("for more", pool, 150 * KIB, "more", 8);
  block = mgr_standard_pool_lookup (pool, ticks, &error);
  tell ("what was evicted", block != NULL, error);
  attempt_take ("never fits", pool, 300 * KIB, "never", 5);
  show (pool);
}

static void
play_close (MgrStandardPool *pool,
            MgrComponent    *component)
{
  g_autoptr (GPtrArray) blocks = mgr_standard_pool_list_blocks (pool, NULL, 0, 0);

  g_print ("# close\n");
  g_print ("trimmed %" G_GUINT64_FORMAT "\n",
           mgr_pool_trim (MGR_POOL (pool), G_GUINT64_CONSTANT (1) << 40));
  mgr_pool_set_active (MGR_POOL (pool), FALSE, NULL);
  attempt_take ("closed", pool, 1, "closed", 5);
  for (guint i = 0; i < blocks->len; i++)
    mgr_standard_pool_free (pool, mgr_block_get_id (g_ptr_array_index (blocks, i)), NULL);
  show (pool);
  g_print ("component has used %" G_GUINT64_FORMAT "\n", mgr_component_get_used (component));
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (MgrManager) manager = NULL;
  g_autoptr (MgrStandardPool) vast = NULL;
  g_autoptr (MgrStandardPool) pool = NULL;
  MgrComponent *component;
  GError *error = NULL;
  guint64 quotes;
  guint64 book;

  setlocale (LC_ALL, "");
  manager = mgr_manager_new (1024 * KIB);
  component = mgr_manager_add_component (manager, "market", 512 * KIB, NULL, NULL);
  vast = mgr_standard_pool_new (component, "vast", 513 * KIB, MGR_STANDARD_POOL_FLAGS_NONE,
                                &error);
  tell ("beyond the budget", vast != NULL, error);
  pool = mgr_standard_pool_new (component, "ticks", 256 * KIB, MGR_STANDARD_POOL_FLAGS_EVICT,
                                NULL);
  play_blocks (pool, &quotes, &book);
  play_compact (pool, quotes);
  play_evict (pool, book);
  play_close (pool, component);
  return 0;
}
