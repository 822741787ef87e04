/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "ledger-fixture.h"

#include "ledger/mgr-allocation-private.h"

/* Random trees, and random allocations, releases, resizes and failures against a
 * model that adds and subtracts plainly. The seed of a failure is printed, and
 * MGR_TEST_SEED runs it again. */

#define STEPS 600000
#define THREAD_STEPS 100000
#define THREADS 4
#define COMPONENTS_MAX 24
#define HELD_MAX 200

typedef struct
{
  MgrComponent *component;
  int parent;         /* -1: the root itself */
  guint64 budget;     /* G_MAXUINT64: none */
  guint64 guaranteed;
  guint64 direct;
  guint64 peak;
  guint64 count;
} Node;

typedef struct
{
  MgrAllocation *allocation; /* (owned) */
  guint64 size;
  int node;
} Held;

typedef struct
{
  GRand *random;
  MgrLedger *ledger;
  Node nodes[COMPONENTS_MAX];
  int n_nodes;
  Held held[HELD_MAX];
  guint n_held;
  guint refused;
  guint granted;
} World;

static guint32
pick (World   *world,
      guint32  below)
{
  return (guint32) g_rand_int_range (world->random, 0, (gint32) below);
}

static guint64
model_used (World *world,
            int    node)
{
  guint64 used = world->nodes[node].direct;

  for (int i = node + 1; i < world->n_nodes; i++)
    {
      if (world->nodes[i].parent == node)
        used += model_used (world, i);
    }

  return used;
}

/* What the level above sees: the use, or the guarantee where that is more. */
static guint64
model_committed (World *world,
                 int    node)
{
  guint64 committed = world->nodes[node].direct;

  for (int i = node + 1; i < world->n_nodes; i++)
    {
      if (world->nodes[i].parent == node)
        committed += MAX (model_committed (world, i), world->nodes[i].guaranteed);
    }

  return committed;
}

static gboolean
model_fits (World   *world,
            int      node,
            guint64  growth)
{
  gboolean fits = TRUE;

  world->nodes[node].direct += growth;
  for (int level = node; level >= 0; level = world->nodes[level].parent)
    fits = fits && model_committed (world, level) <= world->nodes[level].budget;
  world->nodes[node].direct -= growth;

  return fits;
}

static void
model_charge (World   *world,
              int      node,
              guint64  growth)
{
  world->nodes[node].direct += growth;
  for (int level = node; level >= 0; level = world->nodes[level].parent)
    world->nodes[level].peak = MAX (world->nodes[level].peak, model_used (world, level));
}

static void
world_build (World   *world,
             guint32  seed)
{
  memset (world, 0, sizeof *world);
  world->random = g_rand_new_with_seed (seed);
  world->ledger = scoped_ledger_new (2000 + pick (world, 8000));
  world->nodes[0] = (Node) {
    .component = world->ledger->root,
    .parent = -1,
    .budget = mgr_component_get_budget (world->ledger->root),
  };
  world->n_nodes = 1;

  for (guint i = 2 + pick (world, COMPONENTS_MAX - 2); i > 1; i--)
    {
      int parent = (int) pick (world, (guint32) world->n_nodes);
      guint64 budget = pick (world, 3) == 0 ? 0 : 500 + pick (world, 4000);
      g_autofree char *name = g_strdup_printf ("c%d", world->n_nodes);
      Node *node = &world->nodes[world->n_nodes++];

      node->component = add (world->ledger, name, budget, world->nodes[parent].component);
      node->parent = parent;
      node->budget = budget > 0 ? budget : G_MAXUINT64;
      if (pick (world, 4) == 0 && mgr_component_set_guaranteed (node->component, 300, NULL))
        node->guaranteed = 300;
    }
}

static void
world_drop (World *world,
            guint  index)
{
  Held *held = &world->held[index];

  world->nodes[held->node].direct -= held->size;
  world->nodes[held->node].count--;
  mgr_allocation_unref (held->allocation);
  *held = world->held[--world->n_held];
}

