/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-task-estimates-private.h"

/* A program that makes a new name for each task must not grow by what is learned. */
#define MAX_KEYS 4096

typedef struct
{
  MgrPeakHistory peaks;
  guint64 n_runs;
  double duration;   /* µs, the mean */
  guint64 used;      /* when it was last asked for or taught, by the counter */
} Estimate;

struct _MgrTaskEstimates
{
  GHashTable *by_key;  /* (owned) (element-type utf8 Estimate) */
  guint64 counter;
};

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

gboolean
mgr_task_estimates_learn (MgrTaskEstimates *self,
                          const char       *key,
                          guint64           peak,
                          gint64            duration)
{
  Estimate *estimate = estimates_get (self, key);
  guint64 before = mgr_peak_history_get_estimate (&estimate->peaks);

  estimate->n_runs++;
  estimate->duration += ((double) duration - estimate->duration) / (double) estimate->n_runs;
  if (peak > 0)
    mgr_peak_history_add (&estimate->peaks, peak);

  return mgr_peak_history_get_estimate (&estimate->peaks) != before;
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
