/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-resp-private.h"

#include "base/mgr-error.h"

#include <string.h>

/* No line of a server that means well is longer. */
#define LINE_MAX_BYTES 65536

/* An item takes more memory than it takes bytes to announce it. */
#define ITEMS_MAX 100000
#define DEPTH_MAX 4

typedef struct
{
  MgrRespReply *array; /* (owned): lacks some of its items */
  guint n_missing;
} OpenArray;

struct _MgrRespParser
{
  gsize max_bytes;
  GByteArray *input;      /* (owned) */
  gsize position;         /* up to here it has been made into replies */
  gsize searched;         /* up to here there is no end of the line at position */
  gsize reply_bytes;      /* of the reply that is being made */
  guint n_items;          /* of it */
  OpenArray open[DEPTH_MAX];
  guint depth;
};

static MgrRespReply *
reply_new (MgrRespType  type,
           gint64       integer,
           GBytes      *bytes)
{
  MgrRespReply *self = g_new0 (MgrRespReply, 1);

  self->type = type;
  self->integer = integer;
  self->bytes = bytes;
  if (type == MGR_RESP_ARRAY)
    self->items = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_resp_reply_free);
  return self;
}

void
mgr_resp_reply_free (MgrRespReply *self)
{
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_pointer (&self->items, g_ptr_array_unref);
  g_free (self);
}

gboolean
mgr_resp_reply_says (MgrRespReply *self,
                     MgrRespType   type,
                     const char   *beginning)
{
  gsize size = 0;
  const char *text;

  if (self->type != type || self->bytes == NULL)
    return FALSE;

  text = g_bytes_get_data (self->bytes, &size);
  return size >= strlen (beginning) && memcmp (text, beginning, strlen (beginning)) == 0;
}

char *
mgr_resp_reply_describe (MgrRespReply *self)
{
  const gsize longest = 200;

  switch (self->type)
    {
    case MGR_RESP_TEXT:
    case MGR_RESP_ERROR:
      return g_utf8_make_valid (g_bytes_get_data (self->bytes, NULL),
                                (gssize) MIN (g_bytes_get_size (self->bytes), longest));
    case MGR_RESP_INTEGER:
      return g_strdup ("a number");
    case MGR_RESP_BYTES:
      return g_strdup ("bytes");
    case MGR_RESP_ARRAY:
      return g_strdup ("an array");
    case MGR_RESP_NIL:
      return g_strdup ("nothing");
    default:
      g_assert_not_reached ();
    }
}

MgrRespParser *
mgr_resp_parser_new (gsize max_bytes)
{
  MgrRespParser *self = g_new0 (MgrRespParser, 1);

  self->max_bytes = max_bytes;
  self->input = g_byte_array_new ();
  return self;
}

void
mgr_resp_parser_free (MgrRespParser *self)
{
  for (guint i = 0; i < self->depth; i++)
    mgr_resp_reply_free (self->open[i].array);
  g_byte_array_unref (self->input);
  g_free (self);
}

void
mgr_resp_parser_feed (MgrRespParser *self,
                      gconstpointer  data,
                      gsize          size)
{
  /* Only once there is more behind than ahead, so that no byte is moved twice. */
  if (self->position > self->input->len / 2)
    {
      g_byte_array_remove_range (self->input, 0, (guint) self->position);
      self->searched -= MIN (self->searched, self->position);
      self->position = 0;
    }

  g_byte_array_append (self->input, data, (guint) size);
}

static gboolean
fail (GError     **error,
      const char  *what)
{
  g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED, "That is not how Redis answers: %s", what);
  return FALSE;
}

/* @line: (out) (nullable): the next line without its end; %NULL if it has not come yet.
 * Returns whether it can be one. */
static gboolean
parser_find_line (MgrRespParser  *self,
                  const char    **line,
                  gsize          *size,
                  GError        **error)
{
  const char *start = (const char *) self->input->data + self->position;
  gsize left = self->input->len - self->position;
  gsize searched = MAX (self->searched, self->position) - self->position;
  const char *end = left > searched ? memchr (start + searched, '\n', left - searched) : NULL;

  *line = NULL;
  self->searched = self->input->len;
  if (end == NULL)
    return left <= LINE_MAX_BYTES || fail (error, "a line has no end");

  /* For whoever comes back to this line for what follows it. */
  self->searched = self->position + (gsize) (end - start);
  if (end - start < 2 || end[-1] != '\r')
    return fail (error, "a line ends without a carriage return");

  *line = start;
  *size = (gsize) (end - start) - 1;
  return TRUE;
}

static gboolean
read_number (const char  *text,
             gsize        size,
             gint64      *number,
             GError     **error)
{
  char digits[24];
  char *end = NULL;

  if (size > 0 && size < sizeof digits)
    {
      memcpy (digits, text, size);
      digits[size] = '\0';
      if (digits[0] == '-' || g_ascii_isdigit (digits[0]))
        *number = g_ascii_strtoll (digits, &end, 10);
    }

  return (end == digits + size) || fail (error, "a number is none");
}

/* Steps over @size bytes of the input. */
static gboolean
parser_consume (MgrRespParser  *self,
                gsize           size,
                GError        **error)
{
  self->position += size;
  self->reply_bytes += size;
  return self->reply_bytes <= self->max_bytes || fail (error, "it is too long");
}

