/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "../ledger/ledger-fixture.h"

#include "mgr-arbiter-choice-private.h"

/* Whom to ask, by the books alone. */

static void
assert_suffices (MgrComponent *requester,
                 guint64       size,
                 MgrComponent *holder,
                 guint64       bytes,
                 guint         n_offers,
                 gboolean      expected)
{
  g_autoptr (GArray) offers = g_array_new (FALSE, FALSE, sizeof (MgrArbiterOffer));
  MgrArbiterOffer offer = { holder, bytes };
  MgrArbiterBounds bounds = { 0 };

  for (guint i = 0; i < n_offers; i++)
    g_array_append_val (offers, offer);

  g_assert_cmpint (mgr_arbiter_choice_suffices (requester, size, offers, &bounds), ==,
                   expected);
}

static void
test_fits (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (100);
  MgrComponent *a = add (ledger, "a", 50, NULL);
  g_autoptr (MgrAllocation) held = take (a, 30);

  g_assert_true (mgr_arbiter_choice_fits (a, 20));
  g_assert_false (mgr_arbiter_choice_fits (a, 21));
  g_assert_cmpuint (mgr_arbiter_choice_target (a, 20, a), ==, 0);
  g_assert_cmpuint (mgr_arbiter_choice_target (a, 25, a), ==, 5);
  assert_suffices (a, 20, a, 0, 0, TRUE);
}

static void
test_budget_in_the_way (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (100);
  MgrComponent *a = add (ledger, "a", 50, NULL);
  MgrComponent *b = add (ledger, "b", 0, NULL);
  g_autoptr (MgrAllocation) of_a = take (a, 40);
  g_autoptr (MgrAllocation) of_b = take (b, 50);

  g_test_summary ("Only who is below the budget that is in the way can help");

  mgr_component_set_priority (b, 1);
  g_assert_cmpuint (mgr_arbiter_choice_target (a, 10, b), ==, 0);
  g_assert_cmpuint (mgr_arbiter_choice_target (a, 20, a), ==, 10);
  g_assert_cmpuint (mgr_arbiter_choice_target (a, 20, b), ==, 10);
  assert_suffices (a, 20, b, 50, 1, FALSE);
  assert_suffices (a, 20, a, 40, 1, TRUE);
}

static void
test_guarantees (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (100);
  MgrComponent *branch = add (ledger, "branch", 0, NULL);
  MgrComponent *leaf = add (ledger, "leaf", 0, branch);
  MgrComponent *other = add (ledger, "other", 0, NULL);
  g_autoptr (MgrAllocation) of_leaf = take (leaf, 80);
  g_autoptr (MgrAllocation) of_branch = take (branch, 20);

  g_test_summary ("What is guaranteed to any level above the holder counts, to the common one");

  mgr_component_set_priority (branch, 1);
  g_assert_cmpuint (mgr_arbiter_choice_target (other, 90, leaf), ==, 80);
  g_assert_true (mgr_component_set_guaranteed (leaf, 10, NULL));
  g_assert_cmpuint (mgr_arbiter_choice_target (other, 90, leaf), ==, 70);
  g_assert_true (mgr_component_set_guaranteed (branch, 60, NULL));
  g_assert_cmpuint (mgr_arbiter_choice_target (other, 90, leaf), ==, 40);

  g_assert_true (mgr_arbiter_choice_is_own (branch, leaf));
  g_assert_false (mgr_arbiter_choice_is_own (leaf, branch));
  g_assert_cmpuint (mgr_arbiter_choice_target (branch, 90, leaf), ==, 70);
}

static void
test_priorities (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (100);
  MgrComponent *low = add (ledger, "low", 0, NULL);
  MgrComponent *in_low = add (ledger, "in-low", 0, low);
  MgrComponent *high = add (ledger, "high", 0, NULL);
  g_autoptr (MgrAllocation) of_low = take (in_low, 50);
  g_autoptr (MgrAllocation) of_high = take (high, 50);

  g_test_summary ("The branches below the common level are compared, not the leaves");

  mgr_component_set_priority (low, 3);
  mgr_component_set_priority (in_low, 10);
  g_assert_cmpuint (mgr_arbiter_choice_target (high, 50, in_low), ==, 50);
  g_assert_cmpuint (mgr_arbiter_choice_target (in_low, 10, high), ==, 0);
}

static void
test_fair_share (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (900);
  MgrComponent *a = add (ledger, "a", 0, NULL);
  MgrComponent *b = add (ledger, "b", 0, NULL);
  MgrComponent *c = add (ledger, "c", 0, NULL);
  MgrComponent *unused = add (ledger, "unused", 0, NULL);
  g_autoptr (MgrAllocation) of_a = take (a, 500);
  g_autoptr (MgrAllocation) of_b = take (b, 100);
  g_autoptr (MgrAllocation) more_of_b = take (b, 100);
  g_autoptr (MgrAllocation) of_c = take (c, 200);

  g_test_summary ("Consumers count, not charges, and not who has none");

  g_assert_cmpuint (mgr_arbiter_choice_target (b, 100, a), ==, 100);
  g_assert_cmpuint (mgr_arbiter_choice_target (b, 100, c), ==, 100);
  g_assert_cmpuint (mgr_arbiter_choice_target (b, 300, a), ==, 200);
  g_assert_cmpuint (mgr_arbiter_choice_target (b, 300, c), ==, 0);

  /* One more consumer, and so 225 for each. */
  g_assert_cmpuint (mgr_arbiter_choice_target (unused, 300, a), ==, 275);
  g_assert_cmpuint (mgr_arbiter_choice_target (unused, 225, c), ==, 200);
}

