# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=sh

# A program takes most of the machine within 10 s, and needs no more: nothing is wrong.

. /lib.sh

make_group work
start_recording work
sleep 5
run_load work hold 45 hold 332
sleep 5
stop "$recording"
