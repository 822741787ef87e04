/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-refusal-log-private.h"

#include "base/mgr-duration-private.h"
#include "base/mgr-error.h"
#include "base/mgr-size.h"
#include "base/mgr-variant-private.h"
#include "ledger/mgr-refusal-private.h"
#include "mgr-arbiter-words-private.h"

/* The interval after the first refusal, and the longest that it grows to while there
 * are further ones. */
#define FIRST_INTERVAL (1 * G_TIME_SPAN_SECOND)
#define LONGEST_INTERVAL (1 * G_TIME_SPAN_MINUTE)

/* So many components are told apart; those beyond share what is left. */
#define COMPONENTS_MAX 16
#define COMPONENTS_BEYOND "(others)"

typedef struct
{
  char *path;       /* (owned) */
  gint64 interval;
  gint64 end;       /* of the interval */
  guint64 first;    /* the entry of the refusal that began it */
  guint64 count;    /* of those that came after that */
  guint64 largest;  /* bytes */
} Slot;

struct _MgrRefusalLog
{
  gatomicrefcount ref_count;

  MgrJournal *journal;   /* (owned), never changes */
  MgrClock *clock;       /* (owned), never changes */
  GMainContext *context; /* (owned), never changes */

  GMutex lock;
  GHashTable *slots;     /* (owned) (element-type utf8 Slot), guarded by lock */
  GSource *timer;        /* (owned) (nullable), guarded by lock */
  gboolean closed;       /* guarded by lock */
};

static void
slot_free (gpointer data)
{
  Slot *slot = data;

  g_free (slot->path);
  g_free (slot);
}

MgrRefusalLog *
mgr_refusal_log_new (MgrJournal   *journal,
                     MgrClock     *clock,
                     GMainContext *context)
{
  MgrRefusalLog *self = g_new0 (MgrRefusalLog, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->journal = g_object_ref (journal);
  self->clock = g_object_ref (clock);
  self->context = g_main_context_ref (context);
  self->slots = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, slot_free);
  g_mutex_init (&self->lock);
  return self;
}

static void
log_unref (gpointer data)
{
  MgrRefusalLog *self = data;

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_hash_table_unref (self->slots);
  g_clear_pointer (&self->timer, g_source_unref);
  g_main_context_unref (self->context);
  g_object_unref (self->clock);
  g_object_unref (self->journal);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* With the lock held: says what is counted. */
static void
log_tell_count (MgrRefusalLog *self,
                Slot          *slot)
{
  g_autofree char *largest = mgr_size_format (slot->largest);
  g_autofree char *interval = mgr_duration_format (slot->interval);
  g_autofree char *summary = NULL;
  GVariantDict details;

  summary = g_strdup_printf ("%" G_GUINT64_FORMAT " more requests for “%s” were refused within %s; "
                             "the largest asked for %s", slot->count, slot->path, interval, largest);
  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "component", "s", slot->path);
  g_variant_dict_insert (&details, "count", "t", slot->count);
  g_variant_dict_insert (&details, "largest", "t", slot->largest);
  g_variant_dict_insert (&details, "interval", "x", slot->interval);
  mgr_journal_add (self->journal, MGR_JOURNAL_KIND_REFUSAL, MGR_JOURNAL_SEVERITY_WARNING, summary,
                   g_variant_dict_end (&details), slot->first);
}

/* With the lock held: ends an interval. Returns whether another one follows. */
static gboolean
log_end_interval (MgrRefusalLog *self,
                  Slot          *slot)
{
  if (slot->count == 0)
    return FALSE;

  log_tell_count (self, slot);
  slot->interval = MIN (2 * slot->interval, LONGEST_INTERVAL);
  slot->end = mgr_clock_get_time (self->clock) + slot->interval;
  slot->count = 0;
  slot->largest = 0;
  return TRUE;
}

static void log_wait (MgrRefusalLog *self);

