/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "base/mgr-config-private.h"

#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <unistd.h>

/* Root may enter every folder; this user may not. */
#define NOBODY 65534

/* Two folders to search, of which the second counts more. */
typedef struct
{
  char *root;       /* (owned) */
  char *folders[3]; /* (owned) (array zero-terminated=1) */
  GPtrArray *files; /* (owned) (element-type filename): what was written */
} Fixture;

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr (GError) error = NULL;

  fixture->root = g_dir_make_tmp ("libmgr-XXXXXX", &error);
  g_assert_no_error (error);
  fixture->folders[0] = g_build_filename (fixture->root, "system", NULL);
  fixture->folders[1] = g_build_filename (fixture->root, "user", NULL);
  fixture->files = g_ptr_array_new_with_free_func (g_free);
}

/* Those that are empty, from the inside out. */
static void
remove_folders (const char *folder)
{
  static const char *const inside[] = { "libmgr/libmgr.conf.d", "libmgr/libmgr.conf", "libmgr", "" };

  for (gsize i = 0; i < G_N_ELEMENTS (inside); i++)
    {
      g_autofree char *path = g_build_filename (folder, inside[i], NULL);

      g_rmdir (path);
    }
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  data)
{
  for (guint i = 0; i < fixture->files->len; i++)
    g_assert_cmpint (g_unlink (g_ptr_array_index (fixture->files, i)), ==, 0);

  for (guint i = 0; i < 2; i++)
    {
      remove_folders (fixture->folders[i]);
      g_free (fixture->folders[i]);
    }

  g_assert_cmpint (g_rmdir (fixture->root), ==, 0);
  g_free (fixture->root);
  g_ptr_array_unref (fixture->files);
}

/* Writes a file of the first folder (0) or the second; the group comes by itself. */
static const char *
fixture_write (Fixture    *fixture,
               guint       folder,
               const char *name,
               const char *text)
{
  char *path = g_build_filename (fixture->folders[folder], "libmgr", name, NULL);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *contents = g_strconcat ("[libmgr]\n", text, NULL);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, contents, -1, NULL));
  g_ptr_array_add (fixture->files, path);
  return path;
}

static MgrConfig *
fixture_load (Fixture            *fixture,
              const char * const *environment)
{
  static const char *const nothing[] = { NULL };

  return mgr_config_load ((const char * const *) fixture->folders,
                          environment != NULL ? environment : nothing);
}

static void
assert_problem (MgrConfig  *config,
                const char *problem)
{
  g_assert_cmpstr (mgr_config_get_problems (config)[0], ==, problem);
  g_assert_null (mgr_config_get_problems (config)[1]);
}

static void
test_defaults (Fixture       *fixture,
               gconstpointer  data)
{
  g_autoptr (MgrConfig) config = fixture_load (fixture, NULL);
  gsize n_ratios = 0;
  const double *ratios = mgr_config_get_ratios (config, "pressure-thresholds", &n_ratios);

  g_assert_null (mgr_config_get_problems (config)[0]);
  g_assert_null (mgr_config_get_files (config)[0]);
  for (const char * const *key = mgr_config_list_keys (); *key != NULL; key++)
    {
      g_assert_false (mgr_config_is_set (config, *key));
      g_assert_cmpstr (mgr_config_get_origin (config, *key), ==, "default");
    }

  g_assert_cmpuint (mgr_config_get_size (config, "total-budget"), ==, 0);
  g_assert_cmpfloat (mgr_config_get_share (config, "total-budget"), ==, 0.0);
  g_assert_cmpuint (mgr_config_get_size (config, "memory-alert"), ==, 0);
  g_assert_cmpint (mgr_config_get_duration (config, "monitoring-interval"), ==, 500000);
  g_assert_cmpuint (n_ratios, ==, 5);
  g_assert_cmpfloat_with_epsilon (ratios[0], 0.70, 1e-9);
  g_assert_cmpfloat_with_epsilon (ratios[4], 0.95, 1e-9);
  g_assert_true (mgr_config_get_boolean (config, "automatic-cleanup"));
  g_assert_false (mgr_config_get_boolean (config, "track-process"));
  g_assert_cmpstr (mgr_config_get_string (config, "emergency-signal"), ==, "none");
  g_assert_cmpstr (mgr_config_get_string (config, "proc-path"), ==, "/proc");
}

