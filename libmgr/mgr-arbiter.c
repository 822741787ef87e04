/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-arbiter-private.h"

#include "base/mgr-size.h"
#include "mgr-arbiter-choice-private.h"
#include "mgr-arbiter-journal-private.h"
#include "mgr-arbiter-turn-private.h"
#include "mgr-arbiter-words-private.h"
#include "reclaim/mgr-cleaner-private.h"
#include "reclaim/mgr-resource-private.h"

/* What runs inside a main loop may stop it no longer than people notice. */
#define LOOP_DEADLINE (50 * G_TIME_SPAN_MILLISECOND)

/* One owner who does not answer may use up so much of the time, and no more. */
#define OWNER_PART 4

#define OBSTACLE_CLOSED "the manager is gone"
#define OBSTACLE_NO_TURN "another request was being arbitrated all the time"
#define OBSTACLE_TIME "time was up"
#define OBSTACLE_GAVE_LESS "those asked gave too little"

struct _MgrArbiter
{
  gatomicrefcount ref_count;
  MgrCleaner *cleaner;    /* (owned) */
  MgrJournalTally *tally; /* (owned) by component */

  GMutex lock;
  GCond changed; /* with lock: busy has become FALSE, or closed TRUE */

  /* Guarded by lock */
  MgrArbitration mode;
  gint64 deadline;    /* µs */
  gboolean closed;
  gboolean busy;      /* somebody arbitrates */
  GPtrArray *waiting; /* (owned) (element-type GThread) for their turn */
  GQueue posted;      /* (element-type Posted) */
  gboolean working;   /* there is a thread that serves posted */
};

/* A request that waits. */
typedef struct
{
  MgrComponent *component; /* (owned) */
  guint64 size;
  MgrWaiterTicket *ticket; /* (owned) (nullable) */
} Posted;

/* A request that is arbitrated. */
typedef struct
{
  MgrArbiter *arbiter;       /* (unowned) */
  MgrComponent *component;   /* (unowned) */
  guint64 size;
  MgrWaiterTicket *ticket;   /* (unowned) (nullable) of one who waits */
  gint64 deadline;           /* of g_get_monotonic_time() */
  gint64 patience;           /* µs, for one owner */
  MgrArbiterOutcome outcome;
} Round;

static MgrArbiter *
arbiter_ref (MgrArbiter *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

static void
posted_free (gpointer data)
{
  Posted *posted = data;

  g_clear_pointer (&posted->ticket, mgr_waiter_ticket_unref);
  g_object_unref (posted->component);
  g_free (posted);
}

MgrArbiter *
mgr_arbiter_new (MgrCleaner *cleaner)
{
  MgrArbiter *self = g_new0 (MgrArbiter, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->cleaner = g_object_ref (cleaner);
  self->tally = mgr_journal_tally_new ();
  self->mode = MGR_ARBITRATION_WAITING;
  self->deadline = MGR_ARBITER_DEADLINE_MAX;
  self->waiting = g_ptr_array_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  g_queue_init (&self->posted);
  return self;
}

void
mgr_arbiter_unref (MgrArbiter *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_queue_clear_full (&self->posted, posted_free);
  g_ptr_array_unref (self->waiting);
  g_cond_clear (&self->changed);
  g_mutex_clear (&self->lock);
  mgr_journal_tally_free (self->tally);
  g_object_unref (self->cleaner);
  g_free (self);
}

void
mgr_arbiter_close (MgrArbiter *self)
{
  GQueue posted;

  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  posted = self->posted;
  g_queue_init (&self->posted);
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);

  g_queue_clear_full (&posted, posted_free);
}

MgrArbitration
mgr_arbiter_get_mode (MgrArbiter *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->mode;
}

gboolean
mgr_arbiter_set_mode (MgrArbiter     *self,
                      MgrArbitration  mode)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  gboolean changed = self->mode != mode;

  self->mode = mode;
  return changed;
}

gint64
mgr_arbiter_get_deadline (MgrArbiter *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->deadline;
}

gboolean
mgr_arbiter_set_deadline (MgrArbiter *self,
                          gint64      deadline)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  gboolean changed = self->deadline != deadline;

  self->deadline = deadline;
  return changed;
}

gboolean
mgr_arbiter_serves (MgrArbiter     *self,
                    MgrArbitration  mode)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->mode >= mode && self->deadline > 0 && !self->closed;
}

