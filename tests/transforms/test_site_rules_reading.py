"""Pages read with the rules for their sites: the whole way from bytes to an article."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from transforms.account import unaccounted
from transforms.article import Article, FieldFault, Hint, Hints, Origin, RawFile
from transforms.extract import extract, extractors
from transforms.read.site_rules import SiteRules, site_rules_of

_AS_OF = datetime(2026, 11, 23, tzinfo=UTC)
_NO_HINTS = Hints()
_SENTENCES = "The harbour reopened on Monday after the storm had passed. Fishing boats left before dawn, and the first "
_PAGE = f"""\
<html lang="en"><head><title>Harbour reopens | Bay News</title><link rel="canonical" href="https://www.bay.example/news/1">
<meta property="article:published_time" content="2026-03-04T06:30:00+01:00"></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav>
<h1>Harbour reopens</h1><p class="credit">Words: Ina Halvorsen</p><p class="day">4 March 2026</p>
<article><p>{_SENTENCES * 3}catch was landed by noon.</p><div class="offer"><p>Subscribe now and save half the price of
every issue, delivered to your door each morning.</p></div>
<p>{_SENTENCES * 2}visitors were back by the evening.</p></article>
<section class="second"><p>{_SENTENCES * 2}second part of the story ends here.</p></section>
<footer>All rights reserved</footer></body></html>"""


def rules(text: str, name: str = "bay.example.txt") -> SiteRules:
    return site_rules_of([("rules", {name: text})])


def read(site_rules: SiteRules | None, markup: str = _PAGE, hints: Hints = _NO_HINTS) -> Article:
    (reading,) = extract(
        RawFile("a.html", markup.encode("utf-8", "surrogatepass"), hints), as_of=_AS_OF, site_rules=site_rules
    )
    assert isinstance(reading, Article)
    assert unaccounted(reading) == []
    return reading


def cut(article: Article) -> dict[str, str]:
    return {article.source_text[r.start : r.end]: r.rule for r in article.removed}


def test_a_rule_gives_an_article_its_body_and_fields() -> None:
    found = read(
        rules("title: //h1\nauthor: substring-after(//p[@class='credit'], 'Words: ')\ndate: //p[@class='day']\n"
              "body: //article | //section\nstrip_id_or_class: offer\n")
    )  # fmt: skip
    assert found.engine == "site_rules"
    assert found.title == "Harbour reopens"
    assert [a.name for a in found.authors] == ["Ina Halvorsen"]
    assert found.body.endswith("second part of the story ends here.")
    assert "Subscribe" not in found.body
    assert found.faults == ()
    offer = "Subscribe now and save half the price of every issue, delivered to your door each morning."
    assert cut(found)[offer] == "site_rule.bay.example.strip_id_or_class:5"


def test_a_date_of_the_same_day_leaves_the_more_exact_one_that_the_page_declares() -> None:
    found = read(rules("date: //p[@class='day']\n"))
    assert found.published is not None
    assert found.published.at == datetime.fromisoformat("2026-03-04T06:30:00+01:00")


def test_a_date_of_another_day_goes_before_the_pages_own() -> None:
    found = read(rules("date: //p[@class='day']\n"), _PAGE.replace("4 March 2026", "2 March 2026"))
    assert found.published is not None
    assert (found.published.day, found.published.origin) == (date(2026, 3, 2), Origin.PAGE)


def test_what_a_rule_finds_and_nobody_can_read_is_recorded_and_the_page_is_asked() -> None:
    found = read(rules("date: //h1\n"))
    assert found.published is not None
    assert found.faults == (FieldFault("published_date", "Harbour reopens", "site_rule.unreadable"),)


def test_a_rule_whose_body_is_gone_is_recorded_and_the_page_is_read_without_it() -> None:
    plain = read(None)
    found = read(rules("body: //div[@id='gone']\nstrip: //section\n"))
    assert (found.engine, found.body) == (plain.engine, plain.body)
    assert FieldFault("body", "rules/bay.example.txt:1 body", "site_rule.unmatched") in found.faults


def test_a_rule_without_a_body_strips_from_what_the_reader_finds_itself() -> None:
    assert "visitors were back by the evening" in read(None).body
    found = read(rules("strip: //article/p[2]\n"))
    assert found.engine == read(None).engine
    assert found.body
    assert "visitors were back by the evening" not in found.body
    assert "site_rule.bay.example.strip:1" in cut(found).values()


def test_a_page_of_another_site_is_read_as_if_there_were_no_rule() -> None:
    assert read(rules("body: //section\n", "other.example.txt")) == read(None)


def test_a_page_without_an_address_has_the_rule_of_the_source_that_it_came_from() -> None:
    bare = _PAGE.replace('<link rel="canonical" href="https://www.bay.example/news/1">', "")
    assert read(rules("body: //section\n"), bare).engine != "site_rules"
    hints = Hints(source=Hint("bay.example", Origin.PATH))
    assert read(rules("body: //section\n"), bare, hints).engine == "site_rules"


def test_rules_have_an_engine_of_their_own_and_change_the_hash_of_every_engine_for_pages() -> None:
    plain, one, other = extractors(), extractors(rules("body: //p")), extractors(rules("body: //div"))
    assert {engine for engine, _, _ in one} - {engine for engine, _, _ in plain} == {"site_rules"}
    changed = {a[0] for a, b in zip(one, other, strict=True) if a != b}
    assert "site_rules" in changed
    assert "trafilatura" in changed
    assert {"json", "tagged"} & changed == set()


_PIECES = st.sampled_from(
    ["<p>", "</p>", "<article>", "</article>", "<section>", "</section>", "<div class=offer>", "</div>", "<h1>",
     "<table><tr><td>", "</table>", "<br>", "<script>", "</script>", "&nbsp;", "\u00ad", "<", "</h1>", "Subscribe now.",
     "Ina Halvorsen", "4 March 2026", _SENTENCES, "港は月曜日に再開した。", " "]
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(
    st.lists(_PIECES, max_size=30),
    st.sampled_from(
        ["title: //h1\nbody: //article\nstrip: //section\n", "strip: //p\nstrip_id_or_class: offer\n",
         "author: //p\ndate: //p\nbody: //body\n", "body: //p/text()\nstrip: //div\n"]
    ),
)  # fmt: skip
def test_every_character_of_any_page_is_accounted_for_under_any_rule(pieces: list[str], rule: str) -> None:
    markup = '<html><head><link rel="canonical" href="https://bay.example/news/1"></head><body>' + "".join(pieces)
    for reading in extract(RawFile("a.html", markup.encode()), as_of=_AS_OF, site_rules=rules(rule)):
        if isinstance(reading, Article):
            assert unaccounted(reading) == []
        else:
            assert reading.reason != "reader_failed", reading
