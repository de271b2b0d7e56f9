"""Full-text search finds what the articles say now, in every script, whatever happens to the index meanwhile."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection
from hypothesis import given, settings
from hypothesis import strategies as st
from lake_builder import Inbox, Lake, an_article

from transforms.article import Origin, Precision, Published
from warehouse.errors import QueryRefused, SourceRefused, WarehouseBusy
from warehouse.lake import connect
from warehouse.search import prepare_words, search, snippet, understood
from warehouse.search_index import building, discard, manifest_of, standing, update
from warehouse.sources import merge

ROOT = Path(__file__).parents[2]

STORM = "Storm closes the harbour. Ferries stayed in port on Monday as gusts reached ninety kilometres an hour."
TOWER = "Council approves the tower. After nine hours the vote was eight to seven; a storm of protest followed."
CAFE = "Un café ferme. L'été dernier, le café du port fermait déjà; la Straße war leer."
TOKYO = "港が閉鎖された。東京の港は台風のため月曜日から閉鎖されている。"
BEIJING = "台风关闭港口。轮渡周一停航，北京的航班也受到影响。"
BANGKOK = "ท่าเรือปิดเนื่องจากพายุ เรือข้ามฟากหยุดให้บริการ"
MOSCOW = "Шторм закрыл порт. Паромы не вышли в море, сообщает ведомство."
CAIRO = "العاصفة تغلق الميناء وتوقف العبارات يوم الاثنين"
DELHI = "तूफ़ान ने बंदरगाह बंद किया और नौकाएँ रुक गईं"


def _published(day: int) -> Published:
    return Published(date(2026, 3, day), Precision.DAY, Origin.DECLARED)


@pytest.fixture(scope="module")
def asked(shared_lake: Lake) -> Iterator[DuckDBPyConnection]:
    """Nine articles in as many languages, indexed."""
    inbox = (
        Inbox()
        .add("1.txt", an_article(STORM, source="x.example", published=_published(1), url="x.example/storm"))
        .add("2.txt", an_article(TOWER, source="y.example", published=_published(5)))
        .add("3.txt", an_article(CAFE))
    )
    for n, text in enumerate((TOKYO, BEIJING, BANGKOK, MOSCOW, CAIRO, DELHI), 4):
        inbox.add(f"{n}.txt", an_article(text, title=None))
    shared_lake.load(inbox)
    con = connect(shared_lake.folder, read_only=True)
    assert update(con).readings == 9
    yield con
    con.close()


def found(con: DuckDBPyConnection, question: str, **narrowed: object) -> list[int]:
    return [hit.article_id for hit in search(con, question, **narrowed).hits]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "articles"),
    [
        ("harbour", [1]),
        ("storm", [1, 2]),  # the one whose title says it goes first
        ("STORM council", [2]),
        ("storm -council", [1]),
        ("storm -closes -council", []),
        ('storm -"storm closes"', [2]),
        ('storm -"closes storm"', [1, 2]),  # both words, but not side by side
        ('storm -"closes storm" -"after nine hours"', [1]),
        ('storm "storm of" -"closes the harbour"', [2]),
        ('storm -"the" -"nowhere at all"', []),
        ('"storm closes"', [1]),
        ('"closes storm"', []),
        ('"storm of protest" tower', [2]),
        ('"the vote', [2]),
        ("ferr*", [1]),
        ("ferry", []),
        ("kilo*", [1]),
        ("cafe", [3]),
        ("CAFÉ ete", [3]),
        ("straße", [3]),
        ("l'été", [3]),
        ("nowhere", []),
        ("港", [4, 5]),
        ("台風", [4]),
        ("东京", []),
        ("東京の港", [4]),
        ("港東京", []),
        ("台风", [5]),
        ("北京的航班", [5]),
        ("轮渡 北京", [5]),
        ("港 -北京", [4]),
        ("港 -京港の東", [4, 5]),
        ("港 -東京の港", [5]),
        ("พายุ", [6]),
        ("เรือข้ามฟาก", [6]),
        ("шторм", [7]),
        ("паром*", [7]),
        ("الميناء", [8]),
        ("तूफ़ान", [9]),
        ("100% '; drop table", []),
    ],
)
def test_articles_are_found_by_their_words_in_every_script(
    asked: DuckDBPyConnection, question: str, articles: list[int]
) -> None:
    assert found(asked, question) == articles


def test_a_search_is_narrowed_by_source_day_and_number(asked: DuckDBPyConnection) -> None:
    assert found(asked, "storm", source="y.example") == [2]
    assert found(asked, "storm", since=date(2026, 3, 2)) == [2]
    assert found(asked, "storm", limit=1) == [1]
    first = search(asked, "storm", limit=1)
    assert (first.matched, first.more, first.at_most) == (2, True, False)
    both = search(asked, "storm", limit=2)
    assert (both.matched, both.more) == (2, False)
    phrase = search(asked, 'nine "after nine hours"', limit=1)
    assert ([hit.article_id for hit in phrase.hits], phrase.more, phrase.at_most) == ([2], False, True)


def test_a_source_is_known_by_what_it_was_merged_into_and_by_what_was_merged_into_it(lake: Lake) -> None:
    inbox = Inbox()
    for n, source in enumerate(("old.example", "new.example", "other.example")):
        inbox.add(f"{n}.txt", an_article(f"{source} reports. {STORM}", source=source, url=f"{source}/storm"))
    lake.load(inbox)
    ids = {str(source): int(str(article)) for source, article in lake.rows("select source, article_id from article")}
    merge(lake.con, "old.example", "new.example", reason="it moved", now=datetime(2026, 3, 9, tzinfo=UTC))
    con = connect(lake.folder, read_only=True)
    moved = sorted([ids["old.example"], ids["new.example"]])
    for said in ("old.example", "new.example", "https://www.old.example/a", "OLD.example"):
        assert sorted(found(con, "storm", source=said)) == moved
    assert found(con, "storm", source="other.example") == [ids["other.example"]]
    with pytest.raises(SourceRefused, match=r"^No source is named 'nowhere\.example'\. .*`newslake sources list`"):
        search(con, "storm", source="nowhere.example")


def test_a_hit_shows_where_the_words_are_said(asked: DuckDBPyConnection) -> None:
    (hit,) = search(asked, "harbour").hits
    assert (hit.title, hit.source, hit.published_date, hit.url) == (
        "Storm closes the harbour",
        "x.example",
        date(2026, 3, 1),
        "x.example/storm",
    )
    assert hit.snippet.startswith("Storm closes the harbour. Ferries stayed")
    assert snippet("word " * 100 + "Ärger at last " + "word " * 100, ("arger",)).startswith("… word word")
    assert "Ärger at last" in snippet("word " * 100 + "Ärger at last " + "word " * 100, ("arger",))
    assert snippet("short", ("absent",)) == "short"


@pytest.mark.parametrize("question", ["", "-storm", "...", '""', "*"])
def test_a_question_without_a_word_is_refused(asked: DuckDBPyConnection, question: str) -> None:
    with pytest.raises(QueryRefused, match="no word to look for"):
        search(asked, question)


def test_a_question_of_too_many_words_is_refused(asked: DuckDBPyConnection) -> None:
    with pytest.raises(QueryRefused, match="at most 32"):
        search(asked, " ".join(f"w{n}" for n in range(33)))


@given(st.text(max_size=60))
@settings(max_examples=60, deadline=None)
def test_any_text_at_all_is_a_question_or_refused(asked: DuckDBPyConnection, question: str) -> None:
    prepare_words(asked)
    try:
        terms = understood(asked, question).terms
    except QueryRefused:
        return
    assert all(term.text for term in terms)


def _texts(n: int) -> Inbox:
    return Inbox().add(f"{n}.txt", an_article(f"Report {n} tells of the quay. The word of the day is token{n}."))


def test_new_articles_are_found_before_and_after_they_are_indexed_and_replaced_ones_no_more(lake: Lake) -> None:
    lake.load(Inbox().add("a.txt", an_article(STORM, url="x.example/a")))
    con = connect(lake.folder, read_only=True)
    assert found(con, "harbour") == [1]  # no index yet: the question reads the article
    assert update(con).behind == 0
    lake.load(Inbox().add("a.txt", an_article(STORM.replace("harbour", "airport"), url="x.example/a")))
    for _ in range(2):
        assert (found(con, "harbour"), found(con, "airport")) == ([], [1])
        update(con)
    assert standing(con).readings == 2


def test_many_small_segments_become_few_and_find_the_same(lake: Lake) -> None:
    con = connect(lake.folder, read_only=True)
    for n in range(14):
        lake.load(_texts(n))
        update(con)
    assert standing(con).segments == 7  # the thirteenth made six of the first thirteen
    assert [found(con, f"token{n}") for n in range(14)] == [[n + 1] for n in range(14)]
    update(con)
    lake.load(_texts(14))
    update(con)
    named = {segment.file for segment in manifest_of(con).segments} | {"manifest.json"}
    assert {file.name for file in (lake.folder / "search").iterdir()} == named


BUILDER = """
import os, sys
from pathlib import Path
from warehouse import search_index
from warehouse.lake import connect
search_index.READINGS_AT_ONCE = 1
moment, written = int(sys.argv[2]), 0
whole = search_index._write
put = search_index._put
def stop(*_):
    global written
    written += 1
    if written == moment:
        os.kill(os.getpid(), 9)
