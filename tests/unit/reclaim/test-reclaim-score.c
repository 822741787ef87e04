/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "reclaim/mgr-reclaim-score-private.h"

#include <math.h>

#define MIB ((guint64) 1 << 20)
#define N_CASES 20000

static const MgrReclaimPrior ten_mib = { .bytes = 10 * MIB };

/* Someone who did as asked, and held 10 MiB before. */
static MgrReclaimOutcome
honest_outcome (void)
{
  return (MgrReclaimOutcome) {
    .time = 1000,
    .duration = 10000,
    .asked = 10 * MIB,
    .claimed = 10 * MIB,
    .returned = 10 * MIB,
  };
}

static void
test_priors (void)
{
  const MgrReclaimScore unknown = { 0 };
  MgrReclaimPrior larger = ten_mib;
  MgrReclaimPrior lossy = ten_mib;
  MgrReclaimPrior dear = ten_mib;
  MgrReclaimPrior walks = ten_mib;
  const MgrReclaimPrior nothing = { 0 };
  double yield = mgr_reclaim_score_get_yield (&unknown, &ten_mib);

  g_test_summary ("Of strangers the larger, the lossless, the cheap come first");

  larger.bytes *= 2;
  lossy.lossy = TRUE;
  dear.lossy = TRUE;
  dear.rebuild_cost = G_USEC_PER_SEC;
  walks.walk_cost = 1000;

  g_assert_cmpfloat (mgr_reclaim_score_get_yield (&unknown, &larger), >, yield);
  g_assert_cmpfloat (mgr_reclaim_score_get_yield (&unknown, &lossy), <, yield);
  g_assert_cmpfloat (mgr_reclaim_score_get_yield (&unknown, &dear), <,
                     mgr_reclaim_score_get_yield (&unknown, &lossy));
  g_assert_cmpfloat (mgr_reclaim_score_get_yield (&unknown, &walks), <, yield);
  g_assert_true (fabs (mgr_reclaim_score_get_yield (&unknown, &nothing)) < 1e-9);
}

static void
test_claims_too_much (void)
{
  MgrReclaimScore honest = { 0 };
  MgrReclaimScore boaster = { 0 };
  MgrReclaimScore silent = { 0 };
  MgrReclaimOutcome outcome = honest_outcome ();

  g_test_summary ("Who does not deliver is ranked down, whether it claimed to or not");

  mgr_reclaim_score_add (&honest, &outcome);
  outcome.returned = 0;
  mgr_reclaim_score_add (&boaster, &outcome);
  outcome.claimed = 0;
  mgr_reclaim_score_add (&silent, &outcome);

  g_assert_cmpfloat (10 * mgr_reclaim_score_get_yield (&boaster, &ten_mib), <,
                     mgr_reclaim_score_get_yield (&honest, &ten_mib));
  g_assert_cmpfloat (10 * mgr_reclaim_score_get_yield (&silent, &ten_mib), <,
                     mgr_reclaim_score_get_yield (&honest, &ten_mib));
}

static void
test_noise (void)
{
  MgrReclaimScore asked = { 0 };
  const MgrReclaimScore unknown = { 0 };
  const MgrReclaimPrior small = { .bytes = 100 };
  const MgrReclaimOutcome outcome = {
    .asked = 100, .claimed = 100, .returned = -(gint64) MIB, .duration = 0,
  };
  const MgrReclaimOutcome silent = { .asked = 100, .duration = 0 };

  g_test_summary ("What is too small to be measured says nothing about a claim, silence does");

  mgr_reclaim_score_add (&asked, &outcome);
  g_assert_cmpfloat (mgr_reclaim_score_get_yield (&asked, &small), >,
                     0.99 * mgr_reclaim_score_get_yield (&unknown, &small));
  mgr_reclaim_score_add (&asked, &silent);
  g_assert_cmpfloat (mgr_reclaim_score_get_yield (&asked, &small), <,
                     0.5 * mgr_reclaim_score_get_yield (&unknown, &small));
}

