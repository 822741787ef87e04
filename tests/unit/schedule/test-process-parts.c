/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-tree.h"
#include "schedule/mgr-output-tail-private.h"
#include "schedule/mgr-process-record-private.h"
#include "schedule/mgr-process-table-private.h"
#include "schedule/mgr-spawn-private.h"
#include "schedule/mgr-task-cgroup-private.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* What commands are made of: start, output, groups, the table of processes, records. */

#define MIB (G_GUINT64_CONSTANT (1) << 20)

static int
spawn_and_wait (const char *script)
{
  const char *argv[] = { "sh", "-c", script, NULL };
  MgrSpawnRequest request = { argv, NULL, NULL, -1, -1, -1, TRUE };
  g_auto (MgrChild) child = MGR_CHILD_NONE;
  g_autoptr (GError) error = NULL;

  g_assert_true (mgr_spawn (&request, &child, &error));
  g_assert_no_error (error);
  while (!mgr_child_has_ended (&child))
    g_usleep (500);
  return mgr_child_reap (&child);
}

static void
test_spawn_status (void)
{
  g_assert_cmpint (spawn_and_wait ("exit 0"), ==, 0);
  g_assert_cmpint (spawn_and_wait ("exit 77"), ==, 77);
  g_assert_cmpint (spawn_and_wait ("kill -KILL $$"), ==, 128 + SIGKILL);
}

/* Neither files nor what this process ignores. */
static void
test_spawn_inherits_nothing (void)
{
  int fd = open ("/dev/null", O_RDONLY);
  g_autofree char *script = g_strdup_printf ("test ! -e /proc/self/fd/%d", fd);

  g_assert_cmpint (fd, >, 2);
  g_assert_cmpint (spawn_and_wait (script), ==, 0);
  g_close (fd, NULL);

  signal (SIGPIPE, SIG_IGN);
  g_assert_cmpint (spawn_and_wait ("kill -PIPE $$; exit 0"), ==, 128 + SIGPIPE);
  signal (SIGPIPE, SIG_DFL);
}

static void
test_spawn_leads_group (void)
{
  g_assert_cmpint (spawn_and_wait ("test $(cut -d ' ' -f 5 /proc/$$/stat) = $$"), ==, 0);
}

static gboolean
quit_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
test_spawn_source (gconstpointer user_data)
{
  gboolean by_pidfd = GPOINTER_TO_INT (user_data);
  const char *argv[] = { "sleep", "0.03", NULL };
  MgrSpawnRequest request = { argv, NULL, NULL, -1, -1, -1, FALSE };
  g_auto (MgrChild) child = MGR_CHILD_NONE;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GSource) source = NULL;
  g_autoptr (GError) error = NULL;
  gboolean ended = FALSE;

  g_assert_true (mgr_spawn (&request, &child, &error));
  g_assert_no_error (error);
  if (by_pidfd && child.pidfd < 0)
    {
      mgr_child_reap (&child);
      g_test_skip ("This kernel has no pidfd");
      return;
    }
  if (!by_pidfd && child.pidfd >= 0)
    g_close (g_steal_fd (&child.pidfd), NULL);

  source = mgr_child_create_source (&child);
  g_source_set_callback (source, quit_cb, &ended, NULL);
  g_source_attach (source, context);
  while (!ended)
    g_main_context_iteration (context, TRUE);
  g_assert_true (mgr_child_has_ended (&child));
  g_assert_cmpint (mgr_child_reap (&child), ==, 0);
}

static void
test_spawn_reaped_elsewhere (void)
{
  const char *argv[] = { "true", NULL };
  MgrSpawnRequest request = { argv, NULL, NULL, -1, -1, -1, FALSE };
  g_auto (MgrChild) child = MGR_CHILD_NONE;
  g_autoptr (GError) error = NULL;

  g_assert_true (mgr_spawn (&request, &child, &error));
  g_assert_no_error (error);
  g_assert_cmpint (waitpid (child.pid, NULL, 0), ==, child.pid);
  g_assert_true (mgr_child_has_ended (&child));
  g_assert_cmpint (mgr_child_reap (&child), ==, -1);
}

