/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* MgrRespParser. The input is what a server says: it comes to the same replies whether it
 * is cut into pieces or not. */

#include "fuzz.h"
#include "cache/mgr-resp-private.h"

#include "base/mgr-error.h"

#define MAX_BYTES 4096

static guint
check_reply (MgrRespReply *reply,
             guint         depth)
{
  g_autofree char *text = mgr_resp_reply_describe (reply);
  guint sum = reply->type + 7 * (guint) reply->integer;

  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_cmpuint (depth, <=, 5);
  g_assert_cmpint (reply->items != NULL, ==, reply->type == MGR_RESP_ARRAY);
  if (reply->bytes != NULL)
    sum += g_bytes_hash (reply->bytes);
  for (guint i = 0; reply->items != NULL && i < reply->items->len; i++)
    sum = 31 * sum + check_reply (reply->items->pdata[i], depth + 1);

  return sum;
}

/* A sum of all replies, and whether there was an error in the end. */
static guint
parse (const guint8 *data,
       gsize         size,
       gsize         piece)
{
  g_autoptr (MgrRespParser) parser = mgr_resp_parser_new (MAX_BYTES);
  g_autoptr (GError) error = NULL;
  guint sum = 1;

  for (gsize i = 0; i < size && error == NULL; i += piece)
    {
      MgrRespReply *reply;

      mgr_resp_parser_feed (parser, data + i, MIN (piece, size - i));
      while ((reply = mgr_resp_parser_next (parser, &error)) != NULL)
        {
          sum = 31 * sum + check_reply (reply, 0);
          mgr_resp_reply_free (reply);
        }
    }

  if (error != NULL)
    g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
  return 2 * sum + (error != NULL);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  guint whole = parse (data, size, MAX (size, 1));

  g_assert_cmpuint (parse (data, size, 1), ==, whole);
  g_assert_cmpuint (parse (data, size, 7), ==, whole);
  return 0;
}
