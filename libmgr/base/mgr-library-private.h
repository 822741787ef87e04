/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  const char *name;
  gpointer *address; /* where to write what was found */
} MgrLibrarySymbol;

/* Loads a library of NVIDIA's, for dlclose(), with all of @symbols. @what names it for
 * people. Most machines have none: the error is MGR_ERROR_NOT_AVAILABLE. */
gpointer mgr_library_open (const char              *file,
                           const char              *what,
                           const MgrLibrarySymbol  *symbols,
                           gsize                    n_symbols,
                           GError                 **error);

G_END_DECLS
