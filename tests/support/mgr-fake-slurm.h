/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* Programs that act like those of Slurm, in a folder of their own. They keep jobs in
 * files, do not run them, and end them only when they are told to. */
typedef struct
{
  char *folder;    /* (owned): of all */
  char *programs;  /* (owned): sbatch, squeue and scancel */
  char *records;   /* (owned): what the executor is to keep */
} MgrFakeSlurm;

void  mgr_fake_slurm_set_up    (MgrFakeSlurm *self);
void  mgr_fake_slurm_clear     (MgrFakeSlurm *self);

/* The content of a file, empty where there is none. Among them: “arguments” of each
 * sbatch, “script” of the last, “cancelled” with the arguments of each scancel, “listed”
 * with a line for each squeue. */
char *mgr_fake_slurm_read      (MgrFakeSlurm *self,
                                const char   *file) G_GNUC_WARN_UNUSED_RESULT;

/* Sets how they act: “PROGRAM-says” is an error, “PROGRAM-waits” has it never end,
 * “PROGRAM-forgets” has it act but fail with that error, “version”, “ends-as” are a state and
 * a status for all later jobs. %NULL to have it act as usual. */
void  mgr_fake_slurm_set       (MgrFakeSlurm *self,
                                const char   *file,
                                const char   *text);

/* Waits until so many jobs were submitted. */
void  mgr_fake_slurm_wait_jobs (MgrFakeSlurm *self,
                                guint         count);
/* Waits until @file holds @text. */
void  mgr_fake_slurm_wait_text (MgrFakeSlurm *self,
                                const char   *file,
                                const char   *text);
guint mgr_fake_slurm_count     (MgrFakeSlurm *self);
void  mgr_fake_slurm_set_state (MgrFakeSlurm *self,
                                guint         id,
                                const char   *state,
                                int           status);
void  mgr_fake_slurm_forget    (MgrFakeSlurm *self,
                                guint         id);
/* Writes what the wrapper of a job would, and what its command said. */
void  mgr_fake_slurm_measure   (MgrFakeSlurm *self,
                                guint         id,
                                const char   *status,
                                const char   *output);
