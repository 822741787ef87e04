/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* RESP, version 2: what Redis, Valkey and their like speak. */

typedef enum
{
  MGR_RESP_TEXT,
  MGR_RESP_ERROR,
  MGR_RESP_INTEGER,
  MGR_RESP_BYTES,
  MGR_RESP_ARRAY,
  MGR_RESP_NIL,
} MgrRespType;

typedef struct
{
  MgrRespType type;
  gint64 integer;
  GBytes *bytes;    /* (owned) (nullable): of texts, errors and bytes */
  GPtrArray *items; /* (owned) (element-type MgrRespReply) (nullable): of arrays */
} MgrRespReply;

void           mgr_resp_reply_free  (MgrRespReply *self);

/* Whether it is a text or an error that begins so. */
gboolean       mgr_resp_reply_says  (MgrRespReply *self,
                                     MgrRespType   type,
                                     const char   *beginning);

/* Returns: (transfer full): what a text or an error says, fit to be shown; or what the
 *   reply is instead */
char          *mgr_resp_reply_describe (MgrRespReply *self);

/* Makes replies of what comes, however it is cut. */
typedef struct _MgrRespParser MgrRespParser;

/* @max_bytes: more than so many in one reply are an error, and are not waited for */
MgrRespParser *mgr_resp_parser_new  (gsize           max_bytes);
void           mgr_resp_parser_free (MgrRespParser  *self);

void           mgr_resp_parser_feed (MgrRespParser  *self,
                                     gconstpointer   data,
                                     gsize           size);

/* Once it has failed it is of no use any more.
 *
 * Returns: (transfer full) (nullable): %NULL without an error where more has to come */
MgrRespReply  *mgr_resp_parser_next (MgrRespParser  *self,
                                     GError        **error);

/* A command: its name and its arguments. */
typedef struct
{
  gconstpointer data;
  gsize size;
} MgrRespWord;

#define MGR_RESP_WORD(text) ((MgrRespWord) { (text), strlen (text) })

void           mgr_resp_append_command (GByteArray        *output,
                                        const MgrRespWord *words,
                                        gsize              n_words);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrRespReply, mgr_resp_reply_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrRespParser, mgr_resp_parser_free)

G_END_DECLS
