/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A program with a manager, for the tests of mgrctl. On the session bus, or with
 * --peer ADDRESS listening there by itself. Its standard input is a list of
 * commands, each answered with a line:
 *
 *   hold COMPONENT BYTES   charge it
 *   cache NAME COMPONENT   add a cache of 100 entries; COMPONENT is - for none
 *   ask NAME KEYS ROUNDS   ask it for so many keys, and put those that are not there
 *   drop                   give all of that back
 *   sense                  look at the pressure, as often as a new level takes
 *   used                   the answer is what is charged
 *   begin PHASE            begin a phase
 *   end PHASE              end it
 *   restore RESOURCE       bring it back
 *   emergency              declare one
 *   pool NAME COMPONENT    add a pool of 1 MiB; COMPONENT is - for none
 *   take NAME BYTES        take so much of a pool
 *   give NAME BYTES        give so much back to it
 *   stop NAME              stop a pool
 *   model NAME COMPONENT   add a model of 1 MiB; COMPONENT is - for none
 *   use NAME               use a model
 *   unuse NAME             end that use
 *   task NAME BYTES        submit a task that runs until the program ends
 */

#include "mgr-fake-pool.h"

#include <stdio.h>
#include <string.h>

#define MIB (G_GUINT64_CONSTANT (1) << 20)

/* What a load of a model takes by the clock of the program. */
#define LOAD_TIME (800 * G_TIME_SPAN_MILLISECOND)

static MgrManager *manager;
static MgrManualClock *manual_clock;
static GPtrArray *held;
static GMainLoop *loop;
static GDBusConnection *peer;

static guint64
release_cb (MgrResource *resource,
            guint64      target,
            gpointer     user_data)
{
  g_autoptr (MgrAllocation) allocation = g_object_steal_data (G_OBJECT (resource), "held");

  return allocation != NULL ? mgr_allocation_get_size (allocation) : 0;
}

static void
add_resource (const char *name,
              guint64     size,
              MgrSafety   safety)
{
  g_autoptr (MgrResource) resource = mgr_resource_new (name, size);

  mgr_resource_set_safety (resource, safety);
  g_object_set_data_full (G_OBJECT (resource), "held",
                          mgr_manager_allocate (manager, "cache", size, name, 5, NULL, NULL),
                          (GDestroyNotify) mgr_allocation_unref);
  g_signal_connect (resource, "reclaim", G_CALLBACK (release_cb), NULL);
  mgr_manager_register_resource (manager, resource, NULL);
}

static void
set_up_manager (void)
{
  MgrComponent *models;

  manual_clock = mgr_manual_clock_new (G_USEC_PER_SEC);
  manager = g_object_new (MGR_TYPE_MANAGER,
                          "total-budget", 100 * MIB,
                          "clock", manual_clock,
                          "proc-path", "/nonexistent",
                          NULL);
  mgr_pressure_monitor_stop (mgr_manager_get_monitor (manager));
  held = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_allocation_unref);

  mgr_manager_add_component (manager, "cache", 60 * MIB, NULL, NULL);
  models = mgr_manager_add_component (manager, "models", 40 * MIB, NULL, NULL);
  mgr_manager_add_component (manager, "bert", 20 * MIB, models, NULL);
  mgr_manager_add_component (manager, "gpt", 0, models, NULL);
  mgr_manager_add_component (manager, "models-old", 0, NULL, NULL);
  add_resource ("parsed", 10 * MIB, MGR_SAFETY_SAFE);
  add_resource ("features", 5 * MIB, MGR_SAFETY_CAUTIOUS);
  add_resource ("results", 5 * MIB, MGR_SAFETY_PROTECTED);
}

static void
sense (void)
{
  for (guint i = 0; i < 2; i++)
    {
      mgr_pressure_sample_unref (mgr_pressure_monitor_sample (mgr_manager_get_monitor (manager)));
      mgr_manual_clock_advance (manual_clock, 1);
    }
}

static gboolean
add_cache (const char *name,
           const char *component)
{
  g_autoptr (MgrCache) cache = g_object_new (MGR_TYPE_CACHE,
                                             "name", name,
                                             "key-type", MGR_CACHE_KEY_TYPE_INT64,
                                             "component",
                                             mgr_manager_lookup_component (manager, component),
                                             "clock", manual_clock,
                                             "max-bytes", MIB,
                                             "max-entries", (guint64) 100,
                                             NULL);
  double hit_ratio;

  /* It watches for other sizes from the first time that somebody asks about them. */
  mgr_cache_predict (cache, 1.0, &hit_ratio);
  return mgr_manager_add_cache (manager, cache, NULL);
}

