/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "base/mgr-config-private.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Root may read everything; this user may not. */
#define NOBODY 65534

typedef struct
{
  MgrConfigValue *values; /* (owned) (array) */
  GPtrArray *problems;    /* (owned) (element-type utf8) */
} Fixture;

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  data)
{
  fixture->values = g_new0 (MgrConfigValue, mgr_config_n_keys);
  fixture->problems = g_ptr_array_new_with_free_func (g_free);
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  data)
{
  for (guint i = 0; i < mgr_config_n_keys; i++)
    mgr_config_value_clear (&fixture->values[i]);
  g_free (fixture->values);
  g_ptr_array_unref (fixture->problems);
}

static void
fixture_parse (Fixture    *fixture,
               const char *text)
{
  mgr_config_parse_data (text, strlen (text), "f.conf", fixture->values, fixture->problems);
}

static const MgrConfigValue *
fixture_get (Fixture    *fixture,
             const char *key)
{
  return &fixture->values[mgr_config_key_find (key)];
}

static void
fixture_assert_nothing_set (Fixture *fixture)
{
  for (guint i = 0; i < mgr_config_n_keys; i++)
    g_assert_null (fixture->values[i].text);
}

/* The text is refused in just these words, and sets nothing. */
static void
check_refuses (Fixture    *fixture,
               const char *text,
               const char *problem)
{
  g_ptr_array_set_size (fixture->problems, 0);
  g_assert_false (mgr_config_parse_data (text, strlen (text), "f.conf", fixture->values,
                                         fixture->problems));
  g_assert_cmpuint (fixture->problems->len, ==, 1);
  g_assert_cmpstr (g_ptr_array_index (fixture->problems, 0), ==, problem);
  fixture_assert_nothing_set (fixture);
}

static void
test_values (Fixture       *fixture,
             gconstpointer  data)
{
  fixture_parse (fixture,
                 "# What this machine gives\n"
                 "\n"
                 "[libmgr]\n"
                 "total-budget=75 %\n"
                 "  memory-alert  =  1000 MB  \n"
                 "proc-path=/a path\r\n"
                 "track-process=yes");
  g_assert_cmpuint (fixture->problems->len, ==, 0);

  g_assert_cmpfloat (fixture_get (fixture, "total-budget")->ratios[0], ==, 0.75);
  g_assert_cmpstr (fixture_get (fixture, "total-budget")->origin, ==, "file f.conf, line 4");
  g_assert_cmpuint (fixture_get (fixture, "memory-alert")->number, ==, 1000000000);
  g_assert_cmpstr (fixture_get (fixture, "memory-alert")->text, ==, "1000 MB");
  g_assert_cmpstr (fixture_get (fixture, "memory-alert")->origin, ==, "file f.conf, line 5");
  g_assert_cmpstr (fixture_get (fixture, "proc-path")->text, ==, "/a path");
  g_assert_cmpstr (fixture_get (fixture, "track-process")->origin, ==, "file f.conf, line 7");
  g_assert_null (fixture_get (fixture, "memory-critical")->text);
}

