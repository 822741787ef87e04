/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-config-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* The configuration of libmgr takes a page. What is much longer is something else,
 * such as a device that never ends. */
#define LARGEST_FILE (256 * 1024)

#define READ_SIZE 4096

/* Names may be as long as a file; this much of one is enough to find it. */
#define SHOWN_NAME 80

/* A key for another language would be dropped without a word otherwise. */
#define KEY_FILE_FLAGS G_KEY_FILE_KEEP_TRANSLATIONS

/* The number of the line that holds the byte at @offset. */
static guint
count_line (const char *data,
            gsize       offset)
{
  guint line = 1;

  for (gsize i = 0; i < offset; i++)
    line += data[i] == '\n';

  return line;
}

static gboolean
loads (const char  *data,
       gsize        length,
       GError     **error)
{
  g_autoptr (GKeyFile) key_file = g_key_file_new ();

  return g_key_file_load_from_data (key_file, data, length, KEY_FILE_FLAGS, error);
}

/* Where each line ends, past its line feed. */
static GArray *
find_line_ends (const char *data,
                gsize       length)
{
  GArray *ends = g_array_new (FALSE, FALSE, sizeof (gsize));

  for (gsize end = 0; end < length;)
    {
      const char *feed = memchr (data + end, '\n', length - end);

      end = feed != NULL ? (gsize) (feed - data) + 1 : length;
      g_array_append_val (ends, end);
    }

  return ends;
}

static GPtrArray *
split_lines (const char *data,
             gsize       length)
{
  g_autoptr (GArray) ends = find_line_ends (data, length);
  GPtrArray *lines = g_ptr_array_new_with_free_func (g_free);
  gsize start = 0;

  for (guint i = 0; i < ends->len; i++)
    {
      gsize end = g_array_index (ends, gsize, i);

      g_ptr_array_add (lines, g_strstrip (g_strndup (data + start, end - start)));
      start = end;
    }

  return lines;
}

/* GKeyFile does not say which line it refuses: it is the last one of the shortest
 * beginning that does not load. */
static guint
find_bad_line (const char *data,
               gsize       length)
{
  g_autoptr (GArray) ends = find_line_ends (data, length);
  guint good = 0;
  guint bad = ends->len;

  while (bad - good > 1)
    {
      guint middle = good + (bad - good) / 2;

      if (loads (data, g_array_index (ends, gsize, middle - 1), NULL))
        good = middle;
      else
        bad = middle;
    }

  return bad;
}

static void
add_syntax_problem (const char   *data,
                    gsize         length,
                    const char   *name,
                    const GError *error,
                    GPtrArray    *problems)
{
  guint line = find_bad_line (data, length);

  if (g_error_matches (error, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_GROUP_NOT_FOUND))
    mgr_config_add_problem (problems, "%s:%u: write “[" MGR_CONFIG_GROUP "]” above the first key",
                            name, line);
  else
    mgr_config_add_problem (problems, "%s:%u: this is neither “KEY=VALUE” nor “["
                            MGR_CONFIG_GROUP "]” nor “# a comment”", name, line);
}

typedef struct
{
  const char *name;       /* (unowned): of the file */
  GPtrArray *lines;       /* (owned) (element-type utf8): without the space around them */
  GKeyFile *key_file;     /* (owned) */
  MgrConfigValue *values; /* (owned) (array): what was read so far */
  GPtrArray *problems;    /* (owned) (element-type utf8) */
} Reader;

static void
reader_init (Reader     *self,
             const char *name)
{
  self->name = name;
  self->key_file = g_key_file_new ();
  self->values = g_new0 (MgrConfigValue, mgr_config_n_keys);
  self->problems = g_ptr_array_new_with_free_func (g_free);
}

