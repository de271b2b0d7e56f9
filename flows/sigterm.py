"""SIGTERM: a command says what becomes of the work in hand, and leaves."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import NoReturn

from flows.terminal import complain

AS_A_RUN = "the batch in hand was dropped, what was committed before stays"


def leave_on_sigterm(what: str) -> None:
    """From now on, end this process on SIGTERM with ``what`` as its last words, and the status that shells expect."""

    def terminated(_number: int, _frame: FrameType | None) -> NoReturn:
        complain(f"terminated; {what}")
        sys.exit(128 + signal.SIGTERM)

    signal.signal(signal.SIGTERM, terminated)
