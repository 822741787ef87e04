/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "base/mgr-version-macros.h"

G_BEGIN_DECLS

/**
 * SECTION:mgr-enums
 * @title: Levels, classes and strategies
 * @short_description: the words that all parts share
 *
 * Pressure is told in levels, resources in classes of safety, and cleanups in
 * strategies. The rising orders matter: a later level is worse, a later
 * strategy goes further.
 */

/**
 * MgrPressureLevel:
 * @MGR_PRESSURE_LEVEL_NORMAL: under 70 % of the memory is used
 * @MGR_PRESSURE_LEVEL_LOW: 70 % and more
 * @MGR_PRESSURE_LEVEL_MEDIUM: 80 % and more
 * @MGR_PRESSURE_LEVEL_HIGH: 85 % and more
 * @MGR_PRESSURE_LEVEL_CRITICAL: 90 % and more
 * @MGR_PRESSURE_LEVEL_EMERGENCY: 95 % and more
 *
 * How short memory is. The figures are the default thresholds.
 *
 * Since: 1.0
 */
typedef enum
{
  MGR_PRESSURE_LEVEL_NORMAL,
  MGR_PRESSURE_LEVEL_LOW,
  MGR_PRESSURE_LEVEL_MEDIUM,
  MGR_PRESSURE_LEVEL_HIGH,
  MGR_PRESSURE_LEVEL_CRITICAL,
  MGR_PRESSURE_LEVEL_EMERGENCY,
} MgrPressureLevel;

/**
 * MgrMemoryStatus:
 * @MGR_MEMORY_STATUS_NORMAL: levels normal and low: nothing is cleaned
 * @MGR_MEMORY_STATUS_WARNING: levels medium and high: cleanups run beside the work
 * @MGR_MEMORY_STATUS_CRITICAL: levels critical and emergency: the work waits for cleanups
 *
 * How short memory is, in the three words that people and dashboards use.
 *
 * Since: 1.0
 */
typedef enum
{
  MGR_MEMORY_STATUS_NORMAL,
  MGR_MEMORY_STATUS_WARNING,
  MGR_MEMORY_STATUS_CRITICAL,
} MgrMemoryStatus;

/**
 * MgrPressureScope:
 * @MGR_PRESSURE_SCOPE_PROGRAM: something of the program's own, such as a budget;
 *    swap space makes it no larger
 * @MGR_PRESSURE_SCOPE_PROCESS: what this process itself holds, judged by sizes and
 *    not by a limit
 * @MGR_PRESSURE_SCOPE_GROUP: the memory of the cgroup this process is in
 * @MGR_PRESSURE_SCOPE_MACHINE: the memory of the machine
 * @MGR_PRESSURE_SCOPE_SWAP: swap space that this process may use; it adds to the
 *    memory of the group and of the machine
 * @MGR_PRESSURE_SCOPE_DEVICE: the memory of a device, such as a GPU; programs fill it by
 *    design, so that it makes no more than a low level
 *
 * Whose memory a reading speaks of. It decides what counts together: stall counts
 * only where memory of the same scope is short, and swap only for memory that can
 * be swapped.
 *
 * Since: 1.0
 */
typedef enum
{
  MGR_PRESSURE_SCOPE_PROGRAM,
  MGR_PRESSURE_SCOPE_PROCESS,
  MGR_PRESSURE_SCOPE_GROUP,
  MGR_PRESSURE_SCOPE_MACHINE,
  MGR_PRESSURE_SCOPE_SWAP,
  MGR_PRESSURE_SCOPE_DEVICE,
} MgrPressureScope;

/**
 * MgrPressureChannel:
 * @MGR_PRESSURE_CHANNEL_FIFO: a FIFO, for one reader
 * @MGR_PRESSURE_CHANNEL_SOCKET: a stream socket, for any number of clients
 *
 * What a #MgrPressureNotifier tells of pressure through.
 *
 * Since: 1.0
 */
typedef enum
{
  MGR_PRESSURE_CHANNEL_FIFO,
  MGR_PRESSURE_CHANNEL_SOCKET,
} MgrPressureChannel;

