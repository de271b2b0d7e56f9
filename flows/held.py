"""The flow that decides about what a gate held: let through, it is validated and loaded as it was read; or dropped.

Both go the way of an ingest run, a transaction a batch, in a run of their own. What was let through is in the lake as
if no gate had been. What was dropped is in quarantine, for the reason gate_discarded, and waits for nobody there.
Killed in between, the same command goes on with what is still held.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Literal

import msgspec
import pyarrow as pa
from prefect import flow, get_run_logger
from prefect.artifacts import create_markdown_artifact
from prefect.runtime import flow_run

from expectations import verdict
from flows.alerts import message_of_error
from flows.chunks import cut
from flows.feeds_and_rules import bounds_of, feeds_of, lake_feeds, rules_of
from flows.run_rounds import tell_of_decision
from flows.settings import Loaded, load
from flows.stopwatch import Stopwatch
from flows.summary import Problem, RunSummary, counts_of, ending_by
from transforms.staged import FAULTS, REJECTED, RESULTS, SCHEMA, Outcome
from warehouse import ledger
from warehouse.gates import HeldInput, held_extractors, held_inputs, held_rows
from warehouse.heap import give_back
from warehouse.lake import Connection, connect
from warehouse.load import REPLAYED, BatchCounts, GateDecision, load_batch
from warehouse.locks import run_lock
from warehouse.migrate import prepare
from warehouse.site_blocks import learn_blocks

Verb = Literal["accept", "discard"]


@flow(name="decide-held", flow_run_name="decide-held", persist_result=False, log_prints=False)
def decide_held(
    verb: Verb,
    run_id: int,
    reason: str,
    decided_by: str,
    name: str | None = None,
    warehouse: str | None = None,
    settings_file: str | None = None,
) -> RunSummary:
    """Load (``accept``) or drop (``discard``) what run ``run_id`` holds, of one feed or source where ``name`` is given.

    Raises what the settings or the warehouse have against it: :class:`warehouse.errors.LakeError`, nothing is held.
    """
    loaded = load(Path(settings_file) if settings_file else None)
    folder, _ = loaded.warehouse(warehouse)
    watch = Stopwatch()
    verdict.warm_up_meanwhile(rules_of(loaded))
    connect(folder, read_only=True).close()  # a folder without a warehouse is an error, not a new warehouse
    decision = GateDecision("accepted" if verb == "accept" else "discarded", reason, decided_by)
    with run_lock(folder, wait_seconds=loaded.settings.lock_wait_seconds):
        with watch.stage("opening"):
            con = prepare(folder)
        try:
            inputs = held_inputs(con, run_id, name)
            inbox = f"held by run {run_id}" + (f": {name}" if name else "")
            own_id = ledger.begin_run(
                con,
                inbox=inbox,
                now=_now(),
                version=version("newslake"),
                flow_run_id=flow_run.get_id(),
                kind=verb,
            )
            summary = RunSummary(run_id=own_id, state="completed", inbox=inbox, warehouse=str(folder))
            return _Deciding(con, loaded, watch, decision, summary, len(inputs)).carried_out(inputs)
        finally:
            con.close()


class _Deciding:
    """One decision under way: where it is, and what it has counted."""

    def __init__(
        self,
        con: Connection,
        loaded: Loaded,
        watch: Stopwatch,
        decision: GateDecision,
        summary: RunSummary,
        inputs: int,
    ) -> None:
        self._con = con
        self._settings = loaded.settings
        self._feeds = lake_feeds(feeds_of(loaded.settings))
        self._bounds = bounds_of(loaded.settings)
        self._book = rules_of(loaded)
        self._as_of = _now()
        self._watch = watch
        self._decision = decision
        self._summary = replace(summary, listed=inputs)
        self._batches: list[BatchCounts] = []

    def carried_out(self, inputs: Sequence[HeldInput]) -> RunSummary:
        """Do it, and record its end whatever happens in between."""
        said = self._settings.batch
        as_batches = msgspec.structs.replace(said, chunk_mb=said.max_mb, chunk_files=said.max_rows)
        try:
            for members in cut(inputs, as_batches):
                self._load([each.input_id for each in members])
                give_back(sum(each.size for each in members))
            with self._watch.stage("learning"):
                learn_blocks(self._con, run_id=self._summary.run_id, now=_now())
        except BaseException as error:
            # Interrupts too: the run's end is recorded, and what was committed before it stays.
            state = ending_by(error)
            try:
                self._end(replace(self._summary, state=state, message=message_of_error(error)))
            except Exception as second:
                error.add_note(f"The end of the run could not be recorded: {message_of_error(second)}")
            raise
        summary = self._end(self._summary)
        create_markdown_artifact(summary.markdown(), key="newslake-run", description=summary.headline())
        return summary

    def _load(self, input_ids: Sequence[int]) -> None:
        found = held_rows(self._con, input_ids)
        staged = found.select(SCHEMA.names).combine_chunks()
        rejected, faults, results = REJECTED.empty_table(), FAULTS.empty_table(), RESULTS.empty_table()
        if self._decision.decision == "discarded":
            staged = _dropped(staged, self._decision.decision_reason)
        else:
            with self._watch.stage("validating"):
                judged = verdict.judge(staged, as_of=self._as_of, bounds=self._bounds, rules=self._book)
                staged = verdict.apply_nulls(staged, judged.faults, self._book)
                rejected, faults, results = judged.rejected, judged.faults, judged.results
        rows = pa.array(range(found.num_rows), pa.int64())
        with self._watch.stage("loading"):
            counts = load_batch(
                self._con,
                staged,
                rejected,
                faults,
                results,
                run_id=self._summary.run_id,
                now=_now(),
                feeds=self._feeds,
                extractors=held_extractors(self._con, input_ids),
                keep_raw=self._settings.keep_raw,
                replayed=pa.table([rows, found["input_id"].combine_chunks()], schema=REPLAYED),
                decision=self._decision,
            )
        self._batches.append(counts)
        get_run_logger().info("batch %d committed: %s", counts.batch_id, counts)

    def _end(self, summary: RunSummary) -> RunSummary:
        totals = ledger.end_run(
            self._con,
            summary.run_id,
            state=summary.state,
            now=_now(),
            listed=summary.listed,
            unchanged=0,
            message=summary.message,
        )
        summary = replace(
            summary,
            counts=counts_of(totals, self._batches),
            batches=totals.batches,
            size=sum(batch.bytes for batch in self._batches),
            seconds=self._watch.total(),
            problems=tuple(Problem(*row) for row in ledger.problems(self._con, summary.run_id)),
        )
        if summary.state == "interrupted":
            return summary  # the next run or watch says what waits
        told = tell_of_decision(
            self._con, self._settings.alerts, run_id=summary.run_id, warehouse=summary.warehouse, now=_now()
        )
        return replace(summary, alert=told)


def _dropped(staged: pa.Table, reason: str) -> pa.Table:
    said = {
        "outcome": Outcome.REJECTED.value,
        "reason": "gate_discarded",
        "detail": f"it was held by a gate and dropped: {reason}",
    }
    for name, text in said.items():
        column = pa.array([text] * staged.num_rows, pa.string())
        staged = staged.set_column(staged.column_names.index(name), SCHEMA.field(name), column)
    return staged


def _now() -> datetime:
    return datetime.now(UTC)
