"""kill -9 at random moments, then one more run: the lake equals an undisturbed one (N3), and the audit is clean."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from lake_content import content
from written_articles import write_articles

from warehouse.audit import audit
from warehouse.lake import connect
from warehouse.migrate import prepare

PAGES = 100
SETTINGS = "[batch]\nmax_rows = 20\nchunk_files = 5\n"

# A short form in every run; `make test-kill` asks for twenty moments.
MOMENTS = int(os.environ.get("KILL_MOMENTS", "1"))


def command(inbox: Path, lake: Path, settings: Path) -> list[str]:
    newslake = [sys.executable, "-c", "from flows.cli import main; main()"]
    return [*newslake, "run", str(inbox), "--warehouse", str(lake), "--settings", str(settings)]


@pytest.mark.timeout(1800)
def test_a_run_killed_at_random_moments_and_run_again_equals_an_undisturbed_one(
    tmp_path: Path, prefect_server: str
) -> None:
    inbox, settings = tmp_path / "inbox", tmp_path / "newslake.toml"
    write_articles(inbox, range(PAGES))
    (inbox / "zz-empty.html").write_bytes(b"")
    (inbox / "zz-copy.html").write_bytes((inbox / "0000.html").read_bytes())
    settings.write_text(SETTINGS)
    whole = tmp_path / "whole"
    began = time.monotonic()
    subprocess.run(command(inbox, whole, settings), check=True, capture_output=True)
    took = time.monotonic() - began
    wanted = content(whole)
    assert len(wanted["articles"]) == PAGES

    seed = int(os.environ.get("KILL_SEED", "20261122"))
    chance = random.Random(seed)
    for number in range(MOMENTS):
        lake = tmp_path / f"killed-{number}"
        moment = chance.uniform(0.2, 1.0) * took
        run = subprocess.Popen(
            command(inbox, lake, settings), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            run.wait(timeout=moment)
        except subprocess.TimeoutExpired:
            os.killpg(run.pid, signal.SIGKILL)
            run.wait()
        prepare(lake).close()
        loaded_before = connect(lake, read_only=True).execute("select count(*) from fact_article").fetchone()
        assert loaded_before is not None
        assert loaded_before[0] in range(0, PAGES + 1, 20), f"part of a batch, seed {seed}, moment {moment}"
        subprocess.run(command(inbox, lake, settings), check=True, capture_output=True)
        assert content(lake) == wanted, f"seed {seed}, killed after {moment:.2f} s with {loaded_before[0]} loaded"
        assert audit(connect(lake, read_only=True)) == []
        assert list((lake / "staging").glob("run-*")) == []
