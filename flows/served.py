"""What a flow tells on standard error where no command does: as the run of a deployment, under a service or a worker.

A service's journal is where an operator looks first. A run that a command started is told of by the command.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prefect.runtime import deployment, flow_run

from flows.alerts import message_of_error
from flows.log import speak_json
from flows.progress import REPORTER, JsonLines
from flows.settings import Settings
from flows.terminal import announce, complain


@contextmanager
def told(settings: Settings) -> Iterator[Callable[[str], None]]:
    """Tell how a deployment's run ended: by the line that is given within, or by the error that leaves it."""
    if deployment.get_id() is None:
        yield lambda _line: None
        return
    if settings.log == "json":
        speak_json()
        REPORTER.set(JsonLines())
    try:
        yield announce
    except BaseException as error:
        complain(f"{flow_run.get_flow_name()}: {message_of_error(error)}")
        raise