static void
test_order_of_files (Fixture       *fixture,
                     gconstpointer  data)
{
  g_autoptr (MgrConfig) config = NULL;
  g_autofree char *origin = NULL;

  fixture_write (fixture, 0, "libmgr.conf", "memory-alert=1 MB\nmemory-cleanup=4 MB\n"
                 "memory-critical=9 MB\ntotal-budget=9 MB\ntrack-process=yes\n");
  fixture_write (fixture, 0, "libmgr.conf.d/20-late.conf", "memory-alert=3 MB\n");
  fixture_write (fixture, 0, "libmgr.conf.d/10-early.conf", "memory-alert=2 MB\n"
                 "memory-cleanup=5 MB\n");
  fixture_write (fixture, 1, "libmgr.conf", "memory-critical=7 MB\ntotal-budget=4 MB\n");
  origin = g_strdup_printf ("file %s, line 2",
                            fixture_write (fixture, 1, "libmgr.conf.d/a.conf", "total-budget=5 MB\n"));
  fixture_write (fixture, 1, "libmgr.conf.d/b.conf~", "total-budget=6 MB\n");
  fixture_write (fixture, 1, "libmgr.conf.d/.b.conf", "total-budget=7 MB\n");

  config = fixture_load (fixture, NULL);
  g_assert_null (mgr_config_get_problems (config)[0]);
  g_assert_cmpuint (mgr_config_get_size (config, "memory-cleanup"), ==, 5000000);
  g_assert_cmpuint (mgr_config_get_size (config, "memory-alert"), ==, 3000000);
  g_assert_cmpuint (mgr_config_get_size (config, "memory-critical"), ==, 7000000);
  g_assert_cmpuint (mgr_config_get_size (config, "total-budget"), ==, 5000000);
  g_assert_cmpstr (mgr_config_get_origin (config, "total-budget"), ==, origin);
  g_assert_true (mgr_config_get_boolean (config, "track-process"));

  g_assert_cmpuint (g_strv_length ((char **) mgr_config_get_files (config)), ==, 5);
  g_assert_true (g_str_has_suffix (mgr_config_get_files (config)[1], "10-early.conf"));
  g_assert_cmpstr (mgr_config_get_files (config)[4], ==, g_ptr_array_index (fixture->files, 4));
}

static void
test_environment_over_files (Fixture       *fixture,
                             gconstpointer  data)
{
  static const char *const environment[] = {
    "HOME=/nonexistent",
    "MGR_MEMORY_ALERT=7 MB",
    "MGR_TOTAL_BUDGET=75%",
    "MGR_MONITORING_INTERVAL=0.25",
    "MGR_PRESSURE_THRESHOLDS=0.5,0.6,0.7,0.8,0.9",
    "MGR_ADAPTIVE_THRESHOLDS=no",
    "MGR_EMERGENCY_SIGNAL=sigusr1",
    "MGR_MEMORY_CLEANUP=",
    "MGR",
    NULL,
  };
  g_autoptr (MgrConfig) config = NULL;
  gsize n_ratios = 0;

  fixture_write (fixture, 1, "libmgr.conf", "memory-alert=1 MB\nmemory-cleanup=8 MB\n"
                 "total-budget=3 MB\n");
  config = fixture_load (fixture, environment);
  g_assert_null (mgr_config_get_problems (config)[0]);

  g_assert_cmpuint (mgr_config_get_size (config, "memory-alert"), ==, 7000000);
  g_assert_cmpstr (mgr_config_get_origin (config, "memory-alert"), ==,
                   "environment variable MGR_MEMORY_ALERT");
  g_assert_cmpuint (mgr_config_get_size (config, "memory-cleanup"), ==, 8000000);
  g_assert_cmpuint (mgr_config_get_size (config, "total-budget"), ==, 0);
  g_assert_cmpfloat (mgr_config_get_share (config, "total-budget"), ==, 0.75);
  g_assert_cmpint (mgr_config_get_duration (config, "monitoring-interval"), ==, 250000);
  g_assert_cmpfloat (mgr_config_get_ratios (config, "pressure-thresholds", &n_ratios)[0], ==, 0.5);
  g_assert_false (mgr_config_get_boolean (config, "adaptive-thresholds"));
  g_assert_cmpstr (mgr_config_get_string (config, "emergency-signal"), ==, "SIGUSR1");
}

