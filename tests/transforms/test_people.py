"""By-lines split into people and organisations with what they do."""

from __future__ import annotations

import pytest

from transforms.article import Author
from transforms.people import names_nobody, split_authors
from transforms.read.linked_data import linked_articles
from transforms.read.record_fields import authors_of


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Ina Halvorsen", ["Ina Halvorsen"]),
        ("BY INA HALVORSEN", ["INA HALVORSEN"]),
        ("By: By Ina Halvorsen", ["Ina Halvorsen"]),
        ("Ina Halvorsen and Jo Bell", ["Ina Halvorsen", "Jo Bell"]),
        ("Ina Halvorsen, Jo Bell & Sam Quist", ["Ina Halvorsen", "Jo Bell", "Sam Quist"]),
        ("Von Ina Halvorsen und Jörg Peters", ["Ina Halvorsen", "Jörg Peters"]),
        ("Par Inès Dubois et Luc Morel", ["Inès Dubois", "Luc Morel"]),
        ("Автор: Инна Петрова", ["Инна Петрова"]),
        ("بقلم سلمى حداد", ["سلمى حداد"]),
        ("記者 山田花子", ["山田花子"]),
        ("홍길순 기자", ["홍길순"]),
        ("Ina Halvorsen; Jo Bell", ["Ina Halvorsen", "Jo Bell"]),
        ("Ina Halvorsen | 17 January 2025", ["Ina Halvorsen"]),
        ("Ina Halvorsen @inahal ina@quay-gazette.example", ["Ina Halvorsen"]),
        ("By Ina Halvorsen Published 10:30 17 Jan 2025", ["Ina Halvorsen"]),
        ("Ina Halvorsen, Jr.", ["Ina Halvorsen, Jr"]),
        ("José Ortega y Moreno", ["José Ortega y Moreno"]),
        ("Van Morley", ["Van Morley"]),
        ("de Graaf", ["de Graaf"]),
        ("Sam and Jo", ["Sam", "Jo"]),
        ("Ina Halvorsen, Ina Halvorsen", ["Ina Halvorsen"]),
        ("Ina (Anna) Halvorsen", ["Ina (Anna) Halvorsen"]),
        ("Quay Welle (www.quay-welle.example)", ["Quay Welle"]),
        ("Ina Halvorsen M.P.H.", ["Ina Halvorsen M.P.H."]),
        ("Halvorsen I.", ["Halvorsen I."]),
        ("Ina Halvorsen.", ["Ina Halvorsen"]),
        ("Ina Halvorsen ● Jo Bell", ["Ina Halvorsen", "Jo Bell"]),
        ("Ina Halvorsen on behalf of the Harbour Council", ["Ina Halvorsen"]),
        ("Ina Halvorsen\nContent Marketing Coordinator", ["Ina Halvorsen"]),
        ("Ina Halvorsen, Head of Strategy", ["Ina Halvorsen"]),
        ("https://quay-gazette.example/authors/ina", []),
        ("ina@quay-gazette.example", []),
        ("Staff Writer", []),
        ("By", []),
        ("17 January 2025", []),
        ("", []),
    ],
)
def test_a_byline_gives_the_names_and_nothing_else(byline: str, names: list[str]) -> None:
    assert [author.name for author in split_authors(byline)] == names


