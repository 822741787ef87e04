/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-slurm-files-private.h"

#include "base/mgr-error.h"

#include <glib/gstdio.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

/* A record is a key file of few lines. What becomes known later is added at its end, where
 * it counts for more than what stood before: so nothing is ever half written. */

#define GROUP "job"
#define RECORD_SUFFIX ".job"
#define OWNER_PREFIX "owner-"

struct _MgrSlurmFiles
{
  char *folder;       /* (owned) */
  char *owner;        /* (owned): the name of the lock */
  int lock;           /* held as long as this program lives */
  GHashTable *taken;  /* (owned) (element-type utf8): the names of the records that are ours */
};

static char *
random_word (void)
{
  return g_strdup_printf ("%08x", g_random_int ());
}

/* Whether the program that held the lock is gone. @lock: (out): keeps others from
 * thinking so too, until it is closed. */
static gboolean
owner_is_gone (const char *folder,
               const char *owner,
               int        *lock)
{
  g_autofree char *path = g_build_filename (folder, owner, NULL);

  *lock = g_open (path, O_RDWR | O_CLOEXEC, 0);
  if (*lock < 0)
    return TRUE;
  if (flock (*lock, LOCK_EX | LOCK_NB) == 0)
    return TRUE;

  close (*lock);
  *lock = -1;
  return FALSE;
}

static GKeyFile *
load_record (const char *folder,
             const char *file)
{
  g_autofree char *path = g_build_filename (folder, file, NULL);
  g_autoptr (GKeyFile) record = g_key_file_new ();

  /* What cannot be read is as good as empty. */
  g_key_file_load_from_file (record, path, G_KEY_FILE_NONE, NULL);
  return g_steal_pointer (&record);
}

static char *
get_text (GKeyFile   *record,
          const char *key)
{
  g_autofree char *text = g_key_file_get_string (record, GROUP, key, NULL);

  return text != NULL && *text != '\0' ? g_steal_pointer (&text) : NULL;
}

static char *
get_owner (GKeyFile *record)
{
  g_autofree char *owner = get_text (record, "owner");

  /* No path out of the folder. */
  return owner != NULL && g_str_has_prefix (owner, OWNER_PREFIX) && strchr (owner, '/') == NULL
           ? g_steal_pointer (&owner)
           : g_strdup (OWNER_PREFIX "unknown");
}

/* Records whose program is gone: their files, and the locks they name. */
static GHashTable *
find_left (const char *folder,
           GPtrArray  *ids)
{
  g_autoptr (GHashTable) owners = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *file;

  while (dir != NULL && (file = g_dir_read_name (dir)) != NULL)
    {
      g_autoptr (GKeyFile) record = NULL;
      g_autofree char *owner = NULL;
      g_autofree char *id = NULL;
      int lock = -1;

      if (!g_str_has_suffix (file, RECORD_SUFFIX))
        continue;
      record = load_record (folder, file);
      owner = get_owner (record);
      id = get_text (record, "id");
      if (ids != NULL && id != NULL && owner_is_gone (folder, owner, &lock))
        g_ptr_array_add (ids, g_steal_pointer (&id));
      if (lock >= 0)
        close (lock);
      g_hash_table_add (owners, g_steal_pointer (&owner));
    }

  return g_steal_pointer (&owners);
}

char **
mgr_slurm_files_list_left (const char *folder)
{
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) owners = find_left (folder, ids);

  g_ptr_array_add (ids, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&ids), FALSE);
}

/* Locks of programs that are gone, and left no job. */
static void
sweep_locks (const char *folder)
{
  g_autoptr (GHashTable) owners = find_left (folder, NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *file;

  while (dir != NULL && (file = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, file, NULL);
      int lock = -1;

      if (!g_str_has_prefix (file, OWNER_PREFIX) || g_hash_table_contains (owners, file))
        continue;
      if (owner_is_gone (folder, file, &lock) && lock >= 0)
        g_unlink (path);
      if (lock >= 0)
        close (lock);
    }
}

MgrSlurmFiles *
mgr_slurm_files_new (const char  *folder,
                     GError     **error)
{
  g_autofree char *word = random_word ();
  g_autofree char *owner = g_strdup_printf (OWNER_PREFIX "%d-%s", (int) getpid (), word);
  g_autofree char *path = g_build_filename (folder, owner, NULL);
  MgrSlurmFiles *self;
  int lock = -1;

  if (g_mkdir_with_parents (folder, 0700) == 0)
    {
      sweep_locks (folder);
      lock = g_open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    }
  if (lock < 0 || flock (lock, LOCK_EX | LOCK_NB) != 0)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
                   "What is kept of jobs of Slurm cannot be written to “%s”: %s. Make it "
                   "writable, or name another folder that the nodes see too", folder,
                   g_strerror (errno));
      if (lock >= 0)
        close (lock);
      return NULL;
    }

  self = g_new0 (MgrSlurmFiles, 1);
  self->folder = g_strdup (folder);
  self->owner = g_steal_pointer (&owner);
  self->lock = lock;
  self->taken = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
