/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-offset-allocator-private.h"

/* Each power of two is split into so many classes, so that what is looked for is at
 * most a 32nd larger than what is needed. Below that there is a class for each length. */
#define SPLIT_BITS 5
#define N_SPLITS (1u << SPLIT_BITS)

/* Lengths in units stay below 2^58, so that no sum of two wraps. */
#define LENGTH_BITS 58
#define N_ROWS (LENGTH_BITS - SPLIT_BITS + 1)

/* Of the holes of a class, so many are looked at, and the one that lies lowest is taken.
 * This keeps the end of the space in one piece: at 90 % fill with random sizes, a third
 * of what is free is in the largest hole rather than a thirtieth. */
#define CHOICES 8

#define FIRST_NODES 64

/* Two of them share a cache line. */
typedef struct
{
  guint64 start;
  guint64 length : 63; /* 0 for one that is not in use */
  guint64 is_hole : 1;
  guint32 previous;    /* by offset; 0 for none */
  guint32 next;        /* by offset, or the next one not in use; 0 for none */
  union
  {
    gpointer data;     /* (unowned), of a block */
    struct
    {
      guint32 previous;
      guint32 next;
    } same_class;      /* of a hole */
  };
} Node;

G_STATIC_ASSERT (sizeof (gpointer) > 8 || sizeof (Node) == 32);

typedef struct
{
  guint row;
  guint split;
} Class;

/* Starts and lengths are in units. */
struct _MgrOffsetAllocator
{
  Node *nodes;       /* (owned), the one at 0 is never used */
  guint32 n_nodes;
  guint32 spare;     /* the first node that is not in use */
  guint32 first;
  guint32 last;
  guint unit_shift;
  guint32 n_blocks;
  guint64 length;
  guint64 free_length;

  guint64 rows;                      /* a bit for each row with a hole */
  guint32 splits[N_ROWS];            /* a bit for each class with a hole */
  guint32 heads[N_ROWS][N_SPLITS];
  guint32 bins[LENGTH_BITS];
};

static guint
log2_of (guint64 length)
{
  return 63 - (guint) __builtin_clzll (length);
}

static Class
class_of (guint64 length)
{
  guint bit;

  if (length < N_SPLITS)
    return (Class) { 0, (guint) length };

  bit = log2_of (length);
  return (Class) { bit - SPLIT_BITS + 1,
                   (guint) (length >> (bit - SPLIT_BITS)) - N_SPLITS };
}

/* The first class of which every hole is long enough. */
static Class
class_for (guint64 length)
{
  if (length >= N_SPLITS)
    length += (G_GUINT64_CONSTANT (1) << (log2_of (length) - SPLIT_BITS)) - 1;

  return class_of (length);
}

/* Moves @class to the first one from it on that has a hole. */
static gboolean
allocator_find_class (MgrOffsetAllocator *self,
                      Class              *class)
{
  guint32 splits;
  guint64 rows;

  if (class->row >= N_ROWS)
    return FALSE;

  splits = self->splits[class->row] & (G_MAXUINT32 << class->split);
  if (splits == 0)
    {
      rows = self->rows & (G_MAXUINT64 << class->row << 1);
      if (rows == 0)
        return FALSE;
      class->row = (guint) __builtin_ctzll (rows);
      splits = self->splits[class->row];
    }

  class->split = (guint) __builtin_ctz (splits);
  return TRUE;
}

static void
allocator_link_hole (MgrOffsetAllocator *self,
                     guint32             index)
{
  Node *node = &self->nodes[index];
  Class class = class_of (node->length);
  guint32 *head = &self->heads[class.row][class.split];

  node->is_hole = TRUE;
  node->same_class.previous = 0;
  node->same_class.next = *head;
  if (*head != 0)
    self->nodes[*head].same_class.previous = index;
  *head = index;

  self->rows |= G_GUINT64_CONSTANT (1) << class.row;
  self->splits[class.row] |= 1u << class.split;
  self->bins[log2_of (node->length)]++;
  self->free_length += node->length;
}

