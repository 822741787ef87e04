/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <mgr.h>

#include "pressure/mgr-psi-request-private.h"

static gboolean
parse (MgrPsiRequest  *request,
       const char     *text,
       gsize           size,
       GError        **error)
{
  g_autoptr (GBytes) data = g_bytes_new (text, size);

  return mgr_psi_request_parse (request, data, error);
}

static void
test_parse (void)
{
  MgrPsiRequest request;

  g_assert_true (parse (&request, "some 200000 2000000", 19, NULL));
  g_assert_false (request.full);
  g_assert_cmpuint (request.threshold, ==, 200000);
  g_assert_cmpuint (request.last_total, ==, 0);

  g_test_message ("systemd sends the NUL too; echo sends a line feed");
  g_assert_true (parse (&request, "full 150000 1000000", 20, NULL));
  g_assert_true (request.full);
  g_assert_cmpuint (request.threshold, ==, 150000);
  g_assert_true (parse (&request, "some 1 1\n", 9, NULL));
}

static void
test_parse_bad (void)
{
  static const struct
  {
    const char *text;
    gsize size;
  } bad[] = {
    { "", 0 },
    { "", 1 },
    { "some", 4 },
    { "some 200000", 11 },
    { "some 200000 2000000 1", 21 },
    { "many 200000 2000000", 19 },
    { "some 0 2000000", 14 },
    { "some -1 2000000", 15 },
    { "some 2000001 2000000", 20 },
    { "some 99999999999999999999 99999999999999999999", 46 },
    { "some  200000 2000000", 20 },
    { "some 20 30\0 40", 14 },
    { "some 20 30\0\0", 12 },
    { "\xff\xfe\x01", 3 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;
      MgrPsiRequest request;

      g_assert_false (parse (&request, bad[i].text, bad[i].size, &error));
      g_assert_error (error, MGR_ERROR, MGR_ERROR_INVALID_ARGUMENT);
      g_assert_nonnull (strstr (error->message, "some 200000 2000000"));
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
    }
}

static void
test_lookup (void)
{
  static const char text[] = "some avg10=0.00 avg60=0.00 avg300=0.00 total=123\n"
                             "full avg10=0.00 avg60=0.00 avg300=0.00 total=45\n";
  MgrPsiRequest request = { .full = FALSE };
  guint64 total = 0;

  g_assert_true (mgr_psi_request_lookup (&request, text, &total));
  g_assert_cmpuint (total, ==, 123);
  request.full = TRUE;
  g_assert_true (mgr_psi_request_lookup (&request, text, &total));
  g_assert_cmpuint (total, ==, 45);
  g_assert_false (mgr_psi_request_lookup (&request, "some total=1\n", &total));
}

static void
test_accept (void)
{
  MgrPsiRequest request = { .threshold = 200, .last_total = 1000000 };

  g_test_summary ("An event counts only when the stall has grown as far as was asked for");

  g_test_message ("The kernel's first event counts all stall since the machine started");
  g_assert_false (mgr_psi_request_accept (&request, 1000000));
  g_assert_false (mgr_psi_request_accept (&request, 1000199));

  g_test_message ("What was refused is not forgotten");
  g_assert_true (mgr_psi_request_accept (&request, 1000200));
  g_assert_false (mgr_psi_request_accept (&request, 1000399));
  g_assert_true (mgr_psi_request_accept (&request, 1000400));
}

static void
test_accept_other_counter (void)
{
  MgrPsiRequest request = { .threshold = 200, .last_total = 1000000 };

  g_assert_false (mgr_psi_request_accept (&request, 500));
  g_assert_false (mgr_psi_request_accept (&request, 699));
  g_assert_true (mgr_psi_request_accept (&request, 700));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  g_test_add_func ("/pressure/psi-request/parse", test_parse);
  g_test_add_func ("/pressure/psi-request/parse-bad", test_parse_bad);
  g_test_add_func ("/pressure/psi-request/lookup", test_lookup);
  g_test_add_func ("/pressure/psi-request/accept", test_accept);
  g_test_add_func ("/pressure/psi-request/accept-other-counter", test_accept_other_counter);

  return g_test_run ();
}
