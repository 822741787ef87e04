/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-print.h"

#include <mgr.h>

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BAR_WIDTH 20

/* More names than these make a line that nobody reads. */
#define NAMES_SHOWN 8

void
mgrctl_print_error (const char *format,
                    ...)
{
  g_autofree char *message = NULL;
  g_autofree char *shown = NULL;
  va_list arguments;

  va_start (arguments, format);
  message = g_strdup_vprintf (format, arguments);
  va_end (arguments);

  shown = mgrctl_printable (message);
  g_printerr ("mgrctl: %s\n", shown);
}

void
mgrctl_print_json (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  g_autoptr (JsonGenerator) generator = json_generator_new ();
  g_autofree char *text = NULL;

  json_object_unref (object);
  json_generator_set_root (generator, node);
  json_generator_set_pretty (generator, isatty (STDOUT_FILENO));
  text = json_generator_to_data (generator, NULL);

  /* Whoever reads a pipe is to have each object when it is there. */
  printf ("%s\n", text);
  fflush (stdout);
}

static int
compare_keys (gconstpointer a,
              gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

void
mgrctl_json_add_dict (JsonObject *object,
                      GVariant   *dict)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func (g_free);
  GVariantIter iter;
  char *key;

  g_variant_iter_init (&iter, dict);
  while (g_variant_iter_next (&iter, "{sv}", &key, NULL))
    g_ptr_array_add (keys, key);
  g_ptr_array_sort (keys, compare_keys);

  for (guint i = 0; i < keys->len; i++)
    {
      const char *name = g_ptr_array_index (keys, i);
      g_autoptr (GVariant) value = g_variant_lookup_value (dict, name, NULL);

      json_object_set_member (object, name, json_gvariant_serialize (value));
    }
}

char *
mgrctl_printable (const char *text)
{
  GString *printable = g_string_new (NULL);
  g_autofree char *valid = g_utf8_make_valid (text, -1);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar character = g_utf8_get_char (p);

      g_string_append_unichar (printable, g_unichar_isprint (character) ? character : 0xfffd);
    }

  return g_string_free (printable, FALSE);
}

int
mgrctl_count_columns (const char *text)
{
  int columns = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar character = g_utf8_get_char (p);

      if (!g_unichar_iszerowidth (character))
        columns += g_unichar_iswide (character) ? 2 : 1;
    }

  return columns;
}

char *
mgrctl_pad (const char *text,
            int         width)
{
  int missing = MAX (ABS (width) - mgrctl_count_columns (text), 0);

  if (width < 0)
    return g_strdup_printf ("%*s%s", missing, "", text);
  else
    return g_strdup_printf ("%s%*s", text, missing, "");
}

static gboolean
wants_color (const MgrctlOptions *options)
{
  const char *no_color = g_getenv ("NO_COLOR");

  if (options->no_color || (no_color != NULL && *no_color != '\0'))
    return FALSE;

  return isatty (STDOUT_FILENO) && g_strcmp0 (g_getenv ("TERM"), "dumb") != 0;
}

char *
mgrctl_paint (const MgrctlOptions *options,
              MgrctlStyle          style,
              const char          *text)
{
  static const char *const codes[] = {
    [MGRCTL_STYLE_PLAIN] = "0",
    [MGRCTL_STYLE_STRONG] = "1",
    [MGRCTL_STYLE_FAINT] = "2",
    [MGRCTL_STYLE_GOOD] = "32",
    [MGRCTL_STYLE_WARNING] = "33",
    [MGRCTL_STYLE_BAD] = "31",
  };

  if (style == MGRCTL_STYLE_PLAIN || *text == '\0' || !wants_color (options))
    return g_strdup (text);

  return g_strdup_printf ("\033[%sm%s\033[0m", codes[style], text);
}

char *
mgrctl_percent (guint64 used,
                guint64 budget)
{
  if (budget == 0)
    return g_strdup ("");

  return g_strdup_printf ("%.0f %%", 100.0 * (double) used / (double) budget);
}