static void
allocator_unlink_hole (MgrOffsetAllocator *self,
                       guint32             index)
{
  Node *node = &self->nodes[index];
  Class class = class_of (node->length);
  guint32 *head = &self->heads[class.row][class.split];

  if (node->same_class.next != 0)
    self->nodes[node->same_class.next].same_class.previous = node->same_class.previous;
  if (node->same_class.previous != 0)
    self->nodes[node->same_class.previous].same_class.next = node->same_class.next;
  else
    *head = node->same_class.next;

  if (*head == 0)
    {
      self->splits[class.row] &= ~(1u << class.split);
      if (self->splits[class.row] == 0)
        self->rows &= ~(G_GUINT64_CONSTANT (1) << class.row);
    }
  self->bins[log2_of (node->length)]--;
  self->free_length -= node->length;
  node->is_hole = FALSE;
  node->data = NULL;
}

static void
allocator_add_spares (MgrOffsetAllocator *self)
{
  guint32 count = MAX (self->n_nodes, FIRST_NODES);

  /* 2^32 blocks would take 128 GiB of nodes. */
  g_assert (count <= G_MAXUINT32 - self->n_nodes);

  self->nodes = g_renew (Node, self->nodes, (gsize) self->n_nodes + count);
  memset (&self->nodes[self->n_nodes], 0, count * sizeof (Node));
  for (guint32 i = self->n_nodes + count - 1; i >= MAX (self->n_nodes, 1); i--)
    {
      self->nodes[i].next = self->spare;
      self->spare = i;
    }
  self->n_nodes += count;
}

/* A node of its own behind the node @previous, or the first one where that is 0.
 * Moves all nodes in memory. */
static guint32
allocator_insert_node (MgrOffsetAllocator *self,
                       guint32             previous,
                       guint64             start,
                       guint64             length)
{
  guint32 index;
  guint32 next;

  if (self->spare == 0)
    allocator_add_spares (self);
  index = self->spare;
  self->spare = self->nodes[index].next;

  next = previous != 0 ? self->nodes[previous].next : self->first;
  self->nodes[index] = (Node) { .start = start, .length = length,
                                .previous = previous, .next = next };
  *(previous != 0 ? &self->nodes[previous].next : &self->first) = index;
  *(next != 0 ? &self->nodes[next].previous : &self->last) = index;
  return index;
}

static void
allocator_remove_node (MgrOffsetAllocator *self,
                       guint32             index)
{
  Node *node = &self->nodes[index];

  *(node->previous != 0 ? &self->nodes[node->previous].next : &self->first) = node->next;
  *(node->next != 0 ? &self->nodes[node->next].previous : &self->last) = node->previous;
  *node = (Node) { .next = self->spare };
  self->spare = index;
}

MgrOffsetAllocator *
mgr_offset_allocator_new (guint64 size,
                          guint64 unit)
{
  MgrOffsetAllocator *self = g_new0 (MgrOffsetAllocator, 1);

  g_assert (unit > 0 && (unit & (unit - 1)) == 0);

  self->unit_shift = log2_of (unit);
  if (!mgr_offset_allocator_resize (self, size))
    g_assert_not_reached ();
  return self;
}

void
mgr_offset_allocator_free (MgrOffsetAllocator *self)
{
  g_free (self->nodes);
  g_free (self);
}

static gboolean
node_fits (const Node *node,
           guint64     length,
           guint64     alignment)
{
  guint64 gap = -node->start & (alignment - 1);

  return node->length >= length && node->length - length >= gap;
}

/* What the usual way does not find: a hole of the very class that is asked for, or
 * one in which the aligned place happens to lie well. */
