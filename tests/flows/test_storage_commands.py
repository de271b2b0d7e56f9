"""newslake backup, restore and forget as commands, and what every command says to a warehouse of a later version."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from test_cli import NEWSLAKE, newslake

from warehouse.lake import transaction
from warehouse.locks import run_lock
from warehouse.migrate import prepare


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with one source and a quarantined input of it."""
    folder = tmp_path_factory.mktemp("commands") / "lake"
    con = prepare(folder)
    now = datetime(2026, 3, 1, tzinfo=UTC)
    with transaction(con, "a refused page"):
        con.execute(
            "insert into dim_source by name select 1 as source_id, 'port.example' as domain, ? as first_seen_at, "
            "? as last_seen_at",
            [now, now],
        )
        con.execute(
            "insert into ops.run by name select 1 as run_id, 'completed' as state, '/inbox' as inbox, ? as started_at, "
            "1 as picked_up, 0 as loaded, 1 as quarantined, 0 as duplicate, 0 as held, 0 as failed, 0 as container, "
            "1 as batches, '1' as newslake_version",
            [now],
        )
        con.execute(
            "insert into ops.batch by name select 1 as batch_id, 1 as run_id, 1 as inputs, 0 as loaded, "
            "1 as quarantined, 0 as duplicate, 0 as failed, 0 as failed_again, 0 as container, 0 as unchanged, "
            "0 as articles_new, 0 as articles_edited, 0 as articles_reextracted, 0 as articles_same, 9 as bytes, "
            "? as committed_at",
            [now],
        )
        con.execute(
            "insert into ops.input by name select 1 as input_id, 'a.html' as input_key, 'c1' as content_hash, "
            "'a.html' as file_key, 0 as feed_id, 1 as source_id, 'quarantined' as state, 'too_short' as reason, "
            "'zzword' as detail, 9 as size, true as is_latest, 1 as run_id, 1 as batch_id, ? as recorded_at",
            [now],
        )
        con.execute(
            "insert into ops.quarantine by name select 1 as quarantine_id, 1 as input_id, "
            "[{'reason': 'too_short', 'detail': 'zzword'}] as reasons, 'zzword'::blob as raw, 1 as run_id, "
            "1 as batch_id, ? as recorded_at",
            [now],
        )
    con.close()
    return folder


def test_a_source_is_forgotten_after_a_backup_and_comes_back_with_it(lake: Path, tmp_path: Path) -> None:
    folder = tmp_path / "lake"
    shutil.copytree(lake, folder)
    made = newslake("backup", tmp_path / "backups", "--warehouse", folder, "--json")
    assert (made.returncode, json.loads(made.stdout)["rows"]["ops.input"]) == (0, 1), made.stderr

    words = ("forget", "--source", "port.example", "--reason", "asked", "--warehouse", folder)
    asked = newslake(*words)
    assert asked.returncode == 2
    assert "nothing was done. To take this out" in asked.stderr
    assert "source port.example: 0 articles in 0 readings, 1 inputs" in " ".join(asked.stderr.split())
    done = newslake(*words, "--yes", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["forgotten"] == {
        "kind": "source",
        "id": 1,
        "articles": 0,
        "readings": 0,
        "inputs": 1,
    }
    assert [p for p in folder.rglob("*") if p.is_file() and b"zzword" in p.read_bytes()] == []
    assert newslake("audit", "--warehouse", folder).returncode == 0
    con = prepare(folder)
    with transaction(con, "as if it had been killed"):
        con.execute("update ops.forgotten set cleared_at = null")
    con.close()
    assert newslake("audit", "--warehouse", folder).returncode == 1
    again = newslake(*words, "--yes")
    assert (again.returncode, "port.example" in again.stderr) == (1, True)
    assert newslake("audit", "--warehouse", folder).returncode == 0

    refused = newslake("restore", tmp_path / "backups", "--warehouse", folder)
    assert refused.returncode == 1
    assert "with --replace" in refused.stderr
    assert newslake("restore", tmp_path / "backups", "--warehouse", folder, "--replace").returncode == 0
    shown = newslake("sql", "select reason from ops.input", "--warehouse", folder)
    assert shown.stdout == "reason\ntoo_short\n"


def test_who_thinks_a_forgetting_over_keeps_no_run_waiting(lake: Path) -> None:
    ours, terminal = pty.openpty()
    words = ["forget", "--source", "port.example", "--reason", "asked", "--warehouse", str(lake)]
    asking = subprocess.Popen([*NEWSLAKE, *words], stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    said = b""
    while b"Write yes: " not in said:
        said += os.read(ours, 1000)
    with run_lock(lake, wait_seconds=0):
        pass
    os.write(ours, b"no\n")
    assert asking.wait(60) == 2
    os.close(ours)
    shown = newslake("sql", "select count(*) from ops.input", "--warehouse", lake, "--format", "csv")
    assert shown.stdout == "count_star()\n1\n"


@pytest.mark.parametrize(
    "words",
    [
        ("forget", "--reason", "x"),
        ("forget", "--article", "1"),
        ("forget", "--article", "1", "--source", "port.example", "--reason", "x"),
    ],
)
def test_a_forgetting_that_is_not_said_whole_is_wrong_usage(lake: Path, words: tuple[str, ...]) -> None:
    said = newslake(*words, "--warehouse", lake)
    assert said.returncode == 2
    assert "with --reason TEXT" in " ".join(said.stderr.split())


def test_every_command_refuses_a_warehouse_of_a_later_version_with_the_remedy(lake: Path, tmp_path: Path) -> None:
    folder = tmp_path / "later"
    shutil.copytree(lake, folder)
    con = prepare(folder)
    with transaction(con, "from the future"):
        con.execute("insert into ops.migration values (9999, '9999_later.sql', 'x', now())")
    con.close()
    for words in (
        ("sql", "select 1"),
        ("status",),
        ("audit",),
        ("backup", str(tmp_path / "backups")),
        ("forget", "--source", "port.example", "--reason", "x", "--yes"),
    ):
        said = newslake(*words, "--warehouse", folder)
        assert said.returncode == 1, words
        assert "schema version 9999" in " ".join(said.stderr.split()), words
        assert "Use the newslake that wrote it, or a later one" in " ".join(said.stderr.split()), words
