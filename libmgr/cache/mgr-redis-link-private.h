/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "base/mgr-clock.h"
#include "cache/mgr-redis-address-private.h"
#include "cache/mgr-resp-private.h"

G_BEGIN_DECLS

/* One connection to a server, made when it is needed, and again after it broke: less and
 * less often while that fails. Threads that call at the same time share it: what they
 * have to say goes out one after the other without waiting for replies, and one of those
 * who wait reads for all of them. All functions may be called from any thread, and none
 * waits longer than it is told to. */
typedef struct _MgrRedisLink MgrRedisLink;

/* @address: (transfer full) */
MgrRedisLink *mgr_redis_link_new  (MgrRedisAddress *address,
                                   MgrClock        *clock);

/* Nobody may be calling any more. */
void          mgr_redis_link_free (MgrRedisLink    *self);

/* Sends @commands, and waits for a reply to each. Fails with MGR_ERROR_TIMED_OUT; with
 * MGR_ERROR_NOT_AVAILABLE where it is not tried again yet; with MGR_ERROR_FAILED where
 * the connection broke, or was not to be had; with G_IO_ERROR_CANCELLED.
 *
 * @timeout: µs
 *
 * Returns: (transfer full) (element-type MgrRespReply) (nullable): @n_commands replies */
GPtrArray    *mgr_redis_link_call (MgrRedisLink    *self,
                                   GByteArray      *commands,
                                   guint            n_commands,
                                   gint64           timeout,
                                   GCancellable    *cancellable,
                                   GError         **error);

/* How often a connection was made. */
guint64       mgr_redis_link_count_connects (MgrRedisLink *self);

/* Returns: (transfer full) (nullable): why the server is out of reach */
char         *mgr_redis_link_dup_problem    (MgrRedisLink *self);

/* Connects, says who we are, and makes sure that it is a server that understands; for a
 * thread that may wait. Mends the texts of errors.
 *
 * Returns: (transfer full) (nullable): a socket that does not block */
GSocketConnection *mgr_redis_connect (MgrRedisAddress  *address,
                                      GCancellable     *cancellable,
                                      GError          **error);

G_END_DECLS
