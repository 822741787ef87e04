/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "mgrctl.h"

G_BEGIN_DECLS

#define MGRCTL_BASE_PATH "/org/libmgr"
#define MGRCTL_MANAGER_PATH MGRCTL_BASE_PATH "/Manager"
#define MGRCTL_MANAGER_INTERFACE "org.libmgr.Manager1"
#define MGRCTL_COMPONENT_INTERFACE "org.libmgr.Component1"
#define MGRCTL_CACHE_PATH MGRCTL_BASE_PATH "/Cache"
#define MGRCTL_CACHE_INTERFACE "org.libmgr.Cache1"
#define MGRCTL_POOL_PATH MGRCTL_BASE_PATH "/Pool"
#define MGRCTL_POOL_INTERFACE "org.libmgr.Pool1"

/* The program that is asked. */
typedef struct
{
  GDBusConnection *connection; /* (owned) */
  char *bus_name;              /* (owned) (nullable): NULL where the connection leads
                                * to the program itself */
  GVariant *properties;        /* (owned): a{sv} of its manager */
} MgrctlTarget;

void             mgrctl_target_free  (MgrctlTarget         *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrctlTarget, mgrctl_target_free)

/* Finds the program that the options name. Otherwise says what is wrong, and
 * with which status to exit is in @out_exit. */
MgrctlTarget    *mgrctl_target_open  (const MgrctlOptions  *options,
                                      MgrctlExit           *out_exit);

/* Reads the properties again. */
gboolean         mgrctl_target_reload (MgrctlTarget        *self,
                                      GError              **error);

GVariant        *mgrctl_target_call  (MgrctlTarget         *self,
                                      const char           *object_path,
                                      const char           *interface,
                                      const char           *method,
                                      GVariant             *arguments,
                                      const char           *reply_type,
                                      GError              **error);

/* Returns: (transfer full): the object path of what is called @name, below @base */
char            *mgrctl_target_make_path (const char       *base,
                                          const char       *name);

const char      *mgrctl_target_get_program (MgrctlTarget   *self);
guint            mgrctl_target_get_pid     (MgrctlTarget   *self);

/* Prints @error and returns the status to exit with. */
MgrctlExit       mgrctl_target_fail  (const GError         *error);

GDBusConnection *mgrctl_connect      (const MgrctlOptions  *options,
                                      GError              **error);

/* Returns: (transfer full) (element-type MgrctlTarget): all programs on @connection */
GPtrArray       *mgrctl_list_targets (GDBusConnection      *connection,
                                      GError              **error);

G_END_DECLS
