/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "ledger/mgr-component.h"

G_BEGIN_DECLS

/* What the load of a model takes: anonymous memory of the process, and what its component
 * is charged for meanwhile. Both are of everybody, so where two loads overlap neither is
 * measured. */
typedef struct
{
  MgrComponent *component;  /* (unowned) (nullable), kept by the model */
  guint64 serial;           /* of the load */
  gboolean alone;           /* nobody else loaded at the beginning */
  gboolean readable;
  guint64 resident;         /* bytes at the beginning */
  guint64 ledger;
} MgrModelMeter;

void     mgr_model_meter_begin (MgrModelMeter *self,
                                MgrComponent  *component);

/* %FALSE where others loaded at the same time, or the kernel does not tell; the figures
 * are growth in bytes, never below 0. To be called once for each begin. */
gboolean mgr_model_meter_end   (MgrModelMeter *self,
                                guint64       *out_resident,
                                guint64       *out_ledger);

G_END_DECLS
