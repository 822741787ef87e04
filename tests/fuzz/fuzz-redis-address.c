/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* MgrRedisAddress. The input is a connection string. */

#include "fuzz.h"
#include "cache/mgr-redis-address-private.h"

#include <string.h>

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  g_autofree char *uri = g_strndup ((const char *) data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrRedisAddress) address = mgr_redis_address_parse (uri, &error);

  if (address == NULL)
    {
      g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
      return 0;
    }

  g_assert_no_error (error);
  g_assert_true (G_IS_SOCKET_CONNECTABLE (address->connectable));
  g_assert_true (address->user == NULL || address->password != NULL);
  g_assert_true (g_str_has_prefix (address->text, "redis://") || g_str_has_prefix (address->text, "unix:///"));
  return 0;
}
