/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-protection-rules.h"

#include "reclaim/mgr-protection-rule-private.h"
#include "reclaim/mgr-protection-rules-private.h"

/**
 * SECTION:mgr-protection-rules
 * @title: MgrProtectionRules
 * @short_description: which resources a cleanup may take, by name
 *
 * An ordered list of patterns, in which `*` stands for any text and `?` for any
 * one character. The first pattern that matches the name of a resource decides
 * how it is treated; a name that none of them matches is %MGR_SAFETY_CAUTIOUS.
 *
 * Upper and lower case differ, unless the pattern begins with `~`: `~*model*` matches
 * “model”, “BestModels” and “MODEL_2”. In such a pattern `_` also stands for the border of
 * a word: the beginning and the end of the name, whatever is neither letter nor digit
 * nor a dot, and the places between letters and digits, before a capital that follows
 * a small letter, and before the last capital of many that a small letter follows. So
 * `~_temp_*` matches “temp”, “temp_rows”, “tempRows”, “_temp1” and “TEMP-A”, but neither
 * “template” nor “my_temp_x”; `~*_cache_` matches “cache”, “prices_cache” and
 * “HTTPCache”. A name that itself begins with `~` is matched by a pattern with `?` there.
 *
 * A new object holds these, in this order, so that what could be a result is kept even
 * where its name says that it is temporary:
 *
 * - %MGR_SAFETY_PROTECTED: `~_raw_data_`, `~_feature_data_`, `~*prediction*`, `~*weight*`,
 *   `~*model*`, `~*result*`, `~*config*`, `~*cfg*`, `~_alpha_engine_`, `~_ltr_bma_`,
 *   `~_target_engineer_`.
 *
 * - %MGR_SAFETY_SAFE: of each of the words temporary, temp, tmp, batch, cache and
 *   intermediate two, for names that begin and that end with it: `~_temp_*`, `~*_temp_`.
 *
 * What mgr_protection_rules_add() adds comes before these and after what was
 * added earlier, so that a program can override every default. A safety set by
 * hand with mgr_resource_set_safety() is above all rules.
 *
 * Of an item of a #MgrResourceGroup, such as “model.temp_rows”, a pattern without a dot
 * sees what follows the name of the group: `temp_*` matches. A pattern with a dot sees
 * the whole name: `model.*` matches all that the group has.
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
  GPtrArray *rules; /* (owned) (element-type MgrProtectionRule), guarded by lock */
  guint n_added;    /* how many at the front are not defaults, guarded by lock */
  guint64 serial;   /* grows with every change, guarded by lock */
};

typedef struct
{
  const char *pattern;
  MgrSafety safety;
} DefaultRule;

static const DefaultRule default_rules[] = {
  { "~_raw_data_", MGR_SAFETY_PROTECTED },
  { "~_feature_data_", MGR_SAFETY_PROTECTED },
  { "~*prediction*", MGR_SAFETY_PROTECTED },
  { "~*weight*", MGR_SAFETY_PROTECTED },
  { "~*model*", MGR_SAFETY_PROTECTED },
  { "~*result*", MGR_SAFETY_PROTECTED },
  { "~*config*", MGR_SAFETY_PROTECTED },
  { "~*cfg*", MGR_SAFETY_PROTECTED },
  { "~_alpha_engine_", MGR_SAFETY_PROTECTED },
  { "~_ltr_bma_", MGR_SAFETY_PROTECTED },
  { "~_target_engineer_", MGR_SAFETY_PROTECTED },
  { "~_temporary_*", MGR_SAFETY_SAFE },
  { "~*_temporary_", MGR_SAFETY_SAFE },
  { "~_temp_*", MGR_SAFETY_SAFE },
  { "~*_temp_", MGR_SAFETY_SAFE },
  { "~_tmp_*", MGR_SAFETY_SAFE },
  { "~*_tmp_", MGR_SAFETY_SAFE },
  { "~_batch_*", MGR_SAFETY_SAFE },
  { "~*_batch_", MGR_SAFETY_SAFE },
  { "~_cache_*", MGR_SAFETY_SAFE },
  { "~*_cache_", MGR_SAFETY_SAFE },
  { "~_intermediate_*", MGR_SAFETY_SAFE },
  { "~*_intermediate_", MGR_SAFETY_SAFE },
};

