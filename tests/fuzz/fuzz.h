/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <mgr.h>

#include "mgr-fake-tree.h"

/* A target gives what it gets to one parser and asserts what has to hold of whatever
 * comes out. It has to be as good as pure: what it remembers from one call to the
 * next must not change any answer. */
int         LLVMFuzzerTestOneInput (const guint8  *data,
                                    gsize          size);

/* The texts that @data consists of, each but the last one ended by a line `---`; the
 * first NUL byte in each ends it, as a C string ends. There are @n_texts of them:
 * those that @data lacks are empty, and what is left over belongs to the last one. */
GStrv       fuzz_split             (const guint8  *data,
                                    gsize          size,
                                    guint          n_texts);

/* A tree that lasts until the program ends. */
MgrFakeTree *
            fuzz_get_tree          (void);
