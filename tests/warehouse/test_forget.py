"""Forgetting: not a byte of it left anywhere, the books still add up, and it does not come back."""

from __future__ import annotations

import hashlib
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from lake_builder import NOW, Inbox, Lake, an_article
from test_concurrency import content

from transforms.article import Author, FieldFault, Rejection
from warehouse.audit import audit
from warehouse.clearing import clear, to_clear
from warehouse.errors import ForgetRefused, SourceRefused
from warehouse.forget import Subject, forget, subject_article, subject_input, subject_source
from warehouse.lake import connect
from warehouse.ledger import begin_run, end_run
from warehouse.locks import run_lock
from warehouse.migrate import prepare
from warehouse.search import search
from warehouse.search_index import update
from warehouse.sources import merge
from warehouse.upkeep import keep_up

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
LATER = NOW + timedelta(days=1)
DAY = timedelta(days=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
BOUNDS: dict[str, Any] = {"now": LATER, "keep_since": EPOCH, "unused_since": EPOCH, "merge_below": 2**20}

# Words that stand nowhere but in what is to be forgotten. "zz" sorts last: it is the greatest value of its column.
NEEDLES = ("zzqueville", "zzartimov", "zzecond", "zzitem", "zzlight", "zzblurb", "zzfault", "zzsection")


def secret(body: str, **fields: object) -> object:
    return an_article(
        f"Zzqueville flood report. {body}",
        url="https://zzpaper.example/zzqueville",
        source="zzpaper.example",
        source_name="The Zzpaper",
        authors=(Author("Ina Zzartimov"),),
        items=("A zzitem of it",),
        highlights=("A zzlight of it",),
        summary="A zzblurb of it",
        section="zzsection",
        observed_at=datetime(2026, 2, 1, tzinfo=UTC) + DAY * len(body),
        **fields,
    )


def fill(lake: Lake) -> None:
    """Two revisions of an article, a copy, a refused page of the same source, and others that stay."""
    lake.load(
        Inbox()
        .add("a/secret.html", secret("The river rose."))  # type: ignore[arg-type]
        .add("b/copy.html", secret("The river rose."))  # type: ignore[arg-type]
        .add("c/ferry.txt", an_article("Ferries stay in port. The quay is wet.", source="harbour.example"))
        .add("d/refused.html", Rejection("not_an_article", "d/refused.html says Wrongville not found")),
        keep_raw="all",
        faults=[(0, FieldFault("published_date", "zzfault-32", "date.impossible"))],
    )
    lake.load(Inbox().add("a/secret.html", secret("The zzecond river rose as well.")), keep_raw="all")  # type: ignore[arg-type]
    other = an_article(
        "Another of the paper. It is dry.", source="zzpaper.example", url="https://zzpaper.example/other"
    )
    short = an_article("Zzshort. Too.", source="zzpaper.example", url="https://zzpaper.example/short")
    lake.load(
        Inbox().add("e/other.html", other).add("e/short.html", short),
        keep_raw="all",
        rejected=[(1, "too_short", "zzshort has 2 words")],
    )


@pytest.fixture(scope="module")
def filled_once(shared_lake: Lake) -> Path:
    fill(shared_lake)
    end(shared_lake)
    return shared_lake.folder


@pytest.fixture
def filled(filled_once: Path, tmp_path: Path) -> Iterator[Lake]:
    shutil.copytree(filled_once, tmp_path / "filled")
    con = connect(tmp_path / "filled")
    con.execute("set threads = 1")
    yield Lake(tmp_path / "filled", con, 1)
    con.close()


def end(lake: Lake) -> None:
    end_run(lake.con, lake.run_id, state="completed", now=NOW, listed=5, unchanged=0)


def found_in(folder: Path, *needles: str) -> list[str]:
    """The files below a folder in which one of the words stands, whatever the file's form."""
    hits = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        raw = path.read_bytes()
        if path.suffix == ".zst":
            raw = pa.CompressedInputStream(pa.BufferReader(raw), "zstd").read()
        if path.suffix == ".parquet":
            raw += repr(duckdb.execute("select * from read_parquet(?)", [str(path)]).fetchall()).encode()
            raw += repr(duckdb.execute("from parquet_metadata(?)", [str(path)]).fetchall()).encode()
        hits += [
            f"{path.relative_to(folder)}: {needle}" for needle in needles if needle in raw.decode("latin-1").lower()
        ]
    return hits


def take_out(lake: Lake, article: int | None = None, source: str | None = None) -> None:
    subject = subject_article(lake.con, article) if article is not None else subject_source(lake.con, source or "")
    take(lake, subject)


def take(lake: Lake, subject: Subject) -> None:
    forget(lake.con, subject, reason="asked by its subject", requested_by="steward", now=LATER, version="0.1.0")
    clear(lake.con, now=LATER)


def id_of(lake: Lake, key: str) -> int:
    return int(str(lake.rows("select article_id from ops.input where input_key = ? limit 1", key)[0][0]))


def test_the_words_of_an_article_stand_in_no_file_of_the_warehouse_any_more(filled: Lake) -> None:
    assert {hit.partition(": ")[2] for hit in found_in(filled.folder, *NEEDLES)} == set(NEEDLES)
    (filled.folder / "staging" / "run-99").mkdir()
    (filled.folder / "staging" / "run-99" / "chunk.arrows").write_bytes(b"zzqueville")
    orphan = filled.folder / "data" / "main" / "fact_article" / "ducklake-00000000.parquet"
    duckdb.execute(f"copy (select 'zzqueville' as body) to '{orphan}'")

    take_out(filled, article=id_of(filled, "a/secret.html"))
    assert found_in(filled.folder, *NEEDLES) == []
    assert audit(filled.con) == []
    assert filled.rows("select title from article order by title") == [
        ("Another of the paper",),
        ("Ferries stay in port",),
    ]


def told_of(lake: Lake, source: str) -> None:
    """Incidents of a source and of another one, each told of, and what was expected of the source."""
    for subject in (source, "harbour.example"):
        [(source_id,)] = lake.rows("select source_id from dim_source where domain = ?", subject)
        lake.con.execute(
            "insert into ops.incident by name select coalesce(max(incident_id), 0) + 1 as incident_id, 1 as led_by, "
            "'freshness' as monitor, 'source' as subject_kind, $subject as subject, $source_id as source_id, "
            "'silent' as cause, 'warning' as severity, $now as since, $now as opened_at, $now as seen_at, "
            "'no article' as why, 0 as reminders from ops.incident",
            {"subject": subject, "source_id": source_id, "now": NOW},
        )
        lake.con.execute(
            "insert into ops.alert by name select max(incident_id) as alert_id, 'silent' as cause, "
            "'warning' as severity, $title as title, $title as message, true as delivered, 'opened' as kind, "
            "[max(incident_id)] as incidents from ops.incident",
            {"title": f"Something of {subject}"},
        )
    lake.con.execute(
        "insert into ops.source_expectation by name select 'freshness' as monitor, 'source' as subject_kind, "
        "domain as subject, source_id, 'silent' as cause, 'hours' as measure, $now as made_at, $now as starts, "
        "$now as ends, 'hours' as unit, 0.1 as chance, 'its past' as basis from dim_source where domain = $source",
        {"source": source, "now": NOW},
    )


def test_a_source_goes_whole_with_its_name_its_pages_and_its_blocks(filled: Lake) -> None:
    told_of(filled, "zzpaper.example")
    take_out(filled, source="zzpaper.example")
    assert found_in(filled.folder, *NEEDLES, "zzpaper", "zzshort", "another of the paper") == []
    assert filled.rows("select title from ops.alert") == [("Something of harbour.example",)]
    assert filled.rows("select title from article") == [("Ferries stay in port",)]
    assert filled.rows("select domain from dim_source where source_id > 0") == [("harbour.example",)]
    assert audit(filled.con) == []


def test_a_source_goes_with_every_other_that_it_stands_for(filled: Lake) -> None:
    merge(filled.con, "zzpaper.example", "harbour.example", reason="one house, the zzhouse", now=NOW)
    subject = subject_source(filled.con, "harbour.example")
    assert (subject.articles, subject.readings, subject.inputs) == (3, 4, 5)
    take_out(filled, source="zzpaper.example")
    assert found_in(filled.folder, *NEEDLES, "zzpaper", "zzshort", "zzhouse", "ferries") == []
    assert filled.rows("select count(*) from article union all select count(*) from dim_source") == [(0,), (1,)]
    assert filled.rows("select key_kind, count(*) from ops.forgotten_key group by all order by 1") == [
        ("identity", 3),
        ("source", 2),
    ]
    assert audit(filled.con) == []


def test_the_search_index_goes_and_the_next_one_has_nothing_of_it(filled: Lake) -> None:
    update(filled.con)
    assert search(filled.con, "zzecond").matched == 1
    take_out(filled, article=id_of(filled, "a/secret.html"))
    assert found_in(filled.folder, *NEEDLES) == []
    update(filled.con)
    assert search(filled.con, "zzecond").matched == 0
    assert search(filled.con, "ferries").matched == 1


def test_that_it_was_forgotten_is_recorded_without_what_it_was(filled: Lake) -> None:
    article = id_of(filled, "a/secret.html")
    take_out(filled, article=article)
    assert filled.rows(
        "select forgotten_id, kind, subject_id, reason, requested_by, articles, readings, inputs, run_id, batch_id, "
        "forgotten_at, cleared_at from ops.forgotten"
    ) == [(1, "article", article, "asked by its subject", "steward", 1, 2, 2, 2, 4, LATER, LATER)]
    key = hashlib.sha256(b"url\x1fhttps://zzpaper.example/zzqueville").hexdigest()
    assert filled.rows("select key_kind, key_hash from ops.forgotten_key") == [("identity", key)]
    assert filled.rows("select revision, extraction, cause, batch_id from ops.forgotten_reading order by 1") == [
        (1, 1, "new", 1),
        (2, 1, "edited", 2),
    ]
    assert filled.rows(
        "select input_key, state, reason, detail, article_id, is_latest from ops.input where reason = 'forgotten' "
        "order by input_id"
    ) == [
        ("a/secret.html", "quarantined", "forgotten", DETAIL, None, False),
        ("a/secret.html", "quarantined", "forgotten", DETAIL, None, True),
    ]
    assert filled.rows("select raw, reasons from ops.quarantine where run_id = 2") == [
        (None, [{"reason": "forgotten", "detail": DETAIL}]),
        (None, [{"reason": "forgotten", "detail": DETAIL}]),
    ]
    with pytest.raises(ForgetRefused, match=rf"Article {article} was forgotten on 2026-03-02 12:00 UTC already"):
        subject_article(filled.con, article)


DETAIL = "it was forgotten by request; its bytes were not kept, and it is not loaded again"


def test_an_article_forgotten_by_an_id_of_an_earlier_schema_is_known_under_its_later_key(lake: Lake) -> None:
    def numbered(key: str) -> object:
        return an_article("The zzecond river rose. It fell.", identity_kind="record", identity_key=key, record="1")

    lake.load(Inbox().add("dump.jsonl", numbered("-:8")))  # type: ignore[arg-type]
    take_out(lake, article=1)
    again = Lake(lake.folder, lake.con, begin_run(lake.con, inbox="/inbox", now=LATER, version="0.1.0"))
    counts = again.load(Inbox().add("later.jsonl", numbered("later.jsonl:8"), content=b"1"))  # type: ignore[arg-type]
    assert (counts.loaded, counts.quarantined) == (0, 1)
    assert again.rows("select reason from rejection where path = 'later.jsonl#1'") == [("forgotten",)]


def test_the_same_again_is_accounted_for_and_not_loaded_and_leaves_no_bytes(filled: Lake) -> None:
    take_out(filled, article=id_of(filled, "a/secret.html"))
    run = begin_run(filled.con, inbox="/inbox", now=LATER, version="0.1.0")
    again = Lake(filled.folder, filled.con, run)
    counts = again.load(
        Inbox()
        .add("a/secret.html", secret("The zzecond river rose as well."))  # type: ignore[arg-type]
        .add("x/moved.html", secret("The zzecond river rose as well."))  # type: ignore[arg-type]
        .add("x/edited.html", secret("A third time, the zzthird."))  # type: ignore[arg-type]
        .add("x/new.html", an_article("A ship comes. It is new.", url="https://zzpaper.example/ship")),
        keep_raw="all",
        rejected=[(2, "too_short", "zzthird is too short")],
        faults=[(2, FieldFault("published_date", "zzfault-33", "date.impossible"))],
    )
    assert (counts.inputs, counts.unchanged, counts.duplicate, counts.quarantined, counts.loaded) == (4, 1, 1, 1, 1)
    assert filled.rows("select state, reason, detail from ops.input where input_key = 'x/edited.html'") == [
        ("quarantined", "forgotten", DETAIL)
    ]
    end_run(filled.con, run, state="completed", now=LATER, listed=4, unchanged=0)
    assert found_in(filled.folder, "zzthird", "zzfault", "zzecond") == []
    assert audit(filled.con) == []


def test_a_forgotten_source_does_not_come_back_under_another_article(filled: Lake) -> None:
    take_out(filled, source="zzpaper.example")
    run = begin_run(filled.con, inbox="/inbox", now=LATER, version="0.1.0")
    fresh = an_article(
        "Zzfresh news. Of the same paper.", source="zzpaper.example", url="https://zzpaper.example/fresh"
    )
    counts = Lake(filled.folder, filled.con, run).load(Inbox().add("f/fresh.html", fresh))
    assert (counts.quarantined, counts.loaded) == (1, 0)
    assert filled.rows("select count(*) from dim_source where domain = 'zzpaper.example'") == [(0,)]
    assert found_in(filled.folder, "zzfresh") == []


def test_the_id_of_a_forgotten_article_is_given_to_no_other(filled: Lake) -> None:
    (last,) = filled.rows("select max(article_id) from dim_article")[0]
    take_out(filled, article=int(str(last)))
    run = begin_run(filled.con, inbox="/inbox", now=LATER, version="0.1.0")
    Lake(filled.folder, filled.con, run).load(Inbox().add("g.txt", an_article("Something else. Quite.")))
    assert filled.rows("select max(article_id) from dim_article") == [(int(str(last)) + 1,)]


def test_what_was_kept_is_read_and_loaded_as_before(filled: Lake) -> None:
    """Rewritten files and trimmed statistics answer as those before did."""
    filled.load(
        Inbox().add("z.txt", an_article("Zulu day. Drums.", source="zulu.example", url="https://zulu.example/1")),
    )
    article = id_of(filled, "a/secret.html")
    asked = "select title, body, section from fact_article where article_id <> ? and title >= 'F' order by title"
    before = filled.rows(asked, article)
    take_out(filled, article=article)
    assert filled.rows(asked, article) == before
    con = connect(filled.folder)
    assert con.execute("select min(title), max(title) from fact_article").fetchall() == [
        ("Another of the paper", "Zulu day")
    ]
    con.close()


def test_a_page_that_gave_no_article_is_forgotten_by_its_input(filled: Lake) -> None:
    (refused,) = filled.rows("select input_id from ops.input where input_key = 'd/refused.html'")[0]
    assert found_in(filled.folder, "wrongville", "not_an_article") != []
    take(filled, subject_input(filled.con, int(str(refused))))
    assert found_in(filled.folder, "wrongville") == []
    assert filled.rows("select kind, subject_id, articles, inputs from ops.forgotten") == [("input", refused, 0, 1)]
    assert audit(filled.con) == []
    (loaded,) = filled.rows("select input_id from ops.input where state = 'loaded' and input_key = 'c/ferry.txt'")[0]
    with pytest.raises(ForgetRefused, match=rf"Input {loaded} gave article 1: forget it by --article 1"):
        subject_input(filled.con, int(str(loaded)))


def test_what_is_not_there_is_refused_by_name(filled: Lake) -> None:
    with pytest.raises(ForgetRefused, match="There is no article 4711"):
        subject_article(filled.con, 4711)
    with pytest.raises(SourceRefused, match=r"No source is named 'elsewhere\.example'"):
        subject_source(filled.con, "elsewhere.example")


def test_a_forgetting_without_its_second_step_fails_the_audit_until_upkeep_finishes_it(filled: Lake) -> None:
    subject = subject_article(filled.con, id_of(filled, "a/secret.html"))
    forget(filled.con, subject, reason="r", requested_by="s", now=LATER, version="1")
    assert [difference.check for difference in audit(filled.con)] == ["forgotten"]
    assert filled.rows("select count(*) from article where title like 'Zzq%'") == [(0,)]
    with run_lock(filled.folder):
        (note, _) = keep_up(filled.con, **BOUNDS).notes
    assert note.startswith("What was forgotten is still in files, the next upkeep clears them: ")
    assert to_clear(filled.con)
    (note,) = keep_up(filled.con, **BOUNDS).notes
    assert note.startswith("A forgetting was finished: ")
    assert found_in(filled.folder, *NEEDLES) == []
    assert audit(filled.con) == []


FORGET = """
import sys
from datetime import datetime
from pathlib import Path
from warehouse.clearing import clear, to_clear
from warehouse.forget import forget, subject_article
from warehouse.migrate import prepare
con = prepare(Path(sys.argv[1]))
now = datetime.fromisoformat(sys.argv[3])
print('ready', flush=True)
if not to_clear(con):
    forget(con, subject_article(con, int(sys.argv[2])), reason='r', requested_by='s', now=now, version='1')
clear(con, now=now)
"""


def test_killed_anywhere_it_is_as_before_or_finished_by_the_next_call(filled: Lake, tmp_path: Path) -> None:
    article = id_of(filled, "a/secret.html")
    before = content(filled.folder)
    filled.con.close()
    whole = tmp_path / "whole"
    shutil.copytree(filled.folder, whole)
    chance = random.Random(20261123)
    for _ in range(4):
        folder = tmp_path / f"killed-{chance.random()}"
        shutil.copytree(whole, folder)
        with subprocess.Popen(
            [sys.executable, "-c", FORGET, str(folder), str(article), LATER.isoformat()],
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            time.sleep(chance.uniform(0.02, 1.2))
            child.kill()
        con = prepare(folder)
        lake = Lake(folder, con, 1)
        if lake.rows("select count(*) from ops.forgotten") == [(0,)]:
            assert content(folder) == before
            forget(con, subject_article(con, article), reason="r", requested_by="s", now=LATER, version="1")
        clear(con, now=LATER)
        assert found_in(folder, *NEEDLES) == []
        assert audit(con) == []
        con.close()
