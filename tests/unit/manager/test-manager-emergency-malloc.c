/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-mapped-block.h"

#include "base/mgr-process-memory-private.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>

#define MIB (G_GUINT64_CONSTANT (1) << 20)

#define RESERVE (4 * MIB)
#define PAYLOAD (8 * MIB)
/* What is only now looked at of code and stack is resident from then on. */
#define TOUCHED (MIB / 4)

/* The allocator of this program fails on demand: what is defined here comes before
 * that of the C library, in all of its libraries. A sanitizer brings one of its own. */
#if defined (__GLIBC__) && !defined (__SANITIZE_ADDRESS__) && !defined (__SANITIZE_THREAD__)
#define CAN_FAIL 1

extern void *__libc_malloc   (size_t size);
extern void *__libc_calloc   (size_t n, size_t size);
extern void *__libc_realloc  (void *block, size_t size);
extern void *__libc_memalign (size_t alignment, size_t size);

void *malloc         (size_t size);
void *calloc         (size_t n, size_t size);
void *realloc        (void *block, size_t size);
int   posix_memalign (void **block, size_t alignment, size_t size);
void *aligned_alloc  (size_t alignment, size_t size);
#else
#define CAN_FAIL 0
#endif

static int failing;    /* atomic */
static int n_failures; /* atomic */

static MgrProcessMemory *memory; /* (owned) whose files are open before malloc fails */

#if CAN_FAIL
static gboolean
fails (void)
{
  if (!g_atomic_int_get (&failing))
    return FALSE;

  g_atomic_int_inc (&n_failures);
  errno = ENOMEM;
  return TRUE;
}

void *
malloc (size_t size)
{
  return fails () ? NULL : __libc_malloc (size);
}

void *
calloc (size_t n,
        size_t size)
{
  return fails () ? NULL : __libc_calloc (n, size);
}

void *
realloc (void   *block,
         size_t  size)
{
  return fails () ? NULL : __libc_realloc (block, size);
}

int
posix_memalign (void   **block,
                size_t   alignment,
                size_t   size)
{
  *block = fails () ? NULL : __libc_memalign (alignment, size);
  return *block != NULL ? 0 : ENOMEM;
}

void *
aligned_alloc (size_t alignment,
               size_t size)
{
  return fails () ? NULL : __libc_memalign (alignment, size);
}
#endif

typedef struct
{
  MgrManager *manager;   /* (owned) */
  MgrMappedBlock *safe;  /* (owned) */
  MgrMappedBlock *named; /* (owned) PROTECTED */
  MgrMappedBlock *used;  /* (owned) SAFE and pinned */
  MgrResource *pinned;   /* (owned) */
  MgrMappedBlock *dear;  /* (owned) SAFE, and somebody may object */
  guint emergencies;
} Fixture;

static void
emergency_cb (MgrManager        *manager,
              MgrPressureSample *sample,
              gpointer           user_data)
{
  ((Fixture *) user_data)->emergencies++;
}

static gboolean
veto_cb (MgrResource      *resource,
         MgrPressureLevel  level,
         gpointer          user_data)
{
  return TRUE;
}

static MgrResource *
fixture_register (Fixture        *fixture,
                  MgrMappedBlock *block,
                  MgrSafety       safety)
{
  MgrResource *resource = mgr_resource_new_for_reclaimer (NULL, MGR_RECLAIMER (block));

  mgr_resource_set_safety (resource, safety);
  mgr_resource_set_size (resource, PAYLOAD);
  g_assert_true (mgr_manager_register_resource (fixture->manager, resource, NULL));
  return resource;
}

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  data)
{
  g_autoptr (MgrResource) safe = NULL;
  g_autoptr (MgrResource) named = NULL;
  g_autoptr (MgrResource) dear = NULL;

  fixture->manager = g_object_new (MGR_TYPE_MANAGER,
                                   "total-budget", 1024 * MIB,
                                   "proc-path", data,
                                   NULL);
  mgr_pressure_monitor_stop (mgr_manager_get_monitor (fixture->manager));
  g_signal_connect (fixture->manager, "emergency", G_CALLBACK (emergency_cb), fixture);
  mgr_manager_set_emergency_reserve (fixture->manager, RESERVE);
  fixture->safe = mgr_mapped_block_new ("temp_safe", PAYLOAD, FALSE);
  fixture->named = mgr_mapped_block_new ("results", PAYLOAD, FALSE);
  fixture->used = mgr_mapped_block_new ("temp_used", PAYLOAD, FALSE);
  safe = fixture_register (fixture, fixture->safe, MGR_SAFETY_SAFE);
  named = fixture_register (fixture, fixture->named, MGR_SAFETY_PROTECTED);
  fixture->pinned = fixture_register (fixture, fixture->used, MGR_SAFETY_SAFE);
  g_assert_true (mgr_resource_begin_access (fixture->pinned, NULL));
  fixture->dear = mgr_mapped_block_new ("temp_dear", PAYLOAD, FALSE);
  dear = fixture_register (fixture, fixture->dear, MGR_SAFETY_SAFE);
  g_signal_connect (dear, "query-veto", G_CALLBACK (veto_cb), NULL);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  data)
{
  g_atomic_int_set (&failing, FALSE);
  g_assert_true (mgr_resource_end_access (fixture->pinned, NULL));
  g_object_unref (fixture->manager);
  g_object_unref (fixture->pinned);
  g_object_unref (fixture->safe);
  g_object_unref (fixture->named);
  g_object_unref (fixture->used);
  g_object_unref (fixture->dear);
}

