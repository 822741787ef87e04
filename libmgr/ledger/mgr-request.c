/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "ledger/mgr-allocation-private.h"

/* One block holds the array of tags and the texts behind it. */
static void
request_copy_texts (MgrRequest        *self,
                    const char        *description,
                    const char *const *tags,
                    guint              n_tags)
{
  gsize description_size = strlen (description) + 1;
  gsize size = (n_tags + 1) * sizeof (char *) + description_size;
  char *text;

  for (guint i = 0; i < n_tags; i++)
    size += strlen (tags[i]) + 1;

  self->text = g_malloc (size);
  self->tags = self->text;
  text = (char *) (self->tags + n_tags + 1);
  self->description = text;
  text = (char *) memcpy (text, description, description_size) + description_size;

  for (guint i = 0; i < n_tags; i++)
    {
      self->tags[i] = text;
      text = g_stpcpy (text, tags[i]) + 1;
    }
  self->tags[n_tags] = NULL;
}

void
mgr_request_init (MgrRequest        *self,
                  guint64            size,
                  const char        *description,
                  guint              priority,
                  const char *const *tags)
{
  guint n_tags = tags != NULL ? g_strv_length ((char **) tags) : 0;

  *self = (MgrRequest) { .size = size, .priority = priority, .description = "" };
  if (n_tags > 0 || (description != NULL && *description != '\0'))
    request_copy_texts (self, description != NULL ? description : "", tags, n_tags);
}

void
mgr_request_clear (MgrRequest *self)
{
  g_clear_pointer (&self->text, g_free);
}

gboolean
mgr_request_check (const MgrRequest  *self,
                   MgrComponent      *component,
                   GError           **error)
{
  if (self->size == 0)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "An allocation of 0 bytes for component “%s”: ask for 1 byte at least",
                   mgr_component_display_path (component));
      return FALSE;
    }

  if (self->priority < MGR_PRIORITY_MIN || self->priority > MGR_PRIORITY_MAX)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "Priority %u for component “%s” is out of range: it goes from %d to %d",
                   self->priority, mgr_component_display_path (component),
                   MGR_PRIORITY_MIN, MGR_PRIORITY_MAX);
      return FALSE;
    }

  return TRUE;
}
