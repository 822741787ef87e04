/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-members.h"
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
  g_autofree char *object_path = mgrctl_target_make_path (MGRCTL_POOL_PATH, name);
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

static void
print_one_json (MgrctlTarget      *target,
                GVariant          *dict,
                const PoolPicture *picture)
{
  JsonObject *object = mgrctl_members_make_json (target);
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
    mgrctl_members_print_json (target, "pools", pools);
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

  pools = mgrctl_members_get (target, "pools", &error);
  if (pools == NULL)
    return mgrctl_target_fail (error);

  if (name == NULL)
    {
      show_all (options, target, pools);
      return MGRCTL_EXIT_OK;
    }

  pool = mgrctl_members_find (pools, name);
  return pool != NULL ? show_one (options, target, pool)
                      : mgrctl_members_complain (pools, "pool", name);
}
