/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "cache/mgr-timer-wheel-private.h"

#include <string.h>

#define TICK 64
#define SECOND ((gint64) G_USEC_PER_SEC)
#define ALL G_MAXUINT

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrTimerWheel, mgr_timer_wheel_free)

static guint
count_chain (MgrTimerNode *chain)
{
  guint n = 0;

  for (; chain != NULL; chain = mgr_timer_node_get_next (chain))
    {
      g_assert_false (mgr_timer_node_is_scheduled (chain));
      n++;
    }

  return n;
}

static guint
advance (MgrTimerWheel *wheel,
         gint64         now)
{
  gboolean more = TRUE;
  guint n = count_chain (mgr_timer_wheel_advance (wheel, now, ALL, &more));

  g_assert_false (more);
  return n;
}

static void
test_one (void)
{
  static const gint64 delays[] = {
    1, 63, 64, 65, 4095, 4096, 4097, SECOND, 60 * SECOND, 3600 * SECOND,
    G_GINT64_CONSTANT (40) * 365 * 86400 * SECOND, G_GINT64_CONSTANT (1) << 55,
  };

  for (gsize i = 0; i < G_N_ELEMENTS (delays); i++)
    {
      g_autoptr (MgrTimerWheel) wheel = mgr_timer_wheel_new (1000);
      MgrTimerNode node = { 0 };
      gint64 deadline = 1000 + delays[i];

      mgr_timer_wheel_schedule (wheel, &node, 1000, deadline);
      g_assert_true (mgr_timer_node_is_scheduled (&node));
      g_assert_cmpint (node.deadline, ==, deadline);
      g_assert_cmpint (mgr_timer_wheel_get_next (wheel, 1000), <=, deadline + TICK);
      g_assert_cmpuint (advance (wheel, deadline - 1), ==, 0);
      g_assert_cmpuint (advance (wheel, deadline + TICK), ==, 1);
      g_assert_cmpuint (advance (wheel, deadline + 10 * SECOND), ==, 0);
      g_assert_cmpint (mgr_timer_wheel_get_next (wheel, deadline), ==, G_MAXINT64);
    }
}

/* A deadline that has come already is told of by the next call. */
static void
test_past_deadline (void)
{
  g_autoptr (MgrTimerWheel) wheel = mgr_timer_wheel_new (SECOND);
  MgrTimerNode nodes[3] = { 0 };

  mgr_timer_wheel_schedule (wheel, &nodes[0], SECOND, SECOND);
  mgr_timer_wheel_schedule (wheel, &nodes[1], SECOND, 0);
  mgr_timer_wheel_schedule (wheel, &nodes[2], SECOND, G_MININT64);
  g_assert_cmpint (mgr_timer_wheel_get_next (wheel, SECOND), <=, SECOND + TICK);
  g_assert_cmpuint (advance (wheel, SECOND + TICK), ==, 3);
}

static void
test_no_end (void)
{
  g_autoptr (MgrTimerWheel) wheel = mgr_timer_wheel_new (0);
  MgrTimerNode node = { 0 };

  mgr_timer_wheel_schedule (wheel, &node, 0, G_MAXINT64);
  g_assert_cmpuint (advance (wheel, G_GINT64_CONSTANT (1) << 60), ==, 0);
  g_assert_true (mgr_timer_node_is_scheduled (&node));
  g_assert_cmpint (mgr_timer_wheel_get_next (wheel, G_MAXINT64), ==, G_MAXINT64);
}

static void
test_cancel (void)
{
  g_autoptr (MgrTimerWheel) wheel = mgr_timer_wheel_new (0);
  MgrTimerNode nodes[3] = { 0 };

  for (guint i = 0; i < 3; i++)
    mgr_timer_wheel_schedule (wheel, &nodes[i], 0, SECOND);
  mgr_timer_wheel_cancel (wheel, &nodes[1]);
  mgr_timer_wheel_cancel (wheel, &nodes[1]);
  g_assert_false (mgr_timer_node_is_scheduled (&nodes[1]));
  g_assert_cmpuint (advance (wheel, 2 * SECOND), ==, 2);
  mgr_timer_wheel_cancel (wheel, &nodes[0]);

  mgr_timer_wheel_schedule (wheel, &nodes[0], 2 * SECOND, 3 * SECOND);
  mgr_timer_wheel_schedule (wheel, &nodes[0], 2 * SECOND, 9 * SECOND);
  g_assert_cmpuint (advance (wheel, 4 * SECOND), ==, 0);
  mgr_timer_wheel_cancel (wheel, &nodes[0]);
  g_assert_cmpint (mgr_timer_wheel_get_next (wheel, 4 * SECOND), ==, G_MAXINT64);
  g_assert_cmpuint (advance (wheel, 10 * SECOND), ==, 0);
}

