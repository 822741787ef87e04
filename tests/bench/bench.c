/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bench.h"

#include <json-glib/json-glib.h>

#include <math.h>

#define ROUNDS 9
#define QUICK_ROUNDS 3
#define QUICK_DIVISOR 10

struct _Bench
{
  const char *name;   /* (unowned) */
  char *program;      /* (owned) */
  char *folder;       /* (owned), where this program is */
  gboolean quick;
  JsonArray *rows;    /* (owned) */
  JsonArray *columns; /* (owned) (nullable) */
};

Bench *
bench_new (const char   *name,
           int          *argc,
           char       ***argv)
{
  Bench *self = g_new0 (Bench, 1);

  self->name = name;
  self->program = g_strdup ((*argv)[0]);
  self->folder = g_path_get_dirname ((*argv)[0]);
  self->quick = g_strv_contains ((const char *const *) *argv, "--quick");
  self->rows = json_array_new ();
  return self;
}

static double
time_round (BenchFunc func,
            gpointer  user_data,
            guint64   n)
{
  gint64 start = g_get_monotonic_time ();

  func (user_data, n);
  return (double) (g_get_monotonic_time () - start) * 1000.0 / (double) n;
}

static int
compare_doubles (gconstpointer a,
                 gconstpointer b)
{
  double difference = *(const double *) a - *(const double *) b;

  return (difference > 0) - (difference < 0);
}

static double
settle (double  *values,
        guint    count,
        gboolean best)
{
  qsort (values, count, sizeof *values, compare_doubles);
  return values[best ? 0 : count / 2];
}

static void
bench_add_row (Bench           *self,
               const BenchCase *bench_case,
               const char      *unit,
               double           ours,
               double           theirs)
{
  JsonObject *row = json_object_new ();
  /* What may not be at all has no ratio: nothing is within it, and the least is not. */
  double ratio = theirs > 0 ? ours / theirs : ours > 0 ? bench_case->goal + ours : 0;

  json_object_set_string_member (row, "case", bench_case->name);
  json_object_set_string_member (row, "unit", unit);
  json_object_set_double_member (row, "ours", ours);
  json_object_set_string_member (row, "peer", bench_case->peer);
  json_object_set_double_member (row, "theirs", theirs);
  json_object_set_double_member (row, "ratio", ratio);
  json_object_set_double_member (row, "goal", bench_case->goal);
  json_object_set_boolean_member (row, "ok", bench_case->goal <= 0.0 || ratio <= bench_case->goal);
  json_array_add_object_element (self->rows, row);
}

void
bench_compare (Bench           *self,
               const BenchCase *bench_case)
{
  guint rounds = self->quick ? QUICK_ROUNDS : ROUNDS;
  guint64 n = self->quick ? bench_case->n / QUICK_DIVISOR : bench_case->n;
  double ours[ROUNDS];
  double theirs[ROUNDS];

  /* A round for warmth that counts for neither. */
  time_round (bench_case->ours, bench_case->ours_data, n);
  time_round (bench_case->theirs, bench_case->theirs_data, n);

  for (guint i = 0; i < rounds; i++)
    {
      ours[i] = time_round (bench_case->ours, bench_case->ours_data, n);
      theirs[i] = time_round (bench_case->theirs, bench_case->theirs_data, n);
    }

  bench_add_row (self, bench_case, "ns", settle (ours, rounds, bench_case->best),
                 settle (theirs, rounds, bench_case->best));
}

/* The nanoseconds that this program says, or -1 where the library cannot be loaded. */
static double
time_preloaded (Bench              *self,
                const char         *library,
                const char * const *argv,
                guint64             n)
{
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, n);
  g_auto (GStrv) environment = g_environ_setenv (g_get_environ (), "LD_PRELOAD", library, TRUE);
  g_autofree char *output = NULL;
  g_autofree char *complaint = NULL;
  g_autoptr (GError) error = NULL;

  g_ptr_array_add (arguments, self->program);
  for (guint i = 0; argv[i] != NULL; i++)
    g_ptr_array_add (arguments, (char *) argv[i]);
  g_ptr_array_add (arguments, number);
  g_ptr_array_add (arguments, NULL);
  if (!g_spawn_sync (NULL, (char **) arguments->pdata, environment, G_SPAWN_DEFAULT, NULL, NULL,
                     &output, &complaint, NULL, &error))
    g_error ("%s does not run: %s", self->program, error->message);

  /* The loader complains, and goes on without. */
  return *complaint == '\0' ? g_ascii_strtod (output, NULL) : -1;
}

