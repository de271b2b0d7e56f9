"""The command line's part for analysts: `newslake sql`, `search` and `export`."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from flows.options import USAGE, Json, SettingsFile, Warehouse
from flows.options import leave as _leave
from flows.options import settings as _settings

app = typer.Typer()

_LONGEST = 1e9  # seconds, thirty years; what is far longer the system's clocks do not count


class Format(StrEnum):
    """How `newslake sql` prints rows."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


class ExportFormat(StrEnum):
    """The files that `newslake export` writes."""

    PARQUET = "parquet"
    CSV = "csv"


class TakesComments(TyperCommand):
    """A command whose argument may begin with an SQL comment: ``newslake sql "-- how many? …"`` names no option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # some typers bring a click of their own
        """Arguments that begin with two dashes and are no option are taken as they are written."""
        options = {name for parameter in self.params for name in parameter.opts}
        return super().parse_args(ctx, [f"\n{arg}" if _is_comment(arg, options) else arg for arg in args])


class TakesExclusions(TyperCommand):
    """A command some of whose words may begin with a dash: ``newslake search storm -war`` does not mean ``-w ar``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # some typers bring a click of their own
        """What begins with one dash and is no option as it stands is a word."""
        options = {name for parameter in self.params for name in parameter.opts} | {"-h"}
        words = [arg.startswith("-") and not arg.startswith("--") and arg not in options for arg in args]
        return super().parse_args(ctx, [f" {arg}" if word else arg for arg, word in zip(args, words, strict=True)])


def _is_comment(arg: str, options: set[str]) -> bool:
    words = arg.split(maxsplit=1)
    return arg.startswith("--") and arg != "--" and "\n" in arg and words[0].partition("=")[0] not in options


@app.command(cls=TakesComments)
def sql(
    query: Annotated[str | None, typer.Argument(metavar="[QUERY]", help="One statement; a shell without it.")] = None,
    warehouse: Warehouse = None,
    settings: SettingsFile = None,
    output: Annotated[
        Format | None, typer.Option("--format", "-f", help="table on a terminal, else csv. json is JSON Lines.")
    ] = None,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="WHEN", help="A snapshot's number, or a time such as 2026-01-31T12:00Z."),
    ] = None,
    timeout: Annotated[float | None, typer.Option("--timeout", metavar="SECONDS", help="Stop a longer query.")] = None,
    memory: Annotated[str | None, typer.Option("--memory", metavar="SIZE", help="Memory limit, such as 2GB.")] = None,
) -> None:
    """Ask the warehouse in SQL, read-only."""
    if timeout is not None and not 0 < timeout <= _LONGEST:
        _leave(USAGE, f"--timeout {timeout:g}: give the seconds that a query may take, more than 0, such as 30")
    folder, _ = _settings(settings).warehouse(warehouse)
    from flows.command_sql import ask

    raise typer.Exit(ask(folder, query, output.value if output else None, at=at, timeout=timeout, memory=memory))


@app.command(cls=TakesExclusions)
def search(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="WORDS…", help='Words that all must be said; "a phrase", begin*, -without.'),
    ] = None,
    warehouse: Warehouse = None,
    settings: SettingsFile = None,
    source: Annotated[str | None, typer.Option("--source", metavar="SOURCE", help="Of this source only.")] = None,
    since: Annotated[
        datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="Published on this day or later.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many articles.")] = 20,
    update: Annotated[bool, typer.Option("--update", help="Bring the index up to date, and no more.")] = False,
    json: Json = False,
) -> None:
    """Find articles by the words of their titles and bodies."""
    if update == bool(words):
        _leave(USAGE, "search takes words to look for, or --update without any")
    folder, _ = _settings(settings).warehouse(warehouse)
    from flows.command_search import find

    day = since.date() if since else None
    raise typer.Exit(find(folder, words or [], source=source, since=day, limit=limit, update_only=update, as_json=json))


@app.command("export")
def export_command(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="For exports alone; made where it is not there.")],
    warehouse: Warehouse = None,
    settings: SettingsFile = None,
    output: Annotated[
        ExportFormat, typer.Option("--format", "-f", help="parquet, or csv with formulas made harmless.")
    ] = ExportFormat.PARQUET,
    view: Annotated[
        list[str] | None, typer.Option("--view", metavar="NAME", help="This view only; may be given several times.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="Published on this day or later.")
    ] = None,
    dbt: Annotated[bool, typer.Option("--dbt", help="Write a sources.yml for dbt beside it.")] = False,
    json: Json = False,
) -> None:
    """Copy the views into files, all at once or not at all."""
    lake, _ = _settings(settings).warehouse(warehouse)
    from flows.command_export import export_views

    day = since.date() if since else None
    raise typer.Exit(
        export_views(lake, folder, views=tuple(view or ()), file_format=output.value, since=day, dbt=dbt, as_json=json)
    )
