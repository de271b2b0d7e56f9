"""How the rules for single sites did: which of their lines matched nothing, on how many pages, of how many."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from duckdb import DuckDBPyConnection

from transforms.read.site_page import UNMATCHED
from transforms.read.site_rules import SiteRules
from warehouse.statements import statement


@dataclass(frozen=True, slots=True)
class Missed:
    """A line of a rule file that matched nothing on ``pages`` pages, the last of them recorded at ``last``.

    ``of`` is how many pages of the rule's hosts are loaded, ``pages`` at the least: a line that missed them all is out
    of date, or never was of use.
    """

    place: str
    line: int
    directive: str
    pages: int
    of: int
    last: datetime


def missed_lines(con: DuckDBPyConnection, rules: SiteRules) -> list[Missed]:
    """The lines of rule files that matched nothing, over the latest reading of each input; by place and line."""
    read_with: Counter[str] = Counter()
    for host, pages in con.execute(statement("site_rules/hosts")).fetchall():
        if rule := rules.rule_for(host):
            read_with[rule.place] += pages
    return [
        Missed(place, line, directive, pages, max(read_with[place], pages), last)
        for place, line, directive, pages, last in con.execute(
            statement("site_rules/unmatched"), {"rule_id": UNMATCHED}
        ).fetchall()
    ]
