/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-loop.h"

#include <glib-unix.h>

static gboolean
quit_cb (gpointer user_data)
{
  g_main_loop_quit (user_data);
  return G_SOURCE_CONTINUE;
}

static void
quit_on (int        signal_number,
         GMainLoop *loop)
{
  g_unix_signal_add_full (G_PRIORITY_DEFAULT, signal_number, quit_cb, g_main_loop_ref (loop),
                          (GDestroyNotify) g_main_loop_unref);
}

GMainLoop *
mgrctl_loop_new (void)
{
  GMainLoop *loop = g_main_loop_new (NULL, FALSE);

  quit_on (SIGINT, loop);
  quit_on (SIGTERM, loop);
  return loop;
}
