/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* A server that says what it is told to, whatever it is asked, to one client at a time. */
typedef struct _FakeRedis FakeRedis;

/* @greeting: (nullable): what it says to whoever connects and has said something; %NULL
 *    for nothing at all, and an empty one to hang up
 * @answer: (nullable): what it says each time it is told something after that, the same */
FakeRedis  *fake_redis_start         (const char *greeting,
                                      const char *answer);

/* As above, but it says @answer only once it has been told @n_commands more. */
FakeRedis  *fake_redis_start_patient (const char *greeting,
                                      const char *answer,
                                      guint       n_commands);

const char *fake_redis_get_uri       (FakeRedis  *self);

/* How often somebody has connected. */
guint       fake_redis_count         (FakeRedis  *self);

void        fake_redis_end           (FakeRedis  *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeRedis, fake_redis_end)
