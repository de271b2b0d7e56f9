"""`newslake upkeep` and its flow, and that `newslake serve` knows every deployment."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from killing import Killer

from warehouse.lake import connect
from warehouse.migrate import prepare

ROOT = Path(__file__).parents[2]


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    folder = tmp_path / "lake"
    con = prepare(folder)
    for number in range(1, 13):
        con.execute(f"insert into dim_author values ({number}, 'Writer {number}', 'person')")
    con.close()
    return folder


def files(lake: Path, table: str) -> int:
    con = connect(lake, read_only=True)
    (count,) = con.execute(f"select count(*) from ducklake_list_files('lake', '{table}')").fetchall()[0]
    con.close()
    return int(count)


def test_a_dry_run_says_what_would_be_done_and_upkeep_does_it(commands: Killer, lake: Path) -> None:
    would = commands.run("upkeep", "--dry-run", "--warehouse", lake)
    assert (would.status, files(lake, "dim_author")) == (0, 13)
    assert "Upkeep would merge " in would.said
    done = commands.run("upkeep", "--warehouse", lake, "--json")
    report = json.loads(done.said.splitlines()[-1])
    assert (done.status, files(lake, "dim_author")) == (0, 1)
    assert [work["merged"] for work in report["tables"] if work["table"] == "main.dim_author"] == [13]
    assert report["after"]["files"] < report["before"]["files"]
    again = commands.run("upkeep", "--warehouse", lake)
    assert again.status == 0
    assert [line.split()[-1] for line in again.said.splitlines() if line.startswith("small files merged")] == ["0"]


def test_upkeep_makes_no_warehouse_where_there_is_none(commands: Killer, tmp_path: Path) -> None:
    done = commands.run("upkeep", "--warehouse", tmp_path / "nowhere")
    assert done.status == 1
    assert f"There is no warehouse in {tmp_path / 'nowhere'}." in done.said
    assert not (tmp_path / "nowhere").exists()


def test_the_flow_does_the_same_and_leaves_a_table(prefect_server: str, lake: Path) -> None:
    from prefect.client.orchestration import get_client
    from prefect.settings import PREFECT_API_URL, temporary_settings

    from flows.upkeep import upkeep

    with temporary_settings({PREFECT_API_URL: prefect_server}):
        report = upkeep(warehouse=str(lake))
        with get_client(sync_client=True) as client:
            artifacts = [found for found in client.read_artifacts() if found.key == "newslake-upkeep"]
    assert (report["dry_run"], files(lake, "dim_author")) == (False, 1)
    table: list[dict[str, Any]] = json.loads(str(artifacts[0].data))
    assert [row["what"] for row in table][:2] == ["small files merged", "files rewritten without deleted rows"]


def test_serve_finds_the_flow_of_every_deployment() -> None:
    from flows.command_serve import flow_of

    said = yaml.safe_load((ROOT / "prefect.yaml").read_text(encoding="utf-8"))["deployments"]
    assert [(one["name"], flow_of(one["entrypoint"]).name) for one in said] == [
        ("hourly", "ingest"),
        ("daily", "upkeep"),
        ("watch", "watch"),
    ]
