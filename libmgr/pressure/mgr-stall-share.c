/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-stall-share-private.h"

/* A counter that grew faster than this many times has been exchanged for another,
 * and says nothing. */
#define CREDIBLE_STALL 2

gboolean
mgr_stall_share (guint64  before,
                 guint64  after,
                 gint64   elapsed,
                 double  *out_share)
{
  *out_share = 0.0;
  if (elapsed <= 0 || after <= before)
    return TRUE;

  if ((after - before) / CREDIBLE_STALL > (guint64) elapsed)
    return FALSE;

  *out_share = (double) (after - before) / (double) elapsed;
  return TRUE;
}
