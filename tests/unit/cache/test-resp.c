/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cache/mgr-resp-private.h"

#include "base/mgr-error.h"

#include <string.h>

#define MAX_BYTES 10000

/* A reply as a text of our own: what was in it, and of what kind. */
static void
print_reply (GString      *text,
             MgrRespReply *reply)
{
  switch (reply->type)
    {
    case MGR_RESP_INTEGER:
      g_string_append_printf (text, "%" G_GINT64_FORMAT, reply->integer);
      break;
    case MGR_RESP_NIL:
      g_string_append (text, "nil");
      break;
    case MGR_RESP_ARRAY:
      g_string_append_c (text, '[');
      for (guint i = 0; i < reply->items->len; i++)
        {
          g_string_append (text, i > 0 ? " " : "");
          print_reply (text, reply->items->pdata[i]);
        }
      g_string_append_c (text, ']');
      break;
    case MGR_RESP_TEXT:
    case MGR_RESP_ERROR:
    case MGR_RESP_BYTES:
      g_string_append_c (text, "+-?$"[reply->type == MGR_RESP_BYTES ? 3 : reply->type]);
      g_string_append_len (text, g_bytes_get_data (reply->bytes, NULL),
                           (gssize) g_bytes_get_size (reply->bytes));
      break;
    default:
      g_assert_not_reached ();
    }
}

/* Feeds pieces of so many bytes; “?” stands for an error. */
static char *
parse (const char *input,
       gsize       size,
       gsize       piece)
{
  g_autoptr (MgrRespParser) parser = mgr_resp_parser_new (MAX_BYTES);
  g_autoptr (GError) error = NULL;
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < size && error == NULL; i += piece)
    {
      MgrRespReply *reply;

      mgr_resp_parser_feed (parser, input + i, MIN (piece, size - i));
      while ((reply = mgr_resp_parser_next (parser, &error)) != NULL)
        {
          print_reply (text, reply);
          g_string_append_c (text, ';');
          mgr_resp_reply_free (reply);
        }
    }

  if (error != NULL)
    {
      g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
      g_string_append_c (text, '?');
    }
  return g_string_free (text, FALSE);
}

static void
assert_parses (const char *input,
               const char *expected)
{
  for (gsize piece = 1; piece <= strlen (input) + 1; piece++)
    {
      g_autofree char *text = parse (input, strlen (input), piece);

      g_assert_cmpstr (text, ==, expected);
    }
}

static void
test_replies (void)
{
  assert_parses ("+OK\r\n", "+OK;");
  assert_parses ("+\r\n", "+;");
  assert_parses ("-ERR no\r\n", "-ERR no;");
  assert_parses (":0\r\n:-7\r\n:9223372036854775807\r\n", "0;-7;9223372036854775807;");
  assert_parses ("$5\r\na\r\nbc\r\n$0\r\n\r\n$-1\r\n", "$a\r\nbc;$;nil;");
  assert_parses ("*0\r\n*-1\r\n", "[];nil;");
  assert_parses ("*2\r\n$1\r\n0\r\n*3\r\n$1\r\na\r\n:1\r\n*0\r\n+OK\r\n", "[$0 [$a 1 []]];+OK;");
  assert_parses ("*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n", "[[[[1]]]];");
}

static void
test_incomplete (void)
{
  assert_parses ("", "");
  assert_parses ("+OK", "");
  assert_parses ("$3\r\nab", "");
  assert_parses ("$3\r\nabc\r", "");
  assert_parses ("*2\r\n:1\r\n", "");
  assert_parses (":1\r\n*2\r\n:1\r\n*1\r\n", "1;");
}

