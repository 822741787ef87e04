/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-print-line.h"
#include "mgrctl-print.h"
#include "mgrctl-target.h"

#include <stdio.h>

#define LABEL_WIDTH 12

static guint64
report_get (GVariant   *report,
            const char *key)
{
  guint64 value = 0;

  g_variant_lookup (report, key, "t", &value);
  return value;
}

static void
print_size (const MgrctlOptions *options,
            const char          *name,
            guint64              bytes,
            guint64              budget)
{
  if (budget > 0)
    mgrctl_print_share (options, LABEL_WIDTH, name, bytes, budget);
  else
    mgrctl_print_size (options, LABEL_WIDTH, name, bytes, "");
}

static void
print_head (const MgrctlOptions *options,
            MgrctlTarget        *target,
            GVariant            *report)
{
  const char *level = "normal";
  g_autofree char *program = mgrctl_printable (mgrctl_target_get_program (target));
  g_autofree char *strong_program = mgrctl_paint (options, MGRCTL_STYLE_STRONG, program);
  g_autofree char *painted_level = NULL;

  g_variant_lookup (report, "level", "&s", &level);
  painted_level = mgrctl_paint (options, mgrctl_style_of_level (level), level);
  printf ("%s (%u): pressure is %s\n", strong_program, mgrctl_target_get_pid (target), painted_level);
}

static void
print_cleanups (const MgrctlOptions *options,
                GVariant            *report)
{
  guint64 cleanups = report_get (report, "cleanups");
  g_autofree char *gain = mgrctl_gain (report);

  mgrctl_print_count (options, LABEL_WIDTH, "cleanups", cleanups, cleanups > 0 ? gain : "");
}

static void
print_report (const MgrctlOptions *options,
              MgrctlTarget        *target,
              GVariant            *report)
{
  guint64 budget = report_get (report, "budget");
  guint64 process = report_get (report, "process");
  guint64 refused = report_get (report, "refused");
  g_autofree char *remark = g_strdup_printf ("%" G_GUINT64_FORMAT " refused", refused);

  print_head (options, target, report);
  if (budget > 0)
    mgrctl_print_size (options, LABEL_WIDTH, "budget", budget, "");
  print_size (options, "used", report_get (report, "used"), budget);
  print_size (options, "peak", report_get (report, "peak"), budget);
  if (process > 0)
    mgrctl_print_size (options, LABEL_WIDTH, "process", process, "");
  mgrctl_print_count (options, LABEL_WIDTH, "allocations", report_get (report, "allocations"),
                      refused > 0 ? remark : "");
  print_cleanups (options, report);
}

static void
print_report_json (MgrctlTarget *target,
                   GVariant     *report)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "program", mgrctl_target_get_program (target));
  json_object_set_int_member (object, "pid", mgrctl_target_get_pid (target));
  mgrctl_json_add_dict (object, report);
  mgrctl_print_json (object);
}

MgrctlExit
mgrctl_status (const MgrctlOptions *options)
{
  MgrctlExit exit_status = MGRCTL_EXIT_OK;
  g_autoptr (MgrctlTarget) target = mgrctl_target_open (options, &exit_status);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) report = NULL;
  g_autoptr (GError) error = NULL;

  if (target == NULL)
    return exit_status;

  reply = mgrctl_target_call (target, MGRCTL_MANAGER_PATH, MGRCTL_MANAGER_INTERFACE, "GetReport",
                              NULL, "(a{sv})", &error);
  if (reply == NULL)
    return mgrctl_target_fail (error);

  report = g_variant_get_child_value (reply, 0);
  if (options->json)
    print_report_json (target, report);
  else
    print_report (options, target, report);

  return MGRCTL_EXIT_OK;
}
