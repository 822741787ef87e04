/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Two processes work on one array of numbers, which is nowhere copied. */

#include <mgr.h>

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define MIB ((guint64) 1 << 20)

#define DAYS 250
#define STOCKS 1000

static void
die_of (GError *error)
{
  if (error == NULL)
    return;

  g_printerr ("%s\n", error->message);
  exit (1);
}

/* In the other process: makes changes of prices, where they are. */
static int
work (int fd)
{
  GError *error = NULL;
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, NULL);
  g_autoptr (MgrTensor) tensor = mgr_tensor_receive (socket, NULL, &error);
  float *prices;

  die_of (error);
  prices = mgr_tensor_get_data (tensor, NULL);
  g_print ("worker: %d × %d prices, %" G_GUINT64_FORMAT " bytes\n", DAYS, STOCKS,
           mgr_tensor_get_nbytes (tensor));
  for (guint day = DAYS - 1; day > 0; day--)
    {
      for (guint i = 0; i < STOCKS; i++)
        prices[day * STOCKS + i] = prices[day * STOCKS + i] / prices[(day - 1) * STOCKS + i] - 1;
    }

  return 0;
}

static void
run_worker (const char *program,
            MgrTensor  *tensor)
{
  const char *argv[] = { program, "3", NULL };
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GSubprocess) worker = NULL;
  g_autoptr (GSocket) ours = NULL;
  GError *error = NULL;
  int ends[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    exit (1);

  ours = g_socket_new_from_fd (ends[0], &error);
  die_of (error);
  g_subprocess_launcher_take_fd (launcher, ends[1], 3);
  worker = g_subprocess_launcher_spawnv (launcher, argv, &error);
  die_of (error);
  mgr_tensor_send (tensor, ours, NULL, &error);
  die_of (error);
  g_subprocess_wait_check (worker, NULL, &error);
  die_of (error);
}

static double
mean_change (MgrTensor *tensor)
{
  const float *changes = mgr_tensor_get_data (tensor, NULL);
  double sum = 0;

  for (guint i = STOCKS; i < DAYS * STOCKS; i++)
    sum += changes[i];
  return sum / ((DAYS - 1) * STOCKS);
}

int
main (int    argc,
      char **argv)
{
  const gint64 shape[] = { DAYS, STOCKS };
  g_autoptr (MgrManager) manager = NULL;
  g_autoptr (MgrTensorPool) pool = NULL;
  g_autoptr (MgrTensor) tensor = NULL;
  MgrComponent *models;
  GError *error = NULL;
  float *prices;

  setlocale (LC_ALL, "");
  if (argc > 1)
    return work (atoi (argv[1]));

  manager = mgr_manager_new (64 * MIB);
  models = mgr_manager_add_component (manager, "models", 16 * MIB, NULL, NULL);
  pool = mgr_tensor_pool_new (models, "prices", 8 * MIB, &error);
  die_of (error);
  tensor = mgr_tensor_pool_allocate_tensor (pool, shape, 2, MGR_DATA_TYPE_FLOAT32, "prices", &error);
  die_of (error);

  prices = mgr_tensor_get_data (tensor, NULL);
  for (guint i = 0; i < DAYS * STOCKS; i++)
    prices[i] = (float) (100 * pow (1.01, i / STOCKS));
  g_print ("owner: %" G_GUINT64_FORMAT " bytes are charged to %s\n",
           mgr_component_get_used (models), mgr_component_get_path (models));

  run_worker (argv[0], tensor);
  g_print ("owner: the mean change is %.4f\n", mean_change (tensor));
  mgr_tensor_release (tensor, NULL);
  /* To ask for the leases gives back what the worker held; so does a main loop. */
  g_print ("owner: %u leases are left", mgr_tensor_pool_get_lease_count (pool));
  g_print (", and %" G_GUINT64_FORMAT " bytes in use\n", mgr_pool_get_used (MGR_POOL (pool)));

  return 0;
}
