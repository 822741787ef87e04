/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-cleanup-details-private.h"

#include "base/mgr-duration-private.h"
#include "base/mgr-error.h"
#include "base/mgr-size.h"
#include "base/mgr-variant-private.h"
#include "ledger/mgr-holders-private.h"
#include "mgr-enum-types.h"
#include "reclaim/mgr-cleanup-limits-private.h"
#include "reclaim/mgr-cleanup-step-private.h"

/* A program may have thousands of resources, with names as long as it likes, and of more
 * than MGR_JOURNAL_DETAILS_MAX nothing is kept: three lists and the holders leave room for
 * the rest. */
#define STEPS_WRITTEN 16
#define STEPS_BYTES 2176
#define NAME_BYTES 128
#define REASON_BYTES 256
#define HOLDERS_BYTES 512

/* Which figure of a step a list tells. */
typedef enum
{
  FIGURE_NONE,
  FIGURE_EXPECTED,
  FIGURE_CLAIMED,
} Figure;

static void
insert_text (GVariantDict *dict,
             const char   *key,
             const char   *text,
             gsize         bytes)
{
  g_variant_dict_insert_value (dict, key, g_variant_new_take_string (mgr_text_cut (text, bytes)));
}

static GVariant *
step_get_details (const MgrCleanupStep *step,
                  Figure                figure)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  insert_text (&dict, "name", step->name, NAME_BYTES);
  insert_text (&dict, "reason", step->reason, REASON_BYTES);
  if (step->error != NULL)
    insert_text (&dict, "error", step->error, REASON_BYTES);
  if (figure == FIGURE_EXPECTED)
    g_variant_dict_insert (&dict, "expected", "t", step->expected);
  if (figure == FIGURE_CLAIMED)
    g_variant_dict_insert (&dict, "claimed", "t", step->claimed);

  return g_variant_dict_end (&dict);
}

/* A list on its way into the details. */
typedef struct
{
  GVariantBuilder builder;
  Figure figure;
  guint n_steps;
  gsize bytes;
  gboolean full;
} List;

static void
list_add (List                 *list,
          const MgrCleanupStep *step)
{
  g_autoptr (GVariant) details = NULL;

  if (list->full)
    return;

  details = g_variant_ref_sink (step_get_details (step, list->figure));
  list->bytes += g_variant_get_size (details);
  list->full = list->n_steps == STEPS_WRITTEN || list->bytes > STEPS_BYTES;
  if (list->full)
    return;

  g_variant_builder_add_value (&list->builder, details);
  list->n_steps++;
}

static void
list_add_all (List      *list,
              GPtrArray *steps,
              gboolean   with_error)
{
  for (guint i = 0; i < steps->len; i++)
    {
      const MgrCleanupStep *step = g_ptr_array_index (steps, i);

      if ((step->error != NULL) == with_error)
        list_add (list, step);
    }
}

static void
insert_steps (GVariantDict *dict,
              const char   *key,
              GPtrArray    *steps,
              Figure        figure)
{
  g_autofree char *left_out = g_strconcat (key, "-left-out", NULL);
  List list = { .figure = figure };

  g_variant_builder_init (&list.builder, G_VARIANT_TYPE ("aa{sv}"));
  list_add_all (&list, steps, TRUE);
  list_add_all (&list, steps, FALSE);
  g_variant_dict_insert_value (dict, key, g_variant_builder_end (&list.builder));
  if (list.n_steps < steps->len)
    g_variant_dict_insert (dict, left_out, "u", steps->len - list.n_steps);
}

static void
insert_holders (GVariantDict *dict,
                MgrComponent *root)
{
  g_autofree char *holders = root != NULL ? mgr_holders_dup (root) : NULL;

  if (holders != NULL)
    insert_text (dict, "holders", holders, HOLDERS_BYTES);
}

static const char *
describe_flags (MgrCleanupFlags flags)
{
  if (!mgr_cleanup_flags_allow (flags, MGR_SAFETY_CAUTIOUS, FALSE))
    return "only SAFE things may go";
  if (!mgr_cleanup_flags_allow (flags, MGR_SAFETY_PROTECTED, FALSE))
    return "it is forced, so CAUTIOUS things may go after SAFE ones";
  if (!mgr_cleanup_flags_allow (flags, MGR_SAFETY_PROTECTED, TRUE))
    return "it is forced and unsafe, so after SAFE and CAUTIOUS things those may go that a rule "
           "calls PROTECTED, but none that is PROTECTED by hand";

  return "it is forced, unsafe and PROTECTED is allowed, so after SAFE and CAUTIOUS things all "
         "that is PROTECTED may go, by hand or by a rule";
}

static char *
describe_rule (MgrCleanupPlan *plan)
{
  const MgrCleanupLimits *limits = mgr_cleanup_limits_get (plan->strategy);
  g_autofree char *box = mgr_duration_format (limits->box);
  g_autofree char *target = mgr_size_format (plan->target);
  g_autofree char *extent = plan->by_bytes
                              ? g_strdup_printf ("up to the %s that were asked for", target)
                              : g_strdup_printf ("%u %% of what may be cleaned", (guint) limits->percent);

  return g_strdup_printf ("%s is %s, within %s; %s%s",
                          mgr_enum_get_nick (MGR_TYPE_CLEANUP_STRATEGY, (int) plan->strategy),
                          extent, box, describe_flags (plan->flags),
                          plan->here
                            ? "; the owner's main loop is blocked, so only what any thread may ask"
                            : "");
}

