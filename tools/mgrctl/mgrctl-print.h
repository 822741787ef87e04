/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "mgrctl.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Data goes to the standard output, messages to the standard error. */

typedef enum
{
  MGRCTL_STYLE_PLAIN,
  MGRCTL_STYLE_STRONG,
  MGRCTL_STYLE_FAINT,
  MGRCTL_STYLE_GOOD,
  MGRCTL_STYLE_WARNING,
  MGRCTL_STYLE_BAD,
} MgrctlStyle;

void        mgrctl_print_error     (const char          *format,
                                    ...) G_GNUC_PRINTF (1, 2);

/* Takes the object, and prints it as the man page says. */
void        mgrctl_print_json      (JsonObject          *object);

/* A dictionary a{sv} into @object, its keys in the order of the alphabet. */
void        mgrctl_json_add_dict   (JsonObject          *object,
                                    GVariant            *dict);

/* How many columns of a terminal @text takes. */
int         mgrctl_count_columns   (const char          *text);

MgrctlStyle mgrctl_style_of_level  (const char          *level);

/* What follows returns (transfer full) texts. */

/* @text without what could control the terminal. */
char       *mgrctl_printable       (const char          *text);

/* Filled up with spaces to @width columns; to the left of @text if negative. */
char       *mgrctl_pad             (const char          *text,
                                    int                  width);

char       *mgrctl_paint           (const MgrctlOptions *options,
                                    MgrctlStyle          style,
                                    const char          *text);

char       *mgrctl_percent         (guint64              used,
                                    guint64              budget);

char       *mgrctl_bar             (const MgrctlOptions *options,
                                    guint64              used,
                                    guint64              budget);

/* With a sign where it is negative: others took more than was given back. */
char       *mgrctl_signed_size     (gint64               bytes);

/* What came of cleanups by word, by the books and by measure, from the dictionary of
 * one report or of their totals. */
char       *mgrctl_gain            (GVariant            *report);

/* Who pays for what @component has: nobody if it is NULL. */
char       *mgrctl_charged_to      (const char          *component);

/* What there is to choose from, as in “light, moderate or aggressive”. */
char       *mgrctl_nicks           (GType                type);

/* Names as a list, of which the first few are shown. */
char       *mgrctl_names           (const char * const  *names);

G_END_DECLS
