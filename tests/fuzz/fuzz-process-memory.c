/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What reads the memory of this process: mgr_process_memory_read(),
 * mgr_anonymous_rss_read() and MgrProcessSource. The input is status and statm of
 * /proc/self, and /proc/meminfo. */

#include "fuzz.h"
#include "base/mgr-process-memory-private.h"
#include "reclaim/mgr-anonymous-rss-private.h"

#include <string.h>
#include <unistd.h>

#define UNTOUCHED 0x5eed

#define N_CUTS 8

static const char *const files[] = { "proc/self/status", "proc/self/statm", "proc/meminfo" };

static gboolean
read_status (MgrFakeTree *tree,
             const char  *status,
             guint64     *out_anonymous)
{
  mgr_fake_tree_write (tree, files[0], status);
  *out_anonymous = UNTOUCHED;
  if (mgr_process_memory_read (mgr_fake_tree_get_proc (tree), out_anonymous))
    return TRUE;

  g_assert_cmpuint (*out_anonymous, ==, UNTOUCHED);
  return FALSE;
}

/* A file that was cut off never tells of more than all of it. */
static void
assert_status (MgrFakeTree *tree,
               const char  *status)
{
  gsize length = strlen (status);
  guint64 anonymous = 0;

  if (!read_status (tree, status, &anonymous))
    return;

  for (gsize i = 0; i < N_CUTS; i++)
    {
      g_autofree char *part = g_strndup (status, length * i / N_CUTS);
      guint64 of_part = 0;

      if (read_status (tree, part, &of_part))
        g_assert_cmpuint (of_part, <=, anonymous);
    }
}

static void
assert_statm (const char *proc,
              const char *statm)
{
  g_autofree char *path = g_build_filename (proc, "self", "statm", NULL);
  guint64 page_size = (guint64) sysconf (_SC_PAGESIZE);
  guint64 bytes = UNTOUCHED;
  char *resident = NULL;

  if (!mgr_anonymous_rss_read (path, &bytes))
    {
      g_assert_cmpuint (bytes, ==, UNTOUCHED);
      return;
    }

  g_ascii_strtoull (statm, &resident, 10);
  g_assert_cmpuint (bytes % page_size, ==, 0);
  g_assert_cmpuint (bytes / page_size, <=, g_ascii_strtoull (resident, NULL, 10));
}

static void
assert_source (MgrFakeTree *tree)
{
  g_autoptr (MgrPressureSource) source = NULL;
  g_autoptr (MgrPressureReading) reading = NULL;
  g_autoptr (GError) error = NULL;

  source = mgr_process_source_new (mgr_fake_tree_get_proc (tree), mgr_fake_tree_get_root (tree));
  reading = mgr_pressure_source_read (source, &error);
  if (reading == NULL)
    {
      g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
      return;
    }

  g_assert_no_error (error);
  g_assert_cmpint (mgr_pressure_reading_get_scope (reading), ==, MGR_PRESSURE_SCOPE_PROCESS);
  g_assert_cmpuint (mgr_pressure_reading_get_available (reading), <=,
                    mgr_pressure_reading_get_limit (reading));
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  MgrFakeTree *tree = fuzz_get_tree ();
  g_auto (GStrv) texts = fuzz_split (data, size, G_N_ELEMENTS (files));

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    mgr_fake_tree_write (tree, files[i], texts[i]);

  assert_statm (mgr_fake_tree_get_proc (tree), texts[1]);
  assert_source (tree);
  assert_status (tree, texts[0]);
  return 0;
}
