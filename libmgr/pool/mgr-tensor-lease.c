/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-tensor-pool-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <poll.h>
#include <unistd.h>

/* A lease is a pipe: other processes have the end that writes, and when the last of
 * them has closed it, or is gone, the kernel says so at this end. What they write is
 * never read. */
typedef struct
{
  MgrTensorPool *pool;   /* (owned) */
  MgrTensorBlock *block; /* (owned) (nullable) once ended, by whoever takes the lease from
                          * the pool */
  GSource *source;       /* (owned) */
  int fd;
} MgrTensorLease;

static void
lease_clear (gpointer data)
{
  MgrTensorLease *self = data;

  g_clear_pointer (&self->source, g_source_unref);
  close (self->fd);
  g_object_unref (self->pool);
}

static void
lease_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, lease_clear);
}

/* Takes @self, which is no longer among the leases of its pool. */
static void
lease_end (MgrTensorLease *self)
{
  g_source_destroy (self->source);
  g_clear_pointer (&self->block, mgr_tensor_block_unref);
  lease_unref (self);
}

static gboolean
lease_over_cb (int          fd,
               GIOCondition condition,
               gpointer     user_data)
{
  MgrTensorLease *self = user_data;
  gboolean is_first;

  g_mutex_lock (&self->pool->lock);
  is_first = g_hash_table_steal (self->pool->leases, self);
  g_mutex_unlock (&self->pool->lock);

  if (is_first)
    lease_end (self);
  return G_SOURCE_REMOVE;
}

static void
lease_watch (MgrTensorLease *self)
{
  self->source = g_unix_fd_source_new (self->fd, G_IO_HUP);
  g_source_set_callback (self->source, G_SOURCE_FUNC (lease_over_cb),
                         g_atomic_rc_box_acquire (self), lease_unref);
  g_source_set_static_name (self->source, "[libmgr] tensor lease");
}

/* So that a program without a main loop does not run out of file descriptors: whenever
 * there are twice as many leases as the last time, which costs next to nothing for each. */
static void
pool_add_lease (MgrTensorPool  *pool,
                MgrTensorLease *lease)
{
  gboolean are_many;

  g_mutex_lock (&pool->lock);
  g_hash_table_add (pool->leases, lease);
  are_many = g_hash_table_size (pool->leases) >= pool->many_leases;
  g_mutex_unlock (&pool->lock);
  if (!are_many)
    return;

  mgr_tensor_pool_collect_leases (pool);
  g_mutex_lock (&pool->lock);
  pool->many_leases = MAX (2 * g_hash_table_size (pool->leases), MGR_TENSOR_POOL_MANY_LEASES);
  g_mutex_unlock (&pool->lock);
}

int
mgr_tensor_pool_lease (MgrTensorBlock  *block,
                       GError         **error)
{
  MgrTensorPool *pool = ((MgrTensorPoolBlock *) block)->pool;
  g_autoptr (GSource) source = NULL;
  MgrTensorLease *lease;
  int ends[2];

  if (pipe2 (ends, O_CLOEXEC) != 0)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_FAILED,
                   "The tensor “%s” cannot be leased to another process: %s",
                   block->description, g_strerror (errno));
      return -1;
    }

  lease = g_atomic_rc_box_new0 (MgrTensorLease);
  lease->pool = g_object_ref (pool);
  lease->block = mgr_tensor_block_ref (block);
  lease->fd = ends[0];
  lease_watch (lease);

  source = g_source_ref (lease->source);
  pool_add_lease (pool, lease);
  g_source_attach (source, mgr_pool_get_context (MGR_POOL (pool)));
  return ends[1];
}

/* With the lock held. Returns: (transfer container) (element-type MgrTensorLease): all,
 * in the order of what @out_polled says of them. */
static GPtrArray *
pool_poll_leases (MgrTensorPool  *self,
                  struct pollfd **out_polled)
{
  guint n_leases = g_hash_table_size (self->leases);
  GPtrArray *leases = g_ptr_array_new_full (n_leases, NULL);
  struct pollfd *polled = g_new0 (struct pollfd, n_leases);
  GHashTableIter iter;
  gpointer lease;

  g_hash_table_iter_init (&iter, self->leases);
  while (g_hash_table_iter_next (&iter, &lease, NULL))
    {
      polled[leases->len].fd = ((MgrTensorLease *) lease)->fd;
      g_ptr_array_add (leases, lease);
    }

  if (n_leases > 0)
    poll (polled, n_leases, 0);
  *out_polled = polled;
  return leases;
}

void
mgr_tensor_pool_collect_leases (MgrTensorPool *self)
{
  g_autoptr (GPtrArray) over = g_ptr_array_new_with_free_func ((GDestroyNotify) lease_end);
  g_autoptr (GPtrArray) leases = NULL;
  g_autofree struct pollfd *polled = NULL;

  /* What is over is let go of without the lock, when the array goes. */
  g_mutex_lock (&self->lock);
  leases = pool_poll_leases (self, &polled);
  for (guint i = 0; i < leases->len; i++)
    {
      gpointer lease = g_ptr_array_index (leases, i);

      if (polled[i].revents == 0)
        continue;

      g_hash_table_steal (self->leases, lease);
      g_ptr_array_add (over, lease);
    }
  g_mutex_unlock (&self->lock);
}
