/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-redis-link-private.h"

#include "base/mgr-error.h"
#include "cache/mgr-backoff-private.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define RETRY_FIRST (100 * G_TIME_SPAN_MILLISECOND)
#define RETRY_LONGEST (30 * G_TIME_SPAN_SECOND)

/* As Redis itself bounds a value, and something for what is around it. */
#define REPLY_BYTES ((gsize) 513 << 20)

#define READ_BYTES 65536

typedef enum
{
  LINK_IDLE,
  LINK_CONNECTING,
  LINK_READY,
} LinkState;

struct _MgrRedisLink
{
  gatomicrefcount ref_count; /* of the owner, and of the thread that connects */
  MgrRedisAddress *address;  /* (owned), never changes */
  MgrClock *clock;           /* (owned), never changes */
  GCancellable *closing;     /* (owned), never changes: ends the thread that connects */
  int wake;                  /* (owned), never changes: an eventfd, for the one that reads */

  GMutex lock;
  GCond changed;
  LinkState state;           /* guarded by lock, as all below */
  pid_t pid;                 /* whose connection it is */
  gint64 connecting_since;   /* of g_get_monotonic_time() */
  GSocketConnection *connection; /* (owned) (nullable): where it is ready */
  MgrRespParser *parser;     /* (owned) (nullable): the same */
  GByteArray *output;        /* (owned): what is to be sent */
  gsize n_sent;              /* of it */
  GQueue requests;           /* (element-type Request): in the order of their replies */
  gint64 moved_at;           /* when something came last, or went that had to wait, or was asked of an idle server */
  char buffer[READ_BYTES];   /* for what comes */
  gboolean is_read;          /* one of those who wait does */
  MgrBackoff backoff;
  char *problem;             /* (owned) (nullable) */
  guint64 n_connects;
};

/* Shared by whoever calls and by the queue. */
typedef struct
{
  guint n_holders;    /* guarded by the link's lock, as all below */
  guint n_missing;
  GPtrArray *replies; /* (owned) (element-type MgrRespReply) */
  GError *error;      /* (owned) (nullable) */
} Request;

static void
request_release (Request *request)
{
  if (--request->n_holders > 0)
    return;

  g_ptr_array_unref (request->replies);
  g_clear_error (&request->error);
  g_free (request);
}

static gboolean
request_is_done (Request *request)
{
  return request->n_missing == 0 || request->error != NULL;
}

