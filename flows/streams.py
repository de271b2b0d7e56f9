"""The three streams of the process as every command may take them for granted: there, and in UTF-8."""

from __future__ import annotations

import io
import os
import sys

from flows.log import ForeignLines, speak_json


def prepare_streams() -> None:
    """Open what the caller closed (`newslake status >&-`), and speak UTF-8 whatever the locale says.

    A closed stream is null in Python, and its number would go to the next file that is opened: a warehouse's. What
    UTF-8 has no bytes for, such as a file's name that is none, is written with backslashes.
    """
    for name, flags, mode in (
        ("stdin", os.O_RDONLY, "r"),
        ("stdout", os.O_WRONLY, "w"),
        ("stderr", os.O_WRONLY, "w"),
    ):
        stream = getattr(sys, name)
        if stream is None:
            opened = os.open(os.devnull, flags)  # the lowest number that is free, which is the stream's own
            os.set_inheritable(opened, True)
            setattr(sys, name, os.fdopen(opened, mode, encoding="utf-8"))
        elif flags == os.O_WRONLY and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    # What is wrong with the arguments is said before the settings are read; a variable is there from the beginning.
    if os.environ.get("NEWSLAKE_LOG") == "json":
        speak_json()


def flush() -> None:
    """Write what is still to be written, also to a reader who has left: the exit status stays the command's."""
    if isinstance(sys.stderr, ForeignLines):
        sys.stderr.end()
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def is_utf8(argument: str) -> bool:
    """Whether an argument was UTF-8 as the caller wrote it: Python keeps other bytes as halves of characters."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True
