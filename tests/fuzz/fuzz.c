/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "fuzz.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Files that are written anew all the time are no work for a disk. */
#define IN_MEMORY "/dev/shm"

#define SEPARATOR "---\n"

static MgrFakeTree *tree; /* (owned) (nullable) */

/* Where the separator that ends the text at @start begins, or NULL. */
static const char *
find_separator (const char *start,
                const char *end)
{
  const char *line = start;

  while (line != NULL && (gsize) (end - line) >= strlen (SEPARATOR))
    {
      if (memcmp (line, SEPARATOR, strlen (SEPARATOR)) == 0)
        return line;
      line = memchr (line, '\n', (gsize) (end - line));
      line = line != NULL ? line + 1 : NULL;
    }

  return NULL;
}

GStrv
fuzz_split (const guint8 *data,
            gsize         size,
            guint         n_texts)
{
  GStrv texts = g_new0 (char *, n_texts + 1);
  const char *start = (const char *) data;
  const char *end = start + size;

  for (guint i = 0; i < n_texts; i++)
    {
      const char *separator = i + 1 < n_texts ? find_separator (start, end) : NULL;

      texts[i] = g_strndup (start, (gsize) ((separator != NULL ? separator : end) - start));
      start = separator != NULL ? separator + strlen (SEPARATOR) : end;
    }

  return texts;
}

static void
free_tree (void)
{
  mgr_fake_tree_free (tree);
}

MgrFakeTree *
fuzz_get_tree (void)
{
  if (tree == NULL)
    {
      if (access (IN_MEMORY, W_OK | X_OK) == 0)
        g_setenv ("TMPDIR", IN_MEMORY, FALSE);
      tree = mgr_fake_tree_new ("");
      atexit (free_tree);
    }

  return tree;
}
