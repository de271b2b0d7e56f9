"""SIGTERM: a command says what becomes of the work in hand, and leaves."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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


@contextmanager
def as_interrupt() -> Iterator[Callable[[], None]]:
    """Within it SIGTERM is a KeyboardInterrupt; whose turn it was before has it when the context ends.

    For libraries in C that wait for something and know how to be interrupted, but leave any other exception of a signal
    for whoever comes next. Gives what takes the signal anew from a library that took it for itself.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    before, came = signal.getsignal(signal.SIGTERM), False

    def interrupted(_number: int, _frame: FrameType | None) -> NoReturn:
        nonlocal came
        came = True
        raise KeyboardInterrupt

    def take() -> None:
        signal.signal(signal.SIGTERM, interrupted)

    take()
    try:
        yield take
    except KeyboardInterrupt:
        signal.signal(signal.SIGTERM, before)
        if came:
            signal.raise_signal(signal.SIGTERM)
        raise
    finally:
        signal.signal(signal.SIGTERM, before)
