/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What a service manager says in MEMORY_PRESSURE_WRITE: mgr_psi_request_parse() gets
 * the input, and mgr_pressure_watch_new_from_environment() as the variable, to be
 * written to a FIFO. */

#include "fuzz.h"
#include "pressure/mgr-psi-request-private.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WRITE_PREFIX "MEMORY_PRESSURE_WRITE="

/* What fits into a FIFO at once. */
#define MAXIMUM_SIZE 4096

static void
assert_request (const guint8 *data,
                gsize         size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  MgrPsiRequest request;

  if (!mgr_psi_request_parse (&request, bytes, &error))
    {
      g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      return;
    }

  g_assert_no_error (error);
  g_assert_cmpuint (request.threshold, >, 0);
  g_assert_false (mgr_psi_request_accept (&request, request.threshold - 1));
  g_assert_true (mgr_psi_request_accept (&request, request.threshold));
  g_assert_false (mgr_psi_request_accept (&request, request.threshold));
}

static const char *
get_fifo (void)
{
  static char *path;

  if (path == NULL)
    {
      path = g_build_filename (mgr_fake_tree_get_root (fuzz_get_tree ()), "fifo", NULL);
      g_assert_cmpint (mkfifo (path, 0600), ==, 0);
      g_setenv ("MEMORY_PRESSURE_WATCH", path, TRUE);
    }

  return path;
}

/* In place: setenv() would keep every value that there ever was. */
static void
set_variable (const char *text)
{
  static char variable[sizeof WRITE_PREFIX + MAXIMUM_SIZE] = WRITE_PREFIX;

  g_strlcpy (variable + strlen (WRITE_PREFIX), text, MAXIMUM_SIZE);
  putenv (variable);
}

/* What was written is what the variable says, no more and no less. */
static void
assert_written (int         fd,
                const char *text)
{
  guint8 written[MAXIMUM_SIZE];
  gssize length = read (fd, written, sizeof written);
  gsize size = 0;
  g_autofree guchar *wanted = g_base64_decode (text, &size);

  g_assert_cmpmem (written, (gsize) MAX (length, 0), wanted, size);
}

static void
assert_watch (const char *text)
{
  g_autoptr (MgrPressureWatch) watch = NULL;
  g_autoptr (GError) error = NULL;
  int fd = open (get_fifo (), O_RDWR | O_NONBLOCK | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  set_variable (text);
  watch = mgr_pressure_watch_new_from_environment (NULL, &error);
  if (watch != NULL)
    {
      g_assert_no_error (error);
      assert_written (fd, text);
    }
  else
    {
      g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }

  g_close (fd, NULL);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *text = g_strndup ((const char *) data, MIN (size, MAXIMUM_SIZE - 1));

  assert_request (data, size);
  assert_watch (text);
  return 0;
}
