/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "../ledger/ledger-fixture.h"
#include "mgr-test-support.h"
#include "model/mgr-model-private.h"

/* What the models of these tests load. */
#define TYPE_THING (thing_get_type ())
G_DECLARE_FINAL_TYPE (Thing, thing, THING, THING, GObject)

struct _Thing
{
  GObject parent_instance;
};

G_DEFINE_FINAL_TYPE (Thing, thing, G_TYPE_OBJECT)

static int n_things; /* atomic: that are there */

static void
thing_finalize (GObject *object)
{
  g_atomic_int_add (&n_things, -1);
  G_OBJECT_CLASS (thing_parent_class)->finalize (object);
}

static void
thing_class_init (ThingClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = thing_finalize;
}

static void
thing_init (Thing *self)
{
  g_atomic_int_inc (&n_things);
}

/* Larger than what a test itself takes while it loads, so that what is declared counts. */
#define THING_SIZE ((guint64) 100 << 20)

typedef struct
{
  ScopedLedger *ledger;
  MgrComponent *component;    /* (unowned), kept by the ledger */
  MgrManualClock *clock;
  MgrModelRegistry *registry; /* of component */
  MgrModel *model;            /* "thing", in the registry */
  guint n_asked;              /* how often a loader was */
  gboolean fails;             /* the loader does */
  gint64 load_time;           /* what a load takes, in µs */
} Fixture;

static inline GObject *
load_thing_cb (MgrModel *model,
               gpointer  user_data)
{
  Fixture *fixture = user_data;

  fixture->n_asked++;
  if (fixture->load_time > 0)
    mgr_manual_clock_advance (fixture->clock, fixture->load_time);
  if (fixture->fails)
    {
      g_assert_true (mgr_model_fail_load (model, "there is no thing today"));
      return NULL;
    }

  return g_object_new (TYPE_THING, NULL);
}

static inline MgrModel *
make_model (Fixture    *fixture,
            const char *name)
{
  MgrModel *model = g_object_new (MGR_TYPE_MODEL,
                                  "name", name,
                                  "clock", fixture->clock,
                                  "declared-size", THING_SIZE,
                                  NULL);
  g_autoptr (GError) error = NULL;

  g_signal_connect (model, "load", G_CALLBACK (load_thing_cb), fixture);
  mgr_model_registry_register (fixture->registry, model, &error);
  g_assert_no_error (error);
  return model;
}

/* The registry has room for two things. */
static inline void
fixture_set_up (Fixture       *fixture,
                gconstpointer  data)
{
  fixture->clock = mgr_manual_clock_new (0);
  fixture->ledger = scoped_ledger_new (10 * THING_SIZE);
  fixture->component = add (fixture->ledger, "models", 2 * THING_SIZE + THING_SIZE / 2, NULL);
  fixture->registry = g_object_new (MGR_TYPE_MODEL_REGISTRY,
                                    "component", fixture->component,
                                    "clock", fixture->clock,
                                    NULL);
  fixture->model = make_model (fixture, "thing");
}

static inline void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  data)
{
  mgr_test_settle ();
  g_assert_finalize_object (fixture->registry);
  mgr_test_settle ();
  g_assert_finalize_object (fixture->model);
  g_assert_cmpint (g_atomic_int_get (&n_things), ==, 0);
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 0);
  g_object_unref (fixture->clock);
  scoped_ledger_free (fixture->ledger);
}

static inline MgrModelUse *
use (MgrModel *model)
{
  g_autoptr (GError) error = NULL;
  MgrModelUse *used = mgr_model_use (model, &error);

  g_assert_no_error (error);
  g_assert_nonnull (used);
  g_assert_nonnull (mgr_model_use_get_object (used));
  return used;
}

/* Takes @used. */
static inline void
end (MgrModelUse *used)
{
  g_autoptr (GError) error = NULL;
  gboolean ended = mgr_model_use_end (used, &error);

  g_assert_no_error (error);
  g_assert_true (ended);
  g_assert_null (mgr_model_use_get_object (used));
  mgr_model_use_unref (used);
}

static inline void
assert_use_fails (MgrModel   *model,
                  int         code,
                  const char *mention)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_model_use (model, &error));
  g_assert_error (error, MGR_ERROR, code);
  g_assert_nonnull (strstr (error->message, mgr_model_get_name (model)));
  if (strstr (error->message, mention) == NULL)
    g_error ("“%s” does not mention “%s”", error->message, mention);
}

static inline void
assert_counts (MgrModel *model,
               guint64   n_loads,
               guint64   n_hits,
               guint64   n_unloads)
{
  g_autoptr (MgrModelStatistics) statistics = mgr_model_get_statistics (model);

  g_assert_cmpuint (mgr_model_statistics_get_n_loads (statistics), ==, n_loads);
  g_assert_cmpuint (mgr_model_statistics_get_n_hits (statistics), ==, n_hits);
  g_assert_cmpuint (mgr_model_statistics_get_n_unloads (statistics), ==, n_unloads);
}

#define ADD(path, function) \
  g_test_add (path, Fixture, NULL, fixture_set_up, function, fixture_tear_down)