G_DEFINE_FINAL_TYPE (MgrProtectionRules, mgr_protection_rules, G_TYPE_OBJECT)

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

static GPtrArray *
rule_array_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_protection_rule_unref);
}

static void
mgr_protection_rules_init (MgrProtectionRules *self)
{
  g_mutex_init (&self->lock);
  self->rules = rule_array_new ();
  for (gsize i = 0; i < G_N_ELEMENTS (default_rules); i++)
    g_ptr_array_add (self->rules, mgr_protection_rule_new (default_rules[i].pattern,
                                                           default_rules[i].safety, NULL));
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

/**
 * mgr_protection_rules_add:
 * @self: the rules
 * @pattern: names it is for, with `*` for any text and `?` for one character, and `~` at
 *    its beginning to disregard case
 * @safety: how a cleanup treats what it matches
 * @error: return location for a #GError
 *
 * Adds a rule behind those added before and ahead of the defaults. Resources
 * that are registered already follow it from the next plan or cleanup on.
 *
 * Fails with %MGR_ERROR_INVALID_ARGUMENT where @pattern is empty, longer than 256 bytes
 * or no UTF-8, or @safety is none of the values of #MgrSafety. May be called from any
 * thread.
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
  MgrProtectionRule *rule;

  g_return_val_if_fail (MGR_IS_PROTECTION_RULES (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  rule = mgr_protection_rule_new (pattern, safety, error);
  if (rule == NULL)
    return FALSE;

  g_mutex_lock (&self->lock);
  g_ptr_array_insert (self->rules, (int) self->n_added, rule);
  self->n_added++;
  self->serial++;
  g_mutex_unlock (&self->lock);

  return TRUE;
}

static void
set_position_error (const char  *pattern,
                    guint        position,
                    guint        n_rules,
                    GError     **error)
{
  g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
               "There is no position %u for the protection rule%s%s%s: there are %u rules, and "
               "the first has the position 0",
               position, pattern != NULL ? " “" : "", pattern != NULL ? pattern : "",
               pattern != NULL ? "”" : "", n_rules);
}

/**
 * mgr_protection_rules_insert:
 * @self: the rules
 * @position: how many rules come before it: 0 for the first place, and at most as many
 *    as there are
 * @pattern: names it is for, with `*` for any text and `?` for one character, and `~` at
 *    its beginning to disregard case
 * @safety: how a cleanup treats what it matches
 * @error: return location for a #GError
 *
 * Puts a rule where it is wanted, as mgr_protection_rules_add() puts it ahead of the
 * defaults.
 *
 * Fails with %MGR_ERROR_INVALID_ARGUMENT as mgr_protection_rules_add() does, and where
 * @position is beyond the end. May be called from any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_protection_rules_insert (MgrProtectionRules  *self,
                             guint                position,
                             const char          *pattern,
                             MgrSafety            safety,
                             GError             **error)
{
  g_autoptr (MgrProtectionRule) rule = NULL;
  guint n_rules;

  g_return_val_if_fail (MGR_IS_PROTECTION_RULES (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  rule = mgr_protection_rule_new (pattern, safety, error);
  if (rule == NULL)
    return FALSE;

  g_mutex_lock (&self->lock);
  n_rules = self->rules->len;
  if (position <= n_rules)
    {
      g_ptr_array_insert (self->rules, (int) position, mgr_protection_rule_ref (rule));
      self->n_added += position <= self->n_added;
      self->serial++;
    }
  g_mutex_unlock (&self->lock);

  if (position > n_rules)
    set_position_error (pattern, position, n_rules, error);
  return position <= n_rules;
}

/**
 * mgr_protection_rules_remove:
 * @self: the rules
 * @position: how many rules come before it
 * @error: return location for a #GError
 *
 * Removes a rule, one of the defaults too.
 *
 * Fails with %MGR_ERROR_INVALID_ARGUMENT where there is none at @position. May be called
 * from any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_protection_rules_remove (MgrProtectionRules  *self,
                             guint                position,
                             GError             **error)
{
  guint n_rules;

  g_return_val_if_fail (MGR_IS_PROTECTION_RULES (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  g_mutex_lock (&self->lock);
  n_rules = self->rules->len;
  if (position < n_rules)
    {
      g_ptr_array_remove_index (self->rules, position);
      self->n_added -= position < self->n_added;
      self->serial++;
    }
  g_mutex_unlock (&self->lock);

  if (position >= n_rules)
    set_position_error (NULL, position, n_rules, error);
  return position < n_rules;
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
 * mgr_protection_rules_list_rules:
 * @self: the rules
 *
 * Lists the rules as they are now, in their order: the first that matches decides. May
 * be called from any thread.
 *
 * Returns: (transfer container) (element-type MgrProtectionRule): the rules
 *
 * Since: 1.0
 */
GPtrArray *
mgr_protection_rules_list_rules (MgrProtectionRules *self)
{
  GPtrArray *rules;

  g_return_val_if_fail (MGR_IS_PROTECTION_RULES (self), NULL);

  rules = rule_array_new ();
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->rules->len; i++)
    g_ptr_array_add (rules, mgr_protection_rule_ref (g_ptr_array_index (self->rules, i)));
  g_mutex_unlock (&self->lock);

  return rules;
}

