"""The gauges of a warehouse, as a monitoring system reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest
from killing import Killer
from prometheus_client.parser import text_string_to_metric_families
from written_articles import write_articles

from flows.metrics import exposition
from warehouse.gates import waiting_slices
from warehouse.lake import connect
from warehouse.ledger import begin_run, end_run, status


def gauges(text: str) -> dict[tuple[str, ...], float]:
    """The samples of a scrape, by name and values of labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_run_leaves_gauges_of_inputs_articles_and_stages(commands: Killer, tmp_path: Path) -> None:
    write_articles(tmp_path / "inbox", range(3))
    (tmp_path / "inbox" / "empty.html").write_bytes(b"")
    before = datetime.now(UTC).timestamp()
    run = commands.run("run", tmp_path / "inbox", "--warehouse", tmp_path / "lake")
    assert run.status == 0, run.said
    told = commands.run("metrics", "--warehouse", tmp_path / "lake", "--out", tmp_path / "newslake.prom")
    assert (told.status, told.said) == (0, "")
    found = gauges((tmp_path / "newslake.prom").read_text(encoding="utf-8"))
    expected = {
        ("newslake_articles",): 3,
        ("newslake_inputs", "loaded"): 3,
        ("newslake_inputs", "quarantined"): 1,
        ("newslake_run_inputs", "picked_up"): 4,
        ("newslake_run_inputs", "loaded"): 3,
        ("newslake_run_in_progress",): 0,
        ("newslake_held_inputs",): 0,
    }
    assert {name: found[name] for name in expected} == expected
    assert found["newslake_run_ended_timestamp_seconds", "completed"] > before
    stages = {name[1]: value for name, value in found.items() if name[0] == "newslake_run_stage_seconds"}
    assert {"reading", "validating", "loading", "total"} <= set(stages)
    assert 0 < stages["reading"] < stages["total"]


def test_an_empty_warehouse_has_gauges_too(lake: Path) -> None:
    con = connect(lake, read_only=True)
    found = gauges(exposition(status(con), waiting_slices(con), is_running=True))
    con.close()
    assert found["newslake_articles",] == 0
    assert found["newslake_run_in_progress",] == 1
    # What never was has no time: an alert on its age would take 0 for 1970.
    assert {name[0] for name in found if name[0].endswith("_timestamp_seconds")} == set()


def test_the_last_good_run_is_told_however_many_have_failed_since(lake: Path) -> None:
    con = connect(lake)
    good = datetime(2026, 3, 1, 12, tzinfo=UTC)
    for number in range(12):
        now = good + timedelta(hours=number)
        run_id = begin_run(con, inbox="in", now=now, version="1")
        ended = "failed" if number else "completed"
        end_run(con, run_id, state=ended, now=now, listed=number, unchanged=0, message=None)
    found = gauges(exposition(status(con), waiting_slices(con), is_running=False))
    con.close()
    name = "newslake_run_ended_timestamp_seconds"
    assert found[name, "completed"] == good.timestamp()
    assert found[name, "failed"] == (good + timedelta(hours=11)).timestamp()
    assert found["newslake_run_inputs", "listed"] == 11


def test_a_run_that_was_killed_has_a_start_after_every_end(lake: Path) -> None:
    con = connect(lake)
    good = datetime(2026, 3, 1, 12, tzinfo=UTC)
    run_id = begin_run(con, inbox="in", now=good, version="1")
    end_run(con, run_id, state="completed", now=good + timedelta(minutes=1), listed=1, unchanged=0)
    begin_run(con, inbox="in", now=good + timedelta(hours=1), version="1")
    begin_run(con, inbox="in", now=good + timedelta(hours=2), version="1", kind="replay")
    found = gauges(exposition(status(con), waiting_slices(con), is_running=False))
    con.close()
    assert found["newslake_run_started_timestamp_seconds",] == (good + timedelta(hours=1)).timestamp()
    ended = {name: value for name, value in found.items() if name[0] == "newslake_run_ended_timestamp_seconds"}
    assert ended == {("newslake_run_ended_timestamp_seconds", "completed"): (good + timedelta(minutes=1)).timestamp()}


def test_what_waits_and_what_is_open_is_counted(lake: Path) -> None:
    con = connect(lake, read_only=True)
    now = status(con)
    con.close()
    held = pa.table(
        {
            "run_id": [4, 5],
            "inputs": [10, 7],
            "since": pa.array([datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)]),
        }
    )
    found = gauges(exposition(now, held, is_running=False))
    assert found["newslake_held_inputs",] == 17
    assert found["newslake_held_since_timestamp_seconds",] == datetime(2026, 3, 1, tzinfo=UTC).timestamp()


def test_a_file_that_cannot_be_written_is_named(lake: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from flows.command_metrics import print_metrics

    assert print_metrics(lake, tmp_path / "nowhere" / "newslake.prom") == 1
    assert "nowhere/newslake.prom: the metrics could not be written" in capsys.readouterr().err.replace("\n", "")
