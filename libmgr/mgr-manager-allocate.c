/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-size.h"
#include "ledger/mgr-charge-private.h"
#include "ledger/mgr-refusal-private.h"
#include "ledger/mgr-waiter-private.h"
#include "mgr-manager-private.h"
#include "reclaim/mgr-reclaim-private.h"
#include "schedule/mgr-scheduler-private.h"

/* What adaptive allocation finds room for is rounded down to whole pages, where
 * that leaves the minimum. */
#define ADAPTIVE_GRAIN 4096

/* Room can be taken by another thread between look and charge; then it looks
 * again, but not for ever. */
#define ADAPTIVE_ATTEMPTS 8

typedef struct
{
  const char *name;
  double share;
} ClassicComponent;

static const ClassicComponent classic_components[] = {
  { "trading-data", 0.35 },
  { "ml-models", 0.25 },
  { "database", 0.25 },
  { "cache", 0.10 },
  { "system-buffer", 0.05 },
};

/**
 * mgr_manager_get_components:
 * @self: a manager
 *
 * Gets the components directly below the root. The list changes in the owner's
 * context and is to be read there.
 *
 * Returns: (transfer none): a list of #MgrComponent
 *
 * Since: 1.0
 */
GListModel *
mgr_manager_get_components (MgrManager *self)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), NULL);

  return mgr_component_get_children (self->root);
}

/**
 * mgr_manager_add_component:
 * @self: a manager
 * @name: a name, unique among its siblings, without “/”
 * @budget: bytes; 0 to be limited by the levels above alone
 * @parent: (nullable): the component to add it to; %NULL for the root
 * @error: return location for a #GError
 *
 * Adds a component. A name that is taken is %MGR_ERROR_EXISTS. Budgets of
 * siblings may add up to more than the parent's: each charge is checked at every
 * level.
 *
 * Returns: (transfer none): the component, which the manager keeps, or %NULL
 *
 * Since: 1.0
 */
MgrComponent *
mgr_manager_add_component (MgrManager    *self,
                           const char    *name,
                           guint64        budget,
                           MgrComponent  *parent,
                           GError       **error)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), NULL);
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (parent == NULL || MGR_IS_COMPONENT (parent), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return mgr_ledger_add (self->ledger, name, budget, parent, error);
}

/**
 * mgr_manager_add_classic_components:
 * @self: a manager
 * @error: return location for a #GError
 *
 * Adds a set that has served well: trading-data 35 %, ml-models 25 %, database
 * 25 %, cache 10 % and system-buffer 5 % of the total budget, which they follow.
 * Where one of the names is taken, none is added.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_manager_add_classic_components (MgrManager  *self,
                                    GError     **error)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  for (gsize i = 0; i < G_N_ELEMENTS (classic_components); i++)
    {
      const ClassicComponent *classic = &classic_components[i];
      MgrComponent *component = mgr_ledger_add (self->ledger, classic->name, 0, NULL, error);

      if (component == NULL)
        {
          while (i-- > 0)
            {
              g_autoptr (MgrComponent) added =
                mgr_ledger_lookup (self->ledger, classic_components[i].name);

              mgr_ledger_remove (self->ledger, added, NULL);
            }
          return FALSE;
        }

      mgr_component_set_budget_share (component, classic->share, NULL);
    }

  return TRUE;
}

/**
 * mgr_manager_lookup_component:
 * @self: a manager
 * @path: a path, such as `ml-models/bert`
 *
 * Finds a component.
 *
 * Returns: (transfer full) (nullable): the component, or %NULL
 *
 * Since: 1.0
 */
MgrComponent *
mgr_manager_lookup_component (MgrManager *self,
                              const char *path)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), NULL);
  g_return_val_if_fail (path != NULL, NULL);

  return mgr_ledger_lookup (self->ledger, path);
}

