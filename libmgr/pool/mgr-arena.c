/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pool/mgr-arena-private.h"

#include "base/mgr-error.h"
#include "base/mgr-size.h"

#include <sys/mman.h>

/* Small enough that a hole between blocks often has one to give back, and large enough
 * that the books and the calls of the system are few. */
#define GRANULE ((guint64) 64 << 10)
#define HUGE_GRANULE ((guint64) 2 << 20)

/* Addresses cost nothing: so many times what is asked for is set aside to grow into. */
#define SPARE_FACTOR 16

#define WORD_BITS 64

struct _MgrArena
{
  guint8 *mapping;       /* (owned), mapping_size bytes */
  guint64 mapping_size;
  guint8 *data;          /* (unowned): the first aligned address within the mapping */
  guint64 largest;       /* bytes from data on */
  guint64 size;          /* of them, those that can be used */
  guint64 granule;
  gboolean huge_pages;

  guint64 *bits;         /* (owned): one for each granule that is held */
  guint64 n_held;
};

static guint64
round_up (guint64 size,
          guint64 step)
{
  return (size + step - 1) & ~(step - 1);
}

static gboolean
arena_map (MgrArena *self,
           guint64   largest)
{
  guint64 size = largest + MGR_ARENA_ALIGNMENT;
  void *mapping;

  if (largest > G_MAXSIZE / 2)
    return FALSE;

  /* What cannot be touched counts for no limit of the system but that of addresses. */
  mapping = mmap (NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapping == MAP_FAILED)
    return FALSE;

  self->mapping = mapping;
  self->mapping_size = size;
  self->data = (guint8 *) round_up ((gsize) mapping, MGR_ARENA_ALIGNMENT);
  self->largest = largest;
  return TRUE;
}

static void
arena_set_no_addresses (guint64   size,
                        GError  **error)
{
  g_autofree char *text = mgr_size_format (size);

  g_set_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE,
               "The system has no %s of addresses in one piece for this process "
               "(%" G_GUINT64_FORMAT " bytes): ask for less, or raise the limit that "
               "“ulimit -v” shows", text, size);
}

/* Whether the pages from the current end on could be made ready for use. */
static gboolean
arena_extend (MgrArena *self,
              guint64   size)
{
  guint64 begin = round_up (self->size, self->granule);
  guint64 end = round_up (size, self->granule);

  if (end > begin)
    {
      if (mprotect (self->data + begin, end - begin, PROT_READ | PROT_WRITE) != 0)
        return FALSE;
      /* Refused where the system has none, which is no error. */
      if (self->huge_pages)
        madvise (self->data + begin, end - begin, MADV_HUGEPAGE);
    }

  self->size = size;
  return TRUE;
}

MgrArena *
mgr_arena_new (guint64    size,
               guint64    largest,
               gboolean   huge_pages,
               GError   **error)
{
  g_autoptr (MgrArena) self = g_new0 (MgrArena, 1);
  guint64 least = MAX (size, largest);
  guint64 wanted = largest == 0 && size < G_MAXSIZE / 2 / SPARE_FACTOR ? size * SPARE_FACTOR : least;

  self->huge_pages = huge_pages;
  self->granule = huge_pages ? HUGE_GRANULE : GRANULE;
  if (least > G_MAXSIZE / 4
      || !(arena_map (self, round_up (wanted, HUGE_GRANULE))
           || arena_map (self, round_up (least, HUGE_GRANULE))))
    {
      arena_set_no_addresses (least, error);
      return NULL;
    }

  self->bits = g_new0 (guint64, self->largest / self->granule / WORD_BITS + 1);
  if (!arena_extend (self, size))
    {
      arena_set_no_addresses (size, error);
      return NULL;
    }

  return g_steal_pointer (&self);
}

void
mgr_arena_free (MgrArena *self)
{
  if (self->mapping != NULL)
    munmap (self->mapping, self->mapping_size);
  g_free (self->bits);
  g_free (self);
}

gboolean
mgr_arena_resize (MgrArena  *self,
                  guint64    size,
                  GError   **error)
{
  g_autofree char *asked = NULL;
  g_autofree char *most = NULL;
  guint64 end = round_up (size, self->granule);

  if (size <= self->size)
    {
      mgr_arena_release (self, end, round_up (self->size, self->granule) - end, G_MAXUINT64);
      mprotect (self->data + end, round_up (self->size, self->granule) - end, PROT_NONE);
      self->size = size;
      return TRUE;
    }

  if (size > self->largest)
    {
      asked = mgr_size_format (size);
      most = mgr_size_format (self->largest);
      g_set_error (error, MGR_ERROR, MGR_ERROR_INFEASIBLE,
                   "%s are beyond the addresses that were set aside for growth when it was "
                   "started, which are %s: make it with a “max-capacity”, or stop it and "
                   "start it anew", asked, most);
      return FALSE;
    }

  if (!arena_extend (self, size))
    {
      arena_set_no_addresses (size, error);
      return FALSE;
    }
  return TRUE;
}

