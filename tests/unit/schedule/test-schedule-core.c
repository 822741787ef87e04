/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "schedule/mgr-schedule-core-private.h"
#include "schedule/mgr-schedule-order-private.h"

#define MIB (G_GUINT64_CONSTANT (1) << 20)
#define SECOND G_USEC_PER_SEC
#define BUDGET (1000 * MIB)

typedef struct
{
  MgrScheduleCore *core;      /* (owned) */
  MgrScheduleShare shares[2];
  MgrScheduleMoment moment;
  gboolean ready;
  MgrScheduleVerdict verdict;
  MgrScheduleItem *first;     /* (unowned) */
} Fixture;

static gboolean
ready_func (const MgrScheduleItem *item,
            gpointer               user_data)
{
  return ((Fixture *) user_data)->ready;
}

static void
set_up (Fixture       *fixture,
        gconstpointer  user_data)
{
  fixture->core = mgr_schedule_core_new (BUDGET, ready_func, fixture);
  fixture->ready = TRUE;
  fixture->moment.available = G_MAXUINT64;
  for (guint i = 0; i < G_N_ELEMENTS (fixture->shares); i++)
    {
      mgr_schedule_share_init (&fixture->shares[i], BUDGET);
      mgr_schedule_core_add_share (fixture->core, &fixture->shares[i]);
    }
}

static void
tear_down (Fixture       *fixture,
           gconstpointer  user_data)
{
  mgr_schedule_core_free (fixture->core);
  for (guint i = 0; i < G_N_ELEMENTS (fixture->shares); i++)
    mgr_schedule_share_clear (&fixture->shares[i]);
}

/* A task of so many MiB and seconds; 0 seconds for nobody knows. */
static MgrScheduleItem
item_new (Fixture *fixture,
          guint64  size,
          gint64   duration)
{
  return (MgrScheduleItem) {
    .grant = size * MIB,
    .duration = duration * SECOND,
    .submitted = fixture->moment.now,
    .deadline = G_MAXINT64,
    .priority = MGR_TASK_PRIORITY_NORMAL,
    .rank = MGR_SCHEDULE_RANK_DEFAULT,
    .share = &fixture->shares[0],
  };
}

static MgrScheduleItem *
take (Fixture *fixture)
{
  return mgr_schedule_core_take (fixture->core, &fixture->moment, &fixture->verdict,
                                 &fixture->first);
}

static void
assert_blocked (Fixture            *fixture,
                MgrScheduleVerdict  verdict,
                MgrScheduleItem    *first)
{
  g_assert_null (take (fixture));
  g_assert_cmpint (fixture->verdict, ==, verdict);
  g_assert_true (fixture->first == first);
}

static void
test_nobody_waits (Fixture       *fixture,
                   gconstpointer  user_data)
{
  assert_blocked (fixture, MGR_SCHEDULE_EMPTY, NULL);
}

static void
test_first_come (Fixture       *fixture,
                 gconstpointer  user_data)
{
  MgrScheduleItem a = item_new (fixture, 300, 0);
  MgrScheduleItem b = item_new (fixture, 300, 0);

  mgr_schedule_core_add (fixture->core, &a);
  mgr_schedule_core_add (fixture->core, &b);
  g_assert_cmpuint (mgr_schedule_core_get_waiting (fixture->core), ==, 2);
  g_assert_true (take (fixture) == &a);
  g_assert_true (take (fixture) == &b);
  g_assert_cmpuint (mgr_schedule_core_get_running (fixture->core), ==, 2);
  g_assert_cmpuint (mgr_schedule_core_get_whole (fixture->core)->committed, ==, 600 * MIB);

  mgr_schedule_core_end (fixture->core, &a, fixture->moment.now);
  mgr_schedule_core_end (fixture->core, &b, fixture->moment.now);
  g_assert_cmpuint (mgr_schedule_core_get_whole (fixture->core)->committed, ==, 0);
  g_assert_cmpuint (mgr_schedule_core_get_whole (fixture->core)->unused, ==, 0);
}

static void
test_budget (Fixture       *fixture,
             gconstpointer  user_data)
{
  MgrScheduleItem a = item_new (fixture, 600, 0);
  MgrScheduleItem b = item_new (fixture, 600, 0);

  mgr_schedule_core_add (fixture->core, &a);
  mgr_schedule_core_add (fixture->core, &b);
  g_assert_true (take (fixture) == &a);
  assert_blocked (fixture, MGR_SCHEDULE_NO_BUDGET, &b);

  mgr_schedule_core_end (fixture->core, &a, fixture->moment.now);
  g_assert_true (take (fixture) == &b);
}

