/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* MgrPsiSource. The input is what /proc/pressure/memory says at a moment, and what
 * it says half a second later. */

#include "fuzz.h"
#include "pressure/mgr-proc-file-private.h"

#define STEP (500 * G_TIME_SPAN_MILLISECOND)

static MgrPressureReading *
read_text (MgrPressureSource *source,
           const char        *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrPressureReading) reading = NULL;

  mgr_fake_tree_write (fuzz_get_tree (), "proc/pressure/memory", text);
  reading = mgr_pressure_source_read (source, &error);
  if (reading == NULL)
    {
      g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
      return NULL;
    }

  g_assert_no_error (error);
  g_assert_cmpuint (mgr_pressure_reading_get_limit (reading), ==, 0);
  g_assert_cmpfloat (mgr_pressure_reading_get_stall (reading), >=, 0.0);
  g_assert_cmpfloat (mgr_pressure_reading_get_stall (reading), <=, 1.0);
  return g_steal_pointer (&reading);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  MgrFakeTree *tree = fuzz_get_tree ();
  g_auto (GStrv) texts = fuzz_split (data, size, 2);
  g_autoptr (MgrManualClock) clock = mgr_manual_clock_new (0);
  g_autoptr (MgrPressureSource) source = NULL;
  g_autoptr (MgrPressureReading) first = NULL;
  g_autoptr (MgrPressureReading) second = NULL;
  guint64 before = 0;
  guint64 after = 0;

  source = mgr_psi_source_new (MGR_CLOCK (clock), mgr_fake_tree_get_proc (tree),
                               mgr_fake_tree_get_root (tree));
  first = read_text (source, texts[0]);
  if (first != NULL)
    g_assert_cmpfloat (mgr_pressure_reading_get_stall (first), ==, 0.0);

  mgr_manual_clock_advance (clock, STEP);
  second = read_text (source, texts[1]);
  if (second != NULL && mgr_proc_text_stall (texts[0], &before) &&
      mgr_proc_text_stall (texts[1], &after) && after >= before)
    g_assert_cmpfloat (mgr_pressure_reading_get_stall (second), ==,
                       MIN ((double) (after - before) / STEP, 1.0));
  return 0;
}
