/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* A Redis or Valkey of a test's own, on a socket in a folder of its own; it keeps nothing. */
typedef struct _RealRedis RealRedis;

/* @password: (nullable)
 * @by_port: on a port of this machine instead
 *
 * Returns: (transfer full) (nullable): %NULL where there is no such program, and then the
 *   test is skipped */
RealRedis  *real_redis_start   (const char *password,
                                gboolean    by_port);

/* What to connect to; without the password. */
const char *real_redis_get_uri (RealRedis  *self);

/* Ends the server, and starts it again at the same place, empty. */
void        real_redis_kill    (RealRedis  *self);
void        real_redis_restart (RealRedis  *self);

/* Has it stand still as long as it is not told to go on. */
void        real_redis_pause   (RealRedis  *self);
void        real_redis_resume  (RealRedis  *self);

void        real_redis_end     (RealRedis  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (RealRedis, real_redis_end)
