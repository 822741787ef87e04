/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-tensor-private.h"

#include <gio/gunixfdmessage.h>

/* A tensor on a socket: four bytes that say how long the description is, the file
 * descriptors with the first of them, and the description. Both ends are on one
 * machine, so that nothing is swapped. */

/* The largest description: one with a text of some pages. */
#define LENGTH_MAX (64 * 1024)

static gboolean
send_all (GSocket                *socket,
          GSocketControlMessage  *message,
          const guint8           *data,
          gsize                   length,
          GCancellable           *cancellable,
          GError                **error)
{
  for (gsize done = 0; done < length;)
    {
      GOutputVector vector = { data + done, length - done };
      /* Once the descriptors are on their way, only bytes follow. */
      gssize sent = g_socket_send_message (socket, NULL, &vector, 1, done == 0 ? &message : NULL,
                                           done == 0 && message != NULL ? 1 : 0, 0, cancellable,
                                           error);

      if (sent < 0)
        return FALSE;
      done += (gsize) sent;
    }

  return TRUE;
}

/* No other carries file descriptors, or keeps what was sent in one piece. */
static gboolean
check_socket (GSocket  *socket,
              GError  **error)
{
  if (g_socket_get_family (socket) == G_SOCKET_FAMILY_UNIX
      && g_socket_get_socket_type (socket) == G_SOCKET_TYPE_STREAM)
    return TRUE;

  g_set_error_literal (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                       "A tensor goes over a Unix stream socket alone, since no other carries its "
                       "file descriptors: use one, or export it and take a way of your own");
  return FALSE;
}

/**
 * mgr_tensor_send:
 * @self: a tensor
 * @socket: a connected Unix stream socket
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Exports the tensor to the process at the other end of @socket, which receives it with
 * mgr_tensor_receive(). It waits where the other end does not read. When it fails on the
 * way, nothing else can be sent over @socket.
 *
 * A released tensor is %MGR_ERROR_NOT_FOUND, a socket of another kind
 * %MGR_ERROR_INVALID_ARGUMENT; errors of the socket are #GIOErrorEnum.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_tensor_send (MgrTensor     *self,
                 GSocket       *socket,
                 GCancellable  *cancellable,
                 GError       **error)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GSocketControlMessage) message = NULL;
  g_autoptr (GVariant) exported = NULL;
  g_autoptr (GByteArray) data = g_byte_array_new ();
  guint32 length;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (G_IS_SOCKET (socket), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!check_socket (socket, error))
    return FALSE;

  exported = mgr_tensor_export (self, fds, error);
  if (exported == NULL)
    return FALSE;

  length = (guint32) g_variant_get_size (exported);
  if (g_variant_get_size (exported) > LENGTH_MAX)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "The description of a tensor has %" G_GSIZE_FORMAT " bytes, but there may be no "
                   "more than %d: shorten its text", g_variant_get_size (exported), LENGTH_MAX);
      return FALSE;
    }

  g_byte_array_append (data, (const guint8 *) &length, sizeof length);
  g_byte_array_append (data, g_variant_get_data (exported), length);
  message = g_unix_fd_message_new_with_fd_list (fds);
  return send_all (socket, message, data->data, data->len, cancellable, error);
}

/* Keeps what comes in @messages, which it takes: the descriptors come with one part of the
 * message, but which one that is only the kernel knows. */
static void
keep_fds (GSocketControlMessage **messages,
          int                     n_messages,
          GUnixFDList           **fds)
{
  for (int i = 0; i < n_messages; i++)
    {
      if (G_IS_UNIX_FD_MESSAGE (messages[i]) && *fds == NULL)
        *fds = g_object_ref (g_unix_fd_message_get_fd_list (G_UNIX_FD_MESSAGE (messages[i])));
      g_object_unref (messages[i]);
    }
  g_free (messages);
}

static gboolean
receive_all (GSocket       *socket,
             GUnixFDList  **fds,
             guint8        *data,
             gsize          length,
             GCancellable  *cancellable,
             GError       **error)
{
  for (gsize done = 0; done < length;)
    {
      GInputVector vector = { data + done, length - done };
      GSocketControlMessage **messages = NULL;
      int n_messages = 0;
      gssize received = g_socket_receive_message (socket, NULL, &vector, 1, &messages, &n_messages,
                                                  NULL, cancellable, error);

      keep_fds (messages, n_messages, fds);
      if (received < 0)
        return FALSE;
      if (received == 0)
        {
          g_set_error_literal (error, MGR_ERROR, MGR_ERROR_CLOSED,
                               "The other end of the socket was closed before a tensor came");
          return FALSE;
        }
      done += (gsize) received;
    }

  return TRUE;
}

/**
 * mgr_tensor_receive:
 * @socket: a connected Unix stream socket
 * @cancellable: (nullable): a #GCancellable
 * @error: return location for a #GError
 *
 * Waits for a tensor that another process sends with mgr_tensor_send(), and makes one of
 * its own of it, as mgr_tensor_new_from_export() does.
 *
 * A socket that was closed is %MGR_ERROR_CLOSED, one of another kind and what is no tensor
 * are %MGR_ERROR_INVALID_ARGUMENT, and other errors of the socket are #GIOErrorEnum.
 *
 * Returns: (transfer full): the tensor, or %NULL on failure
 *
 * Since: 1.0
 */
MgrTensor *
mgr_tensor_receive (GSocket       *socket,
                    GCancellable  *cancellable,
                    GError       **error)
{
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GVariant) exported = NULL;
  g_autofree guint8 *data = NULL;
  guint32 length = 0;

  g_return_val_if_fail (G_IS_SOCKET (socket), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!check_socket (socket, error)
      || !receive_all (socket, &fds, (guint8 *) &length, sizeof length, cancellable, error))
    return NULL;

  if (length > LENGTH_MAX)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "What came over the socket is no tensor: its description would have %u bytes",
                   length);
      return NULL;
    }

  data = g_malloc (length + 1);
  if (!receive_all (socket, &fds, data, length, cancellable, error))
    return NULL;

  exported = g_variant_ref_sink (g_variant_new_from_data (G_VARIANT_TYPE_VARDICT, data, length,
                                                          FALSE, g_free, data));
  data = NULL;
  return mgr_tensor_new_from_export (exported, fds, error);
}
