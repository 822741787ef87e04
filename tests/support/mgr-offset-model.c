/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "mgr-offset-model.h"

#include "pool/mgr-offset-allocator-private.h"

#define UNIT 16
#define MAXIMUM_UNITS 4096
#define MAXIMUM_BLOCKS 256
#define NOBODY 0

typedef struct
{
  MgrOffsetBlock block; /* 0 for a place that is not in use */
  guint start;          /* in units, as what follows */
  guint length;
} Entry;

typedef struct
{
  MgrOffsetAllocator *allocator;         /* (owned) */
  guint n_units;
  guint16 owner[MAXIMUM_UNITS];          /* the number of an entry, or NOBODY */
  Entry entries[MAXIMUM_BLOCKS + 1];     /* the one at 0 is NOBODY's */
  MgrOffsetModelCounts *counts;          /* (unowned) */
} Model;

static gpointer
number_to_data (guint number)
{
  return GUINT_TO_POINTER (number);
}

static void
model_fill (Model *self,
            guint  start,
            guint  length,
            guint  number)
{
  for (guint i = start; i < start + length; i++)
    {
      g_assert_true ((self->owner[i] == NOBODY) != (number == NOBODY));
      self->owner[i] = (guint16) number;
    }
}

static gboolean
model_has_room (Model *self,
                guint  length,
                guint  alignment)
{
  for (guint start = 0; start + length <= self->n_units; start += alignment)
    {
      guint end = start;

      while (end < start + length && self->owner[end] == NOBODY)
        end++;
      if (end == start + length)
        return TRUE;
    }

  return FALSE;
}

/* Returns the number of a place of that state, looking from @hint on, or NOBODY. */
static guint
model_find_entry (Model    *self,
                  guint     hint,
                  gboolean  used)
{
  for (guint i = 0; i < MAXIMUM_BLOCKS; i++)
    {
      guint number = 1 + (hint + i) % MAXIMUM_BLOCKS;

      if ((self->entries[number].block != 0) == used)
        return number;
    }

  return NOBODY;
}

static void
model_record (Model          *self,
              guint           number,
              MgrOffsetBlock  block)
{
  guint64 offset = mgr_offset_allocator_get_offset (self->allocator, block);
  guint64 length = mgr_offset_allocator_get_length (self->allocator, block);

  g_assert_cmpuint (offset % UNIT, ==, 0);
  g_assert_cmpuint (offset + length, <=, self->n_units * UNIT);
  self->entries[number] = (Entry) { block, (guint) (offset / UNIT), (guint) (length / UNIT) };
  model_fill (self, self->entries[number].start, self->entries[number].length, number);
}

static void
model_take (Model *self,
            guint  size,
            guint  alignment)
{
  guint number = model_find_entry (self, 0, FALSE);
  guint length = (size + UNIT - 1) / UNIT;
  MgrOffsetBlock block;

  if (number == NOBODY)
    return;

  block = mgr_offset_allocator_take (self->allocator, size, alignment, number_to_data (number));
  g_assert_true ((block != 0) == (length > 0
                                  && model_has_room (self, length, MAX (alignment / UNIT, 1))));
  if (block == 0)
    {
      self->counts->refused++;
      return;
    }

  self->counts->taken++;
  model_record (self, number, block);
  g_assert_cmpuint (self->entries[number].length, ==, length);
  g_assert_cmpuint (self->entries[number].start * UNIT % alignment, ==, 0);
}

static void
model_give (Model *self,
            guint  hint)
{
  guint number = model_find_entry (self, hint, TRUE);
  Entry *entry = &self->entries[number];

  if (number == NOBODY)
    return;

  mgr_offset_allocator_give (self->allocator, entry->block);
  model_fill (self, entry->start, entry->length, NOBODY);
  *entry = (Entry) { 0 };
  self->counts->given++;
}

static void
model_resize (Model *self,
              guint  n_units)
{
  gboolean fits = TRUE;

  for (guint i = n_units; i < self->n_units; i++)
    fits = fits && self->owner[i] == NOBODY;

  g_assert_true (mgr_offset_allocator_resize (self->allocator, n_units * UNIT + 1) == fits);
  if (!fits)
    return;

  self->n_units = n_units;
  self->counts->resized++;
}

static void
model_slide (Model *self,
             guint  hint,
             guint  alignment)
{
  guint number = model_find_entry (self, hint, TRUE);
  Entry *entry = &self->entries[number];
  guint start = entry->start;

  if (number == NOBODY || start == 0 || self->owner[start - 1] != NOBODY)
    return;

  while (start > 0 && self->owner[start - 1] == NOBODY)
    start--;
  while (start < entry->start && start * UNIT % alignment != 0)
    start++;
  model_fill (self, entry->start, entry->length, NOBODY);
  g_assert_cmpuint (mgr_offset_allocator_slide (self->allocator, entry->block, alignment), ==,
                    start * UNIT);
  model_record (self, number, entry->block);
  g_assert_cmpuint (entry->start, ==, start);
  self->counts->slid++;
}

