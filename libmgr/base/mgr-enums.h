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
 * @MGR_PRESSURE_SCOPE_DEVICE: the memory of a device, such as a GPU
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

G_END_DECLS
