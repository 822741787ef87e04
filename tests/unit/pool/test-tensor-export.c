/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tensor-fixture.h"

#include "pool/mgr-dlpack-private.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* Between processes it is tested in tests/dbus; a descriptor is the same here. */

typedef struct
{
  GVariant *description; /* (owned) */
  GUnixFDList *fds;      /* (owned) */
} Export;

static Export
export (MgrTensor *tensor)
{
  g_autoptr (GError) error = NULL;
  Export self = { NULL, g_unix_fd_list_new () };

  self.description = mgr_tensor_export (tensor, self.fds, &error);
  g_assert_no_error (error);
  return self;
}

static void
export_clear (Export *self)
{
  g_clear_pointer (&self->description, g_variant_unref);
  g_clear_object (&self->fds);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Export, export_clear)

static MgrTensor *
import (Export *self)
{
  g_autoptr (GError) error = NULL;
  MgrTensor *tensor = mgr_tensor_new_from_export (self->description, self->fds, &error);

  g_assert_no_error (error);
  return tensor;
}

static void
assert_used (TensorFixture *fixture,
             guint64        used,
             guint          leases)
{
  guint count = 99;

  g_object_get (fixture->pool, "lease-count", &count, NULL);
  g_assert_cmpuint (count, ==, leases);
  g_assert_cmpuint (mgr_pool_get_used (MGR_POOL (fixture->pool)), ==, used);
}

static void
test_round_trip (TensorFixture *fixture,
                 gconstpointer  unused)
{
  const gint64 shape[] = { 5, 7 };
  g_autoptr (MgrTensor) first = tensor_new (fixture->pool, 3);
  g_autoptr (MgrTensor) tensor =
    mgr_tensor_pool_allocate_tensor (fixture->pool, shape, 2, MGR_DATA_TYPE_INT16, "ticks", NULL);
  g_auto (Export) exported = export (tensor);
  g_autoptr (MgrTensor) imported = import (&exported);
  const gint64 *extents;
  gsize n = 0;

  extents = mgr_tensor_get_shape (imported, &n);
  g_assert_cmpmem (extents, n * sizeof (gint64), shape, sizeof shape);
  extents = mgr_tensor_get_strides (imported, &n);
  g_assert_cmpint (extents[0], ==, 14);
  g_assert_cmpint (mgr_tensor_get_dtype (imported), ==, MGR_DATA_TYPE_INT16);
  g_assert_cmpstr (mgr_tensor_get_description (imported), ==, "ticks");
  g_assert_cmpuint (mgr_tensor_get_offset (imported), ==, 64);
  g_assert_true (mgr_tensor_is_writable (imported));

  ((gint16 *) mgr_tensor_get_data (imported, NULL))[34] = -3;
  g_assert_cmpint (((gint16 *) mgr_tensor_get_data (tensor, NULL))[34], ==, -3);
}

static void
test_single_number (TensorFixture *fixture,
                    gconstpointer  unused)
{
  g_autoptr (MgrTensor) tensor =
    mgr_tensor_pool_allocate_tensor (fixture->pool, NULL, 0, MGR_DATA_TYPE_FLOAT64, NULL, NULL);
  g_auto (Export) exported = export (tensor);
  g_autoptr (MgrTensor) imported = import (&exported);

  g_assert_cmpuint (mgr_tensor_get_nbytes (imported), ==, 8);
}

static void
test_lease_keeps_block (TensorFixture *fixture,
                        gconstpointer  unused)
{
  MgrTensor *tensor = tensor_new (fixture->pool, 16);
  Export exported = export (tensor);
  MgrTensor *imported = import (&exported);
  MgrTensor *other;

  g_test_summary ("A released tensor's memory is not used again while somebody leases it");

  tensor_floats (tensor)[0] = 5;
  tensor_release (tensor);
  export_clear (&exported);
  assert_used (fixture, 64, 1);

  other = tensor_new (fixture->pool, 16);
  memset (mgr_tensor_get_data (other, NULL), 0, 64);
  g_assert_cmpfloat (tensor_floats (imported)[0], ==, 5);
  assert_used (fixture, 128, 1);
  tensor_release (other);

  tensor_release (imported);
  assert_used (fixture, 0, 0);
}

static void
test_main_loop_ends_lease (TensorFixture *fixture,
                           gconstpointer  unused)
{
  MgrTensor *tensor = tensor_new (fixture->pool, 16);
  Export exported = export (tensor);

  g_test_summary ("Without anybody asking for it");

  tensor_release (tensor);
  mgr_test_settle ();
  g_assert_cmpuint (mgr_pool_get_used (MGR_POOL (fixture->pool)), ==, 64);

  export_clear (&exported);
  mgr_test_settle ();
  g_assert_cmpuint (mgr_pool_get_used (MGR_POOL (fixture->pool)), ==, 0);
  g_assert_cmpuint (mgr_pool_trim (MGR_POOL (fixture->pool), G_MAXUINT64), ==, 4 * MIB);
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 0);
}

