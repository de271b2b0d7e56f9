"""Room for frames: what it is called for, and that it is there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from flows.frames import with_room


def test_a_call_with_room_gives_what_it_gives_and_raises_what_it_raises() -> None:
    assert with_room(lambda: 42) == 42
    with pytest.raises(ZeroDivisionError):
        with_room(lambda: 1 // 0)


_DEEP = """
import sys
from flows.frames import with_room

def down(levels):
    return down(levels - 1) if levels else loop()

def loop():
    for _ in range(20_000):
        leaf()

def leaf(a=0, b=0, c=0, d=0, e=0, f=0):
    return a

def at_every_depth():
    for levels in range(200):
        down(levels)

if sys.argv[1] == "roomy":
    with_room(at_every_depth)
else:
    at_every_depth()
"""


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="page faults are counted by Linux's own files")
def test_loops_at_any_depth_ask_the_system_for_no_more_memory() -> None:
    def faults(kind: str) -> int:
        told = f"{_DEEP}\nprint(open('/proc/self/stat').read().rsplit(')', 1)[1].split()[7])"
        done = subprocess.run(
            [sys.executable, "-c", told, kind],
            capture_output=True,
            text=True,
            check=True,
            cwd=Path(__file__).parents[2],
        )
        return int(done.stdout)

    few = 5_000  # an interpreter's beginning takes some 1,500
    assert faults("roomy") < few
    if sys.version_info < (3, 12):
        assert faults("plain") > 2 * few  # what the room is for; where this fails some day, the room can go
