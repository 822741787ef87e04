/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "../ledger/ledger-fixture.h"
#include "mgr-test-support.h"
#include "pool/mgr-ring-pool-private.h"

#include <unistd.h>

/* Each test is run with both ways of sharing. */
#define add_for_sharings(path, function) \
  G_STMT_START { \
    g_test_add_data_func (path "/any", GUINT_TO_POINTER (MGR_RING_SHARING_ANY), function); \
    g_test_add_data_func (path "/pair", GUINT_TO_POINTER (MGR_RING_SHARING_PAIR), function); \
  } G_STMT_END

static inline guint64
page_size (void)
{
  return (guint64) sysconf (_SC_PAGESIZE);
}

/* Of one page. */
static inline MgrRingPool *
ring_new (MgrRingPolicy policy,
          gconstpointer sharing)
{
  g_autoptr (GError) error = NULL;
  MgrRingPool *ring = mgr_ring_pool_new (NULL, "ring", 1, policy,
                                         (MgrRingSharing) GPOINTER_TO_UINT (sharing), &error);

  g_assert_no_error (error);
  g_assert_nonnull (ring);
  return ring;
}

static inline void
put (MgrRingPool *ring,
     const char  *text)
{
  g_autoptr (GError) error = NULL;
  gboolean written = mgr_ring_pool_write (ring, (const guint8 *) text, strlen (text), 0, NULL,
                                          &error);

  g_assert_no_error (error);
  g_assert_true (written);
}

/* The next frame is @text; NULL for none. */
static inline void
assert_next (MgrRingPool *ring,
             const char  *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) frame = mgr_ring_pool_try_read (ring, &error);

  g_assert_no_error (error);
  if (text == NULL)
    g_assert_null (frame);
  else
    g_assert_cmpmem (g_bytes_get_data (frame, NULL), g_bytes_get_size (frame),
                     text, strlen (text));
}

static inline void
assert_read_fails (MgrRingPool *ring,
                   MgrError     code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_ring_pool_try_read (ring, &error));
  g_assert_error (error, MGR_ERROR, (int) code);
}

/* Returns (transfer full): the text of the error */
static inline char *
refuse_frame (MgrRingPool *ring,
              gsize        size,
              MgrError     code)
{
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *data = g_malloc0 (MIN (size, 1 << 20));
  guint64 used = mgr_pool_get_used (MGR_POOL (ring));

  g_assert_false (mgr_ring_pool_write (ring, data, size, 0, NULL, &error));
  g_assert_error (error, MGR_ERROR, (int) code);
  g_assert_cmpuint (mgr_pool_get_used (MGR_POOL (ring)), ==, used);
  return g_strdup (error->message);
}

/* Fills a ring of one page with frames that take 512 bytes each: eight. */
#define FILL_FRAMES 8
#define FILL_SIZE 504

static inline void
fill (MgrRingPool *ring)
{
  for (guint i = 0; i < FILL_FRAMES; i++)
    {
      g_autofree char *text = g_strnfill (FILL_SIZE, (char) ('a' + i));

      put (ring, text);
    }
}

static inline void
assert_next_fill (MgrRingPool *ring,
                  guint        number)
{
  g_autofree char *text = g_strnfill (FILL_SIZE, (char) ('a' + number));

  assert_next (ring, text);
}
