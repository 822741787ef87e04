/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-redis-address-private.h"

#include "base/mgr-error.h"

#include <gio/gunixsocketaddress.h>
#include <string.h>

#define DEFAULT_PORT 6379

/* Nobody has more; it keeps nonsense from a server that would count it as an attack. */
#define DATABASE_MAX 1000000

static gboolean
fail (GError     **error,
      const char  *what)
{
  g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
               "The address of a Redis server is wrong: %s. Write "
               "redis://[user:password@]host[:port][/database] or unix:///path[?db=database]", what);
  return FALSE;
}

static gboolean
read_database (MgrRedisAddress  *self,
               const char       *text,
               GError          **error)
{
  guint64 number = 0;

  if (!g_ascii_string_to_unsigned (text, 10, 0, DATABASE_MAX, &number, NULL))
    return fail (error, "its database is no number");

  self->database = (guint) number;
  return TRUE;
}

static gboolean
read_host (MgrRedisAddress  *self,
           GUri             *uri,
           GError          **error)
{
  const char *host = g_uri_get_host (uri);
  const char *path = g_uri_get_path (uri);
  int port = g_uri_get_port (uri);

  if (host == NULL || host[0] == '\0')
    return fail (error, "it names no host");
  if (port == 0 || port > G_MAXUINT16)
    return fail (error, "there is no such port");
  if (g_uri_get_query (uri) != NULL)
    return fail (error, "it has a query");
  if (strlen (path) > 1 && !read_database (self, path + 1, error))
    return FALSE;

  port = port < 0 ? DEFAULT_PORT : port;
  self->connectable = g_network_address_new (host, (guint16) port);
  self->text = g_strdup_printf (strchr (host, ':') != NULL ? "redis://[%s]:%d/%u" : "redis://%s:%d/%u",
                                host, port, self->database);
  return TRUE;
}

static gboolean
read_path (MgrRedisAddress  *self,
           GUri             *uri,
           GError          **error)
{
  const char *host = g_uri_get_host (uri);
  const char *path = g_uri_get_path (uri);
  const char *query = g_uri_get_query (uri);

  if ((host != NULL && host[0] != '\0') || path[0] != '/' || path[1] == '\0')
    return fail (error, "it names no socket, which has to begin with a slash");
  if (query != NULL && !g_str_has_prefix (query, "db="))
    return fail (error, "its query is not db=database");
  if (query != NULL && !read_database (self, query + strlen ("db="), error))
    return FALSE;

  self->connectable = G_SOCKET_CONNECTABLE (g_unix_socket_address_new (path));
  self->text = g_strdup_printf ("unix://%s?db=%u", path, self->database);
  return TRUE;
}

static char *
dup_unless_empty (const char *text)
{
  return text != NULL && text[0] != '\0' ? g_strdup (text) : NULL;
}

static gboolean
read_uri (MgrRedisAddress  *self,
          GUri             *uri,
          GError          **error)
{
  const char *scheme = g_uri_get_scheme (uri);

  self->user = dup_unless_empty (g_uri_get_user (uri));
  self->password = dup_unless_empty (g_uri_get_password (uri));
  if (self->user != NULL && self->password == NULL)
    return fail (error, "it has a user and no password");
  if (g_uri_get_fragment (uri) != NULL)
    return fail (error, "it has a fragment");

  if (strcmp (scheme, "redis") == 0)
    return read_host (self, uri, error);
  if (strcmp (scheme, "unix") == 0)
    return read_path (self, uri, error);
  return fail (error, "it begins with neither redis:// nor unix://");
}

MgrRedisAddress *
mgr_redis_address_parse (const char  *uri,
                         GError     **error)
{
  g_autoptr (MgrRedisAddress) self = g_new0 (MgrRedisAddress, 1);
  g_autoptr (GUri) parsed = g_uri_parse (uri, G_URI_FLAGS_HAS_PASSWORD, NULL);

  /* GUri's own errors repeat what is wrong, which may be the password. */
  if (parsed == NULL)
    {
      fail (error, "it is no URI");
      return NULL;
    }

  return read_uri (self, parsed, error) ? g_steal_pointer (&self) : NULL;
}

void
mgr_redis_address_free (MgrRedisAddress *self)
{
  g_clear_object (&self->connectable);
  g_free (self->user);
  g_free (self->password);
  g_free (self->text);
  g_free (self);
}
