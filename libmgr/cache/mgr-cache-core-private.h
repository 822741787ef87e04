/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "base/mgr-error.h"
#include "cache/mgr-cache-key-private.h"
#include "cache/mgr-cache-policy-private.h"

G_BEGIN_DECLS

/* A cache of pointers and numbers: the table, the bounds, expiry, and what lets several
 * threads use it at once. Whoever has it gives the values their meaning: it calls no foreign
 * code but value_ref, and hands out what it removed instead of destroying it.
 *
 * Two kinds of lock, always taken in this order:
 *
 *   lock          the policy, the wheel, and every change of the table
 *   stripe lock   a part of the table, with the keys and values of its entries
 *
 * As long as keys and values are numbers, or pointers that need no reference, they are found
 * without a lock: a stripe has a version, which is another one after any change that could
 * mislead who reads meanwhile, and odd during it. Who was misled looks again under the lock.
 * From the first one on that has to be referenced, all is found under the locks of stripes.
 *
 * What was found is told to the policy later, by way of a buffer of the thread's own, when
 * that is full or the thread has the lock for another reason; what does not fit meanwhile is
 * forgotten, since a few uses less of what is used often tell as much. A change takes both
 * locks, so the holder of the first may read the table without the other; what comes new is
 * linked under the first alone, since who looks for something meanwhile finds it or does
 * not. */
typedef struct _MgrCacheCore MgrCacheCore;

/* Called under a stripe's lock: it may count, and no more. */
typedef gpointer (*MgrCacheRefFunc) (gpointer value);

/* A value as it is kept. */
typedef struct
{
  gpointer data; /* a pointer; or of a number, its bits */
  gint64 note;   /* 0 for a pointer; of a number, what else its owner has to know: above 0 */
} MgrCacheValue;

static inline gboolean
mgr_cache_value_is (MgrCacheValue value,
                    MgrCacheValue other)
{
  return value.data == other.data && value.note == other.note;
}

typedef struct _MgrCacheFollower MgrCacheFollower;

typedef struct
{
  MgrCacheKeyType key_type;
  MgrCacheAim aim;
  guint64 max_entries;       /* 0 if not bounded */
  guint64 max_weight;        /* 0 if not bounded */
  MgrCacheRefFunc value_ref; /* (nullable): if %NULL, values need no reference */
  guint64 seed;              /* of the hashes; 0 for one by chance */
  const MgrCacheFollower *follower; /* (unowned) (nullable) */
  gpointer follower_data;    /* (unowned) */
} MgrCacheConfig;

typedef struct
{
  MgrCacheValue value; /* (owned) */
  guint64 weight;  /* at least 1 */
  double cost;     /* above 0, in any unit; it counts where the aim is cost */
  gint64 deadline; /* µs, 0 for none, as always for numbers */
  gboolean pinned; /* goes for no other entry */
  gboolean yields; /* to any value that is there, but for this: */
  MgrCacheValue old; /* (unowned) (nullable) */
  gboolean supersedes; /* for the follower alone, as below: what it has is out of date */
  gconstpointer reading; /* (unowned) (nullable): of what the value came of */
} MgrCacheItem;

/* Hears of what happens to keys in the order in which it does, with the lock held: it calls
 * neither the cache nor foreign code. */
struct _MgrCacheFollower
{
  /* Returns: whether @item may come */
  gboolean (*put)     (gpointer            data,
                       const MgrCacheKey  *key,
                       const MgrCacheItem *item);
  /* Somebody wants it to be gone, whether it was there or not. */
  void     (*removed) (gpointer            data,
                       const MgrCacheKey  *key);
  void     (*cleared) (gpointer            data);
  /* For want of room or of memory. */
  void     (*evicted) (gpointer            data,
                       MgrCacheKeyData     key,
                       MgrCacheValue       value);
};

/* What is not in the cache any more, or a copy of what is. */
typedef struct
{
  MgrCacheCause cause;
  MgrCacheKeyData key; /* (owned) */
  MgrCacheValue value; /* (owned) */
  guint64 weight;
} MgrCacheRemoval;

