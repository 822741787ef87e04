/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The ring in C; scenario-ring.py and scenario-ring.js say the same, line by line. */

#include <mgr.h>

#include <locale.h>
#include <string.h>

#define PAGES 4096

static const char *
nick_of (GType type,
         int   value)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);

  return g_enum_get_value (klass, value)->value_nick;
}

static void
show (MgrRingPool *ring)
{
  g_autoptr (MgrPoolStatistics) statistics = mgr_pool_get_statistics (MGR_POOL (ring));

  g_print ("used %" G_GUINT64_FORMAT ", frames %" G_GUINT64_FORMAT ", dropped %"
           G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " bytes\n",
           mgr_pool_statistics_get_used (statistics),
           mgr_pool_statistics_get_allocation_count (statistics),
           mgr_ring_pool_get_dropped_frames (ring), mgr_ring_pool_get_dropped_bytes (ring));
}

static void
say (const char   *what,
     const GError *error)
{
  g_print ("%s: %s\n", what, error != NULL ? nick_of (MGR_TYPE_ERROR, error->code) : "done");
}

static void
attempt_write (MgrRingPool *ring,
               const char  *what,
               char         letter,
               gsize        length)
{
  g_autofree char *text = g_strnfill (length, letter);
  g_autoptr (GError) error = NULL;

  mgr_ring_pool_write (ring, (const guint8 *) text, length, 1000, NULL, &error);
  say (what, error);
}

static void
attempt_read (MgrRingPool *ring,
              const char  *what)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) frame = mgr_ring_pool_try_read (ring, &error);

  g_assert_null (frame);
  say (what, error);
}

static void
read_one (MgrRingPool *ring)
{
  g_autoptr (GBytes) frame = mgr_ring_pool_try_read (ring, NULL);
  gsize size = 0;
  const char *data = frame != NULL ? g_bytes_get_data (frame, &size) : NULL;

  if (frame == NULL)
    g_print ("nothing\n");
  else if (size == 0)
    g_print ("0 bytes, the first is none\n");
  else
    g_print ("%" G_GSIZE_FORMAT " bytes, the first is %c\n", size, *data);
}

static MgrRingPool *
make_ring (const char     *name,
           MgrRingPolicy   policy,
           MgrRingSharing  sharing)
{
  g_autoptr (GError) error = NULL;
  MgrRingPool *ring = mgr_ring_pool_new (NULL, name, PAGES, policy, sharing, &error);

  g_assert_no_error (error);
  return ring;
}

static void
play (MgrRingPolicy policy)
{
  g_autoptr (MgrRingPool) ring = make_ring ("ring", policy, MGR_RING_SHARING_ANY);
  const char *const letters[] = { "a", "b", "c", "d", "e" };
  gconstpointer frame;
  gsize size;

  g_print ("# %s\n", nick_of (MGR_TYPE_RING_POLICY, (int) policy));
  attempt_write (ring, "too large", 'x', PAGES);
  for (gsize i = 0; i < G_N_ELEMENTS (letters); i++)
    attempt_write (ring, letters[i], *letters[i], 1000);
  show (ring);
  attempt_write (ring, "empty", 'x', 0);
  read_one (ring);

  frame = mgr_ring_pool_peek (ring, &size, NULL);
  g_print ("peek %" G_GSIZE_FORMAT "\n", size);
  g_assert_true (mgr_ring_pool_consume (ring, frame, NULL));
  show (ring);
  while (mgr_pool_get_allocation_count (MGR_POOL (ring)) > 0)
    read_one (ring);
  read_one (ring);
}

static void
play_end (void)
{
  g_autoptr (MgrRingPool) ring = make_ring ("end", MGR_RING_POLICY_BLOCK, MGR_RING_SHARING_PAIR);
  MgrPool *pool = MGR_POOL (ring);
  g_autoptr (GError) error = NULL;

  g_print ("# end\n");
  g_assert_true (mgr_ring_pool_write (ring, (const guint8 *) "last", 4, 0, NULL, NULL));
  mgr_pool_set_flushing (pool, TRUE);
  attempt_write (ring, "flushing", 'x', 1);
  attempt_read (ring, "flushing");
  mgr_pool_set_flushing (pool, FALSE);
  mgr_pool_set_capacity (pool, 3 * PAGES - 1, &error);
  say ("larger", error);
  g_print ("capacity %" G_GUINT64_FORMAT ", charged %" G_GUINT64_FORMAT "\n",
           mgr_pool_get_capacity (pool), mgr_pool_get_charged (pool));

  g_assert_true (mgr_pool_set_active (pool, FALSE, NULL));
  attempt_write (ring, "stopped", 'x', 1);
  read_one (ring);
  attempt_read (ring, "stopped");
  g_print ("charged %" G_GUINT64_FORMAT "\n", mgr_pool_get_charged (pool));
}

int
main (void)
{
  const MgrRingPolicy policies[] = {
    MGR_RING_POLICY_BLOCK, MGR_RING_POLICY_DROP_OLDEST, MGR_RING_POLICY_DROP_NEWEST,
    MGR_RING_POLICY_FAIL,
  };

  setlocale (LC_ALL, "");
  for (gsize i = 0; i < G_N_ELEMENTS (policies); i++)
    play (policies[i]);
  play_end ();

  return 0;
}
