"""What the commands of newslake have in common: their options, the settings, and how they leave."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from flows.log import AS_JSON, speak_json, write

if TYPE_CHECKING:
    from flows.settings import Loaded

USAGE = 2

Warehouse = Annotated[
    str | None,
    typer.Option("--warehouse", "-w", metavar="FOLDER", help="The warehouse folder, else the one of the settings."),
]
SettingsFile = Annotated[
    Path | None,
    typer.Option("--settings", metavar="FILE", help="The settings file, else the nearest newslake.toml."),
]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


def settings(file: Path | None) -> Loaded:
    """The settings of ``file``, else of the nearest newslake.toml; leaves with what is wrong with them."""
    from flows.settings import SettingsError, load

    try:
        loaded = load(file)
    except SettingsError as error:
        leave(USAGE, str(error))
    if loaded.settings.log == "json":
        speak_json()
    return loaded


def leave(status: int, message: str) -> NoReturn:
    """End with ``status``, after one line on standard error."""
    if AS_JSON.get():
        write("error", message)
        sys.exit(status)
    red, plain = ("\033[31m", "\033[0m") if sys.stderr.isatty() and "NO_COLOR" not in os.environ else ("", "")
    typer.echo(f"{red}newslake: {message}{plain}", err=True)
    sys.exit(status)
