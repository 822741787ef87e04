/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-protection-rule.h"

#include "reclaim/mgr-protection-rule-private.h"

#include <string.h>

/**
 * SECTION:mgr-protection-rule
 * @title: MgrProtectionRule
 * @short_description: how a cleanup treats what is called so
 *
 * One of #MgrProtectionRules: a pattern of names, and what a cleanup may do with the
 * resources that it matches. A rule never changes and may be read from any thread.
 */

/* A name that nobody can read at a glance is a mistake, such as a whole file. */
#define PATTERN_MAX_LENGTH 256

/* What a pattern begins with that disregards case. */
#define FOLDS_CASE '~'

/* As much of a pattern that is too long as shows which one it is. */
#define PATTERN_SHOWN_LENGTH 40

/**
 * MgrProtectionRule:
 *
 * How a cleanup treats what is called so.
 *
 * Since: 1.0
 */
struct _MgrProtectionRule
{
  gatomicrefcount ref_count;

  char *pattern;        /* (owned) */
  GPatternSpec *spec;   /* (owned) */
  MgrSafety safety;
  gboolean whole_name;  /* the pattern speaks of the group too */
  gboolean folds_case;  /* it begins with FOLDS_CASE */
  gboolean finds_words; /* it does, and speaks of the borders of words */
};

G_DEFINE_BOXED_TYPE (MgrProtectionRule, mgr_protection_rule,
                     mgr_protection_rule_ref, mgr_protection_rule_unref)

static gboolean
rule_is_text (const char  *pattern,
              GError     **error)
{
  g_autofree char *escaped = NULL;

  if (pattern == NULL || *pattern == '\0' || (*pattern == FOLDS_CASE && pattern[1] == '\0'))
    {
      g_set_error_literal (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                           "The pattern of a protection rule is empty: write a name, or a part "
                           "of one with “*”, such as “model_*”");
      return FALSE;
    }

  if (g_utf8_validate (pattern, -1, NULL))
    return TRUE;

  escaped = g_strescape (pattern, NULL);
  g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
               "The pattern “%.*s” of a protection rule is not UTF-8: convert it first",
               4 * PATTERN_SHOWN_LENGTH, escaped);
  return FALSE;
}

static gboolean
rule_is_valid (const char  *pattern,
               MgrSafety    safety,
               GError     **error)
{
  g_autofree char *beginning = NULL;

  if (!rule_is_text (pattern, error))
    return FALSE;

  if (strlen (pattern) > PATTERN_MAX_LENGTH)
    {
      beginning = g_utf8_substring (pattern, 0, PATTERN_SHOWN_LENGTH);
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "The pattern “%s…” of a protection rule has %" G_GSIZE_FORMAT " bytes: "
                   "%d is the most, so shorten it with “*”",
                   beginning, strlen (pattern), PATTERN_MAX_LENGTH);
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

static void
rule_compile (MgrProtectionRule *self)
{
  g_autofree char *folded = NULL;

  self->whole_name = strchr (self->pattern, '.') != NULL;
  self->folds_case = *self->pattern == FOLDS_CASE;
  if (!self->folds_case)
    {
      self->spec = g_pattern_spec_new (self->pattern);
      return;
    }

  folded = g_utf8_casefold (self->pattern + 1, -1);
  self->finds_words = strchr (folded, '_') != NULL;
  self->spec = g_pattern_spec_new (folded);
}

MgrProtectionRule *
mgr_protection_rule_new (const char  *pattern,
                         MgrSafety    safety,
                         GError     **error)
{
  MgrProtectionRule *self;

  if (!rule_is_valid (pattern, safety, error))
    return NULL;

  self = g_new0 (MgrProtectionRule, 1);
  g_atomic_ref_count_init (&self->ref_count);
  self->pattern = g_strdup (pattern);
  self->safety = safety;
  rule_compile (self);
  return self;
}

gboolean
mgr_protection_rule_matches (MgrProtectionRule *self,
                             MgrRuleName       *name,
                             MgrRuleName       *item)
{
  MgrRuleName *subject = item != NULL && !self->whole_name ? item : name;

  if (!self->folds_case)
    return g_pattern_spec_match_string (self->spec, subject->written);

  return g_pattern_spec_match_string (self->spec, mgr_rule_name_get_folded (subject))
         || (self->finds_words
             && g_pattern_spec_match_string (self->spec, mgr_rule_name_get_words (subject)));
}

/**
 * mgr_protection_rule_ref:
 * @self: a rule
 *
 * Takes a reference. May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrProtectionRule *
mgr_protection_rule_ref (MgrProtectionRule *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_protection_rule_unref:
 * @self: (transfer full): a rule
 *
 * Drops a reference. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_protection_rule_unref (MgrProtectionRule *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_pattern_spec_free (self->spec);
  g_free (self->pattern);
  g_free (self);
}

/**
 * mgr_protection_rule_get_pattern:
 * @self: a rule
 *
 * Gets which names it is for. May be called from any thread.
 *
 * Returns: (transfer none): the pattern as it was given, see #MgrProtectionRules
 *
 * Since: 1.0
 */
const char *
mgr_protection_rule_get_pattern (MgrProtectionRule *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->pattern;
}

/**
 * mgr_protection_rule_get_safety:
 * @self: a rule
 *
 * Gets how a cleanup treats what it matches. May be called from any thread.
 *
 * Returns: the class of safety
 *
 * Since: 1.0
 */
MgrSafety
mgr_protection_rule_get_safety (MgrProtectionRule *self)
{
  g_return_val_if_fail (self != NULL, MGR_SAFETY_PROTECTED);

  return self->safety;
}
