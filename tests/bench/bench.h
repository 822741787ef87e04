/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* Compares ours with a peer in the same run: rounds take turns, and the medians
 * are divided, so that a noisy machine disturbs both alike. */
typedef struct _Bench Bench;

typedef void (*BenchFunc) (gpointer user_data,
                           guint64  n);

typedef struct
{
  const char *name;
  const char *peer;
  BenchFunc ours;
  gpointer ours_data;
  BenchFunc theirs;
  gpointer theirs_data;
  guint64 n;      /* operations a round */
  gboolean best;  /* take the best rounds instead of the medians: for what needs
                   * two cores, of which anything else that runs takes one */
  double goal;    /* ours / theirs, at most; 0 for none */
} BenchCase;

Bench *bench_new        (const char      *name,
                         int             *argc,
                         char          ***argv);
void   bench_compare    (Bench           *self,
                         const BenchCase *bench_case);
/* One figure, and the most it may be: for what has no peer. */
void   bench_limit      (Bench           *self,
                         const char      *name,
                         const char      *unit,
                         double           value,
                         double           limit);
/* A table of another shape: what its columns are called, but for the first, and a row of
 * it, whose values are NAN where there are none. Both in place of the two above. */
void   bench_set_columns (Bench             *self,
                          const char *const *columns);
void   bench_add_values  (Bench             *self,
                          const char        *name,
                          const double      *values,
                          gboolean           ok);
gboolean bench_is_quick (Bench           *self);
/* As bench_compare(), with this very program as the peer, which is run for each round with
 * a library loaded before all others: with the arguments @argv and the number of
 * operations it prints how many nanoseconds one takes. Without that library there is no
 * row. */
void   bench_compare_preloaded (Bench              *self,
                                const BenchCase    *bench_case,
                                const char         *library,
                                const char * const *argv);
/* A program beside this one in another language, which prints rows of JSON. */
void   bench_run_script (Bench           *self,
                         const char      *name);
int    bench_finish     (Bench           *self);
