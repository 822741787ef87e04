/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "pool/mgr-arena-private.h"

#include <sys/mman.h>
#include <unistd.h>

#define GRANULE ((guint64) 64 << 10)
#define MIB ((guint64) 1 << 20)

static MgrArena *
make (guint64  size,
      guint64  largest,
      gboolean huge_pages)
{
  g_autoptr (GError) error = NULL;
  MgrArena *arena = mgr_arena_new (size, largest, huge_pages, &error);

  g_assert_no_error (error);
  g_assert_nonnull (arena);
  return arena;
}

/* How many bytes from @offset on the system has in memory. */
static guint64
resident (MgrArena *arena,
          guint64   offset,
          guint64   size)
{
  gsize page = (gsize) sysconf (_SC_PAGESIZE);
  g_autofree guint8 *pages = g_malloc0 (size / page);
  guint64 bytes = 0;

  g_assert_cmpint (mincore (mgr_arena_get_data (arena) + offset, size, pages), ==, 0);
  for (gsize i = 0; i < size / page; i++)
    bytes += (pages[i] & 1) * page;
  return bytes;
}

static void
test_holds_what_is_used (void)
{
  g_autoptr (MgrArena) arena = make (10 * GRANULE, 0, FALSE);

  g_assert_cmpuint (mgr_arena_get_granule (arena), ==, GRANULE);
  g_assert_cmpuint ((gsize) mgr_arena_get_data (arena) % MGR_ARENA_ALIGNMENT, ==, 0);
  g_assert_cmpuint (mgr_arena_get_missing (arena, 0, 1), ==, GRANULE);
  g_assert_cmpuint (mgr_arena_get_missing (arena, GRANULE - 1, 2), ==, 2 * GRANULE);
  mgr_arena_hold (arena, GRANULE - 1, 2);
  mgr_arena_hold (arena, GRANULE - 1, 2);
  g_assert_cmpuint (mgr_arena_get_held (arena), ==, 2 * GRANULE);
  g_assert_cmpuint (mgr_arena_get_missing (arena, 0, 4 * GRANULE), ==, 2 * GRANULE);
}

static void
test_gives_back_whole_granules (void)
{
  g_autoptr (MgrArena) arena = make (10 * GRANULE, 0, FALSE);
  guint8 *data = mgr_arena_get_data (arena);

  mgr_arena_hold (arena, 0, 10 * GRANULE);
  memset (data, 1, 10 * GRANULE);
  g_assert_cmpuint (resident (arena, 0, 10 * GRANULE), ==, 10 * GRANULE);

  g_assert_cmpuint (mgr_arena_get_loose (arena, 1, 3 * GRANULE - 1), ==, 2 * GRANULE);
  g_assert_cmpuint (mgr_arena_release (arena, 1, 3 * GRANULE - 2, G_MAXUINT64), ==, GRANULE);
  g_assert_cmpuint (resident (arena, GRANULE, GRANULE), ==, 0);
  g_assert_cmpuint (data[GRANULE - 1] + data[2 * GRANULE], ==, 2);
  g_assert_cmpuint (mgr_arena_get_held (arena), ==, 9 * GRANULE);

  /* From the end on, until it is enough. */
  g_assert_cmpuint (mgr_arena_release (arena, 3 * GRANULE, 7 * GRANULE, 2 * GRANULE - 1), ==,
                    2 * GRANULE);
  g_assert_cmpuint (data[8 * GRANULE - 1], ==, 1);
  g_assert_cmpuint (resident (arena, 8 * GRANULE, 2 * GRANULE), ==, 0);
  g_assert_cmpuint (mgr_arena_release (arena, 0, 10 * GRANULE, G_MAXUINT64), ==, 7 * GRANULE);
  g_assert_cmpuint (mgr_arena_get_held (arena), ==, 0);
}

/* What lies beyond the end of the last granule is nobody's. */
static void
test_last_granule_is_whole (void)
{
  g_autoptr (MgrArena) arena = make (2 * GRANULE + 100, 0, FALSE);

  mgr_arena_hold (arena, 0, 2 * GRANULE + 100);
  g_assert_cmpuint (mgr_arena_get_held (arena), ==, 3 * GRANULE);
  g_assert_cmpuint (mgr_arena_get_loose (arena, 2 * GRANULE, 100), ==, GRANULE);
  g_assert_cmpuint (mgr_arena_get_loose (arena, 2 * GRANULE, 99), ==, 0);
  g_assert_cmpuint (mgr_arena_release (arena, 2 * GRANULE, 100, 1), ==, GRANULE);
}

