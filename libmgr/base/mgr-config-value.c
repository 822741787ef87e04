/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "base/mgr-config-value-private.h"

#include "base/mgr-duration-private.h"
#include "base/mgr-size.h"

#include <string.h>

/* The longest path that the kernel takes, and far more than any other value needs. */
#define LONGEST_PATH 4096
#define LONGEST_VALUE 256

/* A program that holds less needs no configuration of its memory. */
#define SMALLEST_BARE_SIZE (1 << 20)

G_GNUC_PRINTF (2, 3)
static gboolean
refuse (GError     **error,
        const char  *format,
        ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_propagate_error (error, g_error_new_valist (MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT,
                                                format, arguments));
  va_end (arguments);
  return FALSE;
}

static gboolean
refuse_range (const MgrConfigKey  *key,
              const char          *text,
              GError             **error)
{
  g_autofree char *range = mgr_config_key_get_range (key);

  return refuse (error, "“%s” is out of range: %s", text, range);
}

/* A number without a unit is read as bytes, so a small one was hardly meant so. */
static gboolean
size_is_meant (const MgrConfigKey  *key,
               const char          *text,
               guint64              bytes,
               GError             **error)
{
  double number = 0;
  const char *unit = "";

  if (bytes >= SMALLEST_BARE_SIZE || !mgr_number_split (text, &number, &unit)
      || *unit != '\0' || !(number > 0.0))
    return TRUE;

  if (key->type == MGR_CONFIG_SIZE_OR_SHARE && number <= 1.0)
    return refuse (error, "“%s” means that many bytes: write a share with “%%”, such as “80 %%”",
                   text);

  return refuse (error, "“%s” means that many bytes: write “%s MB” if you mean megabytes",
                 text, text);
}

static gboolean
parse_size (const MgrConfigKey  *key,
            const char          *text,
            MgrConfigValue      *value,
            GError             **error)
{
  guint64 bytes = 0;

  if (!mgr_size_parse (text, &bytes, error) || !size_is_meant (key, text, bytes, error))
    return FALSE;

  /* What is rounded to 0 would mean something else. */
  if (bytes > key->maximum || (bytes == 0 && g_ascii_strtod (text, NULL) > 0.0))
    return refuse_range (key, text, error);

  value->number = bytes;
  return TRUE;
}

static gboolean
parse_ratio (const char  *text,
             double      *out_ratio,
             GError     **error)
{
  const char *unit;
  double ratio;

  if (!mgr_number_split (text, &ratio, &unit) || (*unit != '\0' && !g_str_equal (unit, "%")))
    return refuse (error, "“%s” is not a ratio: write a number up to 1, or one with “%%”", text);

  if (*unit == '%')
    ratio /= 100.0;

  if (*unit == '\0' && ratio > 1.0 && ratio <= 100.0)
    return refuse (error, "The ratio “%s” is above 1: write “%s %%” if you mean that", text, text);

  if (!(ratio > 0.0 && ratio <= 1.0))
    return refuse (error, "The ratio “%s” is not above 0 and at most 1", text);

  *out_ratio = ratio;
  return TRUE;
}

static gboolean
parse_size_or_share (const MgrConfigKey  *key,
                     const char          *text,
                     MgrConfigValue      *value,
                     GError             **error)
{
  if (strchr (text, '%') != NULL)
    return parse_ratio (text, &value->ratios[0], error);

  return parse_size (key, text, value, error);
}

static gboolean
parse_duration (const MgrConfigKey  *key,
                const char          *text,
                MgrConfigValue      *value,
                GError             **error)
{
  gint64 duration = 0;

  if (!mgr_duration_parse (text, &duration, error))
    return FALSE;

  if ((guint64) duration < key->minimum || (guint64) duration > key->maximum)
    return refuse_range (key, text, error);

  value->number = (guint64) duration;
  return TRUE;
}

static gboolean
parse_ratios (const MgrConfigKey  *key,
              const char          *text,
              MgrConfigValue      *value,
              GError             **error)
{
  g_auto (GStrv) words = g_strsplit (text, ",", -1);
  guint n_words = g_strv_length (words);

  if (n_words != MGR_CONFIG_N_RATIOS)
    return refuse (error, "“%s” has %u where %d ratios are needed, with commas between",
                   text, n_words, MGR_CONFIG_N_RATIOS);

  for (guint i = 0; i < n_words; i++)
    {
      if (!parse_ratio (g_strstrip (words[i]), &value->ratios[i], error))
        return FALSE;

      if (i > 0 && value->ratios[i] <= value->ratios[i - 1])
        return refuse (error, "The ratio “%s” is not above “%s”, which stands before it",
                       words[i], words[i - 1]);
    }

  return TRUE;
}