static void
test_rubbish (void)
{
  static const char *const inputs[] = {
    "HTTP/1.1 400 Bad Request\r\n", "\r\n", "+OK\n", "\n", "x\r\n", ":\r\n", ":1x\r\n", ":+1\r\n", ": 1\r\n",
    ":123456789012345678901234567890\r\n", "$\r\n", "$-2\r\n", "$10001\r\n", "$99999999999999999999\r\n",
    "$1\r\nab\r\n", "$1\r\na\nb", "*-2\r\n", "*100001\r\n", "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n",
    "*60000\r\n*60000\r\n", "%1\r\n", "#t\r\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (inputs); i++)
    {
      g_autofree char *whole = parse (inputs[i], strlen (inputs[i]), G_MAXUINT16);
      g_autofree char *pieces = parse (inputs[i], strlen (inputs[i]), 1);

      g_test_message ("%s", inputs[i]);
      g_assert_cmpstr (whole, ==, "?");
      g_assert_cmpstr (pieces, ==, "?");
    }
}

/* What never ends is not waited for. */
static void
test_bounds (void)
{
  g_autofree char *line = g_strnfill (70000, 'x');
  g_autofree char *text = NULL;
  g_autofree char *many = NULL;
  g_autoptr (GString) array = g_string_new ("*3\r\n");

  line[0] = '+';
  text = parse (line, 70000, 1000);
  g_assert_cmpstr (text, ==, "?");

  for (guint i = 0; i < 3; i++)
    g_string_append_printf (array, "$4000\r\n%04000u\r\n", i);
  many = parse (array->str, array->len, 1000);
  g_assert_cmpstr (many, ==, "?");
}

static void
test_many (void)
{
  g_autoptr (GString) input = g_string_new (NULL);
  g_autofree char *text = NULL;
  guint n_replies = 0;

  for (guint i = 0; i < 10000; i++)
    g_string_append_printf (input, "$%u\r\n%0*u\r\n", 1 + i % 9, 1 + (int) (i % 9), i % 10);
  text = parse (input->str, input->len, 4099);
  for (const char *end = text; (end = strchr (end, ';')) != NULL; end++)
    n_replies++;
  g_assert_cmpuint (n_replies, ==, 10000);
  g_assert_null (strchr (text, '?'));
}

static void
test_command (void)
{
  g_autoptr (GByteArray) output = g_byte_array_new ();
  const MgrRespWord words[] = { MGR_RESP_WORD ("SET"), { "a\0b", 3 }, { "", 0 } };
  static const char expected[] = "*3\r\n$3\r\nSET\r\n$3\r\na\0b\r\n$0\r\n\r\n";

  mgr_resp_append_command (output, words, G_N_ELEMENTS (words));
  g_assert_cmpmem (output->data, output->len, expected, sizeof expected - 1);
}

static void
test_describe (void)
{
  static const struct
  {
    const char *input;
    const char *expected;
  } cases[] = {
    { "-ERR no\r\n", "ERR no" }, { "+\xff\r\n", "\xef\xbf\xbd" }, { ":1\r\n", "a number" },
    { "$1\r\nx\r\n", "bytes" }, { "*0\r\n", "an array" }, { "$-1\r\n", "nothing" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (MgrRespParser) parser = mgr_resp_parser_new (MAX_BYTES);
      g_autoptr (MgrRespReply) reply = NULL;
      g_autofree char *text = NULL;

      mgr_resp_parser_feed (parser, cases[i].input, strlen (cases[i].input));
      reply = mgr_resp_parser_next (parser, NULL);
      text = mgr_resp_reply_describe (reply);
      g_assert_cmpstr (text, ==, cases[i].expected);
      g_assert_cmpint (mgr_resp_reply_says (reply, MGR_RESP_ERROR, "ERR"), ==, i == 0);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cache/resp/replies", test_replies);
  g_test_add_func ("/cache/resp/incomplete", test_incomplete);
  g_test_add_func ("/cache/resp/rubbish", test_rubbish);
  g_test_add_func ("/cache/resp/bounds", test_bounds);
  g_test_add_func ("/cache/resp/many", test_many);
  g_test_add_func ("/cache/resp/command", test_command);
  g_test_add_func ("/cache/resp/describe", test_describe);

  return g_test_run ();
}
