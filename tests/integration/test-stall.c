/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The maker of real stalls, against the kernel's own counter and against the library. */

#include "mgr-stall.h"

#include <mgr.h>

#include <glib/gstdio.h>
#include <string.h>

#define SYSTEM_FILE "/proc/pressure/memory"

/* Long enough for the library to read its counter twice. */
#define RUN_SECONDS 0.6

static gboolean
read_total (guint64 *out_total)
{
  g_autofree char *text = NULL;
  const char *total;

  if (!g_file_get_contents (SYSTEM_FILE, &text, NULL, NULL))
    return FALSE;

  total = strstr (text, "total=");
  g_assert_nonnull (total);
  *out_total = g_ascii_strtoull (total + strlen ("total="), NULL, 10);
  return TRUE;
}

/* NULL, and the test skipped, where this machine has no stalls to offer. */
static MgrStall *
new_stall_or_skip (double duty)
{
  g_autoptr (GError) error = NULL;
  guint64 total;
  MgrStall *stall;

  if (!read_total (&total))
    {
      g_test_skip ("this machine keeps no stall figures: there is no " SYSTEM_FILE);
      return NULL;
    }

  stall = mgr_stall_new (NULL, duty, &error);
  if (stall == NULL)
    {
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
      g_test_skip (error->message);
    }

  return stall;
}

/* The share of the time that tasks wait while @stall runs. */
static double
measure (MgrStall *stall)
{
  guint64 before = 0;
  guint64 after = 0;
  gint64 start;

  g_assert_true (read_total (&before));
  start = g_get_monotonic_time ();
  mgr_stall_run (stall, RUN_SECONDS);
  g_assert_true (read_total (&after));

  return (double) (after - before) / (double) (g_get_monotonic_time () - start);
}

static void
test_makes_stalls (void)
{
  g_autoptr (MgrStall) stall = new_stall_or_skip (1.0);
  double share;

  if (stall == NULL)
    return;

  share = measure (stall);
  g_test_message ("%.0f %% stall, %" G_GUINT64_FORMAT " faults", 100 * share,
                  mgr_stall_get_faults (stall));
  g_assert_cmpfloat (share, >, 0.1);
  g_assert_cmpfloat (share, <, 1.1);
  g_assert_cmpuint (mgr_stall_get_faults (stall), >, 100);
}

static void
test_duty (void)
{
  g_autoptr (MgrStall) little = new_stall_or_skip (0.1);
  g_autoptr (MgrStall) much = NULL;

  if (little == NULL)
    return;

  g_test_summary ("A tenth of the time makes less than half of the faults");
  much = new_stall_or_skip (1.0);
  g_assert_nonnull (much);
  mgr_stall_run (little, RUN_SECONDS);
  mgr_stall_run (much, RUN_SECONDS);
  g_assert_cmpuint (mgr_stall_get_faults (little), <, mgr_stall_get_faults (much) / 2);
}

static void
test_takes_no_memory (void)
{
  g_autoptr (MgrStall) stall = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  guint64 allowed = (64 << 20) / 4096;

  g_assert_true (g_file_get_contents ("/proc/self/statm", &before, NULL, NULL));
  stall = new_stall_or_skip (0.5);
  if (stall == NULL)
    return;

  mgr_stall_run (stall, 0.1);
  g_assert_true (g_file_get_contents ("/proc/self/statm", &after, NULL, NULL));
  g_assert_cmpuint (g_ascii_strtoull (strchr (after, ' '), NULL, 10), <,
                    g_ascii_strtoull (strchr (before, ' '), NULL, 10) + allowed);
}

static void
test_stops_and_goes_on (void)
{
  g_autoptr (MgrStall) stall = new_stall_or_skip (1.0);
  guint64 faults;

  if (stall == NULL)
    return;

  g_assert_cmpuint (mgr_stall_get_faults (stall), ==, 0);
  mgr_stall_stop (stall);
  mgr_stall_run (stall, 0.05);
  faults = mgr_stall_get_faults (stall);
  g_assert_cmpuint (faults, >, 0);

  g_usleep (50000);
  g_assert_cmpuint (mgr_stall_get_faults (stall), ==, faults);

  mgr_stall_start (stall);
  g_usleep (50000);
  mgr_stall_stop (stall);
  g_assert_cmpuint (mgr_stall_get_faults (stall), >, faults);

  g_test_summary ("It may be freed while it runs");
  mgr_stall_start (stall);
}

static void
test_library_sees_it (void)
{
  g_autoptr (MgrStall) stall = new_stall_or_skip (1.0);
  g_autoptr (MgrPressureSource) source = NULL;
  g_autoptr (MgrPressureReading) first = NULL;
  g_autoptr (MgrPressureReading) second = NULL;
  g_autoptr (GError) error = NULL;
  double share;

  if (stall == NULL)
    return;

  g_test_summary ("The library tells of as much stall as the kernel's counter");
  source = mgr_psi_source_new (NULL, NULL, NULL);
  first = mgr_pressure_source_read (source, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (mgr_pressure_reading_get_stall (first), ==, 0.0);

  share = measure (stall);
  second = mgr_pressure_source_read (source, &error);
  g_assert_no_error (error);
  g_assert_cmpfloat (mgr_pressure_reading_get_stall (second), >, 0.0);
  g_assert_cmpfloat_with_epsilon (mgr_pressure_reading_get_stall (second), share, 0.1);
}

static void
test_leaves_nothing (void)
{
  g_autofree char *directory = g_dir_make_tmp ("mgr-stall-test-XXXXXX", NULL);
  g_autoptr (MgrStall) stall = NULL;
  g_autoptr (GDir) dir = NULL;

  g_assert_nonnull (directory);
  stall = mgr_stall_new (directory, 1.0, NULL);
  dir = g_dir_open (directory, 0, NULL);
  g_assert_null (g_dir_read_name (dir));

  g_assert_cmpint (g_rmdir (directory), ==, 0);
}

static void
test_no_directory (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_stall_new ("/nonexistent/folder", 1.0, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "“/nonexistent/folder”"));
}

static void
test_file_system_in_memory (void)
{
  g_autofree char *mounts = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_file_get_contents ("/proc/self/mounts", &mounts, NULL, NULL) ||
      strstr (mounts, " /dev/shm tmpfs ") == NULL || g_access ("/dev/shm", W_OK) != 0)
    {
      g_test_skip ("there is no tmpfs on /dev/shm");
      return;
    }

  g_assert_null (mgr_stall_new ("/dev/shm", 1.0, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED);
}

static void
test_duty_is_a_share (void)
{
  const double wrong[] = { 0.0, -0.5, 1.5 };

  if (!g_test_undefined ())
    return;

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_test_expect_message (G_LOG_DOMAIN, G_LOG_LEVEL_CRITICAL, "*duty*");
      g_assert_null (mgr_stall_new (NULL, wrong[i], NULL));
      g_test_assert_expected_messages ();
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/stall/makes-stalls", test_makes_stalls);
  g_test_add_func ("/stall/duty", test_duty);
  g_test_add_func ("/stall/takes-no-memory", test_takes_no_memory);
  g_test_add_func ("/stall/stops-and-goes-on", test_stops_and_goes_on);
  g_test_add_func ("/stall/library-sees-it", test_library_sees_it);
  g_test_add_func ("/stall/leaves-nothing", test_leaves_nothing);
  g_test_add_func ("/stall/no-directory", test_no_directory);
  g_test_add_func ("/stall/file-system-in-memory", test_file_system_in_memory);
  g_test_add_func ("/stall/duty-is-a-share", test_duty_is_a_share);

  return g_test_run ();
}
