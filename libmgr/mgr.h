/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#define MGR_INSIDE

#include "base/mgr-version.h"
#include "base/mgr-version-macros.h"
#include "base/mgr-enums.h"
#include "base/mgr-error.h"
#include "base/mgr-size.h"
#include "base/mgr-clock.h"
#include "base/mgr-manual-clock.h"
#include "base/mgr-config.h"
#include "journal/mgr-journal-entry.h"
#include "journal/mgr-journal.h"
#include "ledger/mgr-allocation.h"
#include "ledger/mgr-component.h"
#include "pressure/mgr-memory-limits.h"
#include "pressure/mgr-pressure-reading.h"
#include "pressure/mgr-pressure-source.h"
#include "pressure/mgr-system-source.h"
#include "pressure/mgr-meminfo-source.h"
#include "pressure/mgr-cgroup-source.h"
#include "pressure/mgr-process-source.h"
#include "pressure/mgr-swap-source.h"
#include "pressure/mgr-psi-source.h"
#include "pressure/mgr-budget-source.h"
#include "pressure/mgr-gpu-source.h"
#include "pressure/mgr-pressure-forecast.h"
#include "pressure/mgr-pressure-sample.h"
#include "pressure/mgr-pressure-monitor.h"
#include "pressure/mgr-pressure-watch.h"
#include "pressure/mgr-pressure-notifier.h"
#include "pressure/mgr-pressure-trace.h"
#include "pressure/mgr-replay-source.h"
#include "reclaim/mgr-reclaim-estimate.h"
#include "reclaim/mgr-reclaimer.h"
#include "reclaim/mgr-resource.h"
#include "reclaim/mgr-protection-rules.h"
#include "reclaim/mgr-heap-reclaimer.h"
#include "reclaim/mgr-cleanup-step.h"
#include "reclaim/mgr-cleanup-plan.h"
#include "reclaim/mgr-cleanup-report.h"
#include "reclaim/mgr-cleaner.h"
#include "mgr-report.h"
#include "mgr-manager.h"
#include "service/mgr-export.h"
#include "mgr-enum-types.h"

#undef MGR_INSIDE
