/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-nearest-private.h"
#include "base/mgr-size.h"
#include "reclaim/mgr-cleaner-private.h"
#include "reclaim/mgr-resource-private.h"
#include "reclaim/mgr-resource-registry-private.h"

/**
 * mgr_cleaner_list_records:
 * @self: a cleaner
 *
 * Lists what was taken from resources, the newest first: what cleanups took, and what
 * came too late to count in a report. The last 1000 records are kept. May be called from
 * any thread.
 *
 * Returns: (transfer container) (element-type MgrReclaimRecord): the records
 *
 * Since: 1.0
 */
GPtrArray *
mgr_cleaner_list_records (MgrCleaner *self)
{
  g_return_val_if_fail (MGR_IS_CLEANER (self), NULL);

  return mgr_record_ring_list (mgr_resource_registry_get_records (mgr_cleaner_get_registry (self)));
}

/* In whole units, the largest that fits: nobody counts the microseconds. */
static char *
format_age (gint64 age)
{
  static const struct
  {
    gint64 unit;
    const char *name;
  } units[] = {
    { G_TIME_SPAN_DAY, "d" },
    { G_TIME_SPAN_HOUR, "h" },
    { G_TIME_SPAN_MINUTE, "min" },
    { G_TIME_SPAN_SECOND, "s" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (units); i++)
    {
      if (age >= units[i].unit)
        return g_strdup_printf ("%" G_GINT64_FORMAT " %s ago", age / units[i].unit, units[i].name);
    }

  return g_strdup ("just now");
}

/* A record may have made room for newer ones. */
static char *
describe_record (MgrCleaner       *self,
                 MgrReclaimRecord *record)
{
  g_autofree char *size = NULL;
  g_autofree char *age = NULL;

  if (record == NULL)
    return g_strdup ("it was cleaned long ago");

  size = mgr_size_format (mgr_reclaim_record_get_size (record));
  age = format_age (mgr_cleaner_get_time (self) - mgr_reclaim_record_get_time (record));
  return g_strdup_printf ("%s of it were cleaned %s (%s)",
                          size, age, mgr_reclaim_record_get_reason (record));
}

static void
set_gone_error (MgrCleaner        *self,
                MgrReclaimRecord  *record,
                const char        *name,
                const char        *obstacle,
                GError           **error)
{
  g_autofree char *description = describe_record (self, record);

  g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE,
               "“%s” cannot be brought back: %s, and %s. It has to be computed again",
               name, description, obstacle);
}

static void
set_present_error (MgrResource  *resource,
                   GError      **error)
{
  g_autofree char *size = mgr_size_format (mgr_resource_get_size (resource));

  g_set_error (error, MGR_ERROR, MGR_ERROR_EXISTS,
               "“%s” is still there: it holds %s, and no cleanup took anything that is missing",
               mgr_resource_get_name (resource), size);
}

static void
set_unknown_error (MgrCleaner  *self,
                   const char  *name,
                   GError     **error)
{
  g_autoptr (GPtrArray) records = mgr_cleaner_list_records (self);
  g_auto (GStrv) registered = mgr_resource_registry_list_names (mgr_cleaner_get_registry (self));
  g_autoptr (GPtrArray) known = g_ptr_array_new ();
  const char *nearest;

  for (guint i = 0; i < records->len; i++)
    g_ptr_array_add (known, (gpointer) mgr_reclaim_record_get_name (g_ptr_array_index (records, i)));
  for (gsize i = 0; registered[i] != NULL; i++)
    g_ptr_array_add (known, registered[i]);
  g_ptr_array_add (known, NULL);

  nearest = mgr_nearest_find (name, (const char * const *) known->pdata);
  if (nearest != NULL)
    g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND,
                 "There is no resource “%s”, and none was cleaned. Did you mean “%s”?",
                 name, nearest);
  else
    g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND,
                 "There is no resource “%s”, and none was cleaned: see what "
                 "mgr_cleaner_list_records() lists", name);
}

static gboolean
restore_resource (MgrCleaner        *self,
                  MgrResource       *resource,
                  MgrReclaimRecord  *record,
                  GError           **error)
{
  if (mgr_resource_get_missing (resource) == 0)
    {
      set_present_error (resource, error);
      return FALSE;
    }

  if (mgr_resource_can_rebuild (resource))
    return mgr_resource_rebuild (resource, error);

  set_gone_error (self, record, mgr_resource_get_name (resource),
                  "nothing is connected to its “rebuild”", error);
  return FALSE;
}

static gboolean
cleaner_restore (MgrCleaner        *self,
                 const char        *name,
                 MgrReclaimRecord  *record,
                 GError           **error)
{
  g_autoptr (MgrResource) resource = NULL;

  if (mgr_reclaim_in_progress ())
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_WOULD_DEADLOCK,
                   "“%s” cannot be brought back inside a handler that a cleanup called: "
                   "ask after it has returned", name);
      return FALSE;
    }

  resource = mgr_resource_registry_lookup (mgr_cleaner_get_registry (self), name);
  if (resource != NULL)
    return restore_resource (self, resource, record, error);

  if (record != NULL)
    set_gone_error (self, record, name, "it is no longer registered", error);
  else
    set_unknown_error (self, name, error);
  return FALSE;
}

/**
 * mgr_cleaner_restore:
 * @self: a cleaner
 * @name: the name of a resource
 * @error: return location for a #GError
 *
 * Brings back what cleanups took from a resource, by asking #MgrResource::rebuild, and
 * waits until it is done.
 *
 * Fails with %MGR_ERROR_NOT_AVAILABLE where nothing is connected to it or the resource
 * is no longer registered: the text says what was cleaned, when and why, and that it has
 * to be computed again. With %MGR_ERROR_FAILED where the handler could not, with
 * %MGR_ERROR_EXISTS where nothing is missing, or the program has made again by itself
 * what was taken, which is not replaced, with %MGR_ERROR_NOT_FOUND where there is no
 * such resource and no record of it, with %MGR_ERROR_TIMED_OUT where its owner does not
 * answer within 5 s, and with %MGR_ERROR_WOULD_DEADLOCK inside a handler that a cleanup
 * called. May be called from any thread.
 *
 * Returns: %TRUE on success
 *
 * Since: 1.0
 */
gboolean
mgr_cleaner_restore (MgrCleaner  *self,
                     const char  *name,
                     GError     **error)
{
  g_autoptr (MgrCleaner) keep_alive = NULL;
  g_autoptr (MgrReclaimRecord) record = NULL;
  g_autoptr (GError) failure = NULL;
  g_autofree char *story = NULL;

  g_return_val_if_fail (MGR_IS_CLEANER (self), FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  keep_alive = g_object_ref (self);
  record = mgr_record_ring_lookup (mgr_resource_registry_get_records (self->registry), name);
  story = describe_record (self, record);
  cleaner_restore (self, name, record, &failure);
  mgr_cleaner_record_restore (self, name, record, story, failure);
  if (failure == NULL)
    return TRUE;

  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}
