/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "arbitration-fixture.h"

/* The cases in which threads meet. */

#define WATCHDOG (10 * G_TIME_SPAN_SECOND)

/* A thread that makes a resource and answers for it only when it is told to. */
typedef struct
{
  Fixture *fixture;
  MgrComponent *component; /* (unowned) */
  GMainContext *context;   /* (owned) */
  GThread *thread;         /* (owned) */
  Holder *holder;          /* (owned) */
  gint ready;              /* atomic */
  gint serves;             /* atomic */
  gint stop;               /* atomic */
} Owner;

static gpointer
owner_thread (gpointer user_data)
{
  Owner *owner = user_data;

  g_main_context_push_thread_default (owner->context);
  owner->holder = holder_new (owner->fixture, "cache", owner->component, 10, 10);
  g_atomic_int_set (&owner->ready, TRUE);

  while (!g_atomic_int_get (&owner->stop))
    {
      if (g_atomic_int_get (&owner->serves))
        g_main_context_iteration (owner->context, FALSE);
      g_usleep (100);
    }

  g_main_context_pop_thread_default (owner->context);
  return NULL;
}

static void
owner_start (Owner        *owner,
             Fixture      *fixture,
             MgrComponent *component,
             gboolean      serves)
{
  *owner = (Owner) { .fixture = fixture, .component = component, .serves = serves };
  owner->context = g_main_context_new ();
  owner->thread = g_thread_new ("owner", owner_thread, owner);
  while (!g_atomic_int_get (&owner->ready))
    g_usleep (100);
}

static void
owner_end (Owner *owner)
{
  g_atomic_int_set (&owner->stop, TRUE);
  if (owner->thread != NULL)
    g_thread_join (g_steal_pointer (&owner->thread));
}

static void
owner_stop (Owner *owner)
{
  owner_end (owner);
  holder_free (owner->holder);
  g_main_context_unref (owner->context);
}

static void
got_cb (GObject      *source,
        GAsyncResult *result,
        gpointer      user_data)
{
  GAsyncResult **got = user_data;

  *got = g_object_ref (result);
}

static MgrAllocation *
wait_for (Fixture       *fixture,
          GAsyncResult **result,
          GError       **error)
{
  gint64 end = g_get_monotonic_time () + WATCHDOG;
  MgrAllocation *allocation;

  while (*result == NULL)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      if (!g_main_context_iteration (NULL, FALSE))
        g_usleep (200);
    }

  allocation = mgr_manager_allocate_finish (fixture->manager, *result, error);
  g_clear_object (result);
  return allocation;
}

static void
test_async (Fixture       *fixture,
            gconstpointer  data)
{
  MgrComponent *c = fixture_add (fixture, "c", 100, 5, 0);
  g_autoptr (Holder) cache = holder_new (fixture, "cache", c, 10, 10);
  g_autoptr (MgrAllocation) allocation = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("One who waits has others make room, where they live and never inside the call");

  mgr_manager_set_arbitration (fixture->manager, MGR_ARBITRATION_WAITING);
  mgr_manager_allocate_async (fixture->manager, "c", 30, NULL, 5, NULL, 0, NULL, got_cb, &result);
  assert_asked (fixture, "");
  allocation = wait_for (fixture, &result, &error);
  g_assert_no_error (error);
  assert_asked (fixture, "cache:30 ");
  g_assert_cmpuint (mgr_component_get_used (c), ==, 100);
}

static void
test_async_off (Fixture       *fixture,
                gconstpointer  data)
{
  MgrComponent *c = fixture_add (fixture, "c", 100, 5, 0);
  g_autoptr (Holder) cache = holder_new (fixture, "cache", c, 10, 10);
  g_autoptr (MgrAllocation) allocation = NULL;
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A wait has a deadline of its own, and asks nobody where arbitration is off");

  mgr_manager_set_arbitration (fixture->manager, MGR_ARBITRATION_NEVER);
  mgr_manager_allocate_async (fixture->manager, "c", 30, NULL, 5, NULL, G_USEC_PER_SEC, NULL,
                              got_cb, &result);
  mgr_manual_clock_advance (fixture->clock, G_USEC_PER_SEC);
  allocation = wait_for (fixture, &result, &error);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_TIMED_OUT);
  assert_asked (fixture, "");
}

static void
test_owner_elsewhere (Fixture       *fixture,
                      gconstpointer  data)
{
  MgrComponent *c = fixture_add (fixture, "c", 100, 5, 0);
  g_autoptr (MgrAllocation) allocation = NULL;
  Owner owner;

  owner_start (&owner, fixture, c, TRUE);
  allocation = take (fixture, "c", 30);
  owner_stop (&owner);
  assert_asked (fixture, "cache:30 ");
}