static void
insert_kind (GVariantDict       *dict,
             MgrCleanupStrategy  strategy,
             MgrCleanupFlags     flags)
{
  g_variant_dict_insert (dict, "strategy", "s",
                         mgr_enum_get_nick (MGR_TYPE_CLEANUP_STRATEGY, (int) strategy));
  g_variant_dict_insert_value (dict, "flags",
                               mgr_variant_new_flags (MGR_TYPE_CLEANUP_FLAGS, (guint) flags));
}

GVariant *
mgr_cleanup_plan_get_details (MgrCleanupPlan *plan,
                              MgrComponent   *root)
{
  g_autofree char *rule = describe_rule (plan);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  insert_kind (&dict, plan->strategy, plan->flags);
  g_variant_dict_insert (&dict, "target", "t", plan->target);
  g_variant_dict_insert (&dict, "expected", "t", plan->expected);
  g_variant_dict_insert (&dict, "rule", "s", rule);
  insert_steps (&dict, "steps", plan->steps, FIGURE_EXPECTED);
  insert_steps (&dict, "kept", plan->kept, FIGURE_NONE);
  insert_steps (&dict, "protected", plan->protected, FIGURE_NONE);
  insert_holders (&dict, root);
  return g_variant_dict_end (&dict);
}

/* What a cleanup may take that is allowed more, or "" where that is nothing. */
static char *
describe_remedy (MgrCleanupReport *report)
{
  guint64 more = 0;
  g_autofree char *size = NULL;

  if ((report->flags & MGR_CLEANUP_FLAGS_FORCE) != 0 || report->claimed >= report->target)
    return g_strdup ("");

  for (guint i = 0; i < report->steps->len; i++)
    {
      MgrCleanupStep *step = g_ptr_array_index (report->steps, i);

      if (step->safety == MGR_SAFETY_CAUTIOUS)
        more += MIN (step->expected, G_MAXUINT64 - more);
    }

  size = mgr_size_format (more);
  return more > 0 ? g_strdup_printf ("A forced cleanup could take %s more of CAUTIOUS things", size)
                  : g_strdup ("");
}

/* What is protected comes last among the steps, and is in the plan. */
static void
insert_outcome (GVariantDict     *dict,
                MgrCleanupReport *report)
{
  guint n_steps = report->steps->len - g_strv_length (report->protected);
  g_autoptr (GPtrArray) cleaned = g_ptr_array_new ();
  g_autoptr (GPtrArray) kept = g_ptr_array_new ();

  for (guint i = 0; i < n_steps; i++)
    {
      MgrCleanupStep *step = g_ptr_array_index (report->steps, i);

      g_ptr_array_add (step->claimed > 0 ? cleaned : kept, step);
    }

  insert_steps (dict, "cleaned", cleaned, FIGURE_CLAIMED);
  insert_steps (dict, "kept", kept, FIGURE_NONE);
}

GVariant *
mgr_cleanup_report_get_details (MgrCleanupReport *report)
{
  g_autofree char *remedy = describe_remedy (report);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  insert_kind (&dict, report->strategy, report->flags);
  g_variant_dict_insert (&dict, "target", "t", report->target);
  g_variant_dict_insert (&dict, "expected", "t", report->expected);
  g_variant_dict_insert (&dict, "claimed", "t", report->claimed);
  g_variant_dict_insert (&dict, "ledger", "x", report->ledger);
  g_variant_dict_insert (&dict, "returned", "x", report->returned);
  g_variant_dict_insert (&dict, "heap-trimmed", "t", report->heap_trimmed);
  g_variant_dict_insert (&dict, "duration", "x", report->duration);
  insert_outcome (&dict, report);
  if (*remedy != '\0')
    g_variant_dict_insert (&dict, "remedy", "s", remedy);

  return g_variant_dict_end (&dict);
}

GVariant *
mgr_cleanup_refusal_get_details (MgrCleanupPlan *plan,
                                 MgrComponent   *root,
                                 const GError   *error)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  insert_kind (&dict, plan->strategy, plan->flags);
  g_variant_dict_insert (&dict, "error", "s", mgr_enum_get_nick (MGR_TYPE_ERROR, error->code));
  g_variant_dict_insert (&dict, "target", "t", plan->target);
  g_variant_dict_insert (&dict, "expected", "t", plan->expected);
  g_variant_dict_insert (&dict, "rule", "s", "a plan is executed once, and as it was made, or not "
                         "at all");
  insert_steps (&dict, "steps", plan->steps, FIGURE_EXPECTED);
  insert_holders (&dict, root);
  if (g_error_matches (error, MGR_ERROR, MGR_ERROR_STALE_PLAN))
    g_variant_dict_insert (&dict, "remedy", "s", "a new plan, of what there is now");

  return g_variant_dict_end (&dict);
}
