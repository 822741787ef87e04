/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "mgr-manager.h"

G_BEGIN_DECLS

/* How often a session bus that went away is looked for, in microseconds: a
 * restarted one is to be found within 5 s. */
#define MGR_SESSION_LINK_RETRY (2 * G_USEC_PER_SEC)

/* Keeps a manager exported on the session bus, through a connection of its own,
 * and again when the bus comes back. Belongs to the context of the manager. */
typedef struct _MgrSessionLink MgrSessionLink;

MgrSessionLink *mgr_session_link_new  (MgrManager      *manager);
void            mgr_session_link_free (MgrSessionLink  *self);

gboolean        mgr_session_link_open (MgrSessionLink  *self,
                                       GError         **error);

G_END_DECLS