static void
test_owner_timeout (Fixture       *fixture,
                    gconstpointer  data)
{
  MgrComponent *c = fixture_add (fixture, "c", 200, 5, 0);
  g_autoptr (Holder) able = holder_new (fixture, "able", c, 10, 10);
  g_autoptr (MgrAllocation) allocation = NULL;
  gint64 start;
  Owner owner;

  g_test_summary ("One owner who does not answer uses up a quarter of the time, and the next one "
                  "is asked");

  owner_start (&owner, fixture, c, FALSE);
  mgr_resource_set_priority (owner.holder->resource, 1);
  mgr_manager_set_arbitration_deadline (fixture->manager, 400 * G_TIME_SPAN_MILLISECOND);
  start = g_get_monotonic_time ();
  allocation = take (fixture, "c", 30);
  g_assert_cmpint (g_get_monotonic_time () - start, >=, 100 * G_TIME_SPAN_MILLISECOND);
  assert_asked (fixture, "able:30 ");
  owner_stop (&owner);
}

static gboolean
refused_in_loop_cb (gpointer user_data)
{
  Fixture *fixture = user_data;
  gint64 start = g_get_monotonic_time ();
  g_autofree char *text = assert_refused (fixture, "c", 30, MGR_ERROR_NO_BUDGET);

  g_assert_cmpint (g_get_monotonic_time () - start, <, 2 * G_TIME_SPAN_SECOND);
  g_assert_nonnull (strstr (text, "make room: 1;"));
  return G_SOURCE_REMOVE;
}

static void
test_loop_timeout (Fixture       *fixture,
                   gconstpointer  data)
{
  MgrComponent *c = fixture_add (fixture, "c", 100, 5, 0);
  Owner owner;

  g_test_summary ("Inside a main loop a call that does not wait takes 50 ms and not 5 s");

  owner_start (&owner, fixture, c, FALSE);
  g_idle_add_full (G_PRIORITY_HIGH, refused_in_loop_cb, fixture, NULL);
  g_main_context_iteration (NULL, TRUE);
  owner_stop (&owner);
}

static gpointer
allocate_thread (gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autoptr (GError) error = NULL;

  return mgr_manager_allocate (fixture->manager, "c", 30, NULL, 5, NULL, &error);
}

static gpointer
refused_thread (gpointer user_data)
{
  return assert_refused_text (user_data, "c", 30);
}

/* How many of eight that ask at the same time never had their turn. */
static guint
count_without_turn (Fixture *fixture)
{
  guint n_without_turn = 0;
  GThread *threads[8];

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("allocate", refused_thread, fixture);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    {
      g_autofree char *text = g_thread_join (threads[i]);

      if (strstr (text, "another request was being arbitrated") != NULL)
        n_without_turn++;
    }

  return n_without_turn;
}

static void
test_turn_timeout (Fixture       *fixture,
                   gconstpointer  data)
{
  MgrComponent *c = fixture_add (fixture, "c", 100, 5, 0);
  guint n_without_turn = 0;
  Owner owner;

  g_test_summary ("Those who wait for their turn to arbitrate give up in time too");

  owner_start (&owner, fixture, c, FALSE);
  mgr_manager_set_arbitration_deadline (fixture->manager, 200 * G_TIME_SPAN_MILLISECOND);

  /* On a machine that is busy they may come one after the other. */
  for (guint i = 0; i < 10 && n_without_turn == 0; i++)
    n_without_turn = count_without_turn (fixture);
  g_assert_cmpuint (n_without_turn, >, 0);
  g_assert_cmpuint (mgr_component_get_used (c), ==, 100);
  owner_stop (&owner);
}

static void
test_shutdown (Fixture       *fixture,
               gconstpointer  data)
{
  MgrComponent *c = fixture_add (fixture, "c", 100, 5, 0);
  g_autoptr (GAsyncResult) result = NULL;
  g_autoptr (MgrAllocation) allocation = NULL;
  g_autoptr (GError) error = NULL;
  Owner owner;

  g_test_summary ("A manager that goes while one waits for an owner ends the wait at once");

  owner_start (&owner, fixture, c, FALSE);
  mgr_manager_allocate_async (fixture->manager, "c", 30, NULL, 5, NULL, 0, NULL, got_cb, &result);
  g_usleep (5 * G_TIME_SPAN_MILLISECOND);
  g_object_run_dispose (G_OBJECT (fixture->manager));
  allocation = wait_for (fixture, &result, &error);
  g_assert_error (error, MGR_ERROR, MGR_ERROR_CLOSED);

  /* The cleaner is gone, so that there is nothing to unregister from. */
  owner_end (&owner);
  g_signal_handlers_disconnect_by_data (owner.holder->resource, owner.holder);
  g_object_unref (owner.holder->resource);
  g_ptr_array_unref (owner.holder->blocks);
  g_free (owner.holder);
  g_main_context_unref (owner.context);
}

