/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "pressure/mgr-pressure-engine-private.h"
#include "pressure/mgr-source-set-private.h"

#define SECOND G_TIME_SPAN_SECOND
#define MIB G_GUINT64_CONSTANT (1048576)

#define NORMAL MGR_PRESSURE_LEVEL_NORMAL
#define LOW MGR_PRESSURE_LEVEL_LOW
#define MEDIUM MGR_PRESSURE_LEVEL_MEDIUM
#define HIGH MGR_PRESSURE_LEVEL_HIGH
#define CRITICAL MGR_PRESSURE_LEVEL_CRITICAL
#define EMERGENCY MGR_PRESSURE_LEVEL_EMERGENCY

/* What the sources say: sizes in MiB, of 1000; a limit of 0 leaves the source out. */
typedef struct
{
  guint64 machine_used;
  guint64 group_used;
  guint64 group_limit;
  guint64 swap_used;
  guint64 swap_limit;
  guint64 process;
  guint64 program_used;
  guint64 program_limit;
  double machine_stall;
  double group_stall;
} State;

static void
named_free (gpointer data)
{
  MgrNamedReading *named = data;

  mgr_pressure_reading_unref (named->reading);
  g_free (named->name);
  g_free (named);
}

static void
add (GPtrArray        *readings,
     const char       *name,
     MgrPressureScope  scope,
     guint64           used,
     guint64           limit,
     double            stall)
{
  MgrNamedReading *named = g_new (MgrNamedReading, 1);

  named->name = g_strdup (name);
  named->reading = mgr_pressure_reading_new_for_scope (scope, used * MIB,
                                                       (limit > used ? limit - used : 0) * MIB,
                                                       limit * MIB, stall);
  g_ptr_array_add (readings, named);
}

static MgrPressureSample *
judge (MgrPressureEngine *engine,
       gint64             time,
       const State       *state)
{
  g_autoptr (GPtrArray) readings = g_ptr_array_new_with_free_func (named_free);
  MgrPressureFigures figures = { .time = time };

  add (readings, "meminfo", MGR_PRESSURE_SCOPE_MACHINE, state->machine_used, 1000, 0);
  if (state->group_limit > 0)
    add (readings, "cgroup", MGR_PRESSURE_SCOPE_GROUP, state->group_used, state->group_limit, 0);
  if (state->program_limit > 0)
    add (readings, "budget", MGR_PRESSURE_SCOPE_PROGRAM,
         state->program_used, state->program_limit, 0);
  if (state->swap_limit > 0)
    add (readings, "swap", MGR_PRESSURE_SCOPE_SWAP, state->swap_used, state->swap_limit, 0);
  add (readings, "process", MGR_PRESSURE_SCOPE_PROCESS, state->process, 0, 0);
  add (readings, "psi", MGR_PRESSURE_SCOPE_MACHINE, 0, 0, state->machine_stall);
  add (readings, "psi-group", MGR_PRESSURE_SCOPE_GROUP, 0, 0, state->group_stall);

  mgr_pressure_engine_judge (engine, readings, &figures);
  return mgr_pressure_sample_new (&figures);
}

/* The same state for @length µs; the last sample. */
static MgrPressureSample *
hold (MgrPressureEngine *engine,
      gint64             time,
      gint64             length,
      const State       *state)
{
  g_autoptr (MgrPressureSample) sample = NULL;

  for (gint64 elapsed = 0; elapsed < length; elapsed += SECOND / 4)
    {
      g_clear_pointer (&sample, mgr_pressure_sample_unref);
      sample = judge (engine, time + elapsed, state);
    }

  return g_steal_pointer (&sample);
}

/* The level after five seconds of @state. */
static MgrPressureLevel
level_of (State state)
{
  g_autoptr (MgrPressureEngine) engine = mgr_pressure_engine_new ();
  g_autoptr (MgrPressureSample) sample = hold (engine, 0, 5 * SECOND, &state);

  return mgr_pressure_sample_get_level (sample);
}

#define LEVEL_OF(...) level_of ((State) { __VA_ARGS__ })

static void
test_usage (void)
{
  g_assert_cmpint (LEVEL_OF (.machine_used = 690), ==, NORMAL);
  g_assert_cmpint (LEVEL_OF (.machine_used = 710), ==, LOW);
  g_assert_cmpint (LEVEL_OF (.machine_used = 810), ==, MEDIUM);
  g_assert_cmpint (LEVEL_OF (.machine_used = 860), ==, HIGH);
  g_assert_cmpint (LEVEL_OF (.machine_used = 910), ==, CRITICAL);
  g_assert_cmpint (LEVEL_OF (.machine_used = 960), ==, EMERGENCY);
}

