/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib.h>

#include "base/mgr-version.h"

#ifndef _MGR_EXTERN
#define _MGR_EXTERN __attribute__ ((visibility ("default"))) extern
#endif

/**
 * SECTION:mgr-version-macros
 * @title: Availability
 * @short_description: to stay within the interface of a version
 *
 * A program that defines %MGR_VERSION_MIN_REQUIRED and
 * %MGR_VERSION_MAX_ALLOWED is warned of what is deprecated in the one and of
 * what came only after the other.
 */

/**
 * MGR_VERSION_1_0:
 *
 * Version 1.0, for %MGR_VERSION_MIN_REQUIRED and %MGR_VERSION_MAX_ALLOWED.
 *
 * Since: 1.0
 */
#define MGR_VERSION_1_0 (G_ENCODE_VERSION (1, 0))

/**
 * MGR_VERSION_MIN_REQUIRED:
 *
 * Define it before including mgr.h to be warned of what was deprecated up to
 * that version.
 *
 * Since: 1.0
 */
#ifndef MGR_VERSION_MIN_REQUIRED
#define MGR_VERSION_MIN_REQUIRED (MGR_VERSION_1_0)
#endif

/**
 * MGR_VERSION_MAX_ALLOWED:
 *
 * Define it before including mgr.h to be warned of what came only after that
 * version.
 *
 * Since: 1.0
 */
#ifndef MGR_VERSION_MAX_ALLOWED
#define MGR_VERSION_MAX_ALLOWED (MGR_VERSION_1_0)
#endif

/**
 * MGR_AVAILABLE_IN_1_0:
 *
 * Marks what is part of the interface since 1.0. It also makes the symbol
 * visible: everything without such a mark is hidden.
 *
 * Since: 1.0
 */
#define MGR_AVAILABLE_IN_1_0 _MGR_EXTERN