static void
expect_no_program (const char *argv0,
                   const char *directory)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_spawn_find_program (argv0, NULL, directory, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND);
}

static void
test_find_program (void)
{
  const char *environment[] = { "PATH=/nowhere:/bin", NULL };
  const char *nowhere[] = { "PATH=/nowhere", NULL };
  g_autofree char *found = mgr_spawn_find_program ("sh", environment, NULL, NULL);
  g_autofree char *relative = mgr_spawn_find_program ("./sh", NULL, "/bin", NULL);

  g_assert_cmpstr (found, ==, "/bin/sh");
  g_assert_cmpstr (relative, ==, "/bin/sh");
  g_assert_null (mgr_spawn_find_program ("sh", nowhere, NULL, NULL));
  expect_no_program ("no-such-program-anywhere", NULL);
  expect_no_program ("/etc/passwd", NULL);
  expect_no_program ("/bin", NULL);
  expect_no_program ("./sh", "/");
  expect_no_program ("", NULL);
}

/* Found, and no program all the same. */
static void
test_spawn_no_program (void)
{
  g_autofree char *directory = g_dir_make_tmp ("test-spawn-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (directory, "program", NULL);
  const char *argv[] = { path, NULL };
  MgrSpawnRequest request = { argv, NULL, NULL, -1, -1, -1, FALSE };
  g_auto (MgrChild) child = MGR_CHILD_NONE;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_file_set_contents (path, "\1\2\3", -1, NULL));
  g_assert_cmpint (g_chmod (path, 0700), ==, 0);
  g_assert_false (mgr_spawn (&request, &child, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
  g_assert_cmpint (child.pid, ==, 0);
  g_unlink (path);
  g_rmdir (directory);
}

/* Returns what is kept of @text, written @n times. */
static char *
tail_of (gsize       size,
         const char *text,
         guint       n)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrOutputTail) tail = NULL;
  int writer = -1;

  tail = mgr_output_tail_new (size, &writer, &error);
  g_assert_no_error (error);
  mgr_output_tail_attach (tail, context);
  for (guint i = 0; i < n; i++)
    {
      g_assert_cmpint (write (writer, text, strlen (text)), ==, strlen (text));
      if (i % 100 == 99)
        g_main_context_iteration (context, FALSE);
    }
  g_close (writer, NULL);
  mgr_output_tail_close (tail);
  g_assert_cmpuint (mgr_output_tail_get_total (tail), ==, n * strlen (text));
  return mgr_output_tail_get_text (tail);
}

static void
expect_tail (gsize       size,
             const char *text,
             guint       n,
             const char *expected)
{
  g_autofree char *kept = tail_of (size, text, n);

  g_assert_cmpstr (kept, ==, expected);
}

static void
test_output_tail (void)
{
  expect_tail (10, "", 0, "");
  expect_tail (10, "12345", 1, "12345");
  expect_tail (10, "12345", 2, "1234512345");
  expect_tail (10, "1234", 3, "3412341234");
  expect_tail (4, "123456789", 1, "6789");
  expect_tail (4, "123456789", 1000, "6789");
  expect_tail (0, "12345", 1, "");

  /* The first character is not whole, or is none. */
  expect_tail (5, "äöü", 1, "öü");
  expect_tail (8, "a\xff", 1, "a\xef\xbf\xbd");
}

