/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Documented in the man page. */
typedef enum
{
  MGRCTL_EXIT_OK = 0,
  MGRCTL_EXIT_FAILED = 1,
  MGRCTL_EXIT_USAGE = 2,
  MGRCTL_EXIT_UNREACHABLE = 3,
} MgrctlExit;

/* The options that every verb knows. */
typedef struct
{
  char *address;    /* (owned) (nullable): NULL for the session bus */
  char *program;    /* (owned) (nullable): NULL for the only one */
  gboolean session;
  gboolean json;
  gboolean no_color;
  gboolean version;
} MgrctlOptions;

typedef struct
{
  const char *name;
  const char *summary;
  const GOptionEntry *entries; /* (nullable) */
  MgrctlExit (*run) (const MgrctlOptions *options);
} MgrctlVerb;

extern const GOptionEntry mgrctl_watch_entries[];
extern const GOptionEntry mgrctl_cleanup_entries[];
extern const GOptionEntry mgrctl_config_entries[];

MgrctlExit mgrctl_status     (const MgrctlOptions *options);
MgrctlExit mgrctl_components (const MgrctlOptions *options);
MgrctlExit mgrctl_watch      (const MgrctlOptions *options);
MgrctlExit mgrctl_cleanup    (const MgrctlOptions *options);
MgrctlExit mgrctl_list       (const MgrctlOptions *options);
MgrctlExit mgrctl_config     (const MgrctlOptions *options);

/* Prints what may stand in place of the last of @words, one a line. */
void       mgrctl_complete   (const MgrctlVerb    *verbs,
                              const GOptionEntry  *global_entries,
                              const char * const  *words);

G_END_DECLS
