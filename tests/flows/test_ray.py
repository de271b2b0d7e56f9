"""Reading on a Ray cluster of several nodes: the lake is the one that a run on this machine alone gives (N3)."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from lake_content import content
from storage_servers import S3, Postgres
from test_cli import NEWSLAKE, newslake
from written_articles import article

from flows.readers import readers_of
from flows.reading import Job, Limits
from flows.settings import Extraction, Runner, Settings, SettingsError

PAGES = 24
LARGE_TEXT = b"A sentence of a very long report on the harbour. " * 3_000_000  # takes 1 GB to be read
JOB = Job(datetime(2026, 11, 27, tzinfo=UTC), (), Limits(4, 1024, 64), keep_raw=True)


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """A cluster of two nodes with a core each: its address."""
    os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_worker_niceness": "0"}  # as the README has it
    from ray.cluster_utils import Cluster

    node = {"num_cpus": 1, "object_store_memory": 80 * 2**20, "include_dashboard": False}
    found = Cluster(initialize_head=True, head_node_args=node)
    found.add_node(**node)
    yield found.address
    found.shutdown()


@pytest.mark.usefixtures("prefect_server")
def test_a_cluster_of_which_a_worker_is_killed_gives_the_lake_of_a_local_run(
    tmp_path: Path, cluster: str, s3: S3, postgres: Postgres, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the catalog in PostgreSQL, and inbox, data and staging on S3: the set-up of many machines."""
    for name, value in s3.environ.items():
        monkeypatch.setenv(name, value)
    bucket = s3.bucket()
    for number in range(PAGES):
        put(s3, bucket, f"inbox/{number:04}.html", article(number).encode())
    put(s3, bucket, "inbox/0002-large.txt.gz", gzip.compress(LARGE_TEXT, 1))  # a poison: it fails alone
    put(s3, bucket, "inbox/0003-empty.html", b"")
    common = (
        "[batch]\nchunk_files = 3\nmax_rows = 12\n[extraction]\npage_memory_mb = 512\nmax_file_mb = 256\n"
        f'[pickup]\ns3_endpoint = "{s3.endpoint}"\n'
    )
    alone, together = tmp_path / "alone.toml", tmp_path / "together.toml"
    alone.write_text(common, encoding="utf-8")
    together.write_text(
        f'{common}[runner]\nkind = "ray"\naddress = "{cluster}"\nstaging = "s3://{bucket}/staging"\n'
        f'[storage]\ncatalog = "postgres:{postgres.connection(database)}"\ndata = "s3://{bucket}/lake"\n'
        f's3_endpoint = "{s3.endpoint}"\ns3_url_style = "path"\n',
        encoding="utf-8",
    )
    inbox = f"s3://{bucket}/inbox"
    first = newslake("run", inbox, "--warehouse", tmp_path / "alone", "--settings", alone, "--json")
    assert first.returncode == 0, first.stderr

    killed: list[int] = []
    done = threading.Event()
    killer = threading.Thread(target=kill_one, args=(killed, done))
    killer.start()
    try:
        run = newslake("run", inbox, "--warehouse", tmp_path / "together", "--settings", together, "--json")
    finally:
        done.set()
        killer.join()
    assert run.returncode == 0, run.stderr
    assert len(killed) == 1
    said = json.loads(run.stdout)
    counted = {name: said[name] for name in ("picked_up", "loaded", "quarantined", "failed", "batches")}
    # The large one may have been the store's fault: it is tried again by the next run.
    assert counted == {"picked_up": PAGES + 2, "loaded": PAGES, "quarantined": 1, "failed": 1, "batches": 3}, run.stdout
    assert content(tmp_path / "together") == content(tmp_path / "alone")
    kept = s3.client().list_objects_v2(Bucket=bucket, Prefix="staging/")
    assert kept["KeyCount"] == 0, "the run has left rows in staging"
    audited = newslake("audit", "--warehouse", tmp_path / "together", "--settings", together, "--json")
    assert (audited.returncode, json.loads(audited.stdout)["differences"]) == (0, [])