/**
 * MgrReplayPart:
 * @MGR_REPLAY_PART_MEMINFO: the memory of the machine, as of #MgrMeminfoSource
 * @MGR_REPLAY_PART_SWAP: the swap space, as of #MgrSwapSource
 * @MGR_REPLAY_PART_CGROUP: the memory of the cgroup, as of #MgrCgroupSource
 * @MGR_REPLAY_PART_PSI: the stall of the machine, as of #MgrPsiSource
 * @MGR_REPLAY_PART_PSI_GROUP: the stall of the cgroup, as of #MgrPsiSource
 *
 * What a #MgrReplaySource plays of a trace.
 *
 * Since: 1.0
 */
typedef enum
{
  MGR_REPLAY_PART_MEMINFO,
  MGR_REPLAY_PART_SWAP,
  MGR_REPLAY_PART_CGROUP,
  MGR_REPLAY_PART_PSI,
  MGR_REPLAY_PART_PSI_GROUP,
} MgrReplayPart;

/**
 * MgrSafety:
 * @MGR_SAFETY_PROTECTED: never cleaned, unless a cleanup is forced and unsafe, and
 *    says so for what somebody set by hand; see #MgrCleanupFlags
 * @MGR_SAFETY_SAFE: cleaned first
 * @MGR_SAFETY_CAUTIOUS: cleaned only when a cleanup is forced
 *
 * What a cleanup may do with a resource.
 *
 * Since: 1.0
 */
typedef enum
{
  MGR_SAFETY_PROTECTED,
  MGR_SAFETY_SAFE,
  MGR_SAFETY_CAUTIOUS,
} MgrSafety;

/**
 * MgrCleanupStrategy:
 * @MGR_CLEANUP_STRATEGY_LIGHT: a quarter of what may be cleaned
 * @MGR_CLEANUP_STRATEGY_MODERATE: half of what may be cleaned
 * @MGR_CLEANUP_STRATEGY_AGGRESSIVE: all that may be cleaned; the heap is trimmed
 * @MGR_CLEANUP_STRATEGY_EMERGENCY: all that may be cleaned, for up to 5 s; the
 *    heap is trimmed
 *
 * How far a cleanup goes.
 *
 * Since: 1.0
 */
typedef enum
{
  MGR_CLEANUP_STRATEGY_LIGHT,
  MGR_CLEANUP_STRATEGY_MODERATE,
  MGR_CLEANUP_STRATEGY_AGGRESSIVE,
  MGR_CLEANUP_STRATEGY_EMERGENCY,
} MgrCleanupStrategy;

/**
 * MgrCleanupFlags:
 * @MGR_CLEANUP_FLAGS_NONE: only SAFE resources
 * @MGR_CLEANUP_FLAGS_FORCE: CAUTIOUS ones as well
 * @MGR_CLEANUP_FLAGS_UNSAFE: with %MGR_CLEANUP_FLAGS_FORCE, also those that the rules
 *    call PROTECTED; it is warned of and logged
 * @MGR_CLEANUP_FLAGS_ALLOW_PROTECTED: with both of the others, also those that were
 *    called PROTECTED by hand
 *
 * What a cleanup may touch. Pinned resources are never touched.
 *
 * Since: 1.0
 */
typedef enum /*< flags >*/
{
  MGR_CLEANUP_FLAGS_NONE            = 0,
  MGR_CLEANUP_FLAGS_FORCE           = 1 << 0,
  MGR_CLEANUP_FLAGS_UNSAFE          = 1 << 1,
  MGR_CLEANUP_FLAGS_ALLOW_PROTECTED = 1 << 2,
} MgrCleanupFlags;

/**
 * MgrArbitration:
 * @MGR_ARBITRATION_NEVER: no request does
 * @MGR_ARBITRATION_WAITING: those that wait do, mgr_manager_allocate_async(): what is
 *    asked runs where it lives and never inside the call
 * @MGR_ARBITRATION_ALWAYS: those that do not wait do as well, so that handlers of
 *    resources may run inside mgr_manager_allocate()
 *
 * Which requests for memory that do not fit ask resources to give way.
 *
 * Since: 1.0
 */
typedef enum
{
  MGR_ARBITRATION_NEVER,
  MGR_ARBITRATION_WAITING,
  MGR_ARBITRATION_ALWAYS,
} MgrArbitration;

