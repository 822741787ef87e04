/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-resource-private.h"

/* The handlers that run in this thread: an MgrResourceInside, (nullable). */
static GPrivate innermost;

void
mgr_resource_inside_enter (MgrResourceInside *self,
                           MgrResource       *resource)
{
  *self = (MgrResourceInside) { .resource = resource, .outer = g_private_get (&innermost) };
  g_private_set (&innermost, self);
}

char *
mgr_resource_inside_leave (MgrResourceInside *self)
{
  g_private_set (&innermost, self->outer);
  return g_steal_pointer (&self->failure);
}

/**
 * mgr_resource_fail:
 * @self: a resource
 * @message: why it cannot be done
 *
 * Says why a handler of #MgrResource::reclaim, #MgrResource::maintain or
 * #MgrResource::rebuild could not do what it was asked for. To be called by the handler,
 * which then returns what it did all the same, or 0: the step of the report has failed
 * with this text, or mgr_cleaner_restore() fails with it and %MGR_ERROR_FAILED. Where
 * several handlers say so, the last one is heard. A handler of
 * #MgrResourceGroup::drop-item calls it for the resource of the item.
 *
 * What fails time and again is told of in a message once in 300 s at most. May be called
 * from any thread, and does something in that of the handler alone.
 *
 * Returns: %TRUE if such a handler of @self runs in this thread; %FALSE where nothing
 *    was done
 *
 * Since: 1.0
 */
gboolean
mgr_resource_fail (MgrResource *self,
                   const char  *message)
{
  MgrResourceInside *inside = g_private_get (&innermost);

  g_return_val_if_fail (MGR_IS_RESOURCE (self), FALSE);
  g_return_val_if_fail (message != NULL, FALSE);

  if (inside == NULL || inside->resource != self)
    return FALSE;

  g_free (inside->failure);
  inside->failure = g_strdup (message);
  return TRUE;
}
