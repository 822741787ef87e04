/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-cleanup-report.h"

#include "base/mgr-variant-private.h"
#include "mgr-enum-types.h"
#include "reclaim/mgr-cleanup-report-private.h"

/**
 * SECTION:mgr-cleanup-report
 * @title: MgrCleanupReport
 * @short_description: what a cleanup did
 *
 * Every registered resource is in one of three lists: cleaned, protected or kept; its
 * #MgrCleanupStep says why. Three figures say what came of it, and they may differ
 * much: claimed is what the resources said, as far as they held that much, ledger what
 * was taken off the budgets, returned by how much the process really shrank. Memory freed in small scattered
 * pieces stays with the process until malloc trims; where that explains what is
 * missing, the cleanup trims, and says how much it gained.
 *
 * A report never changes and may be read from any thread.
 */

/**
 * MgrCleanupReport:
 *
 * What a cleanup did.
 *
 * Since: 1.0
 */
G_DEFINE_BOXED_TYPE (MgrCleanupReport, mgr_cleanup_report,
                     mgr_cleanup_report_ref, mgr_cleanup_report_unref)

static MgrCleanupReport *
report_alloc (void)
{
  MgrCleanupReport *self = g_new0 (MgrCleanupReport, 1);

  g_atomic_ref_count_init (&self->ref_count);
  return self;
}

static void
report_add_steps (MgrCleanupReport *self,
                  GPtrArray        *steps,
                  guint             n_steps)
{
  for (guint i = 0; i < n_steps; i++)
    g_ptr_array_add (self->steps, mgr_cleanup_step_ref (g_ptr_array_index (steps, i)));
}

static void
report_add_turns (MgrCleanupReport *self,
                  MgrCleanupPlan   *plan,
                  GPtrArray        *turns)
{
  for (guint i = 0; i < plan->turns->len; i++)
    {
      const MgrCleanupCandidate *candidate = g_ptr_array_index (plan->turns, i);
      MgrCleanupStep *step = turns != NULL ? g_ptr_array_index (turns, i) : candidate->step;

      g_ptr_array_add (self->steps, mgr_cleanup_step_ref (step));
      self->claimed += MIN (step->claimed, G_MAXUINT64 - self->claimed);
      self->ledger += step->ledger;
      self->returned += step->returned;
    }
}

static char **
names_of (GPtrArray *steps,
          guint      n_steps)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < n_steps; i++)
    {
      const MgrCleanupStep *step = g_ptr_array_index (steps, i);

      g_strv_builder_add (builder, step->name);
    }

  return g_strv_builder_end (builder);
}

/* Puts the names of the turns, which come first among the steps, into two lists. */
static void
report_name_turns (MgrCleanupReport *self,
                   MgrCleanupPlan   *plan)
{
  g_autoptr (GStrvBuilder) cleaned = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) kept = g_strv_builder_new ();
  g_auto (GStrv) barred = names_of (plan->kept, plan->n_barred);

  g_strv_builder_addv (kept, (const char **) barred);
  for (guint i = 0; i < plan->turns->len; i++)
    {
      const MgrCleanupStep *step = g_ptr_array_index (self->steps, i);
      gboolean is_cleaned = self->dry_run ? i < plan->steps->len : step->claimed > 0;

      g_strv_builder_add (is_cleaned ? cleaned : kept, step->name);
    }

  self->cleaned = g_strv_builder_end (cleaned);
  self->kept = g_strv_builder_end (kept);
}

MgrCleanupReport *
mgr_cleanup_report_new (MgrCleanupPlan *plan,
                        GPtrArray      *turns)
{
  MgrCleanupReport *self = report_alloc ();

  self->strategy = plan->strategy;
  self->flags = plan->flags;
  self->dry_run = turns == NULL;
  self->target = plan->target;
  self->expected = plan->expected;
  self->time = plan->time;

  self->steps = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_cleanup_step_unref);
  report_add_turns (self, plan, turns);
  report_name_turns (self, plan);
  report_add_steps (self, plan->kept, plan->n_barred);
  report_add_steps (self, plan->protected, plan->protected->len);
  self->protected = names_of (plan->protected, plan->protected->len);
  return self;
}

MgrCleanupReport *
mgr_cleanup_report_verify (const MgrCleanupReport *self,
                           guint64                 pss_before,
                           guint64                 pss_after)
{
  MgrCleanupReport *verified = report_alloc ();

  verified->strategy = self->strategy;
  verified->flags = self->flags;
  verified->target = self->target;
  verified->expected = self->expected;
  verified->steps = g_ptr_array_ref (self->steps);
  verified->cleaned = g_strdupv (self->cleaned);
  verified->protected = g_strdupv (self->protected);
  verified->kept = g_strdupv (self->kept);
  verified->claimed = self->claimed;
  verified->ledger = self->ledger;
  verified->returned = self->returned;
  verified->heap_trimmed = self->heap_trimmed;
  verified->pss_before = pss_before;
  verified->pss_after = pss_after;
  verified->time = self->time;
  verified->duration = self->duration;
  return verified;
}

