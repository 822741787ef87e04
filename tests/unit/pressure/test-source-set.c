/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-source.h"
#include "mgr-test-support.h"
#include "pressure/mgr-source-set-private.h"

#define SECOND G_TIME_SPAN_SECOND

/* The one where an answer is expected, which ends no test that works; the other where
 * none can come. */
#define LONG_PATIENCE (60 * SECOND)
#define SHORT_PATIENCE (2 * G_TIME_SPAN_MILLISECOND)

/* So far are samples apart by the manual clock. */
#define INTERVAL (1000 * SECOND)

typedef struct
{
  MgrManualClock *clock; /* (owned) */
  MgrSourceSet *set;     /* (owned) (nullable) */
} Fixture;

static void
drain (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  unused)
{
  fixture->clock = mgr_manual_clock_new (0);
  fixture->set = mgr_source_set_new (MGR_CLOCK (fixture->clock), g_main_context_default (), INTERVAL);
  mgr_source_set_set_patience (fixture->set, LONG_PATIENCE);
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  unused)
{
  g_clear_pointer (&fixture->set, mgr_source_set_free);
  g_clear_object (&fixture->clock);
  drain ();

  /* Threads of sources end with them, but nobody waits for that. */
  mgr_test_wait_threads ("mgr-source");
}

static MgrFakeSource *
fixture_add (Fixture       *fixture,
             MgrFakeSource *source)
{
  mgr_fake_source_set (source, 40, 100, 0.0);
  mgr_source_set_add (fixture->set, MGR_PRESSURE_SOURCE (source));
  return source;
}

/* Who answered and, after a bar, who did not. */
static char *
collect (MgrSourceSet *set)
{
  g_auto (GStrv) missing = NULL;
  g_autoptr (GPtrArray) readings = mgr_source_set_collect (set, &missing);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < readings->len; i++)
    {
      MgrNamedReading *named = g_ptr_array_index (readings, i);

      g_string_append_printf (text, "%s ", named->name);
    }
  g_string_append_c (text, '|');
  for (guint i = 0; missing[i] != NULL; i++)
    g_string_append_printf (text, " %s", missing[i]);

  return g_string_free (text, FALSE);
}

static void
assert_collects (MgrSourceSet *set,
                 const char   *expected)
{
  g_autofree char *text = collect (set);

  g_assert_cmpstr (text, ==, expected);
}

static gpointer
collect_thread (gpointer data)
{
  return collect (data);
}

static void
assert_elsewhere_collects (MgrSourceSet *set,
                           const char   *expected)
{
  g_autofree char *text = g_thread_join (g_thread_new ("elsewhere", collect_thread, set));

  g_assert_cmpstr (text, ==, expected);
}

static void
gone_cb (gpointer  data,
         GObject  *where_the_object_was)
{
  g_atomic_pointer_set ((gpointer *) data, g_thread_self ());
}

static void
test_order (Fixture       *fixture,
            gconstpointer  unused)
{
  g_autoptr (MgrFakeSource) foreign = fixture_add (fixture, mgr_fake_source_new_foreign ("foreign"));
  g_autoptr (MgrFakeSource) prompt = fixture_add (fixture, mgr_fake_source_new ("prompt"));
  g_autoptr (MgrFakeSource) unsafe = fixture_add (fixture, mgr_fake_source_new_unsafe ("unsafe"));

  g_test_summary ("All ways of reading, in the order in which the sources were added");

  mgr_source_set_add (fixture->set, MGR_PRESSURE_SOURCE (prompt));
  assert_collects (fixture->set, "foreign prompt unsafe |");
  g_assert_true (mgr_fake_source_get_reader (prompt) == g_thread_self ());
  g_assert_true (mgr_fake_source_get_reader (unsafe) == g_thread_self ());
  g_assert_true (mgr_fake_source_get_reader (foreign) != g_thread_self ());

  assert_collects (fixture->set, "foreign prompt unsafe |");
  g_assert_cmpuint (mgr_fake_source_get_reads (foreign), ==, 2);
  g_assert_cmpuint (mgr_fake_source_get_reads (prompt), ==, 2);
}

