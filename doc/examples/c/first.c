/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A budget, a refusal, and memory that comes back. */

#include <mgr.h>

#include <locale.h>

#define MIB ((guint64) 1 << 20)

static guint64
drop_page_cb (MgrResource *resource,
              guint64      target,
              gpointer     user_data)
{
  g_clear_pointer ((char **) user_data, g_free);
  return 32 * MIB;
}

int
main (void)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (256 * MIB);
  g_autoptr (MgrResource) pages = mgr_resource_new ("temp_pages", 32 * MIB);
  g_autoptr (MgrAllocation) weights = NULL;
  g_autoptr (MgrAllocation) more = NULL;
  g_autoptr (MgrCleanupReport) report = NULL;
  g_autoptr (GError) error = NULL;
  char *page = memset (g_malloc (32 * MIB), 1, 32 * MIB);

  setlocale (LC_ALL, "");
  mgr_manager_add_component (manager, "models", 200 * MIB, NULL, NULL);
  weights = mgr_manager_allocate (manager, "models", 150 * MIB, "weights", 8, NULL, NULL);
  g_print ("holding %" G_GUINT64_FORMAT " bytes of %s\n",
           mgr_allocation_get_size (weights), mgr_allocation_get_description (weights));

  more = mgr_manager_allocate (manager, "models", 100 * MIB, "more weights", 5, NULL, &error);
  if (more == NULL)
    g_print ("%s\n", error->message);

  g_signal_connect (pages, "reclaim", G_CALLBACK (drop_page_cb), &page);
  mgr_manager_register_resource (manager, pages, NULL);
  report = mgr_manager_cleanup (manager, MGR_CLEANUP_STRATEGY_AGGRESSIVE, FALSE, TRUE, NULL);
  g_print ("cleaned %s and got back %" G_GINT64_FORMAT " MiB\n",
           mgr_cleanup_report_get_cleaned (report)[0],
           mgr_cleanup_report_get_returned (report) / (gint64) MIB);

  return 0;
}
