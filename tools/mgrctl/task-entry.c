/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "task-entry.h"

const char * const task_classes[TASK_N_CLASSES] = {
  "critical", "high", "normal", "low", "deferred",
};

static char *
read_text (GVariant   *dict,
           const char *key)
{
  char *text = NULL;

  return g_variant_lookup (dict, key, "s", &text) ? text : g_strdup ("");
}

TaskEntry *
task_entry_new (GVariant *dict,
                gint64    now)
{
  TaskEntry *self = g_new0 (TaskEntry, 1);
  const char *state = "";
  guint64 measured = 0;

  self->name = read_text (dict, "name");
  self->priority = read_text (dict, "priority");
  self->reason = read_text (dict, "reason");
  g_variant_lookup (dict, "elsewhere", "b", &self->elsewhere);
  g_variant_lookup (dict, "grant", "t", &self->grant);
  g_variant_lookup (dict, "peak", "t", &self->peak);
  g_variant_lookup (dict, "measured", "t", &measured);
  self->peak = MAX (self->peak, measured);

  self->ended = now;
  g_variant_lookup (dict, "state", "&s", &state);
  /* What has to run again tells of the last time. */
  if (!g_str_equal (state, "waiting"))
    g_variant_lookup (dict, "started", "x", &self->started);
  g_variant_lookup (dict, "ended", "x", &self->ended);
  self->submitted = self->started > 0 ? self->started : self->ended;
  g_variant_lookup (dict, "submitted", "x", &self->submitted);
  self->ended = MAX (self->ended, MAX (self->submitted, self->started));
  self->steps = g_array_new (FALSE, FALSE, sizeof (TaskStep));
  return self;
}

void
task_entry_free (TaskEntry *self)
{
  g_free (self->name);
  g_free (self->priority);
  g_free (self->reason);
  g_array_unref (self->steps);
  g_free (self);
}

/* What a priority that is none looks like does not matter, if only the picture stays well
 * formed. */
const char *
task_entry_get_class (const TaskEntry *self)
{
  for (guint i = 0; i < TASK_N_CLASSES; i++)
    if (g_str_equal (self->priority, task_classes[i]))
      return task_classes[i];

  return "normal";
}

double
task_entry_get_height (const TaskEntry *self)
{
  return (double) MAX (self->grant, self->peak);
}

gint64
task_entry_get_wait (const TaskEntry *self)
{
  return MAX ((self->started > 0 ? self->started : self->ended) - self->submitted, 0);
}

gboolean
task_entry_is_failed (const TaskEntry *self)
{
  return *self->reason != '\0' && !g_str_equal (self->reason, "none")
         && !g_str_equal (self->reason, "done");
}
