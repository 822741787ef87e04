/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "bench.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define KIB ((gint64) 1 << 10)
#define MIB ((gint64) 1 << 20)
#define GIB ((gint64) 1 << 30)
#define PAGE 4096

/* As the reader's only argument, before the number of a socket. */
#define READER "--reader"

static MgrTensor *
allocate (MgrTensorPool *pool,
          gint64         size)
{
  g_autoptr (GError) error = NULL;
  MgrTensor *tensor = mgr_tensor_pool_allocate_tensor (pool, &size, 1, MGR_DATA_TYPE_UINT8, "bench",
                                                       &error);

  if (tensor == NULL)
    g_error ("%s", error->message);
  return tensor;
}

/* Volatile, or the compiler would see that nobody reads what is freed at once. */
static void
touch (volatile guint8 *bytes,
       gint64           size)
{
  for (gint64 i = 0; i < size; i += PAGE)
    bytes[i] = 1;
}

/* A tensor taken and given back, each page of it written to once. */

typedef struct
{
  MgrTensorPool *pool; /* (owned) */
  gint64 size;
} Blocks;

static void
recycled_cb (gpointer user_data,
             guint64  n)
{
  Blocks *blocks = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      g_autoptr (MgrTensor) tensor = allocate (blocks->pool, blocks->size);

      touch (mgr_tensor_get_data (tensor, NULL), blocks->size);
      mgr_tensor_release (tensor, NULL);
    }
}

/* What a program would do by itself: a memfd for each. */
static void
fresh_memfd_cb (gpointer user_data,
                guint64  n)
{
  Blocks *blocks = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      int fd = memfd_create ("bench", MFD_CLOEXEC);
      void *data;

      if (ftruncate (fd, blocks->size) != 0)
        g_error ("No memory for the bench");
      data = mmap (NULL, (gsize) blocks->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
      touch (data, blocks->size);
      munmap (data, (gsize) blocks->size);
      close (fd);
    }
}

static void
aligned_alloc_cb (gpointer user_data,
                  guint64  n)
{
  Blocks *blocks = user_data;

  for (guint64 i = 0; i < n; i++)
    {
      guint8 *data = aligned_alloc (64, (gsize) blocks->size);

      touch (data, blocks->size);
      free (data);
    }
}

/* From one end of a socket to the other, where another thread sits. */

typedef struct
{
  MgrTensor *tensor; /* (owned) */
  GSocket *ends[2];  /* (owned) */
  guint8 *buffer;    /* (owned) */
  gsize size;
  guint64 n;
} Transfer;

static gpointer
receive_cb (gpointer user_data)
{
  Transfer *transfer = user_data;

  for (guint64 i = 0; i < transfer->n; i++)
    {
      g_autoptr (MgrTensor) received = mgr_tensor_receive (transfer->ends[1], NULL, NULL);

      mgr_tensor_release (received, NULL);
    }

  return NULL;
}

static void
share_cb (gpointer user_data,
          guint64  n)
{
  Transfer *transfer = user_data;
  GThread *thread;

  transfer->n = n;
  thread = g_thread_new ("receive", receive_cb, transfer);
  for (guint64 i = 0; i < n; i++)
    mgr_tensor_send (transfer->tensor, transfer->ends[0], NULL, NULL);
  g_thread_join (thread);
}

static gpointer
read_cb (gpointer user_data)
{
  Transfer *transfer = user_data;
  gsize left = transfer->size * transfer->n;

  while (left > 0)
    left -= (gsize) g_socket_receive (transfer->ends[1], (char *) transfer->buffer,
                                      MIN (left, transfer->size), NULL, NULL);
  return NULL;
}

static void
copy_cb (gpointer user_data,
         guint64  n)
{
  Transfer *transfer = user_data;
  const char *data = mgr_tensor_get_data (transfer->tensor, NULL);
  GThread *thread;

  transfer->n = n;
  thread = g_thread_new ("read", read_cb, transfer);
  for (guint64 i = 0; i < n; i++)
    {
      for (gsize sent = 0; sent < transfer->size;)
        sent += (gsize) g_socket_send (transfer->ends[0], data + sent, transfer->size - sent, NULL,
                                       NULL);
    }
  g_thread_join (thread);
}

