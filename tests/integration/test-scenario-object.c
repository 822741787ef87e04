/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* What a pool of objects does; in every language it says the same. */

#include <mgr.h>

#include <locale.h>

static GObject *
create_cb (MgrObjectPool *pool,
           gpointer       user_data)
{
  if (!*(gboolean *) user_data)
    return g_object_new (G_TYPE_OBJECT, NULL);

  mgr_object_pool_fail_create (pool, "no more today");
  return NULL;
}

static void
say_counts (MgrObjectPool *pool,
            const char    *what)
{
  g_print ("%s: made %" G_GUINT64_FORMAT ", leased %" G_GUINT64_FORMAT "\n", what,
           mgr_object_pool_get_n_created (pool), mgr_pool_get_allocation_count (MGR_POOL (pool)));
}

/* Takes @error. */
static void
say_refused (const char *what,
             GError     *error,
             gboolean    with_text)
{
  g_autoptr (GEnumClass) codes = g_type_class_ref (MGR_TYPE_ERROR);

  g_assert_nonnull (error);
  g_print ("%s: %s%s%s\n", what, g_enum_get_value (codes, error->code)->value_nick,
           with_text ? ", " : "", with_text ? error->message : "");
  g_error_free (error);
}

static void
use (MgrObjectPool *pool,
     MgrObjectPool *other)
{
  g_autoptr (MgrLease) first = mgr_object_pool_acquire (pool, NULL, NULL);
  g_autoptr (MgrLease) second = NULL;
  MgrLease *third;
  GError *error = NULL;

  say_counts (pool, "first lease");
  second = mgr_object_pool_acquire (pool, NULL, NULL);
  say_counts (pool, "second lease");
  g_assert_null (mgr_object_pool_try_acquire (pool, &error));
  say_refused ("third", g_steal_pointer (&error), FALSE);
  mgr_lease_release (second, NULL);
  g_print ("second back: free %u\n", mgr_object_pool_get_n_free (pool));
  third = mgr_object_pool_try_acquire (pool, NULL);
  say_counts (pool, "third");
  mgr_lease_release (second, &error);
  say_refused ("released twice", g_steal_pointer (&error), FALSE);
  mgr_object_pool_release (other, mgr_lease_ref (third), &error);
  say_refused ("released elsewhere", g_steal_pointer (&error), FALSE);
  mgr_lease_release (first, NULL);
  mgr_object_pool_release (pool, third, NULL);
  g_print ("all back: free %u\n", mgr_object_pool_get_n_free (pool));
}

static void
fail (MgrObjectPool *pool,
      gboolean      *fails)
{
  MgrLease *held[2];
  GError *error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (held); i++)
    held[i] = mgr_object_pool_acquire (pool, NULL, NULL);
  mgr_object_pool_set_limits (pool, 1, 3, NULL);
  *fails = TRUE;
  g_assert_null (mgr_object_pool_acquire (pool, NULL, &error));
  say_refused ("a failure", error, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS (held); i++)
    mgr_object_pool_release (pool, held[i], NULL);
  g_print ("limits %u to %u: capacity %" G_GUINT64_FORMAT "\n", mgr_object_pool_get_min (pool),
           mgr_object_pool_get_max (pool), mgr_pool_get_capacity (MGR_POOL (pool)));
}

static void
end (MgrObjectPool *pool)
{
  guint64 trimmed = mgr_pool_trim (MGR_POOL (pool), G_MAXUINT64);
  GError *error = NULL;

  g_print ("trimmed %" G_GUINT64_FORMAT ": free %u\n", trimmed, mgr_object_pool_get_n_free (pool));
  mgr_lease_unref (mgr_object_pool_acquire (pool, NULL, NULL));
  g_print ("dropped without release: leaked %" G_GUINT64_FORMAT "\n",
           mgr_object_pool_get_n_leaked (pool));
  mgr_pool_set_active (MGR_POOL (pool), FALSE, NULL);
  g_assert_null (mgr_object_pool_acquire (pool, NULL, &error));
  g_assert_error (error, MGR_ERROR, MGR_ERROR_CLOSED);
  g_error_free (error);
  g_print ("stopped: closed, made %" G_GUINT64_FORMAT "\n", mgr_object_pool_get_n_created (pool));
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (MgrObjectPool) pool = mgr_object_pool_new ("things", NULL, 2, 1024, NULL);
  g_autoptr (MgrObjectPool) other = mgr_object_pool_new ("others", NULL, 1, 1024, NULL);
  gboolean fails = FALSE;

  setlocale (LC_ALL, "");
  g_signal_connect (pool, "create", G_CALLBACK (create_cb), &fails);
  g_print ("made %" G_GUINT64_FORMAT ", free %u\n", mgr_object_pool_get_n_created (pool),
           mgr_object_pool_get_n_free (pool));

  use (pool, other);
  fail (pool, &fails);
  end (pool);
  return 0;
}
