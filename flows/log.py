"""Lines on standard error: words or, with the setting `log = "json"`, an object a line for what collects logs.

An object has `time` (UTC), `level` (info, warning or error) and `message`, and beside them what the message tells, by
name. What a library or the interpreter writes there of its own accord becomes an object a line as well, a warning: one
line that is none, and whoever parses them stops.
"""

from __future__ import annotations

import io
import json
import re
import sys
import threading
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Literal, TextIO

AS_JSON: ContextVar[bool] = ContextVar("AS_JSON", default=False)

_OURS = '{"time": "'
_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


class ForeignLines(io.TextIOBase):
    """Standard error for whoever does not know of objects: each line that is written becomes one."""

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self._begun = ""
        self._lock = threading.Lock()

    def write(self, text: str, /) -> int:
        with self._lock:
            *whole, self._begun = (self._begun + text).split("\n")
        for line in whole:
            self._tell(line)
        return len(text)

    def end(self) -> None:
        """Tell a last line that nobody ended."""
        with self._lock:
            left, self._begun = self._begun, ""
        self._tell(left)

    def fileno(self) -> int:
        return self.stream.fileno()

    def isatty(self) -> bool:
        return self.stream.isatty()

    def writable(self) -> bool:
        return True

    def _tell(self, line: str) -> None:
        if line.startswith(_OURS):  # of a run that a service started, whose lines it hands on
            self.stream.write(line + "\n")
            self.stream.flush()
        elif message := _COLOUR.sub("", line).strip():
            write("warning", message)


def speak_json() -> None:
    """From now on each line on standard error is an object."""
    AS_JSON.set(True)
    if not isinstance(sys.stderr, ForeignLines):
        sys.stderr = ForeignLines(sys.stderr)


def write(level: Literal["info", "warning", "error"], message: str, **told: object) -> None:
    """One object on standard error."""
    said = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "level": level, "message": message} | told
    stream = sys.stderr.stream if isinstance(sys.stderr, ForeignLines) else sys.stderr
    stream.write(json.dumps(said, ensure_ascii=False) + "\n")
    stream.flush()