/**
 * mgr_manager_remove_component:
 * @self: a manager
 * @component: a component
 * @error: return location for a #GError
 *
 * Removes a component that has neither charges nor components below it: else it
 * is %MGR_ERROR_BUSY. Those who wait for memory of it, tasks too, fail with
 * %MGR_ERROR_NOT_FOUND.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_manager_remove_component (MgrManager    *self,
                              MgrComponent  *component,
                              GError       **error)
{
  g_autoptr (MgrComponent) held = NULL;

  g_return_val_if_fail (MGR_IS_MANAGER (self), FALSE);
  g_return_val_if_fail (MGR_IS_COMPONENT (component), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  held = g_object_ref (component);
  if (!mgr_ledger_remove (self->ledger, component, error))
    return FALSE;

  mgr_scheduler_component_removed (self->scheduler, component);
  return TRUE;
}

static MgrAllocation *
manager_allocate (MgrManager          *self,
                  MgrComponent        *component,
                  guint64              size,
                  const char          *description,
                  guint                priority,
                  const char * const  *tags,
                  GError             **error)
{
  g_autoptr (GError) local_error = NULL;
  MgrArbiterOutcome outcome = { 0 };
  MgrAllocation *allocation;
  MgrRequest request;

  mgr_request_init (&request, size, description, priority, tags);
  allocation = mgr_manager_allocate_arbitrated (self, component, &request, &outcome, &local_error);
  mgr_request_clear (&request);
  if (allocation == NULL)
    {
      mgr_manager_post_refused (self, component, size, local_error, &outcome);
      g_propagate_error (error, g_steal_pointer (&local_error));
    }

  return allocation;
}

/**
 * mgr_manager_allocate:
 * @self: a manager
 * @component: the path of a component
 * @size: bytes, 1 at least
 * @description: (nullable): what it is for
 * @priority: 1 to 10, %MGR_PRIORITY_DEFAULT where nothing speaks for another
 * @tags: (array zero-terminated=1) (nullable): tags to find it by
 * @error: return location for a #GError
 *
 * Charges a component, as mgr_component_allocate() does. An unknown path is
 * %MGR_ERROR_NOT_FOUND. With %MGR_ARBITRATION_ALWAYS a request that does not fit asks
 * resources to give way, see mgr_manager_set_arbitration(); from inside a handler that
 * was called for that, or by a cleanup, it is %MGR_ERROR_WOULD_DEADLOCK instead.
 *
 * Returns: (transfer full): the allocation, or %NULL
 *
 * Since: 1.0
 */
MgrAllocation *
mgr_manager_allocate (MgrManager          *self,
                      const char          *component,
                      guint64              size,
                      const char          *description,
                      guint                priority,
                      const char * const  *tags,
                      GError             **error)
{
  g_autoptr (MgrComponent) target = NULL;

  g_return_val_if_fail (MGR_IS_MANAGER (self), NULL);
  g_return_val_if_fail (component != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  target = mgr_ledger_require (self->ledger, component, error);
  if (target == NULL)
    return NULL;

  return manager_allocate (self, target, size, description, priority, tags, error);
}

static guint64
adaptive_size (MgrComponent *component,
               guint64       size,
               guint64       minimum)
{
  guint64 room = MIN (mgr_component_get_available (component), size);
  guint64 rounded = room - room % ADAPTIVE_GRAIN;

  if (room == size || rounded < minimum)
    return MAX (room, minimum);

  return rounded;
}

/**
 * mgr_manager_allocate_adaptive:
 * @self: a manager
 * @component: the path of a component
 * @size: the bytes wanted
 * @description: (nullable): what it is for
 * @priority: 1 to 10
 * @tags: (array zero-terminated=1) (nullable): tags to find it by
 * @minimum: the bytes below which it is of no use; 0 counts as 1
 * @error: return location for a #GError
 *
 * Charges @size, or else the largest size down to @minimum that fits now;
 * mgr_allocation_get_size() says which. Only where even @minimum does not fit is
 * anybody asked to give way, and it fails as mgr_manager_allocate() does.
 *
 * Returns: (transfer full): the allocation, or %NULL
 *
 * Since: 1.0
 */
MgrAllocation *
mgr_manager_allocate_adaptive (MgrManager          *self,
                               const char          *component,
                               guint64              size,
                               const char          *description,
                               guint                priority,
                               const char * const  *tags,
                               guint64              minimum,
                               GError             **error)
{
  g_autoptr (MgrComponent) target = NULL;

  g_return_val_if_fail (MGR_IS_MANAGER (self), NULL);
  g_return_val_if_fail (component != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  target = mgr_ledger_require (self->ledger, component, error);
  if (target == NULL)
    return NULL;

  if (minimum > size)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "A minimum of %" G_GUINT64_FORMAT " bytes for “%s” exceeds the %" G_GUINT64_FORMAT
                   " bytes wanted: swap them?", minimum, component, size);
      return NULL;
    }

  minimum = MAX (minimum, 1);
  for (guint i = 0; size > 0 && i < ADAPTIVE_ATTEMPTS; i++)
    {
      guint64 attempt = adaptive_size (target, size, minimum);
      MgrAllocation *allocation =
        attempt > minimum
          ? mgr_component_allocate (target, attempt, description, priority, tags, NULL)
          : NULL;

      if (allocation != NULL)
        return allocation;
      if (attempt <= minimum)
        break;
    }

  return manager_allocate (self, target, MIN (size, minimum), description, priority, tags, error);
}

