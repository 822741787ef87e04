/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What reads the memory of this process: MgrProcessMemory and MgrProcessSource. The
 * input is status and statm of /proc/self, /proc/meminfo, and smaps_rollup. */

#include "fuzz.h"
#include "base/mgr-process-memory-private.h"

#include <string.h>
#include <unistd.h>

#define UNTOUCHED 0x5eed

#define N_CUTS 8

static const char *const files[] = {
  "proc/self/status", "proc/self/statm", "proc/meminfo", "proc/self/smaps_rollup",
};

typedef gboolean (*ReadFunc) (MgrProcessMemory  *memory,
                              guint64           *out_bytes,
                              GError           **error);

/* Reads a text as the file @name. */
static gboolean
read_text (MgrProcessMemory *memory,
           ReadFunc          read,
           const char       *name,
           const char       *text,
           guint64          *out_bytes)
{
  g_autoptr (GError) error = NULL;

  mgr_fake_tree_write (fuzz_get_tree (), name, text);
  *out_bytes = UNTOUCHED;
  if (read (memory, out_bytes, &error))
    {
      g_assert_no_error (error);
      return TRUE;
    }

  g_assert_nonnull (error);
  g_assert_cmpuint (*out_bytes, ==, UNTOUCHED);
  return FALSE;
}

/* A file that was cut off never tells of more than all of it. */
static void
assert_cut_off (MgrProcessMemory *memory,
                ReadFunc          read,
                const char       *name,
                const char       *text)
{
  gsize length = strlen (text);
  guint64 bytes = 0;

  if (!read_text (memory, read, name, text, &bytes))
    return;

  for (gsize i = 0; i < N_CUTS; i++)
    {
      g_autofree char *part = g_strndup (text, length * i / N_CUTS);
      guint64 of_part = 0;

      if (read_text (memory, read, name, part, &of_part))
        g_assert_cmpuint (of_part, <=, bytes);
    }
}

static void
assert_statm (MgrProcessMemory *memory,
              const char       *statm)
{
  guint64 page_size = (guint64) sysconf (_SC_PAGESIZE);
  guint64 bytes = UNTOUCHED;
  char *resident = NULL;

  if (!mgr_process_memory_read_resident (memory, &bytes, NULL))
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
  g_autoptr (MgrProcessMemory) memory = mgr_process_memory_new (mgr_fake_tree_get_proc (tree));
  g_auto (GStrv) texts = fuzz_split (data, size, G_N_ELEMENTS (files));

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    mgr_fake_tree_write (tree, files[i], texts[i]);

  assert_statm (memory, texts[1]);
  assert_source (tree);
  assert_cut_off (memory, mgr_process_memory_read_anonymous, files[0], texts[0]);
  assert_cut_off (memory, mgr_process_memory_read_pss, files[3], texts[3]);
  return 0;
}
