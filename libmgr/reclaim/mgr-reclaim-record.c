/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "reclaim/mgr-reclaim-record.h"

#include "reclaim/mgr-reclaim-record-private.h"

/**
 * SECTION:mgr-reclaim-record
 * @title: MgrReclaimRecord
 * @short_description: what was taken from a resource, when and why
 *
 * A cleaner keeps a record of each time that a resource gave memory back, the last
 * 1000 of them: see mgr_cleaner_list_records(). What was taken may be brought back
 * with mgr_cleaner_restore(), or the record says what has to be computed again.
 *
 * A record never changes and may be read from any thread.
 */

/**
 * MgrReclaimRecord:
 *
 * What was taken from a resource, when and why.
 *
 * Since: 1.0
 */
G_DEFINE_BOXED_TYPE (MgrReclaimRecord, mgr_reclaim_record,
                     mgr_reclaim_record_ref, mgr_reclaim_record_unref)

MgrReclaimRecord *
mgr_reclaim_record_new (const char *name,
                        const char *reason)
{
  MgrReclaimRecord *self = g_new0 (MgrReclaimRecord, 1);

  g_atomic_ref_count_init (&self->ref_count);
  self->name = g_strdup (name);
  self->reason = g_strdup (reason);
  return self;
}

/**
 * mgr_reclaim_record_ref:
 * @self: a record
 *
 * Takes a reference. May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
MgrReclaimRecord *
mgr_reclaim_record_ref (MgrReclaimRecord *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  g_atomic_ref_count_inc (&self->ref_count);
  return self;
}

/**
 * mgr_reclaim_record_unref:
 * @self: (transfer full): a record
 *
 * Drops a reference. May be called from any thread.
 *
 * Since: 1.0
 */
void
mgr_reclaim_record_unref (MgrReclaimRecord *self)
{
  g_return_if_fail (self != NULL);

  if (!g_atomic_ref_count_dec (&self->ref_count))
    return;

  g_free (self->name);
  g_free (self->reason);
  g_free (self);
}

/**
 * mgr_reclaim_record_get_name:
 * @self: a record
 *
 * Gets the name of the resource. May be called from any thread.
 *
 * Returns: (transfer none): the name
 *
 * Since: 1.0
 */
const char *
mgr_reclaim_record_get_name (MgrReclaimRecord *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->name;
}

/**
 * mgr_reclaim_record_get_safety:
 * @self: a record
 *
 * Gets what a cleanup might do with the resource at that time. May be called from
 * any thread.
 *
 * Returns: the class of safety
 *
 * Since: 1.0
 */
MgrSafety
mgr_reclaim_record_get_safety (MgrReclaimRecord *self)
{
  g_return_val_if_fail (self != NULL, MGR_SAFETY_PROTECTED);

  return self->safety;
}

/**
 * mgr_reclaim_record_get_size:
 * @self: a record
 *
 * Gets how much the resource gave back: what its handlers said, but no more than
 * it held. May be called from any thread.
 *
 * Returns: bytes
 *
 * Since: 1.0
 */
guint64
mgr_reclaim_record_get_size (MgrReclaimRecord *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->size;
}

/**
 * mgr_reclaim_record_get_time:
 * @self: a record
 *
 * Gets when the cleanup began, by the clock of its cleaner. May be called from any
 * thread.
 *
 * Returns: the time in microseconds
 *
 * Since: 1.0
 */
gint64
mgr_reclaim_record_get_time (MgrReclaimRecord *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->time;
}

/**
 * mgr_reclaim_record_get_reason:
 * @self: a record
 *
 * Gets what it was taken for, in words: the strategy of the cleanup, how short
 * memory was, and whether the resource was over its limit. May be called from any
 * thread.
 *
 * Returns: (transfer none): the reason
 *
 * Since: 1.0
 */
const char *
mgr_reclaim_record_get_reason (MgrReclaimRecord *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->reason;
}

/**
 * mgr_reclaim_record_get_lossy:
 * @self: a record
 *
 * Gets whether what was taken has to be made again when it is wanted. May be called
 * from any thread.
 *
 * Returns: %TRUE if it is lost; %FALSE if it comes back by itself, as from a file
 *
 * Since: 1.0
 */
gboolean
mgr_reclaim_record_get_lossy (MgrReclaimRecord *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->lossy;
}

/**
 * mgr_reclaim_record_get_can_restore:
 * @self: a record
 *
 * Gets whether something was connected to #MgrResource::rebuild at that time, so
 * that mgr_cleaner_restore() has somebody to ask. May be called from any thread.
 *
 * Returns: %TRUE if it can be asked for
 *
 * Since: 1.0
 */
gboolean
mgr_reclaim_record_get_can_restore (MgrReclaimRecord *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->can_restore;
}
