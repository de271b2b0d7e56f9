"""Great Expectations' Data Docs of one run, from what was recorded of it: pages that need no network and run no script.

Each batch and suite has the page that Great Expectations renders for a validation. Its pages take styles, scripts and
pictures from the network: those go, and a sheet of our own stands in their place. What comes from articles passes
Great Expectations, whose templates do not escape all that they are given, in letters of the private use area, which
become what they stand for, escaped, in the finished page (:func:`_veiled`); a policy in the head of each page forbids
all but its own styles.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import lxml.html

from expectations.rules import Bounds, Rule, RuleBook, parameters
from expectations.validation import Engine, engine

if TYPE_CHECKING:
    from great_expectations.core import ExpectationValidationResult
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

INDEX = "index.html"
GENERATOR = "newslake, from Great Expectations"
_STYLE = Path(__file__).with_suffix(".css")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
# What means something to HTML, or to the templates that it passes, and the letter that stands for it meanwhile.
_VEIL = {ord(sign): 0xF8F0 + place for place, sign in enumerate("&<>\"'$%{}\n")}
_UNVEIL = {veiled: html.escape(chr(sign)) for sign, veiled in _VEIL.items()}
_STRANGE = re.compile("[\uf8f0-\uf8ff]")
_BOUND = re.compile(r"\(bound (?P<bound>[\d.e-]+)\)$")
# Parts of a page that do nothing without scripts, or lie elsewhere.
_LEFT_OUT = (
    "//script | //link | //img | //iframe | //object | //svg | //button | //footer | //meta | //input"
    "| //nav[not(@id = 'navigation')] | //*[contains(concat(' ', @class, ' '), ' modal ')]"
    "| //div[contains(@class, 'card')][not(descendant::div[contains(@class, 'card')])][descendant::label]"
    "| //div[strong = 'Actions' or h4 = 'Actions' or h5 = 'Actions'] | //label"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a rule said of a batch: a row of ops.expectation_result."""

    batch_id: int
    suite: str
    rule_id: str
    expectation: str
    column_name: str | None
    outcome: str
    severity: str
    success: bool
    evaluated: int
    unexpected: int
    observed: str | None
    recorded_at: datetime


def pages(
    run_id: int, title: str, judged: Sequence[Judged], *, as_of: datetime, rules: RuleBook, bounds: Bounds
) -> dict[str, str]:
    """The pages by file name: :data:`INDEX`, and one for each batch and suite of Great Expectations.

    ``as_of`` is the time by which the run judged. The checks of the lake, and rules that ``rules`` no longer hold, are
    in the index alone.
    """
    known = {rule.id: rule for suite in rules.values() for rule in (*suite.row, *suite.batch)}
    compiled, given = engine(rules), parameters(as_of, bounds, rules)
    groups: dict[tuple[int, str], list[Judged]] = {}
    for one in judged:
        groups.setdefault((one.batch_id, one.suite), []).append(one)
    found: dict[str, str] = {}
    for (batch_id, suite), rows in groups.items():
        kept = [(one, known[one.rule_id]) for one in rows if one.rule_id in known]
        if kept:
            results = [_result(one, rule, compiled, given) for one, rule in kept]
            run = {"run_name": f"run {run_id}, batch {batch_id}", "run_time": rows[0].recorded_at.isoformat()}
            body = f"{_back()}{_rendered(suite, results, run)}<h2>What the rules say</h2>{_rules(kept)}"
            found[_file(run_id, batch_id, suite)] = _page(f"{title}, batch {batch_id}: {suite}", body)
    return {INDEX: _index(run_id, title, groups, known, found)} | found


def is_index(text: str) -> bool:
    """Whether a page is an index of these pages."""
    return f'name="generator" content="{GENERATOR}"' in text


def _file(run_id: int, batch_id: int, suite: str) -> str:
    return f"run-{run_id}-batch-{batch_id}-{suite}.html"


def _result(
    one: Judged, rule: Rule, compiled: Engine, given: Mapping[str, datetime | float]
) -> ExpectationValidationResult:
    """What was recorded, as Great Expectations gave it when the batch was judged."""
    from great_expectations.core import ExpectationValidationResult

    share = 100 * one.unexpected / max(one.evaluated, 1)
    return ExpectationValidationResult(
        success=one.success,
        expectation_config=_configuration(one, rule, compiled, given),
        result={
            "element_count": one.evaluated,
            "unexpected_count": one.unexpected,
            "unexpected_percent": share,
            "unexpected_percent_nonmissing": share,
            "partial_unexpected_list": [_veiled(value) for value in _samples(one)],
        },
    )


def _configuration(
    one: Judged, rule: Rule, compiled: Engine, given: Mapping[str, datetime | float]
) -> ExpectationConfiguration:
    from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

    made = compiled.configuration(rule)
    arguments: dict[str, Any] = {
        key: given[value["$PARAMETER"]] if isinstance(value, dict) and "$PARAMETER" in value else _all_veiled(value)
        for key, value in made.kwargs.items()
        if key != "row_condition"
    }
    bound = _BOUND.search(one.observed or "")
    if bound and "mostly" in arguments:
        arguments["mostly"] = float(bound["bound"])  # the one of that day
    return ExpectationConfiguration(type=made.type, kwargs=arguments, severity=made.severity)