/* What is left of a deadline is left after the clock went back, too. */
static void
test_clock_goes_back (void)
{
  g_autoptr (MgrTimerWheel) wheel = mgr_timer_wheel_new (3600 * SECOND);
  MgrTimerNode before = { 0 };
  MgrTimerNode after = { 0 };

  mgr_timer_wheel_schedule (wheel, &before, 3600 * SECOND, 3610 * SECOND);
  g_assert_cmpuint (advance (wheel, 3604 * SECOND), ==, 0);
  mgr_timer_wheel_schedule (wheel, &after, SECOND, 5 * SECOND);

  g_assert_cmpuint (advance (wheel, 5 * SECOND - 1), ==, 0);
  g_assert_cmpuint (advance (wheel, 5 * SECOND + TICK), ==, 1);
  g_assert_false (mgr_timer_node_is_scheduled (&after));
  g_assert_cmpuint (advance (wheel, 7 * SECOND - 1), ==, 0);
  g_assert_cmpuint (advance (wheel, 7 * SECOND + TICK), ==, 1);
}

static void
test_clock_leaps (void)
{
  g_autoptr (MgrTimerWheel) wheel = mgr_timer_wheel_new (0);
  MgrTimerNode nodes[100] = { 0 };
  gboolean more = FALSE;
  MgrTimerNode *chain;

  for (guint i = 0; i < 100; i++)
    mgr_timer_wheel_schedule (wheel, &nodes[i], 0, (100 - i) * SECOND);

  /* As after a year of sleep; in the order of the deadlines all the same. */
  chain = mgr_timer_wheel_advance (wheel, G_GINT64_CONSTANT (365) * 86400 * SECOND, ALL, &more);
  g_assert_false (more);
  for (guint i = 100; i-- > 0; chain = mgr_timer_node_get_next (chain))
    g_assert_true (chain == &nodes[i]);
  g_assert_null (chain);

  mgr_timer_wheel_schedule (wheel, &nodes[0], G_MININT64, G_MAXINT64);
  g_assert_cmpuint (advance (wheel, G_MININT64 + SECOND), ==, 0);
}

/* The price of a call is bounded, whatever is due. */
static void
test_slices (void)
{
  g_autoptr (MgrTimerWheel) wheel = mgr_timer_wheel_new (0);
  g_autofree MgrTimerNode *nodes = g_new0 (MgrTimerNode, 10000);
  gboolean more = TRUE;
  guint n_calls = 0;
  guint n_expired = 0;

  for (guint i = 0; i < 10000; i++)
    mgr_timer_wheel_schedule (wheel, &nodes[i], 0, 60 * SECOND);
  while (more)
    {
      guint n = count_chain (mgr_timer_wheel_advance (wheel, 61 * SECOND, 100, &more));

      g_assert_cmpuint (n, <=, 100);
      if (more)
        g_assert_cmpint (mgr_timer_wheel_get_next (wheel, 61 * SECOND), ==, 61 * SECOND);
      n_expired += n;
      n_calls++;
    }

  g_assert_cmpuint (n_expired, ==, 10000);
  g_assert_cmpuint (n_calls, >=, 100);
  g_assert_cmpuint (n_calls, <=, 8 * 100);
}

/* Nodes that leave in the middle of a slice, out of a slot or on the way between two. */
static void
test_cancel_between_slices (void)
{
  g_autoptr (MgrTimerWheel) wheel = mgr_timer_wheel_new (0);
  MgrTimerNode nodes[100] = { 0 };
  gboolean more = TRUE;
  guint n_expired = 0;

  for (guint i = 0; i < 100; i++)
    mgr_timer_wheel_schedule (wheel, &nodes[i], 0, 60 * SECOND + i);
  for (guint i = 0; more; i++)
    {
      n_expired += count_chain (mgr_timer_wheel_advance (wheel, 61 * SECOND, 7, &more));
      if (i % 10 == 0 && mgr_timer_node_is_scheduled (&nodes[99 - i / 10]))
        {
          mgr_timer_wheel_cancel (wheel, &nodes[99 - i / 10]);
          n_expired++;
        }
    }

  g_assert_cmpuint (n_expired, ==, 100);
  g_assert_cmpint (mgr_timer_wheel_get_next (wheel, 61 * SECOND), ==, G_MAXINT64);
}

/* The wheel against a look at all of them, which is what it is there to avoid. */

#define N_NODES 200
#define N_STEPS 4000

typedef struct
{
  MgrTimerNode nodes[N_NODES];
  gint64 deadlines[N_NODES]; /* 0 where not scheduled */
  gint64 now;
} Model;

static gint64
random_delay (GRand *rand)
{
  /* As many short ones as long ones: from nothing to a day. */
  gint64 most = G_GINT64_CONSTANT (1) << g_rand_int_range (rand, 0, 37);

  return (gint64) (g_rand_double (rand) * (double) most);
}

