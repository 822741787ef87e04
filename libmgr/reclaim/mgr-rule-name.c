/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-rule-name-private.h"

#include <string.h>

void
mgr_rule_name_init (MgrRuleName *self,
                    const char  *written)
{
  *self = (MgrRuleName) { .written = written };
}

void
mgr_rule_name_clear (MgrRuleName *self)
{
  g_clear_pointer (&self->folded, g_free);
  g_clear_pointer (&self->words, g_free);
}

/* Nearly all names are ASCII, for which there is a shorter way. */
static char *
fold (const char *text)
{
  return g_str_is_ascii (text) ? g_ascii_strdown (text, -1) : g_utf8_casefold (text, -1);
}

const char *
mgr_rule_name_get_folded (MgrRuleName *self)
{
  if (self->folded == NULL)
    self->folded = fold (self->written);

  return self->folded;
}

/* What a character is to the border of a word. */
typedef enum
{
  KIND_BORDER, /* neither letter nor digit */
  KIND_DOT,
  KIND_DIGIT,
  KIND_UPPER,
  KIND_LETTER,
} Kind;

static Kind
kind_of (gunichar c)
{
  if (c == '.')
    return KIND_DOT;
  if (c < 0x80 && g_ascii_islower ((char) c))
    return KIND_LETTER;
  if (g_unichar_isdigit (c))
    return KIND_DIGIT;
  if (g_unichar_isupper (c))
    return KIND_UPPER;

  return g_unichar_isalnum (c) || g_unichar_ismark (c) ? KIND_LETTER : KIND_BORDER;
}

/* Whether a word begins at a letter or digit of @kind. */
static gboolean
begins_word (Kind before,
             Kind kind,
             Kind after)
{
  if (before == KIND_BORDER || before == KIND_DOT)
    return TRUE;
  if (before == KIND_DIGIT || kind == KIND_DIGIT)
    return before != kind;

  /* The last capital of many is the next word’s: “HTTPCache”. */
  return kind == KIND_UPPER && (before == KIND_LETTER || after == KIND_LETTER);
}

static void
add_border (GString *words)
{
  const char last = words->len > 0 ? words->str[words->len - 1] : '\0';

  if (last != '_' && last != '.')
    g_string_append_c (words, '_');
}

static char *
find_words (const char *name)
{
  g_autoptr (GString) words = g_string_sized_new (2 * strlen (name) + 2);
  Kind before = KIND_BORDER;
  Kind kind = kind_of (g_utf8_get_char (name));

  add_border (words);
  for (const char *at = name; *at != '\0'; at = g_utf8_next_char (at))
    {
      Kind after = kind_of (g_utf8_get_char (g_utf8_next_char (at)));

      if (kind == KIND_DOT)
        g_string_append_c (words, '.');
      else if (kind != KIND_BORDER)
        {
          if (begins_word (before, kind, after))
            add_border (words);
          g_string_append_len (words, at, g_utf8_next_char (at) - at);
        }

      before = kind;
      kind = after;
    }
  add_border (words);

  return fold (words->str);
}

const char *
mgr_rule_name_get_words (MgrRuleName *self)
{
  if (self->words == NULL)
    self->words = find_words (self->written);

  return self->words;
}
