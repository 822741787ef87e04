/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgr-release-list-private.h"

#include "reclaim/mgr-reclaimer.h"

struct _MgrReleaseList
{
  GListModel *model;  /* (owned) */
  gulong changed_id;

  GMutex lock;        /* guards what follows */
  GSequence *current; /* (owned) (element-type GObject): not changed while it is read. Of
                       * thousands any goes as quickly as the last one */
  gboolean is_read;   /* somebody has begun to read it, and some are reading still */
  GPtrArray *retired; /* (owned) (element-type GSequence): let go where there is memory,
                       * since the last reference to an object takes some */
  guint n_readers;    /* in mgr_release_list_release_now() */
  MgrReleaseSum sum;  /* given back, and not told of yet */
};

static GPtrArray *
retired_new (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) g_sequence_free);
}

static void
append_copy (gpointer item,
             gpointer user_data)
{
  g_sequence_append (user_data, g_object_ref (item));
}

/* Returns: (transfer full): objects, each of them with a reference */
static GPtrArray *
items_of (GListModel *model,
          guint       position,
          guint       n_items)
{
  GPtrArray *items = g_ptr_array_new_full (n_items, g_object_unref);

  for (guint i = 0; i < n_items; i++)
    g_ptr_array_add (items, g_list_model_get_item (model, position + i));

  return items;
}

/* With the lock held: what is read now is changed no more. */
static void
release_list_unshare (MgrReleaseList *self)
{
  GSequence *copy;

  if (!self->is_read)
    return;

  copy = g_sequence_new (g_object_unref);
  g_sequence_foreach (self->current, append_copy, copy);
  g_ptr_array_add (self->retired, self->current);
  self->current = copy;
  self->is_read = FALSE;
}

/* With the lock held: exchanges @removed items at @position for @fresh ones. */
static void
release_list_splice (MgrReleaseList *self,
                     guint           position,
                     guint           removed,
                     GPtrArray      *fresh,
                     GPtrArray      *gone)
{
  GSequenceIter *iter = g_sequence_get_iter_at_pos (self->current, (int) position);

  for (guint i = 0; i < removed; i++)
    {
      GSequenceIter *next = g_sequence_iter_next (iter);

      g_ptr_array_add (gone, g_object_ref (g_sequence_get (iter)));
      g_sequence_remove (iter);
      iter = next;
    }
  for (guint i = 0; i < fresh->len; i++)
    g_sequence_insert_before (iter, g_object_ref (g_ptr_array_index (fresh, i)));
}

static void
changed_cb (GListModel *model,
            guint       position,
            guint       removed,
            guint       added,
            gpointer    user_data)
{
  MgrReleaseList *self = user_data;
  g_autoptr (GPtrArray) fresh = items_of (model, position, added);
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GPtrArray) unread = NULL;

  g_mutex_lock (&self->lock);
  release_list_unshare (self);
  release_list_splice (self, position, removed, fresh, gone);
  if (self->n_readers == 0)
    {
      unread = g_steal_pointer (&self->retired);
      self->retired = retired_new ();
    }
  g_mutex_unlock (&self->lock);
}

MgrReleaseList *
mgr_release_list_new (GListModel *reclaimers)
{
  MgrReleaseList *self = g_new0 (MgrReleaseList, 1);

  g_mutex_init (&self->lock);
  self->model = g_object_ref (reclaimers);
  self->current = g_sequence_new (g_object_unref);
  self->retired = retired_new ();
  self->changed_id = g_signal_connect (reclaimers, "items-changed", G_CALLBACK (changed_cb), self);
  changed_cb (reclaimers, 0, 0, g_list_model_get_n_items (reclaimers), self);
  return self;
}

void
mgr_release_list_free (MgrReleaseList *self)
{
  g_clear_signal_handler (&self->changed_id, self->model);
  g_sequence_free (self->current);
  g_ptr_array_unref (self->retired);
  g_object_unref (self->model);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static GSequence *
release_list_begin_reading (MgrReleaseList *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);

  self->n_readers++;
  self->is_read = TRUE;
  return self->current;
}

static void
release_list_end_reading (MgrReleaseList *self,
                          MgrReleaseSum   sum)
{
  g_mutex_lock (&self->lock);
  self->n_readers--;
  if (self->n_readers == 0)
    self->is_read = FALSE;
  self->sum.bytes += MIN (sum.bytes, G_MAXUINT64 - self->sum.bytes);
  self->sum.n_givers += sum.n_givers;
  g_mutex_unlock (&self->lock);
}

MgrReleaseSum
mgr_release_list_release_now (MgrReleaseList *self)
{
  GSequence *all = release_list_begin_reading (self);
  MgrReleaseSum sum = { 0, 0 };

  /* To go from one to the next changes nothing in the sequence, which several may read. */
  for (GSequenceIter *iter = g_sequence_get_begin_iter (all); !g_sequence_iter_is_end (iter);
       iter = g_sequence_iter_next (iter))
    {
      gpointer item = g_sequence_get (iter);
      guint64 bytes = MGR_IS_RECLAIMER (item) ? mgr_reclaimer_release_now (item) : 0;

      sum.bytes += MIN (bytes, G_MAXUINT64 - sum.bytes);
      sum.n_givers += bytes > 0 ? 1 : 0;
    }

  release_list_end_reading (self, sum);
  return sum;
}

MgrReleaseSum
mgr_release_list_take_sum (MgrReleaseList *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->lock);
  MgrReleaseSum sum = self->sum;

  self->sum = (MgrReleaseSum) { 0, 0 };
  return sum;
}

static void
add_item (gpointer item,
          gpointer user_data)
{
  g_ptr_array_add (user_data, g_object_ref (item));
}

GPtrArray *
mgr_release_list_get_all (MgrReleaseList *self)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (g_object_unref);

  g_mutex_lock (&self->lock);
  g_sequence_foreach (self->current, add_item, all);
  g_mutex_unlock (&self->lock);

  return all;
}
