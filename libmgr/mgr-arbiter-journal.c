/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-arbiter-journal-private.h"

#include "base/mgr-size.h"
#include "base/mgr-variant-private.h"
#include "ledger/mgr-component-private.h"
#include "ledger/mgr-holders-private.h"

#define RULE \
  "SAFE resources of its own component first, then those of others that are no more urgent " \
  "and hold more than their share; what is guaranteed stays"

static void
details_init (GVariantDict *details,
              MgrComponent *component,
              guint64       size)
{
  g_variant_dict_init (details, NULL);
  g_variant_dict_insert (details, "component", "s", mgr_component_get_path (component));
  g_variant_dict_insert (details, "size", "t", size);
  g_variant_dict_insert (details, "used", "t", mgr_component_get_used (component));
  g_variant_dict_insert (details, "budget", "t", mgr_component_get_budget (component));
}

guint64
mgr_arbiter_record_plan (MgrJournal      *journal,
                         MgrJournalTally *tally,
                         MgrComponent    *component,
                         guint64          size,
                         guint            n_turns)
{
  const char *path = mgr_component_get_path (component);
  guint64 count = journal != NULL ? mgr_journal_tally_count (tally, path) : 0;
  g_autofree char *bytes = mgr_size_format (size);
  g_autofree char *again = mgr_journal_count_text (count, "time");
  g_autofree char *holders = NULL;
  g_autofree char *summary = NULL;
  GVariantDict details;

  if (count == 0)
    return 0;

  holders = mgr_holders_dup (component->ledger->root);
  summary = g_strdup_printf ("%s for “%s” do not fit: up to %u resources are to make room%s",
                             bytes, path, n_turns, again);
  details_init (&details, component, size);
  g_variant_dict_insert (&details, "candidates", "u", n_turns);
  g_variant_dict_insert (&details, "rule", "s", RULE);
  g_variant_dict_insert_value (&details, "holders", mgr_variant_new_text (holders));
  return mgr_journal_add (journal, MGR_JOURNAL_KIND_PLAN, MGR_JOURNAL_SEVERITY_INFO, summary,
                          g_variant_dict_end (&details), 0);
}

void
mgr_arbiter_record_report (MgrJournal              *journal,
                           MgrComponent            *component,
                           guint64                  size,
                           const MgrArbiterOutcome *outcome,
                           guint64                  planned)
{
  const char *path = mgr_component_get_path (component);
  g_autofree char *released = mgr_size_format (outcome->released);
  g_autofree char *summary = NULL;
  GVariantDict details;

  if (planned == 0)
    return;

  if (outcome->obstacle != NULL)
    summary = g_strdup_printf ("No room was made for “%s”, because %s: %u were asked, and %s left "
                               "the ledger", path, outcome->obstacle, outcome->asked, released);
  else
    summary = g_strdup_printf ("Room was made for “%s”: %u were asked, and %s left the ledger",
                               path, outcome->asked, released);

  details_init (&details, component, size);
  g_variant_dict_insert (&details, "asked", "u", outcome->asked);
  g_variant_dict_insert (&details, "ledger", "x", (gint64) outcome->released);
  if (outcome->obstacle != NULL)
    g_variant_dict_insert (&details, "obstacle", "s", outcome->obstacle);
  mgr_journal_add (journal, MGR_JOURNAL_KIND_REPORT,
                   outcome->obstacle != NULL ? MGR_JOURNAL_SEVERITY_WARNING
                                             : MGR_JOURNAL_SEVERITY_INFO,
                   summary, g_variant_dict_end (&details), planned);
}
