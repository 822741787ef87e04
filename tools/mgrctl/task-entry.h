/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* From when on a task lies how high in a picture. */
typedef struct
{
  gint64 time;  /* µs */
  double base;  /* bytes below it */
} TaskStep;

/* The priorities, from the first to the last. */
#define TASK_N_CLASSES 5
extern const char * const task_classes[TASK_N_CLASSES];

/* A task of a program, as the program tells of it. Times are of its clock. */
typedef struct
{
  char *name;       /* (owned) */
  char *priority;   /* (owned) */
  char *reason;     /* (owned): none while it is not finished */
  gboolean elsewhere;

  guint64 grant;    /* bytes */
  guint64 peak;     /* bytes; 0: nobody knows */
  gint64 submitted; /* µs */
  gint64 started;   /* µs; 0: never */
  gint64 ended;     /* µs; where it has not ended, when it was looked at */
  GArray *steps;    /* (owned) (element-type TaskStep): of one that is shown; the first is
                     * when it started */
} TaskEntry;

/* @now: when the program told of it, µs */
TaskEntry *task_entry_new        (GVariant        *dict,
                                  gint64           now);
void       task_entry_free       (TaskEntry       *self);

/* The priority, of those above. */
const char *task_entry_get_class (const TaskEntry *self);

/* What it takes of a picture, in bytes. */
double     task_entry_get_height (const TaskEntry *self);

/* µs; until it was started, or until the end of those that never were. */
gint64     task_entry_get_wait   (const TaskEntry *self);

/* Whether it has ended in another way than by getting done. */
gboolean   task_entry_is_failed  (const TaskEntry *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TaskEntry, task_entry_free)

G_END_DECLS
