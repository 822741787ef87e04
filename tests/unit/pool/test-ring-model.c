/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "ring-fixture.h"

/* Random writes, reads, reservations, claims and changes of the capacity against a queue
 * of frames. The seed of a failure is printed, and MGR_TEST_SEED runs it again. */

#define SEEDS 60
#define STEPS 4000

typedef struct
{
  MgrRingState state;
  gsize span;
  gsize length;
  gsize skip;    /* read from the front */
  guint8 first;  /* its bytes count up from here */
  gpointer data; /* (unowned) (nullable): where it lies, while it is held */
} Frame;

typedef struct
{
  GRand *random;
  MgrRingPool *ring;
  gboolean pair;
  guint max_held;
  GQueue frames; /* (element-type Frame) (owned) */
  guint64 capacity;
  guint64 dropped;
  guint64 dropped_bytes;
  guint8 next_first;
  guint n_done[8];
} World;

static guint
pick (World *world,
      guint  below)
{
  return (guint) g_rand_int_range (world->random, 0, (gint) below);
}

static gsize
model_used (World *world)
{
  gsize used = 0;

  for (GList *link = world->frames.head; link != NULL; link = link->next)
    used += ((Frame *) link->data)->span;

  return used;
}

static void
model_settle (World *world)
{
  Frame *frame;

  while ((frame = g_queue_peek_head (&world->frames)) != NULL && frame->state == MGR_RING_FREE)
    g_free (g_queue_pop_head (&world->frames));
}

static Frame *
model_find (World        *world,
            MgrRingState  state,
            guint         number)
{
  for (GList *link = world->frames.head; link != NULL; link = link->next)
    {
      Frame *frame = link->data;

      if (frame->state == state && number-- == 0)
        return frame;
    }

  return NULL;
}

static guint
model_count (World        *world,
             MgrRingState  state)
{
  guint count = 0;

  while (model_find (world, state, count) != NULL)
    count++;

  return count;
}

/* The one that a reader gets, unless an earlier one is still being written. */
static Frame *
model_first (World *world)
{
  for (GList *link = world->frames.head; link != NULL; link = link->next)
    {
      Frame *frame = link->data;

      if (frame->state == MGR_RING_READY)
        return frame;
      if (frame->state == MGR_RING_RESERVED)
        return NULL;
    }

  return NULL;
}

static gboolean
model_can_drop (World *world,
                gsize  span)
{
  gsize used = model_used (world);

  for (GList *link = world->frames.head; link != NULL && used + span > world->capacity;
       link = link->next)
    {
      Frame *frame = link->data;

      if (frame->state == MGR_RING_RESERVED || frame->state == MGR_RING_CLAIMED)
        return FALSE;
      used -= frame->span;
    }

  return used + span <= world->capacity;
}

static void
model_drop (World *world,
            gsize  span)
{
  while (model_used (world) + span > world->capacity)
    {
      Frame *frame = model_first (world);

      world->dropped++;
      world->dropped_bytes += frame->length - frame->skip;
      frame->state = MGR_RING_FREE;
      model_settle (world);
    }
}

static gboolean
model_make_room (World *world,
                 gsize  size)
{
  gsize span = mgr_ring_span (size);

  if (span > world->capacity)
    return FALSE;

  if (mgr_ring_pool_get_policy (world->ring) == MGR_RING_POLICY_DROP_OLDEST
      && model_can_drop (world, span))
    model_drop (world, span);
  return model_used (world) + span <= world->capacity;
}

static void
model_count_loss (World *world,
                  gsize  size)
{
  if (mgr_ring_pool_get_policy (world->ring) == MGR_RING_POLICY_FAIL
      || mgr_ring_span (size) > world->capacity)
    return;

  world->dropped++;
  world->dropped_bytes += size;
}

static Frame *
model_append (World        *world,
              gsize         size,
              MgrRingState  state)
{
  Frame *frame = g_new0 (Frame, 1);

  frame->state = state;
  frame->span = mgr_ring_span (size);
  frame->length = size;
  frame->first = world->next_first;
  world->next_first += 37;
  g_queue_push_tail (&world->frames, frame);
  return frame;
}

static void
fill_frame (const Frame *frame,
            guint8      *data)
{
  for (gsize i = 0; i < frame->length; i++)
    data[i] = (guint8) (frame->first + i);
}

static void
check_bytes (const Frame  *frame,
             const guint8 *data,
             gsize         size)
{
  for (gsize i = 0; i < size; i++)
    g_assert_cmpuint (data[i], ==, (guint8) (frame->first + frame->skip + i));
}