static void
test_name_asked_once (Fixture       *fixture,
                      gconstpointer  unused)
{
  g_autoptr (MgrFakeSource) unsafe = fixture_add (fixture, mgr_fake_source_new_unsafe ("unsafe"));

  mgr_fake_source_answer (unsafe, MGR_FAKE_ANSWER_ERROR);
  for (guint i = 0; i < 3; i++)
    {
      assert_collects (fixture->set, "| unsafe");
      assert_elsewhere_collects (fixture->set, "| unsafe");
    }
  g_assert_cmpuint (mgr_fake_source_get_calls (unsafe), ==, 1);
}

static void
test_failures (Fixture       *fixture,
               gconstpointer  unused)
{
  g_autoptr (MgrFakeSource) prompt = fixture_add (fixture, mgr_fake_source_new ("prompt"));
  g_autoptr (MgrFakeSource) foreign = fixture_add (fixture, mgr_fake_source_new_foreign ("foreign"));
  g_autoptr (MgrFakeSource) unsafe = fixture_add (fixture, mgr_fake_source_new_unsafe ("unsafe"));
  MgrFakeSource *sources[] = { prompt, foreign, unsafe };
  MgrFakeAnswer answers[] = { MGR_FAKE_ANSWER_ERROR, MGR_FAKE_ANSWER_NOTHING };

  g_test_summary ("Who fails has no say, not even by what it said before");

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      assert_collects (fixture->set, "prompt foreign unsafe |");
      for (guint j = 0; j < G_N_ELEMENTS (sources); j++)
        mgr_fake_source_answer (sources[j], answers[i]);
      assert_collects (fixture->set, "| prompt foreign unsafe");
      for (guint j = 0; j < G_N_ELEMENTS (sources); j++)
        mgr_fake_source_answer (sources[j], MGR_FAKE_ANSWER_READING);
    }
}

static void
test_prompt_is_busy (Fixture       *fixture,
                     gconstpointer  unused)
{
  g_autoptr (MgrFakeSource) prompt = fixture_add (fixture, mgr_fake_source_new ("prompt"));
  g_autofree char *text = NULL;
  GThread *thread;

  g_test_summary ("Who comes while another thread reads gets the last answer, while it is fresh");

  assert_collects (fixture->set, "prompt |");
  mgr_fake_source_answer (prompt, MGR_FAKE_ANSWER_NEVER);
  thread = g_thread_new ("elsewhere", collect_thread, fixture->set);
  mgr_fake_source_wait (prompt, 2);

  mgr_manual_clock_advance (fixture->clock, INTERVAL - 1);
  assert_collects (fixture->set, "prompt |");
  mgr_manual_clock_advance (fixture->clock, 1);
  assert_collects (fixture->set, "| prompt");
  g_assert_cmpuint (mgr_fake_source_get_reads (prompt), ==, 2);

  mgr_fake_source_answer (prompt, MGR_FAKE_ANSWER_READING);
  text = g_thread_join (thread);
  g_assert_cmpstr (text, ==, "prompt |");
}

static void
test_foreign_never_answers (Fixture       *fixture,
                            gconstpointer  unused)
{
  g_autoptr (MgrFakeSource) stuck = fixture_add (fixture, mgr_fake_source_new_foreign ("stuck"));
  g_autoptr (MgrFakeSource) good = NULL;
  gint64 begun;

  g_test_summary ("Waited for once, not asked again, no second thread, and the others answer");

  mgr_fake_source_answer (stuck, MGR_FAKE_ANSWER_NEVER);
  mgr_source_set_set_patience (fixture->set, SHORT_PATIENCE);
  assert_collects (fixture->set, "| stuck");
  mgr_fake_source_wait (stuck, 1);

  good = fixture_add (fixture, mgr_fake_source_new_foreign ("good"));
  mgr_source_set_set_patience (fixture->set, LONG_PATIENCE);
  begun = g_get_monotonic_time ();
  for (guint i = 0; i < 50; i++)
    {
      mgr_manual_clock_advance (fixture->clock, INTERVAL);
      assert_collects (fixture->set, "good | stuck");
    }
  g_assert_cmpint (g_get_monotonic_time () - begun, <, LONG_PATIENCE);
  g_assert_cmpuint (mgr_fake_source_get_reads (stuck), ==, 1);

  /* Of the test before one may still be ending. */
  while (mgr_test_count_threads ("mgr-source") != 2)
    g_usleep (50);
  mgr_fake_source_answer (stuck, MGR_FAKE_ANSWER_READING);
}

