/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <mgr.h>

#include "pool/mgr-pool-private.h"

/* A pool that counts and holds nothing: blocks lie one behind the other, and what is
 * released at the end is held free until it is trimmed. */
#define MGR_TYPE_FAKE_POOL (mgr_fake_pool_get_type ())
G_DECLARE_FINAL_TYPE (MgrFakePool, mgr_fake_pool, MGR, FAKE_POOL, MgrPool)

MgrPool  *mgr_fake_pool_new      (const char    *name,
                                  MgrComponent  *component,
                                  guint64        capacity,
                                  GError       **error);

gboolean  mgr_fake_pool_take     (MgrPool       *pool,
                                  guint64        size,
                                  GError       **error);
void      mgr_fake_pool_give     (MgrPool       *pool,
                                  guint64        size);

/* How often the subclass was told to flush. */
guint     mgr_fake_pool_n_flushes (MgrPool      *pool);

/* Called in the middle of a stop, with no lock held. */
typedef void (*MgrFakePoolFunc) (MgrPool  *pool,
                                 gpointer  user_data);
void      mgr_fake_pool_set_stop_func (MgrPool         *pool,
                                       MgrFakePoolFunc  func,
                                       gpointer         user_data);