static void
test_bad_file_is_left_out (Fixture       *fixture,
                           gconstpointer  data)
{
  g_autoptr (MgrConfig) config = NULL;
  g_autofree char *problem = NULL;

  fixture_write (fixture, 0, "libmgr.conf", "memory-alert=1 MB\nmemory-cleanup=2 MB\n");
  problem = g_strdup_printf ("%s:3: there is no key “memory-clean”: did you mean “memory-cleanup”?",
                             fixture_write (fixture, 0, "libmgr.conf.d/a.conf",
                                            "memory-alert=2 MB\nmemory-clean=2 MB\n"));
  fixture_write (fixture, 1, "libmgr.conf", "memory-cleanup=3 MB\n");

  config = fixture_load (fixture, NULL);
  assert_problem (config, problem);
  g_assert_cmpuint (mgr_config_get_size (config, "memory-alert"), ==, 1000000);
  g_assert_cmpuint (mgr_config_get_size (config, "memory-cleanup"), ==, 3000000);
  g_assert_cmpuint (g_strv_length ((char **) mgr_config_get_files (config)), ==, 3);
}

static void
test_bad_variable_is_left_out (Fixture       *fixture,
                               gconstpointer  data)
{
  static const char *const environment[] = {
    "MGR_MEMORY_ALERT=1000", "MGR_MEMORY_CLEANUP=5 MB", NULL,
  };
  g_autoptr (MgrConfig) config = NULL;

  fixture_write (fixture, 0, "libmgr.conf", "memory-alert=1 MB\n");
  config = fixture_load (fixture, environment);
  assert_problem (config, "MGR_MEMORY_ALERT: “1000” means that many bytes: "
                  "write “1000 MB” if you mean megabytes");
  g_assert_cmpuint (mgr_config_get_size (config, "memory-alert"), ==, 1000000);
  g_assert_cmpuint (mgr_config_get_size (config, "memory-cleanup"), ==, 5000000);
}

static void
test_unknown_variable (Fixture       *fixture,
                       gconstpointer  data)
{
  static const struct
  {
    const char *environment[2];
    const char *problem;
  } cases[] = {
    { { "MGR_MEMORY_ALRT=5 MB" },
      "There is no environment variable “MGR_MEMORY_ALRT”: did you mean “MGR_MEMORY_ALERT”?" },
    { { "MGR_memory_alert=5 MB" },
      "There is no environment variable “MGR_memory_alert”: did you mean “MGR_MEMORY_ALERT”?" },
    { { "MGR_COLOUR=red" },
      "There is no environment variable “MGR_COLOUR”: “mgrctl config” lists those there are" },
    { { "MGR_TEST_SEED=1" },
      "There is no environment variable “MGR_TEST_SEED”: “mgrctl config” lists those there are" },
    { { "MGR_\033\xff=1" },
      "There is no environment variable “MGR_\357\277\275\357\277\275”: "
      "“mgrctl config” lists those there are" },
    { { "MGR_MEMORY_ALERT=\xff" }, "MGR_MEMORY_ALERT: The value is not UTF-8" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MgrConfig) config = fixture_load (fixture, cases[i].environment);

      assert_problem (config, cases[i].problem);
    }
}

static void
test_variables_of_tests (Fixture       *fixture,
                         gconstpointer  data)
{
  static const char *const environment[] = {
    "MGR_TEST_SEED=1", "MGR_UNINSTALLED=1", "MGR_BUILD_ROOT=/", "MGR_TEST_SEEDS=2", NULL,
  };
  g_autoptr (MgrConfig) config = fixture_load (fixture, environment);

  assert_problem (config, "There is no environment variable “MGR_TEST_SEEDS”: "
                  "“mgrctl config” lists those there are");
}