static void
reader_clear (Reader *self)
{
  for (guint i = 0; i < mgr_config_n_keys; i++)
    mgr_config_value_clear (&self->values[i]);
  g_free (self->values);
  g_ptr_array_unref (self->problems);
  g_key_file_unref (self->key_file);
  g_clear_pointer (&self->lines, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reader, reader_clear)

static gboolean
line_sets (const char *line,
           const char *key)
{
  if (!g_str_has_prefix (line, key))
    return FALSE;

  line += strlen (key);
  return line[strspn (line, " \t")] == '=';
}

/* The line on which GKeyFile found a group or, where @key is given, a key of it, of
 * which the last one counts. */
static guint
reader_find_line (Reader     *self,
                  const char *group,
                  const char *key)
{
  g_autofree char *header = g_strconcat ("[", group, "]", NULL);
  gboolean inside = FALSE;
  guint found = 0;

  for (guint i = 0; i < self->lines->len; i++)
    {
      const char *line = g_ptr_array_index (self->lines, i);

      if (*line == '[')
        inside = g_str_equal (line, header);

      if (inside && key == NULL)
        return i + 1;
      if (inside && key != NULL && line_sets (line, key))
        found = i + 1;
    }

  return found;
}

static void
reader_refuse_key (Reader     *self,
                   const char *key,
                   guint       line)
{
  const char *guess = mgr_config_key_guess (key);

  if (guess != NULL)
    mgr_config_add_problem (self->problems,
                            "%s:%u: there is no key “%.*s”: did you mean “%s”?",
                            self->name, line, SHOWN_NAME, key, guess);
  else
    mgr_config_add_problem (self->problems,
                            "%s:%u: there is no key “%.*s”: “mgrctl config” lists those there are",
                            self->name, line, SHOWN_NAME, key);
}

static void
reader_read_key (Reader     *self,
                 const char *key)
{
  g_autofree char *text = g_key_file_get_value (self->key_file, MGR_CONFIG_GROUP, key, NULL);
  guint line = reader_find_line (self, MGR_CONFIG_GROUP, key);
  int position = mgr_config_key_find (key);
  g_autoptr (GError) error = NULL;

  if (position < 0)
    reader_refuse_key (self, key, line);
  else if (strstr (text, " #") != NULL || strstr (text, "\t#") != NULL)
    mgr_config_add_problem (self->problems,
                            "%s:%u: %s: a comment has to stand on a line of its own",
                            self->name, line, key);
  else if (!mgr_config_value_parse (&mgr_config_keys[position], text,
                                    &self->values[position], &error))
    mgr_config_add_problem (self->problems, "%s:%u: %s: %s",
                            self->name, line, key, error->message);
  else
    self->values[position].origin = g_strdup_printf ("file %s, line %u", self->name, line);
}

static void
reader_read_group (Reader     *self,
                   const char *group)
{
  g_auto (GStrv) keys = NULL;

  if (!g_str_equal (group, MGR_CONFIG_GROUP))
    {
      mgr_config_add_problem (self->problems,
                              "%s:%u: there is no group “%.*s”: write all keys below “["
                              MGR_CONFIG_GROUP "]”",
                              self->name, reader_find_line (self, group, NULL), SHOWN_NAME, group);
      return;
    }

  keys = g_key_file_get_keys (self->key_file, group, NULL, NULL);
  for (gsize i = 0; keys[i] != NULL && self->problems->len <= MGR_CONFIG_MOST_PROBLEMS; i++)
    reader_read_key (self, keys[i]);
}

static gboolean
is_text (const char *data,
         gsize       length,
         const char *name,
         GPtrArray  *problems)
{
  const char *end = NULL;

  if (length > LARGEST_FILE)
    {
      mgr_config_add_problem (problems, "%s: the file is larger than %d KiB",
                              name, LARGEST_FILE / 1024);
      return FALSE;
    }

  /* A NUL is refused by this as well. */
  if (!g_utf8_validate_len (data, length, &end))
    {
      mgr_config_add_problem (problems, "%s:%u: this is not text in UTF-8",
                              name, count_line (data, (gsize) (end - data)));
      return FALSE;
    }

  return TRUE;
}

static gboolean
reader_read (Reader     *self,
             const char *text,
             gsize       length)
{
  g_auto (GStrv) groups = NULL;
  g_autoptr (GError) error = NULL;

  if (!is_text (text, length, self->name, self->problems))
    return FALSE;

  if (!g_key_file_load_from_data (self->key_file, text, length, KEY_FILE_FLAGS, &error))
    {
      add_syntax_problem (text, length, self->name, error, self->problems);
      return FALSE;
    }

  self->lines = split_lines (text, length);
  groups = g_key_file_get_groups (self->key_file, NULL);
  for (gsize i = 0; groups[i] != NULL && self->problems->len <= MGR_CONFIG_MOST_PROBLEMS; i++)
    reader_read_group (self, groups[i]);

  return mgr_config_check_order (self->values, self->problems) && self->problems->len == 0;
}

gboolean
mgr_config_parse_data (const char     *data,
                       gsize           length,
                       const char     *name,
                       MgrConfigValue *values,
                       GPtrArray      *problems)
{
  g_autofree char *text = g_strndup (data != NULL ? data : "", length);
  g_auto (Reader) reader = { 0 };
  gboolean success;

  reader_init (&reader, name);
  success = reader_read (&reader, text, length);

  for (guint i = 0; success && i < mgr_config_n_keys; i++)
    {
      if (reader.values[i].text != NULL)
        mgr_config_value_move (&reader.values[i], &values[i]);
    }

  for (guint i = 0; i < reader.problems->len; i++)
    mgr_config_add_problem (problems, "%s", (char *) g_ptr_array_index (reader.problems, i));

  return success;
}

static gboolean
read_all (int          fd,
          const char  *path,
          GByteArray  *contents,
          GError     **error)
{
  guint8 buffer[READ_SIZE];
  gssize length;

  do
    {
      length = read (fd, buffer, sizeof buffer);
      if (length > 0)
        g_byte_array_append (contents, buffer, (guint) length);
    }
  while ((length > 0 && contents->len <= LARGEST_FILE) || (length < 0 && errno == EINTR));

  if (length >= 0)
    return TRUE;

  g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
               "%s: it cannot be read: %s", path, g_strerror (errno));
  return FALSE;
}

GBytes *
mgr_config_read_file (const char  *path,
                      GError     **error)
{
  /* A pipe into which nobody writes must not keep the program waiting. */
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  g_autoptr (GByteArray) contents = g_byte_array_new ();
  gboolean success;

  if (fd < 0)
    {
      g_set_error (error, MGR_ERROR, errno == ENOENT ? MGR_ERROR_NOT_FOUND : MGR_ERROR_FAILED,
                   "%s: it cannot be opened: %s", path, g_strerror (errno));
      return NULL;
    }

  success = read_all (fd, path, contents, error);
  close (fd);
  return success ? g_byte_array_free_to_bytes (g_steal_pointer (&contents)) : NULL;
}
