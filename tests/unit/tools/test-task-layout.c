/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "task-layout.h"

#include <math.h>

#define MIB 1048576.0
#define NOW 100
#define N_MANY 200
#define MANY_MIB 50

/* From when to when it ran; @ended is 0 of one that runs still. */
static TaskEntry *
make_entry (gint64  started,
            gint64  ended,
            guint64 mib)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) variant = NULL;

  g_variant_dict_insert (&dict, "name", "s", "task");
  g_variant_dict_insert (&dict, "state", "s", ended > 0 ? "finished" : "running");
  g_variant_dict_insert (&dict, "grant", "t", mib << 20);
  g_variant_dict_insert (&dict, "submitted", "x", (gint64) 1);
  g_variant_dict_insert (&dict, "started", "x", started);
  if (ended > 0)
    g_variant_dict_insert (&dict, "ended", "x", ended);
  variant = g_variant_ref_sink (g_variant_dict_end (&dict));
  return task_entry_new (variant, NOW);
}

static GPtrArray *
make_entries (void)
{
  return g_ptr_array_new_with_free_func ((GDestroyNotify) task_entry_free);
}

static void
assert_step (GPtrArray *entries,
             guint      entry,
             guint      step,
             gint64     time,
             double     mib)
{
  const TaskEntry *self = g_ptr_array_index (entries, entry);

  g_assert_cmpuint (self->steps->len, >, step);
  g_assert_cmpint (g_array_index (self->steps, TaskStep, step).time, ==, time);
  g_assert_cmpfloat (g_array_index (self->steps, TaskStep, step).base, ==, mib * MIB);
}

static guint
count_steps (GPtrArray *entries,
             guint      entry)
{
  return ((TaskEntry *) g_ptr_array_index (entries, entry))->steps->len;
}

/* One beside another lies above it, and what comes later in the first gap. */
static void
test_gaps (void)
{
  g_autoptr (GPtrArray) entries = make_entries ();

  g_ptr_array_add (entries, make_entry (10, 20, 30));
  g_ptr_array_add (entries, make_entry (11, 40, 20));
  g_ptr_array_add (entries, make_entry (20, 40, 30));
  g_ptr_array_add (entries, make_entry (30, 40, 10));
  g_assert_cmpfloat (task_layout_place (entries, HUGE_VAL), ==, 60 * MIB);

  assert_step (entries, 0, 0, 10, 0);
  assert_step (entries, 1, 0, 11, 30);
  assert_step (entries, 2, 0, 20, 0);
  assert_step (entries, 3, 0, 30, 50);
  for (guint i = 0; i < entries->len; i++)
    g_assert_cmpuint (count_steps (entries, i), ==, 1);
}

/* Only where there is no other way to stay below the limit. */
static void
test_moves_together (void)
{
  g_autoptr (GPtrArray) entries = make_entries ();

  g_ptr_array_add (entries, make_entry (10, 20, 30));
  g_ptr_array_add (entries, make_entry (11, 60, 40));
  g_ptr_array_add (entries, make_entry (30, 60, 60));
  g_assert_cmpfloat (task_layout_place (entries, 100 * MIB), ==, 100 * MIB);

  assert_step (entries, 1, 0, 11, 30);
  assert_step (entries, 1, 1, 30, 0);
  g_assert_cmpuint (count_steps (entries, 1), ==, 2);
  assert_step (entries, 2, 0, 30, 40);
}

/* What took more than there is, is shown all the same. */
static void
test_above_the_limit (void)
{
  g_autoptr (GPtrArray) entries = make_entries ();

  g_ptr_array_add (entries, make_entry (10, 20, 80));
  g_ptr_array_add (entries, make_entry (15, 20, 80));
  g_assert_cmpfloat (task_layout_place (entries, 100 * MIB), ==, 160 * MIB);
  assert_step (entries, 0, 0, 10, 0);
  assert_step (entries, 1, 0, 15, 80);
}

static void
test_not_shown (void)
{
  g_autoptr (GPtrArray) entries = make_entries ();

  g_ptr_array_add (entries, make_entry (10, 10, 30));
  g_ptr_array_add (entries, make_entry (0, 20, 30));
  g_ptr_array_add (entries, make_entry (10, 20, 0));
  g_ptr_array_add (entries, make_entry (10, 20, 30));
  ((TaskEntry *) g_ptr_array_index (entries, 3))->elsewhere = TRUE;
  g_assert_cmpfloat (task_layout_place (entries, HUGE_VAL), ==, 0);

  for (guint i = 0; i < entries->len; i++)
    g_assert_cmpuint (count_steps (entries, i), ==, 0);
}

