"""`newslake docs`: a run's recorded results as pages in a folder."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.cli import app
from warehouse.lake import connect
from warehouse.ledger import begin_run, end_run

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def judged(lake: Path) -> Path:
    """A lake with two runs: the first has results, the second found nothing new."""
    con = connect(lake)
    for _ in range(2):
        run_id = begin_run(con, inbox="in", now=NOON, version="0.1.0")
        end_run(con, run_id, state="completed", now=NOON, listed=0, unchanged=0, message=None)
    con.execute(
        "insert into ops.expectation_result values (1, 1, 'fact_article', 'article.title.form', "
        "'ExpectColumnValuesToMatchRegex', 'title', 'null_field', 'warning', false, 40, 2, '[\"<b>\"]', ?)",
        [NOON],
    )
    con.close()
    return lake


def docs(lake: Path, *words: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["docs", *map(str, words), "--warehouse", str(lake), "--json"])
    return done.exit_code, done.output


def test_the_last_run_that_was_judged_is_written_and_written_over_later(judged: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pages" / "deep"
    for _ in range(2):
        status, said = docs(judged, folder)
        assert (status, json.loads(said)) == (
            0,
            {"run": 1, "index": str(folder / "index.html"), "pages": 2, "broken": ["article.title.form"]},
        )
    assert sorted(file.name for file in folder.iterdir()) == ["index.html", "run-1-batch-1-fact_article.html"]
    assert "&lt;b&gt;" in (folder / "run-1-batch-1-fact_article.html").read_text(encoding="utf-8")


def test_a_run_without_results_and_one_that_never_was_are_named(judged: Path, tmp_path: Path) -> None:
    status, said = docs(judged, tmp_path / "pages", "--run", "2")
    assert status == 1 and "run 2 loaded no batch" in said and "the last was run 1" in said
    status, said = docs(judged, tmp_path / "pages", "--run", "9")
    assert status == 1 and "there is no such run" in said
    assert not (tmp_path / "pages").exists()


def test_a_folder_with_other_files_is_left_alone(judged: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "index.html").write_text("my own", encoding="utf-8")
    status, said = docs(judged, tmp_path / "mine")
    assert status == 1 and "holds other files already" in said
    assert [file.read_text(encoding="utf-8") for file in (tmp_path / "mine").iterdir()] == ["my own"]
