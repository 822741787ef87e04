/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-config-private.h"

#include <sys/auxv.h>

/**
 * SECTION:mgr-config
 * @title: MgrConfig
 * @short_description: what may be set without touching the program
 *
 * A config says how a manager is to work where the program itself does not. What the
 * program sets in code counts more than the environment, that more than files, and
 * these more than the defaults. A manager reads it by itself, so programs need this
 * class only to look, or to bring a file of their own as #MgrManager:config.
 *
 * A key such as `memory-alert` has one name in code and in files, and a variable
 * called `MGR_MEMORY_ALERT`. mgr_config_list_keys() and mgr_config_describe_key() tell
 * which keys there are, of what type and range. A file is a #GKeyFile with one group:
 *
 * |[
 * [libmgr]
 * memory-alert=1000 MB
 * monitoring-interval=500 ms
 * ]|
 *
 * mgr_config_new() looks in the folder `/etc` (as libmgr was installed), in those of
 * XDG_CONFIG_DIRS, and in XDG_CONFIG_HOME. In each it reads libmgr/libmgr.conf and
 * then libmgr/libmgr.conf.d/NAME.conf in the order of their names; what is read later
 * counts more. The variable MGR_CONFIG names one file to read in place of all these,
 * or, where it is empty, none.
 *
 * A config does not change. All functions may be called from any thread.
 */

/**
 * MgrConfig:
 *
 * What the environment and files say, or the defaults.
 *
 * Since: 1.0
 */
G_DEFINE_BOXED_TYPE (MgrConfig, mgr_config, mgr_config_ref, mgr_config_unref)

MgrConfig *
mgr_config_new_standard (void)
{
  MgrConfig *self = g_new0 (MgrConfig, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->values = g_new0 (MgrConfigValue, mgr_config_n_keys);
  self->problems = g_ptr_array_new_with_free_func (g_free);
  self->files = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < mgr_config_n_keys; i++)
    mgr_config_value_parse (&mgr_config_keys[i], mgr_config_keys[i].standard,
                            &self->values[i], NULL);

  return self;
}

void
mgr_config_seal (MgrConfig *self)
{
  g_ptr_array_add (self->problems, NULL);
  g_ptr_array_add (self->files, NULL);
}

/* The folders of the search, from the one that counts least. */
static GPtrArray *
list_folders (void)
{
  GPtrArray *folders = g_ptr_array_new ();
  const char * const *system = g_get_system_config_dirs ();

  g_ptr_array_add (folders, (gpointer) MGR_SYSCONFDIR);
  for (guint i = g_strv_length ((char **) system); i > 0; i--)
    g_ptr_array_add (folders, (gpointer) system[i - 1]);
  g_ptr_array_add (folders, (gpointer) g_get_user_config_dir ());
  g_ptr_array_add (folders, NULL);

  return folders;
}

/**
 * mgr_config_new:
 *
 * Reads the environment and the files. This never fails: a file with something wrong
 * in it is left out as a whole, and so is each wrong variable;
 * mgr_config_get_problems() tells what that was. A program that runs with more rights
 * than its caller, such as one that is set-user-id, reads nothing of the caller's.
 * May be called from any thread.
 *
 * Returns: (transfer full): the config
 *
 * Since: 1.0
 */
MgrConfig *
mgr_config_new (void)
{
  static const char *const system_folder[] = { MGR_SYSCONFDIR, NULL };
  static const char *const nothing[] = { NULL };
  g_autoptr (GPtrArray) folders = NULL;
  g_auto (GStrv) environment = NULL;

  /* Who runs a program with more rights than his own is not to say what it reads. */
  if (getauxval (AT_SECURE) != 0)
    return mgr_config_load (system_folder, nothing);

  folders = list_folders ();
  environment = g_get_environ ();
  return mgr_config_load ((const char * const *) folders->pdata,
                          (const char * const *) environment);
}

