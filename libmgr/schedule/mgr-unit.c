/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "schedule/mgr-unit-private.h"

#include <sys/wait.h>

/* What is said to systemd, and what it says: org.freedesktop.systemd1(5). */

#define SIGNAL_STATUS 128

static void
add_command (GVariantBuilder *properties,
             MgrTask         *task,
             const char      *program)
{
  GVariantBuilder commands;

  g_variant_builder_init (&commands, G_VARIANT_TYPE ("a(sasb)"));
  g_variant_builder_add (&commands, "(s^asb)", program, task->setup->argv, FALSE);
  g_variant_builder_add (properties, "(sv)", "ExecStart", g_variant_builder_end (&commands));
}

static void
add_text (GVariantBuilder *properties,
          const char      *name,
          const char      *text)
{
  if (text != NULL)
    g_variant_builder_add (properties, "(sv)", name, g_variant_new_string (text));
}

/* A unit has nothing of this program's own but what it is told. */
static void
add_surroundings (GVariantBuilder    *properties,
                  const MgrTaskSetup *setup)
{
  g_auto (GStrv) own = setup->environment == NULL ? g_get_environ () : NULL;
  g_autofree char *here = g_get_current_dir ();

  g_variant_builder_add (properties, "(sv)", "Environment",
                         g_variant_new_strv ((const char * const *)
                                               (own != NULL ? own : setup->environment), -1));
  add_text (properties, "WorkingDirectory", setup->directory != NULL ? setup->directory : here);
  add_text (properties, "StandardInputFile", setup->stdin_path);
  add_text (properties, "StandardOutputFileToTruncate", setup->output_path);
  add_text (properties, "StandardErrorFileToAppend", setup->output_path);
}

/* Swap space is none of the grant; a service of which a part was ended for want of memory
 * ends as a whole. The reference keeps it until it was asked how it ended. */
static void
add_limits (GVariantBuilder *properties,
            guint64          limit,
            gint64           grace)
{
  g_variant_builder_add (properties, "(sv)", "MemoryAccounting", g_variant_new_boolean (TRUE));
  if (limit > 0)
    {
      g_variant_builder_add (properties, "(sv)", "MemoryMax", g_variant_new_uint64 (limit));
      g_variant_builder_add (properties, "(sv)", "MemorySwapMax", g_variant_new_uint64 (0));
    }
  add_text (properties, "OOMPolicy", "kill");
  add_text (properties, "KillMode", "control-group");
  g_variant_builder_add (properties, "(sv)", "TimeoutStopUSec",
                         g_variant_new_uint64 ((guint64) grace));
  g_variant_builder_add (properties, "(sv)", "AddRef", g_variant_new_boolean (TRUE));
}

GVariant *
mgr_unit_describe (const char *name,
                   MgrTask    *task,
                   const char *program,
                   guint64     limit,
                   gint64      grace)
{
  GVariantBuilder properties;

  g_variant_builder_init (&properties, G_VARIANT_TYPE ("a(sv)"));
  add_text (&properties, "Description", task->name);
  add_text (&properties, "Type", "exec");
  add_command (&properties, task, program);
  add_surroundings (&properties, task->setup);
  add_limits (&properties, limit, grace);

  return g_variant_new ("(ssa(sv)a(sa(sv)))", name, "fail", &properties, NULL);
}

/* Of the main process: how it ended, as waitid() tells. */
static int
read_status (GVariant *properties,
             int       before)
{
  int code = 0;
  int status = 0;

  if (!g_variant_lookup (properties, "ExecMainCode", "i", &code)
      || !g_variant_lookup (properties, "ExecMainStatus", "i", &status) || code == 0)
    return before;

  return code == CLD_EXITED ? status : SIGNAL_STATUS + status;
}

static MgrTaskReason
judge (const char *result)
{
  if (g_str_equal (result, "success"))
    return MGR_TASK_REASON_DONE;
  if (g_str_equal (result, "oom-kill"))
    return MGR_TASK_REASON_OOM;

  return MGR_TASK_REASON_ERROR;
}

static void
read_memory (MgrUnitState *state,
             GVariant     *properties,
             const char   *name)
{
  guint64 bytes;

  /* The greatest number says that there is none. */
  if (g_variant_lookup (properties, name, "t", &bytes) && bytes < G_MAXUINT64)
    state->memory = MAX (state->memory, bytes);
}

/* It is inactive before it starts as well: then there is a job to start it. */
static gboolean
has_ended (GVariant   *properties,
           const char *active)
{
  guint job = 0;

  g_variant_lookup (properties, "Job", "(uo)", &job, NULL);
  return job == 0 && (g_str_equal (active, "inactive") || g_str_equal (active, "failed"));
}

void
mgr_unit_state_update (MgrUnitState *state,
                       GVariant     *properties)
{
  const char *active = NULL;
  const char *result = NULL;

  state->memory = 0;
  read_memory (state, properties, "MemoryCurrent");
  read_memory (state, properties, "MemoryPeak");
  state->exit_status = read_status (properties, state->exit_status);
  if (g_variant_lookup (properties, "Result", "&s", &result))
    {
      g_free (state->result);
      state->result = g_strdup (result);
      state->reason = judge (result);
    }
  if (g_variant_lookup (properties, "ActiveState", "&s", &active))
    state->ended = has_ended (properties, active);
}
