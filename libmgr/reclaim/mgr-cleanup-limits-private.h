/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "base/mgr-enums.h"

G_BEGIN_DECLS

/* What a strategy means. */
typedef struct
{
  guint64 percent;        /* of the bytes that may be cleaned */
  gint64 box;             /* microseconds after which no further step begins */
  gboolean trim;          /* whether malloc gives back what it holds free, in any case */
  gint64 slice;           /* microseconds of work at a time in the background */
  MgrPressureLevel level; /* how short memory is when it is called for */
} MgrCleanupLimits;

const MgrCleanupLimits *mgr_cleanup_limits_get (MgrCleanupStrategy strategy);

/* How long a cleanup may work in the background, in microseconds. */
#define MGR_CLEANUP_BACKGROUND_BOX (5 * G_TIME_SPAN_SECOND)

/* Whether a cleanup with @flags may take what is of @safety. @by_hand: whether
 * somebody said so, and not a rule. */
gboolean mgr_cleanup_flags_allow (MgrCleanupFlags flags,
                                  MgrSafety       safety,
                                  gboolean        by_hand);

/* The order of the classes in a cleanup: SAFE, CAUTIOUS, PROTECTED. */
guint    mgr_safety_get_rank     (MgrSafety       safety);

G_END_DECLS