def write(*given):
    stop()
    made = whole(*given)
    stop()
    return made
search_index._write = write
search_index.update(connect(Path(sys.argv[1]), read_only=True))
"""


def test_a_build_that_is_killed_leaves_the_old_index_and_the_next_one_goes_on(lake: Lake) -> None:
    for n in range(3):
        lake.load(_texts(n))
    con = connect(lake.folder, read_only=True)
    for moment, indexed in ((1, 0), (2, 0), (3, 1), (2, 1)):
        done = subprocess.run(
            [sys.executable, "-c", BUILDER, str(lake.folder), str(moment)], cwd=ROOT, capture_output=True, check=False
        )
        assert done.returncode == -9, done.stderr
        assert standing(con).readings == indexed
        assert [found(con, f"token{n}") for n in range(3)] == [[1], [2], [3]]
    assert update(con).readings == 3
    assert not [file for file in (lake.folder / "search").iterdir() if file.name.endswith(".half")]


def test_an_index_of_another_lake_or_a_broken_one_is_built_anew(lake: Lake) -> None:
    lake.load(_texts(1))
    con = connect(lake.folder, read_only=True)
    update(con)
    manifest = lake.folder / "search" / "manifest.json"
    said = json.loads(manifest.read_text())
    for broken in ("{", json.dumps(said | {"committed_at": "2001-01-01"}), json.dumps(said | {"format": 0})):
        manifest.write_text(broken)
        assert standing(con).readings == 0
        assert found(con, "token1") == [1]
        assert update(con).readings == 1
    for segment in (lake.folder / "search").glob("*.parquet"):
        segment.unlink()
    assert found(con, "token1") == [1]
    discard(lake.folder)
    assert not (lake.folder / "search").exists()
    assert update(con).readings == 1


def test_one_process_builds_at_a_time_and_questions_are_answered_meanwhile(lake: Lake) -> None:
    lake.load(_texts(1))
    con = connect(lake.folder, read_only=True)
    with building(lake.folder):
        with pytest.raises(WarehouseBusy, match="building the search index"):
            update(con)
        assert found(con, "token1") == [1]
