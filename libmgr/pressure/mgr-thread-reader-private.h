/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-source-reader-private.h"

G_BEGIN_DECLS

#define MGR_TYPE_THREAD_READER (mgr_thread_reader_get_type ())

/* Reads what may block, or never return, in a thread of the source's own. Who asks
 * waits as long as its patience lasts; an answer that comes later serves those who
 * ask next. While one is outstanding nobody waits for it again. */
G_DECLARE_FINAL_TYPE (MgrThreadReader, mgr_thread_reader, MGR, THREAD_READER, MgrSourceReader)

MgrSourceReader *mgr_thread_reader_new (void);

G_END_DECLS
