/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "../ledger/ledger-fixture.h"
#include "mgr-test-support.h"
#include "pool/mgr-tensor-pool-private.h"

#define MIB ((guint64) 1 << 20)

/* A budget of 64 MiB, and a pool of 16 MiB in segments of 4 MiB. */
typedef struct
{
  ScopedLedger *ledger;
  MgrComponent *component; /* (unowned), kept by the ledger */
  MgrTensorPool *pool;
} TensorFixture;

/* With the properties given, which end with NULL. */
static inline MgrTensorPool *
tensor_pool_new (MgrComponent *component,
                 const char   *property,
                 guint64       value,
                 GError      **error)
{
  return g_initable_new (MGR_TYPE_TENSOR_POOL, NULL, error,
                         "component", component,
                         "name", "tensors",
                         "capacity", 16 * MIB,
                         "segment-size", 4 * MIB,
                         property, value,
                         NULL);
}

static inline void
tensor_fixture_set_up (TensorFixture *fixture,
                       gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;

  fixture->ledger = scoped_ledger_new (128 * MIB);
  fixture->component = add (fixture->ledger, "models", 64 * MIB, NULL);
  fixture->pool = tensor_pool_new (fixture->component, NULL, 0, &error);
  g_assert_no_error (error);
}

/* Nobody else holds the pool, nothing is charged for it, and no loop is kept busy. */
static inline void
tensor_fixture_tear_down (TensorFixture *fixture,
                          gconstpointer  unused)
{
  /* Leases that have ended hold the pool until the loop has heard of it. */
  mgr_test_settle ();
  if (fixture->pool != NULL)
    g_assert_finalize_object (fixture->pool);
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 0);
  scoped_ledger_free (fixture->ledger);
  mgr_test_settle ();
}

static inline MgrTensor *
tensor_new (MgrTensorPool *pool,
            gint64         n_floats)
{
  g_autoptr (GError) error = NULL;
  MgrTensor *tensor = mgr_tensor_pool_allocate_tensor (pool, &n_floats, 1, MGR_DATA_TYPE_FLOAT32,
                                                       "test", &error);

  g_assert_no_error (error);
  g_assert_nonnull (tensor);
  return tensor;
}

/* A tensor of @size bytes. */
static inline MgrTensor *
tensor_new_of (MgrTensorPool *pool,
               guint64        size)
{
  return tensor_new (pool, (gint64) (size / sizeof (float)));
}

static inline float *
tensor_floats (MgrTensor *tensor)
{
  g_autoptr (GError) error = NULL;
  float *floats = mgr_tensor_get_data (tensor, &error);

  g_assert_no_error (error);
  return floats;
}

static inline void
tensor_release (MgrTensor *tensor)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (mgr_tensor_release (tensor, &error));
  g_assert_no_error (error);
  mgr_tensor_unref (tensor);
}

#define TENSOR_ADD(path, func) \
  g_test_add (path, TensorFixture, NULL, tensor_fixture_set_up, func, tensor_fixture_tear_down)
