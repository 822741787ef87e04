/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-nvml-private.h"

#include "base/mgr-error.h"
#include "base/mgr-library-private.h"

#include <dlfcn.h>

/* What NVML's header says of what is used here; it is part of the driver's interface
 * and does not change. */
enum
{
  NVML_SUCCESS = 0,
  NVML_ERROR_INVALID_ARGUMENT = 2,
  NVML_ERROR_NOT_SUPPORTED = 3,
};

/* NVML_DEVICE_NAME_V2_BUFFER_SIZE */
#define NAME_SIZE 96

typedef struct
{
  unsigned long long total; /* bytes */
  unsigned long long free;
  unsigned long long used;
} NvmlMemory;

struct _MgrNvml
{
  void *library; /* (owned) (nullable): of dlopen() */
  gboolean initialized;

  int          (*init)         (void);
  int          (*shutdown)     (void);
  const char * (*error_string) (int            result);
  int          (*get_count)    (unsigned int  *count);
  int          (*get_handle)   (unsigned int   index,
                                void         **handle);
  int          (*get_memory)   (void          *handle,
                                NvmlMemory    *memory);
  int          (*get_name)     (void          *handle,
                                char          *name,
                                unsigned int   size); /* (nullable): nobody needs it */
};

static gboolean
nvml_load (MgrNvml     *self,
           const char  *library,
           GError     **error)
{
  const MgrLibrarySymbol symbols[] = {
    { "nvmlInit_v2", (gpointer *) &self->init },
    { "nvmlShutdown", (gpointer *) &self->shutdown },
    { "nvmlErrorString", (gpointer *) &self->error_string },
    { "nvmlDeviceGetCount_v2", (gpointer *) &self->get_count },
    { "nvmlDeviceGetHandleByIndex_v2", (gpointer *) &self->get_handle },
    { "nvmlDeviceGetMemoryInfo", (gpointer *) &self->get_memory },
  };

  self->library = mgr_library_open (library, "NVIDIA's management library",
                                    symbols, G_N_ELEMENTS (symbols), error);
  if (self->library == NULL)
    return FALSE;

  *(gpointer *) &self->get_name = dlsym (self->library, "nvmlDeviceGetName");
  return TRUE;
}

static gboolean
nvml_check (MgrNvml     *self,
            int          result,
            const char  *what,
            int          code,
            GError     **error)
{
  if (result == NVML_SUCCESS)
    return TRUE;

  if (result == NVML_ERROR_INVALID_ARGUMENT || result == NVML_ERROR_NOT_SUPPORTED)
    code = MGR_ERROR_NOT_AVAILABLE;
  g_set_error (error, MGR_ERROR, code, "NVIDIA's management library failed at %s: %s",
               what, self->error_string (result));
  return FALSE;
}

MgrNvml *
mgr_nvml_open (const char  *library,
               GError     **error)
{
  g_autoptr (MgrNvml) self = g_new0 (MgrNvml, 1);

  if (!nvml_load (self, library, error))
    return NULL;

  self->initialized = nvml_check (self, self->init (), "its start", MGR_ERROR_NOT_AVAILABLE, error);
  if (!self->initialized)
    return NULL;

  return g_steal_pointer (&self);
}

void
mgr_nvml_close (MgrNvml *self)
{
  if (self->initialized)
    self->shutdown ();
  if (self->library != NULL)
    dlclose (self->library);
  g_free (self);
}

gboolean
mgr_nvml_count (MgrNvml  *self,
                guint    *out_n_devices,
                GError  **error)
{
  return nvml_check (self, self->get_count (out_n_devices), "counting devices",
                     MGR_ERROR_FAILED, error);
}

gboolean
mgr_nvml_read_memory (MgrNvml  *self,
                      guint     device,
                      guint64  *out_total,
                      guint64  *out_free,
                      GError  **error)
{
  g_autofree char *what = g_strdup_printf ("GPU %u", device);
  NvmlMemory memory = { 0, };
  void *handle = NULL;

  if (!nvml_check (self, self->get_handle (device, &handle), what, MGR_ERROR_FAILED, error) ||
      !nvml_check (self, self->get_memory (handle, &memory), what, MGR_ERROR_FAILED, error))
    return FALSE;

  if (memory.total == 0)
    return nvml_check (self, NVML_ERROR_NOT_SUPPORTED, what, MGR_ERROR_FAILED, error);

  *out_total = memory.total;
  *out_free = MIN (memory.free, memory.total);
  return TRUE;
}

char *
mgr_nvml_read_name (MgrNvml *self,
                    guint    device)
{
  char name[NAME_SIZE] = "";
  void *handle = NULL;

  if (self->get_name == NULL || self->get_handle (device, &handle) != NVML_SUCCESS ||
      self->get_name (handle, name, sizeof name) != NVML_SUCCESS)
    return g_strdup ("");

  name[sizeof name - 1] = '\0';
  return g_utf8_make_valid (name, -1);
}