static void
test_owner_dies (Fixture       *fixture,
                 gconstpointer  data)
{
  MgrComponent *c = fixture_add (fixture, "c", 200, 5, 0);
  g_autoptr (Holder) able = holder_new (fixture, "able", c, 10, 10);
  g_autoptr (MgrAllocation) allocation = NULL;
  g_autoptr (GObject) bound = g_object_new (G_TYPE_OBJECT, NULL);
  GThread *thread;
  Owner owner;

  g_test_summary ("The thread that answers for a resource ends while it is asked");

  owner_start (&owner, fixture, c, FALSE);
  mgr_resource_set_priority (owner.holder->resource, 1);
  mgr_resource_bind_object (owner.holder->resource, bound);
  mgr_manager_set_arbitration_deadline (fixture->manager, 400 * G_TIME_SPAN_MILLISECOND);
  thread = g_thread_new ("allocate", allocate_thread, fixture);
  g_usleep (20 * G_TIME_SPAN_MILLISECOND);
  g_clear_object (&bound);
  owner_end (&owner);

  /* The one that is left lives here. */
  while (able->blocks->len == 10)
    {
      g_main_context_iteration (NULL, FALSE);
      g_usleep (200);
    }
  allocation = g_thread_join (thread);
  g_assert_nonnull (allocation);
  assert_asked (fixture, "able:30 ");
  owner_stop (&owner);
}

/* Threads with a cache each, in a budget that is too small for all of them. */

typedef struct
{
  Fixture *fixture;
  MgrComponent *component; /* (unowned) */
  guint32 seed;
  gint64 end;              /* of g_get_monotonic_time(); 0: after so many steps */
  guint n_steps;
  gint progress;           /* atomic: ms when it did its last step */
  gint done;               /* atomic */
  guint granted;
  guint refused;
} Player;

/* The log of the fixture is not for threads. */
static guint64
player_give_cb (MgrResource *resource,
                guint64      target,
                gpointer     user_data)
{
  GPtrArray *blocks = user_data;
  guint64 freed = 0;

  while (blocks->len > 0 && freed < target)
    {
      freed += mgr_allocation_get_size (g_ptr_array_index (blocks, blocks->len - 1));
      g_ptr_array_set_size (blocks, blocks->len - 1);
    }

  return freed;
}

static void
player_take (Player      *player,
             GRand       *rand,
             MgrResource *resource,
             GPtrArray   *blocks)
{
  g_autoptr (GError) error = NULL;
  guint64 size = (guint64) g_rand_int_range (rand, 1, 120);
  MgrAllocation *block = mgr_manager_allocate (player->fixture->manager,
                                               mgr_component_get_path (player->component), size,
                                               NULL, 5, NULL, &error);

  if (block == NULL)
    {
      g_assert_true (g_error_matches (error, MGR_ERROR, MGR_ERROR_NO_BUDGET)
                     || g_error_matches (error, MGR_ERROR, MGR_ERROR_INFEASIBLE));
      player->refused++;
      return;
    }

  player->granted++;
  if (g_rand_boolean (rand))
    {
      g_ptr_array_add (blocks, block);
      mgr_resource_set_size (resource, mgr_resource_get_size (resource) + size);
    }
  else
    {
      mgr_allocation_unref (block);
    }
}

static gboolean
player_goes_on (Player *player,
                guint   step)
{
  return player->end > 0 ? g_get_monotonic_time () < player->end : step < player->n_steps;
}