/* The reading takes memory for nothing, and the figure is that of the kernel. */
static guint64
resident (void)
{
  guint64 bytes = 0;

  g_assert_true (mgr_process_memory_read_resident (memory, &bytes, NULL));
  return bytes;
}

static gboolean
skip_where_it_cannot_fail (void)
{
  if (!CAN_FAIL)
    g_test_skip ("The allocator of this build cannot be made to fail");

  return !CAN_FAIL;
}

/* Looks into nothing that allocates until there is memory again. */
static void
assert_survived (Fixture *fixture,
                 guint64  before,
                 guint64  after)
{
  g_assert_cmpuint (mgr_mapped_block_get_held (fixture->safe), ==, 0);
  g_assert_cmpuint (mgr_mapped_block_get_held (fixture->named), ==, PAYLOAD);
  g_assert_cmpuint (mgr_mapped_block_get_held (fixture->used), ==, PAYLOAD);
  g_assert_cmpuint (mgr_mapped_block_get_held (fixture->dear), ==, PAYLOAD);
  g_test_message ("%" G_GUINT64_FORMAT " KiB less, %d requests failed", (before - after) / 1024,
                  g_atomic_int_get (&n_failures));
  g_assert_cmpuint (after, <=, before - RESERVE - PAYLOAD + TOUCHED);
}

/* What comes after, once malloc gives something again. */
static void
assert_told (Fixture *fixture)
{
  while (fixture->emergencies == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (mgr_mapped_block_get_held (fixture->named), ==, PAYLOAD);
  g_assert_cmpuint (mgr_mapped_block_get_held (fixture->used), ==, PAYLOAD);
}

static void
test_by_call (Fixture       *fixture,
              gconstpointer  data)
{
  guint64 before = resident ();
  guint64 after;
  guint64 bytes;

  if (skip_where_it_cannot_fail ())
    return;

  g_atomic_int_set (&failing, TRUE);
  bytes = mgr_manager_declare_emergency (fixture->manager);
  after = resident ();
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  g_atomic_int_set (&failing, FALSE);

  g_assert_cmpuint (bytes, ==, RESERVE + PAYLOAD);
  g_assert_cmpuint (fixture->emergencies, ==, 0);
  assert_survived (fixture, before, after);
  assert_told (fixture);
}

static gboolean
warmed_cb (gpointer user_data)
{
  *(gboolean *) user_data = TRUE;
  return G_SOURCE_REMOVE;
}

/* GLib's thread for signals takes memory when it turns for the first time. */
static void
warm_up (void)
{
  gboolean warmed = FALSE;

  g_unix_signal_add (SIGUSR2, warmed_cb, &warmed);
  raise (SIGUSR2);
  while (!warmed)
    g_main_context_iteration (NULL, TRUE);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
test_by_signal (Fixture       *fixture,
                gconstpointer  data)
{
  guint64 before;
  guint64 after;

  if (skip_where_it_cannot_fail ())
    return;

  g_assert_true (mgr_manager_set_emergency_signal (fixture->manager, SIGUSR1, NULL));
  warm_up ();
  before = resident ();

  g_atomic_int_set (&failing, TRUE);
  for (guint i = 0; i < 100; i++)
    raise (SIGUSR1);
  while (mgr_mapped_block_get_held (fixture->safe) > 0)
    g_main_context_iteration (NULL, TRUE);
  after = resident ();
  for (guint i = 0; i < 1000; i++)
    {
      raise (SIGUSR1);
      g_main_context_iteration (NULL, FALSE);
    }
  g_atomic_int_set (&failing, FALSE);

  g_assert_cmpuint (fixture->emergencies, ==, 0);
  g_assert_cmpint (g_atomic_int_get (&n_failures), >, 0);
  assert_survived (fixture, before, after);
  assert_told (fixture);
}

/* When a source ends, GLib makes the table of its context anew now and then, and needs
 * memory for that. Threads of the test before may post something even now, so that the
 * table is given room. */
#define N_SPARE_SOURCES 100

static void
source_drop (gpointer source)
{
  g_source_destroy (source);
  g_source_unref (source);
}

static GPtrArray *
make_room_for_sources (void)
{
  GPtrArray *sources = g_ptr_array_new_with_free_func (source_drop);

  for (guint i = 0; i < N_SPARE_SOURCES; i++)
    {
      GSource *source = g_timeout_source_new_seconds (G_MAXINT32);

      g_source_attach (source, NULL);
      g_ptr_array_add (sources, source);
    }

  return sources;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GPtrArray) spare = NULL;
  int status;

  g_test_init (&argc, &argv, NULL);
  memory = mgr_process_memory_new (NULL);
  spare = make_room_for_sources ();

  g_test_add ("/manager/emergency/malloc-fails/by-call", Fixture, NULL,
              fixture_set_up, test_by_call, fixture_tear_down);
  g_test_add ("/manager/emergency/malloc-fails/without-proc", Fixture, "/nonexistent",
              fixture_set_up, test_by_call, fixture_tear_down);
  g_test_add ("/manager/emergency/malloc-fails/by-signal", Fixture, NULL,
              fixture_set_up, test_by_signal, fixture_tear_down);

  status = g_test_run ();
  mgr_process_memory_free (memory);
  return status;
}