/* A group as the kernel would make it, in a private directory. */
static MgrTaskCgroup *
group_new (MgrFakeTree *tree,
           guint        version)
{
  const char *v1[] = { "cgroup.procs", "memory.limit_in_bytes", "memory.memsw.limit_in_bytes",
                       "memory.usage_in_bytes", "memory.max_usage_in_bytes", "memory.stat",
                       "memory.oom_control", NULL };
  const char *v2[] = { "cgroup.procs", "memory.max", "memory.swap.max", "memory.oom.group",
                       "memory.current", "memory.peak", "memory.stat", "memory.events",
                       "cgroup.kill", NULL };
  const char **files = version == 1 ? v1 : v2;
  g_autofree char *place = NULL;
  g_autoptr (GError) error = NULL;
  MgrTaskCgroup *group;

  for (guint i = 0; files[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename ("place/task", files[i], NULL);

      mgr_fake_tree_write (tree, path, "");
    }
  place = g_build_filename (mgr_fake_tree_get_root (tree), "place", NULL);
  group = mgr_task_cgroup_new (place, "task", version, &error);
  g_assert_no_error (error);
  return group;
}

static void
expect_file (MgrFakeTree *tree,
             const char  *path,
             const char  *expected)
{
  g_autofree char *full = g_build_filename (mgr_fake_tree_get_root (tree), path, NULL);
  g_autofree char *text = NULL;

  g_assert_true (g_file_get_contents (full, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, expected);
}

static void
test_group_v2 (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("host total=16G available=8G\n");
  g_autoptr (MgrTaskCgroup) group = group_new (tree, 2);
  g_autofree char *entrance = mgr_task_cgroup_get_entrance (group);
  g_autoptr (GError) error = NULL;
  guint64 used = 0;

  g_assert_true (g_str_has_suffix (entrance, "/place/task/cgroup.procs"));
  g_assert_true (mgr_task_cgroup_set_limit (group, 64 * MIB, &error));
  g_assert_no_error (error);
  expect_file (tree, "place/task/memory.max", "67108864");
  expect_file (tree, "place/task/memory.swap.max", "0");
  expect_file (tree, "place/task/memory.oom.group", "1");

  mgr_fake_tree_write (tree, "place/task/memory.current", "1000\n");
  mgr_fake_tree_write (tree, "place/task/memory.peak", "2000\n");
  mgr_fake_tree_write (tree, "place/task/memory.stat", "inactive_file 100\nactive_file 20\n");
  g_assert_true (mgr_task_cgroup_read_used (group, &used));
  g_assert_cmpuint (used, ==, 880);
  g_assert_cmpuint (mgr_task_cgroup_read_peak (group), ==, 1880);

  mgr_fake_tree_write (tree, "place/task/memory.events", "low 0\nmax 12\noom 2\noom_kill 1\n");
  g_assert_cmpuint (mgr_task_cgroup_read_ooms (group), ==, 1);

  g_assert_true (mgr_task_cgroup_is_empty (group));
  mgr_fake_tree_write (tree, "place/task/cgroup.procs", "123\n");
  g_assert_false (mgr_task_cgroup_is_empty (group));
  mgr_task_cgroup_kill (group);
  expect_file (tree, "place/task/cgroup.kill", "1");
  g_assert_false (mgr_task_cgroup_remove (group));
}

static void
test_group_v1 (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("host total=16G available=8G\n");
  g_autoptr (MgrTaskCgroup) group = group_new (tree, 1);
  guint64 used = 0;

  g_assert_true (mgr_task_cgroup_set_limit (group, 64 * MIB, NULL));
  expect_file (tree, "place/task/memory.limit_in_bytes", "67108864");
  expect_file (tree, "place/task/memory.memsw.limit_in_bytes", "67108864");
  mgr_fake_tree_write (tree, "place/task/memory.usage_in_bytes", "1000\n");
  mgr_fake_tree_write (tree, "place/task/memory.max_usage_in_bytes", "3000\n");
  mgr_fake_tree_write (tree, "place/task/memory.stat",
                       "inactive_file 1\ntotal_inactive_file 900\ntotal_active_file 200\n");
  g_assert_true (mgr_task_cgroup_read_used (group, &used));
  g_assert_cmpuint (used, ==, 0);
  g_assert_cmpuint (mgr_task_cgroup_read_peak (group), ==, 1900);
  mgr_fake_tree_write (tree, "place/task/memory.oom_control",
                       "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");
  g_assert_cmpuint (mgr_task_cgroup_read_ooms (group), ==, 3);
}

/* What is missing or broken is nothing, and no figure. */
static void
test_group_gone (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("host total=16G available=8G\n");
  g_autofree char *directory = g_build_filename (mgr_fake_tree_get_root (tree), "gone", NULL);
  g_autoptr (MgrTaskCgroup) group = mgr_task_cgroup_open (directory, 2);
  g_autoptr (MgrTaskCgroup) other = NULL;
  g_autoptr (GError) error = NULL;
  guint64 used;

  g_assert_false (mgr_task_cgroup_set_limit (group, MIB, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
  g_clear_error (&error);
  g_assert_false (mgr_task_cgroup_read_used (group, &used));
  g_assert_cmpuint (mgr_task_cgroup_read_peak (group), ==, 0);
  g_assert_cmpuint (mgr_task_cgroup_read_ooms (group), ==, 0);
  g_assert_true (mgr_task_cgroup_is_empty (group));
  mgr_task_cgroup_kill (group);
  g_assert_true (mgr_task_cgroup_remove (group));

  other = mgr_task_cgroup_new (directory, "below", 2, &error);
  g_assert_null (other);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
}

static void
expect_place (const char *description,
              const char *files[][2],
              const char *expected)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new (description);
  g_autofree char *place = NULL;
  g_autofree char *full = NULL;
  g_autoptr (GError) error = NULL;
  guint version;

  for (guint i = 0; files[i][0] != NULL; i++)
    mgr_fake_tree_write (tree, files[i][0], files[i][1]);
  place = mgr_task_cgroup_find_place (mgr_fake_tree_get_proc (tree),
                                      mgr_fake_tree_get_root (tree), &version, &error);
  if (expected == NULL)
    {
      g_assert_null (place);
      g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
      return;
    }

  g_assert_no_error (error);
  full = g_build_filename (mgr_fake_tree_get_root (tree), expected, NULL);
  g_assert_cmpstr (place, ==, full);
}

static void
test_place (void)
{
  const char *v1[][2] = { { "sys/fs/cgroup/memory/a/cgroup.procs", "" }, { NULL, } };
  const char *own[][2] = { { "sys/fs/cgroup/a/b/cgroup.procs", "" },
                           { "sys/fs/cgroup/a/b/cgroup.subtree_control", "cpu memory\n" },
                           { NULL, } };
  const char *above[][2] = { { "sys/fs/cgroup/a/b/cgroup.procs", "" },
                             { "sys/fs/cgroup/a/cgroup.procs", "" },
                             { "sys/fs/cgroup/a/cgroup.subtree_control", "memory\n" },
                             { NULL, } };
  const char *no_memory[][2] = { { "sys/fs/cgroup/a/b/cgroup.procs", "" },
                                 { "sys/fs/cgroup/a/cgroup.procs", "" },
                                 { NULL, } };
  const char *none[][2] = { { NULL, } };

  expect_place ("host total=1G available=1G\nv1 /a\ngroup1 /a usage=1\n", v1,
                "sys/fs/cgroup/memory/a");
  expect_place ("host total=1G available=1G\nv2 /a/b\ngroup /a/b current=1\n", own,
                "sys/fs/cgroup/a/b");
  expect_place ("host total=1G available=1G\nv2 /a/b\ngroup /a current=1\ngroup /a/b current=1\n",
                above, "sys/fs/cgroup/a");
  expect_place ("host total=1G available=1G\nv2 /a/b\ngroup /a current=1\ngroup /a/b current=1\n",
                no_memory, NULL);
  expect_place ("host total=1G available=1G\n", none, NULL);
}

/* Field 22 of stat is when it started; the name may hold anything. */
static void
add_process (MgrFakeTree *tree,
             pid_t        pid,
             pid_t        parent,
             pid_t        group,
             char         state,
             guint        start)
{
  g_autofree char *path = g_strdup_printf ("proc/%d/stat", (int) pid);
  g_autofree char *text =
    g_strdup_printf ("%d (a) (b c) %c %d %d 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 %u 23\n",
                     (int) pid, state, (int) parent, (int) group, start);

  mgr_fake_tree_write (tree, path, text);
}

static void
expect_members (MgrFakeTree *tree,
                pid_t        root,
                GHashTable  *members,
                const char  *expected)
{
  g_autoptr (MgrProcessTable) table = mgr_process_table_read (mgr_fake_tree_get_proc (tree));
  g_autoptr (GString) text = g_string_new (NULL);

  mgr_process_table_collect (table, root, members);
  for (int pid = 1; pid < 100; pid++)
    if (g_hash_table_contains (members, GINT_TO_POINTER (pid)))
      g_string_append_printf (text, " %d", pid);
  g_assert_cmpstr (text->str, ==, expected);
}

static void
test_table (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("host total=16G available=8G\n");
  g_autoptr (GHashTable) members = mgr_process_members_new ();

  add_process (tree, 1, 0, 0, 'S', 1);
  add_process (tree, 10, 1, 10, 'S', 100);
  add_process (tree, 11, 10, 10, 'S', 110);
  add_process (tree, 12, 11, 12, 'R', 120);
  add_process (tree, 13, 1, 10, 'S', 130);
  add_process (tree, 14, 10, 10, 'Z', 140);
  add_process (tree, 20, 1, 20, 'S', 200);
  mgr_fake_tree_write (tree, "proc/15/stat", "15 (cut");
  expect_members (tree, 10, members, " 10 11 12 13");

  /* The parent goes, another process gets its number; who belonged still does. */
  add_process (tree, 12, 1, 12, 'R', 120);
  add_process (tree, 11, 1, 11, 'S', 300);
  expect_members (tree, 10, members, " 10 12 13");

  mgr_fake_tree_remove (tree, "proc/10/stat");
  mgr_fake_tree_remove (tree, "proc/13/stat");
  expect_members (tree, 0, members, " 12");
  mgr_fake_tree_remove (tree, "proc/12/stat");
  expect_members (tree, 0, members, "");
}

static void
test_table_marked (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("host total=16G available=8G\n");
  g_autoptr (GHashTable) members = mgr_process_members_new ();
  g_autoptr (MgrProcessTable) table = NULL;

  add_process (tree, 10, 1, 10, 'S', 100);
  add_process (tree, 11, 1, 11, 'S', 110);
  mgr_fake_tree_write (tree, "proc/10/environ", "A=LIBMGR_TASK=1");
  mgr_fake_tree_write (tree, "proc/11/environ", "LIBMGR_TASK=1");
  table = mgr_process_table_read (mgr_fake_tree_get_proc (tree));
  mgr_process_table_find_marked (table, "LIBMGR_TASK=1", members);
  g_assert_cmpuint (g_hash_table_size (members), ==, 1);
  g_assert_true (g_hash_table_contains (members, GINT_TO_POINTER (11)));
  g_assert_cmpuint (mgr_process_table_get_start (table, 10), ==, 100);
  g_assert_cmpuint (mgr_process_table_get_start (table, 12), ==, 0);
}

static void
test_table_measure (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("host total=16G available=8G\n");
  g_autoptr (GHashTable) members = mgr_process_members_new ();
  g_autoptr (MgrProcessTable) table = NULL;
  guint64 page = (guint64) sysconf (_SC_PAGESIZE);

  add_process (tree, 10, 1, 10, 'S', 100);
  add_process (tree, 11, 10, 10, 'S', 110);
  mgr_fake_tree_write (tree, "proc/10/statm", "900 300 100 1 0 2 0\n");
  mgr_fake_tree_write (tree, "proc/11/statm", "900 250 100 1 0 2 0\n");
  mgr_fake_tree_write (tree, "proc/10/smaps_rollup", "Rss: 9 kB\nPss_Anon:  5 kB\n");
  table = mgr_process_table_read (mgr_fake_tree_get_proc (tree));
  mgr_process_table_collect (table, 10, members);
  g_assert_cmpuint (mgr_process_table_measure (table, members, FALSE), ==, 350 * page);
  g_assert_cmpuint (mgr_process_table_measure (table, members, TRUE), ==, 5 * 1024 + 150 * page);
}

static MgrTask *
command_new (const char *name,
             const char *argument)
{
  const char *argv[] = { "cmd", argument, NULL };

  return mgr_task_new_command (name, argv);
}

static void
test_record (void)
{
  g_autoptr (MgrFakeTree) tree = mgr_fake_tree_new ("host total=16G available=8G\n");
  g_autofree char *directory = g_build_filename (mgr_fake_tree_get_root (tree), "state", NULL);
  g_autoptr (MgrTask) task = command_new ("same", "a b\n\xff");
  g_autoptr (MgrTask) other = command_new ("same", "b");
  g_autoptr (MgrProcessRecord) record = NULL;
  g_autoptr (GPtrArray) found = NULL;
  MgrProcessRecord *again;
  int status = -1;
  pid_t pid;
  guint64 start;

  mgr_fake_tree_write (tree, "state/broken.task", "[Task]\nName=x\n");
  mgr_fake_tree_write (tree, "state/cut.task", "[Ta");
  record = mgr_process_record_new (directory, "id", task);
  g_assert_true (mgr_process_record_save (record, NULL));

  found = mgr_process_records_load (directory);
  g_assert_cmpuint (found->len, ==, 1);
  again = g_ptr_array_index (found, 0);
  g_assert_true (mgr_process_record_matches (again, task));
  g_assert_false (mgr_process_record_matches (again, other));
  g_assert_cmpstr (again->mark, ==, "LIBMGR_TASK=id");
  /* The one that leads a group is what was started, not what that started. */
  g_assert_false (mgr_process_record_find (again, mgr_fake_tree_get_proc (tree), &pid, &start));
  add_process (tree, 9, 10, 10, 'S', 101);
  add_process (tree, 10, 1, 10, 'S', 100);
  add_process (tree, 11, 10, 11, 'S', 110);
  for (int i = 9; i <= 11; i++)
    {
      g_autofree char *path = g_strdup_printf ("proc/%d/environ", i);

      mgr_fake_tree_write (tree, path, "LIBMGR_TASK=id");
    }
  g_assert_true (mgr_process_record_find (again, mgr_fake_tree_get_proc (tree), &pid, &start));
  g_assert_cmpint (pid, ==, 10);
  g_assert_cmpuint (start, ==, 100);

  g_assert_false (mgr_process_record_read_exit (again, &status));
  mgr_fake_tree_write (tree, "state/id.exit", "3");
  g_assert_false (mgr_process_record_read_exit (again, &status));
  mgr_fake_tree_write (tree, "state/id.exit", "3000\n");
  g_assert_false (mgr_process_record_read_exit (again, &status));
  mgr_fake_tree_write (tree, "state/id.exit", "3\n");
  g_assert_true (mgr_process_record_read_exit (again, &status));
  g_assert_cmpint (status, ==, 3);

  mgr_process_record_remove (again);
  g_assert_false (g_file_test (record->path, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (record->exit_path, G_FILE_TEST_EXISTS));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/spawn/status", test_spawn_status);
  g_test_add_func ("/spawn/inherits-nothing", test_spawn_inherits_nothing);
  g_test_add_func ("/spawn/leads-group", test_spawn_leads_group);
  g_test_add_data_func ("/spawn/source/pidfd", GINT_TO_POINTER (TRUE), test_spawn_source);
  g_test_add_data_func ("/spawn/source/poll", GINT_TO_POINTER (FALSE), test_spawn_source);
  g_test_add_func ("/spawn/reaped-elsewhere", test_spawn_reaped_elsewhere);
  g_test_add_func ("/spawn/find-program", test_find_program);
  g_test_add_func ("/spawn/no-program", test_spawn_no_program);
  g_test_add_func ("/output-tail/keeps", test_output_tail);
  g_test_add_func ("/task-cgroup/v2", test_group_v2);
  g_test_add_func ("/task-cgroup/v1", test_group_v1);
  g_test_add_func ("/task-cgroup/gone", test_group_gone);
  g_test_add_func ("/task-cgroup/place", test_place);
  g_test_add_func ("/process-table/members", test_table);
  g_test_add_func ("/process-table/marked", test_table_marked);
  g_test_add_func ("/process-table/measure", test_table_measure);
  g_test_add_func ("/process-record/kept", test_record);

  return g_test_run ();
}
