/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-arbiter-choice-private.h"

#include "ledger/mgr-charge-private.h"

/* Who has charged nothing for this long is idle, and has no claim to a share. */
#define ACTIVE_WINDOW (30 * G_TIME_SPAN_SECOND)

/* A request, seen from one holder; with the tree_lock held. */
typedef struct
{
  MgrComponent *requester; /* (unowned) */
  guint64 size;
  MgrComponent *holder;    /* (unowned) */
  MgrComponent *common;    /* (unowned) the lowest level above both, or one of them */
} Relation;

static gboolean
is_within (MgrComponent *component,
           MgrComponent *ancestor)
{
  for (MgrComponent *level = component; level != NULL; level = level->parent)
    {
      if (level == ancestor)
        return TRUE;
    }

  return FALSE;
}

static MgrComponent *
find_common (MgrComponent *requester,
             MgrComponent *holder)
{
  MgrComponent *level = requester;

  while (level != NULL && !is_within (holder, level))
    level = level->parent;

  return level;
}

/* The level directly below @ancestor on the way to @component, or that itself. */
static MgrComponent *
find_branch (MgrComponent *component,
             MgrComponent *ancestor)
{
  while (component != ancestor && component->parent != ancestor)
    component = component->parent;

  return component;
}

static gboolean
is_active (MgrComponent *component,
           gint64        now)
{
  gboolean active;

  g_mutex_lock (&component->lock);
  active = component->direct > 0 && now - component->charged < ACTIVE_WINDOW;
  g_mutex_unlock (&component->lock);

  return active;
}

/* The requester counts in any case. */
static guint64
count_active (MgrComponent *level,
              MgrComponent *requester,
              gint64        now)
{
  guint64 count = level == requester || is_active (level, now) ? 1 : 0;

  for (guint i = 0; i < level->children->len; i++)
    count += count_active (g_ptr_array_index (level->children, i), requester, now);

  return count;
}

/* What the levels from the holder up to the common one have beyond their guarantees:
 * less would come back to nobody but them. */
static guint64
relation_get_spare (const Relation *relation)
{
  guint64 spare = relation->holder->claimed;

  for (MgrComponent *level = relation->holder; level != relation->common; level = level->parent)
    spare = MIN (spare, level->claimed - MIN (level->claimed, level->guaranteed));

  return spare;
}

static guint64
count_sharers (MgrComponent *level,
               MgrComponent *requester)
{
  return MAX (count_active (level, requester, mgr_ledger_now (requester->ledger)), 1);
}

/* What fairness leaves to ask for within @level, whose budget is in the way. */
static guint64
relation_get_fair_spare (const Relation *relation,
                         MgrComponent   *level)
{
  MgrComponent *requester = relation->requester;
  MgrComponent *holder = relation->holder;
  guint64 share;

  if (!is_active (holder, mgr_ledger_now (requester->ledger)))
    return holder->claimed;

  share = level->limit / count_sharers (level, requester);
  if (requester->claimed <= share && relation->size <= share - requester->claimed)
    return holder->claimed;

  return holder->claimed - MIN (holder->claimed, share);
}

/* Above 0 if the requester's branch goes before the holder's; a level above the requester
 * is no branch beside it. */
static int
relation_compare_priorities (const Relation *relation)
{
  if (relation->common == relation->requester)
    return 1;
  if (relation->common == relation->holder)
    return 0;

  return (int) find_branch (relation->requester, relation->common)->priority
         - (int) find_branch (relation->holder, relation->common)->priority;
}

/* What may be asked of one holder. */
typedef struct
{
  guint64 bytes;
  guint64 unfair;      /* bytes, if fairness counted for nothing */
  guint64 wanted;      /* bytes that would help */
  MgrArbiterRule rule; /* what sets the bound */
  MgrComponent *level; /* (unowned) (nullable) the lowest whose budget is in the way */
} Limit;

