/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "service/mgr-export.h"

#include "mgr-manager-private.h"
#include "service/mgr-bus-service-private.h"
#include "service/mgr-session-link-private.h"

/**
 * SECTION:mgr-export
 * @title: Seen from outside
 * @short_description: a manager on D-Bus
 *
 * An exported manager can be asked by other programs, such as `mgrctl`. It is at
 * `/org/libmgr/Manager` with the interface `org.libmgr.Manager1`; its components
 * are below `/org/libmgr/Component` with `org.libmgr.Component1`; and
 * `/org/libmgr` is their `org.freedesktop.DBus.ObjectManager`. The XML of the
 * interfaces documents them. On a message bus the program has the name
 * `org.libmgr.Program.pPID`.
 *
 * Calls are served, and signals are sent, in the manager's #GMainContext. What
 * is exported does not keep the manager alive and goes with it. When the bus
 * goes away the manager goes on.
 */

static GQuark exports_quark (void);
static GQuark taken_quark (void);

G_DEFINE_QUARK (mgr-exports, exports)
G_DEFINE_QUARK (mgr-export-taken, taken)

/* The connections of one manager: in its data, so that it goes with it. */
typedef struct
{
  GMainContext *context;   /* (owned) */
  GPtrArray *services;     /* (owned) (element-type MgrBusService), guarded by exports_lock */
  MgrSessionLink *session; /* (owned) (nullable), guarded by exports_lock */
} Exports;

/* Guards what all managers have exported: it is rare and short. Not held while
 * a service is made or ended. */
static GMutex exports_lock;

typedef struct
{
  GPtrArray *services;     /* (owned) (element-type MgrBusService) */
  MgrSessionLink *session; /* (owned) (nullable) */
} Ending;

static void
ending_free (gpointer data)
{
  Ending *ending = data;

  g_clear_pointer (&ending->session, mgr_session_link_free);
  g_ptr_array_unref (ending->services);
  g_free (ending);
}
