/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-prompt-reader-private.h"

struct _MgrPromptReader
{
  MgrSourceReader parent_instance;
};

G_DEFINE_FINAL_TYPE (MgrPromptReader, mgr_prompt_reader, MGR_TYPE_SOURCE_READER)

static void
mgr_prompt_reader_ask (MgrSourceReader *reader,
                       gint64           patience)
{
  mgr_source_reader_read (reader);
}

static MgrPressureReading *
mgr_prompt_reader_answer (MgrSourceReader *reader,
                          gint64           now,
                          gint64           interval)
{
  return mgr_source_reader_get_last (reader, now - interval);
}

static void
mgr_prompt_reader_class_init (MgrPromptReaderClass *klass)
{
  MgrSourceReaderClass *reader_class = MGR_SOURCE_READER_CLASS (klass);

  reader_class->ask = mgr_prompt_reader_ask;
  reader_class->answer = mgr_prompt_reader_answer;
}

static void
mgr_prompt_reader_init (MgrPromptReader *self)
{
}

MgrSourceReader *
mgr_prompt_reader_new (void)
{
  return g_object_new (MGR_TYPE_PROMPT_READER, NULL);
}
