/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-arbiter-words-private.h"

#include "base/mgr-size.h"

const char *
mgr_arbiter_bounds_get_obstacle (const MgrArbiterBounds *bounds)
{
  switch (bounds->rule)
    {
    case MGR_ARBITER_RULE_PRIORITY:
      return "those who hold it are more urgent";
    case MGR_ARBITER_RULE_GUARANTEE:
      return "others keep what is guaranteed to them";
    case MGR_ARBITER_RULE_FAIR_SHARE:
      return "others keep their fair share";
    case MGR_ARBITER_RULE_NONE:
    default:
      return "all that may be asked holds too little";
    }
}

/* As in “, which is 50.0 MiB for each of 2”. */
static char *
describe_share (const MgrArbiterBounds *bounds)
{
  g_autofree char *share = mgr_size_format (bounds->share);

  if (bounds->rule != MGR_ARBITER_RULE_FAIR_SHARE)
    return g_strdup ("");

  return g_strdup_printf (", which is %s for each of %" G_GUINT64_FORMAT " that are active",
                          share, bounds->sharers);
}

char *
mgr_arbiter_outcome_describe (const MgrArbiterOutcome *outcome)
{
  const MgrArbiterBounds *bounds = &outcome->bounds;
  g_autofree char *held = mgr_size_format (bounds->held);
  g_autofree char *allowed = mgr_size_format (bounds->allowed);
  g_autofree char *share = describe_share (bounds);

  if (bounds->rule == MGR_ARBITER_RULE_NONE)
    return g_strdup (outcome->obstacle);

  return g_strdup_printf ("%s%s: of the %s that resources hold, %s may be asked for",
                          outcome->obstacle, share, held, allowed);
}

char *
mgr_arbiter_outcome_suggest (const MgrArbiterOutcome *outcome,
                             MgrComponent            *component)
{
  const MgrArbiterBounds *bounds = &outcome->bounds;
  const char *path = mgr_component_get_path (component);
  g_autofree char *most = mgr_size_format (bounds->most);

  switch (bounds->rule)
    {
    case MGR_ARBITER_RULE_PRIORITY:
      return g_strdup_printf ("a request of %s at most, or a higher priority of “%s”", most, path);
    case MGR_ARBITER_RULE_GUARANTEE:
      return g_strdup_printf ("a request of %s at most, or less that is guaranteed to others", most);
    case MGR_ARBITER_RULE_FAIR_SHARE:
      return g_strdup_printf ("a request of %s at most, a higher priority of “%s”, or others that "
                              "charge nothing for 30 s", most, path);
    case MGR_ARBITER_RULE_NONE:
    default:
      return NULL;
    }
}
