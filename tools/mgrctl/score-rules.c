/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "score-rules.h"

#include "trace-label.h"

#include <math.h>

/* What the rules go by. Each keeps its real cadence and sees nothing that is still
 * to come. */
typedef enum
{
  COLUMN_MEM_TOTAL,
  COLUMN_MEM_FREE,
  COLUMN_MEM_AVAIL,
  COLUMN_SWAP_TOTAL,
  COLUMN_SWAP_FREE,
  COLUMN_PSI_SOME,
  COLUMN_PSI_FULL,
  COLUMN_PSI_SOME_AVG10,
  COLUMN_CG_CURRENT,
  COLUMN_CG_MAX,
  COLUMN_CG_INACTIVE_FILE,
  COLUMN_CG_SOME,
  COLUMN_CG_FULL,
  COLUMN_CG_FULL_AVG10,
  COLUMN_CG_EV_MAX,
} Column;

static const char *const column_names[] = {
  [COLUMN_MEM_TOTAL] = "mem_total_kb",
  [COLUMN_MEM_FREE] = "mem_free_kb",
  [COLUMN_MEM_AVAIL] = "mem_avail_kb",
  [COLUMN_SWAP_TOTAL] = "swap_total_kb",
  [COLUMN_SWAP_FREE] = "swap_free_kb",
  [COLUMN_PSI_SOME] = "psi_some_us",
  [COLUMN_PSI_FULL] = "psi_full_us",
  [COLUMN_PSI_SOME_AVG10] = "psi_some_avg10",
  [COLUMN_CG_CURRENT] = "cg_current",
  [COLUMN_CG_MAX] = "cg_max",
  [COLUMN_CG_INACTIVE_FILE] = "cg_inactive_file",
  [COLUMN_CG_SOME] = "cg_some_us",
  [COLUMN_CG_FULL] = "cg_full_us",
  [COLUMN_CG_FULL_AVG10] = "cg_full_avg10",
  [COLUMN_CG_EV_MAX] = "cg_ev_max",
};

typedef struct
{
  MgrPressureTrace *trace; /* (unowned) */
  guint columns[G_N_ELEMENTS (column_names)];
} View;

/* Whether memory is short at @time s, where the rule's threshold is @threshold. */
typedef gboolean (*Condition) (const View *view,
                               double      time,
                               double      threshold);

struct _ScoreRule
{
  const char *name;
  gboolean only_low;   /* what it says is a first warning */

  Condition condition; /* (nullable): asked every @cadence */
  double threshold;
  double cadence;      /* s */
  double duration;     /* s for which it has to hold */

  double stall;        /* µs within @window; 0: this is no trigger of the kernel's */
  double window;       /* s */
  Column total;        /* that the trigger watches */
  gboolean needs_use;  /* a trigger counts only where half of the memory is not free */
};

static gint64
to_microseconds (double seconds)
{
  return (gint64) llround (seconds * G_TIME_SPAN_SECOND);
}

static double
value (const View *view,
       double      time,
       Column      column)
{
  return mgr_pressure_trace_value_at (view->trace, view->columns[column], to_microseconds (time));
}

static double
total (const View *view,
       double      time,
       Column      column)
{
  return mgr_pressure_trace_interpolate_at (view->trace, view->columns[column],
                                            to_microseconds (time));
}

static double
used_percent (const View *view,
              double      time)
{
  return 100 * (1 - value (view, time, COLUMN_MEM_AVAIL) / value (view, time, COLUMN_MEM_TOTAL));
}

static double
free_share (const View *view,
            double      time)
{
  return value (view, time, COLUMN_MEM_FREE) / value (view, time, COLUMN_MEM_TOTAL);
}

static double
free_swap_percent (const View *view,
                   double      time)
{
  double swap = value (view, time, COLUMN_SWAP_TOTAL);

  return swap > 0 ? 100 * value (view, time, COLUMN_SWAP_FREE) / swap : 0;
}

static double
group_percent (const View *view,
               double      time,
               double      used)
{
  double limit = value (view, time, COLUMN_CG_MAX);

  return 100 * used / (limit > 0 ? limit : 1024 * value (view, time, COLUMN_MEM_TOTAL));
}

static gboolean
is_used_above (const View *view,
               double      time,
               double      percent)
{
  return used_percent (view, time) > percent;
}

