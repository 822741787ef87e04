# SPDX-FileCopyrightText: 2026 The libmgr contributors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""What programs in Python need of libmgr beside ``from gi.repository import Mgr``."""
