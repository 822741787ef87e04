/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-arbiter-turn-private.h"

#include "mgr-arbiter-choice-private.h"
#include "reclaim/mgr-cleaner-private.h"
#include "reclaim/mgr-cleanup-plan-private.h"
#include "reclaim/mgr-reclaim-private.h"

/* So often it is looked whether waiting for an owner still makes sense. */
#define PATIENCE_INTERVAL (10 * G_TIME_SPAN_MILLISECOND)

static void
turn_free (gpointer data)
{
  MgrArbiterTurn *turn = data;

  g_object_unref (turn->resource);
  g_object_unref (turn->component);
  g_free (turn);
}

/* Takes @resource. One whose charges are nobody's is no help: what it frees makes room
 * in no budget. Returns (nullable). */
static MgrArbiterTurn *
turn_new (MgrResource  *resource,
          MgrComponent *requester,
          guint64       bytes)
{
  g_autoptr (MgrResource) owned = resource;
  MgrComponent *component = mgr_resource_get_component (resource);
  MgrArbiterTurn *turn;

  if (component == NULL)
    return NULL;

  turn = g_new0 (MgrArbiterTurn, 1);
  turn->resource = g_steal_pointer (&owned);
  turn->component = component;
  turn->bytes = bytes;
  turn->own = mgr_arbiter_choice_is_own (requester, component);
  return turn;
}

static void
append_turns (GPtrArray *turns,
              GPtrArray *from,
              gboolean   own)
{
  for (guint i = 0; i < from->len; i++)
    {
      MgrArbiterTurn *turn = g_ptr_array_index (from, i);

      if (turn->own == own)
        g_ptr_array_add (turns, turn);
    }
}

GPtrArray *
mgr_arbiter_turns_new (MgrCleaner   *cleaner,
                       MgrComponent *requester)
{
  g_autoptr (MgrCleanupPlan) plan =
    mgr_cleaner_make_plan (cleaner, MGR_CLEANUP_STRATEGY_EMERGENCY, MGR_CLEANUP_FLAGS_NONE, NULL);
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  GPtrArray *turns = g_ptr_array_new_with_free_func (turn_free);

  for (guint i = 0; i < plan->turns->len; i++)
    {
      const MgrCleanupCandidate *candidate = g_ptr_array_index (plan->turns, i);
      MgrResource *resource =
        mgr_resource_registry_lookup_serial (cleaner->registry, candidate->step->name,
                                             candidate->serial);
      MgrArbiterTurn *turn =
        resource != NULL ? turn_new (resource, requester, candidate->prior.bytes) : NULL;

      if (turn != NULL)
        g_ptr_array_add (found, turn);
    }

  append_turns (turns, found, TRUE);
  append_turns (turns, found, FALSE);
  return turns;
}

static guint64
turn_ask_there (MgrArbiterTurn           *turn,
                const MgrReclaimRequest  *request,
                MgrArbiterPatience        patience,
                gpointer                  user_data,
                GError                  **error)
{
  MgrReclaimCall *call = mgr_reclaim_call_post (turn->resource, request, NULL);
  gboolean answered = FALSE;
  guint64 freed = 0;

  while (!answered && patience (turn->resource, user_data))
    {
      gint64 until = g_get_monotonic_time () + PATIENCE_INTERVAL;

      answered = mgr_reclaim_call_wait (call, MIN (until, request->deadline), &freed, NULL, error);
    }

  mgr_reclaim_call_free (call);
  return freed;
}

static guint64
turn_ask (MgrArbiterTurn           *turn,
          const MgrReclaimRequest  *request,
          MgrArbiterPatience        patience,
          gpointer                  user_data,
          GError                  **error)
{
  if (mgr_reclaim_may_ask (turn->resource))
    return mgr_reclaim_call (turn->resource, request, NULL, error);

  return turn_ask_there (turn, request, patience, user_data, error);
}

/* Who was not asked, or did not answer, has not failed. */
static void
turn_note_error (MgrArbiterTurn *turn,
                 MgrCleaner     *cleaner,
                 const GError   *error)
{
  const char *name = mgr_resource_get_name (turn->resource);

  if (error->domain == MGR_ERROR
      && (error->code == MGR_ERROR_BUSY || error->code == MGR_ERROR_CLOSED
          || error->code == MGR_ERROR_STALE_PLAN || error->code == MGR_ERROR_TIMED_OUT))
    return;

  if (mgr_score_table_warns (cleaner->scores, name, mgr_cleaner_get_time (cleaner)))
    g_warning ("“%s” failed to give memory back: %s", name, error->message);
}

static void
turn_teach (MgrArbiterTurn    *turn,
            MgrCleaner        *cleaner,
            MgrReclaimOutcome *outcome,
            gboolean           measured,
            guint64            before)
{
  guint64 after;

  outcome->duration = mgr_cleaner_get_time (cleaner) - outcome->time;
  outcome->size = mgr_resource_get_size (turn->resource);
  if (measured && mgr_process_memory_read_resident (cleaner->memory, &after, NULL))
    outcome->returned = (gint64) (before - after);
  mgr_score_table_add (cleaner->scores, mgr_resource_get_name (turn->resource), outcome);
}

void
mgr_arbiter_turn_run (MgrArbiterTurn     *turn,
                      MgrCleaner         *cleaner,
                      guint64             target,
                      gint64              deadline,
                      const char         *reason,
                      MgrArbiterPatience  patience,
                      gpointer            user_data)
{
  MgrReclaimOutcome outcome = { .time = mgr_cleaner_get_time (cleaner), .asked = target };
  g_auto (MgrReclaimRequest) request = {
    .target = target,
    .level = mgr_cleaner_get_level (cleaner),
    .deadline = deadline,
    .time = outcome.time,
    .reason = g_ref_string_new (reason),
    .cause = mgr_journal_get_cause (cleaner->journal),
    .records = mgr_record_ring_ref (mgr_resource_registry_get_records (cleaner->registry)),
  };
  g_autoptr (GError) error = NULL;
  guint64 before = 0;
  gboolean measured = mgr_process_memory_read_resident (cleaner->memory, &before, NULL);
  gint64 start = g_get_monotonic_time ();

  outcome.claimed = turn_ask (turn, &request, patience, user_data, &error);
  if (g_error_matches (error, MGR_ERROR, MGR_ERROR_TIMED_OUT))
    outcome.waited = MAX (deadline - start, 1);
  if (error != NULL)
    turn_note_error (turn, cleaner, error);
  turn_teach (turn, cleaner, &outcome, measured, before);
}
