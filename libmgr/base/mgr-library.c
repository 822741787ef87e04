/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-library-private.h"

#include "base/mgr-error.h"

#include <dlfcn.h>

gpointer
mgr_library_open (const char              *file,
                  const char              *what,
                  const MgrLibrarySymbol  *symbols,
                  gsize                    n_symbols,
                  GError                 **error)
{
  gpointer library = dlopen (file, RTLD_LAZY | RTLD_LOCAL);

  if (library == NULL)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE, "%s cannot be loaded: %s",
                   what, dlerror ());
      /* The thread keeps the text until it is asked for another. */
      dlerror ();
      return NULL;
    }

  for (gsize i = 0; i < n_symbols; i++)
    {
      *symbols[i].address = dlsym (library, symbols[i].name);
      if (*symbols[i].address == NULL)
        {
          g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE,
                       "The library “%s” has no %s: a newer NVIDIA driver has",
                       file, symbols[i].name);
          dlclose (library);
          return NULL;
        }
    }

  return library;
}
