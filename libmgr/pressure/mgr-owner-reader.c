/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "pressure/mgr-owner-reader-private.h"

#include "base/mgr-owner-context-private.h"

struct _MgrOwnerReader
{
  MgrSourceReader parent_instance;

  GMainContext *owner; /* (owned) */
  GThread *maker;      /* (owned): only compared */
  int posted;          /* atomic: a request waits in the owner's context */
};

G_DEFINE_FINAL_TYPE (MgrOwnerReader, mgr_owner_reader, MGR_TYPE_SOURCE_READER)

/* Whether this thread may read: it is iterating the context, or it is the one that
 * made the monitor and nobody iterates the context meanwhile. Any other thread could
 * acquire an idle context as well, which would not make it the right one. */
static gboolean
owner_reader_enter (MgrOwnerReader *self)
{
  if (!g_main_context_is_owner (self->owner) && self->maker != g_thread_self ())
    return FALSE;

  return g_main_context_acquire (self->owner);
}

static void
owner_reader_leave (MgrOwnerReader *self)
{
  g_main_context_release (self->owner);
}

static void
read_cb (gpointer object,
         gpointer user_data)
{
  MgrOwnerReader *self = object;

  mgr_source_reader_read (MGR_SOURCE_READER (self));
  g_atomic_int_set (&self->posted, FALSE);
}

static void
mgr_owner_reader_ask (MgrSourceReader *reader,
                      gint64           patience)
{
  MgrOwnerReader *self = MGR_OWNER_READER (reader);

  if (owner_reader_enter (self))
    {
      mgr_source_reader_read (reader);
      owner_reader_leave (self);
    }
  else if (g_atomic_int_compare_and_exchange (&self->posted, FALSE, TRUE))
    {
      mgr_owner_context_post (self->owner, self, read_cb, NULL, NULL);
    }
}

/* An answer to the last sample's request is an interval old by now; twice that still
 * counts, so that a busy loop may be late. */
static MgrPressureReading *
mgr_owner_reader_answer (MgrSourceReader *reader,
                         gint64           now,
                         gint64           interval)
{
  return mgr_source_reader_get_last (reader, now - 2 * interval - 1);
}

static void
let_go_cb (gpointer object,
           gpointer user_data)
{
  /* The reference goes with the call. */
}

static void
mgr_owner_reader_let_go (MgrSourceReader   *reader,
                         MgrPressureSource *source)
{
  MgrOwnerReader *self = MGR_OWNER_READER (reader);

  if (!owner_reader_enter (self))
    {
      mgr_owner_context_post (self->owner, source, let_go_cb, source, g_object_unref);
      return;
    }

  g_object_unref (source);
  owner_reader_leave (self);
}

static void
mgr_owner_reader_finalize (GObject *object)
{
  MgrOwnerReader *self = MGR_OWNER_READER (object);

  g_clear_pointer (&self->owner, g_main_context_unref);
  g_clear_pointer (&self->maker, g_thread_unref);

  G_OBJECT_CLASS (mgr_owner_reader_parent_class)->finalize (object);
}

static void
mgr_owner_reader_class_init (MgrOwnerReaderClass *klass)
{
  MgrSourceReaderClass *reader_class = MGR_SOURCE_READER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = mgr_owner_reader_finalize;
  reader_class->ask = mgr_owner_reader_ask;
  reader_class->answer = mgr_owner_reader_answer;
  reader_class->let_go = mgr_owner_reader_let_go;
}

static void
mgr_owner_reader_init (MgrOwnerReader *self)
{
}

MgrSourceReader *
mgr_owner_reader_new (GMainContext *owner,
                      GThread      *maker)
{
  MgrOwnerReader *self = g_object_new (MGR_TYPE_OWNER_READER, NULL);

  self->owner = g_main_context_ref (owner);
  self->maker = g_thread_ref (maker);
  return MGR_SOURCE_READER (self);
}
