/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Writes a picture, element after element. Classes name what the style sheet says of
 * an element; coordinates are in pixels, written to a tenth. */
typedef struct _SvgWriter SvgWriter;

/* @label is what a reader is told who does not see the picture. */
SvgWriter *svg_writer_new        (double       width,
                                  double       height,
                                  const char  *label,
                                  const char  *style);
void       svg_writer_free       (SvgWriter   *self);

/* Ends the picture.
 *
 * Returns: (transfer full): it */
char      *svg_writer_finish     (SvgWriter   *self);

void       svg_writer_rect       (SvgWriter   *self,
                                  const char  *class,
                                  double       x,
                                  double       y,
                                  double       width,
                                  double       height);
void       svg_writer_line       (SvgWriter   *self,
                                  const char  *class,
                                  double       x1,
                                  double       y1,
                                  double       x2,
                                  double       y2);

/* @anchor is `start`, `middle` or `end`; @y is that of the base line. */
void       svg_writer_text       (SvgWriter   *self,
                                  const char  *class,
                                  const char  *anchor,
                                  double       x,
                                  double       y,
                                  const char  *text);

/* A path: begin, then move or draw to points, then end. */
void       svg_writer_path_begin (SvgWriter   *self,
                                  const char  *class);
void       svg_writer_move_to    (SvgWriter   *self,
                                  double       x,
                                  double       y);
void       svg_writer_line_to    (SvgWriter   *self,
                                  double       x,
                                  double       y);
void       svg_writer_path_end   (SvgWriter   *self);

/* How wide @text is about, in pixels, where its letters are @size high. */
double     svg_text_width        (const char  *text,
                                  double       size);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SvgWriter, svg_writer_free)

G_END_DECLS