guint8 *
mgr_arena_get_data (MgrArena *self)
{
  return self->data;
}

guint64
mgr_arena_get_granule (MgrArena *self)
{
  return self->granule;
}

guint64
mgr_arena_get_largest (MgrArena *self)
{
  return self->largest;
}

guint64
mgr_arena_get_held (MgrArena *self)
{
  return self->n_held * self->granule;
}

static gboolean
arena_holds (MgrArena *self,
             guint64   index)
{
  return (self->bits[index / WORD_BITS] >> (index % WORD_BITS) & 1) != 0;
}

/* How many of the granules [@begin, @end) are held. */
static guint64
arena_count (MgrArena *self,
             guint64   begin,
             guint64   end)
{
  guint64 count = 0;

  while (begin < end)
    {
      guint64 n = MIN (WORD_BITS - begin % WORD_BITS, end - begin);
      guint64 mask = G_MAXUINT64 >> (WORD_BITS - n) << (begin % WORD_BITS);

      count += (guint64) __builtin_popcountll (self->bits[begin / WORD_BITS] & mask);
      begin += n;
    }

  return count;
}

guint64
mgr_arena_get_missing (MgrArena *self,
                       guint64   offset,
                       guint64   size)
{
  guint64 begin = offset / self->granule;
  guint64 end = (offset + size - 1) / self->granule + 1;

  return (end - begin - arena_count (self, begin, end)) * self->granule;
}

void
mgr_arena_hold (MgrArena *self,
                guint64   offset,
                guint64   size)
{
  guint64 last = (offset + size - 1) / self->granule;

  for (guint64 i = offset / self->granule; i <= last; i++)
    {
      self->n_held += !arena_holds (self, i);
      self->bits[i / WORD_BITS] |= G_GUINT64_CONSTANT (1) << (i % WORD_BITS);
    }
}

/* The granules wholly within the range are those from @begin on, before @end. Of the last
 * one what lies beyond the size is nobody's. */
static void
arena_get_whole (MgrArena *self,
                 guint64   offset,
                 guint64   size,
                 guint64  *begin,
                 guint64  *end)
{
  guint64 limit = offset + size;

  if (limit == self->size)
    limit = round_up (limit, self->granule);
  *begin = round_up (offset, self->granule) / self->granule;
  *end = MAX (limit / self->granule, *begin);
}

guint64
mgr_arena_get_loose (MgrArena *self,
                     guint64   offset,
                     guint64   size)
{
  guint64 begin;
  guint64 end;

  arena_get_whole (self, offset, size, &begin, &end);
  return arena_count (self, begin, end) * self->granule;
}

/* Gives back the granules of [@begin, @end), which are held. %FALSE where the system
 * keeps them, as it does with pages that are locked. */
static gboolean
arena_drop (MgrArena *self,
            guint64   begin,
            guint64   end)
{
  if (madvise (self->data + begin * self->granule, (end - begin) * self->granule,
               MADV_DONTNEED) != 0)
    return FALSE;

  for (guint64 i = begin; i < end; i++)
    self->bits[i / WORD_BITS] &= ~(G_GUINT64_CONSTANT (1) << (i % WORD_BITS));
  self->n_held -= end - begin;
  return TRUE;
}

/* Where the last granule that is held ends, of those of [@begin, @end); or @begin. */
static guint64
arena_find_end (MgrArena *self,
                guint64   begin,
                guint64   end)
{
  while (end > begin && !arena_holds (self, end - 1))
    {
      if (end % WORD_BITS == 0 && end - begin >= WORD_BITS && self->bits[end / WORD_BITS - 1] == 0)
        end -= WORD_BITS;
      else
        end--;
    }

  return end;
}

guint64
mgr_arena_release (MgrArena *self,
                   guint64   offset,
                   guint64   size,
                   guint64   target)
{
  guint64 released = 0;
  guint64 begin;
  guint64 end;
  guint64 first;

  arena_get_whole (self, offset, size, &begin, &end);
  while (released < target && (end = arena_find_end (self, begin, end)) > begin)
    {
      /* A run at a time: a call of the system for each granule would cost more. */
      first = end - 1;
      while (first > begin && arena_holds (self, first - 1)
             && released + (end - first) * self->granule < target)
        first--;
      if (!arena_drop (self, first, end))
        break;
      released += (end - first) * self->granule;
      end = first;
    }

  return released;
}
