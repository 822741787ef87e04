/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* What stands for NVIDIA's driver: the functions that page-lock memory, without a GPU. */
typedef struct
{
  int init_result;      /* of CUDA: 0 is success */
  int device_result;
  int retain_result;
  int push_result;
  int register_result;
  guint allowed;        /* so many registrations succeed before register_result counts */
  int n_contexts;       /* retained less released */
  int n_current;        /* pushed less popped */
  guint n_registered;   /* areas */
  guint64 registered;   /* bytes */
  guint flags;          /* of the last registration */
} FakeCuda;

/* A symbol of the library. */
#define FAKE_CUDA_STATE "fake_cuda_state"
