/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-tree.h"
#include "pressure/mgr-memory-limits-private.h"
#include "pressure/mgr-proc-file-private.h"

#include <sys/resource.h>

#define MIB (G_GUINT64_CONSTANT (1024) * 1024)
#define GIB (1024 * MIB)

static MgrMemoryLimits *
limits_of (MgrFakeTree *tree)
{
  return mgr_memory_limits_new (mgr_fake_tree_get_proc (tree), mgr_fake_tree_get_root (tree));
}

static void
count_cb (GObject    *object,
          GParamSpec *pspec,
          gpointer    user_data)
{
  guint *count = user_data;

  (*count)++;
}

static void
test_changes (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("host total=16G available=8G\n"
                                                    "v2 /a\n"
                                                    "group /a max=1G current=100M\n"
                                                    "group /b max=2G current=500M\n");
  g_autoptr (MgrMemoryLimits) limits = limits_of (tree);
  guint n_limit = 0;
  guint n_soft_limit = 0;

  g_test_summary ("A changed limit and a change of the cgroup show at the next refresh");

  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_signal_connect (limits, "notify::limit", G_CALLBACK (count_cb), &n_limit);
  g_signal_connect (limits, "notify::soft-limit", G_CALLBACK (count_cb), &n_soft_limit);

  mgr_fake_tree_describe (tree, "group /a max=200M current=100M\n");
  g_assert_true (mgr_memory_limits_refresh (limits, NULL));
  g_assert_cmpuint (mgr_memory_limits_get_limit (limits), ==, 200 * MIB);
  g_assert_cmpuint (n_limit, ==, 0);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (n_limit, ==, 1);

  mgr_fake_tree_write (tree, "proc/self/cgroup", "0::/b\n");
  mgr_fake_tree_remove (tree, "sys/fs/cgroup/a");
  g_assert_true (mgr_memory_limits_refresh (limits, NULL));
  g_assert_cmpuint (mgr_memory_limits_get_limit (limits), ==, 2048 * MIB);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_assert_cmpuint (n_limit, ==, 2);
  g_assert_cmpuint (n_soft_limit, ==, 0);
}

static void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
count_changed_cb (MgrMemoryLimits *limits,
                  gpointer         user_data)
{
  guint *count = user_data;

  (*count)++;
}

/* Describes @description, and how often that was told after a refresh. */
static guint
count_changes (MgrFakeTree     *tree,
               MgrMemoryLimits *limits,
               const char      *description)
{
  guint count = 0;
  gulong id = g_signal_connect (limits, "limits-changed", G_CALLBACK (count_changed_cb), &count);
  guint serial = mgr_memory_limits_get_serial (limits);

  mgr_fake_tree_describe (tree, description);
  mgr_memory_limits_refresh (limits, NULL);
  g_assert_cmpuint (count, ==, 0);
  settle ();
  g_signal_handler_disconnect (limits, id);

  g_assert_cmpuint (mgr_memory_limits_get_serial (limits), ==, serial + count);
  return count;
}

static void
test_limits_changed (void)
{
  g_autoptr (MgrFakeTree) tree =
    mgr_fake_tree_new ("host total=16G available=8G swap=4G swap-free=3G\n"
                       "v2 /a\n"
                       "group /a max=1G current=100M swap-max=1G swap-current=0\n");
  g_autoptr (MgrMemoryLimits) limits = limits_of (tree);

  g_test_summary ("Told once for all that changed at a time; room that is used up is no change");

  g_assert_cmpuint (count_changes (tree, limits, ""), ==, 0);
  g_assert_cmpuint (count_changes (tree, limits, "group /a max=1G current=200M swap-max=1G "
                                                 "swap-current=100M\n"), ==, 0);
  g_assert_cmpuint (count_changes (tree, limits, "group /a max=2G current=200M swap-max=1G\n"),
                    ==, 1);
  g_assert_cmpuint (count_changes (tree, limits, "group /a max=2G high=1G current=200M "
                                                 "swap-max=1G\n"), ==, 1);
  g_assert_cmpuint (count_changes (tree, limits, "group /a max=2G high=1G current=200M "
                                                 "swap-max=100M\n"), ==, 1);
  g_assert_cmpuint (count_changes (tree, limits, "group /a max=1G high=max current=200M "
                                                 "swap-max=200M\n"), ==, 1);
  g_assert_cmpuint (count_changes (tree, limits, ""), ==, 0);
}