static gboolean
arbiter_is_closed (MgrArbiter *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return self->closed;
}

/* An owner who waits for his own turn here answers nobody. */
static gboolean
arbiter_may_wait_for (MgrResource *resource,
                      gpointer     user_data)
{
  MgrArbiter *self = user_data;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  return !self->closed && !g_ptr_array_find (self->waiting, resource->thread, NULL);
}

/* Waits for its turn. */
static gboolean
arbiter_begin (MgrArbiter  *self,
               gint64       deadline,
               const char **out_obstacle)
{
  gboolean begins;

  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->waiting, g_thread_self ());
  while (self->busy && !self->closed && g_cond_wait_until (&self->changed, &self->lock, deadline))
    continue;
  g_ptr_array_remove_fast (self->waiting, g_thread_self ());

  begins = !self->busy && !self->closed;
  if (begins)
    self->busy = TRUE;
  else
    *out_obstacle = self->closed ? OBSTACLE_CLOSED : OBSTACLE_NO_TURN;
  g_mutex_unlock (&self->lock);

  return begins;
}

static void
arbiter_end (MgrArbiter *self)
{
  g_mutex_lock (&self->lock);
  self->busy = FALSE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
}

/* One who waits is served by the release itself, and does not fit once more. */
static gboolean
round_is_over (const Round *round)
{
  if (round->ticket != NULL)
    return !mgr_waiter_ticket_is_valid (round->ticket);

  return mgr_arbiter_choice_fits (round->component, round->size);
}

static gboolean
round_suffices (Round     *round,
                GPtrArray *turns)
{
  g_autoptr (GArray) offers = g_array_new (FALSE, FALSE, sizeof (MgrArbiterOffer));

  for (guint i = 0; i < turns->len; i++)
    {
      const MgrArbiterTurn *turn = g_ptr_array_index (turns, i);
      MgrArbiterOffer offer = { turn->component, turn->bytes };

      g_array_append_val (offers, offer);
    }

  return mgr_arbiter_choice_suffices (round->component, round->size, offers, &round->outcome.bounds);
}

static char *
round_describe (const Round *round)
{
  g_autofree char *size = mgr_size_format (round->size);

  return g_strdup_printf ("room for %s for “%s”", size,
                          mgr_component_get_path (round->component));
}

/* Why nobody is asked any more, or %NULL. */
static const char *
round_find_obstacle (const Round *round)
{
  if (arbiter_is_closed (round->arbiter))
    return OBSTACLE_CLOSED;

  return g_get_monotonic_time () >= round->deadline ? OBSTACLE_TIME : NULL;
}

/* Each is asked for what is still lacking by the books when its turn has come. */
static void
round_ask (Round          *round,
           MgrArbiterTurn *turn,
           const char     *reason)
{
  guint64 target = mgr_arbiter_choice_target (round->component, round->size, turn->component);
  gint64 deadline = g_get_monotonic_time () + round->patience;

  target = MIN (target, turn->bytes);
  if (target == 0)
    return;

  round->outcome.asked++;
  mgr_arbiter_turn_run (turn, round->arbiter->cleaner, target, MIN (deadline, round->deadline),
                        reason, arbiter_may_wait_for, round->arbiter);
}

static gboolean
round_ask_all (Round     *round,
               GPtrArray *turns)
{
  g_autofree char *reason = round_describe (round);

  for (guint i = 0; i < turns->len && !round_is_over (round); i++)
    {
      round->outcome.obstacle = round_find_obstacle (round);
      if (round->outcome.obstacle != NULL)
        return FALSE;

      round_ask (round, g_ptr_array_index (turns, i), reason);
    }

  if (round_is_over (round))
    return TRUE;

  round->outcome.obstacle = OBSTACLE_GAVE_LESS;
  return FALSE;
}

/* Where all together could not help, nobody loses anything for a request that fails
 * anyway. */
