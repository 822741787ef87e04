/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The binary interface of DLPack, under names of our own, since who uses this library
 * may include the original: https://dmlc.github.io/dlpack/latest/c_api.html */
typedef struct
{
  gint32 device_type;
  gint32 device_id;
} MgrDlDevice;

typedef struct
{
  guint8 code;
  guint8 bits;
  guint16 lanes;
} MgrDlDataType;

typedef struct
{
  void *data;
  MgrDlDevice device;
  gint32 ndim;
  MgrDlDataType dtype;
  gint64 *shape;
  gint64 *strides; /* in elements */
  guint64 byte_offset;
} MgrDlTensor;

typedef struct _MgrDlManagedTensor MgrDlManagedTensor;
typedef struct _MgrDlManagedTensorVersioned MgrDlManagedTensorVersioned;

struct _MgrDlManagedTensor
{
  MgrDlTensor tensor;
  void *manager_context;
  void (*deleter) (MgrDlManagedTensor *self);
};

struct _MgrDlManagedTensorVersioned
{
  struct
  {
    guint32 major;
    guint32 minor;
  } version;
  void *manager_context;
  void (*deleter) (MgrDlManagedTensorVersioned *self);
  guint64 flags;
  MgrDlTensor tensor;
};

G_END_DECLS
