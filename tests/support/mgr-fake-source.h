/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <mgr.h>

/* A pressure source whose answers the test decides; any thread may decide them. */
#define MGR_TYPE_FAKE_SOURCE (mgr_fake_source_get_type ())
G_DECLARE_DERIVABLE_TYPE (MgrFakeSource, mgr_fake_source, MGR, FAKE_SOURCE, GObject)

struct _MgrFakeSourceClass
{
  GObjectClass parent_class;
};

typedef enum
{
  MGR_FAKE_ANSWER_READING,
  MGR_FAKE_ANSWER_ERROR,
  MGR_FAKE_ANSWER_NOTHING, /* neither a reading nor an error */
  MGR_FAKE_ANSWER_NEVER,   /* until mgr_fake_source_answer() says otherwise */
} MgrFakeAnswer;

/* In the middle of a reading, in the thread that reads, without a lock. */
typedef void (*MgrFakeSourceFunc) (MgrFakeSource *self,
                                   gpointer       user_data);

/* Prompt as the library's own are; thread-safe but foreign; not thread-safe. */
MgrFakeSource *mgr_fake_source_new         (const char *name);
MgrFakeSource *mgr_fake_source_new_foreign (const char *name);
MgrFakeSource *mgr_fake_source_new_unsafe  (const char *name);

void           mgr_fake_source_set        (MgrFakeSource *self,
                                           guint64        used,
                                           guint64        limit,
                                           double         stall);
void           mgr_fake_source_answer     (MgrFakeSource *self,
                                           MgrFakeAnswer  answer);

/* Calls @func in every reading; to be set before the first. */
void           mgr_fake_source_call       (MgrFakeSource     *self,
                                           MgrFakeSourceFunc  func,
                                           gpointer           user_data);

/* Waits until @reads reads have begun. */
void           mgr_fake_source_wait       (MgrFakeSource *self,
                                           guint          reads);
guint          mgr_fake_source_get_reads  (MgrFakeSource *self);

/* How often its name was asked for. */
guint          mgr_fake_source_get_calls  (MgrFakeSource *self);
GThread       *mgr_fake_source_get_reader (MgrFakeSource *self);
