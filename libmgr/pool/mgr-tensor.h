/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined (MGR_INSIDE) && !defined (MGR_COMPILATION)
#error "Only <mgr.h> can be included directly."
#endif

#include <gio/gio.h>
#include <gio/gunixfdlist.h>

#include "base/mgr-enums.h"
#include "pool/mgr-data-type.h"

G_BEGIN_DECLS

#define MGR_TYPE_TENSOR (mgr_tensor_get_type ())

typedef struct _MgrTensor MgrTensor;

MGR_AVAILABLE_IN_1_0
GType            mgr_tensor_get_type             (void) G_GNUC_CONST;

MGR_AVAILABLE_IN_1_0
MgrTensor       *mgr_tensor_ref                  (MgrTensor              *self);

MGR_AVAILABLE_IN_1_0
void             mgr_tensor_unref                (MgrTensor              *self);

MGR_AVAILABLE_IN_1_0
gboolean         mgr_tensor_release              (MgrTensor              *self,
                                                  GError                **error);

MGR_AVAILABLE_IN_1_0
gboolean         mgr_tensor_is_released          (MgrTensor              *self);

/* What it is */

MGR_AVAILABLE_IN_1_0
const gint64    *mgr_tensor_get_shape            (MgrTensor              *self,
                                                  gsize                  *n_dimensions);

MGR_AVAILABLE_IN_1_0
const gint64    *mgr_tensor_get_strides          (MgrTensor              *self,
                                                  gsize                  *n_dimensions);

MGR_AVAILABLE_IN_1_0
MgrDataType      mgr_tensor_get_dtype            (MgrTensor              *self);

MGR_AVAILABLE_IN_1_0
guint64          mgr_tensor_get_nbytes           (MgrTensor              *self);

MGR_AVAILABLE_IN_1_0
guint64          mgr_tensor_get_offset           (MgrTensor              *self);

MGR_AVAILABLE_IN_1_0
const char      *mgr_tensor_get_description      (MgrTensor              *self);

MGR_AVAILABLE_IN_1_0
MgrTensorDevice  mgr_tensor_get_device           (MgrTensor              *self);

MGR_AVAILABLE_IN_1_0
gboolean         mgr_tensor_is_writable          (MgrTensor              *self);

/* The memory */

MGR_AVAILABLE_IN_1_0
gpointer         mgr_tensor_get_data             (MgrTensor              *self,
                                                  GError                **error);

MGR_AVAILABLE_IN_1_0
MgrTensor       *mgr_tensor_new_view             (MgrTensor              *self,
                                                  GError                **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
GBytes          *mgr_tensor_get_bytes            (MgrTensor              *self,
                                                  GError                **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
GBytes          *mgr_tensor_read                 (MgrTensor              *self,
                                                  guint64                 offset,
                                                  guint64                 size,
                                                  GError                **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
gboolean         mgr_tensor_write                (MgrTensor              *self,
                                                  guint64                 offset,
                                                  GBytes                 *bytes,
                                                  GError                **error);

MGR_AVAILABLE_IN_1_0
gpointer         mgr_tensor_export_dlpack        (MgrTensor              *self,
                                                  gboolean                versioned,
                                                  GError                **error) G_GNUC_WARN_UNUSED_RESULT;

/* Other processes */

MGR_AVAILABLE_IN_1_0
GVariant        *mgr_tensor_export               (MgrTensor              *self,
                                                  GUnixFDList            *fds,
                                                  GError                **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
MgrTensor       *mgr_tensor_new_from_export      (GVariant               *exported,
                                                  GUnixFDList            *fds,
                                                  GError                **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
gboolean         mgr_tensor_send                 (MgrTensor              *self,
                                                  GSocket                *socket,
                                                  GCancellable           *cancellable,
                                                  GError                **error);

MGR_AVAILABLE_IN_1_0
MgrTensor       *mgr_tensor_receive              (GSocket                *socket,
                                                  GCancellable           *cancellable,
                                                  GError                **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
void             mgr_tensor_return_to_invocation (MgrTensor              *self,
                                                  GDBusMethodInvocation  *invocation);

MGR_AVAILABLE_IN_1_0
MgrTensor       *mgr_tensor_fetch                (GDBusConnection        *connection,
                                                  const char             *bus_name,
                                                  const char             *object_path,
                                                  const char             *interface_name,
                                                  const char             *method_name,
                                                  GVariant               *parameters,
                                                  GCancellable           *cancellable,
                                                  GError                **error) G_GNUC_WARN_UNUSED_RESULT;

MGR_AVAILABLE_IN_1_0
void             mgr_tensor_fetch_async          (GDBusConnection        *connection,
                                                  const char             *bus_name,
                                                  const char             *object_path,
                                                  const char             *interface_name,
                                                  const char             *method_name,
                                                  GVariant               *parameters,
                                                  GCancellable           *cancellable,
                                                  GAsyncReadyCallback     callback,
                                                  gpointer                user_data);

MGR_AVAILABLE_IN_1_0
MgrTensor       *mgr_tensor_fetch_finish         (GAsyncResult           *result,
                                                  GError                **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrTensor, mgr_tensor_unref)

G_END_DECLS
