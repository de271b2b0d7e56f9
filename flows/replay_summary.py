"""What a replay did, or would do: for the terminal, for ``--json``, for the Prefect artifact, for the exit status."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field, replace

from flows.summary import Counts, Finish

EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Left:
    """Inputs that were left as they are for one reason, with one of them."""

    reason: str
    inputs: int
    example: str


@dataclass(frozen=True, slots=True)
class Example:
    """One reading's field before and after."""

    path: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field, in how many readings it differs, and some of them."""

    field: str
    readings: int
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaySummary:
    """One replay. ``inputs`` is what the scope holds: the sum of ``same``, ``changed``, ``refused`` and ``unread``.

    ``refused`` are loaded inputs whose bytes today's reader or rules would not load: their articles stay as they are.
    ``unread`` are those whose bytes are not to be had. Of a quarantine, ``same`` are the inputs that are refused as
    before, and ``counts.quarantined`` those that are refused for other reasons now; ``quarantined_before`` and
    ``quarantined_after`` are all that are in quarantine.
    """

    run_id: int | None
    state: Finish
    is_quarantine: bool
    is_dry_run: bool
    scope: str
    warehouse: str
    inputs: int = 0
    same: int = 0
    changed: int = 0
    refused: tuple[Left, ...] = ()
    unread: tuple[Left, ...] = ()
    fields: tuple[FieldChange, ...] = ()
    counts: Counts = field(default_factory=Counts)
    batches: int = 0
    quarantined_before: int = 0
    quarantined_after: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    message: str | None = None

    def exit_status(self) -> int:
        """1 for a failed replay, else 0."""
        return 1 if self.state == "failed" else 0

    def as_json(self) -> dict[str, object]:
        """The summary with its counts on the top level, for ``--json``."""
        own: dict[str, object] = asdict(self)
        counts = own.pop("counts")
        own["seconds"] = {stage: round(took, 3) for stage, took in self.seconds.items()}
        names = ("loaded", "quarantined", "articles_new", "articles_edited", "articles_reextracted", "articles_same")
        return own | {name: counts[name] for name in names}  # type: ignore[index]

    def headline(self) -> str:
        """The replay in one line."""
        name = "Dry run" if self.is_dry_run else f"Run {self.run_id}"
        what = "inputs in quarantine" if self.is_quarantine else "readings"
        if not self.inputs:
            return f"{name}: there are no {what} in this scope ({self.scope})."
        done = "read again" if self.state == "completed" else f"to be read again, {self.state}"
        return f"{name}: {self.inputs:,} {what} {done} ({self.scope}): {self._outcome()}."

    def _outcome(self) -> str:
        left = f"{sum(x.inputs for x in self.refused):,} refused today and left, " if self.refused else ""
        unread = f"{sum(x.inputs for x in self.unread):,} not to be had" if self.unread else "none missing"
        would = "would differ" if self.is_dry_run else "differ"
        if self.is_quarantine:
            return f"{self.same:,} refused as before, {self.changed:,} {would}, {unread}"
        return f"{self.same:,} the same, {self.changed:,} {would}, {left}{unread}"

    def plain_lines(self) -> list[str]:
        """What the headline leaves out, for a terminal or a log."""
        lines = []
        counts = self.counts
        if self.changed and not self.is_dry_run:
            lines.append(
                f"  articles   {counts.articles_new:,} new, {counts.articles_edited:,} edited, "
                f"{counts.articles_reextracted:,} re-extracted, {counts.articles_same:,} the same, "
                f"in {self.batches:,} batches"
            )
        if self.is_quarantine and self.inputs and not self.is_dry_run:
            lines.append(f"  quarantine {self.quarantined_before:,} before, {self.quarantined_after:,} after")
        for change in self.fields:
            lines.append(f"  {change.field:<15} differs in {change.readings:,}")
            lines += [f"    {e.path}: {_said(e.before)} → {_said(e.after)}" for e in change.examples]
        lines += [f"  refused    {x.inputs:,} × {x.reason}, for example {x.example}" for x in self.refused]
        lines += [f"  not read   {x.inputs:,} × {x.reason}, for example {x.example}" for x in self.unread]
        if self.seconds:
            lines.append(f"  time       {', '.join(f'{stage} {took:.1f} s' for stage, took in self.seconds.items())}")
        return lines

    def markdown(self) -> str:
        """The replay as a page."""
        lines = [f"# {self.headline()}", "", f"Warehouse `{self.warehouse}`.", "", "```", *self.plain_lines(), "```"]
        return "\n".join(lines) + "\n"


def _said(value: str | None) -> str:
    return "nothing" if value is None else value.replace("\n", " ")


class Tally:
    """A replay's counts in the making."""

    def __init__(self) -> None:
        self.same = self.changed = 0
        self._refused: Counter[str] = Counter()
        self._unread: Counter[str] = Counter()
        self._fields: Counter[str] = Counter()
        self._first: dict[str, str] = {}
        self._examples: dict[str, list[Example]] = {}

    def refuse(self, reason: str, key: str, inputs: int = 1) -> None:
        """Loaded inputs whose bytes would not load today, and one of them."""
        self._refused[reason] += inputs
        self._first.setdefault(reason, key)

    def miss(self, reason: str, inputs: int, example: str) -> None:
        """Inputs whose bytes are not to be had."""
        self._unread[reason] += inputs
        self._first.setdefault(reason, example)

    def differ(self, field_name: str, example: Example) -> None:
        """A field of a reading that differs."""
        self._fields[field_name] += 1
        examples = self._examples.setdefault(field_name, [])
        if len(examples) < EXAMPLES:
            examples.append(example)

    def into(self, summary: ReplaySummary) -> ReplaySummary:
        """The summary with these counts, the commonest first."""
        return replace(
            summary,
            same=self.same,
            changed=self.changed,
            refused=self._left(self._refused),
            unread=self._left(self._unread),
            fields=tuple(
                FieldChange(name, count, tuple(self._examples[name])) for name, count in self._fields.most_common()
            ),
        )

    def _left(self, counted: Counter[str]) -> tuple[Left, ...]:
        return tuple(Left(reason, count, self._first[reason]) for reason, count in counted.most_common())
