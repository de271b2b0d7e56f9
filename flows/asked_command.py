"""Only the command that is asked for is made: Typer reads every command's signature, a fifth of what `--help` takes.

An argument list says which command it is before anything is parsed: the first that is no option. Of the others nothing
is needed or, for the list of commands, their names and what they do.
"""

from __future__ import annotations

from collections.abc import Sequence

import typer
from typer.models import CommandInfo, TyperInfo


def only_what_is_asked(app: typer.Typer, arguments: Sequence[str]) -> None:
    """Take from ``app`` what ``arguments`` do not ask for. A name that no command has leaves all to be told of."""
    asked = next((argument for argument in arguments if not argument.startswith("-")), None)
    if asked is None:
        _leave_names(app)
    elif asked in _names(app):
        _keep(app, asked)


def _names(app: typer.Typer) -> set[str]:
    names = {_name(info) for info in app.registered_commands}
    for group in app.registered_groups:
        names |= {group.name} if isinstance(group.name, str) else _names(_app(group))
    return names


def _keep(app: typer.Typer, asked: str) -> None:
    app.registered_commands = [info for info in app.registered_commands if _name(info) == asked]
    kept = []
    for group in app.registered_groups:
        if isinstance(group.name, str):
            kept += [group] if group.name == asked else []
        else:
            _keep(_app(group), asked)
            kept.append(group)
    app.registered_groups = kept


def _leave_names(app: typer.Typer) -> None:
    app.registered_commands = [_told(info) for info in app.registered_commands]
    for group in app.registered_groups:
        if isinstance(group.name, str):
            _app(group).registered_commands = []
        else:
            _leave_names(_app(group))


def _told(info: CommandInfo) -> CommandInfo:
    def nothing() -> None: ...

    nothing.__doc__ = info.callback.__doc__ if info.callback else None
    return CommandInfo(name=_name(info), help=info.help, hidden=info.hidden, callback=nothing)


def _name(info: CommandInfo) -> str:
    return info.name or (info.callback.__name__.replace("_", "-") if info.callback else "")


def _app(group: TyperInfo) -> typer.Typer:
    return group.typer_instance or typer.Typer()
