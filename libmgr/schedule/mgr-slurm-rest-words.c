/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-slurm-rest-private.h"

#include <json-glib/json-glib.h>

#include <string.h>

/* What slurmrestd says. Its schemas change with each version: what was a number becomes
 * {set, infinite, number}, what was a word becomes a list of one. */

/* The first version in which numbers are objects, and the environment is a list. */
#define NUMBERS_ARE_OBJECTS 39

/* Returns: (transfer full) (nullable): %NULL where @text is no object */
static JsonParser *
parse (const char  *text,
       JsonObject **root)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  JsonNode *node;

  if (!json_parser_load_from_data (parser, text, -1, NULL))
    return NULL;
  node = json_parser_get_root (parser);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;

  *root = json_node_get_object (node);
  return g_steal_pointer (&parser);
}

static gboolean
is_number (JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64;
}

/* Whether there is a number, in either shape. One that is not set, or infinite, is none. */
static gboolean
read_number (JsonNode *node,
             gint64   *number)
{
  JsonObject *object;
  JsonNode *inner;

  if (node == NULL)
    return FALSE;
  if (is_number (node))
    {
      *number = json_node_get_int (node);
      return TRUE;
    }
  if (!JSON_NODE_HOLDS_OBJECT (node))
    return FALSE;

  object = json_node_get_object (node);
  inner = json_object_get_member (object, "number");
  if (inner == NULL || !is_number (inner)
      || !json_object_get_boolean_member_with_default (object, "set", TRUE)
      || json_object_get_boolean_member_with_default (object, "infinite", FALSE))
    return FALSE;

  *number = json_node_get_int (inner);
  return TRUE;
}

static gboolean
read_member (JsonObject *object,
             const char *name,
             gint64     *number)
{
  return read_number (json_object_get_member (object, name), number);
}

/* A word, or the first of a list of them. */
static const char *
read_word (JsonObject *object,
           const char *name)
{
  JsonNode *node = json_object_get_member (object, name);

  if (node != NULL && JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      node = json_array_get_length (array) > 0 ? json_array_get_element (array, 0) : NULL;
    }
  return node != NULL && JSON_NODE_HOLDS_VALUE (node)
             && json_node_get_value_type (node) == G_TYPE_STRING
           ? json_node_get_string (node)
           : NULL;
}

/* As waitpid() gives it: a number, or what it is made of. */
static int
read_status (JsonObject *job)
{
  JsonNode *node = json_object_get_member (job, "exit_code");
  JsonObject *parts;
  JsonNode *signal_node;
  gint64 code = 0;
  gint64 signal_number = 0;

  if (read_number (node, &code))
    return (int) CLAMP (code, 0, G_MAXINT);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return 0;

  parts = json_node_get_object (node);
  read_member (parts, "return_code", &code);
  signal_node = json_object_get_member (parts, "signal");
  if (signal_node != NULL && JSON_NODE_HOLDS_OBJECT (signal_node)
      && !read_number (signal_node, &signal_number))
    read_member (json_node_get_object (signal_node), "id", &signal_number);
  return signal_number > 0 ? (int) (signal_number & 0x7f) : (int) ((code & 0xff) << 8);
}

guint
mgr_slurm_rest_find_version (const char *text)
{
  JsonObject *root;
  g_autoptr (JsonParser) parser = parse (text, &root);
  JsonNode *paths = parser != NULL ? json_object_get_member (root, "paths") : NULL;

  if (paths == NULL || !JSON_NODE_HOLDS_OBJECT (paths))
    return 0;

  for (guint version = MGR_SLURM_REST_NEWEST; version >= MGR_SLURM_REST_OLDEST; version--)
    {
      g_autofree char *path = g_strdup_printf ("/slurm/v0.0.%u/job/submit", version);

      if (json_object_has_member (json_node_get_object (paths), path))
        return version;
    }

  return 0;
}

static void
write_number (JsonBuilder *builder,
              guint        version,
              const char  *name,
              gint64       number)
{
  json_builder_set_member_name (builder, name);
  if (version < NUMBERS_ARE_OBJECTS)
    {
      json_builder_add_int_value (builder, number);
      return;
    }

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, "set");
  json_builder_add_boolean_value (builder, TRUE);
  json_builder_set_member_name (builder, "number");
  json_builder_add_int_value (builder, number);
  json_builder_end_object (builder);
}

