"""How the rules for single sites did: the lines that matched nothing, over the latest reading of every input."""

from __future__ import annotations

from lake_builder import NOW, Inbox, Lake, an_article

from transforms.article import FieldFault
from transforms.read.site_rules import site_rules_of
from warehouse.site_rules import Missed, missed_lines

_RULES = site_rules_of([("rules", {"bay.example.txt": "body: //main", ".bay.example.txt": "body: //article"})])


def page(number: int, host: str = "bay.example") -> Inbox:
    body = f"The ferry sailed again on day {number}. The harbour is open to boats of every size."
    url = f"https://{host}/news/{number}"
    return Inbox().add(f"{host}-{number}.html", an_article(body, format="html", url=url))


def missed(raw_value: str, rule: str = "site_rule.unmatched") -> list[tuple[int, FieldFault]]:
    return [(0, FieldFault("body", raw_value, rule))]


def test_each_line_that_matched_nothing_is_counted_over_the_pages_of_its_rule(lake: Lake) -> None:
    lake.load(page(1), faults=missed("rules/bay.example.txt:5,7 strip"))
    lake.load(page(2), faults=missed("rules/bay.example.txt:7 strip"))
    lake.load(page(3, "www.bay.example"), faults=missed("rules/bay.example.txt:1,2 body"))
    lake.load(page(4, "sport.bay.example"), faults=missed("rules/.bay.example.txt:3 strip_id_or_class"))
    lake.load(page(5, "elsewhere.example"))
    assert missed_lines(lake.con, _RULES) == [
        Missed("rules/.bay.example.txt", 3, "strip_id_or_class", 1, 1, NOW),
        Missed("rules/bay.example.txt", 1, "body", 1, 3, NOW),
        Missed("rules/bay.example.txt", 2, "body", 1, 3, NOW),
        Missed("rules/bay.example.txt", 5, "strip", 1, 3, NOW),
        Missed("rules/bay.example.txt", 7, "strip", 2, 3, NOW),
    ]


def test_other_faults_are_no_lines_of_a_rule(lake: Lake) -> None:
    lake.load(page(1), faults=missed("rules/bay.example.txt:5", "site_rule.unusable"))
    lake.load(page(2), faults=missed("a raw value of some kind", "url.unusable"))
    assert missed_lines(lake.con, _RULES) == []
