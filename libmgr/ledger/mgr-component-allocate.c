/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "ledger/mgr-allocation-private.h"

/**
 * mgr_component_allocate:
 * @self: a component
 * @size: bytes, 1 at least
 * @description: (nullable): what it is for; copied
 * @priority: 1 to 10, %MGR_PRIORITY_DEFAULT where nothing speaks for another
 * @tags: (array zero-terminated=1) (nullable): tags to find it by; copied
 * @error: return location for a #GError
 *
 * Charges the component and all levels above it, or none. A refusal is
 * %MGR_ERROR_NO_BUDGET, or %MGR_ERROR_INFEASIBLE where the size exceeds a whole
 * budget; it leaves everything as it was, and its text names the largest holders
 * and what would make it fit. Never waits. May be called from any thread.
 *
 * Returns: (transfer full): the allocation, or %NULL
 *
 * Since: 1.0
 */
MgrAllocation *
mgr_component_allocate (MgrComponent        *self,
                        guint64              size,
                        const char          *description,
                        guint                priority,
                        const char * const  *tags,
                        GError             **error)
{
  MgrAllocation *allocation;
  MgrRequest request;

  g_return_val_if_fail (MGR_IS_COMPONENT (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  mgr_request_init (&request, size, description, priority, tags);
  allocation = mgr_allocation_new (self, &request, error);
  mgr_request_clear (&request);
  return allocation;
}

/**
 * mgr_component_allocate_static: (skip)
 * @self: a component
 * @size: bytes, 1 at least
 * @description: what it is for; not copied, it must outlive the allocation
 * @priority: 1 to 10
 * @error: return location for a #GError
 *
 * As mgr_component_allocate(), without a copy of anything: the fastest way there
 * is.
 *
 * Returns: (transfer full): the allocation, or %NULL
 *
 * Since: 1.0
 */
MgrAllocation *
mgr_component_allocate_static (MgrComponent  *self,
                               guint64        size,
                               const char    *description,
                               guint          priority,
                               GError       **error)
{
  MgrRequest request = {
    .size = size,
    .priority = priority,
    .description = description != NULL ? description : "",
  };

  g_return_val_if_fail (MGR_IS_COMPONENT (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return mgr_allocation_new (self, &request, error);
}

/**
 * mgr_component_reserve:
 * @self: a component
 * @size: bytes, 1 at least
 * @error: return location for a #GError
 *
 * As mgr_component_allocate(), for those who keep a number and not a handle: the
 * charge stays until mgr_component_release() or mgr_manager_deallocate(). It is
 * the cheapest way from Python and JavaScript.
 *
 * Returns: the id of the allocation, or 0 with @error set
 *
 * Since: 1.0
 */
guint64
mgr_component_reserve (MgrComponent  *self,
                       guint64        size,
                       GError       **error)
{
  MgrRequest request = { .size = size, .priority = MGR_PRIORITY_DEFAULT, .description = "" };
  MgrAllocation *allocation;

  g_return_val_if_fail (MGR_IS_COMPONENT (self), 0);
  g_return_val_if_fail (error == NULL || *error == NULL, 0);

  request.kept = TRUE;
  allocation = mgr_allocation_new (self, &request, error);
  return allocation != NULL ? allocation->id : 0;
}

/**
 * mgr_component_release:
 * @self: a component
 * @id: what mgr_component_reserve() or mgr_allocation_keep() returned
 * @error: return location for a #GError
 *
 * Gives a charge of this component back. An id that is not held is
 * %MGR_ERROR_DOUBLE_RELEASE and changes nothing. May be called from any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_component_release (MgrComponent  *self,
                       guint64        id,
                       GError       **error)
{
  g_return_val_if_fail (MGR_IS_COMPONENT (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return mgr_allocation_release_id (self->ledger, self, id, error);
}