static gpointer
player_thread (gpointer user_data)
{
  Player *player = user_data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GPtrArray) blocks =
    g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_allocation_unref);
  g_autoptr (GRand) rand = g_rand_new_with_seed (player->seed);
  g_autoptr (MgrResource) resource = NULL;

  g_main_context_push_thread_default (context);
  resource = mgr_resource_new (mgr_component_get_path (player->component), 0);
  mgr_resource_set_safety (resource, MGR_SAFETY_SAFE);
  mgr_resource_set_component (resource, player->component);
  g_signal_connect (resource, "reclaim", G_CALLBACK (player_give_cb), blocks);
  g_assert_true (mgr_manager_register_resource (player->fixture->manager, resource, NULL));

  for (guint step = 0; player_goes_on (player, step); step++)
    {
      player_take (player, rand, resource, blocks);
      for (guint i = 0; i < 4; i++)
        g_main_context_iteration (context, FALSE);
      g_atomic_int_set (&player->progress, (gint) (g_get_monotonic_time () / 1000));
    }

  mgr_manager_unregister_resource (player->fixture->manager, resource);
  g_main_context_pop_thread_default (context);
  g_atomic_int_set (&player->done, TRUE);
  return NULL;
}

static void
watch_players (Player *players,
               gsize   n_players)
{
  gsize n_done = 0;

  while (n_done < n_players)
    {
      gint now = (gint) (g_get_monotonic_time () / 1000);

      n_done = 0;
      for (gsize i = 0; i < n_players; i++)
        {
          gint last = g_atomic_int_get (&players[i].progress);

          if (g_atomic_int_get (&players[i].done))
            n_done++;
          else if (now - last > WATCHDOG / 1000)
            g_error ("Thread %" G_GSIZE_FORMAT " has hung for %d ms", i, now - last);
        }

      g_main_context_iteration (NULL, FALSE);
      g_usleep (1000);
    }
}

static void
play (Fixture *fixture,
      gsize    n_players,
      guint    n_steps,
      gint64   duration)
{
  g_autofree Player *players = g_new0 (Player, n_players);
  g_autofree GThread **threads = g_new0 (GThread *, n_players);
  guint granted = 0;

  mgr_manager_set_arbitration_deadline (fixture->manager, 20 * G_TIME_SPAN_MILLISECOND);
  for (gsize i = 0; i < n_players; i++)
    {
      g_autofree char *name = g_strdup_printf ("temp_%" G_GSIZE_FORMAT, i);

      players[i].fixture = fixture;
      players[i].component = fixture_add (fixture, name, 400, 1 + i % 3, i % 2 ? 20 : 0);
      players[i].seed = (guint32) g_test_rand_int ();
      players[i].n_steps = n_steps;
      players[i].end = duration > 0 ? g_get_monotonic_time () + duration : 0;
      players[i].progress = (gint) (g_get_monotonic_time () / 1000);
    }

  for (gsize i = 0; i < n_players; i++)
    threads[i] = g_thread_new ("player", player_thread, &players[i]);
  watch_players (players, n_players);
  for (gsize i = 0; i < n_players; i++)
    {
      g_thread_join (threads[i]);
      g_assert_cmpuint (players[i].granted + players[i].refused, >, 0);
      granted += players[i].granted;
    }

  g_assert_cmpuint (granted, >, 0);
  g_assert_cmpuint (total_used (fixture), ==, 0);
}

static void
test_fuzz (Fixture       *fixture,
           gconstpointer  data)
{
  g_test_summary ("Threads in a tight budget, a watchdog of 10 s: success or an expected error");

  play (fixture, 6, 150, 0);
}

static void
test_fuzz_long (Fixture       *fixture,
                gconstpointer  data)
{
  const char *seconds = g_getenv ("MGR_TEST_SECONDS");

  if (seconds == NULL)
    {
      g_test_skip ("24 threads: MGR_TEST_SECONDS says for how long");
      return;
    }

  play (fixture, 24, 0, g_ascii_strtoll (seconds, NULL, 10) * G_TIME_SPAN_SECOND);
}

static void
add_case (const char *path,
          void      (*test) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, NULL, fixture_set_up, test, fixture_tear_down);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  add_case ("/cases/arbitration/each-timeout-by-itself/wait", test_async_off);
  add_case ("/cases/arbitration/each-timeout-by-itself/owner", test_owner_timeout);
  add_case ("/cases/arbitration/each-timeout-by-itself/main-loop", test_loop_timeout);
  add_case ("/cases/arbitration/each-timeout-by-itself/turn", test_turn_timeout);
  add_case ("/cases/arbitration/shutdown-while-waiting", test_shutdown);
  add_case ("/cases/arbitration/an-owner-that-dies-during-arbitration", test_owner_dies);
  add_case ("/cases/arbitration/seeded-fuzzer", test_fuzz);
  add_case ("/cases/arbitration/seeded-fuzzer-24-threads", test_fuzz_long);
  add_case ("/manager/arbitration/async", test_async);
  add_case ("/manager/arbitration/owner-elsewhere", test_owner_elsewhere);

  return g_test_run ();
}