mgr_slurm_files_free (MgrSlurmFiles *self)
{
  g_autofree char *path = g_build_filename (self->folder, self->owner, NULL);

  if (g_hash_table_size (self->taken) == 0)
    g_unlink (path);
  close (self->lock);
  g_hash_table_unref (self->taken);
  g_free (self->owner);
  g_free (self->folder);
  g_free (self);
}

void
mgr_slurm_claim_free (MgrSlurmClaim *claim)
{
  g_free (claim->name);
  g_free (claim->token);
  g_free (claim->id);
  g_free (claim);
}

char *
mgr_slurm_files_get_path (MgrSlurmFiles       *self,
                          const MgrSlurmClaim *claim,
                          const char          *suffix)
{
  g_autofree char *file = g_strconcat (claim->name, suffix, NULL);

  return g_build_filename (self->folder, file, NULL);
}

static void
write_line (int         fd,
            const char *line)
{
  gsize length = strlen (line);

  if (write (fd, line, length) != (gssize) length)
    g_warning ("The record of a job of Slurm cannot be written: %s", g_strerror (errno));
}

static void
files_add_line (MgrSlurmFiles       *self,
                const MgrSlurmClaim *claim,
                const char          *key,
                const char          *value)
{
  g_autofree char *path = mgr_slurm_files_get_path (self, claim, RECORD_SUFFIX);
  g_autofree char *line = g_strdup_printf ("%s=%s\n", key, value);
  int fd = g_open (path, O_WRONLY | O_APPEND | O_CLOEXEC, 0);

  if (fd < 0)
    return;

  write_line (fd, line);
  close (fd);
}

static void
claim_choose_token (MgrSlurmClaim *claim)
{
  g_autofree char *word = random_word ();

  g_free (claim->token);
  claim->token = g_strdup_printf ("%s-%s", claim->name, word);
}

static MgrSlurmClaim *
files_begin (MgrSlurmFiles *self,
             const char    *name,
             int            fd)
{
  MgrSlurmClaim *claim = g_new0 (MgrSlurmClaim, 1);
  g_autofree char *lines = NULL;

  claim->name = g_strdup (name);
  claim_choose_token (claim);
  lines = g_strdup_printf ("[" GROUP "]\nowner=%s\ntoken=%s\n", self->owner, claim->token);
  write_line (fd, lines);
  return claim;
}

/* Returns: (transfer full) (nullable): %NULL where its program lives */
static MgrSlurmClaim *
files_take_over (MgrSlurmFiles *self,
                 const char    *name)
{
  g_autofree char *file = g_strconcat (name, RECORD_SUFFIX, NULL);
  g_autoptr (GKeyFile) record = load_record (self->folder, file);
  g_autofree char *owner = get_owner (record);
  MgrSlurmClaim *claim;
  int lock;

  if (!owner_is_gone (self->folder, owner, &lock))
    return NULL;

  claim = g_new0 (MgrSlurmClaim, 1);
  claim->name = g_strdup (name);
  claim->token = get_text (record, "token");
  claim->id = get_text (record, "id");
  claim->found = claim->token != NULL;
  claim->stopped = g_key_file_get_boolean (record, GROUP, "stopped", NULL);
  if (!claim->found)
    mgr_slurm_files_renew (self, claim);
  files_add_line (self, claim, "owner", self->owner);
  if (lock >= 0)
    close (lock);
  return claim;
}

MgrSlurmClaim *
mgr_slurm_files_claim (MgrSlurmFiles  *self,
                       const char     *identity,
                       GError        **error)
{
  for (guint i = 0;; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s-%u", identity, i);
      g_autofree char *file = g_strconcat (name, RECORD_SUFFIX, NULL);
      g_autofree char *path = g_build_filename (self->folder, file, NULL);
      MgrSlurmClaim *claim = NULL;
      int fd;

      if (g_hash_table_contains (self->taken, name))
        continue;

      fd = g_open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
      if (fd < 0 && errno != EEXIST)
        {
          g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
                       "The record of a job of Slurm cannot be made in “%s”: %s", self->folder,
                       g_strerror (errno));
          return NULL;
        }

      claim = fd >= 0 ? files_begin (self, name, fd) : files_take_over (self, name);
      if (fd >= 0)
        close (fd);
      if (claim == NULL)
        continue;
      g_hash_table_add (self->taken, g_steal_pointer (&name));
      return claim;
    }
}

