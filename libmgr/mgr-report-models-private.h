/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/mgr-model-registry.h"

G_BEGIN_DECLS

typedef struct
{
  char *name;      /* (owned) */
  char *component; /* (owned) (nullable) its path */
  gboolean loaded;
  gboolean pinned;
  MgrSafety safety;
  guint priority;
  gint64 unused_for; /* µs; -1: it was never used */
  char **advice;     /* (owned) */
  MgrModelStatistics *statistics; /* (owned) */
} MgrReportModel;

/* Returns (transfer full) (element-type MgrReportModel) */
GArray   *mgr_report_models_new        (void);

/* Those of @registry, in the order they were registered. */
void      mgr_report_models_add        (GArray           *models,
                                        MgrModelRegistry *registry);

/* An aa{sv}. */
GVariant *mgr_report_models_to_variant (GArray           *models);

G_END_DECLS