@pytest.mark.parametrize("server", ["", "http://127.0.0.1:4200/api", "http://localhost:4200/api"])
def test_workers_elsewhere_need_a_prefect_server_that_they_can_reach(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that a run starts for itself, and names in the variable, is none."""
    monkeypatch.setenv("PREFECT_API_URL", server)
    settings = Settings(runner=Runner(kind="ray", address="ray://head.example:10001"), extraction=Extraction())
    with pytest.raises(SettingsError, match=r"^runner\.address: the workers of ray://head\.example:10001 tell Prefect"):
        readers_of(settings, JOB, tmp_path)


@pytest.mark.usefixtures("prefect_server")
def test_a_cluster_of_the_run_s_own_reads_what_relative_paths_name_and_leaves_nothing_in_staging(
    tmp_path: Path,
) -> None:
    (tmp_path / "place" / "inbox").mkdir(parents=True)
    for number in range(2):
        (tmp_path / "place" / "inbox" / f"{number}.html").write_text(article(number), encoding="utf-8")
    settings = tmp_path / "newslake.toml"
    settings.write_text('[runner]\nkind = "ray"\nstaging = "shared"\n[extraction]\nworkers = 1\n', encoding="utf-8")
    run = newslake(
        "run", "inbox", "--warehouse", "../lake", "--settings", "../newslake.toml", "--json", cwd=tmp_path / "place"
    )
    assert run.returncode == 0, run.stderr
    said = json.loads(run.stdout)
    assert (said["picked_up"], said["loaded"]) == (2, 2), run.stdout
    assert [file for file in (tmp_path / "shared").rglob("*") if file.is_file()] == []


@pytest.mark.usefixtures("prefect_server")
def test_a_run_on_a_cluster_that_is_terminated_says_so_and_leaves_nothing_in_staging(
    tmp_path: Path, cluster: str
) -> None:
    inbox, lake, shared = tmp_path / "inbox", tmp_path / "lake", tmp_path / "shared"
    inbox.mkdir()
    for number in range(4):
        (inbox / f"{number}.html").write_text(article(number), encoding="utf-8")
    for number in range(8):
        (inbox / f"slow-{number}.html").write_text("<article>" + "<p>One paragraph of very many.</p>" * 100_000)
    settings = tmp_path / "newslake.toml"
    settings.write_text(
        f'[runner]\nkind = "ray"\naddress = "{cluster}"\nstaging = "{shared}"\n[batch]\nchunk_files = 2\n',
        encoding="utf-8",
    )
    run = subprocess.Popen(
        [*NEWSLAKE, "run", str(inbox), "--warehouse", str(lake), "--settings", str(settings)],
        stderr=subprocess.PIPE,
        text=True,
    )
    for _ in range(600):
        if any(file.is_file() for file in shared.rglob("chunk-*")):
            break
        time.sleep(0.1)
    run.send_signal(signal.SIGTERM)
    _, said = run.communicate(timeout=60)
    assert run.returncode == 143, said
    assert "terminated; the batch in hand was dropped" in said
    assert [file for file in shared.rglob("*") if file.is_file()] == []
    states = newslake("sql", "select state, loaded from ops.run", "--warehouse", lake).stdout.split()
    assert states == ["state,loaded", "interrupted,0"]


@pytest.mark.parametrize("address", ["ray://127.0.0.1:7", "127.0.0.1:7"])
def test_a_cluster_that_does_not_answer_is_named_at_once_with_what_to_look_at(tmp_path: Path, address: str) -> None:
    settings = Settings(runner=Runner(kind="ray", address=address), extraction=Extraction())
    told = rf"^runner\.address: no Ray cluster answers at {re.escape(address)} \(.*Connection refused\)\. Look whether"
    began = time.monotonic()
    with pytest.raises(SettingsError, match=told), readers_of(settings, JOB, tmp_path):
        pass
    assert time.monotonic() - began < 30  # imports; Ray itself asks for more than ten minutes


def test_an_address_that_is_none_is_named_with_its_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:4200/api")
    settings = Settings(runner=Runner(kind="ray", address="head of the cluster"), extraction=Extraction())
    told = r"^runner\.address: the cluster at head of the cluster cannot be used: Invalid address format: head of"
    with pytest.raises(SettingsError, match=told), readers_of(settings, JOB, tmp_path):
        pass


@pytest.mark.usefixtures("prefect_server")
def test_a_run_whose_cluster_does_not_answer_is_a_failed_run_in_the_books_and_the_next_one_loads(
    tmp_path: Path,
) -> None:
    inbox, lake = tmp_path / "inbox", tmp_path / "lake"
    inbox.mkdir()
    (inbox / "0001.html").write_text(article(1), encoding="utf-8")
    assert newslake("run", inbox, "--warehouse", lake).returncode == 0
    (inbox / "0002.html").write_text(article(2), encoding="utf-8")
    failed = newslake(
        "run", inbox, "--warehouse", lake, NEWSLAKE_RUNNER__KIND="ray", NEWSLAKE_RUNNER__ADDRESS="127.0.0.1:7"
    )
    assert failed.returncode == 1
    assert "newslake: runner.address: no Ray cluster answers at 127.0.0.1:7 (" in failed.stderr
    assert newslake("run", inbox, "--warehouse", lake).returncode == 0
    books = newslake("sql", "select run_id, state, left(message, 29), loaded from ops.run", "--warehouse", lake)
    assert books.stdout.splitlines()[1:] == [
        "1,completed,,1", "2,failed,SettingsError: runner.address,0", "3,completed,,1"
    ]  # fmt: skip


def put(s3: S3, bucket: str, key: str, content: bytes) -> None:
    """An object of those bytes."""
    s3.client().put_object(Bucket=bucket, Key=key, Body=content)


def kill_one(killed: list[int], done: threading.Event) -> None:
    """Kill the first process of the cluster that is seen to read a chunk."""
    while not killed and not done.wait(0.05):
        for place in Path("/proc").iterdir():
            with suppress(OSError, ProcessLookupError):
                if place.name.isdigit() and b"ray::read-chunk" in (place / "cmdline").read_bytes():
                    os.kill(int(place.name), signal.SIGKILL)
                    killed.append(int(place.name))
                    return
