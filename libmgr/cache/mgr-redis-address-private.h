/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Where a server is, and how to get in. It never changes. */
typedef struct
{
  GSocketConnectable *connectable; /* (owned) */
  char *user;     /* (owned) (nullable) */
  char *password; /* (owned) (nullable) */
  guint database;
  char *text;     /* (owned): what may be shown: all but the user and the password */
} MgrRedisAddress;

/* Reads redis://[[user]:password@]host[:port][/database] and
 * unix://[[user]:password@]/path[?db=database]. Fails with MGR_ERROR_INVALID_ARGUMENT, and
 * does not tell the password. */
MgrRedisAddress *mgr_redis_address_parse (const char       *uri,
                                          GError          **error);
void             mgr_redis_address_free  (MgrRedisAddress  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrRedisAddress, mgr_redis_address_free)

G_END_DECLS
