/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "schedule/mgr-slurm-files-private.h"
#include "schedule/mgr-slurm-program-private.h"
#include "schedule/mgr-slurm-words-private.h"

#include <glib/gstdio.h>

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

static void
test_rows (void)
{
  g_autoptr (GPtrArray) rows =
    mgr_slurm_parse_rows ("12|COMPLETED|0|libmgr:ab-0-cd|\n"
                          "13|FAILED|768|(null)|\n"
                          "14|RUNNING|0|a | comment | of others|\n"
                          "15_3|RUNNING|0|(null)|\n"
                          "|RUNNING|0|(null)|\n"
                          "16||0|(null)|\n"
                          "17|RUNNING|-1|(null)|\n"
                          "18|RUNNING\n"
                          "\n");
  const MgrSlurmRow *row;

  g_assert_cmpuint (rows->len, ==, 3);
  row = g_ptr_array_index (rows, 0);
  g_assert_cmpstr (row->id, ==, "12");
  g_assert_cmpstr (row->state, ==, "COMPLETED");
  g_assert_cmpstr (row->token, ==, "ab-0-cd");
  row = g_ptr_array_index (rows, 1);
  g_assert_cmpint (WEXITSTATUS (row->status), ==, 3);
  g_assert_null (row->token);
  row = g_ptr_array_index (rows, 2);
  g_assert_null (row->token);
}

static void
test_no_rows (void)
{
  const char *texts[] = { "", "\n\n", "slurm_load_jobs error: x", "||||||||" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GPtrArray) rows = mgr_slurm_parse_rows (texts[i]);

      g_assert_cmpuint (rows->len, ==, 0);
    }
}

