"""The shell of `newslake sql` on a terminal: statements over several lines, completion, history, a few dot commands.

It runs what `newslake sql QUERY` runs, behind the same guard. The history is kept for its user alone, under
XDG_STATE_HOME or the home folder; without either, the shell remembers until it ends.
"""

from __future__ import annotations

import os
import re
from asyncio import CancelledError
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from functools import cached_property
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from flows.result_formats import FORMATS, print_rows
from flows.split_statements import is_finished, split_statements
from flows.terminal import complain, console, print_table
from warehouse.dictionary import Relation
from warehouse.errors import LakeError
from warehouse.lake import Connection
from warehouse.read_only import query
from warehouse.vocabulary import Vocabulary, vocabulary

MOST_ROWS = 500  # of a table on a screen; more scroll away what was asked

HELP = """\
A statement ends with a semicolon and may have several lines; Tab completes, ↑ goes back, Ctrl-R searches.
  .tables            the views and tables, and what a row of each is
  .schema NAME       the columns of one, with their types and what they hold
  .mode FORMAT       how rows are shown: table, csv or json
  .help              this
  .quit              leave; Ctrl-D does so too, Ctrl-C stops a query or drops what is typed"""

_WORD = re.compile(r"[\w.]*$")
_RELATION_NEXT = re.compile(r"\b(?:from|join|describe|summarize|show|table)\s+[\w.]*$", re.IGNORECASE)
_NAMED = re.compile(
    r"\b(?:from|join)\s+(?:lake\.)?(?:main\.)?((?:ops\.)?\w+)(?:\s+(?:as\s+)?(?!on\b|using\b|where\b|join\b)(\w+))?",
    re.IGNORECASE,
)


class Shell:
    """A read-only session over ``con``; ``output`` is a format of rows, ``timeout`` the seconds a query may take."""

    def __init__(self, con: Connection, output: str | None, timeout: float | None) -> None:
        self._con = con
        self._mode = output
        self._timeout = timeout
        self._queries = ThreadPoolExecutor(max_workers=1)

    def run(self) -> None:
        """Prompt, answer, until Ctrl-D or .quit."""
        console().print("newslake sql, read-only; .help tells what there is, .quit leaves", style="dim")
        session: PromptSession[str] = PromptSession(
            multiline=Condition(_is_unfinished),
            completer=SqlCompleter(self._words),
            complete_while_typing=False,
            history=_history(),
            key_bindings=_bindings(),
            prompt_continuation="     ...> ",
            enable_history_search=True,
        )
        while True:
            try:
                text = session.prompt("newslake> ").strip()
            except (KeyboardInterrupt, CancelledError):  # the latter where Ctrl-C comes while the prompt begins
                continue
            except EOFError:
                return
            if text.lower().rstrip(";") in {".quit", ".exit"}:
                return
            try:
                self._do(text)
            except LakeError as error:
                complain(str(error))
            except KeyboardInterrupt:
                complain("stopped")
            except Exception as error:  # whatever an answer brings: the session and its next question stay
                complain(f"the answer cannot be shown: {type(error).__name__}: {error}")

    @cached_property
    def _words(self) -> Vocabulary:
        return vocabulary(self._con)

    def _do(self, text: str) -> None:
        if text.startswith("."):
            command, *rest = text.rstrip(";").split()
            self._dot(command.lower(), rest)
            return
        for statement in split_statements(text):
            # In a thread of its own: DuckDB looks for Ctrl-C between its tasks only, and one may take minutes.
            answer = self._queries.submit(self._answer, statement.text)
            try:
                wait([answer])
            except KeyboardInterrupt:
                self._con.interrupt()
                wait([answer])
            answer.result()

    def _answer(self, text: str) -> None:
        with query(self._con, text, timeout_seconds=self._timeout) as result:
            print_rows(result, self._mode, most_rows=MOST_ROWS)

    def _dot(self, command: str, rest: list[str]) -> None:
        match command, rest:
            case ".help", []:
                console().print(HELP, markup=False, highlight=False)
            case ".tables", []:
                print_table(["name", "holds"], [(r.name, r.grain) for r in self._words.relations.values()])
            case ".schema", [name]:
                self._schema(name.lower().removeprefix("lake.").removeprefix("main."))
            case ".mode", [mode] if mode in FORMATS[:3]:
                self._mode = mode
            case _:
                complain(f"{' '.join([command, *rest])!r} is no command of this shell.\n{HELP}")

    def _schema(self, name: str) -> None:
        relation = self._words.relations.get(name)
        if relation is None:
            complain(f"There is no view or table {name!r}; .tables lists them.")
            return
        kind = "view" if relation.is_view else "table"
        console().print(f"{kind} {relation.name}: {relation.grain}", markup=False, highlight=False)
        print_table(["column", "type", "holds"], [(c.name, c.type, c.text) for c in relation.columns])


