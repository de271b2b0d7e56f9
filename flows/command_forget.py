"""`newslake forget`: an article or a source out of the warehouse for good, after a look at what that means."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from flows.account import account
from flows.machine_faults import machine_faults_told
from flows.terminal import complain, console
from warehouse.clearing import clear, to_clear
from warehouse.errors import LakeError
from warehouse.forget import Subject, forget, subject_article, subject_input, subject_source
from warehouse.lake import Connection, connect
from warehouse.locks import run_lock
from warehouse.migrate import prepare


def forget_subject(
    folder: Path,
    article: int | None,
    source: str | None,
    refused_input: int | None,
    *,
    reason: str | None,
    finish: bool,
    yes: bool,
    wait_seconds: float,
    as_json: bool,
) -> int:
    """Forget one article, source or input, or finish what an earlier call began; the exit status."""
    named = [article is not None, source is not None, refused_input is not None, finish].count(True)
    if named != 1 or (not finish and not (reason or "").strip()):
        complain(
            "name what to forget, by --article ID, --source DOMAIN or --input ID, with --reason TEXT; "
            "or --finish what was begun"
        )
        return 2
    try:
        connect(folder, read_only=True).close()  # a warehouse that is not there is not made in order to forget
        with machine_faults_told(folder), run_lock(folder, wait_seconds=wait_seconds):
            con = prepare(folder)
            if finish:
                return _finish(con, as_json=as_json)
            if to_clear(con):
                clear(con, now=datetime.now(UTC))  # of an earlier call that was killed
        # Asked without the lock: a run does not wait for somebody who thinks it over.
        what = _told(_subject(con, article, source, refused_input), source)
        if not yes and not _confirmed(what):
            return 2
        with machine_faults_told(folder), run_lock(folder, wait_seconds=wait_seconds):
            subject = _subject(con, article, source, refused_input)
            if not yes and _told(subject, source) != what:
                complain(f"nothing was done: by now it is {_told(subject, source)}. Look at that, and ask again")
                return 1
            found = forget(
                con,
                subject,
                reason=(reason or "").strip(),
                requested_by=account(),
                now=datetime.now(UTC),
                version=version("newslake"),
            )
            cleared = clear(con, now=datetime.now(UTC))
    except LakeError as error:
        complain(str(error))
        return 1
    if as_json:
        sys.stdout.write(json.dumps({"forgotten": asdict(found), "cleared": asdict(cleared)}) + "\n")
    else:
        _tell(
            f"forgotten, {what}; {cleared.files:,} files and {cleared.blobs:,} kept blobs deleted, "
            f"{cleared.snapshots:,} snapshots let go. Backups and exports made earlier still hold it."
        )
    return 0


def _subject(con: Connection, article: int | None, source: str | None, refused_input: int | None) -> Subject:
    if article is not None:
        return subject_article(con, article)
    if refused_input is not None:
        return subject_input(con, refused_input)
    return subject_source(con, source or "")


def _told(subject: Subject, source: str | None) -> str:
    return (
        f"{subject.kind} {source or subject.id}: {subject.articles:,} articles in "
        f"{subject.readings:,} readings, {subject.inputs:,} inputs"
    )


def _finish(con: Connection, *, as_json: bool) -> int:
    waiting = to_clear(con)
    cleared = clear(con, now=datetime.now(UTC)) if waiting else None
    if as_json:
        sys.stdout.write(json.dumps({"cleared": asdict(cleared) if cleared else None}) + "\n")
    elif cleared:
        _tell(f"finished; {cleared.files:,} files and {cleared.blobs:,} kept blobs deleted")
    else:
        _tell("nothing was left to be finished")
    return 0


def _confirmed(what: str) -> bool:
    if not sys.stdin.isatty():
        complain(f"nothing was done. To take this out of every table, snapshot and file, add --yes: {what}")
        return False
    answer = input(f"Take out of every table, snapshot and file, for good: {what}? Write yes: ")
    if answer.strip().lower() == "yes":
        return True
    complain("nothing was done")
    return False


def _tell(text: str) -> None:
    console().print(text, highlight=False, markup=False)
