/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-trace.h"

#include "mgrctl-file.h"

#include <string.h>
#include <unistd.h>

typedef enum
{
  FILE_NONE,
  FILE_MEMINFO,
  FILE_PRESSURE,
  FILE_IO,
  FILE_VMSTAT,
  FILE_CURRENT,
  FILE_HIGH,
  FILE_MAX,
  FILE_SWAP,
  FILE_HITS,
  FILE_EVENTS,
  FILE_STAT,
  FILE_GROUP_PRESSURE,
  N_FILES,
} TraceFile;

/* How a value is found, and what stands there where it is not. */
typedef enum
{
  FIND_WORD,  /* the line of a key, or 0 */
  FIND_SUM,   /* the sum of all lines whose keys begin so, or 0 */
  FIND_SOME,  /* a counter in the line `some` of a pressure file, or 0 */
  FIND_FULL,
  FIND_SOME_SHARE, /* a percentage there, or 0.00 */
  FIND_FULL_SHARE,
  FIND_FIRST, /* the only number, or 0 */
  FIND_LIMIT, /* the only number, or -1, as for no limit */
} TraceKind;

typedef struct
{
  TraceFile file;
  TraceKind kind;
  const char *key; /* (nullable) */
} TracePlace;

typedef struct
{
  const char *name;
  TracePlace place;
  TracePlace v1_place; /* FILE_NONE where it is the same */
} TraceColumn;

/* The first column, t_ms, comes from the clock. */
static const TraceColumn columns[] = {
  { "mem_total_kb", { FILE_MEMINFO, FIND_WORD, "MemTotal" } },
  { "mem_free_kb", { FILE_MEMINFO, FIND_WORD, "MemFree" } },
  { "mem_avail_kb", { FILE_MEMINFO, FIND_WORD, "MemAvailable" } },
  { "buffers_kb", { FILE_MEMINFO, FIND_WORD, "Buffers" } },
  { "cached_kb", { FILE_MEMINFO, FIND_WORD, "Cached" } },
  { "swap_total_kb", { FILE_MEMINFO, FIND_WORD, "SwapTotal" } },
  { "swap_free_kb", { FILE_MEMINFO, FIND_WORD, "SwapFree" } },
  { "anon_kb", { FILE_MEMINFO, FIND_WORD, "AnonPages" } },
  { "shmem_kb", { FILE_MEMINFO, FIND_WORD, "Shmem" } },
  { "active_file_kb", { FILE_MEMINFO, FIND_WORD, "Active(file)" } },
  { "inactive_file_kb", { FILE_MEMINFO, FIND_WORD, "Inactive(file)" } },
  { "sreclaimable_kb", { FILE_MEMINFO, FIND_WORD, "SReclaimable" } },
  { "psi_some_us", { FILE_PRESSURE, FIND_SOME, "total=" } },
  { "psi_full_us", { FILE_PRESSURE, FIND_FULL, "total=" } },
  { "psi_some_avg10", { FILE_PRESSURE, FIND_SOME_SHARE, "avg10=" } },
  { "psi_full_avg10", { FILE_PRESSURE, FIND_FULL_SHARE, "avg10=" } },
  { "psi_some_avg60", { FILE_PRESSURE, FIND_SOME_SHARE, "avg60=" } },
  { "psi_full_avg60", { FILE_PRESSURE, FIND_FULL_SHARE, "avg60=" } },
  { "io_some_us", { FILE_IO, FIND_SOME, "total=" } },
  { "io_full_us", { FILE_IO, FIND_FULL, "total=" } },
  { "pgscan_kswapd", { FILE_VMSTAT, FIND_WORD, "pgscan_kswapd" } },
  { "pgscan_direct", { FILE_VMSTAT, FIND_WORD, "pgscan_direct" } },
  { "pgsteal_kswapd", { FILE_VMSTAT, FIND_WORD, "pgsteal_kswapd" } },
  { "pgsteal_direct", { FILE_VMSTAT, FIND_WORD, "pgsteal_direct" } },
  { "allocstall", { FILE_VMSTAT, FIND_SUM, "allocstall_" } },
  { "pgmajfault", { FILE_VMSTAT, FIND_WORD, "pgmajfault" } },
  { "refault_anon", { FILE_VMSTAT, FIND_WORD, "workingset_refault_anon" } },
  { "refault_file", { FILE_VMSTAT, FIND_WORD, "workingset_refault_file" } },
  { "pswpin", { FILE_VMSTAT, FIND_WORD, "pswpin" } },
  { "pswpout", { FILE_VMSTAT, FIND_WORD, "pswpout" } },
  { "oom_kill", { FILE_VMSTAT, FIND_WORD, "oom_kill" } },
  { "cg_current", { FILE_CURRENT, FIND_LIMIT } },
  { "cg_high", { FILE_HIGH, FIND_LIMIT } },
  { "cg_max", { FILE_MAX, FIND_LIMIT } },
  { "cg_swap", { FILE_SWAP, FIND_LIMIT } },
  { "cg_some_us", { FILE_GROUP_PRESSURE, FIND_SOME, "total=" } },
  { "cg_full_us", { FILE_GROUP_PRESSURE, FIND_FULL, "total=" } },
  { "cg_some_avg10", { FILE_GROUP_PRESSURE, FIND_SOME_SHARE, "avg10=" } },
  { "cg_full_avg10", { FILE_GROUP_PRESSURE, FIND_FULL_SHARE, "avg10=" } },
  { "cg_ev_high", { FILE_EVENTS, FIND_WORD, "high" } },
  { "cg_ev_max", { FILE_EVENTS, FIND_WORD, "max" }, { FILE_HITS, FIND_FIRST } },
  { "cg_ev_oom", { FILE_EVENTS, FIND_WORD, "oom" } },
  { "cg_ev_oom_kill", { FILE_EVENTS, FIND_WORD, "oom_kill" } },
  { "cg_anon", { FILE_STAT, FIND_WORD, "anon" }, { FILE_STAT, FIND_WORD, "total_rss" } },
  { "cg_file", { FILE_STAT, FIND_WORD, "file" }, { FILE_STAT, FIND_WORD, "total_cache" } },
  { "cg_inactive_file", { FILE_STAT, FIND_WORD, "inactive_file" },
    { FILE_STAT, FIND_WORD, "total_inactive_file" } },
  { "cg_refault_anon", { FILE_STAT, FIND_WORD, "workingset_refault_anon" },
    { FILE_STAT, FIND_WORD, "total_workingset_refault_anon" } },
  { "cg_refault_file", { FILE_STAT, FIND_WORD, "workingset_refault_file" },
    { FILE_STAT, FIND_WORD, "total_workingset_refault_file" } },
  { "cg_pgscan", { FILE_STAT, FIND_WORD, "pgscan" } },
  { "cg_pgsteal", { FILE_STAT, FIND_WORD, "pgsteal" } },
  { "cg_pgmajfault", { FILE_STAT, FIND_WORD, "pgmajfault" },
    { FILE_STAT, FIND_WORD, "total_pgmajfault" } },
};