class SqlCompleter(Completer):
    """Relations after FROM, a relation's columns after its name or alias and a dot, else columns, functions, keywords.

    Columns of the relations that the statement names come first; where it names none yet, those of all views do.
    """

    def __init__(self, words: Vocabulary) -> None:
        self._words = words

    def get_completions(
        self,
        document: Document,
        complete_event: CompleteEvent,  # noqa: ARG002 - the interface of prompt_toolkit
    ) -> Iterable[Completion]:
        """What may stand where the cursor is."""
        before = document.text_before_cursor
        found = _WORD.search(before)
        word = found[0].lower() if found else ""
        if before.lstrip().startswith("."):
            candidates: Iterable[tuple[str, str]] = self._dots(before.lstrip())
        elif _RELATION_NEXT.search(before):
            candidates = ((name, _kind(relation.is_view)) for name, relation in self._words.relations.items())
        else:
            candidates = self._expressions(document.text, word)
        seen: set[str] = set()
        for text, kind in candidates:
            if text.startswith(word) and text not in seen:
                seen.add(text)
                yield Completion(text, start_position=-len(word), display_meta=kind)

    def _dots(self, before: str) -> Iterator[tuple[str, str]]:
        if before.lower().startswith(".schema "):
            yield from ((name, _kind(relation.is_view)) for name, relation in self._words.relations.items())
        else:
            yield from ((command, "command") for command in (".tables", ".schema", ".mode", ".help", ".quit"))

    def _expressions(self, statement: str, word: str) -> Iterator[tuple[str, str]]:
        named = dict(_named_relations(statement, self._words))
        qualifier, dot, _ = word.rpartition(".")
        if dot:
            relation = named.get(qualifier) or self._words.relations.get(qualifier)
            if relation is not None:
                yield from ((f"{qualifier}.{column.name}", column.type) for column in relation.columns)
            return
        shown = named.values() or [r for r in self._words.relations.values() if r.is_view]
        yield from ((column.name, column.type) for relation in shown for column in relation.columns)
        if word:
            yield from ((name, "keyword") for name in self._words.keywords)
            yield from ((f"{name}(", "function") for name in self._words.functions)


def _named_relations(statement: str, words: Vocabulary) -> Iterator[tuple[str, Relation]]:
    for name, alias in _NAMED.findall(statement.lower()):
        relation = words.relations.get(name)
        if relation is not None:
            yield name.removeprefix("ops."), relation
            if alias:
                yield alias, relation


def _kind(is_view: bool) -> str:
    return "view" if is_view else "table"


def _is_unfinished() -> bool:
    """Whether Enter starts a further line: a statement ends with a semicolon, a dot command with its line."""
    from prompt_toolkit.application import get_app

    text = get_app().current_buffer.text.strip()
    return bool(text) and not text.startswith(".") and not is_finished(text)


def _bindings() -> KeyBindings:
    bindings = KeyBindings()

    @bindings.add("escape", "enter")
    def _send(event: KeyPressEvent) -> None:
        """Alt-Enter sends the statement as it is."""
        event.current_buffer.validate_and_handle()

    return bindings


def _history() -> History:
    home = os.environ.get("HOME")
    folder = os.environ.get("XDG_STATE_HOME") or (home and f"{home}/.local/state")
    if not folder:
        return InMemoryHistory()
    file = Path(folder, "newslake", "sql_history")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600, exist_ok=True)
    except OSError:
        return InMemoryHistory()
    return FileHistory(file)