static void
test_rising_sizes (Fixture       *fixture,
                   gconstpointer  data)
{
  static const char *const environment[] = {
    "MGR_MEMORY_CLEANUP=5 MB", "MGR_TRACK_PROCESS=yes", NULL,
  };
  g_autofree char *problem = NULL;
  g_autoptr (MgrConfig) config = NULL;

  g_test_summary ("Where sources do not fit together, none of their sizes holds");

  problem = g_strdup_printf ("memory-cleanup (environment variable MGR_MEMORY_CLEANUP) has to be "
                             "above memory-alert (file %s, line 2), or 0",
                             fixture_write (fixture, 0, "libmgr.conf",
                                            "memory-alert=6 MB\nmemory-critical=7 MB\n"));
  config = fixture_load (fixture, environment);
  assert_problem (config, problem);
  g_assert_false (mgr_config_is_set (config, "memory-alert"));
  g_assert_false (mgr_config_is_set (config, "memory-cleanup"));
  g_assert_false (mgr_config_is_set (config, "memory-critical"));
  g_assert_cmpuint (mgr_config_get_size (config, "memory-critical"), ==, 0);
  g_assert_true (mgr_config_get_boolean (config, "track-process"));
}

static void
test_named_file (Fixture       *fixture,
                 gconstpointer  data)
{
  const char *path = fixture_write (fixture, 0, "mine", "memory-alert=5 MB\n");
  g_autofree char *variable = g_strconcat ("MGR_CONFIG=", path, NULL);
  const char *const named[] = { variable, "MGR_MEMORY_CRITICAL=6 MB", NULL };
  const char *const empty[] = { "MGR_CONFIG=", NULL };
  const char *const missing[] = { "MGR_CONFIG=/nonexistent/mine", NULL };
  g_autoptr (MgrConfig) config = NULL;
  g_autoptr (MgrConfig) without = NULL;
  g_autoptr (MgrConfig) failed = NULL;

  fixture_write (fixture, 1, "libmgr.conf", "memory-alert=1 MB\nmemory-cleanup=2 MB\n");

  g_test_message ("It is read in place of all others, and counts less than the environment");
  config = fixture_load (fixture, named);
  g_assert_cmpuint (mgr_config_get_size (config, "memory-alert"), ==, 5000000);
  g_assert_cmpuint (mgr_config_get_size (config, "memory-cleanup"), ==, 0);
  g_assert_cmpuint (mgr_config_get_size (config, "memory-critical"), ==, 6000000);
  g_assert_cmpstr (mgr_config_get_files (config)[0], ==, path);

  without = fixture_load (fixture, empty);
  g_assert_cmpuint (mgr_config_get_size (without, "memory-alert"), ==, 0);
  g_assert_null (mgr_config_get_problems (without)[0]);

  failed = fixture_load (fixture, missing);
  assert_problem (failed, "/nonexistent/mine: it cannot be opened: No such file or directory");
  g_assert_cmpuint (mgr_config_get_size (failed, "memory-alert"), ==, 0);
}

static void
test_odd_places (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autoptr (MgrConfig) closed = NULL;
  g_autoptr (MgrConfig) config = NULL;
  const gboolean root = geteuid () == 0;

  fixture_write (fixture, 0, "libmgr.conf.d", "memory-alert=1 MB\n");
  fixture_write (fixture, 1, "libmgr.conf/file", "memory-alert=1 MB\n");

  g_test_message ("A file where the folder should be, and the reverse");
  config = fixture_load (fixture, NULL);
  g_assert_cmpuint (g_strv_length ((char **) mgr_config_get_problems (config)), ==, 2);
  g_assert_nonnull (strstr (mgr_config_get_problems (config)[0], "libmgr.conf.d"));
  g_assert_nonnull (strstr (mgr_config_get_problems (config)[1], "libmgr.conf: it cannot be read"));

  g_test_message ("A folder that this user may not enter counts as empty");
  if (root)
    g_assert_cmpint (setresuid (NOBODY, NOBODY, 0), ==, 0);
  else
    g_assert_cmpint (g_chmod (fixture->root, 0), ==, 0);
  closed = fixture_load (fixture, NULL);
  if (root)
    g_assert_cmpint (setresuid (0, 0, 0), ==, 0);
  else
    g_assert_cmpint (g_chmod (fixture->root, 0700), ==, 0);
  g_assert_null (mgr_config_get_problems (closed)[0]);
}

