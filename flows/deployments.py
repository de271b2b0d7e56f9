"""The deployments of prefect.yaml as they are written: where the file is, what it says, when its runs are due."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from flows.judging import Schedule

FILE_NAME = "prefect.yaml"

# The entrypoints of which the books keep runs, and the kind of run that they make.
_KINDS = {"flows/ingest.py:ingest": "ingest", "flows/upkeep.py:upkeep": "upkeep"}


class NoDeployments(Exception):
    """No list of deployments could be read; the message names the file."""


def deployments() -> tuple[Path, list[dict[str, Any]]]:
    """The file, of this folder or beside newslake's own, and its deployments. Raises :class:`NoDeployments`."""
    file = next((f for f in (Path(FILE_NAME), Path(__file__).parent.parent / FILE_NAME) if f.is_file()), None)
    if file is None:
        raise NoDeployments(f"no {FILE_NAME} here; run `newslake serve` where it lies")
    try:
        said = yaml.safe_load(file.read_text(encoding="utf-8"))["deployments"]
    except (yaml.YAMLError, KeyError, TypeError) as error:
        raise NoDeployments(f"{file}: no list of deployments could be read from it: {error}") from error
    return file, said


def schedules_of() -> list[Schedule]:
    """When the runs of the deployments are due; none where no file can be read."""
    from flows.judging import Schedule

    try:
        _, said = deployments()
    except NoDeployments:
        return []
    return [
        Schedule(one["name"], schedule["cron"], schedule.get("timezone", "UTC"), _KINDS[one["entrypoint"]])
        for one in said
        if one.get("entrypoint") in _KINDS
        for schedule in (one.get("schedules") or [])[:1]
        if "cron" in schedule
    ]
