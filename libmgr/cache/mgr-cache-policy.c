/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "cache/mgr-cache-policy-private.h"

/* The windows tried, as shares of the cache. */
static const double windows[] = { 0.01, 0.25, 0.95 };

/* Entries of a shadow of the cache's own size: from this to twice as many. In large caches,
 * where it costs nothing, it sees one of 2^MAX_SAMPLING, and in very large ones fewer: its
 * memory should not count. */
#define SHADOW_ENTRIES 96
#define MAX_SAMPLING 6
#define MOST_SHADOW_ENTRIES 3000

/* What is foreseen for other sizes is of as many more keys: it has to be right by itself, while
 * windows are only compared with each other. */
#define ESTIMATE_BITS 2

/* The window moves after as many requests as there is room for entries, by so much of the
 * cache; what was seen before counts so much. */
#define STEP_WINDOW 0.05
#define STEP_DECAY 0.975

/* An estimate is of a longer time than what the window follows, and has steps of so many of
 * the window's. */
#define ESTIMATE_STEPS 2
#define ESTIMATE_DECAY 0.99

/* How much a step tells of the share of the cache that the shadows stand for. */
#define SHARE_STEP 0.1

/* Another order, in which all entries move, and another window to head for, with worse ones on
 * the way, are taken only for what is worth it. */
#define MARGIN 1.02

/* One of 2^@sampling keys. It is another product than that which chooses the bucket, or one
 * bucket would hold all of a shadow. */
static inline gboolean
is_sampled (guint32 hash,
            guint   sampling)
{
  return (guint64) (hash * 0x85ebca6bu) < (G_GUINT64_CONSTANT (1) << 32) >> sampling;
}

static inline gboolean
policy_sees (const MgrCachePolicy *self,
             guint32               hash)
{
  return is_sampled (hash, self->watching);
}

static guint
policy_get_sampling (const MgrCachePolicy *self,
                     MgrCacheShadowName    name)
{
  return name >= MGR_CACHE_SHADOW_HALF ? self->watching : self->sampling;
}

/* Whether a shadow is of use: none where all that comes stays, and the first ones where
 * there is something to choose. */
static gboolean
policy_asks (const MgrCachePolicy *self,
             MgrCacheShadowName    name)
{
  if (self->evictor.max_entries == 0 && self->evictor.max_weight == 0)
    return FALSE;

  switch (name)
    {
    case MGR_CACHE_SHADOW_NEW:
    case MGR_CACHE_SHADOW_MIXED:
    case MGR_CACHE_SHADOW_RECENT:
      return self->aim == MGR_CACHE_AIM_REQUESTS || self->aim == MGR_CACHE_AIM_BYTES;

    case MGR_CACHE_SHADOW_DENSE:
      return self->aim == MGR_CACHE_AIM_REQUESTS && self->evictor.max_weight > 0;

    case MGR_CACHE_SHADOW_HALF:
      return self->estimates != MGR_CACHE_ESTIMATES_OFF
             && (!policy_asks (self, MGR_CACHE_SHADOW_NEW) || policy_asks (self, MGR_CACHE_SHADOW_DENSE));

    case MGR_CACHE_SHADOW_HALF_NEW:
    case MGR_CACHE_SHADOW_HALF_MIXED:
    case MGR_CACHE_SHADOW_HALF_RECENT:
      return self->estimates != MGR_CACHE_ESTIMATES_OFF && policy_asks (self, MGR_CACHE_SHADOW_NEW);

    case MGR_CACHE_SHADOW_TWICE:
      return self->estimates != MGR_CACHE_ESTIMATES_OFF;

    case MGR_CACHE_N_SHADOWS:
    default:
      g_assert_not_reached ();
    }
}

static guint64
scaled (guint64 bound,
        double  share)
{
  return bound > 0 ? MAX ((guint64) ((double) bound * share + 0.5), 1) : 0;
}

static void
policy_bound_shadow (MgrCachePolicy     *self,
                     MgrCacheShadowName  name,
                     double              share)
{
  const MgrCacheEvictor *evictor = &self->evictor;

  mgr_cache_evictor_bound (&self->shadows[name].evictor, scaled (evictor->max_entries, share),
                           scaled (evictor->max_weight, share));
}

static void
policy_bound_sizes (MgrCachePolicy *self)
{
  for (guint i = MGR_CACHE_SHADOW_HALF; i < MGR_CACHE_SHADOW_TWICE; i++)
    policy_bound_shadow (self, i, 0.5 * self->share);
  policy_bound_shadow (self, MGR_CACHE_SHADOW_TWICE, 2.0 * self->share);
}

