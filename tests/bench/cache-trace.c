/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cache-trace.h"

#include <gio/gio.h>
#include <glib/gstdio.h>

#include <string.h>

/* The program's output, and nothing on its errors but the error. */
static gboolean
run (const char *const  *argv,
     char              **output,
     gsize              *length,
     GError            **error)
{
  g_autoptr (GSubprocess) process =
    g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, error);
  g_autoptr (GBytes) bytes = NULL;

  if (process == NULL ||
      !g_subprocess_communicate (process, NULL, NULL, &bytes, NULL, error) ||
      !g_subprocess_wait_check (process, NULL, error))
    return FALSE;

  *length = g_bytes_get_size (bytes);
  *output = g_bytes_unref_to_data (g_steal_pointer (&bytes), length);
  return TRUE;
}

static void
trace_append (GArray  *requests,
              guint64  key,
              guint64  weight)
{
  CacheRequest request = { (guint32) key, (guint32) CLAMP (weight, 1, G_MAXUINT32) };

  g_array_append_val (requests, request);
}

/* @text ends in a NUL. */
static GArray *
trace_parse_text (const char *text)
{
  GArray *requests = g_array_new (FALSE, FALSE, sizeof (CacheRequest));

  while (*text != '\0')
    {
      char *end;
      guint64 key = g_ascii_strtoull (text, &end, 10);
      guint64 weight = *end == ' ' ? g_ascii_strtoull (end, &end, 10) : 1;

      trace_append (requests, key, weight);
      end = strchr (end, '\n');
      if (end == NULL)
        break;
      text = end + 1;
    }

  return requests;
}

static GArray *
trace_read_text (const char  *path,
                 GError     **error)
{
  const char *argv[] = { "xz", "-dc", path, NULL };
  g_autofree char *output = NULL;
  g_autofree char *text = NULL;
  gsize length;

  if (!run (argv, &output, &length, error))
    return NULL;

  text = g_strndup (output, length);
  return trace_parse_text (text);
}

/* As the folder's programs write it: a little-endian word a request, its key in the lower
 * half. */
static GArray *
trace_parse_words (const char *data,
                   gsize       length)
{
  GArray *requests = g_array_new (FALSE, FALSE, sizeof (CacheRequest));

  for (gsize i = 0; i + sizeof (guint64) <= length; i += sizeof (guint64))
    {
      guint64 word;

      memcpy (&word, data + i, sizeof word);
      word = GUINT64_FROM_LE (word);
      trace_append (requests, word & G_MAXUINT32, word >> 32);
    }

  return requests;
}

static GArray *
trace_make_sized (const char  *folder,
                  const char  *name,
                  const char  *scratch,
                  GError     **error)
{
  g_autofree char *base = g_strndup (name, strlen (name) - strlen ("-sized"));
  g_autofree char *file = g_strconcat (base, ".tr.xz", NULL);
  g_autofree char *trace = g_build_filename (folder, file, NULL);
  g_autofree char *convert = g_build_filename (folder, "tr2bin.py", NULL);
  g_autofree char *size = g_build_filename (folder, "mksized.py", NULL);
  g_autofree char *words = g_build_filename (scratch, "words", NULL);
  g_autofree char *sized = g_build_filename (scratch, "sized", NULL);
  const char *convert_argv[] = { "python3", convert, trace, words, NULL };
  const char *size_argv[] = { "python3", size, words, sized, NULL };
  g_autofree char *said = NULL;
  g_autofree char *footprint = NULL;
  g_autofree char *data = NULL;
  GArray *requests = NULL;
  gsize length;

  if (run (convert_argv, &said, &length, error) && run (size_argv, &footprint, &length, error) &&
      g_file_get_contents (sized, &data, &length, error))
    requests = trace_parse_words (data, length);

  g_unlink (words);
  g_unlink (sized);
  return requests;
}

static GArray *
trace_read (const char  *folder,
            const char  *name,
            GError     **error)
{
  g_autofree char *file = g_strconcat (name, ".tr.xz", NULL);
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_autofree char *scratch = NULL;
  GArray *requests;

  if (g_file_test (path, G_FILE_TEST_EXISTS) || !g_str_has_suffix (name, "-sized"))
    return trace_read_text (path, error);

  scratch = g_dir_make_tmp ("mgr-bench-XXXXXX", error);
  if (scratch == NULL)
    return NULL;

  requests = trace_make_sized (folder, name, scratch, error);
  g_rmdir (scratch);
  return requests;
}

/* Keys of other traces may be any numbers. */
static guint32
trace_number_keys (CacheRequest *requests,
                   gsize         n_requests)
{
  g_autoptr (GHashTable) numbers = g_hash_table_new (NULL, NULL);

  for (gsize i = 0; i < n_requests; i++)
    {
      gpointer key = GUINT_TO_POINTER (requests[i].key);
      gpointer number;

      if (!g_hash_table_lookup_extended (numbers, key, NULL, &number))
        {
          number = GUINT_TO_POINTER (g_hash_table_size (numbers));
          g_hash_table_insert (numbers, key, number);
        }
      requests[i].key = GPOINTER_TO_UINT (number);
    }

  return g_hash_table_size (numbers);
}

CacheTrace *
cache_trace_load (const char  *folder,
                  const char  *name,
                  GError     **error)
{
  GArray *requests = trace_read (folder, name, error);
  CacheTrace *self;

  if (requests == NULL)
    return NULL;

  self = g_new0 (CacheTrace, 1);
  self->n_requests = requests->len;
  self->requests = (CacheRequest *) g_array_free (requests, FALSE);
  self->n_keys = trace_number_keys (self->requests, self->n_requests);
  return self;
}

void
cache_trace_free (CacheTrace *self)
{
  g_free (self->requests);
  g_free (self);
}