static void
test_request_ends_lease (TensorFixture *fixture,
                         gconstpointer  unused)
{
  MgrTensor *tensor = tensor_new_of (fixture->pool, 16 * MIB);
  Export exported = export (tensor);
  g_autoptr (GError) error = NULL;
  const gint64 one = 1;

  g_test_summary ("A program without a main loop gets its memory back when it needs it");

  tensor_release (tensor);
  g_assert_null (mgr_tensor_pool_allocate_tensor (fixture->pool, &one, 1, MGR_DATA_TYPE_INT8, NULL,
                                                  &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NO_BUDGET);
  export_clear (&exported);
  tensor_release (tensor_new_of (fixture->pool, 16 * MIB));
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint count = 0;

  while (g_dir_read_name (dir) != NULL)
    count++;
  return count;
}

static void
test_many_exports (TensorFixture *fixture,
                   gconstpointer  unused)
{
  g_autoptr (MgrTensor) tensor = tensor_new (fixture->pool, 16);
  g_auto (Export) kept = export (tensor);
  guint before = count_descriptors ();

  g_test_summary ("They leave no descriptors behind, with or without a main loop");

  for (guint i = 0; i < 1000; i++)
    {
      Export exported = export (tensor);

      export_clear (&exported);
      g_assert_cmpuint (count_descriptors (), <, before + 64);
    }
  assert_used (fixture, 64, 1);
}

static void
test_every_export_is_a_lease (TensorFixture *fixture,
                              gconstpointer  unused)
{
  MgrTensor *tensor = tensor_new (fixture->pool, 16);
  Export first = export (tensor);
  Export second = export (tensor);

  assert_used (fixture, 64, 2);
  tensor_release (tensor);
  export_clear (&first);
  assert_used (fixture, 64, 1);
  export_clear (&second);
  assert_used (fixture, 0, 0);
}

static void
test_view_of_imported (TensorFixture *fixture,
                       gconstpointer  unused)
{
  MgrTensor *tensor = tensor_new (fixture->pool, 16);
  Export exported = export (tensor);
  MgrTensor *imported = import (&exported);
  MgrTensor *view = mgr_tensor_new_view (imported, NULL);
  GBytes *bytes = mgr_tensor_get_bytes (imported, NULL);

  export_clear (&exported);
  tensor_release (tensor);
  tensor_release (imported);
  assert_used (fixture, 64, 1);
  mgr_tensor_unref (view);
  assert_used (fixture, 64, 1);
  g_bytes_unref (bytes);
  assert_used (fixture, 0, 0);
}

static void
test_handed_on (TensorFixture *fixture,
                gconstpointer  unused)
{
  MgrTensor *tensor = tensor_new (fixture->pool, 16);
  Export exported = export (tensor);
  MgrTensor *imported = import (&exported);
  Export again = export (imported);
  MgrTensor *third = import (&again);

  g_test_summary ("The lease goes on to a third process when the second one is gone");

  tensor_floats (tensor)[15] = 8;
  export_clear (&exported);
  export_clear (&again);
  tensor_release (tensor);
  tensor_release (imported);
  assert_used (fixture, 64, 1);
  g_assert_cmpfloat (tensor_floats (third)[15], ==, 8);
  tensor_release (third);
  assert_used (fixture, 0, 0);
}

static void
test_pool_goes_first (TensorFixture *fixture,
                      gconstpointer  unused)
{
  MgrTensor *tensor = tensor_new (fixture->pool, 16);
  Export exported = export (tensor);
  MgrTensor *imported = import (&exported);
  gpointer watched = fixture->pool;

  g_test_summary ("Reading goes on when the owner has let go of everything");

  g_object_add_weak_pointer (G_OBJECT (fixture->pool), &watched);
  export_clear (&exported);
  g_object_unref (g_steal_pointer (&fixture->pool));
  tensor_release (tensor);
  mgr_test_settle ();
  g_assert_nonnull (watched);
  g_assert_cmpuint (mgr_component_get_used (fixture->component), ==, 4 * MIB);
  tensor_floats (imported)[0] = 1;

  tensor_release (imported);
  mgr_test_settle ();
  g_assert_null (watched);
}

static void
test_read_only (TensorFixture *fixture,
                gconstpointer  unused)
{
  g_autoptr (MgrTensorPool) pool = tensor_pool_new (fixture->component, "read-only-sharing", TRUE,
                                                    NULL);
  MgrTensor *tensor = tensor_new (pool, 16);
  Export exported = export (tensor);
  MgrTensor *imported = import (&exported);
  g_autoptr (GBytes) bytes = g_bytes_new_static ("1234", 4);
  g_autoptr (GError) error = NULL;
  MgrDlManagedTensorVersioned *managed;

  tensor_floats (tensor)[3] = 6;
  g_assert_cmpfloat (tensor_floats (imported)[3], ==, 6);
  g_assert_true (mgr_tensor_is_writable (tensor));
  g_assert_false (mgr_tensor_is_writable (imported));
  g_assert_false (mgr_tensor_write (imported, 0, bytes, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
  g_clear_error (&error);
  g_assert_true (mgr_tensor_write (tensor, 0, bytes, &error));

  g_assert_null (mgr_tensor_export_dlpack (imported, FALSE, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_NOT_AVAILABLE);
  managed = mgr_tensor_export_dlpack (imported, TRUE, NULL);
  g_assert_cmpuint (managed->flags, ==, 1);
  managed->deleter (managed);

  export_clear (&exported);
  tensor_release (imported);
  tensor_release (tensor);
  mgr_test_settle ();
}

static void
socket_pair (GSocket **one,
             GSocket **other)
{
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  *one = g_socket_new_from_fd (fds[0], NULL);
  *other = g_socket_new_from_fd (fds[1], NULL);
}

static void
test_sockets (TensorFixture *fixture,
              gconstpointer  unused)
{
  g_autoptr (GSocket) one = NULL;
  g_autoptr (GSocket) other = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Several in a row, each with its descriptors");

  socket_pair (&one, &other);
  for (guint i = 1; i <= 5; i++)
    {
      MgrTensor *tensor = tensor_new (fixture->pool, i);

      tensor_floats (tensor)[i - 1] = (float) i;
      g_assert_true (mgr_tensor_send (tensor, one, NULL, &error));
      g_assert_no_error (error);
      tensor_release (tensor);
    }
  for (guint i = 1; i <= 5; i++)
    {
      MgrTensor *tensor = mgr_tensor_receive (other, NULL, &error);

      g_assert_no_error (error);
      g_assert_cmpuint (mgr_tensor_get_nbytes (tensor), ==, 4 * i);
      g_assert_cmpfloat (tensor_floats (tensor)[i - 1], ==, (float) i);
      assert_used (fixture, 64 * (6 - i), 6 - i);
      tensor_release (tensor);
    }
}

static void
test_never_received (TensorFixture *fixture,
                     gconstpointer  unused)
{
  MgrTensor *tensor = tensor_new (fixture->pool, 1);
  GSocket *one;
  GSocket *other;

  g_test_summary ("What was sent and is lost with the socket leaves no lease");

  socket_pair (&one, &other);
  g_assert_true (mgr_tensor_send (tensor, one, NULL, NULL));
  tensor_release (tensor);
  assert_used (fixture, 64, 1);
  g_object_unref (one);
  g_object_unref (other);
  assert_used (fixture, 0, 0);
}

static void
assert_receive_fails (const void *data,
                      gsize       length,
                      int         code)
{
  g_autoptr (GSocket) one = NULL;
  g_autoptr (GSocket) other = NULL;
  g_autoptr (GError) error = NULL;

  socket_pair (&one, &other);
  g_assert_cmpint (g_socket_send (one, data, length, NULL, NULL), ==, length);
  g_clear_object (&one);
  g_assert_null (mgr_tensor_receive (other, NULL, &error));
  g_assert_error (error, MGR_ERROR, code);
}

static void
test_bad_messages (TensorFixture *fixture,
                   gconstpointer  unused)
{
  const guint32 huge[] = { G_MAXUINT32, 0 };
  const guint32 nothing[] = { 0 };
  const guint32 noise[] = { 8, 0x12345678, 0x9abcdef0 };

  assert_receive_fails ("", 0, MGR_ERROR_CLOSED);
  assert_receive_fails ("ab", 2, MGR_ERROR_CLOSED);
  assert_receive_fails (huge, sizeof huge, MGR_ERROR_INVALID_ARGUMENT);
  assert_receive_fails (nothing, sizeof nothing, MGR_ERROR_INVALID_ARGUMENT);
  assert_receive_fails (noise, sizeof noise, MGR_ERROR_INVALID_ARGUMENT);
  assert_receive_fails (noise, sizeof noise - 1, MGR_ERROR_CLOSED);
}

static void
test_send_fails (TensorFixture *fixture,
                 gconstpointer  unused)
{
  g_autofree char *text = g_strnfill (70000, 'x');
  const gint64 shape[] = { 1 };
  g_autoptr (MgrTensor) wordy =
    mgr_tensor_pool_allocate_tensor (fixture->pool, shape, 1, MGR_DATA_TYPE_INT8, text, NULL);
  g_autoptr (MgrTensor) tensor = tensor_new (fixture->pool, 1);
  g_autoptr (GSocket) one = NULL;
  g_autoptr (GSocket) other = NULL;
  g_autoptr (GError) error = NULL;

  socket_pair (&one, &other);
  g_assert_false (mgr_tensor_send (wordy, one, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);

  g_clear_object (&other);
  g_assert_false (mgr_tensor_send (tensor, one, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
  assert_used (fixture, 128, 0);
  g_assert_true (mgr_tensor_release (wordy, NULL));
}

/* Bad input: what other processes may say */

static void
assert_import_fails (GVariant    *description,
                     GUnixFDList *fds,
                     const char  *text)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (description);
  g_autoptr (GError) error = NULL;

  g_assert_null (mgr_tensor_new_from_export (sunk, fds, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
  if (strstr (error->message, text) == NULL)
    g_error ("“%s” does not say “%s”", error->message, text);
}

/* @exported with one field replaced, or left out where @value is NULL. */
static GVariant *
changed (Export     *exported,
         const char *name,
         GVariant   *value)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, exported->description);
  g_assert_true (g_variant_dict_remove (&dict, name));
  if (value != NULL)
    g_variant_dict_insert_value (&dict, name, value);
  return g_variant_dict_end (&dict);
}

static GVariant *
shape_of (gint64 first,
          gint64 second)
{
  const gint64 shape[] = { first, second };

  return g_variant_new_fixed_array (G_VARIANT_TYPE_INT64, shape, 2, sizeof (gint64));
}

static void
test_bad_fields (TensorFixture *fixture,
                 gconstpointer  unused)
{
  static const char *const names[] = {
    "version", "shape", "dtype", "description", "offset", "segment", "lease",
  };
  g_autoptr (MgrTensor) tensor = tensor_new (fixture->pool, 16);
  g_auto (Export) exported = export (tensor);

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      assert_import_fails (changed (&exported, names[i], NULL), exported.fds, names[i]);
      assert_import_fails (changed (&exported, names[i], g_variant_new_boolean (TRUE)),
                           exported.fds, names[i]);
    }

  assert_import_fails (changed (&exported, "version", g_variant_new_uint32 (2)), exported.fds,
                       "version 2");
  assert_import_fails (changed (&exported, "dtype", g_variant_new_string ("object")), exported.fds,
                       "object");
  assert_import_fails (g_variant_new_string ("x"), exported.fds, "not by “s”");
  assert_import_fails (g_variant_new ("()"), exported.fds, "not by “()”");
}

static void
test_bad_place (TensorFixture *fixture,
                gconstpointer  unused)
{
  g_autoptr (MgrTensor) tensor = tensor_new (fixture->pool, 16);
  g_auto (Export) exported = export (tensor);

#define SHAPE(a, b) changed (&exported, "shape", shape_of (a, b))
#define OFFSET(offset) changed (&exported, "offset", g_variant_new_uint64 (offset))

  assert_import_fails (SHAPE (0, 1), exported.fds, "dimension 0");
  assert_import_fails (SHAPE (4, -4), exported.fds, "dimension 1");
  assert_import_fails (SHAPE ((gint64) 1 << 40, (gint64) 1 << 40), exported.fds, "can be counted");
  assert_import_fails (SHAPE (1024, 1025), exported.fds, "the tensor ends at byte 4198400");
  assert_import_fails (OFFSET (4 * MIB - 60), exported.fds, "the tensor ends at byte 4194308");
  assert_import_fails (OFFSET (2), exported.fds, "no multiple of the 4 bytes");
  assert_import_fails (OFFSET (G_MAXUINT64 - 3), exported.fds, "where nothing can be");
  assert_import_fails (OFFSET (G_MAXINT64 - 127), exported.fds, "ends at byte");

#undef SHAPE
#undef OFFSET
}

static void
test_bad_descriptors (TensorFixture *fixture,
                      gconstpointer  unused)
{
  g_autoptr (MgrTensor) tensor = tensor_new (fixture->pool, 16);
  g_auto (Export) exported = export (tensor);
  g_autoptr (GUnixFDList) empty = g_unix_fd_list_new ();
  int truncated = memfd_create ("peer", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  int index;

#define SEGMENT(index) changed (&exported, "segment", g_variant_new_handle (index))

  assert_import_fails (exported.description, NULL, "did not come with it: there are 0");
  assert_import_fails (exported.description, empty, "did not come with it");
  assert_import_fails (SEGMENT (2), exported.fds, "descriptor 2, the “segment”");
  assert_import_fails (SEGMENT (-1), exported.fds, "descriptor -1");
  assert_import_fails (changed (&exported, "lease", g_variant_new_handle (G_MAXINT32)),
                       exported.fds, "“lease”");
  assert_import_fails (SEGMENT (1), exported.fds, "is no memfd");

  index = g_unix_fd_list_append (exported.fds, truncated, NULL);
  assert_import_fails (SEGMENT (index), exported.fds, "not sealed");
  g_assert_cmpint (fcntl (truncated, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW), ==, 0);
  assert_import_fails (SEGMENT (index), exported.fds, "has 0 bytes");
  close (truncated);

#undef SEGMENT

  export_clear (&exported);
  exported.fds = g_object_ref (empty);
  assert_used (fixture, 64, 0);
}

/* Whatever bytes come over a socket are refused or describe what is really there. */
static void
test_random_bytes (TensorFixture *fixture,
                   gconstpointer  unused)
{
  g_autoptr (MgrTensor) tensor = tensor_new (fixture->pool, 16);
  g_auto (Export) exported = export (tensor);
  gsize size = g_variant_get_size (exported.description);
  guint n_imported = 0;

  for (guint i = 0; i < 20000; i++)
    {
      g_autofree guint8 *data = g_memdup2 (g_variant_get_data (exported.description), size);
      g_autoptr (GVariant) description = NULL;
      g_autoptr (MgrTensor) imported = NULL;

      for (gint32 n = g_test_rand_int_range (1, 4); n > 0; n--)
        data[g_test_rand_int_range (0, (gint32) size)] = (guint8) g_test_rand_int ();
      description = g_variant_ref_sink (
        g_variant_new_from_data (G_VARIANT_TYPE_VARDICT, data, size, FALSE, NULL, NULL));
      imported = mgr_tensor_new_from_export (description, exported.fds, NULL);
      if (imported == NULL)
        continue;

      n_imported++;
      memset (mgr_tensor_get_data (imported, NULL), 0, mgr_tensor_get_nbytes (imported));
    }

  g_assert_cmpuint (n_imported, >, 0);
  g_assert_cmpuint (n_imported, <, 20000);
}

static void
test_no_more_descriptors (TensorFixture *fixture,
                          gconstpointer  unused)
{
  if (g_test_subprocess ())
    {
      g_autoptr (MgrTensor) tensor = tensor_new (fixture->pool, 16);
      g_auto (Export) exported = export (tensor);
      g_autoptr (MgrTensor) imported = import (&exported);
      g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
      g_autoptr (GError) error = NULL;
      struct rlimit before;
      struct rlimit none;

      g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &before), ==, 0);
      none = (struct rlimit) { 3, before.rlim_max };
      g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &none), ==, 0);
      g_assert_null (mgr_tensor_export (tensor, fds, &error));
      g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
      g_clear_error (&error);
      g_assert_null (mgr_tensor_export (imported, fds, &error));
      g_assert_error (error, MGR_ERROR, MGR_ERROR_FAILED);
      assert_used (fixture, 64, 1);
      g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);
    }
  else
    {
      g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#define ADD(name, func) TENSOR_ADD ("/pool/tensor-export/" name, func)

  ADD ("round-trip", test_round_trip);
  ADD ("single-number", test_single_number);
  ADD ("lease-keeps-block", test_lease_keeps_block);
  ADD ("main-loop-ends-lease", test_main_loop_ends_lease);
  ADD ("request-ends-lease", test_request_ends_lease);
  ADD ("many-exports", test_many_exports);
  ADD ("every-export-is-a-lease", test_every_export_is_a_lease);
  ADD ("view-of-imported", test_view_of_imported);
  ADD ("handed-on", test_handed_on);
  ADD ("pool-goes-first", test_pool_goes_first);
  ADD ("read-only", test_read_only);
  ADD ("sockets", test_sockets);
  ADD ("never-received", test_never_received);
  ADD ("bad-messages", test_bad_messages);
  ADD ("send-fails", test_send_fails);
  ADD ("bad-fields", test_bad_fields);
  ADD ("bad-place", test_bad_place);
  ADD ("bad-descriptors", test_bad_descriptors);
  ADD ("random-bytes", test_random_bytes);
  ADD ("no-more-descriptors", test_no_more_descriptors);

#undef ADD

  return g_test_run ();
}
