/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-cuda-private.h"

#include "base/mgr-library-private.h"
#include "base/mgr-size.h"

#include <dlfcn.h>

/* As cuda.h has them. */
#define CUDA_SUCCESS 0
#define CU_MEMHOSTREGISTER_PORTABLE 1

/* The context that the programs of a device share lives as long as somebody holds it. */
#define CUDA_DEVICE 0

struct _MgrCuda
{
  gatomicrefcount ref_count;
  void *library;   /* (owned) */
  void *context;   /* (owned) (nullable): none is held */
  int device;

  int (*init)            (unsigned int   flags);
  int (*get_device)      (int           *device,
                          int            ordinal);
  int (*retain_context)  (void         **context,
                          int            device);
  int (*release_context) (int            device);
  int (*push_context)    (void          *context);
  int (*pop_context)     (void         **context);
  int (*host_register)   (void          *data,
                          size_t         size,
                          unsigned int   flags);
  int (*host_unregister) (void          *data);
  int (*error_string)    (int            result,
                          const char   **string);
};

static gboolean
cuda_load (MgrCuda     *self,
           const char  *library,
           GError     **error)
{
  const MgrLibrarySymbol symbols[] = {
    { "cuInit", (gpointer *) &self->init },
    { "cuDeviceGet", (gpointer *) &self->get_device },
    { "cuDevicePrimaryCtxRetain", (gpointer *) &self->retain_context },
    { "cuDevicePrimaryCtxRelease_v2", (gpointer *) &self->release_context },
    { "cuCtxPushCurrent_v2", (gpointer *) &self->push_context },
    { "cuCtxPopCurrent_v2", (gpointer *) &self->pop_context },
    { "cuMemHostRegister_v2", (gpointer *) &self->host_register },
    { "cuMemHostUnregister", (gpointer *) &self->host_unregister },
    { "cuGetErrorString", (gpointer *) &self->error_string },
  };

  self->library = mgr_library_open (library, "NVIDIA's driver, which locks pages for a GPU,",
                                    symbols, G_N_ELEMENTS (symbols), error);
  return self->library != NULL;
}

static gboolean
cuda_check (MgrCuda     *self,
            int          result,
            const char  *what,
            GError     **error)
{
  const char *reason = NULL;

  if (result == CUDA_SUCCESS)
    return TRUE;

  if (self->error_string (result, &reason) != CUDA_SUCCESS || reason == NULL)
    reason = "a failure that it has no name for";
  g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE, "NVIDIA's driver failed at %s: %s (%d)",
               what, reason, result);
  return FALSE;
}

MgrCuda *
mgr_cuda_open (const char  *library,
               GError     **error)
{
  g_autoptr (MgrCuda) self = g_new0 (MgrCuda, 1);

  g_atomic_ref_count_init (&self->ref_count);
  if (!cuda_load (self, library, error) ||
      !cuda_check (self, self->init (0), "its start", error) ||
      !cuda_check (self, self->get_device (&self->device, CUDA_DEVICE), "finding a GPU", error))
    return NULL;

  if (!cuda_check (self, self->retain_context (&self->context, self->device),
                   "opening the GPU", error))
    {
      self->context = NULL;
      return NULL;
    }

  return g_steal_pointer (&self);
}

MgrCuda *
mgr_cuda_ref (MgrCuda *self)
{
  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

void
mgr_cuda_unref (MgrCuda *self)
{
  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  if (self->context != NULL)
    self->release_context (self->device);
  if (self->library != NULL)
    dlclose (self->library);
  g_free (self);
}

gboolean
mgr_cuda_lock_pages (MgrCuda           *self,
                     MgrMemorySegment  *segment,
                     GError           **error)
{
  g_autofree char *size = mgr_size_format (segment->size);
  g_autofree char *what = g_strdup_printf ("page-locking %s", size);
  void *popped;
  int result;

  if (segment->cuda != NULL)
    return TRUE;

  if (!cuda_check (self, self->push_context (self->context), "using the GPU", error))
    return FALSE;

  result = self->host_register (segment->data, segment->size, CU_MEMHOSTREGISTER_PORTABLE);
  self->pop_context (&popped);
  if (!cuda_check (self, result, what, error))
    return FALSE;

  g_atomic_pointer_set (&segment->cuda, mgr_cuda_ref (self));
  return TRUE;
}

void
mgr_cuda_unlock_pages (MgrMemorySegment *segment)
{
  MgrCuda *self = g_atomic_pointer_exchange (&segment->cuda, NULL);
  void *popped;
  int result;

  if (self == NULL)
    return;

  result = self->push_context (self->context);
  if (result == CUDA_SUCCESS)
    {
      result = self->host_unregister (segment->data);
      self->pop_context (&popped);
    }
  if (result != CUDA_SUCCESS)
    g_debug ("NVIDIA's driver did not unlock pages: %d", result);
  mgr_cuda_unref (self);
}