static double
share_of (guint sampling)
{
  return 1.0 / (double) (G_GUINT64_CONSTANT (1) << sampling);
}

static void
policy_bound_shadows (MgrCachePolicy *self)
{
  for (guint i = 0; i < MGR_CACHE_SHADOW_HALF; i++)
    policy_bound_shadow (self, i, share_of (self->sampling));

  self->share = share_of (self->watching);
  policy_bound_sizes (self);
}

/* In the unit of the bound. */
static guint64
policy_size_of (const MgrCachePolicy *self,
                const MgrCacheNode   *node)
{
  return self->evictor.max_weight > 0 ? mgr_cache_node_get_weight (node) : 1;
}

/* Entries that shadows see tell each use. */
static void
policy_watch_all (MgrCachePolicy *self)
{
  self->watched = 0;
  for (guint32 id = 1; id < self->evictor.nodes->n_touched; id++)
    {
      MgrCacheNode *node = mgr_cache_nodes_get (self->evictor.nodes, id);

      if (node->queue != MGR_CACHE_QUEUE_NONE)
        self->watched += mgr_cache_node_set_watched (node, policy_sees (self, node->hash))
                         ? policy_size_of (self, node) : 0;
    }
}

/* How many entries there are when the cache is full; where bytes are bounded nobody
 * knows before. */
static guint64
policy_entries (const MgrCachePolicy *self)
{
  return self->evictor.max_weight > 0 ? self->evictor.n_entries : self->evictor.max_entries;
}

static guint
policy_choose_watching (const MgrCachePolicy *self)
{
  return self->estimates != MGR_CACHE_ESTIMATES_OFF ? self->sampling - MIN (self->sampling, ESTIMATE_BITS)
                                                    : self->sampling;
}

/* Keeps the shadows large enough to mean something and small enough to cost nothing. */
static void
policy_resample (MgrCachePolicy *self)
{
  guint64 n = policy_entries (self);
  guint sampling = self->sampling;
  guint watching = self->watching;

  while (n >> self->sampling > MOST_SHADOW_ENTRIES
         || (n >> self->sampling >= 2 * SHADOW_ENTRIES && self->sampling < MAX_SAMPLING))
    self->sampling++;
  while (self->sampling > 0 && n >> self->sampling < SHADOW_ENTRIES / 2)
    self->sampling--;

  self->watching = policy_choose_watching (self);
  if (self->sampling == sampling && self->watching == watching)
    return;

  for (guint i = 0; i < MGR_CACHE_N_SHADOWS; i++)
    mgr_cache_shadow_sample (&self->shadows[i], is_sampled, policy_get_sampling (self, i));
  policy_watch_all (self);
  policy_bound_shadows (self);
}

static void
policy_set_window (MgrCachePolicy *self,
                   double          window)
{
  mgr_cache_segments_set_window (&self->evictor, window);
  mgr_cache_segments_set_window (&self->shadows[MGR_CACHE_SHADOW_HALF].evictor, window);
  mgr_cache_segments_set_window (&self->shadows[MGR_CACHE_SHADOW_TWICE].evictor, window);
}

static void
policy_set_order (MgrCachePolicy *self,
                  MgrCacheOrder   order)
{
  mgr_cache_evictor_reorder (&self->evictor, order);
  mgr_cache_evictor_reorder (&self->shadows[MGR_CACHE_SHADOW_HALF].evictor, order);
  mgr_cache_evictor_reorder (&self->shadows[MGR_CACHE_SHADOW_TWICE].evictor, order);
}

/* Before anything is known: where weights count, what is light is the better guess. */
static MgrCacheOrder
policy_first_order (const MgrCachePolicy *self)
{
  return self->aim == MGR_CACHE_AIM_COST || policy_asks (self, MGR_CACHE_SHADOW_DENSE)
         ? MGR_CACHE_ORDER_DENSITY : MGR_CACHE_ORDER_SEGMENTS;
}

