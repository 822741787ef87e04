/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* MgrOffsetAllocator beside a map of the space. Each four bytes of the input are a
 * step: what to do, a number of two bytes, and what becomes of it. */

#include "fuzz.h"

#include "mgr-offset-model.h"

#define MAXIMUM_SIZE 4096

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        gsize         size)
{
  MgrOffsetModelCounts counts = { 0 };

  mgr_offset_model_run (data, MIN (size, MAXIMUM_SIZE), &counts);
  return 0;
}
