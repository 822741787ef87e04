/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "mgr-fake-trace.h"
#include "plot-series.h"
#include "pressure/mgr-pressure-sample-private.h"
#include "svg-writer.h"

#include <math.h>

/* The samples of a run of ten seconds, of which each has a number of its own: half
 * seconds since it began. */
#define N_SAMPLES 21

static double values[N_SAMPLES];

static double
get_value (MgrPressureSample *sample)
{
  return values[mgr_pressure_sample_get_time (sample) / (500 * G_TIME_SPAN_MILLISECOND)];
}

/* The half seconds are 10 pixels apart, and 0 to 100 are 100 pixels. */
static const PlotField field = {
  .x = 5, .y = 20, .width = 200, .height = 100, .duration = 10 * G_TIME_SPAN_SECOND, .top = 100,
};

static void
set_values (const double *first,
            guint         n)
{
  for (guint i = 0; i < N_SAMPLES; i++)
    values[i] = i < n ? first[i] : NAN;
}

static TraceRun *
make_run (void)
{
  TraceRun *run = g_new0 (TraceRun, 1);

  run->trace = mgr_fake_trace_new ("t_ms=0\nt_ms=10000\n");
  run->samples = g_ptr_array_new_with_free_func ((GDestroyNotify) mgr_pressure_sample_unref);
  for (guint i = 0; i < N_SAMPLES; i++)
    {
      MgrPressureFigures figures = { .time = i * 500 * G_TIME_SPAN_MILLISECOND };

      g_ptr_array_add (run->samples, mgr_pressure_sample_new (&figures));
    }

  return run;
}

static char *
draw (const PlotField *where,
      PlotWorst        worst,
      gboolean         area)
{
  g_autoptr (TraceRun) run = make_run ();
  g_autoptr (PlotSeries) series = plot_series_new (run, where, get_value, worst);
  g_autoptr (SvgWriter) svg = svg_writer_new (1, 1, "", "");
  g_autofree char *picture = NULL;
  g_auto (GStrv) parts = NULL;

  if (area)
    plot_series_draw_area (series, NULL, svg, where, "c");
  else
    plot_series_draw_line (series, svg, where, "c");
  picture = svg_writer_finish (svg);
  parts = g_strsplit (picture, "<path class=\"c\" d=\"", 2);
  *strchr (parts[1], '"') = '\0';

  return g_strdup (parts[1]);
}

static void
assert_line (const double *first,
             guint         n,
             const char   *path)
{
  g_autofree char *drawn = NULL;

  set_values (first, n);
  drawn = draw (&field, PLOT_WORST_IS_MOST, FALSE);
  g_assert_cmpstr (drawn, ==, path);
}

static void
test_line (void)
{
  assert_line ((double[]) { 0, 50, 100 }, 3, "M5 120L15 70L25 20");
  assert_line ((double[]) { 10 }, 1, "M5 110");
  assert_line (NULL, 0, "");

  g_test_message ("what lies between two of its like is left out");
  assert_line ((double[]) { 40, 40, 40, 40, 20 }, 5, "M5 80L35 80L45 100");

  g_test_message ("it is broken where there is nothing, and above the top");
  assert_line ((double[]) { 40, NAN, 30, 20 }, 4, "M5 80M25 90L35 100");
  assert_line ((double[]) { 40, 101, 30 }, 3, "M5 80M25 90");
  assert_line ((double[]) { INFINITY, 30, NAN }, 3, "M15 90");
}

static void
assert_area (const double *first,
             guint         n,
             const char   *path)
{
  g_autofree char *drawn = NULL;

  set_values (first, n);
  drawn = draw (&field, PLOT_WORST_IS_MOST, TRUE);
  g_assert_cmpstr (drawn, ==, path);
}

static void
test_area (void)
{
  assert_area ((double[]) { 10, 20 }, 2, "M5 120L5 110L15 100L15 120");
  assert_area ((double[]) { 10, NAN, 20 }, 3, "M5 120L5 110L5 120M25 120L25 100L25 120");

  g_test_message ("above the top it is cut off");
  assert_area ((double[]) { 10, 500 }, 2, "M5 120L5 110L15 20L15 120");
}

static double
get_half (MgrPressureSample *sample)
{
  return get_value (sample) / 2;
}

static void
test_area_between (void)
{
  g_autoptr (TraceRun) run = make_run ();
  g_autoptr (PlotSeries) high = NULL;
  g_autoptr (PlotSeries) low = NULL;
  g_autoptr (SvgWriter) svg = svg_writer_new (1, 1, "", "");
  g_autofree char *picture = NULL;

  set_values ((double[]) { 40, 80, 180, 400, 60 }, 5);
  high = plot_series_new (run, &field, get_value, PLOT_WORST_IS_LEAST);
  low = plot_series_new (run, &field, get_half, PLOT_WORST_IS_LEAST);
  plot_series_draw_area (high, low, svg, &field, "c");
  picture = svg_writer_finish (svg);

  g_test_message ("where even the lower bound is above the top there is nothing");
  g_assert_nonnull (strstr (picture, "d=\"M5 100L5 80L15 40L25 20L25 30L15 80"
                                     "M45 90L45 60\""));
}