void
mgr_cache_policy_init (MgrCachePolicy *self,
                       MgrCacheAim     aim,
                       MgrCacheNodes  *nodes,
                       guint64         max_entries,
                       guint64         max_weight)
{
  *self = (MgrCachePolicy) { .aim = aim };
  mgr_cache_sketch_init (&self->sketch, max_entries);
  mgr_cache_evictor_init (&self->evictor, MGR_CACHE_ORDER_SEGMENTS, nodes, &self->sketch);
  for (guint i = 0; i < MGR_CACHE_N_SHADOWS; i++)
    mgr_cache_shadow_init (&self->shadows[i], MGR_CACHE_ORDER_SEGMENTS, &self->sketch);
  mgr_cache_evictor_reorder (&self->shadows[MGR_CACHE_SHADOW_DENSE].evictor,
                             MGR_CACHE_ORDER_DENSITY);
  for (guint i = 0; i < G_N_ELEMENTS (windows); i++)
    {
      mgr_cache_segments_set_window (&self->shadows[i].evictor, windows[i]);
      mgr_cache_segments_set_window (&self->shadows[MGR_CACHE_SHADOW_HALF_NEW + i].evictor, windows[i]);
    }

  for (guint i = 0; i < MGR_CACHE_N_SHADOWS; i++)
    self->shadows[i].evictor.segments.by_weight = aim == MGR_CACHE_AIM_BYTES;
  self->evictor.segments.by_weight = aim == MGR_CACHE_AIM_BYTES;
  policy_set_window (self, aim == MGR_CACHE_AIM_RECENT ? 1.0 : windows[0]);
  mgr_cache_policy_bound (self, max_entries, max_weight);
}

void
mgr_cache_policy_clear (MgrCachePolicy *self)
{
  for (guint i = 0; i < MGR_CACHE_N_SHADOWS; i++)
    mgr_cache_shadow_clear (&self->shadows[i]);
  mgr_cache_evictor_clear (&self->evictor);
  mgr_cache_sketch_clear (&self->sketch);
}

void
mgr_cache_policy_bound (MgrCachePolicy *self,
                        guint64         max_entries,
                        guint64         max_weight)
{
  gboolean other_unit = (self->evictor.max_weight > 0) != (max_weight > 0);

  mgr_cache_evictor_bound (&self->evictor, max_entries, max_weight);
  if (other_unit || self->evictor.n_entries == 0)
    policy_set_order (self, policy_first_order (self));

  policy_resample (self);
  if (other_unit)
    policy_watch_all (self);
  policy_bound_shadows (self);
}

/* Where shadows are as good as each other the first is taken. */
static guint
policy_best_window (const MgrCachePolicy *self)
{
  guint best = 0;

  for (guint i = 1; i < G_N_ELEMENTS (windows); i++)
    {
      if (self->shadows[i].gain > self->shadows[best].gain)
        best = i;
    }

  return self->shadows[best].gain > self->shadows[self->heading].gain * MARGIN ? best : self->heading;
}

static void
policy_choose_order (MgrCachePolicy *self,
                     double          segments)
{
  double density = self->shadows[MGR_CACHE_SHADOW_DENSE].gain;

  if (density > segments * MARGIN)
    policy_set_order (self, MGR_CACHE_ORDER_DENSITY);
  else if (segments > density * MARGIN)
    policy_set_order (self, MGR_CACHE_ORDER_SEGMENTS);
}

static void
policy_choose (MgrCachePolicy *self)
{
  double window = self->evictor.segments.window;
  double heading;

  self->heading = policy_best_window (self);
  heading = windows[self->heading];
  policy_set_window (self, CLAMP (heading, window - STEP_WINDOW, window + STEP_WINDOW));
  if (policy_asks (self, MGR_CACHE_SHADOW_DENSE))
    policy_choose_order (self, self->shadows[self->heading].gain);
}

/* Of what is in the cache those that shadows see are another share than their hashes are
 * of all: some keys are used more than others, or weigh more. With that share, shadows of
 * other sizes are as much too large or too small as what they see is too much or too
 * little. */
static void
policy_follow_share (MgrCachePolicy *self)
{
  const MgrCacheEvictor *evictor = &self->evictor;
  guint64 size = evictor->max_weight > 0 ? evictor->weight : evictor->n_entries;

  if (size == 0)
    return;

  self->share += ((double) self->watched / (double) size - self->share) * SHARE_STEP;
  policy_bound_sizes (self);
}

/* What was asked for while shadows were new to it does not count. */
static void
policy_step_estimates (MgrCachePolicy *self)
{
  double kept = self->estimates == MGR_CACHE_ESTIMATES_BEGUN ? 0.0 : ESTIMATE_DECAY;

  self->asked *= kept;
  self->gain *= kept;
  for (guint i = MGR_CACHE_SHADOW_HALF; i <= MGR_CACHE_SHADOW_TWICE; i++)
    self->shadows[i].gain *= kept;

  self->estimates = MIN (self->estimates + 1, MGR_CACHE_ESTIMATES_KNOWN);
  self->n_steps = 0;
  policy_follow_share (self);
}

