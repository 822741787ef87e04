/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mgr-fake-nvml.h"

#define EXPORT __attribute__ ((visibility ("default")))

#define INVALID_ARGUMENT 2

typedef struct
{
  unsigned long long total;
  unsigned long long free;
  unsigned long long used;
} Memory;

extern FakeNvml fake_nvml_state;

EXPORT FakeNvml fake_nvml_state = {
  .n_devices = 3,
  .total = G_GUINT64_CONSTANT (80) << 30,
  .free = G_GUINT64_CONSTANT (64) << 30,
};

/* Handles are addresses in here. */
static char devices[16];

EXPORT int          nvmlInit_v2                   (void);
EXPORT int          nvmlShutdown                  (void);
EXPORT const char  *nvmlErrorString               (int            result);
EXPORT int          nvmlDeviceGetCount_v2         (unsigned int  *count);
EXPORT int          nvmlDeviceGetHandleByIndex_v2 (unsigned int   index,
                                                   void         **handle);
EXPORT int          nvmlDeviceGetName             (void          *handle,
                                                   char          *name,
                                                   unsigned int   size);
#ifndef WITHOUT_MEMORY
EXPORT int          nvmlDeviceGetMemoryInfo       (void          *handle,
                                                   Memory        *memory);
#endif

int
nvmlInit_v2 (void)
{
  if (fake_nvml_state.init_result == 0)
    g_atomic_int_inc (&fake_nvml_state.n_open);
  return fake_nvml_state.init_result;
}

int
nvmlShutdown (void)
{
  g_atomic_int_add (&fake_nvml_state.n_open, -1);
  return 0;
}

const char *
nvmlErrorString (int result)
{
  return result == INVALID_ARGUMENT ? "Invalid Argument" : "Some other failure";
}

int
nvmlDeviceGetCount_v2 (unsigned int *count)
{
  *count = fake_nvml_state.n_devices;
  return fake_nvml_state.count_result;
}

int
nvmlDeviceGetHandleByIndex_v2 (unsigned int   index,
                               void         **handle)
{
  if (index >= fake_nvml_state.n_devices)
    return INVALID_ARGUMENT;

  *handle = &devices[index];
  return 0;
}

int
nvmlDeviceGetName (void         *handle,
                   char         *name,
                   unsigned int  size)
{
  g_snprintf (name, size, "Fake %d", (int) ((char *) handle - devices));
  return fake_nvml_state.name_result;
}

#ifndef WITHOUT_MEMORY
int
nvmlDeviceGetMemoryInfo (void   *handle,
                         Memory *memory)
{
  g_atomic_int_inc (&fake_nvml_state.n_reads);
  while (g_atomic_int_get (&fake_nvml_state.hangs))
    g_usleep (100);

  memory->total = fake_nvml_state.total;
  memory->free = fake_nvml_state.free >> ((char *) handle - devices);
  memory->used = memory->total - memory->free;
  return fake_nvml_state.memory_result;
}
#endif
