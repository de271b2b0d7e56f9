"""The command line: arguments in, exit status out. Each command imports what it needs, when it runs."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from flows.asked_command import only_what_is_asked
from flows.cli_analyst import app as analyst_app
from flows.cli_history import app as history_app
from flows.cli_sources import app as sources_app
from flows.frames import with_room
from flows.options import USAGE, Json, SettingsFile, Warehouse
from flows.options import leave as _leave
from flows.options import settings as _settings
from flows.streams import flush, is_utf8, prepare_streams

INTERRUPTED = 130

app = typer.Typer(
    name="newslake",
    help="Folders of news-article files in, a clean, validated, queryable warehouse out.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """The entry point: what goes wrong is one line on standard error and an exit status, never a traceback."""
    prepare_streams()
    words = sys.argv[1:]
    only_what_is_asked(app, words)
    try:
        with_room(lambda: app(standalone_mode=True))
    except SystemExit as leaving:
        # `newslake status | head`: the reader has what it wanted, and the library calls that a failure.
        if isinstance(leaving.__context__, BrokenPipeError):
            sys.exit(0)
        if leaving.code == INTERRUPTED and isinstance(leaving.__context__, typer.Exit):
            _leave(INTERRUPTED, _interrupted(words))  # Ctrl-C, which the library takes for a reason to leave in silence
        raise
    except KeyboardInterrupt:
        _leave(INTERRUPTED, _interrupted(words))
    except Exception as error:
        from flows.settings import SettingsError
        from warehouse.errors import is_interruption

        if is_interruption(error):
            _leave(INTERRUPTED, _interrupted(words))
        if isinstance(error, OSError):
            _leave(1, f"{error}; nothing further was done")  # a disk that is full or read-only, before anything began
        if isinstance(error, UnicodeEncodeError | TypeError) and (garbled := [w for w in words if not is_utf8(w)]):
            _leave(USAGE, f"the argument {garbled[0]} is not UTF-8; nothing further was done")
        if not isinstance(error, SettingsError):
            raise
        _leave(USAGE, str(error))  # what only a command finds wrong: a pattern of a feed, a folder of site rules
    finally:
        flush()
        gc.freeze()  # the interpreter would look for cycles among all that was imported before it ends: 0.1 s


def _interrupted(words: list[str]) -> str:
    """What Ctrl-C left of a command."""
    asked = [word for word in words if not word.startswith("-")][:2]
    if "run" in asked[:1] or "replay" in asked:
        return "interrupted; the batch in hand was dropped, what was committed before stays"
    if "upkeep" in asked[:1]:
        return "interrupted; the step in hand was dropped, what was done before stays"
    return "interrupted"


app.add_typer(analyst_app)
app.add_typer(history_app)
app.add_typer(sources_app, name="sources")


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and whether loops are compiled.")
    ] = False,
) -> None:
    if version:
        from importlib.metadata import version as installed

        from transforms.compiled import loops

        typer.echo(f"newslake {installed('newslake')}, loops {loops()}")
        raise typer.Exit


@app.command("run")
def run_command(
    inbox: Annotated[str | None, typer.Argument(metavar="[INBOX]", help="The folder or URL to read.")] = None,
    warehouse: Warehouse = None,
    settings: SettingsFile = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Hash every file, also those of known size and time.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 4 where inputs were rejected.")] = False,
    accept: Annotated[int | None, typer.Option("--accept", metavar="RUN", help="Load what a gate of RUN held.")] = None,
    discard: Annotated[
        int | None, typer.Option("--discard", metavar="RUN", help="Drop what a gate of RUN held.")
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why; it is recorded.")] = None,
    only: Annotated[
        str | None, typer.Option("--only", metavar="NAME", help="Of what is held, one feed or source.")
    ] = None,
    profile: Annotated[bool, typer.Option("--profile", help="Tell each stage's time and bytes.")] = False,
    json: Json = False,
) -> None:
    """Load what is new or changed in INBOX into the warehouse, or decide about what a gate of an earlier run held."""
    loaded = _settings(settings)
    folder, named_by = loaded.warehouse(warehouse)
    if accept is not None or discard is not None:
        if None not in (accept, discard) or inbox is not None or verify:
            _leave(USAGE, "run --accept RUN or --discard RUN reads no inbox; give one of the two, and --reason")
        if not (reason or "").strip():
            _leave(USAGE, "--reason: say why in a few words; who looks at it next year has only them")
        from flows.command_held import decide

        raise typer.Exit(
            decide(
                loaded,
                folder,
                named_by,
                "discard" if accept is None else "accept",
                accept or discard or 0,
                (reason or "").strip(),
                only,
                settings_file=settings,
                strict=strict,
                as_json=json,
            )
        )
    if reason is not None or only is not None:
        _leave(USAGE, "--reason and --only go with --accept RUN or --discard RUN")
    from flows.command_run import run_once

    status = run_once(
        loaded,
        inbox,
        folder,
        named_by,
        settings_file=settings,
        verify=verify,
        strict=strict,
        as_json=json,
        profile=profile,
    )
    raise typer.Exit(status)


@app.command()
def extract(
    paths: Annotated[list[str], typer.Argument(metavar="PATH…", help="Files, folders or URLs.")],
    settings: SettingsFile = None,
    json: Annotated[bool, typer.Option("--json", help="JSON Lines, an object an article.")] = False,
) -> None:
    """Show what newslake makes of files, without a warehouse."""
    from flows.imported import set_aside
    from flows.unneeded import find_no_unneeded

    loaded = _settings(settings)
    find_no_unneeded()
    with set_aside():
        from flows.command_extract import extract_paths

    status = extract_paths(loaded, paths, as_json=json)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)  # nothing is left to be ended; taking all modules apart is a thirtieth of the command


@app.command()
def status(
    warehouse: Warehouse = None,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """How the warehouse stands: its last runs, inputs by state, alerts, size."""
    folder, named_by = _settings(settings).warehouse(warehouse)
    from flows.command_inspect import show_status

    raise typer.Exit(show_status(folder, named_by, as_json=json))


@app.command()
def metrics(
    warehouse: Warehouse = None,
    settings: SettingsFile = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write them to a file, for a collector of text files.")
    ] = None,
) -> None:
    """Gauges of runs, stages, queues and alerts for a monitoring system, in the Prometheus text format."""
    folder, _ = _settings(settings).warehouse(warehouse)
    from flows.command_metrics import print_metrics

    raise typer.Exit(print_metrics(folder, out))


@app.command()
def explain(
    article_id: Annotated[int, typer.Argument(metavar="ARTICLE_ID", help="As the view article has it.")],
    warehouse: Warehouse = None,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """Where an article came from, how each field was found, and what was cut from it by which rule."""
    folder, _ = _settings(settings).warehouse(warehouse)
    from flows.command_inspect import explain_article

    raise typer.Exit(explain_article(folder, article_id, as_json=json))


@app.command()
def audit(
    warehouse: Warehouse = None,
    settings: SettingsFile = None,
    run: Annotated[
        int | None, typer.Option("--run", metavar="N", help="One run alone: its counts and batches.")
    ] = None,
    json: Json = False,
) -> None:
    """Check that every input is accounted for, every reference holds and every file is there; exit with 1 if not."""
    loaded = _settings(settings)
    folder, _ = loaded.warehouse(warehouse)
    from flows.command_audit import audit_one_run, audit_warehouse

    if run is not None:
        raise typer.Exit(audit_one_run(folder, run, as_json=json))
    raise typer.Exit(audit_warehouse(loaded, folder, as_json=json))


@app.command()
def upkeep(
    warehouse: Warehouse = None,
    settings: SettingsFile = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and change nothing.")] = False,
    json: Json = False,
) -> None:
    """Keep the warehouse small and fast: merge small files, let old snapshots go, sweep what nobody needs."""
    loaded = _settings(settings)
    folder, named_by = loaded.warehouse(warehouse)
    from flows.command_upkeep import keep_up_once

    raise typer.Exit(keep_up_once(loaded, folder, named_by, dry_run=dry_run, as_json=json))


@app.command()
def watch(
    warehouse: Warehouse = None,
    settings: SettingsFile = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", metavar="TIME", help="Judge by this time (ISO 8601, UTC), else by now.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Keep nothing and send nothing.")] = False,
    json: Json = False,
) -> None:
    """Judge what came and what ran, open and resolve incidents, and tell of them."""
    loaded = _settings(settings)
    folder, named_by = loaded.warehouse(warehouse)
    from flows.command_sources import moment
    from flows.command_watch import watch_once

    try:
        when = moment(as_of) if as_of else None
    except ValueError:
        _leave(USAGE, f"{as_of!r} is no time; write one such as 2026-05-31T12:00Z")
    raise typer.Exit(watch_once(loaded, folder, named_by, as_of=when, dry_run=dry_run, as_json=json))


@app.command("site-rules")
def site_rules(
    host: Annotated[str | None, typer.Argument(metavar="[HOST]", help="One site's rule; all without it.")] = None,
    warehouse: Warehouse = None,
    settings: SettingsFile = None,
    ignored: Annotated[bool, typer.Option("--ignored", help="Show also lines that newslake has no use for.")] = False,
    json: Json = False,
) -> None:
    """Which lines of the rules for single sites have no effect, and which matched nothing on the pages loaded."""
    loaded = _settings(settings)
    folder, _ = loaded.warehouse(warehouse)
    from flows.command_site_rules import show_site_rules

    raise typer.Exit(show_site_rules(loaded, folder, host, ignored=ignored, as_json=json))


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(metavar="PATH", help="The folder of backups; the new one lies within it.")],
    warehouse: Warehouse = None,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """Back the whole warehouse up, catalog and data, while runs go on."""
    lake, _ = _settings(settings).warehouse(warehouse)
    from flows.command_backup import back_warehouse_up

    raise typer.Exit(back_warehouse_up(lake, folder, as_json=json))


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(metavar="PATH", help="A backup, or a folder of them: its newest.")],
    warehouse: Warehouse = None,
    settings: SettingsFile = None,
    replace: Annotated[bool, typer.Option("--replace", help="Replace the warehouse that is there.")] = False,
    json: Json = False,
) -> None:
    """Restore a backup, verified file by file, to the warehouse; refuse where one is there."""
    lake, _ = _settings(settings).warehouse(warehouse)
    from flows.command_backup import restore_warehouse

    raise typer.Exit(restore_warehouse(lake, folder, replace=replace, as_json=json))


@app.command()
def forget(
    article: Annotated[int | None, typer.Option("--article", metavar="ID", help="The article of this id.")] = None,
    source: Annotated[str | None, typer.Option("--source", metavar="DOMAIN", help="Everything of this source.")] = None,
    refused: Annotated[
        int | None, typer.Option("--input", metavar="ID", help="The input of this id, which gave no article.")
    ] = None,
    reason: Annotated[str | None, typer.Option("--reason", metavar="TEXT", help="Why; it is recorded.")] = None,
    finish: Annotated[bool, typer.Option("--finish", help="Finish what a call that was ended had begun.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    warehouse: Warehouse = None,
    settings: SettingsFile = None,
    json: Json = False,
) -> None:
    """Take an article or a source out of every table, snapshot and file, for good, and do not load it again."""
    loaded = _settings(settings)
    folder, _ = loaded.warehouse(warehouse)
    from flows.command_forget import forget_subject

    wait = loaded.settings.lock_wait_seconds
    status = forget_subject(
        folder, article, source, refused, reason=reason, finish=finish, yes=yes, wait_seconds=wait, as_json=json
    )
    raise typer.Exit(status)


@app.command()
def serve(
    warehouse: Warehouse = None,
    settings: SettingsFile = None,
    port: Annotated[int, typer.Option(help="The port of the Prefect server, where newslake starts one.")] = 4200,
) -> None:
    """Run the deployments of prefect.yaml on their schedules, in this process."""
    loaded = _settings(settings)
    folder, named_by = loaded.warehouse(warehouse)
    from flows.command_serve import serve_deployments

    raise typer.Exit(serve_deployments(folder, named_by, settings_file=settings, port=port))