/**
 * MgrJournalKind:
 * @MGR_JOURNAL_KIND_ANY: whatever it is; only to ask for entries
 * @MGR_JOURNAL_KIND_REFUSAL: a request for memory was refused, or a plan not executed
 * @MGR_JOURNAL_KIND_LEVEL: the pressure rose or fell to another level
 * @MGR_JOURNAL_KIND_PLAN: a cleanup was planned
 * @MGR_JOURNAL_KIND_REPORT: a cleanup has ended
 * @MGR_JOURNAL_KIND_RESTORE: something that was cleaned was brought back, or could not be
 * @MGR_JOURNAL_KIND_PHASE: a phase of the program began or ended
 * @MGR_JOURNAL_KIND_LIMITS: a budget, or what limits the memory of the process, changed
 * @MGR_JOURNAL_KIND_EMERGENCY: memory is nearly gone
 * @MGR_JOURNAL_KIND_TASK: a task was admitted, refused, told to make room or moved, or ended badly
 * @MGR_JOURNAL_KIND_OTHER: anything else that the program wants to remember
 *
 * What an entry of a #MgrJournal is about.
 *
 * Since: 1.0
 */
typedef enum
{
  MGR_JOURNAL_KIND_ANY,
  MGR_JOURNAL_KIND_REFUSAL,
  MGR_JOURNAL_KIND_LEVEL,
  MGR_JOURNAL_KIND_PLAN,
  MGR_JOURNAL_KIND_REPORT,
  MGR_JOURNAL_KIND_RESTORE,
  MGR_JOURNAL_KIND_PHASE,
  MGR_JOURNAL_KIND_LIMITS,
  MGR_JOURNAL_KIND_EMERGENCY,
  MGR_JOURNAL_KIND_TASK,
  MGR_JOURNAL_KIND_OTHER,
} MgrJournalKind;

/**
 * MgrJournalSeverity:
 * @MGR_JOURNAL_SEVERITY_INFO: the usual course of things
 * @MGR_JOURNAL_SEVERITY_WARNING: something that somebody asked for was not to be had, or
 *    memory is short
 * @MGR_JOURNAL_SEVERITY_CRITICAL: the program is about to run out of memory
 *
 * How much an entry of a #MgrJournal matters. A later one matters more.
 *
 * Since: 1.0
 */
typedef enum
{
  MGR_JOURNAL_SEVERITY_INFO,
  MGR_JOURNAL_SEVERITY_WARNING,
  MGR_JOURNAL_SEVERITY_CRITICAL,
} MgrJournalSeverity;

/**
 * MgrRingPolicy:
 * @MGR_RING_POLICY_BLOCK: the writer waits until there is room
 * @MGR_RING_POLICY_DROP_OLDEST: the oldest frames that nobody reads just now make room
 * @MGR_RING_POLICY_DROP_NEWEST: the new frame is dropped
 * @MGR_RING_POLICY_FAIL: the writer gets an error
 *
 * What a #MgrRingPool does with a frame for which there is no room.
 *
 * Since: 1.0
 */
typedef enum
{
  MGR_RING_POLICY_BLOCK,
  MGR_RING_POLICY_DROP_OLDEST,
  MGR_RING_POLICY_DROP_NEWEST,
  MGR_RING_POLICY_FAIL,
} MgrRingPolicy;

/**
 * MgrRingSharing:
 * @MGR_RING_SHARING_ANY: any number of threads write and read
 * @MGR_RING_SHARING_PAIR: at any one time at most one thread writes and at most one
 *    reads; they share no lock, unless the policy is %MGR_RING_POLICY_DROP_OLDEST
 *
 * Which threads use a #MgrRingPool.
 *
 * Since: 1.0
 */
typedef enum
{
  MGR_RING_SHARING_ANY,
  MGR_RING_SHARING_PAIR,
} MgrRingSharing;

/**
 * MgrStandardPoolFlags:
 * @MGR_STANDARD_POOL_FLAGS_NONE: blocks of memory that stay until they are freed
 * @MGR_STANDARD_POOL_FLAGS_VIRTUAL: the pool has no memory, and deals out offsets of
 *    something else: a file, a device, a quota
 * @MGR_STANDARD_POOL_FLAGS_HUGE_PAGES: ask the system for huge pages, where it has them
 * @MGR_STANDARD_POOL_FLAGS_EVICT: blocks that nobody pinned may go to make room for
 *    others, see #MgrStandardPool::evict
 * @MGR_STANDARD_POOL_FLAGS_COMPACT: blocks that nobody pinned may be moved while the
 *    owner's main context is idle, and when a request does not fit
 *
 * What a #MgrStandardPool is to do by itself.
 *
 * Since: 1.0
 */