void
bench_compare_preloaded (Bench              *self,
                         const BenchCase    *bench_case,
                         const char         *library,
                         const char * const *argv)
{
  guint rounds = self->quick ? QUICK_ROUNDS : ROUNDS;
  guint64 n = self->quick ? bench_case->n / QUICK_DIVISOR : bench_case->n;
  double ours[ROUNDS];
  double theirs[ROUNDS];

  if (time_preloaded (self, library, argv, 1) < 0)
    {
      g_printerr ("%s is not there: not compared with it\n", library);
      return;
    }

  time_round (bench_case->ours, bench_case->ours_data, n);
  for (guint i = 0; i < rounds; i++)
    {
      ours[i] = time_round (bench_case->ours, bench_case->ours_data, n);
      theirs[i] = time_preloaded (self, library, argv, n);
    }

  bench_add_row (self, bench_case, "ns", settle (ours, rounds, bench_case->best),
                 settle (theirs, rounds, bench_case->best));
}

void
bench_limit (Bench      *self,
             const char *name,
             const char *unit,
             double      value,
             double      limit)
{
  const BenchCase bench_case = { .name = name, .peer = "the most it may be", .goal = 1.0 };

  bench_add_row (self, &bench_case, unit, value, limit);
}

void
bench_set_columns (Bench             *self,
                   const char *const *columns)
{
  self->columns = json_array_new ();
  for (guint i = 0; columns[i] != NULL; i++)
    json_array_add_string_element (self->columns, columns[i]);
}

void
bench_add_values (Bench        *self,
                  const char   *name,
                  const double *values,
                  gboolean      ok)
{
  JsonObject *row = json_object_new ();

  json_object_set_string_member (row, "case", name);
  for (guint i = 0; i < json_array_get_length (self->columns); i++)
    {
      if (!isnan (values[i]))
        json_object_set_double_member (row, json_array_get_string_element (self->columns, i),
                                       values[i]);
    }
  json_object_set_boolean_member (row, "ok", ok);
  json_array_add_object_element (self->rows, row);
}

gboolean
bench_is_quick (Bench *self)
{
  return self->quick;
}

static gboolean
script_run (Bench       *self,
            const char  *name,
            JsonNode   **out_rows,
            GError     **error)
{
  g_autofree char *path = g_build_filename (self->folder, name, NULL);
  char *argv[] = { path, self->quick ? "--quick" : NULL, NULL };
  g_autofree char *output = NULL;
  int status;

  if (!g_spawn_sync (NULL, argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, NULL, &status, error))
    return FALSE;
  if (!g_spawn_check_wait_status (status, error))
    return FALSE;

  *out_rows = json_from_string (output, error);
  return *out_rows != NULL;
}

void
bench_run_script (Bench      *self,
                  const char *name)
{
  g_autoptr (JsonNode) rows = NULL;
  g_autoptr (GError) error = NULL;

  if (!script_run (self, name, &rows, &error))
    {
      g_printerr ("%s did not run: %s\n", name, error->message);
      exit (EXIT_FAILURE);
    }

  for (guint i = 0; i < json_array_get_length (json_node_get_array (rows)); i++)
    json_array_add_element (self->rows,
                            json_array_dup_element (json_node_get_array (rows), i));
}

int
bench_finish (Bench *self)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "bench", self->name);
  if (self->columns != NULL)
    json_object_set_array_member (object, "columns", self->columns);
  json_object_set_array_member (object, "rows", self->rows);
  json_node_take_object (node, object);
  text = json_to_string (node, FALSE);
  g_print ("%s\n", text);

  g_free (self->program);
  g_free (self->folder);
  g_free (self);
  return EXIT_SUCCESS;
}