static guint32
allocator_search (MgrOffsetAllocator *self,
                  guint64             length,
                  guint64             alignment)
{
  Class class = class_of (length);

  while (allocator_find_class (self, &class))
    {
      for (guint32 index = self->heads[class.row][class.split]; index != 0;
           index = self->nodes[index].same_class.next)
        {
          if (node_fits (&self->nodes[index], length, alignment))
            return index;
        }
      class.row += (class.split + 1) / N_SPLITS;
      class.split = (class.split + 1) % N_SPLITS;
    }

  return 0;
}

/* Returns the lowest of the first few holes of @class that do, or 0. */
static guint32
allocator_choose (MgrOffsetAllocator *self,
                  Class               class,
                  guint64             length,
                  guint64             alignment)
{
  guint32 index = self->heads[class.row][class.split];
  guint32 chosen = 0;

  for (guint i = 0; i < CHOICES && index != 0; i++)
    {
      const Node *node = &self->nodes[index];

      if (node_fits (node, length, alignment)
          && (chosen == 0 || node->start < self->nodes[chosen].start))
        chosen = index;
      index = node->same_class.next;
    }

  return chosen;
}

static guint32
allocator_find (MgrOffsetAllocator *self,
                guint64             length,
                guint64             alignment)
{
  guint32 index = allocator_choose (self, class_of (length), length, alignment);
  Class class;

  if (index != 0)
    return index;

  if (alignment <= self->length)
    {
      class = class_for (length + alignment - 1);
      if (allocator_find_class (self, &class))
        return allocator_choose (self, class, length, alignment);
    }

  return allocator_search (self, length, alignment);
}

/* Makes a block in the hole @index, and holes of what it leaves before and behind. */
static void
allocator_carve (MgrOffsetAllocator *self,
                 guint32             index,
                 guint64             start,
                 guint64             length,
                 gpointer            user_data)
{
  guint64 old = self->nodes[index].start;
  guint64 rest = self->nodes[index].length - (start - old) - length;

  allocator_unlink_hole (self, index);
  if (start > old)
    allocator_link_hole (self, allocator_insert_node (self, self->nodes[index].previous,
                                                      old, start - old));
  if (rest > 0)
    allocator_link_hole (self, allocator_insert_node (self, index, start + length, rest));

  self->nodes[index].start = start;
  self->nodes[index].length = length;
  self->nodes[index].data = user_data;
  self->n_blocks++;
}

static guint64
allocator_to_units (MgrOffsetAllocator *self,
                    guint64             size)
{
  guint64 unit = G_GUINT64_CONSTANT (1) << self->unit_shift;

  return (size >> self->unit_shift) + ((size & (unit - 1)) != 0);
}

MgrOffsetBlock
mgr_offset_allocator_take (MgrOffsetAllocator *self,
                           guint64             size,
                           guint64             alignment,
                           gpointer            user_data)
{
  guint64 length = allocator_to_units (self, size);
  guint64 step = allocator_to_units (self, alignment);
  guint32 index;
  guint64 start;

  if (size == 0 || length > self->free_length)
    return 0;

  index = allocator_find (self, length, step);
  if (index == 0)
    return 0;

  start = self->nodes[index].start;
  allocator_carve (self, index, start + (-start & (step - 1)), length, user_data);
  return index;
}

void
mgr_offset_allocator_take_at (MgrOffsetAllocator *self,
                              MgrOffsetBlock      hole,
                              guint64             offset,
                              guint64             size,
                              gpointer            user_data)
{
  guint64 start = offset >> self->unit_shift;
  guint64 length = allocator_to_units (self, size);
  const Node *node = &self->nodes[hole];

  g_assert (node->is_hole && length > 0 && start >= node->start
            && start - node->start <= node->length
            && length <= node->length - (start - node->start));

  allocator_carve (self, hole, start, length, user_data);
}

