/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib.h>

G_BEGIN_DECLS

/* What a program of Slurm answered. */
typedef struct
{
  int status;       /* as waitpid() gives it */
  gboolean ended;   /* by us: its time was up, or it said that it would wait */
  char *output;     /* (owned) */
  char *errors;     /* (owned) */
} MgrSlurmAnswer;

/* Runs a program to its end, for at most @timeout µs, with @input as its standard input.
 * It is ended early once its errors hold @give_up_on. */
gboolean mgr_slurm_program_run  (const char * const *argv,
                                 const char         *input,
                                 const char         *give_up_on,
                                 gint64              timeout,
                                 MgrSlurmAnswer     *answer,
                                 GError            **error);

void     mgr_slurm_answer_clear (MgrSlurmAnswer     *answer);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MgrSlurmAnswer, mgr_slurm_answer_clear)

G_END_DECLS
