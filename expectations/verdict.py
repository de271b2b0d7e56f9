"""The verdict over a batch: staged readings in; what must not load, what must become null, and every rule's result out.

:func:`judge` puts the row rules to the batch's articles and sources, and the batch rules to all that was picked up. It
changes nothing and needs no database; :func:`apply_nulls` empties what the verdict calls impossible. The same batch,
``as_of`` and bounds give the same verdict.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute

from expectations.errors import ValidationBroken
from expectations.measures import Sources, article_frame, batch_frame, mismatched, source_frame
from expectations.rules import Bounds, Rule, RuleBook, arguments, parameters, suites
from expectations.validation import COUNTS, WITH_ROWS, Finding, engine
from transforms.staged import FAULTS, REJECTED, RESULTS, SCHEMA, in_one_piece

pc: Any = pyarrow.compute

_SAMPLES = 3
_SHORT = 80
_USER_INFO = re.compile(r"(?<=://)[^/?#\s]*@")

__all__ = ["BatchFailure", "Bounds", "Verdict", "apply_nulls", "judge", "warm_up", "warm_up_meanwhile"]


@dataclass(frozen=True, slots=True)
class BatchFailure:
    """A batch rule that does not hold, by its id, and what is to be told of it."""

    rule: str
    message: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a batch; ``row`` is the row number in the staged table.

    ``rejected`` (:data:`REJECTED`) has a row for each broken ``quarantine`` rule of each record, so a record may stand
    in it twice; ``faults`` (:data:`FAULTS`) one for each value that must go, those that the readers found included;
    ``results`` (:data:`RESULTS`) one for each rule. Failed batch rules of severity ``info`` are in ``results`` only.
    """

    rejected: pa.Table
    faults: pa.Table
    results: pa.Table
    batch_failures: tuple[BatchFailure, ...]


def warm_up(rules: RuleBook | None = None) -> None:
    """Import Great Expectations and build the suites, about five seconds. Meant for a time when others have work to
    do; :func:`judge` waits for it, and does the same itself where nobody did."""
    engine(rules)


def warm_up_meanwhile(rules: RuleBook) -> None:
    """:func:`warm_up` in a thread of its own, which goes with the process."""
    threading.Thread(target=warm_up, args=(rules,), name="great-expectations", daemon=True).start()


def judge(staged: pa.Table, *, as_of: datetime, bounds: Bounds | None = None, rules: RuleBook | None = None) -> Verdict:
    """Judge a batch in the schema of ``transforms.staged``; ``as_of`` (aware) is the time that "future" means.

    ``rules`` are the project's own where none are given.

    Raises :class:`~expectations.errors.ValidationBroken` where a column is missing or of another type or an expectation
    raised, and :class:`~expectations.errors.RuleFileError` where a rule file is wrong.
    """
    wrong = mismatched(staged)
    if wrong:
        raise ValidationBroken("fact_article", None, f"columns missing or not of their type: {', '.join(wrong)}")
    bounds = bounds or Bounds()
    staged = in_one_piece(staged)
    rules = suites() if rules is None else rules
    given = parameters(as_of, bounds, rules)
    articles, sources = rules["fact_article"], rules["dim_source"]
    judge_by = engine(rules)

    in_articles = judge_by.validate("fact_article", articles.row, article_frame(staged), given)
    origins = source_frame(staged)
    in_sources = judge_by.validate("dim_source", (*sources.row, *sources.batch), origins.frame, given, first=WITH_ROWS)
    of_source_rows, of_source_batch = in_sources[: len(sources.row)], in_sources[len(sources.row) :]

    by_row = [*in_articles, *(_of_articles(finding, origins) for finding in of_source_rows)]
    rejected = _rejections(staged, by_row)
    own_faults = _faults(staged, by_row)
    faults = pa.concat_tables([own_faults, _readers_faults(staged)]).sort_by([("row", "ascending")])

    dropped = {row for finding in by_row if finding.rule.outcome == "quarantine" for row in finding.rows}
    records = batch_frame(apply_nulls(staged, own_faults, rules), dropped)
    in_batch = judge_by.validate("fact_article.batch", articles.batch, records, given, first=COUNTS)

    weighed = [_weigh(finding, bounds) for finding in (*in_batch, *of_source_batch)]
    results = [
        *(_result("fact_article", f) for f in in_articles),
        *(_result("dim_source", f) for f in of_source_rows),
        *(_result("fact_article.batch", f) for f in weighed[: len(in_batch)]),
        *(_result("dim_source.batch", f) for f in weighed[len(in_batch) :]),
    ]
    failures = tuple(_failure(f) for f in weighed if not f.success and f.rule.severity != "info")
    return Verdict(rejected, faults, pa.Table.from_pylist(results, schema=RESULTS), failures)