def _samples(one: Judged) -> list[str]:
    """Some values that broke a row rule; of a batch rule its share is recorded instead."""
    if one.observed is None or not one.observed.startswith("["):
        return []
    return [str(value) for value in json.loads(one.observed)]


def _rendered(suite: str, results: Sequence[ExpectationValidationResult], run: Mapping[str, str]) -> str:
    """The body of Great Expectations' page without what lies elsewhere, still veiled."""
    from great_expectations.core import ExpectationSuiteValidationResult
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
    from great_expectations.render.view.view import DefaultJinjaPageView

    held = sum(bool(result.success) for result in results)
    whole = ExpectationSuiteValidationResult(
        success=held == len(results),
        results=list(results),
        suite_name=suite,
        statistics={
            "evaluated_expectations": len(results),
            "successful_expectations": held,
            "unsuccessful_expectations": len(results) - held,
            "success_percent": 100 * held / len(results),
        },
        meta={"run_id": dict(run)},
    )
    view: Any = DefaultJinjaPageView()
    root = lxml.html.document_fromstring(view.render(ValidationResultsPageRenderer(run_info_at_end=True).render(whole)))
    for element in root.xpath(_LEFT_OUT):
        element.drop_tree()
    for element in root.iter(lxml.etree.Element):
        for name, value in list(element.attrib.items()):
            if name.startswith("on") or (name in ("href", "src", "action") and not value.startswith("#")):
                del element.attrib[name]
    return "".join(lxml.html.tostring(part, encoding="unicode") for part in root.body)


def _back() -> str:
    return f'<p><a href="{INDEX}">All batches and suites</a></p>'


def _rules(kept: Sequence[tuple[Judged, Rule]]) -> str:
    head = ["rule", "judges", "severity", "if broken", "what is wrong then", "what to do"]
    cells = [(rule.id, ", ".join(rule.columns), one.severity, one.outcome, rule.why, rule.remedy) for one, rule in kept]
    return _table(head, [[_veiled(cell) for cell in row] for row in cells])


def _index(
    run_id: int,
    title: str,
    groups: Mapping[tuple[int, str], Sequence[Judged]],
    known: Mapping[str, Rule],
    written: Mapping[str, str],
) -> str:
    parts = [f"<h1>{_veiled(title)}</h1>", "<h2>Batches and suites</h2>"]
    rows = []
    for (batch_id, suite), judged in groups.items():
        broken = sum(not one.success for one in judged)
        file = _file(run_id, batch_id, suite)
        name = f'<a href="{file}">{_veiled(suite)}</a>' if file in written else _veiled(suite)
        state = f'<span class="bad">✗ {broken} broken</span>' if broken else '<span class="good">✓ all hold</span>'
        when = f"{judged[0].recorded_at:%Y-%m-%d %H:%M}"
        rows.append([str(batch_id), when, name, str(len(judged)), state])
    parts.append(_table(["batch", "judged (UTC)", "suite", "rules", "state"], rows))
    parts.append("<h2>Rules that were broken</h2>")
    parts.append(
        _table(["batch", "rule", "severity", "rows", "seen", "why", "what to do"], list(_broken(groups, known)))
    )
    return _page(title, "".join(parts))


def _broken(groups: Mapping[tuple[int, str], Sequence[Judged]], known: Mapping[str, Rule]) -> Iterator[list[str]]:
    for (batch_id, _), judged in groups.items():
        for one in judged:
            if not one.success:
                rule = known.get(one.rule_id)
                why = rule.why if rule else "the rules of today have none of this id"
                seen = ", ".join(_samples(one)) or one.observed or ""
                cells = [one.rule_id, one.severity, f"{one.unexpected:,} of {one.evaluated:,}", seen, why]
                yield [str(batch_id), *(_veiled(cell) for cell in (*cells, rule.remedy if rule else ""))]


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; cells are markup already."""
    if not rows:
        return "<p>None.</p>"
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><tr>{''.join(f'<th>{name}</th>' for name in head)}</tr>{body}</table>"


def _page(title: str, body: str) -> str:
    text = (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        f'<meta name="generator" content="{GENERATOR}"><meta name="viewport" content="width=device-width">'
        f"<title>{_veiled(title)}</title><style>{_STYLE.read_text(encoding='utf-8')}</style></head>\n"
        f"<body>{body}</body></html>\n"
    )
    return text.translate(_UNVEIL)


def _veiled(text: str) -> str:
    """A text that passes as it is through whatever renders it; unveiled in :func:`_page`."""
    return _STRANGE.sub("\ufffd", text).translate(_VEIL)


def _all_veiled(value: Any) -> Any:
    if isinstance(value, str):
        return _veiled(value)
    return [_all_veiled(each) for each in value] if isinstance(value, list) else value