static void
test_slow (void)
{
  MgrReclaimScore quick = { 0 };
  MgrReclaimScore slow = { 0 };
  MgrReclaimOutcome outcome = honest_outcome ();

  mgr_reclaim_score_add (&quick, &outcome);
  outcome.duration *= 10;
  mgr_reclaim_score_add (&slow, &outcome);
  g_assert_cmpfloat (5 * mgr_reclaim_score_get_yield (&slow, &ten_mib), <,
                     mgr_reclaim_score_get_yield (&quick, &ten_mib));
  g_assert_cmpuint (5 * mgr_reclaim_score_get_slice (&slow, 500), <,
                    mgr_reclaim_score_get_slice (&quick, 500));
}

static void
test_regret (void)
{
  MgrReclaimScore score = { 0 };
  MgrReclaimScore late = { 0 };
  MgrReclaimOutcome outcome = honest_outcome ();
  double yield;
  double half;

  g_test_summary ("Bytes taken again within 30 s do not count, once each; later ones do");

  mgr_reclaim_score_add (&score, &outcome);
  late = score;
  yield = mgr_reclaim_score_get_yield (&score, &ten_mib);

  mgr_reclaim_score_notice_size (&score, 2000, 5 * MIB);
  half = mgr_reclaim_score_get_yield (&score, &ten_mib);
  g_assert_cmpfloat (half, <, 0.6 * yield);
  g_assert_cmpfloat (half, >, 0.4 * yield);
  mgr_reclaim_score_notice_size (&score, 3000, 5 * MIB);
  mgr_reclaim_score_notice_size (&score, 3000, 0);
  g_assert_true (fabs (mgr_reclaim_score_get_yield (&score, &ten_mib) - half) < 1e-6);
  mgr_reclaim_score_notice_size (&score, 4000, 100 * MIB);
  g_assert_cmpfloat (mgr_reclaim_score_get_yield (&score, &ten_mib), <, 0.2 * yield);

  mgr_reclaim_score_notice_size (&late, 1001 + MGR_REGRET_WINDOW, 10 * MIB);
  g_assert_true (fabs (mgr_reclaim_score_get_yield (&late, &ten_mib) - yield) < 1e-6);
}

static void
test_forgives (void)
{
  MgrReclaimScore score = { 0 };
  MgrReclaimScore honest = { 0 };
  MgrReclaimOutcome outcome = honest_outcome ();
  MgrReclaimOutcome boast = outcome;

  g_test_summary ("Within five cycles old experience has nearly gone");

  boast.returned = 0;
  mgr_reclaim_score_add (&score, &boast);
  for (guint i = 0; i < 5; i++)
    {
      mgr_reclaim_score_add (&score, &outcome);
      mgr_reclaim_score_add (&honest, &outcome);
    }

  g_assert_cmpfloat (mgr_reclaim_score_get_yield (&score, &ten_mib), >,
                     0.95 * mgr_reclaim_score_get_yield (&honest, &ten_mib));
}

static guint64
random_bytes (GRand *rand)
{
  return (guint64) g_rand_int (rand) << g_rand_int_range (rand, 0, 32);
}

static MgrReclaimOutcome
random_outcome (GRand *rand)
{
  return (MgrReclaimOutcome) {
    .time = g_rand_int (rand),
    .duration = g_rand_int_range (rand, -10, 1 << 30),
    .asked = random_bytes (rand),
    .claimed = random_bytes (rand),
    .returned = (gint64) random_bytes (rand),
    .size = random_bytes (rand),
  };
}

static void
check_properties (MgrReclaimScore *score,
                  GRand           *rand)
{
  MgrReclaimPrior prior = {
    .bytes = random_bytes (rand),
    .lossy = g_rand_boolean (rand),
    .rebuild_cost = g_rand_int (rand),
    .walk_cost = g_rand_int (rand),
  };
  double yield = mgr_reclaim_score_get_yield (score, &prior);
  guint64 slice = mgr_reclaim_score_get_slice (score, 500);

  g_assert_true (isfinite (yield));
  g_assert_cmpfloat (yield, >=, 0);
  g_assert_cmpuint (slice, >=, 4096);
  g_assert_cmpuint (mgr_reclaim_score_get_slice (score, 1000), >=, slice);

  prior.walk_cost += 1;
  g_assert_cmpfloat (mgr_reclaim_score_get_yield (score, &prior), <=, yield);
  prior.bytes += prior.bytes / 2;
  prior.walk_cost -= 1;
  g_assert_cmpfloat (mgr_reclaim_score_get_yield (score, &prior), >=, 0.999999 * yield);
}

