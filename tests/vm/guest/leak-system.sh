# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh

# A leak takes the memory of the whole system; the monitor is in a group without
# limits.

. /lib.sh

make_group work
make_group leak
start_monitor work
run_load leak leak 0 leak 6 40
sleep 25
stop "$monitor"