static void
policy_step (MgrCachePolicy *self)
{
  if (policy_asks (self, MGR_CACHE_SHADOW_NEW))
    policy_choose (self);
  for (guint i = 0; i < MGR_CACHE_SHADOW_HALF; i++)
    self->shadows[i].gain *= STEP_DECAY;

  self->n_sampled = 0;
  if (++self->n_steps >= ESTIMATE_STEPS && self->estimates != MGR_CACHE_ESTIMATES_OFF)
    policy_step_estimates (self);
}

/* What a hit is worth. */
static double
policy_worth (const MgrCachePolicy *self,
              guint64               weight,
              double                cost)
{
  return self->aim == MGR_CACHE_AIM_BYTES ? (double) weight
         : self->aim == MGR_CACHE_AIM_COST ? cost : 1.0;
}

/* @sampling: that of @shadow */
static void
shadow_see (MgrCacheShadow       *shadow,
            guint                 sampling,
            const MgrCachePolicy *policy)
{
  for (guint i = 0; i < policy->n_batch; i++)
    {
      const MgrCacheRequest *request = &policy->batch[i];

      if (is_sampled (request->hash, sampling)
          && mgr_cache_shadow_request (shadow, request->hash, request->weight, request->cost))
        shadow->gain += policy_worth (policy, request->weight, request->cost);
    }
}

static void
policy_flush (MgrCachePolicy *self)
{
  for (guint i = 0; i < MGR_CACHE_N_SHADOWS; i++)
    {
      if (policy_asks (self, i))
        shadow_see (&self->shadows[i], policy_get_sampling (self, i), self);
    }

  self->n_sampled += self->n_batch;
  self->n_batch = 0;
  if (self->n_sampled >= MAX (policy_entries (self) >> self->watching, 1))
    policy_step (self);
}

static void
policy_show (MgrCachePolicy     *self,
             const MgrCacheNode *node,
             double              cost,
             gboolean            hit)
{
  guint64 weight = mgr_cache_node_get_weight (node);
  double worth = policy_worth (self, weight, cost);

  self->asked += worth;
  self->gain += hit ? worth : 0.0;
  self->batch[self->n_batch++] = (MgrCacheRequest) { weight, cost, node->hash };
  if (self->n_batch == MGR_CACHE_BATCH)
    policy_flush (self);
}

static double
policy_cost (const MgrCachePolicy *self,
             double                cost)
{
  return self->aim == MGR_CACHE_AIM_COST ? cost : 1.0;
}

void
mgr_cache_policy_hit (MgrCachePolicy *self,
                      guint32         id)
{
  MgrCacheNode *node = mgr_cache_nodes_get (self->evictor.nodes, id);

  if (node->queue == MGR_CACHE_QUEUE_NONE)
    return;

  if (!mgr_cache_evictor_is_fresh (&self->evictor, node))
    {
      mgr_cache_sketch_add (&self->sketch, node->hash);
      mgr_cache_evictor_touch (&self->evictor, id, node);
    }
  else
    {
      mgr_cache_segments_touch_again (&self->evictor);
    }
  if (policy_sees (self, node->hash))
    policy_show (self, node, 1.0, TRUE);
}

void
mgr_cache_policy_insert (MgrCachePolicy *self,
                         guint32         id,
                         double          cost)
{
  MgrCacheNode *node = mgr_cache_nodes_get (self->evictor.nodes, id);
  gboolean watched = policy_sees (self, node->hash);

  cost = policy_cost (self, cost);
  if (mgr_cache_node_set_watched (node, watched))
    self->watched += policy_size_of (self, node);
  mgr_cache_sketch_add (&self->sketch, node->hash);
  mgr_cache_evictor_add (&self->evictor, id, node, cost);
  mgr_cache_sketch_reserve (&self->sketch, self->evictor.n_entries);
  if (self->evictor.max_weight > 0)
    policy_resample (self);
  if (watched)
    policy_show (self, node, cost, FALSE);
}

/* Before it goes, or has another weight. */
static void
policy_forget (MgrCachePolicy     *self,
               const MgrCacheNode *node)
{
  if (policy_sees (self, node->hash))
    self->watched -= policy_size_of (self, node);
}

