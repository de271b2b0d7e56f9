"""Before the gate: judged batches wait here until their slices are whole; then each loads, less what is held of it.

One batch at a time is in memory, the others wait as Arrow streams in the run's folder of staging. A run of more rows
(or bytes) than the settings let wait is judged in pieces, each before its first batch commits: were a run of a million
files judged only at its end, a machine that went down just before would have read them all for nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute

from expectations import verdict
from expectations.gates import FEED, REST, Breach, Counts, Earlier, GateBounds, Slice, Tally, is_too_few, judge
from expectations.rules import RuleBook
from expectations.verdict import Verdict
from flows.chunks import staged_rows
from flows.settings import Settings
from transforms.staged import Outcome
from warehouse import gates
from warehouse.lake import Connection
from warehouse.load import HOLDING

pc: Any = pyarrow.compute

_STAYS = 64 * 2**20  # bytes of rows that wait in memory


@dataclass(frozen=True, slots=True)
class Opened:
    """A batch that is to be loaded: its rows, impossible values null but in what is held, and what is held of it."""

    staged: pa.Table
    verdict: Verdict
    holding: pa.Table


@dataclass(slots=True)
class _Waiting:
    """A judged batch; ``codes`` has for each row the place of its slice in ``slices``; ``staged`` may be a path."""

    staged: pa.Table | Path
    verdict: Verdict
    codes: np.ndarray[Any, Any]
    slices: list[Slice]


class Gate:
    """The gate of one run. ``held`` says in words what it holds back, and why."""

    def __init__(
        self,
        con: Connection,
        settings: Settings,
        book: RuleBook,
        run_id: int,
        inbox: str,
        staging: Path,
        *,
        as_of: datetime,
    ) -> None:
        self._con = con
        self._book = book
        self._settings = settings.gates
        self._bounds = bounds_of(settings)
        self._run_id = run_id
        self._inbox = inbox
        self._staging = staging
        self._as_of = as_of
        ages = {name: bounds.max_age_days for name, bounds in self._bounds.items()}
        self._tally = Tally(ages, settings.gates.max_age_days, as_of)
        self._waiting: list[_Waiting] = []
        self._rows = self._bytes = self._piece = 0
        self._holds: dict[Slice, list[Breach]] = {}
        self._counted: dict[Slice, int] = {}

    @property
    def held(self) -> list[str]:
        """Each held slice in words."""
        return [
            f"{name}, {self._counted.get(name, 0):,} inputs: {'; '.join(breach.in_words() for breach in breaches)}"
            for name, breaches in sorted(self._holds.items())
        ]

    @property
    def is_due(self) -> bool:
        """Whether as much waits as may wait."""
        return (
            not self._settings.enabled
            or self._rows >= self._settings.max_rows
            or self._bytes >= self._settings.max_mb * 2**20
        )

    def add(self, staged: pa.Table, judged: Verdict) -> None:
        """Let a judged batch wait for the verdict over its slices."""
        if self._waiting and isinstance(last := self._waiting[-1].staged, pa.Table):
            self._waiting[-1].staged = self._spooled(last, len(self._waiting))
            del last
        codes, slices = np.zeros(0, np.int32), list[Slice]()
        if self._settings.enabled:
            codes, slices = self._tally.add(verdict.apply_nulls(staged, judged.faults, self._book), judged)
        self._rows += staged.num_rows
        self._bytes += (size := staged.nbytes)
        # A small one stays: as a rule it is the only one. A large one would stand beside the next while that grows.
        waits = self._spooled(staged, len(self._waiting) + 1) if size > _STAYS and self._settings.enabled else staged
        self._waiting.append(_Waiting(waits, judged, codes, slices))

    def decide(self) -> None:
        """Judge what waits, and record the verdicts."""
        counted = self._tally.taken()
        if not counted:
            return
        self._piece += 1
        before = self._unfinished()
        asked = [name for name, counts in counted.items() if not is_too_few(counts, self._bounds_of(name))]
        earlier = self._earlier(asked)
        unfed = sum(counts.inputs for name, counts in counted.items() if name.unit != FEED)
        verdicts: list[dict[str, object]] = []
        recorded: list[dict[str, object]] = []
        for name, counts in counted.items():
            bounds, past = self._bounds_of(name), earlier.get(name, [])
            told = before.get(name)
            of_slice = {"run_id": self._run_id, "piece": self._piece, "unit": name.unit, "name": name.name}
            if name in self._holds:
                breaches = self._holds[name]
            elif told is not None and counts.inputs <= told.counts.inputs:
                breaches, counts = told.breaches, told.counts  # noqa: PLW2901 - of the whole, of which this is the rest
            else:
                among = unfed if name.unit == REST else counts.inputs
                breaches = judge(counts, past, bounds, as_of=self._as_of, among=among) if bounds.enabled else []
            if breaches:
                self._holds[name] = breaches
                recorded += [of_slice | _fields(breach) for breach in breaches]
            word = "held" if breaches else "too_few" if is_too_few(counts, bounds) else "passed"
            verdicts.append(
                of_slice | _fields(counts) | {"verdict": word, "history": len(past), "judged_at": datetime.now(UTC)}
            )
        gates.record_verdicts(
            self._con,
            self._run_id,
            pa.Table.from_pylist(verdicts, gates.VERDICTS),
            pa.Table.from_pylist(recorded, gates.BREACHES),
        )

    def opened(self) -> Iterator[Opened]:
        """The batches that wait, in the order in which they came; none waits any more."""
        waiting, self._waiting = self._waiting, []
        if len(waiting) > 1 and isinstance(last := waiting[-1].staged, pa.Table):
            waiting[-1].staged = self._spooled(last, len(waiting))  # else two would be in memory
            del last
        self._rows = self._bytes = 0
        while waiting:
            yield self._opened(waiting.pop(0))

    def _opened(self, batch: _Waiting) -> Opened:
        staged = staged_rows(str(batch.staged)) if isinstance(batch.staged, Path) else batch.staged
        holding = self._holding(staged, batch)
        faults = batch.verdict.faults
        if holding.num_rows:
            faults = faults.filter(pc.invert(pc.is_in(faults["row"], holding["row"].combine_chunks())))
        return Opened(verdict.apply_nulls(staged, faults, self._book), replace(batch.verdict, faults=faults), holding)

    def _holding(self, staged: pa.Table, batch: _Waiting) -> pa.Table:
        held = [place for place, name in enumerate(batch.slices) if name in self._holds]
        if not held:
            return HOLDING.empty_table()
        can_wait = pc.is_in(staged["outcome"], pa.array([Outcome.ARTICLE.value, Outcome.REJECTED.value])).to_numpy()
        found = []
        for row in np.flatnonzero(np.isin(batch.codes, held) & can_wait).tolist():
            name = batch.slices[batch.codes[row]]
            self._counted[name] = self._counted.get(name, 0) + 1
            found.append({"row": row, "unit": name.unit, "slice": name.name} | self._said(name))
        return pa.Table.from_pylist(found, HOLDING)

    def _said(self, name: Slice) -> dict[str, str]:
        """What a held input's row says: no run and no time, so that it is the same when a killed run goes on."""
        breaches = self._holds[name]
        why = "; ".join(breach.in_words() for breach in breaches)
        return {
            "reason": breaches[0].measure,
            "detail": f"held with {name}: {why}; `newslake status` says how to decide",
        }

    def _spooled(self, staged: pa.Table, number: int) -> Path:
        path = self._staging / f"waiting-{self._piece:04d}-{number:06d}.arrows"
        with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, staged.schema) as writer:
            writer.write_table(staged)
        return path

    def _bounds_of(self, name: Slice) -> GateBounds:
        return self._bounds.get(name) or self._bounds[Slice(REST, "")]

    def _earlier(self, names: list[Slice]) -> dict[Slice, list[Earlier]]:
        found: dict[Slice, list[Earlier]] = {}
        if names:
            for row in gates.earlier_slices(self._con, [(name.unit, name.name) for name in names]):
                found.setdefault(Slice(row["unit"], row["name"]), []).append(Earlier(_counts(row), row["judged_at"]))
        return found

    def _unfinished(self) -> dict[Slice, _Judged]:
        """How runs that did not go to their end have judged: what they left over is a remainder of those slices."""
        if self._piece > 1:
            return {}
        found = {}
        for row in gates.unfinished_verdicts(self._con, self._run_id, self._inbox):
            breaches = []
            if row["verdict"] == "held":
                kept = gates.breaches_of(self._con, row["run_id"], row["piece"], row["unit"], row["name"])
                breaches = [Breach(**{name: each[name] for name in _BREACH}) for each in kept]
            found[Slice(row["unit"], row["name"])] = _Judged(_counts(row), breaches)
        return found


@dataclass(frozen=True, slots=True)
class _Judged:
    """How a slice was judged by a run that did not go to its end."""

    counts: Counts
    breaches: list[Breach]


_BREACH = ("measure", "observed", "bound", "usual", "why", "remedy")


def bounds_of(settings: Settings) -> dict[Slice, GateBounds]:
    """The bounds by feed; those of whatever is no feed's stand at the rest."""
    said = msgspec.structs.asdict(settings.gates)
    default = GateBounds(**{name: said[name] for name in GateBounds.__dataclass_fields__})
    found = {Slice(REST, ""): default}
    for feed in settings.feeds:
        own = {name: value for name, value in msgspec.structs.asdict(feed.gates).items() if value is not None}
        found[Slice(FEED, feed.name)] = replace(default, **own)
    return found


def _counts(row: dict[str, Any]) -> Counts:
    return Counts(**{name: row[name] for name in gates.COUNTS})


def _fields(value: Counts | Breach) -> dict[str, object]:
    found = {name: getattr(value, name) for name in value.__dataclass_fields__}
    return {name: list(each.items()) if isinstance(each, dict) else each for name, each in found.items()}
