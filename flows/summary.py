"""What a run did, as one value: for the terminal, for ``--json``, for the Prefect artifact and for the exit status."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Literal

from warehouse.errors import is_interruption

if TYPE_CHECKING:
    from warehouse.ledger import RunCounts
    from warehouse.load import BatchCounts

Finish = Literal["completed", "failed", "interrupted"]


def ending_by(error: BaseException) -> Finish:
    """How a run ended that ``error`` ended."""
    return "failed" if isinstance(error, Exception) and not is_interruption(error) else "interrupted"


STATES = ("loaded", "quarantined", "duplicate", "held", "failed")


@dataclass(frozen=True, slots=True)
class Counts:
    """Inputs by state, and what the loaded ones meant for the articles. ``container`` counts files of records, which
    are not among ``picked_up``: their records are. ``settling`` counts files that were still being written and wait for
    the next run, ``archived`` loaded ones that were moved out of the inbox."""

    loaded: int = 0
    quarantined: int = 0
    duplicate: int = 0
    held: int = 0
    failed: int = 0
    container: int = 0
    unchanged: int = 0
    settling: int = 0
    archived: int = 0
    articles_new: int = 0
    articles_edited: int = 0
    articles_reextracted: int = 0
    articles_same: int = 0

    @property
    def picked_up(self) -> int:
        """N1: the sum of the states."""
        return self.loaded + self.quarantined + self.duplicate + self.held + self.failed

    @property
    def rejected(self) -> int:
        """Inputs of which nothing could be loaded."""
        return self.quarantined + self.failed


def counts_of(totals: RunCounts, batches: Sequence[BatchCounts]) -> Counts:
    """A run's counts: inputs by state, and what its batches meant for the articles."""
    return Counts(
        loaded=totals.loaded,
        quarantined=totals.quarantined,
        duplicate=totals.duplicate,
        held=totals.held,
        failed=totals.failed,
        container=totals.container,
        unchanged=totals.unchanged,
        settling=totals.settling,
        archived=totals.archived,
        articles_new=sum(batch.articles_new for batch in batches),
        articles_edited=sum(batch.articles_edited for batch in batches),
        articles_reextracted=sum(batch.articles_reextracted for batch in batches),
        articles_same=sum(batch.articles_same for batch in batches),
    )


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason for which inputs were quarantined or failed, with how many and one of them."""

    state: str
    reason: str
    inputs: int
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """One run. ``seconds`` is wall time by stage; the stages of reading and loading overlap. ``stage_worked`` are the
    seconds of them that the flow's thread had of the processor. ``stage_bytes`` are those of the files that were read,
    and of the rows that were validated and loaded, as they are in memory. ``held_slices`` says what a gate held back
    and why."""

    run_id: int
    state: Finish
    inbox: str
    warehouse: str
    listed: int = 0
    ignored: int = 0
    counts: Counts = Counts()
    batches: int = 0
    size: int = 0
    seconds: dict[str, float] = field(default_factory=dict)
    held_slices: tuple[str, ...] = ()
    stage_worked: dict[str, float] = field(default_factory=dict)
    stage_bytes: dict[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    alert: str | None = None
    message: str | None = None

    def exit_status(self, *, strict: bool) -> int:
        """The process's exit status: the first of the documented ones that applies."""
        if self.state == "failed":
            return 1
        if self.counts.held:
            return 3
        if strict and self.counts.rejected:
            return 4
        return 0

    def profile(self) -> list[tuple[str, float, float | None, int | None]]:
        """Each stage, its wall seconds, those that its thread had of the processor, and the bytes that went through it
        where they are known; the whole run last."""
        return [
            (stage, round(took, 3), _rounded(self.stage_worked.get(stage)), self.stage_bytes.get(stage))
            for stage, took in self.seconds.items()
        ]

    def as_json(self, *, profile: bool = False) -> dict[str, object]:
        """The summary with its counts on the top level, for ``--json``; with its stages, for ``--profile`` too."""
        own: dict[str, object] = asdict(self)
        del own["counts"], own["stage_bytes"], own["stage_worked"]
        if profile:
            own["profile"] = [
                {"stage": stage, "seconds": took, "processor": worked, "bytes": size}
                for stage, took, worked, size in self.profile()
            ]
        own["seconds"] = {stage: round(took, 3) for stage, took in self.seconds.items()}
        return own | {"picked_up": self.counts.picked_up} | asdict(self.counts)

    def headline(self) -> str:
        """The run in one line."""
        counts = self.counts
        if self.state == "completed" and counts.picked_up == 0 and counts.container == 0:
            if counts.settling:
                known = f"{counts.unchanged:,} inputs unchanged, {counts.settling:,} still being written"
                return f"Run {self.run_id}: {known}, nothing to do yet."
            if not self.listed:
                return f"Run {self.run_id}: there is no file to read in the inbox."
            return f"Run {self.run_id}: all {counts.unchanged:,} inputs unchanged, nothing to do."
        states = ", ".join(f"{getattr(counts, state):,} {state}" for state in STATES if getattr(counts, state))
        return f"Run {self.run_id} {self.state}: {counts.picked_up:,} picked up = {states or 'none'}."

    def plain_lines(self) -> list[str]:
        """What the headline leaves out, for a terminal or a log."""
        counts = self.counts
        lines = []
        if counts.picked_up or counts.container:
            lines = [
                f"  articles   {counts.articles_new:,} new, {counts.articles_edited:,} edited, "
                f"{counts.articles_reextracted:,} re-extracted, {counts.articles_same:,} the same",
                f"  inputs     {counts.unchanged:,} unchanged, {counts.container:,} containers, "
                f"{self.listed:,} files listed, {self.ignored:,} ignored by name"
                + (f", {counts.archived:,} archived" if counts.archived else ""),
                f"  time       {', '.join(f'{stage} {took:.1f} s' for stage, took in self.seconds.items())}",
            ]
        lines += [f"  {p.state:<10} {p.inputs:,} × {p.reason}, for example {p.example}" for p in self.problems]
        lines += [f"  held       {slice_}" for slice_ in self.held_slices]
        if self.held_slices:
            decide = f"newslake run --accept {self.run_id} --reason WHY"
            lines.append(f"  decide     {decide}, or --discard: what is held waits until then")
        if self.alert:
            lines.append(f"  alert      {self.alert}")
        return lines

    def markdown(self) -> str:
        """The run as a page that is read in ten seconds."""
        counts = self.counts
        lines = [
            f"# {self.headline()}",
            "",
            f"Inbox `{self.inbox}`, warehouse `{self.warehouse}`.",
            "",
            f"- {counts.unchanged:,} unchanged, {self.listed:,} listed, {self.ignored:,} ignored by name",
            f"- articles: {counts.articles_new:,} new, {counts.articles_edited:,} edited, "
            f"{counts.articles_reextracted:,} re-extracted, {counts.articles_same:,} the same",
            f"- {self.batches:,} batches, {self.size / 1e6:,.1f} MB, {self.seconds.get('total', 0):,.1f} s",
        ]
        if self.message:
            lines += ["", f"**{self.message}**"]
        if self.held_slices:
            lines += ["", *(f"- **held**: {slice_}" for slice_ in self.held_slices)]
        if self.problems:
            lines += ["", "| state | reason | inputs | for example |", "|---|---|---:|---|"]
            lines += [f"| {p.state} | `{p.reason}` | {p.inputs:,} | `{_cell(p.example)}` |" for p in self.problems]
        return "\n".join(lines) + "\n"

    def table(self) -> list[dict[str, object]]:
        """Inputs by state, as rows."""
        return [
            {"state": state, "inputs": getattr(self.counts, state)} for state in (*STATES, "container", "unchanged")
        ]


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("`", "'").replace("\n", " ")


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
