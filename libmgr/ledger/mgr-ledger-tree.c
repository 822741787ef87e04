/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-owner-context-private.h"
#include "base/mgr-size.h"
#include "ledger/mgr-charge-private.h"
#include "ledger/mgr-holders-private.h"
#include "ledger/mgr-ledger-private.h"
#include "ledger/mgr-refusal-private.h"
#include "ledger/mgr-waiter-private.h"

#define NAME_LENGTH_MAX 255

/* The list that the owner's context sees follows the tree. */

static void
view_add_cb (gpointer object,
             gpointer user_data)
{
  MgrComponent *parent = object;

  g_list_store_append (parent->view, user_data);
}

static void
view_remove_cb (gpointer object,
                gpointer user_data)
{
  MgrComponent *parent = object;
  guint position;

  if (g_list_store_find (parent->view, user_data, &position))
    g_list_store_remove (parent->view, position);
}

static void
view_update (MgrComponent *parent,
             MgrOwnerFunc  func,
             MgrComponent *child)
{
  MgrLedger *ledger = parent->ledger;

  if (g_thread_self () == ledger->owner_thread)
    func (parent, child);
  else
    mgr_owner_context_post (ledger->context, parent, func, g_object_ref (child), g_object_unref);
}

static gboolean
name_check (const char  *name,
            GError     **error)
{
  if (*name == '\0' || strchr (name, '/') != NULL || strlen (name) > NAME_LENGTH_MAX
      || !g_utf8_validate (name, -1, NULL))
    {
      g_autofree char *shown = g_utf8_make_valid (name, -1);

      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "“%s” cannot name a component: use 1 to %d bytes of UTF-8 without “/”",
                   shown, NAME_LENGTH_MAX);
      return FALSE;
    }

  return TRUE;
}

/* With the tree_lock held. */
static gboolean
ledger_insert (MgrLedger     *self,
               MgrComponent  *parent,
               MgrComponent  *component,
               GError       **error)
{
  if (parent->detached)
    {
      mgr_refusal_set_detached (parent, error);
      return FALSE;
    }

  if (g_hash_table_contains (self->by_path, component->path))
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_EXISTS,
                   "There is a component “%s” already: look it up, or choose another name",
                   component->path);
      return FALSE;
    }

  g_hash_table_insert (self->by_path, component->path, component);
  g_ptr_array_add (parent->children, g_object_ref (component));
  return TRUE;
}

MgrComponent *
mgr_ledger_add (MgrLedger     *self,
                const char    *name,
                guint64        budget,
                MgrComponent  *parent,
                GError       **error)
{
  g_autoptr (MgrComponent) component = NULL;
  gboolean inserted;

  if (!name_check (name, error))
    return NULL;

  if (parent == NULL)
    parent = self->root;

  if (parent->ledger != self)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                   "Component “%s” belongs to another manager: “%s” cannot be added below it",
                   mgr_component_display_path (parent), name);
      return NULL;
    }

  component = mgr_component_new (self, parent, name, budget);
  g_mutex_lock (&self->tree_lock);
  inserted = ledger_insert (self, parent, component, error);
  g_mutex_unlock (&self->tree_lock);

  if (!inserted)
    return NULL;

  view_update (parent, view_add_cb, component);
  return component; /* kept by the tree */
}

/* With the tree_lock held. */
static gboolean
remove_check (MgrLedger     *self,
              MgrComponent  *component,
              GError       **error)
{
  const char *path = mgr_component_display_path (component);

  if (component->ledger != self || component->detached || component->parent == NULL)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND,
                   component->parent == NULL && component->ledger == self
                     ? "The root cannot be removed: let go of the manager instead of “%s”"
                     : "Component “%s” is not one of this manager’s: it was removed, or is another’s",
                   path);
      return FALSE;
    }

  if (component->children->len > 0)
    {
      g_set_error (error, MGR_ERROR, MGR_ERROR_BUSY,
                   "Component “%s” has %u components below it: remove those first",
                   path, component->children->len);
      return FALSE;
    }

  mgr_charge_drain (self);
  if (component->claimed > 0)
    {
      g_autofree char *used = mgr_size_format (component->claimed);
      g_autofree char *holders = mgr_holders_describe (component);

      g_set_error (error, MGR_ERROR, MGR_ERROR_BUSY,
                   "Component “%s” has %s in use: %s. Release them first", path, used, holders);
      return FALSE;
    }

  return TRUE;
}

/* With the tree_lock held. A charge in another thread could only come out of
 * stock, and there is none. */
static void
ledger_take_out (MgrLedger    *self,
                 MgrComponent *component)
{
  mgr_charge_uncommit (component->parent, component->guaranteed);
  component->guaranteed = 0;

  g_mutex_lock (&component->lock);
  component->detached = TRUE;
  g_mutex_unlock (&component->lock);

  g_hash_table_remove (self->by_path, component->path);
  g_ptr_array_add (self->retired, g_object_ref (component));
  g_ptr_array_remove (component->parent->children, component);
  component->parent = NULL;
}

gboolean
mgr_ledger_remove (MgrLedger     *self,
                   MgrComponent  *component,
                   GError       **error)
{
  g_autoptr (MgrComponent) held = g_object_ref (component);
  g_autoptr (MgrComponent) parent = NULL;
  gboolean allowed;

  g_mutex_lock (&self->tree_lock);
  allowed = remove_check (self, component, error);
  if (allowed)
    {
      parent = g_object_ref (component->parent);
      ledger_take_out (self, component);
    }
  g_mutex_unlock (&self->tree_lock);

  if (!allowed)
    return FALSE;

  mgr_waiters_cancel (self, component, MGR_ERROR_NOT_FOUND, "the component was removed");
  view_update (parent, view_remove_cb, component);
  mgr_ledger_sweep (self);
  return TRUE;
}

MgrComponent *
mgr_ledger_lookup (MgrLedger  *self,
                   const char *path)
{
  MgrComponent *component;

  g_mutex_lock (&self->tree_lock);
  component = g_hash_table_lookup (self->by_path, path);
  if (component != NULL)
    g_object_ref (component);
  g_mutex_unlock (&self->tree_lock);

  return component;
}

static char *
ledger_list_paths (MgrLedger *self)
{
  g_autoptr (GList) paths = NULL;
  GString *text = g_string_new (NULL);

  g_mutex_lock (&self->tree_lock);
  paths = g_list_sort (g_hash_table_get_keys (self->by_path), (GCompareFunc) strcmp);
  for (GList *link = paths; link != NULL; link = link->next)
    {
      const char *path = link->data;

      if (*path != '\0')
        g_string_append_printf (text, "%s“%s”", text->len > 0 ? ", " : "", path);
    }
  g_mutex_unlock (&self->tree_lock);

  if (text->len == 0)
    g_string_append (text, "none yet");
  return g_string_free (text, FALSE);
}

MgrComponent *
mgr_ledger_require (MgrLedger   *self,
                    const char  *path,
                    GError     **error)
{
  MgrComponent *component = mgr_ledger_lookup (self, path);

  if (component == NULL)
    {
      g_autofree char *paths = ledger_list_paths (self);

      g_set_error (error, MGR_ERROR, MGR_ERROR_NOT_FOUND,
                   "There is no component “%s”. There are: %s", path, paths);
    }

  return component;
}
