/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-config-private.h"

#include <string.h>
#include <unistd.h>

/* Set where the library's own tests run: their variables are no configuration. */
#define TESTS_VARIABLE "MGR_UNINSTALLED"

/* What cannot even be looked at counts as absent: a program that runs as another user
 * need not complain about the folder of the one who started it. */
static gboolean
is_there (const char *path)
{
  return access (path, F_OK) == 0;
}

static void
config_read_file (MgrConfig  *self,
                  const char *path)
{
  g_autofree char *name = g_filename_display_name (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) contents = mgr_config_read_file (path, &error);
  gconstpointer data;
  gsize length = 0;

  if (contents == NULL)
    {
      mgr_config_add_problem (self->problems, "%s", error->message);
      return;
    }

  g_ptr_array_add (self->files, g_strdup (path));
  data = g_bytes_get_data (contents, &length);
  mgr_config_parse_data (data, length, name, self->values, self->problems);
}

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
list_drop_ins (const char  *folder,
               GError     **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  if (dir == NULL)
    return NULL;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      if (*name != '.' && g_str_has_suffix (name, ".conf"))
        g_ptr_array_add (names, g_strdup (name));
    }

  g_ptr_array_sort (names, compare_names);
  return g_steal_pointer (&names);
}

static void
config_read_drop_ins (MgrConfig  *self,
                      const char *folder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) names = list_drop_ins (folder, &error);

  if (names == NULL)
    {
      mgr_config_add_problem (self->problems, "%s: %s", folder, error->message);
      return;
    }

  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, g_ptr_array_index (names, i), NULL);

      config_read_file (self, path);
    }
}

static void
config_read_folder (MgrConfig  *self,
                    const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "libmgr", "libmgr.conf", NULL);
  g_autofree char *drop_ins = g_strconcat (path, ".d", NULL);

  if (is_there (path))
    config_read_file (self, path);
  if (is_there (drop_ins))
    config_read_drop_ins (self, drop_ins);
}

static void
config_refuse_variable (MgrConfig  *self,
                        const char *variable)
{
  const char *guess = mgr_config_key_guess (variable);
  g_autofree char *own = NULL;

  if (guess == NULL)
    {
      mgr_config_add_problem (self->problems,
                              "There is no environment variable “%.80s”: "
                              "“mgrctl config” lists those there are", variable);
      return;
    }

  own = mgr_config_key_get_variable (&mgr_config_keys[mgr_config_key_find (guess)]);
  mgr_config_add_problem (self->problems,
                          "There is no environment variable “%.80s”: did you mean “%s”?",
                          variable, own);
}

static void
config_read_variable (MgrConfig  *self,
                      const char *variable,
                      const char *text)
{
  int position = mgr_config_key_find_variable (variable);
  g_autoptr (GError) error = NULL;

  if (position < 0)
    config_refuse_variable (self, variable);
  else if (!mgr_config_value_parse (&mgr_config_keys[position], text,
                                    &self->values[position], &error))
    mgr_config_add_problem (self->problems, "%s: %s", variable, error->message);
  else
    self->values[position].origin = g_strdup_printf ("environment variable %s", variable);
}

static void
config_read_environment (MgrConfig          *self,
                         const char * const *environment)
{
  gboolean testing = g_environ_getenv ((char **) environment, TESTS_VARIABLE) != NULL;

  for (; *environment != NULL; environment++)
    {
      const char *sign = strchr (*environment, '=');
      g_autofree char *variable = NULL;

      if (sign == NULL || !g_str_has_prefix (*environment, MGR_CONFIG_VARIABLE_PREFIX))
        continue;

      /* An empty variable is how some shells and service managers unset one. */
      variable = g_strndup (*environment, (gsize) (sign - *environment));
      if (sign[1] == '\0' || g_str_equal (variable, MGR_CONFIG_FILE_VARIABLE)
          || (testing && mgr_config_is_of_tests (variable)))
        continue;

      config_read_variable (self, variable, sign + 1);
    }
}

static void
config_reset (MgrConfig *self,
              guint      position)
{
  MgrConfigValue standard = { 0 };

  mgr_config_value_parse (&mgr_config_keys[position], mgr_config_keys[position].standard,
                          &standard, NULL);
  mgr_config_value_move (&standard, &self->values[position]);
}

/* Each file is in order by itself; together with others, and with variables, it may
 * not be. Which of them is wrong nobody can tell. */
static void
config_keep_order (MgrConfig *self)
{
  if (mgr_config_check_order (self->values, self->problems))
    return;

  for (guint i = 0; i < mgr_config_n_keys; i++)
    {
      if (mgr_config_keys[i].below != NULL)
        {
          config_reset (self, i);
          config_reset (self, (guint) mgr_config_key_find (mgr_config_keys[i].below));
        }
    }
}

MgrConfig *
mgr_config_load (const char * const *folders,
                 const char * const *environment)
{
  MgrConfig *self = mgr_config_new_standard ();
  const char *file = g_environ_getenv ((char **) environment, MGR_CONFIG_FILE_VARIABLE);

  if (file == NULL)
    {
      for (; *folders != NULL; folders++)
        config_read_folder (self, *folders);
    }
  else if (*file != '\0')
    config_read_file (self, file);

  config_read_environment (self, environment);
  config_keep_order (self);
  mgr_config_seal (self);
  return self;
}