static void
world_clear (World *world)
{
  while (world->n_held > 0)
    world_drop (world, 0);
  for (int i = 0; i < world->n_nodes; i++)
    g_assert_cmpuint (mgr_component_get_used (world->nodes[i].component), ==, 0);

  scoped_ledger_free (world->ledger);
  g_rand_free (world->random);
}

static void
step_allocate (World *world)
{
  int node = (int) pick (world, (guint32) world->n_nodes);
  guint64 size = 1 + pick (world, 400);
  gboolean fits = model_fits (world, node, size);
  MgrAllocation *allocation;

  if (world->n_held == HELD_MAX)
    return;

  allocation = mgr_component_allocate (world->nodes[node].component, size, "step", 5, NULL, NULL);
  g_assert_cmpint (allocation != NULL, ==, fits);
  if (allocation == NULL)
    {
      world->refused++;
      return;
    }

  world->granted++;
  world->nodes[node].count++;
  model_charge (world, node, size);
  world->held[world->n_held++] = (Held) { allocation, size, node };
}

static void
step_resize (World *world)
{
  Held *held = &world->held[pick (world, world->n_held)];
  guint64 size = 1 + pick (world, 500);
  gboolean fits = size <= held->size || model_fits (world, held->node, size - held->size);

  g_assert_cmpint (mgr_allocation_resize (held->allocation, size, NULL), ==, fits);
  if (!fits)
    return;

  if (size > held->size)
    model_charge (world, held->node, size - held->size);
  else
    world->nodes[held->node].direct -= held->size - size;
  held->size = size;
}

static void
step_fail (World *world)
{
  int node = (int) pick (world, (guint32) world->n_nodes);
  MgrComponent *component = world->nodes[node].component;

  g_assert_null (mgr_component_allocate (component, 0, NULL, 5, NULL, NULL));
  g_assert_null (mgr_component_allocate (component, 1, NULL, 11, NULL, NULL));
  g_assert_null (mgr_component_allocate (component, G_MAXUINT64, NULL, 5, NULL, NULL));
  g_assert_false (mgr_component_release (component, pick (world, 1 << 30), NULL));
}

static void
world_step (World *world)
{
  switch (pick (world, 12))
    {
    case 0:
      step_fail (world);
      break;
    case 1:
    case 2:
      if (world->n_held > 0)
        step_resize (world);
      break;
    case 3:
    case 4:
    case 5:
    case 6:
      if (world->n_held > 0)
        world_drop (world, pick (world, world->n_held));
      break;
    default:
      step_allocate (world);
      break;
    }
}

static void
world_compare (World *world)
{
  for (int i = 0; i < world->n_nodes; i++)
    {
      Node *node = &world->nodes[i];

      g_assert_cmpuint (mgr_component_get_used (node->component), ==, model_used (world, i));
      g_assert_cmpuint (mgr_component_get_peak (node->component), ==, node->peak);
      g_assert_cmpuint (mgr_component_get_peak (node->component), <=, node->budget);
    }
}

static guint32
first_seed (void)
{
  const char *text = g_getenv ("MGR_TEST_SEED");

  return text != NULL ? (guint32) g_ascii_strtoull (text, NULL, 10) : 1;
}

static void
test_against_model (void)
{
  const guint worlds = 60;
  guint refused = 0;

  for (guint i = 0; i < worlds; i++)
    {
      guint32 seed = first_seed () + i;
      World world;

      g_test_message ("seed %u", seed);
      world_build (&world, seed);
      for (guint step = 0; step < STEPS / worlds; step++)
        {
          world_step (&world);
          if (step % 97 == 0)
            world_compare (&world);
        }
      world_compare (&world);
      refused += world.refused;
      g_assert_cmpuint (world.granted, >, 0);
      world_clear (&world);
    }

  g_test_message ("%u of the requests were refused", refused);
  g_assert_cmpuint (refused, >, STEPS / 100);
}

/* From several threads the order is not known, but at every moment no budget is
 * exceeded, and each thread knows exactly what it holds itself. */

