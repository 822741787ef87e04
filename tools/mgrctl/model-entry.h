/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A model of a program, as its report tells of it: bytes and microseconds. */
typedef struct
{
  char *name;      /* (owned) */
  char *component; /* (owned) (nullable): nobody is charged */
  char *safety;    /* (owned) */
  char **advice;   /* (owned) */
  gboolean loaded;
  gboolean pinned;
  guint priority;
  gint64 unused_for; /* -1: never used */

  guint64 size;
  guint64 declared_size;
  guint64 resident_size;
  guint64 ledger_size;
  guint64 charged;
  guint64 n_uses;
  guint64 n_hits;
  guint64 n_joins;
  guint64 n_found_again;
  guint64 n_loads;
  guint64 n_failures;
  guint64 n_unloads;
  guint64 n_active;
  guint64 n_recent_uses;
  guint64 n_recent_loads;
  gint64 load_time;
  gint64 total_load_time;
} ModelEntry;

ModelEntry *model_entry_new  (GVariant   *dict);
void        model_entry_free (ModelEntry *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ModelEntry, model_entry_free)

G_END_DECLS