MgrProtectionRule *
mgr_protection_rules_lookup_item (MgrProtectionRules *self,
                                  const char         *name,
                                  const char         *item)
{
  g_auto (MgrRuleName) whole = { NULL };
  g_auto (MgrRuleName) part = { NULL };
  MgrProtectionRule *found = NULL;

  /* Matching steps over whole characters and would run past a broken one. */
  if (!g_utf8_validate (name, -1, NULL))
    return NULL;

  mgr_rule_name_init (&whole, name);
  mgr_rule_name_init (&part, item);
  g_mutex_lock (&self->lock);
  for (guint i = 0; i < self->rules->len && found == NULL; i++)
    {
      MgrProtectionRule *rule = g_ptr_array_index (self->rules, i);

      if (mgr_protection_rule_matches (rule, &whole, item != NULL ? &part : NULL))
        found = mgr_protection_rule_ref (rule);
    }
  g_mutex_unlock (&self->lock);

  return found;
}

MgrSafety
mgr_protection_rules_classify_item (MgrProtectionRules *self,
                                    const char         *name,
                                    const char         *item)
{
  g_autoptr (MgrProtectionRule) rule = mgr_protection_rules_lookup_item (self, name, item);

  return rule != NULL ? mgr_protection_rule_get_safety (rule) : MGR_SAFETY_CAUTIOUS;
}

/**
 * mgr_protection_rules_lookup:
 * @self: the rules
 * @name: the name of a resource
 *
 * Finds the rule that decides how a cleanup would treat a resource of that name. May be
 * called from any thread.
 *
 * Returns: (transfer full) (nullable): the first rule that matches, or %NULL if none does
 *
 * Since: 1.0
 */
MgrProtectionRule *
mgr_protection_rules_lookup (MgrProtectionRules *self,
                             const char         *name)
{
  g_return_val_if_fail (MGR_IS_PROTECTION_RULES (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  return mgr_protection_rules_lookup_item (self, name, NULL);
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
  g_return_val_if_fail (MGR_IS_PROTECTION_RULES (self), MGR_SAFETY_CAUTIOUS);
  g_return_val_if_fail (name != NULL, MGR_SAFETY_CAUTIOUS);

  return mgr_protection_rules_classify_item (self, name, NULL);
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
