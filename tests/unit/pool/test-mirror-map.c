/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "pool/mgr-mirror-map-private.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static gsize
page_size (void)
{
  return (gsize) sysconf (_SC_PAGESIZE);
}

static MgrMirrorMap *
map_new (gsize n_pages)
{
  g_autoptr (GError) error = NULL;
  MgrMirrorMap *map = mgr_mirror_map_new (n_pages * page_size (), &error);

  g_assert_no_error (error);
  g_assert_nonnull (map);
  return map;
}

/* What the file takes of memory. */
static gsize
get_resident (MgrMirrorMap *map)
{
  struct stat status;

  g_assert_no_errno (fstat (map->fd, &status));
  return (gsize) status.st_blocks * 512;
}

static void
test_round (void)
{
  gsize page = page_size ();

  g_assert_cmpuint (mgr_mirror_map_round (0), ==, 0);
  g_assert_cmpuint (mgr_mirror_map_round (1), ==, page);
  g_assert_cmpuint (mgr_mirror_map_round (page), ==, page);
  g_assert_cmpuint (mgr_mirror_map_round (page + 1), ==, 2 * page);
  g_assert_cmpuint (mgr_mirror_map_round (G_MAXUINT64 - 5), ==, G_MAXUINT64 - 5);
}

static void
test_mirrors (void)
{
  g_autoptr (MgrMirrorMap) map = map_new (2);
  gsize size = 2 * page_size ();

  memcpy (map->data + size - 3, "abcdef", 6);
  __atomic_signal_fence (__ATOMIC_SEQ_CST);
  g_assert_cmpmem (map->data, 3, "def", 3);
  g_assert_cmpmem (map->data + 2 * size - 3, 3, "abc", 3);
}

static void
test_is_reserved (void)
{
  g_autoptr (MgrMirrorMap) map = map_new (64);

  g_assert_cmpuint (get_resident (map), ==, 64 * page_size ());
}

static void
test_grows (void)
{
  g_autoptr (MgrMirrorMap) map = map_new (1);
  g_autoptr (MgrMirrorMap) larger = NULL;
  g_autoptr (GError) error = NULL;

  memcpy (map->data, "abc", 3);
  larger = mgr_mirror_map_resize (map, 3 * page_size (), &error);
  g_assert_no_error (error);
  g_assert_cmpmem (larger->data, 3, "abc", 3);
  g_assert_cmpuint (get_resident (larger), ==, 3 * page_size ());
}

static void
test_shrinks (void)
{
  g_autoptr (MgrMirrorMap) map = map_new (3);
  g_autoptr (MgrMirrorMap) smaller = NULL;
  g_autoptr (GError) error = NULL;

  memcpy (map->data + 2 * page_size (), "abc", 3);
  smaller = mgr_mirror_map_resize (map, page_size (), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (get_resident (map), ==, 3 * page_size ());

  /* Who still looks at what was cut off finds zeros, and no signal. */
  mgr_mirror_map_cut (smaller, smaller->size);
  g_assert_cmpuint (get_resident (map), ==, page_size ());
  g_assert_cmpuint (map->data[2 * page_size ()], ==, 0);
}

static void
assert_refused (gsize    size,
                MgrError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_mirror_map_new (size, &error));
  g_assert_error (error, MGR_ERROR, (int) code);
  g_test_message ("%s", error->message);
}

static void
test_beyond_the_machine (void)
{
  /* A quarter of all addresses, and more than any. */
  assert_refused ((gsize) 1 << 46, MGR_ERROR_INFEASIBLE);
  assert_refused (G_MAXSIZE - page_size () + 1, MGR_ERROR_INFEASIBLE);
}

static void
test_beyond_the_file_size (void)
{
  struct rlimit before;
  struct rlimit limit;

  g_assert_no_errno (getrlimit (RLIMIT_FSIZE, &before));
  limit = before;
  limit.rlim_cur = page_size ();
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &limit));

  /* The kernel would send a signal that ends the process. */
  assert_refused (2 * page_size (), MGR_ERROR_INFEASIBLE);
  g_assert_no_errno (setrlimit (RLIMIT_FSIZE, &before));
}

static void
test_too_many_files (void)
{
  struct rlimit before;
  struct rlimit limit;

  g_assert_no_errno (getrlimit (RLIMIT_NOFILE, &before));
  limit = before;
  limit.rlim_cur = 0;
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &limit));

  assert_refused (page_size (), MGR_ERROR_FAILED);
  g_assert_no_errno (setrlimit (RLIMIT_NOFILE, &before));
}

static void
test_kept_beyond_its_owner (void)
{
  MgrMirrorMap *map = map_new (1);
  MgrMirrorMap *kept = mgr_mirror_map_ref (map);

  memcpy (map->data, "abc", 3);
  mgr_mirror_map_unref (map);
  g_assert_cmpmem (kept->data, 3, "abc", 3);
  mgr_mirror_map_unref (kept);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pool/mirror-map/round", test_round);
  g_test_add_func ("/pool/mirror-map/mirrors", test_mirrors);
  g_test_add_func ("/pool/mirror-map/is-reserved", test_is_reserved);
  g_test_add_func ("/pool/mirror-map/grows", test_grows);
  g_test_add_func ("/pool/mirror-map/shrinks", test_shrinks);
  g_test_add_func ("/pool/mirror-map/beyond-the-machine", test_beyond_the_machine);
  g_test_add_func ("/pool/mirror-map/beyond-the-file-size", test_beyond_the_file_size);
  g_test_add_func ("/pool/mirror-map/too-many-files", test_too_many_files);
  g_test_add_func ("/pool/mirror-map/kept-beyond-its-owner", test_kept_beyond_its_owner);

  return g_test_run ();
}
