/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-test-support.h"
#include "schedule/mgr-scheduler-private.h"
#include "schedule/mgr-slurm-rest-private.h"

#include <glib/gstdio.h>

#include <signal.h>
#include <string.h>
#include <sys/wait.h>

static void
test_versions (void)
{
  static const struct
  {
    const char *text;
    guint version;
  } cases[] = {
    { "{\"paths\": {\"/slurm/v0.0.36/job/submit\": {}, \"/slurm/v0.0.38/job/submit\": {}}}", 38 },
    { "{\"paths\": {\"/slurm/v0.0.39/job/submit\": {}, \"/slurm/v0.0.41/job/submit\": {}}}", 41 },
    { "{\"paths\": {\"/slurm/v0.0.36/job/submit\": {}}}", 0 },
    { "{\"paths\": []}", 0 },
    { "[]", 0 },
    { "", 0 },
    { "<html>", 0 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpuint (mgr_slurm_rest_find_version (cases[i].text), ==, cases[i].version);
}

/* The same jobs in the shapes of two versions. */
static void
test_rows (void)
{
  const char *texts[] = {
    "{\"jobs\": [{\"job_id\": 7, \"job_state\": \"FAILED\", \"exit_code\": 768,"
    " \"comment\": \"libmgr:ab-0\"},"
    " {\"job_id\": 8, \"job_state\": \"RUNNING\", \"exit_code\": 0, \"comment\": \"other\"},"
    " {\"job_id\": 9, \"job_state\": \"FAILED\", \"exit_code\": 9, \"comment\": \"\"}]}",
    "{\"jobs\": [{\"job_id\": {\"set\": true, \"infinite\": false, \"number\": 7},"
    " \"job_state\": [\"FAILED\"], \"comment\": \"libmgr:ab-0\","
    " \"exit_code\": {\"return_code\": {\"set\": true, \"number\": 3},"
    " \"signal\": {\"id\": {\"set\": false, \"number\": 0}}}},"
    " {\"job_id\": 8, \"job_state\": [\"RUNNING\", \"COMPLETING\"], \"comment\": \"other\"},"
    " {\"job_id\": 9, \"job_state\": [\"FAILED\"], \"exit_code\":"
    " {\"return_code\": {\"set\": false, \"number\": 0}, \"signal\":"
    " {\"id\": {\"set\": true, \"number\": 9}, \"name\": \"KILL\"}}}]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GPtrArray) rows = mgr_slurm_rest_parse_rows (texts[i]);
      const MgrSlurmRow *row;

      g_assert_nonnull (rows);
      g_assert_cmpuint (rows->len, ==, 3);
      row = g_ptr_array_index (rows, 0);
      g_assert_cmpstr (row->id, ==, "7");
      g_assert_cmpstr (row->state, ==, "FAILED");
      g_assert_cmpstr (row->token, ==, "ab-0");
      g_assert_cmpint (row->status, ==, 3 << 8);
      row = g_ptr_array_index (rows, 1);
      g_assert_cmpstr (row->state, ==, "RUNNING");
      g_assert_null (row->token);
      row = g_ptr_array_index (rows, 2);
      g_assert_true (WIFSIGNALED (row->status));
      g_assert_cmpint (WTERMSIG (row->status), ==, SIGKILL);
    }
}

static void
test_nonsense (void)
{
  const char *lists[] = { "", "null", "[]", "{\"jobs\": {}}", "{\"jobs\"" };
  const char *ids[] = { "", "{\"job_id\": \"7\"}", "{\"job_id\": -7}",
                        "{\"job_id\": {\"set\": false, \"number\": 7}}",
                        "{\"job_id\": {\"infinite\": true, \"number\": 7}}", "{\"job_id\": {}}" };
  g_autoptr (GPtrArray) rows = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    g_assert_null (mgr_slurm_rest_parse_rows (lists[i]));
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    g_assert_null (mgr_slurm_rest_parse_job_id (ids[i]));

  rows = mgr_slurm_rest_parse_rows ("{\"jobs\": [7, null, {}, {\"job_id\": 7}, "
                                    "{\"job_id\": 7, \"job_state\": []}]}");
  g_assert_cmpuint (rows->len, ==, 0);
}

static void
test_job (void)
{
  MgrSlurmRequest request = {
    .name = (char *) "a \"name\"",
    .token = (char *) "ab-0",
    .script = (char *) "#!/bin/sh\ntrue\n",
    .directory = (char *) "/tmp",
    .output_path = (char *) "/tmp/out",
    .memory = 20,
    .nice = 100,
    .minutes = 5,
    .deadline = 70,
    .minutes_min = 2,
  };
  g_autofree char *bare = mgr_slurm_rest_write_job (&request, 38, NULL);
  g_autofree char *objects = mgr_slurm_rest_write_job (&request, 40, "long");

  g_assert_nonnull (strstr (bare, "\"memory_per_node\":20,"));
  g_assert_nonnull (strstr (bare, "\"time_limit\":5"));
  g_assert_nonnull (strstr (bare, "\"deadline\":"));
  g_assert_nonnull (strstr (bare, "\"time_minimum\":2"));
  g_assert_nonnull (strstr (bare, "\"environment\":{\"PATH\":"));
  g_assert_nonnull (strstr (bare, "\"comment\":\"libmgr:ab-0\""));
  g_assert_nonnull (strstr (bare, "a \\\"name\\\""));
  g_assert_null (strstr (bare, "partition"));
  g_assert_nonnull (strstr (objects, "\"memory_per_node\":{\"set\":true,\"number\":20}"));
  g_assert_nonnull (strstr (objects, "\"environment\":[\"PATH="));
  g_assert_nonnull (strstr (objects, "\"partition\":\"long\""));
}

static void
test_errors (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) other = NULL;

  g_assert_cmpint (mgr_slurm_rest_classify ("take the job",
                                            "{\"errors\": [{\"error_number\": 2014, \"error\": "
                                            "\"Requested node configuration is not available\"}]}",
                                            &error), ==, MGR_SLURM_REFUSED);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
  g_assert_cmpint (mgr_slurm_rest_classify ("take the job", "Authentication failure", &other), ==,
                   MGR_SLURM_REFUSED);
  g_assert_nonnull (strstr (other->message, "Authentication failure"));
}

/* Nobody listens there. */
static void
test_unreachable (void)
{
  g_autofree char *folder = g_dir_make_tmp ("mgr-slurm-XXXXXX", NULL);
  g_autofree char *socket = g_build_filename (folder, "socket", NULL);
  MgrSlurmPort *port = mgr_slurm_rest_new (socket, NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (port->probe (port, &error), ==, MGR_SLURM_AWAY);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
  port->free (port);
  g_rmdir (folder);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/schedule/slurm-rest/versions", test_versions);
  g_test_add_func ("/schedule/slurm-rest/rows", test_rows);
  g_test_add_func ("/schedule/slurm-rest/nonsense", test_nonsense);
  g_test_add_func ("/schedule/slurm-rest/job", test_job);
  g_test_add_func ("/schedule/slurm-rest/errors", test_errors);
  g_test_add_func ("/schedule/slurm-rest/unreachable", test_unreachable);

  return g_test_run ();
}