static void
open_sockets (GSocket *ends[2])
{
  int fds[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
    g_error ("No sockets for the bench");
  for (guint i = 0; i < 2; i++)
    ends[i] = g_socket_new_from_fd (fds[i], NULL);
}

static void
bench_transfer (Bench         *bench,
                MgrTensorPool *pool)
{
  Transfer transfer = { .size = 16 * MIB, };

  transfer.tensor = allocate (pool, (gint64) transfer.size);
  transfer.buffer = g_malloc (transfer.size);
  memset (mgr_tensor_get_data (transfer.tensor, NULL), 1, transfer.size);
  open_sockets (transfer.ends);
  bench_compare (bench, &(BenchCase) {
    .name = "tensor of 16 MiB to another process",
    .peer = "its bytes over a socket",
    .ours = share_cb, .ours_data = &transfer,
    .theirs = copy_cb, .theirs_data = &transfer,
    .n = 200, .goal = 0.2,
  });

  g_object_unref (transfer.ends[0]);
  g_object_unref (transfer.ends[1]);
  mgr_tensor_unref (transfer.tensor);
  g_free (transfer.buffer);
}

/* All that a process has, shared memory by its share of it. */
static double
own_pss (void)
{
  g_autofree char *text = NULL;
  const char *line;

  if (!g_file_get_contents ("/proc/self/smaps_rollup", &text, NULL, NULL))
    g_error ("The kernel does not tell what a process has");

  line = strstr (text, "\nPss:");
  return (double) g_ascii_strtoull (line + strlen ("\nPss:"), NULL, 10) * KIB;
}

static double
sum_of (MgrTensor *tensor)
{
  const float *numbers = mgr_tensor_get_data (tensor, NULL);
  double sum = 0;

  for (guint64 i = 0; i < mgr_tensor_get_nbytes (tensor) / sizeof (float); i++)
    sum += numbers[i];
  return sum;
}

/* The sum, and what the process had then. */
typedef struct
{
  double sum;
  double pss;
} Answer;

static int
be_reader (int fd)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, NULL);
  g_autoptr (MgrTensor) tensor = mgr_tensor_receive (socket, NULL, NULL);
  Answer answer = { sum_of (tensor), 0 };
  char go;

  /* Both look when both have read all of it. */
  g_socket_send (socket, (const char *) &answer, sizeof answer, NULL, NULL);
  g_socket_receive (socket, &go, 1, NULL, NULL);
  answer.pss = own_pss ();
  g_socket_send (socket, (const char *) &answer, sizeof answer, NULL, NULL);
  g_socket_receive (socket, &go, 1, NULL, NULL);
  return 0;
}

static void
start_reader (const char *program,
              GSocket    *ends[2])
{
  const char *argv[] = { program, READER, "3", NULL };
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) reader = NULL;

  g_subprocess_launcher_take_fd (launcher, dup (g_socket_get_fd (ends[1])), 3);
  reader = g_subprocess_launcher_spawnv (launcher, argv, &error);
  if (reader == NULL)
    g_error ("%s", error->message);
}

static void
bench_shared_memory (Bench      *bench,
                     const char *program)
{
  g_autoptr (MgrTensorPool) pool = mgr_tensor_pool_new (NULL, "shared", GIB, NULL);
  g_autoptr (MgrTensor) tensor = NULL;
  const gint64 n = GIB / (gint64) sizeof (float);
  g_autoptr (GError) error = NULL;
  GSocket *ends[2];
  Answer answer;
  float *numbers;

  open_sockets (ends);
  start_reader (program, ends);
  tensor = mgr_tensor_pool_allocate_tensor (pool, &n, 1, MGR_DATA_TYPE_FLOAT32, "shared", &error);
  if (tensor == NULL)
    {
      g_printerr ("One row is left out: %s\n", error->message);
    }
  else
    {
      numbers = mgr_tensor_get_data (tensor, NULL);
      for (gint64 i = 0; i < n; i++)
        numbers[i] = 1;
      mgr_tensor_send (tensor, ends[0], NULL, NULL);
      g_socket_receive (ends[0], (char *) &answer, sizeof answer, NULL, NULL);
      if (answer.sum != (double) n || sum_of (tensor) != (double) n)
        g_error ("The two processes do not agree");

      g_socket_send (ends[0], "g", 1, NULL, NULL);
      g_socket_receive (ends[0], (char *) &answer, sizeof answer, NULL, NULL);
      bench_limit (bench, "two processes that sum one tensor of 1 GiB, PSS of both", "GiB",
                   (answer.pss + own_pss ()) / (double) GIB, 1.02);
    }

  g_object_unref (ends[0]);
  g_object_unref (ends[1]);
}

int
main (int    argc,
      char **argv)
{
  Bench *bench;
  Blocks small = { NULL, 4 * KIB };
  Blocks large = { NULL, MIB };

  if (argc == 3 && g_str_equal (argv[1], READER))
    return be_reader (atoi (argv[2]));

  bench = bench_new ("pools", &argc, &argv);
  small.pool = large.pool = mgr_tensor_pool_new (NULL, "bench", 64 * MIB, NULL);
  bench_compare (bench, &(BenchCase) {
    .name = "tensor of 1 MiB, written to once per page",
    .peer = "a memfd for it",
    .ours = recycled_cb, .ours_data = &large,
    .theirs = fresh_memfd_cb, .theirs_data = &large,
    .n = 2000, .goal = 0.02,
  });
  bench_compare (bench, &(BenchCase) {
    .name = "tensor of 1 MiB, written to once per page",
    .peer = "private memory, aligned_alloc + free",
    .ours = recycled_cb, .ours_data = &large,
    .theirs = aligned_alloc_cb, .theirs_data = &large,
    .n = 2000, .goal = 5.0,
  });
  bench_compare (bench, &(BenchCase) {
    .name = "tensor of 4 KiB, written to once",
    .peer = "a memfd for it",
    .ours = recycled_cb, .ours_data = &small,
    .theirs = fresh_memfd_cb, .theirs_data = &small,
    .n = 20000, .goal = 0.05,
  });
  bench_transfer (bench, small.pool);
  /* What is left of leases goes with the loop, and the pool with them. */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (small.pool);
  bench_shared_memory (bench, argv[0]);
  bench_run_script (bench, "bench-pool-tensor-python");

  return bench_finish (bench);
}