/* What each is called in a group; NULL: v1 knows nothing of the kind. */
static const struct
{
  const char *v2;
  const char *v1;
} group_names[N_FILES] = {
  [FILE_CURRENT] = { "memory.current", "memory.usage_in_bytes" },
  [FILE_HIGH] = { "memory.high", NULL },
  [FILE_MAX] = { "memory.max", "memory.limit_in_bytes" },
  [FILE_SWAP] = { "memory.swap.current", NULL },
  [FILE_HITS] = { NULL, "memory.failcnt" },
  [FILE_EVENTS] = { "memory.events", "memory.oom_control" },
  [FILE_STAT] = { "memory.stat", "memory.stat" },
};

/* How v1 spells that there is no limit: the largest number of whole pages, of which
 * the largest have 64 KiB. */
#define V1_NO_LIMIT ((guint64) G_MAXINT64 - 0xffff)

struct _MgrctlTrace
{
  guint version;
  MgrctlFile *files[N_FILES]; /* (owned) (nullable): there is none of the kind */
  const char *texts[N_FILES]; /* (unowned) (nullable): of this row */

  MgrctlFile *statm;          /* (owned) (nullable): of no process */
  guint64 page_size;
};

static void
trace_open_group (MgrctlTrace  *self,
                  MgrctlGroups *groups)
{
  for (guint i = FILE_NONE; i < N_FILES; i++)
    {
      const char *name = groups->version == 1 ? group_names[i].v1 : group_names[i].v2;

      if (groups->memory != NULL && name != NULL)
        self->files[i] = mgrctl_file_new (groups->memory, name);
    }

  self->version = groups->version;
  if (groups->unified != NULL)
    self->files[FILE_GROUP_PRESSURE] = mgrctl_file_new (groups->unified, "memory.pressure");
}

MgrctlTrace *
mgrctl_trace_new (const char    *proc_path,
                  MgrctlGroups  *groups,
                  guint          pid,
                  GError       **error)
{
  g_autoptr (MgrctlTrace) self = g_new0 (MgrctlTrace, 1);

  self->files[FILE_MEMINFO] = mgrctl_file_new (proc_path, "meminfo");
  self->files[FILE_PRESSURE] = mgrctl_file_new (proc_path, "pressure/memory");
  self->files[FILE_IO] = mgrctl_file_new (proc_path, "pressure/io");
  self->files[FILE_VMSTAT] = mgrctl_file_new (proc_path, "vmstat");
  trace_open_group (self, groups);

  if (mgrctl_file_read (self->files[FILE_MEMINFO], error) == NULL)
    return NULL;

  if (pid != 0)
    {
      g_autofree char *name = g_strdup_printf ("%u/statm", pid);

      self->page_size = (guint64) sysconf (_SC_PAGESIZE);
      self->statm = mgrctl_file_new (proc_path, name);
      if (mgrctl_file_read (self->statm, error) == NULL)
        return NULL;
    }

  return g_steal_pointer (&self);
}

