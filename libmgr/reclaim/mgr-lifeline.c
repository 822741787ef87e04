/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-lifeline-private.h"

struct _MgrLifeline
{
  gatomicrefcount ref_count;
  GWeakRef object;
  GWeakRef holder;
  MgrLifelineFunc lost;
  gint settled; /* atomic: it was cut, or the object went away */
};

static gboolean
lifeline_settle (MgrLifeline *lifeline)
{
  return g_atomic_int_compare_and_exchange (&lifeline->settled, FALSE, TRUE);
}

static void
lifeline_object_gone_cb (gpointer  user_data,
                         GObject  *where_it_was)
{
  g_autoptr (MgrLifeline) lifeline = user_data;
  g_autoptr (GObject) holder = NULL;

  if (!lifeline_settle (lifeline))
    return;

  holder = g_weak_ref_get (&lifeline->holder);
  if (holder != NULL)
    lifeline->lost (holder, lifeline);
}

MgrLifeline *
mgr_lifeline_new (GObject         *object,
                  GObject         *holder,
                  MgrLifelineFunc  lost)
{
  MgrLifeline *lifeline = g_new0 (MgrLifeline, 1);

  g_atomic_ref_count_init (&lifeline->ref_count);
  g_weak_ref_init (&lifeline->object, object);
  g_weak_ref_init (&lifeline->holder, holder);
  lifeline->lost = lost;
  g_object_weak_ref (object, lifeline_object_gone_cb, mgr_lifeline_ref (lifeline));
  return lifeline;
}

GObject *
mgr_lifeline_dup_object (MgrLifeline *lifeline)
{
  return g_weak_ref_get (&lifeline->object);
}

MgrLifeline *
mgr_lifeline_ref (MgrLifeline *lifeline)
{
  g_atomic_ref_count_inc (&lifeline->ref_count);
  return lifeline;
}

void
mgr_lifeline_unref (MgrLifeline *lifeline)
{
  if (!g_atomic_ref_count_dec (&lifeline->ref_count))
    return;

  g_weak_ref_clear (&lifeline->object);
  g_weak_ref_clear (&lifeline->holder);
  g_free (lifeline);
}

void
mgr_lifeline_cut (MgrLifeline *lifeline)
{
  g_autoptr (GObject) object = mgr_lifeline_dup_object (lifeline);

  /* An object that is going away drops its reference by itself. */
  if (object != NULL && lifeline_settle (lifeline))
    {
      g_object_weak_unref (object, lifeline_object_gone_cb, lifeline);
      mgr_lifeline_unref (lifeline);
    }
  else
    {
      lifeline_settle (lifeline);
    }
  mgr_lifeline_unref (lifeline);
}
