"""A real Prefect server, work pool and worker: prefect.yaml is deployed as it stands, and its schedule loads a file."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from written_articles import write_articles

from warehouse.errors import LakeError
from warehouse.lake import connect

ROOT = Path(__file__).parents[2]
PREFECT = [sys.executable, "-m", "prefect"]


def loaded_articles(lake: Path) -> int:
    try:
        con = connect(lake, read_only=True)
    except LakeError:
        return 0
    try:
        row = con.execute("select count(*) from fact_article").fetchone()
        return 0 if row is None else int(row[0])
    finally:
        con.close()


@pytest.mark.timeout(400)
def test_a_scheduled_run_of_the_deployment_loads_a_file(tmp_path: Path, prefect_server: str) -> None:
    place = tmp_path / "checkout"
    place.mkdir()
    # The schedule is the one thing that is not as it stands: nobody waits an hour for a test.
    text = (ROOT / "prefect.yaml").read_text(encoding="utf-8")
    assert 'cron: "7 * * * *"' in text
    (place / "prefect.yaml").write_text(text.replace('cron: "7 * * * *"', 'cron: "* * * * *"'), encoding="utf-8")
    for package in ("flows", "transforms", "expectations", "warehouse"):
        shutil.copytree(ROOT / package, place / package, ignore=shutil.ignore_patterns("__pycache__", "data"))
    (place / "newslake.toml").write_text("inbox = 'in'\nwarehouse = 'lake'\nlog = 'json'\n", encoding="utf-8")
    write_articles(place / "in", range(1))
    environ = os.environ | {
        "PREFECT_API_URL": prefect_server,
        "PREFECT_HOME": str(tmp_path / "home"),
        "PWD": str(place),
    }

    def prefect(*words: str) -> None:
        subprocess.run([*PREFECT, *words], cwd=place, env=environ, check=True, capture_output=True, timeout=120)

    prefect("work-pool", "create", "newslake", "--type", "process")
    prefect("--no-prompt", "deploy", "--all")
    journal = tmp_path / "worker.log"
    with journal.open("wb") as log:
        worker = subprocess.Popen(
            [*PREFECT, "worker", "start", "--pool", "newslake"],
            cwd=place,
            env=environ,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        for _ in range(300):
            # Who looks after the worker sees in its journal how the run ended.
            if '"level": "info", "message": "Run 1 completed: 1 picked up = 1 loaded."}' in journal.read_text():
                break
            assert worker.poll() is None, journal.read_text()
            time.sleep(1)
        else:
            pytest.fail(journal.read_text())
    finally:
        worker.terminate()
        try:
            worker.wait(timeout=60)  # it waits for a run that is under way
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
    assert loaded_articles(place / "lake") == 1
