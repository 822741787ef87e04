/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <mgr.h>

#include "mgr-fake-tree.h"
#include "pool/mgr-memory-segment-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIB ((guint64) 1 << 20)

static MgrMemorySegment *
new_segment (guint64  size,
             gboolean read_only)
{
  g_autoptr (MgrMemoryLimits) limits = mgr_memory_limits_new (NULL, NULL);
  g_autoptr (GError) error = NULL;
  MgrMemorySegment *segment = mgr_memory_segment_new ("test", size, read_only, limits, &error);

  g_assert_no_error (error);
  return segment;
}

static void
test_reserved (void)
{
  g_autoptr (MgrMemorySegment) segment = new_segment (4 * MIB, FALSE);
  struct stat status;

  g_test_summary ("All of it is there before it is written to");

  g_assert_cmpint (fstat (segment->fd, &status), ==, 0);
  g_assert_cmpint (status.st_size, ==, 4 * MIB);
  g_assert_cmpint (status.st_blocks * 512, >=, 4 * MIB);
  g_assert_cmpuint (segment->size, ==, 4 * MIB);
  g_assert_true (segment->writable);
  memset (segment->data, 1, segment->size);
}

static void
test_sealed (void)
{
  g_autoptr (MgrMemorySegment) segment = new_segment (MIB, FALSE);

  g_test_summary ("Nobody can truncate it, nor take the seals off or add one");

  g_assert_cmpint (ftruncate (segment->fd, 0), ==, -1);
  g_assert_cmpint (errno, ==, EPERM);
  g_assert_cmpint (ftruncate (segment->fd, 2 * MIB), ==, -1);
  g_assert_cmpint (errno, ==, EPERM);
  g_assert_cmpint (fcntl (segment->fd, F_ADD_SEALS, F_SEAL_WRITE), ==, -1);
  g_assert_cmpint (errno, ==, EPERM);
  g_assert_cmpint (fcntl (segment->fd, F_GETFD) & FD_CLOEXEC, !=, 0);
}

static void
test_shared (void)
{
  g_autoptr (MgrMemorySegment) segment = new_segment (MIB, FALSE);
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrMemorySegment) other = mgr_memory_segment_import (segment->fd, MIB, &error);

  g_assert_no_error (error);
  g_assert_true (other->data != segment->data);
  g_assert_true (other->writable);
  other->data[17] = 42;
  g_assert_cmpint (segment->data[17], ==, 42);
}

static void
test_mapped_once (void)
{
  g_autoptr (MgrMemorySegment) segment = new_segment (MIB, FALSE);
  g_autoptr (MgrMemorySegment) second = new_segment (MIB, FALSE);
  MgrMemorySegment *first = mgr_memory_segment_import (segment->fd, MIB, NULL);
  MgrMemorySegment *again = mgr_memory_segment_import (segment->fd, 1, NULL);
  MgrMemorySegment *other = mgr_memory_segment_import (second->fd, MIB, NULL);

  g_assert_true (first == again);
  g_assert_true (first != other);
  mgr_memory_segment_unref (first);
  again->data[0] = 1;
  g_assert_true (mgr_memory_segment_ref (again) == again);
  mgr_memory_segment_unref (again);
  mgr_memory_segment_unref (again);
  mgr_memory_segment_unref (other);

  /* Gone from the table as well. */
  again = mgr_memory_segment_import (segment->fd, MIB, NULL);
  g_assert_cmpint (again->data[0], ==, 1);
  mgr_memory_segment_unref (again);
}

static void
test_read_only (void)
{
  g_autoptr (MgrMemorySegment) segment = new_segment (MIB, TRUE);
  g_autoptr (MgrMemorySegment) other = mgr_memory_segment_import (segment->fd, MIB, NULL);
  char byte = 1;

  g_test_summary ("The owner writes, and others cannot even where they try");

  g_assert_true (segment->writable);
  g_assert_nonnull (other);
  g_assert_false (other->writable);
  segment->data[5] = 7;
  g_assert_cmpint (other->data[5], ==, 7);

  g_assert_true (mmap (NULL, MIB, PROT_READ | PROT_WRITE, MAP_SHARED, segment->fd, 0) == MAP_FAILED);
  g_assert_cmpint (mprotect (other->data, MIB, PROT_READ | PROT_WRITE), ==, -1);
  g_assert_cmpint (pwrite (segment->fd, &byte, 1, 0), ==, -1);
}