/* Returns the hole before which there are @nth others, or 0. */
static MgrOffsetBlock
model_find_hole (Model *self,
                 guint  nth)
{
  MgrOffsetBlock block = mgr_offset_allocator_get_first (self->allocator);

  while (block != 0 && (!mgr_offset_allocator_is_hole (self->allocator, block) || nth-- > 0))
    block = mgr_offset_allocator_get_next (self->allocator, block);

  return block;
}

static void
model_claim (Model *self,
             guint  nth)
{
  guint number = model_find_entry (self, 0, FALSE);
  MgrOffsetBlock hole = model_find_hole (self, nth);

  if (hole == 0 || number == NOBODY)
    return;

  mgr_offset_allocator_claim (self->allocator, hole, number_to_data (number));
  model_record (self, number, hole);
  self->counts->claimed++;
}

/* Blocks and holes cover the space in order, and are those that the map has. */
static void
model_compare (Model *self)
{
  MgrOffsetAllocator *allocator = self->allocator;
  guint bins[MGR_OFFSET_BINS];
  guint64 largest = 0;
  guint64 all = 0;
  guint n_holes = 0;
  guint n_blocks = 0;

  g_assert_true (mgr_offset_allocator_is_sound (allocator));
  for (MgrOffsetBlock block = mgr_offset_allocator_get_first (allocator); block != 0;
       block = mgr_offset_allocator_get_next (allocator, block))
    {
      gpointer data = mgr_offset_allocator_get_data (allocator, block);
      guint64 length = mgr_offset_allocator_get_length (allocator, block);
      guint64 start = mgr_offset_allocator_get_offset (allocator, block) / UNIT;

      for (guint64 i = 0; i < length / UNIT; i++)
        g_assert_cmpuint (self->owner[start + i], ==, GPOINTER_TO_UINT (data));
      if (data != NULL)
        {
          n_blocks++;
          continue;
        }
      n_holes++;
      all += length;
      largest = MAX (largest, length);
    }

  g_assert_cmpuint (mgr_offset_allocator_get_count (allocator), ==, n_blocks);
  g_assert_cmpuint (mgr_offset_allocator_get_free (allocator), ==, all);
  g_assert_cmpuint (mgr_offset_allocator_get_largest_free (allocator), ==, largest);
  mgr_offset_allocator_get_histogram (allocator, bins);
  for (guint i = 0; i < MGR_OFFSET_BINS; i++)
    n_holes -= bins[i];
  g_assert_cmpuint (n_holes, ==, 0);
}

static void
model_take_at (Model *self,
               guint  nth,
               guint  skip,
               guint  size)
{
  guint number = model_find_entry (self, 0, FALSE);
  MgrOffsetBlock hole = model_find_hole (self, nth);
  guint64 offset;
  guint64 length;

  if (hole == 0 || number == NOBODY)
    return;

  offset = mgr_offset_allocator_get_offset (self->allocator, hole);
  length = mgr_offset_allocator_get_length (self->allocator, hole) / UNIT;
  skip %= (guint) length;
  size = 1 + size % (guint) ((length - skip) * UNIT);
  mgr_offset_allocator_take_at (self->allocator, hole, offset + skip * UNIT, size,
                                number_to_data (number));
  model_record (self, number, hole);
  g_assert_cmpuint (self->entries[number].start * UNIT, ==, offset + skip * UNIT);
  g_assert_cmpuint (self->entries[number].length, ==, (size + UNIT - 1) / UNIT);
}

static void
model_step (Model        *self,
            const guint8 *step)
{
  guint number = step[1] | (guint) step[2] << 8;

  switch (step[0] % 11)
    {
    case 0:
    case 1:
    case 2:
    case 3:
      /* Mostly small ones, and some of any size and alignment. */
      model_take (self, step[3] % 4 != 0 ? number % (32 * UNIT) : number,
                  step[3] % 8 == 0 ? 1u << (step[3] / 8 % 16) : 1);
      break;
    case 4:
    case 5:
    case 6:
      model_give (self, number);
      break;
    case 7:
      model_resize (self, number % MAXIMUM_UNITS);
      break;
    case 8:
      model_slide (self, number, step[3] % 2 == 0 ? 1u << (step[3] / 2 % 16) : 1);
      break;
    case 9:
      model_claim (self, number % 8);
      break;
    default:
      model_take_at (self, step[3] % 8, step[3] / 8, number);
      break;
    }
}

void
mgr_offset_model_run (const guint8         *data,
                      gsize                 size,
                      MgrOffsetModelCounts *counts)
{
  g_autofree Model *self = g_new0 (Model, 1);
  guint64 used;

  self->allocator = mgr_offset_allocator_new (1024 * UNIT, UNIT);
  self->n_units = 1024;
  self->counts = counts;

  for (gsize i = 0; i + 4 <= size; i += 4)
    {
      model_step (self, data + i);
      model_compare (self);
    }

  while (model_find_entry (self, 0, TRUE) != NOBODY)
    model_give (self, 0);
  model_compare (self);
  used = self->n_units * UNIT - mgr_offset_allocator_get_free (self->allocator);
  g_assert_cmpuint (used, ==, 0);
  g_assert_cmpuint (mgr_offset_allocator_get_largest_free (self->allocator), ==,
                    self->n_units * UNIT);
  mgr_offset_allocator_free (self->allocator);
}
