"""Readers beside a load, and loads that are killed: what is seen is always whole, and the end is always the same."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

from lake_builder import Inbox, Lake, an_article

from warehouse.audit import audit
from warehouse.lake import connect

HERE = Path(__file__).parent
ROOT = HERE.parents[1]

READER = """
import json, sys, time
from pathlib import Path
from warehouse.lake import connect
con = connect(Path(sys.argv[1]), read_only=True)
print('ready', flush=True)
torn, polls, last = 0, 0, 0
while last < int(sys.argv[2]):
    said, inputs, readings, last = con.execute(
        "select coalesce(sum(loaded), 0)::bigint, (select count(*) from ops.input), (select count(*) from article), "
        "coalesce(max(batch_id), 0) from ops.batch"
    ).fetchone()
    torn += not (said == inputs == readings)
    polls += 1
    time.sleep(0.02)
print(json.dumps([torn, polls]))
"""

LOADER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from lake_builder import NOW, Lake
from test_concurrency import a_batch
from warehouse.lake import connect
from warehouse.ledger import begin_run
con = connect(Path(sys.argv[1]))
con.execute('set threads = 1')
lake = Lake(Path(sys.argv[1]), con, begin_run(con, inbox='/inbox', now=NOW, version='0.1.0'))
done = con.execute('select count(distinct file_key) from ops.input').fetchone()[0] // 4
print('ready', flush=True)
for n in range(done, 4):
    lake.load(a_batch(n))
"""


def a_batch(n: int) -> Inbox:
    """Four files: two new articles, one more state of an article that all batches share, one copy of the first."""
    inbox = Inbox()
    fresh = an_article(f"The council met for the {n}. time. Nobody was absent, and the minutes were read aloud.")
    inbox.add(f"{n}/a.txt", fresh).add(f"{n}/b.txt", fresh)
    inbox.add(f"{n}/c.txt", an_article(f"The ferry sailed {n} times. The quay was full of people with umbrellas."))
    shared = f"The harbour stays shut. Gusts reached ninety kilometres an hour, the warden says in update {n}."
    return inbox.add(f"{n}/d.txt", an_article(shared, url="harbour.example/storm"))


def content(lake_folder: Path) -> list[list[tuple[object, ...]]]:
    """Everything but run and batch ids, surrogate ids and load times, by natural key."""
    con = connect(lake_folder, read_only=True)
    queries = [
        "select i.input_key, i.content_hash, i.state, i.reason, i.is_latest, i.revision, i.size, i.mtime_ns, "
        "f.input_key from ops.input i left join ops.input f on f.input_id = i.duplicate_of order by all",
        "select identity_kind, identity_key, current_revision, revisions, first_seen_at, last_seen_at from dim_article "
        "order by all",
        "select a.identity_key, f.revision, f.cause, f.title, f.body, f.observed_at, f.reading_hash "
        "from fact_article f join dim_article a using (article_id) order by all",
        "select a.identity_key, s.revision, s.position, s.rule_id, b.text from fact_removed_text s "
        "join dim_article a using (article_id) join removed_block b using (block_id) order by all",
    ]
    found = [con.execute(sql).fetchall() for sql in queries]
    con.close()
    return found


def test_a_reader_in_another_process_never_fails_and_never_sees_part_of_a_batch(lake: Lake) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(lake.folder), "5"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
        for n in range(5):
            inbox = Inbox()
            for i in range(20):
                inbox.add(f"{n}/{i}.txt", an_article(f"Report {n} of {i}. The tide was high and the quay was wet."))
            assert lake.load(inbox).loaded == 20
        out, errors = reader.communicate(timeout=60)
    assert (reader.returncode, errors) == (0, "")
    torn, polls = json.loads(out)
    assert torn == 0
    assert polls >= 5


def test_a_load_that_is_killed_and_run_again_gives_the_lake_of_an_undisturbed_one(
    lake: Lake, empty_warehouse: Path, tmp_path: Path
) -> None:
    for n in range(4):
        lake.load(a_batch(n))
    undisturbed = content(lake.folder)
    disturbed = tmp_path / "disturbed"
    shutil.copytree(empty_warehouse, disturbed)

    chance = random.Random(20261122)
    for attempt in range(4):
        with subprocess.Popen(
            [sys.executable, "-c", LOADER, str(disturbed), str(HERE)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        ) as loader:
            assert loader.stdout is not None
            assert loader.stdout.readline() == "ready\n"
            if attempt < 3:
                time.sleep(chance.uniform(0.05, 2.5))
                loader.kill()
            code = loader.wait(timeout=120)
    assert code == 0
    assert content(disturbed) == undisturbed
    con = connect(disturbed)
    assert audit(con) == []
    con.close()