/**
 * mgr_manager_allocate_with_fallback:
 * @self: a manager
 * @component: the path of a component
 * @primary: the bytes wanted
 * @fallback: the bytes that would do
 * @description: (nullable): what it is for
 * @priority: 1 to 10
 * @tags: (array zero-terminated=1) (nullable): tags to find it by
 * @error: return location for a #GError
 *
 * Charges @primary, or @fallback where that is refused;
 * mgr_allocation_get_size() says which. Only where neither fits is anybody asked to
 * give way, to @fallback, and it fails with the error of that.
 *
 * Returns: (transfer full): the allocation, or %NULL
 *
 * Since: 1.0
 */
MgrAllocation *
mgr_manager_allocate_with_fallback (MgrManager          *self,
                                    const char          *component,
                                    guint64              primary,
                                    guint64              fallback,
                                    const char          *description,
                                    guint                priority,
                                    const char * const  *tags,
                                    GError             **error)
{
  g_autoptr (MgrComponent) target = NULL;
  g_autoptr (GError) refusal = NULL;
  MgrAllocation *allocation;

  g_return_val_if_fail (MGR_IS_MANAGER (self), NULL);
  g_return_val_if_fail (component != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  target = mgr_ledger_require (self->ledger, component, error);
  if (target == NULL)
    return NULL;

  allocation = mgr_component_allocate (target, primary, description, priority, tags, &refusal);
  if (allocation != NULL)
    return allocation;

  if (!g_error_matches (refusal, MGR_ERROR, MGR_ERROR_NO_BUDGET)
      && !g_error_matches (refusal, MGR_ERROR, MGR_ERROR_INFEASIBLE))
    {
      g_propagate_error (error, g_steal_pointer (&refusal));
      return NULL;
    }

  return manager_allocate (self, target, fallback, description, priority, tags, error);
}

static gboolean
allocate_async_check (MgrComponent      *component,
                      const MgrRequest  *request,
                      gint64             timeout,
                      GError           **error)
{
  if (mgr_reclaim_in_progress ())
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK,
                   "A reclaim handler asked to wait for memory of “%s”: it would wait for itself. "
                   "Ask after the handler has returned", mgr_component_get_path (component));
      return FALSE;
    }

  if (timeout < 0)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "A timeout of %" G_GINT64_FORMAT " µs for “%s”: use 0 for none",
                   timeout, mgr_component_get_path (component));
      return FALSE;
    }

  return mgr_request_check (request, component, error);
}

/* Takes the texts of @request. */
static void
manager_wait (MgrManager   *self,
              MgrComponent *component,
              MgrRequest   *request,
              gint64        timeout,
              GTask        *task)
{
  g_autoptr (MgrWaiterTicket) ticket = mgr_waiter_ticket_new ();

  mgr_waiter_start (component, request, timeout, task, ticket);
  if (mgr_waiter_ticket_is_valid (ticket)
      && mgr_arbiter_serves (self->arbiter, MGR_ARBITRATION_WAITING))
    mgr_arbiter_post (self->arbiter, component, request->size, ticket);
}

