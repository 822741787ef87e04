# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh

# A leak in a group with memory.max, in which a monitor and mgrctl are too. At first the
# group is full of page cache.

. /lib.sh

make_group work memory.max=150M
start_monitor work
run_load work cache 0 read /dev/zram1 1
(run_safely work mgrctl pressure --wait critical > /dev/null && mark told) &
run_load work leak 0 leak 3 10
sleep 25
stop "$monitor"
