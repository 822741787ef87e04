/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "base/mgr-owner-context-private.h"

typedef struct
{
  GThread *ran_in;
  guint runs;
  guint freed;
} Call;

static void
run_cb (gpointer object,
        gpointer user_data)
{
  Call *call = user_data;

  g_assert_true (G_IS_OBJECT (object));
  call->ran_in = g_thread_self ();
  call->runs++;
}

static void
freed_cb (gpointer user_data)
{
  Call *call = user_data;

  call->freed++;
}

typedef struct
{
  GObject *object;
  Call *call;
} Post;

static gpointer
post_thread (gpointer user_data)
{
  Post *post = user_data;

  mgr_owner_context_post (NULL, post->object, run_cb, post->call, freed_cb);
  return NULL;
}

static void
test_runs_in_owner (void)
{
  g_autoptr (GObject) object = g_object_new (G_TYPE_OBJECT, NULL);
  Call call = { 0 };
  Post post = { object, &call };

  g_test_summary ("Before the owner's loop runs, nothing runs in the posting thread");

  g_thread_join (g_thread_new ("post", post_thread, &post));
  g_assert_cmpuint (call.runs, ==, 0);

  while (call.freed == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (call.runs, ==, 1);
  g_assert_true (call.ran_in == g_thread_self ());
}

static void
test_object_gone (void)
{
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);
  Call call = { 0 };

  mgr_owner_context_post (NULL, object, run_cb, &call, freed_cb);
  g_object_unref (object);

  while (call.freed == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (call.runs, ==, 0);
}

static void
note_thread_cb (gpointer  user_data,
                GObject  *where_it_was)
{
  *(GThread **) user_data = g_thread_self ();
}

static gpointer
unref_thread (gpointer user_data)
{
  mgr_owner_context_unref (NULL, user_data);
  return NULL;
}

static void
test_unref (void)
{
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);
  GThread *gone_in = NULL;

  g_test_summary ("The last reference that another thread gives up is dropped by the owner");

  g_object_weak_ref (object, note_thread_cb, &gone_in);
  g_thread_join (g_thread_new ("unref", unref_thread, object));
  g_assert_null (gone_in);
  while (gone_in == NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (gone_in == g_thread_self ());
}

static void
test_weak_box (void)
{
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);
  GWeakRef *box = mgr_weak_box_new (object);
  g_autoptr (GObject) held = g_weak_ref_get (box);

  g_assert_true (held == object);
  g_object_unref (object);
  g_clear_object (&held);
  g_assert_null (g_weak_ref_get (box));
  mgr_weak_box_free (box);

  g_test_message ("A box may go before its object");
  object = g_object_new (G_TYPE_OBJECT, NULL);
  mgr_weak_box_free (mgr_weak_box_new (object));
  g_assert_finalize_object (object);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/base/owner-context/runs-in-owner", test_runs_in_owner);
  g_test_add_func ("/base/owner-context/object-gone", test_object_gone);
  g_test_add_func ("/base/owner-context/unref", test_unref);
  g_test_add_func ("/base/owner-context/weak-box", test_weak_box);

  return g_test_run ();
}
