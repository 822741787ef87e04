/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "base/mgr-error.h"

#include <sys/types.h>

G_BEGIN_DECLS

/* What is to be started. */
typedef struct
{
  const char * const *argv;        /* (unowned) */
  const char * const *environment; /* (unowned) (nullable): that of this process */
  const char *directory;           /* (unowned) (nullable): that of this process */
  int input;                       /* file descriptors; -1: as in this process */
  int output;
  int errors;
  gboolean own_group;              /* leads a process group of its own */
} MgrSpawnRequest;

/* A child process that was not reaped yet. */
typedef struct
{
  pid_t pid;  /* 0: none */
  int pidfd;  /* -1 where the kernel has none */
} MgrChild;

#define MGR_CHILD_NONE { 0, -1 }

/* Where the program that @argv0 names is, by the PATH of @environment and from
 * @directory; %MGR_ERROR_NOT_FOUND if nothing there can be run. */
char    *mgr_spawn_find_program (const char              *argv0,
                                 const char * const      *environment,
                                 const char              *directory,
                                 GError                 **error);

/* Starts it by posix_spawn(), which takes as long for a large process as for a small one.
 * It gets no other file of this process, no blocked and no ignored signal. */
gboolean mgr_spawn              (const MgrSpawnRequest   *request,
                                 MgrChild                *child,
                                 GError                 **error);

/* Whether it has ended; it stays a zombie, so that its number and its group are its own. */
gboolean mgr_child_has_ended    (const MgrChild          *child);

/* Reaps a child that has ended, and returns its exit status, or 128 and the signal that
 * ended it; -1 where somebody else reaped it. */
int      mgr_child_reap         (MgrChild                *child);

/* Ready once the child has ended: its callback is a #GSourceFunc. */
GSource *mgr_child_create_source (const MgrChild         *child);

void     mgr_child_clear        (MgrChild                *child);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (MgrChild, mgr_child_clear)

G_END_DECLS