/* What an entry takes besides key and value, with its share of the index and the sketch. */
#define MGR_CACHE_ENTRY_SIZE 72

/* Most calls remove one or two entries at most, so these take no allocation. */
#define MGR_CACHE_REMOVALS_INLINE 4

typedef struct
{
  guint n;
  MgrCacheRemoval first[MGR_CACHE_REMOVALS_INLINE];
  GArray *rest; /* (owned) (nullable) (element-type MgrCacheRemoval) */
} MgrCacheRemovals;

typedef struct
{
  guint64 hits;
  guint64 misses;
  guint64 n_entries;
  guint64 weight;
  guint64 evicted_age;                                   /* as booked */
  guint64 removed[MGR_CACHE_CAUSE_COLLECTED + 1];        /* by cause */
  guint64 removed_weight[MGR_CACHE_CAUSE_COLLECTED + 1]; /* by cause */
} MgrCacheCounts;

MgrCacheCore *mgr_cache_core_new          (const MgrCacheConfig   *config);
/* Nobody may use it any more. What was in it is appended to @removals. */
void          mgr_cache_core_free         (MgrCacheCore           *self,
                                           MgrCacheRemovals       *removals);

/* Keys of this cache, to be given to the functions below. */
guint64       mgr_cache_core_get_seed     (const MgrCacheCore     *self);

/* @now is the time by the clock of the deadlines, in µs, here and below. @value is
 * (transfer full) where there is a value_ref. Returns: whether it is there */
gboolean      mgr_cache_core_get          (MgrCacheCore           *self,
                                           const MgrCacheKey      *key,
                                           gint64                  now,
                                           MgrCacheValue          *value);
/* As mgr_cache_core_get(), but it is no use of the entry. @value may be %NULL. */
gboolean      mgr_cache_core_peek         (MgrCacheCore           *self,
                                           const MgrCacheKey      *key,
                                           gint64                  now,
                                           MgrCacheValue          *value);

/* Takes the value if there is no error. What has to go for it is appended to @removals:
 * this may be the value itself, where all others are worth more. */
gboolean      mgr_cache_core_put          (MgrCacheCore           *self,
                                           const MgrCacheKey      *key,
                                           const MgrCacheItem     *item,
                                           gint64                  now,
                                           MgrCacheRemovals       *removals,
                                           GError                **error);
/* Returns: whether it was there */
gboolean      mgr_cache_core_remove       (MgrCacheCore           *self,
                                           const MgrCacheKey      *key,
                                           gint64                  now,
                                           MgrCacheCause           cause,
                                           MgrCacheRemovals       *removals);
/* As mgr_cache_core_remove(), if what is there is @value still. */
gboolean      mgr_cache_core_remove_value (MgrCacheCore           *self,
                                           const MgrCacheKey      *key,
                                           MgrCacheValue           value,
                                           gint64                  now,
                                           MgrCacheCause           cause,
                                           MgrCacheRemovals       *removals);
void          mgr_cache_core_clear        (MgrCacheCore           *self,
                                           MgrCacheCause           cause,
                                           MgrCacheRemovals       *removals);
/* Puts a pointer in the place of a number, if that is there still. Returns: whether it was,
 * and then @pointer is taken */
gboolean      mgr_cache_core_exchange     (MgrCacheCore           *self,
                                           const MgrCacheKey      *key,
                                           MgrCacheValue           number,
                                           gpointer                pointer);
/* A pinned entry may be removed and may expire, but goes for no other entry. Returns:
 * whether it was there */
gboolean      mgr_cache_core_set_pinned   (MgrCacheCore           *self,
                                           const MgrCacheKey      *key,
                                           gboolean                pinned);
/* Returns: whether it was there */
gboolean      mgr_cache_core_set_deadline (MgrCacheCore           *self,
                                           const MgrCacheKey      *key,
                                           gint64                  now,
                                           gint64                  deadline);

