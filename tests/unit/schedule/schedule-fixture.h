/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <mgr.h>

#include "mgr-fake-executor.h"
#include "mgr-fake-tree.h"
#include "mgr-test-support.h"
#include "schedule/mgr-scheduler-private.h"

#define MIB (G_GUINT64_CONSTANT (1) << 20)
#define SECOND G_USEC_PER_SEC
#define BUDGET (1000 * MIB)

#define ENOUGH "host total=16G available=8G"
#define SHORT "host total=16G available=1G"
#define LITTLE "host total=16G available=100M"

/* The scheduler of a manager on a clock and a machine that stand still. Commands go to
 * an executor that starts nothing; the test looks after tasks itself. */
typedef struct
{
  MgrManualClock *clock;   /* (owned) */
  MgrFakeTree *tree;       /* (owned) */
  MgrManager *manager;     /* (owned) */
  MgrScheduler *scheduler; /* (unowned) */
  MgrFakeExecutor *local;  /* (owned) */
  MgrFakeExecutor *remote; /* (owned) */
  MgrAllocation *others;   /* (owned) (nullable): what presses */
  GString *said;           /* (owned): what was signalled */
} Fixture;

static inline void
stalled_cb (MgrScheduler *scheduler,
            const char   *evidence,
            gpointer      user_data)
{
  g_string_append_printf (user_data, "stalled: %s\n", evidence);
}

static inline void
misdeclared_cb (MgrScheduler *scheduler,
                MgrTask      *task,
                guint64       used,
                gpointer      user_data)
{
  g_string_append_printf (user_data, "misdeclared: %s %" G_GUINT64_FORMAT "\n",
                          mgr_task_get_name (task), used / MIB);
}

static inline void
fixture_set_up (Fixture       *fixture,
                gconstpointer  user_data)
{
  fixture->clock = mgr_manual_clock_new (1000 * SECOND);
  fixture->tree = mgr_fake_tree_new (ENOUGH);
  fixture->manager = g_object_new (MGR_TYPE_MANAGER,
                                   "total-budget", BUDGET,
                                   "clock", fixture->clock,
                                   "proc-path", mgr_fake_tree_get_proc (fixture->tree),
                                   "cgroup-path", mgr_fake_tree_get_root (fixture->tree),
                                   NULL);
  mgr_pressure_monitor_stop (mgr_manager_get_monitor (fixture->manager));
  mgr_manager_add_component (fixture->manager, "small", 200 * MIB, NULL, NULL);
  fixture->scheduler = mgr_manager_get_scheduler (fixture->manager);
  fixture->local = mgr_fake_executor_new ("local", MGR_EXECUTOR_COMMANDS, 4);
  fixture->remote = mgr_fake_executor_new ("remote", MGR_EXECUTOR_COMMANDS | MGR_EXECUTOR_REMOTE, 2);
  fixture->said = g_string_new (NULL);
  g_assert_true (mgr_scheduler_add_executor (fixture->scheduler, MGR_EXECUTOR (fixture->local),
                                             NULL));
  g_signal_connect (fixture->scheduler, "stalled", G_CALLBACK (stalled_cb), fixture->said);
  g_signal_connect (fixture->scheduler, "misdeclared", G_CALLBACK (misdeclared_cb), fixture->said);
}

/* Who writes estimates, in a thread, holds the scheduler until that is done. */
static inline void
wait_until_gone (GWeakRef *scheduler)
{
  gpointer left;

  while ((left = g_weak_ref_get (scheduler)) != NULL)
    {
      g_object_unref (left);
      mgr_test_settle ();
      g_usleep (100);
    }
}

/* What still runs was told to end. */
static inline void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  user_data)
{
  GWeakRef scheduler;

  g_weak_ref_init (&scheduler, fixture->scheduler);
  g_clear_pointer (&fixture->others, mgr_allocation_unref);
  g_clear_object (&fixture->manager);
  mgr_fake_executor_end_all (fixture->local);
  mgr_fake_executor_end_all (fixture->remote);
  mgr_test_settle ();
  wait_until_gone (&scheduler);
  g_weak_ref_clear (&scheduler);
  g_assert_finalize_object (fixture->local);
  g_assert_finalize_object (fixture->remote);
  mgr_fake_tree_free (fixture->tree);
  g_object_unref (fixture->clock);
  g_string_free (fixture->said, TRUE);
}

static inline void
fixture_add_remote (Fixture *fixture)
{
  g_assert_true (mgr_scheduler_add_executor (fixture->scheduler, MGR_EXECUTOR (fixture->remote),
                                             NULL));
}

static inline MgrTask *
command_new (const char *name,
             guint64     memory)
{
  const char *argv[] = { "true", NULL };
  MgrTask *task = mgr_task_new_command (name, argv);

  g_object_set (task, "memory", memory, NULL);
  return task;
}

static inline void
submit (Fixture *fixture,
        MgrTask *task)
{
  g_autoptr (GError) error = NULL;

  mgr_scheduler_submit (fixture->scheduler, task, &error);
  g_assert_no_error (error);
}

/* Time passes, and the scheduler looks. */
static inline void
look_after (Fixture *fixture,
            gint64   time)
{
  mgr_manual_clock_advance (fixture->clock, time);
  mgr_scheduler_look (fixture->scheduler);
  mgr_test_settle ();
}

/* Others take so much; two samples make a level, and it takes a while to leave one. */
static inline void
press (Fixture *fixture,
       guint64  size)
{
  MgrComponent *root = mgr_manager_get_root (fixture->manager);

  g_clear_pointer (&fixture->others, mgr_allocation_unref);
  if (size > 0)
    fixture->others = mgr_component_allocate (root, size, NULL, 5, NULL, NULL);
  for (guint i = 0; i < (size > 0 ? 2 : 60); i++)
    {
      mgr_pressure_sample_unref (
        mgr_pressure_monitor_sample (mgr_manager_get_monitor (fixture->manager)));
      mgr_manual_clock_advance (fixture->clock, size > 0 ? 1 : SECOND);
    }
  mgr_test_settle ();
}

static inline void
assert_explained (Fixture    *fixture,
                  MgrTask    *task,
                  const char *part)
{
  g_autofree char *text = mgr_scheduler_explain (fixture->scheduler, task);

  g_test_message ("%s", text);
  g_assert_nonnull (strstr (text, part));
}

/* The last entry about tasks that says @part. Returns: (transfer full) */
static inline MgrJournalEntry *
find_entry (Fixture    *fixture,
            const char *part)
{
  g_autoptr (GPtrArray) entries =
    mgr_journal_list (mgr_manager_get_journal (fixture->manager), MGR_JOURNAL_KIND_TASK, 0);

  for (guint i = entries->len; i > 0; i--)
    {
      MgrJournalEntry *entry = g_ptr_array_index (entries, i - 1);

      if (strstr (mgr_journal_entry_get_summary (entry), part) != NULL)
        return mgr_journal_entry_ref (entry);
    }

  g_test_message ("No entry says “%s”", part);
  g_test_fail ();
  return NULL;
}

#define ADD(path, func) \
  g_test_add (path, Fixture, NULL, fixture_set_up, func, fixture_tear_down)
