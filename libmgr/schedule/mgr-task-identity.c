/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-task-private.h"

#include <string.h>

/* By what a command is known to a program that is started anew. */

/* Long enough that no two commands share it by chance. */
#define IDENTITY_LENGTH 32

char *
mgr_task_find_directory (MgrTask *self)
{
  const char *directory = self->setup->directory;

  return directory != NULL ? g_canonicalize_filename (directory, NULL) : g_get_current_dir ();
}

static void
checksum_add (GChecksum  *checksum,
              const char *text)
{
  /* With its final zero: “ab”, “c” is not “a”, “bc”. */
  if (text != NULL)
    g_checksum_update (checksum, (const guchar *) text, (gssize) strlen (text) + 1);
  else
    g_checksum_update (checksum, (const guchar *) "\1", 1);
}

static void
checksum_add_all (GChecksum          *checksum,
                  const char * const *texts)
{
  for (guint i = 0; texts != NULL && texts[i] != NULL; i++)
    checksum_add (checksum, texts[i]);
  checksum_add (checksum, NULL);
}

char *
mgr_task_get_identity (MgrTask *self)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  const MgrTaskSetup *setup = self->setup;
  g_autofree char *directory = mgr_task_find_directory (self);

  checksum_add (checksum, self->name);
  checksum_add_all (checksum, (const char * const *) setup->argv);
  checksum_add_all (checksum, (const char * const *) setup->environment);
  checksum_add (checksum, directory);
  checksum_add (checksum, setup->stdin_path);
  checksum_add (checksum, setup->output_path);
  return g_strndup (g_checksum_get_string (checksum), IDENTITY_LENGTH);
}