static void
relation_set_limit (const Relation *relation,
                    Limit          *limit)
{
  int precedence = relation_compare_priorities (relation);
  guint64 fair;

  if (precedence < 0)
    {
      limit->rule = MGR_ARBITER_RULE_PRIORITY;
      return;
    }

  limit->unfair = relation_get_spare (relation);
  limit->bytes = limit->unfair;
  limit->rule = MGR_ARBITER_RULE_GUARANTEE;
  if (precedence > 0)
    return;

  fair = relation_get_fair_spare (relation, limit->level);
  if (fair < limit->bytes)
    {
      limit->bytes = fair;
      limit->rule = MGR_ARBITER_RULE_FAIR_SHARE;
    }
}

/* With the tree_lock held. */
static Limit
find_limit (MgrComponent *requester,
            guint64       size,
            MgrComponent *holder,
            GArray       *lacks)
{
  Relation relation = { requester, size, holder, find_common (requester, holder) };
  Limit limit = { 0 };

  if (relation.common == NULL)
    return limit;

  for (guint i = 0; i < lacks->len; i++)
    {
      const MgrChargeLack *lack = &g_array_index (lacks, MgrChargeLack, i);

      if (!is_within (holder, lack->level))
        continue;
      if (limit.level == NULL)
        limit.level = lack->level;
      limit.wanted = MAX (limit.wanted, lack->bytes);
    }

  if (limit.level != NULL)
    relation_set_limit (&relation, &limit);
  return limit;
}

gboolean
mgr_arbiter_choice_fits (MgrComponent *requester,
                         guint64       size)
{
  MgrLedger *ledger = requester->ledger;
  g_autoptr (GArray) lacks = NULL;

  g_mutex_lock (&ledger->tree_lock);
  lacks = mgr_charge_lacks (requester, size);
  g_mutex_unlock (&ledger->tree_lock);

  return lacks->len == 0;
}

gboolean
mgr_arbiter_choice_is_own (MgrComponent *requester,
                           MgrComponent *holder)
{
  MgrLedger *ledger = requester->ledger;
  gboolean own;

  if (holder->ledger != ledger)
    return FALSE;

  g_mutex_lock (&ledger->tree_lock);
  own = is_within (holder, requester);
  g_mutex_unlock (&ledger->tree_lock);

  return own;
}

guint64
mgr_arbiter_choice_target (MgrComponent *requester,
                           guint64       size,
                           MgrComponent *holder)
{
  MgrLedger *ledger = requester->ledger;
  g_autoptr (GArray) lacks = NULL;
  Limit limit;

  if (holder->ledger != ledger)
    return 0;

  g_mutex_lock (&ledger->tree_lock);
  lacks = mgr_charge_lacks (requester, size);
  limit = find_limit (requester, size, holder, lacks);
  g_mutex_unlock (&ledger->tree_lock);

  return MIN (limit.wanted, limit.bytes);
}

/* Several may offer what is with one component: together they cannot give more than it
 * may be asked for. */
static GHashTable *
sum_offers (GArray *offers)
{
  GHashTable *sums = g_hash_table_new_full (NULL, NULL, NULL, g_free);

  for (guint i = 0; i < offers->len; i++)
    {
      const MgrArbiterOffer *offer = &g_array_index (offers, MgrArbiterOffer, i);
      guint64 *sum = g_hash_table_lookup (sums, offer->component);

      if (sum == NULL)
        {
          sum = g_new0 (guint64, 1);
          g_hash_table_insert (sums, offer->component, sum);
        }
      *sum += MIN (offer->bytes, G_MAXUINT64 - *sum);
    }

  return sums;
}

/* What all offers come to for one level whose budget is in the way. */
typedef struct
{
  MgrArbiterBounds bounds;
  guint64 withheld[MGR_ARBITER_N_RULES]; /* bytes */
  guint64 unfair;                        /* bytes that fairness alone withholds */
  MgrComponent *shared;                  /* (unowned) (nullable) the level that is shared */
} Sum;

