/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "pressure/mgr-source-reader-private.h"

G_BEGIN_DECLS

#define MGR_TYPE_PROMPT_READER (mgr_prompt_reader_get_type ())

/* Reads what never blocks in the thread that asks. Who asks while another thread
 * reads gets that one's last answer. */
G_DECLARE_FINAL_TYPE (MgrPromptReader, mgr_prompt_reader, MGR, PROMPT_READER, MgrSourceReader)

MgrSourceReader *mgr_prompt_reader_new (void);

G_END_DECLS