void
mgrctl_trace_free (MgrctlTrace *self)
{
  for (guint i = FILE_NONE; i < N_FILES; i++)
    g_clear_pointer (&self->files[i], mgrctl_file_free);
  g_clear_pointer (&self->statm, mgrctl_file_free);
  g_free (self);
}

void
mgrctl_trace_append_header (MgrctlTrace *self,
                            GString     *text)
{
  g_string_append (text, "t_ms");
  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    g_string_append_printf (text, ",%s", columns[i].name);
  if (self->statm != NULL)
    g_string_append (text, ",statm_size,statm_rss");
  g_string_append_c (text, '\n');
}

static void
append_sum (GString    *row,
            const char *text,
            const char *prefix)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  guint64 sum = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *value = strchr (lines[i], ' ');

      if (g_str_has_prefix (lines[i], prefix) && value != NULL)
        sum += g_ascii_strtoull (value, NULL, 10);
    }

  g_string_append_printf (row, "%" G_GUINT64_FORMAT, sum);
}

static const char *
find_value (const char       *text,
            const TracePlace *place,
            gsize            *out_length)
{
  switch (place->kind)
    {
    case FIND_WORD:
      return mgrctl_text_find (text, place->key, out_length);
    case FIND_SOME:
    case FIND_SOME_SHARE:
      return mgrctl_text_find_in (text, "some", place->key, out_length);
    case FIND_FULL:
    case FIND_FULL_SHARE:
      return mgrctl_text_find_in (text, "full", place->key, out_length);
    case FIND_FIRST:
      return mgrctl_text_first (text, out_length);
    case FIND_LIMIT:
      {
        const char *value = mgrctl_text_first (text, out_length);

        return value != NULL && g_ascii_strtoull (value, NULL, 10) < V1_NO_LIMIT ? value : NULL;
      }
    case FIND_SUM:
    default:
      g_return_val_if_reached (NULL);
    }
}

static const char *
absent_value (TraceKind kind)
{
  if (kind == FIND_LIMIT)
    return "-1";

  return kind == FIND_SOME_SHARE || kind == FIND_FULL_SHARE ? "0.00" : "0";
}

static void
trace_append_value (MgrctlTrace      *self,
                    const TracePlace *place,
                    GString          *row)
{
  const char *text = self->texts[place->file];
  const char *value;
  gsize length = 0;

  if (place->kind == FIND_SUM && text != NULL)
    {
      append_sum (row, text, place->key);
      return;
    }

  value = text != NULL ? find_value (text, place, &length) : NULL;
  if (value != NULL)
    g_string_append_len (row, value, (gssize) length);
  else
    g_string_append (row, absent_value (place->kind));
}

/* Nothing is left of a process that has ended; of one whose parent has not noticed,
 * the sizes are 0. */
static gboolean
trace_append_process (MgrctlTrace *self,
                      GString     *row)
{
  const char *text = mgrctl_file_read (self->statm, NULL);
  char *rest = NULL;
  guint64 size;
  guint64 resident;

  if (text == NULL)
    return FALSE;

  size = g_ascii_strtoull (text, &rest, 10);
  resident = g_ascii_strtoull (rest, NULL, 10);
  g_string_append_printf (row, ",%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT,
                          size * self->page_size, resident * self->page_size);
  return size > 0;
}

gboolean
mgrctl_trace_append_row (MgrctlTrace *self,
                         gint64       time,
                         GString     *text)
{
  gsize length = text->len;

  for (guint i = FILE_NONE; i < N_FILES; i++)
    self->texts[i] = self->files[i] != NULL ? mgrctl_file_read (self->files[i], NULL) : NULL;

  g_string_append_printf (text, "%" G_GINT64_FORMAT ".%d", time / G_TIME_SPAN_MILLISECOND,
                          (int) (time % G_TIME_SPAN_MILLISECOND / 100));
  for (gsize i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      const TraceColumn *column = &columns[i];
      gboolean v1 = self->version == 1 && column->v1_place.file != FILE_NONE;

      g_string_append_c (text, ',');
      trace_append_value (self, v1 ? &column->v1_place : &column->place, text);
    }

  if (self->statm != NULL && !trace_append_process (self, text))
    {
      g_string_truncate (text, length);
      return FALSE;
    }

  g_string_append_c (text, '\n');
  return TRUE;
}
