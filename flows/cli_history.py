"""The command line of `newslake replay`, `quarantine` and `docs`: earlier inputs and runs, looked at or read again."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from flows.options import USAGE, Json, SettingsFile, Warehouse
from flows.options import leave as _leave
from flows.options import settings as _settings

app = typer.Typer()
quarantine = typer.Typer(
    help="What could not be used: list it, look at one, read it again, discard it.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
app.add_typer(quarantine, name="quarantine")


@app.command()
def replay(
    since: Annotated[
        datetime | None,
        typer.Option("--since", metavar="DATE", formats=["%Y-%m-%d"], help="First loaded on that day (UTC) or later."),
    ] = None,
    source: Annotated[str | None, typer.Option("--source", help="Of one source: its domain or name.")] = None,
    article: Annotated[int | None, typer.Option("--article", metavar="ID", help="One article's revisions.")] = None,
    feed: Annotated[str | None, typer.Option("--feed", help="Of one feed.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Tell what would change, and change nothing.")] = False,
    warehouse: Warehouse = None,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """Read the bytes of loaded articles again with today's reader, rules and site blocks."""
    loaded = _settings(settings)
    folder, named_by = loaded.warehouse(warehouse)
    from flows.command_replay import replay_readings
    from warehouse.scope import Scope

    scope = Scope(since.date() if since else None, source, article, feed)
    raise typer.Exit(
        replay_readings(loaded, folder, named_by, scope, settings_file=settings, dry_run=dry_run, as_json=json)
    )


@app.command()
def docs(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="For these pages alone; made where it is not there.")
    ],
    run: Annotated[int | None, typer.Option("--run", metavar="N", help="Of this run, else the last one.")] = None,
    warehouse: Warehouse = None,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """Write what the rules said of a run as Great Expectations' Data Docs, which need no network."""
    loaded = _settings(settings)
    lake, _ = loaded.warehouse(warehouse)
    from flows.command_docs import write_docs

    raise typer.Exit(write_docs(loaded, lake, folder, run_id=run, as_json=json))


@quarantine.command("list")
def quarantine_list(
    reason: Annotated[str | None, typer.Option("--reason", help="Only those with this reason.")] = None,
    since: Annotated[
        datetime | None, typer.Option("--since", metavar="DATE", formats=["%Y-%m-%d"], help="Since that day (UTC).")
    ] = None,
    with_discarded: Annotated[bool, typer.Option("--all", help="Also those that somebody discarded.")] = False,
    warehouse: Warehouse = None,
    settings: SettingsFile = None,
    json: Annotated[bool, typer.Option("--json", help="JSON Lines, an object an input.")] = False,
) -> None:
    """What is in quarantine, newest first."""
    folder, _ = _settings(settings).warehouse(warehouse)
    from flows.command_quarantine import list_quarantined

    raise typer.Exit(
        list_quarantined(
            folder,
            reason=reason,
            since=since.date() if since else None,
            with_discarded=with_discarded,
            as_json=json,
        )
    )


@quarantine.command("show")
def quarantine_show(
    input_id: Annotated[int, typer.Argument(metavar="ID", help="As quarantine list tells it.")],
    warehouse: Warehouse = None,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """One input: every reason, what would mend it, and its first bytes."""
    folder, _ = _settings(settings).warehouse(warehouse)
    from flows.command_quarantine import show_quarantined

    raise typer.Exit(show_quarantined(folder, input_id, as_json=json))


@quarantine.command("replay")
def quarantine_replay(
    input_ids: Annotated[
        list[int] | None, typer.Argument(metavar="[ID]…", help="As quarantine list tells them.")
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="All with this reason.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that nobody discarded.")] = False,
    warehouse: Warehouse = None,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """Read quarantined inputs again and load what can be used by now."""
    if sum([bool(input_ids), reason is not None, everything]) != 1:
        _leave(USAGE, "quarantine replay: name inputs by their ids, or give --reason, or --all")
    loaded = _settings(settings)
    folder, named_by = loaded.warehouse(warehouse)
    from flows.command_replay import replay_quarantined
    from warehouse.scope import Scope

    scope = Scope(is_quarantine=True, reason=reason, input_ids=tuple(input_ids or ()))
    raise typer.Exit(replay_quarantined(loaded, folder, named_by, scope, settings_file=settings, as_json=json))


@quarantine.command("discard")
def quarantine_discard(
    input_ids: Annotated[list[int], typer.Argument(metavar="ID…", help="As quarantine list tells them.")],
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is kept with your account's name.")],
    warehouse: Warehouse = None,
    settings: SettingsFile = None,
) -> None:
    """Record that inputs wait for nothing. They stay quarantined and are counted so."""
    folder, _ = _settings(settings).warehouse(warehouse)
    from flows.command_quarantine import discard_quarantined

    raise typer.Exit(discard_quarantined(folder, input_ids, reason=reason))
