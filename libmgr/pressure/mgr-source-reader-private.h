/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include "base/mgr-clock.h"
#include "pressure/mgr-pressure-source.h"

G_BEGIN_DECLS

#define MGR_TYPE_SOURCE_READER (mgr_source_reader_get_type ())

/* One source of a monitor and the way in which it may be read: a subclass for each
 * way. All functions may be called from any thread. */
G_DECLARE_DERIVABLE_TYPE (MgrSourceReader, mgr_source_reader, MGR, SOURCE_READER, GObject)

struct _MgrSourceReaderClass
{
  GObjectClass parent_class;

  void                 (*ask)    (MgrSourceReader   *self,
                                  gint64             patience);
  MgrPressureReading * (*answer) (MgrSourceReader   *self,
                                  gint64             now,
                                  gint64             interval);
  void                 (*close)  (MgrSourceReader   *self);
  void                 (*let_go) (MgrSourceReader   *self,
                                  MgrPressureSource *source);
};

/* The reader that suits @source. @owner is the context that may read what is not
 * thread-safe, and @maker the thread that may do so while nobody iterates it. */
MgrSourceReader    *mgr_source_reader_new        (MgrPressureSource *source,
                                                  MgrClock          *clock,
                                                  GMainContext      *owner,
                                                  GThread           *maker);

const char         *mgr_source_reader_get_name   (MgrSourceReader   *self);
gboolean            mgr_source_reader_has_source (MgrSourceReader   *self,
                                                  MgrPressureSource *source);

/* Sets about a reading. What has to be waited for is waited for until @patience, µs
 * of real time, is over. Answers come with mgr_source_reader_answer(), so that all
 * sources can be asked before one is waited for. */
void                mgr_source_reader_ask        (MgrSourceReader   *self,
                                                  gint64             patience);

/* What was asked for at @now, by the clock, or what is still fresh where readings
 * are @interval µs apart. Returns: (transfer full) (nullable). */
MgrPressureReading *mgr_source_reader_answer     (MgrSourceReader   *self,
                                                  gint64             now,
                                                  gint64             interval);

/* Lets the source go, at the end of its reading if it is being read. */
void                mgr_source_reader_close      (MgrSourceReader   *self);

/* For subclasses: reads in the calling thread, unless the source is being read
 * already, and keeps the answer; the last answer that came after @oldest. */
void                mgr_source_reader_read       (MgrSourceReader   *self);
MgrPressureReading *mgr_source_reader_get_last   (MgrSourceReader   *self,
                                                  gint64             oldest);

G_END_DECLS
