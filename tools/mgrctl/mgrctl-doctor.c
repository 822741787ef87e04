/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "mgrctl-doctor.h"

#include "mgrctl-file.h"
#include "mgrctl-print.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define NAME_WIDTH 11

/* Lines that are longer than this are hard to read, however wide the terminal is. */
#define MAXIMUM_WIDTH 92
#define MINIMUM_WIDTH 40

static char *proc_path;
static char *cgroup_path;

const GOptionEntry mgrctl_doctor_entries[] = {
  { "proc-path", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &proc_path, NULL, NULL },
  { "cgroup-path", 0, G_OPTION_FLAG_HIDDEN, G_OPTION_ARG_FILENAME, &cgroup_path, NULL, NULL },
  { NULL, }
};

static const struct
{
  const char *name;
  MgrctlCheckFunc func;
} checks[] = {
  { "memory", mgrctl_check_memory },
  { "cgroup", mgrctl_check_cgroup },
  { "limits", mgrctl_check_limits },
  { "rlimits", mgrctl_check_rlimits },
  { "swap", mgrctl_check_swap },
  { "overcommit", mgrctl_check_overcommit },
  { "stalls", mgrctl_check_stalls },
  { "triggers", mgrctl_check_triggers },
  { "bus", mgrctl_check_bus },
  { "gpu", mgrctl_check_gpu },
};

/* How a state is called, and shown where the locale has the sign and where not. */
static const struct
{
  const char *nick;
  const char *sign;
  const char *ascii_sign;
  MgrctlStyle style;
} states[] = {
  [MGRCTL_FINDING_OK] = { "ok", "✓", "+", MGRCTL_STYLE_GOOD },
  [MGRCTL_FINDING_NOTE] = { "note", "•", "-", MGRCTL_STYLE_STRONG },
  [MGRCTL_FINDING_MISSING] = { "missing", "✗", "x", MGRCTL_STYLE_WARNING },
};

MgrctlFinding *
mgrctl_finding_new (MgrctlFindingState  state,
                    const char         *found,
                    const char         *means,
                    const char         *mend)
{
  MgrctlFinding *self = g_new0 (MgrctlFinding, 1);

  self->state = state;
  self->found = g_strdup (found);
  self->means = g_strdup (means);
  self->mend = g_strdup (mend);
  return self;
}

void
mgrctl_finding_free (MgrctlFinding *self)
{
  g_free (self->found);
  g_free (self->means);
  g_free (self->mend);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (MgrctlFinding, mgrctl_finding_free)

static int
get_width (void)
{
  struct winsize size;

  if (ioctl (STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
    return MAXIMUM_WIDTH;

  return CLAMP (size.ws_col, MINIMUM_WIDTH, MAXIMUM_WIDTH);
}

/* Breaks @text into lines of at most @width columns.
 *
 * Returns: (transfer full): the lines */
static GStrv
wrap (const char *text,
      int         width)
{
  g_autofree char *printable = mgrctl_printable (text);
  g_auto (GStrv) words = g_strsplit (printable, " ", -1);
  g_autoptr (GStrvBuilder) lines = g_strv_builder_new ();
  g_autoptr (GString) line = g_string_new (NULL);

  for (guint i = 0; words[i] != NULL; i++)
    {
      int length = mgrctl_count_columns (words[i]);

      if (line->len > 0 && mgrctl_count_columns (line->str) + 1 + length > width)
        {
          g_strv_builder_add (lines, line->str);
          g_string_truncate (line, 0);
        }
      g_string_append_printf (line, "%s%s", line->len > 0 ? " " : "", words[i]);
    }

  g_strv_builder_add (lines, line->str);
  return g_strv_builder_end (lines);
}

/* Prints @text from column @indent on, where the cursor is already. */
static void
print_wrapped (const MgrctlOptions *options,
               MgrctlStyle          style,
               const char          *text,
               int                  indent)
{
  g_auto (GStrv) lines = wrap (text, get_width () - indent);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *painted = mgrctl_paint (options, style, lines[i]);

      g_print ("%*s%s\n", i > 0 ? indent : 0, "", painted);
    }
}

static void
print_finding (const MgrctlOptions *options,
               const char          *name,
               const MgrctlFinding *finding)
{
  const char *arrow = g_get_charset (NULL) ? "→" : ">";
  const char *sign = g_get_charset (NULL) ? states[finding->state].sign
                                          : states[finding->state].ascii_sign;
  g_autofree char *padded = mgrctl_pad (name, NAME_WIDTH);
  g_autofree char *painted_sign = mgrctl_paint (options, states[finding->state].style, sign);
  g_autofree char *painted_name = mgrctl_paint (options, MGRCTL_STYLE_STRONG, padded);
  const int indent = NAME_WIDTH + 3;

  g_print ("%s %s ", painted_sign, painted_name);
  print_wrapped (options, MGRCTL_STYLE_PLAIN, finding->found, indent);

  g_print ("%*s", indent, "");
  print_wrapped (options, MGRCTL_STYLE_FAINT, finding->means, indent);

  if (finding->mend == NULL)
    return;

  g_print ("%*s%s ", indent, "", arrow);
  print_wrapped (options, MGRCTL_STYLE_PLAIN, finding->mend, indent + 2);
}

static JsonObject *
finding_to_json (const char          *name,
                 const MgrctlFinding *finding)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "name", name);
  json_object_set_string_member (object, "state", states[finding->state].nick);
  json_object_set_boolean_member (object, "needed", finding->needed);
  json_object_set_string_member (object, "found", finding->found);
  json_object_set_string_member (object, "means", finding->means);
  if (finding->mend != NULL)
    json_object_set_string_member (object, "mend", finding->mend);
  else
    json_object_set_null_member (object, "mend");

  return object;
}

