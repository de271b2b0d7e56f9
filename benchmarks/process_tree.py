"""What a command costs with every process that it starts: time, processor time by kind of process, memory.

The kernel is asked a few times a second: what a process did after the last look is missed, a quarter of a second at
most. It goes through all pages of a process to tell its memory, which for a process of 1 GB takes time of a core that
the process could have used: so it is asked again where that has changed by 8 MB, and every two seconds.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import ROOT

_LOOK_SECONDS = 0.25
_MEMORY_SECONDS = 2.0
_CHANGED_PAGES = 8 * 2**20 // os.sysconf("SC_PAGE_SIZE")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class TreeCost:
    """Wall seconds, CPU seconds of the whole tree, the most MB at a time (proportional set sizes, summed), the CPU
    seconds of the processes whose command line holds each of the words that were asked for, and those of measuring."""

    seconds: float
    cpu: float
    megabytes: float
    cpu_of: dict[str, float]
    measuring: float


def measured(
    command: list[str], environment: Mapping[str, str] | None = None, kinds: tuple[str, ...] = ()
) -> tuple[TreeCost, str]:
    """What ``command`` costs, and what it prints; :class:`SystemExit` with its errors where it fails."""
    began, own = time.perf_counter(), time.process_time()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=err, env={**os.environ, **(environment or {})})
        most, cpu_of_process, kind_of_process, memory = 0.0, dict[int, float](), dict[int, str](), _Memory()
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            held = 0.0
            for each in tree(process.pid):
                held += memory.megabytes(each)
                cpu_of_process[each] = max(_cpu(each), cpu_of_process.get(each, 0.0))
                kind_of_process[each] = _kind(each, kinds) or kind_of_process.get(each, "")
            most = max(most, held)
            time.sleep(_LOOK_SECONDS)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if process.returncode:
            sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{err.read().decode()[-2000:]}")
        cpu_of = {
            kind: sum(spent for pid, spent in cpu_of_process.items() if kind_of_process[pid] == kind) for kind in kinds
        }
        # The kernel's own sum leaves out what was started by others in the tree and not waited for.
        cpu = max(usage.ru_utime + usage.ru_stime, sum(cpu_of_process.values()))
        return TreeCost(seconds, cpu, most, cpu_of, time.process_time() - own), out.read().decode()


class _Memory:
    """The proportional set sizes of processes, asked for anew where they may have changed."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[float, int, float]] = {}

    def megabytes(self, pid: int) -> float:
        """That of one process, as it was two seconds ago at most; 0 where it has ended."""
        try:
            resident = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        except OSError:
            return 0.0
        asked, then, said = self._known.get(pid, (-_MEMORY_SECONDS, 0, 0.0))
        if time.monotonic() - asked >= _MEMORY_SECONDS or abs(resident - then) >= _CHANGED_PAGES:
            said = megabytes(pid)
            self._known[pid] = time.monotonic(), resident, said
        return said


def tree(root: int) -> list[int]:
    """A process and all below it."""
    parents: dict[int, int] = {}
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int(Path(entry.path, "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
    found, pending = [], [root]
    while pending:
        pid = pending.pop()
        found.append(pid)
        pending += [child for child, parent in parents.items() if parent == pid]
    return found


def megabytes(pid: int) -> float:
    """The proportional set size of a process; 0 where it has ended."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _kind(pid: int, kinds: tuple[str, ...]) -> str:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_text(errors="replace")
    except OSError:
        return ""
    return next((kind for kind in kinds if kind in command), "")
