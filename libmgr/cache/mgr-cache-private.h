/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "cache/mgr-cache.h"
#include "cache/mgr-cache-charge-private.h"
#include "cache/mgr-cache-core-private.h"
#include "cache/mgr-cache-holder-private.h"
#include "cache/mgr-cache-statistics-private.h"
#include "cache/mgr-cache-tier-private.h"
#include "cache/mgr-flights-private.h"
#include "cache/mgr-cache-terms-private.h"
#include "cache/mgr-key-private.h"

G_BEGIN_DECLS

/* What can be set at any time. */
typedef struct
{
  guint64 max_bytes;    /* 0 if not bounded */
  guint64 max_entries;  /* 0 if not bounded */
  gint64 ttl;           /* µs, 0 for none, here and below */
  gint64 idle_ttl;
  gint64 negative_ttl;
  gint64 refresh_after;
  gint64 load_timeout;
  double jitter;        /* 0 to 1 */
  gboolean resist_pressure;
} MgrCacheRules;

/* As they are read while somebody may set them: word by word, and again if they have
 * changed meanwhile. */
typedef union
{
  MgrCacheRules rules;
  guint64 words[sizeof (MgrCacheRules) / sizeof (guint64)];
} MgrCacheRulesWords;

G_STATIC_ASSERT (sizeof (MgrCacheRulesWords) == sizeof (MgrCacheRules));

/* Something that has left and has to be told of. */
typedef struct
{
  MgrCacheKeyData key;    /* (owned) */
  MgrCacheHolder *holder; /* (owned) */
  MgrCacheCause cause;
} MgrCacheDeparture;

struct _MgrCache
{
  GObject parent_instance;

  /* None of these changes. */
  char *name;               /* (owned) */
  MgrCacheKeyType key_type;
  MgrCacheObjective objective;
  MgrCacheEviction eviction;
  MgrComponent *component;  /* (owned) (nullable) */
  MgrClock *clock;          /* (owned) */
  gboolean is_system_clock;
  GMainContext *context;    /* (owned) */
  MgrCacheCore *core;       /* (owned) */
  guint64 seed;             /* of the hashes of keys */
  MgrFlights *flights;      /* (owned) */
  MgrCacheTags *tags;       /* (owned) */
  MgrCacheStore *store;     /* (owned) (nullable) */
  MgrCacheTier *tier;       /* (owned) (nullable): what brings values to the store */

  MgrCacheCharge charge;
  gint is_heard;            /* atomic: whether somebody listened to “removed” the last time */
  gint is_look_due;         /* atomic: whether what is put off waits for less than a moment */
  gint has_deadlines;       /* atomic: whether anything can ever have expired */
  gint track_uses;          /* atomic */
  guint64 not_hits;         /* atomic: hits of the core that were none */

  MgrCacheRulesWords rules; /* atomic, each word of it; set with the lock held */
  guint rules_version;      /* atomic: odd while they are being set */
  gint has_end;             /* atomic: whether by them what comes has an end */

  GMutex lock;
  MgrCacheFigures figures;  /* what the core does not count; guarded by lock, as all below */
  GArray *departures;       /* (owned) (element-type MgrCacheDeparture) */
  GSource *look;            /* (owned) (nullable): for what is put off */
  GSource *timer;           /* (owned) (nullable) */
  gint64 timer_due;         /* atomic for those who only compare it: µs; G_MAXINT64 for never */
};

/* The class of all caches, since none can be derived; unset before there is one. */
extern GTypeClass *mgr_cache_only_class G_GNUC_INTERNAL;

/* As MGR_IS_CACHE(), without a call. */
static inline gboolean
mgr_is_cache (gpointer cache)
{
  return cache != NULL
         && (G_LIKELY (((const GTypeInstance *) cache)->g_class == mgr_cache_only_class)
             || MGR_IS_CACHE (cache));
}

static inline MgrCacheKey
mgr_cache_key_of (MgrCache     *self,
                  const MgrKey *key)
{
  switch (key->type)
    {
    case MGR_CACHE_KEY_TYPE_STRING:
      return mgr_cache_key_string (self->seed, key->as.string);
    case MGR_CACHE_KEY_TYPE_BYTES:
      return mgr_cache_key_bytes (self->seed, key->as.bytes);
    case MGR_CACHE_KEY_TYPE_INT64:
    default:
      return mgr_cache_key_int64 (self->seed, key->as.number);
    }
}

/* To be called as the class is made. */
void            mgr_cache_install_properties (GObjectClass *object_class);

/* In the thread of the caller, here and below, and from any. */

MgrCacheRules   mgr_cache_get_rules   (MgrCache           *self);
void            mgr_cache_change_figure (MgrCache         *self,
                                       guint64            *figure,
                                       gint64              by);

MgrKey          mgr_cache_key_of_data (MgrCache           *self,
                                       MgrCacheKeyData     data);

