# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

# The program itself knows its commands and options. What it knows nothing for may
# be a file.
_mgrctl ()
{
  local IFS=$'\n'

  COMPREPLY=($(mgrctl --complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}

complete -o default -F _mgrctl mgrctl