MgrRedisLink *
mgr_redis_link_new (MgrRedisAddress *address,
                    MgrClock        *clock)
{
  MgrRedisLink *self = g_new0 (MgrRedisLink, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->address = address;
  self->clock = g_object_ref (clock);
  self->closing = g_cancellable_new ();
  self->wake = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (self->wake < 0)
    g_error ("A connection to Redis cannot be had: %s", g_strerror (errno));
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  self->output = g_byte_array_new ();
  g_queue_init (&self->requests);
  return self;
}

/* With the lock held, as all that follows up to mgr_redis_link_free(), but for the thread
 * that connects. */

static void
link_clear (MgrRedisLink *self)
{
  /* Another thread may wait for this socket just now. */
  if (self->connection != NULL && self->pid == getpid ())
    g_socket_shutdown (g_socket_connection_get_socket (self->connection), TRUE, TRUE, NULL);

  g_clear_object (&self->connection);
  g_clear_pointer (&self->parser, mgr_resp_parser_free);
  g_byte_array_set_size (self->output, 0);
  self->n_sent = 0;
  self->state = LINK_IDLE;
}

static void
link_set_problem (MgrRedisLink *self,
                  const char   *what)
{
  g_free (self->problem);
  self->problem = g_strdup_printf ("%s is out of reach: %s. See to it that Redis runs there and that "
                                   "the address is right; it is tried again", self->address->text, what);
}

/* All who wait have waited in vain. */
static void
link_break (MgrRedisLink *self,
            int           code,
            const char   *what)
{
  Request *request;

  link_clear (self);
  mgr_backoff_fail (&self->backoff, mgr_clock_get_time (self->clock), RETRY_FIRST, RETRY_LONGEST);
  link_set_problem (self, what);

  while ((request = g_queue_pop_head (&self->requests)) != NULL)
    {
      request->error = g_error_new_literal (MGR_ERROR, code, self->problem);
      request_release (request);
    }
  g_cond_broadcast (&self->changed);
}

static void
link_flush (MgrRedisLink *self)
{
  GSocket *socket = g_socket_connection_get_socket (self->connection);

  while (self->n_sent < self->output->len)
    {
      g_autoptr (GError) error = NULL;
      gssize size = g_socket_send (socket, (const char *) self->output->data + self->n_sent,
                                   self->output->len - self->n_sent, NULL, &error);

      if (size < 0)
        {
          if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
            link_break (self, MGR_ERROR_FAILED, error->message);
          return;
        }
      self->n_sent += (gsize) size;
    }

  g_byte_array_set_size (self->output, 0);
  self->n_sent = 0;
}

/* Gives replies to those who asked, in order. */
static void
link_deliver (MgrRedisLink *self)
{
  g_autoptr (GError) error = NULL;
  MgrRespReply *reply;

  while ((reply = mgr_resp_parser_next (self->parser, &error)) != NULL)
    {
      Request *request = g_queue_peek_head (&self->requests);

      if (request == NULL)
        {
          mgr_resp_reply_free (reply);
          link_break (self, MGR_ERROR_FAILED, "It answers what nobody asked");
          return;
        }

      g_ptr_array_add (request->replies, reply);
      if (--request->n_missing == 0)
        {
          request_release (g_queue_pop_head (&self->requests));
          self->backoff.delay = 0;
          g_clear_pointer (&self->problem, g_free);
        }
    }

  if (error != NULL)
    link_break (self, MGR_ERROR_FAILED, error->message);
}

static void
link_receive (MgrRedisLink *self)
{
  g_autoptr (GError) error = NULL;
  gssize size = g_socket_receive (g_socket_connection_get_socket (self->connection),
                                  self->buffer, sizeof self->buffer, NULL, &error);

  if (size > 0)
    {
      self->moved_at = g_get_monotonic_time ();
      mgr_resp_parser_feed (self->parser, self->buffer, (gsize) size);
      link_deliver (self);
    }
  else if (size == 0)
    {
      link_break (self, MGR_ERROR_FAILED, "It hung up");
    }
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    {
      link_break (self, MGR_ERROR_FAILED, error->message);
    }
}

static void
link_unref (MgrRedisLink *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  link_clear (self);
  g_byte_array_unref (self->output);
  g_free (self->problem);
  g_close (self->wake, NULL);
  g_object_unref (self->closing);
  g_object_unref (self->clock);
  mgr_redis_address_free (self->address);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static gpointer
connect_cb (gpointer data)
{
  MgrRedisLink *self = data;
  g_autoptr (GError) error = NULL;
  GSocketConnection *connection = mgr_redis_connect (self->address, self->closing, &error);

  g_mutex_lock (&self->lock);
  if (connection != NULL)
    {
      self->connection = connection;
      self->parser = mgr_resp_parser_new (REPLY_BYTES);
      self->state = LINK_READY;
      self->n_connects++;
      g_cond_broadcast (&self->changed);
    }
  else
    {
      link_break (self, MGR_ERROR_FAILED, error->message);
    }
  g_mutex_unlock (&self->lock);

  link_unref (self);
  return NULL;
}

static void
link_begin_connecting (MgrRedisLink *self)
{
  GThread *thread;

  self->state = LINK_CONNECTING;
  self->pid = getpid ();
  self->connecting_since = g_get_monotonic_time ();
  g_atomic_ref_count_inc (&self->ref_count);
  thread = g_thread_try_new ("mgr-redis", connect_cb, self, NULL);
  if (thread != NULL)
    {
      g_thread_unref (thread);
      return;
    }

  g_atomic_ref_count_dec (&self->ref_count);
  link_break (self, MGR_ERROR_FAILED, "There can be no more threads");
}

/* What belongs to the parent of a process that was forked is not touched. */
static void
link_notice_fork (MgrRedisLink *self)
{
  if (self->pid == getpid () || self->state == LINK_IDLE)
    return;

  link_clear (self);
  g_queue_clear (&self->requests);
  self->is_read = FALSE;
}

static gboolean
set_out_of_reach (MgrRedisLink  *self,
                  int            code,
                  GError       **error)
{
  if (self->problem == NULL)
    link_set_problem (self, "It does not answer in time");

  g_set_error_literal (error, MGR_ERROR, code, self->problem);
  return FALSE;
}

/* Waits for a connection as long as @deadline allows, but no longer than the first who
 * waited for it. */
static gboolean
link_reach (MgrRedisLink  *self,
            gint64         deadline,
            gint64         timeout,
            GCancellable  *cancellable,
            GError       **error)
{
  gboolean tried = FALSE;

  link_notice_fork (self);
  while (self->state != LINK_READY)
    {
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (self->state == LINK_IDLE)
        {
          if (tried)
            return set_out_of_reach (self, MGR_ERROR_FAILED, error);
          if (!mgr_backoff_is_over (&self->backoff, mgr_clock_get_time (self->clock)))
            return set_out_of_reach (self, MGR_ERROR_NOT_AVAILABLE, error);

          tried = TRUE;
          link_begin_connecting (self);
          continue;
        }

      tried = TRUE;
      if (g_get_monotonic_time () >= MIN (deadline, self->connecting_since + timeout))
        return set_out_of_reach (self, MGR_ERROR_TIMED_OUT, error);
      g_cond_wait_until (&self->changed, &self->lock,
                         MIN (deadline, self->connecting_since + timeout));
    }

  return TRUE;
}

static Request *
link_send (MgrRedisLink *self,
           GByteArray   *commands,
           guint         n_commands)
{
  Request *request = g_new0 (Request, 1);

  request->n_holders = 2;
  request->n_missing = n_commands;
  request->replies = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_resp_reply_free);
  if (g_queue_is_empty (&self->requests))
    self->moved_at = g_get_monotonic_time ();
  g_queue_push_tail (&self->requests, request);
  g_byte_array_append (self->output, commands->data, commands->len);
  link_flush (self);

  /* Whoever reads does not know yet that there is something to be sent as well. */
  if (self->output->len > 0)
    eventfd_write (self->wake, 1);
  return request;
}

/* Reads for all until something happens. */
static void
link_read (MgrRedisLink *self,
           gint64        deadline)
{
  g_autoptr (GSocket) socket = g_object_ref (g_socket_connection_get_socket (self->connection));
  gint64 left = deadline - g_get_monotonic_time ();
  GPollFD fds[2] = {
    { .fd = g_socket_get_fd (socket), .events = G_IO_IN | (self->output->len > 0 ? G_IO_OUT : 0) },
    { .fd = self->wake, .events = G_IO_IN },
  };
  eventfd_t value;

  self->is_read = TRUE;
  g_mutex_unlock (&self->lock);
  g_poll (fds, G_N_ELEMENTS (fds), (int) (MAX (left, 0) / 1000 + 1));
  g_mutex_lock (&self->lock);
  self->is_read = FALSE;

  eventfd_read (self->wake, &value);
  /* It may be another connection by now. */
  if (self->state == LINK_READY && g_socket_connection_get_socket (self->connection) == socket)
    {
      if (fds[0].revents & G_IO_OUT)
        {
          self->moved_at = g_get_monotonic_time ();
          link_flush (self);
        }
      if (self->state == LINK_READY && (fds[0].revents & ~G_IO_OUT) != 0)
        link_receive (self);
    }
  g_cond_broadcast (&self->changed);
}

/* Nobody waits for a server that neither takes nor gives anything for so long. One that
 * just has much to do for others is waited for by those others. */
static void
link_give_up (MgrRedisLink *self,
              gint64        timeout)
{
  gint64 stood_still = g_get_monotonic_time () - self->moved_at;

  if (self->state == LINK_READY && stood_still >= timeout - timeout / 10)
    link_break (self, MGR_ERROR_TIMED_OUT, "It does not answer in time");
}

static void
link_wait (MgrRedisLink  *self,
           Request       *request,
           gint64         deadline,
           gint64         timeout,
           GCancellable  *cancellable)
{
  while (!request_is_done (request))
    {
      if (g_cancellable_is_cancelled (cancellable))
        return;
      if (g_get_monotonic_time () >= deadline)
        {
          link_give_up (self, timeout);
          return;
        }

      if (self->is_read)
        g_cond_wait_until (&self->changed, &self->lock, deadline);
      else
        link_read (self, deadline);
    }
}

static GPtrArray *
link_take_replies (MgrRedisLink  *self,
                   Request       *request,
                   GCancellable  *cancellable,
                   GError       **error)
{
  if (request->error != NULL)
    g_propagate_error (error, g_steal_pointer (&request->error));
  else if (request->n_missing == 0)
    return g_ptr_array_ref (request->replies);
  else if (!g_cancellable_set_error_if_cancelled (cancellable, error))
    g_set_error (error, MGR_ERROR, MGR_ERROR_TIMED_OUT,
                 "%s does not answer in time", self->address->text);

  return NULL;
}

static void
cancelled_cb (GCancellable *cancellable,
              gpointer      data)
{
  MgrRedisLink *self = data;

  g_mutex_lock (&self->lock);
  g_cond_broadcast (&self->changed);
  eventfd_write (self->wake, 1);
  g_mutex_unlock (&self->lock);
}

void
mgr_redis_link_free (MgrRedisLink *self)
{
  g_cancellable_cancel (self->closing);
  link_unref (self);
}

GPtrArray *
mgr_redis_link_call (MgrRedisLink  *self,
                     GByteArray    *commands,
                     guint          n_commands,
                     gint64         timeout,
                     GCancellable  *cancellable,
                     GError       **error)
{
  gint64 deadline = g_get_monotonic_time () + timeout;
  GPtrArray *replies = NULL;
  gulong handler = 0;

  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), self, NULL);

  g_mutex_lock (&self->lock);
  if (link_reach (self, deadline, timeout, cancellable, error))
    {
      Request *request = link_send (self, commands, n_commands);

      link_wait (self, request, deadline, timeout, cancellable);
      replies = link_take_replies (self, request, cancellable, error);
      request_release (request);
      /* Somebody else has to read now. */
      g_cond_broadcast (&self->changed);
    }
  g_mutex_unlock (&self->lock);

  g_cancellable_disconnect (cancellable, handler);
  return replies;
}

guint64
mgr_redis_link_count_connects (MgrRedisLink *self)
{
  guint64 n_connects;

  g_mutex_lock (&self->lock);
  n_connects = self->n_connects;
  g_mutex_unlock (&self->lock);

  return n_connects;
}

char *
mgr_redis_link_dup_problem (MgrRedisLink *self)
{
  char *problem;

  g_mutex_lock (&self->lock);
  problem = g_strdup (self->problem);
  g_mutex_unlock (&self->lock);

  return problem;
}