static gboolean
parse_boolean (const MgrConfigKey  *key,
               const char          *text,
               MgrConfigValue      *value,
               GError             **error)
{
  static const char *const words[] = { "false", "true", "no", "yes", "off", "on", "0", "1" };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    {
      if (g_ascii_strcasecmp (text, words[i]) == 0)
        {
          value->number = i % 2;
          value->text = g_strdup (words[value->number]);
          return TRUE;
        }
    }

  return refuse (error, "“%s” is neither true nor false: write one of these", text);
}

static gboolean
parse_choice (const MgrConfigKey  *key,
              const char          *text,
              MgrConfigValue      *value,
              GError             **error)
{
  g_autofree char *range = NULL;

  for (const char *const *choice = key->choices; *choice != NULL; choice++)
    {
      if (g_ascii_strcasecmp (text, *choice) == 0)
        {
          value->text = g_strdup (*choice);
          return TRUE;
        }
    }

  range = mgr_config_key_get_range (key);
  return refuse (error, "There is no choice “%s”: write one of %s", text, range);
}

static gboolean
parse_path (const MgrConfigKey  *key,
            const char          *text,
            MgrConfigValue      *value,
            GError             **error)
{
  /* Where nothing is what holds by itself, nothing may be written as well. */
  if (*text == '\0' && *key->standard == '\0')
    return TRUE;

  if (!g_path_is_absolute (text))
    return refuse (error, "The path “%s” is not absolute: begin it with “/”", text);

  return TRUE;
}

static gboolean
value_is_text (const MgrConfigKey  *key,
               const char          *text,
               GError             **error)
{
  const gsize longest = key->type == MGR_CONFIG_PATH ? LONGEST_PATH : LONGEST_VALUE;

  if (strlen (text) > longest)
    return refuse (error, "The value has %" G_GSIZE_FORMAT " bytes, more than %" G_GSIZE_FORMAT,
                   strlen (text), longest);

  if (!g_utf8_validate (text, -1, NULL))
    return refuse (error, "The value is not UTF-8");

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      if (g_unichar_iscntrl (g_utf8_get_char (p)))
        return refuse (error, "The value holds a control character");
    }

  return TRUE;
}

gboolean
mgr_config_value_parse (const MgrConfigKey  *key,
                        const char          *text,
                        MgrConfigValue      *value,
                        GError             **error)
{
  typedef gboolean (*ParseFunc) (const MgrConfigKey  *key,
                                 const char          *text,
                                 MgrConfigValue      *value,
                                 GError             **error);
  static const ParseFunc parse_funcs[] = {
    [MGR_CONFIG_SIZE] = parse_size,
    [MGR_CONFIG_SIZE_OR_SHARE] = parse_size_or_share,
    [MGR_CONFIG_DURATION] = parse_duration,
    [MGR_CONFIG_RATIOS] = parse_ratios,
    [MGR_CONFIG_BOOLEAN] = parse_boolean,
    [MGR_CONFIG_CHOICE] = parse_choice,
    [MGR_CONFIG_PATH] = parse_path,
  };
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  MgrConfigValue parsed = { 0 };

  if (!value_is_text (key, stripped, error)
      || !parse_funcs[key->type] (key, stripped, &parsed, error))
    return FALSE;

  if (parsed.text == NULL)
    parsed.text = g_steal_pointer (&stripped);
  mgr_config_value_move (&parsed, value);
  return TRUE;
}

void
mgr_config_value_clear (MgrConfigValue *value)
{
  g_clear_pointer (&value->text, g_free);
  g_clear_pointer (&value->origin, g_free);
}

void
mgr_config_value_move (MgrConfigValue *value,
                       MgrConfigValue *target)
{
  mgr_config_value_clear (target);
  *target = *value;
  *value = (MgrConfigValue) { 0 };
}

const char *
mgr_config_value_get_origin (const MgrConfigValue *value)
{
  return value->origin != NULL ? value->origin : "default";
}

GVariant *
mgr_config_value_to_variant (const MgrConfigKey   *key,
                             const MgrConfigValue *value)
{
  switch (key->type)
    {
    case MGR_CONFIG_SIZE_OR_SHARE:
      if (value->ratios[0] > 0.0)
        return g_variant_new_double (value->ratios[0]);
      G_GNUC_FALLTHROUGH;
    case MGR_CONFIG_SIZE:
      return g_variant_new_uint64 (value->number);
    case MGR_CONFIG_DURATION:
      return g_variant_new_int64 ((gint64) value->number);
    case MGR_CONFIG_RATIOS:
      return g_variant_new_fixed_array (G_VARIANT_TYPE_DOUBLE, value->ratios,
                                        MGR_CONFIG_N_RATIOS, sizeof value->ratios[0]);
    case MGR_CONFIG_BOOLEAN:
      return g_variant_new_boolean (value->number != 0);
    case MGR_CONFIG_CHOICE:
    case MGR_CONFIG_PATH:
      return g_variant_new_string (value->text);
    default:
      g_return_val_if_reached (NULL);
    }
}
