# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""Tensors over the sockets of Python, in the form of mgr_tensor_send().

A Gio.Socket of the same descriptor would make it non-blocking for all who use it, so
these never change it, and wait as long as its timeout says.
"""

import contextlib
import os
import select
import socket
import struct

from gi.repository import Gio, GLib

# Four bytes in the order of the machine say how long the description is.
HEADER = struct.Struct("=I")
LENGTH_MAX = 64 * 1024

# More than a tensor comes with.
FDS_MAX = 16


def _duplicate(sock):
    """A socket of the same descriptor, which waits for nothing by itself. What the two
    share, such as whether they block, stays as it is."""
    fd = os.dup(sock.fileno())
    blocking = os.get_blocking(fd)
    try:
        duplicate = socket.socket(fileno=fd)
    except OSError as error:
        os.close(fd)
        raise TypeError(f"{sock!r} is no socket ({error.strerror}): a tensor goes over a Unix "
                        "socket, or multiprocessing.Pipe() with duplex") from None

    if duplicate.gettimeout() is not None:
        # That of socket.setdefaulttimeout().
        duplicate.settimeout(None)
        os.set_blocking(fd, blocking)
    return duplicate


@contextlib.contextmanager
def _opened(sock, event, cancellable):
    """A socket for whatever has a descriptor of one, and what waits for it."""
    if not hasattr(sock, "fileno"):
        raise TypeError("A tensor goes over a socket, or a connection of multiprocessing.Pipe(), "
                        f"not {sock!r}")

    with _duplicate(sock) as duplicate:
        _check_kind(duplicate)
        timeout = sock.gettimeout() if isinstance(sock, socket.socket) else None
        with _Waiter(duplicate, event, timeout, cancellable) as waiter:
            yield duplicate, waiter


def _check_kind(sock):
    if sock.family != socket.AF_UNIX or sock.type != socket.SOCK_STREAM:
        raise ValueError(f"{sock!r} is no Unix stream socket, so that no file descriptor can go "
                         "over it: use one of socket.socketpair(), of a path, or export() and a "
                         "way of your own")


class _Waiter:
    """Waits for a socket, as long as it says, or until somebody cancels that."""

    def __init__(self, sock, event, timeout, cancellable):
        self._cancellable = cancellable
        self._timeout = timeout
        self._poll = select.poll()
        self._poll.register(sock.fileno(), event)
        self._cancel_fd = cancellable.get_fd() if cancellable is not None else -1
        if self._cancel_fd >= 0:
            self._poll.register(self._cancel_fd, select.POLLIN)

    def __enter__(self):
        return self

    def __exit__(self, *_exception):
        if self._cancel_fd >= 0:
            self._cancellable.release_fd()

    def wait(self, begun):
        """A socket that does not block is waited for once something is on its way."""
        if self._timeout == 0 and not begun:
            raise BlockingIOError("The socket does not block, and is not ready")

        if not self._poll.poll(self._timeout * 1000 if self._timeout else None):
            raise TimeoutError("The other end of the socket did not do its part in time")
        self.check()

    def check(self):
        if self._cancellable is not None:
            self._cancellable.set_error_if_cancelled()


def _repeat(waiter, length, step):
    """Calls step(done) for how much more was done, until all of it is."""
    done = 0
    waiter.check()
    while done < length:
        try:
            done += step(done)
        except BlockingIOError:
            waiter.wait(done > 0)


def send(sock, exported, fds, cancellable):
    """Sends what Tensor.export() gave."""
    description = exported.get_data_as_bytes().get_data()
    if len(description) > LENGTH_MAX:
        raise ValueError(f"The description of a tensor has {len(description)} bytes, but there may "
                         f"be no more than {LENGTH_MAX}: shorten its text")

    data = HEADER.pack(len(description)) + description
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack(f"={fds.get_length()}i",
                                                                 *fds.peek_fds()))]

    with _opened(sock, select.POLLOUT, cancellable) as (duplicate, waiter):
        # Once the descriptors are on their way, only bytes follow.
        _repeat(waiter, len(data), lambda done: duplicate.sendmsg(
            [data[done:]], [] if done else rights, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL))


class _Receiver:
    """Bytes from a socket, and the descriptors that come with some of them."""

    def __init__(self, sock, waiter, fds, closed):
        self._socket = sock
        self._waiter = waiter
        self._fds = fds
        self._closed = closed

    def receive(self, length):
        data = bytearray()

        def step(_done):
            part, messages, _flags, _address = self._socket.recvmsg(
                length - len(data), socket.CMSG_SPACE(4 * FDS_MAX),
                socket.MSG_DONTWAIT | socket.MSG_CMSG_CLOEXEC)
            for level, kind, rights in messages:
                if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                    for fd, in struct.iter_unpack("=i", rights[:len(rights) // 4 * 4]):
                        self._fds.append(fd)
            if not part:
                raise self._closed("The other end of the socket was closed before a tensor came")
            data.extend(part)
            return len(part)

        _repeat(self._waiter, length, step)
        return bytes(data)


def receive(sock, cancellable, closed, invalid):
    """What Tensor.export() gave at the other end; closed and invalid make errors of texts."""
    with contextlib.ExitStack() as stack:
        duplicate, waiter = stack.enter_context(_opened(sock, select.POLLIN, cancellable))
        fds = []
        stack.callback(lambda: [os.close(fd) for fd in fds])

        receiver = _Receiver(duplicate, waiter, fds, closed)
        length, = HEADER.unpack(receiver.receive(HEADER.size))
        if length > LENGTH_MAX:
            raise invalid("What came over the socket is no tensor: its description would have "
                          f"{length} bytes")

        description = GLib.Bytes.new(receiver.receive(length))
        exported = GLib.Variant.new_from_bytes(GLib.VariantType("a{sv}"), description, False)
        # Appending duplicates them.
        unix_fds = Gio.UnixFDList()
        for fd in fds:
            unix_fds.append(fd)
        return exported, unix_fds