static void
test_read_only_descriptor (void)
{
  g_autoptr (MgrMemorySegment) segment = new_segment (MIB, FALSE);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", segment->fd);
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  g_autoptr (MgrMemorySegment) reader = mgr_memory_segment_import (fd, MIB, NULL);
  g_autoptr (MgrMemorySegment) writer = mgr_memory_segment_import (segment->fd, MIB, NULL);

  g_assert_nonnull (reader);
  g_assert_false (reader->writable);
  g_assert_true (writer->writable);
  g_assert_true (reader != writer);
  close (fd);
}

static void
assert_import_fails (int         fd,
                     guint64     size,
                     const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrMemorySegment) segment = mgr_memory_segment_import (fd, size, &error);

  g_assert_null (segment);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, text));
}

static void
test_no_memfd (void)
{
  g_autofree char *path = NULL;
  int file = g_file_open_tmp ("mgr-test-XXXXXX", &path, NULL);
  int pair[2];
  int closed;

  g_assert_cmpint (ftruncate (file, MIB), ==, 0);
  assert_import_fails (file, MIB, "no");
  g_assert_cmpint (pipe2 (pair, O_CLOEXEC), ==, 0);
  assert_import_fails (pair[0], 1, "is no memfd");
  closed = dup (file);
  close (closed);
  assert_import_fails (closed, 1, "is no memfd");

  close (pair[0]);
  close (pair[1]);
  close (file);
  g_unlink (path);
}

