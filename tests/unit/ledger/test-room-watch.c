/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "ledger-fixture.h"

#include "ledger/mgr-room-watch-private.h"

typedef struct
{
  guint n_told;
  guint n_destroyed;
} Told;

static void
told_cb (gpointer user_data)
{
  ((Told *) user_data)->n_told++;
}

static void
destroy_cb (gpointer user_data)
{
  ((Told *) user_data)->n_destroyed++;
}

static MgrRoomWatch *
watch (MgrComponent *component,
       guint64       size,
       Told         *told)
{
  *told = (Told) { 0, };
  return mgr_room_watch_new (component, size, told_cb, told, destroy_cb);
}

/* Takes @watch. */
static void
assert_told (MgrRoomWatch *watch,
             Told         *told,
             guint         n_told)
{
  g_assert_cmpuint (told->n_told, ==, n_told);
  mgr_room_watch_cancel (watch);
  g_assert_cmpuint (told->n_told, ==, n_told);
  g_assert_cmpuint (told->n_destroyed, ==, 1);
}

static void
test_released (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (100);
  MgrAllocation *half = take (add (ledger, "a", 0, NULL), 50);
  MgrAllocation *rest = take (ledger->root, 50);
  MgrRoomWatch *waits;
  Told told;

  g_test_summary ("It tells once, at any level, and takes nothing");

  waits = watch (ledger->root, 60, &told);
  mgr_allocation_unref (half);
  g_assert_cmpuint (told.n_told, ==, 0);
  mgr_allocation_unref (rest);
  g_assert_cmpuint (told.n_told, ==, 1);
  g_assert_cmpuint (mgr_component_get_used (ledger->root), ==, 0);
  mgr_allocation_unref (take (ledger->root, 100));
  assert_told (waits, &told, 1);
}

static void
test_room_already (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (100);
  Told told;
  MgrRoomWatch *waits = watch (ledger->root, 100, &told);

  assert_told (waits, &told, 1);
}

static void
test_raised_budget (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (0);
  MgrComponent *component = add (ledger, "a", 10, NULL);
  Told told;
  MgrRoomWatch *waits = watch (component, 11, &told);

  g_assert_cmpuint (told.n_told, ==, 0);
  g_assert_true (mgr_component_set_budget (component, 11, NULL));
  assert_told (waits, &told, 1);
}

static void
test_cancelled (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (100);
  MgrAllocation *all = take (ledger->root, 100);
  Told told;

  assert_told (watch (ledger->root, 1, &told), &told, 0);
  mgr_allocation_unref (all);
  g_assert_cmpuint (told.n_told, ==, 0);
}

static void
test_removed (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (100);
  g_autoptr (MgrComponent) component = g_object_ref (add (ledger, "a", 10, NULL));
  MgrRoomWatch *waits;
  Told told;

  g_test_summary ("Nobody is told of the room of a component that is gone");

  g_assert_true (mgr_ledger_remove (ledger, component, NULL));
  waits = watch (component, 1, &told);
  assert_told (waits, &told, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/ledger/room-watch/released", test_released);
  g_test_add_func ("/ledger/room-watch/room-already", test_room_already);
  g_test_add_func ("/ledger/room-watch/raised-budget", test_raised_budget);
  g_test_add_func ("/ledger/room-watch/cancelled", test_cancelled);
  g_test_add_func ("/ledger/room-watch/removed", test_removed);

  return g_test_run ();
}