/**
 * mgr_manager_allocate_async:
 * @self: a manager
 * @component: the path of a component
 * @size: bytes, 1 at least
 * @description: (nullable): what it is for
 * @priority: 1 to 10
 * @tags: (array zero-terminated=1) (nullable): tags to find it by
 * @timeout: how long to wait, in microseconds; 0 for as long as it takes
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called in the thread-default context of the caller
 * @user_data: data for @callback
 *
 * Charges a component as soon as it fits. Waiters are served in order of priority
 * and then of arrival, and none overtakes another that waits at the same budget.
 * After @timeout the error is %MGR_ERROR_TIMED_OUT; what can never fit fails at
 * once with %MGR_ERROR_INFEASIBLE; from inside a reclaim handler it is
 * %MGR_ERROR_WOULD_DEADLOCK.
 *
 * Unless arbitration is off, what does not fit at once asks resources to give way, once,
 * in a thread of the manager's; see mgr_manager_set_arbitration().
 *
 * Since: 1.0
 */
void
mgr_manager_allocate_async (MgrManager          *self,
                            const char          *component,
                            guint64              size,
                            const char          *description,
                            guint                priority,
                            const char * const  *tags,
                            gint64               timeout,
                            GCancellable        *cancellable,
                            GAsyncReadyCallback  callback,
                            gpointer             user_data)
{
  g_autoptr (MgrComponent) target = NULL;
  g_autoptr (GTask) task = NULL;
  MgrRequest request;
  GError *error = NULL;

  g_return_if_fail (MGR_IS_MANAGER (self));
  g_return_if_fail (component != NULL);

  task = g_task_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (task, mgr_manager_allocate_async);

  target = mgr_ledger_require (self->ledger, component, &error);
  if (target == NULL)
    {
      g_task_return_error (task, error);
      return;
    }

  mgr_request_init (&request, size, description, priority, tags);
  if (allocate_async_check (target, &request, timeout, &error))
    manager_wait (self, target, &request, timeout, task);
  else
    g_task_return_error (task, error);
  mgr_request_clear (&request);
}

/**
 * mgr_manager_allocate_finish:
 * @self: a manager
 * @result: what the callback got
 * @error: return location for a #GError
 *
 * Ends mgr_manager_allocate_async().
 *
 * Returns: (transfer full): the allocation, or %NULL
 *
 * Since: 1.0
 */
MgrAllocation *
mgr_manager_allocate_finish (MgrManager    *self,
                             GAsyncResult  *result,
                             GError       **error)
{
  g_return_val_if_fail (MGR_IS_MANAGER (self), NULL);
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, mgr_manager_allocate_async), NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * mgr_manager_deallocate:
 * @self: a manager
 * @id: the id of an allocation
 * @error: return location for a #GError
 *
 * Gives the charge of an allocation back, for those who keep ids; see
 * mgr_allocation_keep(). An id that is not held is %MGR_ERROR_DOUBLE_RELEASE and
 * changes nothing.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_manager_deallocate (MgrManager  *self,
                        guint64      id,
                        GError     **error)
{
  g_autoptr (MgrComponent) owner = NULL;

  g_return_val_if_fail (MGR_IS_MANAGER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  owner = mgr_allocation_dup_owner (self->ledger, id);
  if (owner == NULL)
    {
      mgr_refusal_set_double_release (NULL, id, error);
      return FALSE;
    }

  return mgr_allocation_release_id (self->ledger, owner, id, error);
}

/**
 * mgr_manager_list_allocations:
 * @self: a manager
 * @component: (nullable): the path of a component, whose allocations and those
 *    below it are listed; %NULL for all
 * @tag: (nullable): list only those with this tag
 * @offset: how many to leave out first
 * @limit: how many to list at most; 0 for all
 * @error: return location for a #GError
 *
 * Lists what is held, page by page. The order stays the same while nothing is
 * allocated or released.
 *
 * Returns: (transfer container) (element-type MgrAllocation): the allocations
 *
 * Since: 1.0
 */
GPtrArray *
mgr_manager_list_allocations (MgrManager  *self,
                              const char  *component,
                              const char  *tag,
                              guint        offset,
                              guint        limit,
                              GError     **error)
{
  g_autoptr (MgrComponent) target = NULL;

  g_return_val_if_fail (MGR_IS_MANAGER (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (component == NULL)
    target = g_object_ref (self->root);
  else
    target = mgr_ledger_require (self->ledger, component, error);

  if (target == NULL)
    return NULL;

  return mgr_allocation_list (target, tag, offset, limit > 0 ? limit : G_MAXUINT);
}
