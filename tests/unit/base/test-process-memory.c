/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "base/mgr-process-memory-private.h"
#include "mgr-fake-tree.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIB ((guint64) 1 << 20)

typedef struct
{
  MgrFakeTree *tree;
  MgrProcessMemory *memory;
} Fixture;

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  data)
{
  fixture->tree = mgr_fake_tree_new ("");
  mgr_fake_tree_remove (fixture->tree, "proc/self/statm");
  fixture->memory = mgr_process_memory_new (mgr_fake_tree_get_proc (fixture->tree));
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  data)
{
  mgr_process_memory_free (fixture->memory);
  mgr_fake_tree_free (fixture->tree);
}

static gboolean
read_statm (Fixture    *fixture,
            const char *text,
            guint64    *out_bytes)
{
  mgr_fake_tree_write (fixture->tree, "proc/self/statm", text);
  return mgr_process_memory_read_resident (fixture->memory, out_bytes);
}

static gboolean
read_status (Fixture    *fixture,
             const char *text,
             guint64    *out_bytes)
{
  mgr_fake_tree_write (fixture->tree, "proc/self/status", text);
  return mgr_process_memory_read_anonymous (fixture->memory, out_bytes, NULL);
}

static void
test_resident (Fixture       *fixture,
               gconstpointer  data)
{
  guint64 page = (guint64) sysconf (_SC_PAGESIZE);
  guint64 bytes = 0;

  g_test_summary ("The file is read anew each time, and what is shared does not count");

  g_assert_true (read_statm (fixture, "5000 300 100 10 0 900 0\n", &bytes));
  g_assert_cmpuint (bytes, ==, 200 * page);
  g_assert_true (read_statm (fixture, "5000 400 100 10 0 900 0\n", &bytes));
  g_assert_cmpuint (bytes, ==, 300 * page);
}

static void
test_resident_broken (Fixture       *fixture,
                      gconstpointer  data)
{
  static const char *const cases[] = {
    "", "5000 300\n", "5000 300 10", "5000 three 100\n", "5000 100 300 10 0 900 0\n",
  };
  guint64 bytes = 42;

  g_assert_false (mgr_process_memory_read_resident (fixture->memory, &bytes));
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_false (read_statm (fixture, cases[i], &bytes));
  g_assert_cmpuint (bytes, ==, 42);

  g_assert_true (read_statm (fixture, "5000 300 100 10 0 900 0\n", &bytes));
}

static void
test_anonymous (Fixture       *fixture,
                gconstpointer  data)
{
  guint64 anonymous = 0;

  g_assert_true (read_status (fixture,
                              "Name:\tx\nVmRSS:\t 900 kB\nRssAnon:\t     100 kB\n"
                              "RssFile:\t 800 kB\nVmSwap:\t      20 kB\n", &anonymous));
  g_assert_cmpuint (anonymous, ==, 120 * 1024);

  /* A kernel without swap. */
  g_assert_true (read_status (fixture, "Name:\tx\nRssAnon:\t 100 kB\n", &anonymous));
  g_assert_cmpuint (anonymous, ==, 100 * 1024);
  g_assert_true (read_status (fixture, "Name:\tx\nRssAnon:\t 100 kB\nVmSwap:\t 5", &anonymous));
  g_assert_cmpuint (anonymous, ==, 100 * 1024);
}

