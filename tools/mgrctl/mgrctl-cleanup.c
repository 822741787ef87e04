/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-print.h"
#include "mgrctl-target.h"

#include <mgr.h>

#include <stdio.h>

static char *strategy;
static gboolean force;
static gboolean dry_run;

const GOptionEntry mgrctl_cleanup_entries[] = {
  { "strategy", 0, 0, G_OPTION_ARG_STRING, &strategy,
    "How far to go: light, moderate (the default), aggressive or emergency", "STRATEGY" },
  { "force", 0, 0, G_OPTION_ARG_NONE, &force,
    "Clean what is CAUTIOUS too; what is PROTECTED never is", NULL },
  { "dry-run", 0, 0, G_OPTION_ARG_NONE, &dry_run,
    "Say what would be cleaned, and leave it alone", NULL },
  { NULL, }
};

static void
print_names (GVariant   *report,
             const char *key,
             const char *label)
{
  g_autofree const char **names = NULL;
  g_autofree char *text = NULL;

  if (!g_variant_lookup (report, key, "^a&s", &names) || names[0] == NULL)
    return;

  text = mgrctl_names (names);
  printf ("  %-11s %s\n", label, text);
}

static void
print_report (const MgrctlOptions *options,
              GVariant            *report)
{
  guint64 freed = 0;
  gint64 returned = 0;
  g_autofree char *freed_size = NULL;
  g_autofree char *strong_size = NULL;
  g_autofree char *returned_size = NULL;

  g_variant_lookup (report, "freed", "t", &freed);
  g_variant_lookup (report, "returned", "x", &returned);
  freed_size = mgr_size_format (freed);
  strong_size = mgrctl_paint (options, MGRCTL_STYLE_STRONG, freed_size);
  returned_size = mgr_size_format ((guint64) MAX (returned, 0));

  if (dry_run)
    printf ("A cleanup would free %s\n", strong_size);
  else
    printf ("Freed %s, of which %s went back to the system\n", strong_size, returned_size);

  print_names (report, "cleaned", dry_run ? "would clean" : "cleaned");
  print_names (report, "kept", "kept");
  print_names (report, "protected", "protected");
}

static gboolean
is_strategy (const char *nick)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (MGR_TYPE_CLEANUP_STRATEGY);

  return g_enum_get_value_by_nick (klass, nick) != NULL;
}

MgrctlExit
mgrctl_cleanup (const MgrctlOptions *options)
{
  MgrctlExit exit_status = MGRCTL_EXIT_OK;
  g_autoptr (MgrctlTarget) target = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) report = NULL;
  g_autoptr (GError) error = NULL;

  if (strategy == NULL)
    strategy = g_strdup ("moderate");
  if (!is_strategy (strategy))
    {
      mgrctl_print_error ("There is no strategy “%s”: use light, moderate, aggressive or emergency",
                          strategy);
      return MGRCTL_EXIT_USAGE;
    }

  target = mgrctl_target_open (options, &exit_status);
  if (target == NULL)
    return exit_status;

  reply = mgrctl_target_call (target, MGRCTL_MANAGER_PATH, MGRCTL_MANAGER_INTERFACE, "Cleanup",
                              g_variant_new ("(sbb)", strategy, force, dry_run), "(a{sv})", &error);
  if (reply == NULL)
    return mgrctl_target_fail (error);

  report = g_variant_get_child_value (reply, 0);
  if (options->json)
    {
      JsonObject *object = json_object_new ();

      mgrctl_json_add_dict (object, report);
      mgrctl_print_json (object);
    }
  else
    print_report (options, report);

  return MGRCTL_EXIT_OK;
}
