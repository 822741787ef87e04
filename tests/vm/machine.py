# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""A throw-away virtual machine: cgroup v2, stall figures, swap, and an OOM killer whose
victims nobody misses.

It needs neither root nor hardware virtualization. Its time is tied to the instructions
that it executes: what it sleeps costs nothing, and what it measures does not depend on
how busy the host is.
"""

import pathlib
import platform
import shutil
import subprocess
import tempfile

import initramfs
import kernel

QEMU = 'qemu-system-x86_64'
BUSYBOX = 'busybox'
ARCHITECTURE = 'x86_64'

# An instruction takes 2^1 nanoseconds: a slow processor, which makes up for caches and
# memory that the emulator takes to be as fast as it is.
INSTRUCTION_SHIFT = 1

# The kernel's words: quiet, no search for random numbers, no work that only protects.
BOOT = ['console=ttyS0', 'quiet', 'panic=-1', 'psi=1', 'mitigations=off', 'nokaslr',
        'random.trust_cpu=on', 'tsc=reliable']

# What the guest may write to, each a file on the host in the end.
PORTS = ['out', 'err', 'trace', 'status']

INIT = pathlib.Path(__file__).with_name('guest') / 'init'


class Result:
    """What a guest has left behind."""

    def __init__(self, folder):
        self.texts = {name: (folder / name).read_text(encoding='utf-8', errors='replace')
                      for name in [*PORTS, 'console']}

    @property
    def status(self):
        """The exit status of the guest's script; None if it never ended."""
        text = self.texts['status'].strip()
        return int(text) if text.isdigit() else None

    def __getitem__(self, name):
        return self.texts[name]


def why_not():
    """Why no guest can run here, or None."""
    if platform.machine() != ARCHITECTURE:
        return f'what is built for {platform.machine()} does not run in a guest of {ARCHITECTURE}'
    for program, package in ((QEMU, 'qemu-system-x86'), (BUSYBOX, 'busybox-static')):
        if not shutil.which(program):
            return f'{program} is not installed: install the package {package}'
    return None


def pack(guest_kernel, script, programs, files):
    """The guest's root."""
    archive = initramfs.Archive()
    for folder in ('/bin', '/dev', '/proc', '/sys', '/tmp', '/run', '/etc'):
        archive.add_folder(folder)
    archive.add_program(shutil.which(BUSYBOX), '/bin/busybox')
    archive.add_file(INIT, '/init')
    for path in guest_kernel.modules:
        archive.add_file(path, f'/modules/{path.name}')
    for name, path in programs.items():
        archive.add_program(path, f'/bin/{name}')
    for name, path in files.items():
        archive.add_file(path, f'/{name}')
    archive.add_data('/script', script.encode())
    return archive.to_bytes()


def command_line(guest_kernel, folder, memory, swap):
    """How QEMU is started."""
    boot = BOOT + ([f'vm.swap={swap}M'] if swap else [])
    command = [QEMU, '-M', 'pc', '-m', str(memory), '-smp', '1', '-cpu', 'max',
               '-accel', 'tcg,thread=single', '-icount', f'shift={INSTRUCTION_SHIFT},sleep=off',
               '-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot',
               '-kernel', str(guest_kernel.image), '-initrd', str(folder / 'initramfs'),
               '-append', ' '.join(boot),
               '-chardev', f'file,id=console,path={folder}/console', '-serial', 'chardev:console',
               '-device', 'virtio-serial-pci']
    for name in PORTS:
        command += ['-chardev', f'file,id={name},path={folder}/{name}',
                    '-device', f'virtserialport,chardev={name},name={name}']
    return command


def run(script, programs, files=None, memory=512, swap=0, timeout=600):
    """Runs a shell script in a guest with so many MB of memory and of swap,
    which is in compressed memory.

    The programs, name to path, are in its /bin, with their libraries; the files in its
    root. $OUT, $ERR and $TRACE are where it may write to.
    """
    guest_kernel = kernel.get()
    with tempfile.TemporaryDirectory(prefix='libmgr-vm-') as name:
        folder = pathlib.Path(name)
        for port in [*PORTS, 'console']:
            (folder / port).touch()
        (folder / 'initramfs').write_bytes(pack(guest_kernel, script, programs, files or {}))
        try:
            done = subprocess.run(command_line(guest_kernel, folder, memory, swap), check=False,
                                  capture_output=True, text=True, timeout=timeout,
                                  stdin=subprocess.DEVNULL)
        except subprocess.TimeoutExpired as error:
            tail = (folder / 'console').read_text(errors='replace')[-2000:]
            raise TimeoutError(f'the guest did not end within {timeout} s. Its console:\n'
                               f'{tail}') from error
        result = Result(folder)
    if result.status is None:
        raise RuntimeError(f'the guest ended without a status ({QEMU}: {done.returncode}): '
                           f'{done.stderr}\n{result["console"][-2000:]}')
    return result
