/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "model/mgr-model-statistics-private.h"

/**
 * SECTION:mgr-model-statistics
 * @title: MgrModelStatistics
 * @short_description: the figures of a model, at one moment
 *
 * All figures of a #MgrModel, taken together under its lock, so that they fit each other.
 * They never change and may be read from any thread.
 */

typedef struct
{
  const char *name;
  glong offset;
} Figure;

static const Figure counts[] = {
  { "declared-size", G_STRUCT_OFFSET (MgrModelFigures, declared_size) },
  { "resident-size", G_STRUCT_OFFSET (MgrModelFigures, resident_size) },
  { "ledger-size", G_STRUCT_OFFSET (MgrModelFigures, ledger_size) },
  { "size", G_STRUCT_OFFSET (MgrModelFigures, size) },
  { "charged", G_STRUCT_OFFSET (MgrModelFigures, charged) },
  { "n-uses", G_STRUCT_OFFSET (MgrModelFigures, n_uses) },
  { "n-hits", G_STRUCT_OFFSET (MgrModelFigures, n_hits) },
  { "n-joins", G_STRUCT_OFFSET (MgrModelFigures, n_joins) },
  { "n-found-again", G_STRUCT_OFFSET (MgrModelFigures, n_found_again) },
  { "n-loads", G_STRUCT_OFFSET (MgrModelFigures, n_loads) },
  { "n-failures", G_STRUCT_OFFSET (MgrModelFigures, n_failures) },
  { "n-unloads", G_STRUCT_OFFSET (MgrModelFigures, n_unloads) },
  { "n-dropped", G_STRUCT_OFFSET (MgrModelFigures, n_dropped) },
  { "n-active", G_STRUCT_OFFSET (MgrModelFigures, n_active) },
  { "n-recent-uses", G_STRUCT_OFFSET (MgrModelFigures, n_recent_uses) },
  { "n-recent-loads", G_STRUCT_OFFSET (MgrModelFigures, n_recent_loads) },
};

static const Figure times[] = {
  { "load-time", G_STRUCT_OFFSET (MgrModelFigures, load_time) },
  { "total-load-time", G_STRUCT_OFFSET (MgrModelFigures, total_load_time) },
  { "last-use", G_STRUCT_OFFSET (MgrModelFigures, last_use) },
};

/**
 * MgrModelStatistics:
 *
 * The figures of a model, from mgr_model_get_statistics().
 *
 * Since: 1.0
 */
struct _MgrModelStatistics
{
  gatomicrefcount ref_count;

  MgrModelFigures figures;
};

G_DEFINE_BOXED_TYPE (MgrModelStatistics, mgr_model_statistics,
                     mgr_model_statistics_ref, mgr_model_statistics_unref)

