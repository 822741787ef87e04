/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A name as rules compare it: as it is written and, for those that ask, without regard to
 * case and as its words. */
typedef struct
{
  const char *written; /* (unowned) UTF-8 */
  char *folded;        /* (owned) (nullable) */
  char *words;         /* (owned) (nullable) */
} MgrRuleName;

void        mgr_rule_name_init       (MgrRuleName *self,
                                      const char  *written);
void        mgr_rule_name_clear      (MgrRuleName *self);

/* Without regard to case, as g_utf8_casefold() has it. */
const char *mgr_rule_name_get_folded (MgrRuleName *self);

/* The same with a `_` before, between and after its words: “tempRows”, “temp_rows” and
 * “TEMP-ROWS” are “_temp_rows_”. A dot stays, and parts words as well. */
const char *mgr_rule_name_get_words  (MgrRuleName *self);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MgrRuleName, mgr_rule_name_clear)

G_END_DECLS