void          mgr_cache_core_set_bounds   (MgrCacheCore           *self,
                                           guint64                 max_entries,
                                           guint64                 max_weight,
                                           MgrCacheRemovals       *removals);
/* Removes those worth least until at least @target of weight is gone. Returns: the
 * weight that is gone, which is less only where no more may go */
guint64       mgr_cache_core_trim         (MgrCacheCore           *self,
                                           guint64                 target,
                                           MgrCacheCause           cause,
                                           MgrCacheRemovals       *removals);
/* Removes what has expired, in a slice of about @max_work entries. Returns: whether there
 * is more to do at once */
gboolean      mgr_cache_core_expire       (MgrCacheCore           *self,
                                           gint64                  now,
                                           guint                   max_work,
                                           MgrCacheRemovals       *removals);
/* When to call mgr_cache_core_expire() again; G_MAXINT64 for never. */
gint64        mgr_cache_core_get_next     (MgrCacheCore           *self,
                                           gint64                  now);

/* Appends what all threads have put off by mgr_cache_core_defer(); the weights are not known
 * any more. */
void          mgr_cache_core_take_deferred (MgrCacheCore          *self,
                                           MgrCacheRemovals       *removals);
/* What this thread has put off need not be done. */
void          mgr_cache_core_forget_deferred (MgrCacheCore        *self);

/* All entries at one time, with references: (element-type MgrCacheRemoval) in
 * no order; their cause says nothing. */
void          mgr_cache_core_list         (MgrCacheCore           *self,
                                           gint64                  now,
                                           MgrCacheRemovals       *entries);
void          mgr_cache_core_get_counts   (MgrCacheCore           *self,
                                           MgrCacheCounts         *counts);
/* Begins to find out, if it was not asked before. Returns: %FALSE while too little was
 * asked for since then to tell */
gboolean      mgr_cache_core_estimate     (MgrCacheCore           *self,
                                           MgrCacheEstimate       *estimate);
/* Bytes of the cache itself, without keys that are not numbers and without values. */
gsize         mgr_cache_core_get_overhead (MgrCacheCore           *self);

/* @removals begins as all zero, or by mgr_cache_removals_init(). */
/* Returns: a new one at the end, for the caller to fill */
MgrCacheRemoval *mgr_cache_removals_append_far (MgrCacheRemovals  *removals);
void          mgr_cache_removals_clear_all (MgrCacheRemovals      *removals,
                                           MgrCacheKeyType         key_type,
                                           GDestroyNotify          free_value);

/* As all zero, without a touch of what is not read before it is written. */
static inline void
mgr_cache_removals_init (MgrCacheRemovals *removals)
{
  removals->n = 0;
  removals->rest = NULL;
}

static inline MgrCacheRemoval *
mgr_cache_removals_get (MgrCacheRemovals *removals,
                        guint             i)
{
  if (G_LIKELY (i < MGR_CACHE_REMOVALS_INLINE))
    return &removals->first[i];

  return &g_array_index (removals->rest, MgrCacheRemoval, i - MGR_CACHE_REMOVALS_INLINE);
}

static inline MgrCacheRemoval *
mgr_cache_removals_append (MgrCacheRemovals *removals)
{
  if (G_LIKELY (removals->n < MGR_CACHE_REMOVALS_INLINE))
    return &removals->first[removals->n++];

  return mgr_cache_removals_append_far (removals);
}

/* With no lock held: frees the keys, and pointers by @free_value unless it is %NULL. */
static inline void
mgr_cache_removals_clear (MgrCacheRemovals *removals,
                          MgrCacheKeyType   key_type,
                          GDestroyNotify    free_value)
{
  guint n = 0;

  /* Most often numbers went, or what nobody frees. */
  while (key_type == MGR_CACHE_KEY_TYPE_INT64 && n < MIN (removals->n, MGR_CACHE_REMOVALS_INLINE)
         && (free_value == NULL || removals->first[n].value.note != 0))
    n++;

  if (n == removals->n)
    removals->n = 0;
  else
    mgr_cache_removals_clear_all (removals, key_type, free_value);
}

G_END_DECLS
