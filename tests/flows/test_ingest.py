"""The ingest flow, with a real Prefect server and a real lake: nothing is lost, and again changes nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from written_articles import article, write_articles

pytestmark = pytest.mark.usefixtures("prefect_server")

Run = Callable[..., Any]


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def run(inbox: Path, lake: Path, tmp_path: Path) -> Run:
    """One run of the flow over the inbox, with settings written as TOML."""

    def once(settings: str = "", *, verify: bool = False) -> Any:
        from flows.ingest import ingest

        file = tmp_path / "newslake.toml"
        file.write_text(settings, encoding="utf-8")
        return ingest(inbox=str(inbox), warehouse=str(lake), settings_file=str(file), verify=verify)

    return once


def ask(lake: Path, query: str) -> list[tuple[Any, ...]]:
    from warehouse.lake import connect

    con = connect(lake, read_only=True)
    try:
        return con.execute(query).fetchall()
    finally:
        con.close()


def change(lake: Path, statement: str) -> None:
    from warehouse.lake import connect, transaction

    con = connect(lake)
    with transaction(con, "a test"):
        con.execute(statement)
    con.close()


def is_audited_clean(lake: Path) -> bool:
    from warehouse.audit import audit
    from warehouse.lake import connect

    return audit(connect(lake, read_only=True)) == []


def states(lake: Path) -> dict[str, str]:
    return dict(ask(lake, "select input_key, coalesce(reason, state) from ops.input where is_latest order by 1"))


@dataclass(frozen=True, slots=True)
class Done:
    """A run that is done: its summary, and the lake that it loaded."""

    summary: Any
    lake: Path


@pytest.fixture(scope="module")
def done(empty_lake: Path, prefect_server: str, tmp_path_factory: pytest.TempPathFactory) -> Done:
    """One run over one file of each kind, whose lake the tests after it only read."""
    from flows.ingest import ingest

    folder = tmp_path_factory.mktemp("done")
    inbox, lake, settings = folder / "inbox", folder / "lake", folder / "newslake.toml"
    shutil.copytree(empty_lake, lake)
    write_articles(inbox, range(3, 4))
    (inbox / "copy.html").write_bytes((inbox / "0003.html").read_bytes())
    text = article(1).replace("2026-03-02T08:15:00+01:00", "2099-03-02T08:15:00+01:00")
    (inbox / "future.html").write_text(text, encoding="utf-8")
    (inbox / "later.html").write_text(article(2), encoding="utf-8")
    os.utime(inbox / "later.html", (4_000_000_000, 4_000_000_000))
    (inbox / "port-post.example" / "2026-03-02").mkdir(parents=True)
    (inbox / "port-post.example" / "2026-03-02" / "a.txt").write_text(
        "Ferry returns\n\n" + "The ferry between the two ports runs again from Monday. " * 8
    )
    settings.write_text("[[feeds]]\nname = 'pages'\npattern = '{domain}/{date:%Y-%m-%d}/*.txt'\n", encoding="utf-8")
    return Done(ingest(inbox=str(inbox), warehouse=str(lake), settings_file=str(settings)), lake)


def test_an_article_is_readable_with_its_fields_and_their_origins(done: Done) -> None:
    read = "from article where url = 'https://quay-gazette.example/news/3'"
    found = ask(done.lake, f"select title, authors, published_date, published_offset, url, source, language {read}")
    assert [(*row[:2], str(row[2]), *row[3:]) for row in found] == [
        (
            "Council of district 3 votes on its harbour",
            ["Ina Halvorsen"],
            "2026-03-04",
            60,
            "https://quay-gazette.example/news/3",
            "quay-gazette.example",
            "en",
        )
    ]
    ((body,),) = ask(done.lake, f"select body {read}")
    assert "\n\nParagraph 1 of report 3 says that the harbour council" in body
    assert "All rights reserved" not in body


def test_the_same_bytes_under_another_name_point_to_the_first(done: Done) -> None:
    assert (done.summary.counts.loaded, done.summary.counts.duplicate) == (4, 1)
    assert ask(
        done.lake, "select d.input_key, f.input_key from ops.input d join ops.input f on f.input_id = d.duplicate_of"
    ) == [("copy.html", "0003.html")]


def test_a_feed_gives_what_the_files_lack_and_the_path_says_the_source(done: Done) -> None:
    found = ask(
        done.lake,
        "select article.feed, article.source, observed_at::date::varchar, observed_origin from article "
        "join fact_article using (article_id, revision, extraction, observed_at) where article.feed <> '(none)'",
    )
    assert found == [("pages", "port-post.example", "2026-03-02", "path")]


def test_every_expectation_of_every_batch_is_recorded(done: Done) -> None:
    suites = dict(ask(done.lake, "select suite, count(*) from ops.expectation_result group by 1"))
    assert set(suites) == {"dim_source", "dim_source.batch", "fact_article", "fact_article.batch", "lake"}
    assert suites["fact_article"] >= 20


def test_an_impossible_value_is_null_with_its_fault_and_the_article_loads(done: Done) -> None:
    assert states(done.lake)["future.html"] == "loaded"
    assert ask(
        done.lake,
        "select published_date, published_at, published_precision from article "
        "where url = 'https://quay-gazette.example/news/1'",
    ) == [(None, None, None)]
    assert ask(
        done.lake,
        "select i.input_key, f.raw_value from ops.field_fault f join ops.input i using (input_id) "
        "where f.field = 'published_date'",
    ) == [("future.html", "2099-03-02")]


def test_a_file_from_the_future_is_observed_now(done: Done) -> None:
    assert states(done.lake)["later.html"] == "loaded"
    assert ask(
        done.lake,
        "select f.observed_at < now(), f.observed_origin from fact_article f join ops.input i using (input_id) "
        "where i.input_key = 'later.html'",
    ) == [(True, "run")]


def test_each_run_leaves_a_markdown_and_a_table_artifact(done: Done) -> None:
    from prefect.client.orchestration import get_client

    with get_client(sync_client=True) as client:
        artifacts = {artifact.key: artifact.type for artifact in client.read_artifacts()}
    assert artifacts["newslake-run"] == "markdown"
    assert artifacts["newslake-run-states"] == "table"


def test_what_is_new_is_loaded_and_again_nothing_is(run: Run, inbox: Path, lake: Path) -> None:
    write_articles(inbox, range(5))
    first = run()
    assert (first.state, first.counts.picked_up, first.counts.loaded) == (
        "completed",
        5,
        5,
    )
    second = run()
    assert (second.counts.picked_up, second.counts.unchanged) == (0, 5)
    assert ask(lake, "select count(*), min(revision), max(revision) from fact_article") == [(5, 1, 1)]
    assert is_audited_clean(lake)


def test_a_changed_file_is_a_new_revision_and_a_touched_one_is_unchanged(run: Run, inbox: Path, lake: Path) -> None:
    write_articles(inbox, range(2))
    run()
    (inbox / "0000.html").write_text(article(0).replace("Paragraph 5 of", "Corrected paragraph 5 of"), encoding="utf-8")
    os.utime(inbox / "0001.html", (1_900_000_000, 1_900_000_000))
    changed = run()
    assert (changed.counts.picked_up, changed.counts.articles_edited, changed.counts.unchanged) == (1, 1, 1)
    assert ask(lake, "select path, revision, cause from article_revision order by 1, 2") == [
        ("0000.html", 1, "new"),
        ("0000.html", 2, "edited"),
        ("0001.html", 1, "new"),
    ]
    assert run().counts.unchanged == 2
    assert is_audited_clean(lake)


def test_verify_hashes_what_size_and_time_would_pass_over(run: Run, inbox: Path, lake: Path) -> None:
    write_articles(inbox, range(2))
    run()
    file = inbox / "0000.html"
    facts = file.stat()
    file.write_text(article(0).replace("Paragraph 5", "Paragraph V"), encoding="utf-8")
    os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert file.stat().st_size == facts.st_size
    assert run().counts.articles_edited == 0
    assert run(verify=True).counts.articles_edited == 1


def test_each_hostile_input_is_accounted_for_and_its_neighbours_load(run: Run, inbox: Path, lake: Path) -> None:
    write_articles(inbox, range(2))
    (inbox / "empty.html").write_bytes(b"")
    (inbox / "binary.txt").write_bytes(bytes(range(256)) * 40)
    (inbox / "nested.html").write_text("<div>" * 100_000 + "text" + "</div>" * 100_000)
    broken = "The mayor spoke of “harbour fees”. ".encode() * 20 + b"\xff\xfe\xc3 end of it."
    (inbox / "broken-utf8.txt").write_bytes(broken)
    (inbox / "out.txt").symlink_to("/etc/hostname")
    (inbox / "nowhere.txt").symlink_to("gone.txt")
    with os.fdopen(os.open(os.fsencode(inbox) + b"/new\nline '\"\xff.txt", os.O_CREAT | os.O_WRONLY), "wb") as odd:
        odd.write(("The ferry between the two ports runs again from Monday, the harbour office said. " * 6).encode())
    os.mkfifo(inbox / "pipe")
    summary = run()
    assert summary.state == "completed"
    found = states(lake)
    assert found["0000.html"] == found["0001.html"] == "loaded"
    assert found["new\\u{a}line '\"\\xff.txt"] == "loaded"
    assert found["empty.html"] == "empty"
    assert found["binary.txt"] == "binary"
    assert found["out.txt"] == "link_out_of_inbox"
    assert found["nowhere.txt"] == "broken_link"
    assert found["pipe"] == "not_a_file"
    assert set(found) >= {"nested.html", "broken-utf8.txt"}
    assert summary.counts.picked_up == len(found) == 10
    assert is_audited_clean(lake)


def test_what_could_not_be_opened_is_tried_again_and_loads_when_it_can(run: Run, inbox: Path, lake: Path) -> None:
    (inbox / "late.html").symlink_to("real.html")
    assert run().counts.failed == 1
    (inbox / "late.html").unlink()
    (inbox / "late.html").write_text(article(1), encoding="utf-8")
    assert run().counts.loaded == 1
    assert states(lake) == {"late.html": "loaded"}
    assert is_audited_clean(lake)


def test_a_file_that_may_still_be_written_waits_for_the_next_run_and_is_counted(
    run: Run, inbox: Path, lake: Path
) -> None:
    write_articles(inbox, range(2))
    os.utime(inbox / "0000.html", (1_700_000_000, 1_700_000_000))
    first = run("[pickup]\nsettle_seconds = 3600\n")
    assert (first.counts.loaded, first.counts.settling, first.listed) == (1, 1, 2)
    assert "  settling   1 × too_young, for example 0001.html" in first.plain_lines()
    os.utime(inbox / "0001.html", (1_700_000_000, 1_700_000_000))
    second = run("[pickup]\nsettle_seconds = 3600\n")
    assert (second.counts.loaded, second.counts.unchanged, second.counts.settling) == (1, 1, 0)
    assert ask(lake, "select listed, settling, archived from ops.run order by run_id") == [(2, 1, 0), (2, 0, 0)]
    assert is_audited_clean(lake)


def test_a_file_of_records_counts_its_members(run: Run, inbox: Path, lake: Path) -> None:
    lines = [
        '{"title": "Ferry returns", "text": "%s"}' % ("The ferry between the two ports runs again from Monday. " * 6),
        "{broken",
        '{"title": "Fees rise", "text": "%s"}' % ("Harbour fees rise by a tenth from May, the council decided. " * 6),
    ]
    (inbox / "dump.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    summary = run()
    assert (summary.counts.container, summary.counts.loaded, summary.counts.quarantined) == (1, 2, 1)
    assert states(lake) == {
        "dump.jsonl": "container",
        "dump.jsonl#1": "loaded",
        "dump.jsonl#2": "unreadable_json",
        "dump.jsonl#3": "loaded",
    }
    assert run().counts.picked_up == 0
    assert is_audited_clean(lake)


def test_batches_and_chunks_of_any_size_give_the_same_lake(run: Run, inbox: Path, lake: Path, tmp_path: Path) -> None:
    from lake_content import content

    write_articles(inbox, range(9))
    run()
    whole = content(lake)
    lake.rename(tmp_path / "whole")
    pieces = run("[batch]\nmax_rows = 2\nchunk_files = 1\n")
    assert pieces.batches == 5
    assert content(lake) == whole


def test_a_second_run_at_the_same_time_is_refused_with_a_message_that_names_the_first(
    run: Run, inbox: Path, lake: Path
) -> None:
    from warehouse.errors import WarehouseBusy
    from warehouse.locks import run_lock

    write_articles(inbox, range(1))
    with run_lock(lake), pytest.raises(WarehouseBusy, match=rf"process {os.getpid()} since .* is running on"):
        run()


def test_a_run_that_fails_is_recorded_as_failed_and_nothing_of_its_batch_is_kept(
    run: Run, inbox: Path, lake: Path
) -> None:
    from warehouse.errors import LoadRefused

    write_articles(inbox, range(1))
    run()
    # Two authors of one id: the check inside the next batch's transaction finds them.
    change(
        lake,
        "insert into dim_author select author_id, 'Somebody Else', author_kind from dim_author where author_id > 0",
    )
    write_articles(inbox, range(1, 3))
    with pytest.raises(LoadRefused, match="The batch was rolled back"):
        run()
    assert ask(lake, "select state, message like '%rolled back%' from ops.run order by run_id")[-1] == ("failed", True)
    assert ask(lake, "select count(*) from fact_article") == [(1,)]
    change(lake, "delete from dim_author where name = 'Somebody Else'")
    assert run().counts.loaded == 2
    assert is_audited_clean(lake)


def test_a_run_that_fails_leaves_no_open_connection_behind_for_a_thread_that_collects_garbage(
    run: Run, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows import ingest
    from flows.pickup import NoInbox
    from warehouse.lake import Connection
    from warehouse.migrate import prepare

    opened: list[Connection] = []

    def prepared(folder: Path) -> Connection:
        opened.append(prepare(folder))
        return opened[-1]

    monkeypatch.setattr(ingest, "prepare", prepared)
    inbox.rmdir()
    with pytest.raises(NoInbox):
        run()
    [con] = opened
    with pytest.raises(Exception, match="already closed"):
        con.execute("select 1")


def test_a_warehouse_that_was_moved_answers_and_goes_on(run: Run, inbox: Path, lake: Path, tmp_path: Path) -> None:
    write_articles(inbox, range(2))
    run()
    moved = tmp_path / "elsewhere" / "lake"
    moved.parent.mkdir()
    lake.rename(moved)
    assert ask(moved, "select count(*) from article") == [(2,)]
    moved.rename(lake)
    write_articles(inbox, range(2, 3))
    assert run().counts.loaded == 1
