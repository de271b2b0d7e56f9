"""`newslake sql`: one read-only question, a shell on a terminal, or statements from standard input."""

from __future__ import annotations

import sys
from pathlib import Path

from flows.result_formats import print_rows
from flows.terminal import complain
from warehouse.errors import LakeError
from warehouse.lake import Connection
from warehouse.read_only import holds_articles, open_read_only, query


def ask(
    folder: Path, question: str | None, output: str | None, *, at: str | None, timeout: float | None, memory: str | None
) -> int:
    """Answer one question, or those of a shell or of standard input; the exit status."""
    try:
        con = open_read_only(folder, at=at, memory_limit=memory)
        if question is not None:
            _answer(con, question, output, timeout)
        is_empty = not holds_articles(con)
    except LakeError as error:
        complain(str(error))
        return 1
    is_session = question is None and sys.stdin.isatty() and sys.stdout.isatty()
    status = 0 if question is not None or is_session else _answer_all(con, output, timeout)
    if is_empty and status == 0:  # what was refused has its own reason
        complain(f"The warehouse in {folder} holds no article yet. `newslake run INBOX` loads a folder of them.")
    if is_session:
        from flows.shell import Shell

        Shell(con, output, timeout).run()
    return status


def _answer_all(con: Connection, output: str | None, timeout: float | None) -> int:
    """Answer each statement of standard input; 1 where one was refused."""
    from flows.split_statements import split_statements

    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        complain(f"what came on standard input is not UTF-8: {error.reason} in byte {error.start + 1}; nothing was run")
        return 1
    status = 0
    statements = split_statements(text)
    for number, statement in enumerate(statements, 1):
        try:
            _answer(con, statement.text, output, timeout)
        except LakeError as error:
            named = f"statement {number}, line {statement.line}: " if len(statements) > 1 else ""
            complain(f"{named}{error}")
            status = 1
    return status


def _answer(con: Connection, question: str, output: str | None, timeout: float | None) -> None:
    with query(con, question, timeout_seconds=timeout) as result:
        print_rows(result, output)
