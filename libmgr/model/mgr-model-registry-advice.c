/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-duration-private.h"
#include "base/mgr-size.h"
#include "model/mgr-model-registry-private.h"

/* Below this a model is not worth a word. */
#define WORTHWHILE_SIZE (1024 * 1024)

/* Used no more often in an hour, a model that is quickly back need not be kept. */
#define SELDOM_USES 2
#define QUICK_LOAD G_TIME_SPAN_SECOND

/* Loaded as often in an hour, a model is in and out. */
#define OFTEN_LOADS 3

/* What was declared is wrong by this factor. */
#define WRONG_FACTOR 2

typedef struct
{
  const char *name; /* (unowned) */
  guint64 size;
  guint64 measured;
  guint64 declared;
  guint64 n_uses;   /* in the last hour */
  guint64 n_loads;  /* in the last hour */
  guint64 n_dropped;
  gint64 load_time;
  guint priority;
  gboolean loaded;
} Facts;

static void
facts_init (Facts    *self,
            MgrModel *model)
{
  g_autoptr (MgrModelStatistics) statistics = mgr_model_get_statistics (model);

  *self = (Facts) {
    .name = mgr_model_get_name (model),
    .size = mgr_model_statistics_get_size (statistics),
    .measured = MAX (mgr_model_statistics_get_resident_size (statistics),
                     mgr_model_statistics_get_ledger_size (statistics)),
    .declared = mgr_model_statistics_get_declared_size (statistics),
    .n_uses = mgr_model_statistics_get_n_recent_uses (statistics),
    .n_loads = mgr_model_statistics_get_n_recent_loads (statistics),
    .n_dropped = mgr_model_statistics_get_n_dropped (statistics),
    .load_time = mgr_model_statistics_get_load_time (statistics),
    .priority = mgr_model_get_priority (model),
    .loaded = mgr_model_is_loaded (model),
  };
}

static char *
format_times (guint64 n)
{
  if (n == 0)
    return g_strdup ("not used");
  if (n <= 2)
    return g_strdup (n == 1 ? "used once" : "used twice");
  return g_strdup_printf ("used %" G_GUINT64_FORMAT " times", n);
}

static char *
format_seconds (gint64 duration)
{
  return g_strdup_printf ("%.1f s", (double) duration / G_TIME_SPAN_SECOND);
}

/* Returns (nullable) */
static char *
advise_seldom (const Facts *facts)
{
  g_autofree char *size = mgr_size_format (facts->size);
  g_autofree char *times = format_times (facts->n_uses);
  g_autofree char *reload = format_seconds (facts->load_time);

  if (!facts->loaded || facts->size < WORTHWHILE_SIZE || facts->n_uses > SELDOM_USES
      || facts->load_time > QUICK_LOAD || facts->priority == MGR_PRIORITY_MIN)
    return NULL;

  return g_strdup_printf ("model %s: %s, %s in an hour, reload %s: lower its priority",
                          facts->name, size, times, reload);
}

static char *
advise_often (const Facts *facts)
{
  g_autofree char *size = mgr_size_format (facts->size);
  g_autofree char *reload = format_seconds (facts->load_time);

  if (facts->n_loads < OFTEN_LOADS || facts->priority == MGR_PRIORITY_MAX)
    return NULL;

  return g_strdup_printf ("model %s: %s, loaded %" G_GUINT64_FORMAT " times in an hour, %s each: "
                          "raise its priority, the idle timeout, or the budget",
                          facts->name, size, facts->n_loads, reload);
}

static char *
advise_declaration (const Facts *facts)
{
  g_autofree char *declared = mgr_size_format (facts->declared);
  g_autofree char *measured = mgr_size_format (facts->measured);

  if (facts->declared == 0 || facts->measured < WORTHWHILE_SIZE
      || (facts->declared / WRONG_FACTOR <= facts->measured
          && facts->measured / WRONG_FACTOR <= facts->declared))
    return NULL;

  return g_strdup_printf ("model %s: declared as %s, measured %s: declare what was measured",
                          facts->name, declared, measured);
}

static char *
advise_dropped (const Facts *facts)
{
  if (facts->n_dropped == 0)
    return NULL;

  return g_strdup_printf ("model %s: %" G_GUINT64_FORMAT " uses were dropped without an end: end "
                          "each one, so that it can be unloaded in time",
                          facts->name, facts->n_dropped);
}

static void
add_advice (GStrvBuilder *builder,
            char         *advice)
{
  if (advice != NULL)
    g_strv_builder_add (builder, advice);
  g_free (advice);
}

void
mgr_model_advise (MgrModel     *self,
                  GStrvBuilder *builder)
{
  Facts facts;

  facts_init (&facts, self);
  add_advice (builder, advise_seldom (&facts));
  add_advice (builder, advise_often (&facts));
  add_advice (builder, advise_declaration (&facts));
  add_advice (builder, advise_dropped (&facts));
}

/**
 * mgr_model_registry_recommend:
 * @self: a registry
 *
 * Says in words and figures what could be set better: which models are large and seldom
 * used, which are in and out, which were declared wrongly, and which are not given back.
 * May be called from any thread.
 *
 * Returns: (transfer full) (array zero-terminated=1): one text for each; none where all is
 *    well
 *
 * Since: 1.0
 */
char **
mgr_model_registry_recommend (MgrModelRegistry *self)
{
  g_autoptr (GStrvBuilder) builder = NULL;
  g_autoptr (GPtrArray) models = NULL;

  g_return_val_if_fail (MGR_IS_MODEL_REGISTRY (self), NULL);

  builder = g_strv_builder_new ();
  models = mgr_model_registry_copy (self);
  for (guint i = 0; i < models->len; i++)
    mgr_model_advise (g_ptr_array_index (models, i), builder);

  return g_strv_builder_end (builder);
}
