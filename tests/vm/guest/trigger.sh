# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh

# Two monitors in a group that stalls look by themselves only once in five minutes.
# The kernel wakes the one of them that asks for it.

. /lib.sh

make_group work memory.high=60M
become work vm-monitor 300 no-trigger > /tmp/other &
other=$!
start_monitor work 300
start_recording work
run_load work leak 30 leak 6 10
stop "$monitor" "$other" "$recording"
sed 's/"from":"monitor"/"from":"other"/' /tmp/other
