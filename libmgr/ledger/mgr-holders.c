/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "ledger/mgr-holders-private.h"

#include "base/mgr-size.h"
#include "ledger/mgr-slot-table-private.h"

#define HOLDERS_NAMED 3

typedef struct
{
  guint64 size;
  char *name; /* (owned) (nullable) */
} Holder;

typedef struct
{
  Holder top[HOLDERS_NAMED]; /* largest first */
  guint count;
} Holders;

static void
holders_clear (Holders *self)
{
  for (gsize i = 0; i < HOLDERS_NAMED; i++)
    g_clear_pointer (&self->top[i].name, g_free);
  self->count = 0;
}

static void
holders_offer (Holders    *self,
               guint64     size,
               const char *name)
{
  gsize place = 0;

  if (size == 0)
    return;

  self->count++;
  while (place < HOLDERS_NAMED && self->top[place].name != NULL && self->top[place].size >= size)
    place++;
  if (place == HOLDERS_NAMED)
    return;

  g_free (self->top[HOLDERS_NAMED - 1].name);
  memmove (&self->top[place + 1], &self->top[place],
           (HOLDERS_NAMED - 1 - place) * sizeof (Holder));
  self->top[place] = (Holder) { size, g_strdup (name) };
}

static void
holders_add_components (Holders      *self,
                        MgrComponent *component)
{
  guint64 direct;

  g_mutex_lock (&component->lock);
  direct = component->direct;
  g_mutex_unlock (&component->lock);

  holders_offer (self, direct, mgr_component_display_path (component));
  for (guint i = 0; i < component->children->len; i++)
    holders_add_components (self, g_ptr_array_index (component->children, i));
}

static void
holders_add_allocation_cb (MgrAllocation *slot,
                           gpointer       user_data)
{
  Holders *self = user_data;
  const char *description = slot->description;

  /* Most are too small to be named; only what may be is worth a copy. */
  if (self->top[HOLDERS_NAMED - 1].name != NULL && self->top[HOLDERS_NAMED - 1].size >= slot->size)
    return;

  holders_offer (self, slot->size, *description != '\0' ? description : "(no description)");
}

static char *
holders_join (const Holders *self)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; i < HOLDERS_NAMED && self->top[i].name != NULL; i++)
    {
      g_autofree char *size = mgr_size_format (self->top[i].size);

      g_string_append_printf (text, "%s%s %s", i > 0 ? ", " : "", self->top[i].name, size);
    }

  if (text->len == 0)
    g_string_append (text, "none");

  return g_string_free (text, FALSE);
}

char *
mgr_holders_describe (MgrComponent *component)
{
  Holders holders = { 0 };
  char *text;

  holders_add_components (&holders, component);
  if (holders.count == 1)
    {
      holders_clear (&holders);
      mgr_slot_table_foreach (component, holders_add_allocation_cb, &holders);
    }

  text = holders_join (&holders);
  holders_clear (&holders);
  return text;
}

char *
mgr_holders_dup (MgrComponent *component)
{
  char *text;

  g_mutex_lock (&component->ledger->tree_lock);
  text = mgr_holders_describe (component);
  g_mutex_unlock (&component->ledger->tree_lock);

  return text;
}
