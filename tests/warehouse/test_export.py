"""An export is whole: a reader sees the old one or the new one, and a killed one leaves what was there."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import threading
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
import yaml
from lake_builder import Inbox, Lake, an_article

from transforms.article import Author, Origin, Precision, Published
from warehouse.errors import LakeError, WarehouseBusy
from warehouse.export import export, exporting
from warehouse.lake import connect

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 3, 9, 12, tzinfo=UTC)
LATER = datetime(2026, 3, 10, 12, tzinfo=UTC)
STORM = "Storm closes the harbour. Ferries stayed in port on Monday as gusts reached ninety kilometres an hour."


def _published(month: int) -> Published:
    return Published(date(2026, month, 1), Precision.DAY, Origin.DECLARED)


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def loaded(lake: Lake) -> Lake:
    lake.load(
        Inbox()
        .add("a.txt", an_article(STORM, source="x.example", published=_published(1), authors=(Author("Ada"),)))
        .add("b.txt", an_article("=1+1. Nothing to see here but a sum of two numbers.", published=_published(2)))
        .add("c.txt", an_article("Undated. Nobody knows the day on which this was written down."))
    )
    return lake


def test_an_export_holds_the_views_by_month_with_their_dictionary(loaded: Lake, tmp_path: Path) -> None:
    done = export(loaded.con, tmp_path / "out", now=NOW, dbt=True)
    current = tmp_path / "out" / "current"
    assert sorted(path.name for path in (current / "article").iterdir()) == [
        "published_month=2026-01",
        "published_month=2026-02",
        "published_month=unknown",
    ]
    rows = duckdb.sql(f"select path, authors, published_month from '{current}/article/**/*.parquet' order by path")
    assert rows.fetchall() == [
        ("a.txt", ["Ada"], "2026-01"),
        ("b.txt", [], "2026-02"),
        ("c.txt", [], "unknown"),
    ]
    views = {view.name for view in done.views}
    assert {path.name for path in current.iterdir() if path.is_dir()} == views
    assert pq.read_table(current / "rejection").num_rows == 0  # a view without rows is a file with its columns
    assert "| `title` | varchar | Headline" in (current / "dictionary.md").read_text()
    assert json.loads((current / "manifest.json").read_text())["snapshot"] == done.snapshot

    sources = yaml.safe_load((current / "sources.yml").read_text())
    tables = {table["name"]: table for table in sources["sources"][0]["tables"]}
    assert set(tables) == views
    for name, table in tables.items():
        (count,) = duckdb.sql(f"select count(*) from {table['meta']['external_location']}").fetchall()[0]
        assert [count] == [view.rows for view in done.views if view.name == name]
        assert all(column["description"] and column["data_type"] for column in table["columns"])


def test_csv_cells_that_a_spreadsheet_would_run_are_made_harmless(lake: Lake, tmp_path: Path) -> None:
    titles = ["=1+1", "+1", "-1", "@sum(a1)", "\tx", "\rx", "＝1", "fine = so", 'a "quoted", one']
    inbox = Inbox()
    for n, title in enumerate(titles):
        inbox.add(f"{n}.txt", an_article(f"{STORM} {n}", title=title, categories=("=a",), authors=(Author("=Ada"),)))
    lake.load(inbox)
    export(lake.con, tmp_path / "out", now=NOW, views=("article", "article_author"), file_format="csv")
    (file,) = (tmp_path / "out" / "current" / "article").iterdir()
    with file.open(newline="", encoding="utf-8") as opened:
        rows = sorted(csv.DictReader(opened), key=lambda row: row["path"])
    assert [row["title"] for row in rows] == [
        *["'=1+1", "'+1", "'-1", "'@sum(a1)", "'\tx", "'\rx", "'＝1"],
        *["fine = so", 'a "quoted", one'],
    ]
    assert {(row["categories"], row["authors"], row["url"]) for row in rows} == {('["=a"]', '["=Ada"]', "")}
    (file,) = (tmp_path / "out" / "current" / "article_author").iterdir()
    assert "'=Ada" in file.read_text()


def test_what_dbt_reads_of_csv_files_has_the_types_and_values_of_the_views(loaded: Lake, tmp_path: Path) -> None:
    body = 'Said "so", and\nthen; a \\ b, {c}. ' + "Long. " * 500_000
    loaded.load(
        Inbox()
        .add("d.txt", an_article(body, title="2026", categories=('a "b", c', "d\\e"), published=_published(3)))
        .add("e.txt", an_article("Carriage. It came by\rcarriage, and nobody knows from where.", title="a\rb"))
    )
    export(loaded.con, tmp_path / "it's csv", now=NOW, file_format="csv", dbt=True)
    sources = yaml.safe_load((tmp_path / "it's csv" / "current" / "sources.yml").read_text())
    for table in sources["sources"][0]["tables"]:
        name, location = table["name"], table["meta"]["external_location"]
        assert location.format() == location  # dbt-duckdb formats it
        described = f"select column_name, column_type from (describe from {location})"
        types = duckdb.sql(described).fetchall()
        assert types == loaded.rows(described.replace(location, name)), name
        assert [(column, kind.lower()) for column, kind in types] == [
            (column["name"], column["data_type"]) for column in table["columns"]
        ]
        texts = [column for column, kind in types if kind == "VARCHAR"]
        harmless = ", ".join(f"if(starts_with({text}, '='), chr(39) || {text}, {text}) as {text}" for text in texts)
        rows = duckdb.sql(f"from {location} order by all").fetchall()
        assert rows == loaded.rows(f"select * replace ({harmless}) from {name} order by all"), name


def test_an_empty_export_has_the_columns_of_a_full_one(lake: Lake, tmp_path: Path) -> None:
    export(lake.con, tmp_path / "out", now=NOW, views=("article", "author"), dbt=True)
    current = tmp_path / "out" / "current"
    assert [path.name for path in (current / "article").iterdir()] == ["published_month=unknown"]
    con = duckdb.connect()
    read = f"read_parquet('{current}/article/**/*.parquet', hive_partitioning = true)"
    assert con.sql(f"select published_month, title from {read}").fetchall() == []
    assert con.sql(f"from '{current}/author/*.parquet'").fetchall() == []


@pytest.mark.parametrize(("name", "sign"), [("ex [1]", "["), ("what?", "?"), ("a*b", "*")])
def test_a_folder_whose_name_is_a_pattern_is_refused(lake: Lake, tmp_path: Path, name: str, sign: str) -> None:
    with pytest.raises(LakeError, match=rf"takes \{sign} in a folder's name for a part of a pattern.* Name another"):
        export(lake.con, tmp_path / name / "out", now=NOW)
    assert _names(tmp_path) == ["lake"]


def test_a_folder_whose_name_has_braces_is_refused_for_dbt_which_would_fill_them_in(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(LakeError, match=r"dbt takes \{ in a folder's name"):
        export(lake.con, tmp_path / "{name}", now=NOW, dbt=True)
    assert export(lake.con, tmp_path / "{name}", now=NOW, views=("article",)).views[0].rows == 0


def test_an_export_is_narrowed_by_view_and_day_and_says_what_has_no_day(loaded: Lake, tmp_path: Path) -> None:
    done = export(loaded.con, tmp_path / "out", now=NOW, views=("article", "rejection"), since=date(2026, 2, 1))
    assert [(v.name, v.rows, v.since_column, v.undated) for v in done.views] == [
        ("article", 1, "published_date", 1),
        ("rejection", 0, "rejected_at", 0),
    ]
    with pytest.raises(LakeError, match=r"There is no view 'artcle' to export; these are there: article, "):
        export(loaded.con, tmp_path / "out", now=NOW, views=("artcle",))


def test_a_further_export_takes_the_place_of_the_last_one_which_stays_for_its_readers(
    loaded: Lake, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    first = export(loaded.con, out, now=NOW, views=("article",))
    loaded.load(Inbox().add("d.txt", an_article("A fourth. It came in the week after the three before it.")))
    second = export(loaded.con, out, now=LATER, views=("article",))
    assert (out / "current").resolve() == Path(second.folder)
    assert Path(first.folder).is_dir()
    assert (first.views[0].rows, second.views[0].rows) == (3, 4)
    export(loaded.con, out, now=datetime(2026, 3, 11, tzinfo=UTC), views=("article",))
    assert not Path(first.folder).exists()


def test_a_reader_of_the_current_export_sees_one_export_whole_while_others_are_made(
    loaded: Lake, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    export(loaded.con, out, now=NOW, views=("article", "article_author"))
    done = threading.Event()
    seen: set[tuple[int, int]] = set()

    def read() -> None:
        con = duckdb.connect()
        while not done.is_set():
            current = (out / "current").resolve()
            (articles,) = con.execute(f"select count(*) from '{current}/article/**/*.parquet'").fetchall()[0]
            (authors,) = con.execute(f"select count(*) from '{current}/article_author/*.parquet'").fetchall()[0]
            seen.add((articles, authors))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for n in range(3):
            text = f"Number {n}. It came in the week after the three that were there before it."
            loaded.load(Inbox().add(f"n{n}.txt", an_article(text, authors=(Author("Bo"),))))
            export(loaded.con, out, now=datetime(2026, 4, n + 1, tzinfo=UTC), views=("article", "article_author"))
    finally:
        done.set()
        reader.join()
    assert seen <= {(3, 1), (4, 2), (5, 3), (6, 4)}
    assert len(seen) >= 2


KILLED = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from warehouse import export as module
from warehouse.lake import connect
step, moment = 0, int(sys.argv[3])
whole = module._write
def write(*given):
    global step
    step += 1
    done = whole(*given)
    if step == moment:
        os.kill(os.getpid(), 9)
    return done
module._write = write
if moment == 0:
    Path.symlink_to = lambda *_: os.kill(os.getpid(), 9)
module.export(connect(Path(sys.argv[1]), read_only=True), Path(sys.argv[2]), now=datetime(2026, 3, 10, tzinfo=UTC))
"""