static void
test_takes_more_than_granted (Fixture       *fixture,
                              gconstpointer  user_data)
{
  MgrScheduleItem a = item_new (fixture, 300, 0);
  MgrScheduleItem b = item_new (fixture, 600, 0);
  MgrScheduleShare *whole = mgr_schedule_core_get_whole (fixture->core);

  g_test_summary ("What runs counts for its grant or for what it takes, never for both");

  mgr_schedule_core_add (fixture->core, &a);
  g_assert_true (take (fixture) == &a);
  mgr_schedule_core_measure (fixture->core, &a, 100 * MIB);
  g_assert_cmpuint (whole->committed, ==, 300 * MIB);
  g_assert_cmpuint (whole->unused, ==, 200 * MIB);

  mgr_schedule_core_measure (fixture->core, &a, 500 * MIB);
  g_assert_cmpuint (whole->committed, ==, 500 * MIB);
  g_assert_cmpuint (whole->unused, ==, 0);

  mgr_schedule_core_add (fixture->core, &b);
  assert_blocked (fixture, MGR_SCHEDULE_NO_BUDGET, &b);
  mgr_schedule_core_measure (fixture->core, &a, 200 * MIB);
  g_assert_true (take (fixture) == &b);
}

static void
test_share (Fixture       *fixture,
            gconstpointer  user_data)
{
  MgrScheduleItem a = item_new (fixture, 300, 0);
  MgrScheduleItem b = item_new (fixture, 300, 0);
  MgrScheduleItem c = item_new (fixture, 300, 0);

  g_test_summary ("A component that is full stops its own tasks, and no others");

  fixture->shares[0].budget = 500 * MIB;
  c.share = &fixture->shares[1];
  mgr_schedule_core_add (fixture->core, &a);
  mgr_schedule_core_add (fixture->core, &b);
  mgr_schedule_core_add (fixture->core, &c);
  g_assert_true (take (fixture) == &a);
  g_assert_true (take (fixture) == &c);
  assert_blocked (fixture, MGR_SCHEDULE_NO_SHARE, &b);
}

static void
test_measured (Fixture       *fixture,
               gconstpointer  user_data)
{
  MgrScheduleItem a = item_new (fixture, 400, 0);
  MgrScheduleItem b = item_new (fixture, 100, 0);

  g_test_summary ("What was promised and is not taken yet is not free, though it looks so");

  fixture->moment.available = 500 * MIB;
  fixture->moment.headroom = 50 * MIB;
  mgr_schedule_core_add (fixture->core, &a);
  mgr_schedule_core_add (fixture->core, &b);
  g_assert_true (take (fixture) == &a);
  assert_blocked (fixture, MGR_SCHEDULE_NO_MEMORY, &b);

  fixture->moment.available = 200 * MIB;
  mgr_schedule_core_measure (fixture->core, &a, 400 * MIB);
  g_assert_true (take (fixture) == &b);
}

static void
test_gates (Fixture       *fixture,
            gconstpointer  user_data)
{
  static const MgrPressureLevel highest[] = {
    MGR_PRESSURE_LEVEL_NORMAL, MGR_PRESSURE_LEVEL_LOW, MGR_PRESSURE_LEVEL_MEDIUM,
    MGR_PRESSURE_LEVEL_HIGH, MGR_PRESSURE_LEVEL_CRITICAL,
  };

  for (guint i = 0; i < G_N_ELEMENTS (highest); i++)
    {
      MgrScheduleItem item = item_new (fixture, 1, 0);

      item.priority = (guint8) i;
      mgr_schedule_core_add (fixture->core, &item);
      fixture->moment.level = highest[i] + 1;
      assert_blocked (fixture, MGR_SCHEDULE_PRESSURE, &item);
      fixture->moment.level = highest[i];
      g_assert_true (take (fixture) == &item);
      mgr_schedule_core_end (fixture->core, &item, fixture->moment.now);
    }
}

static void
test_not_ready (Fixture       *fixture,
                gconstpointer  user_data)
{
  MgrScheduleItem a = item_new (fixture, 1, 0);

  fixture->ready = FALSE;
  mgr_schedule_core_add (fixture->core, &a);
  assert_blocked (fixture, MGR_SCHEDULE_NOT_READY, &a);
  mgr_schedule_core_remove (fixture->core, &a);
  assert_blocked (fixture, MGR_SCHEDULE_EMPTY, NULL);
}