MgrModelStatistics *
mgr_model_statistics_new (const MgrModelFigures *figures)
{
  MgrModelStatistics *self = g_new (MgrModelStatistics, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->figures = *figures;
  return self;
}

/**
 * mgr_model_statistics_ref:
 * @self: statistics
 *
 * Takes a reference. May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrModelStatistics *
mgr_model_statistics_ref (MgrModelStatistics *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_model_statistics_unref:
 * @self: (transfer full): statistics
 *
 * Drops a reference; the last one frees the statistics. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_model_statistics_unref (MgrModelStatistics *self)
{
  g_return_if_fail (self != NULL);

  if (g_atomic_ref_count_dec (&self->ref_count))
    g_free (self);
}

/**
 * mgr_model_statistics_get_declared_size:
 * @self: statistics
 *
 * Gets what its loader was said to take.
 * May be called from any thread.
 *
 * Returns: bytes; 0 if nothing was said
 *
 * Since: 1.0
 */
guint64
mgr_model_statistics_get_declared_size (MgrModelStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.declared_size;
}

/**
 * mgr_model_statistics_get_resident_size:
 * @self: statistics
 *
 * Gets by how much the anonymous memory of the process grew during the last load that
 * was measured.
 * May be called from any thread.
 *
 * Returns: bytes; 0 if none was
 *
 * Since: 1.0
 */
guint64
mgr_model_statistics_get_resident_size (MgrModelStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.resident_size;
}

/**
 * mgr_model_statistics_get_ledger_size:
 * @self: statistics
 *
 * Gets for how much its component was charged by others during the last load that was
 * measured: by what the loader itself allocates there.
 * May be called from any thread.
 *
 * Returns: bytes; 0 if none was
 *
 * Since: 1.0
 */
guint64
mgr_model_statistics_get_ledger_size (MgrModelStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.ledger_size;
}

/**
 * mgr_model_statistics_get_size:
 * @self: statistics
 *
 * Gets what the model counts for: the largest of what was declared and what was measured.
 * May be called from any thread.
 *
 * Returns: bytes, whether it is loaded or not
 *
 * Since: 1.0
 */
guint64
mgr_model_statistics_get_size (MgrModelStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.size;
}

/**
 * mgr_model_statistics_get_charged:
 * @self: statistics
 *
 * Gets what the component is charged for by the model itself: its size less what the
 * loader charges there.
 * May be called from any thread.
 *
 * Returns: bytes; 0 while it is not loaded
 *
 * Since: 1.0
 */
guint64
mgr_model_statistics_get_charged (MgrModelStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.charged;
}

/**
 * mgr_model_statistics_get_n_uses:
 * @self: statistics
 *
 * Gets how many uses were granted.
 * May be called from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_model_statistics_get_n_uses (MgrModelStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.n_uses;
}

/**
 * mgr_model_statistics_get_n_hits:
 * @self: statistics
 *
 * Gets how many uses found the object in memory.
 * May be called from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_model_statistics_get_n_hits (MgrModelStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.n_hits;
}

/**
 * mgr_model_statistics_get_n_joins:
 * @self: statistics
 *
 * Gets how many uses shared a load that another had begun.
 * May be called from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_model_statistics_get_n_joins (MgrModelStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.n_joins;
}

/**
 * mgr_model_statistics_get_n_found_again:
 * @self: statistics
 *
 * Gets how often the object was unloaded and found alive, since somebody else kept it.
 * May be called from any thread.
 *
 * Returns: a number, each of which is a hit as well
 *
 * Since: 1.0
 */
guint64
mgr_model_statistics_get_n_found_again (MgrModelStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.n_found_again;
}

/**
 * mgr_model_statistics_get_n_loads:
 * @self: statistics
 *
 * Gets how often the loader gave an object.
 * May be called from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_model_statistics_get_n_loads (MgrModelStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.n_loads;
}

/**
 * mgr_model_statistics_get_n_failures:
 * @self: statistics
 *
 * Gets how many loads failed.
 * May be called from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_model_statistics_get_n_failures (MgrModelStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.n_failures;
}

/**
 * mgr_model_statistics_get_n_unloads:
 * @self: statistics
 *
 * Gets how often the object was let go.
 * May be called from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_model_statistics_get_n_unloads (MgrModelStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.n_unloads;
}

/**
 * mgr_model_statistics_get_n_dropped:
 * @self: statistics
 *
 * Gets how many uses were dropped without mgr_model_use_end().
 * May be called from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_model_statistics_get_n_dropped (MgrModelStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.n_dropped;
}

/**
 * mgr_model_statistics_get_n_active:
 * @self: statistics
 *
 * Gets how many uses there are now.
 * May be called from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_model_statistics_get_n_active (MgrModelStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.n_active;
}

/**
 * mgr_model_statistics_get_n_recent_uses:
 * @self: statistics
 *
 * Gets how many uses were granted in the last hour.
 * May be called from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_model_statistics_get_n_recent_uses (MgrModelStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.n_recent_uses;
}

/**
 * mgr_model_statistics_get_n_recent_loads:
 * @self: statistics
 *
 * Gets how often the loader gave an object in the last hour.
 * May be called from any thread.
 *
 * Returns: a number
 *
 * Since: 1.0
 */
guint64
mgr_model_statistics_get_n_recent_loads (MgrModelStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.n_recent_loads;
}

/**
 * mgr_model_statistics_get_load_time:
 * @self: statistics
 *
 * Gets how long the last load took.
 * May be called from any thread.
 *
 * Returns: microseconds; 0 before the first
 *
 * Since: 1.0
 */
gint64
mgr_model_statistics_get_load_time (MgrModelStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.load_time;
}

/**
 * mgr_model_statistics_get_total_load_time:
 * @self: statistics
 *
 * Gets how long all loads took together.
 * May be called from any thread.
 *
 * Returns: microseconds
 *
 * Since: 1.0
 */
gint64
mgr_model_statistics_get_total_load_time (MgrModelStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.total_load_time;
}

/**
 * mgr_model_statistics_get_last_use:
 * @self: statistics
 *
 * Gets when the model was used last: when the last use began, or ended.
 * May be called from any thread.
 *
 * Returns: microseconds of the clock of the model; -1 if it was never
 *
 * Since: 1.0
 */
gint64
mgr_model_statistics_get_last_use (MgrModelStatistics *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->figures.last_use;
}

/**
 * mgr_model_statistics_to_variant:
 * @self: statistics
 *
 * Writes the figures as a dictionary of type `a{sv}`, for D-Bus and JSON, under the names
 * of their getters: `declared-size`, `resident-size`, `ledger-size`, `size`, `charged`,
 * `n-uses`, `n-hits`, `n-joins`, `n-found-again`, `n-loads`, `n-failures`, `n-unloads`,
 * `n-dropped`, `n-active`, `n-recent-uses` and `n-recent-loads` (t), and `load-time`,
 * `total-load-time` and `last-use` (x). May be called from any thread.
 *
 * Returns: (transfer floating): the dictionary
 *
 * Since: 1.0
 */
GVariant *
mgr_model_statistics_to_variant (MgrModelStatistics *self)
{
  GVariantDict dict;

  g_return_val_if_fail (self != NULL, NULL);

  g_variant_dict_init (&dict, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (counts); i++)
    g_variant_dict_insert (&dict, counts[i].name, "t",
                           G_STRUCT_MEMBER (guint64, &self->figures, counts[i].offset));
  for (gsize i = 0; i < G_N_ELEMENTS (times); i++)
    g_variant_dict_insert (&dict, times[i].name, "x",
                           G_STRUCT_MEMBER (gint64, &self->figures, times[i].offset));
  return g_variant_dict_end (&dict);
}
