/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-cleanup-step.h"

#include "base/mgr-variant-private.h"
#include "mgr-enum-types.h"
#include "reclaim/mgr-cleanup-step-private.h"

/**
 * SECTION:mgr-cleanup-step
 * @title: MgrCleanupStep
 * @short_description: one resource in a plan or in a report
 *
 * In a #MgrCleanupPlan a step says what would be asked of a resource and why, or why
 * it would be left alone. In a #MgrCleanupReport the same step says besides what came
 * of it, in three figures that may differ much: claimed is what the resource said, as
 * far as it held that much, ledger what was taken off the budgets meanwhile, and
 * returned by how much the process was measured to shrink.
 *
 * A step never changes and may be read from any thread.
 */

/**
 * MgrCleanupStep:
 *
 * One resource in a plan or in a report.
 *
 * Since: 1.0
 */
G_DEFINE_BOXED_TYPE (MgrCleanupStep, mgr_cleanup_step,
                     mgr_cleanup_step_ref, mgr_cleanup_step_unref)

MgrCleanupStep *
mgr_cleanup_step_new (const char *name)
{
  MgrCleanupStep *self = g_new0 (MgrCleanupStep, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->name = g_strdup (name);
  return self;
}

MgrCleanupStep *
mgr_cleanup_step_copy (const MgrCleanupStep *self)
{
  MgrCleanupStep *copy = mgr_cleanup_step_new (self->name);

  copy->safety = self->safety;
  copy->priority = self->priority;
  copy->expected = self->expected;
  copy->reason = g_ref_string_acquire (self->reason);
  return copy;
}

void
mgr_cleanup_step_take_reason (MgrCleanupStep *self,
                              char           *reason)
{
  g_clear_pointer (&self->reason, g_ref_string_release);
  self->reason = reason;
}

void
mgr_cleanup_step_set_reason (MgrCleanupStep *self,
                             const char     *reason)
{
  mgr_cleanup_step_take_reason (self, g_ref_string_new (reason));
}

/**
 * mgr_cleanup_step_ref:
 * @self: a step
 *
 * Takes a reference. May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrCleanupStep *
mgr_cleanup_step_ref (MgrCleanupStep *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_cleanup_step_unref:
 * @self: (transfer full): a step
 *
 * Drops a reference. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_cleanup_step_unref (MgrCleanupStep *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_clear_pointer (&self->reason, g_ref_string_release);
  g_free (self->name);
  g_free (self->error);
  g_free (self);
}

/**
 * mgr_cleanup_step_get_name:
 * @self: a step
 *
 * Gets the name of the resource. May be called from any thread.
 *
 * Returns: the name
 *
 * Since: 1.0
 */
const char *
mgr_cleanup_step_get_name (MgrCleanupStep *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->name;
}

/**
 * mgr_cleanup_step_get_safety:
 * @self: a step
 *
 * Gets the class that the resource had when the plan was made. May be called from any
 * thread.
 *
 * Returns: what a cleanup may do with it
 *
 * Since: 1.0
 */
MgrSafety
mgr_cleanup_step_get_safety (MgrCleanupStep *self)
{
  g_return_val_if_fail (self != NULL, MGR_SAFETY_PROTECTED);

  return self->safety;
}

/**
 * mgr_cleanup_step_get_priority:
 * @self: a step
 *
 * Gets the priority that the resource had when the plan was made. May be called from
 * any thread.
 *
 * Returns: the priority, 1 to 10
 *
 * Since: 1.0
 */
guint
mgr_cleanup_step_get_priority (MgrCleanupStep *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->priority;
}

/**
 * mgr_cleanup_step_get_expected:
 * @self: a step
 *
 * Gets how much the resource could give back when the plan was made. May be called
 * from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_cleanup_step_get_expected (MgrCleanupStep *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->expected;
}

/**
 * mgr_cleanup_step_get_reason:
 * @self: a step
 *
 * Gets why the resource is asked, or why it is left alone. In a report, a step that
 * gave nothing says why not, and one that claimed more than the resource held says so.
 * May be called from any thread.
 *
 * Returns: a sentence for people
 *
 * Since: 1.0
 */
const char *
mgr_cleanup_step_get_reason (MgrCleanupStep *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->reason;
}

/**
 * mgr_cleanup_step_get_claimed:
 * @self: a step
 *
 * Gets how much the resource said it freed, but no more than it held when it was asked.
 * May be called from any thread.
 *
 * Returns: bytes; 0 in a plan
 *
 * Since: 1.0
 */
guint64
mgr_cleanup_step_get_claimed (MgrCleanupStep *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->claimed;
}

/**
 * mgr_cleanup_step_get_ledger:
 * @self: a step
 *
 * Gets by how much the use of all budgets fell while the resource was asked. It is
 * negative where other threads were charged more meanwhile. May be called from any
 * thread.
 *
 * Returns: bytes; 0 in a plan, and for a cleaner without a root component
 *
 * Since: 1.0
 */
gint64
mgr_cleanup_step_get_ledger (MgrCleanupStep *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->ledger;
}

/**
 * mgr_cleanup_step_get_returned:
 * @self: a step
 *
 * Gets by how much the process shrank while the resource was asked, and what trimming
 * the heap gave back of its claim afterwards. The kernel counts in batches, so that a
 * few hundred KiB may show in the next step; it is negative where other threads took
 * more meanwhile. May be called from any thread.
 *
 * Returns: bytes; 0 in a plan, and where /proc cannot be read
 *
 * Since: 1.0
 */
gint64
mgr_cleanup_step_get_returned (MgrCleanupStep *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->returned;
}

/**
 * mgr_cleanup_step_get_duration:
 * @self: a step
 *
 * Gets how long the resource took, by the clock of its cleaner. May be called from any
 * thread.
 *
 * Returns: microseconds; 0 in a plan
 *
 * Since: 1.0
 */
gint64
mgr_cleanup_step_get_duration (MgrCleanupStep *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->duration;
}

/**
 * mgr_cleanup_step_get_error:
 * @self: a step
 *
 * Gets why the resource could not give what was asked. May be called from any thread.
 *
 * Returns: (nullable): the text of its error, or %NULL if it reported none
 *
 * Since: 1.0
 */
const char *
mgr_cleanup_step_get_error (MgrCleanupStep *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->error;
}

/**
 * mgr_cleanup_step_to_variant:
 * @self: a step
 *
 * Writes the step as a dictionary of type `a{sv}`, for D-Bus and JSON: `name` and
 * `reason` (s), `safety` (s, the nick), `priority` (u), `expected` and `claimed` (t),
 * `ledger`, `returned` and `duration` (x), and, if there is one, `error` (s). May be
 * called from any thread.
 *
 * Returns: (transfer floating): the dictionary
 *
 * Since: 1.0
 */
GVariant *
mgr_cleanup_step_to_variant (MgrCleanupStep *self)
{
  GVariantDict dict;

  g_return_val_if_fail (self != NULL, NULL);

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert_value (&dict, "name", mgr_variant_new_text (self->name));
  g_variant_dict_insert (&dict, "safety", "s",
                         mgr_enum_get_nick (MGR_TYPE_SAFETY, (int) self->safety));
  g_variant_dict_insert (&dict, "priority", "u", self->priority);
  g_variant_dict_insert (&dict, "expected", "t", self->expected);
  g_variant_dict_insert_value (&dict, "reason", mgr_variant_new_text (self->reason));
  g_variant_dict_insert (&dict, "claimed", "t", self->claimed);
  g_variant_dict_insert (&dict, "ledger", "x", self->ledger);
  g_variant_dict_insert (&dict, "returned", "x", self->returned);
  g_variant_dict_insert (&dict, "duration", "x", self->duration);
  if (self->error != NULL)
    g_variant_dict_insert_value (&dict, "error", mgr_variant_new_text (self->error));

  return g_variant_dict_end (&dict);
}

GVariant *
mgr_cleanup_steps_to_variant (GPtrArray *steps)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; i < steps->len; i++)
    g_variant_builder_add_value (&builder,
                                 mgr_cleanup_step_to_variant (g_ptr_array_index (steps, i)));

  return g_variant_builder_end (&builder);
}
