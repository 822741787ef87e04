# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh

# A leak in a group with memory.high, which the kernel stops almost entirely in place
# of killing it.

. /lib.sh

make_group work memory.high=100M
start_monitor work
start_recording work
run_load work leak 70 leak 3 10
sleep 25
stop "$monitor" "$recording"
