/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-redis-link-private.h"

#include "base/mgr-error.h"

#include <gio/gnetworking.h>
#include <string.h>

/* Seconds, for each step; whoever wants a value does not wait so long, but goes without. */
#define STEP_TIMEOUT 5

/* What a server says to be greeted is short. */
#define GREETING_BYTES 65536

static MgrRespReply *
read_reply (GSocket        *socket,
            MgrRespParser  *parser,
            GCancellable   *cancellable,
            GError        **error)
{
  char buffer[512];
  MgrRespReply *reply = NULL;

  while (reply == NULL)
    {
      g_autoptr (GError) local_error = NULL;
      gssize size;

      reply = mgr_resp_parser_next (parser, &local_error);
      if (reply != NULL)
        break;
      if (local_error != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }

      size = g_socket_receive (socket, buffer, sizeof buffer, cancellable, error);
      if (size < 0)
        return NULL;
      if (size == 0)
        {
          g_set_error_literal (error, MGR_ERROR, MGR_ERROR_FAILED, "It hung up");
          return NULL;
        }
      mgr_resp_parser_feed (parser, buffer, (gsize) size);
    }

  return reply;
}

static gboolean
send_all (GSocket       *socket,
          GByteArray    *output,
          GCancellable  *cancellable,
          GError       **error)
{
  gsize sent = 0;

  while (sent < output->len)
    {
      gssize size = g_socket_send (socket, (const char *) output->data + sent, output->len - sent,
                                   cancellable, error);

      if (size < 0)
        return FALSE;
      sent += (gsize) size;
    }

  return TRUE;
}

static guint
append_greeting (GByteArray      *output,
                 MgrRedisAddress *address)
{
  guint n_commands = 1;

  if (address->password != NULL)
    {
      MgrRespWord words[3] = { MGR_RESP_WORD ("AUTH") };
      gsize n_words = 1;

      if (address->user != NULL)
        words[n_words++] = MGR_RESP_WORD (address->user);
      words[n_words++] = MGR_RESP_WORD (address->password);
      mgr_resp_append_command (output, words, n_words);
      n_commands++;
    }
  if (address->database != 0)
    {
      char number[16];
      MgrRespWord words[2] = { MGR_RESP_WORD ("SELECT") };

      g_snprintf (number, sizeof number, "%u", address->database);
      words[1] = MGR_RESP_WORD (number);
      mgr_resp_append_command (output, words, 2);
      n_commands++;
    }

  mgr_resp_append_command (output, &MGR_RESP_WORD ("PING"), 1);
  return n_commands;
}

/* To each command of a greeting the answer is a text; to the last one it is PONG. */
static gboolean
greet (GSocket          *socket,
       MgrRedisAddress  *address,
       GCancellable     *cancellable,
       GError          **error)
{
  g_autoptr (GByteArray) output = g_byte_array_new ();
  g_autoptr (MgrRespParser) parser = mgr_resp_parser_new (GREETING_BYTES);
  guint n_commands = append_greeting (output, address);

  if (!send_all (socket, output, cancellable, error))
    return FALSE;

  for (guint i = 0; i < n_commands; i++)
    {
      gboolean is_last = i == n_commands - 1;
      g_autoptr (MgrRespReply) reply = read_reply (socket, parser, cancellable, error);

      if (reply == NULL)
        return FALSE;
      if (!mgr_resp_reply_says (reply, MGR_RESP_TEXT, is_last ? "PONG" : "OK"))
        {
          g_autofree char *said = mgr_resp_reply_describe (reply);

          g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED, "It answers “%s”", said);
          return FALSE;
        }
    }

  return TRUE;
}

GSocketConnection *
mgr_redis_connect (MgrRedisAddress  *address,
                   GCancellable     *cancellable,
                   GError          **error)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  GSocket *socket;

  g_socket_client_set_timeout (client, STEP_TIMEOUT);
  g_socket_client_set_enable_proxy (client, FALSE);
  connection = g_socket_client_connect (client, address->connectable, cancellable, error);
  if (connection == NULL)
    return NULL;

  /* The client gave it its timeout. */
  socket = g_socket_connection_get_socket (connection);
  g_socket_set_option (socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
  if (!greet (socket, address, cancellable, error))
    return NULL;

  g_socket_set_blocking (socket, FALSE);
  g_socket_set_timeout (socket, 0);
  return g_steal_pointer (&connection);
}
