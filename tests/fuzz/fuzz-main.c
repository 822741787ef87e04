/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Usage: fuzz-TARGET FILE-OR-FOLDER…
 *
 * Where there is no libFuzzer, this gives each file to the target, and what becomes
 * of the file when it is cut off anywhere or one of its bytes is another. An input
 * that fails is named on stderr. */

#include "fuzz.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bytes that mean something to one parser or another. */
static const char bytes[] = "\0\n -/:=9";

/* Of longer files only every so manieth byte is changed. */
#define MAXIMUM_CHANGES 1000

static char description[256]; /* of the input at work */
static guint n_files;

/* Sanitizers are to end in the handler below too. */
const char *__asan_default_options (void);

const char *
__asan_default_options (void)
{
  return "abort_on_error=1";
}

static void
abort_cb (int number)
{
  gssize written = write (STDERR_FILENO, description, strlen (description));

  signal (SIGABRT, SIG_DFL);
  if (written >= 0)
    raise (SIGABRT);
}

/* In a block of its very size, so that AddressSanitizer sees who reads too far. */
static void
run (const char *data,
     gsize       size)
{
  guint8 *copy = malloc (size);

  if (size > 0)
    memcpy (copy, data, size);
  LLVMFuzzerTestOneInput (copy, size);
  free (copy);
}

static void
run_cut_off (const char *path,
             const char *data,
             gsize       size,
             gsize       step)
{
  for (gsize length = 0; length <= size; length += step)
    {
      g_snprintf (description, sizeof description, "%s, the first %" G_GSIZE_FORMAT " bytes\n",
                  path, length);
      run (data, length);
    }
}

static void
run_changed (const char *path,
             char       *data,
             gsize       size,
             gsize       step)
{
  for (gsize i = 0; i < size; i += step)
    {
      char byte = data[i];

      for (gsize k = 0; k < sizeof bytes - 1; k++)
        {
          g_snprintf (description, sizeof description,
                      "%s, byte %" G_GSIZE_FORMAT " made 0x%02x\n", path, i, (guint) bytes[k]);
          data[i] = bytes[k];
          run (data, size);
        }
      data[i] = byte;
    }
}

static void
run_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *data = NULL;
  gsize size = 0;
  gsize step;

  if (!g_file_get_contents (path, &data, &size, &error))
    g_error ("%s", error->message);

  g_snprintf (description, sizeof description, "%s as it is\n", path);
  run (data, size);
  step = 1 + size / MAXIMUM_CHANGES;
  run_cut_off (path, data, size, step);
  run_changed (path, data, size, step);

  g_print ("ok %u - %s\n", ++n_files, path);
}

static void
run_path (const char *path)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL);
  const char *name;

  if (folder == NULL)
    {
      run_file (path);
      return;
    }

  while ((name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      run_path (child);
    }
}

int
main (int    argc,
      char **argv)
{
  signal (SIGABRT, abort_cb);

  for (int i = 1; i < argc; i++)
    run_path (argv[i]);

  /* An empty corpus is a mistake, and no success. */
  g_print ("1..%u\n", n_files);
  return n_files > 0 ? 0 : 1;
}