static char *
repeat (const char *text,
        int         times)
{
  GString *repeated = g_string_new (NULL);

  for (int i = 0; i < times; i++)
    g_string_append (repeated, text);

  return g_string_free (repeated, FALSE);
}

/* As the levels of pressure are called medium and critical. */
static MgrctlStyle
style_of_share (double share)
{
  if (share >= 0.9)
    return MGRCTL_STYLE_BAD;

  return share >= 0.8 ? MGRCTL_STYLE_WARNING : MGRCTL_STYLE_GOOD;
}

char *
mgrctl_bar (const MgrctlOptions *options,
            guint64              used,
            guint64              budget)
{
  gboolean utf8 = g_get_charset (NULL);
  double share = budget > 0 ? MIN ((double) used / (double) budget, 1) : 0;
  int n_filled = (int) ceil (share * BAR_WIDTH);
  g_autofree char *filled = repeat (utf8 ? "█" : "#", n_filled);
  g_autofree char *empty = repeat (utf8 ? "░" : ".", BAR_WIDTH - n_filled);
  g_autofree char *painted_filled = NULL;
  g_autofree char *painted_empty = NULL;

  if (budget == 0)
    return g_strnfill (BAR_WIDTH, ' ');

  painted_filled = mgrctl_paint (options, style_of_share (share), filled);
  painted_empty = mgrctl_paint (options, MGRCTL_STYLE_FAINT, empty);
  return g_strconcat (painted_filled, painted_empty, NULL);
}

char *
mgrctl_signed_size (gint64 bytes)
{
  g_autofree char *size = mgr_size_format ((guint64) ABS (bytes));

  return g_strconcat (bytes < 0 ? "-" : "", size, NULL);
}

char *
mgrctl_gain (GVariant *report)
{
  guint64 claimed = 0;
  gint64 ledger = 0;
  gint64 returned = 0;
  g_autofree char *claimed_size = NULL;
  g_autofree char *ledger_size = NULL;
  g_autofree char *returned_size = NULL;

  g_variant_lookup (report, "claimed", "t", &claimed);
  g_variant_lookup (report, "ledger", "x", &ledger);
  g_variant_lookup (report, "returned", "x", &returned);
  claimed_size = mgr_size_format (claimed);
  ledger_size = mgrctl_signed_size (ledger);
  returned_size = mgrctl_signed_size (returned);
  return g_strdup_printf ("%s claimed, %s off the ledger, %s returned",
                          claimed_size, ledger_size, returned_size);
}

char *
mgrctl_charged_to (const char *component)
{
  g_autofree char *path = NULL;

  if (component == NULL)
    return g_strdup ("charged to nobody");
  if (*component == '\0')
    return g_strdup ("charged to the whole program");

  path = mgrctl_printable (component);
  return g_strdup_printf ("charged to %s", path);
}

char *
mgrctl_names (const char * const *names)
{
  GString *text = g_string_new (NULL);
  guint n_names = g_strv_length ((GStrv) names);

  for (guint i = 0; i < MIN (n_names, NAMES_SHOWN); i++)
    {
      g_autofree char *name = mgrctl_printable (names[i]);

      g_string_append_printf (text, "%s%s", i > 0 ? ", " : "", name);
    }
  if (n_names > NAMES_SHOWN)
    g_string_append_printf (text, " and %u more", n_names - NAMES_SHOWN);

  return g_string_free (text, FALSE);
}

MgrctlStyle
mgrctl_style_of_level (const char *level)
{
  if (g_str_equal (level, "normal") || g_str_equal (level, "low"))
    return MGRCTL_STYLE_GOOD;
  if (g_str_equal (level, "medium") || g_str_equal (level, "high"))
    return MGRCTL_STYLE_WARNING;

  return MGRCTL_STYLE_BAD;
}

char *
mgrctl_nicks (GType type)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < klass->n_values; i++)
    {
      if (i > 0)
        g_string_append (text, i + 1 < klass->n_values ? ", " : " or ");
      g_string_append (text, klass->values[i].value_nick);
    }

  return g_string_free (text, FALSE);
}
