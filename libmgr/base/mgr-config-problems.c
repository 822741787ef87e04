/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-config-private.h"

void
mgr_config_add_problem (GPtrArray  *problems,
                        const char *format,
                        ...)
{
  g_autofree char *message = NULL;
  g_autofree char *valid = NULL;
  GString *shown;
  va_list arguments;

  if (problems->len == MGR_CONFIG_MOST_PROBLEMS)
    g_ptr_array_add (problems, g_strdup ("There are more problems than these"));
  if (problems->len > MGR_CONFIG_MOST_PROBLEMS)
    return;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  valid = g_utf8_make_valid (message, -1);
  shown = g_string_new (NULL);
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar character = g_utf8_get_char (p);

      g_string_append_unichar (shown, g_unichar_isprint (character) ? character : 0xfffd);
    }
  g_ptr_array_add (problems, g_string_free (shown, FALSE));
}

/* The next smaller key of which there is a size, or -1. */
static int
find_below (const MgrConfigValue *values,
            int                   position)
{
  do
    {
      const char *below = mgr_config_keys[position].below;

      position = below != NULL ? mgr_config_key_find (below) : -1;
    }
  while (position >= 0 && values[position].number == 0);

  return position;
}

gboolean
mgr_config_check_order (const MgrConfigValue *values,
                        GPtrArray            *problems)
{
  gboolean rising = TRUE;

  for (guint i = 0; i < mgr_config_n_keys; i++)
    {
      int below = values[i].number > 0 ? find_below (values, (int) i) : -1;

      if (below < 0 || values[i].number > values[below].number)
        continue;

      rising = FALSE;
      mgr_config_add_problem (problems, "%s (%s) has to be above %s (%s), or 0",
                              mgr_config_keys[i].name, mgr_config_value_get_origin (&values[i]),
                              mgr_config_keys[below].name, mgr_config_value_get_origin (&values[below]));
    }

  return rising;
}