/* Returns: (transfer full) (nullable): a failure too */
MgrCacheHolder *mgr_cache_fetch       (MgrCache           *self,
                                       const MgrCacheKey  *key,
                                       gboolean            is_use);
/* @holder: (transfer full) (nullable)
 * @value: (nullable): not initialised */
gboolean        mgr_cache_give        (MgrCache           *self,
                                       MgrCacheHolder     *holder,
                                       GValue             *value);
/* @item: to what the value yields
 *
 * Returns: (transfer full) (nullable): a value that was loaded, unless it cannot be kept,
 * or another came meanwhile */
MgrCacheHolder *mgr_cache_keep_loaded (MgrCache           *self,
                                       const MgrCacheKey  *key,
                                       MgrCacheTerms      *terms,
                                       MgrCacheItem       *item);
/* Keeps a load that failed, for as long as the rules say. */
void            mgr_cache_keep_failure (MgrCache          *self,
                                       const MgrCacheKey  *key,
                                       const MgrCacheReading *reading,
                                       const GError       *failure);
/* With no lock held: books what has left, tells of it, and lets go of it. */
void            mgr_cache_bid_farewell (MgrCache          *self,
                                       MgrCacheRemovals   *removals);
/* The same where the time is known. */
void            mgr_cache_bid_farewell_at (MgrCache       *self,
                                       MgrCacheRemovals   *removals,
                                       gint64              now);
/* Has “removed” be emitted for each of @removals, which stay the caller's. */
void            mgr_cache_tell        (MgrCache           *self,
                                       MgrCacheRemovals   *removals);
/* Sees to it that what was put off is told of after a moment. */
void            mgr_cache_expect_look (MgrCache           *self);
void            mgr_cache_emit_removed (MgrCache          *self,
                                       const GValue       *key,
                                       const GValue       *value,
                                       MgrCacheCause       cause);
gboolean        mgr_cache_measure     (MgrCache           *self,
                                       const GValue       *value,
                                       guint64            *size,
                                       GError            **error);
gboolean        mgr_cache_is_removed_wanted (MgrCache     *self);
gboolean        mgr_cache_emit_measure (MgrCache          *self,
                                       const GValue       *value,
                                       guint64            *size);

/* Expiry */
gint64          mgr_cache_get_time    (MgrCache           *self);
/* For ages: it may be some milliseconds behind, and is read in no time. */
gint64          mgr_cache_get_rough_time (MgrCache        *self);
/* Sees to it that what expires at @deadline goes. */
void            mgr_cache_expect      (MgrCache           *self,
                                       gint64              deadline);
/* For those without a main loop: expires a little, if anything is due. */
void            mgr_cache_expire_in_passing (MgrCache     *self,
                                       gint64              now);
void            mgr_cache_stop_expiry (MgrCache           *self);

/* The second tier: nothing happens where there is none. */

/* Follows the core, so that what the tier has is never older than what was put last. */
extern const MgrCacheFollower mgr_cache_tier_follower;

/* To be called after what may have changed something in the tier. */
void            mgr_cache_wake_tier   (MgrCache           *self);
/* Sends what has left for want of room or memory there. */
void            mgr_cache_spill       (MgrCache           *self,
                                       const MgrCacheRemoval *removal);
/* To be begun before @key is looked for there.
 *
 * Returns: (nullable): for mgr_cache_end_reading() */
MgrCacheReading *mgr_cache_begin_reading (MgrCache        *self,
                                       const MgrKey       *key);
void            mgr_cache_end_reading (MgrCache           *self,
                                       MgrCacheReading    *reading);
/* Returns: whether it was there, and @terms have the value now */
gboolean        mgr_cache_recall      (MgrCache           *self,
                                       const MgrKey       *key,
                                       MgrCacheTerms      *terms,
                                       GCancellable       *cancellable);
/* Both halves of it, where there is a tier: the first waits for the store, and the other
 * calls foreign code.
 *
 * Returns: (transfer full) (nullable) */
GBytes         *mgr_cache_load_stored (MgrCache           *self,
                                       const MgrKey       *key,
                                       gint64             *ttl,
                                       GCancellable       *cancellable);
gboolean        mgr_cache_read_stored (MgrCache           *self,
                                       GBytes             *stored,
                                       gint64              ttl,
                                       MgrCacheTerms      *terms);
GBytes         *mgr_cache_emit_encode (MgrCache           *self,
                                       const GValue       *value);
gboolean        mgr_cache_emit_decode (MgrCache           *self,
                                       GBytes             *bytes,
                                       MgrCacheTerms      *terms);
gboolean        mgr_cache_is_encode_wanted (MgrCache      *self);

/* Giving memory back */
void            mgr_cache_reclaimer_init (gpointer         iface,
                                       gpointer            data);

G_END_DECLS