/**
 * mgr_cleanup_report_ref:
 * @self: a report
 *
 * Takes a reference. May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrCleanupReport *
mgr_cleanup_report_ref (MgrCleanupReport *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_cleanup_report_unref:
 * @self: (transfer full): a report
 *
 * Drops a reference. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_cleanup_report_unref (MgrCleanupReport *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_ptr_array_unref (self->steps);
  g_strfreev (self->cleaned);
  g_strfreev (self->protected);
  g_strfreev (self->kept);
  g_free (self);
}

/**
 * mgr_cleanup_report_get_strategy:
 * @self: a report
 *
 * Gets how far the cleanup was asked to go. May be called from any thread.
 *
 * Returns: the strategy
 *
 * Since: 1.0
 */
MgrCleanupStrategy
mgr_cleanup_report_get_strategy (MgrCleanupReport *self)
{
  g_return_val_if_fail (self != NULL, MGR_CLEANUP_STRATEGY_LIGHT);

  return self->strategy;
}

/**
 * mgr_cleanup_report_get_flags:
 * @self: a report
 *
 * Gets what the cleanup was allowed to touch. May be called from any thread.
 *
 * Returns: the flags
 *
 * Since: 1.0
 */
MgrCleanupFlags
mgr_cleanup_report_get_flags (MgrCleanupReport *self)
{
  g_return_val_if_fail (self != NULL, MGR_CLEANUP_FLAGS_NONE);

  return self->flags;
}

/**
 * mgr_cleanup_report_get_steps:
 * @self: a report
 *
 * Gets what came of every resource that was registered: first those that had a turn,
 * or would have had one if the target were larger, in the order of the turns; then
 * what was kept and what was protected, in the order of registration. May be called
 * from any thread.
 *
 * Returns: (transfer container) (element-type MgrCleanupStep): the steps
 *
 * Since: 1.0
 */
GPtrArray *
mgr_cleanup_report_get_steps (MgrCleanupReport *self)
{
  GPtrArray *steps;

  g_return_val_if_fail (self != NULL, NULL);

  steps = g_ptr_array_new_full (self->steps->len, (GDestroyNotify) mgr_cleanup_step_unref);
  for (guint i = 0; i < self->steps->len; i++)
    g_ptr_array_add (steps, mgr_cleanup_step_ref (g_ptr_array_index (self->steps, i)));

  return steps;
}

/**
 * mgr_cleanup_report_get_cleaned:
 * @self: a report
 *
 * Gets the names of the resources that freed something, in the order of their turns.
 * May be called from any thread.
 *
 * Returns: (transfer none) (array zero-terminated=1): the names
 *
 * Since: 1.0
 */
const char * const *
mgr_cleanup_report_get_cleaned (MgrCleanupReport *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char * const *) self->cleaned;
}

/**
 * mgr_cleanup_report_get_protected:
 * @self: a report
 *
 * Gets the names of the %MGR_SAFETY_PROTECTED resources that no flag gave free, none
 * of which was touched, in the order of registration. May be called from any thread.
 *
 * Returns: (transfer none) (array zero-terminated=1): the names
 *
 * Since: 1.0
 */
const char * const *
mgr_cleanup_report_get_protected (MgrCleanupReport *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char * const *) self->protected;
}

/**
 * mgr_cleanup_report_get_kept:
 * @self: a report
 *
 * Gets the names of what was kept for another reason, which its step in
 * mgr_cleanup_report_get_steps() says. May be called from any thread.
 *
 * Returns: (transfer none) (array zero-terminated=1): the names
 *
 * Since: 1.0
 */
const char * const *
mgr_cleanup_report_get_kept (MgrCleanupReport *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char * const *) self->kept;
}

/**
 * mgr_cleanup_report_get_target:
 * @self: a report
 *
 * Gets how much the cleanup was to free. May be called from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_cleanup_report_get_target (MgrCleanupReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->target;
}

/**
 * mgr_cleanup_report_get_expected:
 * @self: a report
 *
 * Gets how much the resources that the plan chose held when it was made. May be called
 * from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_cleanup_report_get_expected (MgrCleanupReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->expected;
}

/**
 * mgr_cleanup_report_get_claimed:
 * @self: a report
 *
 * Gets how much the resources said they freed, each no more than it held when it was
 * asked. May be called from any thread.
 *
 * Returns: the sum in bytes
 *
 * Since: 1.0
 */
guint64
mgr_cleanup_report_get_claimed (MgrCleanupReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->claimed;
}

/**
 * mgr_cleanup_report_get_ledger:
 * @self: a report
 *
 * Gets by how much the use of all budgets fell while resources were asked. It is
 * negative where other threads were charged more meanwhile, and 0 for a cleaner
 * without #MgrCleaner:root. May be called from any thread.
 *
 * Returns: the sum in bytes
 *
 * Since: 1.0
 */
gint64
mgr_cleanup_report_get_ledger (MgrCleanupReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->ledger;
}

/**
 * mgr_cleanup_report_get_returned:
 * @self: a report
 *
 * Gets by how much the process shrank: its anonymous resident memory before less that
 * after, over all steps and the trimming of the heap. It is negative where other
 * threads took more meanwhile, and 0 where /proc cannot be read. May be called from
 * any thread.
 *
 * Returns: the sum in bytes
 *
 * Since: 1.0
 */
