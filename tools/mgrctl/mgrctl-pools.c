/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-pool-print.h"
#include "mgrctl-print.h"
#include "mgrctl-target.h"
#include "plot-pool.h"

/* In JSON, where nothing else says how fine a picture is to be. */
#define JSON_CELLS 64

static char *plot;

const GOptionEntry mgrctl_pools_entries[] = {
  { "plot", 0, 0, G_OPTION_ARG_FILENAME, &plot, "Draw the pool, and write that to this file", "FILE" },
  { NULL, }
};

/* Returns: (transfer full) */
static char *
make_object_path (const char *name)
{
  GString *path = g_string_new (MGRCTL_POOL_PATH "/");

  for (const char *byte = name; *byte != '\0'; byte++)
    {
      if (g_ascii_isalnum (*byte))
        g_string_append_c (path, *byte);
      else
        g_string_append_printf (path, "_%02x", (guint) (guchar) *byte);
    }

  return g_string_free (path, FALSE);
}

/* Returns: (transfer full) (nullable): the list aa{sv} of pools */
static GVariant *
get_pools (MgrctlTarget  *target,
           GError       **error)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) report = NULL;
  GVariant *pools;

  reply = mgrctl_target_call (target, MGRCTL_MANAGER_PATH, MGRCTL_MANAGER_INTERFACE, "GetReport",
                              NULL, "(a{sv})", error);
  if (reply == NULL)
    return NULL;

  report = g_variant_get_child_value (reply, 0);
  pools = g_variant_lookup_value (report, "pools", G_VARIANT_TYPE ("aa{sv}"));

  /* A program with an older library has none. */
  return pools != NULL ? pools
                       : g_variant_ref_sink (g_variant_new_array (G_VARIANT_TYPE_VARDICT, NULL, 0));
}

static gboolean
read_waters (MgrctlTarget  *target,
             const char    *object_path,
             PoolPicture   *picture,
             GError       **error)
{
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) properties = NULL;

  reply = mgrctl_target_call (target, object_path, "org.freedesktop.DBus.Properties", "GetAll",
                              g_variant_new ("(s)", MGRCTL_POOL_INTERFACE), "(a{sv})", error);
  if (reply == NULL)
    return FALSE;

  properties = g_variant_get_child_value (reply, 0);
  g_variant_lookup (properties, "LowWater", "d", &picture->low_water);
  g_variant_lookup (properties, "HighWater", "d", &picture->high_water);
  return TRUE;
}

static gboolean
read_picture (MgrctlTarget  *target,
              const char    *name,
              guint          n_cells,
              PoolPicture   *picture,
              GError       **error)
{
  g_autofree char *object_path = make_object_path (name);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) cells = NULL;
  gconstpointer shares;

  *picture = (PoolPicture) { 0 };
  reply = mgrctl_target_call (target, object_path, MGRCTL_POOL_INTERFACE, "GetOccupancy",
                              g_variant_new ("(u)", n_cells), "(ad)", error);
  if (reply == NULL)
    return FALSE;

  cells = g_variant_get_child_value (reply, 0);
  shares = g_variant_get_fixed_array (cells, &picture->n_cells, sizeof (double));
  picture->cells = g_memdup2 (shares, picture->n_cells * sizeof (double));
  return read_waters (target, object_path, picture, error);
}

static JsonObject *
make_json (MgrctlTarget *target)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "program", mgrctl_target_get_program (target));
  json_object_set_int_member (object, "pid", mgrctl_target_get_pid (target));
  return object;
}

static void
print_all_json (MgrctlTarget *target,
                GVariant     *pools)
{
  JsonObject *object = make_json (target);
  JsonArray *array = json_array_new ();
  GVariantIter iter;
  GVariant *dict;

  g_variant_iter_init (&iter, pools);
  while (g_variant_iter_loop (&iter, "@a{sv}", &dict))
    {
      JsonObject *pool = json_object_new ();

      mgrctl_json_add_dict (pool, dict);
      json_array_add_object_element (array, pool);
    }

  json_object_set_array_member (object, "pools", array);
  mgrctl_print_json (object);
}

static void
print_one_json (MgrctlTarget      *target,
                GVariant          *dict,
                const PoolPicture *picture)
{
  JsonObject *object = make_json (target);
  JsonObject *pool = json_object_new ();
  JsonArray *cells = json_array_new ();

  for (gsize i = 0; i < picture->n_cells; i++)
    json_array_add_double_element (cells, picture->cells[i]);

  mgrctl_json_add_dict (pool, dict);
  json_object_set_double_member (pool, "low-water", picture->low_water);
  json_object_set_double_member (pool, "high-water", picture->high_water);
  json_object_set_array_member (pool, "occupancy", cells);
  json_object_set_object_member (object, "pool", pool);
  mgrctl_print_json (object);
}

