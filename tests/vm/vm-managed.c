/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Usage: vm-managed RATE RESULTS TIMES
 *
 * A program that takes so many MiB a second, without end, and lets go of them whenever its
 * manager cleans; besides, it has so many MiB of results that are PROTECTED. It ends after
 * so many cleanups, and prints a line of JSON for each, and one for what has become of the
 * results. */

#include <mgr.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define MIB ((gsize) 1 << 20)

/* How often it takes memory. */
#define TICK_MS 50

/* What the results are full of. */
#define RESULT 0x5a

typedef struct
{
  GMainLoop *loop; /* (owned) */
  GPtrArray *rows; /* (owned) blocks of a MiB, each a mapping */
  gsize per_tick;  /* bytes */
  gsize owed;      /* bytes that a block was not yet taken for */
  guint taken;     /* how often all rows went */
  guint times;
  guint8 *results; /* (owned) */
  gsize n_results;
} Program;

static guint8 *
map_block (gsize size,
           int   content)
{
  gpointer block = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  if (block == MAP_FAILED)
    g_error ("There is no address for %" G_GSIZE_FORMAT " bytes", size);

  return memset (block, content, size);
}

static void
unmap_row (gpointer row)
{
  munmap (row, MIB);
}

static void
print_event (const char *event,
             guint64     bytes)
{
  printf ("{\"from\": \"managed\", \"event\": \"%s\", \"time\": %" G_GINT64_FORMAT ", "
          "\"bytes\": %" G_GUINT64_FORMAT "}\n", event, g_get_monotonic_time (), bytes);
  fflush (stdout);
}

static gboolean
leak_cb (gpointer user_data)
{
  Program *program = user_data;

  for (program->owed += program->per_tick; program->owed >= MIB; program->owed -= MIB)
    g_ptr_array_add (program->rows, map_block (MIB, 1));

  return G_SOURCE_CONTINUE;
}

static guint64
measure_rows_cb (MgrResource *resource,
                 gpointer     user_data)
{
  return ((Program *) user_data)->rows->len * MIB;
}

static guint64
reclaim_rows_cb (MgrResource *resource,
                 guint64      target,
                 gpointer     user_data)
{
  Program *program = user_data;
  guint64 bytes = program->rows->len * MIB;

  if (bytes == 0)
    return 0;

  g_ptr_array_set_size (program->rows, 0);
  print_event ("cleaned", bytes);
  if (++program->taken == program->times)
    g_main_loop_quit (program->loop);
  return bytes;
}

/* The program never ends if this is asked for: it would be no result. */
static guint64
reclaim_results_cb (MgrResource *resource,
                    guint64      target,
                    gpointer     user_data)
{
  Program *program = user_data;

  memset (program->results, 0, program->n_results);
  return program->n_results;
}

static void
program_register (Program    *program,
                  MgrManager *manager)
{
  g_autoptr (MgrResource) rows = mgr_resource_new ("temp_rows", 0);
  g_autoptr (MgrResource) results = mgr_resource_new ("results", program->n_results);

  g_signal_connect (rows, "measure", G_CALLBACK (measure_rows_cb), program);
  g_signal_connect (rows, "reclaim", G_CALLBACK (reclaim_rows_cb), program);
  g_signal_connect (results, "reclaim", G_CALLBACK (reclaim_results_cb), program);
  if (!mgr_manager_register_resource (manager, rows, NULL)
      || !mgr_manager_register_resource (manager, results, NULL))
    g_error ("The resources cannot be registered");
}

static guint64
program_count_intact (const Program *program)
{
  guint64 intact = 0;

  for (gsize i = 0; i < program->n_results; i++)
    intact += program->results[i] == RESULT ? 1 : 0;

  return intact;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (0);
  Program program = { .loop = NULL };

  if (argc != 4)
    {
      fprintf (stderr, "Usage: vm-managed RATE RESULTS TIMES\n");
      return 2;
    }

  program.loop = g_main_loop_new (NULL, FALSE);
  program.rows = g_ptr_array_new_with_free_func (unmap_row);
  program.per_tick = (gsize) atoi (argv[1]) * MIB * TICK_MS / 1000;
  program.n_results = (gsize) atoi (argv[2]) * MIB;
  program.times = (guint) atoi (argv[3]);
  program.results = map_block (program.n_results, RESULT);
  program_register (&program, manager);
  print_event ("begun", mgr_manager_get_total_budget (manager));
  g_timeout_add (TICK_MS, leak_cb, &program);
  g_main_loop_run (program.loop);

  print_event ("intact", program_count_intact (&program));
  g_clear_object (&manager);
  g_ptr_array_unref (program.rows);
  g_main_loop_unref (program.loop);
  munmap (program.results, program.n_results);
  return 0;
}
