/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-owner-context-private.h"

typedef struct
{
  GWeakRef object;
  MgrOwnerFunc func;
  gpointer user_data; /* (owned) through destroy */
  GDestroyNotify destroy; /* (nullable) */
} OwnerCall;

static gboolean
owner_call_cb (gpointer user_data)
{
  OwnerCall *call = user_data;
  g_autoptr (GObject) object = g_weak_ref_get (&call->object);

  if (object != NULL)
    call->func (object, call->user_data);

  return G_SOURCE_REMOVE;
}

static void
owner_call_free (gpointer data)
{
  OwnerCall *call = data;

  if (call->destroy != NULL)
    call->destroy (call->user_data);
  g_weak_ref_clear (&call->object);
  g_free (call);
}

void
mgr_owner_context_post (GMainContext   *context,
                        gpointer        object,
                        MgrOwnerFunc    func,
                        gpointer        user_data,
                        GDestroyNotify  destroy)
{
  g_autoptr (GSource) source = g_idle_source_new ();
  OwnerCall *call = g_new0 (OwnerCall, 1);

  g_weak_ref_init (&call->object, object);
  call->func = func;
  call->user_data = user_data;
  call->destroy = destroy;

  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, owner_call_cb, call, owner_call_free);
  g_source_set_static_name (source, "[libmgr] owner call");
  g_source_attach (source, context);
}

static void
owner_keep_cb (gpointer object,
               gpointer user_data)
{
}

void
mgr_owner_context_unref (GMainContext *context,
                         gpointer      object)
{
  mgr_owner_context_post (context, object, owner_keep_cb, object, g_object_unref);
}

GWeakRef *
mgr_weak_box_new (gpointer object)
{
  GWeakRef *box = g_new0 (GWeakRef, 1);

  g_weak_ref_init (box, object);
  return box;
}

void
mgr_weak_box_free (gpointer box)
{
  g_weak_ref_clear (box);
  g_free (box);
}