static void
test_patience (void)
{
  const gint64 usual = G_TIME_SPAN_SECOND;
  const gint64 longer = 2 * usual;
  const gint64 late = 1000 + MGR_SILENCE_WINDOW + 1;
  MgrReclaimScore score = { 0 };
  MgrReclaimOutcome silent = { .time = 1000, .asked = 10, .waited = usual };
  MgrReclaimOutcome honest = honest_outcome ();

  g_test_summary ("Whose owner kept silent lately is waited for briefly, unless it may have come "
                  "back or there is more time than then");

  g_assert_cmpint (mgr_reclaim_score_get_patience (&score, 1000, usual), ==, usual);
  mgr_reclaim_score_add (&score, &silent);
  g_assert_cmpint (mgr_reclaim_score_get_patience (&score, 2000, usual), <, usual / 100);
  g_assert_cmpint (mgr_reclaim_score_get_patience (&score, 2000, usual), >, 0);
  g_assert_cmpint (mgr_reclaim_score_get_patience (&score, 2000, 10), ==, 10);
  g_assert_cmpint (mgr_reclaim_score_get_patience (&score, 2000, 0), ==, 0);
  g_assert_cmpint (mgr_reclaim_score_get_patience (&score, 2000, longer), ==, longer);
  g_assert_cmpint (mgr_reclaim_score_get_patience (&score, late, usual), ==, usual);

  /* A brief look neither makes up for the long one nor puts off the next long one. */
  mgr_reclaim_score_note_silence (&score, MGR_SILENCE_WINDOW, 10);
  g_assert_cmpint (mgr_reclaim_score_get_patience (&score, MGR_SILENCE_WINDOW, usual), <, usual);
  g_assert_cmpint (mgr_reclaim_score_get_patience (&score, late, usual), ==, usual);

  mgr_reclaim_score_add (&score, &honest);
  g_assert_cmpint (mgr_reclaim_score_get_patience (&score, 2000, usual), ==, usual);
}

static void
test_random (void)
{
  guint32 seed = (guint32) g_test_rand_int ();
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);
  MgrReclaimScore score = { 0 };
  MgrReclaimScore twin = { 0 };

  g_test_summary ("Whatever it is fed, a yield is finite, grows with size and falls with cost");
  g_test_message ("seed %u", seed);

  for (guint i = 0; i < N_CASES; i++)
    {
      MgrReclaimOutcome outcome = random_outcome (rand);
      gint64 time = outcome.time + g_rand_int_range (rand, 0, 60 * G_USEC_PER_SEC);
      guint64 size = random_bytes (rand);

      mgr_reclaim_score_add (&score, &outcome);
      mgr_reclaim_score_add (&twin, &outcome);
      mgr_reclaim_score_notice_size (&score, time, size);
      mgr_reclaim_score_notice_size (&twin, time, size);
      check_properties (&score, rand);
      g_assert_cmpmem (&score, sizeof score, &twin, sizeof twin);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/reclaim/reclaim-score/priors", test_priors);
  g_test_add_func ("/reclaim/reclaim-score/claims-too-much", test_claims_too_much);
  g_test_add_func ("/reclaim/reclaim-score/noise", test_noise);
  g_test_add_func ("/reclaim/reclaim-score/slow", test_slow);
  g_test_add_func ("/reclaim/reclaim-score/regret", test_regret);
  g_test_add_func ("/reclaim/reclaim-score/forgives", test_forgives);
  g_test_add_func ("/reclaim/reclaim-score/patience", test_patience);
  g_test_add_func ("/reclaim/reclaim-score/random", test_random);

  return g_test_run ();
}
