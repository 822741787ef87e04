/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-task-estimates-private.h"

/* A program that makes a new name for each task must not grow by what is learned. */
#define MAX_KEYS 4096

/* Those that wait are told what is learned when it is so much more or less than what they
 * were told last: each time, all of them are looked through. */
#define WORTH_TELLING 16

typedef struct
{
  MgrPeakHistory peaks;
  guint64 n_runs;
  double duration;   /* µs, the mean */
  guint64 used;      /* when it was last asked for or taught, by the counter */
  guint64 known;     /* bytes: the estimate those that wait were told last */
  gboolean is_new;   /* learned since it was last kept */
  gboolean told;     /* that it is not what was declared */
} Estimate;

struct _MgrTaskEstimates
{
  GHashTable *by_key;  /* (owned) (element-type utf8 Estimate) */
  guint64 counter;
  guint n_new;
};

void
mgr_estimate_row_free (gpointer row)
{
  g_free (((MgrEstimateRow *) row)->key);
  g_free (row);
}

MgrTaskEstimates *
mgr_task_estimates_new (void)
{
  MgrTaskEstimates *self = g_new0 (MgrTaskEstimates, 1);

  self->by_key = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
mgr_task_estimates_free (MgrTaskEstimates *self)
{
  g_hash_table_unref (self->by_key);
  g_free (self);
}

static Estimate *
estimates_lookup (MgrTaskEstimates *self,
                  const char       *key)
{
  Estimate *estimate = g_hash_table_lookup (self->by_key, key);

  if (estimate != NULL)
    estimate->used = ++self->counter;
  return estimate;
}

static void
estimates_forget_oldest (MgrTaskEstimates *self)
{
  GHashTableIter iter;
  gpointer key;
  gpointer value;
  const char *oldest = NULL;
  guint64 used = G_MAXUINT64;

  g_hash_table_iter_init (&iter, self->by_key);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (((Estimate *) value)->used < used)
      {
        oldest = key;
        used = ((Estimate *) value)->used;
      }

  self->n_new -= ((Estimate *) g_hash_table_lookup (self->by_key, oldest))->is_new;
  g_hash_table_remove (self->by_key, oldest);
}

static Estimate *
estimates_get (MgrTaskEstimates *self,
               const char       *key)
{
  Estimate *estimate = estimates_lookup (self, key);

  if (estimate != NULL)
    return estimate;

  if (g_hash_table_size (self->by_key) >= MAX_KEYS)
    estimates_forget_oldest (self);
  estimate = g_new0 (Estimate, 1);
  estimate->used = ++self->counter;
  g_hash_table_insert (self->by_key, g_strdup (key), estimate);
  return estimate;
}

static void
estimate_set_new (MgrTaskEstimates *self,
                  Estimate         *estimate)
{
  self->n_new += !estimate->is_new;
  estimate->is_new = TRUE;
}

static gboolean
estimate_tell (Estimate *estimate)
{
  guint64 now = mgr_peak_history_get_estimate (&estimate->peaks);
  guint64 off = MAX (now, estimate->known) - MIN (now, estimate->known);

  if (off <= estimate->known / WORTH_TELLING)
    return FALSE;

  estimate->known = now;
  return TRUE;
}

gboolean
mgr_task_estimates_learn (MgrTaskEstimates *self,
                          const char       *key,
                          guint64           peak,
                          gint64            duration)
{
  Estimate *estimate = estimates_get (self, key);

  estimate_set_new (self, estimate);
  estimate->n_runs++;
  estimate->duration += ((double) duration - estimate->duration) / (double) estimate->n_runs;
  if (peak > 0)
    mgr_peak_history_add (&estimate->peaks, peak);

  return estimate_tell (estimate);
}

guint64
mgr_task_estimates_get_memory (MgrTaskEstimates *self,
                               const char       *key)
{
  const Estimate *estimate = estimates_lookup (self, key);

  return estimate != NULL ? mgr_peak_history_get_estimate (&estimate->peaks) : 0;
}

gint64
mgr_task_estimates_get_duration (MgrTaskEstimates *self,
                                 const char       *key)
{
  const Estimate *estimate = estimates_lookup (self, key);

  if (estimate == NULL || estimate->n_runs < MGR_PEAK_HISTORY_ENOUGH)
    return 0;

  return (gint64) estimate->duration;
}

guint64
mgr_task_estimates_get_usual (MgrTaskEstimates *self,
                              const char       *key)
{
  const Estimate *estimate = estimates_lookup (self, key);

  if (estimate == NULL || estimate->peaks.count < MGR_PEAK_HISTORY_ENOUGH)
    return 0;

  return mgr_peak_history_get_quantile (&estimate->peaks, 0.95);
}

gboolean
mgr_task_estimates_is_first (MgrTaskEstimates *self,
                             const char       *key)
{
  Estimate *estimate = estimates_get (self, key);
  gboolean first = !estimate->told;

  estimate->told = TRUE;
  return first;
}

static MgrEstimateRow *
row_new (const char     *key,
         const Estimate *estimate)
{
  MgrEstimateRow *row = g_new0 (MgrEstimateRow, 1);

  row->key = g_strdup (key);
  row->n_runs = estimate->n_runs;
  row->duration = estimate->duration;
  row->peaks = estimate->peaks;
  return row;
}

GPtrArray *
mgr_task_estimates_take_new (MgrTaskEstimates *self)
{
  GPtrArray *rows;
  GHashTableIter iter;
  gpointer key;
  gpointer value;

  if (self->n_new == 0)
    return NULL;

  rows = g_ptr_array_new_with_free_func (mgr_estimate_row_free);
  g_hash_table_iter_init (&iter, self->by_key);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      Estimate *estimate = value;

      if (estimate->is_new)
        g_ptr_array_add (rows, row_new (key, estimate));
      estimate->is_new = FALSE;
    }
  self->n_new = 0;
  return rows;
}

void
mgr_task_estimates_put_back (MgrTaskEstimates *self,
                             GPtrArray        *rows)
{
  for (guint i = 0; i < rows->len; i++)
    {
      const MgrEstimateRow *row = g_ptr_array_index (rows, i);
      Estimate *estimate = g_hash_table_lookup (self->by_key, row->key);

      if (estimate != NULL)
        estimate_set_new (self, estimate);
    }
}

void
mgr_task_estimates_restore (MgrTaskEstimates *self,
                            GPtrArray        *rows)
{
  for (guint i = 0; i < rows->len && g_hash_table_size (self->by_key) < MAX_KEYS; i++)
    {
      const MgrEstimateRow *row = g_ptr_array_index (rows, i);
      Estimate *estimate;

      if (g_hash_table_contains (self->by_key, row->key))
        continue;

      estimate = estimates_get (self, row->key);
      estimate->n_runs = row->n_runs;
      estimate->duration = row->duration;
      estimate->peaks = row->peaks;
      estimate->known = mgr_peak_history_get_estimate (&estimate->peaks);
    }
}
