# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh

# The limits of the group and of the one above it change while the monitor runs.

. /lib.sh

# Writes $2 into the file $1 of a group.
set_limit () {
  mark "$1=$2"
  echo "$2" > "$top/$1"
  sleep 3
}

make_group above memory.max=300M cgroup.subtree_control=+memory
make_group above/work memory.max=200M
start_monitor above/work

set_limit above/work/memory.max 150M
set_limit above/work/memory.high 100M
set_limit above/memory.max 120M
set_limit above/work/memory.high max
set_limit above/work/memory.max max
set_limit above/memory.max max
stop "$monitor"