@pytest.mark.parametrize("moment", [1, 4, 0])
def test_an_export_that_is_killed_leaves_the_one_before_it(loaded: Lake, tmp_path: Path, moment: int) -> None:
    out = tmp_path / "out"
    first = export(loaded.con, out, now=NOW)
    before = {path: path.stat().st_size for path in Path(first.folder).rglob("*")}
    command = [sys.executable, "-c", KILLED, str(loaded.folder), str(out), str(moment)]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == -9
    assert (out / "current").resolve() == Path(first.folder)
    assert {path: path.stat().st_size for path in Path(first.folder).rglob("*")} == before
    again = export(loaded.con, out, now=LATER)
    assert (out / "current").resolve() == Path(again.folder)
    assert _names(out) == [".export.lock", "current", Path(first.folder).name, Path(again.folder).name]


def test_a_folder_with_other_things_in_it_is_refused_and_left_alone(loaded: Lake) -> None:
    before = _names(loaded.folder)
    with pytest.raises(LakeError, match="holds other things"):
        export(loaded.con, loaded.folder, now=NOW)
    assert _names(loaded.folder) == before


@pytest.mark.parametrize("name", ["export-2024", "export-20240101T000000000000Z.txt", "export-notes"])
def test_what_is_called_like_an_export_and_is_none_is_a_thing_of_somebody_else(
    loaded: Lake, tmp_path: Path, name: str
) -> None:
    out = tmp_path / "out"
    (out / name).mkdir(parents=True)
    (out / name / "mine.txt").write_text("kept", encoding="utf-8")
    with pytest.raises(LakeError, match=f"holds other things .{name}"):
        export(loaded.con, out, now=NOW)
    assert (out / name / "mine.txt").read_text(encoding="utf-8") == "kept"


def test_an_export_into_a_full_or_forbidden_place_says_so(loaded: Lake) -> None:
    with pytest.raises(LakeError, match=r"The export into /proc/nowhere failed: .*export again"):
        export(loaded.con, Path("/proc/nowhere"), now=NOW)


def test_two_exports_into_one_folder_do_not_meet(loaded: Lake, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    with exporting(out), pytest.raises(WarehouseBusy, match="is exporting into"):
        export(loaded.con, out, now=NOW)


def test_an_export_reads_only(loaded: Lake, tmp_path: Path) -> None:
    con = connect(loaded.folder, read_only=True)
    assert export(con, tmp_path / "out", now=NOW, views=("article",)).views[0].rows == 3