typedef struct
{
  World *world;
  guint32 seed;
  guint64 direct[COMPONENTS_MAX];
  guint64 counts[COMPONENTS_MAX];
  Held held[HELD_MAX / THREADS];
  guint n_held;
} Worker;

static void
worker_drop (Worker *worker,
             guint   index)
{
  Held *held = &worker->held[index];

  worker->direct[held->node] -= held->size;
  worker->counts[held->node]--;
  mgr_allocation_unref (held->allocation);
  *held = worker->held[--worker->n_held];
}

static void
worker_allocate (Worker *worker,
                 GRand  *random)
{
  World *world = worker->world;
  int node = g_rand_int_range (random, 0, world->n_nodes);
  guint64 size = (guint64) g_rand_int_range (random, 1, 400);
  MgrAllocation *allocation;

  if (worker->n_held == G_N_ELEMENTS (worker->held))
    return;

  allocation = mgr_component_allocate (world->nodes[node].component, size, "step", 5, NULL, NULL);
  if (allocation == NULL)
    return;

  worker->direct[node] += size;
  worker->counts[node]++;
  worker->held[worker->n_held++] = (Held) { allocation, size, node };
}

static void
worker_resize (Worker *worker,
               GRand  *random)
{
  Held *held = &worker->held[g_rand_int_range (random, 0, (gint32) worker->n_held)];
  guint64 size = (guint64) g_rand_int_range (random, 1, 500);

  if (!mgr_allocation_resize (held->allocation, size, NULL))
    return;

  worker->direct[held->node] += size - held->size;
  held->size = size;
}

static void
worker_look (World *world,
             GRand *random)
{
  Node *node = &world->nodes[g_rand_int_range (random, 0, world->n_nodes)];

  g_assert_cmpuint (mgr_component_get_used (node->component), <=, node->budget);
  g_assert_cmpuint (mgr_component_get_peak (node->component), <=, node->budget);
}

static gpointer
worker_cb (gpointer user_data)
{
  Worker *worker = user_data;
  g_autoptr (GRand) random = g_rand_new_with_seed (worker->seed);

  for (guint step = 0; step < THREAD_STEPS; step++)
    {
      switch (g_rand_int_range (random, 0, 12))
        {
        case 0:
          worker_look (worker->world, random);
          break;
        case 1:
          if (worker->n_held > 0)
            worker_resize (worker, random);
          break;
        case 2:
        case 3:
        case 4:
        case 5:
          if (worker->n_held > 0)
            worker_drop (worker, (guint) g_rand_int_range (random, 0, (gint32) worker->n_held));
          break;
        default:
          worker_allocate (worker, random);
          break;
        }
    }

  return NULL;
}

static void
test_threads_against_model (void)
{
  g_autofree Worker *workers = g_new0 (Worker, THREADS);
  GThread *threads[THREADS];
  World world;

  world_build (&world, first_seed () + 1000);
  for (guint i = 0; i < THREADS; i++)
    {
      workers[i].world = &world;
      workers[i].seed = first_seed () + 2000 + i;
      threads[i] = g_thread_new ("worker", worker_cb, &workers[i]);
    }
  for (guint i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);

  for (int node = 0; node < world.n_nodes; node++)
    {
      for (guint i = 0; i < THREADS; i++)
        {
          world.nodes[node].direct += workers[i].direct[node];
          world.nodes[node].count += workers[i].counts[node];
        }
    }
  for (int node = 0; node < world.n_nodes; node++)
    g_assert_cmpuint (mgr_component_get_used (world.nodes[node].component), ==,
                      model_used (&world, node));

  for (guint i = 0; i < THREADS; i++)
    {
      while (workers[i].n_held > 0)
        worker_drop (&workers[i], 0);
    }
  for (int node = 0; node < world.n_nodes; node++)
    world.nodes[node].direct = 0;
  world_clear (&world);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ledger/property/against-model", test_against_model);
  g_test_add_func ("/ledger/property/threads-against-model", test_threads_against_model);

  return g_test_run ();
}
