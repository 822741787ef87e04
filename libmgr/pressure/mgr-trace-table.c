/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-trace-table-private.h"

#include "base/mgr-error.h"

#include <string.h>

/* Up to here a double holds every whole number, and KiB in bytes fit a guint64. */
#define LARGEST_VALUE 9007199254740992.0

/* More of a broken value than this helps nobody to find it. */
#define SHOWN_BYTES 40

typedef enum
{
  COLUMN_OPTIONAL,
  COLUMN_REQUIRED, /* a source goes by it */
  COLUMN_ALWAYS,   /* and it is never -1 */
} ColumnNeed;

static const struct
{
  const char *name;
  ColumnNeed need;
} formats[MGR_N_TRACE_COLUMNS] = {
  [MGR_TRACE_T_MS] = { "t_ms", COLUMN_ALWAYS },
  [MGR_TRACE_MEM_TOTAL_KB] = { "mem_total_kb", COLUMN_ALWAYS },
  [MGR_TRACE_MEM_FREE_KB] = { "mem_free_kb", COLUMN_OPTIONAL },
  [MGR_TRACE_MEM_AVAIL_KB] = { "mem_avail_kb", COLUMN_ALWAYS },
  [MGR_TRACE_BUFFERS_KB] = { "buffers_kb", COLUMN_OPTIONAL },
  [MGR_TRACE_CACHED_KB] = { "cached_kb", COLUMN_OPTIONAL },
  [MGR_TRACE_SWAP_TOTAL_KB] = { "swap_total_kb", COLUMN_REQUIRED },
  [MGR_TRACE_SWAP_FREE_KB] = { "swap_free_kb", COLUMN_REQUIRED },
  [MGR_TRACE_ANON_KB] = { "anon_kb", COLUMN_OPTIONAL },
  [MGR_TRACE_SHMEM_KB] = { "shmem_kb", COLUMN_OPTIONAL },
  [MGR_TRACE_ACTIVE_FILE_KB] = { "active_file_kb", COLUMN_OPTIONAL },
  [MGR_TRACE_INACTIVE_FILE_KB] = { "inactive_file_kb", COLUMN_OPTIONAL },
  [MGR_TRACE_SRECLAIMABLE_KB] = { "sreclaimable_kb", COLUMN_OPTIONAL },
  [MGR_TRACE_PSI_SOME_US] = { "psi_some_us", COLUMN_REQUIRED },
  [MGR_TRACE_PSI_FULL_US] = { "psi_full_us", COLUMN_OPTIONAL },
  [MGR_TRACE_PSI_SOME_AVG10] = { "psi_some_avg10", COLUMN_OPTIONAL },
  [MGR_TRACE_PSI_FULL_AVG10] = { "psi_full_avg10", COLUMN_OPTIONAL },
  [MGR_TRACE_PSI_SOME_AVG60] = { "psi_some_avg60", COLUMN_OPTIONAL },
  [MGR_TRACE_PSI_FULL_AVG60] = { "psi_full_avg60", COLUMN_OPTIONAL },
  [MGR_TRACE_IO_SOME_US] = { "io_some_us", COLUMN_OPTIONAL },
  [MGR_TRACE_IO_FULL_US] = { "io_full_us", COLUMN_OPTIONAL },
  [MGR_TRACE_PGSCAN_KSWAPD] = { "pgscan_kswapd", COLUMN_OPTIONAL },
  [MGR_TRACE_PGSCAN_DIRECT] = { "pgscan_direct", COLUMN_OPTIONAL },
  [MGR_TRACE_PGSTEAL_KSWAPD] = { "pgsteal_kswapd", COLUMN_OPTIONAL },
  [MGR_TRACE_PGSTEAL_DIRECT] = { "pgsteal_direct", COLUMN_OPTIONAL },
  [MGR_TRACE_ALLOCSTALL] = { "allocstall", COLUMN_OPTIONAL },
  [MGR_TRACE_PGMAJFAULT] = { "pgmajfault", COLUMN_OPTIONAL },
  [MGR_TRACE_REFAULT_ANON] = { "refault_anon", COLUMN_OPTIONAL },
  [MGR_TRACE_REFAULT_FILE] = { "refault_file", COLUMN_OPTIONAL },
  [MGR_TRACE_PSWPIN] = { "pswpin", COLUMN_OPTIONAL },
  [MGR_TRACE_PSWPOUT] = { "pswpout", COLUMN_OPTIONAL },
  [MGR_TRACE_OOM_KILL] = { "oom_kill", COLUMN_OPTIONAL },
  [MGR_TRACE_CG_CURRENT] = { "cg_current", COLUMN_REQUIRED },
  [MGR_TRACE_CG_HIGH] = { "cg_high", COLUMN_REQUIRED },
  [MGR_TRACE_CG_MAX] = { "cg_max", COLUMN_REQUIRED },
  [MGR_TRACE_CG_SWAP] = { "cg_swap", COLUMN_OPTIONAL },
  [MGR_TRACE_CG_SWAP_MAX] = { "cg_swap_max", COLUMN_OPTIONAL },
  [MGR_TRACE_CG_SOME_US] = { "cg_some_us", COLUMN_REQUIRED },
  [MGR_TRACE_CG_FULL_US] = { "cg_full_us", COLUMN_OPTIONAL },
  [MGR_TRACE_CG_SOME_AVG10] = { "cg_some_avg10", COLUMN_OPTIONAL },
  [MGR_TRACE_CG_FULL_AVG10] = { "cg_full_avg10", COLUMN_OPTIONAL },
  [MGR_TRACE_CG_EV_HIGH] = { "cg_ev_high", COLUMN_OPTIONAL },
  [MGR_TRACE_CG_EV_MAX] = { "cg_ev_max", COLUMN_OPTIONAL },
  [MGR_TRACE_CG_EV_OOM] = { "cg_ev_oom", COLUMN_OPTIONAL },
  [MGR_TRACE_CG_EV_OOM_KILL] = { "cg_ev_oom_kill", COLUMN_OPTIONAL },
  [MGR_TRACE_CG_ANON] = { "cg_anon", COLUMN_OPTIONAL },
  [MGR_TRACE_CG_FILE] = { "cg_file", COLUMN_REQUIRED },
  [MGR_TRACE_CG_INACTIVE_FILE] = { "cg_inactive_file", COLUMN_REQUIRED },
  [MGR_TRACE_CG_REFAULT_ANON] = { "cg_refault_anon", COLUMN_OPTIONAL },
  [MGR_TRACE_CG_REFAULT_FILE] = { "cg_refault_file", COLUMN_OPTIONAL },
  [MGR_TRACE_CG_PGSCAN] = { "cg_pgscan", COLUMN_OPTIONAL },
  [MGR_TRACE_CG_PGSTEAL] = { "cg_pgsteal", COLUMN_OPTIONAL },
  [MGR_TRACE_CG_PGMAJFAULT] = { "cg_pgmajfault", COLUMN_OPTIONAL },
};