static guint
get_base_mib (const TaskEntry *entry,
              gint64           time)
{
  guint step = 0;

  while (step + 1 < entry->steps->len
         && g_array_index (entry->steps, TaskStep, step + 1).time <= time)
    step++;

  return (guint) (g_array_index (entry->steps, TaskStep, step).base / MIB);
}

static void
assert_apart (GPtrArray *entries,
              gint64     time)
{
  g_autofree guint8 *taken = g_new0 (guint8, N_MANY * MANY_MIB);

  for (guint i = 0; i < entries->len; i++)
    {
      const TaskEntry *entry = g_ptr_array_index (entries, i);
      guint base;

      if (entry->started > time || entry->ended <= time)
        continue;

      base = get_base_mib (entry, time);
      for (guint mib = 0; mib < (guint) (entry->grant >> 20); mib++)
        g_assert_cmpuint (taken[base + mib]++, ==, 0);
    }
}

/* Many at random: no two that run at the same time lie in the same place. */
static void
test_none_covers_another (void)
{
  g_autoptr (GPtrArray) entries = make_entries ();

  for (guint i = 0; i < N_MANY; i++)
    {
      gint64 started = g_test_rand_int_range (1, NOW - 10);

      g_ptr_array_add (entries, make_entry (started, started + g_test_rand_int_range (1, 10),
                                            (guint64) g_test_rand_int_range (1, MANY_MIB)));
    }

  task_layout_place (entries, 200 * MIB);
  for (gint64 time = 1; time < NOW; time++)
    assert_apart (entries, time);
}

static void
test_entry (void)
{
  g_autoptr (TaskEntry) entry = make_entry (10, 0, 30);

  g_assert_cmpint (task_entry_get_wait (entry), ==, 9);
  g_assert_cmpint (entry->ended, ==, NOW);
  g_assert_cmpfloat (task_entry_get_height (entry), ==, 30 * MIB);
  g_assert_false (task_entry_is_failed (entry));
  g_assert_cmpstr (task_entry_get_class (entry), ==, "normal");

  entry->peak = 40 << 20;
  g_assert_cmpfloat (task_entry_get_height (entry), ==, 40 * MIB);

  g_free (entry->reason);
  entry->reason = g_strdup ("oom");
  g_assert_true (task_entry_is_failed (entry));
  g_free (entry->reason);
  entry->reason = g_strdup ("done");
  g_assert_false (task_entry_is_failed (entry));
}

/* What a program of another version, or a broken one, says. */
static void
test_bad_entry (void)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) empty = g_variant_ref_sink (g_variant_new ("a{sv}", NULL));
  g_autoptr (TaskEntry) nothing = task_entry_new (empty, NOW);
  g_autoptr (TaskEntry) backwards = NULL;
  g_autoptr (GVariant) variant = NULL;

  g_assert_cmpstr (nothing->name, ==, "");
  g_assert_cmpint (task_entry_get_wait (nothing), ==, 0);
  g_assert_false (task_entry_is_failed (nothing));

  g_variant_dict_insert (&dict, "name", "u", 5);
  g_variant_dict_insert (&dict, "priority", "s", "\"/><script>");
  g_variant_dict_insert (&dict, "state", "s", "finished");
  g_variant_dict_insert (&dict, "submitted", "x", (gint64) 50);
  g_variant_dict_insert (&dict, "started", "x", (gint64) 40);
  g_variant_dict_insert (&dict, "ended", "x", (gint64) 30);
  variant = g_variant_ref_sink (g_variant_dict_end (&dict));
  backwards = task_entry_new (variant, NOW);
  g_assert_cmpstr (backwards->name, ==, "");
  g_assert_cmpstr (task_entry_get_class (backwards), ==, "normal");
  g_assert_cmpint (task_entry_get_wait (backwards), ==, 0);
  g_assert_cmpint (backwards->ended, >=, backwards->started);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/tools/task-layout/gaps", test_gaps);
  g_test_add_func ("/tools/task-layout/moves-together", test_moves_together);
  g_test_add_func ("/tools/task-layout/above-the-limit", test_above_the_limit);
  g_test_add_func ("/tools/task-layout/not-shown", test_not_shown);
  g_test_add_func ("/tools/task-layout/none-covers-another", test_none_covers_another);
  g_test_add_func ("/tools/task-layout/entry", test_entry);
  g_test_add_func ("/tools/task-layout/bad-entry", test_bad_entry);

  return g_test_run ();
}