static void
test_job_ids (void)
{
  static const struct
  {
    const char *text;
    const char *id;
  } cases[] = {
    { "7\n", "7" },
    { "12345;cluster\n", "12345" },
    { "Welcome to the cluster\n99\n", "99" },
    { "", NULL },
    { "\n", NULL },
    { "-5\n", NULL },
    { "Submitted batch job 12\n", NULL },
    { "12x\n", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *id = mgr_slurm_parse_job_id (cases[i].text);

      g_assert_cmpstr (id, ==, cases[i].id);
    }
}

static void
test_versions (void)
{
  guint major = 0;
  guint minor = 0;

  g_assert_true (mgr_slurm_parse_version ("slurm-wlm 22.05.8", &major, &minor));
  g_assert_cmpuint (major, ==, 22);
  g_assert_cmpuint (minor, ==, 5);
  g_assert_true (mgr_slurm_parse_version ("slurm 23.11.4-1", &major, &minor));
  g_assert_cmpuint (major, ==, 23);
  g_assert_false (mgr_slurm_parse_version ("", &major, &minor));
  g_assert_false (mgr_slurm_parse_version ("slurm", &major, &minor));
  g_assert_false (mgr_slurm_parse_version ("22.05", &major, &minor));
  g_assert_false (mgr_slurm_parse_version ("slurm 23", &major, &minor));
}

static void
test_judge (void)
{
  static const struct
  {
    const char *state;
    int status;
    MgrTaskReason reason;
  } cases[] = {
    { "PENDING", 0, MGR_TASK_REASON_NONE },
    { "RUNNING", 0, MGR_TASK_REASON_NONE },
    { "COMPLETING", 0, MGR_TASK_REASON_NONE },
    { "REQUEUED", 0, MGR_TASK_REASON_NONE },
    { "A_STATE_OF_LATER", 0, MGR_TASK_REASON_NONE },
    { "COMPLETED", 0, MGR_TASK_REASON_DONE },
    { "OUT_OF_MEMORY", 0, MGR_TASK_REASON_OOM },
    { "FAILED", SIGKILL, MGR_TASK_REASON_OOM },
    { "FAILED", 137 << 8, MGR_TASK_REASON_ERROR },
    { "FAILED", SIGTERM, MGR_TASK_REASON_ERROR },
    { "CANCELLED", 0, MGR_TASK_REASON_CANCELLED },
    { "PREEMPTED", 0, MGR_TASK_REASON_PREEMPTED },
    { "TIMEOUT", 0, MGR_TASK_REASON_TIMEOUT },
    { "DEADLINE", 0, MGR_TASK_REASON_TIMEOUT },
    { "NODE_FAIL", 0, MGR_TASK_REASON_LOST },
    { "BOOT_FAIL", 0, MGR_TASK_REASON_LOST },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (mgr_slurm_judge (cases[i].state, cases[i].status), ==, cases[i].reason);
}

static void
test_classify (void)
{
  static const struct
  {
    const char *errors;
    MgrSlurmOutcome outcome;
    MgrError code;
  } cases[] = {
    { "sbatch: error: Batch job submission failed: Unable to contact slurm controller (connect "
      "failure)", MGR_SLURM_AWAY, MGR_ERROR_NOT_AVAILABLE },
    { "sbatch: error: Batch job submission failed: Slurm controller in standby mode, use primary "
      "controller", MGR_SLURM_AWAY, MGR_ERROR_NOT_AVAILABLE },
    { "sbatch: error: If munged is up, restart with --num-threads=10", MGR_SLURM_AWAY,
      MGR_ERROR_NOT_AVAILABLE },
    { "sbatch: error: Batch job submission failed: Socket timed out on send/recv operation",
      MGR_SLURM_UNSURE, MGR_ERROR_NOT_AVAILABLE },
    { "sbatch: error: Batch job submission failed: Zero Bytes were transmitted or received",
      MGR_SLURM_UNSURE, MGR_ERROR_NOT_AVAILABLE },
    { "sbatch: error: Slurm temporarily unable to accept job, sleeping and retrying",
      MGR_SLURM_FULL, MGR_ERROR_BUSY },
    { "sbatch: error: AssocMaxSubmitJobLimit\nsbatch: error: Batch job submission failed: Job "
      "violates accounting/QOS policy (job submit limit, user's size and/or time limits)",
      MGR_SLURM_FULL, MGR_ERROR_BUSY },
    { "sbatch: error: Memory specification can not be satisfied", MGR_SLURM_REFUSED,
      MGR_ERROR_INFEASIBLE },
    { "sbatch: fatal: Could not establish a configuration source", MGR_SLURM_REFUSED,
      MGR_ERROR_NOT_AVAILABLE },
    { "", MGR_SLURM_REFUSED, MGR_ERROR_FAILED },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (mgr_slurm_classify ("take the job", cases[i].errors, &error), ==,
                       cases[i].outcome);
      g_assert_error (error, MGR_ERROR, (int) cases[i].code);
      g_assert_nonnull (strstr (error->message, "take the job"));
    }
}

static void
test_status (void)
{
  MgrSlurmStatus status;
  const char *bad[] = {
    "",
    "{}",
    "{\"rss\": 1, \"peak\": 2, \"exit\": 0}",
    "{\"rss\": 1, \"peak\": 2, \"exit\": 0, \"signal\": 0",
    "{\"rss\": -1, \"peak\": 2, \"exit\": 0, \"signal\": 0}",
    "{\"rss\": 1, \"peak\": 2, \"exit\": 300, \"signal\": 0}",
    "{\"rss\": 1, \"peak\": 2, \"exit\": 0, \"signal\": 200}",
    "{\"rss\": 1, \"peak\": 99999999999999999999, \"exit\": 0, \"signal\": 0}",
    "{\"rss\": x, \"peak\": 2, \"exit\": 0, \"signal\": 0}",
  };

  g_assert_true (mgr_slurm_parse_status ("{\"rss\": 1, \"peak\": 2, \"exit\": -1, \"signal\": 0}\n",
                                         &status));
  g_assert_false (status.ended);
  g_assert_cmpuint (status.peak, ==, 2);
  g_assert_true (mgr_slurm_parse_status ("{\"rss\":0,\"peak\":9,\"exit\":137,\"signal\":9}",
                                         &status));
  g_assert_true (status.ended);
  g_assert_cmpint (status.exit_status, ==, 137);
  g_assert_cmpint (status.signal, ==, 9);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    g_assert_false (mgr_slurm_parse_status (bad[i], &status));
}

static char *
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint count = 0;

  while (g_dir_read_name (dir) != NULL)
    count++;
  return g_strdup_printf ("%u", count);
}

static void
test_program (void)
{
  const char *const argv[] = { "sh", "-c", "cat; echo bad >&2; exit 3", NULL };
  g_auto (MgrSlurmAnswer) answer = { 0 };
  g_autofree char *before = count_descriptors ();
  g_autofree char *after = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_true (mgr_slurm_program_run (argv, "in", NULL, G_TIME_SPAN_MINUTE, &answer, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (answer.output, ==, "in");
  g_assert_cmpstr (answer.errors, ==, "bad\n");
  g_assert_cmpint (WEXITSTATUS (answer.status), ==, 3);
  g_assert_false (answer.ended);
  after = count_descriptors ();
  g_assert_cmpstr (after, ==, before);
}

/* More than a pipe holds, to one who reads all and to one who reads nothing. */
static void
test_program_floods (void)
{
  const char *const cat[] = { "cat", NULL };
  const char *const deaf[] = { "true", NULL };
  g_autofree char *much = g_strnfill (1 << 20, 'x');
  g_auto (MgrSlurmAnswer) answer = { 0 };
  g_auto (MgrSlurmAnswer) none = { 0 };

  g_assert_true (mgr_slurm_program_run (cat, much, NULL, G_TIME_SPAN_MINUTE, &answer, NULL));
  g_assert_cmpuint (strlen (answer.output), ==, 1 << 20);
  g_assert_true (mgr_slurm_program_run (deaf, much, NULL, G_TIME_SPAN_MINUTE, &none, NULL));
  g_assert_cmpint (none.status, ==, 0);
}

static void
test_program_absent (void)
{
  const char *const argv[] = { "/nowhere/sbatch", NULL };
  g_auto (MgrSlurmAnswer) answer = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_false (mgr_slurm_program_run (argv, NULL, NULL, G_TIME_SPAN_MINUTE, &answer, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
}

/* One that hangs, one that hangs with its output closed, and one that says it will. */
static void
test_program_hangs (void)
{
  const char *const silent[] = { "sleep", "60", NULL };
  const char *const closed[] = { "sh", "-c", "exec >&- 2>&-; exec sleep 60", NULL };
  const char *const honest[] = { "sh", "-c", "echo I will sleep >&2; exec sleep 60", NULL };
  g_auto (MgrSlurmAnswer) first = { 0 };
  g_auto (MgrSlurmAnswer) second = { 0 };
  g_auto (MgrSlurmAnswer) third = { 0 };

  g_assert_true (mgr_slurm_program_run (silent, NULL, NULL, 20 * G_TIME_SPAN_MILLISECOND, &first,
                                        NULL));
  g_assert_true (first.ended);
  g_assert_true (mgr_slurm_program_run (closed, NULL, NULL, 20 * G_TIME_SPAN_MILLISECOND, &second,
                                        NULL));
  g_assert_true (second.ended);
  g_assert_true (mgr_slurm_program_run (honest, NULL, "will sleep", G_TIME_SPAN_MINUTE, &third,
                                        NULL));
  g_assert_true (third.ended);
}

typedef struct
{
  char *folder; /* (owned) */
} Fixture;

static void
set_up (Fixture       *fixture,
        gconstpointer  user_data)
{
  fixture->folder = g_dir_make_tmp ("mgr-slurm-XXXXXX", NULL);
}

static guint
count_files (Fixture *fixture)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  guint count = 0;

  while (g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

/* Each test has given back all it took. */
static void
tear_down (Fixture       *fixture,
           gconstpointer  user_data)
{
  g_assert_cmpuint (count_files (fixture), ==, 0);
  g_assert_no_errno (g_rmdir (fixture->folder));
  g_free (fixture->folder);
}

static MgrSlurmClaim *
claim (MgrSlurmFiles *files)
{
  g_autoptr (GError) error = NULL;
  MgrSlurmClaim *made = mgr_slurm_files_claim (files, "same", &error);

  g_assert_no_error (error);
  return made;
}

/* At most so many bytes of the end, and no half of a character. */
static void
test_end_of_file (Fixture       *fixture,
                  gconstpointer  user_data)
{
  static const struct
  {
    const char *text;
    gsize size;
    const char *end;
  } cases[] = {
    { "", 8, "" },
    { "short", 8, "short" },
    { "just 8 b", 8, "just 8 b" },
    { "longer than that", 8, "han that" },
    { "a\303\244\303\266", 3, "\303\266" },
    { "bad \377", 8, "bad \357\277\275" },
  };
  g_autofree char *path = g_build_filename (fixture->folder, "output", NULL);

  g_assert_null (mgr_slurm_files_read_end (path, 8));
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *end = NULL;

      g_assert_true (g_file_set_contents (path, cases[i].text, -1, NULL));
      end = mgr_slurm_files_read_end (path, cases[i].size);
      g_assert_cmpstr (end, ==, cases[i].end);
    }
  g_assert_no_errno (g_unlink (path));
}

/* Nobody writes to it, and nobody waits for that. */
static void
test_end_of_pipe (Fixture       *fixture,
                  gconstpointer  user_data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "pipe", NULL);
  g_autofree char *end = NULL;

  g_assert_no_errno (mkfifo (path, 0600));
  end = mgr_slurm_files_read_end (path, 8);
  g_assert_cmpstr (end, ==, "");
  g_assert_no_errno (g_unlink (path));
}

static void
test_claims (Fixture       *fixture,
             gconstpointer  user_data)
{
  g_autoptr (MgrSlurmFiles) files = mgr_slurm_files_new (fixture->folder, NULL);
  g_autoptr (MgrSlurmClaim) first = claim (files);
  g_autoptr (MgrSlurmClaim) second = claim (files);

  g_assert_cmpstr (first->name, !=, second->name);
  g_assert_false (first->found);
  g_assert_null (first->id);
  g_assert_true (g_str_has_prefix (first->token, first->name));
  mgr_slurm_files_forget (files, first);
  mgr_slurm_files_forget (files, second);
}

static void
test_claims_are_left (Fixture       *fixture,
                      gconstpointer  user_data)
{
  MgrSlurmFiles *dead = mgr_slurm_files_new (fixture->folder, NULL);
  g_autoptr (MgrSlurmFiles) files = mgr_slurm_files_new (fixture->folder, NULL);
  g_autoptr (MgrSlurmClaim) first = claim (dead);
  g_autoptr (MgrSlurmClaim) second = claim (dead);
  g_autoptr (MgrSlurmClaim) other = NULL;
  g_autoptr (MgrSlurmClaim) found = NULL;
  g_autoptr (MgrSlurmClaim) stopped = NULL;
  g_autoptr (MgrSlurmFiles) later = NULL;
  g_auto (GStrv) left = NULL;

  mgr_slurm_files_set_id (dead, first, "7");
  mgr_slurm_files_set_stopped (dead, second);
  other = claim (files);
  g_assert_false (other->found);
  mgr_slurm_files_free (dead);

  left = mgr_slurm_files_list_left (fixture->folder);
  g_assert_cmpuint (g_strv_length (left), ==, 1);
  g_assert_cmpstr (left[0], ==, "7");
  found = claim (files);
  g_assert_true (found->found);
  g_assert_false (found->stopped);
  g_assert_cmpstr (found->id, ==, "7");
  g_assert_cmpstr (found->token, ==, first->token);
  stopped = claim (files);
  g_assert_true (stopped->stopped);
  mgr_slurm_files_renew (files, stopped);
  g_assert_false (stopped->found);
  g_assert_cmpstr (stopped->token, !=, second->token);

  mgr_slurm_files_forget (files, other);
  mgr_slurm_files_forget (files, found);
  mgr_slurm_files_forget (files, stopped);
  /* The lock of the one that is gone goes with the next that comes. */
  later = mgr_slurm_files_new (fixture->folder, NULL);
  g_assert_cmpuint (count_files (fixture), ==, 2);
}

/* A record that a full disk cut off, or somebody wrote. */
static void
test_claims_are_broken (Fixture       *fixture,
                        gconstpointer  user_data)
{
  const char *texts[] = { "", "[job", "[job]\nowner=../../etc/passwd\n", "[job]\nowner=owner-1\n",
                          "\xff\xfe" };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (MgrSlurmFiles) files = mgr_slurm_files_new (fixture->folder, NULL);
      g_autofree char *path = g_build_filename (fixture->folder, "same-0.job", NULL);
      g_autoptr (MgrSlurmClaim) made = NULL;

      g_assert_true (g_file_set_contents (path, texts[i], -1, NULL));
      made = claim (files);
      g_assert_cmpstr (made->name, ==, "same-0");
      g_assert_false (made->found);
      g_assert_nonnull (made->token);
      mgr_slurm_files_forget (files, made);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/schedule/slurm-words/rows", test_rows);
  g_test_add_func ("/schedule/slurm-words/no-rows", test_no_rows);
  g_test_add_func ("/schedule/slurm-words/job-ids", test_job_ids);
  g_test_add_func ("/schedule/slurm-words/versions", test_versions);
  g_test_add_func ("/schedule/slurm-words/judge", test_judge);
  g_test_add_func ("/schedule/slurm-words/classify", test_classify);
  g_test_add_func ("/schedule/slurm-words/status", test_status);
  g_test_add_func ("/schedule/slurm-words/program", test_program);
  g_test_add_func ("/schedule/slurm-words/program-floods", test_program_floods);
  g_test_add_func ("/schedule/slurm-words/program-absent", test_program_absent);
  g_test_add_func ("/schedule/slurm-words/program-hangs", test_program_hangs);
  g_test_add ("/schedule/slurm-words/end-of-file", Fixture, NULL, set_up, test_end_of_file,
              tear_down);
  g_test_add ("/schedule/slurm-words/end-of-pipe", Fixture, NULL, set_up, test_end_of_pipe,
              tear_down);
  g_test_add ("/schedule/slurm-words/claims", Fixture, NULL, set_up, test_claims, tear_down);
  g_test_add ("/schedule/slurm-words/claims-are-left", Fixture, NULL, set_up,
              test_claims_are_left, tear_down);
  g_test_add ("/schedule/slurm-words/claims-are-broken", Fixture, NULL, set_up,
              test_claims_are_broken, tear_down);

  return g_test_run ();
}
