"""Blocks learned per site: what recurs is learned, what is said again is not, and the same facts teach the same."""

from __future__ import annotations

import dataclasses
import random
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from lake_builder import NOW, Inbox, Lake, an_article

from transforms.article import Article, Author, Kept, Origin, Precision, Published
from transforms.strip.lines import tidy
from transforms.strip.site_blocks import Place, SiteBlocks, line_hash, without_site_blocks
from warehouse.audit import audit
from warehouse.lake import Layout, attach, transaction
from warehouse.migrate import Migration, migrations, prepare
from warehouse.site_blocks import Learning, blocks_in_force, learn_blocks
from warehouse.statements import statement

SITE = "quay-gazette.example"
FOOTER = "The Quay Gazette is printed on the pier and read on both sides of the sound."
PROMPT = "Tell your neighbours about this report"
QUOTE = "“We have moored here for forty years and will moor here for forty more,” the harbour master said."
FIRST_DAY = datetime(2026, 1, 1, 6, tzinfo=UTC)


def own(number: int, part: int) -> str:
    return (
        f"On pier {number} the crew of boat {number}-{part} landed {number * 31 + part} crates before the tide turned, "
        f"and {number + part} of them went to the smokehouse in lane {number * 7 + part}."
    )


def story(number: int, lines: Sequence[str] = (), *, day: int | None = None, **fields: object) -> Article:
    """An article of four paragraphs that no other number has, or of ``lines``, where an int stands for such a one."""
    body = "\n\n".join(lines or [own(number, part) for part in range(4)])
    seen = FIRST_DAY + timedelta(days=number if day is None else day)
    values: dict[str, object] = {
        "source_text": body,
        "kept": (Kept(0, len(body), "body"),),
        "removed": (),
        "title": f"Landings on pier {number}",
        "source": SITE,
        "url": f"https://{SITE}/{number}",
        "published": Published(seen.date(), Precision.DAY, Origin.DECLARED),
        "observed_at": seen,
    }
    return an_article(body, **(values | fields))


def with_tail(number: int, *tail: str) -> list[str]:
    return [*(own(number, part) for part in range(4)), *tail]


def load(lake: Lake, articles: Sequence[Article]) -> None:
    inbox = Inbox()
    for article in articles:
        inbox.add(f"{article.identity_key.rpartition('/')[2]:0>6}.txt", article)
    lake.load(inbox)


def learn(lake: Lake, run_id: int = 1) -> Learning:
    return learn_blocks(lake.con, run_id=run_id, now=NOW)


def blocks(lake: Lake) -> list[tuple[object, ...]]:
    return lake.rows("select text, place, aged_version is null from site_block order by text, learned_version")


def test_a_footer_of_every_article_is_learned_and_a_sentence_quoted_twice_is_not(lake: Lake) -> None:
    texts = [with_tail(number, FOOTER) for number in range(12)]
    texts[3][1] = texts[8][1] = QUOTE
    load(lake, [story(number, lines) for number, lines in enumerate(texts)])
    assert blocks_in_force(lake.con) == SiteBlocks()
    assert learn(lake) == Learning(version=1, sites=1, learned=1, aged=0)
    assert blocks(lake) == [(FOOTER, "tail", True)]
    assert lake.rows("select articles, recent_articles, first_seen_at, last_seen_at from site_block") == [
        (12, 12, datetime(2026, 1, 1, 6, tzinfo=UTC), datetime(2026, 1, 12, 6, tzinfo=UTC))
    ]
    assert blocks_in_force(lake.con) == SiteBlocks(1, {SITE: {line_hash(FOOTER): Place.TAIL}})


def test_what_was_learned_from_is_not_learned_from_again(lake: Lake) -> None:
    load(lake, [story(number, with_tail(number, FOOTER)) for number in range(12)])
    learn(lake)
    snapshots = lake.rows("select max(snapshot_id) from ducklake_snapshots('lake')")
    assert learn(lake, run_id=2) == Learning(version=1)
    assert lake.rows("select max(snapshot_id) from ducklake_snapshots('lake')") == snapshots
    assert lake.rows("select run_id, version, last_batch_id, sites, learned, aged from ops.block_learning") == [
        (1, 1, 1, 1, 1, 0)
    ]