static void
model_expire (Model        *model,
              MgrTimerNode *chain)
{
  gint64 last = 0;

  while (chain != NULL)
    {
      guint i = (guint) (chain - model->nodes);
      gint64 tick = (model->deadlines[i] + TICK - 1) / TICK;

      g_assert_cmpint (model->deadlines[i], >, 0);
      g_assert_cmpint (model->deadlines[i], <=, model->now);
      g_assert_cmpint (tick, >=, last);
      last = tick;
      model->deadlines[i] = 0;
      chain = mgr_timer_node_get_next (chain);
    }
}

/* Nothing may be late by more than a tick, and there is a call in time for everything. */
static void
model_check (Model         *model,
             MgrTimerWheel *wheel)
{
  gint64 next = mgr_timer_wheel_get_next (wheel, model->now);

  for (guint i = 0; i < N_NODES; i++)
    {
      g_assert_cmpint (model->deadlines[i] != 0, ==, mgr_timer_node_is_scheduled (&model->nodes[i]));
      if (model->deadlines[i] == 0)
        continue;
      g_assert_cmpint (model->deadlines[i], >, model->now - TICK);
      g_assert_cmpint (next, <, model->deadlines[i] + TICK);
    }
}

static void
model_step (Model         *model,
            MgrTimerWheel *wheel,
            GRand         *rand)
{
  guint i = (guint) g_rand_int_range (rand, 0, N_NODES);
  gboolean more = TRUE;

  switch (g_rand_int_range (rand, 0, 4))
    {
    case 0:
      mgr_timer_wheel_cancel (wheel, &model->nodes[i]);
      model->deadlines[i] = 0;
      return;
    case 1:
      model->now += random_delay (rand);
      while (more)
        model_expire (model, mgr_timer_wheel_advance (wheel, model->now, 1 + i, &more));
      model_check (model, wheel);
      return;
    default:
      model->deadlines[i] = model->now + 1 + random_delay (rand);
      mgr_timer_wheel_schedule (wheel, &model->nodes[i], model->now, model->deadlines[i]);
      return;
    }
}

static void
test_random (void)
{
  for (guint32 seed = 0; seed < 50; seed++)
    {
      g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
      g_autofree Model *model = g_new0 (Model, 1);
      g_autoptr (MgrTimerWheel) wheel = NULL;

      g_test_message ("seed %u", seed);
      model->now = random_delay (rand) * 1000;
      wheel = mgr_timer_wheel_new (model->now);
      for (guint i = 0; i < N_STEPS; i++)
        model_step (model, wheel, rand);
    }
}

/* A million entries put at once, for ten minutes and at random up to 10 % longer: what
 * has to be done for them is spread over that minute as evenly as their deadlines. */
static void
test_jitter (void)
{
  const guint n_nodes = 1000000;
  g_autofree MgrTimerNode *nodes = g_new0 (MgrTimerNode, n_nodes);
  g_autoptr (GRand) rand = g_rand_new_with_seed (7);
  g_autoptr (MgrTimerWheel) wheel = mgr_timer_wheel_new (0);
  guint bins[61] = { 0 };
  guint n_expired = 0;

  for (guint i = 0; i < n_nodes; i++)
    mgr_timer_wheel_schedule (wheel, &nodes[i], 0,
                              600 * SECOND + (gint64) (g_rand_double (rand) * 60.0 * SECOND));

  for (gint64 now = 0; now < 661 * SECOND; now += SECOND / 100)
    {
      guint n = advance (wheel, now);

      n_expired += n;
      if (n > 0)
        bins[now / SECOND - 600] += n;
    }

  g_assert_cmpuint (n_expired, ==, n_nodes);
  for (guint i = 0; i < 60; i++)
    g_assert_cmpuint (bins[i], <, 3 * (n_nodes / 60) / 2);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/cache/timer-wheel/one", test_one);
  g_test_add_func ("/cache/timer-wheel/past-deadline", test_past_deadline);
  g_test_add_func ("/cache/timer-wheel/no-end", test_no_end);
  g_test_add_func ("/cache/timer-wheel/cancel", test_cancel);
  g_test_add_func ("/cache/timer-wheel/clock-goes-back", test_clock_goes_back);
  g_test_add_func ("/cache/timer-wheel/clock-leaps", test_clock_leaps);
  g_test_add_func ("/cache/timer-wheel/slices", test_slices);
  g_test_add_func ("/cache/timer-wheel/cancel-between-slices", test_cancel_between_slices);
  g_test_add_func ("/cache/timer-wheel/random", test_random);
  g_test_add_func ("/cache/timer-wheel/jitter", test_jitter);

  return g_test_run ();
}
