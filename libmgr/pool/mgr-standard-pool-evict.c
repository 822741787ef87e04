/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-owner-call-private.h"
#include "pool/mgr-eviction-plan-private.h"

/* A request of another thread waits so long for the owner to answer, for all blocks
 * together: a loop that runs answers sooner, and one that does not is not waited for. */
#define ANSWER_TIME (100 * G_TIME_SPAN_MILLISECOND)

/* Where others take what was made free time and again, somebody has to give up. */
#define ROUNDS_MAX 1000

/* What is evicted at a time when memory is wanted back. */
#define BATCH_BYTES ((guint64) 1 << 20)

typedef struct
{
  MgrBlock *block; /* (owned) */
  gboolean vetoed;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  mgr_block_unref (question->block);
  g_free (question);
}

/* Of which pool handlers are asked in this thread, the innermost first. */
typedef struct _Asking Asking;

struct _Asking
{
  MgrStandardPool *pool; /* (unowned) */
  Asking *outer;         /* (unowned) (nullable) */
};

static GPrivate innermost;

gboolean
mgr_standard_pool_is_asking (MgrStandardPool *self)
{
  for (Asking *asking = g_private_get (&innermost); asking != NULL; asking = asking->outer)
    {
      if (asking->pool == self)
        return TRUE;
    }

  return FALSE;
}

/* In the owner's context: whether a handler wants to keep the block. */
static gboolean
pool_emit_evict (MgrStandardPool *self,
                 MgrBlock        *block)
{
  Asking asking = { .pool = self, .outer = g_private_get (&innermost) };
  gboolean vetoed;

  g_private_set (&innermost, &asking);
  vetoed = mgr_standard_pool_emit_evict (self, block);
  g_private_set (&innermost, asking.outer);

  return vetoed;
}

static void
ask_cb (gpointer object,
        gpointer user_data)
{
  Question *question = user_data;

  question->vetoed = pool_emit_evict (MGR_STANDARD_POOL (object), question->block);
}

/* FALSE where nobody has answered by the deadline. */
static gboolean
pool_ask_about (MgrStandardPool *self,
                MgrBlock        *block,
                gint64           deadline,
                gboolean        *out_stays)
{
  g_autoptr (MgrOwnerCall) call = NULL;
  Question *question;

  if (mgr_standard_pool_is_owner (self))
    {
      *out_stays = pool_emit_evict (self, block);
      return TRUE;
    }

  question = g_new0 (Question, 1);
  question->block = mgr_block_ref (block);
  call = mgr_owner_call_post (mgr_pool_get_context (MGR_POOL (self)), self, ask_cb,
                              question, question_free);
  if (mgr_owner_call_wait (call, deadline))
    {
      *out_stays = question->vetoed;
      return TRUE;
    }

  mgr_owner_call_withdraw (call);
  return FALSE;
}

/* What was said of blocks: their ids, and GINT_TO_POINTER (TRUE) for those that stay. */
static GHashTable *
answers_new (void)
{
  return g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
}

/* With no lock held: asks for each block that nobody has been asked for yet. Who does not
 * answer has not said that anything may go, and FALSE says not to ask again. */
static gboolean
pool_ask (MgrStandardPool *self,
          GPtrArray       *blocks,
          GHashTable      *answers,
          gint64           deadline)
{
  for (guint i = 0; i < blocks->len; i++)
    {
      MgrBlock *block = g_ptr_array_index (blocks, i);
      guint64 id = mgr_block_get_id (block);
      gboolean stays;

      if (!pool_ask_about (self, block, deadline, &stays))
        return FALSE;

      g_hash_table_insert (answers, g_memdup2 (&id, sizeof id), GINT_TO_POINTER (stays));
      /* The others need not hear of a plan that has failed. */
      if (stays)
        break;
    }

  return TRUE;
}

/* With all locks held. Returns (transfer full) (element-type MgrBlock): those victims of
 * whom nothing is known, if anybody cares. */
