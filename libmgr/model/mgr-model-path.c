/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "model/mgr-model-private.h"

/* The models whose loaders or unloaders led to what this thread does: a GPtrArray that
 * its flight keeps. */
static GPrivate innermost;

GPtrArray *
mgr_model_enter (GPtrArray *path)
{
  GPtrArray *outer = g_private_get (&innermost);

  g_private_set (&innermost, path);
  return outer;
}

void
mgr_model_leave (GPtrArray *outer)
{
  g_private_set (&innermost, outer);
}

gboolean
mgr_model_is_inside (MgrModel *self)
{
  GPtrArray *path = g_private_get (&innermost);

  return path != NULL && g_ptr_array_find (path, self, NULL);
}

GPtrArray *
mgr_model_make_path (MgrModel *self)
{
  GPtrArray *outer = g_private_get (&innermost);
  GPtrArray *path = g_ptr_array_new ();

  if (outer != NULL)
    g_ptr_array_extend (path, outer, NULL, NULL);
  g_ptr_array_add (path, self);
  return path;
}

gboolean
mgr_model_is_innermost (MgrModel *self)
{
  GPtrArray *path = g_private_get (&innermost);

  return path != NULL && path->pdata[path->len - 1] == self;
}
