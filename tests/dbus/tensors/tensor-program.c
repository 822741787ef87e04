/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Shares tensors over the session bus, or reads what another program shares. The same
 * program in Python and JavaScript stands beside it; test-tensors.py says what for.
 *
 *   tensor-program owner NAME [read-only]   until it is killed
 *   tensor-program reader NAME METHOD       until the end of its input
 *
 * Those beside it also know readers that fetch without blocking: called-back-reader, and
 * in JavaScript promised-reader.
 */

#include <mgr.h>

#include <stdio.h>

#define PATH "/org/libmgr/Test"
#define INTERFACE "org.libmgr.Test.Tensors"

static const char xml[] =
  "<node>"
  "  <interface name='" INTERFACE "'>"
  "    <method name='Give'><arg type='a{sv}' direction='out'/></method>"
  "    <method name='Share'><arg type='a{sv}' direction='out'/></method>"
  "    <method name='Figures'><arg type='t' direction='out'/><arg type='t' direction='out'/></method>"
  "    <method name='Trim'><arg type='t' direction='out'/></method>"
  "  </interface>"
  "</node>";

typedef struct
{
  MgrTensorPool *pool; /* (owned) */
  MgrTensor *shared;   /* (owned) (nullable) */
} Owner;

static void
die_of (GError *error)
{
  if (error == NULL)
    return;

  g_printerr ("%s\n", error->message);
  exit (1);
}

static MgrTensor *
make_tensor (MgrTensorPool *pool)
{
  const gint64 shape[] = { 3, 4 };
  GError *error = NULL;
  MgrTensor *tensor = mgr_tensor_pool_allocate_tensor (pool, shape, 2, MGR_DATA_TYPE_FLOAT32,
                                                       "halves", &error);
  float *numbers;

  die_of (error);
  numbers = mgr_tensor_get_data (tensor, NULL);
  for (guint i = 0; i < 12; i++)
    numbers[i] = i * 0.5f;
  return tensor;
}

static void
answer (Owner                 *owner,
        const char            *method,
        GDBusMethodInvocation *invocation)
{
  MgrPool *pool = MGR_POOL (owner->pool);

  if (g_str_equal (method, "Give"))
    {
      g_autoptr (MgrTensor) tensor = make_tensor (owner->pool);

      mgr_tensor_return_to_invocation (tensor, invocation);
      mgr_tensor_release (tensor, NULL);
    }
  else if (g_str_equal (method, "Share"))
    {
      if (owner->shared == NULL)
        owner->shared = make_tensor (owner->pool);
      mgr_tensor_return_to_invocation (owner->shared, invocation);
    }
  else if (g_str_equal (method, "Figures"))
    {
      g_dbus_method_invocation_return_value (
        invocation, g_variant_new ("(tt)", mgr_pool_get_used (pool), mgr_pool_get_charged (pool)));
    }
  else
    {
      g_dbus_method_invocation_return_value (
        invocation, g_variant_new ("(t)", mgr_pool_trim (pool, G_MAXUINT64)));
    }
}

static void
call_cb (GDBusConnection       *connection,
         const char            *sender,
         const char            *object_path,
         const char            *interface,
         const char            *method,
         GVariant              *parameters,
         GDBusMethodInvocation *invocation,
         gpointer               user_data)
{
  answer (user_data, method, invocation);
}

static void
name_acquired_cb (GDBusConnection *connection,
                  const char      *name,
                  gpointer         user_data)
{
  puts ("ready");
  fflush (stdout);
}

static void
be_owner (GDBusConnection *connection,
          const char      *name,
          gboolean         read_only)
{
  const GDBusInterfaceVTable vtable = { .method_call = call_cb, };
  g_autoptr (GDBusNodeInfo) info = NULL;
  GError *error = NULL;
  Owner owner = { NULL, NULL };

  owner.pool = g_initable_new (MGR_TYPE_TENSOR_POOL, NULL, &error,
                               "name", "shared",
                               "capacity", (guint64) 1 << 20,
                               "read-only-sharing", read_only,
                               NULL);
  die_of (error);
  info = g_dbus_node_info_new_for_xml (xml, &error);
  die_of (error);
  g_dbus_connection_register_object (connection, PATH, info->interfaces[0], &vtable, &owner, NULL,
                                     &error);
  die_of (error);
  g_bus_own_name_on_connection (connection, name, G_BUS_NAME_OWNER_FLAGS_NONE, name_acquired_cb,
                                NULL, NULL, NULL);
  g_main_loop_run (g_main_loop_new (NULL, FALSE));
}

static void
tell (MgrTensor *tensor)
{
  const float *numbers = mgr_tensor_get_data (tensor, NULL);
  gsize n = 0;
  const gint64 *shape = mgr_tensor_get_shape (tensor, &n);
  double sum = 0;

  for (guint i = 0; i < mgr_tensor_get_nbytes (tensor) / sizeof (float); i++)
    sum += numbers[i];
  printf ("%s: %d×%d %s, sum %g, %s\n", mgr_tensor_get_description (tensor),
          (int) shape[0], (int) shape[1], mgr_data_type_get_name (mgr_tensor_get_dtype (tensor)),
          sum, mgr_tensor_is_writable (tensor) ? "writable" : "read-only");
}

static void
be_reader (MgrTensor *tensor)
{
  const float hundred = 100;
  char line[80];

  tell (tensor);
  fflush (stdout);
  while (fgets (line, sizeof line, stdin) != NULL)
    {
      g_autoptr (GError) error = NULL;

      g_strchomp (line);
      if (g_str_equal (line, "read"))
        {
          tell (tensor);
        }
      else if (g_str_equal (line, "write"))
        {
          g_autoptr (GBytes) bytes = g_bytes_new (&hundred, sizeof hundred);

          puts (mgr_tensor_write (tensor, 0, bytes, &error) ? "written" : "refused");
        }
      else
        {
          puts (mgr_tensor_release (tensor, &error) ? "released" : "not released");
        }
      fflush (stdout);
    }
}

int
main (int    argc,
      char **argv)
{
  GError *error = NULL;
  g_autoptr (GDBusConnection) connection = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error);

  die_of (error);
  if (argc > 2 && g_str_equal (argv[1], "owner"))
    {
      be_owner (connection, argv[2], argc > 3);
    }
  else if (argc > 3)
    {
      g_autoptr (MgrTensor) tensor =
        mgr_tensor_fetch (connection, argv[2], PATH, INTERFACE, argv[3], NULL, NULL, &error);

      die_of (error);
      be_reader (tensor);
    }

  return 0;
}
