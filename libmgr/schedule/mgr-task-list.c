/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-task-list-private.h"

struct _MgrTaskList
{
  GObject parent_instance;

  GSequence *tasks;     /* (owned) (element-type MgrTask), by id */
  GQueue finished;      /* (element-type MgrTask) (unowned): the last, oldest first */
  guint n_finished_kept;
};

static void mgr_task_list_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (MgrTaskList, mgr_task_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      mgr_task_list_list_model_init))

MgrTaskList *
mgr_task_list_new (guint n_finished_kept)
{
  MgrTaskList *self = g_object_new (MGR_TYPE_TASK_LIST, NULL);

  self->n_finished_kept = n_finished_kept;
  return self;
}

static void
mgr_task_list_finalize (GObject *object)
{
  MgrTaskList *self = MGR_TASK_LIST (object);

  g_queue_clear (&self->finished);
  g_sequence_free (self->tasks);

  G_OBJECT_CLASS (mgr_task_list_parent_class)->finalize (object);
}

static void
mgr_task_list_class_init (MgrTaskListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = mgr_task_list_finalize;
}

static void
mgr_task_list_init (MgrTaskList *self)
{
  self->tasks = g_sequence_new (g_object_unref);
  g_queue_init (&self->finished);
}

static GType
mgr_task_list_get_item_type (GListModel *model)
{
  return MGR_TYPE_TASK;
}

static guint
mgr_task_list_get_n_items (GListModel *model)
{
  return (guint) g_sequence_get_length (MGR_TASK_LIST (model)->tasks);
}

static gpointer
mgr_task_list_get_item (GListModel *model,
                        guint       position)
{
  GSequenceIter *iter = g_sequence_get_iter_at_pos (MGR_TASK_LIST (model)->tasks, (int) position);

  return g_sequence_iter_is_end (iter) ? NULL : g_object_ref (g_sequence_get (iter));
}

static void
mgr_task_list_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = mgr_task_list_get_item_type;
  iface->get_n_items = mgr_task_list_get_n_items;
  iface->get_item = mgr_task_list_get_item;
}

void
mgr_task_list_append (MgrTaskList *self,
                      GPtrArray   *tasks)
{
  guint position = (guint) g_sequence_get_length (self->tasks);

  for (guint i = 0; i < tasks->len; i++)
    {
      MgrTask *task = g_ptr_array_index (tasks, i);

      task->listed = g_sequence_append (self->tasks, g_object_ref (task));
    }

  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, tasks->len);
}

/* Where nobody listens it would cost more than the rest, each time that a task ends. */
static void
task_list_say_changed (MgrTaskList *self,
                       guint        position,
                       guint        n_removed,
                       guint        n_added)
{
  if (g_signal_handler_find (self, G_SIGNAL_MATCH_UNBLOCKED, 0, 0, NULL, NULL, NULL) != 0)
    g_list_model_items_changed (G_LIST_MODEL (self), position, n_removed, n_added);
}

static void
task_list_remove (MgrTaskList *self,
                  MgrTask     *task)
{
  GSequenceIter *iter = g_steal_pointer (&task->listed);
  guint position = (guint) g_sequence_iter_get_position (iter);

  g_sequence_remove (iter);
  task_list_say_changed (self, position, 1, 0);
}

void
mgr_task_list_finish (MgrTaskList *self,
                      MgrTask     *task)
{
  g_queue_push_tail (&self->finished, task);
  if (g_queue_get_length (&self->finished) > self->n_finished_kept)
    task_list_remove (self, g_queue_pop_head (&self->finished));
}

static int
compare_ids (gconstpointer a,
             gconstpointer b,
             gpointer      user_data)
{
  guint64 id = *(const guint64 *) user_data;
  guint64 id_a = a != NULL ? ((const MgrTask *) a)->item.id : id;
  guint64 id_b = b != NULL ? ((const MgrTask *) b)->item.id : id;

  return (id_a > id_b) - (id_a < id_b);
}

MgrTask *
mgr_task_list_lookup (MgrTaskList *self,
                      guint64      id)
{
  GSequenceIter *iter = g_sequence_lookup (self->tasks, NULL, compare_ids, &id);

  return iter != NULL ? g_object_ref (g_sequence_get (iter)) : NULL;
}