static gboolean
log_due_cb (gpointer user_data)
{
  MgrRefusalLog *self = user_data;
  GHashTableIter iter;
  gpointer slot;

  g_mutex_lock (&self->lock);
  g_clear_pointer (&self->timer, g_source_unref);
  g_hash_table_iter_init (&iter, self->slots);
  while (g_hash_table_iter_next (&iter, NULL, &slot))
    {
      if (((Slot *) slot)->end <= mgr_clock_get_time (self->clock) && !log_end_interval (self, slot))
        g_hash_table_iter_remove (&iter);
    }
  log_wait (self);
  g_mutex_unlock (&self->lock);

  return G_SOURCE_REMOVE;
}

/* With the lock held: waits for the first end of an interval. */
static void
log_wait (MgrRefusalLog *self)
{
  gint64 due = G_MAXINT64;
  GHashTableIter iter;
  gpointer slot;

  if (self->timer != NULL || self->closed || g_hash_table_size (self->slots) == 0)
    return;

  g_hash_table_iter_init (&iter, self->slots);
  while (g_hash_table_iter_next (&iter, NULL, &slot))
    due = MIN (due, ((Slot *) slot)->end);

  g_atomic_ref_count_inc (&self->ref_count);
  self->timer = mgr_clock_create_timer (self->clock, due);
  g_source_set_callback (self->timer, log_due_cb, self, log_unref);
  g_source_set_static_name (self->timer, "[libmgr] refusals counted");
  g_source_attach (self->timer, self->context);
}

static const char *
log_choose_key (MgrRefusalLog *self,
                MgrComponent  *component)
{
  const char *path = mgr_component_display_path (component);

  if (g_hash_table_size (self->slots) < COMPONENTS_MAX || g_hash_table_contains (self->slots, path))
    return path;

  return COMPONENTS_BEYOND;
}

/* Whether a refusal is only to be counted. Otherwise an interval has begun. */
static gboolean
log_count (MgrRefusalLog *self,
           MgrComponent  *component,
           guint64        size)
{
  gint64 now = mgr_clock_get_time (self->clock);
  const char *key;
  Slot *slot;

  g_mutex_lock (&self->lock);
  key = log_choose_key (self, component);
  slot = g_hash_table_lookup (self->slots, key);

  /* Nobody may iterate the context in which the timer waits. */
  if (slot != NULL && slot->end <= now && !log_end_interval (self, slot))
    {
      g_hash_table_remove (self->slots, key);
      slot = NULL;
    }

  if (slot != NULL)
    {
      slot->count++;
      slot->largest = MAX (slot->largest, size);
      g_mutex_unlock (&self->lock);
      return TRUE;
    }

  slot = g_new0 (Slot, 1);
  slot->path = g_strdup (key);
  slot->interval = FIRST_INTERVAL;
  slot->end = now + slot->interval;
  g_hash_table_insert (self->slots, slot->path, slot);
  log_wait (self);
  g_mutex_unlock (&self->lock);
  return FALSE;
}

static void
log_set_first (MgrRefusalLog *self,
               MgrComponent  *component,
               guint64        id)
{
  Slot *slot;

  g_mutex_lock (&self->lock);
  slot = g_hash_table_lookup (self->slots, log_choose_key (self, component));
  if (slot != NULL && slot->first == 0)
    slot->first = id;
  g_mutex_unlock (&self->lock);
}

static void
insert_words (GVariantDict *details,
              const char   *rule,
              const char   *remedy)
{
  g_variant_dict_insert_value (details, "rule", mgr_variant_new_text (rule));
  g_variant_dict_insert_value (details, "remedy", mgr_variant_new_text (remedy));
}

static void
add_infeasible_words (GVariantDict          *details,
                      const MgrRefusalFacts *facts,
                      guint64                size)
{
  g_autofree char *budget = mgr_size_format (facts->budget);
  g_autofree char *wanted = mgr_size_format (MAX (facts->budget + facts->missing, size));
  g_autofree char *rule = NULL;
  g_autofree char *remedy = NULL;

  rule = g_strdup_printf ("no request may be larger than the budgets above it, and that of “%s” "
                          "is %s", facts->obstacle, budget);
  remedy = g_strdup_printf ("a budget of %s for “%s”, or a smaller request", wanted, facts->obstacle);
  insert_words (details, rule, remedy);
}

