/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-fake-slurm.h"

#include <glib/gstdio.h>

#include <string.h>

/* What all three begin with: how they are told to act. A file is read but once, as the
 * test may take it away at any time. */
static const char begin[] =
  "#!/bin/sh\n"
  "cd '%s' || exit 9\n"
  "me=${0##*/}\n"
  "if test -e $me-waits; then sleep 60; fi\n"
  "if said=$(cat $me-says 2> /dev/null); then echo \"$said\" >&2; exit 1; fi\n";

static const char sbatch[] =
  "if test \"$1\" = --version; then cat version; exit 0; fi\n"
  "for word; do\n"
  "  echo \"$word\" >> arguments\n"
  "  case $word in --comment=*) comment=${word#--comment=};; esac\n"
  "done\n"
  "cat > script\n"
  "id=$(($(cat count) + 1))\n"
  "echo \"$id|$(cat ends-as)|$comment|\" > jobs/$id.part\n"
  "mv jobs/$id.part jobs/$id\n"
  "echo $id > count.part\n"
  "mv count.part count\n"
  "if said=$(cat $me-forgets 2> /dev/null); then echo \"$said\" >&2; exit 1; fi\n"
  "echo $id\n";

static const char squeue[] =
  "echo x >> listed\n"
  "for job in jobs/*[0-9]; do cat $job 2> /dev/null; done; true\n";

static const char scancel[] =
  "echo \"$@\" >> cancelled\n"
  "for word; do\n"
  "  test -e \"jobs/$word\" || continue\n"
  "  IFS='|' read -r id state status comment rest < jobs/$word\n"
  "  case $state in PENDING|RUNNING) ;; *) continue;; esac\n"
  "  echo \"$id|CANCELLED|0|$comment|\" > jobs/$word.part\n"
  "  mv jobs/$word.part jobs/$word\n"
  "done\n";

static void
write_program (MgrFakeSlurm *self,
               const char   *name,
               const char   *body)
{
  g_autofree char *path = g_build_filename (self->programs, name, NULL);
  g_autoptr (GString) text = g_string_new (begin);

  g_string_replace (text, "%s", self->folder, 1);
  g_string_append (text, body);
  g_assert_true (g_file_set_contents (path, text->str, -1, NULL));
  g_assert_no_errno (g_chmod (path, 0755));
}

void
mgr_fake_slurm_set_up (MgrFakeSlurm *self)
{
  g_autofree char *jobs = NULL;

  self->folder = g_dir_make_tmp ("mgr-slurm-XXXXXX", NULL);
  g_assert_nonnull (self->folder);
  self->programs = g_build_filename (self->folder, "bin", NULL);
  self->records = g_build_filename (self->folder, "records", NULL);
  jobs = g_build_filename (self->folder, "jobs", NULL);
  g_assert_no_errno (g_mkdir (self->programs, 0700));
  g_assert_no_errno (g_mkdir (jobs, 0700));
  write_program (self, "sbatch", sbatch);
  write_program (self, "squeue", squeue);
  write_program (self, "scancel", scancel);
  mgr_fake_slurm_set (self, "count", "0\n");
  mgr_fake_slurm_set (self, "version", "slurm-wlm 22.05.8\n");
  mgr_fake_slurm_set (self, "ends-as", "PENDING|0\n");
}

static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR))
        remove_folder (child);
      else
        g_unlink (child);
    }
  g_assert_no_errno (g_rmdir (path));
}

void
mgr_fake_slurm_clear (MgrFakeSlurm *self)
{
  remove_folder (self->folder);
  g_free (self->records);
  g_free (self->programs);
  g_free (self->folder);
}

char *
mgr_fake_slurm_read (MgrFakeSlurm *self,
                     const char   *file)
{
  g_autofree char *path = g_build_filename (self->folder, file, NULL);
  char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? text : g_strdup ("");
}

void
mgr_fake_slurm_set (MgrFakeSlurm *self,
                    const char   *file,
                    const char   *text)
{
  g_autofree char *path = g_build_filename (self->folder, file, NULL);

  if (text != NULL)
    g_assert_true (g_file_set_contents (path, text, -1, NULL));
  else
    g_unlink (path);
}

guint
mgr_fake_slurm_count (MgrFakeSlurm *self)
{
  g_autofree char *count = mgr_fake_slurm_read (self, "count");

  return (guint) g_ascii_strtoull (count, NULL, 10);
}

void
mgr_fake_slurm_wait_jobs (MgrFakeSlurm *self,
                          guint         count)
{
  while (mgr_fake_slurm_count (self) < count)
    g_usleep (1000);
}

void
mgr_fake_slurm_wait_text (MgrFakeSlurm *self,
                          const char   *file,
                          const char   *text)
{
  for (;;)
    {
      g_autofree char *content = mgr_fake_slurm_read (self, file);

      if (strstr (content, text) != NULL)
        break;
      g_usleep (1000);
    }
}

static char *
job_file (guint id)
{
  return g_strdup_printf ("jobs/%u", id);
}

static char *
get_comment (MgrFakeSlurm *self,
             guint         id)
{
  g_autofree char *file = job_file (id);
  g_autofree char *line = mgr_fake_slurm_read (self, file);
  g_auto (GStrv) columns = g_strsplit (line, "|", -1);

  g_assert_cmpuint (g_strv_length (columns), >=, 4);
  return g_strdup (columns[3]);
}

void
mgr_fake_slurm_set_state (MgrFakeSlurm *self,
                          guint         id,
                          const char   *state,
                          int           status)
{
  g_autofree char *file = job_file (id);
  g_autofree char *comment = get_comment (self, id);
  g_autofree char *line = g_strdup_printf ("%u|%s|%d|%s|\n", id, state, status, comment);

  mgr_fake_slurm_set (self, file, line);
}

void
mgr_fake_slurm_forget (MgrFakeSlurm *self,
                       guint         id)
{
  g_autofree char *file = job_file (id);

  mgr_fake_slurm_set (self, file, NULL);
}

static void
write_record (MgrFakeSlurm *self,
              const char   *name,
              const char   *suffix,
              const char   *text)
{
  g_autofree char *file = g_strconcat ("records/", name, suffix, NULL);

  if (text != NULL)
    mgr_fake_slurm_set (self, file, text);
}

void
mgr_fake_slurm_measure (MgrFakeSlurm *self,
                        guint         id,
                        const char   *status,
                        const char   *output)
{
  g_autofree char *comment = get_comment (self, id);
  char *name = comment + strlen ("libmgr:");

  /* The name of the files is the token without its random end. */
  *strrchr (name, '-') = '\0';
  write_record (self, name, ".status", status);
  write_record (self, name, ".out", output);
}
