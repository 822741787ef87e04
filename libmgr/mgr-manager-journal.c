/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-manager-private.h"

#include "reclaim/mgr-cleaner-private.h"

void
mgr_manager_describe_journal (GParamSpec **journal,
                              GParamSpec **journal_path)
{
  /**
   * MgrManager:journal:
   *
   * What was decided, and why.
   *
   * Since: 1.0
   */
  *journal = g_param_spec_object ("journal", NULL, NULL, MGR_TYPE_JOURNAL,
                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);

  /**
   * MgrManager:journal-path:
   *
   * The file in which #MgrManager:journal is kept across restarts; %NULL for what
   * #MgrManager:config says, or none. Making the manager reads it.
   *
   * Since: 1.0
   */
  *journal_path =
    g_param_spec_string ("journal-path", NULL, NULL, NULL,
                         G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
}

void
mgr_manager_open_journal (MgrManager *self)
{
  self->journal = mgr_journal_new (self->clock, self->journal_path);
  self->recorder = mgr_recorder_new (self->journal, self->clock, self->root, self->limits, self->monitor);
  mgr_cleaner_set_journal (self->cleaner, self->journal);
}

/**
 * mgr_manager_get_journal:
 * @self: a manager
 *
 * Gets what was decided, and why: what this manager refused, each change of the level,
 * of the limits and of the total budget, each cleanup with its plan and its report, and
 * whatever the program adds. Of refusals that come close together, and of cleanups that
 * go on and on, it keeps some and a count. May be called from any thread.
 *
 * Returns: (transfer none): the journal
 *
 * Since: 1.0
 */
MgrJournal *
mgr_manager_get_journal (MgrManager *self)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), NULL);

  return self->journal;
}
