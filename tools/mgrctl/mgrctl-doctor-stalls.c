/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-doctor.h"

#include "mgrctl-file.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* A window of a multiple of two seconds, which is all that the kernel grants
 * everybody, and one that it grants CAP_SYS_RESOURCE alone. */
#define TRIGGER_FOR_ALL "some 200000 2000000"
#define TRIGGER_FOR_FEW "some 100000 1000000"

/* Why there are no stall figures, as far as that can be found out. */
static const char *
find_mending (const MgrctlPatient *patient)
{
  const char *root = patient->cgroup_path != NULL ? patient->cgroup_path : "/";
  g_autofree char *command_line = mgrctl_file_get (patient->proc_path, "cmdline", NULL);
  g_autofree char *release = mgrctl_file_get (patient->proc_path, "sys/kernel/osrelease", NULL);
  g_autofree char *name = NULL;
  g_autofree char *config = NULL;

  if (command_line != NULL && strstr (command_line, "psi=0") != NULL)
    return "Take psi=0 off the kernel's command line";

  if (release != NULL)
    {
      name = g_strconcat ("boot/config-", g_strchomp (release), NULL);
      config = mgrctl_file_get (root, name, NULL);
    }

  if (config != NULL && strstr (config, "CONFIG_PSI=y") == NULL)
    return "This kernel was built without CONFIG_PSI: use another";
  if (config != NULL && strstr (config, "CONFIG_PSI_DEFAULT_DISABLED=y") != NULL)
    return "This kernel has CONFIG_PSI_DEFAULT_DISABLED: boot it with psi=1";

  return "Boot the kernel with psi=1; it needs CONFIG_PSI, and Linux 4.20 or newer";
}

static gboolean
can_read_stalls (const char  *directory,
                 const char  *name,
                 GError     **error)
{
  g_autofree char *text = mgrctl_file_get (directory, name, error);
  gsize length;

  return text != NULL && mgrctl_text_find_in (text, "some", "total=", &length) != NULL;
}

static MgrctlFinding *
report_no_stalls (const MgrctlPatient *patient,
                  const GError        *error)
{
  const char *means = "libmgr goes by how much is used alone, and cannot tell when tasks wait "
                      "for memory";

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    return mgrctl_finding_new (MGRCTL_FINDING_MISSING, "You may not read the kernel's figures",
                               means, "Let this user read /proc/pressure/memory");
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED))
    return mgrctl_finding_new (MGRCTL_FINDING_MISSING, "The kernel's figures are switched off",
                               means, find_mending (patient));

  return mgrctl_finding_new (MGRCTL_FINDING_MISSING, "The kernel keeps no figures",
                             means, find_mending (patient));
}

MgrctlFinding *
mgrctl_check_stalls (const MgrctlPatient *patient)
{
  const char *unified = patient->groups->unified;
  g_autofree char *found = NULL;
  g_autoptr (GError) error = NULL;

  if (unified != NULL && can_read_stalls (unified, "memory.pressure", NULL))
    {
      found = g_strdup_printf ("Of the own group: %s/memory.pressure", unified);
      return mgrctl_finding_new (MGRCTL_FINDING_OK, found,
                                 "libmgr sees when tasks of this group wait for memory", NULL);
    }

  if (can_read_stalls (patient->proc_path, "pressure/memory", &error))
    return mgrctl_finding_new (MGRCTL_FINDING_NOTE, "Of the machine: /proc/pressure/memory",
                               "libmgr sees when tasks wait for memory, be it in this group or "
                               "in another",
                               "With cgroups v2 the kernel counts for each group; where a "
                               "group has a file cgroup.pressure, write 1 into it");

  return report_no_stalls (patient, error);
}

/* The last byte written is overwritten with a NUL, so that has to be written too. */
static int
try_trigger (const char *path,
             const char *trigger)
{
  int fd = g_open (path, O_RDWR | O_NONBLOCK | O_CLOEXEC, 0);
  int reason = 0;

  if (fd < 0)
    return errno;

  if (write (fd, trigger, strlen (trigger) + 1) < 0)
    reason = errno;

  g_close (fd, NULL);
  return reason;
}

/* Of the two places the first that lets itself be armed, else the last.
 *
 * Returns: (transfer full): its path; @out_reason is 0, or an errno */
static char *
find_trigger (const MgrctlPatient *patient,
              int                 *out_reason)
{
  g_autofree char *path = NULL;

  if (patient->groups->unified != NULL)
    {
      path = g_build_filename (patient->groups->unified, "memory.pressure", NULL);
      *out_reason = try_trigger (path, TRIGGER_FOR_ALL);
      if (*out_reason == 0)
        return g_steal_pointer (&path);
      g_free (path);
    }

  path = g_build_filename (patient->proc_path, "pressure/memory", NULL);
  *out_reason = try_trigger (path, TRIGGER_FOR_ALL);
  return g_steal_pointer (&path);
}

MgrctlFinding *
mgrctl_check_triggers (const MgrctlPatient *patient)
{
  const char *means = "libmgr finds stalls by looking, so nothing is lost; only programs that "
                      "wait for the kernel's word would";
  int reason = 0;
  g_autofree char *path = find_trigger (patient, &reason);
  g_autofree char *found = NULL;

  if (reason == EPERM || reason == EACCES)
    {
      found = g_strdup_printf ("This user may not arm one on %s", path);
      return mgrctl_finding_new (MGRCTL_FINDING_MISSING, found, means,
                                 "Give the program CAP_SYS_RESOURCE, or use a newer kernel, "
                                 "which lets everybody, in windows of 2, 4 ... 10 s");
    }

  if (reason != 0)
    {
      found = g_strdup_printf ("None can be armed on %s: %s", path, g_strerror (reason));
      return mgrctl_finding_new (MGRCTL_FINDING_MISSING, found, means,
                                 "See “stalls”; triggers need Linux 5.2 or newer");
    }

  if (try_trigger (path, TRIGGER_FOR_FEW) == 0)
    {
      found = g_strdup_printf ("Any window from 0.5 to 10 s, by CAP_SYS_RESOURCE, on %s", path);
      return mgrctl_finding_new (MGRCTL_FINDING_OK, found,
                                 "The kernel can wake programs that wait for stalls", NULL);
    }

  found = g_strdup_printf ("Windows of 2, 4 ... 10 s, as everybody may, on %s", path);
  return mgrctl_finding_new (MGRCTL_FINDING_OK, found,
                             "The kernel can wake programs that wait for stalls", NULL);
}