typedef struct
{
  MgrTraceTable *table; /* (unowned) */
  const char *path;     /* (unowned) */
  GArray *fields;       /* (owned) (element-type int): the column of each, or -1: ignored */
  guint line;           /* from 1 */
} Parser;

const char *
mgr_trace_column_get_name (MgrTraceColumn column)
{
  return formats[column].name;
}

void
mgr_trace_table_clear (MgrTraceTable *self)
{
  g_clear_pointer (&self->times, g_array_unref);
  for (guint i = 0; i < MGR_N_TRACE_COLUMNS; i++)
    g_clear_pointer (&self->columns[i], g_array_unref);
}

static int
find_column (const char *name)
{
  for (guint i = 0; i < MGR_N_TRACE_COLUMNS; i++)
    {
      if (g_str_equal (formats[i].name, name))
        return (int) i;
    }

  return -1;
}

static gboolean G_GNUC_PRINTF (4, 5)
parser_fail (Parser      *self,
             const char  *column,
             GError     **error,
             const char  *format,
             ...)
{
  g_autofree char *path = g_filename_display_name (self->path);
  g_autofree char *problem = NULL;
  va_list arguments;

  va_start (arguments, format);
  problem = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  if (column != NULL)
    g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                 "The trace “%s”, line %u, column “%s”: %s", path, self->line, column, problem);
  else
    g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                 "The trace “%s”, line %u: %s", path, self->line, problem);
  return FALSE;
}

/* The file may hold anything, an error text may not. */
static char *
quote (const char *text)
{
  gsize length = strlen (text);
  g_autofree char *valid = g_utf8_make_valid (text, (gssize) MIN (length, SHOWN_BYTES));

  return g_strdup_printf ("“%s%s”", valid, length > SHOWN_BYTES ? "…" : "");
}

/* Cuts the first line off *@text and returns it, or NULL at the end. A line counts
 * only with its line feed: without it the file was cut off, perhaps in the middle of
 * a number. */
static char *
parser_next_line (Parser  *self,
                  char   **text,
                  GError **error)
{
  char *line = *text;
  char *end = strchr (line, '\n');

  if (*line == '\0')
    return NULL;

  self->line++;
  if (end == NULL)
    {
      parser_fail (self, NULL, error, "the file is cut off here: remove the line");
      return NULL;
    }

  *text = end + 1;
  *end = '\0';
  if (end > line && end[-1] == '\r')
    end[-1] = '\0';
  return line;
}

/* Cuts the first field off *@line, which is NULL after the last. */
static char *
next_field (char **line)
{
  return strsep (line, ",");
}