static void
test_buckets (void)
{
  const PlotField narrow = {
    .x = 0, .y = 0, .width = 1, .height = 100, .duration = 10 * G_TIME_SPAN_SECOND, .top = 100,
  };
  double rising[N_SAMPLES];
  g_autofree char *most = NULL;
  g_autofree char *least = NULL;

  g_test_summary ("Of many samples in half a pixel the worst is shown");

  for (guint i = 0; i < N_SAMPLES; i++)
    rising[i] = i;
  rising[3] = NAN;
  set_values (rising, N_SAMPLES);

  most = draw (&narrow, PLOT_WORST_IS_MOST, FALSE);
  g_assert_cmpstr (most, ==, "M0 91L0.5 81L1 80");
  least = draw (&narrow, PLOT_WORST_IS_LEAST, FALSE);
  g_assert_cmpstr (least, ==, "M0 100L0.5 90L1 80");
}

static void
test_most (void)
{
  g_autoptr (TraceRun) run = make_run ();
  g_autoptr (PlotSeries) some = NULL;
  g_autoptr (PlotSeries) none = NULL;

  set_values ((double[]) { 3, NAN, 7, 5 }, 4);
  some = plot_series_new (run, &field, get_value, PLOT_WORST_IS_MOST);
  g_assert_cmpfloat (plot_series_get_most (some), ==, 7);

  set_values (NULL, 0);
  none = plot_series_new (run, &field, get_value, PLOT_WORST_IS_MOST);
  g_assert_true (isnan (plot_series_get_most (none)));
}

static void
test_steps (void)
{
  g_assert_cmpfloat (plot_choose_step (100, 10), ==, 10);
  g_assert_cmpfloat (plot_choose_step (101, 10), ==, 20);
  g_assert_cmpfloat (plot_choose_step (350, 4), ==, 100);
  g_assert_cmpfloat (plot_choose_step (7, 10), ==, 1);
  g_assert_cmpfloat_with_epsilon (plot_choose_step (0.3, 3), 0.1, 1e-12);
  g_assert_cmpfloat (plot_choose_step (24000, 4), ==, 10000);
  g_assert_cmpfloat (plot_choose_step (21, 10), ==, 5);
}

static void
test_svg (void)
{
  g_autoptr (SvgWriter) svg = svg_writer_new (80, 40.5, "“a” < \"b\"", ".c { fill: red }\n");
  g_autofree char *picture = NULL;

  svg_writer_rect (svg, "r", -0.04, 1.26, 1234567, 0.5);
  svg_writer_line (svg, "l", 1, 2, 3, 4);
  svg_writer_text (svg, "t", "end", 5, 6, "<&>");
  picture = svg_writer_finish (svg);

  g_assert_cmpstr (picture, ==,
                   "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 80 40.5\" role=\"img\" "
                   "aria-label=\"“a” &lt; &quot;b&quot;\">\n"
                   "<style>\n.c { fill: red }\n</style>\n"
                   "<rect class=\"r\" x=\"0\" y=\"1.3\" width=\"1234567\" height=\"0.5\"/>\n"
                   "<line class=\"l\" x1=\"1\" y1=\"2\" x2=\"3\" y2=\"4\"/>\n"
                   "<text class=\"t\" text-anchor=\"end\" x=\"5\" y=\"6\">&lt;&amp;&gt;</text>\n"
                   "</svg>\n");
}

static void
test_text_width (void)
{
  g_assert_cmpfloat (svg_text_width ("", 12), ==, 0);
  g_assert_cmpfloat (svg_text_width ("mm", 12), >, svg_text_width ("nn", 12));
  g_assert_cmpfloat (svg_text_width ("nn", 12), >, svg_text_width ("ii", 12));
  g_assert_cmpfloat (svg_text_width ("é", 12), ==, svg_text_width ("e", 12));
  g_assert_cmpfloat (svg_text_width ("normal", 26), ==, 2 * svg_text_width ("normal", 13));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/plot-series/line", test_line);
  g_test_add_func ("/plot-series/area", test_area);
  g_test_add_func ("/plot-series/area-between", test_area_between);
  g_test_add_func ("/plot-series/buckets", test_buckets);
  g_test_add_func ("/plot-series/most", test_most);
  g_test_add_func ("/plot-series/steps", test_steps);
  g_test_add_func ("/plot-series/svg", test_svg);
  g_test_add_func ("/plot-series/text-width", test_text_width);

  return g_test_run ();
}
