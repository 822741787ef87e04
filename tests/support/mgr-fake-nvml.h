/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* What stands for NVIDIA's management library: its functions, without a GPU. */
typedef struct
{
  guint n_devices;
  guint64 total;       /* bytes, of each device */
  guint64 free;        /* bytes, of the first; each other has half of the one before */
  int init_result;     /* of NVML: 0 is success */
  int count_result;
  int memory_result;
  int name_result;
  int hangs;           /* atomic: nvmlDeviceGetMemoryInfo() does not return */
  int n_reads;         /* atomic: begun */
  int n_open;          /* atomic: nvmlInit_v2() less nvmlShutdown() */
} FakeNvml;

/* A symbol of the library. */
#define FAKE_NVML_STATE "fake_nvml_state"
