/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "fake-redis.h"

#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>

struct _FakeRedis
{
  char *greeting;            /* (owned) (nullable) */
  char *answer;              /* (owned) (nullable) */
  guint n_commands;          /* 0: whatever comes is answered */
  char *folder;              /* (owned) */
  char *path;                /* (owned) */
  char *uri;                 /* (owned) */
  GCancellable *cancellable; /* (owned): ends it */
  GSocketListener *listener; /* (owned) */
  GThread *thread;           /* (owned) */
  gint n_connected;          /* atomic */
};

static gboolean
say (GSocketConnection *connection,
     const char        *text)
{
  GOutputStream *output = g_io_stream_get_output_stream (G_IO_STREAM (connection));

  return text == NULL
         || (text[0] != '\0'
             && g_output_stream_write_all (output, text, strlen (text), NULL, NULL, NULL));
}

/* Each command begins with a star; there is none in what the tests ask for. */
static guint
count_commands (const char *text,
                gssize      size)
{
  guint n_commands = 0;

  for (gssize i = 0; i < size; i++)
    n_commands += text[i] == '*';
  return n_commands;
}

static void
serve (FakeRedis         *self,
       GSocketConnection *connection)
{
  GInputStream *input = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  const char *next = self->greeting;
  guint n_missing = 0;
  char buffer[65536];
  gssize size;

  g_atomic_int_inc (&self->n_connected);
  while ((size = g_input_stream_read (input, buffer, sizeof buffer, self->cancellable, NULL)) > 0)
    {
      n_missing -= MIN (n_missing, count_commands (buffer, size));
      if (n_missing > 0)
        continue;
      if (!say (connection, next))
        break;

      next = self->answer;
      n_missing = self->n_commands;
    }
}

static gpointer
serve_cb (gpointer data)
{
  FakeRedis *self = data;

  while (!g_cancellable_is_cancelled (self->cancellable))
    {
      g_autoptr (GSocketConnection) connection =
        g_socket_listener_accept (self->listener, NULL, self->cancellable, NULL);

      if (connection != NULL)
        serve (self, connection);
    }

  return NULL;
}

FakeRedis *
fake_redis_start (const char *greeting,
                  const char *answer)
{
  return fake_redis_start_patient (greeting, answer, 0);
}

FakeRedis *
fake_redis_start_patient (const char *greeting,
                          const char *answer,
                          guint       n_commands)
{
  FakeRedis *self = g_new0 (FakeRedis, 1);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError) error = NULL;

  self->greeting = g_strdup (greeting);
  self->answer = g_strdup (answer);
  self->n_commands = n_commands;
  self->folder = g_dir_make_tmp ("libmgr-XXXXXX", NULL);
  self->path = g_build_filename (self->folder, "socket", NULL);
  self->uri = g_strdup_printf ("unix://%s", self->path);
  self->cancellable = g_cancellable_new ();
  self->listener = g_socket_listener_new ();

  address = g_unix_socket_address_new (self->path);
  g_socket_listener_add_address (self->listener, address, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, &error);
  g_assert_no_error (error);
  self->thread = g_thread_new ("fake-redis", serve_cb, self);
  return self;
}

const char *
fake_redis_get_uri (FakeRedis *self)
{
  return self->uri;
}

guint
fake_redis_count (FakeRedis *self)
{
  return (guint) g_atomic_int_get (&self->n_connected);
}

void
fake_redis_end (FakeRedis *self)
{
  g_cancellable_cancel (self->cancellable);
  g_thread_join (self->thread);
  g_object_unref (self->listener);
  g_object_unref (self->cancellable);
  g_unlink (self->path);
  g_assert_cmpint (g_rmdir (self->folder), ==, 0);
  g_free (self->greeting);
  g_free (self->answer);
  g_free (self->folder);
  g_free (self->path);
  g_free (self->uri);
  g_free (self);
}