static void
test_backfill (Fixture       *fixture,
               gconstpointer  user_data)
{
  MgrScheduleItem runs = item_new (fixture, 700, 10);
  MgrScheduleItem head = item_new (fixture, 800, 10);
  MgrScheduleItem late = item_new (fixture, 250, 20);
  MgrScheduleItem brief = item_new (fixture, 250, 9);
  MgrScheduleItem small = item_new (fixture, 50, 0);

  g_test_summary ("Others go before the head only where they end in time or fit beside it");

  mgr_schedule_core_add (fixture->core, &runs);
  g_assert_true (take (fixture) == &runs);
  mgr_schedule_core_add (fixture->core, &head);
  mgr_schedule_core_add (fixture->core, &late);
  assert_blocked (fixture, MGR_SCHEDULE_NO_BUDGET, &head);

  mgr_schedule_core_add (fixture->core, &brief);
  mgr_schedule_core_add (fixture->core, &small);
  g_assert_true (take (fixture) == &brief);
  g_assert_true (take (fixture) == &small);
  g_assert_cmpuint (mgr_schedule_core_get_backfilled (fixture->core), ==, 2);
  assert_blocked (fixture, MGR_SCHEDULE_NO_BUDGET, &head);

  fixture->moment.now += 10 * SECOND;
  mgr_schedule_core_end (fixture->core, &brief, fixture->moment.now);
  mgr_schedule_core_end (fixture->core, &runs, fixture->moment.now);
  g_assert_true (take (fixture) == &head);
}

static void
test_backfill_without_end (Fixture       *fixture,
                           gconstpointer  user_data)
{
  MgrScheduleItem runs = item_new (fixture, 700, 0);
  MgrScheduleItem head = item_new (fixture, 800, 0);
  MgrScheduleItem small[5];

  g_test_summary ("A chain of tasks that may run for ever does not keep the head waiting");

  mgr_schedule_core_add (fixture->core, &runs);
  g_assert_true (take (fixture) == &runs);
  mgr_schedule_core_add (fixture->core, &head);
  for (guint i = 0; i < G_N_ELEMENTS (small); i++)
    {
      fixture->moment.now += SECOND;
      small[i] = item_new (fixture, 90, 0);
      mgr_schedule_core_add (fixture->core, &small[i]);
    }

  g_assert_true (take (fixture) == &small[0]);
  g_assert_true (take (fixture) == &small[1]);
  assert_blocked (fixture, MGR_SCHEDULE_NO_BUDGET, &head);

  mgr_schedule_core_end (fixture->core, &runs, fixture->moment.now);
  g_assert_true (take (fixture) == &head);
}

static void
test_head_is_withdrawn (Fixture       *fixture,
                        gconstpointer  user_data)
{
  MgrScheduleItem runs = item_new (fixture, 700, 0);
  MgrScheduleItem head = item_new (fixture, 900, 0);
  MgrScheduleItem next = item_new (fixture, 250, 0);

  mgr_schedule_core_add (fixture->core, &runs);
  g_assert_true (take (fixture) == &runs);
  mgr_schedule_core_add (fixture->core, &head);
  mgr_schedule_core_add (fixture->core, &next);
  assert_blocked (fixture, MGR_SCHEDULE_NO_BUDGET, &head);
  g_assert_cmpint (mgr_schedule_core_judge (fixture->core, &next, &fixture->moment), ==,
                   MGR_SCHEDULE_RESERVED);

  mgr_schedule_core_remove (fixture->core, &head);
  g_assert_true (take (fixture) == &next);
}

