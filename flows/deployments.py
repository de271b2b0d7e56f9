"""The deployments of prefect.yaml as they are written: where the file is, what it says, when its runs are due."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import yaml

if TYPE_CHECKING:
    from flows.judging import Schedule

FILE_NAME = "prefect.yaml"

# The entrypoints of which the books keep runs, and the kind of run that they make.
_KINDS = {"flows/ingest.py:ingest": "ingest", "flows/upkeep.py:upkeep": "upkeep"}


class DeploymentSchedule(msgspec.Struct, frozen=True):
    """When a deployment's runs are due: by one of ``cron``, ``interval`` (seconds) and ``rrule``."""

    cron: str | None = None
    interval: float | None = None
    rrule: str | None = None
    timezone: str | None = None
    active: bool = True


class Deployment(msgspec.Struct, frozen=True):
    """A deployment as far as newslake goes by it; what else is written is for `prefect deploy`."""

    name: str
    entrypoint: str
    description: str | None = None
    tags: list[str] | None = None
    parameters: dict[str, Any] | None = None
    schedules: list[DeploymentSchedule] | None = None
    concurrency_limit: dict[str, Any] | int | None = None
    triggers: list[dict[str, Any]] | None = None


class NoDeployments(Exception):
    """No list of deployments could be read; the message names the file."""


def deployments() -> tuple[Path, list[Deployment]]:
    """The file, of this folder or beside newslake's own, and its deployments. Raises :class:`NoDeployments`."""
    file = next((f for f in (Path(FILE_NAME), Path(__file__).parent.parent / FILE_NAME) if f.is_file()), None)
    if file is None:
        raise NoDeployments(f"no {FILE_NAME} here; run `newslake serve` where it lies")
    try:
        said = yaml.safe_load(file.read_text(encoding="utf-8"))["deployments"]
        return file, msgspec.convert(said, list[Deployment])
    except (yaml.YAMLError, KeyError, TypeError, msgspec.ValidationError) as error:
        raise NoDeployments(f"{file}: no list of deployments could be read from it: {error}") from error


def schedules_of() -> list[Schedule] | None:
    """When the runs of the deployments are due, where they go by cron; None where no file can be read."""
    from flows.judging import Schedule

    try:
        _, said = deployments()
    except NoDeployments:
        return None
    found = []
    for one in said:
        if one.entrypoint in _KINDS:
            active = [schedule for schedule in one.schedules or [] if schedule.active and schedule.cron]
            found += [
                Schedule(
                    one.name if len(active) == 1 else f"{one.name} ({schedule.cron})",
                    schedule.cron or "",
                    schedule.timezone or "UTC",
                    _KINDS[one.entrypoint],
                )
                for schedule in active
            ]
    return found