static void
patient_init (MgrctlPatient *patient)
{
  if (proc_path == NULL)
    proc_path = g_strdup ("/proc");

  patient->proc_path = proc_path;
  patient->cgroup_path = cgroup_path;
  patient->groups = mgrctl_groups_find (proc_path, cgroup_path, "self");
  patient->meminfo = mgrctl_file_get (proc_path, "meminfo", NULL);
  patient->mounts = mgrctl_file_get (proc_path, "self/mountinfo", NULL);
}

static void
patient_clear (MgrctlPatient *patient)
{
  mgrctl_groups_free (patient->groups);
  g_free (patient->meminfo);
  g_free (patient->mounts);
}

static void
print_verdict (const MgrctlOptions *options,
               const guint         *counts,
               gboolean             works)
{
  const char *verdict = works ? "libmgr has what it needs on this machine"
                              : "libmgr lacks something it needs on this machine";
  g_autofree char *painted = mgrctl_paint (options, works ? MGRCTL_STYLE_GOOD : MGRCTL_STYLE_BAD,
                                           verdict);

  g_print ("\n%s: %u well, %u to note, %u missing\n", painted, counts[MGRCTL_FINDING_OK],
           counts[MGRCTL_FINDING_NOTE], counts[MGRCTL_FINDING_MISSING]);
}

MgrctlExit
mgrctl_doctor (const MgrctlOptions *options)
{
  MgrctlPatient patient;
  JsonArray *findings = json_array_new ();
  JsonObject *object = json_object_new ();
  guint counts[G_N_ELEMENTS (states)] = { 0, };
  gboolean works = TRUE;

  patient_init (&patient);
  for (gsize i = 0; i < G_N_ELEMENTS (checks); i++)
    {
      g_autoptr (MgrctlFinding) finding = checks[i].func (&patient);

      counts[finding->state]++;
      works = works && !(finding->needed && finding->state == MGRCTL_FINDING_MISSING);
      json_array_add_object_element (findings, finding_to_json (checks[i].name, finding));
      if (!options->json)
        print_finding (options, checks[i].name, finding);
    }
  patient_clear (&patient);

  json_object_set_array_member (object, "findings", findings);
  json_object_set_boolean_member (object, "works", works);
  if (options->json)
    mgrctl_print_json (object);
  else
    {
      json_object_unref (object);
      print_verdict (options, counts, works);
    }

  return works ? MGRCTL_EXIT_OK : MGRCTL_EXIT_FAILED;
}
