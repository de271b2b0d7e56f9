"""`newslake search`: words in, the articles that say them out; the index is brought up to date on the way."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path

from flows.machine_faults import machine_faults_told
from flows.terminal import announce, complain, console, shown
from warehouse.errors import LakeError
from warehouse.lake import Connection, connect, folder_of
from warehouse.search import Answer, search
from warehouse.search_index import Standing, standing, update

_WORTH_TELLING = 5_000  # readings; fewer are indexed in a second or two


def find(
    folder: Path,
    words: list[str],
    *,
    source: str | None,
    since: date | None,
    limit: int,
    update_only: bool,
    as_json: bool,
) -> int:
    """Print the articles that have the words, best first; the exit status. Without words the index is updated only."""
    try:
        con = connect(folder, read_only=True)
        now = _brought_up_to_date(con, must=update_only)
        if update_only:
            _print_standing(now, as_json=as_json)
            return 0
        answer = search(con, " ".join(words), source=source, since=since, limit=limit)
    except LakeError as error:
        complain(str(error))
        return 1
    if answer.left_out:
        complain(
            f"{answer.left_out:,} newer readings were not searched: the index lacks them and could not be brought up "
            "to date. `newslake search --update` does so."
        )
    _print_json(answer) if as_json else _print(answer, limit)
    return 0


def _brought_up_to_date(con: Connection, *, must: bool) -> Standing:
    now = standing(con)
    if not now.behind:
        return now
    if now.behind > _WORTH_TELLING:
        announce(f"newslake: indexing {now.behind:,} readings, once; Ctrl-C leaves what is done")

    def told(done: int, to_do: int) -> None:
        if to_do > _WORTH_TELLING:
            announce(f"newslake: {done:,} of {to_do:,} readings indexed")

    try:
        with machine_faults_told(folder_of(con)):
            return update(con, told)
    except LakeError:
        if must:
            raise
        return now  # another builds it, or this account may not: the question is answered from what stands there


def _print(answer: Answer, limit: int) -> None:
    out = console()
    for hit in answer.hits:
        out.print(shown(hit.title) or "(no title)", style="bold", highlight=False, markup=False)
        facts = [f"article {hit.article_id}", shown(hit.published_date), shown(hit.source), shown(hit.url)]
        out.print(f"  {'  '.join(fact for fact in facts if fact)}", highlight=False, markup=False, style="cyan")
        out.print(f"  {shown(hit.snippet)}", highlight=False, markup=False)
    if not answer.hits:
        out.print("nothing found; fewer words, or a word's beginning with * behind it, find more", highlight=False)
    elif answer.more:
        of = f"{'at most ' if answer.at_most else ''}{answer.matched:,}"
        out.print(f"{len(answer.hits)} of {of}; --limit shows more than {limit}", highlight=False)


def _print_json(answer: Answer) -> None:
    for hit in answer.hits:
        sys.stdout.write(json.dumps(asdict(hit), ensure_ascii=False, default=str) + "\n")


def _print_standing(now: Standing, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(asdict(now)) + "\n")
    else:
        console().print(
            f"the search index holds {now.readings:,} readings in {now.segments} files, {now.bytes / 1e6:,.1f} MB",
            highlight=False,
        )