static gsize
pick_size (World *world)
{
  return pick (world, 20) == 0 ? pick (world, 9000) : pick (world, 700);
}

static gboolean
may_hold (World        *world,
          MgrRingState  state)
{
  return model_count (world, state) < world->max_held;
}

static void
step_write (World *world)
{
  gsize size = pick_size (world);
  guint8 data[9000];
  g_autoptr (GError) error = NULL;
  gboolean fits;
  gboolean written;

  if (world->pair && !may_hold (world, MGR_RING_RESERVED))
    return;

  fits = model_make_room (world, size);
  if (fits)
    fill_frame (model_append (world, size, MGR_RING_READY), data);
  else
    model_count_loss (world, size);

  written = mgr_ring_pool_write (world->ring, data, size, 0, NULL, &error);
  if (mgr_ring_span (size) > world->capacity)
    g_assert_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE);
  else if (!fits && mgr_ring_pool_get_policy (world->ring) == MGR_RING_POLICY_FAIL)
    g_assert_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET);
  else
    g_assert_true (written);
  world->n_done[0] += fits;
}

static void
step_reserve (World *world)
{
  gsize size = pick_size (world);
  g_autoptr (GError) error = NULL;
  gpointer data;

  if (!may_hold (world, MGR_RING_RESERVED))
    return;

  if (model_make_room (world, size))
    {
      data = mgr_ring_pool_reserve (world->ring, size, 0, NULL, &error);
      g_assert_no_error (error);
      g_assert_nonnull (data);
      model_append (world, size, MGR_RING_RESERVED)->data = data;
      world->n_done[1]++;
      return;
    }

  model_count_loss (world, size);
  g_assert_null (mgr_ring_pool_reserve (world->ring, size, 0, NULL, &error));
  g_assert_nonnull (error);
}

static void
step_end_reservation (World *world)
{
  guint count = model_count (world, MGR_RING_RESERVED);
  g_autoptr (GError) error = NULL;
  gboolean commits = pick (world, 4) > 0;
  gboolean done;
  Frame *frame;

  if (count == 0)
    return;

  frame = model_find (world, MGR_RING_RESERVED, pick (world, count));
  if (commits)
    {
      frame->length = pick (world, (guint) frame->length + 1);
      fill_frame (frame, frame->data);
      done = mgr_ring_pool_commit (world->ring, frame->data, frame->length, &error);
      frame->state = MGR_RING_READY;
      if (frame == g_queue_peek_tail (&world->frames))
        frame->span = mgr_ring_span (frame->length);
    }
  else
    {
      done = mgr_ring_pool_abandon (world->ring, frame->data, &error);
      frame->state = MGR_RING_FREE;
      /* Of a pair nothing can be behind it. */
      if (world->pair)
        g_free (g_queue_pop_tail (&world->frames));
    }

  g_assert_no_error (error);
  g_assert_true (done);
  world->n_done[2]++;
}

static void
step_peek (World *world)
{
  Frame *frame = model_first (world);
  g_autoptr (GError) error = NULL;
  gconstpointer data;
  gsize size = 0;

  if (!may_hold (world, MGR_RING_CLAIMED))
    return;

  data = mgr_ring_pool_peek (world->ring, &size, &error);
  g_assert_no_error (error);
  g_assert_true ((data != NULL) == (frame != NULL));
  if (frame == NULL)
    return;

  g_assert_cmpuint (size, ==, frame->length - frame->skip);
  check_bytes (frame, data, size);
  frame->state = MGR_RING_CLAIMED;
  frame->data = (gpointer) data;
  world->n_done[3]++;
}

static void
step_consume (World *world)
{
  guint count = model_count (world, MGR_RING_CLAIMED);
  g_autoptr (GError) error = NULL;
  Frame *frame;

  if (count == 0)
    return;

  frame = model_find (world, MGR_RING_CLAIMED, pick (world, count));
  check_bytes (frame, frame->data, frame->length - frame->skip);
  mgr_ring_pool_consume (world->ring, frame->data, &error);
  g_assert_no_error (error);
  frame->state = MGR_RING_FREE;
  world->n_done[4]++;
}

static void
step_read (World *world)
{
  Frame *frame = model_first (world);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;

  if (world->pair && !may_hold (world, MGR_RING_CLAIMED))
    return;

  bytes = mgr_ring_pool_try_read (world->ring, &error);
  g_assert_no_error (error);
  g_assert_true ((bytes != NULL) == (frame != NULL));
  if (frame == NULL)
    return;

  g_assert_cmpuint (g_bytes_get_size (bytes), ==, frame->length - frame->skip);
  check_bytes (frame, g_bytes_get_data (bytes, NULL), frame->length - frame->skip);
  frame->state = MGR_RING_FREE;
  world->n_done[5]++;
}

