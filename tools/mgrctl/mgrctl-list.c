/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-print.h"
#include "mgrctl-target.h"

#include <mgr.h>

#include <stdio.h>

static JsonObject *
target_to_json (MgrctlTarget *target)
{
  JsonObject *object = json_object_new ();
  const char *level = "";
  guint64 used = 0;
  guint64 budget = 0;

  g_variant_lookup (target->properties, "Level", "&s", &level);
  g_variant_lookup (target->properties, "Used", "t", &used);
  g_variant_lookup (target->properties, "TotalBudget", "t", &budget);

  json_object_set_string_member (object, "program", mgrctl_target_get_program (target));
  json_object_set_int_member (object, "pid", mgrctl_target_get_pid (target));
  json_object_set_string_member (object, "bus-name", target->bus_name);
  json_object_set_string_member (object, "level", level);
  json_object_set_int_member (object, "used", (gint64) used);
  json_object_set_int_member (object, "budget", (gint64) budget);

  return object;
}

static void
print_targets_json (GPtrArray *targets)
{
  JsonObject *object = json_object_new ();
  JsonArray *programs = json_array_new ();

  for (guint i = 0; i < targets->len; i++)
    json_array_add_object_element (programs, target_to_json (g_ptr_array_index (targets, i)));

  json_object_set_array_member (object, "programs", programs);
  mgrctl_print_json (object);
}

static void
print_target (const MgrctlOptions *options,
              MgrctlTarget        *target)
{
  const char *level = "";
  guint64 used = 0;
  guint64 budget = 0;
  g_autofree char *program = mgrctl_printable (mgrctl_target_get_program (target));
  g_autofree char *padded_level = NULL;
  g_autofree char *painted_level = NULL;
  g_autofree char *used_size = NULL;
  g_autofree char *budget_size = NULL;

  g_variant_lookup (target->properties, "Level", "&s", &level);
  g_variant_lookup (target->properties, "Used", "t", &used);
  g_variant_lookup (target->properties, "TotalBudget", "t", &budget);
  padded_level = mgrctl_pad (level, 9);
  painted_level = mgrctl_paint (options, mgrctl_style_of_level (level), padded_level);
  used_size = mgr_size_format (used);
  budget_size = budget > 0 ? mgr_size_format (budget) : g_strdup ("-");

  printf ("%8u  %s %11s %11s  %s\n", mgrctl_target_get_pid (target), painted_level,
          used_size, budget_size, program);
}

static void
print_targets (const MgrctlOptions *options,
               GPtrArray           *targets)
{
  g_autofree char *head = g_strdup_printf ("%8s  %-9s %11s %11s  %s",
                                           "PID", "PRESSURE", "USED", "BUDGET", "PROGRAM");
  g_autofree char *faint_head = mgrctl_paint (options, MGRCTL_STYLE_FAINT, head);

  printf ("%s\n", faint_head);
  for (guint i = 0; i < targets->len; i++)
    print_target (options, g_ptr_array_index (targets, i));
}

MgrctlExit
mgrctl_list (const MgrctlOptions *options)
{
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (GPtrArray) targets = NULL;
  g_autoptr (GError) error = NULL;

  connection = mgrctl_connect (options, &error);
  if (connection != NULL)
    targets = mgrctl_list_targets (connection, &error);

  if (targets == NULL)
    {
      mgrctl_print_error ("No bus to ask on: %s", error->message);
      return MGRCTL_EXIT_UNREACHABLE;
    }

  if (options->json)
    print_targets_json (targets);
  else if (targets->len > 0)
    print_targets (options, targets);
  else
    mgrctl_print_error ("No program on this bus shows its memory");

  return MGRCTL_EXIT_OK;
}
