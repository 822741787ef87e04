/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "svg-writer.h"

#include <math.h>
#include <string.h>

/* The widths of letters in usual fonts, for each pixel of their size. */
#define NARROW_LETTERS " .,:;'|!()fijlrtI"
#define NARROW_WIDTH 0.35
#define WIDE_LETTERS "mwMW@%"
#define WIDE_WIDTH 0.95
#define LETTER_WIDTH 0.61

struct _SvgWriter
{
  GString *text; /* (owned) (nullable): finished */
};

/* Comma or point must not depend on the user's language. */
static void
append_number (SvgWriter *self,
               double     number)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];
  gsize length;

  /* 0 has no sign. */
  g_ascii_formatd (buffer, sizeof (buffer), "%.1f", round (number * 10) / 10 + 0.0);
  length = strlen (buffer);
  if (g_str_has_suffix (buffer, ".0"))
    length -= strlen (".0");

  g_string_append_len (self->text, buffer, (gssize) length);
}

static void
append_attribute (SvgWriter  *self,
                  const char *name,
                  double      number)
{
  g_string_append_printf (self->text, " %s=\"", name);
  append_number (self, number);
  g_string_append_c (self->text, '"');
}

static void
append_escaped (SvgWriter  *self,
                const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  g_string_append (self->text, escaped);
}

SvgWriter *
svg_writer_new (double      width,
                double      height,
                const char *label,
                const char *style)
{
  SvgWriter *self = g_new0 (SvgWriter, 1);

  self->text = g_string_new ("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ");
  append_number (self, width);
  g_string_append_c (self->text, ' ');
  append_number (self, height);
  g_string_append (self->text, "\" role=\"img\" aria-label=\"");
  append_escaped (self, label);
  g_string_append_printf (self->text, "\">\n<style>\n%s</style>\n", style);

  return self;
}

void
svg_writer_free (SvgWriter *self)
{
  if (self->text != NULL)
    g_string_free (self->text, TRUE);
  g_free (self);
}

char *
svg_writer_finish (SvgWriter *self)
{
  g_string_append (self->text, "</svg>\n");
  return g_string_free (g_steal_pointer (&self->text), FALSE);
}

void
svg_writer_rect (SvgWriter  *self,
                 const char *class,
                 double      x,
                 double      y,
                 double      width,
                 double      height)
{
  g_string_append_printf (self->text, "<rect class=\"%s\"", class);
  append_attribute (self, "x", x);
  append_attribute (self, "y", y);
  append_attribute (self, "width", width);
  append_attribute (self, "height", height);
  g_string_append (self->text, "/>\n");
}

void
svg_writer_line (SvgWriter  *self,
                 const char *class,
                 double      x1,
                 double      y1,
                 double      x2,
                 double      y2)
{
  g_string_append_printf (self->text, "<line class=\"%s\"", class);
  append_attribute (self, "x1", x1);
  append_attribute (self, "y1", y1);
  append_attribute (self, "x2", x2);
  append_attribute (self, "y2", y2);
  g_string_append (self->text, "/>\n");
}

void
svg_writer_text (SvgWriter  *self,
                 const char *class,
                 const char *anchor,
                 double      x,
                 double      y,
                 const char *text)
{
  g_string_append_printf (self->text, "<text class=\"%s\" text-anchor=\"%s\"", class, anchor);
  append_attribute (self, "x", x);
  append_attribute (self, "y", y);
  g_string_append_c (self->text, '>');
  append_escaped (self, text);
  g_string_append (self->text, "</text>\n");
}

void
svg_writer_path_begin (SvgWriter  *self,
                       const char *class)
{
  g_string_append_printf (self->text, "<path class=\"%s\" d=\"", class);
}

static void
append_point (SvgWriter *self,
              char       command,
              double     x,
              double     y)
{
  g_string_append_c (self->text, command);
  append_number (self, x);
  g_string_append_c (self->text, ' ');
  append_number (self, y);
}

void
svg_writer_move_to (SvgWriter *self,
                    double     x,
                    double     y)
{
  append_point (self, 'M', x, y);
}

void
svg_writer_line_to (SvgWriter *self,
                    double     x,
                    double     y)
{
  append_point (self, 'L', x, y);
}

void
svg_writer_path_end (SvgWriter *self)
{
  g_string_append (self->text, "\"/>\n");
}

double
svg_text_width (const char *text,
                double      size)
{
  double width = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    width += strchr (NARROW_LETTERS, *p) != NULL ? NARROW_WIDTH
             : strchr (WIDE_LETTERS, *p) != NULL ? WIDE_WIDTH : LETTER_WIDTH;

  return size * width;
}