/* Collects until the answer that is under way has come. */
static void
wait_for_late (Fixture       *fixture,
               MgrFakeSource *source)
{
  g_autofree char *text = NULL;

  mgr_fake_source_answer (source, MGR_FAKE_ANSWER_READING);
  do
    {
      g_usleep (50);
      g_free (text);
      text = collect (fixture->set);
    }
  while (g_str_has_prefix (text, "|"));
}

static void
test_foreign_comes_late (Fixture       *fixture,
                         gconstpointer  unused)
{
  g_autoptr (MgrFakeSource) foreign = fixture_add (fixture, mgr_fake_source_new_foreign ("foreign"));

  g_test_summary ("What came in time counts for an interval, what came late for two");

  assert_collects (fixture->set, "foreign |");
  mgr_fake_source_answer (foreign, MGR_FAKE_ANSWER_NEVER);
  mgr_source_set_set_patience (fixture->set, SHORT_PATIENCE);
  mgr_manual_clock_advance (fixture->clock, INTERVAL);
  assert_collects (fixture->set, "| foreign");

  mgr_source_set_set_patience (fixture->set, 0);
  wait_for_late (fixture, foreign);
  mgr_fake_source_answer (foreign, MGR_FAKE_ANSWER_NEVER);
  assert_collects (fixture->set, "foreign |");
  mgr_manual_clock_advance (fixture->clock, 2 * INTERVAL - 1);
  assert_collects (fixture->set, "foreign |");
  mgr_manual_clock_advance (fixture->clock, 1);
  assert_collects (fixture->set, "| foreign");

  mgr_source_set_set_patience (fixture->set, LONG_PATIENCE);
  wait_for_late (fixture, foreign);
  mgr_manual_clock_advance (fixture->clock, 10 * INTERVAL);
  assert_collects (fixture->set, "foreign |");
}

static void
test_foreign_is_shared (Fixture       *fixture,
                        gconstpointer  unused)
{
  g_autoptr (MgrFakeSource) foreign = fixture_add (fixture, mgr_fake_source_new_foreign ("foreign"));
  GThread *threads[4];

  g_test_summary ("Who asks while it is being read waits for the same answer");

  mgr_fake_source_answer (foreign, MGR_FAKE_ANSWER_NEVER);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("elsewhere", collect_thread, fixture->set);
  mgr_fake_source_wait (foreign, 1);
  mgr_fake_source_answer (foreign, MGR_FAKE_ANSWER_READING);

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autofree char *text = g_thread_join (threads[i]);

      g_assert_cmpstr (text, ==, "foreign |");
    }
  g_assert_cmpuint (mgr_fake_source_get_reads (foreign), <=, G_N_ELEMENTS (threads));
}

static void
test_patience_is_less_than_interval (Fixture       *fixture,
                                     gconstpointer  unused)
{
  g_autoptr (MgrFakeSource) stuck = fixture_add (fixture, mgr_fake_source_new_foreign ("stuck"));

  mgr_fake_source_answer (stuck, MGR_FAKE_ANSWER_NEVER);
  mgr_source_set_set_interval (fixture->set, G_TIME_SPAN_MILLISECOND);
  assert_collects (fixture->set, "| stuck");
  mgr_fake_source_answer (stuck, MGR_FAKE_ANSWER_READING);
}

static void
remove_self_cb (MgrFakeSource *source,
                gpointer       user_data)
{
  Fixture *fixture = user_data;

  g_assert_true (mgr_source_set_remove (fixture->set, MGR_PRESSURE_SOURCE (source)));
}

static void
collect_again_cb (MgrFakeSource *source,
                  gpointer       user_data)
{
  Fixture *fixture = user_data;
  g_autofree char *text = collect (fixture->set);

  g_assert_true (g_str_has_prefix (text, "|"));
}

typedef MgrFakeSource * (*MakeFunc) (const char *name);

static void
test_removes_itself (Fixture       *fixture,
                     gconstpointer  data)
{
  MakeFunc make = data;
  g_autoptr (MgrFakeSource) source = fixture_add (fixture, make ("source"));
  gpointer gone_in = NULL;

  mgr_fake_source_call (source, remove_self_cb, fixture);
  assert_collects (fixture->set, "| source");
  mgr_fake_source_wait (source, 1);
  assert_collects (fixture->set, "|");
  g_assert_cmpuint (mgr_fake_source_get_reads (source), ==, 1);

  g_object_weak_ref (G_OBJECT (source), gone_cb, &gone_in);
  g_clear_object (&source);
  while (g_atomic_pointer_get (&gone_in) == NULL)
    g_usleep (50);
}

