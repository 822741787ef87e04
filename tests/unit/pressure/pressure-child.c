/* SPDX-FileCopyrightText: 2026 The libmgr contributors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A program that gives memory back by the protocol of systemd, written from its
 * documentation alone and without this library. It says “ready”, then “pressure” for
 * each notification, and “end” once nothing will come any more. */

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static int
open_watch (const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  struct stat status;
  int fd;

  if (stat (path, &status) != 0)
    return -1;
  if (S_ISFIFO (status.st_mode))
    return open (path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

  fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  strncpy (address.sun_path, path, sizeof address.sun_path - 1);
  return connect (fd, (struct sockaddr *) &address, sizeof address) == 0 ? fd : -1;
}

int
main (void)
{
  const char *path = getenv ("MEMORY_PRESSURE_WATCH");
  const char *data = getenv ("MEMORY_PRESSURE_WRITE");
  struct pollfd watch = { .events = POLLIN };
  char buffer[4096];

  if (path == NULL || path[0] != '/' || (data != NULL && data[0] != '\0'))
    return 2;

  watch.fd = open_watch (path);
  if (watch.fd < 0)
    return 3;

  setvbuf (stdout, NULL, _IOLBF, 0);
  puts ("ready");
  while (poll (&watch, 1, -1) > 0 && read (watch.fd, buffer, sizeof buffer) > 0)
    puts ("pressure");

  puts ("end");
  return 0;
}