static void
test_head_is_beyond (Fixture       *fixture,
                     gconstpointer  user_data)
{
  MgrScheduleItem runs = item_new (fixture, 100, 0);
  MgrScheduleItem beyond = item_new (fixture, 500, 0);
  MgrScheduleItem head = item_new (fixture, 350, 0);
  MgrScheduleItem next = item_new (fixture, 200, 0);
  MgrScheduleItem small = item_new (fixture, 50, 0);

  g_test_summary ("No room is kept for whom the end of all that run would not let in, but for the next");

  mgr_schedule_core_get_whole (fixture->core)->budget = 400 * MIB;
  mgr_schedule_core_add (fixture->core, &runs);
  g_assert_true (take (fixture) == &runs);
  fixture->moment.now += SECOND;
  mgr_schedule_core_add (fixture->core, &beyond);
  mgr_schedule_core_add (fixture->core, &head);
  mgr_schedule_core_add (fixture->core, &next);
  mgr_schedule_core_add (fixture->core, &small);
  g_assert_true (take (fixture) == &small);
  assert_blocked (fixture, MGR_SCHEDULE_NO_BUDGET, &beyond);
  g_assert_true (mgr_schedule_core_find_head (fixture->core, &next, fixture->moment.now) == &head);
  g_assert_true (mgr_schedule_core_is_beyond (fixture->core, &beyond, MGR_SCHEDULE_NO_BUDGET,
                                              &fixture->moment));
  g_assert_false (mgr_schedule_core_is_beyond (fixture->core, &head, MGR_SCHEDULE_NO_BUDGET,
                                               &fixture->moment));

  mgr_schedule_core_end (fixture->core, &runs, fixture->moment.now);
  g_assert_true (take (fixture) == &head);
  mgr_schedule_core_end (fixture->core, &small, fixture->moment.now);

  /* Others let go of it: now the end of what runs will do. */
  mgr_schedule_core_get_whole (fixture->core)->budget = 600 * MIB;
  assert_blocked (fixture, MGR_SCHEDULE_NO_BUDGET, &beyond);
  g_assert_true (mgr_schedule_core_find_head (fixture->core, &next, fixture->moment.now) == &beyond);
  mgr_schedule_core_end (fixture->core, &head, fixture->moment.now);
  g_assert_true (take (fixture) == &beyond);
}

static void
test_head_is_beyond_by_measure (Fixture       *fixture,
                                gconstpointer  user_data)
{
  MgrScheduleItem beyond = item_new (fixture, 500, 0);
  MgrScheduleItem small = item_new (fixture, 50, 0);

  fixture->moment.available = 300 * MIB;
  mgr_schedule_core_add (fixture->core, &beyond);
  mgr_schedule_core_add (fixture->core, &small);
  g_assert_true (take (fixture) == &small);
  assert_blocked (fixture, MGR_SCHEDULE_NO_MEMORY, &beyond);
}

static void
test_branch (Fixture       *fixture,
             gconstpointer  user_data)
{
  MgrScheduleItem runs = item_new (fixture, 100, 0);
  MgrScheduleItem head = item_new (fixture, 150, 0);
  MgrScheduleItem small = item_new (fixture, 50, 0);

  g_test_summary ("What runs in another part of the same component will make room in this one");

  fixture->shares[0].branch = fixture->shares[1].branch = fixture;
  fixture->shares[0].budget = 100 * MIB;
  runs.share = &fixture->shares[1];
  mgr_schedule_core_add (fixture->core, &runs);
  g_assert_true (take (fixture) == &runs);
  mgr_schedule_core_add (fixture->core, &head);
  mgr_schedule_core_add (fixture->core, &small);
  assert_blocked (fixture, MGR_SCHEDULE_NO_SHARE, &head);

  fixture->shares[1].branch = NULL;
  g_assert_true (take (fixture) == &small);
}

static void
test_strategies (Fixture       *fixture,
                 gconstpointer  user_data)
{
  MgrScheduleItem big = item_new (fixture, 500, 1);
  MgrScheduleItem urgent = item_new (fixture, 400, 1);
  MgrScheduleItem tiny = item_new (fixture, 1, 1);
  struct { MgrScheduleStrategy strategy; MgrScheduleItem *first; } cases[] = {
    { MGR_SCHEDULE_STRATEGY_FIRST_COME, &big },
    { MGR_SCHEDULE_STRATEGY_SMALLEST_FIRST, &tiny },
    { MGR_SCHEDULE_STRATEGY_DEADLINE, &urgent },
    { MGR_SCHEDULE_STRATEGY_PRIORITY, &tiny },
  };

  urgent.deadline = 30 * SECOND;
  tiny.priority = MGR_TASK_PRIORITY_HIGH;
  fixture->ready = FALSE;
  mgr_schedule_core_add (fixture->core, &big);
  mgr_schedule_core_add (fixture->core, &urgent);
  mgr_schedule_core_add (fixture->core, &tiny);

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      mgr_schedule_core_set_strategy (fixture->core, cases[i].strategy);
      assert_blocked (fixture, MGR_SCHEDULE_NOT_READY, cases[i].first);
    }
}