static gboolean
is_group_above (const View *view,
                double      time,
                double      percent)
{
  return group_percent (view, time, value (view, time, COLUMN_CG_CURRENT)) > percent;
}

static gboolean
is_working_set_above (const View *view,
                      double      time,
                      double      percent)
{
  double used = value (view, time, COLUMN_CG_CURRENT) -
                value (view, time, COLUMN_CG_INACTIVE_FILE);

  return group_percent (view, time, used) > percent;
}

static gboolean
is_free_below (const View *view,
               double      time,
               double      share)
{
  return free_share (view, time) < share;
}

static gboolean
is_memory_and_swap_at_most (const View *view,
                            double      time,
                            double      percent)
{
  return 100 - used_percent (view, time) <= percent && free_swap_percent (view, time) <= percent;
}

static gboolean
is_memory_and_swap_above (const View *view,
                          double      time,
                          double      percent)
{
  return value (view, time, COLUMN_SWAP_TOTAL) > 0 &&
         free_swap_percent (view, time) < 100 - percent && used_percent (view, time) > percent;
}

static gboolean
is_group_stall_above (const View *view,
                      double      time,
                      double      percent)
{
  return value (view, time, COLUMN_CG_FULL_AVG10) > percent;
}

static gboolean
is_stall_above (const View *view,
                double      time,
                double      percent)
{
  return value (view, time, COLUMN_PSI_SOME_AVG10) > percent;
}

static gboolean
has_hit_limit (const View *view,
               double      time,
               double      threshold)
{
  return value (view, time, COLUMN_CG_EV_MAX) > value (view, 0, COLUMN_CG_EV_MAX);
}

static const ScoreRule rules[] = {
  [SCORE_OWN_RULE] = { "libmgr" },

  /* What programs do themselves */
  { "percent > 80 (psutil)", .condition = is_used_above, .threshold = 80, .cadence = 1 },
  { "percent > 85 (psutil)", .condition = is_used_above, .threshold = 85, .cadence = 1 },
  { "percent > 90 (psutil)", .condition = is_used_above, .threshold = 90, .cadence = 1 },
  { "cgroup current/max > 90%", .condition = is_group_above, .threshold = 90, .cadence = 1 },
  { "k8s working set/max > 90%",
    .condition = is_working_set_above, .threshold = 90, .cadence = 1 },

  /* What daemons and libraries do */
  { "low-memory-monitor 2.1 low", .only_low = TRUE,
    .total = COLUMN_PSI_SOME, .stall = 70e3, .window = 1 },
  { "low-memory-monitor 2.1 critical", .total = COLUMN_PSI_FULL, .stall = 70e3, .window = 1 },
  { "GLib 2.86 PSI low (own cgroup)", .only_low = TRUE,
    .total = COLUMN_CG_SOME, .stall = 70e3, .window = 2, .needs_use = TRUE },
  { "GLib 2.86 PSI critical (own cgroup)",
    .total = COLUMN_CG_FULL, .stall = 100e3, .window = 2, .needs_use = TRUE },
  { "GLib 2.86 poll low", .only_low = TRUE,
    .condition = is_free_below, .threshold = 0.4, .cadence = 10 },
  { "GLib 2.86 poll critical", .condition = is_free_below, .threshold = 0.2, .cadence = 10 },
  { "earlyoom 1.7 TERM (10%,10%)",
    .condition = is_memory_and_swap_at_most, .threshold = 10, .cadence = 0.1 },
  { "earlyoom 1.7 KILL (5%,5%)",
    .condition = is_memory_and_swap_at_most, .threshold = 5, .cadence = 0.1 },
  { "systemd-oomd 60%/30s",
    .condition = is_group_stall_above, .threshold = 60, .cadence = 1, .duration = 30 },
  { "systemd-oomd Debian 50%/20s",
    .condition = is_group_stall_above, .threshold = 50, .cadence = 1, .duration = 20 },
  { "systemd-oomd swap 90%",
    .condition = is_memory_and_swap_above, .threshold = 90, .cadence = 0.15 },
  { "lmkd PSI some 70ms/1s", .total = COLUMN_PSI_SOME, .stall = 70e3, .window = 1 },
  { "lmkd PSI full 700ms/1s", .total = COLUMN_PSI_FULL, .stall = 700e3, .window = 1 },
  { "PSI some avg10 > 10 (folk rule)",
    .condition = is_stall_above, .threshold = 10, .cadence = 1 },
  { "memory.events max/oom rises", .condition = has_hit_limit, .cadence = 1 },
};

