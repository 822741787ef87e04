/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* When to try again what has failed: after @first, and after twice as long each time,
 * but at most after @longest, all in µs. All zero to begin with, and set back so by
 * whoever succeeds. */
typedef struct
{
  gint64 delay;
  gint64 failed_at;
} MgrBackoff;

static inline void
mgr_backoff_fail (MgrBackoff *self,
                  gint64      now,
                  gint64      first,
                  gint64      longest)
{
  self->delay = self->delay == 0 ? first : MIN (2 * self->delay, longest);
  self->failed_at = now;
}

/* Also where the clock went back. */
static inline gboolean
mgr_backoff_is_over (const MgrBackoff *self,
                     gint64            now)
{
  return self->delay == 0 || now < self->failed_at || now - self->failed_at >= self->delay;
}

G_END_DECLS
