/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-variant-private.h"

#include <string.h>

const char *
mgr_enum_get_nick (GType type,
                   int   value)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (type);
  const GEnumValue *found = g_enum_get_value (klass, value);

  return found != NULL ? found->value_nick : "unknown";
}

char *
mgr_enum_list_nicks (GType type)
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

GVariant *
mgr_variant_new_text (const char *text)
{
  return g_variant_new_take_string (g_utf8_make_valid (text, -1));
}

GVariant *
mgr_variant_new_names (const char * const *names)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  for (; *names != NULL; names++)
    g_variant_builder_add_value (&builder, mgr_variant_new_text (*names));

  return g_variant_builder_end (&builder);
}

GVariant *
mgr_variant_new_flags (GType type,
                       guint flags)
{
  g_autoptr (GFlagsClass) klass = g_type_class_ref (type);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  for (guint i = 0; i < klass->n_values; i++)
    {
      const GFlagsValue *value = &klass->values[i];

      if (value->value != 0 && (flags & value->value) != 0)
        g_variant_builder_add (&builder, "s", value->value_nick);
    }

  return g_variant_builder_end (&builder);
}

char *
mgr_text_cut (const char *text,
              gsize       bytes)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  char *end;

  if (strlen (valid) <= bytes)
    return g_steal_pointer (&valid);

  end = valid + bytes - strlen ("…");
  while ((*end & 0xc0) == 0x80)
    end--;
  *end = '\0';
  return g_strconcat (valid, "…", NULL);
}
