/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <mgr.h>

#define MIB (G_GUINT64_CONSTANT (1) << 20)

#define MANAGER_PATH "/org/libmgr/Manager"
#define MANAGER_INTERFACE "org.libmgr.Manager1"
#define COMPONENT_INTERFACE "org.libmgr.Component1"

typedef enum
{
  TRANSPORT_BUS,  /* a private message bus with two connections */
  TRANSPORT_PEER, /* two ends of a socket */
} Transport;

/* A manager with a budget of 100 MiB on a clock that stands still, which senses
 * nothing but that budget, and a client that logs what it hears. */
typedef struct
{
  GTestDBus *bus;          /* (owned) (nullable) */
  GDBusConnection *server; /* (owned) */
  GDBusConnection *client; /* (owned) */
  MgrManualClock *clock;   /* (owned) */
  MgrManager *manager;     /* (owned) (nullable) */
  GPtrArray *held;         /* (owned) (element-type MgrAllocation) */
  GString *log;            /* (owned) */
} BusFixture;

/* For g_test_add(), with a Transport as the data. */
void       bus_fixture_set_up    (BusFixture    *fixture,
                                  gconstpointer  data);
void       bus_fixture_tear_down (BusFixture    *fixture,
                                  gconstpointer  data);

/* Runs @func over both transports, as PATH/bus and PATH/peer. */
void       bus_fixture_add_test  (const char    *path,
                                  void         (*func) (BusFixture *, gconstpointer));

MgrManager *bus_fixture_make_manager (BusFixture *fixture);

void       bus_fixture_export    (BusFixture    *fixture);

/* Calls from the client, and iterates until the answer is there. */
GVariant  *bus_fixture_call      (BusFixture    *fixture,
                                  const char    *object_path,
                                  const char    *interface,
                                  const char    *method,
                                  GVariant      *arguments,
                                  GError       **error);

/* One property, printed as text, such as “uint64 5”. */
char      *bus_fixture_get       (BusFixture    *fixture,
                                  const char    *object_path,
                                  const char    *interface,
                                  const char    *property);

/* Waits until the client has heard all that was said, and takes the log. */
char      *bus_fixture_take_log  (BusFixture    *fixture);

/* What these expect is the whole log, which is taken, and a property as it is printed. */
void       bus_fixture_assert_log      (BusFixture *fixture,
                                        const char *expected);
void       bus_fixture_assert_property (BusFixture *fixture,
                                        const char *object_path,
                                        const char *interface,
                                        const char *property,
                                        const char *expected);

void       bus_fixture_hold      (BusFixture    *fixture,
                                  const char    *component,
                                  guint64        size);

/* Adds a resource that frees what it is charged with. */
MgrResource *bus_fixture_add_resource (BusFixture *fixture,
                                       const char *name,
                                       guint64     size,
                                       MgrSafety   safety);

/* Makes the monitor look, as often as a new level takes. */
void       bus_fixture_sense     (BusFixture    *fixture);

void       bus_fixture_assert_remote_error (const GError *error,
                                            const char   *name);
