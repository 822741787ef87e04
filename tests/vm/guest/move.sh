# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh

# The monitor is moved to another group, and the one it was in is removed; then there
# is a leak in the new one.

. /lib.sh

make_group before memory.max=200M
make_group work memory.max=120M
start_monitor before

mark moved
move work "$monitor"
sleep 2
mark removed
rmdir "$top/before"
sleep 30
mark waited

run_load work leak 0 leak 3 10
sleep 25
stop "$monitor"