guint
score_rules_get_n (void)
{
  return G_N_ELEMENTS (rules);
}

const ScoreRule *
score_rules_get (guint index)
{
  return &rules[index];
}

const char *
score_rule_get_name (const ScoreRule *self)
{
  return self->name;
}

gboolean
score_rule_is_only_low (const ScoreRule *self)
{
  return self->only_low;
}

static void
add_alarm (GArray   *alarms,
           double    time,
           double    length,
           gboolean  critical)
{
  ScoreAlarm alarm = { time, length, critical };

  g_array_append_val (alarms, alarm);
}

static void
rule_play (MgrPressureTrace *trace,
           gint64            end,
           GArray           *alarms)
{
  gint64 hold = end - mgr_pressure_trace_get_duration (trace);
  g_autoptr (TraceRun) run = trace_run_new (trace, hold);

  for (guint i = 0; i < run->samples->len; i++)
    {
      MgrPressureSample *sample = trace_run_get_sample (run, i);
      MgrPressureLevel level = mgr_pressure_sample_get_level (sample);
      gint64 time = mgr_pressure_sample_get_time (sample);
      gint64 next = i + 1 < run->samples->len
                      ? mgr_pressure_sample_get_time (trace_run_get_sample (run, i + 1)) : end;

      if (level >= MGR_PRESSURE_LEVEL_HIGH)
        add_alarm (alarms, (double) time / G_TIME_SPAN_SECOND,
                   (double) (next - time) / G_TIME_SPAN_SECOND,
                   level >= MGR_PRESSURE_LEVEL_CRITICAL);
    }
}

static void
rule_poll (const ScoreRule *self,
           const View      *view,
           double           end,
           GArray          *alarms)
{
  double since = -1;

  for (double time = 0; time <= end; time += self->cadence)
    {
      if (!self->condition (view, time, self->threshold))
        {
          since = -1;
          continue;
        }

      if (since < 0)
        since = time;
      if (time - since >= self->duration)
        add_alarm (alarms, time, self->cadence, !self->only_low);
    }
}

/* A trigger of the kernel's: it looks ten times a window whether the total grew by
 * enough within the last one, and tells so at most once a window. */
static void
rule_wait (const ScoreRule *self,
           const View      *view,
           double           end,
           GArray          *alarms)
{
  double first = (double) mgr_pressure_trace_time_at (view->trace, 0) / G_TIME_SPAN_SECOND;
  double last = -INFINITY;

  for (double time = 0; time <= end; time += self->window / 10)
    {
      double grown;

      if (time < first || time - last < self->window - 1e-9)
        continue;

      grown = total (view, time, self->total) -
              total (view, MAX (first, time - self->window), self->total);
      if (grown < self->stall)
        continue;

      last = time;
      if (!self->needs_use || free_share (view, time) <= 0.5)
        add_alarm (alarms, time, self->window, !self->only_low);
    }
}

static gboolean
view_init (View              *self,
           MgrPressureTrace  *trace,
           GError           **error)
{
  self->trace = trace;
  for (guint i = 0; i < G_N_ELEMENTS (column_names); i++)
    {
      int column = trace_require_column (trace, column_names[i], error);

      if (column < 0)
        return FALSE;
      self->columns[i] = (guint) column;
    }

  return TRUE;
}

GArray *
score_rule_apply (const ScoreRule   *self,
                  MgrPressureTrace  *trace,
                  gint64             end,
                  GError           **error)
{
  g_autoptr (GArray) alarms = g_array_new (FALSE, FALSE, sizeof (ScoreAlarm));
  double end_seconds = (double) end / G_TIME_SPAN_SECOND;
  View view;

  if (!view_init (&view, trace, error))
    return NULL;

  if (self->condition != NULL)
    rule_poll (self, &view, end_seconds, alarms);
  else if (self->stall > 0)
    rule_wait (self, &view, end_seconds, alarms);
  else
    rule_play (trace, end, alarms);

  return g_steal_pointer (&alarms);
}
