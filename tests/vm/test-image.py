#!/usr/bin/python3
# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What a virtual machine is started with: its kernel and the archive of its root."""

import io
import lzma
import os
import pathlib
import shutil
import stat
import struct
import subprocess
import tarfile
import tempfile
import unittest
from unittest import mock

import initramfs
import kernel

HEADER = 110


def read_archive(data):
    """Path, mode and contents of each member."""
    position = 0
    while position < len(data):
        fields = [int(data[position + 6 + 8 * i:position + 14 + 8 * i], 16) for i in range(13)]
        assert data[position:position + 6] == b'070701'
        name = data[position + HEADER:position + HEADER + fields[11] - 1].decode()
        start = position + HEADER + fields[11]
        start += -start % 4
        yield name, fields[1], data[start:start + fields[6]]
        position = start + fields[6]
        position += -position % 4


def bzimage(payload):
    """A kernel as its package has it: a boot sector, three of setup, then the payload."""
    sectors, offset = 3, 64
    data = bytearray((sectors + 1) * kernel.SECTOR + offset)
    data[kernel.SETUP_SECTORS] = sectors
    struct.pack_into('<II', data, kernel.PAYLOAD_OFFSET, offset, len(payload))
    return bytes(data) + payload + b'what follows'


def module(*needs):
    return b'\x7fELF\0license=GPL\0depends=' + ','.join(needs).encode() + b'\0'


class ArchiveTest(unittest.TestCase):
    def test_members(self):
        archive = initramfs.Archive()
        archive.add_data('/a/b/run', b'12345')
        archive.add_data('/a/text', b'', mode=0o644)
        members = list(read_archive(archive.to_bytes()))
        self.assertEqual(members, [
            ('a', stat.S_IFDIR | 0o755, b''),
            ('a/b', stat.S_IFDIR | 0o755, b''),
            ('a/b/run', stat.S_IFREG | 0o755, b'12345'),
            ('a/text', stat.S_IFREG | 0o644, b''),
            ('TRAILER!!!', 0, b''),
        ])

    def test_program(self):
        """Its libraries and its loader come along."""
        archive = initramfs.Archive()
        archive.add_program(shutil.which('env'), '/bin/env')
        paths = [name for name, _, _ in read_archive(archive.to_bytes())]
        self.assertIn('bin/env', paths)
        self.assertIn('lib/libc.so.6', paths)
        self.assertTrue([path for path in paths if '/ld-' in path], paths)

    def test_what_is_no_program(self):
        self.assertEqual(initramfs.libraries(__file__), {})


class KernelTest(unittest.TestCase):
    def test_unpacked(self):
        image = bzimage(lzma.compress(b'\x7fELF and more') + b'size')
        self.assertEqual(kernel.unpacked_image(image), b'\x7fELF and more')

    def test_packed_in_another_way(self):
        image = bzimage(b'\x1f\x8b and more')
        self.assertEqual(kernel.unpacked_image(image), image)

    def test_modules(self):
        """Those that others need come first, each once; packed ones are unpacked."""
        modules = {'drivers/virtio_pci.ko': module('virtio', 'virtio-ring'),
                   'drivers/virtio.ko': module(),
                   'drivers/virtio_ring.ko.xz': lzma.compress(module('virtio')),
                   'drivers/block/zram.ko': module('virtio'),
                   'drivers/other.ko': module()}
        data = io.BytesIO()
        with tarfile.open(fileobj=data, mode='w') as package:
            for name, contents in modules.items():
                member = tarfile.TarInfo(f'./lib/modules/6.1/kernel/{name}')
                member.size = len(contents)
                package.addfile(member, io.BytesIO(contents))
        data.seek(0)
        with tarfile.open(fileobj=data) as package:
            found = kernel.read_modules(package)
        self.assertEqual(list(found), ['virtio', 'virtio_ring', 'virtio_pci', 'zram'])
        self.assertEqual(found['virtio_ring'], module('virtio'))


@unittest.skipUnless(shutil.which('dpkg-deb'), 'dpkg-deb makes the packages of this test')
class FetchTest(unittest.TestCase):
    """With an apt that has one package, or none."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.log = self.folder / 'log'
        (self.folder / 'bin').mkdir()
        environment = mock.patch.dict(os.environ, {
            'PATH': f'{self.folder}/bin:{os.environ["PATH"]}',
            'XDG_CACHE_HOME': str(self.folder / 'cache'),
        })
        environment.start()
        self.addCleanup(environment.stop)
        self.write_program('apt-cache', 'echo "linux-image-amd64"; '
                                        'echo "  Depends: linux-image-7-amd64"')

    def write_program(self, name, script):
        path = self.folder / 'bin' / name
        path.write_text(f'#!/bin/sh\n{script}\n')
        path.chmod(0o755)

    def make_package(self):
        tree = self.folder / 'tree'
        for name, data in (('boot/vmlinuz-7', bzimage(lzma.compress(b'\x7fELF'))),
                           ('lib/modules/7/kernel/drivers/block/zram.ko', module()),
                           ('DEBIAN/control', b'Package: linux-image-7-amd64\nVersion: 7\n'
                                              b'Architecture: all\nMaintainer: a <a@example.org>\n'
                                              b'Description: a test\n')):
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            (tree / name).write_bytes(data)
        subprocess.run(['dpkg-deb', '--root-owner-group', '-b', tree, self.folder / 'linux.deb'],
                       check=True, stdout=subprocess.DEVNULL)

    def test_once(self):
        self.make_package()
        self.write_program('apt-get', f'echo "$@" >> {self.log}; cp {self.folder}/linux.deb .')
        self.assertFalse(kernel.is_cached())
        for _ in range(2):
            found = kernel.get()
            self.assertEqual(found.image.read_bytes(), b'\x7fELF')
            self.assertEqual([path.name for path in found.modules], ['00-zram.ko'])
        self.assertTrue(kernel.is_cached())
        self.assertEqual(self.log.read_text(), '-q download linux-image-7-amd64\n')
        self.assertEqual(sorted(path.name for path in kernel.cache_folder().iterdir()),
                         ['linux-image-7-amd64', 'lock'])

    def test_no_network(self):
        self.write_program('apt-get', 'echo "no network" >&2; exit 100')
        with self.assertRaisesRegex(kernel.Unavailable, 'no network'):
            kernel.get()
        self.assertFalse(kernel.is_cached())
        self.assertEqual([path.name for path in kernel.cache_folder().iterdir()], ['lock'])

    def test_no_cache(self):
        (self.folder / 'cache').write_text('')
        with self.assertRaisesRegex(kernel.Unavailable, 'Not a directory'):
            kernel.get()

    def test_no_package(self):
        self.write_program('apt-cache', 'echo "linux-image-amd64"')
        with self.assertRaisesRegex(kernel.Unavailable, 'apt-get update'):
            kernel.get()

    def test_no_apt(self):
        self.write_program('apt-cache', 'echo "what is this" >&2; exit 1')
        with self.assertRaisesRegex(kernel.Unavailable, 'what is this'):
            kernel.get()
        self.assertFalse(kernel.is_cached())


if __name__ == '__main__':
    unittest.main()
