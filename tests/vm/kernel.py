# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""The guest's kernel: the distribution's own, taken out of its package.

The package is downloaded with apt once and never installed; what is needed of it
is kept in the user's cache folder.
"""

import contextlib
import fcntl
import lzma
import os
import pathlib
import re
import shutil
import struct
import subprocess
import tarfile
import tempfile

# Depends on the newest kernel of the distribution.
META_PACKAGE = 'linux-image-amd64'

# What the guest loads, besides what these depend on. One that is not there is built in.
MODULES = ['virtio_pci', 'virtio_console', 'virtio_blk', 'lzo', 'lzo-rle', 'zram']

# Offsets in the setup header of a bzImage, from Linux' Documentation/arch/x86/boot.rst.
SETUP_SECTORS = 0x1f1
PAYLOAD_OFFSET = 0x248
SECTOR = 512

XZ_MAGIC = b'\xfd7zXZ\0'


class Unavailable(Exception):
    """There is no kernel to be had, for a reason that is no fault of the library."""


class Kernel:
    """An image that QEMU boots, and modules in the order to load them."""

    def __init__(self, folder):
        self.image = folder / 'image'
        self.modules = sorted((folder / 'modules').iterdir())


def cache_folder():
    """Where kernels are kept."""
    base = os.environ.get('XDG_CACHE_HOME') or pathlib.Path.home() / '.cache'
    return pathlib.Path(base) / 'libmgr' / 'vm'


def output_of(*command):
    """What a command prints; raises Unavailable if it fails or is not there."""
    try:
        return subprocess.run(command, check=True, capture_output=True, text=True,
                              env={**os.environ, 'LC_ALL': 'C'}).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        reason = getattr(error, 'stderr', '') or error
        raise Unavailable(f'{" ".join(command)}: {reason}') from error


def package_name():
    """The package of the distribution's newest kernel."""
    match = re.search(r'^\s*Depends: (linux-image-\S+)$',
                      output_of('apt-cache', 'depends', META_PACKAGE), re.MULTILINE)
    if not match:
        raise Unavailable(f'apt knows no {META_PACKAGE}: run apt-get update')
    return match.group(1)


def unpacked_image(data):
    """The ELF file in a bzImage, which boots faster: the emulated processor needs
    seconds to unpack it. Where it is packed in another way than xz, all as it is."""
    setup_sectors = data[SETUP_SECTORS] or 4
    offset, length = struct.unpack_from('<II', data, PAYLOAD_OFFSET)
    start = (setup_sectors + 1) * SECTOR + offset
    payload = data[start:start + length]
    if not payload.startswith(XZ_MAGIC):
        return data
    # After the packed data stands its unpacked size, which is no part of it.
    return lzma.LZMADecompressor().decompress(payload)


def module_key(name):
    """Module names stand for themselves with either dash."""
    return name.replace('-', '_')


def module_dependencies(data):
    """The modules that a module needs."""
    match = re.search(rb'\0depends=([^\0]*)\0', data)
    names = match.group(1).decode().split(',') if match else []
    return [name for name in names if name]


def read_modules(package):
    """Name and contents of each module that is wanted, those it needs before it."""
    members = {}
    for member in package.getmembers():
        match = re.search(r'/kernel/.*/([^/]+)\.ko(\.xz)?$', member.name)
        if match:
            members[module_key(match.group(1))] = member

    found = {}

    def add(name):
        key = module_key(name)
        if key in found or key not in members:
            return
        data = package.extractfile(members[key]).read()
        if members[key].name.endswith('.xz'):
            data = lzma.decompress(data)
        for other in module_dependencies(data):
            add(other)
        found[key] = data

    for name in MODULES:
        add(name)
    return found


def unpack(deb, folder):
    """Puts what is needed of the package into the folder."""
    with tempfile.TemporaryFile() as spool:
        subprocess.run(['dpkg-deb', '--fsys-tarfile', deb], check=True, stdout=spool)
        spool.seek(0)
        with tarfile.open(fileobj=spool) as package:
            image = next(member for member in package.getmembers()
                         if re.search(r'/boot/vmlinuz[^/]*$', member.name))
            data = package.extractfile(image).read()
            (folder / 'image').write_bytes(unpacked_image(data))
            (folder / 'modules').mkdir()
            for number, (name, module) in enumerate(read_modules(package).items()):
                (folder / 'modules' / f'{number:02}-{name}.ko').write_bytes(module)


def fetch(package, folder):
    """Downloads the package and unpacks it into the folder, all of it or nothing."""
    work = pathlib.Path(tempfile.mkdtemp(prefix='work-', dir=folder.parent))
    try:
        done = subprocess.run(['apt-get', '-q', 'download', package], cwd=work, check=False,
                              capture_output=True, text=True)
        debs = list(work.glob('*.deb'))
        if done.returncode or not debs:
            raise Unavailable(f'apt-get download {package}: {done.stderr.strip()}')
        (work / 'kernel').mkdir()
        unpack(debs[0], work / 'kernel')
        (work / 'kernel').rename(folder)
    finally:
        shutil.rmtree(work)


@contextlib.contextmanager
def locked(path):
    """One process at a time."""
    with open(path, 'w', encoding='ascii') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def get():
    """The kernel, which is downloaded the first time."""
    package = package_name()
    folder = cache_folder() / package
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with locked(folder.parent / 'lock'):
            if not folder.exists():
                fetch(package, folder)
    except OSError as error:
        raise Unavailable(f'{folder}: {error}') from error
    return Kernel(folder)


def is_cached():
    """Whether get() needs no network."""
    try:
        return (cache_folder() / package_name()).exists()
    except Unavailable:
        return False