static void
test_deadlines (Fixture       *fixture,
                gconstpointer  user_data)
{
  static const gint64 minutes[] = { 30 * 24 * 60, 180, 61, 40, 20, 16, 5, 0 };
  MgrScheduleItem items[G_N_ELEMENTS (minutes) + 1];
  MgrScheduleItem later;

  g_test_summary ("By their deadlines, however far off these are, and those without one last");

  fixture->ready = FALSE;
  mgr_schedule_core_set_strategy (fixture->core, MGR_SCHEDULE_STRATEGY_DEADLINE);
  for (guint i = 0; i < G_N_ELEMENTS (items); i++)
    {
      items[i] = item_new (fixture, 1, 1);
      if (i > 0)
        items[i].deadline = fixture->moment.now + minutes[i - 1] * 60 * SECOND;
      mgr_schedule_core_add (fixture->core, &items[i]);
      fixture->moment.now++;
    }
  later = item_new (fixture, 1, 1);
  later.deadline = fixture->moment.now + 10 * 60 * SECOND;
  mgr_schedule_core_add (fixture->core, &later);

  for (guint i = G_N_ELEMENTS (items); i > 0; i--)
    {
      if (i == 7)
        {
          assert_blocked (fixture, MGR_SCHEDULE_NOT_READY, &later);
          mgr_schedule_core_remove (fixture->core, &later);
        }
      assert_blocked (fixture, MGR_SCHEDULE_NOT_READY, &items[i - 1]);
      mgr_schedule_core_remove (fixture->core, &items[i - 1]);
    }
}

static void
test_ageing (Fixture       *fixture,
             gconstpointer  user_data)
{
  MgrScheduleItem old = item_new (fixture, 999, 0);
  MgrScheduleItem young;

  g_test_summary ("Under each strategy, nobody is overtaken by who comes later than the bound");

  old.priority = MGR_TASK_PRIORITY_DEFERRED;
  old.rank = MGR_PRIORITY_MIN;
  fixture->ready = FALSE;
  mgr_schedule_core_set_bound (fixture->core, 100 * SECOND);
  mgr_schedule_core_add (fixture->core, &old);
  fixture->moment.now = 101 * SECOND;
  young = item_new (fixture, 1, 0);
  young.priority = MGR_TASK_PRIORITY_CRITICAL;
  young.rank = MGR_PRIORITY_MAX;
  young.deadline = fixture->moment.now;
  mgr_schedule_core_add (fixture->core, &young);

  for (guint i = 0; i <= MGR_SCHEDULE_STRATEGY_DEADLINE; i++)
    {
      mgr_schedule_core_set_strategy (fixture->core, i);
      assert_blocked (fixture, MGR_SCHEDULE_NOT_READY, &old);
    }
}

static void
test_fairness (Fixture       *fixture,
               gconstpointer  user_data)
{
  MgrScheduleItem flood[100];
  MgrScheduleItem single;
  guint before = 0;

  g_test_summary ("Who asks for little is not kept behind all that another asks for");

  for (guint i = 0; i < G_N_ELEMENTS (flood); i++)
    {
      flood[i] = item_new (fixture, 500, 10);
      mgr_schedule_core_add (fixture->core, &flood[i]);
    }
  single = item_new (fixture, 500, 10);
  single.share = &fixture->shares[1];
  mgr_schedule_core_add (fixture->core, &single);

  for (;; before++)
    {
      MgrScheduleItem *item = take (fixture);

      g_assert_nonnull (item);
      if (item == &single)
        break;
      fixture->moment.now += 10 * SECOND;
      mgr_schedule_core_end (fixture->core, item, fixture->moment.now);
    }
  g_assert_cmpuint (before, <=, 3);
}

/* So many that do not fit, and one of the other share that does, or of the same. */
static void
flood (Fixture          *fixture,
       MgrScheduleItem  *items,
       guint             n_items)
{
  for (guint i = 0; i < n_items; i++)
    {
      items[i] = item_new (fixture, 900, 0);
      mgr_schedule_core_add (fixture->core, &items[i]);
    }
}

static void
test_flood_hides_nobody (Fixture       *fixture,
                         gconstpointer  user_data)
{
  g_autofree MgrScheduleItem *items = g_new (MgrScheduleItem, 1000);
  MgrScheduleItem runs = item_new (fixture, 500, 0);
  MgrScheduleItem small;

  g_test_summary ("Who fits is found though a thousand of another component come before it");

  mgr_schedule_core_add (fixture->core, &runs);
  g_assert_true (take (fixture) == &runs);
  fixture->moment.now += SECOND;
  flood (fixture, items, 1000);
  fixture->moment.now += 10 * SECOND;
  small = item_new (fixture, 10, 0);
  small.share = &fixture->shares[1];
  mgr_schedule_core_add (fixture->core, &small);
  g_assert_true (take (fixture) == &small);
  assert_blocked (fixture, MGR_SCHEDULE_NO_BUDGET, &items[0]);
}

