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
  MGRCTL_EXIT_NOT_AVAILABLE = 4,
} MgrctlExit;

/* The options that every verb knows, and the words after the verb. */
typedef struct
{
  const char * const *arguments; /* (unowned): as many as the verb takes, then NULL */
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

  gboolean local;              /* works on this machine, and asks no program */
  gboolean command;            /* its options end where its arguments begin */

  const char *arguments;       /* (nullable): for the help, such as `FILE…`; NULL: takes none */
  guint min_arguments;
  guint max_arguments;         /* G_MAXUINT for any number */
  const char * const *choices; /* (nullable): what the first may be; NULL: anything */
} MgrctlVerb;

extern const GOptionEntry mgrctl_watch_entries[];
extern const GOptionEntry mgrctl_cleanup_entries[];
extern const GOptionEntry mgrctl_caches_entries[];
extern const GOptionEntry mgrctl_config_entries[];
extern const GOptionEntry mgrctl_journal_entries[];
extern const GOptionEntry mgrctl_why_entries[];
extern const GOptionEntry mgrctl_pressure_entries[];
extern const GOptionEntry mgrctl_plot_entries[];
extern const GOptionEntry mgrctl_pools_entries[];
extern const GOptionEntry mgrctl_tasks_entries[];
extern const GOptionEntry mgrctl_record_entries[];
extern const GOptionEntry mgrctl_replay_entries[];
extern const GOptionEntry mgrctl_run_entries[];
extern const GOptionEntry mgrctl_selftest_entries[];
extern const GOptionEntry mgrctl_doctor_entries[];

extern const char * const mgrctl_config_choices[];
extern const char * const mgrctl_selftest_choices[];

MgrctlExit mgrctl_status     (const MgrctlOptions *options);
MgrctlExit mgrctl_components (const MgrctlOptions *options);
MgrctlExit mgrctl_pools      (const MgrctlOptions *options);
MgrctlExit mgrctl_caches     (const MgrctlOptions *options);
MgrctlExit mgrctl_models     (const MgrctlOptions *options);
MgrctlExit mgrctl_tasks      (const MgrctlOptions *options);
MgrctlExit mgrctl_task       (const MgrctlOptions *options);
MgrctlExit mgrctl_watch      (const MgrctlOptions *options);
MgrctlExit mgrctl_cleanup    (const MgrctlOptions *options);
MgrctlExit mgrctl_list       (const MgrctlOptions *options);
MgrctlExit mgrctl_config     (const MgrctlOptions *options);
MgrctlExit mgrctl_journal    (const MgrctlOptions *options);
MgrctlExit mgrctl_why        (const MgrctlOptions *options);
MgrctlExit mgrctl_pressure   (const MgrctlOptions *options);
MgrctlExit mgrctl_record     (const MgrctlOptions *options);
MgrctlExit mgrctl_replay     (const MgrctlOptions *options);
MgrctlExit mgrctl_run        (const MgrctlOptions *options);
MgrctlExit mgrctl_score      (const MgrctlOptions *options);
MgrctlExit mgrctl_plot       (const MgrctlOptions *options);
MgrctlExit mgrctl_selftest   (const MgrctlOptions *options);
MgrctlExit mgrctl_doctor     (const MgrctlOptions *options);

/* Prints what may stand in place of the last of @words, one a line: nothing where
 * it may be any file. @bus_entries are no options of verbs that are local. */
void       mgrctl_complete   (const MgrctlVerb    *verbs,
                              const GOptionEntry  *bus_entries,
                              const GOptionEntry  *global_entries,
                              const char * const  *words);

G_END_DECLS
