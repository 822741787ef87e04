# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh

# A group with memory.max reads a device many times its size again and again: all of
# its memory is in use, and none of it is missed.

. /lib.sh

make_group work memory.max=64M
start_monitor work
run_load work cache 0 read /dev/zram1 3
sleep 5
stop "$monitor"
