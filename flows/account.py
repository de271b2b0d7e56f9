"""Who decides: the name that is kept with what somebody accepts, discards or has forgotten."""

from __future__ import annotations

import getpass
import os


def account() -> str:
    """The name of the account that runs this process; its number where the system has no name for it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