static void
test_bounds (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (900);
  MgrComponent *a = add (ledger, "a", 0, NULL);
  MgrComponent *b = add (ledger, "b", 0, NULL);
  MgrComponent *c = add (ledger, "c", 0, NULL);
  g_autoptr (MgrAllocation) of_a = take (a, 500);
  g_autoptr (MgrAllocation) of_b = take (b, 200);
  g_autoptr (MgrAllocation) of_c = take (c, 200);
  g_autoptr (GArray) offers = g_array_new (FALSE, FALSE, sizeof (MgrArbiterOffer));
  MgrArbiterOffer offer_of_a = { a, G_MAXUINT64 };
  MgrArbiterOffer offer_of_c = { c, 150 };
  MgrArbiterBounds bounds = { 0 };

  g_test_summary ("Of several rules the one is named that withholds most");

  g_array_append_val (offers, offer_of_a);
  g_array_append_val (offers, offer_of_c);
  g_assert_false (mgr_arbiter_choice_suffices (b, 300, offers, &bounds));
  g_assert_cmpint (bounds.rule, ==, MGR_ARBITER_RULE_FAIR_SHARE);
  g_assert_cmpuint (bounds.held, ==, 650);
  g_assert_cmpuint (bounds.allowed, ==, 200);
  g_assert_cmpuint (bounds.share, ==, 300);
  g_assert_cmpuint (bounds.sharers, ==, 3);
  g_assert_cmpuint (bounds.most, ==, 200);
  g_assert_true (mgr_arbiter_choice_suffices (b, 200, offers, &bounds));

  g_assert_true (mgr_component_set_guaranteed (a, 450, NULL));
  g_assert_false (mgr_arbiter_choice_suffices (b, 300, offers, &bounds));
  g_assert_cmpint (bounds.rule, ==, MGR_ARBITER_RULE_GUARANTEE);
  g_assert_cmpuint (bounds.allowed, ==, 50);

  mgr_component_set_priority (a, 9);
  g_assert_false (mgr_arbiter_choice_suffices (b, 300, offers, &bounds));
  g_assert_cmpint (bounds.rule, ==, MGR_ARBITER_RULE_PRIORITY);
  g_assert_cmpuint (bounds.allowed, ==, 0);

  g_assert_false (mgr_arbiter_choice_suffices (b, 700, offers, &bounds));
  g_assert_cmpint (bounds.rule, ==, MGR_ARBITER_RULE_NONE);
}

static void
test_offers_of_one (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (100);
  MgrComponent *a = add (ledger, "a", 0, NULL);
  MgrComponent *b = add (ledger, "b", 0, NULL);
  g_autoptr (MgrAllocation) of_b = take (b, 100);

  g_test_summary ("Several resources of one component give no more than it may be asked for");

  mgr_component_set_priority (b, 1);
  g_assert_true (mgr_component_set_guaranteed (b, 40, NULL));
  assert_suffices (a, 60, b, 30, 1, FALSE);
  assert_suffices (a, 60, b, 30, 2, TRUE);
  assert_suffices (a, 61, b, 30, 3, FALSE);
  assert_suffices (a, 60, b, G_MAXUINT64, 3, TRUE);
}

static void
test_parent_holds (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (0);
  MgrComponent *parent = add (ledger, "parent", 100, NULL);
  MgrComponent *child = add (ledger, "child", 0, parent);
  g_autoptr (MgrAllocation) of_parent = take (parent, 100);

  g_test_summary ("A level above is no rival whose priority counts");

  mgr_component_set_priority (child, 1);
  g_assert_cmpuint (mgr_arbiter_choice_target (child, 40, parent), ==, 40);
}

static void
test_elsewhere (void)
{
  g_autoptr (ScopedLedger) ledger = scoped_ledger_new (100);
  g_autoptr (ScopedLedger) other = scoped_ledger_new (100);
  MgrComponent *a = add (ledger, "a", 0, NULL);
  MgrComponent *b = add (other, "b", 0, NULL);
  g_autoptr (MgrAllocation) of_a = take (a, 100);
  g_autoptr (MgrAllocation) of_b = take (b, 100);

  g_test_summary ("What another manager has is no help");

  g_assert_cmpuint (mgr_arbiter_choice_target (a, 10, b), ==, 0);
  g_assert_false (mgr_arbiter_choice_is_own (a, b));
  assert_suffices (a, 10, b, 100, 1, FALSE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/manager/arbiter-choice/fits", test_fits);
  g_test_add_func ("/manager/arbiter-choice/budget-in-the-way", test_budget_in_the_way);
  g_test_add_func ("/manager/arbiter-choice/guarantees", test_guarantees);
  g_test_add_func ("/manager/arbiter-choice/priorities", test_priorities);
  g_test_add_func ("/manager/arbiter-choice/fair-share", test_fair_share);
  g_test_add_func ("/manager/arbiter-choice/bounds", test_bounds);
  g_test_add_func ("/manager/arbiter-choice/offers-of-one-component", test_offers_of_one);
  g_test_add_func ("/manager/arbiter-choice/parent-holds", test_parent_holds);
  g_test_add_func ("/manager/arbiter-choice/elsewhere", test_elsewhere);

  return g_test_run ();
}
