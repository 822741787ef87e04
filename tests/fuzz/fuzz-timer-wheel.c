/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* MgrTimerWheel, against a look at all nodes. The input is a list of orders of four
 * bytes each: a letter, a node, and a time as an exponent and a fraction. */

#include "fuzz.h"
#include "cache/mgr-timer-wheel-private.h"

#define N_NODES 16
#define TICK 64

typedef struct
{
  MgrTimerWheel *wheel;
  MgrTimerNode nodes[N_NODES];
  gint64 deadlines[N_NODES]; /* by time; 0 where not scheduled */
  gint64 now;
  gint64 time; /* goes on as now does, and never back */
} Model;

static gint64
read_delay (const guint8 *order)
{
  gint64 most = G_GINT64_CONSTANT (1) << (order[2] % 48);

  return most / 256 * order[3] + most % 256;
}

static void
expire (Model  *model,
        guint8  max_work)
{
  gboolean more = TRUE;

  while (more)
    {
      MgrTimerNode *chain = mgr_timer_wheel_advance (model->wheel, model->now, 1 + max_work, &more);

      for (; chain != NULL; chain = mgr_timer_node_get_next (chain))
        {
          gint64 *deadline = &model->deadlines[chain - model->nodes];

          g_assert_cmpint (*deadline, >, 0);
          g_assert_cmpint (*deadline, <=, model->time);
          *deadline = 0;
        }
    }
}

static void
check (Model *model)
{
  gint64 next = mgr_timer_wheel_get_next (model->wheel, model->now);

  for (guint i = 0; i < N_NODES; i++)
    {
      g_assert_cmpint (model->deadlines[i] != 0, ==, mgr_timer_node_is_scheduled (&model->nodes[i]));
      if (model->deadlines[i] == 0)
        continue;
      g_assert_cmpint (model->deadlines[i], >, model->time - TICK);
      g_assert_cmpint (next - model->now, <, model->deadlines[i] - model->time + TICK);
    }
}

static void
follow (Model        *model,
        const guint8 *order)
{
  guint i = order[1] % N_NODES;
  gint64 delay = read_delay (order);

  switch (order[0])
    {
    case 's':
      mgr_timer_wheel_schedule (model->wheel, &model->nodes[i], model->now, model->now + delay);
      model->deadlines[i] = model->time + delay;
      break;
    case 'c':
      mgr_timer_wheel_cancel (model->wheel, &model->nodes[i]);
      model->deadlines[i] = 0;
      break;
    case 'b':
      /* It is noticed at the next call that is told the time. */
      model->now -= delay;
      expire (model, order[1]);
      break;
    default:
      model->now += delay;
      model->time += delay;
      expire (model, order[1]);
      check (model);
      break;
    }
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  Model model = { .now = 1, .time = 1 };

  /* No more than what keeps the sum of all delays within what a wheel can count. */
  size = MIN (size, 4096);
  model.wheel = mgr_timer_wheel_new (model.now);
  for (gsize i = 0; i + 4 <= size; i += 4)
    follow (&model, data + i);
  mgr_timer_wheel_free (model.wheel);
  return 0;
}
