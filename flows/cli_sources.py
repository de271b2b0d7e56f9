"""The command line of `newslake sources`: which news sources there are, and which of them are one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.options import USAGE, Json, SettingsFile, Warehouse, leave, settings

app = typer.Typer(
    help="Which news sources there are, and which of them are one.", no_args_is_help=True, rich_markup_mode=None
)

Named = Annotated[str, typer.Argument(metavar="SOURCE", help="A domain, an address, a name, or an id such as #12.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept with the decision.")]


@app.command("list")
def list_command(
    like: Annotated[str | None, typer.Argument(metavar="[TEXT]", help="A part of a domain or name.")] = None,
    warehouse: Warehouse = None,
    settings_file: SettingsFile = None,
    json: Annotated[bool, typer.Option("--json", help="JSON Lines, an object a source.")] = False,
) -> None:
    """The sources by number of articles: domain, name, languages, first and last seen, feeds."""
    from flows.command_sources import list_sources

    raise typer.Exit(list_sources(_folder(warehouse, settings_file), like=like, as_json=json))


@app.command()
def show(source: Named, warehouse: Warehouse = None, settings_file: SettingsFile = None, json: Json = False) -> None:
    """All that is known of a source: what it is made of, its names with their validity, the decisions about it."""
    from flows.command_sources import show_source

    raise typer.Exit(show_source(_folder(warehouse, settings_file), source, as_json=json))


@app.command()
def merge(
    source: Annotated[str, typer.Argument(metavar="FROM", help="The source that is another one.")],
    into: Annotated[str, typer.Argument(metavar="INTO", help="The source that stands for it.")],
    reason: Reason,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="DATE", help="When FROM's domain passed into other hands (ISO 8601, UTC)."),
    ] = None,
    warehouse: Warehouse = None,
    settings_file: SettingsFile = None,
    json: Json = False,
) -> None:
    """Let INTO stand for FROM, for all that was and will be loaded; `split` undoes it."""
    _refuse(reason, until)
    from flows.command_sources import merge as merge_sources

    folder = _folder(warehouse, settings_file)
    raise typer.Exit(merge_sources(folder, source, into, reason=reason, until=until, as_json=json))


@app.command()
def split(
    source: Named, reason: Reason, warehouse: Warehouse = None, settings_file: SettingsFile = None, json: Json = False
) -> None:
    """Let a merged source stand for itself again."""
    _refuse(reason)
    from flows.command_sources import split as split_source

    raise typer.Exit(split_source(_folder(warehouse, settings_file), source, reason=reason, as_json=json))


@app.command()
def alias(
    source: Named,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A name that the source goes by.")],
    since: Annotated[
        str | None, typer.Option("--since", metavar="DATE", help="From when on (ISO 8601, UTC); else from now on.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="Until when (ISO 8601, UTC); else it holds.")
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why; kept with the decision.")] = None,
    warehouse: Warehouse = None,
    settings_file: SettingsFile = None,
    json: Json = False,
) -> None:
    """Say that a source goes by a name, or that a name has ceased to hold."""
    _refuse(None, since, until)
    from flows.command_sources import alias as name_source

    folder = _folder(warehouse, settings_file)
    raise typer.Exit(name_source(folder, source, name, since=since, until=until, reason=reason, as_json=json))


def _folder(warehouse: str | None, settings_file: Path | None) -> Path:
    folder, _ = settings(settings_file).warehouse(warehouse)
    return folder


def _refuse(reason: str | None, *moments: str | None) -> None:
    """Leave with 2 where a reason is empty or a date is none."""
    if reason is not None and not reason.strip():
        leave(USAGE, "--reason is empty; say why, for whoever finds the decision later")
    from flows.command_sources import moment

    for said in moments:
        try:
            moment(said) if said else None
        except ValueError:
            leave(USAGE, f"{said!r} is no date; write a day or time such as 2026-05-31 or 2026-05-31T12:00Z")
