/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-limit-findings-private.h"

#include <string.h>
#include <sys/resource.h>

#define THIS_PROCESS "this process"

static void
bound_lower (MgrBound   *bound,
             guint64     bytes,
             const char *rule,
             const char *place)
{
  if (bytes >= bound->bytes)
    return;

  bound->bytes = bytes;
  bound->rule = rule;
  bound->place = place;
}

static void
findings_note (MgrLimitFindings *self,
               const char       *note)
{
  g_string_append_printf (self->notes, "%s.\n", note);
}

static gboolean
find_host (MgrLimitFindings *self,
           MgrSystemFiles   *files)
{
  g_autoptr (GError) error = NULL;
  const char *path = mgr_system_files_get_meminfo_path (files);
  const MgrMeminfo *host = mgr_system_files_read_meminfo (files, &error);

  if (host == NULL)
    {
      findings_note (self, error->message);
      return FALSE;
    }

  bound_lower (&self->limit, host->total, "MemTotal", path);
  bound_lower (&self->headroom, host->available, "MemAvailable", path);
  return TRUE;
}

static void
find_cgroup (MgrLimitFindings *self,
             MgrSystemFiles   *files)
{
  g_autoptr (GError) error = NULL;
  const MgrCgroupSummary *summary = mgr_system_files_read_cgroup (files, &error);
  gboolean v1;

  if (summary == NULL)
    {
      findings_note (self, error->message);
      return;
    }

  v1 = mgr_system_files_get_cgroup_version (files) == 1;
  bound_lower (&self->limit, summary->limit,
               v1 ? "hierarchical_memory_limit" : "memory.max", summary->limit_directory);
  bound_lower (&self->soft_limit, summary->soft_limit, "memory.high",
               summary->soft_limit_directory);
  bound_lower (&self->headroom, summary->headroom, "the room left in the cgroup",
               summary->headroom_directory);

  if (!summary->sees_root)
    findings_note (self, "Limits above the topmost visible cgroup cannot be seen from here");
}

static void
find_swap (MgrLimitFindings *self,
           MgrSystemFiles   *files)
{
  g_autoptr (GError) error = NULL;
  const MgrSwapSummary *summary = mgr_system_files_read_swap (files, &error);
  gboolean v1;

  if (summary == NULL)
    {
      findings_note (self, error->message);
      return;
    }

  v1 = mgr_system_files_get_cgroup_version (files) == 1;
  self->swap_limit = summary->least_limit;
  if (summary->directory == NULL)
    bound_lower (&self->swap, summary->available, "SwapFree",
                 mgr_system_files_get_meminfo_path (files));
  else
    bound_lower (&self->swap, summary->available,
                 v1 ? "memory.memsw.limit_in_bytes" : "memory.swap.max", summary->directory);
}

/* Lines of /proc/self/limits: `Max data size    SOFT    HARD    bytes`. */
static guint64
parse_rlimit (const char *text,
              const char *name)
{
  const char *line = strstr (text, name);
  const char *end = NULL;
  guint64 value = 0;

  if (line == NULL)
    return MGR_NO_LIMIT;

  line += strlen (name);
  line += strspn (line, " ");
  if (!mgr_proc_text_number (line, &end, &value) || *end != ' ')
    return MGR_NO_LIMIT;

  return mgr_limit_normalize (value);
}

static void
find_rlimit (MgrLimitFindings *self,
             guint64           limit,
             MgrProcFile      *status,
             const char       *use_name,
             const char       *name)
{
  const char *text;
  guint64 used = 0;

  if (limit == MGR_NO_LIMIT)
    return;

  /* Where the use cannot be seen, no more than the limit is left for certain. */
  text = mgr_proc_file_read (status, NULL);
  if (text == NULL || !mgr_proc_text_lookup (text, use_name, &used))
    used = 0;

  bound_lower (&self->limit, limit, name, THIS_PROCESS);
  bound_lower (&self->headroom, limit > used ? limit - used : 0, name, THIS_PROCESS);
}

static guint64
ask_rlimit (int resource)
{
  struct rlimit limit;

  if (getrlimit (resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return MGR_NO_LIMIT;

  return mgr_limit_normalize (limit.rlim_cur);
}

static void
find_rlimits (MgrLimitFindings *self,
              MgrProcFile      *rlimits,
              MgrProcFile      *status)
{
  g_autoptr (GError) error = NULL;
  const char *text = rlimits != NULL ? mgr_proc_file_read (rlimits, &error) : NULL;
  guint64 space;
  guint64 data;

  if (error != NULL)
    {
      findings_note (self, error->message);
      return;
    }

  space = text != NULL ? parse_rlimit (text, "Max address space") : ask_rlimit (RLIMIT_AS);
  data = text != NULL ? parse_rlimit (text, "Max data size") : ask_rlimit (RLIMIT_DATA);
  find_rlimit (self, space, status, "VmSize", "RLIMIT_AS");
  find_rlimit (self, data, status, "VmData", "RLIMIT_DATA");
}

void
mgr_limit_findings_collect (MgrLimitFindings *self,
                            MgrSystemFiles   *files,
                            MgrProcFile      *rlimits,
                            MgrProcFile      *status)
{
  const MgrBound none = { MGR_NO_LIMIT, NULL, NULL };

  *self = (MgrLimitFindings) {
    .limit = none,
    .soft_limit = none,
    .headroom = none,
    .swap = none,
    .swap_limit = MGR_NO_LIMIT,
    .notes = g_string_new (NULL),
  };

  if (find_host (self, files))
    find_swap (self, files);
  find_cgroup (self, files);
  find_rlimits (self, rlimits, status);
}

void
mgr_limit_findings_clear (MgrLimitFindings *self)
{
  g_string_free (self->notes, TRUE);
}
