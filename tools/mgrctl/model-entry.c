/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "model-entry.h"

static void
read_figures (ModelEntry *self,
              GVariant   *dict)
{
  g_variant_lookup (dict, "size", "t", &self->size);
  g_variant_lookup (dict, "declared-size", "t", &self->declared_size);
  g_variant_lookup (dict, "resident-size", "t", &self->resident_size);
  g_variant_lookup (dict, "ledger-size", "t", &self->ledger_size);
  g_variant_lookup (dict, "charged", "t", &self->charged);
  g_variant_lookup (dict, "n-uses", "t", &self->n_uses);
  g_variant_lookup (dict, "n-hits", "t", &self->n_hits);
  g_variant_lookup (dict, "n-joins", "t", &self->n_joins);
  g_variant_lookup (dict, "n-found-again", "t", &self->n_found_again);
  g_variant_lookup (dict, "n-loads", "t", &self->n_loads);
  g_variant_lookup (dict, "n-failures", "t", &self->n_failures);
  g_variant_lookup (dict, "n-unloads", "t", &self->n_unloads);
  g_variant_lookup (dict, "n-active", "t", &self->n_active);
  g_variant_lookup (dict, "n-recent-uses", "t", &self->n_recent_uses);
  g_variant_lookup (dict, "n-recent-loads", "t", &self->n_recent_loads);
  g_variant_lookup (dict, "load-time", "x", &self->load_time);
  g_variant_lookup (dict, "total-load-time", "x", &self->total_load_time);
}

ModelEntry *
model_entry_new (GVariant *dict)
{
  ModelEntry *self = g_new0 (ModelEntry, 1);

  self->unused_for = -1;
  if (!g_variant_lookup (dict, "name", "s", &self->name))
    self->name = g_strdup ("");
  if (!g_variant_lookup (dict, "safety", "s", &self->safety))
    self->safety = g_strdup ("");
  if (!g_variant_lookup (dict, "advice", "^as", &self->advice))
    self->advice = g_new0 (char *, 1);
  g_variant_lookup (dict, "component", "s", &self->component);
  g_variant_lookup (dict, "loaded", "b", &self->loaded);
  g_variant_lookup (dict, "pinned", "b", &self->pinned);
  g_variant_lookup (dict, "priority", "u", &self->priority);
  g_variant_lookup (dict, "unused-for", "x", &self->unused_for);
  read_figures (self, dict);
  return self;
}

void
model_entry_free (ModelEntry *self)
{
  g_free (self->name);
  g_free (self->component);
  g_free (self->safety);
  g_strfreev (self->advice);
  g_free (self);
}