def test_what_a_person_does_is_the_role_and_an_agency_is_an_organisation() -> None:
    assert split_authors("By Ina Halvorsen, Political Correspondent, Quay News and Jo Bell (photographer) / AFP") == (
        Author("Ina Halvorsen", "person", "Political Correspondent"),
        Author("Quay News", "organisation"),
        Author("Jo Bell", "person", "photographer"),
        Author("AFP", "organisation"),
    )


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("Posted by Ina Halvorsen", ["Ina Halvorsen"]),
        ("Published by: Ina Halvorsen", ["Ina Halvorsen"]),
        ("Translated by Ina Halvorsen", ["Ina Halvorsen"]),
        ("Ina Halvorsen; translated by Jo Bell", ["Ina Halvorsen"]),
        ("Ina Halvorsen with additional reporting by Jo Bell", ["Ina Halvorsen"]),
        ("Ina Halvorsen, with Jo Bell", ["Ina Halvorsen", "Jo Bell"]),
        ("By Ina Halvorsen and agencies", ["Ina Halvorsen", "agencies"]),
        ("Ina Halvorsen <ina@quay-gazette.example>", ["Ina Halvorsen"]),
        ("['Ina Halvorsen', 'Jo Bell']", ["Ina Halvorsen", "Jo Bell"]),
        ('["Ina O\'Hara", "Jo Bell"]', ["Ina O'Hara", "Jo Bell"]),
        ("Ein Kommentar von Ina Halvorsen", ["Ina Halvorsen"]),
        ("Eine Analyse von Ina Halvorsen", ["Ina Halvorsen"]),
        ("Interview von Ina Halvorsen", ["Ina Halvorsen"]),
        ("Opinion by Ina Halvorsen", ["Ina Halvorsen"]),
        ("By Ina Halvorsen in Quayside and Jo Bell in Northtown", ["Ina Halvorsen", "Jo Bell"]),
        ("By Ina Halvorsen for Quay Gazette", ["Ina Halvorsen"]),
        ("By Ina Halvorsen Special to The Quay", ["Ina Halvorsen"]),
        ("National Center for Quay Statistics", ["National Center for Quay Statistics"]),
        ("Inés Pérez / Northtown", ["Inés Pérez"]),
        ("Von Ina Halvorsen, Northtown", ["Ina Halvorsen"]),
        ("Ina Halvorsen, Jo Bell, Cher", ["Ina Halvorsen", "Jo Bell", "Cher"]),
        ("Ina Halvorsen, Northwire, Jo Bell", ["Ina Halvorsen", "Jo Bell"]),
        ("Sam and Jo", ["Sam", "Jo"]),
        ("Halvorsen, Ina", ["Ina Halvorsen"]),
        ("Halvorsen, Ina; van der Berg, Jo", ["Ina Halvorsen", "Jo van der Berg"]),
        ("Halvorsen, I., Bell, J.", ["I. Halvorsen", "J. Bell"]),
        ("新华社记者王小明", ["王小明"]),
        ("本报记者 王小明 李华", ["王小明", "李华"]),
        ("取材・文／山田花子", ["山田花子"]),
        ("山田花子記者", ["山田花子"]),
        ("[홍길순 기자]", ["홍길순"]),
        ("(부산=바다뉴스) 홍길순 기자 =", ["홍길순"]),
        ("سلمى حداد - المرسى", ["سلمى حداد"]),
    ],
)
def test_what_is_printed_round_a_name_goes(byline: str, names: list[str]) -> None:
    assert [author.name for author in split_authors(byline)] == names


@pytest.mark.parametrize(
    ("byline", "role"),
    [
        ("Ina Halvorsen, MP", "MP"),
        ("Ina Halvorsen, R.N.", "R.N."),
        ("Par Ina Halvorsen, envoyée spéciale à Northtown", "envoyée spéciale à Northtown"),
        ("By Ina Halvorsen Staff Writer", "Staff Writer"),
        ("By Ina Halvorsen Technology reporter", "Technology reporter"),
        ("Ina Halvorsen, the keeper of the lighthouse", "the keeper of the lighthouse"),
    ],
)
def test_what_stands_behind_a_full_name_says_what_she_does(byline: str, role: str) -> None:
    assert split_authors(byline) == (Author("Ina Halvorsen", "person", role),)


def test_given_and_family_name_that_stand_apart_are_one_name() -> None:
    node = '{"@type": "NewsArticle", "author": {"@type": "Person", "givenName": "Ina", "familyName": "Halvorsen"}}'
    assert linked_articles([node]).articles[0].authors == (Author("Ina Halvorsen"),)
    assert authors_of([{"first_name": "Ina", "last_name": "Halvorsen"}, {"name": "Jo Bell"}]) == (
        Author("Ina Halvorsen"),
        Author("Jo Bell"),
    )


@pytest.mark.parametrize(
    ("name", "nobody"),
    [
        ("Unknown", True),
        ("By Anonymous", True),
        ("Author unknown", True),
        ("(unbekannt)", True),
        ("Autor desconocido", True),
        ("佚名", True),
        ("Unknown Mortal", False),
        ("Anonymous Content Ltd", False),
        ("Ina Unbekannt", False),
        ("", False),
    ],
)
def test_a_name_is_nobodys_where_all_of_it_says_so(name: str, nobody: bool) -> None:
    assert names_nobody(name) is nobody


def test_a_placeholder_among_declared_authors_is_none_of_them() -> None:
    assert authors_of(["Unknown", {"name": "Ina Halvorsen"}]) == (Author("Ina Halvorsen"),)
    assert authors_of("Unbekannt") == ()
