"""The replay flow: bytes that were picked up earlier are read again by today's reader, rules and site blocks.

The way is that of an ingest run: read in children, validate, load (one transaction a batch), tell; the bytes come from
where they are kept instead of from an inbox. A reading that differs becomes a further extraction of its revision; what
is the same leaves no trace, so a replay that was killed is simply started again, and a second one changes nothing.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from contextvars import ContextVar
from dataclasses import replace
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path

import pyarrow as pa
from prefect import flow, get_run_logger, task
from prefect.artifacts import create_markdown_artifact
from prefect.cache_policies import NO_CACHE
from prefect.futures import PrefectFuture
from prefect.runtime import flow_run
from prefect.task_runners import ThreadPoolTaskRunner
from prefect.utilities.annotations import opaque

from expectations import verdict
from flows.alerts import message_of_error
from flows.chunks import CHUNKS_AT_ONCE, batches, cut, staged_rows, under_way
from flows.extraction import Extractor
from flows.feeds_and_rules import bounds_of, feeds_of, lake_feeds, read_site_rules, rules_of
from flows.kept_bytes import KeptBytes
from flows.progress import REPORTER
from flows.read_again import ReadAgain, Rereader
from flows.reading import Job, access_of, limits_of, unpacker_of
from flows.replay_summary import Example, ReplaySummary, Tally
from flows.settings import Loaded, load
from flows.staging import sweep
from flows.stopwatch import Stopwatch
from flows.summary import counts_of, ending_by
from transforms.extract import extractors
from transforms.staged import SCHEMA, Outcome
from warehouse import ledger
from warehouse.heap import give_back
from warehouse.lake import Connection, Layout, connect
from warehouse.load import REPLAYED, BatchCounts, load_batch
from warehouse.load import Extractor as LakeExtractor
from warehouse.locks import run_lock
from warehouse.migrate import prepare
from warehouse.replay import Target, differences, in_quarantine, select_targets
from warehouse.scope import Scope
from warehouse.site_blocks import blocks_ever_learned, learn_blocks

_REREADER: ContextVar[Rereader] = ContextVar("_REREADER")


@flow(
    name="replay",
    flow_run_name="replay",
    task_runner=ThreadPoolTaskRunner(max_workers=CHUNKS_AT_ONCE),  # type: ignore[arg-type]
    persist_result=False,
    log_prints=False,
)
def replay(
    warehouse: str | None = None,
    settings_file: str | None = None,
    since: date | None = None,
    source: str | None = None,
    article_id: int | None = None,
    feed: str | None = None,
    dry_run: bool = False,
) -> ReplaySummary:
    """Read the bytes of loaded articles again and load what reads otherwise as further extractions.

    The parameters narrow what is read (see :class:`warehouse.scope.Scope`). ``dry_run`` changes nothing and tells the
    same. Raises what the settings or the warehouse have against it.
    """
    loaded = load(Path(settings_file) if settings_file else None)
    folder, _ = loaded.warehouse(warehouse)
    return run(loaded, folder, Scope(since, source, article_id, feed), dry_run=dry_run)


@flow(
    name="quarantine-replay",
    flow_run_name="quarantine-replay",
    task_runner=ThreadPoolTaskRunner(max_workers=CHUNKS_AT_ONCE),  # type: ignore[arg-type]
    persist_result=False,
    log_prints=False,
)
def replay_quarantine(
    warehouse: str | None = None,
    settings_file: str | None = None,
    reason: str | None = None,
    input_ids: tuple[int, ...] = (),
) -> ReplaySummary:
    """Read the bytes of quarantined inputs again and load what can be used by now.

    Without ``reason`` and ``input_ids`` all that nobody has discarded. Raises what the settings or the warehouse have
    against it.
    """
    loaded = load(Path(settings_file) if settings_file else None)
    folder, _ = loaded.warehouse(warehouse)
    scope = Scope(is_quarantine=True, reason=reason, input_ids=tuple(input_ids))
    return run(loaded, folder, scope, dry_run=False)


def run(loaded: Loaded, folder: Path, scope: Scope, *, dry_run: bool) -> ReplaySummary:
    """The body of the flows: a run of its own kind under the run lock, or a look that leaves nothing behind."""
    watch = Stopwatch()
    verdict.warm_up_meanwhile(rules_of(loaded))
    connect(folder, read_only=True).close()  # a folder without a warehouse is an error, not a new warehouse
    with ExitStack() as stack:
        if not dry_run:
            stack.enter_context(run_lock(folder, wait_seconds=loaded.settings.lock_wait_seconds))
        with watch.stage("opening"):
            con = connect(folder, read_only=True) if dry_run else prepare(folder)
            stack.callback(con.close)
        current = _Replay(con, loaded, folder, scope, watch, is_dry_run=dry_run)
        return current.carried_out(stack)


class _Replay:
    """One replay under way: where it is, and what it has counted."""

    def __init__(
        self, con: Connection, loaded: Loaded, folder: Path, scope: Scope, watch: Stopwatch, *, is_dry_run: bool
    ) -> None:
        self._con = con
        self._settings = loaded.settings
        self._feeds = feeds_of(loaded.settings)
        self._site_rules = read_site_rules(loaded)
        self._layout = Layout(folder)
        self._scope = scope
        self._watch = watch
        self._is_dry_run = is_dry_run
        self._book = rules_of(loaded)
        self._as_of = _now()
        self._bounds = bounds_of(loaded.settings)
        self._tally = Tally()
        self._batches: list[BatchCounts] = []
        self._run_id: int | None = None
        self._summary = ReplaySummary(
            run_id=None,
            state="completed",
            is_quarantine=scope.is_quarantine,
            is_dry_run=is_dry_run,
            scope=scope.in_words(),
            warehouse=str(folder),
        )

    def carried_out(self, stack: ExitStack) -> ReplaySummary:
        """Do it, and record its start and end whatever happens in between."""
        if self._is_dry_run:
            staging = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="newslake-replay-")))
            self._read_and_load(staging)
            return self._told(self._summary)
        self._run_id = ledger.begin_run(
            self._con,
            inbox=f"kept bytes: {self._scope.in_words()}",
            now=_now(),
            version=version("newslake"),
            flow_run_id=flow_run.get_id(),
            kind="quarantine_replay" if self._scope.is_quarantine else "replay",
        )
        self._summary = replace(self._summary, run_id=self._run_id)
        staging = self._layout.staging / f"run-{self._run_id}"
        try:
            sweep(staging.parent)
            staging.mkdir(parents=True)
            self._read_and_load(staging)
        except BaseException as error:
            # Interrupts too: the run's end is recorded, and what was committed before it stays.
            state = ending_by(error)
            try:
                self._end(replace(self._summary, state=state, message=message_of_error(error)))
            except Exception as second:
                error.add_note(f"The end of the run could not be recorded: {message_of_error(second)}")
            raise
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        return self._end(self._summary)

    def _read_and_load(self, staging: Path) -> None:
        if self._run_id is not None:
            with self._watch.stage("learning"):
                learn_blocks(self._con, run_id=self._run_id, now=_now())  # what a killed run left unlearned
        with self._watch.stage("comparing"):
            targets = select_targets(self._con, self._scope)
            before = in_quarantine(self._con) if self._scope.is_quarantine else 0
        self._summary = replace(self._summary, inputs=len(targets), quarantined_before=before)
        if not targets:
            return
        REPORTER.get().begin(len(targets), sum(target.size for target in targets))
        limits = limits_of(self._settings)
        job = Job(
            self._as_of,
            self._feeds,
            limits,
            keep_raw=self._settings.keep_raw != "none" and not self._is_dry_run,
            engine=self._settings.extraction.engine,
            site_rules=self._site_rules,
            unpacker=unpacker_of(self._settings),
            site_blocks=blocks_ever_learned(self._con),
            access=access_of(self._settings),
        )
        with Extractor(job, self._settings.extraction.workers) as extractor:
            kept = KeptBytes(self._layout, limits.file_mb * 2**20)
            _REREADER.set(Rereader(extractor, kept, self._con))
            of_id = {target.input_id: target for target in targets}
            for batch in batches(self._tables(self._chunks_of(targets, staging)), self._settings.batch):
                taken = batch.nbytes
                self._load(batch, of_id)
                del batch
                give_back(taken)
        if self._run_id is not None and self._scope.is_quarantine:
            with self._watch.stage("learning"):
                learn_blocks(self._con, run_id=self._run_id, now=_now())

    def _chunks_of(self, targets: Sequence[Target], staging: Path) -> Iterator[PrefectFuture[ReadAgain]]:
        for number, members in enumerate(cut(targets, self._settings.batch)):
            yield read_again.submit(str(staging / f"chunk-{number:06d}.arrows"), opaque(members))

    def _tables(self, chunks: Iterable[PrefectFuture[ReadAgain]]) -> Iterator[pa.Table]:
        for future in under_way(chunks):
            with self._watch.stage("reading"):
                chunk = future.result()
                table = staged_rows(chunk.path)
            self._tally.same += chunk.same
            for left in chunk.unread:
                self._tally.miss(left.reason, left.inputs, left.example)
            for left in chunk.refused:
                self._tally.refuse(left.reason, left.example, left.inputs)
            yield table

    def _load(self, batch: pa.Table, targets: dict[int, Target]) -> None:
        if not batch.num_rows:
            return
        with self._watch.stage("validating"):
            judged = verdict.judge(batch.select(SCHEMA.names), as_of=self._as_of, bounds=self._bounds, rules=self._book)
        reasons: dict[int, list[dict[str, str]]] = {}
        for found in judged.rejected.to_pylist():
            reasons.setdefault(found["row"], []).append({"reason": found["reason"], "detail": found["detail"]})
        ids: list[int | None] = batch["input_id"].to_pylist()
        asked = [targets.get(input_id) if input_id is not None else None for input_id in ids]
        outcomes = batch["outcome"].to_pylist()
        stay: list[int] = []  # rows that are loaded
        for row, target in enumerate(asked):
            if target is not None and row in reasons and target.article_id is not None:
                self._tally.refuse(reasons[row][0]["reason"], target.input_key)
            elif target is not None and row in reasons and reasons[row] == target.reasons:
                self._tally.same += 1
            else:
                stay.append(row)
                self._tally.changed += target is not None
        places = {row: place for place, row in enumerate(stay)}
        staged = verdict.apply_nulls(batch.select(SCHEMA.names), judged.faults, self._book).take(
            pa.array(stay, pa.int64())
        )
        again = [
            (places[row], target)
            for row in stay
            if outcomes[row] == Outcome.ARTICLE and (target := asked[row]) is not None and target.article_id is not None
        ]
        rows = pa.array([place for place, _ in again], pa.int64())
        self._tell_differences(staged.take(rows), [target for _, target in again])
        if self._run_id is None or not stay:
            return
        replayed = [{"row": places[row], "input_id": ids[row]} for row in stay if ids[row] is not None]
        with self._watch.stage("loading"):
            counts = load_batch(
                self._con,
                staged.combine_chunks(),
                _moved(judged.rejected, places),
                _moved(judged.faults, places),
                judged.results,
                run_id=self._run_id,
                now=_now(),
                feeds=lake_feeds(self._feeds),
                extractors=[LakeExtractor(*engine) for engine in extractors(self._site_rules)],
                keep_raw=self._settings.keep_raw,
                replayed=pa.Table.from_pylist(replayed, schema=REPLAYED),
            )
        # What the loader finds as it was: a conflict of identities, or the work of another process meanwhile.
        self._tally.same += counts.unchanged
        self._tally.changed -= counts.unchanged
        self._batches.append(counts)
        get_run_logger().info("batch %d committed: %s", counts.batch_id, counts)

    def _tell_differences(self, staged: pa.Table, targets: Sequence[Target]) -> None:
        if not targets:
            return
        for found in differences(self._con, staged, targets):
            self._tally.differ(found.field, Example(targets[found.row].input_key, found.before, found.after))

    def _end(self, summary: ReplaySummary) -> ReplaySummary:
        totals = ledger.end_run(
            self._con,
            summary.run_id or 0,
            state=summary.state,
            now=_now(),
            listed=summary.inputs,
            unchanged=0,
            message=summary.message,
            stage_seconds=self._watch.total(),
        )
        summary = self._told(replace(summary, counts=counts_of(totals, self._batches), batches=totals.batches))
        if summary.state != "interrupted":
            create_markdown_artifact(summary.markdown(), key="newslake-replay", description=summary.headline())
        return summary

    def _told(self, summary: ReplaySummary) -> ReplaySummary:
        after = in_quarantine(self._con) if summary.is_quarantine else 0
        return replace(self._tally.into(summary), quarantined_after=after, seconds=self._watch.total())


@task(name="read-again", persist_result=False, cache_policy=NO_CACHE)
def read_again(path: str, targets: Sequence[Target]) -> ReadAgain:
    """Read ``targets`` in the children; the rows of those that read otherwise wait as an Arrow stream at ``path``."""
    return _REREADER.get().read(path, targets, REPORTER.get().advance)


def _moved(found: pa.Table, places: dict[int, int]) -> pa.Table:
    """A table with a column ``row``, for the rows that stay, by their new places."""
    rows = [row | {"row": places[row["row"]]} for row in found.to_pylist() if row["row"] in places]
    return pa.Table.from_pylist(rows, schema=found.schema)


def _now() -> datetime:
    return datetime.now(UTC)
