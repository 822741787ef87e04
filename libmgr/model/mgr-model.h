/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>

#include "base/mgr-clock.h"
#include "base/mgr-enums.h"
#include "base/mgr-error.h"
#include "ledger/mgr-component.h"
#include "model/mgr-model-statistics.h"
#include "model/mgr-model-use.h"

G_BEGIN_DECLS

#define MGR_TYPE_MODEL (mgr_model_get_type ())

MGR_AVAILABLE_IN_1_0
G_DECLARE_DERIVABLE_TYPE (MgrModel, mgr_model, MGR, MODEL, GObject)

struct _MgrModelClass
{
  /*< private >*/
  GObjectClass parent_class;

  /*< public >*/
  GObject * (*load)    (MgrModel  *self,
                        GError   **error);
  void      (*discard) (MgrModel  *self,
                        GObject   *object);

  /*< private >*/
  gpointer padding[6];
};

MGR_AVAILABLE_IN_1_0
MgrModel           *mgr_model_new               (const char           *name,
                                                 MgrComponent         *component,
                                                 guint64               declared_size);

MGR_AVAILABLE_IN_1_0
const char         *mgr_model_get_name          (MgrModel             *self);

MGR_AVAILABLE_IN_1_0
MgrComponent       *mgr_model_get_component     (MgrModel             *self);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_model_get_thread_safe   (MgrModel             *self);

/* To use it */

MGR_AVAILABLE_IN_1_0
MgrModelUse        *mgr_model_use               (MgrModel             *self,
                                                 GError              **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
void                mgr_model_acquire_async     (MgrModel             *self,
                                                 GCancellable         *cancellable,
                                                 GAsyncReadyCallback   callback,
                                                 gpointer              user_data);

MGR_AVAILABLE_IN_1_0
MgrModelUse        *mgr_model_acquire_finish    (MgrModel             *self,
                                                 GAsyncResult         *result,
                                                 GError              **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
gboolean            mgr_model_fail_load         (MgrModel             *self,
                                                 const char           *message);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_model_unload            (MgrModel             *self,
                                                 GError              **error);

/* What is known of it */

MGR_AVAILABLE_IN_1_0
gboolean            mgr_model_is_loaded         (MgrModel             *self);

MGR_AVAILABLE_IN_1_0
gboolean            mgr_model_is_pinned         (MgrModel             *self);

MGR_AVAILABLE_IN_1_0
guint64             mgr_model_get_size          (MgrModel             *self);

MGR_AVAILABLE_IN_1_0
MgrModelStatistics *mgr_model_get_statistics    (MgrModel             *self) G_GNUC_WARN_UNUSED_RESULT;

/* How it is to be treated */

MGR_AVAILABLE_IN_1_0
guint64             mgr_model_get_declared_size (MgrModel             *self);

MGR_AVAILABLE_IN_1_0
void                mgr_model_set_declared_size (MgrModel             *self,
                                                 guint64               declared_size);

MGR_AVAILABLE_IN_1_0
MgrSafety           mgr_model_get_safety        (MgrModel             *self);

MGR_AVAILABLE_IN_1_0
void                mgr_model_set_safety        (MgrModel             *self,
                                                 MgrSafety             safety);

MGR_AVAILABLE_IN_1_0
guint               mgr_model_get_priority      (MgrModel             *self);

MGR_AVAILABLE_IN_1_0
void                mgr_model_set_priority      (MgrModel             *self,
                                                 guint                 priority);

MGR_AVAILABLE_IN_1_0
gint64              mgr_model_get_load_timeout  (MgrModel             *self);

MGR_AVAILABLE_IN_1_0
void                mgr_model_set_load_timeout  (MgrModel             *self,
                                                 gint64                load_timeout);

G_END_DECLS
