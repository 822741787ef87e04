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

/* What fairness leaves to ask for within @level, whose budget is in the way. */
static guint64
relation_get_fair_spare (const Relation *relation,
                         MgrComponent   *level)
{
  MgrComponent *requester = relation->requester;
  MgrComponent *holder = relation->holder;
  gint64 now = mgr_ledger_now (requester->ledger);
  guint64 share;

  if (!is_active (holder, now))
    return holder->claimed;

  share = level->limit / MAX (count_active (level, requester, now), 1);
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

static guint64
relation_get_limit (const Relation *relation,
                    MgrComponent   *level)
{
  int precedence = relation_compare_priorities (relation);
  guint64 spare = relation_get_spare (relation);

  if (precedence > 0)
    return spare;
  if (precedence < 0)
    return 0;

  return MIN (spare, relation_get_fair_spare (relation, level));
}

/* With the tree_lock held. */
static guint64
find_target (MgrComponent *requester,
             guint64       size,
             MgrComponent *holder,
             GArray       *lacks)
{
  Relation relation = { requester, size, holder, find_common (requester, holder) };
  MgrComponent *lowest = NULL;
  guint64 wanted = 0;

  if (relation.common == NULL)
    return 0;

  for (guint i = 0; i < lacks->len; i++)
    {
      const MgrChargeLack *lack = &g_array_index (lacks, MgrChargeLack, i);

      if (!is_within (holder, lack->level))
        continue;
      if (lowest == NULL)
        lowest = lack->level;
      wanted = MAX (wanted, lack->bytes);
    }

  return lowest != NULL ? MIN (wanted, relation_get_limit (&relation, lowest)) : 0;
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
  guint64 target;

  if (holder->ledger != ledger)
    return 0;

  g_mutex_lock (&ledger->tree_lock);
  lacks = mgr_charge_lacks (requester, size);
  target = find_target (requester, size, holder, lacks);
  g_mutex_unlock (&ledger->tree_lock);

  return target;
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

/* With the tree_lock held: what all of @sums may give for @lack, which is one of
 * @lacks. */
static guint64
sum_for_lack (MgrComponent        *requester,
              guint64              size,
              GHashTable          *sums,
              GArray              *lacks,
              const MgrChargeLack *lack)
{
  GHashTableIter iter;
  guint64 total = 0;
  gpointer holder;
  gpointer sum;

  g_hash_table_iter_init (&iter, sums);
  while (g_hash_table_iter_next (&iter, &holder, &sum))
    {
      guint64 part = 0;

      if (is_within (holder, lack->level))
        part = MIN (*(guint64 *) sum, find_target (requester, size, holder, lacks));
      total += MIN (part, G_MAXUINT64 - total);
    }

  return total;
}

gboolean
mgr_arbiter_choice_suffices (MgrComponent *requester,
                             guint64       size,
                             GArray       *offers)
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

      suffices = sum_for_lack (requester, size, sums, lacks, lack) >= lack->bytes;
    }
  g_mutex_unlock (&ledger->tree_lock);

  return suffices;
}
