/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-tensor.h"

#define REPLY_TYPE G_VARIANT_TYPE ("(a{sv})")
#define DEFAULT_TIMEOUT -1

/**
 * mgr_tensor_fetch:
 * @connection: a connection to a message bus, or to the service itself
 * @bus_name: (nullable): the name of the service, %NULL where @connection leads to it
 * @object_path: the path of the object
 * @interface_name: the name of the interface
 * @method_name: the name of the method, which returns one `a{sv}`
 * @parameters: (nullable): the parameters of the method, in a tuple
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Calls a method of a service that answers with mgr_tensor_return_to_invocation(), and
 * makes a tensor of what it answers. Other than by a call of one's own no file descriptor
 * is left to a garbage collector, so the lease ends when the tensor is released.
 *
 * It fails as the call does, and as mgr_tensor_new_from_export() does.
 *
 * Returns: (transfer full): the tensor, or %NULL on failure
 *
 * Since: 1.0
 */
MgrTensor *
mgr_tensor_fetch (GDBusConnection  *connection,
                  const char       *bus_name,
                  const char       *object_path,
                  const char       *interface_name,
                  const char       *method_name,
                  GVariant         *parameters,
                  GCancellable     *cancellable,
                  GError          **error)
{
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GVariant) reply = NULL;

  g_return_val_if_fail (G_IS_DBUS_CONNECTION (connection), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  reply = g_dbus_connection_call_with_unix_fd_list_sync (connection, bus_name, object_path,
                                                         interface_name, method_name, parameters,
                                                         REPLY_TYPE, G_DBUS_CALL_FLAGS_NONE,
                                                         DEFAULT_TIMEOUT, NULL, &fds, cancellable,
                                                         error);
  return reply != NULL ? mgr_tensor_new_from_export (reply, fds, error) : NULL;
}

static void
fetched_cb (GObject      *source,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (GTask) task = user_data;
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GVariant) reply = NULL;
  MgrTensor *tensor = NULL;
  GError *error = NULL;

  reply = g_dbus_connection_call_with_unix_fd_list_finish (G_DBUS_CONNECTION (source), &fds, result,
                                                           &error);
  if (reply != NULL)
    tensor = mgr_tensor_new_from_export (reply, fds, &error);

  if (tensor != NULL)
    g_task_return_pointer (task, tensor, (GDestroyNotify) mgr_tensor_unref);
  else
    g_task_return_error (task, error);
}

/**
 * mgr_tensor_fetch_async:
 * @connection: a connection to a message bus, or to the service itself
 * @bus_name: (nullable): the name of the service, %NULL where @connection leads to it
 * @object_path: the path of the object
 * @interface_name: the name of the interface
 * @method_name: the name of the method, which returns one `a{sv}`
 * @parameters: (nullable): the parameters of the method, in a tuple
 * @cancellable: (nullable): a #GCancellable
 * @callback: (scope async): called when the answer is there, in the thread-default main
 *    context of the caller
 * @user_data: data for @callback
 *
 * As mgr_tensor_fetch(), without waiting.
 *
 * Since: 1.0
 */
void
mgr_tensor_fetch_async (GDBusConnection     *connection,
                        const char          *bus_name,
                        const char          *object_path,
                        const char          *interface_name,
                        const char          *method_name,
                        GVariant            *parameters,
                        GCancellable        *cancellable,
                        GAsyncReadyCallback  callback,
                        gpointer             user_data)
{
  GTask *task;

  g_return_if_fail (G_IS_DBUS_CONNECTION (connection));

  task = g_task_new (NULL, cancellable, callback, user_data);
  g_task_set_source_tag (task, mgr_tensor_fetch_async);
  g_dbus_connection_call_with_unix_fd_list (connection, bus_name, object_path, interface_name,
                                            method_name, parameters, REPLY_TYPE,
                                            G_DBUS_CALL_FLAGS_NONE, DEFAULT_TIMEOUT, NULL,
                                            cancellable, fetched_cb, task);
}

/**
 * mgr_tensor_fetch_finish:
 * @result: what the callback of mgr_tensor_fetch_async() was given
 * @error: return location for a #GError
 *
 * Ends mgr_tensor_fetch_async().
 *
 * Returns: (transfer full): the tensor, or %NULL on failure
 *
 * Since: 1.0
 */
MgrTensor *
mgr_tensor_fetch_finish (GAsyncResult  *result,
                         GError       **error)
{
  g_return_val_if_fail (g_task_is_valid (result, NULL), NULL);
  g_return_val_if_fail (g_async_result_is_tagged (result, mgr_tensor_fetch_async), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return g_task_propagate_pointer (G_TASK (result), error);
}