static void
test_nothing (Fixture       *fixture,
              gconstpointer  data)
{
  static const char *const texts[] = { "", "\n", "# nothing", "[libmgr]", "[libmgr]\n\n[libmgr]\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    fixture_parse (fixture, texts[i]);
  g_assert_true (mgr_config_parse_data (NULL, 0, "f.conf", fixture->values, fixture->problems));
  g_assert_cmpuint (fixture->problems->len, ==, 0);
  fixture_assert_nothing_set (fixture);
}

static void
test_last_one_counts (Fixture       *fixture,
                      gconstpointer  data)
{
  fixture_parse (fixture,
                 "[libmgr]\nmemory-alert=5 MB\n#memory-alert=6 MB\nmemory-alert =7 MB\n"
                 "[libmgr]\nmemory-cleanup=8 MB\n");
  g_assert_cmpuint (fixture_get (fixture, "memory-alert")->number, ==, 7000000);
  g_assert_cmpstr (fixture_get (fixture, "memory-alert")->origin, ==, "file f.conf, line 4");
  g_assert_cmpstr (fixture_get (fixture, "memory-cleanup")->origin, ==, "file f.conf, line 6");
}

static void
test_unknown_key (Fixture       *fixture,
                  gconstpointer  data)
{
  check_refuses (fixture, "[libmgr]\nmemory-alrt=5 MB\n",
                 "f.conf:2: there is no key “memory-alrt”: did you mean “memory-alert”?");
  check_refuses (fixture, "[libmgr]\nMGR_MEMORY_ALERT=5 MB\n",
                 "f.conf:2: there is no key “MGR_MEMORY_ALERT”: did you mean “memory-alert”?");
  check_refuses (fixture, "[libmgr]\nmemory-alert[de]=5 MB\n",
                 "f.conf:2: there is no key “memory-alert[de]”: did you mean “memory-alert”?");
  check_refuses (fixture, "[libmgr]\n\ncolour=red\n",
                 "f.conf:3: there is no key “colour”: “mgrctl config” lists those there are");
}

static void
test_unknown_group (Fixture       *fixture,
                    gconstpointer  data)
{
  check_refuses (fixture, "[libmgr]\nmemory-alert=5 MB\n[memory]\nalert=5 MB\n",
                 "f.conf:3: there is no group “memory”: write all keys below “[libmgr]”");
  check_refuses (fixture, "memory-alert=5 MB\n",
                 "f.conf:1: write “[libmgr]” above the first key");
  check_refuses (fixture, "# a\n\n  memory-alert=5 MB\n[libmgr]\n",
                 "f.conf:3: write “[libmgr]” above the first key");
}

static void
test_bad_value (Fixture       *fixture,
                gconstpointer  data)
{
  check_refuses (fixture, "[libmgr]\ntrack-process=yes\nmemory-alert=1000\n",
                 "f.conf:3: memory-alert: “1000” means that many bytes: "
                 "write “1000 MB” if you mean megabytes");
  check_refuses (fixture, "[libmgr]\nmonitoring-interval=5 parsecs\n",
                 "f.conf:2: monitoring-interval: “5 parsecs” has no known unit: "
                 "use us, ms, s, min, h or d");
  check_refuses (fixture, "[libmgr]\nmonitoring-interval=2 d\n",
                 "f.conf:2: monitoring-interval: “2 d” is out of range: 1 ms to 1 d");
  check_refuses (fixture, "[libmgr]\ntrack-process=\n",
                 "f.conf:2: track-process: “” is neither true nor false: write one of these");
}

static void
test_inline_comment (Fixture       *fixture,
                     gconstpointer  data)
{
  check_refuses (fixture, "[libmgr]\nmemory-alert=5 MB # enough\n",
                 "f.conf:2: memory-alert: a comment has to stand on a line of its own");
  check_refuses (fixture, "[libmgr]\nproc-path=/proc\t#usual\n",
                 "f.conf:2: proc-path: a comment has to stand on a line of its own");

  g_ptr_array_set_size (fixture->problems, 0);
  fixture_parse (fixture, "[libmgr]\nproc-path=/tree#1\n");
  g_assert_cmpstr (fixture_get (fixture, "proc-path")->text, ==, "/tree#1");
}

static void
test_bad_line (Fixture       *fixture,
               gconstpointer  data)
{
  check_refuses (fixture, "[libmgr]\nmemory-alert 5 MB\n",
                 "f.conf:2: this is neither “KEY=VALUE” nor “[libmgr]” nor “# a comment”");
  check_refuses (fixture, "[libmgr]\ntrack-process=yes\n[libmgr\n\n\n",
                 "f.conf:3: this is neither “KEY=VALUE” nor “[libmgr]” nor “# a comment”");
  check_refuses (fixture, "[libmgr]\ntrack-process=yes\n\n; so\n# so",
                 "f.conf:4: this is neither “KEY=VALUE” nor “[libmgr]” nor “# a comment”");
  check_refuses (fixture, "x",
                 "f.conf:1: this is neither “KEY=VALUE” nor “[libmgr]” nor “# a comment”");
}

static void
test_bad_line_is_found (Fixture       *fixture,
                        gconstpointer  data)
{
  g_test_summary ("Wherever it stands among others, the line that is none is named");

  for (guint bad = 2; bad <= 40; bad++)
    {
      g_autoptr (GString) text = g_string_new ("[libmgr]\n");
      g_autofree char *start = g_strdup_printf ("f.conf:%u: ", bad);

      for (guint line = 2; line <= 40; line++)
        g_string_append (text, line == bad ? "nonsense\n" : "track-process=yes\n");
      g_ptr_array_set_size (fixture->problems, 0);
      fixture_parse (fixture, text->str);
      g_assert_cmpuint (fixture->problems->len, ==, 1);
      g_assert_true (g_str_has_prefix (g_ptr_array_index (fixture->problems, 0), start));
    }
}

static void
test_rising_sizes (Fixture       *fixture,
                   gconstpointer  data)
{
  check_refuses (fixture, "[libmgr]\nmemory-alert=6 MB\nmemory-cleanup=5 MB\n",
                 "memory-cleanup (file f.conf, line 3) has to be above "
                 "memory-alert (file f.conf, line 2), or 0");
  check_refuses (fixture, "[libmgr]\nmemory-critical=5 MB\nmemory-cleanup=5 MB\n",
                 "memory-critical (file f.conf, line 2) has to be above "
                 "memory-cleanup (file f.conf, line 3), or 0");
  check_refuses (fixture, "[libmgr]\nmemory-alert=6 MB\nmemory-cleanup=0\nmemory-critical=5 MB\n",
                 "memory-critical (file f.conf, line 4) has to be above "
                 "memory-alert (file f.conf, line 2), or 0");

  g_ptr_array_set_size (fixture->problems, 0);
  fixture_parse (fixture, "[libmgr]\nmemory-alert=6 MB\nmemory-cleanup=0\nmemory-critical=7 MB\n");
  fixture_parse (fixture, "[libmgr]\nmemory-critical=5 MB\n");
  g_assert_cmpuint (fixture->problems->len, ==, 0);
}

static void
test_all_or_nothing (Fixture       *fixture,
                     gconstpointer  data)
{
  fixture_parse (fixture, "[libmgr]\nmemory-alert=5 MB\n");
  fixture_parse (fixture, "[libmgr]\nmemory-alert=6 MB\nmemory-cleanup=7 MB\ncolour=red\n");
  g_assert_cmpuint (fixture->problems->len, ==, 1);
  g_assert_cmpuint (fixture_get (fixture, "memory-alert")->number, ==, 5000000);
  g_assert_null (fixture_get (fixture, "memory-cleanup")->text);

  g_test_message ("A good one after it counts again");
  fixture_parse (fixture, "[libmgr]\nmemory-cleanup=7 MB\n");
  g_assert_cmpuint (fixture->problems->len, ==, 1);
  g_assert_cmpuint (fixture_get (fixture, "memory-cleanup")->number, ==, 7000000);
}

static void
test_all_problems (Fixture       *fixture,
                   gconstpointer  data)
{
  fixture_parse (fixture, "[libmgr]\nmemory-alert=5\ncolour=red\n[memory]\nalert=5 MB\n");
  g_assert_cmpuint (fixture->problems->len, ==, 3);
  g_assert_true (g_str_has_prefix (g_ptr_array_index (fixture->problems, 0), "f.conf:2: "));
  g_assert_true (g_str_has_prefix (g_ptr_array_index (fixture->problems, 1), "f.conf:3: "));
  g_assert_true (g_str_has_prefix (g_ptr_array_index (fixture->problems, 2), "f.conf:4: "));
}

static void
test_endless_problems (Fixture       *fixture,
                       gconstpointer  data)
{
  g_autoptr (GString) text = g_string_new ("[libmgr]\n");

  g_test_summary ("There is an end to what is said, and a full list hides no failure");

  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (text, "key%u=1\n", i);
  fixture_parse (fixture, text->str);
  g_assert_cmpuint (fixture->problems->len, ==, 21);
  g_assert_cmpstr (g_ptr_array_index (fixture->problems, 20), ==,
                   "There are more problems than these");

  g_assert_false (mgr_config_parse_data ("[libmgr]\nmemory-alert=5\n", 24, "g.conf",
                                         fixture->values, fixture->problems));
  g_assert_false (mgr_config_parse_data ("[libmgr]\nmemory-alert=5 MB\nx", 28, "g.conf",
                                         fixture->values, fixture->problems));
  g_assert_cmpuint (fixture->problems->len, ==, 21);
  fixture_assert_nothing_set (fixture);
}

static void
test_binary (Fixture       *fixture,
             gconstpointer  data)
{
  static const char nul[] = "[libmgr]\nmemory-alert=5 MB\0\n";

  g_assert_false (mgr_config_parse_data (nul, sizeof nul - 1, "f.conf", fixture->values,
                                         fixture->problems));
  g_assert_cmpstr (g_ptr_array_index (fixture->problems, 0), ==,
                   "f.conf:2: this is not text in UTF-8");
  check_refuses (fixture, "[libmgr]\n\nproc-path=/\xfc" "ber\n",
                 "f.conf:3: this is not text in UTF-8");
  check_refuses (fixture, "\x7f" "ELF\x02\x01\x01",
                 "f.conf:1: this is neither “KEY=VALUE” nor “[libmgr]” nor “# a comment”");
  check_refuses (fixture, "[libmgr]\ncolour\033[2J=1\n",
                 "f.conf:2: this is neither “KEY=VALUE” nor “[libmgr]” nor “# a comment”");
  check_refuses (fixture, "[libmgr]\nc\033c=1\n",
                 "f.conf:2: there is no key “c\357\277\275c”: “mgrctl config” lists those there are");
}

static void
test_huge (Fixture       *fixture,
           gconstpointer  data)
{
  g_autofree char *blank = g_strnfill (256 * 1024, '\n');
  g_autofree char *too_much = g_strnfill (256 * 1024 + 1, '\n');
  g_autofree char *long_name = g_strnfill (100000, 'k');
  g_autofree char *long_key = g_strdup_printf ("[libmgr]\n%s=1\n", long_name);
  g_autofree char *long_group = g_strdup_printf ("[%s]\n", long_name);
  g_autofree char *long_value = g_strdup_printf ("[libmgr]\nmemory-alert=%s\n", long_name);

  fixture_parse (fixture, blank);
  g_assert_cmpuint (fixture->problems->len, ==, 0);
  check_refuses (fixture, too_much, "f.conf: the file is larger than 256 KiB");

  g_ptr_array_set_size (fixture->problems, 0);
  fixture_parse (fixture, long_key);
  fixture_parse (fixture, long_group);
  fixture_parse (fixture, long_value);
  g_assert_cmpuint (fixture->problems->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpuint (strlen (g_ptr_array_index (fixture->problems, i)), <, 200);
}

static void
test_random_bytes (Fixture       *fixture,
                   gconstpointer  data)
{
  static const char *const pieces[] = {
    "[libmgr]", "[", "]", "\n", "\r", "=", " ", "#", "memory-alert", "pressure-thresholds",
    "1.5 GiB", "0.5,", "%", "\xff", "\\", "\t", "-1", "[x]", ";", "emergency-signal=SIGUSR1\n",
  };

  g_test_summary ("Whatever the text is, either it is read or a problem is said");

  for (guint i = 0; i < 5000; i++)
    {
      g_autoptr (GString) text = g_string_new ("[libmgr]\n");
      gboolean success;

      for (int j = g_test_rand_int_range (0, 12); j > 0; j--)
        g_string_append (text, pieces[g_test_rand_int_range (0, G_N_ELEMENTS (pieces))]);

      g_ptr_array_set_size (fixture->problems, 0);
      success = mgr_config_parse_data (text->str, text->len, "f.conf", fixture->values,
                                       fixture->problems);
      g_assert_cmpint (success, ==, fixture->problems->len == 0);
      for (guint j = 0; j < fixture->problems->len; j++)
        g_assert_true (g_utf8_validate (g_ptr_array_index (fixture->problems, j), -1, NULL));
    }
}

static void
check_file_fails (const char *path,
                  MgrError    code,
                  const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) contents = mgr_config_read_file (path, &error);

  g_assert_null (contents);
  g_assert_error (error, MGR_ERROR, (int) code);
  g_assert_true (g_str_has_prefix (error->message, path));
  g_assert_nonnull (strstr (error->message, words));
}

static void
test_read_file (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("libmgr-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, "a.conf", NULL);
  g_autofree char *pipe = g_build_filename (folder, "pipe", NULL);
  g_autoptr (GBytes) contents = NULL;
  g_autoptr (GBytes) nothing = NULL;
  g_autoptr (GBytes) endless = NULL;

  g_assert_no_error (error);
  check_file_fails (path, MGR_ERROR_NOT_FOUND, "cannot be opened");
  check_file_fails (folder, MGR_ERROR_FAILED, "cannot be read");

  g_assert_true (g_file_set_contents (path, "[libmgr]\n", -1, NULL));
  contents = mgr_config_read_file (path, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (contents, NULL), g_bytes_get_size (contents),
                   "[libmgr]\n", 9);

  g_test_message ("Neither a pipe that nobody writes to nor a device without end keeps it");
  g_assert_cmpint (mkfifo (pipe, 0600), ==, 0);
  nothing = mgr_config_read_file (pipe, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (nothing), ==, 0);
  endless = mgr_config_read_file ("/dev/zero", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (endless), <, 1 << 20);

  g_assert_cmpint (g_unlink (pipe), ==, 0);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_no_permission (void)
{
  const gboolean root = geteuid () == 0;
  g_autofree char *folder = g_dir_make_tmp ("libmgr-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "a.conf", NULL);

  g_assert_true (g_file_set_contents_full (path, "", 0, G_FILE_SET_CONTENTS_NONE, 0, NULL));
  if (root)
    g_assert_cmpint (seteuid (NOBODY), ==, 0);
  check_file_fails (path, MGR_ERROR_FAILED, "Permission denied");
  if (root)
    g_assert_cmpint (seteuid (0), ==, 0);

  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

#define ADD(path, test) \
  g_test_add (path, Fixture, NULL, fixture_set_up, test, fixture_tear_down)

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  ADD ("/base/config-file/values", test_values);
  ADD ("/base/config-file/nothing", test_nothing);
  ADD ("/base/config-file/last-one-counts", test_last_one_counts);
  ADD ("/base/config-file/unknown-key", test_unknown_key);
  ADD ("/base/config-file/unknown-group", test_unknown_group);
  ADD ("/base/config-file/bad-value", test_bad_value);
  ADD ("/base/config-file/inline-comment", test_inline_comment);
  ADD ("/base/config-file/bad-line", test_bad_line);
  ADD ("/base/config-file/bad-line-is-found", test_bad_line_is_found);
  ADD ("/base/config-file/rising-sizes", test_rising_sizes);
  ADD ("/base/config-file/all-or-nothing", test_all_or_nothing);
  ADD ("/base/config-file/all-problems", test_all_problems);
  ADD ("/base/config-file/endless-problems", test_endless_problems);
  ADD ("/base/config-file/binary", test_binary);
  ADD ("/base/config-file/huge", test_huge);
  ADD ("/base/config-file/random-bytes", test_random_bytes);
  g_test_add_func ("/base/config-file/read-file", test_read_file);
  g_test_add_func ("/base/config-file/no-permission", test_no_permission);

  return g_test_run ();
}
