"""Schema drift of JSON inputs: field names that disappear, appear or are renamed.

Each name is a share of the records that is watched like any other; a name that goes and one that comes at the same
time, as often as the first and alike in spelling or the only ones, are one that was renamed. New names alone are worth
a look and no alarm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np

from expectations.monitors import shares
from expectations.monitors.findings import Expectation, Finding, State, Subject, when
from expectations.monitors.past import DAY, Floats, Ints
from expectations.monitors.rhythm import Span

MONITOR, CAUSE = "schema", "schema_drift"
_ALIKE = 0.5
_AS_OFTEN = 0.25
_NEW_IN_DAYS = 7
_MANY = 5


_Shift = tuple[str, float, int, float, float]  # name, evidence, since, share before, share now


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """JSON records of a feed, run by run in the order of time: the hour of each run, its records, and how many of them
    had each field name."""

    hours: Ints
    records: Floats
    having: Mapping[str, Floats]


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """A field that is gone (``now`` is null), new (``before`` is null) or renamed; ``evidence`` in nats, ``since`` the
    hour of the first run that shows it."""

    before: str | None
    now: str | None
    evidence: float
    since: int

    def __str__(self) -> str:
        if self.now is None:
            return f"{self.before} is gone"
        return f"{self.now} is new" if self.before is None else f"{self.before} is now {self.now}"


def changes(past: Records, end: int, set_aside: Sequence[Span] = ()) -> list[Change]:
    """What has changed by the end of hour ``end - 1``, in the order of the names that are gone and then of the new.
    Nothing is learned from the spans of ``set_aside``, the hours of earlier incidents, as of shares."""
    gone: list[_Shift] = []
    new: list[_Shift] = []
    for name in sorted(past.having):
        counted = shares.Counted(past.hours, past.records, past.having[name])
        for measure, found in ((_goes(name), gone), (_comes(name), new)):
            expected = shares.expect(measure, counted, end, set_aside)
            if expected is None or (found is new and expected.usual > 2 * shares.EDGE):
                continue
            evidence = shares.evidence(expected, counted)
            if len(evidence) and evidence[-1] >= shares.NEEDED:
                start = int(np.searchsorted(past.hours, expected.tested_from))
                well = np.flatnonzero(evidence == 0)
                since = int(past.hours[start + (int(well[-1]) + 1 if len(well) else 0)])
                found.append((name, float(evidence[-1]), since, expected.usual, _lately(counted, since)))
    return _paired(gone, new)


def _goes(name: str) -> shares.Measure:
    return shares.Measure(name, CAUSE, "falls", 0.35, 0.0, 0.5, f"records with {name}")


def _comes(name: str) -> shares.Measure:
    return shares.Measure(name, CAUSE, "rises", 0.0, 0.4, 0.0, f"records with {name}")


def _lately(counted: shares.Counted, since: int) -> float:
    late = counted.hours >= since
    return float(counted.having[late].sum() / max(counted.of[late].sum(), 1.0))


def _paired(gone: Sequence[_Shift], new: Sequence[_Shift]) -> list[Change]:
    left = list(new)
    found = []
    for name, evidence, since, before, _ in gone:
        fits = [
            shift
            for shift in left
            if abs(shift[4] - before) <= _AS_OFTEN
            and abs(shift[2] - since) <= _NEW_IN_DAYS * DAY
            and (_likeness(name, shift[0]) >= _ALIKE or len(gone) == len(new) == 1)
        ]
        if fits:
            best = max(fits, key=lambda shift: (_likeness(name, shift[0]), shift[0]))
            left.remove(best)
            found.append(Change(name, best[0], min(evidence, best[1]), min(since, best[2])))
        else:
            found.append(Change(name, None, evidence, since))
    return [*found, *(Change(None, name, evidence, since) for name, evidence, since, _, _ in left)]


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one.lower(), other.lower()).ratio()


def judge(subject: Subject, past: Records, end: int, set_aside: Sequence[Span] = ()) -> Finding | None:
    """Whether the fields have changed; null where there is too little of a past to say which are usual."""
    stop = int(np.searchsorted(past.hours, end))
    past = Records(past.hours[:stop], past.records[:stop], {name: had[:stop] for name, had in past.having.items()})
    whole = shares.Counted(past.hours, past.records, past.records)
    known = shares.expect(_goes("any"), whole, end, set_aside)
    if known is None:
        return None
    found = changes(past, end, set_aside)
    lost = [change for change in found if change.before is not None]
    state = State.OPEN if lost else State.SUSPECT if found else State.OK
    usual = sum(_is_usual(name, past, end, set_aside) for name in past.having)
    told = [str(change) for change in found[:_MANY]]
    told += [f"and {len(found) - _MANY} more"] if len(found) > _MANY else []
    since = min((change.since for change in found), default=None)
    why = "; ".join(told) if found else f"the {usual} usual fields are there"
    basis = f"{known.articles:,} records of its own past"
    starts = when(known.tested_from if since is None else since)
    return Finding(
        monitor=MONITOR,
        subject=subject,
        cause=CAUSE,
        state=state,
        as_of=when(end),
        since=None if since is None else starts,
        observed=float(usual - len(lost)),
        evidence=max((change.evidence for change in lost or found), default=0.0),
        needed=shares.NEEDED,
        why=f"{why} (by {basis})",
        expectation=Expectation(
            monitor=MONITOR,
            subject=subject,
            measure="usual fields",
            made_at=when(end),
            starts=starts,
            ends=when(end),
            low=float(usual),
            high=None,
            unit="fields",
            chance=float(np.exp(-shares.NEEDED)),
            basis=basis,
        ),
    )


def _is_usual(name: str, past: Records, end: int, set_aside: Sequence[Span]) -> bool:
    counted = shares.Counted(past.hours, past.records, past.having[name])
    expected = shares.expect(_goes(name), counted, end, set_aside)
    return expected is not None
