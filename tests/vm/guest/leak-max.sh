# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh

# A leak in a group with memory.max, in which a monitor is too. The other half of the
# group's memory is page cache at first.

. /lib.sh

make_group work memory.max=150M
start_monitor work
run_load work cache 0 read /dev/zram1 1
run_load work leak 0 leak 3 10
sleep 25
stop "$monitor"
