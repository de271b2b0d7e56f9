"""`newslake sources`: what it prints, what it changes, and with which status it ends."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from benchmarks.synthetic import ENGINE, staged
from flows.cli import app
from transforms.staged import FAULTS, REJECTED, RESULTS
from warehouse.ledger import begin_run
from warehouse.load import Extractor, load_batch
from warehouse.migrate import prepare

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse of sixty articles, of several sources each of which has a name of its own."""
    folder = tmp_path_factory.mktemp("sources") / "lake"
    con = prepare(folder)
    run_id = begin_run(con, inbox="/inbox", now=NOW, version="0.1.0")
    (batch,) = staged(60)
    load_batch(
        con,
        batch,
        REJECTED.empty_table(),
        FAULTS.empty_table(),
        RESULTS.empty_table(),
        run_id=run_id,
        now=NOW,
        extractors=[Extractor(ENGINE, "1", "aa")],
    )
    con.close()
    return folder


@pytest.fixture
def lake(template: Path, tmp_path: Path) -> Path:
    shutil.copytree(template, tmp_path / "lake")
    return tmp_path / "lake"


def sources(lake: Path, *words: str) -> Result:
    return CliRunner().invoke(app, ["sources", *words, "--warehouse", str(lake)])


def listed(lake: Path, *words: str) -> list[dict[str, object]]:
    done = sources(lake, "list", *words, "--json")
    assert done.exit_code == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_sources_are_listed_merged_shown_and_split_again(lake: Path) -> None:
    before = listed(lake)
    largest, second = before[0], before[1]
    done = sources(
        lake, "merge", str(second["domain"]), f"#{largest['source_id']}", "--reason", "one newsroom", "--json"
    )
    assert done.exit_code == 0, done.stderr
    assert json.loads(done.stdout) == {
        "source_id": second["source_id"],
        "identity_id": largest["source_id"],
        "domain": largest["domain"],
        "name": largest["name"],
        "articles": second["articles"],
        "articles_after": 0,
    }
    assert listed(lake)[0] | {"domains": None} == largest | {
        "domains": None,
        "merged": [second["source_id"]],
        "articles": int(str(largest["articles"])) + int(str(second["articles"])),
        **{
            name: listed(lake)[0][name]
            for name in ("names", "languages", "first_seen_at", "last_seen_at", "first_published", "last_published")
        },
    }
    shown = json.loads(sources(lake, "show", str(second["name"]), "--json").stdout)
    assert (shown["source_id"], [change["action"] for change in shown["changes"]]) == (largest["source_id"], ["merge"])
    assert sources(lake, "split", str(second["domain"]), "--reason", "two after all").exit_code == 0
    assert listed(lake) == before


def test_a_name_is_given_and_ended(lake: Path) -> None:
    domain = str(listed(lake)[0]["domain"])
    done = sources(lake, "alias", domain, "The Sunday Edition", "--since", "2025-01-01", "--reason", "its masthead")
    assert (done.exit_code, "goes by The Sunday Edition" in done.stdout) == (0, True)
    assert [row["domain"] for row in listed(lake, "sunday ed")] == [domain]
    assert sources(lake, "alias", domain, "The Sunday Edition", "--until", "2025-06-30T12:00Z").exit_code == 0
    assert listed(lake, "sunday ed")[0]["former_names"] == ["The Sunday Edition"]


def test_in_a_pipe_a_source_is_a_line_with_its_languages_by_share(lake: Path) -> None:
    done = sources(lake, "list")
    head, first, *_ = done.stdout.splitlines()
    assert head.split()[:5] == ["source_id", "domain", "name", "articles", "languages"]
    assert "%" in first
    told = sources(lake, "show", first.split()[0]).stdout
    assert "what it is made of" in told
    assert "names" in told


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["show", "nowhere.example"], 1, "No source is named 'nowhere.example'"),
        (["split", "#1", "--reason", "r"], 1, "was not merged into another source"),
        (["merge", "#1", "#2"], 2, "--reason"),
        (["merge", "#1", "#2", "--reason", " "], 2, "--reason is empty"),
        (["merge", "#1", "#2", "--reason", "r", "--until", "May"], 2, "'May' is no date"),
    ],
)
def test_what_cannot_be_done_ends_with_a_status_and_a_reason(
    template: Path, words: list[str], status: int, said: str
) -> None:
    done = sources(template, *words)
    assert (done.exit_code, said in done.stderr) == (status, True), done.stderr


def test_a_folder_without_a_warehouse_gets_none(tmp_path: Path) -> None:
    done = sources(tmp_path / "lake", "merge", "#1", "#2", "--reason", "r")
    assert done.exit_code == 1
    assert "There is no warehouse" in done.stderr
    assert not (tmp_path / "lake").exists()