/* Of a large arena few granules are held: they are found without looking at all. */
static void
test_sparse (void)
{
  g_autoptr (MgrArena) arena = make (1 << 30, 0, FALSE);
  const guint64 used[] = { 0, 63, 64, 127, 1000, 8191 * 2 };

  for (gsize i = 0; i < G_N_ELEMENTS (used); i++)
    mgr_arena_hold (arena, used[i] * GRANULE, 1);
  g_assert_cmpuint (mgr_arena_get_loose (arena, 0, 1 << 30), ==, 5 * GRANULE + GRANULE);
  g_assert_cmpuint (mgr_arena_get_missing (arena, 0, 128 * GRANULE), ==, 124 * GRANULE);
  g_assert_cmpuint (mgr_arena_release (arena, 0, 1 << 30, 2 * GRANULE), ==, 2 * GRANULE);
  g_assert_cmpuint (mgr_arena_get_loose (arena, 0, 200 * GRANULE), ==, 4 * GRANULE);
  g_assert_cmpuint (mgr_arena_release (arena, 0, 1 << 30, G_MAXUINT64), ==, 4 * GRANULE);
}

static void
test_resizes (void)
{
  g_autoptr (MgrArena) arena = make (GRANULE, 4 * MIB, FALSE);
  g_autoptr (GError) error = NULL;
  guint8 *data = mgr_arena_get_data (arena);

  g_assert_cmpuint (mgr_arena_get_largest (arena), ==, 4 * MIB);
  data[0] = 1;
  g_assert_true (mgr_arena_resize (arena, 4 * MIB, &error));
  g_assert_no_error (error);
  g_assert_true (mgr_arena_get_data (arena) == data);
  mgr_arena_hold (arena, 0, 4 * MIB);
  memset (data + 1, 2, 4 * MIB - 1);

  g_assert_false (mgr_arena_resize (arena, 4 * MIB + 1, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
  g_clear_error (&error);

  g_assert_true (mgr_arena_resize (arena, 100, &error));
  g_assert_cmpuint (mgr_arena_get_held (arena), ==, GRANULE);
  g_assert_cmpuint (data[0] + data[99], ==, 3);
  g_assert_true (mgr_arena_resize (arena, 4 * MIB, &error));
  g_assert_cmpuint (data[GRANULE], ==, 0);
}

static void
test_huge_pages (void)
{
  g_autoptr (MgrArena) arena = make (MIB, 0, TRUE);

  g_assert_cmpuint (mgr_arena_get_granule (arena), ==, 2 * MIB);
  mgr_arena_hold (arena, 0, 1);
  mgr_arena_get_data (arena)[0] = 1;
  g_assert_cmpuint (mgr_arena_get_held (arena), ==, 2 * MIB);
  g_assert_cmpuint (mgr_arena_release (arena, 0, MIB, 1), ==, 2 * MIB);
  g_assert_cmpuint (mgr_arena_get_data (arena)[0], ==, 0);
}

static void
test_too_large (void)
{
  const guint64 sizes[] = { G_GUINT64_CONSTANT (1) << 48, G_GUINT64_CONSTANT (1) << 62,
                            G_MAXUINT64 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (mgr_arena_new (sizes[i], 0, FALSE, &error));
      g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
      g_clear_error (&error);
      g_assert_null (mgr_arena_new (MIB, sizes[i], TRUE, &error));
      g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pool/arena/holds-what-is-used", test_holds_what_is_used);
  g_test_add_func ("/pool/arena/gives-back-whole-granules", test_gives_back_whole_granules);
  g_test_add_func ("/pool/arena/last-granule-is-whole", test_last_granule_is_whole);
  g_test_add_func ("/pool/arena/sparse", test_sparse);
  g_test_add_func ("/pool/arena/resizes", test_resizes);
  g_test_add_func ("/pool/arena/huge-pages", test_huge_pages);
  g_test_add_func ("/pool/arena/too-large", test_too_large);

  return g_test_run ();
}