@pytest.mark.parametrize("at_once", [1, 64_000_000])
def test_of_several_sites_each_teaches_its_own_whether_they_are_looked_at_together(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr("warehouse.site_blocks._CHARACTERS_AT_ONCE", at_once)
    sites = ["pier.example", "quay.example", "sound.example"]
    articles = [
        story(
            100 * place + number,
            with_tail(100 * place + number, f"Printed every day by the house of {site}"),
            day=number,
            source=site,
            url=f"https://{site}/{100 * place + number}",
        )
        for place, site in enumerate(sites)
        for number in range(12)
    ]
    load(lake, articles)
    assert learn(lake) == Learning(version=1, sites=3, learned=3, aged=0)
    assert blocks(lake) == [(f"Printed every day by the house of {site}", "tail", True) for site in sites]


def test_a_site_is_looked_at_with_its_fifth_article_and_its_tenth(lake: Lake) -> None:
    seen = []
    for number in range(11):
        load(lake, [story(number, with_tail(number, PROMPT))])
        learn(lake, number + 1)
        seen += lake.rows("select max(articles) from site_block")
    # Learned with the fifth, seen again with the tenth, and not in between.
    assert seen == [(None,)] * 4 + [(5,)] * 5 + [(10,)] * 2


def test_the_version_stays_where_the_set_does(lake: Lake) -> None:
    load(lake, [story(number, with_tail(number, FOOTER)) for number in range(12)])
    learn(lake)
    load(lake, [story(number, with_tail(number, FOOTER)) for number in range(12, 15)])
    assert learn(lake, run_id=2) == Learning(version=1, sites=1)
    assert lake.rows("select articles, recent_articles, last_seen_at::date from site_block") == [
        (15, 15, date(2026, 1, 15))
    ]


# What recurs, and is the articles' own all the same.


def test_a_wire_sentence_of_the_stories_of_one_event_is_not_learned(lake: Lake) -> None:
    texts = [with_tail(number) for number in range(12)]
    for number in (2, 3, 4):
        texts[number].append(QUOTE)
        texts[number + 5].insert(2, QUOTE)
    load(lake, [story(number, lines) for number, lines in enumerate(texts)])
    assert learn(lake).learned == 0


def test_a_closing_sentence_of_some_articles_is_not_learned(lake: Lake) -> None:
    """Of 20 reports 9 end on the same sentence: more than chance would have it, less than half."""
    texts = [with_tail(number, *["The hearing goes on."] * (number < 9)) for number in range(20)]
    load(lake, [story(number, lines) for number, lines in enumerate(texts)])
    assert learn(lake).learned == 0


def test_sub_headings_are_not_learned_however_often_they_recur(lake: Lake) -> None:
    def lines(number: int) -> list[str]:
        return [
            own(number, 0),
            own(number, 1),
            "Why it matters",
            own(number, 2),
            "The harbour in numbers",
            own(number, 3),
        ]

    load(lake, [story(number, lines(number)) for number in range(30)])
    assert learn(lake).learned == 0


def test_copies_of_one_text_count_once(lake: Lake) -> None:
    """Twenty updates of one story under addresses of their own, each with a new first paragraph."""
    old = [own(0, 1), own(0, 2), own(0, 3)]
    load(lake, [story(number, [own(number, 9), *old, FOOTER]) for number in range(20)])
    assert learn(lake).learned == 0


def test_revisions_of_one_article_count_once(lake: Lake) -> None:
    for number in range(12):
        same = story(0, [own(0, 0), own(0, 1), own(number, 9), FOOTER], day=number)
        lake.load(Inbox().add(f"{number:02}.txt", same))
    assert lake.rows("select count(*), count(distinct article_id) from fact_article") == [(12, 1)]
    assert learn(lake).learned == 0


def test_one_day_is_not_enough(lake: Lake) -> None:
    load(lake, [story(number, with_tail(number, FOOTER), day=number % 2) for number in range(12)])
    assert learn(lake).learned == 0


def test_a_source_without_a_domain_is_no_site(lake: Lake) -> None:
    load(lake, [story(n, with_tail(n, FOOTER), source=None, source_name="Quay") for n in range(12)])
    assert learn(lake) == Learning(version=0, sites=0)


# What is learned besides footers of all articles.


def test_a_share_prompt_of_a_third_of_the_articles_is_learned_where_they_end(lake: Lake) -> None:
    load(lake, [story(n, with_tail(n, *[PROMPT] * (n % 3 == 0))) for n in range(18)])
    learn(lake)
    assert blocks(lake) == [(PROMPT, "tail", True)]


def test_a_notice_above_every_article_is_learned_where_they_begin(lake: Lake) -> None:
    load(lake, [story(n, [FOOTER, *with_tail(n)]) for n in range(12)])
    learn(lake)
    assert blocks(lake) == [(FOOTER, "head", True)]


def test_a_long_prompt_within_most_articles_is_learned_for_any_place(lake: Lake) -> None:
    load(lake, [story(n, [*with_tail(n)[: n % 3 + 1], FOOTER, *with_tail(n)[n % 3 + 1 :]]) for n in range(14)])
    learn(lake)
    assert blocks(lake) == [(FOOTER, "anywhere", True)]


def test_the_box_about_an_author_is_learned_from_the_author_s_own_articles(lake: Lake) -> None:
    box = "Ina Halvorsen writes about boats and the people on them."
    articles = [
        story(n, with_tail(n, *[box] * (n % 5 == 0)), authors=(Author("Ina Halvorsen" if n % 5 == 0 else "Tor Li"),))
        for n in range(30)
    ]
    load(lake, articles)
    learn(lake)
    assert blocks(lake) == [(box, "tail", True)]


# Time.


def test_a_block_ages_when_fifty_articles_come_without_it_and_may_be_learned_again(lake: Lake) -> None:
    load(lake, [story(n, with_tail(n, FOOTER)) for n in range(12)])
    learn(lake)
    load(lake, [story(n) for n in range(12, 61)])
    assert learn(lake, 2) == Learning(version=1, sites=1)
    load(lake, [story(n) for n in range(61, 64)])
    assert learn(lake, 3) == Learning(version=1, sites=1)  # the next look is at its 65th article
    load(lake, [story(64)])
    assert learn(lake, 4) == Learning(version=2, sites=1, learned=0, aged=1)
    assert lake.rows("select learned_version, aged_version, articles from site_block") == [(1, 2, 12)]
    assert blocks_in_force(lake.con) == SiteBlocks(2, {})
    load(lake, [story(n, with_tail(n, FOOTER)) for n in range(65, 165)])
    assert learn(lake, 5) == Learning(version=3, sites=1, learned=1, aged=0)
    assert lake.rows("select learned_version, aged_version from site_block order by 1") == [(1, 2), (3, None)]


def test_a_block_that_is_cut_is_seen_where_it_was_cut(lake: Lake) -> None:
    load(lake, [story(n, with_tail(n, FOOTER)) for n in range(12)])
    learn(lake)
    known = blocks_in_force(lake.con)
    load(lake, [without_site_blocks(story(n, with_tail(n, FOOTER)), known) for n in range(12, 80)])
    assert lake.rows("select count(*) from article where contains(body, 'Quay Gazette')") == [(12,)]
    assert learn(lake, 2) == Learning(version=1, sites=1)
    assert lake.rows("select articles, recent_articles, last_seen_at::date from site_block") == [
        (80, 80, date(2026, 3, 21))
    ]


def test_neither_the_order_of_loading_nor_the_names_of_files_have_a_say(lake: Lake) -> None:
    """Ten articles a moment, and the last hundred begin amid those of one moment: the addresses decide."""
    articles = [story(n, with_tail(n, *[PROMPT] * (n % 4 < 2), FOOTER), day=n // 10) for n in range(134)]
    random.Random(7).shuffle(articles)
    for start in range(0, 134, 30):
        inbox = Inbox()
        for place, article in enumerate(articles[start : start + 30]):
            inbox.add(f"{start + place:03}.txt", article)
        lake.load(inbox)
    learn(lake)
    first, last = datetime(2026, 1, 4, 6, tzinfo=UTC), datetime(2026, 1, 14, 6, tzinfo=UTC)
    assert lake.rows(
        "select text, place, articles, recent_articles, first_seen_at, last_seen_at from site_block order by text"
    ) == [(PROMPT, "tail", 50, 100, first, last), (FOOTER, "tail", 100, 100, first, last)]


# What becomes of it.


def test_what_was_learned_in_between_makes_no_revision(lake: Lake) -> None:
    load(lake, [story(n, with_tail(n, FOOTER)) for n in range(12)])
    learn(lake)
    fetched = datetime(2026, 2, 20, tzinfo=UTC)
    again = without_site_blocks(story(0, with_tail(0, FOOTER), observed_at=fetched), blocks_in_force(lake.con))
    counts = lake.load(Inbox().add("fetched-again.txt", again, content=b"other bytes"))
    assert (counts.articles_same, counts.articles_edited) == (1, 0)


def test_a_site_whose_template_changed_is_recorded_with_its_signs(lake: Lake) -> None:
    load(lake, [story(n, with_tail(n, FOOTER), authors=(Author("Ina Halvorsen"),)) for n in range(12)])
    learn(lake)
    known = blocks_in_force(lake.con)
    sound = [story(n, with_tail(n, FOOTER), authors=(Author("Ina Halvorsen"),)) for n in range(12, 42)]
    load(lake, [without_site_blocks(article, known) for article in sound])
    learn(lake, 2)
    load(lake, [dataclasses.replace(story(n, [own(n, 0)]), title=None, published=None) for n in range(42, 47)])
    learn(lake, 3)
    assert lake.rows(
        "select run_id, articles, past_articles, with_block, past_with_block, signs from ops.site_template"
    ) == [
        (1, 12, 0, 0.0, None, []),
        (2, 30, 12, 1.0, 0.0, []),
        (
            3,
            5,
            42,
            0.0,
            pytest.approx(30 / 42),
            ["short_bodies", "blocks_gone", "titles_gone", "authors_gone", "dates_gone"],
        ),
    ]


def test_a_site_whose_pages_give_no_more_articles_is_recorded(lake: Lake) -> None:
    load(lake, [story(n) for n in range(24)])
    learn(lake)
    inbox = Inbox()
    for n in range(24, 30):
        inbox.add(f"{n}.txt", story(n, [f"Subscribe to read report {n}."]))
    lake.load(inbox, rejected=[(row, "body.too_short", "1 word") for row in range(5)])
    learn(lake, 2)
    assert lake.rows(
        "select run_id, inputs, past_inputs, articles, with_article, past_with_article, signs from ops.site_template"
    ) == [
        (1, 24, 0, 24, 1.0, None, []),
        (2, 6, 24, 1, pytest.approx(1 / 6), 1.0, ["articles_gone"]),
    ]


def test_a_line_is_evened_out_in_sql_as_in_python(lake: Lake) -> None:
    lake.con.execute(statement("site_blocks/tidy"))
    letters = [chr(c) for c in range(1, sys.maxunicode) if not 0xD800 <= c < 0xE000]
    odd = [c for c in letters if not c.isalnum()]
    texts = [f"{c}a{c}{c}b {c}" for c in odd]
    found = lake.con.execute("select list_transform(?, lambda line: tidy(line))", [texts]).fetchone()
    assert found is not None
    assert [t for t, said in zip(texts, found[0], strict=True) if tidy(t) != said] == []


def test_the_lines_of_a_body_are_evened_out_in_sql_as_in_python(lake: Lake) -> None:
    lake.con.execute(statement("site_blocks/tidy"))
    odd = [chr(c) for c in range(1, 0x3100) if not chr(c).isalnum()]
    bodies = [body for c in odd for body in (f"a{c}b\n\nc", f"a b\n{c}", f"a{c}\nb", f"{c}a\n\nb c", f"a{c}")]
    bodies += ["", "\n", " ", "a  b", "no\n\nodd space\nin any line.", "\n\n ", "\t"]
    found = lake.con.execute("select list(tidy_lines(body)) from (select unnest(?) as body)", [bodies]).fetchone()
    assert found is not None
    told = zip(bodies, found[0], strict=True)
    assert [(body, said) for body, said in told if list(map(tidy, body.split("\n"))) != said] == []


def test_a_warehouse_from_before_there_were_blocks_goes_on_with_its_data(lake: Lake, tmp_path: Path) -> None:
    load(lake, [story(n, with_tail(n, FOOTER)) for n in range(12)])
    older = as_before(tmp_path / "older", lake.folder, migrations()[:2])
    con = prepare(older)
    assert con.execute("select version, name from ops.migration where version = 3").fetchall() == [
        (3, "0003_site_blocks.sql")
    ]
    moved = Lake(older, con, 1)
    assert moved.rows("select count(*), count(block_set_version) from fact_article") == [(12, 0)]
    assert moved.rows("select distinct block_set_version from article") == [(0,)]
    assert learn(moved) == Learning(version=1, sites=1, learned=1)
    load(moved, [without_site_blocks(story(12, with_tail(12, FOOTER)), blocks_in_force(con))])
    assert moved.rows("select block_set_version, count(*) from fact_article group by all order by all") == [
        (1, 1),
        (None, 12),
    ]
    assert audit(con) == []
    con.close()


def as_before(folder: Path, source: Path, applied: Sequence[Migration]) -> Path:
    """A warehouse made by ``applied`` alone, with the rows that the one in ``source`` has for its tables."""
    layout = Layout(folder)
    layout.data.mkdir(parents=True)
    con = attach(layout)
    con.execute("call lake.set_option('data_inlining_row_limit', 0)")
    catalog = f"ducklake:sqlite:{source}/catalog.sqlite"
    con.execute(f"attach '{catalog}' as given (read_only, data_path '{source}/data/', override_data_path true)")
    for migration in applied:
        with transaction(con, migration.name):
            con.execute(migration.sql)
    for schema, table in con.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = 'lake' and table_name <> 'model'"
    ).fetchall():
        names = con.execute(
            "select string_agg(column_name, ', ') from duckdb_columns() "
            "where database_name = 'lake' and schema_name = ? and table_name = ?",
            [schema, table],
        ).fetchone()
        assert names is not None
        of_then = f"where version <= {len(applied)}" if table == "migration" else ""
        with transaction(con, f"rows of {table}"):
            con.execute(f"delete from lake.{schema}.{table}")
            con.execute(f"insert into lake.{schema}.{table} select {names[0]} from given.{schema}.{table} {of_then}")
    con.close()
    return folder