static void
test_tightest_limit (void)
{
  g_assert_cmpint (LEVEL_OF (.machine_used = 100, .group_used = 91, .group_limit = 100),
                   ==, CRITICAL);
  g_assert_cmpint (LEVEL_OF (.machine_used = 100, .program_used = 86, .program_limit = 100),
                   ==, HIGH);
}

static void
test_swap_at_hand (void)
{
  g_test_summary ("Full memory with empty swap is worth a light cleanup; both full, an emergency");

  g_assert_cmpint (LEVEL_OF (.machine_used = 990, .swap_limit = 1000), ==, MEDIUM);
  g_assert_cmpint (LEVEL_OF (.machine_used = 820, .swap_limit = 500), ==, MEDIUM);
  g_assert_cmpint (LEVEL_OF (.machine_used = 600, .swap_limit = 1000), ==, NORMAL);
  g_assert_cmpint (LEVEL_OF (.machine_used = 990, .swap_used = 750, .swap_limit = 1000),
                   ==, HIGH);
  g_assert_cmpint (LEVEL_OF (.machine_used = 990, .swap_used = 1000, .swap_limit = 1000),
                   ==, EMERGENCY);
}

static void
test_swap_full_memory_free (void)
{
  g_test_summary ("Full swap is no pressure while memory is free");

  g_assert_cmpint (LEVEL_OF (.machine_used = 300, .swap_used = 500, .swap_limit = 500), ==, NORMAL);
}

static void
test_swap_makes_no_budget_larger (void)
{
  g_assert_cmpint (LEVEL_OF (.program_used = 91, .program_limit = 100, .swap_limit = 1000),
                   ==, CRITICAL);
}

static void
test_full_device (void)
{
  g_autoptr (MgrPressureEngine) engine = mgr_pressure_engine_new ();

  g_test_summary ("A device that is full by design is told of, and cleans nothing");

  for (guint i = 0; i <= 20; i++)
    {
      g_autoptr (GPtrArray) readings = g_ptr_array_new_with_free_func (named_free);
      MgrPressureFigures figures = { .time = i * SECOND / 4 };
      g_autoptr (MgrPressureSample) sample = NULL;

      add (readings, "meminfo", MGR_PRESSURE_SCOPE_MACHINE, 100, 1000, 0);
      add (readings, "gpu0", MGR_PRESSURE_SCOPE_DEVICE, 800 + 10 * i, 1000, 0);
      mgr_pressure_engine_judge (engine, readings, &figures);
      sample = mgr_pressure_sample_new (&figures);
      g_assert_cmpstr (mgr_pressure_sample_get_source (sample), ==, "gpu0");
      g_assert_cmpint (mgr_pressure_sample_get_level (sample), <=, LOW);
    }

  g_assert_cmpint (mgr_pressure_engine_get_level (engine), ==, LOW);
}

static void
test_stall_where_short (void)
{
  g_assert_cmpint (LEVEL_OF (.machine_used = 600, .machine_stall = 1.0), ==, NORMAL);
  g_assert_cmpint (LEVEL_OF (.machine_used = 720, .machine_stall = 0.09), ==, LOW);
  g_assert_cmpint (LEVEL_OF (.machine_used = 720, .machine_stall = 0.15), ==, MEDIUM);
  g_assert_cmpint (LEVEL_OF (.machine_used = 720, .machine_stall = 0.60), ==, HIGH);
  g_assert_cmpint (LEVEL_OF (.machine_used = 820, .machine_stall = 0.15), ==, HIGH);
  g_assert_cmpint (LEVEL_OF (.machine_used = 820, .machine_stall = 0.60), ==, CRITICAL);
  g_assert_cmpint (LEVEL_OF (.machine_used = 860, .machine_stall = 0.15), ==, HIGH);
  g_assert_cmpint (LEVEL_OF (.machine_used = 920, .machine_stall = 1.00), ==, CRITICAL);
}

static void
test_stall_despite_swap (void)
{
  g_test_summary ("Thrashing is told by full memory and stall, however much swap is left");

  g_assert_cmpint (LEVEL_OF (.machine_used = 980, .swap_used = 100, .swap_limit = 500,
                             .machine_stall = 0.8),
                   ==, CRITICAL);
}