static MgrConfig *
from_text (const char  *text,
           GError     **error)
{
  return mgr_config_new_from_data (text, strlen (text), "here", error);
}

static void
test_from_data (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrConfig) config = NULL;
  g_autoptr (MgrConfig) nothing = NULL;

  config = from_text ("[libmgr]\nmemory-alert=5 MB\n", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (mgr_config_get_size (config, "memory-alert"), ==, 5000000);
  g_assert_true (mgr_config_is_set (config, "memory-alert"));
  g_assert_false (mgr_config_is_set (config, "memory-cleanup"));
  g_assert_cmpstr (mgr_config_get_origin (config, "memory-alert"), ==, "file here, line 2");
  g_assert_null (mgr_config_get_problems (config)[0]);
  g_assert_null (mgr_config_get_files (config)[0]);

  nothing = mgr_config_new_from_data (NULL, 0, "here", &error);
  g_assert_no_error (error);
  g_assert_false (mgr_config_is_set (nothing, "memory-alert"));

  g_assert_null (from_text ("[libmgr]\nmemory-alert=5 MB\ntrack-process=so\ncolour=red\n", &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_assert_cmpstr (error->message, ==,
                   "here:3: track-process: “so” is neither true nor false: write one of these\n"
                   "here:4: there is no key “colour”: “mgrctl config” lists those there are");
}

static void
test_from_file (Fixture       *fixture,
                gconstpointer  data)
{
  const char *good = fixture_write (fixture, 0, "good", "memory-alert=5 MB\n");
  const char *bad = fixture_write (fixture, 0, "bad", "memory-alert=5\n");
  g_autofree char *where = g_strdup_printf ("file %s, line 2", good);
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrConfig) config = mgr_config_new_from_file (good, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (mgr_config_get_origin (config, "memory-alert"), ==, where);

  g_assert_null (mgr_config_new_from_file (bad, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_assert_true (g_str_has_prefix (error->message, bad));
  g_clear_error (&error);

  g_assert_null (mgr_config_new_from_file ("/nonexistent", &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND);
}

static void
test_new (Fixture       *fixture,
          gconstpointer  data)
{
  g_autofree char *before = g_strdup (g_getenv ("MGR_CONFIG"));
  g_autoptr (MgrConfig) config = NULL;

  g_test_summary ("The environment of the process is read anew every time");

  g_setenv ("MGR_CONFIG", fixture_write (fixture, 0, "mine", "memory-alert=5 MB\n"), TRUE);
  g_setenv ("MGR_MEMORY_CLEANUP", "6 MB", TRUE);
  config = mgr_config_new ();
  g_assert_cmpuint (mgr_config_get_size (config, "memory-alert"), ==, 5000000);
  g_assert_cmpuint (mgr_config_get_size (config, "memory-cleanup"), ==, 6000000);

  g_unsetenv ("MGR_MEMORY_CLEANUP");
  if (before != NULL)
    g_setenv ("MGR_CONFIG", before, TRUE);
  else
    g_unsetenv ("MGR_CONFIG");

  g_clear_pointer (&config, mgr_config_unref);
  config = mgr_config_new ();
  g_assert_false (mgr_config_is_set (config, "memory-cleanup"));
}

/* What a set-user-id copy of this program exits with. */
#define EXIT_IGNORED 10
#define EXIT_READ 11
#define EXIT_NOT_PRIVILEGED 12

static void
exit_as_privileged (void)
{
  g_autoptr (MgrConfig) config = mgr_config_new ();
  gboolean read = mgr_config_is_set (config, "memory-alert");

  /* Without the search for leaks, which such a program is not allowed. */
  if (getauxval (AT_SECURE) == 0)
    _exit (EXIT_NOT_PRIVILEGED);
  _exit (read ? EXIT_READ : EXIT_IGNORED);
}

static int
run_privileged (const char *path)
{
  g_autofree char *shell = g_strdup_printf ("cp /proc/%d/exe '%s' && chown %d '%s' && chmod 4755 '%s'",
                                            (int) getpid (), path, NOBODY, path, path);
  const char *const argv[] = { path, "--exit-as-privileged", NULL };
  g_auto (GStrv) environment = g_environ_setenv (g_get_environ (), "MGR_MEMORY_ALERT", "5 MB", TRUE);
  g_autoptr (GError) error = NULL;
  int status = 0;

  g_assert_cmpint (system (shell), ==, 0);
  g_assert_true (g_spawn_sync (NULL, (char **) argv, environment, G_SPAWN_DEFAULT, NULL, NULL,
                               NULL, NULL, &status, &error));
  g_assert_no_error (error);
  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}

static void
test_privileged (Fixture       *fixture,
                 gconstpointer  data)
{
  g_autofree char *path = NULL;
  int status;

  g_test_summary ("A set-user-id program reads nothing of its caller's");

#ifdef __SANITIZE_THREAD__
  g_test_skip ("ThreadSanitizer cannot start in a set-user-id program");
  return;
#endif
  if (geteuid () != 0)
    {
      g_test_skip ("only root can make a program another user's");
      return;
    }

  path = g_build_filename (fixture->root, "privileged", NULL);
  status = run_privileged (path);
  g_assert_cmpint (g_unlink (path), ==, 0);
  if (status == EXIT_NOT_PRIVILEGED)
    g_test_skip ("the temporary folder takes no set-user-id programs");
  else
    g_assert_cmpint (status, ==, EXIT_IGNORED);
}

static void
check_value (MgrConfig  *config,
             const char *key,
             const char *expected)
{
  g_autoptr (GVariant) value = mgr_config_get_value (config, key);
  g_autofree char *printed = g_variant_print (value, TRUE);

  g_assert_false (g_variant_is_floating (value));
  g_assert_cmpstr (printed, ==, expected);
}

static void
test_values_of_any_type (void)
{
  g_autoptr (MgrConfig) config = from_text ("[libmgr]\n"
                                            "memory-alert=5 MB\n"
                                            "total-budget=75 %\n"
                                            "pressure-thresholds=50%,62.5%,75%,87.5%,1\n"
                                            "track-process=ON\n"
                                            "emergency-signal=sighup\n", NULL);

  check_value (config, "memory-alert", "uint64 5000000");
  check_value (config, "total-budget", "0.75");
  check_value (config, "monitoring-interval", "int64 500000");
  check_value (config, "pressure-thresholds", "[0.5, 0.625, 0.75, 0.875, 1.0]");
  check_value (config, "track-process", "true");
  check_value (config, "emergency-signal", "'SIGHUP'");

  g_assert_cmpstr (mgr_config_get_string (config, "memory-alert"), ==, "5 MB");
  g_assert_cmpstr (mgr_config_get_string (config, "total-budget"), ==, "75 %");
  g_assert_cmpstr (mgr_config_get_string (config, "track-process"), ==, "true");
  g_assert_cmpstr (mgr_config_get_string (config, "emergency-signal"), ==, "SIGHUP");
}

static void
test_describe (void)
{
  static const char *const fields[] = {
    "name", "variable", "type", "unit", "range", "default", "documentation",
  };
  g_autoptr (GVariant) alert = mgr_config_describe_key ("memory-alert");
  const char *text = NULL;

  g_assert_true (g_variant_lookup (alert, "variable", "&s", &text));
  g_assert_cmpstr (text, ==, "MGR_MEMORY_ALERT");
  g_assert_true (g_variant_lookup (alert, "range", "&s", &text));
  g_assert_cmpstr (text, ==, "0 to 1.0 EiB");

  for (const char * const *key = mgr_config_list_keys (); *key != NULL; key++)
    {
      g_autoptr (GVariant) description = mgr_config_describe_key (*key);

      g_assert_cmpuint (g_variant_n_children (description), ==, G_N_ELEMENTS (fields));
      for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
        g_assert_true (g_variant_lookup (description, fields[i], "&s", &text));
    }

  g_assert_null (mgr_config_describe_key ("colour"));
}

/* A fault of the program: said as one, and answered with nothing. */
#define assert_critical(expression) \
  G_STMT_START \
  { \
    g_test_expect_message ("libmgr", G_LOG_LEVEL_CRITICAL, "*assertion*failed*"); \
    g_assert_true (!(expression)); \
    g_test_assert_expected_messages (); \
  } \
  G_STMT_END

static void
test_wrong_calls (void)
{
  g_autoptr (MgrConfig) config = from_text ("", NULL);
  gsize n_ratios = 7;

  assert_critical (mgr_config_get_size (config, "memory-alrt"));
  assert_critical (mgr_config_get_size (config, "track-process"));
  assert_critical (mgr_config_get_share (config, "memory-alert") > 0.0);
  assert_critical (mgr_config_get_duration (config, "memory-alert"));
  assert_critical (mgr_config_get_boolean (config, "memory-alert"));
  assert_critical (mgr_config_get_ratios (config, "memory-alert", &n_ratios));
  g_assert_cmpuint (n_ratios, ==, 0);
  assert_critical (mgr_config_get_string (config, "memory-alrt"));
  assert_critical (mgr_config_get_value (config, "memory-alrt"));
  assert_critical (mgr_config_get_origin (config, "memory-alrt"));
  assert_critical (mgr_config_is_set (config, "memory-alrt"));
}

static gpointer
share_cb (gpointer user_data)
{
  for (guint i = 0; i < 200; i++)
    {
      g_autoptr (MgrConfig) shared = mgr_config_ref (user_data);
      g_autoptr (MgrConfig) own = mgr_config_new ();

      g_assert_cmpuint (mgr_config_get_size (shared, "memory-alert"), ==, 5000000);
      g_assert_cmpint (mgr_config_get_duration (own, "monitoring-interval"), ==, 500000);
    }

  return NULL;
}

static void
test_threads (void)
{
  MgrConfig *config = from_text ("[libmgr]\nmemory-alert=5 MB\n", NULL);
  GThread *threads[4];

  g_test_summary ("Threads share a config, and read others");

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("share", share_cb, config);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  mgr_config_unref (config);
}

static void
test_boxed (void)
{
  g_autoptr (MgrConfig) config = from_text ("", NULL);
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, MGR_TYPE_CONFIG);
  g_value_set_boxed (&value, config);
  g_assert_true (g_value_get_boxed (&value) == config);
}

#define ADD(path, test) \
  g_test_add (path, Fixture, NULL, fixture_set_up, test, fixture_tear_down)

int
main (int    argc,
      char **argv)
{
  if (argc == 2 && g_str_equal (argv[1], "--exit-as-privileged"))
    exit_as_privileged ();

  g_test_init (&argc, &argv, NULL);

  ADD ("/base/config/defaults", test_defaults);
  ADD ("/base/config/order-of-files", test_order_of_files);
  ADD ("/base/config/environment-over-files", test_environment_over_files);
  ADD ("/base/config/bad-file-is-left-out", test_bad_file_is_left_out);
  ADD ("/base/config/bad-variable-is-left-out", test_bad_variable_is_left_out);
  ADD ("/base/config/unknown-variable", test_unknown_variable);
  ADD ("/base/config/variables-of-tests", test_variables_of_tests);
  ADD ("/base/config/rising-sizes", test_rising_sizes);
  ADD ("/base/config/named-file", test_named_file);
  ADD ("/base/config/odd-places", test_odd_places);
  ADD ("/base/config/from-file", test_from_file);
  ADD ("/base/config/new", test_new);
  ADD ("/base/config/privileged", test_privileged);
  g_test_add_func ("/base/config/from-data", test_from_data);
  g_test_add_func ("/base/config/values-of-any-type", test_values_of_any_type);
  g_test_add_func ("/base/config/describe", test_describe);
  g_test_add_func ("/base/config/wrong-calls", test_wrong_calls);
  g_test_add_func ("/base/config/threads", test_threads);
  g_test_add_func ("/base/config/boxed", test_boxed);

  return g_test_run ();
}
