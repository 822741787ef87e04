/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-print.h"
#include "score-goals.h"
#include "score-rules.h"
#include "score-table.h"

#include <math.h>

/* Nobody asks for less than a microsecond, and the sums of cadences are not exact. */
static void
add_seconds (JsonObject *object,
             const char *name,
             double      seconds)
{
  if (isnan (seconds))
    json_object_set_null_member (object, name);
  else
    json_object_set_double_member (object, name,
                                   round (seconds * G_TIME_SPAN_SECOND) / G_TIME_SPAN_SECOND);
}

static void
add_time (JsonObject *object,
          const char *name,
          gint64      time)
{
  add_seconds (object, name, time >= 0 ? (double) time / G_TIME_SPAN_SECOND : NAN);
}

static JsonObject *
marks_to_json (const ScoreMarks *marks)
{
  JsonObject *object = json_object_new ();

  add_seconds (object, "first_high_s", marks->first_high);
  add_seconds (object, "first_critical_s", marks->first_critical);
  add_seconds (object, "lead_high_s", marks->lead_high);
  add_seconds (object, "lead_s", marks->lead_critical);
  add_seconds (object, "false_high_s", marks->false_high);
  add_seconds (object, "false_critical_s", marks->false_critical);
  json_object_set_int_member (object, "alarm_seconds", marks->alarm_seconds);
  add_seconds (object, "recovery_s", marks->recovery);

  return object;
}

static JsonObject *
score_to_json (const Score *score)
{
  JsonObject *object = json_object_new ();
  JsonObject *rules = json_object_new ();
  gboolean killed = score->label.kind == TRACE_KIND_OOM;

  json_object_set_string_member (object, "kind", trace_kind_get_nick (score->label.kind));
  add_time (object, "duration_s", mgr_pressure_trace_get_duration (score->trace));
  add_time (object, "oom_s", killed ? score->label.harm : -1);
  add_time (object, "harm_s", score->label.harm);
  add_time (object, "harm_end_s", score->label.harm_end);

  for (guint i = 0; i < score_rules_get_n (); i++)
    json_object_set_object_member (rules, score_rule_get_name (score_rules_get (i)),
                                   marks_to_json (&score->marks[i]));
  json_object_set_object_member (object, "rules", rules);

  return object;
}

static JsonObject *
goal_to_json (ScoreGoal  goal,
              GPtrArray *scores)
{
  JsonObject *object = json_object_new ();
  ScoreGoalResult result = score_goal_judge (goal, scores);

  json_object_set_string_member (object, "text", score_goal_get_text (goal));
  json_object_set_int_member (object, "traces", result.n_traces);
  json_object_set_boolean_member (object, "met", result.met);
  if (result.where == NULL || isnan (result.worst))
    json_object_set_null_member (object, "worst");
  else
    json_object_set_double_member (object, "worst", result.worst);
  if (result.where != NULL)
    json_object_set_string_member (object, "where", score_get_name (result.where));

  return object;
}

static void
print_scores_json (GPtrArray *scores)
{
  JsonObject *object = json_object_new ();
  JsonObject *traces = json_object_new ();
  JsonObject *goals = json_object_new ();

  for (guint i = 0; i < scores->len; i++)
    {
      const Score *score = g_ptr_array_index (scores, i);

      json_object_set_object_member (traces, score_get_name (score), score_to_json (score));
    }
  for (guint goal = 0; goal < N_SCORE_GOALS; goal++)
    json_object_set_object_member (goals, score_goal_get_name ((ScoreGoal) goal),
                                   goal_to_json ((ScoreGoal) goal, scores));

  json_object_set_object_member (object, "traces", traces);
  json_object_set_object_member (object, "goals", goals);
  mgrctl_print_json (object);
}

/* Two traces of one name would be one in the answer. */
static gboolean
check_name (GPtrArray   *scores,
            const Score *score)
{
  for (guint i = 0; i < scores->len; i++)
    {
      if (g_str_equal (score_get_name (g_ptr_array_index (scores, i)), score_get_name (score)))
        {
          mgrctl_print_error ("Two of the traces are called “%s”: rename one",
                              score_get_name (score));
          return FALSE;
        }
    }

  return TRUE;
}

MgrctlExit
mgrctl_score (const MgrctlOptions *options)
{
  g_autoptr (GPtrArray) scores = g_ptr_array_new_with_free_func ((GDestroyNotify) score_free);

  for (guint i = 0; options->arguments[i] != NULL; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (Score) score = score_new (options->arguments[i], &error);

      if (score == NULL)
        {
          mgrctl_print_error ("%s", error->message);
          return MGRCTL_EXIT_USAGE;
        }
      if (!check_name (scores, score))
        return MGRCTL_EXIT_USAGE;

      g_ptr_array_add (scores, g_steal_pointer (&score));
    }

  if (options->json)
    print_scores_json (scores);
  else
    score_table_print (options, scores);

  return score_goals_are_met (scores) ? MGRCTL_EXIT_OK : MGRCTL_EXIT_FAILED;
}