/* Returns: (transfer full) (element-type PoolEntry) */
static GPtrArray *
make_entries (GVariant *pools)
{
  GPtrArray *entries = g_ptr_array_new_with_free_func ((GDestroyNotify) pool_entry_free);
  GVariantIter iter;
  GVariant *dict;

  g_variant_iter_init (&iter, pools);
  while (g_variant_iter_loop (&iter, "@a{sv}", &dict))
    g_ptr_array_add (entries, pool_entry_new (dict));

  return entries;
}

static void
show_all (const MgrctlOptions *options,
          MgrctlTarget        *target,
          GVariant            *pools)
{
  g_autoptr (GPtrArray) entries = make_entries (pools);

  if (options->json)
    print_all_json (target, pools);
  else if (entries->len > 0)
    mgrctl_pools_print (options, entries);
  else
    mgrctl_print_error ("“%s” has no pools", mgrctl_target_get_program (target));
}

static gboolean
write_plot (MgrctlTarget     *target,
            const PoolEntry  *entry,
            GError          **error)
{
  g_auto (PoolPicture) picture = { 0 };
  g_autofree char *svg = NULL;

  if (!read_picture (target, entry->name, PLOT_POOL_CELLS, &picture, error))
    return FALSE;

  svg = plot_pool_draw (mgrctl_target_get_program (target), entry, &picture);
  return g_file_set_contents (plot, svg, -1, error);
}

static MgrctlExit
show_one (const MgrctlOptions *options,
          MgrctlTarget        *target,
          GVariant            *dict)
{
  guint n_cells = options->json ? JSON_CELLS : mgrctl_pool_count_cells ();
  g_autoptr (PoolEntry) entry = pool_entry_new (dict);
  g_auto (PoolPicture) picture = { 0 };
  g_autoptr (GError) error = NULL;

  if (!read_picture (target, entry->name, n_cells, &picture, &error))
    return mgrctl_target_fail (error);

  if (plot != NULL && !write_plot (target, entry, &error))
    {
      mgrctl_print_error ("The picture cannot be written: %s", error->message);
      return MGRCTL_EXIT_FAILED;
    }

  if (options->json)
    print_one_json (target, dict, &picture);
  else
    mgrctl_pool_print (options, entry, &picture);
  return MGRCTL_EXIT_OK;
}

/* Returns: (transfer full) (nullable): the dictionary of the pool called @name */
static GVariant *
find_pool (GVariant   *pools,
           const char *name)
{
  for (gsize i = 0; i < g_variant_n_children (pools); i++)
    {
      g_autoptr (GVariant) dict = g_variant_get_child_value (pools, i);
      const char *found = NULL;

      if (g_variant_lookup (dict, "name", "&s", &found) && g_str_equal (found, name))
        return g_steal_pointer (&dict);
    }

  return NULL;
}

static MgrctlExit
complain_about_name (GVariant   *pools,
                     const char *name)
{
  g_autoptr (GPtrArray) entries = make_entries (pools);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) names = NULL;
  g_autofree char *list = NULL;

  for (guint i = 0; i < entries->len; i++)
    g_strv_builder_add (builder, ((PoolEntry *) g_ptr_array_index (entries, i))->name);

  names = g_strv_builder_end (builder);
  list = mgrctl_names ((const char * const *) names);
  if (entries->len > 0)
    mgrctl_print_error ("There is no pool “%s”, but %s", name, list);
  else
    mgrctl_print_error ("There is no pool “%s”, nor any other", name);
  return MGRCTL_EXIT_FAILED;
}

MgrctlExit
mgrctl_pools (const MgrctlOptions *options)
{
  const char *name = options->arguments[0];
  MgrctlExit exit_status = MGRCTL_EXIT_OK;
  g_autoptr (MgrctlTarget) target = NULL;
  g_autoptr (GVariant) pools = NULL;
  g_autoptr (GVariant) pool = NULL;
  g_autoptr (GError) error = NULL;

  if (plot != NULL && name == NULL)
    {
      mgrctl_print_error ("Say which pool “--plot” is to draw: mgrctl pools NAME --plot=FILE");
      return MGRCTL_EXIT_USAGE;
    }

  target = mgrctl_target_open (options, &exit_status);
  if (target == NULL)
    return exit_status;

  pools = get_pools (target, &error);
  if (pools == NULL)
    return mgrctl_target_fail (error);

  if (name == NULL)
    {
      show_all (options, target, pools);
      return MGRCTL_EXIT_OK;
    }

  pool = find_pool (pools, name);
  return pool != NULL ? show_one (options, target, pool) : complain_about_name (pools, name);
}
