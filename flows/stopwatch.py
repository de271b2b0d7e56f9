"""Where the time of a run goes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from flows.progress import REPORTER


class Stopwatch:
    """Wall seconds by stage, those that its thread had of the processor, and the bytes that went through it where
    somebody said so."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.worked: dict[str, float] = {}
        self.sizes: dict[str, int] = {}
        self._began = time.monotonic()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of the block to the stage ``name`` and report it."""
        began, worked = time.monotonic(), time.thread_time()
        REPORTER.get().stage(name)
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - began
            self.worked[name] = self.worked.get(name, 0.0) + time.thread_time() - worked

    def moved(self, name: str, size: int) -> None:
        """So many more bytes went through the stage ``name``."""
        self.sizes[name] = self.sizes.get(name, 0) + size

    def total(self) -> dict[str, float]:
        """The stages so far and the time since the start."""
        return self.seconds | {"total": time.monotonic() - self._began}
