/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Parsers are made once and used for one document after the other. */

#include <mgr.h>

#include <json-glib/json-glib.h>
#include <locale.h>

static const char *const documents[] = {
  "{\"title\": \"Budgets\", \"pages\": 12}",
  "{\"title\": \"Pools\", \"pages\": 30}",
  "{\"title\": \"Pressure\", \"pages\": 8}",
};

static GObject *
create_cb (MgrObjectPool *pool,
           gpointer       user_data)
{
  return G_OBJECT (json_parser_new_immutable ());
}

static void
parse (MgrObjectPool *pool,
       const char    *document)
{
  g_autoptr (GError) error = NULL;
  MgrLease *lease = mgr_object_pool_acquire (pool, NULL, &error);
  JsonParser *parser = lease != NULL ? JSON_PARSER (mgr_lease_get_object (lease)) : NULL;

  if (parser == NULL || !json_parser_load_from_data (parser, document, -1, &error))
    {
      g_printerr ("%s\n", error->message);
    }
  else
    {
      JsonObject *object = json_node_get_object (json_parser_get_root (parser));

      g_print ("%s: %d pages\n", json_object_get_string_member (object, "title"),
               (int) json_object_get_int_member (object, "pages"));
    }

  if (lease != NULL)
    mgr_object_pool_release (pool, lease, NULL);
}

int
main (void)
{
  g_autoptr (MgrManager) manager = mgr_manager_new (1 << 20);
  MgrComponent *parsing = mgr_manager_add_component (manager, "parsing", 0, NULL, NULL);
  g_autoptr (MgrObjectPool) pool = mgr_object_pool_new ("parsers", parsing, 4, 16 << 10, NULL);

  setlocale (LC_ALL, "");
  g_signal_connect (pool, "create", G_CALLBACK (create_cb), NULL);
  for (guint i = 0; i < G_N_ELEMENTS (documents); i++)
    parse (pool, documents[i]);

  g_print ("%d documents, parsers made: %d\n", (int) G_N_ELEMENTS (documents),
           (int) mgr_object_pool_get_n_created (pool));
  return 0;
}