static void
test_collects_within (Fixture       *fixture,
                      gconstpointer  data)
{
  MakeFunc make = data;
  g_autoptr (MgrFakeSource) source = fixture_add (fixture, make ("source"));

  g_test_summary ("A source that asks all sources is missing from what it gets, and waits for nobody");

  mgr_fake_source_call (source, collect_again_cb, fixture);
  assert_collects (fixture->set, "source |");
}

static void
test_remove_stuck (Fixture       *fixture,
                   gconstpointer  unused)
{
  MgrFakeSource *stuck = fixture_add (fixture, mgr_fake_source_new_foreign ("stuck"));
  gpointer gone_in = NULL;

  g_test_summary ("What is removed while it is read is let go when it has answered, and its thread ends");

  mgr_fake_source_answer (stuck, MGR_FAKE_ANSWER_NEVER);
  mgr_source_set_set_patience (fixture->set, SHORT_PATIENCE);
  assert_collects (fixture->set, "| stuck");
  mgr_fake_source_wait (stuck, 1);

  g_object_weak_ref (G_OBJECT (stuck), gone_cb, &gone_in);
  g_assert_true (mgr_source_set_remove (fixture->set, MGR_PRESSURE_SOURCE (stuck)));
  assert_collects (fixture->set, "|");
  g_clear_pointer (&fixture->set, mgr_source_set_free);
  mgr_fake_source_answer (stuck, MGR_FAKE_ANSWER_READING);
  g_assert_null (g_atomic_pointer_get (&gone_in));

  g_object_unref (stuck);
  while (g_atomic_pointer_get (&gone_in) == NULL)
    g_usleep (50);
}

static void
test_remove_idle (Fixture       *fixture,
                  gconstpointer  unused)
{
  MgrFakeSource *foreign = fixture_add (fixture, mgr_fake_source_new_foreign ("foreign"));
  gpointer gone_in = NULL;

  assert_collects (fixture->set, "foreign |");
  g_assert_cmpuint (mgr_test_count_threads ("mgr-source"), >=, 1);
  g_object_weak_ref (G_OBJECT (foreign), gone_cb, &gone_in);
  g_object_unref (foreign);
  g_assert_true (mgr_source_set_remove (fixture->set, MGR_PRESSURE_SOURCE (foreign)));
  g_assert_true (gone_in == g_thread_self ());
}

static void
test_unsafe_elsewhere (Fixture       *fixture,
                       gconstpointer  unused)
{
  g_autoptr (MgrFakeSource) unsafe = fixture_add (fixture, mgr_fake_source_new_unsafe ("unsafe"));

  g_test_summary ("Another thread never reads; it leaves one request, however often it asks");

  for (guint i = 0; i < 50; i++)
    assert_elsewhere_collects (fixture->set, "| unsafe");
  g_assert_cmpuint (mgr_fake_source_get_reads (unsafe), ==, 0);

  drain ();
  g_assert_cmpuint (mgr_fake_source_get_reads (unsafe), ==, 1);
  g_assert_true (mgr_fake_source_get_reader (unsafe) == g_thread_self ());

  assert_elsewhere_collects (fixture->set, "unsafe |");
  mgr_manual_clock_advance (fixture->clock, 2 * INTERVAL);
  assert_elsewhere_collects (fixture->set, "unsafe |");
  mgr_manual_clock_advance (fixture->clock, 1);
  assert_elsewhere_collects (fixture->set, "| unsafe");

  drain ();
  assert_elsewhere_collects (fixture->set, "unsafe |");
  g_assert_cmpuint (mgr_fake_source_get_reads (unsafe), ==, 2);
}

static gpointer
loop_thread (gpointer data)
{
  g_main_loop_run (data);
  return NULL;
}