static GPtrArray *
pool_list_unasked (MgrStandardPool *self,
                   GPtrArray       *victims,
                   GHashTable      *answers)
{
  GPtrArray *blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_block_unref);
  gboolean asks = mgr_standard_pool_asks (self);

  for (guint i = 0; asks && i < victims->len; i++)
    {
      MgrBlockSlot *slot = g_ptr_array_index (victims, i);

      if (!g_hash_table_contains (answers, &slot->id))
        g_ptr_array_add (blocks, mgr_block_new (slot));
    }

  return blocks;
}

/* With all locks held. Adds what is to be freed once unlocked to @texts. */
static void
pool_evict_slot (MgrStandardPool *self,
                 MgrBlockSlot    *slot,
                 GPtrArray       *texts)
{
  gpointer owner = NULL;
  gpointer text;

  mgr_block_table_find (slot->id, &owner);
  self->gauge.evicted++;
  self->gauge.evicted_bytes += slot->size;
  text = mgr_pool_stripe_end_block (owner, slot, TRUE);
  if (text != NULL)
    g_ptr_array_add (texts, text);
  mgr_standard_pool_give_place (self, slot);
  mgr_pool_stripe_put_slot (owner, slot);
}

/* With all locks held: does what was planned, or nothing where what the block would hold
 * is refused. */
static guint64
pool_carry_out (MgrStandardPool       *self,
                MgrPoolStripe         *stripe,
                MgrBlockRequest       *request,
                const MgrEvictionPlan *plan,
                GPtrArray             *texts)
{
  guint64 used = self->gauge.used + plan->size - plan->victim_bytes;
  MgrOffsetBlock place = 0;
  MgrBlockSlot *slot;

  if (!mgr_pool_stripe_prepare (stripe)
      || !mgr_standard_pool_hold (self, plan->offset, plan->size, used, NULL))
    return 0;

  for (guint i = 0; i < plan->victims->len; i++)
    {
      slot = g_ptr_array_index (plan->victims, i);
      place = slot->place;
      pool_evict_slot (self, slot, texts);
    }

  /* What lay side by side is one hole by now, and bears the name of the last. */
  slot = stripe->free_slots;
  mgr_offset_allocator_take_at (self->allocator, place, plan->offset, plan->size, slot);
  slot->place = place;
  slot->offset = plan->offset;
  slot->size = plan->size;
  if (mgr_pool_gauge_add (&self->gauge, slot->size))
    mgr_standard_pool_follow_gauge (self, TRUE);

  return mgr_pool_stripe_begin_block (self, stripe, slot, request);
}

guint64
mgr_standard_pool_allocate_evicting (MgrStandardPool *self,
                                     MgrPoolStripe   *stripe,
                                     MgrBlockRequest *request,
                                     MgrBlockOutcome  outcome)
{
  g_autoptr (GHashTable) answers = answers_new ();
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  const gint64 deadline = g_get_monotonic_time () + ANSWER_TIME;
  guint64 id = 0;
  gboolean found = TRUE;

  for (guint round = 0; id == 0 && found && round < ROUNDS_MAX; round++)
    {
      g_autoptr (GPtrArray) blocks = NULL;
      g_auto (MgrEvictionPlan) plan = { 0 };

      mgr_standard_pool_lock_all (self);
      found = mgr_pool_check_open (MGR_POOL (self), NULL)
              && mgr_eviction_plan_make (&plan, self, request, answers,
                                         outcome == MGR_BLOCK_NO_CHARGE);
      if (found)
        {
          blocks = pool_list_unasked (self, plan.victims, answers);
          if (blocks->len == 0)
            {
              id = pool_carry_out (self, stripe, request, &plan, texts);
              found = id != 0;
            }
        }
      mgr_standard_pool_unlock_all (self);

      if (blocks != NULL && !pool_ask (self, blocks, answers, deadline))
        found = FALSE;
    }

  return id;
}