static void
test_not_sealed (void)
{
  int fd = memfd_create ("peer", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  g_test_summary ("What the peer could still truncate is not mapped");

  g_assert_cmpint (ftruncate (fd, MIB), ==, 0);
  assert_import_fails (fd, MIB, "not sealed against shrinking");
  g_assert_cmpint (fcntl (fd, F_ADD_SEALS, F_SEAL_GROW), ==, 0);
  assert_import_fails (fd, MIB, "not sealed against shrinking");
  g_assert_cmpint (fcntl (fd, F_ADD_SEALS, F_SEAL_SHRINK), ==, 0);
  mgr_memory_segment_unref (mgr_memory_segment_import (fd, MIB, NULL));
  close (fd);
}

/* What was imported of it before would be mapped for its first size alone. */
static void
test_growing (void)
{
  int fd = memfd_create ("peer", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  g_autoptr (MgrMemorySegment) segment = NULL;
  guint64 sum = 0;

  g_test_summary ("What the peer could make larger is not mapped, and what is mapped is whole");

  g_assert_cmpint (ftruncate (fd, 4096), ==, 0);
  g_assert_cmpint (fcntl (fd, F_ADD_SEALS, F_SEAL_SHRINK), ==, 0);
  assert_import_fails (fd, 4096, "not sealed against growing");
  g_assert_cmpint (ftruncate (fd, 64 * MIB), ==, 0);
  assert_import_fails (fd, 64 * MIB, "F_SEAL_GROW");

  g_assert_cmpint (fcntl (fd, F_ADD_SEALS, F_SEAL_GROW), ==, 0);
  segment = mgr_memory_segment_import (fd, 64 * MIB, NULL);
  g_assert_nonnull (segment);
  for (guint64 at = 0; at < 64 * MIB; at += 4 * MIB)
    sum += segment->data[at];
  g_assert_cmpuint (sum, ==, 0);
  close (fd);
}

static void
test_truncated (void)
{
  int fd = memfd_create ("peer", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  g_test_summary ("What the peer truncated before it sealed is too small, which is said");

  g_assert_cmpint (ftruncate (fd, MIB), ==, 0);
  g_assert_cmpint (ftruncate (fd, 4096), ==, 0);
  g_assert_cmpint (fcntl (fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW), ==, 0);
  assert_import_fails (fd, MIB, "has 4096 bytes, but the tensor ends at byte 1048576");
  close (fd);

  fd = memfd_create ("peer", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  g_assert_cmpint (fcntl (fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW), ==, 0);
  assert_import_fails (fd, 0, "has 0 bytes");
  close (fd);
}

static void
assert_new_fails (MgrMemoryLimits *limits,
                  guint64          size,
                  int              code,
                  const char      *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrMemorySegment) segment = mgr_memory_segment_new ("test", size, FALSE, limits, &error);

  g_assert_null (segment);
  g_assert_error (error, MGR_ERROR, code);
  g_assert_nonnull (strstr (error->message, text));
}

static void
test_beyond_the_machine (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("host total=64M available=32M\n");
  g_autoptr (MgrMemoryLimits) limits =
    mgr_memory_limits_new (mgr_fake_tree_get_proc (tree), mgr_fake_tree_get_root (tree));

  g_test_summary ("The kernel would promise it, and kill somebody later");

  assert_new_fails (limits, 65 * MIB, MGR_ERROR_INFEASIBLE, "may ever have");
  assert_new_fails (limits, 33 * MIB, MGR_ERROR_NO_BUDGET, "is left now");
  mgr_memory_segment_unref (mgr_memory_segment_new ("test", MIB, FALSE, limits, NULL));

  /* What is left is asked for each time. */
  mgr_fake_tree_describe (tree, "host total=64M available=0\n");
  assert_new_fails (limits, MIB, MGR_ERROR_NO_BUDGET, "is left now");
}

static void
test_beyond_the_cgroup (void)
{
  g_autoptr (MgrFakeTree) tree =
    mgr_fake_tree_new ("host total=16G available=8G\nv2 /a\ngroup /a max=64M current=60M\n");
  g_autoptr (MgrMemoryLimits) limits =
    mgr_memory_limits_new (mgr_fake_tree_get_proc (tree), mgr_fake_tree_get_root (tree));

  assert_new_fails (limits, 65 * MIB, MGR_ERROR_INFEASIBLE, "64.0 MiB");
  assert_new_fails (limits, 5 * MIB, MGR_ERROR_NO_BUDGET, "4.0 MiB");
}

/* In a process of its own, since the limit holds for all files. */
static void
test_beyond_rlimit (void)
{
  if (g_test_subprocess ())
    {
      const struct rlimit little = { MIB, MIB };
      g_autoptr (MgrMemoryLimits) limits = mgr_memory_limits_new (NULL, NULL);

      g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &little), ==, 0);
      assert_new_fails (limits, 2 * MIB, MGR_ERROR_INFEASIBLE, "RLIMIT_FSIZE");
      mgr_memory_segment_unref (mgr_memory_segment_new ("test", MIB, FALSE, limits, NULL));
      return;
    }

  g_test_summary ("Beyond a limit of file sizes there is an error and no SIGXFSZ");
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
}

static void
test_no_more_descriptors (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (MgrMemoryLimits) limits = mgr_memory_limits_new (NULL, NULL);
      g_autoptr (MgrMemorySegment) segment = new_segment (MIB, FALSE);
      g_autoptr (GError) error = NULL;
      struct rlimit before;
      struct rlimit none;

      g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
      none = (struct rlimit) { 3, before.rlim_max };
      g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
      g_assert_null (mgr_memory_segment_import (segment->fd, MIB, &error));
      g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
      assert_new_fails (limits, MIB, MGR_ERROR_NOT_AVAILABLE, "could not be made");
      g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) g_test_add_func ("/pool/memory-segment/" name, func)

  ADD ("reserved", test_reserved);
  ADD ("sealed", test_sealed);
  ADD ("shared", test_shared);
  ADD ("mapped-once", test_mapped_once);
  ADD ("read-only", test_read_only);
  ADD ("read-only-descriptor", test_read_only_descriptor);
  ADD ("no-memfd", test_no_memfd);
  ADD ("not-sealed", test_not_sealed);
  ADD ("growing", test_growing);
  ADD ("truncated", test_truncated);
  ADD ("beyond-the-machine", test_beyond_the_machine);
  ADD ("beyond-the-cgroup", test_beyond_the_cgroup);
  ADD ("beyond-rlimit", test_beyond_rlimit);
  ADD ("no-more-descriptors", test_no_more_descriptors);

#undef ADD

  return g_test_run ();
}