gint64
mgr_cleanup_report_get_returned (MgrCleanupReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->returned;
}

/**
 * mgr_cleanup_report_get_heap_trimmed:
 * @self: a report
 *
 * Gets how much of mgr_cleanup_report_get_returned() came only when malloc gave back
 * what it held free. May be called from any thread.
 *
 * Returns: bytes; 0 if the heap was not trimmed, or to no avail
 *
 * Since: 1.0
 */
guint64
mgr_cleanup_report_get_heap_trimmed (MgrCleanupReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->heap_trimmed;
}

/**
 * mgr_cleanup_report_get_pss_before:
 * @self: a report
 *
 * Gets the proportional set size of the process when the cleanup began: as it was last
 * measured, at most 5 s earlier, and moved by how much the anonymous memory that /proc
 * counts has changed since, so that nothing had to wait for a measure. The kernel counts
 * in batches, of a few hundred KiB in all. Only #MgrCleaner::cleanup-verified knows it.
 * May be called from any thread.
 *
 * Returns: bytes; 0 where it is not known
 *
 * Since: 1.0
 */
guint64
mgr_cleanup_report_get_pss_before (MgrCleanupReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->pss_before;
}

/**
 * mgr_cleanup_report_get_pss_after:
 * @self: a report
 *
 * Gets the proportional set size of the process as it was measured after the cleanup.
 * Only #MgrCleaner::cleanup-verified knows it. May be called from any thread.
 *
 * Returns: bytes; 0 where it is not known
 *
 * Since: 1.0
 */
guint64
mgr_cleanup_report_get_pss_after (MgrCleanupReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->pss_after;
}

/**
 * mgr_cleanup_report_get_time:
 * @self: a report
 *
 * Gets when the cleanup began, by the clock of its cleaner. May be called from
 * any thread.
 *
 * Returns: the time in microseconds
 *
 * Since: 1.0
 */
gint64
mgr_cleanup_report_get_time (MgrCleanupReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->time;
}

/**
 * mgr_cleanup_report_get_duration:
 * @self: a report
 *
 * Gets how long the cleanup took, by the clock of its cleaner. May be called from
 * any thread.
 *
 * Returns: the duration in microseconds
 *
 * Since: 1.0
 */
gint64
mgr_cleanup_report_get_duration (MgrCleanupReport *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->duration;
}

static void
dict_insert_names (GVariantDict  *dict,
                   const char    *key,
                   char         **names)
{
  g_variant_dict_insert_value (dict, key, mgr_variant_new_names ((const char * const *) names));
}

static void
dict_insert_figures (GVariantDict           *dict,
                     const MgrCleanupReport *self)
{
  g_variant_dict_insert (dict, "target", "t", self->target);
  g_variant_dict_insert (dict, "expected", "t", self->expected);
  g_variant_dict_insert (dict, "claimed", "t", self->claimed);
  g_variant_dict_insert (dict, "ledger", "x", self->ledger);
  g_variant_dict_insert (dict, "returned", "x", self->returned);
  g_variant_dict_insert (dict, "heap-trimmed", "t", self->heap_trimmed);
  g_variant_dict_insert (dict, "pss-before", "t", self->pss_before);
  g_variant_dict_insert (dict, "pss-after", "t", self->pss_after);
  g_variant_dict_insert (dict, "time", "x", self->time);
  g_variant_dict_insert (dict, "duration", "x", self->duration);
}

/**
 * mgr_cleanup_report_to_variant:
 * @self: a report
 *
 * Writes the report as a dictionary of type `a{sv}`, for D-Bus and JSON: `strategy`
 * (s, the nick), `flags` (as, their nicks), `dry-run` (b), `cleaned`, `protected` and
 * `kept` (as), `steps` (aa{sv}, see mgr_cleanup_step_to_variant()), `target`,
 * `expected`, `claimed`, `heap-trimmed`, `pss-before` and `pss-after` (t), `ledger`,
 * `returned`, `time` and `duration` (x). May be called from any thread.
 *
 * Returns: (transfer floating): the dictionary
 *
 * Since: 1.0
 */
GVariant *
mgr_cleanup_report_to_variant (MgrCleanupReport *self)
{
  GVariantDict dict;

  g_return_val_if_fail (self != NULL, NULL);

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "strategy", "s",
                         mgr_enum_get_nick (MGR_TYPE_CLEANUP_STRATEGY, (int) self->strategy));
  g_variant_dict_insert_value (&dict, "flags",
                               mgr_variant_new_flags (MGR_TYPE_CLEANUP_FLAGS, (guint) self->flags));
  g_variant_dict_insert (&dict, "dry-run", "b", self->dry_run);
  dict_insert_names (&dict, "cleaned", self->cleaned);
  dict_insert_names (&dict, "protected", self->protected);
  dict_insert_names (&dict, "kept", self->kept);
  g_variant_dict_insert_value (&dict, "steps", mgr_cleanup_steps_to_variant (self->steps));
  dict_insert_figures (&dict, self);
  return g_variant_dict_end (&dict);
}