/**
 * mgr_config_new_from_data:
 * @data: (array length=length) (element-type guint8): the text of a file
 * @length: its length in bytes
 * @name: what to call it in errors and in mgr_config_get_origin()
 * @error: return location for a #GError
 *
 * Reads a text in place of all files and the environment. What it does not set has its
 * default. It fails with %MGR_ERROR_INVALID_ARGUMENT if anything is wrong: a key or
 * group that there is not, a value that its key cannot have, a line that is none. The
 * error lists it all, in lines such as `NAME:7: memory-alert: …`. May be called from
 * any thread.
 *
 * Returns: (transfer full): the config
 *
 * Since: 1.0
 */
MgrConfig *
mgr_config_new_from_data (const char  *data,
                          gsize        length,
                          const char  *name,
                          GError     **error)
{
  g_autoptr (MgrConfig) self = NULL;
  gboolean success;

  g_return_val_if_fail (data != NULL || length == 0, NULL);
  g_return_val_if_fail (name != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  self = mgr_config_new_standard ();
  success = mgr_config_parse_data (data, length, name, self->values, self->problems);
  mgr_config_seal (self);
  if (!success)
    {
      g_autofree char *message = g_strjoinv ("\n", (char **) self->problems->pdata);

      g_set_error_literal (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT, message);
      return NULL;
    }

  return g_steal_pointer (&self);
}

/**
 * mgr_config_new_from_file:
 * @path: (type filename): a file
 * @error: return location for a #GError
 *
 * Reads one file in place of all others and the environment. It fails as
 * mgr_config_new_from_data() does, with %MGR_ERROR_NOT_FOUND if there is no such file,
 * and with %MGR_ERROR_FAILED if it cannot be read. May be called from any thread.
 *
 * Returns: (transfer full): the config
 *
 * Since: 1.0
 */
MgrConfig *
mgr_config_new_from_file (const char  *path,
                          GError     **error)
{
  g_autoptr (GBytes) contents = NULL;
  g_autofree char *name = NULL;
  gconstpointer data;
  gsize length = 0;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  contents = mgr_config_read_file (path, error);
  if (contents == NULL)
    return NULL;

  data = g_bytes_get_data (contents, &length);
  name = g_filename_display_name (path);
  return mgr_config_new_from_data (data, length, name, error);
}

/**
 * mgr_config_ref:
 * @self: a config
 *
 * Takes another reference. May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrConfig *
mgr_config_ref (MgrConfig *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_config_unref:
 * @self: (transfer full): a config
 *
 * Drops a reference. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_config_unref (MgrConfig *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  for (guint i = 0; i < mgr_config_n_keys; i++)
    mgr_config_value_clear (&self->values[i]);
  g_free (self->values);
  g_ptr_array_unref (self->problems);
  g_ptr_array_unref (self->files);
  g_free (self);
}

static const MgrConfigValue *
config_lookup (MgrConfig  *self,
               const char *key)
{
  int position = mgr_config_key_find (key);

  return position >= 0 ? &self->values[position] : NULL;
}

/* The value of a key of one of two types; other keys have none. */
static const MgrConfigValue *
config_lookup_typed (MgrConfig     *self,
                     const char    *key,
                     MgrConfigType  type,
                     MgrConfigType  other_type)
{
  int position = mgr_config_key_find (key);

  if (position < 0
      || (mgr_config_keys[position].type != type && mgr_config_keys[position].type != other_type))
    return NULL;

  return &self->values[position];
}

/**
 * mgr_config_get_size:
 * @self: a config
 * @key: the name of a key whose type is `size` or `size or share`
 *
 * Gets a size. To ask for a key of another type, or for one that there is not, is an
 * error of the program. May be called from any thread.
 *
 * Returns: bytes; 0 for a share
 *
 * Since: 1.0
 */
guint64
mgr_config_get_size (MgrConfig  *self,
                     const char *key)
{
  const MgrConfigValue *value;

  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (key != NULL, 0);

  value = config_lookup_typed (self, key, MGR_CONFIG_SIZE, MGR_CONFIG_SIZE_OR_SHARE);
  g_return_val_if_fail (value != NULL, 0);

  return value->number;
}

/**
 * mgr_config_get_share:
 * @self: a config
 * @key: the name of a key whose type is `size or share`
 *
 * Gets a size that was given as a share of something. May be called from any thread.
 *
 * Returns: a ratio from 0 to 1; 0 where mgr_config_get_size() tells the size
 *
 * Since: 1.0
 */
double
mgr_config_get_share (MgrConfig  *self,
                      const char *key)
{
  const MgrConfigValue *value;

  g_return_val_if_fail (self != NULL, 0.0);
  g_return_val_if_fail (key != NULL, 0.0);

  value = config_lookup_typed (self, key, MGR_CONFIG_SIZE_OR_SHARE, MGR_CONFIG_SIZE_OR_SHARE);
  g_return_val_if_fail (value != NULL, 0.0);

  return value->ratios[0];
}

/**
 * mgr_config_get_duration:
 * @self: a config
 * @key: the name of a key whose type is `duration`
 *
 * Gets a time. May be called from any thread.
 *
 * Returns: microseconds
 *
 * Since: 1.0
 */
gint64
mgr_config_get_duration (MgrConfig  *self,
                         const char *key)
{
  const MgrConfigValue *value;

  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (key != NULL, 0);

  value = config_lookup_typed (self, key, MGR_CONFIG_DURATION, MGR_CONFIG_DURATION);
  g_return_val_if_fail (value != NULL, 0);

  return (gint64) value->number;
}

/**
 * mgr_config_get_ratios:
 * @self: a config
 * @key: the name of a key whose type is `ratios`
 * @n_ratios: (out): how many there are
 *
 * Gets a list of ratios. May be called from any thread.
 *
 * Returns: (transfer none) (array length=n_ratios): the ratios, from 0 to 1
 *
 * Since: 1.0
 */
const double *
mgr_config_get_ratios (MgrConfig  *self,
                       const char *key,
                       gsize      *n_ratios)
{
  const MgrConfigValue *value;

  g_return_val_if_fail (n_ratios != NULL, NULL);
  *n_ratios = 0;
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (key != NULL, NULL);

  value = config_lookup_typed (self, key, MGR_CONFIG_RATIOS, MGR_CONFIG_RATIOS);
  g_return_val_if_fail (value != NULL, NULL);

  *n_ratios = MGR_CONFIG_N_RATIOS;
  return value->ratios;
}

/**
 * mgr_config_get_boolean:
 * @self: a config
 * @key: the name of a key whose type is `boolean`
 *
 * Gets whether something is to be. May be called from any thread.
 *
 * Returns: whether it is
 *
 * Since: 1.0
 */
gboolean
mgr_config_get_boolean (MgrConfig  *self,
                        const char *key)
{
  const MgrConfigValue *value;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (key != NULL, FALSE);

  value = config_lookup_typed (self, key, MGR_CONFIG_BOOLEAN, MGR_CONFIG_BOOLEAN);
  g_return_val_if_fail (value != NULL, FALSE);

  return value->number != 0;
}

/**
 * mgr_config_get_string:
 * @self: a config
 * @key: the name of a key
 *
 * Gets a value as it was written. A choice is spelled as in the range of the key, and
 * a boolean is `true` or `false`. May be called from any thread.
 *
 * Returns: (transfer none): the text
 *
 * Since: 1.0
 */
const char *
mgr_config_get_string (MgrConfig  *self,
                       const char *key)
{
  const MgrConfigValue *value;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (key != NULL, NULL);

  value = config_lookup (self, key);
  g_return_val_if_fail (value != NULL, NULL);

  return value->text;
}

/**
 * mgr_config_get_value:
 * @self: a config
 * @key: the name of a key
 *
 * Gets a value of any type: a size is `t`, in bytes; a share `d`; a duration `x`, in
 * microseconds; ratios are `ad`, a boolean is `b`, and the rest are `s`. May be called
 * from any thread.
 *
 * Returns: (transfer full): the value
 *
 * Since: 1.0
 */
GVariant *
mgr_config_get_value (MgrConfig  *self,
                      const char *key)
{
  int position;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (key != NULL, NULL);

  position = mgr_config_key_find (key);
  g_return_val_if_fail (position >= 0, NULL);

  return g_variant_ref_sink (mgr_config_value_to_variant (&mgr_config_keys[position],
                                                          &self->values[position]));
}

/**
 * mgr_config_is_set:
 * @self: a config
 * @key: the name of a key
 *
 * Whether a file or the environment sets the key, be it to its default. May be called
 * from any thread.
 *
 * Returns: %TRUE if one of them does
 *
 * Since: 1.0
 */
gboolean
mgr_config_is_set (MgrConfig  *self,
                   const char *key)
{
  const MgrConfigValue *value;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (key != NULL, FALSE);

  value = config_lookup (self, key);
  g_return_val_if_fail (value != NULL, FALSE);

  return value->origin != NULL;
}

/**
 * mgr_config_get_origin:
 * @self: a config
 * @key: the name of a key
 *
 * Gets where the value comes from: `environment variable MGR_MEMORY_ALERT`, `file
 * /etc/libmgr/libmgr.conf, line 7` or `default`. May be called from any thread.
 *
 * Returns: (transfer none): the origin, for people
 *
 * Since: 1.0
 */
const char *
mgr_config_get_origin (MgrConfig  *self,
                       const char *key)
{
  const MgrConfigValue *value;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (key != NULL, NULL);

  value = config_lookup (self, key);
  g_return_val_if_fail (value != NULL, NULL);

  return mgr_config_value_get_origin (value);
}

/**
 * mgr_config_get_files:
 * @self: a config
 *
 * Gets the files that mgr_config_new() found and read, those that it left out because
 * of what they say among them. Those that count more come later. May be called from
 * any thread.
 *
 * Returns: (transfer none) (array zero-terminated=1) (element-type filename): the paths
 *
 * Since: 1.0
 */
const char * const *
mgr_config_get_files (MgrConfig *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char * const *) self->files->pdata;
}

