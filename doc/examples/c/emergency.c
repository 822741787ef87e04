/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include <string.h>
#include <sys/mman.h>

#define SIZE ((gsize) 8 << 20)

/* A cache that holds its payload in pages of its own. */
#define DEMO_TYPE_CACHE (demo_cache_get_type ())
G_DECLARE_FINAL_TYPE (DemoCache, demo_cache, DEMO, CACHE, GObject)

struct _DemoCache
{
  GObject parent_instance;
  gpointer pages;
};

/* Any thread, and no memory: the pages go back, the address stays. */
static guint64
demo_cache_release_now (MgrReclaimer *reclaimer)
{
  DemoCache *self = DEMO_CACHE (reclaimer);

  return madvise (self->pages, SIZE, MADV_DONTNEED) == 0 ? SIZE : 0;
}

static void
demo_cache_reclaimer_init (MgrReclaimerInterface *iface)
{
  iface->release_now = demo_cache_release_now;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (DemoCache, demo_cache, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (MGR_TYPE_RECLAIMER, demo_cache_reclaimer_init))

static void
demo_cache_finalize (GObject *object)
{
  munmap (DEMO_CACHE (object)->pages, SIZE);
  G_OBJECT_CLASS (demo_cache_parent_class)->finalize (object);
}

static void
demo_cache_class_init (DemoCacheClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = demo_cache_finalize;
}

static void
demo_cache_init (DemoCache *self)
{
  self->pages = mmap (NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memset (self->pages, 1, SIZE);
}

int
main (void)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (64 << 20);
  g_autoptr (DemoCache) cache = g_object_new (DEMO_TYPE_CACHE, NULL);
  g_autoptr (MgrResource) resource =
    mgr_resource_new_for_reclaimer ("_cache_rows", MGR_RECLAIMER (cache));

  mgr_manager_set_emergency_reserve (manager, 4 << 20);
  mgr_manager_register_resource (manager, resource, NULL);
  g_print ("gave back %u MiB at once\n",
           (guint) (mgr_manager_declare_emergency (manager) >> 20));
  return 0;
}
