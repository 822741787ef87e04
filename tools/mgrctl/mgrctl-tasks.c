/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-print.h"
#include "mgrctl-target.h"
#include "mgrctl-task-print.h"
#include "plot-tasks.h"

#include <mgr.h>

#include <stdio.h>

#define PAGE 1000
#define SCHEDULER_PATH MGRCTL_BASE_PATH "/Scheduler"
#define SCHEDULER_INTERFACE "org.libmgr.Scheduler1"
#define TASK_PATH MGRCTL_BASE_PATH "/Task/"
#define TASK_INTERFACE "org.libmgr.Task1"
#define NAME_WIDTH 24

static char *state;
static char *plot;

const GOptionEntry mgrctl_tasks_entries[] = {
  { "state", 0, 0, G_OPTION_ARG_STRING, &state, "Only those that are waiting, running or finished",
    "STATE" },
  { "plot", 0, 0, G_OPTION_ARG_FILENAME, &plot, "Draw them over time, and write that to this file",
    "FILE" },
  { NULL, }
};

/* Returns: (transfer full) (nullable) */
static GVariant *
get_statistics (MgrctlTarget  *target,
                GError       **error)
{
  g_autoptr (GVariant) reply = mgrctl_target_call (target, SCHEDULER_PATH, SCHEDULER_INTERFACE,
                                                   "GetStatistics", NULL, "(a{sv})", error);

  return reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
}

/* Returns: (transfer full) (element-type GVariant) (nullable): all of them */
static GPtrArray *
get_tasks (MgrctlTarget  *target,
           GError       **error)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  gboolean more = TRUE;

  while (more)
    {
      g_autoptr (GVariant) reply = NULL;
      g_autoptr (GVariant) tasks = NULL;

      reply = mgrctl_target_call (target, SCHEDULER_PATH, SCHEDULER_INTERFACE, "ListTasks",
                                  g_variant_new ("(suu)", state != NULL ? state : "", found->len,
                                                 PAGE), "(aa{sv}b)", error);
      if (reply == NULL)
        return NULL;

      g_variant_get (reply, "(@aa{sv}b)", &tasks, &more);
      for (gsize i = 0; i < g_variant_n_children (tasks); i++)
        g_ptr_array_add (found, g_variant_get_child_value (tasks, i));
    }

  return g_steal_pointer (&found);
}

static JsonObject *
make_json (MgrctlTarget *target)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "program", mgrctl_target_get_program (target));
  json_object_set_int_member (object, "pid", mgrctl_target_get_pid (target));
  return object;
}

static JsonObject *
dict_to_json (GVariant *dict)
{
  JsonObject *object = json_object_new ();

  mgrctl_json_add_dict (object, dict);
  return object;
}

static void
print_json (MgrctlTarget *target,
            GVariant     *statistics,
            GPtrArray    *tasks)
{
  JsonObject *object = make_json (target);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < tasks->len; i++)
    json_array_add_object_element (array, dict_to_json (g_ptr_array_index (tasks, i)));

  json_object_set_object_member (object, "statistics", dict_to_json (statistics));
  json_object_set_array_member (object, "tasks", array);
  mgrctl_print_json (object);
}

static guint64
get_size (GVariant   *dict,
          const char *key)
{
  guint64 size = 0;

  g_variant_lookup (dict, key, "t", &size);
  return size;
}

/* By the clock that the times of tasks are of. */
static gint64
get_time (GVariant *statistics)
{
  gint64 now = 0;

  g_variant_lookup (statistics, "time", "x", &now);
  return now;
}

static const char *
get_text (GVariant   *dict,
          const char *key)
{
  const char *text = "";

  g_variant_lookup (dict, key, "&s", &text);
  return text;
}

/* How it ended, of one that is finished. */
static const char *
get_word (GVariant *task)
{
  const char *word = get_text (task, "state");

  return g_str_equal (word, "finished") ? get_text (task, "reason") : word;
}

static void
print_row (const MgrctlOptions *options,
           GVariant            *task)
{
  g_autofree char *name = mgrctl_printable (get_text (task, "name"));
  g_autofree char *padded_name = mgrctl_pad (name, NAME_WIDTH);
  g_autofree char *word = mgrctl_pad (get_word (task), 9);
  g_autofree char *grant = mgr_size_format (get_size (task, "grant"));
  g_autofree char *peak = mgr_size_format (get_size (task, "peak"));
  g_autofree char *component = mgrctl_printable (get_text (task, "component"));
  guint attempt = 0;

  g_variant_lookup (task, "attempt", "u", &attempt);
  printf ("%6" G_GUINT64_FORMAT "  %s  %s  %-8s %11s %11s %5u  %s\n", get_size (task, "id"),
          padded_name, word, get_text (task, "priority"), grant, peak, attempt, component);
}

static void
print_summary (GVariant *statistics)
{
  g_autofree char *reserved = mgr_size_format (get_size (statistics, "reserved"));
  guint waiting = 0;
  guint running = 0;
  gint64 wait = 0;

  g_variant_lookup (statistics, "waiting", "u", &waiting);
  g_variant_lookup (statistics, "running", "u", &running);
  g_variant_lookup (statistics, "wait-p95", "x", &wait);
  printf ("%u waiting, %u running, %s reserved; 95 of 100 waited less than %.1f s\n", waiting,
          running, reserved, (double) wait / G_USEC_PER_SEC);
}