static gboolean
parser_read_names (Parser  *self,
                   char    *line,
                   GError **error)
{
  while (line != NULL)
    {
      const char *name = next_field (&line);
      int column = find_column (name);

      if (column >= 0 && self->table->columns[column] != NULL)
        return parser_fail (self, name, error, "it is there twice: remove one of the two");

      if (column >= 0)
        self->table->columns[column] = g_array_new (FALSE, FALSE, sizeof (double));
      g_array_append_val (self->fields, column);
    }

  for (guint i = 0; i < MGR_N_TRACE_COLUMNS; i++)
    {
      if (formats[i].need != COLUMN_OPTIONAL && self->table->columns[i] == NULL)
        return parser_fail (self, formats[i].name, error,
                            "it is missing: name it in the first line, and give it a value in "
                            "each of the others (-1 for what was not there)");
    }

  return TRUE;
}

static gboolean
parser_read_value (Parser         *self,
                   MgrTraceColumn  column,
                   const char     *text,
                   double         *out_value,
                   GError        **error)
{
  gboolean always = formats[column].need == COLUMN_ALWAYS;
  g_autofree char *quoted = NULL;
  char *end = NULL;

  /* Without this it would take “inf”, “0x1p3” and leading white space. */
  if (*text != '\0' && text[strspn (text, "0123456789+-.e")] == '\0')
    *out_value = g_ascii_strtod (text, &end);

  quoted = quote (text);
  if (end == NULL || *end != '\0')
    return parser_fail (self, formats[column].name, error,
                        "%s is no number: mend it, or remove the line", quoted);

  if (!(*out_value <= LARGEST_VALUE) || (*out_value < 0 && (always || *out_value != -1)))
    return parser_fail (self, formats[column].name, error,
                        "%s is out of range: write a number from 0 to 2^53%s", quoted,
                        always ? "" : ", or -1 for what is not there or has no limit");

  return TRUE;
}

static gboolean
parser_add_time (Parser  *self,
                 double   milliseconds,
                 GError **error)
{
  GArray *times = self->table->times;
  gint64 time = (gint64) (MIN (milliseconds * 1000, LARGEST_VALUE) + 0.5);

  if (times->len > 0 && time < g_array_index (times, gint64, times->len - 1))
    return parser_fail (self, formats[MGR_TRACE_T_MS].name, error,
                        "the time goes back: put the lines in their order, or remove this one");

  g_array_append_val (times, time);
  return TRUE;
}

static gboolean
parser_add_value (Parser         *self,
                  MgrTraceColumn  column,
                  double          value,
                  GError        **error)
{
  if (column == MGR_TRACE_T_MS && !parser_add_time (self, value, error))
    return FALSE;

  if (column == MGR_TRACE_MEM_TOTAL_KB && value <= 0)
    return parser_fail (self, formats[column].name, error,
                        "a machine has memory: write how much, or remove the line");

  g_array_append_val (self->table->columns[column], value);
  return TRUE;
}

static gboolean
parser_read_row (Parser  *self,
                 char    *line,
                 GError **error)
{
  guint n_values = 0;

  for (; line != NULL; n_values++)
    {
      const char *text = next_field (&line);
      double value = 0;
      int column;

      if (n_values >= self->fields->len)
        continue;

      column = g_array_index (self->fields, int, n_values);
      if (column >= 0 &&
          (!parser_read_value (self, (MgrTraceColumn) column, text, &value, error) ||
           !parser_add_value (self, (MgrTraceColumn) column, value, error)))
        return FALSE;
    }

  if (n_values != self->fields->len)
    return parser_fail (self, NULL, error,
                        "it has %u values, and the first line %u names: remove the line",
                        n_values, self->fields->len);

  return TRUE;
}

static gboolean
parser_read (Parser  *self,
             char    *text,
             GError **error)
{
  g_autoptr (GError) local_error = NULL;
  char *line = parser_next_line (self, &text, &local_error);

  if (line != NULL && !parser_read_names (self, line, error))
    return FALSE;

  while (line != NULL)
    {
      line = parser_next_line (self, &text, &local_error);
      if (line != NULL && !parser_read_row (self, line, error))
        return FALSE;
    }

  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }

  self->line++;
  return self->table->times->len > 0 ||
         parser_fail (self, NULL, error, "the file ends here: it needs a line of names and a "
                                         "line of values at least");
}

gboolean
mgr_trace_table_parse (MgrTraceTable  *self,
                       const char     *path,
                       char           *text,
                       GError        **error)
{
  Parser parser = { .table = self, .path = path };
  gboolean success;

  *self = (MgrTraceTable) { .times = g_array_new (FALSE, FALSE, sizeof (gint64)) };
  parser.fields = g_array_new (FALSE, FALSE, sizeof (int));

  success = parser_read (&parser, text, error);

  g_array_unref (parser.fields);
  if (!success)
    mgr_trace_table_clear (self);
  return success;
}
