# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash

# What the scripts in tools/ share. Source it from the top of the tree.

jobs=${JOBS:-$(nproc)}

# Runs a command with its output in the log $1; shows the log's end if it fails,
# and on a terminal one line of progress meanwhile.
run_logged () {
  local log=$1 status=0
  shift

  if [ -t 2 ]; then
    "$@" 2>&1 < /dev/null | tee "$log" | show_progress || status=${PIPESTATUS[0]}
  else
    "$@" > "$log" 2>&1 < /dev/null || status=$?
  fi
  [ "$status" -eq 0 ] || tail -n 60 "$log" >&2
  return "$status"
}

# Shows what it reads as one line that changes.
show_progress () {
  local line width

  width=$(tput cols 2> /dev/null || echo 80)
  while IFS= read -r line; do
    printf '\r\033[K%s' "${line:0:width-1}" >&2
  done
  printf '\r\033[K' >&2
}

# Configures the build folder $1 with the options that follow, unless it was
# configured with just these before.
configure () {
  local dir=$1 reconfigure=()
  shift

  if [ -f "$dir/build.ninja" ]; then
    [ "$(cat "$dir/.configured-with" 2> /dev/null)" != "$*" ] || return 0
    reconfigure=(--reconfigure)
  fi
  mkdir -p "$dir"
  run_logged "$dir/configure.log" meson setup "${reconfigure[@]}" "$dir" "$@" || return 1
  echo "$*" > "$dir/.configured-with"
}

# Builds the targets that follow, or all, in the build folder $1.
compile () {
  local dir=$1
  shift

  run_logged "$dir/compile.log" ninja -C "$dir" -j "$jobs" "$@"
}