static gboolean
ask_cache (const char *name,
           gint64      n_keys,
           gint64      rounds)
{
  g_autoptr (MgrCache) cache = mgr_manager_lookup_cache (manager, name);
  g_autoptr (MgrCacheTerms) terms = mgr_cache_terms_new ();
  g_auto (GValue) value = G_VALUE_INIT;
  gboolean put = TRUE;

  mgr_cache_terms_set_size (terms, 1000);
  g_value_init (&value, G_TYPE_INT64);
  for (gint64 i = 0; put && i < n_keys * rounds; i++)
    {
      if (!mgr_cache_get_int64 (cache, i % n_keys, NULL))
        put = mgr_cache_put_int64 (cache, i % n_keys, &value, terms, NULL);
    }
  return put;
}

static gboolean
run_cache_command (char **words)
{
  if (g_str_equal (words[0], "cache"))
    return add_cache (words[1], words[2]);

  return ask_cache (words[1], g_ascii_strtoll (words[2], NULL, 10),
                    g_ascii_strtoll (words[3], NULL, 10));
}

static gboolean
add_pool (const char *name,
          const char *component)
{
  g_autoptr (MgrComponent) charged = mgr_manager_lookup_component (manager, component);
  g_autoptr (MgrPool) pool = mgr_fake_pool_new (name, charged, MIB, NULL);

  return pool != NULL && mgr_manager_add_pool (manager, pool, NULL);
}

static gboolean
wait_func (MgrTask       *task,
           GCancellable  *cancellable,
           gpointer       user_data,
           GError       **error)
{
  GPollFD poll_fd;

  if (g_cancellable_make_pollfd (cancellable, &poll_fd))
    g_poll (&poll_fd, 1, -1);
  g_cancellable_release_fd (cancellable);
  return !g_cancellable_set_error_if_cancelled (cancellable, error);
}

static gboolean
add_task (const char *name,
          guint64     memory)
{
  g_autoptr (MgrTask) task = mgr_task_new (name, wait_func, NULL, NULL);

  g_object_set (task, "memory", memory, NULL);
  return mgr_scheduler_submit (mgr_manager_get_scheduler (manager), task, NULL);
}

static gboolean
run_pool_command (char **words)
{
  g_autoptr (MgrPool) pool = NULL;

  if (g_str_equal (words[0], "pool"))
    return add_pool (words[1], words[2]);

  if (g_str_equal (words[0], "task"))
    return add_task (words[1], g_ascii_strtoull (words[2], NULL, 10));

  pool = mgr_manager_lookup_pool (manager, words[1]);
  if (g_str_equal (words[0], "stop"))
    return mgr_pool_set_active (pool, FALSE, NULL);
  if (g_str_equal (words[0], "take"))
    return mgr_fake_pool_take (pool, g_ascii_strtoull (words[2], NULL, 10), NULL);

  mgr_fake_pool_give (pool, g_ascii_strtoull (words[2], NULL, 10));
  return TRUE;
}

static GObject *
load_cb (MgrModel *model,
         gpointer  user_data)
{
  mgr_manual_clock_advance (manual_clock, LOAD_TIME);
  return g_object_new (G_TYPE_OBJECT, NULL);
}

static gboolean
add_model (const char *name,
           const char *component)
{
  g_autoptr (MgrModel) model = g_object_new (MGR_TYPE_MODEL,
                                             "name", name,
                                             "component",
                                             mgr_manager_lookup_component (manager, component),
                                             "clock", manual_clock,
                                             "declared-size", MIB,
                                             NULL);

  g_signal_connect (model, "load", G_CALLBACK (load_cb), NULL);
  return mgr_model_registry_register (mgr_manager_get_models (manager), model, NULL);
}

static gboolean
use_model (const char *name)
{
  g_autoptr (MgrModel) model = mgr_model_registry_lookup (mgr_manager_get_models (manager), name);
  MgrModelUse *used = mgr_model_use (model, NULL);

  g_object_set_data_full (G_OBJECT (model), "use", used, (GDestroyNotify) mgr_model_use_unref);
  return used != NULL;
}

static gboolean
unuse_model (const char *name)
{
  g_autoptr (MgrModel) model = mgr_model_registry_lookup (mgr_manager_get_models (manager), name);
  g_autoptr (MgrModelUse) used = g_object_steal_data (G_OBJECT (model), "use");

  return mgr_model_use_end (used, NULL);
}

