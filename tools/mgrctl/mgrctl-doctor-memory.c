/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-doctor.h"

#include "mgrctl-file.h"

#include <mgr.h>

#include <string.h>

/* proc(5): allocations fail once so much is promised, whether it is used or not. */
#define OVERCOMMIT_NEVER '2'

/* meminfo counts in units of so many bytes. */
#define KIB 1024

static char *
format_kib (guint64 kib)
{
  return mgr_size_format (kib * KIB);
}

/* Whether a file system in user space, such as lxcfs, stands in for the kernel. */
static gboolean
is_meminfo_mounted (const MgrctlPatient *patient)
{
  return patient->mounts != NULL && strstr (patient->mounts, " /proc/meminfo ") != NULL;
}

MgrctlFinding *
mgrctl_check_memory (const MgrctlPatient *patient)
{
  guint64 total = 0;
  guint64 available = 0;
  MgrctlFinding *finding;
  g_autofree char *total_size = NULL;
  g_autofree char *available_size = NULL;
  g_autofree char *found = NULL;

  if (patient->meminfo == NULL ||
      !mgrctl_text_lookup (patient->meminfo, "MemTotal", &total) ||
      !mgrctl_text_lookup (patient->meminfo, "MemAvailable", &available))
    {
      finding = mgrctl_finding_new (MGRCTL_FINDING_MISSING,
                                    "/proc/meminfo does not say MemTotal and MemAvailable",
                                    "libmgr cannot tell how full this machine is",
                                    "Mount /proc, and use Linux 3.14 or newer");
      finding->needed = TRUE;
      return finding;
    }

  total_size = format_kib (total);
  available_size = format_kib (available);
  found = g_strdup_printf ("%s, of which %s are available", total_size, available_size);
  if (is_meminfo_mounted (patient))
    return mgrctl_finding_new (MGRCTL_FINDING_NOTE, found,
                               "A file is mounted over /proc/meminfo, as lxcfs does: the figures "
                               "are the container's, and the machine itself is not seen",
                               NULL);

  return mgrctl_finding_new (MGRCTL_FINDING_OK, found,
                             "libmgr sees how full this machine is", NULL);
}

static gboolean
has_file (const char *directory,
          const char *name)
{
  g_autofree char *path = g_build_filename (directory, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static const char *
describe_hierarchy (const MgrctlGroups *groups)
{
  if (groups->version == 2)
    return "v2";

  return groups->unified != NULL ? "Hybrid, memory on v1 and stalls on v2" : "v1";
}

MgrctlFinding *
mgrctl_check_cgroup (const MgrctlPatient *patient)
{
  const MgrctlGroups *groups = patient->groups;
  g_autofree char *found = NULL;

  if (groups->version == 0)
    return mgrctl_finding_new (MGRCTL_FINDING_MISSING, "No memory cgroup can be seen",
                               "The limits of a container or a service are not known: "
                               "only the machine's memory counts",
                               "Mount the cgroup file system on /sys/fs/cgroup");

  found = g_strdup_printf ("%s: %s", describe_hierarchy (groups), groups->memory);
  if (!groups->exact)
    return mgrctl_finding_new (MGRCTL_FINDING_NOTE, found,
                               "The own group is not visible, only this one above it: "
                               "limits in between are not known",
                               "Mount the cgroups into the container, or give it a cgroup "
                               "namespace of its own");

  /* The root group has neither of the two files. */
  if (groups->version == 2 && has_file (groups->memory, "cgroup.type") &&
      !has_file (groups->memory, "memory.current"))
    return mgrctl_finding_new (MGRCTL_FINDING_MISSING, found,
                               "The memory controller is off for this group: no limit can be "
                               "set here, and no use is counted",
                               "Write +memory into cgroup.subtree_control of the group above; "
                               "with systemd set MemoryAccounting=yes");

  return mgrctl_finding_new (MGRCTL_FINDING_OK, found,
                             "libmgr sees the limits of this group and of those above it", NULL);
}

/* What an explanation says after @key, or NULL. */
static const char *
find_explained (const char * const *lines,
                const char         *key)
{
  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (g_str_has_prefix (lines[i], key))
        return lines[i] + strlen (key);
    }

  return NULL;
}

/* The sentences after the four figures of an explanation: what could not be seen. */
#define N_FIGURES 4

MgrctlFinding *
mgrctl_check_limits (const MgrctlPatient *patient)
{
  g_autoptr (MgrMemoryLimits) limits = mgr_memory_limits_new (patient->proc_path,
                                                              patient->cgroup_path);
  g_autofree char *explanation = mgr_memory_limits_explain (limits);
  g_auto (GStrv) lines = g_strsplit (g_strchomp (explanation), "\n", -1);
  g_autoptr (GString) found = g_string_new (NULL);
  gboolean blind = g_strv_length (lines) > N_FIGURES;

  g_string_append (found, find_explained ((const char * const *) lines, "Limit: "));
  if (mgr_memory_limits_get_soft_limit (limits) > 0)
    g_string_append_printf (found, "; soft limit %s",
                            find_explained ((const char * const *) lines, "Soft limit: "));
  for (guint i = N_FIGURES; blind && lines[i] != NULL; i++)
    g_string_append_printf (found, "; %s", lines[i]);

  if (mgr_memory_limits_get_limit (limits) == 0)
    return mgrctl_finding_new (MGRCTL_FINDING_MISSING, found->str,
                               "No limit is known, so usage is never near it",
                               "Give the program a budget of its own: mgr_manager_new()");

  if (blind)
    return mgrctl_finding_new (MGRCTL_FINDING_NOTE, found->str,
                               "There may be a lower limit than the one that is known",
                               "Give the program a budget of its own: mgr_manager_new()");

  if (mgr_memory_limits_get_soft_limit (limits) > 0)
    return mgrctl_finding_new (MGRCTL_FINDING_NOTE, found->str,
                               "Above the soft limit the kernel slows a program down and does "
                               "not end it: libmgr acts before", NULL);

  return mgrctl_finding_new (MGRCTL_FINDING_OK, found->str,
                             "Usage is measured against this limit", NULL);
}

static void
append_rlimit (GString    *text,
               const char *limits,
               const char *key,
               const char *name)
{
  guint64 limit = 0;
  g_autofree char *size = NULL;

  if (!mgrctl_text_lookup (limits, key, &limit))
    return;

  size = mgr_size_format (limit);
  g_string_append_printf (text, "%s%s is %s", text->len > 0 ? ", " : "", name, size);
}

MgrctlFinding *
mgrctl_check_rlimits (const MgrctlPatient *patient)
{
  g_autofree char *limits = mgrctl_file_get (patient->proc_path, "self/limits", NULL);
  g_autoptr (GString) found = g_string_new (NULL);

  if (limits != NULL)
    {
      append_rlimit (found, limits, "Max address space", "RLIMIT_AS");
      append_rlimit (found, limits, "Max data size", "RLIMIT_DATA");
    }

  if (found->len == 0)
    return mgrctl_finding_new (MGRCTL_FINDING_OK, "No RLIMIT_AS and no RLIMIT_DATA",
                               "Nothing else limits a program started from here", NULL);

  return mgrctl_finding_new (MGRCTL_FINDING_NOTE, found->str,
                             "It counts what is mapped, used or not, and is a limit to libmgr "
                             "as well", "If it is not meant: ulimit -v unlimited -d unlimited");
}

/* Areas by their names, such as `zram0, sda2`. */
static char *
list_swap_areas (const MgrctlPatient *patient)
{
  g_autofree char *swaps = mgrctl_file_get (patient->proc_path, "swaps", NULL);
  g_auto (GStrv) lines = g_strsplit (swaps != NULL ? swaps : "", "\n", -1);
  GString *names = g_string_new (NULL);

  for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], " ", 2);
      g_autofree char *name = words[0] != NULL ? g_path_get_basename (words[0]) : NULL;

      if (*lines[i] != '\0')
        g_string_append_printf (names, "%s%s", names->len > 0 ? ", " : " on ", name);
    }

  return g_string_free (names, FALSE);
}

