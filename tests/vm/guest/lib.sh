# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh

# What the scenarios share. What they print is the log, a JSON object a line.

top=/sys/fs/cgroup

# Makes the group $1, with settings as FILE=VALUE.
make_group () {
  local group=$top/$1 setting
  shift

  mkdir "$group"
  for setting; do
    echo "${setting#*=}" > "$group/${setting%%=*}"
  done
}

# Moves the process $2 to the group $1; 0 is the caller's.
move () {
  echo "$2" > "$top/$1/cgroup.procs"
}

# Says in the log that it is now that $1 is done.
mark () {
  printf '{"from": "guest", "event": "%s", "time": %s0000}\n' "$1" \
    "$(cut -d ' ' -f 1 /proc/uptime | tr -d .)"
}

# Becomes a command that is no victim in the group $1.
become () {
  echo -1000 > /proc/self/oom_score_adj
  move "$1" 0
  shift
  exec "$@"
}

# Runs a command that is no victim in the group $1.
run_safely () (
  become "$@"
)

# Starts a monitor in the group $1, with arguments, and lets it find out what is usual.
start_monitor () {
  local group=$1
  shift

  become "$group" vm-monitor "$@" &
  monitor=$!
  sleep 5
}

# Records the group $1 from outside.
start_recording () {
  mark recording
  become . mgrctl record --group "$top/$1" - > "$TRACE" &
  recording=$!
}

# Runs the load $2, for $3 seconds unless that is 0, in the group $1 until it ends.
run_load () (
  move "$1" 0
  shift
  exec vm-load "$@"
)

# Ends what runs in the background.
stop () {
  kill "$@"
  wait "$@"
}