static void
write_text (JsonBuilder *builder,
            const char  *name,
            const char  *text)
{
  if (text == NULL)
    return;

  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

/* A job without one is refused; what the task asked for is in the script. */
static void
write_environment (JsonBuilder *builder,
                   guint        version)
{
  const char *path = g_getenv ("PATH");
  g_autofree char *line = g_strconcat ("PATH=", path != NULL ? path : "/usr/bin:/bin", NULL);

  json_builder_set_member_name (builder, "environment");
  if (version < NUMBERS_ARE_OBJECTS)
    {
      json_builder_begin_object (builder);
      write_text (builder, "PATH", line + strlen ("PATH="));
      json_builder_end_object (builder);
      return;
    }

  json_builder_begin_array (builder);
  json_builder_add_string_value (builder, line);
  json_builder_end_array (builder);
}

static void
write_times (JsonBuilder           *builder,
             const MgrSlurmRequest *request,
             guint                  version)
{
  if (request->minutes > 0)
    write_number (builder, version, "time_limit", request->minutes);
  if (request->deadline == 0)
    return;

  json_builder_set_member_name (builder, "deadline");
  json_builder_add_int_value (builder, g_get_real_time () / G_USEC_PER_SEC + request->deadline);
  write_number (builder, version, "time_minimum", request->minutes_min);
}

static void
write_request (JsonBuilder           *builder,
               const MgrSlurmRequest *request,
               guint                  version,
               const char            *partition)
{
  g_autofree char *comment = g_strconcat (MGR_SLURM_COMMENT, request->token, NULL);

  write_text (builder, "name", request->name);
  write_text (builder, "comment", comment);
  write_text (builder, "current_working_directory", request->directory);
  write_text (builder, "standard_output", request->output_path);
  write_text (builder, "standard_input", "/dev/null");
  write_text (builder, "partition", partition);
  write_number (builder, version, "memory_per_node", (gint64) request->memory);
  json_builder_set_member_name (builder, "nice");
  if (version < NUMBERS_ARE_OBJECTS)
    {
      g_autofree char *nice = g_strdup_printf ("%u", request->nice);

      json_builder_add_string_value (builder, nice);
    }
  else
    {
      json_builder_add_int_value (builder, request->nice);
    }
  json_builder_set_member_name (builder, "requeue");
  json_builder_add_boolean_value (builder, request->requeue);
  write_environment (builder, version);
  write_times (builder, request, version);
}

char *
mgr_slurm_rest_write_job (const MgrSlurmRequest *request,
                          guint                  version,
                          const char            *partition)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;

  json_builder_begin_object (builder);
  write_text (builder, "script", request->script);
  json_builder_set_member_name (builder, "job");
  json_builder_begin_object (builder);
  write_request (builder, request, version, partition);
  json_builder_end_object (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  return json_to_string (root, FALSE);
}

char *
mgr_slurm_rest_parse_job_id (const char *text)
{
  JsonObject *root;
  g_autoptr (JsonParser) parser = parse (text, &root);
  gint64 id;

  if (parser == NULL || !read_member (root, "job_id", &id) || id <= 0)
    return NULL;

  return g_strdup_printf ("%" G_GINT64_FORMAT, id);
}

static MgrSlurmRow *
parse_job (JsonNode *node)
{
  JsonObject *job;
  const char *state;
  const char *comment;
  MgrSlurmRow *row;
  gint64 id;

  if (!JSON_NODE_HOLDS_OBJECT (node))
    return NULL;

  job = json_node_get_object (node);
  state = read_word (job, "job_state");
  comment = read_word (job, "comment");
  if (state == NULL || !read_member (job, "job_id", &id) || id <= 0)
    return NULL;

  row = g_new0 (MgrSlurmRow, 1);
  row->id = g_strdup_printf ("%" G_GINT64_FORMAT, id);
  row->state = g_strdup (state);
  row->status = read_status (job);
  if (comment != NULL && g_str_has_prefix (comment, MGR_SLURM_COMMENT))
    row->token = g_strdup (comment + strlen (MGR_SLURM_COMMENT));
  return row;
}

GPtrArray *
mgr_slurm_rest_parse_rows (const char *text)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func ((GDestroyNotify)
                                                               mgr_slurm_row_free);
  JsonObject *root;
  g_autoptr (JsonParser) parser = parse (text, &root);
  JsonNode *jobs = parser != NULL ? json_object_get_member (root, "jobs") : NULL;
  JsonArray *array;

  if (jobs == NULL || !JSON_NODE_HOLDS_ARRAY (jobs))
    return NULL;

  array = json_node_get_array (jobs);
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      MgrSlurmRow *row = parse_job (json_array_get_element (array, i));

      if (row != NULL)
        g_ptr_array_add (rows, row);
    }
  return g_steal_pointer (&rows);
}

MgrSlurmOutcome
mgr_slurm_rest_classify (const char  *deed,
                         const char  *text,
                         GError     **error)
{
  JsonObject *root;
  g_autoptr (JsonParser) parser = parse (text, &root);
  JsonNode *errors = parser != NULL ? json_object_get_member (root, "errors") : NULL;
  g_autoptr (GString) said = g_string_new (NULL);

  if (errors == NULL || !JSON_NODE_HOLDS_ARRAY (errors))
    return mgr_slurm_classify (deed, text, error);

  for (guint i = 0; i < json_array_get_length (json_node_get_array (errors)); i++)
    {
      JsonNode *node = json_array_get_element (json_node_get_array (errors), i);
      const char *words = JSON_NODE_HOLDS_OBJECT (node)
                            ? read_word (json_node_get_object (node), "error")
                            : NULL;

      if (words != NULL)
        g_string_append_printf (said, "%s%s", said->len > 0 ? "; " : "", words);
    }
  return mgr_slurm_classify (deed, said->str, error);
}