static void
test_stall_of_others (void)
{
  g_test_summary ("A machine that stalls elsewhere says nothing of a group that does not");

  g_assert_cmpint (LEVEL_OF (.machine_used = 300, .group_used = 86, .group_limit = 100,
                             .machine_stall = 0.8),
                   ==, HIGH);
  g_assert_cmpint (LEVEL_OF (.machine_used = 300, .group_used = 86, .group_limit = 100,
                             .group_stall = 0.8),
                   ==, CRITICAL);
  g_assert_cmpint (LEVEL_OF (.machine_used = 860, .group_stall = 0.8), ==, CRITICAL);
}

static void
test_stall_burst (void)
{
  g_autoptr (MgrPressureEngine) engine = mgr_pressure_engine_new ();
  g_autoptr (MgrPressureSample) sample = NULL;
  State state = { .machine_used = 870, .swap_limit = 500 };

  g_test_summary ("Half a second of reclaim is over before it is an alarm, yet seen at once");

  mgr_pressure_sample_unref (hold (engine, 0, 5 * SECOND, &state));
  g_assert_false (mgr_pressure_engine_is_moving (engine));

  state.machine_stall = 0.62;
  sample = judge (engine, 5 * SECOND, &state);
  g_assert_cmpfloat (mgr_pressure_sample_get_stall (sample), ==, 0.62);
  g_assert_true (mgr_pressure_engine_is_moving (engine));

  state.machine_stall = 0.0;
  mgr_pressure_sample_unref (hold (engine, 5 * SECOND + SECOND / 4, 10 * SECOND, &state));
  g_assert_cmpint (mgr_pressure_engine_get_level (engine), ==, MEDIUM);

  g_test_message ("The next stall is looked out for, and not for ever");
  g_assert_true (mgr_pressure_engine_is_moving (engine));
  mgr_pressure_sample_unref (hold (engine, 15 * SECOND + SECOND / 2, 6 * SECOND, &state));
  g_assert_false (mgr_pressure_engine_is_moving (engine));
}

static void
test_process_sizes (void)
{
  g_autoptr (MgrPressureEngine) engine = mgr_pressure_engine_new ();
  MgrLevelScale *scale = mgr_pressure_engine_get_scale (engine);
  State state = { .process = 1600 };
  g_autoptr (MgrPressureSample) sample = NULL;

  scale->sizes[LOW] = 1000 * MIB;
  scale->sizes[HIGH] = 1500 * MIB;
  scale->sizes[CRITICAL] = 2000 * MIB;

  sample = hold (engine, 0, SECOND, &state);
  g_assert_cmpint (mgr_pressure_sample_get_level (sample), ==, HIGH);
  g_assert_cmpstr (mgr_pressure_sample_get_reason (sample), ==, "this process holds 1.6 GiB");
}

/* A leak of @rate MiB/s from @used on, of a group of 1000 MiB; the used size at which
 * the level reached critical. */
static guint64
leak_until_critical (guint64 used,
                     double  rate)
{
  g_autoptr (MgrPressureEngine) engine = mgr_pressure_engine_new ();
  State state = { .group_limit = 1000, .group_used = used };
  gint64 begin = 10 * SECOND;

  mgr_pressure_sample_unref (hold (engine, 0, begin, &state));
  for (gint64 time = begin; state.group_used < 1000; time += SECOND / 4)
    {
      g_autoptr (MgrPressureSample) sample = NULL;

      state.group_used = used + (guint64) (rate * (double) (time - begin) / SECOND);
      sample = judge (engine, time, &state);
      if (mgr_pressure_sample_get_level (sample) >= CRITICAL)
        return state.group_used;
    }

  return G_MAXUINT64;
}

static void
test_forecast_leads (void)
{
  g_test_summary ("Critical is reached 5 s before the end, at any rate up to 5 % a second");

  for (guint rate = 1; rate <= 50; rate++)
    g_assert_cmpuint (leak_until_critical (100, rate), <=, 1000 - 5 * rate);
}

static void
test_forecast_of_start_up (void)
{
  g_autoptr (MgrPressureEngine) engine = mgr_pressure_engine_new ();
  State state = { .group_limit = 1000, .group_used = 50 };
  g_autoptr (MgrPressureSample) sample = NULL;

  g_test_summary ("A program that takes half of its memory in a second is no alarm");

  mgr_pressure_sample_unref (hold (engine, 0, 10 * SECOND, &state));
  for (guint i = 0; i < 8; i++)
    {
      state.group_used += 70;
      mgr_pressure_sample_unref (judge (engine, (10 * 4 + i) * SECOND / 4, &state));
      g_assert_cmpint (mgr_pressure_engine_get_level (engine), <=, LOW);
    }
  sample = hold (engine, 13 * SECOND, 10 * SECOND, &state);
  g_assert_cmpint (mgr_pressure_sample_get_level (sample), ==, NORMAL);
}

