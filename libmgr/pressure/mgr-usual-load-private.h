/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <glib.h>

G_BEGIN_DECLS

/* Learns how much memory is used in the usual course of things: without stall, and
 * again and again. A pure function of what it was fed. */
typedef struct _MgrUsualLoad MgrUsualLoad;

typedef struct
{
  double usage;   /* a ratio; 0 while too little is known */
  guint spans;    /* calm spans of time that it was learnt from */
  guint reached;  /* how many of them reached it */
  gboolean daily; /* the same hour of the day before reached it */
} MgrUsualUsage;

/* How long one span is. */
#define MGR_USUAL_SPAN (10 * G_TIME_SPAN_MINUTE)

MgrUsualLoad        *mgr_usual_load_new  (void);
void                 mgr_usual_load_free (MgrUsualLoad *self);

/* @calm: memory was not short for anybody at that time. */
void                 mgr_usual_load_feed (MgrUsualLoad *self,
                                          gint64        time,
                                          double        usage,
                                          gboolean      calm);
const MgrUsualUsage *mgr_usual_load_get  (MgrUsualLoad *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrUsualLoad, mgr_usual_load_free)

G_END_DECLS
