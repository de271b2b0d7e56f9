"""How newslake speaks: colour and tables on a terminal, plain text in a pipe, complaints on standard error."""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from flows.log import AS_JSON, write

if TYPE_CHECKING:
    from rich.console import Console


def console(*, stderr: bool = False) -> Console:
    """A rich console: wide and without colour where it is no terminal, so that a pipe gets whole lines."""
    kind = _console_type()
    stream = sys.stderr if stderr else sys.stdout
    return kind(stderr=stderr) if stream.isatty() else kind(stderr=stderr, width=10_000, no_color=True)


@functools.cache
def _console_type() -> type[Console]:
    from rich.console import Console as Printing

    class Console(Printing):
        """Goes on in silence where its reader has left (`newslake run | head`): the exit status stays the command's."""

        def on_broken_pipe(self) -> None:
            self.quiet = True
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.file.fileno())

    return Console


def complain(message: str) -> None:
    """One message on standard error."""
    if AS_JSON.get():
        write("error", message)
        return
    console(stderr=True).print(f"newslake: {message}", style="red", highlight=False, markup=False, soft_wrap=True)


def announce(message: str) -> None:
    """One line on standard error that says what begins."""
    if AS_JSON.get():
        write("info", message)
        return
    console(stderr=True).print(message, highlight=False, markup=False)


def print_table(columns: Sequence[str], rows: Sequence[Sequence[object]], title: str | None = None) -> None:
    """Rows as a table; in a pipe, columns padded with spaces and no frame."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    out = console()
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD if out.is_terminal else None,
        pad_edge=False,
        padding=(0, 2, 0, 0),
    )
    numeric = [
        bool(rows) and all(isinstance(row[n], int | float) or row[n] is None for row in rows)
        for n in range(len(columns))
    ]
    for name, right in zip(columns, numeric, strict=True):
        table.add_column(Text(name), justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(shown(value)) for value in row))
    out.print(table, soft_wrap=not out.is_terminal)


def shown(value: object) -> str:
    """A value as a cell: null as nothing, lists and structs by their members, control characters escaped."""
    if value is None:
        return ""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{shown(name)}: {shown(member)}' for name, member in value.items())}}}"
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, list | tuple):
        return ", ".join(shown(member) for member in value)
    if isinstance(value, float):
        return f"{value:.6g}"
    text = str(value)
    return "".join(c if c.isprintable() or c == "\n" else f"\\u{{{ord(c):x}}}" for c in text)
