/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "model/mgr-model-statistics.h"

G_BEGIN_DECLS

/* What statistics are made of; see the getters for units. */
typedef struct
{
  guint64 declared_size;
  guint64 resident_size;
  guint64 ledger_size;
  guint64 size;
  guint64 charged;
  guint64 n_uses;
  guint64 n_hits;
  guint64 n_joins;
  guint64 n_found_again;
  guint64 n_loads;
  guint64 n_failures;
  guint64 n_unloads;
  guint64 n_dropped;
  guint64 n_active;
  guint64 n_recent_uses;
  guint64 n_recent_loads;
  gint64 load_time;
  gint64 total_load_time;
  gint64 last_use;
} MgrModelFigures;

MgrModelStatistics *mgr_model_statistics_new (const MgrModelFigures *figures) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