static void
test_only_listeners_are_woken (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("host total=16G available=8G\n");
  g_autoptr (MgrMemoryLimits) limits = limits_of (tree);
  guint count = 0;

  g_test_summary ("Headroom that nobody listens to leaves the main loop asleep");

  mgr_fake_tree_describe (tree, "host total=16G available=7G\n");
  mgr_memory_limits_refresh (limits, NULL);
  g_assert_false (g_main_context_pending (NULL));

  g_signal_connect (limits, "notify::headroom", G_CALLBACK (count_cb), &count);
  mgr_fake_tree_describe (tree, "host total=16G available=6G\n");
  mgr_memory_limits_refresh (limits, NULL);
  settle ();
  g_assert_cmpuint (count, ==, 1);
  mgr_memory_limits_refresh (limits, NULL);
  g_assert_false (g_main_context_pending (NULL));
}

typedef struct
{
  guint64 limit;
  guint calls;
  GThread *thread;
} Following;

static void
follow_cb (gpointer follower,
           guint64  limit)
{
  Following *following = g_object_get_data (follower, "following");

  following->limit = limit;
  following->calls++;
  following->thread = g_thread_self ();
}

static gpointer
refresh_thread (gpointer limits)
{
  g_assert_true (mgr_memory_limits_refresh (limits, NULL));
  return NULL;
}

static void
test_follower (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("host total=16G available=8G\n");
  g_autoptr (MgrMemoryLimits) limits = limits_of (tree);
  g_autoptr (GObject) follower = g_object_new (G_TYPE_OBJECT, NULL);
  Following following = { 0 };
  GThread *thread;

  g_test_summary ("A follower hears of each refresh in the thread that makes it, while it lives");

  g_object_set_data (follower, "following", &following);
  mgr_memory_limits_set_follower (limits, follower, follow_cb);
  thread = g_thread_ref (g_thread_new ("refresh", refresh_thread, limits));
  g_thread_join (thread);
  g_assert_true (following.thread == thread);
  g_thread_unref (thread);
  g_assert_cmpuint (following.limit, ==, 16 * GIB);

  mgr_fake_tree_describe (tree, "host total=4G available=1G\n");
  g_assert_true (mgr_memory_limits_refresh (limits, NULL));
  g_assert_cmpuint (following.limit, ==, 4 * GIB);
  g_assert_cmpuint (following.calls, ==, 2);

  mgr_fake_tree_write (tree, "proc/meminfo", "");
  g_assert_false (mgr_memory_limits_refresh (limits, NULL));
  g_assert_cmpuint (following.calls, ==, 2);

  g_clear_object (&follower);
  mgr_fake_tree_describe (tree, "host total=8G available=1G\n");
  g_assert_true (mgr_memory_limits_refresh (limits, NULL));
  g_assert_cmpuint (following.calls, ==, 2);
}

static guint64
get_data_size (void)
{
  g_autofree char *status = NULL;
  guint64 size = 0;

  g_assert_true (g_file_get_contents ("/proc/self/status", &status, NULL, NULL));
  g_assert_true (mgr_proc_text_lookup (status, "VmData", &size));
  return size;
}

static void
test_rlimit_of_this_process (void)
{
  g_autoptr (MgrMemoryLimits) limits = mgr_memory_limits_new (NULL, NULL);
  g_autofree char *text = NULL;
  rlim_t half = mgr_memory_limits_get_limit (limits) / 2;
  struct rlimit before;
  struct rlimit halved;

  g_test_summary ("A limit that this very process is given while it runs");

  g_assert_cmpint (getrlimit (RLIMIT_DATA, &before), ==, 0);
  if (get_data_size () > half / 2 || (before.rlim_max != RLIM_INFINITY && before.rlim_max < half))
    {
      g_test_skip ("This process has mapped too much, or may not be limited so");
      return;
    }

  halved = (struct rlimit) { half, before.rlim_max };
  g_assert_cmpint (setrlimit (RLIMIT_DATA, &halved), ==, 0);
  g_assert_true (mgr_memory_limits_refresh (limits, NULL));
  g_assert_cmpint (setrlimit (RLIMIT_DATA, &before), ==, 0);

  g_assert_cmpuint (mgr_memory_limits_get_limit (limits), ==, half);
  text = mgr_memory_limits_explain (limits);
  g_assert_nonnull (strstr (text, "RLIMIT_DATA of this process"));
  g_assert_cmpuint (mgr_memory_limits_get_headroom (limits), <=, half);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pressure/limits-live/notify", test_changes);
  g_test_add_func ("/pressure/limits-live/limits-changed", test_limits_changed);
  g_test_add_func ("/pressure/limits-live/only-listeners-are-woken", test_only_listeners_are_woken);
  g_test_add_func ("/pressure/limits-live/follower", test_follower);
  g_test_add_func ("/pressure/limits-live/rlimit-of-this-process", test_rlimit_of_this_process);

  return g_test_run ();
}