/* The node @index is neither block nor hole yet. */
static void
allocator_make_hole (MgrOffsetAllocator *self,
                     guint32             index)
{
  guint32 previous = self->nodes[index].previous;
  guint32 next = self->nodes[index].next;

  if (previous != 0 && self->nodes[previous].is_hole)
    {
      allocator_unlink_hole (self, previous);
      self->nodes[index].start = self->nodes[previous].start;
      self->nodes[index].length += self->nodes[previous].length;
      allocator_remove_node (self, previous);
    }
  if (next != 0 && self->nodes[next].is_hole)
    {
      allocator_unlink_hole (self, next);
      self->nodes[index].length += self->nodes[next].length;
      allocator_remove_node (self, next);
    }

  allocator_link_hole (self, index);
}

void
mgr_offset_allocator_give (MgrOffsetAllocator *self,
                           MgrOffsetBlock      block)
{
  g_assert (block != 0 && block < self->n_nodes);
  g_assert (self->nodes[block].length > 0 && !self->nodes[block].is_hole);

  self->n_blocks--;
  allocator_make_hole (self, block);
}

gboolean
mgr_offset_allocator_resize (MgrOffsetAllocator *self,
                             guint64             size)
{
  guint64 length = size >> self->unit_shift;
  guint64 old = self->length;
  Node *last = self->last != 0 ? &self->nodes[self->last] : NULL;

  if (length >> LENGTH_BITS != 0)
    return FALSE;

  if (length < old)
    {
      if (!last->is_hole || last->start > length)
        return FALSE;
      allocator_unlink_hole (self, self->last);
      last->length = length - last->start;
      if (last->length > 0)
        allocator_link_hole (self, self->last);
      else
        allocator_remove_node (self, self->last);
    }
  else if (length > old)
    {
      allocator_make_hole (self, allocator_insert_node (self, self->last, old, length - old));
    }

  self->length = length;
  return TRUE;
}

guint64
mgr_offset_allocator_slide (MgrOffsetAllocator *self,
                            MgrOffsetBlock      block,
                            guint64             alignment)
{
  guint64 step = allocator_to_units (self, alignment);
  guint32 hole = self->nodes[block].previous;
  guint64 old = self->nodes[block].start;
  guint64 start;

  g_assert (hole != 0 && self->nodes[hole].is_hole && !self->nodes[block].is_hole);

  start = self->nodes[hole].start + (-self->nodes[hole].start & (step - 1));
  if (start >= old)
    return old << self->unit_shift;

  allocator_unlink_hole (self, hole);
  self->nodes[hole].length = start - self->nodes[hole].start;
  if (self->nodes[hole].length > 0)
    allocator_link_hole (self, hole);
  else
    allocator_remove_node (self, hole);

  self->nodes[block].start = start;
  allocator_make_hole (self, allocator_insert_node (self, block,
                                                    start + self->nodes[block].length,
                                                    old - start));
  return start << self->unit_shift;
}

void
mgr_offset_allocator_claim (MgrOffsetAllocator *self,
                            MgrOffsetBlock      hole,
                            gpointer            user_data)
{
  g_assert (self->nodes[hole].is_hole);

  allocator_unlink_hole (self, hole);
  self->nodes[hole].data = user_data;
  self->n_blocks++;
}

guint64
mgr_offset_allocator_get_size (MgrOffsetAllocator *self)
{
  return self->length << self->unit_shift;
}

guint64
mgr_offset_allocator_get_unit (MgrOffsetAllocator *self)
{
  return G_GUINT64_CONSTANT (1) << self->unit_shift;
}

guint64
mgr_offset_allocator_get_free (MgrOffsetAllocator *self)
{
  return self->free_length << self->unit_shift;
}

guint64
mgr_offset_allocator_get_largest_free (MgrOffsetAllocator *self)
{
  guint64 largest = 0;
  guint row;
  guint split;

  if (self->rows == 0)
    return 0;

  row = log2_of (self->rows);
  split = log2_of (self->splits[row]);
  for (guint32 index = self->heads[row][split]; index != 0;
       index = self->nodes[index].same_class.next)
    largest = MAX (largest, self->nodes[index].length);

  return largest << self->unit_shift;
}

guint
mgr_offset_allocator_get_count (MgrOffsetAllocator *self)
{
  return self->n_blocks;
}

