"""The ingest flow: one run from an inbox to the lake.

Pick up, read (one task a chunk, in children), validate, load (one transaction a batch), tell. Chunks are cut by bytes
from the inbox in the order of its keys, and batches end where chunks end, so a run that was killed and started again
makes the same cuts as an undisturbed one. Only paths and counts pass through Prefect; rows wait as Arrow streams in the
warehouse's staging folder.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing
from contextvars import ContextVar
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc
from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.futures import PrefectFuture
from prefect.runtime import flow_run
from prefect.task_runners import ThreadPoolTaskRunner

from expectations import verdict
from expectations.rules import RuleBook
from flows.alerts import RunOutcome, alert_for_run, message_of_error
from flows.archive import Archive, archive_of
from flows.chunks import CHUNKS_AT_ONCE, batches, cut, staged_pieces, under_way
from flows.feeds_and_rules import bounds_of, feeds_of, lake_feeds, read_site_rules, rules_of
from flows.gating import Gate
from flows.listing import LISTING, Inbox, Listed
from flows.listing_ahead import listing_of
from flows.pickup import NoInbox
from flows.places import from_the_root, shown
from flows.progress import REPORTER
from flows.readers import Readers, StagedChunk, readers_of
from flows.reading import Job, access_of, limits_of, unpacker_of
from flows.run_rounds import tell_of_run
from flows.served import told
from flows.settings import Loaded, Settings, SettingsError, load
from flows.staging import sweep
from flows.stopwatch import Stopwatch
from flows.summary import STATES, Problem, RunSummary, counts_of, ending_by
from transforms.extract import extractors
from transforms.hints import Feed
from transforms.read.site_rules import SiteRules
from transforms.staged import Outcome, in_one_piece
from warehouse import ledger
from warehouse.heap import give_back, map_large_blocks
from warehouse.lake import Connection, Layout
from warehouse.load import BatchCounts, load_batch
from warehouse.load import Extractor as LakeExtractor
from warehouse.locks import run_lock
from warehouse.migrate import prepare
from warehouse.site_blocks import blocks_in_force, learn_blocks

if TYPE_CHECKING:
    from expectations.verdict import BatchFailure


# The warehouse, where whoever calls the flow has opened it already: it takes a third of a second, and the command line
# has nothing to do while Prefect's server starts.
OPENED: ContextVar[tuple[Path, Connection] | None] = ContextVar("OPENED", default=None)


@flow(
    name="ingest",
    flow_run_name="ingest",
    task_runner=ThreadPoolTaskRunner(max_workers=CHUNKS_AT_ONCE),  # type: ignore[arg-type]
    persist_result=False,
    log_prints=False,
)
def ingest(
    inbox: str | None = None,
    warehouse: str | None = None,
    settings_file: str | None = None,
    verify: bool = False,
) -> RunSummary:
    """Load what is new or changed in ``inbox`` into the lake.

    What is left out comes from the settings (``settings_file``, else the nearest one). ``verify`` hashes every file,
    also those of known size and time. Raises what the settings, the inbox or the warehouse have against the run.
    """
    loaded = load(Path(settings_file) if settings_file else None)
    folder, _ = loaded.warehouse(warehouse)
    with told(loaded.settings) as tell:
        summary = run(loaded, loaded.inbox(inbox), folder, verify=verify)
        tell(summary.headline())
        return summary


def run(loaded: Loaded, inbox: str, folder: Path, *, verify: bool) -> RunSummary:
    """The body of the flow: one run under the run lock, its start and end recorded whatever happens in between."""
    watch = Stopwatch()
    map_large_blocks()
    access = access_of(loaded.settings)
    archive = archive_of(loaded, inbox, access)
    missing: NoInbox | SettingsError | None = None
    with watch.stage("listing"):
        try:
            settle_seconds = loaded.settings.pickup.settle_seconds
            listed = listing_of(inbox, loaded.settings.ignore, access, folder, settle_seconds)
        except NoInbox as error:
            if not Layout(folder).exists():
                raise
            listed, missing = Inbox("", LISTING.empty_table()), error
    book = rules_of(loaded, tried=True)
    verdict.warm_up_meanwhile(book)
    as_of = _now()
    feeds = feeds_of(loaded.settings)
    rules = read_site_rules(loaded)
    job = Job(
        as_of,
        feeds,
        limits_of(loaded.settings),
        keep_raw=loaded.settings.keep_raw != "none",
        engine=loaded.settings.extraction.engine,
        site_rules=rules,
        access=access,
        unpacker=unpacker_of(loaded.settings),
    )
    with (
        run_lock(folder, wait_seconds=loaded.settings.lock_wait_seconds),
        # A connection that the traceback of a failed run still holds may be let go of by any thread that collects
        # garbage, and one of Prefect's that does while the process ends aborts it in DuckDB's destructor.
        ExitStack() as opened_here,
    ):
        readers = readers_of(loaded.settings, job, folder)
        missing = _why_not_entered(readers, opened_here, folder) or missing
        if listed.entries.num_rows and not Layout(folder).exists():
            readers.warm_up()  # everything will be read: the children start while the tables are made
        with watch.stage("opening"):
            opened = OPENED.get()
            if opened is not None and opened[0] == folder:
                con = opened[1]
            else:
                con = opened_here.enter_context(closing(prepare(folder)))
            run_id = ledger.begin_run(
                con, inbox=from_the_root(inbox), now=_now(), version=version("newslake"), flow_run_id=flow_run.get_id()
            )
        current = _Run(
            con,
            readers,
            loaded.settings,
            feeds,
            rules,
            folder,
            run_id,
            watch,
            archive,
            book=book,
            inbox=from_the_root(inbox),
            as_of=as_of,
        )
        summary = RunSummary(run_id=run_id, state="completed", inbox=shown(inbox), warehouse=str(folder))
        try:
            current.load_changes(listed, missing, verify=verify)
        except BaseException as error:
            # Interrupts too: the run's end is recorded, and what was committed before it stays.
            state = ending_by(error)
            try:
                current.finish(replace(summary, state=state, message=message_of_error(error)), listed)
            except Exception as second:
                error.add_note(f"The end of the run could not be recorded: {message_of_error(second)}")
            raise
        finally:
            shutil.rmtree(current.staging, ignore_errors=True)
        return current.finish(summary, listed)


def _why_not_entered(readers: Readers, stack: ExitStack, folder: Path) -> SettingsError | None:
    """Enter ``readers`` on ``stack``. A cluster that does not answer is told of like an inbox that is not there."""
    try:
        stack.enter_context(readers)
    except SettingsError as error:
        if not Layout(folder).exists():
            raise
        return error
    return None


class _Run:
    """One run under way: where it is, and what it has counted."""

    def __init__(
        self,
        con: Connection,
        readers: Readers,
        settings: Settings,
        feeds: tuple[Feed, ...],
        site_rules: SiteRules | None,
        folder: Path,
        run_id: int,
        watch: Stopwatch,
        archive: Archive | None,
        *,
        book: RuleBook,
        inbox: str,
        as_of: datetime,
    ) -> None:
        self._con = con
        self._readers = readers
        self._settings = settings
        self._feeds = lake_feeds(feeds)
        self._extractors = [LakeExtractor(*engine) for engine in extractors(site_rules)]
        self._bounds = bounds_of(settings)
        self._run_id = run_id
        self._watch = watch
        self._archive = archive
        self._inbox = inbox
        self._book = book
        self._as_of = as_of
        self._spared = 0
        self._changing = 0
        self._changing_example = ""
        self._batches: list[BatchCounts] = []
        self._failures: list[BatchFailure] = []
        self._access = access_of(settings)
        self.staging = Layout(folder).staging / f"run-{run_id}"
        self._gate = Gate(con, settings, book, run_id, inbox, self.staging, as_of=as_of)

    def load_changes(self, listed: Inbox, missing: NoInbox | SettingsError | None, *, verify: bool) -> None:
        """Read, validate and load what is not known yet, and learn from it for the runs to come.

        Raises ``missing``, why nothing is listed or read: not before there is a run that fails of it, and tells.
        """
        if missing is not None:
            raise missing
        sweep(self.staging.parent)
        self._readers.clear()
        self.staging.mkdir(parents=True)
        with self._watch.stage("comparing"):
            changed, self._spared = ledger.select_changed(self._con, listed.entries, verify=verify)
        if not verify:
            self._put_away(listed)  # what a run was killed before it moved
        if changed.num_rows:
            self._load_files(listed, changed)
        with self._watch.stage("learning"):
            learn_blocks(self._con, run_id=self._run_id, now=_now())

    def _load_files(self, listed: Inbox, changed: pa.Table) -> None:
        self._readers.know(blocks_in_force(self._con))
        size = pc.sum(changed["size"]).as_py() or 0
        REPORTER.get().begin(changed.num_rows, size)
        self._watch.moved("reading", size)  # as the inbox lists them: a container unpacks to more
        for batch in batches(self._tables(self._chunks_of(listed.read(changed))), self._settings.batch):
            taken = batch.nbytes
            self._judge(batch)
            del batch  # the next one grows meanwhile
            give_back(taken)
            if self._gate.is_due:
                self._load(listed)
        self._load(listed)

    def _put_away(self, listed: Inbox, keys: pa.ChunkedArray[Any] | None = None) -> None:
        if self._archive is not None:
            with self._watch.stage("archiving"):
                self._archive.take(self._con, listed, keys)

    def _chunks_of(self, files: Iterator[Listed]) -> Iterator[PrefectFuture[StagedChunk]]:
        for number, members in enumerate(cut(files, self._settings.batch)):
            yield self._readers.submit(f"{self._readers.place(self.staging)}/chunk-{number:06d}.arrows", members)

    def _tables(self, chunks: Iterable[PrefectFuture[StagedChunk]]) -> Iterator[pa.Table]:
        for future in under_way(chunks, self._readers.ahead):
            with self._watch.stage("reading"):
                chunk = future.result()
            yield from staged_pieces(chunk.path, chunk.size, self._settings.batch, self._access)

    def _judge(self, batch: pa.Table) -> None:
        staged = self._set_aside(batch)
        if staged.num_rows:
            self._watch.moved("validating", staged.nbytes)
            with self._watch.stage("validating"):
                judged = verdict.judge(staged, as_of=self._as_of, bounds=self._bounds, rules=self._book)
                self._gate.add(staged, judged)

    def _load(self, listed: Inbox) -> None:
        """Load what waits before the gate, slices that are held to wait behind it."""
        with self._watch.stage("validating"):
            self._gate.decide()
        for batch in self._gate.opened():
            self._watch.moved("loading", batch.staged.nbytes)
            with self._watch.stage("loading"):
                counts = load_batch(
                    self._con,
                    batch.staged,
                    batch.verdict.rejected,
                    batch.verdict.faults,
                    batch.verdict.results,
                    run_id=self._run_id,
                    now=_now(),
                    feeds=self._feeds,
                    extractors=self._extractors,
                    keep_raw=self._settings.keep_raw,
                    holding=batch.holding,
                )
            if not batch.holding.num_rows:  # else the gate has told what is the matter
                self._failures += batch.verdict.batch_failures
            self._batches.append(counts)
            get_run_logger().info("batch %d committed: %s", counts.batch_id, counts)
            self._put_away(listed, batch.staged["file_key"])
            taken = batch.staged.nbytes
            del batch  # before the next one is read: one at a time is in memory
            give_back(taken)

    def _set_aside(self, batch: pa.Table) -> pa.Table:
        """The rows to be loaded: not those whose bytes are known, nor those of files that are still being written."""
        same = pc.equal(batch["outcome"], pa.scalar(Outcome.SAME.value))
        settling = pc.equal(batch["outcome"], pa.scalar(Outcome.SETTLING.value))
        if not pc.any(pc.or_(same, settling)).as_py():
            return batch
        self._spared += len(batch.filter(same))
        is_file = pc.and_(same, pc.is_null(batch["record"]))
        ledger.touch(self._con, batch.select(ledger.LISTING.names).filter(is_file))
        changing = batch["file_key"].filter(settling)
        self._changing += len(changing)
        self._changing_example = self._changing_example or (changing[0].as_py() if len(changing) else "")
        return in_one_piece(batch.filter(pc.invert(pc.or_(same, settling))))

    def finish(self, summary: RunSummary, listed: Inbox) -> RunSummary:
        """Record the run's end, leave its artifacts, and tell the channels where there is something to tell."""
        totals = ledger.end_run(
            self._con,
            self._run_id,
            state=summary.state,
            now=_now(),
            listed=listed.listed,
            unchanged=self._spared,
            settling=listed.settling + self._changing,
            archived=self._archive.archived if self._archive else 0,
            message=summary.message,
            stage_seconds=self._watch.total(),
        )
        summary = replace(
            summary,
            listed=totals.listed,
            ignored=listed.ignored,
            counts=counts_of(totals, self._batches),
            batches=totals.batches,
            size=sum(batch.bytes for batch in self._batches),
            seconds=self._watch.total(),
            held_slices=tuple(self._gate.held),
            stage_worked=dict(self._watch.worked),
            stage_bytes=dict(self._watch.sizes),
            problems=(
                *(Problem(*row) for row in ledger.problems(self._con, self._run_id)),
                *self._left_in_the_inbox(listed),
            ),
        )
        if summary.state == "interrupted":
            return summary  # somebody ended it and knows; Prefect's record of it ends here too
        summary = replace(summary, alert=self._tell(summary))
        create_markdown_artifact(summary.markdown(), key="newslake-run", description=summary.headline())
        create_table_artifact(summary.table(), key="newslake-run-states", description=summary.headline())
        return summary

    def _left_in_the_inbox(self, listed: Inbox) -> Iterator[Problem]:
        if listed.settling:
            yield Problem("settling", "too_young", listed.settling, listed.settling_example)
        if self._changing:
            yield Problem("settling", "changed_while_read", self._changing, self._changing_example)
        if self._archive and self._archive.left:
            yield Problem("loaded", "not_archived", self._archive.left, self._archive.example)

    def _tell(self, summary: RunSummary) -> str | None:
        """Tell of the run where something about it is news; what became of it, in words."""
        outcome = RunOutcome(
            run_id=summary.run_id,
            state=summary.state,
            inbox=self._inbox,  # as the books name it, by which a watch knows the run's incidents again
            counts={state: getattr(summary.counts, state) for state in STATES},
            batch_failures=tuple(self._failures),
            held=summary.held_slices,
            error=summary.message,
            samples=tuple((problem.example, problem.reason) for problem in summary.problems),
            warehouse=summary.warehouse,
        )
        alert = alert_for_run(outcome, max_rejected_share=self._settings.quality.max_rejected_share)
        return tell_of_run(
            self._con,
            alert,
            self._settings.alerts,
            run_id=self._run_id,
            inbox=self._inbox,
            warehouse=summary.warehouse,
            loaded_something=bool(self._batches),
            began=self._as_of,
            now=_now(),
        )


def _now() -> datetime:
    return datetime.now(UTC)
