/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A target that is there to fail: that the others do not means something only where
 * this one does. It bears no “9” where there is a “5”. */

#include "fuzz.h"

#include <string.h>

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);

  g_assert_true (strchr (text, '5') == NULL || strchr (text, '9') == NULL);
  return 0;
}
