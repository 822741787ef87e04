# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh

# What the scenarios share.

GROUPS_TOP=/sys/fs/cgroup

# Makes the group $1, and sets its files as FILE=VALUE words say.
make_group () {
  group=$GROUPS_TOP/$1
  shift
  mkdir "$group"
  for setting; do
    echo "${setting#*=}" > "$group/${setting%%=*}"
  done
}

# Becomes a command in the group $1.
run_in () {
  echo 0 > "$GROUPS_TOP/$1/cgroup.procs"
  shift
  exec "$@"
}

# Starts a monitor in the group $1, which nobody shall kill, and lets it find out what
# is usual.
start_monitor () {
  (
    echo -1000 > /proc/self/oom_score_adj
    run_in "$1" vm-monitor
  ) &
  monitor=$!
  sleep 5
}

# Runs a workload in the group $1 until it ends.
load () (
  run_in "$1" vm-load load "$@"
)

stop_monitor () {
  kill "$monitor"
  wait "$monitor"
}