/**
 * mgr_config_get_problems:
 * @self: a config
 *
 * Gets what mgr_config_new() found wrong, and therefore left out. May be called from
 * any thread.
 *
 * Returns: (transfer none) (array zero-terminated=1): a line for each, fit to be shown
 *
 * Since: 1.0
 */
const char * const *
mgr_config_get_problems (MgrConfig *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return (const char * const *) self->problems->pdata;
}

/**
 * mgr_config_list_keys:
 *
 * Lists the keys that there are. May be called from any thread.
 *
 * Returns: (transfer none) (array zero-terminated=1): their names
 *
 * Since: 1.0
 */
const char * const *
mgr_config_list_keys (void)
{
  return mgr_config_key_get_names ();
}

/**
 * mgr_config_describe_key:
 * @key: the name of a key, or not
 *
 * Tells what a key is for, as `a{sv}` of texts: its `name` and its environment
 * `variable`, its `type`, the `unit` that programs see its values in, its `range` and
 * `default` as they are written in files, and a sentence of `documentation`. The types
 * are `size`, `size or share`, `duration`, `ratios`, `boolean`, `choice` and `path`.
 * May be called from any thread.
 *
 * Returns: (transfer full) (nullable): the description, %NULL if there is no such key
 *
 * Since: 1.0
 */
GVariant *
mgr_config_describe_key (const char *key)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autofree char *variable = NULL;
  g_autofree char *range = NULL;
  const MgrConfigKey *entry;
  int position;

  g_return_val_if_fail (key != NULL, NULL);

  position = mgr_config_key_find (key);
  if (position < 0)
    return NULL;

  entry = &mgr_config_keys[position];
  variable = mgr_config_key_get_variable (entry);
  range = mgr_config_key_get_range (entry);
  g_variant_dict_insert (&dict, "name", "s", entry->name);
  g_variant_dict_insert (&dict, "variable", "s", variable);
  g_variant_dict_insert (&dict, "type", "s", mgr_config_type_get_name (entry->type));
  g_variant_dict_insert (&dict, "unit", "s", mgr_config_type_get_unit (entry->type));
  g_variant_dict_insert (&dict, "range", "s", range);
  g_variant_dict_insert (&dict, "default", "s", entry->standard);
  g_variant_dict_insert (&dict, "documentation", "s", entry->documentation);

  return g_variant_ref_sink (g_variant_dict_end (&dict));
}