static void
test_forecast_in_sample (void)
{
  g_autoptr (MgrPressureEngine) engine = mgr_pressure_engine_new ();
  State state = { .group_limit = 1000, .machine_used = 500, .swap_limit = 200 };
  MgrPressureForecast *forecast;
  g_autoptr (MgrPressureSample) sample = NULL;

  for (guint i = 0; i <= 40; i++)
    {
      g_clear_pointer (&sample, mgr_pressure_sample_unref);
      state.group_used = 300 + i;
      sample = judge (engine, i * SECOND / 4, &state);
    }

  forecast = mgr_pressure_sample_get_forecast (sample);
  g_assert_cmpstr (mgr_pressure_forecast_get_source (forecast), ==, "cgroup");
  g_assert_cmpuint (mgr_pressure_forecast_get_room (forecast), ==, (1000 - 340 + 200) * MIB);
  g_assert_cmpfloat_with_epsilon (mgr_pressure_forecast_get_slope (forecast), -4.0 * MIB, MIB / 10);
  g_assert_cmpint (mgr_pressure_forecast_get_time_to_exhaustion (forecast) / SECOND, ==, 215);
  g_assert_cmpint (mgr_pressure_forecast_get_time (forecast), ==, 10 * SECOND);
  g_assert_cmpuint (mgr_pressure_sample_get_swap (sample), ==, 200 * MIB);
}

static void
test_reasons (void)
{
  g_autoptr (MgrPressureEngine) engine = mgr_pressure_engine_new ();
  State full = { .machine_used = 920 };
  State calm = { .machine_used = 100 };
  State stalled = { .machine_used = 830, .machine_stall = 0.5 };
  g_autoptr (MgrPressureSample) first = hold (engine, 0, SECOND, &full);
  g_autoptr (MgrPressureSample) second = judge (engine, SECOND, &calm);
  g_autoptr (MgrPressureEngine) other = mgr_pressure_engine_new ();
  g_autoptr (MgrPressureSample) third = hold (other, 0, 5 * SECOND, &stalled);

  g_assert_cmpstr (mgr_pressure_sample_get_reason (first), ==,
                   "92.0 % of 1000.0 MiB is used (meminfo)");
  g_assert_cmpstr (mgr_pressure_sample_get_reason (second), ==,
                   "10.0 % of 1000.0 MiB is used (meminfo); "
                   "the level is held until that is clearly less for a while");
  g_assert_cmpstr (mgr_pressure_sample_get_reason (third), ==,
                   "tasks wait for memory 50 % of the time while 83.0 % is used");
}

static void
test_recovery (void)
{
  g_autoptr (MgrPressureEngine) engine = mgr_pressure_engine_new ();
  State full = { .machine_used = 970, .machine_stall = 0.9 };
  State calm = { .machine_used = 100 };

  g_test_summary ("15 seconds after all is over nothing is held any more, whatever held it");

  mgr_pressure_sample_unref (hold (engine, 0, 10 * SECOND, &full));
  g_assert_cmpint (mgr_pressure_engine_get_level (engine), ==, EMERGENCY);
  mgr_pressure_sample_unref (hold (engine, 10 * SECOND, 15 * SECOND, &calm));
  g_assert_cmpint (mgr_pressure_engine_get_level (engine), ==, EMERGENCY);
  mgr_pressure_sample_unref (hold (engine, 25 * SECOND, 5 * SECOND, &calm));
  g_assert_cmpint (mgr_pressure_engine_get_level (engine), ==, NORMAL);
}

static void
test_adaptive (void)
{
  g_autoptr (MgrPressureEngine) engine = mgr_pressure_engine_new ();
  State usual = { .machine_used = 780 };
  gint64 time = 0;

  g_test_summary ("After an hour at 78 % that is what is usual, and no low any more");

  for (; time < 70 * G_TIME_SPAN_MINUTE; time += 10 * SECOND)
    mgr_pressure_sample_unref (judge (engine, time, &usual));
  for (guint i = 0; i < 3; i++, time += 10 * SECOND)
    mgr_pressure_sample_unref (judge (engine, time, &usual));

  g_assert_cmpfloat (mgr_pressure_engine_get_usual (engine)->usage, ==, 0.78);
  g_assert_cmpfloat (mgr_pressure_engine_get_current_scale (engine).thresholds[LOW], >, 0.78);

  mgr_pressure_engine_set_adaptive (engine, FALSE);
  g_assert_cmpfloat (mgr_pressure_engine_get_current_scale (engine).thresholds[LOW], ==, 0.70);
}

