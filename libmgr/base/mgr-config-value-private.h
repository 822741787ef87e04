/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "base/mgr-config-keys-private.h"
#include "base/mgr-error.h"

G_BEGIN_DECLS

/* What a key is set to. All 0 for nothing. */
typedef struct
{
  char *text;                         /* (owned): as it was written */
  char *origin;                       /* (owned) (nullable): NULL for the default */
  guint64 number;                     /* bytes, µs, or whether; 0 for a share */
  double ratios[MGR_CONFIG_N_RATIOS]; /* a share is the first */
} MgrConfigValue;

/* Reads @text as a value of @key. On failure @value is left alone, and the error does
 * not name the key. */
gboolean    mgr_config_value_parse      (const MgrConfigKey    *key,
                                         const char            *text,
                                         MgrConfigValue        *value,
                                         GError               **error);

void        mgr_config_value_clear      (MgrConfigValue        *value);

/* Puts @value in place of what @target was, and leaves nothing behind. */
void        mgr_config_value_move       (MgrConfigValue        *value,
                                         MgrConfigValue        *target);

const char *mgr_config_value_get_origin (const MgrConfigValue  *value);

/* Of the type that mgr_config_get_value() documents. */
GVariant   *mgr_config_value_to_variant (const MgrConfigKey    *key,
                                         const MgrConfigValue  *value);

G_END_DECLS
