"""Gates end to end: a feed that went bad waits, the others load; what waits is let through or dropped, told once."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from killing import Killer
from lake_content import content
from written_articles import write_articles

from warehouse.audit import audit
from warehouse.lake import connect

FEEDS = """
[batch]
max_rows = 30
chunk_files = 10
[[feeds]]
name = "harbour"
pattern = "harbour/*.html"
[[feeds]]
name = "wire"
pattern = "wire/*"
"""
INCIDENTS = "select subject_kind, subject, cause, state from incident order by incident_id"
NO_GATES = f"gates = {{ enabled = false }}\n{FEEDS}"


def write_wire(folder: Path) -> None:
    """60 files of which none is an article: 50 error pages, and ten records that have lost their text."""
    folder.mkdir(parents=True)
    for number in range(50):
        page = f"<html><head><title>404 Not Found</title></head><body><p>No page {number} here.</p></body></html>"
        (folder / f"{number:02}.html").write_text(page, encoding="utf-8")
    for number in range(50, 60):
        record = {"title": f"Council {number} votes", "text": "Log in first."}
        (folder / f"{number:02}.json").write_text(json.dumps(record | {"id": number}), encoding="utf-8")


@pytest.fixture(scope="module")
def place(commands: Killer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Path]]:
    """An inbox of a sound feed beside a broken one, and the lake of a run over it."""
    folder = tmp_path_factory.mktemp("gates")
    paths = {name: folder / name for name in ("inbox", "lake", "newslake.toml", "ungated.toml")}
    write_articles(paths["inbox"] / "harbour", range(40))
    write_wire(paths["inbox"] / "wire")
    paths["newslake.toml"].write_text(FEEDS, encoding="utf-8")
    paths["ungated.toml"].write_text(NO_GATES, encoding="utf-8")
    done = commands.run(
        "run", paths["inbox"], "--warehouse", paths["lake"], "--settings", paths["newslake.toml"], "--json"
    )
    assert done.status == 3, done.said
    (folder / "said.json").write_text(done.said, encoding="utf-8")
    yield paths | {"said": folder / "said.json"}


def ask(lake: Path, query: str) -> list[tuple[Any, ...]]:
    con = connect(lake, read_only=True)
    try:
        return con.execute(query).fetchall()
    finally:
        con.close()


def is_audited_clean(lake: Path) -> bool:
    con = connect(lake, read_only=True)
    try:
        return audit(con) == []
    finally:
        con.close()


def copied(place: dict[str, Path], folder: Path) -> Path:
    shutil.copytree(place["lake"], folder / "lake")
    return folder / "lake"


def states(lake: Path) -> list[tuple[Any, ...]]:
    return ask(
        lake,
        "select split_part(input_key, '/', 1), state, reason, count(*) from ops.input where is_latest "
        "group by all order by all",
    )


def test_the_sound_feed_loads_and_the_broken_one_waits_with_exit_3_and_one_alert(place: dict[str, Path]) -> None:
    said = json.loads(place["said"].read_text(encoding="utf-8").splitlines()[-1])
    assert (said["picked_up"], said["loaded"], said["held"], said["quarantined"]) == (100, 40, 60, 0)
    assert said["held_slices"] == [
        "feed wire, 60 inputs: gate.rejected_share: too large a share was refused by the readers or the rules "
        "(100.0%, bound 90.0%). Open some of the inputs: an error page, a login or a new format looks like this"
    ]
    lake = place["lake"]
    assert states(lake) == [("harbour", "loaded", None, 40), ("wire", "held", "gate.rejected_share", 60)]
    assert ask(lake, "select cause, title from ops.alert") == [
        ("gate_held", "newslake run 1: a gate held something back")
    ]
    assert ask(lake, "select unit, name, verdict, inputs, rejected, articles from ops.gate order by name") == [
        ("feed", "harbour", "passed", 40, 0, 40),
        ("feed", "wire", "held", 60, 60, 0),
    ]
    assert ask(lake, "select measure, observed, bound, usual from ops.gate_breach") == [
        ("gate.rejected_share", 1.0, 0.9, None)
    ]
    assert ask(lake, "select count(*), sum((state = 'held')::int) from ops.input join ops.held using (input_id)") == [
        (60, 60)
    ]
    assert is_audited_clean(lake)


def test_two_bounds_that_a_slice_passes_are_told_apart(commands: Killer, tmp_path: Path) -> None:
    wire = tmp_path / "inbox" / "wire"
    wire.mkdir(parents=True)
    for number in range(25):
        (wire / f"{number}.html").write_text("<html><body><p>404 Not Found</p></body></html>", encoding="utf-8")
    (tmp_path / "newslake.toml").write_text(FEEDS, encoding="utf-8")
    own = ("--warehouse", tmp_path / "lake", "--settings", tmp_path / "newslake.toml")
    done = commands.run("run", tmp_path / "inbox", *own, "--json")
    assert done.status == 3, done.said
    [told] = json.loads(done.said.splitlines()[-1])["held_slices"]
    assert "a login or a new format looks like this; gate.same_bytes_share: " in told
    details = ask(tmp_path / "lake", "select distinct detail from ops.input where state = 'held'")
    assert [str(detail).endswith("; `newslake status` says how to decide") for (detail,) in details] == [True]


def test_a_run_of_more_rows_than_may_wait_is_judged_in_pieces_and_what_follows_a_held_one_is_held(
    commands: Killer, place: dict[str, Path], tmp_path: Path
) -> None:
    file = tmp_path / "newslake.toml"
    file.write_text(FEEDS + "[gates]\nmax_rows = 30\n", encoding="utf-8")
    done = commands.run("run", place["inbox"], "--warehouse", tmp_path / "lake", "--settings", file)
    assert done.status == 3, done.said
    assert states(tmp_path / "lake") == states(place["lake"])
    assert ask(tmp_path / "lake", "select piece, name, verdict, inputs from ops.gate order by piece, name") == [
        (1, "harbour", "passed", 30),
        (2, "harbour", "too_few", 10),
        (2, "wire", "held", 20),
        (3, "wire", "held", 30),
        (4, "wire", "held", 10),
    ]
    assert is_audited_clean(tmp_path / "lake")


def test_the_next_run_leaves_held_inputs_alone_and_status_says_how_to_decide(
    commands: Killer, place: dict[str, Path], tmp_path: Path
) -> None:
    lake = copied(place, tmp_path)
    own = ("--warehouse", lake, "--settings", place["newslake.toml"])
    again = commands.run("run", place["inbox"], *own)
    assert (again.status, "all 100 inputs unchanged" in again.said) == (0, True), again.said
    assert ask(lake, "select count(*) from ops.alert") == [(1,)]
    assert ask(lake, INCIDENTS) == [("feed", "wire", "gate_held", "open")]
    status = commands.run("status", *own)
    assert "newslake run --accept 1 --reason WHY" in status.said
    assert "wire" in status.said
    for words in (
        ("--accept", "1"),
        ("--accept", "1", "--discard", "1", "--reason", "both"),
        ("--reason", "of nothing"),
    ):
        assert commands.run("run", *words, *own).status == 2
    nothing = commands.run("run", "--accept", "2", "--reason", "none", *own)
    assert (nothing.status, "Run 2 holds nothing" in nothing.said) == (1, True)


def test_what_is_let_through_is_in_the_lake_as_if_no_gate_had_been(
    commands: Killer, place: dict[str, Path], tmp_path: Path
) -> None:
    lake, ungated = copied(place, tmp_path), tmp_path / "ungated"
    inbox = tmp_path / "inbox"
    shutil.copytree(place["inbox"], inbox)
    free = commands.run("run", inbox, "--warehouse", ungated, "--settings", place["ungated.toml"])
    assert free.status == 0, free.said
    accepted = commands.run(
        "run", "--accept", "1", "--reason", "the wire is like this",
        "--warehouse", lake, "--settings", place["newslake.toml"],
    )  # fmt: skip
    assert accepted.status == 0, accepted.said
    assert states(lake) == [
        ("harbour", "loaded", None, 40),
        ("wire", "quarantined", "article.body.length_of_short_kinds", 10),
        ("wire", "quarantined", "not_an_article", 50),
    ]
    assert ask(lake, "select run_id, unit, name, decision, reason, decided_in_run from ops.gate_decision") == [
        (1, "feed", "wire", "accepted", "the wire is like this", 2)
    ]
    differing = {"block learning", "site templates", "gate decisions"}  # which tell of runs
    found, wanted = content(lake), content(ungated)
    for name in wanted.keys() - differing:
        assert [_timeless(row) for row in found[name]] == [_timeless(row) for row in wanted[name]], name
    assert ask(lake, "select count(*) from ops.held") == [(0,)]
    assert ask(lake, INCIDENTS) == [("feed", "wire", "gate_held", "resolved")]
    assert is_audited_clean(lake)


def test_what_is_dropped_is_quarantined_and_waits_for_nobody(
    commands: Killer, place: dict[str, Path], tmp_path: Path
) -> None:
    lake = copied(place, tmp_path)
    own = ("--warehouse", lake, "--settings", place["newslake.toml"])
    dropped = commands.run("run", "--discard", "1", "--only", "wire", "--reason", "error pages", *own)
    assert dropped.status == 0, dropped.said
    assert "newslake: resolved: feed wire: a gate held data back" in dropped.said
    assert ask(lake, INCIDENTS) == [("feed", "wire", "gate_held", "resolved")]
    assert states(lake) == [("harbour", "loaded", None, 40), ("wire", "quarantined", "gate_discarded", 60)]
    assert ask(lake, "select decision, reason, count(*) from ops.quarantine_decision group by all") == [
        ("discarded", "error pages", 60)
    ]
    assert "nothing in quarantine that nobody discarded" in commands.run("quarantine", "list", *own).said
    assert ask(lake, "select kind, picked_up, quarantined, held from ops.run order by run_id") == [
        ("ingest", 100, 0, 60),
        ("discard", 60, 60, 0),
    ]
    assert is_audited_clean(lake)


def _timeless(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """A row without the modification times of files, which a copy of an inbox may have otherwise."""
    return tuple(value for value in row if not (isinstance(value, int) and value > 10**17))
