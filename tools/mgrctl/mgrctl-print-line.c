/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-print-line.h"

#include "mgrctl-print.h"

#include <mgr.h>

#include <stdio.h>

void
mgrctl_print_line (const MgrctlOptions *options,
                   int                  label_width,
                   const char          *name,
                   const char          *value,
                   const char          *remark)
{
  g_autofree char *label = mgrctl_pad (name, label_width);
  g_autofree char *faint_label = mgrctl_paint (options, MGRCTL_STYLE_FAINT, label);

  printf ("  %s %12s%s%s\n", faint_label, value, *remark != '\0' ? "  " : "", remark);
}

void
mgrctl_print_count (const MgrctlOptions *options,
                    int                  label_width,
                    const char          *name,
                    guint64              count,
                    const char          *remark)
{
  g_autofree char *value = g_strdup_printf ("%" G_GUINT64_FORMAT, count);

  mgrctl_print_line (options, label_width, name, value, remark);
}

void
mgrctl_print_size (const MgrctlOptions *options,
                   int                  label_width,
                   const char          *name,
                   guint64              bytes,
                   const char          *remark)
{
  g_autofree char *size = mgr_size_format (bytes);

  mgrctl_print_line (options, label_width, name, size, remark);
}

void
mgrctl_print_share (const MgrctlOptions *options,
                    int                  label_width,
                    const char          *name,
                    guint64              bytes,
                    guint64              whole)
{
  g_autofree char *percent = mgrctl_percent (bytes, whole);
  g_autofree char *bar = mgrctl_bar (options, bytes, whole);
  g_autofree char *remark = g_strdup_printf ("%6s  %s", percent, bar);

  mgrctl_print_size (options, label_width, name, bytes, remark);
}
