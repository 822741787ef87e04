# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh

# A leak in a group with memory.high, which the kernel stops almost entirely.

. /lib.sh

make_group work memory.high=80M
start_recording work
sleep 5
run_load work leak 40 leak 3 10
sleep 20
stop "$recording"
