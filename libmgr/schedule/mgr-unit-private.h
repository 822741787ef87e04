/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "schedule/mgr-task-private.h"

G_BEGIN_DECLS

#define MGR_SYSTEMD_NAME "org.freedesktop.systemd1"
#define MGR_SYSTEMD_PATH "/org/freedesktop/systemd1"
#define MGR_SYSTEMD_MANAGER "org.freedesktop.systemd1.Manager"
#define MGR_SYSTEMD_UNIT "org.freedesktop.systemd1.Unit"
#define MGR_SYSTEMD_SERVICE "org.freedesktop.systemd1.Service"

/* What a unit says of itself. */
typedef struct
{
  gboolean ended;
  MgrTaskReason reason; /* once it has ended */
  int exit_status;      /* once it has ended: or 128 and the signal */
  char *result;         /* (owned) (nullable): in the words of systemd */
  guint64 memory;       /* bytes; 0 where it does not tell */
} MgrUnitState;

/* The arguments of StartTransientUnit, floating. @program is the path of the command. */
GVariant *mgr_unit_describe (const char   *name,
                             MgrTask      *task,
                             const char   *program,
                             guint64       limit,
                             gint64        grace);

/* Takes what it knows from @properties, a{sv} of the unit or of its service. */
void      mgr_unit_state_update (MgrUnitState *state,
                                 GVariant     *properties);

G_END_DECLS