/* Whether the own group may not swap although the machine could. */
static gboolean
is_swap_forbidden (const MgrctlPatient *patient)
{
  g_autofree char *limit = NULL;

  if (patient->groups->version != 2)
    return FALSE;

  limit = mgrctl_file_get (patient->groups->memory, "memory.swap.max", NULL);
  return g_strcmp0 (limit, "0\n") == 0;
}

MgrctlFinding *
mgrctl_check_swap (const MgrctlPatient *patient)
{
  guint64 total = 0;
  guint64 available = 0;
  g_autofree char *areas = list_swap_areas (patient);
  g_autofree char *total_size = NULL;
  g_autofree char *free_size = NULL;
  g_autofree char *found = NULL;

  if (patient->meminfo != NULL)
    {
      mgrctl_text_lookup (patient->meminfo, "SwapTotal", &total);
      mgrctl_text_lookup (patient->meminfo, "SwapFree", &available);
    }

  if (total == 0)
    return mgrctl_finding_new (MGRCTL_FINDING_NOTE, "None",
                               "Stalls come too late to warn: how much is available decides",
                               "A little swap, such as zram, gives more time");

  total_size = format_kib (total);
  free_size = format_kib (available);
  found = g_strdup_printf ("%s%s, of which %s are free", total_size, areas, free_size);
  if (is_swap_forbidden (patient))
    return mgrctl_finding_new (MGRCTL_FINDING_NOTE, found,
                               "The own group may use none of it",
                               "Write max into memory.swap.max of the group; with systemd set "
                               "MemorySwapMax=infinity");

  return mgrctl_finding_new (MGRCTL_FINDING_OK, found,
                             "Stalls come before memory runs out, and warn of it", NULL);
}

MgrctlFinding *
mgrctl_check_overcommit (const MgrctlPatient *patient)
{
  g_autofree char *mode = mgrctl_file_get (patient->proc_path, "sys/vm/overcommit_memory", NULL);

  if (mode == NULL || *mode != OVERCOMMIT_NEVER)
    return mgrctl_finding_new (MGRCTL_FINDING_OK, "Allowed",
                               "What counts is the memory that is used, not what is asked for",
                               NULL);

  return mgrctl_finding_new (MGRCTL_FINDING_NOTE, "Not allowed: vm.overcommit_memory is 2",
                             "Allocations fail while memory is still free, which libmgr does not "
                             "see coming", "sysctl vm.overcommit_memory=0");
}