static void
test_anonymous_broken (Fixture       *fixture,
                       gconstpointer  data)
{
  static const char *const cases[] = {
    "Name:\tRssAnon: 5 kB\n", "Name:\tx\nRssAnon:\t kB\n", "Name:\tx\nRssAnon:\t 12",
    "Name:\tx\nRssAnon:\t 99999999999999999999 kB\n",
    "Name:\tx\nRssAnon:\t 12", "Name:\tx\nRssAnon:\t 12 MB\n",
    "Name:\tx\nRssAnon:\t 18014398509481983 kB\nVmSwap:\t 1 kB\n",
  };
  guint64 anonymous = 7;
  g_autoptr (GError) absent = NULL;
  g_autoptr (GError) unusable = NULL;

  g_assert_false (mgr_process_memory_read_anonymous (fixture->memory, &anonymous, &absent));
  g_assert_error (absent, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
  g_assert_nonnull (strstr (absent->message, "self/status"));

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_false (read_status (fixture, cases[i], &anonymous));
  g_assert_false (mgr_process_memory_read_anonymous (fixture->memory, &anonymous, &unusable));
  g_assert_error (unusable, MGR_ERROR, MGR_ERROR_FAILED);
  g_assert_nonnull (strstr (unusable->message, "RssAnon"));
  g_assert_cmpuint (anonymous, ==, 7);
}

static void
test_pss (Fixture       *fixture,
          gconstpointer  data)
{
  guint64 pss = 7;
  g_autoptr (GError) absent = NULL;
  g_autoptr (GError) unusable = NULL;

  g_assert_false (mgr_process_memory_read_pss (fixture->memory, &pss, &absent));
  g_assert_error (absent, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);

  mgr_fake_tree_write (fixture->tree, "proc/self/smaps_rollup", "55-77 ---p 00 [rollup]\n");
  g_assert_false (mgr_process_memory_read_pss (fixture->memory, &pss, &unusable));
  g_assert_error (unusable, MGR_ERROR, MGR_ERROR_FAILED);
  g_assert_cmpuint (pss, ==, 7);

  mgr_fake_tree_write (fixture->tree, "proc/self/smaps_rollup",
                       "55-77 ---p 00 [rollup]\nRss: 900 kB\nPss:  300 kB\nPss_Dirty: 4 kB\n");
  g_assert_true (mgr_process_memory_read_pss (fixture->memory, &pss, NULL));
  g_assert_cmpuint (pss, ==, 300 * 1024);
}

static char *
take_block (gsize size)
{
  char *block = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  g_assert_true (block != MAP_FAILED);
  memset (block, 1, size);
  return block;
}

static void
test_of_this_process (void)
{
  const gsize size = 16 * MIB;
  g_autoptr (MgrProcessMemory) memory = mgr_process_memory_new (NULL);
  guint64 before[3] = { 0, 0, 0 };
  guint64 after[3] = { 0, 0, 0 };
  char *block;
  gboolean has_pss;

  g_test_summary ("All three see a block come, but for what the kernel has not added up yet");

  has_pss = mgr_process_memory_read_pss (memory, &before[2], NULL);
  g_assert_true (mgr_process_memory_read_resident (memory, &before[0]));
  g_assert_true (mgr_process_memory_read_anonymous (memory, &before[1], NULL));
  block = take_block (size);
  g_assert_true (mgr_process_memory_read_resident (memory, &after[0]));
  g_assert_true (mgr_process_memory_read_anonymous (memory, &after[1], NULL));
  if (has_pss)
    g_assert_true (mgr_process_memory_read_pss (memory, &after[2], NULL));
  munmap (block, size);

  for (gsize i = 0; i < (has_pss ? 3 : 2); i++)
    g_assert_cmpuint (after[i], >, before[i] + size / 2);
}

/* Runs in the child, where nothing but system calls is safe. */
static int
child_grows (MgrProcessMemory *memory)
{
  guint64 before = 0;
  guint64 after = 0;

  if (!mgr_process_memory_read_resident (memory, &before))
    return 2;
  take_block (64 * MIB);
  if (!mgr_process_memory_read_resident (memory, &after))
    return 3;

  return after > before + 32 * MIB ? 0 : 1;
}

static void
test_after_fork (void)
{
  g_autoptr (MgrProcessMemory) memory = mgr_process_memory_new (NULL);
  guint64 bytes = 0;
  int status = 0;
  pid_t pid;

  g_test_summary ("A child reads its own memory, not that of the parent that opened the file");

  g_assert_true (mgr_process_memory_read_resident (memory, &bytes));
  pid = fork ();
  g_assert_cmpint (pid, >=, 0);
  if (pid == 0)
    _exit (child_grows (memory));

  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) \
  g_test_add ("/base/process-memory/" name, Fixture, NULL, fixture_set_up, func, fixture_tear_down)

  ADD ("resident", test_resident);
  ADD ("resident-broken", test_resident_broken);
  ADD ("anonymous", test_anonymous);
  ADD ("anonymous-broken", test_anonymous_broken);
  ADD ("pss", test_pss);
  g_test_add_func ("/base/process-memory/of-this-process", test_of_this_process);
  g_test_add_func ("/base/process-memory/after-fork", test_after_fork);

#undef ADD

  return g_test_run ();
}