static void
test_nobody_answers (void)
{
  g_autoptr (MgrPressureEngine) engine = mgr_pressure_engine_new ();
  g_autoptr (GPtrArray) readings = g_ptr_array_new ();
  MgrPressureFigures figures = { .time = SECOND };
  g_autoptr (MgrPressureSample) sample = NULL;

  mgr_pressure_engine_judge (engine, readings, &figures);
  sample = mgr_pressure_sample_new (&figures);

  g_assert_cmpint (mgr_pressure_sample_get_level (sample), ==, NORMAL);
  g_assert_null (mgr_pressure_sample_get_forecast (sample));
  g_assert_cmpstr (mgr_pressure_sample_get_reason (sample), ==, "no source knows of a limit");
}

static State
random_state (GRand *rand)
{
  return (State) {
    .machine_used = (guint64) g_rand_int_range (rand, 0, 1001),
    .group_used = (guint64) g_rand_int_range (rand, 0, 600),
    .group_limit = (guint64) g_rand_int_range (rand, 0, 3) * 250,
    .swap_used = (guint64) g_rand_int_range (rand, 0, 300),
    .swap_limit = (guint64) g_rand_int_range (rand, 0, 2) * 300,
    .machine_stall = g_rand_double (rand),
    .group_stall = g_rand_double (rand),
  };
}

static void
test_random (void)
{
  guint32 seed = g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  g_autoptr (MgrPressureEngine) first = mgr_pressure_engine_new ();
  g_autoptr (MgrPressureEngine) second = mgr_pressure_engine_new ();
  gint64 time = 0;

  g_test_summary ("Two engines agree in every word, and no figure leaves its range");
  g_test_message ("seed %u", seed);

  for (guint i = 0; i < 20000; i++)
    {
      State state = random_state (rand);
      g_autoptr (MgrPressureSample) a = NULL;
      g_autoptr (MgrPressureSample) b = NULL;

      /* Now and then the clock goes back. */
      time += g_rand_int_range (rand, i % 100 == 0 ? -2 * SECOND : 0, SECOND);
      time = MAX (time, 0);
      a = judge (first, time, &state);
      b = judge (second, time, &state);

      g_assert_cmpint (mgr_pressure_sample_get_level (a), ==, mgr_pressure_sample_get_level (b));
      g_assert_cmpstr (mgr_pressure_sample_get_reason (a), ==, mgr_pressure_sample_get_reason (b));
      g_assert_cmpfloat (mgr_pressure_sample_get_usage (a), >=, 0.0);
      g_assert_cmpfloat (mgr_pressure_sample_get_usage (a), <=, 1.0);
      g_assert_cmpint (mgr_pressure_sample_get_level (a), <=, EMERGENCY);
      g_assert_cmpint (mgr_pressure_forecast_get_earliest (mgr_pressure_sample_get_forecast (a)),
                       <=,
                       mgr_pressure_forecast_get_latest (mgr_pressure_sample_get_forecast (a)));
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pressure/engine/usage", test_usage);
  g_test_add_func ("/pressure/engine/tightest-limit", test_tightest_limit);
  g_test_add_func ("/pressure/engine/swap-at-hand", test_swap_at_hand);
  g_test_add_func ("/pressure/engine/swap-full-memory-free", test_swap_full_memory_free);
  g_test_add_func ("/pressure/engine/swap-makes-no-budget-larger",
                   test_swap_makes_no_budget_larger);
  g_test_add_func ("/pressure/engine/full-device", test_full_device);
  g_test_add_func ("/pressure/engine/stall-where-short", test_stall_where_short);
  g_test_add_func ("/pressure/engine/stall-despite-swap", test_stall_despite_swap);
  g_test_add_func ("/pressure/engine/stall-of-others", test_stall_of_others);
  g_test_add_func ("/pressure/engine/stall-burst", test_stall_burst);
  g_test_add_func ("/pressure/engine/process-sizes", test_process_sizes);
  g_test_add_func ("/pressure/engine/forecast-leads", test_forecast_leads);
  g_test_add_func ("/pressure/engine/forecast-of-start-up", test_forecast_of_start_up);
  g_test_add_func ("/pressure/engine/forecast-in-sample", test_forecast_in_sample);
  g_test_add_func ("/pressure/engine/reasons", test_reasons);
  g_test_add_func ("/pressure/engine/recovery", test_recovery);
  g_test_add_func ("/pressure/engine/adaptive", test_adaptive);
  g_test_add_func ("/pressure/engine/nobody-answers", test_nobody_answers);
  g_test_add_func ("/pressure/engine/random", test_random);

  return g_test_run ();
}