void
mgr_offset_allocator_get_histogram (MgrOffsetAllocator *self,
                                    guint               bins[MGR_OFFSET_BINS])
{
  memset (bins, 0, MGR_OFFSET_BINS * sizeof *bins);
  for (guint i = 0; i < LENGTH_BITS && i + self->unit_shift < MGR_OFFSET_BINS; i++)
    bins[i + self->unit_shift] = self->bins[i];
}

MgrOffsetBlock
mgr_offset_allocator_get_first (MgrOffsetAllocator *self)
{
  return self->first;
}

MgrOffsetBlock
mgr_offset_allocator_get_last (MgrOffsetAllocator *self)
{
  return self->last;
}

MgrOffsetBlock
mgr_offset_allocator_get_next (MgrOffsetAllocator *self,
                               MgrOffsetBlock      block)
{
  return self->nodes[block].next;
}

MgrOffsetBlock
mgr_offset_allocator_get_previous (MgrOffsetAllocator *self,
                                   MgrOffsetBlock      block)
{
  return self->nodes[block].previous;
}

gboolean
mgr_offset_allocator_is_hole (MgrOffsetAllocator *self,
                              MgrOffsetBlock      block)
{
  return self->nodes[block].is_hole;
}

guint64
mgr_offset_allocator_get_offset (MgrOffsetAllocator *self,
                                 MgrOffsetBlock      block)
{
  return self->nodes[block].start << self->unit_shift;
}

guint64
mgr_offset_allocator_get_length (MgrOffsetAllocator *self,
                                 MgrOffsetBlock      block)
{
  return (guint64) self->nodes[block].length << self->unit_shift;
}

gpointer
mgr_offset_allocator_get_data (MgrOffsetAllocator *self,
                               MgrOffsetBlock      block)
{
  return self->nodes[block].is_hole ? NULL : self->nodes[block].data;
}

void
mgr_offset_allocator_set_data (MgrOffsetAllocator *self,
                               MgrOffsetBlock      block,
                               gpointer            user_data)
{
  g_assert (!self->nodes[block].is_hole);

  self->nodes[block].data = user_data;
}

/* Whether the lists hold @count holes, each in the class that it belongs to, and the
 * maps say just where they are. */
static gboolean
allocator_lists_are_sound (MgrOffsetAllocator *self,
                           guint               count)
{
  for (guint row = 0; row < N_ROWS; row++)
    {
      for (guint split = 0; split < N_SPLITS; split++)
        {
          guint32 before = 0;

          if (((self->splits[row] >> split & 1) != 0) != (self->heads[row][split] != 0))
            return FALSE;
          for (guint32 index = self->heads[row][split]; index != 0;
               index = self->nodes[index].same_class.next)
            {
              Class class = class_of (self->nodes[index].length);

              if (!self->nodes[index].is_hole || class.row != row || class.split != split
                  || self->nodes[index].same_class.previous != before || count-- == 0)
                return FALSE;
              before = index;
            }
        }
      if (((self->rows >> row & 1) != 0) != (self->splits[row] != 0))
        return FALSE;
    }

  return count == 0;
}

gboolean
mgr_offset_allocator_is_sound (MgrOffsetAllocator *self)
{
  guint32 previous = 0;
  guint64 start = 0;
  guint64 free_length = 0;
  guint n_blocks = 0;
  guint n_holes = 0;

  for (guint32 index = self->first; index != 0; index = self->nodes[index].next)
    {
      Node *node = &self->nodes[index];

      if (node->start != start || node->length == 0 || node->previous != previous
          || (node->is_hole && previous != 0 && self->nodes[previous].is_hole))
        return FALSE;
      n_blocks += !node->is_hole;
      n_holes += node->is_hole;
      free_length += node->is_hole ? node->length : 0;
      start += node->length;
      previous = index;
    }

  return previous == self->last && start == self->length && free_length == self->free_length
         && n_blocks == self->n_blocks && allocator_lists_are_sound (self, n_holes);
}
