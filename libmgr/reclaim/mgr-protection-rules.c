/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-protection-rules.h"

#include "reclaim/mgr-protection-rules-private.h"

/**
 * SECTION:mgr-protection-rules
 * @title: MgrProtectionRules
 * @short_description: which resources a cleanup may take, by name
 *
 * An ordered list of patterns, in which `*` stands for any text and `?` for any
 * one character. The first pattern that matches the name of a resource decides
 * how it is treated; a name that none of them matches is %MGR_SAFETY_CAUTIOUS.
 * In a new object these are %MGR_SAFETY_SAFE: `temp_*`, `batch_*`, `_cache_*` and
 * `intermediate_*`.
 *
 * What mgr_protection_rules_add() adds comes before these and after what was
 * added earlier, so that a program can override every default. A safety set by
 * hand with mgr_resource_set_safety() is above all rules.
 */

/**
 * MgrProtectionRules:
 *
 * A list of rules. It may be used from any thread.
 *
 * Since: 1.0
 */
struct _MgrProtectionRules
{
  GObject parent_instance;

  GMutex lock;
  GPtrArray *rules; /* (owned) (element-type Rule), guarded by lock */
  guint n_added;    /* how many at the front are not defaults, guarded by lock */
  guint64 serial;   /* grows with every change, guarded by lock */
};

typedef struct
{
  GPatternSpec *pattern; /* (owned) */
  MgrSafety safety;
} Rule;

static const char *const default_safe_patterns[] = {
  "temp_*",
  "batch_*",
  "_cache_*",
  "intermediate_*",
};

G_DEFINE_FINAL_TYPE (MgrProtectionRules, mgr_protection_rules, G_TYPE_OBJECT)

static Rule *
rule_new (const char *pattern,
          MgrSafety   safety)
{
  Rule *rule = g_new (Rule, 1);

  rule->pattern = g_pattern_spec_new (pattern);
  rule->safety = safety;
  return rule;
}

static void
rule_free (gpointer data)
{
  Rule *rule = data;

  g_pattern_spec_free (rule->pattern);
  g_free (rule);
}

static void
mgr_protection_rules_finalize (GObject *object)
{
  MgrProtectionRules *self = MGR_PROTECTION_RULES (object);

  g_ptr_array_unref (self->rules);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (mgr_protection_rules_parent_class)->finalize (object);
}

static void
mgr_protection_rules_class_init (MgrProtectionRulesClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mgr_protection_rules_finalize;
}

static void
mgr_protection_rules_init (MgrProtectionRules *self)
{
  g_mutex_init (&self->lock);
  self->rules = g_ptr_array_new_with_free_func (rule_free);
  for (gsize i = 0; i < G_N_ELEMENTS (default_safe_patterns); i++)
    g_ptr_array_add (self->rules, rule_new (default_safe_patterns[i], MGR_SAFETY_SAFE));
}

/**
 * mgr_protection_rules_new:
 *
 * Makes a list that holds the defaults. May be called from any thread.
 *
 * Returns: (transfer full): the rules
 *
 * Since: 1.0
 */
MgrProtectionRules *
mgr_protection_rules_new (void)
{
  return g_object_new (MGR_TYPE_PROTECTION_RULES, NULL);
}

static gboolean
rule_is_valid (const char  *pattern,
               MgrSafety    safety,
               GError     **error)
{
  if (pattern == NULL || *pattern == '\0')
    {
      g_set_error_literal (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                           "The pattern of a protection rule is empty: write a name, or a part "
                           "of one with “*”, such as “model_*”");
      return FALSE;
    }

  if (!g_utf8_validate (pattern, -1, NULL))
    {
      g_autofree char *escaped = g_strescape (pattern, NULL);

      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "The pattern “%s” of a protection rule is not UTF-8: convert it first",
                   escaped);
      return FALSE;
    }

  if ((guint) safety > MGR_SAFETY_CAUTIOUS)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "The protection rule “%s” has the unknown safety %d: "
                   "use PROTECTED, SAFE or CAUTIOUS",
                   pattern, (int) safety);
      return FALSE;
    }

  return TRUE;
}

/**
 * mgr_protection_rules_add:
 * @self: the rules
 * @pattern: names it is for, with `*` for any text and `?` for one character
 * @safety: how a cleanup treats what it matches
 * @error: return location for a #GError
 *
 * Adds a rule behind those added before and ahead of the defaults. Resources
 * that are registered already follow it from the next preview or cleanup on.
 *
 * Fails with %MGR_ERROR_INVALID_ARGUMENT where @pattern is empty or no UTF-8, or
 * @safety is none of the values of #MgrSafety. May be called from any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_protection_rules_add (MgrProtectionRules  *self,
                          const char          *pattern,
                          MgrSafety            safety,
                          GError             **error)
{
  g_return_val_if_fail (MGR_IS_PROTECTION_RULES (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!rule_is_valid (pattern, safety, error))
    return FALSE;

  g_mutex_lock (&self->lock);
  g_ptr_array_insert (self->rules, (int) self->n_added, rule_new (pattern, safety));
  self->n_added++;
  self->serial++;
  g_mutex_unlock (&self->lock);

  return TRUE;
}

/**
 * mgr_protection_rules_clear:
 * @self: the rules
 *
 * Removes all rules, the defaults too: every name is %MGR_SAFETY_CAUTIOUS until
 * rules are added. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_protection_rules_clear (MgrProtectionRules *self)
{
  g_return_if_fail (MGR_IS_PROTECTION_RULES (self));

  g_mutex_lock (&self->lock);
  g_ptr_array_set_size (self->rules, 0);
  self->n_added = 0;
  self->serial++;
  g_mutex_unlock (&self->lock);
}

/**
 * mgr_protection_rules_classify:
 * @self: the rules
 * @name: the name of a resource
 *
 * Asks how a cleanup would treat a resource of that name. May be called from any
 * thread.
 *
 * Returns: what the first rule that matches says, or %MGR_SAFETY_CAUTIOUS
 *
 * Since: 1.0
 */
MgrSafety
mgr_protection_rules_classify (MgrProtectionRules *self,
                               const char         *name)
{
  MgrSafety safety = MGR_SAFETY_CAUTIOUS;

  g_return_val_if_fail (MGR_IS_PROTECTION_RULES (self), MGR_SAFETY_CAUTIOUS);
  g_return_val_if_fail (name != NULL, MGR_SAFETY_CAUTIOUS);

  /* Matching steps over whole characters and would run past a broken one. */
  if (!g_utf8_validate (name, -1, NULL))
    return MGR_SAFETY_CAUTIOUS;

  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->rules->len; i++)
    {
      const Rule *rule = g_ptr_array_index (self->rules, i);

      if (g_pattern_spec_match_string (rule->pattern, name))
        {
          safety = rule->safety;
          break;
        }
    }
  g_mutex_unlock (&self->lock);

  return safety;
}

guint64
mgr_protection_rules_get_serial (MgrProtectionRules *self)
{
  guint64 serial;

  g_mutex_lock (&self->lock);
  serial = self->serial;
  g_mutex_unlock (&self->lock);

  return serial;
}