typedef enum /*< flags >*/
{
  MGR_STANDARD_POOL_FLAGS_NONE       = 0,
  MGR_STANDARD_POOL_FLAGS_VIRTUAL    = 1 << 0,
  MGR_STANDARD_POOL_FLAGS_HUGE_PAGES = 1 << 1,
  MGR_STANDARD_POOL_FLAGS_EVICT      = 1 << 2,
  MGR_STANDARD_POOL_FLAGS_COMPACT    = 1 << 3,
} MgrStandardPoolFlags;

/**
 * MgrTensorDevice:
 * @MGR_TENSOR_DEVICE_CPU: the memory of the machine
 * @MGR_TENSOR_DEVICE_CUDA_HOST: the memory of the machine, page-locked, so that a GPU
 *    copies from it without help of the processor
 *
 * Where a tensor lies. The values are those of DLPack.
 *
 * Since: 1.0
 */
typedef enum
{
  MGR_TENSOR_DEVICE_CPU       = 1,
  MGR_TENSOR_DEVICE_CUDA_HOST = 3,
} MgrTensorDevice;

/**
 * MgrCacheKeyType:
 * @MGR_CACHE_KEY_TYPE_STRING: strings in UTF-8
 * @MGR_CACHE_KEY_TYPE_INT64: integers of 64 bits
 * @MGR_CACHE_KEY_TYPE_BYTES: #GBytes, compared by what they hold
 *
 * What the keys of a cache are. All keys of one cache are of one type.
 *
 * Since: 1.0
 */
typedef enum
{
  MGR_CACHE_KEY_TYPE_STRING,
  MGR_CACHE_KEY_TYPE_INT64,
  MGR_CACHE_KEY_TYPE_BYTES,
} MgrCacheKeyType;

/**
 * MgrCacheCause:
 * @MGR_CACHE_CAUSE_EXPLICIT: it was removed by hand
 * @MGR_CACHE_CAUSE_REPLACED: another value was put under its key
 * @MGR_CACHE_CAUSE_EXPIRED: its time was up
 * @MGR_CACHE_CAUSE_SIZE: the cache had no room for it
 * @MGR_CACHE_CAUSE_PRESSURE: memory was short
 * @MGR_CACHE_CAUSE_COLLECTED: nobody but the cache knew it any more
 *
 * Why something is no longer in a cache.
 *
 * Since: 1.0
 */
typedef enum
{
  MGR_CACHE_CAUSE_EXPLICIT,
  MGR_CACHE_CAUSE_REPLACED,
  MGR_CACHE_CAUSE_EXPIRED,
  MGR_CACHE_CAUSE_SIZE,
  MGR_CACHE_CAUSE_PRESSURE,
  MGR_CACHE_CAUSE_COLLECTED,
} MgrCacheCause;

/**
 * MgrCacheObjective:
 * @MGR_CACHE_OBJECTIVE_REQUESTS: as many hits as can be: small values stay longer
 * @MGR_CACHE_OBJECTIVE_BYTES: hits of as many bytes as can be
 * @MGR_CACHE_OBJECTIVE_COST: hits that save as much time as can be
 *
 * What a #MgrCache tries to have most of.
 *
 * Since: 1.0
 */
typedef enum
{
  MGR_CACHE_OBJECTIVE_REQUESTS,
  MGR_CACHE_OBJECTIVE_BYTES,
  MGR_CACHE_OBJECTIVE_COST,
} MgrCacheObjective;

/**
 * MgrCacheEviction:
 * @MGR_CACHE_EVICTION_ADAPTIVE: how often and how lately an entry was used both count, by
 *    as much as helps most
 * @MGR_CACHE_EVICTION_LRU: what was not used for longest goes first
 *
 * Which entries of a #MgrCache go where there is no room for all.
 *
 * Since: 1.0
 */
typedef enum
{
  MGR_CACHE_EVICTION_ADAPTIVE,
  MGR_CACHE_EVICTION_LRU,
} MgrCacheEviction;

G_END_DECLS
