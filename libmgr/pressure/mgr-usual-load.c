/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-usual-load-private.h"

#include <stdlib.h>

/* Two days, so that the same time of the day before is at hand. */
#define SPANS_A_DAY 144
#define N_SPANS (2 * SPANS_A_DAY)

/* An hour of history, before anything is called usual. */
#define MINIMUM_SPANS 6

/* The usage that three quarters of the spans stay below: what is reached in the
 * others is reached often. */
#define QUANTILE 0.75

#define NEVER (-1)

typedef struct
{
  gint64 number; /* time divided by the length of a span, or NEVER */
  double high;   /* the largest usage */
  gboolean calm;
} Span;

struct _MgrUsualLoad
{
  Span spans[N_SPANS]; /* a ring, by number */
  gint64 current;      /* number of the last, or NEVER */
  MgrUsualUsage usual; /* as of the beginning of the current one */
};

MgrUsualLoad *
mgr_usual_load_new (void)
{
  MgrUsualLoad *self = g_new0 (MgrUsualLoad, 1);

  self->current = NEVER;
  for (guint i = 0; i < N_SPANS; i++)
    self->spans[i].number = NEVER;

  return self;
}

void
mgr_usual_load_free (MgrUsualLoad *self)
{
  g_free (self);
}

/* Returns NULL where the span is not known, or not calm. */
static const Span *
load_find_calm (MgrUsualLoad *self,
                gint64        number)
{
  const Span *span;

  if (number < 0)
    return NULL;

  span = &self->spans[number % N_SPANS];
  return span->number == number && span->calm ? span : NULL;
}

static int
compare_usage (const void *a,
               const void *b)
{
  const double *first = a;
  const double *second = b;

  return (*first > *second) - (*first < *second);
}

/* The programs of a day do the same at the same time: what the day before reached
 * within ten minutes of now is usual too. */
static double
load_get_daily (MgrUsualLoad *self)
{
  double daily = 0.0;

  for (gint64 i = -1; i <= 1; i++)
    {
      const Span *span = load_find_calm (self, self->current - SPANS_A_DAY + i);

      if (span != NULL)
        daily = MAX (daily, span->high);
    }

  return daily;
}

static void
load_learn (MgrUsualLoad *self)
{
  double usages[SPANS_A_DAY];
  double daily = load_get_daily (self);
  guint n = 0;
  guint at;

  self->usual = (MgrUsualUsage) { .usage = 0.0 };
  for (gint64 i = 1; i <= SPANS_A_DAY; i++)
    {
      const Span *span = load_find_calm (self, self->current - i);

      if (span != NULL)
        usages[n++] = span->high;
    }

  if (n < MINIMUM_SPANS)
    return;

  qsort (usages, n, sizeof *usages, compare_usage);
  at = (guint) (QUANTILE * n);
  self->usual.usage = MAX (usages[at], daily);
  self->usual.daily = daily > usages[at];
  self->usual.spans = n;
  for (guint i = 0; i < n; i++)
    self->usual.reached += usages[i] >= self->usual.usage;
}

void
mgr_usual_load_feed (MgrUsualLoad *self,
                     gint64        time,
                     double        usage,
                     gboolean      calm)
{
  /* A clock may begin before its zero, the ring does not. */
  gint64 number = MAX (time, 0) / MGR_USUAL_SPAN;
  Span *span = &self->spans[number % N_SPANS];

  if (number != self->current)
    {
      self->current = number;
      *span = (Span) { .number = number, .calm = TRUE };
      load_learn (self);
    }

  span->high = MAX (span->high, usage);
  span->calm = span->calm && calm;
}

const MgrUsualUsage *
mgr_usual_load_get (MgrUsualLoad *self)
{
  return &self->usual;
}
