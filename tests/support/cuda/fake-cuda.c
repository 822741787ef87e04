/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mgr-fake-cuda.h"

#define EXPORT __attribute__ ((visibility ("default")))

/* As cuda.h has them. */
#define OUT_OF_MEMORY 2
#define INVALID_VALUE 1
#define INVALID_CONTEXT 201

extern FakeCuda fake_cuda_state;

EXPORT FakeCuda fake_cuda_state = { 0, };

/* What is registered. The driver is called under a lock of its caller, one at a time. */
typedef struct
{
  void *data;
  size_t size;
} Area;

static Area areas[64];
static char context_of_device;

EXPORT int cuInit                       (unsigned int   flags);
EXPORT int cuDeviceGet                  (int           *device,
                                         int            ordinal);
EXPORT int cuDevicePrimaryCtxRetain     (void         **context,
                                         int            device);
EXPORT int cuDevicePrimaryCtxRelease_v2 (int            device);
EXPORT int cuCtxPushCurrent_v2          (void          *context);
EXPORT int cuCtxPopCurrent_v2           (void         **context);
#ifndef WITHOUT_REGISTER
EXPORT int cuMemHostRegister_v2         (void          *data,
                                         size_t         size,
                                         unsigned int   flags);
#endif
EXPORT int cuMemHostUnregister          (void          *data);
EXPORT int cuGetErrorString             (int            result,
                                         const char   **string);

int
cuInit (unsigned int flags)
{
  return flags == 0 ? fake_cuda_state.init_result : INVALID_VALUE;
}

int
cuDeviceGet (int *device,
             int  ordinal)
{
  *device = 7 + ordinal;
  return fake_cuda_state.device_result;
}

int
cuDevicePrimaryCtxRetain (void **context,
                          int    device)
{
  if (device != 7)
    return INVALID_VALUE;
  if (fake_cuda_state.retain_result != 0)
    return fake_cuda_state.retain_result;

  fake_cuda_state.n_contexts++;
  *context = &context_of_device;
  return 0;
}

int
cuDevicePrimaryCtxRelease_v2 (int device)
{
  fake_cuda_state.n_contexts--;
  return 0;
}

int
cuCtxPushCurrent_v2 (void *context)
{
  if (context != &context_of_device)
    return INVALID_CONTEXT;
  if (fake_cuda_state.push_result == 0)
    fake_cuda_state.n_current++;
  return fake_cuda_state.push_result;
}

int
cuCtxPopCurrent_v2 (void **context)
{
  *context = &context_of_device;
  fake_cuda_state.n_current--;
  return 0;
}

#ifndef WITHOUT_REGISTER
int
cuMemHostRegister_v2 (void         *data,
                      size_t        size,
                      unsigned int  flags)
{
  if (fake_cuda_state.n_current <= 0)
    return INVALID_CONTEXT;
  if (fake_cuda_state.register_result != 0 && fake_cuda_state.n_registered >= fake_cuda_state.allowed)
    return fake_cuda_state.register_result;

  for (guint i = 0; i < G_N_ELEMENTS (areas); i++)
    {
      if (areas[i].data != NULL)
        continue;

      areas[i] = (Area) { data, size };
      fake_cuda_state.n_registered++;
      fake_cuda_state.registered += size;
      fake_cuda_state.flags = flags;
      return 0;
    }

  return OUT_OF_MEMORY;
}
#endif

int
cuMemHostUnregister (void *data)
{
  if (fake_cuda_state.n_current <= 0)
    return INVALID_CONTEXT;

  for (guint i = 0; i < G_N_ELEMENTS (areas); i++)
    {
      if (areas[i].data != data)
        continue;

      fake_cuda_state.n_registered--;
      fake_cuda_state.registered -= areas[i].size;
      areas[i] = (Area) { NULL, 0 };
      return 0;
    }

  return INVALID_VALUE;
}

int
cuGetErrorString (int          result,
                  const char **string)
{
  *string = result == OUT_OF_MEMORY ? "out of memory" : NULL;
  return result == OUT_OF_MEMORY ? 0 : INVALID_VALUE;
}
