/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-print.h"

#include <mgr.h>

#include <stdio.h>

const char * const mgrctl_config_choices[] = { "check", NULL };

static int
measure (MgrConfig *config,
         gboolean   values)
{
  int width = 0;

  for (const char * const *key = mgr_config_list_keys (); *key != NULL; key++)
    width = MAX (width, mgrctl_count_columns (values ? mgr_config_get_string (config, *key) : *key));

  return width;
}

static void
print_line (const MgrctlOptions *options,
            MgrctlStyle          style,
            const char          *name,
            int                  name_width,
            const char          *value,
            int                  value_width,
            const char          *origin)
{
  g_autofree char *padded_name = mgrctl_pad (name, name_width);
  g_autofree char *padded_value = mgrctl_pad (value, value_width);
  g_autofree char *line = g_strjoin ("  ", padded_name, padded_value, origin, NULL);
  g_autofree char *printable = mgrctl_printable (line);
  g_autofree char *painted = mgrctl_paint (options, style, printable);

  printf ("%s\n", painted);
}

static void
print_config (const MgrctlOptions *options,
              MgrConfig           *config)
{
  int name_width = measure (config, FALSE);
  int value_width = measure (config, TRUE);

  print_line (options, MGRCTL_STYLE_FAINT, "KEY", name_width, "VALUE", value_width, "FROM");
  for (const char * const *key = mgr_config_list_keys (); *key != NULL; key++)
    print_line (options, mgr_config_is_set (config, *key) ? MGRCTL_STYLE_STRONG : MGRCTL_STYLE_PLAIN,
                *key, name_width, mgr_config_get_string (config, *key), value_width,
                mgr_config_get_origin (config, *key));
}

static void
print_problems (const char * const *problems)
{
  for (; *problems != NULL; problems++)
    mgrctl_print_error ("%s", *problems);
}

static JsonArray *
texts_to_json (const char * const *texts)
{
  JsonArray *array = json_array_new ();

  for (; *texts != NULL; texts++)
    {
      g_autofree char *printable = mgrctl_printable (*texts);

      json_array_add_string_element (array, printable);
    }

  return array;
}

static JsonObject *
key_to_json (MgrConfig  *config,
             const char *key)
{
  JsonObject *object = json_object_new ();
  g_autoptr (GVariant) description = mgr_config_describe_key (key);
  g_autoptr (GVariant) value = mgr_config_get_value (config, key);

  mgrctl_json_add_dict (object, description);
  json_object_set_member (object, "value", json_gvariant_serialize (value));
  json_object_set_string_member (object, "text", mgr_config_get_string (config, key));
  json_object_set_boolean_member (object, "set", mgr_config_is_set (config, key));
  json_object_set_string_member (object, "origin", mgr_config_get_origin (config, key));

  return object;
}

static void
print_config_json (MgrConfig *config)
{
  JsonObject *object = json_object_new ();
  JsonArray *keys = json_array_new ();

  for (const char * const *key = mgr_config_list_keys (); *key != NULL; key++)
    json_array_add_object_element (keys, key_to_json (config, *key));

  json_object_set_array_member (object, "keys", keys);
  json_object_set_array_member (object, "files", texts_to_json (mgr_config_get_files (config)));
  json_object_set_array_member (object, "problems", texts_to_json (mgr_config_get_problems (config)));
  mgrctl_print_json (object);
}

static MgrctlExit
show (const MgrctlOptions *options)
{
  g_autoptr (MgrConfig) config = mgr_config_new ();

  if (options->json)
    print_config_json (config);
  else
    {
      print_config (options, config);
      print_problems (mgr_config_get_problems (config));
    }

  return MGRCTL_EXIT_OK;
}

/* What is wrong with the file or, without one, with all that a program would read. */
static char **
find_problems (const char *path)
{
  g_autoptr (MgrConfig) config = NULL;
  g_autoptr (GError) error = NULL;

  if (path == NULL)
    {
      config = mgr_config_new ();
      return g_strdupv ((char **) mgr_config_get_problems (config));
    }

  config = mgr_config_new_from_file (path, &error);
  return g_strsplit (error != NULL ? error->message : "", "\n", -1);
}

static MgrctlExit
check (const MgrctlOptions *options,
       const char          *path)
{
  g_auto (GStrv) problems = find_problems (path);

  if (options->json)
    {
      JsonObject *object = json_object_new ();

      json_object_set_array_member (object, "problems",
                                    texts_to_json ((const char * const *) problems));
      mgrctl_print_json (object);
    }
  else
    print_problems ((const char * const *) problems);

  return problems[0] == NULL ? MGRCTL_EXIT_OK : MGRCTL_EXIT_FAILED;
}

MgrctlExit
mgrctl_config (const MgrctlOptions *options)
{
  if (options->arguments[0] == NULL)
    return show (options);

  return check (options, options->arguments[1]);
}
