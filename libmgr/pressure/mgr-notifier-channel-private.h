/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib.h>

#include "base/mgr-enums.h"

G_BEGIN_DECLS

/* A FIFO or a listening socket of our own in a directory, through which readers are
 * told of pressure. Nothing here ever waits. */
typedef struct _MgrNotifierChannel MgrNotifierChannel;

MgrNotifierChannel *mgr_notifier_channel_open     (MgrPressureChannel   kind,
                                                   const char          *directory,
                                                   GError             **error);

/* Closes it and removes its file. */
void                mgr_notifier_channel_free     (MgrNotifierChannel  *self);

const char         *mgr_notifier_channel_get_path (MgrNotifierChannel  *self);

/* Tells every reader, except those that have not yet read the last time. */
void                mgr_notifier_channel_tell     (MgrNotifierChannel  *self);

/* Takes back what the reader of a FIFO has not read yet. */
void                mgr_notifier_channel_retract  (MgrNotifierChannel  *self);

/* Where clients knock, or -1: there are none to let in. */
int                 mgr_notifier_channel_get_door (MgrNotifierChannel  *self);

/* Lets in those who wait. Returns FALSE if that is impossible now: the door stays
 * ready, so somebody has to wait before trying again. */
gboolean            mgr_notifier_channel_let_in   (MgrNotifierChannel  *self,
                                                   gboolean             tell);

G_END_DECLS