void
mgr_cache_policy_replace (MgrCachePolicy *self,
                          guint32         id,
                          guint64         weight,
                          double          cost)
{
  const MgrCacheNode *node = mgr_cache_nodes_get (self->evictor.nodes, id);

  policy_forget (self, node);
  mgr_cache_evictor_reweigh (&self->evictor, id, weight, policy_cost (self, cost));
  if (policy_sees (self, node->hash))
    self->watched += policy_size_of (self, node);
  mgr_cache_policy_hit (self, id);
}

void
mgr_cache_policy_pin (MgrCachePolicy *self,
                      guint32         id)
{
  mgr_cache_evictor_pin (&self->evictor, id);
}

void
mgr_cache_policy_unpin (MgrCachePolicy *self,
                        guint32         id)
{
  mgr_cache_evictor_unpin (&self->evictor, id);
}

void
mgr_cache_policy_remove (MgrCachePolicy *self,
                         guint32         id)
{
  const MgrCacheNode *node = mgr_cache_nodes_get (self->evictor.nodes, id);

  if (policy_sees (self, node->hash))
    {
      policy_flush (self);
      for (guint i = 0; i < MGR_CACHE_N_SHADOWS; i++)
        mgr_cache_shadow_forget (&self->shadows[i], node->hash);
    }
  policy_forget (self, node);
  mgr_cache_evictor_remove (&self->evictor, id);
}

guint32
mgr_cache_policy_pick (MgrCachePolicy *self)
{
  guint32 id = mgr_cache_evictor_pick (&self->evictor);

  if (id != 0)
    policy_forget (self, mgr_cache_nodes_get (self->evictor.nodes, id));
  return id;
}

/* The shadows of other sizes begin with what is in the cache. Where that is nothing, nothing
 * is new to them. */
static void
policy_begin_estimates (MgrCachePolicy *self)
{
  self->estimates = self->evictor.n_entries > 0 ? MGR_CACHE_ESTIMATES_BEGUN : MGR_CACHE_ESTIMATES_COUNTED;
  self->n_sampled = self->n_steps = 0;
  self->asked = self->gain = 0.0;
  policy_resample (self);
  policy_set_window (self, self->evictor.segments.window);
  policy_set_order (self, self->evictor.order);
  for (guint32 id = 1; id < self->evictor.nodes->n_touched; id++)
    {
      const MgrCacheNode *node = mgr_cache_nodes_get (self->evictor.nodes, id);

      if (node->queue == MGR_CACHE_QUEUE_NONE || !policy_sees (self, node->hash))
        continue;
      for (guint i = MGR_CACHE_SHADOW_HALF; i <= MGR_CACHE_SHADOW_TWICE; i++)
        {
          if (policy_asks (self, i))
            mgr_cache_shadow_request (&self->shadows[i], node->hash,
                                      mgr_cache_node_get_weight (node), 1.0);
        }
    }
}

/* A smaller cache chooses among the same windows by itself. */
static double
policy_gain_of_half (const MgrCachePolicy *self)
{
  double best = 0.0;

  for (guint i = MGR_CACHE_SHADOW_HALF; i < MGR_CACHE_SHADOW_TWICE; i++)
    best = MAX (best, self->shadows[i].gain);

  return best;
}

gboolean
mgr_cache_policy_estimate (MgrCachePolicy   *self,
                           MgrCacheEstimate *estimate)
{
  policy_flush (self);
  if (self->estimates == MGR_CACHE_ESTIMATES_OFF)
    policy_begin_estimates (self);
  if (self->estimates != MGR_CACHE_ESTIMATES_KNOWN || self->asked <= 0.0)
    return FALSE;

  estimate->same = self->gain / self->asked;
  estimate->half = policy_gain_of_half (self) / self->asked;
  estimate->twice = self->shadows[MGR_CACHE_SHADOW_TWICE].gain / self->asked;
  return TRUE;
}

void
mgr_cache_policy_shrink (MgrCachePolicy *self)
{
  g_assert (self->evictor.n_entries == 0);

  mgr_cache_evictor_clear (&self->evictor);
  mgr_cache_sketch_clear (&self->sketch);
  mgr_cache_sketch_init (&self->sketch, self->evictor.max_entries);
}

gsize
mgr_cache_policy_get_size (const MgrCachePolicy *self)
{
  gsize size = self->sketch.n_blocks * sizeof *self->sketch.blocks +
               self->evictor.density.room * (sizeof (double) + sizeof (guint32));

  for (guint i = 0; i < MGR_CACHE_N_SHADOWS; i++)
    size += mgr_cache_shadow_get_size (&self->shadows[i]);

  return size;
}
