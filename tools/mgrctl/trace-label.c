/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "trace-label.h"

#include <json-glib/json-glib.h>
#include <math.h>

/* While no task makes progress for this share of a second, the stall goes on. */
#define HARMFUL_STALL 0.20

static const char *const nicks[N_TRACE_KINDS] = { "oom", "stall", "benign" };

const char *
trace_kind_get_nick (TraceKind kind)
{
  return nicks[kind];
}

int
trace_require_column (MgrPressureTrace  *trace,
                      const char        *name,
                      GError           **error)
{
  int column = mgr_pressure_trace_find_column (trace, name);

  if (column < 0)
    g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                 "The trace “%s” has no column “%s”: record it with “mgrctl record”",
                 mgr_pressure_trace_get_name (trace), name);
  return column;
}

/* When @name first exceeds its value in the first row, or -1. */
static gint64
find_growth (MgrPressureTrace *trace,
             const char       *name)
{
  int column = mgr_pressure_trace_find_column (trace, name);
  guint n_rows = mgr_pressure_trace_get_n_rows (trace);
  double first;

  if (column < 0)
    return -1;

  first = mgr_pressure_trace_value_at (trace, (guint) column, 0);
  for (guint row = 0; row < n_rows; row++)
    {
      gint64 time = mgr_pressure_trace_time_at (trace, row);

      if (mgr_pressure_trace_value_at (trace, (guint) column, time) > first)
        return time;
    }

  return -1;
}

gint64
trace_find_kill (MgrPressureTrace *trace)
{
  gint64 system = find_growth (trace, "oom_kill");
  gint64 group = find_growth (trace, "cg_ev_oom_kill");

  return system >= 0 && group >= 0 ? MIN (system, group) : MAX (system, group);
}

static double
measure_stall (MgrPressureTrace *trace,
               int               column,
               gint64            time)
{
  return mgr_pressure_trace_interpolate_at (trace, (guint) column, time) -
         mgr_pressure_trace_interpolate_at (trace, (guint) column, time - G_TIME_SPAN_SECOND);
}

/* The last moment at which the second before it was one of harm. */
static gboolean
find_stall_end (MgrPressureTrace  *trace,
                gint64            *out_time,
                GError           **error)
{
  int system = trace_require_column (trace, "psi_full_us", error);
  int group = system >= 0 ? trace_require_column (trace, "cg_full_us", error) : -1;

  if (group < 0)
    return FALSE;

  for (guint row = mgr_pressure_trace_get_n_rows (trace); row-- > 0;)
    {
      gint64 time = mgr_pressure_trace_time_at (trace, row);
      double stall = MAX (measure_stall (trace, system, time), measure_stall (trace, group, time));

      if (stall >= HARMFUL_STALL * G_TIME_SPAN_SECOND)
        {
          *out_time = time;
          return TRUE;
        }
    }

  g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
               "The trace “%s” is labelled a stall, but no second of it has %.0f %% of full stall: "
               "label it “benign”", mgr_pressure_trace_get_name (trace), 100 * HARMFUL_STALL);
  return FALSE;
}

/* The value @name of a label, or NULL; the file may hold anything. */
static JsonNode *
find_value (JsonObject *label,
            const char *name)
{
  JsonNode *node = json_object_get_member (label, name);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) ? node : NULL;
}

static const char *
label_get_kind (JsonObject *label)
{
  JsonNode *node = find_value (label, "kind");
  const char *kind = node != NULL ? json_node_get_string (node) : NULL;

  return kind != NULL ? kind : "";
}

/* In seconds, or -1. */
static double
label_get_harm (JsonObject *label)
{
  JsonNode *node = find_value (label, "harm_s");

  return node != NULL && json_node_get_value_type (node) != G_TYPE_STRING
           ? json_node_get_double (node) : -1;
}

static gboolean
label_find_kill (TraceLabel        *self,
                 MgrPressureTrace  *trace,
                 GError           **error)
{
  self->harm = trace_find_kill (trace);
  self->harm_end = self->harm;
  if (self->harm >= 0)
    return TRUE;

  g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
               "The trace “%s” is labelled “oom”, but neither “oom_kill” nor “cg_ev_oom_kill” "
               "grows in it: label it “stall” or “benign”", mgr_pressure_trace_get_name (trace));
  return FALSE;
}

static gboolean
label_find_stall (TraceLabel        *self,
                  MgrPressureTrace  *trace,
                  JsonObject        *object,
                  GError           **error)
{
  double harm = label_get_harm (object);

  if (!(harm >= 0 && harm <= (double) mgr_pressure_trace_get_duration (trace) / G_TIME_SPAN_SECOND))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "The label of the trace “%s” needs “harm_s”: the second of the trace in which "
                   "the stall sets in", mgr_pressure_trace_get_name (trace));
      return FALSE;
    }

  self->harm = (gint64) llround (harm * G_TIME_SPAN_SECOND);
  return find_stall_end (trace, &self->harm_end, error);
}

static gboolean
label_parse (TraceLabel        *self,
             MgrPressureTrace  *trace,
             JsonObject        *object,
             GError           **error)
{
  const char *kind = label_get_kind (object);

  *self = (TraceLabel) { .kind = TRACE_KIND_BENIGN, .harm = -1, .harm_end = -1 };

  if (g_str_equal (kind, nicks[TRACE_KIND_BENIGN]))
    return TRUE;

  if (g_str_equal (kind, nicks[TRACE_KIND_OOM]))
    {
      self->kind = TRACE_KIND_OOM;
      return label_find_kill (self, trace, error);
    }

  if (g_str_equal (kind, nicks[TRACE_KIND_STALL]))
    {
      self->kind = TRACE_KIND_STALL;
      return label_find_stall (self, trace, object, error);
    }

  g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
               "The label of the trace “%s” is of no kind “%s”: use oom, stall or benign",
               mgr_pressure_trace_get_name (trace), kind);
  return FALSE;
}

/* Returns: (transfer none) (nullable): what @root has for @name */
static JsonObject *
find_object (JsonNode   *root,
             const char *name)
{
  JsonObject *labels = root != NULL && JSON_NODE_HOLDS_OBJECT (root) ? json_node_get_object (root)
                                                                     : NULL;
  JsonNode *node = labels != NULL ? json_object_get_member (labels, name) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

gboolean
trace_label_read (TraceLabel        *self,
                  MgrPressureTrace  *trace,
                  const char        *path,
                  GError           **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *labels_path = g_build_filename (folder, "labels.json", NULL);
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  g_autoptr (GError) local_error = NULL;
  JsonObject *object;

  if (!json_parser_load_from_file (parser, labels_path, &local_error))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "The trace “%s” has no label, since there are none to be read beside it: %s",
                   path, local_error->message);
      return FALSE;
    }

  object = find_object (json_parser_get_root (parser), mgr_pressure_trace_get_name (trace));
  if (object == NULL)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "The trace “%s” has no label: say in “%s” of what kind “%s” is",
                   path, labels_path, mgr_pressure_trace_get_name (trace));
      return FALSE;
    }

  return label_parse (self, trace, object, error);
}