static void
test_who_stands_far_back (Fixture       *fixture,
                          gconstpointer  user_data)
{
  g_autofree MgrScheduleItem *items = g_new (MgrScheduleItem, 1000);
  MgrScheduleItem runs = item_new (fixture, 500, 0);
  MgrScheduleItem small;
  MgrScheduleItem *found = NULL;

  mgr_schedule_core_add (fixture->core, &runs);
  g_assert_true (take (fixture) == &runs);
  fixture->moment.now += SECOND;
  flood (fixture, items, 1000);
  small = item_new (fixture, 10, 0);
  mgr_schedule_core_add (fixture->core, &small);
  for (guint i = 0; i < 30 && found == NULL; i++)
    found = take (fixture);
  g_assert_true (found == &small);
}

static void
test_many_shares (Fixture       *fixture,
                  gconstpointer  user_data)
{
  enum { N_SHARES = 700 };
  g_autofree MgrScheduleShare *shares = g_new (MgrScheduleShare, N_SHARES);
  g_autofree MgrScheduleItem *items = g_new (MgrScheduleItem, N_SHARES);

  g_test_summary ("Each is looked at, in the order of what waits there, however many there are");

  for (guint i = 0; i < N_SHARES; i++)
    {
      mgr_schedule_share_init (&shares[i], BUDGET);
      mgr_schedule_core_add_share (fixture->core, &shares[i]);
    }
  for (guint i = 0; i < N_SHARES; i++)
    {
      items[i] = item_new (fixture, i < N_SHARES - 3 ? 1001 : 1, 0);
      items[i].share = &shares[i * 37 % N_SHARES];
      mgr_schedule_core_add (fixture->core, &items[i]);
    }
  for (guint i = N_SHARES - 3; i < N_SHARES; i++)
    {
      g_assert_true (take (fixture) == &items[i]);
      g_assert_true (fixture->first == &items[0]);
      mgr_schedule_core_end (fixture->core, &items[i], fixture->moment.now);
    }
  assert_blocked (fixture, MGR_SCHEDULE_NO_BUDGET, &items[0]);

  for (guint i = 0; i < N_SHARES - 3; i++)
    mgr_schedule_core_remove (fixture->core, &items[i]);
  for (guint i = 0; i < N_SHARES; i++)
    {
      mgr_schedule_core_remove_share (fixture->core, &shares[i]);
      mgr_schedule_share_clear (&shares[i]);
    }
}

static void
test_learned (Fixture       *fixture,
              gconstpointer  user_data)
{
  MgrScheduleItem a = item_new (fixture, 1001, 0);

  mgr_schedule_core_add (fixture->core, &a);
  assert_blocked (fixture, MGR_SCHEDULE_NO_BUDGET, &a);
  mgr_schedule_core_set_grant (fixture->core, &a, 100 * MIB);
  g_assert_true (take (fixture) == &a);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) \
  g_test_add ("/schedule/core/" name, Fixture, NULL, set_up, func, tear_down)
  ADD ("nobody-waits", test_nobody_waits);
  ADD ("first-come", test_first_come);
  ADD ("budget", test_budget);
  ADD ("takes-more-than-granted", test_takes_more_than_granted);
  ADD ("share", test_share);
  ADD ("measured", test_measured);
  ADD ("gates", test_gates);
  ADD ("not-ready", test_not_ready);
  ADD ("backfill", test_backfill);
  ADD ("backfill-without-end", test_backfill_without_end);
  ADD ("head-is-withdrawn", test_head_is_withdrawn);
  ADD ("head-is-beyond", test_head_is_beyond);
  ADD ("head-is-beyond-by-measure", test_head_is_beyond_by_measure);
  ADD ("branch", test_branch);
  ADD ("strategies", test_strategies);
  ADD ("deadlines", test_deadlines);
  ADD ("ageing", test_ageing);
  ADD ("fairness", test_fairness);
  ADD ("flood-hides-nobody", test_flood_hides_nobody);
  ADD ("who-stands-far-back", test_who_stands_far_back);
  ADD ("many-shares", test_many_shares);
  ADD ("learned", test_learned);
#undef ADD

  return g_test_run ();
}
