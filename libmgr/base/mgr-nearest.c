/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-nearest-private.h"

#include <string.h>

/* No name of ours is longer; nobody means one of them by a text that is. */
#define LONGEST_WORD 64

/* Of four letters one may be wrong, and one more. */
#define LETTERS_PER_MISTAKE 4

/* The optimal string alignment distance, from the three rows of its table that are
 * needed at a time. Works on bytes: all names are ASCII. */
guint
mgr_nearest_distance (const char *a,
                      const char *b)
{
  gsize width = strlen (b) + 1;
  g_autofree guint *rows = g_new0 (guint, 3 * width);
  guint *two_above = rows;
  guint *above = rows + width;
  guint *row = rows + 2 * width;

  for (gsize j = 0; j < width; j++)
    row[j] = (guint) j;

  for (gsize i = 1; a[i - 1] != '\0'; i++)
    {
      guint *oldest = two_above;

      two_above = above;
      above = row;
      row = oldest;
      row[0] = (guint) i;

      for (gsize j = 1; j < width; j++)
        {
          guint changed = above[j - 1] + (a[i - 1] != b[j - 1]);

          row[j] = MIN (changed, MIN (above[j], row[j - 1]) + 1);
          if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
            row[j] = MIN (row[j], two_above[j - 2] + 1);
        }
    }

  return row[width - 1];
}

const char *
mgr_nearest_find (const char         *word,
                  const char * const *candidates)
{
  const char *nearest = NULL;
  gsize length = strlen (word);
  guint least = (guint) (length / LETTERS_PER_MISTAKE) + 2;

  if (length > LONGEST_WORD)
    return NULL;

  for (; *candidates != NULL; candidates++)
    {
      guint distance = mgr_nearest_distance (word, *candidates);

      if (distance < least)
        {
          least = distance;
          nearest = *candidates;
        }
    }

  return nearest;
}
