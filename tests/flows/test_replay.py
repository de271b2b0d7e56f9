"""Reading again: a better reader makes extractions, the publisher's revisions stay, and twice changes nothing."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lake_content import content
from test_containers_loaded import a_zip
from written_articles import article, write_articles

from warehouse.audit import audit
from warehouse.lake import connect, transaction
from warehouse.replay import select_targets
from warehouse.scope import Scope

pytestmark = pytest.mark.usefixtures("prefect_server")

ALL = 'keep_raw = "all"\n'
BETTER = '[extraction]\nsite_rules = "rules"\n'
RULE = "title: //title\nauthor: //h1\n"
STRICT = "".join(
    f'[[rule_changes]]\nrule = "article.body.{name}"\narguments = {{ min_value = 100_000 }}\n'
    for name in ("length", "length_of_short_kinds")
)


class Place:
    """An inbox, a warehouse and the settings of its runs."""

    def __init__(self, folder: Path, lake: Path) -> None:
        self.folder, self.inbox, self.lake = folder, folder / "inbox", lake
        self.inbox.mkdir()
        self.settings = folder / "newslake.toml"

    def set(self, settings: str) -> None:
        self.settings.write_text(settings, encoding="utf-8")

    def run(self) -> Any:
        from flows.ingest import ingest

        return ingest(inbox=str(self.inbox), warehouse=str(self.lake), settings_file=str(self.settings))

    def replay(self, **scope: Any) -> Any:
        from flows.replay import replay

        return replay(warehouse=str(self.lake), settings_file=str(self.settings), **scope)

    def replay_quarantine(self, **scope: Any) -> Any:
        from flows.replay import replay_quarantine

        return replay_quarantine(warehouse=str(self.lake), settings_file=str(self.settings), **scope)

    def better_reader(self, settings: str = ALL) -> None:
        (self.folder / "rules").mkdir(exist_ok=True)
        (self.folder / "rules" / "quay-gazette.example.txt").write_text(RULE, encoding="utf-8")
        self.set(settings + BETTER)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        con = connect(self.lake, read_only=True)
        try:
            return con.execute(query).fetchall()
        finally:
            con.close()

    def is_sound(self) -> bool:
        con = connect(self.lake, read_only=True)
        try:
            return audit(con) == []
        finally:
            con.close()


@pytest.fixture
def place(tmp_path: Path, lake: Path) -> Place:
    place = Place(tmp_path, lake)
    place.set(ALL)
    return place


READINGS = "select article_id, revision, extraction, cause from fact_article order by all"


def test_a_better_reader_makes_extractions_and_says_what_changed_and_again_changes_nothing(place: Place) -> None:
    write_articles(place.inbox, range(3))
    place.run()
    shutil.rmtree(place.inbox)
    place.better_reader()
    before = content(place.lake)

    looked = place.replay(dry_run=True)
    assert (looked.run_id, looked.inputs, looked.changed, looked.same) == (None, 3, 3, 0)
    assert content(place.lake) == before
    assert place.ask("select count(*) from ops.run") == [(1,)]

    done = place.replay()
    assert (done.state, done.changed, done.counts.articles_reextracted, done.counts.articles_edited) == (
        "completed", 3, 3, 0,
    )  # fmt: skip
    assert [(f.field, f.readings) for f in done.fields] == [(f.field, f.readings) for f in looked.fields]
    assert {f.field: f.readings for f in done.fields}["title"] == 3
    assert done.fields[0].examples == looked.fields[0].examples
    assert place.ask(READINGS) == [
        (1, 1, 1, "new"), (1, 1, 2, "re-extracted"),
        (2, 1, 1, "new"), (2, 1, 2, "re-extracted"),
        (3, 1, 1, "new"), (3, 1, 2, "re-extracted"),
    ]  # fmt: skip
    assert place.ask("select run_id, kind, state, loaded from ops.run order by 1") == [
        (1, "ingest", "completed", 3),
        (2, "replay", "completed", 3),
    ]
    assert place.ask("select title, revision, extraction from article order by article_id limit 1") == [
        ("Council of district 0 votes on its harbour | The Quay Gazette", 1, 2)
    ]
    assert place.is_sound()

    after = content(place.lake)
    again = place.replay()
    assert (again.same, again.changed, again.batches) == (3, 0, 0)
    assert content(place.lake) == after


def test_one_article_is_read_again_and_the_other_stays(place: Place) -> None:
    write_articles(place.inbox, range(2))
    place.run()
    place.better_reader()
    assert place.replay(article_id=2).counts.articles_reextracted == 1
    assert place.ask("select article_id, extraction from article order by 1") == [(1, 1), (2, 2)]
    con = connect(place.lake, read_only=True)
    narrowed = {
        "all": Scope(),
        "too late": Scope(since=date(2999, 1, 1)),
        "its source": Scope(source="quay-gazette.example"),
        "another source": Scope(source="elsewhere.example"),
        "its feed": Scope(feed="(none)"),
        "another feed": Scope(feed="morning"),
    }
    found = {name: len(select_targets(con, scope)) for name, scope in narrowed.items()}
    con.close()
    assert found == {"all": 2, "too late": 0, "its source": 2, "another source": 0, "its feed": 2, "another feed": 0}


def test_without_kept_bytes_the_inbox_is_read_where_it_holds_the_same_bytes(place: Place) -> None:
    place.set("")
    write_articles(place.inbox, range(3))
    place.run()
    (place.inbox / "0001.html").write_text(article(1, words="bridge"), encoding="utf-8")
    (place.inbox / "0002.html").unlink()
    place.better_reader("")
    done = place.replay()
    assert (done.inputs, done.changed) == (3, 1)
    assert sorted((left.reason, left.inputs, left.example) for left in done.unread) == [
        ("changed", 1, "0001.html"),
        ("not_kept", 1, "0002.html"),
    ]
    assert place.ask(READINGS)[:2] == [(1, 1, 1, "new"), (1, 1, 2, "re-extracted")]
    assert place.is_sound()


def test_an_inbox_that_was_named_from_the_folder_that_one_is_in_is_found_from_another(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write_articles(place.inbox, range(1))
    place.set('keep_raw = "none"\n')
    monkeypatch.chdir(place.inbox.parent)
    from flows.ingest import ingest

    ingest(inbox=place.inbox.name, warehouse=str(place.lake), settings_file=str(place.settings))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert place.ask("select inbox from ops.run") == [(str(place.inbox),)]
    assert place.replay().same == 1


def test_what_a_sidecar_said_is_known_when_only_the_bytes_are_left(place: Place) -> None:
    page = article(7).replace("<link rel='canonical' href='https://quay-gazette.example/news/7'>", "")
    (place.inbox / "p.html").write_text(page, encoding="utf-8")
    said = {"url": "https://quay-gazette.example/seven", "fetched_at": "2026-03-09T10:00:00Z"}
    (place.inbox / "p.html.meta.json").write_text(json.dumps(said), encoding="utf-8")
    place.run()
    shutil.rmtree(place.inbox)
    place.better_reader()
    assert place.replay().changed == 1
    assert place.ask("select url, extraction, observed_origin from fact_article order by 2") == [
        ("https://quay-gazette.example/seven", 1, "sidecar"),
        ("https://quay-gazette.example/seven", 2, "sidecar"),
    ]


def records(*titles: str) -> str:
    return "\n".join(
        json.dumps({
            "title": title,
            "text": f"{title}. The council of ward {title} met on the quay and agreed on what {title} had asked.",
        })
        for title in titles
    )  # fmt: skip


@pytest.mark.parametrize("is_kept", [True, False], ids=["from the kept record", "from its container"])
def test_records_of_a_container_are_read_again_one_by_one(place: Place, is_kept: bool) -> None:
    place.set(ALL if is_kept else "")
    (place.inbox / "dump.jsonl").write_text(records("One", "Two", "Three"), encoding="utf-8")
    place.run()
    if is_kept:
        shutil.rmtree(place.inbox)
    before = content(place.lake)
    con = connect(place.lake)
    with transaction(con, "as if another reader had read it"):
        con.execute("update fact_article set reading_hash = 'x' where article_id = 2")
    con.close()
    done = place.replay()
    assert (done.same, done.changed) == (2, 1)
    assert [(f.field, f.readings, f.examples[0].path) for f in done.fields] == [("other", 1, "dump.jsonl#2")]
    after = content(place.lake)
    assert [row[:2] for row in after["inputs"]] == [row[:2] for row in before["inputs"]]
    assert after["articles"] != before["articles"]
    assert place.is_sound()


def test_an_edit_stays_an_edit_and_both_revisions_are_read_again(place: Place) -> None:
    write_articles(place.inbox, range(1))
    place.run()
    page = place.inbox / "0000.html"
    page.write_text(article(0).replace("Paragraph 5 of", "Corrected paragraph 5 of"), encoding="utf-8")
    place.run()
    place.better_reader()
    done = place.replay()
    assert (done.inputs, done.counts.articles_reextracted) == (2, 2)
    assert place.ask(READINGS) == [
        (1, 1, 1, "new"), (1, 1, 2, "re-extracted"), (1, 2, 1, "edited"), (1, 2, 2, "re-extracted"),
    ]  # fmt: skip
    assert place.ask("select revision, extraction, is_current, body_changed from article_revision order by 1") == [
        (1, 2, False, None),
        (2, 2, True, True),
    ]
    assert place.ask("select file_key, is_latest from ops.input order by input_id") == [
        ("0000.html", False),
        ("0000.html", True),
    ]
    assert place.is_sound()


def test_blocks_that_were_learned_later_are_cut_from_the_earlier_articles(place: Place) -> None:
    from test_blocks_from_run_to_run import BODIES, write

    write(place.inbox, range(12))
    place.run()
    assert sorted(place.ask(BODIES)) == [(True, False, 10), (True, True, 2)]
    done = place.replay()
    assert (done.changed, done.fields[0].field) == (12, "body")
    assert sorted(place.ask(BODIES)) == [(False, False, 10), (False, True, 2)]
    assert place.ask("select distinct revision, extraction, block_set_version from article") == [(1, 2, 1)]
    assert place.ask("select run_id, version, sites from ops.block_learning order by 1") == [(1, 1, 1), (2, 1, 0)]
    assert place.is_sound()


def test_what_is_refused_today_keeps_its_article_and_damaged_bytes_are_never_read(place: Place) -> None:
    write_articles(place.inbox, range(2))
    place.run()
    blobs = sorted((place.lake / "raw").rglob("*.zst"))
    blobs[0].write_bytes(blobs[1].read_bytes())
    place.better_reader(ALL + STRICT)
    done = place.replay()
    assert (done.changed, [(left.reason, left.inputs) for left in done.refused]) == (0, [("article.body.length", 1)])
    assert [(left.reason, left.inputs) for left in done.unread] == [("damaged", 1)]
    assert place.ask("select count(*), max(extraction) from article") == [(2, 1)]
    assert place.is_sound()


def test_a_line_that_is_no_record_is_refused_again_and_not_read_as_a_text(place: Place) -> None:
    prose = "The council of the harbour met on Friday and voted for the plan of the mayor again. " * 8
    lines = [records("One").strip(), json.dumps(prose), json.dumps([prose, prose]), "{broken " + prose]
    (place.inbox / "dump.jsonl").write_text("\n".join(lines), encoding="utf-8")
    place.run()
    refused = "select input_key, reason from ops.input where state = 'quarantined' order by 1"
    before = place.ask(refused)
    assert before == [
        ("dump.jsonl#2", "not_a_record"),
        ("dump.jsonl#3", "not_a_record"),
        ("dump.jsonl#4", "unreadable_json"),
    ]
    done = place.replay_quarantine()
    assert (done.same, done.changed) == (3, 0)
    assert place.ask(refused) == before


def test_a_teaser_of_a_feed_is_refused_again_and_not_read_as_a_record(place: Place) -> None:
    teaser = "The council of the harbour met on Friday and voted for the plan of the mayor again. " * 5
    (place.inbox / "feed.xml").write_text(
        "<rss version='2.0'><channel><title>The Quay Gazette</title><item><title>Council votes</title>"
        f"<link>https://quay.example/news/1</link><description>{teaser}</description></item></channel></rss>",
        encoding="utf-8",
    )
    place.run()
    refused = "select input_key, state, reason, detail from ops.input where record is not null"
    key = "feed.xml#https://quay.example/news/1"
    told = f"{key}: an item with a teaser only; fetch the page that it links to"
    assert place.ask(refused) == [(key, "quarantined", "only_a_teaser", told)]
    done = place.replay_quarantine()
    assert (done.same, done.changed) == (1, 0)
    assert place.ask(refused) == [(key, "quarantined", "only_a_teaser", told)]


def test_members_of_an_archive_are_refused_again_under_their_own_names_until_the_settings_let_them_in(
    place: Place,
) -> None:
    deep = a_zip(("c.zip", a_zip(("d.zip", a_zip(("page.html", article(0).encode()))))))
    torn = gzip.compress(article(1).encode())[:-60]
    (place.inbox / "a.zip").write_bytes(a_zip(("b.zip", deep), ("page.html.gz", torn)))
    place.run()
    refused = "select input_key, reason, detail from ops.input where state = 'quarantined' order by 1"
    inner, page = "a.zip#b.zip#c.zip#d.zip", "a.zip#page.html.gz"
    before = [
        (
            inner,
            "nested_too_deeply",
            f"{inner}: a container in 3 containers; not opened. Unpack it, or raise containers.max_depth",
        ),
        (
            page,
            "torn_container",
            f"{page}: its gzip data break off before their end; what came before was read, what follows is lost. Fetch "
            "the file again",
        ),
    ]
    assert place.ask(refused) == before
    done = place.replay_quarantine()
    assert (done.same, done.changed, done.unread) == (2, 0, ())
    assert place.ask(refused) == before
    (place.inbox / "a.zip").rename(place.folder / "a.zip")
    (left,) = place.replay_quarantine().unread
    assert (left.reason, left.example) == ("needs_its_archive", inner)
    (place.folder / "a.zip").rename(place.inbox / "a.zip")
    place.set(ALL + "[containers]\nmax_depth = 4\n")
    done = place.replay_quarantine()
    assert (done.same, done.changed, done.counts.loaded, done.counts.container) == (1, 1, 1, 1)
    assert place.ask("select path from article") == [(f"{inner}#page.html",)]
    assert place.is_sound()


def test_a_quarantine_is_read_again_and_what_can_be_used_by_now_is_loaded(place: Place) -> None:
    write_articles(place.inbox, range(2))
    (place.inbox / "empty.html").write_bytes(b"")
    (place.inbox / "dump.jsonl").write_text(records("One", "Two"), encoding="utf-8")
    (place.inbox / "large.txt").write_text("The ferry between the ports runs again, the office said. " * 20_000)
    place.set(STRICT + "[extraction]\nmax_file_mb = 1\n")
    place.run()
    assert place.ask("select reason, count(*) from ops.input where state = 'quarantined' group by all order by 1") == [
        ("article.body.length", 2),
        ("article.body.length_of_short_kinds", 2),
        ("empty", 1),
        ("too_large", 1),
    ]
    place.set("")
    done = place.replay_quarantine(reason="article.body.length")
    assert (done.inputs, done.quarantined_before, done.quarantined_after) == (2, 6, 4)
    assert (done.counts.loaded, done.counts.quarantined, done.counts.container) == (2, 0, 0)
    assert place.replay_quarantine(reason="article.body.length_of_short_kinds").counts.loaded == 2
    assert place.ask("select file_key, state, reason from ops.input order by input_key") == [
        ("0000.html", "loaded", None),
        ("0001.html", "loaded", None),
        ("dump.jsonl", "container", None),
        ("dump.jsonl", "loaded", None),
        ("dump.jsonl", "loaded", None),
        ("empty.html", "quarantined", "empty"),
        ("large.txt", "quarantined", "too_large"),
    ]
    assert place.ask("select kind from ops.run order by run_id") == [
        ("ingest",),
        ("quarantine_replay",),
        ("quarantine_replay",),
    ]
    assert place.is_sound()
    before = content(place.lake)
    again = place.replay_quarantine()
    assert (again.inputs, again.same, again.changed) == (2, 1, 1)
    assert place.ask("select state, size from ops.input where file_key = 'large.txt'") == [("loaded", 1_140_000)]
    assert len(content(place.lake)["quarantine"]) == len(before["quarantine"]) - 1
    assert place.is_sound()


@pytest.mark.skipif("KILL_MOMENTS" not in os.environ, reason="it takes minutes; make test-kill runs it")
@pytest.mark.timeout(1800)
def test_a_replay_that_is_killed_and_started_again_equals_an_undisturbed_one(place: Place) -> None:
    write_articles(place.inbox, range(24))
    place.run()
    place.better_reader(ALL + "[batch]\nmax_rows = 4\nchunk_files = 2\n")
    whole = place.folder / "whole"
    shutil.copytree(place.lake, whole)
    newslake = [sys.executable, "-c", "from flows.cli import main; main()", "replay", "--settings", place.settings]
    subprocess.run([*newslake, "--warehouse", whole], check=True, capture_output=True)
    for batches in (1, 3):
        child = subprocess.Popen([*newslake, "--warehouse", place.lake], start_new_session=True)
        while child.poll() is None:
            if place.ask("select count(*) from ops.batch where run_id > 1")[0][0] >= batches:
                os.killpg(child.pid, signal.SIGKILL)
                child.wait()
            time.sleep(0.02)
        assert place.ask("select count(*) % 4 from fact_article") == [(0,)]
        assert place.is_sound()
    subprocess.run([*newslake, "--warehouse", place.lake], check=True, capture_output=True)
    left, right = content(place.lake), content(whole)
    del left["block learning"], right["block learning"]  # a row a run
    assert left == right
    assert place.ask("select count(*) from fact_article where extraction = 2") == [(24,)]
    assert place.is_sound()