/* The rule by which others made no room goes with that of the budgets. */
static void
add_words (GVariantDict            *details,
           const MgrRefusalFacts   *facts,
           guint64                  size,
           MgrComponent            *component,
           const MgrArbiterOutcome *outcome)
{
  g_autofree char *budget = mgr_size_format (facts->budget);
  g_autofree char *used = mgr_size_format (facts->used);
  g_autofree char *missing = mgr_size_format (facts->missing);
  g_autofree char *wanted = mgr_size_format (MAX (facts->budget + facts->missing, size));
  g_autofree char *reason = outcome->obstacle != NULL ? mgr_arbiter_outcome_describe (outcome) : NULL;
  g_autofree char *help = mgr_arbiter_outcome_suggest (outcome, component);
  g_autofree char *rule = NULL;
  g_autofree char *remedy = NULL;

  rule = g_strdup_printf ("a request has to fit into every budget from its component up, and “%s” "
                          "has used %s of %s%s%s", facts->obstacle, used, budget,
                          reason != NULL ? "; no room was made, because " : "",
                          reason != NULL ? reason : "");
  remedy = g_strdup_printf ("%s%s%s more released, or a budget of %s for “%s”",
                            help != NULL ? help : "", help != NULL ? "; or " : "",
                            missing, wanted, facts->obstacle);
  insert_words (details, rule, remedy);
}

static GVariant *
refusal_get_details (MgrComponent            *component,
                     guint64                  size,
                     const GError            *error,
                     const MgrArbiterOutcome *outcome)
{
  gboolean infeasible = error->code == MGR_ERROR_INFEASIBLE;
  MgrRefusalFacts facts;
  GVariantDict details;

  mgr_refusal_find_facts (component, size, &facts);
  g_variant_dict_init (&details, NULL);
  g_variant_dict_insert (&details, "component", "s", mgr_component_get_path (component));
  g_variant_dict_insert (&details, "size", "t", size);
  g_variant_dict_insert (&details, "error", "s", infeasible ? "infeasible" : "no-budget");
  g_variant_dict_insert (&details, "used", "t", mgr_component_get_used (component));
  g_variant_dict_insert (&details, "budget", "t", mgr_component_get_budget (component));
  g_variant_dict_insert_value (&details, "message", mgr_variant_new_text (error->message));
  g_variant_dict_insert_value (&details, "holders", mgr_variant_new_text (facts.holders));
  if (facts.obstacle != NULL)
    {
      g_variant_dict_insert (&details, "obstacle", "s", facts.obstacle);
      g_variant_dict_insert (&details, "missing", "t", facts.missing);
      if (infeasible)
        add_infeasible_words (&details, &facts, size);
      else
        add_words (&details, &facts, size, component, outcome);
    }
  mgr_refusal_facts_clear (&facts);

  return g_variant_dict_end (&details);
}

void
mgr_refusal_log_add (MgrRefusalLog           *self,
                     MgrComponent            *component,
                     guint64                  size,
                     const GError            *error,
                     const MgrArbiterOutcome *outcome)
{
  g_autofree char *asked = NULL;
  g_autofree char *summary = NULL;
  guint64 id;

  if (log_count (self, component, size))
    return;

  asked = mgr_size_format (size);
  summary = g_strdup_printf ("A request of %s for “%s” was refused", asked,
                             mgr_component_display_path (component));
  id = mgr_journal_add (self->journal, MGR_JOURNAL_KIND_REFUSAL, MGR_JOURNAL_SEVERITY_WARNING, summary,
                        refusal_get_details (component, size, error, outcome), 0);
  log_set_first (self, component, id);
}

void
mgr_refusal_log_free (MgrRefusalLog *self)
{
  GHashTableIter iter;
  gpointer slot;

  g_mutex_lock (&self->lock);
  self->closed = TRUE;
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_hash_table_iter_init (&iter, self->slots);
  while (g_hash_table_iter_next (&iter, NULL, &slot))
    log_end_interval (self, slot);
  g_mutex_unlock (&self->lock);

  log_unref (self);
}