/* The first from @slot on that nobody wants to keep. */
static MgrBlockSlot *
line_skip_kept (MgrBlockSlot *slot,
                GHashTable   *answers)
{
  while (slot != NULL && (slot->moving || g_hash_table_lookup (answers, &slot->id) != NULL))
    slot = slot->newer;

  return slot;
}

/* Adds the blocks of the priority at @index to @victims, the one that was not used longest
 * first, until they are @target bytes. */
static void
pool_choose_of_priority (MgrStandardPool *self,
                         guint            index,
                         guint64          target,
                         GHashTable      *answers,
                         GPtrArray       *victims)
{
  MgrBlockSlot *next[MGR_STANDARD_POOL_STRIPES_MAX];
  guint64 bytes = 0;
  guint oldest = 0;

  for (guint i = 0; i < self->n_stripes; i++)
    next[i] = line_skip_kept (self->stripes[i].lines[index].oldest, answers);

  while (bytes < target)
    {
      for (guint i = 0; i < self->n_stripes; i++)
        {
          if (next[i] != NULL && (next[oldest] == NULL || next[i]->stamp < next[oldest]->stamp))
            oldest = i;
        }
      if (next[oldest] == NULL)
        return;

      g_ptr_array_add (victims, next[oldest]);
      bytes += next[oldest]->size;
      next[oldest] = line_skip_kept (next[oldest]->newer, answers);
    }
}

/* With all locks held. Returns (transfer full) (element-type MgrBlockSlot): of the blocks
 * that matter least as many as are @target bytes. */
static GPtrArray *
pool_choose_victims (MgrStandardPool *self,
                     guint64          target,
                     GHashTable      *answers)
{
  GPtrArray *victims = g_ptr_array_new ();

  for (guint i = 0; i < MGR_STANDARD_POOL_PRIORITIES && victims->len == 0; i++)
    pool_choose_of_priority (self, i, target, answers, victims);

  return victims;
}

/* Returns how many blocks were evicted or asked for: 0 if there is none left, or nobody
 * answers. */
static guint
pool_evict_batch (MgrStandardPool *self,
                  guint64          target,
                  gint64           deadline,
                  GHashTable      *answers,
                  guint64         *evicted)
{
  g_autoptr (GPtrArray) texts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) victims = NULL;
  g_autoptr (GPtrArray) blocks = NULL;
  guint64 before;
  guint n_victims;

  mgr_standard_pool_lock_all (self);
  before = self->gauge.evicted_bytes;
  victims = pool_choose_victims (self, target, answers);
  n_victims = victims->len;
  blocks = pool_list_unasked (self, victims, answers);
  for (guint i = 0; blocks->len == 0 && i < n_victims; i++)
    pool_evict_slot (self, g_ptr_array_index (victims, i), texts);
  mgr_standard_pool_follow_charge (self);
  *evicted += self->gauge.evicted_bytes - before;
  mgr_standard_pool_unlock_all (self);

  return pool_ask (self, blocks, answers, deadline) ? n_victims : 0;
}

guint64
mgr_standard_pool_evict (MgrStandardPool *self,
                         guint64          target,
                         gint64           deadline)
{
  const gint64 answer_deadline = MIN (deadline, g_get_monotonic_time () + ANSWER_TIME);
  g_autoptr (GHashTable) answers = answers_new ();
  guint64 evicted = 0;

  /* A handler that has its pool cleaned up would be asked inside of itself, without end. */
  if (mgr_standard_pool_is_asking (self))
    return 0;

  while (evicted < target && g_get_monotonic_time () < deadline
         && pool_evict_batch (self, MIN (target - evicted, BATCH_BYTES), answer_deadline, answers,
                              &evicted) > 0)
    continue;

  if (evicted > 0 && (self->flags & MGR_STANDARD_POOL_FLAGS_COMPACT) != 0)
    mgr_standard_pool_compact (self, MAX (deadline - g_get_monotonic_time (), 0));
  return evicted;
}
