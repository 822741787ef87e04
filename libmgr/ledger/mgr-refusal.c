/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "ledger/mgr-refusal-private.h"

#include "base/mgr-size.h"
#include "ledger/mgr-charge-private.h"
#include "ledger/mgr-holders-private.h"

/* The first level, from @component up, whose whole budget is less than @size. */
static MgrComponent *
refusal_narrowest (MgrComponent *component,
                   guint64       size)
{
  for (MgrComponent *level = component; level != NULL; level = level->parent)
    {
      if (size > level->limit)
        return level;
    }

  return NULL;
}

gboolean
mgr_refusal_is_infeasible (MgrComponent *component,
                           guint64       size)
{
  return refusal_narrowest (component, size) != NULL;
}

static void
refusal_set_infeasible (MgrComponent  *component,
                        MgrComponent  *narrow,
                        guint64        size,
                        GError       **error)
{
  g_autofree char *asked = mgr_size_format (size);
  g_autofree char *budget = mgr_size_format (narrow->limit);

  g_set_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE,
               "%s for “%s” can never fit: the whole budget of “%s” is %s "
               "(%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " bytes). "
               "Ask for less, or raise that budget",
               asked, mgr_component_display_path (component),
               mgr_component_display_path (narrow), budget, size, narrow->limit);
}

static void
refusal_set_no_budget (MgrComponent  *component,
                       MgrComponent  *obstacle,
                       guint64        size,
                       GError       **error)
{
  guint64 room = obstacle->limit - MIN (obstacle->committed, obstacle->limit);
  guint64 missing = size > room ? size - room : 1;
  guint64 reserved = obstacle->committed - obstacle->claimed;
  g_autofree char *asked = mgr_size_format (size);
  g_autofree char *used = mgr_size_format (obstacle->claimed);
  g_autofree char *budget = mgr_size_format (obstacle->limit);
  g_autofree char *lacking = mgr_size_format (missing);
  g_autofree char *wanted = mgr_size_format (obstacle->limit + missing);
  g_autofree char *guaranteed = mgr_size_format (reserved);
  g_autofree char *holders = mgr_holders_describe (obstacle);

  g_set_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET,
               "%s for “%s” does not fit: “%s” has used %s of its budget of %s%s%s%s. "
               "Largest holders: %s. It would fit after %s more are released, "
               "or with a budget of %s for “%s”",
               asked, mgr_component_display_path (component),
               mgr_component_display_path (obstacle), used, budget,
               reserved > 0 ? ", and " : "", reserved > 0 ? guaranteed : "",
               reserved > 0 ? " is guaranteed to others" : "",
               holders, lacking, wanted, mgr_component_display_path (obstacle));
}

void
mgr_refusal_set_error (MgrComponent  *component,
                       MgrComponent  *obstacle,
                       guint64        size,
                       GError       **error)
{
  MgrComponent *narrow = refusal_narrowest (component, size);

  component->refused++;

  if (error == NULL)
    return;

  if (narrow != NULL)
    refusal_set_infeasible (component, narrow, size, error);
  else if (obstacle != NULL)
    refusal_set_no_budget (component, obstacle, size, error);
  else
    g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
                 "No more allocations for “%s”: all 2^26 places of the table are taken. "
                 "Use fewer, larger allocations", mgr_component_display_path (component));
}

void
mgr_refusal_take_back (MgrComponent *component)
{
  g_mutex_lock (&component->ledger->tree_lock);
  component->refused--;
  g_mutex_unlock (&component->ledger->tree_lock);
}

void
mgr_refusal_set_detached (MgrComponent  *component,
                          GError       **error)
{
  if (component->ledger->closed)
    g_set_error (error, MGR_ERROR, MGR_ERROR_CLOSED,
                 "The manager of component “%s” is gone: keep a reference to it",
                 mgr_component_display_path (component));
  else
    g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND,
                 "Component “%s” was removed: add it again before charging it",
                 mgr_component_display_path (component));
}

void
mgr_refusal_set_double_release (MgrComponent  *component,
                                guint64        id,
                                GError       **error)
{
  g_set_error (error, MGR_ERROR, MGR_ERROR_DOUBLE_RELEASE,
               "Allocation %" G_GUINT64_FORMAT "%s%s%s is not held: it was released before, "
               "or never made. Nothing was changed",
               id, component != NULL ? " of component “" : "",
               component != NULL ? mgr_component_display_path (component) : "",
               component != NULL ? "”" : "");
}

static void
refusal_fill_facts (MgrComponent    *obstacle,
                    guint64          size,
                    MgrRefusalFacts *facts)
{
  guint64 room = obstacle->limit - MIN (obstacle->committed, obstacle->limit);

  facts->obstacle = g_strdup (mgr_component_display_path (obstacle));
  facts->budget = obstacle->limit;
  facts->used = obstacle->claimed;
  facts->missing = size > room ? size - room : 1;
}

void
mgr_refusal_find_facts (MgrComponent    *component,
                        guint64          size,
                        MgrRefusalFacts *facts)
{
  MgrComponent *obstacle;

  *facts = (MgrRefusalFacts) { 0 };

  g_mutex_lock (&component->ledger->tree_lock);
  obstacle = refusal_narrowest (component, size);
  if (obstacle == NULL)
    obstacle = mgr_charge_find_obstacle (component, size);
  if (obstacle != NULL)
    refusal_fill_facts (obstacle, size, facts);
  facts->holders = mgr_holders_describe (obstacle != NULL ? obstacle : component);
  g_mutex_unlock (&component->ledger->tree_lock);
}

void
mgr_refusal_facts_clear (MgrRefusalFacts *facts)
{
  g_clear_pointer (&facts->obstacle, g_free);
  g_clear_pointer (&facts->holders, g_free);
}
