/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-cache-print.h"
#include "mgrctl-members.h"
#include "mgrctl-print.h"
#include "plot-cache.h"

/* Points of a curve that is drawn or written. */
#define N_POINTS 41

static char *plot;

const GOptionEntry mgrctl_caches_entries[] = {
  { "plot", 0, 0, G_OPTION_ARG_FILENAME, &plot,
    "Draw the hit ratio against the size, and write that to this file", "FILE" },
  { NULL, }
};

static gboolean
read_curve (MgrctlTarget  *target,
            const char    *name,
            gsize          n_points,
            CacheCurve    *curve,
            GError       **error)
{
  g_autofree char *object_path = mgrctl_target_make_path (MGRCTL_CACHE_PATH, name);
  g_autofree double *fractions = g_new (double, n_points);
  g_autoptr (GVariant) reply = NULL;
  g_autoptr (GVariant) ratios = NULL;
  GVariant *wanted;

  *curve = (CacheCurve) { .n_ratios = n_points };
  for (gsize i = 0; i < n_points; i++)
    fractions[i] = cache_curve_fraction (curve, i);
  curve->n_ratios = 0;

  wanted = g_variant_new_fixed_array (G_VARIANT_TYPE_DOUBLE, fractions, n_points, sizeof (double));
  reply = mgrctl_target_call (target, object_path, MGRCTL_CACHE_INTERFACE, "Predict",
                              g_variant_new_tuple (&wanted, 1), "(ad)", error);
  if (reply == NULL)
    return FALSE;

  ratios = g_variant_get_child_value (reply, 0);
  if (g_variant_n_children (ratios) == n_points)
    {
      gconstpointer data = g_variant_get_fixed_array (ratios, &curve->n_ratios, sizeof (double));

      curve->ratios = g_memdup2 (data, n_points * sizeof (double));
    }
  return TRUE;
}

static void
print_one_json (MgrctlTarget     *target,
                GVariant         *dict,
                const CacheCurve *curve)
{
  JsonObject *object = mgrctl_members_make_json (target);
  JsonObject *cache = json_object_new ();
  JsonArray *points = json_array_new ();

  for (gsize i = 0; i < curve->n_ratios; i++)
    {
      JsonObject *point = json_object_new ();

      json_object_set_double_member (point, "fraction", cache_curve_fraction (curve, i));
      json_object_set_double_member (point, "hit-ratio", curve->ratios[i]);
      json_array_add_object_element (points, point);
    }

  mgrctl_json_add_dict (cache, dict);
  json_object_set_array_member (cache, "predicted", points);
  json_object_set_object_member (object, "cache", cache);
  mgrctl_print_json (object);
}

static void
show_all (const MgrctlOptions *options,
          MgrctlTarget        *target,
          GVariant            *caches)
{
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func ((GDestroyNotify) cache_entry_free);
  GVariantIter iter;
  GVariant *dict;

  g_variant_iter_init (&iter, caches);
  while (g_variant_iter_loop (&iter, "@a{sv}", &dict))
    g_ptr_array_add (entries, cache_entry_new (dict));

  if (options->json)
    mgrctl_members_print_json (target, "caches", caches);
  else if (entries->len > 0)
    mgrctl_caches_print (options, entries);
  else
    mgrctl_print_error ("“%s” has no caches", mgrctl_target_get_program (target));
}

static gboolean
write_plot (MgrctlTarget      *target,
            const CacheEntry  *entry,
            GError           **error)
{
  g_auto (CacheCurve) curve = { 0 };
  g_autofree char *svg = NULL;

  if (!read_curve (target, entry->name, N_POINTS, &curve, error))
    return FALSE;

  svg = plot_cache_draw (mgrctl_target_get_program (target), entry, &curve);
  return g_file_set_contents (plot, svg, -1, error);
}

static MgrctlExit
show_one (const MgrctlOptions *options,
          MgrctlTarget        *target,
          GVariant            *dict)
{
  g_autoptr (CacheEntry) entry = cache_entry_new (dict);
  g_auto (CacheCurve) curve = { 0 };
  g_autoptr (GError) error = NULL;

  if (!read_curve (target, entry->name, options->json ? N_POINTS : MGRCTL_CACHE_COLUMNS, &curve,
                   &error))
    return mgrctl_target_fail (error);

  if (plot != NULL && !write_plot (target, entry, &error))
    {
      mgrctl_print_error ("The picture cannot be written: %s", error->message);
      return MGRCTL_EXIT_FAILED;
    }

  if (options->json)
    print_one_json (target, dict, &curve);
  else
    mgrctl_cache_print (options, entry, &curve);
  return MGRCTL_EXIT_OK;
}

MgrctlExit
mgrctl_caches (const MgrctlOptions *options)
{
  const char *name = options->arguments[0];
  MgrctlExit exit_status = MGRCTL_EXIT_OK;
  g_autoptr (MgrctlTarget) target = NULL;
  g_autoptr (GVariant) caches = NULL;
  g_autoptr (GVariant) cache = NULL;
  g_autoptr (GError) error = NULL;

  if (plot != NULL && name == NULL)
    {
      mgrctl_print_error ("Say which cache “--plot” is to draw: mgrctl caches NAME --plot=FILE");
      return MGRCTL_EXIT_USAGE;
    }

  target = mgrctl_target_open (options, &exit_status);
  if (target == NULL)
    return exit_status;

  caches = mgrctl_members_get (target, "caches", &error);
  if (caches == NULL)
    return mgrctl_target_fail (error);

  if (name == NULL)
    {
      show_all (options, target, caches);
      return MGRCTL_EXIT_OK;
    }

  cache = mgrctl_members_find (caches, name);
  return cache != NULL ? show_one (options, target, cache)
                       : mgrctl_members_complain (caches, "cache", name);
}
