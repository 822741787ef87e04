/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "base/mgr-config-value-private.h"
#include "base/mgr-config.h"

G_BEGIN_DECLS

struct _MgrConfig
{
  gatomicrefcount ref_count;

  MgrConfigValue *values; /* (owned) (array), one for each key of the table */
  GPtrArray *problems;    /* (owned) (element-type utf8), ended by NULL once sealed */
  GPtrArray *files;       /* (owned) (element-type filename), ended by NULL once sealed */
};

/* Whoever made more mistakes than these learns of the others later. */
#define MGR_CONFIG_MOST_PROBLEMS 20

/* A config with every key at its default, which is still being made. */
MgrConfig *mgr_config_new_standard (void);

/* Ends the making of it: from here on it does not change. */
void       mgr_config_seal         (MgrConfig             *self);

/* Reads what @environment says, and the files that are found in @folders, of which
 * later ones count more: FOLDER/libmgr/libmgr.conf, then FOLDER/libmgr/libmgr.conf.d. */
MgrConfig *mgr_config_load         (const char * const    *folders,
                                    const char * const    *environment);

/* Adds a problem, fit to be shown on a terminal, unless there are too many already. */
void       mgr_config_add_problem  (GPtrArray             *problems,
                                    const char            *format,
                                    ...) G_GNUC_PRINTF (2, 3);

/* Whether sizes that have to rise do so, as far as they are set and not 0; what does
 * not goes into @problems. */
gboolean   mgr_config_check_order  (const MgrConfigValue  *values,
                                    GPtrArray             *problems);

/* Reads the text of a file called @name into @values, an array as long as the table
 * of keys. All or nothing: what is wrong goes into @problems, and if anything is,
 * @values stays as it was. */
gboolean   mgr_config_parse_data   (const char            *data,
                                    gsize                  length,
                                    const char            *name,
                                    MgrConfigValue        *values,
                                    GPtrArray             *problems);

/* Reads the file itself, of which it takes no more than is sensible. */
GBytes    *mgr_config_read_file    (const char            *path,
                                    GError               **error);

G_END_DECLS