static gboolean
round_run (Round *round)
{
  g_autoptr (GPtrArray) turns = NULL;
  MgrJournal *journal = round->arbiter->cleaner->journal;
  MgrComponent *root = round->arbiter->cleaner->root;
  MgrJournalScope scope;
  guint64 planned;
  guint64 before;
  guint64 after;
  gboolean over;

  if (round_is_over (round))
    return TRUE;

  turns = mgr_arbiter_turns_new (round->arbiter->cleaner, round->component);
  if (!round_suffices (round, turns))
    {
      round->outcome.obstacle = mgr_arbiter_bounds_get_obstacle (&round->outcome.bounds);
      return FALSE;
    }
  /* Nothing suffices where somebody else has made room meanwhile. */
  if (turns->len == 0)
    return TRUE;

  planned = mgr_arbiter_record_plan (journal, round->arbiter->tally, round->component,
                                     round->size, turns->len);
  before = mgr_component_get_used (root);
  mgr_journal_scope_open (&scope, journal, planned);
  over = round_ask_all (round, turns);
  mgr_journal_scope_close (&scope);
  after = mgr_component_get_used (root);
  round->outcome.released = before - MIN (before, after);
  mgr_arbiter_record_report (journal, round->component, round->size, &round->outcome, planned);
  return over;
}

static void
round_init (Round        *round,
            MgrArbiter   *arbiter,
            MgrComponent *component,
            guint64       size)
{
  gint64 time = mgr_arbiter_get_deadline (arbiter);

  *round = (Round) { .arbiter = arbiter, .component = component, .size = size };
  if (g_main_depth () > 0)
    time = MIN (time, LOOP_DEADLINE);
  round->deadline = g_get_monotonic_time () + time;
  round->patience = time / OWNER_PART;
}

gboolean
mgr_arbiter_make_room (MgrArbiter        *self,
                       MgrComponent      *component,
                       guint64            size,
                       MgrArbiterOutcome *outcome)
{
  g_autoptr (MgrArbiter) keep_alive = arbiter_ref (self);
  gboolean fits = FALSE;
  Round round;

  round_init (&round, self, component, size);
  if (arbiter_begin (self, round.deadline, &round.outcome.obstacle))
    {
      fits = round_run (&round);
      arbiter_end (self);
    }

  *outcome = round.outcome;
  return fits;
}

static void
arbiter_serve (MgrArbiter *self,
               Posted     *posted)
{
  Round round;

  round_init (&round, self, posted->component, posted->size);
  round.ticket = posted->ticket;
  if (arbiter_begin (self, round.deadline, &round.outcome.obstacle))
    {
      round_run (&round);
      arbiter_end (self);
    }

  if (round.outcome.obstacle != NULL)
    g_debug ("No room for one who waits for “%s”: %s",
             mgr_component_get_path (posted->component), round.outcome.obstacle);
}

/* Returns (transfer full) (nullable): without one, the thread is done. */
static Posted *
arbiter_take_posted (MgrArbiter *self)
{
  Posted *posted;

  g_mutex_lock (&self->lock);
  posted = g_queue_pop_head (&self->posted);
  if (posted == NULL)
    self->working = FALSE;
  g_mutex_unlock (&self->lock);

  return posted;
}

static gpointer
arbiter_thread (gpointer user_data)
{
  g_autoptr (MgrArbiter) self = user_data;
  Posted *posted;

  while ((posted = arbiter_take_posted (self)) != NULL)
    {
      arbiter_serve (self, posted);
      posted_free (posted);
    }

  return NULL;
}

static void
arbiter_start_thread (MgrArbiter *self)
{
  g_autoptr (GError) error = NULL;
  GThread *thread = g_thread_try_new ("mgr-arbiter", arbiter_thread, arbiter_ref (self), &error);

  if (thread != NULL)
    {
      g_thread_unref (thread);
      return;
    }

  /* They wait on, as they would without arbitration; the next one tries again. */
  g_debug ("No thread to arbitrate in: %s", error->message);
  g_mutex_lock (&self->lock);
  self->working = FALSE;
  g_mutex_unlock (&self->lock);
  mgr_arbiter_unref (self);
}

void
mgr_arbiter_post (MgrArbiter      *self,
                  MgrComponent    *component,
                  guint64          size,
                  MgrWaiterTicket *ticket)
{
  Posted *posted = g_new0 (Posted, 1);
  gboolean starts;

  posted->component = g_object_ref (component);
  posted->size = size;
  posted->ticket = ticket != NULL ? mgr_waiter_ticket_ref (ticket) : NULL;

  g_mutex_lock (&self->lock);
  g_queue_push_tail (&self->posted, posted);
  starts = !self->working;
  self->working = TRUE;
  g_mutex_unlock (&self->lock);

  if (starts)
    arbiter_start_thread (self);
}