def apply_nulls(staged: pa.Table, faults: pa.Table, rules: RuleBook | None = None) -> pa.Table:
    """The staged table with the values gone that ``rules`` (the project's own, where none are given) call impossible.

    A field becomes null; a list loses the members that are named and keeps the others. Faults that a reader found are
    passed over: it has dealt with them, and the field may hold another candidate's sound value by now.
    """
    rules = suites() if rules is None else rules
    ours = {rule.id for suite in rules.values() for rule in suite.row if rule.outcome == "null_field"}
    marked: dict[str, dict[int, set[str]]] = {}
    for fault in faults.to_pylist():
        if fault["rule_id"] in ours:
            marked.setdefault(fault["field"], {}).setdefault(fault["row"], set()).add(fault["raw_value"])
    for name in SCHEMA.names:
        if name in marked:
            column = staged[name].combine_chunks()
            emptied = _without_members(column, marked[name]) if pa.types.is_list(column.type) else None
            if emptied is None:
                places = [len(column) if row in marked[name] else row for row in range(len(column))]
                emptied = _taken(column, pa.nulls(1, column.type), places)
            staged = staged.set_column(staged.column_names.index(name), SCHEMA.field(name), emptied)
    return staged


def _without_members(column: pa.Array[Any], marked: Mapping[int, set[str]]) -> pa.Array[Any]:
    """A list column without the marked members."""
    places = list(range(len(column)))
    changed: list[list[object]] = []
    for row, names in sorted(marked.items()):
        places[row] = len(column) + len(changed)
        changed.append([member for member in column[row].as_py() or () if _shown(_member(member)) not in names])
    return _taken(column, pa.array(changed, column.type), places)


def _taken(column: pa.Array[Any], others: pa.Array[Any], places: list[int]) -> pa.Array[Any]:
    """The column with some values replaced: the others stand behind its own, and each row is taken from its place."""
    taken: pa.Array[Any] = pa.concat_arrays([column, others]).take(pa.array(places, pa.int64()))
    return taken


def _of_articles(finding: Finding, sources: Sources) -> Finding:
    """A finding about sources as one about the articles that hold them."""
    spread = sorted((row, position) for position, index in enumerate(finding.rows) for row in sources.rows[index])
    rows, positions = tuple(row for row, _ in spread), [position for _, position in spread]
    return replace(finding, rows=rows, values=tuple(finding.values[position] for position in positions))


def _rejections(staged: pa.Table, findings: Sequence[Finding]) -> pa.Table:
    found: list[dict[str, object]] = [
        {"row": row, "reason": f.rule.id, "detail": _detail(f.rule, staged["input_key"][row].as_py(), value)}
        for f in findings
        if f.rule.outcome == "quarantine"
        for row, value in zip(f.rows, f.values, strict=True)
    ]
    return pa.Table.from_pylist(found, schema=REJECTED).sort_by([("row", "ascending")])


