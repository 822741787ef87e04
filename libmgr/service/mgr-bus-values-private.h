/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

#include "base/mgr-enums.h"
#include "pressure/mgr-pressure-sample.h"

G_BEGIN_DECLS

/* How the library's types look on the bus; the XML of the interfaces documents
 * the keys. What returns a GVariant returns a floating one. */

/* Adds an element to an object path: each byte that is not a letter or a digit becomes
 * “_” and two hexadecimal digits. */
void        mgr_bus_path_append       (GString             *object_path,
                                       const char          *element);

const char *mgr_bus_level_to_nick     (MgrPressureLevel     level);

gboolean    mgr_bus_strategy_parse    (const char          *nick,
                                       MgrCleanupStrategy  *out_strategy,
                                       GError             **error);

/* Empty is any. */
gboolean    mgr_bus_journal_kind_parse (const char         *nick,
                                       MgrJournalKind      *out_kind,
                                       GError             **error);

/* Entries of a journal, as aa{sv}. */
GVariant   *mgr_bus_entries_to_variant (GPtrArray          *entries);

GVariant   *mgr_bus_sample_to_variant (MgrPressureSample   *sample);

/* At most @limit of @allocations, as a(tsstuasx). */
GVariant   *mgr_bus_rows_to_variant   (GPtrArray           *allocations,
                                       guint                limit);

G_END_DECLS
