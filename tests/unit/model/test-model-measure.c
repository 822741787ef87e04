/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "model-fixture.h"

#include <string.h>

#define MIB ((guint64) 1 << 20)
#define HELD (64 * MIB)

/* What others of the process free or take meanwhile, and what the kernel has not counted
 * yet. */
#define TOLERANCE (4 * MIB)

static void
free_pages_cb (gpointer data)
{
  g_free (data);
}

static GObject *
load_pages_cb (MgrModel *model,
               gpointer  user_data)
{
  GObject *object = g_object_new (TYPE_THING, NULL);
  char *pages = g_malloc (HELD);

  memset (pages, 1, HELD);
  g_object_set_data_full (object, "pages", pages, free_pages_cb);
  return object;
}

static MgrModel *
make_measured (MgrComponent *component,
               guint64       declared_size)
{
  MgrModel *model = mgr_model_new ("pages", component, declared_size);

  g_signal_connect (model, "load", G_CALLBACK (load_pages_cb), NULL);
  return model;
}

static void
test_measured_is_charged (Fixture       *fixture,
                          gconstpointer  data)
{
  g_autoptr (MgrModel) model = make_measured (fixture->component, MIB);
  g_autoptr (MgrModelStatistics) statistics = NULL;
  guint64 resident;

  g_test_summary ("What the load really took is charged where less was declared");

  end (use (model));
  statistics = mgr_model_get_statistics (model);
  resident = mgr_model_statistics_get_resident_size (statistics);
  g_assert_cmpuint (resident, >=, HELD - TOLERANCE);
  g_assert_cmpuint (resident, <=, HELD + TOLERANCE);
  g_assert_cmpuint (mgr_model_statistics_get_declared_size (statistics), ==, MIB);
  g_assert_cmpuint (mgr_model_statistics_get_size (statistics), ==, resident);
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, resident);
  g_assert_true (mgr_model_unload (model, NULL));
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 0);
  g_assert_cmpuint (mgr_model_get_size (model), ==, resident);
}

static void
test_too_large_by_measure (Fixture       *fixture,
                           gconstpointer  data)
{
  g_autoptr (GError) error = NULL;
  MgrComponent *small = add (fixture->ledger, "small", 32 * MIB, NULL);
  g_autoptr (MgrModel) model = make_measured (small, MIB);

  g_test_summary ("What turns out too large is let go, and not even loaded the next time");

  assert_use_fails (model, MGR_ERROR_INFEASIBLE, "small");
  g_assert_cmpint (g_atomic_int_get (&n_things), ==, 0);
  assert_counts (model, 1, 0, 0);
  assert_use_fails (model, MGR_ERROR_INFEASIBLE, "small");
  assert_counts (model, 1, 0, 0);
  g_assert_cmpuint (mgr_component_get_used (small), ==, 0);
}

static void
release_charge_cb (gpointer data)
{
  mgr_allocation_unref (data);
}

static GObject *
load_charged_cb (MgrModel *model,
                 gpointer  user_data)
{
  GObject *object = g_object_new (TYPE_THING, NULL);

  g_object_set_data_full (object, "charge", take (mgr_model_get_component (model), 30 * MIB),
                          release_charge_cb);
  return object;
}

static void
test_loader_that_charges (Fixture       *fixture,
                          gconstpointer  data)
{
  g_autoptr (MgrModel) model = mgr_model_new ("charged", fixture->component, 50 * MIB);
  g_autoptr (MgrModelStatistics) statistics = NULL;

  g_test_summary ("What the loader charges itself is not charged twice");

  g_signal_connect (model, "load", G_CALLBACK (load_charged_cb), NULL);
  end (use (model));
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 50 * MIB);
  statistics = mgr_model_get_statistics (model);
  g_assert_cmpuint (mgr_model_statistics_get_ledger_size (statistics), ==, 30 * MIB);
  g_assert_cmpuint (mgr_model_statistics_get_charged (statistics), ==, 20 * MIB);
  g_assert_true (mgr_model_unload (model, NULL));
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 0);
  end (use (model));
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 50 * MIB);
}

static GObject *
load_after_other_cb (MgrModel *model,
                     gpointer  user_data)
{
  end (use (user_data));
  return g_object_new (TYPE_THING, NULL);
}

static void
test_loads_that_overlap (Fixture       *fixture,
                         gconstpointer  data)
{
  g_autoptr (MgrModel) inner = make_measured (NULL, MIB);
  g_autoptr (MgrModel) outer = mgr_model_new ("outer", NULL, 3 * MIB);

  g_test_summary ("Nobody is charged for what another loads meanwhile");

  g_signal_connect (outer, "load", G_CALLBACK (load_after_other_cb), inner);
  end (use (outer));
  g_assert_cmpuint (mgr_model_get_size (outer), ==, 3 * MIB);
  g_assert_cmpuint (mgr_model_get_size (inner), ==, MIB);
}

static void
test_wrong_declaration (Fixture       *fixture,
                        gconstpointer  data)
{
  g_autoptr (MgrModel) model = make_measured (NULL, MIB);
  g_auto (GStrv) advice = NULL;

  g_assert_true (mgr_model_registry_register (fixture->registry, model, NULL));
  mgr_model_set_priority (model, MGR_PRIORITY_MIN);
  end (use (model));
  advice = mgr_model_registry_recommend (fixture->registry);
  g_assert_cmpuint (g_strv_length (advice), ==, 1);
  g_assert_true (g_str_has_prefix (advice[0], "model pages: declared as 1.0 MiB, measured 6"));
  g_assert_true (mgr_model_registry_unregister (fixture->registry, model));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/model-measure/measured-is-charged", test_measured_is_charged);
  ADD ("/model-measure/too-large-by-measure", test_too_large_by_measure);
  ADD ("/model-measure/loader-that-charges", test_loader_that_charges);
  ADD ("/model-measure/loads-that-overlap", test_loads_that_overlap);
  ADD ("/model-measure/wrong-declaration", test_wrong_declaration);
  return g_test_run ();
}