/* What is said of a model. FALSE where it is none of these. */
static gboolean
run_model_command (char    **words,
                   gboolean *out_done)
{
  if (g_str_equal (words[0], "model"))
    *out_done = add_model (words[1], words[2]);
  else if (g_str_equal (words[0], "use"))
    *out_done = use_model (words[1]);
  else if (g_str_equal (words[0], "unuse"))
    *out_done = unuse_model (words[1]);
  else
    return FALSE;

  return TRUE;
}

/* What is said of a phase, of a resource or of an emergency. Returns the answer, or NULL
 * where it is none of these. */
static const char *
run_upkeep (const char *command,
            const char *name)
{
  g_autoptr (MgrPhaseReport) report = NULL;

  if (g_str_equal (command, "begin"))
    mgr_manager_begin_phase (manager, name);
  else if (g_str_equal (command, "end"))
    report = mgr_manager_end_phase (manager, name, NULL);
  else if (g_str_equal (command, "restore"))
    return mgr_manager_restore (manager, name, NULL) ? "ok" : "failed";
  else if (g_str_equal (command, "emergency"))
    mgr_manager_declare_emergency (manager);
  else
    return NULL;

  return "ok";
}

static void
run_command (char **words)
{
  if (g_str_equal (words[0], "hold"))
    {
      guint64 size = g_ascii_strtoull (words[2], NULL, 10);
      g_autoptr (GError) error = NULL;
      MgrAllocation *allocation =
        mgr_manager_allocate (manager, words[1], size, "held", 5, NULL, &error);

      if (allocation != NULL)
        g_ptr_array_add (held, allocation);
      printf ("%s\n", allocation != NULL ? "ok" : "refused");
    }
  else if (g_str_equal (words[0], "cache") || g_str_equal (words[0], "ask"))
    {
      printf ("%s\n", run_cache_command (words) ? "ok" : "refused");
    }
  else if (g_str_equal (words[0], "drop"))
    {
      g_ptr_array_set_size (held, 0);
      printf ("ok\n");
    }
  else if (g_str_equal (words[0], "sense"))
    {
      sense ();
      printf ("ok\n");
    }
  else if (g_str_equal (words[0], "used"))
    {
      printf ("%" G_GUINT64_FORMAT "\n", mgr_component_get_used (mgr_manager_get_root (manager)));
    }
  else
    {
      const char *answer = run_upkeep (words[0], words[1]);
      gboolean done;

      if (answer == NULL && !run_model_command (words, &done))
        done = run_pool_command (words);
      if (answer == NULL)
        answer = done ? "ok" : "refused";
      printf ("%s\n", answer);
    }
  fflush (stdout);
}

static gboolean
input_cb (GIOChannel   *channel,
          GIOCondition  condition,
          gpointer      user_data)
{
  g_autofree char *line = NULL;
  g_auto (GStrv) words = NULL;

  if (g_io_channel_read_line (channel, &line, NULL, NULL, NULL) != G_IO_STATUS_NORMAL)
    {
      g_main_loop_quit (loop);
      return G_SOURCE_REMOVE;
    }

  words = g_strsplit (g_strchomp (line), " ", -1);
  run_command (words);
  return G_SOURCE_CONTINUE;
}

static gboolean
new_connection_cb (GDBusServer     *server,
                   GDBusConnection *connection,
                   gpointer         user_data)
{
  g_clear_object (&peer);
  peer = g_object_ref (connection);
  return mgr_manager_export (manager, connection, NULL);
}

static GDBusServer *
listen_at (const char *address)
{
  g_autofree char *guid = g_dbus_generate_guid ();
  g_autoptr (GError) error = NULL;
  GDBusServer *server;

  server = g_dbus_server_new_sync (address, G_DBUS_SERVER_FLAGS_NONE, guid, NULL, NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (server, "new-connection", G_CALLBACK (new_connection_cb), NULL);
  g_dbus_server_start (server);
  return server;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GIOChannel) input = g_io_channel_unix_new (0);
  g_autoptr (GDBusServer) server = NULL;

  if (argc > 2 && g_str_equal (argv[1], "--name"))
    g_set_prgname (argv[2]);

  set_up_manager ();
  if (argc > 2 && g_str_equal (argv[1], "--peer"))
    server = listen_at (argv[2]);
  else if (!mgr_manager_export_on_session (manager))
    return 1;

  loop = g_main_loop_new (NULL, FALSE);
  g_io_add_watch (input, G_IO_IN | G_IO_HUP, input_cb, NULL);
  printf ("ready\n");
  fflush (stdout);
  g_main_loop_run (loop);

  g_clear_object (&peer);
  g_ptr_array_unref (held);
  g_object_unref (manager);
  g_object_unref (manual_clock);
  g_main_loop_unref (loop);
  return 0;
}
