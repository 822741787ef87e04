/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-source-set-private.h"

struct _MgrSourceSet
{
  GMutex lock;
  GPtrArray *members; /* (owned) (element-type Member), guarded by lock */
};

typedef struct
{
  gatomicrefcount ref_count;
  MgrPressureSource *source; /* (owned) */
  char *name;                /* (owned) */
  int busy;                  /* atomic: being read */
} Member;

static Member *
member_new (MgrPressureSource *source)
{
  Member *member = g_new0 (Member, 1);

  g_atomic_ref_count_init (&member->ref_count);
  member->source = g_object_ref (source);
  member->name = g_strdup (mgr_pressure_source_get_name (source));
  return member;
}

static gpointer
member_ref (gconstpointer  data,
            gpointer       user_data)
{
  Member *member = (Member *) data;

  g_atomic_ref_count_inc (&member->ref_count);
  return member;
}

static void
member_unref (gpointer data)
{
  Member *member = data;

  if (!g_atomic_ref_count_dec (&member->ref_count))
    return;

  g_object_unref (member->source);
  g_free (member->name);
  g_free (member);
}

MgrSourceSet *
mgr_source_set_new (void)
{
  MgrSourceSet *self = g_new0 (MgrSourceSet, 1);

  g_mutex_init (&self->lock);
  self->members = g_ptr_array_new_with_free_func (member_unref);
  return self;
}

void
mgr_source_set_free (MgrSourceSet *self)
{
  g_ptr_array_unref (self->members);
  g_mutex_clear (&self->lock);
  g_free (self);
}

static gboolean
member_has_source (gconstpointer member,
                   gconstpointer source)
{
  return ((const Member *) member)->source == source;
}

void
mgr_source_set_add (MgrSourceSet      *self,
                    MgrPressureSource *source)
{
  Member *member = member_new (source);

  g_mutex_lock (&self->lock);
  if (!g_ptr_array_find_with_equal_func (self->members, source, member_has_source, NULL))
    g_ptr_array_add (self->members, g_steal_pointer (&member));
  g_mutex_unlock (&self->lock);

  g_clear_pointer (&member, member_unref);
}

gboolean
mgr_source_set_remove (MgrSourceSet      *self,
                       MgrPressureSource *source)
{
  Member *member = NULL;
  guint index = 0;

  g_mutex_lock (&self->lock);
  if (g_ptr_array_find_with_equal_func (self->members, source, member_has_source, &index))
    member = g_ptr_array_steal_index (self->members, index);
  g_mutex_unlock (&self->lock);

  if (member == NULL)
    return FALSE;

  member_unref (member);
  return TRUE;
}

/* A source that somebody else is waiting for may never answer: who comes second
 * goes on without it. */
static MgrPressureReading *
member_read (Member *member)
{
  g_autoptr (GError) error = NULL;
  MgrPressureReading *reading;

  if (!g_atomic_int_compare_and_exchange (&member->busy, FALSE, TRUE))
    return NULL;

  reading = mgr_pressure_source_read (member->source, &error);
  g_atomic_int_set (&member->busy, FALSE);

  if (reading == NULL)
    g_debug ("No pressure reading from “%s”: %s", member->name, error->message);
  return reading;
}

static MgrNamedReading *
named_reading_new (const char         *name,
                   MgrPressureReading *reading)
{
  MgrNamedReading *named = g_new0 (MgrNamedReading, 1);

  named->name = g_strdup (name);
  named->reading = mgr_pressure_reading_ref (reading);
  return named;
}

static void
named_reading_free (gpointer data)
{
  MgrNamedReading *named = data;

  g_free (named->name);
  mgr_pressure_reading_unref (named->reading);
  g_free (named);
}

GPtrArray *
mgr_source_set_collect (MgrSourceSet *self,
                        GStrv        *missing)
{
  g_autoptr (GPtrArray) members = NULL;
  g_autoptr (GPtrArray) readings = g_ptr_array_new_with_free_func (named_reading_free);
  g_autoptr (GStrvBuilder) silent = g_strv_builder_new ();

  g_mutex_lock (&self->lock);
  members = g_ptr_array_copy (self->members, member_ref, NULL);
  g_mutex_unlock (&self->lock);

  for (guint i = 0; i < members->len; i++)
    {
      Member *member = g_ptr_array_index (members, i);
      g_autoptr (MgrPressureReading) reading = member_read (member);

      if (reading != NULL)
        g_ptr_array_add (readings, named_reading_new (member->name, reading));
      else
        g_strv_builder_add (silent, member->name);
    }

  *missing = g_strv_builder_end (silent);
  return g_steal_pointer (&readings);
}
