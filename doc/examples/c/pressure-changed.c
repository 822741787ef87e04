/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A cache that gives way when its quota runs short, and grows again afterwards. */

#include <mgr.h>

#include <locale.h>

#define PAGE ((gsize) 64 << 10)
#define QUOTA (100 * PAGE)

static const struct
{
  const char *name;
  double kept;
} levels[] = {
  [MGR_PRESSURE_LEVEL_NORMAL] = { "normal", 1.0 },
  [MGR_PRESSURE_LEVEL_LOW] = { "low", 1.0 },
  [MGR_PRESSURE_LEVEL_MEDIUM] = { "medium", 0.75 },
  [MGR_PRESSURE_LEVEL_HIGH] = { "high", 0.5 },
  [MGR_PRESSURE_LEVEL_CRITICAL] = { "critical", 0.25 },
  [MGR_PRESSURE_LEVEL_EMERGENCY] = { "emergency", 0.0 },
};

/* A source of one's own: how much of the quota the pages take. */
#define QUOTA_TYPE_SOURCE (quota_source_get_type ())
G_DECLARE_FINAL_TYPE (QuotaSource, quota_source, QUOTA, SOURCE, GObject)

struct _QuotaSource
{
  GObject parent_instance;

  GQueue *pages; /* (unowned) */
};

static const char *
quota_source_get_name (MgrPressureSource *source)
{
  return "quota";
}

static MgrPressureReading *
quota_source_read (MgrPressureSource  *source,
                   GError            **error)
{
  QuotaSource *self = QUOTA_SOURCE (source);
  gsize used = self->pages->length * PAGE;

  return mgr_pressure_reading_new (used, QUOTA - used, QUOTA, 0.0);
}

static void
quota_source_iface_init (MgrPressureSourceInterface *iface)
{
  iface->get_name = quota_source_get_name;
  iface->read = quota_source_read;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (QuotaSource, quota_source, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_PRESSURE_SOURCE,
                                                      quota_source_iface_init))

static void
quota_source_class_init (QuotaSourceClass *klass)
{
}

static void
quota_source_init (QuotaSource *self)
{
}

static void
pressure_changed_cb (MgrPressureMonitor *monitor,
                     MgrPressureLevel    level,
                     MgrPressureSample  *sample,
                     gpointer            user_data)
{
  GQueue *pages = user_data;
  guint kept = (guint) (pages->length * levels[level].kept);

  while (pages->length > kept)
    g_free (g_queue_pop_head (pages));
  g_print ("%s, %u pages are kept: %s\n",
           levels[level].name, pages->length, mgr_pressure_sample_get_reason (sample));
}

int
main (void)
{
  g_autoptr (GQueue) pages = g_queue_new ();
  g_autoptr (QuotaSource) quota = g_object_new (QUOTA_TYPE_SOURCE, NULL);

  /* A clock that the program moves itself, so that this one need not wait. Without it
   * the monitor goes by the system's, and mgr_pressure_monitor_start() lets it take
   * samples by itself. */
  g_autoptr (MgrManualClock) clock = mgr_manual_clock_new (0);
  g_autoptr (MgrPressureMonitor) monitor = mgr_pressure_monitor_new (MGR_CLOCK (clock));

  setlocale (LC_ALL, "");
  quota->pages = pages;
  mgr_pressure_monitor_add_source (monitor, MGR_PRESSURE_SOURCE (quota));
  g_signal_connect (monitor, "pressure-changed", G_CALLBACK (pressure_changed_cb), pages);

  for (guint second = 0; second < 200; second++)
    {
      g_queue_push_tail (pages, g_malloc0 (PAGE));
      mgr_manual_clock_advance (clock, G_USEC_PER_SEC);
      mgr_pressure_sample_unref (mgr_pressure_monitor_sample (monitor));
      g_main_context_iteration (NULL, FALSE);
    }

  g_queue_clear_full (pages, g_free);
  return 0;
}
