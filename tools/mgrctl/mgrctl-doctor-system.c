/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-doctor.h"

#include "mgrctl-target.h"

#include <dlfcn.h>

#define NVIDIA_LIBRARY "libnvidia-ml.so.1"

MgrctlFinding *
mgrctl_check_bus (const MgrctlPatient *patient)
{
  const MgrctlOptions session = { NULL, };
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusConnection) connection = mgrctl_connect (&session, &error);
  g_autofree char *found = NULL;

  if (connection == NULL)
    {
      found = g_strdup_printf ("None: %s", error->message);
      return mgrctl_finding_new (MGRCTL_FINDING_MISSING, found,
                                 "Programs cannot be asked what they hold; all else works",
                                 "Log in with a session bus, use dbus-run-session, or set "
                                 "DBUS_SESSION_BUS_ADDRESS");
    }

  return mgrctl_finding_new (MGRCTL_FINDING_OK, "Reachable",
                             "mgrctl can ask programs that are exported there", NULL);
}

MgrctlFinding *
mgrctl_check_gpu (const MgrctlPatient *patient)
{
  void *library = dlopen (NVIDIA_LIBRARY, RTLD_LAZY | RTLD_LOCAL);

  if (library == NULL)
    return mgrctl_finding_new (MGRCTL_FINDING_NOTE, "No " NVIDIA_LIBRARY ", as on most machines",
                               "The memory of NVIDIA cards cannot be seen",
                               "Where there is such a card, install its driver's libraries");

  dlclose (library);
  return mgrctl_finding_new (MGRCTL_FINDING_OK, NVIDIA_LIBRARY,
                             "The memory of NVIDIA cards can be seen", NULL);
}
