/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The one group that a file may hold, and what the names of variables begin with. */
#define MGR_CONFIG_GROUP "libmgr"
#define MGR_CONFIG_VARIABLE_PREFIX "MGR_"

/* The variable that names the file to read; it is no key. */
#define MGR_CONFIG_FILE_VARIABLE "MGR_CONFIG"

/* How many ratios a list of them has: one for each level above normal. */
#define MGR_CONFIG_N_RATIOS 5

typedef enum
{
  MGR_CONFIG_SIZE,
  MGR_CONFIG_SIZE_OR_SHARE,
  MGR_CONFIG_DURATION,
  MGR_CONFIG_RATIOS,
  MGR_CONFIG_BOOLEAN,
  MGR_CONFIG_CHOICE,
  MGR_CONFIG_PATH,
} MgrConfigType;

typedef struct
{
  const char *name;             /* in files and in code */
  MgrConfigType type;
  guint64 minimum;              /* µs, of a duration */
  guint64 maximum;              /* bytes or µs */
  const char *const *choices;   /* (nullable), of a choice */
  const char *standard;         /* what holds where nobody says otherwise */
  const char *documentation;    /* one sentence */
  const char *below;            /* (nullable), of a size: a key whose size has to be less */
} MgrConfigKey;

/* The table that drives everything. */
extern const MgrConfigKey mgr_config_keys[];
extern const guint mgr_config_n_keys;

/* The position of a key in the table, by its name or by that of its variable; -1 if
 * there is none. */
int                mgr_config_key_find          (const char         *name);
int                mgr_config_key_find_variable (const char         *variable);

/* The name of the key that was probably meant, in either spelling; %NULL if none is
 * like it. */
const char        *mgr_config_key_guess         (const char         *name);

/* All names, in the order of the table. */
const char *const *mgr_config_key_get_names     (void);

/* What follows returns (transfer full) texts. */
char              *mgr_config_key_get_variable  (const MgrConfigKey *key);
char              *mgr_config_key_get_range     (const MgrConfigKey *key);

/* In words; the unit is that of the values that programs see. */
const char        *mgr_config_type_get_name     (MgrConfigType       type);
const char        *mgr_config_type_get_unit     (MgrConfigType       type);

/* Whether a variable is one that the library's own tests run with. */
gboolean           mgr_config_is_of_tests       (const char         *variable);

G_END_DECLS
