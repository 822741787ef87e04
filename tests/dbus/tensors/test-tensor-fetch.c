/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bus-fixture.h"
#include "mgr-test-support.h"

#define PATH "/org/libmgr/Test"
#define INTERFACE "org.libmgr.Test.Tensors"

static const char xml[] =
  "<node>"
  "  <interface name='" INTERFACE "'>"
  "    <method name='Give'><arg type='a{sv}' direction='out'/></method>"
  "    <method name='GiveReleased'><arg type='a{sv}' direction='out'/></method>"
  "    <method name='GiveNothing'><arg type='a{sv}' direction='out'/></method>"
  "    <method name='GiveText'><arg type='s' direction='out'/></method>"
  "  </interface>"
  "</node>";

typedef struct
{
  BusFixture bus;
  MgrTensorPool *pool; /* (owned) */
  GDBusNodeInfo *info; /* (owned) */
  guint id;
} Fixture;

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
  Fixture *fixture = user_data;
  const gint64 shape[] = { 4 };
  g_autoptr (MgrTensor) tensor =
    mgr_tensor_pool_allocate_tensor (fixture->pool, shape, 1, MGR_DATA_TYPE_INT8, "given", NULL);

  if (g_str_equal (method, "GiveReleased"))
    mgr_tensor_release (tensor, NULL);

  if (g_str_equal (method, "GiveText"))
    g_dbus_method_invocation_return_value (invocation, g_variant_new ("(s)", "text"));
  else if (g_str_equal (method, "GiveNothing"))
    g_dbus_method_invocation_return_value (invocation, g_variant_new ("(a{sv})", NULL));
  else
    mgr_tensor_return_to_invocation (tensor, invocation);
}

static void
fixture_set_up (Fixture       *fixture,
                gconstpointer  data)
{
  static const GDBusInterfaceVTable vtable = { .method_call = call_cb, };
  g_autoptr (GError) error = NULL;

  bus_fixture_set_up (&fixture->bus, data);
  fixture->pool = mgr_tensor_pool_new (NULL, "given", MIB, &error);
  g_assert_no_error (error);
  fixture->info = g_dbus_node_info_new_for_xml (xml, NULL);
  fixture->id = g_dbus_connection_register_object (fixture->bus.server, PATH,
                                                   fixture->info->interfaces[0], &vtable, fixture,
                                                   NULL, &error);
  g_assert_no_error (error);
}

static void
fixture_tear_down (Fixture       *fixture,
                   gconstpointer  data)
{
  g_dbus_connection_unregister_object (fixture->bus.server, fixture->id);
  g_dbus_node_info_unref (fixture->info);
  bus_fixture_tear_down (&fixture->bus, data);
  mgr_test_settle ();
  g_assert_finalize_object (fixture->pool);
}

static void
result_cb (GObject      *source,
           GAsyncResult *result,
           gpointer      user_data)
{
  GAsyncResult **out = user_data;

  g_assert_null (source);
  *out = g_object_ref (result);
}

/* Both ends live in this thread, so that it has to iterate. */
static MgrTensor *
fetch (Fixture      *fixture,
       const char   *method,
       GCancellable *cancellable,
       GError      **error)
{
  g_autoptr (GAsyncResult) result = NULL;

  mgr_tensor_fetch_async (fixture->bus.client,
                          g_dbus_connection_get_unique_name (fixture->bus.server), PATH, INTERFACE,
                          method, NULL, cancellable, result_cb, &result);
  while (result == NULL)
    g_main_context_iteration (NULL, TRUE);

  return mgr_tensor_fetch_finish (result, error);
}

static void
assert_used (Fixture *fixture,
             guint64  used)
{
  while (mgr_pool_get_used (MGR_POOL (fixture->pool)) != used)
    g_main_context_iteration (NULL, TRUE);
}

static void
test_fetch (Fixture       *fixture,
            gconstpointer  unused)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (MgrTensor) tensor = fetch (fixture, "Give", NULL, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (mgr_tensor_get_description (tensor), ==, "given");
  g_assert_cmpuint (mgr_pool_get_used (MGR_POOL (fixture->pool)), ==, 64);
  g_assert_true (mgr_tensor_release (tensor, NULL));
  assert_used (fixture, 0);
}

static void
assert_fetch_fails (Fixture    *fixture,
                    const char *method,
                    GQuark      domain,
                    int         code)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (fetch (fixture, method, NULL, &error));
  g_assert_error (error, domain, code);
}

static void
test_bad_answers (Fixture       *fixture,
                  gconstpointer  unused)
{
  assert_fetch_fails (fixture, "GiveNothing", MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  assert_fetch_fails (fixture, "GiveReleased", MGR_ERROR, MGR_ERROR_NOT_FOUND);
  assert_fetch_fails (fixture, "GiveText", G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT);
  assert_fetch_fails (fixture, "GiveNone", G_DBUS_ERROR, G_DBUS_ERROR_UNKNOWN_METHOD);
}

static void
test_cancelled (Fixture       *fixture,
                gconstpointer  unused)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError) error = NULL;

  g_cancellable_cancel (cancellable);
  g_assert_null (fetch (fixture, "Give", cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, transport, func) \
  g_test_add ("/dbus/tensor-fetch/" name, Fixture, GUINT_TO_POINTER (transport), \
              fixture_set_up, func, fixture_tear_down)

  ADD ("fetch/bus", TRANSPORT_BUS, test_fetch);
  ADD ("fetch/peer", TRANSPORT_PEER, test_fetch);
  ADD ("bad-answers/bus", TRANSPORT_BUS, test_bad_answers);
  ADD ("bad-answers/peer", TRANSPORT_PEER, test_bad_answers);
  ADD ("cancelled/bus", TRANSPORT_BUS, test_cancelled);

#undef ADD

  return g_test_run ();
}