static void
sum_add (Sum         *sum,
         guint64      offered,
         const Limit *limit)
{
  guint64 part = MIN (offered, limit->bytes);

  sum->bounds.held += MIN (offered, G_MAXUINT64 - sum->bounds.held);
  sum->bounds.allowed += MIN (part, G_MAXUINT64 - sum->bounds.allowed);
  sum->withheld[limit->rule] += offered - part;
  sum->unfair += MIN (offered, MAX (limit->unfair, part)) - part;
  if (limit->rule == MGR_ARBITER_RULE_FAIR_SHARE)
    sum->shared = limit->level;
}

/* With the tree_lock held: what all of @offers may give for @lack, which is one of
 * @lacks. */
static Sum
sum_for_lack (MgrComponent        *requester,
              guint64              size,
              GHashTable          *offers,
              GArray              *lacks,
              const MgrChargeLack *lack)
{
  GHashTableIter iter;
  Sum sum = { 0 };
  gpointer holder;
  gpointer offer;

  g_hash_table_iter_init (&iter, offers);
  while (g_hash_table_iter_next (&iter, &holder, &offer))
    {
      Limit limit;

      if (!is_within (holder, lack->level))
        continue;

      limit = find_limit (requester, size, holder, lacks);
      sum_add (&sum, MIN (*(guint64 *) offer, ((MgrComponent *) holder)->claimed), &limit);
    }

  return sum;
}

/* What would be enough if it might be asked for is withheld by the rule that withholds
 * most. */
static MgrArbiterRule
sum_find_rule (const Sum *sum,
               guint64    lacking)
{
  MgrArbiterRule rule = MGR_ARBITER_RULE_NONE;

  if (sum->bounds.held < lacking)
    return rule;

  for (guint i = MGR_ARBITER_RULE_PRIORITY; i < MGR_ARBITER_N_RULES; i++)
    {
      if (sum->withheld[i] > sum->withheld[rule])
        rule = (MgrArbiterRule) i;
    }

  return rule;
}

/* With the tree_lock held: fills in what is to be said of it. */
static void
sum_explain (Sum          *sum,
             MgrComponent *requester,
             guint64       size,
             guint64       lacking)
{
  MgrArbiterBounds *bounds = &sum->bounds;
  guint64 room = size - MIN (lacking, size);
  guint64 within = 0;

  bounds->rule = sum_find_rule (sum, lacking);
  if (sum->shared != NULL)
    {
      bounds->sharers = count_sharers (sum->shared, requester);
      bounds->share = sum->shared->limit / bounds->sharers;
      within = bounds->share - MIN (requester->claimed, bounds->share);
      within = MIN (within, room + bounds->allowed + sum->unfair);
    }

  bounds->most = MAX (room + bounds->allowed, within);
}

gboolean
mgr_arbiter_choice_suffices (MgrComponent     *requester,
                             guint64           size,
                             GArray           *offers,
                             MgrArbiterBounds *bounds)
{
  MgrLedger *ledger = requester->ledger;
  g_autoptr (GHashTable) sums = sum_offers (offers);
  g_autoptr (GArray) lacks = NULL;
  gboolean suffices = TRUE;

  g_mutex_lock (&ledger->tree_lock);
  lacks = mgr_charge_lacks (requester, size);
  for (guint i = 0; i < lacks->len && suffices; i++)
    {
      const MgrChargeLack *lack = &g_array_index (lacks, MgrChargeLack, i);
      Sum sum = sum_for_lack (requester, size, sums, lacks, lack);

      suffices = sum.bounds.allowed >= lack->bytes;
      if (!suffices)
        {
          sum_explain (&sum, requester, size, lack->bytes);
          *bounds = sum.bounds;
        }
    }
  g_mutex_unlock (&ledger->tree_lock);

  return suffices;
}