void
mgr_slurm_files_renew (MgrSlurmFiles *self,
                       MgrSlurmClaim *claim)
{
  g_autofree char *status = mgr_slurm_files_get_path (self, claim, MGR_SLURM_STATUS_SUFFIX);

  g_unlink (status);
  claim->found = FALSE;
  claim->stopped = FALSE;
  g_clear_pointer (&claim->id, g_free);
  claim_choose_token (claim);
  /* Where the record was empty, it has no group yet. */
  files_add_line (self, claim, "[" GROUP "]\ntoken", claim->token);
  files_add_line (self, claim, "id", "");
  files_add_line (self, claim, "stopped", "false");
}

void
mgr_slurm_files_set_id (MgrSlurmFiles *self,
                        MgrSlurmClaim *claim,
                        const char    *id)
{
  g_free (claim->id);
  claim->id = g_strdup (id);
  files_add_line (self, claim, "id", id);
}

void
mgr_slurm_files_set_stopped (MgrSlurmFiles *self,
                             MgrSlurmClaim *claim)
{
  claim->stopped = TRUE;
  files_add_line (self, claim, "stopped", "true");
}

void
mgr_slurm_files_forget (MgrSlurmFiles *self,
                        MgrSlurmClaim *claim)
{
  static const char * const suffixes[] = {
    MGR_SLURM_STATUS_SUFFIX, MGR_SLURM_OUTPUT_SUFFIX, RECORD_SUFFIX,
  };

  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++)
    {
      g_autofree char *path = mgr_slurm_files_get_path (self, claim, suffixes[i]);

      g_unlink (path);
    }
  g_hash_table_remove (self->taken, claim->name);
}

static gboolean
find_number (const char *text,
             const char *key,
             gint64     *number)
{
  const char *at = strstr (text, key);
  char *end;

  if (at == NULL)
    return FALSE;

  at += strlen (key);
  while (*at == ' ' || *at == ':')
    at++;
  errno = 0;
  *number = g_ascii_strtoll (at, &end, 10);
  return end != at && errno == 0 && *number >= -1;
}

gboolean
mgr_slurm_parse_status (const char     *text,
                        MgrSlurmStatus *status)
{
  gint64 rss;
  gint64 peak;
  gint64 exit_status;
  gint64 signal_number;

  if (!g_str_has_prefix (text, "{") || strchr (text, '}') == NULL)
    return FALSE;
  if (!find_number (text, "\"rss\"", &rss) || !find_number (text, "\"peak\"", &peak)
      || !find_number (text, "\"exit\"", &exit_status)
      || !find_number (text, "\"signal\"", &signal_number))
    return FALSE;
  if (rss < 0 || peak < 0 || exit_status > 255 || signal_number < 0 || signal_number > 127)
    return FALSE;

  status->rss = (guint64) rss;
  status->peak = (guint64) peak;
  status->ended = exit_status >= 0;
  status->exit_status = (int) exit_status;
  status->signal = (int) signal_number;
  return TRUE;
}

gboolean
mgr_slurm_files_get_status (MgrSlurmFiles       *self,
                            const MgrSlurmClaim *claim,
                            MgrSlurmStatus      *status)
{
  g_autofree char *path = mgr_slurm_files_get_path (self, claim, MGR_SLURM_STATUS_SUFFIX);
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) && mgr_slurm_parse_status (text, status);
}

/* Of a character that was cut off only the end is there. */
static const char *
skip_cut_character (const char *text)
{
  while (((guchar) *text & 0xc0) == 0x80)
    text++;

  return text;
}

static gsize
read_all (int    fd,
          char  *text,
          gsize  size)
{
  gsize length = 0;
  gssize n;

  do
    {
      n = read (fd, text + length, size - length);
      length += (gsize) MAX (n, 0);
    }
  while ((n > 0 && length < size) || (n < 0 && errno == EINTR));

  return length;
}

char *
mgr_slurm_files_read_end (const char *path,
                          gsize       size)
{
  g_autofree char *text = NULL;
  const char *begin;
  gboolean cut;
  gsize length;
  /* Nobody may be at the other end of a pipe. */
  int fd = g_open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC, 0);

  if (fd < 0)
    return NULL;

  cut = lseek (fd, -(off_t) size, SEEK_END) > 0;
  text = g_malloc (size + 1);
  length = read_all (fd, text, size);
  close (fd);
  text[length] = '\0';
  begin = cut ? skip_cut_character (text) : text;
  return g_utf8_make_valid (begin, (gssize) (length - (gsize) (begin - text)));
}
