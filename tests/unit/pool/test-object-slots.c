/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "pool/mgr-object-slots-private.h"

static void
test_last_in_first_out (void)
{
  MgrObjectSlots slots = { 0, };
  guint left;

  g_assert_null (mgr_object_slots_pop (&slots, &left));
  for (guint i = 1; i <= 3; i++)
    g_assert_cmpuint (mgr_object_slots_push (&slots, mgr_object_slots_add (&slots)), ==, i);
  g_assert_cmpuint (mgr_object_slots_count (&slots), ==, 3);

  for (guint i = 3; i > 0; i--)
    {
      g_assert_cmpuint (mgr_object_slots_pop (&slots, &left)->number, ==, i);
      g_assert_cmpuint (left, ==, i - 1);
    }
  g_assert_null (mgr_object_slots_pop (&slots, &left));
  mgr_object_slots_clear (&slots);
}

static void
test_vacant_is_used_again (void)
{
  MgrObjectSlots slots = { 0, };
  MgrObjectSlot *first = mgr_object_slots_add (&slots);
  MgrObjectSlot *second = mgr_object_slots_add (&slots);

  mgr_object_slots_remove (&slots, first);
  mgr_object_slots_remove (&slots, second);
  g_assert_true (mgr_object_slots_add (&slots) == second);
  g_assert_true (mgr_object_slots_add (&slots) == first);
  g_assert_cmpuint (mgr_object_slots_add (&slots)->number, ==, 3);
  mgr_object_slots_clear (&slots);
}

static void
test_as_many_as_there_may_be (void)
{
  MgrObjectSlots slots = { 0, };
  guint left;

  g_test_summary ("Slots keep their place as there are more, and the figures do not mix");

  for (guint i = 1; i <= MGR_OBJECT_SLOTS_MAX; i++)
    {
      MgrObjectSlot *slot = mgr_object_slots_add (&slots);

      g_assert_cmpuint (slot->number, ==, i);
      g_assert_cmpuint (mgr_object_slots_push (&slots, slot), ==, i);
    }
  for (guint i = MGR_OBJECT_SLOTS_MAX; i > 0; i--)
    {
      MgrObjectSlot *slot = mgr_object_slots_pop (&slots, &left);

      g_assert_cmpuint (slot->number, ==, i);
      g_assert_cmpuint (left, ==, i - 1);
      g_assert_true (slot == mgr_object_slots_get (&slots, i));
    }
  mgr_object_slots_clear (&slots);
}

#define THREADS 8
#define ROUNDS 20000
#define HELD 3

typedef struct
{
  MgrObjectSlots *slots;
  guint seed;
} Work;

/* Whoever has a slot is alone with it: what is not atomic shows it if not. */
static gpointer
work_cb (gpointer user_data)
{
  Work *work = user_data;
  MgrObjectSlot *held[HELD] = { NULL, };
  guint left;

  for (guint i = 0; i < ROUNDS; i++)
    {
      MgrObjectSlot **slot = &held[(i + work->seed) % HELD];

      if (*slot != NULL)
        {
          g_assert_true (g_steal_pointer (&(*slot)->object) == (GObject *) work);
          mgr_object_slots_push (work->slots, *slot);
        }
      *slot = mgr_object_slots_pop (work->slots, &left);
      if (*slot != NULL)
        {
          g_assert_null ((*slot)->object);
          (*slot)->object = (GObject *) work;
          (*slot)->n_taken++;
          g_assert_cmpuint (left, <, 10);
        }
    }

  for (guint i = 0; i < HELD; i++)
    {
      if (held[i] == NULL)
        continue;
      held[i]->object = NULL;
      mgr_object_slots_push (work->slots, held[i]);
    }

  return NULL;
}

static void
test_threads (void)
{
  MgrObjectSlots slots = { 0, };
  GThread *threads[THREADS];
  Work work[THREADS];
  guint64 n_taken = 0;
  guint left;

  g_test_summary ("Eight threads that want 24 slots of 10 are never two at one");

  for (guint i = 0; i < 10; i++)
    mgr_object_slots_push (&slots, mgr_object_slots_add (&slots));
  for (guint i = 0; i < THREADS; i++)
    {
      work[i] = (Work) { &slots, i };
      threads[i] = g_thread_new ("work", work_cb, &work[i]);
    }
  for (guint i = 0; i < THREADS; i++)
    g_thread_join (threads[i]);

  g_assert_cmpuint (mgr_object_slots_count (&slots), ==, 10);
  for (guint i = 0; i < 10; i++)
    n_taken += mgr_object_slots_pop (&slots, &left)->n_taken;
  g_assert_null (mgr_object_slots_pop (&slots, &left));
  g_assert_cmpuint (n_taken, >=, ROUNDS);
  mgr_object_slots_clear (&slots);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pool/object-slots/last-in-first-out", test_last_in_first_out);
  g_test_add_func ("/pool/object-slots/vacant-is-used-again", test_vacant_is_used_again);
  g_test_add_func ("/pool/object-slots/as-many-as-there-may-be", test_as_many_as_there_may_be);
  g_test_add_func ("/pool/object-slots/threads", test_threads);

  return g_test_run ();
}