def _faults(staged: pa.Table, findings: Sequence[Finding]) -> pa.Table:
    """The values to be emptied, each once: where two rules object to one, the first in the file is named."""
    found: dict[tuple[int, str, str], str] = {}
    for finding in findings:
        for field in finding.rule.nulled:
            for row, judged in zip(finding.rows, finding.values, strict=True):
                for text in _raw_texts(finding.rule, staged[field][row].as_py(), judged):
                    found.setdefault((row, field, text), finding.rule.id)
    rows = [{"row": r, "field": f, "raw_value": text, "rule_id": rule} for (r, f, text), rule in found.items()]
    return pa.Table.from_pylist(rows, schema=FAULTS)


def _readers_faults(staged: pa.Table) -> pa.Table:
    some = pc.indices_nonzero(pc.fill_null(pc.greater(pc.list_value_length(staged["faults"]), 0), False))
    found = [
        {"row": row, "field": fault["field"], "raw_value": _shown(fault["raw_value"]), "rule_id": fault["rule"]}
        for row, faults in zip(some.to_pylist(), staged["faults"].take(some).to_pylist(), strict=True)
        for fault in faults or ()
    ]
    return pa.Table.from_pylist(found, schema=FAULTS)


def _raw_texts(rule: Rule, value: object, judged: object) -> list[str]:
    """What ``faults`` keeps of a field's value: its text, or that of each member to which the rule objects."""
    if value is None:
        return []
    if isinstance(value, list):
        from expectations.custom import strangers

        members = judged if isinstance(judged, Iterable) else ()
        matching = rule.expectation == "ExpectListMembersToNotMatchRegex"
        return [_shown(member) for member in strangers(members, arguments(rule)["regex"], matching=matching)]
    return [_shown(value)]


def _weigh(finding: Finding, bounds: Bounds) -> Finding:
    """The finding of a batch rule, which holds where there are too few records to speak of a share."""
    if finding.rule.needs_min_rows and finding.evaluated < bounds.min_rows:
        return replace(finding, success=True)
    return finding


def _result(suite: str, finding: Finding) -> dict[str, object]:
    rule = finding.rule
    return {
        "suite": suite,
        "rule_id": rule.id,
        "expectation": rule.expectation,
        "column_name": rule.subject,
        "outcome": rule.outcome,
        "severity": rule.severity,
        "success": finding.success,
        "evaluated": finding.evaluated,
        "unexpected": finding.unexpected,
        "observed": _observed(finding, share=suite.endswith(".batch")),
    }


def _observed(finding: Finding, *, share: bool) -> str | None:
    """A batch rule's share against its bound; some of the values that break a row rule."""
    if share:
        return f"{_share(finding):.4g} (bound {finding.bound:.4g})"
    if not finding.rows:
        return None
    samples = [_cut(_shown(value)) for value in finding.values[:_SAMPLES]]
    return json.dumps(samples, ensure_ascii=False)


def _failure(finding: Finding) -> BatchFailure:
    rule, kept = finding.rule, _share(finding)
    message = (
        f"{rule.id}: {rule.why}: {finding.unexpected:,} of {finding.evaluated:,} records fail, "
        f"{kept:.1%} pass and {finding.bound:.1%} should. {rule.remedy}"
    )
    return BatchFailure(rule.id, message)


def _share(finding: Finding) -> float:
    return 1.0 if finding.evaluated == 0 else 1 - finding.unexpected / finding.evaluated


def _detail(rule: Rule, key: str | None, value: object) -> str:
    seen = "" if value is None else f" (found {_cut(_shown(value))})"
    return f"{_shown(key or 'an input without a key')}: {rule.why}{seen}. {rule.remedy}."


def _shown(value: object) -> str:
    """A value as text, without the user and password of a URL in it (N8)."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:.6g}"
    if isinstance(value, Iterable) and not isinstance(value, str | bytes):
        return json.dumps([_shown(_member(v)) for v in value], ensure_ascii=False)
    return _USER_INFO.sub("***@", str(value))


def _cut(text: str) -> str:
    return text if len(text) <= _SHORT else text[: _SHORT - 1] + "…"


def _member(value: object) -> object:
    """What names a list's member: an author's name, else the text itself."""
    return value["name"] if isinstance(value, dict) else value
