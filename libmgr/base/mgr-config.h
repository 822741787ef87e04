/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib-object.h>

#include "base/mgr-error.h"

G_BEGIN_DECLS

#define MGR_TYPE_CONFIG (mgr_config_get_type ())

typedef struct _MgrConfig MgrConfig;

MGR_AVAILABLE_IN_1_0
GType               mgr_config_get_type      (void) G_GNUC_CONST;

MGR_AVAILABLE_IN_1_0
MgrConfig          *mgr_config_new           (void);

MGR_AVAILABLE_IN_1_0
MgrConfig          *mgr_config_new_from_file (const char  *path,
                                              GError     **error);

MGR_AVAILABLE_IN_1_0
MgrConfig          *mgr_config_new_from_data (const char  *data,
                                              gsize        length,
                                              const char  *name,
                                              GError     **error);

MGR_AVAILABLE_IN_1_0
MgrConfig          *mgr_config_ref           (MgrConfig   *self);

MGR_AVAILABLE_IN_1_0
void                mgr_config_unref         (MgrConfig   *self);

/* Values */

MGR_AVAILABLE_IN_1_0
guint64             mgr_config_get_size      (MgrConfig   *self,
                                              const char  *key);

MGR_AVAILABLE_IN_1_0
double              mgr_config_get_share     (MgrConfig   *self,
                                              const char  *key);

MGR_AVAILABLE_IN_1_0
gint64              mgr_config_get_duration  (MgrConfig   *self,
                                              const char  *key);

MGR_AVAILABLE_IN_1_0
const double       *mgr_config_get_ratios    (MgrConfig   *self,
                                              const char  *key,
                                              gsize       *n_ratios);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_config_get_boolean   (MgrConfig   *self,
                                              const char  *key);

MGR_AVAILABLE_IN_1_0
const char         *mgr_config_get_string    (MgrConfig   *self,
                                              const char  *key);

MGR_AVAILABLE_IN_1_0
GVariant           *mgr_config_get_value     (MgrConfig   *self,
                                              const char  *key);

/* Where they come from */

MGR_AVAILABLE_IN_1_0
gboolean            mgr_config_is_set        (MgrConfig   *self,
                                              const char  *key);

MGR_AVAILABLE_IN_1_0
const char         *mgr_config_get_origin    (MgrConfig   *self,
                                              const char  *key);

MGR_AVAILABLE_IN_1_0
const char * const *mgr_config_get_files     (MgrConfig   *self);

MGR_AVAILABLE_IN_1_0
const char * const *mgr_config_get_problems  (MgrConfig   *self);

/* What can be set */

MGR_AVAILABLE_IN_1_0
const char * const *mgr_config_list_keys     (void);

MGR_AVAILABLE_IN_1_0
GVariant           *mgr_config_describe_key  (const char  *key);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrConfig, mgr_config_unref)

G_END_DECLS
