/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-slurm-rest-private.h"

#include "base/mgr-error.h"

#include <gio/gunixsocketaddress.h>
#include <libsoup/soup.h>

#include <string.h>

/* Speaks to Slurm by slurmrestd, over a unix socket. Each request has a connection of its
 * own: that costs little there, and nothing is kept between threads. */

#define REQUEST_TIME 30 /* seconds */
#define MAX_ANSWER (64u << 20)

typedef struct
{
  MgrSlurmPort port;  /* first */
  char *socket;       /* (owned): its path */
  char *partition;    /* (owned) (nullable) */
  guint version;      /* as 38 of v0.0.38; 0: not known yet */
} Rest;

/* What is asked may have been done when the connection breaks, unless there was none. */
static MgrSlurmOutcome
judge_failure (const char    *deed,
               const GError  *problem,
               GError       **error)
{
  gboolean refused = g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED)
                     || g_error_matches (problem, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);

  g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE,
               "Slurm did not %s: slurmrestd cannot be reached (%s). See whether it runs, and "
               "whether its socket is the one that was named", deed, problem->message);
  return refused ? MGR_SLURM_AWAY : MGR_SLURM_UNSURE;
}

static SoupMessage *
rest_make_message (Rest       *self,
                   const char *method,
                   const char *path,
                   const char *body)
{
  g_autofree char *uri = g_strconcat ("http://localhost/", path, NULL);
  SoupMessage *message = soup_message_new (method, uri);

  if (body != NULL)
    {
      g_autoptr (GBytes) bytes = g_bytes_new (body, strlen (body));

      soup_message_set_request_body_from_bytes (message, "application/json", bytes);
    }
  return message;
}

/* @answer: (out) (transfer full) */
static MgrSlurmOutcome
rest_ask (Rest        *self,
          const char  *deed,
          const char  *method,
          const char  *path,
          const char  *body,
          char       **answer,
          GError     **error)
{
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (self->socket);
  g_autoptr (SoupSession) session =
    soup_session_new_with_options ("remote-connectable", address, "timeout", REQUEST_TIME, NULL);
  g_autoptr (SoupMessage) message = rest_make_message (self, method, path, body);
  g_autoptr (GError) problem = NULL;
  g_autoptr (GBytes) bytes = soup_session_send_and_read (session, message, NULL, &problem);
  gsize size;

  if (bytes == NULL)
    return judge_failure (deed, problem, error);

  size = g_bytes_get_size (bytes);
  *answer = g_strndup (size > 0 ? g_bytes_get_data (bytes, NULL) : "", MIN (size, MAX_ANSWER));
  if (SOUP_STATUS_IS_SUCCESSFUL (soup_message_get_status (message)))
    return MGR_SLURM_OK;

  return mgr_slurm_rest_classify (deed, *answer, error);
}

static MgrSlurmOutcome
rest_probe (MgrSlurmPort  *port,
            GError       **error)
{
  Rest *self = (Rest *) port;
  g_autofree char *answer = NULL;
  MgrSlurmOutcome outcome = rest_ask (self, "say its version", "GET", "openapi/v3", NULL, &answer,
                                      error);

  if (outcome != MGR_SLURM_OK)
    return outcome;

  self->version = mgr_slurm_rest_find_version (answer);
  if (self->version != 0)
    return MGR_SLURM_OK;

  g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE,
               "slurmrestd offers none of the versions v0.0.%d to v0.0.%d: start it with one of "
               "them (-s openapi/v0.0.38), or do without it", MGR_SLURM_REST_OLDEST,
               MGR_SLURM_REST_NEWEST);
  return MGR_SLURM_REFUSED;
}

static MgrSlurmOutcome
rest_submit (MgrSlurmPort           *port,
             const MgrSlurmRequest  *request,
             char                  **id,
             GError                **error)
{
  Rest *self = (Rest *) port;
  g_autofree char *path = g_strdup_printf ("slurm/v0.0.%u/job/submit", self->version);
  g_autofree char *body = mgr_slurm_rest_write_job (request, self->version, self->partition);
  g_autofree char *answer = NULL;
  MgrSlurmOutcome outcome = rest_ask (self, "take the job", "POST", path, body, &answer, error);

  if (outcome != MGR_SLURM_OK)
    return outcome;

  *id = mgr_slurm_rest_parse_job_id (answer);
  if (*id != NULL)
    return MGR_SLURM_OK;

  return mgr_slurm_rest_classify ("take the job", answer, error);
}

static MgrSlurmOutcome
rest_list (MgrSlurmPort  *port,
           GPtrArray    **rows,
           GError       **error)
{
  Rest *self = (Rest *) port;
  g_autofree char *path = g_strdup_printf ("slurm/v0.0.%u/jobs", self->version);
  g_autofree char *answer = NULL;
  MgrSlurmOutcome outcome = rest_ask (self, "list its jobs", "GET", path, NULL, &answer, error);

  if (outcome != MGR_SLURM_OK)
    return outcome;

  *rows = mgr_slurm_rest_parse_rows (answer);
  if (*rows != NULL)
    return MGR_SLURM_OK;

  return mgr_slurm_rest_classify ("list its jobs", answer, error);
}

static MgrSlurmOutcome
rest_cancel (MgrSlurmPort        *port,
             const char * const  *ids,
             gboolean             kill,
             GError             **error)
{
  Rest *self = (Rest *) port;
  MgrSlurmOutcome outcome = MGR_SLURM_OK;

  for (guint i = 0; ids[i] != NULL; i++)
    {
      g_autofree char *path = g_strdup_printf ("slurm/v0.0.%u/job/%s%s", self->version, ids[i],
                                               kill ? "?signal=KILL" : "");
      g_autofree char *answer = NULL;
      MgrSlurmOutcome one = rest_ask (self, "end the job", "DELETE", path, NULL, &answer, NULL);

      /* One that has ended is refused. */
      if (one != MGR_SLURM_REFUSED)
        outcome = MAX (outcome, one);
    }
  if (outcome != MGR_SLURM_OK)
    g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE, "slurmrestd ended not all jobs");
  return outcome;
}

static void
rest_free (MgrSlurmPort *port)
{
  Rest *self = (Rest *) port;

  g_free (self->socket);
  g_free (self->partition);
  g_free (self);
}

MgrSlurmPort *
mgr_slurm_rest_new (const char *socket,
                    const char *partition)
{
  Rest *self = g_new0 (Rest, 1);

  self->port.probe = rest_probe;
  self->port.submit = rest_submit;
  self->port.list = rest_list;
  self->port.cancel = rest_cancel;
  self->port.free = rest_free;
  self->socket = g_strdup (socket);
  self->partition = g_strdup (partition);
  return &self->port;
}
