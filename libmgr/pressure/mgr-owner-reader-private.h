/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-source-reader-private.h"

G_BEGIN_DECLS

#define MGR_TYPE_OWNER_READER (mgr_owner_reader_get_type ())

/* Reads what is not thread-safe in @owner, where it is also let go. Who asks in
 * another thread gets the last answer and leaves a request for the next. */
G_DECLARE_FINAL_TYPE (MgrOwnerReader, mgr_owner_reader, MGR, OWNER_READER, MgrSourceReader)

MgrSourceReader *mgr_owner_reader_new (GMainContext *owner,
                                       GThread      *maker);

G_END_DECLS
