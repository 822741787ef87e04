/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-psi-request-private.h"

#include "base/mgr-error.h"
#include "pressure/mgr-proc-file-private.h"

#include <string.h>

static gboolean
request_parse_words (MgrPsiRequest  *self,
                     char          **words)
{
  guint64 window = 0;

  if (g_strv_length (words) != 3)
    return FALSE;

  self->full = strcmp (words[0], "full") == 0;
  if (!self->full && strcmp (words[0], "some") != 0)
    return FALSE;

  return g_ascii_string_to_unsigned (words[1], 10, 1, G_MAXUINT64, &self->threshold, NULL)
         && g_ascii_string_to_unsigned (words[2], 10, self->threshold, G_MAXUINT64, &window, NULL);
}

gboolean
mgr_psi_request_parse (MgrPsiRequest  *self,
                       GBytes         *data,
                       GError        **error)
{
  gsize size = 0;
  const char *bytes = g_bytes_get_data (data, &size);
  g_autofree char *text = g_strchomp (g_strndup (bytes != NULL ? bytes : "", size));
  g_autofree char *shown = g_strescape (text, NULL);
  g_auto (GStrv) words = g_strsplit (text, " ", 0);
  const char *nul = size > 0 ? memchr (bytes, '\0', size - 1) : NULL;

  *self = (MgrPsiRequest) { 0 };
  if (nul == NULL && request_parse_words (self, words))
    return TRUE;

  g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
               "“%.60s” cannot be asked of a pressure file: give “some” or “full”, the stall and "
               "the window that it has to fall in, both in microseconds, as “some 200000 2000000”",
               shown);
  return FALSE;
}

gboolean
mgr_psi_request_lookup (MgrPsiRequest *self,
                        const char    *text,
                        guint64       *out_total)
{
  return mgr_proc_text_stall_of (text, self->full ? "full" : "some", out_total);
}

gboolean
mgr_psi_request_accept (MgrPsiRequest *self,
                        guint64        total)
{
  /* Another counter has come in its place. */
  if (total < self->last_total)
    self->last_total = total;

  if (total - self->last_total < self->threshold)
    return FALSE;

  self->last_total = total;
  return TRUE;
}
