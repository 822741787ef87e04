/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <mgr.h>

#include "base/mgr-clock.h"
#include "mgr-fake-slurm.h"
#include "mgr-test-support.h"
#include "schedule/mgr-scheduler-private.h"

#include <string.h>

/* A scheduler whose executor speaks to programs that act like Slurm's, so that each
 * answer can be had at will. */

#define MIB (G_GUINT64_CONSTANT (1) << 20)
#define POLL_INTERVAL (2 * G_TIME_SPAN_MILLISECOND)
#define LONG_PATIENCE G_TIME_SPAN_MINUTE

typedef struct
{
  MgrFakeSlurm slurm;
  MgrManager *manager;     /* (owned) */
  MgrScheduler *scheduler; /* (owned) (nullable) */
} Fixture;

static inline void
start_program (Fixture    *fixture,
               const char *how)
{
  g_autoptr (MgrExecutor) executor = NULL;
  const char * const options[] = { "--account=tests", NULL };
  gint64 patience = g_strcmp0 (how, "patience") == 0 ? 0 : LONG_PATIENCE;

  executor = g_object_new (MGR_TYPE_SLURM_EXECUTOR,
                           "directory", fixture->slurm.records,
                           "program-directory", fixture->slurm.programs,
                           "wrapper", "/nowhere/mgr-job",
                           "partition", "long",
                           "options", options,
                           "poll-interval", (gint64) POLL_INTERVAL,
                           "patience", patience,
                           "recovery", g_strcmp0 (how, "no-recovery") != 0,
                           NULL);
  fixture->scheduler = mgr_scheduler_new (mgr_manager_get_root (fixture->manager), NULL, NULL,
                                          mgr_clock_get_default ());
  g_assert_true (mgr_scheduler_add_executor (fixture->scheduler, executor, NULL));
}

static inline void
set_up (Fixture       *fixture,
        gconstpointer  user_data)
{
  mgr_fake_slurm_set_up (&fixture->slurm);
  fixture->manager = mgr_manager_new (1000 * MIB);
  start_program (fixture, user_data);
}

static inline void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static inline void
tear_down (Fixture       *fixture,
           gconstpointer  user_data)
{
  if (fixture->scheduler != NULL)
    mgr_scheduler_close (fixture->scheduler);
  g_clear_object (&fixture->scheduler);
  g_assert_cmpuint (mgr_component_get_used (mgr_manager_get_root (fixture->manager)), ==, 0);
  g_clear_object (&fixture->manager);
  settle ();
  mgr_test_wait_threads ("mgr-slurm");
  mgr_fake_slurm_clear (&fixture->slurm);
}

static inline MgrTask *
command_new (const char *name)
{
  const char * const argv[] = { "work", "it's", NULL };
  MgrTask *task = mgr_task_new_command (name, argv);

  g_object_set (task, "memory", 10 * MIB, NULL);
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

static inline MgrTask *
submit_new (Fixture    *fixture,
            const char *name)
{
  MgrTask *task = command_new (name);

  submit (fixture, task);
  return task;
}

/* Waits for the end, which is to have come for @reason. Returns (transfer full) (nullable):
 * the error. */
static inline GError *
wait_for (MgrTask       *task,
          MgrTaskReason  reason)
{
  GError *error = NULL;

  mgr_task_wait (task, NULL, &error);
  g_assert_cmpint (mgr_task_get_reason (task), ==, reason);
  g_assert_true ((error == NULL) == (reason == MGR_TASK_REASON_DONE));
  return error;
}

static inline void
assert_has (const char *text,
            const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("“%s” is not in: %s", part, text);
}