static void
test_unsafe_with_loop_elsewhere (Fixture       *fixture,
                                 gconstpointer  unused)
{
  g_autoptr (MgrFakeSource) unsafe = fixture_add (fixture, mgr_fake_source_new_unsafe ("unsafe"));
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  GThread *thread = g_thread_new ("loop", loop_thread, loop);

  g_test_summary ("While another thread iterates the context, that one reads, not the maker");

  while (!g_main_loop_is_running (loop))
    g_usleep (50);

  /* Between two iterations nobody owns the context, and the maker may read. */
  while (mgr_fake_source_get_reader (unsafe) != thread)
    {
      g_autofree char *text = collect (fixture->set);

      g_usleep (50);
    }

  g_main_loop_quit (loop);
  g_thread_join (thread);
}

static gpointer
remove_thread (gpointer data)
{
  Fixture *fixture = data;

  g_clear_pointer (&fixture->set, mgr_source_set_free);
  return NULL;
}

static void
test_unsafe_let_go (Fixture       *fixture,
                    gconstpointer  unused)
{
  MgrFakeSource *removed = fixture_add (fixture, mgr_fake_source_new_unsafe ("removed"));
  MgrFakeSource *dropped = fixture_add (fixture, mgr_fake_source_new_unsafe ("dropped"));
  gpointer removed_in = NULL;
  gpointer dropped_in = NULL;

  g_test_summary ("A source that is not thread-safe ends in the owner's thread, whoever removes it");

  g_object_weak_ref (G_OBJECT (removed), gone_cb, &removed_in);
  g_object_weak_ref (G_OBJECT (dropped), gone_cb, &dropped_in);
  g_object_unref (removed);
  g_object_unref (dropped);

  g_assert_true (mgr_source_set_remove (fixture->set, MGR_PRESSURE_SOURCE (removed)));
  g_assert_true (removed_in == g_thread_self ());

  g_thread_join (g_thread_new ("elsewhere", remove_thread, fixture));
  g_assert_null (dropped_in);
  drain ();
  g_assert_true (dropped_in == g_thread_self ());
}

static void
test_unsafe_context_ends (Fixture       *fixture,
                          gconstpointer  unused)
{
  GMainContext *context = g_main_context_new ();
  g_autoptr (MgrFakeSource) unsafe = mgr_fake_source_new_unsafe ("unsafe");

  g_test_summary ("Requests that nobody will ever run end with their context");

  g_clear_pointer (&fixture->set, mgr_source_set_free);
  fixture->set = mgr_source_set_new (MGR_CLOCK (fixture->clock), context, INTERVAL);
  fixture_add (fixture, unsafe);
  assert_elsewhere_collects (fixture->set, "| unsafe");

  g_main_context_unref (context);
  g_thread_join (g_thread_new ("elsewhere", remove_thread, fixture));
  g_assert_cmpuint (mgr_fake_source_get_reads (unsafe), ==, 0);
  g_assert_cmpuint (G_OBJECT (unsafe)->ref_count, ==, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, data, func) \
  g_test_add ("/pressure/source-set/" name, Fixture, data, \
              fixture_set_up, func, fixture_tear_down)

  ADD ("order", NULL, test_order);
  ADD ("name-asked-once", NULL, test_name_asked_once);
  ADD ("failures", NULL, test_failures);
  ADD ("prompt-is-busy", NULL, test_prompt_is_busy);
  ADD ("foreign/never-answers", NULL, test_foreign_never_answers);
  ADD ("foreign/comes-late", NULL, test_foreign_comes_late);
  ADD ("foreign/is-shared", NULL, test_foreign_is_shared);
  ADD ("foreign/patience", NULL, test_patience_is_less_than_interval);
  ADD ("foreign/removes-itself", mgr_fake_source_new_foreign, test_removes_itself);
  ADD ("foreign/collects-within", mgr_fake_source_new_foreign, test_collects_within);
  ADD ("foreign/remove-stuck", NULL, test_remove_stuck);
  ADD ("foreign/remove-idle", NULL, test_remove_idle);
  ADD ("unsafe/elsewhere", NULL, test_unsafe_elsewhere);
  ADD ("unsafe/loop-elsewhere", NULL, test_unsafe_with_loop_elsewhere);
  ADD ("unsafe/removes-itself", mgr_fake_source_new_unsafe, test_removes_itself);
  ADD ("unsafe/collects-within", mgr_fake_source_new_unsafe, test_collects_within);
  ADD ("unsafe/let-go", NULL, test_unsafe_let_go);
  ADD ("unsafe/context-ends", NULL, test_unsafe_context_ends);

#undef ADD

  return g_test_run ();
}