static void
print_tasks (const MgrctlOptions *options,
             GVariant            *statistics,
             GPtrArray           *tasks)
{
  g_autofree char *head = NULL;
  g_autofree char *faint_head = NULL;

  head = g_strdup_printf ("%6s  %-*s  %-9s  %-8s %11s %11s %5s  %s", "ID", NAME_WIDTH, "TASK",
                          "STATE", "PRIORITY", "GRANT", "PEAK", "TRIES", "COMPONENT");
  faint_head = mgrctl_paint (options, MGRCTL_STYLE_FAINT, head);
  print_summary (statistics);
  printf ("%s\n", faint_head);
  for (guint i = 0; i < tasks->len; i++)
    print_row (options, g_ptr_array_index (tasks, i));
}

/* Returns: (transfer full) (element-type TaskEntry) */
static GPtrArray *
make_entries (GVariant  *statistics,
              GPtrArray *tasks)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) task_entry_free);
  gint64 now = get_time (statistics);

  for (guint i = 0; i < tasks->len; i++)
    g_ptr_array_add (entries, task_entry_new (g_ptr_array_index (tasks, i), now));

  return entries;
}

static gboolean
write_plot (MgrctlTarget *target,
            GVariant     *statistics,
            GPtrArray    *tasks)
{
  g_autoptr (GPtrArray) entries = make_entries (statistics, tasks);
  g_autofree char *svg = NULL;
  g_autoptr (GError) error = NULL;
  guint64 budget = 0;

  if (entries->len == 0)
    {
      mgrctl_print_error ("“%s” has no such tasks to draw", mgrctl_target_get_program (target));
      return FALSE;
    }

  g_variant_lookup (target->properties, "TotalBudget", "t", &budget);
  svg = plot_tasks_draw (mgrctl_target_get_program (target), entries, budget);
  if (g_file_set_contents (plot, svg, -1, &error))
    return TRUE;

  mgrctl_print_error ("The picture cannot be written: %s", error->message);
  return FALSE;
}

MgrctlExit
mgrctl_tasks (const MgrctlOptions *options)
{
  MgrctlExit exit_status = MGRCTL_EXIT_OK;
  g_autoptr (MgrctlTarget) target = mgrctl_target_open (options, &exit_status);
  g_autoptr (GVariant) statistics = NULL;
  g_autoptr (GPtrArray) tasks = NULL;
  g_autoptr (GError) error = NULL;

  if (target == NULL)
    return exit_status;

  statistics = get_statistics (target, &error);
  if (statistics != NULL)
    tasks = get_tasks (target, &error);
  if (tasks == NULL)
    return mgrctl_target_fail (error);

  if (plot != NULL && !write_plot (target, statistics, tasks))
    return MGRCTL_EXIT_FAILED;

  if (options->json)
    print_json (target, statistics, tasks);
  else
    print_tasks (options, statistics, tasks);
  return MGRCTL_EXIT_OK;
}

static void
print_task (const MgrctlOptions *options,
            GVariant            *details,
            const char          *story,
            gint64               now)
{
  g_autofree char *printable = mgrctl_printable (story);

  printf ("%s\n", printable);
  mgrctl_task_print (options, details, now);
}

static void
print_task_json (MgrctlTarget *target,
                 GVariant     *details,
                 const char   *story)
{
  JsonObject *object = make_json (target);
  JsonObject *task = dict_to_json (details);

  json_object_set_string_member (task, "explanation", story);
  json_object_set_object_member (object, "task", task);
  mgrctl_print_json (object);
}

/* Returns: (transfer full) (nullable): the answer of a task */
static GVariant *
ask_task (MgrctlTarget  *target,
          guint64        id,
          const char    *method,
          const char    *reply_type,
          GError       **error)
{
  g_autofree char *path = g_strdup_printf (TASK_PATH "%" G_GUINT64_FORMAT, id);

  return mgrctl_target_call (target, path, TASK_INTERFACE, method, NULL, reply_type, error);
}

static MgrctlExit
show_task (const MgrctlOptions *options,
           MgrctlTarget        *target,
           guint64              id)
{
  g_autoptr (GVariant) reply = ask_task (target, id, "GetDetails", "(a{sv})", NULL);
  g_autoptr (GVariant) answer = NULL;
  g_autoptr (GVariant) details = NULL;
  g_autoptr (GVariant) statistics = NULL;
  g_autoptr (GError) error = NULL;
  const char *story;

  if (reply == NULL)
    {
      mgrctl_print_error ("There is no task %" G_GUINT64_FORMAT ": “mgrctl tasks” lists those "
                          "that wait and run, and the last that are finished", id);
      return MGRCTL_EXIT_FAILED;
    }

  answer = ask_task (target, id, "Explain", "(s)", &error);
  if (answer != NULL)
    statistics = get_statistics (target, &error);
  if (statistics == NULL)
    return mgrctl_target_fail (error);

  details = g_variant_get_child_value (reply, 0);
  g_variant_get (answer, "(&s)", &story);
  if (options->json)
    print_task_json (target, details, story);
  else
    print_task (options, details, story, get_time (statistics));
  return MGRCTL_EXIT_OK;
}

MgrctlExit
mgrctl_task (const MgrctlOptions *options)
{
  MgrctlExit exit_status = MGRCTL_EXIT_OK;
  g_autoptr (MgrctlTarget) target = NULL;
  guint64 id;

  if (!g_ascii_string_to_unsigned (options->arguments[0], 10, 1, G_MAXUINT64, &id, NULL))
    {
      mgrctl_print_error ("“%s” is no number of a task: “mgrctl tasks” lists them",
                          options->arguments[0]);
      return MGRCTL_EXIT_USAGE;
    }

  target = mgrctl_target_open (options, &exit_status);
  return target != NULL ? show_task (options, target, id) : exit_status;
}
