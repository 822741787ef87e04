/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-manager-private.h"

typedef struct
{
  char *path;     /* (owned) */
  guint64 size;
  char *message;  /* (owned) */
} Refusal;

static void
refusal_free (gpointer data)
{
  Refusal *refusal = data;

  g_free (refusal->path);
  g_free (refusal->message);
  g_free (refusal);
}

static void
refusal_emit_cb (gpointer object,
                 gpointer user_data)
{
  Refusal *refusal = user_data;

  g_signal_emit_by_name (object, "allocation-refused",
                         refusal->path, refusal->size, refusal->message);
}

void
mgr_manager_post_refused (MgrManager              *self,
                          MgrComponent            *component,
                          guint64                  size,
                          const GError            *error,
                          const MgrArbiterOutcome *outcome)
{
  guint signal_id = g_signal_lookup ("allocation-refused", MGR_TYPE_MANAGER);
  Refusal *refusal;

  if (!g_error_matches (error, MGR_ERROR, MGR_ERROR_NO_BUDGET)
      && !g_error_matches (error, MGR_ERROR, MGR_ERROR_INFEASIBLE))
    return;

  mgr_recorder_add_refusal (self->recorder, component, size, error, outcome);
  if (!g_signal_has_handler_pending (self, signal_id, 0, FALSE))
    return;

  refusal = g_new0 (Refusal, 1);
  refusal->path = g_strdup (mgr_component_get_path (component));
  refusal->size = size;
  refusal->message = g_strdup (error->message);
  mgr_owner_context_post (self->context, self, refusal_emit_cb, refusal, refusal_free);
}
