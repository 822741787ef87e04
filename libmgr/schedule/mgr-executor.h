/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "schedule/mgr-task-attempt.h"

G_BEGIN_DECLS

#define MGR_TYPE_EXECUTOR (mgr_executor_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_INTERFACE (MgrExecutor, mgr_executor, MGR, EXECUTOR, GObject)

struct _MgrExecutorInterface
{
  /*< private >*/
  GTypeInterface parent_iface;

  /*< public >*/
  const char     * (*get_name)  (MgrExecutor     *self);
  MgrExecutorFlags (*get_flags) (MgrExecutor     *self);
  guint            (*get_slots) (MgrExecutor     *self);
  gboolean         (*start)     (MgrExecutor     *self,
                                 MgrTaskAttempt  *attempt,
                                 GError         **error);
  void             (*stop)      (MgrExecutor     *self,
                                 MgrTaskAttempt  *attempt);
  void             (*kill)      (MgrExecutor     *self,
                                 MgrTaskAttempt  *attempt);
};

MGR_AVAILABLE_IN_1_0
const char      *mgr_executor_get_name  (MgrExecutor     *self);
MGR_AVAILABLE_IN_1_0
MgrExecutorFlags mgr_executor_get_flags (MgrExecutor     *self);

MGR_AVAILABLE_IN_1_0
guint            mgr_executor_get_slots (MgrExecutor     *self);
MGR_AVAILABLE_IN_1_0
gboolean         mgr_executor_start     (MgrExecutor     *self,
                                         MgrTaskAttempt  *attempt,
                                         GError         **error);

MGR_AVAILABLE_IN_1_0
void             mgr_executor_stop      (MgrExecutor     *self,
                                         MgrTaskAttempt  *attempt);
MGR_AVAILABLE_IN_1_0
void             mgr_executor_kill      (MgrExecutor     *self,
                                         MgrTaskAttempt  *attempt);

G_END_DECLS
