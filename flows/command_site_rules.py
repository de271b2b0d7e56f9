"""`newslake site-rules`: which lines of the rules for single sites have no effect, and which matched nothing."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flows.feeds_and_rules import read_site_rules
from flows.settings import Loaded
from flows.terminal import complain, console, print_table
from transforms.read.site_rules import SiteRule
from warehouse.errors import LakeError, NoWarehouse
from warehouse.lake import connect
from warehouse.site_rules import Missed, missed_lines


def show_site_rules(loaded: Loaded, folder: Path, host: str | None, *, ignored: bool, as_json: bool) -> int:
    """Print the health of all rules, or of that for ``host``; the exit status.

    Raises :class:`~flows.settings.SettingsError` where the settings' folders can't be read.
    """
    rules = read_site_rules(loaded)
    if rules is None:
        complain("no folder of site rules is named; set extraction.site_rules")
        return 2
    chosen = list(rules.rules())
    if host is not None:
        rule = rules.rule_for(host)
        if rule is None:
            complain(f"no rule is about {host}; its file would be {host}.txt in a folder of extraction.site_rules")
            return 1
        chosen = [rule]
    places = {rule.place for rule in chosen}
    try:
        missed = [line for line in missed_lines(connect(folder, read_only=True), rules) if line.place in places]
    except NoWarehouse:
        missed = []  # nothing was loaded yet: what the files say of themselves is there all the same
    except LakeError as error:
        complain(str(error))
        return 1
    if as_json:
        said: dict[str, Any] = {"files": len(chosen), "lines": _remarks(chosen, ignored=True)}
        sys.stdout.write(
            json.dumps(said | {"missed": [asdict(m) for m in missed]}, ensure_ascii=False, default=str) + "\n"
        )
    else:
        _print(chosen, missed, ignored=ignored)
    return 0


def _remarks(rules: Sequence[SiteRule], *, ignored: bool) -> list[dict[str, object]]:
    return [
        {"place": rule.place} | asdict(remark)
        for rule in rules
        for remark in rule.remarks
        if ignored or not remark.ignored
    ]


def _print(rules: Sequence[SiteRule], missed: Sequence[Missed], *, ignored: bool) -> None:
    out = console()
    lines = sum(len(rule.directives) for rule in rules)
    left_out = sum(remark.ignored for rule in rules for remark in rule.remarks)
    out.print(
        f"rule files: {len(rules):,}, lines applied: {lines:,}, ignored: {left_out:,}", highlight=False, style="bold"
    )
    if shown := _remarks(rules, ignored=ignored):
        rows = [(f"{r['place']}:{r['line']}", r["text"], r["reason"]) for r in shown]
        print_table(["place", "line", "why it has no effect"], rows)
    if missed:
        rows_missed = [(f"{m.place}:{m.line}", m.directive, m.pages, m.of, m.last.date()) for m in missed]
        print_table(["place", "directive", "matched nothing on", "of pages", "last"], rows_missed)