/* @line_size: of the line that announces them */
static gboolean
parser_read_bytes (MgrRespParser  *self,
                   gsize           line_size,
                   gint64          count,
                   MgrRespReply  **reply,
                   GError        **error)
{
  gsize head = line_size + 2;
  gsize left = self->input->len - self->position;
  const char *start;

  if (count == -1)
    {
      *reply = reply_new (MGR_RESP_NIL, 0, NULL);
      return parser_consume (self, head, error);
    }
  if (count < 0 || (guint64) count > self->max_bytes)
    return fail (error, "so many bytes cannot be");
  if (left < head + (gsize) count + 2)
    return TRUE;

  start = (const char *) self->input->data + self->position + head;
  if (memcmp (start + count, "\r\n", 2) != 0)
    return fail (error, "bytes do not end where they should");

  *reply = reply_new (MGR_RESP_BYTES, 0, g_bytes_new (start, (gsize) count));
  return parser_consume (self, head + (gsize) count + 2, error);
}

static gboolean
parser_read_array (MgrRespParser  *self,
                   gsize           line_size,
                   gint64          count,
                   MgrRespReply  **reply,
                   GError        **error)
{
  if (count < -1 || count > ITEMS_MAX - self->n_items)
    return fail (error, "so many items cannot be");
  if (count > 0 && self->depth == DEPTH_MAX)
    return fail (error, "arrays are nested too deep");

  *reply = reply_new (count == -1 ? MGR_RESP_NIL : MGR_RESP_ARRAY, 0, NULL);
  if (count > 0)
    {
      self->n_items += (guint) count;
      self->open[self->depth].array = g_steal_pointer (reply);
      self->open[self->depth].n_missing = (guint) count;
      self->depth++;
    }
  return parser_consume (self, line_size + 2, error);
}

/* @reply: (out) (nullable): what is complete by now: not an array that lacks items
 * @stepped: (out): whether anything was made of the input */
static gboolean
parser_step (MgrRespParser  *self,
             MgrRespReply  **reply,
             gboolean       *stepped,
             GError        **error)
{
  gsize before = self->position;
  const char *line = NULL;
  gsize size = 0;
  gint64 number = 0;
  gboolean good;

  *stepped = FALSE;
  if (!parser_find_line (self, &line, &size, error))
    return FALSE;
  if (line == NULL)
    return TRUE;
  if (strchr (":$*", line[0]) != NULL && line[0] != '\0' && !read_number (line + 1, size - 1, &number, error))
    return FALSE;

  switch (line[0])
    {
    case '+':
    case '-':
      *reply = reply_new (line[0] == '+' ? MGR_RESP_TEXT : MGR_RESP_ERROR, 0,
                          g_bytes_new (line + 1, size - 1));
      good = parser_consume (self, size + 2, error);
      break;
    case ':':
      *reply = reply_new (MGR_RESP_INTEGER, number, NULL);
      good = parser_consume (self, size + 2, error);
      break;
    case '$':
      good = parser_read_bytes (self, size, number, reply, error);
      break;
    case '*':
      good = parser_read_array (self, size, number, reply, error);
      break;
    default:
      return fail (error, "no reply begins so");
    }

  *stepped = self->position > before;
  return good;
}

/* Puts what is complete into the array that waits for it; what that completes goes on.
 *
 * Returns: (transfer full) (nullable): a whole reply */
static MgrRespReply *
parser_collect (MgrRespParser *self,
                MgrRespReply  *reply)
{
  while (reply != NULL && self->depth > 0)
    {
      OpenArray *open = &self->open[self->depth - 1];

      g_ptr_array_add (open->array->items, reply);
      reply = NULL;
      if (--open->n_missing == 0)
        {
          reply = open->array;
          self->depth--;
        }
    }

  return reply;
}

MgrRespReply *
mgr_resp_parser_next (MgrRespParser  *self,
                      GError        **error)
{
  MgrRespReply *whole = NULL;
  gboolean stepped = TRUE;

  while (whole == NULL && stepped)
    {
      g_autoptr (MgrRespReply) reply = NULL;

      if (!parser_step (self, &reply, &stepped, error))
        return NULL;
      whole = parser_collect (self, g_steal_pointer (&reply));
    }

  if (whole != NULL)
    {
      self->reply_bytes = 0;
      self->n_items = 0;
    }
  return whole;
}

void
mgr_resp_append_command (GByteArray        *output,
                         const MgrRespWord *words,
                         gsize              n_words)
{
  char head[32];

  g_snprintf (head, sizeof head, "*%" G_GSIZE_FORMAT "\r\n", n_words);
  g_byte_array_append (output, (const guint8 *) head, (guint) strlen (head));
  for (gsize i = 0; i < n_words; i++)
    {
      g_snprintf (head, sizeof head, "$%" G_GSIZE_FORMAT "\r\n", words[i].size);
      g_byte_array_append (output, (const guint8 *) head, (guint) strlen (head));
      g_byte_array_append (output, words[i].data, (guint) words[i].size);
      g_byte_array_append (output, (const guint8 *) "\r\n", 2);
    }
}
