# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh

# A program with a manager leaks in a group with memory.max, beside a neighbour that
# would be killed first; then once more, as if it had no manager.

. /lib.sh

# How many kills there were in the group so far.
count_kills () {
  sed -n 's/^oom_kill //p' "$top/work/memory.events"
}

run_managed () (
  move work 0
  exec vm-managed 20 40 20
)

make_group work memory.max=150M
run_load work neighbour 0 hold 20 &
neighbour=$!
sleep 11
run_managed
mark "kills-$(count_kills)"
kill -0 "$neighbour" && mark neighbour-lives

(MGR_AUTOMATIC_CLEANUP=no; export MGR_AUTOMATIC_CLEANUP; run_managed)
mark "status-$?"
mark "kills-$(count_kills)"