static void
step_read_into (World *world)
{
  gsize wanted = pick (world, 2000);
  guint8 buffer[2000];
  gssize length;
  gsize done = 0;
  Frame *frame;

  if (world->pair && !may_hold (world, MGR_RING_CLAIMED))
    return;

  length = mgr_ring_pool_try_read_into (world->ring, buffer, wanted, NULL);
  while ((frame = model_first (world)) != NULL)
    {
      gsize step = MIN (frame->length - frame->skip, wanted - done);

      check_bytes (frame, buffer + done, step);
      done += step;
      frame->skip += step;
      if (frame->skip < frame->length)
        break;
      frame->state = MGR_RING_FREE;
      model_settle (world);
    }

  g_assert_cmpint (length, ==, (gssize) done);
  world->n_done[6] += done > 0;
}

static void
step_resize (World *world)
{
  guint64 capacity = (1 + pick (world, 4)) * page_size ();
  g_autoptr (GError) error = NULL;
  gboolean held = model_count (world, MGR_RING_RESERVED) + model_count (world, MGR_RING_CLAIMED) > 0;
  gboolean fits = capacity == world->capacity || (!held && model_used (world) <= capacity);

  mgr_pool_set_capacity (MGR_POOL (world->ring), capacity, &error);
  if (fits)
    g_assert_no_error (error);
  else
    g_assert_error (error, MGR_ERROR, MGR_ERROR_BUSY);

  if (fits && capacity != world->capacity)
    world->n_done[7]++;
  if (fits)
    world->capacity = capacity;
}

static void
check_world (World *world)
{
  MgrPool *pool = MGR_POOL (world->ring);

  model_settle (world);
  g_assert_cmpuint (mgr_pool_get_used (pool), ==, model_used (world));
  g_assert_cmpuint (mgr_ring_pool_get_dropped_frames (world->ring), ==, world->dropped);
  g_assert_cmpuint (mgr_ring_pool_get_dropped_bytes (world->ring), ==, world->dropped_bytes);
}

static void
world_step (World *world)
{
  static void (*const steps[]) (World *) = {
    step_write, step_write, step_reserve, step_end_reservation, step_peek, step_consume,
    step_read, step_read_into,
  };

  if (pick (world, 50) == 0)
    step_resize (world);
  else
    steps[pick (world, G_N_ELEMENTS (steps))] (world);
  check_world (world);
}

static guint32
first_seed (void)
{
  const char *seed = g_getenv ("MGR_TEST_SEED");

  return seed != NULL ? (guint32) g_ascii_strtoull (seed, NULL, 10) : 1;
}

static void
play (guint32       seed,
      gconstpointer sharing,
      guint        *done)
{
  const MgrRingPolicy policies[] = {
    MGR_RING_POLICY_FAIL, MGR_RING_POLICY_DROP_OLDEST, MGR_RING_POLICY_DROP_NEWEST,
  };
  MgrRingPolicy policy = policies[seed % G_N_ELEMENTS (policies)];
  World world = { .random = g_rand_new_with_seed (seed), .capacity = page_size () };

  g_test_message ("seed %u", seed);
  world.ring = ring_new (policy, sharing);
  world.pair = GPOINTER_TO_UINT (sharing) == MGR_RING_SHARING_PAIR
               && policy != MGR_RING_POLICY_DROP_OLDEST;
  world.max_held = world.pair ? 1 : 1 + seed % 4;
  g_queue_init (&world.frames);

  for (guint i = 0; i < STEPS; i++)
    world_step (&world);

  for (gsize i = 0; i < G_N_ELEMENTS (world.n_done); i++)
    done[i] += world.n_done[i];
  g_queue_clear_full (&world.frames, g_free);
  g_assert_finalize_object (world.ring);
  g_rand_free (world.random);
}

static void
test_against_model (gconstpointer sharing)
{
  guint done[8] = { 0 };

  for (guint32 i = 0; i < SEEDS; i++)
    play (first_seed () + i, sharing, done);

  /* Every kind of step did what it is for. */
  for (gsize i = 0; i < G_N_ELEMENTS (done); i++)
    g_assert_cmpuint (done[i], >, 200);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_for_sharings ("/pool/ring-model/against-model", test_against_model);

  return g_test_run ();
}
