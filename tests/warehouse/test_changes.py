"""What changed between two revisions, which corrections the publisher admits, and which edits it keeps silent about."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from lake_builder import Inbox, Lake, an_article

from flows.command_inspect import explain_article
from transforms.article import Author, Origin, Precision, Published, Removed, Role
from warehouse.load import Extractor

URL = "https://harbour-gazette.example/storm"
FIRST = (
    "Storm closes the harbour. Ferries stayed in port on Monday, Mr. Dahl said. "
    "Gusts reached 90 kilometres an hour.\n\n"
    "The harbour office expects the boats to sail again on Tuesday."
)
LATER = (
    "Storm closes the harbour. Ferries stayed in port on Monday, Mr. Dahl said. "
    "Gusts reached 110 kilometres an hour.\n\n"
    "The harbour office expects the boats to sail again on Tuesday. One pilot was hurt."
)


def day(number: int) -> datetime:
    return datetime(2026, 2, number, tzinfo=UTC)


def load(lake: Lake, body: str, number: int, *, extractors: list[Extractor] | None = None, **fields: object) -> None:
    given = {"url": URL, "title": "Storm closes the harbour", "observed_at": day(number)} | fields
    lake.load(Inbox().add("a.txt", an_article(body, **given), content=str(number).encode()), extractors=extractors)


def test_a_change_tells_the_sentences_that_came_and_went(lake: Lake) -> None:
    load(lake, FIRST, 1, source="harbour-gazette.example")
    load(lake, LATER, 2, source="harbour-gazette.example", title="Storm shuts the harbour", authors=(Author("Ada"),))
    assert lake.rows(
        "select article_id, revision, former_revision, changed_at, former_observed_at, is_comparable, source, "
        "title, former_title, title_changed, body_changed, fields_changed, sentences_added, sentences_removed, "
        "path, former_path from article_change"
    ) == [
        (
            1, 2, 1, day(2), day(1), True, "harbour-gazette.example",
            "Storm shuts the harbour", "Storm closes the harbour", True, True, ["title", "authors", "body"],
            ["Gusts reached 110 kilometres an hour.", "One pilot was hurt."],
            ["Gusts reached 90 kilometres an hour."],
            "a.txt", "a.txt",
        )
    ]  # fmt: skip


def test_successive_revisions_are_those_that_were_observed_one_after_the_other(lake: Lake) -> None:
    load(lake, FIRST, 1)
    load(lake, FIRST + " Third.", 5)
    load(lake, FIRST + " Second.", 3)
    assert lake.rows(
        "select revision, former_revision, sentences_added, sentences_removed from article_change order by changed_at"
    ) == [(3, 1, ["Second."], []), (2, 3, ["Third."], ["Second."])]


def test_what_differs_by_another_reader_is_nobody_s_edit_until_both_are_read_alike(lake: Lake) -> None:
    load(lake, FIRST + "\n\nShare this story.", 1)
    load(lake, FIRST, 2, extractors=[Extractor("text", "2", "bb")])
    unknown = "select is_comparable, title_changed, body_changed, sentences_removed from article_change"
    assert lake.rows(unknown) == [(False, False, None, ["Share this story."])]
    assert lake.rows("select revision, title_changed, body_changed from article_revision order by 1") == [
        (1, None, None),
        (2, False, None),
    ]
    assert lake.rows("from silent_edit") == []
    again = Inbox().add("a.txt", an_article(FIRST, url=URL, title="Storm closes the harbour"), content=b"1")
    lake.load(again, again={0: "a.txt"}, extractors=[Extractor("text", "2", "bb")])
    assert lake.rows(unknown) == [(True, False, False, [])]
    assert lake.rows("from silent_edit") == []


def test_a_difference_between_two_engines_of_one_version_is_nobody_s_edit_either(lake: Lake) -> None:
    engines = [Extractor("text", "1", "aa"), Extractor("json", "1", "aa")]
    load(lake, FIRST + "\n\nShare this story.", 1, extractors=engines)
    load(lake, FIRST, 2, extractors=engines, engine="json", title="Storm closes harbour")
    assert lake.rows("select is_comparable, title_changed, body_changed, fields_changed from article_change") == [
        (False, None, None, ["title", "body"])
    ]
    assert lake.rows("select revision, title_changed, body_changed from article_revision order by 1") == [
        (1, None, None),
        (2, None, None),
    ]
    assert lake.rows("from silent_edit") == []


def test_two_revisions_that_two_engines_read_are_compared_by_the_readings_of_one(lake: Lake) -> None:
    engines = [Extractor("text", "1", "aa"), Extractor("json", "1", "aa")]
    for number, body in enumerate([FIRST, FIRST, LATER, LATER], start=1):
        engine = "text" if number % 2 else "json"
        load(lake, body, number, extractors=engines, engine=engine, section=engine)
    assert lake.rows("select is_comparable, body_changed, fields_changed, changed_at from article_change") == [
        (True, True, ["body"], day(3))
    ]


def test_a_paragraph_that_moved_and_a_repetition_that_went_are_changes_of_the_text(lake: Lake) -> None:
    one, two, three = "The quay is closed. Nobody objected.", "The mayor spoke at noon.", "Boats sail on Tuesday."
    load(lake, f"{one}\n\n{two}\n\n{three}", 1)
    load(lake, f"{one}\n\n{three}\n\n{two}", 2)
    load(lake, f"{one}\n\n{three}\n\n{two} Nobody objected.", 3)
    load(lake, f"{one} {three}\n\n{two} Nobody objected.", 4)
    changes = "select revision, body_changed, fields_changed, sentences_added, sentences_removed from article_change"
    assert lake.rows(f"{changes} order by 1") == [
        (2, True, ["body"], [], []),
        (3, True, ["body"], [], []),
        (4, False, [], [], []),
    ]
    assert lake.rows("select revision from silent_edit order by 1") == [(2,), (3,)]


def test_a_block_of_the_site_that_was_learned_between_two_revisions_is_no_change(lake: Lake) -> None:
    block = "Read the Gazette on the pier every morning."
    load(lake, f"{FIRST}\n\n{block}", 1)
    cut = Removed(len(LATER) + 2, len(LATER) + 2 + len(block), Role.BOILERPLATE, "site.block")
    load(lake, LATER, 2, source_text=f"{LATER}\n\n{block}", removed=(cut,), block_set_version=1)
    assert lake.rows("select sentences_added, sentences_removed from article_change") == [
        (["Gusts reached 110 kilometres an hour.", "One pilot was hurt."], ["Gusts reached 90 kilometres an hour."])
    ]


def test_an_edit_is_silent_unless_a_time_or_a_note_tells_of_it(lake: Lake) -> None:
    def at(hour: int) -> Published:
        moment = datetime(2026, 2, 1, hour, tzinfo=UTC)
        return Published(date(2026, 2, 1), Precision.SECOND, Origin.DECLARED, moment)

    load(lake, FIRST, 1, modified=at(8))
    load(lake, LATER, 2, modified=at(8))
    load(lake, LATER + " All is well.", 3, modified=at(9))
    note = "Correction: Gusts reached 100 kilometres an hour."
    load(lake, f"{LATER}\n\n{note}", 4, modified=at(9))
    load(lake, f"{LATER} The end.\n\n{note}", 5, modified=at(9))
    assert lake.rows("select revision from article_change where body_changed order by 1") == [(2,), (3,), (4,), (5,)]
    assert lake.rows("select revision, sentences_added from silent_edit order by 1") == [
        (2, ["Gusts reached 110 kilometres an hour.", "One pilot was hurt."]),
        (5, ["The end."]),
    ]


@pytest.mark.parametrize(
    ("before", "after", "is_silent"),
    [
        (None, None, True),
        (None, datetime(2026, 2, 1, 8, tzinfo=UTC), True),
        (None, datetime(2026, 2, 4, 23, tzinfo=UTC), True),
        (None, datetime(2026, 2, 5, 1, tzinfo=UTC), False),
        (datetime(2026, 2, 1, 8, tzinfo=UTC), datetime(2026, 2, 1, 8, tzinfo=UTC), True),
        (datetime(2026, 2, 1, 8, tzinfo=UTC), datetime(2026, 2, 4, 23, tzinfo=UTC), False),
        (datetime(2026, 2, 1, 8, tzinfo=UTC), None, True),
    ],
)
def test_a_time_that_appears_tells_of_an_edit_only_where_it_lies_behind_the_former_observation(
    lake: Lake, before: datetime | None, after: datetime | None, is_silent: bool
) -> None:
    def at(moment: datetime | None) -> Published | None:
        return moment and Published(moment.date(), Precision.SECOND, Origin.DECLARED, moment)

    load(lake, FIRST, 5, modified=at(before))
    load(lake, LATER, 6, modified=at(after))
    assert lake.rows("select count(*) from silent_edit") == [(int(is_silent),)]


@pytest.mark.parametrize(
    ("former", "note"),
    [
        ("", "CORRECTION (Oct. 2, 2026): The closure lasts nine weeks."),
        ("", "Correction, updated: This story was corrected at 5 p.m. Monday."),
        ("Correction: Mr. Brandt is the mayor.", "Correction: Mr. Lunde is the mayor."),
        ("Correction: On Oct. 3 it rained.", "Correction: On Oct. 4 it rained."),
        ("", "CORRECTION (Updated 5 p.m. Monday): The closure lasts nine weeks."),
    ],
)
def test_a_note_is_known_as_a_new_one_in_spite_of_its_abbreviations(lake: Lake, former: str, note: str) -> None:
    load(lake, f"{FIRST}\n\n{former}", 1)
    load(lake, f"{LATER}\n\n{note}", 2)
    assert lake.rows("select count(*) from article_change where body_changed") == [(1,)]
    assert lake.rows("from silent_edit") == []


NOTES = [
    ("Correction: The bridge is nine metres long.", "label.en"),
    ("CORRECTION (3 May) — The bridge is nine metres long.", "label.en"),
    ("Correction (Oct. 2, 2026): Mr. Dahl built it on Oct. 1.", "label.en"),
    ("Correction—The bridge is nine metres long.", "label.en"),
    ("Clarification - The bridge is nine metres long.", "label.en"),
    ("An earlier version of this article misstated the bridge's length.", "version.en"),
    ("This story was corrected on Monday.", "version.en"),
    ("Berichtigung: Die Brücke ist neun Meter lang.", "label.de"),
    ("In einer früheren Version dieses Artikels stand eine falsche Länge.", "version.de"),
    ("Rectificatif : le pont mesure neuf mètres.", "label.fr"),
    ("Une version précédente de cet article donnait une autre longueur.", "version.fr"),
    ("Corrección: el puente mide nueve metros.", "label.es"),
    ("Una versión anterior de este artículo daba otra longitud.", "version.es"),
    ("Errata corrige: il ponte misura nove metri.", "label.it"),
    ("Uma versão anterior desta reportagem dizia outra coisa.", "version.pt"),
    ("In een eerdere versie van dit artikel stond een andere lengte.", "version.nl"),
    ("Rättelse: Bron är nio meter lång.", "label.sv"),
    ("Исправление: длина моста девять метров.", "label.ru"),
    ("訂正：橋の長さは九メートルです。", "label.ja"),
]


def test_notes_of_correction_are_found_in_their_languages_and_with_their_rule(lake: Lake) -> None:
    inbox = Inbox()
    for number, (note, _) in enumerate(NOTES):
        inbox.add(f"{number:02}.txt", an_article(f"Bridge number {number} opens. It was built in a year.\n\n{note}"))
    lake.load(inbox)
    found = lake.rows("select path, place, position, sentence, rule_id, is_current from correction order by path")
    assert found == [(f"{number:02}.txt", "body", 3, note, rule, True) for number, (note, rule) in enumerate(NOTES)]


@pytest.mark.parametrize(
    "text",
    [
        "The court of corrections sat on Monday. Officers of the correctional service were there.",
        "The correction of the course took an hour. A new version of the ship's software is due.",
        "Markets saw a correction. An earlier version of the bill failed.",
        "He asked for clarification. The first version of the song is better.",
        "Corrections-department staff walked out on Friday.",
        "Korrektur-Abzüge liegen seit Montag vor.",
    ],
)
def test_what_only_speaks_of_corrections_is_none(lake: Lake, text: str) -> None:
    lake.load(Inbox().add("a.txt", an_article(text)))
    assert lake.rows("select sentence, rule_id from correction") == []


def test_a_note_in_the_summary_is_one_and_former_revisions_keep_theirs(lake: Lake) -> None:
    load(lake, FIRST, 1, summary="Correction: It was Monday.")
    load(lake, LATER, 2)
    assert lake.rows("select revision, is_current, place, sentence from correction") == [
        (1, False, "summary", "Correction: It was Monday.")
    ]


def test_explain_tells_a_change_as_a_diff_of_sentences_and_the_notes(
    lake: Lake, capsys: pytest.CaptureFixture[str]
) -> None:
    load(lake, FIRST, 1)
    load(lake, LATER + "\n\nThis story was corrected on Tuesday.", 2, title="Storm shuts the harbour")
    assert explain_article(lake.folder, 1, as_json=False) == 0
    printed = capsys.readouterr().out
    assert (
        "changed from revision 1 to 2: title, body\n"
        "  - title: Storm closes the harbour\n"
        "  + title: Storm shuts the harbour\n"
        "  - Gusts reached 90 kilometres an hour.\n"
        "  + Gusts reached 110 kilometres an hour.\n"
        "  + One pilot was hurt.\n"
        "  + This story was corrected on Tuesday.\n"
        "corrections that the publisher admits"
    ) in printed
